"""Formulas of the indicators that the records of a village can answer, by their names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bunyad.operate.indicators.balances import Balance, loss_figure
from bunyad.operate.indicators.catalogue import Indicator, band, catalogue
from bunyad.operate.indicators.figure import Figure, combine, missing

_DAYS = 365.25
_HOUR_S = 3600.0
_GJ_PER_KWH = 0.0036
"""Unit factor [GJ/kWh]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outages:
    """Interruptions of supply in a while."""

    interrupted: float
    """Homes that were cut off, each counted as often as it was."""
    minutes: float
    """How long they were, all together [min]."""
    age_s: float | None = None
    """Age of the newest reading of what is watched [s]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a village over a while."""

    days: float
    people: float
    homes: int
    meters: Mapping[str, Figure] = field(default_factory=dict)
    """Kind of meter to how many were heard of."""
    amounts: Mapping[str, Figure] = field(default_factory=dict)
    """What was used or made: `electricity`, `solar`, `solar_exported`, `heat` [kWh], `water`
    [m³]; what was measured: `pm25` [µg/m³]."""
    water: Balance | None = None
    outages: Outages | None = None
    bill: Mapping[str, float] = field(default_factory=dict)
    """Bill of quantities: system to how many there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """An indicator with its figure and its band."""

    indicator: Indicator
    figure: Figure
    band: int | None
    """From 1 to 4; None without a value or a target."""


def score_all(facts: Facts) -> tuple[Scored, ...]:
    """
    Return all 91 indicators, each with its value or with what it needs.

    Parameters
    ----------
    facts
        What is known.

    Examples
    --------
    >>> facts = Facts(days=30, people=1000, homes=350, meters={"power": Figure(value=343, unit="")})
    >>> found = {one.indicator.code: one for one in score_all(facts)}
    >>> found["EC: I: ES: 3C"].figure.value, found["EC: I: ES: 3C"].band
    (98.0, 4)
    >>> found["SC: SH: SI: 2C"].figure.needs
    'incomes of households'
    """
    return tuple(_score(one, facts) for one in catalogue())


def _score(one: Indicator, facts: Facts) -> Scored:
    figure = FORMULAS[one.formula](facts) if one.formula else missing(one.unit, one.needs)
    rated = None
    if figure.value is not None and one.target is not None and one.better:
        rated = band(figure.value, target=one.target, better=one.better)
    return Scored(indicator=one, figure=figure, band=rated)


def _share_of_homes(kind: str) -> Callable[[Facts], Figure]:
    def share(facts: Facts) -> Figure:
        heard = facts.meters.get(kind)
        if heard is None or heard.value is None or not facts.homes:
            return missing("%", f"meters of {kind}")
        return Figure(
            value=min(100.0, 100 * heard.value / facts.homes), unit="%",
            coverage=heard.coverage, age_s=heard.age_s,
        )  # fmt: skip

    return share


def _from_bill(word: str) -> Callable[[Facts], Figure]:
    """Return what tells the share of homes that have a system, from the bill of quantities."""

    def share(facts: Facts) -> Figure:
        count = sum(amount for name, amount in facts.bill.items() if word in name)
        if not count or not facts.homes:
            return missing("%", f"the bill of quantities, or a system like {word!r} in it")
        return Figure(
            value=min(100.0, 100 * count / facts.homes), unit="%", note="as planned, not measured"
        )

    return share


def _wifi_spots(facts: Facts) -> Figure:
    count = sum(amount for name, amount in facts.bill.items() if "Wi-Fi" in name)
    if not count:
        return missing("number", "the bill of quantities, or Wi-Fi in it")
    return Figure(value=count, unit="number", note="as planned, not measured")


def _per_person_and_year(name: str, unit: str, factor: float = 1.0) -> Callable[[Facts], Figure]:
    def rate(facts: Facts) -> Figure:
        amount = facts.amounts.get(name)
        if amount is None or amount.value is None or not facts.people or not facts.days:
            return missing(unit, f"meters of {name}")
        return Figure(
            value=amount.value * factor / facts.people * _DAYS / facts.days, unit=unit,
            coverage=amount.coverage, age_s=amount.age_s,
            note="" if facts.days > 360 else "scaled to a year from a shorter while",
        )  # fmt: skip

    return rate


def _water_per_person(facts: Facts) -> Figure:
    amount = facts.amounts.get("water")
    if amount is None or amount.value is None or not facts.people or not facts.days:
        return missing("l/d/inhabitant", "meters of water")
    return Figure(
        value=amount.value * 1000 / facts.people / facts.days, unit="l/d/inhabitant",
        coverage=amount.coverage, age_s=amount.age_s,
    )  # fmt: skip


def _water_loss(facts: Facts) -> Figure:
    if facts.water is None:
        return missing("%", "the meter of the water that goes in")
    amount = facts.amounts.get("water")
    return loss_figure(facts.water, age_s=amount.age_s if amount is not None else None)


def _renewable_share(facts: Facts) -> Figure:
    """Return solar energy used here over all electricity used; heat from pumps is in it."""
    used, made = facts.amounts.get("electricity"), facts.amounts.get("solar")
    if used is None or made is None or used.value is None or made.value is None:
        return missing("%", "meters of electricity and of solar yield")
    exported = facts.amounts.get("solar_exported")
    own = made.value - (exported.value or 0.0 if exported is not None else 0.0)
    coverage, age = combine([used, made])
    if used.value <= 0:
        return missing("%", "use of electricity")
    return Figure(
        value=min(100.0, max(0.0, 100 * own / used.value)), unit="%", coverage=coverage, age_s=age,
        note="solar energy used in the village; the share of the grid's energy is not in it",
    )  # fmt: skip


def _saifi(facts: Facts) -> Figure:
    """Return interruptions a home and year (IEEE 1366)."""
    if facts.outages is None or not facts.homes or not facts.days:
        return missing("1/a", "the log of alarms")
    return Figure(
        value=facts.outages.interrupted / facts.homes * _DAYS / facts.days,
        unit="1/a", age_s=facts.outages.age_s,
        note="" if facts.days > 360 else "scaled to a year from a shorter while",
    )  # fmt: skip


def _caidi(facts: Facts) -> Figure:
    """Return the mean length of an interruption (IEEE 1366) [min]."""
    if facts.outages is None:
        return missing("min", "the log of alarms")
    if not facts.outages.interrupted:
        return Figure(
            value=0.0, unit="min", age_s=facts.outages.age_s, note="there was no interruption"
        )
    mean = facts.outages.minutes / facts.outages.interrupted
    return Figure(value=mean, unit="min", age_s=facts.outages.age_s)


def _pm25(facts: Facts) -> Figure:
    return facts.amounts.get("pm25", missing("µg/m³", "a station that measures fine dust"))


FORMULAS: Mapping[str, Callable[[Facts], Figure]] = {
    "homes_with_fibre": _from_bill("fibre"),
    "wifi_spots": _wifi_spots,
    "smart_water_meters": _share_of_homes("water"),
    "smart_electricity_meters": _share_of_homes("power"),
    "homes_with_power": _share_of_homes("power"),
    "homes_with_water": _share_of_homes("water"),
    "water_loss": _water_loss,
    "saifi": _saifi,
    "caidi": _caidi,
    "pm25": _pm25,
    "water_per_person": _water_per_person,
    "renewable_share": _renewable_share,
    "electricity_per_person": _per_person_and_year("electricity", "kWh/a/inhabitant"),
    "heat_per_person": _per_person_and_year("heat", "GJ/a/inhabitant", _GJ_PER_KWH),
}
"""Formula of the catalogue by its name."""
