"""Measured wind corrects the map and the hours around it, and nothing far away."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import SOUTH, WEST, small_region

from bunyad.errors import InputError
from bunyad.options.potential import PotentialOptions
from bunyad.potential import assess_potential, fit_weibull
from bunyad.potential.masts import correct_by_masts, mast_trust, mast_weights
from bunyad.region import load_region
from bunyad.region.model import Region

OPTIONS = PotentialOptions(wind_mast_reach_km=5)
HERE = (WEST + 10.5e3, SOUTH + 10.5e3)


def with_mast(speed_ms: float, *, k: float = np.nan, height_m: float = 100) -> Region:
    region = small_region()
    row = {"id": "ridge", "height_m": height_m, "mean_speed_ms": speed_ms, "weibull_k": k,
           "years": 1e9, "source": "made up"}  # fmt: skip
    masts = gpd.GeoDataFrame(
        [row], geometry=gpd.points_from_xy([HERE[0]], [HERE[1]]), crs=region.crs
    )
    return replace(region, masts=masts)


def at(region: Region, x: float, y: float) -> float:
    return float(region.terrain["wind_speed_ms"].sel(x=x, y=y, method="nearest"))


def test_without_masts_the_region_stays_as_it_is() -> None:
    region = small_region()

    assert correct_by_masts(region, options=OPTIONS) is region


def test_a_long_measurement_sets_the_map_at_its_place_and_not_far_away() -> None:
    region = with_mast(9.0)

    corrected = correct_by_masts(region, options=OPTIONS)

    assert at(corrected, *HERE) == pytest.approx(9.0, rel=1e-3)
    far = (HERE[0] + 29e3, HERE[1])
    ratio = at(region, *HERE) / 9
    assert at(corrected, *far) == pytest.approx(
        at(region, *far) * ratio ** -np.exp(-29 / 5), rel=1e-3
    )
    assert corrected.climate.attrs["wind_corrected_by"] == "1 masts: ridge"
    np.testing.assert_array_equal(corrected.climate.wind_speed_ms, region.climate.wind_speed_ms)


def test_a_low_mast_is_carried_to_the_height_of_the_map() -> None:
    corrected = correct_by_masts(with_mast(6.0, height_m=50), options=OPTIONS)

    assert at(corrected, *HERE) == pytest.approx(6.0 * 2**OPTIONS.wind_shear_exponent, rel=1e-3)


def test_the_hours_of_a_point_beside_the_mast_get_its_spread_and_keep_their_mean() -> None:
    region = with_mast(7.0, k=3.0)
    x, y = (float(region.climate[name][0]) for name in ("x", "y"))
    region.masts["geometry"] = gpd.points_from_xy([x], [y])

    corrected = correct_by_masts(region, options=PotentialOptions(wind_mast_reach_km=1))

    before, after = (
        part.climate.wind_speed_ms.to_numpy().astype(float) for part in (region, corrected)
    )
    assert float(fit_weibull(after[0]).shape) == pytest.approx(3.0, rel=0.03)
    assert after[0].mean() == pytest.approx(before[0].mean(), rel=0.03)
    assert np.argsort(after[0], kind="stable")[-100:].tolist() == (
        np.argsort(before[0], kind="stable")[-100:].tolist()
    )
    np.testing.assert_allclose(after[1:], before[1:], rtol=0.03)


def test_the_trust_in_a_mast_is_that_of_the_best_linear_estimate() -> None:
    options = PotentialOptions(wind_speed_model_sd_share=0.1, wind_speed_inter_annual_sd_share=0.05)
    generator = np.random.default_rng(1)
    truth = 0.0
    mapped = truth + generator.normal(0, 0.1, 200_000)
    mast = truth + generator.normal(0, 0.05 / np.sqrt(2), 200_000)

    trust = float(mast_trust(np.array([2.0]), options=options)[0])

    errors = {t: np.std((1 - t) * mapped + t * mast) for t in (trust - 0.05, trust, trust + 0.05)}
    assert min(errors, key=lambda t: errors[t]) == trust
    exact = PotentialOptions(wind_speed_model_sd_share=0)
    assert mast_trust(np.array([2.0]), options=exact).tolist() == [0]


@given(st.lists(st.tuples(st.floats(-50e3, 50e3), st.floats(-50e3, 50e3)), min_size=1, max_size=5))
@settings(max_examples=30, deadline=None)
def test_weights_of_masts_never_exceed_a_whole(masts: list[tuple[float, float]]) -> None:
    weight = mast_weights(np.zeros((1, 2)), np.array(masts), options=OPTIONS)

    assert (weight >= 0).all()
    assert weight.sum() <= 1 + 1e-12


def add_masts(folder: Path, speed: str, *, lat: float = 39.79) -> None:
    (folder / "masts.csv").write_text(
        "id,lat,lon,height_m,mean_speed_ms,weibull_k,years,source\n"
        f"ridge,{lat},45.12,100,{speed},,5,made up\n",
        "utf-8",
    )
    with (folder / "region.yaml").open("a", encoding="utf-8") as file:
        file.write("  masts: {file: masts.csv, origin: measured, source: made up, licence: none}\n")


def test_a_folder_with_a_windy_mast_yields_more_wind(small_folder: Path) -> None:
    before = assess_potential(load_region(small_folder), options=PotentialOptions())
    add_masts(small_folder, "12.0")
    region = load_region(small_folder)

    after = assess_potential(region, options=PotentialOptions())

    assert region.masts["weibull_k"].isna().all()
    assert float(after.land.wind_full_load_hours.mean()) > float(
        before.land.wind_full_load_hours.mean()
    )
    assert after.land.attrs["wind_corrected_by"] == "1 masts: ridge"
    assert before.land.attrs["wind_corrected_by"] == "no masts"
    np.testing.assert_array_equal(
        after.land.solar_yield_kwh_per_kw, before.land.solar_yield_kwh_per_kw
    )


def test_a_mast_without_wind_is_refused(small_folder: Path) -> None:
    add_masts(small_folder, "-1")

    with pytest.raises(InputError, match="mean_speed_ms"):
        load_region(small_folder)


def test_a_mast_beyond_the_margin_is_refused(small_folder: Path) -> None:
    add_masts(small_folder, "7", lat=42)

    with pytest.raises(InputError, match="outside of the region"):
        load_region(small_folder)
