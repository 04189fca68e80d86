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


def test_a_change_of_the_region_reaches_the_stages_from_its_first_one_on() -> None:
    inputs, options = {"region.yaml": "a"}, resolve_options()
    usual = stage_keys(inputs, options)
    assert stage_keys(inputs, options, {}) == usual
    closed = stage_keys(inputs, options, {"connect": {"forbidden": [1]}})
    assert [stage for stage in usual if closed[stage] != usual[stage]] == [
        "connect", "energy", "programme", "report",
    ]  # fmt: skip
    moved = stage_keys(inputs, options, {"region": {"settlements": [1]}})
    assert all(moved[stage] != usual[stage] for stage in usual)
