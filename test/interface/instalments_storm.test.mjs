// instalments_storm.test.mjs: many orders, each finished, cancelled, changed, returned by several at once and running out
// of time meanwhile, while Kabinet is killed, by a seed (IN-3, LE-4). Afterwards each order is in one state that those who
// were answered agree with, every limit is free again by what was not kept, and the ledger says the same as the orders.
//
//   KABINET_STORM=200     so many orders instead of 48
//   KABINET_SEED=17       another storm

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {Shop, buyer, settings, sign} from "../support/instalments.mjs";
import {Server, pause} from "../support/server.mjs";
import {sha1} from "../support/shops.mjs";
import {staff} from "../support/staff.mjs";
import {chance, kopecks, roubles, total} from "../support/storm.mjs";
import {until} from "../support/wallet.mjs";

const ORDERS = Number(process.env.KABINET_STORM ?? 48), seed = Number(process.env.KABINET_SEED ?? 4711);
const PEOPLE = 6;

let server, finance, shop;
before(async () => {
  server = await Server.start(settings({
    onboarding: {steps: "number, code, short, pin, decision, open, email", decision: {limit: "900 000.00"}}}));
  const people = await staff(server, {boss: "catalogue", finance: "finance"});
  ({finance} = people);
  shop = await Shop.open(server, people.boss, "Буря");
});
after(async () => {
  await shop?.stop();
  await server?.stop();
});

// The code, or nothing: nobody was there, and whether it was done is not known.
async function ask(path, body) {
  const text = JSON.stringify(body);
  const answer = await fetch(`${server.url}${path}?store_id=${shop.id}&signature=${sha1(shop.key, text)}`, {
    method: "POST", body: text, headers: {"Content-Type": "application/json"}}).catch(() => null);
  return answer?.status === 200 ? answer.json().catch(() => null) : null;
}

async function surely(path, body) {
  for (let tries = 0; ; tries++) {
    const answer = await ask(path, body);
    if (answer) return answer;
    assert.ok(tries < 1000, path);
    await pause(50);
  }
}

const statusOf = async ({number}) => (await surely("/factoring/v1/status", {order_id: number})).current_order;

// Everything that a shop's careless program may do to one order, several times and at once.
async function torment(order, luck) {
  const {number} = order, cart_items = [{name: "Стол", price: 1, quantity: 1}];
  const acts = [
    ["finish", "/factoring/v1/precheck/finish", {order_id: number, amount: roubles(order.sum)}],
    ["finish", "/factoring/v1/precheck/finish", {order_id: number, amount: roubles(order.sum - 10001)}],
    ["cancel", "/factoring/v1/precheck/cancel", {order_id: number}],
    ["change", "/factoring/v1/precheck/change", {order_id: number, amount: roubles(order.sum - 5000), cart_items}],
    ["return", "/factoring/v1/return", {order_id: number, amount: roubles(1 + luck.below(order.sum / 2))}],
    ["return", "/factoring/v1/return", {order_id: number, amount: roubles(1 + luck.below(order.sum))}]];
  const some = Array.from({length: 8}, () => luck.pick(acts));
  await Promise.all(some.map(async ([what, path, body]) => {
    const answer = await ask(path, body);
    order.done.push([what, kopecks(body.amount ?? "0"), answer?.status]);
  }));
}

const moment = (ms) => {
  const [date, time] = new Date(ms).toISOString().split("T");
  return `${date.split("-").reverse().join(".")} ${time.slice(0, 8)}+00:00`;
};

