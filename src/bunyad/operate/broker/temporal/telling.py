"""The past as clients get to read it (CIM 009, 4.5.6 to 4.5.9)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bunyad.operate.broker.contexts import Context
from bunyad.operate.broker.model import VALUE_OF, Instance
from bunyad.operate.broker.telling import Form, is_told, simple_value, tell_instance
from bunyad.operate.broker.temporal.aggregates import Totals, aggregate
from bunyad.operate.broker.temporal.past import SCOPE, Evolution, Line
from bunyad.operate.broker.temporal.window import Window
from bunyad.operate.records import to_iso

NORMAL, BRIEF = "normalized", "concise"
VALUES, AGGREGATED = "temporalValues", "aggregatedValues"
MANY = {
    "value": "values",
    "object": "objects",
    "languageMap": "languageMaps",
    "vocab": "vocabs",
    "json": "jsons",
    "valueList": "valueLists",
    "objectList": "objectLists",
}
"""Under which the values of all instances stand, by the member of one."""


def cut_page(lines: list[Line], window: Window) -> None:
    """
    Cut an entity's lines to one page, all of them at the same instant.

    Where a line has more instances than a page holds, no line goes beyond the instant at which
    that one ends, so that a client who goes on from there misses nothing.
    """
    ends = []
    for line in lines:
        if len(line.instances) > window.page:
            line.instances = line.instances[: window.page]
            line.cut = True
            ends.append(line.instances[-1][0])
    if not ends:
        return
    end = max(ends) if window.last else min(ends)
    for line in lines:
        kept = [
            pair for pair in line.instances if (pair[0] >= end if window.last else pair[0] <= end)
        ]
        line.cut = line.cut or len(kept) < len(line.instances)
        line.instances = kept


def range_of(evolutions: list[Evolution], window: Window, asked: dict[str, str]) -> str | None:
    """
    Return what the header Content-Range says, or nothing where all that was asked for is told.

    Parameters
    ----------
    evolutions
        What is told.
    window
        What was asked for.
    asked
        The parameters, with `timeAt` and `endTimeAt` as written.
    """
    lines = [line for one in evolutions for line in one.lines]
    instants = [at_us for line in lines for at_us, _ in line.instances]
    if not instants or not any(line.cut for line in lines):
        return None
    first, last = to_iso(min(instants)), to_iso(max(instants))
    if window.last:
        starts = {"before": asked.get("timeAt"), "between": asked.get("endTimeAt")}
        return f"date-time {starts.get(window.relation) or last}-{first}/{window.last}"
    start = asked["timeAt"] if window.relation in {"after", "between"} else first
    return f"date-time {start}-{last}/*"


def tell_evolution(
    evolution: Evolution, context: Context, form: Form, how: str, totals: Totals | None = None
) -> dict[str, Any]:
    """
    Tell an entity's past.

    Parameters
    ----------
    evolution
        The past.
    context
        What names are called.
    form
        Members to tell, language, whether times of writing are told.
    how
        `normalized`, `concise`, `temporalValues` or `aggregatedValues`.
    totals
        What to aggregate, for `aggregatedValues`.
    """
    told: dict[str, Any] = {}
    if _is_told("id", form):
        told["id"] = evolution.id
    if _is_told("type", form):
        types = [context.compact(iri) for iri in evolution.types]
        told["type"] = types[0] if len(types) == 1 else types
    if form.system and how in {NORMAL, BRIEF}:
        told["createdAt"] = to_iso(evolution.created_us)
        told["modifiedAt"] = to_iso(evolution.modified_us)
        if evolution.deleted_us is not None:
            told["deletedAt"] = to_iso(evolution.deleted_us)
    by_name: dict[str, list[Line]] = {}
    for line in evolution.lines:
        name = "scope" if line.attribute == SCOPE else line.attribute
        if _is_told(name, form):
            by_name.setdefault(line.attribute, []).append(line)
    for iri, lines in by_name.items():
        name = "scope" if iri == SCOPE else context.compact(iri)
        if how in {NORMAL, BRIEF}:
            told[name] = [
                _normal(instance, context, form, brief=how == BRIEF)
                for line in lines
                for _, instance in line.instances
            ]
            continue
        tell = _values if how == VALUES else _totals(totals)
        found = [one for line in lines if (one := tell(line, context, form))]
        if found:
            told[name] = found[0] if len(found) == 1 else found
    return told


def _is_told(member: str, form: Form) -> bool:
    if form.attributes and member not in {"id", "type"} and member not in form.attributes:
        return False
    return is_told(member, form)


def _normal(instance: Instance, context: Context, form: Form, *, brief: bool) -> dict[str, Any]:
    told = tell_instance(instance, context, form)
    if brief:  # what the value stands under says of which kind it is (4.5.5)
        del told["type"]
    if "deletedAt" in instance:
        told["deletedAt"] = instance["deletedAt"]
    return told


def _values(line: Line, context: Context, form: Form) -> dict[str, Any]:
    told: dict[str, Any] = {"type": line.kind}
    if line.dataset:
        told["datasetId"] = line.dataset
    told[MANY[VALUE_OF[line.kind]]] = [
        [simple_value(instance, context, form), instance.get("deletedAt") or to_iso(at_us)]
        for at_us, instance in line.instances
    ]
    return told


def _totals(totals: Totals | None) -> Callable[[Line, Context, Form], dict[str, Any]]:
    assert totals is not None

    def tell(line: Line, _context: Context, _form: Form) -> dict[str, Any]:
        found = aggregate(line, totals)
        if not found:
            return {}
        told: dict[str, Any] = {"type": line.kind}
        if line.dataset:
            told["datasetId"] = line.dataset
        return {**told, **found}

    return tell
