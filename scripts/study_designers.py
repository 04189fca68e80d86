"""What is laid in the study: classes of routes, and how designers of the same class differ."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from pathlib import Path

from bunyad.connect.alignment import Design, design_from_standard
from bunyad.connect.standards import design_standard
from bunyad.options import ConnectOptions

TABLE = Path(__file__).with_name("study_designers.csv")
PLAIN = "limits"
"""The designer who goes to the limits of the class and counts the cost of building alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Designer:
    """One way to lay out a class."""

    name: str
    design: Design


def find_designers(options: ConnectOptions) -> list[Designer]:
    """Return each class as the product lays it, followed by its other designers."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        Designer(
            name=row["designer"],
            design=_changed(_class(row["kind"], row["standard"], options), row, options),
        )
        for row in rows
    ]


def users_usd_per_m(per_day: float, speed_kmh: float, options: ConnectOptions) -> float:
    """Return what users pay for a metre of road over its life, as a present value [US$/m]."""
    rate, years = options.discount_rate, options.route_life_years
    worth = years if rate == 0 else (1 - (1 + rate) ** -years) / rate
    per_km = options.running_usd_per_km + options.value_of_time_usd_per_h / speed_kmh
    return per_day * 365 * worth * per_km / 1e3


def _class(kind: str, standard: str, options: ConnectOptions) -> Design:
    return design_from_standard(
        design_standard(kind=kind, standard=standard, options=options), options=options
    )


def _changed(design: Design, row: dict[str, str], options: ConnectOptions) -> Design:
    """Return a class with a designer's limits, and what users pay added to every metre."""
    speed = float(row["speed_kmh"] or design.speed_kmh)
    users = users_usd_per_m(float(row["vehicles_per_day"]), speed, options)
    return replace(
        design,
        max_grade=float(row["max_grade_percent"] or 100 * design.max_grade) / 100,
        min_radius_m=float(row["min_radius_m"] or design.min_radius_m),
        speed_kmh=speed,
        usd_per_m=design.usd_per_m + users,
        slope_surcharge=design.slope_surcharge * design.usd_per_m / (design.usd_per_m + users),
        bridge_usd_per_m=design.bridge_usd_per_m + users,
        tunnel_usd_per_m=design.tunnel_usd_per_m + users,
    )
