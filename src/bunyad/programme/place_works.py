"""Works for people: settlements and their smart systems."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from bunyad.options.programme import ProgrammeOptions
from bunyad.programme.access import Access
from bunyad.programme.works import DEGREES, Work, years_needed
from bunyad.region.model import Region
from bunyad.settle.result import Settlements

__all__ = ["draft_places"]


def draft_places(
    region: Region,
    *,
    settlements: Settlements,
    access: Access,
    options: ProgrammeOptions,
) -> list[Work]:
    """
    Draft the phases and the smart systems of every rebuilt settlement.

    A settlement is built in equal phases of about `phase_people`. A phase is wanted before its
    first people come, by the population path, and waits until `build_ahead_years` before that.
    It requires the road and the power line that reach the place. Smart systems come after the
    first phase: control centre and network are needed from then on.

    Parameters
    ----------
    region
        First and last year.
    settlements
        Cost and population path.
    access
        Projects by which each settlement is reached, and its own power connection.
    options
        Options of the room.
    """
    places = settlements.places
    paths = {
        str(place): path.set_index("year")["people"]
        for place, path in settlements.population.groupby("settlement")
    }
    works: list[Work] = []
    for place, point in zip(
        places.to_dict("records"), places.to_crs(DEGREES).geometry, strict=True
    ):
        if not place["is_rebuilt"] or place["people"] <= 0:
            continue
        shared = {"district": place["district"], "geometry": point, "serves": (place["id"],)}
        phases = _phases(place, paths[place["id"]], shared, access, options)
        works.extend(phases)
        if place["smart_capex_usd"] > 0:
            works.append(
                _smart_village(
                    place,
                    shared,
                    requires=(phases[0].id,) if phases else access.of_settlement[place["id"]],
                    due=phases[0].due if phases else region.last_year,
                    options=options,
                )
            )
    return works


def _phases(
    place: Mapping[Hashable, Any],
    path: pd.Series[float],
    shared: Mapping[str, Any],
    access: Access,
    options: ProgrammeOptions,
) -> list[Work]:
    """Return the building phases of one settlement; none where nothing is to be built."""
    if place["capex_usd"] <= 0:
        return []
    count = years_needed(place["people"], options.phase_people)
    capex_usd = (place["capex_usd"] + access.connection_usd.get(place["id"], 0.0)) / count
    people = place["people"] / count
    years = years_needed(place["homes"] / count, options.homes_per_year)
    works: list[Work] = []
    for phase in range(count):
        due = _arrival(path, people * phase) - 1
        works.append(
            Work(
                id=_phase_id(place["id"], phase, count),
                kind="settlement",
                name=place["name"] if count == 1 else f"{place['name']}, phase {phase + 1}",
                capacity=people,
                unit="people",
                capex_usd=capex_usd,
                opex_usd_per_year=capex_usd * options.settlement_opex_percent / 100,
                requires=access.of_settlement[place["id"]],
                provenance=f"settle: homes and services of {place['id']}; connect: its power",
                years=years,
                release=due - years + 1 - options.build_ahead_years,
                due=due,
                merit=people / capex_usd,
                ground_ha=((place["district"], people * options.settlement_ha_per_person),),
                **shared,
            )
        )
    return works


def _smart_village(
    place: Mapping[Hashable, Any],
    shared: Mapping[str, Any],
    *,
    requires: tuple[str, ...],
    due: int,
    options: ProgrammeOptions,
) -> Work:
    """Return the work that brings a settlement's smart systems."""
    capex_usd = place["smart_capex_usd"]
    years = years_needed(place["homes"], options.smart_homes_per_year)
    return Work(
        id=f"smart-village-{place['id']}",
        kind="smart_village",
        name=f"Smart systems of {place['name']}",
        capacity=place["people"],
        unit="people",
        capex_usd=capex_usd,
        opex_usd_per_year=capex_usd * options.smart_village_opex_percent / 100,
        requires=requires,
        provenance=f"settle: smart systems of {place['id']}",
        years=years,
        due=due + years,
        merit=place["people"] / capex_usd,
        **shared,
    )


def _phase_id(place: str, phase: int, count: int) -> str:
    """Return the identifier of a phase; a settlement of one phase has no number."""
    return f"settlement-{place}" if count == 1 else f"settlement-{place}-{phase + 1}"


def _arrival(path: pd.Series[float], housed: float) -> int:
    """Return the first year in which more people live in a place than are housed already."""
    # A part in a million is noise of the division into phases.
    is_more = path.to_numpy() > housed * (1 + 1e-6)
    return int(path.index[int(np.argmax(is_more))])
