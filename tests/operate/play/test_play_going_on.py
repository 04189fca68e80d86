"""A played village says that it is one, and goes on where it left off."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from operate_process import ServerProcess
from small_village import JULY_US, small_village

from bunyad.operate.play import Playing
from bunyad.operate.play.feed import fed_by_http
from bunyad.operate.play.left_off import last_told
from bunyad.operate.village.entities import village_entities
from bunyad.operate.village.send import Broker, send_entities

VILLAGE = small_village()
JULY = datetime.fromtimestamp(JULY_US / 1e6, UTC)
STEP_S = 600


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    server = ServerProcess(tmp_path_factory.mktemp("going-on"))
    yield Broker(url=f"http://127.0.0.1:{server.port}")
    server.kill()


def play(broker: Broker, begin: datetime, hours: int) -> int:
    playing = Playing(VILLAGE, from_us=round(begin.timestamp() * 1e6), step_s=STEP_S)
    blocks = playing.blocks(hours)
    return asyncio.run(fed_by_http(blocks, broker, speed=0, playing=playing)).instants


def test_a_village_goes_on_after_the_instant_that_it_told_last(broker: Broker) -> None:
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

    assert play(broker, JULY + timedelta(minutes=80), 1) == 4  # at 10 and 20 it has told already
    assert last_told(broker) == JULY + timedelta(hours=2)
