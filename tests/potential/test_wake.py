"""Wakes of a park, by PyWake."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from shapely.geometry import box

from bunyad.errors import InputError
from bunyad.options.potential import PotentialOptions
from bunyad.potential import assess_park, lay_out_park, park_wake_loss

OPTIONS = PotentialOptions()
HOURS = 48
SPEED = np.full(HOURS, 9.0)


def test_turbines_stand_inside_and_keep_their_distance() -> None:
    outline = box(1_000, 2_000, 5_000, 5_500)

    places = lay_out_park(outline, options=OPTIONS)

    apart = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    assert apart[apart > 0].min() >= 6 * 141 - 1e-6  # rotor of 141 m
    assert outline.buffer(1e-6).contains_properly(box(*places.min(axis=0), *places.max(axis=0)))
    assert len(places) == pytest.approx(outline.area / (6 * 141) ** 2, rel=0.4)


def test_a_lone_turbine_loses_nothing() -> None:
    park = assess_park(np.zeros((1, 2)), SPEED, np.zeros(HOURS), options=OPTIONS)

    assert park.wake_loss_share == pytest.approx(0, abs=1e-9)
    assert park.profile.shape == (HOURS,)


def test_a_turbine_behind_another_yields_less_and_one_beside_it_does_not() -> None:
    places = np.array([[0.0, 0.0], [700.0, 0.0]])

    behind = assess_park(places, SPEED, np.full(HOURS, 270.0), options=OPTIONS)
    beside = assess_park(places, SPEED, np.full(HOURS, 0.0), options=OPTIONS)

    assert beside.wake_loss_share == pytest.approx(0, abs=1e-3)
    assert 0.1 < behind.wake_loss_share < 0.5
    assert behind.full_load_hours[1] < behind.full_load_hours[0]


def test_storm_and_calm_have_no_wakes() -> None:
    speed = np.repeat([0.0, 40.0], 24)

    park = assess_park(np.zeros((1, 2)), speed, np.zeros(HOURS), options=OPTIONS)

    assert not park.profile.any()
    assert park.wake_loss_share == 0


def test_no_turbine_and_no_pywake_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="no turbine"):
        assess_park(np.zeros((0, 2)), SPEED, SPEED, options=OPTIONS)
    monkeypatch.setitem(sys.modules, "py_wake.site", None)
    with pytest.raises(InputError, match="PyWake is not installed"):
        assess_park(np.zeros((1, 2)), SPEED, SPEED, options=OPTIONS)


def test_the_wake_loss_of_the_map_lies_between_a_lone_park_and_one_of_four_sites() -> None:
    alone = park_wake_loss(options=OPTIONS)
    together = park_wake_loss(options=PotentialOptions(wind_largest_site_mw=200))

    assert alone == pytest.approx(0.04, abs=0.01)
    assert together == pytest.approx(0.08, abs=0.01)
    assert alone < OPTIONS.wind_wake_loss_share < together


def test_a_denser_park_and_a_slower_wind_lose_more_to_wakes() -> None:
    usual = park_wake_loss(options=OPTIONS)

    assert park_wake_loss(options=PotentialOptions(wind_density_mw_per_km2=10)) > usual
    assert park_wake_loss(options=PotentialOptions(wake_park_speed_ms=6)) > usual


def test_a_park_of_one_turbine_has_no_wakes() -> None:
    lone = PotentialOptions(wind_largest_site_mw=1)

    assert park_wake_loss(options=lone) == pytest.approx(0, abs=1e-9)


def test_asking_for_a_park_leaves_numpy_as_it_was() -> None:
    asarray = np.asarray
    assess_park(np.zeros((1, 2)), SPEED, np.zeros(HOURS), options=OPTIONS)

    assert np.asarray is asarray
