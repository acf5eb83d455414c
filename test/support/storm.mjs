// storm.mjs: what storms share: chance by a seed, asking until somebody is there again, and the outside's books.

import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {join} from "node:path";

import {pause} from "./server.mjs";

// mulberry32: the same seed, the same decisions. A further word makes another stream of them.
export function chance(seed, word = "") {
  let state = [...word].reduce((hash, letter) => Math.imul(hash ^ letter.codePointAt(0), 0x01000193) >>> 0, seed >>> 0);
  const random = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const below = (bound) => Math.floor(random() * bound);
  return {random, below, pick: (list) => list[below(list.length)], digits: (count) =>
    Array.from({length: count}, () => below(10)).join("")};
}

export const kopecks = (sum) => Math.round(Number(sum.amount ?? sum) * 100);
export const roubles = (minor) => `${Math.floor(minor / 100)}.${String(minor % 100).padStart(2, "0")}`;
export const total = (numbers) => numbers.reduce((sum, each) => sum + each, 0);

// Again until there is an answer for good: nobody there, 5xx and "under way" say nothing. Ask with the same key each time.
export async function persistently(ask, ms = 60000) {
  for (const end = Date.now() + ms; ;) {
    const answer = await ask().catch(() => undefined);
    const underWay = answer?.status === 409 && answer.body?.type?.endsWith("/request-in-flight");
    if (answer && answer.status < 500 && !underWay) return answer;
    assert.ok(Date.now() < end, `no answer: ${answer?.status} ${answer?.text ?? ""}`);
    await pause(50);
  }
}

// The outside is well again: what was put off or leased for a while need not wait for it here, since the database's owner
// moves the clock. What look() gives once it is good(). help(): what people do about what does not end by itself.
export async function calmed(server, look, good, help = () => {}) {
  let seen = await look();
  for (let rounds = 0; !good(seen); rounds++) {
    if (rounds === 2) await help();
    const open = () => server.rows("SELECT kind, CAST(subject AS TEXT), attempt FROM outbox WHERE state = 0");
    assert.ok(rounds < 20, `not yet: ${JSON.stringify(seen)}: ${rounds < 20 || JSON.stringify(open())}`);
    await server.passed("UPDATE outbox SET next_at = 1 WHERE state = 0");
    const ms = 5000 + rounds * 2500; // a slow machine's calls take longer, and must not be cut off each time
    for (const end = Date.now() + ms; !good(seen) && Date.now() < end; seen = await look()) await pause(200);
  }
  return seen;
}

// The books prove whole, with nobody beside; then, all rows being written, look() sees them.
export async function proven(server, look = () => {}) {
  await server.end();
  const proof = server.command("verify");
  assert.equal(proof.status, 0, proof.output + proof.errors);
  const seen = look();
  await server.run();
  return seen;
}

// ---- the outside, as its programs' own books have it ----

export class Outside {
  constructor(sandbox) {
    this.sandbox = sandbox;
  }

  async ask(path, body, method = body ? "POST" : "GET") {
    const answer = await fetch(this.sandbox.url + path, {
      method, body: body && JSON.stringify(body), redirect: "manual",
      headers: {Accept: "application/json", ...(body ? {"Content-Type": "application/json"} : {})}});
    const text = await answer.text();
    return {status: answer.status, text, body: text.startsWith("{") ? JSON.parse(text) : null};
  }

  // All pages of {…, [list], next}.
  async pages(path, list) {
    const all = [];
    for (let after = 0; ;) {
      const {body} = await this.ask(`${path}?after=${after}&limit=500`);
      all.push(...body[list]);
      if (body.next === null) return {...body, [list]: all};
      after = body.next;
    }
  }

  billers = async () => (await this.pages("/billers/books", "payments")).payments;
  bank = async () => (await this.pages("/bank/books", "payouts")).payouts;
  processing = () => this.pages("/processing/books", "operations");
  terminals = () => this.pages("/terminals/books", "payments");
  shop = async () => (await this.ask("/shop/books")).body;

  // The acquirer's journal: the last line of an order is what became of it. {order → {sum, paid, refunded}}
  acquirer() {
    const orders = new Map();
    for (const line of readFileSync(join(this.sandbox.folder, "journal"), "utf8").split("\n").slice(0, -1)) {
      const [, order, sum, state, , , , , refund] = line.split(" ");
      orders.set(order, {sum: kopecks(sum), paid: state === "2", refunded: refund !== "-"});
    }
    return orders;
  }
}

// ---- purchases by card ----

export const purchaseFaults = ["none", "none", "lost", "twice", "hasty", "claimed-first", "claimed-twice"];

// What a shop does of a purchase that stands: claims it whole, in two parts (in whichever order they arrive), more than that;
// takes it back whole or in part; nothing. ask(path, body) is asked of the centre.
export async function follow({below}, {operation, sum, claimed, reversed, refunded, state}, ask) {
  const open = kopecks(sum) - kopecks(claimed) - kopecks(reversed), die = below(10);
  if (state === "approved" && kopecks(claimed) === 0 && open > 1) {
    const part = 1 + below(open - 1);
    if (die < 4) return ask("/claims", {operation});
    if (die < 6)
      return Promise.all([ask("/claims", {operation, sum: roubles(part), more: true}),
                          ask("/claims", {operation, sum: roubles(open - part)})]);
    if (die === 6) return ask("/claims", {operation, sum: roubles(open + 1 + below(open))});
    if (die === 7) return ask("/reversals", {operation});
    if (die === 8) return ask("/reversals", {operation, sum: roubles(part)});
  }
  const paid = kopecks(claimed) - kopecks(refunded);
  if (paid > 0 && die < 3) return ask("/refunds", {operation, sum: roubles(1 + below(paid))});
}

// Our operations with cards against the centre's, one by one; what was claimed is what we owe. Gives {told, ours, paid}: how
// many of each state; ours by the centre's reference; what all holders have paid.
export function cardsAgree(server, books) {
  const names = ["state", "sum", "held", "cleared", "questioned", "refunded", "reversed", "asked", "reason"];
  const ours = new Map(server.rows(`SELECT reference, CAST(customer AS TEXT), ${names.join(", ")} FROM card_operation`)
    .map(([reference, customer, ...figures]) =>
      [reference, {customer: String(customer), ...Object.fromEntries(figures.map((figure, i) => [names[i], Number(figure)]))}]));
  const told = {approved: 0, declined: 0, offline: 0, asked: 0};
  assert.deepEqual(books.operations.filter((each) => each.odd), []);
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
  assert.equal(-balance("questioned"), total([...ours.values()].map(({questioned}) => questioned)));
  return {told, ours, paid: balance("processing") + balance("questioned")};
}
