"""
Indicators: figures of a place, balances, and plan against actual.

catalogue     the 91 indicators of U4SSC, their targets and bands
figure        a figure with its coverage and age
balances      what goes in, what is used, what is lost
services      light and waste: what was done beside the plan
against_plan  deviation from the plan and why; what the year will come to
weather       what the plan would expect of the weather that was; how well solar roofs do
kept          whether each kind of thing keeps to the plan
formulas      the indicators that a village's records can answer
month         all of it for a month
report        the month on paper
"""

from __future__ import annotations

from bunyad.operate.indicators.against_plan import (
    Circumstances,
    Deviation,
    YearEnd,
    deviate,
    forecast_year,
)
from bunyad.operate.indicators.balances import Balance, balance
from bunyad.operate.indicators.catalogue import Indicator, band, catalogue
from bunyad.operate.indicators.figure import Figure
from bunyad.operate.indicators.formulas import Facts, Scored, score_all
from bunyad.operate.indicators.services import Line, Service, light_service, waste_service

__all__ = [
    "Balance",
    "Circumstances",
    "Deviation",
    "Facts",
    "Figure",
    "Indicator",
    "Line",
    "Scored",
    "Service",
    "YearEnd",
    "balance",
    "band",
    "catalogue",
    "deviate",
    "forecast_year",
    "light_service",
    "score_all",
    "waste_service",
]
