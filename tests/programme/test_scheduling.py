"""Dates under precedence and yearly limits."""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bunyad.options import ProgrammeOptions
from bunyad.programme import Limits, Work, schedule_works, yearly_limits

LIMITS = Limits(
    first_year=2026, public_usd=(10.0,) * 5, private_usd=(6.0,) * 5, clearance_ha=(100.0,) * 5
)


def work(identifier: str, cost: float = 1, **fields) -> Work:
    """Return a public road of one year, unless told otherwise."""
    plain = {
        "kind": "road", "name": identifier, "district": "Lowland", "geometry": None,
        "capacity": 1.0, "unit": "km", "opex_usd_per_year": 0.0, "provenance": "made up",
        "years": 1, "due": 2030, "merit": 1.0,
    }  # fmt: skip
    return Work(id=identifier, capex_usd=cost, **{**plain, **fields})


def use_by_year(works, dates):
    """Add up what is used in each year, the slow and obvious way."""
    used = defaultdict(float)
    for one in works:
        start, finish = dates[one.id].start, dates[one.id].finish
        for year in range(start, finish + 1):
            used[one.funding, year] += one.capex_usd / (finish - start + 1)
            if one.kind == "clearance":
                used["clearance", year] += one.capacity / (finish - start + 1)
    return used


@st.composite
def programmes(draw):
    """Draw up to twelve works that require earlier ones."""
    works = []
    for number in range(draw(st.integers(1, 12))):
        required = draw(st.sets(st.integers(0, number - 1), max_size=3)) if number else set()
        works.append(
            work(
                f"w{number}",
                draw(st.floats(0, 60)),
                kind=draw(st.sampled_from(["road", "clearance", "solar"])),
                funding=draw(st.sampled_from(["public", "private"])),
                capacity=draw(st.floats(0, 300)),
                years=draw(st.integers(1, 4)),
                release=draw(st.none() | st.integers(2020, 2045)),
                due=draw(st.integers(2020, 2040)),
                merit=draw(st.floats(0, 10)),
                requires=tuple(f"w{n}" for n in sorted(required)),
            )
        )
    return works


@settings(max_examples=60)
@given(programmes(), st.lists(st.floats(1, 20), min_size=1, max_size=6))
def test_every_schedule_keeps_precedence_releases_and_limits(works, budgets):
    limits = replace(
        LIMITS, public_usd=tuple(budgets), private_usd=(6.0,) * len(budgets),
        clearance_ha=(100.0,) * len(budgets),
    )  # fmt: skip
    dates = schedule_works(works, limits=limits)

    assert set(dates) == {one.id for one in works}
    for one in works:
        assert dates[one.id].start >= max(2026, one.release or 0)
        assert dates[one.id].finish - dates[one.id].start + 1 >= one.years
        for required in one.requires:
            assert dates[required].finish < dates[one.id].start
    for (resource, year), used in use_by_year(works, dates).items():
        position = min(year - 2026, len(budgets) - 1)
        limit = {"public": budgets[position], "private": 6.0, "clearance": 100.0}[resource]
        assert used <= limit * (1 + 1e-9)


@settings(max_examples=30)
@given(programmes(), st.randoms(use_true_random=False))
def test_the_order_in_which_works_are_given_does_not_matter(works, random):
    shuffled = list(works)
    random.shuffle(shuffled)

    assert schedule_works(shuffled, limits=LIMITS) == schedule_works(works, limits=LIMITS)


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.floats(0, 50), st.integers(1, 3)), min_size=1, max_size=6),
    st.floats(1, 20),
    st.floats(1, 3),
)
def test_more_budget_never_finishes_a_chain_later(chain, budget, factor):
    works = [
        work(f"w{n}", cost, years=years, requires=(f"w{n - 1}",) if n else ())
        for n, (cost, years) in enumerate(chain)
    ]
    ends = []
    for public in (budget, budget * factor):
        dates = schedule_works(works, limits=replace(LIMITS, public_usd=(public,) * 5))
        ends.append(max(date.finish for date in dates.values()))

    assert ends[1] <= ends[0]


