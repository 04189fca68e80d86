"""Requests about forums, exchanges and courses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bunyad.client.asking import Asking, Query
from bunyad.web.partner_days.bodies import (
    CertificateState,
    DayState,
    KeptRow,
    KeptState,
    ProgressState,
    ReplanState,
)

Document = Mapping[str, Any]


class PartnerDays(Asking):
    """Forums with their timetables and days, exchanges, courses and certificates."""

    def list_forums(self) -> list[KeptRow]:
        """List the forums that I may see."""
        return self._get(list[KeptRow], "forums")

    def draft_forum(self, document: Document, *, is_public: bool = False) -> KeptState:
        """Keep a new forum."""
        return self._draft("forums", document, is_public=is_public)

    def get_forum(self, forum: str) -> KeptState:
        """Return a forum and its timetable."""
        return self._get(KeptState, "forums", forum)

    def change_forum(
        self, forum: str, *, version: int, document: Document | None = None,
        is_public: bool | None = None,
    ) -> KeptState:  # fmt: skip
        """Change or publish a forum."""
        return self._change("forums", forum, version, document, is_public=is_public)

    def plan_timetable(self, forum: str, *, seconds: float = 10.0, seed: int = 1) -> KeptState:
        """Make the timetable of a forum."""
        body = {"seconds": seconds, "seed": seed}
        return self._do(KeptState, "POST", "forums", forum, "timetable", body=body)

    def replan_timetable(
        self, forum: str, *, now: str, away: Sequence[Document] = (),
        wishes: Sequence[Document] = (), seconds: float = 10.0,
    ) -> ReplanState:  # fmt: skip
        """Change the timetable on the day."""
        body = {"now": now, "away": away, "wishes": wishes, "seconds": seconds}
        return self._do(ReplanState, "POST", "forums", forum, "replans", body=body)

    def get_day(self, forum: str) -> DayState:
        """Return the meetings of the day: mine, or all to organisers."""
        return self._get(DayState, "forums", forum, "day")

    def act_on_day(self, forum: str, kind: str, **about: str) -> DayState:
        """Ask for, answer, move or cancel a meeting."""
        return self._do(DayState, "POST", "forums", forum, "day", body={"kind": kind, **about})

    def get_board(self, forum: str, *, at: str = "") -> dict[str, Any]:
        """Return what runs in the halls and what comes next."""
        return self._get(dict[str, Any], "forums", forum, "board", query={"at": at})

    def get_calendar(self, forum: str, *, person: str = "") -> bytes:
        """Return meetings as an iCalendar file."""
        query: Query = {"person": person}
        return self._send("GET", ("forums", forum, "calendar"), query=query).content

    def get_badges(self, forum: str) -> bytes:
        """Return the badges as a PDF."""
        return self._send("GET", ("forums", forum, "badges")).content

    def get_table_lists(self, forum: str) -> bytes:
        """Return the lists of the tables as a PDF."""
        return self._send("GET", ("forums", forum, "tables")).content

    def list_exchanges(self) -> list[KeptRow]:
        """List the exchanges that I may see."""
        return self._get(list[KeptRow], "exchanges")

    def draft_exchange(self, document: Document, *, is_public: bool = False) -> KeptState:
        """Keep a new exchange."""
        return self._draft("exchanges", document, is_public=is_public)

    def get_exchange(self, exchange: str) -> KeptState:
        """Return an exchange and its matching."""
        return self._get(KeptState, "exchanges", exchange)

    def change_exchange(
        self, exchange: str, *, version: int, document: Document | None = None,
        is_public: bool | None = None,
    ) -> KeptState:  # fmt: skip
        """Change or publish an exchange."""
        return self._change("exchanges", exchange, version, document, is_public=is_public)

    def match_applicants(self, exchange: str, *, seconds: float = 10.0, seed: int = 1) -> KeptState:
        """Match applicants with hosts."""
        body = {"seconds": seconds, "seed": seed}
        return self._do(KeptState, "POST", "exchanges", exchange, "matching", body=body)

    def list_schools(self) -> list[KeptRow]:
        """List the courses that I may see."""
        return self._get(list[KeptRow], "schools")

    def draft_school(self, document: Document, *, is_public: bool = False) -> KeptState:
        """Keep courses, rooms and teachers."""
        return self._draft("schools", document, is_public=is_public)

    def get_school(self, school: str) -> KeptState:
        """Return courses and their week."""
        return self._get(KeptState, "schools", school)

    def change_school(
        self, school: str, *, version: int, document: Document | None = None,
        is_public: bool | None = None,
    ) -> KeptState:  # fmt: skip
        """Change or publish courses."""
        return self._change("schools", school, version, document, is_public=is_public)

    def plan_week(
        self, school: str, *, plan: str = "", year: int = 0, seconds: float = 10.0
    ) -> KeptState:
        """Make the week of courses; with a plan its children fill the groups."""
        body = {"plan": plan, "year": year, "seconds": seconds}
        return self._do(KeptState, "POST", "schools", school, "week", body=body)

    def get_progress(self, school: str, course: str) -> ProgressState:
        """Return how far the pupils of a course are."""
        return self._get(ProgressState, "schools", school, "progress", query={"course": course})

    def keep_register(
        self, school: str, course: str, rows: Sequence[Document], *, version: int = 0
    ) -> ProgressState:
        """Keep who was in which lesson, with marks; no rows delete it."""
        body = {"course": course, "version": version, "rows": list(rows)}
        return self._do(ProgressState, "PUT", "schools", school, "progress", body=body)

    def check_certificate(
        self, text: str, *, issuers: Mapping[str, str], revocations: Document | None = None
    ) -> CertificateState:
        """Check a certificate."""
        body = {"text": text, "issuers": issuers, "revocations": revocations}
        return self._do(CertificateState, "POST", "certificates", "check", body=body)

    def set_certificates(self, texts: Sequence[str], *, language: str = "en") -> bytes:
        """Set signed certificates as a PDF, one a page."""
        body = {"texts": list(texts), "language": language}
        return self._send("POST", ("certificates", "sheets"), body=body).content

    def _draft(self, where: str, document: Document, *, is_public: bool) -> KeptState:
        body = {"document": document, "is_public": is_public}
        return self._do(KeptState, "POST", where, body=body)

    def _change(
        self, where: str, name: str, version: int, document: Document | None, *,
        is_public: bool | None,
    ) -> KeptState:  # fmt: skip
        body = {"version": version, "document": document, "is_public": is_public}
        return self._do(KeptState, "PUT", where, name, body=body)
