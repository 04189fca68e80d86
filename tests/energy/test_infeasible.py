"""Systems without an answer say which rules clash."""

from __future__ import annotations

import pytest
from systems import ALWAYS, DAYTIME, SUMMERY, Line, Site, System

from bunyad.energy import optimise_energy, solve
from bunyad.energy.inputs import gather_inputs
from bunyad.errors import InfeasibleError

BUS, FAR = "sub-oldtown", "sub-far"
FREE = {"min_renewable_share": 0}


def clash(system: System) -> InfeasibleError:
    inputs = gather_inputs(system.region(), **system.inputs())
    with pytest.raises(InfeasibleError) as caught:
        solve._batteries_for_supply(inputs, (), options=system.inputs()["options"])
    return caught.value


def test_a_small_interconnector_is_named_with_what_is_missing() -> None:
    system = System({BUS: 10 * ALWAYS}, import_mw=6, options=FREE)

    with pytest.raises(InfeasibleError) as caught:
        optimise_energy(system.region(), **system.inputs())

    error = caught.value
    assert error.clashing == ("import_mw of east-tie",)
    assert str(error) == (
        "demand cannot be met: 35,040 MWh a year are missing at sub-oldtown, in 336 of 336 "
        "modelled hours, at most 4.00 MW. Rules that clash: import_mw of east-tie. "
        "Raise import_mw of the interconnectors."
    )


def test_too_little_land_for_the_renewable_share_names_both() -> None:
    site = Site("sun", SUMMERY, 5)

    error = clash(System({BUS: 10 * ALWAYS}, (site,), options={"min_renewable_share": 0.9}))

    assert error.clashing == ("energy.min_renewable_share = 0.9", "land for sun")
    assert "Lower energy.min_renewable_share" in str(error)


def test_an_own_share_that_no_site_can_serve_is_named() -> None:
    error = clash(System({BUS: 10 * ALWAYS}, options={**FREE, "min_own_share": 0.5}))

    assert error.clashing == ("energy.min_own_share = 0.5",)
    assert "43,800 MWh a year are missing" in str(error)


def test_a_thin_line_is_named() -> None:
    lines = (Line(BUS, FAR, 3, 1e6),)

    error = clash(System({FAR: 10 * ALWAYS}, (), lines, options=FREE))

    assert error.clashing == (f"capacity of {BUS}-{FAR}",)
    assert "raise energy.line_max_factor (now 2)" in str(error).lower()
    assert f"missing at {FAR}" in str(error)


def test_a_line_that_may_not_grow_is_named() -> None:
    lines = (Line(BUS, FAR, 3),)

    error = clash(System({FAR: 10 * ALWAYS}, (), lines, options=FREE))

    assert error.clashing == (f"capacity of {BUS}-{FAR}",)


def test_a_place_that_nothing_reaches_is_named() -> None:
    system = System({BUS: ALWAYS, FAR: ALWAYS}, options=FREE)

    with pytest.raises(InfeasibleError) as caught:
        optimise_energy(system.region(), **system.inputs())

    error = caught.value
    assert error.clashing == (f"demand at {FAR}",)


def test_an_island_without_enough_sun_is_named() -> None:
    site = Site("sun", DAYTIME, 15)

    error = clash(System({BUS: 10 * ALWAYS}, (site,), tie_at=None))

    assert error.clashing == ("no interconnector", "land for sun")


def test_a_solver_that_stops_ends_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(solve.SOLVER_OPTIONS, "time_limit", 0.0)

    with pytest.raises(InfeasibleError) as caught:
        optimise_energy(
            System({BUS: ALWAYS}).region(),
            **System({BUS: ALWAYS}, (Site("sun", SUMMERY),), options=FREE).inputs(),
        )

    error = caught.value
    assert "the solver stopped without an answer (time_limit)" in str(error)
    assert error.clashing == ("energy.weeks_per_year",)
