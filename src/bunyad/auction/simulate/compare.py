"""Designs side by side, and what they suggest: a ceiling and a volume."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
import pandas as pd

from bunyad.auction.rules.model import Rules
from bunyad.auction.simulate.behaviour import Conduct
from bunyad.auction.simulate.defaults import default, whole
from bunyad.auction.simulate.market import Market, mean_bids, mean_size
from bunyad.auction.simulate.measures import OUTCOMES, Simulation
from bunyad.auction.simulate.plain import why_not_plain
from bunyad.auction.simulate.play import simulate_auction
from bunyad.errors import InputError
from bunyad.tables import conform, schema

DESIGNS = schema(
    "designs",
    ("design", "str", "", "Identifier of the rules"),
    ("measure", "str", "", "What is measured, as in `outcomes`"),
    ("mean", "float?", "", "Mean of all auctions"),
    ("low", "float?", "", "5 of 100 auctions are below"),
    ("high", "float?", "", "5 of 100 auctions are above"),
    ("difference", "float?", "", "Mean difference from the first design, auction by auction"),
    ("difference_error", "float?", "", "Standard error of the mean difference"),
)
CHOICES = schema(
    "choices",
    ("value", "float", "price or quantity", "Ceiling or volume that is tried"),
    ("is_chosen", "bool", "", "Whether it is suggested"),
    ("award_price", "float?", "price", "Mean price of what is awarded"),
    ("bid_share", "float", "", "Mean quantity bid over the quantity on offer"),
    ("covered", "float", "", "Part of the auctions in which the whole volume is awarded"),
    ("competitive", "float", "", "Part of the auctions with enough competition"),
    ("built_share", "float", "", "Mean quantity built over the quantity on offer"),
    ("state_cost", "float", "price x energy", "Mean cost to the state"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Designs played with the same bidders."""

    simulations: tuple[Simulation, ...]
    table: pd.DataFrame
    """As `DESIGNS`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A number that the simulation suggests, and what else was tried."""

    value: Decimal
    why: str
    table: pd.DataFrame
    """As `CHOICES`."""


def compare_designs(
    designs: Sequence[Rules],
    market: Market,
    conduct: Conduct | Sequence[Conduct] | None = None,
    *,
    runs: int | None = None,
    seed: int = 0,
    workers: int = 1,
) -> Comparison:
    """
    Play several designs with the very same bidders.

    Parameters
    ----------
    designs
        The rules of each; the others are compared with the first.
    market
        Who may bid, at what cost.
    conduct
        How they bid: one for all designs, or one for each.
    runs
        Auctions of each design; none: as many as the slowest of them is played by default.
    seed
        Seed of all draws.
    workers
        Threads of the fast engine.

    Raises
    ------
    InputError
        If there is no design, two have one identifier, or there are not as many conducts.
    """
    names = [rules.id for rules in designs]
    conducts = (
        [conduct] * len(designs)
        if conduct is None or isinstance(conduct, Conduct)
        else list(conduct)
    )
    if not names or len(set(names)) < len(names) or len(conducts) != len(names):
        raise InputError(
            f"designs {', '.join(names) or 'none'} with {len(conducts)} conducts",
            where="compare",
            mend="give at least one design, each with an id of its own, and one conduct for each",
        )
    if runs is None:
        runs = whole("runs_by_clear" if any(map(why_not_plain, designs)) else "runs")
    played = tuple(
        simulate_auction(rules, market, one, runs=runs, seed=seed, workers=workers)
        for rules, one in zip(designs, conducts, strict=True)
    )
    rows = pd.concat([_beside(one, played[0]) for one in played], ignore_index=True)
    return Comparison(simulations=played, table=conform(rows, DESIGNS))


def _beside(one: Simulation, first: Simulation) -> pd.DataFrame:
    """Return the measures of a design, beside the first."""
    names = OUTCOMES.names()[1:]
    gaps = one.outcomes[names] - first.outcomes[names]
    count = np.maximum(gaps.notna().sum(), 1)
    error: pd.Series[float] = gaps.std(ddof=1 if one.runs > 1 else 0) / np.sqrt(count)
    found = one.summary[["measure", "mean", "low", "high"]].copy()
    found["design"] = one.design
    found["difference"] = gaps.mean().reindex(found["measure"]).to_numpy()
    found["difference_error"] = error.reindex(found["measure"]).to_numpy()
    return found


