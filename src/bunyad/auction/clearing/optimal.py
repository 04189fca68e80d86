"""The set of bids that is proven best, where bids cannot be cut or limits overlap."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import gcd
from typing import Any

import highspy
import numpy as np

from bunyad.auction.clearing.entries import Entry, Scale, ceiling_of
from bunyad.auction.clearing.limits import Caps
from bunyad.auction.rules.model import Rules
from bunyad.errors import InfeasibleError, InputError

THREADS = 2
FEASIBILITY = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A limit: the quantities (or numbers) of some bids together lie between two whole numbers."""

    rule: str
    title: str
    members: tuple[int, ...]
    weights: tuple[int, ...]
    least: int | None
    most: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The best set, in whole steps."""

    quantities: tuple[int, ...]
    objective: int
    """Value (or cost) in steps of price times steps of quantity."""
    bound: int
    """No set is better than this; equal to the objective once proven."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is chosen from: integer worth of each step of each bid, and the limits."""

    worth: tuple[int, ...]
    """Worth of one step of quantity of a bid; greater is better."""
    quantity: tuple[int, ...]
    least: tuple[int, ...]
    """Least quantity if chosen; equal to `quantity` where a bid is taken whole or not at all."""
    rows: tuple[Row, ...]


def pose(
    rules: Rules, scale: Scale, entries: Sequence[Entry], caps: Caps, volume: int | None
) -> Problem:
    """
    Put an auction as an optimisation.

    `most_value` maximises the distance from the ceiling times the quantity, `least_cost` finds
    the cheapest bids that together reach the volume.

    Raises
    ------
    InputError
        If the rules have no ceiling to measure value against, or nothing bounds the award.
    """
    is_cover = rules.allocation.objective == "least_cost"
    worth = tuple(_worth(rules, scale, entry, is_cover=is_cover) for entry in entries)
    quantity = tuple(entry.quantity for entry in entries)
    least = tuple(max(entry.least, 1) for entry in entries)
    rows = [*_volume_rows(volume, quantity, is_cover=is_cover), *_cap_rows(entries, caps)]
    rows += _one_of_each(entries, by_lot=rules.allocation.by == "lot")
    rows += _minimum_rows(rules, scale, entries)
    return Problem(worth=worth, quantity=quantity, least=least, rows=tuple(rows))


def _worth(rules: Rules, scale: Scale, entry: Entry, *, is_cover: bool) -> int:
    """Return the worth of one step of quantity."""
    sign = 1 if rules.price.direction == "lowest_wins" else -1
    if is_cover:
        return -sign * entry.price
    ceiling = ceiling_of(rules, entry.bid.technology)
    if sign < 0:
        return entry.price - scale.price_steps(rules.price.floor or 0 * entry.bid.price)
    if ceiling is None:
        raise InputError(
            "there is no ceiling",
            where=f"rules {rules.id}: price.ceiling",
            mend="give a ceiling: the best set is measured by its distance from it",
        )
    return scale.price_steps(ceiling) - entry.price


def _volume_rows(volume: int | None, quantity: Sequence[int], *, is_cover: bool) -> list[Row]:
    """Return the limit of the volume on offer."""
    if volume is None:
        return []
    members = tuple(range(len(quantity)))
    least, most = (volume, None) if is_cover else (None, volume)
    return [
        Row(rule="volume", title="the volume on offer", members=members, weights=tuple(quantity),
            least=least, most=most)
    ]  # fmt: skip


