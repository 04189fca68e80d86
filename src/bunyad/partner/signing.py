"""Ed25519 signatures (RFC 8032) of the chapter: what is signed says what it is."""

from __future__ import annotations

import re
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from bunyad.auction.events.canonical import canonical

SIGNATURE = re.compile(r"[0-9a-f]{128}", re.ASCII)
KEY = re.compile(r"[0-9a-f]{64}", re.ASCII)


def statement(kind: str, content: Any) -> bytes:
    """Return what is signed: kind, version, and the canonical text of the content."""
    return f"bunyad partner {kind} v1\n".encode() + canonical(content)


def sign(kind: str, content: Any, *, secret: str) -> str:
    """
    Return the signature under a content.

    Parameters
    ----------
    kind
        What it is, such as `agreement`; a signature of one kind fits no other.
    content
        Texts, whole numbers, lists and dicts.
    secret
        Signing key, 32 bytes in hexadecimal.

    Returns
    -------
    str
        64 bytes in hexadecimal.
    """
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret))
    return key.sign(statement(kind, content)).hex()


def is_signed(kind: str, content: Any, *, signature: Any, key: str) -> bool:
    """
    Tell whether a signature is that of a public key under a content.

    Examples
    --------
    >>> secret = "11" * 32
    >>> mark = sign("agreement", {"id": "a"}, secret=secret)
    >>> is_signed("agreement", {"id": "a"}, signature=mark, key=public_key(secret))
    True
    >>> is_signed("agreement", {"id": "b"}, signature=mark, key=public_key(secret))
    False
    """
    if not isinstance(signature, str) or not SIGNATURE.fullmatch(signature):
        return False
    if not KEY.fullmatch(key):
        return False
    try:
        found = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
        found.verify(bytes.fromhex(signature), statement(kind, content))
    except (ValueError, InvalidSignature):
        return False
    return True


def public_key(secret: str) -> str:
    """Return the public half of a signing key, in hexadecimal."""
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret))
    return key.public_key().public_bytes_raw().hex()
