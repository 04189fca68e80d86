"""A plan of the small world, made by hand from the declared tables, with sums that add up."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import geopandas as gpd
import hand_made
import numpy as np
import pandas as pd
import pyproj
import xarray as xr
from hand_made import at
from report.sample_networks import with_dispatch, with_tables
from shapely.geometry import LineString, box
from worlds import CELL, CRS, SOUTH, WEST, small_region

from bunyad.connect.choices import ROUTE_CHOICES
from bunyad.connect.result import BUS_MEMBERS, ROUTE_CHECKS, Networks
from bunyad.connect.study import ROUTE_COSTS, ROUTE_OPTIONS, ROUTE_STATIONS
from bunyad.energy.result import LINE_RESULTS, PLANT_RESULTS, ROOFS, SUMMARY, EnergySystem
from bunyad.options import Options
from bunyad.potential import month_hour_means
from bunyad.potential.result import (
    LAND_RULES,
    POTENTIAL_TOTALS,
    SUPPLY_CURVES,
    Potential,
)
from bunyad.programme.result import SPENDING, Programme
from bunyad.project import Project
from bunyad.region.model import Region
from bunyad.settle.result import (
    PLACES,
    POPULATION_PATH,
    SERVICES,
    SMART_SYSTEMS,
    USES,
    Settlements,
)
from bunyad.tables import conform

HOSTILE = "</script><img src=x onerror=alert(1)>"
"""A settlement's name that tries to break out of the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplePlan:
    """The values of a plan, as `bunyad.plan.Plan` holds them."""

    region: Region
    options: Options
    potential: Potential
    settlements: Settlements
    networks: Networks
    energy: EnergySystem
    programme: Programme
    comparison: pd.DataFrame
    provenance: dict[str, Any]


def sample_potential(region: Region) -> Potential:
    terrain = region.terrain
    inside = terrain.district.to_numpy() >= 0
    steep = terrain.slope_percent.to_numpy() > 15
    high = terrain.elevation_m.to_numpy() > 1_500
    solar = np.select([~inside, steep, high], [-1, 1, 2], 0)
    wind = np.select([~inside, steep, ~high], [-1, 1, 2], 0)
    height = terrain.elevation_m.to_numpy()
    land = xr.Dataset(
        {
            "solar_exclusion": (("y", "x"), solar.astype("int16")),
            "wind_exclusion": (("y", "x"), wind.astype("int16")),
            "solar_yield_kwh_per_kw": (("y", "x"), np.where(inside, 1_450 + height / 20, np.nan)),
            "wind_full_load_hours": (("y", "x"), np.where(inside, 1_400 + height / 2, np.nan)),
        },
        coords=terrain.coords,
    )
    rows = [
        ("solar-lowland-1", "solar", "Lowland", False, 12.0, 300.0, 0.19, 320, box(WEST + 32e3, SOUTH + 14e3, WEST + 36e3, SOUTH + 17e3)),
        ("solar-lowland-2", "solar", "Lowland", False, 9.0, 180.0, 0.18, 310, box(WEST + 34e3, SOUTH + 4e3, WEST + 37e3, SOUTH + 7e3)),
        ("early-sun", "solar", "Lowland", True, 0.4, 10.0, 0.18, 310, at(33, 8)),
        ("wind-upland-1", "wind", "Upland", False, 16.0, 80.0, 0.34, 1_900, box(WEST + 6e3, SOUTH + 8e3, WEST + 10e3, SOUTH + 12e3)),
        ("weir", "hydro", "Lowland", True, 0.0, 4.0, 0.45, 300, at(24, 12)),
    ]  # fmt: skip
    sites = gpd.GeoDataFrame(
        [
            {"id": i, "technology": t, "district": d, "is_existing": e, "area_km2": a,
             "capacity_mw": c, "annual_energy_gwh": c * f * 8.76, "full_load_hours": f * 8760,
             "elevation_m": h, "wind_speed_ms": 6.5, "capex_usd_per_kw": 0 if e else 950.0,
             "lcoe_usd_per_mwh": 9.0 / f}
            for i, t, d, e, a, c, f, h, _ in rows
        ],
        geometry=[row[-1] for row in rows], crs=CRS,
    )  # fmt: skip
    sites = hand_made.sites(sites)
    curves = sites.sort_values(["technology", "lcoe_usd_per_mwh"]).rename(columns={"id": "site"})
    by = curves.groupby("technology")
    curves["cumulative_capacity_mw"] = by["capacity_mw"].cumsum()
    curves["cumulative_energy_gwh"] = by["annual_energy_gwh"].cumsum()
    rules = pd.DataFrame(
        [
            ("solar", 1, "Slope above 15 %", 210.0, 210.0, 1_070.0),
            ("solar", 2, "Ground above 1,500 m", 180.0, 60.0, 1_010.0),
            ("wind", 1, "Slope above 15 %", 210.0, 210.0, 1_070.0),
            ("wind", 2, "Wind below 6 m/s", 900.0, 860.0, 210.0),
        ],
        columns=["technology", "order", "rule", "excluded_alone_km2", "excluded_in_order_km2", "left_km2"],
    )  # fmt: skip
    totals = pd.DataFrame(
        [
            (technology, level, factor * frame["capacity_mw"].sum(),
             factor * frame["annual_energy_gwh"].sum(), f"What the level {level} counts")
            for technology, frame in sites.groupby("technology")
            for level, factor in (("theoretical", 4.0), ("technical", 1.0), ("economic", 0.7))
        ],
        columns=POTENTIAL_TOTALS.names(),
    )  # fmt: skip
    hour = np.arange(8760)
    sun = np.clip(np.sin(np.pi * (hour % 24 - 2) / 12), 0, None) * (1 - 0.3 * np.cos(hour / 1394))
    wind = 0.4 + 0.35 * np.sin(hour / 37)
    shape = {"solar": sun, "wind": wind, "hydro": np.full(8760, 0.45)}
    hourly = np.array([0.6 * shape[technology] for technology in sites["technology"]])
    profiles = xr.DataArray(
        hourly.astype("float32"),
        dims=("site", "time"),
        coords={"site": sites["id"].to_numpy(), "time": region.climate["time"]},
    )
    return Potential(
        land=land,
        sites=sites,
        profiles=profiles,
        supply_curves=conform(pd.DataFrame(curves), SUPPLY_CURVES),
        land_rules=conform(
            rules.assign(kind="", title="", layer="", limit="", unit="", source=""), LAND_RULES
        ),
        totals=conform(totals, POTENTIAL_TOTALS),
        places=sample_places(region, sun, wind),
    )


