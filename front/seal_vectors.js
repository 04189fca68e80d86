// Seal, give shares and verify by the browser's code in Node, for scripts/make_seal_vectors.py.
// Reads JSON from standard input, writes JSON to standard output.

import { createServer } from "vite";

const vite = await createServer({
  server: { middlewareMode: true },
  appType: "custom",
  logLevel: "error",
});
const load = (name) => vite.ssrLoadModule(`/src/auction/crypto/${name}.ts`);
const [seal, open, keys, life, verify] = await Promise.all(
  ["seal", "open", "keys", "life", "verify"].map(load),
);

let text = "";
for await (const part of process.stdin) text += part;
const asked = JSON.parse(text);
const state = life.fold(asked.events);
const given = {};
if (asked.bid) {
  const bidder = await keys.readKeys(asked.bid.keys);
  given.bid = await seal.sealBid(state.call, bidder, asked.bid);
}
if (asked.open) {
  const members = await Promise.all(asked.open.keys.map(keys.readKeys));
  given.seeds = members.map((member) => keys.revealSeed(state.call.auction, member));
  given.shares = [];
  for (const member of members) {
    given.shares.push(await open.giveShares(state, member, asked.open.envelope));
  }
}
if (asked.record) {
  given.verification = await verify.verifyRecord(new TextEncoder().encode(asked.record));
}
process.stdout.write(JSON.stringify(given));
await vite.close();
