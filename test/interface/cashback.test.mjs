// Cashback (WA-9): promised before paying, paid once with the purchase, by rules that two people of staff make; taken back
// when the purchase is given back, also when it was spent already.

import assert from "node:assert/strict";
import {after, before, describe, test} from "node:test";

import {Cards} from "../support/cards.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {newKey, pause} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";
import {Wallets, problem, rub, until} from "../support/wallet.mjs";

let both, server, wallets, people;

before(async () => {
  both = await startBoth({payments: {catalogue_file: "profiles/catalogue.json"}});
  ({server} = both);
  wallets = new Wallets(both);
  people = await staff(server, {vera: "catalogue", finance: "finance", second: "finance", support: "support"});
  await until(async () => (await people.vera.get("/staff/providers")).body.providers?.length, (count) => count > 10);
});
after(() => both?.stop());

const good = async (answering) => {
  const answer = await answering;
  assert.ok(answer.status < 300, `${answer.status} ${answer.text}`);
  return answer.body;
};
const post = (who, path, body = {}, options = {}) => server.post(path, body, {token: who.token, key: newKey(), ...options});
const get = async (who, path) => good(server.get(path, {token: who.token}));
const month = (who) => get(who, "/cashback");

const ask = (body) => people.vera.post("/staff/cashback", {title: body.code, reason: "Договор 17", ...body}, {key: newKey()});
const confirm = (id, who = people.finance) => who.post(`/staff/approvals/${id}/confirm`, {}, {key: newKey()});
async function rule(body) {
  const {approval} = await good(ask(body));
  await good(confirm(approval));
}

// Paid to the end: the payment as its payer sees it.
async function check(who, sum, code = "mobile", account = "9161234567") {
  const {id} = await good(post(who, `/pay/${code}`, {account, sum})), path = `/payments/${id}`;
  const payment = await until(() => get(who, path), ({state}) => state !== "checking");
  assert.equal(payment.state, "checked");
  return payment;
}
async function pay(who, sum, ...more) {
  const {id} = await check(who, sum, ...more);
  await good(post(who, `/payments/${id}/confirm`));
  return until(() => get(who, `/payments/${id}`), ({state}) => state === "done");
}
async function giveBack(who, id, sum) {
  await good(people.finance.post(`/staff/customers/${who.customer}/reason`, {reason: "Возврат от получателя"}));
  const body = {reason: "Письмо получателя", ...(sum ? {sum} : {})};
  const {id: approval} = await good(people.finance.post(`/staff/payments/${id}/refund`, body, {key: newKey()}));
  return confirm(approval, people.second);
}

describe("WA-9: the rules", () => {
  test("one asks, another confirms; roles, nonsense and a change meanwhile are refused", async () => {
    assert.equal((await people.support.get("/staff/cashback")).status, 403);
    assert.equal((await people.finance.post("/staff/cashback", {code: "x", title: "x", percent: "1.00", reason: "Просто так"},
                                            {key: newKey()})).status, 403);
    assert.equal(problem(await ask({code: "x", provider: "nobody", percent: "1.00"})), "no-such-provider");
    assert.equal(problem(await ask({code: "x", category: "nothing", percent: "1.00"})), "no-such-category");
    assert.equal(problem(await ask({code: "x", category: "home", mcc: 5411, percent: "1.00"})), "rule-unsound");
    assert.equal(problem(await ask({code: "x", percent: "1.00", since: "2026-11-03", until: "2026-11-02"})), "rule-unsound");
    for (const percent of ["50.01", "-1.00", "1.005", "x"]) assert.equal((await ask({code: "x", percent})).status, 422, percent);
    const one = await good(ask({code: "games", category: "games", percent: "7.00"}));
    const other = await good(ask({code: "games", percent: "8.00"}));
    assert.notEqual((await confirm(one.approval, people.vera)).status, 200, "not by who asked");
    assert.equal((await people.finance.get("/staff/cashback")).body.rules.length, 0);
    await good(confirm(one.approval));
    assert.equal(problem(await confirm(other.approval)), "changed-meanwhile");
    await rule({code: "games", category: "games", percent: "9.00", month_most: "100.00"});
    const [kept] = (await people.vera.get("/staff/cashback")).body.rules;
    assert.deepEqual([kept.version, kept.percent, kept.month_most, kept.changed_by], [2, "9.00", rub("100.00"), "vera"]);
  });
});

