// How places are joined, as tables: what is laid, whether the grid holds, radio, traffic, ways.

import { addressOf } from "../frame/router.svelte";
import type { Column } from "../frame/table";
import { t, words } from "../frame/words.svelte";
import type { PlanModel } from "./model";
import type { Check, NetworksData, Route, RouteOption, Settlement, Way } from "./page";
import { millions } from "./routes";

export interface Section {
  key: string;
  title: string;
  said: string;
  // Each table has rows of its own kind.
  columns: Column<any>[];
  rows: object[];
  empty?: string;
}

const SERVICES = ["school", "clinic", "hospital", "city"];

const text = <Row>(key: string, label: string, show: (row: Row) => string): Column<Row> => ({
  key,
  label,
  show,
});
const figure = <Row>(
  key: string,
  label: string,
  value: (row: Row) => number | null | undefined,
  show?: (row: Row) => string,
): Column<Row> => ({
  key,
  label,
  isNumber: true,
  show: show ?? ((row) => words.number(value(row))),
  sort: value,
});

const percent = (share: number, decimals = 1) => `${words.number(share * 100, decimals)} %`;
const holds = (isGood: boolean) => t(isGood ? "check-holds" : "check-fails");
const minutes = (value: number | null | undefined) =>
  value === null || value === undefined ? "–" : `${words.number(value)} ${t("unit-min")}`;
const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

export function sectionsOf(model: PlanModel, id: string, share: string): Section[] {
  const found = model.page.networks;
  if (!found) return [];
  const onMap = (one: string) => addressOf(["plans", id, "map"], { select: one, share });
  return [
    laid(model, found),
    grid(model, found),
    upgrades(model, found),
    stations(model, onMap),
    radio(found),
    traffic(model, found, onMap),
    access(model, found, onMap),
  ].filter((section) => section.rows.length || section.empty);
}

interface Laid {
  kind: string;
  count: number;
  km: number | null;
  structures: number;
  usd: number;
}

function laid(model: PlanModel, found: NetworksData): Section {
  const { routes, fibre } = model.page.map.layers;
  const rows: Laid[] = ["road", "railway", "power_line"].map((kind) => {
    const own = routes.filter((row) => row.kind === kind);
    return {
      kind,
      count: own.length,
      km: sum(own.map((row) => row.length_km)),
      structures: sum(own.map((row) => row.bridge_km + row.tunnel_km)),
      usd: sum(own.map((row) => row.capex_usd)),
    };
  });
  rows.push({
    kind: "fibre",
    count: fibre?.length ?? 0,
    km: found.fibre_km,
    structures: 0,
    usd: found.fibre_usd,
  });
  rows.push({ kind: "mast", count: found.masts, km: null, structures: 0, usd: found.masts_usd });
  return {
    key: "routes",
    title: t("networks-routes"),
    said: t("routes-said", {
      ring: words.number(found.fibre_ring_km),
      fibre: words.number(found.fibre_km),
    }),
    columns: [
      text<Laid>("kind", t("column-kind"), (row) => t(`kind-${row.kind}`)),
      figure<Laid>("count", t("column-pieces"), (row) => row.count),
      figure<Laid>("km", t("column-length"), (row) => row.km),
      figure<Laid>(
        "structures",
        t("column-structures"),
        (row) => row.structures,
        (row) => (row.structures ? words.number(row.structures, 1) : "–"),
      ),
      figure<Laid>(
        "cost",
        t("column-cost"),
        (row) => row.usd,
        (row) => millions(row.usd),
      ),
    ],
    rows: rows.filter((row) => row.count),
  };
}

// A line by the name of its route, a busbar by that of its substation.
function partName(model: PlanModel, id: string): string {
  const route = model.find(id);
  if (route?.kind === "route") return model.routeName(route.row);
  const [, stem, kv] = id.match(/^(.*) (\d+ kV)( busbar)?$/) ?? [];
  if (!stem) return id;
  const place = model.places.get(stem);
  return `${place ? words.local(place) : model.busName(stem)}, ${kv}`;
}

