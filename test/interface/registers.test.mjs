// Providers' daily registers against what we have, and what banks sent back that fits nothing (WA-3, WA-5, BO-2, BO-3): every
// difference ends by two of finance or by the register that agrees again; provider's books and ours are the same then.

import assert from "node:assert/strict";
import {after, before, describe, test} from "node:test";

import {Payouts, accountOf, BIK} from "../support/payouts.mjs";
import {cards, startBoth} from "../support/sandbox.mjs";
import {newKey} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";
import {Wallets, limits, problem, rub, until} from "../support/wallet.mjs";

let both, server, sandbox, wallets, payouts, people, today, providers;

before(async () => {
  both = await startBoth({
    limits, payments: {catalogue_file: "profiles/catalogue.json", check_life: "10s", send_life: "6s", returns_every: "1s"},
  }, {slow: 200, late: 15000});
  ({server, sandbox} = both);
  wallets = new Wallets(both);
  payouts = new Payouts(both);
  people = await staff(server, {finance: "finance", second: "finance", support: "support"});
  const {body} = await people.finance.get("/staff/registers");
  today = body.today;
  assert.ok(body.providers.length >= 9, "each biller gives one");
});
after(() => both?.stop());

const act = (who, path, body = {}) => who.post(path, body, {key: newKey()});
const faults = (rule) => rule === undefined ? fetch(`${sandbox.url}/billers/faults`, {method: "DELETE"})
  : fetch(`${sandbox.url}/billers/faults`, {method: "POST", headers: {"Content-Type": "application/json"},
                                            body: JSON.stringify({share: 100, seconds: 60, ...rule})});

async function providerOf(title) {
  providers ??= (await people.finance.get("/staff/registers")).body.providers;
  return providers.find((each) => title.test(each.title)).value;
}

// Asked for and read to its end, since this moment.
async function compared(provider, day = today) {
  const asked = await people.finance.post("/staff/registers", {provider, day});
  assert.equal(asked.status, 200, asked.text);
  await until(async () => Number(server.rows(
    `SELECT COUNT(*) FROM pay_register WHERE provider = ${provider} AND read >= asked AND asked > 0`)[0][0]),
  (count) => count > 0, 20000);
}

const paid = (who, account, sum = "100.00") => payouts.pay(who, "mobile", {account, sum}, "done");
const open = async () => (await people.finance.get("/staff/tasks?queue=payments.difference")).body.tasks;
const of = (payment) => server.rows(`SELECT CAST(id AS TEXT), kind FROM pay_difference WHERE payment = ${payment}`)[0]?.map(String);

async function taken() {
  for (const task of await open()) if (!task.owner) await people.finance.post(`/staff/tasks/${task.id}/take`);
}

async function confirm(member, id) {
  const {body} = await member.get(`/staff/approvals/${id}`);
  return act(member, `/staff/approvals/${id}/confirm`, body.seen ? {seen: body.seen} : {});
}

async function decided(id, decision) {
  const asked = await act(people.finance, `/staff/differences/${id}`, {decision, reason: "Письмо получателя"});
  assert.equal(asked.status, 201, asked.text);
  assert.notEqual((await confirm(people.finance, asked.body.id)).status, 200, "not by who asked");
  return confirm(people.second, asked.body.id);
}

