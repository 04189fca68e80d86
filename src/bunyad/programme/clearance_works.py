"""Clearance of mines and ordnance, before anything else stands on the land."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bunyad.options.programme import ProgrammeOptions
from bunyad.programme.works import DEGREES, Work, make_slug, years_needed
from bunyad.region.model import Region
from bunyad.settle.result import Settlements

__all__ = ["clear_before", "draft_clearance"]

HA_PER_KM2 = 100


def draft_clearance(
    region: Region,
    works: Sequence[Work],
    *,
    settlements: Settlements,
    options: ProgrammeOptions,
) -> list[Work]:
    """
    Draft the clearance of every district with hazards, in two lots.

    `building-land` is the part of the works' own land that is contaminated, taken as the
    district's contaminated share of its area, since minefields are not published as maps.
    `other-land` is the rest of the contaminated land; nothing waits for it.

    Parameters
    ----------
    region
        Hazards and districts.
    works
        Works with the land that they stand on.
    settlements
        People of each settlement.
    options
        Options of the room.
    """
    outlines = region.districts.set_index("name").to_crs(DEGREES).geometry
    people = settlements.places.groupby("district")["people"].sum().to_dict()
    inhabitants = settlements.places.groupby("district")["id"].agg(tuple).to_dict()
    lots = []
    for district, lot, ha in _lots(region, works, options):
        capex_usd = ha * options.clearance_usd_per_ha
        lots.append(
            Work(
                id=_lot_id(district, lot),
                kind="clearance",
                name=f"Clearance of {lot} land, {district}",
                district=district,
                geometry=outlines[district],
                capacity=ha,
                unit="ha",
                capex_usd=capex_usd,
                opex_usd_per_year=0.0,
                serves=inhabitants.get(district, ()),
                provenance=f"region: hazards of {district}",
                years=years_needed(ha, options.clearance_ha_per_year),
                due=region.last_year,
                merit=people.get(district, 0.0) / max(capex_usd, 1),
            )
        )
    return lots


def _lots(
    region: Region, works: Sequence[Work], options: ProgrammeOptions
) -> Iterator[tuple[str, str, float]]:
    """Yield the district, the sort of land and the hectares of each lot."""
    wanted_ha: dict[str, float] = defaultdict(float)
    for work in works:
        for district, ha in work.ground_ha:
            wanted_ha[district] += ha
    area_km2 = region.districts.set_index("name")["area_km2"].to_dict()
    contaminated = region.hazards.groupby("district")["contaminated_ha"].sum().to_dict()
    for name, contaminated_ha in contaminated.items():
        district = str(name)
        share = min(contaminated_ha / (area_km2[district] * HA_PER_KM2), 1)
        building_ha = min(wanted_ha[district] * share, contaminated_ha)
        if building_ha < options.smallest_clearance_ha:
            building_ha = 0.0
        for lot, ha in (("building", building_ha), ("other", contaminated_ha - building_ha)):
            if ha >= options.smallest_clearance_ha and ha > 0:
                yield district, lot, ha


def clear_before(works: Sequence[Work], lots: Sequence[Work]) -> list[Work]:
    """Let every work require the building-land lots of the districts in which it stands."""
    planned = {lot.id for lot in lots}
    cleared = []
    for work in works:
        stands_in = [district for district, ha in work.ground_ha if ha > 0]
        wanted = [_lot_id(district, "building") for district in stands_in]
        found = [lot for lot in wanted if lot in planned]
        cleared.append(replace(work, requires=(*found, *work.requires)))
    return cleared


def _lot_id(district: str, lot: str) -> str:
    """Return the identifier of a clearance lot."""
    return f"clearance-{make_slug(district)}-{lot}-land"
