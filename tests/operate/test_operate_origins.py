"""Which web pages of other hosts may ask the server."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from bunyad.errors import InputError
from bunyad.operate.guard import Guard, Token
from bunyad.operate.origins import let_ask
from bunyad.operate.server import make_server

PAGE = "https://dashboard.example"
THING = {"name": "Pump", "description": "lifts water"}


def test_a_page_that_is_let_ask_may_post_and_read_where_it_went(tmp_path: Path) -> None:
    server = make_server(tmp_path, synchronous="OFF")
    app = let_ask(Guard(server, {}), [PAGE])

    async def ask() -> tuple[httpx.Response, ...]:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://here/v1.1") as client:
            wish = {"Origin": PAGE, "Access-Control-Request-Method": "POST",
                    "Access-Control-Request-Headers": "content-type,authorization"}  # fmt: skip
            first = await client.options("/Things", headers=wish)
            made = await client.post("/Things", json=THING, headers={"Origin": PAGE})
            other = await client.get("/Things", headers={"Origin": "https://elsewhere.example"})
            return first, made, other

    first, made, other = asyncio.run(ask())
    server.server.records.close()

    assert first.status_code == 200
    assert "POST" in first.headers["access-control-allow-methods"]
    assert "authorization" in first.headers["access-control-allow-headers"]
    assert made.status_code == 201
    assert made.headers["access-control-allow-origin"] == PAGE
    assert "location" in made.headers["access-control-expose-headers"]
    assert "access-control-allow-origin" not in other.headers


def test_a_page_without_a_token_is_told_that_it_lacks_one(tmp_path: Path) -> None:
    server = make_server(tmp_path, synchronous="OFF")
    tokens = {"0" * 64: Token(name="board", sha256="0" * 64)}
    app = let_ask(Guard(server, tokens), ["*"])

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            return await client.get("/v1.1/Things", headers={"Origin": PAGE})

    answer = asyncio.run(ask())
    server.server.records.close()

    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (401, "*")


@pytest.mark.parametrize("origin", ["dashboard.example", f"{PAGE}/", "null", "", "ftp://a"])
def test_what_is_no_origin_is_told(origin: str) -> None:
    with pytest.raises(InputError, match="is no origin"):
        let_ask(None, [PAGE, origin])
