"""The front door: from a region to what its land can yield."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import xarray as xr

from bunyad.options.potential import PotentialOptions
from bunyad.potential.cells import Cells, Ints, inside_cells, spread
from bunyad.potential.hydro import hydro_sites
from bunyad.potential.land import (
    first_exclusion,
    land_rules,
    rule_table,
    solar_limits,
    wind_limits,
)
from bunyad.potential.result import LAND_RULES, Potential
from bunyad.potential.sites import Ground, area_sites, site_profiles, site_table
from bunyad.potential.sunfield import sun_field
from bunyad.potential.sunland import cell_places
from bunyad.potential.technology import technologies
from bunyad.potential.totals import potential_totals, supply_curves, theoretical_totals
from bunyad.potential.wind import hub_factor, wind_basis
from bunyad.potential.yields import Yields, basis_yields, sun_yields
from bunyad.region.model import Region
from bunyad.tables import conform


def assess_potential(region: Region, *, options: PotentialOptions) -> Potential:
    """
    Find what the land of a region can yield from sun, wind and small rivers.

    Parameters
    ----------
    region
        Land, climate, settlements, rivers, plants and hazards.
    options
        Rules for land, technology and cost.

    Returns
    -------
    Potential
        Eligible land, sites with hourly output and cost, supply curves and totals.

    Raises
    ------
    InputError
        If windpowerlib has no power curve of the chosen turbine.
    """
    cells = inside_cells(region)
    places = cell_places(region, cells, options=options)
    yields = {
        "solar": sun_yields(sun_field(places, region.climate, options=options)),
        "wind": basis_yields(wind_basis(cells, region.climate, options=options)),
    }
    hub_speed = cells.wind_speed_ms * hub_factor(options)
    exclusion: dict[str, Ints] = {}
    tables = []
    for limits in (solar_limits(options), wind_limits(options)):
        rules = land_rules(region, cells, limits, hub_speed)
        exclusion[limits.technology] = first_exclusion(rules, cells.count)
        tables.append(
            rule_table(limits.technology, rules, exclusion[limits.technology], cells.area_km2)
        )

    ground = Ground(region=region, cells=cells, hub_speed_ms=hub_speed, options=options)
    known = technologies(options)
    sites = [
        site
        for name, found in yields.items()
        for site in area_sites(ground, known[name], found, exclusion[name] == 0)
    ]
    sites += hydro_sites(ground, known["hydro"])
    table = site_table(sites, region.crs)
    theoretical = theoretical_totals(cells, yields, known, options=options)
    return Potential(
        land=_land(region, cells, exclusion, yields),
        sites=table,
        profiles=site_profiles(sites, region.climate["time"]),
        supply_curves=supply_curves(table),
        land_rules=conform(pd.concat(tables, ignore_index=True), LAND_RULES),
        totals=potential_totals(theoretical, table, options=options),
    )


def _land(
    region: Region, cells: Cells, exclusion: Mapping[str, Ints], yields: Mapping[str, Yields]
) -> xr.Dataset:
    """Lay exclusions and yields on the terrain's grid."""
    none = float("nan")
    layers = {
        "solar_exclusion": (exclusion["solar"].astype("int16"), -1, "1"),
        "wind_exclusion": (exclusion["wind"].astype("int16"), -1, "1"),
        "solar_yield_kwh_per_kw": (yields["solar"].hours, none, "kWh/kW"),
        "wind_full_load_hours": (yields["wind"].hours, none, "h"),
    }
    return xr.Dataset(
        {
            name: (("y", "x"), spread(cells, values, outside=outside), {"units": unit})
            for name, (values, outside, unit) in layers.items()
        },
        coords={"y": region.terrain["y"].to_numpy(), "x": region.terrain["x"].to_numpy()},
        attrs={"crs": region.crs},
    )