def test_a_work_beyond_the_yearly_budget_takes_longer():
    dates = schedule_works([work("bridge", 25)], limits=LIMITS)

    assert (dates["bridge"].start, dates["bridge"].finish) == (2026, 2028)


def test_clearance_is_held_to_the_land_that_can_be_cleared_in_a_year():
    lots = [work(f"lot{n}", 0, kind="clearance", capacity=60.0) for n in range(3)]
    starts = sorted(date.start for date in schedule_works(lots, limits=LIMITS).values())

    assert starts == [2026, 2027, 2028]


def test_what_urgent_works_require_comes_before_more_useful_works():
    works = [
        work("useful", 10, merit=99, due=2030),
        work("road", 10, merit=0, due=2030),
        work("homes", 10, merit=0, due=2027, requires=("road",)),
    ]
    dates = schedule_works(works, limits=LIMITS)

    assert [dates[w].start for w in ("road", "homes", "useful")] == [2026, 2027, 2028]


def test_among_equally_urgent_works_the_more_useful_comes_first():
    works = [work("a", 10, merit=1), work("b", 10, merit=2)]
    dates = schedule_works(works, limits=LIMITS)

    assert (dates["b"].start, dates["a"].start) == (2026, 2027)


def test_public_and_private_money_do_not_wait_for_each_other():
    works = [work("a", 10), work("b", 6, funding="private", kind="solar")]

    assert {date.start for date in schedule_works(works, limits=LIMITS).values()} == {2026}


def test_what_does_not_fit_comes_after_the_plan():
    dates = schedule_works([work(f"w{n}", 10) for n in range(8)], limits=LIMITS)

    assert max(date.finish for date in dates.values()) == 2033


def test_the_schedule_of_four_works_is_the_best_that_all_orders_give():
    works = [work("a", 6, years=2), work("b", 8), work("c", 7), work("d", 3)]
    dates = schedule_works(works, limits=LIMITS)
    best = min(
        max(d.finish for d in schedule_works(
            [replace(w, merit=-order.index(w.id)) for w in works], limits=LIMITS).values())
        for order in itertools.permutations("abcd")
    )  # fmt: skip

    assert max(date.finish for date in dates.values()) == best == 2028


def test_works_in_a_circle_are_our_own_bug():
    with pytest.raises(AssertionError, match="in a circle"):
        schedule_works([work("a", requires=("b",)), work("b", requires=("a",))], limits=LIMITS)


def test_a_requirement_that_is_not_planned_is_our_own_bug():
    with pytest.raises(AssertionError, match="a requires b"):
        schedule_works([work("a", requires=("b",))], limits=LIMITS)


def test_the_public_budget_grows_until_the_last_year_and_is_held_then():
    options = ProgrammeOptions(public_budget_usd_per_year=1e8, public_budget_growth_percent=10)
    limits = yearly_limits(2026, 2028, options=options)

    assert limits.table(5)[0] == pytest.approx([1e8, 1.1e8, 1.21e8, 1.21e8, 1.21e8])


def test_the_public_budget_is_the_published_one():
    # 4.8 billion AZN in 2023 at 1.70 AZN a US$ (caliber.az 2023-10-14).
    limits = yearly_limits(2026, 2026, options=ProgrammeOptions())

    assert limits.public_usd[0] == pytest.approx(4.8e9 / 1.70)


def test_a_cost_a_hair_beyond_the_budget_of_five_years_takes_six():
    # The quotient of these two rounds down to exactly 5.
    limits = replace(LIMITS, public_usd=(3.164345335461873,) * 5)
    dates = schedule_works([work("bridge", 15.821726677309366)], limits=limits)

    assert dates["bridge"].finish == 2031
