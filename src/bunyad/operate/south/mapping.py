"""From the values of a message to samples of attributes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bunyad.operate.records.times import from_iso
from bunyad.operate.south.sample import Sample
from bunyad.operate.south.sources import Point
from bunyad.operate.south.units import convert

__all__ = ["Unfit", "filter_of", "instant_of", "pattern_of", "pick", "samples_from"]

EVERY = "*"
STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
LEVEL = re.compile(r"\{(\w+)\}")
SECONDS_BELOW, MILLISECONDS_BELOW = 1e11, 1e14
"""Plain numbers below these are seconds or milliseconds since 1970, above them microseconds."""


class Unfit(ValueError):  # noqa: N818  (it is a message)
    """A message that does not fit its mapping."""


def filter_of(topic: str) -> str:
    """
    Return the topic filter of a template.

    Examples
    --------
    >>> filter_of("bunyad/{settlement}/{type}/{name}")
    'bunyad/+/+/+'
    """
    return LEVEL.sub("+", topic)


def pattern_of(topic: str) -> re.Pattern[str]:
    """
    Return the pattern that finds the names of a template in a topic.

    Examples
    --------
    >>> pattern_of("meters/{home}/#").fullmatch("meters/12/power/now").groupdict()
    {'home': '12'}
    """
    parts = []
    for level in topic.split("/"):
        if level == "#":
            parts.append("(?:.*)")
        elif level == "+":
            parts.append("[^/]*")
        elif match := LEVEL.fullmatch(level):
            parts.append(f"(?P<{match[1]}>[^/]+)")
        else:
            parts.append(re.escape(level))
    return re.compile("/".join(parts).replace("/(?:.*)", "(?:/.*)?"))


def pick(content: Any, path: str) -> Any:
    """
    Return what stands at a path, or None.

    Examples
    --------
    >>> pick({"rx": [{"rssi": -71}]}, "rx[0].rssi")
    -71
    """
    if isinstance(content, dict) and path in content:
        return content[path]
    for name, index in STEP.findall(path):
        if name and isinstance(content, dict):
            content = content.get(name)
        elif index and isinstance(content, list) and int(index) < len(content):
            content = content[int(index)]
        else:
            return None
    return content


def instant_of(value: Any) -> int:
    """
    Return an instant [µs since 1970] of ISO 8601 or a number since 1970.

    Raises
    ------
    Unfit
        If it is none.

    Examples
    --------
    >>> instant_of("2030-07-01T00:00:00Z") == instant_of(1909094400) == instant_of(1909094400000)
    True
    """
    if isinstance(value, str):
        try:
            return int(from_iso(value))
        except ValueError:
            raise Unfit(f"{value!r} is no time") from None
    if not isinstance(value, int | float) or isinstance(value, bool) or value <= 0:
        raise Unfit(f"{value!r} is no time")
    if value < SECONDS_BELOW:
        return round(value * 1_000_000)
    return round(value * 1_000) if value < MILLISECONDS_BELOW else round(value)


def samples_from(
    values: Mapping[str, Any],
    points: Sequence[Point],
    *,
    at_us: int,
    names: Mapping[str, str],
    times: Mapping[str, int] | None = None,
) -> list[Sample]:
    """
    Return the samples of a message.

    Parameters
    ----------
    values
        What the message holds.
    points
        Which of it becomes what. Values that are not there are left out.
    at_us
        When it was observed [µs since 1970].
    names
        What the {names} of entities, types and attributes stand for.
    times
        Instants of single values, where they have their own [µs since 1970].

    Raises
    ------
    Unfit
        If a value is no number though its unit is to be changed, or a {name} is not known.
    """
    found = []
    taken: set[str] = set()
    for point in points:
        for name, value in _values_of(values, point, taken):
            found.append(
                Sample(
                    entity=_fill(point.entity, names),
                    type=_fill(point.type, names),
                    attribute=_fill(point.attribute, names) or name,
                    at_us=(times or {}).get(name, at_us),
                    value=_changed(value, point, name),
                    unit=point.unit or _unit_of(point, name, names),
                    dataset=point.dataset,
                )
            )
    return found


def _values_of(
    values: Mapping[str, Any], point: Point, taken: set[str]
) -> Iterator[tuple[str, Any]]:
    """Give the values that a point means."""
    if point.value == EVERY:
        for name, value in values.items():
            if name not in taken and value is not None:
                yield name, value
        return
    value = pick(values, point.value)
    taken.add(point.value.split(".")[0].split("[")[0])
    if value is not None:
        yield point.value, value


def _unit_of(point: Point, name: str, names: Mapping[str, str]) -> str:
    """Return the unit that the village's vocabulary has of an attribute taken as it is."""
    from bunyad.operate.village.vocabulary import vocabulary  # noqa: PLC0415  (few need it)

    known = vocabulary().get(_fill(point.type, names), {}).get(point.attribute or name)
    return known.unit if known else ""


def _fill(template: str, names: Mapping[str, str]) -> str:
    """Return a template with its {names} filled in."""

    def told(match: re.Match[str]) -> str:
        if match[1] not in names:
            raise Unfit(f"{template!r}: nothing is named {match[1]!r}")
        return names[match[1]]

    return LEVEL.sub(told, template) if "{" in template else template


def _changed(value: Any, point: Point, name: str) -> Any:
    """Return a value in the attribute's unit."""
    is_changed = point.scale != 1 or point.offset != 0 or point.from_unit
    if not is_changed:
        return value
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            raise Unfit(f"{name} is {value!r}, no number") from None
    if isinstance(value, dict):
        return {key: _changed(one, point, name) for key, one in value.items()}
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise Unfit(f"{name} is {value!r}, no number")
    value = value * point.scale + point.offset
    if point.from_unit:
        value = convert(value, from_unit=point.from_unit, to_unit=point.unit)
    return float(f"{value:.12g}")  # 0.1 × 3 is 0.3 on a meter
