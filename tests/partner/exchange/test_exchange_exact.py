"""Couples and quotas: against brute force, and instances in the formats of research."""

from __future__ import annotations

import contextlib
import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bunyad.errors import InfeasibleError, InputError
from bunyad.partner.exchange import (
    NOWHERE,
    Couple,
    Exchange,
    Matching,
    Quota,
    blocking_pairs,
    defer_acceptance,
    match_exactly,
    read_instance,
)
from bunyad.partner.exchange.market import strict

CLASSIC = Exchange(
    applicants=("a", "b", "c"), hosts=("x", "y"), places=(1, 1),
    wishes=((), (), strict([0, 1])), rankings=(strict([0, 2]), strict([2, 1])),
    couples=(Couple(first=0, second=1, wishes=((0, 1),)),),
)  # fmt: skip
"""Roth's market without a stable matching (1984): the couple wants x and y; c wants x, then y; x
likes a better than c, and y likes c better than b."""


@st.composite
def coupled(draw: st.DrawFn) -> Exchange:
    """Return a small market with one or two couples."""
    couples, singles, hosts = (
        draw(st.integers(1, 2)),
        draw(st.integers(0, 2)),
        draw(st.integers(1, 3)),
    )
    count = 2 * couples + singles
    ends = st.integers(NOWHERE, hosts - 1)
    pairs = st.lists(st.tuples(ends, ends), max_size=4, unique=True)
    return Exchange(
        applicants=tuple(f"a{place}" for place in range(count)),
        hosts=tuple(f"h{place}" for place in range(hosts)),
        places=tuple(draw(st.integers(0, 3)) for _ in range(hosts)),
        wishes=(
            *((),) * (2 * couples),
            *(strict(draw(st.permutations(range(hosts)))) for _ in range(singles)),
        ),
        rankings=tuple(
            strict(draw(st.permutations(range(count)))[: draw(st.integers(0, count))])
            for _ in range(hosts)
        ),
        couples=tuple(
            Couple(
                first=2 * place, second=2 * place + 1,
                wishes=tuple(one for one in draw(pairs) if one != (NOWHERE, NOWHERE)),
            )
            for place in range(couples)
        ),
    )  # fmt: skip


def _every(market: Exchange) -> dict[tuple[int, ...], int]:
    """Return every matching that keeps the rules, with its number of blocking pairs."""
    found = {}
    for host_of in itertools.product(range(-1, len(market.hosts)), repeat=len(market.applicants)):
        try:
            found[host_of] = len(blocking_pairs(market, Matching(host_of=host_of, method="tried")))
        except InputError:
            continue
    return found


@settings(max_examples=120, deadline=None)
@given(coupled())
def test_couples_get_what_brute_force_finds(market: Exchange) -> None:
    every = _every(market)
    fewest = min(every.values())

    done = match_exactly(market, workers=1)

    assert every[done.host_of] == fewest
    assert done.is_optimal
    if fewest == 0:
        most = max(_placed(one) for one, blocking in every.items() if blocking == 0)
        assert _placed(done.host_of) == most


def _placed(host_of: tuple[int, ...]) -> int:
    return sum(host != NOWHERE for host in host_of)


def test_a_market_without_a_stable_matching_is_told() -> None:
    done = match_exactly(CLASSIC, workers=1)

    assert done.notes == ("no stable matching exists; fewest blocking pairs",)
    assert len(blocking_pairs(CLASSIC, done)) == 1


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_quotas_are_kept_with_the_fewest_blocking_pairs(data: st.DataObject) -> None:
    hosts, count = 2, 4
    least = data.draw(st.integers(0, 2))
    market = Exchange(
        applicants=tuple("abcd"), hosts=("x", "y"), places=(2, 2),
        wishes=tuple(strict(data.draw(st.permutations(range(hosts)))) for _ in range(count)),
        rankings=tuple(strict(data.draw(st.permutations(range(count)))) for _ in range(hosts)),
        quotas=(Quota(title="q", applicants=frozenset({0, 1}), hosts=frozenset({0}), least=least),),
    )  # fmt: skip
    every = _every(market)

    done = match_exactly(market, workers=1)

    assert every[done.host_of] == min(every.values())


def test_quotas_that_nobody_can_keep_are_named() -> None:
    quota = Quota(title="three of one", applicants=frozenset({2}), hosts=frozenset({0}), least=3)

    with pytest.raises(InfeasibleError, match="three of one"):
        match_exactly(replace(CLASSIC, quotas=(quota,)), workers=1)


def test_deferred_acceptance_refuses_couples() -> None:
    with pytest.raises(InputError, match="couples"):
        defer_acceptance(CLASSIC)


HR = "3 2\n1 1 2\n2 (1 2)\n3 2\n1: 1: 3 2 1\n2: 2: 1 2 3\n"
HRT_WITH_ZERO = "0\n3\n2\n1 1 2\n2 (1 2)\n3 2\n1 1 3 2 1\n2 2 1 2 3\n"
HRTC = "1\n1\n2\n3 1 2\n1 2 1 2 2 1\n1 1 1 3\n2 1 3 2\n"
HRC = "3\n2\n1\n3\n1\n2\nfalse\n3\n3\n\n0 0 1\n1 1 0\n2 0 1\n\n0 1 0 2 1\n1 2 2 1 0\n"
SMP = "r 7 10 11\nc 1 5 6 10 11 11 -1\np 10 1 5 7\np 11 1 7 6 5\n"
SPA = "2 2 2\n1 1 2\n2 2\n1 1 1\n2 1 2\n1 1 1 2\n2 1 2 1\n"


def test_instances_in_the_formats_of_research_are_read() -> None:
    hr, zero = read_instance(HR), read_instance(HRT_WITH_ZERO)
    assert hr == zero
    assert (hr.places, hr.wishes[1]) == ((1, 2), ((0, 1),))

    hrtc = read_instance(HRTC)
    assert hrtc.applicants == ("3", "1", "2")
    assert hrtc.couples == (Couple(first=1, second=2, wishes=((0, 1), (1, 0))),)

    hrc = read_instance(HRC)
    assert hrc.couples == (Couple(first=1, second=2, wishes=((0, 1), (1, 0))),)
    assert (hrc.applicants, hrc.places) == (("2", "0", "1"), (1, 2))

    smp = read_instance(SMP)
    assert smp.couples == (Couple(first=1, second=2, wishes=((0, 1), (1, NOWHERE))),)

    assert read_instance(SPA).places == (1, 1)


@pytest.mark.parametrize(
    "text",
    ["", "hello", "2 1\n1 1\n", "1 1\n1 9\n1 1 1\n", "1 1\n1 1\n1 x 1\n", "2 1\n1 1\n1 1\n1 1 1\n",
     "r 1 2\nq 3\n", HRC.replace("\n1 1 0\n", "\n1 1\n")],
)  # fmt: skip
def test_what_is_no_instance_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(InputError):
        read_instance(text)


@settings(max_examples=100, deadline=None)
@given(st.text("0123456789 ()\n-rcpfalsetrue:", max_size=60))
def test_no_text_makes_the_reader_stumble(text: str) -> None:
    with contextlib.suppress(InputError):
        read_instance(text)
