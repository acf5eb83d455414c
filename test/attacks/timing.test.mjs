// timing.test.mjs: a wrong sign-in takes as long for a number that nobody has as for a customer's (ID-10). A difference is
// looked for in many pairs, each of both kinds in a random order, by the rank-sum test of Mann and Whitney; a busy
// machine can bring one by chance, so it must show three times running to be believed.

import assert from "node:assert/strict";
import {randomInt} from "node:crypto";
import {after, before, test} from "node:test";

import {Server, newPhone} from "../support/server.mjs";

let server;
before(async () => (server = await Server.start({identity: {lock: {tries: 100}}})));
after(() => server?.stop());

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

// How many standard deviations the two samples' ranks are apart.
function apart(one, other) {
  const all = [...one.map((ms) => [ms, 0]), ...other.map((ms) => [ms, 1])].sort(([a], [b]) => a - b);
  let ranks = 0;
  all.forEach(([, kind], i) => { if (kind === 0) ranks += i + 1; });
  const n = one.length, m = other.length;
  return Math.abs(ranks - n * (n + m + 1) / 2) / Math.sqrt(n * m * (n + m + 1) / 12);
}

async function compare(known, unknown, pairs = 40) {
  const ms = [[], []];
  const took = async (ask) => {
    const began = performance.now();
    await ask();
    return performance.now() - began;
  };
  for (let i = 0; i < pairs; i++) {
    const first = randomInt(2);
    for (const kind of [first, 1 - first]) ms[kind].push(await took(kind === 0 ? known : unknown));
  }
  return {apart: apart(...ms), medians: ms.map(median)};
}

// Told apart: surely by ranks, and by so much of the time itself that one could use it over a network.
const told = ({apart, medians: [a, b]}) => apart > 4 && Math.abs(a - b) > 0.1 * Math.max(a, b) && Math.abs(a - b) > 0.5;

// two(): both ways of asking, anew for each round.
async function alike(name, two) {
  const rounds = [];
  for (let i = 0; i < 3; i++) {
    rounds.push(await compare(...(await two())));
    if (!told(rounds.at(-1))) return;
  }
  assert.fail(`${name}: ${JSON.stringify(rounds)}`);
}

test("the comparison itself finds a difference that is there, and none that is not", async () => {
  const wait = (ms) => () => new Promise((done) => setTimeout(done, ms));
  assert.equal(told(await compare(wait(4), wait(9))), true);
  await alike("the same", () => [wait(5), wait(5)]);
});

test("ID-10: known and unknown numbers take the same time, by password and by PIN", async () => {
  const both = (status, ask) => async () => {
    const {phone} = await server.customer(), nobody = newPhone();
    return [phone, nobody].map((to) => async () => assert.equal((await ask(to)).status, status));
  };
  await alike("password", both(422, (phone) => server.post("/signin", {phone, password: "Wrong-1!"})));
  await alike("a PIN without its device", both(409, (phone) => server.post("/signin/pin", {phone, pin: "4071"})));
});