def suggest_ceiling(
    rules: Rules, market: Market, conduct: Conduct | None = None, *, seed: int = 0
) -> Suggestion:
    """
    Suggest the ceiling price that costs the state least.

    A low ceiling takes rents and turns bidders away; what they then do not build is found at the
    price of replacement (`Conduct.replacement_price`; where none is given, the highest cost of
    all bidders). Ceilings from the low to the high end of the costs are tried with the same
    bidders.

    Raises
    ------
    InputError
        If the highest price wins: such an auction has a floor instead.
    """
    if rules.price.direction == "highest_wins":
        raise InputError(
            "the highest price wins", where=f"rules {rules.id}: price.direction",
            mend="suggest a ceiling for rules under which the lowest price wins",
        )  # fmt: skip
    costs = np.concatenate([group.costs for group in market.groups])
    tried = np.quantile(costs, np.linspace(default("low_share"), 1, whole("ceiling_steps")))
    conduct = conduct or Conduct()
    if conduct.replacement_price is None:
        conduct = _with_replacement(conduct, float(costs.max()))
    designs = []
    for value in np.unique(tried.round(rules.price.decimals)):
        ceiling = _decimal(float(value), rules.price.decimals)
        price = rules.price.model_copy(update={"ceiling": ceiling, "technology_ceilings": {}})
        designs.append((ceiling, rules.model_copy(update={"price": price})))
    table = _try(designs, market, conduct, seed)
    best = int(table["state_cost"].to_numpy().argmin())
    why = "costs the state least, what is not built being found at the price of replacement"
    return _suggestion(designs, table, best, why)


def suggest_volume(
    rules: Rules, market: Market, conduct: Conduct | None = None, *, seed: int = 0
) -> Suggestion:
    """
    Suggest the largest volume for which there is enough competition.

    Enough is `competition` times the volume bid, in `covered_share` of the auctions
    (`data/defaults.csv`); bids above the ceiling do not count. If no volume has as much, the
    smallest that was tried is returned and said so.
    """
    most = mean_bids(market) * mean_size(market)
    decimals = rules.quantity.decimals
    steps = whole("volume_steps")
    values = {_decimal(most * step / steps, decimals) for step in range(1, steps + 1)}
    designs = [
        (value, rules.model_copy(update={"volume": value})) for value in sorted(values) if value
    ]
    table = _try(designs, market, conduct or Conduct(), seed)
    enough = np.flatnonzero(table["competitive"] >= default("covered_share"))
    why = "is the largest volume with enough competition"
    if not enough.size:
        why = "is the least volume that was tried; not even it has enough competition"
    return _suggestion(designs, table, int(enough[-1]) if enough.size else 0, why)


def _with_replacement(conduct: Conduct, price: float) -> Conduct:
    """Return a conduct with a price of what is not built."""
    return Conduct(
        behaviour=conduct.behaviour, is_corrected=conduct.is_corrected,
        exit_penalty=conduct.exit_penalty, reference_price=conduct.reference_price,
        replacement_price=price,
    )  # fmt: skip


def _try(
    designs: Sequence[tuple[Decimal, Rules]], market: Market, conduct: Conduct, seed: int
) -> pd.DataFrame:
    """Play each design, and tell what matters for the choice."""
    rows = []
    for value, rules in designs:
        runs = whole("runs_by_clear" if why_not_plain(rules) else "suggest_runs")
        played = simulate_auction(rules, market, conduct, runs=runs, seed=seed)
        row: dict[str, object] = {
            name: played.mean(name)
            for name in ("award_price", "bid_share", "built_share", "state_cost")
        }
        row["value"] = float(value)
        row["is_chosen"] = False
        row["covered"] = float((played.outcomes["awarded_share"] >= 1).mean())
        wanted = default("competition")
        row["competitive"] = float((played.outcomes["bid_share"] >= wanted).mean())
        rows.append(row)
    return conform(pd.DataFrame(rows), CHOICES)


def _suggestion(
    designs: Sequence[tuple[Decimal, Rules]], table: pd.DataFrame, best: int, why: str
) -> Suggestion:
    """Mark the choice in the table."""
    marked = table.assign(is_chosen=np.arange(len(table)) == best)
    return Suggestion(value=designs[best][0], why=why, table=conform(marked, CHOICES))


def _decimal(value: float, decimals: int) -> Decimal:
    """Return a number in steps."""
    step = Decimal(1).scaleb(-decimals)
    return Decimal(str(value)).quantize(step, ROUND_HALF_EVEN)