describe("WA-9: by card", () => {
  test("a rule of the shop's category: once it is claimed, in proportion to what comes back; cash earns nothing", async () => {
    await rule({code: "food", mcc: 5411, percent: "10.00"});
    const cards = new Cards(both), who = await cards.rich("1000.00"), card = await cards.virtual(who);
    await good(cards.post(who, `/cards/${card}/limits`, {internet: true, cash: true}));
    const number = await cards.number(who, card), earned = async () => (await month(who)).earned.amount;
    const {operation} = await cards.buy(number, "300.00");
    assert.equal(await earned(), "0.00", "held is not bought");
    await cards.follow("claims", operation, {sum: "100.00", more: true});
    assert.equal(await earned(), "0.00", "there is more to come");
    await cards.follow("claims", operation, {sum: "150.00"});
    assert.equal(await earned(), "25.00");
    assert.equal(await wallets.balance(who), "775.00");
    assert.deepEqual((await month(who)).categories.map(({title, sum}) => [title, sum.amount]), [["Покупки картой", "25.00"]]);
    await cards.follow("refunds", operation, {sum: "50.00"});
    assert.equal(await earned(), "20.00");
    await cards.follow("refunds", operation, {sum: "200.00"});
    assert.equal(await earned(), "0.00");
    assert.equal(await wallets.balance(who), "1000.00");

    const other = await cards.buy(number, "100.00", {category: "5812"}), cash = await cards.buy(number, "100.00", {place: "cash"});
    for (const each of [other, cash]) await cards.follow("claims", each.operation);
    assert.deepEqual([await earned(), await wallets.balance(who)], ["0.00", "800.00"]);
  });
});

describe("WA-9: purchases", () => {
  test("without a rule nothing is promised nor paid", async () => {
    const who = await wallets.rich("1000.00"), payment = await pay(who, "100.00");
    assert.equal(payment.cashback, undefined);
    assert.equal(await wallets.balance(who), "900.00");
  });

  test("told before paying, paid with the purchase, shown on it and in the month; a repeat pays nothing more", async () => {
    await rule({code: "mobile", category: "mobile", percent: "2.50", operation_most: "20.00", month_most: "30.00"});
    const who = await wallets.rich("3000.00");
    const checked = await check(who, "500.01"), key = newKey();
    assert.deepEqual([checked.cashback.state, checked.cashback.sum], ["promised", rub("12.50")]);
    assert.match(checked.cashback.words, /вернём 12,50/);
    for (let i = 0; i < 3; i++) await good(post(who, `/payments/${checked.id}/confirm`, {}, {key}));
    const done = await until(() => get(who, `/payments/${checked.id}`), ({state}) => state === "done");
    assert.deepEqual([done.cashback.state, done.cashback.sum], ["paid", rub("12.50")]);
    assert.equal(await wallets.balance(who), "2512.49");
    assert.deepEqual((await get(who, `/operations/${done.operation}`)).cashback.sum, rub("12.50"));
    const [back] = await wallets.operations(who);
    assert.deepEqual([back.kind, back.sum.amount], ["cashback", "12.50"]);
    // the bound of a purchase would give 20.00, what is left of the month is 17.50
    assert.equal((await pay(who, "1000.00")).cashback.sum.amount, "17.50");
    assert.equal((await pay(who, "1000.00")).cashback, undefined);
    const told = await month(who);
    assert.deepEqual([told.earned, told.waits, told.owed], [rub("30.00"), rub("0.00"), rub("0.00")]);
    assert.deepEqual(told.categories.map(({sum}) => sum.amount), ["30.00"]);
    assert.equal(told.rules.find(({title}) => title === "mobile").used_up, true);
    assert.deepEqual((await month(await server.customer())).cashbacks, [], "another's are not seen");
  });

  test("the most specific rule decides, also to exclude", async () => {
    await rule({code: "mts", provider: "mts", percent: "0.00"});
    const who = await wallets.rich("500.00");
    assert.equal((await pay(who, "100.00", "mts")).cashback, undefined);
    assert.equal((await pay(who, "100.00", "mobile", "9031234567")).cashback.sum.amount, "2.50");
  });

  test("what the level's limit does not let in waits, and comes when there is room", async () => {
    await both.stop();
    both = await startBoth({payments: {catalogue_file: "profiles/catalogue.json"}, limits: {minimal: {month_in: "1000.00"}}});
    ({server} = both);
    wallets = new Wallets(both);
    people = await staff(server, {vera: "catalogue", finance: "finance", second: "finance", support: "support"});
    await until(async () => (await people.vera.get("/staff/providers")).body.providers?.length, (count) => count > 10);
    await rule({code: "mobile", category: "mobile", percent: "10.00"});
    const who = await wallets.rich("1000.00"), {id, cashback} = await pay(who, "100.00");
    assert.equal(cashback.state, "pending");
    assert.equal(await wallets.balance(who), "900.00");
    await server.end();
    server.sql("UPDATE account SET month_in = 0 WHERE owner > 0");
    server.sql("UPDATE cashback SET due = 1");
    await server.run();
    await until(() => get(who, `/payments/${id}`), (payment) => payment.cashback.state === "paid");
    assert.equal(await wallets.balance(who), "910.00");
    await server.end();
    server.settings.limits = {};
    server.sql("UPDATE account SET month_in = 0 WHERE owner > 0");
    await server.run();
  });
});

