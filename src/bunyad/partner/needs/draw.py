"""Needs from the projects of a plan and from the bills of its smart systems."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bunyad.errors import Fault, InputError
from bunyad.partner.needs.asked import Asked, asked_by, wordings
from bunyad.partner.needs.model import Need
from bunyad.partner.needs.reading import PlanBills
from bunyad.project import KINDS, Project

SMART = "smart_village"
OTHER = "*"
"""Stands in the table for systems that it does not name."""


def draw_needs(
    plan: PlanBills,
    *,
    country: str = "AZ",
    languages: Sequence[str] = ("az", "en"),
    kinds: Sequence[str] = KINDS,
) -> tuple[Need, ...]:
    """
    Draw from each project what it asks for.

    A data table says what each kind of project asks for, in which branches and for which part of
    its cost. A village's smart systems ask by themselves, with the quantities of the bill; systems
    that the same suppliers make, such as meters for electricity, water and heat, are one need;
    systems that the table does not name are one need too, in the bill's own words.

    Parameters
    ----------
    plan
        Projects and bills.
    country
        Country of the plan, ISO 3166-1.
    languages
        Languages that work there is done in, ISO 639-1.
    kinds
        Kinds of project that ask; some of `bunyad.project.KINDS`.

    Returns
    -------
    tuple of Need
        In the order of the projects.

    Raises
    ------
    InputError
        If a kind is unknown.
    """
    faults = [
        Fault("kinds", f"{one!r} is no kind of project", f"choose from {', '.join(KINDS)}")
        for one in kinds
        if one not in KINDS
    ]
    if faults:
        raise InputError.of(faults)
    bills: dict[str, list[Mapping[str, Any]]] = {}
    for row in plan.systems:
        bills.setdefault(str(row["settlement"]), []).append(row)
    found: list[Need] = []
    for project in plan.projects:
        if project.kind not in kinds:
            continue
        where = (country, tuple(languages))
        found += [
            _need(project, one, _part(project, one), (), where)
            for one in asked_by().get(("project", project.kind), ())
        ]
        if project.kind == SMART:
            rows = [row for place in project.serves for row in bills.get(place, ())]
            found += _of_systems(project, rows, where)
    return tuple(found)


def _part(project: Project, asked: Asked) -> float:
    """Return the part of the project's cost that is asked for."""
    cost = project.capex_usd if asked.cost == "capex" else project.opex_usd_per_year
    return cost * asked.share


def _of_systems(
    project: Project, rows: Iterable[Mapping[str, Any]], where: tuple[str, tuple[str, ...]]
) -> list[Need]:
    """Return the needs of a bill: lines that ask for the same are one."""
    lines: dict[str, list[Mapping[str, Any]]] = {}
    asked: dict[str, Asked] = {}
    for row in rows:
        one = asked_by().get(("system", str(row["system"])), asked_by()["system", OTHER])[0]
        lines.setdefault(one.asked, []).append(row)
        asked[one.asked] = one
    return [
        _need(
            project,
            asked[key],
            sum(float(row["cost_usd"]) for row in bill),
            tuple(f"{_number(row['quantity'])} {row['unit']}: {row['system']}" for row in bill),
            where,
        )
        for key, bill in lines.items()
    ]


def _need(
    project: Project,
    asked: Asked,
    amount_usd: float,
    quantities: tuple[str, ...],
    where: tuple[str, tuple[str, ...]],
) -> Need:
    country, languages = where
    told = wordings()[asked.asked]
    return Need(
        id=f"{project.id}.{asked.asked}",
        project=project.id,
        asked=asked.asked,
        title=f"{told.en}: {project.name}",
        kind=asked.kind,
        text="; ".join([told.words, *_unnamed(asked, quantities)]),
        sectors=asked.sectors,
        languages=languages,
        country=country,
        district=project.district,
        amount_usd=amount_usd,
        start=project.start,
        finish=project.finish,
        quantities=quantities,
        longitude=float(project.geometry.x),
        latitude=float(project.geometry.y),
    )


def _unnamed(asked: Asked, quantities: tuple[str, ...]) -> list[str]:
    """Return the systems that only the bill names."""
    return [line.partition(": ")[2] for line in quantities] if asked.key == OTHER else []


def _number(value: Any) -> str:
    return f"{float(value):g}"
