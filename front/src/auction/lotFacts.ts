// What a lot's body says, told: fields that the plan's lots have first, any others after them.

import { t, words } from "../frame/words.svelte";
import { isBody, type Json } from "./crypto/canonical";
import { decimal, isDecimal, priceOf } from "./numbers";
import type { RulesFile } from "./rules/rulesFile";
import type { LotBody } from "./story";

export interface Fact {
  key: string;
  label: string;
  value: string;
}

// Told elsewhere on the page, or by the map.
const ELSEWHERE = new Set(["id", "title", "geometry", "place", "site_wkt", "data_room", "files"]);
const UNITS: [RegExp, string][] = [
  [/_usd_per_mwh$/, "US$/MWh"],
  [/_usd_per_year$/, "US$/a"],
  [/_kv$/, "kV"],
  [/_mw$|^mw$/, "MW"],
  [/_mwh$/, "MWh"],
  [/_gwh$/, "GWh"],
  [/_km2$/, "km²"],
  [/_ha$/, "ha"],
  [/_km$/, "km"],
  [/_usd$/, "US$"],
  [/_share$/, ""],
];

export const lotTitle = (lot: LotBody): string =>
  typeof lot.title === "string" ? lot.title : typeof lot.name === "string" ? lot.name : lot.id;

/** Longitude and latitude of a lot, where it has them. */
export function placeOf(lot: LotBody): [number, number] | null {
  const { place } = lot;
  if (!isBody(place) || !isDecimal(place.lon) || !isDecimal(place.lat)) return null;
  return [Number(place.lon), Number(place.lat)];
}

export function lotFacts(lot: LotBody, rules: RulesFile | null): Fact[] {
  return Object.entries(lot)
    .filter(([key, value]) => !ELSEWHERE.has(key) && value !== null && !isBody(value))
    .map(([key, value]) => ({ key, label: labelOf(key), value: valueOf(key, value, rules) }));
}

export function technologyOf({ technology, kind }: LotBody): string {
  const found = technology ?? kind;
  return typeof found === "string" ? found : "";
}

export const sizeOf = (lot: LotBody): string | null => {
  const found = lot.capacity_mw ?? lot.mw;
  return isDecimal(found) ? `${decimal(found)} ${words.unit("MW")}` : null;
};

const labelOf = (key: string): string => words.keyed(`lotfact-${key}`, key.replaceAll("_", " "));

function valueOf(key: string, value: Json, rules: RulesFile | null): string {
  if (Array.isArray(value)) return value.map((part) => valueOf(key, part, rules)).join(", ");
  if (isBody(value)) return String(value.title ?? value.name ?? value.id ?? "–");
  if (typeof value === "boolean") return t(value ? "auction-yes" : "auction-no");
  if (key === "technology" || key === "kind") return words.name("carrier", `${value}`);
  if (rules && key.startsWith("ceiling") && isDecimal(value)) return priceOf(rules, value);
  if (!isDecimal(value) || /^(land_from|earliest_\w+|delivery_year|year)$/.test(key))
    return String(value ?? "–");
  const unit = UNITS.find(([ending]) => ending.test(key))?.[1] ?? "";
  return `${decimal(value)} ${words.unit(unit)}`.trim();
}
