"""Sites that the plan found but does not build, offered at a size that somebody chooses."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from bunyad.auction.lots.tables import PlanTables
from bunyad.errors import Fault, InputError
from bunyad.options.auction import AuctionOptions
from bunyad.project import Project

KW_PER_MW = 1000
MONTHS = 12
LABELS = {"solar": "Solar plant", "wind": "Wind farm", "hydro": "Hydropower plant"}
SEE = "see the sites layer of plan.gpkg"


def offer_sites(
    plan: PlanTables, *, capacities_mw: Mapping[str, float], terms: AuctionOptions
) -> PlanTables:
    """
    Add a project for each of some sites, as if the plan built it.

    The cost is that of the site and of its connection for each kW. It waits for the clearance of
    its district and for the power line that reaches its bus first, and for its land; work takes
    as long as the terms say.

    Parameters
    ----------
    plan
        What was planned.
    capacities_mw
        Capacity by site [MW].
    terms
        `construction_months` is used.

    Returns
    -------
    PlanTables
        The same plan with more projects, each of the site's identifier.

    Raises
    ------
    InputError
        If a site is unknown, stands already, is a project of the plan, or is smaller.
    """
    sites = {str(row["id"]): row for row in plan.sites.to_dict("records")}
    buses = {
        str(row["member"]): row for row in plan.members.to_dict("records") if row["kind"] == "site"
    }
    taken = {one.id for one in plan.projects}
    faults = []
    for name, capacity_mw in capacities_mw.items():
        what = _wrong(name, capacity_mw, sites.get(name), taken)
        if not what and name not in buses:
            what = "the plan joins it to no bus"
        if what:
            faults.append(Fault(f"site {name}", what, SEE))
    if faults:
        raise InputError.of(faults)
    projects, plants = list(plan.projects), []
    for name, capacity_mw in capacities_mw.items():
        project = _draft(plan, sites[name], buses[name], float(capacity_mw), terms)
        projects.append(project)
        plants.append(
            {
                "id": name,
                "technology": project.kind,
                "bus": str(buses[name]["bus"]),
                "energy_capacity_mwh": 0.0,
            }
        )
    known = plan.plants[~plan.plants["id"].isin(list(capacities_mw))]
    return replace(
        plan,
        projects=tuple(projects),
        plants=pd.concat([known, pd.DataFrame(plants)], ignore_index=True),
    )


def _wrong(name: str, capacity_mw: float, site: Mapping[Any, Any] | None, taken: set[str]) -> str:
    """Say why a site cannot be offered at a size; empty if it can."""
    if site is None:
        return "the plan knows no such site"
    if bool(site["is_existing"]):
        return "it stands already"
    if name in taken:
        return "it is a project of the plan"
    if not 0 < capacity_mw <= site["capacity_mw"]:
        return f"{capacity_mw:g} MW do not fit; it holds {site['capacity_mw']:.1f} MW"
    return ""


def _draft(
    plan: PlanTables,
    site: Mapping[Any, Any],
    member: Mapping[Any, Any],
    capacity_mw: float,
    terms: AuctionOptions,
) -> Project:
    """Draft the project of a site."""
    waits = _waits_for(plan, site, str(member["bus"]))
    start = max([int(site["available_from"]), *(one.finish + 1 for one in waits)])
    per_kw = site["capex_usd_per_kw"] + member["capex_usd_per_kw"]
    own_name = str(site["id"]).removeprefix(f"{site['technology']}-").replace("-", " ").title()
    return Project(
        id=str(site["id"]),
        kind=str(site["technology"]),
        name=f"{LABELS[site['technology']]} {own_name}",
        district=str(site["district"]),
        geometry=site["geometry"],
        capacity=capacity_mw,
        unit="MW",
        capex_usd=per_kw * capacity_mw * KW_PER_MW,
        opex_usd_per_year=site["opex_usd_per_kw_year"] * capacity_mw * KW_PER_MW,
        start=start,
        finish=start + max(math.ceil(terms.construction_months / MONTHS), 1) - 1,
        requires=tuple(one.id for one in waits),
        serves=(),
        funding="private",
        provenance=f"auction: site {site['id']} of the plan, offered at {capacity_mw:g} MW",
    )


def _waits_for(plan: PlanTables, site: Mapping[Any, Any], bus: str) -> list[Project]:
    """Return the clearance of a site's district and the line that reaches its bus first."""
    lines = plan.routes[plan.routes["kind"].eq("power_line")]
    at_bus = set(lines.loc[lines["start"].eq(bus) | lines["end"].eq(bus), "id"])
    reaching = sorted(
        (one for one in plan.projects if one.id in at_bus), key=lambda one: (one.finish, one.id)
    )
    clearing = [
        one
        for one in plan.projects
        if one.kind == "clearance"
        and one.district == site["district"]
        and site["clearance_usd"] > 0
    ]
    return [*clearing, *reaching[:1]]
