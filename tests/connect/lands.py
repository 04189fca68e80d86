"""Small lands and slow, obvious twins for the tests of the room `connect`."""

from __future__ import annotations

from functools import cache
from math import ceil, floor, gcd, hypot

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import xarray as xr
from shapely.geometry import Point, box
from worlds import CRS, small_region

from bunyad.connect.alignments import strict_graph
from bunyad.connect.ground import Ground
from bunyad.connect.standards import Standard, design_standard
from bunyad.connect.steps import Steps, survey_steps
from bunyad.options import ConnectOptions
from bunyad.potential.result import SITES, Potential
from bunyad.settle.result import PLACES, SERVICES, Settlements
from bunyad.tables import conform
from bunyad.tables import empty as no_rows

OPTIONS = ConnectOptions()
CELL = 500.0


def land(elevation, *, water=None, rivers=(), usable=None) -> Ground:
    """Lay out a ground by hand; every cell is a node unless told otherwise."""
    elevation = np.asarray(elevation, float)
    usable = np.ones(elevation.shape, bool) if usable is None else np.asarray(usable)
    node = np.full(elevation.shape, -1, np.int32)
    node[usable] = np.arange(usable.sum())
    rows, columns = np.nonzero(usable)
    return Ground(
        crs=CRS,
        cell_m=CELL,
        west_m=0.0,
        north_m=0.0,
        elevation_m=elevation,
        water=np.zeros(elevation.shape) if water is None else np.asarray(water, float),
        line_factor=1 + np.abs(elevation) / 1000,
        rivers=np.asarray(rivers, float).reshape(-1, 4),
        node=node,
        rows=rows,
        columns=columns,
    )


def hills(seed: int, rows: int = 12, columns: int = 14, relief: float = 200.0) -> np.ndarray:
    """Draw a random smooth terrain."""
    random = np.random.default_rng(seed)
    field = random.normal(size=(rows + 4, columns + 4))
    for _ in range(3):
        for axis in (0, 1):
            field = (np.roll(field, 1, axis) + field + np.roll(field, -1, axis)) / 3
    field = field[2:-2, 2:-2]
    return 1_000 + relief * (field - field.mean()) / field.std()


def survey(ground: Ground, options: ConnectOptions = OPTIONS) -> Steps:
    return survey_steps(ground, options=options)


def standard(name: str, options: ConnectOptions = OPTIONS) -> Standard:
    kind, rule = {
        "two-lane": ("road", "land"),
        "four-lane": ("road", "tunnels"),
        "railway": ("railway", "tunnels"),
    }[name]
    return design_standard(kind=kind, standard=rule, options=options)


def graph_of(ground: Ground, name: str, options: ConnectOptions = OPTIONS):
    return strict_graph(survey(ground, options), standard(name, options), options=options)


def bilinear(field: np.ndarray, row: float, column: float) -> float:
    """Read a field between cells; beyond the edge the edge's value goes on."""
    height, width = field.shape

    def at(r: int, c: int) -> float:
        return float(field[min(max(r, 0), height - 1), min(max(c, 0), width - 1)])

    top, left = floor(row), floor(column)
    v, u = row - top, column - left
    return (
        (1 - v) * ((1 - u) * at(top, left) + u * at(top, left + 1))
        + v * ((1 - u) * at(top + 1, left) + u * at(top + 1, left + 1))
    )  # fmt: skip


def step_twin(ground: Ground, start, end, design: Standard, options: ConnectOptions = OPTIONS):
    """
    Survey and cost one step the slow way, without rivers.

    Returns the cost [US$], or None if the step is not allowed.
    """
    (row0, column0), (row1, column1) = start, end
    length = CELL * hypot(row1 - row0, column1 - column0)
    z0, z1 = ground.elevation_m[row0, column0], ground.elevation_m[row1, column1]
    if 100 * abs(z1 - z0) / length > design.max_grade_percent:
        return None
    down, across = np.gradient(ground.elevation_m, CELL)
    heading = np.array([row1 - row0, column1 - column0]) / hypot(row1 - row0, column1 - column0)
    count = ceil(length / options.sample_spacing_m)
    total = 0.0
    for sample in range(count):
        part = (sample + 0.5) / count
        here = row0 + part * (row1 - row0), column0 + part * (column1 - column0)
        fill = z0 + part * (z1 - z0) - bilinear(ground.elevation_m, *here)
        km = hypot(length, z1 - z0) / count / 1e3
        if fill > options.bridge_height_m or fill < -options.tunnel_cover_m:
            if not design.has_structures:
                return None
            unit = design.bridge_usd_per_km if fill > 0 else design.tunnel_usd_per_km
            total += km * unit
            continue
        slope = np.array([bilinear(down, *here), bilinear(across, *here)])
        cross = 100 * abs(slope[0] * heading[1] - slope[1] * heading[0])
        water = bilinear(ground.water, *here)
        total += km * design.usd_per_km * (
            1 + design.slope_surcharge * cross + (options.lake_factor - 1) * water
        )  # fmt: skip
        section = design.width_m * abs(fill) + options.side_slope * fill**2
        total += length / count * section * options.earthwork_usd_per_m3
    return total


