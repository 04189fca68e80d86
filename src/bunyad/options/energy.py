"""Options of the room `energy`."""

from __future__ import annotations

from bunyad.options.base import option
from bunyad.options.finance import FinanceOptions


class EnergyOptions(FinanceOptions):
    """Options of the room `energy`, with those of `finance`."""

    weeks_per_year: int = option("energy.weeks_per_year")
    min_renewable_share: float = option("energy.min_renewable_share")
    min_own_share: float = option("energy.min_own_share")
    import_price_usd_per_mwh: float = option("energy.import_price_usd_per_mwh")
    export_price_usd_per_mwh: float = option("energy.export_price_usd_per_mwh")
    grid_emissions_t_per_mwh: float = option("energy.grid_emissions_t_per_mwh")
    battery_usd_per_kw: float = option("energy.battery_usd_per_kw")
    battery_usd_per_kwh: float = option("energy.battery_usd_per_kwh")
    battery_hours: float = option("energy.battery_hours")
    battery_round_trip_efficiency: float = option("energy.battery_round_trip_efficiency")
    battery_converter_lifetime_years: float = option("energy.battery_converter_lifetime_years")
    battery_content_lifetime_years: float = option("energy.battery_content_lifetime_years")
    battery_opex_share: float = option("energy.battery_opex_share")
    battery_wear_usd_per_mwh: float = option("energy.battery_wear_usd_per_mwh")
    line_max_factor: float = option("energy.line_max_factor")
    line_lifetime_years: float = option("energy.line_lifetime_years")
    line_opex_share: float = option("energy.line_opex_share")
