"""Roofs: the yearly yield of modules on the roofs of settlements."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from bunyad.options.potential import PotentialOptions
from bunyad.potential.cells import inside_cells, nearest_cell
from bunyad.potential.result import ROOF_YIELDS
from bunyad.potential.sunfield import monthly_hours, sun_field, take
from bunyad.potential.sunland import cell_places
from bunyad.region.model import Region
from bunyad.tables import conform


def roof_yields(region: Region, *, options: PotentialOptions) -> pd.DataFrame:
    """
    Return the yearly yield of fixed modules at each settlement, as `ROOF_YIELDS`.

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
    table = pd.DataFrame({"settlement": places["id"].to_numpy(), "yield_kwh_per_kwp": hours})
    return conform(table, ROOF_YIELDS)
