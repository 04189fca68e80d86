"""A venture's story in words."""

from __future__ import annotations

from bunyad.partner.ventures.event import VentureEvent
from bunyad.partner.words import words

FILLED = (
    "party",
    "version",
    "why",
    "contribution",
    "amount_usd",
    "milestone",
    "due",
    "day",
    "what",
)


def tell_event(event: VentureEvent, language: str) -> str:
    """
    Return what happened, as a sentence.

    Parameters
    ----------
    event
        What happened.
    language
        `en` or `az`.

    Raises
    ------
    InputError
        If the language has no catalogue.
    """
    body = event.body
    values = {name: str(body[name]) for name in FILLED if name in body}
    if "terms" in body:
        values["title"] = str(body["terms"]["title"])
    if "document" in body:
        values["document"] = str(body["document"]["name"])
    return words(f"venture-{event.kind}", language, values)
