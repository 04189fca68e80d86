// The browser's part of sealing, held against an auction that both programs played
// (scripts/make_seal_vectors.py): its first bid was sealed by this code, its second by Python.

import { describe, expect, it, vi } from "vitest";
import example from "../../../../tests/auction/seal/example.json";
import { fromBase64, fromHex, sha256Hex, toBase64, toHex, utf8 } from "./bytes";
import { type Body, canonical, canonicalText, type Json, readCanonical } from "./canonical";
import { commitSeed, type Keys, makeKeys, publicPart, readKeys, secretPart } from "./keys";
import { type BidBody, type Event, envelopes, fold, follow, type State } from "./life";
import { isIncluded, leafHash, MerkleTree } from "./merkle";
import { giveShares, openEnvelope } from "./open";
import { isReceipt, type Receipt } from "./receipts";
import { padContent, sealBid, withdrawBid } from "./seal";
import { completeShares, splitSecret } from "./shamir";
import { isSigned, signBody } from "./signing";
import { CHECKS, verifyRecord } from "./verify";

vi.setConfig({ testTimeout: 60_000 });

const data = utf8(example.record);
const record = JSON.parse(example.record);
const events: Event[] = record.events;
const until = (kind: string) =>
  events.slice(
    0,
    events.findIndex((event) => event.kind === kind),
  );
const commission: Keys[] = await Promise.all(example.commission.map(readKeys));
const bidder = await readKeys(example.bidder);
const OFFER = { price: "4.25", note: "Qarabağ €" };

describe("one text for one value", () => {
  it("sorts keys as RFC 8785 does, and has whole numbers only", () => {
    expect(canonicalText({ "\u20ac": 1, "\r": [null, true], a: "\u2028ü" })).toBe(
      '{"\\r":[null,true],"a":"\u2028ü","\u20ac":1}',
    );
    const deep = (levels: number): Json => (levels ? [deep(levels - 1)] : 1);
    for (const value of [1.5, 2 ** 53, Number.NaN, "\ud800", { "\u{1f600}": 1 }, deep(65)]) {
      expect(() => canonical(value)).toThrow();
    }
  });

  it("is read in that form only", () => {
    expect(readCanonical(utf8('{"a":[1]}'))).toEqual({ a: [1] });
    for (const text of ['{"a": 1}', "1.0", "-0", '{"b":1,"a":1}', '"\\ud800"', "x", "\ufeff1"]) {
      expect(() => readCanonical(utf8(text))).toThrow();
    }
  });

  it("gives the bytes that Python hashed", () => {
    expect(canonical(record)).toEqual(data);
    for (const text of ["A", "A=B=", "AA A", "AA==A"]) expect(() => fromBase64(text)).toThrow();
    expect(toHex(fromBase64(toBase64(fromHex("00ff10"))))).toBe("00ff10");
    expect(() => fromHex("AB")).toThrow();
  });
});

describe("shares", () => {
  it("give the secret and all shares from any three of five", () => {
    const secret = utf8("a secret of some length");
    const shares = splitSecret(secret, 3, 5);
    for (const places of [
      [0, 1, 2],
      [4, 2, 0],
      [1, 3, 4],
    ]) {
      const known = new Map(places.map((place) => [place, shares[place] as Uint8Array]));
      expect(completeShares(known, 3, 5)).toEqual({ secret, shares });
    }
    expect(() => completeShares(new Map([[0, secret]]), 3, 5)).toThrow();
    expect(() => splitSecret(secret, 6, 5)).toThrow();
  });

  it("are on the polynomial of Python's shares", () => {
    // 0x57 + 0x83 x over GF(2^8) is 0xd4 at 1; FIPS 197 has 0x57 times 0x13 equal 0xfe.
    const known = new Map([0, 1].map((place) => [place, Uint8Array.of(place ? 0x4a : 0xd4)]));
    const { secret, shares } = completeShares(known, 2, 3);
    expect(secret[0]).toBe(0x57);
    expect(shares[2]?.[0]).toBe(0xc9);
  });
});

