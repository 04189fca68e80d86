"""What the plan says beside what has been published, with one line on each difference."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pandas as pd
from pyproj import Transformer

from bunyad.report.words import messages
from bunyad.tables import conform, schema

if TYPE_CHECKING:
    from bunyad.plan.model import Plan

COMPARISON = schema(
    "comparison",
    ("key", "str", "", "Quantity"),
    ("title", "str", "", "What it is, in words"),
    ("planned", "float", "", "What the plan says, in `unit`"),
    ("planned_low", "float?", "", "Lower end of the plan's 80 % interval, where it has one"),
    ("planned_high", "float?", "", "Upper end of it"),
    ("published", "float", "", "What was published, in `unit`"),
    ("unit", "str", "", "Unit of both"),
    ("ratio", "float?", "-", "Planned divided by published"),
    ("source", "str", "", "Who published it"),
    ("note", "str", "", "What the published figure counts"),
    ("explanation", "str", "", "Why they differ, in one line"),
)

POPULATION = "population_"
REFERENCE_POINTS = {"jabrayil": (47.052, 39.330)}
"""Longitude and latitude [degrees] of published climate years."""


def compare_with_published(plan: Plan) -> Plan:
    """
    Return the plan with its table of planned against published figures.

    Only figures that the plan has a counterpart for are in the table; the others stay in the
    region as context.

    Parameters
    ----------
    plan
        A plan with the results of every room.
    """
    words = messages("en")
    rows = []
    for row in plan.region.published.to_dict("records"):
        planned = planned_value(plan, row["key"], row["note"])
        if planned is None:
            continue
        message = explanation_message(row["key"])
        rows.append(
            {
                "key": row["key"],
                "title": row["title"],
                "planned": planned,
                **_interval(plan, row["key"]),
                "published": row["value"],
                "unit": row["unit"],
                "ratio": planned / row["value"] if row["value"] else None,
                "source": row["source"],
                "note": row["note"],
                "explanation": words.get(message, ""),
            }
        )
    table = pd.DataFrame(rows, columns=COMPARISON.names())
    return dataclasses.replace(plan, comparison=conform(table, COMPARISON))


def explanation_message(key: str) -> str:
    """
    Return the name of the message that explains a difference.

    Examples
    --------
    >>> explanation_message("population_fuzuli")
    'explain-population'
    """
    if key.startswith(POPULATION):
        return "explain-population"
    return "explain-" + key.replace("_", "-")


def planned_value(plan: Plan, key: str, note: str) -> float | None:
    """
    Return what the plan says to a published figure, or None where it has no counterpart.

    Parameters
    ----------
    plan
        A plan.
    key
        Key of the published figure.
    note
        Its note; a year at its start is the year that the figure stands for.
    """
    if key.startswith(POPULATION):
        return _people(plan, key.removeprefix(POPULATION), note)
    studied = _rows(plan.networks.route_options, published_key=key, is_chosen=True)
    if len(studied):
        return float(studied["real_length_km"].iloc[0])
    checked = _rows(plan.networks.route_checks, published_key=key)
    if len(checked):
        return float(checked["length_km"].iloc[0])
    counterpart = COUNTERPARTS.get(key)
    return None if counterpart is None else counterpart(plan)


def _people(plan: Plan, settlement: str, note: str) -> float | None:
    """Return the people of a settlement in the year that a note begins with."""
    path = _rows(plan.settlements.population, settlement=settlement)
    if path.empty:
        return None
    found = re.match(r"\d{4}", note)
    year = int(found.group()) if found else plan.region.last_year
    year = min(max(year, plan.region.first_year), plan.region.last_year)
    return float(path.loc[path["year"] == year, "people"].iloc[0])


def _rows(table: pd.DataFrame, **wanted: object) -> pd.DataFrame:
    """Return the rows whose columns have the wanted values."""
    keep = pd.Series(data=True, index=table.index)
    for column, value in wanted.items():
        keep &= table[column] == value
    return table[keep]


def _technical(technology: str) -> Callable[[Plan], float]:
    def value(plan: Plan) -> float:
        rows = _rows(plan.potential.totals, technology=technology, level="technical")
        return float(rows["capacity_mw"].sum())

    return value


def _existing_hydro(plan: Plan) -> float:
    sites = _rows(plan.potential.sites, technology="hydro", is_existing=True)
    return float(sites["capacity_mw"].sum())


def _yearly_sum(variable: str) -> Callable[[Plan], float]:
    def value(plan: Plan) -> float:
        return float(_at_reference(plan, variable).sum()) / 1_000

    return value


def _mean_temperature(plan: Plan) -> float:
    return float(_at_reference(plan, "temp_air_c").mean())


def _at_reference(plan: Plan, variable: str) -> pd.Series[float]:
    """Return the hourly series of the climate point nearest to the published one."""
    to_metres = Transformer.from_crs("EPSG:4326", plan.region.crs, always_xy=True)
    x, y = to_metres.transform(*REFERENCE_POINTS["jabrayil"])
    climate = plan.region.climate
    distance = (climate["x"] - x) ** 2 + (climate["y"] - y) ** 2
    nearest = climate[variable].isel(point=int(distance.to_numpy().argmin()))
    return pd.Series(nearest.to_numpy().astype("float64"))


def _returned_families(plan: Plan) -> float:
    """Return the households of rebuilt places at the end of 2026."""
    places = plan.settlements.places
    rebuilt = set(places.loc[places["is_rebuilt"], "id"])
    path = plan.settlements.population
    people = path.loc[(path["year"] == 2026) & path["settlement"].isin(rebuilt), "people"].sum()
    return float(people / plan.options.settle.household_size)


def _structures(corridor_key: str, column: str) -> Callable[[Plan], float]:
    def value(plan: Plan) -> float:
        studied = _rows(plan.networks.route_options, published_key=corridor_key, is_chosen=True)
        if len(studied):
            return float(studied[f"real_{column}"].sum()) * 1_000
        checks = _rows(plan.networks.route_checks, published_key=corridor_key)
        return float(checks[column].sum()) * 1_000

    return value


INTERVALS = {
    "road_new_shusha_tunnel_m": ("road_new_shusha_km", "tunnel", 1_000.0),
    "road_new_shusha_bridge_m": ("road_new_shusha_km", "bridge", 1_000.0),
}
"""Published structures: key of their route, column stem and factor to the published unit."""


def _interval(plan: Plan, key: str) -> dict[str, float | None]:
    """Return the 80 % interval of a route's figure on real land, where it is one."""
    corridor, stem, factor = INTERVALS.get(key, (key, "length", 1.0))
    studied = _rows(plan.networks.route_options, published_key=corridor, is_chosen=True)
    if studied.empty or not corridor:
        return {"planned_low": None, "planned_high": None}
    low, high = (float(studied[f"{stem}_{end}_km"].iloc[0]) * factor for end in ("low", "high"))
    return {"planned_low": low, "planned_high": high}


