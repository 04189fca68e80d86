"""The rivers of the built-in region, held against what is published of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import shapely

from bunyad.options.potential import PotentialOptions
from bunyad.potential.cells import Floats, Ints, inside_cells
from bunyad.potential.hydro import hydro_schemes
from bunyad.potential.schemes import Schemes, power_mw
from bunyad.potential.sites import Ground
from bunyad.potential.streams import Streams, drain_terrain, largest_nearby, monthly_flow
from bunyad.potential.technology import technologies
from bunyad.region import load_region

OPTIONS = PotentialOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rivers:
    """Rivers, plants and new schemes of the region."""

    streams: Streams
    flow: Floats
    catchment_km2: Floats
    plants: dict[str, tuple[int, float]]
    """Cell and rated power of each published plant."""
    schemes: Schemes


@cache
def rivers() -> Rivers:
    region = load_region("karabakh")
    cells = inside_cells(region)
    height = region.terrain["elevation_m"].to_numpy().astype(float)
    streams = drain_terrain(height, cells.size_m)
    flow = monthly_flow(streams, height, cells, options=OPTIONS).mean(axis=1)
    hydro = region.plants[region.plants["technology"] == "hydro"]
    places = shapely.get_coordinates(hydro.geometry.to_numpy())
    at: Ints = largest_nearby(flow, places, cells, OPTIONS.hydro_snap_km * 1e3)
    ground = Ground(region=region, cells=cells, hub_speed_ms=cells.wind_speed_ms, options=OPTIONS)
    return Rivers(
        streams=streams,
        flow=flow,
        catchment_km2=streams.gather(np.full((height.size, 1), cells.area_km2))[:, 0],
        plants=dict(zip(hydro["name"], zip(at, hydro["capacity_mw"], strict=True), strict=True)),
        schemes=hydro_schemes(ground, technologies(OPTIONS)["hydro"]),
    )


def head_above(cell: int) -> tuple[float, float]:
    """Return most power [MW] of the main river above a cell within 6 km, with its head [m]."""
    streams, flow = rivers().streams, rivers().flow
    low, length, best, head = streams.bed_m[cell], 0.0, 0.0, 0.0
    while length < OPTIONS.hydro_max_waterway_km * 1e3:
        above = np.flatnonzero(streams.target == cell)
        if not above.size:
            break
        cell = above[np.argmax(flow[above])]
        length += streams.step_m[cell]
        power = float(power_mw(flow[cell], streams.bed_m[cell] - low, options=OPTIONS))
        if power > best:
            best, head = power, float(streams.bed_m[cell] - low)
    return best, head


def test_the_tartar_has_its_published_catchment_and_flow() -> None:
    # Tartar: 2,650 km² and 22 m³/s at its mouth (Wikipedia, "Tartar (river)"); the plants of
    # Sugovushan stand where it leaves the mountains. Wide: 1 km terrain, one runoff gradient.
    cell, _ = rivers().plants["Sugovushan-1"]

    assert 1_800 < rivers().catchment_km2[cell] < 2_900
    assert 22 / 1.5 < rivers().flow[cell] < 22 * 1.5


def test_mountain_plants_lie_on_rivers_of_mountain_size() -> None:
    names = ("Kalbajar-1", "Chirag-1", "Gamishli", "Soyugbulag", "Meydan", "Mishni", "Alkhasli")

    for name in names:
        cell, _ = rivers().plants[name]
        assert 100 < rivers().catchment_km2[cell] < 1_000, name
        assert 30 < head_above(cell)[1] < 600, name


def test_published_power_is_of_the_order_that_river_and_terrain_give() -> None:
    # The mountain plants that lead water along the river, one by one. Left out are those whose
    # head is no slope of a river: Sarsang (dam of 125 m in a reservoir that the terrain shows
    # as flat), Sugovushan (foot of a dam), Jahangirbayli (the Aras, whose upper catchment lies
    # off the terrain) and Aghali (Archimedes screws at a weir).
    names = ("Gulabird", "Kalbajar-1", "Chirag-1", "Chirag-2", "Gamishli", "Soyugbulag", "Meydan",
             "Mishni", "Alkhasli")  # fmt: skip

    for name in names:
        cell, rated = rivers().plants[name]
        assert 1 / 3 < head_above(cell)[0] / rated < 3, name


def test_new_schemes_are_of_the_order_of_the_published_potential() -> None:
    # 500 MW in the mountain rivers (trend.az 4076060), of which the plants that exist hold 120.
    new = rivers().schemes

    assert 100 < new.capacity_mw.sum() < 1_500
    assert new.capacity_mw.max() <= OPTIONS.hydro_max_site_mw + 1e-9
    assert 2_000 < (new.annual_energy_gwh.sum() * 1e3 / new.capacity_mw.sum()) < 7_000


def test_new_schemes_share_no_river_with_each_other() -> None:
    streams, schemes = rivers().streams, rivers().schemes
    used: set[int] = set()

    for start, end in zip(schemes.intake.tolist(), schemes.power_house.tolist(), strict=True):
        cell = start
        while cell != end:
            assert cell not in used
            used.add(cell)
            cell = int(streams.target[cell])