describe("an auction played with Python", () => {
  it("is verified", async () => {
    const found = await verifyRecord(data, { heads: record.heads, receipts: record.receipts });
    expect(found.faults).toEqual([]);
    expect(Object.values(found.checks)).toEqual(CHECKS.map(() => true));
  });

  it("has the shares that this program reads as well", async () => {
    const state = fold(until("share_given"));
    for (const event of events.filter(({ kind }) => kind === "share_given")) {
      const keys = commission.find(({ name }) => name === event.body.commissioner) as Keys;
      expect(await giveShares(state, keys, "price")).toEqual(event.body);
    }
    const stranger = await makeKeys("Leyla");
    await expect(giveShares(state, stranger, "price")).rejects.toThrow("does not name");
  });

  it("opens as it did", async () => {
    const found = await openEnvelope(fold(until("opened")), "price");
    expect(found.map(({ offer }) => offer)).toEqual([OFFER, { price: "4.75" }]);
  });

  it("has the seeds that these keys commit to", () => {
    const bodies = events.filter(({ kind }) => kind === "tie_seed_committed");
    for (const [place, { body }] of bodies.entries()) {
      expect(commitSeed("garadagh-2", commission[place] as Keys)).toEqual(body);
    }
  });

  it("is found false if a byte is changed", async () => {
    for (let position = 7; position < data.length; position += 1999) {
      const changed = data.slice();
      changed[position] = (changed[position] as number) ^ 1;
      const { faults } = await verifyRecord(changed);
      expect(faults.length, `byte ${position}`).toBeGreaterThan(0);
    }
  });

  it("is found false if its end is cut off, or a kept head is of another log", async () => {
    const short = { ...record, events: events.slice(0, -2) };
    expect((await verifyRecord(canonical(short))).checks.log).toBe(false);
    short.heads = record.heads.slice(0, -2);
    short.receipts = [];
    expect((await verifyRecord(canonical(short))).faults).toEqual([]);
    const kept = { heads: record.heads.slice(-1) };
    expect((await verifyRecord(canonical(short), kept)).checks.log).toBe(false);
  });

  it("may withhold who bids", async () => {
    const hide = (event: Event) =>
      event.kind === "bid"
        ? { index: event.index, leaf: toHex(leafHash(canonical(event))) }
        : event;
    const found = await verifyRecord(canonical({ ...record, events: events.map(hide) }));
    expect(found.faults).toEqual([]);
    expect(found.checks.opening).toBe(null);
  });

  it("raises nothing on strange content", async () => {
    const short: Body = { ...record, events: events.slice(0, 3), heads: record.heads.slice(0, 3) };
    for (const part of ["events", "heads", "receipts"]) {
      for (const item of [5, null, {}, { index: 0, leaf: "zz" }]) {
        const strange = { ...short, [part]: [item, ...(short[part] as Json[]).slice(1)] };
        expect((await verifyRecord(canonical(strange as Body))).faults.length).toBeGreaterThan(0);
      }
    }
    for (const text of ["", "[]", "{}"]) {
      expect((await verifyRecord(utf8(text))).checks.form).toBe(false);
    }
  });
});

async function closedWith(...bids: BidBody[]): Promise<State> {
  const state = fold(until("bid"));
  for (const [at, body] of bids.entries()) {
    follow(state, { ...(events[0] as Event), kind: "bid", index: 10 + at, body: body as never });
  }
  return state;
}

async function opened(state: State, members: number[]) {
  state.shares.clear();
  for (const member of members) {
    const body = await giveShares(state, commission[member] as Keys, "price");
    follow(state, { ...(events[0] as Event), kind: "share_given", body: body as never });
  }
  return openEnvelope(state, "price");
}

const call = fold(until("bid")).call as NonNullable<State["call"]>;
const seal = () => sealBid(call, bidder, { lots: ["lot-1"], offers: { price: OFFER } });

