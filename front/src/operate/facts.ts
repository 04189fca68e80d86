// How things of a village are told: texts in the page's language, times, ages, units, colours.

import { t, words } from "../frame/words.svelte";
import type { AlarmRow, Texts, ThingRow, Trend } from "./api";

export const PRIORITIES = ["critical", "high", "medium", "low", "journal"];
export const RINGING = new Set(["unacknowledged", "returned", "latched_unacknowledged"]);

export const textOf = (texts: Texts): string => texts[words.language] || texts.en || "";

const SCORE_UNITS: Record<string, string> = {
  number: "unit-places",
  "1/a": "unit-a-year",
  "l/d/inhabitant": "unit-litres-person",
  "kWh/a/inhabitant": "unit-energy-person",
  "GJ/a/inhabitant": "unit-heat-person",
};

/** A unit of an indicator in words, where it is not one that everybody reads. */
export const scoreUnit = (unit: string): string => {
  const key = SCORE_UNITS[unit];
  return key ? t(key) : unit;
};

export const moment = (seconds: number): string =>
  words.moment(new Date(seconds * 1000).toISOString());

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86400;

// A span of time in one unit that people read at a glance.
export function spanOf(seconds: number): [number, "minutes" | "hours" | "days"] {
  const size = Math.max(0, seconds);
  if (size < HOUR) return [Math.floor(size / MINUTE), "minutes"];
  if (size < 2 * DAY) return [Math.floor(size / HOUR), "hours"];
  return [Math.floor(size / DAY), "days"];
}

export function span(seconds: number): string {
  const [count, unit] = spanOf(seconds);
  return t(`span-${unit}`, { count });
}

const UNITS: Record<string, string> = {
  WTT: "W",
  KWT: "kW",
  KWH: "kWh",
  LTR: "l",
  MTQ: "m³",
  WHR: "Wh",
  CEL: "°C",
  C62: "",
  D54: "W/m²",
  MQH: "m³/h",
};

export const unitOf = (code: string): string => UNITS[code] ?? code;

const THOUSANDS: Record<string, string> = { WTT: "KWT", LTR: "MTQ", WHR: "KWH" };
const MANY = 10_000;

// A trend in a unit in which its numbers can be read.
export function legible(trend: Trend): Trend {
  const larger = THOUSANDS[trend.unit];
  const all = [...trend.values, ...trend.expected].filter((one) => one !== null);
  if (!larger || !all.some((one) => Math.abs(one) >= MANY)) return trend;
  const less = (one: number | null) => (one === null ? null : one / 1000);
  return {
    ...trend,
    unit: larger,
    values: trend.values.map(less),
    expected: trend.expected.map(less),
  };
}

export const percent = (share: number | null): string =>
  share === null ? "–" : `${words.number(100 * share)} %`;

export const signed = (share: number | null): string =>
  share === null ? "–" : `${share > 0 ? "+" : ""}${percent(share)}`;

export interface Place {
  thing: ThingRow;
  x: number;
  y: number;
}

// Places on a plane of metres around the middle, north up; what has no place is left out.
export function project(things: ThingRow[]): {
  places: Place[];
  box: [number, number, number, number];
} {
  const known = things.filter((one) => one.lon !== null && one.lat !== null);
  if (!known.length) return { places: [], box: [0, 0, 1, 1] };
  const lats = known.map((one) => one.lat as number);
  const middle = (Math.min(...lats) + Math.max(...lats)) / 2;
  const metres = 111_320;
  const places = known.map((thing) => ({
    thing,
    x: (thing.lon as number) * metres * Math.cos((middle * Math.PI) / 180),
    y: -(thing.lat as number) * metres,
  }));
  const xs = places.map((one) => one.x);
  const ys = places.map((one) => one.y);
  const [west, north] = [Math.min(...xs), Math.min(...ys)];
  const moved = places.map((one) => ({ ...one, x: one.x - west, y: one.y - north }));
  return { places: moved, box: [0, 0, Math.max(...xs) - west, Math.max(...ys) - north] };
}

// The most urgent of some priorities.
export function worstOf(priorities: string[]): string {
  return PRIORITIES.find((one) => priorities.includes(one)) ?? "";
}

export function countBy(alarms: AlarmRow[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const one of alarms) counts[one.priority] = (counts[one.priority] ?? 0) + 1;
  return counts;
}

// What a kind of thing is called beside the plan, in the page's language.
export const profileOf = (row: { id: string; title: string }): string =>
  words.keyed(`profile-${row.id.split(":").at(-1)?.replace(/-\d+$/, "")}`, row.title, {
    number: row.id.match(/\d+$/)?.[0] ?? "",
  });
