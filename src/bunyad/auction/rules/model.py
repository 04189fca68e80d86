"""
The rules of an auction as data: one YAML document, checked field by field.

Numbers that decide who wins are written as decimal strings or whole numbers and are held as
`Decimal`; nothing here is a float.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Amount = Annotated[Decimal, Field(ge=0, allow_inf_nan=False)]
Share = Annotated[Decimal, Field(ge=0, le=1, allow_inf_nan=False)]

Direction = Literal["lowest_wins", "highest_wins"]
Marginal = Literal["cut", "overshoot", "stop_short", "skip", "conditional", "close_year"]
Pricing = Literal["pay_as_bid", "uniform", "first_rejected", "vcg"]
Tie = Literal["smaller_quantity", "larger_quantity", "earlier", "better_score", "share", "lottery"]


class _Part(BaseModel):
    """A part of the rules: unknown fields are faults."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(_Part):
    """Where a rule is published."""

    title: str
    publisher: str = ""
    year: int | None = None
    where: str = Field(default="", description="Section, article or page.")


class Price(_Part):
    """What is bid."""

    currency: str = Field(pattern="^[A-Z]{3}$")
    unit: str = Field(description="Unit of the bid price, such as USD/MWh.")
    decimals: int = Field(default=2, ge=0, le=6, description="Decimals of a bid price.")
    direction: Direction = "lowest_wins"
    ceiling: Amount | None = Field(default=None, description="No bid beyond it is taken.")
    technology_ceilings: dict[str, Amount] = Field(default_factory=dict)
    floor: Amount | None = None


class Quantity(_Part):
    """How much a bid offers or asks for."""

    unit: str = "MW"
    decimals: int = Field(default=3, ge=0, le=6)
    smallest: Amount | None = Field(default=None, description="Smallest quantity of one bid.")
    largest: Amount | None = Field(default=None, description="Largest quantity of one bid.")
    smallest_award: Amount | None = Field(
        default=None, description="A cut bid that would get less than this gets nothing."
    )


class Valuation(_Part):
    """
    What an awarded unit costs the budget in one year.

    cost = max(0, price - reference price) x load factor x hours x quantity
    """

    reference_price: dict[int, Amount] = Field(
        default_factory=dict, description="Reference price by year; each year of money needs one."
    )
    load_factor: dict[str, Share] = Field(
        default_factory=dict,
        description="Load factor by technology; empty: 1 for all. Others are refused.",
    )
    hours: Amount = Decimal(8760)
    years: int = Field(default=1, ge=1, description="Years counted from the delivery year on.")


class Budget(_Part):
    """Money for support: by year, and how a bid is valued."""

    by_year: dict[int, Amount]
    valuation: Valuation


class Pot(_Part):
    """A part of the offer with bidders of its own."""

    id: str
    title: str = ""
    technologies: tuple[str, ...] = Field(default=(), description="Empty: all.")
    volume: Amount | None = None
    budget: Budget | None = None
    leftover_to: str | None = Field(default=None, description="Pot that gets what is left.")
    pricing: Pricing | None = Field(default=None, description="Else that of the auction.")


class GroupLimit(_Part):
    """A least or greatest quantity for some technologies or regions together."""

    of: tuple[str, ...]
    minimum: Amount | None = None
    maximum: Amount | None = None


class BidderLimit(_Part):
    """What one bidder, with all its bids, may win."""

    quantity: Amount | None = None
    share: Share | None = Field(default=None, description="Share of the volume on offer.")
    lots: int | None = Field(default=None, ge=1)
    bids: int | None = Field(default=None, ge=1, description="Bids that one bidder may hand in.")


class Limits(_Part):
    """Limits beside the volume."""

    technology: tuple[GroupLimit, ...] = ()
    region: tuple[GroupLimit, ...] = ()
    bidder: BidderLimit = BidderLimit()


class Allocation(_Part):
    """Who wins."""

    by: Literal["volume", "lot"] = "volume"
    method: Literal["merit_order", "optimal"] = Field(
        default="merit_order",
        description="Best bid first, or the set of whole bids that is proven best.",
    )
    objective: Literal["most_value", "least_cost"] = Field(
        default="most_value",
        description="For optimal: greatest distance from the ceiling, or cheapest cover.",
    )
    marginal: Marginal = Field(
        default="cut", description="What becomes of the bid that crosses the volume or budget."
    )
    overshoot_share: Amount | None = Field(
        default=None, description="Overshoot of the volume that is allowed at most."
    )
    ties: tuple[Tie, ...] = ("lottery",)


