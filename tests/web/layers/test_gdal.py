"""GDAL, the reader inside of QGIS, opens the layers by their address."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
from web.listening import serving

from bunyad.client import Client


@pytest.fixture(scope="module")
def address(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Return the address of a server in a process of its own, and its public plan."""
    data = tmp_path_factory.mktemp("listening") / "data"
    shutil.copytree(made / "regions", data / "regions")
    with serving(data, made / "plan") as url, Client(url) as client:
        yield url, next(client.list_plans()).id


@pytest.fixture
def source(address: tuple[str, str]) -> str:
    url, plan = address
    return f"OAPIF:{url}/api/v1/plans/{plan}/ogc"


def test_gdal_lists_the_layers(source: str, made: Path) -> None:
    listed = set(pyogrio.list_layers(source)[:, 0])
    in_file = set(pyogrio.list_layers(made / "plan" / "plan.gpkg")[:, 0]) - {"layer_styles"}
    assert in_file <= listed
    assert "hazards" in listed


@pytest.mark.parametrize("layer", ["settlements", "networks", "projects", "sites"])
def test_gdal_reads_what_the_file_holds(source: str, made: Path, layer: str) -> None:
    ours = gpd.read_file(source, layer=layer)
    theirs = gpd.read_file(made / "plan" / "plan.gpkg", layer=layer)
    assert ours.crs.to_epsg(min_confidence=20) in (4326, None)  # CRS84
    assert len(ours) == len(theirs)
    for column in theirs.columns.drop("geometry"):
        assert ours[column].astype(str).tolist() == theirs[column].astype(str).tolist(), column
    assert ours.geometry.geom_equals_exact(theirs.geometry.set_crs(ours.crs, allow_override=True),
                                           1e-7).all()  # fmt: skip


def test_gdal_asks_for_a_box_and_for_values(source: str, made: Path) -> None:
    theirs = gpd.read_file(made / "plan" / "plan.gpkg", layer="settlements")
    west, south, east, north = theirs.total_bounds
    box = (west, south, (west + east) / 2, north)
    assert len(gpd.read_file(source, layer="settlements", bbox=box)) == len(
        theirs.cx[box[0] : box[2], box[1] : box[3]]
    )
    roads = gpd.read_file(source, layer="networks", where="kind = 'road'")
    assert set(roads["kind"]) == {"road"}


def test_the_client_reads_the_same_over_the_network(address: tuple[str, str], made: Path) -> None:
    url, plan = address
    with Client(url) as client:
        ours = client.read_layer(plan, "projects")
    assert len(ours) == len(gpd.read_file(made / "plan" / "plan.gpkg", layer="projects"))
