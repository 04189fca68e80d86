"""Yield of modules on the roofs of settlements."""

from __future__ import annotations

import numpy as np
from worlds import small_region

from bunyad.options.potential import PotentialOptions
from bunyad.potential import assess_potential, roof_yields


def test_roofs_yield_what_fixed_modules_yield_beside_them() -> None:
    region = small_region()
    options = PotentialOptions(solar_dc_ac_ratio=1, solar_mounting="fixed")
    land = assess_potential(region, options=options).land["solar_yield_kwh_per_kw"]

    # The mounting and the inverter of large plants say nothing about roofs.
    yields = roof_yields(region, options=PotentialOptions(solar_dc_ac_ratio=1.3))

    assert yields["settlement"].tolist() == region.settlements["id"].tolist()
    places = region.settlements.geometry
    beside = [float(land.sel(x=point.x, y=point.y, method="nearest").item()) for point in places]
    np.testing.assert_allclose(yields["yield_kwh_per_kwp"], beside, rtol=0.01)
