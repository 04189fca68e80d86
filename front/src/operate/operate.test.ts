import { describe, expect, it } from "vitest";
import type { ThingRow, Trend } from "./api";
import { legible, project, spanOf, worstOf } from "./facts";
import { linePath, ticks } from "./lines";
import { around, nearest, ruler, zoomed } from "./looking";

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

  it("draws nearer around a point, which stays where it is", () => {
    const view = zoomed({ x: 0, y: 0, width: 100, height: 50 }, 2, [20, 40]);
    expect(view).toEqual({ x: 10, y: 20, width: 50, height: 25 });
    expect(zoomed(view, 1e9, [20, 40]).width).toBeCloseTo(15);
  });

  it("looks at all of its things, also where there is one or none", () => {
    const view = around([
      { x: 0, y: 0 },
      { x: 1000, y: 200 },
    ]);
    expect(view.x).toBeLessThan(0);
    expect(view.x + view.width).toBeGreaterThan(1000);
    expect(view.height).toBeGreaterThan(200);
    for (const one of [around([]), around([{ x: 5, y: 5 }])])
      expect(Math.min(one.width, one.height)).toBeGreaterThanOrEqual(60);
  });

  it("knows how near its homes stand, and draws a ruler of a round length", () => {
    expect(
      nearest([
        { x: 0, y: 0 },
        { x: 3, y: 4 },
        { x: 103, y: 4 },
      ]),
    ).toBe(5);
    expect([7, 23, 120, 99].map(ruler)).toEqual([5, 20, 100, 50]);
  });

  it("tells large powers in kilowatts", () => {
    const trend = { unit: "WTT", values: [25_000, null], expected: [] } as unknown as Trend;
    expect(legible(trend)).toMatchObject({ unit: "KWT", values: [25, null] });
    expect(legible({ ...trend, values: [900] }).unit).toBe("WTT");
  });
});
