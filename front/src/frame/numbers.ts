// Numbers, dates and the order of letters. Browsers do not know Azerbaijani well, so it stands here.

interface Marks {
  decimal: string;
  group: string;
}

const MARKS: Record<string, Marks> = {
  en: { decimal: ".", group: "," },
  az: { decimal: ",", group: "." },
  ru: { decimal: ",", group: "\u00a0" },
  ur: { decimal: ".", group: "," },
};
const AZ_LETTERS = "abcçdeəfgğhxıijkqlmnoöprsştuüvwyz";
const AZ_MONTHS = [
  "yan",
  "fev",
  "mar",
  "apr",
  "may",
  "iyn",
  "iyl",
  "avq",
  "sen",
  "okt",
  "noy",
  "dek",
];

export function writeNumber(
  value: number | null | undefined,
  language: string,
  decimals = 0,
): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const { decimal, group } = MARKS[language] ?? (MARKS.en as Marks);
  const rounded = Math.abs(value).toFixed(decimals);
  const [whole = "0", part] = rounded.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, group);
  const isNegative = value < 0 && Number(rounded) !== 0;
  return `${isNegative ? "−" : ""}${grouped}${part ? decimal + part : ""}`;
}

// Three significant digits, never fewer than the whole number.
export function shortDecimals(value: number): number {
  const size = Math.abs(value);
  if (size >= 100 || size === 0 || Number.isInteger(value)) return 0;
  if (size >= 10) return 1;
  return size >= 1 ? 2 : 3;
}

/** A day such as 2031-05-01, as people write it. */
export function writeDay(day: string, language: string): string {
  const date = new Date(`${day}T12:00:00`);
  if (Number.isNaN(date.getTime())) return day;
  if (language === "az")
    return `${date.getDate()} ${AZ_MONTHS[date.getMonth()]} ${date.getFullYear()}`;
  const shape = { day: "numeric", month: "short", year: "numeric" } as const;
  return new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, shape).format(date);
}

export function writeMoment(moment: string, language: string): string {
  const date = new Date(moment);
  if (language !== "az") {
    return new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, {
      day: "numeric",
      month: "short",
      year: "numeric",
      hour: "2-digit",
      minute: "2-digit",
    }).format(date);
  }
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getDate()} ${AZ_MONTHS[date.getMonth()]} ${date.getFullYear()}, ${two(date.getHours())}:${two(date.getMinutes())}`;
}

export type Sortable = string | number | boolean | null | undefined;

export function compareValues(a: Sortable, b: Sortable, language: string): number {
  const left = sortKey(a, language);
  const right = sortKey(b, language);
  if (typeof left !== typeof right) return typeof left === "number" ? -1 : 1;
  return left < right ? -1 : left > right ? 1 : 0;
}

function sortKey(value: Sortable, language: string): string | number {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return Number(value);
  const text = String(value ?? "");
  if (language !== "az")
    return text
      .normalize("NFD")
      .replace(/[\u0300-\u036f]/g, "")
      .toLowerCase();
  const lower = text.replace(/I/g, "ı").replace(/İ/g, "i").toLowerCase();
  return [...lower]
    .map((letter) => {
      const place = AZ_LETTERS.indexOf(letter);
      return String.fromCharCode(place < 0 ? letter.charCodeAt(0) : 0x1000 + place);
    })
    .join("");
}
