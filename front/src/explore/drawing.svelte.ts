// What somebody draws on the map: an area, a route, land to close, a new place of a settlement.

import type { Feature, Position } from "geojson";

export type Tool = "area" | "route" | "close" | "move";
export type Place = [number, number];
const PLACES_OF: Partial<Record<Tool, number>> = { route: 8, move: 1 };

export class Drawing {
  tool = $state<Tool | null>(null);
  corners = $state.raw<Place[]>([]);

  begin(tool: Tool): void {
    this.tool = tool;
    this.corners = [];
  }

  end(): void {
    this.tool = null;
    this.corners = [];
  }

  add(at: Place): void {
    const most = this.tool ? PLACES_OF[this.tool] : undefined;
    if (most === 1) this.corners = [at];
    else if (!most || this.corners.length < most) this.corners = [...this.corners, at];
  }

  set(number: number, at: Place): void {
    this.corners = this.corners.map((one, place) => (place === number ? at : one));
  }

  drop(number: number): void {
    this.corners = this.corners.filter((_, place) => place !== number);
  }

  get features(): Feature[] {
    const isArea = this.tool === "area" || this.tool === "close" || this.tool === null;
    return shapeOf(this.corners, isArea, this.tool !== null);
  }

  get polygon(): { type: "Polygon"; coordinates: Place[][] } {
    return { type: "Polygon", coordinates: [[...this.corners, this.corners[0] as Place]] };
  }
}

const feature = (geometry: Feature["geometry"]): Feature => ({
  type: "Feature",
  properties: {},
  geometry,
});

function shapeOf(corners: Place[], isArea: boolean, hasPoints: boolean): Feature[] {
  const points = corners.map((coordinates) => feature({ type: "Point", coordinates }));
  if (isArea && corners.length > 2) {
    const ring: Position[] = [...corners, corners[0] as Place];
    return [feature({ type: "Polygon", coordinates: [ring] }), ...(hasPoints ? points : [])];
  }
  const line = corners.length > 1 ? [feature({ type: "LineString", coordinates: corners })] : [];
  return [...line, ...points];
}

// A place as people write it: latitude and longitude in degrees, as on a paper map.
export const writePlace = ([lon, lat]: Place): string => `${lat.toFixed(4)}, ${lon.toFixed(4)}`;

export function readPlace(text: string): Place | null {
  const parts = text.trim().split(/[\s,;]+/);
  const [lat, lon] = parts.map(Number);
  if (parts.length !== 2 || lat === undefined || lon === undefined) return null;
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? [lon, lat] : null;
}
