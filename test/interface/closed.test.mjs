// closed.test.mjs: cabinets that staff closed: their data go by themselves when the law's term is over, as if the customer
// had asked; those closed before the program knew of it, too; and no bare number is left among the messages (ID-17).

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {startBoth} from "../support/sandbox.mjs";
import {newKey, problem} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";
import {Wallets, limits, until} from "../support/wallet.mjs";

const DAY_US = 86400000000n;
let both, server, wallets, people;
before(async () => {
  both = await startBoth({limits, erasure: {delay: "14d", kept: "1827d"}, backoffice: {lock: {address: 1000000}}});
  ({server} = both);
  wallets = new Wallets(both);
  people = await staff(server, {finance: "finance", finance2: "finance", admin: "admin"});
});
after(() => both?.stop());

async function closed(person) {
  const {finance, finance2} = people, path = `/staff/customers/${person.customer}`;
  assert.equal((await finance.post(`${path}/reason`, {reason: "Просит закрыть по телефону"})).status, 200);
  const asked = await finance.post(`${path}/close`, {reason: "Договор расторгнут"}, {key: newKey()});
  assert.equal(asked.status, 200, asked.text);
  const {seen} = (await finance2.get(`/staff/approvals/${asked.body.approval}`)).body;
  assert.equal((await finance2.post(`/staff/approvals/${asked.body.approval}/confirm`, {seen})).status, 200);
  assert.equal((await server.get("/sessions", person)).status, 401);
}

const rowOf = () => server.rows("SELECT CAST(customer AS TEXT), CAST(destroys - closes AS TEXT), asked, state, identified FROM erasure " +
                                "WHERE id = (SELECT max(id) FROM erasure)")[0];
// The job runs at once, as if those days had gone by.
async function later(days, ...changes) {
  await server.end();
  for (const change of changes) server.sql(change);
  server.sql(`UPDATE erasure SET closes = closes - ${BigInt(days) * DAY_US}, destroys = destroys - ${BigInt(days) * DAY_US}, ` +
             `due = due - ${BigInt(days) * DAY_US} WHERE state = 2`);
  server.sql("UPDATE job SET next_at = 1 WHERE name = 'erasure.work'");
  const runs = server.rows("SELECT runs FROM job WHERE name = 'erasure.work'")[0][0];
  await server.run();
  await until(() => server.rows("SELECT runs FROM job WHERE name = 'erasure.work'")[0][0], (now) => now > runs);
}
const stateOf = (key) => server.rows(`SELECT state FROM erasure WHERE customer = ${key}`)[0][0];

test("ID-17: whom nobody identified: two weeks to find a mistake, then his data go; the act says why", async () => {
  const person = await server.customer();
  await server.post("/settings/profile", {name: "Анна П."}, {token: person.token});
  await closed(person);
  const [key, term, asked, state, identified] = rowOf();
  assert.deepEqual([term, asked, state, identified], [String(14n * DAY_US), 0, 2, 0]);
  await later(13);
  assert.equal(stateOf(key), 2);
  assert.ok(server.rows(`SELECT length(name) FROM customer WHERE id = ${key}`)[0][0] > 0, "still to be found");
  await later(1);
  await until(() => stateOf(key), (now) => now === 4);
  const [[phone, name]] = server.rows(`SELECT length(phone), name FROM customer WHERE id = ${key}`);
  assert.deepEqual([phone, name], [0, null]);
  const {admin} = people, [{id}] = (await admin.get("/staff/erasures")).body.erasures;
  const act = (await admin.get(`/staff/erasures/${id}`)).body;
  assert.deepEqual([act.state, act.asked], ["done", undefined]);
  for (const path of ["/staff/erasures", `/staff/erasures/${id}`]) {
    const page = await admin.get(path, {headers: {Accept: "text/html", "Accept-Language": "ru"}});
    assert.equal(page.status, 200, page.text);
    assert.match(page.text, path === "/staff/erasures" ? /Закрыт сотрудником/ : /договор прекращён/);
  }
});

test("ID-17: an identified customer's data are kept for five years by law, then they go", async () => {
  const person = await server.customer();
  await server.end();
  server.sql("UPDATE customer SET level = 2 WHERE id = (SELECT max(id) FROM customer)");
  await server.run();
  await closed(person);
  const [key, term, asked, state, identified] = rowOf();
  assert.deepEqual([term, asked, state, identified], [String(1827n * DAY_US), 0, 2, 1]);
  await later(1826);
  assert.equal(stateOf(key), 2);
  await later(1);
  await until(() => stateOf(key), (now) => now === 4);
  assert.equal(server.rows(`SELECT length(phone) FROM customer WHERE id = ${key}`)[0][0], 0);
});

test("ID-17: money that came in since stands in the way, until it is settled", async () => {
  const person = await server.customer();
  await closed(person);
  const [key] = rowOf();
  const of = `WHERE owner = ${key} AND purpose = (SELECT purpose FROM account WHERE owner = ${key} ORDER BY id LIMIT 1)`;
  await later(14, `UPDATE account SET balance = 500 ${of}`);
  assert.equal(stateOf(key), 2);
  assert.ok(server.rows(`SELECT length(phone) FROM customer WHERE id = ${key}`)[0][0] > 0);
  await later(1, `UPDATE account SET balance = 0 ${of}`);
  await until(() => stateOf(key), (now) => now === 4);
});

test("ID-17: cabinets closed before the program knew of it are found, and the term runs from then", async () => {
  const person = await server.customer();
  await closed(person);
  const [key] = rowOf();
  await server.end();
  server.sql(`DELETE FROM erasure WHERE customer = ${key}`);
  server.sql("DELETE FROM store_migration WHERE feature = 'erasure' AND number = 2");
  server.sql("UPDATE job SET next_at = 1 WHERE name = 'erasure.work'");
  await server.run();
  await until(() => stateOf(key), (state) => state === 2);
  const [[term, asked]] = server.rows(`SELECT CAST(destroys - closes AS TEXT), asked FROM erasure WHERE customer = ${key}`);
  assert.deepEqual([term, asked], [String(14n * DAY_US), 0]);
  await later(14);
  await until(() => stateOf(key), (state) => state === 4);
});

test("ID-17: of messages to his bare number the fate stays, where to is gone at once; another's is kept", async () => {
  const person = await server.customer(), other = await server.customer();
  const bare = () => server.rows("SELECT length(address), state, id FROM message WHERE customer = 0")
    .sort((a, b) => a[2] - b[2]).map(([size, state]) => [size > 0, state]);
  await until(bare, (rows) => rows.length >= 2 && rows.every(([, state]) => state === 1));
  const before = bare(), kept = before.filter(([there]) => there).length;
  const texts = await server.messages(person.phone);
  assert.equal(texts.length, 1, "his code");
  await closed(person);
  const now = await until(bare, (rows) => rows.length === before.length + 1 && rows.every(([, state]) => state === 1)); // the farewell
  assert.equal(now.filter(([there]) => there).length, kept - 1);
  assert.ok(now.every(([, state]) => state === 1), "that they were sent is known");
  assert.equal(server.rows("SELECT 1 FROM message WHERE address_hash IS NOT NULL AND length(address) = 0").length, 0);
  assert.equal((await server.get("/sessions", other)).status, 200);
  assert.equal((await people.admin.get("/staff/messages", {headers: {Accept: "text/html"}})).status, 200, "drawn without it");
  assert.equal(problem(await server.post("/signin", {phone: person.phone, password: person.password})), "sign-in-wrong");
});
