import type { Page } from "../frame/page";

export const pages: Page[] = [
  { pattern: "plans/:id/:tab?", load: () => import("./Plan.svelte"), isFull: true },
];
