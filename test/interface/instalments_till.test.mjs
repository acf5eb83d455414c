// instalments_till.test.mjs: a cashier sells by instalments without a program of the shop (IN-3, ID-4): a number, a sum, a
// way of paying, the customer's code, the goods; who has no cabinet is told apart by his own code alone.

import assert from "node:assert/strict";
import {after, before, describe, test} from "node:test";

import {Shop, buyer, settings, texts, tillCode} from "../support/instalments.mjs";
import {Server, newKey, newPhone, problem} from "../support/server.mjs";
import {addPerson} from "../support/shops.mjs";
import {staff} from "../support/staff.mjs";

let server, boss, finance, shop, other, trial, cashier, mate, stranger, trier;
before(async () => {
  server = await Server.start(settings());
  ({boss, finance} = await staff(server, {boss: "catalogue", finance: "finance"}));
  [shop, other] = [await Shop.open(server, boss), await Shop.open(server, boss, "Другой")];
  trial = await Shop.open(server, boss, "Проба", {test: true});
  const sits = async (where, login) => (await addPerson(server, boss, where.id, login, "cashier")).signIn();
  [cashier, mate, stranger, trier] = [await sits(shop, "kassa"), await sits(shop, "kassa-2"), await sits(other, "kassa-3"),
                                      await sits(trial, "kassa-4")];
});
after(async () => {
  for (const each of [shop, other, trial]) await each?.stop();
  await server?.stop();
});

const post = (who, path, body = {}, key = newKey()) => who.post(`/shop/till${path}`, body, {headers: {"Idempotency-Key": key}});
const see = async ({uid}, who = cashier) => (await who.get(`/shop/till/${uid}`)).body;
async function begun(phone, sum = "3000.00", more = {}, who = cashier) {
  const answer = await post(who, "", {phone, sum, ...more});
  assert.equal(answer.status, 201, answer.text);
  return answer.body;
}
// The way of paying is named; the code that came.
async function chosen({uid}, phone, plan = "months-3-later", who = cashier) {
  const seen = (await texts(server, phone)).length, answer = await post(who, `/${uid}/plan`, {plan});
  assert.equal(answer.status, 200, answer.text);
  return tillCode(server, phone, seen);
}
const code = ({uid}, digits, who = cashier) => post(who, `/${uid}/code`, {code: digits});
const wrongOf = (digits) => String((Number(digits) + 1) % 1000000).padStart(6, "0");
async function whole() {
  const {body} = await finance.get("/staff/instalments/books");
  assert.equal(body.whole, true, JSON.stringify(body));
}

