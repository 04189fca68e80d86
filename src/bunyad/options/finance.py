"""Options of `finance`: what money costs and how long plants live, the same for every room."""

from __future__ import annotations

from bunyad.options.base import RoomOptions, option


class FinanceOptions(RoomOptions):
    """Options of `finance`; the options of the rooms that reckon with them are of this class."""

    discount_rate: float = option("finance.discount_rate")
    solar_lifetime_years: float = option("finance.solar_lifetime_years")
    wind_lifetime_years: float = option("finance.wind_lifetime_years")
    hydro_lifetime_years: float = option("finance.hydro_lifetime_years")
