"use strict";
// Charts: drawn with Observable Plot as SVG; each has the same data as a table below it.

const charts = (() => {
  const KINDS = ["clearance", "road", "railway", "power_line", "solar", "wind", "hydro", "storage", "settlement", "smart_village"];
  const SOURCES = ["hydro", "wind", "solar", "discharge", "import"];
  const PRINT_WIDTH = 660;
  let printing = false;

  const theme = () => ({ background: "transparent", color: "currentColor", fontSize: "12.5px" });

  function widthOf(box, parts = 1) {
    if (printing) return Math.floor(PRINT_WIDTH / parts);
    return Math.max(280, Math.floor(box.clientWidth));
  }

  function plot(box, label, options) {
    const drawn = Plot.plot({ style: theme(), ariaLabel: label, width: widthOf(box), marginLeft: 55, ...options });
    drawn.setAttribute("role", "img");
    drawn.querySelectorAll("[aria-label]").forEach((node) => node.removeAttribute("aria-label"));
    return drawn;
  }

  function legend(figure, entries) {
    figure.querySelector(".legend").replaceChildren(...entries.map(({ colour: paint, label, stroke }) =>
      el("span", {}, el("i", stroke ? { className: "stroke", style: { "border-color": paint } } : { style: { background: paint } }), label)));
  }

  function fill(id, { draw, entries = [], table }) {
    const figure = byId(id);
    const box = figure.querySelector(".plot");
    const title = figure.querySelector("h3").textContent;
    legend(figure, entries);
    box.replaceChildren(...[draw(box, title)].flat());
    // A table is built when it is opened, which keeps a change of language or size quick.
    const details = figure.querySelector("details");
    const build = () => details.open && tables.build(figure.querySelector(".table-box"), { label: title, ...table });
    details.ontoggle = build;
    build();
  }

  const kindEntries = (kinds) => kinds.map((kind) => ({ colour: colour(kind), label: words.name("kind", kind) }));
  const yearTicks = (years, box) => years.filter((_, place) => place % Math.ceil((years.length * 46) / widthOf(box)) === 0);
  const axisNumber = (value) => words.number(value, value !== 0 && Math.abs(value) < 1 ? 1 : 0);

  function curves() {
    const technologies = unique(plan.curves.map((row) => row.technology));
    fill("chart-curves", {
      draw: (box) => el("div", { className: "trio" }, technologies.map((technology) => {
        const rows = plan.curves.filter((row) => row.technology === technology);
        const title = words.name("kind", technology);
        const width = printing ? 215 : Math.min(widthOf(box), Math.max(280, Math.floor(box.clientWidth / Math.max(1, Math.min(3, Math.floor(box.clientWidth / 320)))) - 16));
        return el("div", {}, el("h4", {}, title), plot(box, `${byId("chart-curves").querySelector("h3").textContent}: ${title}`, {
          width, height: 240, marginLeft: 42, marginBottom: 38, marginRight: 14,
          x: { label: t("curves-x"), tickFormat: axisNumber, ticks: 4, labelArrow: "none" },
          y: { label: t("curves-y"), grid: true, tickFormat: axisNumber, zero: true, labelArrow: "none", ticks: 5 },
          marks: [
            Plot.rect(rows, {
              x1: (row) => row.cumulative_capacity_mw - row.capacity_mw, x2: "cumulative_capacity_mw", y1: 0, y2: "lcoe_usd_per_mwh",
              fill: colour(technology), fillOpacity: 0.8, stroke: "var(--card)", strokeWidth: rows.length > 60 ? 0 : 0.6,
              title: (row) => `${siteName({ id: row.site, technology: row.technology })}\n${words.short(row.capacity_mw)} ${words.unit("MW")}\n${words.short(row.lcoe_usd_per_mwh)} ${t("curves-y")}`, tip: true,
            }),
            Plot.ruleY([0], { strokeOpacity: 0.5 }),
          ],
        }));
      })),
      table: {
        columns: [
          tables.text("technology", t("column-technology"), { show: (row) => words.name("kind", row.technology) }),
          tables.text("site", t("column-site"), { show: (row) => tables.mapButton(row.site, siteName({ id: row.site, technology: row.technology })) }),
          tables.numeric("lcoe_usd_per_mwh", t("column-lcoe"), 1),
          tables.numeric("capacity_mw", t("column-capacity"), 1),
          tables.numeric("cumulative_capacity_mw", t("column-cumulative"), 1),
        ],
        rows: plan.curves, rowHeader: 1,
      },
    });
  }

  const ruleText = (row) => words.plain(words.phrase("rule", row.rule));

  function rules() {
    const technologies = unique(plan.rules.map((row) => row.technology));
    fill("chart-rules", {
      entries: [{ colour: colour("excluded"), label: t("column-excluded") }, { colour: colour("left"), label: t("rules-left") }],
      draw: (box) => el("div", { className: "pair" }, technologies.map((technology) => {
        const rows = plan.rules.filter((row) => row.technology === technology).sort((a, b) => a.order - b.order);
        const steps = [];
        const first = rows[0];
        steps.push({ label: t("rules-all"), from: 0, to: first.left_km2 + first.excluded_in_order_km2, kind: "left" });
        for (const row of rows) steps.push({ label: ruleText(row), from: row.left_km2, to: row.left_km2 + row.excluded_in_order_km2, kind: "excluded" });
        const last = rows[rows.length - 1];
        steps.push({ label: t("rules-left"), from: 0, to: last.left_km2, kind: "left" });
        const width = printing || box.clientWidth < 640 ? widthOf(box) : Math.floor(box.clientWidth / 2) - 12;
        const labels = Math.min(252, Math.floor(width * 0.47));
        const cut = Math.floor((labels - 12) / 6.3);
        steps.forEach((step, place) => { step.y = place; step.short = step.label.length > cut ? `${step.label.slice(0, cut - 1)}…` : step.label; });
        return el("div", {}, el("h4", {}, words.name("kind", technology)), plot(box, `${t("rules-title")}: ${words.name("kind", technology)}`, {
          width, height: steps.length * 25 + 40, marginLeft: labels, marginRight: 62, marginTop: 6,
          x: { label: t("rules-x"), grid: true, tickFormat: axisNumber, ticks: width < 420 ? 2 : 4, labelArrow: "none" },
          y: { type: "band", label: null, tickFormat: (place) => steps[place].short, tickSize: 0, padding: 0.2 },
          marks: [
            Plot.barX(steps, { y: "y", x1: "from", x2: "to", fill: (step) => colour(step.kind), title: (step) => `${step.label}: ${words.number(step.to - step.from)} km²`, tip: true }),
            Plot.text(steps, { y: "y", x: "to", text: (step) => words.number(step.kind === "left" ? step.to - step.from : step.from - step.to), dx: 5, textAnchor: "start", fill: "currentColor" }),
          ],
        }));
      })),
      table: {
        columns: [
          tables.text("technology", t("column-technology"), { show: (row) => words.name("kind", row.technology) }),
          tables.text("rule", t("column-rule"), { show: ruleText }),
          tables.numeric("excluded_alone_km2", t("column-excluded-alone")),
          tables.numeric("excluded_in_order_km2", t("column-excluded")),
          tables.numeric("left_km2", t("column-left")),
        ],
        rows: plan.rules, sortable: false, rowHeader: 1,
      },
    });
  }

  const dayName = (date) => t("day-of-month", { day: date.getUTCDate(), month: t(`month-${date.getUTCMonth() + 1}`) });
  const hourName = (date) => `${dayName(date)}, ${String(date.getUTCHours()).padStart(2, "0")}:00`;

  function week(id, season) {
    const { start, series } = plan.weeks[season];
    const begin = Date.parse(start);
    const times = series.demand.map((_, hour) => new Date(begin + hour * 36e5));
    const sources = [...SOURCES, ...Object.keys(series).filter((name) => ![...SOURCES, "charge", "export", "demand"].includes(name))].filter((name) => series[name] && sum(series[name]) > 0);
    const sinks = ["charge", "export"].filter((name) => sum(series[name]) > 0);
    const long = (names, sign) => names.flatMap((name) => times.map((time, hour) => ({ name, time, mw: sign * series[name][hour] })));
    const all = Object.values(plan.weeks).map((other) => other.series);
    const top = Math.max(...all.map((other) => Math.max(...other.demand.map((mw, hour) => Math.max(mw, sum(Object.keys(other).filter((name) => !["charge", "export", "demand"].includes(name)).map((name) => other[name][hour])))))));
    const bottom = Math.max(...all.map((other) => Math.max(...other.demand.map((_, hour) => other.charge[hour] + other.export[hour]))));
    const demand = times.map((time, hour) => ({ time, mw: series.demand[hour], all: hour }));
    const entries = [...sources, ...sinks].map((name) => ({ colour: colour(name), label: words.name("carrier", name) }));
    const tip = (row) => [hourName(row.time), `${t("carrier-demand")}: ${words.short(row.mw)} ${words.unit("MW")}`, ...[...sources, ...sinks].map((name) => `${words.name("carrier", name)}: ${words.short(series[name][row.all])} ${words.unit("MW")}`)].join("\n");
    fill(id, {
      entries: [...entries, { colour: colour("demand"), label: t("carrier-demand"), stroke: true }],
      draw: (box, title) => plot(box, title, {
        height: 290, marginLeft: 50,
        x: { type: "utc", label: null, ticks: times.filter((time, hour) => hour % 24 === 0).filter((_, day) => widthOf(box) > 480 || day % 2 === 0), tickFormat: dayName },
        y: { label: words.unit("MW"), domain: [-bottom, top], grid: true, tickFormat: axisNumber, labelArrow: "none" },
        color: { type: "identity" },
        marks: [
          Plot.areaY(long(sources, 1), { x: "time", y: "mw", z: "name", fill: (row) => colour(row.name), order: sources, curve: "step-after" }),
          Plot.areaY(long(sinks, -1), { x: "time", y: "mw", z: "name", fill: (row) => colour(row.name), order: sinks, curve: "step-after" }),
          Plot.lineY(demand, { x: "time", y: "mw", stroke: colour("demand"), strokeWidth: 2, curve: "step-after" }),
          Plot.ruleY([0], { strokeOpacity: 0.7 }),
          Plot.tip(demand, Plot.pointerX({ x: "time", y: "mw", title: tip })),
        ],
      }),
      table: {
        columns: [
          tables.text("hour", t("column-hour"), { show: (row) => hourName(times[row.hour]), sort: (row) => row.hour }),
          ...["demand", ...sources, ...sinks].map((name) => tables.numeric(name, `${words.name("carrier", name)}, ${words.unit("MW")}`, 1)),
        ],
        rows: times.map((_, hour) => ({ hour, ...Object.fromEntries(Object.entries(series).map(([name, values]) => [name, values[hour]])) })),
        sortable: false,
      },
    });
  }

  const carriers = () => Object.keys(plan.balance[0] ?? {}).filter((name) => !["bus", "discharge", "net_inflow", "demand", "charge", "export"].includes(name));

  function yearBalance() {
    const total = (name) => sum(plan.balance.map((row) => row[name]));
    const rows = [];
    for (const name of [...carriers(), "discharge"]) rows.push({ side: t("year-sources"), name, gwh: total(name) });
    for (const name of ["demand", "charge", "export"]) rows.push({ side: t("year-uses"), name, gwh: total(name) });
    const shown = rows.filter((row) => row.gwh > 0.0005);
    fill("chart-year", {
      entries: unique(shown.map((row) => row.name)).map((name) => ({ colour: name === "demand" ? colour("standing") : colour(name), label: words.name("carrier", name) })),
      draw: (box, title) => plot(box, title, {
        height: 140, marginLeft: 100, marginRight: 20,
        x: { label: words.unit("GWh"), grid: true, tickFormat: axisNumber, labelArrow: "none" },
        y: { label: null, domain: [t("year-sources"), t("year-uses")], tickSize: 0 },
        marks: [
          Plot.barX(shown, { y: "side", x: "gwh", fill: (row) => (row.name === "demand" ? colour("standing") : colour(row.name)), stroke: "var(--card)", strokeWidth: 1, order: null, title: (row) => `${words.name("carrier", row.name)}: ${words.short(row.gwh)} ${words.unit("GWh")}`, tip: true }),
        ],
      }),
      table: {
        columns: [
          tables.text("name", t("column-kind"), { show: (row) => words.name("carrier", row.name) }),
          tables.text("side", t("section-energy")),
          tables.numeric("gwh", words.unit("GWh"), 1),
        ],
        rows,
      },
    });
  }

  function balance() {
    const parts = [];
    for (const row of plan.balance) {
      const bus = tables.busById(row.bus);
      const add = (name, gwh) => { if (Math.abs(gwh) > 0.0005) parts.push({ bus, name, gwh }); };
      [...carriers(), "discharge"].forEach((name) => add(name, row[name]));
      add(row.net_inflow > 0 ? "net_inflow" : "net_outflow", row.net_inflow);
      ["demand", "charge", "export"].forEach((name) => add(name, -row[name]));
    }
    const order = unique(parts.map((row) => row.bus)).sort((a, b) => sum(parts.filter((row) => row.bus === b && row.gwh > 0).map((row) => row.gwh)) - sum(parts.filter((row) => row.bus === a && row.gwh > 0).map((row) => row.gwh)));
    const paint = (name) => (name === "demand" ? colour("standing") : colour(name));
    fill("chart-balance", {
      entries: [...carriers(), "discharge", "net_inflow", "net_outflow", "demand", "charge", "export"].filter((name) => parts.some((row) => row.name === name)).map((name) => ({ colour: paint(name), label: words.name("carrier", name) })),
      draw: (box, title) => plot(box, title, {
        height: order.length * 26 + 45, marginLeft: 150, marginRight: 20, marginTop: 6,
        x: { label: words.unit("GWh"), grid: true, tickFormat: axisNumber, labelArrow: "none" },
        y: { label: null, domain: order, tickSize: 0, padding: 0.22 },
        marks: [
          Plot.barX(parts, { y: "bus", x: "gwh", fill: (row) => paint(row.name), stroke: "var(--card)", strokeWidth: 0.7, title: (row) => `${row.bus}\n${words.name("carrier", row.name)}: ${words.short(Math.abs(row.gwh))} ${words.unit("GWh")}`, tip: true }),
          Plot.ruleX([0]),
        ],
      }),
      table: {
        columns: [
          tables.text("bus", t("column-bus"), { show: (row) => tables.mapButton(row.bus, tables.busById(row.bus)) }),
          ...[...carriers(), "discharge", "net_inflow", "demand", "charge", "export"].map((name) => tables.numeric(name, words.name("carrier", name), 1)),
        ],
        rows: plan.balance,
      },
    });
  }

  function costKinds() {
    const kinds = KINDS.filter((kind) => plan.costs.some((row) => row.kind === kind));
    const rows = kinds.map((kind) => ({ kind, usd: sum(plan.costs.filter((row) => row.kind === kind).map((row) => row.capex_usd)) })).sort((a, b) => b.usd - a.usd);
    fill("chart-kinds", {
      draw: (box, title) => plot(box, title, {
        height: rows.length * 30 + 40, marginLeft: 130, marginRight: 70, marginTop: 6,
        x: { label: null, grid: true, tickFormat: axisNumber, transform: (usd) => usd / 1e6 },
        y: { label: null, domain: rows.map((row) => words.name("kind", row.kind)), tickSize: 0, padding: 0.25 },
        marks: [
          Plot.barX(rows, { y: (row) => words.name("kind", row.kind), x: "usd", fill: (row) => colour(row.kind) }),
          Plot.text(rows, { y: (row) => words.name("kind", row.kind), x: "usd", text: (row) => tables.millions(row.usd), dx: 6, textAnchor: "start", fill: "currentColor" }),
        ],
      }),
      table: {
        columns: [
          tables.text("kind", t("column-kind"), { show: (row) => words.name("kind", row.kind) }),
          tables.text("funding", t("column-funding"), { show: (row) => words.name("funding", row.funding) }),
          tables.numeric("count", t("column-count")),
          tables.numeric("capex_usd", t("column-cost"), 0, { show: (row) => tables.millions(row.capex_usd) }),
        ],
        rows: plan.costs,
      },
    });
  }

  function spending(id, funding) {
    const rows = plan.spending.filter((row) => row.funding === funding);
    const kinds = KINDS.filter((kind) => rows.some((row) => row.kind === kind && row.capex_usd > 0));
    const budget = funding === "public" ? plan.budgets : [];
    const years = unique([...plan.budgets.map((row) => row.year), ...rows.map((row) => row.year)]).sort();
    const entries = kindEntries(kinds);
    if (budget.length) entries.push({ colour: "currentColor", label: t("budget-line"), stroke: true });
    fill(id, {
      entries,
      draw: (box, title) => rows.length === 0 ? el("p", { className: "note" }, t("no-spending")) : plot(box, title, {
        height: 290, marginLeft: 50,
        x: { type: "band", domain: years, label: null, tickFormat: (year) => String(year), ticks: yearTicks(years, box), tickSize: 3 },
        y: { label: t("unit-million-usd"), grid: true, tickFormat: axisNumber, transform: (usd) => usd / 1e6, labelArrow: "none" },
        marks: [
          Plot.barY(rows, { x: "year", y: "capex_usd", fill: (row) => colour(row.kind), order: (row) => KINDS.indexOf(row.kind), title: (row) => `${row.year}\n${words.name("kind", row.kind)}: ${words.money(row.capex_usd)}`, tip: true }),
          Plot.tickY(budget, { x: "year", y: "public_budget_usd", stroke: "currentColor", strokeWidth: 2.5 }),
          Plot.ruleY([0], { strokeOpacity: 0.7 }),
        ],
      }),
      table: {
        columns: [
          tables.numeric("year", t("column-year"), 0, { show: (row) => String(row.year) }),
          ...kinds.map((kind) => tables.numeric(kind, words.name("kind", kind), 1)),
          tables.numeric("all", t("column-spending"), 1),
          ...(budget.length ? [tables.numeric("budget", t("column-budget"), 1)] : []),
        ],
        rows: years.map((year) => {
          const ofYear = rows.filter((row) => row.year === year);
          const byKind = Object.fromEntries(kinds.map((kind) => [kind, sum(ofYear.filter((row) => row.kind === kind).map((row) => row.capex_usd)) / 1e6]));
          return { year, ...byKind, all: sum(ofYear.map((row) => row.capex_usd)) / 1e6, budget: (plan.budgets.find((row) => row.year === year)?.public_budget_usd ?? 0) / 1e6 };
        }),
        sortable: false,
      },
    });
  }

  function gantt(rows) {
    const kinds = KINDS.filter((kind) => rows.some((row) => row.kind === kind));
    const sorted = [...rows].sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || a.start - b.start || a.finish - b.finish);
    const named = sorted.length <= 45;
    const step = named ? 20 : Math.max(3, Math.min(10, Math.floor(900 / Math.max(1, sorted.length))));
    sorted.forEach((row, place) => { row.line = place; });
    const heads = kinds.map((kind) => ({ kind, line: sorted.find((row) => row.kind === kind).line }));
    const cut = (text) => (text.length > 30 ? `${text.slice(0, 29)}…` : text);
    fill("chart-gantt", {
      entries: kindEntries(kinds),
      draw: (box, title) => sorted.length === 0 ? el("p", { className: "note" }, t("no-projects")) : plot(box, title, {
        height: sorted.length * step + 50, marginLeft: named ? 200 : 118, marginTop: 26, marginRight: 16,
        x: { label: null, grid: true, tickFormat: (year) => String(year), axis: "top", domain: [Math.min(...sorted.map((row) => row.start)), Math.max(...sorted.map((row) => row.finish)) + 1], ticks: 8, interval: 1 },
        y: { label: null, axis: null, domain: [0, sorted.length], reverse: true },
        marks: [
          Plot.rect(sorted, {
            x1: "start", x2: (row) => row.finish + 1, y1: "line", y2: (row) => row.line + 1, fill: (row) => colour(row.kind), inset: step > 8 ? 2 : step > 4 ? 0.5 : 0.2, rx: 2,
            title: (row) => `${projectName(row)}\n${words.name("kind", row.kind)}, ${districtName(row.district)}\n${row.start}–${row.finish}, ${words.money(row.capex_usd)}`, tip: true,
          }),
          named
            ? Plot.text(sorted, { x: () => Math.min(...sorted.map((row) => row.start)), y: (row) => row.line + 0.5, text: (row) => cut(projectName(row)), textAnchor: "end", dx: -8, fill: "currentColor" })
            : Plot.text(heads, { x: () => Math.min(...sorted.map((row) => row.start)), y: "line", text: (row) => words.name("kind", row.kind), textAnchor: "end", dx: -8, dy: 7, fill: "currentColor" }),
        ],
      }),
      table: {
        columns: [
          tables.text("name", t("column-name"), { show: projectName }),
          tables.text("kind", t("column-kind"), { show: (row) => words.name("kind", row.kind) }),
          tables.numeric("start", t("column-start"), 0, { show: (row) => String(row.start) }),
          tables.numeric("finish", t("column-finish"), 0, { show: (row) => String(row.finish) }),
        ],
        rows: sorted,
      },
    });
  }

  function people() {
    const years = d3.range(plan.region.first_year, plan.region.last_year + 1);
    const rows = years.flatMap((year, place) => [true, false].map((rebuilt) => ({
      year, rebuilt,
      people: sum([...places.values()].filter((row) => row.is_rebuilt === rebuilt).map((row) => row.people_by_year[place])),
    })));
    const paint = (row) => colour(row.rebuilt ? "settlement" : "standing");
    fill("chart-people", {
      entries: [{ colour: colour("settlement"), label: t("people-rebuilt") }, { colour: colour("standing"), label: t("people-standing") }],
      draw: (box, title) => plot(box, title, {
        height: 270, marginLeft: 62,
        x: { type: "band", domain: years, label: null, tickFormat: (year) => String(year), ticks: yearTicks(years, box) },
        y: { label: t("unit-people"), grid: true, tickFormat: axisNumber, labelArrow: "none" },
        marks: [
          Plot.barY(rows, { x: "year", y: "people", fill: paint, order: (row) => (row.rebuilt ? 1 : 0), title: (row) => `${row.year}\n${t(row.rebuilt ? "people-rebuilt" : "people-standing")}: ${words.number(row.people)}`, tip: true }),
          Plot.ruleY([0], { strokeOpacity: 0.7 }),
        ],
      }),
      table: {
        columns: [
          tables.numeric("year", t("column-year"), 0, { show: (row) => String(row.year) }),
          tables.numeric("rebuilt", t("people-rebuilt")),
          tables.numeric("standing", t("people-standing")),
        ],
        rows: years.map((year) => ({ year, rebuilt: rows.find((row) => row.year === year && row.rebuilt).people, standing: rows.find((row) => row.year === year && !row.rebuilt).people })),
        sortable: false,
      },
    });
  }

  function draw() {
    curves();
    rules();
    week("chart-summer", "summer");
    week("chart-winter", "winter");
    yearBalance();
    balance();
    costKinds();
    spending("chart-public", "public");
    spending("chart-private", "private");
    people();
  }

  return { draw, gantt, ruleText, fill, plot, widthOf, axisNumber, get printing() { return printing; }, set printing(on) { printing = on; } };
})();
