"""Passwords: how they are kept, and which are too easy."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bunyad.web.problems import FaultBody, Problem

LEAST_LETTERS = 12
"""NIST SP 800-63B-4 asks for 15 where a password stands alone and 8 with a second factor."""
_HASHER = PasswordHasher()
"""Argon2id with the settings of RFC 9106 for little memory (the library's default)."""
_NOBODYS = _HASHER.hash("a password that nobody has")


def hash_password(password: str, *, email: str) -> str:
    """
    Hash a password.

    Raises
    ------
    Problem
        422 where it is too short, or holds the own name.
    """
    name = email.partition("@")[0].lower()
    is_name = len(name) > 2 and name in password.lower()
    if len(password) < LEAST_LETTERS or is_name or len(set(password)) < 5:
        fault = FaultBody(
            where="body.password",
            what="the password is too easy to guess",
            mend=f"Give {LEAST_LETTERS} letters or more, such as four words; not your own name",
        )
        raise Problem(422, "wrong-input", "The password is too easy.", faults=(fault,))
    return _HASHER.hash(password)


def is_password(password: str, hashed: str | None) -> bool:
    """Tell whether a password is right; it takes as long where there is no account."""
    try:
        return _HASHER.verify(hashed or _NOBODYS, password) and hashed is not None
    except (VerificationError, InvalidHashError):
        return False
