"""What would be built on real land where a route was laid on coarse terrain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bunyad.connect.alignment.model import BRIDGE, TUNNEL, Alignment, Design
from bunyad.errors import InputError
from bunyad.tables import conform, schema

RESOLUTION = schema(
    "route_resolution",
    ("kind", "str", "-", "`road` or `railway`"),
    ("structures", "bool", "-", "Whether viaducts and tunnels were allowed"),
    ("cell_m", "float", "m", "Cell of the terrain"),
    ("steepness", "float", "-", "Rise of the land over 1 km over the steepest grade's"),
    ("route_km", "float", "km", "Length of the built route"),
    ("quantity", "str", "-", "What is corrected"),
    ("median", "float", "-", "Factor (length, climb) or added share of length (bridge, tunnel)"),
    ("low80", "float", "-", "Lower end of the 80 % prediction interval"),
    ("high80", "float", "-", "Upper end of it"),
    ("lands", "int", "-", "Lands of the study behind it"),
    ("source", "str", "-", "How it was made"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Roughness:
    """How rough land is, the relief that coarse cells hide included."""

    rise_m: float
    """Root mean square difference of heights 1 km apart."""
    hurst: float
    """Power of the distance with which differences of height grow [-]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """A figure that is not known exactly."""

    median: float
    low80: float
    """Lower end of the interval that holds the figure in 80 % of cases."""
    high80: float
    """Upper end of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteRange:
    """What a route would be on real land."""

    length_km: Range
    climb_m: Range
    """Rise of all climbs from start to end."""
    bridge_km: Range
    tunnel_km: Range


def measure_roughness(
    elevation_m: NDArray[np.floating], *, cell_m: tuple[float, float]
) -> Roughness:
    """
    Measure the roughness of land from a grid of heights.

    The structure function, the mean square difference of heights by distance, is fitted with a
    power law over 1 to 20 km and taken at 1 km. What coarse cells hide is added: a factor that
    shrinks with the logarithm of the cell down to 1 on the finest cells of the study.

    Parameters
    ----------
    elevation_m
        Heights, NaN where they do not count: such as land far from a route [m].
    cell_m
        Distance of rows and of columns [m].

    Raises
    ------
    InputError
        If fewer than two distances can be measured, or the land is flat.

    Examples
    --------
    >>> import numpy as np
    >>> slope = np.add.outer(np.zeros(60), 100.0 * np.arange(60))
    >>> measure_roughness(slope, cell_m=(1e6, 1e3)).hurst
    1.0
    """
    known = _figures()
    distances, squares = _structure_function(np.asarray(elevation_m, np.float64), cell_m)
    if len(distances) < 2 or min(squares) <= 0:
        raise InputError(
            f"the land is flat or no wider than {max(elevation_m.shape)} cells",
            where="elevation_m",
            mend="give the roughness of rougher or wider land",
        )
    power, level = np.polyfit(np.log(np.array(distances) / known["lag_m"]), np.log(squares), 1)
    cell = float(np.sqrt(cell_m[0] * cell_m[1]))
    finest = min(_table()["cell_m"])
    depth = np.log(cell / finest) / np.log(known["hidden_relief_cell_m"] / finest)
    hidden = known["hidden_relief"] ** float(np.clip(depth, 0, 1))
    return Roughness(rise_m=float(np.exp(level / 2)) * hidden, hurst=round(float(power / 2), 12))


def correct_length(
    length_km: float, *, cell_m: float, design: Design, roughness: Roughness
) -> Range:
    """
    Return how long a route of the class would be as built on real land.

    The interval holds what terrain hides, how lands differ, and that designers of one class differ
    in how far they go to its limits: see docs/explanation/route-accuracy.md.

    Parameters
    ----------
    length_km
        Length of the route found on the terrain [km].
    cell_m
        Cell of that terrain: its own, not that of a finer grid it was interpolated to [m].
    design
        Class of the route.
    roughness
        Of the land it crosses.

    Examples
    --------
    >>> from bunyad.connect.alignment import Design
    >>> road = Design(
    ...     kind="road", name="two-lane", max_grade=0.08, min_radius_m=100, curve_resistance_m=0,
    ...     speed_kmh=50, usd_per_m=900, slope_surcharge=0, width_m=12, side_slope=1.5,
    ...     cut_usd_per_m3=5, fill_usd_per_m3=5, haul_usd_per_m3_km=0, bridge_usd_per_m=22000,
    ...     tunnel_usd_per_m=36000, bridge_height_m=20, tunnel_cover_m=30, has_bridges=False,
    ...     has_tunnels=False, longest_tunnel_m=3000,
    ... )
    >>> rough = Roughness(rise_m=100, hurst=0.6)
    >>> found = correct_length(74, cell_m=900, design=road, roughness=rough)
    >>> 74 < found.low80 < found.median < found.high80
    True
    """
    land = _Land(cell_m=cell_m, design=design, roughness=roughness, length_km=length_km)
    return _range(length_km * _corrections("length", land))


def correct_route(line: Alignment, *, cell_m: float, roughness: Sequence[Roughness]) -> RouteRange:
    """
    Return what an alignment would be as built on real land: length, climb and structures.

    Parameters
    ----------
    line
        The alignment found on the terrain.
    cell_m
        Cell of that terrain: its own, not that of a finer grid it was interpolated to [m].
    roughness
        Of the land it crosses, in parts of the same length from start to end: mountains ask for
        more than a plain that is as long takes back.
    """
    pieces_km = np.linalg.norm(np.diff(line.points_m, axis=0), axis=1) / 1e3
    climb = np.clip(np.diff(line.points_m[:, 2]), 0, None).sum()
    length_km = line.length_m / 1e3

    def corrections(quantity: str) -> NDArray[np.float64]:
        lands = [
            _Land(cell_m=cell_m, design=line.design, roughness=part, length_km=length_km)
            for part in roughness
        ]
        parts = [_corrections(quantity, land) for land in lands]
        return np.asarray(np.mean(parts, axis=0), np.float64)

    longer = length_km * corrections("length")

    def structure(kind: int, quantity: str) -> Range:
        share = pieces_km[line.structure == kind].sum() / length_km
        return _range(longer[0] * np.clip(share + corrections(quantity), 0, 1))

    return RouteRange(
        length_km=_range(longer),
        climb_m=_range(climb * corrections("climb")),
        bridge_km=structure(BRIDGE, "bridge"),
        tunnel_km=structure(TUNNEL, "tunnel"),
    )


def count_parts(length_m: float) -> int:
    """
    Return in how many parts a route's land is measured: as long as the routes of the study.

    Examples
    --------
    >>> count_parts(74_000)
    7
    """
    return max(1, round(length_m / _figures()["part_m"]))


def bridge_rivers(count: int, *, usual_m: float) -> Range:
    """
    Return the length of bridges over mapped rivers, which no terrain shows [km].

    Parameters
    ----------
    count
        Rivers that are crossed.
    usual_m
        Usual length of such a bridge [m].

    Examples
    --------
    >>> bridge_rivers(4, usual_m=100)
    Range(median=0.4, low80=0.2, high80=0.6)
    """
    known = _figures()
    usual = count * usual_m / 1e3
    return Range(
        median=usual,
        low80=usual * known["river_bridge_low"],
        high80=round(usual * known["river_bridge_high"], 9),
    )


def _structure_function(
    height: NDArray[np.float64], cell_m: tuple[float, float]
) -> tuple[list[float], list[float]]:
    """Return distances along rows and columns, and mean square differences of heights there."""
    known = _figures()
    distances, squares = [], []
    for axis, cell in enumerate(cell_m):
        across = np.moveaxis(height, axis, 0)
        lag = max(1, round(known["least_reach_m"] / cell), round(known["least_reach_cells"]))
        while lag < len(across) and lag * cell <= known["most_reach_m"]:
            difference = across[lag:] - across[:-lag]
            if np.isfinite(difference).any():
                distances.append(lag * cell)
                squares.append(float(np.nanmean(difference**2)))
            lag *= 2
    return distances, squares


@dataclass(frozen=True, slots=True, kw_only=True)
class _Land:
    """What a correction depends on."""

    cell_m: float
    design: Design
    roughness: Roughness
    length_km: float


def _corrections(quantity: str, land: _Land) -> NDArray[np.float64]:
    """Return median and interval of a correction, between the rows of the study."""
    design = land.design
    rows = _rows(quantity, design.kind, design.has_bridges or design.has_tunnels)
    steepness = land.roughness.rise_m / _figures()["lag_m"] / design.max_grade
    return _between(rows, np.log([land.cell_m, steepness, land.length_km]))


@cache
def _rows(quantity: str, kind: str, has_structures: bool) -> NDArray[np.float64]:  # noqa: FBT001
    """Return logarithms of cell, steepness and length, and the correction, a row each."""
    table = _table()
    table = table[(table["quantity"] == quantity) & (table["kind"] == kind)]
    same = table["structures"] == has_structures
    table = table[same] if same.any() else table
    where = np.log(table[["cell_m", "steepness", "route_km"]].to_numpy())
    return np.hstack([where, table[["median", "low80", "high80"]].to_numpy()])


def _between(rows: NDArray[np.float64], where: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the correction between rows, by one column after another."""
    if not len(where):
        return np.asarray(rows[0], np.float64)
    known = np.unique(rows[:, 0])
    found = np.array([_between(rows[rows[:, 0] == one, 1:], where[1:]) for one in known])
    return np.array([np.interp(where[0], known, column) for column in found.T])


def _range(three: NDArray[np.float64]) -> Range:
    """Return median and interval."""
    median, low, high = (float(value) for value in three)
    return Range(median=median, low80=low, high80=high)


@cache
def _table() -> pd.DataFrame:
    """Return the study's results."""
    with resources.files("bunyad.connect").joinpath("data/route_resolution.csv").open() as file:
        return conform(pd.read_csv(file), RESOLUTION)


@cache
def _figures() -> dict[str, float]:
    """Return the figures behind roughness by name."""
    with resources.files("bunyad.connect").joinpath("data/roughness.csv").open() as file:
        return dict(pd.read_csv(file)[["name", "value"]].itertuples(index=False, name=None))
