// Changes of the region that a scenario shall have, kept while they are put together.

import type { Polygon } from "geojson";

export const ROUTE_KINDS = ["road", "railway", "power_line"] as const;

export interface MovedSettlement {
  id: string;
  lon: number;
  lat: number;
  why?: string;
}

export interface ClosedArea {
  kinds: string[];
  polygon: Polygon;
  why?: string;
}

export interface ChangedCorridor {
  id: string;
  is_planned: boolean;
  why?: string;
}

export interface Edits {
  settlements?: MovedSettlement[];
  forbidden?: ClosedArea[];
  corridors?: ChangedCorridor[];
}

class Pending {
  private kept = $state.raw<Record<string, Edits>>({});

  // What the scenario of a plan shall have: what is put together, else what the plan has itself.
  of(plan: { id: string; edits: Edits }): Edits {
    return this.kept[plan.id] ?? plan.edits;
  }

  set(id: string, edits: Edits): void {
    this.kept = { ...this.kept, [id]: edits };
  }

  forget(id: string): void {
    const { [id]: _gone, ...rest } = this.kept;
    this.kept = rest;
  }
}

export const pending = new Pending();

export const countEdits = (edits: Edits): number =>
  (edits.settlements?.length ?? 0) +
  (edits.forbidden?.length ?? 0) +
  (edits.corridors?.length ?? 0);

export const move = (edits: Edits, moved: MovedSettlement): Edits => ({
  ...edits,
  settlements: [...(edits.settlements ?? []).filter((one) => one.id !== moved.id), moved],
});

export const shut = (edits: Edits, area: ClosedArea): Edits => ({
  ...edits,
  forbidden: [...(edits.forbidden ?? []), area],
});

export const turn = (edits: Edits, corridor: ChangedCorridor): Edits => ({
  ...edits,
  corridors: [...(edits.corridors ?? []).filter((one) => one.id !== corridor.id), corridor],
});

export type Part = keyof Edits;

export function without(edits: Edits, part: Part, number: number): Edits {
  const left = (edits[part] ?? []).filter((_, place) => place !== number);
  const { [part]: _gone, ...rest } = edits;
  return left.length ? ({ ...rest, [part]: left } as Edits) : rest;
}
