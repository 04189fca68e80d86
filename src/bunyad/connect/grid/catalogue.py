"""The conductors and transformers that the grid is made of, with their prices."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import inf, log, pi, sqrt

from bunyad.options import ConnectOptions

VACUUM_F_PER_KM = 8.854e-9
"""Permittivity of the vacuum [F/km]."""
VACUUM_H_PER_KM_2PI = 2e-4
"""Permeability of the vacuum by 2 π [H/km]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One or more circuits of one conductor: a step of the ladder from thin to strong lines."""

    kv: float
    conductor: str
    circuits: int
    area_mm2: float
    """Of all conductors of a phase [mm²]."""
    resistance_ohm_per_km: float
    reactance_ohm_per_km: float
    susceptance_us_per_km: float
    ampere: float
    usd_per_km: float
    """On flat open land [US$/km]."""

    @property
    def capacity_mw(self) -> float:
        """Thermal limit at unity power factor [MW]."""
        return sqrt(3) * self.kv * self.ampere / 1e3


@dataclass(frozen=True, slots=True, kw_only=True)
class Transformer:
    """A transformer of the catalogue."""

    hv_kv: float
    lv_kv: float
    mva: float
    uk_percent: float
    load_loss_kw: float
    no_load_loss_kw: float
    tap_steps: int
    """Steps of its tap changer to each side; 0 without one."""
    tap_step_percent: float


@cache
def build_ladder(kv: float, *, options: ConnectOptions) -> tuple[Rung, ...]:
    """
    List the lines of a voltage by rising cost, each with less resistance than the one before.

    Reactance and susceptance follow from the geometry of the towers: x = ω μ0 / 2 π
    (ln(D / r) + 1 / 4 n) and b = ω 2 π ε0 / ln(D / r), with the mean spacing D, the radius r (of
    a bundle: its geometric mean) and n conductors a phase. A second circuit adds a share of the
    cost; a part of the cost grows with the section.

    Parameters
    ----------
    kv
        Nominal voltage [kV]; towers are those of the nearest voltage of the catalogue.
    options
        Prices, frequency and most circuits.

    Examples
    --------
    >>> ladder = build_ladder(110.0, options=ConnectOptions())
    >>> ladder[0].conductor, round(ladder[0].reactance_ohm_per_km, 2)
    ('AS 120/19', 0.42)
    """
    towers = min(_rows("voltages"), key=lambda row: abs(log(kv / float(row["kv"]))))
    least, most = float(towers["least_mm2"]), float(towers["most_mm2"])
    singles = [row for row in _rows("conductors") if least <= float(row["area_mm2"]) <= most]
    rungs = sorted(
        (
            _rung(kv, row, towers, circuits=circuits, options=options)
            for row in singles
            for circuits in range(1, options.grid_most_circuits + 1)
        ),
        key=lambda rung: rung.usd_per_km,
    )
    ladder: list[Rung] = []
    for rung in rungs:
        last = ladder[-1] if ladder else None
        stronger = last is None or rung.ampere > last.ampere
        if stronger and rung.resistance_ohm_per_km < (last.resistance_ohm_per_km if last else inf):
            ladder.append(rung)
    return tuple(ladder)


def _rung(
    kv: float,
    row: dict[str, str],
    towers: dict[str, str],
    *,
    circuits: int,
    options: ConnectOptions,
) -> Rung:
    """Return the line of some circuits of a conductor on the towers of a voltage."""
    bundle = int(towers["bundle"])
    radius_m = float(row["diameter_mm"]) / 2e3
    if bundle > 1:
        radius_m = (radius_m * float(towers["bundle_spacing_m"]) ** (bundle - 1)) ** (1 / bundle)
    spread = log(float(towers["spacing_m"]) / radius_m)
    omega = 2 * pi * options.grid_frequency_hz
    area = float(row["area_mm2"]) * bundle
    price, reference_ampere = _price(kv, options)
    reference = min(
        _rows("conductors"),
        key=lambda other: abs(float(other["ampere"]) * bundle - reference_ampere),
    )
    growth = area / (float(reference["area_mm2"]) * bundle) - 1
    usd = price * (1 + options.grid_conductor_share * growth)
    return Rung(
        kv=kv,
        conductor=row["conductor"] if bundle == 1 else f"{bundle} × {row['conductor']}",
        circuits=circuits,
        area_mm2=area * circuits,
        resistance_ohm_per_km=float(row["resistance_ohm_per_km"]) / bundle / circuits,
        reactance_ohm_per_km=omega * VACUUM_H_PER_KM_2PI * (spread + 1 / (4 * bundle)) / circuits,
        susceptance_us_per_km=omega * 2 * pi * VACUUM_F_PER_KM / spread * 1e6 * circuits,
        ampere=float(row["ampere"]) * bundle * circuits,
        usd_per_km=usd * (1 + options.grid_second_circuit * (circuits - 1)),
    )


def _price(kv: float, options: ConnectOptions) -> tuple[float, float]:
    """Return the price of a line [US$/km] and the current that it stands for [A]."""
    levels = (
        (options.grid_medium_kv, options.grid_medium_usd_per_km, options.distribution_ampere),
        (options.distribution_kv, options.distribution_usd_per_km, options.distribution_ampere),
        (options.regional_voltage_kv, options.regional_usd_per_km, options.regional_ampere),
        (options.high_voltage_kv, options.high_voltage_usd_per_km, options.high_voltage_ampere),
    )
    return min(levels, key=lambda level: abs(log(kv / level[0])))[1:]


@cache
def list_transformers(hv_kv: float, lv_kv: float) -> tuple[Transformer, ...]:
    """
    List the transformers between two voltages, or between the nearest of the catalogue, by size.

    Examples
    --------
    >>> [unit.mva for unit in list_transformers(330.0, 110.0)]
    [125.0, 200.0]
    """
    rows = _rows("transformers")
    pair = min(
        sorted({(float(row["hv_kv"]), float(row["lv_kv"])) for row in rows}),
        key=lambda ends: abs(log(ends[0] / hv_kv)) + abs(log(ends[1] / lv_kv)),
    )
    units = [
        Transformer(
            hv_kv=hv_kv,
            lv_kv=lv_kv,
            mva=float(row["mva"]),
            uk_percent=float(row["uk_percent"]),
            load_loss_kw=float(row["load_loss_kw"]),
            no_load_loss_kw=float(row["no_load_loss_kw"]),
            tap_steps=int(row["tap_steps"]),
            tap_step_percent=float(row["tap_step_percent"]),
        )
        for row in rows
        if (float(row["hv_kv"]), float(row["lv_kv"])) == pair
    ]
    return tuple(sorted(units, key=lambda unit: unit.mva))


def choose_bank(
    hv_kv: float, lv_kv: float, *, load_mva: float, options: ConnectOptions
) -> tuple[Transformer, int]:
    """
    Choose the transformers of a substation: one, or two and more where the load asks for it.

    Parameters
    ----------
    hv_kv, lv_kv
        The voltages that are joined [kV].
    load_mva
        Highest power that passes [MVA].
    options
        From which load there are two, and of which size.

    Examples
    --------
    >>> unit, count = choose_bank(110.0, 10.0, load_mva=20.0, options=ConnectOptions())
    >>> unit.mva, count
    (16.0, 2)
    """
    units = list_transformers(hv_kv, lv_kv)
    if load_mva < options.grid_two_transformers_mva:
        for unit in units:
            if unit.mva >= load_mva:
                return unit, 1
    count = 2
    while True:
        # All but one carry the load with the overload that their share stands for.
        each = load_mva * options.grid_transformer_share / (count - 1)
        for unit in units:
            if unit.mva >= max(each, load_mva / count):
                return unit, count
        count += 1


@cache
def _rows(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of a table of the catalogue."""
    path = resources.files("bunyad.connect").joinpath(f"data/{name}.csv")
    return tuple(csv.DictReader(path.read_text("utf-8").splitlines()))
