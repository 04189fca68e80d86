"""Weeks that stand for a year."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bunyad.energy.weeks import (
    HOURS_PER_WEEK,
    choose_weeks,
    sample_amounts,
    sample_profiles,
)

HOURS = 8760


def a_year(seed: int, hours: int = HOURS) -> np.ndarray:
    rng = np.random.default_rng(seed)
    days = np.repeat(rng.uniform(0, 1, (2, -(-hours // 24))), 24, axis=1)[:, :hours]
    return days * (1.2 + np.sin(2 * np.pi * np.arange(hours) / 24))


@given(seed=st.integers(0, 99), count=st.integers(1, 52), hours=st.sampled_from([8760, 8784]))
@settings(max_examples=40)
def test_the_weeks_stand_for_every_hour_of_the_year_once(seed: int, count: int, hours: int) -> None:
    year = a_year(seed, hours)

    weeks = choose_weeks(year, year[0] - year[1], count=count)

    together = np.sort(np.concatenate([week.stands_for for week in weeks]))
    assert np.array_equal(together, np.arange(hours))
    assert sum(week.hours_per_year * HOURS_PER_WEEK for week in weeks) == pytest.approx(hours)


@given(seed=st.integers(0, 99), count=st.integers(1, 52))
@settings(max_examples=40)
def test_the_weeks_are_different_real_weeks_in_calendar_order(seed: int, count: int) -> None:
    year = a_year(seed)

    weeks = choose_weeks(year, year[0] - year[1], count=count)

    first = [week.first_hour for week in weeks]
    assert first == sorted(set(first))
    assert all(hour % HOURS_PER_WEEK == 0 for hour in first)
    assert all(week.first_hour in week.stands_for for week in weeks)
    labels = [week.label for week in weeks]
    assert len(set(labels)) == len(labels)


def test_four_weeks_are_the_seasons_and_one_of_highest_need() -> None:
    year = a_year(1)
    need = np.zeros(HOURS)
    need[30 * HOURS_PER_WEEK + 5] = 1

    weeks = choose_weeks(year, need, count=4)

    month = {week.label: 1 + int(week.first_hour / HOURS * 12) for week in weeks}
    assert month.pop("peak") == 1 + int(30 * HOURS_PER_WEEK / HOURS * 12)
    assert month["winter"] in {12, 1, 2}
    assert month["spring"] in {3, 4, 5}
    assert month["summer"] in {6, 7, 8}
    assert month["autumn"] in {9, 10, 11}
    peak = next(week for week in weeks if week.label == "peak")
    assert peak.first_hour == 30 * HOURS_PER_WEEK
    assert peak.hours_per_year == 1


def test_the_week_that_is_the_mean_of_its_block_is_chosen() -> None:
    rng = np.random.default_rng(3)
    shape = rng.uniform(0, 1, HOURS_PER_WEEK)
    size = rng.permutation(np.arange(-26, 27))[:52].astype(float)
    size[size == 0] = 26.5
    others = np.delete(np.arange(52), [0, 20])
    size[20] = size[others].mean()
    year = np.append((1 + size[:, None] * 1e-3) * shape, np.zeros((1, 24)))[None]

    weeks = choose_weeks(year, np.eye(1, HOURS)[0], count=1)

    assert {week.label: week.first_hour for week in weeks} == {
        "peak": 0,
        "year": 20 * HOURS_PER_WEEK,
    }


def test_all_fifty_two_weeks_need_no_further_week_of_highest_need() -> None:
    year = a_year(2)

    weeks = choose_weeks(year, year[0], count=52)

    assert len(weeks) == 52
    assert "peak" not in {week.label for week in weeks}


@given(seed=st.integers(0, 99), count=st.integers(1, 52))
@settings(max_examples=20)
def test_sampled_amounts_keep_the_energy_of_the_year(seed: int, count: int) -> None:
    year = a_year(seed)
    weeks = choose_weeks(year, year[0], count=count)
    weights = np.repeat([week.hours_per_year for week in weeks], HOURS_PER_WEEK)

    assert sample_amounts(year, weeks) @ weights == pytest.approx(year.sum(axis=1), rel=1e-12)


@given(seed=st.integers(0, 99), count=st.integers(1, 12))
@settings(max_examples=20)
def test_sampled_profiles_keep_the_energy_of_the_year_and_stay_within_0_and_1(
    seed: int, count: int
) -> None:
    year = np.clip(a_year(seed), 0, 1)
    weeks = choose_weeks(year, year[0], count=count)
    weights = np.repeat([week.hours_per_year for week in weeks], HOURS_PER_WEEK)

    profiles = sample_profiles(year, weeks)

    assert profiles.min() >= 0
    assert profiles.max() <= 1
    assert profiles @ weights == pytest.approx(year.sum(axis=1), rel=0.02)


def test_a_week_without_sun_stays_dark() -> None:
    year = np.zeros((1, HOURS))
    weeks = choose_weeks(year, year[0], count=4)

    assert not sample_profiles(year, weeks).any()
