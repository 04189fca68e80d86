// The map's layers: what is drawn how, by year and by the colours of the page.

import type {
  ExpressionSpecification,
  FilterSpecification,
  LayerSpecification,
  RasterLayerSpecification,
} from "maplibre-gl";
import { colourOf } from "../frame/theme.svelte";
import type { Over } from "./view.svelte";

const FONT = ["Noto Sans Regular"];
const BOLD = ["Noto Sans Bold"];
const LINE_WIDTHS: Record<string, number> = { road: 2.6, railway: 2.4, power_line: 1.7 };

// Which layers of the map belong to a layer that a reader can switch.
export const LAYERS_OF: Record<Over, string[]> = {
  settlements: ["places", "place-labels"],
  road: ["road-casing", "road", "road-work"],
  railway: ["railway-casing", "railway", "railway-work"],
  power_line: ["power_line-casing", "power_line", "power_line-work"],
  buses: ["buses"],
  solar: ["solar-area", "solar-edge"],
  wind: ["wind-area", "wind-edge"],
  hydro: ["hydro-point"],
  rivers: ["rivers"],
  districts: ["district-edges", "district-labels"],
};

// Layers that answer a click, the first that is hit wins.
export const ASKED = [
  "places",
  "buses",
  "hydro-point",
  "road",
  "railway",
  "power_line",
  "solar-area",
  "wind-area",
];

const isKind = (kind: string): FilterSpecification => ["==", ["get", "kind"], kind];

export const inWork = (kind: string, year: number): FilterSpecification => [
  "all",
  ["==", ["get", "kind"], kind],
  [">", ["get", "finish"], 0],
  ["<=", ["get", "start"], year],
  [">=", ["get", "finish"], year],
];

// What stands is drawn fully, what is being built half, what comes later as a shade.
export const byState = (year: number, full = 1): ExpressionSpecification => [
  "case",
  ["<", ["get", "finish"], year],
  full,
  ["<=", ["get", "start"], year],
  full * 0.6,
  full * 0.14,
];

const people = (year: number): ExpressionSpecification => [
  "coalesce",
  ["get", `p${year}`],
  ["get", "people"],
];

export const placeRadius = (year: number): ExpressionSpecification => [
  "interpolate",
  ["linear"],
  ["zoom"],
  7,
  ["min", 14, ["+", 2.2, ["/", ["sqrt", people(year)], 22]]],
  11,
  ["min", 26, ["+", 4, ["/", ["sqrt", people(year)], 10]]],
];

// A power line is as wide as it is strong, or as what flows in it.
const lineWidth = (kind: string, extra = 0): ExpressionSpecification => {
  const base: ExpressionSpecification | number =
    kind === "power_line"
      ? ["+", 1.3, ["min", 3.4, ["/", ["get", "flow"], 70]]]
      : (LINE_WIDTHS[kind] ?? 2);
  const wide = (factor: number): ExpressionSpecification => [
    "+",
    extra * factor,
    ["*", factor, base],
  ];
  return ["interpolate", ["linear"], ["zoom"], 6, wide(0.6), 9, wide(1), 13, wide(2)];
};

function lineLayers(kind: string, year: number): LayerSpecification[] {
  const round = { "line-join": "round", "line-cap": "round" } as const;
  return [
    {
      id: `${kind}-casing`,
      type: "line",
      source: "routes",
      filter: isKind(kind),
      layout: round,
      paint: {
        "line-color": colourOf("--halo"),
        "line-width": lineWidth(kind, 2.2),
        "line-opacity": byState(year, 0.75),
      },
    },
    {
      id: kind,
      type: "line",
      source: "routes",
      filter: isKind(kind),
      layout: kind === "railway" ? { "line-join": "round" } : round,
      paint: {
        "line-color": kind === "power_line" ? loadingColour() : colourOf(`--c-${kind}`),
        "line-width": lineWidth(kind),
        "line-opacity": byState(year),
        ...(kind === "railway" ? { "line-dasharray": [2.4, 1.1] } : {}),
      },
    },
    {
      id: `${kind}-work`,
      type: "line",
      source: "routes",
      filter: inWork(kind, year),
      layout: round,
      paint: {
        "line-color": colourOf("--focus"),
        "line-width": lineWidth(kind, -0.6),
        "line-dasharray": [0.2, 2.2],
      },
    },
  ];
}

