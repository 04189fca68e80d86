"""
The copies of subscriptions that other sources get (CIM 009, 5.8.1.4).

A copy is cut down to what its source is registered for. Where parts of an entity may be in several
places, it has no conditions and tells all of its part: the whole is held against them here.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from bunyad.operate.broker.app import Broker
from bunyad.operate.broker.contexts import Context
from bunyad.operate.broker.federation.discovery import filter_test
from bunyad.operate.broker.federation.narrowing import attributes_of
from bunyad.operate.broker.federation.registration import Registration, Wanted
from bunyad.operate.broker.federation.sources import address_of, context_for
from bunyad.operate.broker.federation.words import renamed_query
from bunyad.operate.broker.http import GEO_JSON, JSON
from bunyad.operate.broker.model import NULL
from bunyad.operate.broker.subscriptions.endpoints import tell_subscription
from bunyad.operate.broker.subscriptions.watch import Selector, Watch
from bunyad.operate.records import Tenant, load_documents, now_us

KIND = "copiedSubscription"
RECEIVED = "/receivedNotifications"
"""Below this path sources notify this broker; what follows is a secret of each of them."""
Document = dict[str, Any]
_OURS = frozenset({"id", "csf", "localOnly", "status", "createdAt", "modifiedAt", "temporalQ"})
_NOT_COPIED = frozenset(
    {"endpoint", "status", "timesSent", "timesFailed", "timesDropped", "lastNotification",
     "lastSuccess", "lastFailure"}
)  # fmt: skip
# what is asked of whole entities, and how they are told
_OF_WHOLES = frozenset(
    {"q", "expandValues", "geoQ", "scopeQ", "datasetId", "lang", "jsonldContext"}
)


@dataclass(frozen=True, slots=True)
class Copy:
    """
    A subscription at a source.

    Attributes
    ----------
    secret
        What follows in the address at which the source notifies.
    subscription, registration
        Of what, and where.
    key
        Its identifier there.
    document
        What the source was told.
    base
        Address under which the source reaches this broker.
    via
        Brokers through which the subscription came, as the header Via has them.
    made
        Whether the source is known to have it.
    due
        Whether the source did not answer when it was last told something.
    """

    secret: str
    subscription: str
    registration: str
    key: str
    document: Document
    base: str = ""
    via: str = ""
    made: bool = True
    due: bool = False

    def kept(self) -> Document:
        """Return what is written down of it."""
        return {name: value for name, value in asdict(self).items() if name != "secret"}


def copies_in(tenant: Tenant, subscription: str = "") -> list[Copy]:
    """Return the copies of a tenant's subscriptions, or of one of them."""
    return [
        Copy(secret=secret, **body)
        for secret, body in load_documents(tenant.reader(), KIND)
        if subscription in {"", body["subscription"]}
    ]


def copied(watch: Watch, source: Registration, broker: Broker) -> Document | None:
    """Return a subscription cut down to what a source is registered for; None for nothing."""
    document, context = watch.document, watch.context
    if not _may_copy(watch, source):
        return None
    found = [
        (told, [source.information[at] for at in source.matching(_wanted(selector))])
        for told, selector in zip(
            document.get("entities", [None]), watch.selectors or (None,), strict=True
        )
    ]
    found = [(told, information) for told, information in found if information]
    attributes = attributes_of([one for _, information in found for one in information])
    if not found or (attributes and watch.watched and not attributes & watch.watched):
        return None
    spoken = context_for(context) or broker.contexts.core
    said = tell_subscription(watch, spoken)
    if spoken is not context and "q" in said:
        said["q"] = renamed_query(said["q"], context, spoken)
    told = {name: value for name, value in said.items() if name not in _OURS}
    if "jsonldContext" not in document:
        told.pop("jsonldContext", None)
    if "entities" in document:
        kept = [one for one, _ in found]
        pairs = zip(said["entities"], document["entities"], strict=True)
        told["entities"] = [one for one, was in pairs if was in kept]
    told["notification"] = {
        name: value for name, value in said["notification"].items() if name not in _NOT_COPIED
    }
    told["notification"]["accept"] = GEO_JSON if watch.accept == GEO_JSON else JSON
    if is_split(watch):
        told = {name: value for name, value in told.items() if name not in _OF_WHOLES}
        told["notification"] = {"accept": JSON, "sysAttrs": True}
    if attributes:
        _bind(told, watch, attributes, spoken)
    return told


def is_split(watch: Watch) -> bool:
    """Tell whether parts of an entity may be in several places (`splitEntities`)."""
    return watch.document.get("splitEntities") is True


def _may_copy(watch: Watch, source: Registration) -> bool:
    """Tell whether a source may get a copy: it takes some, and this is none of its own."""
    document = watch.document
    if document.get("localOnly") or "createSubscription" not in source.operations:
        return False
    if watch.status(now_us()) == "expired":
        return False
    if str(watch.endpoint["uri"]).startswith(f"{address_of(source)}{RECEIVED}"):
        return False
    return "csf" not in document or filter_test(document["csf"], watch.context)(source)


def _bind(told: Document, watch: Watch, attributes: frozenset[str], spoken: Context) -> None:
    """Bind a copy to the attributes that its source is registered for."""
    if not watch.interval_us:
        watched = attributes & watch.watched if watch.watched else attributes
        told["watchedAttributes"] = sorted(map(spoken.compact, watched))
    if watch.form.attributes and not is_split(watch):
        shown = attributes & watch.form.attributes or attributes
        told["notification"]["attributes"] = sorted(map(spoken.compact, shown))


def _wanted(selector: Selector | None) -> Wanted:
    if selector is None:
        return Wanted()
    alternatives = selector.types.alternatives
    return Wanted(
        choices=None if alternatives is None else tuple(alternatives), ids=selector.ids,
        pattern=selector.pattern,
    )  # fmt: skip


def told_anew(copy: Copy, document: Document, base: str) -> Document:
    """
    Return what a source is to be told so that its copy becomes another one.

    Parameters
    ----------
    copy
        The copy that it has; where it has none yet, one of an empty document.
    document
        What is to become of it.
    base
        Address under which the source reaches this broker.
    """
    known = copy.document
    told = {name: value for name, value in document.items() if known.get(name) != value}
    told |= dict.fromkeys(known.keys() - document.keys(), NULL)
    if "notification" in told:
        after = dict(told["notification"])
        gone = known.get("notification", {}).keys() - after.keys()
        endpoint = {"uri": f"{base}{RECEIVED}/{copy.secret}", "accept": after.pop("accept")}
        told["notification"] = {**dict.fromkeys(gone, NULL), **after, "endpoint": endpoint}
    return told
