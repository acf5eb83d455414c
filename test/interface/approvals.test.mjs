// BO-2: what a second person confirms: limits, debts, closing, roles for a time, colleagues; seen before and after,
// looked at again when it is confirmed, done once, by another, while who asked still may.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {startBoth} from "../support/sandbox.mjs";
import {newKey, problem} from "../support/server.mjs";
import {Member, code, staff} from "../support/staff.mjs";
import {Wallets} from "../support/wallet.mjs";

const limits = {minimal: {operation: "1000.00", day_out: "2000.00", month_out: "5000.00", month_in: "900000.00", balance: "900000.00"}};
const soon = (days = 1) => new Date(Date.now() + days * 86400000 + 3 * 3600000).toISOString().slice(0, 10);
let both, server, wallets, people;

before(async () => {
  both = await startBoth({limits, wallet: {transfer_level: "minimal"}, backoffice: {lock: {address: 1000000}}});
  ({server} = both);
  wallets = new Wallets(both);
  people = await staff(server, {support: "support", risk: "risk", risk2: "risk", finance: "finance", finance2: "finance",
                                finance3: "finance", admin: "admin", admin2: "admin"});
});
after(() => both?.stop());

const sees = async (who, person) => {
  const answer = await who.post(`/staff/customers/${person.customer}/reason`, {reason: "Обращение по горячей линии"});
  assert.equal(answer.status, 200, answer.text);
};
const ask = async (who, path, body) => {
  const answer = await who.post(path, body, {key: newKey()});
  assert.equal(answer.status, 200, answer.text);
  return answer.body.approval;
};
const confirm = (who, id, seen) => who.post(`/staff/approvals/${id}/confirm`, seen ? {seen} : {});
const look = async (who, id) => (await who.get(`/staff/approvals/${id}`)).body;
// Nothing is on record of him, so that a document is looked at; then one of risk asks, another confirms.
async function thawed(person) {
  const {risk, risk2} = people, path = `/staff/customers/${person.customer}`;
  const made = await risk.post(`${path}/task`, {queue: "suspicious", summary: "Проверить и разморозить"});
  assert.equal((await risk.post(`/staff/tasks/${made.body.task}/take`)).status, 200);
  for (const asked of ["passport", "code_word", "document"]) await risk.post(`${path}/identify`, {asked, said: "4510 123456"});
  const id = await ask(risk, `${path}/thaw`, {reason: "Телефон нашёлся"});
  assert.equal((await confirm(risk2, id)).status, 200);
}
const trail = async (query) => (await people.admin.get(`/staff/audit?${query}`)).body.rows;
const account = async (who, person) => {
  await sees(who, person);
  return (await who.get(`/staff/customers/${person.customer}`)).body.accounts[0];
};
// His account may go so far below zero, and is there: what a product that lends does.
async function owing(sum) {
  const [person, payee] = [await server.customer(), await server.customer()];
  const [from, to] = [await account(people.finance, person), await account(people.finance, payee)];
  await server.end();
  server.sql(`UPDATE account SET overdraft = 100000000 WHERE id = ${from.id}`);
  await server.run();
  const id = await ask(people.finance, "/staff/posting", {from: from.id, to: to.id, sum, reason: "Долг для проверки"});
  assert.equal((await confirm(people.finance2, id)).status, 200);
  return {person, account: from.id};
}

// ---- limits ----

test("BO-2: other limits for a customer until a day: nothing before the second person, then the ledger lets that much go", async () => {
  const {risk, risk2, finance} = people;
  const person = await wallets.rich("8000.00"), friend = await server.customer();
  const path = `/staff/customers/${person.customer}/limits`;
  const body = {operation: "3000.00", day_out: "4000.00", until: soon(), reason: "Покупка машины, договор показан"};
  assert.equal(problem(await risk.post(path, body, {key: newKey()})), "reason-needed", "not without a reason to see him");
  await sees(risk, person);
  assert.equal(problem(await finance.post(path, body, {key: newKey()})), "not-allowed");
  for (const [wrong, said] of [[{until: "2020-01-01"}, "day-impossible"], [{until: soon(500)}, "day-impossible"],
                               [{operation: undefined, day_out: undefined}, "limits-missing"], [{reason: "а"}, "invalid-fields"]])
    assert.equal(problem(await risk.post(path, {...body, ...wrong}, {key: newKey()})), said);
  assert.equal(problem(await wallets.send(person, friend.phone, "2500.00")), "sum-too-large");
  const id = await ask(risk, path, body);
  assert.equal(problem(await wallets.send(person, friend.phone, "2500.00")), "sum-too-large", "asked for is not given");
  assert.equal(problem(await confirm(risk, id)), "own-request");
  assert.equal(problem(await confirm(finance, id)), "not-allowed");
  const page = await look(risk2, id);
  assert.deepEqual(page.facts.slice(0, 2).map(({before, after}) => [before.amount, after.amount]),
                   [["1000.00", "3000.00"], ["2000.00", "4000.00"]], "each figure before and after");
  assert.equal((await confirm(risk2, id, page.seen)).status, 200);
  assert.equal((await wallets.send(person, friend.phone, "2500.00")).status, 201);
  assert.equal(problem(await wallets.send(person, friend.phone, "1501.00")), "day-limit", "his own limit is checked as strictly");
  assert.equal((await wallets.home(person)).wallet.limits.day.max.amount, "4000.00", "and he sees what he may");
  assert.equal((await wallets.home(person)).wallet.limits.month.max.amount, "5000.00", "what was not asked for stays");
  assert.equal(problem(await confirm(risk2, id)), "approval-over");
  await server.end();
  server.sql("UPDATE limit_override SET until = 1");
  await server.run();
  assert.equal(problem(await wallets.send(person, friend.phone, "1001.00")), "sum-too-large", "its day is over");
});

