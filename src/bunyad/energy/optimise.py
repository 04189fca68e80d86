"""From what the land yields and people need to the least-cost energy system."""

from __future__ import annotations

import xarray as xr

from bunyad.connect.result import Networks
from bunyad.energy.inputs import gather_inputs
from bunyad.energy.outcome import describe_dispatch, list_lines, list_plants, tidy_solution
from bunyad.energy.result import EnergySystem
from bunyad.energy.roofs import roof_energy
from bunyad.energy.silence import silent
from bunyad.energy.solve import solve_least_cost
from bunyad.energy.summary import summarise_system
from bunyad.errors import InputError
from bunyad.options.energy import EnergyOptions
from bunyad.potential.result import Potential
from bunyad.region.model import Region
from bunyad.settle.result import Settlements


def optimise_energy(
    region: Region,
    *,
    potential: Potential,
    settlements: Settlements,
    networks: Networks,
    options: EnergyOptions,
) -> EnergySystem:
    """
    Find the least-cost energy system of the last year of the plan.

    Parameters
    ----------
    region
        Interconnectors and substations.
    potential
        Sites of plants, with their hourly profiles and costs.
    settlements
        Hourly demand.
    networks
        Buses, power lines, and which bus each settlement and site connects to.
    options
        Prices, costs, the least renewable share and the number of weeks.

    Returns
    -------
    EnergySystem
        What to build and how it runs in representative weeks. Losses of power lines are not
        counted; flows follow Kirchhoff's laws in their linear form, with the impedance of the
        lines as first laid.

    Raises
    ------
    InputError
        If exports earn more than imports cost, so that trade in a circle would pay.
    InfeasibleError
        If demand cannot be met; it names the rules that clash.
    """
    if options.export_price_usd_per_mwh > options.import_price_usd_per_mwh:
        raise InputError(
            f"exports would earn {options.export_price_usd_per_mwh:g} US$/MWh and imports cost "
            f"{options.import_price_usd_per_mwh:g} US$/MWh, so that trade in a circle would pay",
            where="energy.export_price_usd_per_mwh",
            mend="give an export price up to the import price",
        )
    inputs = gather_inputs(
        region,
        potential=potential,
        settlements=settlements,
        networks=networks,
        options=options,
    )
    n = solve_least_cost(inputs, options=options, name=region.name)
    tidy_solution(n)
    plants = list_plants(n, inputs, options=options)
    dispatch = describe_dispatch(n, inputs)
    with silent():
        exported = n.export_to_netcdf(None)
    # PyPSA keeps names in sets, whose order differs from one process to the next.
    ordered = {name: exported.variables[name] for name in sorted(map(str, exported.variables))}
    return EnergySystem(
        plants=plants,
        lines=list_lines(n, inputs),
        summary=summarise_system(n, plants, dispatch, options=options),
        dispatch=dispatch,
        network=xr.Dataset(ordered, attrs=dict(sorted(exported.attrs.items()))),
        roofs=roof_energy(settlements.roofs, potential.roof_yields, settlements.places),
    )
