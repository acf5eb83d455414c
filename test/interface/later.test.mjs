// later.test.mjs: what jobs do when time has gone by: conversations that fell silent are closed, customers who have left
// hear that they were answered, the command log and the outbox keep what they must and no more. The clock is moved by
// moving what is on disk back: for the program it is the same.

import assert from "node:assert/strict";
import {after, before, describe, test} from "node:test";

import {Server, newKey, newPhone, problem} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";
import {until} from "../support/wallet.mjs";

const DAY = 24 * 3600e3;
const ids = (ms) => String(BigInt(Math.round(ms)) << 22n); // so far apart are ids of moments so far apart
const us = (ms) => String(Math.round(ms * 1000));
let server, people;

before(async () => {
  server = await Server.start({support: {hours: {weekdays: "00:00-24:00", weekends: "00:00-24:00"}}});
  people = await staff(server, {agent: "support", other: "support"});
});
after(() => server?.stop());

// The jobs run at once, on what was changed meanwhile; runs: how often that one had.
async function goOn(job, ...changes) {
  await server.end();
  for (const change of changes) server.sql(change);
  server.sql("UPDATE job SET next_at = 1");
  const runs = () => server.rows(`SELECT runs FROM job WHERE name = '${job}'`)[0]?.[0] ?? 0;
  const before = runs();
  await server.run();
  await until(runs, (now) => now > before);
}

const say = (who, text) => server.post("/support", {text}, {token: who.token, key: newKey()});
const chat = async (who) => (await server.get("/support", {token: who.token})).body;
async function answered(who, words) {
  const asked = await say(who, "Где деньги?");
  assert.equal(asked.status, 201, asked.text);
  const path = `/staff/cases/${asked.body.case}`;
  assert.equal((await people.agent.post(`${path}/take`)).status, 200);
  const said = await people.agent.post(`${path}/say`, {text: words}, {key: newKey()});
  assert.ok(said.status < 300, said.text);
  return asked.body.case;
}
const older = (what, id, by) => `UPDATE support_case SET ${what} = ${what} - ${by} WHERE id = ${id}`;

describe("SU-1: conversations that fell silent", () => {
  const aged = (id, days) => older("changed", id, us(days * DAY));

  test("answered and silent for three days: closed by itself; two days, or unanswered for a month: open", async () => {
    const silent = await server.customer(), lately = await server.customer(), waits = await server.customer();
    const first = await answered(silent, "Пришли вчера."), second = await answered(lately, "Завтра.");
    const third = (await say(waits, "Ау")).body.case;
    await goOn("support.silent", aged(first, 3.01), aged(second, 2.9), aged(third, 30));
    await until(async () => (await people.agent.get(`/staff/cases/${first}`)).body.state, (state) => state === "closed");
    assert.equal((await chat(lately)).case.state, "answered");
    assert.equal((await chat(waits)).case.state, "waiting", "who waits is never closed");
    const [[outcome, note]] = server.rows(`SELECT outcome, finished_by FROM queue_task WHERE subject = ${first}`);
    assert.deepEqual([outcome, note], ["silent", 0], "its task is over, and nobody is said to have done it");
    const tasks = (await people.agent.get("/staff/cases")).body.cases.map(({id}) => id);
    assert.ok(!tasks.includes(first) && tasks.includes(second), "nobody has to look at it any more");

    // He may still read and rate it; writing again is another conversation.
    assert.equal((await server.post(`/support/cases/${first}/rate`, {score: 5}, {token: silent.token})).status, 200);
    const again = await say(silent, "Не пришли!");
    assert.equal(again.status, 201);
    assert.notEqual(again.body.case, first);
  });

  test("he writes at the last moment: it stays open and waits for an answer", async () => {
    const who = await server.customer(), id = await answered(who, "Пришли.");
    await server.end();
    server.sql(aged(id, 3.01));
    server.sql("UPDATE job SET next_at = 9000000000000000 WHERE name = 'support.silent'");
    await server.run();
    assert.equal((await say(who, "Ещё вопрос")).body.case, id);
    await goOn("support.silent");
    assert.equal((await chat(who)).case.state, "waiting");
  });
});

