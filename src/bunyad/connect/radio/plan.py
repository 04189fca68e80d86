"""The front door of radio planning: the fewest masts, and whom they reach."""

from __future__ import annotations

from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import xarray as xr
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from bunyad.connect.radio.backhaul import join_masts
from bunyad.connect.radio.budget import Radio, radios
from bunyad.connect.radio.cover import Cover, cover_fewest
from bunyad.connect.radio.places import Demand, candidate_sites, spread_demand
from bunyad.connect.radio.result import COVERAGE, MASTS, RADIO_TOTALS, RADIOS, RadioPlan
from bunyad.connect.radio.sight import Relief, coordinates, losses_db, relief_of
from bunyad.options import ConnectOptions
from bunyad.region.model import Region
from bunyad.tables import conform

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(slots=True, kw_only=True)
class Draft:
    """A plan in the making: sites, what each technology reaches from them, what stands."""

    relief: Relief
    demand: Demand
    sites: gpd.GeoDataFrame
    tops: Array
    """Row, column and height above the sea of each site's mast top."""
    built: list[int] = field(default_factory=list)
    """Sites with a mast, in the order of building."""
    reached: dict[str, Flags] = field(default_factory=dict)
    """By technology, whether each site covers each point of demand."""
    losses: dict[str, Array] = field(default_factory=dict)
    carried: dict[str, list[int]] = field(default_factory=dict)
    """By technology, the sites that carry it."""
    covers: dict[str, Cover] = field(default_factory=dict)
    first_for: dict[int, str] = field(default_factory=dict)


def plan_radio(
    region: Region,
    *,
    places: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame,
    backbone: BaseGeometry,
    options: ConnectOptions,
) -> RadioPlan:
    """
    Place the fewest masts that reach the wanted shares of homes and roads, and join them.

    The technologies that are planned come one after the other, each using the masts that stand
    already where that is enough; the others go onto masts where they reach enough homes.

    Parameters
    ----------
    region
        Terrain and substations.
    places
        Settlements with `id`, `name`, `people` and `homes`.
    roads
        Lines of the roads.
    backbone
        Fibre that masts may splice into.
    options
        Shares, heights, margins and costs.
    """
    relief = relief_of(region.terrain)
    demand = spread_demand(places, roads, options=options)
    sites = candidate_sites(
        relief, demand, places=places, substations=region.substations, options=options
    )
    draft = Draft(
        relief=relief,
        demand=demand,
        sites=sites,
        tops=relief.ends(coordinates(sites), options.mast_m),
    )
    for radio in radios():
        _reach(draft, radio, options)
        if radio.is_planned:
            _place(draft, radio, options)
    for radio in radios():
        if not radio.is_planned:
            _share(draft, radio, options)
    masts = _masts(draft, roads, options)
    backhaul = join_masts(relief, masts, backbone=backbone, options=options)
    masts["backhaul_usd"] = backhaul["capex_usd"].to_numpy()
    masts["capex_usd"] = masts[["tower_usd", "radio_usd", "backhaul_usd"]].sum(axis=1)
    margin = _margins(draft, region, options)
    return RadioPlan(
        masts=conform(masts, MASTS),
        radios=_radios(draft),
        coverage=_coverage(draft, places),
        backhaul=backhaul,
        totals=_totals(draft, masts, margin, region),
        margin_db=margin,
    )


def _reach(draft: Draft, radio: Radio, options: ConnectOptions) -> None:
    """Find which points each site covers: homes inside, roads inside of a car."""
    targets = draft.relief.ends(draft.demand.xy, radio.terminal_m)
    losses = losses_db(
        draft.relief, masts=draft.tops, targets=targets, radio=radio, options=options
    )
    margin = options.radio_shadow_margin_db
    home = radio.allowed_loss_db("home", shadow_margin_db=margin)
    vehicle = radio.allowed_loss_db("vehicle", shadow_margin_db=margin)
    allowed = np.where(draft.demand.place >= 0, home, vehicle)
    draft.losses[radio.technology] = losses
    draft.reached[radio.technology] = losses <= allowed


