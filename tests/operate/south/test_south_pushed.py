"""Readings that come as CSV files and as posts."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest
from ports import free_port
from small_village import until

from bunyad.errors import InputError
from bunyad.operate.south.gateway import run_gateway
from bunyad.operate.south.listening import address_of, listen_at
from bunyad.operate.south.mapping import Unfit
from bunyad.operate.south.outbox import Outbox
from bunyad.operate.south.pushed import _take_file, push_app, read_csv, run_csv
from bunyad.operate.south.sample import Sample, unpack
from bunyad.operate.south.sources import CsvSource, HttpSource, Sources
from bunyad.operate.south.taking import Taking

HEAD = "time;home;kwh\n".replace(";", ",")
POINT = {
    "value": "kwh", "entity": "urn:meter:{home}", "type": "ThreePhaseAcMeasurement",
    "attribute": "totalActiveEnergyImport", "unit": "KWH",
}  # fmt: skip


def csv_source(path: Path) -> CsvSource:
    return CsvSource.model_validate(
        {"name": "files", "csv": path, "time": "time", "points": [POINT], "every_s": 0.01}
    )


@pytest.fixture
def taking(tmp_path: Path):
    outbox, said = Outbox(tmp_path / "outbox.sqlite"), []
    yield Taking(gateway="g", outbox=outbox, say=said.append)
    outbox.close()


def kept(taking: Taking) -> list[Sample]:
    return [sample for _, body in taking.outbox.peek(99_999) for sample in unpack(body)]


def test_rows_of_a_file_become_samples_and_the_file_is_put_aside(taking, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.csv").write_text("\ufeff" + HEAD + "2030-07-01T00:00:00Z,7,1.5\n1909098000,8,\n")

    async def run() -> None:
        running = asyncio.ensure_future(run_csv(csv_source(folder), taking))
        await until((folder / "a.csv.read").exists)
        running.cancel()

    asyncio.run(run())

    assert kept(taking) == [
        Sample("urn:meter:7", "ThreePhaseAcMeasurement", "totalActiveEnergyImport",
               1_909_094_400_000_000, 1.5, "KWH")
    ]  # fmt: skip


def test_a_file_that_was_read_half_is_read_on_where_it_was_left(taking, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(HEAD + "".join(f"{1_909_094_400 + n},1,{n}\n" for n in range(2_500)))
    source = csv_source(path)
    put, groups = taking.outbox.put, []

    def die_in_the_second(messages, **rest):
        groups.append(len(messages))
        if len(groups) == 2:
            raise RuntimeError("power is off")
        return put(messages, **rest)

    taking.outbox.put = die_in_the_second
    with pytest.raises(RuntimeError):
        asyncio.run(_take_file(path, source, taking))
    taking.outbox.put = put
    asyncio.run(_take_file(path, source, taking))

    assert [sample.value for sample in kept(taking)] == [float(n) for n in range(2_500)]


@pytest.mark.parametrize(
    ("row", "why"),
    [("noon,1,2\n", "line 2: 'noon' is no time"), (",1,2\n", "line 2: there is no time")],
)
def test_a_row_that_does_not_fit_is_told_with_its_line(tmp_path: Path, row: str, why: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(HEAD + row)

    with pytest.raises(Unfit, match=why):
        list(read_csv(path, csv_source(path)))


def http_source(**changes) -> HttpSource:
    return HttpSource.model_validate(
        {
            "name": "posts",
            "http": "127.0.0.1:1",
            "time": "t",
            "points": [{**POINT, "entity": "urn:{name}"}],
            **changes,
        }
    )


def test_a_post_without_room_is_told_to_come_again(taking) -> None:
    taking.outbox.most = 0

    async def run() -> int:
        transport = httpx.ASGITransport(push_app(http_source(), taking))
        async with httpx.AsyncClient(transport=transport, base_url="http://gate") as client:
            return (await client.post("/push/m", json={"t": 1_909_094_400, "kwh": 5})).status_code

    assert asyncio.run(run()) == 503
    assert kept(taking) == []


def test_posts_are_kept_before_they_are_answered(taking) -> None:
    async def run() -> list[int]:
        transport = httpx.ASGITransport(push_app(http_source(token="secret"), taking))
        async with httpx.AsyncClient(transport=transport, base_url="http://gate") as client:
            good = {"t": 1_909_094_400, "kwh": 5}
            bearer = {"Authorization": "Bearer secret"}
            answers = [
                await client.post("/push/m", json=good, headers=bearer),
                await client.post("/push/m", json=[good, good], headers=bearer),
                await client.post("/push/m", json=good),
                await client.post("/push/m", content=b"{", headers=bearer),
                await client.post("/push/m", json=["x"], headers=bearer),
                await client.post("/push/m", json={"kwh": 5}, headers=bearer),
                await client.post("/push/m", content=b" " * 5_000_000, headers=bearer),
                await client.get("/push/m"),
            ]
        return [one.status_code for one in answers]

    assert asyncio.run(run()) == [204, 204, 401, 400, 400, 400, 413, 405]
    assert [one.entity for one in kept(taking)] == ["urn:m"] * 3


@pytest.mark.parametrize("text", ["8080", ":8080", "host:", "host:99999", "host:x"])
def test_what_is_no_address_to_listen_at_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="no address"):
        address_of(text, "http")


def test_an_address_that_is_taken_is_told() -> None:
    with listen_at("127.0.0.1:0", "http") as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match="cannot listen"):
            listen_at(f"127.0.0.1:{port}", "http")
    with pytest.raises(InputError, match="cannot listen"):
        listen_at("203.0.113.1:8080", "http")


def test_a_gateway_takes_posts_and_stops_when_it_is_told(tmp_path: Path) -> None:
    port, outbox = free_port(), Outbox(tmp_path / "outbox.sqlite")
    sources = Sources.model_validate(
        {"format": "bunyad-sources/1", "gateway": "g",
         "sources": [http_source(http=f"127.0.0.1:{port}").model_dump()]}
    )  # fmt: skip

    async def run() -> int:
        stop = asyncio.Event()
        running = asyncio.ensure_future(run_gateway(sources, outbox, None, say=print, stop=stop))
        async with httpx.AsyncClient() as client:
            status = 0
            while status != 204:
                try:
                    answer = await client.post(
                        f"http://127.0.0.1:{port}/push/m", json={"t": 1_909_094_400, "kwh": 5}
                    )
                    status = answer.status_code
                except httpx.TransportError:
                    await asyncio.sleep(0.01)
        stop.set()
        gateway = await running
        return gateway.taking.counts["posts"].samples

    assert asyncio.run(asyncio.wait_for(run(), 60)) == 1
    assert len(outbox) == 1
    outbox.close()