describe("WA-9: purchases given back", () => {
  test("in part and then wholly: the cashback goes in proportion, once", async () => {
    const who = await wallets.rich("500.00"), {id} = await pay(who, "300.00");
    assert.equal(await wallets.balance(who), "230.00");
    await good(giveBack(who, id, "100.00"));
    assert.equal(await wallets.balance(who), "320.00");
    assert.deepEqual((await get(who, `/payments/${id}`)).cashback.sum, rub("20.00"));
    assert.equal(problem(await people.finance.post(`/staff/payments/${id}/refund`, {sum: "200.01", reason: "Письмо получателя"},
                                                   {key: newKey()})), "refund-too-large");
    await good(giveBack(who, id));
    const payment = await get(who, `/payments/${id}`);
    assert.deepEqual([payment.state, payment.cashback.state, payment.returned], ["refunded", "cancelled", rub("300.00")]);
    assert.equal(await wallets.balance(who), "500.00");
    assert.equal((await month(who)).earned.amount, "0.00");
    assert.equal(problem(await people.finance.post(`/staff/payments/${id}/refund`, {reason: "Письмо получателя"}, {key: newKey()})),
                 "not-refundable");
  });

  test("asked for twice by two, it is given back once", async () => {
    const who = await wallets.rich("500.00"), {id} = await pay(who, "100.00");
    await good(people.finance.post(`/staff/customers/${who.customer}/reason`, {reason: "Возврат от получателя"}));
    const asked = [];
    for (let i = 0; i < 2; i++)
      asked.push(await good(people.finance.post(`/staff/payments/${id}/refund`, {reason: "Письмо получателя"}, {key: newKey()})));
    await good(confirm(asked[0].id, people.second));
    assert.equal(problem(await confirm(asked[1].id, people.second)), "not-refundable");
    assert.equal(await wallets.balance(who), "500.00");
  });

  test("spent already: the wallet does not go below zero, the rest is kept back from the next ones", async () => {
    const who = await wallets.rich("200.00"), friend = await server.customer();
    const first = await pay(who, "100.00"), second = await pay(who, "100.00"); // 10.00 + 10.00 came back
    await good(wallets.send(who, friend.phone, "20.00"));
    assert.equal(await wallets.balance(who), "0.00");
    // what comes back by the smallest refund is less than the cashback on the whole
    await good(giveBack(who, first.id, "5.00"));
    assert.equal(await wallets.balance(who), "4.50");
    await good(wallets.send(who, friend.phone, "4.50"));
    await server.end();
    server.sql(`UPDATE account SET flags = 1 WHERE owner = ${who.customer}`); // frozen: it is taken all the same
    await server.run();
    await good(giveBack(who, second.id, "100.00"));
    assert.equal(await wallets.balance(who), "90.00");
    await server.end();
    server.sql(`UPDATE account SET flags = 0 WHERE owner = ${who.customer}`);
    server.sql(`UPDATE cashback SET owed = 7, taken = taken WHERE purchase = ${second.id}`);
    await server.run();
    assert.equal((await month(who)).owed.amount, "0.07");
    const third = await pay(who, "50.00");
    assert.equal(third.cashback.sum.amount, "5.00");
    assert.equal(await wallets.balance(who), "44.93");
    assert.equal((await month(who)).owed.amount, "0.00");
  });

  test("the money of a refund that is gone at once leaves a debt, never a balance below zero", async () => {
    const who = await wallets.rich("100.00"), {id} = await pay(who, "100.00"), friend = await server.customer();
    await good(wallets.send(who, friend.phone, "10.00"));
    await server.end();
    // all that came back is held for something else
    server.sql(`UPDATE cashback SET sum = 5000 WHERE purchase = ${id}`);
    await server.run();
    await good(giveBack(who, id, "10.00")); // 5.00 of 50.00 is not his: 10.00 came, 5.00 went
    assert.equal(await wallets.balance(who), "5.00");
    await good(wallets.send(who, friend.phone, "5.00"));
    await server.end();
    server.sql(`UPDATE cashback SET sum = 500000 WHERE purchase = ${id}`);
    await server.run();
    await good(giveBack(who, id, "10.00"));
    assert.equal(await wallets.balance(who), "0.00");
    assert.ok(Number((await month(who)).owed.amount) > 900);
  });
});