def _place(draft: Draft, radio: Radio, options: ConnectOptions) -> None:
    """Choose the fewest sites for a technology; a mast that stands counts its equipment only."""
    demand = draft.demand
    weights = np.ones(len(draft.sites))
    tower = options.mast_site_usd + options.mast_m * options.mast_usd_per_m
    weights[draft.built] = radio.equipment_usd / (radio.equipment_usd + tower)
    worth = np.vstack([demand.homes, demand.roads_km])
    shares = np.array([options.radio_homes_share, options.radio_roads_share])
    cover = cover_fewest(
        draft.reached[radio.technology],
        worth=worth,
        needs=worth.sum(axis=1) * shares,
        weights=weights,
        options=options,
    )
    draft.covers[radio.technology] = cover
    draft.carried[radio.technology] = cover.chosen.tolist()
    for site in cover.chosen.tolist():
        if site not in draft.first_for:
            draft.first_for[site] = radio.technology
            draft.built.append(site)


def _share(draft: Draft, radio: Radio, options: ConnectOptions) -> None:
    """Put a technology onto the masts from which it reaches enough homes."""
    homes = draft.reached[radio.technology] @ draft.demand.homes
    draft.carried[radio.technology] = [
        site for site in draft.built if homes[site] >= options.radio_shared_homes
    ]


def _masts(draft: Draft, roads: gpd.GeoDataFrame, options: ConnectOptions) -> gpd.GeoDataFrame:
    """Tell each mast in a row, without its backhaul."""
    by_name = {radio.technology: radio for radio in radios()}
    network = shapely.union_all(roads.geometry.to_numpy())
    tower = options.mast_site_usd + options.mast_m * options.mast_usd_per_m
    rows = []
    for number, site in enumerate(draft.built, start=1):
        spot = draft.sites.iloc[site]
        carried = [name for name in by_name if site in draft.carried[name]]
        covered = np.any([draft.reached[name][site] for name in carried], axis=0)
        away_km = 0.0
        if spot["kind"] in ("hilltop", "substation") and not network.is_empty:
            away_km = spot.geometry.distance(network) * options.fibre_detour / 1e3
        rows.append(
            {
                "id": f"mast-{number:03d}",
                "name": f"{spot['name'] or spot['kind'].capitalize()} mast {number}",
                "kind": spot["kind"],
                "technologies": ";".join(carried),
                "height_m": options.mast_m,
                "ground_m": draft.tops[site, 2] - options.mast_m,
                "homes": float(draft.demand.homes[covered].sum()),
                "tower_usd": tower + away_km * options.mast_track_usd_per_km,
                "radio_usd": sum(by_name[name].equipment_usd for name in carried),
                "geometry": spot.geometry,
            }
        )
    names = [name for name in MASTS.names() if name not in ("backhaul_usd", "capex_usd")]
    table = {name: [row[name] for row in rows] for name in names}
    return gpd.GeoDataFrame(table, geometry="geometry", crs=draft.sites.crs)


def _names(draft: Draft) -> dict[int, str]:
    """Return the identifier of the mast at each built site."""
    return {site: f"mast-{number:03d}" for number, site in enumerate(draft.built, start=1)}


def _radios(draft: Draft) -> pd.DataFrame:
    """Tell what each technology reaches from each mast."""
    names = _names(draft)
    rows = [
        {
            "mast": names[site],
            "technology": radio.technology,
            "homes": draft.demand.homes[draft.reached[radio.technology][site]].sum(),
            "roads_km": draft.demand.roads_km[draft.reached[radio.technology][site]].sum(),
            "capex_usd": radio.equipment_usd,
        }
        for radio in radios()
        for site in draft.carried[radio.technology]
    ]
    return conform(pd.DataFrame(rows, columns=RADIOS.names()), RADIOS)


