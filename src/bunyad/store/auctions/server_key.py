"""
The key by which the servers of a database sign, sealed by a key that the operator holds.

The database alone then signs nothing: whoever copies it, or a backup of it, lacks the operator's
key. It is sealed with AES-256-GCM (NIST SP 800-38D), which also tells a wrong key from a right one.
"""

from __future__ import annotations

import re
import secrets
from base64 import b64decode, b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import text
from sqlalchemy.orm import Session

from bunyad.errors import InputError
from bunyad.store.auctions.models import ServerKey
from bunyad.store.database import SEALING_KEY, Database

KEY_ROW = 1
MARK = "sealed:v1:"
PURPOSE = b"bunyad server key v1"
"""What is sealed; the seal of anything else does not open as this."""
NONCE_BYTES = 12
HEX_KEY = re.compile(r"[0-9a-f]{64}", re.ASCII)


def read_sealing_key(content: str, *, where: str) -> bytes:
    """
    Return the operator's key from its text: 32 bytes as 64 hexadecimal digits.

    Parameters
    ----------
    content
        What the file or the environment holds.
    where
        Its name in errors.

    Raises
    ------
    InputError
        If it is no key.

    Examples
    --------
    >>> len(read_sealing_key("0f" * 32, where="key.txt"))
    32
    """
    found = content.strip().lower()
    if not HEX_KEY.fullmatch(found):
        raise InputError(
            "it holds no key",
            where=where,
            mend="give 64 hexadecimal digits, such as `openssl rand -hex 32` prints",
        )
    return bytes.fromhex(found)


def server_secret(session: Session) -> str:
    """
    Return the key by which the servers of this database sign; the migration has made it.

    Raises
    ------
    InputError
        If it is sealed, and this server has not the key that opens it.
    """
    kept = session.get_one(ServerKey, KEY_ROW).signing_secret
    return _unseal(kept, session.info.get(SEALING_KEY)) if kept.startswith(MARK) else kept


def guard_server_key(database: Database) -> bool:
    """
    Seal a signing key that lies open, where the operator gives a key; refuse one that stays shut.

    Returns
    -------
    bool
        Whether it was sealed now.

    Raises
    ------
    InputError
        If it is sealed, and the key is missing or another one.
    """
    with database.begin() as session:
        row = session.get_one(ServerKey, KEY_ROW)
        secret, key = server_secret(session), session.info.get(SEALING_KEY)
        if key is None or row.signing_secret.startswith(MARK):
            return False
        is_sqlite = database.engine.dialect.name == "sqlite"
        if is_sqlite:
            session.execute(text("PRAGMA secure_delete = ON"))  # the open key is overwritten
        row.signing_secret = _seal(secret, key)
    if is_sqlite:
        connection = database.engine.raw_connection()
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
    return True


def _seal(secret: str, key: bytes) -> str:
    nonce = secrets.token_bytes(NONCE_BYTES)
    shut = AESGCM(key).encrypt(nonce, bytes.fromhex(secret), PURPOSE)
    return MARK + b64encode(nonce + shut).decode()


def _unseal(kept: str, key: bytes | None) -> str:
    if key is None:
        raise InputError(
            "the signing key of this database is sealed, and no key is given that opens it",
            where="bunyad serve --key-file",
            mend="give the file, or set BUNYAD_KEY_FILE or BUNYAD_KEY",
        )
    shut = b64decode(kept.removeprefix(MARK))
    try:
        return AESGCM(key).decrypt(shut[:NONCE_BYTES], shut[NONCE_BYTES:], PURPOSE).hex()
    except InvalidTag:
        raise InputError(
            "the key does not open the signing key of this database",
            where="bunyad serve --key-file",
            mend="give the key by which it was sealed",
        ) from None
