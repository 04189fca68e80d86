"""Options of the room `programme`."""

from __future__ import annotations

from typing import Literal

from bunyad.options.base import RoomOptions, option


class ProgrammeOptions(RoomOptions):
    """Options of the room `programme`."""

    public_budget_usd_per_year: float = option("programme.public_budget_usd_per_year")
    public_budget_growth_percent: float = option("programme.public_budget_growth_percent")
    private_budget_usd_per_year: float = option("programme.private_budget_usd_per_year")
    overrun: Literal["extend", "error"] = option("programme.overrun")
    clearance_usd_per_ha: float = option("programme.clearance_usd_per_ha")
    clearance_ha_per_year: float = option("programme.clearance_ha_per_year")
    settlement_ha_per_person: float = option("programme.settlement_ha_per_person")
    road_corridor_m: float = option("programme.road_corridor_m")
    railway_corridor_m: float = option("programme.railway_corridor_m")
    power_line_corridor_m: float = option("programme.power_line_corridor_m")
    solar_ha_per_mw: float = option("programme.solar_ha_per_mw")
    wind_ha_per_mw: float = option("programme.wind_ha_per_mw")
    hydro_ha_per_mw: float = option("programme.hydro_ha_per_mw")
    storage_ha_per_mw: float = option("programme.storage_ha_per_mw")
    road_km_per_year: float = option("programme.road_km_per_year")
    railway_km_per_year: float = option("programme.railway_km_per_year")
    power_line_km_per_year: float = option("programme.power_line_km_per_year")
    solar_mw_per_year: float = option("programme.solar_mw_per_year")
    wind_mw_per_year: float = option("programme.wind_mw_per_year")
    hydro_mw_per_year: float = option("programme.hydro_mw_per_year")
    storage_mw_per_year: float = option("programme.storage_mw_per_year")
    homes_per_year: float = option("programme.homes_per_year")
    smart_homes_per_year: float = option("programme.smart_homes_per_year")
    phase_people: float = option("programme.phase_people")
    build_ahead_years: int = option("programme.build_ahead_years")
    smallest_plant_mw: float = option("programme.smallest_plant_mw")
    smallest_clearance_ha: float = option("programme.smallest_clearance_ha")
    road_opex_percent: float = option("programme.road_opex_percent")
    railway_opex_percent: float = option("programme.railway_opex_percent")
    power_line_opex_percent: float = option("programme.power_line_opex_percent")
    settlement_opex_percent: float = option("programme.settlement_opex_percent")
    smart_village_opex_percent: float = option("programme.smart_village_opex_percent")