describe("WA-3, BO-3: a provider's daily register", () => {
  let who, mobile, good, unlisted, more, less, back;

  before(async () => {
    who = await server.customer();
    assert.equal(await wallets.topup(who, "1000.00", cards.pays), "paid");
    mobile = await providerOf(/МТС|MTS|Мега|Mega|Билайн|Beeline|T2|Т2/);
    [good, unlisted, more, less, back] = await Promise.all(
      ["9161110000", "9161116640", "9161116641", "9161116642", "9161116644"].map((account) => paid(who, account)));
  });

  test("half a register, a page, nothing: none of it is believed", async () => {
    for (const fault of ["html", "broken-xml", "empty", "gateway", "twice"])
      await faults({biller: "mobile", fault, share: 30, command: "register"});
    await people.finance.post("/staff/registers", {provider: mobile, day: today});
    await until(async () => Number(server.rows(`SELECT COUNT(*) FROM outbox WHERE kind = 'payment.register' AND attempt > 1`)[0][0]),
      (count) => count > 0);
    await faults();
    await compared(mobile);
    assert.equal(of(good.id), undefined);
    assert.deepEqual([unlisted, more, less, back].map(({id}) => of(id)?.[1]), ["1", undefined, "3", "4"]);
    assert.equal(of(BigInt(more.id) + 1n)[1], "2", "one more, that nobody made");
  });

  test("who may not see, does not; what does not fit, is not asked; another's number answers as a missing one", async () => {
    const [id] = of(unlisted.id);
    assert.equal((await people.support.get(`/staff/differences/${id}`)).status, 403);
    assert.equal((await people.finance.get(`/staff/differences/${id}`)).status, 403, "of a customer, without a task or a reason");
    await taken();
    const seen = await people.finance.get(`/staff/differences/${id}`);
    assert.equal(seen.status, 200, seen.text);
    assert.deepEqual([seen.body.kind, seen.body.ours, seen.body.theirs, seen.body.decisions.map(({value}) => value)],
      ["missing", rub("100.00"), rub("0.00"), ["refund", "push", "close"]]);
    const ask = (decision, path = id) => act(people.finance, `/staff/differences/${path}`, {decision, reason: "Просто так"});
    assert.equal(problem(await ask("cancel")), "decision-unfit");
    assert.equal((await ask("refund", "1234")).status, 404);
    assert.equal((await act(people.finance, `/staff/differences/${id}`, {reason: "Просто так"})).status, 422);
    assert.equal((await people.finance.post("/staff/registers", {provider: "17", day: today})).status, 422);
    assert.equal((await people.finance.post("/staff/registers", {provider: mobile, day: "2199-01-01"})).status, 422);
  });

  test("taken back by the provider: the customer has his money again, and is told", async () => {
    assert.equal((await decided(of(back.id)[0], "refund")).status, 200);
    await payouts.reached(who, back.id, "refunded");
    assert.equal(await wallets.balance(who), "600.00");
    const told = (await server.get("/operations", {token: who.token})).body.days.flatMap((day) => day.operations);
    assert.ok(told.some((each) => each.kind === "payment_refund" && each.sum.amount === "100.00"));
  });

  test("a rouble less: the rouble comes back", async () => {
    assert.equal((await decided(of(less.id)[0], "refund")).status, 200);
    assert.equal(await wallets.balance(who), "601.00");
    assert.equal((await payouts.payment(who, less.id)).state, "done");
  });

  test("forgotten: told once more under the same number, and killed meanwhile; then the registers agree", async () => {
    const [id] = of(unlisted.id);
    await faults({biller: "mobile", fault: "gateway", command: "pay"});
    assert.equal((await decided(id, "push")).status, 200);
    assert.equal((await people.finance.get(`/staff/differences/${id}`)).body.state, "asked");
    await server.end("SIGKILL");
    await faults();
    await server.run();
    await until(async () => server.rows(`SELECT state FROM pay_difference WHERE id = ${id}`)[0][0].toString(), (state) => state === "3");
    assert.equal(await wallets.balance(who), "601.00", "it costs nothing more");
  });

  test("one more: the provider takes it back when asked", async () => {
    const [id] = of(BigInt(more.id) + 1n);
    assert.equal((await decided(id, "cancel")).status, 200);
    await until(async () => server.rows(`SELECT state FROM pay_difference WHERE id = ${id}`)[0][0].toString(), (state) => state === "3");
    assert.deepEqual(await open(), []);
  });

  test("compared again: nothing differs, and what the register has is what we owe", async () => {
    await compared(mobile);
    assert.deepEqual(await open(), []);
    const [[lines, sum]] = server.rows(`SELECT lines, sum FROM pay_register WHERE provider = ${mobile}`);
    const [[account]] = server.rows(`SELECT CAST(a.account AS TEXT) FROM pay_account a
      JOIN payment p ON p.provider = a.provider WHERE p.id = ${good.id}`);
    await server.end();
    const [[balance]] = server.rows(`SELECT balance FROM account WHERE id = ${account}`);
    await server.run();
    assert.deepEqual([Number(lines), Number(sum)], [6, Number(balance)], "four that are paid, two taken back");
    const {body} = await people.finance.get("/staff/registers");
    assert.deepEqual([body.differing, body.registers[0].lines], [[], 6]);
  });

  test("a yes in the register is the yes that a stuck payment waited for", {timeout: 60000}, async () => {
    await faults({biller: "mobile", fault: "closed-after", command: "pay"});
    const stuck = await payouts.pay(who, "mobile", {account: "9161112222", sum: "50.00"}, "stuck");
    await faults();
    await compared(mobile);
    assert.equal((await payouts.payment(who, stuck.id)).state, "done");
    assert.deepEqual((await people.finance.get("/staff/tasks?queue=payments.stuck")).body.tasks, []);
  });

  test("settled otherwise, it is not found again; more lines than one page has are all read", {timeout: 60000}, async () => {
    const tv = await providerOf(/[Тт]елевидение|TV/), date = today.replaceAll("-", "") + "120000";
    for (let first = 1; first <= 510; first += 34)
      await Promise.all(Array.from({length: 34}, (_, i) => fetch(`${sandbox.url}/billers/tv`, {
        method: "POST", headers: {"Content-Type": "application/x-www-form-urlencoded"},
        body: new URLSearchParams({command: "pay", txn_id: first + i, account: "12345671000", sum: "50.00", txn_date: date}),
      })));
    await compared(tv);
    assert.equal(Number(server.rows(`SELECT COUNT(*) FROM pay_difference WHERE provider = ${tv} AND kind = 2`)[0][0]), 510);
    assert.equal(Number(server.rows(`SELECT lines FROM pay_register WHERE provider = ${tv}`)[0][0]), 510);
    const [id] = of(510);
    assert.equal((await decided(id, "close")).status, 200);
    await compared(tv);
    const seen = await people.finance.get(`/staff/differences/${id}`);
    assert.deepEqual([seen.body.state, seen.body.decisions], ["closed", []]);
    assert.equal(problem(await act(people.finance, `/staff/differences/${id}`, {decision: "close", reason: "Ещё раз"})), "difference-over");
  });
});

