"""A request's body is bounded in size, in time and in what it unpacks to, however it comes."""

import asyncio
import gzip
from collections.abc import AsyncIterator

import pytest

from connectors.partners.http.bodies import Bounds, read_body
from connectors.partners.http.limits import Pool, Share
from connectors.partners.http.problems import Problem

BOUNDS = Bounds(bytes=1000, seconds=0.05)


async def pieces(*parts: bytes, pause_s: float = 0.0) -> AsyncIterator[bytes]:
    for part in parts:
        await asyncio.sleep(pause_s)
        yield part


def read(chunks: AsyncIterator[bytes], pool: Pool | None = None, **headers: str) -> bytes:
    async def run() -> bytes:
        with Share(pool or Pool()) as share:
            return await read_body(chunks, {name.replace("_", "-"): value for name, value in headers.items()}, share, BOUNDS)

    return asyncio.run(run())


def problem(chunks: AsyncIterator[bytes], pool: Pool | None = None, **headers: str) -> str:
    with pytest.raises(Problem) as caught:
        read(chunks, pool, **headers)
    return caught.value.code


def split(raw: bytes, size: int) -> list[bytes]:
    return [raw[start : start + size] for start in range(0, len(raw), size)]


def test_a_body_of_exactly_the_limit_is_read_and_one_byte_more_is_not() -> None:
    assert read(pieces(b"a" * 600, b"b" * 400)) == b"a" * 600 + b"b" * 400
    assert problem(pieces(b"a" * 600, b"b" * 401)) == "too_large"


def test_a_declared_length_over_the_limit_is_refused_before_a_byte_is_read() -> None:
    pool = Pool(most=0)  # a byte would be one too many
    assert problem(pieces(b"a"), pool, content_length="1001") == "too_large"


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_gzip_is_unpacked_in_any_pieces_and_over_several_members(size: int) -> None:
    packed = gzip.compress(b"one ") + gzip.compress(b"two")
    assert read(pieces(*split(packed, size)), content_encoding="GZIP") == b"one two"


def test_a_gzip_bomb_is_refused_at_the_limit_and_holds_no_more_memory_than_that() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    assert len(bomb) > 1000  # its packed size alone would be refused too, so it comes as members of a smaller one
    small = gzip.compress(b"\0" * 100_000)
    assert len(small) < 1000
    most: list[int] = []
    pool = Pool(told=most.append)
    assert problem(pieces(*split(small, 16)), pool, content_encoding="gzip") == "too_large"
    assert max(most, default=0) <= 1001
    assert pool.held == 0
    assert read(pieces(gzip.compress(b"\0" * 1000)), content_encoding="gzip") == b"\0" * 1000
    assert problem(pieces(gzip.compress(b"\0" * 1001)), content_encoding="gzip") == "too_large"


@pytest.mark.parametrize("packed", [b"not gzip", gzip.compress(b"cut")[:-3], b"", gzip.compress(b"x") + b"rest"])
def test_what_is_not_whole_gzip_is_refused(packed: bytes) -> None:
    assert problem(pieces(packed), content_encoding="gzip") == "bad_request"


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip", "zstd"])
def test_other_encodings_are_refused(encoding: str) -> None:
    assert problem(pieces(b"x"), content_encoding=encoding) == "encoding"


def test_a_body_that_drips_is_cut_off_after_its_time_however_alive_it_is() -> None:
    assert problem(pieces(*[b"x"] * 100, pause_s=0.004)) == "slow"


def test_more_than_all_requests_may_hold_is_refused_and_everything_is_given_back() -> None:
    pool = Pool(most=800)
    assert problem(pieces(b"a" * 500, b"b" * 400), pool) == "busy"
    assert pool.held == 0
    assert len(read(pieces(b"a" * 800), pool)) == 800
    assert pool.held == 0


@pytest.mark.parametrize("declared", ["²", "١", "-1", "1e3", ""])
def test_a_declared_length_that_is_no_number_says_nothing(declared: str) -> None:
    assert read(pieces(b"ab"), content_length=declared) == b"ab"


def test_a_declared_length_of_thousands_of_digits_is_too_large() -> None:
    assert problem(pieces(b"ab"), content_length="9" * 5_000) == "too_large"
