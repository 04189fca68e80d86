"""The write-ahead log of the records stays short, also where somebody always reads."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from bunyad.operate.records.database import SqliteFile


def test_a_long_log_is_cut_as_soon_as_nobody_reads_what_is_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bunyad.operate.records.database.LONGEST_LOG", 50_000)
    monkeypatch.setattr("bunyad.operate.records.database.PATIENCE_MS", 1)
    monkeypatch.setattr("bunyad.operate.records.database.BETWEEN_CUTS_S", 0)
    monkeypatch.setattr("bunyad.operate.records.database.BETWEEN_LOOKS_S", 0)
    home = SqliteFile(tmp_path / "records.sqlite", "OFF")
    log = tmp_path / "records.sqlite-wal"
    with closing(home.writer()) as writer, closing(home.reader()) as reader:
        writer.execute("CREATE TABLE thing(text TEXT)")
        home.shorten_log(writer)
        assert log.stat().st_size > 0, "a short one is left alone"
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM thing").fetchone() == (0,)
        writer.executemany("INSERT INTO thing VALUES(?)", [("x" * 4000,)] * 50)

        home.shorten_log(writer)
        assert log.stat().st_size > 50_000, "the reader sees what was"
        assert reader.execute("SELECT count(*) FROM thing").fetchone() == (0,)
        reader.execute("COMMIT")
        home.shorten_log(writer)

        assert log.stat().st_size == 0
        assert reader.execute("SELECT count(*) FROM thing").fetchone() == (50,)
        writer.execute("DELETE FROM thing")
        assert reader.execute("SELECT count(*) FROM thing").fetchone() == (0,)
