"""Figures of a village are right where the answer is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bunyad.operate.alarms import Event, State
from bunyad.operate.indicators import (
    Circumstances,
    balance,
    band,
    catalogue,
    deviate,
    forecast_year,
    light_service,
    waste_service,
)
from bunyad.operate.indicators.catalogue import BANDS
from bunyad.operate.indicators.figure import counted_use
from bunyad.operate.indicators.formulas import FORMULAS, Facts, score_all
from bunyad.operate.indicators.kept import outages


def test_the_catalogue_has_the_91_indicators_of_u4ssc() -> None:
    found = catalogue()
    assert len(found) == len({one.code for one in found}) == 91
    for one in found:
        assert (one.code[-1] == "C") == (one.level == "core")
        assert bool(one.formula) != bool(one.needs)
        assert (one.target is None) == (one.target_source == "")
        assert one.formula == "" or one.formula in FORMULAS
        assert one.name_az


def test_every_formula_says_what_it_needs_without_data() -> None:
    for one in score_all(Facts(days=30, people=0, homes=0)):
        assert one.figure.value is None
        assert one.figure.needs


def test_bands_part_where_the_verification_reports_part_them() -> None:
    """0–33, 33–66, 66–95 and 95+ % of the target: 1 to 4 points (U4SSC reports, chapter 5)."""
    assert BANDS == (0.33, 0.66, 0.95)
    assert [band(value, target=200, better="higher") for value in (65, 67, 131, 133, 189, 191)] == [
        1, 2, 2, 3, 3, 4,
    ]  # fmt: skip
    assert band(3, target=5, better="lower") == 4


@given(st.floats(0.01, 1e6), st.floats(0.01, 1e6), st.floats(0.01, 1e6))
def test_better_values_are_never_in_a_lower_band(
    first: float, second: float, target: float
) -> None:
    low, high = sorted((first, second))
    assert band(low, target=target, better="higher") <= band(high, target=target, better="higher")
    assert band(low, target=target, better="lower") >= band(high, target=target, better="lower")


def test_a_counter_that_was_replaced_counts_on() -> None:
    use, heard = counted_use(np.array([[100.0], [110.0], [3.0], [5.0]]))
    assert (use[0], heard[0]) == (15.0, 1.0)


@given(
    st.lists(st.floats(0, 10), min_size=2, max_size=30), st.floats(0, 1e5),
    st.lists(st.booleans(), min_size=30, max_size=30),
)  # fmt: skip
def test_holes_between_readings_lose_nothing_of_a_counter(rises, start, holes) -> None:
    whole = start + np.concatenate(([0.0], np.cumsum(rises)))
    holed = whole.copy()
    for row in range(1, len(whole) - 1):
        if holes[row % 30]:
            holed[row] = math.nan
    assert counted_use(holed[:, None])[0][0] == pytest.approx(whole[-1] - whole[0], abs=1e-6)


def test_a_silent_meter_is_no_loss() -> None:
    seen = np.array([10.0, 10.0, math.nan, 10.0])
    heard = np.array([1.0, 1.0, 0.0, 1.0])
    found = balance("water", "m³", put_in=50, uses={"homes": (seen, heard)}, planned_loss_share=0.2)
    assert (found.unseen, found.lost, found.closure) == (10.0, 10.0, 1.0)
    assert found.coverage == 0.75


@given(
    st.lists(st.floats(0, 100), min_size=1, max_size=20), st.floats(0, 5000),
    st.lists(st.booleans(), min_size=20, max_size=20),
)  # fmt: skip
def test_what_goes_in_is_used_unseen_or_lost(amounts, put_in, silent) -> None:
    seen = np.array([math.nan if silent[n] else one for n, one in enumerate(amounts)])
    heard = np.where(np.isnan(seen), 0.0, 1.0)
    found = balance("electricity", "kWh", put_in=put_in, uses={"homes": (seen, heard)})
    assert sum(found.uses.values()) + found.unseen + found.lost == pytest.approx(put_in)


HOURS = np.full(100, 10.0)


@pytest.mark.parametrize(
    ("factor", "around", "verdict", "reason"),
    [
        (1.05, {}, "within", "none"),
        (0.7, {}, "under", "unexplained"),
        (1.4, {}, "over", "unexplained"),
        (0.7, {"weather_ratio": 0.75}, "under", "weather"),
        (0.7, {"weather_ratio": 1.3}, "under", "unexplained"),
        (1.4, {"people_ratio": 1.5}, "over", "people"),
        (0.7, {"faulty_share": 0.2}, "under", "faults"),
        (1.4, {"faulty_share": 0.05}, "over", "faults"),
        (1.4, {"faulty_share": 0.01}, "over", "unexplained"),
    ],
)
def test_deviations_have_a_verdict_and_a_reason(factor, around, verdict, reason) -> None:
    found = deviate(HOURS * factor, HOURS, around=Circumstances(**around))
    assert (found.verdict, found.reason) == (verdict, reason)


def test_a_dead_lamp_and_one_that_burns_by_day_are_told_apart() -> None:
    """Two nights of 12 hours: one lamp is dark in the second, one is silent, one burns on."""
    plan = np.where(np.arange(48) % 24 < 12, 60.0, 0.0)
    power = np.repeat(plan[:, None], 4, axis=1)
    power[24:36, 0] = 0.0
    power[:24, 1] = math.nan
    power[40:44, 2] = 60.0
    power[:, 3] *= 0.5  # told to burn low
    found = light_service(power, plan, np.full(4, 60.0))
    assert found is not None
    told = {line.name: (line.actual, line.plan) for line in found.lines}
    assert told["lit"] == (12 + 12 + 24 + 4 + 24, 24 + 12 + 24 + 24)
    assert told["energy"] == (
        pytest.approx(0.06 * (12 + 12 + 24 + 4 + 12)), pytest.approx(0.06 * (24 + 12 + 24 + 24)),
    )  # fmt: skip
    assert (told["dark"][0], told["by-day"][0], told["out"][0]) == (12, 4, 1)
    assert found.coverage == pytest.approx(1 - 24 / (4 * 48))


def test_a_container_that_is_left_is_not_collected_and_silence_hides_no_round() -> None:
    """Filled by a tenth an hour, emptied every eight hours of a day; 200 kg when full."""
    plan = (np.arange(25) % 8) / 10
    left = np.minimum(np.arange(25) / 10, 1.0)
    silent = plan.copy()
    silent[6:10] = math.nan
    levels = np.column_stack((plan, left, silent))
    found = waste_service(levels, plan, 200 * levels)
    assert found is not None
    told = {line.name: (line.actual, line.plan) for line in found.lines}
    assert told["emptied"] == (6, 9)
    # the silent one is seen to fall from 0.5, its last reading, to 0.2
    assert told["collected"] == (
        pytest.approx(0.2 * (5 * 0.7 + 0.3)), pytest.approx(0.2 * 9 * 0.7),
    )  # fmt: skip
    assert told["full"] == (16, 0)


def test_what_tells_nothing_has_no_balance() -> None:
    nothing = np.full((5, 2), math.nan)
    assert light_service(nothing, np.ones(5), np.ones(2)) is None
    assert waste_service(nothing, np.ones(5), nothing) is None


def test_too_few_hours_give_no_verdict() -> None:
    actual = np.where(np.arange(100) < 70, 10.0, math.nan)
    found = deviate(actual, HOURS)
    assert (found.verdict, found.reason, found.coverage) == ("unknown", "data_missing", 0.7)
    assert found.share == 0


def test_the_years_end_lies_in_its_interval_as_often_as_it_says() -> None:
    """Weeks whose ratios are drawn independently: 80 % of 300 years, give or take 6 %."""
    random = np.random.default_rng(7)
    plan = 1.5 + np.sin(np.arange(8760) / 8760 * 2 * math.pi)
    inside = 0
    for _ in range(300):
        weeks = random.normal(1.1, 0.15, 53)
        year = plan * np.repeat(weeks, 168)[:8760]
        found = forecast_year(year[: 20 * 168], plan)
        assert found is not None
        inside += found.low <= year.sum() <= found.high
    assert abs(inside / 300 - 0.8) < 0.06


def test_a_young_year_is_not_foretold() -> None:
    assert forecast_year(np.full(2 * 168, 1.0), np.full(8760, 1.0)) is None


def test_interruptions_follow_ieee_1366() -> None:
    """40 homes for 30 min and 60 for 90 min: 100 interruptions, 66 min each."""

    def lost(thing: str, at: float, state: State) -> Event:
        return Event(at=at, rule="transformer-lost", thing=thing, after=state)

    events = [
        lost("t-1", 0, State.UNACKNOWLEDGED), lost("t-1", 600, State.ACKNOWLEDGED),
        lost("t-1", 1800, State.NORMAL), lost("t-2", 0, State.SUPPRESSED),
        lost("t-2", 5400, State.RETURNED),
    ]  # fmt: skip
    found = outages(events, {"t-1": 40, "t-2": 60}, end_s=9000)
    assert (found.interrupted, found.minutes) == (100, 6600)
    facts = Facts(days=365.25, people=500, homes=200, outages=found)
    scores = {one.indicator.code: one.figure.value for one in score_all(facts)}
    assert scores["EC: I: ES: 1C"] == 0.5
    assert scores["EC: I: ES: 2C"] == 66


def test_what_a_counter_showed_before_its_first_reading_is_no_use() -> None:
    use, heard = counted_use(np.array([[math.nan], [math.nan], [5000.0], [5003.0]]))
    assert use[0] == 3.0
    assert heard[0] == pytest.approx(2 / 3)


def test_a_counter_that_is_set_right_loses_a_little_and_a_new_one_counts_from_zero() -> None:
    lasts = np.array([[1000.0, 1000.0], [1010.0, 1010.0], [1005.0, 4.0], [1015.0, 9.0]])
    assert counted_use(lasts)[0].tolist() == [15.0, 19.0]
