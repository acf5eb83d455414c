// Loans as staff see them: the policy in versions, tried before it decides and switched on by two (LO-2, BO-2, BO-4); the
// queue of applications (BO-3); portfolio and decisions (BO-5); contacts with debtors by the law (LO-6, 230-FZ); another
// plan, a penalty forgiven, a write-off (LO-6, BO-2).
//
// Loans and applications are rows that this file writes: what they become by the customers' own way is loans.test.mjs's.

import assert from "node:assert/strict";
import {mkdtempSync, readFileSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, before, describe, test} from "node:test";

import {good} from "../support/deposits.mjs";
import {Server, newKey} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";
import {problem, until} from "../support/wallet.mjs";

const day = 86400000000n;
const now = () => BigInt(Date.now()) * 1000n;
const today = () => Math.floor((Date.now() + 3 * 3600000) / 86400000); // Europe/Moscow
const dateOf = (days) => new Date(days * 86400000).toISOString().slice(0, 10);
const folder = mkdtempSync(join(tmpdir(), "kabinet-law-"));
const always = "2017-01-02 contact-from 0 test\n2017-01-02 contact-to 24 test\n" +
               "2017-01-02 contact-off-from 0 test\n2017-01-02 contact-off-to 24 test\n";
const example = readFileSync("profiles/policy_microloans.txt", "utf8");

let server, people, product, serial = 5000000000000000;
const post = (who, path, body = {}) => who.post(path, body, {key: newKey()});

async function law(text) {
  writeFileSync(join(folder, "law.txt"), text);
  await server.end();
  await server.run();
}

async function write(...statements) {
  await server.end();
  for (const statement of statements) server.sql(statement);
  await server.run();
}

const row = (table, values) =>
  `INSERT INTO ${table} (${Object.keys(values).join(", ")}) VALUES (${Object.values(values).map((v) =>
    typeof v === "string" ? `'${v}'` : String(v)).join(", ")})`;

// Somebody with a loan of twelve months, so many days overdue with 1 000.00 of its principal.
async function debtor(overdue, {sum = 1000000, penalty = 0, done = today()} = {}) {
  const person = await server.customer(), id = ++serial, signed = today() - overdue - 31;
  const [[account]] = server.rows(`SELECT CAST(id AS TEXT) FROM account WHERE owner = ${person.customer}`);
  const late = overdue > 0 ? 100000 : 0;
  await write(
    row("loan", {id, customer: person.customer, account, product, application: 0, state: 3, sum, term: 12, signed,
                 signed_at: now(), ready_at: now(), card: 0, payout: 0, issued: signed, extended: 0, closed: 0, closed_at: 0}),
    row("loan_running", {customer: person.customer, id, product, signed, sum, term: 12, provided: 0, done,
                         interest: 4000, overdue_interest: overdue > 0 ? 5000 : 0, principal: sum - late, overdue_principal: late,
                         penalty, fees: 0, advance: 0, earned: 0, earned_part: 0, late: 0, late_part: 0, fined: 0, fined_part: 0,
                         overdue_since: overdue > 0 ? done - overdue : 0, charged: 9000, charged_most: sum,
                         plan_kind: 0, plan_unit: 0, plan_rate: 1499000, plan_length: 1, plan_count: 12, plan_day: 0,
                         anchor: signed, next: 3, due: today() + 10, payment: 150000, paid_principal: 0, paid_interest: 0}));
  return {...person, loan: String(id), path: `/staff/customers/${person.customer}`};
}

async function application(person, state, outcome, more = {}) {
  const id = ++serial;
  await write(row("loan_application", {
    id, customer: person.customer, product, state, sum: 1000000, term: 12, inputs: "", policy: 1,
    outcome: JSON.stringify({reasons: [], rules: [], missing: [], score: 300, debt_load: 20, most: 0, ...outcome}),
    most: outcome.most ?? 0, asked_at: now(), decided_at: state === 1 ? 0 : now(), staff: 0, expires: 0, loan: 0, ...more}));
  return String(id);
}

const reason = {reason: "Проверка по обращению"};
const sees = (who, person) => good(post(who, `${person.path}/reason`, reason));
const confirm = (who, approval) => post(who, `/staff/approvals/${approval}/confirm`);

before(async () => {
  writeFileSync(join(folder, "law.txt"), always);
  server = await Server.start({loans: {catalogue_file: "profiles/loans.json", policy_file: "profiles/policy_microloans.txt",
                                       law_file: join(folder, "law.txt")}});
  people = await staff(server, {risk: "risk", other: "risk", finance: "finance", money: "finance",
                                support: "support", catalogue: "catalogue"});
  const [[id]] = await until(() => server.rows("SELECT CAST(id AS TEXT) FROM loan_product WHERE code = 'monthly'"),
                             (rows) => rows.length > 0);
  product = id;
  await until(() => people.risk.get("/staff/loans/policy"), ({body}) => body.decides === 1);
});
after(() => server?.stop());

