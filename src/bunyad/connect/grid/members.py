"""How settlements and plants are tied to their substation: voltage, feeder and line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bunyad.connect.grid.catalogue import Rung, build_ladder
from bunyad.connect.grid.feeders import BUSBAR, lay_yard, plan_feeders, size_feeder
from bunyad.errors import InfeasibleError
from bunyad.options import ConnectOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """The line of a settlement or plant towards its substation."""

    member: str
    kind: str
    """settlement or site."""
    station: str
    host: str
    """Member that it hangs on; empty for the busbar."""
    rung: Rung
    length_km: float
    station_usd: float
    """Of the member's own station, without transformers [US$]."""


def tie_settlements(
    places: pd.DataFrame, *, station: str, spot: NDArray[np.float64], options: ConnectOptions
) -> list[Tie]:
    """
    Tie the settlements of a substation to it by feeders.

    Each settlement first takes the voltage at which a line of its own, with its station, costs
    least; then the settlements of one voltage are joined to feeders.

    Parameters
    ----------
    places
        Columns `id`, `x`, `y`, `peak_mw`.
    station
        The substation.
    spot
        Where it stands, (2) [m].
    options
        Prices and limits.

    Raises
    ------
    InfeasibleError
        If no voltage reaches a settlement.
    """
    kv = np.array([_choose_level(row, spot, options)[0] for row in places.to_dict("records")])
    ties: list[Tie] = []
    for level in sorted(set(kv)):
        group = places[kv == level]
        yard = lay_yard(
            group[["x", "y"]].to_numpy(float), spot,
            power_mw=group["peak_mw"].to_numpy(float), kv=level, options=options,
        )  # fmt: skip
        feeders = plan_feeders(yard, options=options)
        assert feeders is not None, f"a settlement of {station} is out of reach at {level} kV"
        names = [*group["id"], ""]
        for place, name in enumerate(group["id"]):
            ties.append(
                Tie(
                    member=name,
                    kind="settlement",
                    station=station,
                    host="" if feeders.parent[place] == BUSBAR else names[feeders.parent[place]],
                    rung=feeders.rungs[place],
                    length_km=feeders.length_km[place],
                    station_usd=_station_usd(level, options),
                )
            )
    return ties


def tie_sites(
    sites: pd.DataFrame,
    *,
    station: str,
    station_kv: float,
    spot: NDArray[np.float64],
    options: ConnectOptions,
) -> list[Tie]:
    """
    Tie each plant to its substation by a line of its own, sized for its whole capacity.

    The line is the least costly one that carries the current and does not raise the voltage by
    more than a feeder may lose. It has no economic section: plants run at full power for less
    time than that is made for.

    Parameters
    ----------
    sites
        Columns `id`, `x`, `y`, `capacity_mw`.
    station
        The substation.
    station_kv
        Its highest voltage [kV].
    spot
        Where it stands, (2) [m].
    options
        Prices and limits.

    Raises
    ------
    InfeasibleError
        If no line carries a plant.
    """
    levels = {options.distribution_kv, options.regional_voltage_kv, station_kv}
    ties = []
    for row in sites.to_dict("records"):
        gap = float(np.hypot(*(np.array([row["x"], row["y"]]) - spot)))
        length = gap * options.connection_detour / 1e3
        found = [
            rung
            for kv in sorted(levels)
            if (rung := _least_rung(kv, row["capacity_mw"], length, options)) is not None
        ]
        if not found:
            raise _out_of_reach(row["id"], station, "connect.grid_most_circuits")
        rung = min(found, key=lambda rung: (rung.usd_per_km, rung.kv))
        ties.append(
            Tie(member=row["id"], kind="site", station=station, host="", rung=rung,
                length_km=length, station_usd=0.0)
        )  # fmt: skip
    return ties


def list_levels(station_kv: float, used: Sequence[float], options: ConnectOptions) -> list[float]:
    """Return the voltages of a substation's busbars, falling: its own, and those in use."""
    levels = {station_kv, *used}
    regional = options.regional_voltage_kv
    if max(levels) > regional > min(levels):
        levels.add(regional)
    return sorted(levels, reverse=True)


def upper_level(level: float, levels: Sequence[float], options: ConnectOptions) -> float:
    """Return the voltage from which a busbar is fed: the regional one for all below it."""
    above = [kv for kv in levels if kv > level]
    strong = [kv for kv in above if kv >= options.regional_voltage_kv]
    return min(strong or above)


def _choose_level(
    row: dict[Any, Any], spot: NDArray[np.float64], options: ConnectOptions
) -> tuple[float, float]:
    """Return the voltage of least cost for a line of one settlement, and that cost [US$]."""
    costs: list[tuple[float, float]] = []
    point = np.array([[row["x"], row["y"]]], float)
    for kv in sorted(
        {options.grid_medium_kv, options.distribution_kv, options.regional_voltage_kv}
    ):
        yard = lay_yard(
            point, spot, power_mw=np.array([row["peak_mw"]], float), kv=kv, options=options
        )
        sized = size_feeder(yard, {0: BUSBAR}, options=options)
        if sized is not None:
            costs.append((sized.cost_usd + _station_usd(kv, options), kv))
    if not costs:
        raise _out_of_reach(row["id"], "its substation", "connect.grid_feeder_drop")
    cost, kv = min(costs)
    return kv, cost


def _station_usd(kv: float, options: ConnectOptions) -> float:
    """Return the cost of a settlement's station at a voltage; none is needed at the lowest."""
    if kv <= options.grid_medium_kv:
        return 0.0
    if kv < options.regional_voltage_kv:
        return options.grid_station_usd
    return options.grid_high_station_usd


def _least_rung(
    kv: float, power_mw: float, length_km: float, options: ConnectOptions
) -> Rung | None:
    """Return the cheapest line that carries a plant without raising the voltage too far."""
    ampere = power_mw / (sqrt(3) * kv) * 1e3
    for rung in build_ladder(kv, options=options):
        rise = power_mw * rung.resistance_ohm_per_km * length_km / kv**2
        if rung.ampere >= ampere and rise <= options.grid_feeder_drop:
            return rung
    return None


def _out_of_reach(member: str, station: str, option: str) -> InfeasibleError:
    return InfeasibleError(
        f"no line of the catalogue ties {member} to {station}",
        clashing=(option, "connect.bus_radius_km"),
        mend=f"raise {option}, or lower connect.bus_radius_km so that substations are nearer",
    )
