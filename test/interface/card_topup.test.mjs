// One's card topped up from any bank's card (BK-1), from the card's page into the account that the card draws on.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {Cards} from "../support/cards.mjs";
import {cards as banks, startBoth} from "../support/sandbox.mjs";
import {newKey} from "../support/server.mjs";
import {limits, until} from "../support/wallet.mjs";

let both, server, sandbox, cards;
before(async () => {
  both = await startBoth({limits, cards: {plastic_level: "minimal", plastic_fee: "0.00"}}, {slow: 200, late: 900});
  ({server, sandbox} = both);
  cards = new Cards(both);
});
after(() => both?.stop());

const order = (who, fields, key = newKey()) => server.post("/topups", {sum: "300.00", ...fields}, {token: who.token, key});
const target = async (who, id) => (await cards.card(who, id)).topup.split("=")[1];
const available = async (who, id) => (await cards.card(who, id)).available.amount;
const state = async (who, id, ...wanted) => until(() => cards.topupState(who, id), (found) => wanted.includes(found));

test("BK-1: plastic: the money is the card's at once, the wallet has none of it; a virtual card's is its wallet's", async () => {
  const who = await cards.rich("100.00"), plastic = await cards.plastic(who), virtual = await cards.virtual(who);
  const to = await target(who, plastic), form = (await server.get(`/topup?to=${to}`, {token: who.token})).body;
  assert.deepEqual(form.targets.map(({value, selected}) => [value === to, selected]), [[false, false], [true, true]]);
  const {status, body} = await order(who, {to});
  assert.equal(status, 201);
  await sandbox.pay(body.payment_url, banks.twice);
  await state(who, body.id, "paid");
  assert.deepEqual([await available(who, plastic), await cards.balance(who)], ["300.00", "100.00"]);
  const bought = await cards.buy(await cards.number(who, plastic), "250.00");
  assert.equal(bought.state, "approved");
  const other = await order(who, {to: await target(who, virtual), sum: "50.00"});
  await sandbox.pay(other.body.payment_url, banks.pays);
  await state(who, other.body.id, "paid");
  assert.deepEqual([await available(who, virtual), await cards.balance(who)], ["150.00", "150.00"]);
  assert.deepEqual((await cards.operations(who)).map(({kind, sum}) => [kind, sum.amount]).filter(([kind]) => kind === "topup").sort(),
                   [["topup", "100.00"], ["topup", "300.00"], ["topup", "50.00"]]);
});

test("BK-1: another's card, a box, a closed card are none; declined, nothing comes", async () => {
  const who = await cards.rich("100.00"), plastic = await cards.plastic(who), to = await target(who, plastic);
  const thief = await server.customer();
  for (const wrong of [to, "1", "0"]) {
    const {status, body} = await order(thief, {to: wrong});
    assert.deepEqual([status, body.errors?.[0].field], [422, "to"], wrong);
    if (wrong !== "0") assert.equal((await server.get(`/topup?to=${wrong}`, {token: thief.token})).status, 404);
  }
  const declined = await order(who, {to});
  await sandbox.pay(declined.body.payment_url, banks.declines);
  await state(who, declined.body.id, "declined");
  assert.equal(await available(who, plastic), "0.00");
  assert.equal((await cards.post(who, `/cards/${plastic}/close`)).status, 200);
  assert.equal((await order(who, {to})).status, 422);
  assert.equal((await cards.card(who, plastic)).topup, null);
});

test("BK-1: the same key is one order; what the card's account cannot take goes back to the other card", async () => {
  const who = await cards.rich("100.00"), plastic = await cards.plastic(who), to = await target(who, plastic);
  const key = newKey(), one = await order(who, {to, sum: "9000.00"}, key), again = await order(who, {to, sum: "9000.00"}, key);
  assert.equal(one.body.id, again.body.id);
  const late = await order(who, {to, sum: "9000.00"}); // each fits, both do not
  assert.equal(late.status, 201);
  await sandbox.pay(one.body.payment_url, banks.pays);
  await state(who, one.body.id, "paid");
  await sandbox.pay(late.body.payment_url, banks.pays);
  await state(who, late.body.id, "refunded");
  assert.equal(await available(who, plastic), "9000.00");
  assert.equal((await order(who, {to, sum: "9000.00"})).status, 422);
});

test("BK-1: killed between the bank's yes and ours, it comes once", {timeout: 180000}, async () => {
  const who = await cards.rich("100.00"), plastic = await cards.plastic(who), to = await target(who, plastic);
  const {body} = await order(who, {to});
  await server.end("SIGKILL");
  await sandbox.pay(body.payment_url, banks.pays);
  await server.run();
  await until(() => cards.topupState(who, body.id), (found) => found === "paid", 50000);
  assert.equal(await available(who, plastic), "300.00");
  await server.end();
  const verdict = server.command("verify");
  assert.equal(verdict.status, 0, verdict.output + verdict.errors);
});
