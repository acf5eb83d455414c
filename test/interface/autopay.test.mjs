// Templates and autopays (WA-7): kept from a payment or by hand, paid from; payments that repeat by the calendar, by what is
// left on a telephone, by bill; told before, skipped, paused; failures told and tried again; never paid twice, whatever is
// killed in between.

import assert from "node:assert/strict";
import {after, before, describe, test} from "node:test";

import {providerCount} from "../support/catalogue.mjs";
import {cards, startBoth} from "../support/sandbox.mjs";
import {database, newKey, pause} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";
import {Wallets, limits, problem, until} from "../support/wallet.mjs";

const settings = {
  limits,
  payments: {catalogue_file: "profiles/catalogue.json", check_life: "20s", send_life: "2m", confirm_sum: "5 000.00"},
  autopay: {notice: "1s", warning: "1s", pause: "1s"},
};

const seconds = 120000; // how long a state is waited for on a slow machine
let both, server, sandbox, wallets;

before(async () => {
  both = await startBoth(settings, {slow: 300, late: 1500});
  ({server, sandbox} = both);
  wallets = new Wallets(both);
  const {token} = await server.customer();
  await until(async () => (await server.get("/pay", {token})).body.providers.length, (count) => count === providerCount);
});
after(() => both?.stop());

const rich = async (sum = "1000.00") => {
  const who = await server.customer();
  assert.equal(await wallets.topup(who, sum, cards.pays), "paid");
  return who;
};
const read = async (who, path) => (await server.get(path, {token: who.token})).body;
const post = (who, path, body = {}) => server.post(path, body, {token: who.token, key: newKey()});

async function template(who, code, fields, name = "Мамин телефон") {
  const made = await post(who, `/pay/${code}/template`, {template: name, ...fields});
  assert.equal(made.status, 201, made.text);
  return made.body.id;
}

let accounts = 0;
const number = () => `916${String(4000000 + accounts++)}`;

async function autopay(who, id, fields) {
  const made = await post(who, `/templates/${id}/autopay`, {kind: "calendar", when: "day", ...fields});
  assert.equal(made.status, 201, made.text);
  return made.body.id;
}

// The database's owner moves the clock: these rules are due now, for a moment that is none of theirs yet.
let dues = 0;
async function due(...rules) {
  await server.end();
  server.sql(`UPDATE autopay_rule SET wake = 1, due = ${1000000 * ++dues} WHERE id IN (${rules.join()})`);
  await server.run();
}
const reached = (who, rule, wanted) => until(() => read(who, `/autopay/${rule}`), wanted, seconds);
const last = (rule) => rule.runs[0];
const paid = (who, rule, times = 1) =>
  reached(who, rule, ({runs}) => runs?.filter(({state}) => state === "paid").length === times);
const said = async (who, pattern) =>
  (await until(() => server.messages(who.phone), (texts) => texts.some((text) => pattern.test(text)), seconds))
    .find((text) => pattern.test(text));
const theirs = async (code, account) =>
  (await (await fetch(`${sandbox.url}/billers/${code}/accounts/${encodeURIComponent(account)}`)).json());

