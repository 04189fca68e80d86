"""An electronic reverse auction: prices are bettered in the open until nobody moves any more."""

from __future__ import annotations

from bunyad.auction.rounds.moves import (
    Move,
    Rounds,
    Seat,
    clear_rounds,
    final_bids,
    make_move,
    open_rounds,
    standings,
)

__all__ = [
    "Move",
    "Rounds",
    "Seat",
    "clear_rounds",
    "final_bids",
    "make_move",
    "open_rounds",
    "standings",
]
