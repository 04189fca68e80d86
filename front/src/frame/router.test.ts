import { expect, it } from "vitest";
import { matchPage } from "./page";
import { addressOf, readPlace } from "./router.svelte";

it("reads what it has written", () => {
  const address = addressOf(["plans", "a/b", "map"], {
    select: "ağalı & more",
    year: 2030,
    share: "",
  });
  const place = readPlace(address);
  expect(place.parts).toEqual(["plans", "a/b", "map"]);
  expect(Object.fromEntries(place.query)).toEqual({ select: "ağalı & more", year: "2030" });
});

it("takes an empty address as the first page", () => {
  expect(readPlace("").parts).toEqual([]);
  expect(matchPage("", [])).toEqual({});
  expect(matchPage("", ["plans"])).toBeNull();
});

it("finds open parts of a pattern", () => {
  expect(matchPage("plans/:id/:tab?", ["plans", "x"])).toEqual({ id: "x" });
  expect(matchPage("plans/:id/:tab?", ["plans", "x", "map"])).toEqual({ id: "x", tab: "map" });
  expect(matchPage("plans/:id/:tab?", ["plans"])).toBeNull();
  expect(matchPage("plans", ["plans", "x"])).toBeNull();
});
