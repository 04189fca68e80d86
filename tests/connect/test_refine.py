"""Links off the lattice keep their class's limits, and choices are weighed as they are."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from worlds import small_region

from bunyad.connect.alignment import turn_radius
from bunyad.connect.choices import weigh_choices
from bunyad.connect.ground import lay_ground
from bunyad.connect.refine import refine_links
from bunyad.connect.roads import (
    link_corridors,
    link_settlements,
    place_stops,
    route_corridors,
)
from bunyad.connect.steps import survey_steps
from bunyad.connect.study import study_corridors
from bunyad.options import ConnectOptions

OPTIONS = ConnectOptions()


@cache
def ground():
    return lay_ground(small_region(), options=OPTIONS)


@cache
def roads():
    region = small_region()
    steps = survey_steps(ground(), options=OPTIONS)
    stops = place_stops(ground(), region.settlements)
    corridors = route_corridors(ground(), steps, stops, corridors=region.corridors, options=OPTIONS)
    linked = link_corridors(corridors, stops, kind="road")
    link_settlements(ground(), steps, stops, linked=linked, options=OPTIONS)
    return linked.links


@cache
def refined():
    return refine_links(ground(), roads(), options=OPTIONS)


def test_refined_roads_keep_the_grade_and_the_radius_of_their_class() -> None:
    laid = [link.laid for link in refined() if link.laid is not None]

    assert laid
    for one in laid:
        flat = np.column_stack([one.points_m, np.zeros(len(one.points_m))])
        assert one.max_grade_percent <= OPTIONS.two_lane_max_grade_percent + 1e-6
        assert turn_radius(flat).min() >= 0.99 * OPTIONS.two_lane_min_radius_m


def test_refined_roads_end_where_they_ended_or_on_the_road_that_they_join() -> None:
    inner = {int(n) for link in roads() for n in link.trace.nodes[1:-1]}
    for link in refined():
        if link.laid is None:
            continue
        for end in (0, -1):
            node = int(link.trace.nodes[end])
            off = np.hypot(*(link.laid.points_m[end] - ground().points(np.array([node]))[0]))
            assert off <= (1_000.0 if node in inner else 1e-6)


def test_roads_stay_on_the_lattice_where_that_is_asked() -> None:
    still = OPTIONS.model_copy(update={"refine_routes": False})

    assert all(link.laid is None for link in refine_links(ground(), roads(), options=still))


def test_choices_hold_every_variant_and_the_efficient_ones_are_beaten_by_none() -> None:
    region = small_region()
    study = study_corridors(region, ground(), options=OPTIONS)
    more = OPTIONS.model_copy(update={"route_alternatives": 1})
    found = weigh_choices(ground(), study, planned={"plain-rail"}, options=more)

    assert set(found["corridor"]) == set(study.options["corridor"])
    assert found["choice"].str.contains("/").any()
    for _, rows in found.groupby("corridor"):
        goods = rows[["capex_usd", "length_km", "hours"]].to_numpy()
        for row, is_efficient in zip(goods, rows["is_efficient"], strict=True):
            beaten = ((goods <= row).all(axis=1) & (goods < row).any(axis=1)).any()
            assert is_efficient != beaten
        assert rows["capex_usd"].is_monotonic_increasing


def test_a_shorter_choice_is_shorter_than_the_variant_that_it_comes_from() -> None:
    region = small_region()
    study = study_corridors(region, ground(), options=OPTIONS)
    found = weigh_choices(ground(), study, planned={"plain-rail"}, options=OPTIONS)

    length = found.set_index(["corridor", "choice"])["length_km"]
    for row in found[found["choice"].str.contains("/shorter")].to_dict("records"):
        assert row["length_km"] < length[row["corridor"], row["variant"]]
    assert length.min() == pytest.approx(found["length_km"].min())
