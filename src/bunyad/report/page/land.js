"use strict";
// The land's grid: what stands in each cell, its picture, and its legend.

const landGrid = (() => {
  const RAMPS = {
    solar_yield: ["#fff7d6", "#fdd87c", "#f5a83c", "#d96d20", "#9c3b10"],
    wind_hours: ["#f3f6fb", "#c6d6ee", "#8fb0dd", "#4f7fc0", "#1f4a8a"],
    radio: ["#dbe9f6", "#a6cbe6", "#5fa4cf", "#2b77b0", "#104a83"],
    wind_speed: ["#f1f7ee", "#bfe0cf", "#74bfb0", "#2b8c8f", "#0f4f66"],
  };
  const UNITS = { solar_yield: ["kWh/kW", 0], wind_hours: ["h", 0], wind_speed: ["m/s", 1], radio: ["dB", 0] };
  const ALLOWED = "#2e8b57";
  const REASONS = ["#c9b8a4", "#b5a0bd", "#9fb3c8", "#d8c27e", "#c79b90", "#a3b18a", "#8f98a3", "#d3b0c2", "#b0c4bb", "#ddd0b0"];

  const { corners, width, height } = plan.map.grid;
  let grids = null;

  const mercator = (lat) => Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360));

  function cellAt({ lat, lng }) {
    const [[south, west], [north, east]] = corners;
    const x = Math.floor(((lng - west) / (east - west)) * width);
    const y = Math.floor(((mercator(north) - mercator(lat)) / (mercator(north) - mercator(south))) * height);
    if (x < 0 || y < 0 || x >= width || y >= height) return null;
    return y * width + x;
  }

  async function unpack({ data, low, scale }) {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    const steps = new Uint16Array(await new Response(stream).arrayBuffer());
    return { at: (cell) => (steps[cell] ? low + (steps[cell] - 1) * scale : null), steps, low, scale };
  }

  async function unpackAll() {
    const entries = await Promise.all(Object.entries(plan.map.grid.layers).map(async ([name, grid]) => [name, await unpack(grid)]));
    grids = Object.fromEntries(entries);
  }

  function extent(name) {
    const grid = grids[name];
    let least = Infinity, most = -Infinity;
    for (const step of grid.steps) {
      if (!step) continue;
      if (step < least) least = step;
      if (step > most) most = step;
    }
    return [grid.low + (least - 1) * grid.scale, grid.low + (most - 1) * grid.scale];
  }

  // What the cell under a point holds, by the name of a layer; null where nothing is known.
  function reader(point) {
    const cell = cellAt(point);
    return (name) => (cell === null || !grids ? null : grids[name]?.at(cell) ?? null);
  }

  // Land as a picture of its cells

  function picture(name) {
    const canvas = el("canvas", { width, height });
    const context = canvas.getContext("2d");
    const image = context.createImageData(width, height);
    const [least, most] = extent(name);
    const ramp = RAMPS[name] ? d3.interpolateRgbBasis(RAMPS[name]) : null;
    const paints = new Map();
    grids[name].steps.forEach((step, cell) => {
      if (!step) return;
      if (!paints.has(step)) {
        const value = grids[name].low + (step - 1) * grids[name].scale;
        paints.set(step, d3.rgb(ramp ? ramp((value - least) / Math.max(most - least, 1e-9)) : reasonColour(Math.round(value))));
      }
      const paint = paints.get(step);
      image.data.set([paint.r, paint.g, paint.b, ramp || step === 1 - grids[name].low ? 215 : 190], cell * 4);
    });
    context.putImageData(image, 0, 0);
    return canvas.toDataURL();
  }

  const reasonColour = (order) => (order <= 0 ? ALLOWED : REASONS[(order - 1) % REASONS.length]);
  const rulesOf = (technology) => plan.rules.filter((row) => row.technology === technology);

  function legend(box, name) {
    box.replaceChildren();
    if (RAMPS[name]) {
      const [least, most] = extent(name);
      const [sign, decimals] = UNITS[name];
      const unit = words.unit(sign);
      box.append(el("div", { className: "ramp" },
        el("div", { className: "bar", style: { background: `linear-gradient(90deg, ${RAMPS[name].join(",")})` } }),
        el("div", { className: "ends" }, el("span", {}, words.number(least, decimals)), el("span", {}, `${words.number(most, decimals)} ${unit}`))));
    } else if (name.endsWith("_exclusion")) {
      const technology = name.split("_")[0];
      const rows = [{ order: 0, rule: t("fact-may-be-used") }, ...rulesOf(technology)];
      box.append(el("ul", { className: "keys" }, rows.map((row) => el("li", {}, el("i", { style: { background: reasonColour(row.order) } }), row.order ? charts.ruleText(row) : row.rule))));
    }
  }

  const has = (name) => name in plan.map.grid.layers;

  return { corners, has, unpackAll, reader, picture, legend };
})();
