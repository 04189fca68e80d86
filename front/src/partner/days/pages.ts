import type { Page } from "../../frame/page";
import { words } from "../../frame/words.svelte";

// The words of the chapter and of these pages come with the first of them.
const withWords =
  (load: Page["load"]): Page["load"] =>
  async () => {
    const [module] = await Promise.all([load(), openBoth()]);
    return module;
  };

async function openBoth(): Promise<void> {
  await words.open("partner");
  await words.open("partner-days");
}

const list = withWords(() => import("./KeptList.svelte"));

export const pages: Page[] = [
  { pattern: "forums", load: list },
  { pattern: "forums/:forum", load: withWords(() => import("./Forum.svelte")) },
  { pattern: "forum-board/:forum", load: withWords(() => import("./Board.svelte")) },
  { pattern: "exchanges", load: list },
  { pattern: "exchanges/:exchange", load: withWords(() => import("./Exchange.svelte")) },
  { pattern: "schools", load: list },
  { pattern: "schools/:school", load: withWords(() => import("./School.svelte")) },
  { pattern: "certificates", load: withWords(() => import("./Certificate.svelte")) },
];
