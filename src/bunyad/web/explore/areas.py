"""What an area of land could yield: the cells of a plan's land that lie in it."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from bunyad.options import PotentialOptions
from bunyad.potential.result import Potential
from bunyad.potential.technology import technologies
from bunyad.region.model import Region
from bunyad.web.explore.bodies import AreaAnswer, TechnologyAnswer

DEGREES = "EPSG:4326"
M2_PER_KM2 = 1e6


def assess_area(
    region: Region, potential: Potential, area: BaseGeometry, *, options: PotentialOptions
) -> AreaAnswer:
    """
    Sum up the land within an area.

    Parameters
    ----------
    region, potential
        The plan's land.
    area
        Polygon in longitude and latitude [degrees].
    options
        Density and usable share of each technology.
    """
    polygon = gpd.GeoSeries([area], crs=DEGREES).to_crs(region.crs).iloc[0]
    inside = polygon.intersection(region.boundary.geometry.union_all())
    share = _covered(potential, inside)
    x, y = potential.land["x"].to_numpy(), potential.land["y"].to_numpy()
    cell_km2 = abs(float(x[1] - x[0]) * float(y[1] - y[0])) / M2_PER_KM2
    answers = [
        _technology(potential, share * cell_km2, name, options) for name in ("solar", "wind")
    ]
    return AreaAnswer(
        area_km2=round(polygon.area / M2_PER_KM2, 3),
        inside_km2=round(inside.area / M2_PER_KM2, 3),
        technologies=answers,
        settlements=int(region.settlements.geometry.within(polygon).sum()),
    )


def _covered(potential: Potential, area: BaseGeometry) -> NDArray[np.float64]:
    """Return the part of each cell of the land that lies in an area [-]."""
    x, y = potential.land["x"].to_numpy(), potential.land["y"].to_numpy()
    half_x, half_y = abs(x[1] - x[0]) / 2, abs(y[1] - y[0]) / 2
    west, south, east, north = area.bounds if not area.is_empty else (0.0, 0.0, 0.0, 0.0)
    share = np.zeros((len(y), len(x)))
    rows = np.flatnonzero((y > south - half_y) & (y < north + half_y))
    columns = np.flatnonzero((x > west - half_x) & (x < east + half_x))
    if area.is_empty or not len(rows) or not len(columns):
        return share
    east_of, north_of = np.meshgrid(x[columns], y[rows])
    cells = shapely.box(east_of - half_x, north_of - half_y, east_of + half_x, north_of + half_y)
    shapely.prepare(area)
    part = shapely.area(shapely.intersection(cells, area)) / (4 * half_x * half_y)
    share[np.ix_(rows, columns)] = part
    return share


def _technology(
    potential: Potential, km2: NDArray[np.float64], name: str, options: PotentialOptions
) -> TechnologyAnswer:
    """Sum up one technology: eligible land, what fits on it, and why the rest does not."""
    code = potential.land[f"{name}_exclusion"].to_numpy()
    hours_name = "solar_yield_kwh_per_kw" if name == "solar" else "wind_full_load_hours"
    hours = np.nan_to_num(potential.land[hours_name].to_numpy())
    eligible = np.where(code == 0, km2, 0.0)
    technology = technologies(options)[name]
    density = technology.density_mw_per_km2 * technology.usable_share
    rules = potential.land_rules[potential.land_rules["technology"] == name]
    lost: dict[str, float] = {
        str(row["rule"]): float(km2[code == row["order"]].sum()) for row in rules.to_dict("records")
    }
    capacity = float(eligible.sum()) * density
    energy = float((eligible * hours).sum()) * density / 1e3
    return TechnologyAnswer(
        technology=name,
        eligible_km2=round(float(eligible.sum()), 3),
        capacity_mw=round(capacity, 2),
        annual_energy_gwh=round(energy, 2),
        excluded_km2={rule: round(value, 3) for rule, value in lost.items() if value > 0},
    )