test("IN-3, LE-4: after a storm ledger and orders say the same", {timeout: 600000}, async () => {
  const luck = chance(seed), people = [], orders = [];
  for (let i = 0; i < PEOPLE; i++) people.push(await buyer(server));
  for (let i = 0; i < ORDERS; i++) {
    const sum = 100000 + luck.below(400000), who = people[i % PEOPLE];
    const order = await shop.ordered(roubles(sum), {}, {order_id: `storm-${i}`});
    assert.equal((await sign(server, who, order)).body.state, "hold");
    orders.push({...order, sum, who, done: []});
  }
  for (const order of orders.filter((_, i) => i % 3 === 0)) // these run out of time while they are done with
    await surely("/factoring/v1/precheck/change", {order_id: order.number, amount: roubles(order.sum),
                                                   cart_items: [{name: "Стол"}], valid_till: moment(Date.now() + 1500)});
  let running = true;
  const killer = (async () => {
    for (let kills = 0; kills < 3 && running; kills++) {
      await pause(300);
      await server.end("SIGKILL");
      await server.run();
    }
  })();
  const left = [...orders];
  await Promise.all(Array.from({length: 8}, async () => {
    while (left.length > 0) await torment(left.shift(), luck);
  }));
  running = false;
  await killer;
  for (const order of orders) order.last = await statusOf(order);
  const open = () => orders.filter(({last}) => last.status === "hold" && !last.expired);
  for (const order of open()) assert.notEqual((await surely("/factoring/v1/precheck/cancel", {order_id: order.number})).status, 100);
  const states = () => server.rows("SELECT number, state, sum, finished, returned, hold, purchase FROM instalment_checkout");
  await until(async () => {
    for (const order of orders) order.last = await statusOf(order);
    return orders;
  }, (all) => all.every(({last}) => !["pending", "hold"].includes(last.status)));
  await server.due("instalments.orders");
  await until(async () => finance.get("/staff/instalments/books"), ({status}) => status === 200);
  await until(async () => states(), (rows) => rows.every(([, state]) => Number(state) > 2));

  await server.end();
  const proof = server.command("verify"), rows = states();
  const holds = server.rows("SELECT COUNT(*) FROM hold");
  const [[due]] = server.rows("SELECT CAST(SUM(due) AS BIGINT) FROM instalment_order_event WHERE settlement = 0");
  const [[paid]] = server.rows("SELECT CAST(COALESCE(SUM(sum), 0) AS BIGINT) FROM instalment_settlement");
  assert.equal(proof.status, 0, proof.output + proof.errors);
  await server.run();
  const kept = Object.fromEntries(rows.map(([number, state, sum, finished, returned, hold, purchase]) =>
    [number, {state: Number(state), finished: Number(finished), returned: Number(returned), hold: Number(hold),
              purchase: Number(purchase)}]));
  for (const {number, done} of orders) {
    const row = kept[number], good = (what) => done.filter(([act, , code]) => act === what && code === 0);
    const unheard = done.some(([, , code]) => code === undefined);
    assert.equal(row.hold, 0, `${number}: nothing is held any more`);
    assert.equal(row.purchase !== 0, row.finished > 0, number);
    assert.ok(good("finish").length <= 1, `${number}: sold once`);
    if (good("finish").length === 1) assert.equal(row.finished, good("finish")[0][1], number);
    if (good("cancel").length > 0) assert.equal(row.finished, 0, `${number}: taken back, so not sold`);
    const back = total(good("return").map(([, sum]) => sum));
    assert.ok(unheard ? row.returned >= back : row.returned === back, `${number}: ${row.returned} came back, ${back} was answered`);
    assert.ok(row.returned <= row.finished, number);
  }
  assert.equal(Number(holds[0][0]), 0, "no hold is left behind");
  const books = (await finance.get("/staff/instalments/books")).body;
  assert.equal(books.whole, true, JSON.stringify(books));
  const sums = (name) => total(Object.values(kept).map((row) => row[name]));
  const [line] = books.shops;
  assert.deepEqual([kopecks(line.sold), kopecks(line.returned)], [sums("finished"), sums("returned")]);
  assert.equal(kopecks(line.due.ledger) + kopecks(line.settled), Number(due) + Number(paid), "events say what shops get");
  for (const who of people) {
    const own = orders.filter((order) => order.who === who).map(({number}) => kept[number]);
    const owes = total(own.map(({finished, returned}) => finished - returned));
    const {client} = await surely("/api/external/v1/client/limit", {client: {mobile_phone: who.phone.slice(2)}});
    assert.equal(kopecks(client.limit_amount), 90000000 - owes, "free is all that is not owed");
  }
});
