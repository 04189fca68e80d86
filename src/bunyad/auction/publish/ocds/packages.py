"""Releases, each at its event; the release package, and the record package with all merged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bunyad.auction.events import AuctionState, Event, apply
from bunyad.auction.publish.ocds import outcome, parties, tender
from bunyad.auction.publish.ocds.merge import merge_releases
from bunyad.auction.publish.publisher import Publisher
from bunyad.errors import InputError

VERSION = "1.1"
EXTENSIONS = tuple(
    f"https://raw.githubusercontent.com/open-contracting-extensions/{name}/v1.1.5/extension.json"
    for name in ("ocds_bid_extension", "ocds_lots_extension", "ocds_enquiry_extension")
)
"""Extensions of the standard that the packages use."""

Sections = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """An event between two states, and what a release of it may need."""

    before: AuctionState
    after: AuctionState
    event: Event
    publisher: Publisher
    start: str
    """When the call was published."""
    questions: Mapping[int, Event]
    release: str
    previous: str


def releases(events: Iterable[Event], publisher: Publisher) -> tuple[dict[str, Any], ...]:
    """
    Return a release for each event that changes what the public may know.

    Before the call is published there is none. Until the first envelope is open no release names
    a bidder, and prices come with the event that opens them. Releases never change: those of the
    first events of an auction are the first of the releases of all.

    Parameters
    ----------
    events
        The auction's events from the first on.
    publisher
        Who publishes, and what registers say of the parties.
    """
    state: AuctionState | None = None
    found: list[dict[str, Any]] = []
    start = ""
    questions: dict[int, Event] = {}
    for event in events:
        before, state = state, apply(state, event)
        if state.call is None or before is None:
            continue
        start = start or event.time
        if event.kind == "question":
            questions[event.index] = event
        ocid = f"{publisher.ocid_prefix}-{state.auction}"
        step = _Step(
            before=before,
            after=state,
            event=event,
            publisher=publisher,
            start=start,
            questions=questions,
            release=f"{ocid}-{event.index}",
            previous=found[-1]["id"] if found else "",
        )
        told = _TOLD[event.kind](step) if event.kind in _TOLD else None
        if told is not None:
            found.append(_release(step, ocid, *told))
    return tuple(found)


def _release(step: _Step, ocid: str, tag: str, sections: Sections) -> dict[str, Any]:
    return {
        "ocid": ocid,
        "id": step.release,
        "date": step.event.time,
        "tag": [tag],
        "initiationType": "tender",
        "language": step.publisher.language,
        **sections,
    }


def _call(step: _Step) -> tuple[str, Sections]:
    return "tender", {
        "parties": [parties.agency(step.publisher)],
        "buyer": parties.reference(step.publisher.agency),
        "tender": tender.call(step.after, step.publisher, step.start),
    }


def _amended(step: _Step) -> tuple[str, Sections]:
    change = tender.amendment(step.event, step.release, step.previous)
    whole = tender.call(step.after, step.publisher, step.start)
    gone = tender.dropped(step.before, step.after)
    return "tenderAmendment", {
        "tender": {**whole, "lots": [*whole["lots"], *gone], "amendments": [change]},
    }


def _asked(step: _Step) -> tuple[str, Sections]:
    return "tenderUpdate", {
        "tender": {
            "id": step.after.auction,
            "hasEnquiries": True,
            "enquiries": [tender.enquiry(step.event)],
        }
    }


def _answered(step: _Step) -> tuple[str, Sections] | None:
    question = step.questions.get(step.event.body["question"])
    if question is None:
        return None
    entry = tender.enquiry(step.event, question)
    return "tenderUpdate", {"tender": {"id": step.after.auction, "enquiries": [entry]}}


def _closed(step: _Step) -> tuple[str, Sections]:
    return "tenderUpdate", {"bids": outcome.count(step.event.body["bids"])}


def _opened(step: _Step) -> tuple[str, Sections]:
    state, publisher = step.after, step.publisher
    return "tenderUpdate", {
        "parties": parties.bidders(state, publisher) or [parties.agency(publisher)],
        "tender": {
            "id": state.auction,
            **tender.tenderers(state, publisher),
            **tender.times(state, step.start),
        },
        "bids": outcome.bids(state, publisher),
    }


def _cleared(step: _Step) -> tuple[str, Sections] | None:
    given = outcome.awards(step.after, step.publisher, step.event.time)
    return ("award", {"awards": given}) if given else None


def _awarded(step: _Step) -> tuple[str, Sections]:
    state, publisher, date = step.after, step.publisher, step.event.time
    given = [
        *outcome.revoked(step.before, state, date),
        *outcome.awards(state, publisher, date),
    ]
    tag = "awardUpdate" if outcome.awards(step.before, publisher, date) else "award"
    sections: Sections = {
        "parties": parties.bidders(state, publisher) or [parties.agency(publisher)],
        "tender": {"id": state.auction, **tender.progress(state)},
    }
    return tag, {**sections, "awards": given} if given else sections


def _contracted(step: _Step) -> tuple[str, Sections]:
    return "contract", {"contracts": [outcome.contract(step.after, step.event)]}


def _milestone(step: _Step) -> tuple[str, Sections]:
    return "implementationUpdate", {"contracts": [outcome.milestone(step.after, step.event)]}


def _settled(step: _Step) -> tuple[str, Sections]:
    paid = outcome.payment(step.after, step.event, step.publisher)
    return "implementationUpdate", {"contracts": [paid]}


def _cancelled(step: _Step) -> tuple[str, Sections]:
    ended = {"id": step.after.auction, **tender.progress(step.after)}
    return "tenderCancellation", {
        "tender": {**ended, "amendments": [tender.end(step.event, step.release, step.previous)]},
    }


_TOLD: dict[str, Callable[[_Step], tuple[str, Sections] | None]] = {
    "published": _call,
    "amended": _amended,
    "question": _asked,
    "answer": _answered,
    "closed": _closed,
    "opened": _opened,
    "cleared": _cleared,
    "awarded": _awarded,
    "contracted": _contracted,
    "milestone": _milestone,
    "settled": _settled,
    "cancelled": _cancelled,
}


def release_package(events: Iterable[Event], publisher: Publisher) -> dict[str, Any]:
    """
    Return the release package of an auction.

    Raises
    ------
    InputError
        If the call is not published yet.
    """
    kept = tuple(events)
    found = _some(kept, publisher)
    return {**_package(kept, publisher, found, "releases.json"), "releases": list(found)}


def record_package(events: Iterable[Event], publisher: Publisher) -> dict[str, Any]:
    """
    Return the record package: every release, and the compiled release.

    Raises
    ------
    InputError
        If the call is not published yet.
    """
    kept = tuple(events)
    found = _some(kept, publisher)
    record = {
        "ocid": found[0]["ocid"],
        "releases": list(found),
        "compiledRelease": merge_releases(found),
    }
    return {**_package(kept, publisher, found, "record-package.json"), "records": [record]}


def _some(events: Sequence[Event], publisher: Publisher) -> tuple[dict[str, Any], ...]:
    found = releases(events, publisher)
    if not found:
        raise InputError(
            "nothing of the auction is public yet",
            where="auction",
            mend="publish the call first",
        )
    return found


def _package(
    events: Sequence[Event],
    publisher: Publisher,
    found: Sequence[Mapping[str, Any]],
    file: str,
) -> dict[str, Any]:
    """Return what a package says of itself; it is as old as its last release."""
    return {
        "uri": publisher.uri(events[0].auction, file),
        "version": VERSION,
        "extensions": list(EXTENSIONS),
        "publishedDate": found[-1]["date"],
        "publisher": {"name": publisher.agency.legal_name or publisher.agency.name},
        "license": publisher.licence,
        "publicationPolicy": publisher.policy,
    }