def sample_places(region: Region, sun: np.ndarray, wind: np.ndarray) -> xr.Dataset:
    """Places 5 km apart; high ground to the west of each, more of it further north."""
    east, north = np.meshgrid(np.arange(2.5, 42, 5), np.arange(2.5, 32, 5))
    x, y = WEST + 1e3 * east.ravel(), SOUTH + 1e3 * north.ravel()
    lon, lat = pyproj.Transformer.from_crs(CRS, 4326, always_xy=True).transform(x, y)
    azimuth = np.arange(36) * 10.0
    west = np.clip(np.cos(np.radians(azimuth - 250)), 0, None) ** 2
    days = {
        name: month_hour_means(
            xr.DataArray(series, dims="time", coords={"time": region.climate["time"]})
        ).to_numpy()
        for name, series in (("solar", 0.6 * sun), ("wind", 0.6 * wind))
    }
    stronger = np.linspace(0.9, 1.1, len(x))[:, None, None]
    return xr.Dataset(
        {
            "lat": ("place", lat), "lon": ("place", lon),
            "elevation_m": ("place", 300 + (y - SOUTH) / 100), "grid_north": ("place", np.full(len(x), 0.5)),
            "horizon": (("place", "direction"), 2 + 20 * west * np.linspace(0.2, 1.4, len(x))[:, None]),
            "solar_output": (("place", "month", "hour"), stronger * days["solar"]),
            "wind_output": (("place", "month", "hour"), stronger * days["wind"]),
        },
        attrs={"spacing_m": 5_000.0},
    )  # fmt: skip


