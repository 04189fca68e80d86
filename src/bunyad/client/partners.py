"""Requests about partners: the directory, needs, matches, ventures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bunyad.client.asking import Asking, Query
from bunyad.web.accounts.bodies import Me
from bunyad.web.partner.bodies import (
    ContactState,
    DeletionState,
    ImportState,
    MatchPage,
    MatchState,
    MeetState,
    NeedRow,
    PartnerLink,
    PartnerPage,
    PartnerRow,
    PartnerState,
    PortfolioRow,
    ReminderState,
    TwinState,
    VentureRow,
    VentureState,
)

PARTNERS_OF_A_PAGE = 200


class Partners(Asking):
    """The directory of organisations, what plans ask for, who suits it, and agreements."""

    def list_partners(
        self, *, text: str = "", country: str = "", section: str = ""
    ) -> Iterator[PartnerRow]:
        """Go through the entries that I may see by name, page by page."""
        cursor: str | None = ""
        while cursor is not None:
            query: Query = {"cursor": cursor, "limit": PARTNERS_OF_A_PAGE, "text": text,
                            "country": country, "section": section}  # fmt: skip
            page = self._get(PartnerPage, "partners", "entries", query=query)
            yield from page.items
            cursor = page.next

    def import_partners(self, file: Path, *, keep_good: bool = False) -> ImportState:
        """Import a CSV or XLSX: all of it, or its good rows where I say so."""
        query: Query = {"name": file.name, "keep_good": "true" if keep_good else "false"}
        return self._put(ImportState, "partners", "entries", content=file.read_bytes(), query=query)

    def export_partners(self, *, to: Path, kind: str = "csv", with_contacts: bool = False) -> None:
        """Write my directory to a file."""
        query: Query = {"kind": kind, "with_contacts": "true" if with_contacts else "false"}
        answer = self._send("GET", ("partners", "file"), query=query)
        to.write_bytes(answer.content)

    def list_twins(self) -> list[TwinState]:
        """List entries that are likely one."""
        return self._get(list[TwinState], "partners", "twins")

    def merge_partners(self, kept: str, gone: str) -> PartnerState:
        """Make one entry of two."""
        body = {"kept": kept, "gone": gone}
        return self._do(PartnerState, "POST", "partners", "merges", body=body)

    def undo_partner_merge(self, merge: str) -> None:
        """Make two entries again; a merge is called as the entry that went."""
        self._tell("DELETE", "partners", "merges", merge)

    def claim_partner(
        self, token: str, *, name: str | None = None, password: str | None = None
    ) -> Me:
        """Take over an entry by the token of its link."""
        body = {"token": token, "name": name, "password": password}
        return self._do(Me, "POST", "partners", "claims", body=body)

    def get_partner(self, entry: str) -> PartnerState:
        """Return an entry."""
        return self._get(PartnerState, "partners", "entries", entry)

    def change_partner(self, entry: str, *, version: int, **changes: Any) -> PartnerState:
        """Change an entry of a version."""
        body = {"version": version, **changes}
        return self._do(PartnerState, "PATCH", "partners", "entries", entry, body=body)

    def remove_partner(self, entry: str) -> None:
        """Remove an entry with its persons."""
        self._tell("DELETE", "partners", "entries", entry)

    def invite_partner(self, entry: str, *, email: str | None = None) -> PartnerLink:
        """Sign a link to take over an entry."""
        path = ("partners", "entries", entry, "invitation")
        return self._do(PartnerLink, "POST", *path, body={"email": email})

    def give_partner_consent(
        self, entry: str, contact: str, *, purposes: list[str]
    ) -> ContactState:
        """Note to what a person agrees; what is left out is withdrawn."""
        path = ("partners", "entries", entry, "contacts", contact)
        return self._do(ContactState, "PUT", *path, body={"purposes": purposes})

    def forget_partner_contact(self, entry: str, contact: str) -> DeletionState:
        """Delete a person."""
        path = ("partners", "entries", entry, "contacts", contact)
        return self._do(DeletionState, "DELETE", *path)

    def list_needs(self, plan: str, *, asked: str = "", language: str = "en") -> list[NeedRow]:
        """List what the projects of a plan ask for."""
        query: Query = {"plan": plan, "asked": asked, "language": language}
        return self._get(list[NeedRow], "partners", "needs", query=query)

    def list_matches(
        self, plan: str, *, entry: str = "", need: str = "", per_need: int = 5,
        per_organisation: int = 8,
    ) -> MatchPage:  # fmt: skip
        """Propose organisations to the needs of a plan."""
        query: Query = {"plan": plan, "entry": entry, "need": need, "per_need": per_need,
                        "per_organisation": per_organisation}  # fmt: skip
        return self._get(MatchPage, "partners", "matches", query=query)

    def get_match(self, plan: str, entry: str, need: str, *, language: str = "en") -> MatchState:
        """Tell why an organisation and a need suit each other."""
        query: Query = {"plan": plan, "language": language}
        return self._get(MatchState, "partners", "matches", entry, need, query=query)

    def say_to_match(self, plan: str, entry: str, need: str, verdict: str) -> None:
        """Say no, must, liked, disliked or none to a match."""
        path = ("partners", "matches", entry, need)
        self._send("PUT", path, query={"plan": plan}, body={"verdict": verdict})

    def propose_meetings(
        self, plan: str, *, per_need: int = 5, per_organisation: int = 8
    ) -> MeetState:
        """Propose people and wishes for a forum, from the matches of a plan."""
        query: Query = {"plan": plan, "per_need": per_need, "per_organisation": per_organisation}
        return self._get(MeetState, "partners", "meetings", query=query)

    def list_ventures(self) -> list[VentureRow]:
        """List the ventures that I may see."""
        return self._get(list[VentureRow], "partners", "ventures")

    def draft_venture(self, terms: Mapping[str, Any]) -> VentureState:
        """Draft an agreement."""
        body = {"terms": terms}
        return self._do(VentureState, "POST", "partners", "ventures", body=body)

    def get_venture(self, venture: str, *, language: str = "en") -> VentureState:
        """Return a venture with its story."""
        query: Query = {"language": language}
        return self._get(VentureState, "partners", "ventures", venture, query=query)

    def act_on_venture(self, venture: str, kind: str, body: Mapping[str, Any]) -> VentureState:
        """Sign, decline, revise, note, remind or end."""
        path = ("partners", "ventures", venture, "events")
        return self._do(VentureState, "POST", *path, body={"kind": kind, "body": body})

    def change_venture(self, venture: str, *, is_public: bool) -> VentureState:
        """Publish a venture, or withdraw it."""
        body = {"is_public": is_public}
        return self._do(VentureState, "PATCH", "partners", "ventures", venture, body=body)

    def list_reminders(self) -> list[ReminderState]:
        """List what is due or overdue in my ventures."""
        return self._get(list[ReminderState], "partners", "reminders")

    def get_portfolio(self) -> list[PortfolioRow]:
        """Count ventures by country and field."""
        return self._get(list[PortfolioRow], "partners", "portfolio")
