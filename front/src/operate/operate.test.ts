import { describe, expect, it } from "vitest";
import type { ThingRow } from "./api";
import { project, spanOf, worstOf } from "./facts";
import { linePath, ticks } from "./lines";

const thing = (id: string, lon: number | null, lat: number | null): ThingRow => ({
  id,
  name: id,
  type: "Building",
  lon,
  lat,
  worst: "",
  measured: [],
  expected: [],
});

describe("a village's page", () => {
  it("breaks a line where nothing was told", () => {
    const path = linePath(
      [1, 2, null, 3],
      (index) => index,
      (value) => value,
    );
    expect(path).toBe("M0.0 1.0L1.0 2.0M3.0 3.0");
  });

  it.each([
    [0, 4, [0, 1, 2, 3, 4]],
    [-3, 3, [-4, -2, 0, 2, 4]],
    [0, 0.55, [0, 0.2, 0.4, 0.6]],
    [5, 5, [5]],
  ])("spans %d to %d by round numbers", (least, most, expected) => {
    expect(ticks(least, most)).toEqual(expected);
  });

  it.each([
    [59, [0, "minutes"]],
    [3600, [1, "hours"]],
    [172_800, [2, "days"]],
    [-5, [0, "minutes"]],
  ])("tells %d seconds in one unit", (seconds, expected) => {
    expect(spanOf(seconds)).toEqual(expected);
  });

  it("names the most urgent alarm", () => {
    expect(worstOf(["low", "", "high"])).toBe("high");
    expect(worstOf(["", ""])).toBe("");
  });

  it("draws north up and in metres, without things that stand nowhere", () => {
    const { places, box } = project([
      thing("south", 46.0, 39.0),
      thing("north", 46.001, 39.001),
      thing("nowhere", null, null),
    ]);
    expect(places.map((one) => one.thing.id)).toEqual(["south", "north"]);
    expect(places[1]?.y).toBeLessThan(places[0]?.y ?? 0);
    expect(box[3]).toBeCloseTo(111.32, 1);
    expect(box[2]).toBeCloseTo(111.32 * Math.cos((39.0005 * Math.PI) / 180), 1);
  });
});
