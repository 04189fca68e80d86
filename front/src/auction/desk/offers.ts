// What a bidder fills in, and the offers that are sealed of it: one for each envelope.

import { t, words } from "../../frame/words.svelte";
import type { AuctionState } from "../api";
import type { Body, Json } from "../crypto/canonical";
import type { Offers } from "../crypto/seal";
import { envelopesAsked } from "../rules/rulesFile";

export interface Field {
  key: string;
  envelope: string;
  label: string;
  kind: "decimal" | "whole" | "text" | "yes-no";
  unit: string;
}

const KINDS: { [field: string]: Field["kind"] } = {
  price: "decimal",
  quantity: "decimal",
  least_quantity: "decimal",
  delivery_year: "whole",
  is_divisible: "yes-no",
};

/** The fields that the rules ask for; criteria that are scored are numbers, lots are won whole. */
export function fieldsOf({ rules, opening }: AuctionState): Field[] {
  const asked = envelopesAsked(rules);
  const isByLot = rules.allocation?.by === "lot";
  return Object.keys(opening).flatMap((envelope) => {
    const named = asked.find(({ name }) => name === envelope)?.fields ?? ["price", "quantity"];
    const scores = named.includes("scores") ? (rules.scoring?.criteria ?? []) : [];
    return [
      ...named
        .filter((key) => key !== "scores" && !(key === "quantity" && isByLot))
        .map((key): Field => ({ key, envelope, ...formOf(key, rules) })),
      ...scores.map(
        ({ id, title }): Field => ({
          key: `scores.${id}`,
          envelope,
          label: title,
          kind: "decimal",
          unit: "",
        }),
      ),
    ];
  });
}

function formOf(key: string, { price, quantity }: AuctionState["rules"]) {
  const units: { [key: string]: string } = { price: price.unit, quantity: quantity?.unit ?? "MW" };
  return {
    label: words.name("bid-field", key).replaceAll("_", " "),
    kind: KINDS[key] ?? ("text" as const),
    unit: words.unit(units[key === "least_quantity" ? "quantity" : key]),
  };
}

/** A decimal as rules write it: a dot, no zeros before; null where it is none. */
export function readDecimal(text: string): string | null {
  const plain = text
    .trim()
    .replace(/[\s\u00a0]/g, "")
    .replace(",", ".");
  return /^(0|[1-9]\d*)(\.\d+)?$/.test(plain) ? plain : null;
}

/** Offers by envelope, and what is wrong by field. */
export function offersOf(
  fields: Field[],
  filled: { [key: string]: string },
): { offers: Offers; faults: { [key: string]: string } } {
  const offers: Offers = {};
  const faults: { [key: string]: string } = {};
  for (const { key, envelope, kind } of fields) {
    offers[envelope] ??= {};
    const text = filled[key]?.trim() ?? "";
    const value = readValue(kind, text);
    if (value === null) faults[key] = t(text ? `wrong-${kind}` : "wrong-empty");
    else put(offers[envelope], key, value);
  }
  return { offers, faults };
}

function readValue(kind: Field["kind"], text: string): Json {
  if (kind === "decimal") return readDecimal(text);
  if (kind === "whole") return /^\d{1,9}$/.test(text) ? Number(text) : null;
  if (kind === "yes-no") return text === "yes";
  return text || null;
}

function put(offer: Body, key: string, value: Json): void {
  const [group = "", name] = key.split(".");
  if (name === undefined) offer[group] = value;
  else offer[group] = { ...(offer[group] as Body | undefined), [name]: value };
}
