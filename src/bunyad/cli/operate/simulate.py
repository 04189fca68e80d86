"""The command that plays a living village."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from bunyad.cli.app import AsJson, say
from bunyad.cli.operate.app import operate_app
from bunyad.errors import InputError, OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bunyad.operate.play import Block


@operate_app.command(name="simulate")
def simulate(  # noqa: PLR0913  (each is an option of the command)
    plan: Path,
    /,
    *,
    settlement: str,
    speed: float = 1.0,
    mqtt: str | None = None,
    http: str | None = None,
    out: Path | None = None,
    fault: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    truth: Path | None = None,
    seed: int = 1,
    from_: Annotated[str | None, Parameter(name="--from")] = None,
    hours: int = 24,
    step: int = 60,
    region: Path | None = None,
    tenant: str = "",
    token: str = "",
    as_json: AsJson = False,
) -> None:
    """
    Play a living village from the plan's own demand and yield, with faults put in on purpose.

    Every meter and sensor tells a value a minute. The same seed gives the same readings. Nothing
    is left out where the receiver is slow; the clock slips, and that is told. Over MQTT and HTTP,
    valves, chargers and groups of lamps do as they are told meanwhile, unless a fault holds them.

    Parameters
    ----------
    plan
        A plan folder.
    settlement
        Identifier of the settlement, such as aghali.
    speed
        How many times faster than the clock: 3600 plays an hour in a second, 0 plays as fast as
        the readings are taken.
    mqtt
        Address of an MQTT broker, such as mqtt://127.0.0.1:1883; one JSON message an entity under
        bunyad/SETTLEMENT/TYPE/NAME.
    http
        Address of an NGSI-LD broker, such as http://127.0.0.1:1026.
    out
        Parquet file to write instead, for load tests.
    fault
        A fault as KIND@START+SPAN:NAME=SIZE, such as leak@26h+6h:home-012; may be given many
        times. KIND is one of leak, pipe_leak, dead_inverter, lamp_out, lamp_day, stuck_valve,
        container_full, theft, low_voltage, transformer_out, charger_fault, drift, silent, stuck.
    truth
        File for what was put in when, as JSON.
    seed
        Seed of the noise and of what is drawn.
    from_
        Time at which to begin, in UTC, such as 2030-07-01T00:00. By default this hour.
    hours
        How many hours.
    step
        Time between two values of a point, in seconds; a part of an hour.
    region
        Region folder of the plan, for its climate. By default the built-in region it was made of.
    tenant
        Tenant of the NGSI-LD broker.
    token
        Token for the NGSI-LD broker.
    as_json
        Print the result for machines.
    """
    import asyncio

    from bunyad.operate.play import Playing, points_of, read_faults, truth_of
    from bunyad.operate.play.feed import Fed, fed_by_http, fed_by_mqtt
    from bunyad.operate.village.folder import read_village
    from bunyad.operate.village.send import Broker

    if sum(target is not None for target in (mqtt, http, out)) != 1:
        raise InputError(
            "it is not told where readings go", where="simulate",
            mend="give one of --mqtt, --http, --out",
        )  # fmt: skip
    if hours < 1 or speed < 0:
        raise InputError(
            f"{hours} hours at speed {speed:g}", where="simulate",
            mend="give hours from 1 and a speed from 0",
        )  # fmt: skip
    from_us = _from_us(from_)
    village = read_village(plan, settlement, region=region)
    points = points_of(village)
    faults = read_faults(fault, points, from_us=from_us, seed=seed)
    if truth is not None:
        to_us = from_us + hours * 3_600_000_000
        told = truth_of(faults, settlement=settlement, seed=seed, from_us=from_us, to_us=to_us)
        _write(truth, json.dumps(told, indent=1))
    playing = Playing(village, from_us=from_us, step_s=step, seed=seed, faults=faults)
    blocks = playing.blocks(hours)
    if not as_json:
        say(f"{village.name}: {len(points)} points, {hours} h at a value every {step} s.")
    if mqtt is not None:
        name = f"bunyad-play-{settlement}-{seed}"
        fed = asyncio.run(fed_by_mqtt(blocks, mqtt, speed=speed, name=name, playing=playing))
    elif http is not None:
        broker = Broker(url=http, tenant=tenant, token=token)
        fed = asyncio.run(fed_by_http(blocks, broker, speed=speed, playing=playing))
    else:
        assert out is not None
        fed = Fed(values=_write_parquet(out, blocks), instants=hours * (3600 // step))
    result: dict[str, Any] = {**asdict(fed), "points": len(points), "faults": len(faults)}
    if as_json:
        print(json.dumps(result))
    else:
        print(f"{fed.values} values, {fed.messages} messages, {fed.instants} instants.")
        if fed.behind_s > 1:
            say(f"The receiver fell {fed.behind_s:.0f} s behind the clock; nothing was left out.")


def _from_us(text: str | None) -> int:
    """Return when to begin [µs since 1970]."""
    import time
    from datetime import UTC, datetime

    if text is None:
        return int(time.time() // 3600) * 3_600_000_000
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(
            f"{text!r} is no time", where="--from", mend="write it as 2030-07-01T00:00"
        ) from None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return round(at.timestamp()) * 1_000_000


def _write(path: Path, text: str) -> None:
    """Write a text file."""
    try:
        path.write_text(text + "\n", "utf-8")
    except OSError as error:
        raise OutputError(
            f"it cannot be written ({error.strerror})", where=str(path), mend="choose another file"
        ) from None


def _write_parquet(path: Path, blocks: Iterator[Block]) -> int:
    """Write readings as rows of entity, attribute, leaf, instant and value; return how many."""
    from bunyad.operate.play.table import write_readings

    try:
        return write_readings(path, blocks)
    except OSError as error:
        raise OutputError(
            f"it cannot be written ({error.strerror or error})",
            where=str(path),
            mend="choose another file",
        ) from None
