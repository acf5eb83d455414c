// BO-3: queues: taken, handed over, the next one, what is late is raised; and transfers that risk should look at, found in
// the transfer's own transaction and never told to the customer.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {startBoth} from "../support/sandbox.mjs";
import {newKey, newPhone, pause, problem, steady} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";
import {Wallets, until} from "../support/wallet.mjs";

const limits = {minimal: {operation: "2000000.00"}};
const backoffice = {lock: {address: 1000000}, suspicious: {sum: "50000.00", payees: 3}, queue: {escalate: "1h"}};
let both, server, wallets, people;

before(async () => {
  both = await startBoth({limits, acquiring: {most: "1000000.00"}, backoffice});
  ({server} = both);
  wallets = new Wallets(both);
  people = await staff(server, {support: "support", support2: "support", risk: "risk", risk2: "risk", admin: "admin"});
});
after(() => both?.stop());

const sees = (who, person) => who.post(`/staff/customers/${person.customer}/reason`, {reason: "Обращение по горячей линии"});
const make = async (person, queue, summary) => {
  await sees(people.support, person);
  const answer = await people.support.post(`/staff/customers/${person.customer}/task`, {queue, summary});
  assert.equal(answer.status, 201, answer.text);
  return answer.body.task;
};
const tasks = async (who, query = "") => (await who.get(`/staff/tasks${query}`)).body.tasks;
const found = async (person) =>
  (await tasks(people.risk, "?queue=backoffice.suspicious")).filter(({customer}) => customer === person.customer);
const sent = async (from, to, sum) => {
  const answer = await wallets.send(from, to, sum);
  assert.equal(answer.status, 201, answer.text);
  return answer.body.id;
};

// ---- working through a queue ----

test("BO-3: the next task is the free one due first; two who ask at once get two", async () => {
  const {support, support2} = people, person = await server.customer();
  const ids = [];
  for (const words of ["первая", "вторая", "третья"]) ids.push(await make(person, "followup", words));
  await server.end();
  server.sql(`UPDATE queue_task SET due = 5 WHERE id = ${ids[2]}`);
  await server.run();
  const one = await support.post("/staff/tasks/next");
  assert.equal(one.body.id, ids[2]);
  const [two, three] = await Promise.all([support, support2].map((who) => who.post("/staff/tasks/next", {queue: "backoffice.followup"})));
  assert.deepEqual([two.body.id, three.body.id].sort(), ids.slice(0, 2));
  assert.equal(problem(await support.post("/staff/tasks/next")), "no-task");
  assert.equal(problem(await people.admin.post("/staff/tasks/next", {queue: "backoffice.followup"})), "no-task", "not his queue");
  assert.deepEqual((await tasks(support, "?state=mine")).map(({id}) => id).sort(), [one.body.id, two.body.id].sort());
  assert.deepEqual((await tasks(support, "?state=overdue")).map(({id}) => id), [ids[2]]);
  assert.deepEqual(await tasks(support, "?state=free"), []);
  assert.equal((await support.post(`/staff/tasks/${two.body.id}/release`)).status, 200);
  assert.deepEqual((await tasks(support, "?state=free")).map(({id}) => id), [two.body.id]);
  const [queue] = (await support.get("/staff")).body.queues.filter(({name}) => name === "backoffice.followup");
  assert.deepEqual([queue.open, queue.free, queue.overdue], [3, 1, 1]);
  assert.equal((await support.get("/staff")).body.tasks.length, 1);
  for (const id of ids) { // put away
    const who = (await tasks(support2, "?state=mine")).some((task) => task.id === id) ? support2 : support;
    await who.post(`/staff/tasks/${id}/take`);
    assert.equal((await who.post(`/staff/tasks/${id}/finish`, {outcome: "done"})).status, 200);
  }
});

