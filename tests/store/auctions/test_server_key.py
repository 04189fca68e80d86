"""The servers' signing key is sealed by the operator's, and stays shut without it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bunyad.cli import serve as command
from bunyad.errors import InputError
from bunyad.store.auctions import guard_server_key, read_sealing_key, server_secret
from bunyad.store.database import Database, open_database
from bunyad.web.server import default_settings
from bunyad.web.services import open_guarded

KEY, OTHER = bytes(range(32)), bytes(32)


def opened(folder: Path, key: bytes | None = None) -> Database:
    return open_database(f"sqlite:///{folder / 'bunyad.db'}", sealing_key=key)


def secret_of(database: Database) -> str:
    with database.read() as session:
        return server_secret(session)


def test_an_open_key_is_sealed_once_a_key_is_given_and_signs_as_before(tmp_path: Path) -> None:
    database = opened(tmp_path)
    secret = secret_of(database)
    assert not guard_server_key(database)
    database.close()

    database = opened(tmp_path, KEY)
    assert guard_server_key(database)
    assert not guard_server_key(database)
    assert secret_of(database) == secret
    database.close()
    assert secret_of(opened(tmp_path, KEY)) == secret


def test_no_file_of_the_database_holds_the_key_once_it_is_sealed(tmp_path: Path) -> None:
    database = opened(tmp_path)
    secret = secret_of(database).encode()
    database.close()
    assert secret in b"".join(one.read_bytes() for one in tmp_path.iterdir())
    database = opened(tmp_path, KEY)
    guard_server_key(database)
    while_open = b"".join(one.read_bytes() for one in tmp_path.iterdir())
    database.close()
    assert secret not in while_open + b"".join(one.read_bytes() for one in tmp_path.iterdir())


@pytest.mark.parametrize(
    ("key", "told"), [(None, "no key is given"), (OTHER, "does not open")], ids=["none", "other"]
)
def test_a_server_that_cannot_open_the_key_does_not_start(
    tmp_path: Path, key: bytes | None, told: str
) -> None:
    guard_server_key(opened(tmp_path, KEY))
    settings = default_settings(data=tmp_path, database_url=None, public_url="http://localhost")
    with pytest.raises(InputError, match=told):
        open_guarded(settings_with(settings, key))
    with pytest.raises(InputError, match=told):
        secret_of(opened(tmp_path, key))
    open_guarded(settings_with(settings, KEY)).close()


def settings_with(settings: Any, key: bytes | None) -> Any:
    changed = replace(settings, sealing_key=key)
    assert KEY.hex() not in repr(changed)
    assert repr(KEY) not in repr(changed)
    return changed


def test_the_key_comes_from_a_file_or_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "key.txt"
    path.write_text(f"{KEY.hex().upper()}\n")
    monkeypatch.delenv("BUNYAD_KEY", raising=False)
    assert command.sealing_key(None) is None
    assert command.sealing_key(path) == KEY
    monkeypatch.setenv("BUNYAD_KEY", KEY.hex())
    assert command.sealing_key(None) == KEY
    with pytest.raises(InputError, match="two keys are given"):
        command.sealing_key(path)
    monkeypatch.setenv("BUNYAD_KEY", "secret")
    with pytest.raises(InputError, match="BUNYAD_KEY: it holds no key"):
        command.sealing_key(None)
    monkeypatch.delenv("BUNYAD_KEY")
    with pytest.raises(InputError, match="cannot be read"):
        command.sealing_key(tmp_path / "none.txt")


@pytest.mark.parametrize("text", ["", "0f" * 31, "0g" * 32, "0f" * 33])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="it holds no key"):
        read_sealing_key(text, where="key.txt")
