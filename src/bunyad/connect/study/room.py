"""Room beside closed land: bends cut corners, and the search knows corners only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import numpy as np
from scipy.ndimage import binary_dilation

from bunyad.connect.alignment.model import Surface
from bunyad.errors import InfeasibleError
from bunyad.options import ConnectOptions

Found = TypeVar("Found")


def search_with_room(
    surface: Surface,
    find: Callable[[Surface], Found],
    price: Callable[[Found], Found],
    *,
    options: ConnectOptions,
) -> Found:
    """
    Search on a surface; where closed land leaves no line, again with a dear strip beside it.

    A chain of straight pieces may pass so close by closed land that its bends touch it. A strip
    that costs more keeps the chain away; what is found is then priced on the land as it is.

    Parameters
    ----------
    surface
        The land; closed cells have no height.
    find
        Finds lines on a surface.
    price
        Prices them on the land as it is.
    options
        Width and surcharge of the strip.

    Raises
    ------
    InfeasibleError
        If there is no line either way.
    """
    try:
        return find(surface)
    except InfeasibleError:
        closed = np.isnan(surface.elevation_m)
        if not closed.any():
            raise
    strip = binary_dilation(closed, iterations=options.closed_strip_cells)
    factor = np.where(strip, surface.factor * options.closed_strip_factor, surface.factor)
    return price(find(replace(surface, factor=factor.astype(np.float32))))
