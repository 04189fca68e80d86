"""The command that lays a single route."""

from __future__ import annotations

import json

import pytest

from bunyad.cli.route import parse_changes, route
from bunyad.errors import InputError


@pytest.mark.parametrize("kind", ["line", "fibre", "pipeline"])
def test_a_utility_is_laid_through_a_place_and_written(kind, small_folder, tmp_path, capsys):
    out = tmp_path / "found"

    route(str(small_folder), "westhill", "riverton", via=("45.2,39.84",), kind=kind, out=out)

    said = capsys.readouterr().out
    assert "best:" in said
    assert "(connect." in said
    assert {path.name for path in out.iterdir()} == {
        "routes.gpkg", "routes.csv", "profiles.csv", "costs.csv",
    }  # fmt: skip


def test_a_road_through_a_place_is_told_for_machines(small_folder, capsys):
    route(
        str(small_folder), "oldtown", "riverton", via=("southbank",), what_if=("tunnels=-30%",),
        as_json=True,
    )  # fmt: skip

    rows = json.loads(capsys.readouterr().out)
    assert {row["variant"] for row in rows} == {"open", "structures"}


def test_a_change_that_is_not_understood_is_told():
    with pytest.raises(InputError) as raised:
        parse_changes(["tunnels=cheap", "bridges=-100%", "towers=-5%"])

    assert len(raised.value.faults) == 2


def test_a_road_has_no_towers(small_folder):
    with pytest.raises(InputError, match="towers"):
        route(str(small_folder), "oldtown", "riverton", what_if=("towers=-5%",))
