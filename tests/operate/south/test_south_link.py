"""An unreliable link: nothing is lost and nothing counts twice."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from contextlib import suppress
from pathlib import Path

import httpx
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ports import free_port, wait_for_port

from bunyad.errors import InputError, OutputError
from bunyad.operate import records
from bunyad.operate.south.deliver import (
    PATH,
    LinkError,
    Refused,
    deliver,
    http_send,
    request_of,
)
from bunyad.operate.south.outbox import Outbox
from bunyad.operate.south.receive import keep_samples, read_request, receive, south_app
from bunyad.operate.south.sample import Sample, pack, unpack

TANK, LEVEL = "urn:ngsi-ld:Tank:a:tank", "level"


def level(at_us: int, value: float = 1.0) -> Sample:
    return Sample(TANK, "Tank", LEVEL, at_us, value, "MTR")


def readings(tenant: records.Tenant) -> list[tuple[int, float]]:
    rows = tenant.reader().execute("SELECT at_us, value FROM reading ORDER BY at_us, ref")
    return rows.fetchall()


class FlakyLink:
    """Loses requests and answers, sends requests twice, and some of them again much later."""

    def __init__(self, tenant: records.Tenant, faults: list[str]) -> None:
        self.tenant, self.faults, self.late = tenant, faults, []

    def take(self, content: bytes) -> int:
        return self.tenant.submit(lambda tx: receive(tx, read_request(content))).result().highest

    async def send(self, content: bytes) -> int:
        await asyncio.sleep(0)
        fault = self.faults.pop() if self.faults else "none"
        if fault == "request lost":
            raise LinkError(fault)
        if fault == "late":
            self.late.append(content)
            raise LinkError(fault)
        highest = self.take(content)
        if fault == "answer lost":
            raise LinkError(fault)
        if fault == "twice":
            highest = self.take(content)
        if fault == "old ones again":
            for old in self.late:
                self.take(old)
        return highest


FAULTS = ("none", "request lost", "answer lost", "twice", "late", "old ones again")


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(FAULTS), max_size=25), st.integers(1, 1_200))
def test_over_a_link_that_drops_repeats_and_reorders_each_message_counts_once(
    tmp_path_factory: pytest.TempPathFactory, faults: list[str], count: int
) -> None:
    folder = tmp_path_factory.mktemp("link")
    opened = records.open_records(folder / "data", synchronous="NORMAL")
    tenant = opened.tenant("", create=True)
    outbox = Outbox(folder / "outbox.sqlite")

    async def run() -> None:
        outbox.put([pack([level(1_000_000 + n, float(n))]) for n in range(count)])
        link = FlakyLink(tenant, list(faults))
        await deliver(outbox, link.send, device="g", is_done=lambda: True, longest_wait_s=0.0)

    asyncio.run(run())

    assert readings(tenant) == [(1_000_000 + n, float(n)) for n in range(count)]
    assert len(outbox) == 0
    outbox.close()
    opened.close()


@pytest.fixture
def tenant(tmp_path: Path):
    opened = records.open_records(tmp_path / "data", synchronous="NORMAL")
    yield opened.tenant("", create=True)
    opened.close()


def take(tenant: records.Tenant, first: int, count: int, *, oldest: int | None = None, epoch="e"):
    rows = [(n, pack([level(n)])) for n in range(first, first + count)]
    content = orjson.loads(request_of("g", epoch, rows)) | ({"oldest": oldest} if oldest else {})
    return tenant.submit(lambda tx: receive(tx, read_request(orjson.dumps(content)))).result()


def test_a_request_that_comes_too_early_is_left_until_what_goes_before_is_there(tenant) -> None:
    early = take(tenant, 5, 3, oldest=1)
    first = take(tenant, 1, 4)
    again = take(tenant, 3, 5, oldest=1)

    assert (early.highest, early.taken) == (0, 0)
    assert (first.highest, first.taken) == (4, 4)
    assert (again.highest, again.taken, again.repeated) == (7, 3, 2)
    assert [at for at, _ in readings(tenant)] == [1, 2, 3, 4, 5, 6, 7]


def test_what_the_gateway_no_longer_has_is_told_as_missing_and_blocks_nothing(tenant) -> None:
    take(tenant, 1, 2)

    told = take(tenant, 6, 2)

    assert (told.highest, told.taken, told.missing) == (7, 2, 3)
    row = tenant.reader().execute("SELECT highest, missing FROM south_mark").fetchone()
    assert row == (7, 3)


def test_an_outbox_that_is_made_anew_counts_anew(tenant, tmp_path: Path) -> None:
    one, other = Outbox(tmp_path / "a"), Outbox(tmp_path / "b")

    take(tenant, 1, 3, epoch=one.epoch)
    told = take(tenant, 1, 2, epoch=other.epoch)

    assert one.epoch != other.epoch
    assert told.taken == 2
    one.close()
    other.close()


def test_what_goes_wrong_in_keeping_leaves_the_mark_where_it_was(tenant) -> None:
    take(tenant, 1, 2)
    content = request_of("g", "e", [(3, pack([level(3)]))])

    def broken(tx: records.Writing) -> None:
        receive(tx, read_request(content))
        raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError):
        tenant.submit(broken).result()
    again = take(tenant, 3, 1)

    assert again.taken == 1
    assert [at for at, _ in readings(tenant)] == [1, 2, 3]


def test_the_latest_sample_is_the_state_and_a_late_one_only_the_past(tenant) -> None:
    def keep(*samples: Sample) -> None:
        tenant.submit(lambda tx: keep_samples(tx, samples)).result()

    keep(level(10, 1.0), level(30, 3.0), level(20, 2.0))
    keep(level(25, 2.5))
    phase = Sample(TANK, "Tank", "phaseVoltage", 10, {"L1": 230.0}, "VLT")
    keep(phase, phase._replace(at_us=20, value={"L1": 231.0}))

    entity = records.load_entity(tenant.reader(), TANK)
    state = {iri.rsplit("/", 1)[1]: one for iri, (one,) in entity["attrs"].items()}
    assert state["level"]["value"] == 3.0
    assert state["level"]["unitCode"] == "MTR"
    assert state["phaseVoltage"]["value"] == {"L1": 231.0}
    assert entity["type"] == [
        "https://smartdatamodels.org/dataModel.WaterDistributionManagementEPANET/Tank"
    ]
    levels = [(at, value) for at, value in readings(tenant) if value is not None]
    assert levels == [(10, 1.0), (20, 2.0), (25, 2.5), (30, 3.0)]
    assert len(readings(tenant)) == 6


def test_parts_of_a_second_are_later_than_the_second_and_a_correction_wins(tenant) -> None:
    def keep(*samples: Sample) -> None:
        tenant.submit(lambda tx: keep_samples(tx, samples)).result()

    def state() -> float:
        ((instance,),) = records.load_entity(tenant.reader(), TANK)["attrs"].values()
        return instance["value"]

    keep(level(12_000_000, 1.0))
    keep(level(12_500_000, 2.0))
    assert state() == 2.0
    keep(level(12_499_999, 3.0))
    assert state() == 2.0
    keep(level(12_500_000, 4.0))
    assert state() == 4.0
    assert len(readings(tenant)) == 4


def test_what_an_entity_has_besides_stays(tenant) -> None:
    def keep(*samples: Sample) -> None:
        tenant.submit(lambda tx: keep_samples(tx, samples)).result()

    one = Sample(TANK, "Tank", "level", 10, 1.0, "", "urn:ngsi-ld:dataset:a")
    keep(one, one._replace(dataset="urn:ngsi-ld:dataset:b", value=2.0))
    keep(one._replace(at_us=20, value=1.5))

    (instances,) = records.load_entity(tenant.reader(), TANK)["attrs"].values()
    assert sorted((i["datasetId"][-1], i["value"]) for i in instances) == [("a", 1.5), ("b", 2.0)]


@given(
    st.binary(max_size=80)
    | st.recursive(
        st.none() | st.integers() | st.text(),
        lambda one: (
            st.lists(one)
            | st.dictionaries(st.sampled_from(["device", "epoch", "oldest", "messages"]), one)
        ),
        max_leaves=12,
    ).map(lambda one: json.dumps(one).encode())
)
def test_no_request_breaks_the_reader(content: bytes) -> None:
    with suppress(ValueError, RecursionError):
        read_request(content)


def test_the_receiver_answers_over_http_and_refuses_what_is_no_delivery(tmp_path: Path) -> None:
    opened = records.open_records(tmp_path / "data", synchronous="NORMAL")
    good = request_of("g", "e", [(1, pack([level(1)])), (2, pack([level(2)]))])

    async def run() -> tuple[list[int], int]:
        transport = httpx.ASGITransport(south_app(opened))
        async with httpx.AsyncClient(transport=transport, base_url="http://hub") as client:
            highest = await http_send(client, "http://hub", tenant="aghali")(good)
            answers = [
                await client.post(PATH, content=b"{"),
                await client.post(PATH, content=b"x" * 17_000_000),
                await client.post(PATH, content=good, headers={"NGSILD-Tenant": "no/../tenant"}),
                await client.get(PATH),
                await client.get("/south/v1/elsewhere"),
            ]
            with pytest.raises(Refused, match="400"):
                await http_send(client, "http://hub")(b"{}")
        return [one.status_code for one in answers], highest

    assert asyncio.run(run()) == ([400, 413, 400, 405, 404], 2)
    assert readings(opened.tenant("aghali")) == [(1, 1.0), (2, 1.0)]
    opened.close()


def test_a_link_that_is_down_or_an_answer_that_is_none_is_tried_again() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.content == b"down":
            raise httpx.ConnectError("down")
        return httpx.Response(int(request.content), json={})

    async def run(content: bytes) -> None:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
            await http_send(client, "http://hub", token="t")(content)

    for content in (b"down", b"503", b"429", b"200"):
        with pytest.raises(LinkError):
            asyncio.run(run(content))
    with pytest.raises(Refused):
        asyncio.run(run(b"401"))


def test_an_outbox_keeps_its_numbers_over_a_restart_and_an_empty_time(tmp_path: Path) -> None:
    path = tmp_path / "outbox.sqlite"
    first = Outbox(path)
    first.put([b"a", b"b"])
    first.forget(2)
    epoch = first.epoch
    first.close()

    second = Outbox(path)
    second.put([b"c"], mark=("csv", "7"))

    assert second.epoch == epoch
    assert second.peek(5) == [(3, b"c")]
    assert second.mark_of("csv") == "7"
    second.close()


def test_a_full_outbox_tells_sources_to_wait_and_keeps_what_it_has(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox.sqlite", most=2)

    async def run() -> None:
        await outbox.keep([level(1)])
        await outbox.keep([level(2)])
        with pytest.raises(OutputError, match="2 messages wait"):
            await outbox.keep([level(3)])

    asyncio.run(run())

    assert len(outbox) == 2
    outbox.close()


def test_a_file_that_is_no_outbox_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no database " * 100)

    with pytest.raises(InputError, match="it is no outbox"):
        Outbox(tmp_path / "text")


def test_samples_that_come_together_are_written_together(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox.sqlite")
    groups = []
    put = outbox.put
    outbox.put = lambda messages, **rest: (groups.append(len(messages)), put(messages, **rest))  # type: ignore[method-assign]

    async def run() -> None:
        await asyncio.gather(*(outbox.keep([level(n)]) for n in range(300)))

    asyncio.run(run())

    assert sum(groups) == 300
    assert len(groups) < 10
    kept = [unpack(body)[0].at_us for _, body in outbox.peek(500)]
    assert kept == list(range(300))
    outbox.close()


def test_a_receiver_that_refuses_ends_the_delivery(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox.sqlite")
    outbox.put([pack([level(1)])])

    async def refuse(_content: bytes) -> int:
        raise Refused("status 401")

    with pytest.raises(Refused):
        asyncio.run(deliver(outbox, refuse, device="g"))
    assert len(outbox) == 1
    outbox.close()


SOURCES = """
format: bunyad-sources/1
gateway: gate
sources:
  - name: posts
    http: 127.0.0.1:{port}
    points:
      - {{value: value, entity: "urn:ngsi-ld:Device:a:{{name}}", type: Device, attribute: reading}}
