"""Alignments of roads and railways: the search with a standard's rules, and what it builds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bunyad.connect.ground import Ground
from bunyad.connect.search import Graph, Trace, build_graph, find_path, find_steps, trace_path
from bunyad.connect.standards import Standard, allow_steps, cost_steps, relax_standard
from bunyad.connect.steps import Steps, survey_steps
from bunyad.errors import InfeasibleError
from bunyad.options import ConnectOptions

Pair = tuple[int, int]


def strict_graph(
    steps: Steps, standard: Standard, *, built: Collection[Pair] = (), options: ConnectOptions
) -> Graph:
    """
    Build the search graph of a standard.

    Parameters
    ----------
    steps
        The surveyed steps.
    standard
        Class of the road or railway.
    built
        Steps that the plan builds already, as pairs of nodes: cheap to use again.
    options
        Costs and limits.
    """
    cost = cost_steps(steps, standard, options=options)
    weight = np.where(allow_steps(steps, standard), cost, np.inf)
    _discount(steps, weight, built, standard, options)
    return build_graph(steps, cost_usd=cost, weight=weight)


def relaxed_graph(
    ground: Ground,
    standard: Standard,
    *,
    built: Collection[Pair] = (),
    options: ConnectOptions,
) -> Graph:
    """
    Build the graph for places that a standard does not reach: longer structures, steeper grades.

    Steps outside of the standard's own limits weigh more than they cost, so that they are used
    only where nothing else leads on.
    """
    longest_m = max(options.relaxed_structure_km, options.max_structure_km) * 1e3
    steps = survey_steps(ground, longest_m=longest_m, options=options)
    cost = cost_steps(steps, standard, options=options)
    usual = allow_steps(steps, standard)
    is_long = steps.length_m > options.max_structure_km * 1e3
    usual &= ~(is_long & (steps.multiple > 1))[:, None]
    allowed = allow_steps(steps, relax_standard(standard, options=options))
    weight = np.where(usual, cost, np.where(allowed, cost * options.relaxed_penalty, np.inf))
    _discount(steps, weight, built, standard, options)
    return build_graph(steps, cost_usd=cost, weight=weight)


def route_pairs(
    ground: Ground,
    steps: Steps,
    standard: Standard,
    *,
    pairs: Mapping[tuple[str, str], Pair],
    options: ConnectOptions,
) -> dict[tuple[str, str], Trace]:
    """
    Find the least-cost alignment of each pair, with relaxed limits where it must be.

    Parameters
    ----------
    ground, steps
        The grid and its surveyed steps.
    standard
        Class of the road or railway.
    pairs
        Names of the two places, for messages, and their nodes.
    options
        Costs and limits.

    Raises
    ------
    InfeasibleError
        Naming the places that cannot be joined even so.
    """
    graph = strict_graph(steps, standard, options=options)
    wider: Graph | None = None
    traces: dict[tuple[str, str], Trace] = {}
    for names, (start, end) in pairs.items():
        path = find_path(graph, start, end)
        if path is not None:
            traces[names] = trace_path(graph, path)
            continue
        wider = wider or relaxed_graph(ground, standard, options=options)
        path = find_path(wider, start, end)
        if path is None:
            raise unreachable(standard, names)
        traces[names] = trace_path(wider, path)
    return traces


def unreachable(standard: Standard, names: Sequence[str]) -> InfeasibleError:
    """Say which places no route joins, and what to relax."""
    stem = {"single track": "railway"}.get(standard.name, standard.name.replace("-", "_"))
    grade = f"connect.{stem}_max_grade_percent"
    return InfeasibleError(
        f"no {standard.name} {standard.kind} joins {' and '.join(names)}",
        clashing=(grade, "connect.relaxed_grade_factor", "connect.relaxed_structure_km"),
        mend=f"raise {grade} (now {standard.max_grade_percent:g} %) or one of the other two",
    )


def new_stretches(
    trace: Trace, *, built: Collection[Pair], is_stop: Callable[[int], bool]
) -> list[tuple[int, int, Trace]]:
    """
    Part an alignment at stops and leave out what is built already.

    Parameters
    ----------
    trace
        The alignment, from stop to stop.
    built
        Steps built already, as pairs of nodes, the smaller first.
    is_stop
        Whether a node is a stop.

    Returns
    -------
    list
        Nodes of the last stop before and the next stop after each stretch, and the stretch.
    """
    nodes = [int(node) for node in trace.nodes]
    is_new = [pair not in built for pair in step_pairs(trace)]
    stops = [place for place, node in enumerate(nodes) if is_stop(node)]
    stretches: list[tuple[int, int, Trace]] = []
    for first, last in pairwise(stops):
        begin = first
        while begin < last:
            finish = begin
            while finish < last and is_new[finish]:
                finish += 1
            if finish > begin:
                stretches.append((nodes[first], nodes[last], trace.part(begin, finish)))
            begin = finish + 1 if finish == begin else finish
    return stretches


def step_pairs(trace: Trace) -> list[Pair]:
    """
    Return the steps of an alignment as pairs of nodes, the smaller first.

    Examples
    --------
    >>> import numpy as np
    >>> none = np.zeros(2)
    >>> step_pairs(Trace(nodes=np.array([3, 1, 2]), length_m=none, rise_m=none,
    ...     grade_percent=none, bridge_m=none, tunnel_m=none, cost_usd=none))
    [(1, 3), (1, 2)]
    """
    nodes = [int(node) for node in trace.nodes]
    return [(min(pair), max(pair)) for pair in pairwise(nodes)]


def _discount(
    steps: Steps,
    weight: NDArray[np.float64],
    built: Collection[Pair],
    standard: Standard,
    options: ConnectOptions,
) -> None:
    """Make steps that are built already cheap, in place."""
    if not built:
        return
    pairs = np.array(sorted(built), np.int64)
    heading, start, is_there = find_steps(steps, pairs[:, 0], pairs[:, 1])
    heading, start = heading[is_there], start[is_there]
    length_km = np.hypot(steps.length_m[heading], steps.rise_m[heading, start]) / 1e3
    weight[heading, start] = options.reuse_share * standard.usd_per_km * length_km