describe("IN-3: sold at the till", () => {
  test("number, sum, a way of paying, the code, the goods; once each press; the paper says at which till by whom", async () => {
    const who = await buyer(server), key = newKey(), body = {phone: who.phone, sum: "3000.00", number: "Чек 7"};
    const first = await post(cashier, "", body, key), again = await post(cashier, "", body, key);
    assert.deepEqual([first.status, again.body.uid], [201, first.body.uid], first.text);
    assert.equal(problem(await post(cashier, "", body)), "order-exists");
    const sale = first.body, start = await see(sale);
    assert.deepEqual([start.state, start.stage, start.may_finish, start.may_cancel], ["pending", "choose", false, true]);
    assert.deepEqual(start.options.map(({value, rows}) => [value, rows.length]),
                     [["months-3-later", 3], ["months-6-later", 6], ["fortnights-4-now", 4]]);
    assert.equal(problem(await code(sale, "123456")), "nothing-chosen");
    assert.equal((await post(cashier, `/${sale.uid}/plan`, {plan: "months-9-later"})).status, 422);
    const digits = await chosen(sale, who.phone), text = (await texts(server, who.phone))[0].replace(/\s/g, " ");
    assert.match(text, /^Рассрочка: код \d{6} подписывает покупку частями в «Мебель» на 3 000,00 ₽, 3 платежа раз в месяц\. /);
    assert.match(text, /Назовите его кассиру, если согласны\./);
    assert.ok(text.endsWith(`/checkout/${sale.uid}`), "no browser may take the code from the SMS by itself");
    assert.deepEqual([(await see(sale)).stage, (await see(sale)).rows.length], ["code", 3]);
    assert.equal(problem(await code(sale, wrongOf(digits))), "code-wrong");
    assert.equal((await code(sale, digits)).body.state, "hold");
    assert.equal((await code(sale, digits)).body.state, "hold", "the same press");
    assert.deepEqual((await server.get("/instalments", who)).body.running, [], "nothing is bought before the goods are");
    const pressed = newKey();
    for (let i = 0; i < 2; i++) assert.equal((await post(cashier, `/${sale.uid}/finish`, {}, pressed)).body.state, "finished");
    assert.equal(problem(await post(cashier, `/${sale.uid}/finish`)), "not-in-this-state");
    assert.equal(problem(await post(cashier, `/${sale.uid}/cancel`)), "not-in-this-state");
    const {running} = (await server.get("/instalments", who)).body;
    assert.deepEqual(running.map(({owed}) => owed.amount), ["3000.00"]);
    const [[how, made]] = server.rows(`SELECT how, made FROM instalment_signed WHERE customer = ${who.customer}`);
    assert.match(how, /^at the till by code; Мебель; kassa; 127\.0\.0\.1; ru$/);
    assert.ok(Number(made) > 0);
    await whole();
  });

  test("cancelled before and after the code: nothing is held, nothing owed", async () => {
    const who = await buyer(server);
    for (const signs of [false, true]) {
      const sale = await begun(who.phone, "15000.00");
      if (signs) assert.equal((await code(sale, await chosen(sale, who.phone))).body.state, "hold");
      assert.equal((await post(cashier, `/${sale.uid}/cancel`)).body.state, "canceled");
      assert.equal(problem(await post(cashier, `/${sale.uid}/finish`)), "not-in-this-state");
    }
    const sale = await begun(who.phone, "15000.00");
    assert.equal((await code(sale, await chosen(sale, who.phone))).body.state, "hold", "the whole limit is free again");
    await whole();
  });

  test("he may sign on his own phone instead, by the SMS's link; the cashier goes on", async () => {
    const who = await buyer(server), sale = await begun(who.phone), digits = await chosen(sale, who.phone);
    const seen = (await server.messages(who.phone)).length;
    assert.equal((await server.post(`/checkout/${sale.uid}`, {plan: "months-6-later"}, who)).status, 201);
    assert.equal(problem(await code(sale, digits)), "code-spent", "another way of paying is another paper");
    const signed = await server.post(`/checkout/${sale.uid}/sign`, {code: await server.code(who.phone, seen)}, who);
    assert.equal(signed.body.state, "hold", signed.text);
    assert.deepEqual([(await see(sale)).may_finish, (await see(sale)).rows.length], [true, 6]);
    assert.equal((await post(cashier, `/${sale.uid}/finish`)).body.state, "finished");
    const page = await server.get(`/checkout/${sale.uid}`);
    assert.equal(page.body.state, "finished");
  });

  test("another way of paying makes the code void; its tries are counted; its time ends; another is not sent too soon", async () => {
    const who = await buyer(server), sale = await begun(who.phone);
    const first = await chosen(sale, who.phone), second = await chosen(sale, who.phone, "months-6-later");
    if (first !== second) assert.notEqual((await code(sale, first)).status, 200);
    for (let i = 0; i < 5; i++) await code(sale, wrongOf(second));
    assert.equal(problem(await code(sale, second)), "code-spent", "its tries are over");
    const late = await begun(who.phone, "2000.00"), third = await chosen(late, who.phone);
    await server.passed("UPDATE one_time_code SET expires = made");
    assert.equal(problem(await code(late, third)), "code-spent");
    assert.equal((await see(late)).stage, "code");
    await server.passed(`UPDATE instalment_checkout SET valid_till = 1 WHERE uid = '${late.uid}'`);
    assert.equal((await see(late)).state, "expired");
    assert.notEqual((await code(late, third)).status, 200);
    assert.equal((await post(cashier, `/${late.uid}/finish`)).status, 409);
  });

  test("a sum beyond the tariff, a number that is none, a limit that is not enough, none at all", async () => {
    for (const [body, status] of [[{phone: newPhone(), sum: "999.99"}, 422], [{phone: newPhone(), sum: "50000.01"}, 422],
                                  [{phone: "12", sum: "3000.00"}, 422], [{phone: "8881000001", sum: "3000.00"}, 422],
                                  [{phone: newPhone()}, 422], [{sum: "3000.00"}, 422], [{phone: newPhone(), sum: "0"}, 422]])
      assert.equal((await post(cashier, "", body)).status, status, JSON.stringify(body));
    const who = await buyer(server), much = await begun(who.phone, "15000.01");
    const digits = await chosen(much, who.phone);
    assert.equal(problem(await code(much, digits)), "not-enough-limit");
    assert.equal((await see(much)).state, "pending");
    const none = await buyer(server), sale = await begun(none.phone);
    await server.passed(`UPDATE instalment_limit SET sum = 0 WHERE customer = ${none.customer}`);
    assert.equal((await code(sale, await chosen(sale, none.phone))).body.state, "declined");
    assert.equal((await see(sale)).state, "declined");
    await whole();
  });

  test("an orders' page of the shop knows whose it was; today's list is the cashier's own", async () => {
    const clerk = await (await addPerson(server, boss, shop.id, "clerk-till", "orders")).signIn();
    const who = await buyer(server), sale = await begun(who.phone);
    await code(sale, await chosen(sale, who.phone));
    assert.equal((await post(cashier, `/${sale.uid}/finish`)).status, 200);
    const {events} = (await clerk.get(`/shop/orders/${sale.uid}`)).body;
    assert.deepEqual(events.map(({what, by}) => [what, by]), [["signed", "kassa"], ["finished", "kassa"]]);
    const {sales} = (await cashier.get("/shop/till")).body;
    assert.deepEqual([sales[0].uid, sales[0].state, sales[0].sum.amount], [sale.uid, "finished", "3000.00"]);
    assert.deepEqual((await mate.get("/shop/till")).body.sales, []);
    assert.equal((await clerk.get("/shop/till")).status, 403);
    assert.equal((await server.get("/shop/till")).status, 401);
    assert.equal((await cashier.get("/shop/orders")).status, 403);
  });
});

