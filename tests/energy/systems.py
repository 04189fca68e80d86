"""Small systems whose optimum can be told by hand, on the small world."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import geopandas as gpd
import hand_made
import numpy as np
import pandas as pd
import xarray as xr
from hand_made import at, empty
from shapely.geometry import LineString
from worlds import CRS, SOUTH, WEST, small_region

from bunyad.connect.result import ROUTES, Networks
from bunyad.options.energy import EnergyOptions
from bunyad.potential.result import SITES, Potential
from bunyad.settle.result import (
    PLACES,
    POPULATION_PATH,
    SERVICES,
    SMART_SYSTEMS,
    USES,
    Settlements,
)

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
        rows = [
            {
                "id": site.id, "technology": site.technology, "is_existing": site.is_existing,
                "capacity_mw": site.capacity_mw,
                "annual_energy_gwh": site.capacity_mw * site.profile.sum() / 1000,
                "full_load_hours": site.profile.sum(), "capex_usd_per_kw": site.capex_usd_per_kw,
                "opex_usd_per_kw_year": site.opex_usd_per_kw_year, "geometry": at(30, 10),
            }
            for site in self.sites
        ]  # fmt: skip
        profiles = xr.DataArray(
            np.array([site.profile for site in self.sites]).reshape(-1, HOURS),
            dims=("site", "time"),
            coords={"site": [site.id for site in self.sites], "time": TIMES},
        )
        return hand_made.potential(hand_made.sites(hand_made.shaped(rows, SITES)), profiles)

    def _settlements(self) -> Settlements:
        demand = np.zeros((len(USES), len(self.demand), HOURS))
        demand[0] = 1000 * np.array(list(self.demand.values()))
        return Settlements(
            places=empty(PLACES),
            population=empty(POPULATION_PATH),
            services=empty(SERVICES),
            smart_systems=empty(SMART_SYSTEMS),
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
            {"id": names, "name": names},
            geometry=[at(40 - place, 10) for place in range(len(names))],
            crs=CRS,
        )
        members = [
            {"member": site.id, "kind": "site", "bus": site.bus,
             "capex_usd_per_kw": site.connection_usd_per_kw}
            for site in self.sites
        ] + [
            {"member": f"town of {bus}", "kind": "settlement", "bus": bus, "capex_usd_per_kw": 0.0}
            for bus in self.demand
        ]  # fmt: skip
        routes = [
            {"id": f"{line.start}-{line.end}", "kind": "power_line", "start": line.start,
             "end": line.end, "standard": "110 kV", "voltage_kv": line.voltage_kv,
             "capacity_mw": line.capacity_mw, "length_km": line.length_km, "climb_m": 0.0,
             "max_grade_percent": 0.0, "capex_usd": line.capex_usd,
             "geometry": LineString([(WEST, SOUTH), (WEST + 1e4, SOUTH)])}
            for line in self.lines
        ]  # fmt: skip
        return hand_made.networks(
            hand_made.routes(hand_made.shaped(routes, ROUTES)), buses, pd.DataFrame(members)
        )
