"""Solar power on homes and public buildings."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import small_region

from bunyad.options.settle import SettleOptions
from bunyad.settle import ROOF_MODULES, design_settlements, roof_modules


def place(people: float = 1_000, **values: float) -> pd.DataFrame:
    row = {"id": "a", "people": people, "school_places": 0, "kindergarten_places": 0,
           "clinic_visits_per_day": 0.0}  # fmt: skip
    return pd.DataFrame([{**row, **values}])


def test_roofs_follow_from_floor_and_storeys_by_hand() -> None:
    options = SettleOptions(
        floor_m2_per_person=30, roof_home_storeys=2, roof_public_storeys=2,
        school_floor_m2_per_place=10, kindergarten_floor_m2_per_place=8,
        clinic_floor_m2_per_daily_visit=4, roof_usable_share=0.5, roof_kwp_per_m2=0.2,
        roof_orientation_share=0.9,
    )  # fmt: skip
    town = place(1_000, school_places=200, kindergarten_places=50, clinic_visits_per_day=25)

    roofs = roof_modules(town, options=options).iloc[0]

    assert roofs["home_roof_m2"] == 15_000
    assert roofs["public_roof_m2"] == (2_000 + 400 + 100) / 2
    assert roofs["capacity_kwp"] == pytest.approx(16_250 * 0.5 * 0.2)
    assert roofs["orientation_share"] == 0.9


@given(st.floats(0, 1e5), st.floats(0, 1e5))
def test_more_people_never_have_less_roof(a: float, b: float) -> None:
    few, many = sorted((a, b))

    small, large = (
        roof_modules(place(people), options=SettleOptions()).iloc[0] for people in (few, many)
    )

    for column in ("home_roof_m2", "capacity_kwp"):
        assert small[column] <= large[column]


def test_the_settlements_of_a_region_have_roofs_in_their_order() -> None:
    settlements = design_settlements(small_region(), options=SettleOptions())

    assert list(settlements.roofs.columns) == ROOF_MODULES.names()
    assert settlements.roofs["settlement"].tolist() == settlements.places["id"].tolist()
    assert (settlements.roofs["capacity_kwp"] > 0).any()
