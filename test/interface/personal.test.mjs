// Personal pages (BK-4): /@name, where anybody pays by card with a message: what is not shown, what is refused, money that
// cannot come in, abuse, reports and what staff do, a fee that is told before.

import assert from "node:assert/strict";
import {after, before, describe, test} from "node:test";

import {cards, startBoth} from "../support/sandbox.mjs";
import {newKey} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";
import {Wallets, limits, problem, until} from "../support/wallet.mjs";

let both, server, sandbox, wallets, people;
before(async () => {
  both = await startBoth({limits, behind_proxy: "true", acquiring: {most: "15 000.00"},
                          personal: {fee: "1.50", open_most: 3, day_most: 6}}, {slow: 200, late: 900});
  ({server, sandbox} = both);
  wallets = new Wallets(both);
  people = await staff(server, {risk: "risk", support: "support"});
});
after(() => both?.stop());

let count = 0;
const page = (who, fields) => server.post("/personal", {on: true, named: true, ...fields}, {token: who.token});
// A customer with a page of a name of his own.
async function owner(more = {}) {
  const who = await server.customer(), name = `masha_${++count}`;
  const {status, text} = await page(who, {name, ...more});
  assert.equal(status, 200, text);
  return {...who, name};
}
// Each visitor from an address of his own: how many of one there may be is another test's.
const from = () => ({"X-Forwarded-For": `10.${++count >> 8}.${count & 255}.1`});
const pay = (name, fields) => server.post(`/@${name}`, {sum: "200.00", ...fields}, {key: newKey(), headers: from()});
const paid = async (gift) => (await server.get(`/paid/${gift}`)).body;
async function given(name, fields, card = cards.pays) {
  const {status, body, text} = await pay(name, fields);
  assert.equal(status, 201, text);
  await sandbox.pay(body.payment_url, card);
  return until(() => paid(body.gift), ({state}) => state !== "created" && state !== "refunding");
}
const mine = async (who) => (await server.get("/personal", {token: who.token})).body;

describe("BK-4: a page", () => {
  test("BK-4: shows no more than its owner has chosen; off, of another spelling or of nobody it is as a missing one", async () => {
    const who = await server.customer();
    for (const name of ["vasya", "@Vasya"]) assert.equal((await server.get(`/@${name.replace("@", "")}`)).status, 404);
    const made = await page(who, {name: "@Vasya", greeting: "На кофе", sums: "100, 500"});
    assert.deepEqual([made.status, made.body.name, made.body.link], [200, "vasya", `${server.url}/@vasya`]);
    const {status, body, text} = await server.get("/@VASYA");
    assert.equal(status, 200);
    assert.deepEqual([body.name, body.owner, body.greeting, body.sums.map(({sum}) => sum.amount), body.fee_percent],
                     ["vasya", null, "На кофе", ["100.00", "500.00"], "1,50"]);
    assert.ok(!text.includes(who.phone.slice(2)) && !text.includes(who.customer));
    await page(who, {name: "vasya", on: false});
    assert.equal((await server.get("/@vasya")).status, 404);
    assert.equal((await pay("vasya")).status, 404);
    assert.equal((await server.get("/@vasya/report")).status, 404);
    assert.equal((await server.get("/personal")).status, 401);
  });

  test("BK-4: names: bad ones, ours, another's; one given up is nobody else's, but his again", async () => {
    const who = await owner(), other = await server.customer();
    for (const name of ["abc", "9vasya", "маша", "va sya", "support", "support_24", "a".repeat(21), ""]) {
      const {status, body} = await page(other, {name});
      assert.deepEqual([status, body.errors?.[0].field], [422, "name"], name);
    }
    const taken = await page(other, {name: who.name.toUpperCase()});
    assert.deepEqual([taken.status, problem(taken)], [409, "name-taken"]);
    assert.equal((await page(who, {name: "changed_one"})).status, 200);
    assert.equal((await server.get(`/@${who.name}`)).status, 404);
    assert.equal((await page(other, {name: who.name})).status, 409);
    assert.equal((await page(who, {name: who.name})).status, 200);
    for (const wrong of [{greeting: "<b>"}, {greeting: "a\u202Eb"}, {greeting: "x".repeat(141)}, {sums: "1,2,3,4,5"}, {sums: "много"}])
      assert.equal((await page(who, {name: who.name, ...wrong})).status, 422, JSON.stringify(wrong));
    const names = await Promise.all([page(who, {name: "race_name"}), page(other, {name: "race_name"})]);
    assert.deepEqual(names.map(({status}) => status).sort(), [200, 409]);
  });
});

