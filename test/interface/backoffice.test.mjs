// The people behind the counter: BO-1 (roles, reasons, masks, the trail; every address: test/attacks/staff.test.mjs), BO-2 (a
// second person; more in approvals.test.mjs), BO-3 (queues; more in queues.test.mjs), BO-6 (the trail proven).

import assert from "node:assert/strict";
import {spawnSync} from "node:child_process";
import {readFileSync, writeFileSync} from "node:fs";
import {join, resolve} from "node:path";
import {after, before, describe, test} from "node:test";

import {Server, database, newKey, newPhone, problem} from "../support/server.mjs";
import {Member, code, kabinet, staff} from "../support/staff.mjs";

const program = join(resolve(process.env.KABINET_BUILD ?? "build/release"), "kabinet");
const all = ["support", "identification", "risk", "finance", "catalogue", "admin"];
let server, people, customer;

before(async () => {
  server = await Server.start({backoffice: {lock: {address: 1000000}}});
  people = await staff(server, {...Object.fromEntries(all.map((role) => [role, role])), support2: "support",
                                finance2: "finance", finance3: "finance", admin2: "admin"});
  customer = await server.customer();
});
after(() => server?.stop());

const open = async (who, reason = "Клиент звонит, просит помочь") => {
  const answer = await who.post(`/staff/customers/${customer.customer}/reason`, {reason});
  assert.equal(answer.status, 200, answer.text);
};
const trail = async (query = "") => {
  const answer = await people.admin.get(`/staff/audit${query}`);
  assert.equal(answer.status, 200, answer.text);
  return answer.body.rows;
};

test("a staff session ends when it is not used, however often it was used before", async () => {
  const own = await Server.start({backoffice: {session: {idle: "30m"}}});
  try {
    const {support} = await staff(own, {support: "support"});
    const rests = (minutes) => own.passed(`UPDATE staff_session SET used = used - ${minutes * 60}000000`);
    for (let i = 0; i < 3; i++) {
      assert.equal((await support.get("/staff")).status, 200, `after ${i * 20} minutes`);
      await rests(20);
    }
    assert.equal((await support.get("/staff")).status, 200, "used for longer than it may rest");
    await rests(31);
    assert.equal((await support.get("/staff")).status, 401);
    assert.equal((await support.get("/staff")).status, 401, "asking does not wake it");
  } finally {
    await own.stop();
  }
});

describe("roles, least privilege (BO-1)", () => {
  // Every staff route that not everybody may call, and who may.
  const sees = ["support", "identification", "risk", "finance"], helps = ["support", "risk"];
  const routes = [
    ["GET", "/staff/customers", sees], ["POST", "/staff/customers/find", sees], ["GET", "/staff/customers/1", sees],
    ["GET", "/staff/customers/1/reason", sees], ["POST", "/staff/customers/1/reason", sees],
    ["POST", "/staff/customers/1/personal", sees], ["POST", "/staff/customers/1/task", sees],
    ["POST", "/staff/customers/1/freeze", helps], ["POST", "/staff/customers/1/end-sessions", helps],
    ["POST", "/staff/customers/1/thaw", helps], ["POST", "/staff/customers/1/identify", sees],
    ["GET", "/staff/posting", ["finance"]], ["POST", "/staff/posting", ["finance"]],
    ["GET", "/staff/members", ["admin"]], ["POST", "/staff/members", ["admin"]],
    ["POST", "/staff/members/1/roles", ["admin"]], ["GET", "/staff/audit", ["admin"]],
    ["GET", "/staff", all], ["GET", "/staff/tasks", all], ["GET", "/staff/approvals", all],
    ["POST", "/staff/approvals/1/confirm", all], ["POST", "/staff/approvals/1/decline", all],
    ["GET", "/staff/tasks/1", all], ["POST", "/staff/tasks/1/take", all], ["POST", "/staff/tasks/1/release", all],
  ];
  for (const [method, path, may] of routes)
    test(`${method} ${path}`, async () => {
      for (const role of all) {
        const answer = await people[role].call(method, path, method === "POST" ? {} : undefined, {key: newKey()});
        const refused = answer.status === 403 && problem(answer) === "not-allowed";
        assert.equal(refused, !may.includes(role), `${role}: ${answer.status} ${answer.text}`);
      }
      const stranger = await server.call(method, path, method === "POST" ? {} : undefined, {token: customer.token});
      assert.equal(stranger.status, 401, "a customer's token is nothing here");
    });

  test("staff's cookie is nothing in the cabinet", async () => {
    assert.equal((await people.support.get("/sessions")).status, 401);
    assert.equal((await people.support.get("/favourites")).status, 401);
  });
});

