"use strict";
// Words, numbers and elements: what every other script of the page uses.

const plan = JSON.parse(document.getElementById("plan").textContent);

const words = (() => {
  const catalogues = JSON.parse(document.getElementById("words").textContent);
  let language = document.documentElement.lang;

  const has = (key) => key in catalogues[language].messages;

  function t(key, values = {}) {
    const text = catalogues[language].messages[key] ?? key;
    return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
  }

  // A word of the data, such as `solar`: from the catalogue, else as it stands.
  function name(group, word) {
    const key = `${group}-${word}`;
    return has(key) ? t(key) : String(word ?? "");
  }

  // Text of the data by its key; what has no translation is marked as English for screen readers.
  function keyed(key, text, values = {}) {
    if (has(key)) return t(key, values);
    return language === "en" ? String(text ?? "") : el("span", { lang: "en" }, String(text ?? ""));
  }

  // The same for a phrase that holds numbers, such as `Slope above 10 %`: its key has `n` for each.
  function phrase(group, text) {
    const numbers = String(text).match(/\d+(\.\d+)?/g) ?? [];
    const slug = String(text).toLowerCase().replace(/\d+(\.\d+)?/g, " n ").replace(/[^a-z]+/g, "_").replace(/^_|_$/g, "");
    const values = numbers.map((digits) => number(Number(digits), (digits.split(".")[1] ?? "").length));
    return keyed(`${group}-${slug}`, text, { n: values[0] });
  }

  const plain = (content) => (typeof content === "string" ? content : content.textContent);

  // A unit in the language's own signs, such as MVt for MW.
  function unit(text) {
    return String(text ?? "").replace(/US\$|[A-Za-z]+/g, (sign) => {
      const key = `symbol-${sign === "US$" ? "USD" : sign}`;
      return has(key) ? t(key) : sign;
    });
  }

  function number(value, decimals = 0) {
    if (value === null || value === undefined) return "–";
    const [decimal, group] = catalogues[language].marks;
    const rounded = Math.abs(value).toFixed(decimals);
    const [whole, part] = rounded.split(".");
    const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, group);
    const negative = value < 0 && Number(rounded) !== 0;
    return (negative ? "−" : "") + grouped + (part ? decimal + part : "");
  }

  // Three significant digits, never fewer than the whole number.
  function short(value) {
    if (value === null || value === undefined) return "–";
    const size = Math.abs(value);
    const decimals = size >= 100 || size === 0 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
    return number(value, decimals);
  }

  // Money as a figure and its unit: [12,3, million US$].
  function moneyParts(usd) {
    const size = Math.abs(usd);
    if (size >= 1e9) return [short(usd / 1e9), "billion"];
    if (size >= 1e6) return [short(usd / 1e6), "million"];
    if (size >= 1e3) return [short(usd / 1e3), "thousand"];
    return [number(usd), "unit"];
  }

  function money(usd) {
    const [value, size] = moneyParts(usd);
    return t(`money-${size}`, { value });
  }

  const withUnit = (value, sign) => `${short(value)} ${unit(sign)}`;

  const compare = (a, b) => sortKey(a) < sortKey(b) ? -1 : sortKey(a) > sortKey(b) ? 1 : 0;

  // Browsers sort Azerbaijani letters wrongly, so their order stands here.
  const letters = "abcçdeəfgğhxıijkqlmnoöprsştuüvwyz";
  function sortKey(value) {
    if (typeof value === "number") return value;
    const text = String(value ?? "");
    if (language !== "az") return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
    const lower = text.replace(/I/g, "ı").replace(/İ/g, "i").toLowerCase();
    return [...lower].map((letter) => {
      const place = letters.indexOf(letter);
      return String.fromCharCode(place < 0 ? letter.charCodeAt(0) : 0x1000 + place);
    }).join("");
  }

  const local = (row) => (language === "en" ? row.name : row.name_local || row.name);

  return {
    t, has, name, keyed, phrase, plain, unit, number, short, money, moneyParts, withUnit, compare, local,
    languages: Object.keys(catalogues),
    get language() { return language; },
    set language(code) { language = code; },
  };
})();

const t = words.t;

// An element with attributes (`on…` are listeners) and children; text is never read as HTML.
function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "style") Object.entries(value).forEach(([name, set]) => node.style.setProperty(name, set));
    else if (key === "className") node.className = value;
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

const byId = (id) => document.getElementById(id);
const colour = (kind) => `var(--c-${kind})`;
const sum = (values) => values.reduce((total, value) => total + (value ?? 0), 0);
const unique = (values) => [...new Set(values)];

const districts = new Map(plan.map.layers.districts.map((row) => [row.name, row]));
const districtName = (name) => (districts.has(name) ? words.local(districts.get(name)) : name);
const places = new Map(plan.map.layers.settlements.map((row) => [row.id, row]));
const projects = new Map(plan.map.layers.projects.map((row) => [row.id, row]));
const buses = new Map(plan.map.layers.buses.map((row) => [row.id, row]));
const splitList = (text) => (text ? text.split(";") : []);

// The name of a project: as the plan has it, or put together in the page's language.
function projectName(row) {
  if (words.language === "en") return row.name;
  const place = places.get(splitList(row.serves)[0]);
  const phase = row.name.match(/phase (\d+)$/)?.[1] ?? "";
  const lot = row.id.match(/-(building|other)-land$/)?.[1];
  if (row.kind === "clearance") return lot ? t("project-clearance", { district: districtName(row.district), lot: t(`lot-${lot}`) }) : row.name;
  if ((row.kind === "settlement" || row.kind === "smart_village") && place) return t(`project-${row.kind}`, { place: words.local(place), phase }).trim();
  if (["solar", "wind", "hydro", "storage"].includes(row.kind)) return t("project-plant", { kind: words.name("kind", row.kind), name: siteName(row) });
  return routeName(row);
}

// A site's own part of its identifier in words, such as `Jabrayil 3` for solar-jabrayil-3.
function siteName(row) {
  const own = row.id.replace(new RegExp(`^(${row.technology ?? row.kind}-)+`), "").replace(/-site-/, "-");
  return localNames(own.replace(/-/g, " ").replace(/(^|\s)[a-z]/g, (letter) => letter.toUpperCase()));
}

// The name of a route, such as `Road Fuzuli–Shusha`, with its kind in the page's language.
const routeName = (row) => (words.language === "en" ? row.name : localNames(row.name.replace(/^(Road|Railway|Line) (.*)$/, `$2 (${words.name("kind", row.kind).toLowerCase()})`)));

// The name of a substation, such as `Fuzuli solar sites`.
function busName(row) {
  const [, place, kind] = row.name.match(/^(.*) (solar|wind|hydro) sites$/) ?? [];
  return kind && words.language !== "en" ? `${localNames(place)}: ${t(`over-${kind}`)}` : localNames(row.name);
}

// A text with the names of places in the page's language.
function localNames(text) {
  if (words.language === "en") return text;
  const known = [...places.values(), ...districts.values()].filter((row) => row.name_local && row.name !== row.name_local);
  return known.sort((a, b) => b.name.length - a.name.length).reduce((whole, row) => whole.split(row.name).join(row.name_local), text);
}