// The colour of a power line says how much of it is used over the year.
const loadingColour = (): ExpressionSpecification => [
  "interpolate",
  ["linear"],
  ["get", "loading"],
  0.35,
  colourOf("--c-power_line"),
  0.8,
  colourOf("--c-export"),
];

function areaLayers(kind: string, year: number): LayerSpecification[] {
  const paint = colourOf(`--c-${kind}`);
  return [
    {
      id: `${kind}-area`,
      type: "fill",
      source: "sites",
      filter: isKind(kind),
      paint: {
        "fill-color": paint,
        "fill-opacity": ["match", ["get", "built"], 2, 0.85, 1, byState(year, 0.75), 0.06],
      },
    },
    {
      id: `${kind}-edge`,
      type: "line",
      source: "sites",
      filter: isKind(kind),
      paint: {
        "line-color": paint,
        "line-width": ["match", ["get", "built"], 0, 0.6, 1.4],
        // What could be built and is not shows its outline only from near by.
        "line-opacity": [
          "interpolate",
          ["linear"],
          ["zoom"],
          9,
          ["match", ["get", "built"], 0, 0, 1],
          11,
          ["match", ["get", "built"], 0, 0.6, 1],
        ],
      },
    },
  ];
}

export function allLayers(year: number): LayerSpecification[] {
  const [ink, halo] = [colourOf("--ink"), colourOf("--halo")];
  return [
    { id: "ground", type: "background", paint: { "background-color": colourOf("--map-mask") } },
    {
      id: "rivers",
      type: "line",
      source: "rivers",
      layout: { "line-join": "round", "line-cap": "round" },
      paint: {
        "line-color": colourOf("--water"),
        "line-width": ["max", 0.8, ["-", 3, ["*", 0.4, ["get", "level"]]]],
      },
    },
    {
      id: "mask",
      type: "fill",
      source: "mask",
      paint: { "fill-color": colourOf("--map-mask"), "fill-opacity": 0.84 },
    },
    ...areaLayers("wind", year),
    ...areaLayers("solar", year),
    {
      id: "district-edges",
      type: "line",
      source: "districts",
      paint: {
        "line-color": ink,
        "line-width": 0.9,
        "line-opacity": 0.4,
        "line-dasharray": [2, 3],
      },
    },
    {
      id: "boundary",
      type: "line",
      source: "boundary",
      paint: { "line-color": ink, "line-width": 1.5, "line-opacity": 0.7 },
    },
    ...lineLayers("power_line", year),
    ...lineLayers("road", year),
    ...lineLayers("railway", year),
    {
      id: "hydro-point",
      type: "circle",
      source: "sites",
      filter: isKind("hydro"),
      paint: {
        "circle-color": colourOf("--c-hydro"),
        "circle-stroke-color": halo,
        "circle-stroke-width": 1.2,
        "circle-radius": ["+", 3, ["min", 6, ["/", ["sqrt", ["get", "capacity"]], 2]]],
        "circle-opacity": ["match", ["get", "built"], 2, 0.95, 1, byState(year), 0.25],
        "circle-stroke-opacity": ["match", ["get", "built"], 0, 0.3, 1],
      },
    },
    {
      id: "buses",
      type: "circle",
      source: "buses",
      paint: {
        "circle-radius": 4.5,
        "circle-color": [
          "case",
          ["get", "existing"],
          colourOf("--c-power_line"),
          colourOf("--card"),
        ],
        "circle-stroke-color": colourOf("--c-power_line"),
        "circle-stroke-width": 2,
      },
    },
    {
      id: "places",
      type: "circle",
      source: "places",
      paint: {
        "circle-radius": placeRadius(year),
        "circle-stroke-width": 1.6,
        "circle-color": [
          "case",
          ["get", "rebuilt"],
          colourOf("--c-settlement"),
          colourOf("--card"),
        ],
        "circle-stroke-color": ["case", ["get", "rebuilt"], halo, colourOf("--c-standing")],
        "circle-opacity": placeOpacity(year),
      },
    },
    {
      id: "area",
      type: "fill",
      source: "drawn",
      filter: ["==", ["geometry-type"], "Polygon"],
      paint: { "fill-color": colourOf("--focus"), "fill-opacity": 0.16 },
    },
    {
      id: "area-edge",
      type: "line",
      source: "drawn",
      paint: { "line-color": colourOf("--focus"), "line-width": 2.5 },
    },
    {
      id: "area-corners",
      type: "circle",
      source: "drawn",
      filter: ["==", ["geometry-type"], "Point"],
      paint: {
        "circle-color": colourOf("--card"),
        "circle-stroke-color": colourOf("--focus"),
        "circle-stroke-width": 2.5,
        "circle-radius": 5,
      },
    },
    {
      id: "chosen-line",
      type: "line",
      source: "chosen",
      filter: ["!=", ["geometry-type"], "Point"],
      layout: { "line-join": "round", "line-cap": "round" },
      paint: { "line-color": colourOf("--focus"), "line-width": 5, "line-opacity": 0.9 },
    },
    {
      id: "chosen-point",
      type: "circle",
      source: "chosen",
      filter: ["==", ["geometry-type"], "Point"],
      paint: {
        "circle-opacity": 0,
        "circle-stroke-color": colourOf("--focus"),
        "circle-stroke-width": 3.5,
        "circle-radius": 14,
      },
    },
    {
      id: "district-labels",
      type: "symbol",
      source: "district-labels",
      maxzoom: 10,
      layout: {
        "text-field": ["get", "label"],
        "text-font": BOLD,
        "text-size": 11,
        "text-letter-spacing": 0.14,
        "text-max-width": 9,
      },
      paint: {
        "text-color": ink,
        "text-opacity": 0.72,
        "text-halo-color": halo,
        "text-halo-width": 1.4,
      },
    },
    {
      id: "place-labels",
      type: "symbol",
      source: "places",
      layout: {
        "text-field": ["get", "label"],
        "text-font": ["match", ["get", "kind"], "city", ["literal", BOLD], ["literal", FONT]],
        "text-size": ["match", ["get", "kind"], "city", 14, "town", 13, 12],
        "text-variable-anchor-offset": [
          "left",
          [0.75, 0],
          "right",
          [-0.75, 0],
          "top",
          [0, 0.75],
          "bottom",
          [0, -0.75],
        ],
        "text-justify": "auto",
        "symbol-sort-key": ["-", 0, ["get", "people"]],
      },
      paint: { "text-color": ink, "text-halo-color": halo, "text-halo-width": 1.7 },
    },
  ];
}

