// Tree heads and receipts: what a server signs, and how a bidder holds it to that.

import { fromHex, isHash } from "./bytes";
import { type Body, isBody, type Json } from "./canonical";
import { isIncluded } from "./merkle";
import { isSigned } from "./signing";

export type Head = { auction: string; size: number; root: string; time: string; signature: string };
export type Receipt = {
  auction: string;
  index: number;
  time: string;
  leaf: string;
  proof: string[];
  head: Head;
  signature: string;
};

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

export function isHead(head: Json | undefined, auction: string, serverKey: string): boolean {
  return (
    hasFields(head, "auction,root,signature,size,time") &&
    head.auction === auction &&
    Number.isSafeInteger(head.size) &&
    isHash(head.root) &&
    TIME.test(`${head.time}`) &&
    isSigned(head, "tree_head", auction, serverKey)
  );
}

/** Whether the server gave this receipt, and its own head bears it out. */
export function isReceipt(receipt: Json, auction: string, serverKey: string): boolean {
  if (
    !hasFields(receipt, "auction,head,index,leaf,proof,signature,time") ||
    !isSigned(receipt, "receipt", auction, serverKey) ||
    !isHead(receipt.head, auction, serverKey)
  ) {
    return false;
  }
  const { head, index, time, leaf, proof } = receipt as unknown as Receipt;
  return (
    receipt.auction === auction &&
    Number.isSafeInteger(index) &&
    TIME.test(time) &&
    time <= head.time &&
    isHash(leaf) &&
    Array.isArray(proof) &&
    proof.every(isHash) &&
    isIncluded(fromHex(leaf), { index, size: head.size }, proof.map(fromHex), fromHex(head.root))
  );
}

function hasFields(value: Json | undefined, names: string): value is Body {
  return isBody(value) && Object.keys(value).sort().join() === names;
}
