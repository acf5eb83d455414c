// agents_storm.test.mjs: an agent of the outside world with terminals on which everything goes wrong, while Kabinet and the
// agent are killed: afterwards its books and ours agree to the kopeck (WA-2, IF-3, IF-5).
//
//   KABINET_STORM=20000    so many payments instead of 2000

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {makeAgent, moscowDay} from "../support/agents.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {newPhone} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";
import {Outside, kopecks, proven} from "../support/storm.mjs";
import {Wallets, until} from "../support/wallet.mjs";

const limits = {minimal: {balance: "15000.00", operation: "15000.00", day_out: "15000.00", month_in: "40000.00"}};
const payments = Number(process.env.KABINET_STORM ?? 2000);

let both, server, sandbox, people, wallets;
before(async () => {
  both = await startBoth({limits, agents: {level: "minimal"}});
  ({server, sandbox} = both);
  wallets = new Wallets(both);
  people = await staff(server, {finance: "finance", finance2: "finance"});
});
after(() => both?.stop());

const post = async (path, body) => {
  const answer = await fetch(`${sandbox.url}/terminals${path}`, {
    method: "POST", body: JSON.stringify(body), headers: {"Content-Type": "application/json", Accept: "application/json"}});
  assert.ok(answer.status < 300, `${path}: ${answer.status} ${await answer.text()}`);
};

// {totals, odd, payments}: the agent's, all of them.
const books = () => new Outside(sandbox).terminals();
const open = async () => (await (await fetch(`${sandbox.url}/terminals/books?limit=1`)).json()).totals.open.count;
const ended = () => until(open, (count) => count === 0, 300000);

// What the register has is what the agent believes, payment by payment; and the agent owes its sum.
async function agree(agent, from = 0) {
  const mine = await books(), day = await agent.register(moscowDay());
  assert.ok(day.whole, "the register is whole");
  assert.equal(mine.odd, 0, JSON.stringify(mine.payments.filter(({odd}) => odd)));
  const bare = ({txn_id, prv_txn, sum}) => `${txn_id} ${prv_txn} ${sum}`;
  const paid = mine.payments.slice(from).filter(({state}) => state === "paid");
  assert.deepEqual(day.rows.map(bare).sort(), paid.map(bare).sort());
  const {body} = await people.finance.get(`/staff/agents/${agent.id}`);
  assert.equal(kopecks(body.balance.amount), -day.kopecks);
  return {mine, day, paid};
}

test("IF-5: the practice terminal: pays, refuses, and each fault ends as it should", {timeout: 360000}, async () => {
  const agent = await makeAgent(server, people.finance, people.finance2, {title: "Практика"});
  await post("/agent", {login: agent.login, password: agent.password});
  const faults = ["none", "lost", "hasty", "twice", "unchecked", "checked-after", "other-sum"];
  for (const fault of faults) {
    const who = await server.customer();
    await post("/payments", {account: who.phone, sum: "12.34", fault});
    await ended();
    assert.equal(await wallets.balance(who), "12.34", fault);
    assert.equal((await wallets.operations(who)).length, 1, fault);
  }
  const nobody = newPhone();
  await post("/payments", {account: nobody, sum: "12.34"});
  await post("/payments", {account: "не номер", sum: "12.34", fault: "unchecked"});
  await ended();
  const {mine} = await agree(agent);
  assert.deepEqual(mine.payments.slice(-2).map(({state, result}) => [state, result]), [["refused", 5], ["refused", 4]]);
});

test("WA-2: a storm with kills: the agent's books and ours agree to the kopeck", {timeout: 900000}, async () => {
  const agent = await makeAgent(server, people.finance, people.finance2, {title: "Буря"});
  await post("/agent", {login: agent.login, password: agent.password});
  const begun = (await books()).payments.length, crowd = [];
  for (let i = 0; i < 20; i++) crowd.push(await server.customer());
  const full = await server.customer(); // whose wallet has no room for all that is brought
  const one = (i) => {
    const sum = i % 50 === 7 ? "900.00" : `${1 + (i * 7) % 40}.${String(i % 100).padStart(2, "0")}`;
    const account = i % 50 === 7 ? full.phone : i % 97 === 5 ? newPhone() : crowd[i % crowd.length].phone.slice(2);
    return post("/payments", {account, sum, fault: "storm"});
  };
  const waves = 6, each = Math.ceil(payments / waves);
  for (let wave = 0; wave < waves; wave++) {
    for (let i = wave * each; i < (wave + 1) * each; i += 50)
      await Promise.all(Array.from({length: Math.min(50, (wave + 1) * each - i)}, (_, k) => one(i + k)));
    if (wave < 4) { // in the middle of it
      await server.end("SIGKILL");
      await new Promise((done) => setTimeout(done, 50));
      await server.run();
    }
    if (wave === 2) {
      await sandbox.end("SIGKILL");
      await sandbox.run();
    }
  }
  await ended();
  const {mine, day, paid} = await agree(agent, begun);
  assert.equal(mine.payments.length - begun, waves * each);
  const refused = mine.payments.slice(begun).filter(({state}) => state === "refused").map(({result}) => result);
  assert.deepEqual([...new Set(refused)].sort(), [242, 5], "no wallet, or no room: nothing else was refused");
  let held = 0;
  for (const who of [...crowd, full]) held += kopecks(await wallets.balance(who));
  assert.equal(held, day.kopecks, "what wallets have is what the agent brought");
  assert.ok(paid.length > payments / 2);
  await proven(server);
});