"""


class Killed:
    """A program that is killed now and then, and started again."""

    def __init__(self, port: int, *words: str) -> None:
        self.port, self.words = port, words
        self.process = self.start()

    def start(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "bunyad", "operate", *self.words],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        wait_for_port(self.port, process)
        return process

    def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def again(self) -> None:
        self.kill()
        self.process = self.start()


def test_what_was_acknowledged_outlives_kills_of_both_ends(tmp_path: Path) -> None:
    gate, hub = free_port(), free_port()
    (tmp_path / "sources.yaml").write_text(SOURCES.format(port=gate))
    data = tmp_path / "data"
    server = Killed(hub, "serve", "--data", str(data), "--port", str(hub))
    gateway = Killed(
        gate, "listen", str(tmp_path / "sources.yaml"), "--to", f"http://127.0.0.1:{hub}",
        "--outbox", str(tmp_path / "outbox.sqlite"),
    )  # fmt: skip
    kept: list[int] = []
    is_over = threading.Event()

    def post() -> None:
        number = 0
        with httpx.Client() as client:
            while not is_over.is_set():
                number += 1
                address = f"http://127.0.0.1:{gate}/push/one"
                try:
                    answer = client.post(address, json={"value": number}, timeout=5)
                except httpx.HTTPError:
                    continue
                if answer.status_code == 204:
                    kept.append(number)

    posting = threading.Thread(target=post)
    posting.start()
    try:
        draw = random.Random(7)
        for round_ in range(3):
            seen = len(kept)
            while len(kept) < seen + draw.randrange(20, 60):
                assert posting.is_alive()
                is_over.wait(0.01)
            (gateway if round_ % 2 else server).again()
        is_over.set()
        posting.join()
        told = found(data)
        while not set(kept) <= set(told):
            assert gateway.process.poll() is None
            posting.join(0.05)
            told = found(data)
    finally:
        is_over.set()
        gateway.kill()
        server.kill()

    assert len(kept) >= 60
    assert max(Counter(told).values()) == 1, "nothing counts twice"


def found(data: Path) -> list[int]:
    """Return the values that the server's records hold."""
    db = sqlite3.connect(f"file:{data / 'records.sqlite'}?mode=ro", uri=True)
    try:
        return [int(value) for (value,) in db.execute("SELECT value FROM reading")]
    finally:
        db.close()