describe("templates (WA-7)", () => {
  test("one is kept of a payment, paid from, renamed, removed; nobody else's is there", async () => {
    const who = await rich(), other = await server.customer(), account = number();
    const {body: {id: payment}} = await post(who, "/pay/mobile", {account, sum: "50.00"});
    const checked = () => read(who, `/payments/${payment}`);
    await until(checked, ({state}) => state === "checked");
    assert.equal((await checked()).to_template, false);
    await post(who, `/payments/${payment}/confirm`);
    await until(checked, ({state}) => state === "done", seconds);
    assert.equal((await checked()).to_template, true);

    assert.equal((await read(who, `/payments/${payment}/template`)).name, "МТС");
    assert.equal((await post(who, `/payments/${payment}/template`, {name: ""})).status, 422);
    assert.equal((await post(other, `/payments/${payment}/template`, {name: "Чужой"})).status, 404);
    const made = await post(who, `/payments/${payment}/template`, {name: "Сын"});
    assert.equal(made.status, 201, made.text);
    const {id} = made.body;
    assert.deepEqual([made.body.name, made.body.values[0].value, made.body.sum.amount], ["Сын", account, "50.00"]);

    const form = await read(who, `/templates/${id}/pay`);
    assert.deepEqual([form.code, form.fields[0].value, form.sum.amount], ["mts", account, "50.00"]);
    for (const page of ["/", "/pay"])
      assert.deepEqual((await read(who, page)).shortcuts.map(({title, href}) => [title, href]),
                       [["Сын", `/templates/${id}/pay`]]);
    assert.equal((await post(who, `/templates/${id}/rename`, {name: "Сын, Москва"})).status, 200);
    assert.equal((await read(who, "/templates")).templates[0].name, "Сын, Москва");

    for (const path of [`/templates/${id}`, `/templates/${id}/pay`, `/templates/${id}/autopay`])
      assert.equal((await server.get(path, {token: other.token})).status, 404, path);
    for (const [path, body] of [["rename", {name: "Моё"}], ["remove", {}], ["autopay", {kind: "calendar", when: "day", sum: "5.00"}]])
      assert.equal((await post(other, `/templates/${id}/${path}`, body)).status, 404, path);
    assert.deepEqual((await read(other, "/templates")).templates, []);
    assert.equal((await server.get(`/templates/${id}`)).status, 401);

    assert.equal((await post(who, `/templates/${id}/remove`)).status, 200);
    assert.equal((await server.get(`/templates/${id}`, {token: who.token})).status, 404);
  });

  test("by hand the provider's fields are checked as when one pays; a sum may be left open", async () => {
    const who = await server.customer();
    const faults = async (code, fields) => {
      const {status, body} = await post(who, `/pay/${code}/template`, fields);
      assert.equal(status, 422);
      return body.errors.map(({field}) => field).sort();
    };
    assert.deepEqual(await faults("power", {template: "Дача", account: "123", sum: "0.50"}), ["account", "sum"]);
    assert.deepEqual(await faults("power", {account: "1234567890"}), ["template"]);
    assert.deepEqual(await faults("power", {template: "x", account: "1234567890", level: "3"}), ["level"]);
    assert.equal((await server.get("/pay/nobody/template", {token: who.token})).status, 404);
    const id = await template(who, "power", {account: "12345 67890"}, "Дача");
    assert.deepEqual((({sum, values}) => [sum, values[0].value])(await read(who, `/templates/${id}`)), [null, "1234567890"]);
  });

  test("what is typed is sealed: neither name nor account is in the database", async () => {
    const who = await server.customer(), account = number();
    const id = await template(who, "mobile", {account, sum: "10.00"}, "Перепёлка");
    const hex = database === "postgres" ? "encode(name, 'hex'), encode(content, 'hex')" : "hex(name), hex(content)";
    const [[name, content]] = server.rows(`SELECT ${hex} FROM pay_template WHERE id = ${id}`);
    assert.ok(name.length > 20 && content.length > 20);
    assert.ok(!Buffer.from(name, "hex").includes("Перепёлка") && !Buffer.from(content, "hex").includes(account));
  });

  test("a hundred are enough", async () => {
    const who = await server.customer(), id = await template(who, "mobile", {account: number()});
    await server.end();
    server.sql("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 99) INSERT INTO pay_template " +
               `SELECT customer, id + 2 * i, provider, sum, name, content FROM pay_template, n WHERE id = ${id}`);
    await server.run();
    assert.equal(problem(await post(who, "/pay/mobile/template", {template: "Ещё", account: number()})), "templates-full");
  });
});

