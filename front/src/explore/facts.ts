// What is known of a thing, in words: the panel beside the map shows it.

import { t, words } from "../frame/words.svelte";
import { type PlanModel, splitList, type Thing } from "./model";
import type { Bus, Project, Route, Settlement, Site } from "./page";

export interface Fact {
  label: string;
  value: string;
  // Identifiers that the value leads to.
  links?: { id: string; label: string }[];
  isEnglish?: boolean;
}

export interface FactGroup {
  title: string;
  facts: Fact[];
}

export interface Facts {
  title: string;
  type: string;
  facts: Fact[];
  groups: FactGroup[];
}

// The years of a project's work.
const span = ({ start, finish }: Project) =>
  start === finish ? String(start) : `${start}–${finish}`;

type Given = [string, string | null | undefined];

const kept = (rows: Given[]): Fact[] =>
  rows
    .filter((row): row is [string, string] => Boolean(row[1]))
    .map(([label, value]) => ({ label, value }));
const yesNo = (value: boolean) => t(value ? "fact-yes" : "fact-no");
const unit = (value: number | null | undefined, sign: string, decimals?: number) =>
  value === null || value === undefined
    ? null
    : `${decimals === undefined ? words.short(value) : words.number(value, decimals)} ${words.unit(sign)}`;
const percent = (value: number | undefined) =>
  value === undefined || value === null ? null : `${words.number(value)} %`;
const minutes = (value: number | null) =>
  value === null ? "–" : `${words.number(value)} ${t("unit-min")}`;
const aYear = (value: number | null) =>
  value === null ? null : `${words.short(value)} ${words.unit("GWh")} ${t("unit-year")}`;
const group = (title: string, facts: Fact[]): FactGroup[] =>
  facts.length ? [{ title, facts }] : [];

export function factsOf(thing: Thing, model: PlanModel, year: number): Facts {
  const title = model.nameOf(thing);
  switch (thing.kind) {
    case "settlement":
      return { title, ...settlement(thing.row, model, year) };
    case "site":
      return { title, ...site(thing.row, model) };
    case "route":
      return { title, ...route(thing.row, model) };
    case "bus":
      return { title, ...bus(thing.row, model) };
    case "project":
      return { title, ...project(thing.row, model) };
  }
}

function builtBy(model: PlanModel, kind: string, id: string): Fact[] {
  const found = model.projectOf(kind, id);
  if (!found) return [];
  return [
    {
      label: t("fact-years"),
      value: span(found),
      links: [{ id: found.id, label: span(found) }],
    },
  ];
}