describe("staff's own sign-in (BO-1)", () => {
  test("password and code, both; a code once; the same words for an unknown login", async () => {
    const {support2} = people, who = new Member(server, "support2");
    const wrong = [
      {login: "support2", password: "не тот пароль", code: code(support2.secret)},
      {login: "support2", password: support2.password, code: "000000"},
      {login: "support2", password: support2.password},
      {login: "nobody-here", password: support2.password, code: code(support2.secret)},
    ];
    const answers = [];
    for (const body of wrong) answers.push(await who.post("/staff/signin", body));
    for (const answer of answers) {
      assert.equal(answer.status, 422);
      assert.equal(problem(answer), "staff-sign-in-wrong");
      assert.equal(answer.body.detail, answers[0].body.detail);
      assert.equal(answer.headers.getSetCookie().some((line) => line.startsWith("staff=")), false);
    }
    const good = {login: "support2", password: support2.password, code: code(support2.secret)};
    assert.equal((await who.post("/staff/signin", good)).status, 200);
    assert.equal((await who.get("/staff")).status, 200);
    assert.equal(problem(await new Member(server).post("/staff/signin", good)), "staff-sign-in-wrong", "used");
    assert.equal((await who.post("/staff/signout")).status, 200);
    who.cookie = undefined;
    assert.equal((await who.get("/staff")).status, 401);
  });

  test("locked after five wrong ones, also with the right password then; unknown logins alike", async () => {
    const locked = async (login, right) => {
      const statuses = [];
      for (let i = 0; i < 6; i++)
        statuses.push((await server.post("/staff/signin", {login, password: "мимо", code: "123456"})).status);
      if (right) statuses.push((await server.post("/staff/signin", right)).status);
      return statuses;
    };
    const {catalogue} = people;
    const right = {login: "catalogue", password: catalogue.password, code: code(catalogue.secret, 1)};
    assert.deepEqual(await locked("catalogue", right), [422, 422, 422, 422, 422, 429, 429]);
    assert.deepEqual(await locked("no-such-member"), [422, 422, 422, 422, 422, 429]);
  });

  test("several are added at once, or nobody where one is put wrongly; a taken login is told, those before it stay", async () => {
    await server.end();
    const logins = () => server.rows("SELECT login FROM staff WHERE login LIKE 'many%' ORDER BY login").flat();
    const wrong = spawnSync(program, ["staff", "add", server.configuration, "many1", "support", "many2", "boss"], {encoding: "utf8"});
    assert.deepEqual([wrong.status, wrong.stdout, logins()], [2, "", []]);
    assert.match(wrong.stderr, /many2/);
    const taken = spawnSync(program, ["staff", "add", server.configuration, "many1", "support", "support", "risk", "many3", "risk"],
                            {encoding: "utf8"});
    assert.equal(taken.status, 1);
    assert.match(taken.stdout, /^many1 \S+\n$/);
    assert.match(taken.stderr, /support: this login is taken/);
    assert.deepEqual(logins(), ["many1"]);
    await server.run();
  });

  test("a first password opens nothing but the enrolment; a weak password and a wrong code are refused", async () => {
    await server.end();
    const [, first] = kabinet("staff", "add", server.configuration, "novice", "support").trim().split(" ");
    await server.run();
    const novice = new Member(server, "novice", first);
    assert.equal((await novice.post("/staff/signin", {login: "novice", password: first})).body.enrol, true);
    assert.equal((await novice.get("/staff")).status, 401);
    const {secret} = (await novice.get("/staff/enrol")).body;
    assert.equal(problem(await novice.post("/staff/enrol", {code: "000000", password: "Довольно длинный"})), "code-wrong");
    for (const password of ["короткий", "qwertyuiop12"].slice(0, 1))
      assert.equal(problem(await novice.post("/staff/enrol", {code: code(secret), password})), "password-weak");
    assert.equal((await novice.post("/staff/enrol", {code: code(secret), password: "Довольно длинный"})).status, 200);
    assert.equal((await novice.get("/staff")).status, 200);
    const again = await server.post("/staff/signin", {login: "novice", password: first});
    assert.equal(problem(again), "staff-sign-in-wrong", "the first password is over");
  });

  test("the pages, as a browser without scripts", async () => {
    const page = await server.browser().go("/staff/customers");
    assert.match(page.path, /^\/staff\/signin/);
    assert.match(page.html, /action="\/staff\/signin"/);
  });
});

