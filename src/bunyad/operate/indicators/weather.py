"""
What the plan would expect of the weather that was, and how well solar roofs do beside their sun.

The plan's hours hold for its climate year. Over days, its heat is a base and a part that rises
with the cold; the line is found in the plan itself by least squares over its days (option C of
IPMVP, here fitted to the plan and not to a year of meters). Its yield of the sun goes with the
sun.

Solar roofs are told as IEC 61724-1 (2021) has it: the final yield over the reference yield is the
performance ratio. The standard wants the sun in the plane of the modules; villages
measure it on the level, so that the ratio is held against the plan's on the level too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from bunyad.operate.indicators.figure import Floats

BASE_C = 18.0
"""Temperature up to which homes are heated, of Eurostat's heating degree days [°C]."""
HEATED_BELOW_C = 15.0
"""Mean of a day up to which it counts as a day of heating, as Eurostat has it [°C]."""
FEWEST_DAYS = 20
"""Days of heating of the plan's year below which no line is drawn through them."""
_DAY_H = 24
_HEARD = 0.75
"""Share of the hours of a day that have to be known for it to count [-]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weathered:
    """What was measured beside what the plan would expect of the weather that was."""

    actual: float
    plan: float
    """What the plan expects of its own weather."""
    at_weather: float
    """What it would expect of the weather that was."""
    driver: Literal["cold", "sun"]
    """`cold` (heating degree days) or `sun` (irradiation)."""
    driver_actual: float
    driver_plan: float
    """Heating degree days [K d] or irradiation on the level [kWh/m²]."""
    coverage: float
    """Share of the while for which both amount and weather are known [-]."""

    @property
    def share(self) -> float | None:
        """Deviation from what the plan would expect, as a share of it [-]."""
        return (self.actual - self.at_weather) / self.at_weather if self.at_weather else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Yield:
    """How well solar modules did."""

    peak_kw: float
    final_h: float
    """Energy over peak power [kWh/kWp]: hours at full power."""
    reference_h: float
    """Irradiation over 1 kW/m² [h]."""
    plan_ratio: float
    """Performance ratio of the plan in the same hours [-]."""
    coverage: float

    @property
    def ratio(self) -> float:
        """Performance ratio, on the level [-]."""
        return self.final_h / self.reference_h


def days_of(hours: Floats, *, is_mean: bool = False) -> Floats:
    """
    Return what hours come to by day, nan where too few of them are known.

    Hours that are missing in a day that counts went as the others of it.

    Parameters
    ----------
    hours
        Amount or value of each hour, from midnight; the last day may be cut.
    is_mean
        Whether to return means and not sums.

    Examples
    --------
    >>> days_of(np.repeat([1.0, 2.0], 24)).tolist()
    [24.0, 48.0]
    """
    count = -(-len(hours) // _DAY_H)
    table = np.full(count * _DAY_H, np.nan)
    table[: len(hours)] = hours
    by_day = table.reshape(count, _DAY_H)
    lengths = np.minimum(_DAY_H, len(hours) - _DAY_H * np.arange(count))
    known = (~np.isnan(by_day)).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.nansum(by_day, axis=1) / known
    means[known < _HEARD * lengths] = np.nan
    return means if is_mean else np.asarray(means * lengths)


def degree_days(means_c: Floats) -> Floats:
    """
    Return the heating degree days of each day, as Eurostat counts them [K d].

    Parameters
    ----------
    means_c
        Mean temperature of each day [°C].

    Examples
    --------
    >>> degree_days(np.array([-2.0, 14.0, 15.5, 25.0])).tolist()
    [20.0, 4.0, 0.0, 0.0]
    """
    return np.where(
        np.isnan(means_c), np.nan, np.where(means_c <= HEATED_BELOW_C, BASE_C - means_c, 0.0)
    )


def line_of(amounts: Floats, drivers: Floats) -> tuple[float, float] | None:
    """
    Return what a day takes at least and how much it rises with its driver, by least squares.

    Parameters
    ----------
    amounts
        Amount of each day of the plan's year.
    drivers
        Its driver, such as degree days.

    Returns
    -------
    tuple or None
        Base of a day, and rise for each unit of the driver; None where too few days have any, or
        where it would fall.

    Examples
    --------
    >>> drivers = np.arange(40.0)
    >>> base, rise = line_of(3 + 2 * drivers, drivers)
    >>> round(base, 6), round(rise, 6)
    (3.0, 2.0)
    """
    if (drivers > 0).sum() < FEWEST_DAYS:
        return None
    spread = drivers - drivers.mean()
    rise = float((spread * (amounts - amounts.mean())).sum() / (spread**2).sum())
    base = float(amounts.mean() - rise * drivers.mean())
    return (base, rise) if rise > 0 else None


def weather_heat(
    actual: Floats, plan: Floats, *, air_c: Floats, plan_air_c: Floats, year: tuple[Floats, Floats]
) -> Weathered | None:
    """
    Hold heat against what the plan would expect of the cold that was.

    Parameters
    ----------
    actual
        Heat of each hour of the while, nan where it is not known [kWh].
    plan
        What the plan expects of the same hours [kWh].
    air_c
        Temperature of the air of the same hours, nan where it is not known [°C].
    plan_air_c
        Temperature of the plan's climate year in the same hours [°C].
    year
        The plan's heat [kWh] and air [°C] of all hours of its year.

    Returns
    -------
    Weathered or None
        None where no day is known, none of the while is one of heating in either weather, or the
        plan's heat does not go with the cold.
    """
    found = line_of(days_of(year[0]), degree_days(days_of(year[1], is_mean=True)))
    used, planned = days_of(actual), days_of(plan)
    cold = degree_days(days_of(air_c, is_mean=True))
    cold_plan = degree_days(days_of(plan_air_c, is_mean=True))
    known = ~(np.isnan(used) | np.isnan(cold))
    if found is None or not known.any() or not (cold[known].sum() + cold_plan[known].sum()):
        return None
    _, rise = found
    more = rise * (cold[known] - cold_plan[known])
    return Weathered(
        actual=float(used[known].sum()), plan=float(planned[known].sum()),
        at_weather=float(np.maximum(planned[known] + more, 0.0).sum()), driver="cold",
        driver_actual=float(cold[known].sum()), driver_plan=float(cold_plan[known].sum()),
        coverage=float(known.mean()),
    )  # fmt: skip


def weather_solar(
    actual: Floats, plan: Floats, *, sun_w_m2: Floats, plan_sun_w_m2: Floats
) -> Weathered | None:
    """
    Hold the yield of the sun against what the plan would expect of the sun that was.

    Parameters
    ----------
    actual
        Yield of each hour of the while, nan where it is not known [kWh].
    plan
        What the plan expects of the same hours [kWh].
    sun_w_m2
        Irradiation on the level in the same hours, nan where it is not known [W/m²].
    plan_sun_w_m2
        The same in the plan's climate year [W/m²].

    Examples
    --------
    >>> found = weather_solar(
    ...     np.array([8.0, 4.0]), np.array([10.0, 10.0]),
    ...     sun_w_m2=np.array([800.0, 500.0]), plan_sun_w_m2=np.array([1000.0, 1000.0]),
    ... )
    >>> found.at_weather, round(found.share, 3)
    (13.0, -0.077)
    """
    known = ~(np.isnan(actual) | np.isnan(sun_w_m2))
    planned = float(plan_sun_w_m2[known].sum())
    if not planned:
        return None
    sun, whole = float(sun_w_m2[known].sum()), float(plan[known].sum())
    return Weathered(
        actual=float(actual[known].sum()), plan=whole, at_weather=whole * sun / planned,
        driver="sun", driver_actual=sun / 1000, driver_plan=planned / 1000,
        coverage=float(known.mean()),
    )  # fmt: skip


def solar_yield(found: Weathered | None, *, peak_kw: float) -> Yield | None:
    """
    Return specific yield and performance ratio of solar modules.

    Parameters
    ----------
    found
        Their yield beside the sun.
    peak_kw
        Their peak power [kWp].

    Examples
    --------
    >>> seen = Weathered(
    ...     actual=400, plan=480, at_weather=400, driver="sun", driver_actual=100,
    ...     driver_plan=120, coverage=1,
    ... )
    >>> told = solar_yield(seen, peak_kw=5)
    >>> told.final_h, told.reference_h, told.ratio, told.plan_ratio
    (80.0, 100, 0.8, 0.8)
    """
    if found is None or not peak_kw or not found.driver_actual or not found.driver_plan:
        return None
    return Yield(
        peak_kw=peak_kw, final_h=found.actual / peak_kw, reference_h=found.driver_actual,
        plan_ratio=found.plan / peak_kw / found.driver_plan, coverage=found.coverage,
    )  # fmt: skip
