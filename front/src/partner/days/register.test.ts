import { describe, expect, it } from "vitest";
import { readRegister } from "./register";

describe("a register", () => {
  it("is read with commas or semicolons, quotes, and marks or none", () => {
    const text = '\ufeffpupil,lesson,there,mark\r\n"Aygün, M.",1,yes,90\r\n"Say ""hi""",2,no,\r\n';
    const rows = [
      { pupil: "Aygün, M.", lesson: 1, is_there: true, mark: 90 },
      { pupil: 'Say "hi"', lesson: 2, is_there: false, mark: null },
    ];
    expect(readRegister(text)).toEqual({ rows, faulty: [] });
    expect(readRegister("Pupil;Lesson;There;Mark\nRəşad;3;bəli;71,5\n").rows).toEqual([
      { pupil: "Rəşad", lesson: 3, is_there: true, mark: 71.5 },
    ]);
    expect(readRegister("lesson,there,pupil\n1,x,Ay\n").rows[0]?.mark).toBeNull();
  });

  it("names every line that is not understood", () => {
    const text =
      "pupil,lesson,there,mark\nAy,0,yes,\n\nAy,1,perhaps,\nAy,1,yes,101\n,1,yes,\nAy,1,1,\n";
    expect(readRegister(text)).toEqual({
      rows: [{ pupil: "Ay", lesson: 1, is_there: true, mark: null }],
      faulty: [2, 4, 5, 6],
    });
    expect(readRegister("name,lesson\nAy,1\n").faulty).toEqual([1]);
    expect(readRegister("").faulty).toEqual([1]);
  });
});