describe("WA-9: crashes", () => {
  test("killed while payments end: each purchase has one cashback, the books are whole", {timeout: 270000}, async () => {
    const who = await wallets.rich("900.00"), ids = [];
    for (let i = 0; i < 6; i++) ids.push((await check(who, "100.00")).id);
    for (let round = 0; round < 3; round++) {
      for (const id of ids.slice(round * 2, round * 2 + 2)) await good(post(who, `/payments/${id}/confirm`));
      await pause(30 * round);
      await server.end("SIGKILL");
      await server.run();
    }
    for (const id of ids) await until(() => get(who, `/payments/${id}`), ({state}) => state === "done", 45000);
    assert.equal(await wallets.balance(who), "360.00");
    assert.deepEqual((await month(who)).cashbacks.map(({sum}) => sum.amount), Array(6).fill("10.00"));
    await server.end();
    const whole = server.command("verify");
    assert.equal(whole.status, 0, whole.output + whole.errors);
    await server.run();
  });
});

describe("WA-9: paid later", () => {
  test("it waits for its day; given back before, it never comes", {timeout: 180000}, async () => {
    const other = await startBoth({payments: {catalogue_file: "profiles/catalogue.json"}, cashback: {wait: "30d"}});
    const was = {both, server, wallets, people};
    try {
      both = other;
      ({server} = other);
      wallets = new Wallets(other);
      people = await staff(server, {vera: "catalogue", finance: "finance", second: "finance"});
      await until(async () => (await people.vera.get("/staff/providers")).body.providers?.length, (count) => count > 10);
      await rule({code: "all", percent: "10.00"});
      const who = await wallets.rich("300.00"), one = await pay(who, "100.00"), two = await pay(who, "100.00");
      assert.deepEqual([one.cashback.state, (await month(who)).waits.amount], ["pending", "20.00"]);
      await good(giveBack(who, two.id));
      assert.equal((await get(who, `/payments/${two.id}`)).cashback.state, "cancelled");
      await server.end();
      server.sql("UPDATE cashback SET due = 1");
      await server.run();
      await until(() => get(who, `/payments/${one.id}`), ({cashback}) => cashback.state === "paid");
      await pause(2500);
      assert.equal(await wallets.balance(who), "210.00");
    } finally {
      await other.stop();
      ({both, server, wallets, people} = was);
    }
  });
});
