// instalments_limit.test.mjs: for how much a customer may buy in parts (IN-2): a policy that can be read decides, with
// reasons; each decision is kept with its version, its lines and what was known; it grows by what was paid off in time.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {Shop, buyer, settings, sign} from "../support/instalments.mjs";
import {Server, database, problem} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";
import {until} from "../support/wallet.mjs";

let server, boss, risk, finance, shop;
before(async () => {
  server = await Server.start(settings({instalments: {policy_file: "profiles/policy_instalments.txt"}}));
  ({boss, risk, finance} = await staff(server, {boss: "catalogue", risk: "risk", finance: "finance"}));
  shop = await Shop.open(server, boss);
  await until(async () => (await risk.get("/staff/instalments/policy")).body.decides, (version) => version === 1);
});
after(async () => {
  await shop?.stop();
  await server?.stop();
});

const seen = async (who) => (await server.get("/instalments/limit", who)).body;
const ask = (who, body = {}) => server.post("/instalments/limit", body, who);
// As staff see it who have said why they look.
async function opened({customer}) {
  await risk.post(`/staff/customers/${customer}/reason`, {reason: "Звонок клиента"});
  await risk.post(`/staff/customers/${customer}/personal`, {});
  return risk.get(`/staff/customers/${customer}/instalments`);
}

// As if he had paid them off: what payments do is instalments_test.c's and the cabinet's to show.
const paidOff = (who, more = "") =>
  `UPDATE instalment_purchase SET status = 2, principal = 0, due = 0, next = 99${more} WHERE customer = ${who.customer}`;
const bought = async (who, sum = "1000.00") => {
  const order = await shop.ordered(sum);
  await sign(server, who, order);
  assert.equal(await shop.finish(order, sum), 0);
};

test("IN-2: who has paid nothing off yet gets no more, hears why and when he may ask again; all of it is kept", async () => {
  const who = await buyer(server);
  const before = await seen(who);
  assert.deepEqual([before.limit.amount, before.free.amount, before.may_ask, before.decisions], ["15000.00", "15000.00", true, []]);
  assert.equal((await ask(who, {sum: "15000.00"})).body.errors[0].field, "sum");
  const [answer, second] = await Promise.all([ask(who), ask(who)]);
  assert.deepEqual([answer.status, second.status].sort(), [200, 409], "asked twice at once it is asked once");
  const {decision, reasons, before: had, after: has} = answer.status === 200 ? answer.body : second.body;
  assert.deepEqual([decision, had.amount, has.amount], ["refused", "15000.00", "15000.00"]);
  assert.match(reasons[0], /У вас уже столько/);
  const told = await seen(who);
  assert.deepEqual([told.may_ask, told.decisions.length], [false, 1]);
  assert.ok(new Date(told.again_at) - Date.now() > 29 * 86400000);
  assert.equal(problem(await ask(who)), "asked-recently");
  const kept = (await opened(who)).body.decisions[0];
  assert.equal(kept.version, 1);
  const known = Object.fromEntries(kept.inputs.map(({name, value}) => [name, value]));
  assert.deepEqual([known.limit, known.used, known.repaid, known.overdue, known.age > 30], [1500000, 0, 0, 0, true]);
  assert.ok(kept.lines.some(({text}) => text === "limit 15000.00"), JSON.stringify(kept.lines));
  await server.passed(`UPDATE instalment_decision SET at = at - 2700000000000 WHERE customer = ${who.customer}`);
  assert.equal((await seen(who)).may_ask, true, "a month later");
});

