"""The fewest masts, against trying every choice."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bunyad.connect.radio import cover_fewest
from bunyad.options import ConnectOptions

EXACT = ConnectOptions(radio_cover_gap=0)


def best_twin(covers, worth, needs, weights) -> float:
    met = np.minimum(needs, worth[:, covers.any(axis=0)].sum(axis=1))
    best = np.inf
    for choice in product([False, True], repeat=len(weights)):
        chosen = np.array(choice)
        got = worth[:, covers[chosen].any(axis=0)].sum(axis=1)
        if (got >= met - 1e-9).all():
            best = min(best, weights[chosen].sum())
    return best


@given(st.integers(0, 10_000), st.floats(0.3, 1.0))
@settings(max_examples=25)
def test_no_choice_of_sites_is_lighter(seed, share):
    random = np.random.default_rng(seed)
    covers = random.random((8, 25)) < 0.25
    worth = random.integers(0, 9, (2, 25)).astype(float)
    needs = worth.sum(axis=1) * share
    weights = random.choice([0.25, 1.0], 8)

    cover = cover_fewest(covers, worth=worth, needs=needs, weights=weights, options=EXACT)

    assert cover.weight == pytest.approx(best_twin(covers, worth, needs, weights))
    assert cover.weight == pytest.approx(weights[cover.chosen].sum())
    assert cover.bound == pytest.approx(cover.weight, abs=1e-6)


def test_the_greedy_choice_is_kept_with_a_proven_bound_where_no_branch_is_allowed():
    random = np.random.default_rng(1)
    covers = random.random((40, 300)) < 0.06
    worth, weights = np.ones((1, 300)), np.ones(40)
    hasty = ConnectOptions(radio_cover_nodes=0, radio_cover_gap=0)

    cover = cover_fewest(
        covers, worth=worth, needs=np.array([280.0]), weights=weights, options=hasty
    )

    need = min(280, covers.any(axis=0).sum())
    assert covers[cover.chosen].any(axis=0).sum() >= need
    assert 0 < cover.bound <= cover.weight


def test_what_no_site_covers_is_not_asked_for():
    covers = np.array([[True, False]])

    cover = cover_fewest(
        covers, worth=np.ones((1, 2)), needs=np.array([2.0]), weights=np.ones(1), options=EXACT
    )

    assert cover.chosen.tolist() == [0]


def test_where_nothing_is_needed_no_mast_stands():
    covers = np.ones((2, 3), bool)

    cover = cover_fewest(
        covers, worth=np.zeros((1, 3)), needs=np.zeros(1), weights=np.ones(2), options=EXACT
    )

    assert not len(cover.chosen)
    assert cover.bound == 0
