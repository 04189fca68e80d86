import type { Page } from "../frame/page";
import { words } from "../frame/words.svelte";

// The chapter's words come with the first of its pages.
const withWords =
  (load: Page["load"]): Page["load"] =>
  async () => {
    const [module] = await Promise.all([load(), words.open("partner")]);
    return module;
  };

export const pages: Page[] = [
  { pattern: "partners", load: withWords(() => import("./look/Directory.svelte")) },
  { pattern: "partners/:entry", load: withWords(() => import("./look/Entry.svelte")) },
  { pattern: "partner-matches/:plan?", load: withWords(() => import("./look/Matches.svelte")) },
  {
    pattern: "partner-matches/:plan/:entry/:need",
    load: withWords(() => import("./look/Why.svelte")),
  },
  { pattern: "partner-join", load: withWords(() => import("./look/Claim.svelte")) },
  { pattern: "ventures", load: withWords(() => import("./ventures/Ventures.svelte")) },
  { pattern: "ventures/:venture", load: withWords(() => import("./ventures/Venture.svelte")) },
  { pattern: "venture-new", load: withWords(() => import("./ventures/Draft.svelte")) },
];
