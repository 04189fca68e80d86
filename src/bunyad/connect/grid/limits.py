"""Which limits a load flow breaks, by scenario."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bunyad.connect.grid.cases import PEAK
from bunyad.connect.grid.flow import Array, Scenario, Solved
from bunyad.connect.grid.result import GridDesign
from bunyad.options import ConnectOptions

ROUNDING = 1e-6
"""Limits hold up to this part of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strain:
    """How far each scenario goes towards its limits; above 1 it breaks them."""

    branch: Array
    """Current by thermal limit, (scenario, branch)."""
    unit: Array
    """Power by size and allowed overload, (scenario, transformers of a row)."""
    voltage: Array
    """Distance from the nominal voltage by the band, (scenario, bus); 0 where cut off."""
    binding: NDArray[np.bool_]
    """Scenarios in which the limits must hold: failures at the peak, and all whole cases."""


def is_binding(scenario: Scenario, *, options: ConnectOptions) -> bool:
    """Tell whether limits must hold: in whole cases, and at the peak with a part out."""
    if not scenario.kind:
        return True
    return scenario.case == PEAK and (scenario.kind != "source" or options.grid_source_n1)


def measure_strain(
    design: GridDesign, scenarios: Sequence[Scenario], solved: Solved, *, options: ConnectOptions
) -> Strain:
    """
    Hold a load flow against the limits.

    While a part is out, transformers may be overloaded, and the high voltage has a wider band.
    At reverse flow with a part out plants are turned down, so that those scenarios are told but
    do not bind.

    Parameters
    ----------
    design
        The grid.
    scenarios
        What was solved.
    solved
        The load flows.
    options
        Bands and overload.
    """
    out = np.array([bool(scenario.kind) for scenario in scenarios])
    high = design.buses["kv"].to_numpy(float) > options.distribution_kv
    band = np.where(
        high[None, :],
        np.where(out, options.grid_outage_band, options.grid_high_band)[:, None],
        options.grid_medium_band,
    )
    voltage = np.where(solved.voltage > 0, np.abs(solved.voltage - 1) / band, 0.0)
    voltage[~solved.converged] = np.inf
    ampere = design.branches["ampere"].to_numpy(float)
    allowed = np.where(out, options.grid_outage_overload, 1.0)
    binding = np.array([is_binding(scenario, options=options) for scenario in scenarios])
    return Strain(
        branch=solved.ampere / ampere,
        unit=solved.unit_load / allowed[:, None],
        voltage=voltage,
        binding=binding,
    )