def sample_settlements(region: Region) -> Settlements:
    people = {"riverton": 20_000, "eastfield": 6_000, "southbank": 900, "oldtown": 5_400,
              "gapford": 700, "westhill": 3_000}  # fmt: skip
    places = region.settlements.copy()
    count = places["id"].map(people).astype(float)
    rebuilt = places["is_rebuilt"].to_numpy()
    places = places.assign(
        people=count,
        homes=np.ceil(count / 4.98).astype(int),
        school_places=np.ceil(count * 0.125).astype(int),
        kindergarten_places=np.ceil(count * 0.064).astype(int),
        clinic_visits_per_day=count * 0.02,
        streets_km=count / 300,
        annual_demand_mwh=count * 1.9,
        peak_demand_kw=count * 0.5,
        capex_usd=np.where(rebuilt, count * 30_000, 0),
        smart_capex_usd=np.where(rebuilt, count * 800, 0),
    )
    years = range(region.first_year, region.last_year + 1)
    path = pd.DataFrame(
        [
            (place, year, round(final * (year - 2025) / 15), "interpolated")
            for place, final in people.items()
            for year in years
        ],
        columns=POPULATION_PATH.names(),
    )
    services = pd.DataFrame(
        [
            (place, service, final * ratio, unit, final * ratio * cost)
            for place, final in people.items()
            for service, ratio, unit, cost in (
                ("homes", 0.2, "homes", 90_000), ("school", 0.125, "places", 12_000),
                ("kindergarten", 0.064, "places", 11_000), ("streets", 1 / 300, "km", 9e5))
        ],
        columns=SERVICES.names(),
    )  # fmt: skip
    smart = pd.DataFrame(
        [
            (place, system, round(final * ratio), "pieces", cost, round(final * ratio) * cost)
            for place, final in people.items()
            for system, ratio, cost in (("street light with Wi-Fi", 0.1, 900.0), ("smart meter", 0.2, 110.0))
        ],
        columns=SMART_SYSTEMS.names(),
    )  # fmt: skip
    shares = np.array([0.5, 0.15, 0.03, 0.07, 0.18, 0.07])
    kw = shares[:, None, None] * places["annual_demand_mwh"].to_numpy()[None, :, None] / 8.76
    demand = xr.DataArray(
        np.broadcast_to(kw, (len(USES), len(places), 8760)).astype("float32"),
        dims=("use", "settlement", "time"),
        coords={"use": list(USES), "settlement": places["id"].to_numpy(),
                "time": region.climate["time"]},
    )  # fmt: skip
    return Settlements(
        places=conform(places, PLACES),
        population=conform(path, POPULATION_PATH),
        services=conform(services, SERVICES),
        smart_systems=conform(smart, SMART_SYSTEMS),
        demand_kw=demand,
    )


