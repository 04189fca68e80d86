"""
Energy: what to build, how it runs, and what to export.

`optimise_energy` is the front door: it finds the least-cost system of the last year of the plan
with PyPSA, linopy and HiGHS, in weeks that stand for the year. `check_dispatch` then holds the
power grid against its hardest hours.
"""

from __future__ import annotations

from bunyad.energy.dispatch_grid import check_dispatch
from bunyad.energy.optimise import optimise_energy
from bunyad.energy.outcome import balance_gap
from bunyad.energy.result import LINE_RESULTS, PLANT_RESULTS, ROOFS, SUMMARY, EnergySystem
from bunyad.energy.roofs import roof_energy
from bunyad.energy.weeks import Week, choose_weeks

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