describe("ID-4: who has no cabinet", () => {
  test("until his own code was right nothing tells him from a customer; then the sign-up begins with his number", async () => {
    const who = await buyer(server), nobody = newPhone(), answers = [];
    for (const phone of [who.phone, nobody]) {
      const sale = await begun(phone), trail = [await see(sale)], seen = (await texts(server, phone)).length;
      trail.push((await post(cashier, `/${sale.uid}/plan`, {plan: "months-3-later"})).body, await see(sale));
      const digits = await tillCode(server, phone, seen);
      trail.push((await texts(server, phone))[0], (await code(sale, wrongOf(digits))).body, await see(sale));
      answers.push(JSON.stringify(trail).replaceAll(sale.uid, "UID").replaceAll(sale.number, "NUMBER").replaceAll(digits, "CODE")
        .replace(/\+7\s\d{3}\s\d{3}[-\u2011]\d\d[-\u2011]\d\d/g, "PHONE").replace(/\+7\d{10}/g, "PHONE")
        .replace(/"\d{4}-\d\d-\d\dT[^"]*"/g, "TIME").replace(/"seconds_left":\d+/g, "LEFT").replace(/"instance":"[^"]*"/g, "INSTANCE")
        .replace(/\d{15,}|[0-9a-f]{16,}/g, "ID"));
      if (phone === who.phone) continue;
      const told = await code(sale, digits);
      assert.deepEqual([told.status, told.body.state, told.body.nobody], [200, "pending", true], told.text);
      assert.equal((await see(sale)).stage, "nobody");
      const browser = await cashier.browser();
      await browser.go(`/shop/till/${sale.uid}`);
      assert.ok(browser.html.includes(`/till?phone=%2B${nobody.slice(1)}`), browser.html);
      await browser.go(`/till?phone=%2B${nobody.slice(1)}`);
      assert.match(browser.html, new RegExp(`value="\\+?${nobody.slice(1)}"`));
      await buyer(server, nobody, (await texts(server, nobody)).length);
      assert.equal((await code(sale, await chosen(sale, nobody))).body.state, "hold", "the same sale goes on");
    }
    assert.equal(answers[0], answers[1]);
  });

  test("SMS are counted for a shop and for a number; another is not sent at once", async () => {
    const strict = await Server.start(settings({identity: {code: {number: 4, pause: "30s"}}, instalments: {till_codes: 6}}));
    try {
      const {boss: own} = await staff(strict, {boss: "catalogue"}), there = await Shop.open(strict, own);
      const sits = await (await addPerson(strict, own, there.id, "kassa", "cashier")).signIn();
      const asked = async (phone) => {
        const sale = await begun(phone, "3000.00", {}, sits);
        return {sale, answer: await post(sits, `/${sale.uid}/plan`, {plan: "months-3-later"})};
      };
      const phone = newPhone(), {sale} = await asked(phone);
      assert.equal(problem(await post(sits, `/${sale.uid}/again`)), "code-sent-recently");
      const statuses = [];
      for (let i = 0; i < 4; i++) statuses.push((await asked(phone)).answer.status);
      assert.deepEqual(statuses, [200, 200, 200, 429]);
      const last = [await asked(newPhone()), await asked(newPhone())].map(({answer}) => answer);
      assert.deepEqual([last[0].status, problem(last[1])], [200, "too-many-codes"]);
      await there.stop();
    } finally {
      await strict.stop();
    }
  });
});

