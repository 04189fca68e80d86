// Key figures in words.

import { t, words } from "../frame/words.svelte";
import type { Card } from "./page";

export const cardTitle = (card: { key: string }, year: number): string =>
  t(`card-${card.key}`, { year });

// The figure and its unit.
export function cardValue(card: Card): [string, string] {
  if (card.unit !== "US$")
    return [
      words.number(card.value, card.unit === "%" && card.value % 1 ? 1 : 0),
      words.name("unit", card.unit) === card.unit
        ? words.unit(card.unit)
        : words.name("unit", card.unit),
    ];
  const [value, size] = words.moneyParts(card.value);
  return [value, t(size === "unit" ? "unit-usd" : `unit-${size}-usd`)];
}
