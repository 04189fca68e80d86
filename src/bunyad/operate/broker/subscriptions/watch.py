"""A subscription as it is watched: compiled, with what happened to its notifications."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bunyad.operate.broker.contexts import Context
from bunyad.operate.broker.projection import Projection, read_projection
from bunyad.operate.broker.query import (
    GeoQuery,
    Pattern,
    Query,
    ScopeQuery,
    TypeSelection,
    compile_pattern,
    compile_query,
    compile_scopes,
    compile_types,
)
from bunyad.operate.broker.subscriptions.forms import (
    TRIGGERS,
    USUAL_TRIGGERS,
    Document,
    compile_geo_of,
    expand_values,
)
from bunyad.operate.broker.telling import CONCISE, NORMALISED, SIMPLIFIED, Form
from bunyad.operate.records import from_iso, to_iso

Entity = Mapping[str, Any]
Find = Callable[[str], Entity | None]

SECOND_US = 1_000_000
FORM_NAMES = {
    "normalized": NORMALISED,
    "concise": CONCISE,
    "simplified": SIMPLIFIED,
    "keyValues": SIMPLIFIED,
}
_OF_UPDATES = frozenset({"attributeCreated", "attributeUpdated", "attributeDeleted"})


@dataclass(frozen=True, slots=True)
class Selector:
    """Entities by type, and by id or pattern of ids."""

    types: TypeSelection
    ids: frozenset[str]
    pattern: Pattern | None

    def matches(self, entity: Entity) -> bool:
        """Tell whether an entity is meant."""
        if self.ids:
            if entity["id"] not in self.ids:
                return False
        elif self.pattern is not None and not self.pattern.search(entity["id"]):
            return False
        return self.types.matches(entity["type"])


@dataclass(slots=True)
class Tally:
    """
    What happened to a subscription's notifications; instants in µs since 1970.

    `dropped` are those that nobody tried to send, since too many waited or for too long.
    """

    sent: int = 0
    failed: int = 0
    last_us: int = 0
    success_us: int = 0
    failure_us: int = 0
    dropped: int = 0

    def kept(self) -> list[int]:
        """Return it as it is written down."""
        return [self.sent, self.failed, self.last_us, self.success_us, self.failure_us,
                self.dropped]  # fmt: skip

    def join(self, kept: Tally, known: Tally) -> None:
        """Add what other servers wrote down since `known` was written."""
        self.sent += kept.sent - known.sent
        self.failed += kept.failed - known.failed
        self.dropped += kept.dropped - known.dropped
        self.last_us = max(self.last_us, kept.last_us)
        self.success_us = max(self.success_us, kept.success_us)
        self.failure_us = max(self.failure_us, kept.failure_us)

    def document(self) -> dict[str, Any]:
        """Return it as the standard tells it, as part of `notification`."""
        if not self.sent:
            return {}
        told: dict[str, Any] = {"timesSent": self.sent}
        if self.failed:
            told["timesFailed"] = self.failed
        if self.dropped:
            told["timesDropped"] = self.dropped
        for name, at_us in (
            ("lastNotification", self.last_us),
            ("lastSuccess", self.success_us),
            ("lastFailure", self.failure_us),
        ):
            if at_us:
                told[name] = to_iso(at_us)
        told["status"] = "failed" if self.failure_us > self.success_us else "ok"
        return told


@dataclass(slots=True, kw_only=True)
class Watch:
    """
    A subscription, compiled.

    Attributes
    ----------
    document
        As the client wrote it, without `@context`.
    context
        What its names stand for.
    sends_with
        The context that notifications are written with.
    link
        Address of that context.
    throttling_us, cooldown_us
        How long to be silent after a notification, and after one that failed [µs].
    made_us, changed_us
        When it was made and last changed by a client [µs since 1970]; 0 where nobody noted it.
    queued_us
        When a notification was last put in the outbox [µs since 1970].
    known
        The tally as it was last read or written down.
    """

    document: Document
    context: Context
    sends_with: Context
    link: str
    selectors: tuple[Selector, ...]
    watched: frozenset[str]
    triggers: frozenset[str]
    query: Query | None
    geo: GeoQuery | None
    scopes: ScopeQuery | None
    form: Form
    expires_us: int | None
    throttling_us: int = 0
    cooldown_us: int = 0
    tally: Tally = field(default_factory=Tally)
    made_us: int = 0
    changed_us: int = 0
    queued_us: int = 0
    known: Tally = field(default_factory=Tally)

    def follow(self, before: Watch) -> None:
        """Go on counting what another form of the same subscription has counted."""
        self.tally, self.known, self.queued_us = before.tally, before.known, before.queued_us
        self.made_us = before.made_us

    @property
    def key(self) -> str:
        """Return the subscription's identifier."""
        return str(self.document["id"])

    @property
    def endpoint(self) -> dict[str, Any]:
        """Return where notifications go."""
        return dict(self.document["notification"]["endpoint"])

    @property
    def accept(self) -> str:
        """Return the media type of notifications."""
        return str(self.endpoint.get("accept", "application/json"))

    @property
    def interval_us(self) -> int:
        """Return the time between notifications that come by the clock; 0 for the others [µs]."""
        return int(self.document.get("timeInterval", 0) * SECOND_US)

    def status(self, now_us: int) -> str:
        """Return `active`, `paused` or `expired`."""
        if self.expires_us is not None and self.expires_us <= now_us:
            return "expired"
        return "active" if self.document.get("isActive", True) else "paused"

    def selects(self, entity: Entity) -> bool:
        """Tell whether an entity is among those subscribed to."""
        return not self.selectors or any(one.matches(entity) for one in self.selectors)

    def answers(self, entity: Entity, find: Find) -> bool:
        """Tell whether an entity meets the query, the place and the scopes asked for."""
        if self.scopes is not None and not self.scopes.matches(entity.get("scope", ())):
            return False
        if self.query is not None and not self.query.matches(entity, find):
            return False
        return self.geo is None or self.geo.matches(entity)

    def types(self) -> frozenset[str] | None:
        """Return types of which every entity subscribed to has one; None if any type will do."""
        found: set[str] = set()
        for selector in self.selectors:
            if selector.types.alternatives is None:
                return None
            found.update(min(choice) for choice in selector.types.alternatives)
        return frozenset(found) or None


