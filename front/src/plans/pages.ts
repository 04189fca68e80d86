import type { Page } from "../frame/page";

export const pages: Page[] = [
  { pattern: "", load: () => import("./First.svelte") },
  { pattern: "plans", load: () => import("./List.svelte") },
  { pattern: "new", load: () => import("./New.svelte") },
  { pattern: "compare", load: () => import("./Compare.svelte") },
];
