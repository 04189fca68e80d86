"""Works that yield or store electricity."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from bunyad.connect.result import Networks
from bunyad.energy.result import EnergySystem
from bunyad.options.programme import ProgrammeOptions
from bunyad.potential.result import Potential
from bunyad.programme.access import Access
from bunyad.programme.works import DEGREES, Work, make_slug, years_needed
from bunyad.region.model import Region

__all__ = ["draft_plants"]

KIND_OF_TECHNOLOGY = {"solar": "solar", "wind": "wind", "hydro": "hydro", "battery": "storage"}
LABELS = {
    "solar": "Solar plant",
    "wind": "Wind farm",
    "hydro": "Hydropower plant",
    "storage": "Battery",
}


def draft_plants(
    region: Region,
    *,
    potential: Potential,
    networks: Networks,
    energy: EnergySystem,
    access: Access,
    options: ProgrammeOptions,
) -> list[Work]:
    """
    Draft a work for every plant and battery that the energy system adds, on private money.

    Each requires the power line that reaches its bus. Its cost holds its own connection. Among
    equally urgent ones the one with most energy for its cost comes first.

    Parameters
    ----------
    region
        The last year.
    potential
        Land of the sites.
    networks
        Buses.
    energy
        Capacity of plants and batteries.
    access
        Power line that reaches each bus, and whom the bus serves.
    options
        Options of the room.
    """
    spots = _spots(potential, networks)
    bus_names = dict(zip(networks.buses["id"], networks.buses["name"], strict=True))
    plants = energy.plants
    is_new = ~plants["is_existing"] & (plants["capacity_mw"] >= options.smallest_plant_mw)
    works = []
    for plant in plants[is_new].to_dict("records"):
        kind = KIND_OF_TECHNOLOGY[plant["technology"]]
        capacity_mw, bus = plant["capacity_mw"], plant["bus"]
        own_name = _own_part(plant).replace("-", " ").title()
        footprint_ha = capacity_mw * getattr(options, f"{kind}_ha_per_mw")
        works.append(
            Work(
                id=f"{kind}-{_own_part(plant)}",
                kind=kind,
                name=f"{LABELS[kind]} {bus_names[bus] if kind == 'storage' else own_name}",
                district=plant["district"],
                geometry=spots.get(plant["id"], spots.get(bus)),
                capacity=capacity_mw,
                unit="MW",
                capex_usd=plant["capex_usd"],
                opex_usd_per_year=plant["opex_usd_per_year"],
                requires=(access.line_of_bus[bus],) if bus in access.line_of_bus else (),
                serves=access.served_by_bus.get(bus, ()),
                funding="private",
                provenance=f"energy: least-cost capacity of {plant['id']} at bus {bus}",
                years=years_needed(capacity_mw, getattr(options, f"{kind}_mw_per_year")),
                due=region.last_year,
                merit=plant["annual_energy_gwh"] / max(plant["capex_usd"], 1),
                ground_ha=((plant["district"], footprint_ha),),
            )
        )
    return works


def _spots(potential: Potential, networks: Networks) -> dict[str, Any]:
    """Return the geometry of every site and bus in longitude and latitude."""
    return {
        identifier: shape
        for table in (networks.buses, potential.sites)
        for identifier, shape in zip(table["id"], table.to_crs(DEGREES).geometry, strict=True)
    }


def _own_part(plant: Mapping[Hashable, Any]) -> str:
    """Return a plant's identifier without its technology, such as `jabrayil-3`."""
    return make_slug(plant["id"]).removeprefix(f"{make_slug(plant['technology'])}-")
