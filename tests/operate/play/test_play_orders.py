"""Valves, chargers and lamps of a played village do as they are told, and readings show it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from small_village import JULY_US, small_village

from bunyad.operate.commands.desk import Command, Desk, Sight
from bunyad.operate.commands.rules import load_command_rules
from bunyad.operate.play import Message, Playing, read_faults
from bunyad.operate.play.feed import feed, fragment
from bunyad.operate.play.obeying import Obeying
from bunyad.operate.server import make_server
from bunyad.operate.village.entities import entity_id

VILLAGE = small_village()
STEP_S = 300
STEP_US = STEP_S * 1_000_000
VALVE = entity_id("Valve", "riverton", "field-001")
CHARGER = entity_id("EVChargingStation", "riverton", "charger-1")
LAMPS = entity_id("StreetlightGroup", "riverton", "lights-1")


def at_play(*faults: str, from_us: int = JULY_US) -> Playing:
    playing = Playing(VILLAGE, from_us=from_us, step_s=STEP_S)
    playing._faults = read_faults(faults, playing.points, from_us=from_us, seed=1)
    return playing


def rows(playing: Playing, key: str) -> slice:
    return next(group.rows for group in playing.points.groups if group.key == key)


def test_an_order_within_an_hour_changes_what_it_is_about_from_then_on_and_nothing_else() -> None:
    plain, told = at_play(), at_play()
    before = next(plain.blocks(1))
    block = next(told.blocks(1))
    told.orders.now_us = int(block.times_us[5])

    assert told.again() is None
    assert told.orders.take(VALVE, "setting", 40)
    block = told.again()

    assert block is not None
    assert np.array_equal(block.values[:, :6], before.values[:, :6], equal_nan=True)
    assert (block.values[rows(told, "valve.openStatus")][0, 6:] == 40).all()
    assert (block.values[rows(told, "valve.flow")][0, 6:] > 0).all()
    changed = np.nonzero((block.values != before.values).any(axis=1))[0]
    about = {rows(told, key).start for key in (
        "valve.openStatus", "valve.setting", "valve.flow", "soil.soilMoistureVwc")}  # fmt: skip
    assert set(changed) <= about
    assert told.again() is None


def test_hours_that_follow_an_order_follow_from_it() -> None:
    wet, dry = at_play(), at_play()
    wet.orders.take(VALVE, "setting", 100)
    dry.orders.take(VALVE, "setting", 0)

    soils = [
        [block.values[rows(playing, "soil.soilMoistureVwc")][0, -1] for block in playing.blocks(5)]
        for playing in (wet, dry)
    ]

    assert soils[0][-1] > soils[1][-1]


def test_lamps_burn_low_or_not_at_all_and_chargers_close() -> None:
    night = JULY_US + 18 * 3_600_000_000
    plain, low, off = (at_play(from_us=night) for _ in range(3))
    low.orders.take(LAMPS, "powerStateCommand", "low")
    off.orders.take(LAMPS, "powerStateCommand", "off")
    off.orders.take(CHARGER, "statusCommand", "outOfService")

    blocks = [next(playing.blocks(1)) for playing in (plain, low, off)]
    ours = np.nonzero(_lamps_of_first_group(plain))[0]
    power = [b.values[rows(plain, "lamp.powerConsumption")][ours].sum() for b in blocks]
    state = [b.values[rows(plain, "lights.powerState")][0, -1] for b in blocks]

    assert power[1] == pytest.approx(power[0] / 2)
    assert (power[2], state) == (0, [1, 2, 0])
    charger = blocks[2].values[rows(plain, "charger.status")][0]
    assert (charger == 2).all()
    assert (blocks[2].values[rows(plain, "charger.powerConsumption")][0] == 0).all()


def _lamps_of_first_group(playing: Playing) -> Any:
    return playing._parts[0].layout.lamp_transformer == 0


@pytest.mark.parametrize(
    ("thing", "attribute", "value"),
    [
        (VALVE, "setting", 101), (VALVE, "setting", "open"), (VALVE, "setting", True),
        (VALVE, "setting", float("nan")), (VALVE, "flow", 1), ("urn:none", "setting", 1),
        (CHARGER, "statusCommand", "dance"), (LAMPS, "powerStateCommand", None),
        (LAMPS, "powerStateCommand", ["on"]),
    ],
)  # fmt: skip
def test_orders_that_make_no_sense_are_not_obeyed(thing: str, attribute: str, value: Any) -> None:
    playing = at_play()

    assert not playing.orders.take(thing, attribute, value)
    assert playing.orders.given == []


@pytest.mark.parametrize(
    ("fault", "outcome"), [((), "done"), (("stuck_valve@0h+6h:field-001",), "failed")]
)
def test_a_confirmed_command_is_done_when_readings_show_it_and_fails_where_the_valve_sticks(
    tmp_path: Path, fault: tuple[str, ...], outcome: str
) -> None:
    playing = at_play(*fault)
    seen: dict[tuple[str, str], Any] = {}
    steps: list[str] = []

    def send(command: Command) -> None:
        assert playing.orders.take(command.thing, command.attribute, command.value)

    sight = Sight(
        type_of=lambda thing: "Valve" if thing == VALVE else None,
        value_of=lambda thing, attribute: seen.get((thing, attribute)),
        stands=lambda _rule: False, holds=lambda _condition, _thing: False,
    )  # fmt: skip
    with Desk(tmp_path / "commands.sqlite", load_command_rules(), sight, send) as desk:

        async def tell(messages: list[Message]) -> None:
            now = messages[0].at_us / 1e6
            for one in messages:
                seen.update({(one.entity, name): value for name, value in one.values.items()})
            if len(steps) == 3:
                command = desk.ask(VALVE, 35.0, by="operator", now=now)
                desk.confirm(command.number, by="operator", now=now)
            desk.follow(now=now)
            standing = desk.command(1).step if len(steps) >= 3 else ""
            steps.append(standing)

        asyncio.run(feed(playing.blocks(1), tell, speed=0, playing=playing))

    assert steps[3] == "sent"
    assert steps[-1] == outcome
    assert seen[VALVE, "setting"] == 35


def test_what_others_write_at_the_broker_is_a_command_and_what_the_village_tells_is_none(
    tmp_path: Path,
) -> None:
    mounts = {"/ngsi-ld/v1": "bunyad.operate.broker.door:broker_app"}
    app = make_server(tmp_path, synchronous="OFF", mounts=mounts)
    playing = at_play()
    context = '<urn:bunyad:context:village>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
    base = "http://broker.example/ngsi-ld/v1"

    async def story() -> list[Any]:
        for start in app.server.starting:
            await start()
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, headers={"Link": context}) as client:
            told = next(
                fragment(one) for one in [Message(entity=VALVE, type="Valve", at_us=JULY_US,
                                                  values={"setting": 0, "openStatus": 0})]
            )  # fmt: skip
            assert (await client.post(f"{base}/entities", json=told)).status_code == 201
            obeying = Obeying(playing, base, {"Link": context})
            obeying._since = "2020-01-01T00:00:00Z"
            assert await obeying.look(client) == 0
            written = {"setting": {"type": "Property", "value": 60}}
            answer = await client.post(f"{base}/entities/{VALVE}/attrs", json=written)
            assert answer.status_code == 204
            again = {"setting": {**told["setting"], "value": 0}}  # the village tells its own since
            await client.post(f"{base}/entities/{VALVE}/attrs", json=again)
            found = [await obeying.look(client), await obeying.look(client)]
        for stop in reversed(app.server.stopping):
            await stop()
        app.server.records.close()
        return found

    assert asyncio.run(story()) == [1, 0]
    assert [(order.entity, order.value) for order in playing.orders.given] == [(VALVE, 60.0)]
