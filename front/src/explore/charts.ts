// The charts of a plan: each a picture and the table behind it.

import * as Plot from "@observablehq/plot";
import type { Column } from "../frame/table";
import { t, words } from "../frame/words.svelte";
import type { PlanModel } from "./model";
import type { Week } from "./page";

export interface Key {
  label: string;
  colour: string;
  isLine?: boolean;
}

// Each chart has rows of its own kind.
type AnyRow = any;

export interface Figure {
  title: string;
  note: string;
  keys: Key[];
  draw: (width: number) => Element;
  columns: Column<AnyRow>[];
  rows: object[];
}

const KINDS = [
  "clearance",
  "road",
  "railway",
  "power_line",
  "solar",
  "wind",
  "hydro",
  "storage",
  "settlement",
  "smart_village",
];
const SOURCES = ["hydro", "wind", "solar", "discharge", "import"];
const SINKS = ["charge", "export"];
const HOUR_MS = 3_600_000;

const colour = (name: string) => `var(--c-${name === "demand" ? "standing" : name})`;
export const axis = (value: number) =>
  words.number(value, value !== 0 && Math.abs(value) < 1 ? 1 : 0);
const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
const unique = <T>(values: T[]): T[] => [...new Set(values)];
const num = (
  key: string,
  label: string,
  value: (row: AnyRow) => number,
  decimals = 1,
): Column<AnyRow> => ({
  key,
  label,
  isNumber: true,
  show: (row) => words.number(value(row), decimals),
  sort: value,
});
const year = (): Column<AnyRow> => ({
  key: "year",
  label: t("column-year"),
  show: (row) => String(row.year),
  sort: (row) => row.year,
});

export function plot(label: string, options: Plot.PlotOptions): Element {
  const drawn = Plot.plot({
    style: { background: "transparent", color: "currentColor", fontSize: "12.5px" },
    marginLeft: 56,
    ...options,
  });
  drawn.setAttribute("role", "img");
  for (const node of drawn.querySelectorAll("[aria-label]")) node.removeAttribute("aria-label");
  drawn.setAttribute("aria-label", label);
  return drawn;
}

const yearTicks = (years: number[], width: number) =>
  years.filter((_, place) => place % Math.ceil((years.length * 46) / width) === 0);

export function peopleByYear(model: PlanModel): Figure {
  const { first_year, last_year } = model.page.region;
  const years = Array.from(
    { length: last_year - first_year + 1 },
    (_, place) => first_year + place,
  );
  const rows = years.map((one) => {
    const people = (isRebuilt: boolean) =>
      sum(
        model.page.map.layers.settlements
          .filter((row) => row.is_rebuilt === isRebuilt)
          .map((row) => model.peopleAt(row, one)),
      );
    return { year: one, rebuilt: people(true), standing: people(false) };
  });
  const long = rows.flatMap((row) => [
    { year: row.year, kind: "standing", people: row.standing },
    { year: row.year, kind: "settlement", people: row.rebuilt },
  ]);
  return {
    title: t("people-title"),
    note: t("people-note"),
    keys: [
      { label: t("people-rebuilt"), colour: colour("settlement") },
      { label: t("people-standing"), colour: colour("standing") },
    ],
    draw: (width) =>
      plot(t("people-title"), {
        width,
        height: 260,
        marginLeft: 64,
        x: { type: "band", label: null, ticks: yearTicks(years, width), tickFormat: String },
        y: { label: t("unit-people"), grid: true, tickFormat: axis, labelArrow: "none" },
        marks: [
          Plot.barY(long, {
            x: "year",
            y: "people",
            fill: (row) => colour(row.kind),
            order: ["standing", "settlement"],
            z: "kind",
          }),
          Plot.ruleY([0]),
        ],
      }),
    columns: [
      year(),
      num("rebuilt", t("people-rebuilt"), (row) => row.rebuilt, 0),
      num("standing", t("people-standing"), (row) => row.standing, 0),
    ],
    rows,
  };
}

