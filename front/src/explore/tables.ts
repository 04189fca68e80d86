// Every layer of the map as a table with the same data.

import { addressOf } from "../frame/router.svelte";
import type { Column } from "../frame/table";
import { t, words } from "../frame/words.svelte";
import type { PlanModel, Thing } from "./model";
import type { Bus, Project, Route, Settlement, Site } from "./page";

export const TABLES = [
  "settlements",
  "projects",
  "road",
  "railway",
  "power_line",
  "solar",
  "wind",
  "hydro",
  "buses",
] as const;
export type TableName = (typeof TABLES)[number];

export function layerOf(thing: Thing): TableName {
  switch (thing.kind) {
    case "settlement":
      return "settlements";
    case "project":
      return "projects";
    case "bus":
      return "buses";
    case "site":
      return thing.row.technology;
    case "route":
      return thing.row.kind;
  }
}

export interface LayerTable {
  columns: Column<Named>[];
  rows: Named[];
}

interface Named {
  id: string;
}

type Maker<Row> = (row: Row) => number | null | undefined;

const numeric = <Row>(
  key: string,
  label: string,
  value: Maker<Row>,
  decimals = 0,
): Column<Row> => ({
  key,
  label,
  isNumber: true,
  show: (row) => words.number(value(row), decimals),
  sort: value,
});
const text = <Row>(key: string, label: string, show: (row: Row) => string): Column<Row> => ({
  key,
  label,
  show,
});
const million = <Row>(key: string, value: Maker<Row>): Column<Row> =>
  numeric(
    key,
    t(key === "smart" ? "column-smart" : "column-cost"),
    (row) => (value(row) ?? 0) / 1e6,
    1,
  );

export function tableOf(name: TableName, model: PlanModel, id: string, share: string): LayerTable {
  const onMap = (row: Named) => addressOf(["plans", id, "map"], { select: row.id, share });
  const district = <Row extends { district: string }>() =>
    text<Row>("district", t("column-district"), (row) => model.districtName(row.district));
  const made = <Row extends Named>(
    title: (row: Row) => string,
    columns: Column<Row>[],
    rows: Row[],
  ): LayerTable => ({
    columns: [
      { key: "name", label: t("column-name"), show: title, href: onMap },
      ...columns,
    ] as unknown as Column<Named>[],
    rows,
  });
  const { settlements, sites, routes, buses, projects } = model.page.map.layers;
  if (name === "settlements") {
    return made<Settlement>(
      words.local,
      [
        text("kind", t("column-kind"), (row) => words.name("kind", row.kind)),
        district(),
        numeric("people", t("column-people"), (row) => row.people),
        numeric("homes", t("column-homes"), (row) => row.homes),
        numeric("schools", t("column-schools"), (row) => row.school_places),
        numeric("demand", t("column-demand"), (row) => row.annual_demand_mwh),
        numeric("peak", t("column-peak"), (row) => row.peak_demand_kw),
        million("cost", (row) => row.capex_usd),
        million("smart", (row) => row.smart_capex_usd),
      ],
      [...settlements].sort((a, b) => b.people - a.people),
    );
  }
  if (name === "projects") {
    return made<Project>(
      (row) => model.projectName(row),
      [
        {
          key: "kind",
          label: t("column-kind"),
          show: (row) => words.name("kind", row.kind),
          mark: (row) => `var(--c-${row.kind})`,
        },
        district(),
        {
          key: "size",
          label: t("column-size"),
          isNumber: true,
          show: (row) => words.withUnit(row.capacity, words.name("unit", row.unit)),
          sort: (row) => row.capacity,
        },
        million("cost", (row) => row.capex_usd),
        {
          key: "start",
          label: t("column-start"),
          isNumber: true,
          show: (row) => String(row.start),
          sort: (row) => row.start,
        },
        {
          key: "finish",
          label: t("column-finish"),
          isNumber: true,
          show: (row) => String(row.finish),
          sort: (row) => row.finish,
        },
        text("funding", t("column-funding"), (row) => words.name("funding", row.funding)),
      ],
      projects,
    );
  }
  if (name === "buses") {
    return made<Bus>(
      (row) => model.busName(row.id),
      [
        district(),
        numeric("voltage", `${t("fact-voltage")}, ${words.unit("kV")}`, (row) => row.voltage_kv),
        text("stands", t("fact-stands"), (row) => t(row.is_existing ? "fact-yes" : "fact-no")),
        numeric("serves", t("column-places-count"), (row) => row.serves.length),
      ],
      buses,
    );
  }
  if (name === "solar" || name === "wind" || name === "hydro") {
    return made<Site>(
      (row) => model.siteName(row.id, row.technology),
      [
        district(),
        numeric("capacity", t("column-capacity"), (row) => row.capacity_mw, 1),
        numeric(
          "built",
          `${t("fact-built")}, ${words.unit("MW")}`,
          (row) => row.built_capacity_mw,
          1,
        ),
        numeric("energy", t("column-energy"), (row) => row.annual_energy_gwh, 1),
        numeric("p90", `P90, ${words.unit("GWh")}`, (row) => row.p90_gwh, 1),
        numeric("hours", t("fact-hours"), (row) => row.full_load_hours),
        numeric("lcoe", t("column-lcoe"), (row) => row.lcoe_usd_per_mwh, 1),
        text("stands", t("fact-stands"), (row) => t(row.is_existing ? "fact-yes" : "fact-no")),
      ],
      sites.filter((row) => row.technology === name),
    );
  }
  return made<Route>(
    (row) => model.routeName(row),
    routeColumns(name, district()),
    routes.filter((row) => row.kind === name),
  );
}

function routeColumns(name: string, district: Column<Route>): Column<Route>[] {
  const own: Column<Route>[] =
    name === "power_line"
      ? [
          numeric("voltage", `${t("fact-voltage")}, ${words.unit("kV")}`, (row) => row.voltage_kv),
          numeric("capacity", t("column-capacity"), (row) => row.capacity_mw),
          numeric("flow", `${t("fact-flow")}, ${words.unit("MW")}`, (row) => row.peak_flow_mw, 1),
          numeric("loading", `${t("fact-loading")}, %`, (row) => (row.mean_loading ?? 0) * 100),
        ]
      : [
          text("standard", t("fact-standard"), (row) => words.phrase("standard", row.standard)),
          numeric("grade", `${t("fact-grade")}, %`, (row) => row.max_grade_percent, 1),
          numeric(
            "bridges",
            `${t("fact-bridges")}, ${words.unit("km")}`,
            (row) => row.bridge_km,
            1,
          ),
          numeric(
            "tunnels",
            `${t("fact-tunnels")}, ${words.unit("km")}`,
            (row) => row.tunnel_km,
            1,
          ),
        ];
  return [
    district,
    numeric("length", `${t("fact-length")}, ${words.unit("km")}`, (row) => row.length_km, 1),
    ...own,
    million("cost", (row) => row.capex_usd),
  ];
}
