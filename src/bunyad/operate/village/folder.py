"""What a plan folder says of one settlement."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from bunyad.errors import InputError
from bunyad.operate.village.model import ServingProject, Village
from bunyad.region.climate import read_climate, typical_year
from bunyad.region.file import read_region_file
from bunyad.region.folder import find_region
from bunyad.settle.demand import heat_pump_cop

__all__ = ["list_settlements", "read_village"]

Array = NDArray[np.float64]

STAGES = ".stages"
AGAIN = "give a folder that `bunyad plan` wrote, with its hidden .stages, or plan again"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Weather:
    """The climate year at the point next to a place."""

    air_c: Array
    sun_w_m2: Array
    wind_ms: Array


def read_village(plan: Path, settlement: str, *, region: Path | None = None) -> Village:
    """
    Read what a plan folder says of one settlement.

    Parameters
    ----------
    plan
        A folder that `bunyad plan` wrote.
    settlement
        Identifier of the settlement, such as `aghali`.
    region
        Region folder of the plan, for its climate; by default the built-in one that it names.

    Raises
    ------
    InputError
        If it is no plan folder, or the settlement has no smart systems in it.
    """
    with _told(plan):
        settle = plan / STAGES / "settle"
        places = gpd.read_parquet(settle / "places.parquet")
        provenance = json.loads((plan / "provenance.json").read_text("utf-8"))
        bill = pd.read_csv(plan / "tables" / "smart_systems.csv")
        services = pd.read_csv(plan / "tables" / "services.csv")
        projects = pd.read_csv(plan / "projects.csv", keep_default_na=False)
        with xr.open_dataset(settle / "demand_kw.nc", engine="h5netcdf") as stored:
            known = stored["settlement"].to_numpy().astype(str).tolist()
            demand = (
                stored["demand_kw"].sel(settlement=settlement).load()
                if (settlement in known)
                else None
            )
    equipped = sorted(set(bill["settlement"]))
    if demand is None or settlement not in equipped:
        raise InputError(
            f"the plan has no smart systems of {settlement!r}",
            where=str(plan),
            mend=f"give one of {', '.join(equipped)}",
        )
    row = places[places["id"] == settlement]
    place = row.iloc[0]
    point: Any = row.to_crs(4326).geometry.iloc[0]
    settings = provenance["options"]["settle"]
    weather = _weather(region or provenance["region"], place, (point.x, point.y), settings)
    uses = {
        str(use): demand.sel(use=use).to_numpy().astype("float64") for use in demand["use"].data
    }
    cop = heat_pump_cop(weather.air_c, sink_c=settings["heat_pump_sink_c"])
    mine = services[services["settlement"] == settlement].set_index("service")["quantity"]
    return Village(
        id=settlement,
        name=str(place["name"]),
        name_local=str(place["name_local"]),
        district=str(place["district"]),
        kind=str(place["kind"]),
        lon=round(float(point.x), 6),
        lat=round(float(point.y), 6),
        people=float(place["people"]),
        homes=int(place["homes"]),
        streets_km=float(place["streets_km"]),
        peak_kw=float(place["peak_demand_kw"]),
        water_m3_per_day=_water_m3_per_day(mine, float(place["people"]), settings),
        water_loss_share=float(settings["water_loss_share"]),
        utc_offset_hours=float(settings["utc_offset_hours"]),
        lamp_w=float(settings["lamp_w"]),
        systems={
            str(name): round(float(quantity))
            for name, quantity in bill[bill["settlement"] == settlement][
                ["system", "quantity"]
            ].itertuples(index=False)
        },
        services={str(name): float(value) for name, value in mine.items()},
        projects=_serving(projects, settlement),
        **_grid(plan, settlement),
        demand_kw=uses,
        heat_kw=uses["heat_pumps"] * cop,
        **_roofs(plan, settlement, row, bill),
        air_c=weather.air_c,
        sun_w_m2=weather.sun_w_m2,
        wind_ms=weather.wind_ms,
    )


def list_settlements(plan: Path) -> tuple[str, ...]:
    """
    Return the settlements of a plan that have smart systems.

    Parameters
    ----------
    plan
        A folder that `bunyad plan` wrote.
    """
    with _told(plan):
        bill = pd.read_csv(plan / "tables" / "smart_systems.csv")
    return tuple(sorted(set(bill["settlement"].astype(str))))


@contextmanager
def _told(plan: Path) -> Iterator[None]:
    """Turn what goes wrong when reading into a message."""
    try:
        yield
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        short = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"it is no plan folder ({short})", where=str(plan), mend=AGAIN) from None


def _water_m3_per_day(services: pd.Series, people: float, settings: Mapping[str, Any]) -> float:
    """Return the water put into the network: as the bill has it, else by the plan's rule."""
    if "water" in services.index:
        return float(services["water"])
    used = people * settings["water_l_per_person_day"] / 1000
    return float(used / (1 - settings["water_loss_share"]))


