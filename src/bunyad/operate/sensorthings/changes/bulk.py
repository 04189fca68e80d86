"""Many Observations of one Datastream at once: data arrays."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bunyad.operate.records import Reading, append_readings
from bunyad.operate.sensorthings.answers.find import find_key
from bunyad.operate.sensorthings.changes.bodies import Said, read_chosen
from bunyad.operate.sensorthings.changes.create import create
from bunyad.operate.sensorthings.changes.keep import widen, widen_area
from bunyad.operate.sensorthings.changes.multi import check_result
from bunyad.operate.sensorthings.changes.observe import REST, read_observation
from bunyad.operate.sensorthings.changes.places import feature_of
from bunyad.operate.sensorthings.changes.work import Work
from bunyad.operate.sensorthings.language.paths import Name
from bunyad.operate.sensorthings.model import CONTROL, KINDS
from bunyad.operate.sensorthings.refusals import Refusal

_OBSERVATION, _FEATURE = KINDS["Observation"], KINDS["FeatureOfInterest"]
_OF_FEATURE = ("FeatureOfInterest/id", f"FeatureOfInterest/{CONTROL}id")


def observe_all(
    work: Work,
    datastream: int,
    components: list[Any],
    rows: list[Any],
    *,
    owner: str = "Datastream",
) -> list[Name | Refusal]:
    """
    Keep the rows of a data array as Observations.

    Parameters
    ----------
    work
        The change.
    datastream
        Key of their Datastream.
    components
        What the rows' values are.
    rows
        The rows.
    owner
        Whether it is a Datastream or a MultiDatastream.

    Returns
    -------
    list
        For each row the `@iot.id` of its Observation, or why there is none.
    """
    (attribute,) = work.db.execute(
        "SELECT attribute FROM sensorthings_datastream WHERE key = ?", (datastream,)
    ).fetchone()
    if attribute is not None or {"id", f"{CONTROL}id"} & set(map(str, components)):
        return [_one(work, {owner: datastream}, components, row) for row in rows]
    features = _Features(work, datastream)
    outcomes: list[Name | Refusal] = []
    read: list[tuple[Said, int]] = []
    for row in rows:
        try:
            said = read_observation(_body(components, row))
            check_result(work, datastream, said.columns["body"])
            feature = features.key_of(said.relations.get("FeatureOfInterest"))
        except Refusal as refusal:
            outcomes.append(refusal)
        else:
            outcomes.append(len(read))
            read.append((said, feature))
    first = _keep(work, datastream, read)
    return [it if isinstance(it, Refusal) else int(it) + first for it in outcomes]


class _Features:
    """Features of interest by what rows call them, each looked up once."""

    def __init__(self, work: Work, datastream: int) -> None:
        self._work = work
        self._datastream = datastream
        self._keys: dict[Any, int] = {}

    def key_of(self, link: Any) -> int:
        name = None if link is None else read_chosen(link.get(f"{CONTROL}id"), _FEATURE)
        found = self._keys.get(name)
        if found is None:
            found = self._keys[name] = self._find(name)
        return found

    def _find(self, name: Name | None) -> int:
        if name is None:
            (thing,) = self._work.db.execute(
                "SELECT thing FROM sensorthings_datastream WHERE key = ?", (self._datastream,)
            ).fetchone()
            return feature_of(self._work, thing)
        key = find_key(self._work.db, _FEATURE, name)
        if key is None:
            raise Refusal(
                f"there is no FeatureOfInterest {str(name)[:80]}",
                where="FeatureOfInterest",
                mend="link one of FeaturesOfInterest",
            )
        return key


def _keep(work: Work, datastream: int, read: list[tuple[Said, int]]) -> int:
    """Keep Observations; return the key of the first, the others have those that follow."""
    if not read:
        return 0
    readings = []
    for said, _ in read:
        columns = said.columns
        if "at_us" not in columns:
            columns["at_us"], columns["phenomenon_end"] = work.now_us, None
            said.digits |= 3
        readings.append(Reading(datastream, columns["at_us"], columns["value"], columns["body"]))
    append_readings(work.tx, readings)
    last = int(work.db.execute("SELECT max(ref) FROM reading").fetchone()[0])
    first = last - len(read) + 1
    work.db.executemany(REST, _rest(read, first))
    for start_us, end_us, result_us in _extremes(said for said, _ in read):
        widen(work, datastream, start_us, end_us, result_us)
    for feature in {feature for _, feature in read}:
        widen_area(work, datastream, feature)
    for key in range(first, last + 1):
        work.touch(_OBSERVATION, key)
    return first


def _rest(read: list[tuple[Said, int]], first: int) -> Iterable[tuple[object, ...]]:
    for key, (said, feature) in enumerate(read, first):
        get = said.columns.get
        yield (
            key,
            None,
            feature,
            get("phenomenon_end"),
            get("result_time"),
            get("valid_start"),
            get("valid_end"),
            get("quality"),
            get("parameters"),
            said.digits,
        )


def _extremes(said: Iterable[Said]) -> list[tuple[int, int, int | None]]:
    starts, ends, results = [], [], []
    for each in said:
        start, end = each.columns["at_us"], each.columns.get("phenomenon_end")
        starts.append(start)
        ends.append(start if end is None else end)
        if each.columns.get("result_time") is not None:
            results.append(each.columns["result_time"])
    first = (min(starts), max(ends), min(results, default=None))
    return [first, (first[0], first[1], max(results))] if results else [first]


def _one(work: Work, given: dict[str, int], components: list[Any], row: Any) -> Name | Refusal:
    db = work.db
    touched = len(work.touched)
    db.execute("SAVEPOINT data_array")
    try:
        body = _body(components, row)
        key = create(work, _OBSERVATION, body, given)
    except Refusal as refusal:
        db.execute("ROLLBACK TO data_array")
        del work.touched[touched:]
        return refusal
    finally:
        db.execute("RELEASE data_array")
    name: Name = body.get(f"{CONTROL}id", key)
    return name


def _body(components: list[Any], row: Any) -> dict[str, Any]:
    if not isinstance(row, list) or len(row) != len(components):
        raise Refusal(
            "a row has not as many values as there are components",
            where="dataArray",
            mend="give one value for each component",
        )
    body: dict[str, Any] = {}
    for name, it in zip(components, row, strict=True):
        if name in _OF_FEATURE:
            if it is not None:
                body["FeatureOfInterest"] = {f"{CONTROL}id": it}
        elif it is not None or name == "result":
            body[f"{CONTROL}id" if name == "id" else str(name)] = it
    return body
