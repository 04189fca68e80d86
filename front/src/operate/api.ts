// What the server says of living villages.

export type Texts = Record<string, string>;

export interface VillageRow {
  id: string;
  name: string;
  clock: number | null;
  things: number;
  alarms: number;
  worst: string;
  is_watched: boolean;
  is_played: boolean;
}

export interface ThingRow {
  id: string;
  name: string;
  type: string;
  lon: number | null;
  lat: number | null;
  worst: string;
  measured: string[];
  expected: string[];
}

export interface AlarmRow {
  rule: string;
  thing: string;
  thing_name: string;
  thing_type: string;
  title: Texts;
  amount: Texts;
  priority: string;
  state: string;
  since: number;
  cause: string;
  consequence: Texts;
  action: Texts;
  owner: string;
  procedure: string;
  shelve_hours: number;
}

export interface Pulse {
  clock: number | null;
  last_event: number;
  alarms: AlarmRow[];
  hidden: number;
  is_flood: boolean;
}

export interface Village extends Pulse {
  id: string;
  name: string;
  things: ThingRow[];
  is_played: boolean;
  is_modelled: boolean;
}

export interface Mark {
  rule: string;
  title: Texts;
  priority: string;
  start: number;
  end: number;
}

export interface Trend {
  thing: string;
  thing_name: string;
  attribute: string;
  unit: string;
  start: number;
  step: number;
  values: (number | null)[];
  expected: (number | null)[];
  marks: Mark[];
}

export interface ShiftRow {
  at: number;
  kind: string;
  by: string;
  text: string;
  amount: Texts;
  rule: string;
  title: Texts;
  thing: string;
  thing_name: string;
  before: string;
  after: string;
  cause: string;
}

export interface Figure {
  value: number | null;
  unit: string;
  coverage: number;
  age: number | null;
  needs: string;
  note: string;
}

export interface ScoreRow {
  code: string;
  name: Texts;
  dimension: string;
  level: string;
  figure: Figure;
  target: number | null;
  target_source: string;
  band: number | null;
  about: string;
  source: string;
  doubt: string;
}

export interface PlanRow {
  id: string;
  title: string;
  unit: string;
  actual: number;
  plan: number;
  share: number | null;
  coverage: number;
  tolerance: number;
  verdict: string;
  reason: string;
  age: number | null;
  weather: {
    plan: number;
    share: number | null;
    driver: "cold" | "sun";
    actual: number;
    planned: number;
    coverage: number;
  } | null;
}

export interface BalanceRow {
  name: string;
  unit: string;
  put_in: number;
  uses: Record<string, number>;
  unseen: number;
  lost: number;
  loss_share: number | null;
  closure: number | null;
  coverage: number;
  each: number | null;
}

export interface ServiceRow {
  name: string;
  things: number;
  lines: {
    name: string;
    unit: string;
    actual: number;
    plan: number | null;
    share: number | null;
  }[];
  coverage: number;
  age: number | null;
}

export interface Figures {
  month: string;
  start: number;
  end: number;
  scores: ScoreRow[];
  plan: PlanRow[];
  solar: { peak: number; final: number; sun: number; ratio: number; plan_ratio: number } | null;
  balances: BalanceRow[];
  services: ServiceRow[];
  alarms: Record<string, number | null>;
  targets: Record<string, number>;
}

export interface CommandRow {
  number: number;
  thing: string;
  thing_name: string;
  title: Texts;
  attribute: string;
  value: number | string;
  step: string;
  asked_at: number;
  asked_by: string;
  note: string;
  confirmed_by: string;
  sent_at: number | null;
  ended_at: number | null;
  why: string;
}

export interface Actuator {
  type: string;
  title: Texts;
  least: number | null;
  most: number | null;
  choices: string[];
  two_persons: boolean;
}

export interface Commands {
  actuators: Actuator[];
  commands: CommandRow[];
}
