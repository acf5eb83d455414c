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
    limits, payments: {catalogue_file: "profiles/catalogue.json", check_life: "10m", send_life: "10m", returns_every: "1s",
               register_after: "0s"},
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
      await faults({biller: "mobile", fault, share: fault === "twice" ? 100 : 30, command: "register"});
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

  test("a yes in the register is the yes that a stuck payment waited for", {timeout: 180000}, async () => {
    await faults({biller: "mobile", fault: "closed-after", command: "pay"});
    const stuck = await payouts.pay(who, "mobile", {account: "9161112222", sum: "50.00"}, "sending", "unknown");
    await server.givesUp(stuck.id);
    await payouts.reached(who, stuck.id, "stuck");
    await faults();
    await compared(mobile);
    assert.equal((await payouts.payment(who, stuck.id)).state, "done");
    assert.deepEqual((await people.finance.get("/staff/tasks?queue=payments.stuck")).body.tasks, []);
  });

  test("settled otherwise, it is not found again; more lines than one page has are all read", {timeout: 180000}, async () => {
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

const DAY = 24 * 3600e3;

describe("WA-3: registers are asked for by themselves", () => {
  // The clock is moved by moving what is on disk back; the jobs run at once.
  async function goOn(...changes) {
    await server.end();
    for (const change of changes) server.sql(change);
    server.sql("UPDATE job SET next_at = 1");
    await server.run();
  }
  const days = (ago) => new Date(Date.parse(`${today}T12:00:00Z`) - ago * DAY);
  const read = async (provider, least) => until(
    () => server.rows(`SELECT CAST(day AS TEXT), lines, CAST(asked AS TEXT) FROM pay_register WHERE provider = ${provider} AND read >= asked
                       AND day < ${Date.parse(today) / DAY} ORDER BY day`).map((row) => row.map(String)),
    (rows) => rows.length >= least, 20000);

  const kinds = (payment) => server.rows(`SELECT kind, state FROM pay_difference WHERE payment = ${payment}`).map((row) => row.map(Number));

  test("each day that is over, from the first on, no day twice; again later, when what was taken back since is found", {
    timeout: 180000,
  }, async () => {
    const who = await server.customer(), line = await providerOf(/[Тт]елевидение|TV/);
    assert.equal(await wallets.topup(who, "1000.00", cards.pays), "paid");
    // Today one is paid; then it is as if that had been two days ago, and another yesterday that the provider has not got.
    const real = await payouts.pay(who, "tv", {account: "12345671000", sum: "50.00"}, "done");
    const idAt = (at, rest = 0) => String(BigInt(real.id) - (BigInt(Date.now() - at) << 22n) + BigInt(rest)); // ids begin with their moment
    const [before, yesterday] = [days(2), days(1)], known = idAt(days(3));
    const [paidThen, forgotten, theirs] = [idAt(before), idAt(yesterday, 7), idAt(yesterday, 9)];
    const told = (id, at) => fetch(`${sandbox.url}/billers/tv`, {
      method: "POST", headers: {"Content-Type": "application/x-www-form-urlencoded"},
      body: new URLSearchParams({command: "pay", txn_id: id, account: "12345671000", sum: "50.00",
                                 txn_date: `${at.toISOString().slice(0, 10).replaceAll("-", "")}120000`})});
    for (const [id, at] of [[paidThen, before], [theirs, yesterday]]) assert.ok((await told(id, at)).ok);
    const columns = "provider, version, account, state, sum, fee, hold, operation, reason, code, reference, deadline, language, payload";
    const copy = (id, at) => `INSERT INTO payment (id, customer, ended, ${columns}) SELECT ${id}, customer, ${+at * 1000}, ${columns}
                              FROM payment WHERE id = ${real.id}`;
    await goOn(copy(paidThen, before), copy(forgotten, yesterday),
               `INSERT INTO account (id, owner, purpose, class, currency, balance, held, overdraft, version, last_entry, limits, flags, day,
                                     day_out, month_out, month_in)
                SELECT ${known}, owner, purpose, class, currency, 0, 0, overdraft, 0, 0, limits, flags, day, 0, 0, 0 FROM account
                WHERE id = (SELECT account FROM pay_account WHERE provider = ${line})`,
               `UPDATE pay_account SET account = ${known} WHERE provider = ${line}`);
    const found = await read(line, 3);
    assert.deepEqual(found.map(([, lines]) => lines), ["0", "1", "1"], "three days that are over, none before it was known");
    assert.deepEqual([kinds(paidThen), kinds(forgotten), kinds(theirs)], [[], [[1, 1]], [[2, 1]]]);
    await goOn();
    await until(() => Number(server.rows("SELECT MIN(runs) FROM job WHERE name = 'payments.registers'")[0][0]), (runs) => runs > 1);
    assert.deepEqual(await read(line, 3), found, "asked for once while register_every has not gone by");
    const again = await fetch(`${sandbox.url}/billers/tv`, {
      method: "POST", headers: {"Content-Type": "application/x-www-form-urlencoded"},
      body: new URLSearchParams({command: "cancel", txn_id: paidThen, account: "12345671000", sum: "50.00"})});
    assert.ok(again.ok, await again.text());
    await goOn(`UPDATE pay_register SET asked = asked - ${2 * DAY * 1000}, read = read - ${2 * DAY * 1000} WHERE provider = ${line}`);
    await until(() => kinds(paidThen), (rows) => rows.length > 0);
    assert.deepEqual([kinds(paidThen), kinds(forgotten), kinds(theirs)], [[[4, 1]], [[1, 1]], [[2, 1]]], "taken back since");
  });
});

describe("WA-3, BK-3: a claim by a link, which the house has paid, in a register", () => {
  async function claimed(phone) {
    const who = await wallets.rich("1000.00");
    assert.equal((await wallets.send(who, phone, "300.00")).status, 201);
    const [, token] = /\/claim\/([\w-]{22})/.exec((await server.messages(phone))[0]);
    assert.equal((await server.post(`/claim/${token}/phone`, {}, {key: newKey()})).status, 200);
    const look = async () => (await server.get(`/claim/${token}`)).body.state;
    const state = async (...wanted) => until(look, (found) => wanted.includes(found));
    assert.equal(await state("done", "open"), "done");
    const [[payment]] = server.rows("SELECT CAST(MAX(id) AS TEXT) FROM payment WHERE customer = 0");
    await compared(await providerOf(/МТС|MTS|Мега|Mega|Билайн|Beeline|T2|Т2/));
    const [id] = of(payment);
    return {who, token, payment, id, state, seen: (await people.finance.get(`/staff/differences/${id}`)).body};
  }

  test("taken back whole: given back by two, it waits for its receiver anew", {timeout: 180000}, async () => {
    const {who, token, payment, id, state, seen} = await claimed("+79165556644");
    assert.deepEqual([seen.kind, seen.house, seen.house_part, seen.payment, seen.decisions.map(({value}) => value)],
                     ["cancelled", true, false, payment, ["refund", "close"]]);
    assert.equal((await decided(id, "refund")).status, 200);
    assert.equal(await state("open"), "open");
    const friend = await server.customer();
    assert.equal((await server.post(`/claim/${token}/wallet`, {}, {token: friend.token, key: newKey()})).status, 200);
    assert.deepEqual([await wallets.balance(friend), await wallets.balance(who)], ["300.00", "700.00"]);
  });

  test("a part of it: shown so, and no part is given back, for nobody waits for it", {timeout: 180000}, async () => {
    const {payment, id, state, seen} = await claimed("+79165556642");
    assert.deepEqual([seen.kind, seen.house, seen.house_part, seen.decisions.map(({value}) => value)], ["sum", true, true, ["close"]]);
    const reason = "Письмо поставщика";
    assert.equal(problem(await act(people.finance, `/staff/differences/${id}`, {decision: "refund", reason})), "decision-unfit");
    assert.equal(problem(await act(people.finance, `/staff/payments/${payment}/refund`, {sum: "1.00", reason})), "house-whole");
    assert.equal((await decided(id, "close")).status, 200);
    assert.equal(await state("done"), "done");
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