describe("a customer's card (BO-1, SU-4)", () => {
  const card = (who) => who.get(`/staff/customers/${customer.customer}`);

  test("nobody sees it without a reason; with one it is masked until opened; all of it is recorded", async () => {
    const {support} = people;
    assert.equal(problem(await card(support)), "reason-needed");
    for (const path of ["personal", "freeze", "end-sessions", "task"]) {
      const body = {freeze: {reason: "Кража телефона"}, task: {queue: "followup", summary: "позвонить"}}[path];
      assert.equal(problem(await support.post(`/staff/customers/${customer.customer}/${path}`, body)), "reason-needed", path);
    }
    assert.equal((await support.post(`/staff/customers/${customer.customer}/reason`, {reason: "нет"})).status, 422);
    await open(support, "Клиент просит помочь с переводом");
    const masked = await card(support);
    assert.equal(masked.status, 200, masked.text);
    const digits = customer.phone.replace(/\D/g, "").slice(-10);
    assert.equal(masked.text.includes(digits), false, "the number is masked");
    assert.equal((await support.post(`/staff/customers/${customer.customer}/personal`)).status, 200);
    assert.ok((await card(support)).text.includes(digits));
    assert.equal(problem(await card(people.risk)), "reason-needed", "another's reason is his own");
    const ends = () => server.rows(`SELECT expires FROM staff_sight WHERE customer = ${customer.customer}`);
    const before = ends();
    assert.equal((await support.post(`/staff/customers/${customer.customer}/personal`)).status, 200);
    assert.deepEqual(ends(), before, "opening it again and again does not make a reason's time longer");
    const rows = await trail(`?customer=${customer.customer}`);
    for (const [action, detail] of [["customer.refused"], ["customer.opened", "Клиент просит помочь с переводом"],
                                    ["customer.seen"], ["customer.personal"], ["customer.seen.personal"]])
      assert.ok(rows.some((row) => row.action === action && row.staff === "support" && (!detail || row.detail === detail)), action);
  });

  test("found by number; freezing stops outgoing money, nobody thaws whom he has not identified", async () => {
    const {support, risk} = people;
    const found = await support.post("/staff/customers/find", {phone: customer.phone});
    assert.equal(found.body.customer, customer.customer);
    assert.equal(problem(await support.post("/staff/customers/find", {phone: newPhone()})), "customer-unknown");
    await open(support);
    const path = `/staff/customers/${customer.customer}`;
    assert.equal((await support.post(`${path}/freeze`, {reason: "Сообщил о краже"})).status, 200);
    assert.equal((await card(support)).body.frozen, true);
    assert.equal(problem(await support.post(`${path}/freeze`, {reason: "Сообщил о краже"})), "already-so");
    await open(risk);
    assert.equal(problem(await risk.post(`${path}/thaw`, {reason: "Телефон нашёлся"})), "identify-first");
    assert.equal((await card(risk)).body.frozen, true);
    assert.ok((await trail()).some((row) => row.action === "customer.frozen" && row.detail === "Сообщил о краже"));
  });

  test("sessions are ended", async () => {
    const other = await server.customer();
    const {support} = people;
    await support.post(`/staff/customers/${other.customer}/reason`, {reason: "Сообщил о краже"});
    assert.equal((await support.post(`/staff/customers/${other.customer}/end-sessions`)).status, 200);
    assert.equal((await server.get("/sessions", {token: other.token})).status, 401);
  });
});

