"use strict";
// Routes: the variants of a road or railway side by side, with profile and cost.

const routes = (() => {
  const { options, stations, costs, choices } = plan.routes;
  const KINDS = ["open", "bridge", "tunnel"];
  const STROKES = { open: "var(--c-road)", bridge: "var(--c-hydro)", tunnel: "var(--c-hidden)" };
  const SYMBOLS = { open: "circle", structures: "square", elsewhere: "triangle", shorter: "diamond2" };
  const ITEMS = ["line", "cut", "fill", "haul", "bridges", "tunnels"];
  let corridor = null;
  let variant = null;

  const ofCorridor = () => options.filter((row) => row.corridor === corridor);
  const chosen = () => ofCorridor().find((row) => row.variant === variant);
  const variantName = (name) => {
    const [stem, number] = name.split(/-(?=\d+$)/);
    return t(`variant-${stem}`, { number: number ?? "" });
  };
  const between = (low, high, decimals = 0) => `${words.number(low, decimals)}–${words.number(high, decimals)}`;
  const withSpan = (value, low, high) => (high < 0.05 ? words.number(value, 2) : `${words.number(value, 2)} (${between(low, high, 1)})`);
  const minutes = (hours) => t("route-minutes", { minutes: words.number(hours * 60) });

  function pick(name) {
    corridor = name;
    variant = (ofCorridor().find((row) => row.is_chosen) ?? ofCorridor()[0]).variant;
  }

  function chooser() {
    const select = byId("route-corridor");
    const rows = unique(options.map((row) => row.corridor)).map((id) => options.find((row) => row.corridor === id));
    select.replaceChildren(...rows.map((row) => el("option", { value: row.corridor }, localNames(row.name))));
    select.value = corridor;
    select.onchange = () => { pick(select.value); draw(); };
    const buttons = ofCorridor().map((row) => el("button", {
      type: "button", "aria-pressed": String(row.variant === variant),
      onclick: () => { variant = row.variant; draw(); },
    }, variantName(row.variant)));
    byId("route-variants").replaceChildren(...buttons);
  }

  function table() {
    const published = plan.comparison.find((row) => row.key && row.key === chosen().published_key);
    byId("route-published").textContent = published ? t("route-published", { length: words.number(published.published, 1) }) : "";
    tables.build(byId("route-table"), {
      label: t("section-routes"),
      columns: [
        tables.text("variant", t("route-variant"), { show: (row) => variantName(row.variant) }),
        tables.numeric("real_length_km", t("route-real"), 1, { show: (row) => `${words.number(row.real_length_km, 1)} (${between(row.length_low_km, row.length_high_km)})` }),
        tables.numeric("length_km", t("route-length"), 1),
        tables.numeric("real_bridge_km", t("route-bridges"), 2, { show: (row) => withSpan(row.real_bridge_km, row.bridge_low_km, row.bridge_high_km) }),
        tables.numeric("real_tunnel_km", t("route-tunnels"), 2, { show: (row) => withSpan(row.real_tunnel_km, row.tunnel_low_km, row.tunnel_high_km) }),
        tables.numeric("climb_m", t("route-climb")),
        tables.numeric("max_grade_percent", t("route-grade"), 1),
        tables.numeric("min_radius_m", t("route-radius")),
        tables.numeric("hours", t("route-time"), 0, { show: (row) => minutes(row.hours) }),
        tables.numeric("capex_usd", t("route-cost"), 0, { show: (row) => tables.millions(row.capex_usd) }),
        tables.numeric("break_even_per_day", t("route-break-even"), 0, { show: (row) => (row.break_even_per_day === null ? "–" : words.number(row.break_even_per_day)) }),
      ],
      rows: ofCorridor(),
      sortable: false,
    });
  }

  // A choice is named by the variant that it comes from and, behind a stroke, how it differs.
  const choiceKind = (row) => row.choice.split("/").at(-1).split(/-(?=\d+$)/)[0];
  const choiceName = (row) => row.choice.split("/").map(variantName).join(": ");

  function tradeOff() {
    const rows = choices.filter((row) => row.corridor === corridor);
    const curve = rows.filter((row) => row.is_efficient).sort((a, b) => a.hours - b.hours || a.capex_usd - b.capex_usd);
    const kinds = unique(rows.map(choiceKind));
    const paint = (row) => (row.is_efficient ? "var(--c-road)" : "var(--c-hidden)");
    const tip = (row) => t("choice-tip", { name: choiceName(row), cost: tables.millions(row.capex_usd), length: words.number(row.length_km, 1), minutes: words.number(row.hours * 60, 1) });
    byId("chart-route-choices").hidden = !rows.length;
    if (!rows.length) return;
    charts.fill("chart-route-choices", {
      entries: [{ colour: "var(--c-road)", label: t("choice-efficient"), stroke: true }, { colour: "var(--c-hidden)", label: t("choice-other") }],
      draw: (box, title) => charts.plot(box, `${title}: ${localNames(chosen().name)}`, {
        height: 280, marginLeft: 64, marginRight: 90, marginTop: 24, marginBottom: 40,
        x: { label: t("choice-x"), tickFormat: charts.axisNumber, labelArrow: "none", inset: 24, grid: true },
        y: { label: t("route-cost"), tickFormat: charts.axisNumber, labelArrow: "none", inset: 16, grid: true },
        symbol: { domain: kinds, range: kinds.map((kind) => SYMBOLS[kind]) },
        marks: [
          Plot.line(curve, { x: (row) => row.hours * 60, y: (row) => row.capex_usd / 1e6, stroke: "var(--c-road)", strokeWidth: 1.4 }),
          Plot.dot(rows, { x: (row) => row.hours * 60, y: (row) => row.capex_usd / 1e6, symbol: choiceKind, r: 6, fill: paint, stroke: "var(--card)" }),
          Plot.text(rows, { x: (row) => row.hours * 60, y: (row) => row.capex_usd / 1e6, text: (row) => `${words.number(row.length_km, 1)} ${words.unit("km")}`, textAnchor: "start", dx: 10, fill: "currentColor" }),
          Plot.tip(rows, Plot.pointer({ x: (row) => row.hours * 60, y: (row) => row.capex_usd / 1e6, title: tip })),
        ],
      }),
      table: {
        columns: [
          tables.text("choice", t("choice-name"), { show: choiceName }),
          tables.numeric("capex_usd", t("route-cost"), 1, { show: (row) => tables.millions(row.capex_usd) }),
          tables.numeric("length_km", t("route-length"), 1),
          tables.numeric("hours", t("choice-x"), 1, { show: (row) => words.number(row.hours * 60, 1) }),
          tables.numeric("energy_kwh", t("choice-energy")),
          tables.numeric("bridge_km", t("choice-bridges"), 2),
          tables.numeric("tunnel_km", t("choice-tunnels"), 2),
          tables.text("is_efficient", t("choice-efficient"), { show: (row) => t(row.is_efficient ? "fact-yes" : "fact-no") }),
        ],
        rows, sortable: false,
      },
    });
  }

  function profile() {
    const rows = stations.filter((row) => row.corridor === corridor && row.variant === variant);
    const pieces = rows.slice(1).map((row, place) => ({ from: rows[place], to: row, structure: rows[place].structure }));
    const lowest = Math.min(...rows.map((row) => Math.min(row.ground_m, row.height_m)));
    const highest = Math.max(...rows.map((row) => Math.max(row.ground_m, row.height_m)));
    const floor = lowest - 0.06 * (highest - lowest);
    const kinds = KINDS.filter((kind) => pieces.some((piece) => piece.structure === kind));
    const tip = (row) => t("profile-tip", { km: words.number(row.station_km, 1), height: words.number(row.height_m), ground: words.number(row.ground_m), speed: words.number(row.speed_kmh) });
    charts.fill("chart-profile", {
      entries: [{ colour: "var(--c-terrain)", label: t("profile-ground") }, ...kinds.map((kind) => ({ colour: STROKES[kind], label: t(`profile-${kind}`), stroke: true }))],
      draw: (box, title) => charts.plot(box, `${title}: ${localNames(chosen().name)}`, {
        height: 280, marginTop: 28, marginLeft: 56, marginBottom: 40, marginRight: 16,
        x: { label: t("profile-x"), tickFormat: charts.axisNumber, labelArrow: "none" },
        y: { label: t("profile-y"), domain: [floor, highest + 0.04 * (highest - lowest)], grid: true, ticks: 5, tickFormat: charts.axisNumber, labelArrow: "none" },
        marks: [
          Plot.areaY(rows, { x: "station_km", y1: floor, y2: "ground_m", fill: "var(--c-terrain)", fillOpacity: 0.55 }),
          Plot.link(pieces, { x1: (piece) => piece.from.station_km, x2: (piece) => piece.to.station_km, y1: (piece) => piece.from.height_m, y2: (piece) => piece.to.height_m, stroke: (piece) => STROKES[piece.structure], strokeWidth: (piece) => (piece.structure === "open" ? 1.8 : 4) }),
          Plot.tip(rows, Plot.pointerX({ x: "station_km", y: "height_m", title: tip })),
        ],
      }),
      table: {
        columns: [
          tables.numeric("station_km", t("profile-x"), 1),
          tables.numeric("height_m", t("profile-height")),
          tables.numeric("ground_m", t("profile-ground")),
          tables.numeric("speed_kmh", t("profile-speed")),
          tables.text("structure", t("profile-kind"), { show: (row) => t(`profile-${row.structure}`) }),
        ],
        rows: rows.filter((_, place) => place % Math.ceil(rows.length / 60) === 0), sortable: false,
      },
    });
  }

  function cost() {
    const rows = costs.filter((row) => row.corridor === corridor && row.variant === variant);
    const shown = ITEMS.map((item) => rows.find((row) => row.item === item)).filter(Boolean);
    charts.fill("chart-route-cost", {
      draw: (box, title) => charts.plot(box, title, {
        height: shown.length * 30 + 50, marginLeft: 120, marginRight: 70, marginBottom: 38,
        x: { label: t("route-cost"), grid: true, ticks: 4, tickFormat: charts.axisNumber, labelArrow: "none", insetRight: 30 },
        y: { label: null, domain: shown.map((row) => row.item), tickFormat: (item) => t(`item-${item}`), tickSize: 0 },
        marks: [
          Plot.barX(shown, { x: (row) => row.cost_usd / 1e6, y: "item", fill: "var(--c-road)", fillOpacity: 0.8 }),
          Plot.text(shown, { x: (row) => row.cost_usd / 1e6, y: "item", text: (row) => tables.millions(row.cost_usd), textAnchor: "start", dx: 5 }),
          Plot.ruleX([0]),
        ],
      }),
      table: {
        columns: [
          tables.text("item", t("route-item"), { show: (row) => t(`item-${row.item}`) }),
          tables.numeric("quantity", t("route-quantity"), 1),
          tables.text("unit", t("column-unit"), { show: (row) => words.unit(row.unit) }),
          tables.numeric("cost_usd", t("route-cost"), 1, { show: (row) => tables.millions(row.cost_usd) }),
        ],
        rows: shown, sortable: false,
      },
    });
  }

  function draw() {
    byId("routes").hidden = !options.length;
    if (!options.length) return;
    if (corridor === null) pick((options.find((row) => row.kind === "road" && row.is_chosen) ?? options[0]).corridor);
    chooser();
    table();
    tradeOff();
    profile();
    cost();
  }

  return { draw };
})();
