"""Running times and energy of vehicles, against the mechanics of simple lines."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from connect.alignment.lines import ROAD, line_through

from bunyad.connect.alignment import Alignment, Design
from bunyad.connect.alignment.travel import run_over, turn_radius, vehicles
from bunyad.errors import InputError

RAILWAY = replace(ROAD, kind="railway", curve_resistance_m=0.7)


def straight(*, grade: float = 0.0, design: Design = ROAD) -> Alignment:
    """Return a straight line of 50 km with an even grade."""
    return line_through((0, 0), (50_000, 0), grade=grade, design=design)


def test_a_car_on_a_straight_flat_road_keeps_the_design_speed() -> None:
    travel = run_over(straight(), "car")
    assert travel.speed_kmh.max() == pytest.approx(90)
    assert travel.time_h == pytest.approx(50 / 90, rel=0.01)


def test_a_truck_crawls_at_the_speed_where_power_meets_grade_and_rolling() -> None:
    travel = run_over(straight(grade=0.08), "truck")
    body = vehicles()["truck"]
    steady = travel.speed_kmh[len(travel.speed_kmh) // 2] / 3.6
    drag = body.resistance_constant + body.resistance_per_kmh2 * (steady * 3.6) ** 2
    sine = 0.08 / np.hypot(1, 0.08)
    power = body.mass_t * 1e3 * 9.80665 * (drag + sine) * steady
    assert power == pytest.approx(body.power_kw * 1e3, rel=0.01)


def test_climbing_needs_the_energy_of_height_beyond_that_of_the_way() -> None:
    flat, hill = run_over(straight(), "truck"), run_over(straight(grade=0.02), "truck")
    height = 0.02 * 50_000
    body = vehicles()["truck"]
    extra = (hill.energy_kwh - flat.energy_kwh) * body.efficiency
    potential = body.mass_t * 1e3 * 9.80665 * height / 3.6e6
    # The truck is slower uphill, so it loses a little less to the air.
    assert 0.7 * potential < extra < 1.01 * potential


def test_downhill_takes_no_more_energy_than_uphill() -> None:
    hill = straight(grade=0.02)
    up, down = run_over(hill, "truck"), run_over(hill, "truck", backwards=True)
    assert down.energy_kwh < up.energy_kwh
    assert down.time_h <= up.time_h


def test_a_freight_train_climbs_the_ruling_grade() -> None:
    travel = run_over(straight(grade=0.018, design=RAILWAY), "freight train")
    assert 20 < travel.speed_kmh[500] < 90


def test_a_circle_has_its_radius_and_slows_the_car() -> None:
    angle = np.linspace(0, np.pi / 2, 60)
    bend = np.column_stack([150 * np.cos(angle), 150 * np.sin(angle), 0 * angle])
    assert turn_radius(bend)[1:-1] == pytest.approx(150)
    none = np.zeros(len(bend) - 1)
    line = replace(straight(), points_m=bend, cost_usd=none, cut_m3=none, fill_m3=none)
    assert run_over(line, "car").speed_kmh.max() <= np.sqrt(1.5 * 150) * 3.6 + 1e-9


def test_a_train_does_not_run_on_a_road() -> None:
    with pytest.raises(InputError, match="does not run on a road"):
        run_over(straight(), "freight train")