test("what a customer does with his ways in is in the trail, too (BO-1)", async () => {
  const {phone, password, token, customer: id} = await server.customer();
  assert.equal((await server.post("/signin", {phone, password, token: true})).status, 200);
  assert.equal((await server.post("/sessions/end-others", {}, {token})).status, 200);
  const actions = (await trail(`?customer=${id}`)).map((row) => row.action);
  assert.deepEqual(actions, ["identity.session.end_others", "identity.signin"]);
});

describe("queues (BO-3)", () => {
  test("made, seen by its roles, taken once, handed over, finished; within it the customer may be seen", async () => {
    const {support, support2, identification, risk, admin} = people;
    await open(support);
    const made = await support.post(`/staff/customers/${customer.customer}/task`,
                                    {queue: "followup", summary: "Перезвонить утром"});
    assert.equal(made.status, 201, made.text);
    const path = `/staff/tasks/${made.body.task}`;
    assert.equal((await admin.get(path)).status, 404, "not a queue of his");
    const [listed] = (await identification.get("/staff/tasks?queue=backoffice.followup")).body.tasks;
    assert.equal(listed.summary, "Перезвонить утром");
    assert.equal((await identification.post(`${path}/take`)).status, 200);
    assert.equal(problem(await support.post(`${path}/take`)), "task-taken");
    assert.equal(problem(await support.post(`${path}/finish`, {outcome: "done"})), "task-not-yours");
    assert.equal((await identification.get(`/staff/customers/${customer.customer}`)).status, 200, "by his task");
    assert.equal(problem(await identification.post(`${path}/hand`, {login: "admin"})), "member-unknown");
    assert.equal((await identification.post(`${path}/hand`, {login: "support2"})).status, 200);
    assert.equal(problem(await identification.get(`/staff/customers/${customer.customer}`)), "reason-needed");
    assert.equal((await support2.get("/staff")).body.tasks.length, 1);
    assert.equal(problem(await support2.post(`${path}/finish`, {outcome: "freeze"})), "outcome-unknown");
    assert.equal((await support2.post(`${path}/finish`, {outcome: "done", note: "Дозвонились"})).status, 200);
    const task = (await support.get(path)).body;
    assert.deepEqual([task.open, task.finished_by, task.note], [false, "support2", "Дозвонились"]);
    assert.equal(problem(await support2.post(`${path}/finish`, {outcome: "done"})), "task-not-yours");
    assert.equal((await risk.get("/staff/tasks")).body.tasks.some((one) => one.id === made.body.task), false);
  });

  test("the overdue stand first", async () => {
    const {support, risk} = people;
    await open(support);
    const ids = [];
    for (const summary of ["первая", "вторая"])
      ids.push((await support.post(`/staff/customers/${customer.customer}/task`, {queue: "suspicious", summary})).body.task);
    await server.end();
    server.sql(`UPDATE queue_task SET due = 1 WHERE id = ${ids[1]}`);
    await server.run();
    const {tasks} = (await risk.get("/staff/tasks?queue=backoffice.suspicious")).body;
    assert.deepEqual(tasks.map((one) => [one.id, one.overdue]), [[ids[1], true], [ids[0], false]]);
    assert.equal((await support.get(`/staff/tasks/${ids[0]}`)).status, 404, "raised to risk, no more support's");
  });

  test("hundreds of tasks in others' queues hide nobody's own", async () => {
    const {admin, risk, support} = people;
    const one = (await risk.get("/staff/tasks?queue=backoffice.suspicious")).body.tasks[0].id;
    assert.equal((await risk.post(`/staff/tasks/${one}/take`)).status, 200);
    await server.end();
    server.sql("INSERT INTO queue_task (id, queue, subject, customer, summary, owner, due, done, finished_by, outcome) " +
               "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600) " +
               "SELECT i, 'backoffice.followup', i, 0, t.summary, 0, i, 0, 0, '' FROM n, " +
               `(SELECT summary FROM queue_task WHERE id = ${one}) t`);
    await server.run();
    assert.equal((await risk.get("/staff/tasks")).body.tasks.some((task) => task.id === one), true);
    assert.deepEqual((await risk.get("/staff")).body.tasks.map((task) => task.id), [one]);
    assert.equal((await support.get("/staff/tasks")).body.tasks[0].overdue, true);
    assert.equal((await admin.get("/staff/tasks")).body.tasks.length, 0);
    await server.end();
    server.sql("DELETE FROM queue_task WHERE id <= 600");
    await server.run();
  });
});

