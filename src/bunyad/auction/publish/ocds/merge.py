"""Merge releases into one state, as the standard's merge routine says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

NOT_MERGED = ("id", "date", "tag")
"""Fields of a release that the compiled release has of its own."""


def merge_releases(releases: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """
    Return the compiled release of releases in the order of their dates.

    Lists of things with an id are merged by id, other lists are replaced (Open Contracting Data
    Standard 1.1, merging).

    Examples
    --------
    >>> first = {"ocid": "a", "date": "1", "id": "x", "tag": [], "awards": [{"id": "1", "n": 1}]}
    >>> later = {"ocid": "a", "date": "2", "id": "y", "tag": [], "awards": [{"id": "1", "n": 2}]}
    >>> merge_releases([first, later])["awards"]
    [{'id': '1', 'n': 2}]
    """
    merged: dict[str, Any] = {}
    last: Mapping[str, Any] = {}
    for last in releases:
        _merge(merged, {key: value for key, value in last.items() if key not in NOT_MERGED})
    return {
        "ocid": last["ocid"],
        "id": f"{last['ocid']}-{last['date']}",
        "date": last["date"],
        "tag": ["compiled"],
        **{key: value for key, value in merged.items() if key != "ocid"},
    }


def _merge(into: dict[str, Any], new: Mapping[str, Any]) -> None:
    for key, value in new.items():
        if isinstance(value, Mapping):
            held = into.get(key)
            part = held if isinstance(held, dict) else {}
            into[key] = part
            _merge(part, value)
        elif _has_ids(value):
            into[key] = _merge_list(into.get(key), value)
        else:
            into[key] = value


def _has_ids(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(item, Mapping) and "id" in item for item in value)
    )


def _merge_list(old: Any, new: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    kept: dict[Any, dict[str, Any]] = {item["id"]: item for item in old or []}
    for item in new:
        _merge(kept.setdefault(item["id"], {}), item)
    return list(kept.values())
