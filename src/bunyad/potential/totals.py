"""Supply curves, and totals at three levels: theoretical, technical, economic."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from bunyad.options.potential import PotentialOptions
from bunyad.potential.cells import Cells
from bunyad.potential.hydro import theoretical_hydro_gwh
from bunyad.potential.result import POTENTIAL_TOTALS, SUPPLY_CURVES
from bunyad.potential.technology import Technology
from bunyad.potential.yields import Yields
from bunyad.tables import conform


def supply_curves(sites: pd.DataFrame) -> pd.DataFrame:
    """
    Return what each technology can yield at rising cost.

    Existing plants come first, since their capital is spent.

    Parameters
    ----------
    sites
        The sites, as `SITES`.
    """
    curves = sites.sort_values(["technology", "lcoe_usd_per_mwh", "id"], kind="stable")
    sums = curves.groupby("technology")[["capacity_mw", "annual_energy_gwh"]].cumsum()
    frame = pd.DataFrame(
        {
            "technology": curves["technology"],
            "site": curves["id"],
            "lcoe_usd_per_mwh": curves["lcoe_usd_per_mwh"],
            "capacity_mw": curves["capacity_mw"],
            "cumulative_capacity_mw": sums["capacity_mw"],
            "cumulative_energy_gwh": sums["annual_energy_gwh"],
        }
    )
    return conform(frame, SUPPLY_CURVES)


def theoretical_totals(
    cells: Cells,
    yields: Mapping[str, Yields],
    technologies: Mapping[str, Technology],
    *,
    options: PotentialOptions,
) -> dict[str, tuple[float, float]]:
    """
    Return capacity [MW] and energy [GWh/a] of each technology before any limit.

    Parameters
    ----------
    cells
        The cells of the region.
    yields
        Yield of the cells, by technology; hydropower has none.
    technologies
        Density of each technology.
    options
        Runoff depth.
    """
    totals = {}
    for name, found in yields.items():
        cell_mw = technologies[name].density_mw_per_km2 * cells.covered_km2
        totals[name] = (float(cell_mw.sum()), float(cell_mw @ found.hours) / 1e3)
    energy = float(theoretical_hydro_gwh(cells, options=options).sum())
    totals["hydro"] = (energy * 1e3 / hours_of_year(yields), energy)
    return totals


def hours_of_year(yields: Mapping[str, Yields]) -> int:
    """Return the hours of the year that the yields cover."""
    return int(next(iter(yields.values())).hours_of_year)


def potential_totals(
    theoretical: Mapping[str, tuple[float, float]],
    sites: pd.DataFrame,
    *,
    options: PotentialOptions,
) -> pd.DataFrame:
    """
    Return the totals of each technology at each level.

    Parameters
    ----------
    theoretical
        Capacity and energy before any limit, by technology.
    sites
        The sites, as `SITES`.
    options
        Cost up to which a site counts as economic.
    """
    limit = options.economic_lcoe_usd_per_mwh
    rows = []
    for name, (capacity, energy) in theoretical.items():
        of_it = sites[sites["technology"] == name]
        economic = of_it[of_it["lcoe_usd_per_mwh"] <= limit]
        rows += [
            (name, "theoretical", capacity, energy, _theoretical_meaning(name)),
            (name, "technical", *_sums(of_it), "All sites, with plants that exist"),
            (
                name,
                "economic",
                *_sums(economic),
                f"Sites that cost {limit:g} US$/MWh or less, with plants that exist",
            ),
        ]
    return conform(pd.DataFrame(rows, columns=POTENTIAL_TOTALS.names()), POTENTIAL_TOTALS)


def _sums(sites: pd.DataFrame) -> tuple[float, float]:
    """Return the capacity and the energy of some sites."""
    return float(sites["capacity_mw"].sum()), float(sites["annual_energy_gwh"].sum())


def _theoretical_meaning(technology: str) -> str:
    """Say what the theoretical level counts."""
    if technology == "hydro":
        return "All runoff falling to the lowest ground; capacity is the mean power of the year"
    return "The whole region covered with plants, whatever the land"