describe("BK-4: a payment", () => {
  test("BK-4: sum and message come, the fee is on top and told before; the owner sees who, and may hide it", async () => {
    const who = await owner();
    const order = await pay(who.name, {payer: "Бабушка", note: "На мороженое"});
    assert.deepEqual([order.body.sum.amount, order.body.fee.amount, order.body.total.amount], ["200.00", "3.00", "203.00"]);
    await sandbox.pay(order.body.payment_url, cards.twice);
    const end = await until(() => paid(order.body.gift), ({final}) => final);
    assert.equal(end.state, "paid");
    await until(() => wallets.balance(who), (balance) => balance === "200.00");
    const [gift] = (await mine(who)).gifts;
    assert.deepEqual([gift.sum.amount, gift.name, gift.note], ["200.00", "Бабушка", "На мороженое"]);
    const operations = await wallets.operations(who);
    assert.deepEqual(operations.map(({kind, sum, counterparty}) => [kind, sum.amount, counterparty]).sort(),
                     [["personal", "203.00", "Бабушка"], ["personal_fee", "-3.00", "Бабушка"]]);
    const other = await owner();
    const hide = (one) => server.post(`/personal/gifts/${gift.id}/hide`, {}, {token: one.token});
    assert.equal((await hide(other)).status, 404);
    assert.equal((await hide(who)).status, 200);
    assert.deepEqual((await mine(who)).gifts, []);
    assert.equal((await server.get("/paid/AAAAAAAAAAAAAAAAAAAAAA")).status, 404);
  });

  test("BK-4: what is wrong is told at its field; declined, nothing comes", async () => {
    const who = await owner();
    for (const [field, value] of [["sum", ""], ["sum", "-1"], ["note", "<a href=x>"], ["note", "x".repeat(141)], ["payer", "a\u200Bb"]]) {
      const {status, body} = await pay(who.name, {[field]: value});
      assert.deepEqual([status, body.errors?.[0].field], [422, field], value);
    }
    assert.equal(problem(await pay(who.name, {sum: "1.00"})), "sum-too-small");
    assert.equal(problem(await pay(who.name, {sum: "14900.00"})), "sum-too-large"); // with the fee
    assert.equal((await given(who.name, {}, cards.declines)).state, "declined");
    assert.equal(await wallets.balance(who), "0.00");
    assert.deepEqual((await mine(who)).gifts, []);
  });

  test("BK-4: what the owner's limit cannot take is refused without its sum, or goes back to the card", async () => {
    const who = await owner();
    const [one, late] = [await pay(who.name, {sum: "8000.00"}), await pay(who.name, {sum: "8000.00"})];
    for (const {body} of [one, late]) await sandbox.pay(body.payment_url, cards.pays);
    const states = await Promise.all([one, late].map(({body}) => until(() => paid(body.gift), ({final}) => final)));
    assert.deepEqual(states.map(({state}) => state).sort(), ["paid", "refunded"]);
    assert.equal(await wallets.balance(who), "8000.00");
    const refused = await pay(who.name, {sum: "8000.00"});
    assert.deepEqual([refused.status, problem(refused)], [422, "recipient-limit"]);
    assert.ok(!/\d/.test(refused.body.detail ?? refused.body.title));
  });

  test("BK-4: many that nobody pays are stopped; the same key is one", async () => {
    const who = await owner(), key = newKey();
    const same = () => server.post(`/@${who.name}`, {sum: "20.00"}, {key, headers: from()});
    assert.equal((await same()).body.gift, (await same()).body.gift);
    for (let at = 0; at < 2; at++) assert.equal((await pay(who.name)).status, 201);
    assert.deepEqual([(await pay(who.name)).status, problem(await pay(who.name))], [429, "too-many-orders"]);
  });

  test("BK-4: killed between the bank's yes and ours, it comes once", {timeout: 180000}, async () => {
    const who = await owner(), order = await pay(who.name);
    await server.end("SIGKILL");
    await sandbox.pay(order.body.payment_url, cards.pays);
    await server.run();
    await until(() => paid(order.body.gift), ({state}) => state === "paid", 50000);
    assert.equal(await wallets.balance(who), "200.00");
  });
});

describe("BK-4: reports", () => {
  const report = (name, headers = from()) =>
    server.post(`/@${name}/report`, {kind: "fraud", words: "Просит деньги от имени банка"}, {headers});

  test("BK-4: make one task for risk; switched off with a reason the page is as a missing one, its owner is told", async () => {
    const who = await owner();
    for (let at = 0; at < 2; at++) assert.equal((await report(who.name)).status, 200);
    const path = `/staff/personal/${who.customer}`;
    assert.equal((await people.support.get(path)).status, 403);
    assert.equal(problem(await people.risk.get(path)), "reason-needed");
    await people.risk.post(`/staff/customers/${who.customer}/reason`, {reason: "Жалоба посетителя"});
    const {body} = await people.risk.get(path);
    assert.deepEqual([body.name, body.blocked, body.reports.length, body.reports[0].words],
                     [who.name, false, 2, "Просит деньги от имени банка"]);
    assert.equal((await people.risk.post(path, {off: true})).status, 422);
    assert.equal((await people.risk.post(path, {off: true, reason: "Выдаёт себя за банк"})).body.blocked, true);
    assert.equal((await server.get(`/@${who.name}`)).status, 404);
    assert.deepEqual([(await mine(who)).blocked, (await mine(who)).reason, (await mine(who)).link], [true, "Выдаёт себя за банк", null]);
    assert.equal(problem(await page(who, {name: who.name})), "page-blocked");
    assert.equal((await people.risk.post(path, {reason: "Разобрались"})).body.blocked, false);
    assert.equal((await server.get(`/@${who.name}`)).status, 200);
  });

  test("BK-4: five of an address in an hour", async () => {
    const who = await owner(), one = from(), statuses = [];
    for (let at = 0; at < 6; at++) statuses.push((await report(who.name, one)).status);
    assert.deepEqual(statuses, [200, 200, 200, 200, 200, 429]);
  });
});

test("BK-4: the owner's own data have the page; the books are whole", async () => {
  await server.end();
  const verdict = server.command("verify");
  assert.equal(verdict.status, 0, verdict.output + verdict.errors);
});
