// Decimal texts of rules, bids and results, written in the reader's language digit by digit.

import { t, words } from "../frame/words.svelte";
import type { RulesFile } from "./rules/rulesFile";

type Given = string | number | null | undefined;

export const isDecimal = (text: unknown): text is string | number =>
  (typeof text === "string" && /^-?\d+(\.\d+)?$/.test(text)) || typeof text === "number";

export function decimal(value: Given, least = 0): string {
  if (!isDecimal(value)) return value ? String(value) : "–";
  const [, part = ""] = String(value).split(".");
  return words.number(Number(value), Math.max(least, part.length));
}

export const share = (value: Given): string =>
  isDecimal(value)
    ? `${words.number(Number(value) * 100, Number.isInteger(Number(value) * 100) ? 0 : 1)} %`
    : "–";

export const priceOf = (rules: RulesFile, value: Given): string =>
  `${decimal(value, rules.price.decimals ?? 2)} ${words.unit(rules.price.unit)}`;

/** A quantity in the unit of the rules; where lots are won whole, how many. */
export const quantityOf = (rules: RulesFile, value: Given): string =>
  rules.allocation?.by === "lot"
    ? t("lots-won", { count: isDecimal(value) ? words.short(Number(value)) : "–" })
    : `${decimal(value)} ${words.unit(rules.quantity?.unit ?? "MW")}`;

const MINUTE_MS = 60_000;

/** How long until a moment, in days, hours or minutes. */
export function until(moment: string, now: number): string {
  const minutes = Math.max(0, Math.ceil((Date.parse(moment) - now) / MINUTE_MS));
  if (minutes >= 2880) return t("auction-days", { count: Math.floor(minutes / 1440) });
  if (minutes >= 120) return t("auction-hours", { count: Math.floor(minutes / 60) });
  return t("auction-minutes", { count: minutes });
}
