"""Smart systems of each settlement: a bill of quantities."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from bunyad.options.settle import SettleOptions
from bunyad.settle.reference import read_table
from bunyad.settle.result import SMART_SYSTEMS
from bunyad.tables import conform

__all__ = ["equip_settlements"]


def equip_settlements(needs: gpd.GeoDataFrame, *, options: SettleOptions) -> pd.DataFrame:
    """
    List the smart systems of every rebuilt settlement, by the rules in `data/smart_systems.csv`.

    The bill covers the whole place, also homes that stand already, since no count of what is
    installed is published. Quantities are rounded up to whole units.

    Parameters
    ----------
    needs
        Result of `count_needs`.
    options
        Options of the room.

    Returns
    -------
    pandas.DataFrame
        Table `SMART_SYSTEMS`, by settlement and in the order of the rules.
    """
    rebuilt = needs[needs["is_rebuilt"] & (needs["people"] > 0)]
    counts = {
        "home": rebuilt["homes"],
        "person": rebuilt["people"],
        "street_km": rebuilt["streets_km"],
        "lamp": rebuilt["streets_km"] * options.lamps_per_km,
        "settlement": pd.Series(1, index=rebuilt.index),
        "school": rebuilt["schools"],
    }
    bills = []
    for rule in read_table("smart_systems").to_dict("records"):
        fits = rebuilt["kind"].isin(rule["kinds"].split())
        quantity = np.ceil((counts[rule["per"]][fits] * rule["quantity"]).round(6))
        bill = pd.DataFrame({"settlement": rebuilt["id"][fits], "quantity": quantity})
        bills.append(
            bill.assign(
                system=rule["system"],
                unit=rule["unit"],
                unit_cost_usd=rule["unit_cost_usd"],
                cost_usd=quantity * rule["unit_cost_usd"],
            )
        )
    return conform(pd.concat(bills).sort_index(kind="stable"), SMART_SYSTEMS)
