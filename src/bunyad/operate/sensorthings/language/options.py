"""What to do with what a path names: `$filter`, `$expand`, `$select`, `$orderby`, paging."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, replace
from typing import Any

import orjson

from bunyad.operate.sensorthings.language.parser import parse_expression
from bunyad.operate.sensorthings.language.tree import Expression
from bunyad.operate.sensorthings.refusals import NotDone, Refusal

PAGE = 100  # entities of a page, unless asked for others
LONGEST_PAGE = 20_000
DEEPEST_EXPAND = 8
_FORMS = frozenset({"dataarray", "csv", "geojson", "default"})
_KNOWN = frozenset(
    {
        "$filter", "$expand", "$select", "$orderby", "$count", "$top", "$skip", "$skiptoken",
        "$resultformat", "$format",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Order:
    """One key of an order."""

    by: Expression
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Expand:
    """A relation to show inside, with options of its own."""

    relation: str
    options: Options


@dataclass(frozen=True, slots=True)
class Options:
    """
    The query options of a request, or of one `$expand` within it.

    Parameters
    ----------
    where
        Condition of `$filter`.
    expand
        Relations to show inside.
    select
        Names to show; none for all.
    order
        Keys of the order.
    count
        Whether the number of all entities is asked for.
    top
        Most entities to return; none where not said.
    skip
        Entities to leave out first.
    after
        Values of the order's keys of the last entity of the page before.
    form
        Result format: dataarray, csv or geojson in small letters; none for the standard's JSON.
    said
        The options as they were given, for links to the next page.
    """

    where: Expression | None = None
    expand: tuple[Expand, ...] = ()
    select: tuple[str, ...] = ()
    order: tuple[Order, ...] = ()
    count: bool = False
    top: int | None = None
    skip: int = 0
    after: tuple[object, ...] | None = None
    form: str = ""
    said: tuple[tuple[str, str], ...] = ()

    @property
    def page(self) -> int:
        """Return the most entities that the page may hold."""
        return PAGE if self.top is None else min(self.top, LONGEST_PAGE)


NONE = Options()


def parse_options(pairs: list[tuple[str, str]]) -> Options:
    """
    Read the query options of a request.

    Raises
    ------
    Refusal
        If one is not done here (501), is given twice or cannot be read.

    Examples
    --------
    >>> parse_options([("$top", "5"), ("$count", "true")]).top
    5
    """
    return _parse(pairs, 0)


def _parse(pairs: list[tuple[str, str]], depth: int) -> Options:
    found: dict[str, Any] = {}
    seen: set[str] = set()
    for name, value in pairs:
        lower = name.strip().lower()
        if not lower.startswith("$"):
            continue
        if lower not in _KNOWN:
            raise NotDone(
                f"'{name[:40]}' is not done here", where=name[:40], mend="see OGC 18-088, 9.3"
            )
        if lower in seen:
            raise Refusal(f"'{name[:40]}' is given twice", where=name[:40], mend="give it once")
        seen.add(lower)
        found |= _READERS[lower](value.strip(), depth)
    return Options(**found, said=tuple(pairs))


def _read_filter(text: str, _: int) -> dict[str, Any]:
    return {"where": parse_expression(text)}


def _read_select(text: str, _: int) -> dict[str, Any]:
    names = tuple(part.strip() for part in text.split(","))
    if not all(names):
        raise Refusal(
            f"'{text[:80]}' names nothing", where="$select", mend="give names with commas"
        )
    return {"select": () if "*" in names else names}


def _read_order(text: str, _: int) -> dict[str, Any]:
    keys = []
    for part in split(text, ","):
        words = part.strip()
        lower = words.lower()
        descending = lower.endswith(" desc")
        if descending or lower.endswith(" asc"):
            words = words.rsplit(None, 1)[0]
        keys.append(Order(parse_expression(words, where="$orderby"), descending))
    return {"order": tuple(keys)}


def _read_count(text: str, _: int) -> dict[str, Any]:
    if text not in {"true", "false"}:
        raise Refusal(f"'{text[:40]}' is not true or false", where="$count", mend="give true")
    return {"count": text == "true"}


def _whole(text: str, where: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 12):
        raise Refusal(f"'{text[:40]}' is no count", where=where, mend="give a whole number from 0")
    return int(text)


def _read_top(text: str, _: int) -> dict[str, Any]:
    return {"top": _whole(text, "$top")}


def _read_skip(text: str, _: int) -> dict[str, Any]:
    return {"skip": _whole(text, "$skip")}


def _read_result_format(text: str, _: int) -> dict[str, Any]:
    if text.lower() not in _FORMS:
        raise NotDone(
            f"'{text[:40]}' is not done here",
            where="$resultFormat",
            mend="give dataArray, CSV, GeoJSON, or none",
        )
    return {"form": text.lower().replace("default", "")}


def _read_format(text: str, _: int) -> dict[str, Any]:
    if text.lower().partition(";")[0] not in {"json", "application/json"}:
        raise NotDone(f"'{text[:40]}' is not done here", where="$format", mend="give json, or none")
    return {}


def _read_after(text: str, _: int) -> dict[str, Any]:
    try:
        values = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError):
        values = None
    if not isinstance(values, list) or any(isinstance(each, (list, dict)) for each in values):
        raise Refusal("the token cannot be read", where="$skiptoken", mend="follow @iot.nextLink")
    return {"after": tuple(values)}


def write_token(values: tuple[object, ...]) -> str:
    """
    Return where a page ended, as a word of a link.

    Examples
    --------
    >>> parse_options([("$skiptoken", write_token((3, "a")))]).after
    (3, 'a')
    """
    return base64.urlsafe_b64encode(orjson.dumps(values)).rstrip(b"=").decode()


def _read_expand(text: str, depth: int) -> dict[str, Any]:
    if depth >= DEEPEST_EXPAND:
        raise Refusal("too deep", where="$expand", mend=f"nest no deeper than {DEEPEST_EXPAND}")
    found: dict[str, Options] = {}
    for part in split(text, ","):
        words = part.strip()
        names, bracket, inner = words.partition("(")
        if bracket and not inner.endswith(")"):
            raise Refusal(f"'{words[:80]}' is not closed", where="$expand", mend="close brackets")
        pairs = []
        for option in split(inner[:-1], ";") if bracket and inner[:-1].strip() else []:
            name, _, value = option.partition("=")
            pairs.append((name.strip(), value))
        first, *rest = (name.strip() for name in names.split("/"))
        options = _parse(pairs, depth + 1)
        if depth + len(rest) >= DEEPEST_EXPAND:
            raise Refusal("too deep", where="$expand", mend=f"nest no deeper than {DEEPEST_EXPAND}")
        for name in reversed(rest):
            options = Options(expand=(Expand(name, options),))
        found[first] = _merge(found[first], options) if first in found else options
    return {"expand": tuple(Expand(name, options) for name, options in found.items())}


def _merge(first: Options, second: Options) -> Options:
    """Join the options of a relation that is named twice, as in `A/B,A/C`."""
    expand = {each.relation: each.options for each in first.expand}
    for each in second.expand:
        known = expand.get(each.relation)
        expand[each.relation] = _merge(known, each.options) if known else each.options
    base = first if first != replace(NONE, expand=first.expand) else second
    return replace(base, expand=tuple(Expand(name, each) for name, each in expand.items()))


def split(text: str, mark: str) -> list[str]:
    """
    Cut a text at a mark that stands outside of brackets and quotes.

    Examples
    --------
    >>> split("a(b,c),'d,e'", ",")
    ['a(b,c)', "'d,e'"]
    """
    parts = []
    depth = start = 0
    quoted = False
    for at, sign in enumerate(text):
        if sign == "'":
            quoted = not quoted
        elif not quoted:
            depth += (sign == "(") - (sign == ")")
            if depth < 0:
                break
            if sign == mark and depth == 0:
                parts.append(text[start:at])
                start = at + 1
    if quoted or depth:
        raise Refusal(f"'{text[:80]}' is not closed", where="query", mend="close brackets, quotes")
    parts.append(text[start:])
    return parts


_READERS = {
    "$filter": _read_filter,
    "$expand": _read_expand,
    "$select": _read_select,
    "$orderby": _read_order,
    "$count": _read_count,
    "$top": _read_top,
    "$skip": _read_skip,
    "$skiptoken": _read_after,
    "$resultformat": _read_result_format,
    "$format": _read_format,
}