function grid(model: PlanModel, found: NetworksData): Section {
  const rows = [
    ...found.checks.map((row) => ({ ...row, isCount: false })),
    ...found.outages.map((row) => ({ ...row, isCount: true })),
  ].sort((a, b) => Number(a.holds) - Number(b.holds));
  type Row = Check & { isCount: boolean };
  const kept = rows.filter((row) => row.holds).length;
  return {
    key: "grid",
    title: t("networks-grid"),
    said: rows.length
      ? t("grid-said", { kept: words.number(kept), all: words.number(rows.length) })
      : t("grid-none"),
    columns: [
      text<Row>("check", t("column-check"), (row) =>
        words.keyed(`check-${row.check.replace(/ /g, "_")}`, row.check),
      ),
      text<Row>("case", t("column-case"), (row) => words.name("case", row.case.replace(/ /g, "_"))),
      figure<Row>(
        "worst",
        t("column-worst"),
        (row) => row.worst,
        (row) =>
          row.isCount
            ? t("check-failures", { count: words.number(row.worst) })
            : `${words.number(row.worst, 1)} %`,
      ),
      figure<Row>(
        "limit",
        t("column-limit"),
        (row) => row.limit,
        (row) => (row.isCount ? words.number(row.limit) : `${words.number(row.limit)} %`),
      ),
      text<Row>("holds", t("column-holds"), (row) => holds(row.holds)),
      text<Row>("where", t("column-where"), (row) =>
        row.where
          .split(", ")
          .map((one) => partName(model, one))
          .join(", "),
      ),
    ],
    rows,
  };
}

function upgrades(model: PlanModel, found: NetworksData): Section {
  type Row = NetworksData["upgrades"][number];
  return {
    key: "upgrades",
    title: t("networks-upgrades"),
    said: "",
    empty: t("upgrades-none"),
    columns: [
      text<Row>("id", t("column-name"), (row) => partName(model, row.id)),
      text<Row>("was", t("column-was"), (row) => row.was),
      text<Row>("becomes", t("column-becomes"), (row) => row.becomes),
      figure<Row>(
        "cost",
        t("column-cost"),
        (row) => row.added_capex_usd,
        (row) => millions(row.added_capex_usd),
      ),
    ],
    rows: found.upgrades,
  };
}

function stations(model: PlanModel, onMap: (id: string) => string): Section {
  const rows = model.page.map.layers.buses.filter((row) => row.voltages?.length);
  type Row = (typeof rows)[number];
  const off = (row: Row) =>
    Math.max(
      ...(row.voltages ?? []).flatMap((span) => [Math.abs(span.min - 1), Math.abs(span.max - 1)]),
    );
  return {
    key: "stations",
    title: t("networks-stations"),
    said: "",
    columns: [
      {
        ...text<Row>("name", t("column-name"), (row) => model.busName(row.id)),
        href: (row: Row) => onMap(row.id),
      },
      text<Row>("district", t("column-district"), (row) => model.districtName(row.district)),
      figure<Row>("voltages", t("column-voltages"), off, (row) =>
        (row.voltages ?? [])
          .map(
            (span) =>
              `${words.number(span.kv)} ${words.unit("kV")}: ${percent(span.min)}–${percent(span.max)}`,
          )
          .join("; "),
      ),
    ],
    rows: rows.sort((a, b) => off(b) - off(a)),
  };
}

function radio(found: NetworksData): Section {
  type Row = NetworksData["radio"][number];
  const part = (key: "homes_share" | "roads_share" | "area_share", label: string) =>
    figure<Row>(
      key,
      label,
      (row) => row[key],
      (row) => percent(row[key]),
    );
  return {
    key: "radio",
    title: t("networks-radio"),
    said: t("radio-said", {
      masts: words.number(found.masts),
      money: words.money(found.masts_usd),
    }),
    columns: [
      text<Row>("technology", t("column-technology"), (row) => words.name("radio", row.technology)),
      figure<Row>("masts", t("column-masts"), (row) => row.masts),
      part("homes_share", t("column-homes-covered")),
      part("roads_share", t("column-roads-covered")),
      part("area_share", t("column-area-covered")),
      figure<Row>(
        "cost",
        t("column-cost"),
        (row) => row.capex_usd,
        (row) => millions(row.capex_usd),
      ),
    ],
    rows: found.radio,
  };
}

const totalOf = (found: NetworksData, key: string) =>
  found.traffic.find((row) => row.key === key)?.value ?? null;

