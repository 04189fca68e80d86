// The auction's events, and the state that sealing, opening and verifying need of them.
// Who may do what and when is checked by the server and by `bunyad auction verify`.

import type { Body } from "./canonical";

export type Event = {
  auction: string;
  index: number;
  kind: string;
  time: string;
  actor: string;
  body: Body;
};
export type Member = { name: string; recipient: string; signing_key: string };
export type Call = {
  auction: string;
  commissioners: Member[];
  threshold: number;
  deadline: string;
  opening: { [envelope: string]: string };
  server_key: string;
};
export type Sealed = {
  recipient: string;
  payload: string;
  payload_sha256: string;
  shares: { age: string; sha256: string }[];
};
export type BidBody = {
  bidder: string;
  signing_key: string;
  lots: string[];
  nonce: string;
  replaces: number | null;
  envelopes: { [name: string]: Sealed };
  signature: string;
};
export type Bid = { index: number; body: BidBody; stands: boolean };
export type Shares = { [bid: string]: string | null };
export type State = {
  call: Call | null;
  bids: Map<number, Bid>;
  keys: Map<string, string>;
  qualified: Map<string, boolean>;
  shares: Map<string, Map<string, Shares>>;
  committed: Map<string, string>;
  revealed: Map<string, string>;
  closed: number | null;
};

export function start(): State {
  return {
    call: null,
    bids: new Map(),
    keys: new Map(),
    qualified: new Map(),
    shares: new Map(),
    committed: new Map(),
    revealed: new Map(),
    closed: null,
  };
}

/** Take one more event into the state. */
export function follow(state: State, event: Event): void {
  if (Object.hasOwn(TAKE, event.kind)) TAKE[event.kind]?.(state, event, event.body as never);
}

export function fold(events: Event[]): State {
  const state = start();
  for (const event of events) follow(state, event);
  return state;
}

/** Envelopes, first to last opened. */
export function envelopes(call: Call): string[] {
  return Object.keys(call.opening).sort((one, other) => {
    const [a, b] = [`${call.opening[one]}`, `${call.opening[other]}`];
    return a < b || (a === b && one < other) ? -1 : 1;
  });
}

/** Bids of which an envelope is opened: the last one of who is unfit stays shut. */
export function bidsToOpen(state: State, envelope: string): Bid[] {
  const last = state.call && envelopes(state.call).at(-1) === envelope;
  return [...state.bids.values()].filter(
    (bid) => bid.stands && !(last && state.qualified.get(bid.body.bidder) === false),
  );
}

type Take = (state: State, event: Event, body: never) => void;
type Given = { commissioner: string; envelope: string; shares: Shares };

const TAKE: { [kind: string]: Take } = {
  published: (state, event, body: Omit<Call, "auction">) => {
    state.call = { ...body, auction: event.auction };
  },
  amended: (state, _, body: { deadline?: string | null; opening?: Call["opening"] | null }) => {
    if (state.call && body.deadline) state.call.deadline = body.deadline;
    if (state.call && body.opening) state.call.opening = body.opening;
  },
  qualified: (state, _, body: { bidder: string; qualified: boolean }) => {
    state.qualified.set(body.bidder, body.qualified);
  },
  tie_seed_committed: (state, _, body: { commissioner: string; sha256: string }) => {
    state.committed.set(body.commissioner, body.sha256);
  },
  bid: (state, event, body: BidBody) => {
    const old = body.replaces === null ? undefined : state.bids.get(body.replaces);
    if (old) old.stands = false;
    state.bids.set(event.index, { index: event.index, body, stands: true });
    state.keys.set(body.bidder, body.signing_key);
  },
  withdrawn: (state, _, body: { bid: number }) => {
    const old = state.bids.get(body.bid);
    if (old) old.stands = false;
  },
  closed: (state, event) => {
    state.closed = event.index;
  },
  share_given: (state, _, body: Given) => {
    const given = state.shares.get(body.envelope) ?? new Map<string, Shares>();
    state.shares.set(body.envelope, given.set(body.commissioner, body.shares));
  },
  tie_seed_revealed: (state, _, body: { commissioner: string; seed: string }) => {
    state.revealed.set(body.commissioner, body.seed);
  },
};
