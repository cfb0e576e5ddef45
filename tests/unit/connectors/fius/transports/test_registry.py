"""transports.yaml: every mistake is refused with its line, and no secret stands in it."""

from typing import Any

import msgspec
import pytest

from connectors.fius.transports.folder import FolderChannel
from connectors.fius.transports.opening import open_channel, secret_of
from connectors.fius.transports.registry import Transport, load_transports, read_transports
from connectors.fius.transports.sftp import SftpChannel
from connectors.secret import SecretMissing
from schemas.fius import load_fius
from schemas.yaml_rows import RegistryError

FIUS = load_fius()
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
GOOD = f"""schema: strgw.transports/1
transports:
- {{fiu: KG, kind: folder, start: first, outbox: /srv/kg/out, inbox: /srv/kg/in}}
- fiu: AE
  kind: sftp
  start: next
  host: sftp.example
  user: gateway
  key_file: /etc/strgw/ae
  host_keys: ["{KEY}", "ssh-rsa {"A" * 300}== comment"]
  outbox: in
  inbox: out
  secret: file:/run/secrets/ae
- {{fiu: KW, kind: b2b, start: first, url: https://goaml.example/goAMLWeb, user: u, secret: "env:KW_PASSWORD"}}
"""
FOLDER = {"fiu": "KG", "kind": "folder", "start": "first", "outbox": "/o"}
SFTP = {
    "fiu": "KG",
    "kind": "sftp",
    "start": "first",
    "host": "h",
    "user": "u",
    "key_file": "/k",
    "host_keys": [KEY],
    "outbox": "o",
}
B2B = {"fiu": "KG", "kind": "b2b", "start": "first", "url": "https://h/x", "user": "u", "secret": "env:P"}


def written(row: dict[str, Any]) -> str:
    return "schema: strgw.transports/1\ntransports:\n\n- " + msgspec.json.encode(row).decode()


def test_a_good_file_gives_a_row_for_each_fiu() -> None:
    rows = read_transports(GOOD, "transports.yaml", FIUS)
    assert {fiu: (row.kind, row.packed, row.start) for fiu, row in rows.items()} == {
        "KG": ("folder", "file", "first"),
        "AE": ("sftp", "file", "next"),
        "KW": ("b2b", "zip", "first"),
    }


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (FOLDER | {"outbox": ""}, "needs outbox"),
        (FOLDER | {"outbox": "relative"}, "whole path"),
        (FOLDER | {"inbox": "/o/"}, "two folders"),
        (FOLDER | {"host": "h"}, "has no host"),
        (FOLDER | {"fiu": "QQ"}, "no such FIU"),
        (FOLDER | {"kind": "post"}, "Invalid enum value 'post'"),
        (FOLDER | {"start": ""}, "Invalid enum value ''"),
        ({k: v for k, v in FOLDER.items() if k != "start"}, "missing required field `start`"),
        (FOLDER | {"poll_s": 0}, "poll_s: use seconds"),
        (FOLDER | {"poll_s": "soon"}, "float"),
        (FOLDER | {"first_retry_s": 100, "longest_retry_s": 10}, "longer than"),
        (FOLDER | {"colour": "red"}, 'unknown field "colour"'),
        (SFTP | {"host_keys": []}, "needs host_keys"),
        (SFTP | {"host_keys": ["SHA256:abc"]}, "ssh-keyscan"),
        (SFTP | {"port": 0}, "port"),
        (SFTP | {"secret": "hunter2"}, "never the secret itself"),
        (SFTP | {"secret": "env:STRGW_KEY"}, "never the secret itself"),
        (B2B | {"secret": "hunter2"}, "never the secret itself"),
        (B2B | {"url": "http://goaml.example/x"}, "only https"),
        (B2B | {"url": "https://u:hunter2@h/x"}, "without user"),
        (B2B | {"url": "https://h/x/"}, "final slash"),
        (B2B | {"packaging": "file"}, "ZIP files only"),
        (B2B | {"outbox": "/o"}, "has no outbox"),
    ],
)
def test_a_mistake_is_refused_with_its_line_and_repeats_no_secret(row: dict[str, Any], says: str) -> None:
    with pytest.raises(RegistryError, match=says) as caught:
        read_transports(written(row), "transports.yaml", FIUS)
    assert str(caught.value).startswith("transports.yaml, line 4: ")
    assert "hunter2" not in str(caught.value)


def test_an_fiu_has_one_transport() -> None:
    row = "\n- {fiu: KG, kind: folder, start: first, outbox: /o}"
    with pytest.raises(RegistryError, match="line 4: KG: KG has a row already in line 3|line 4: KG has a row already in line 3"):
        read_transports("schema: strgw.transports/1\ntransports:" + row * 2, "transports.yaml", FIUS)


def test_the_two_registries_must_not_contradict_each_other() -> None:
    fius = FIUS | {"KG": msgspec.structs.replace(FIUS["KG"], transport="sftp")}
    with pytest.raises(RegistryError, match="by sftp"):
        read_transports(written(FOLDER), "transports.yaml", fius)
    with pytest.raises(RegistryError, match="KG takes its filings by sftp .* no row"):
        load_transports(None, fius)
    assert load_transports(None, FIUS) == {}


def rows() -> dict[str, Transport]:
    return read_transports(GOOD, "transports.yaml", FIUS)


def test_a_row_opens_the_channel_of_its_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KW_PASSWORD", "s3cret")
    assert isinstance(open_channel(rows()["KG"], lambda: 0.0), FolderChannel)
    sftp = msgspec.structs.replace(rows()["AE"], secret="")
    assert isinstance(open_channel(sftp, lambda: 0.0), SftpChannel)
    assert open_channel(rows()["KW"], lambda: 0.0).settle_s == 120.0
    assert secret_of(rows()["KW"]) == "s3cret"


def test_a_secret_that_is_not_there_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.delenv("KW_PASSWORD", raising=False)
    with pytest.raises(SecretMissing, match="set KW_PASSWORD"):
        secret_of(rows()["KW"])
    (tmp_path / "secret").write_text("from a file\n")
    assert secret_of(msgspec.structs.replace(rows()["AE"], secret=f"file:{tmp_path / 'secret'}")) == "from a file"
    with pytest.raises(SecretMissing, match="cannot be read"):
        secret_of(rows()["AE"])