function settlement(row: Settlement, model: PlanModel, year: number): Omit<Facts, "title"> {
  const works = [...model.projects.values()].filter(
    (one) => splitList(one.serves).includes(row.id) && one.kind !== "clearance",
  );
  return {
    type: `${words.name("kind", row.kind)} · ${model.districtName(row.district)}`,
    facts: kept([
      [
        t("fact-people-in", { year }),
        year < model.page.region.last_year ? words.number(model.peopleAt(row, year)) : null,
      ],
      [t("fact-people-in", { year: model.page.region.last_year }), words.number(row.people)],
      [t("fact-homes"), words.number(row.homes)],
      [t("fact-school_places"), words.number(row.school_places)],
      [t("fact-kindergarten_places"), words.number(row.kindergarten_places)],
      [t("fact-streets"), unit(row.streets_km, "km", 1)],
      [t("fact-demand"), aYear(row.annual_demand_mwh / 1e3)],
      [t("fact-peak"), unit(row.peak_demand_kw / 1e3, "MW")],
      [t("fact-cost"), row.capex_usd ? words.money(row.capex_usd) : null],
      [t("fact-smart-cost"), row.smart_capex_usd ? words.money(row.smart_capex_usd) : null],
      [t("fact-rebuilt"), yesNo(row.is_rebuilt)],
    ]),
    groups: [
      ...group(
        t("section-programme"),
        works.slice(0, 12).map((one) => ({
          label: span(one),
          value: "",
          links: [{ id: one.id, label: model.projectName(one) }],
        })),
      ),
      ...group(
        t("fact-ways"),
        kept(
          (row.access ?? []).map(
            (way): Given => [
              words.name("service", way.service),
              `${minutes(way.minutes_before)} → ${way.minutes_after ? minutes(way.minutes_after) : t("access-here")}`,
            ],
          ),
        ),
      ),
      ...group(
        t("fact-homes-signal"),
        kept(
          (row.coverage ?? []).map(
            (one): Given => [words.name("radio", one.technology), percent(one.share * 100)],
          ),
        ),
      ),
      ...group(
        t("fact-uses"),
        kept(
          Object.entries(row.demand_mwh).map(
            ([use, mwh]): Given => [words.name("use", use), unit(mwh, "MWh", 0)],
          ),
        ),
      ),
      ...group(
        t("fact-services"),
        kept(
          row.services
            .filter((item) => item.cost_usd > 0)
            .map(
              (item): Given => [words.name("service", item.service), words.money(item.cost_usd)],
            ),
        ),
      ),
      ...group(
        t("fact-systems"),
        kept(
          row.smart_systems
            .filter((item) => item.quantity > 0)
            .map(
              (item): Given => [
                words.phrase("system", item.system),
                `${words.number(item.quantity)} ${words.name("unit", item.unit)}`,
              ],
            ),
        ),
      ),
    ],
  };
}

function site(row: Site, model: PlanModel): Omit<Facts, "title"> {
  return {
    type: `${words.name("kind", row.technology)} · ${model.districtName(row.district)}`,
    facts: [
      ...kept([
        [t("fact-potential"), unit(row.capacity_mw, "MW")],
        [t("fact-built"), unit(row.built_capacity_mw, "MW")],
        [t("fact-energy"), aYear(row.built_annual_energy_gwh || row.annual_energy_gwh)],
        [t("fact-p90"), aYear(row.built_p90_gwh || row.p90_gwh)],
        [t("fact-hours"), unit(row.full_load_hours, "h", 0)],
        [t("fact-lcoe"), `${words.number(row.lcoe_usd_per_mwh, 1)} ${t("curves-y")}`],
        [t("fact-rank"), words.number(row.lcoe_rank)],
        [t("fact-area"), row.area_km2 ? unit(row.area_km2, "km²") : null],
        [t("fact-elevation"), unit(row.elevation_m, "m", 0)],
        [t("fact-wind"), row.technology === "wind" ? unit(row.wind_speed_ms, "m/s", 1) : null],
        [t("fact-stands"), yesNo(row.is_existing)],
      ]),
      ...(row.is_existing ? [] : builtBy(model, row.technology, row.id)),
    ],
    groups: [],
  };
}

function route(row: Route, model: PlanModel): Omit<Facts, "title"> {
  return {
    type: `${words.name("kind", row.kind)} · ${model.districtName(row.district)}`,
    facts: [
      ...kept([
        [t("fact-standard"), words.phrase("standard", row.standard)],
        [t("fact-length"), unit(row.length_km, "km", 1)],
        [t("fact-climb"), unit(row.climb_m, "m", 0)],
        [t("fact-grade"), row.kind === "power_line" ? null : unit(row.max_grade_percent, "%", 1)],
        [t("fact-bridges"), row.bridge_km > 0.005 ? unit(row.bridge_km, "km", 2) : null],
        [t("fact-tunnels"), row.tunnel_km > 0.005 ? unit(row.tunnel_km, "km", 2) : null],
        [t("fact-voltage"), unit(row.voltage_kv, "kV", 0)],
        [t("fact-capacity"), unit(row.capacity_mw, "MW", 0)],
        [t("fact-flow"), unit(row.peak_flow_mw, "MW")],
        [t("fact-load"), percent(row.loading_percent)],
        [
          t("fact-traffic"),
          row.vehicles_per_day === undefined
            ? null
            : `${words.number(row.vehicles_per_day)} ${t("unit-vehicles")}`,
        ],
        [
          t("fact-class"),
          row.road_class
            ? t(row.is_enough ? "class-enough" : "class-short", {
                name: row.road_class,
                lanes: words.number(row.lanes),
              })
            : null,
        ],
        [
          t("fact-loading"),
          row.mean_loading === null ? null : `${words.number(row.mean_loading * 100)} %`,
        ],
        [t("fact-cost"), words.money(row.capex_usd)],
      ]),
      ...builtBy(model, row.kind, row.id),
    ],
    groups: [],
  };
}

