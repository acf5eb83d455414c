// instalments_reports.test.mjs: how a shop's sales went by days, states and people (IN-6): what was done by its program and at
// its till; days in the company's zone, summer time among them; nobody else's rows.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {Shop, buyer, settings, sign, texts, tillCode} from "../support/instalments.mjs";
import {Server, newKey, problem} from "../support/server.mjs";
import {addPerson} from "../support/shops.mjs";
import {staff} from "../support/staff.mjs";

const zone = "Europe/Berlin"; // its days are of 23, 24 and 25 hours
let server, boss, shop, other, money, cashier;
before(async () => {
  server = await Server.start(settings({time_zone: zone}));
  ({boss} = await staff(server, {boss: "catalogue"}));
  [shop, other] = [await Shop.open(server, boss), await Shop.open(server, boss, "Другой")];
  money = await (await addPerson(server, boss, shop.id, "money", "money")).signIn();
  cashier = await (await addPerson(server, boss, shop.id, "kassa", "cashier")).signIn();
});
after(async () => {
  for (const each of [shop, other]) await each?.stop();
  await server?.stop();
});

const report = async (query = "", who = money) => (await who.get(`/shop/reports${query}`)).body;
const amounts = (of) => ["sold", "back", "fee", "due"].map((name) => of[name].amount);
const counts = (of) => ["begun", "approved", "signed", "finished", "returned"].map((name) => of[name]);
const table = async (query) => (await money.get(`/shop/reports/csv${query}`)).text.replace(/^\ufeff/, "").trim().split("\r\n");

test("IN-6: begun, approved, signed, finished, returned; sums; shares; by who finished", async () => {
  const who = await buyer(server), poor = await buyer(server);
  const [sold, held] = [await shop.ordered("3333.33"), await shop.ordered("2000.00")], waits = await shop.ordered("1000.00");
  for (const order of [sold, held]) assert.equal((await sign(server, who, order)).status, 200);
  await shop.finish(sold, "3333.33");
  await shop.back(sold, "333.33");
  await server.passed(`UPDATE instalment_limit SET sum = 0 WHERE customer = ${poor.customer}`);
  assert.equal((await server.post(`/checkout/${waits.uid}`, {plan: "months-3-later"}, poor)).body.state, "declined");
  const post = (path, body = {}) => cashier.post(`/shop/till${path}`, body, {headers: {"Idempotency-Key": newKey()}});
  const {uid} = (await post("", {phone: who.phone, sum: "1500.00"})).body, seen = (await texts(server, who.phone)).length;
  await post(`/${uid}/plan`, {plan: "months-3-later"});
  await post(`/${uid}/code`, {code: await tillCode(server, who.phone, seen)});
  assert.equal((await post(`/${uid}/finish`)).body.state, "finished");
  const foreign = await other.ordered("4000.00");
  await sign(server, who, foreign);
  await other.finish(foreign, "4000.00");

  const {days, total, states, people} = await report();
  assert.equal(days.length, 1);
  assert.deepEqual(counts(total), [4, 3, 3, 2, 1]);
  assert.deepEqual(amounts(total), ["4833.33", "333.33", "202.50", "4297.50"]); // 4.5 % of the 4500.00 that it keeps
  assert.deepEqual([total.average.amount, total.share], ["2416.67", 75]);
  assert.deepEqual(states.map(({state, count}) => [state, count]), [["hold", 1], ["finished", 2], ["declined", 1]]);
  assert.deepEqual(people.map(({by, finished, sold: sum}) => [by, finished, sum.amount]).sort(),
                   [["", 1, "3333.33"], ["kassa", 1, "1500.00"]]);
  const lines = await table("");
  assert.match(lines.at(-1), /^Всего;4;3;3;2;1;4833,33;333,33;202,50;4297,50$/);
  const browser = await money.browser();
  await browser.go("/shop/reports");
  assert.match(browser.html, /Программа/);
});

