// A plan as the pages use it: everything by its identifier, with names in the page's language.

import { words } from "../frame/words.svelte";
import type { Bus, District, PlanPage, Project, Route, Settlement, Site } from "./page";

export type Thing =
  | { kind: "settlement"; row: Settlement }
  | { kind: "site"; row: Site }
  | { kind: "route"; row: Route }
  | { kind: "bus"; row: Bus }
  | { kind: "project"; row: Project };

export type State = "standing" | "done" | "work" | "later";

export class PlanModel {
  readonly places: Map<string, Settlement>;
  readonly buses: Map<string, Bus>;
  readonly projects: Map<string, Project>;
  readonly districts: Map<string, District>;
  readonly lastYear: number;
  private readonly things = new Map<string, Thing>();
  private readonly localNames: { name: string; name_local?: string | null }[];

  constructor(readonly page: PlanPage) {
    const { settlements, sites, routes, buses, projects, districts } = page.map.layers;
    this.places = byId(settlements);
    this.buses = byId(buses);
    this.projects = byId(projects);
    this.districts = new Map(districts.map((row) => [row.name, row]));
    this.lastYear = Math.max(page.region.last_year, ...projects.map((row) => row.finish + 1));
    for (const row of projects) this.things.set(row.id, { kind: "project", row });
    for (const row of buses) this.things.set(row.id, { kind: "bus", row });
    for (const row of sites) this.things.set(row.id, { kind: "site", row });
    for (const row of routes) this.things.set(row.id, { kind: "route", row });
    for (const row of settlements) this.things.set(row.id, { kind: "settlement", row });
    this.localNames = [...settlements, ...districts]
      .filter((row) => row.name_local && row.name_local !== row.name)
      .sort((a, b) => b.name.length - a.name.length);
  }

  find(id: string | null): Thing | null {
    return (id && this.things.get(id)) || null;
  }

  // The project that builds a line or a plant.
  projectOf(kind: string, id: string): Project | undefined {
    const slug = slugOf(id);
    const prefix = slugOf(kind);
    return (
      this.projects.get(slug.startsWith(`${prefix}-`) ? slug : `${prefix}-${slug}`) ??
      this.projects.get(id)
    );
  }

  stateAt(project: Project | undefined, year: number): State {
    if (!project) return "standing";
    if (year > project.finish) return "done";
    return year >= project.start ? "work" : "later";
  }

  peopleAt(place: Settlement, year: number): number {
    const { first_year, last_year } = this.page.region;
    return place.people_by_year[Math.min(year, last_year) - first_year] ?? place.people;
  }

  nameOf(thing: Thing): string {
    switch (thing.kind) {
      case "settlement":
        return words.local(thing.row);
      case "site":
        return `${words.name("kind", thing.row.technology)}: ${this.siteName(thing.row.id, thing.row.technology)}`;
      case "route":
        return this.routeName(thing.row);
      case "bus":
        return this.busName(thing.row.id);
      case "project":
        return this.projectName(thing.row);
    }
  }

  // A site's own part of its identifier in words, such as `Jabrayil 3` for solar-jabrayil-3.
  siteName(id: string, kind: string): string {
    const own = id.replace(new RegExp(`^(${kind}-)+`), "").replace(/-site-/, "-");
    return this.localText(
      own.replace(/-/g, " ").replace(/(^|\s)[a-z]/g, (letter) => letter.toUpperCase()),
    );
  }

  routeName(row: Route | Project): string {
    const kind = words.name("kind", row.kind).toLowerCase();
    if (words.language === "en") return row.name;
    return this.localText(row.name.replace(/^(Road|Railway|Line) (.*)$/, `$2 (${kind})`));
  }

  // The decided roads and railways that were studied.
  get corridors(): { id: string; name: string }[] {
    const ids = [...new Set((this.page.routes?.options ?? []).map((row) => row.corridor))];
    return ids.map((id) => ({ id, name: this.corridorName(id) }));
  }

  corridorName(id: string): string {
    const row = this.page.routes?.options.find((one) => one.corridor === id);
    return row ? this.localText(row.name) : id;
  }

  busName(id: string): string {
    const bus = this.buses.get(id);
    if (!bus) return id;
    const [, place, kind] = bus.name.match(/^(.*) (solar|wind|hydro) sites$/) ?? [];
    if (kind && words.language === "az")
      return `${this.localText(place as string)}: ${words.t(`over-${kind}`)}`;
    return this.localText(bus.name);
  }

  districtName(name: string): string {
    const row = this.districts.get(name);
    return row ? words.local(row) : name;
  }

  projectName(row: Project): string {
    if (words.language !== "az") return row.name;
    const place = this.places.get(splitList(row.serves)[0] ?? "");
    const phase = row.name.match(/phase (\d+)$/)?.[1] ?? "";
    const lot = row.id.match(/-(building|other)-land$/)?.[1];
    const district = this.districtName(row.district);
    if (row.kind === "clearance")
      return lot
        ? words.t("project-clearance", { district, lot: words.t(`lot-${lot}`) })
        : row.name;
    if ((row.kind === "settlement" || row.kind === "smart_village") && place) {
      return words.t(`project-${row.kind}`, { place: words.local(place), phase }).trim();
    }
    if (["solar", "wind", "hydro", "storage"].includes(row.kind)) {
      return words.t("project-plant", {
        kind: words.name("kind", row.kind),
        name: this.siteName(row.id, row.kind),
      });
    }
    return this.routeName(row);
  }

  // A text with the names of places in the page's language.
  localText(text: string): string {
    if (words.language !== "az") return text;
    return this.localNames.reduce(
      (whole, row) => whole.split(row.name).join(row.name_local ?? row.name),
      text,
    );
  }
}

export const splitList = (text: string | null): string[] => (text ? text.split(";") : []);

const slugOf = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");

function byId<Row extends { id: string }>(rows: Row[]): Map<string, Row> {
  return new Map(rows.map((row) => [row.id, row]));
}
