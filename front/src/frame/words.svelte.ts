// Words: Fluent catalogues of the frame and of the plan's report, one language at a time.

import { FluentBundle, FluentResource } from "@fluent/bundle";
import planEnglish from "../../../src/bunyad/messages/en.ftl?raw";
import english from "../words/en.ftl?raw";
import {
  compareValues,
  type Sortable,
  shortDecimals,
  writeDay,
  writeMoment,
  writeNumber,
} from "./numbers";

export const LANGUAGES: Record<string, string> = {
  en: "English",
  az: "Azərbaycanca",
  ru: "Русский",
  ur: "اردو",
};
const RIGHT_TO_LEFT = new Set(["ur"]);
const KEY = "bunyad-language";

type Values = Record<string, string | number>;

const LOADERS: Record<string, () => Promise<string[]>> = {
  en: async () => [],
  az: async () => {
    const [own, plan] = await Promise.all([
      import("../words/az.ftl?raw"),
      import("../../../src/bunyad/messages/az.ftl?raw"),
    ]);
    return [own.default, plan.default];
  },
  ru: async () => [(await import("../words/ru.ftl?raw")).default],
  ur: async () => {
    const [own] = await Promise.all([
      import("../words/ur.ftl?raw"),
      import("./urdu").then((urdu) => urdu.loadLetters()),
    ]);
    return [own.default];
  },
};

// Words of the chapters that are read when the chapter is.
const CHAPTERS = import.meta.glob<string>("../words/*/*.ftl", { query: "?raw", import: "default" });

const textOf = async (chapter: string, language: string): Promise<string> =>
  (await CHAPTERS[`../words/${chapter}/${language}.ftl`]?.()) ?? "";

export function makeBundle(language: string, texts: string[]): FluentBundle {
  const bundle = new FluentBundle(language, { useIsolating: false });
  for (const text of texts) bundle.addResource(new FluentResource(text));
  return bundle;
}

// Numbers are written before they come here; what is still one, such as a year, has no marks.
const written = (values: Values) =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)]));

class Words {
  language = $state("en");
  private bundles = $state.raw<FluentBundle[]>([makeBundle("en", [english, planEnglish])]);
  private chapters: string[] = [];

  get isRightToLeft(): boolean {
    return RIGHT_TO_LEFT.has(this.language);
  }

  async start(): Promise<void> {
    const wanted = localStorage.getItem(KEY) ?? navigator.language?.slice(0, 2);
    await this.choose(wanted in LANGUAGES ? wanted : "en", false);
  }

  async choose(language: string, isKept = true): Promise<void> {
    const own = await (LOADERS[language] as () => Promise<string[]>)();
    const english = this.bundles.at(-1) as FluentBundle;
    const more = await Promise.all(this.chapters.map((chapter) => textOf(chapter, language)));
    this.bundles = own.length ? [makeBundle(language, [...own, ...more]), english] : [english];
    this.language = language;
    document.documentElement.lang = language;
    document.documentElement.dir = this.isRightToLeft ? "rtl" : "ltr";
    if (isKept) localStorage.setItem(KEY, language);
  }

  // Read the words of a chapter, once.
  async open(chapter: string): Promise<void> {
    if (this.chapters.includes(chapter)) return;
    const text = await textOf(chapter, "en");
    this.chapters = [...this.chapters, chapter];
    this.bundles.at(-1)?.addResource(new FluentResource(text));
    await this.choose(this.language, false);
  }

  has(key: string): boolean {
    return this.bundles.some((bundle) => bundle.hasMessage(key));
  }

  // The message of a key; a text that is no key stands for itself.
  t = (key: string, values: Values = {}): string => {
    for (const bundle of this.bundles) {
      const pattern = bundle.getMessage(key)?.value;
      if (pattern) return bundle.formatPattern(pattern, written(values), []);
    }
    return key;
  };

  // A word of the data, such as `solar`: from the catalogue, else as it stands.
  name = (group: string, word: string | null | undefined): string => {
    const key = `${group}-${word}`;
    return word && this.has(key) ? this.t(key) : String(word ?? "");
  };

  keyed = (key: string, text: string | null | undefined, values: Values = {}): string =>
    this.has(key) ? this.t(key, values) : String(text ?? "");

  // A phrase that holds numbers, such as `Slope above 10 %`: its key has `n` for each.
  phrase = (group: string, text: string): string => {
    const numbers = text.match(/\d+(\.\d+)?/g) ?? [];
    const slug = text
      .toLowerCase()
      .replace(/\d+(\.\d+)?/g, " n ")
      .replace(/[^a-z]+/g, "_")
      .replace(/^_|_$/g, "");
    const first = numbers[0];
    return this.keyed(
      `${group}-${slug}`,
      text,
      first ? { n: this.number(Number(first), first.split(".")[1]?.length ?? 0) } : {},
    );
  };

  // A unit in the language's own signs, such as MVt for MW.
  unit = (text: string | null | undefined): string =>
    String(text ?? "").replace(/US\$|[A-Za-z]+/g, (sign) => {
      const key = `symbol-${sign === "US$" ? "USD" : sign}`;
      return this.has(key) ? this.t(key) : sign;
    });

  number = (value: number | null | undefined, decimals = 0): string =>
    writeNumber(value, this.language, decimals);

  short = (value: number | null | undefined): string =>
    this.number(value, value === null || value === undefined ? 0 : shortDecimals(value));

  withUnit = (value: number | null | undefined, unit: string): string =>
    `${this.short(value)} ${this.unit(unit)}`.trim();

  moneyParts = (usd: number): [string, string] => {
    const size = Math.abs(usd);
    if (size >= 1e9) return [this.short(usd / 1e9), "billion"];
    if (size >= 1e6) return [this.short(usd / 1e6), "million"];
    if (size >= 1e3) return [this.short(usd / 1e3), "thousand"];
    return [this.number(usd), "unit"];
  };

  money = (usd: number): string => {
    const [value, size] = this.moneyParts(usd);
    return this.t(`money-${size}`, { value });
  };

  // What went wrong, in the page's language where its code is known.
  problem = ({
    code,
    title,
    mend,
  }: {
    code: string;
    title: string;
    mend: string;
  }): { title: string; mend: string } =>
    this.has(`problem-${code}`)
      ? { title: this.t(`problem-${code}`), mend: this.t(`problem-${code}-mend`) }
      : { title: this.t(title), mend: this.t(mend) };

  moment = (moment: string): string => writeMoment(moment, this.language);

  day = (day: string): string => writeDay(day, this.language);

  compare = (a: Sortable, b: Sortable): number => compareValues(a, b, this.language);

  local = (row: { name: string; name_local?: string | null }): string =>
    this.language === "az" ? row.name_local || row.name : row.name;
}

export const words = new Words();
export const t = words.t;
