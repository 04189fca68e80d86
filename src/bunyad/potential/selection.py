"""Selection: the best sites for a target, and how long an output is exceeded."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import xarray as xr

from bunyad.errors import InfeasibleError, InputError
from bunyad.potential.cells import Floats
from bunyad.potential.result import DURATION_CURVE, Potential
from bunyad.tables import conform


def choose_sites(
    potential: Potential,
    technology: str,
    *,
    target_mw: float | None = None,
    target_gwh: float | None = None,
    spacing_m: float = 0,
) -> gpd.GeoDataFrame:
    """
    Choose new sites for a target, the cheapest first, no two nearer than a spacing.

    Sites are taken whole until the target is met, so the last may exceed it. Cheapest first is
    simple to explain and not always the most that fits: under a spacing, one cheap site may
    keep two others away.

    Parameters
    ----------
    potential
        What the land can yield.
    technology
        solar, wind or hydro.
    target_mw
        Capacity to reach [MW]; give this or the energy.
    target_gwh
        Expected yearly energy to reach [GWh/a].
    spacing_m
        Least distance between the land of two sites [m].

    Returns
    -------
    GeoDataFrame
        The chosen sites, as `SITES`, in the order of their cost at the fence.

    Raises
    ------
    InputError
        If not exactly one target is given, or it is negative, or there is no such technology.
    InfeasibleError
        If the sites do not reach the target; it tells what they reach.
    """
    column, target, unit = _target(target_mw, target_gwh)
    if technology not in ("solar", "wind", "hydro"):
        raise InputError(
            f"{technology} is no technology", where="technology", mend="say solar, wind or hydro"
        )
    sites = potential.sites
    offered = sites[(sites["technology"] == technology) & ~sites["is_existing"]]
    offered = offered.sort_values("lcoe_rank")
    shapes = offered.geometry.to_numpy()
    amounts = offered[column].to_numpy(dtype=float)
    chosen: list[int] = []
    for number, shape in enumerate(shapes):
        if amounts[chosen].sum() >= target:
            break
        if not spacing_m or (shapely.distance(shapes[chosen], shape) >= spacing_m).all():
            chosen.append(number)
    reached = float(amounts[chosen].sum())
    if reached < target:
        clashing = [f"target_{unit.split('/')[0].lower()}"] + ["spacing_m"] * bool(spacing_m)
        raise InfeasibleError(
            f"new {technology} sites, the cheapest first, reach {reached:,.1f} of "
            f"{target:,.1f} {unit}",
            clashing=clashing,
            mend="lower the target or the spacing, or allow more land",
        )
    return offered.iloc[chosen].reset_index(drop=True)


def duration_curve(profile: xr.DataArray | Floats) -> pd.DataFrame:
    """
    Return for how much of the time an output is reached or exceeded.

    Parameters
    ----------
    profile
        Output of each hour, in any unit.

    Returns
    -------
    DataFrame
        As `DURATION_CURVE`, the highest output first.

    Examples
    --------
    >>> curve = duration_curve(np.array([0.2, 0.8, 0.0, 0.2]))
    >>> curve["time_share"].tolist(), curve["output"].tolist()
    ([0.25, 0.5, 0.75, 1.0], [0.8, 0.2, 0.2, 0.0])
    """
    output = np.sort(np.asarray(profile, dtype=float).ravel())[::-1]
    share = np.arange(1, output.size + 1) / max(output.size, 1)
    return conform(pd.DataFrame({"time_share": share, "output": output}), DURATION_CURVE)


def _target(target_mw: float | None, target_gwh: float | None) -> tuple[str, float, str]:
    """Return the column to sum up, how much of it to reach, and its unit."""
    if (target_mw is None) == (target_gwh is None):
        raise InputError(
            "there must be one target",
            where="choose_sites",
            mend="give either target_mw or target_gwh",
        )
    column, target, unit = (
        ("capacity_mw", target_mw, "MW")
        if target_mw is not None
        else ("annual_energy_gwh", target_gwh, "GWh/a")
    )
    assert target is not None
    if not target >= 0:
        raise InputError(
            f"the target is {target}", where="choose_sites", mend="give a target of 0 or more"
        )
    return column, target, unit