def sample_networks() -> Networks:
    lines = [
        ("road-riverton-westhill", "road", "Riverton – Westhill", "riverton", "westhill", "two lanes",
         [(30, 18), (24, 19), (14, 20), (9, 20.5), (4, 21)]),
        ("road-riverton-eastfield", "road", "Riverton – Eastfield", "riverton", "eastfield", "two lanes",
         [(30, 18), (34, 24), (38, 28)]),
        ("railway-oldtown-riverton", "railway", "Oldtown – Southbank – Riverton", "oldtown", "riverton",
         "single track", [(40, 10), (33, 6), (27, 6), (28, 12), (30, 18)]),
        ("power_line-bus-oldtown-bus-riverton", "power_line", "Oldtown – Riverton", "bus-oldtown", "bus-riverton",
         "110 kV", [(40, 10), (36, 13), (30, 18)]),
        ("power_line-bus-riverton-bus-westhill", "power_line", "Riverton – Westhill", "bus-riverton", "bus-westhill",
         "110 kV", [(30, 18), (14, 19), (4, 21)]),
    ]  # fmt: skip
    rows, shapes = [], []
    for identifier, kind, name, start, end, standard, points in lines:
        shape = LineString([at(*point) for point in points])
        is_line = kind == "power_line"
        shapes.append(shape)
        rows.append(
            {"id": identifier, "kind": kind, "name": name, "start": start, "end": end,
             "standard": standard, "climb_m": 140.0, "max_grade_percent": 6.5, "bridge_km": 0.2,
             "tunnel_km": 0.1, "capex_usd": shape.length * (300 if is_line else 1_200)}
        )  # fmt: skip
    buses = gpd.GeoDataFrame(
        [
            {"id": f"bus-{name.lower()}", "name": name, "district": district,
             "is_existing": name != "Westhill",
             "capex_usd": 0.0 if name != "Westhill" else 4e6}
            for name, district in (("Oldtown", "Lowland"), ("Riverton", "Lowland"), ("Westhill", "Upland"))
        ],
        geometry=[at(40, 10), at(30, 18), at(4, 21)], crs=CRS,
    )  # fmt: skip
    members = pd.DataFrame(
        [
            (member, kind, bus, 3.0, 0.0, 40_000.0)
            for member, kind, bus in (
                ("riverton", "settlement", "bus-riverton"), ("eastfield", "settlement", "bus-riverton"),
                ("southbank", "settlement", "bus-oldtown"), ("oldtown", "settlement", "bus-oldtown"),
                ("gapford", "settlement", "bus-westhill"), ("westhill", "settlement", "bus-westhill"),
                ("solar-lowland-1", "site", "bus-riverton"), ("wind-upland-1", "site", "bus-westhill"))
        ],
        columns=BUS_MEMBERS.names(),
    )  # fmt: skip
    checks = pd.DataFrame(
        [("ridge-road", "Road over the ridge", "road", "road_ridge_km", 29.2, 0.6, 0.4, 3e7)],
        columns=ROUTE_CHECKS.names(),
    )
    return hand_made.networks(
        hand_made.routes(gpd.GeoDataFrame(rows, geometry=shapes, crs=CRS)),
        buses,
        members,
        route_checks=conform(checks, ROUTE_CHECKS),
        **sample_study("road-sample"),
    )


def sample_study(corridor: str) -> dict[str, pd.DataFrame]:
    """Two variants of one road, one with a bridge and a tunnel."""
    low_high = {"river_bridges": 2, "real_bridge_km": 0.6, "real_tunnel_km": 1.3,
                "bridge_low_km": 0.0, "bridge_high_km": 1.2, "tunnel_low_km": 0.0,
                "tunnel_high_km": 2.5}  # fmt: skip
    options, stations, costs = [], [], []
    for variant, is_chosen, length in (("open", False, 24.0), ("structures", True, 19.0)):
        key = {"corridor": corridor, "variant": variant}
        options.append(
            {**key, **low_high, "name": "Sample road", "kind": "road", "standard": "four-lane",
             "is_chosen": is_chosen, "is_efficient": True, "published_key": "",
             "length_km": length, "real_length_km": 1.1 * length, "length_low_km": length,
             "length_high_km": 1.3 * length, "climb_m": 400.0, "real_climb_m": 500.0,
             "max_grade_percent": 6.0, "min_radius_m": 320.0, "bridge_km": 0.4 * is_chosen,
             "tunnel_km": 1.1 * is_chosen, "cut_m3": 1e5, "fill_m3": 9e4, "capex_usd": 9e7,
             "hours": length / 60, "energy_kwh": 90.0,
             "break_even_per_day": 2_400.0 if is_chosen else None,
             "geometry": LineString([(610_000, 4_380_000, 300), (620_000, 4_390_000, 500)])}
        )  # fmt: skip
        kinds = ["open", "bridge", "open", "tunnel", "open"] if is_chosen else ["open"] * 5
        stations += [
            {**key, "station_km": length * place / 4, "height_m": 300.0 + 50 * place,
             "ground_m": 290.0 + 55 * place, "structure": kind, "speed_kmh": 60.0}
            for place, kind in enumerate(kinds)
        ]  # fmt: skip
        costs += [
            {**key, "item": item, "quantity": 10.0, "unit": unit, "cost_usd": 1.5e7}
            for item, unit in (("line", "km"), ("cut", "m³"), ("fill", "m³"), ("haul", "m³"),
                               ("bridges", "km"), ("tunnels", "km"))
        ]  # fmt: skip
    return {
        "route_options": conform(
            gpd.GeoDataFrame(options, geometry="geometry", crs=CRS), ROUTE_OPTIONS
        ),
        "route_stations": conform(pd.DataFrame(stations), ROUTE_STATIONS),
        "route_costs": conform(pd.DataFrame(costs), ROUTE_COSTS),
        "route_choices": conform(pd.DataFrame(_sample_choices(corridor)), ROUTE_CHOICES),
    }