const SINKS = ["demand", "charge", "export"];

function bus(row: Bus, model: PlanModel): Omit<Facts, "title"> {
  const balance = model.page.balance.find((other) => other.bus === row.id) ?? {};
  const parts = Object.entries(balance).filter(
    (entry): entry is [string, number] =>
      typeof entry[1] === "number" && Math.abs(entry[1]) > 0.005,
  );
  const name = (key: string, value: number) =>
    words.name("carrier", key === "net_inflow" && value < 0 ? "net_outflow" : key);
  const isOut = (key: string, value: number) =>
    key === "net_inflow" ? value < 0 : SINKS.includes(key);
  return {
    type: `${t("kind-bus")} · ${model.districtName(row.district)}`,
    facts: kept([
      [t("fact-voltage"), unit(row.voltage_kv, "kV", 0)],
      [t("fact-stands"), yesNo(row.is_existing)],
    ]),
    groups: [
      ...group(
        t("networks-stations"),
        kept(
          (row.voltages ?? []).map(
            (span): Given => [
              t("fact-band", { kv: words.number(span.kv) }),
              `${words.number(span.min * 100, 1)}–${words.number(span.max * 100, 1)} %`,
            ],
          ),
        ),
      ),
      ...group(
        t("fact-balance"),
        parts.map(([key, value]) => ({
          label: name(key, value),
          value: `${isOut(key, value) ? "−" : "+"}${words.short(Math.abs(value))} ${words.unit("GWh")}`,
        })),
      ),
      ...group(
        t("fact-serves"),
        row.serves.map((id) => ({
          label: "",
          value: "",
          links: [{ id, label: placeName(model, id) }],
        })),
      ),
    ],
  };
}

function placeName(model: PlanModel, id: string): string {
  const place = model.places.get(id);
  return place ? words.local(place) : model.busName(id);
}

function project(row: Project, model: PlanModel): Omit<Facts, "title"> {
  const link = (id: string): Fact => {
    const other = model.projects.get(id);
    return {
      label: other ? span(other) : "",
      value: "",
      links: [{ id, label: other ? model.projectName(other) : placeName(model, id) }],
    };
  };
  return {
    type: `${words.name("kind", row.kind)} · ${model.districtName(row.district)}`,
    facts: kept([
      [t("fact-years"), span(row)],
      [t("column-size"), words.withUnit(row.capacity, words.name("unit", row.unit))],
      [t("fact-cost"), words.money(row.capex_usd)],
      [
        t("fact-opex"),
        row.opex_usd_per_year
          ? t("money-a-year", { money: words.money(row.opex_usd_per_year) })
          : null,
      ],
      [t("fact-funding"), words.name("funding", row.funding)],
    ]),
    groups: [
      ...group(t("fact-requires"), splitList(row.requires).slice(0, 20).map(link)),
      ...group(
        t("fact-serves"),
        splitList(row.serves)
          .slice(0, 20)
          .map((id) => ({ label: "", value: "", links: [{ id, label: placeName(model, id) }] })),
      ),
      ...group(t("fact-source"), [{ label: "", value: row.provenance, isEnglish: true }]),
    ],
  };
}