describe("WA-5, BO-2: what a bank sent back, and fits no payment", () => {
  let who, payment, task;
  const transfer = () => ({account: accountOf("1234"), bik: BIK, name: "Иванов Иван Иванович", purpose: "Возврат долга", sum: "200.00"});

  before(async () => {
    who = await server.customer();
    assert.equal(await wallets.topup(who, "1000.00", cards.pays), "paid");
    payment = await payouts.pay(who, "to-account", transfer(), "done");
  });

  const unplaced = () => {
    const [[account]] = server.rows(`SELECT CAST(COALESCE(MAX(account), 0) AS TEXT) FROM pay_account WHERE provider = -1`);
    return server.rows(`SELECT COALESCE(SUM(amount), 0) FROM entry WHERE account = ${account}`)[0][0].toString();
  };

  test("only a part came: it lies apart, and finance has a task", async () => {
    const sent = await fetch(`${payouts.bank}/payouts/${payment.id}/return`, {
      method: "POST", headers: {"Content-Type": "application/json", Accept: "application/json"}, body: JSON.stringify({sum: "150.00"})});
    assert.ok(sent.ok, await sent.text());
    const tasks = async () => (await people.finance.get("/staff/tasks?queue=payments.unplaced")).body.tasks;
    [task] = await until(tasks, (found) => found.length > 0);
    assert.equal(unplaced(), "15000");
    assert.equal((await payouts.payment(who, payment.id)).state, "done");
    assert.equal((await people.support.get(`/staff/unplaced/${task.subject}`)).status, 403);
  });

  test("put to its payment by two: the customer has it; nobody else can have it, and not twice", async () => {
    const path = `/staff/unplaced/${task.subject}`, reason = "Письмо банка";
    const seen = await people.finance.get(path);
    assert.deepEqual([seen.body.sum, seen.body.payment_found, seen.body.placed], [rub("150.00"), payment.id, false]);
    assert.equal(problem(await act(people.finance, path, {reason})), "nowhere-to-place");
    assert.equal((await act(people.finance, path, {payment: "17", reason})).status, 422);
    assert.equal((await act(people.finance, path, {account: "17", reason})).status, 422);
    assert.equal((await act(people.finance, "/staff/unplaced/17", {account: "17", reason})).status, 404);
    assert.equal((await act(people.finance, path, {payment: payment.id, reason})).status, 403, "of a customer, without a reason");
    await people.finance.post(`/staff/customers/${who.customer}/reason`, {reason: "Возврат банка по платежу"});
    const before = await wallets.balance(who);
    const asked = await act(people.finance, path, {payment: payment.id, reason});
    assert.equal(asked.status, 201, asked.text);
    const again = await act(people.finance, path, {payment: payment.id, reason});
    assert.notEqual((await confirm(people.finance, asked.body.id)).status, 200, "not by who asked");
    assert.equal((await confirm(people.second, asked.body.id)).status, 200);
    assert.equal(Number(await wallets.balance(who)), Number(before) + 150);
    assert.notEqual((await confirm(people.second, again.body.id)).status, 200, "it is placed");
    assert.equal(unplaced(), "0");
    assert.deepEqual((await people.finance.get("/staff/tasks?queue=payments.unplaced")).body.tasks, []);
    assert.equal(problem(await act(people.finance, path, {payment: payment.id, reason})), "unplaced-over");
  });

  test("sent back twice: the second time is unplaced, too; a list read anew counts nothing twice", async () => {
    const other = await server.customer();
    const tasks = async () => (await people.finance.get("/staff/tasks?queue=payments.unplaced")).body.tasks;
    assert.equal(await wallets.topup(other, "1000.00", cards.pays), "paid");
    const {id} = await payouts.pay(other, "to-account", transfer(), "done"), back = async (body) => {
      const sent = await fetch(`${payouts.bank}/payouts/${id}/return`, {
        method: "POST", headers: {"Content-Type": "application/json", Accept: "application/json"}, body: JSON.stringify(body)});
      assert.ok(sent.ok, await sent.text());
    };
    const before = await wallets.balance(other);
    await back({});
    await payouts.reached(other, id, "refunded");
    const whole = await wallets.balance(other);
    assert.ok(Number(whole) >= Number(before) + 200, "sum and fee are his again");
    assert.deepEqual(await tasks(), []);
    await back({again: true});
    const [second] = await until(tasks, (found) => found.length > 0);
    assert.deepEqual([unplaced(), await wallets.balance(other)], ["20000", whole]);
    const seen = (await people.finance.get(`/staff/unplaced/${second.subject}`)).body;
    assert.deepEqual([seen.sum, seen.payment_found, seen.placed], [rub("200.00"), id, false]);
    await server.end();
    server.sql("UPDATE pay_return SET number = 0, asked = 0");
    await server.run();
    await until(() => server.rows("SELECT MAX(number) FROM pay_return")[0][0].toString(), (number) => number !== "0");
    assert.deepEqual([(await tasks()).length, unplaced(), await wallets.balance(other)], [1, "20000", whole]);
  });
});