export const placeOpacity = (year: number): ExpressionSpecification => [
  "case",
  ["<", people(year), 1],
  0.2,
  0.95,
];

export function reliefLayer(): RasterLayerSpecification {
  const isDark = document.documentElement.dataset.theme === "dark";
  return {
    id: "relief",
    type: "raster",
    source: "relief",
    paint: {
      "raster-fade-duration": 0,
      "raster-brightness-max": isDark ? 0.5 : 1,
      "raster-saturation": isDark ? -0.25 : 0,
    },
  };
}

// What changes with the year: [layer, property, value], or a filter.
export function yearPaints(year: number): [string, string, unknown][] {
  const lines = ["road", "railway", "power_line"];
  return [
    ...lines.flatMap((kind): [string, string, unknown][] => [
      [kind, "line-opacity", byState(year)],
      [`${kind}-casing`, "line-opacity", byState(year, 0.75)],
    ]),
    ...["solar", "wind"].map((kind): [string, string, unknown] => [
      `${kind}-area`,
      "fill-opacity",
      ["match", ["get", "built"], 2, 0.85, 1, byState(year, 0.75), 0.06],
    ]),
    ["hydro-point", "circle-opacity", ["match", ["get", "built"], 2, 0.95, 1, byState(year), 0.25]],
    ["places", "circle-radius", placeRadius(year)],
    ["places", "circle-opacity", placeOpacity(year)],
  ];
}
