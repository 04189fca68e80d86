"""Roofs: the yearly yield of modules on the roofs of settlements."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from bunyad.options.potential import PotentialOptions
from bunyad.potential.cells import inside_cells, nearest_cell
from bunyad.potential.sunfield import monthly_hours, sun_field, take
from bunyad.potential.sunland import cell_places
from bunyad.region.model import Region


def roof_yields(region: Region, *, options: PotentialOptions) -> pd.Series[float]:
    """
    Return the yearly yield of fixed modules at each settlement, by its identifier [kWh/kWp].

    They have the tilt and direction of the options for fixed modules, and an inverter as large
    as they are.

    Parameters
    ----------
    region
        Climate, terrain and settlements.
    options
        Tilt, direction, losses and efficiencies.
    """
    fixed = options.model_copy(update={"solar_mounting": "fixed", "solar_dc_ac_ratio": 1.0})
    cells = inside_cells(region)
    places = region.settlements
    points = shapely.get_coordinates(places.geometry.to_numpy())
    nearest = [nearest_cell(cells, x, y) for x, y in points]
    roofs = cell_places(region, cells, options=fixed)
    sun = take(sun_field(roofs, region.climate, options=fixed), np.asarray(nearest))
    hours = monthly_hours(sun).sum(axis=1)
    return pd.Series(hours, index=pd.Index(places["id"], name="settlement"), dtype=float)