def _line_length(voltage_kv: float) -> Callable[[Plan], float]:
    def value(plan: Plan) -> float:
        lines = _rows(plan.networks.routes, kind="power_line", voltage_kv=voltage_kv)
        return float(lines["length_km"].sum())

    return value


def _hazard(plan: Plan) -> float:
    return float(plan.region.hazards["contaminated_ha"].sum())


def _summary(key: str, factor: float) -> Callable[[Plan], float]:
    def value(plan: Plan) -> float:
        summary = plan.energy.summary.set_index("key")["value"]
        return float(summary[key]) * factor

    return value


def _yearly_budget(plan: Plan) -> float:
    """Return the public budget of the first year in thousand million of the currency."""
    budget = plan.programme.budgets["public_budget_usd"].iloc[0]
    return float(budget) * plan.region.currency.per_usd / 1e9


def _first_five_years(plan: Plan) -> float:
    """Return the public spending of the first five years in thousand million of the currency."""
    spent = plan.programme.budgets["public_spending_usd"].iloc[:5].sum()
    return float(spent) * plan.region.currency.per_usd / 1e9


def _demand_of(settlement: str) -> Callable[[Plan], float | None]:
    def value(plan: Plan) -> float | None:
        places = _rows(plan.settlements.places, id=settlement)
        return float(places["annual_demand_mwh"].iloc[0]) / 1_000 if len(places) else None

    return value


COUNTERPARTS: dict[str, Callable[[Plan], float | None]] = {
    "solar_potential_mw": _technical("solar"),
    "solar_potential_2021_mw": _technical("solar"),
    "wind_potential_mw": _technical("wind"),
    "wind_potential_2021_mw": _technical("wind"),
    "hydro_potential_mw": _technical("hydro"),
    "hydro_installed_mw_2023": _existing_hydro,
    "ghi_jabrayil_kwh_m2": _yearly_sum("ghi_w_m2"),
    "ghi_jabrayil_gsa_kwh_m2": _yearly_sum("ghi_w_m2"),
    "dni_jabrayil_kwh_m2": _yearly_sum("dni_w_m2"),
    "dhi_jabrayil_kwh_m2": _yearly_sum("dhi_w_m2"),
    "temp_jabrayil_c": _mean_temperature,
    "families_2026": _returned_families,
    "road_new_shusha_tunnel_m": _structures("road_new_shusha_km", "tunnel_km"),
    "road_new_shusha_bridge_m": _structures("road_new_shusha_km", "bridge_km"),
    "grid_330kv_km": _line_length(330),
    "grid_110kv_km": _line_length(110),
    "hazard_ha": _hazard,
    "renewable_share_percent": _summary("own_share", 100),
    "budget_2023_azn_bn": _yearly_budget,
    "programme_azn_bn": _first_five_years,
    "demand_aghali_gwh": _demand_of("aghali"),
}
"""What the plan says to each published figure, in the figure's unit."""
