"""Work for the tests of tiles, in a module of its own that workers load quickly."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np


def times(factor: int, number: int) -> int:
    return factor * number


def is_writable(array: np.ndarray, part: np.ndarray) -> bool:
    return bool(array.flags.writeable and part.flags.writeable)


def die_once(mark: Path, work: Callable[[Any, Any], Any], shared: Any, part: Any) -> Any:
    """Kill the own process where `mark` does not say that this has been done; else work."""
    try:
        mark.touch(exist_ok=False)
    except FileExistsError:
        return work(shared, part)
    return os.kill(os.getpid(), signal.SIGKILL)


def die(_shared: Any, _part: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def marked(work: Any, shared: Any, part: tuple[Path, Any]) -> Any:
    return die_once(part[0], work, shared, part[1])


def small_potential() -> Any:
    """Return what the land of the small world yields, and its sun hour by hour, by threads."""
    from worlds import small_region

    from bunyad.options.potential import PotentialOptions
    from bunyad.potential import assess_potential
    from bunyad.potential.sunfield import hourly_output

    region, options = small_region(), PotentialOptions()
    return assess_potential(region, options=options), hourly_output(small_sun())


def small_sun() -> Any:
    """Return the prepared sun of the small world."""
    from worlds import small_region

    from bunyad.options.potential import PotentialOptions
    from bunyad.potential.cells import inside_cells
    from bunyad.potential.sunfield import sun_field
    from bunyad.potential.sunland import cell_places

    region, options = small_region(), PotentialOptions()
    places = cell_places(region, inside_cells(region), options=options)
    return sun_field(places, region.climate, options=options)
