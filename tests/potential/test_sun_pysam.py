"""Sun: yearly energy against PVWatts version 8, as PySAM computes it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from PySAM import Pvwattsv8
from test_sunfield import NO_SNOW, point_places
from worlds import small_climate

from bunyad.options.potential import PotentialOptions
from bunyad.potential.sunfield import monthly_hours, sun_field


@pytest.mark.parametrize(("mounting", "array_type"), [("fixed", 0), ("tracking", 3)])
def test_yearly_energy_equals_that_of_pvwatts(mounting: str, array_type: int) -> None:
    options = PotentialOptions(
        solar_mounting=mounting, solar_transposition="perez", solar_system_loss_share=0.14,
        **NO_SNOW,
    )  # fmt: skip
    climate = small_climate().isel(point=[1])
    # Weather of a place further west, so that days are not cut in two by the clock of PVWatts.
    time = pd.DatetimeIndex(climate.time.to_numpy())
    model = Pvwattsv8.default("PVWattsNone")
    model.SolarResource.solar_resource_data = {
        "lat": float(climate.lat[0]), "lon": float(climate.lon[0]), "tz": 0,
        "elev": float(climate.elevation_m[0]),
        "year": time.year.tolist(), "month": time.month.tolist(), "day": time.day.tolist(),
        "hour": time.hour.tolist(), "minute": [30] * len(time),
        "dn": climate.dni_w_m2[0].to_numpy().tolist(),
        "df": climate.dhi_w_m2[0].to_numpy().tolist(),
        "gh": climate.ghi_w_m2[0].to_numpy().tolist(),
        "tdry": climate.temp_air_c[0].to_numpy().tolist(),
        "wspd": (climate.wind_speed_ms[0].to_numpy() * 0.1**0.143).tolist(),
    }  # fmt: skip
    model.SystemDesign.assign({
        "system_capacity": 1_000.0, "dc_ac_ratio": options.solar_dc_ac_ratio, "module_type": 1,
        "inv_eff": 100 * options.solar_inverter_efficiency, "losses": 14.0,
        "array_type": array_type, "gcr": options.solar_ground_cover_ratio,
        "azimuth": 180.0, "tilt": options.solar_tilt_degrees if array_type == 0 else 0.0,
    })  # fmt: skip
    model.SolarResource.assign({"albedo": [0.2] * 12, "use_wf_albedo": 0})
    model.execute()

    hours = monthly_hours(sun_field(point_places(climate), climate, options=options)).sum()

    assert hours / options.solar_dc_ac_ratio == pytest.approx(
        model.Outputs.ac_annual / 1_000, rel=0.02
    )
    assert np.isfinite(hours)
