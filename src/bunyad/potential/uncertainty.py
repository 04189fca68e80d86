"""
Uncertainty: how far the energy of a single year may lie from the expected.

Two causes are kept apart. Years differ (inter-annual); and the estimate itself may be wrong
(model), in every year alike. They are independent, and both lognormal with the median at the
expected energy, so that energy is never negative.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np

from bunyad.options.potential import PotentialOptions
from bunyad.potential.cells import Floats, Ints
from bunyad.potential.windfield import WindField, wind_profiles


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Standard deviations of the yearly energy, as parts of it."""

    inter_annual_sd_share: float
    """From year to year [-]."""
    model_sd_share: float
    """Of the estimate of the mean year [-]."""


def energy_spread(technology: str, sensitivity: float, *, options: PotentialOptions) -> Spread:
    """
    Return how the yearly energy of a site may differ from the expected.

    Parameters
    ----------
    technology
        solar, wind or hydro.
    sensitivity
        Relative change of energy over the relative change of the resource: of wind speed for
        wind, of irradiance for solar [-].
    options
        Standard deviations of the resource and of the models.

    Examples
    --------
    >>> spread = energy_spread("wind", 1.5, options=PotentialOptions())
    >>> round(spread.inter_annual_sd_share, 3), round(spread.model_sd_share, 3)
    (0.09, 0.158)
    """
    if technology == "wind":
        return Spread(
            inter_annual_sd_share=sensitivity * options.wind_speed_inter_annual_sd_share,
            model_sd_share=float(
                np.hypot(
                    sensitivity * options.wind_speed_model_sd_share,
                    options.wind_plant_model_sd_share,
                )
            ),
        )
    if technology == "solar":
        return Spread(
            inter_annual_sd_share=sensitivity * options.solar_inter_annual_sd_share,
            model_sd_share=options.solar_model_sd_share,
        )
    return Spread(
        inter_annual_sd_share=options.hydro_inter_annual_sd_share,
        model_sd_share=options.hydro_model_sd_share,
    )


def exceeded_energy(expected: float, probability: float, spread: Spread) -> float:
    """
    Return the energy that a single year exceeds with a probability, in the expected's unit.

    Parameters
    ----------
    expected
        Energy that half of the years exceed (P50).
    probability
        Probability of more, 0 to 1 and neither [-].
    spread
        The two standard deviations.

    Examples
    --------
    >>> years = Spread(inter_annual_sd_share=0.06, model_sd_share=0.08)
    >>> exceeded_energy(100, 0.5, years), round(exceeded_energy(100, 0.9, years), 1)
    (100.0, 88.0)
    """
    log_variance = np.log1p(spread.inter_annual_sd_share**2) + np.log1p(spread.model_sd_share**2)
    steps = NormalDist().inv_cdf(1 - probability)
    return float(expected * np.exp(steps * np.sqrt(log_variance)))


def speed_sensitivity(
    field: WindField, groups: list[tuple[Ints, Floats]], *, step: float
) -> Floats:
    """
    Return the relative change of energy over that of mean wind speed, by groups of cells [-].

    It is the slope of the site's own yearly energy between a windless and a windy year, so a
    site whose turbines often run at full power gains less.

    Parameters
    ----------
    field
        What the hourly output follows from.
    groups
        Indices of the cells of each group, and their weights.
    step
        Relative change of mean speed to either side [-].
    """
    point, speed, pressure, cooling = field.cells

    def energy(change: float) -> Floats:
        scaled = (speed * np.float32(1 + change)).astype(np.float32)
        year = replace(field, cells=(point, scaled, pressure, cooling))
        return np.asarray(wind_profiles(year, groups).sum(axis=1))

    if not groups or not step:
        return np.ones(len(groups))
    low, high = energy(-step), energy(step)
    # The middle of the two stands for the year itself, so that none is divided by 0 apart from
    # places without any wind.
    return np.asarray((high - low) / step / np.maximum(high + low, np.finfo(float).tiny))
