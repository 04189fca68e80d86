"use strict";
// The chosen place: skyline with the sun's ways, direct sun lost, months and mean days.

const place = (() => {
  const shown = plan.shown;
  const STRONG = new Set([2, 5, 8, 11]);
  const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  const POINTS = ["n", "ne", "e", "se", "s", "sw", "w", "nw"];
  const FAR = 3;
  const months = d3.range(12);
  const monthName = (month) => t(`month-${month + 1}`);
  const clock = (hour) => `${String(Math.floor(hour)).padStart(2, "0")}:${String(Math.round((hour % 1) * 60)).padStart(2, "0")}`;
  let packed = null, current = null;

  async function inflate({ data }) {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    const values = new Uint8Array(await new Response(stream).arrayBuffer());
    // Each byte holds the difference to the place before; a byte wraps round by itself.
    for (let at = 1; at < values.length; at++) if (at % shown.count) values[at] += values[at - 1];
    return values;
  }

  async function unpack() {
    if (!shown.count) return;
    const names = ["horizon", "solar", "wind"];
    const found = await Promise.all(names.map((name) => inflate(shown[name])));
    packed = Object.fromEntries(names.map((name, order) => [name, found[order]]));
  }

  const row = (name, index) => d3.range(packed[name].length / shown.count).map((column) => packed[name][column * shown.count + index] * shown[name].step);

  function nearest({ lat, lng }) {
    let best = 0, least = Infinity;
    const narrow = Math.cos((lat * Math.PI) / 180);
    for (let index = 0; index < shown.count; index++) {
      const away = (shown.lat[index] - lat) ** 2 + ((shown.lon[index] - lng) * narrow) ** 2;
      if (away < least) [best, least] = [index, away];
    }
    return { index: best, distance: Math.sqrt(least) * 111.2 };
  }

  function pointOf({ kind, row: thing, point }) {
    if (kind === "land") return point;
    return thing.geometry.type === "Point" ? { lat: thing.geometry.coordinates[1], lng: thing.geometry.coordinates[0] } : L.geoJSON(thing.geometry).getBounds().getCenter();
  }

  function show(entry) {
    if (!packed || !["land", "site", "settlement"].includes(entry.kind)) return;
    const point = pointOf(entry);
    const found = nearest(point);
    const { index } = found;
    current = {
      entry, point, ...found, angles: row("horizon", index), lat: shown.lat[index], lon: shown.lon[index],
      gridNorth: shown.grid_north[index], year: shown.year, site: entry.kind === "site" ? entry.row : null,
    };
    const own = current.site && curves.site(current.site.id);
    current.days = own ? { [current.site.technology]: own.days } : { solar: row("solar", index), wind: row("wind", index) };
    current.hours = sky.hidden(current);
    draw();
  }

  function title({ entry, point }) {
    if (entry.kind === "settlement") return words.local(entry.row);
    if (entry.kind === "site") return `${words.name("kind", entry.row.technology)}: ${siteName(entry.row)}`;
    return `${words.number(point.lat, 3)}° N, ${words.number(point.lng, 3)}° E`;
  }

  function draw() {
    byId("place").hidden = !shown.count;
    if (!current) return;
    const near = current.distance * 1e3 < FAR * shown.spacing_m;
    byId("place-title").textContent = t("place-title", { name: title(current) });
    const origin = plan.layers.find((layer) => layer.key === "climate")?.origin;
    byId("place-note").replaceChildren(near ? note() : t("place-far", { distance: words.number(current.distance, 1) }), " ", near && origin ? tables.badge(origin) : "");
    byId("place-charts").hidden = !near;
    byId("chart-site").hidden = !current.site;
    if (!near) return;
    horizon();
    lost();
    year();
    days();
    if (current.site) curves.duration("chart-site", current.site);
  }

  const note = () => [
    current.site ? t("place-own-hours") : "",
    t("place-note", { distance: words.number(current.distance, 1), height: words.number(shown.elevation_m[current.index]), spacing: words.number(shown.spacing_m / 1e3, 1) }),
  ].join(" ").trim();

  // Skyline and the sun's ways

  function ways() {
    const { lat, lon, year: of } = current;
    return months.map((month) => {
      const middle = Date.UTC(of, month, 21) + 432e5 - (lon / 15) * 36e5;
      const moments = d3.range(-144, 145).map((step) => middle + step * 3e5);
      return moments.map((moment) => ({ month, moment, ...sky.at(moment, lat, lon) })).filter((spot) => spot.height > -1);
    });
  }

  const start = () => (current.lat >= 0 ? 0 : 180);
  const across = (azimuth) => (azimuth - start() + 360) % 360;
  const local = (moment) => (((moment / 36e5 + plan.utc_offset) % 24) + 24) % 24;

  function hourSpots() {
    const { lat, lon, year: of } = current;
    const spots = [];
    for (const month of [5, 8, 11]) {
      for (let hour = 0; hour < 24; hour++) {
        const spot = sky.at(Date.UTC(of, month, 21) + (hour - plan.utc_offset) * 36e5, lat, lon);
        if (spot.height > 0) spots.push({ month, hour, ...spot });
      }
    }
    return spots;
  }

  function horizon() {
    const lines = ways();
    const { angles, gridNorth, lat } = current;
    const ridge = d3.range(0, 361, 1).map((x) => ({ x, y: sky.skyline(angles, x + start(), gridNorth) }));
    const top = Math.min(90, Math.ceil((Math.max(...lines.flat().map((spot) => spot.height), ...ridge.map(({ y }) => y)) + 8) / 10) * 10);
    const extremes = [5, 11].map((month) => (sky.place(Date.UTC(current.year, month, 21, 12)).declination * 180) / Math.PI);
    const band = Math.abs(lat) < Math.max(...extremes) ? [] : ridge.map(({ x, y }) => {
      const [a, b] = extremes.map((declination) => Math.max(0, sky.heightAt(x + start(), declination, lat) ?? 0));
      return { x, low: Math.min(a, b), high: Math.max(a, b), ridge: y };
    });
    const spots = hourSpots();
    const hidden = (spot) => spot.height < sky.skyline(angles, spot.azimuth, gridNorth);
    const pieces = lines.flatMap((line) => line.filter((spot) => spot.height >= 0).map((spot, order, all) => ({ ...spot, x: across(spot.azimuth), z: `${spot.month}-${order && Math.abs(across(spot.azimuth) - across(all[order - 1].azimuth)) > 180 ? "b" : "a"}` })));
    const named = [5, 8, 11].map((month) => lines[month].reduce((best, spot) => (spot.height > best.height ? spot : best))).map((spot) => ({ ...spot, label: spot.month === 8 ? `${t("day-of-month", { day: 21, month: monthName(2) })} / ${monthName(8)}` : t("day-of-month", { day: 21, month: monthName(spot.month) }) }));
    const tip = (spot) => `${t("day-of-month", { day: 21, month: monthName(spot.month) })}, ${clock(local(spot.moment))}\n${t("horizon-height")}: ${words.number(spot.height)}°, ${t("horizon-azimuth")}: ${words.number(spot.azimuth)}°${hidden(spot) ? `\n${t("horizon-hidden")}` : ""}`;
    const wide = (box) => charts.widthOf(box) > 560;
    charts.fill("chart-horizon", {
      entries: [
        { colour: "var(--c-solar)", label: t("horizon-ways"), stroke: true },
        { colour: "var(--c-terrain)", label: t("horizon-terrain") },
        ...(band.some((part) => part.ridge > part.low && part.high > 0) ? [{ colour: "var(--c-hidden)", label: t("horizon-lost") }] : []),
      ],
      draw: (box, label) => charts.plot(box, `${label}: ${title(current)}`, {
        height: wide(box) ? 400 : 260, marginLeft: 40, marginRight: 14, marginTop: 28, marginBottom: 30,
        x: { label: null, domain: [0, 360], ticks: d3.range(0, 361, wide(box) ? 45 : 90), tickFormat: (x) => t(`direction-${POINTS[((x + start()) % 360) / 45]}`) },
        y: { label: t("horizon-height"), domain: [0, top], ticks: d3.range(0, top + 1, wide(box) ? 10 : 20), grid: true, tickFormat: (y) => `${y}°`, labelArrow: "none" },
        marks: [
          Plot.areaY(band, { x: "x", y1: "low", y2: "high", fill: "var(--c-solar)", fillOpacity: 0.13 }),
          Plot.line(spots.filter((spot) => wide(box) || spot.hour % 3 === 0), { x: (spot) => across(spot.azimuth), y: "height", z: "hour", stroke: "currentColor", strokeOpacity: 0.28, strokeDasharray: "2 3", curve: "catmull-rom" }),
          Plot.line(pieces.filter((spot) => !STRONG.has(spot.month)), { x: "x", y: "height", z: "z", stroke: "var(--c-solar)", strokeOpacity: 0.55, strokeWidth: 1 }),
          Plot.areaY(ridge, { x: "x", y: "y", fill: "var(--c-terrain)", fillOpacity: 0.9, clip: true }),
          Plot.areaY(band, { x: "x", y1: (part) => Math.min(part.low, part.ridge), y2: (part) => Math.min(part.high, part.ridge), fill: "var(--c-hidden)", fillOpacity: 0.75 }),
          Plot.line(ridge, { x: "x", y: "y", stroke: "currentColor", strokeWidth: 1.5 }),
          Plot.line(pieces.filter((spot) => STRONG.has(spot.month) && spot.month !== 2), { x: "x", y: "height", z: "z", stroke: "var(--c-solar)", strokeWidth: 2.4 }),
          Plot.dot(spots, { x: (spot) => across(spot.azimuth), y: "height", r: 3, fill: (spot) => (hidden(spot) ? "var(--card)" : "var(--c-solar)"), stroke: "currentColor", strokeWidth: 1 }),
          Plot.text(spots.filter((spot) => spot.month === 5 && (wide(box) ? true : spot.hour % 3 === 0)), { x: (spot) => across(spot.azimuth), y: "height", text: (spot) => String(spot.hour), dy: -11, fill: "currentColor", stroke: "var(--card)", strokeWidth: 3, fontSize: 11 }),
          Plot.text(named, { x: (spot) => across(spot.azimuth), y: "height", text: "label", dy: 15, fill: "currentColor", stroke: "var(--card)", strokeWidth: 4, fontWeight: 600 }),
          Plot.tip(pieces, Plot.pointer({ x: "x", y: "height", title: tip })),
        ],
      }),
      table: {
        columns: [
          tables.text("direction", t("horizon-azimuth"), { show: (one) => `${words.number(one.azimuth)}°`, sort: (one) => one.azimuth }),
          tables.numeric("angle", t("horizon-angle"), 1),
        ],
        rows: d3.range(0, 360, 10).map((azimuth) => ({ direction: azimuth, azimuth, angle: sky.skyline(angles, azimuth, gridNorth) })),
      },
    });
  }

  // Months

  function lost() {
    const rows = current.hours.flatMap(({ month, above, lost: gone }) => [{ month, kind: "seen", hours: above - gone }, { month, kind: "lost", hours: gone }]);
    const paint = (one) => (one.kind === "lost" ? "var(--c-hidden)" : "var(--c-solar)");
    const all = sum(current.hours.map((one) => one.above)), gone = sum(current.hours.map((one) => one.lost));
    charts.fill("chart-lost", {
      entries: [{ colour: "var(--c-solar)", label: t("lost-seen") }, { colour: "var(--c-hidden)", label: t("lost-hidden", { hours: words.number(gone), share: words.number((100 * gone) / all, 1) }) }],
      draw: (box, label) => charts.plot(box, label, {
        height: 250, marginLeft: 44,
        x: monthAxis(box), y: { label: t("lost-y"), grid: true, tickFormat: charts.axisNumber, labelArrow: "none" },
        marks: [
          Plot.barY(rows, { x: "month", y: "hours", fill: paint, order: (one) => (one.kind === "lost" ? 1 : 0), title: (one) => `${monthName(one.month)}\n${t(one.kind === "lost" ? "lost-gone" : "lost-seen")}: ${words.number(one.hours)} ${words.unit("h")}`, tip: true }),
          Plot.ruleY([0], { strokeOpacity: 0.7 }),
        ],
      }),
      table: {
        columns: [
          tables.text("month", t("lost-month"), { show: (one) => monthName(one.month), sort: (one) => one.month }),
          tables.numeric("above", t("lost-above"), 0), tables.numeric("lost", t("lost-gone"), 1),
        ],
        rows: current.hours,
      },
    });
  }

  const monthAxis = (box) => ({ type: "band", domain: months, label: null, tickSize: 0, tickFormat: (month) => (charts.widthOf(box) < 420 && month % 2 ? "" : monthName(month)) });

  const technologies = () => Object.keys(current.days);
  const kinds = () => technologies().map((name) => ({ colour: colour(name), label: words.name("kind", name) }));

  function year() {
    const rows = technologies().flatMap((name) => months.map((month) => ({ month, name, hours: DAYS[month] * sum(current.days[name].slice(month * 24, month * 24 + 24)) })));
    const entries = technologies().map((name) => ({ colour: colour(name), label: t("months-sum", { kind: words.name("kind", name), hours: words.number(sum(rows.filter((one) => one.name === name).map((one) => one.hours))) }) }));
    charts.fill("chart-months", {
      entries,
      draw: (box, label) => charts.plot(box, label, {
        height: 250, marginLeft: 44,
        fx: { ...monthAxis(box), padding: 0 }, x: { axis: null, domain: technologies(), padding: 0.12 },
        y: { label: words.unit("kWh/kW"), grid: true, tickFormat: charts.axisNumber, labelArrow: "none" },
        marks: [
          Plot.barY(rows, { fx: "month", x: "name", y: "hours", fill: (one) => colour(one.name), title: (one) => `${monthName(one.month)}\n${words.name("kind", one.name)}: ${words.number(one.hours)} ${words.unit("kWh/kW")}`, tip: true }),
          Plot.ruleY([0], { strokeOpacity: 0.7 }),
        ],
      }),
      table: {
        columns: [
          tables.text("month", t("lost-month"), { show: (one) => monthName(one.month), sort: (one) => one.month }),
          ...technologies().map((name) => tables.numeric(name, `${words.name("kind", name)}, ${words.unit("kWh/kW")}`, 0)),
        ],
        rows: months.map((month) => ({ month, ...Object.fromEntries(rows.filter((one) => one.month === month).map((one) => [one.name, one.hours])) })),
      },
    });
  }

  // Mean days: one small picture a month

  function days() {
    const spots = technologies().flatMap((name) => months.flatMap((month) => {
      const hours = d3.range(24).map((hour) => ({ name, month, hour: (hour + 24 + plan.utc_offset) % 24, share: 100 * current.days[name][month * 24 + hour] })).sort((a, b) => a.hour - b.hour);
      return [...hours, { ...hours[23], hour: hours[23].hour + 1 }];
    }));
    const top = Math.max(10, Math.ceil(Math.max(...spots.map((one) => one.share)) / 10) * 10);
    charts.fill("chart-days", {
      entries: kinds(),
      draw: (box, label) => {
        const columns = charts.widthOf(box) > 560 ? 6 : 3;
        const facet = { fx: (one) => one.month % columns, fy: (one) => Math.floor(one.month / columns) };
        const of = (name) => spots.filter((one) => one.name === name);
        return charts.plot(box, label, {
          height: (12 / columns) * 128 + 40, marginLeft: 44, marginTop: 20, marginRight: 12,
          fx: { axis: null, padding: 0.08 }, fy: { axis: null, padding: 0.2 },
          x: { domain: [0, 24], ticks: [0, 6, 12, 18], tickFormat: (hour) => String(hour), label: null, tickSize: 3 },
          y: { domain: [0, top], ticks: 3, grid: true, label: null, tickFormat: (share) => `${words.number(share)} %` },
          marks: [
            ...technologies().filter((name) => name === "solar").map((name) => Plot.areaY(of(name), { ...facet, x: "hour", y: "share", fill: colour(name), fillOpacity: 0.3, curve: "step-after" })),
            ...technologies().map((name) => Plot.lineY(of(name), { ...facet, x: "hour", y: "share", stroke: colour(name), strokeWidth: 2, curve: "step-after" })),
            Plot.text(months.map((month) => ({ month })), { ...facet, frameAnchor: "top-left", dx: 4, dy: -14, text: (one) => monthName(one.month), fill: "currentColor", fontWeight: 600 }),
            Plot.tip(spots, Plot.pointer({ ...facet, x: "hour", y: "share", title: (one) => `${monthName(one.month)}, ${clock(one.hour % 24)}\n${words.name("kind", one.name)}: ${words.number(one.share)} %` })),
          ],
        });
      },
      table: {
        columns: [
          tables.text("hour", t("column-hour"), { show: (one) => clock(one.hour), sort: (one) => one.hour }),
          ...technologies().flatMap((name) => months.map((month) => tables.numeric(`${name}-${month}`, `${words.name("kind", name)}, ${monthName(month)}, %`, 0))),
        ],
        rows: unique(spots.map((one) => one.hour)).filter((hour) => hour < 24).map((hour) => ({ hour, ...Object.fromEntries(spots.filter((one) => one.hour === hour).map((one) => [`${one.name}-${one.month}`, one.share])) })),
        sortable: false,
      },
    });
  }

  // The page opens with its largest planned site, or else its largest settlement.
  function first() {
    if (!packed || current) return;
    const { sites, settlements } = plan.map.layers;
    const best = [...sites].filter((site) => site.technology !== "hydro").sort((a, b) => b.built_capacity_mw - a.built_capacity_mw)[0];
    const largest = [...settlements].sort((a, b) => b.people - a.people)[0];
    if (best) show({ kind: "site", row: best });
    else if (largest) show({ kind: "settlement", row: largest });
  }

  return { unpack, show, draw, start: first, get known() { return shown.count > 0; }, get current() { return current; } };
})();
