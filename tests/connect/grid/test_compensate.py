"""Compensators hold the voltage while an interconnector is out."""

from __future__ import annotations

from functools import cache

import pandas as pd
import pytest
from grids import LINES, OPTIONS, SOURCES, draft

from bunyad.connect.grid import (
    list_injections,
    price_compensators,
    reinforce,
    reinforce_grid,
    verify_grid,
)
from bunyad.connect.grid.cases import list_scenarios
from bunyad.connect.grid.compensate import add_compensators
from bunyad.connect.grid.limits import is_binding
from bunyad.errors import InfeasibleError

FAR = LINES.assign(length_km=[90.0, 110.0, 120.0])
TWO = pd.concat(
    [SOURCES, pd.DataFrame([("weak", "west", 400.0, 400.0)], columns=SOURCES.columns)],
    ignore_index=True,
)


@cache
def two_sources():
    return reinforce_grid(draft(lines=FAR, sources=TWO), options=OPTIONS)


def failures(design, options=OPTIONS):
    outages = verify_grid(design, options=options).outages
    return outages.query("kind == 'source' and case == 'peak'")


def test_the_peak_holds_with_any_interconnector_out() -> None:
    found = failures(two_sources())

    assert len(found) == 2
    assert found["holds"].all()
    assert (found["unserved_mw"] == 0).all()


def test_voltages_that_only_lines_held_are_held_by_compensators_first() -> None:
    design = draft(lines=FAR, sources=TWO)

    better = add_compensators(design, list_injections(design), options=OPTIONS)

    before, after = failures(design), failures(better)
    assert better.buses["compensator_mvar"].sum() > 0
    assert after["lowest_voltage"].min() > before["lowest_voltage"].min()
    assert better.buses["compensator_mvar"].max() <= OPTIONS.grid_compensator_most_mvar
    assert price_compensators(better, options=OPTIONS).sum() == pytest.approx(
        6e4 * better.buses["compensator_mvar"].sum()
    )


def test_nothing_is_added_where_failures_of_interconnectors_do_not_bind() -> None:
    design = draft(lines=FAR, sources=TWO)
    free = OPTIONS.model_copy(update={"grid_source_n1": False})

    assert add_compensators(design, list_injections(design), options=free) is design


def test_only_what_the_option_allows_is_shed_and_only_in_that_failure() -> None:
    design = draft(lines=FAR, sources=TWO)
    options = OPTIONS.model_copy(update={"grid_shed_share": 0.25})

    every = list_scenarios(design, list_injections(design), options=options)
    peak = next(one for one in every if one.case == "peak" and not one.kind)
    for one in every:
        if one.case == "peak":
            kept = 0.75 if one.kind == "source" else 1.0
            assert one.active_mw == pytest.approx(kept * peak.active_mw)
    assert all(is_binding(one, options=options) for one in every if one.case == "peak")


def test_a_failure_that_nothing_mends_is_told_and_no_error(monkeypatch) -> None:
    usual = reinforce._reinforce

    def picky(design, hours, options):
        if options.grid_source_n1:
            raise InfeasibleError("it does not hold", clashing=("a rule",), mend="nothing")
        return usual(design, hours, options)

    monkeypatch.setattr(reinforce, "_reinforce", picky)
    design = reinforce_grid(draft(lines=FAR, sources=TWO), options=OPTIONS)

    assert not failures(design)["holds"].all()
