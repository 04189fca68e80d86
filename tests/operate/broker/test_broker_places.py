"""Where entities lie: distances against Karney's algorithm, relations against GEOS."""

import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pyproj import Geod

from bunyad.operate.broker.problems import Problem
from bunyad.operate.broker.query import compile_geo
from bunyad.operate.broker.query.distances import distance_m, distance_to_m

GEOD = Geod(ellps="WGS84")
PLACES = st.tuples(st.floats(-180, 180), st.floats(-89, 89))
SQUARE = [[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]]


def at(geometry):
    return {"attrs": {"location": [{"type": "GeoProperty", "value": geometry}]}}


def point(x, y):
    return at({"type": "Point", "coordinates": [x, y]})


def ask(georel, kind, coordinates):
    return compile_geo(georel, kind, coordinates, "location")


@settings(deadline=None, max_examples=60)
@given(PLACES, PLACES)
def test_distances_are_those_on_the_ellipsoid(start, end) -> None:
    expected = GEOD.inv(*start, *end)[2]
    assume(expected < 19_000_000)  # nearly opposite points: the sphere serves
    assert distance_m(start, end) == pytest.approx(expected, abs=0.01)


@given(PLACES)
def test_the_far_side_of_the_earth_is_far_within_half_a_percent(start) -> None:
    end = (start[0] - math.copysign(180, start[0]), -start[1])
    assert distance_m(start, end) == pytest.approx(GEOD.inv(*start, *end)[2], rel=0.005)


@given(st.floats(46, 47), st.floats(39, 40))
def test_the_distance_to_a_line_is_the_least_along_it(x: float, y: float) -> None:
    line = [[46.2, 39.1], [46.9, 39.8]]
    along = [(46.2 + share * 0.0007, 39.1 + share * 0.0007) for share in range(1001)]
    expected = min(GEOD.inv(x, y, *place)[2] for place in along)

    measured = distance_to_m((x, y), {"type": "LineString", "coordinates": line})

    assert measured == pytest.approx(expected, abs=60)  # the places lie some 100 m apart


def test_an_area_is_no_distance_from_what_lies_in_it() -> None:
    hole = [[0.5, 0.5], [1.5, 0.5], [1.5, 1.5], [0.5, 1.5], [0.5, 0.5]]
    area = {"type": "Polygon", "coordinates": [*SQUARE, hole]}

    assert distance_to_m((0.25, 0.25), area) == 0
    assert distance_to_m((1, 1), area) == pytest.approx(55_287, rel=0.01)


@pytest.mark.parametrize(
    ("georel", "kind", "coordinates", "place", "answer"),
    [
        ("near;maxDistance==2000", "Point", [8, 40], point(8.02, 40), True),
        ("near;maxDistance==1000", "Point", [8, 40], point(8.02, 40), False),
        ("near;minDistance==1000", "Point", [8, 40], point(8.02, 40), True),
        ("near;minDistance==2000", "Point", "[8,40]", point(8.02, 40), False),
        ("near;maxDistance==10", "Polygon", SQUARE, point(1, 1), True),
        ("near;maxDistance==112000", "Polygon", SQUARE, point(3, 1), True),
        ("near;maxDistance==110000", "Polygon", SQUARE, point(3, 1), False),
        ("within", "Polygon", SQUARE, point(1, 1), True),
        ("within", "Polygon", SQUARE, point(3, 1), False),
        ("contains", "Point", [1, 1], at({"type": "Polygon", "coordinates": SQUARE}), True),
        ("contains", "Point", [3, 1], at({"type": "Polygon", "coordinates": SQUARE}), False),
        ("intersects", "LineString", [[-1, 1], [1, 1]], point(0, 1), True),
        ("disjoint", "Polygon", SQUARE, point(3, 1), True),
        ("disjoint", "Polygon", SQUARE, point(1, 1), False),
        ("equals", "Point", [8, 40], point(8, 40), True),
        ("equals", "Point", [8, 40], point(8, 41), False),
        (
            "overlaps",
            "Polygon",
            SQUARE,
            at({"type": "Polygon", "coordinates": [[[1, 1], [3, 1], [3, 3], [1, 3], [1, 1]]]}),
            True,
        ),
        ("near;maxDistance==60000", "LineString", [[0, 0], [0, 1]],
         at({"type": "LineString", "coordinates": [[0.5, 0], [0.5, 1]]}), True),
        ("within", "Polygon", SQUARE, {"attrs": {}}, False),
        ("disjoint", "Polygon", SQUARE, {"attrs": {}}, False),
    ],
)  # fmt: skip
def test_places_lie_as_the_standard_says(georel, kind, coordinates, place, answer) -> None:
    assert ask(georel, kind, coordinates).matches(place) is answer


@given(st.floats(46, 47), st.floats(39, 40), st.floats(1, 200_000), PLACES)
def test_the_box_of_a_circle_holds_every_match(x, y, limit_m, place) -> None:
    near = ask(f"near;maxDistance=={limit_m:.3f}", "Point", [x, y])
    assert near.bounds is not None
    west, south, east, north = near.bounds
    if near.matches(point(*place)):
        assert west <= place[0] <= east
        assert south <= place[1] <= north


@pytest.mark.parametrize(
    ("georel", "kind", "coordinates"),
    [
        ("near", "Point", [8, 40]),
        ("near;maxDistance=2000", "Point", [8, 40]),
        ("near;maxDistance==-5", "Point", [8, 40]),
        ("near;maxDistance==0", "Point", [8, 40]),
        ("near;maxDistance==" + "9" * 500, "Point", [8, 40]),
        ("beside", "Point", [8, 40]),
        ("within", None, [8, 40]),
        ("within", "Point", None),
        (None, "Point", [8, 40]),
        ("within", "Circle", [8, 40]),
        ("within", "Point", "[8,40"),
        ("within", "Point", "[" * 90_000),
        ("within", "Point", [[8, 40]]),
        ("within", "Point", [8]),
        ("within", "Point", [8, "40"]),
        ("within", "Point", [8, 95]),
        ("within", "Polygon", [[[0, 0], [1, 0], [1, 1]]]),
        ("within", "Polygon", [[[0, 0], [1, 0], [1, 1], [0, 1]]]),
        ("within", "LineString", [[0, 0]]),
        ("within", "Point", [math.nan, 1]),
        ("within", "GeometryCollection", [[0, 0]]),
    ],
)
def test_a_malformed_geo_query_is_refused(georel, kind, coordinates) -> None:
    with pytest.raises(Problem):
        ask(georel, kind, coordinates)


def test_a_ring_that_crosses_itself_breaks_nothing() -> None:
    bow = [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]
    place = at({"type": "Polygon", "coordinates": bow})
    for relation in ("within", "contains", "overlaps", "equals", "intersects", "disjoint"):
        assert ask(relation, "Polygon", SQUARE).matches(place) in {True, False}
