"""SFTP against a real OpenSSH server."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import paramiko
import pytest

from connectors.files.sftp import Server
from connectors.fius.transports.channel import LARGEST_ANSWER_BYTES, Barred, Outgoing, Refused, Transient, Unstaged
from connectors.fius.transports.sftp import SftpChannel

NAME = "STR_AE_r1-v1.xml"


def outgoing(payload: bytes = b"<report/>") -> Outgoing:
    return Outgoing("a" * 32, "r1.v1", NAME, "application/xml", payload)


def server_of(sshd: Any, **changes: Any) -> Server:
    fields = {"host": "127.0.0.1", "port": sshd.port, "user": sshd.user, "key_file": sshd.key_file, "host_keys": (sshd.host_key,)}
    return Server(**(fields | {"timeout_s": 10.0} | changes))


@pytest.fixture
def channel_of(sshd: Any) -> Iterator[Callable[..., SftpChannel]]:
    made: list[SftpChannel] = []

    def make(**changes: Any) -> SftpChannel:
        made.append(SftpChannel(server_of(sshd, **changes), str(sshd.outbox), str(sshd.inbox)))
        return made[-1]

    yield make
    for channel in made:
        channel.close()


def test_a_filing_arrives_whole_and_is_never_seen_before(sshd: Any, channel_of: Callable[..., SftpChannel]) -> None:
    channel, payload = channel_of(), os.urandom(3_000_000)
    assert channel.stage(outgoing(payload)) is None
    assert channel.check(outgoing(payload)) is None
    assert [name for name in os.listdir(sshd.outbox) if not name.startswith(".")] == []
    sent = channel.release(outgoing(payload))
    assert sent.place == f"sftp://127.0.0.1{sshd.outbox}/{NAME}"
    assert os.listdir(sshd.outbox) == [NAME]
    assert (sshd.outbox / NAME).read_bytes() == payload
    assert channel.check(outgoing(payload)) is not None


def test_an_fiu_that_takes_the_file_away_has_it_all_the_same(sshd: Any, channel_of: Callable[..., SftpChannel]) -> None:
    channel = channel_of()
    channel.stage(outgoing())
    channel.release(outgoing())
    (sshd.outbox / NAME).unlink()
    assert channel.check(outgoing()) is not None


def test_another_content_under_the_name_is_not_touched(sshd: Any, channel_of: Callable[..., SftpChannel]) -> None:
    (sshd.outbox / NAME).write_bytes(b"<rep0rt/>")
    for act in (channel_of().stage, channel_of().check, channel_of().release):
        with pytest.raises(Refused) as caught:
            act(outgoing())
        assert caught.value.code == "name_taken"
    assert (sshd.outbox / NAME).read_bytes() == b"<rep0rt/>"


def test_a_strange_host_key_is_refused_before_anything_is_said(sshd: Any, channel_of: Callable[..., SftpChannel]) -> None:
    stranger = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
    with pytest.raises(Barred, match="none of `host_keys`") as caught:
        channel_of(host_keys=(stranger,)).stage(outgoing())
    assert caught.value.code == "host_key"
    assert "Accepted publickey" not in sshd.log()
    assert os.listdir(sshd.outbox) == []
    assert channel_of(host_keys=(stranger, sshd.host_key)).stage(outgoing()) is None


def test_a_key_that_is_not_let_in_bars_the_channel(sshd: Any, channel_of: Callable[..., SftpChannel], tmp_path: Path) -> None:
    paramiko.RSAKey.generate(2048).write_private_key_file(str(tmp_path / "other"))
    with pytest.raises(Barred) as caught:
        channel_of(key_file=tmp_path / "other").stage(outgoing())
    assert caught.value.code == "credentials"
    for missing in ({"key_file": tmp_path / "none"}, {"key_file": sshd.folder / "config"}):
        with pytest.raises(Barred, match="cannot be used"):
            channel_of(**missing).stage(outgoing())


def test_a_key_behind_a_passphrase_is_opened_with_it(sshd: Any, channel_of: Callable[..., SftpChannel], tmp_path: Path) -> None:
    key = paramiko.RSAKey.generate(2048)
    key.write_private_key_file(str(tmp_path / "locked"), password="open sesame")
    with (sshd.folder / "authorized").open("a") as file:
        file.write(f"{key.get_name()} {key.get_base64()}\n")
    assert channel_of(key_file=tmp_path / "locked", passphrase="open sesame").stage(outgoing()) is None
    with pytest.raises(Barred):
        channel_of(key_file=tmp_path / "locked", passphrase="wrong").stage(outgoing())


def wait_for(part: Path, size: int) -> None:
    deadline = time.monotonic() + 20
    while not part.exists() or part.stat().st_size < size:
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_a_connection_cut_in_the_middle_is_taken_up_where_it_broke(
    sshd: Any, channel_of: Callable[..., SftpChannel], monkeypatch: pytest.MonkeyPatch
) -> None:
    channel, payload, part = channel_of(), os.urandom(64_000_000), sshd.outbox / f".{NAME}.part"
    failed: list[BaseException] = []

    def stage() -> None:
        try:
            channel.stage(outgoing(payload))
        except Transient as error:
            failed.append(error)

    thread = threading.Thread(target=stage)
    thread.start()
    wait_for(part, 500_000)
    assert sshd.cut() > 0
    thread.join(30)
    assert [type(error) for error in failed] == [Transient]
    arrived = part.stat().st_size
    assert 0 < arrived < len(payload)
    written = counted(monkeypatch)
    assert channel.stage(outgoing(payload)) is None
    assert sum(written) == len(payload) - arrived
    channel.release(outgoing(payload))
    assert (sshd.outbox / NAME).read_bytes() == payload


def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Bytes that are written from now on, call by call."""
    written: list[int] = []
    write = paramiko.SFTPFile.write

    def counting(self: Any, data: bytes) -> None:
        written.append(len(data))
        write(self, data)

    monkeypatch.setattr(paramiko.SFTPFile, "write", counting)
    return written


