"""All figures of a village for a month, or any other while."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np

from bunyad.errors import InputError
from bunyad.operate.alarms.events import Event
from bunyad.operate.indicators.amounts import (
    While,
    expected_groups,
    metered,
    planned_hours,
    powered,
    total,
)
from bunyad.operate.indicators.balances import Balance, balance
from bunyad.operate.indicators.figure import Figure, combine
from bunyad.operate.indicators.formulas import Facts, Scored, score_all
from bunyad.operate.indicators.kept import Kept, hold_against_plan, outages
from bunyad.operate.indicators.services import Service, tell_services
from bunyad.operate.indicators.weather import Yield, solar_yield
from bunyad.operate.place import HOUR_S, Place, place_clock
from bunyad.operate.records.database import Db


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A while in figures."""

    settlement: str
    start_s: float
    end_s: float
    scores: tuple[Scored, ...]
    balances: tuple[Balance, ...]
    services: tuple[Service, ...]
    """Light and waste."""
    plan: tuple[Kept, ...]
    facts: Facts
    solar: Yield | None = None
    """How well the roofs did beside the sun that was."""
    is_played: bool = False
    """Whether its readings are played and not measured."""


def month_span(name: str) -> tuple[float, float]:
    """
    Return begin and end of a month [s], in UTC.

    Parameters
    ----------
    name
        Year and month, such as 2026-11.

    Examples
    --------
    >>> begin, end = month_span("2026-02")
    >>> (end - begin) / 86400
    28.0
    """
    try:
        begin = datetime.strptime(name, "%Y-%m").replace(tzinfo=UTC)
    except ValueError:
        raise InputError(
            f"the month is {name!r}", where="month", mend="give year and month, such as 2026-11"
        ) from None
    after = begin.replace(year=begin.year + begin.month // 12, month=begin.month % 12 + 1)
    return begin.timestamp(), after.timestamp()


def so_far(db: Db, place: Place, name: str, *, now_s: float) -> While:
    """
    Return the part of a month that a place has lived through.

    Parameters
    ----------
    db
        Connection that reads its records.
    place
        The place.
    name
        Year and month, such as 2026-11.
    now_s
        The present [s]; the newest reading's time, where a village is played ahead of it.
    """
    start, end = month_span(name)
    now = max(now_s, place_clock(db) or 0.0)
    end = max(start + HOUR_S, min(end, now // HOUR_S * HOUR_S))
    return While(db=db, place=place, start_s=start, end_s=end, now_s=now)


def tell_month(
    span: While, events: Sequence[Event] | None = None, *, foretells: bool = True
) -> Month:
    """
    Return the figures of a while.

    Parameters
    ----------
    span
        The while.
    events
        Events of alarms of the while; None where nobody watches, so that outages are not known.
    foretells
        Whether to tell what the year will come to, which reads the whole year.
    """
    facts, balances = _facts(span, events)
    place = span.place.settlement()
    kept = hold_against_plan(span, events or (), foretells=foretells)
    return Month(
        settlement=place.point.name if place is not None else "",
        start_s=span.start_s, end_s=span.end_s,
        scores=score_all(facts), balances=balances, services=tell_services(span),
        plan=kept, facts=facts, solar=_solar(span.place, kept), is_played=span.place.is_played,
    )  # fmt: skip


def _solar(place: Place, kept: Iterable[Kept]) -> Yield | None:
    """Return how well the modules did whose peak power is known."""
    peaks = [
        place.things[name].values.get("nominalPeakPowerGeneration")
        for name in place.of_type("PhotovoltaicMeasurement")
    ]
    known = [float(one) for one in peaks if isinstance(one, int | float)]
    found = next((one.weathered for one in kept if one.name == "home-solar"), None)
    return solar_yield(found, peak_kw=sum(known)) if len(known) == len(peaks) else None


@dataclass(frozen=True, slots=True)
class _Meters:
    """Things of a village by what they measure."""

    homes: tuple[str, ...]
    public: tuple[str, ...]
    feeder: tuple[str, ...]
    solar: tuple[str, ...]
    water: tuple[str, ...]
    inlet: tuple[str, ...]
    heat: tuple[str, ...]

    @classmethod
    def of(cls, span: While) -> _Meters:
        """Sort the things of a place."""
        place = span.place
        houses = {
            name for name in place.of_type("Building")
            if "house" in (place.things[name].values.get("category") or ())
        }  # fmt: skip

        def in_house(name: str) -> bool:
            return place.things[name].point.links.get("refBuilding") in houses

        power = place.of_type("ThreePhaseAcMeasurement")
        water = place.of_type("WaterConsumptionObserved")
        built = [name for name in power if "refBuilding" in place.things[name].point.links]
        return cls(
            homes=tuple(name for name in built if in_house(name)),
            public=tuple(name for name in built if not in_house(name)),
            feeder=tuple(name for name in power if name.endswith(":feeder")),
            solar=place.of_type("PhotovoltaicMeasurement"),
            water=tuple(name for name in water if in_house(name)),
            inlet=tuple(name for name in water if name.endswith(":inlet")),
            heat=place.of_type("SmartMeteringObservation"),
        )


def _facts(span: While, events: Sequence[Event] | None) -> tuple[Facts, tuple[Balance, ...]]:
    meters = _Meters.of(span)
    place = span.place.settlement()
    values = place.values if place is not None else {}
    homes = int(values.get("homes") or len(meters.homes))
    water = metered(span, meters.water, "waterConsumption")
    electricity, power_balance, solar, exported = _electricity(span, meters)
    put_in = _sum(metered(span, meters.inlet, "waterConsumption"))
    water_balance = None
    if put_in:
        cubic = (water[0] / 1000, water[1])
        water_balance = balance(
            "water", "m³", put_in=put_in / 1000, uses={"homes": cubic},
            planned_loss_share=planned_loss(span, "water-inlet", ("home-water",)),
            connection_days=len(meters.water) * span.days,
        )  # fmt: skip
    facts = Facts(
        days=span.days,
        people=float(values.get("people") or 0.0),
        homes=homes,
        meters={
            "power": _heard(span, meters.homes, "totalActivePower"),
            "water": _heard(span, meters.water, "waterConsumption"),
        },
        amounts={
            "electricity": electricity,
            "solar": solar,
            "solar_exported": exported,
            "water": total(
                water, unit="m³", factor=0.001, age_s=span.age(meters.water, "waterConsumption")
            ),
            "heat": total(
                metered(span, meters.heat, "totalConsumption"), unit="kWh",
                age_s=span.age(meters.heat, "totalConsumption"),
            ),
            "pm25": _mean(span, span.place.of_type("AirQualityObserved"), "pm25", "µg/m³"),
        },
        water=water_balance,
        outages=None if events is None else replace(
            outages(events, _homes_of(span, meters.homes), end_s=span.end_s),
            age_s=span.age(meters.homes, "totalActivePower"),
        ),
        bill=values.get("billOfQuantities") or {},
    )  # fmt: skip
    found = [one for one in (power_balance, water_balance) if one is not None]
    return facts, tuple(found)


def _electricity(span: While, meters: _Meters) -> tuple[Figure, Balance | None, Figure, Figure]:
    """Return use, balance, solar yield and what left the village [kWh]."""
    solar = powered(span, meters.solar, "activePower")
    net, heard = powered(span, meters.homes, "totalActivePower")
    public = powered(span, meters.public, "totalActivePower")
    made = total(solar, unit="kWh", age_s=span.age(meters.solar, "activePower"))
    home_net = total(
        (net / 1000, heard), unit="kWh", age_s=span.age(meters.homes, "totalActivePower")
    )
    others = total((public[0] / 1000, public[1]), unit="kWh")
    coverage, age = combine([one for one in (made, home_net) if one.is_known])
    used = Figure(
        value=None if home_net.value is None
        else home_net.value + (made.value or 0.0) + (others.value or 0.0),
        unit="kWh", coverage=coverage, age_s=age,
        needs="" if home_net.is_known else "meters of homes",
    )  # fmt: skip
    feeder = span.hours(meters.feeder, "totalActivePower", is_counter=False) / 1000
    if not meters.feeder or np.isnan(feeder).all():
        return used, None, made, Figure(value=None, unit="kWh", coverage=0.0)
    known = feeder[~np.isnan(feeder)]
    scale = feeder.size / len(known)
    exported = Figure(
        value=float(-known[known < 0].sum()) * scale, unit="kWh",
        coverage=len(known) / feeder.size,
    )  # fmt: skip
    lamps = span.place.of_type("StreetlightControlCabinet")
    lights = powered(span, lamps, "totalActivePower")
    chargers = powered(span, span.place.of_type("EVChargingStation"), "powerConsumption")
    pumps = powered(span, span.place.of_type("Pump"), "power")
    gross = (net / 1000 + (made.value or 0.0) / max(len(net), 1), heard)
    found = balance(
        "electricity", "kWh", put_in=float(known.sum()) * scale + (made.value or 0.0),
        uses={
            "homes": gross,
            "public": (public[0] / 1000, public[1]),
            "lights": (lights[0] / 1000, lights[1]),
            "chargers": (chargers[0] / 1000, chargers[1]),
            "pumps": pumps,
        },
        planned_loss_share=planned_loss(span, "feeder-power", _POWER_USES, made="home-solar"),
    )  # fmt: skip
    return used, found, made, exported


_POWER_USES = ("home-power", "public-power", "lights-power", "charger-power", "pump-power")
"""Profiles of what takes electricity; that of homes is without what their roofs give."""


def planned_loss(span: While, put_in: str, uses: Sequence[str], *, made: str = "") -> float | None:
    """
    Return the share of what goes into a network that the plan expects to be lost [-].

    Parameters
    ----------
    span
        The while.
    put_in
        Profile of what goes in.
    uses
        Profiles of what is used.
    made
        Profile of what is made within and used there, in no other one.

    Returns
    -------
    float or None
        None where the plan does not tell what goes in, or nothing does.
    """
    groups = {
        hope.id.rsplit(":", 1)[-1]: (hope, things)
        for hope, things in expected_groups(span.place).values()
    }

    def planned(name: str) -> float:
        if name not in groups:
            return 0.0
        hope, things = groups[name]
        return float(planned_hours(span, hope, len(things)).sum())

    whole = planned(put_in) + planned(made)
    lost = planned(put_in) - sum(planned(name) for name in uses)
    return lost / whole if put_in in groups and whole > 0 else None


def _sum(amounts: tuple[np.ndarray, np.ndarray]) -> float:
    return float(np.nansum(amounts[0])) if len(amounts[0]) else 0.0


def _heard(span: While, things: Sequence[str], attribute: str) -> Figure:
    """Return how many things were heard of in the while."""
    hours = span.hours(things, attribute, is_counter=False)
    heard = ~np.isnan(hours)
    return Figure(
        value=float(heard.any(axis=0).sum()), unit="number",
        coverage=float(heard.mean()) if heard.size else 0.0, age_s=span.age(things, attribute),
    )  # fmt: skip


def _mean(span: While, things: Sequence[str], attribute: str, unit: str) -> Figure:
    hours = span.hours(things, attribute, is_counter=False)
    if np.isnan(hours).all():
        return Figure(value=None, unit=unit, coverage=0.0, needs=f"readings of {attribute}")
    return Figure(
        value=float(np.nanmean(hours)), unit=unit, coverage=float((~np.isnan(hours)).mean()),
        age_s=span.age(things, attribute),
    )  # fmt: skip


def _homes_of(span: While, homes: Sequence[str]) -> dict[str, int]:
    """Return how many homes each transformer feeds."""
    found: dict[str, int] = {}
    for name in homes:
        fed = span.place.things[name].point.links.get("isFedBy")
        if fed is not None:
            found[fed] = found.get(fed, 0) + 1
    return found
