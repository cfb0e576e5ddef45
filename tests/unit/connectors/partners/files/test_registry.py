"""files.yaml: errors name the line and say what to write."""

import pytest

from connectors.partners.files.registry import read_doors
from schemas.registry import Partner
from schemas.yaml_rows import RegistryError

PARTNERS = {"demo": Partner("demo", "Demo", "mto", "strgw.transfer/1", "KZ", ())}
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
SFTP = f"{{partner: demo, kind: sftp, host: h, user: u, key_file: /k, host_keys: ['{KEY}'], inbox: out}}"


def text(*rows: str) -> str:
    return "schema: strgw.files/1\ndoors:\n" + "".join(f"- {row}\n" for row in rows)


def test_a_folder_and_a_server_with_their_own_pauses() -> None:
    folder, server = read_doors(text("{partner: demo, kind: folder, inbox: /in}", SFTP), "f", PARTNERS)
    assert (folder.pause_s, folder.settle_s, folder.complete) == (5.0, 60.0, "unchanged")
    assert (server.pause_s, server.port) == (60.0, 22)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("{partner: none, kind: folder, inbox: /in}", "line 3: none: there is no such partner in the registry; it has demo"),
        ("{partner: demo, kind: folder, inbox: in}", "inbox: write the whole path"),
        ("{partner: demo, kind: folder, inbox: /}", "inbox: name the folder"),
        ("{partner: demo, kind: folder, inbox: /in, host: h}", "a folder has no host"),
        ("{partner: demo, kind: sftp, inbox: /in}", "the kind sftp needs host, user, key_file, host_keys"),
        (SFTP.replace("/k", "k"), "key_file: write the whole path"),
        (SFTP.replace(KEY, "h ssh-rsa AAAA"), "ssh-keyscan"),
        (SFTP.replace("inbox", "secret: hunter2, inbox"), "never the secret itself"),
        (SFTP.replace("inbox", "port: 0, inbox"), "port"),
        ("{partner: demo, kind: folder, inbox: /in, settle_s: 0}", "settle_s: use seconds"),
        ("{partner: demo, kind: ftp, inbox: /in}", "line 3: Invalid enum value 'ftp'"),
        ("{partner: demo, kind: folder, inbox: /in, every: 5}", 'unknown field "every"'),
    ],
)
def test_a_row_with_a_mistake_is_refused_and_says_what_to_write(row: str, said: str) -> None:
    with pytest.raises(RegistryError) as caught:
        read_doors(text(row), "files.yaml", PARTNERS)
    assert str(caught.value).startswith("files.yaml, line 3: ")
    assert said in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_one_folder_has_one_row() -> None:
    with pytest.raises(RegistryError, match="line 4: demo: /in/ has a row already in line 3"):
        read_doors(text("{partner: demo, kind: folder, inbox: /in}", "{partner: demo, kind: folder, inbox: /in/}"), "f", PARTNERS)
