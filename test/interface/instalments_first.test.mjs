// instalments_first.test.mjs: a customer whose cabinet was opened without a limit (an e-wallet's, say) asks for his first one
// (IN-1, IN-2), also when he stands at a shop's order, which waits for it.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {Shop, sign} from "../support/instalments.mjs";
import {Server, problem} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";
import {until} from "../support/wallet.mjs";

const policy = {policy_file: "profiles/policy_instalments.txt"};
const settings = (more) => ({shops: {private_addresses: true, callback_pause: "1s"}, instalments: {...policy, ...more}});
let server, risk, shop;
before(async () => {
  server = await Server.start(settings());
  const people = await staff(server, {boss: "catalogue", risk: "risk"});
  ({risk} = people);
  shop = await Shop.open(server, people.boss);
  await until(async () => (await risk.get("/staff/instalments/policy")).body.decides, (version) => version === 1);
});
after(async () => {
  await shop?.stop();
  await server?.stop();
});

const seen = async (who) => (await server.get("/instalments/limit", who)).body;
const ask = (who, body = {}) => server.post("/instalments/limit", body, who);
const grown = "1990-04-12", year = new Date().getFullYear();

test("IN-2: the first limit: his birthday is asked for, once; granted at once, and told why; the same day it buys", async () => {
  const who = await server.customer(), empty = await seen(who);
  assert.deepEqual([empty.has, empty.may_ask, empty.asks_birth, empty.limit.amount], [false, true, true, "0.00"]);
  const home = (await server.get("/instalments", who)).body;
  assert.deepEqual([home.limit, home.may_ask], [null, true]);
  for (const birth of [undefined, "2999-01-01", "1850-01-01"])
    assert.equal((await ask(who, birth && {birth})).body.errors[0].field, "birth", birth);
  assert.equal((await seen(who)).decisions.length, 0);
  const [one, two] = await Promise.all([ask(who, {birth: grown}), ask(who, {birth: grown})]);
  assert.deepEqual([one.status, two.status].sort(), [200, 409], "asked twice at once it is asked once");
  const {decision, after: has} = one.status === 200 ? one.body : two.body;
  assert.deepEqual([decision, has.amount], ["granted", "15000.00"]);
  const now = await seen(who);
  assert.deepEqual([now.has, now.asks_birth, now.free.amount, now.decisions.length], [true, false, "15000.00", 1]);
  const order = await shop.ordered("5000.00");
  assert.equal((await sign(server, who, order)).body.state, "hold");
  assert.equal(await shop.finish(order, "5000.00"), 0);
  assert.equal((await seen(who)).free.amount, "10000.00");
});

test("IN-3: an order waits while he finds out his limit, and goes on; of nobody's order one comes to the limit's page", async () => {
  const who = await server.customer(), order = await shop.ordered("3000.00");
  assert.equal((await server.get(`/checkout/${order.uid}`, who)).body.ask_first, true);
  assert.equal(problem(await server.post(`/checkout/${order.uid}`, {plan: "months-3-later"}, who)), "limit-first");
  assert.equal((await shop.status(order)).status, "pending");
  assert.equal((await ask(who, {birth: grown, order: order.uid})).body.next, `/checkout/${order.uid}`);
  assert.equal((await sign(server, who, order)).body.state, "hold");
  const other = await server.customer();
  assert.equal((await ask(other, {birth: grown, order: "../evil"})).body.next, "/instalments/limit");
});

test("IN-2: too young: no limit, why, and when he may ask again; his order is declined then, and the shop hears of it", async () => {
  const who = await server.customer(), {status, body} = await ask(who, {birth: `${year - 17}-12-31`});
  assert.deepEqual([status, body.decision, body.after.amount], [200, "refused", "0.00"]);
  assert.ok(body.reasons.length > 0);
  const now = await seen(who);
  assert.deepEqual([now.has, now.may_ask], [false, false]);
  assert.equal(problem(await ask(who, {birth: grown})), "asked-recently");
  const home = (await server.get("/instalments", who)).body;
  assert.deepEqual([home.limit, home.may_ask], [null, false]);
  const order = await shop.ordered("2000.00");
  assert.equal((await server.post(`/checkout/${order.uid}`, {plan: "months-3-later"}, who)).body.state, "declined");
  assert.equal((await shop.status(order)).status, "declined");
  // Another birthday later is not believed.
  await server.passed(`UPDATE instalment_decision SET at = at - ${31 * 86400000000}`);
  assert.equal((await ask(who, {birth: grown})).body.decision, "refused");
});

test("IN-2: below the level that the company asks for one proves who one is first; without a policy nobody is asked", async () => {
  const strict = await Server.start(settings({level: "full"}));
  try {
    const who = await strict.customer(), told = (await strict.get("/instalments/limit", who)).body;
    assert.deepEqual([told.may_ask, told.identify], [false, "/settings/level"]);
    assert.equal(problem(await strict.post("/instalments/limit", {birth: grown}, who)), "level-too-low");
  } finally {
    await strict.stop();
  }
  const bare = await Server.start({});
  try {
    const who = await bare.customer();
    assert.equal((await bare.get("/instalments/limit", who)).body.may_ask, false);
    assert.equal(problem(await bare.post("/instalments/limit", {birth: grown}, who)), "limit-off");
  } finally {
    await bare.stop();
  }
});
