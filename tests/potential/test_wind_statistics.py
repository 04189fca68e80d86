"""Weibull fits, shear, seasons and bias of wind."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import weibull_min
from worlds import small_climate

from bunyad.errors import InputError
from bunyad.options.potential import PotentialOptions
from bunyad.potential import correct_wind, fit_weibull, hub_wind, month_hour_means, weibull_mean
from bunyad.potential.shear import height_factor
from bunyad.potential.weibull import Weibull


def drawn(shape: float, scale: float, count: int = 8_760) -> np.ndarray:
    """Speeds at the middle of equal parts of a Weibull distribution, in no order."""
    middle = (np.arange(count) + 0.5) / count
    return np.random.default_rng(1).permutation(scale * (-np.log1p(-middle)) ** (1 / shape))


@settings(max_examples=25, deadline=None)
@given(st.floats(1.1, 5), st.floats(0.5, 15), st.sampled_from(["moments", "likelihood"]))
def test_fits_find_the_distribution_that_was_drawn_from(shape, scale, method) -> None:
    fit = fit_weibull(drawn(shape, scale), method=method)

    assert float(fit.shape) == pytest.approx(shape, rel=0.01)
    assert float(fit.scale) == pytest.approx(scale, rel=0.005)


def test_the_greatest_likelihood_is_that_of_scipy() -> None:
    speed = np.random.default_rng(3).weibull(1.8, 500) * 7

    fit = fit_weibull(speed, method="likelihood")

    shape, _, scale = weibull_min.fit(speed, floc=0)
    assert float(fit.shape) == pytest.approx(shape, rel=1e-3)
    assert float(fit.scale) == pytest.approx(scale, rel=1e-3)


@given(st.lists(st.floats(0.1, 30), min_size=3, max_size=50).filter(lambda v: np.std(v) > 0.01))
def test_a_fit_by_moments_keeps_the_mean(speed: list[float]) -> None:
    assert float(weibull_mean(fit_weibull(np.array(speed)))) == pytest.approx(np.mean(speed))


def test_many_series_are_fitted_as_each_alone() -> None:
    speed = np.stack([drawn(2, 8), drawn(1.5, 4), np.zeros(8_760), np.full(8_760, 3.0)])

    for method in ("moments", "likelihood"):
        fit = fit_weibull(speed, method=method)
        for row in range(4):
            alone = fit_weibull(speed[row], method=method)
            assert fit.shape[row] == pytest.approx(float(alone.shape))
            assert fit.scale[row] == pytest.approx(float(alone.scale))
        assert fit.scale[2] == 0


def test_both_laws_agree_at_the_height_itself_and_grow_with_it() -> None:
    for law in ("power", "log"):
        options = PotentialOptions(wind_shear_law=law)
        assert height_factor(80, 80, options=options) == 1
        assert height_factor(120, 100, options=options) > 1
    # ln(100/0.1) / ln(10/0.1) = 6.9078 / 4.6052
    assert height_factor(100, 10, options=PotentialOptions(wind_shear_law="log")) == pytest.approx(
        1.5
    )


def test_wind_is_found_under_the_names_of_other_programs() -> None:
    options = PotentialOptions(wind_hub_height_m=100)
    era5 = xr.Dataset(
        {
            "u100": ("time", [3.0]),
            "v100": ("time", [4.0]),
            "u10": ("time", [1.0]),
            "v10": ("time", [0.0]),
        },
        attrs={"origin": "modelled"},
    )

    found = hub_wind(era5, options=options)

    assert found.item() == 5
    assert found.attrs["origin"] == "modelled"
    assert found.attrs["from_height_m"] == 100
    ten = hub_wind(xr.Dataset({"WS10m": ("time", [5.0])}), options=options)
    assert ten.item() == pytest.approx(5 * 10**0.143)
    np.testing.assert_allclose(
        hub_wind(small_climate(), options=options), small_climate()["wind_speed_ms"]
    )
    with pytest.raises(InputError, match="no wind among the variables temp"):
        hub_wind(xr.Dataset({"temp": ("time", [5.0])}), options=options)


def test_seasons_and_hours_are_means_of_the_series() -> None:
    profile = small_climate()["wind_speed_ms"]

    means = month_hour_means(profile)

    assert means.dims == ("point", "month", "hour")
    time = profile["time"].to_index()
    chosen = profile.to_numpy()[2, (time.month == 7) & (time.hour == 13)]
    assert float(means.sel(month=7, hour=13)[2]) == pytest.approx(chosen.mean(), rel=1e-5)


def test_scaling_gives_the_mean_of_the_atlas() -> None:
    speed = drawn(2, 6)

    np.testing.assert_allclose(correct_wind(speed, 7.0), speed * 7 / speed.mean())
    fit = Weibull(scale=np.array(8.0), shape=np.array(2.0))
    assert correct_wind(speed, fit).mean() == pytest.approx(float(weibull_mean(fit)))


def test_quantiles_take_over_the_distribution_of_a_mast() -> None:
    speed, mast = drawn(2.4, 6), drawn(1.7, 8, count=20_000)

    corrected = correct_wind(speed, mast, method="quantile")

    np.testing.assert_allclose(
        np.quantile(corrected, [0.05, 0.5, 0.95]), np.quantile(mast, [0.05, 0.5, 0.95]), rtol=0.01
    )
    assert (np.argsort(corrected, kind="stable") == np.argsort(speed, kind="stable")).all()
    fit = fit_weibull(correct_wind(speed, fit_weibull(mast), method="quantile"))
    assert float(fit.shape) == pytest.approx(1.7, rel=0.01)


@given(
    st.lists(st.floats(0, 30), min_size=2, max_size=40).filter(lambda v: np.mean(v) > 0.1),
    st.lists(st.floats(0, 30), min_size=2, max_size=40),
)
def test_a_quantile_correction_never_turns_the_order_round(speed, mast) -> None:
    series = np.array(speed)

    corrected = correct_wind(series, np.array(mast), method="quantile")

    assert (np.diff(corrected[np.argsort(series, kind="stable")]) >= -1e-12).all()
    assert corrected.min() >= min(mast) - 1e-12
    assert corrected.max() <= max(mast) + 1e-12


@pytest.mark.parametrize(
    ("series", "reference", "method", "text"),
    [
        ([0.0, 0.0], 5.0, "scale", "no wind"),
        ([1.0, np.nan], 5.0, "scale", "gaps"),
        ([1.0, 2.0], 5.0, "quantile", "no quantiles"),
        ([1.0, 2.0], [np.nan], "scale", "empty"),
    ],
)
def test_what_cannot_be_corrected_is_told(series, reference, method, text) -> None:
    with pytest.raises(InputError, match=text):
        correct_wind(np.array(series), reference, method=method)
