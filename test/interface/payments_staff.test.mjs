// Payments of which nobody knows whether they arrived (WA-3, BO-2, BO-3): the money stays held past the deadline, staff find
// out, a second person confirms, and only then it is taken or let go.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {cards, startBoth} from "../support/sandbox.mjs";
import {newKey} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";
import {Wallets, limits, problem, until} from "../support/wallet.mjs";

let both, server, sandbox, wallets, people;

before(async () => {
  both = await startBoth({
    limits, payments: {catalogue_file: "profiles/catalogue.json", check_life: "10m", send_life: "10m"},
  }, {slow: 200, late: 15000});
  ({server, sandbox} = both);
  wallets = new Wallets(both);
  people = await staff(server, {finance: "finance", second: "finance", support: "support"});
});
after(() => both?.stop());

const act = (who, path, body = {}) => who.post(path, body, {key: newKey()});

const stateOf = (who, id) => async () => (await server.get(`/payments/${id}`, {token: who.token})).body.state;

// Payments whose provider fell silent when it was told to take the money.
async function stuck(who, ...accounts) {
  const ids = await Promise.all(accounts.map(async (account) => {
    const {body} = await server.post("/pay/mobile", {account, sum: "100.00"}, {token: who.token, key: newKey()});
    await until(stateOf(who, body.id), (found) => found === "checked");
    await server.post(`/payments/${body.id}/confirm`, {}, {token: who.token, key: newKey()});
    return body.id;
  }));
  await server.givesUp(...ids);
  for (const id of ids) await until(stateOf(who, id), (found) => found === "stuck");
  return ids;
}

test("WA-3, BO-2: what got stuck is ended by two of finance, once", {timeout: 270000}, async () => {
  const who = await server.customer();
  assert.equal(await wallets.topup(who, "1000.00", cards.pays), "paid");
  await fetch(`${sandbox.url}/billers/faults`, {
    method: "POST", headers: {"Content-Type": "application/json"},
    body: JSON.stringify({biller: "mobile", fault: "closed-after", command: "pay", share: 100, seconds: 120}),
  });
  const [one, other] = await stuck(who, "9160001111", "9160002222");
  const home = await wallets.home(who);
  assert.deepEqual([home.wallet.balance.amount, home.wallet.available.amount], ["1000.00", "800.00"]);
  assert.equal(home.pending.length, 2);
  assert.equal(problem(await server.post(`/payments/${one}/cancel`, {}, {token: who.token})), "under-way");

  const {finance, second, support} = people;
  const {tasks} = (await finance.get("/staff/tasks?queue=payments.stuck")).body;
  assert.equal(tasks.length, 2);
  assert.equal((await finance.get(`/staff/payments/${one}`)).status, 403, "without a task or a reason");
  for (const task of tasks) assert.equal((await finance.post(`/staff/tasks/${task.id}/take`)).status, 200);
  const seen = await finance.get(`/staff/payments/${one}`);
  assert.equal(seen.status, 200, seen.text);
  assert.equal(seen.body.stuck, true);

  const settle = (id, outcome, reference) =>
    act(finance, `/staff/payments/${id}/settle`, {outcome, reason: "Письмо получателя", ...(reference ? {reference} : {})});
  assert.equal((await act(support, `/staff/payments/${one}/settle`, {outcome: "done", reason: "Просто так", reference: "1"})).status, 403);
  assert.equal(problem(await settle(one, "done")), "reference-missing");
  const asked = await settle(one, "done", "3000000000001"), refused = await settle(other, "refused");
  assert.equal(asked.status, 201, asked.text);
  const confirm = async (member, id) => {
    const {body} = await member.get(`/staff/approvals/${id}`);
    return act(member, `/staff/approvals/${id}/confirm`, body.seen ? {seen: body.seen} : {});
  };
  assert.notEqual((await confirm(finance, asked.body.id)).status, 200, "not by who asked");
  assert.equal((await confirm(second, asked.body.id)).status, 200);
  assert.equal((await confirm(second, refused.body.id)).status, 200);

  assert.deepEqual([await stateOf(who, one)(), await stateOf(who, other)()], ["done", "refused"]);
  const after = await wallets.home(who);
  assert.deepEqual([after.wallet.balance.amount, after.wallet.available.amount, after.pending], ["900.00", "900.00", []]);
  assert.deepEqual((await finance.get("/staff/tasks?queue=payments.stuck")).body.tasks, []);
  assert.equal(problem(await settle(one, "refused")), "reason-needed", "the task is over");
  await finance.post(`/staff/customers/${who.customer}/reason`, {reason: "Обращение по горячей линии"});
  assert.equal(problem(await settle(one, "refused")), "not-stuck");
});

test("WA-3: while one is silent, others are paid at once; what it was asked ends as unchecked", {timeout: 270000}, async () => {
  const who = await server.customer(), options = {token: who.token};
  assert.equal(await wallets.topup(who, "1000.00", cards.pays), "paid");
  await fetch(`${sandbox.url}/billers/faults`, {method: "DELETE"});
  await fetch(`${sandbox.url}/billers/faults`, {
    method: "POST", headers: {"Content-Type": "application/json"},
    body: JSON.stringify({biller: "tv", fault: "timeout", share: 100, seconds: 120}),
  });
  const order = async (code, account, sum) =>
    (await server.post(`/pay/${code}`, {account, sum}, {...options, key: newKey()})).body.id;
  const silent = [];
  for (let i = 0; i < 12; i++) silent.push(await order("tv", `1234567${1000 + i}`, "60.00"));
  const other = await order("internet", "ivanov", "10.00");
  await until(stateOf(who, other), (found) => found === "checked");
  for (const id of silent) assert.equal(await stateOf(who, id)(), "checking", "sooner than any of those gives up");
  await server.passed("UPDATE outbox SET deadline = 1, next_at = 1 WHERE state = 0");
  for (const id of silent) assert.equal(await until(stateOf(who, id), (found) => found !== "checking"), "unchecked");
  assert.equal(await wallets.balance(who), "1000.00");
});
