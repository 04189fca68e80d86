"""What is measured of each auction, and how thousands of them are summed up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from bunyad.auction.simulate import kernels as k
from bunyad.auction.simulate.defaults import default
from bunyad.auction.simulate.kernels import Floats
from bunyad.tables import conform, schema

OUTCOMES = schema(
    "outcomes",
    ("run", "int", "", "Number of the auction"),
    ("bid_share", "float", "", "Quantity of the admitted bids over the quantity on offer"),
    ("awarded_share", "float", "", "Quantity awarded over the quantity on offer"),
    ("built_share", "float", "", "Quantity built over the quantity on offer"),
    ("awarded_quantity", "float", "unit of quantity", "Quantity awarded"),
    ("built_quantity", "float", "unit of quantity", "Quantity built"),
    ("unbuilt_share", "float?", "", "Part of the awarded quantity that is not built"),
    ("award_price", "float?", "price", "Mean price of what is awarded"),
    ("built_price", "float?", "price", "Mean price of what is built"),
    ("worst_price", "float?", "price", "Price of the dearest award"),
    ("winners", "float", "", "Bids that win"),
    ("concentration", "float?", "", "Herfindahl-Hirschman index of the awarded quantity, 0 to 1"),
    ("rent", "float?", "price", "Mean price less cost of what is built"),
    ("state_cost", "float", "price x energy", "Cost to the state beyond its reference price"),
    ("penalties", "float", "price x energy", "Paid by winners that do not build"),
    ("cancelled", "float", "", "1: the auction was cancelled"),
)
SUMMARY = schema(
    "summary",
    ("measure", "str", "", "What is measured"),
    ("mean", "float?", "", "Mean of all auctions that have it"),
    ("standard_error", "float?", "", "Standard error of the mean"),
    ("spread", "float?", "", "Standard deviation from auction to auction"),
    ("low", "float?", "", "5 of 100 auctions are below"),
    ("median", "float?", "", "Half of the auctions are below"),
    ("high", "float?", "", "5 of 100 auctions are above"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """Thousands of auctions by one set of rules."""

    design: str
    """Identifier of the rules."""
    engine: Literal["kernel", "clear"]
    """`kernel`: the fast engine; `clear`: the one that clears."""
    why_clear: str
    """Part of the rules that the fast engine does not know."""
    runs: int
    seed: int
    outcomes: pd.DataFrame
    """One row an auction, as `OUTCOMES`."""
    summary: pd.DataFrame
    """As `SUMMARY`."""

    def mean(self, measure: str) -> float:
        """Return the mean of a measure."""
        found = self.summary.set_index("measure").loc[measure, "mean"]
        return float(found)  # type: ignore[arg-type]


def tabulate(out: Floats, quantity_step: float, sign: int) -> pd.DataFrame:
    """Turn what the kernels measured into `OUTCOMES`."""
    awarded = _over(out[:, k.AWARDED], out[:, k.AWARDED])
    offered = out[:, k.OFFERED]
    frame = pd.DataFrame(
        {
            "run": np.arange(len(out)),
            "bid_share": _over(out[:, k.BID], offered, 0),
            "awarded_share": _over(out[:, k.AWARDED], offered, 0),
            "built_share": _over(out[:, k.BUILT], offered, 0),
            "awarded_quantity": out[:, k.AWARDED] * quantity_step,
            "built_quantity": out[:, k.BUILT] * quantity_step,
            "unbuilt_share": 1 - _over(out[:, k.BUILT], out[:, k.AWARDED]),
            "award_price": _over(out[:, k.AWARDED_MONEY], out[:, k.WEIGHT_AWARDED]),
            "built_price": _over(out[:, k.BUILT_MONEY], out[:, k.WEIGHT_BUILT]),
            "worst_price": out[:, k.WORST_PRICE] * awarded,
            "winners": out[:, k.WINNERS],
            "concentration": out[:, k.CONCENTRATION] * awarded,
            "rent": sign
            * _over(out[:, k.BUILT_MONEY] - out[:, k.COST_OF_BUILT], out[:, k.WEIGHT_BUILT]),
            "state_cost": out[:, k.STATE_COST],
            "penalties": out[:, k.PENALTIES],
            "cancelled": out[:, k.IS_CANCELLED],
        }
    )
    return conform(frame, OUTCOMES)


def summarise(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Sum up the distribution of each measure, as `SUMMARY`."""
    rows = []
    for name in OUTCOMES.names()[1:]:
        values = outcomes[name].dropna()
        count = len(values)
        spread = float(values.std(ddof=1)) if count > 1 else float("nan")
        low, middle, high = (
            values.quantile([default("low_share"), 0.5, default("high_share")])
            if count
            else [float("nan")] * 3
        )
        rows.append(
            {
                "measure": name,
                "mean": float(values.mean()) if count else float("nan"),
                "standard_error": spread / np.sqrt(max(count, 1)),
                "spread": spread,
                "low": low,
                "median": middle,
                "high": high,
            }
        )
    return conform(pd.DataFrame(rows), SUMMARY)


def _over(part: Floats, whole: Floats, missing: float = np.nan) -> Floats:
    """Divide; where there is nothing to divide by, the value for what is missing."""
    found = np.full(part.shape, float(missing))
    np.divide(part, whole, out=found, where=whole > 0)
    return found
