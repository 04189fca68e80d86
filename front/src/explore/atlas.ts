// The map itself: MapLibre with the plan's own pictures and shapes; it asks the network for nothing.

import "maplibre-gl/dist/maplibre-gl.css";
import type { FeatureCollection } from "geojson";
import {
  type GeoJSONSource,
  Map as GlMap,
  type MapMouseEvent,
  NavigationControl,
  ScaleControl,
  type StyleSpecification,
  setWorkerUrl,
} from "maplibre-gl";
import workerAddress from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import { t } from "../frame/words.svelte";
import {
  boundaryFeatures,
  boundsOf,
  busFeatures,
  districtFeatures,
  districtLabels,
  maskFeatures,
  placeFeatures,
  riverFeatures,
  routeFeatures,
  siteFeatures,
} from "./features";
import { landPicture, quad, reliefPicture } from "./grid";
import { ASKED, allLayers, inWork, LAYERS_OF, reliefLayer, yearPaints } from "./layers";
import type { PlanModel } from "./model";
import { type Ground, OVERS, type View } from "./view.svelte";

setWorkerUrl(workerAddress);

const REACH_PX = 7;
const FIGURE_PX = 44;
// Part of a phone's height that a card takes.
const CARD_SHARE = 0.42;
const EMPTY: FeatureCollection = { type: "FeatureCollection", features: [] };
const isStill = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export interface Hit {
  id: string | null;
  point: [number, number];
}

export class Atlas {
  private readonly bounds: [number, number, number, number];

  private constructor(
    readonly map: GlMap,
    private readonly model: PlanModel,
    private readonly isFigure: boolean,
  ) {
    this.bounds = boundsOf(model.page.map.layers.boundary.map((row) => row.geometry));
  }

  // A figure stands in a page that scrolls, without cards over it.
  static async make(
    box: HTMLElement,
    model: PlanModel,
    view: View,
    isFigure = false,
  ): Promise<Atlas> {
    const relief = await reliefPicture(model.page);
    const bounds = boundsOf(model.page.map.layers.boundary.map((row) => row.geometry));
    const map = new GlMap({
      container: box,
      style: styleOf(model, view.year),
      bounds,
      fitBoundsOptions: { padding: isFigure ? FIGURE_PX : padding(box) },
      cooperativeGestures: isFigure,
      attributionControl: false,
      fadeDuration: isStill() ? 0 : 200,
      dragRotate: false,
      pitchWithRotate: false,
      maxZoom: 14,
      locale: {
        "Map.Title": t("map-title"),
        "CooperativeGesturesHandler.WindowsHelpText": t("map-scroll-help"),
        "CooperativeGesturesHandler.MacHelpText": t("map-scroll-help-mac"),
        "CooperativeGesturesHandler.MobileHelpText": t("map-touch-help"),
        "NavigationControl.ZoomIn": t("map-zoom-in"),
        "NavigationControl.ZoomOut": t("map-zoom-out"),
      },
    });
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    map.addControl(new NavigationControl({ showCompass: false }), "bottom-right");
    map.addControl(new ScaleControl({ maxWidth: 120 }), "bottom-right");

    await new Promise<void>((done) => map.once("load", () => done()));
    // A style is copied before it is used, and a canvas cannot be: pictures come afterwards.
    map.addSource("relief", {
      type: "canvas",
      canvas: relief,
      animate: false,
      coordinates: quad(model.page.map.relief.corners),
    });
    map.addLayer(reliefLayer(), "rivers");
    const atlas = new Atlas(map, model, isFigure);
    for (const name of OVERS) atlas.show(name, view.shown[name]);
    // Tests and pictures wait for a map that is drawn.
    map.on("idle", () => box.setAttribute("data-idle", "yes"));
    map.on("movestart", () => box.removeAttribute("data-idle"));
    return atlas;
  }

  onClick(tell: (hit: Hit, event: MapMouseEvent) => void): void {
    this.map.on("click", (event) =>
      tell({ id: this.hitAt(event), point: [event.lngLat.lng, event.lngLat.lat] }, event),
    );
    this.map.on("mousemove", (event) => {
      this.map.getCanvas().style.cursor = this.hitAt(event) ? "pointer" : "";
    });
  }

  private hitAt({ point }: MapMouseEvent): string | null {
    const box: [[number, number], [number, number]] = [
      [point.x - REACH_PX, point.y - REACH_PX],
      [point.x + REACH_PX, point.y + REACH_PX],
    ];
    const found = this.map.queryRenderedFeatures(box, { layers: ASKED });
    for (const layer of ASKED) {
      const hit = found.find((one) => one.layer.id === layer);
      if (hit) return String(hit.properties.id);
    }
    return null;
  }