describe("a sealed bid", () => {
  it("is opened by three commissioners and by no two", async () => {
    const state = await closedWith(await seal());
    expect(await opened(state, [4, 1, 3])).toEqual([{ bid: 10, offer: OFFER, fault: null }]);
    expect((await opened(state, [0, 1]))[0]?.fault).toBe("too_few_shares");
  });

  it("is void when it was copied, or sealed for something else", async () => {
    const original = await seal();
    const thief = await makeKeys("thief");
    const again = (changes: Body, keys = bidder) =>
      signBody({ ...(original as never as Body), ...changes }, "bid", "garadagh-2",
        keys.signing_secret) as never as BidBody; // biome-ignore format: one call
    const copied = { bidder: "thief", signing_key: thief.signing_key };
    const sealed = original.envelopes.price as never as Body;
    const price = (changes: Body) => ({ envelopes: { price: { ...sealed, ...changes } } });
    const shares = sealed.shares as Body[];
    const cases: [Body, string][] = [
      [copied, "other_bidder"],
      [{ nonce: "12".repeat(32) }, "other_nonce"],
      [{ lots: ["lot-2"] }, "other_lots"],
      [price({ payload: "AAAA" }), "payload_altered"],
      [price({ payload: "AAAA", payload_sha256: sha256Hex(new Uint8Array(3)) }),
        "payload_unreadable"], // biome-ignore format: a pair
      [price({ recipient: commission[0]?.recipient as string }), "key_disagrees"],
      [price({ shares: [...shares.slice(0, 4), { ...shares[4], sha256: "00".repeat(32) }] }),
        "shares_disagree"], // biome-ignore format: a pair
    ];
    for (const [changes, fault] of cases) {
      const state = await closedWith(again(changes, changes === copied ? thief : bidder));
      expect((await opened(state, [0, 1, 2]))[0]?.fault).toBe(fault);
    }
  });

  it("stays shut if it is replaced, withdrawn, or its bidder is unfit", async () => {
    const state = await closedWith(await seal());
    const second = await sealBid(call, bidder, {
      lots: ["lot-1"], offers: { price: { price: "4" } }, replaces: 10,
    }); // biome-ignore format: short
    const event = events[0] as Event;
    follow(state, { ...event, kind: "bid", index: 11, body: second as never });
    expect((await opened(state, [0, 1, 2])).map(({ bid }) => bid)).toEqual([11]);
    const unfit = { bidder: bidder.name, qualified: false, why: "" };
    follow(state, { ...event, kind: "qualified", body: unfit });
    expect(await opened(state, [0, 1, 2])).toEqual([]);
    follow(state, { ...event, kind: "qualified", body: { ...unfit, qualified: true } });
    follow(state, { ...event, kind: "withdrawn", body: withdrawBid("garadagh-2", bidder, 11) });
    expect(await opened(state, [0, 1, 2])).toEqual([]);
  });

  it("hides how long the offer is, and asks for every envelope", async () => {
    expect([1, 30, 300].map((n) => padContent({ a: "9".repeat(n) }).length)).toEqual([
      1024, 1024, 1024,
    ]);
    await expect(sealBid(call, bidder, { lots: ["lot-1"], offers: {} })).rejects.toThrow("price");
    expect(envelopes({ ...call, opening: { b: "2", a: "2", c: "1" } })).toEqual(["c", "a", "b"]);
  });
});

describe("keys, signatures and receipts", () => {
  it("are read as they were kept", async () => {
    const keys = await makeKeys("Leyla");
    expect(await readKeys(secretPart(keys))).toEqual(keys);
    expect(Object.keys(publicPart(keys))).toEqual(["name", "recipient", "signing_key"]);
    await expect(readKeys({ name: "x" })).rejects.toThrow("no keys");
  });

  it("fit one act of one auction", () => {
    const signed = signBody({ a: 1 }, "bid", "one", bidder.signing_secret);
    const key = bidder.signing_key;
    expect(isSigned(signed, "bid", "one", key)).toBe(true);
    expect(isSigned(signed, "bid", "two", key)).toBe(false);
    expect(isSigned(signed, "withdrawn", "one", key)).toBe(false);
    expect(isSigned({ ...signed, a: 2 }, "bid", "one", key)).toBe(false);
    expect(isSigned(signed, "bid", "one", commission[0]?.signing_key as string)).toBe(false);
    for (const signature of [
      "",
      "00".repeat(64),
      "ff".repeat(64),
      signed.signature.toUpperCase(),
    ]) {
      expect(isSigned({ ...signed, signature }, "bid", "one", key)).toBe(false);
    }
  });

  it("are not forged", () => {
    const receipt = record.receipts[0] as Receipt;
    const said = ["garadagh-2", record.server_key] as const;
    expect(isReceipt(receipt as never, ...said)).toBe(true);
    for (const change of [{ index: 2 }, { leaf: "ab".repeat(32) }, { proof: [] }, { more: 1 }]) {
      const forged = { ...receipt, ...change } as never as Body;
      expect(isReceipt(forged, ...said)).toBe(false);
      const again = signBody(forged, "receipt", "garadagh-2", "17".repeat(32));
      expect(isReceipt(again, ...said)).toBe(false);
    }
  });

  it("prove that each event is in the tree", () => {
    const tree = new MerkleTree();
    for (const event of events) tree.append(leafHash(canonical(event)));
    expect(toHex(tree.root())).toBe(record.heads.at(-1).root);
    for (const { index, leaf, proof, head } of record.receipts as Receipt[]) {
      const steps = proof.map(fromHex);
      for (const at of [index, index + 1]) {
        const place = { index: at, size: head.size };
        expect(isIncluded(fromHex(leaf), place, steps, fromHex(head.root))).toBe(at === index);
      }
    }
  });
});
