// What the server says of plans.

import type { OptionValue } from "../explore/page";
import type { Edits } from "./edits.svelte";

export interface JobState {
  id: string;
  plan_id: string;
  state: "queued" | "running" | "done" | "failed" | "cancelled" | "broken";
  stages: Record<string, { state: string; reused?: boolean }>;
  error: {
    title: string;
    mend?: string;
    detail?: string;
    faults?: { where: string; what: string; mend: string }[];
  } | null;
  created: string;
  started: string | null;
  finished: string | null;
}

export interface PlanState {
  id: string;
  name: string;
  why: string;
  region: string;
  base_id: string | null;
  options: Record<string, OptionValue>;
  edits: Edits;
  created: string;
  created_by: string;
  is_public: boolean;
  is_shared: boolean;
  is_made: boolean;
  is_own: boolean;
  version: number;
  job: JobState | null;
}

export interface PlanList {
  items: PlanState[];
  next: string | null;
}

export interface Comparison {
  plans: PlanState[];
  figures: { key: string; unit: string; values: (number | null)[] }[];
  last_year: number;
  changed_options: Record<string, (OptionValue | null)[]>;
}

export interface Region {
  id: string;
  title: Record<string, string>;
  is_built_in: boolean;
}

export interface OptionInfo {
  key: string;
  room: string;
  title: string;
  kind: "number" | "whole" | "yes-no" | "choice" | "text";
  choices: string[];
  default: OptionValue;
  minimum: number | null;
  maximum: number | null;
  unit: string;
  source: string;
}
