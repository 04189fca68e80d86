"""What is expected of each measured attribute in every hour of the year, from the plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bunyad.operate.village.entities import entity_id, prop, rel, village_entities
from bunyad.operate.village.hours import PlannedHours, plan_hours
from bunyad.operate.village.model import HOURS, Village

__all__ = [
    "ExpectedSeries", "expected_at", "expected_entities", "expected_of", "expected_values",
    "hour_of_plan",
]  # fmt: skip

Array = NDArray[np.float64]

WATTS = 1000.0
"""Unit factor [W/kW]."""
SIGNIFICANT = 5
"""Digits kept of each expected value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedSeries:
    """What is expected of one attribute of one or more entities, hour by hour."""

    name: str
    """Such as `home-power`."""
    id: str
    """Identifier of its `ExpectedProfile` entity."""
    title: str
    measured_type: str
    """Type of the entities it holds for."""
    measured_attribute: str
    """Attribute it holds for: an amount that is counted up, where `meaning` is total."""
    unit: str
    """UN/CEFACT code of the values, which is that of the attribute."""
    meaning: str
    """`mean`: mean of the hour; `total`: how much the counter rises in the hour."""
    hours: Array = field(repr=False)
    """8,760 values, from the first hour of the year, UTC."""
    entities: tuple[str, ...] = field(default=(), repr=False)
    """Identifiers of the entities, for each of which the values hold."""


def expected_values(plan: Path, settlement: str) -> tuple[ExpectedSeries, ...]:
    """
    Return what the plan expects of a settlement, hour by hour.

    Parameters
    ----------
    plan
        A folder that `bunyad plan` wrote.
    settlement
        Identifier of the settlement.

    Raises
    ------
    InputError
        If it is no plan folder, or the settlement has no smart systems in it.
    """
    from bunyad.operate.village.folder import read_village  # noqa: PLC0415  (geopandas is heavy)

    return expected_of(read_village(plan, settlement))


def expected_of(village: Village) -> tuple[ExpectedSeries, ...]:
    """
    Return what is expected of a village, hour by hour.

    Parameters
    ----------
    village
        What the plan says of the settlement.
    """
    linked: dict[str, list[str]] = {}
    for entity in village_entities(village):
        links = entity.get("refExpected", [])
        for link in links if isinstance(links, list) else [links]:
            linked.setdefault(link["object"], []).append(entity["id"])
    made = []
    for name, title, (kind, attribute, unit), meaning, hours in _series(plan_hours(village)):
        identifier = entity_id("ExpectedProfile", village.id, name)
        if identifier in linked:
            made.append(
                ExpectedSeries(
                    name=name,
                    id=identifier,
                    title=title,
                    measured_type=kind,
                    measured_attribute=attribute,
                    unit=unit,
                    meaning=meaning,
                    hours=hours,
                    entities=tuple(linked[identifier]),
                )
            )
    return tuple(made)


def hour_of_plan(at_us: NDArray[np.int64]) -> NDArray[np.int64]:
    """
    Return the hour of the plan's year that stands for instants of any year.

    Month, day and hour are the same; 29 February is taken as the 28th.

    Parameters
    ----------
    at_us
        Instants [µs since 1970].

    Examples
    --------
    >>> leap_day = np.array(['2032-02-29T05:30'], dtype='datetime64[us]').astype('int64')
    >>> int(hour_of_plan(leap_day)[0]) == (31 + 27) * 24 + 5
    True
    """
    instant = np.asarray(at_us).astype("int64").astype("datetime64[us]")
    year = instant.astype("datetime64[Y]")
    day = (instant.astype("datetime64[D]") - year.astype("datetime64[D]")).astype(int)
    number = year.astype(int) + 1970
    is_leap = (number % 4 == 0) & ((number % 100 != 0) | (number % 400 == 0))
    day = np.where(is_leap & (day >= 59), day - 1, day)
    hour = (instant - instant.astype("datetime64[D]")).astype("int64") // 3_600_000_000
    return np.asarray(day * 24 + hour, dtype=np.int64)


