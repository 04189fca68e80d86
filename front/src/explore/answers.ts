// What the server answers to questions about the land.

import type { LineString } from "geojson";

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

export interface Span {
  km: number;
  low_km: number;
  high_km: number;
}

export interface Station {
  station_km: number;
  height_m: number;
  ground_m: number;
  structure: "open" | "bridge" | "tunnel";
}

export interface RouteAnswer {
  kind: string;
  standard: string;
  length_km: number;
  real_length: Span | null;
  climb_m: number;
  max_grade_percent: number;
  bridges: Span;
  tunnels: Span;
  capex_usd: number;
  hours: number | null;
  line: LineString;
  stations: Station[];
  costs: { item: string; quantity: number; unit: string; cost_usd: number }[];
}