describe("SU-1: who has left hears that he was answered", () => {
  const aged = (id, minutes) => older("last_staff", id, ids(minutes * 60e3));
  const told = async (who) => (await server.messages(who.phone)).filter((text) => /ответил/i.test(text)).length;

  test("once, after two minutes, unless he has read it", async () => {
    const left = await server.customer(), reads = await server.customer(), soon = await server.customer();
    const first = await answered(left, "Ответ"), second = await answered(reads, "Ответ"), third = await answered(soon, "Ответ");
    assert.equal((await chat(reads)).case.messages.at(-1).text, "Ответ");
    await goOn("support.answered", aged(first, 3), aged(second, 3));
    await until(() => told(left), (count) => count === 1);
    const [text] = await server.messages(left.phone);
    assert.ok(!text.includes("Ответ"), "not what was said");
    assert.deepEqual([await told(reads), await told(soon)], [0, 0]);

    await goOn("support.answered", aged(first, 60), aged(third, 3)); // and again: once is enough
    await until(() => told(soon), (count) => count === 1);
    assert.equal(await told(left), 1);

    assert.equal((await people.agent.post(`/staff/cases/${first}/say`, {text: "И ещё"}, {key: newKey()})).status < 300, true);
    await goOn("support.answered", aged(first, 3));
    await until(() => told(left), (count) => count === 2);
  });

  test("a guest has no channel: nobody is told, nothing fails", async () => {
    const guest = server.browser();
    await guest.go("/support");
    await guest.send("/support", {text: "Кто-нибудь?"});
    const [[id]] = server.rows("SELECT CAST(id AS TEXT) FROM support_case WHERE id = (SELECT max(id) FROM support_case)");
    assert.equal((await people.agent.post(`/staff/cases/${id}/take`)).status, 200);
    assert.ok((await people.agent.post(`/staff/cases/${id}/say`, {text: "Да"}, {key: newKey()})).status < 300);
    await goOn("support.answered", aged(id, 3));
    await until(() => server.rows(`SELECT told - last_staff FROM support_case WHERE id = ${id}`)[0][0], (rest) => rest === 0);
  });
});

describe("LE-4: the command log keeps what it must", () => {
  const back = (table, days) => `UPDATE ${table} SET id = id - ${ids(days * DAY)}`;
  const count = (of) => server.rows(`SELECT 1 FROM ${of}`).length;
  const logged = () => count("command_log");
  const oldest = () => count("command_log WHERE action = 'test.old'");

  test("a key gives the same answer within its window; ninety days later nothing of the command is left", async () => {
    const who = await server.customer(), key = newKey();
    const add = (phone) => server.post("/favourites", {name: "Мама", phone}, {token: who.token, key});
    const phone = newPhone(), first = await add(phone);
    assert.equal(first.status, 201, first.text);
    await goOn("engine.forget", back("command_log", 29), back("command_key", 29));
    const again = await add(phone);
    assert.equal(again.text, first.text, "29 days later, after a start");
    assert.equal(problem(await add(newPhone())), "idempotency-key-reused");
    assert.ok(logged() > 0);

    await goOn("engine.forget", back("command_log", 91), back("command_key", 91), back("outbox", 91));
    await until(() => count("command_log WHERE action = 'favourites.add'"), (left) => left === 0);
    assert.equal(count("command_key"), 0);
    await until(() => count("outbox WHERE state <> 0"), (left) => left === 0);
    const other = await add(newPhone());
    assert.equal(other.status, 201, `a key of long ago is a new one: ${other.text}`);
  });

  test("in small pieces, while customers go on; what is younger stays whole", async () => {
    await server.end();
    const young = logged();
    const rows = "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) SELECT i FROM n) AS numbers";
    server.sql("INSERT INTO command_log (id, owner, session, staff, action, address, request, status) " +
               `SELECT i * 2, 7, 0, 0, 'test.old', '203.0.113.7', 'x', 200 FROM ${rows}`);
    server.sql("UPDATE job SET next_at = 1 WHERE name = 'engine.forget'");
    const runs = server.rows("SELECT runs FROM job WHERE name = 'engine.forget'")[0][0];
    await server.run();
    const who = await server.customer();
    await until(oldest, (left) => left === 0);
    assert.ok(server.rows("SELECT runs FROM job WHERE name = 'engine.forget'")[0][0] - runs >= 5000 / 256, "many small commands");
    assert.ok(logged() >= young, "nothing else went");
    assert.equal((await server.get("/sessions", {token: who.token})).status, 200);
    const verified = server.command("verify");
    assert.equal(verified.status, 0, verified.output + verified.errors);
  });

  test("the log may not be forgotten before its keys are", async () => {
    await assert.rejects(Server.start({key_window: "60d", log_kept: "30d"}), /log_kept: must be key_window or longer/);
  });
});
