"""
Potential: find what the land can yield.

The front door is `assess_potential`: from a region to eligible land, hourly yield, sites with
their cost, supply curves and totals for solar, wind and small hydropower.

In the order in which they are used:

coverage    how much of each cell lies in each district
cells       the cells of the terrain that hold land of the region, as flat arrays
buffers     which cells lie within a distance of a feature
rules       where solar and wind plants may not stand, in order
land        what those rules exclude; why tells it of one place
horizon     angles at which the ground meets the sky, and the sky that is left
masts       wind measured at masts, which corrects the map and the hours
albedo      light that the ground reflects, by month
sunfield    hourly solar output of every cell with the terrain's shadow, by a fused kernel
sun         the same at single points by pvlib, which the kernel is held against
fieldsums   sums of such fields over hours and over cells, without the fields
windfield   hourly wind output of every cell, by a fused kernel
shear       wind at hub height; weibull, windshape: its spread, seasons, hours and bias
wake        what the turbines of one park take from each other
yields      sun or wind of every cell, whatever kernel they come from
years       the mean of several years of weather, and their deviation
mined       clearance of mined land: cost and date
clusters    eligible land joined where it hangs together
sites       eligible land of each district made into sites
runoff      water of the land by height and month
streams     where it flows, and how much in each month
schemes     intake and power house along a river, none overlapping
hydro       schemes and existing plants made into sites
uncertainty how far a year's energy may lie from the expected
costs       levelised cost
totals      supply curves and totals
roofs       yield of modules on the roofs of settlements
selection   the best sites for a target; duration curves
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bunyad.potential.assess import assess_potential
    from bunyad.potential.buffers import within_distance
    from bunyad.potential.costs import capital_recovery_factor, levelised_cost
    from bunyad.potential.fieldsums import FieldSums, sun_sums, wind_sums_of_field
    from bunyad.potential.horizon import horizon_angles, sky_view
    from bunyad.potential.hydro import hydro_profile, hydro_schemes
    from bunyad.potential.result import (
        DURATION_CURVE,
        LAND_RULES,
        POTENTIAL_TOTALS,
        ROOF_YIELDS,
        SITES,
        SUPPLY_CURVES,
        Potential,
    )
    from bunyad.potential.roofs import roof_yields
    from bunyad.potential.rules import default_rules, land_rules
    from bunyad.potential.runoff import month_shares, runoff_depth
    from bunyad.potential.schemes import Schemes, candidate_schemes, choose_schemes
    from bunyad.potential.selection import choose_sites, duration_curve
    from bunyad.potential.shear import hub_wind
    from bunyad.potential.streams import Streams, drain_terrain, monthly_flow
    from bunyad.potential.sun import solar_output
    from bunyad.potential.uncertainty import Spread, energy_spread, exceeded_energy
    from bunyad.potential.wake import Park, assess_park, lay_out_park, park_wake_loss
    from bunyad.potential.weibull import Weibull, fit_weibull, weibull_mean
    from bunyad.potential.why import Reason, why_not_here
    from bunyad.potential.wind import air_density, wind_output, wind_power_curve
    from bunyad.potential.windfield import WindField, prepare_wind, wind_hourly, wind_profiles
    from bunyad.potential.windshape import correct_wind, month_hour_means

_HOMES = {
    "assess_potential": "assess",
    "within_distance": "buffers",
    "capital_recovery_factor": "costs",
    "levelised_cost": "costs",
    "FieldSums": "fieldsums",
    "sun_sums": "fieldsums",
    "wind_sums_of_field": "fieldsums",
    "horizon_angles": "horizon",
    "sky_view": "horizon",
    "hydro_profile": "hydro",
    "hydro_schemes": "hydro",
    "DURATION_CURVE": "result",
    "LAND_RULES": "result",
    "POTENTIAL_TOTALS": "result",
    "ROOF_YIELDS": "result",
    "SITES": "result",
    "SUPPLY_CURVES": "result",
    "Potential": "result",
    "roof_yields": "roofs",
    "default_rules": "rules",
    "land_rules": "rules",
    "month_shares": "runoff",
    "runoff_depth": "runoff",
    "Schemes": "schemes",
    "candidate_schemes": "schemes",
    "choose_schemes": "schemes",
    "choose_sites": "selection",
    "duration_curve": "selection",
    "hub_wind": "shear",
    "Streams": "streams",
    "drain_terrain": "streams",
    "monthly_flow": "streams",
    "solar_output": "sun",
    "Spread": "uncertainty",
    "energy_spread": "uncertainty",
    "exceeded_energy": "uncertainty",
    "Park": "wake",
    "assess_park": "wake",
    "lay_out_park": "wake",
    "park_wake_loss": "wake",
    "Weibull": "weibull",
    "fit_weibull": "weibull",
    "weibull_mean": "weibull",
    "Reason": "why",
    "why_not_here": "why",
    "air_density": "wind",
    "wind_output": "wind",
    "wind_power_curve": "wind",
    "WindField": "windfield",
    "prepare_wind": "windfield",
    "wind_hourly": "windfield",
    "wind_profiles": "windfield",
    "correct_wind": "windshape",
    "month_hour_means": "windshape",
}

__all__ = [
    "DURATION_CURVE",
    "LAND_RULES",
    "POTENTIAL_TOTALS",
    "ROOF_YIELDS",
    "SITES",
    "SUPPLY_CURVES",
    "FieldSums",
    "Park",
    "Potential",
    "Reason",
    "Schemes",
    "Spread",
    "Streams",
    "Weibull",
    "WindField",
    "air_density",
    "assess_park",
    "assess_potential",
    "candidate_schemes",
    "capital_recovery_factor",
    "choose_schemes",
    "choose_sites",
    "correct_wind",
    "default_rules",
    "drain_terrain",
    "duration_curve",
    "energy_spread",
    "exceeded_energy",
    "fit_weibull",
    "horizon_angles",
    "hub_wind",
    "hydro_profile",
    "hydro_schemes",
    "land_rules",
    "lay_out_park",
    "levelised_cost",
    "month_hour_means",
    "month_shares",
    "monthly_flow",
    "park_wake_loss",
    "prepare_wind",
    "roof_yields",
    "runoff_depth",
    "sky_view",
    "solar_output",
    "sun_sums",
    "weibull_mean",
    "why_not_here",
    "wind_hourly",
    "wind_output",
    "wind_power_curve",
    "wind_profiles",
    "wind_sums_of_field",
    "within_distance",
]


def __getattr__(name: str) -> Any:
    """Import a name where it is first used: who asks why of a place needs no kernels."""
    if name in _HOMES:
        return getattr(importlib.import_module(f"bunyad.potential.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'bunyad.potential' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
