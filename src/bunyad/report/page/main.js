"use strict";
// The page: language, cards, filter of projects, year, printing.

const page = (() => {
  const CARD_COLOURS = { solar: "solar", wind: "wind", hydro: "hydro", battery: "storage", roads: "road", railways: "railway", power_lines: "power_line", homes: "settlement", people_rebuilt: "settlement" };

  function title() {
    const titles = plan.region.title;
    return titles[words.language] ?? titles.en ?? plan.region.name;
  }

  function staticWords() {
    document.documentElement.lang = words.language;
    document.title = `${title()} – ${t("page-title")}`;
    byId("region-title").textContent = title();
    document.querySelectorAll("[data-t]").forEach((node) => { node.textContent = t(node.dataset.t); });
    document.querySelectorAll("[data-t-label]").forEach((node) => node.setAttribute("aria-label", t(node.dataset.tLabel)));
    document.querySelectorAll("[data-language]").forEach((node) => node.setAttribute("aria-pressed", String(node.dataset.language === words.language)));
    byId("lead").textContent = t("lead", { first: plan.region.first_year, last: plan.region.last_year, area: words.number(plan.region.area_km2), price_year: plan.region.price_year });
    const modelled = plan.region.modelled.map((key) => lowerFirst(words.name("layer", key)));
    byId("modelled").textContent = modelled.length ? t("modelled", { layers: modelled.join(", ") }) : t("all-measured");
  }

  const lowerFirst = (text) => (/^I/.test(text) && words.language === "az" ? "ı" : text.charAt(0) === "İ" ? "i" : text.charAt(0).toLowerCase()) + text.slice(1);

  function cards() {
    byId("cards").replaceChildren(...plan.cards.map(({ key, value, unit }) => {
      let [shown, name] = [words.number(value, Math.abs(value) < 10 && !Number.isInteger(value) ? 1 : 0), unit];
      if (unit === "US$") {
        const [amount, size] = words.moneyParts(value);
        [shown, name] = [amount, t(`unit-${size === "unit" ? "usd" : `${size}-usd`}`)];
      } else if (unit === "%") [shown, name] = [words.number(value, 1), "%"];
      else if (unit === "people" || unit === "homes") name = "";
      else name = words.unit(unit);
      const label = t(`card-${key}`, { year: plan.region.last_year });
      return el("li", { style: { "--mark": CARD_COLOURS[key] ? colour(CARD_COLOURS[key]) : "var(--accent)" } },
        el("div", { className: "label" }, label),
        el("div", {}, el("span", { className: "value" }, shown), name ? el("span", { className: "unit" }, ` ${name}`) : null));
    }));
  }

  // Filter of projects

  function options(id, entries) {
    const select = byId(id);
    const chosen = select.value;
    select.replaceChildren(el("option", { value: "" }, t("filter-all")), ...entries.map(([value, label]) => el("option", { value }, label)));
    select.value = chosen;
  }

  function filters() {
    const rows = [...projects.values()];
    const sorted = (values, name) => unique(values).map((value) => [value, name(value)]).sort((a, b) => words.compare(a[1], b[1]));
    options("filter-kind", sorted(rows.map((row) => row.kind), (kind) => words.name("kind", kind)));
    options("filter-district", sorted(rows.map((row) => row.district), districtName));
    options("filter-funding", sorted(rows.map((row) => row.funding), (funding) => words.name("funding", funding)));
  }

  function chosenProjects() {
    const text = byId("filter-text").value.trim().toLocaleLowerCase(words.language);
    const same = (id, value) => !byId(id).value || byId(id).value === value;
    return [...projects.values()].filter((row) =>
      same("filter-kind", row.kind) && same("filter-district", row.district) && same("filter-funding", row.funding) &&
      (!text || [projectName(row), row.id, row.district, districtName(row.district)].join(" ").toLocaleLowerCase(words.language).includes(text)));
  }

  function applyFilter() {
    const rows = chosenProjects();
    byId("filter-result").textContent = t("filter-result", { count: words.number(rows.length), all: words.number(projects.size), money: words.money(sum(rows.map((row) => row.capex_usd))) });
    tables.projectList(rows);
    charts.gantt(rows);
  }

  function download() {
    const columns = ["id", "kind", "name", "district", "capacity", "unit", "capex_usd", "opex_usd_per_year", "start", "finish", "requires", "serves", "funding", "provenance"];
    const quote = (value) => (/[",\n]/.test(value) ? `"${value.replace(/"/g, '""')}"` : value);
    const lines = [columns, ...chosenProjects().map((row) => columns.map((column) => quote(String(row[column] ?? ""))))].map((row) => row.join(","));
    const address = URL.createObjectURL(new Blob(["\ufeff", lines.join("\n"), "\n"], { type: "text/csv" }));
    el("a", { href: address, download: `${plan.region.name}-projects.csv` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  }

  // Year

  function years() {
    const input = byId("year");
    const last = Math.max(plan.region.last_year, ...[...projects.values()].map((row) => row.finish + 1));
    input.min = plan.region.first_year;
    input.max = last;
    input.value = input.max;
    input.addEventListener("input", () => atlas.setYear(Number(input.value)));
  }

  // Language, printing, size

  function draw() {
    staticWords();
    cards();
    atlas.draw();
    atlas.setYear(Number(byId("year").value));
    tables.draw();
    networks.draw();
    charts.draw();
    curves.draw();
    routes.draw();
    place.draw();
    filters();
    applyFilter();
  }

  function setLanguage(code) {
    words.language = code;
    draw();
  }

  function redraw() {
    charts.draw();
    curves.draw();
    routes.draw();
    place.draw();
    applyFilter();
  }

  function print(on) {
    document.documentElement.classList.toggle("printing", on);
    charts.printing = on;
    redraw();
    byId("leaflet").style.cssText = on ? "width: 180mm; height: 185mm" : "";
    atlas.resize();
  }

  function listen() {
    document.querySelectorAll("[data-language]").forEach((node) => node.addEventListener("click", () => setLanguage(node.dataset.language)));
    byId("print").addEventListener("click", () => window.print());
    byId("download").addEventListener("click", download);
    byId("filters").addEventListener("submit", (event) => event.preventDefault());
    ["filter-text", "filter-kind", "filter-district", "filter-funding"].forEach((id) => byId(id).addEventListener("input", applyFilter));
    window.addEventListener("beforeprint", () => print(true));
    window.addEventListener("afterprint", () => print(false));
    let width = window.innerWidth, timer = null;
    window.addEventListener("resize", () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (window.innerWidth === width) return;
        width = window.innerWidth;
        atlas.map.invalidateSize({ animate: false });
        redraw();
      }, 150);
    });
  }

  async function start() {
    const asked = new URLSearchParams(location.hash.slice(1)).get("lang") ?? navigator.language?.slice(0, 2);
    if (words.languages.includes(asked)) words.language = asked;
    listen();
    years();
    const unpacked = Promise.all([atlas.start(), place.unpack()]);
    draw();
    await unpacked;
    place.start();
    document.documentElement.dataset.ready = "yes";
  }

  return { start };
})();

page.start();