test("BO-2: a limit is lifted altogether by two, for its time; the others stay", async () => {
  const {risk, risk2} = people, person = await wallets.rich("8000.00"), friend = await server.customer();
  const path = `/staff/customers/${person.customer}/limits`, body = {until: soon(), reason: "Покупка машины, договор показан"};
  await sees(risk, person);
  assert.equal(problem(await risk.post(path, {...body, operation: "3000.00", operation_none: true}, {key: newKey()})), "limit-and-none");
  assert.equal(problem(await risk.post(path, {...body, operation_none: false}, {key: newKey()})), "limits-missing");
  const id = await ask(risk, path, {...body, operation_none: true, day_out_none: true});
  assert.equal(problem(await wallets.send(person, friend.phone, "2500.00")), "sum-too-large", "asked for is not given");
  assert.equal(problem(await confirm(risk, id)), "own-request");
  const page = await look(risk2, id);
  assert.deepEqual(page.facts.slice(0, 2).map(({before, after}) => [before.amount, after]),
                   [["1000.00", "без ограничения"], ["2000.00", "без ограничения"]]);
  assert.equal((await confirm(risk2, id, page.seen)).status, 200);
  assert.equal((await wallets.send(person, friend.phone, "2500.00")).status, 201);
  assert.equal((await wallets.home(person)).wallet.limits.day, undefined);
  assert.equal((await wallets.home(person)).wallet.limits.month.max.amount, "5000.00", "what was not asked for stays");
  assert.equal((await wallets.send(person, friend.phone, "2500.00")).status, 201);
  assert.equal(problem(await wallets.send(person, friend.phone, "1.00")), "month-limit");
  await server.end();
  server.sql("UPDATE limit_override SET until = 1");
  await server.run();
  assert.equal(problem(await wallets.send(person, friend.phone, "1001.00")), "sum-too-large", "its day is over");
});

test("BO-2: frozen meanwhile, nothing is given; what one looked at has changed, and one is asked to look again", async () => {
  const {risk, risk2} = people;
  const person = await wallets.rich("100.00");
  await sees(risk, person);
  const path = `/staff/customers/${person.customer}`;
  const id = await ask(risk, `${path}/limits`, {operation: "3000.00", until: soon(), reason: "Покупка машины"});
  const {seen} = await look(risk2, id);
  assert.equal((await risk.post(`${path}/freeze`, {reason: "Сообщил о краже"})).status, 200);
  assert.equal(problem(await confirm(risk2, id, seen)), "approval-changed");
  assert.equal(problem(await confirm(risk2, id, (await look(risk2, id)).seen)), "customer-frozen");
  assert.equal(problem(await confirm(risk2, id)), "customer-frozen");
  await thawed(person);
  assert.equal((await confirm(risk2, id, seen)).status, 200, "as it was when he first looked");
});

// ---- declining ----

