"""Roofs: the energy that modules on homes and public buildings could yield."""

from __future__ import annotations

import pandas as pd

from bunyad.energy.result import ROOFS
from bunyad.tables import conform

KWH_PER_GWH = 1e6
MWH_PER_GWH = 1e3


def roof_energy(modules: pd.DataFrame, yields: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """
    Return what the roofs of each settlement could yield, beside its demand.

    Parameters
    ----------
    modules
        Modules that the roofs can hold, as `settle.ROOF_MODULES`.
    yields
        Yield of roofs, as `potential.ROOF_YIELDS`.
    places
        The settlements with their demand, as `settle.PLACES`.

    Returns
    -------
    DataFrame
        As `ROOFS`, in the order of the modules.

    Examples
    --------
    >>> modules = pd.DataFrame(
    ...     {"settlement": ["aghali"], "capacity_kwp": [330.0], "orientation_share": [0.9]})
    >>> yields = pd.DataFrame({"settlement": ["aghali"], "yield_kwh_per_kwp": [1500.0]})
    >>> places = pd.DataFrame({"id": ["aghali"], "annual_demand_mwh": [900.0]})
    >>> roof_energy(modules, yields, places)["annual_energy_gwh"].round(4).tolist()
    [0.4455]
    """
    roofs = modules[["settlement", "capacity_kwp", "orientation_share"]]
    by_place = yields.set_index("settlement")["yield_kwh_per_kwp"]
    demand_gwh = places.set_index("id")["annual_demand_mwh"] / MWH_PER_GWH
    kwh_per_kwp = roofs["settlement"].map(by_place).astype(float) * roofs["orientation_share"]
    energy = roofs["capacity_kwp"] * kwh_per_kwp / KWH_PER_GWH
    demand = roofs["settlement"].map(demand_gwh).astype(float)
    share = (energy / demand.where(demand > 0)).fillna(0.0)
    return conform(roofs.assign(annual_energy_gwh=energy, demand_share=share), ROOFS)
