"""All that is published of an auction, as files by name."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from bunyad.auction.events import AuctionState, Event, canonical, fold, read_canonical, read_event
from bunyad.auction.publish.ocds import record_package, release_package
from bunyad.auction.publish.offers import award_id, award_lots, number, offers_of, winning
from bunyad.auction.publish.page import lot_page, outcome
from bunyad.auction.publish.publisher import Publisher
from bunyad.auction.publish.words import LANGUAGES
from bunyad.errors import InputError

BID_COLUMNS = ("id", "bidder", "country", "lots", "time", "status", "price", "quantity", "fault")
AWARD_COLUMNS = ("id", "bidder", "country", "lots", "price", "quantity", "contract")
RISKY = ("=", "+", "-", "@", "\t", "\r")
"""First letters that make a spreadsheet take a text for a formula."""


def read_shown(record: bytes) -> tuple[Event, ...]:
    """
    Return the events that a public record shows; those it withholds are left out.

    Raises
    ------
    InputError
        If it is no record.
    """
    content = read_canonical(record)
    events = content.get("events") if isinstance(content, dict) else None
    if not isinstance(events, list) or not all(isinstance(one, dict) for one in events):
        raise InputError(
            "it is no record", where="record", mend="fetch the auction's record.json again"
        )
    shown = tuple(read_event(one) for one in events if "leaf" not in one)
    if not shown or shown[0].kind != "drafted":
        raise InputError("it holds no draft", where="record", mend="fetch the record again")
    return shown


def published_files(events: Iterable[Event], publisher: Publisher) -> dict[str, str]:
    """
    Return the text of every file that is published, by its path.

    OCDS releases and record, the rules, tables of bids and awards, and a page of each lot in each
    language.

    Parameters
    ----------
    events
        The auction's events from the first on.
    publisher
        Who publishes, and what registers say of the parties.

    Raises
    ------
    InputError
        If the call is not published yet.
    """
    kept = tuple(events)
    state = fold(kept)
    return {
        "releases.json": _json(release_package(kept, publisher)),
        "record-package.json": _json(record_package(kept, publisher)),
        "rules.json": canonical(state.rules).decode() + "\n",
        "bids.csv": _bids(state, publisher),
        "awards.csv": _awards(state, publisher),
        **{
            f"{language}/{file_name(lot)}": lot_page(
                kept, lot, publisher=publisher, language=language
            )
            for language in LANGUAGES
            for lot in state.lot_ids
        },
    }


def file_name(lot: str) -> str:
    """
    Return the name of a lot's page; letters that paths do not take are written as `%`.

    Examples
    --------
    >>> file_name("lot 1/a")
    'lot%201%2Fa.html'
    """
    return f"{quote(lot, safe='')}.html"


def _json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def _cell(value: Any) -> str:
    """Return a cell; a text of a bidder's that looks like a formula gets a quote before it."""
    text = "" if value is None else str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(RISKY) else text


def _bids(state: AuctionState, publisher: Publisher) -> str:
    return _table(
        BID_COLUMNS,
        (
            (
                offer.id,
                offer.bidder,
                publisher.party(offer.bidder).country,
                " ".join(offer.lots),
                offer.time,
                outcome(state, offer),
                offer.price,
                offer.quantity,
                offer.fault,
            )
            for offer in offers_of(state)
        ),
    )


def _awards(state: AuctionState, publisher: Publisher) -> str:
    """Return the agency's awards; empty before."""
    contracts = {terms["bid"]: name for name, terms in state.contracts.items()}
    given = winning(state) if state.awards else ()
    return _table(
        AWARD_COLUMNS,
        (
            (
                award_id(award, bid),
                bid.bidder,
                publisher.party(bid.bidder).country,
                " ".join(award_lots(award, bid)),
                number(award.get("price")),
                number(award.get("quantity")),
                contracts.get(bid.index),
            )
            for award, bid in given
        ),
    )
