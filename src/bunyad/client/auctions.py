"""Requests about auctions until bids come in: draft, call, data room, questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from bunyad.client.asking import Asking, Query
from bunyad.web.auction.bodies import (
    AuctionPage,
    AuctionRow,
    AuctionState,
    CommissionerState,
    DocumentState,
    LotPage,
    LotRow,
    LotState,
    QuestionState,
    VerificationState,
)
from bunyad.web.auction.simulating import SimulationBody, SimulationState
from bunyad.web.auction.sources import ReadyRules

Body = Mapping[str, Any]
ROWS_OF_A_PAGE = 200


class Auctions(Asking):
    """Auctions and lots, the call, the data room, questions."""

    def list_auctions(self, *, stage: str = "") -> Iterator[AuctionRow]:
        """Go through the auctions that I may see, newest first, page by page."""
        cursor: str | None = ""
        while cursor is not None:
            query: Query = {"cursor": cursor, "limit": ROWS_OF_A_PAGE, "stage": stage}
            page = self._get(AuctionPage, "auctions", query=query)
            yield from page.items
            cursor = page.next

    def draft_auction(
        self, title: str, *, rules: Body, lots: Sequence[Body], plan: str | None = None
    ) -> AuctionState:
        """Draft an auction by rules, with lots."""
        body = {"title": title, "rules": rules, "lots": lots, "plan": plan}
        return self._do(AuctionState, "POST", "auctions", body=body)

    def list_rules(self) -> list[ReadyRules]:
        """List the ready-made rules, each whole."""
        return self._get(list[ReadyRules], "auctions", "rules")

    def draw_plan_lots(
        self, plan: str, *, rules: Body, kinds: Sequence[str] = (), per_usd: str = "1"
    ) -> list[dict[str, Any]]:
        """Turn projects of a plan into lots for a draft, with suggested ceiling prices."""
        body = {"plan": plan, "rules": rules, "kinds": kinds, "per_usd": per_usd}
        return self._do(list[dict[str, Any]], "POST", "auctions", "lots-of-plan", body=body)

    def list_lots(self, *, auction: str = "") -> Iterator[LotRow]:
        """Go through the lots of published auctions, page by page."""
        cursor: str | None = ""
        while cursor is not None:
            query: Query = {"cursor": cursor, "limit": ROWS_OF_A_PAGE, "auction": auction}
            page = self._get(LotPage, "lots", query=query)
            yield from page.items
            cursor = page.next

    def verify_record(self, record: bytes) -> VerificationState:
        """Have a record replayed by a server that need not be the one it comes from."""
        return self._put(VerificationState, "auctions", "verification", content=record)

    def get_auction(self, auction: str) -> AuctionState:
        """Return an auction as I may see it."""
        return self._get(AuctionState, "auctions", auction)

    def amend_auction(self, auction: str, why: str, **changes: Any) -> AuctionState:
        """Change `deadline`, `opening`, `lots` or `rules` of a draft or a call."""
        body = {"why": why, **changes}
        return self._do(AuctionState, "PATCH", "auctions", auction, body=body)

    def list_commissioners(self, auction: str) -> list[CommissionerState]:
        """List the commission."""
        return self._get(list[CommissionerState], "auctions", auction, "commissioners")

    def invite_commissioner(
        self, auction: str, email: str, *, name: str | None = None
    ) -> list[CommissionerState]:
        """Invite an account to the commission."""
        body = {"email": email, "name": name}
        return self._do(
            list[CommissionerState], "POST", "auctions", auction, "commissioners", body=body
        )

    def remove_commissioner(self, auction: str, name: str) -> None:
        """Take back an invitation."""
        self._tell("DELETE", "auctions", auction, "commissioners", name)

    def give_keys(
        self, auction: str, *, recipient: str, signing_key: str
    ) -> list[CommissionerState]:
        """Give the public halves of my keys."""
        body = {"recipient": recipient, "signing_key": signing_key}
        return self._do(list[CommissionerState], "PUT", "auctions", auction, "keys", body=body)

    def publish_auction(
        self, auction: str, *, threshold: int, deadline: str, opening: Mapping[str, str]
    ) -> AuctionState:
        """Publish the call."""
        body = {"threshold": threshold, "deadline": deadline, "opening": opening}
        return self._do(AuctionState, "POST", "auctions", auction, "publication", body=body)

    def cancel_auction(self, auction: str, why: str) -> AuctionState:
        """End an auction without awards."""
        body = {"why": why}
        return self._do(AuctionState, "POST", "auctions", auction, "cancellation", body=body)

    def get_lot(self, auction: str, lot: str) -> LotState:
        """Return a lot with its time line."""
        return self._get(LotState, "auctions", auction, "lots", lot)

    def list_documents(self, auction: str) -> list[DocumentState]:
        """List the data room."""
        return self._get(list[DocumentState], "auctions", auction, "documents")

    def upload_document(self, auction: str, file: Path, *, lot: str = "") -> DocumentState:
        """Add a file to the data room, or to my application."""
        return self._put(
            DocumentState, "auctions", auction, "documents", content=file.read_bytes(),
            query={"name": file.name, "lot": lot},
        )  # fmt: skip

    def get_document(self, auction: str, document: str, *, to: Path) -> None:
        """Download a file."""
        answer = self._send("GET", ("auctions", auction, "documents", document))
        to.write_bytes(answer.content)

    def remove_document(self, auction: str, document: str) -> None:
        """Remove a file of mine."""
        self._tell("DELETE", "auctions", auction, "documents", document)

    def list_questions(self, auction: str) -> list[QuestionState]:
        """List questions and answers."""
        return self._get(list[QuestionState], "auctions", auction, "questions")

    def ask_question(
        self, auction: str, text: str, *, lot: str | None = None
    ) -> list[QuestionState]:
        """Ask; everybody reads it, nobody reads who asked."""
        body = {"text": text, "lot": lot}
        return self._do(list[QuestionState], "POST", "auctions", auction, "questions", body=body)

    def answer_question(self, auction: str, question: int, text: str) -> list[QuestionState]:
        """Answer a question for everybody."""
        path = ("auctions", auction, "questions", str(question), "answer")
        return self._do(list[QuestionState], "POST", *path, body={"text": text})

    def simulate_auction(
        self, designs: Sequence[Mapping[str, Any]], bidders: Mapping[str, Any], *,
        runs: int | None = None, seed: int = 0,
        behaviour: Literal["equilibrium", "truthful"] = "equilibrium",
    ) -> SimulationState:  # fmt: skip
        """Play designs side by side with drawn bidders; documents as JSON values."""
        body = SimulationBody(
            designs=[dict(one) for one in designs], bidders=dict(bidders), behaviour=behaviour,
            runs=runs, seed=seed,
        )  # fmt: skip
        return self._do(SimulationState, "POST", "auctions", "simulation", body=body)
