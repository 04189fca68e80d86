"""Options of the room `auction`: what plants are financed with, and how ceilings are suggested."""

from __future__ import annotations

from typing import Literal

from bunyad.options.base import option
from bunyad.options.finance import FinanceOptions


class FinanceTerms(FinanceOptions):
    """On what terms a plant is financed; all rates but `discount_rate` hold inflation."""

    inflation_share_per_year: float = option("auction.inflation_share_per_year")
    equity_return: float = option("auction.equity_return")
    debt_rate: float = option("auction.debt_rate")
    debt_years: int = option("auction.debt_years")
    debt_share_cap: float = option("auction.debt_share_cap")
    dscr_p50: float = option("auction.dscr_p50")
    dscr_p90: float = option("auction.dscr_p90")
    cash_for_debt: Literal["after_tax", "before_tax"] = option("auction.cash_for_debt")
    tax_rate: float = option("auction.tax_rate")
    tax_losses: Literal["carried", "used_at_once"] = option("auction.tax_losses")
    depreciation_years: int = option("auction.depreciation_years")
    construction_months: float = option("auction.construction_months")
    contract_years: int = option("auction.contract_years")
    merchant_usd_per_mwh: float = option("auction.merchant_usd_per_mwh")
    indexation_share: float = option("auction.indexation_share")


class AuctionOptions(FinanceTerms):
    """Options of the room `auction`."""

    solar_degradation_per_year: float = option("auction.solar_degradation_per_year")
    wind_degradation_per_year: float = option("auction.wind_degradation_per_year")
    hydro_degradation_per_year: float = option("auction.hydro_degradation_per_year")
    ceiling_margin: float = option("auction.ceiling_margin")
