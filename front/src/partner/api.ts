// What the server says of partners.

import { get } from "../frame/api";
import type { PlanList, PlanState } from "../plans/api";

export interface Entry {
  id: string;
  name: string;
  sort: string;
  country: string;
  sectors: string[];
  languages: string[];
  offers: string;
  wishes: string;
  staff: number | null;
  turnover_usd: number | null;
  references: { title: string; country: string; year: number | null; amount_usd: number | null }[];
  website: string;
  longitude: number | null;
  latitude: number | null;
  is_published: boolean;
  is_own: boolean;
  is_claimed: boolean;
}

export interface EntryPage {
  items: Entry[];
  next: string | null;
  total: number;
}

export interface Contact {
  id: string;
  name: string;
  email: string;
  phone: string;
  consents: Record<string, string>;
}

export interface EntryState {
  entry: Entry;
  version: number;
  contacts: Contact[];
}

export interface Need {
  id: string;
  project: string;
  asked: string;
  asked_title: string;
  title: string;
  kind: string;
  sectors: string[];
  country: string;
  district: string;
  amount_usd: number;
  start: number;
  finish: number;
  quantities: string[];
  longitude: number;
  latitude: number;
}

export interface Match {
  entry: string;
  name: string;
  country: string;
  need: string;
  title: string;
  project: string;
  score: number;
  is_must: boolean;
}

export interface Reason {
  criterion: string;
  title: string;
  value: number;
  weight: number;
  adds: number;
  text: string;
}

export interface MatchState {
  entry: Entry;
  need: Need;
  score: number;
  verdicts: string[];
  reasons: Reason[];
}

export interface Party {
  organisation: string;
  name: string;
  country: string;
  share: string | null;
  signing_key?: string;
}

export interface Terms {
  title: string;
  form: string;
  country: string;
  field: string;
  project: string | null;
  parties: Party[];
  contributions?: {
    id: string;
    party: string;
    kind: string;
    what: string;
    amount_usd: string;
    due: string;
  }[];
  milestones: { id: string; title: string; due: string; party: string | null }[];
  text?: string;
}

export interface VentureRow {
  id: string;
  title: string;
  form: string;
  stage: string;
  field: string;
  country: string;
  project: string | null;
  parties: string[];
  milestones: number;
  reached: number;
  is_public: boolean;
}

export interface Reminder {
  venture: string;
  kind: string;
  party: string;
  what: string;
  due: string;
  days: number;
}

export interface Venture {
  row: VentureRow;
  time: string;
  version: number;
  agreed_version: number;
  terms: Terms;
  proposed: Terms | null;
  waits_for: string[];
  reached: Record<string, string>;
  moved: Record<string, string>;
  paid_usd: Record<string, number>;
  acts_as: string;
  moments: { index: number; time: string; actor: string; kind: string; text: string }[];
  reminders: Reminder[];
}

export interface PortfolioRow {
  country: string;
  field: string;
  form: string;
  stage: string;
  ventures: number;
  promised_usd: number;
  paid_usd: number;
  milestones: number;
  reached: number;
}

const LONG = 500;

/** Every entry that the reader may see. */
export async function allEntries(): Promise<Entry[]> {
  const found: Entry[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const page: EntryPage = await get<EntryPage>("/partners/entries", { cursor, limit: LONG });
    found.push(...page.items);
    cursor = page.next;
  }
  return found;
}

/** The newest plans that were made, of which needs can be drawn. */
export async function plansToMatch(): Promise<PlanState[]> {
  const page = await get<PlanList>("/plans");
  return page.items.filter((plan) => plan.is_made);
}

/** Words of the reader's language that reasons are told in. */
export const reasonLanguage = (language: string): string => (language === "az" ? "az" : "en");
