// The cryptographic part of `bunyad auction verify`: log, heads, signatures, bids, seed, receipts.
// The order of acts and the clearing are replayed by the Python program.

import { fromHex, isHash, joined, sha256Hex, toHex, utf8 } from "./bytes";
import { type Body, canonical, canonicalText, isBody, type Json, readCanonical } from "./canonical";
import { type Call, type Event, follow, type State, start } from "./life";
import { leafHash, MerkleTree } from "./merkle";
import { type Entry, openEnvelope } from "./open";
import { type Head, isHead, isReceipt, type Receipt } from "./receipts";
import { isSigned } from "./signing";

export const CHECKS = [
  "form", "log", "heads", "signatures", "deadline", "opening", "seed", "receipts",
] as const; // biome-ignore format: one line
export type CheckName = (typeof CHECKS)[number];
export type Fault = { check: CheckName; what: string; index: number | null };
export type Verification = {
  auction: string;
  /** null where a check could not be made. */
  checks: { [name in CheckName]: boolean | null };
  faults: Fault[];
};

const FIELDS = "auction,events,format,heads,receipts,server_key";
const FORMAT = "bunyad-auction-record-1";
const EVENT = "actor,auction,body,index,kind,time";
const SIGNED = ["bid", "withdrawn", "tie_seed_committed", "share_given", "tie_seed_revealed"];

type Replay = {
  auction: string;
  serverKey: string;
  tree: MerkleTree;
  events: Json[];
  isWhole: boolean;
  faults: Fault[];
  skipped: Set<CheckName>;
};

/** Replay a record and say what is wrong with it; receipts and heads are those kept elsewhere. */
export async function verifyRecord(
  data: Uint8Array,
  kept: { receipts?: Json[]; heads?: Json[] } = {},
): Promise<Verification> {
  const record = readRecord(data);
  const replay: Replay = {
    auction: `${record?.auction ?? ""}`,
    serverKey: `${record?.server_key ?? ""}`,
    tree: new MerkleTree(),
    events: (record?.events ?? []) as Json[],
    isWhole: true,
    faults: [],
    skipped: new Set(),
  };
  if (record === null) {
    fault(replay, "form", "no record in its one form");
    for (const name of CHECKS.slice(1)) replay.skipped.add(name);
    return verdict(replay);
  }
  plant(replay);
  checkHeads(replay, record.heads as Json[], kept.heads ?? []);
  checkReceipts(replay, [...(record.receipts as Json[]), ...(kept.receipts ?? [])]);
  if (replay.isWhole) await replayLife(replay);
  else for (const name of ["signatures", "opening", "seed"] as const) replay.skipped.add(name);
  return verdict(replay);
}

function readRecord(data: Uint8Array): Body | null {
  try {
    const record = readCanonical(data);
    if (!isBody(record) || Object.keys(record).sort().join() !== FIELDS) return null;
    const { format, auction, server_key, events, heads, receipts } = record;
    const texts = typeof auction === "string" && typeof server_key === "string";
    const lists = Array.isArray(events) && Array.isArray(heads) && Array.isArray(receipts);
    return format === FORMAT && texts && lists && events.length && heads.length ? record : null;
  } catch {
    return null;
  }
}

/** Put the hash of every event into the tree. */
function plant(replay: Replay): void {
  replay.events.forEach((event, index) => {
    const fields = isBody(event) ? Object.keys(event).sort().join() : "";
    const withheld = isBody(event) && fields === "index,leaf" && isHash(event.leaf);
    if (!isBody(event) || event.index !== index || (fields !== EVENT && !withheld)) {
      fault(replay, "form", "an event is not well formed", index);
    }
    if (fields !== EVENT) replay.isWhole = false;
    replay.tree.append(withheld ? fromHex(`${(event as Body).leaf}`) : leafHash(canonical(event)));
  });
}

function checkHeads(replay: Replay, heads: Json[], kept: Json[]): void {
  let [size, time] = [0, ""];
  for (const head of heads) {
    if (!checkHead(replay, head)) continue;
    const found = head as unknown as Head;
    if (found.size < size || found.time < time) fault(replay, "heads", "a head is out of order");
    [size, time] = [found.size, found.time];
  }
  if (size !== replay.events.length) fault(replay, "heads", "no head is of all events");
  for (const head of kept) checkHead(replay, head);
}

/** Whether a head is signed; that it is of this log is noted. */
function checkHead(replay: Replay, content: Json): boolean {
  if (!isHead(content, replay.auction, replay.serverKey)) {
    fault(replay, "heads", "a head is not signed by the server");
    return false;
  }
  const head = content as unknown as Head;
  if (head.size < 1 || head.size > replay.events.length) {
    fault(replay, "log", "a head is of more events than there are");
  } else if (toHex(replay.tree.root(head.size)) !== head.root) {
    fault(replay, "log", "an event was changed, or there are two logs", head.size - 1);
  } else {
    checkTime(replay, head);
  }
  return true;
}

/** A head is not older than what it holds, and what comes after it is not older than the head. */
function checkTime(replay: Replay, head: Head): void {
  const [last, next] = [replay.events[head.size - 1], replay.events[head.size]].map((event) =>
    isBody(event) && typeof event.time === "string" ? event.time : null,
  );
  if (last && head.time < last) fault(replay, "heads", "a head is too old", head.size - 1);
  if (next && next < head.time) fault(replay, "deadline", "an event is dated back", head.size);
}

