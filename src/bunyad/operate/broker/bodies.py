"""Bodies of requests and answers: media types, JSON, contexts (ETSI GS CIM 009, 6.3.4 to 6.3.7)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import orjson

from bunyad.operate.broker.contexts import CORE_URL, Context
from bunyad.operate.broker.http import GEO_JSON, JSON, JSON_LD, MERGE_PATCH, Call, Reply
from bunyad.operate.broker.problems import Problem, bad_request, invalid_request

LINK_OF_CONTEXT = '<{}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'


def read_json(call: Call) -> Any:
    """
    Return the body as JSON.

    Raises
    ------
    Problem
        InvalidRequest if it is none.
    """
    if not call.content:
        raise invalid_request("the request has no body")
    try:
        return orjson.loads(call.content)
    except orjson.JSONDecodeError as error:
        raise invalid_request(f"the body is no JSON: {error}") from None


async def read_document(call: Call) -> tuple[dict[str, Any], Context]:
    """
    Return the body as a JSON object, and the context in which its names stand.

    Raises
    ------
    Problem
        If the body is no JSON object, or the context is given in the wrong place.
    """
    document = read_json(call)
    if not isinstance(document, dict):
        raise bad_request("the body is no JSON object")
    return document, await context_of(call, document)


async def context_of(call: Call, document: dict[str, Any]) -> Context:
    """Return the context of an object in the body: its own, or the Link header's (6.3.5)."""
    media = media_of(call)
    link = call.headers.get("link")
    contexts = call.broker.contexts
    if media == JSON_LD and document:
        if "@context" not in document:
            raise bad_request("a body of application/ld+json has its own @context")
        if link is not None and contexts.linked_address(link) is not None:
            raise bad_request("a body of application/ld+json has its own @context, no Link")
        if document["@context"] is None:
            raise bad_request("@context is null")
        return await contexts.of(document["@context"])
    if "@context" in document:
        if media == MERGE_PATCH and link is None:
            return await contexts.of(document["@context"])
        raise bad_request(f"a body of {media} has no @context; name it in the Link header")
    return await contexts.linked(link)


def media_of(call: Call) -> str:
    """Return the media type of the body, without its parameters."""
    return call.headers.get("content-type", "").partition(";")[0].strip().lower()


def check_media(call: Call) -> None:
    """Raise the bare problem 415 unless the body is of a type that the broker reads."""
    media = media_of(call)
    if media in {JSON, JSON_LD} or (media == MERGE_PATCH and call.method == "PATCH"):
        return
    raise Problem(415, None, "Unsupported Media Type", f"the body is of the type {media!r}")


def wanted_media(call: Call, *, geo: bool = False) -> str:
    """
    Return the media type in which to answer.

    Raises
    ------
    Problem
        406 if the client takes none of them.
    """
    header = call.headers.get("accept")
    if header is None or header == "*/*":
        return JSON
    media = _choose(header, geo)
    if media is None:
        offers = (JSON, JSON_LD, GEO_JSON) if geo else (JSON, JSON_LD)
        raise Problem(
            406, None, "Not Acceptable", f"answers are of the type {', '.join(offers)}",
            availableRepresentations=offers,
        )  # fmt: skip
    return media


@lru_cache(maxsize=512)
def _choose(header: str, geo: bool) -> str | None:  # noqa: FBT001  (cached by value)
    offers = (JSON, JSON_LD, GEO_JSON) if geo else (JSON, JSON_LD)
    best: tuple[float, int] | None = None
    chosen = None
    ranges = []
    for part in header.split(","):
        media, *parameters = (one.strip() for one in part.split(";"))
        weight = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    weight = float(parameter[2:])
                except ValueError:
                    weight = 0.0
        ranges.append((media.lower(), weight))
    for place, offer in enumerate(offers):
        fitting = [(_specificity(media), weight) for media, weight in ranges if _fits(media, offer)]
        if not fitting:
            continue
        weight = max(fitting)[1]
        if weight > 0 and (best is None or (weight, -place) > best):
            best, chosen = (weight, -place), offer
    return chosen


def _specificity(media: str) -> int:
    return 0 if media == "*/*" else 1 if media.endswith("/*") else 2


def _fits(media: str, offer: str) -> bool:
    return media in {"*/*", offer} or (media.endswith("/*") and offer.startswith(media[:-1]))


def link_header(context: Context, call: Call | None = None) -> str:
    """Return the Link header that names a context."""
    address = context.link or CORE_URL
    if context.link is None and context.source is not None and call is not None:
        address = call.broker.address_of(context, call)
    return LINK_OF_CONTEXT.format(address)


def told_context(context: Context) -> Any:
    """Return what stands under `@context` of an answer."""
    return CORE_URL if context.source is None else context.source


def answer(call: Call, document: Any, context: Context, media: str, *, status: int = 200) -> Reply:
    """
    Return a reply that tells a document in a context.

    Parameters
    ----------
    call
        The request.
    document
        JSON object, or list of JSON objects, with names compacted by `context`.
    context
        What the names stand for.
    media
        Media type to answer in.
    status
        HTTP status.
    """
    reply = Reply(status, media=media)
    if media == JSON_LD:
        told = told_context(context)
        if isinstance(document, dict):
            document = {**document, "@context": told}
        else:
            document = [
                {**one, "@context": told} if isinstance(one, dict) else one for one in document
            ]
    else:
        reply.headers.append(("Link", link_header(context, call)))
    reply.body = orjson.dumps(document)
    return reply


def answer_geo(call: Call, document: dict[str, Any], context: Context) -> Reply:
    """Return a reply that tells GeoJSON, its context inside or, if preferred, in the Link."""
    reply = Reply(200, media=GEO_JSON)
    preference = call.headers.get("prefer", "")
    if "body=json" in preference.replace('"', "") and "body=ld+json" not in preference:
        reply.headers.append(("Link", link_header(context, call)))
        reply.headers.append(("Preference-Applied", "body=json"))
    else:
        document = {**document, "@context": told_context(context)}
        if "body=ld+json" in preference:
            reply.headers.append(("Preference-Applied", "body=ld+json"))
    reply.body = orjson.dumps(document)
    return reply
