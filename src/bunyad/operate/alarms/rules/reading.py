"""Read rules of alarms from YAML or JSON, and tell every fault at once with its line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bunyad.errors import Fault, InputError
from bunyad.operate.alarms.rules.model import KINDS, Rules
from bunyad.written import ReadyMade, fields_faults, parse_fields

_HOLDERS = ("when", "suppressed_when", "not")
"""Fields that hold one condition."""
_TAGS = frozenset((*KINDS, "attribute"))
"""Kinds of conditions, which pydantic puts into the place of a fault."""

_READY = ReadyMade("bunyad.operate.alarms.rules")
ready_made = _READY.names
rules_text = _READY.text


def load_rules(source: str | Path) -> Rules:
    """
    Read rules: ready-made ones by name, or a YAML or JSON file.

    Parameters
    ----------
    source
        Name of ready-made rules, such as `village`, or path of a file.

    Raises
    ------
    InputError
        Naming every fault with its line and field.

    Examples
    --------
    >>> load_rules("village").zone
    'Asia/Baku'
    """
    text, where = _READY.read(source)
    return parse_rules(text, where=where)


def parse_rules(text: str, *, where: str = "rules") -> Rules:
    """
    Read rules from a YAML 1.2 (or JSON) text.

    Parameters
    ----------
    text
        The document.
    where
        Name of it in errors.

    Raises
    ------
    InputError
        Naming every fault with its line and field.
    """
    content = parse_fields(text, where=where, start="format: bunyad-alarm-rules/1")
    try:
        return Rules.model_validate(content)
    except ValidationError as error:
        raise InputError.of(faults_of(error, where, content)) from None
    except RecursionError:
        raise InputError(
            "conditions stand in each other too deep", where=where, mend="write them flatter"
        ) from None


def rules_schema() -> dict[str, Any]:
    """Return the JSON Schema of rules, for editors to complete and check."""
    schema = Rules.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def faults_of(error: ValidationError, where: str, content: Any) -> list[Fault]:
    """
    Return the faults of a file as ours, each with its line.

    Parameters
    ----------
    error
        What pydantic found.
    where
        Name of the file.
    content
        What was read of it, with its lines.
    """
    found = fields_faults(error, content, where=where, path_of=_without_kinds)
    # A list whose items are wrong is called too short as well: that is no fault of its own.
    true = [
        fault
        for fault, one in zip(found, error.errors(), strict=True)
        if one["type"] != "too_short" or not one["input"]
    ]
    return true or found


def _without_kinds(location: Sequence[Any]) -> list[Any]:
    """Return the path of a field without the kinds of conditions that pydantic puts into it."""
    place: list[Any] = []
    is_kind = False
    for part in location:
        if is_kind and part in _TAGS:
            is_kind = False
            continue
        before = place[-1] if place else None
        place.append(part)
        is_kind = part in _HOLDERS or (isinstance(part, int) and before in ("all", "any"))
    return place
