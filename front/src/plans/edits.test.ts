import { describe, expect, it } from "vitest";
import { countEdits, move, shut, turn, without } from "./edits.svelte";

const polygon = { type: "Polygon" as const, coordinates: [] };

describe("changes of a region", () => {
  it("hold a settlement once, at its last place", () => {
    const twice = move(move({}, { id: "a", lon: 1, lat: 2 }), { id: "a", lon: 3, lat: 4 });
    expect(twice.settlements).toEqual([{ id: "a", lon: 3, lat: 4 }]);
  });

  it("are taken away one by one until nothing is left", () => {
    const all = turn(shut(move({}, { id: "a", lon: 1, lat: 2 }), { kinds: ["road"], polygon }), {
      id: "r",
      is_planned: false,
    });
    expect(countEdits(all)).toBe(3);
    const none = without(without(without(all, "forbidden", 0), "settlements", 0), "corridors", 0);
    expect(none).toEqual({});
  });
});
