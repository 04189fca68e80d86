"""Files hold the plan, repeat byte for byte, and never stand half-written."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pypsa
import pytest

from bunyad.errors import InputError, OutputError
from bunyad.report import (
    files,
    key_figures,
    project_table,
    write_geopackage,
    write_network,
    write_projects,
    write_report,
    write_tables,
)


def test_the_geopackage_has_a_layer_for_each_part(plan, tmp_path: Path) -> None:
    write_geopackage(plan, tmp_path / "plan.gpkg")

    names = set(pyogrio.list_layers(tmp_path / "plan.gpkg")[:, 0])
    assert names >= {"sites", "settlements", "networks", "buses", "projects", "districts"}
    assert "layer_styles" in names


def test_sums_of_the_page_are_those_of_the_geopackage(plan, tmp_path: Path) -> None:
    path = tmp_path / "plan.gpkg"
    write_geopackage(plan, path)
    cards = {card["key"]: card["value"] for card in key_figures(plan)}
    sites, networks, places, projects = (
        gpd.read_file(path, layer=name) for name in ("sites", "networks", "settlements", "projects")
    )

    assert sites.crs == "EPSG:4326"
    built = sites.groupby("technology")["built_mw"].sum()
    assert built["solar"] == pytest.approx(cards["solar"])
    assert built["wind"] == pytest.approx(cards["wind"])
    lengths = networks.groupby("kind")["length_km"].sum()
    assert lengths["road"] == pytest.approx(cards["roads"], abs=1e-3)
    assert lengths["railway"] == pytest.approx(cards["railways"], abs=1e-3)
    assert places["people"].sum() == pytest.approx(cards["people"])
    assert projects["capex_usd"].sum() == pytest.approx(cards["cost"])


def test_sums_of_the_page_are_those_of_the_netcdf(plan, tmp_path: Path) -> None:
    write_network(plan, tmp_path / "network.nc")
    cards = {card["key"]: card["value"] for card in key_figures(plan)}

    with pypsa.option_context("api.legacy_string_dtype", True):
        network = pypsa.Network(tmp_path / "network.nc")

    plants = plan.energy.plants.set_index("id")["technology"]
    installed = network.generators["p_nom"].groupby(plants).sum()
    assert installed["solar"] == pytest.approx(cards["solar"])
    assert installed["hydro"] == pytest.approx(cards["hydro"])


def test_projects_are_the_same_in_csv_and_parquet(plan, tmp_path: Path) -> None:
    write_projects(plan, tmp_path)
    flat = pd.read_csv(tmp_path / "projects.csv", keep_default_na=False)
    whole = gpd.read_parquet(tmp_path / "projects.parquet")

    assert list(flat["id"]) == list(whole["id"]) == list(project_table(plan)["id"])
    assert flat["capex_usd"].sum() == whole["capex_usd"].sum()
    assert "clearance-lowland" in set(flat["requires"])
    assert "riverton;eastfield" in set(whole["serves"])
    assert whole.crs == "EPSG:4326"


@pytest.mark.parametrize("name", ["plan.gpkg", "projects.csv", "projects.parquet", "network.nc"])
def test_the_same_plan_gives_the_same_bytes(plan, tmp_path: Path, name: str) -> None:
    found = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        write_geopackage(plan, folder / "plan.gpkg")
        write_projects(plan, folder)
        write_network(plan, folder / "network.nc")
        found.append((folder / name).read_bytes())

    assert found[0] == found[1]


def test_tables_are_described_with_their_units(plan, tmp_path: Path) -> None:
    write_tables(plan, tmp_path)
    package = json.loads((tmp_path / "datapackage.json").read_text("utf-8"))
    for resource in package["resources"]:
        columns = list(pd.read_csv(tmp_path / resource["path"]).columns)
        if "schema" in resource:
            assert columns == [field["name"] for field in resource["schema"]["fields"]]
    supply = next(r for r in package["resources"] if r["name"] == "supply_curves")
    assert supply["schema"]["fields"][3]["unit"] == "MW"


@pytest.mark.parametrize(
    "write",
    [
        lambda plan, folder: write_geopackage(plan, folder / "plan.gpkg"),
        write_projects,
        lambda plan, folder: write_network(plan, folder / "network.nc"),
        write_tables,
        lambda plan, folder: write_report(plan, folder / "report.html", languages=("en",)),
    ],
    ids=["geopackage", "projects", "network", "tables", "report"],
)
def test_a_folder_that_is_a_file_is_named_in_the_error(plan, tmp_path: Path, write) -> None:
    (tmp_path / "taken").write_text("a file", "utf-8")

    with pytest.raises(OutputError, match=r"taken.*Make room on the disk"):
        write(plan, tmp_path / "taken")

    assert (tmp_path / "taken").read_text("utf-8") == "a file"


@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_what_stood_there_stays_when_writing_breaks_off(
    plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: BaseException
) -> None:
    path = tmp_path / "plan.gpkg"
    path.write_text("the last good one", "utf-8")

    def break_off(*_: object) -> None:
        raise fault

    monkeypatch.setattr(files, "add_styles", break_off)
    expected = OutputError if isinstance(fault, OSError) else KeyboardInterrupt
    with pytest.raises(expected):
        write_geopackage(plan, path)

    assert path.read_text("utf-8") == "the last good one"
    assert list(tmp_path.iterdir()) == [path]


def test_styles_that_cannot_be_added_are_an_output_error(plan, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("bunyad.report.styles.LAYER_STYLES", "CREATE TABLE districts (x INTEGER)")

    with pytest.raises(OutputError, match=r"plan\.gpkg"):
        write_geopackage(plan, tmp_path / "plan.gpkg")


def test_a_report_in_no_language_is_refused(plan, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no language"):
        write_report(plan, tmp_path / "report.html", languages=())
