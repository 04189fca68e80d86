// What is known of a piece of land, and why no plant may stand on it.

import { t, words } from "../frame/words.svelte";
import type { CellAnswer } from "./answers";
import type { Fact, Facts } from "./facts";
import type { PlanModel } from "./model";

const EARTH_KM = 6371;
const TECHNOLOGIES = ["solar", "wind"];

export function distanceKm(
  [lon, lat]: [number, number],
  [otherLon, otherLat]: [number, number],
): number {
  const radians = Math.PI / 180;
  const half = (a: number, b: number) => Math.sin(((b - a) * radians) / 2) ** 2;
  const chord =
    half(lat, otherLat) +
    Math.cos(lat * radians) * Math.cos(otherLat * radians) * half(lon, otherLon);
  return 2 * EARTH_KM * Math.asin(Math.sqrt(chord));
}

export function landFacts(
  model: PlanModel,
  point: [number, number],
  cell: CellAnswer | null,
): Facts {
  const near = nearest(model, point);
  const place = `${words.number(point[1], 3)}° N, ${words.number(point[0], 3)}° E`;
  const facts: Fact[] = [{ label: t("fact-place"), value: place }];
  if (near) {
    const label = t("fact-at-distance", {
      name: words.local(near.row),
      distance: words.number(near.km, 1),
    });
    facts.push({ label: t("fact-nearest"), value: label, links: [{ id: near.row.id, label }] });
  }
  if (!cell) return { title: t("fact-land"), type: t("loading"), facts, groups: [] };
  if (!cell.is_inside) return { title: t("fact-outside"), type: t("fact-land"), facts, groups: [] };
  const add = (label: string, value: number | null, sign: string, decimals = 0) => {
    if (value !== null)
      facts.push({
        label: t(label),
        value: `${words.number(value, decimals)} ${words.unit(sign)}`,
      });
  };
  add("fact-elevation", cell.elevation_m, "m");
  add("fact-solar-yield", cell.solar_yield_kwh_per_kw, "kWh/kW");
  add("fact-wind-hub", cell.wind_speed_hub_ms, "m/s", 1);
  add("fact-wind-hours", cell.wind_full_load_hours, "h");
  return {
    title: t("fact-land"),
    type: place,
    facts: facts.slice(1),
    groups: TECHNOLOGIES.map((technology) => ({
      title: t(`fact-${technology}-use`),
      facts: reasons(cell, technology),
    })),
  };
}

function reasons(cell: CellAnswer, technology: string): Fact[] {
  const found = cell.reasons.filter((one) => one.technology === technology);
  if (!found.length) return [{ label: t("fact-may-be-used"), value: "✓" }];
  return found.map((one) => ({
    label: words.phrase("rule", one.rule),
    value: one.unit ? `${words.short(one.value)} ${words.unit(one.unit)}` : "",
  }));
}

function nearest(model: PlanModel, point: [number, number]) {
  const places = [...model.places.values()].map((row) => ({
    row,
    km:
      row.geometry.type === "Point"
        ? distanceKm(point, row.geometry.coordinates as [number, number])
        : Number.POSITIVE_INFINITY,
  }));
  return places.sort((a, b) => a.km - b.km)[0];
}
