"""Where Things are and were, and the features of interest that Observations get from there."""

from __future__ import annotations

from collections.abc import Sequence

from bunyad.operate.sensorthings.changes.work import Work
from bunyad.operate.sensorthings.model import KINDS
from bunyad.operate.sensorthings.refusals import Refusal


def set_locations(work: Work, thing: int, locations: Sequence[int], *, new: bool = False) -> None:
    """Say where a Thing (a new one, that is nowhere yet) is; a HistoricalLocation tells of it."""
    move(work, thing, locations, new=new)
    if locations:
        row = work.db.execute(
            "INSERT INTO sensorthings_past(time, thing, digits) VALUES(?, ?, 3) RETURNING key",
            (work.now_us, thing),
        ).fetchone()
        link_past(work, row[0], locations)
        work.touch(KINDS["HistoricalLocation"], row[0])


def move(work: Work, thing: int, locations: Sequence[int], *, new: bool = False) -> None:
    """Say where a Thing is, without a HistoricalLocation."""
    if not new:
        work.db.execute("DELETE FROM sensorthings_thing_location WHERE thing = ?", (thing,))
    work.db.executemany(
        "INSERT INTO sensorthings_thing_location(thing, location) VALUES(?, ?) "
        "ON CONFLICT DO NOTHING",
        [(thing, location) for location in locations],
    )


def link_past(work: Work, past: int, locations: Sequence[int]) -> None:
    """Say which Locations a HistoricalLocation tells of."""
    work.db.executemany(
        "INSERT INTO sensorthings_past_location(past, location) VALUES(?, ?) "
        "ON CONFLICT DO NOTHING",
        [(past, location) for location in locations],
    )


def follow_past(work: Work, past: int) -> None:
    """Move a Thing to where its HistoricalLocation says, if no other of it is later."""
    time, thing = work.db.execute(
        "SELECT time, thing FROM sensorthings_past WHERE key = ?", (past,)
    ).fetchone()
    later = work.db.execute(
        "SELECT 1 FROM sensorthings_past WHERE thing = ? AND time > ? LIMIT 1", (thing, time)
    ).fetchone()
    locations = [
        row[0]
        for row in work.db.execute(
            "SELECT location FROM sensorthings_past_location WHERE past = ?", (past,)
        )
    ]
    if locations and later is None:
        move(work, thing, locations)


def feature_of(work: Work, thing: int) -> int:
    """
    Return the feature of interest that stands for where a Thing is; made where there is none.

    Raises
    ------
    Refusal
        If the Thing is nowhere.
    """
    row = work.db.execute(
        "SELECT l.key, l.feature, f.key FROM sensorthings_thing_location t "
        "JOIN sensorthings_location l ON l.key = t.location "
        "LEFT JOIN sensorthings_feature f ON f.key = l.feature "
        "WHERE t.thing = ? ORDER BY l.encoding_type NOT LIKE '%geo+json%', l.key LIMIT 1",
        (thing,),
    ).fetchone()
    if row is None:
        raise Refusal(
            "the Observation has no FeatureOfInterest, and its Thing no Location",
            where="Observation",
            mend="give a FeatureOfInterest, or the Thing a Location",
        )
    location, feature, known = row
    if feature is not None and known is not None:
        return int(feature)
    made = work.db.execute(
        "INSERT INTO sensorthings_feature(name, description, encoding_type, feature, properties) "
        "SELECT name, description, encoding_type, location, properties "
        "FROM sensorthings_location WHERE key = ? RETURNING key",
        (location,),
    ).fetchone()[0]
    work.db.execute("UPDATE sensorthings_location SET feature = ? WHERE key = ?", (made, location))
    work.touch(KINDS["FeatureOfInterest"], made)
    return int(made)
