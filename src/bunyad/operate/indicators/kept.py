"""Whether each kind of thing keeps to the plan: by month, by day, at the weather that was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np

from bunyad.operate.alarms.events import Event
from bunyad.operate.alarms.states import State
from bunyad.operate.indicators.against_plan import (
    Circumstances,
    Deviation,
    YearEnd,
    deviate,
    forecast_year,
)
from bunyad.operate.indicators.amounts import (
    READ_AS,
    While,
    actual_hours,
    expected_groups,
    planned_hours,
)
from bunyad.operate.indicators.figure import Floats
from bunyad.operate.indicators.formulas import Outages
from bunyad.operate.indicators.weather import Weathered, days_of, weather_heat, weather_solar
from bunyad.operate.place import Expected

TOLERANCE = 0.1
"""Share of the plan's amount that counts as kept, where nobody says otherwise [-]."""
SUPPLY_RULES = ("transformer-lost",)
"""Alarms that mean homes are without power; a lost feeder hides them, yet they are there."""
WEATHER_KNOWN = 0.5
"""Share of the while for which the weather has to be known to explain anything [-]."""
_UP = (State.UNACKNOWLEDGED, State.ACKNOWLEDGED, State.SUPPRESSED)
_Group = tuple[Expected, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What one kind of thing did beside what the plan expects."""

    id: str
    title: str
    unit: str
    things: int
    deviation: Deviation
    year: YearEnd | None
    age_s: float | None = None
    """Age of its newest reading [s]."""
    daily: tuple[tuple[float | None, float], ...] = ()
    """What each day came to (None where too little of it is known), and what the plan has."""
    weathered: Weathered | None = None
    """The same beside the plan at the weather that was, for what goes with it."""

    @property
    def name(self) -> str:
        """Name of its profile, such as `home-solar`."""
        return self.id.rsplit(":", 1)[-1]


def hold_against_plan(
    span: While, events: Sequence[Event] = (), *, foretells: bool = True
) -> tuple[Kept, ...]:
    """
    Hold every kind of thing against what the plan expects of it.

    Parameters
    ----------
    span
        The while.
    events
        Events of alarms, which may explain a deviation.
    foretells
        Whether to tell what the year will come to.
    """
    groups = expected_groups(span.place)
    skies = {hope.attribute: (hope, things) for hope, things in groups.values()
             if hope.type == "WeatherObserved"}  # fmt: skip
    told = []
    for hope, things in groups.values():
        unit = READ_AS.get(hope.unit)
        if unit is None:
            continue
        actual, plan = actual_hours(span, hope, things), planned_hours(span, hope, len(things))
        weathered = _weathered(span, (hope, things), skies, actual, plan)
        around = Circumstances(
            faulty_share=_faulty_share(events, things, span), weather_ratio=_ratio(weathered)
        )
        told.append(
            Kept(
                id=hope.id, title=hope.title, unit=unit, things=len(things),
                deviation=deviate(actual, plan, tolerance=TOLERANCE, around=around),
                year=_year(span, hope, things) if foretells else None,
                age_s=span.age(things, hope.attribute), daily=_daily(actual, plan),
                weathered=weathered,
            )
        )  # fmt: skip
    return tuple(told)


def _daily(actual: Floats, plan: Floats) -> tuple[tuple[float | None, float], ...]:
    pairs = zip(days_of(actual).tolist(), days_of(plan).tolist(), strict=True)
    return tuple((None if np.isnan(real) else real, planned) for real, planned in pairs)


def _weathered(
    span: While, group: _Group, skies: Mapping[str, _Group], actual: Floats, plan: Floats
) -> Weathered | None:
    """Hold what goes with sun or cold against the plan at the weather that was."""
    hope, things = group
    is_solar = hope.type.startswith("Photovoltaic")
    sky = skies.get("solarRadiation" if is_solar else "temperature")
    if sky is None or not (is_solar or hope.id.endswith(":home-heat")):
        return None
    stations = len(sky[1])
    real = actual_hours(span, *sky) / stations
    planned = planned_hours(span, sky[0], stations) / stations
    if is_solar:
        return weather_solar(actual, plan, sun_w_m2=real, plan_sun_w_m2=planned)
    year = (hope.hours * len(things), sky[0].hours)
    return weather_heat(actual, plan, air_c=real, plan_air_c=planned, year=year)


def _ratio(found: Weathered | None) -> float | None:
    """Return by what the weather alone would change the plan's amount."""
    if found is None or found.coverage < WEATHER_KNOWN or not found.plan:
        return None
    return found.at_weather / found.plan


def outages(events: Iterable[Event], homes_of: dict[str, int], *, end_s: float) -> Outages:
    """
    Return interruptions of supply, from the alarms of lost transformers.

    Parameters
    ----------
    events
        Events of alarms in order.
    homes_of
        Transformer to the number of homes it feeds.
    end_s
        End of the while, where an interruption that goes on is cut [s].

    Examples
    --------
    >>> lost = {"rule": "transformer-lost", "thing": "t-1"}
    >>> up = Event(at=0.0, after=State.UNACKNOWLEDGED, **lost)
    >>> down = Event(at=1800.0, before=State.UNACKNOWLEDGED, after=State.RETURNED, **lost)
    >>> found = outages([up, down], {"t-1": 40}, end_s=3600.0)
    >>> found.interrupted, found.minutes
    (40.0, 1200.0)
    """
    interrupted = minutes = 0.0
    for thing, begin, end in _intervals(events, end_s, rules=SUPPLY_RULES):
        homes = homes_of.get(thing, 0)
        interrupted += homes
        minutes += homes * (end - begin) / 60
    return Outages(interrupted=interrupted, minutes=minutes)


def _intervals(
    events: Iterable[Event], end_s: float, *, rules: Sequence[str] = ()
) -> list[tuple[str, float, float]]:
    """Return thing, begin and end of each time that an alarm was active."""
    since: dict[tuple[str, str], float] = {}
    found = []
    for one in events:
        if one.what != "state" or (rules and one.rule not in rules):
            continue
        key = (one.rule, one.thing)
        if one.after in _UP:
            since.setdefault(key, one.at)
        elif key in since:
            found.append((one.thing, since.pop(key), one.at))
    return found + [(key[1], begin, end_s) for key, begin in since.items()]


def _faulty_share(events: Sequence[Event], things: Sequence[str], span: While) -> float:
    """Return the share of the things' time with an alarm."""
    among = set(things)
    lost = sum(
        end - begin for thing, begin, end in _intervals(events, span.end_s) if thing in among
    )
    return min(1.0, lost / ((span.end_s - span.start_s) * max(len(things), 1)))


def _year(span: While, hope: Expected, things: Sequence[str]) -> YearEnd | None:
    """Return what the year of the while's end will come to."""
    year = datetime.fromtimestamp(span.end_s - 1, UTC).year
    begin = datetime(year, 1, 1, tzinfo=UTC).timestamp()
    end = datetime(year + 1, 1, 1, tzinfo=UTC).timestamp()
    past = replace(span, start_s=begin, end_s=span.end_s)
    whole = replace(span, start_s=begin, end_s=end)
    return forecast_year(actual_hours(past, hope, things), planned_hours(whole, hope, len(things)))