def _coverage(draft: Draft, places: gpd.GeoDataFrame) -> pd.DataFrame:
    """Tell which part of each settlement's homes each technology covers, and from where."""
    names = _names(draft)
    count = len(places)
    at_home = draft.demand.place >= 0
    place = draft.demand.place[at_home]
    points = np.bincount(place, minlength=count)
    rows = []
    for radio in radios():
        carried = np.array(draft.carried[radio.technology], np.int64)
        covered = draft.reached[radio.technology][carried][:, at_home]
        losses = np.where(covered, draft.losses[radio.technology][carried][:, at_home], np.inf)
        best = losses.argmin(axis=0) if len(carried) else np.zeros(len(place), np.int64)
        is_covered = covered.any(axis=0)
        share = np.bincount(place[is_covered], minlength=count) / points
        for row, settlement in enumerate(places["id"]):
            servers = best[is_covered & (place == row)]
            most = names[int(carried[np.bincount(servers).argmax()])] if len(servers) else ""
            rows.append((settlement, radio.technology, share[row], most))
    return conform(pd.DataFrame(rows, columns=COVERAGE.names()), COVERAGE)


def _margins(draft: Draft, region: Region, options: ConnectOptions) -> xr.DataArray:
    """Return by how much the best link to each cell outdoors is better than it must be [dB]."""
    x, y = region.terrain["x"].to_numpy(), region.terrain["y"].to_numpy()
    centres = draft.relief.centres()
    layers = []
    for radio in radios():
        best = np.full(len(centres), np.inf)
        targets = draft.relief.ends(centres, radio.terminal_m)
        for site in draft.carried[radio.technology]:
            losses = losses_db(
                draft.relief,
                masts=draft.tops[site : site + 1],
                targets=targets,
                radio=radio,
                options=options,
            )
            best = np.minimum(best, losses[0])
        allowed = radio.allowed_loss_db("outdoors", shadow_margin_db=options.radio_shadow_margin_db)
        margin = np.where(np.isfinite(best), allowed - best, np.nan)
        layers.append(margin.reshape(len(y), len(x)).astype(np.float32))
    return xr.DataArray(
        np.stack(layers),
        dims=("technology", "y", "x"),
        coords={"technology": [radio.technology for radio in radios()], "y": y, "x": x},
        name="margin_db",
        attrs={"units": "dB", "long_name": "Margin of the best link to a terminal outdoors"},
    )


def _totals(
    draft: Draft, masts: gpd.GeoDataFrame, margin: xr.DataArray, region: Region
) -> pd.DataFrame:
    """Sum each technology up."""
    demand, names = draft.demand, _names(draft)
    towers = dict(zip(masts["id"], masts["tower_usd"], strict=True))
    inside = region.terrain["district"].to_numpy() >= 0
    rows = []
    for radio in radios():
        name = radio.technology
        carried = draft.carried[name]
        first = [names[site] for site in carried if draft.first_for[site] == name]
        covered = np.asarray(draft.reached[name][carried].any(axis=0))
        reachable = np.asarray(draft.reached[name].any(axis=0))
        cover = draft.covers.get(name)
        rows.append(
            {
                "technology": name,
                "masts": len(carried),
                "new_masts": len(first),
                "homes_share": _share_of(demand.homes, covered),
                "roads_share": _share_of(demand.roads_km, covered),
                "area_share": float((margin.sel(technology=name).to_numpy()[inside] >= 0).mean()),
                "reachable_homes_share": _share_of(demand.homes, reachable),
                "reachable_roads_share": _share_of(demand.roads_km, reachable),
                "cover_weight": cover.weight if cover else None,
                "cover_bound": cover.bound if cover else None,
                "capex_usd": len(carried) * radio.equipment_usd
                + sum(towers[mast] for mast in first),
            }
        )
    return conform(pd.DataFrame(rows, columns=RADIO_TOTALS.names()), RADIO_TOTALS)


def _share_of(worth: Array, covered: Flags) -> float:
    """Return the covered part of what there is, 1 where there is nothing."""
    total = worth.sum()
    return float(worth[covered].sum() / total) if total > 0 else 1.0
