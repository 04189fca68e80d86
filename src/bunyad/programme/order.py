"""The front door of the room."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from bunyad.connect.result import Networks
from bunyad.energy.result import EnergySystem
from bunyad.errors import InfeasibleError
from bunyad.options.programme import ProgrammeOptions
from bunyad.potential.result import Potential
from bunyad.programme.drafting import draft_works
from bunyad.programme.result import Programme
from bunyad.programme.scheduling import schedule_works, yearly_limits
from bunyad.programme.spending import compare_budgets, list_spending
from bunyad.programme.works import date_work
from bunyad.project import KINDS, Project
from bunyad.region.model import Region
from bunyad.settle.result import Settlements

__all__ = ["schedule_projects"]


def schedule_projects(
    region: Region,
    *,
    potential: Potential,
    settlements: Settlements,
    networks: Networks,
    energy: EnergySystem,
    options: ProgrammeOptions,
) -> Programme:
    """
    Turn what the other rooms found into dated, costed projects under yearly budgets.

    Parameters
    ----------
    region
        Hazards, districts and the years of the plan.
    potential
        Land of the sites.
    settlements
        People, homes and smart systems.
    networks
        Roads, railways and power lines.
    energy
        Plants, batteries and added line capacity.
    options
        Options of the room.

    Returns
    -------
    Programme
        Projects, spending and budgets. Projects may finish after the last year unless
        `overrun` is `error`.

    Raises
    ------
    InfeasibleError
        If `overrun` is `error` and not everything fits before the last year.
    """
    works = draft_works(
        region,
        potential=potential,
        settlements=settlements,
        networks=networks,
        energy=energy,
        options=options,
    )
    limits = yearly_limits(region.first_year, region.last_year, options=options)
    dates = schedule_works(works, limits=limits)
    dated = [date_work(w, start=dates[w.id].start, finish=dates[w.id].finish) for w in works]
    projects = tuple(sorted(dated, key=lambda p: (p.start, KINDS.index(p.kind), p.id)))
    spending = list_spending(projects)
    if options.overrun == "error":
        _refuse_overrun(projects, spending, region.last_year)
    return Programme(
        projects=projects, spending=spending, budgets=compare_budgets(spending, limits=limits)
    )


def _refuse_overrun(projects: Sequence[Project], spending: pd.DataFrame, last_year: int) -> None:
    """Raise an error if a project finishes after the last year of the plan."""
    late = [project for project in projects if project.finish > last_year]
    if not late:
        return
    missing = spending[spending["year"] > last_year].groupby("funding")["capex_usd"].sum()
    sums = " and ".join(
        f"{usd / 1e6:,.1f} million US$ of {funding} money" for funding, usd in missing.items()
    )
    raise InfeasibleError(
        f"{len(late)} of {len(projects)} projects finish after {last_year}; "
        f"{sums or 'no money'} would be spent later",
        clashing=[
            "region.yaml: horizon.last_year",
            *(f"programme.{funding}_budget_usd_per_year" for funding in missing.index),
            "programme.overrun",
        ],
        mend="raise the yearly budgets, set a later last year, or set programme.overrun to extend",
    )
