// A page: which addresses it answers, and what draws it.

import type { Component } from "svelte";

export interface PageProps {
  // Parts of the address that the pattern leaves open, by name.
  path: Record<string, string>;
}

export interface Page {
  // Such as `plans/:id/:tab?`.
  pattern: string;
  load: () => Promise<{ default: Component<PageProps> }>;
  // Whether it fills the window, as a map does.
  isFull?: boolean;
  // Whether it stands alone, without the head of the pages.
  isBare?: boolean;
}

export function matchPage(pattern: string, parts: string[]): Record<string, string> | null {
  const wanted = pattern.split("/").filter(Boolean);
  if (parts.length > wanted.length) return null;
  const path: Record<string, string> = {};
  for (const [place, word] of wanted.entries()) {
    const given = parts[place];
    if (!word.startsWith(":")) {
      if (given !== word) return null;
    } else if (given !== undefined) path[word.replace(/[:?]/g, "")] = given;
    else if (!word.endsWith("?")) return null;
  }
  return path;
}

export function findPage(
  pages: Page[],
  parts: string[],
): { page: Page; path: Record<string, string> } | null {
  for (const page of pages) {
    const path = matchPage(page.pattern, parts);
    if (path) return { page, path };
  }
  return null;
}