def left_over(sshd: Any, content: bytes) -> Path:
    """A part file of an earlier attempt, as the server's user would have written it."""
    part: Path = sshd.outbox / f".{NAME}.part"
    part.write_bytes(content)
    os.chown(part, sshd.outbox.stat().st_uid, sshd.outbox.stat().st_gid)
    return part


@pytest.mark.parametrize("left", [b"", b"<rep", b"<report/>", b"<report/> and more"])
def test_what_an_earlier_attempt_left_is_completed(left: bytes, sshd: Any, channel_of: Callable[..., SftpChannel]) -> None:
    left_over(sshd, left)
    channel = channel_of()
    channel.stage(outgoing())
    channel.release(outgoing())
    assert (sshd.outbox / NAME).read_bytes() == b"<report/>"


def test_a_part_file_of_other_bytes_is_never_built_upon(sshd: Any, channel_of: Callable[..., SftpChannel]) -> None:
    part, channel = left_over(sshd, b"<wrong"), channel_of()
    with pytest.raises(Transient, match="did not arrive as it was sent"):
        channel.stage(outgoing())
    assert not part.exists()
    channel.stage(outgoing())
    channel.release(outgoing())
    assert (sshd.outbox / NAME).read_bytes() == b"<report/>"


def test_a_part_file_that_shrank_after_staging_is_staged_again(sshd: Any, channel_of: Callable[..., SftpChannel]) -> None:
    channel = channel_of()
    channel.stage(outgoing())
    os.truncate(sshd.outbox / f".{NAME}.part", 3)
    with pytest.raises(Unstaged):
        channel.release(outgoing())
    assert not (sshd.outbox / NAME).exists()


def test_a_server_that_is_away_or_a_folder_that_is_missing_is_tried_again(
    sshd: Any, channel_of: Callable[..., SftpChannel]
) -> None:
    with pytest.raises(Transient):
        SftpChannel(server_of(sshd), str(sshd.folder / "missing"), "").stage(outgoing())
    channel = channel_of()
    channel.stage(outgoing())
    sshd.stop()
    with pytest.raises(Transient, match="look at the FIU's server"):
        channel.release(outgoing())
    sshd.start()
    assert channel.check(outgoing()) is None
    channel.release(outgoing())
    assert (sshd.outbox / NAME).exists()


def test_a_server_that_lets_nobody_read_is_believed_by_size(sshd: Any, channel_of: Callable[..., SftpChannel]) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can make a file that its server's user may rename and not read")
    channel = channel_of()
    channel.stage(outgoing())
    channel.release(outgoing())
    os.chmod(sshd.outbox / NAME, 0o000)
    os.chown(sshd.outbox / NAME, 0, 0)
    assert channel.stage(outgoing()) is not None
    with pytest.raises(Refused):
        channel.stage(outgoing(b"<longer/>  "))


def test_answers_are_pulled_once_they_have_stopped_growing_and_stay_where_they_are(
    sshd: Any, channel_of: Callable[..., SftpChannel]
) -> None:
    channel = channel_of()
    (sshd.inbox / "a.json").write_bytes(b"{}")
    (sshd.inbox / "b.part").write_bytes(b"{}")
    (sshd.inbox / "link.json").symlink_to("/etc/passwd")
    with (sshd.inbox / "big.xml").open("wb") as file:
        file.truncate(LARGEST_ANSWER_BYTES + 1)
    assert list(channel.answers([])) == []
    assert [(answer.name, answer.raw, answer.problem) for answer in channel.answers([])] == [
        ("a.json", b"{}", ""),
        ("big.xml", b"", "answer_too_large"),
    ]
    assert list(channel.answers([])) == []
    assert (sshd.inbox / "a.json").exists()


def test_the_server_may_lack_openssh_s_rename(
    sshd: Any, channel_of: Callable[..., SftpChannel], monkeypatch: pytest.MonkeyPatch
) -> None:
    def unsupported(*_: Any) -> None:
        raise OSError("Operation unsupported")

    monkeypatch.setattr(paramiko.SFTPClient, "posix_rename", unsupported)
    channel = channel_of()
    channel.stage(outgoing())
    channel.release(outgoing())
    assert os.listdir(sshd.outbox) == [NAME]


def test_a_name_that_leads_elsewhere_is_refused(channel_of: Callable[..., SftpChannel]) -> None:
    with pytest.raises(Refused, match="plain name"):
        channel_of().stage(msgspec.structs.replace(outgoing(), file_name="../x.xml"))
