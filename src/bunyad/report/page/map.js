"use strict";
// The map: relief, land, networks and places; everything on it can be selected.

const atlas = (() => {
  const LINES = { road: { weight: 2.6 }, railway: { weight: 2.4, dashArray: "7 5" }, power_line: { weight: 1.6 } };
  const SITES = ["solar", "wind", "hydro"];
  const KIND_RANK = { city: 0, town: 1, village: 2 };
  const GROUNDS = ["relief", "solar_yield", "wind_hours", "wind_speed", "solar_exclusion", "wind_exclusion", "radio", "plain"];
  const OVERS = ["districts", "rivers", "road", "railway", "power_line", "fibre", "masts", "solar", "wind", "hydro", "buses", "settlements", "projects"];
  const OFF = new Set(["projects", "fibre", "masts"]);
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

  const drawn = new Map();
  const groups = {};
  const labels = [];
  let map, ground, cells, highlight, selected = null, year = null, bounds = null;

  const latLng = ([lon, lat]) => L.latLng(lat, lon);
  // Layers below

  function setGround(name) {
    ground?.remove();
    cells?.remove();
    if (name !== "plain") {
      ground = L.imageOverlay(plan.map.relief.src, plan.map.relief.corners, { pane: "relief", className: "relief", alt: "" }).addTo(map);
    }
    if (name !== "plain" && name !== "relief") {
      cells = L.imageOverlay(landGrid.picture(name), landGrid.corners, { pane: "cells", className: "cells", alt: "" }).addTo(map);
    }
    landGrid.legend(byId("ground-legend"), name);
  }

  // Layers on top

  function lineStyle(row) {
    const base = LINES[row.kind];
    const hasFlow = row.kind === "power_line" && row.load_flow_mw !== undefined;
    const weight = hasFlow ? 1.4 + Math.min(5, row.load_flow_mw / 45) : row.kind === "power_line" ? 1.2 + Math.min(3.2, (row.capacity_mw ?? 0) / 150) : base.weight;
    return { ...base, weight, color: hasFlow ? networks.loadColour(row.loading_percent) : colour(row.kind), pane: "lines", className: `line ${row.kind}` };
  }

  function peopleNow(row) {
    if (year === null) return row.people;
    const known = row.people_by_year[Math.min(year, plan.region.last_year) - plan.region.first_year];
    return known ?? row.people;
  }

  const radius = (row) => Math.max(3, Math.min(17, 2.2 + Math.sqrt(peopleNow(row)) / 15));

  function placeMarker(row) {
    return L.circleMarker(latLng(row.geometry.coordinates), {
      pane: "places", radius: radius(row), weight: row.is_rebuilt ? 1.6 : 2.4, color: row.is_rebuilt ? "var(--halo)" : "var(--c-standing)",
      fillColor: row.is_rebuilt ? "var(--c-settlement)" : "var(--card)", fillOpacity: 0.95,
    });
  }

  function shape(row, style) {
    return L.geoJSON(row.geometry, {
      style, pane: style.pane,
      pointToLayer: (_, point) => L.circleMarker(point, { ...style, radius: style.radius ?? 5 }),
    });
  }

  const isBuilt = (row) => row.is_existing || row.built_capacity_mw > 0.001;

  function siteStyle(row) {
    const isPoint = row.geometry.type === "Point";
    return {
      pane: isPoint ? "places" : "sites", color: colour(row.technology), fillColor: colour(row.technology), weight: isPoint ? 2 : isBuilt(row) ? 0.8 : 0,
      fillOpacity: row.is_existing ? 0.9 : isBuilt(row) ? 0.7 : 0.2, dashArray: null,
      radius: 4 + Math.min(6, Math.sqrt(row.capacity_mw) / 4),
    };
  }

  function busMarker(row) {
    const icon = L.divIcon({ className: "bus", html: "", iconSize: [11, 11] });
    const marker = L.marker(latLng(row.geometry.coordinates), { icon, pane: "buses", keyboard: false });
    marker.on("add", () => {
      const node = marker.getElement();
      node.style.background = row.is_existing ? colour("power_line") : "var(--card)";
      node.style.border = `2.5px solid ${colour("power_line")}`;
    });
    return marker;
  }

  const projectStyle = (row) => ({ pane: "sites", color: colour(row.kind), fillColor: colour(row.kind), weight: 3, fillOpacity: 0.25, radius: 6 });

  function register(group, row, kind, layer) {
    const entry = { kind, row, layer, group };
    if (group !== "projects") drawn.set(row.id, entry);
    else if (!drawn.has(row.id)) drawn.set(row.id, entry);
    layer.on("click", (event) => {
      L.DomEvent.stopPropagation(event);
      select(entry);
    });
    if (!matchMedia("(hover: none)").matches) layer.bindTooltip(() => el("span", {}, nameOf(entry)), { sticky: true, direction: "top", offset: [0, -6] });
    groups[group].addLayer(layer);
  }

  function nameOf({ kind, row }) {
    if (kind === "settlement") return words.local(row);
    if (kind === "site") return `${words.name("kind", row.technology)}: ${siteName(row)}`;
    if (kind === "route") return routeName(row);
    if (kind === "fibre" || kind === "mast") return networks.nameOf(kind, row);
    return kind === "bus" ? busName(row) : projectName(row);
  }

  function addLayers() {
    OVERS.forEach((name) => { groups[name] = L.layerGroup(); });
    const { boundary, rivers, routes, sites, settlements } = plan.map.layers;
    const holes = boundary.flatMap(({ geometry }) => (geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates)).map((rings) => rings[0].map(latLng));
    const far = [[-85, -180], [-85, 180], [85, 180], [85, -180]];
    L.polygon([far, ...holes], { pane: "mask", stroke: false, fillColor: "var(--map-mask)", fillOpacity: 0.66, interactive: false }).addTo(map);
    L.polygon(holes, { pane: "mask", color: "var(--ink)", weight: 1.4, opacity: 0.65, fill: false, interactive: false }).addTo(map);
    bounds = L.latLngBounds(holes.flat());
    for (const row of plan.map.layers.districts) groups.districts.addLayer(shape(row, { pane: "mask", color: "var(--ink)", weight: 0.9, opacity: 0.5, dashArray: "2 4", fill: false, interactive: false }));
    for (const row of rivers) groups.rivers.addLayer(shape(row, { pane: "rivers", color: "var(--water)", weight: Math.max(0.8, 3 - (row.level ?? 2) * 0.4), opacity: 0.95, interactive: false }));
    for (const row of routes) {
      groups[row.kind].addLayer(shape(row, { pane: "casings", color: "var(--halo)", weight: lineStyle(row).weight + 2.4, opacity: 0.8, interactive: false }));
      register(row.kind, row, "route", shape(row, lineStyle(row)));
    }
    for (const row of plan.map.layers.fibre) register("fibre", row, "fibre", shape(row, networks.fibreStyle(row)));
    for (const row of plan.map.layers.masts) register("masts", row, "mast", shape(row, networks.mastStyle(row)));
    for (const row of sites) register(row.technology, row, "site", shape(row, siteStyle(row)));
    for (const row of buses.values()) register("buses", row, "bus", busMarker(row));
    for (const row of [...settlements].sort((a, b) => b.people - a.people)) register("settlements", row, "settlement", placeMarker(row));
    for (const row of projects.values()) register("projects", row, "project", shape(row, projectStyle(row)));
  }

  // Labels: the biggest first, those that would overlap stay hidden

  function addLabels() {
    labels.splice(0).forEach(({ marker }) => marker.remove());
    const rows = [...plan.map.layers.settlements].sort((a, b) => KIND_RANK[a.kind] - KIND_RANK[b.kind] || b.people - a.people);
    for (const row of rows) addLabel(latLng(row.geometry.coordinates), words.local(row), row.kind, row);
    for (const row of plan.map.layers.districts) addLabel(L.geoJSON(row.geometry).getBounds().getCenter(), words.local(row), "district", row);
    arrangeLabels();
  }

  function addLabel(point, text, kind, row) {
    const icon = L.divIcon({ className: `place-label ${kind}`, html: el("span", {}, text), iconSize: null });
    const marker = L.marker(point, { icon, pane: "labels", interactive: false, keyboard: false }).addTo(map);
    const node = marker.getElement();
    node.setAttribute("aria-hidden", "true");
    labels.push({ marker, node, kind, row, point });
  }

  function arrangeLabels() {
    const taken = [];
    const zoom = map.getZoom();
    const least = { city: 0, town: bounds ? map.getBoundsZoom(bounds) - 0.6 : 0, village: map.getBoundsZoom(bounds) + 0.9, district: 0 };
    for (const label of labels) {
      const { node, kind, row, point, marker } = label;
      const group = kind === "district" ? "districts" : "settlements";
      const spot = map.latLngToContainerPoint(point);
      node.classList.remove("hidden");
      const size = { w: node.offsetWidth, h: node.offsetHeight };
      const dx = kind === "district" ? -size.w / 2 : radius(row) + 3;
      const dy = -size.h / 2;
      node.style.marginLeft = `${dx}px`;
      node.style.marginTop = `${dy}px`;
      const rect = [spot.x + dx, spot.y + dy, spot.x + dx + size.w, spot.y + dy + size.h];
      const hits = taken.some((other) => rect[0] < other[2] + 4 && rect[2] > other[0] - 4 && rect[1] < other[3] + 2 && rect[3] > other[1] - 2);
      const hide = hits || zoom < least[kind] || !map.hasLayer(groups[group]) || (kind === "district" && zoom > map.getBoundsZoom(bounds) + 2.5);
      node.classList.toggle("hidden", hide);
      if (!hide) taken.push(rect);
      marker.setZIndexOffset(kind === "city" ? 100 : 0);
    }
  }

  // Year: what stands by then

  const slugOf = (text) => text.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");

  function projectOf(kind, id) {
    const prefix = slugOf(kind);
    const slug = slugOf(id);
    return projects.get(slug.startsWith(`${prefix}-`) ? slug : `${prefix}-${slug}`) ?? projects.get(id);
  }

  function stateOf(row) {
    if (!row || year === null) return "done";
    return year > row.finish ? "done" : year >= row.start ? "work" : "later";
  }

  function setYear(value) {
    year = value;
    for (const { kind, row, layer } of drawn.values()) {
      if (kind === "settlement") {
        layer.setRadius(radius(row));
        const empty = peopleNow(row) < 1;
        layer.setStyle({ fillOpacity: empty ? 0.15 : 0.95, opacity: empty ? 0.5 : 1 });
      } else if (kind === "route") {
        fade(layer, stateOf(projectOf(row.kind, row.id)), lineStyle(row).dashArray ?? null);
      } else if (kind === "site" && !row.is_existing) {
        const style = siteStyle(row);
        const state = stateOf(projectOf(row.technology, row.id));
        layer.setStyle({ opacity: state === "later" ? 0.25 : 1, fillOpacity: style.fillOpacity * (state === "done" ? 1 : state === "work" ? 0.5 : 0.15) });
      }
    }
    groups.projects.eachLayer((layer) => {
      const entry = [...drawn.values()].find((other) => other.layer === layer);
      if (entry) fade(layer, stateOf(entry.row), null);
    });
    const rows = [...projects.values()];
    byId("year-shown").textContent = t("map-year-shown", {
      year: value,
      done: words.number(rows.filter((row) => value > row.finish).length),
      work: words.number(rows.filter((row) => value >= row.start && value <= row.finish).length),
      all: words.number(rows.length),
      people: words.number(sum(plan.map.layers.settlements.map(peopleNow))),
    });
    arrangeLabels();
  }

  function fade(layer, state, dashArray) {
    layer.setStyle({ opacity: state === "done" ? 1 : state === "work" ? 0.75 : 0.2, dashArray: state === "work" ? "2 6" : dashArray });
  }

  // Selection

  function select(entry) {
    selected = entry;
    highlight?.remove();
    highlight = null;
    if (entry.kind === "land") {
      highlight = L.circleMarker(entry.point, { pane: "highlight", radius: 7, color: "var(--focus)", weight: 3, fill: false, interactive: false }).addTo(map);
    } else {
      const style = { pane: "highlight", color: "var(--focus)", weight: 5, opacity: 0.9, fill: false, interactive: false };
      highlight = L.geoJSON(entry.row.geometry, { style, interactive: false, pane: "highlight", pointToLayer: (_, point) => L.circleMarker(point, { ...style, weight: 3, radius: entry.kind === "settlement" ? radius(entry.row) + 4 : 10 }) }).addTo(map);
    }
    facts.show(entry);
    place.show(entry);
  }

  function selectLand(point) {
    const at = landGrid.reader(point);
    const known = at("elevation") !== null;
    const near = plan.map.layers.settlements.map((row) => ({ row, distance: map.distance(point, latLng(row.geometry.coordinates)) })).sort((a, b) => a.distance - b.distance)[0];
    select({ kind: "land", point, known, near, at });
  }

  const knows = (id) => drawn.has(id);

  function show(id, scroll = false) {
    const entry = drawn.get(id);
    if (!entry) return;
    if (entry.group !== "projects" && !map.hasLayer(groups[entry.group])) toggle(entry.group, true);
    if (entry.group === "projects") toggle("projects", true);
    const box = L.geoJSON(entry.row.geometry).getBounds();
    map.fitBounds(box.pad(0.4), { maxZoom: map.getBoundsZoom(bounds) + 2.2, animate: !still && !scroll });
    select(entry);
    if (scroll) {
      byId("map").scrollIntoView();
      byId("leaflet").focus({ preventScroll: true });
    }
  }

  // Controls

  function toggle(name, on) {
    const input = byId(`over-${name}`);
    if (input) input.checked = on;
    if (on) groups[name].addTo(map);
    else groups[name].remove();
    arrangeLabels();
  }

  function swatch(name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", "swatch");
    svg.setAttribute("viewBox", "0 0 22 14");
    svg.setAttribute("aria-hidden", "true");
    const add = (tag, attributes) => {
      const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
      Object.entries(attributes).forEach(([key, value]) => node.setAttribute(key, value));
      svg.append(node);
    };
    const stroke = (paint, width, dash = "none") => add("line", { x1: 1, x2: 21, y1: 7, y2: 7, stroke: paint, "stroke-width": width, "stroke-dasharray": dash });
    if (name === "districts") stroke("currentColor", 1.2, "2 3");
    else if (name === "rivers") stroke("var(--water)", 2.4);
    else if (name === "fibre") stroke("var(--c-fibre)", 2.6);
    else if (name === "masts") add("circle", { cx: 11, cy: 7, r: 4, fill: "var(--c-fibre)" });
    else if (name in LINES) stroke(colour(name), LINES[name].weight + 0.6, LINES[name].dashArray ?? "none");
    else if (name === "buses") add("rect", { x: 6, y: 2, width: 10, height: 10, fill: colour("power_line") });
    else if (name === "settlements") add("circle", { cx: 11, cy: 7, r: 5.5, fill: colour("settlement") });
    else if (name === "hydro") add("circle", { cx: 11, cy: 7, r: 5, fill: colour("hydro") });
    else if (name === "projects") add("rect", { x: 3, y: 2, width: 16, height: 10, fill: "none", stroke: "currentColor", "stroke-width": 2 });
    else add("rect", { x: 3, y: 1, width: 16, height: 12, fill: colour(name), "fill-opacity": 0.6, stroke: colour(name) });
    return svg;
  }

  function controls() {
    const form = byId("map-layers");
    const chosen = form.querySelector("input[name=ground]:checked")?.value ?? "relief";
    const on = (name) => (byId(`over-${name}`) ? byId(`over-${name}`).checked : !OFF.has(name));
    const states = Object.fromEntries(OVERS.map((name) => [name, on(name)]));
    const choice = (input, ...rest) => el("label", { className: "choice" }, input, ...rest);
    const grounds = el("fieldset", {}, el("legend", {}, t("map-ground")),
      GROUNDS.filter((name) => name !== "radio" || landGrid.has(name)).map((name) => choice(el("input", { type: "radio", name: "ground", value: name, checked: name === chosen, onchange: () => setGround(name) }), t(`ground-${name}`))),
      el("div", { id: "ground-legend" }));
    const overs = el("fieldset", {}, el("legend", {}, t("map-over")),
      OVERS.filter((name) => groups[name].getLayers().length).map((name) => choice(el("input", { type: "checkbox", id: `over-${name}`, checked: states[name], onchange: (event) => toggle(name, event.target.checked) }), swatch(name), t(`over-${name}`))),
      el("p", { className: "hint" }, t("settlement-legend")), el("p", { className: "hint" }, t("line-legend")), networks.legend());
    form.replaceChildren(finder(), grounds, overs);
    form.onsubmit = (event) => event.preventDefault();
    landGrid.legend(byId("ground-legend"), chosen);
  }

  function finder() {
    const option = (row, label) => el("option", { value: row.id }, label);
    const byName = (label) => (a, b) => words.compare(label(a), label(b));
    const group = (label, rows, name) => (rows.length ? el("optgroup", { label }, [...rows].sort(byName(name)).map((row) => option(row, name(row)))) : null);
    const { settlements, sites, routes } = plan.map.layers;
    const select = el("select", { id: "find", onchange: (event) => event.target.value && show(event.target.value) },
      el("option", { value: "" }, "…"),
      group(t("over-settlements"), settlements, words.local),
      group(t("over-buses"), [...buses.values()], busName),
      ...["road", "railway", "power_line"].map((kind) => group(t(`over-${kind}`), routes.filter((row) => row.kind === kind), routeName)),
      ...SITES.map((kind) => group(t(`over-${kind}`), sites.filter((row) => row.technology === kind), siteName)));
    return el("div", { className: "find" }, el("label", { for: "find" }, t("map-find")), select);
  }

  function wholeRegion() {
    map.fitBounds(bounds, { animate: false, padding: [8, 8] });
  }

  let zoomControl, scaleControl;
  function mapControls() {
    zoomControl?.remove();
    zoomControl = L.control.zoom({ zoomInTitle: t("map-zoom-in"), zoomOutTitle: t("map-zoom-out") }).addTo(map);
    const whole = el("a", { href: "#map", role: "button", title: t("map-whole"), "aria-label": t("map-whole"), onclick: (event) => { event.preventDefault(); wholeRegion(); } });
    const frame = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    frame.setAttribute("viewBox", "0 0 16 16");
    frame.setAttribute("class", "frame-icon");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", "M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4");
    frame.append(path);
    whole.append(frame);
    zoomControl.getContainer().append(whole);
    scaleControl ??= L.control.scale({ imperial: false, maxWidth: 140 }).addTo(map);
  }

  function start() {
    map = L.map("leaflet", { zoomControl: false, attributionControl: false, zoomSnap: 0.25, zoomDelta: 0.75, wheelPxPerZoomLevel: 90, maxZoom: 14, zoomAnimation: !still, fadeAnimation: !still, markerZoomAnimation: !still, inertia: !still });
    ["relief", "cells", "mask", "rivers", "sites", "casings", "lines", "highlight", "buses", "places", "labels"].forEach((name, place) => {
      const pane = map.createPane(name);
      pane.style.zIndex = 210 + place * 10;
      if (["mask", "rivers", "casings", "labels", "highlight"].includes(name)) pane.style.pointerEvents = "none";
    });
    addLayers();
    wholeRegion();
    map.setMinZoom(map.getZoom() - 1.5);
    map.setMaxBounds(bounds.pad(0.6));
    OVERS.forEach((name) => { if (!OFF.has(name)) groups[name].addTo(map); });
    map.on("click", (event) => selectLand(event.latlng));
    map.on("zoomend", arrangeLabels);
    const box = byId("leaflet");
    box.addEventListener("keydown", (event) => {
      box.classList.add("keyboard");
      if (event.key === "Enter" && event.target === box) selectLand(map.getCenter());
    });
    box.addEventListener("pointerdown", () => box.classList.remove("keyboard"));
    return landGrid.unpackAll();
  }

  function draw() {
    controls();
    mapControls();
    if (!ground && !cells) setGround("relief");
    addLabels();
    if (selected) facts.show(selected);
    else facts.empty();
  }

  function resize() {
    map.invalidateSize({ animate: false });
    wholeRegion();
    arrangeLabels();
  }

  return { start, draw, show, knows, setYear, resize, selectLand, get map() { return map; } };
})();