def expected_at(series: ExpectedSeries, at_us: NDArray[np.int64]) -> Array:
    """
    Return what is expected in the hours of instants.

    Parameters
    ----------
    series
        One of `expected_values`.
    at_us
        Instants [µs since 1970].
    """
    return series.hours[hour_of_plan(at_us)]


def expected_entities(series: Iterable[ExpectedSeries], settlement: str) -> list[dict[str, Any]]:
    """
    Return expected values as entities, so that whoever reads the broker can compare.

    Parameters
    ----------
    series
        As `expected_values` gives them.
    settlement
        Identifier of the settlement.
    """
    return [
        {
            "id": one.id,
            "type": "ExpectedProfile",
            "name": prop(one.name),
            "title": prop(one.title),
            "measuredType": prop(one.measured_type),
            "measuredAttribute": prop(one.measured_attribute),
            "hourMeaning": prop(one.meaning),
            "unitOfHours": prop(one.unit),
            "entityCount": prop(len(one.entities), "C62"),
            "refSettlement": rel(entity_id("Settlement", settlement, "place")),
            "hours": {"type": "JsonProperty", "json": _rounded(one.hours)},
        }
        for one in series
    ]


def _rounded(hours: Array) -> list[float]:
    """Return values with few digits, so that they are short to keep."""
    assert len(hours) == HOURS
    with np.errstate(divide="ignore"):
        size = np.floor(np.log10(np.abs(hours)))
    digits = np.where(np.isfinite(size), SIGNIFICANT - 1 - size, 0).astype(int)
    return [round(float(value), int(digit)) for value, digit in zip(hours, digits, strict=True)]


def _series(
    hours: PlannedHours,
) -> Iterator[tuple[str, str, tuple[str, str, str], str, Array]]:
    """Give name, title, what is measured, meaning and values of each series."""
    power = ("ThreePhaseAcMeasurement", "totalActivePower", "WTT")
    net_w = (hours.home_kw - hours.home_solar_kw) * WATTS
    yield "home-power", "Net power of a home", power, "mean", net_w
    yield (
        "home-solar", "Yield of a home's roof",
        ("PhotovoltaicMeasurement", "activePower", "KWT"), "mean", hours.home_solar_kw,
    )  # fmt: skip
    water = ("WaterConsumptionObserved", "waterConsumption", "LTR")
    yield "home-water", "Water of a home", water, "total", hours.home_water_l
    yield "water-inlet", "Water put into the network", water, "total", hours.network_l
    yield (
        "home-heat", "Heat of a home",
        ("SmartMeteringObservation", "totalConsumption", "KWH"), "total", hours.home_heat_kw,
    )  # fmt: skip
    yield "public-power", "Power of a public building", power, "mean", hours.public_kw * WATTS
    for number, each in enumerate(hours.transformer_kw):
        name = f"transformer-{number + 1}"
        yield name, f"Net power of transformer {number + 1}", power, "mean", each * WATTS
    yield "feeder-power", "Net power of the village", power, "mean", hours.feeder_kw * WATTS
    yield (
        "lights-power", "Power of all street lamps",
        ("StreetlightControlCabinet", "totalActivePower", "WTT"), "mean", hours.lights_kw * WATTS,
    )  # fmt: skip
    yield (
        "lamp-power", "Power of a street lamp",
        ("Streetlight", "powerConsumption", "WTT"), "mean", hours.lamp_w,
    )  # fmt: skip
    yield (
        "charger-power", "Power of a public charger",
        ("EVChargingStation", "powerConsumption", "WTT"), "mean", hours.charger_kw * WATTS,
    )  # fmt: skip
    yield "pump-power", "Power of the water pump", ("Pump", "power", "KWT"), "mean", hours.pump_kw
    yield (
        "container-level", "Filling of a waste container",
        ("WasteContainer", "fillingLevel", "C62"), "mean", hours.container_level,
    )  # fmt: skip
    yield (
        "field-water", "Water of a hectare, mean over all fields",
        ("Valve", "flow", "MQH"), "mean", hours.field_m3,
    )  # fmt: skip
    weather = "WeatherObserved"
    yield "air-temperature", "Air temperature", (weather, "temperature", "CEL"), "mean", hours.air_c
    yield "sun", "Sun on the ground", (weather, "solarRadiation", "D54"), "mean", hours.sun_w_m2
