import type { Page } from "../frame/page";
import { words } from "../frame/words.svelte";

// The chapter's words come with the first of its pages.
const withWords =
  (load: Page["load"]): Page["load"] =>
  async () => {
    const [module] = await Promise.all([load(), words.open("auction")]);
    return module;
  };

export const pages: Page[] = [
  { pattern: "auctions", load: withWords(() => import("./look/AuctionList.svelte")) },
  { pattern: "auctions/:auction", load: withWords(() => import("./look/Auction.svelte")) },
  { pattern: "auctions/:auction/lots/:lot", load: withWords(() => import("./look/Lot.svelte")) },
  { pattern: "auction-rules/:auction?", load: withWords(() => import("./rules/Rules.svelte")) },
  { pattern: "auction-desk/:auction", load: withWords(() => import("./desk/Desk.svelte")) },
  { pattern: "auction-room/:auction", load: withWords(() => import("./room/Room.svelte")) },
  { pattern: "auction-new", load: withWords(() => import("./room/Draft.svelte")) },
  { pattern: "auction-keys", load: withWords(() => import("./desk/MakeKeys.svelte")) },
  { pattern: "auction-simulator", load: withWords(() => import("./simulate/Simulator.svelte")) },
  { pattern: "verify", load: withWords(() => import("./look/Verify.svelte")) },
];
