"""Drawn routes: what a study finds, in less time, over land that is open."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import LineString, Point, box
from worlds import CRS, SOUTH, WEST, small_region

from bunyad.connect.study import Pad, ask_route, lay_pad, sketch_route, study_route
from bunyad.errors import InfeasibleError, InputError
from bunyad.options import ConnectOptions

OPTIONS = ConnectOptions()
WALL = box(WEST + 20.2e3, SOUTH + 14.1e3, WEST + 20.9e3, SOUTH + 31e3)


def at(east_km: float, north_km: float) -> tuple[float, float]:
    point = gpd.GeoSeries([Point(WEST + east_km * 1e3, SOUTH + north_km * 1e3)], crs=CRS)
    degrees = point.to_crs(4326).iloc[0]
    return degrees.x, degrees.y


GAPFORD, RIVERTON, SOUTHBANK = at(14, 20), at(30, 18), at(27, 6)


@pytest.fixture(scope="module")
def pad() -> Pad:
    return lay_pad(small_region(), options=OPTIONS)


@pytest.fixture(scope="module")
def walled() -> Pad:
    frame = gpd.GeoDataFrame(
        {"kinds": ["road;railway;power_line"], "why": [""]}, geometry=[WALL], crs=CRS
    )
    return lay_pad(replace(small_region(), forbidden=frame), options=OPTIONS)


def metres(line: LineString) -> LineString:
    return gpd.GeoSeries([line], crs=4326).to_crs(CRS).iloc[0]


@pytest.mark.parametrize(("kind", "standard"), [("road", "land"), ("railway", "tunnels")])
def test_a_sketch_is_the_line_of_a_study_or_slightly_dearer(
    pad: Pad, kind: str, standard: str
) -> None:
    sketch = sketch_route(pad, [GAPFORD, RIVERTON], kind=kind, standard=standard)
    question = ask_route(
        small_region(), places=("gapford", "riverton"), kind=kind, standard=standard,
        options=OPTIONS,
    )  # fmt: skip
    studied = study_route(small_region(), question, options=OPTIONS).options
    best = studied.loc[studied["is_chosen"], "capex_usd"].item()
    assert best * 0.999 <= sketch.capex_usd <= best * 1.1
    assert sketch.length_range_km is not None
    low, high = sketch.length_range_km
    assert low <= sketch.real_length_km <= high
    assert sketch.costs["cost_usd"].sum() == pytest.approx(sketch.capex_usd)
    assert sketch.stations["station_km"].iloc[-1] == pytest.approx(sketch.length_km)


@pytest.mark.parametrize("kind", ["road-land", "road-tunnels", "power_line-regional"])
def test_sketches_go_around_closed_land(pad: Pad, walled: Pad, kind: str) -> None:
    kind, _, standard = kind.partition("-")
    usual = sketch_route(pad, [GAPFORD, RIVERTON], kind=kind, standard=standard)
    around = sketch_route(walled, [GAPFORD, RIVERTON], kind=kind, standard=standard)
    assert metres(usual.line).intersects(WALL)
    assert not metres(around.line).intersects(WALL)
    assert around.capex_usd > usual.capex_usd


def test_a_route_passes_the_places_between(pad: Pad) -> None:
    for kind, standard in (("road", "land"), ("power_line", "distribution")):
        sketch = sketch_route(pad, [GAPFORD, SOUTHBANK, RIVERTON], kind=kind, standard=standard)
        middle = gpd.GeoSeries([Point(SOUTHBANK)], crs=4326).to_crs(CRS).iloc[0]
        assert metres(sketch.line).distance(middle) < OPTIONS.routing_cell_m


def test_a_line_of_higher_voltage_costs_its_price_on_the_same_way(pad: Pad) -> None:
    lines = {
        name: sketch_route(pad, [GAPFORD, RIVERTON], kind="power_line", standard=name)
        for name in ("high", "regional", "distribution")
    }
    assert lines["high"].line.equals(lines["regional"].line)
    ratio = lines["high"].capex_usd / lines["regional"].capex_usd
    assert ratio == pytest.approx(OPTIONS.high_voltage_usd_per_km / OPTIONS.regional_usd_per_km)
    assert lines["distribution"].costs["cost_usd"].sum() == pytest.approx(
        lines["distribution"].capex_usd
    )
    straight = metres(LineString([GAPFORD, RIVERTON])).length / 1e3
    assert lines["high"].length_km >= straight - 1
    assert lines["high"].length_range_km is None
    assert np.isfinite(lines["high"].max_grade_percent)


@pytest.mark.parametrize(
    ("places", "kind", "standard", "what"),
    [
        ([GAPFORD, (0.0, 0.0)], "road", "land", "outside"),
        ([GAPFORD, at(1000, 20)], "road", "land", "outside"),
        ([GAPFORD, GAPFORD], "road", "land", "same place"),
        ([GAPFORD, at(20.5, 20)], "road", "land", "closed"),
        ([GAPFORD, RIVERTON], "canal", "land", "canal"),
        ([GAPFORD, RIVERTON], "road", "mud", "mud"),
        ([GAPFORD, RIVERTON], "power_line", "land", "voltage"),
    ],
)
def test_what_cannot_be_asked_is_said(walled: Pad, places, kind, standard, what: str) -> None:
    with pytest.raises(InputError, match=what):
        sketch_route(walled, places, kind=kind, standard=standard)


def test_places_that_no_open_land_joins_have_no_route() -> None:
    fence = (
        Point(WEST + 30e3, SOUTH + 18e3)
        .buffer(4e3)
        .difference(Point(WEST + 30e3, SOUTH + 18e3).buffer(2e3))
    )
    frame = gpd.GeoDataFrame({"kinds": ["road;power_line"], "why": [""]}, geometry=[fence], crs=CRS)
    fenced = lay_pad(replace(small_region(), forbidden=frame), options=OPTIONS)
    for kind, standard in (("road", "land"), ("power_line", "high")):
        with pytest.raises(InfeasibleError):
            sketch_route(fenced, [GAPFORD, RIVERTON], kind=kind, standard=standard)
