"""Signatures under a version of an agreement and under documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bunyad.auction.events.canonical import digest
from bunyad.partner.signing import is_signed, sign

AGREEMENT, PAPER = "agreement", "document"


def terms_hash(terms: Mapping[str, Any]) -> str:
    """Return the SHA-256 of terms, in hexadecimal: of the canonical text of what is filled in."""
    return digest(terms)


def sign_version(
    venture: str, version: int, terms: Mapping[str, Any], *, party: str, secret: str
) -> dict[str, Any]:
    """
    Return the body of a party's signature under a version.

    Parameters
    ----------
    venture
        Identifier of the venture.
    version
        Number of the version, from 1 on.
    terms
        What is signed.
    party
        Who signs.
    secret
        Its Ed25519 key, 32 bytes in hexadecimal; it never leaves its owner's machine.
    """
    content = _agreement(venture, version, terms_hash(terms), party)
    signature = sign(AGREEMENT, content, secret=secret)
    return {
        "party": party,
        "version": version,
        "terms_sha256": content["terms_sha256"],
        "signature": signature,
    }


def sign_paper(venture: str, document: Mapping[str, str], *, party: str, secret: str) -> str:
    """Return a party's signature under a document's hash."""
    return sign(PAPER, _paper(venture, document, party), secret=secret)


def is_version_signed(venture: str, body: Mapping[str, Any], *, key: str) -> bool:
    """Tell whether the body of a signature is signed by a key."""
    content = _agreement(venture, body["version"], body["terms_sha256"], body["party"])
    return is_signed(AGREEMENT, content, signature=body["signature"], key=key)


def is_paper_signed(venture: str, body: Mapping[str, Any], *, key: str) -> bool:
    """Tell whether the body of an added document is signed by a key."""
    content = _paper(venture, body["document"], body["party"])
    return is_signed(PAPER, content, signature=body["signature"], key=key)


def _agreement(venture: str, version: int, sha256: str, party: str) -> dict[str, Any]:
    return {"venture": venture, "version": version, "terms_sha256": sha256, "party": party}


def _paper(venture: str, document: Mapping[str, str], party: str) -> dict[str, Any]:
    return {"venture": venture, "document": dict(document), "party": party}
