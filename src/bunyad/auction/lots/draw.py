"""Lots from the projects of a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from bunyad.auction.finance import PlantCase, plant_lcoe, price_for_irr
from bunyad.auction.lots.lot import Lot, Prerequisite
from bunyad.auction.lots.tables import PlanTables
from bunyad.auction.lots.units import price_in
from bunyad.auction.rules.model import Contract, Rules
from bunyad.errors import Fault, InputError
from bunyad.options import option_table
from bunyad.options.auction import AuctionOptions
from bunyad.project import Project

KINDS = ("solar", "wind", "hydro", "storage")
"""Kinds of project that lots are drawn from."""
STEP_USD_PER_MWH = Decimal("0.01")
"""Step in which the price that equity needs is found: a cent."""
KW_PER_MW = 1000
MWH_PER_GWH = 1000
NO_LAND = {
    "capacity_mw": 1.0,
    "area_km2": 0.0,
    "annual_energy_gwh": 0.0,
    "p75_gwh": 0.0,
    "p90_gwh": 0.0,
    "capex_usd_per_kw": 0.0,
    "clearance_usd": 0.0,
    "available_from": 0,
}
"""What a battery, which stands at its bus, has for a site."""


def draw_lots(
    plan: PlanTables,
    *,
    kinds: tuple[str, ...],
    rules: Rules,
    terms: AuctionOptions,
    per_usd: Decimal = Decimal(1),
    only: tuple[str, ...] = (),
) -> tuple[Lot, ...]:
    """
    Draw a lot from every project of some kinds.

    Yields are those of the site, in proportion to the part of its capacity that the project
    builds. The suggested ceiling is the least price that gives equity its return in the expected
    year, with loans that the poor year carries too, and a margin on top.

    Parameters
    ----------
    plan
        What was planned.
    kinds
        Some of `KINDS`.
    rules
        Rules of the auction: its currency and unit of price, years and indexation of its contract.
    terms
        On what terms plants are financed, and the margin.
    per_usd
        Units of the rules' currency for one US$ [-].
    only
        Identifiers of the projects to take; empty takes all.

    Returns
    -------
    tuple of Lot
        In the plan's order.

    Raises
    ------
    InputError
        If a kind is unknown, no project is left, a project has no plant, site or bus in the plan,
        or prices of the rules are not money per energy.
    InfeasibleError
        If no price gives equity its return.
    """
    chosen = _choose(plan, kinds, only)
    terms = terms_under(rules.contract, terms)
    plants = {_project_id(row): row for row in plan.plants.to_dict("records")}
    sites = {str(row["id"]): row for row in plan.sites.to_dict("records")}
    buses = {str(row["id"]): row for row in plan.buses.to_dict("records")}
    lots, faults = [], []
    for project in chosen:
        plant = plants.get(project.id, {})
        bus = buses.get(str(plant.get("bus", "")))
        site = bus if project.kind == "storage" else sites.get(str(plant.get("id", "")))
        if bus is None or site is None:
            what = "the plan's tables hold no plant, site or bus for it"
            faults.append(Fault(project.id, what, "plan again"))
            continue
        found = _lot(project, plant, site, bus, _first(plan, project))
        priced = _priced(found, rules, terms, per_usd)
        lots.append(replace(priced, price_unit=rules.price.unit))
    if faults:
        raise InputError.of(faults)
    return tuple(lots)


def terms_under(contract: Contract | None, terms: AuctionOptions) -> AuctionOptions:
    """Return the terms with the years and the indexation that a contract of the rules gives."""
    if contract is None or contract.years == 0:
        return terms
    changed = {
        "contract_years": contract.years,
        "indexation_share": float(contract.indexation_share),
    }
    return terms.model_copy(update=changed)


def plan_terms(provenance: Mapping[str, Any]) -> dict[str, Any]:
    """Return the plan's own options of finance and auctions, by key, from its provenance."""
    kept = provenance.get("options", {})
    rows = ((row.key, *row.key.partition(".")[::2]) for row in option_table())
    return {
        key: kept[room][name]
        for key, room, name in rows
        if room in ("finance", "auction") and name in kept.get(room, {})
    }


