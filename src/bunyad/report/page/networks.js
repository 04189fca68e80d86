"use strict";
// Networks: loads, voltages, signals, traffic and ways, on the map and in tables.

const networks = (() => {
  const LOADS = ["#6a4fc0", "#8a3fb0", "#c0358f", "#e0405a", "#d00f0f"];
  const SERVICES = ["school", "clinic", "hospital", "city"];
  const found = plan.networks;

  const percent = (share, decimals = 0) => `${words.number(share * 100, decimals)} %`;
  const minutes = (value) => (value === null || value === undefined ? "–" : `${words.number(value)} ${t("unit-min")}`);
  const change = (way) => (!way ? "–" : way.minutes_before === 0 && way.minutes_after === 0 ? t("access-own") : `${minutes(way.minutes_before)} → ${way.minutes_after === 0 ? t("access-own") : minutes(way.minutes_after)}`);
  const namesOf = (text) => text.split(";").map((name) => words.name("radio", name)).join(", ");
  const totalOf = (key) => found.traffic.find((row) => row.key === key)?.value ?? null;

  // On the map

  const loadRamp = d3.interpolateRgbBasis(LOADS);
  const loadColour = (load) => loadRamp(Math.max(0, Math.min(1, (load ?? 0) / 100)));
  const fibreStyle = (row) => ({ pane: "lines", color: "var(--c-fibre)", weight: row.role === "ring" ? 2.6 : 1.5, dashArray: null, className: "line fibre" });
  const mastStyle = () => ({ pane: "places", color: "var(--halo)", fillColor: "var(--c-fibre)", weight: 1, fillOpacity: 0.95, radius: 4 });

  function legend() {
    if (!found.checks.length) return "";
    return el("div", { className: "ramp" },
      el("p", { className: "hint" }, t("load-legend")),
      el("div", { className: "bar", style: { background: `linear-gradient(90deg, ${LOADS.join(",")})` } }),
      el("div", { className: "ends" }, el("span", {}, "0"), el("span", {}, "100 %")));
  }

  function nameOf(kind, row) {
    if (kind === "mast") return words.language === "en" ? row.name : localNames(row.name.replace(/ mast (\d+)$/, ` ${t("kind-mast").toLowerCase()} $1`));
    return t("fibre-name", { role: t(`fibre-${row.role}`) });
  }

  // Facts

  function routeFacts(row, unit) {
    return [
      row.loading_percent === undefined ? null : [t("fact-load"), `${words.number(row.loading_percent)} %`],
      row.vehicles_per_day === undefined ? null : [t("fact-traffic"), unit(row.vehicles_per_day, t("unit-vehicles"), 0)],
      row.road_class === undefined ? null : [t("fact-class"), classOf(row)],
    ];
  }

  const classOf = (row) => t(row.is_enough ? "class-enough" : "class-short", { name: row.road_class, lanes: words.number(row.lanes) });

  const spanText = (span) => `${words.number(span.min * 100, 1)}–${words.number(span.max * 100, 1)} %`;
  const voltageFacts = (row) => row.voltages.map((span) => [
    t("fact-band", { kv: words.number(span.kv) }), spanText(span)]);

  function placeFacts(row, list, link) {
    const ways = row.access.map((way) => [words.name("service", way.service), [`${minutes(way.minutes_before)} → `, way.minutes_after ? el("span", {}, minutes(way.minutes_after), " (", link(way.nearest_after, placeName(way.nearest_after)), ")") : t("access-here")]]);
    const signals = row.coverage.map((cover) => [words.name("radio", cover.technology), percent(cover.share)]);
    return [...list(t("fact-ways"), ways), ...list(t("fact-homes-signal"), signals)];
  }

  const placeName = (id) => (places.has(id) ? words.local(places.get(id)) : id);

  function digitalFacts(kind, row, unit) {
    if (kind === "fibre") {
      return [
        [t("fact-length"), unit(row.length_km, "km", 1)],
        [t("fact-along"), t(row.along_road ? "fact-yes" : "fact-no")],
        [t("fact-cost"), words.money(row.cost_usd)],
      ];
    }
    return [
      [t("fact-technologies"), namesOf(row.technologies)],
      [t("fact-height"), unit(row.height_m, "m", 0)],
      [t("fact-elevation"), unit(row.ground_m, "m", 0)],
      [t("fact-covered"), words.number(row.homes)],
      [t("fact-cost"), words.money(row.capex_usd)],
    ];
  }

  // Tables

  const { build, text, numeric, mapButton, millions } = tables;

  function routes() {
    const rows = ["road", "railway", "power_line"].map((kind) => {
      const own = plan.map.layers.routes.filter((row) => row.kind === kind);
      return { kind, count: own.length, length_km: sum(own.map((row) => row.length_km)), structures_km: sum(own.map((row) => row.bridge_km + row.tunnel_km)), capex_usd: sum(own.map((row) => row.capex_usd)) };
    });
    rows.push({ kind: "fibre", count: plan.map.layers.fibre.length, length_km: found.fibre_km, structures_km: 0, capex_usd: found.fibre_usd });
    rows.push({ kind: "mast", count: found.masts, length_km: null, structures_km: 0, capex_usd: found.masts_usd });
    byId("routes-said").textContent = t("routes-said", { ring: words.number(found.fibre_ring_km), fibre: words.number(found.fibre_km) });
    build(byId("routes-table"), {
      label: t("networks-routes"),
      sortable: false,
      columns: [
        text("kind", t("column-kind"), { show: (row) => t(`kind-${row.kind}`) }),
        numeric("count", t("column-pieces")),
        numeric("length_km", t("column-length")),
        numeric("structures_km", t("column-structures"), 1, { show: (row) => (row.structures_km ? words.number(row.structures_km, 1) : "–") }),
        numeric("capex_usd", t("column-cost"), 0, { show: (row) => millions(row.capex_usd) }),
      ],
      rows: rows.filter((row) => row.count),
    });
  }

  const holds = (row) => el("span", { className: `badge ${row.holds ? "measured" : "changed"}-badge` }, t(row.holds ? "check-holds" : "check-fails"));
  // A line by the name of its route, a busbar by that of its substation.
  function partName(id) {
    const route = plan.map.layers.routes.find((row) => row.id === id);
    const bus = id.match(/^(.*) (\d+ kV)( busbar)?$/);
    if (route) return routeName(route);
    return bus && buses.has(bus[1]) ? `${busName(buses.get(bus[1]))}, ${bus[2]}` : bus && places.has(bus[1]) ? `${words.local(places.get(bus[1]))}, ${bus[2]}` : id;
  }

  const caseName = (name) => words.name("case", name.replace(/ /g, "_"));

  function grid() {
    const all = [...found.checks, ...found.outages];
    const kept = all.filter((row) => row.holds).length;
    byId("grid-said").textContent = all.length ? t("grid-said", { kept: words.number(kept), all: words.number(all.length) }) : t("grid-none");
    const bySize = found.checks.map((row) => ({ ...row, worst_text: `${words.number(row.worst, 1)} %`, limit_text: `${words.number(row.limit)} %` }));
    const failures = found.outages.map((row) => ({ ...row, worst_text: t("check-failures", { count: words.number(row.worst) }), limit_text: words.number(row.limit) }));
    build(byId("grid-table"), {
      label: t("networks-grid"),
      sortable: false,
      columns: [
        text("check", t("column-check"), { show: (row) => words.keyed(`check-${row.check.replace(/ /g, "_")}`, row.check) }),
        text("case", t("column-case"), { show: (row) => caseName(row.case) }),
        numeric("worst", t("column-worst"), 0, { show: (row) => row.worst_text }),
        numeric("limit", t("column-limit"), 0, { show: (row) => row.limit_text }),
        text("holds", t("column-holds"), { show: holds }),
        text("where", t("column-where"), { source: true, show: (row) => row.where.split(", ").map(partName).join(", ") }),
      ],
      rows: [...bySize, ...failures].sort((a, b) => Number(a.holds) - Number(b.holds)),
    });
    build(byId("upgrades-table"), {
      label: t("networks-upgrades"),
      empty: t("upgrades-none"),
      columns: [
        text("id", t("column-name"), { show: (row) => partName(row.id) }),
        text("was", t("column-was")),
        text("becomes", t("column-becomes")),
        numeric("added_capex_usd", t("column-cost"), 0, { show: (row) => millions(row.added_capex_usd) }),
      ],
      rows: found.upgrades,
    });
  }

  function stations() {
    const off = (row) => Math.max(...row.voltages.flatMap((span) => [Math.abs(span.min - 1), Math.abs(span.max - 1)]));
    const rows = [...buses.values()].filter((row) => row.voltages.length);
    build(byId("stations-table"), {
      label: t("networks-stations"),
      columns: [
        text("name", t("column-name"), { show: (row) => mapButton(row.id, busName(row)), sort: busName }),
        text("district", t("column-district"), { show: (row) => districtName(row.district) }),
        text("voltages", t("column-voltages"), { sort: off, show: (row) => row.voltages.map((span) => `${words.number(span.kv)} kV: ${spanText(span)}`).join("; ") }),
      ],
      rows: rows.sort((a, b) => off(b) - off(a)),
    });
  }

  function radio() {
    byId("radio-said").textContent = t("radio-said", { masts: words.number(found.masts), money: words.money(found.masts_usd) });
    build(byId("radio-table"), {
      label: t("networks-radio"),
      columns: [
        text("technology", t("column-technology"), { show: (row) => words.name("radio", row.technology) }),
        numeric("masts", t("column-masts")),
        numeric("homes_share", t("column-homes-covered"), 0, { show: (row) => percent(row.homes_share, 1) }),
        numeric("roads_share", t("column-roads-covered"), 0, { show: (row) => percent(row.roads_share, 1) }),
        numeric("area_share", t("column-area-covered"), 0, { show: (row) => percent(row.area_share, 1) }),
        numeric("capex_usd", t("column-cost"), 0, { show: (row) => millions(row.capex_usd) }),
      ],
      rows: found.radio,
    });
  }

  function traffic() {
    const short = found.roads.filter((row) => !row.is_enough).length;
    byId("traffic-said").textContent = t("traffic-said", { trips: words.number(totalOf("trips")), short: words.number(short), all: words.number(found.roads.length) });
    build(byId("traffic-table"), {
      label: t("networks-traffic"),
      columns: [
        text("name", t("column-name"), { show: (row) => mapButton(row.route, routeName({ ...row, kind: "road" })), sort: (row) => row.name }),
        text("standard", t("fact-standard"), { show: (row) => words.phrase("standard", row.standard) }),
        numeric("vehicles_per_day", t("column-vehicles")),
        numeric("minutes", t("column-minutes")),
        text("road_class", t("column-class"), { show: (row) => t("class-name", { name: row.road_class, lanes: words.number(row.lanes) }) }),
        text("is_enough", t("column-enough"), { show: (row) => holds({ holds: row.is_enough }) }),
      ],
      rows: [...found.roads].sort((a, b) => b.vehicles_per_day - a.vehicles_per_day),
    });
  }

  function access() {
    const mean = (service, when) => minutes(totalOf(`${service}_minutes_${when}`));
    byId("access-said").textContent = t("access-said", { hospital_before: mean("hospital", "before"), hospital_after: mean("hospital", "after"), school_before: mean("school", "before"), school_after: mean("school", "after") });
    const rows = [...places.values()].filter((row) => row.access.length).map((row) => ({ ...row, ways: new Map(row.access.map((way) => [way.service, way])) }));
    const column = (service) => numeric(service, words.name("service", service), 0, {
      sort: (row) => row.ways.get(service)?.minutes_after ?? Infinity,
      show: (row) => change(row.ways.get(service)),
    });
    build(byId("access-table"), {
      label: t("networks-access"),
      columns: [
        text("name", t("column-name"), { show: (row) => mapButton(row.id, words.local(row)), sort: words.local }),
        numeric("people", t("column-people")),
        ...SERVICES.map(column),
      ],
      rows: rows.sort((a, b) => b.people - a.people),
    });
  }

  function draw() {
    [routes, grid, stations, radio, traffic, access].forEach((table) => table());
  }

  return { draw, legend, loadColour, fibreStyle, mastStyle, nameOf, routeFacts, voltageFacts, placeFacts, digitalFacts };
})();