def _cap_rows(entries: Sequence[Entry], caps: Caps) -> Iterable[Row]:
    """Return the limits of technologies, regions and bidders."""
    shared: dict[int, tuple[str, str, int, list[int]]] = {}
    bidders: defaultdict[str, list[int]] = defaultdict(list)
    for index, entry in enumerate(entries):
        bidders[entry.bid.bidder].append(index)
        for cap in (
            *caps.technology.get(entry.bid.technology, ()),
            *caps.region.get(entry.bid.region, ()),
        ):
            shared.setdefault(id(cap), (cap.rule, cap.title, cap.room, []))[3].append(index)
    for rule, title, room, members in shared.values():
        weights = tuple(entries[index].quantity for index in members)
        yield Row(rule=rule, title=title, members=tuple(members), weights=weights, least=None,
                  most=max(room, 0))  # fmt: skip
    for bidder, members in bidders.items():
        title = f"all bids of {bidder}"
        if caps.bidder_quantity is not None:
            weights = tuple(entries[index].quantity for index in members)
            yield Row(rule="limits.bidder", title=title, members=tuple(members), weights=weights,
                      least=None, most=caps.bidder_quantity - caps.by_bidder[bidder])  # fmt: skip
        if caps.bidder_lots is not None:
            yield Row(rule="limits.bidder.lots", title=title, members=tuple(members),
                      weights=(), least=None,
                      most=caps.bidder_lots - len(caps.lots_of[bidder]))  # fmt: skip


def _one_of_each(entries: Sequence[Entry], *, by_lot: bool) -> Iterable[Row]:
    """Return the limits of which at most one may win: flexible bids, and bids for one lot."""
    groups: defaultdict[tuple[str, str, str], list[int]] = defaultdict(list)
    for index, entry in enumerate(entries):
        if entry.bid.alternative_of:
            key = ("bids.alternatives", entry.bid.bidder, entry.bid.alternative_of)
            groups[key].append(index)
        if by_lot and entry.bid.lot:
            groups[("allocation.by", "", entry.bid.lot)].append(index)
    for (rule, _, title), members in groups.items():
        if len(members) > 1:
            yield Row(rule=rule, title=title, members=tuple(members), weights=(), least=None,
                      most=1)  # fmt: skip


def _minimum_rows(rules: Rules, scale: Scale, entries: Sequence[Entry]) -> Iterable[Row]:
    """Return the least quantities of technologies and regions."""
    for name, groups in (("technology", rules.limits.technology), ("region", rules.limits.region)):
        for group in groups:
            if group.minimum is None:
                continue
            members = tuple(i for i, e in enumerate(entries) if getattr(e.bid, name) in group.of)
            yield Row(rule=f"limits.{name}", title=", ".join(group.of), members=members,
                      weights=tuple(entries[index].quantity for index in members),
                      least=scale.quantity_steps(group.minimum), most=None)  # fmt: skip


def choose(problem: Problem, *, time_limit_s: float = 60.0) -> Choice:
    """
    Find the best set and prove it, with HiGHS.

    The numbers of the solver are floating point; the set it finds is therefore counted again in
    whole numbers, and counts as proven only where its bound leaves no room for one step more.

    Raises
    ------
    InfeasibleError
        If no set reaches the volume within the limits.
    """
    solver, steps = _model(problem, time_limit_s)
    solver.run()
    if solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
        raise InfeasibleError(
            "no set of bids reaches what is asked for within the limits",
            clashing=sorted({row.rule for row in problem.rows}),
            mend="lower the volume or widen the limits",
        )
    count = len(problem.worth)
    values = np.zeros(2 * count)
    if solver.getInfo().primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
        values[:] = solver.getSolution().col_value
    quantities = tuple(
        _whole(problem, index, values[index], values[count + index])
        for index in range(count)
    )  # fmt: skip
    if not is_within(problem, quantities):
        raise InfeasibleError(
            f"no set of whole bids was found in {time_limit_s:g} s",
            clashing=sorted({row.rule for row in problem.rows}),
            mend="allow more time, or use merit_order",
        )
    objective = sum(
        worth * quantity for worth, quantity in zip(problem.worth, quantities, strict=True)
    )
    bound = max(objective, _bound(problem, solver.getInfo().mip_dual_bound, steps))
    return Choice(quantities=quantities, objective=objective, bound=bound)


def _bound(problem: Problem, reached: float, steps: int) -> int:
    """Return what no set is better than; before the solver knows any, all bids of some worth."""
    if np.isfinite(reached):
        return int(np.floor(reached + 1e-6)) * steps
    pairs = zip(problem.worth, problem.quantity, strict=True)
    return sum(max(worth, 0) * quantity for worth, quantity in pairs)


