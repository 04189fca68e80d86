// The pages' own arithmetic: what is told of rules, lots and records, and what a form seals.

import { describe, expect, it } from "vitest";
import example from "../../../tests/auction/seal/example.json";
import type { AuctionState } from "./api";
import { fieldsOf, offersOf, readDecimal } from "./desk/offers";
import { frameOf } from "./look/lotMap";
import { lotFacts, placeOf } from "./lotFacts";
import { until } from "./numbers";
import { lotOf, simpleRules } from "./room/draft";
import type { RulesFile } from "./rules/rulesFile";
import { tellRules } from "./rules/tell";
import { inOrder, tellStory } from "./story";

const { events } = JSON.parse(example.record);
const RULES: RulesFile = {
  format: "bunyad-auction-rules/1",
  id: "x",
  title: "x",
  price: { currency: "USD", unit: "USD/MWh" },
};
const at = (kind: string) => events.findIndex((event: { kind: string }) => event.kind === kind);

describe("the story of a record", () => {
  it("is as far as its events", () => {
    expect(tellStory(events)?.stage).toBe("awarded");
    expect(tellStory(events.slice(0, at("published") + 1))?.stage).toBe("open");
    expect(tellStory(events.slice(0, at("opened") + 1))?.stage).toBe("opened");
    expect(tellStory(events.slice(1))).toBeNull();
  });

  it("counts what is withheld, and takes changed lots", () => {
    const changed = { ...events[2], kind: "amended", body: { why: "x", lots: [{ id: "new" }] } };
    const story = tellStory([events[0], { index: 1, leaf: "00" }, changed]);
    expect(story?.withheld).toBe(1);
    expect(story?.lots).toEqual([{ id: "new" }]);
  });

  it("opens envelopes by time, then by name", () => {
    expect(inOrder({ price: "2026-02", bond: "2026-01", about: "2026-02" })).toEqual([
      "bond",
      "about",
      "price",
    ]);
  });
});

describe("an offer", () => {
  it("takes numbers as people write them and no others", () => {
    expect(["35,40", " 35.40 ", "1 000", "0"].map(readDecimal)).toEqual([
      "35.40",
      "35.40",
      "1000",
      "0",
    ]);
    for (const text of ["", "-1", "1.2.3", "1e5", "01", "NaN"])
      expect(readDecimal(text)).toBeNull();
  });

  it("is one for each envelope, with points under their names", () => {
    const rules: RulesFile = {
      ...RULES,
      scoring: { price_weight: "0.7", criteria: [{ id: "jobs", title: "Jobs", weight: "0.3" }] },
      bids: {
        envelopes: [
          { name: "technical", fields: ["technology", "scores"] },
          { name: "price", fields: ["price", "quantity"] },
        ],
      },
    };
    const fields = fieldsOf({
      rules,
      opening: { technical: "1", price: "2" },
    } as never as AuctionState);
    const filled = { technology: "solar", "scores.jobs": "12", price: "35,4", quantity: "10" };
    expect(offersOf(fields, filled)).toEqual({
      offers: {
        technical: { technology: "solar", scores: { jobs: "12" } },
        price: { price: "35.4", quantity: "10" },
      },
      faults: {},
    });
    expect(Object.keys(offersOf(fields, { ...filled, price: "cheap" }).faults)).toEqual(["price"]);
  });

  it("asks for no quantity where lots are won whole", () => {
    const lots = { rules: simpleRules("x", ""), opening: { price: "1" } } as never as AuctionState;
    expect(fieldsOf(lots).map(({ key }) => key)).toEqual(["price"]);
  });
});

describe("a lot", () => {
  it("is written by hand with a place and a size", () => {
    const form = { id: "a", title: "", technology: "wind", mw: "50", place: "39.9, 46.7" };
    const lot = lotOf(form);
    expect(lot).toEqual({
      id: "a",
      technology: "wind",
      capacity_mw: "50",
      place: { lon: "46.7", lat: "39.9" },
    });
    expect(placeOf(lot)).toEqual([46.7, 39.9]);
    expect(lotFacts(lot, null).find(({ key }) => key === "capacity_mw")?.value).toBe("50 MW");
  });

  it("stands on the map where it is, true to scale", () => {
    expect(frameOf([], 640, 300)).toBeNull();
    const frame = frameOf(
      [
        [46, 39],
        [47, 40],
      ],
      640,
      300,
    );
    if (!frame) throw new Error("no frame");
    const [[west, south], [east, north]] = [frame.project([46, 39]), frame.project([47, 40])];
    expect([west < east, north < south]).toEqual([true, true]);
    expect((east - west) / (south - north)).toBeCloseTo(Math.cos((39.5 * Math.PI) / 180), 6);
    expect(frame.bar.px).toBeCloseTo(((frame.bar.km / 111.32) * (south - north)) / 1, 6);
  });
});

describe("rules in words", () => {
  it("say nothing of what the rules leave out", () => {
    const keys = tellRules(RULES).map(({ key }) => key);
    expect(keys).toEqual(["offer", "price", "winners", "few", "qualification", "bids"]);
  });

  it("say every limit, bond, round and contract that there is", () => {
    const rules: RulesFile = {
      ...RULES,
      volume: "100",
      budget: { by_year: { 2027: "5" } },
      pots: [{ id: "a", volume: "5", leftover_to: "b" }],
      limits: { technology: [{ of: ["solar"], minimum: "1", maximum: "2" }], bidder: { lots: 2 } },
      undersubscription: { rule: "scale", scale_to: "0.8", fewest_bidders: 2 },
      securities: [
        { id: "bid", amount: "5", due: "now", released_when: ["a"], forfeited_when: ["b"] },
      ],
      rounds: { step: "0.01", minutes: 30, extension_window_minutes: 5, extension_minutes: 5 },
      contract: { kind: "two_way_cfd", years: 15, indexation_share: "0.5" },
    };
    const told = Object.fromEntries(tellRules(rules).map(({ key, said }) => [key, said.length]));
    expect(told).toMatchObject({
      offer: 5,
      limits: 3,
      few: 3,
      securities: 3,
      rounds: 2,
      contract: 2,
    });
  });
});

describe("time that is left", () => {
  it("is told in days, hours or minutes, and never below none", () => {
    const now = Date.parse("2026-11-22T10:00:00.000Z");
    const told = [
      "2026-11-22T09:00:00.000Z",
      "2026-11-22T11:00:00.000Z",
      "2026-11-26T10:00:00.000Z",
    ];
    expect(told.map((moment) => until(moment, now))).toEqual([
      "auction-minutes",
      "auction-minutes",
      "auction-days",
    ]);
  });
});