test("BO-2: declined only with a reason, which who asked reads; taken back by who asked", async () => {
  const {risk, risk2} = people;
  const person = await server.customer();
  await sees(risk, person);
  const body = {operation: "3000.00", until: soon(), reason: "Покупка машины"}, path = `/staff/customers/${person.customer}/limits`;
  const [one, two] = [await ask(risk, path, body), await ask(risk, path, body)];
  assert.equal((await risk2.post(`/staff/approvals/${one}/decline`)).status, 422);
  assert.equal((await risk2.post(`/staff/approvals/${one}/decline`, {reason: "Договор не приложен"})).status, 200);
  const decided = (await risk.get("/staff/approvals")).body.decided.find(({id}) => id === one);
  assert.deepEqual([decided.reason, decided.decided_by], ["Договор не приложен", "risk2"]);
  assert.equal((await risk2.get("/staff/approvals")).body.decided.some(({id}) => id === one), false, "nobody else's business");
  assert.equal((await risk.post(`/staff/approvals/${two}/decline`)).status, 200);
  assert.equal(problem(await confirm(risk2, one)), "approval-over");
  const rows = await trail(`customer=${person.customer}`);
  assert.ok(rows.some(({action, detail}) => action === "approval.declined" && detail.includes("Договор не приложен")));
  assert.ok(rows.some(({action}) => action === "approval.withdrawn"));
});

test("BO-2: who asked has lost the role meanwhile, or works here no more: it is not done", async () => {
  const {risk, risk2, admin, admin2} = people;
  const [person, members] = [await server.customer(), (await admin.get("/staff/members")).body.members];
  const member = members.find(({login}) => login === "risk");
  await sees(risk, person);
  const id = await ask(risk, `/staff/customers/${person.customer}/limits`, {operation: "3000.00", until: soon(), reason: "Покупка машины"});
  const roles = async (set) => confirm(admin2, await ask(admin, `/staff/members/${member.id}/roles`, set));
  assert.equal((await roles({support: true})).status, 200);
  assert.equal(problem(await confirm(risk2, id)), "asker-gone");
  assert.equal((await roles({risk: true})).status, 200);
  assert.equal((await admin.post(`/staff/members/${member.id}/disable`)).status, 200);
  assert.equal(problem(await confirm(risk2, id)), "asker-gone");
  assert.equal((await risk.get("/staff")).status, 401, "shut out at once");
  assert.equal((await confirm(admin2, await ask(admin, `/staff/members/${member.id}/enable`, {}))).status, 200);
  assert.equal((await confirm(risk2, id)).status, 200);
  people.risk.cookie = undefined;
  await people.risk.post("/staff/signin", {login: "risk", password: people.risk.password, code: code(people.risk.secret, 0)});
});

// ---- debts ----

test("BO-2: a debt is written off, never more than is owed when it is confirmed", async () => {
  const {finance, finance2, finance3, support} = people;
  const {person, account: id} = await owing("300.00");
  const path = `/staff/customers/${person.customer}/debt`, reason = "Банкротство, определение суда";
  await sees(finance, person);
  await sees(support, person);
  assert.equal(problem(await support.post(path, {account: id, sum: "1.00", reason}, {key: newKey()})), "not-allowed");
  assert.equal(problem(await finance.post(path, {account: id, sum: "300.01", reason}, {key: newKey()})), "no-debt");
  const other = await server.customer();
  const foreign = {account: (await account(finance, other)).id, sum: "1.00", reason};
  assert.equal(problem(await finance.post(path, foreign, {key: newKey()})), "account-unknown");
  const part = await ask(finance, path, {account: id, sum: "100.00", reason});
  const whole = await ask(finance, path, {account: id, sum: "300.00", reason});
  const page = await look(finance2, part);
  const figures = page.facts.filter(({before}) => before).map(({before, after}) => [before.amount, after.amount]);
  assert.deepEqual(figures, [["-300.00", "-200.00"]]);
  const wholeSeen = (await look(finance2, whole)).seen;
  assert.equal((await confirm(finance2, part, page.seen)).status, 200);
  assert.equal((await account(finance, person)).balance.amount, "-200.00");
  assert.equal(problem(await confirm(finance3, whole, wholeSeen)), "approval-changed");
  assert.equal(problem(await confirm(finance3, whole)), "debt-changed", "300 were owed when it was asked for, 200 are now");
  assert.equal((await account(finance, person)).balance.amount, "-200.00");
  const key = newKey(), again = {account: id, sum: "200.00", reason};
  const [one, same] = [await finance.post(path, again, {key}), await finance.post(path, again, {key})];
  assert.equal(one.body.approval, same.body.approval);
  const answers = await Promise.all([finance2, finance3, finance2, finance3].map((who) => confirm(who, one.body.approval)));
  assert.deepEqual(answers.map(({status}) => status).sort(), [200, 409, 409, 409], "two confirm at once, each twice");
  assert.equal((await account(finance, person)).balance.amount, "0.00");
});

