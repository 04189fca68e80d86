"""Requests about auctions from bids to settlement, and proofs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bunyad.auction.publish import Moment, Statistics
from bunyad.client.asking import Asking, Query
from bunyad.web.auction.bodies import (
    AppealState,
    ApplicationState,
    AuctionState,
    Deed,
    Desk,
    FlagState,
    Growth,
    HeadState,
    Inclusion,
    ReceiptState,
    ResultState,
    Room,
)

Body = Mapping[str, Any]


class Bidding(Asking):
    """Bids, the commission's room, awards, contracts, the record."""

    def apply_to_bid(self, auction: str, *, country: str, note: str = "") -> Desk:
        """Ask to be found fit."""
        body = {"country": country, "note": note}
        return self._do(Desk, "PUT", "auctions", auction, "application", body=body)

    def list_applications(self, auction: str) -> list[ApplicationState]:
        """List who asked to be found fit."""
        return self._get(list[ApplicationState], "auctions", auction, "applications")

    def qualify_bidder(
        self, auction: str, bidder: str, *, qualified: bool, why: str
    ) -> list[ApplicationState]:
        """Find a bidder fit, or not."""
        body = {"bidder": bidder, "qualified": qualified, "why": why}
        return self._do(
            list[ApplicationState], "POST", "auctions", auction, "qualifications", body=body
        )

    def get_desk(self, auction: str) -> Desk:
        """Return my own bids and receipts."""
        return self._get(Desk, "auctions", auction, "desk")

    def submit_bid(self, auction: str, bid: Body) -> ReceiptState:
        """Hand in a sealed bid; keep the receipt."""
        return self._do(ReceiptState, "POST", "auctions", auction, "bids", body=bid)

    def withdraw_bid(self, auction: str, withdrawal: Body) -> ReceiptState:
        """Hand in a signed withdrawal; keep the receipt."""
        return self._do(ReceiptState, "POST", "auctions", auction, "withdrawals", body=withdrawal)

    def get_receipt(self, auction: str, index: int) -> ReceiptState:
        """Return a receipt of mine again."""
        return self._get(ReceiptState, "auctions", auction, "receipts", str(index))

    def get_room(self, auction: str) -> Room:
        """Return what the commission sees."""
        return self._get(Room, "auctions", auction, "room")

    def commit_seed(self, auction: str, seed: Body) -> Room:
        """Be bound to a seed."""
        return self._do(Room, "POST", "auctions", auction, "seeds", body=seed)

    def reveal_seed(self, auction: str, seed: Body) -> Room:
        """Show my seed."""
        return self._do(Room, "POST", "auctions", auction, "seeds", "shown", body=seed)

    def give_shares(self, auction: str, shares: Body) -> Room:
        """Give my shares of the bids' keys."""
        return self._do(Room, "POST", "auctions", auction, "shares", body=shares)

    def open_bids(self, auction: str, envelope: str) -> Room:
        """Open an envelope of every bid."""
        body = {"envelope": envelope}
        return self._do(Room, "POST", "auctions", auction, "openings", body=body)

    def clear_auction(self, auction: str) -> ResultState:
        """Let the rules decide."""
        return self._do(ResultState, "POST", "auctions", auction, "clearing")

    def get_result(self, auction: str) -> ResultState:
        """Return what the rules gave."""
        return self._get(ResultState, "auctions", auction, "result")

    def award_lots(self, auction: str, awards: Sequence[Body] | None = None) -> AuctionState:
        """Award what the result says; something else after an upheld appeal."""
        body = {"awards": awards}
        return self._do(AuctionState, "POST", "auctions", auction, "awards", body=body)

    def list_appeals(self, auction: str) -> list[AppealState]:
        """List appeals: mine, or all for commission and agency."""
        return self._get(list[AppealState], "auctions", auction, "appeals")

    def appeal(self, auction: str, text: str) -> list[AppealState]:
        """Object."""
        body = {"text": text}
        return self._do(list[AppealState], "POST", "auctions", auction, "appeals", body=body)

    def decide_appeal(
        self, auction: str, appeal: int, *, upheld: bool, why: str
    ) -> list[AppealState]:
        """Uphold an appeal or turn it down."""
        path = ("auctions", auction, "appeals", str(appeal), "decision")
        return self._do(list[AppealState], "POST", *path, body={"upheld": upheld, "why": why})

    def list_deeds(self, auction: str) -> list[Deed]:
        """List contracts, bonds, milestones and payments."""
        return self._get(list[Deed], "auctions", auction, "contracts")

    def sign_contract(self, auction: str, contract: str, *, bid: int, terms: Body) -> list[Deed]:
        """Write down a contract."""
        body = {"contract": contract, "bid": bid, "terms": terms}
        return self._do(list[Deed], "POST", "auctions", auction, "contracts", body=body)

    def note_security(self, auction: str, security: Body) -> list[Deed]:
        """Write down a bond posted, given back or forfeited."""
        return self._do(list[Deed], "POST", "auctions", auction, "securities", body=security)

    def note_milestone(self, auction: str, milestone: Body) -> list[Deed]:
        """Write down a milestone reached or missed."""
        return self._do(list[Deed], "POST", "auctions", auction, "milestones", body=milestone)

    def settle_period(self, auction: str, settlement: Body) -> list[Deed]:
        """Write down a period that is paid."""
        return self._do(list[Deed], "POST", "auctions", auction, "settlements", body=settlement)

    def get_record(self, auction: str) -> bytes:
        """Return the public record, byte for byte."""
        return self._send("GET", ("auctions", auction, "record.json")).content

    def get_head(self, auction: str) -> HeadState:
        """Return the newest signed tree head."""
        return self._get(HeadState, "auctions", auction, "head")

    def prove_growth(self, auction: str, *, old: int, size: int | None = None) -> Growth:
        """Return the proof that the log only grew."""
        query: Query = {"old": old, "size": size}
        return self._get(Growth, "auctions", auction, "proofs", "growth", query=query)

    def prove_inclusion(self, auction: str, index: int, *, size: int | None = None) -> Inclusion:
        """Return the proof that an event is in the log."""
        query: Query = {"index": index, "size": size}
        return self._get(Inclusion, "auctions", auction, "proofs", "inclusion", query=query)

    def get_package(self, auction: str) -> Any:
        """Return the OCDS record package as JSON values."""
        return self._get(Any, "auctions", auction, "record-package.json")

    def get_releases(self, auction: str) -> Any:
        """Return the OCDS release package as JSON values."""
        return self._get(Any, "auctions", auction, "releases.json")

    def get_statistics(self, auction: str) -> Statistics:
        """Return figures of the bids, as far as they are public."""
        return self._get(Statistics, "auctions", auction, "statistics")

    def list_moments(self, auction: str, lot: str, *, language: str = "en") -> list[Moment]:
        """Return the life of a lot in plain words."""
        path = ("auctions", auction, "lots", lot, "moments")
        return self._get(list[Moment], *path, query={"language": language})

    def list_flags(self, auction: str, *, language: str = "en") -> list[FlagState]:
        """Return patterns of bids that the commission should look at."""
        query: Query = {"language": language}
        return self._get(list[FlagState], "auctions", auction, "flags", query=query)
