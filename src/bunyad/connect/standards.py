"""Design standards: what a road, a railway or a power line costs and how steep it may be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from bunyad.connect.steps import Steps
from bunyad.errors import InputError
from bunyad.options import ConnectOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """A class of road or railway."""

    name: str
    kind: str
    usd_per_km: float
    tunnel_usd_per_km: float
    bridge_usd_per_km: float
    slope_surcharge: float
    """Added share of the unit cost for each per cent of cross slope [1/%]."""
    max_grade_percent: float
    width_m: float
    has_structures: bool
    """Whether tunnels and viaducts are allowed; bridges over rivers always are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voltage:
    """A class of power line."""

    kv: float
    usd_per_km: float
    capacity_mw: float
    """Thermal limit of one circuit [MW]."""


def design_standard(*, kind: str, standard: str, options: ConnectOptions) -> Standard:
    """
    Return the design standard of a corridor.

    Parameters
    ----------
    kind
        `road` or `railway`.
    standard
        `land` (a two-lane road that follows the land) or `tunnels` (a four-lane road that may
        use tunnels and viaducts). A railway may always use them.
    options
        Unit costs and limits.

    Raises
    ------
    InputError
        If there is no such kind or standard.

    Examples
    --------
    >>> from bunyad.options import ConnectOptions
    >>> design_standard(kind="road", standard="land", options=ConnectOptions()).name
    'two-lane'
    """
    names = {("road", "land"): "two-lane", ("road", "tunnels"): "four-lane"}
    name = "railway" if kind == "railway" else names.get((kind, standard))
    if name is None or standard not in ("land", "tunnels"):
        raise InputError(
            f"there is no design standard for kind {kind!r} with standard {standard!r}",
            where="connect",
            mend="give kind road or railway, and standard land or tunnels",
        )
    stem = name.replace("-", "_")

    def value(suffix: str) -> float:
        return float(getattr(options, f"{stem}_{suffix}"))

    return Standard(
        name="single track" if kind == "railway" else name,
        kind=kind,
        usd_per_km=value("usd_per_km"),
        tunnel_usd_per_km=value("tunnel_usd_per_km"),
        bridge_usd_per_km=value("bridge_usd_per_km"),
        slope_surcharge=value("slope_surcharge"),
        max_grade_percent=value("max_grade_percent"),
        width_m=value("width_m"),
        has_structures=name != "two-lane",
    )


def relax_standard(standard: Standard, *, options: ConnectOptions) -> Standard:
    """Return the standard with structures and steeper grades, for places hard to reach."""
    return replace(
        standard,
        max_grade_percent=standard.max_grade_percent * options.relaxed_grade_factor,
        has_structures=True,
    )


def cost_steps(steps: Steps, standard: Standard, *, options: ConnectOptions) -> NDArray[np.float64]:
    """
    Return the cost of each step for a road or a railway [US$].

    Open stretches cost the unit cost with a surcharge for cross slope and for water, and their
    earthworks: a trapezium of the roadbed's width w and side slope n has the section
    w h + n h² at a height h of cut or fill. Tunnels and bridges cost their own unit costs.

    Parameters
    ----------
    steps
        The surveyed steps.
    standard
        Class of the road or railway.
    options
        Cost and side slope of earthworks, surcharge over water.
    """
    length_km = np.hypot(steps.length_m[:, None], steps.rise_m) / 1e3
    open_share = 1.0 - steps.bridge_share - steps.tunnel_share
    surcharge = (
        standard.slope_surcharge * steps.cross_slope_percent
        + (options.lake_factor - 1) * steps.water_share
    )
    per_km = (
        standard.usd_per_km * (open_share + surcharge)
        + standard.bridge_usd_per_km * steps.bridge_share
        + standard.tunnel_usd_per_km * steps.tunnel_share
    )
    section_m2 = standard.width_m * steps.earth_m + options.side_slope * steps.earth_m2
    earth = steps.length_m[:, None] * section_m2 * options.earthwork_usd_per_m3
    return np.asarray(length_km * per_km + earth, np.float64)


def allow_steps(steps: Steps, standard: Standard) -> NDArray[np.bool_]:
    """Tell which steps keep to the standard's grade and to its rule on structures."""
    grade = 100 * np.abs(steps.rise_m.astype(np.float64)) / steps.length_m[:, None]
    allowed = (steps.target >= 0) & (grade <= standard.max_grade_percent)
    if not standard.has_structures:
        allowed &= (steps.tunnel_share == 0) & (steps.viaduct_share == 0)
    return np.asarray(allowed, np.bool_)


def cost_line_steps(steps: Steps, voltage: Voltage) -> NDArray[np.float64]:
    """Return the cost of each step for a power line [US$]."""
    length_km = np.hypot(steps.length_m[:, None], steps.rise_m) / 1e3
    return np.asarray(length_km * voltage.usd_per_km * steps.line_factor, np.float64)


def circuit_mw(kv: float, ampere: float) -> float:
    """
    Return the thermal limit of a three-phase circuit at unity power factor [MW].

    Examples
    --------
    >>> round(circuit_mw(110, 605), 1)
    115.3
    """
    return sqrt(3) * kv * ampere / 1e3


def high_voltage(options: ConnectOptions) -> Voltage:
    """Return the class of lines between high-voltage substations."""
    return Voltage(
        kv=options.high_voltage_kv,
        usd_per_km=options.high_voltage_usd_per_km,
        capacity_mw=circuit_mw(options.high_voltage_kv, options.high_voltage_ampere),
    )


def regional_voltage(options: ConnectOptions) -> Voltage:
    """Return the class of all other lines."""
    return Voltage(
        kv=options.regional_voltage_kv,
        usd_per_km=options.regional_usd_per_km,
        capacity_mw=circuit_mw(options.regional_voltage_kv, options.regional_ampere),
    )


def distribution_voltage(options: ConnectOptions) -> Voltage:
    """Return the class of the connections of settlements and small sites."""
    return Voltage(
        kv=options.distribution_kv,
        usd_per_km=options.distribution_usd_per_km,
        capacity_mw=circuit_mw(options.distribution_kv, options.distribution_ampere),
    )