describe("an autopay (WA-7)", () => {
  test("by the calendar: told before, paid once for each time, in words; nobody else's is there", {timeout: 900000}, async () => {
    const who = await rich(), other = await server.customer(), account = number();
    const id = await template(who, "mobile", {account, sum: "100.00"});
    const rule = await autopay(who, id, {when: "month-31", sum: "100.00"});
    const made = await read(who, `/autopay/${rule}`);
    assert.match(made.words, /^В последний день месяца, 100\s₽ на \+7\s916/);
    const next = new Date(Date.parse(made.next) + 3 * 3600000);
    assert.equal(new Date(next.getTime() + 86400000).getUTCDate(), 1, "the last day of a month, in Moscow");
    for (const act of ["pause", "resume", "remove", "skip"])
      assert.equal((await post(other, `/autopay/${rule}/${act}`)).status, 404);
    assert.equal((await server.get(`/autopay/${rule}`, {token: other.token})).status, 404);
    assert.equal(problem(await post(who, `/autopay/${rule}/skip`)), "nothing-to-skip");
    assert.equal(problem(await post(who, `/templates/${id}/remove`)), "template-in-use");
    const page = await (await server.browser().signIn(who)).go(`/templates/${id}`);
    await page.send(`/templates/${id}/remove`, {}); // is drawn again, with the fields of the page's other form
    assert.equal(page.status, 409);
    assert.match(page.html, /name="name"/);

    await due(rule);
    const text = await said(who, /Автоплатёж «Мамин телефон»: спишем 100/);
    assert.match(text, new RegExp(`/autopay/${rule}$`));
    const done = await paid(who, rule);
    assert.equal(done.next, made.next, "the next time is not this one");
    assert.equal((await theirs("mobile", account)).balance, "100.00");
    await due(rule);
    await paid(who, rule, 2);
    assert.equal((await theirs("mobile", account)).balance, "200.00");
    assert.equal(await wallets.balance(who), "800.00");
  });

  test("by what is left on a telephone: topped up when less is, left alone when not", {timeout: 900000}, async () => {
    const who = await rich(), account = number();
    const id = await template(who, "mobile", {account});
    assert.deepEqual((await read(who, `/templates/${id}/autopay`)).kinds.map(({value}) => value), ["calendar", "balance"]);
    const wrong = await post(who, `/templates/${id}/autopay`, {kind: "balance", sum: "150.00"});
    assert.deepEqual(wrong.body.errors.map(({field}) => field), ["least"]);
    const rule = await autopay(who, id, {kind: "balance", least: "100.00", sum: "150.00"});
    await due(rule);
    await said(who, /осталось 0,00/);
    await paid(who, rule);
    assert.equal((await theirs("mobile", account)).balance, "150.00");
    await due(rule);
    await until(() => server.rows(`SELECT due FROM autopay_rule WHERE id = ${rule}`)[0][0], (at) => at > 1e12, seconds);
    await until(() => server.rows(`SELECT COUNT(*) FROM autopay_run WHERE rule = ${rule} AND state < 10`)[0][0],
                (open) => Number(open) === 0, seconds);
    assert.equal((await read(who, `/autopay/${rule}`)).runs.length, 1, "asked, and nothing was to do");
    assert.equal(await wallets.balance(who), "850.00");
  });

  test("by bill: what is due up to a limit; a larger one is only told, once", {timeout: 900000}, async () => {
    const who = await rich("14000.00");
    let account, bill;
    do { // each account has a bill of its own
      account = String(10000000 + Number(number().slice(3)));
      bill = Number((await theirs("water", account)).bill);
    } while (!(bill > 10 && bill < 4800));
    const id = await template(who, "water", {account}, "Вода");
    assert.deepEqual((await read(who, `/templates/${id}/autopay`)).kinds.map(({value}) => value), ["calendar", "bill"]);
    const low = await autopay(who, id, {kind: "bill", sum: "1.00"});
    await due(low);
    await said(who, /счёт .* больше предела/);
    const told = await reached(who, low, ({runs}) => runs.length === 1);
    assert.deepEqual([last(told).state, last(told).reason, told.active], ["failed", "above-limit", true]);
    await due(low);
    await until(() => server.rows(`SELECT due FROM autopay_rule WHERE id = ${low}`)[0][0], (at) => at > 1e12, seconds);
    await until(() => server.rows(`SELECT COUNT(*) FROM autopay_run WHERE rule = ${low} AND state < 10`)[0][0],
                (open) => Number(open) === 0, seconds);
    assert.equal((await read(who, `/autopay/${low}`)).runs.length, 1, "told once of one bill");
    await post(who, `/autopay/${low}/remove`);

    const rule = await autopay(who, id, {kind: "bill", sum: "4900.00"});
    await due(rule);
    await said(who, /«Вода»: новый счёт/);
    const done = await paid(who, rule);
    assert.equal(Number(last(done).sum.amount), bill);
    assert.equal((await theirs("water", account)).balance, last(done).sum.amount);
  });

  test("skipped in time it is not paid, and goes on; paused nothing is; removed it is gone", {timeout: 900000}, async () => {
    const slow = await rich(), account = number();
    const id = await template(slow, "mobile", {account, sum: "10.00"});
    const rule = await autopay(slow, id, {sum: "10.00"});
    await server.end();
    server.sql(`UPDATE autopay_rule SET wake = 1 WHERE id = ${rule}`); // due tomorrow, told now
    await server.run();
    const told = await reached(slow, rule, ({soon}) => soon !== null);
    assert.ok(Date.parse(told.soon.at) > Date.now(), "there is time");
    assert.equal(problem(await post(slow, `/autopay/${rule}/skip`, {run: rule})), "nothing-to-skip", "another time's button");
    assert.equal((await post(slow, `/autopay/${rule}/skip`, {run: told.soon.id})).status, 200);
    const skipped = await read(slow, `/autopay/${rule}`);
    assert.deepEqual([skipped.soon, last(skipped).state, skipped.active], [null, "skipped", true]);
    assert.equal(problem(await post(slow, `/autopay/${rule}/skip`)), "nothing-to-skip");

    assert.equal((await post(slow, `/autopay/${rule}/pause`)).body.active, false);
    await due(rule);
    await pause(7000); // both jobs looked
    const paused = await read(slow, `/autopay/${rule}`);
    assert.deepEqual([paused.next, paused.reason, paused.runs.length], [null, "by-customer", 1]);
    assert.equal((await post(slow, `/autopay/${rule}/resume`)).body.active, true);
    await due(rule);
    await paid(slow, rule);
    assert.equal((await post(slow, `/autopay/${rule}/remove`)).status, 200);
    assert.equal((await server.get(`/autopay/${rule}`, {token: slow.token})).status, 404);
    assert.equal((await post(slow, `/templates/${id}/remove`)).status, 200);
    assert.equal((await theirs("mobile", account)).balance, "10.00");
  });

  test("every day: told of the next while this one is still to be paid, both are paid", {timeout: 900000}, async () => {
    const who = await rich(), account = number(), id = await template(who, "mobile", {account, sum: "10.00"});
    const rule = await autopay(who, id, {sum: "10.00"});
    await server.end(); // one is told of and not yet paid when the next is planned
    server.sql(`UPDATE autopay_rule SET wake = 1, due = 1000000 WHERE id = ${rule}`);
    await server.run();
    await until(() => server.rows(`SELECT COUNT(*) FROM autopay_run WHERE rule = ${rule}`)[0][0], (n) => Number(n) === 1, seconds);
    await server.end("SIGKILL");
    server.sql(`UPDATE autopay_run SET state = 2, payment = 0, at = 1 WHERE rule = ${rule} AND state = 2`);
    server.sql(`UPDATE autopay_rule SET wake = 1, due = 2000000 WHERE id = ${rule}`);
    await server.run();
    await paid(who, rule, 2);
    assert.equal((await theirs("mobile", account)).balance, "20.00");
  });

  test("paused and resumed after it was told it is still paid for that time", {timeout: 900000}, async () => {
    const who = await rich(), id = await template(who, "mobile", {account: number(), sum: "10.00"});
    const rule = await autopay(who, id, {sum: "10.00"});
    await server.end();
    server.sql(`UPDATE autopay_rule SET wake = 1 WHERE id = ${rule}`);
    await server.run();
    const {soon} = await reached(who, rule, ({soon}) => soon !== null);
    await post(who, `/autopay/${rule}/pause`);
    assert.equal((await read(who, `/autopay/${rule}`)).soon, null);
    assert.equal((await post(who, `/autopay/${rule}/resume`)).body.next, soon.due);
    await server.end();
    server.sql(`UPDATE autopay_rule SET wake = 1 WHERE id = ${rule}`);
    await server.run();
    assert.equal((await reached(who, rule, ({soon}) => soon !== null)).soon.due, soon.due);
  });

  test("not enough money: told, tried again, at the third time paused; with money it goes through", {timeout: 900000}, async () => {
    const poor = await server.customer(), saved = await server.customer();
    const rules = [];
    for (const who of [poor, saved])
      rules.push(await autopay(who, await template(who, "mobile", {account: number(), sum: "70.00"}), {sum: "70.00"}));
    await due(rules[0]);
    await said(poor, /не прошёл\. Не хватило денег\. Попробуем снова/);
    const stopped = await reached(poor, rules[0], ({active}) => active === false);
    assert.deepEqual([stopped.reason, last(stopped).state, last(stopped).attempt], ["no-money", "failed", 3]);
    await said(poor, /не прошёл и приостановлен\. Не хватило денег/);
    assert.deepEqual((await read(poor, "/payments")).payments, [], "the provider was not even asked");

    await due(rules[1]);
    await said(saved, /Попробуем снова/);
    assert.equal(await wallets.topup(saved, "100.00", cards.pays), "paid");
    const went = await reached(saved, rules[1], ({runs, active}) => runs?.some(({state}) => state === "paid") || !active);
    if (went.active) assert.equal(await wallets.balance(saved), "30.00");
  });

  test("the provider says no: paused and told why at once; the payment is there to look at", {timeout: 900000}, async () => {
    const who = await rich();
    const ends = [["9167776605", "rejected"], ["9167776697", "refused"]];
    const rules = [];
    for (const [account] of ends)
      rules.push(await autopay(who, await template(who, "mobile", {account, sum: "10.00"}), {sum: "10.00"}));
    await due(...rules);
    for (const [i, [, state]] of ends.entries()) {
      const rule = await reached(who, rules[i], ({active}) => active === false);
      assert.deepEqual([rule.reason, last(rule).state], ["refused", "failed"]);
      assert.equal((await read(who, `/payments/${last(rule).payment}`)).state, state);
    }
    assert.equal(await wallets.balance(who), "1000.00");
  });

  test("a large one wants a proof of who makes it, and again when it is resumed; a personal token makes none", async () => {
    const who = await server.customer(), id = await template(who, "school", {account: "555555555"});
    const ask = () => post(who, `/templates/${id}/autopay`, {kind: "calendar", when: "month-5", sum: "5000.00"});
    await server.proofsOver(who); // signing up was a proof, too
    assert.equal(problem(await ask()), "confirmation-needed");
    assert.deepEqual((await read(who, "/templates")).autopays, []);
    assert.equal((await server.post("/confirm", {password: who.password}, {token: who.token})).status, 200);
    const made = await ask();
    assert.equal(made.status, 201, made.text);
    assert.equal((await post(who, `/autopay/${made.body.id}/pause`)).status, 200);
    await server.proofsOver(who);
    assert.equal(problem(await post(who, `/autopay/${made.body.id}/resume`)), "confirmation-needed");
    assert.equal((await read(who, `/autopay/${made.body.id}`)).active, false);
    await server.post("/confirm", {password: who.password}, {token: who.token});
    const token = (await server.post("/settings/tokens", {name: "Учёт", payments_write: true}, {token: who.token})).body.token;
    assert.ok(token);
    assert.equal((await server.get("/templates", {token})).status, 200);
    const denied = await post({token}, `/templates/${id}/autopay`, {kind: "calendar", when: "day", sum: "20.00"});
    assert.equal(denied.status, 403);
  });

  test("what this provider cannot do is refused, each fault by its name", async () => {
    const who = await server.customer(), id = await template(who, "mobile", {account: number()});
    const faults = async (fields) => {
      const {status, body} = await post(who, `/templates/${id}/autopay`, fields);
      assert.equal(status, 422);
      return body.errors.map(({field}) => field).sort();
    };
    assert.deepEqual(await faults({kind: "bill", sum: "10.00"}), ["kind"]);
    assert.deepEqual(await faults({kind: "calendar", when: "month-32"}), ["sum", "when"]);
    assert.deepEqual(await faults({kind: "calendar", when: "day", sum: "15000.01"}), ["sum"]);
    assert.deepEqual(await faults({kind: "yearly", when: "day", sum: "10.00"}), ["kind"]);
    const from = await faults({kind: "calendar", when: "day", sum: "10.00", from: "12345"});
    assert.deepEqual(from, ["from"]);
  });

  test("reporting a theft pauses all of them; nothing is paid until he turns them on again", {timeout: 300000}, async () => {
    const who = await rich(), id = await template(who, "mobile", {account: number(), sum: "10.00"});
    const rule = await autopay(who, id, {sum: "10.00"});
    await server.end();
    server.sql(`UPDATE autopay_rule SET wake = 1 WHERE id = ${rule}`);
    await server.run();
    await reached(who, rule, ({soon}) => soon !== null);
    const people = await staff(server, {risk: "risk,support"});
    await people.risk.post(`/staff/customers/${who.customer}/reason`, {reason: "Звонок о краже телефона"});
    const reason = {reason: "Звонок о краже телефона"};
    const frozen = await people.risk.post(`/staff/customers/${who.customer}/freeze`, reason, {key: newKey()});
    assert.ok(frozen.status < 300, frozen.text);
    const stopped = await reached(who, rule, ({active}) => active === false);
    assert.deepEqual([stopped.reason, stopped.soon], ["frozen", null]);
    assert.equal(problem(await post(who, `/autopay/${rule}/resume`)), "frozen");
    await said(who, /автоплатежи приостановлены/);
  });

  test("staff see how far the runner is; customers do not", async () => {
    const people = await staff(server, {money: "finance"}), who = await server.customer();
    const {status, body} = await people.money.get("/staff/autopay");
    assert.equal(status, 200);
    assert.ok(body.passes.length > 0 && body.passes.every(({done, due}) => done <= due));
    assert.notEqual((await server.get("/staff/autopay", {token: who.token})).status, 200);
  });
});