def headings(reach: int = 3) -> list[tuple[int, int]]:
    """List all headings by their definition."""
    span = range(-reach, reach + 1)
    return [(r, c) for r in span for c in span if gcd(r, c) == 1]


def network_twin(ground: Ground, design: Standard, options: ConnectOptions = OPTIONS) -> nx.Graph:
    """Enumerate every allowed step of a small land, one by one."""
    net = nx.Graph()
    height, width = ground.node.shape
    net.add_nodes_from(range(ground.count))
    for row, column in zip(ground.rows, ground.columns):
        for down, right in headings(options.heading_reach_cells):
            times = 1
            while times == 1 or times * hypot(down, right) * CELL <= options.max_structure_km * 1e3:
                end = row + times * down, column + times * right
                times += 1
                if not (0 <= end[0] < height and 0 <= end[1] < width) or ground.node[end] < 0:
                    continue
                cost = step_twin(ground, (row, column), end, design, options)
                if cost is not None:
                    net.add_edge(int(ground.node[row, column]), int(ground.node[end]), weight=cost)
    return net


def made_up_settlements(region) -> Settlements:
    """Give each settlement some people and a peak demand."""
    places = region.settlements.assign(
        people=[20_000.0, 6_000.0, 900.0, 5_000.0, 400.0, 3_000.0][: len(region.settlements)],
        homes=1, school_places=0, kindergarten_places=0, clinic_visits_per_day=0.0, streets_km=1.0,
        annual_demand_mwh=1.0, peak_demand_kw=2_500.0, capex_usd=0.0, smart_capex_usd=0.0,
    )  # fmt: skip
    empty = pd.DataFrame()
    return Settlements(
        places=conform(places, PLACES), population=empty,
        services=no_rows(SERVICES), smart_systems=empty, demand_kw=xr.DataArray(),
    )  # fmt: skip


SITE_ROWS = [
    ("solar-far", "solar", 16, 5, 180.0, False),
    ("solar-near", "solar", 31, 16, 60.0, False),
    ("hydro-small", "hydro", 24, 12, 4.0, True),
    ("wind-tiny", "wind", 9, 12, 0.0, False),
]


def made_up_potential() -> Potential:
    """A large site far from substations, a site near one, a plant that stands, an empty site."""
    frame = pd.DataFrame(
        SITE_ROWS, columns=["id", "technology", "east", "north", "capacity_mw", "is_existing"]
    )
    points = [
        Point(500_000 + e * 1e3, 4_390_000 + n * 1e3) for e, n in zip(frame.east, frame.north)
    ]
    shapes = [
        point
        if kind == "hydro"
        else box(point.x - 800, point.y - 800, point.x + 800, point.y + 800)
        for point, kind in zip(points, frame.technology)
    ]
    rest = {
        "district": "Upland", "area_km2": 1.0, "annual_energy_gwh": 1.0, "full_load_hours": 1.0,
        "elevation_m": 300.0, "wind_speed_ms": 5.0, "capex_usd_per_kw": 1.0,
        "opex_usd_per_kw_year": 1.0, "lcoe_usd_per_mwh": 1.0,
    }  # fmt: skip
    sites = gpd.GeoDataFrame(frame.assign(**rest), geometry=shapes, crs=CRS)
    empty = pd.DataFrame()
    return Potential(
        land=xr.Dataset(), sites=conform(sites.assign(
            clearance_usd=0.0, available_from=2026, p75_gwh=0.9 * sites["annual_energy_gwh"],
            p90_gwh=0.8 * sites["annual_energy_gwh"], inter_annual_sd_share=0.05,
            model_sd_share=0.1, lcoe_rank=1,
        ), SITES), profiles=xr.DataArray(),
        supply_curves=empty, land_rules=empty, totals=empty,
    )  # fmt: skip


@cache
def small_networks():
    """Connect the small world once for all tests."""
    from bunyad.connect import connect_places

    region = small_region()
    return connect_places(
        region,
        settlements=made_up_settlements(region),
        potential=made_up_potential(),
        options=OPTIONS,
    )
