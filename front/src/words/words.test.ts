import { describe, expect, it } from "vitest";
import planEnglishText from "../../../src/bunyad/messages/en.ftl?raw";

const catalogues = import.meta.glob<string>("./**/*.ftl", {
  query: "?raw",
  import: "default",
  eager: true,
});
const sources = import.meta.glob<string>(["../**/*.svelte", "../**/*.ts", "!../**/*.test.ts"], {
  query: "?raw",
  import: "default",
  eager: true,
});

// Messages with the variables that each takes.
function messagesOf(text: string): Map<string, string> {
  return new Map(
    [...text.matchAll(/^([\w-]+) = (.*)$/gm)].map((found) => [
      found[1] as string,
      [...(found[2] as string).matchAll(/\$\w+/g)].map(String).sort().join(),
    ]),
  );
}

// Those of the frame and of every chapter.
const messages = (language: string) =>
  messagesOf(
    Object.keys(catalogues)
      .filter((path) => path.endsWith(`/${language}.ftl`))
      .map((path) => catalogues[path])
      .join("\n"),
  );
const english = messages("en");
const planEnglish = messagesOf(planEnglishText);

describe("words", () => {
  it("of a chapter do not say otherwise what the plan's words say", () => {
    const clashing = Object.entries(catalogues)
      .filter(([path]) => path.split("/").length > 2 && path.endsWith("/en.ftl"))
      .flatMap(([, text]) => [...text.matchAll(/^([\w-]+) = (.*)$/gm)])
      .filter(([, key, said]) => {
        const other = planEnglishText.match(new RegExp(`^${key} = (.*)$`, "m"));
        return other && other[1] !== said;
      })
      .map(([, key]) => key);
    expect(clashing).toEqual([]);
  });

  it("stand in English for every key that a page asks for", () => {
    const asked = Object.values(sources).flatMap((text) =>
      [...text.matchAll(/\bt\(\s*"([\w-]+)"/g)].map((found) => found[1] as string),
    );
    expect(asked.length).toBeGreaterThan(150);
    expect(asked.filter((key) => !english.has(key) && !planEnglish.has(key))).toEqual([]);
  });

  it("are complete in Azerbaijani, with the same variables", () => {
    const translated = messages("az");
    expect([...english].filter(([key, names]) => translated.get(key) !== names)).toEqual([]);
  });

  it.each(["ru", "ur"])("name the frame in %s, and nothing that English has not", (language) => {
    const translated = messages(language);
    const frame = [...english.keys()].filter(
      (key) =>
        /^(nav|tab|theme|problem|loading|sign)-?/.test(key) && !key.startsWith("sign-in-needed"),
    );
    expect(frame.filter((key) => !translated.has(key))).toEqual([]);
    const unknown = [...translated.keys()].filter(
      (key) => !english.has(key) && !planEnglish.has(key),
    );
    expect(unknown).toEqual([]);
  });
});
