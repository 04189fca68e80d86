"""
Balances of light and waste: what was done beside what the plan expects of the same things.

Nothing flows in and out here, so there is no loss: lamps have hours in which they are to burn,
containers are filled and emptied. Only hours that were heard count, in what was done and in what
was planned, except for what a container collected: it is seen at its next reading.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bunyad.operate.indicators.amounts import While, expected_groups
from bunyad.operate.indicators.figure import Floats
from bunyad.operate.place import hours_of_plan

LIT_SHARE = 0.25
"""Part of a lamp's rating above which it burns; one that is dimmed to half burns too [-]."""
NIGHT_H = 24
"""Hours at the end of a while in which a lamp is looked at to call it out [h]."""
FULL_SHARE = 0.9
"""Filling at which a container is full, as its alarm has it [-]."""
FALL_SHARE = 0.1
"""Fall of the filling from one hour to the next by which it was emptied [-]."""
_KG = 1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One amount beside what the plan expects of it."""

    name: str
    unit: str
    actual: float
    plan: float | None = None

    @property
    def share(self) -> float | None:
        """Deviation as a share of what the plan expects [-]."""
        return (self.actual - self.plan) / self.plan if self.plan else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What a kind of things did over a while."""

    name: str
    things: int
    lines: tuple[Line, ...]
    coverage: float
    """Share of the hours of all things that were heard [-]."""
    age_s: float | None = None
    """Age of the newest reading [s]."""


def light_service(power_w: Floats, plan_w: Floats, rating_w: Floats) -> Service | None:
    """
    Return what street lamps did: hours, energy, and lamps that were out.

    Parameters
    ----------
    power_w
        Mean power of each hour (row) of each lamp (column), nan where nothing came [W].
    plan_w
        What the plan expects of each hour of a lamp [W].
    rating_w
        Power of each lamp that burns [W].

    Returns
    -------
    Service or None
        None where nothing was heard.

    Examples
    --------
    >>> found = light_service(np.array([[60.0, 0], [0, 0]]), np.array([60.0, 0]), np.full(2, 60.0))
    >>> [(line.name, line.actual, line.plan) for line in found.lines][:2]
    [('lit', 1.0, 2.0), ('energy', 0.06, 0.12)]
    """
    heard = ~np.isnan(power_w)
    if not heard.any():
        return None
    is_wanted = heard & (plan_w > 0)[:, None]
    is_lit = heard & (np.nan_to_num(power_w) > LIT_SHARE * rating_w)
    dark = is_wanted & ~is_lit
    last, last_dark = (part[-NIGHT_H:].sum(axis=0) for part in (is_wanted, dark))
    plan_wh = np.where(heard, plan_w[:, None], 0.0).sum()
    return Service(
        name="light",
        things=power_w.shape[1],
        lines=(
            Line(name="lit", unit="h", actual=float(is_lit.sum()), plan=float(is_wanted.sum())),
            Line(
                name="energy", unit="kWh", actual=float(np.nansum(power_w)) / 1000,
                plan=float(plan_wh) / 1000,
            ),
            Line(name="dark", unit="h", actual=float(dark.sum())),
            Line(name="by-day", unit="h", actual=float((is_lit & ~is_wanted).sum())),
            Line(name="out", unit="", actual=float(((last > 0) & (2 * last_dark > last)).sum())),
        ),
        coverage=float(heard.mean()),
    )  # fmt: skip


