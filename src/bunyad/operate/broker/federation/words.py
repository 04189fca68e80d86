"""A request said again in the words of another context (CIM 009, 4.3.6.6)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, unquote

from bunyad.operate.broker.contexts import Context
from bunyad.operate.broker.model import KINDS
from bunyad.operate.broker.reading import OF_INSTANCES
from bunyad.operate.broker.subscriptions.endpoints import rename_types

Rename = Callable[[str], str]
_LISTS = frozenset({"attrs", "pick", "omit", "expandValues", "drop", "keep"})
_NAMES = frozenset({"geoproperty", "geometryProperty"})
_NEVER = frozenset({"id", "type", "scope", "@context", "@id", "@type"}) | OF_INSTANCES
_WORDS = re.compile(r"[^,{}|]+")
# texts in quotes, what stands in brackets, and paths of names where a condition begins
_OF_QUERIES = re.compile(r'"(?:[^"\\]|\\.)*"|\[[^\]]*\]|(?:^|(?<=[;|({,]))[^\W\d][\w.:]*')


def renamed(
    params: Mapping[str, str], document: Any, path: str, known: Context, wanted: Context
) -> tuple[dict[str, str], Any, str]:
    """
    Return the parameters, the body and the path of a request with names of another context.

    Parameters
    ----------
    params, document, path
        The request.
    known
        What its names stand for.
    wanted
        The context whose names they get.
    """

    def rename(name: str) -> str:
        return name if name in _NEVER else wanted.compact(known.expand(name))

    told = {name: _renamed_value(name, value, rename) for name, value in params.items()}
    begin, _, attribute = path.partition("/attrs/")
    if attribute:
        name, _, rest = attribute.partition("/")
        path = f"{begin}/attrs/{quote(rename(unquote(name)), safe=':')}" + (rest and f"/{rest}")
    if isinstance(document, list):
        return told, [_renamed_document(one, rename) for one in document], path
    if attribute and isinstance(document, dict):
        return told, _renamed_attribute(document, rename), path
    return told, _renamed_document(document, rename), path


def renamed_back(document: Any, known: Context, wanted: Context) -> Any:
    """Return a told entity with the names of another context."""
    return _renamed_document(
        document, lambda name: name if name in _NEVER else wanted.compact(known.expand(name))
    )


def renamed_query(text: str, known: Context, wanted: Context) -> str:
    """Return a query with the names of another context."""
    return _renamed_query(
        text, lambda name: name if name in _NEVER else wanted.compact(known.expand(name))
    )


def _renamed_value(name: str, value: str, rename: Rename) -> str:
    if name == "type":
        return rename_types(value, rename)
    if name in _LISTS:
        return _WORDS.sub(lambda found: rename(found[0]), value)
    if name in _NAMES:
        return rename(value)
    return _renamed_query(value, rename) if name == "q" else value


def _renamed_query(text: str, rename: Rename) -> str:
    """
    Return a query with other names of attributes; what it compares with stays.

    Examples
    --------
    >>> _renamed_query('speed.level>1;(name=="speed"|speed)', str.upper)
    'SPEED.LEVEL>1;(NAME=="speed"|SPEED)'
    """

    def one(found: re.Match[str]) -> str:
        if found[0][0] in '"[':
            return found[0]
        return ".".join(rename(name) for name in found[0].split("."))

    return _OF_QUERIES.sub(one, text)


def _renamed_document(document: Any, rename: Rename) -> Any:
    if not isinstance(document, dict):
        return document
    told: dict[str, Any] = {}
    for name, value in document.items():
        if name == "type" and value not in KINDS:
            many = isinstance(value, list)
            told[name] = [rename(one) for one in value] if many else rename(value)
        elif name in _NEVER:
            told[name] = value
        else:
            told[rename(name)] = (
                [_renamed_attribute(one, rename) for one in value]
                if isinstance(value, list)
                else _renamed_attribute(value, rename)
            )
    return told


def _renamed_attribute(value: Any, rename: Rename) -> Any:
    """Return an instance with the names of its attributes; plain values stay."""
    if not isinstance(value, dict) or not (value.keys() & _NEVER):
        return value
    told: dict[str, Any] = {}
    for name, one in value.items():
        if name == "vocab":
            told[name] = [rename(word) for word in one] if isinstance(one, list) else rename(one)
        elif name in _NEVER:
            told[name] = one
        else:
            told[rename(name)] = (
                [_renamed_attribute(each, rename) for each in one]
                if isinstance(one, list)
                else _renamed_attribute(one, rename)
            )
    return told
