"""
Potential: find what the land can yield.

The front door is `assess_potential`: from a region to eligible land, hourly yield, sites with
their cost, supply curves and totals for solar, wind and small hydropower.

In the order in which they are used:

cells       the cells of the terrain that lie in the region, as flat arrays
land        rules that exclude land from solar and wind
horizon     angles at which the ground meets the sky, and the sky that is left
sunfield    hourly solar output of every cell with the terrain's shadow, by a fused kernel
sun         the same at single points by pvlib, which the kernel is held against
wind        hourly wind output, everywhere (kept as a `basis`)
sites       eligible land of each district made into sites
hydro       runoff and head made into sites
costs       levelised cost
totals      supply curves and totals
"""

from __future__ import annotations

from bunyad.potential.assess import assess_potential
from bunyad.potential.costs import capital_recovery_factor, levelised_cost
from bunyad.potential.horizon import horizon_angles, sky_view
from bunyad.potential.hydro import hydro_profile
from bunyad.potential.result import (
    LAND_RULES,
    POTENTIAL_TOTALS,
    SITES,
    SUPPLY_CURVES,
    Potential,
)
from bunyad.potential.sun import solar_output
from bunyad.potential.wind import air_density, wind_output, wind_power_curve

__all__ = [
    "LAND_RULES",
    "POTENTIAL_TOTALS",
    "SITES",
    "SUPPLY_CURVES",
    "Potential",
    "air_density",
    "assess_potential",
    "capital_recovery_factor",
    "horizon_angles",
    "hydro_profile",
    "levelised_cost",
    "sky_view",
    "solar_output",
    "wind_output",
    "wind_power_curve",
]