test("BO-2: a cabinet is closed with its debt, not while it holds money", async () => {
  const {finance, finance2} = people;
  const {person} = await owing("70.00"), rich = await wallets.rich("50.00");
  await sees(finance, rich);
  const refused = await ask(finance, `/staff/customers/${rich.customer}/close`, {reason: "Просит закрыть"});
  assert.equal(problem(await confirm(finance2, refused)), "money-left");
  assert.equal(await wallets.balance(rich), "50.00");
  const id = await ask(finance, `/staff/customers/${person.customer}/close`, {reason: "Умер, долг безнадёжен"});
  const page = await look(finance2, id);
  assert.deepEqual(page.facts.map(({before, after}) => [before.amount, after.amount]), [["-70.00", "0.00"]]);
  assert.equal((await server.get("/sessions", person)).status, 200);
  assert.equal((await confirm(finance2, id, page.seen)).status, 200);
  assert.equal((await server.get("/sessions", person)).status, 401);
  assert.notEqual((await server.post("/signin", {phone: person.phone, password: person.password})).status, 200);
  const verified = server.command("verify");
  assert.equal(verified.status, 0, verified.output + verified.errors);
});

// ---- colleagues ----

test("BO-2: roles for a time end by themselves; nobody confirms his own rise", async () => {
  const {admin, admin2, support} = people;
  const {members} = (await admin.get("/staff/members")).body, member = (login) => members.find((one) => one.login === login).id;
  assert.equal(problem(await admin.post(`/staff/members/${member("support")}/roles`, {risk: true, until: "2020-01-01"})), "day-impossible");
  const id = await ask(admin, `/staff/members/${member("support")}/roles`, {finance: true, until: soon()});
  assert.equal(problem(await support.get("/staff/posting")), "not-allowed");
  assert.equal((await look(admin2, id)).facts.length, 2, "roles before and after, and until when");
  assert.equal((await confirm(admin2, id)).status, 200);
  assert.equal((await support.get("/staff/posting")).status, 200);
  assert.equal((await support.get("/staff/customers")).status, 200, "besides his own");
  await server.end();
  server.sql("UPDATE staff SET extra_until = 1 WHERE login = 'support'");
  await server.run();
  assert.equal(problem(await support.get("/staff/posting")), "not-allowed");
  assert.equal((await support.get("/staff/customers")).status, 200, "his own stay");
  const rise = await ask(admin, `/staff/members/${member("admin2")}/roles`, {admin: true, finance: true});
  assert.equal(problem(await confirm(admin2, rise)), "own-membership");
});

test("BO-1: a lost app: another administrator asks, a third person confirms, then only the new first password enters", async () => {
  const {admin, admin2} = people, {members} = (await admin.get("/staff/members")).body;
  const id = (login) => members.find((one) => one.login === login).id;
  assert.equal(problem(await admin.post(`/staff/members/${id("admin")}/reset`)), "own-membership");
  assert.equal(problem(await admin.post(`/staff/members/${id("admin")}/disable`)), "own-membership");
  const asked = await admin.post(`/staff/members/${id("finance3")}/reset`);
  assert.equal((await people.finance3.get("/staff")).status, 200, "asked for is not done");
  assert.equal((await confirm(admin2, asked.body.approval)).status, 200);
  assert.equal((await people.finance3.get("/staff")).status, 401);
  const good = {login: "finance3", password: people.finance3.password, code: code(people.finance3.secret, 1)};
  assert.equal(problem(await new Member(server).post("/staff/signin", good)), "staff-sign-in-wrong");
  people.finance3 = await new Member(server, "finance3", asked.body.password).enrol();
  assert.equal((await people.finance3.get("/staff")).status, 200);
});

test("BO-1: one's own sessions are listed and ended; another's as a missing one; an administrator ends all of a colleague's", async () => {
  const {admin, support} = people;
  const second = new Member(server, "support");
  second.secret = support.secret;
  const entered = await second.post("/staff/signin", {login: "support", password: support.password, code: code(support.secret, 0)});
  assert.equal(entered.status, 200, entered.text);
  const {sessions} = (await support.get("/staff/sessions")).body;
  assert.equal(sessions.length, 2);
  assert.equal(sessions.filter(({current}) => current).length, 1);
  const other = sessions.find(({current}) => !current);
  assert.equal((await admin.post(`/staff/sessions/${other.id}/end`)).status, 404);
  assert.equal((await support.post(`/staff/sessions/${other.id}/end`)).status, 200);
  assert.equal((await second.get("/staff")).status, 401);
  const member = (await admin.get("/staff/members")).body.members.find(({login}) => login === "support");
  assert.equal((await admin.get(`/staff/members/${member.id}`)).body.sessions.length, 1);
  assert.equal((await admin.post(`/staff/members/${member.id}/end-sessions`)).status, 200);
  assert.equal((await support.get("/staff")).status, 401);
});
