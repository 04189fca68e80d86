"""The state of an electronic auction as a value, and the moves that lead from one to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bunyad.auction.bids import Bid
from bunyad.auction.clearing import Result, clear
from bunyad.auction.clearing.entries import Entry, admit
from bunyad.auction.clearing.rank import rank
from bunyad.auction.rules.model import Rounds as RoundsRule
from bunyad.auction.rules.model import Rules, Undersubscription
from bunyad.errors import InputError

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One bid in the auction."""

    bid: Bid
    """The bid as it stands; `submitted` is the time of its last price."""
    first_price: Decimal
    """Price of the sealed bid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One price that was bettered."""

    bid: str
    price: Decimal
    time: datetime
    extended_to: datetime | None
    """New end, where the move came so late that the auction was extended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """An electronic auction while it runs."""

    rules: Rules
    """Rules of the auction; the volume is what is on offer after every rule on too few bids."""
    seed: str
    starts: datetime
    ends: datetime
    extensions: int
    seats: dict[str, Seat]
    """Bids that were let in, by identifier."""
    left_out: dict[str, str]
    """Why each of the other bids was not let in, by identifier."""
    moves: tuple[Move, ...] = ()


def open_rounds(rules: Rules, bids: Sequence[Bid], *, starts: datetime, seed: str = "") -> Rounds:
    """
    Open an electronic auction with the sealed bids.

    What is on offer is fixed from all admitted bids, by the rule on too few bids. The worst bidders
    are then left out, as many as the rules say, but only as long as the others together still bid
    for the volume on offer; then the best bids are let in until the multiple of the volume that the
    rules say is reached or passed.

    Parameters
    ----------
    rules
        Rules with `rounds`.
    bids
        The sealed bids, opened.
    starts
        When the auction starts, with time zone.
    seed
        Seed of the draw between equal bids.

    Raises
    ------
    InputError
        If the rules have no rounds or have pots, or the offer is cancelled for lack of bids.
    """
    rounds = _rounds_of(rules)
    starts = _utc(starts)
    result = clear(rules, bids, seed=seed, explain=False)
    if result.state == "cancelled":
        raise InputError(
            f"the auction is cancelled: {result.why}", where="rounds", mend="call it again"
        )
    offered = result.pots[0].offered
    assert offered is not None
    fixed = rules.model_copy(update={"volume": offered, "undersubscription": Undersubscription()})
    left_out = {one.bid: one.why for one in result.decisions if one.state == "refused"}
    order = rank(fixed, admit(fixed, bids), seed)
    kept, more = _shortlist(order, rounds, offered)
    return Rounds(
        rules=fixed,
        seed=seed,
        starts=starts,
        ends=starts + _minutes(rounds.minutes),
        extensions=0,
        seats={
            entry.bid.id: Seat(bid=entry.bid, first_price=entry.bid.price)
            for entry in sorted(kept, key=lambda entry: entry.bid.id)
        },
        left_out={**left_out, **more},
    )


def make_move(state: Rounds, bid: str, price: Decimal, *, time: datetime) -> Rounds:
    """
    Better the price of a bid.

    Parameters
    ----------
    state
        The auction so far.
    bid
        Identifier of the bid.
    price
        New price, in the unit of the rules.
    time
        When the move came, by the auctioneer's clock, with time zone.

    Returns
    -------
    Rounds
        The auction after the move; the one given is not changed.

    Raises
    ------
    InputError
        If the bid was not let in, the move is too early, too late or out of turn, or the price is
        not better by a whole step, too fine, or beyond the floor or ceiling.
    """
    rounds = _rounds_of(state.rules)
    time = _utc(time)
    if bid not in state.seats:
        why = state.left_out.get(bid, "there is no such bid")
        raise _refusal(f"bid {bid} is not in the auction: {why}", "move only bids that are let in")
    if not state.starts <= time < state.ends:
        raise _refusal(
            f"the move of {time.isoformat()} is outside of the auction",
            f"move from {state.starts.isoformat()} and before {state.ends.isoformat()}",
        )
    if state.moves and time < state.moves[-1].time:
        raise _refusal("the move is older than the last one", "take moves in the order of time")
    seat = state.seats[bid]
    _check_price(state.rules, rounds, seat.bid, price)
    changed = replace(seat, bid=replace(seat.bid, price=price, submitted=_stamp(time)))
    ends = _end_after(state, rounds, time)
    move = Move(bid=bid, price=price, time=time, extended_to=ends if ends > state.ends else None)
    return replace(
        state,
        seats={**state.seats, bid: changed},
        moves=(*state.moves, move),
        ends=ends,
        extensions=state.extensions + (ends > state.ends),
    )


def standings(state: Rounds) -> tuple[Bid, ...]:
    """Return the bids as they stand, the best first, by price and the tie rules."""
    order = rank(state.rules, admit(state.rules, _bids(state)), state.seed)
    return tuple(entry.bid for entry in order)


def final_bids(state: Rounds, *, now: datetime) -> tuple[Bid, ...]:
    """
    Return the bids with their last prices, once the auction has ended.

    Raises
    ------
    InputError
        If it still runs.
    """
    if _utc(now) < state.ends:
        raise _refusal("the auction still runs", f"wait until {state.ends.isoformat()}")
    return _bids(state)


def clear_rounds(state: Rounds, *, now: datetime) -> Result:
    """Clear the final bids by the rules, for the volume that was fixed when it opened."""
    return clear(state.rules, final_bids(state, now=now), seed=state.seed)


def _bids(state: Rounds) -> tuple[Bid, ...]:
    return tuple(seat.bid for seat in state.seats.values())


def _rounds_of(rules: Rules) -> RoundsRule:
    if rules.rounds is None or rules.pots or rules.volume is None:
        raise InputError(
            "there is no electronic auction by these rules",
            where=f"rules {rules.id}: rounds",
            mend="give rounds and a volume, and no pots",
        )
    return rules.rounds


def _shortlist(
    order: Sequence[Entry], rounds: RoundsRule, offered: Decimal
) -> tuple[list[Entry], dict[str, str]]:
    """Return who is let in, and why the others are not."""
    left_out: dict[str, str] = {}
    kept = list(order)
    best_first = list(dict.fromkeys(entry.bid.bidder for entry in order))
    for bidder in reversed(best_first[-rounds.dropped_bidders :] if rounds.dropped_bidders else []):
        others = [entry for entry in kept if entry.bid.bidder != bidder]
        if sum(entry.bid.quantity for entry in others) < offered:
            break
        worst = [entry.bid.id for entry in kept if entry.bid.bidder == bidder]
        left_out |= dict.fromkeys(worst, f"{bidder} was among the worst of the bidders")
        kept = others
    if rounds.shortlist_share is not None:
        reached, inside = Decimal(0), []
        for entry in kept:
            if reached >= rounds.shortlist_share * offered:
                left_out[entry.bid.id] = "better bids reached the size of the shortlist"
                continue
            reached += entry.bid.quantity
            inside.append(entry)
        kept = inside
    return kept, left_out


def _check_price(rules: Rules, rounds: RoundsRule, bid: Bid, price: Decimal) -> None:
    """Refuse a price that is no move."""
    lowest_wins = rules.price.direction == "lowest_wins"
    better_by = bid.price - price if lowest_wins else price - bid.price
    if not price.is_finite() or better_by < rounds.step or better_by <= 0:
        raise _refusal(
            f"the price {price} is not better than {bid.price} by a step",
            f"better it by at least {rounds.step}",
        )
    (entry,) = admit(rules, [replace(bid, price=price)])
    if not entry.is_in:
        raise _refusal(entry.note, f"keep to the rule {entry.rule}")


def _end_after(state: Rounds, rounds: RoundsRule, time: datetime) -> datetime:
    """Return the end of the auction after a move."""
    most = rounds.largest_extensions
    is_late = state.ends - time <= _minutes(rounds.extension_window_minutes)
    if is_late and (most is None or state.extensions < most):
        return state.ends + _minutes(rounds.extension_minutes)
    return state.ends


def _minutes(minutes: Decimal) -> timedelta:
    """Return a time span, to the microsecond."""
    return timedelta(microseconds=int(minutes * (MINUTE // timedelta(microseconds=1))))


def _utc(time: datetime) -> datetime:
    if time.tzinfo is None:
        raise _refusal(f"{time.isoformat()} has no time zone", "give times with their zone")
    return time.astimezone(UTC)


def _stamp(time: datetime) -> str:
    """Return a time as a text that sorts like the time."""
    return time.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _refusal(what: str, mend: str) -> InputError:
    return InputError(what, where="rounds", mend=mend)
