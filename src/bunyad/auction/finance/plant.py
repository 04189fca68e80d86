"""What is financed: one plant in numbers."""

from __future__ import annotations

from dataclasses import dataclass

from bunyad.errors import Fault, InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantCase:
    """
    A plant as lenders and owners see it.

    Examples
    --------
    >>> PlantCase(
    ...     capex_usd=1e8, opex_usd_per_year=1.5e6, p50_mwh=250e3, p90_mwh=230e3, life_years=30
    ... ).degradation_per_year
    0.0
    """

    capex_usd: float
    """Cost with connection, before interest while it is built [US$]."""
    opex_usd_per_year: float
    """Fixed cost of the first working year [US$/a]."""
    p50_mwh: float
    """Energy of the first working year that is exceeded in 50 of 100 cases [MWh]."""
    p90_mwh: float
    """Energy of the first working year that is exceeded in 90 of 100 cases [MWh]."""
    life_years: int
    """Working years [a]."""
    degradation_per_year: float = 0.0
    """Part of the output that is lost each year [1/a]."""

    def __post_init__(self) -> None:
        """Refuse a plant that costs, yields or lasts nothing."""
        faults = [
            Fault(where=f"plant.{name}", what=f"it is {getattr(self, name)}", mend=mend)
            for name, is_right, mend in (
                ("capex_usd", self.capex_usd > 0, "give a cost above 0"),
                ("opex_usd_per_year", self.opex_usd_per_year >= 0, "give 0 or more"),
                ("p50_mwh", self.p50_mwh > 0, "give an energy above 0"),
                ("p90_mwh", 0 <= self.p90_mwh <= self.p50_mwh, "give 0 to the energy of P50"),
                ("life_years", self.life_years >= 1, "give at least one year"),
                ("degradation_per_year", 0 <= self.degradation_per_year < 1, "give 0 to 1"),
            )
            if not is_right
        ]
        if faults:
            raise InputError.of(faults)