  show(name: (typeof OVERS)[number], isShown: boolean): void {
    for (const layer of LAYERS_OF[name])
      this.map.setLayoutProperty(layer, "visibility", isShown ? "visible" : "none");
  }

  setYear(year: number): void {
    for (const [layer, property, value] of yearPaints(year)) this.paint(layer, property, value);
    for (const kind of ["road", "railway", "power_line"])
      this.map.setFilter(`${kind}-work`, inWork(kind, year));
  }

  async setGround(ground: Ground): Promise<void> {
    this.map.setLayoutProperty("relief", "visibility", ground === "plain" ? "none" : "visible");
    if (this.map.getLayer("land")) this.map.removeLayer("land");
    if (this.map.getSource("land")) this.map.removeSource("land");
    if (ground === "plain" || ground === "relief") return;
    const canvas = await landPicture(this.model.page, ground);
    if (this.map.getSource("land")) return;
    this.map.addSource("land", {
      type: "canvas",
      canvas,
      animate: false,
      coordinates: quad(this.model.page.map.grid.corners),
    });
    this.map.addLayer(
      {
        id: "land",
        type: "raster",
        source: "land",
        paint: {
          "raster-resampling": "nearest",
          "raster-fade-duration": 0,
          "raster-opacity": 0.85,
        },
      },
      "rivers",
    );
  }

  // Draw again in the colours of the page; what is shown stays.
  recolour(view: View): void {
    for (const layer of [...allLayers(view.year), reliefLayer()]) {
      for (const [property, value] of Object.entries(("paint" in layer && layer.paint) || {}))
        this.paint(layer.id, property, value);
    }
  }

  private paint(layer: string, property: string, value: unknown): void {
    // The names come from our own layers, which are checked as a whole.
    this.map.setPaintProperty(layer, property as "line-color", value as string);
  }

  rename(): void {
    this.setData("places", placeFeatures(this.model));
    this.setData("district-labels", districtLabels(this.model));
  }

  setData(source: string, data: FeatureCollection): void {
    (this.map.getSource(source) as GeoJSONSource | undefined)?.setData(data);
  }

  goTo(bounds: [number, number, number, number], hasCard = true): void {
    this.map.fitBounds(bounds, {
      padding: this.isFigure ? FIGURE_PX : padding(this.map.getContainer(), hasCard),
      maxZoom: 11,
      animate: !isStill(),
    });
  }

  goHome(): void {
    this.goTo(this.bounds, false);
  }

  // Tell of each step of a move, so that what lies over the map goes along.
  follow(tell: () => void): void {
    this.map.on("move", tell);
    this.map.on("resize", tell);
  }

  // Where a place is on the map's own sheet [px].
  at(place: [number, number]): [number, number] {
    const { x, y } = this.map.project(place);
    return [x, y];
  }

  refreshSize(): void {
    this.map.resize();
  }

  // Copy what is drawn: a printer finds the map's own canvas empty but while it is drawn.
  copyTo(paper: HTMLCanvasElement): void {
    this.map.once("render", () => {
      const drawn = this.map.getCanvas();
      paper.width = drawn.width;
      paper.height = drawn.height;
      paper.getContext("2d")?.drawImage(drawn, 0, 0);
    });
    this.map.redraw();
  }

  remove(): void {
    this.map.remove();
  }
}

// Room for the cards that lie over the map.
function padding(
  box: HTMLElement,
  hasCard = false,
): { top: number; bottom: number; left: number; right: number } {
  const isWide = box.clientWidth > 900;
  const below = hasCard ? box.clientHeight * CARD_SHARE + 160 : 130;
  return isWide
    ? { top: 30, bottom: 110, left: 290, right: 350 }
    : { top: 70, bottom: 130, left: 12, right: 12 };
}

function styleOf(model: PlanModel, year: number): StyleSpecification {
  const shapes = (data: FeatureCollection) => ({ type: "geojson" as const, data });
  return {
    version: 8,
    sources: {
      mask: shapes(maskFeatures(model)),
      boundary: shapes(boundaryFeatures(model)),
      districts: shapes(districtFeatures(model)),
      "district-labels": shapes(districtLabels(model)),
      rivers: shapes(riverFeatures(model)),
      sites: shapes(siteFeatures(model)),
      routes: shapes(routeFeatures(model)),
      buses: shapes(busFeatures(model)),
      places: shapes(placeFeatures(model)),
      drawn: shapes(EMPTY),
      chosen: shapes(EMPTY),
    },
    layers: allLayers(year),
  };
}
