"""The front door of digital planning."""

from __future__ import annotations

import geopandas as gpd
import shapely

from bunyad.connect.digital.fibre import fibre_links, fibre_routes
from bunyad.connect.digital.result import Digital
from bunyad.connect.radio.plan import plan_radio
from bunyad.options import ConnectOptions
from bunyad.region.model import Region
from bunyad.settle.result import Settlements


def plan_digital(
    region: Region, *, settlements: Settlements, routes: gpd.GeoDataFrame, options: ConnectOptions
) -> Digital:
    """
    Lay fibre to every settlement, with rings through the cities, and place masts on it.

    Parameters
    ----------
    region
        Terrain and substations.
    settlements
        Where people live, in which homes.
    routes
        Table `bunyad.connect.ROUTES`; its roads carry fibre and want a signal.
    options
        Costs and limits.

    Returns
    -------
    Digital
        Fibre, masts, their links and whom they reach.

    Raises
    ------
    InfeasibleError
        If fibre cannot reach every settlement.
    """
    places = settlements.places
    roads = routes[routes["kind"] == "road"]
    fibre = fibre_routes(
        fibre_links(roads, places, options=options),
        terminals=places["id"].tolist(),
        hubs=places.loc[places["kind"] == "city", "id"].tolist(),
    )
    backbone = shapely.union_all([*fibre.geometry, *places.geometry])
    radio = plan_radio(region, places=places, roads=roads, backbone=backbone, options=options)
    return Digital(fibre=fibre, radio=radio)