// The number of runs, payments and roubles is right after three kills at any moment of planning and paying.
test("WA-7: two thousand are due at once, it is killed in the middle again and again: each is paid once", {timeout: 900000}, async () => {
  const count = 2000, money = 1000;
  const mass = await startBoth({...settings, autopay: {notice: "1s", warning: "1s", pause: "7d", under_way: 400}}, {slow: 100});
  try {
    const own = mass.server, purse = new Wallets(mass), who = await own.customer(), account = number();
    await until(async () => (await own.get("/pay", {token: who.token})).body.providers.length, (found) => found === providerCount);
    assert.equal(await purse.topup(who, `${money}.00`, cards.pays), "paid");
    const as = () => ({token: who.token, key: newKey()});
    const {body: {id}} = await own.post("/pay/mobile/template", {template: "Много", account, sum: "1.00"}, as());
    const {body: {id: rule}} = await own.post(`/templates/${id}/autopay`, {kind: "calendar", when: "month-5", sum: "1.00"}, as());
    await own.end();
    own.sql("UPDATE autopay_rule SET wake = 1, due = 1000000");
    const columns = "template, account, kind, period, day, sum, least, state, reason, due, wake, told_bill";
    own.sql(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count - 1}) ` +
            `INSERT INTO autopay_rule (customer, id, ${columns}) SELECT customer, id + 2 * i, ${columns} FROM autopay_rule, n`);
    await own.run();
    const number_ = (query) => Number(own.rows(query)[0][0]);
    const runs = (where) => number_(`SELECT COUNT(*) FROM autopay_run WHERE ${where}`);
    const kill = async () => {
      await own.end("SIGKILL");
      await own.run();
    };
    await until(() => runs("state > 0"), (made) => made > 0, seconds);
    await kill(); // while it plans, or soon after
    await until(() => runs("state >= 3"), (begun) => begun > 0, seconds);
    await kill(); // while it pays
    await until(() => runs("state = 10"), (done) => done > money / 3, seconds * 3);
    await kill();
    await until(() => runs("state = 2 AND attempt = 1 OR state = 3"), (open) => open === 0, seconds * 5);
    assert.equal(runs("state > 0"), count, "one for each rule");
    assert.equal(runs("state = 10"), money);
    assert.equal(runs("state = 2 AND attempt = 2"), count - money, "the others wait for money");
    assert.equal(number_("SELECT SUM(done) FROM autopay_pass WHERE kind = 1"), count);
    assert.equal(number_("SELECT SUM(done) FROM autopay_pass WHERE kind = 2"), count);
    assert.equal(await purse.balance(who), "0.00");
    const books = await (await fetch(`${mass.sandbox.url}/billers/mobile/accounts/${account}`)).json();
    assert.equal(books.balance, `${money}.00`, "the biller's own books");
    assert.ok((await own.get(`/autopay/${rule}`, {token: who.token})).body.next);
    await own.end();
    const proof = own.command("verify");
    assert.equal(proof.status, 0, proof.errors);
    await own.run();
  } finally {
    await mass.stop();
  }
});
