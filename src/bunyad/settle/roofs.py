"""Roofs: the modules that homes and public buildings can hold."""

from __future__ import annotations

import pandas as pd

from bunyad.options.settle import SettleOptions
from bunyad.settle.result import ROOF_MODULES
from bunyad.tables import conform


def roof_modules(places: pd.DataFrame, *, options: SettleOptions) -> pd.DataFrame:
    """
    Return the modules that the roofs of each settlement can hold.

    The roof of a building is its floor over its storeys. Public buildings are schools,
    kindergartens and clinics; hospitals serve a district and are left out.

    Parameters
    ----------
    places
        The settlements, as `PLACES`.
    options
        Floor, storeys, usable part of the roofs and their modules.

    Returns
    -------
    DataFrame
        As `ROOF_MODULES`, in the order of the places.

    Examples
    --------
    >>> places = pd.DataFrame({"id": ["aghali"], "people": [300.0], "school_places": [100],
    ...     "kindergarten_places": [20], "clinic_visits_per_day": [0.0]})
    >>> roofs = roof_modules(places, options=SettleOptions())
    >>> roofs.loc[0, ["home_roof_m2", "public_roof_m2", "capacity_kwp"]].tolist()
    [6000.0, 600.0, 330.0]
    """
    floor_m2 = places["people"] * options.floor_m2_per_person
    public_m2 = (
        places["school_places"] * options.school_floor_m2_per_place
        + places["kindergarten_places"] * options.kindergarten_floor_m2_per_place
        + places["clinic_visits_per_day"] * options.clinic_floor_m2_per_daily_visit
    )
    roofs = pd.DataFrame(
        {
            "settlement": places["id"],
            "home_roof_m2": floor_m2 / options.roof_home_storeys,
            "public_roof_m2": public_m2 / options.roof_public_storeys,
            "orientation_share": options.roof_orientation_share,
        }
    )
    modules_m2 = roofs[["home_roof_m2", "public_roof_m2"]].sum(axis=1) * options.roof_usable_share
    roofs["capacity_kwp"] = modules_m2 * options.roof_kwp_per_m2
    return conform(roofs, ROOF_MODULES)
