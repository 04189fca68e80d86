"""
Study how routes shrink on coarse terrain, and write `connect/data/route_resolution.csv`.

Land of 30 m cells with valleys that rivers have cut (`drained_land`), as rough as the built-in
region or smoother, is coarsened step by step to 900 m. On each the alignment engine lays a road or
a railway between the same places. Other designers of the same class (`study_designers`) lay theirs
too. No published route takes part. `study_summary` makes the table of what real routes have more.

Run it as `python scripts/study_route_resolution.py --samples FILE`; samples that the file holds
already are not made again, so that a run may be broken off. `--tables` makes the tables alone.
"""

from __future__ import annotations

import argparse
import itertools
from pathlib import Path

import numpy as np
import pandas as pd
from drained_land import make_land
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates, uniform_filter
from study_designers import PLAIN, Designer, find_designers
from study_summary import TABLE, calibrate, summarise, table_by_cell

from bunyad.connect.alignment import BRIDGE, TUNNEL, Alignment, Surface, find_alignment
from bunyad.errors import InfeasibleError
from bunyad.options import ConnectOptions

SIDE, CELL = 330, 30
CELLS_M = {"road": (30, 60, 120, 300, 900), "railway": (60, 120, 300, 900)}
"""Cells that are tried; least radii of railways are five of their finest."""
STAND_IN_M, STAND_IN_LANDS = 60, 2
"""Cell that stands in where the finest has no route; on the first lands it is always laid."""
DESIGNERS_CELL_M = 120
"""Cell on which other designers of a class are held against the plain one."""
INTERPOLATED_FROM_M = 300
"""From this cell on land is interpolated to half of the cell, as the region's is."""
RISES_M = {"road": (50, 120), "railway": (20, 70)}
"""Root mean square difference of heights 1 km apart: from the region's plain to its mountains."""
START, END = (0.1, 0.15), (0.9, 0.8)
"""Where places are joined, as parts of the land's side, from its north-western corner."""
PLACE_M, TOWN_M = 900, 150
"""Half of the square in which the flattest spot is the place, and the width of a spot."""

Row = dict[str, object]


def main() -> None:
    """Make the samples that are missing, then the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--samples", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=9)
    parser.add_argument("--tables", action="store_true")
    asked = parser.parse_args()
    known = pd.read_csv(asked.samples) if asked.samples.exists() else pd.DataFrame()
    if not asked.tables:
        known = extend(known, asked.samples, asked.seeds)
    summarise(known).to_csv(TABLE, index=False, lineterminator="\n")
    print(table_by_cell(known).to_string(index=False))
    print(calibrate(known).to_string(index=False))


def extend(known: pd.DataFrame, file: Path, seeds: int) -> pd.DataFrame:
    """Add the samples that are missing, land by land."""
    designers = find_designers(ConnectOptions())
    lands = [
        (kind, seed, rise)
        for kind, rises in RISES_M.items()
        for seed, rise in itertools.product(range(seeds), rises)
    ]
    for kind, seed, rise in lands:
        if has(known, seed, rise, kind):
            continue
        ground = make_land(side=SIDE, cell_m=CELL, rise_m=rise, seed=seed)
        rows = [
            {**row, "seed": seed, "rise_m": rise}
            for one in designers
            if one.design.kind == kind
            for row in lay_all(one, ground, rise, is_whole=seed < STAND_IN_LANDS)
        ]
        known = pd.concat([known, pd.DataFrame(rows)])
        known.to_csv(file, index=False)
    return known


def has(known: pd.DataFrame, seed: int, rise_m: float, kind: str) -> bool:
    """Tell whether the routes of a kind on a land are known."""
    if known.empty:
        return False
    same = (known["seed"] == seed) & (known["rise_m"] == rise_m) & (known["kind"] == kind)
    return bool(same.any())


def lay_all(
    designer: Designer, ground: NDArray[np.float64], rise_m: float, *, is_whole: bool
) -> list[Row]:
    """Return what the route is on every cell, between the same two places."""
    design = designer.design
    cells = CELLS_M[design.kind] if designer.name == PLAIN else (DESIGNERS_CELL_M,)
    start, end = find_place(ground, START), find_place(ground, END)
    found: list[Row] = []
    for cell in cells:
        if cell == STAND_IN_M and found and "length" in found[-1] and not is_whole:
            continue
        row = {
            "kind": design.kind,
            "structures": design.has_tunnels,
            "designer": designer.name,
            "steepness": rise_m / 1e3 / design.max_grade,
            "cell_m": cell,
        }
        try:
            line = find_alignment(
                coarsen(ground, round(cell / CELL)),
                design,
                start=start,
                end=end,
                options=ConnectOptions(),
            )
        except InfeasibleError:
            found.append(row)
        else:
            found.append({**row, **measure(line)})
    return found


def find_place(ground: NDArray[np.float64], near: tuple[float, float]) -> tuple[float, float]:
    """Return easting and northing [m] of the flattest spot near a part of the land's side."""
    slope = np.hypot(*np.gradient(uniform_filter(ground, round(TOWN_M / CELL)), CELL))
    column, row = (round(part * len(ground)) for part in near)
    reach = round(PLACE_M / CELL)
    top, left = max(row - reach, reach // 2), max(column - reach, reach // 2)
    bottom, right = (min(one + reach, len(ground) - reach // 2) for one in (row, column))
    part = slope[top:bottom, left:right]
    down, across = np.unravel_index(part.argmin(), part.shape)
    return (left + across + 0.5) * CELL, -(top + down + 0.5) * CELL


def measure(line: Alignment) -> Row:
    """Return length [m], climb [m] and shares of structures [-]."""
    pieces = np.linalg.norm(np.diff(line.points_m, axis=0), axis=1)
    return {
        "length": line.length_m,
        "climb": np.clip(np.diff(line.points_m[:, 2]), 0, None).sum(),
        "bridge": pieces[line.structure == BRIDGE].sum() / line.length_m,
        "tunnel": pieces[line.structure == TUNNEL].sum() / line.length_m,
    }


def coarsen(ground: NDArray[np.float64], times: int) -> Surface:
    """Return the means of square blocks, from some size on laid bilinearly over half of it."""
    size = len(ground) // times
    blocks = ground[: size * times, : size * times].reshape(size, times, size, times)
    fine = times if times * CELL < INTERPOLATED_FROM_M else times // 2
    count = size * times // fine
    at = ((np.arange(count) + 0.5) * fine - 0.5 * times) / times
    where = np.meshgrid(at, at, indexing="ij")
    heights = map_coordinates(blocks.mean(axis=(1, 3)), where, order=1, mode="nearest")
    flat = np.zeros(heights.shape, dtype=np.float32)
    middle = CELL * fine / 2
    return Surface(
        cell_m=CELL * fine,
        west_m=middle,
        north_m=-middle,
        elevation_m=heights.astype(np.float32),
        factor=flat + 1,
        extra_usd_per_m=flat,
        river=flat > 0,
        blocked=flat > 0,
    )


if __name__ == "__main__":
    main()
