"""What a Datastream knows of its Observations: their times and their area."""

from __future__ import annotations

import orjson

from bunyad.operate.sensorthings.changes.work import Work
from bunyad.operate.sensorthings.model import KINDS
from bunyad.operate.sensorthings.queries.geometry import read_shape

_WIDEN = """
UPDATE sensorthings_datastream SET
  phenomenon_start = min(coalesce(phenomenon_start, ?1), ?1),
  phenomenon_end = max(coalesce(phenomenon_end, ?2), ?2),
  result_start = CASE WHEN ?3 IS NULL THEN result_start
    ELSE min(coalesce(result_start, ?3), ?3) END,
  result_end = CASE WHEN ?3 IS NULL THEN result_end ELSE max(coalesce(result_end, ?3), ?3) END
WHERE key = ?4
"""
_GATHER = """
UPDATE sensorthings_datastream SET (phenomenon_start, phenomenon_end, result_start, result_end) = (
  SELECT min(r.at_us), max(coalesce(x.phenomenon_end, r.at_us)), min(x.result_time),
    max(x.result_time)
  FROM reading r LEFT JOIN sensorthings_observation x ON x.ref = r.ref WHERE r.series = ?1
), area_feature = NULL, observed_area = NULL WHERE key = ?1
"""


def widen(work: Work, datastream: int, start_us: int, end_us: int, result_us: int | None) -> None:
    """Take an Observation's times into its Datastream's [us]."""
    work.db.execute(_WIDEN, (start_us, end_us, result_us, datastream))


def widen_area(work: Work, datastream: int, feature: int) -> None:
    """Take an Observation's feature into its Datastream's area, a box."""
    before = _area(work, datastream)
    _widen_area(work, datastream, feature)
    _tell_area(work, datastream, before)


def _area(work: Work, datastream: int) -> str | None:
    row = work.db.execute(
        "SELECT observed_area FROM sensorthings_datastream WHERE key = ?", (datastream,)
    ).fetchone()
    area: str | None = row[0] if row else None
    return area


def _tell_area(work: Work, datastream: int, before: str | None) -> None:
    if _area(work, datastream) == before:
        return
    multi = work.db.execute(
        "SELECT 1 FROM sensorthings_multi WHERE datastream = ?", (datastream,)
    ).fetchone()
    work.touch(KINDS["MultiDatastream" if multi else "Datastream"], datastream, "observedArea")


def _widen_area(work: Work, datastream: int, feature: int) -> None:
    row = work.db.execute(
        "SELECT d.observed_area, f.feature FROM sensorthings_datastream d, sensorthings_feature f "
        "WHERE d.key = ? AND f.key = ?",
        (datastream, feature),
    ).fetchone()
    if row is None:
        return
    boxes = [
        shape.bounds
        for shape in (read_shape(text) for text in row if text)
        if shape is not None and not shape.is_empty
    ]
    area = _box(boxes) if boxes else None
    work.db.execute(
        "UPDATE sensorthings_datastream SET observed_area = ?, area_feature = ? WHERE key = ?",
        (area, feature, datastream),
    )


def _box(boxes: list[tuple[float, float, float, float]]) -> str:
    wests, souths, easts, norths = zip(*boxes, strict=True)
    west, south, east, north = min(wests), min(souths), max(easts), max(norths)
    shape: dict[str, object]
    if (west, south) == (east, north):
        shape = {"type": "Point", "coordinates": [west, south]}
    elif west == east or south == north:
        shape = {"type": "LineString", "coordinates": [[west, south], [east, north]]}
    else:
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        shape = {"type": "Polygon", "coordinates": [ring]}
    return orjson.dumps(shape).decode()


def gather(work: Work, datastream: int) -> None:
    """Find a Datastream's times and area again, after Observations went or moved."""
    before = _area(work, datastream)
    work.db.execute(_GATHER, (datastream,))
    features = work.db.execute(
        "SELECT DISTINCT x.feature FROM reading r "
        "JOIN sensorthings_observation x ON x.ref = r.ref WHERE r.series = ?",
        (datastream,),
    ).fetchall()
    for (feature,) in features:
        _widen_area(work, datastream, feature)
    _tell_area(work, datastream, before)
