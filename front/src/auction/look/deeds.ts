// What was done in an auction, in plain words.

import { t, words } from "../../frame/words.svelte";
import type { Deed } from "../api";

const nameOf = (actor: string): string => {
  const [role = "", ...rest] = actor.split(":");
  return rest.join(":") || t(`actor-${role}`);
};

export function tellDeed({ kind, actor, body }: Deed): string {
  const who = nameOf(actor);
  const text = (key: string) => String(body[key] ?? "");
  switch (kind) {
    case "published":
      return t("deed-published", {
        threshold: text("threshold"),
        deadline: words.moment(text("deadline")),
      });
    case "qualified":
      return t(body.qualified ? "deed-qualified" : "deed-disqualified", {
        bidder: text("bidder"),
        why: text("why"),
      });
    case "bid":
      return t(body.replaces === null ? "deed-bid" : "deed-replaced", { who });
    case "closed":
      return t("deed-closed", { count: text("bids") });
    case "share_given":
    case "opened":
      return t(`deed-${kind}`, { who, envelope: words.name("envelope", text("envelope")) });
    case "awarded":
      return t("deed-awarded", { count: Array.isArray(body.awards) ? body.awards.length : 0 });
    case "appeal_decided":
      return t(body.upheld ? "deed-upheld" : "deed-dismissed", { why: text("why") });
    case "security":
      return t(`deed-security-${text("act")}`, {
        bidder: text("bidder"),
        amount: `${text("amount")} ${text("currency")}`,
      });
    case "milestone":
      return t(body.reached ? "deed-reached" : "deed-missed", {
        milestone: text("milestone"),
        why: text("why"),
      });
    case "settled":
      return t("deed-settled", {
        period: text("period"),
        amount: `${text("amount")} ${text("currency")}`,
      });
    default:
      return words.keyed(`deed-${kind}`, kind, { who, text: text("text"), why: text("why") });
  }
}
