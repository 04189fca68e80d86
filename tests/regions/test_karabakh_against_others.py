"""
The built-in region held against data that may be read here but not shipped.

Those data lie in `../shared/data` beside the repository. Where that folder is missing this module
holds no tests.
"""

from __future__ import annotations

import importlib
from pathlib import Path

import netCDF4
import numpy as np
import pandas as pd
import pytest
import rasterio
import rasterio.windows
from scipy.ndimage import map_coordinates
from test_karabakh import FOLDER, at_jabrayil

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
PVGIS = SHARED / "climate" / "pvgis_sarah3_tmy_jabrayil_39.330N_47.052E.csv"

WINTER = [12, 1, 2]

if SHARED.is_dir():

    @pytest.fixture(scope="module")
    def modelled() -> pd.DataFrame:
        with netCDF4.Dataset(FOLDER / "climate.nc") as file:
            names = ("ghi", "dni", "dhi", "temp_air", "wind_speed")
            climate = {name: np.asarray(file[name][:], float) for name in file.variables}
        hours = pd.date_range("2019-01-01", periods=8_760, freq="h")
        series = {name: at_jabrayil(climate, name) for name in (*names, "elevation_m")}
        return pd.DataFrame(series, index=hours)

    @pytest.fixture(scope="module")
    def observed() -> pd.DataFrame:
        return pd.read_csv(PVGIS).set_index(pd.date_range("2019-01-01", periods=8_760, freq="h"))

    def test_the_year_is_within_three_percent_of_pvgis(
        modelled: pd.DataFrame, observed: pd.DataFrame
    ) -> None:
        """True by construction up to the choice of the published sum: 1,595 against 1,612."""
        assert modelled["ghi"].sum() == pytest.approx(observed["GHI"].sum(), rel=0.03)

    def test_months_are_within_ten_percent_of_pvgis_and_winter_within_twenty(
        modelled: pd.DataFrame, observed: pd.DataFrame
    ) -> None:
        """MERRA-2 has too much winter sun here: January 18 %, December 14 % above PVGIS."""
        ratio = (
            modelled["ghi"].groupby(modelled.index.month).sum()
            / observed["GHI"].groupby(observed.index.month).sum()
        )

        assert (ratio[WINTER] - 1).abs().max() < 0.20
        assert (ratio.drop(WINTER) - 1).abs().max() < 0.10

    def test_the_page_about_pvgis_is_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
        root = Path(__file__).parents[2]
        monkeypatch.syspath_prepend(root / "scripts")
        script = importlib.import_module("make_climate_check")

        assert script.PAGE.read_text("utf-8") == script.page(PVGIS)

    def test_days_differ_as_much_as_in_pvgis(
        modelled: pd.DataFrame, observed: pd.DataFrame
    ) -> None:
        spreads = []
        for series in (modelled["ghi"], observed["GHI"]):
            daily = series.groupby(series.index.date).mean()
            month = pd.DatetimeIndex(daily.index).month
            rest = daily - daily.groupby(month).transform("mean")
            spreads.append((rest.std(), rest.autocorr()))
        (spread, persistence), (published_spread, published_persistence) = spreads

        assert spread == pytest.approx(published_spread, rel=0.25)
        assert persistence == pytest.approx(published_persistence, abs=0.15)

    def test_months_are_as_warm_as_in_pvgis_within_five_kelvin(
        modelled: pd.DataFrame, observed: pd.DataFrame
    ) -> None:
        """Worst in December (4.4) and April: the months of the PVGIS year come from different years."""
        with rasterio.open(FOLDER / "elevation.tif") as raster:
            ground = float(next(raster.sample([(47.052, 39.330)]))[0])
        warmth = modelled["temp_air"] + 0.0065 * (modelled["elevation_m"] - ground)
        ours = warmth.groupby(modelled.index.month).mean()
        theirs = observed["T_amb"].groupby(observed.index.month).mean()

        assert (ours - theirs).abs().max() < 5
        assert (ours - theirs).abs().mean() < 2
        assert warmth.mean() == pytest.approx(observed["T_amb"].mean(), abs=0.2)

    def test_the_ground_is_within_sixty_metres_of_spot_heights() -> None:
        spots = pd.read_csv(SHARED / "elevation" / "geonames_srtm_spot_heights.csv")
        with rasterio.open(FOLDER / "elevation.tif") as raster:
            columns, rows = ~raster.transform * (spots["lon"].to_numpy(), spots["lat"].to_numpy())
            height = raster.read(1).astype(float)

        sampled = map_coordinates(height, [rows - 0.5, columns - 0.5], order=1)
        error = sampled - spots["elev_m"].to_numpy()

        assert np.sqrt(np.mean(error**2)) < 60
        assert abs(np.median(error)) < 10

    def test_rasters_equal_the_copies_cut_by_another_hand() -> None:
        for ours, theirs in (
            ("elevation.tif", "elevation/globe30_karabakh.tif"),
            ("land_cover.tif", "landcover/mcd12c1_igbp_2019_0p05deg.tif"),
        ):
            with rasterio.open(FOLDER / ours) as mine, rasterio.open(SHARED / theirs) as other:
                window = rasterio.windows.from_bounds(*other.bounds, mine.transform)
                cut = mine.read(1, window=window.round_offsets().round_lengths())
                assert (cut == other.read(1)).all(), ours
