"""No route goes through land that is closed to its kind."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
from connect.test_connect_places import OPTIONS, connect_region
from lands import small_networks
from shapely.geometry import LineString, Point, box
from worlds import CRS, SOUTH, WEST, small_region

from bunyad.connect.ground import close_ground, lay_ground
from bunyad.connect.steps import survey_steps
from bunyad.connect.study import ask_route, study_route
from bunyad.region.model import Region

WALL = box(WEST + 20.2e3, SOUTH + 14.1e3, WEST + 20.9e3, SOUTH + 31e3)
"""A strip across the way from Gapford to Riverton."""


def closed_region(kinds: str) -> Region:
    frame = gpd.GeoDataFrame({"kinds": [kinds], "why": [""]}, geometry=[WALL], crs=CRS)
    return replace(small_region(), forbidden=frame)


def test_a_step_is_left_out_exactly_where_it_comes_near_a_closed_cell() -> None:
    open_ground = lay_ground(small_region(), options=OPTIONS)
    forbidden = closed_region("road").forbidden
    ground = close_ground(open_ground, forbidden, kind="road")
    before, after = (survey_steps(one, options=OPTIONS) for one in (open_ground, ground))
    points = ground.points()
    headings, starts = np.nonzero(before.target >= 0)
    ends = before.target[headings, starts]
    picked = np.random.default_rng(1).choice(len(starts), 4000, replace=False)
    for number in picked:
        line = LineString([points[starts[number]], points[ends[number]]])
        is_kept = after.target[headings[number], starts[number]] >= 0
        if line.intersects(WALL):
            assert not is_kept
        elif line.distance(WALL) > 3 * ground.cell_m:
            assert is_kept


def test_ground_without_closed_land_is_the_same_value() -> None:
    ground = lay_ground(small_region(), options=OPTIONS)
    assert close_ground(ground, closed_region("road").forbidden, kind="railway") is ground
    assert close_ground(ground, small_region().forbidden, kind="road") is ground


def test_railways_and_lines_keep_off_land_that_is_closed_to_them_and_roads_do_not() -> None:
    usual = small_networks().routes
    routes = connect_region(closed_region("railway;power_line")).routes
    closed = routes[routes["kind"].isin(["railway", "power_line"])]
    assert not closed.intersects(WALL).any()
    assert usual[usual["kind"] == "power_line"].intersects(WALL).any()
    assert routes.query("kind == 'road'").equals(usual.query("kind == 'road'"))


def test_roads_keep_off_land_that_is_closed_to_them() -> None:
    routes = connect_region(closed_region("road")).routes.query("kind == 'road'")
    assert not routes.intersects(WALL).any()
    assert small_networks().routes.query("kind == 'road'").intersects(WALL).any()


@pytest.mark.parametrize("standard", ["land"])
def test_a_single_route_goes_around_closed_land(standard: str) -> None:
    region = closed_region("road")
    question = ask_route(
        region, places=("gapford", "riverton"), kind="road", standard=standard, options=OPTIONS
    )
    lines = study_route(region, question, options=OPTIONS).options
    usual = study_route(small_region(), question, options=OPTIONS).options
    assert not lines.intersects(WALL).any()
    assert usual.intersects(WALL).any()
    assert lines["capex_usd"].min() > usual["capex_usd"].min()
    assert lines.geometry.iloc[0].distance(Point(*question.places[1])) < 1
