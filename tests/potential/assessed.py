"""Potentials of the small world, each assessed once for all tests of the room."""

from __future__ import annotations

from functools import cache

from worlds import small_region

from bunyad.options.potential import PotentialOptions
from bunyad.potential import Potential, assess_potential


@cache
def small_potential(**values: float) -> Potential:
    """Return what the small world yields with some options; nobody may change it."""
    return assess_potential(small_region(), options=PotentialOptions(**values))
