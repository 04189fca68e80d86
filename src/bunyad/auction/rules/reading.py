"""Read rules from YAML or JSON, and tell every fault at once with its line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bunyad.auction.rules.model import Rules
from bunyad.errors import InputError
from bunyad.written import ReadyMade, fields_faults, parse_fields

_READY = ReadyMade("bunyad.auction.rules")
ready_made = _READY.names
rules_text = _READY.text


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
    content = parse_fields(text, where=where, start="format: bunyad-auction-rules/1")
    try:
        return Rules.model_validate(content)
    except ValidationError as error:
        raise InputError.of(fields_faults(error, content, where=where)) from None


def rules_schema() -> dict[str, Any]:
    """Return the JSON Schema of rules, for editors to complete and check."""
    schema = Rules.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
