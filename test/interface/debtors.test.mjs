// debtors.test.mjs: contacts with debtors are counted by debtor, whichever product they are about (IN-4, LO-6, 230-FZ):
// hours and days by his own clock, what he refused, notices that wait until the law lets them be said; the operator's
// lines of the law for instalments (283-FZ); an older database's contacts.

import assert from "node:assert/strict";
import {mkdtempSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, before, describe, test} from "node:test";

import {good} from "../support/deposits.mjs";
import {InstalmentLife, dateOf, today} from "../support/instalment_life.mjs";
import {zone as house, dayOf} from "../support/loan_life.mjs";
import {loansSettings} from "../support/loans.mjs";
import {database, newKey} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";
import {problem, until} from "../support/wallet.mjs";

const patient = {timeout: 300000};
const day = 86400000000n;
const lawFile = join(mkdtempSync(join(tmpdir(), "kabinet-law-")), "law.txt");
const hours = (from, to) => ["contact", "contact-off"].map((name) =>
  `2017-01-02 ${name}-from ${from} test\n2017-01-02 ${name}-to ${to} test\n`).join("");
const open = hours(0, 24);
// Hours that do not hold now, in the house's zone, where it is noon.
const shut = hours(20, 24);

let life, server, people, product, serial = 5100000000000000;
before(async () => {
  writeFileSync(lawFile, open);
  life = await InstalmentLife.start({instalments: {remind_hour: 9, law_file: lawFile}, loans: loansSettings()});
  ({server} = life);
  people = await staff(server, {support: "support"});
  const [[id]] = await until(() => server.rows("SELECT CAST(id AS TEXT) FROM loan_product WHERE code = 'monthly'"),
                             (rows) => rows.length > 0);
  product = id;
});
after(() => life?.stop());

async function law(text) {
  writeFileSync(lawFile, text);
  await server.end();
  await server.run();
}

const row = (table, values) =>
  `INSERT INTO ${table} (${Object.keys(values).join(", ")}) VALUES (${Object.values(values).map(String).join(", ")})`;

// A loan of his, so many days overdue: the statements that make it.
function loanOf(who, overdue) {
  const id = ++serial, now = BigInt(Date.now()) * 1000n, signed = today() - overdue - 31;
  const [[account]] = server.rows(`SELECT CAST(MAX(id) AS TEXT) FROM account WHERE owner = ${who.customer}`);
  return [row("loan", {id, customer: who.customer, account, product, application: 0, state: 3, sum: 1000000, term: 12, signed,
                       signed_at: now, ready_at: now, card: 0, payout: 0, issued: signed, extended: 0, closed: 0, closed_at: 0}),
          row("loan_running", {customer: who.customer, id, product, signed, sum: 1000000, term: 12, provided: 0, done: today(),
                               interest: 4000, overdue_interest: 5000, principal: 900000, overdue_principal: 100000, penalty: 0,
                               fees: 0, advance: 0, earned: 0, earned_part: 0, late: 0, late_part: 0, fined: 0, fined_part: 0,
                               overdue_since: today() - overdue, charged: 9000, charged_most: 1000000, plan_kind: 0, plan_unit: 0,
                               plan_rate: 1499000, plan_length: 1, plan_count: 12, plan_day: 0, anchor: signed, next: 3,
                               due: today() + 10, payment: 150000, paid_principal: 0, paid_interest: 0})];
}

const contacts = ({customer}, more = "") =>
  server.rows(`SELECT product, way FROM debtor_contact WHERE customer = ${customer} ${more} ORDER BY id`)
    .map(([name, way]) => [name, Number(way)]);
const notices = ({customer}) =>
  server.rows(`SELECT CAST(at AS TEXT) FROM debtor_notice WHERE customer = ${customer}`).map(([at]) => BigInt(at));
const count = async (who, pattern) => (await life.texts(who)).filter((text) => pattern.test(text)).length;
const dueIn = async (who, id) => dayOf((await life.page(who, id)).next.day) - today();
const path = ({customer}) => `/staff/customers/${customer}`;
const begin = (who, way) => people.support.post(`${path(who)}/contacts`, {way}, {key: newKey()});
const diary = (who) => good(people.support.get(`${path(who)}/contacts`));
const sees = (who) => good(people.support.post(`${path(who)}/reason`, {reason: "Проверка по обращению"}, {key: newKey()}));
const used = (who, ...moments) => moments.map((at) =>
  row("debtor_contact", {id: ++serial, customer: who.customer, product: "''", subject: 0, way: 2, at, staff: 0, outcome: 9,
                         promised: 0, waits: 0, note: database === "postgres" ? "''::bytea" : "x''"}));
const nowUs = () => BigInt(Date.now()) * 1000n;
const late = /просрочено/, loanLate = /платёж не получен/;