function checkReceipts(replay: Replay, receipts: Json[]): void {
  if (receipts.length === 0) replay.skipped.add("receipts");
  for (const content of receipts) {
    if (!isReceipt(content, replay.auction, replay.serverKey)) {
      fault(replay, "receipts", "a receipt is not the server's");
      continue;
    }
    const receipt = content as unknown as Receipt;
    checkHead(replay, receipt.head);
    const leaf = replay.tree.leaf(receipt.index);
    const event = replay.events[receipt.index];
    const time = isBody(event) && "time" in event ? event.time : receipt.time;
    if (!leaf || toHex(leaf) !== receipt.leaf || time !== receipt.time) {
      fault(replay, "receipts", "what it is for is not in the record", receipt.index);
    }
  }
}

/** Go through the events; what is not well formed ends the replay. */
async function replayLife(replay: Replay): Promise<void> {
  const state = start();
  const seen = new Set<string>();
  for (const content of replay.events) {
    const event = content as unknown as Event;
    try {
      checkActor(replay, state, event);
      checkDeadline(replay, state, event);
      await checkOpened(replay, state, event);
      checkSeed(replay, state, event);
      follow(state, event);
      seen.add(event.kind);
    } catch {
      fault(replay, "form", "an event cannot be read", event.index);
      return;
    }
  }
  if (!seen.has("opened")) replay.skipped.add("opening");
  if (!seen.has("cleared")) replay.skipped.add("seed");
}

function checkActor(replay: Replay, state: State, event: Event): void {
  if (event.auction !== replay.auction) fault(replay, "form", "another auction", event.index);
  if (event.kind === "published" && event.body.server_key !== replay.serverKey) {
    fault(replay, "heads", "the call names another key of the server", event.index);
  }
  if (!SIGNED.includes(event.kind)) return;
  const { bidder, commissioner, signing_key } = event.body;
  const member = state.call?.commissioners.find(({ name }) => name === commissioner);
  const known = state.keys.get(`${bidder}`);
  const key = commissioner === undefined ? (known ?? signing_key) : member?.signing_key;
  const actor = commissioner === undefined ? `bidder:${bidder}` : `commissioner:${commissioner}`;
  const isOwn = event.actor === actor && (event.kind !== "bid" || key === signing_key);
  if (!isOwn || !isSigned(event.body, event.kind, event.auction, `${key}`)) {
    fault(replay, "signatures", "it is not signed by who acts", event.index);
  }
}

function checkDeadline(replay: Replay, state: State, event: Event): void {
  if (!state.call) return;
  const { deadline, opening } = state.call;
  const isEarly = ["bid", "withdrawn", "tie_seed_committed"].includes(event.kind);
  if (isEarly && (event.time >= deadline || state.closed !== null)) {
    fault(replay, "deadline", "it came after the deadline", event.index);
  }
  if (["closed", "late"].includes(event.kind) && event.time < deadline) {
    fault(replay, "deadline", "the deadline had not passed", event.index);
  }
  if (event.kind === "share_given" && event.time < `${opening[`${event.body.envelope}`]}`) {
    fault(replay, "deadline", "shares were given before the opening", event.index);
  }
}

async function checkOpened(replay: Replay, state: State, event: Event): Promise<void> {
  if (event.kind === "share_given") checkShares(replay, state, event);
  if (event.kind !== "opened") return;
  const { envelope, bids } = event.body as unknown as { envelope: string; bids: Entry[] };
  const found = await openEnvelope(state, envelope);
  if (canonicalText(bids) !== canonicalText(found)) {
    fault(replay, "opening", "the shares give something else", event.index);
  }
}

function checkShares(replay: Replay, state: State, event: Event): void {
  const { commissioner, envelope, shares } = event.body as { [name: string]: Json };
  const place = (state.call as Call).commissioners.findIndex(({ name }) => name === commissioner);
  for (const [bid, share] of Object.entries(shares as Body)) {
    const sealed = state.bids.get(Number(bid))?.body.envelopes[`${envelope}`]?.shares[place];
    if (share !== null && sha256Hex(fromHex(`${share}`)) !== sealed?.sha256) {
      fault(replay, "opening", "a share is not the one sealed", event.index);
    }
  }
}

function checkSeed(replay: Replay, state: State, event: Event): void {
  if (event.kind === "tie_seed_revealed") {
    const { commissioner, seed } = event.body;
    if (sha256Hex(fromHex(`${seed}`)) !== state.committed.get(`${commissioner}`)) {
      fault(replay, "seed", "a seed is not the one committed", event.index);
    }
  }
  if (event.kind === "cleared" && event.body.seed !== drawSeed(state, replay.tree)) {
    fault(replay, "seed", "the seeds shown give another", event.index);
  }
}

/** The seed of the draw between equal bids, as bunyad.auction.seal.seeds makes it. */
export function drawSeed(state: State, tree: MerkleTree): string {
  const call = state.call as Call;
  if (state.committed.size < call.threshold || state.closed === null) return "";
  const root = toHex(tree.root(state.closed + 1));
  const seeds = Object.fromEntries(state.revealed);
  const content = canonical({ auction: call.auction, root, seeds });
  return sha256Hex(joined(utf8("bunyad auction draw v1\n"), content));
}

function fault(replay: Replay, check: CheckName, what: string, index: number | null = null): void {
  replay.faults.push({ check, what, index });
}

function verdict(replay: Replay): Verification {
  const checks = Object.fromEntries(
    CHECKS.map((name) => {
      const isWrong = replay.faults.some((found) => found.check === name);
      return [name, isWrong ? false : replay.skipped.has(name) ? null : true];
    }),
  ) as Verification["checks"];
  return { auction: replay.auction, checks, faults: replay.faults };
}