class Undersubscription(_Part):
    """What happens when too little is bid."""

    below: Decimal = Field(
        default=Decimal(1), description="Bid quantity over volume below which the rule applies."
    )
    fewest_bidders: int = Field(default=0, ge=0)
    rule: Literal["none", "cancel", "scale", "ceiling"] = "none"
    scale_to: Share | None = Field(
        default=None,
        description="scale: volume becomes this share of what was bid; else 1 / below of it.",
    )


class Criterion(_Part):
    """One thing besides the price that is scored."""

    id: str
    title: str
    weight: Share
    best: Decimal = Field(description="Value that gets all points.")
    worst: Decimal = Field(description="Value that gets none; linear between.")
    least: Decimal | None = Field(default=None, description="Worse than this: out.")


class Scoring(_Part):
    """Price and non-price points; the weights add up to one."""

    price_weight: Share
    price_points: Literal["best_over_price", "linear_to_ceiling"] = "best_over_price"
    criteria: tuple[Criterion, ...]

    @model_validator(mode="after")
    def _weights_add_up(self) -> Scoring:
        total = self.price_weight + sum(one.weight for one in self.criteria)
        if total != 1:
            msg = f"the weights add up to {total}; expected 1"
            raise ValueError(msg)
        return self


class Requirement(_Part):
    """Something that a bidder shows to qualify."""

    id: str
    title: str
    kind: Literal["document", "number", "yes_no"] = "document"
    least: Decimal | None = None
    unit: str = ""


class Qualification(_Part):
    """Qualification before prices are opened, and what it asks for."""

    stage: Literal["none", "before_bids", "with_bids"] = "none"
    requirements: tuple[Requirement, ...] = ()


class Security(_Part):
    """A bond: how much, and what gives it back or takes it."""

    id: Literal["bid", "performance"]
    amount: Amount | None = Field(default=None, description="None: set in each call.")
    per: Literal["bid", "quantity", "capex_share"] = "quantity"
    due: str = Field(description="When it is due, in words.")
    released_when: tuple[str, ...]
    forfeited_when: tuple[str, ...]


class Envelope(_Part):
    """A part of a bid that is opened at its own time."""

    name: str = Field(pattern="^[a-z_]+$")
    fields: tuple[str, ...]
    opens: Literal["deadline", "after_qualification", "opening"] = "opening"


class BidForm(_Part):
    """How bids are handed in."""

    envelopes: tuple[Envelope, ...] = (
        Envelope(name="price", fields=("price", "quantity"), opens="opening"),
    )
    replacement: Literal["latest", "none"] = "latest"
    withdrawal: Literal["until_deadline", "none"] = "until_deadline"
    alternatives: int = Field(
        default=1, ge=1, description="Flexible bids: at most this many, one of which may win."
    )
    count_is_public: bool = Field(default=False, description="Number of bids is told early.")


class Rounds(_Part):
    """An electronic reverse auction after the first, sealed bids."""

    step: Amount = Field(description="Least improvement of a bid.")
    minutes: Amount = Field(description="Length of the auction.")
    extension_window_minutes: Amount = Field(
        description="A change within this time before the end extends it."
    )
    extension_minutes: Amount
    largest_extensions: int | None = None
    shortlist_share: Decimal | None = Field(
        default=None, description="Bids are let in up to this multiple of the volume."
    )
    dropped_bidders: int = Field(default=0, ge=0, description="Worst bidders that are left out.")


class Contract(_Part):
    """What the winner signs."""

    kind: Literal["two_way_cfd", "one_way_premium", "fixed_price", "allowance"]
    years: int = Field(ge=0)
    indexation_share: Share = Decimal(0)
    negative_price_hours: Literal["paid", "not_paid"] = "paid"
    payback_cap_share: Share | None = None
    months_to_operation: int | None = None
    penalties: tuple[str, ...] = ()


class Rules(_Part):
    """The rules of one auction."""

    format: Literal["bunyad-auction-rules/1"]
    id: str = Field(pattern="^[a-z0-9-]+$")
    title: str
    country: str = ""
    year: int | None = None
    sources: tuple[Source, ...] = ()
    not_covered: tuple[str, ...] = ()
    price: Price
    quantity: Quantity = Quantity()
    volume: Amount | None = Field(default=None, description="None: set in each call.")
    budget: Budget | None = None
    pots: tuple[Pot, ...] = ()
    limits: Limits = Limits()
    allocation: Allocation = Allocation()
    pricing: Pricing = "pay_as_bid"
    price_within: Literal["pot", "delivery_year"] = Field(
        default="pot", description="A uniform price is one for the pot, or one for each year."
    )
    undersubscription: Undersubscription = Undersubscription()
    scoring: Scoring | None = None
    qualification: Qualification = Qualification()
    bids: BidForm = BidForm()
    securities: tuple[Security, ...] = ()
    rounds: Rounds | None = None
    contract: Contract | None = None
