// A draft that is written by hand: lots of a few fields, and the simplest rules.

import { readDecimal } from "../desk/offers";
import type { RulesFile } from "../rules/rulesFile";
import type { LotBody } from "../story";

export interface LotForm {
  id: string;
  title: string;
  technology: string;
  mw: string;
  place: string;
}

export const emptyLot = (): LotForm => ({
  id: "",
  title: "",
  technology: "solar",
  mw: "",
  place: "",
});

export function lotOf({ id, title, technology, mw, place }: LotForm): LotBody {
  const capacity = readDecimal(mw);
  const [lat, lon] = place.split(/[,;]\s*/).map(readDecimal);
  return {
    id: id.trim(),
    ...(title.trim() ? { title: title.trim() } : {}),
    technology,
    ...(capacity ? { capacity_mw: capacity } : {}),
    ...(lat && lon ? { place: { lon, lat } } : {}),
  };
}

/** Each lot to the lowest price, paid as bid, beneath a ceiling where one is given. */
export function simpleRules(title: string, ceiling: string): RulesFile {
  const most = readDecimal(ceiling);
  return {
    format: "bunyad-auction-rules/1",
    id: "lots-to-the-lowest-price",
    title: title.trim() || "Lots to the lowest price",
    price: { currency: "USD", unit: "USD/MWh", decimals: 2, ...(most ? { ceiling: most } : {}) },
    allocation: { by: "lot" },
    pricing: "pay_as_bid",
    bids: {
      envelopes: [{ name: "price", fields: ["price"] }],
      replacement: "latest",
      withdrawal: "until_deadline",
    },
  };
}
