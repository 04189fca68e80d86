"""The front door: from a region to what its land can yield."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from bunyad.options.potential import PotentialOptions
from bunyad.potential.cells import Floats, Ints, inside_cells, nearest_points, spread
from bunyad.potential.hydro import hydro_sites
from bunyad.potential.land import (
    Land,
    all_exclusions,
    apply_rules,
    first_exclusion,
    rule_table,
)
from bunyad.potential.masts import correct_by_masts
from bunyad.potential.result import LAND_RULES, Potential
from bunyad.potential.roofs import roof_yields
from bunyad.potential.rules import land_rules
from bunyad.potential.shear import hub_factor
from bunyad.potential.shown import shown_places
from bunyad.potential.sites import Ground, area_sites, site_profiles, site_table
from bunyad.potential.sunland import cell_places
from bunyad.potential.technology import technologies
from bunyad.potential.totals import potential_totals, supply_curves, theoretical_totals
from bunyad.potential.weibull import fit_weibull
from bunyad.potential.years import cell_yields
from bunyad.potential.yields import Yields
from bunyad.region.model import Region
from bunyad.tables import conform
from bunyad.tiles import HERE, Tiles


def assess_potential(
    region: Region, *, options: PotentialOptions, tiles: Tiles = HERE
) -> Potential:
    """
    Find what the land of a region can yield from sun, wind and small rivers.

    Parameters
    ----------
    region
        Land, climate, settlements, rivers, plants and hazards.
    options
        Rules for land, technology and cost.
    tiles
        Who works on horizon, sun and wind of the cells, from `bunyad.tiles.open_tiles`; by
        default this process. The answer is the same.

    Returns
    -------
    Potential
        Eligible land, sites with hourly output and cost, supply curves and totals.

    Raises
    ------
    InputError
        If windpowerlib has no power curve of the chosen turbine.
    """
    region = correct_by_masts(region, options=options)
    cells = inside_cells(region)
    places = cell_places(region, cells, options=options, tiles=tiles)
    yields, fields = cell_yields(region, cells, places, options=options, tiles=tiles)
    hub_speed = cells.wind_speed_ms * hub_factor(options)
    land = Land(region=region, cells=cells, hub_speed_ms=hub_speed)
    rulings = {
        name: apply_rules(land, land_rules(region, name, options=options)) for name in yields
    }
    exclusion = {name: first_exclusion(found, cells.count) for name, found in rulings.items()}
    hits = {name: all_exclusions(found, cells.count) for name, found in rulings.items()}
    tables = [rule_table(name, found, cells.covered_km2) for name, found in rulings.items()]

    ground = Ground(region=region, cells=cells, hub_speed_ms=hub_speed, options=options)
    known = technologies(options)
    sites = [
        site
        for name, found in yields.items()
        for site in area_sites(ground, known[name], found, exclusion[name] == 0)
    ]
    sites += hydro_sites(ground, known["hydro"])
    table = site_table(sites, region.crs, options=options)
    theoretical = theoretical_totals(cells, yields, known, options=options)
    return Potential(
        land=_land(land, exclusion, hits, yields),
        sites=table,
        profiles=site_profiles(sites, region.climate["time"]),
        supply_curves=supply_curves(table),
        land_rules=conform(pd.concat(tables, ignore_index=True), LAND_RULES),
        totals=potential_totals(theoretical, table, options=options),
        places=shown_places(
            cells,
            places,
            fields,
            pd.DatetimeIndex(region.climate["time"].to_numpy()),
            options=options,
        ),
        roof_yields=roof_yields(region, options=options),
    )


def _land(
    land: Land,
    exclusion: Mapping[str, Ints],
    hits: Mapping[str, Ints],
    yields: Mapping[str, Yields],
) -> xr.Dataset:
    """Lay exclusions and yields on the terrain's grid."""
    region, cells = land.region, land.cells
    none = float("nan")
    layers: dict[str, tuple[NDArray[Any], float, str]] = {
        "solar_exclusion": (exclusion["solar"].astype("int16"), -1, "1"),
        "wind_exclusion": (exclusion["wind"].astype("int16"), -1, "1"),
        "solar_rules_hit": (hits["solar"].astype("uint32"), 0, "1"),
        "wind_rules_hit": (hits["wind"].astype("uint32"), 0, "1"),
        "solar_yield_kwh_per_kw": (yields["solar"].hours, none, "kWh/kW"),
        "wind_full_load_hours": (yields["wind"].hours, none, "h"),
        "wind_speed_hub_ms": (land.hub_speed_ms, none, "m/s"),
        "wind_weibull_shape": (_weibull_shape(land), none, "1"),
    }
    return xr.Dataset(
        {
            name: (("y", "x"), spread(cells, values, outside=outside), {"units": unit})
            for name, (values, outside, unit) in layers.items()
        },
        coords={"y": region.terrain["y"].to_numpy(), "x": region.terrain["x"].to_numpy()},
        attrs={
            "crs": region.crs,
            "weather_years": region.climate.attrs.get("weather_years", "one"),
            "wind_corrected_by": region.climate.attrs.get("wind_corrected_by", "no masts"),
        },
    )


def _weibull_shape(land: Land) -> Floats:
    """Return the Weibull shape of each cell's wind, that of the nearest climate point [-]."""
    climate = land.region.climate
    points = np.column_stack([climate["x"].to_numpy(), climate["y"].to_numpy()])
    nearest = nearest_points(land.cells, points, 1)[1][:, 0]
    fit = fit_weibull(climate["wind_speed_ms"].to_numpy().astype(float))
    return np.asarray(fit.shape[nearest], dtype=float)
