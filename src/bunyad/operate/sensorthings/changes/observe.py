"""New Observations: a reading each, and what SensorThings knows beyond it."""

from __future__ import annotations

import sqlite3
from typing import Any

from bunyad.operate.records import Reading, append_readings
from bunyad.operate.sensorthings.changes.attributes import set_attribute
from bunyad.operate.sensorthings.changes.bodies import Said, read_body
from bunyad.operate.sensorthings.changes.keep import widen, widen_area
from bunyad.operate.sensorthings.changes.multi import check_result
from bunyad.operate.sensorthings.changes.places import feature_of
from bunyad.operate.sensorthings.changes.work import Work
from bunyad.operate.sensorthings.model import KINDS
from bunyad.operate.sensorthings.refusals import Refusal, Taken

_OBSERVATION = KINDS["Observation"]
_DATASTREAM = (
    "SELECT thing, area_feature, attribute, feature FROM sensorthings_datastream WHERE key = ?"
)
REST = (
    "INSERT INTO sensorthings_observation(ref, named, feature, phenomenon_end, result_time, "
    "valid_start, valid_end, quality, parameters, digits) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def observe(work: Work, said: Said, datastream: int, feature: int | None) -> int:
    """
    Keep a new Observation; return its key.

    Parameters
    ----------
    work
        The change.
    said
        What the body said.
    datastream
        Key of its Datastream.
    feature
        Key of its feature of interest; where none, that of where the Thing is.

    Raises
    ------
    Refusal
        If there is no feature to be found.
    """
    thing, area_feature, attribute, own = work.db.execute(_DATASTREAM, (datastream,)).fetchone()
    if feature is None:
        feature = own if own is not None else feature_of(work, thing)
    columns = said.columns
    if "at_us" not in columns:
        columns["at_us"], columns["phenomenon_end"] = work.now_us, None
        said.digits |= 3
    check_result(work, datastream, columns["body"])
    start_us, end_us = columns["at_us"], columns["phenomenon_end"]
    ref = _read(work, said, datastream, attribute)
    work.db.execute(
        REST,
        (
            ref,
            said.name if isinstance(said.name, str) else None,
            feature,
            end_us,
            columns.get("result_time"),
            columns.get("valid_start"),
            columns.get("valid_end"),
            columns.get("quality"),
            columns.get("parameters"),
            said.digits,
        ),
    )
    widen(
        work,
        datastream,
        start_us,
        start_us if end_us is None else end_us,
        columns.get("result_time"),
    )
    if feature != area_feature:
        widen_area(work, datastream, feature)
    work.touch(_OBSERVATION, ref)
    return ref


def _read(work: Work, said: Said, datastream: int, attribute: str | None) -> int:
    columns = said.columns
    reading = Reading(datastream, columns["at_us"], columns["value"], columns["body"])
    if attribute is None or not set_attribute(work.tx, reading, attribute):
        append_readings(work.tx, [reading])
    ref = int(work.db.execute("SELECT max(ref) FROM reading").fetchone()[0])
    if isinstance(said.name, int):
        try:
            work.db.execute("UPDATE reading SET ref = ? WHERE ref = ?", (said.name, ref))
        except sqlite3.IntegrityError:
            raise taken(said.name) from None
        ref = said.name
        work.tx.tenant.home.chosen(work.tx, "reading_ref_seq", ref)
    elif said.name is not None:
        known = work.db.execute(
            "SELECT 1 FROM sensorthings_observation WHERE named = ?", (said.name,)
        ).fetchone()
        if known:
            raise taken(said.name)
    return ref


def taken(name: object) -> Taken:
    """Return the refusal of an `@iot.id` that is not free."""
    return Taken(
        f"the @iot.id {str(name)[:80]!r} is taken", where="@iot.id", mend="choose another, or none"
    )


def read_observation(body: Any) -> Said:
    """
    Read the body of a new Observation.

    Raises
    ------
    Refusal
        If a member is unknown, missing or of the wrong form.
    """
    said = read_body(_OBSERVATION, body, whole=False)
    if "value" not in said.columns:
        raise Refusal("Observation lacks 'result'", where="body", mend="give its result")
    return said
