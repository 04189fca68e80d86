"""Read rules of alarms from YAML or JSON, and tell every fault at once with its line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from bunyad.errors import Fault, InputError
from bunyad.operate.alarms.rules.model import Rules

_DATA = files("bunyad.operate.alarms.rules") / "data"
_SUFFIX = ".yaml"
_HOLDERS = ("when", "suppressed_when", "not")
"""Fields that hold one condition."""
_TAGS = frozenset(
    ("all", "any", "not", "silent", "during", "unexpected", "share_of", "unlike", "attribute")
)
"""Kinds of conditions, which pydantic puts into the place of a fault."""


def ready_made() -> tuple[str, ...]:
    """
    Return the names of the ready-made rules, in alphabetical order.

    Examples
    --------
    >>> ready_made()
    ('village',)
    """
    names = (entry.name for entry in _DATA.iterdir())
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX)))


def rules_text(name: str) -> str:
    """Return the YAML text of ready-made rules, to start one's own from."""
    if name not in ready_made():
        raise InputError(
            f"there are no ready-made rules {name!r}",
            where="rules",
            mend=f"choose one of: {', '.join(ready_made())}",
        )
    return (_DATA / f"{name}{_SUFFIX}").read_text("utf-8")


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
    name = str(source)
    if name in ready_made():
        return parse_rules(rules_text(name), where=name + _SUFFIX)
    try:
        text = Path(source).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"the rules cannot be read ({error})",
            where=name,
            mend=f"give a UTF-8 file, or one of: {', '.join(ready_made())}",
        ) from None
    return parse_rules(text, where=name)


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
    try:
        content = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InputError(
            f"line {line} is not valid YAML: {error.problem}",
            where=where,
            mend="check indentation, colons and quotes there",
        ) from None
    if not isinstance(content, Mapping):
        raise InputError(
            "it holds no fields", where=where, mend="start it with `format: bunyad-alarm-rules/1`"
        )
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


def _fault(where: str, content: Any, fault: dict[str, Any]) -> Fault:
    """Turn one fault of pydantic into ours: line, field, value, what was expected."""
    line, place = _follow(content, fault["loc"])
    field = ".".join(str(part) for part in place) or "rules"
    spot = f"{where}:{line}: {field}" if line else f"{where}: {field}"
    if fault["type"] == "missing":
        return Fault(spot, "the field is missing", "add it; the JSON Schema tells its form")
    if fault["type"] == "extra_forbidden":
        return Fault(spot, "there is no such field", "remove it or correct its spelling")
    expected = re.sub(r"^(Input should be|Value error,) ?", "", str(fault["msg"]))
    if isinstance(fault["input"], Mapping):
        return Fault(spot, f"the fields do not fit: {expected}", "correct them")
    expected = expected.rsplit("expected ", 1)[-1]
    return Fault(spot, f"the value is {fault['input']!r}", f"it should be {expected}")


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
    found = [dict(one) for one in error.errors()]
    # A list whose items are wrong is called too short as well: that is no fault of its own.
    true = [one for one in found if one["type"] != "too_short" or not one["input"]]
    return [_fault(where, content, one) for one in true or found]


def _follow(content: Any, location: Any) -> tuple[int | None, list[Any]]:
    """Return the line of a field [1-based], as near as it exists, and its path in the file."""
    line, place = None, _without_kinds(location)
    for part in place:
        try:
            line = content.lc.data[part][0] + 1
            content = content[part]
        except (AttributeError, KeyError, IndexError, TypeError):
            content = None
    return line, place


def _without_kinds(location: Any) -> list[Any]:
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