def _sample_choices(corridor: str) -> list[dict[str, object]]:
    """Four ways to lay one road, one of them beaten by another."""
    return [
        {"corridor": corridor, "choice": choice, "variant": choice.split("/")[0],
         "capex_usd": cost, "length_km": length, "hours": length / 60, "energy_kwh": 3 * length,
         "bridge_km": 0.4, "tunnel_km": 0.0, "is_efficient": choice != "open/elsewhere-1"}
        for choice, cost, length in (
            ("open", 4e7, 24.0), ("open/shorter-1", 4.6e7, 22.5),
            ("open/elsewhere-1", 5e7, 25.0), ("structures", 9e7, 19.0),
        )
    ]  # fmt: skip


def sample_dispatch(buses: list[str]) -> xr.Dataset:
    """Two weeks whose generation, storage, trade and flows balance at each bus and hour."""
    weeks = {"winter": "2019-01-14", "summer": "2019-07-15"}
    times = pd.DatetimeIndex(
        np.concatenate([pd.date_range(day, periods=168, freq="h") for day in weeks.values()])
    )
    label = np.repeat(list(weeks), 168)
    hour = times.hour.to_numpy() + 4
    sun = np.clip(np.sin(np.pi * (hour - 6) / 12), 0, None) * np.where(label == "summer", 1, 0.6)
    wind = 0.5 + 0.4 * np.sin(np.arange(336) / 9)
    demand = 6 + 2 * np.sin(np.pi * (hour - 9) / 12)
    share = np.array([0.3, 0.5, 0.2])[:, None]
    solar = np.array([0.1, 0.9, 0.0])[:, None] * sun * 18
    blows = np.array([0.0, 0.0, 1.0])[:, None] * wind * 7
    water = np.array([0.0, 1.0, 0.0])[:, None] * np.full(336, 2.0)
    need = share * demand
    surplus = (solar + blows + water).sum(0) - need.sum(0)
    charge = np.array([0.0, 1.0, 0.0])[:, None] * np.clip(surplus, 0, 3)
    discharge = np.array([0.0, 1.0, 0.0])[:, None] * np.clip(-surplus, 0, 3)
    rest = surplus - charge.sum(0) + discharge.sum(0)
    export = np.array([1.0, 0.0, 0.0])[:, None] * np.clip(rest, 0, None)
    bought = np.array([1.0, 0.0, 0.0])[:, None] * np.clip(-rest, 0, None)
    inflow = need + charge + export - solar - blows - water - bought - discharge
    generation = np.stack([solar, blows, water, bought])
    flat = {"demand_mw": need, "export_mw": export, "charge_mw": charge, "discharge_mw": discharge,
            "net_inflow_mw": inflow, "price_usd_per_mwh": np.full((3, 336), 35.0)}  # fmt: skip
    return xr.Dataset(
        {"generation_mw": (("carrier", "bus", "snapshot"), generation)}
        | {name: (("bus", "snapshot"), values) for name, values in flat.items()},
        coords={"carrier": ["solar", "wind", "hydro", "import"], "bus": buses,
                "snapshot": np.arange(336), "time": ("snapshot", times),
                "week": ("snapshot", label), "hours_per_year": ("snapshot", np.full(336, 8760 / 336))},
    )  # fmt: skip