export function costByKind(model: PlanModel): Figure {
  const kinds = KINDS.filter((kind) => model.page.costs.some((row) => row.kind === kind));
  const rows = kinds
    .map((kind) => {
      const own = model.page.costs.filter((row) => row.kind === kind);
      return {
        kind,
        name: words.name("kind", kind),
        usd: sum(own.map((row) => row.capex_usd)) / 1e6,
        count: sum(own.map((row) => row.count)),
      };
    })
    .sort((a, b) => b.usd - a.usd);
  return {
    title: t("kinds-title"),
    note: t("kinds-note"),
    keys: [],
    draw: (width) =>
      plot(t("kinds-title"), {
        width,
        height: rows.length * 32 + 36,
        marginLeft: Math.min(150, width * 0.38),
        marginRight: 64,
        marginTop: 6,
        x: { label: null, grid: true, tickFormat: axis, ticks: 4 },
        y: { label: null, domain: rows.map((row) => row.name), tickSize: 0, padding: 0.28 },
        marks: [
          Plot.barX(rows, { y: "name", x: "usd", fill: (row) => colour(row.kind), rx: 2 }),
          Plot.text(rows, {
            y: "name",
            x: "usd",
            text: (row) => words.number(row.usd),
            dx: 6,
            textAnchor: "start",
          }),
        ],
      }),
    columns: [
      {
        key: "name",
        label: t("column-kind"),
        show: (row) => row.name,
        mark: (row) => colour(row.kind),
      },
      num("count", t("column-count"), (row) => row.count, 0),
      num("usd", t("column-cost"), (row) => row.usd, 1),
    ],
    rows,
  };
}

export function spending(model: PlanModel): Figure {
  const { spending: spent, budgets } = model.page;
  const kinds = KINDS.filter((kind) => spent.some((row) => row.kind === kind && row.capex_usd > 0));
  const years = unique([...budgets.map((row) => row.year), ...spent.map((row) => row.year)]).sort();
  const long = spent.map((row) => ({ ...row, usd: row.capex_usd / 1e6 }));
  const budget = budgets.map((row) => ({ year: row.year, usd: row.public_budget_usd / 1e6 }));
  const rows = years.map((one) => ({
    year: one,
    ...Object.fromEntries(
      kinds.map((kind) => [
        kind,
        sum(long.filter((row) => row.year === one && row.kind === kind).map((row) => row.usd)),
      ]),
    ),
    all: sum(long.filter((row) => row.year === one).map((row) => row.usd)),
    budget: budget.find((row) => row.year === one)?.usd ?? 0,
  }));
  return {
    title: t("spending-title"),
    note: t("spending-note"),
    keys: [
      ...kinds.map((kind) => ({ label: words.name("kind", kind), colour: colour(kind) })),
      { label: t("budget-line"), colour: "currentColor", isLine: true },
    ],
    draw: (width) =>
      plot(t("spending-title"), {
        width,
        height: 290,
        x: {
          type: "band",
          domain: years,
          label: null,
          tickFormat: String,
          ticks: yearTicks(years, width),
        },
        y: { label: t("unit-million-usd"), grid: true, tickFormat: axis, labelArrow: "none" },
        marks: [
          Plot.barY(long, {
            x: "year",
            y: "usd",
            z: "kind",
            fill: (row) => colour(row.kind),
            order: kinds,
          }),
          Plot.tickY(budget, { x: "year", y: "usd", strokeWidth: 2.5 }),
          Plot.ruleY([0]),
        ],
      }),
    columns: [
      year(),
      ...kinds.map((kind) => num(kind, words.name("kind", kind), (row) => row[kind])),
      num("all", t("column-spending"), (row) => row.all),
      num("budget", t("column-budget"), (row) => row.budget),
    ],
    rows,
  };
}

