"""Studies of routes: variants that differ, tables that add up, intervals that hold the middle."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import shapely
from worlds import small_region

from bunyad.connect.alignment import vary_design
from bunyad.connect.ground import lay_ground
from bunyad.connect.study import RouteStudy, ask_route, study_corridors, study_route
from bunyad.errors import InputError
from bunyad.options import ConnectOptions

OPTIONS = ConnectOptions()


@cache
def corridors() -> RouteStudy:
    region = small_region()
    return study_corridors(region, lay_ground(region, options=OPTIONS), options=OPTIONS)


@cache
def one_route() -> RouteStudy:
    region = small_region()
    question = ask_route(
        region, places=("riverton", "oldtown"), kind="road", standard="tunnels", options=OPTIONS
    )
    return study_route(region, question, options=OPTIONS)


@pytest.fixture(params=[corridors, one_route], ids=["corridors", "one route"])
def study(request: pytest.FixtureRequest) -> RouteStudy:
    return request.param()


def test_every_variant_keeps_the_grade_and_the_radius_of_its_class(study: RouteStudy) -> None:
    for name, line in study.lines.items():
        row = study.options.set_index(["corridor", "variant"]).loc[tuple(name.split("/"))]
        assert row["max_grade_percent"] <= 100 * line.design.max_grade + 1e-6
        assert row["min_radius_m"] >= 0.99 * line.design.min_radius_m


def test_a_route_without_structures_has_no_tunnel(study: RouteStudy) -> None:
    opened = study.options[study.options["variant"] == "open"]
    assert (opened["tunnel_km"] == 0).all()


def test_the_items_of_cost_add_up_to_the_whole(study: RouteStudy) -> None:
    items = study.costs.groupby(["corridor", "variant"])["cost_usd"].sum()
    whole = study.options.set_index(["corridor", "variant"])["capex_usd"]
    assert items.reindex(whole.index).to_numpy() == pytest.approx(whole.to_numpy())


def test_the_interval_on_real_land_holds_its_middle_and_is_not_below_the_cells(
    study: RouteStudy,
) -> None:
    rows = study.options
    assert (rows["length_low_km"] <= rows["real_length_km"]).all()
    assert (rows["real_length_km"] <= rows["length_high_km"]).all()


def test_a_line_in_space_is_as_long_as_its_row_says(study: RouteStudy) -> None:
    for row in study.options.to_dict("records"):
        points = shapely.get_coordinates(row["geometry"], include_z=True)
        length = np.linalg.norm(np.diff(points, axis=0), axis=1).sum() / 1e3
        assert length == pytest.approx(row["length_km"])


def test_the_profile_runs_from_start_to_end_and_never_back(study: RouteStudy) -> None:
    lengths = study.options.set_index(["corridor", "variant"])["length_km"]
    for key, rows in study.stations.groupby(["corridor", "variant"]):
        assert rows["station_km"].iloc[0] == 0
        assert rows["station_km"].iloc[-1] == pytest.approx(lengths.loc[key])
        assert (rows["station_km"].diff().dropna() > 0).all()


def test_one_variant_of_each_corridor_is_the_one_that_was_asked_for(study: RouteStudy) -> None:
    chosen = study.options[study.options["is_chosen"]]
    assert not chosen["corridor"].duplicated().any()


def test_cheaper_tunnels_never_make_a_route_dearer() -> None:
    region = small_region()
    asked = ask_route(
        region, places=("riverton", "oldtown"), kind="road", standard="tunnels", options=OPTIONS
    )
    from dataclasses import replace

    cheap = replace(asked, design=vary_design(asked.design, tunnel_cost_factor=0.5))
    found = study_route(region, cheap, options=OPTIONS).options.set_index("variant")["capex_usd"]
    usual = one_route().options.set_index("variant")["capex_usd"]
    assert found["structures"] <= usual["structures"] * 1.001


def test_a_place_may_be_a_coordinate() -> None:
    region = small_region()
    point = region.settlements.to_crs(4326).geometry.iloc[0]
    asked = ask_route(
        region, places=(f"{point.x},{point.y}", "oldtown"), kind="road", standard="land",
        options=OPTIONS,
    )  # fmt: skip
    metric = region.settlements.geometry.iloc[0]
    assert asked.places[0] == pytest.approx((metric.x, metric.y), abs=0.01)


@pytest.mark.parametrize("place", ["atlantis", "north,east", "1,2,3", "999,999"])
def test_an_unknown_place_is_refused_with_what_to_do(place: str) -> None:
    with pytest.raises(InputError, match=r"(?i)longitude,latitude"):
        ask_route(
            small_region(), places=("riverton", place), kind="road", standard="land",
            options=OPTIONS,
        )  # fmt: skip


def test_a_route_needs_two_different_places() -> None:
    with pytest.raises(InputError, match="the same"):
        ask_route(
            small_region(), places=("riverton", "riverton"), kind="road", standard="land",
            options=OPTIONS,
        )  # fmt: skip
