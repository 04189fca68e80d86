"""A small village that lives in a data folder: its records, its faults, its alarms."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from small_village import JULY_US, small_village

from bunyad.operate import records
from bunyad.operate.alarms import load_rules
from bunyad.operate.alarms.watching import Watcher
from bunyad.operate.living import Living
from bunyad.operate.play import play, points_of, read_faults
from bunyad.operate.play.points import CODES
from bunyad.operate.village.entities import village_entities
from bunyad.operate.village.expected import expected_entities, expected_of
from bunyad.operate.village.model import Village
from bunyad.operate.village.send import keep_entities
from bunyad.operate.village.vocabulary import expand

FAULTS = ("leak@2h+30h:home-003", "dead_inverter@4h+20h:home-005", "lamp_day@5h+40h:lamp-002",
          "silent@20h+30h:home-007", "charger_fault@28h+10h", "container_full@12h+30h")  # fmt: skip


def bring_to_life(
    folder: Path, *, hours: int = 36, step_s: int = 300, faults: Sequence[str] = FAULTS,
    village: Village | None = None, watches: bool = True, database: str = "",
) -> Village:  # fmt: skip
    """Provision a village, play it into its records, and watch it for alarms."""
    village = village or small_village()
    entities = village_entities(village)
    entities += expected_entities(expected_of(village), village.id)
    keep_entities(folder, entities, database=database)
    points = points_of(village)
    struck = read_faults(faults, points, from_us=JULY_US, seed=1)
    opened = records.open_records(folder, database=database)
    tenant = opened.tenant("")
    assert tenant is not None
    for block in play(village, from_us=JULY_US, hours=hours, step_s=step_s, faults=struck):
        tenant.submit(lambda tx, block=block: _keep(tx, block)).result(60)
    opened.close()
    if watches:
        watch(Living(folder=folder, database=database))
    return village


def watch(place: Living) -> None:
    """Take in what is there, and keep the log of its alarms."""
    db = place.records()
    with place.alarms() as log:
        watcher = Watcher(lambda: db, log, load_rules("village"), clock="readings")
        watcher.look()
        watcher.keep()
    db.close()


def _keep(tx, block) -> None:
    made = []
    for group in block.points.groups:
        if group.leaf:
            continue
        codes = CODES.get(group.attribute)
        values = block.values[group.rows]
        for row, entity in enumerate(group.entities):
            series = records.series_ref(tx, entity, expand(group.attribute))
            for at, value in zip(block.times_us, values[row], strict=True):
                if np.isnan(value):
                    continue
                told = codes[int(value)] if codes else round(float(value), group.digits)
                if not isinstance(told, list):
                    made.append(records.Reading(series, int(at), told))
    records.append_readings(tx, made)