export function supplyCurves(model: PlanModel): Figure[] {
  return unique(model.page.curves.map((row) => row.technology)).map((technology) => {
    const rows = model.page.curves
      .filter((row) => row.technology === technology)
      .map((row) => ({ ...row, name: model.siteName(row.site, technology) }));
    const title = `${t("curves-title")}: ${words.name("kind", technology)}`;
    return {
      title,
      note: t("curves-note"),
      keys: [],
      draw: (width) =>
        plot(title, {
          width,
          height: 230,
          marginLeft: 46,
          marginBottom: 38,
          x: { label: t("curves-x"), tickFormat: axis, ticks: 4, labelArrow: "none" },
          y: {
            label: t("curves-y"),
            grid: true,
            tickFormat: axis,
            zero: true,
            ticks: 5,
            labelArrow: "none",
          },
          marks: [
            Plot.rect(rows, {
              x1: (row) => row.cumulative_capacity_mw - row.capacity_mw,
              x2: "cumulative_capacity_mw",
              y1: 0,
              y2: "lcoe_usd_per_mwh",
              fill: colour(technology),
              fillOpacity: 0.85,
              title: (row) =>
                `${row.name}\n${words.withUnit(row.capacity_mw, "MW")}\n${words.short(row.lcoe_usd_per_mwh)} ${t("curves-y")}`,
              tip: true,
            }),
            Plot.ruleY([0]),
          ],
        }),
      columns: [
        { key: "name", label: t("column-site"), show: (row: AnyRow) => row.name },
        num("lcoe", t("column-lcoe"), (row) => row.lcoe_usd_per_mwh),
        num("mw", t("column-capacity"), (row) => row.capacity_mw),
        num("sum", t("column-cumulative"), (row) => row.cumulative_capacity_mw),
      ],
      rows,
    };
  });
}

export function landLost(model: PlanModel): Figure[] {
  return unique(model.page.rules.map((row) => row.technology)).map((technology) => {
    const rules = model.page.rules
      .filter((row) => row.technology === technology)
      .sort((a, b) => a.order - b.order);
    const rows = rules.map((row) => ({
      ...row,
      label: words.phrase("rule", row.rule),
      from: row.left_km2,
      to: row.left_km2 + row.excluded_in_order_km2,
      kind: "excluded",
    }));
    const whole = { label: t("rules-all"), from: 0, to: rows[0]?.to ?? 0, kind: "left" };
    const left = { label: t("rules-left"), from: 0, to: rows.at(-1)?.from ?? 0, kind: "left" };
    const steps = [whole, ...rows, left].map((step, place) => ({ ...step, place }));
    const title = `${t("rules-title")}: ${words.name("kind", technology)}`;
    return {
      title,
      note: t("rules-note"),
      keys: [
        { label: t("column-excluded"), colour: colour("excluded") },
        { label: t("rules-left"), colour: colour("left") },
      ],
      draw: (width) => {
        const margin = Math.min(250, width * 0.48);
        const most = Math.floor((margin - 12) / 6.4);
        const cut = (text: string) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
        return plot(title, {
          width,
          height: steps.length * 26 + 40,
          marginLeft: margin,
          marginRight: 60,
          marginTop: 6,
          x: {
            label: words.unit("km²"),
            grid: true,
            tickFormat: axis,
            ticks: 3,
            labelArrow: "none",
          },
          y: {
            type: "band",
            label: null,
            tickFormat: (place: number) => cut(steps[place]?.label ?? ""),
            tickSize: 0,
            padding: 0.22,
          },
          marks: [
            Plot.barX(steps, {
              y: "place",
              x1: "from",
              x2: "to",
              fill: (step) => colour(step.kind),
            }),
            Plot.text(steps, {
              y: "place",
              x: "to",
              text: (step) => words.number(step.kind === "left" ? step.to : step.from - step.to),
              dx: 5,
              textAnchor: "start",
            }),
          ],
        });
      },
      columns: [
        { key: "label", label: t("column-rule"), show: (row: AnyRow) => row.label },
        num("alone", t("column-excluded-alone"), (row) => row.excluded_alone_km2, 0),
        num("order", t("column-excluded"), (row) => row.excluded_in_order_km2, 0),
        num("left", t("column-left"), (row) => row.left_km2, 0),
      ],
      rows,
    };
  });
}

