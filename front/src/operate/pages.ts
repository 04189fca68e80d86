import type { Page } from "../frame/page";
import { words } from "../frame/words.svelte";

// The chapter's words come with the first of its pages.
const withWords =
  (load: Page["load"]): Page["load"] =>
  async () => {
    const [module] = await Promise.all([load(), words.open("operate")]);
    return module;
  };

export const pages: Page[] = [
  { pattern: "villages", load: withWords(() => import("./Villages.svelte")) },
  { pattern: "village/:village/:tab?", load: withWords(() => import("./Room.svelte")) },
  {
    pattern: "wall/:village",
    load: withWords(() => import("./Wall.svelte")),
    isFull: true,
    isBare: true,
  },
];
