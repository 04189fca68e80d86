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
sun, wind   hourly yield per unit of capacity (a `basis`, a `windfield`)
shear       wind at hub height; weibull, windshape: its spread, seasons, hours and bias
wake        what the turbines of one park take from each other
mined       clearance of mined land: cost and date
sites       eligible land of each district made into sites
runoff      water of the land by height and month
streams     where it flows, and how much in each month
schemes     intake and power house along a river, none overlapping
hydro       schemes and existing plants made into sites
costs       levelised cost
totals      supply curves and totals
"""

from __future__ import annotations

from bunyad.potential.assess import assess_potential
from bunyad.potential.buffers import within_distance
from bunyad.potential.costs import capital_recovery_factor, levelised_cost
from bunyad.potential.hydro import hydro_profile, hydro_schemes
from bunyad.potential.result import (
    LAND_RULES,
    POTENTIAL_TOTALS,
    SITES,
    SUPPLY_CURVES,
    Potential,
)
from bunyad.potential.rules import default_rules, land_rules
from bunyad.potential.runoff import month_shares, runoff_depth
from bunyad.potential.schemes import Schemes, candidate_schemes, choose_schemes
from bunyad.potential.shear import hub_wind
from bunyad.potential.streams import Streams, drain_terrain, duration_curve, monthly_flow
from bunyad.potential.sun import solar_output
from bunyad.potential.wake import Park, assess_park, lay_out_park
from bunyad.potential.weibull import Weibull, fit_weibull, weibull_mean
from bunyad.potential.why import Reason, why_not_here
from bunyad.potential.wind import air_density, wind_output, wind_power_curve
from bunyad.potential.windfield import WindField, prepare_wind, wind_hourly, wind_profiles
from bunyad.potential.windshape import correct_wind, month_hour_means

__all__ = [
    "LAND_RULES",
    "POTENTIAL_TOTALS",
    "SITES",
    "SUPPLY_CURVES",
    "Park",
    "Potential",
    "Reason",
    "Schemes",
    "Streams",
    "Weibull",
    "WindField",
    "air_density",
    "assess_park",
    "assess_potential",
    "candidate_schemes",
    "capital_recovery_factor",
    "choose_schemes",
    "correct_wind",
    "default_rules",
    "drain_terrain",
    "duration_curve",
    "fit_weibull",
    "hub_wind",
    "hydro_profile",
    "hydro_schemes",
    "land_rules",
    "lay_out_park",
    "levelised_cost",
    "month_hour_means",
    "month_shares",
    "monthly_flow",
    "prepare_wind",
    "runoff_depth",
    "solar_output",
    "weibull_mean",
    "why_not_here",
    "wind_hourly",
    "wind_output",
    "wind_power_curve",
    "wind_profiles",
    "within_distance",
]
