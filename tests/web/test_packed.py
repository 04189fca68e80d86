"""Answers that are kept ready: the same bytes, the same tag, and never too many."""

from __future__ import annotations

import gzip

from hypothesis import given
from hypothesis import strategies as st
from web.servers import Server

from bunyad.web.packed import LEAST_BYTES, Shelf, pack


@given(st.binary(max_size=3 * LEAST_BYTES))
def test_what_is_packed_unpacks_to_the_same(content: bytes) -> None:
    packed = pack(content)
    assert packed.content == content
    assert packed == pack(content)
    assert bool(packed.gzip) == (len(content) >= LEAST_BYTES)
    if packed.gzip:
        assert gzip.decompress(packed.gzip) == content


def test_an_answer_is_made_once_and_the_oldest_is_let_go_of() -> None:
    shelf, made = Shelf(most_bytes=5 * LEAST_BYTES), []

    def make(size: int) -> bytes:
        made.append(size)
        return b"x" * size

    for _ in range(3):
        shelf.find("a", lambda: make(2 * LEAST_BYTES))
    shelf.find("b", lambda: make(4 * LEAST_BYTES))
    shelf.find("a", lambda: make(2 * LEAST_BYTES))
    assert made == [2 * LEAST_BYTES, 4 * LEAST_BYTES, 2 * LEAST_BYTES]


def test_an_answer_larger_than_the_shelf_is_still_given() -> None:
    assert len(Shelf(most_bytes=10).find("a", lambda: b"x" * 99).content) == 99


def test_a_reader_that_takes_gzip_gets_it_and_others_the_plain_bytes(server: Server) -> None:
    path = "/api/v1/options"
    packed = server.client.get(path, headers={"Accept-Encoding": "gzip"})
    plain = server.client.get(path, headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.headers["etag"] == plain.headers["etag"]
    assert packed.content == plain.content
