// The plan as GeoJSON for the map: few, flat properties.

import type { Feature, FeatureCollection, Geometry, Position } from "geojson";
import { words } from "../frame/words.svelte";
import type { Edits } from "../plans/edits.svelte";
import type { PlanModel } from "./model";
import type { Project } from "./page";

const ALWAYS = 0;

const collection = (features: Feature[]): FeatureCollection => ({
  type: "FeatureCollection",
  features,
});
const feature = (geometry: Geometry, properties: Record<string, unknown>): Feature => ({
  type: "Feature",
  geometry,
  properties,
});

function years(
  project: Project | undefined,
  isExisting = false,
): { start: number; finish: number } {
  return project && !isExisting
    ? { start: project.start, finish: project.finish }
    : { start: ALWAYS, finish: ALWAYS };
}

export function boundaryFeatures(model: PlanModel): FeatureCollection {
  return collection(model.page.map.layers.boundary.map((row) => feature(row.geometry, {})));
}

// Everything outside of the region.
export function maskFeatures(model: PlanModel): FeatureCollection {
  const holes: Position[][] = model.page.map.layers.boundary.flatMap(({ geometry }) => {
    if (geometry.type === "Polygon") return geometry.coordinates.slice(0, 1);
    return geometry.type === "MultiPolygon"
      ? geometry.coordinates.map((rings) => rings[0] as Position[])
      : [];
  });
  const world: Position[] = [
    [-180, -85],
    [180, -85],
    [180, 85],
    [-180, 85],
    [-180, -85],
  ];
  return collection([feature({ type: "Polygon", coordinates: [world, ...holes] }, {})]);
}

export function districtFeatures(model: PlanModel): FeatureCollection {
  return collection(
    model.page.map.layers.districts.map((row) =>
      feature(row.geometry, { label: words.local(row) }),
    ),
  );
}

export function districtLabels(model: PlanModel): FeatureCollection {
  return collection(
    model.page.map.layers.districts.map((row) =>
      feature(
        { type: "Point", coordinates: middleOf(row.geometry) },
        { label: words.local(row).toLocaleUpperCase(words.language) },
      ),
    ),
  );
}

export function riverFeatures(model: PlanModel): FeatureCollection {
  return collection(
    model.page.map.layers.rivers.map((row) => feature(row.geometry, { level: row.level ?? 2 })),
  );
}

export function routeFeatures(model: PlanModel): FeatureCollection {
  return collection(
    model.page.map.layers.routes.map((row) =>
      feature(row.geometry, {
        id: row.id,
        kind: row.kind,
        capacity: row.capacity_mw ?? 0,
        flow: row.peak_flow_mw ?? 0,
        loading: row.mean_loading ?? 0,
        ...years(model.projectOf(row.kind, row.id), row.is_existing),
      }),
    ),
  );
}

export function siteFeatures(model: PlanModel): FeatureCollection {
  return collection(
    model.page.map.layers.sites.map((row) =>
      feature(row.geometry, {
        id: row.id,
        kind: row.technology,
        capacity: row.capacity_mw,
        built: row.is_existing ? 2 : row.built_capacity_mw > 0.001 ? 1 : 0,
        ...years(model.projectOf(row.technology, row.id), row.is_existing),
      }),
    ),
  );
}

export function placeFeatures(model: PlanModel): FeatureCollection {
  const { first_year } = model.page.region;
  return collection(
    [...model.page.map.layers.settlements]
      .sort((a, b) => b.people - a.people)
      .map((row) =>
        feature(row.geometry, {
          id: row.id,
          kind: row.kind,
          label: words.local(row),
          people: row.people,
          rebuilt: row.is_rebuilt,
          ...Object.fromEntries(
            row.people_by_year.map((people, place) => [
              `p${first_year + place}`,
              people ?? row.people,
            ]),
          ),
        }),
      ),
  );
}

export function busFeatures(model: PlanModel): FeatureCollection {
  return collection(
    model.page.map.layers.buses.map((row) =>
      feature(row.geometry, { id: row.id, existing: row.is_existing }),
    ),
  );
}

export function chosenFeatures(
  model: PlanModel,
  id: string | null,
  point: [number, number] | null,
): FeatureCollection {
  const thing = model.find(id);
  if (thing) return collection([feature(thing.row.geometry, {})]);
  return collection(point ? [feature({ type: "Point", coordinates: point }, {})] : []);
}

// What a scenario changes: land that is closed, and where settlements go.
export function editFeatures(edits: Edits): Feature[] {
  return [
    ...(edits.forbidden ?? []).map((one) => feature(one.polygon, {})),
    ...(edits.settlements ?? []).map((one) =>
      feature({ type: "Point", coordinates: [one.lon, one.lat] }, {}),
    ),
  ];
}

export function positionsOf(geometry: Geometry): Position[] {
  if (geometry.type === "GeometryCollection") return geometry.geometries.flatMap(positionsOf);
  return flat(geometry.coordinates);
}

function flat(part: unknown): Position[] {
  if (!Array.isArray(part)) return [];
  return typeof part[0] === "number" ? [part as Position] : part.flatMap(flat);
}

// West, south, east, north.
export function boundsOf(geometries: Geometry[]): [number, number, number, number] {
  const positions = geometries.flatMap(positionsOf);
  const lon = positions.map((one) => one[0] as number);
  const lat = positions.map((one) => one[1] as number);
  return [Math.min(...lon), Math.min(...lat), Math.max(...lon), Math.max(...lat)];
}

function middleOf(geometry: Geometry): Position {
  const [west, south, east, north] = boundsOf([geometry]);
  return [(west + east) / 2, (south + north) / 2];
}
