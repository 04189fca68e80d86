"""Homes, schools, clinics, streets and water: how much, and what it costs."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pandas as pd

from bunyad.options.settle import SettleOptions
from bunyad.region.model import Region
from bunyad.settle.result import SERVICES
from bunyad.tables import conform

__all__ = ["count_needs", "price_services"]

SERVICE_UNITS = {
    "homes": "homes",
    "school": "places",
    "kindergarten": "places",
    "clinic": "visits/d",
    "hospital": "beds",
    "streets": "km",
    "water": "m³/d",
}


def count_needs(
    region: Region,
    *,
    people: pd.Series[float],
    before: pd.Series[float],
    options: SettleOptions,
) -> gpd.GeoDataFrame:
    """
    Count what each settlement needs in the last year of the plan.

    Parameters
    ----------
    region
        Settlements.
    people
        People of the last year, by settlement [people].
    before
        People who live there before the first year, by settlement [people].
    options
        Options of the room.

    Returns
    -------
    geopandas.GeoDataFrame
        The settlements with `people`, `homes`, `school_places`, `schools`,
        `kindergarten_places`, `clinic_visits_per_day`, `hospital_beds`, `streets_km`,
        `water_m3_per_day` and `build_share`: the part of each quantity that is still to be
        built, 0 for places that stand.
    """
    needs: gpd.GeoDataFrame = region.settlements.reset_index(drop=True).copy()
    needs["people"] = people.loc[needs["id"]].to_numpy()
    new = needs["people"] - before.loc[needs["id"]].to_numpy()
    share = np.where(needs["people"] > 0, new / needs["people"].where(needs["people"] > 0, 1), 0)
    needs["build_share"] = np.where(needs["is_rebuilt"], np.clip(share, 0, 1), 0)
    needs["homes"] = _whole(needs["people"] / options.household_size)
    needs["school_places"] = _whole(needs["people"] * options.school_places_per_person)
    needs["schools"] = _whole(needs["school_places"] / options.school_size)
    needs["kindergarten_places"] = _whole(needs["people"] * options.kindergarten_places_per_person)
    needs["clinic_visits_per_day"] = (
        needs["people"] * options.clinic_visits_per_person_year / options.clinic_days_per_year
    )
    needs["hospital_beds"] = _district_hospitals(needs, options.hospital_beds_per_person)
    needs["streets_km"] = needs["people"] * options.streets_km_per_person
    needs["water_m3_per_day"] = (
        needs["people"] * options.water_l_per_person_day / 1000 / (1 - options.water_loss_share)
    )
    return needs


def price_services(needs: gpd.GeoDataFrame, *, options: SettleOptions) -> pd.DataFrame:
    """
    Price the services of each settlement; only what is still to be built costs money.

    Parameters
    ----------
    needs
        Result of `count_needs`.
    options
        Options of the room.

    Returns
    -------
    pandas.DataFrame
        Table `SERVICES`, by settlement and service.
    """
    home_usd = options.household_size * options.floor_m2_per_person * options.home_usd_per_m2
    priced = {
        "homes": ("homes", home_usd),
        "school": ("school_places", options.school_usd_per_place),
        "kindergarten": ("kindergarten_places", options.kindergarten_usd_per_place),
        "clinic": ("clinic_visits_per_day", options.clinic_usd_per_daily_visit),
        "hospital": ("hospital_beds", options.hospital_usd_per_bed),
        "streets": ("streets_km", options.street_usd_per_km),
        "water": ("water_m3_per_day", options.water_usd_per_m3_day),
    }
    tables = [
        pd.DataFrame(
            {
                "settlement": needs["id"],
                "service": service,
                "quantity": needs[column],
                "unit": SERVICE_UNITS[service],
                "cost_usd": needs[column] * unit_cost * needs["build_share"],
            }
        )
        for service, (column, unit_cost) in priced.items()
    ]
    services = pd.concat(tables)
    in_order = services.sort_index(kind="stable")
    return conform(in_order, SERVICES)


def _whole(quantity: pd.Series[float]) -> pd.Series[int]:
    """Round up, so that nobody lacks a place; a part in a million is noise."""
    return quantity.round(6).map(math.ceil).astype("int64")


def _district_hospitals(needs: gpd.GeoDataFrame, beds_per_person: float) -> pd.Series[int]:
    """Give the beds of each district's rebuilt places to the largest of them."""
    beds = pd.Series(0, index=needs.index, dtype="int64")
    rebuilt = needs[needs["is_rebuilt"] & (needs["people"] > 0)]
    for _, places in rebuilt.groupby("district"):
        centre = places.sort_values(["people", "id"], ascending=[False, True]).index[0]
        beds[centre] = math.ceil(round(places["people"].sum() * beds_per_person, 6))
    return beds
