"""Options of the room `settle`."""

from __future__ import annotations

from bunyad.options.base import RoomOptions, option


class SettleOptions(RoomOptions):
    """Options of the room `settle`."""

    household_size: float = option("settle.household_size")
    return_delay_years: int = option("settle.return_delay_years")
    return_years: int = option("settle.return_years")
    default_village_people: float = option("settle.default_village_people")
    default_town_people: float = option("settle.default_town_people")
    default_city_people: float = option("settle.default_city_people")
    standing_growth_percent: float = option("settle.standing_growth_percent")
    school_places_per_person: float = option("settle.school_places_per_person")
    school_size: float = option("settle.school_size")
    kindergarten_places_per_person: float = option("settle.kindergarten_places_per_person")
    clinic_visits_per_person_year: float = option("settle.clinic_visits_per_person_year")
    clinic_days_per_year: float = option("settle.clinic_days_per_year")
    hospital_beds_per_person: float = option("settle.hospital_beds_per_person")
    streets_km_per_person: float = option("settle.streets_km_per_person")
    floor_m2_per_person: float = option("settle.floor_m2_per_person")
    water_l_per_person_day: float = option("settle.water_l_per_person_day")
    water_loss_share: float = option("settle.water_loss_share")
    home_usd_per_m2: float = option("settle.home_usd_per_m2")
    school_usd_per_place: float = option("settle.school_usd_per_place")
    kindergarten_usd_per_place: float = option("settle.kindergarten_usd_per_place")
    clinic_usd_per_daily_visit: float = option("settle.clinic_usd_per_daily_visit")
    hospital_usd_per_bed: float = option("settle.hospital_usd_per_bed")
    street_usd_per_km: float = option("settle.street_usd_per_km")
    water_usd_per_m3_day: float = option("settle.water_usd_per_m3_day")
    utc_offset_hours: float = option("settle.utc_offset_hours")
    home_kwh_per_year: float = option("settle.home_kwh_per_year")
    public_kwh_per_person: float = option("settle.public_kwh_per_person")
    lamp_w: float = option("settle.lamp_w")
    lamps_per_km: float = option("settle.lamps_per_km")
    water_lift_m: float = option("settle.water_lift_m")
    pump_efficiency: float = option("settle.pump_efficiency")
    heat_pump_share: float = option("settle.heat_pump_share")
    heat_loss_w_per_m2_k: float = option("settle.heat_loss_w_per_m2_k")
    heating_indoor_c: float = option("settle.heating_indoor_c")
    heating_limit_c: float = option("settle.heating_limit_c")
    hot_water_l_per_person_day: float = option("settle.hot_water_l_per_person_day")
    hot_water_rise_k: float = option("settle.hot_water_rise_k")
    heat_pump_sink_c: float = option("settle.heat_pump_sink_c")
    lapse_rate_k_per_km: float = option("settle.lapse_rate_k_per_km")
    cars_per_person: float = option("settle.cars_per_person")
    electric_car_share: float = option("settle.electric_car_share")
    car_km_per_year: float = option("settle.car_km_per_year")
    car_kwh_per_km: float = option("settle.car_kwh_per_km")
