"""What is compared: a route on the land, one with structures, and ones that run elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bunyad.connect.alignment import (
    Alignment,
    Design,
    Surface,
    find_alignment,
    find_alternatives,
)
from bunyad.connect.alignment.profile import best_profile, no_line
from bunyad.connect.alignment.scenarios import find_scenarios
from bunyad.options import ConnectOptions

OPEN, STRUCTURES = "open", "structures"
Place = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A route that is asked for."""

    id: str
    name: str
    design: Design
    """As the corridor asks for; its rule on structures says which variant is chosen."""
    places: tuple[Place, ...]
    """Start, places between, end [m]."""
    published_key: str = ""
    alternatives: int = 0
    """Further routes that run elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One answer to a question."""

    name: str
    line: Alignment
    is_chosen: bool


def find_variants(
    surface: Surface, question: Question, *, options: ConnectOptions
) -> list[Variant]:
    """
    Find a route without and with structures, and others that run elsewhere.

    Parameters
    ----------
    surface
        The land.
    question
        What is asked.
    options
        Fineness of the search.

    Returns
    -------
    list
        Variants that there are: without structures first.

    Raises
    ------
    InfeasibleError
        If there is none.
    """
    start, *via, end = question.places
    names = {OPEN: False, STRUCTURES: True}
    designs = [
        replace(question.design, has_bridges=allowed, has_tunnels=allowed)
        for allowed in names.values()
    ]
    lines = find_scenarios(surface, designs, start=start, end=end, via=via, options=options)
    found = [
        Variant(name=name, line=line, is_chosen=names[name] == question.design.has_tunnels)
        for name, line in zip(names, lines, strict=True)
        if line is not None
    ]
    if not found:
        raise no_line(question.design)
    if question.alternatives:
        found += _elsewhere(surface, question, found[-1].line.design, options)
    return found


def _elsewhere(
    surface: Surface, question: Question, design: Design, options: ConnectOptions
) -> list[Variant]:
    """Find routes that run elsewhere, of the last variant's design."""
    lines = find_alternatives(
        surface,
        design,
        find=lambda land, one: _find(land, one, question, options),
        price=lambda land, one, line: best_profile(
            land, one, line_m=line.points_m[:, :2], options=options
        ),
        count=1 + question.alternatives,
        options=options,
    )
    return [
        Variant(name=f"elsewhere-{number}", line=line, is_chosen=False)
        for number, line in enumerate(lines[1:], start=1)
    ]


def _find(
    surface: Surface, design: Design, question: Question, options: ConnectOptions
) -> Alignment:
    start, *via, end = question.places
    return find_alignment(surface, design, start=start, end=end, via=via, options=options)
