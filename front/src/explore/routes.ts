// Pictures of a route: its profile, and its cost by item.

import * as Plot from "@observablehq/plot";
import type { Column } from "../frame/table";
import { t, words } from "../frame/words.svelte";
import type { Span, Station } from "./answers";
import { axis, type Figure, plot } from "./charts";

const KINDS = ["open", "bridge", "tunnel"];
const STROKES: Record<string, string> = {
  open: "var(--c-road)",
  bridge: "var(--c-hydro)",
  tunnel: "var(--c-railway)",
};
const ITEMS = ["line", "land", "cut", "fill", "haul", "bridges", "tunnels"];
const SHOWN_ROWS = 60;
const ROOM = 0.06;

export interface ItemCost {
  item: string;
  quantity: number;
  unit: string;
  cost_usd: number;
}

export const millions = (usd: number): string => words.number(usd / 1e6, 1);

// A length with its interval.
export const spanOf = (span: Span, decimals: number): string =>
  `${words.number(span.km, decimals)} (${words.number(span.low_km, decimals)}–${words.number(span.high_km, decimals)})`;

export function profileOf(rows: Station[], name: string): Figure {
  const pieces = rows.slice(1).map((to, place) => ({ from: rows[place] as Station, to }));
  const heights = rows.flatMap((row) => [row.ground_m, row.height_m]);
  const [low, high] = [Math.min(...heights), Math.max(...heights)];
  const floor = low - ROOM * (high - low || 1);
  const kinds = KINDS.filter((kind) => pieces.some((piece) => piece.from.structure === kind));
  const every = Math.ceil(rows.length / SHOWN_ROWS);
  return {
    title: t("profile-title"),
    note: t("profile-note"),
    keys: [
      { label: t("profile-ground"), colour: "var(--c-standing)" },
      ...kinds.map((kind) => ({
        label: t(`profile-${kind}`),
        colour: STROKES[kind] as string,
        isLine: true,
      })),
    ],
    draw: (width) =>
      plot(`${t("profile-title")}: ${name}`, {
        width,
        height: width < 420 ? 190 : 280,
        marginLeft: 48,
        x: {
          label: t("profile-x"),
          tickFormat: axis,
          labelArrow: "none",
          ticks: Math.max(3, width / 90),
        },
        y: {
          label: t("profile-y"),
          domain: [floor, high + ROOM * (high - low || 1)],
          grid: true,
          ticks: 5,
          tickFormat: axis,
          labelArrow: "none",
        },
        marks: [
          Plot.areaY(rows, {
            x: "station_km",
            y1: floor,
            y2: "ground_m",
            fill: "var(--c-standing)",
            fillOpacity: 0.35,
          }),
          Plot.link(pieces, {
            x1: (piece) => piece.from.station_km,
            x2: (piece) => piece.to.station_km,
            y1: (piece) => piece.from.height_m,
            y2: (piece) => piece.to.height_m,
            stroke: (piece) => STROKES[piece.from.structure],
            strokeWidth: (piece) => (piece.from.structure === "open" ? 1.8 : 4),
          }),
        ],
      }),
    columns: [
      number("station_km", t("profile-x"), 1),
      number("height_m", t("profile-height")),
      number("ground_m", `${t("profile-ground")}, ${words.unit("m")}`),
      {
        key: "structure",
        label: t("profile-kind"),
        show: (row) => t(`profile-${row.structure}`),
      },
    ],
    rows: rows.filter((_, place) => place % every === 0),
  };
}

export function itemCosts(costs: ItemCost[]): Figure {
  const rows = ITEMS.map((item) => costs.find((row) => row.item === item)).filter(
    (row): row is ItemCost => row !== undefined && row.cost_usd > 0,
  );
  return {
    title: t("route-costs-title"),
    note: t("route-costs-note"),
    keys: [],
    draw: (width) =>
      plot(t("route-costs-title"), {
        width,
        height: rows.length * 30 + 50,
        marginLeft: width < 420 ? 96 : 130,
        marginRight: 60,
        x: { label: t("route-cost"), grid: true, ticks: 4, tickFormat: axis, labelArrow: "none" },
        y: {
          label: null,
          domain: rows.map((row) => row.item),
          tickFormat: (item: string) => t(`item-${item}`),
          tickSize: 0,
        },
        marks: [
          Plot.barX(rows, {
            x: (row) => row.cost_usd / 1e6,
            y: "item",
            fill: "var(--c-road)",
            fillOpacity: 0.8,
          }),
          Plot.text(rows, {
            x: (row) => row.cost_usd / 1e6,
            y: "item",
            text: (row) => millions(row.cost_usd),
            textAnchor: "start",
            dx: 5,
          }),
          Plot.ruleX([0]),
        ],
      }),
    columns: [
      { key: "item", label: t("route-item"), show: (row) => t(`item-${row.item}`) },
      number("quantity", t("route-quantity"), 1),
      { key: "unit", label: t("column-unit"), show: (row) => words.unit(row.unit) },
      { ...number("cost_usd", t("route-cost"), 1), show: (row) => millions(row.cost_usd) },
    ],
    rows,
  };
}

function number(key: string, label: string, decimals = 0): Column<any> {
  return {
    key,
    label,
    isNumber: true,
    show: (row) => words.number(row[key], decimals),
    sort: (row) => row[key],
  };
}
