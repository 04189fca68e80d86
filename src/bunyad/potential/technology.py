"""What a technology needs and costs, gathered from the options."""

from __future__ import annotations

from dataclasses import dataclass

from bunyad.options.potential import PotentialOptions
from bunyad.potential.costs import (
    capital_recovery_factor,
    levelised_cost,
    levelised_output,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Technology:
    """One way of making electricity."""

    name: str
    density_mw_per_km2: float
    """Capacity on a km² of plant; 0 where land does not bound it [MW/km²]."""
    usable_share: float
    """Part of the eligible land that plants may use [-]."""
    disturbed_km2_per_mw: float
    """Land that is built on or worked over, and so cleared of hazards [km²/MW]."""
    capex_usd_per_kw: float
    opex_share: float
    lifetime_years: float
    loss_per_year: float = 0
    """Part of the output that a year of age takes [1/a]."""
    age_years: float = 0
    """Age at which the output of sites is stated [a]."""
    largest_site_mw: float = 0
    """Capacity above which land is cut into several sites; 0 where land makes none [MW]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantCost:
    """Cost of a plant."""

    capex_usd_per_kw: float
    opex_usd_per_kw_year: float
    lcoe_usd_per_mwh: float
    clearance_usd_per_kw: float
    """Part of the capital cost that clears mined land [US$/kW]."""


def technologies(options: PotentialOptions) -> dict[str, Technology]:
    """Return solar, wind and hydro as the options describe them, by name."""
    direct = (
        options.solar_density_tracking_mwdc_per_km2
        if options.solar_mounting == "tracking"
        else options.solar_density_fixed_mwdc_per_km2
    )
    density = direct / options.solar_dc_ac_ratio
    solar = Technology(
        name="solar",
        density_mw_per_km2=density,
        usable_share=options.solar_usable_share,
        disturbed_km2_per_mw=1 / density,
        capex_usd_per_kw=options.solar_capex_usd_per_kw,
        opex_share=options.solar_opex_share,
        lifetime_years=options.solar_lifetime_years,
        loss_per_year=options.solar_degradation_per_year,
        age_years=options.solar_plant_age_years,
        largest_site_mw=options.solar_largest_site_mw,
    )
    wind = Technology(
        name="wind",
        density_mw_per_km2=options.wind_density_mw_per_km2,
        usable_share=options.wind_usable_share,
        disturbed_km2_per_mw=options.wind_disturbed_ha_per_mw / 100,
        capex_usd_per_kw=options.wind_capex_usd_per_kw,
        opex_share=options.wind_opex_share,
        lifetime_years=options.wind_lifetime_years,
        largest_site_mw=options.wind_largest_site_mw,
    )
    hydro = Technology(
        name="hydro",
        density_mw_per_km2=0,
        usable_share=1,
        disturbed_km2_per_mw=0,
        capex_usd_per_kw=options.hydro_capex_usd_per_kw,
        opex_share=options.hydro_opex_share,
        lifetime_years=options.hydro_lifetime_years,
    )
    return {technology.name: technology for technology in (solar, wind, hydro)}


def plant_cost(
    technology: Technology,
    full_load_hours: float,
    *,
    contaminated_share: float,
    is_existing: bool,
    options: PotentialOptions,
) -> PlantCost:
    """
    Return what a plant costs, with the clearance of the land that it disturbs.

    Capital of existing and committed plants is spent; only their yearly cost remains. Output
    falls over the life from that of a new plant, whatever the age at which it is stated.

    Parameters
    ----------
    technology
        Solar, wind or hydro.
    full_load_hours
        Yearly energy over capacity at the technology's age [h/a].
    contaminated_share
        Part of the land that is expected to need clearance, 0 to 1 [-].
    is_existing
        Whether the plant stands or is committed.
    options
        Cost of capital and of clearance.
    """
    cleared_km2_per_kw = technology.disturbed_km2_per_mw * contaminated_share / 1e3
    clearance = 0.0 if is_existing else cleared_km2_per_kw * options.clearance_cost_usd_per_km2
    capex = 0.0 if is_existing else technology.capex_usd_per_kw + clearance
    opex = technology.opex_share * technology.capex_usd_per_kw
    rate, life, loss = options.discount_rate, technology.lifetime_years, technology.loss_per_year
    new_hours = full_load_hours / (1 - loss) ** technology.age_years
    mean_hours = new_hours * levelised_output(rate, life, loss)
    return PlantCost(
        capex_usd_per_kw=capex,
        opex_usd_per_kw_year=opex,
        lcoe_usd_per_mwh=levelised_cost(
            capex, opex, mean_hours, capital_recovery_factor(rate, life)
        ),
        clearance_usd_per_kw=clearance,
    )
