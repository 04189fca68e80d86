"""A played village says that it is one, and goes on where it left off."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import httpx
import pytest
from operate_process import ServerProcess
from small_village import JULY_US, small_village

from bunyad.errors import InputError
from bunyad.operate import whole_village
from bunyad.operate.place import open_reader, read_place
from bunyad.operate.play import Playing
from bunyad.operate.play.feed import fed_by_http
from bunyad.operate.play.left_off import last_told
from bunyad.operate.village.entities import village_entities
from bunyad.operate.village.send import Broker, send_entities

VILLAGE = small_village()
JULY = datetime.fromtimestamp(JULY_US / 1e6, UTC)
STEP_S = 600


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("going-on")


@pytest.fixture(scope="module")
def broker(folder: Path) -> Iterator[Broker]:
    server = ServerProcess(folder)
    yield Broker(url=f"http://127.0.0.1:{server.port}")
    server.kill()


def play(broker: Broker, begin: datetime, hours: int) -> int:
    playing = Playing(VILLAGE, from_us=round(begin.timestamp() * 1e6), step_s=STEP_S)
    blocks = playing.blocks(hours)
    return asyncio.run(fed_by_http(blocks, broker, speed=0, playing=playing)).instants


def test_a_village_goes_on_after_the_instant_that_it_told_last(
    broker: Broker, folder: Path
) -> None:
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    assert last_told(broker) == midnight

    assert play(broker, JULY - timedelta(hours=1), 1) == 6  # of a village that is not there yet
    url = f"{broker.url}/ngsi-ld/v1/entities?type=Settlement"
    assert httpx.get(url, headers=broker.headers()).json() == []
    send_entities(village_entities(VILLAGE), broker)
    settlement = f"{broker.url}/ngsi-ld/v1/entities/urn:ngsi-ld:Settlement:riverton:place"
    assert "isPlayed" not in httpx.get(settlement, headers=broker.headers()).json()

    assert play(broker, JULY, 1) == 6
    assert last_told(broker) == JULY + timedelta(hours=1)
    assert httpx.get(settlement, headers=broker.headers()).json()["isPlayed"]["value"] is True

    with closing(open_reader(folder)) as db:
        assert read_place(db).is_played
    assert play(broker, JULY + timedelta(minutes=80), 1) == 4  # at 10 and 20 it has told already
    assert last_told(broker) == JULY + timedelta(hours=2)


def test_faults_count_from_when_the_village_was_first_played(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults = ("leak@26h+6h:home-012", "silent@2030-07-03T00:00Z", "nonsense")
    village = whole_village.WholeVillage(
        plan=Path("plan"), settlement="riverton", data=tmp_path, faults=faults
    )
    told = []
    for begin in (JULY, JULY + timedelta(days=3)):
        monkeypatch.setattr(whole_village, "last_told", lambda _broker, begin=begin: begin)
        words = village._played()
        assert f"{begin:%Y-%m-%dT%H:%M:%S}" in words
        told.append([after for word, after in pairwise(words) if word == "--fault"])
    at = JULY + timedelta(hours=26)
    assert told[0] == told[1] == [f"leak@{at:%Y-%m-%dT%H:%M:%SZ}+6h:home-012", *faults[1:]]

    (tmp_path / whole_village.PLAYED_SINCE).write_text("yesterday")
    with pytest.raises(InputError, match="it holds no time"):
        village._played()