def sample_energy(networks: Networks) -> EnergySystem:
    dispatch = sample_dispatch(list(networks.buses["id"]))
    yearly = (dispatch.drop_vars("price_usd_per_mwh") * dispatch.hours_per_year).sum(
        "snapshot"
    ) / 1e3
    energy = {
        str(c): float(yearly.generation_mw.sel(carrier=c).sum()) for c in dispatch.carrier.values
    }
    plants = pd.DataFrame(
        [
            ("solar-lowland-1", "solar", "bus-riverton", "Lowland", False, 18.0, 0.0, energy["solar"], 0.4, 17e6, 3e5),
            ("early-sun", "solar", "bus-oldtown", "Lowland", True, 10.0, 0.0, 0.0, 0.0, 0.0, 1e5),
            ("wind-upland-1", "wind", "bus-westhill", "Upland", False, 7.0, 0.0, energy["wind"], 0.0, 9e6, 2e5),
            ("weir", "hydro", "bus-riverton", "Lowland", True, 4.0, 0.0, energy["hydro"], 0.0, 0.0, 1e5),
            ("battery-bus-riverton", "battery", "bus-riverton", "Lowland", False, 3.0, 12.0, 0.0, 0.0, 3e6, 4e4),
        ],
        columns=PLANT_RESULTS.names(),
    )  # fmt: skip
    lines = pd.DataFrame(
        [
            ("power_line-bus-oldtown-bus-riverton", "bus-oldtown", "bus-riverton", 90.0, 0.0, 20.0, 0.2, 0.0),
            ("power_line-bus-riverton-bus-westhill", "bus-riverton", "bus-westhill", 95.0, 5.0, 6.0, 0.1, 2e5),
        ],
        columns=LINE_RESULTS.names(),
    )  # fmt: skip
    made = sum(energy[name] for name in ("solar", "wind", "hydro"))
    summary = pd.DataFrame(
        [
            ("system_cost_usd_per_year", 4.1e6, "US$/a", "Cost of a year"),
            ("demand_gwh", float(yearly.demand_mw.sum()), "GWh/a", "Demand"),
            ("generation_gwh", made, "GWh/a", "Generation"),
            ("import_gwh", energy["import"], "GWh/a", "Import"),
            ("export_gwh", float(yearly.export_mw.sum()), "GWh/a", "Export"),
            ("renewable_share", 0.97, "-", "Renewable generation by demand"),
            ("own_share", 0.95, "-", "Demand met without imports"),
            ("curtailment_share", 0.01, "-", "Curtailed part"),
            ("emissions_kt", 1.2, "kt/a", "Emissions of imports"),
            ("export_revenue_usd_per_year", 5e5, "US$/a", "Export revenue"),
            ("import_cost_usd_per_year", 2e5, "US$/a", "Import cost"),
            ("peak_demand_mw", float(dispatch.demand_mw.sum("bus").max()), "MW", "Peak"),
            ("mean_price_usd_per_mwh", 35.0, "US$/MWh", "Mean price"),
        ],
        columns=SUMMARY.names(),
    )
    return EnergySystem(
        plants=conform(plants, PLANT_RESULTS),
        lines=conform(lines, LINE_RESULTS),
        summary=conform(summary, SUMMARY),
        dispatch=dispatch,
        network=sample_network(plants, networks, pd.DatetimeIndex(dispatch["time"].to_numpy())),
        roofs=conform(
            pd.DataFrame(
                [("riverton", 4_000.0, 5.4, 0.2), ("eastfield", 330.0, 0.45, 0.5)],
                columns=ROOFS.names(),
            ),
            ROOFS,
        ),
    )


def sample_network(plants: pd.DataFrame, networks: Networks, hours: pd.DatetimeIndex) -> xr.Dataset:
    import pypsa

    built = plants[plants["technology"] != "battery"]
    with pypsa.option_context("api.legacy_string_dtype", True):
        network = pypsa.Network(name="sample")
        network.set_snapshots(hours)
        network.add("Bus", list(networks.buses["id"]))
        network.add(
            "Generator", list(built["id"]), bus=list(built["bus"]), p_nom=list(built["capacity_mw"])
        )
        return network.export_to_netcdf()