def waste_service(levels: Floats, plan_level: Floats, weights_kg: Floats) -> Service | None:
    """
    Return what waste containers did: collected, emptied, full.

    Parameters
    ----------
    levels
        Last filling of each hour (row) of each container (column), 0 to 1, nan where nothing
        came; the first row is the hour before the while [-].
    plan_level
        Filling that the plan expects in the same hours [-].
    weights_kg
        Weight of each that was told with the filling, nan where none was [kg].

    Returns
    -------
    Service or None
        None where nothing was heard.

    Examples
    --------
    >>> level = np.array([0.2, 0.5, 0.0])
    >>> found = waste_service(level[:, None], level, 100 * level[:, None])
    >>> [(line.name, line.actual, line.plan) for line in found.lines]
    [('collected', 0.05, 0.05), ('emptied', 1.0, 1.0), ('full', 0.0, 0.0)]
    """
    heard = ~np.isnan(levels)
    if not heard[1:].any():
        return None
    count = int(heard.any(axis=0).sum())
    falls = _falls(levels)
    planned = _falls(plan_level[:, None])
    told = heard & (levels > 0.05) & ~np.isnan(weights_kg)
    full_kg = float(np.median(weights_kg[told] / levels[told])) if told.any() else None
    lines = [
        Line(
            name="emptied", unit="", actual=float((falls > 0).sum()),
            plan=float((planned > 0).sum()) * count,
        ),
        Line(
            name="full", unit="h", actual=float((levels[1:] >= FULL_SHARE).sum()),
            plan=float((plan_level[1:, None] >= FULL_SHARE)[heard[1:].any(axis=1)].sum()) * count,
        ),
    ]  # fmt: skip
    if full_kg is not None:
        tonnes = [float(part.sum()) * full_kg / _KG for part in (falls, planned)]
        collected = Line(name="collected", unit="t", actual=tonnes[0], plan=tonnes[1] * count)
        lines.insert(0, collected)
    return Service(
        name="waste", things=levels.shape[1], lines=tuple(lines), coverage=float(heard[1:].mean())
    )


def _falls(levels: Floats) -> Floats:
    """Return by how much fillings fell where they were emptied; holes lie before the fall."""
    filled = levels.copy()
    for row in range(1, len(filled)):
        np.copyto(filled[row], filled[row - 1], where=np.isnan(filled[row]))
    falls = -np.diff(filled, axis=0)
    return np.where(falls > FALL_SHARE, falls, 0.0)


def tell_services(span: While) -> tuple[Service, ...]:
    """
    Return the balances of light and waste of a village, where it has told anything of them.

    Parameters
    ----------
    span
        The while.
    """
    hopes = {
        hope.attribute: hope.hours for hope, _ in expected_groups(span.place).values()
        if hope.type in ("Streetlight", "WasteContainer")
    }  # fmt: skip
    found = (_light(span, hopes), _waste(span, hopes))
    return tuple(one for one in found if one is not None)


def _light(span: While, hopes: Mapping[str, Floats]) -> Service | None:
    lamps, name = span.place.of_type("Streetlight"), "powerConsumption"
    if not lamps or name not in hopes:
        return None
    plan_w = hopes[name]
    highest = float(plan_w.max())
    rating = [span.place.things[one].values.get("powerRating") for one in lamps]
    rating_w = np.array([one if isinstance(one, int | float) else highest for one in rating])
    power_w = span.hours(lamps, name, is_counter=False)
    found = light_service(power_w, _planned(span, plan_w, len(power_w)), rating_w)
    return found and _aged(found, span, lamps, name)


def _waste(span: While, hopes: Mapping[str, Floats]) -> Service | None:
    bins, name = span.place.of_type("WasteContainer"), "fillingLevel"
    if not bins or name not in hopes:
        return None
    levels, weights = (span.hours(bins, one, is_counter=True) for one in (name, "cargoWeight"))
    found = waste_service(levels, _planned(span, hopes[name], len(levels)), weights)
    return found and _aged(found, span, bins, name)


def _planned(span: While, hours: Floats, count: int) -> Floats:
    """Return the plan's hours up to the end of a while."""
    planned: Floats = hours[hours_of_plan(span.end_s - 3600 * count, count)]
    return planned


def _aged(found: Service, span: While, things: Sequence[str], name: str) -> Service:
    return Service(
        name=found.name, things=found.things, lines=found.lines, coverage=found.coverage,
        age_s=span.age(things, name),
    )  # fmt: skip