test("IN-2: what was paid off in time raises it, as far as he asks; what is late lowers nothing and is told", async () => {
  const good = await buyer(server), late = await buyer(server);
  await bought(good);
  await bought(late);
  await server.passed(paidOff(good), `UPDATE instalment_purchase SET overdue_principal = 100000, principal = 0,
    overdue_since = due - 40, charged = 500, penalty = 500 WHERE customer = ${late.customer}`);
  const raised = (await ask(good, {sum: "20000.00"})).body;
  assert.deepEqual([raised.decision, raised.after.amount, raised.asked.amount, raised.reasons],
                   ["granted", "20000.00", "20000.00", []]);
  assert.equal((await seen(good)).limit.amount, "20000.00");
  const refused = (await ask(late)).body;
  assert.deepEqual([refused.decision, refused.after.amount], ["refused", "15000.00"]);
  assert.ok(refused.reasons.some((words) => /просроченный платёж/.test(words)), refused.reasons);
  assert.equal((await seen(late)).free.amount, "0.00", "who is late buys nothing");
  assert.equal(problem(await risk.get(`/staff/customers/${good.customer}/instalments`)), "reason-needed");
  assert.equal((await opened(good)).body.limit.amount, "20000.00");
  const card = (await risk.get(`/staff/customers/${good.customer}`)).text;
  assert.ok(card.includes(`/staff/customers/${good.customer}/instalments`), card);
});

test("IN-2: it grows by itself when a purchase is paid off, once, and he is told", async () => {
  const who = await buyer(server);
  await bought(who);
  const count = (await server.messages(who.phone)).length;
  await server.passed(paidOff(who, ", wakes = 1"), "UPDATE job SET next_at = 1 WHERE name = 'instalments.night'");
  const told = await until(() => seen(who), ({limit}) => limit.amount === "30000.00");
  assert.deepEqual(told.decisions.map(({grown, before, after}) => [grown, before.amount, after.amount]), [[true, "15000.00", "30000.00"]]);
  assert.equal(told.may_ask, true, "he has not asked");
  assert.match((await server.messages(who.phone, count))[0], /30\s000,00/);
  await server.passed(paidOff(who, ", wakes = 1"), "UPDATE job SET next_at = 1 WHERE name = 'instalments.night'");
  await until(async () => server.rows(`SELECT wakes FROM instalment_purchase WHERE customer = ${who.customer}`),
              ([[wakes]]) => Number(wakes) !== 1);
  assert.equal((await seen(who)).decisions.length, 1);
});

test("IN-2: another policy is written by one, switched on by another, and decides from then on", async () => {
  const who = await buyer(server), {clerk} = await staff(server, {clerk: "support"});
  const path = "/staff/instalments/policy", {content} = (await risk.get(path)).body;
  assert.equal((await clerk.get(path)).status, 403);
  assert.equal((await finance.post(path, {content, note: "Щедрее"})).status, 403);
  const wrong = await risk.post(path, {content: `${content}\nlimit much`, note: "Щедрее"});
  assert.deepEqual([wrong.status, wrong.body.errors[0].field], [422, "content"]);
  const generous = content.replace("limit 15000.00", "limit 25000.00");
  const asked = await risk.post(path, {content: generous, note: "Щедрее"});
  assert.ok([200, 201].includes(asked.status), asked.text);
  assert.equal((await risk.get(path)).body.decides, 1, "not yet");
  const id = asked.body.id ?? asked.body.approval;
  assert.equal((await risk.post(`/staff/approvals/${id}/confirm`, {})).status >= 400, true, "not by himself");
  const waits = (await finance.get(`/staff/approvals/${id}`)).body;
  const confirmed = await finance.post(`/staff/approvals/${id}/confirm`, {seen: waits.seen});
  assert.equal(confirmed.status, 200, confirmed.text);
  assert.equal((await risk.get(path)).body.decides, 2);
  assert.equal((await ask(who)).body.after.amount, "25000.00");
});

test("IN-2: without scripts he asks on a page; what was known of him is not in the database as it is", async () => {
  const who = await buyer(server), browser = server.browser();
  await browser.signIn({phone: who.phone, password: "7395"});
  await browser.go("/instalments/limit");
  assert.equal(browser.status, 200, browser.html.slice(0, 2000));
  await browser.send("/instalments/limit", {});
  assert.equal(browser.path, "/instalments/limit");
  assert.match(browser.html, /Решения/);
  await server.end();
  const hex = database === "sqlite" ? "hex(inputs)" : "encode(inputs, 'hex')";
  const [[inputs]] = server.rows(`SELECT ${hex} FROM instalment_decision WHERE customer = ${who.customer}`);
  await server.run();
  assert.ok(!Buffer.from(inputs, "hex").includes("repaid"));
});