def _choose(plan: PlanTables, kinds: tuple[str, ...], only: tuple[str, ...]) -> list[Project]:
    """Return the projects of the kinds, or name what is wrong with the choice."""
    mend = f"give some of {', '.join(KINDS)}"
    faults = [Fault("kinds", f"{kind!r} is no kind", mend) for kind in kinds if kind not in KINDS]
    chosen = [one for one in plan.projects if one.kind in kinds and (not only or one.id in only)]
    known = {one.id for one in chosen}
    faults += [
        Fault("only", f"the plan has no project {one!r} of these kinds", "see projects.csv")
        for one in only
        if one not in known
    ]
    if not chosen and not faults:
        text = ", ".join(kinds) or "no kind"
        faults.append(Fault("kinds", f"the plan has no project of {text}", mend))
    if faults:
        raise InputError.of(faults)
    return chosen


def _project_id(plant: Mapping[Any, Any]) -> str:
    """Return the identifier of the project that builds a plant of the energy system."""
    technology = str(plant["technology"])
    own = str(plant["id"]).removeprefix(f"{technology}-")
    return f"{'storage' if technology == 'battery' else technology}-{own}"


def _first(plan: PlanTables, project: Project) -> tuple[Prerequisite, ...]:
    """Return the projects that a project waits for."""
    return tuple(
        Prerequisite(id=one.id, name=one.name, kind=one.kind, finish=one.finish)
        for one in plan.projects
        if one.id in project.requires
    )


def _lot(
    project: Project,
    plant: Mapping[Any, Any],
    site: Mapping[Any, Any],
    bus: Mapping[Any, Any],
    requires: tuple[Prerequisite, ...],
) -> Lot:
    """Return a lot without its price; a battery has a bus where plants have a site."""
    land = site if project.kind != "storage" else NO_LAND
    share = project.capacity / land["capacity_mw"]
    fence_usd = land["capex_usd_per_kw"] * project.capacity * KW_PER_MW
    p50_gwh = share * land["annual_energy_gwh"]
    ready = [one.finish for one in requires]
    return Lot(
        id=project.id,
        title=project.name,
        technology=project.kind,
        district=project.district,
        site=str(site["id"]),
        geometry=site["geometry"],
        site_area_km2=float(land["area_km2"]),
        area_km2=share * float(land["area_km2"]),
        capacity_mw=project.capacity,
        storage_mwh=float(plant["energy_capacity_mwh"]),
        p50_gwh=p50_gwh,
        p75_gwh=share * land["p75_gwh"],
        p90_gwh=share * land["p90_gwh"],
        full_load_hours=p50_gwh * MWH_PER_GWH / project.capacity,
        node=str(bus["id"]),
        node_name=str(bus["name"]),
        node_kv=float(bus["voltage_kv"]),
        connection_usd=max(project.capex_usd - fence_usd, 0.0) if land is site else 0.0,
        capex_usd=project.capex_usd,
        opex_usd_per_year=project.opex_usd_per_year,
        clearance_usd=share * float(land["clearance_usd"]),
        land_from=int(land["available_from"]),
        earliest_operation=max([project.finish, *ready]) + 1,
        requires=requires,
        lcoe_usd_per_mwh=0.0,
        equity_price_usd_per_mwh=None,
        suggested_ceiling=None,
        price_unit="",
    )


def _priced(lot: Lot, rules: Rules, terms: AuctionOptions, per_usd: Decimal) -> Lot:
    """Return a lot with its levelised cost and suggested ceiling."""
    if lot.p50_gwh <= 0:
        return lot
    case = PlantCase(
        capex_usd=lot.capex_usd,
        opex_usd_per_year=lot.opex_usd_per_year,
        p50_mwh=lot.p50_gwh * MWH_PER_GWH,
        p90_mwh=lot.p90_gwh * MWH_PER_GWH,
        life_years=round(getattr(terms, f"{lot.technology}_lifetime_years")),
        degradation_per_year=getattr(terms, f"{lot.technology}_degradation_per_year"),
    )
    price = price_for_irr(case, terms, step=STEP_USD_PER_MWH)
    margin = 1 + Decimal(str(terms.ceiling_margin))
    return replace(
        lot,
        lcoe_usd_per_mwh=plant_lcoe(case, terms),
        equity_price_usd_per_mwh=price,
        suggested_ceiling=price_in(price * margin, rules.price, per_usd=per_usd),
    )
