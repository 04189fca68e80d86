"""The ground reflects what climate or options say, month by month."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from worlds import small_region

from bunyad.errors import InputError
from bunyad.options.potential import PotentialOptions
from bunyad.potential.albedo import climate_albedo, ground_albedo, monthly_albedo
from bunyad.potential.cells import inside_cells
from bunyad.potential.sunfield import monthly_hours, sun_field, take
from bunyad.potential.sunland import cell_places

MONTHS = ";".join(["0.2"] * 11 + ["0.7"])
ONE = (np.array([[0]]), np.ones((1, 1)))


def test_options_give_one_value_or_twelve() -> None:
    assert monthly_albedo(PotentialOptions(ground_albedo=0.3)).tolist() == [0.3] * 12
    assert monthly_albedo(PotentialOptions(ground_albedo_by_month=MONTHS))[-1] == 0.7


@pytest.mark.parametrize("text", ["0.2", "0.2;0.3", ";".join(["2"] * 12), "a;b", "nan" + ";0" * 11])
def test_anything_but_twelve_shares_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="twelve values from 0 to 1"):
        monthly_albedo(PotentialOptions(ground_albedo_by_month=text))


def test_snow_brightens_dark_ground_and_never_darkens_bright_ground() -> None:
    options = PotentialOptions(ground_albedo_by_month=MONTHS, snow_albedo=0.6)
    albedo = ground_albedo(xr.Dataset(), ONE, np.full((1, 12), 0.5), options=options)

    assert albedo[0, 0] == pytest.approx(0.4)
    assert albedo[0, 11] == 0.7


def test_a_climate_with_albedo_is_averaged_by_light() -> None:
    time = pd.date_range("2019-01-01", periods=8_760, freq="h")
    noon = (time.hour == 12).astype(float)[None]
    climate = xr.Dataset(
        {
            "albedo": (("point", "time"), np.where(noon > 0, 0.5, 0.1)),
            "ghi_w_m2": (("point", "time"), noon * 800),
        },
        coords={"time": time},
    )

    np.testing.assert_allclose(climate_albedo(climate), np.full((1, 12), 0.5))
    np.testing.assert_allclose(
        ground_albedo(climate, ONE, np.ones((1, 12)), options=PotentialOptions()), 0.5
    )


def test_bright_ground_in_december_adds_to_december_alone() -> None:
    region = small_region()
    cells = inside_cells(region)

    def months(**values: str) -> np.ndarray:
        options = PotentialOptions(solar_mounting="fixed", snow_albedo=0.2, **values)
        places = cell_places(region, cells, options=options)
        return monthly_hours(take(sun_field(places, region.climate, options=options), slice(0, 5)))

    more = months(ground_albedo_by_month=MONTHS) / months()

    np.testing.assert_allclose(more[:, :11], 1, atol=1e-6)
    assert (more[:, 11] > 1.005).all()