describe("LO-2: the policy", () => {
  test("LO-2: a fault is named by its line in both languages; every fault of the reader has words", async () => {
    const ask = (content, language = "ru") =>
      people.risk.post("/staff/loans/policy", {content, note: "Проба"}, {key: newKey(), headers: {"Accept-Language": language}});
    const said = async (content, language) => {
      const answer = await ask(content, language);
      assert.equal(answer.status, 422, answer.text);
      return answer.body.errors.find(({field}) => field === "content").message ?? answer.text;
    };
    assert.match(JSON.stringify(await said("limit 100.00\nrefuse age < 18 because x")), /Строка 2: таких сведений нет/);
    assert.match(JSON.stringify(await said("limit 100.00\nrefuse age < 18 because x", "en")), /Line 2: no input is called so/);
    assert.match(JSON.stringify(await said("# пусто")), /ни одна строка не даёт лимита/);
    const reader = readFileSync("src/lending/policy_read_rules.c", "utf8");
    const words = readFileSync("src/products/loans/policy_text.c", "utf8");
    for (const [, fault] of reader.matchAll(/fail\(reading, "([^"]+)"\)/g)) assert.ok(words.includes(`"${fault}"`), fault);
    assert.equal((await ask(example)).status, 201);
    assert.equal((await post(people.finance, "/staff/loans/policy", {content: example, note: "Проба"})).status, 403);
  });

  test("BO-2: not before it was tried, not for the past, not by one alone; from then on it decides", async () => {
    const {version} = await good(post(people.risk, "/staff/loans/policy",
                                      {content: example.replace("age < 18", "age < 21"), note: "Только с 21 года"}));
    const path = `/staff/loans/policy/${version}`;
    const {lines, state} = await good(people.risk.get(path));
    assert.equal(state, "draft");
    const changed = lines.filter(({change}) => change !== "").map(({change, text}) => [change, text]);
    assert.deepEqual(changed, [["-", "forbid age < 18 because too_young"], ["+", "forbid age < 21 because too_young"]]);
    assert.equal(problem(await post(people.risk, `${path}/switch`, reason)), "policy-not-tried");
    await good(post(people.risk, `${path}/trial`));
    assert.equal((await post(people.risk, `${path}/switch`, {...reason, since: dateOf(today() - 1)})).status, 422);
    const {id, approval = id} = await good(post(people.risk, `${path}/switch`, reason));
    assert.notEqual((await confirm(people.risk, approval)).status, 200, "not by who asked");
    assert.equal((await good(people.risk.get("/staff/loans/policy"))).decides, 1);
    await good(confirm(people.finance, approval));
    assert.equal((await good(people.risk.get("/staff/loans/policy"))).decides, version);
    assert.equal(problem(await post(people.risk, `${path}/switch`, reason)), "policy-decides-already");
    const later = await good(post(people.risk, "/staff/loans/policy", {content: example, note: "Как было"}));
    await good(post(people.risk, `/staff/loans/policy/${later.version}/trial`));
    const asked = await good(post(people.risk, `/staff/loans/policy/${later.version}/switch`, {...reason, since: dateOf(today() + 2)}));
    await good(confirm(people.other, asked.approval ?? asked.id));
    assert.equal((await good(people.risk.get(`/staff/loans/policy/${later.version}`))).state, "waits");
    assert.equal((await good(people.risk.get("/staff/loans/policy"))).decides, version);
  });
});

describe("BO-3: applications that people decide", () => {
  test("BO-3, BO-1: within sight alone; by whoever took the task; once; with bounds and a reason; recorded and told", async () => {
    const who = await server.customer(), person = {...who, path: `/staff/customers/${who.customer}`};
    const id = await application(person, 1, {decision: "review", reasons: ["income_to_be_proved"], most: 1000000,
                                             rules: [{line: 39, act: "review", text: "review debt_load > 50"}]});
    const path = `/staff/loan-applications/${id}`, task = ++serial;
    await write(`INSERT INTO queue_task (id, queue, subject, customer, summary, owner, due, done, finished_by, outcome, note) ` +
                `VALUES (${task}, 'loans.review', ${id}, ${person.customer}, '', 0, ${now()}, 0, 0, '', NULL)`);
    assert.equal(problem(await people.risk.get(path)), "reason-needed");
    assert.equal((await people.risk.get("/staff/loan-applications/77")).status, 404);
    await sees(people.risk, person);
    const seen = await good(people.risk.get(path));
    assert.deepEqual([seen.state, seen.may_decide, seen.rules[0].line], ["review", false, 39]);
    assert.equal(seen.reasons[0].words, "доход не подтверждён");
    assert.equal(problem(await post(people.risk, path, {verdict: "grant", most: "15000.00"})), "task-not-yours");
    await good(post(people.risk, `/staff/tasks/${task}/take`));
    assert.equal((await post(people.risk, path, {verdict: "grant", most: "1.00"})).status, 422);
    assert.equal((await post(people.risk, path, {verdict: "refuse"})).status, 422);
    assert.equal((await good(post(people.risk, path, {verdict: "grant", most: "15000.00"}))).state, "offered");
    assert.equal(problem(await post(people.risk, path, {verdict: "refuse", reason: "documents"})), "not-in-this-state");
    const decided = await good(people.risk.get(path));
    assert.deepEqual([decided.decided_by, decided.most.amount, decided.decision], ["risk", "15000.00", "review"]);
    const [[owner]] = server.rows(`SELECT outcome FROM queue_task WHERE id = ${task}`);
    assert.equal(owner, "granted");
    const {body} = await server.get(`/sandbox/phone?number=${encodeURIComponent(person.phone)}`);
    assert.ok(body.messages === undefined || body.messages.some(({text}) => text.includes("одобрена")));
  });
});

describe("LO-6: contacts with debtors", () => {
  test("LO-6, BO-1: the diary is seen within sight alone; nothing to collect where nothing is overdue", async () => {
    const person = await debtor(0);
    assert.equal(problem(await people.support.get(`${person.path}/contacts`)), "reason-needed");
    assert.equal((await people.finance.get(`${person.path}/contacts`)).status, 403);
    await sees(people.support, person);
    assert.equal((await good(people.support.get(`${person.path}/contacts`))).days_overdue, 0);
    assert.equal(problem(await post(people.support, `${person.path}/contacts`, {way: "call"})), "contact-not-overdue");
    await good(post(people.support, `${person.path}/contacts`, {way: "letter"}));
  });

  test("LO-6: one call a day, two a week, eight a month; two messages a day; each refusal names its bound and the next time", async () => {
    const person = await debtor(40), path = `${person.path}/contacts`;
    await sees(people.support, person);
    const call = (way = "call") => post(people.support, path, {way});
    const back = (days) => write(`UPDATE debtor_contact SET at = at - ${BigInt(days) * day} WHERE customer = ${person.customer}`);
    await good(call());
    assert.equal(problem(await call()), "contact-day");
    await good(call("message"));
    await good(call("message"));
    assert.equal(problem(await call("message")), "contact-day");
    const {ways} = await good(people.support.get(path));
    assert.deepEqual(ways.map(({way, bar}) => [way, bar]),
                     [["call", "day"], ["message", "day"], ["meeting", "free"], ["letter", "free"]]);
    assert.ok(ways[0].next > new Date().toISOString());
    await back(1);
    await good(call());
    await back(1);
    assert.equal(problem(await call()), "contact-week");
    for (let week = 0; week < 3; week++) {
      await back(6);
      await good(call());
      await back(1);
      await good(call());
    }
    await back(6);
    assert.equal(problem(await call()), "contact-month");
  });

  test("LO-6: outside the law's hours, by the debtor's clock, nothing begins but a letter", async () => {
    const hour = new Date(Date.now() + 3 * 3600000).getUTCHours(), person = await debtor(40), path = `${person.path}/contacts`;
    const [from, to] = hour < 20 ? [hour + 2, 24] : [0, hour - 1];
    await sees(people.support, person);
    await law(["contact", "contact-off"].map((name) =>
      `2017-01-03 ${name}-from ${from} test\n2017-01-03 ${name}-to ${to} test\n`).join(""));
    for (const way of ["call", "message", "meeting"])
      assert.equal(problem(await post(people.support, path, {way})), "contact-hours", way);
    await good(post(people.support, path, {way: "letter"}));
    await law(always);
    await good(post(people.support, path, {way: "call"}));
  });

  test("LO-6: a promise that was not kept comes back as a task; one that was does not", async () => {
    const broken = await debtor(40), kept = await debtor(40);
    for (const person of [broken, kept]) {
      const path = `${person.path}/contacts`;
      await sees(people.support, person);
      const {contact} = await good(post(people.support, path, {way: "call"}));
      assert.equal((await post(people.support, `${path}/${contact}`, {outcome: "promised"})).status, 422);
      await good(post(people.support, `${path}/${contact}`, {outcome: "promised", promised: dateOf(today() + 3), note: "до пятницы"}));
      assert.equal(problem(await post(people.support, `${path}/${contact}`, {outcome: "refuses"})), "not-in-this-state");
    }
    await write(`UPDATE debtor_contact SET waits = waits - 10, promised = promised - 10 WHERE waits > 0`,
                `UPDATE loan_running SET overdue_since = 0 WHERE customer = ${kept.customer}`,
                "UPDATE job SET next_at = 1 WHERE name = 'debtors.promises'");
    const outcome = async (person) => (await good(people.support.get(`${person.path}/contacts`))).contacts[0].outcome;
    await until(() => outcome(broken), (word) => word === "broken");
    assert.equal(await outcome(kept), "kept");
    const tasks = server.rows("SELECT CAST(customer AS TEXT) FROM queue_task WHERE queue = 'debtors.promise' AND done = 0");
    assert.deepEqual(tasks.map(([customer]) => customer), [broken.customer]);
    const [[size]] = server.rows(`SELECT length(note) FROM debtor_contact WHERE customer = ${broken.customer}`);
    assert.ok(Number(size) > 40, "sealed on disk");
  });

  test("LO-6: his written refusal counts after four months, his representative is spoken to instead of him", async () => {
    const person = await debtor(40), old = await debtor(200);
    for (const each of [person, old]) await sees(people.support, each);
    const wish = (each, body) => post(people.support, `${each.path}/contact-wishes`, body);
    assert.equal((await wish(person, {refused: dateOf(today())})).status, 422);
    assert.equal((await wish(old, {refused: dateOf(today() + 1)})).status, 422);
    await good(wish(old, {refused: dateOf(today() - 1), zone: "Asia/Kamchatka"}));
    for (const way of ["call", "message", "meeting"])
      assert.equal(problem(await post(people.support, `${old.path}/contacts`, {way})), "contact-refused");
    await good(wish(person, {representative: "Адвокат Иванова, +7 900 000-00-00"}));
    await good(post(people.support, `${person.path}/contacts`, {way: "call"}));
    const {wish: told, opened} = await good(people.support.get(`${person.path}/contacts`));
    assert.deepEqual([opened, told.representative], [false, "А•••"]);
  });
});

describe("BO-5: portfolio and decisions", () => {
  test("BO-5: by age of what is overdue: the table, its loans and the CSV say what the rows say", async () => {
    const edges = [1, 30, 31, 60, 61, 90, 91, 120, 121];
    for (const overdue of edges) await debtor(overdue, {penalty: 700});
    // Through which this night has not come, though it is over: they count by the day through which they did.
    const passed = () => server.rows("SELECT day, running FROM loan_pass WHERE id = 1").map((row) => row.map(Number));
    await until(passed, ([row]) => row?.[0] === today() && row[1] === 0);
    const behind = [];
    for (const overdue of edges) behind.push((await debtor(overdue, {done: today() - 1})).loan);
    const {buckets, whole} = await good(people.finance.get("/staff/loans/portfolio"));
    const rows = server.rows("SELECT done - overdue_since, overdue_since, principal + overdue_principal, penalty FROM loan_running");
    const of = (late, since) => (since === 0 ? 0 : late <= 30 ? 1 : late <= 60 ? 2 : late <= 90 ? 3 : late <= 120 ? 4 : 5);
    for (let i = 0; i < 6; i++) {
      const mine = rows.filter(([late, since]) => of(Number(late), Number(since)) === i);
      const sum = (column) => (mine.reduce((all, each) => all + Number(each[column]), 0) / 100).toFixed(2);
      const {count, principal, penalty} = buckets[i];
      assert.deepEqual([count, principal.amount, penalty.amount], [mine.length, sum(2), sum(3)], `bucket ${i}`);
      const {loans} = await good(people.finance.get(`/staff/loans/portfolio/loans?bucket=${i}`));
      assert.equal(loans.length, mine.length, `bucket ${i}`);
      const days = loans.filter(({loan}) => behind.includes(loan)).map((loan) => loan.days).sort((a, b) => a - b);
      assert.deepEqual(days, edges.filter((each) => of(each, each) === i), `bucket ${i}: by the day through which they have come`);
    }
    assert.equal(whole.count, rows.length);
    const {text} = await people.finance.get("/staff/loans/portfolio/export");
    assert.ok(text.includes("1–30"), text);
  });

  test("BO-5: each sees the loans' pages that his role may open, in the menu", async () => {
    const pages = {support: [], risk: ["policy", "portfolio", "decisions"], catalogue: ["products", "books", "policy"],
                   finance: ["products", "books", "policy", "portfolio", "decisions"]};
    for (const [role, own] of Object.entries(pages)) {
      const page = server.browser();
      page.cookies.set("staff", people[role].cookie);
      await page.go("/staff");
      const menu = [...page.html.matchAll(/href="\/staff\/loans\/(\w+)"/g)].map(([, name]) => name);
      assert.deepEqual([...new Set(menu)], own, role);
      for (const name of own) {
        await page.go(`/staff/loans/${name}`);
        assert.equal(page.status, 200, name);
      }
    }
  });

  test("LO-2, BO-5: decisions of a period: asked, granted, refused by reason, signed, sums", async () => {
    const who = {customer: (await server.customer()).customer}, at = {asked_at: now() - 300n * day};
    await application(who, 3, {decision: "refused", reasons: ["too_young", "few_points"]}, at);
    await application(who, 3, {decision: "refused", reasons: ["few_points"]}, at);
    await application(who, 5, {decision: "granted", most: 700000}, at);
    await application(who, 6, {decision: "granted", most: 3000000}, {...at, policy: 2});
    const from = dateOf(today() - 301), to = dateOf(today() - 299);
    const {whole, policies, reasons} = await good(people.finance.get(`/staff/loans/decisions?from=${from}&to=${to}`));
    assert.deepEqual([whole.asked, whole.granted, whole.refused, whole.signed], [4, 2, 2, 1]);
    assert.deepEqual([whole.sum_granted.amount, whole.sum_signed.amount], ["17000.00", "10000.00"]);
    assert.deepEqual(policies.map(({policy, asked}) => [policy, asked]).sort(), [[1, 3], [2, 1]]);
    assert.deepEqual(Object.fromEntries(reasons.map(({reason: name, count}) => [name, count])), {few_points: 2, too_young: 1});
    const {text} = await people.finance.get(`/staff/loans/decisions/export?from=${from}&to=${to}`);
    assert.ok(text.includes("7000,00"), text);
  });
});

describe("LO-6, BO-2: another plan, a penalty, a write-off", () => {
  test("LO-6, BO-2: each asked by one and confirmed by another, who sees before and after; refused plans change nothing", async () => {
    const person = await debtor(40, {penalty: 7000}), path = `${person.path}/loans/${person.loan}`;
    assert.equal(problem(await people.support.get(path)), "reason-needed");
    for (const who of [people.support, people.finance]) await sees(who, person);
    const plan = {kind: "annuity", unit: "months", length: 1, count: 18, rate: "30"};
    const {foreseen, debts} = await good(people.support.get(`${path}?${new URLSearchParams(plan)}`));
    assert.deepEqual([foreseen.good, foreseen.count, debts.penalty.amount], [true, 18, "70.00"]);
    const worse = await people.support.get(`${path}?${new URLSearchParams({...plan, rate: "300"})}`);
    assert.equal(worse.body.foreseen.good, false);
    assert.ok((await post(people.support, `${path}/restructure`, {...plan, rate: "300", ...reason})).status >= 400);
    const asked = async (way, body, who = people.support) => {
      const made = await good(post(who, `${path}/${way}`, body));
      return made.approval ?? made.id;
    };
    assert.equal((await post(people.support, `${path}/waive`, {waived: "70.01", waive_reason: "Болезнь клиента"})).status, 422);
    const waive = await asked("waive", {waived: "30.00", waive_reason: "Болезнь клиента"});
    const facts = (await good(people.finance.get(`/staff/approvals/${waive}`))).facts;
    assert.ok(JSON.stringify(facts).includes("40.00"), JSON.stringify(facts));
    await good(confirm(people.finance, waive));
    const again = await asked("restructure", {...plan, ...reason});
    assert.ok(JSON.stringify((await good(people.finance.get(`/staff/approvals/${again}`))).facts).includes("18"));
    await good(confirm(people.finance, again));
    const after = await good(people.support.get(path));
    assert.deepEqual([after.plan.count, after.debts.penalty.amount, after.debts.days_overdue], [18, "40.00", 0]);
    assert.equal((await post(people.support, `${path}/write-off`, {off_reason: "Безнадёжен к взысканию"})).status, 403);
    const off = await asked("write-off", {off_reason: "Безнадёжен к взысканию"}, people.finance);
    assert.notEqual((await confirm(people.finance, off)).status, 200, "not by who asked");
    await good(confirm(people.money, off));
    assert.equal((await good(people.support.get(path))).state, "written_off");
    const card = await good(people.support.get(person.path));
    assert.ok(JSON.stringify(card).includes(`/loans/${person.loan}`));
  });
});
