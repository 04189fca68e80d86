"""Read rules from YAML or JSON, and tell every fault at once with its line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from bunyad.auction.rules.model import Rules
from bunyad.errors import Fault, InputError

_DATA = files("bunyad.auction.rules") / "data"
_SUFFIX = ".yaml"


def ready_made() -> tuple[str, ...]:
    """
    Return the names of the ready-made rules, in alphabetical order.

    Examples
    --------
    >>> "germany-onshore-wind-2024" in ready_made()
    True
    """
    names = (entry.name for entry in _DATA.iterdir())
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX)))


def load_rules(source: str | Path) -> Rules:
    """
    Read rules: ready-made ones by name, or a YAML or JSON file.

    Parameters
    ----------
    source
        Name of ready-made rules, such as `india-seci`, or path of a file.

    Raises
    ------
    InputError
        Naming every fault with its line and field.

    Examples
    --------
    >>> load_rules("eu-ets-article-7").pricing
    'uniform'
    """
    name = str(source)
    if name in ready_made():
        return parse_rules(rules_text(name), where=name + _SUFFIX)
    path = Path(source)
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"the rules cannot be read ({error})",
            where=name,
            mend=f"give a UTF-8 file, or one of: {', '.join(ready_made())}",
        ) from None
    return parse_rules(text, where=name)


def rules_text(name: str) -> str:
    """Return the YAML text of ready-made rules, to start one's own from."""
    if name not in ready_made():
        raise InputError(
            f"there are no ready-made rules {name!r}",
            where="rules",
            mend=f"choose one of: {', '.join(ready_made())}",
        )
    return (_DATA / f"{name}{_SUFFIX}").read_text("utf-8")


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
            "it holds no fields", where=where, mend="start it with `format: bunyad-auction-rules/1`"
        )
    try:
        return Rules.model_validate(content)
    except ValidationError as error:
        raise InputError.of(_fault(where, content, dict(one)) for one in error.errors()) from None


def rules_schema() -> dict[str, Any]:
    """Return the JSON Schema of rules, for editors to complete and check."""
    schema = Rules.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _fault(where: str, content: Any, fault: dict[str, Any]) -> Fault:
    """Turn one fault of pydantic into ours: line, field, value, what was expected."""
    location: Sequence[Any] = [part for part in fault["loc"] if part not in ("[key]", "decimal")]
    field = ".".join(str(part) for part in location) or "rules"
    line = _line(content, location)
    place = f"{where}:{line}: {field}" if line else f"{where}: {field}"
    if fault["type"] == "missing":
        return Fault(place, "the field is missing", "add it; the JSON Schema tells its form")
    if fault["type"] == "extra_forbidden":
        return Fault(place, "there is no such field", "remove it or correct its spelling")
    expected = re.sub(r"^(Input should be|Value error,) ?", "", str(fault["msg"]))
    if isinstance(fault["input"], Mapping):
        return Fault(place, f"the fields do not fit: {expected}", "correct them")
    return Fault(place, f"the value is {fault['input']!r}", f"it should be {expected}")


def _line(content: Any, location: Sequence[Any]) -> int | None:
    """Return the line of a field [1-based], as near as it exists."""
    line = None
    for part in location:
        try:
            line = content.lc.data[part][0] + 1
            content = content[part]
        except (AttributeError, KeyError, IndexError, TypeError):
            break
    return line
