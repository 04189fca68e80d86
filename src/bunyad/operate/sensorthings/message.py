"""A request to the service and its answer, whatever carried them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

import orjson

from bunyad.operate.sensorthings.language.options import Options, parse_options
from bunyad.operate.sensorthings.refusals import Refusal

JSON = "application/json"
ROOTS = ("/sensorthings/v1.1", "/v1.1")  # where the service is mounted
TEXT = "text/plain; charset=utf-8"
_MOST_OPTIONS = 100


@dataclass(slots=True)
class Request:
    """
    What is asked of the service.

    Parameters
    ----------
    method
        HTTP method.
    path
        Path below the service's root, without percent signs.
    query
        What follows the question mark, as it came.
    base
        Address of the service's root, without a slash at its end.
    content
        Body.
    headers
        Headers by lower-case name.
    mqtt
        Address of the MQTT broker that tells of the service's changes; none where there is none.
    may_delete
        Whether the client may delete, also within a batch.
    """

    method: str
    path: str
    query: str = ""
    base: str = ""
    content: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    mqtt: str = ""
    may_delete: bool = True

    def pairs(self) -> list[tuple[str, str]]:
        """
        Return the query's names and values.

        Raises
        ------
        Refusal
            If there are too many.
        """
        return list(_pairs(self.query))

    def options(self) -> Options:
        """
        Return the query's options.

        Raises
        ------
        Refusal
            If one is unknown or cannot be read.
        """
        return _options(self.query)

    def link(self, pairs: list[tuple[str, str]]) -> str:
        """Return the address of the same path with another query."""
        return f"{self.base}/{quote(self.path.strip('/'), safe=_SAFE)}?{write_query(pairs)}"


@lru_cache(maxsize=512)
def _pairs(query: str) -> tuple[tuple[str, str], ...]:
    if not query:
        return ()
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=_MOST_OPTIONS)
    except ValueError:
        raise Refusal("too many options", where="query", mend="give fewer") from None
    return tuple(_apart(*pair) for pair in pairs)


def _apart(name: str, it: str) -> tuple[str, str]:
    """Return name and value, also where a client put a percent sign for the one between."""
    if it or "=" not in name:
        return name, it
    first, _, rest = name.partition("=")
    return first, rest


@lru_cache(maxsize=512)
def _options(query: str) -> Options:
    return parse_options(list(_pairs(query)))


_SAFE = "$()/:,'=;.-@*"


def write_query(pairs: Iterable[tuple[str, str]]) -> str:
    """
    Write a query as a link holds it.

    Examples
    --------
    >>> write_query([("$orderby", "result desc"), ("$top", "1")])
    '$orderby=result%20desc&$top=1'
    """
    return "&".join(f"{quote(name, safe='$')}={quote(it, safe=_SAFE)}" for name, it in pairs)


@dataclass(slots=True)
class Reply:
    """An answer: status, body, media type, headers beside."""

    status: int = 200
    body: bytes = b""
    media: str = JSON
    headers: list[tuple[str, str]] = field(default_factory=list)


def tell(document: Any, status: int = 200) -> Reply:
    """Return an answer of JSON."""
    return Reply(status, orjson.dumps(document))


def refuse(refusal: Refusal) -> Reply:
    """Return an answer that refuses."""
    return Reply(refusal.status, orjson.dumps(refusal.body()))


def split_address(address: str, base: str) -> tuple[str, str]:
    """
    Return path and query, below the service's root, of an address within a batch.

    Examples
    --------
    >>> split_address("/v1.1/Things(1)?$select=name", "http://host/v1.1")
    ('/Things(1)', '$select=name')
    """
    rest = address.strip()
    root = "/" + base.partition("://")[2].partition("/")[2]
    for start in (base, root, *ROOTS):
        if rest.startswith(start) and rest[len(start) :][:1] in {"", "/", "?"}:
            rest = rest[len(start) :]
            break
    path, _, query = rest.partition("?")
    path = unquote(path)
    return path if path.startswith("/") else f"/{path}", query
