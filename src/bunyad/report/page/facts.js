"use strict";
// Facts: the panel beside the map, for whatever is selected.

const facts = (() => {
  const panel = byId("facts");

  function fill(title, type, rows, ...more) {
    const shown = rows.filter((row) => row && row[1] !== null && row[1] !== undefined && row[1] !== "");
    panel.classList.remove("nothing");
    panel.replaceChildren(
      el("h3", {}, title), el("p", { className: "type" }, type),
      el("dl", {}, shown.map(([key, value]) => el("div", {}, el("dt", {}, key), el("dd", {}, value)))),
      ...more.flat().filter(Boolean));
    panel.scrollTop = 0;
  }

  function empty() {
    panel.classList.add("nothing");
    panel.replaceChildren(el("h3", {}, t("map-empty-title")), el("p", { className: "type" }, t("map-empty")));
  }

  const yesNo = (value) => t(value ? "fact-yes" : "fact-no");
  const unit = (value, name, decimals) => (value === null || value === undefined ? null : `${decimals === undefined ? words.short(value) : words.number(value, decimals)} ${words.unit(name)}`);
  const link = (id, label) => (atlas.knows(id) ? el("button", { type: "button", className: "link", onclick: () => atlas.show(id) }, label) : label);
  const list = (title, rows) => (rows.length ? [el("h4", {}, title), el("dl", {}, rows.map(([key, value]) => el("div", {}, el("dt", {}, key), el("dd", {}, value))))] : []);
  const toPlace = () => (place.known ? [el("p", { className: "to-place" }, el("a", { href: "#place" }, t("place-link")))] : []);
  const placeName = (id) => (places.has(id) ? words.local(places.get(id)) : tables.busById(id));

  function settlement(row) {
    fill(words.local(row), words.name("kind", row.kind), [
      [t("fact-district"), districtName(row.district)],
      [t("fact-people-in", { year: plan.region.last_year }), words.number(row.people)],
      [t("fact-rebuilt"), yesNo(row.is_rebuilt)],
      [t("fact-homes"), words.number(row.homes)],
      [t("fact-school_places"), words.number(row.school_places)],
      [t("fact-kindergarten_places"), words.number(row.kindergarten_places)],
      [t("fact-clinic"), unit(row.clinic_visits_per_day, t("unit-visits-d"))],
      [t("fact-streets"), unit(row.streets_km, "km", 1)],
      [t("fact-demand"), unit(row.annual_demand_mwh / 1e3, `GWh ${t("unit-year")}`)],
      [t("fact-peak"), unit(row.peak_demand_kw / 1e3, "MW")],
      row.roof_kwp ? [t("fact-roofs"), t("fact-roofs-value", { power: unit(row.roof_kwp / 1e3, "MWp"), share: words.number(row.roof_share * 100) })] : null,
      row.capex_usd ? [t("fact-cost"), words.money(row.capex_usd)] : null,
      row.smart_capex_usd ? [t("fact-smart-cost"), words.money(row.smart_capex_usd)] : null,
      [t("fact-elevation"), unit(row.elevation_m, "m", 0)],
    ],
    toPlace(),
    networks.placeFacts(row, list, link),
    list(t("fact-uses"), Object.entries(row.demand_mwh).map(([use, mwh]) => [words.name("use", use), unit(mwh, "MWh")])),
    list(t("fact-services"), row.services.filter((item) => item.cost_usd > 0).map((item) => [words.name("service", item.service), words.money(item.cost_usd)])),
    list(t("fact-systems"), row.smart_systems.filter((item) => item.quantity > 0).map((item) => [words.phrase("system", item.system), `${words.number(item.quantity)} ${words.name("unit", item.unit)}`])));
  }

  function site(row) {
    fill(siteName(row), words.name("kind", row.technology), [
      [t("fact-district"), districtName(row.district)],
      [t("fact-stands"), yesNo(row.is_existing)],
      [t("fact-potential"), unit(row.capacity_mw, "MW")],
      [t("fact-built"), unit(row.built_capacity_mw, "MW")],
      [t("fact-energy"), unit(row.built_annual_energy_gwh || row.annual_energy_gwh, `GWh ${t("unit-year")}`)],
      [t("fact-p75"), unit(row.p75_gwh * (row.built_annual_energy_gwh ? row.built_annual_energy_gwh / row.annual_energy_gwh : 1), `GWh ${t("unit-year")}`)],
      [t("fact-p90"), unit(row.built_p90_gwh || row.p90_gwh, `GWh ${t("unit-year")}`)],
      [t("fact-spread"), t("fact-spread-parts", { years: words.number(row.inter_annual_sd_share * 100), model: words.number(row.model_sd_share * 100) })],
      [t("fact-hours"), unit(row.full_load_hours, "h", 0)],
      row.area_km2 ? [t("fact-area"), unit(row.area_km2, "km²")] : null,
      [t("fact-lcoe"), unit(row.lcoe_usd_per_mwh, t("curves-y"), 1)],
      [t("fact-rank"), words.number(row.lcoe_rank)],
      [t("fact-elevation"), unit(row.elevation_m, "m", 0)],
      row.technology === "wind" ? [t("fact-wind"), unit(row.wind_speed_ms, "m/s", 1)] : null,
    ], toPlace());
  }

  function route(row) {
    fill(routeName(row), words.name("kind", row.kind), [
      [t("fact-district"), districtName(row.district)],
      [t("fact-standard"), words.phrase("standard", row.standard)],
      [t("fact-length"), unit(row.length_km, "km", 1)],
      [t("fact-climb"), unit(row.climb_m, "m", 0)],
      row.kind === "power_line" ? null : [t("fact-grade"), unit(row.max_grade_percent, "%", 1)],
      row.bridge_km > 0.005 ? [t("fact-bridges"), unit(row.bridge_km, "km", 2)] : null,
      row.tunnel_km > 0.005 ? [t("fact-tunnels"), unit(row.tunnel_km, "km", 2)] : null,
      [t("fact-voltage"), unit(row.voltage_kv, "kV", 0)],
      [t("fact-capacity"), unit(row.capacity_mw, "MW", 0)],
      [t("fact-flow"), unit(row.peak_flow_mw, "MW")],
      row.mean_loading === null || row.mean_loading === undefined ? null : [t("fact-loading"), `${words.number(row.mean_loading * 100)} %`],
      ...networks.routeFacts(row, unit),
      [t("fact-cost"), words.money(row.capex_usd)],
    ]);
  }

  const digital = (kind) => (row) => fill(networks.nameOf(kind, row), t(`kind-${kind}`), networks.digitalFacts(kind, row, unit));

  function bus(row) {
    const balance = plan.balance.find((other) => other.bus === row.id);
    const rows = balance ? Object.entries(balance).filter(([key, value]) => key !== "bus" && Math.abs(value) > 0.005) : [];
    const sinks = ["demand", "charge", "export"];
    fill(busName(row), t("kind-bus"), [
      [t("fact-district"), districtName(row.district)],
      [t("fact-voltage"), unit(row.voltage_kv, "kV", 0)],
      [t("fact-stands"), yesNo(row.is_existing)],
      [t("fact-serves"), row.serves.map((id, place) => [place ? ", " : "", link(id, placeName(id))]).flat()],
      ...networks.voltageFacts(row),
    ], list(t("fact-balance"), rows.map(([key, value]) => {
      const outward = key === "net_inflow" ? value < 0 : sinks.includes(key);
      const name = key === "net_inflow" && value < 0 ? "net_outflow" : key;
      return [words.name("carrier", name), `${outward ? "−" : "+"}${words.short(Math.abs(value))} ${words.unit("GWh")}`];
    })));
  }

  function project(row) {
    fill(projectName(row), words.name("kind", row.kind), [
      [t("fact-district"), districtName(row.district)],
      [t("fact-years"), `${row.start}–${row.finish}`],
      [t("column-size"), words.withUnit(row.capacity, row.unit)],
      [t("fact-cost"), words.money(row.capex_usd)],
      [t("fact-opex"), t("money-a-year", { money: words.money(row.opex_usd_per_year) })],
      [t("fact-funding"), words.name("funding", row.funding)],
    ],
    list(t("fact-requires"), splitList(row.requires).map((id) => [link(id, projects.has(id) ? projectName(projects.get(id)) : id), projects.has(id) ? String(projects.get(id).finish) : ""])),
    list(t("fact-serves"), splitList(row.serves).slice(0, 20).map((id) => [link(id, placeName(id)), ""])),
    [el("h4", {}, t("fact-source")), el("p", { className: "source", lang: "en" }, row.provenance)]);
  }

  function use(order, technology) {
    if (order <= 0) return t("fact-may-be-used");
    const rule = plan.rules.find((row) => row.technology === technology && row.order === order);
    return t("fact-not-because", { rule: rule ? charts.ruleText(rule) : String(order) });
  }

  function land({ point, known, near, at }) {
    const district = known ? plan.map.layers.districts[at("district")] : null;
    const rule = (technology) => use(Math.round(at(`${technology}_exclusion`)), technology);
    fill(district ? words.local(district) : t("fact-outside"), t("fact-land"), [
      [t("fact-place"), `${words.number(point.lat, 3)}° N, ${words.number(point.lng, 3)}° E`],
      near ? [t("fact-nearest"), t("fact-at-distance", { name: words.local(near.row), distance: words.number(near.distance / 1e3, 1) })] : null,
      ...(known ? [
        [t("fact-elevation"), unit(at("elevation"), "m", 0)],
        [t("fact-slope"), unit(at("slope"), "%", 0)],
        [t("fact-solar-use"), rule("solar")],
        [t("fact-solar-yield"), unit(at("solar_yield"), "kWh/kW", 0)],
        [t("fact-wind-use"), rule("wind")],
        [t("fact-wind"), unit(at("wind_speed"), "m/s", 1)],
        [t("fact-wind-hours"), unit(at("wind_hours"), "h", 0)],
        landGrid.has("radio") ? [t("fact-signal"), at("radio") === null ? t("fact-no") : `${t("fact-yes")} (${unit(at("radio"), "dB", 0)})`] : null,
      ] : []),
    ], known ? toPlace() : []);
  }

  const kinds = { settlement, site, route, bus, project, fibre: digital("fibre"), mast: digital("mast") };

  function show(entry) {
    if (entry.kind === "land") land(entry);
    else kinds[entry.kind](entry.row);
  }

  return { show, empty };
})();