describe("a second person confirms (BO-2)", () => {
  const waiting = async (who) => (await who.get("/staff/approvals")).body.approvals;

  test("role grant: asked by one, confirmed by another, holds at once; never by oneself, never twice", async () => {
    const {admin, admin2, support} = people;
    const member = (await admin.get("/staff/members")).body.members.find((one) => one.login === "support");
    const ask = async () => (await admin.post(`/staff/members/${member.id}/roles`, {support: true, finance: true})).body.approval;
    const id = await ask();
    assert.equal(problem(await support.get("/staff/posting")), "not-allowed");
    assert.equal(problem(await admin.post(`/staff/approvals/${id}/confirm`)), "own-request");
    assert.equal(problem(await people.finance.post(`/staff/approvals/${id}/confirm`)), "not-allowed");
    assert.equal((await waiting(admin2)).some((one) => one.id === id && one.confirmable), true);
    assert.equal((await waiting(people.finance)).length, 0);
    assert.equal((await admin2.post(`/staff/approvals/${id}/confirm`)).status, 200);
    assert.equal((await support.get("/staff/posting")).status, 200);
    assert.equal(problem(await admin2.post(`/staff/approvals/${id}/confirm`)), "approval-over");
    const declined = await ask();
    assert.equal((await admin2.post(`/staff/approvals/${declined}/decline`, {reason: "Не та роль"})).status, 200);
    assert.equal(problem(await admin2.post(`/staff/approvals/${declined}/confirm`)), "approval-over");
    const rows = await trail();
    for (const action of ["approval.asked", "approval.confirmed", "approval.declined"])
      assert.ok(rows.some((row) => row.action === action && row.staff), action);
  });

  // Answers are what the client saw; what is in the books is asked afterwards.
  test("two confirm at once, each of them twice: it is done once", async () => {
    const {finance, finance2} = people;
    const [payer, payee] = [await server.customer(), await server.customer()];
    const account = async (who) => {
      await finance.post(`/staff/customers/${who.customer}/reason`, {reason: "Сверка остатков"});
      return (await finance.get(`/staff/customers/${who.customer}`)).body.accounts[0];
    };
    const [from, to] = [await account(payer), await account(payee)];
    await server.end();
    server.sql(`UPDATE account SET overdraft = 100000 WHERE id = ${from.id}`);
    await server.run();
    const body = {from: from.id, to: to.id, sum: "3.00", reason: "Ошибочное зачисление"};
    const {approval} = (await people.finance3.post("/staff/posting", body, {key: newKey()})).body;
    const answers = await Promise.all([finance, finance2, finance, finance2]
      .map((who) => who.post(`/staff/approvals/${approval}/confirm`)));
    assert.deepEqual(answers.map((answer) => answer.status).sort(), [200, 409, 409, 409]);
    for (const answer of answers.filter((one) => one.status !== 200)) assert.equal(problem(answer), "approval-over");
    assert.equal((await account(payee)).balance.amount, "3.00");
  });

  test("too late: the job ends it, tells the trail, and nobody confirms it any more", async () => {
    const {admin, admin2} = people;
    const member = (await admin.get("/staff/members")).body.members.find((one) => one.login === "catalogue");
    const ask = async () => (await admin.post(`/staff/members/${member.id}/roles`, {risk: true})).body.approval;
    const [late, good] = [await ask(), await ask()];
    await server.end();
    server.sql(`UPDATE approval SET expires = 1 WHERE id = ${late}`);
    await server.run(); // the job is not due yet: its time alone refuses it
    assert.equal(problem(await admin2.post(`/staff/approvals/${late}/confirm`)), "approval-over");
    assert.deepEqual((await waiting(admin2)).map((one) => one.id).filter((id) => id === late || id === good), [good]);
    await server.end();
    server.sql("UPDATE job SET next_at = 0 WHERE name = 'backoffice.approvals'");
    await server.run();
    const states = () => server.rows(`SELECT state, decided_by FROM approval WHERE id IN (${late}, ${good}) ORDER BY id`);
    for (let i = 0; i < 500 && states().every(([state]) => state === 0); i++) await new Promise((done) => setTimeout(done, 50));
    assert.deepEqual(states().sort(), [[0, 0], [3, 0]]);
    assert.equal(problem(await admin2.post(`/staff/approvals/${late}/confirm`)), "approval-over");
    assert.equal(problem(await admin.post(`/staff/approvals/${late}/decline`)), "approval-over");
    assert.ok((await trail()).some((row) => row.action === "approval.expired" && row.detail === late && !row.staff));
    assert.equal((await people.catalogue.get("/staff/tasks")).status, 200, "his roles are as they were");
    assert.equal((await admin.post(`/staff/approvals/${good}/decline`)).status, 200);
  });

  test("a new member works only once confirmed", async () => {
    const {admin, admin2} = people;
    const asked = await admin.post("/staff/members", {login: "fresh", risk: true});
    assert.equal(asked.status, 200, asked.text);
    const fresh = new Member(server, "fresh", asked.body.password);
    assert.equal(problem(await fresh.post("/staff/signin", {login: "fresh", password: fresh.first})), "staff-sign-in-wrong");
    assert.equal((await admin2.post(`/staff/approvals/${asked.body.approval}/confirm`)).status, 200);
    await fresh.enrol();
    assert.equal((await fresh.get("/staff/customers")).status, 200);
  });

  test("manual posting: money moves in the confirming command alone", async () => {
    const {finance, finance2} = people;
    const other = await server.customer();
    const account = async (who) => {
      await finance.post(`/staff/customers/${who.customer}/reason`, {reason: "Сверка остатков"});
      return (await finance.get(`/staff/customers/${who.customer}`)).body.accounts[0];
    };
    const [from, to] = [await account(customer), await account(other)];
    const ask = (sum, key = newKey()) =>
      finance.post("/staff/posting", {from: from.id, to: to.id, sum, reason: "Ошибочное зачисление"}, {key});
    const empty = (await ask("10.00")).body.approval;
    assert.equal(problem(await finance2.post(`/staff/approvals/${empty}/confirm`)), "posting-impossible");
    assert.equal((await waiting(finance2)).some((one) => one.id === empty), true, "refused, it still waits");
    assert.equal((await account(other)).balance.amount, "0.00");
    await server.end(); // his account may now go below zero, as one with money on it
    server.sql(`UPDATE account SET overdraft = 100000 WHERE id = ${from.id}`);
    await server.run();
    const full = (await ask("10.50")).body.approval;
    assert.equal((await account(other)).balance.amount, "0.00", "asked for is not done");
    assert.equal(problem(await finance.post(`/staff/approvals/${full}/confirm`)), "own-request");
    assert.equal((await finance2.post(`/staff/approvals/${full}/confirm`)).status, 200);
    assert.equal((await account(other)).balance.amount, "10.50");
    assert.equal((await account(customer)).balance.amount, "-10.50");
    assert.equal(problem(await finance2.post(`/staff/approvals/${full}/confirm`)), "approval-over");
    const key = newKey();
    const [one, same] = [await ask("11.00", key), await ask("11.00", key)];
    assert.equal(one.body.approval, same.body.approval, "the same key is the same request");
    assert.equal((await finance.post(`/staff/approvals/${empty}/decline`)).status, 200, "taken back");
    const unknown = {from: "12", to: to.id, sum: "1.00", reason: "Проверка"};
    assert.equal(problem(await finance.post("/staff/posting", unknown, {key: newKey()})), "account-unknown");
  });
});

