"""Who may bid: how many, how large, at what cost, and how well they know it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, model_validator

from bunyad.auction.rules.model import Rules
from bunyad.auction.simulate.kernels import Crowd, Floats
from bunyad.errors import InputError

Number = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Part(BaseModel):
    """A part of the file of bidders: unknown fields are faults."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Group(_Part):
    """Bids of one kind."""

    technology: str = ""
    region: str = ""
    lot: str = ""
    bids: int = Field(ge=1, description="Bids that come at most.")
    fewest: int | None = Field(
        default=None, ge=0, description="Bids that come at least; any number between is as likely."
    )
    bids_per_bidder: int = Field(default=1, ge=1)
    costs: tuple[Number, ...] = Field(
        min_length=1,
        description="Costs, in the unit of the price, that stand at equal distances of "
        "probability; two are the ends of an even distribution. Where the highest price wins: "
        "what it is worth to the bidder.",
    )
    sizes: tuple[Number, ...] = Field(
        min_length=1, description="Quantities, in the unit of the rules, likewise."
    )
    sizes_follow_costs: bool = Field(
        default=False, description="Sizes stand in the order of the costs of the same sites."
    )
    least_share: float = Field(
        default=0, ge=0, le=1, description="Least part of a bid that is taken when cut; 1: whole."
    )
    hours: float = Field(
        default=1,
        gt=0,
        allow_inf_nan=False,
        description="What a price is paid for, for each unit of quantity: MWh a year of a MW.",
    )
    scores: dict[str, float] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _is_in_order(self) -> Group:
        if list(self.costs) != sorted(self.costs):
            raise ValueError("costs do not rise; give them from the lowest to the highest")
        if not self.sizes_follow_costs and list(self.sizes) != sorted(self.sizes):
            raise ValueError("sizes do not rise; give them from the smallest to the largest")
        if self.sizes_follow_costs and len(self.sizes) not in (1, len(self.costs)):
            raise ValueError("sizes follow costs and are not as many; give one for each cost")
        if self.fewest is not None and self.fewest > self.bids:
            raise ValueError("fewest is above bids")
        return self


class Market(_Part):
    """All bidders of an auction."""

    format: Literal["bunyad-bidders/1"] = "bunyad-bidders/1"
    groups: tuple[Group, ...] = Field(min_length=1)
    common_spread: Number = Field(
        default=0,
        description="Standard deviation of the part of the cost that all share, such as the price "
        "of modules in the year of building.",
    )
    signal_noise: Number = Field(
        default=0,
        description="Standard deviation of what a bidder does not know of its own cost; large "
        "where little has to be shown to qualify.",
    )


def make_crowd(market: Market, rules: Rules) -> Crowd:
    """Turn a market into the arrays that the kernels draw from; sizes in steps of quantity."""
    groups = market.groups
    steps = 10.0**rules.quantity.decimals
    most = np.array([group.bids for group in groups], np.int64)
    per_bidder = np.array([group.bids_per_bidder for group in groups], np.int64)
    bidders = -(-most // per_bidder)
    first, first_bidder = _starts(most), _starts(bidders)
    group_of = np.repeat(np.arange(len(groups)), most)
    place = np.arange(most.sum()) - first[:-1][group_of]
    return Crowd(
        group=group_of,
        bidder=first_bidder[:-1][group_of] + place // per_bidder[group_of],
        first=first[:-1],
        fewest=np.array([g.bids if g.fewest is None else g.fewest for g in groups], np.int64),
        most=most,
        costs=np.concatenate([group.costs for group in groups]).astype(float),
        cost_from=_starts([len(group.costs) for group in groups]),
        sizes=np.concatenate([group.sizes for group in groups]).astype(float) * steps,
        size_from=_starts([len(group.sizes) for group in groups]),
        is_paired=np.array([group.sizes_follow_costs for group in groups], np.int64),
        least_share=np.array([group.least_share for group in groups], float),
        weight=np.array([group.hours for group in groups], float) / steps,
        common_spread=float(market.common_spread),
        signal_noise=float(market.signal_noise),
    )


def mean_bids(market: Market) -> float:
    """Return how many bids come on average."""
    return sum((g.bids + (g.bids if g.fewest is None else g.fewest)) / 2 for g in market.groups)


def mean_size(market: Market) -> float:
    """Return the mean quantity of a bid, in the unit of the rules."""
    counts = [(g.bids + (g.bids if g.fewest is None else g.fewest)) / 2 for g in market.groups]
    sizes = [_mean(g.sizes) for g in market.groups]
    return float(np.dot(counts, sizes) / max(sum(counts), 1))


def mean_hours(market: Market) -> float:
    """Return what a unit of quantity yields on average, weighted by the quantity bid."""
    quantity = [g.bids * _mean(g.sizes) for g in market.groups]
    return float(np.dot(quantity, [g.hours for g in market.groups]) / max(sum(quantity), 1e-300))


def market_of_sites(
    sites: pd.DataFrame,
    *,
    bids: Mapping[str, int],
    largest_mw: float,
    bids_per_bidder: int = 1,
    common_spread: float = 0,
    signal_noise: float = 0,
) -> Market:
    """
    Make bidders of the sites of a plan.

    Each bid is for a place between two neighbouring sites in the order of cost: its levelised
    cost and its size are between theirs.

    Parameters
    ----------
    sites
        Table `sites` of a plan; those that stand already are left out.
    bids
        Bids by technology.
    largest_mw
        Largest bid; larger sites are offered in parts [MW].
    bids_per_bidder
        Bids of each bidder.
    common_spread
        Standard deviation of the cost that all share [US$/MWh].
    signal_noise
        Standard deviation of what bidders do not know of their cost [US$/MWh].

    Raises
    ------
    InputError
        If the plan has no free site of a technology.
    """
    groups = []
    for technology, count in bids.items():
        free = sites[(sites["technology"] == technology) & ~sites["is_existing"].astype(bool)]
        if free.empty:
            raise InputError(
                f"the plan has no free site for {technology}",
                where="sites",
                mend=f"choose among {', '.join(sorted(set(sites['technology'])))}",
            )
        free = free.sort_values(["lcoe_usd_per_mwh", "id"], kind="stable")
        groups.append(
            Group(
                technology=technology,
                bids=count,
                bids_per_bidder=bids_per_bidder,
                costs=tuple(free["lcoe_usd_per_mwh"]),
                sizes=tuple(free["capacity_mw"].clip(upper=largest_mw)),
                sizes_follow_costs=True,
                hours=float(free["annual_energy_gwh"].sum() / free["capacity_mw"].sum() * 1e3),
            )
        )
    return Market(groups=tuple(groups), common_spread=common_spread, signal_noise=signal_noise)


def _starts(lengths: Sequence[int] | np.ndarray) -> np.ndarray:
    """Return where each part starts, and the end."""
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)


def _mean(values: Sequence[float]) -> float:
    """Return the mean of a distribution given by quantiles at equal distances."""
    curve: Floats = np.asarray(values, float)
    return float(curve[0] if curve.size == 1 else (curve[1:] + curve[:-1]).mean() / 2)
