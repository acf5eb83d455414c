// phoned.test.mjs: cases that staff open for those who only phone (SU-1, SU-3, BO-1): a customer found by his number, a
// stranger with a number to call back.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {Server, newKey, newPhone, problem} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";

let server, people;
before(async () => {
  server = await Server.start();
  people = await staff(server, {anna: "support", boris: "support", risk: "risk", admin: "admin"});
});
after(() => server?.stop());

const open = (member, phone, more = {}, key = newKey()) =>
  member.post("/staff/cases", {phone, text: "Не приходит код из SMS", ...more}, {key});
const listed = async (member, id) => (await member.get("/staff/cases")).body.cases.find((one) => one.id === id);

test("SU-1: a customer who phones is found by his number; the case is his, and he sees in his cabinet what was said", async () => {
  const who = await server.customer();
  const made = await open(people.anna, who.phone.replace("+7", "8 "));
  assert.equal(made.status, 201, made.text);
  assert.deepEqual([made.body.customer, made.body.call], [true, false]);
  const path = `/staff/cases/${made.body.case}`;
  const {channel, free} = await listed(people.boris, made.body.case);
  assert.deepEqual([channel, free], ["call", true]);
  assert.ok(!(await people.boris.get(path)).text.includes("Не приходит код"), "nothing of it before it is taken");
  const {case: own} = (await server.get("/support", who)).body;
  assert.ok(own.messages.some(({text}) => text === "По телефону: Не приходит код из SMS"), JSON.stringify(own));
  assert.equal((await people.anna.post(`${path}/take`)).status, 200);
  assert.match((await people.anna.get(path)).text, /По телефону: Не приходит код/);
  const again = await open(people.boris, who.phone, {text: "Всё ещё не приходит"});
  assert.equal(again.body.case, made.body.case, "one conversation");
  const rows = (await people.admin.get("/staff/audit?action=support.case.opened")).body.rows ?? [];
  assert.ok(JSON.stringify(rows).includes(made.body.case), "on record: who opened it, for whom");
});

test("SU-1: of a stranger the number is kept to call back, sealed, for who has taken the case", async () => {
  const phone = newPhone(), made = await open(people.anna, phone, {part: "evening"});
  assert.deepEqual([made.body.customer, made.body.call], [false, true]);
  const call = (await people.boris.get("/staff/calls")).body.calls.find((one) => one.case === made.body.case);
  assert.match(call.when, /Вечером/);
  const digits = phone.slice(-7), path = `/staff/cases/${made.body.case}`;
  const shown = (text) => text.replace(/\D/g, "").includes(digits);
  assert.ok(!shown((await people.boris.get(path)).text), "not before it is taken");
  assert.equal((await people.boris.post(`${path}/take`)).status, 200);
  assert.ok(shown((await people.boris.get(path)).text));
  const [[size]] = server.rows(`SELECT length(phone) FROM support_callback WHERE case_id = ${made.body.case}`);
  assert.ok(Number(size) > 40, "sealed");
  assert.notEqual((await open(people.anna, phone)).body.case, made.body.case, "nobody is taken for somebody by a number");
});

test("SU-1: sent twice it is one; without a number or words, and by others, none", async () => {
  const key = newKey(), phone = newPhone();
  const [first, second] = [await open(people.anna, phone, {}, key), await open(people.anna, phone, {}, key)];
  assert.equal(second.body.case, first.body.case);
  assert.equal((await open(people.anna, "12")).status, 422);
  assert.equal((await open(people.anna, phone, {text: ""})).status, 422);
  assert.equal(problem(await open(people.risk, phone)), "not-allowed");
  assert.equal((await server.post("/staff/cases", {phone, text: "Не приходит"}, {key: newKey()})).status, 401);
});

test("SU-1: as a page, without scripts", async () => {
  const browser = server.browser(), phone = newPhone();
  browser.cookies.set("staff", people.anna.cookie);
  await browser.go("/staff/cases");
  assert.match(browser.html, /href="\/staff\/cases\/new"/);
  await browser.go("/staff/cases/new");
  await browser.send("/staff/cases", {phone, text: ""});
  assert.equal(browser.status, 422);
  assert.ok(browser.html.includes("Запишите, с чем обратились"), browser.html);
  await browser.send("/staff/cases", {phone, text: "Хочет стать клиентом"});
  assert.match(browser.path, /^\/staff\/cases\/\d+$/, browser.html);
});