describe("the audit trail (BO-6)", () => {
  const verify = (...more) => {
    const ran = spawnSync(program, ["audit", "verify", server.configuration, ...more], {encoding: "utf8"});
    return {good: ran.status === 0, said: ran.stdout + ran.stderr};
  };
  // Each changes the trail behind the server's back, and how to put it back.
  const copy = (from, to) => [`DROP TABLE IF EXISTS ${to}`, `CREATE TABLE ${to} AS SELECT * FROM ${from}`];

  test("BO-6: whole; sixteen ways of breaking it are each found, the row is named; heads put away show a trail cut back", async () => {
    await server.end();
    const heads = join(server.folder, "heads");
    writeFileSync(heads, kabinet("audit", "sign", server.configuration));
    const whole = verify(heads);
    assert.ok(whole.good, whole.said);
    const n = Number(/(\d+) rows/.exec(whole.said)[1]);
    assert.ok(n > 50, whole.said);
    const tables = ["audit", "audit_head", "audit_signed"];
    for (const table of tables) for (const line of copy(table, `kept_${table}`)) server.sql(line);
    const numbers = (where) => server.rows(`SELECT number, chain FROM audit WHERE ${where}`).map(([number]) => number);
    const detailed = Math.min(...numbers("detail IS NOT NULL")), opened = Math.max(...numbers("action = 'customer.opened'"));
    const ways = { // which row is named, and what was done to it
      "an action": [7, `UPDATE audit SET action = 'x' WHERE number = 7`],
      "a customer": [8, `UPDATE audit SET customer = customer + 1 WHERE number = 8`],
      "a moment": [9, `UPDATE audit SET at = at - 1 WHERE number = 9`],
      "who": [10, `UPDATE audit SET staff = staff + 2 WHERE number = 10`],
      "a detail taken away": [detailed, `UPDATE audit SET detail = NULL WHERE number = ${detailed}`],
      "a detail of another row": [opened,
        "UPDATE audit SET detail = (SELECT detail FROM kept_audit WHERE action = 'customer.opened' " +
        "ORDER BY number LIMIT 1) " +
        `WHERE number = ${opened}`],
      "a row missing in the middle": [20, "DELETE FROM audit WHERE number = 20"],
      "the first row missing": [1, "DELETE FROM audit WHERE number = 1"],
      "the last row missing": [n, `DELETE FROM audit WHERE number = ${n}`],
      "a tail of ten missing": [n - 9, `DELETE FROM audit WHERE number > ${n - 10}`],
      "two rows exchanged": [3, "UPDATE audit SET number = -1 WHERE number = 3", "UPDATE audit SET number = 3 WHERE number = 4",
                             "UPDATE audit SET number = 4 WHERE number = -1"],
      "a row made up at the end": [n + 1,
        `INSERT INTO audit SELECT chain, ${n + 1}, at, staff, customer, status, action, address, request, detail, hash ` +
        `FROM kept_audit WHERE number = ${n}`],
      "a row put in between": [12, "UPDATE audit SET number = -number WHERE number >= 12",
        "UPDATE audit SET number = 1 - number WHERE number < 0",
        "INSERT INTO audit SELECT chain, 12, at, staff, customer, status, action, address, request, detail, hash " +
        "FROM kept_audit WHERE number = 11"],
      "a hash": [6, `UPDATE audit SET hash = (SELECT hash FROM kept_audit WHERE number = 5) WHERE number = 6`],
      "the head": [n, `UPDATE audit_head SET number = number - 1`],
      "a signature": [undefined, `UPDATE audit_signed SET hash = (SELECT hash FROM kept_audit WHERE number = 2)`],
    };
    for (const [name, [row, ...commands]] of Object.entries(ways)) {
      for (const command of commands) server.sql(command);
      const found = verify();
      assert.equal(found.good, false, `${name}: ${found.said}`);
      assert.match(found.said, new RegExp(`first: chain \\d+, row ${row ?? "\\d+"}\\b`), name);
      for (const table of tables) {
        server.sql(`DELETE FROM ${table}`);
        server.sql(`INSERT INTO ${table} SELECT * FROM kept_${table}`);
      }
      assert.ok(verify().good, `${name}: put back`);
    }
    // Cut back with its head and its signed heads: by itself it looks whole; the head put away tells.
    server.sql(`DELETE FROM audit WHERE number > 5`);
    server.sql(`UPDATE audit_head SET number = 5, hash = (SELECT hash FROM audit WHERE number = 5)`);
    server.sql("DELETE FROM audit_signed");
    assert.ok(verify().good);
    assert.match(verify(heads).said, /was signed, and is missing/);
    for (const table of tables) {
      server.sql(`DELETE FROM ${table}`);
      server.sql(`INSERT INTO ${table} SELECT * FROM kept_${table}`);
      server.sql(`DROP TABLE kept_${table}`);
    }
    await server.run();
    assert.equal((await people.support.get("/staff")).status, 200);
    assert.ok(verify(heads).good, "while the server runs, too");
  });

  test("BO-6: heads put away are checked elsewhere by the public key alone, without database and key file", async () => {
    const heads = join(server.folder, "heads"), key = kabinet("audit", "key", server.configuration).trim();
    assert.match(key, /^[0-9a-f]{64}$/);
    const check = (key, file) => spawnSync(program, ["audit", "check", key, file], {encoding: "utf8", cwd: "/"});
    const good = check(key, heads);
    assert.deepEqual([good.status, good.stdout], [0, "1 of 1 signed heads are good\n"]);
    const line = readFileSync(heads, "utf8"), other = join(server.folder, "other");
    for (const changed of [line.replace(/^(\d+) (\d+)/, (_, chain, number) => `${chain} ${number - 1}`), line.replace(/^\d+/, "7"),
                           line.replace(/(.)$/m, (_, last) => (last === "0" ? "1" : "0")), line + line.replace(/^\d+/, "9"), ""]) {
      writeFileSync(other, changed);
      assert.notEqual(check(key, other).status, 0, JSON.stringify(changed));
    }
    assert.notEqual(check("0".repeat(64), heads).status, 0);
    assert.notEqual(check("x", heads).status, 0);
  });

  test("BO-6: killed at any moment, many times: the chain goes on whole, and what was answered is in it", async () => {
    const asked = [];
    for (let round = 0; round < 5; round++) {
      const ask = (_, i) => people[i % 2 ? "support" : "risk"].get("/staff/tasks").catch(() => undefined);
      const going = Array.from({length: 12}, ask);
      await new Promise((done) => setTimeout(done, 5 + 7 * round));
      await server.end("SIGKILL");
      for (const answer of await Promise.all(going))
        if (answer?.status === 200) asked.push(answer.headers.get("x-request-id"));
      await server.run();
    }
    const said = verify();
    assert.ok(said.good, said.said);
    const known = new Set(server.rows("SELECT request FROM audit").map(([request]) => request));
    assert.deepEqual(asked.filter((id) => !known.has(id)), []);
  });

  const two = {skip: database !== "postgres"};
  test("BO-6: two nodes each write a chain of their own; a fault in one is named by its chain", two, async () => {
    const second = new Server();
    second.folder = server.folder;
    second.settings = {...server.settings, node: 2};
    second.configuration = join(server.folder, "second.yaml");
    writeFileSync(second.configuration, readFileSync(server.configuration, "utf8") + 'node: "2"\n');
    await second.run();
    const there = new Member(second, "support");
    there.cookie = people.support.cookie;
    await Promise.all(Array.from({length: 40}, (_, i) => (i % 2 ? there : people.support).get("/staff/tasks")));
    assert.match(verify().said, /^2 chains/);
    assert.ok(verify().good, verify().said);
    await second.end("SIGKILL");
    server.sql("UPDATE audit SET action = 'x' WHERE chain = 2 AND number = 3");
    assert.match(verify().said, /first: chain 2, row 3\b/);
    server.sql("UPDATE audit SET action = 'task.list' WHERE chain = 2 AND number = 3");
    assert.ok(verify().good, verify().said);
  });
});
