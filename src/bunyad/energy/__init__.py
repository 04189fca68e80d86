"""
Energy: what to build, how it runs, and what to export.

`optimise_energy` is the front door: it finds the least-cost system of the last year of the plan
with PyPSA, linopy and HiGHS, in weeks that stand for the year. `check_dispatch` then holds the
power grid against its hardest hours.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bunyad.energy.dispatch_grid import check_dispatch
    from bunyad.energy.optimise import optimise_energy
    from bunyad.energy.outcome import balance_gap
    from bunyad.energy.result import LINE_RESULTS, PLANT_RESULTS, ROOFS, SUMMARY, EnergySystem
    from bunyad.energy.roofs import roof_energy
    from bunyad.energy.weeks import Week, choose_weeks

_HOMES = {
    "check_dispatch": "dispatch_grid",
    "optimise_energy": "optimise",
    "balance_gap": "outcome",
    "LINE_RESULTS": "result",
    "PLANT_RESULTS": "result",
    "ROOFS": "result",
    "SUMMARY": "result",
    "EnergySystem": "result",
    "roof_energy": "roofs",
    "Week": "weeks",
    "choose_weeks": "weeks",
}

__all__ = [
    "LINE_RESULTS",
    "PLANT_RESULTS",
    "ROOFS",
    "SUMMARY",
    "EnergySystem",
    "Week",
    "balance_gap",
    "check_dispatch",
    "choose_weeks",
    "optimise_energy",
    "roof_energy",
]


def __getattr__(name: str) -> Any:
    """Import a name where it is first used: who asks what a result holds needs no solver."""
    if name in _HOMES:
        return getattr(importlib.import_module(f"bunyad.energy.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'bunyad.energy' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
