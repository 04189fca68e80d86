"""Fetching and importing from the command line, with a network that is not there."""

from __future__ import annotations

import json
from pathlib import Path

import fetching
import pytest
import weather_forms as forms
import xarray as xr

from bunyad.cli import app as cli
from bunyad.cli.app import app, main
from bunyad.region import fetch as fetchers


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path):
    """Run a command with an empty network; return exit code, stdout and stderr."""
    net = fetching.Net()
    monkeypatch.setattr(fetchers, "HttpTransport", lambda: net)
    monkeypatch.setenv("BUNYAD_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("BUNYAD_CDS_KEY", raising=False)

    def call(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(cli, "app", lambda **how: app(list(words), **how))
        with pytest.raises(SystemExit) as left:
            main()
        shown = capsys.readouterr()
        return int(left.value.code or 0), shown.out, shown.err

    return call


def test_a_new_folder_says_what_remains_to_be_typed(run, tmp_path: Path) -> None:
    folder = tmp_path / "west-valley"

    code, out, err = run(
        "region", "fetch", str(folder), "--bbox", "-70.5", "-33.5", "-70.0", "-33",
        "--layers", "districts", "--source", "districts=box",
    )  # fmt: skip

    assert code == 0
    assert f"districts: {folder / 'districts.geojson'} from box. Licence: Apache-2.0" in out
    assert "layers.elevation: Height of the ground in metres (GeoTIFF)" in out
    assert "currency: code: ISO 4217 code" in out
    assert "districts: from box" in err, "progress goes to stderr"
    assert "crs: EPSG:32719" in (folder / "region.yaml").read_text("utf-8")


def test_the_result_can_be_read_by_machines(run, tmp_path: Path) -> None:
    code, out, _ = run(
        "region", "fetch", str(tmp_path / "a"), "--bbox", "46", "39", "47", "40",
        "--layers", "districts", "--source", "districts=box", "--json",
    )  # fmt: skip

    content = json.loads(out)
    assert code == 0
    assert content["written"][0]["key"] == "districts"
    assert len(content["written"][0]["sha256"]) == 64
    assert "layers.climate" in content["remaining"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["--layers", "all", "--bbox", "46", "39", "47", "40"],
            "overpass (https://overpass-api.de",
        ),
        (["--layers", "all", "--bbox", "46", "39", "45", "40"], "--bbox: the box is 46 39 45 40"),
        (["--layers", "soil", "--bbox", "46", "39", "47", "40"], "there is no layer 'soil'"),
        (["--layers", "climate"], "a new region needs a box"),
        (["--layers", "climate", "--source", "nonsense"], "write layer=source".capitalize()),
        (["--bbox", "46", "39", "47", "40"], "--layers"),
    ],
)
def test_faults_leave_with_exit_code_2(run, tmp_path: Path, words: list[str], message: str) -> None:
    code, _, err = run("region", "fetch", str(tmp_path / "a"), *words)

    assert code == 2
    assert message in err
    assert "Traceback" not in err


def test_local_files_become_the_climate_year(run, tmp_path: Path) -> None:
    source = tmp_path / "power.json"
    source.write_text(forms.dump(forms.power()), "utf-8")
    target = tmp_path / "new/climate.nc"

    code, out, _ = run("region", "import-climate", str(source), "--out", str(target))

    assert code == 0
    assert f"{target}: 1 points of NASA POWER hourly, year 2019" in out
    assert "wind from 50 m to 100 m by the power law" in out
    with xr.open_dataset(target, engine="h5netcdf") as climate:
        assert climate.sizes == {"point": 1, "time": 8_760}


def test_era5_takes_its_heights_from_a_map_or_a_number(run, tmp_path: Path) -> None:
    forms.era5().to_netcdf(tmp_path / "era5.nc", engine="h5netcdf")
    heights = fetching.np.full((10, 10), 777, "float32")
    (tmp_path / "map.tif").write_bytes(
        fetching.geotiff(heights, west=46, north=40, degrees=0.9, nodata=-1)
    )
    call = ["region", "import-climate", str(tmp_path / "era5.nc"), "--year", "2019", "--json"]
    call += ["--out", str(tmp_path / "climate.nc")]

    found = []
    for extra in (["--elevation-map", str(tmp_path / "map.tif")], ["--elevation", "555"]):
        code, out, _ = run(*call, *extra)
        assert code == 0
        assert json.loads(out)["points"] == 4
        with xr.open_dataset(tmp_path / "climate.nc", engine="h5netcdf") as climate:
            found.append(set(climate.elevation_m.to_numpy().tolist()))

    assert found == [{777.0}, {555.0}]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "no file is named"),
        (["no.csv"], "the file cannot be read"),
        (["no.csv", "--elevation-map", "no.tif"], "no readable raster"),
    ],
)
def test_wrong_imports_leave_with_exit_code_2(run, words: list[str], message: str) -> None:
    code, _, err = run("region", "import-climate", *words)

    assert code == 2
    assert message in err