export function dispatchWeek(model: PlanModel, season: string): Figure {
  const { start, series } = model.page.weeks[season] as Week;
  const begin = Date.parse(start);
  const demandSeries = series.demand ?? [];
  const times = demandSeries.map((_, hour) => new Date(begin + hour * HOUR_MS));
  const all = (name: string) => series[name] ?? [];
  const sources = [
    ...SOURCES,
    ...Object.keys(series).filter((name) => ![...SOURCES, ...SINKS, "demand"].includes(name)),
  ].filter((name) => sum(all(name)) > 0);
  const sinks = SINKS.filter((name) => sum(all(name)) > 0);
  const long = (names: string[], sign: number) =>
    names.flatMap((name) =>
      times.map((time, hour) => ({ name, time, mw: sign * (all(name)[hour] ?? 0) })),
    );
  const day = (date: Date) =>
    t("day-of-month", { day: date.getUTCDate(), month: t(`month-${date.getUTCMonth() + 1}`) });
  const moment = (date: Date) => `${day(date)}, ${String(date.getUTCHours()).padStart(2, "0")}:00`;
  return {
    title: t(`${season}-title`),
    note: t(`${season}-note`),
    keys: [
      ...[...sources, ...sinks].map((name) => ({
        label: words.name("carrier", name),
        colour: colour(name),
      })),
      { label: t("carrier-demand"), colour: "var(--c-demand)", isLine: true },
    ],
    draw: (width) =>
      plot(t(`${season}-title`), {
        width,
        height: 280,
        marginLeft: 50,
        x: {
          type: "utc",
          label: null,
          ticks: times.filter((_, hour) => hour % (width > 480 ? 24 : 48) === 0),
          tickFormat: day,
        },
        y: { label: words.unit("MW"), grid: true, tickFormat: axis, labelArrow: "none" },
        marks: [
          Plot.areaY(long(sources, 1), {
            x: "time",
            y: "mw",
            z: "name",
            fill: (row) => colour(row.name),
            order: sources,
            curve: "step-after",
          }),
          Plot.areaY(long(sinks, -1), {
            x: "time",
            y: "mw",
            z: "name",
            fill: (row) => colour(row.name),
            order: sinks,
            curve: "step-after",
          }),
          Plot.lineY(times, {
            x: times,
            y: demandSeries,
            stroke: "var(--c-demand)",
            strokeWidth: 2,
            curve: "step-after",
          }),
          Plot.ruleY([0]),
        ],
      }),
    columns: [
      {
        key: "hour",
        label: t("column-hour"),
        show: (row: AnyRow) => moment(row.time),
        sort: (row: AnyRow) => row.hour,
      },
      ...["demand", ...sources, ...sinks].map((name) =>
        num(name, `${words.name("carrier", name)}, ${words.unit("MW")}`, (row) => row[name]),
      ),
    ],
    rows: times.map((time, hour) => ({
      hour,
      time,
      ...Object.fromEntries(Object.keys(series).map((name) => [name, all(name)[hour] ?? 0])),
    })),
  };
}

