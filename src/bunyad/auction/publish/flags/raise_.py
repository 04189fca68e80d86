"""All checks together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from bunyad.auction.events import Event
from bunyad.auction.publish.flags import conduct, prices
from bunyad.auction.publish.flags.case import Case, read_case
from bunyad.auction.publish.flags.flag import Flag
from bunyad.options.flags import FlagOptions

CHECKS: dict[str, Callable[[Case, FlagOptions], Iterator[Flag]]] = {
    check.__name__: check
    for check in (
        conduct.single_bid,
        prices.near_prices,
        prices.heavy_discount,
        prices.identical_prices,
        conduct.identical_content,
        prices.narrow_spread,
        prices.even_steps,
        prices.fixed_ratio,
        prices.round_prices,
        prices.at_ceiling,
        conduct.late_bids,
        conduct.all_but_one_out,
        conduct.lowest_out,
        conduct.short_period,
        conduct.same_winner,
        conduct.best_bid_gone,
    )
}
"""Each check by the kind of its flags."""


def raise_flags(case: Case, options: FlagOptions | None = None) -> tuple[Flag, ...]:
    """Return every flag of a case, check by check."""
    chosen = options or FlagOptions()
    return tuple(flag for check in CHECKS.values() for flag in check(case, chosen))


def red_flags(
    events: Iterable[Event],
    *,
    options: FlagOptions | None = None,
    past_winners: Iterable[str] = (),
) -> tuple[Flag, ...]:
    """
    Return the red flags of an auction, for its commission.

    A flag is a reason to look, never a proof; `told` says of each what it does not prove. Before
    the first envelope is open only the call itself can be flagged.

    Parameters
    ----------
    events
        The auction's events from the first on.
    options
        Thresholds.
    past_winners
        Winner of each lot of earlier auctions of the agency.
    """
    return raise_flags(read_case(tuple(events), past_winners), options)
