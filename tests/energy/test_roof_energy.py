"""What roofs could yield, beside what their settlements need."""

from __future__ import annotations

import pandas as pd
import pytest

from bunyad.energy import ROOFS, roof_energy

MODULES = pd.DataFrame(
    {"settlement": ["b", "a"], "capacity_kwp": [100.0, 200.0], "orientation_share": 0.9}
)
YIELDS = pd.DataFrame({"settlement": ["a", "b"], "yield_kwh_per_kwp": [1_400.0, 1_500.0]})
PLACES = pd.DataFrame({"id": ["a", "b"], "annual_demand_mwh": [504.0, 0.0]})


def test_each_place_has_the_yield_of_its_own_sun() -> None:
    roofs = roof_energy(MODULES, YIELDS, PLACES)

    assert list(roofs.columns) == ROOFS.names()
    assert roofs["settlement"].tolist() == ["b", "a"]
    assert roofs["annual_energy_gwh"].tolist() == pytest.approx(
        [100 * 1_500 * 0.9 / 1e6, 200 * 1_400 * 0.9 / 1e6]
    )


def test_the_share_of_demand_is_energy_over_demand_and_none_where_nobody_needs_any() -> None:
    roofs = roof_energy(MODULES, YIELDS, PLACES).set_index("settlement")

    assert roofs.loc["a", "demand_share"] == pytest.approx(0.5)
    assert roofs.loc["b", "demand_share"] == 0


def test_no_roofs_make_an_empty_table() -> None:
    roofs = roof_energy(MODULES.iloc[:0], YIELDS.iloc[:0], PLACES)

    assert list(roofs.columns) == ROOFS.names()
    assert roofs.empty
