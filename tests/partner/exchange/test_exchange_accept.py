"""Deferred acceptance: stable, optimal, as an independent library has it."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matching.games import HospitalResident

from bunyad.errors import InputError
from bunyad.partner.exchange import (
    NOWHERE,
    Couple,
    Exchange,
    Matching,
    blocking_pairs,
    break_ties,
    check_exchange,
    count_wishes,
    defer_acceptance,
    match_exchange,
    read_exchange,
)
from bunyad.partner.exchange.market import strict


@st.composite
def markets(draw: st.DrawFn, *, applicants: int = 5, hosts: int = 3) -> Exchange:
    """Return a market whose lists may be short and one-sided."""
    count, many = draw(st.integers(1, applicants)), draw(st.integers(1, hosts))

    def lists(owners: int, others: int) -> tuple[tuple[tuple[int, ...], ...], ...]:
        return tuple(
            strict(draw(st.permutations(range(others)))[: draw(st.integers(0, others))])
            for _ in range(owners)
        )

    return Exchange(
        applicants=tuple(f"a{place}" for place in range(count)),
        hosts=tuple(f"h{place}" for place in range(many)),
        places=tuple(draw(st.integers(0, 3)) for _ in range(many)),
        wishes=lists(count, many),
        rankings=lists(many, count),
    )


def stable_matchings(market: Exchange) -> list[tuple[int, ...]]:
    """Return every stable matching, by trying all."""
    found = []
    choice = [[NOWHERE, *(host for group in one for host in group)] for one in market.wishes]
    for host_of in itertools.product(*choice):
        try:
            if not blocking_pairs(market, Matching(host_of=host_of, method="tried")):
                found.append(host_of)
        except InputError:
            continue
    return found


def _rank(market: Exchange, applicant: int, host: int) -> int:
    wishes = [one for group in market.wishes[applicant] for one in group]
    return wishes.index(host) if host != NOWHERE else len(wishes)


@settings(max_examples=120, deadline=None)
@given(markets())
def test_the_result_is_the_best_stable_matching_for_every_applicant(market: Exchange) -> None:
    done = defer_acceptance(market)
    every = stable_matchings(market)

    assert done.host_of in every
    for other in every:
        for applicant, host in enumerate(done.host_of):
            assert _rank(market, applicant, host) <= _rank(market, applicant, other[applicant])


@settings(max_examples=120, deadline=None)
@given(markets())
def test_with_hosts_proposing_it_is_the_worst_stable_one_for_applicants(market: Exchange) -> None:
    done = defer_acceptance(market, best_for="hosts")
    every = stable_matchings(market)

    assert done.host_of in every
    for other in every:
        for applicant, host in enumerate(done.host_of):
            assert _rank(market, applicant, host) >= _rank(market, applicant, other[applicant])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["resident", "hospital"]))
def test_an_independent_library_has_the_same_matching(seed: int, side: str) -> None:
    import random

    chance = random.Random(seed)
    residents, hospitals = range(8), [f"h{place}" for place in range(3)]
    wishes = {one: chance.sample(hospitals, 3) for one in residents}
    rankings = {one: chance.sample(list(residents), 8) for one in hospitals}
    places = {one: chance.randint(1, 3) for one in hospitals}
    theirs = HospitalResident.create_from_dictionaries(wishes, rankings, places).solve(side)
    market = Exchange(
        applicants=tuple(str(one) for one in residents),
        hosts=tuple(hospitals),
        places=tuple(places.values()),
        wishes=tuple(strict(hospitals.index(one) for one in wishes[each]) for each in residents),
        rankings=tuple(strict(rankings[one]) for one in hospitals),
    )

    ours = defer_acceptance(market, best_for="hosts" if side == "hospital" else "applicants")

    expected = {one.name: set() for one in theirs}
    for hospital, taken in theirs.items():
        expected[hospital.name] = {one.name for one in taken}
    got = {
        name: {
            place
            for place, host in enumerate(ours.host_of)
            if market.hosts[max(host, 0)] == name and host >= 0
        }
        for name in hospitals
    }
    assert got == expected


@settings(max_examples=60, deadline=None)
@given(markets(applicants=6), st.integers(0, 1000), st.integers(0, 2))
def test_limits_of_kinds_are_kept_and_nothing_blocks(
    market: Exchange, seed: int, most: int
) -> None:
    kinds = tuple((place + seed) % 2 for place in range(len(market.applicants)))
    limited = replace(market, kinds=kinds, most_of_kind=((most, 1),) * len(market.hosts))

    assert blocking_pairs(limited, defer_acceptance(limited)) == []


@settings(max_examples=60, deadline=None)
@given(markets(), st.one_of(st.none(), st.integers(0, 99)))
def test_ties_are_broken_and_what_results_is_stable_with_them(
    market: Exchange, seed: int | None
) -> None:
    tied = replace(
        market,
        wishes=tuple((tuple(h for g in one for h in g),) if one else () for one in market.wishes),
    )

    done = match_exchange(tied, seed=seed)

    assert not break_ties(tied, seed=seed).has_ties
    assert blocking_pairs(tied, done) == []


def test_the_checker_lists_who_would_rather_have_one_another() -> None:
    market = Exchange(
        applicants=("Ay", "Su"), hosts=("Bakı", "Lahore"), places=(1, 1),
        wishes=(strict([0, 1]), strict([0, 1])), rankings=(strict([1, 0]), strict([0, 1])),
    )  # fmt: skip

    found = blocking_pairs(market, Matching(host_of=(0, 1), method="wrong"))

    assert [(one.applicants, one.hosts) for one in found] == [((1,), (0,))]
    with pytest.raises(InputError):
        blocking_pairs(market, Matching(host_of=(0, 0), method="too many"))


def test_wishes_met_are_counted() -> None:
    market = Exchange(
        applicants=("a", "b", "c"), hosts=("x", "y"), places=(1, 1),
        wishes=(strict([0, 1]), strict([0, 1]), ()), rankings=(strict([1, 0, 2]), strict([0, 1])),
    )  # fmt: skip

    counts = count_wishes(market, defer_acceptance(market))

    assert (counts.by_wish, counts.placed, counts.without_wish, counts.mean_wish) == (
        (1, 1),
        2,
        1,
        1.5,
    )


def test_a_market_that_contradicts_itself_tells_every_fault() -> None:
    market = Exchange(
        applicants=("a", "b"), hosts=("x",), places=(-1,),
        wishes=(strict([0, 0]), strict([3])), rankings=(strict([0]),),
        couples=(Couple(first=1, second=1, wishes=((0, 0), (0, 0))),),
    )  # fmt: skip

    with pytest.raises(InputError) as caught:
        check_exchange(market)
    assert len(caught.value.faults) >= 5


def test_a_written_exchange_tells_names_that_are_unknown() -> None:
    written = {
        "title": "Autumn",
        "hosts": [{"id": "hub", "places": 1, "ranking": ["ay", "nobody"]}],
        "applicants": [{"id": "ay", "wishes": ["hub", "nowhere"]}, {"id": "ay"}],
    }

    with pytest.raises(InputError) as caught:
        read_exchange(written)
    assert sorted(one.what for one in caught.value.faults) == [
        "ay stands there twice", "nobody is unknown", "nowhere is unknown",
    ]  # fmt: skip
