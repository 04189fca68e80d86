"""JSON Patch (RFC 6902)."""

from __future__ import annotations

import copy
import re
from typing import Any

import orjson

from bunyad.operate.sensorthings.refusals import Refusal

MOST_STEPS = 1000
LARGEST = 1_000_000  # bytes of a document into which is copied: each copy may double it
_PLACE = re.compile(r"0|[1-9]\d{0,8}")


def apply_patch(document: Any, steps: object) -> Any:
    """
    Return a document after the steps of a patch; the document itself stays.

    Parameters
    ----------
    document
        JSON.
    steps
        The patch.

    Raises
    ------
    Refusal
        If a step is none, leads nowhere or tests in vain.

    Examples
    --------
    >>> apply_patch({"a": 1}, [{"op": "move", "from": "/a", "path": "/b"}])
    {'b': 1}
    """
    if not isinstance(steps, list) or len(steps) > MOST_STEPS:
        raise Refusal("the patch is no list of steps", where="body", mend="send [{…}], RFC 6902")
    holder = {"": copy.deepcopy(document)}
    for step in steps:
        if not isinstance(step, dict) or not isinstance(step.get("path"), str):
            raise _wrong(step)
        _step(holder, step)
        if step["op"] == "copy" and len(orjson.dumps(holder)) > LARGEST:
            raise Refusal("the patch makes too much", where="body", mend=f"keep to {LARGEST} bytes")
    if "" not in holder:
        raise Refusal("the patch leaves nothing", where="body", mend="keep the entity")
    return holder[""]


def _step(holder: dict[str, Any], step: dict[str, Any]) -> None:
    _check(step)
    op, path = step["op"], _pointer(step["path"])
    if op == "add":
        _add(holder, path, copy.deepcopy(step["value"]), step)
    elif op == "remove":
        _remove(holder, path, step)
    elif op == "replace":
        _remove(holder, path, step)
        _add(holder, path, copy.deepcopy(step["value"]), step)
    elif op == "move":
        start = _pointer(step["from"])
        if path[: len(start)] == start and path != start:
            raise _wrong(step)
        _add(holder, path, _remove(holder, start, step), step)
    elif op == "copy":
        _add(holder, path, copy.deepcopy(_get(holder, _pointer(step["from"]), step)), step)
    elif not _same(_get(holder, path, step), step["value"]):
        raise Refusal(
            f"the test of '{step['path'][:80]}' fails", where="body", mend="read it again"
        )


def _check(step: dict[str, Any]) -> None:
    op = step.get("op")
    known = op in {"add", "remove", "replace", "move", "copy", "test"}
    unsaid = op in {"add", "replace", "test"} and "value" not in step
    unfounded = op in {"move", "copy"} and not isinstance(step.get("from"), str)
    if not known or unsaid or unfounded:
        raise _wrong(step)


def _same(left: Any, right: Any) -> bool:
    return left == right and isinstance(left, bool) == isinstance(right, bool)


def _pointer(text: str) -> list[str]:
    if text and not text.startswith("/"):
        raise _wrong(text)
    return [part.replace("~1", "/").replace("~0", "~") for part in text.split("/")]


def _wrong(step: object) -> Refusal:
    return Refusal(f"{str(step)[:80]} cannot be done", where="body", mend="see RFC 6902")


def _get(holder: Any, path: list[str], step: object) -> Any:
    here = holder
    for part in path:
        if isinstance(here, dict) and part in here:
            here = here[part]
        elif isinstance(here, list) and _PLACE.fullmatch(part) and int(part) < len(here):
            here = here[int(part)]
        else:
            raise _wrong(step)
    return here


def _add(holder: Any, path: list[str], it: Any, step: object) -> None:
    parent, last = _get(holder, path[:-1], step), path[-1]
    if isinstance(parent, dict):
        parent[last] = it
    elif isinstance(parent, list) and last == "-":
        parent.append(it)
    elif isinstance(parent, list) and _PLACE.fullmatch(last) and int(last) <= len(parent):
        parent.insert(int(last), it)
    else:
        raise _wrong(step)


def _remove(holder: Any, path: list[str], step: object) -> Any:
    parent, last = _get(holder, path[:-1], step), path[-1]
    it = _get(holder, path, step)
    del parent[int(last) if isinstance(parent, list) else last]
    return it
