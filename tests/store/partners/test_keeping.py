"""Documents keep a version, streams keep their order, and nothing is lost to somebody else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from store.ready import ready_database, ready_file

from bunyad.errors import InputError
from bunyad.store.database import Database, open_database
from bunyad.store.partners import (
    Kept,
    Noted,
    append_event,
    list_documents,
    read_document,
    read_events,
    remove_document,
    save_document,
)

T1, T2 = "2026-11-22T10:00:00.000Z", "2026-11-22T11:00:00.000Z"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        url = ready_file(tmp_path)
    else:
        url = ready_database(request.getfixturevalue("cluster"))
    opened = open_database(url)
    yield opened
    opened.close()


def test_a_document_is_saved_changed_and_removed(database: Database) -> None:
    with database.begin() as session:
        assert (
            save_document(
                session, Kept(kind="forum", id="f", body={"a": [1, "ə"]}, version=0)
            ).version
            == 1
        )
        assert (
            save_document(
                session, Kept(kind="forum", id="f", body={"a": []}, version=1, is_public=True)
            ).version
            == 2
        )
        save_document(session, Kept(kind="course", id="f", body={}, version=0, about="x"))
    with database.read() as session:
        kept = read_document(session, "forum", "f")
        assert kept is not None
        assert (kept.version, kept.body, kept.is_public) == (2, {"a": []}, True)
        assert [one.id for one in list_documents(session, "forum")] == ["f"]
        assert [one.id for one in list_documents(session, "course", about="x")] == ["f"]
        assert [one.id for one in list_documents(session, "course", about="y")] == []
    with database.begin() as session:
        assert remove_document(session, "forum", "f")
        assert not remove_document(session, "forum", "f")
        assert read_document(session, "forum", "f") is None


@pytest.mark.parametrize("version", [0, 1, 3])
def test_a_change_of_an_old_version_is_refused(database: Database, version: int) -> None:
    with database.begin() as session:
        save_document(session, Kept(kind="forum", id="f", body={"n": 1}, version=0))
        save_document(session, Kept(kind="forum", id="f", body={"n": 2}, version=1))
    with pytest.raises(InputError, match="changed by somebody else"), database.begin() as session:
        save_document(session, Kept(kind="forum", id="f", body={"n": 3}, version=version))
    with database.read() as session:
        kept = read_document(session, "forum", "f")
        assert kept is not None
        assert kept.body == {"n": 2}


def test_events_follow_each_other_and_time_never_goes_back(database: Database) -> None:
    with database.begin() as session:
        append_event(session, "venture", "v", Noted(body={"kind": "a"}, actor="x", time=T2))
        append_event(session, "venture", "v", Noted(body={"kind": "b"}, actor="y", time=T1))
        append_event(session, "venture", "w", Noted(body={"kind": "c"}, actor="y", time=T1))
    with database.read() as session:
        found = read_events(session, "venture", "v")
    assert [(one.sequence, one.time, one.body["kind"]) for one in found] == [
        (0, T2, "a"), (1, T2, "b"),
    ]  # fmt: skip


def test_an_event_that_a_check_refuses_is_not_kept(database: Database) -> None:
    def check(so_far: Any, new: Any) -> None:
        raise InputError(f"{len(so_far)} before", where="x", mend="y")

    with pytest.raises(InputError, match="0 before"), database.begin() as session:
        append_event(session, "venture", "v", Noted(body={}, actor="x", time=T1), check=check)
    with database.read() as session:
        assert read_events(session, "venture", "v") == ()
