import { describe, expect, it } from "vitest";
import { readPlace, writePlace } from "./drawing.svelte";

describe("places", () => {
  it("are read as they are written, latitude first", () => {
    expect(readPlace(writePlace([46.75, 39.76]))).toEqual([46.75, 39.76]);
    expect(readPlace("39.76 46.75")).toEqual([46.75, 39.76]);
  });

  it.each(["", "39.76", "a, b", "100, 46", "39, 46, 1"])("%s is none", (text) => {
    expect(readPlace(text)).toBeNull();
  });
});
