"""Readings that come by themselves: CSV files put into a folder, and posts over HTTP."""

from __future__ import annotations

import asyncio
import csv
import hmac
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from bunyad.errors import OutputError
from bunyad.operate.records.times import now_us
from bunyad.operate.south.listening import listen_at
from bunyad.operate.south.mapping import Unfit, instant_of, pick, samples_from
from bunyad.operate.south.sample import Sample
from bunyad.operate.south.sources import CsvSource, HttpSource
from bunyad.operate.south.taking import Taking

__all__ = ["push_app", "read_csv", "run_csv", "run_http"]

ROWS = 1_000
"""Rows of a CSV file that are kept together."""
MOST_BYTES = 4_000_000
"""Longest post."""
READ = ".read"
"""End of the name of a file that has been read."""


def read_csv(path: Path, source: CsvSource) -> Iterator[list[Sample]]:
    """
    Give the samples of a CSV file, row by row.

    Parameters
    ----------
    path
        A file with a head line.
    source
        Column of the time, and points; {names} are columns.

    Raises
    ------
    Unfit
        Naming the line that does not fit.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        for row in rows:
            values = {name: _plain(text) for name, text in row.items() if name and text}
            try:
                if source.time not in values:
                    raise Unfit(f"there is no {source.time}")  # noqa: TRY301  (told with its line)
                at_us = instant_of(values.pop(source.time))
                names = {name: str(row[name]) for name in values}
                yield samples_from(values, source.points, at_us=at_us, names=names)
            except Unfit as error:
                raise Unfit(f"line {rows.line_num}: {error}") from None


def _plain(text: str) -> Any:
    """Return a cell as a number where it is one."""
    try:
        number = float(text)
    except ValueError:
        return text
    return number if abs(number) < float("inf") else text


async def run_csv(source: CsvSource, taking: Taking) -> None:
    """
    Read CSV files as they appear, until cancelled.

    How far a file is read is kept together with its rows, so that each row counts once, also
    where we are stopped in the middle. A file that has been read whole gets the end `.read`.

    Parameters
    ----------
    source
        Folder or file, and points.
    taking
        Where samples go.
    """
    while True:
        if not await asyncio.to_thread(source.csv.exists):
            taking.refuse(source.name, f"there is nothing at {source.csv} yet")
        for path in await asyncio.to_thread(_files, source.csv):
            await _take_file(path, source, taking)
        await asyncio.sleep(source.every_s)


def _files(place: Path) -> list[Path]:
    """Return the files that are there to be read."""
    found = sorted(place.glob("*.csv")) if place.is_dir() else [place]
    return [path for path in found if path.is_file()]


def _mark_of(path: Path) -> str:
    """Return the name under which is kept how far a file is read."""
    return f"csv:{path.resolve()}:{path.stat().st_mtime_ns}"


async def _take_file(path: Path, source: CsvSource, taking: Taking) -> None:
    """Take the rows of a file that were not taken yet, then rename it."""
    mark = await asyncio.to_thread(_mark_of, path)
    taken = int(taking.outbox.mark_of(mark) or 0)
    waiting: list[Sample] = []
    row = 0
    try:
        for row, samples in enumerate(read_csv(path, source), start=1):
            if row <= taken:
                continue
            waiting += samples
            if len(waiting) >= ROWS:
                await taking.keep_marked(source.name, waiting, mark, str(row))
                waiting = []
    except (Unfit, UnicodeDecodeError, csv.Error) as error:
        taking.refuse(source.name, f"{path.name}: {error}; what follows is left out")
    await taking.keep_marked(source.name, waiting, mark, str(row))
    await asyncio.to_thread(path.rename, path.with_name(path.name + READ))


def push_app(source: HttpSource, taking: Taking) -> Any:
    """
    Return the ASGI application that takes posts to /push/NAME.

    A post is a JSON object or a list of them; 204 says that it is on the disk.

    Parameters
    ----------
    source
        Points, and the token that posts must carry.
    taking
        Where samples go.
    """
    from starlette.applications import Starlette  # noqa: PLC0415  (few gateways take posts)
    from starlette.requests import Request  # noqa: PLC0415
    from starlette.responses import JSONResponse, Response  # noqa: PLC0415
    from starlette.routing import Route  # noqa: PLC0415

    async def push(request: Request) -> Response:
        told = request.headers.get("authorization", "").removeprefix("Bearer ")
        if source.token and not hmac.compare_digest(told.encode(), source.token.encode()):
            return JSONResponse({"title": "The token is wrong"}, 401)
        content = b""
        async for part in request.stream():
            content += part
            if len(content) > MOST_BYTES:
                return JSONResponse({"title": f"A post has up to {MOST_BYTES} bytes"}, 413)
        try:
            samples = _posted(content, source, dict(request.path_params))
        except Unfit as error:
            taking.refuse(source.name, str(error))
            return JSONResponse({"title": "It does not fit", "detail": str(error)}, 400)
        try:
            await taking.keep_now(source.name, samples)
        except OutputError as error:
            taking.refuse(source.name, str(error))
            return JSONResponse({"title": "There is no room", "detail": str(error)}, 503)
        return Response(status_code=204)

    return Starlette(routes=[Route("/push/{name}", push, methods=["POST"])])


def _posted(content: bytes, source: HttpSource, names: dict[str, str]) -> list[Sample]:
    """Return the samples of a post."""
    try:
        told = orjson.loads(content)
    except ValueError:
        raise Unfit("it is no JSON") from None
    samples = []
    for one in told if isinstance(told, list) else [told]:
        if not isinstance(one, dict):
            raise Unfit("it is no object")
        at_us = now_us()
        if source.time:
            at_us = instant_of(pick(one, source.time))
        values = {name: value for name, value in one.items() if name != source.time}
        samples += samples_from(values, source.points, at_us=at_us, names=names)
    return samples


async def run_http(source: HttpSource, taking: Taking) -> None:
    """
    Take posts until cancelled.

    Parameters
    ----------
    source
        Address, points and token.
    taking
        Where samples go.
    """
    import uvicorn  # noqa: PLC0415  (few gateways take posts)

    config = uvicorn.Config(
        push_app(source, taking), log_level="warning", lifespan="off",
        timeout_graceful_shutdown=1, ws="none",
    )  # fmt: skip
    server = uvicorn.Server(config)
    with listen_at(source.http, "http") as listening:
        # serve() would take Ctrl-C for itself
        serving = asyncio.ensure_future(server._serve([listening]))  # noqa: SLF001
        try:
            await asyncio.shield(serving)
        finally:
            server.should_exit = True
            await serving
