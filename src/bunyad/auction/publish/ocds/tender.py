"""The call: its lots, enquiries, documents and times."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bunyad.auction.events import AuctionState, Event
from bunyad.auction.publish.ocds.parties import bidder_names, reference
from bunyad.auction.publish.offers import award_lots, names_are_open, number, rule, winning
from bunyad.auction.publish.publisher import Publisher

LOT_STATUS = {
    "cancelled": "cancelled",
    "awarded": "unsuccessful",
    "contracted": "unsuccessful",
}
"""Status of a lot without award, by stage of the auction; active in the others."""
FILES = ("documents", "data_room", "files")
"""Fields of a lot that may list its files."""


def call(state: AuctionState, publisher: Publisher, start: str) -> dict[str, Any]:
    """Return the whole call."""
    published = state.published
    rules = state.rules
    method = rule(rules, "qualification", "stage", default="none")
    return {
        "id": state.auction,
        "title": state.title,
        "description": describe(rules),
        "procuringEntity": reference(publisher.agency),
        "procurementMethod": "selective" if method == "before_bids" else "open",
        "mainProcurementCategory": publisher.category,
        "awardCriteria": "ratedCriteria" if rule(rules, "scoring") else "priceOnly",
        "awardCriteriaDetails": _criteria(rules),
        "submissionMethod": ["electronicSubmission"],
        "submissionMethodDetails": "Bids are sealed to the commission; "
        f"{published.threshold} of {len(published.commissioners)} commissioners open them.",
        "documents": [*_rules_documents(state, publisher, start), *_lot_documents(state, start)],
        **times(state, start),
        **progress(state),
    }


def times(state: AuctionState, start: str) -> dict[str, Any]:
    """Return when bids are taken and envelopes opened."""
    call = state.published
    return {
        "tenderPeriod": {"startDate": start, "endDate": call.deadline},
        "enquiryPeriod": {"startDate": start, "endDate": call.deadline},
        "awardPeriod": {"startDate": call.opening[call.last_envelope]},
        "milestones": [
            {
                "id": f"opening-{name}",
                "title": f"Opening of the envelope {name}",
                "type": "assessment",
                "dueDate": call.opening[name],
                "status": "met" if name in state.opened else "scheduled",
            }
            for name in call.envelopes
        ],
    }


def progress(state: AuctionState) -> dict[str, Any]:
    """Return how far it is: status of the whole and of each lot."""
    won = {lot for award, bid in winning(state) for lot in award_lots(award, bid)}
    done = state.stage in ("awarded", "contracted")
    status = {"cancelled": "cancelled"}.get(state.stage, "active")
    if done:
        status = "complete" if won else "unsuccessful"
    return {
        "status": status,
        "lots": [
            {
                **_lot(lot),
                "status": "complete"
                if done and lot["id"] in won
                else LOT_STATUS.get(state.stage, "active"),
            }
            for lot in state.lots
        ],
    }


def tenderers(state: AuctionState, publisher: Publisher) -> dict[str, Any]:
    """Return who bid, once the names are public."""
    if not names_are_open(state):
        return {}
    names = bidder_names(state)
    return {
        "numberOfTenderers": len(names),
        "tenderers": [reference(publisher.party(name)) for name in names],
    }


def enquiry(event: Event, question: Event | None = None) -> dict[str, Any]:
    """Return a question, or the answer to one; who asked is never told."""
    if question is None:
        lot = event.body.get("lot")
        return {
            "id": str(event.index),
            "date": event.time,
            "description": event.body["text"],
            **({"relatedLot": lot} if lot else {}),
        }
    return {
        "id": str(question.index),
        "answer": event.body["text"],
        "dateAnswered": event.time,
    }


def amendment(event: Event, release: str, amended: str) -> dict[str, str]:
    """Return what was changed, and why."""
    parts = [name for name in ("deadline", "opening", "lots", "rules") if event.body.get(name)]
    return {
        "id": str(event.index),
        "date": event.time,
        "rationale": event.body["why"],
        "description": f"Changed: {', '.join(parts) or 'nothing'}.",
        "amendsReleaseID": amended,
        "releaseID": release,
    }


def end(event: Event, release: str, amended: str) -> dict[str, str]:
    """Return why the auction was cancelled."""
    return {
        "id": str(event.index),
        "date": event.time,
        "rationale": event.body["why"],
        "description": "Cancelled.",
        "amendsReleaseID": amended,
        "releaseID": release,
    }


def dropped(before: AuctionState, after: AuctionState) -> list[dict[str, str]]:
    """Return the lots that an amendment took out."""
    kept = set(after.lot_ids)
    return [{"id": lot, "status": "cancelled"} for lot in before.lot_ids if lot not in kept]


def describe(rules: Mapping[str, Any]) -> str:
    """Return what is bid for, in a sentence."""
    unit = rule(rules, "price", "unit", default="the unit of the rules")
    volume = rule(rules, "volume")
    quantity = rule(rules, "quantity", "unit", default="MW")
    offered = f" {volume} {quantity} are on offer." if volume is not None else ""
    return f"Bids and prices are in {unit}; they are prices of a unit, not totals.{offered}"


def price_unit(rules: Mapping[str, Any]) -> tuple[str, str]:
    """Return the currency of prices, and the unit that is paid for."""
    unit = str(rule(rules, "price", "unit", default=""))
    return str(rule(rules, "price", "currency", default="")), unit.rpartition("/")[2]


def money(value: Any, currency: str) -> dict[str, Any] | None:
    """Return an amount with its currency; none if there is no number."""
    found = number(value)
    if found is None or not currency:
        return None
    return {
        "amount": int(found) if found == found.to_integral_value() else float(found),
        "currency": currency,
    }


def _criteria(rules: Mapping[str, Any]) -> str:
    pricing = str(rule(rules, "pricing", default="pay_as_bid")).replace("_", " ")
    marginal = str(rule(rules, "allocation", "marginal", default="cut")).replace("_", " ")
    return f"Pricing: {pricing}. Bid at the margin: {marginal}. The rules document tells all."


def _lot(lot: Mapping[str, Any]) -> dict[str, Any]:
    """Return a lot; its figures stand in the description."""
    shown = {
        key: value
        for key, value in lot.items()
        if key not in ("id", "title", "description", *FILES)
        and isinstance(value, str | int)
        and not isinstance(value, bool)
    }
    figures = "; ".join(f"{key.replace('_', ' ')}: {value}" for key, value in shown.items())
    parts = [str(lot["description"])] if lot.get("description") else []
    text = " ".join([*parts, figures]).strip()
    return {
        "id": lot["id"],
        "title": str(lot.get("title") or lot["id"]),
        **({"description": text} if text else {}),
    }


def _rules_documents(state: AuctionState, publisher: Publisher, start: str) -> list[dict[str, Any]]:
    return [
        {
            "id": "rules",
            "documentType": "biddingDocuments",
            "title": str(state.rules.get("title") or "Rules of the auction"),
            "url": publisher.uri(state.auction, "rules.json"),
            "format": "application/json",
            "datePublished": start,
        },
        {
            "id": "record",
            "documentType": "tenderNotice",
            "title": "Record of the auction, which anybody can verify",
            "url": publisher.uri(state.auction, "record.json"),
            "format": "application/json",
            "datePublished": start,
        },
    ]


def _lot_documents(state: AuctionState, start: str) -> list[dict[str, Any]]:
    """Return the files of the data rooms."""
    found = []
    for lot in state.lots:
        files = [file for name in FILES for file in _listed(lot.get(name))]
        for place, file in enumerate(files, start=1):
            named = file if isinstance(file, Mapping) else {"title": str(file)}
            title = str(named.get("title") or named.get("name") or named.get("path") or place)
            document = {
                "id": f"{lot['id']}-{place}",
                "documentType": "technicalSpecifications",
                "title": title,
                "datePublished": start,
                "relatedLots": [lot["id"]],
            }
            if isinstance(named.get("url"), str):
                document["url"] = named["url"]
            found.append(document)
    return found


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []
