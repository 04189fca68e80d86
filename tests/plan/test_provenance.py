"""The key of a stage changes when anything that it depends on does, and only then."""

from __future__ import annotations

import pytest

from bunyad.options import resolve_options
from bunyad.plan.provenance import stage_keys


@pytest.mark.parametrize(
    ("key", "value", "changed"),
    [
        (
            "finance.discount_rate",
            0.05,
            {"potential", "connect", "energy", "programme", "report"},
        ),
        ("energy.weeks_per_year", 2, {"energy", "programme", "report"}),
    ],
)
def test_an_option_changes_the_keys_of_its_rooms_and_of_those_after_them(
    key: str, value: float, changed: set[str]
) -> None:
    before = stage_keys({"a": "1"}, resolve_options())
    after = stage_keys({"a": "1"}, resolve_options(("here", {key: value})))

    assert {stage for stage, old in before.items() if after[stage] != old} == changed
