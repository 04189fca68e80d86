// What `GET /plans/{id}/page` answers: the same that the one-file report holds.

import type { Geometry } from "geojson";
import type { Station } from "./answers";
import type { ItemCost } from "./routes";

export interface Named {
  id: string;
  name: string;
  name_local?: string | null;
  geometry: Geometry;
}

export interface District extends Named {
  area_km2: number;
}

export interface Item {
  unit: string;
  quantity: number;
  cost_usd: number;
}

export interface Settlement extends Named {
  district: string;
  kind: "city" | "town" | "village";
  is_rebuilt: boolean;
  people: number;
  homes: number;
  school_places: number;
  kindergarten_places: number;
  clinic_visits_per_day: number;
  streets_km: number;
  annual_demand_mwh: number;
  peak_demand_kw: number;
  capex_usd: number;
  smart_capex_usd: number;
  elevation_m?: number;
  people_by_year: (number | null)[];
  demand_mwh: Record<string, number>;
  services: (Item & { service: string })[];
  smart_systems: (Item & { system: string })[];
  access?: Way[];
  coverage?: { technology: string; share: number }[];
}

export interface Site extends Named {
  technology: "solar" | "wind" | "hydro";
  district: string;
  is_existing: boolean;
  area_km2: number | null;
  capacity_mw: number;
  annual_energy_gwh: number;
  full_load_hours: number;
  elevation_m: number;
  wind_speed_ms: number | null;
  lcoe_usd_per_mwh: number;
  lcoe_rank: number;
  p90_gwh: number;
  built_capacity_mw: number;
  built_annual_energy_gwh: number;
  built_p90_gwh: number;
}

export interface Route extends Named {
  kind: "road" | "railway" | "power_line";
  district: string;
  standard: string;
  voltage_kv: number | null;
  capacity_mw: number | null;
  length_km: number;
  climb_m: number;
  max_grade_percent: number;
  bridge_km: number;
  tunnel_km: number;
  capex_usd: number;
  peak_flow_mw: number | null;
  mean_loading: number | null;
  is_existing?: boolean;
  // From the load flows and the traffic, where the plan has them.
  loading_percent?: number;
  load_flow_mw?: number;
  vehicles_per_day?: number;
  road_class?: string;
  lanes?: number;
  is_enough?: boolean;
}

export interface VoltageSpan {
  kv: number;
  min: number;
  max: number;
}

export interface Way {
  service: string;
  minutes_before: number | null;
  minutes_after: number | null;
  nearest_after: string;
}

// One variant of a road or railway that was studied.
export interface RouteOption {
  corridor: string;
  name: string;
  kind: "road" | "railway";
  variant: string;
  standard: string;
  is_chosen: boolean;
  published_key: string;
  length_km: number;
  real_length_km: number;
  length_low_km: number;
  length_high_km: number;
  climb_m: number;
  max_grade_percent: number;
  min_radius_m: number;
  bridge_km: number;
  real_bridge_km: number;
  bridge_low_km: number;
  bridge_high_km: number;
  tunnel_km: number;
  real_tunnel_km: number;
  tunnel_low_km: number;
  tunnel_high_km: number;
  capex_usd: number;
  hours: number;
  break_even_per_day: number | null;
  geometry?: Geometry;
}

type OfVariant = { corridor: string; variant: string };

export interface Check {
  check: string;
  case: string;
  worst: number;
  limit: number;
  holds: boolean;
  where: string;
}

export interface NetworksData {
  checks: Check[];
  outages: Check[];
  upgrades: { id: string; was: string; becomes: string; added_capex_usd: number }[];
  radio: {
    technology: string;
    masts: number;
    homes_share: number;
    roads_share: number;
    area_share: number;
    capex_usd: number;
  }[];
  traffic: { key: string; value: number }[];
  roads: {
    route: string;
    name: string;
    standard: string;
    vehicles_per_day: number;
    minutes: number;
    road_class: string;
    lanes: number;
    is_enough: boolean;
  }[];
  fibre_km: number;
  fibre_usd: number;
  fibre_ring_km: number;
  masts: number;
  masts_usd: number;
}

export interface Bus extends Named {
  district: string;
  voltage_kv: number;
  is_existing: boolean;
  serves: string[];
  voltages?: VoltageSpan[];
}

export interface Project extends Named {
  kind: string;
  district: string;
  capacity: number;
  unit: string;
  capex_usd: number;
  opex_usd_per_year: number;
  start: number;
  finish: number;
  requires: string;
  serves: string;
  funding: string;
  provenance: string;
}

export interface Rule {
  technology: string;
  order: number;
  rule: string;
  excluded_alone_km2: number;
  excluded_in_order_km2: number;
  left_km2: number;
}

export interface Week {
  week: string;
  start: string;
  series: Record<string, number[]>;
}

export interface Card {
  key: string;
  value: number;
  unit: string;
}

export type OptionValue = number | string | boolean;

export interface OptionUsed {
  key: string;
  room: string;
  title: string;
  value: OptionValue;
  default: OptionValue;
  changed: boolean;
  unit: string;
  source: string;
}

export interface Compared {
  key: string;
  title: string;
  planned: number;
  published: number;
  unit: string;
  ratio: number;
  source: string;
  note: string;
  explanation: string;
}

export interface InputLayer {
  key: string;
  origin: string;
  source: string;
  licence: string;
  note: string;
}

// South-west and north-east, each as latitude and longitude [degrees].
export type Corners = [[number, number], [number, number]];

export interface PackedGrid {
  data: string;
  low: number;
  scale: number;
}

export type BalanceRow = { bus: string } & Record<string, number | string>;

export interface PlanPage {
  region: {
    name: string;
    title: Record<string, string>;
    first_year: number;
    last_year: number;
    price_year: number;
    area_km2: number;
    modelled: string[];
  };
  cards: Card[];
  map: {
    relief: { src: string; corners: Corners };
    grid: { width: number; height: number; corners: Corners; layers: Record<string, PackedGrid> };
    layers: {
      boundary: { geometry: Geometry }[];
      districts: District[];
      rivers: { geometry: Geometry; level: number | null }[];
      routes: Route[];
      sites: Site[];
      settlements: Settlement[];
      buses: Bus[];
      projects: Project[];
      fibre?: { length_km: number }[];
    };
  };
  curves: {
    technology: string;
    site: string;
    lcoe_usd_per_mwh: number;
    capacity_mw: number;
    cumulative_capacity_mw: number;
  }[];
  rules: Rule[];
  totals: {
    technology: string;
    level: string;
    capacity_mw: number;
    annual_energy_gwh: number;
    meaning: string;
  }[];
  weeks: Record<string, Week>;
  summary: { key: string; value: number; unit: string; meaning: string }[];
  balance: BalanceRow[];
  costs: { kind: string; funding: string; capex_usd: number; count: number }[];
  spending: { year: number; kind: string; funding: string; capex_usd: number }[];
  budgets: { year: number; public_budget_usd: number }[];
  comparison: Compared[];
  routes?: {
    options: RouteOption[];
    stations: (Station & OfVariant)[];
    costs: (ItemCost & OfVariant)[];
  };
  networks?: NetworksData;
  options: OptionUsed[];
  rooms: string[];
  layers: InputLayer[];
}
