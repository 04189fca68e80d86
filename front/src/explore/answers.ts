// What the server answers to questions about the land.

export interface CellAnswer {
  is_inside: boolean;
  elevation_m: number | null;
  solar_yield_kwh_per_kw: number | null;
  wind_full_load_hours: number | null;
  wind_speed_hub_ms: number | null;
  reasons: {
    technology: string;
    rule: string;
    text: string;
    value: number;
    limit: string;
    unit: string;
  }[];
}

export interface AreaAnswer {
  area_km2: number;
  inside_km2: number;
  settlements: number;
  technologies: {
    technology: string;
    eligible_km2: number;
    capacity_mw: number;
    annual_energy_gwh: number;
    excluded_km2: Record<string, number>;
  }[];
}
