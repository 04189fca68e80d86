// What a verification found, as the page tells it.

import { t, words } from "../../frame/words.svelte";
import type { Check } from "../api";
import { CHECKS, type Verification } from "../crypto/verify";

/** A check of the browser or of the server: ok is null where it could not be made. */
export interface CheckRow {
  name: string;
  ok: boolean | null;
  text: string;
  found: string[];
}

export function browserRows({ checks, faults }: Verification): CheckRow[] {
  return CHECKS.map((name) => ({
    name,
    ok: checks[name],
    text: t(`proof-${name}`),
    found: faults
      .filter(({ check }) => check === name)
      .map(({ what, index }) => placed(words.phrase("defect", what), index)),
  }));
}

/** What only the Python program checks: the events' forms and order, the result, the awards. */
export function serverRows(checks: Check[]): CheckRow[] {
  const names = [...new Set(checks.map(({ name }) => name))];
  return names.map((name) => {
    const own = checks.filter((check) => check.name === name);
    const isWrong = own.some(({ ok }) => ok === false);
    const isMade = own.every(({ ok }) => ok !== null);
    return {
      name,
      ok: isWrong ? false : isMade ? true : null,
      text: t(`proof-${name}`),
      found: own.filter(({ ok }) => ok !== true).map(({ text, index }) => placed(text, index)),
    };
  });
}

const placed = (text: string, index: number | null): string =>
  index === null ? text : t("defect-at", { index, text });

export function verdictOf(rows: CheckRow[]): "good" | "partly" | "wrong" {
  if (rows.some(({ ok }) => ok === false)) return "wrong";
  return rows.every(({ ok }) => ok) ? "good" : "partly";
}
