"""The values that a report is made of: what `bunyad.plan.Plan` holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import pandas as pd

from bunyad.connect.result import Networks
from bunyad.energy.result import EnergySystem
from bunyad.options import Options
from bunyad.potential.result import Potential
from bunyad.programme.result import Programme
from bunyad.region.model import Region
from bunyad.settle.result import Settlements


class PlanValues(Protocol):
    """A plan as the report reads it; `bunyad.plan.Plan` is one."""

    @property
    def region(self) -> Region:
        """What is there."""

    @property
    def options(self) -> Options:
        """Every option with the value that was used."""

    @property
    def potential(self) -> Potential:
        """What the land can yield."""

    @property
    def settlements(self) -> Settlements:
        """What people need."""

    @property
    def networks(self) -> Networks:
        """How places are joined."""

    @property
    def energy(self) -> EnergySystem:
        """What to build and how it runs."""

    @property
    def programme(self) -> Programme:
        """In which order, on what money."""

    @property
    def comparison(self) -> pd.DataFrame:
        """Plan against published figures."""

    @property
    def provenance(self) -> Mapping[str, Any]:
        """Inputs' hashes, versions, seed and options."""
