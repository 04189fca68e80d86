// Designs and bidders as the simulator's form holds them, and what came of them.

import * as Plot from "@observablehq/plot";
import { type Figure, plot } from "../../explore/charts";
import type { Column } from "../../frame/table";
import { t, words } from "../../frame/words.svelte";
import { readDecimal } from "../desk/offers";
import type { RulesFile } from "../rules/rulesFile";

export interface Design {
  pricing: string;
  marginal: string;
  volume: string;
  ceiling: string;
}

export interface Bidders {
  count: number;
  lowest: number;
  highest: number;
  smallest: number;
  largest: number;
  noise: number;
}

export interface Simulated {
  designs: {
    design: string;
    engine: "kernel" | "clear";
    runs: number;
    summary: { measure: string; mean: number | null; low: number | null; high: number | null }[];
    histograms: Record<string, { edges: number[]; count: number[] }>;
  }[];
}

export const PRICINGS = ["pay_as_bid", "uniform", "first_rejected"];
export const MARGINALS = ["cut", "overshoot", "stop_short", "skip"];
export const MEASURES = [
  "award_price",
  "built_price",
  "awarded_share",
  "unbuilt_share",
  "rent",
  "concentration",
  "cancelled",
];
const tick = (value: number) => words.number(value, value !== 0 && Math.abs(value) < 1 ? 2 : 0);
const SHARES = new Set(["awarded_share", "unbuilt_share", "cancelled"]);
const COLOURS = ["wind", "solar", "storage", "hydro"];

export const nameOf = (place: number): string => String.fromCharCode(65 + place);

/** Rules of one design; the server's engine reads them as it reads those of a call. */
export function rulesOf(design: Design, place: number): RulesFile {
  return {
    format: "bunyad-auction-rules/1",
    id: nameOf(place).toLowerCase(),
    title: nameOf(place),
    price: {
      currency: "USD",
      unit: "USD/MWh",
      decimals: 2,
      ceiling: readDecimal(design.ceiling),
    },
    volume: readDecimal(design.volume),
    allocation: { by: "volume", marginal: design.marginal },
    pricing: design.pricing,
  };
}

export const marketOf = ({ count, lowest, highest, smallest, largest, noise }: Bidders) => ({
  format: "bunyad-bidders/1",
  groups: [{ bids: count, costs: [lowest, highest], sizes: [smallest, largest] }],
  signal_noise: noise,
});

const shown = (measure: string, value: number | null): string =>
  value === null
    ? "–"
    : SHARES.has(measure)
      ? `${words.number(value * 100, 1)} %`
      : words.number(value, 2);

export interface Row {
  measure: string;
}

/** One column a design: the mean, and between what nine of ten auctions lie. */
export function columnsOf({ designs }: Simulated): Column<Row>[] {
  return [
    { key: "measure", label: t("simulator-measure"), show: (row) => t(`measure-${row.measure}`) },
    ...designs.map(({ summary }, place): Column<Row> => {
      const find = (row: Row) => summary.find(({ measure }) => measure === row.measure);
      return {
        key: nameOf(place),
        label: t("simulator-design", { name: nameOf(place) }),
        isNumber: true,
        show: (row) => {
          const found = find(row);
          if (!found) return "–";
          const range = [found.low, found.high].map((value) => shown(row.measure, value));
          return `${shown(row.measure, found.mean)} (${range.join(" – ")})`;
        },
        sort: (row) => find(row)?.mean,
      };
    }),
  ];
}

/** How a measure is spread over the auctions of each design, one above the other. */
export function spreadFigure({ designs }: Simulated, measure: string): Figure {
  const rows = designs.flatMap(({ histograms, runs }, place) => {
    const { edges, count } = histograms[measure] ?? { edges: [], count: [] };
    return count.map((auctions, at) => ({
      design: nameOf(place),
      from: edges[at] as number,
      to: edges[at + 1] as number,
      share: (auctions / runs) * 100,
      colour: `var(--c-${COLOURS[place % COLOURS.length]})`,
    }));
  });
  const title = t("simulator-spread", { measure: t(`measure-${measure}`) });
  return {
    title,
    note: t("simulator-spread-note"),
    keys: [],
    draw: (width) =>
      plot(title, {
        width,
        height: 40 + 110 * designs.length,
        x: { label: null, tickFormat: tick },
        y: { label: "%", tickFormat: tick, ticks: 3, grid: true },
        fy: { label: null },
        marks: [
          Plot.rectY(rows, { x1: "from", x2: "to", y: "share", fy: "design", fill: "colour" }),
          Plot.ruleY([0]),
        ],
      }),
    columns: [
      { key: "design", label: t("simulator-design-head"), show: (row) => row.design },
      {
        key: "from",
        label: t("simulator-from"),
        isNumber: true,
        show: (row) => words.number(row.from, 2),
        sort: (row) => row.from,
      },
      {
        key: "to",
        label: t("simulator-to"),
        isNumber: true,
        show: (row) => words.number(row.to, 2),
        sort: (row) => row.to,
      },
      {
        key: "share",
        label: t("simulator-share"),
        isNumber: true,
        show: (row) => words.number(row.share, 1),
        sort: (row) => row.share,
      },
    ],
    rows,
  };
}