test("BO-3: what is long overdue is raised: in the trail, on the administrator's desk, and a colleague may take it over", async () => {
  const {support, support2, admin} = people, person = await server.customer();
  const [late, fresh] = [await make(person, "followup", "ждёт"), await make(person, "followup", "новая")];
  for (const id of [late, fresh]) assert.equal((await support.post(`/staff/tasks/${id}/take`)).status, 200);
  assert.equal(problem(await support2.post(`/staff/tasks/${late}/take`)), "task-taken");
  await server.end();
  server.sql(`UPDATE queue_task SET due = 5 WHERE id = ${late}`);
  server.sql("UPDATE job SET next_at = 0 WHERE name = 'backoffice.escalate'");
  await server.run();
  await until(async () => (await support.get(`/staff/tasks/${late}`)).body.escalated, (raised) => raised === true);
  assert.equal((await support.get(`/staff/tasks/${fresh}`)).body.escalated, false);
  const [queue] = (await admin.get("/staff")).body.queues;
  assert.deepEqual([queue.name, queue.escalated, queue.mine], ["backoffice.followup", 1, false]);
  assert.equal((await admin.get(`/staff/tasks/${late}`)).status, 404, "seen to be late, not opened");
  assert.equal(problem(await support2.post(`/staff/tasks/${fresh}/take`)), "task-taken");
  assert.equal((await support2.post(`/staff/tasks/${late}/take`)).status, 200);
  assert.equal(problem(await support.post(`/staff/tasks/${late}/finish`, {outcome: "done"})), "task-not-yours");
  assert.equal((await support2.post(`/staff/tasks/${late}/finish`, {outcome: "done"})).status, 200);
  const rows = (await admin.get(`/staff/audit?customer=${person.customer}`)).body.rows.map(({action}) => action);
  for (const action of ["task.escalated", "task.taken-over"]) assert.equal(rows.filter((one) => one === action).length, 1, action);
});

// ---- suspicious operations ----

test("BO-3: a sum at the threshold is a task of risk, one below it is not; once, whatever is sent again", async () => {
  const person = await wallets.rich("90000.00"), friend = await server.customer(), key = newKey();
  await sent(person, friend.phone, "100.00");
  assert.deepEqual(await found(person), []);
  const send = () => wallets.send(person, friend.phone, "50000.00", {}, {key});
  const answers = [await send(), await send()];
  assert.equal(answers[0].body.id, answers[1].body.id);
  const [task, ...more] = await found(person);
  assert.deepEqual(more, []);
  assert.match(task.summary, /Крупный перевод: 50.000,00.₽, операция \d+/);
  assert.equal((await people.support.get(`/staff/tasks/${task.id}`)).status, 404, "risk's alone");
  assert.equal(problem(await wallets.send(person, friend.phone, "60000.00")), "not-enough-money");
  assert.equal((await found(person)).length, 1, "what was refused is nothing to look at");
});

test("BO-3: many new payees within an hour are one task; the same payee again, or old ones, are none", async () => {
  const person = await wallets.rich("1000.00"), friends = [];
  for (let i = 0; i < 5; i++) friends.push(await server.customer());
  for (let i = 0; i < 4; i++) await sent(person, friends[i % 2].phone, "1.00");
  assert.deepEqual(await found(person), [], "two, each of them twice");
  await sent(person, friends[2].phone, "1.00");
  const [task] = await until(() => found(person), (all) => all.length === 1); // counted a moment later
  assert.match(task.summary, /Много новых получателей/);
  await sent(person, friends[3].phone, "1.00");
  await sent(person, newPhone(), "1.00"); // nobody has that number yet
  await pause(600);
  await found(person);
  await pause(600);
  assert.equal((await found(person)).length, 1, "once an hour");
});

test("BO-3: a restart forgets nobody who was paid; numbers without a cabinet are people, too", async () => {
  const person = await wallets.rich("1000.00"), number = newPhone();
  for (const to of [number, number, (await server.customer()).phone]) await sent(person, to, "1.00");
  await server.end();
  await server.run();
  await pause(600);
  assert.deepEqual(await found(person), []);
  await sent(person, newPhone(), "1.00");
  await until(() => found(person), (all) => all.length === 1);
});