// The moment of a notice has come, and the job looks.
const noticesDue = () => server.passed("UPDATE debtor_notice SET at = 1", "UPDATE job SET next_at = 1 WHERE name = 'debtors.notices'");
const looked = () => until(() => server.rows("SELECT COUNT(*) FROM debtor_notice WHERE at <= 1"), ([[left]]) => Number(left) === 0, 30000);

// They bought, and tomorrow it is late: [{who, id}].
async function nearlyLate(people = 1) {
  const all = [];
  for (let i = 0; i < people; i++) {
    const who = await life.buyer(), {id} = await life.bought(who, "3000.00");
    all.push({who, id});
  }
  await life.days(await dueIn(all[0].who, all[0].id));
  for (const {who} of all) await life.told(who, /сегодня платёж/);
  return all;
}

describe("IN-4, LO-6: contacts are counted by debtor", () => {
  test("IN-4, LO-6: two messages about a loan today: a purchase's notice waits, and is said once, when it may be", patient, async () => {
    const [{who}] = await nearlyLate();
    await life.days(1, ...loanOf(who, 40), ...used(who, nowUs(), nowUs()));
    assert.deepEqual([await count(who, late), contacts(who).length], [0, 2]);
    const [next] = notices(who);
    assert.ok(next > nowUs(), "not before another day of his");
    await life.passed();
    await noticesDue();
    await looked();
    assert.deepEqual([await count(who, late), notices(who).length], [0, 1], "looked at too early: it still waits");
    await server.passed(`UPDATE debtor_contact SET at = at - ${day} WHERE customer = ${who.customer}`);
    await noticesDue();
    await life.told(who, late);
    assert.deepEqual(contacts(who, "AND product <> ''"), [["instalments", 2]]);
    assert.deepEqual(notices(who), []);
    await server.due("debtors.notices", "instalments.remind");
    await life.passed();
    assert.equal(await count(who, late), 1);
  });

  test("LO-6, IN-4: two messages about a purchase today: a loan's notice is not sent; a day later it is, and counts", patient, async () => {
    const [{who}] = await nearlyLate();
    await life.days(1);
    await life.told(who, late);
    const reminded = () => until(() => server.rows("SELECT day, running FROM loan_pass WHERE id = 2").map((each) => each.map(Number)),
                                 ([pass]) => pass?.[0] === today() && pass[1] === 0, 30000);
    await server.passed(...loanOf(who, 1), ...used(who, nowUs()), "DELETE FROM loan_pass WHERE id = 2");
    await reminded();
    assert.deepEqual([await count(who, loanLate), contacts(who, "AND product = 'loans'")], [0, []]);
    await server.passed(`UPDATE debtor_contact SET at = at - ${day} WHERE customer = ${who.customer}`,
                        "DELETE FROM loan_pass WHERE id = 2");
    await reminded();
    await life.told(who, loanLate);
    assert.deepEqual(contacts(who, "AND product <> ''"), [["instalments", 2], ["loans", 2]]);
    await sees(who);
    const page = await diary(who);
    assert.deepEqual(page.debts.map(({title, days_overdue: days}) => [title === "Мебель", days]).sort(), [[false, 1], [true, 1]]);
    assert.deepEqual(page.contacts.map(({about}) => about ?? "").sort(), ["", "Займы", "Покупки частями"]);
    await good(begin(who, "message"));
    assert.equal(problem(await begin(who, "message")), "contact-day", "staff's are of the same number");
    await good(begin(who, "call"));
    assert.equal(problem(await begin(who, "call")), "contact-day");
  });

  test("IN-4: the day and the hour are the debtor's own: his midnight begins another day", patient, async () => {
    const [{who}] = await nearlyLate();
    await sees(who);
    // Of the zones that staff may choose the one where it is nearest to noon, and other than the house's.
    const zones = {"Europe/Kaliningrad": 2, "Europe/Moscow": 3, "Europe/Samara": 4, "Asia/Yekaterinburg": 5, "Asia/Omsk": 6,
                   "Asia/Krasnoyarsk": 7, "Asia/Irkutsk": 8, "Asia/Yakutsk": 9, "Asia/Vladivostok": 10, "Asia/Magadan": 11,
                   "Asia/Kamchatka": 12};
    const ours = house === "Etc/GMT" ? 0 : -Number(house.slice(7)), hour = (offset) => (new Date().getUTCHours() + offset) % 24;
    const [[name, offset]] = Object.entries(zones).filter(([, each]) => each !== ours)
      .sort(([, one], [, other]) => Math.abs(hour(one) - 12) - Math.abs(hour(other) - 12));
    await good(people.support.post(`${path(who)}/contact-wishes`, {zone: name}, {key: newKey()}));
    const shift = BigInt(offset) * 3600000000n, midnight = ((nowUs() + shift) / day) * day - shift;
    await life.days(1, ...used(who, midnight, midnight + 1n));
    assert.equal(await count(who, late), 0);
    assert.deepEqual(notices(who), [midnight + day], "from his midnight on, where the law's hours are all of them");
    const message = async () => (await diary(who)).ways[1];
    const barred = await message();
    assert.deepEqual([barred.bar, BigInt(Date.parse(barred.next)) * 1000n], ["day", midnight + day]);
    await server.passed(`UPDATE debtor_contact SET at = at - 2 WHERE customer = ${who.customer}`);
    assert.equal((await message()).bar, "free", "both were yesterday, by his clock");
    await noticesDue();
    await life.told(who, late);
    assert.equal((await diary(who)).contacts.length, 3);
  });

  test("IN-4: outside the law's hours a notice waits for them; who has paid meanwhile hears nothing", patient, async () => {
    const [{who}, {who: payer, id}] = await nearlyLate(2);
    await law(shut);
    await life.days(1);
    for (const each of [who, payer]) assert.deepEqual([await count(each, late), notices(each).length, contacts(each).length], [0, 1, 0]);
    const paid = await life.order(payer, {wish: "all"}, id);
    await life.sandbox.pay(paid.payment_url, "2200000000040000");
    await life.state(payer, paid.payment, "paid");
    await law(open);
    await noticesDue();
    await life.told(who, late);
    await looked();
    assert.deepEqual([await count(who, late), contacts(who).length, notices(who).length], [1, 1, 0]);
    assert.deepEqual([await count(payer, late), contacts(payer).length, notices(payer).length], [0, 0, 0]);
  });

  test("IN-4: that his card did not pay what is late is a notice to a debtor, too: it waits", patient, async () => {
    const [{who}] = await nearlyLate(), card = (await life.cards.bound(who, "6651")).id;
    await good(life.post(who, "/instalments/autopay", {card}));
    await life.days(1, ...used(who, nowUs(), nowUs()));
    await until(() => server.rows(`SELECT state FROM instalment_payment WHERE automatic = 1 AND customer = ${who.customer}`),
                (rows) => rows.length === 1 && Number(rows[0][0]) === 3, 30000);
    assert.deepEqual([await count(who, late), await count(who, /не прошёл/), notices(who).length, contacts(who).length], [0, 0, 1, 2]);
    await server.passed(`UPDATE debtor_contact SET at = at - ${day} WHERE customer = ${who.customer}`);
    await noticesDue();
    await life.told(who, late);
    assert.deepEqual([contacts(who).length, notices(who)], [3, []]);
  });

  test("IN-4: a reminder before the day is no contact; said in the law's hours all the same, and once", patient, async () => {
    const who = await life.buyer(), {id} = await life.bought(who, "3000.00");
    await law(shut);
    await life.days((await dueIn(who, id)) - 3);
    assert.deepEqual([await count(who, / платёж /), notices(who).length], [0, 1]);
    await law(open);
    await noticesDue();
    await life.told(who, / платёж 1 000 ₽/);
    assert.deepEqual([await count(who, / платёж 1 000 ₽/), contacts(who), notices(who)], [1, [], []]);
  });

  test("IN-4, LO-6: who refused contacts, or is represented, is not written to, and nothing waits", patient, async () => {
    const [{who: refused}, {who: represented}] = await nearlyLate(2);
    await server.passed(...loanOf(refused, 200), ...loanOf(represented, 40));
    for (const each of [refused, represented]) await sees(each);
    const wish = (each, body) => good(people.support.post(`${path(each)}/contact-wishes`, body, {key: newKey()}));
    await wish(refused, {refused: dateOf(today() - 1)});
    await wish(represented, {representative: "Адвокат Иванова, +7 900 000-00-00"});
    await life.days(1);
    for (const each of [refused, represented])
      assert.deepEqual([await count(each, late), notices(each), contacts(each)], [0, [], []]);
    assert.equal(problem(await begin(refused, "call")), "contact-refused");
  });
});

