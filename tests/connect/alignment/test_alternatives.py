"""Routes that really differ, what they are good for, and when the dearer one pays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from connect.alignment.lines import ROAD, flat_surface, line_through
from scipy.ndimage import map_coordinates

from bunyad.connect.alignment import Alignment, Design, Surface
from bunyad.connect.alignment.alternatives import (
    Choice,
    break_even_traffic,
    find_alternatives,
    structure_km,
    trade_off,
    vary_design,
    weigh,
)
from bunyad.errors import InfeasibleError
from bunyad.options import ConnectOptions

OPTIONS = ConnectOptions()
WEST, EAST = (1000.0, 5000.0), (18000.0, 5000.0)
STRAIGHT = line_through(WEST, EAST)
A_LITTLE_NORTH = line_through(WEST, (9500, 5600), EAST)
NORTH = line_through(WEST, (9500, 9500), EAST)
SOUTH = line_through(WEST, (9500, 200), EAST)


def price(surface: Surface, design: Design, line: Alignment) -> Alignment:
    """Price a line by the mean of the land's factor along it."""
    x, y, _ = line.points_m.T
    where = [(surface.north_m - y) / surface.cell_m, (x - surface.west_m) / surface.cell_m]
    factor = map_coordinates(surface.factor, where, order=1)
    extra = map_coordinates(surface.extra_usd_per_m, where, order=1)
    step = np.diff(np.concatenate([[0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))]))
    per_m = design.usd_per_m * (factor[1:] + factor[:-1]) / 2 + (extra[1:] + extra[:-1]) / 2
    return replace(line, cost_usd=step * per_m, design=design)


def find(surface: Surface, design: Design) -> Alignment:
    """Return the cheapest of four known lines."""
    lines = [price(surface, design, line) for line in (STRAIGHT, A_LITTLE_NORTH, NORTH, SOUTH)]
    return min(lines, key=lambda line: line.capex_usd)


def alternatives(count: int) -> list[Alignment]:
    return find_alternatives(
        flat_surface(), ROAD, find=find, price=price, count=count, options=OPTIONS
    )


def test_alternatives_leave_the_corridor_of_the_best_route() -> None:
    lines = alternatives(3)
    assert [line.points_m[:, 1].max() for line in lines] == pytest.approx(
        [5000, 9500, 5000], abs=50
    )
    assert lines[2].points_m[:, 1].min() == pytest.approx(200, abs=50)


def test_alternatives_cost_what_the_land_costs_and_come_cheapest_first() -> None:
    lines = alternatives(3)
    assert [line.capex_usd for line in lines] == pytest.approx(
        [line.length_m * ROAD.usd_per_m for line in lines]
    )
    assert lines[1].capex_usd <= lines[2].capex_usd


def test_there_are_no_more_alternatives_than_the_land_has() -> None:
    assert len(alternatives(9)) == 3


def test_alternatives_end_where_no_other_route_is_found() -> None:
    def only_once(surface: Surface, _design: Design) -> Alignment:
        if (surface.factor > 1).any():
            raise InfeasibleError("no other way", clashing=(), mend="none")
        return STRAIGHT

    assert find_alternatives(
        flat_surface(), ROAD, find=only_once, price=price, count=3, options=OPTIONS
    ) == [STRAIGHT]


def test_a_trade_off_marks_what_nothing_beats() -> None:
    def eager(_surface: Surface, design: Design) -> Alignment:
        if not design.has_tunnels:
            raise InfeasibleError("no way", clashing=(), mend="none")
        return replace(STRAIGHT if design.usd_per_m > 1500 else NORTH, design=design)

    hilly = flat_surface()
    hilly.factor[45:55] = 4
    choices = trade_off(
        hilly, [ROAD, replace(ROAD, has_tunnels=False)], find=eager, price=price, options=OPTIONS
    )
    assert [one.is_efficient for one in choices] == [True, True]
    assert choices[0].length_km > choices[1].length_km
    assert choices[0].capex_usd < choices[1].capex_usd


def test_a_choice_that_costs_more_and_gives_less_is_not_efficient() -> None:
    choices = weigh([STRAIGHT, NORTH])
    assert [one.is_efficient for one in choices] == [True, False]


def test_cheaper_tunnels_change_only_the_cost_of_tunnels() -> None:
    cheap = vary_design(ROAD, tunnel_cost_factor=0.7)
    assert cheap == replace(ROAD, tunnel_usd_per_m=0.7 * ROAD.tunnel_usd_per_m)


def choice(capex_usd: float, length_km: float, hours: float) -> Choice:
    return Choice(alignment=STRAIGHT, capex_usd=capex_usd, length_km=length_km, hours=hours,
                  energy_kwh=0, is_efficient=True)  # fmt: skip


def test_the_shorter_road_pays_from_the_traffic_whose_savings_repay_it() -> None:
    options = ConnectOptions(discount_rate=0, route_life_years=40)
    long, short = choice(100e6, 101, 1.6), choice(300e6, 82, 1.0)
    saved = 0.6 * options.value_of_time_usd_per_h + 19 * options.running_usd_per_km
    traffic = break_even_traffic(long, short, options=options)
    assert traffic * 365 * saved * 40 == pytest.approx(200e6)


def test_a_dearer_road_that_saves_nothing_never_pays() -> None:
    assert break_even_traffic(choice(1, 10, 1), choice(2, 10, 1), options=OPTIONS) == np.inf


def test_structures_are_measured_along_the_line() -> None:
    kind = STRAIGHT.structure.copy()
    kind[:20], kind[20:60] = 1, 2
    assert structure_km(replace(STRAIGHT, structure=kind)) == pytest.approx((1, 2))