function traffic(model: PlanModel, found: NetworksData, onMap: (id: string) => string): Section {
  type Row = NetworksData["roads"][number];
  const short = found.roads.filter((row) => !row.is_enough).length;
  const name = (row: Row) => model.routeName({ ...row, kind: "road" } as unknown as Route);
  return {
    key: "traffic",
    title: t("networks-traffic"),
    said: t("traffic-said", {
      trips: words.number(totalOf(found, "trips")),
      short: words.number(short),
      all: words.number(found.roads.length),
    }),
    columns: [
      { ...text<Row>("name", t("column-name"), name), href: (row: Row) => onMap(row.route) },
      text<Row>("standard", t("fact-standard"), (row) => words.phrase("standard", row.standard)),
      figure<Row>("vehicles", t("column-vehicles"), (row) => row.vehicles_per_day),
      figure<Row>("minutes", t("column-minutes"), (row) => row.minutes),
      text<Row>("class", t("column-class"), (row) =>
        t("class-name", { name: row.road_class, lanes: words.number(row.lanes) }),
      ),
      text<Row>("enough", t("column-enough"), (row) => holds(row.is_enough)),
    ],
    rows: [...found.roads].sort((a, b) => b.vehicles_per_day - a.vehicles_per_day),
  };
}

function access(model: PlanModel, found: NetworksData, onMap: (id: string) => string): Section {
  const mean = (service: string, when: string) =>
    minutes(totalOf(found, `${service}_minutes_${when}`));
  const wayOf = (row: Settlement, service: string): Way | undefined =>
    row.access?.find((way) => way.service === service);
  const written = (way: Way | undefined) => {
    if (!way) return "–";
    const after = way.minutes_after === 0 ? t("access-own") : minutes(way.minutes_after);
    return way.minutes_before === 0 && way.minutes_after === 0
      ? after
      : `${minutes(way.minutes_before)} → ${after}`;
  };
  return {
    key: "access",
    title: t("networks-access"),
    said: t("access-said", {
      hospital_before: mean("hospital", "before"),
      hospital_after: mean("hospital", "after"),
      school_before: mean("school", "before"),
      school_after: mean("school", "after"),
    }),
    columns: [
      {
        ...text<Settlement>("name", t("column-name"), words.local),
        href: (row: Settlement) => onMap(row.id),
      },
      figure<Settlement>("people", t("column-people"), (row) => row.people),
      ...SERVICES.map((service) =>
        figure<Settlement>(
          service,
          words.name("service", service),
          (row) => wayOf(row, service)?.minutes_after,
          (row) => written(wayOf(row, service)),
        ),
      ),
    ],
    rows: [...model.places.values()]
      .filter((row) => row.access?.length)
      .sort((a, b) => b.people - a.people),
  };
}

export function variantName(variant: string): string {
  const [stem = "", number = ""] = variant.split(/-(?=\d+$)/);
  return t(`variant-${stem}`, { number });
}

export function variantColumns(): Column<RouteOption>[] {
  const between = (low: number, high: number, decimals = 0) =>
    `${words.number(low, decimals)}–${words.number(high, decimals)}`;
  const structure = (part: "bridge" | "tunnel") => (row: RouteOption) =>
    row[`${part}_high_km`] < 0.05
      ? words.number(row[`real_${part}_km`], 2)
      : `${words.number(row[`real_${part}_km`], 2)} (${between(row[`${part}_low_km`], row[`${part}_high_km`], 1)})`;
  return [
    text("variant", t("route-variant"), (row) => variantName(row.variant)),
    figure(
      "real",
      t("route-real"),
      (row) => row.real_length_km,
      (row) =>
        `${words.number(row.real_length_km, 1)} (${between(row.length_low_km, row.length_high_km)})`,
    ),
    figure(
      "length",
      t("route-length"),
      (row) => row.length_km,
      (row) => words.number(row.length_km, 1),
    ),
    figure("bridges", t("route-bridges"), (row) => row.real_bridge_km, structure("bridge")),
    figure("tunnels", t("route-tunnels"), (row) => row.real_tunnel_km, structure("tunnel")),
    figure("climb", t("route-climb"), (row) => row.climb_m),
    figure(
      "grade",
      t("route-grade"),
      (row) => row.max_grade_percent,
      (row) => words.number(row.max_grade_percent, 1),
    ),
    figure("radius", t("route-radius"), (row) => row.min_radius_m),
    figure(
      "time",
      t("route-time"),
      (row) => row.hours,
      (row) => t("route-minutes", { minutes: words.number(row.hours * 60) }),
    ),
    figure(
      "cost",
      t("route-cost"),
      (row) => row.capex_usd,
      (row) => millions(row.capex_usd),
    ),
    figure(
      "pays",
      t("route-break-even"),
      (row) => row.break_even_per_day,
      (row) => (row.break_even_per_day === null ? "–" : words.number(row.break_even_per_day)),
    ),
  ];
}
