"""What is published of an auction: open contracting data, figures, time lines; and red flags."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import select

from bunyad.auction.events import Event
from bunyad.auction.publish import (
    Moment,
    Party,
    Publisher,
    Statistics,
    record_package,
    red_flags,
    release_package,
    statistics,
    timeline,
    told,
)
from bunyad.store.auctions.models import Application
from bunyad.store.models import Organisation
from bunyad.web.auction.bodies import FlagState, LanguageQuery
from bunyad.web.auction.finding import Seen, as_commission, see_auction
from bunyad.web.auction.telling import WITHHELD, agency_of, withheld_from
from bunyad.web.endpoint import Call, Nothing


def get_package(call: Call[Nothing, Nothing]) -> bytes:
    """Return the OCDS record package, with what everybody may know by now."""
    seen = see_auction(call)
    return msgspec.json.encode(record_package(_public(seen), _publisher(call, seen)))


def get_releases(call: Call[Nothing, Nothing]) -> bytes:
    """Return the OCDS release package, with what everybody may know by now."""
    seen = see_auction(call)
    return msgspec.json.encode(release_package(_public(seen), _publisher(call, seen)))


def get_statistics(call: Call[Nothing, Nothing]) -> Statistics:
    """Return figures of the bids, as far as they are public."""
    seen = see_auction(call)
    return statistics(_public(seen), _publisher(call, seen))


def list_moments(call: Call[LanguageQuery, Nothing]) -> list[Moment]:
    """Return the life of a lot in plain words."""
    seen = see_auction(call)
    return list(timeline(_public(seen), call.path["lot"], call.query.language))


def list_flags(call: Call[LanguageQuery, Nothing]) -> list[FlagState]:
    """Return what agency and commission should look at; a flag is never a proof."""
    seen = as_commission(call, or_agency=True)
    found = []
    for flag in red_flags(_without(seen, withheld_from(seen))):
        what, proves_not = told(flag, call.query.language)
        found.append(
            FlagState(
                id=flag.id, kind=flag.kind, lot=flag.lot, strength=flag.strength,
                bidders=list(flag.bidders), events=list(flag.events),
                figures=dict(flag.figures), what=what, proves_not=proves_not,
            )
        )  # fmt: skip
    return found


def _public(seen: Seen) -> tuple[Event, ...]:
    """Return the events that everybody may know by now."""
    return _without(seen, () if seen.state.opened else WITHHELD)


def _without(seen: Seen, kinds: tuple[str, ...]) -> tuple[Event, ...]:
    return tuple(event for event in seen.log.events if event.kind not in kinds)


def _publisher(call: Call[Any, Any], seen: Seen) -> Publisher:
    """Return who publishes, and the countries that bidders gave."""
    settings = call.services.settings
    with call.services.database.read() as session:
        rows = session.execute(
            select(Organisation.name, Application.country)
            .join(Application, Application.organisation_id == Organisation.id)
            .where(Application.auction_id == seen.row.id)
        ).all()
        agency = agency_of(session, seen.row)
    return Publisher(
        ocid_prefix=settings.ocid_prefix,
        agency=Party(name="agency", legal_name=agency),
        base_uri=f"{settings.public_url}/api/v1/auctions",
        bidders=tuple(Party(name=name, country=country) for name, country in rows),
    )
