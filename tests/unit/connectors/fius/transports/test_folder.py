"""A folder as the channel: all or nothing, never over another's file, and the part file tells what happened."""

import os
import resource
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from connectors.fius.transports.channel import LARGEST_ANSWER_BYTES, Outgoing, Refused, Transient, Unstaged
from connectors.fius.transports.folder import FolderChannel

Make = Callable[..., Outgoing]
NAME = "STR_AE_r1-v1.xml"


@pytest.fixture
def outbox(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


@pytest.fixture
def channel(outbox: Path, tmp_path: Path) -> FolderChannel:
    (tmp_path / "in").mkdir()
    return FolderChannel(outbox, tmp_path / "in")


def visible(outbox: Path) -> list[str]:
    """What an FIU that skips hidden files sees."""
    return sorted(path.name for path in outbox.iterdir() if not path.name.startswith("."))


def test_nothing_shows_before_the_release_and_all_of_it_after(channel: FolderChannel, outbox: Path, outgoing_of: Make) -> None:
    assert channel.stage(outgoing_of()) is None
    assert visible(outbox) == []
    assert channel.release(outgoing_of()).place == str(outbox / NAME)
    assert visible(outbox) == [NAME]
    assert (outbox / NAME).read_bytes() == outgoing_of().payload
    assert os.listdir(outbox) == [NAME]


def test_a_file_of_another_content_is_never_overwritten(channel: FolderChannel, outbox: Path, outgoing_of: Make) -> None:
    (outbox / NAME).write_bytes(b"somebody else's")
    for act in (channel.stage, channel.check, channel.release):
        with pytest.raises(Refused, match="another content") as caught:
            act(outgoing_of())
        assert caught.value.code == "name_taken"
    assert (outbox / NAME).read_bytes() == b"somebody else's"


def test_another_content_that_appears_after_staging_is_not_overwritten(
    channel: FolderChannel, outbox: Path, outgoing_of: Make
) -> None:
    channel.stage(outgoing_of())
    (outbox / NAME).write_bytes(b"somebody else's")
    with pytest.raises(Refused):
        channel.release(outgoing_of())
    assert (outbox / NAME).read_bytes() == b"somebody else's"


def test_the_same_content_under_the_name_is_the_filing_itself(channel: FolderChannel, outbox: Path, outgoing_of: Make) -> None:
    (outbox / NAME).write_bytes(outgoing_of().payload)
    (outbox / f".{NAME}.part").write_bytes(b"left over")
    sent = channel.stage(outgoing_of())
    assert sent is not None
    assert os.listdir(outbox) == [NAME]


def test_a_staged_file_that_is_still_there_was_not_released(channel: FolderChannel, outgoing_of: Make) -> None:
    channel.stage(outgoing_of())
    assert channel.check(outgoing_of()) is None


def test_a_staged_file_that_is_gone_was_released_though_the_fiu_took_it_away(
    channel: FolderChannel, outbox: Path, outgoing_of: Make
) -> None:
    channel.stage(outgoing_of())
    channel.release(outgoing_of())
    (outbox / NAME).unlink()
    assert channel.check(outgoing_of()) is not None


def test_staging_again_replaces_what_was_half_written(channel: FolderChannel, outbox: Path, outgoing_of: Make) -> None:
    (outbox / f".{NAME}.part").write_bytes(outgoing_of().payload[:7])
    channel.stage(outgoing_of())
    channel.release(outgoing_of())
    assert (outbox / NAME).read_bytes() == outgoing_of().payload


@pytest.mark.parametrize(
    "spoil", [lambda part: part.write_bytes(b"changed"), lambda part: part.unlink()], ids=["changed", "gone"]
)
def test_a_part_file_that_is_not_ours_any_more_is_not_released(
    spoil: Callable[[Path], None], channel: FolderChannel, outbox: Path, outgoing_of: Make
) -> None:
    channel.stage(outgoing_of())
    spoil(outbox / f".{NAME}.part")
    with pytest.raises(Unstaged):
        channel.release(outgoing_of())
    assert visible(outbox) == []


@pytest.mark.parametrize("name", ["../x.xml", "a/b.xml", "a\\b.xml", "", ".hidden", "a\nb.xml"])
def test_a_name_that_leads_elsewhere_is_refused(name: str, channel: FolderChannel, tmp_path: Path, outgoing_of: Make) -> None:
    with pytest.raises(Refused, match="plain name"):
        channel.stage(outgoing_of(name=name))
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["in", "out"]


@pytest.fixture
def small_disk() -> Iterator[None]:
    """Files of this process may have 64 bytes; the write fails as on a full disk."""
    before, old = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, old)


def test_a_full_disk_is_tried_again_later_and_shows_nothing(
    channel: FolderChannel, outbox: Path, outgoing_of: Make, request: pytest.FixtureRequest
) -> None:
    large = outgoing_of(payload=b"x" * 100_000)
    request.getfixturevalue("small_disk")
    with pytest.raises(Transient) as caught:
        channel.stage(large)
    assert (caught.value.code, visible(outbox)) == ("folder", [])


def test_a_share_that_is_not_mounted_is_tried_again_later(tmp_path: Path, outgoing_of: Make) -> None:
    channel = FolderChannel(tmp_path / "gone", tmp_path / "gone")
    with pytest.raises(Transient, match="look at the share"):
        channel.stage(outgoing_of())
    with pytest.raises(Transient):
        list(channel.answers([]))


def test_an_answer_is_taken_once_it_has_stopped_growing(channel: FolderChannel, tmp_path: Path) -> None:
    file = tmp_path / "in" / "a.json"
    file.write_bytes(b'{"half')
    assert list(channel.answers([])) == []
    file.write_bytes(b'{"half":1}')
    assert list(channel.answers([])) == []
    assert [(answer.name, answer.raw) for answer in channel.answers([])] == [("a.json", b'{"half":1}')]
    assert list(channel.answers([])) == []
    assert file.exists()


def test_unfinished_names_folders_and_links_are_no_answers(channel: FolderChannel, tmp_path: Path) -> None:
    inbox = tmp_path / "in"
    for name in (".hidden", "a.part", "b.filepart", "c.TMP", "~lock"):
        (inbox / name).write_bytes(b"{}")
    (inbox / "folder").mkdir()
    (tmp_path / "secret").write_bytes(b"{}")
    (inbox / "link.json").symlink_to(tmp_path / "secret")
    list(channel.answers([]))
    assert list(channel.answers([])) == []


def test_an_answer_out_of_all_proportion_is_named_and_not_read(channel: FolderChannel, tmp_path: Path) -> None:
    with (tmp_path / "in" / "big.xml").open("wb") as file:
        file.truncate(LARGEST_ANSWER_BYTES + 1)
    list(channel.answers([]))
    [answer] = channel.answers([])
    assert (answer.name, answer.raw, answer.problem) == ("big.xml", b"", "answer_too_large")


def test_a_file_that_changed_after_it_was_told_is_another_answer(channel: FolderChannel, tmp_path: Path) -> None:
    file = tmp_path / "in" / "a.json"
    file.write_bytes(b"1")
    list(channel.answers([]))
    list(channel.answers([]))
    file.write_bytes(b"22")
    list(channel.answers([]))
    assert [answer.raw for answer in channel.answers([])] == [b"22"]


def test_a_name_that_a_terminal_would_obey_is_shown_without_its_power(channel: FolderChannel, tmp_path: Path) -> None:
    (tmp_path / "in" / "a\x1b[2J.json").write_bytes(b"{}")
    list(channel.answers([]))
    assert [answer.name for answer in channel.answers([])] == ["a?[2J.json"]
