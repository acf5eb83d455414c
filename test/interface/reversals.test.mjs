// reversals.test.mjs: a payer's own bank takes a payment by card back (WA-2): it leaves where it came to, once; what is not
// there any more is a task of finance, and the books say so.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {cards, startBoth} from "../support/sandbox.mjs";
import {staff} from "../support/staff.mjs";
import {Wallets, limits, problem, until} from "../support/wallet.mjs";

let both, server, sandbox, wallets, finance;
before(async () => {
  both = await startBoth({limits});
  ({server, sandbox} = both);
  wallets = new Wallets(both);
  ({finance} = await staff(server, {finance: "finance"}));
});
after(() => both?.stop());

const orderOf = ({payment_url}) => new URL(payment_url).searchParams.get("order");
const state = (who, made, ...wanted) => until(() => wallets.topupState(who, made.id), (is) => wanted.includes(is));
const system = (name) => Number(server.rows("SELECT a.balance FROM account a JOIN acquiring_system s ON s.account = a.id " +
                                            `WHERE s.name = '${name}'`)[0]?.[0] ?? 0);
const tasks = async () => (await finance.get("/staff/tasks?queue=acquiring.reversal")).body.tasks;

async function paid(who, sum) {
  const made = await wallets.order(who, sum);
  await sandbox.pay(made.payment_url, cards.pays);
  await state(who, made, "paid");
  return made;
}

// The books as they are on disk; what nobody has made up for is what their account lacks.
async function proved() {
  await server.end();
  const proof = server.command("verify");
  assert.equal(proof.status, 0, proof.errors + proof.output);
  const rests = Number(server.rows("SELECT COALESCE(SUM(rest), 0) FROM card_reversal")[0][0]);
  const books = {acquirer: system("acquirer"), lost: system("lost")};
  assert.equal(system("reversed") + rests, 0);
  await server.run();
  return books;
}

test("WA-2: what lies there leaves; told; the same word again takes nothing; nobody else's business", async () => {
  const who = await server.customer(), made = await paid(who, "300.00");
  assert.equal(await sandbox.dispute("17"), 409, "an order that nobody knows");
  assert.equal(await sandbox.dispute(orderOf(made)), 303);
  await state(who, made, "reversed");
  assert.equal(await wallets.balance(who), "0.00");
  const [operation] = await wallets.operations(who);
  assert.deepEqual([operation.kind, operation.sum.amount], ["card_taken", "-300.00"]);
  assert.equal(await sandbox.dispute(orderOf(made)), 409, "once");
  assert.deepEqual(await tasks(), []);
  assert.deepEqual(await proved(), {acquirer: 0, lost: 0}, "the bank owes us nothing any more");
});

test("WA-2: spent meanwhile: the rest is a task, taken when money has come, or lost; each to the kopeck", async () => {
  const who = await server.customer(), friend = await server.customer(), made = await paid(who, "500.00");
  assert.equal((await wallets.send(who, friend.phone, "420.00")).status, 201);
  await sandbox.dispute(orderOf(made));
  await state(who, made, "reversed");
  assert.equal(await wallets.balance(who), "0.00");
  const [task] = await tasks();
  assert.match(JSON.stringify(task), /420\.00/);
  await finance.post(`/staff/tasks/${task.id}/take`);
  const end = (outcome) => finance.post(`/staff/tasks/${task.id}/finish`, {outcome});
  assert.equal(problem(await end("taken")), "not-made-up");
  await paid(who, "100.00");
  assert.equal(problem(await end("taken")), "not-made-up");
  assert.equal(await wallets.balance(who), "100.00", "not in part");
  await paid(who, "400.00");
  assert.equal((await end("taken")).status, 200);
  assert.equal(await wallets.balance(who), "80.00");
  await proved();

  const poor = await server.customer(), other = await paid(poor, "200.00");
  assert.equal((await wallets.send(poor, friend.phone, "200.00")).status, 201);
  await sandbox.dispute(orderOf(other));
  await state(poor, other, "reversed");
  const [second] = await tasks();
  await finance.post(`/staff/tasks/${second.id}/take`);
  assert.equal((await finance.post(`/staff/tasks/${second.id}/finish`, {outcome: "lost"})).status, 200);
  assert.deepEqual(await tasks(), []);
  assert.equal((await proved()).lost, -20000);
});

test("WA-2: taken back before we heard that it was paid; killed while it is told: nothing comes, or comes and goes", async () => {
  const who = await server.customer(), silent = await wallets.order(who, "70.00");
  await server.end("SIGKILL");
  await sandbox.pay(silent.payment_url, cards.silent);
  await sandbox.dispute(orderOf(silent));
  await server.run();
  await state(who, silent, "reversed");
  assert.equal(await wallets.balance(who), "0.00");
  const made = await paid(who, "90.00");
  await sandbox.dispute(orderOf(made));
  await server.end("SIGKILL");
  await server.run();
  await state(who, made, "reversed");
  assert.equal(await wallets.balance(who), "0.00");
  await proved();
});
