"""Small systems whose optimum can be told by hand, on the small world."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr
from shapely.geometry import LineString, Point
from worlds import CRS, SOUTH, WEST, small_region

from bunyad.connect.result import BUS_MEMBERS, BUSES, ROUTE_CHECKS, ROUTES, Networks
from bunyad.options.energy import EnergyOptions
from bunyad.potential.result import (
    LAND_RULES,
    POTENTIAL_TOTALS,
    SITES,
    SUPPLY_CURVES,
    Potential,
)
from bunyad.settle.result import (
    PLACES,
    POPULATION_PATH,
    SERVICES,
    SMART_SYSTEMS,
    USES,
    Settlements,
)
from bunyad.tables import Schema, conform

HOURS = 8760
TIMES = pd.date_range("2019-01-01", periods=HOURS, freq="h", name="time")
ALWAYS = np.ones(HOURS)
DAYTIME = np.where((np.arange(HOURS) % 24 >= 6) & (np.arange(HOURS) % 24 < 18), 1.0, 0.0)
SUMMERY = DAYTIME * (0.6 - 0.3 * np.cos(2 * np.pi * np.arange(HOURS) / HOURS))
GUSTY = np.clip(0.35 + 0.3 * np.sin(np.arange(HOURS) / 9) * np.cos(np.arange(HOURS) / 31), 0, 1)
EVENING = 1 + 0.5 * np.sin(2 * np.pi * (np.arange(HOURS) % 24 - 13) / 24)


@dataclass(frozen=True)
class Site:
    id: str
    profile: np.ndarray
    capacity_mw: float = 1000.0
    technology: str = "solar"
    bus: str = "sub-oldtown"
    capex_usd_per_kw: float = 1000.0
    opex_usd_per_kw_year: float = 0.0
    connection_usd_per_kw: float = 0.0
    is_existing: bool = False


@dataclass(frozen=True)
class Line:
    start: str
    end: str
    capacity_mw: float = 100.0
    capex_usd: float = 0.0
    length_km: float = 10.0
    voltage_kv: float = 110.0


@dataclass(frozen=True)
class System:
    """Demand by bus [MW], sites, lines, and the size of the tie at sub-oldtown [MW]."""

    demand: dict[str, np.ndarray]
    sites: tuple[Site, ...] = ()
    lines: tuple[Line, ...] = ()
    import_mw: float = 1000.0
    export_mw: float = 0.0
    tie_at: str | None = "sub-oldtown"
    options: dict[str, float] = field(default_factory=dict)

    def inputs(self) -> dict[str, object]:
        """The arguments of `optimise_energy` and `gather_inputs` but for the region."""
        return {
            "potential": self._potential(),
            "settlements": self._settlements(),
            "networks": self._networks(),
            "options": EnergyOptions(**{"weeks_per_year": 1, **self.options}),
        }

    def region(self):
        ties = small_region().interconnectors.assign(
            import_mw=self.import_mw, export_mw=self.export_mw, substation=self.tie_at
        )
        return replace(small_region(), interconnectors=ties if self.tie_at else ties.iloc[:0])

    def with_options(self, **options: float) -> System:
        return replace(self, options={**self.options, **options})

    def _buses(self) -> list[str]:
        ends = {end for line in self.lines for end in (line.start, line.end)}
        return sorted({*self.demand, *ends, *(site.bus for site in self.sites)})

    def _potential(self) -> Potential:
        point = Point(WEST + 3e4, SOUTH + 1e4)
        rows = [
            {
                "id": site.id, "technology": site.technology, "district": "Lowland",
                "is_existing": site.is_existing, "area_km2": 1.0, "capacity_mw": site.capacity_mw,
                "annual_energy_gwh": site.capacity_mw * site.profile.sum() / 1000,
                "full_load_hours": site.profile.sum(), "elevation_m": 300.0, "wind_speed_ms": 5.0,
                "capex_usd_per_kw": site.capex_usd_per_kw,
                "opex_usd_per_kw_year": site.opex_usd_per_kw_year, "lcoe_usd_per_mwh": 50.0,
                "clearance_usd": 0.0, "available_from": 2026, "lcoe_rank": 1,
                "p75_gwh": 1.0, "p90_gwh": 1.0, "inter_annual_sd_share": 0.05,
                "model_sd_share": 0.1, "geometry": point,
            }
            for site in self.sites
        ]  # fmt: skip
        sites = gpd.GeoDataFrame(rows, columns=SITES.names(), geometry="geometry", crs=CRS)
        profiles = np.array([site.profile for site in self.sites]).reshape(-1, HOURS)
        return Potential(
            land=xr.Dataset(),
            sites=conform(sites, SITES),
            profiles=xr.DataArray(
                profiles,
                dims=("site", "time"),
                coords={"site": [site.id for site in self.sites], "time": TIMES},
            ),
            supply_curves=_empty(SUPPLY_CURVES),
            land_rules=_empty(LAND_RULES),
            totals=_empty(POTENTIAL_TOTALS),
        )

    def _settlements(self) -> Settlements:
        demand = np.zeros((len(USES), len(self.demand), HOURS))
        demand[0] = 1000 * np.array(list(self.demand.values()))
        return Settlements(
            places=_empty(PLACES),
            population=_empty(POPULATION_PATH),
            services=_empty(SERVICES),
            smart_systems=_empty(SMART_SYSTEMS),
            demand_kw=xr.DataArray(
                demand,
                dims=("use", "settlement", "time"),
                coords={
                    "use": list(USES),
                    "settlement": [f"town of {bus}" for bus in self.demand],
                    "time": TIMES,
                },
            ),
        )

    def _networks(self) -> Networks:
        names = self._buses()
        buses = gpd.GeoDataFrame(
            {"id": names, "name": names, "district": "Lowland", "voltage_kv": 110.0,
             "is_existing": True, "capex_usd": 0.0},
            geometry=[Point(WEST + 4e4 - 1e3 * place, SOUTH + 1e4) for place in range(len(names))],
            crs=CRS,
        )  # fmt: skip
        members = [
            {"member": site.id, "kind": "site", "bus": site.bus, "length_km": 1.0,
             "capex_usd_per_kw": site.connection_usd_per_kw, "capex_usd": 0.0}
            for site in self.sites
        ] + [
            {"member": f"town of {bus}", "kind": "settlement", "bus": bus, "length_km": 1.0,
             "capex_usd_per_kw": 0.0, "capex_usd": 0.0}
            for bus in self.demand
        ]  # fmt: skip
        routes = [
            {"id": f"{line.start}-{line.end}", "kind": "power_line", "name": "Line",
             "start": line.start, "end": line.end, "district": "Lowland", "standard": "110 kV",
             "voltage_kv": line.voltage_kv, "capacity_mw": line.capacity_mw,
             "length_km": line.length_km, "climb_m": 0.0, "max_grade_percent": 0.0,
             "bridge_km": 0.0, "tunnel_km": 0.0, "capex_usd": line.capex_usd,
             "geometry": LineString([(WEST, SOUTH), (WEST + 1e4, SOUTH)])}
            for line in self.lines
        ]  # fmt: skip
        return Networks(
            routes=conform(
                gpd.GeoDataFrame(routes, columns=ROUTES.names(), geometry="geometry", crs=CRS),
                ROUTES,
            ),
            buses=conform(buses, BUSES),
            bus_members=conform(pd.DataFrame(members), BUS_MEMBERS),
            route_checks=_empty(ROUTE_CHECKS),
        )


def _empty(table: Schema) -> pd.DataFrame:
    return pd.DataFrame(columns=table.names())
