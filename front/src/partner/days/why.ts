// Why somebody is left out, in the reader's words; the server tells it in English.

import { words } from "../../frame/words.svelte";

const KNOWN: [RegExp, string][] = [
  [/^nobody teaches (?<course>.+) in (?<place>.+)$/, "days-why-teacher"],
  [/^no room in (?<place>.+) has seats and devices for (?<pupils>\d+)$/, "days-why-room"],
  [/^teachers and rooms are taken by groups with more pupils$/, "days-why-taken"],
  [/^no slot was left that suits both and the other musts$/, "days-why-slot"],
  [/^no slot was left after the change$/, "days-why-change"],
  [/^they are never there at the same time$/, "days-why-apart"],
  [/^(?<held>\d+) of (?<least>\d+) meetings could be placed$/, "days-why-least"],
];

export function tellWhy(text: string): string {
  for (const [pattern, key] of KNOWN) {
    const found = pattern.exec(text);
    if (found) return words.t(key, { ...found.groups });
  }
  return text;
}
