import { expect, it, vi } from "vitest";
import { matchPage } from "./page";
import { addressOf, readPlace, router } from "./router.svelte";

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

it("changes the query of the page that is open, and of no other", () => {
  const at = { hash: "#/plans/a/map?year=2030" };
  const replaced: string[] = [];
  vi.stubGlobal("location", at);
  vi.stubGlobal("window", { addEventListener: () => {} });
  vi.stubGlobal("history", {
    state: null,
    replaceState: (_: unknown, __: string, address: string) => {
      replaced.push(address);
      at.hash = address;
    },
  });
  router.start();
  router.ask({ select: "ağalı", year: null });
  expect(replaced).toEqual([`#/plans/a/map?select=${encodeURIComponent("ağalı")}`]);
  // The reader has gone; the map that is still moving asks for something.
  at.hash = "#/partners";
  router.ask({ year: 2031 });
  expect(replaced).toHaveLength(1);
  expect(at.hash).toBe("#/partners");
  vi.unstubAllGlobals();
});
