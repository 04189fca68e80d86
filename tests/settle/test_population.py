"""Who lives where in which year."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import worlds
from hypothesis import given, settings
from hypothesis import strategies as st

from bunyad.options import SettleOptions
from bunyad.region.model import POPULATION
from bunyad.settle import people_before, population_path
from bunyad.tables import conform

YEARS = range(2026, 2041)


def world_with(*points: tuple[str, int, float, str]):
    """Return the small world with other given figures."""
    frame = pd.DataFrame(points, columns=["settlement", "year", "people", "origin"])
    population = conform(frame.assign(source="made up for tests"), POPULATION)
    return replace(worlds.small_region(), population=population)


def path_of(region, place: str, **options: float) -> pd.DataFrame:
    path = population_path(region, options=SettleOptions(**options))
    return path[path["settlement"] == place].set_index("year")


def test_every_settlement_has_every_year_of_the_plan():
    region = worlds.small_region()
    path = population_path(region, options=SettleOptions())

    assert len(path) == len(region.settlements) * len(YEARS)
    assert path["people"].ge(0).all()
    assert set(path["origin"]) == {"published", "interpolated", "assumed"}


def test_published_years_keep_their_figures_and_lines_join_them():
    path = path_of(worlds.small_region(), "riverton")

    assert path.loc[2030, "people"] == 8_000
    assert path.loc[2040, "people"] == 20_000
    assert path.loc[2035, "people"] == pytest.approx(14_000)
    assert path.loc[[2030, 2040], "origin"].tolist() == ["published", "published"]
    assert path.loc[[2026, 2035], "origin"].tolist() == ["interpolated", "interpolated"]


def test_a_rebuilt_place_starts_empty_in_the_year_before_the_plan():
    path = path_of(worlds.small_region(), "riverton")

    assert path.loc[2026, "people"] == pytest.approx(8_000 / 5)


def test_a_rebuilt_place_is_held_after_its_last_figure():
    path = path_of(worlds.small_region(), "southbank")

    assert path.loc[2029:2040, "people"].eq(900).all()
    assert path.loc[2029:2040, "origin"].eq("assumed").all()


def test_figures_outside_of_the_plan_are_used_too():
    region = world_with(
        ("riverton", 2020, 500, "published"),
        ("riverton", 2050, 3_500, "published"),
        ("eastfield", 2055, 3_000, "published"),
    )

    assert path_of(region, "riverton").loc[2030, "people"] == pytest.approx(1_500)
    assert path_of(region, "eastfield").loc[2035, "people"] == pytest.approx(1_000)
    assert path_of(region, "riverton").loc[2030, "origin"] == "interpolated"


def test_a_standing_place_grows_at_the_given_rate_and_is_never_empty():
    path = path_of(worlds.small_region(), "oldtown", standing_growth_percent=1)

    assert path.loc[2026, "people"] == 5_000
    assert path.loc[2040, "people"] == pytest.approx(5_000 * 1.01**14)
    assert path.loc[2027, "origin"] == "assumed"


def test_a_standing_place_without_any_figure_has_the_default_of_its_kind_in_the_first_year():
    path = path_of(world_with(), "oldtown", default_town_people=4_000)

    assert path.loc[2026, "people"] == 4_000


def test_a_rebuilt_place_without_any_figure_grows_to_the_default_of_its_kind():
    path = path_of(
        worlds.small_region(), "gapford",
        default_village_people=1_000, return_delay_years=2, return_years=4,
    )  # fmt: skip

    assert path.loc[[2026, 2027, 2029, 2031, 2040], "people"].tolist() == [0, 0, 500, 1_000, 1_000]
    assert path["origin"].eq("assumed").all()


def test_lines_from_an_assumed_figure_are_assumed():
    region = world_with(("riverton", 2030, 500, "assumed"), ("riverton", 2040, 900, "published"))
    path = path_of(region, "riverton")

    assert path.loc[[2028, 2030, 2035, 2040], "origin"].tolist() == [
        "assumed", "assumed", "assumed", "published",
    ]  # fmt: skip


def test_people_before_the_plan_are_those_of_an_earlier_figure():
    before = people_before(
        world_with(("riverton", 2020, 500, "published")), options=SettleOptions()
    )

    assert before["riverton"] == 500
    assert before["eastfield"] == 0


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(st.integers(2015, 2055), st.floats(0, 1e6)),
        min_size=1,
        max_size=5,
        unique_by=lambda point: point[0],
    ),
    st.integers(0, 20),
    st.integers(1, 30),
)
def test_a_returning_place_never_shrinks_and_stays_within_its_figures(points, delay, years):
    region = world_with(*[("riverton", year, people, "published") for year, people in points])
    path = population_path(
        region, options=SettleOptions(return_delay_years=delay, return_years=years)
    )
    rebuilt = region.settlements.loc[region.settlements["is_rebuilt"], "id"]
    total = path[path["settlement"].isin(rebuilt)].groupby("year")["people"].sum()
    riverton = path.loc[path["settlement"] == "riverton", "people"]

    assert np.all(np.diff(total) >= -1e-6)
    assert riverton.max() <= max(people for _, people in points) * (1 + 1e-12)


def test_a_region_without_settlements_has_an_empty_path():
    region = worlds.small_region()
    empty = replace(region, settlements=region.settlements.iloc[:0])

    assert population_path(empty, options=SettleOptions()).empty
