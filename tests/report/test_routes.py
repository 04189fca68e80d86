"""Studies of routes as files that other tools open."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from connect.study.test_study import one_route
from worlds import small_region

from bunyad.errors import OutputError
from bunyad.report.routes import write_study

CRS = small_region().crs


def test_a_study_is_written_as_geopackage_tables_landxml_and_ifc(tmp_path: Path) -> None:
    study = one_route()
    write_study(study, tmp_path / "routes", crs=CRS)
    stems = [name.replace("/", "-") for name in study.lines]
    names = {path.name for path in (tmp_path / "routes").iterdir()}
    assert names == {"routes.gpkg", "routes.csv", "profiles.csv", "costs.csv"} | {
        f"{stem}.{kind}" for stem in stems for kind in ("xml", "ifc")
    }


def test_the_lines_of_the_geopackage_are_in_degrees_with_heights(tmp_path: Path) -> None:
    study = one_route()
    write_study(study, tmp_path, crs=CRS)
    lines = gpd.read_file(tmp_path / "routes.gpkg")
    assert lines.crs.to_epsg() == 4326
    assert lines.geometry.has_z.all()
    table = pd.read_csv(tmp_path / "routes.csv")
    assert table["capex_usd"].to_numpy() == pytest.approx(study.options["capex_usd"].to_numpy())


def test_a_place_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(OutputError, match="cannot be written"):
        write_study(one_route(), blocked, crs=CRS)