def worth_with(problem: Problem, index: int) -> int | None:
    """Return the worth of the best set that holds a bid whole; none: no set does."""
    whole = problem.quantity[index]
    row = Row(rule="", title="", members=(index,), weights=(whole,), least=whole, most=whole)
    try:
        return choose(replace(problem, rows=(*problem.rows, row))).objective
    except InfeasibleError:
        return None


def _whole(problem: Problem, index: int, chosen: float, cut: float) -> int:
    """Return the quantity of a bid in whole steps."""
    if chosen < 0.5:
        return 0
    if problem.least[index] == problem.quantity[index]:
        return problem.quantity[index]
    return min(problem.quantity[index], max(problem.least[index], round(float(cut))))


def _model(problem: Problem, time_limit_s: float) -> tuple[Any, int]:
    """
    Build the model: a yes or no for each bid, and a quantity for those that may be cut.

    Returns the solver and the greatest common step of the objective.
    """
    count = len(problem.worth)
    whole = [problem.least[i] == problem.quantity[i] for i in range(count)]
    values = [worth * q for worth, q in zip(problem.worth, problem.quantity, strict=True)]
    step = 0
    for index in range(count):
        step = gcd(step, values[index] if whole[index] else problem.worth[index])
    step = step or 1
    solver = highspy.Highs()
    for name, value in (
        ("output_flag", False), ("threads", THREADS), ("mip_rel_gap", 0.0),
        ("mip_abs_gap", 0.999), ("time_limit", time_limit_s),
        ("mip_feasibility_tolerance", FEASIBILITY), ("primal_feasibility_tolerance", FEASIBILITY),
    ):  # fmt: skip
        solver.setOptionValue(name, value)
    solver.changeObjectiveSense(highspy.ObjSense.kMaximize)
    empty = np.empty(0, dtype=np.int32)
    for index in range(count):
        cost = values[index] / step if whole[index] else 0.0
        solver.addCol(cost, 0.0, 1.0, 0, empty, np.empty(0))
    for index in range(count):
        cost = 0.0 if whole[index] else problem.worth[index] / step
        top = 0.0 if whole[index] else float(problem.quantity[index])
        solver.addCol(cost, 0.0, top, 0, empty, np.empty(0))
    kinds = np.full(2 * count, highspy.HighsVarType.kInteger)
    solver.changeColsIntegrality(2 * count, np.arange(2 * count, dtype=np.int32), kinds)
    for index in range(count):
        if not whole[index]:
            columns = np.array([index, count + index], dtype=np.int32)
            top, least = float(problem.quantity[index]), float(problem.least[index])
            solver.addRow(0.0, highspy.kHighsInf, 2, columns, np.array([top, -1.0]))
            solver.addRow(-highspy.kHighsInf, 0.0, 2, columns, np.array([least, -1.0]))
    for row in problem.rows:
        _add_row(solver, row, whole, count)
    return solver, step


def _add_row(solver: Any, row: Row, whole: Sequence[bool], count: int) -> None:
    """Add one limit, in its smallest whole numbers."""
    if not row.weights:
        columns = np.array(row.members, dtype=np.int32)
        weights = np.ones(len(columns))
        unit = 1
    else:
        columns = np.array([i if whole[i] else count + i for i in row.members], dtype=np.int32)
        raw = [w if whole[i] else 1 for i, w in zip(row.members, row.weights, strict=True)]
        unit = max(gcd(*raw), 1)
        weights = np.array([one // unit for one in raw], dtype=float)
    least = -highspy.kHighsInf if row.least is None else float(-(-row.least // unit))
    most = highspy.kHighsInf if row.most is None else float(row.most // unit)
    solver.addRow(least, most, len(columns), columns, weights)


def is_within(problem: Problem, quantities: Sequence[int]) -> bool:
    """Return whether a set keeps every limit, counted in whole numbers."""
    for index, quantity in enumerate(quantities):
        if quantity and not problem.least[index] <= quantity <= problem.quantity[index]:
            return False
    for row in problem.rows:
        if row.weights:
            total = sum(quantities[index] for index in row.members)
        else:
            total = sum(quantities[index] > 0 for index in row.members)
        if (row.most is not None and total > row.most) or (
            row.least is not None and total < row.least
        ):
            return False
    return True
