"""The Plan: the results of every room, from one region and one set of options."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from bunyad.connect import Networks, connect_places
from bunyad.energy import EnergySystem, check_dispatch, optimise_energy
from bunyad.options import Options, resolve_options
from bunyad.plan.compare import compare_with_published
from bunyad.potential import Potential, assess_potential
from bunyad.programme import Programme, schedule_projects
from bunyad.region import Region
from bunyad.settle import Settlements, design_settlements
from bunyad.tiles import HERE, Tiles

RESULTS: dict[str, type] = {
    "potential": Potential,
    "settle": Settlements,
    "connect": Networks,
    "energy": EnergySystem,
    "programme": Programme,
}
"""What each room gives, in the order in which the rooms run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A whole master plan."""

    region: Region
    options: Options
    potential: Potential
    settlements: Settlements
    networks: Networks
    energy: EnergySystem
    programme: Programme
    comparison: pd.DataFrame
    """What the plan says beside what has been published."""
    provenance: Mapping[str, Any]
    """Inputs' hashes, versions and options, where the plan was made from a folder."""


Step = Callable[[str, Callable[[], Any]], Any]
"""Runs one stage: takes its name and the work, and gives the work's result."""


def _run(_stage: str, work: Callable[[], Any]) -> Any:
    return work()


def make_plan(
    region: Region,
    options: Options | None = None,
    *,
    step: Step = _run,
    tiles: Tiles = HERE,
    provenance: Mapping[str, Any] | None = None,
) -> Plan:
    """
    Plan a region: run every room in order.

    Parameters
    ----------
    region
        What is there, from `bunyad.region.load_region`.
    options
        Every option; without it, the defaults with the region's own assumptions.
    step
        Runs one stage; a caller can show progress or take a stored result instead.
    tiles
        Who works on many cells, from `bunyad.tiles.open_tiles`; the plan is the same.
    provenance
        Kept in the plan as it is.

    Returns
    -------
    Plan
        The results of the rooms.

    Raises
    ------
    InfeasibleError
        If the options leave no energy system or no order of projects.
    """
    if options is None:
        options = region_options(region)
    potential = step(
        "potential", lambda: assess_potential(region, options=options.potential, tiles=tiles)
    )
    settlements = step("settle", lambda: design_settlements(region, options=options.settle))
    networks = step(
        "connect",
        lambda: connect_places(
            region, settlements=settlements, potential=potential, options=options.connect
        ),
    )
    energy = step(
        "energy",
        lambda: check_dispatch(
            networks,
            optimise_energy(
                region,
                potential=potential,
                settlements=settlements,
                networks=networks,
                options=options.energy,
            ),
            grid=options.connect,
            options=options.energy,
        ),
    )
    programme = step(
        "programme",
        lambda: schedule_projects(
            region,
            potential=potential,
            settlements=settlements,
            networks=networks,
            energy=energy,
            options=options.programme,
        ),
    )
    plan = Plan(
        region=region,
        options=options,
        potential=potential,
        settlements=settlements,
        networks=networks,
        energy=energy,
        programme=programme,
        comparison=pd.DataFrame(),
        provenance=provenance or {},
    )
    return compare_with_published(plan)


def region_options(region: Region, *layers: tuple[str, Mapping[str, Any]]) -> Options:
    """
    Return the options of a region: defaults, its own assumptions, then further layers.

    Parameters
    ----------
    region
        Whose assumptions to take.
    layers
        Pairs of a place for messages and values by `room.name`; later ones win.
    """
    own = {assumption.key: assumption.value for assumption in region.assumptions}
    return resolve_options((f"{region.name}/region.yaml: assumptions", own), *layers)
