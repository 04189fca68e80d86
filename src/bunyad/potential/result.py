"""What the room `potential` gives."""

from __future__ import annotations

from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd
import xarray as xr

from bunyad.tables import empty, schema

SITES = schema(
    "sites",
    ("id", "str", "", "Stable identifier: technology, district and rank"),
    ("technology", "str", "", "solar, wind or hydro"),
    ("district", "str", "", "District"),
    ("is_existing", "bool", "", "Whether the plant stands or is committed already"),
    ("area_km2", "float", "km²", "Land that it lies in"),
    ("capacity_mw", "float", "MW", "Most that can be built"),
    (
        "annual_energy_gwh",
        "float",
        "GWh/a",
        "Energy of a year at full size (P50)",
    ),
    ("full_load_hours", "float", "h/a", "Energy divided by capacity"),
    ("elevation_m", "float", "m", "Mean height of the ground"),
    ("wind_speed_ms", "float", "m/s", "Mean wind speed at hub height"),
    ("capex_usd_per_kw", "float", "US$/kW", "Capital cost; 0 for existing plants"),
    ("opex_usd_per_kw_year", "float", "US$/kW/a", "Fixed yearly cost"),
    ("lcoe_usd_per_mwh", "float", "US$/MWh", "Levelised cost at the fence"),
    ("clearance_usd", "float", "US$", "Part of the capital cost that clears mined land"),
    ("available_from", "int", "a", "First year in which the land it builds on can be cleared"),
    ("p75_gwh", "float", "GWh/a", "Energy that a single year exceeds in 75 of 100 cases"),
    ("p90_gwh", "float", "GWh/a", "Energy that a single year exceeds in 90 of 100 cases"),
    ("inter_annual_sd_share", "float", "", "Standard deviation of the energy from year to year"),
    ("model_sd_share", "float", "", "Standard deviation of the estimate of the mean year"),
    ("lcoe_rank", "int", "", "Rank among the sites of its technology, 1 at the least cost"),
    ("geometry", "geometry", "m", "Polygon of the land, or the point of a hydropower plant"),
)
DURATION_CURVE = schema(
    "duration_curve",
    ("time_share", "float", "", "Part of the time in which the output is reached or exceeded"),
    ("output", "float", "", "Output, in the unit of the profile"),
)
SUPPLY_CURVES = schema(
    "supply_curves",
    ("technology", "str", "", "solar, wind or hydro"),
    ("site", "str", "", "Site identifier"),
    ("lcoe_usd_per_mwh", "float", "US$/MWh", "Levelised cost of this step"),
    ("capacity_mw", "float", "MW", "Capacity of this step"),
    ("cumulative_capacity_mw", "float", "MW", "Capacity up to and with this step"),
    ("cumulative_energy_gwh", "float", "GWh/a", "Energy up to and with this step"),
)
LAND_RULES = schema(
    "land_rules",
    ("technology", "str", "", "solar or wind"),
    ("order", "int", "", "Order in which the rules are applied, from 1"),
    ("rule", "str", "", "What is excluded, in words"),
    ("excluded_alone_km2", "float", "km²", "Land that the rule excludes by itself"),
    ("excluded_in_order_km2", "float", "km²", "Land that it removes from what the earlier left"),
    ("left_km2", "float", "km²", "Land left after it"),
    ("kind", "str", "", "What the rule looks at, one of `bunyad.region.rules.KINDS`"),
    ("title", "str", "", "What it keeps plants from"),
    ("layer", "str", "", "Layer that it looks at, or empty"),
    ("limit", "str", "", "Limit, or several parted by `;`"),
    ("unit", "str", "", "Unit of the limit"),
    ("source", "str", "", "Where the limit comes from"),
)
ROOF_YIELDS = schema(
    "roof_yields",
    ("settlement", "str", "", "Settlement identifier"),
    ("yield_kwh_per_kwp", "float", "kWh/kWp", "Yearly yield of fixed modules on its roofs"),
)
POTENTIAL_TOTALS = schema(
    "potential_totals",
    ("technology", "str", "", "solar, wind or hydro"),
    ("level", "str", "", "theoretical, technical or economic"),
    ("capacity_mw", "float", "MW", "Capacity"),
    ("annual_energy_gwh", "float", "GWh/a", "Energy of a year"),
    ("meaning", "str", "", "What the level counts, in words"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Potential:
    """What the land can yield."""

    land: xr.Dataset
    """
    Dimensions (y, x), the terrain's grid: `solar_exclusion` and `wind_exclusion` (0 where
    eligible, else the `order` of the first rule that excludes it, -1 outside of the region),
    `solar_rules_hit` and `wind_rules_hit` (every rule that excludes a cell: the sum of 2 to the
    power of `order` less 1), `solar_yield_kwh_per_kw` and `wind_full_load_hours` (yearly),
    `wind_speed_hub_ms` (mean at hub height) and `wind_weibull_shape` (all four NaN outside of
    the region). Cells that the region's border cuts are part of it.
    """
    sites: gpd.GeoDataFrame
    profiles: xr.DataArray
    """Dimensions (site, time): output in parts of the capacity, hourly, UTC [-]."""
    supply_curves: pd.DataFrame
    land_rules: pd.DataFrame
    totals: pd.DataFrame
    places: xr.Dataset = field(default_factory=xr.Dataset)
    """
    A thinned grid of cells for readers who point at the map: `lat`, `lon`, `elevation_m` and
    `grid_north` (azimuth of the first direction, clockwise from true north) by place; `horizon`
    (place, direction) in degrees, clockwise from grid north; `solar_output` and `wind_output`
    (place, month, hour), mean output in parts of the capacity at each hour of the day, UTC. The
    attribute `spacing_m` tells how far places lie apart. Empty where nobody asked for it.
    """
    roof_yields: pd.DataFrame = field(default_factory=lambda: empty(ROOF_YIELDS))
    """What the sun yields on the roofs of each settlement, as `ROOF_YIELDS`."""
