"use strict";
// Tables: every one can be sorted by its heads and scrolled with the keyboard.

const tables = (() => {
  // A column: {key, label, type: "number" | "text", decimals, show(row), sort(row), source}.
  function build(box, { label, columns, rows, sortable = true, rowHeader = 0, empty = null }) {
    const shown = columns.filter((column) => !column.hidden);
    const head = el("tr");
    const body = el("tbody");
    const table = el("table", {}, el("caption", {}, label), el("thead", {}, head), body);
    let order = null;

    function fill() {
      const sorted = order ? [...rows].sort((a, b) => order.sign * words.compare(value(order.column, a), value(order.column, b))) : rows;
      body.replaceChildren(...sorted.map((row) => el("tr", {}, shown.map((column, place) => cell(column, row, place === rowHeader)))));
      if (!rows.length && empty) body.append(el("tr", {}, el("td", { colspan: shown.length }, empty)));
    }

    shown.forEach((column) => {
      const th = el("th", { scope: "col", className: column.type === "number" ? "number" : "" });
      if (sortable && rows.length > 2) {
        th.append(el("button", {
          type: "button",
          title: t("sort-by", { column: column.label }),
          onclick: () => {
            const down = order?.column === column && order.sign === 1;
            order = { column, sign: down ? -1 : 1 };
            head.querySelectorAll("th").forEach((other) => other.removeAttribute("aria-sort"));
            th.setAttribute("aria-sort", down ? "descending" : "ascending");
            fill();
          },
        }, column.label));
      } else th.append(column.label);
      head.append(th);
    });
    fill();
    box.replaceChildren(table);
    box.setAttribute("tabindex", "0");
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", t("table-of", { title: label }));
  }

  const value = (column, row) => (column.sort ? column.sort(row) : row[column.key]);

  function cell(column, row, isHead) {
    const raw = row[column.key];
    const content = column.show ? column.show(row) : column.type === "number" ? words.number(raw, column.decimals ?? 0) : String(raw ?? "");
    const className = [column.type === "number" ? "number" : "", column.source ? "source" : ""].join(" ").trim();
    return isHead ? el("th", { scope: "row", className }, content) : el("td", { className, lang: column.lang }, content);
  }

  const text = (key, label, extra = {}) => ({ key, label, ...extra });
  const numeric = (key, label, decimals = 0, extra = {}) => ({ key, label, type: "number", decimals, ...extra });
  const swatch = (kind, group = "kind") => el("span", { className: "kind" }, el("i", { style: { background: colour(kind) } }), words.name(group, kind));
  const badge = (origin) => el("span", { className: `badge ${origin}-badge` }, words.name("origin", origin));
  const millions = (usd) => words.number(usd / 1e6, Math.abs(usd) >= 1e7 ? 0 : 2);

  function totals() {
    build(byId("totals-table"), {
      label: t("section-potential"),
      columns: [
        text("technology", t("column-technology"), { show: (row) => swatch(row.technology) }),
        text("level", t("column-level"), { show: (row) => words.name("level", row.level) }),
        numeric("capacity_mw", t("column-capacity")),
        numeric("annual_energy_gwh", t("column-energy")),
        text("meaning", t("column-meaning"), { source: true, show: (row) => words.phrase("meaning", row.meaning) }),
      ],
      rows: plan.totals,
    });
  }

  function summary() {
    const shares = { renewable_share: true, own_share: true, curtailment_share: true };
    build(byId("summary-table"), {
      label: t("summary-title"),
      sortable: false,
      columns: [
        text("key", t("summary-title"), { show: (row) => words.keyed(`summary-${row.key}`, row.meaning) }),
        numeric("value", t("column-value"), 0, {
          show: (row) => {
            if (shares[row.key]) return `${words.number(row.value * 100, 1)} %`;
            if (row.unit.startsWith("US$") && !row.unit.includes("MWh")) return t("money-a-year", { money: words.money(row.value) });
            return words.withUnit(row.value, row.unit);
          },
        }),
      ],
      rows: plan.summary,
    });
    build(byId("plants-table"), {
      label: t("show-plants"),
      columns: [
        text("id", t("column-name"), { show: (row) => mapButton(row.id, siteName(row)) }),
        text("technology", t("column-technology"), { show: (row) => swatch(row.technology) }),
        text("district", t("column-district"), { show: (row) => districtName(row.district) }),
        text("bus", t("column-bus"), { show: (row) => busById(row.bus) }),
        numeric("capacity_mw", t("column-capacity"), 1),
        numeric("energy_capacity_mwh", t("column-storage"), 1),
        numeric("annual_energy_gwh", t("column-energy"), 1),
        numeric("curtailed_gwh", t("column-curtailed"), 2),
        numeric("capex_usd", t("column-cost"), 0, { show: (row) => millions(row.capex_usd) }),
      ],
      rows: plan.plants.filter((row) => row.capacity_mw > 0.001),
    });
  }

  const busById = (id) => (buses.has(id) ? busName(buses.get(id)) : id);

  // A name that shows its thing on the map, if it is drawn there.
  function mapButton(id, label) {
    if (!atlas.knows(id)) return label;
    return el("button", { type: "button", className: "link", title: t("map-show"), onclick: () => atlas.show(id, true) }, label);
  }

  function projectList(rows) {
    build(byId("projects-table"), {
      label: t("projects-title"),
      empty: t("no-projects"),
      columns: [
        text("name", t("column-name"), { show: (row) => mapButton(row.id, projectName(row)), sort: projectName }),
        text("kind", t("column-kind"), { show: (row) => swatch(row.kind), sort: (row) => words.name("kind", row.kind) }),
        text("district", t("column-district"), { show: (row) => districtName(row.district), sort: (row) => districtName(row.district) }),
        numeric("capacity", t("column-size"), 0, { show: (row) => words.withUnit(row.capacity, row.unit) }),
        numeric("capex_usd", t("column-cost"), 0, { show: (row) => millions(row.capex_usd) }),
        numeric("start", t("column-start"), 0, { show: (row) => String(row.start) }),
        numeric("finish", t("column-finish"), 0, { show: (row) => String(row.finish) }),
        text("funding", t("column-funding"), { show: (row) => words.name("funding", row.funding) }),
      ],
      rows,
    });
  }

  function settlementList() {
    build(byId("places-table"), {
      label: t("section-places"),
      columns: [
        text("name", t("column-name"), { show: (row) => mapButton(row.id, words.local(row)), sort: words.local }),
        text("kind", t("column-kind"), { show: (row) => words.name("kind", row.kind) }),
        text("district", t("column-district"), { show: (row) => districtName(row.district), sort: (row) => districtName(row.district) }),
        text("is_rebuilt", t("fact-rebuilt"), { show: (row) => t(row.is_rebuilt ? "fact-yes" : "fact-no") }),
        numeric("people", t("column-people")),
        numeric("homes", t("column-homes")),
        numeric("school_places", t("column-schools")),
        numeric("kindergarten_places", t("column-kindergartens")),
        numeric("annual_demand_mwh", t("column-demand")),
        numeric("peak_demand_kw", t("column-peak")),
        numeric("roof_kwp", t("column-roofs")),
        numeric("roof_mwh", t("column-roof-energy")),
        numeric("capex_usd", t("column-cost"), 0, { show: (row) => millions(row.capex_usd) }),
        numeric("smart_capex_usd", t("column-smart"), 0, { show: (row) => millions(row.smart_capex_usd) }),
      ],
      rows: [...places.values()].sort((a, b) => b.people - a.people),
    });
    const systems = new Map();
    for (const place of places.values()) {
      for (const item of place.smart_systems) {
        const row = systems.get(item.system) ?? { system: item.system, unit: item.unit, quantity: 0, cost_usd: 0, count: 0 };
        row.quantity += item.quantity;
        row.cost_usd += item.cost_usd;
        row.count += item.quantity > 0 ? 1 : 0;
        systems.set(item.system, row);
      }
    }
    build(byId("smart-table"), {
      label: t("smart-title"),
      columns: [
        text("system", t("column-system"), { show: (row) => words.phrase("system", row.system) }),
        numeric("quantity", t("column-quantity-all"), 0, { show: (row) => `${words.number(row.quantity)} ${words.name("unit", row.unit)}` }),
        numeric("count", t("column-places-count")),
        numeric("cost_usd", t("column-cost"), 0, { show: (row) => millions(row.cost_usd) }),
      ],
      rows: [...systems.values()],
    });
  }

  const explainKey = (key) => (key.startsWith("population_") ? "explain-population" : `explain-${key.replace(/_/g, "-")}`);

  function planned(row) {
    const value = words.withUnit(row.planned, row.unit);
    if (row.planned_low === null) return value;
    return `${value} (${words.short(row.planned_low)}–${words.short(row.planned_high)})`;
  }

  function comparison() {
    build(byId("compare-table"), {
      label: t("section-compare"),
      columns: [
        text("title", t("column-figure"), { show: (row) => words.keyed(`published-${row.key}`, row.title) }),
        numeric("planned", t("column-planned"), 0, { show: (row) => planned(row) }),
        numeric("published", t("column-published"), 0, { show: (row) => words.withUnit(row.published, row.unit) }),
        numeric("ratio", t("column-ratio"), 2),
        text("explanation", t("column-explanation"), { show: (row) => words.keyed(explainKey(row.key), row.explanation) }),
        text("source", t("column-source"), { source: true, lang: "en", show: (row) => [row.source, row.note].filter(Boolean).join("; ") }),
      ],
      rows: plan.comparison,
    });
  }

  function optionTables() {
    const boxes = plan.rooms.map((room) => {
      const box = el("div", { className: "table-box" });
      build(box, {
        label: `${t("section-assumptions")}: ${t(`room-${room}`)}`,
        columns: [
          text("title", t("column-title"), { show: (row) => words.keyed(`option-${room}-${row.key.split(".")[1]}`, row.title) }),
          numeric("value", t("column-value"), 0, { show: optionValue, sort: (row) => row.value }),
          text("unit", t("column-unit"), { show: (row) => words.unit(row.unit) }),
          text("source", t("column-source"), { source: true, lang: "en" }),
        ],
        rows: plan.options.filter((row) => row.room === room),
      });
      return [el("h3", {}, t(`room-${room}`)), box];
    });
    byId("options-tables").replaceChildren(...boxes.flat());
  }

  function optionValue(row) {
    const show = (value) => (typeof value === "boolean" ? t(value ? "fact-yes" : "fact-no") : typeof value === "number" ? words.number(value, decimalsOf(value)) : String(value));
    if (!row.changed) return show(row.value);
    return el("span", {}, el("span", { className: "badge changed-badge", title: t("default-value", { value: show(row.default) }) }, t("changed")), " ", show(row.value));
  }

  const decimalsOf = (value) => Math.min(6, (String(value).split(".")[1] ?? "").length);

  function sources() {
    build(byId("layers-table"), {
      label: t("section-data"),
      columns: [
        text("key", t("column-layer"), { show: (row) => words.keyed(`layer-${row.key}`, row.key) }),
        text("origin", t("column-origin"), { show: (row) => badge(row.origin) }),
        text("source", t("column-source"), { source: true, lang: "en" }),
        text("licence", t("column-licence"), { source: true, lang: "en" }),
        text("note", t("column-note"), { source: true, lang: "en" }),
      ],
      rows: plan.layers,
    });
    build(byId("provenance-table"), {
      label: t("provenance-title"),
      sortable: false,
      columns: [text("key", t("column-key")), text("value", t("column-value"), { source: true, lang: "en" })],
      rows: flat(plan.provenance).filter((row) => !row.key.startsWith("options.")),
    });
  }

  function flat(value, path = "") {
    if (value === null || typeof value !== "object") return [{ key: path, value: String(value) }];
    return Object.entries(value).flatMap(([key, inner]) => flat(inner, path ? `${path}.${key}` : key));
  }

  function draw() {
    totals();
    summary();
    settlementList();
    comparison();
    optionTables();
    sources();
  }

  return { build, draw, projectList, text, numeric, swatch, badge, millions, busById, mapButton };
})();
