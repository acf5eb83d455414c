// cards_storm.test.mjs: shops and the processing centre of the outside world on a bad day, by a seed: purchases of every kind
// with every fault, claims in parts and too large, reversals, refunds, offline ones, while cards are frozen and back and both
// programs are killed. Afterwards their books and ours agree to the kopeck (WA-6, BK-9, IF-5).
//
//   KABINET_STORM=2000    so many purchases instead of 300
//   KABINET_SEED=17       another storm

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {Cards} from "../support/cards.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {limits, until} from "../support/wallet.mjs";

const purchases = Number(process.env.KABINET_STORM ?? 300), seed = Number(process.env.KABINET_SEED ?? 4711);

// mulberry32: the same seed is the same storm.
let state = seed >>> 0;
function random() {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = state;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const below = (bound) => Math.floor(random() * bound), pick = (list) => list[below(list.length)];
const kopecks = (sum) => Math.round(Number(sum.amount ?? sum) * 100);
const roubles = (minor) => `${Math.floor(minor / 100)}.${String(minor % 100).padStart(2, "0")}`;

let both, server, cards;
before(async () => {
  both = await startBoth({limits});
  ({server} = both);
  cards = new Cards(both);
});
after(() => both?.stop());

const faults = ["none", "none", "lost", "twice", "hasty", "claimed-first", "claimed-twice"];

function buy(card) {
  const more = random() < 0.1 ? {offline: true} : {fault: pick(faults), foreign: random() < 0.03};
  return cards.centre("/purchases", {card, sum: roubles(100 + below(30000)), merchant: `Магазин ${below(9)}`,
                                     place: pick(["till", "internet", "cash"]), ...more});
}

// What a shop does of a purchase that stands: claims it whole, in two parts (in whichever order they arrive), more than that;
// takes it back whole or in part; nothing.
async function follow({operation, sum, claimed, reversed, refunded, state}) {
  const open = kopecks(sum) - kopecks(claimed) - kopecks(reversed), die = below(10);
  if (state === "approved" && kopecks(claimed) === 0 && open > 1) {
    const part = 1 + below(open - 1);
    if (die < 4) return cards.centre("/claims", {operation});
    if (die < 6)
      return Promise.all([cards.centre("/claims", {operation, sum: roubles(part), more: true}),
                          cards.centre("/claims", {operation, sum: roubles(open - part)})]);
    if (die === 6) return cards.centre("/claims", {operation, sum: roubles(open + 1 + below(open))});
    if (die === 7) return cards.centre("/reversals", {operation});
    if (die === 8) return cards.centre("/reversals", {operation, sum: roubles(part)});
  }
  const paid = kopecks(claimed) - kopecks(refunded);
  if (paid > 0 && die < 3) return cards.centre("/refunds", {operation, sum: roubles(1 + below(paid))});
}

test(`WA-6, BK-9: a storm (seed ${seed}): processing's books and ours agree to the kopeck`, {timeout: 280000}, async () => {
  const crowd = [];
  for (let i = 0; i < 6; i++) {
    const who = await cards.rich(roubles(50000 + below(900000)));
    const id = await cards.virtual(who), number = await cards.number(who, id);
    const limits = {operation: "250.00", ...(i % 2 ? {day: "3000.00"} : {}), internet: true, cash: i % 3 > 0};
    await cards.post(who, `/cards/${id}/limits`, limits);
    crowd.push({...who, id, number, brought: kopecks(await cards.balance(who))});
  }
  const each = Math.ceil(purchases / 6);
  for (let wave = 0; wave < 6; wave++) {
    for (let i = 0; i < each; i += 10) await Promise.all(Array.from({length: 10}, () => buy(pick(crowd).number)));
    const one = pick(crowd);
    await cards.post(one, `/cards/${one.id}/${wave % 2 ? "unfreeze" : "freeze"}`);
    if (wave === 1 || wave === 3) { // in the middle of it
      await server.end("SIGKILL");
      await server.run();
    }
    if (wave === 2) {
      await both.sandbox.end("SIGKILL");
      await both.sandbox.run();
    }
    if (wave !== 4) await cards.quiet(120000);
    for (const purchase of (await cards.books()).operations) await follow(purchase);
  }
  await cards.quiet(120000);
  const books = await cards.books(), odd = books.operations.filter((each) => each.odd);
  assert.deepEqual(odd, []);
  await server.end();
  const proof = server.command("verify");
  assert.equal(proof.status, 0, proof.output + proof.errors);

  const ours = new Map(server.rows(
    "SELECT reference, state, sum, held, cleared, questioned, refunded, reversed, asked, reason FROM card_operation")
    .map(([reference, state, sum, held, cleared, questioned, refunded, reversed, asked, reason]) =>
      [reference, {state: Number(state), sum: Number(sum), held: Number(held), cleared: Number(cleared), questioned: Number(questioned),
                   refunded: Number(refunded), reversed: Number(reversed), asked: Number(asked), reason: Number(reason)}]));
  const told = {approved: 0, declined: 0, offline: 0, asked: 0};
  for (const theirs of books.operations) {
    const own = ours.get(theirs.operation), claimed = kopecks(theirs.claimed), refunded = kopecks(theirs.refunded);
    const mark = JSON.stringify([theirs, own]);
    told[theirs.state]++;
    if (theirs.reason === "no-answer" && !own) continue; // never got here
    assert.ok(own, mark);
    if (theirs.state === "approved") assert.ok(own.asked && own.reason === 0, mark);
    if (theirs.state === "declined" && theirs.reason !== "no-answer") assert.ok(own.reason !== 0, mark);
    assert.equal(own.cleared - own.refunded + own.questioned, claimed - refunded, mark);
    assert.ok(own.held <= Math.max(0, kopecks(theirs.sum) - kopecks(theirs.reversed)), mark);
    if (theirs.state === "declined") assert.equal(own.held, 0, mark);
    if (claimed >= own.sum && own.asked) assert.equal(own.held, 0, mark);
  }
  const balance = (name) => Number(server.rows(
    `SELECT a.balance FROM card_system s, account a WHERE a.id = s.account AND s.name = '${name}'`)[0]?.[0] ?? 0);
  assert.equal(balance("processing"), kopecks(books.claimed) - kopecks(books.refunded), "what we owe processing is what it claimed");
  assert.equal(-balance("questioned"), [...ours.values()].reduce((sum, {questioned}) => sum + questioned, 0));
  await server.run();
  let left = 0, brought = 0;
  for (const who of crowd) {
    brought += who.brought;
    left += kopecks(await cards.balance(who));
  }
  assert.equal(brought - left, balance("processing") + balance("questioned"), "nothing was made, nothing got lost");
  assert.ok(told.approved > purchases / 10 && told.declined > purchases / 20 && told.offline > 0, JSON.stringify(told));
});