test("IN-6: days are the company's; a year in pieces; summer time; another shop's rows are nowhere", async () => {
  const id = (iso, more = 0) => (BigInt(Date.parse(iso) - Date.UTC(2020, 0, 1)) << 22n) + BigInt(2 * more);
  const march = ["2025-03-29T22:59:59.999Z", "2025-03-29T23:00:00Z", "2025-03-30T21:59:59.999Z", "2025-03-30T22:00:00Z"]; // of 23 hours
  const at = [...march, "2025-10-25T22:00:00Z", "2025-10-26T22:59:59Z", "2025-10-26T23:00:00Z"]; // of 25
  const sale = (of, iso, more) => `(${of}, ${id(iso, more)}, 1, 'D', 4, 3, 10000, 450, 9550, 'old', 1, 7)`;
  const columns = "shop, id, checkout, number, act, state, sum, fee, due, by, at, settlement";
  await server.passed(`INSERT INTO instalment_order_event (${columns}) VALUES ` +
    [...at.map((iso) => sale(shop.id, iso, 0)), ...at.map((iso) => sale(other.id, iso, 1))].join());
  const year = "?from=2025-01-01&to=2025-12-31", {days, total, people} = await report(year);
  assert.deepEqual(days.map(({day, finished}) => [day, finished]).reverse(),
                   [["2025-03-29", 1], ["2025-03-30", 2], ["2025-03-31", 1], ["2025-10-26", 2], ["2025-10-27", 1]]);
  assert.deepEqual([amounts(total), people.map(({by}) => by)], [["700.00", "0.00", "31.50", "668.50"], ["old"]]);
  const lines = await table(year), on = (day) => lines.find((line) => line.startsWith(day));
  assert.equal(lines.length, 1 + 365 + 1);
  assert.match(on("2025-10-26"), /^2025-10-26;0;0;0;2;0;200,00;0,00;9,00;191,00$/);
  assert.match(lines.at(-1), /^Всего;0;0;0;7;0;700,00;0,00;31,50;668,50$/);
  const one = await report("?from=2025-10-26&to=2025-10-26");
  assert.deepEqual(one.days.map(({finished}) => finished), [2]);
});

test("IN-6: whose report it is, and of which period", async () => {
  const stranger = await (await addPerson(server, boss, other.id, "owner", "owner")).signIn();
  assert.deepEqual((await report("?from=2025-01-01&to=2025-12-31", stranger)).people.map(({finished}) => finished), [7]);
  for (const path of ["/shop/reports", "/shop/reports/csv"]) {
    assert.equal((await cashier.get(path)).status, 403, path);
    assert.equal((await server.get(path)).status, 401, path);
  }
  for (const query of ["?from=2025-12-31&to=2025-01-01", "?from=2024-01-01&to=2025-01-01"]) {
    assert.deepEqual([(await report(query)).good, (await report(query)).days], [false, []], query);
    assert.equal(problem(await money.get(`/shop/reports/csv${query}`)), "period-wrong", query);
  }
  assert.equal((await report("?from=2024-01-01&to=2024-12-31")).good, true, "a leap year");
  const browser = await money.browser();
  for (const query of ["?from=2025-12-31&to=2025-01-01", "?from=2023-01-01&to=2023-01-02", "?from=x"]) {
    await browser.go(`/shop/reports${query}`);
    assert.ok(browser.status === 200 || browser.status === 422, query);
  }
});

test("IN-6, BO-4: staff's page of a shop leads to its tariff and its books, whoever may open them", async () => {
  const {both} = await staff(server, {both: "catalogue,finance"});
  const paths = async (who) => (await who.get(`/staff/shops/${shop.id}`)).body.places.map(({path}) => path);
  const [tariff, books] = [`/staff/instalments/shops/${shop.id}`, `/staff/instalments/books#shop-${shop.id}`];
  assert.deepEqual([await paths(boss), await paths(both)], [[tariff], [tariff, books]]);
  const page = await server.call("GET", "/staff/instalments/books", undefined,
                                 {headers: {Accept: "text/html", Cookie: `staff=${both.cookie}`}});
  assert.ok(page.text.includes(`id="shop-${shop.id}"`) && page.text.includes(`href="${tariff}"`), page.text.slice(0, 2000));
});
