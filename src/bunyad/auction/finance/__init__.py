"""
What a plant costs, earns and owes, year by year; the price it needs; what a contract settles.

plant       what is financed
cash_flow   the table of years × items, with debt sculpted to the cash
measures    levelised cost, net present value, internal rate of return
price       the least price that gives equity its return
settlement  contracts for difference, hour by hour or month by month, to the cent
"""

from __future__ import annotations

from bunyad.auction.finance.cash_flow import CASH_FLOW, CashFlow, cash_flow
from bunyad.auction.finance.measures import (
    equity_irr,
    irr,
    lcoe,
    levelised_price,
    nominal_rate,
    npv,
    plant_lcoe,
    project_irr,
)
from bunyad.auction.finance.plant import PlantCase
from bunyad.auction.finance.price import price_for_irr
from bunyad.auction.finance.settlement import SETTLEMENT, CfdContract, settle
from bunyad.options.auction import FinanceTerms

__all__ = [
    "CASH_FLOW",
    "SETTLEMENT",
    "CashFlow",
    "CfdContract",
    "FinanceTerms",
    "PlantCase",
    "cash_flow",
    "equity_irr",
    "irr",
    "lcoe",
    "levelised_price",
    "nominal_rate",
    "npv",
    "plant_lcoe",
    "price_for_irr",
    "project_irr",
    "settle",
]
