// instalments_shop.test.mjs: the shop's own side in its cabinet (IN-6): its orders, what its people do with them, what is
// paid out to it each night to the kopeck, with an act as a table and a paper.

import assert from "node:assert/strict";
import {writeFileSync} from "node:fs";
import {after, before, test} from "node:test";

import {Shop, buyer, settings, sign} from "../support/instalments.mjs";
import {Server, newKey, problem} from "../support/server.mjs";
import {addPerson} from "../support/shops.mjs";
import {staff} from "../support/staff.mjs";
import {until} from "../support/wallet.mjs";

let server, boss, finance, shop, other, clerk, money, cashier, stranger;
before(async () => {
  server = await Server.start(settings());
  ({boss, finance} = await staff(server, {boss: "catalogue", finance: "finance"}));
  [shop, other] = [await Shop.open(server, boss), await Shop.open(server, boss, "Другой")];
  clerk = await (await addPerson(server, boss, shop.id, "clerk", "orders")).signIn();
  money = await (await addPerson(server, boss, shop.id, "money", "money")).signIn();
  cashier = await (await addPerson(server, boss, shop.id, "cashier", "cashier")).signIn();
  stranger = await (await addPerson(server, boss, other.id, "stranger", "owner", "orders", "money")).signIn();
});
after(async () => {
  for (const each of [shop, other]) await each?.stop();
  await server?.stop();
});

const page = async (order, who = clerk) => (await who.get(`/shop/orders/${order.uid}`)).body;
const act = (order, what, body = {}, who = clerk, key = newKey()) =>
  who.post(`/shop/orders/${order.uid}/${what}`, body, {headers: {"Idempotency-Key": key}});
// The nightly run goes through all shops once more; `anew`: as if the last one had been yesterday's.
const settles = "UPDATE job SET next_at = 1 WHERE name = 'instalments.settle'";
async function night(anew = true) {
  await server.passed(...(anew ? ["UPDATE instalment_settlement SET day = day - 1"] : []),
                      "UPDATE instalment_settling SET day = day - 1", settles);
}
const gone = () => until(() => server.rows("SELECT shop FROM instalment_settling"), ([row]) => Number(row?.[0]) === -1);

test("IN-6: orders by state and number, each with its life; finished, returned and taken back by its people, once each press", async () => {
  const who = await buyer(server), [first, second, third] = [await shop.ordered("3000.00"), await shop.ordered("2000.00"),
                                                            await shop.ordered("1000.00", {}, {order_id: "Ёж-1"})];
  await sign(server, who, first);
  await sign(server, who, second);
  const list = async (query = "", by = clerk) => (await by.get(`/shop/orders${query}`)).body.orders.map(({number}) => number);
  assert.deepEqual(await list(), [third, second, first].map(({number}) => number));
  assert.deepEqual(await list("?state=hold"), [second.number, first.number]);
  assert.deepEqual(await list(`?q=${encodeURIComponent("Ёж")}`), ["Ёж-1"]);
  assert.deepEqual(await list("?q=nothing"), []);
  assert.deepEqual(await list("", stranger), []);
  for (const path of ["", "/finish", "/cancel", "/return"]) {
    const answer = path === "" ? await stranger.get(`/shop/orders/${first.uid}`) : await act(first, path.slice(1), {}, stranger);
    assert.equal(answer.status, 404, path);
  }
  assert.equal(problem(await act(first, "finish", {}, money)), "shop-role-missing");
  assert.equal((await cashier.get("/shop/orders")).status, 403);
  assert.equal((await server.get("/shop/orders")).status, 401);
  const before = await page(first);
  assert.deepEqual([before.state, before.may_finish, before.may_cancel, before.may_return, before.rows.length],
                   ["hold", true, true, false, 3]);
  assert.equal(problem(await act(first, "finish", {sum: "3000.01"})), "sum-wrong");
  const key = newKey();
  assert.equal((await act(first, "finish", {sum: "2500.00"}, clerk, key)).body.state, "finished");
  assert.equal((await act(first, "finish", {sum: "2500.00"}, clerk, key)).body.state, "finished", "the same press");
  assert.equal(problem(await act(first, "finish", {sum: "2500.00"})), "not-in-this-state");
  const twice = newKey();
  for (let i = 0; i < 2; i++) assert.equal((await act(first, "return", {sum: "500.00"}, clerk, twice)).status, 200);
  assert.equal(problem(await act(first, "return", {sum: "2000.01"})), "sum-wrong");
  const after = await page(first);
  assert.deepEqual([after.finished.amount, after.returned.amount, after.rest.amount], ["2500.00", "500.00", "2000.00"]);
  assert.deepEqual(after.events.map(({what, sum, by}) => [what, sum?.amount, by]),
                   [["signed", "3000.00", ""], ["finished", "2500.00", "clerk"], ["returned", "500.00", "clerk"]]);
  assert.equal((await act(second, "cancel")).body.state, "canceled");
  assert.equal(problem(await act(second, "finish")), "not-in-this-state");
  await until(async () => shop.told(first), (told) => told.filter(({status}) => status === "finished").length === 2);
  const browser = await clerk.browser();
  await browser.go(`/shop/orders/${third.uid}`);
  await browser.send(`/shop/orders/${third.uid}/cancel`);
  assert.equal(browser.path, `/shop/orders/${third.uid}`, browser.html.slice(0, 2000));
  assert.match(browser.html, /Отменён/);
});

