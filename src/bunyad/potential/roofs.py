"""Roofs: the yearly yield of modules on the roofs of settlements."""

from __future__ import annotations

import pandas as pd
import shapely

from bunyad.options.potential import PotentialOptions
from bunyad.potential.basis import yearly_hours
from bunyad.potential.cells import inside_cells, nearest_cell
from bunyad.potential.sun import solar_basis
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
    hours = yearly_hours(solar_basis(cells, region.climate, options=fixed))
    places = region.settlements
    points = shapely.get_coordinates(places.geometry.to_numpy())
    nearest = [nearest_cell(cells, x, y) for x, y in points]
    return pd.Series(hours[nearest], index=pd.Index(places["id"], name="settlement"), dtype=float)
