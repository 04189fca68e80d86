// What the server says of auctions, and where it is asked.

import { apiAddress, get, Problem, send } from "../frame/api";
import { type Body, type Json, readCanonical } from "./crypto/canonical";
import type { Receipt } from "./crypto/receipts";
import type { RulesFile } from "./rules/rulesFile";
import type { LotBody, Stage } from "./story";

export interface AuctionRow {
  id: string;
  title: string;
  stage: Stage;
  agency: string;
  deadline: string | null;
  lots: number;
  plan_id: string | null;
  is_own: boolean;
  is_commissioner: boolean;
}

export interface CommissionerState {
  name: string;
  recipient: string | null;
  signing_key: string | null;
  is_me: boolean;
}

export interface Award {
  bid: number;
  lot?: string;
  quantity?: string;
  price?: string;
}

export interface AuctionState {
  id: string;
  title: string;
  stage: Stage;
  agency: string;
  plan_id: string | null;
  size: number;
  time: string;
  now: string;
  rules: RulesFile;
  lots: LotBody[];
  deadline: string | null;
  opening: Record<string, string>;
  opened: string[];
  threshold: number | null;
  commissioners: CommissionerState[];
  server_key: string;
  bids: number | null;
  awards: Award[];
  contracts: Body[];
  is_own: boolean;
  is_commissioner: boolean;
  bidder: string | null;
}

export interface LotRow {
  auction: string;
  title: string;
  stage: Stage;
  deadline: string | null;
  lot: LotBody;
}

export interface Deed {
  index: number;
  kind: string;
  time: string;
  actor: string;
  body: Body;
}

export interface Question {
  index: number;
  text: string;
  lot: string | null;
  time: string;
  answer: string | null;
  answered: string | null;
  is_mine: boolean;
}

export interface Document {
  id: string;
  name: string;
  size: number;
  sha256: string;
  lot: string | null;
  created: string;
  bidder: string | null;
}

export interface LotState {
  auction: AuctionState;
  lot: LotBody;
  deeds: Deed[];
  questions: Question[];
  documents: Document[];
  awards: Award[];
}

export interface Application {
  bidder: string;
  country: string;
  note: string;
  created: string;
  qualified: boolean | null;
  documents: Document[];
}

export interface OwnBid {
  index: number;
  time: string;
  lots: string[];
  status: "standing" | "replaced" | "withdrawn";
  receipt: Receipt;
  withdrawal: Receipt | null;
  awards: Award[];
}

export interface DeskState {
  bidder: string;
  signing_key: string | null;
  application: Application | null;
  qualified: boolean | null;
  bids: OwnBid[];
  may_submit: boolean;
  may_replace: boolean;
  may_withdraw: boolean;
}

export interface RoomBid {
  index: number;
  time: string;
  bidder: string;
  lots: string[];
  status: string;
  qualified: boolean | null;
  offers: Record<string, Body | null>;
  faults: Record<string, string>;
}

export interface Appeal {
  index: number;
  time: string;
  bidder: string;
  text: string;
  upheld: boolean | null;
  why: string | null;
}

export interface RoomState {
  commissioners: CommissionerState[];
  threshold: number | null;
  committed_seeds: string[];
  revealed_seeds: string[];
  envelopes: { name: string; opens: string; is_open: boolean; given: string[] }[];
  applications: Application[];
  bids: RoomBid[];
  late: number;
  appeals: Appeal[];
  is_cleared: boolean;
}

export interface Decision {
  bid: string;
  bidder: string;
  lot: string;
  pot: string;
  state: "awarded" | "cut" | "conditional" | "lost" | "refused";
  quantity: string;
  price: string;
  rule: string;
  why: string;
  winning_price: string | null;
}

export interface PotResult {
  pot: string;
  offered: string | null;
  bid: string;
  awarded: string;
  clearing_price: string | null;
}

export interface ResultState {
  index: number;
  time: string;
  seed: string;
  missing_seeds: string[];
  result: {
    state?: string;
    why?: string;
    decisions?: Decision[];
    pots?: PotResult[];
    awards: Award[];
    void?: { bid: number; why: string }[];
    proof?: { method: string; objective: string; bound: string };
  };
}

export interface Check {
  name: string;
  ok: boolean | null;
  text: string;
  index: number | null;
}

/** Path of an auction, and of what belongs to it. */
export const at = (auction: string, ...parts: (string | number)[]) =>
  ["/auctions", ...[auction, ...parts].map((part) => encodeURIComponent(part))].join("/");

/** The record as its bytes, for who wants to verify it, and as values. */
export async function getRecord(auction: string): Promise<{ data: Uint8Array; record: Body }> {
  const response = await fetch(apiAddress(at(auction, "record.json")));
  if (!response.ok) {
    const body = await response.json().catch(() => ({}));
    const code = String(body.type ?? "/fault")
      .split("/")
      .pop() as string;
    throw new Problem(response.status, code, body.title ?? "problem-fault", body.mend, body.faults);
  }
  const data = new Uint8Array(await response.arrayBuffer());
  return { data, record: readCanonical(data) as Body };
}

export const getAuction = (auction: string) => get<AuctionState>(at(auction));

/** Every page of a list. */
export async function getAll<T>(path: string, query: Record<string, string> = {}): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const page: { items: T[]; next: string | null } = await get(path, { ...query, cursor });
    items.push(...page.items);
    cursor = page.next;
  }
  return items;
}

/** Do something in an auction, as the log will tell. */
export const act = <T = Json>(auction: string, parts: (string | number)[], body: unknown) =>
  send<T>("POST", at(auction, ...parts), body);

/** A pattern in the bids that is worth a look; never a proof. */
export interface Flag {
  id: string;
  kind: string;
  lot: string;
  strength: "weak" | "medium" | "strong";
  bidders: string[];
  events: number[];
  figures: Record<string, string>;
  what: string;
  proves_not: string;
}
