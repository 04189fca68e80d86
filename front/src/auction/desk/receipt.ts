// A receipt is looked at as soon as it comes, and given to the bidder to keep.

import { download } from "../../frame/table";
import { toasts } from "../../frame/toasts.svelte";
import { t } from "../../frame/words.svelte";
import type { AuctionState } from "../api";
import type { Json } from "../crypto/canonical";
import type { Receipt } from "../crypto/receipts";

/** Save a receipt as a file; who gets one that does not hold is told so at once. */
export async function keepReceipt(auction: AuctionState, content: Json): Promise<void> {
  const { isReceipt } = await import("../crypto/receipts");
  const { index } = content as unknown as Receipt;
  saveReceipt(auction, content);
  if (isReceipt(content, auction.id, auction.server_key)) toasts.tell(t("receipt-good", { index }));
  else toasts.fail(t("receipt-wrong"));
}

export function saveReceipt(auction: AuctionState, content: Json): void {
  const { index } = content as unknown as Receipt;
  const text = JSON.stringify(content, null, 2);
  download(`receipt-${auction.id}-${index}.json`, text, "application/json");
}
