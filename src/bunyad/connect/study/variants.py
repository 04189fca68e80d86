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
from bunyad.connect.alignment.profile import best_profile
from bunyad.errors import InfeasibleError
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
    wants_structures = question.design.has_tunnels
    found: list[Variant] = []
    trouble: InfeasibleError | None = None
    for name, allowed in ((OPEN, False), (STRUCTURES, True)):
        design = replace(question.design, has_bridges=allowed, has_tunnels=allowed)
        try:
            line = _find(surface, design, question, options)
        except InfeasibleError as error:
            trouble = error
            continue
        found.append(Variant(name=name, line=line, is_chosen=allowed == wants_structures))
    if not found:
        assert trouble is not None
        raise trouble
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
