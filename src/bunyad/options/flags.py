"""Options of red flags: from where on a pattern of bids is shown to the commission."""

from __future__ import annotations

from decimal import Decimal

from bunyad.options.base import RoomOptions, option


class FlagOptions(RoomOptions):
    """Options of red flags; they are of auctions, and no part of a plan."""

    near_price_share: Decimal = option("flags.near_price_share")
    discount_share: Decimal = option("flags.discount_share")
    spread_variation: Decimal = option("flags.spread_variation")
    spread_fewest_prices: int = option("flags.spread_fewest_prices")
    ratio_fewest_lots: int = option("flags.ratio_fewest_lots")
    ratio_tolerance: Decimal = option("flags.ratio_tolerance")
    round_steps: int = option("flags.round_steps")
    round_fewest_prices: int = option("flags.round_fewest_prices")
    ceiling_share: Decimal = option("flags.ceiling_share")
    ceiling_part: Decimal = option("flags.ceiling_part")
    shortest_days: int = option("flags.shortest_days")
    winner_part: Decimal = option("flags.winner_part")
    winner_fewest_lots: int = option("flags.winner_fewest_lots")