def sample_programme(region: Region, settlements: Settlements, networks: Networks) -> Programme:
    note = {"provenance": "made up for tests", "opex_usd_per_year": 1_000.4}
    projects = [
        Project(id=f"clearance-{name.lower()}", kind="clearance", name=f"Clearance of {name}", district=name,
                geometry=shape, capacity=500.0, unit="ha", capex_usd=1.1e6, start=2026, finish=2027,
                requires=(), serves=(), funding="public", **note)
        for name, shape in zip(region.districts["name"], region.districts.to_crs(4326).geometry)
    ]  # fmt: skip
    for route, shape in zip(networks.routes.itertuples(), networks.routes.to_crs(4326).geometry):
        projects.append(
            Project(id=route.id, kind=route.kind, name=route.name, district=route.district, geometry=shape,
                    capacity=route.length_km, unit="km", capex_usd=route.capex_usd, start=2028, finish=2029,
                    requires=("clearance-lowland",), serves=("riverton",), funding="public", **note)
        )  # fmt: skip
    shapes = settlements.places.to_crs(4326).geometry
    for place, shape in zip(settlements.places.itertuples(), shapes):
        if not place.is_rebuilt:
            continue
        for kind, cost, start in (
            ("settlement", place.capex_usd, 2030),
            ("smart_village", place.smart_capex_usd, 2034),
        ):
            projects.append(
                Project(id=f"{kind}-{place.id}", kind=kind, name=place.name, district=place.district, geometry=shape,
                        capacity=place.people, unit="people", capex_usd=cost, start=start, finish=start + 3,
                        requires=("road-riverton-westhill",), serves=(place.id,), funding="public", **note)
            )  # fmt: skip
    for identifier, kind, cost, spot in (
        ("solar-lowland-1", "solar", 17e6, at(34, 15)), ("wind-upland-1", "wind", 9e6, at(8, 10)),
        ("battery-bus-riverton", "storage", 3e6, at(30, 18)),
    ):  # fmt: skip
        point = gpd.GeoSeries([spot], crs=CRS).to_crs(4326).iloc[0]
        projects.append(
            Project(id=identifier, kind=kind, name=identifier, district="Lowland", geometry=point, capacity=18.0,
                    unit="MW", capex_usd=cost, start=2031, finish=2032, requires=("clearance-lowland",),
                    serves=("riverton", "eastfield"), funding="private", **note)
        )  # fmt: skip
    rows = [
        {"year": year, "kind": p.kind, "funding": p.funding, "capex_usd": p.capex_usd / (p.finish - p.start + 1)}
        for p in projects
        for year in range(p.start, p.finish + 1)
    ]  # fmt: skip
    spending = pd.DataFrame(rows).groupby(["year", "kind", "funding"], as_index=False).sum()
    sums = spending.pivot_table(index="year", columns="funding", values="capex_usd", aggfunc="sum")
    years = range(region.first_year, region.last_year + 1)
    sums = sums.reindex(years).fillna(0)
    budgets = pd.DataFrame(
        {"year": list(years), "public_budget_usd": 3e8, "public_spending_usd": sums["public"].to_numpy(),
         "private_spending_usd": sums["private"].to_numpy()}
    )  # fmt: skip
    ordered = sorted(projects, key=lambda p: (p.start, p.kind, p.id))
    return Programme(projects=tuple(ordered), spending=conform(spending, SPENDING), budgets=budgets)


@cache
def sample_plan() -> SamplePlan:
    """Return the sample plan; one settlement has a hostile name."""
    region = small_region()
    settlements = sample_settlements(region)
    names = settlements.places["name"].replace({"Gapford": HOSTILE})
    places = settlements.places.assign(name=names, name_local=names)
    settlements = Settlements(
        places=places,
        population=settlements.population,
        services=settlements.services,
        smart_systems=settlements.smart_systems,
        demand_kw=settlements.demand_kw,
    )
    networks = with_tables(sample_networks(), region)
    comparison = pd.DataFrame(
        [
            {"key": "road_ridge_km", "title": "Road over the ridge", "planned": 29.2, "published": 31.0,
             "unit": "km", "ratio": 29.2 / 31, "source": "made up for tests", "note": "made up",
             "explanation": "The alignment is found on cells of 1 km."},
            {"key": "solar_potential_mw", "title": "Solar potential", "planned": 490.0, "published": 7_200.0,
             "unit": "MW", "ratio": 490 / 7_200, "source": "made up for tests", "note": "",
             "explanation": "The small world is small."},
        ]
    )  # fmt: skip
    assert CELL == 1_000
    return SamplePlan(
        region=region,
        options=Options(),
        potential=sample_potential(region),
        settlements=settlements,
        networks=networks,
        energy=with_dispatch(sample_energy(networks)),
        programme=sample_programme(region, settlements, networks),
        comparison=comparison,
        provenance={"bunyad": "0.1.0", "seed": 0, "inputs": {"terrain": "sha256:00"}},
    )
