"use strict";
// Curves of sites: how sure the energy is, and how long an output lasts.

const curves = (() => {
  const BEST = 12;
  const { step, sites, technologies } = plan.site_curves;
  const outputs = (text) => [...atob(text)].map((letter) => letter.charCodeAt(0) * step);

  function site(id) {
    const found = sites[id];
    return found ? { days: outputs(found.days), curve: outputs(found.curve) } : null;
  }

  const kindName = (name) => words.name("kind", name);

  // Output over the part of the year in which it is reached; a chosen site stands out.
  function duration(id, chosen = null) {
    const lines = Object.keys(technologies).filter((name) => !chosen || name === chosen.technology)
      .map((name) => ({ name, label: chosen ? t("duration-all", { kind: kindName(name) }) : kindName(name), values: outputs(technologies[name]), own: false }));
    if (chosen && site(chosen.id)) lines.push({ name: chosen.technology, label: siteName(chosen), values: site(chosen.id).curve, own: true });
    const spots = lines.flatMap((line) => line.values.map((value, place) => ({ ...line, time: place, output: 100 * value })));
    charts.fill(id, {
      entries: lines.map((line) => ({ colour: line.own || !chosen ? colour(line.name) : "var(--c-standing)", label: line.label, stroke: true })),
      draw: (box, title) => charts.plot(box, chosen ? `${title}: ${siteName(chosen)}` : title, {
        height: 280, marginTop: 28, marginLeft: 48, marginBottom: 40, marginRight: 24,
        x: { label: t("duration-x"), domain: [0, 100], tickFormat: (value) => `${value} %`, ticks: charts.widthOf(box) > 480 ? 10 : 4, labelArrow: "none" },
        y: { label: t("duration-y"), domain: [0, 100], grid: true, ticks: 5, tickFormat: (value) => `${value} %`, labelArrow: "none" },
        marks: [
          Plot.lineY(spots, { x: "time", y: "output", z: "label", stroke: (spot) => (spot.own || !chosen ? colour(spot.name) : "var(--c-standing)"), strokeWidth: 2.4 }),
          Plot.ruleY([0], { strokeOpacity: 0.7 }),
          Plot.tip(spots, Plot.pointer({ x: "time", y: "output", title: (spot) => t("duration-tip", { name: spot.label, output: words.number(spot.output), time: words.number(spot.time) }) })),
        ],
      }),
      table: {
        columns: [
          tables.numeric("time", t("duration-x"), 0, { show: (row) => `${row.time} %` }),
          ...lines.map((line, order) => tables.numeric(String(order), `${line.label}, %`, 1)),
        ],
        rows: d3.range(0, 101, 5).map((time) => ({ time, ...Object.fromEntries(lines.map((line, order) => [String(order), 100 * line.values[time]])) })),
        sortable: false,
      },
    });
  }

  const LEVELS = [["p90_gwh", 0.9], ["p75_gwh", 0.55], ["annual_energy_gwh", 0.28]];

  function certainty() {
    const rows = plan.map.layers.sites.filter((row) => row.annual_energy_gwh > 0);
    const kinds = unique(rows.map((row) => row.technology));
    charts.fill("chart-certainty", {
      entries: [["p90", 0.9], ["p75", 0.55], ["p50", 0.28]].map(([name, part]) => ({ colour: `color-mix(in srgb, currentColor ${part * 100}%, transparent)`, label: t(`certainty-${name}`) })),
      draw: (box) => el("div", { className: "trio" }, kinds.map((kind) => {
        const best = rows.filter((row) => row.technology === kind).sort((a, b) => b.annual_energy_gwh - a.annual_energy_gwh).slice(0, BEST);
        const parts = best.flatMap((row) => LEVELS.map(([key, part], order) => ({ row, part, key, from: order ? row[LEVELS[order - 1][0]] : 0, to: row[key] })));
        const width = charts.printing ? 215 : Math.min(charts.widthOf(box), Math.max(280, Math.floor(box.clientWidth / Math.max(1, Math.min(kinds.length, Math.floor(box.clientWidth / 320)))) - 16));
        const tip = ({ row }) => [siteName(row), ...LEVELS.toReversed().map(([key]) => `${t(`certainty-${key === "annual_energy_gwh" ? "p50" : key.slice(0, 3)}`)}: ${words.short(row[key])} ${words.unit("GWh")}`)].join("\n");
        return el("div", {}, el("h4", {}, kindName(kind)), charts.plot(box, `${byId("chart-certainty").querySelector("h3").textContent}: ${kindName(kind)}`, {
          width, height: best.length * 24 + 54, marginBottom: 40, marginLeft: charts.printing ? 74 : 112, marginTop: 6, marginRight: 14,
          x: { label: words.unit("GWh"), grid: true, ticks: 4, tickFormat: charts.axisNumber, labelArrow: "none" },
          y: { label: null, domain: best.map((row) => row.id), tickFormat: (id) => cut(siteName({ id, technology: kind }), charts.printing ? 12 : 17), tickSize: 0, padding: 0.25 },
          marks: [
            Plot.barX(parts, { y: (part) => part.row.id, x1: "from", x2: "to", fill: colour(kind), fillOpacity: "part", title: tip, tip: true }),
            Plot.ruleX([0]),
          ],
          opacity: { type: "identity" },
        }));
      })),
      table: {
        columns: [
          tables.text("technology", t("column-technology"), { show: (row) => kindName(row.technology) }),
          tables.text("id", t("column-site"), { show: (row) => tables.mapButton(row.id, siteName(row)), sort: siteName }),
          tables.numeric("capacity_mw", t("column-capacity"), 1),
          ...LEVELS.toReversed().map(([key]) => tables.numeric(key, `${t(`certainty-${key === "annual_energy_gwh" ? "p50" : key.slice(0, 3)}`)}, ${words.unit("GWh")}`, 1)),
          tables.numeric("inter_annual_sd_share", t("certainty-years"), 1, { show: (row) => words.number(100 * row.inter_annual_sd_share, 1) }),
          tables.numeric("model_sd_share", t("certainty-model"), 1, { show: (row) => words.number(100 * row.model_sd_share, 1) }),
        ],
        rows, rowHeader: 1,
      },
    });
  }

  const cut = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

  function draw() {
    certainty();
    duration("chart-duration");
  }

  return { draw, duration, site };
})();
