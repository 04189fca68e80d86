"""A changes document makes another region of the same, and says what in it is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, box, mapping
from worlds import CRS, SOUTH, WEST, small_region

from bunyad.errors import InputError
from bunyad.region import apply_changes, changes_schema, check_changes, read_changes
from bunyad.region.changes import Changes, change_parts


def degrees(shape):
    """Return a shape given in km from the corner of the world in longitude and latitude."""
    return gpd.GeoSeries([shape], crs=CRS).to_crs(4326).iloc[0]


def square(west: float, south: float, east: float, north: float) -> dict[str, object]:
    corners = [WEST + west * 1e3, SOUTH + south * 1e3, WEST + east * 1e3, SOUTH + north * 1e3]
    return json.loads(json.dumps(mapping(degrees(box(*corners)))))


def changed(**content: object):
    return apply_changes(small_region(), check_changes(content, where="changes"))


def test_no_changes_leave_the_region_as_it_is() -> None:
    region, same = small_region(), changed()
    assert same.settlements is region.settlements
    assert same.corridors is region.corridors
    assert same.forbidden.empty


@given(east=st.integers(3, 40).map(lambda km: km + 0.3), north=st.integers(3, 32).map(float))
def test_a_settlement_moves_with_the_height_and_district_of_its_new_place(
    east: float, north: float
) -> None:
    place = Point(WEST + east * 1e3, SOUTH + north * 1e3 + 300)
    at = degrees(place)
    region = small_region()
    moved = changed(settlements=[{"id": "gapford", "lon": at.x, "lat": at.y}]).settlements
    row = moved.set_index("id").loc["gapford"]
    assert row.geometry.distance(place) < 1
    cell = region.terrain.sel(x=place.x, y=place.y, method="nearest")
    assert row["elevation_m"] == pytest.approx(float(cell["elevation_m"]))
    assert row["district"] == ("Upland" if int(cell["district"]) == 0 else "Lowland")
    rest = region.settlements[region.settlements["id"] != "gapford"]
    assert moved[moved["id"] != "gapford"].equals(rest)
    assert list(moved["id"]) == list(region.settlements["id"])


def test_a_corridor_is_taken_into_the_plan_and_out_of_it() -> None:
    corridors = changed(
        corridors=[
            {"id": "ridge-road", "is_planned": True},
            {"id": "plain-rail", "is_planned": False},
        ]
    ).corridors
    assert corridors.set_index("id")["is_planned"].to_dict() == {
        "ridge-road": True,
        "plain-rail": False,
    }


def test_closed_land_lies_in_the_projection_of_the_region() -> None:
    area = changed(forbidden=[{"kinds": ["road"], "polygon": square(20, 12, 22, 30)}]).forbidden
    assert area.crs == CRS
    assert area.geometry.area.sum() / 1e6 == pytest.approx(2 * 18, rel=1e-3)


@pytest.mark.parametrize(
    ("content", "where", "what"),
    [
        ({"settlements": [{"id": "atlantis", "lon": 45, "lat": 40}]}, "settlements.0", "atlantis"),
        ({"settlements": [{"id": "gapford", "lon": 9, "lat": 40}]}, "settlements.0", "outside"),
        ({"corridors": [{"id": "x", "is_planned": True}]}, "corridors.0", "no 'x'"),
        (
            {"corridors": [{"id": "ridge-road", "is_planned": True}] * 2},
            "corridors.1",
            "twice",
        ),
        ({"forbidden": [{"polygon": square(29, 17, 31, 19)}]}, "forbidden.0", "Riverton"),
        ({"forbidden": [{"polygon": {"type": "Point", "coordinates": [1, 2]}}]}, "polygon", ""),
        ({"forbidden": [{"polygon": {"type": "Polygon", "coordinates": "x"}}]}, "polygon", ""),
        ({"forbidden": [{"polygon": square(20, 12, 22, 30), "kinds": []}]}, "kinds", ""),
        ({"rivers": []}, "rivers", "no such field"),
    ],
)
def test_what_does_not_fit_is_named_with_its_field(content, where: str, what: str) -> None:
    with pytest.raises(InputError) as caught:
        changed(**content)
    assert where in caught.value.faults[0].where
    assert what in str(caught.value)


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        changed(
            settlements=[{"id": "a", "lon": 45, "lat": 40}],
            corridors=[{"id": "b", "is_planned": True}],
        )
    assert len(caught.value.faults) == 3


def test_a_document_is_read_from_yaml_with_the_line_of_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "changes.yaml"
    path.write_text("settlements:\n  - {id: gapford, lon: 45.2, lat: 39.8, why: nearer}\n")
    assert read_changes(path).settlements[0].why == "nearer"
    path.write_text("settlements:\n  - id: gapford\n    lon: 500\n    lat: 39.8\n")
    with pytest.raises(InputError, match=r"changes\.yaml:3"):
        read_changes(path)
    with pytest.raises(InputError, match="missing"):
        read_changes(tmp_path / "none.yaml")


def test_a_reason_makes_no_other_plan_but_a_place_does() -> None:
    def parts(**more: object) -> object:
        row = {"id": "gapford", "lon": 45.2, "lat": 39.8, **more}
        return change_parts(check_changes({"settlements": [row]}, where="changes"))

    assert parts(why="a") == parts(why="b")
    assert parts() != parts(lon=45.3)
    assert set(parts()) == {"region"}
    closed = check_changes({"forbidden": [{"polygon": square(20, 12, 22, 30)}]}, where="changes")
    assert set(change_parts(closed)) == {"connect"}


def test_the_schema_names_every_part() -> None:
    assert set(changes_schema()["properties"]) == set(Changes.model_fields)