def compile_watch(document: Document, context: Context, sends_with: Context, link: str) -> Watch:
    """
    Compile a subscription that was checked.

    Parameters
    ----------
    document
        The subscription.
    context
        What its names stand for.
    sends_with
        The context that notifications are written with.
    link
        Address of that context.
    """
    expires = document.get("expiresAt")
    return Watch(
        document=document,
        context=context,
        sends_with=sends_with,
        link=link,
        selectors=tuple(_selector(one, context) for one in document.get("entities", [])),
        watched=frozenset(map(context.expand, document.get("watchedAttributes", []))),
        triggers=_triggers(document),
        query=(
            compile_query(document["q"], context.expand, expand_values(document))
            if "q" in document
            else None
        ),
        geo=compile_geo_of(document["geoQ"], context) if "geoQ" in document else None,
        scopes=compile_scopes(document["scopeQ"]) if "scopeQ" in document else None,
        form=_form(document, context),
        expires_us=None if expires is None else from_iso(expires),
        throttling_us=int(document.get("throttling", 0) * SECOND_US),
        cooldown_us=int(document["notification"]["endpoint"].get("cooldown", 0) * 1_000),
    )


def _selector(document: Document, context: Context) -> Selector:
    ids = document.get("id", [])
    pattern = document.get("idPattern")
    return Selector(
        compile_types(document["type"], context.expand),
        frozenset(ids if isinstance(ids, list) else [ids]),
        None if pattern is None else compile_pattern(pattern),
    )


def _triggers(document: Document) -> frozenset[str]:
    asked = set(document.get("notificationTrigger", USUAL_TRIGGERS))
    if "entityUpdated" in asked:
        asked |= _OF_UPDATES
    return frozenset(asked & set(TRIGGERS))


def _form(document: Document, context: Context) -> Form:
    notification = document["notification"]
    datasets = document.get("datasetId", [])

    def projection(name: str) -> Projection | None:
        if name not in notification:
            return None
        return read_projection(",".join(notification[name]), context, name)

    return Form(
        name=FORM_NAMES[notification.get("format", "normalized")],
        system=notification.get("sysAttrs", False),
        language=document.get("lang"),
        pick=projection("pick"),
        omit=projection("omit"),
        attributes=frozenset(map(context.expand, notification.get("attributes", []))),
        datasets=frozenset(datasets if isinstance(datasets, list) else [datasets]),
    )