def _serving(projects: pd.DataFrame, settlement: str) -> tuple[ServingProject, ...]:
    """Return the Projects that serve a settlement."""
    serves = [settlement in str(text).split(";") for text in projects["serves"]]
    return tuple(
        ServingProject(id=str(row.id), kind=str(row.kind), name=str(row.name_))
        for row in projects[serves].rename(columns={"name": "name_"}).itertuples()
    )


def _grid(plan: Path, settlement: str) -> dict[str, Any]:
    """Return the feeder, the station behind it and the plants at that station."""
    with _told(plan):
        members = pd.read_csv(plan / "tables" / "bus_members.csv")
        plants = pd.read_csv(plan / "tables" / "plant_results.csv")
    at = members[members["member"] == settlement]["bus"]
    bus = str(at.iloc[0]) if len(at) else ""
    branches = plan / "tables" / "grid_branches.csv"
    feeder, kv = f"{settlement} feeder", 10.0
    if branches.is_file():
        lines = pd.read_csv(branches)
        mine = lines[(lines["kind"] == "feeder") & lines["to_bus"].str.startswith(f"{settlement} ")]
        if len(mine):
            feeder, kv = str(mine["id"].iloc[0]), float(mine["kv"].iloc[0])
    return {
        "feeder": feeder,
        "feeder_kv": kv,
        "substation": bus,
        "plants": tuple(plants[plants["bus"] == bus]["id"].astype(str)) if bus else (),
    }


def _roofs(
    plan: Path, settlement: str, row: gpd.GeoDataFrame, bill: pd.DataFrame
) -> dict[str, Any]:
    """
    Return the modules on roofs and their hourly yield.

    The yearly yield is the plan's for these roofs; its hours are those of the solar site next
    to the place, since the plan keeps roofs by the year.
    """
    potential = plan / STAGES / "potential"
    with _told(plan):
        sites = gpd.read_parquet(potential / "sites.parquet")
        with xr.open_dataset(potential / "profiles.nc", engine="h5netcdf") as stored:
            solar = sites[sites["technology"] == "solar"]
            distance = solar.geometry.distance(row.geometry.iloc[0])
            nearest = str(solar["id"].iloc[int(distance.to_numpy().argmin())])
            hours = stored["profiles"].sel(site=nearest).load().to_numpy().astype("float64")
        yearly = _roof_yield(plan, settlement)
    systems = bill[(bill["settlement"] == settlement) & bill["system"].str.contains("roof solar")]
    scale = yearly / hours.sum() if yearly else 1.0
    return {"roof_kwp": float(systems["quantity"].sum()), "pv_kw_per_kwp": hours * scale}


def _roof_yield(plan: Path, settlement: str) -> float:
    """Return the plan's yearly yield of the place's roofs [kWh/kWp], or 0 if it has none."""
    path = plan / STAGES / "energy" / "roofs.parquet"
    if not path.is_file():
        return 0.0
    roofs = pd.read_parquet(path)
    mine = roofs[(roofs["settlement"] == settlement) & (roofs["capacity_kwp"] > 0)]
    if mine.empty:
        return 0.0
    return float(mine["annual_energy_gwh"].iloc[0] * 1e6 / mine["capacity_kwp"].iloc[0])


def _weather(
    region: Path | str, place: pd.Series, point: tuple[float, float], settings: Mapping[str, Any]
) -> _Weather:
    """Return the climate year next to a place, the air's temperature corrected for height."""
    folder = find_region(region)
    file = read_region_file(folder)
    climate, _ = typical_year(read_climate(folder / file.layers.climate.file, crs=file.crs))
    away = np.hypot(
        (climate["lon"].to_numpy() - point[0]) * np.cos(np.radians(point[1])),
        climate["lat"].to_numpy() - point[1],
    )
    here = climate.isel(point=int(away.argmin()))
    height = (
        float(place["elevation_m"]) if "elevation_m" in place.index else float(here["elevation_m"])
    )
    above_m = height - float(here["elevation_m"])
    return _Weather(
        air_c=here["temp_air_c"].to_numpy().astype("float64")
        - above_m / 1000 * settings["lapse_rate_k_per_km"],
        sun_w_m2=here["ghi_w_m2"].to_numpy().astype("float64"),
        wind_ms=here["wind_speed_ms"].to_numpy().astype("float64"),
    )