export function balance(model: PlanModel): Figure {
  const carriers = Object.keys(model.page.balance[0] ?? {}).filter(
    (name) => !["bus", "net_inflow", "demand", ...SINKS].includes(name),
  );
  const parts = model.page.balance.flatMap((row) => {
    const bus = model.busName(row.bus);
    const inflow = Number(row.net_inflow);
    return [
      ...carriers.map((name) => ({ bus, name, gwh: Number(row[name]) })),
      { bus, name: inflow > 0 ? "net_inflow" : "net_outflow", gwh: inflow },
      ...["demand", ...SINKS].map((name) => ({ bus, name, gwh: -Number(row[name]) })),
    ].filter((one) => Math.abs(one.gwh) > 0.0005);
  });
  const size = (bus: string) =>
    sum(parts.filter((row) => row.bus === bus && row.gwh > 0).map((row) => row.gwh));
  const order = unique(parts.map((row) => row.bus)).sort((a, b) => size(b) - size(a));
  const names = unique(parts.map((row) => row.name));
  return {
    title: t("balance-title"),
    note: t("balance-note"),
    keys: names.map((name) => ({ label: words.name("carrier", name), colour: colour(name) })),
    draw: (width) =>
      plot(t("balance-title"), {
        width,
        height: order.length * 26 + 45,
        marginLeft: Math.min(160, width * 0.4),
        marginTop: 6,
        x: { label: words.unit("GWh"), grid: true, tickFormat: axis, labelArrow: "none" },
        y: { label: null, domain: order, tickSize: 0, padding: 0.22 },
        marks: [
          Plot.barX(parts, {
            y: "bus",
            x: "gwh",
            z: "name",
            fill: (row) => colour(row.name),
            title: (row) =>
              `${row.bus}\n${words.name("carrier", row.name)}: ${words.withUnit(Math.abs(row.gwh), "GWh")}`,
            tip: true,
          }),
          Plot.ruleX([0]),
        ],
      }),
    columns: [
      { key: "bus", label: t("column-bus"), show: (row: AnyRow) => model.busName(row.bus) },
      ...[...carriers, "net_inflow", "demand", ...SINKS].map((name) =>
        num(name, words.name("carrier", name), (row) => Number(row[name])),
      ),
    ],
    rows: model.page.balance,
  };
}

export function timePlan(model: PlanModel): Figure {
  const { projects } = model.page.map.layers;
  const kinds = KINDS.filter((kind) => projects.some((row) => row.kind === kind));
  const sorted = [...projects]
    .sort(
      (a, b) =>
        kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || a.start - b.start || a.finish - b.finish,
    )
    .map((row, line) => ({ ...row, line, title: model.projectName(row) }));
  const step = Math.max(3, Math.min(20, Math.floor(900 / Math.max(1, sorted.length))));
  const first = Math.min(...sorted.map((row) => row.start));
  const heads = kinds.map(
    (kind) => sorted.find((row) => row.kind === kind) as (typeof sorted)[number],
  );
  return {
    title: t("gantt-title"),
    note: t("time-note"),
    keys: kinds.map((kind) => ({ label: words.name("kind", kind), colour: colour(kind) })),
    draw: (width) =>
      plot(t("gantt-title"), {
        width,
        height: sorted.length * step + 50,
        marginLeft: Math.min(130, width * 0.3),
        marginTop: 26,
        marginRight: 16,
        x: {
          label: null,
          grid: true,
          axis: "top",
          tickFormat: String,
          domain: [first, Math.max(...sorted.map((row) => row.finish)) + 1],
          ticks: width > 500 ? 8 : 4,
          interval: 1,
        },
        y: { axis: null, domain: [0, sorted.length], reverse: true },
        marks: [
          Plot.rect(sorted, {
            x1: "start",
            x2: (row) => row.finish + 1,
            y1: "line",
            y2: (row) => row.line + 1,
            fill: (row) => colour(row.kind),
            inset: 0.3,
            title: (row) =>
              `${row.title}\n${row.start}–${row.finish}, ${words.money(row.capex_usd)}`,
            tip: true,
          }),
          Plot.text(heads, {
            x: () => first,
            y: "line",
            text: (row) => words.name("kind", row.kind),
            textAnchor: "end",
            dx: -8,
            dy: 7,
          }),
        ],
      }),
    columns: [
      { key: "name", label: t("column-name"), show: (row: AnyRow) => row.title },
      { key: "kind", label: t("column-kind"), show: (row: AnyRow) => words.name("kind", row.kind) },
      {
        key: "start",
        label: t("column-start"),
        show: (row: AnyRow) => String(row.start),
        isNumber: true,
      },
      {
        key: "finish",
        label: t("column-finish"),
        show: (row: AnyRow) => String(row.finish),
        isNumber: true,
      },
    ],
    rows: sorted,
  };
}