describe("IN-3: the operator's lines of the law", () => {
  test("IN-3: a bad file is refused at the start by its line; a good one bounds what is sold from its day on", patient, async () => {
    const who = await life.buyer(), order = await life.shop.ordered("3000.00");
    const plans = async () => (await server.get(`/checkout/${order.uid}`, who)).body.options.length;
    assert.equal(await plans(), 3);
    await server.end();
    for (const [text, said] of [["2026-04-01 instalment-month 6 283-FZ\n", /instalments\.law_file: .*law\.txt, line 1: must be a day/],
                                [`${open}# remark\n2026-04-01 instalment-months six\n`, /line 6: must be/]]) {
      writeFileSync(lawFile, text);
      await assert.rejects(server.run(), said);
    }
    await assert.rejects(server.changed({instalments: {law_file: "/none/law.txt"}}),
                         /instalments\.law_file: \/none\/law\.txt: there is no such file/);
    writeFileSync(lawFile, `${open}${dateOf(today() - 1)} instalment-months 2 283-FZ\n`);
    await server.changed({instalments: {law_file: lawFile}});
    assert.equal(await plans(), 1, "four payments, a fortnight apart");
    await law(`${open}${dateOf(today() + 1)} instalment-months 2 283-FZ\n`);
    assert.equal(await plans(), 3, "not before its day");
    const {id} = await life.bought(who, "3000.00");
    await law(`${open}${dateOf(today() - 1)} instalment-penalty 0 283-FZ\n`);
    const other = await life.buyer(), {id: free} = await life.bought(other, "3000.00");
    await life.days((await dueIn(who, id)) + 20);
    assert.notEqual((await life.page(who, id)).penalty.amount, "0.00", "a contract keeps the law of its day");
    assert.equal((await life.page(other, free)).penalty.amount, "0.00");
    await law(open);
  });
});

