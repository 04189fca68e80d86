import { expect, it } from "vitest";
import { cellAt, extent, quad, rampColour, valueAt } from "./grid";
import { distanceKm } from "./landFacts";
import type { Corners } from "./page";

const corners: Corners = [
  [39, 46],
  [41, 48],
];

it("finds the cell of a place, and none outside", () => {
  const size = { width: 4, height: 4, corners };
  expect(cellAt(40.99, 46.01, size)).toBe(0);
  expect(cellAt(39.01, 47.99, size)).toBe(15);
  expect(cellAt(42, 47, size)).toBeNull();
});

it("reads steps as values, and nothing where nothing is known", () => {
  const grid = { steps: new Uint16Array([0, 1, 11]), low: 5, scale: 0.5 };
  expect([0, 1, 2].map((cell) => valueAt(grid, cell))).toEqual([null, 5, 10]);
  expect(extent(grid)).toEqual([5, 10]);
});

it("blends colours between their stops", () => {
  expect(rampColour(["#000000", "#ffffff"], 0.5)).toEqual([128, 128, 128]);
  expect(rampColour(["#000000", "#ff0000", "#ffffff"], 2)).toEqual([255, 255, 255]);
});

it("gives the corners clockwise from north-west", () => {
  expect(quad(corners)).toEqual([
    [46, 41],
    [48, 41],
    [48, 39],
    [46, 39],
  ]);
});

it("measures a degree of latitude as 111 km", () => {
  expect(distanceKm([47, 39], [47, 40])).toBeCloseTo(111.2, 1);
});
