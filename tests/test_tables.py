"""A declared table has just the columns that it declares."""

from __future__ import annotations

import pandas as pd
import pytest

from bunyad.tables import conform, schema

WELLS = schema(
    "wells",
    ("id", "str", "", "Identifier"),
    ("depth_m", "float?", "m", "Depth below ground"),
    ("users", "int", "people", "People who drink from it"),
)


def test_columns_are_ordered_typed_and_extra_ones_dropped() -> None:
    raw = pd.DataFrame({"users": [5.0], "colour": ["red"], "depth_m": [None], "id": ["w"]})

    table = conform(raw, WELLS)

    assert list(table.columns) == ["id", "depth_m", "users"]
    assert table["users"].dtype == "int64"
    assert table["depth_m"].dtype == "float64"


@pytest.mark.parametrize(
    "raw",
    [{"id": ["w"], "depth_m": [1.0]}, {"id": [None], "depth_m": [1.0], "users": [1]}],
    ids=["a column is missing", "a value is missing"],
)
def test_what_does_not_conform_is_our_own_bug(raw: dict) -> None:
    with pytest.raises(AssertionError, match="wells"):
        conform(pd.DataFrame(raw), WELLS)