// ---- a database of the version in which contacts were loans' ----

function asBefore(older) {
  const bytes = database === "postgres" ? "BYTEA" : "BLOB";
  for (const command of [
    "CREATE TABLE loan_contact (id BIGINT NOT NULL PRIMARY KEY, customer BIGINT NOT NULL, loan BIGINT NOT NULL, " +
      "way BIGINT NOT NULL, at BIGINT NOT NULL, staff BIGINT NOT NULL, outcome BIGINT NOT NULL, promised BIGINT NOT NULL, " +
      `waits BIGINT NOT NULL, note ${bytes} NOT NULL)`,
    `CREATE TABLE loan_debtor (customer BIGINT NOT NULL PRIMARY KEY, refused BIGINT NOT NULL, representative ${bytes} NOT NULL, ` +
      "zone TEXT NOT NULL, staff BIGINT NOT NULL, at BIGINT NOT NULL)",
    "INSERT INTO loan_contact SELECT id, customer, CASE WHEN product = 'loans' THEN subject ELSE 0 END, way, at, staff, " +
      "outcome, promised, waits, note FROM debtor_contact",
    "INSERT INTO loan_debtor SELECT customer, refused, representative, zone, staff, at FROM debtor_wish",
    "UPDATE queue_task SET queue = 'loans.promise' WHERE queue = 'debtors.promise'",
    ...["debtor_contact", "debtor_wish", "debtor_notice"].map((table) => `DROP TABLE ${table}`),
    "DELETE FROM store_migration WHERE feature = 'debtors'",
    "DELETE FROM store_migration WHERE feature = 'loans' AND number >= 2",
  ]) older.sql(command);
}

test("LO-6: an older database keeps its contacts, promises, wishes and tasks, and counts them", patient, async () => {
  const [{who}, {who: broke}] = await nearlyLate(2);
  await server.passed(...loanOf(who, 40), ...loanOf(broke, 40));
  for (const each of [who, broke]) await sees(each);
  const wish = {representative: "Адвокат Иванова", zone: "Asia/Omsk", refused: ""};
  await good(people.support.post(`${path(who)}/contact-wishes`, wish, {key: newKey()}));
  for (const each of [who, broke]) {
    const {contact} = await good(begin(each, "call"));
    const promise = {outcome: "promised", promised: dateOf(today() + 3), note: "до пятницы"};
    await good(people.support.post(`${path(each)}/contacts/${contact}`, promise, {key: newKey()}));
  }
  await server.passed(`UPDATE debtor_contact SET waits = waits - 10 WHERE customer = ${broke.customer}`,
                      "UPDATE job SET next_at = 1 WHERE name = 'debtors.promises'");
  await until(() => diary(broke), ({contacts: [last]}) => last.outcome === "broken");
  const told = async () => {
    const pages = [];
    for (const each of [who, broke]) {
      const {his_time: _, ways, ...page} = await diary(each);
      pages.push({...page, bars: ways.map(({bar}) => bar)});
    }
    return [pages, server.rows("SELECT queue, CAST(customer AS TEXT) FROM queue_task WHERE queue LIKE '%.promise' ORDER BY id")];
  };
  const before = await told();
  assert.deepEqual(before[1].at(-1), ["debtors.promise", String(broke.customer)]);
  assert.equal(before[0][0].bars[0], "day", "the call of today counts");
  await server.end();
  asBefore(server);
  await server.run();
  assert.deepEqual(await told(), before);
  assert.throws(() => server.rows("SELECT id FROM loan_contact"));
  assert.equal(problem(await begin(who, "call")), "contact-day");
  await server.end();
  const proof = server.command("verify");
  assert.equal(proof.status, 0, proof.errors + proof.output);
  await server.run();
});
