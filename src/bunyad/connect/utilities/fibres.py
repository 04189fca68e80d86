"""What a fibre costs along a way."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bunyad.connect.utilities.model import Built, Item, Land, UtilityDesign
from bunyad.connect.utilities.walk import Walk
from bunyad.options import ConnectOptions


def build_fibre(walk: Walk, land: Land, design: UtilityDesign, options: ConnectOptions) -> Built:
    """Sum up a fibre: with roads, on its own, across rivers, and its amplifiers."""
    piece = walk.piece_m
    along = walk.middle(land.road_m) <= options.utility_road_m
    steep = 1 + options.fibre_slope_surcharge * walk.middle(land.slope_percent)
    water = walk.middle(np.where(land.ground.water > 0, options.lake_factor - 1, 0.0))
    usd = np.where(along, options.fibre_with_road_usd_per_km / 1e3, design.unit_usd)
    own = float((design.unit_usd * steep * piece)[~along].sum())
    beside = float(options.fibre_with_road_usd_per_km / 1e3 * piece[along].sum())
    every = options.fibre_repeater_km * 1e3
    repeaters = max(0, int(np.ceil(walk.length_m / every)) - 1)
    rows = [
        ("along roads", piece[along].sum() / 1e3, "km", beside, "fibre_with_road_usd_per_km"),
        ("trench", piece[~along].sum() / 1e3, "km", own, "fibre_usd_per_km"),
        ("rivers", walk.rivers, "rivers", walk.rivers * options.fibre_river_usd,
         "fibre_river_usd"),
        ("repeaters", repeaters, "repeaters", repeaters * options.fibre_repeater_usd,
         "fibre_repeater_usd"),
        ("water", piece[water > 0].sum() / 1e3, "km", (usd * water * piece).sum(), "lake_factor"),
    ]  # fmt: skip
    mark = np.full(len(walk.along_m), "", object)
    if repeaters:
        at = np.searchsorted(walk.along_m, walk.along_m[-1] * np.arange(1, repeaters + 1)
                             / (repeaters + 1))  # fmt: skip
        mark[at] = "repeater"
    return Built(
        items=tuple(
            Item(name=name, quantity=float(quantity), unit=unit,
                 cost_usd=float(cost) * design.factor(name), option=f"connect.{option}")
            for name, quantity, unit, cost, option in rows
        ),
        stations=pd.DataFrame(
            {"station_km": walk.along_m / 1e3, "ground_m": walk.ground_m,
             "height_m": walk.ground_m, "mark": mark.astype(str)}
        ),
    )  # fmt: skip