test("IN-6: each night goes out what was sold less returns and fee, once; the act's lines are its sum; the books agree", async () => {
  const own = await Shop.open(server, boss, "Расчётный"), who = await buyer(server);
  const treasurer = await (await addPerson(server, boss, own.id, "treasurer", "money")).signIn();
  const told = async () => (await treasurer.get("/shop/settlements")).body;
  const [one, two] = [await own.ordered("3333.33"), await own.ordered("2000.00")];
  for (const order of [one, two]) {
    await sign(server, who, order);
    assert.equal(await own.finish(order, order === one ? "3333.33" : "2000.00"), 0);
  }
  assert.equal(await own.back(two, "700.07"), 0);
  assert.equal((await told()).due.amount, "4424.76"); // 3333.33 less 150.00, 1299.93 less 58.50: 4.5 % of what it keeps
  await night(false);
  const [run] = (await until(told, ({runs: list}) => list.length === 1)).runs;
  assert.deepEqual([run.sold, run.returned, run.fee, run.sum].map(({amount}) => amount), ["5333.33", "700.07", "208.50", "4424.76"]);
  assert.equal((await told()).due.amount, "0.00");
  await night(false);
  await gone();
  assert.equal((await told()).runs.length, 1, "once a day");
  const {lines} = (await treasurer.get(`/shop/settlements/${run.id}`)).body;
  assert.equal(lines.reduce((sum, {due}) => sum + Math.round(due.amount * 100), 0), 442476);
  const csv = (await treasurer.get(`/shop/settlements/${run.id}/csv`)).text.trim().split("\r\n");
  assert.equal(csv.length, 5);
  assert.ok(csv.at(-1).includes("4424"), csv.at(-1));
  const pdf = await fetch(`${server.url}/shop/settlements/${run.id}/pdf`, {headers: {Cookie: `shop=${treasurer.cookie}`}});
  assert.deepEqual([pdf.status, pdf.headers.get("Content-Type")], [200, "application/pdf"]);
  assert.equal(Buffer.from(await pdf.arrayBuffer()).subarray(0, 5).toString(), "%PDF-");
  for (const path of ["", "/csv", "/pdf"]) assert.equal((await stranger.get(`/shop/settlements/${run.id}${path}`)).status, 404, path);
  assert.equal((await clerk.get("/shop/settlements")).status, 403);

  // More comes back than is sold: nothing goes out until it is made up for.
  assert.equal(await own.back(one, "3333.33"), 0);
  await night();
  await gone();
  assert.deepEqual([(await told()).runs.length, (await told()).due.amount], [1, "-3183.33"]);
  const three = await own.ordered("5000.00");
  await sign(server, who, three);
  await own.finish(three, "5000.00");
  await server.passed("UPDATE instalment_settlement SET day = day - 1", settles);
  await until(() => server.rows("SELECT next_at FROM job WHERE name = 'instalments.settle'"), ([[at]]) => Number(at) > 1);
  assert.equal((await told()).runs.length, 1, "the day's run has been there: it does not look again");
  await night();
  const later = await until(told, ({runs: list}) => list.length === 2);
  assert.deepEqual([later.runs[0].sum.amount, later.due.amount], ["1591.67", "0.00"]);
  const books = (await finance.get("/staff/instalments/books")).body;
  assert.equal(books.whole, true, JSON.stringify(books));
  assert.equal(books.shops.find(({shop: id}) => id === own.id).settled.amount, "6016.43");
  await own.stop();
});

test("IN-6: an act of more lines than a page or a paper holds: they say so, the table has them all", async () => {
  const own = await Shop.open(server, boss, "Большой"), run = String(BigInt(own.id) + 1n), many = 2345;
  const treasurer = await (await addPerson(server, boss, own.id, "manager", "money")).signIn();
  const rows = Array.from({length: many}, (_, i) => `(${own.id}, ${i + 1}, 1, 'B${i}', 5, 3, 10000, 450, 9550, '', 1, ${run})`);
  await server.passed(
    `INSERT INTO instalment_order_event (shop, id, checkout, number, act, state, sum, fee, due, by, at, settlement) VALUES ${rows.join()}`,
    `INSERT INTO instalment_settlement (shop, day, id, sold, returned, fee, sum, made)
      VALUES (${own.id}, 20000, ${run}, ${many * 10000}, 0, ${many * 450}, ${many * 9550}, 1)`);
  const {lines, more} = (await treasurer.get(`/shop/settlements/${run}`)).body;
  assert.deepEqual([lines.length, more], [200, true]);
  const table = (await treasurer.get(`/shop/settlements/${run}/csv`)).text.trim().split("\r\n").slice(1);
  assert.deepEqual(table.slice(0, -1).map((line) => line.split(/[;,]/)[0]), Array.from({length: many}, (_, i) => `B${i}`));
  assert.match(table.at(-1), /223947[.,]50/);
  const pdf = await fetch(`${server.url}/shop/settlements/${run}/pdf`, {headers: {Cookie: `shop=${treasurer.cookie}`}});
  assert.equal(pdf.status, 200, "a paper is drawn");
  if (process.env.KABINET_SHOTS) writeFileSync(`${process.env.KABINET_SHOTS}/settlement.pdf`, Buffer.from(await pdf.arrayBuffer()));
  await own.stop();
});

test("IN-6: pages of a shop with nothing yet, and its menu by roles", async () => {
  assert.deepEqual([(await stranger.get("/shop/settlements")).body.runs, (await stranger.get("/shop/orders")).body.orders], [[], []]);
  const browser = await money.browser();
  await browser.go("/shop/settlements");
  assert.equal(browser.status, 200);
  await browser.go("/shop/orders?state=hold");
  assert.equal(browser.status, 200, browser.html.slice(0, 500));
  assert.ok(browser.html.includes("/shop/settlements") && !browser.html.includes('"/shop/keys"'));
});
