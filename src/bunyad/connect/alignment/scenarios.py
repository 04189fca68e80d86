"""Scenarios: the best line of several designs, so that what is looser never costs more."""

from __future__ import annotations

from collections.abc import Sequence

from bunyad.connect.alignment.find import Place, adopt, cheapest, find_alignment
from bunyad.connect.alignment.model import Alignment, Design, Surface
from bunyad.connect.alignment.prepare import land_of
from bunyad.connect.alignment.profile import keep_limits
from bunyad.errors import InfeasibleError
from bunyad.options import ConnectOptions


def find_scenarios(
    surface: Surface,
    designs: Sequence[Design],
    *,
    start: Place,
    end: Place,
    via: Sequence[Place] = (),
    options: ConnectOptions,
) -> list[Alignment | None]:
    """
    Find the best line of each design, all of them tried for each.

    Every line found for one design is laid under all others too, and each design takes the
    cheapest of all that keep its limits. So a design with a steeper grade, a smaller radius,
    more structures or lower prices never costs more than the stricter one, whatever the search
    missed.

    Parameters
    ----------
    surface
        The land.
    designs
        What is compared.
    start, end, via
        As for `find_alignment`.
    options
        Fineness of search and profile.

    Returns
    -------
    list
        A line for each design, None where there is none.
    """
    land = land_of(surface)
    found: list[Alignment] = []
    for design in designs:
        try:
            line = find_alignment(surface, design, start=start, end=end, via=via, options=options)
        except InfeasibleError:
            continue
        found.append(line)
    pool = [
        line
        for design in designs
        for seed in found
        for line in adopt(surface, land, design, seed, options)
    ]
    return [
        cheapest(
            [keep_limits(surface, land, design, line.points_m, options=options) for line in pool]
        )
        for design in designs
    ]
