"""Rules that every alignment keeps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lands import OPTIONS, graph_of, hills, land, standard, survey

from bunyad.connect.alignments import (
    new_stretches,
    relaxed_graph,
    route_pairs,
    step_pairs,
    strict_graph,
)
from bunyad.connect.search import find_path, trace_path
from bunyad.connect.standards import design_standard
from bunyad.errors import InfeasibleError, InputError


def route(ground, name, options=OPTIONS):
    """Route from corner to corner, or return None."""
    graph = graph_of(ground, name, options)
    path = find_path(graph, 0, ground.count - 1)
    return None if path is None else trace_path(graph, path)


@settings(max_examples=12)
@given(
    st.integers(0, 10_000),
    st.floats(20, 400),
    st.sampled_from(["two-lane", "four-lane", "railway"]),
)
def test_no_grade_is_steeper_than_the_limit(seed: int, relief: float, name: str) -> None:
    trace = route(land(hills(seed, relief=relief)), name)

    if trace is not None:
        assert trace.grade_percent.max() <= standard(name).max_grade_percent
        grades = 100 * np.abs(trace.rise_m) / np.sqrt(trace.length_m**2 - trace.rise_m**2)
        assert grades.max() <= standard(name).max_grade_percent * (1 + 1e-6)


@settings(max_examples=12)
@given(st.integers(0, 10_000), st.floats(50, 500), st.floats(0.1, 1))
def test_cheaper_tunnels_never_raise_the_cost(seed: int, relief: float, factor: float) -> None:
    ground = land(hills(seed, relief=relief))
    cheap = OPTIONS.model_copy(
        update={"four_lane_tunnel_usd_per_km": factor * OPTIONS.four_lane_tunnel_usd_per_km}
    )

    usual, cheaper = route(ground, "four-lane"), route(ground, "four-lane", cheap)

    assert (usual is None) == (cheaper is None)
    if usual is not None and cheaper is not None:
        assert cheaper.cost_usd.sum() <= usual.cost_usd.sum() * (1 + 1e-9)


@settings(max_examples=12)
@given(st.integers(0, 10_000), st.floats(20, 300), st.floats(1, 2))
def test_a_steeper_limit_never_raises_the_cost(seed: int, relief: float, factor: float) -> None:
    ground = land(hills(seed, relief=relief))
    steep = OPTIONS.model_copy(
        update={"two_lane_max_grade_percent": factor * OPTIONS.two_lane_max_grade_percent}
    )

    usual, steeper = route(ground, "two-lane"), route(ground, "two-lane", steep)

    if usual is not None:
        assert steeper is not None
        assert steeper.cost_usd.sum() <= usual.cost_usd.sum() * (1 + 1e-9)


@settings(max_examples=8)
@given(st.integers(0, 10_000), st.sampled_from(["two-lane", "four-lane", "railway"]))
def test_mirrored_land_has_mirrored_cost(seed: int, name: str) -> None:
    field = hills(seed, relief=80)
    as_is, mirrored = land(field), land(field[:, ::-1])
    corner = field.shape[1] - 1
    costs = []
    for ground, start, end in (
        (as_is, 0, as_is.count - 1),
        (mirrored, corner, as_is.count - 1 - corner),
    ):
        graph = graph_of(ground, name)
        path = find_path(graph, start, end)
        costs.append(np.inf if path is None else trace_path(graph, path).cost_usd.sum())

    assert np.isclose(costs[0], costs[1], rtol=1e-5)


@settings(max_examples=8)
@given(st.integers(0, 10_000))
def test_a_two_lane_road_that_follows_the_land_has_no_structures(seed: int) -> None:
    trace = route(land(hills(seed, relief=150)), "two-lane")

    if trace is not None:
        assert trace.tunnel_m.sum() == trace.bridge_m.sum() == 0


def wall(height: float) -> np.ndarray:
    """A plain cut in two by a steep ridge from edge to edge."""
    field = np.zeros((10, 24))
    field[:, 11:13] = height
    return field


def test_a_ridge_that_no_two_lane_road_climbs_is_pierced_under_relaxed_limits() -> None:
    ground = land(wall(600))
    pair = {("west", "east"): (0, ground.count - 1)}

    traces = route_pairs(ground, survey(ground), standard("two-lane"), pairs=pair, options=OPTIONS)

    assert find_path(graph_of(ground, "two-lane"), 0, ground.count - 1) is None
    assert traces["west", "east"].tunnel_m.sum() > 500
    assert traces["west", "east"].grade_percent.max() <= 8 * OPTIONS.relaxed_grade_factor


def test_relaxed_limits_leave_a_route_alone_that_needs_none() -> None:
    ground = land(hills(4, relief=40))
    strict = graph_of(ground, "two-lane")
    wider = relaxed_graph(ground, standard("two-lane"), options=OPTIONS)

    costs = [
        trace_path(graph, find_path(graph, 0, ground.count - 1)).cost_usd.sum()
        for graph in (strict, wider)
    ]

    assert np.isclose(*costs)


def test_places_that_no_route_joins_are_named_with_the_limits() -> None:
    usable = np.ones((5, 60), bool)
    usable[:, 20:45] = False
    ground = land(np.zeros((5, 60)), usable=usable)
    pair = {("west", "east"): (0, ground.count - 1)}

    with pytest.raises(InfeasibleError, match="joins west and east") as caught:
        route_pairs(ground, survey(ground), standard("railway"), pairs=pair, options=OPTIONS)

    assert "connect.railway_max_grade_percent" in caught.value.clashing


def test_unknown_kinds_and_standards_are_named() -> None:
    for kind, rule in (("road", "gold"), ("canal", "land"), ("railway", "gold")):
        with pytest.raises(InputError, match=f"{kind}.*{rule}"):
            design_standard(kind=kind, standard=rule, options=OPTIONS)


def test_steps_that_are_built_already_draw_a_route_to_them() -> None:
    ground = land(np.zeros((7, 12)))
    detour = np.array([3 * 12 + column for column in range(12)])
    graph = strict_graph(survey(ground), standard("two-lane"), options=OPTIONS)
    built = set(step_pairs(trace_path(graph, detour)))

    reuse = strict_graph(survey(ground), standard("two-lane"), built=built, options=OPTIONS)
    path = find_path(reuse, 0, 11)

    assert built.intersection(step_pairs(trace_path(reuse, path)))


def test_stretches_are_new_and_parted_at_stops() -> None:
    trace = trace_path(graph_of(land(np.zeros((2, 9))), "two-lane"), np.arange(9))

    stretches = new_stretches(trace, built={(2, 3), (6, 7)}, is_stop={0, 4, 8}.__contains__)

    assert [(a, b, part.nodes.tolist()) for a, b, part in stretches] == [
        (0, 4, [0, 1, 2]),
        (0, 4, [3, 4]),
        (4, 8, [4, 5, 6]),
        (4, 8, [7, 8]),
    ]


def test_an_alignment_that_is_built_already_has_no_new_stretch() -> None:
    trace = trace_path(graph_of(land(np.zeros((2, 4))), "two-lane"), np.arange(4))

    assert new_stretches(trace, built=set(step_pairs(trace)), is_stop={0, 3}.__contains__) == []
