// The register of a course as a file: a row for each pupil and lesson.

import type { Attended } from "./api";

export const HEADER = ["pupil", "lesson", "there", "mark"];

export interface Row {
  rows: Attended[];
  // Lines [1-based] that are not understood.
  faulty: number[];
}

const YES = new Set(["1", "yes", "y", "true", "x", "+", "bəli", "hə"]);
const NO = new Set(["0", "no", "n", "false", "", "-", "xeyr", "yox"]);

/** Read a CSV with the columns of HEADER, apart by commas or semicolons. */
export function readRegister(text: string): Row {
  const lines = text
    .replace(/^\ufeff/, "")
    .split(/\r?\n/)
    .map((line, place): [number, string] => [place + 1, line])
    .filter(([, line]) => line.trim());
  const mark = (lines[0]?.[1] ?? "").includes(";") ? ";" : ",";
  const head = cellsOf(lines[0]?.[1] ?? "", mark).map((cell) => cell.toLowerCase());
  const at = HEADER.map((name) => head.indexOf(name));
  if (at.slice(0, 3).includes(-1)) return { rows: [], faulty: [1] };
  const found: Row = { rows: [], faulty: [] };
  for (const [number, line] of lines.slice(1)) {
    const cells = cellsOf(line, mark);
    const row = rowOf(at.map((place) => cells[place] ?? ""));
    if (row) found.rows.push(row);
    else found.faulty.push(number);
  }
  return found;
}

function rowOf([pupil = "", lesson = "", there = "", mark = ""]: string[]): Attended | null {
  const said = there.toLowerCase();
  const points = mark === "" ? null : Number(mark.replace(",", "."));
  const isSound =
    pupil !== "" &&
    /^[1-9]\d*$/.test(lesson) &&
    (YES.has(said) || NO.has(said)) &&
    (points === null || (points >= 0 && points <= 100));
  return isSound ? { pupil, lesson: Number(lesson), is_there: YES.has(said), mark: points } : null;
}

// The cells of a line; those in quotes may hold the mark, and a quote twice.
function cellsOf(line: string, mark: string): string[] {
  const cells = line.match(
    new RegExp(`(?<=^|${mark})(?:"(?:[^"]|"")*"|[^${mark}"]*)(?=${mark}|$)`, "g"),
  );
  return (cells ?? []).map((cell) => {
    const bare = cell.trim();
    return bare.startsWith('"') ? bare.slice(1, -1).replaceAll('""', '"').trim() : bare;
  });
}