describe("IN-3: whose sale it is", () => {
  test("another cashier, another shop: as a missing one; a closed shop's cashier is nobody; its customer sees no page", async () => {
    const own = await Shop.open(server, boss, "Закроется"), who = await buyer(server);
    const last = await (await addPerson(server, boss, own.id, "last", "cashier")).signIn();
    const sale = await begun(who.phone, "3000.00", {}, last), digits = await chosen(sale, who.phone, "months-3-later", last);
    for (const each of [mate, stranger]) {
      assert.equal((await each.get(`/shop/till/${sale.uid}`)).status, 404);
      const acts = [["plan", {plan: "months-3-later"}], ["code", {code: digits}], ["again", {}], ["finish", {}], ["cancel", {}]];
      for (const [path, body] of acts)
        assert.equal((await post(each, `/${sale.uid}/${path}`, body)).status, 404, path);
    }
    assert.equal((await last.get(`/shop/till/${"0".repeat(40)}`)).status, 404);
    await boss.post(`/staff/shops/${own.id}/switch`, {to: "off"});
    assert.equal((await code(sale, digits, last)).status, 401);
    assert.equal((await server.get(`/checkout/${sale.uid}`)).status, 404);
    await own.stop();
  });

  test("an order of the shop's program is not the till's", async () => {
    const order = await shop.ordered("3000.00");
    assert.equal((await cashier.get(`/shop/till/${order.uid}`)).status, 404);
  });
});

describe("IN-3: a shop on trial", () => {
  test("numbers for trials and one code; no SMS, no money", async () => {
    assert.equal((await post(trier, "", {phone: newPhone(), sum: "3000.00"})).status, 422);
    const sent = server.rows("SELECT COUNT(*) FROM outbox");
    for (const [phone, state] of [["8881000001", "hold"], ["8882100001", "declined"], ["8882200001", "declined"]]) {
      const sale = await begun(phone, "3000.00", {}, trier);
      assert.equal((await post(trier, `/${sale.uid}/plan`, {plan: "months-3-later"})).status, 200);
      assert.equal(problem(await code(sale, "1112", trier)), "code-wrong");
      assert.equal((await code(sale, "1111", trier)).body.state, state, phone);
      if (state === "hold") assert.equal((await post(trier, `/${sale.uid}/finish`)).body.state, "finished");
    }
    assert.deepEqual(server.rows("SELECT COUNT(*) FROM outbox"), sent, "nothing goes out");
    assert.deepEqual(server.rows(`SELECT id FROM instalment_purchase WHERE shop = ${trial.id}`), []);
    await whole();
  });
});

test("IN-3: who is only a cashier begins at the till; every step without scripts", async () => {
  const who = await buyer(server), browser = await cashier.browser();
  assert.equal(browser.path, "/shop/till");
  await browser.send("/shop/till", {phone: "12", sum: "3000"});
  assert.match(browser.html, /Нужен мобильный номер/);
  await browser.send("/shop/till", {phone: who.phone, sum: "3000"});
  const place = browser.path, seen = (await server.messages(who.phone)).length;
  assert.match(place, /^\/shop\/till\/[0-9a-f]{40}$/);
  await browser.send(`${place}/plan`, {plan: "months-3-later"});
  assert.equal(browser.path, place);
  const digits = await tillCode(server, who.phone, seen);
  await browser.send(`${place}/code`, {code: wrongOf(digits)});
  assert.match(browser.html, /Код не подходит/);
  await browser.send(`${place}/code`, {code: digits});
  assert.match(browser.html, /Подписано/);
  await browser.send(`${place}/finish`);
  assert.match(browser.html, /Продано/);
});
