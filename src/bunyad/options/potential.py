"""Options of the room `potential`."""

from __future__ import annotations

from typing import Literal

from bunyad.options.base import RoomOptions, option


class PotentialOptions(RoomOptions):
    """Options of the room `potential`."""

    solar_max_slope_percent: float = option("potential.solar_max_slope_percent")
    solar_max_elevation_m: float = option("potential.solar_max_elevation_m")
    solar_allows_cropland: bool = option("potential.solar_allows_cropland")
    solar_settlement_buffer_m: float = option("potential.solar_settlement_buffer_m")
    solar_river_buffer_m: float = option("potential.solar_river_buffer_m")
    solar_protected_buffer_m: float = option("potential.solar_protected_buffer_m")
    solar_usable_share: float = option("potential.solar_usable_share")
    solar_mounting: Literal["fixed", "tracking"] = option("potential.solar_mounting")
    solar_density_fixed_mwdc_per_km2: float = option("potential.solar_density_fixed_mwdc_per_km2")
    solar_density_tracking_mwdc_per_km2: float = option(
        "potential.solar_density_tracking_mwdc_per_km2"
    )
    solar_tilt_degrees: float = option("potential.solar_tilt_degrees")
    solar_azimuth_degrees: float = option("potential.solar_azimuth_degrees")
    solar_tracker_limit_degrees: float = option("potential.solar_tracker_limit_degrees")
    solar_ground_cover_ratio: float = option("potential.solar_ground_cover_ratio")
    solar_dc_ac_ratio: float = option("potential.solar_dc_ac_ratio")
    solar_system_loss_share: float = option("potential.solar_system_loss_share")
    solar_inverter_efficiency: float = option("potential.solar_inverter_efficiency")
    solar_temperature_coefficient_per_k: float = option(
        "potential.solar_temperature_coefficient_per_k"
    )
    solar_module_cooling: Literal["open_rack_glass_glass", "open_rack_glass_polymer"] = option(
        "potential.solar_module_cooling"
    )
    ground_albedo: float = option("potential.ground_albedo")
    interpolation_points: int = option("potential.interpolation_points")
    interpolation_power: float = option("potential.interpolation_power")
    wind_max_slope_percent: float = option("potential.wind_max_slope_percent")
    wind_max_elevation_m: float = option("potential.wind_max_elevation_m")
    wind_allows_forest: bool = option("potential.wind_allows_forest")
    wind_settlement_buffer_m: float = option("potential.wind_settlement_buffer_m")
    wind_river_buffer_m: float = option("potential.wind_river_buffer_m")
    wind_protected_buffer_m: float = option("potential.wind_protected_buffer_m")
    wind_min_speed_ms: float = option("potential.wind_min_speed_ms")
    wind_usable_share: float = option("potential.wind_usable_share")
    wind_density_mw_per_km2: float = option("potential.wind_density_mw_per_km2")
    wind_disturbed_ha_per_mw: float = option("potential.wind_disturbed_ha_per_mw")
    wind_turbine: str = option("potential.wind_turbine")
    wind_hub_height_m: float = option("potential.wind_hub_height_m")
    wind_shear_exponent: float = option("potential.wind_shear_exponent")
    wind_turbulence_intensity: float = option("potential.wind_turbulence_intensity")
    wind_loss_share: float = option("potential.wind_loss_share")
    hydro_runoff_mm: float = option("potential.hydro_runoff_mm")
    hydro_technical_share: float = option("potential.hydro_technical_share")
    hydro_full_load_hours: float = option("potential.hydro_full_load_hours")
    hydro_min_district_elevation_m: float = option("potential.hydro_min_district_elevation_m")
    hydro_min_site_mw: float = option("potential.hydro_min_site_mw")
    min_site_area_km2: float = option("potential.min_site_area_km2")
    max_sites_per_district: int = option("potential.max_sites_per_district")
    solar_capex_usd_per_kw: float = option("potential.solar_capex_usd_per_kw")
    wind_capex_usd_per_kw: float = option("potential.wind_capex_usd_per_kw")
    hydro_capex_usd_per_kw: float = option("potential.hydro_capex_usd_per_kw")
    solar_opex_share: float = option("potential.solar_opex_share")
    wind_opex_share: float = option("potential.wind_opex_share")
    hydro_opex_share: float = option("potential.hydro_opex_share")
    solar_lifetime_years: float = option("potential.solar_lifetime_years")
    wind_lifetime_years: float = option("potential.wind_lifetime_years")
    hydro_lifetime_years: float = option("potential.hydro_lifetime_years")
    discount_rate: float = option("potential.discount_rate")
    clearance_cost_usd_per_km2: float = option("potential.clearance_cost_usd_per_km2")
    economic_lcoe_usd_per_mwh: float = option("potential.economic_lcoe_usd_per_mwh")
    clearance_ha_per_year: float = option("potential.clearance_ha_per_year")
    clearance_survey_years: float = option("potential.clearance_survey_years")
    wind_shear_law: Literal["power", "log"] = option("potential.wind_shear_law")
    wind_roughness_m: float = option("potential.wind_roughness_m")
    wind_speed_step_ms: float = option("potential.wind_speed_step_ms")
    wind_density_step: float = option("potential.wind_density_step")
    wake_wind_turbulence: float = option("potential.wake_wind_turbulence")
    wake_spacing_diameters: float = option("potential.wake_spacing_diameters")
    site_gap_m: float = option("potential.site_gap_m")
    solar_largest_site_mw: float = option("potential.solar_largest_site_mw")
    wind_largest_site_mw: float = option("potential.wind_largest_site_mw")
    solar_inter_annual_sd_share: float = option("potential.solar_inter_annual_sd_share")
    solar_model_sd_share: float = option("potential.solar_model_sd_share")
    wind_speed_inter_annual_sd_share: float = option("potential.wind_speed_inter_annual_sd_share")
    wind_speed_model_sd_share: float = option("potential.wind_speed_model_sd_share")
    wind_plant_model_sd_share: float = option("potential.wind_plant_model_sd_share")
    hydro_inter_annual_sd_share: float = option("potential.hydro_inter_annual_sd_share")
    hydro_model_sd_share: float = option("potential.hydro_model_sd_share")
