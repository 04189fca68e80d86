"""What the room `settle` gives."""

from __future__ import annotations

from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd
import xarray as xr

from bunyad.tables import empty, schema

USES = ("homes", "public_services", "street_lighting", "water_pumping", "heat_pumps", "ev_charging")
"""Uses of electricity, in the order of the demand array."""

PLACES = schema(
    "places",
    ("id", "str", "", "Settlement identifier"),
    ("name", "str", "", "Name in English"),
    ("name_local", "str", "", "Name in the region's language"),
    ("district", "str", "", "District"),
    ("kind", "str", "", "city, town or village"),
    ("is_rebuilt", "bool", "", "Whether the programme rebuilds it"),
    ("people", "float", "people", "People in the last year of the plan"),
    ("homes", "int", "homes", "Homes needed in the last year"),
    ("school_places", "int", "places", "School places needed"),
    ("kindergarten_places", "int", "places", "Kindergarten places needed"),
    ("clinic_visits_per_day", "float", "visits/d", "Visits that primary health care must hold"),
    ("streets_km", "float", "km", "Streets"),
    ("annual_demand_mwh", "float", "MWh/a", "Electricity of the last year"),
    ("peak_demand_kw", "float", "kW", "Highest hour of the last year"),
    ("capex_usd", "float", "US$", "Homes, services and streets to build; 0 where it stands"),
    ("smart_capex_usd", "float", "US$", "Smart systems"),
    ("geometry", "geometry", "m", "Point"),
)
POPULATION_PATH = schema(
    "population_path",
    ("settlement", "str", "", "Settlement identifier"),
    ("year", "int", "a", "Year"),
    ("people", "float", "people", "People at the end of the year"),
    ("origin", "str", "", "published, interpolated or assumed"),
)
SERVICES = schema(
    "services",
    ("settlement", "str", "", "Settlement identifier"),
    ("service", "str", "", "homes, school, kindergarten, clinic, hospital, streets, water"),
    ("quantity", "float", "", "How much, in `unit`"),
    ("unit", "str", "", "Unit of the quantity"),
    ("cost_usd", "float", "US$", "Capital cost"),
)
SMART_SYSTEMS = schema(
    "smart_systems",
    ("settlement", "str", "", "Settlement identifier"),
    ("system", "str", "", "Kind of equipment"),
    ("quantity", "float", "", "How many, in `unit`"),
    ("unit", "str", "", "Unit of the quantity"),
    ("unit_cost_usd", "float", "US$", "Cost of one"),
    ("cost_usd", "float", "US$", "Cost of all"),
)
ROOF_MODULES = schema(
    "roof_modules",
    ("settlement", "str", "", "Settlement identifier"),
    ("home_roof_m2", "float", "m²", "Roofs of homes"),
    ("public_roof_m2", "float", "m²", "Roofs of schools, kindergartens and clinics"),
    ("capacity_kwp", "float", "kWp", "Modules that they can hold"),
    ("orientation_share", "float", "", "Their yield over that of modules that face best"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlements:
    """What people need."""

    places: gpd.GeoDataFrame
    population: pd.DataFrame
    services: pd.DataFrame
    smart_systems: pd.DataFrame
    demand_kw: xr.DataArray
    """Dimensions (use, settlement, time): electricity of the last year, hourly, UTC [kW]."""
    roofs: pd.DataFrame = field(default_factory=lambda: empty(ROOF_MODULES))
    """Modules that the roofs of the last year can hold, as `ROOF_MODULES`."""
