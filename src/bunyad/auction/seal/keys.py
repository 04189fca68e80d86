"""Keys of people: an age identity to read what is sealed to them, an Ed25519 key to sign."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pyrage import IdentityError, x25519

from bunyad.errors import InputError

FIELDS = ("name", "identity", "signing_secret")


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Keys of one commissioner or bidder; `identity` and `signing_secret` never leave him."""

    name: str
    identity: str = field(repr=False)
    signing_secret: str = field(repr=False)

    @property
    def recipient(self) -> str:
        """Public half of the age identity."""
        return str(x25519.Identity.from_str(self.identity).to_public())

    @property
    def signing_key(self) -> str:
        """Public half of the signing key, in hexadecimal."""
        return public_key(self.signing_secret)

    def public(self) -> dict[str, str]:
        """Return what the others may know, as the call names a commissioner."""
        return {"name": self.name, "recipient": self.recipient, "signing_key": self.signing_key}

    def secret(self) -> dict[str, str]:
        """Return everything, to be kept in a file that nobody else reads."""
        return {name: getattr(self, name) for name in FIELDS}


def make_keys(name: str) -> Keys:
    """Make new keys from the system's randomness."""
    return Keys(
        name=name,
        identity=str(x25519.Identity.generate()),
        signing_secret=Ed25519PrivateKey.generate().private_bytes_raw().hex(),
    )


def read_keys(content: Any, *, where: str) -> Keys:
    """
    Read keys from the JSON values that `Keys.secret` gave.

    Raises
    ------
    InputError
        If they are no keys; the message does not repeat them.
    """
    try:
        if isinstance(content, Mapping) and set(content) == set(FIELDS):
            keys = Keys(**content)
            keys.public()
            return keys
    except (ValueError, TypeError, IdentityError):
        pass
    raise InputError("these are no keys", where=where, mend="make keys with `bunyad auction keys`")


def public_key(signing_secret: str) -> str:
    """Return the public half of a signing key, both in hexadecimal."""
    secret = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(signing_secret))
    return secret.public_key().public_bytes_raw().hex()
