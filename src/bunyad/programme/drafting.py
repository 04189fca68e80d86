"""Everything that is to be built, with what it requires, not yet dated."""

from __future__ import annotations

from collections import Counter

from bunyad.connect.result import Networks
from bunyad.energy.result import EnergySystem
from bunyad.options.programme import ProgrammeOptions
from bunyad.potential.result import Potential
from bunyad.programme.access import find_access
from bunyad.programme.clearance_works import clear_before, draft_clearance
from bunyad.programme.place_works import draft_places
from bunyad.programme.plant_works import draft_plants
from bunyad.programme.route_works import draft_routes
from bunyad.programme.works import Work
from bunyad.region.model import Region
from bunyad.settle.result import Settlements

__all__ = ["draft_works"]


def draft_works(
    region: Region,
    *,
    potential: Potential,
    settlements: Settlements,
    networks: Networks,
    energy: EnergySystem,
    options: ProgrammeOptions,
) -> list[Work]:
    """
    Draft every work of the programme: clearance, routes, plants, settlements, smart systems.

    Clearance comes before everything that stands on the land, roads and power lines before the
    settlements that they reach, power lines before the plants of their buses.
    """
    parts = energy.grid_upgrades[energy.grid_upgrades["kind"] != "mesh"]
    upgrades = parts.groupby("station")["added_capex_usd"].sum()
    access = find_access(
        region,
        settlements=settlements,
        networks=networks,
        upgrade_usd={str(bus): float(usd) for bus, usd in upgrades.items()},
    )
    works = [
        *draft_routes(
            region,
            settlements=settlements,
            networks=networks,
            energy=energy,
            access=access,
            options=options,
        ),
        *draft_plants(
            region,
            potential=potential,
            networks=networks,
            energy=energy,
            access=access,
            options=options,
        ),
        *draft_places(region, settlements=settlements, access=access, options=options),
    ]
    lots = draft_clearance(region, works, settlements=settlements, options=options)
    drafted = [*lots, *clear_before(works, lots)]
    twice = [
        identifier for identifier, count in Counter(w.id for w in drafted).items() if count > 1
    ]
    assert not twice, f"works share identifiers: {twice}"
    return drafted
