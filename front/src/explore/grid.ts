// The land's grid: what stands in each cell, and its picture.

import type { Corners, PackedGrid, PlanPage } from "./page";

export const RAMPS: Record<string, string[]> = {
  solar_yield: ["#fff7d6", "#fdd87c", "#f5a83c", "#d96d20", "#9c3b10"],
  wind_speed: ["#f1f7ee", "#bfe0cf", "#74bfb0", "#2b8c8f", "#0f4f66"],
};
export const ALLOWED = "#2e8b57";
const REASONS = [
  "#c9b8a4",
  "#b5a0bd",
  "#9fb3c8",
  "#d8c27e",
  "#c79b90",
  "#a3b18a",
  "#8f98a3",
  "#d3b0c2",
  "#b0c4bb",
  "#ddd0b0",
];
const ALPHA = 205;

export interface Grid {
  steps: Uint16Array;
  low: number;
  scale: number;
}

export async function unpack({ data, low, scale }: PackedGrid): Promise<Grid> {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return { steps: new Uint16Array(await new Response(stream).arrayBuffer()), low, scale };
}

// Step 0 means that nothing is known.
export function valueAt(grid: Grid, cell: number): number | null {
  const step = grid.steps[cell];
  return step ? grid.low + (step - 1) * grid.scale : null;
}

const mercator = (lat: number) => Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360));

export function cellAt(
  lat: number,
  lon: number,
  size: { width: number; height: number; corners: Corners },
): number | null {
  const [[south, west], [north, east]] = size.corners;
  const x = Math.floor(((lon - west) / (east - west)) * size.width);
  const y = Math.floor(
    ((mercator(north) - mercator(lat)) / (mercator(north) - mercator(south))) * size.height,
  );
  return x < 0 || y < 0 || x >= size.width || y >= size.height ? null : y * size.width + x;
}

export function extent(grid: Grid): [number, number] {
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  for (const step of grid.steps) {
    if (!step) continue;
    if (step < least) least = step;
    if (step > most) most = step;
  }
  return [grid.low + (least - 1) * grid.scale, grid.low + (most - 1) * grid.scale];
}

export const reasonColour = (order: number): string =>
  order <= 0 ? ALLOWED : (REASONS[(order - 1) % REASONS.length] as string);

type Rgb = [number, number, number];

const rgb = (hex: string): Rgb =>
  [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as Rgb;

export function rampColour(stops: string[], share: number): Rgb {
  const at = Math.min(Math.max(share, 0), 1) * (stops.length - 1);
  const left = Math.min(Math.floor(at), stops.length - 2);
  const [from, to] = [rgb(stops[left] as string), rgb(stops[left + 1] as string)];
  return from.map((value, part) =>
    Math.round(value + ((to[part] as number) - value) * (at - left)),
  ) as Rgb;
}

export async function landPicture(page: PlanPage, name: string): Promise<HTMLCanvasElement> {
  const { width, height, layers } = page.map.grid;
  const grid = await unpack(layers[name] as PackedGrid);
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  const image = context.createImageData(width, height);
  const [least, most] = extent(grid);
  const ramp = RAMPS[name];
  const paints = new Map<number, Rgb>();
  grid.steps.forEach((step, cell) => {
    if (!step) return;
    let paint = paints.get(step);
    if (!paint) {
      const value = grid.low + (step - 1) * grid.scale;
      paint = ramp
        ? rampColour(ramp, (value - least) / Math.max(most - least, 1e-9))
        : rgb(reasonColour(Math.round(value)));
      paints.set(step, paint);
    }
    image.data.set([...paint, ALPHA], cell * 4);
  });
  context.putImageData(image, 0, 0);
  return canvas;
}

export async function reliefPicture(page: PlanPage): Promise<HTMLCanvasElement> {
  const image = new Image();
  image.src = page.map.relief.src;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), {
    width: image.naturalWidth,
    height: image.naturalHeight,
  });
  (canvas.getContext("2d") as CanvasRenderingContext2D).drawImage(image, 0, 0);
  return canvas;
}

// Corners as the map wants them: clockwise from north-west, longitude first.
export function quad([[south, west], [north, east]]: Corners): [
  [number, number],
  [number, number],
  [number, number],
  [number, number],
] {
  return [
    [west, north],
    [east, north],
    [east, south],
    [west, south],
  ];
}