test("BO-3: payees of long ago are not new ones", async () => {
  const person = await wallets.rich("1000.00"), friends = [];
  for (let i = 0; i < 3; i++) friends.push(await server.customer());
  for (const friend of friends.slice(0, 2)) await sent(person, friend.phone, "1.00");
  await server.end(); // two hours later: entries are known by when they were made
  const hours = 2n * 3600000n << 22n;
  for (const column of ["id", "previous"]) server.sql(`UPDATE entry SET ${column} = ${column} - ${hours} WHERE ${column} <> 0`);
  server.sql(`UPDATE entry SET cause = cause - ${hours} WHERE cause <> 0`);
  server.sql(`UPDATE account SET last_entry = last_entry - ${hours} WHERE last_entry <> 0`);
  await server.run();
  for (const friend of friends) await sent(person, friend.phone, "1.00");
  for (let i = 0; i < 3; i++) await pause(400, await found(person));
  assert.deepEqual(await found(person), [], "only one of the three is new");
});

test("BO-3: money to somebody whose own is stopped is looked at; outcome: his money is stopped, too, and nothing is told", async () => {
  const {risk} = people, person = await wallets.rich("500.00"), mule = await server.customer();
  await sees(risk, mule);
  await risk.post(`/staff/customers/${mule.customer}/freeze`, {reason: "Жалоба потерпевшего"});
  const words = async () => {
    const pages = [];
    for (const path of ["/", "/operations", "/sessions", "/feed", "/support", "/transfers/waiting"])
      pages.push(steady((await server.get(path, person)).text));
    return pages.join("\n");
  };
  await sent(person, mule.phone, "10.00");
  const before = await words();
  assert.doesNotMatch(before, /suspici|подозрит|останов/i);
  const [task] = await found(person);
  assert.match(task.summary, /чьи деньги остановлены/);
  assert.equal((await risk.post(`/staff/tasks/${task.id}/take`)).status, 200);
  assert.equal(await words(), before, "who looks at him is not to be seen");
  assert.equal(problem(await risk.post(`/staff/tasks/${task.id}/finish`, {outcome: "good"})), "outcome-unknown");
  assert.equal((await risk.post(`/staff/tasks/${task.id}/finish`, {outcome: "freeze", note: "Дроп"})).status, 200);
  assert.equal((await wallets.send(person, mule.phone, "1.00")).status, 422);
  assert.equal((await server.get("/staff/tasks", person)).status, 401);
  const rows = (await people.admin.get(`/staff/audit?customer=${person.customer}&kind=changes`)).body.rows;
  for (const action of ["suspicious.found", "customer.frozen", "task.finished"])
    assert.ok(rows.some((row) => row.action === action), action);
});

test("BO-3: the first transfer after the secrets changed is looked at, once; found fine or reported, nobody is stopped", async () => {
  const {risk} = people, person = await wallets.rich("500.00"), friend = await server.customer();
  await server.end();
  server.sql(`INSERT INTO cooling (customer, until, rest) VALUES (${person.customer}, ${Date.now() * 1000 + 3600e6}, 40000)`);
  await server.run();
  await sent(person, friend.phone, "10.00");
  await sent(person, friend.phone, "11.00");
  const [task, ...more] = await found(person);
  assert.match(task.summary, /сразу после смены/);
  assert.equal(more.length, 0);
  await risk.post(`/staff/tasks/${task.id}/take`);
  assert.equal((await risk.post(`/staff/tasks/${task.id}/finish`, {outcome: "report", note: "ФЭС 1"})).status, 200);
  assert.equal((await wallets.send(person, friend.phone, "1.00")).status, 201);
  const rows = (await people.admin.get(`/staff/audit?customer=${person.customer}`)).body.rows;
  assert.ok(rows.some(({action, detail}) => action === "suspicious.reported" && detail === "ФЭС 1"));
});

test("BO-3: found in the transfer's own transaction: after a crash at any moment neither is there without the other", async () => {
  const person = await wallets.rich("900000.00"), friend = await server.customer();
  const going = Array.from({length: 6}, () => wallets.send(person, friend.phone, "50001.00").catch(() => ({})));
  await new Promise((done) => setTimeout(done, 15));
  await server.end("SIGKILL");
  const answers = await Promise.all(going);
  await server.run();
  const operations = (await wallets.operations(person)).filter(({sum}) => sum?.amount?.includes("50001.00"));
  const looked = await found(person);
  assert.equal(looked.length, operations.length);
  assert.ok(operations.length >= answers.filter(({status}) => status === 201).length, "what was answered is there");
});
