// lenders_storm.test.mjs: customers borrow and pay back while the lender of the outside world fails in every way and both
// programs are killed, by a seed. Afterwards his books and ours agree to the kopeck, and nothing hangs (WA-10).
//
//   KABINET_STORM=100     so many customers instead of 24
//   KABINET_SEED=17       another storm

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {Lenders, lenders, limits} from "../support/lenders.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {until} from "../support/wallet.mjs";

const customers = Number(process.env.KABINET_STORM ?? 24), seed = Number(process.env.KABINET_SEED ?? 4711);

// mulberry32: the same seed is the same storm.
let state = seed >>> 0;
function random() {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = state;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const below = (bound) => Math.floor(random() * bound);
const kopecks = (sum) => Math.round(Number(sum.amount ?? sum) * 100);
const roubles = (minor) => `${Math.floor(minor / 100)}.${String(minor % 100).padStart(2, "0")}`;

let both, server, partner;
before(async () => {
  both = await startBoth((sandbox) => ({limits, lenders: lenders(sandbox, {timeout: "1s"})}), {slow: 300, late: 1200});
  ({server} = both);
  partner = new Lenders(both);
});
after(() => both?.stop());

// While programs die, what one asks may break off: asked again under the same key it is the same act.
async function surely(act) {
  for (let tries = 0; ; tries++) {
    const answer = await act().catch((error) => (tries < 100 ? null : Promise.reject(error)));
    if (answer && answer.status !== 503) return answer;
    await new Promise((done) => setTimeout(done, 50));
  }
}

async function live(who) {
  const {token} = who, key = (what) => `${what}-${who.customer}-${"k".repeat(10)}`;
  const get = (id) => surely(() => server.get(`/lender-loans/${id}`, {token}));
  const post = (path, body, name) => surely(() => server.post(path, body, {token, key: key(name)}));
  const sum = roubles(100000 * (1 + below(9))), part = 1 + below(90000), whole = random() < 0.5, signs = random() < 0.9;
  const applied = await post("/lenders/quick/apply", {sum, term: 7 + below(20), consent: true}, "apply");
  assert.equal(applied.status, 201, applied.text);
  const {id} = applied.body;
  who.loan = id;
  const decided = await until(async () => (await get(id)).body, (loan) => loan.state !== "deciding", 90000);
  if (decided.state !== "offered") return;
  if (!signs) return post(`/lender-loans/${id}/cancel`, {}, "cancel");
  const codes = () => partner.codes(who).catch(() => []);
  const before = (await until(codes, (all) => all.length > 0)).length; // he has signed up by one
  await surely(() => server.post(`/lender-loans/${id}/code`, {}, {token}));
  const [code] = await until(codes, (all) => all.length > before);
  await post(`/lender-loans/${id}/sign`, {code}, "sign");
  const {state} = await until(async () => (await get(id)).body, (loan) => ["open", "refused"].includes(loan.state), 90000);
  if (state !== "open") return;
  await post(`/lender-loans/${id}/pay`, {sum: roubles(part)}, "part");
  await until(async () => (await get(id)).body, ({sending}) => !sending, 90000);
  const {body: loan} = await get(id);
  if (whole && loan.state === "open" && loan.figures)
    await post(`/lender-loans/${id}/pay`, {sum: loan.figures.owed.amount, full: true}, "all");
}

test(`WA-10: a storm (seed ${seed}): the lender's books and ours agree to the kopeck`, {timeout: 840000}, async () => {
  const crowd = [];
  for (let i = 0; i < customers; i++) crowd.push(await partner.known());
  await partner.fault("storm", {share: 35, seconds: 3600});
  const lives = Promise.all(crowd.map(live));
  for (let kill = 0; kill < 3; kill++) { // in the midst of it
    await new Promise((done) => setTimeout(done, 1500));
    await server.end("SIGKILL");
    await server.run();
    if (kill !== 1) continue;
    await both.sandbox.end("SIGKILL");
    await both.sandbox.run();
    await partner.fault("storm", {share: 35, seconds: 3600});
  }
  await lives;
  await partner.mend();
  const rows = () => server.rows("SELECT CAST(id AS TEXT), state, sum, operation FROM lender_loan")
    .map(([id, ...row]) => [id, ...row.map(Number)]).map(([id, state, sum, operation]) => ({id, state, sum, operation}));
  const sending = () => server.rows("SELECT COUNT(*) FROM lender_repayment WHERE state = 1").map(([count]) => Number(count))[0];
  await until(rows, (all) => all.every(({state}) => state === 2 || state >= 6), 60000);
  await until(sending, (count) => count === 0, 60000);
  const asking = "SELECT COUNT(*) FROM outbox WHERE state = 0 AND kind IN ('lender.cancel', 'lender.figures')";
  await until(() => Number(server.rows(asking)[0][0]), (count) => count === 0, 60000);

  const books = await partner.books();
  await server.end();
  const proof = server.command("verify");
  assert.equal(proof.status, 0, proof.output + proof.errors);
  const theirs = new Map(books.loans.map((loan) => [loan.id, loan]));
  const taken = server.rows("SELECT CAST(loan AS TEXT), sum FROM lender_repayment WHERE state = 10")
    .map(([loan, sum]) => [loan, Number(sum)]);
  const told = {};
  let issued = 0, repaid = 0;
  for (const own of rows()) {
    const loan = theirs.get(own.id), mark = JSON.stringify([own, loan]);
    const paid = taken.filter(([id]) => id === own.id).reduce((sum, [, one]) => sum + one, 0);
    const lent = own.operation !== 0;
    told[own.state] = (told[own.state] ?? 0) + 1;
    assert.equal(lent, ["issued", "closed"].includes(loan?.state), mark);
    if (!lent) continue;
    issued += own.sum;
    repaid += paid;
    assert.equal(own.sum, kopecks(loan.sum), mark);
    assert.equal(paid, kopecks(loan.paid), mark);
    assert.equal(own.state === 10, loan.state === "closed", mark);
  }
  assert.deepEqual([issued, repaid], [kopecks(books.issued), kopecks(books.repaid)]);
  const [[balance]] = server.rows("SELECT a.balance FROM lender_settlement s, account a WHERE a.id = s.account AND s.lender = 'quick'");
  assert.equal(Number(balance), repaid - issued, "what we and the lender owe each other");
  assert.ok(issued > 0 && repaid > 0 && told[6] > 0, JSON.stringify(told));
  await server.run();
  for (const who of crowd) {
    const {available, balance} = (await partner.home(who)).wallet;
    assert.deepEqual(available, balance, "nothing is held any more");
  }
});
