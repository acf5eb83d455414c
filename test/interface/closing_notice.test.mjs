// closing_notice.test.mjs (BK-10): a bank's cabinet closes 45 days after it was asked for, which can be taken back until
// then, once nothing is in the way; staff end a contract, two of them, for each reason in its own way. Days go by as in
// closing.test.mjs: what is on disk lies so much further back.

import assert from "node:assert/strict";
import {after, before, describe, test} from "node:test";

import {Cards} from "../support/cards.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {newKey, pause, problem} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";
import {Wallets, limits, until} from "../support/wallet.mjs";

const DAY_US = 86400000000n;
let both, server, wallets, people;
before(async () => {
  both = await startBoth({limits, closing: {notice: "45d", told_again: "30d"}, cards: {close_first: true},
                          backoffice: {lock: {address: 1000000}}});
  ({server} = both);
  wallets = new Wallets(both);
  people = await staff(server, {risk: "risk", finance: "finance", support: "support"});
});
after(() => both?.stop());

const wish = {reason: "unused", consent: "yes"};
const close = (who) => server.post("/settings/closing", wish, {token: who.token});
const page = async (who) => (await server.get("/settings/closing", {token: who.token})).body;
const alive = async (who) => (await server.get("/sessions", {token: who.token})).status === 200;
const waits = () => server.rows("SELECT COUNT(*) FROM closing_wait")[0][0];
const said = async (who, what) => (await server.messages(who.phone)).filter((text) => what.test(text)).length;

// So many days go by for everybody who waits, and the job looks.
async function days(count, signal = "SIGTERM") {
  await server.end(signal);
  const us = BigInt(count) * DAY_US;
  server.sql(`UPDATE closing_wait SET asked = asked - ${us}, due = due - ${us}, told = CASE told WHEN 0 THEN 0 ELSE told - ${us} END`);
  server.sql("UPDATE job SET next_at = 1 WHERE name = 'closing.waits'");
  await server.run();
  await until(() => server.rows("SELECT next_at FROM job WHERE name = 'closing.waits'")[0][0],
              (at) => at > Date.now() * 1000); // a piece after a piece
}

async function begin(who, cause, reason = "Основание: письмо № 7") {
  const {risk} = people, path = `/staff/customers/${who.customer}`;
  assert.equal((await risk.post(`${path}/reason`, {reason: "Расторжение договора"})).status, 200);
  return risk.post(`${path}/closing`, {cause, reason}, {key: newKey()});
}
async function ended(who, cause) {
  const asked = await begin(who, cause);
  assert.equal(asked.status, 200, asked.text);
  const {finance} = people, at = `/staff/approvals/${asked.body.approval}`;
  assert.equal((await finance.post(`/staff/customers/${who.customer}/reason`, {reason: "Второй сотрудник"})).status, 200);
  const {seen, facts} = (await finance.get(at)).body;
  assert.ok(facts.length > 0, "the second person sees on what ground");
  const done = await finance.post(`${at}/confirm`, {seen});
  assert.equal(done.status, 200, done.text);
}

describe("BK-10: asked for by its owner", () => {
  test("told the day, not closed before it, closed on it, with one SMS", async () => {
    const who = await server.customer();
    assert.equal((await page(who)).days, 45);
    const asked = await close(who);
    assert.deepEqual([asked.status, asked.body.closed], [200, false], asked.text);
    assert.equal(Math.round((new Date(asked.body.due) - Date.now()) / 86400e3), 45);
    assert.equal((await page(who)).waiting.own, true);
    assert.equal(problem(await close(who)), "closing-asked-already");
    await until(() => said(who, /закроется/), (count) => count === 1);
    await days(44);
    assert.ok(await alive(who), "a day is left");
    await days(2);
    await until(() => alive(who), (there) => !there);
    await until(() => said(who, /закрыт по вашей просьбе/), (count) => count === 1);
    assert.equal(waits(), 0);
  });

  test("taken back: nothing closes", async () => {
    const who = await server.customer(), other = await server.customer(), cancel = (by) =>
      server.post("/settings/closing/cancel", {}, {token: by.token});
    assert.equal((await close(who)).status, 200);
    assert.equal((await cancel(other)).status, 404, "another's is none");
    assert.equal((await cancel(who)).status, 200);
    assert.equal((await cancel(who)).status, 404);
    assert.equal((await page(who)).waiting, undefined);
    await days(46);
    assert.ok(await alive(who));
    await until(() => said(who, /закрытие отменено/), (count) => count === 1);
  });

  test("money that came meanwhile, a debt: it stays, he is told once a month, and closes when it is out", async () => {
    const who = await server.customer(), rich = await wallets.rich("300.00");
    assert.equal((await close(who)).status, 200);
    await wallets.send(rich, who.phone, "120.00"); // a refund that came late, say
    await days(46);
    assert.ok(await alive(who), "nobody's money is taken");
    assert.match((await page(who)).obstacles[0].text, /120/);
    await until(() => said(who, /что-то ещё не закончено/), (count) => count === 1);
    await days(2);
    await days(2);
    assert.equal(await said(who, /что-то ещё не закончено/), 1, "not each day");
    await days(31, "SIGKILL");
    await until(() => said(who, /что-то ещё не закончено/), (count) => count === 2);
    await wallets.send(who, rich.phone, "120.00");
    assert.ok(await alive(who));
    await days(2);
    await until(() => alive(who), (there) => !there);
    await until(() => said(who, /закрыт по вашей просьбе/), (count) => count === 1);
  });

  test("the card first: while there is one nothing closes, and each is named", async () => {
    const cards = new Cards(both), who = await wallets.rich("10.00"), id = await cards.virtual(who);
    await wallets.send(who, (await server.customer()).phone, "10.00");
    assert.equal(problem(await close(who)), "closing-in-the-way");
    const [only, ...more] = (await page(who)).obstacles;
    assert.deepEqual([only.href, more], [`/cards/${id}`, []]);
    assert.match(only.text, /сначала закройте карту/);
    const closed = await server.post(`/cards/${id}/close`, {}, {token: who.token, key: newKey()});
    assert.equal(closed.status, 200, closed.text);
    assert.deepEqual((await page(who)).obstacles, []);
    assert.equal((await close(who)).status, 200);
  });

  test("what is in the way is told before asking; pages without scripts", async () => {
    const who = await wallets.rich("50.00"), browser = server.browser();
    assert.equal(problem(await close(who)), "closing-in-the-way");
    const friend = await server.customer();
    await wallets.send(who, friend.phone, "50.00");
    await browser.signIn(who);
    await browser.go("/settings/closing");
    assert.match(browser.html, /через 45 дней/);
    await browser.send("/settings/closing", {reason: "fees", consent: "yes", words: ""});
    assert.equal(browser.path, "/settings/closing");
    assert.match(browser.html, /Кабинет закроется/);
    assert.match(browser.html, /Выписка за любой срок/);
    await browser.send("/settings/closing/cancel", {});
    assert.match(browser.html, /Подать заявление на закрытие/);
  });
});

describe("BK-10: ended by staff", () => {
  test("a second person confirms; who may not ask cannot; a wrong ground is none", async () => {
    const who = await server.customer(), {risk, support} = people, path = `/staff/customers/${who.customer}`, before = waits();
    assert.equal((await support.post(`${path}/reason`, {reason: "Любопытно"})).status, 200);
    assert.equal((await support.post(`${path}/closing`, {cause: "law", reason: "Просто так"}, {key: newKey()})).status, 403);
    assert.equal((await begin(who, "boredom")).status, 422);
    assert.equal((await begin(who, "law", "")).status, 422);
    const asked = await begin(who, "agreement"), {seen} = (await risk.get(`/staff/approvals/${asked.body.approval}`)).body;
    assert.notEqual((await risk.post(`/staff/approvals/${asked.body.approval}/confirm`, {seen})).status, 200, "not by who asked");
    assert.equal(waits(), before);
  });

  test("the agreement has ended: told, and closed after the notice; the owner cannot take it back, staff can", async () => {
    const who = await server.customer(), kept = await server.customer(), {risk} = people;
    await ended(who, "agreement");
    await ended(kept, "documents");
    assert.equal((await page(who)).waiting.own, false);
    assert.equal((await server.post("/settings/closing/cancel", {}, {token: who.token})).status, 404);
    assert.equal(problem(await close(who)), "closing-in-the-way");
    await until(() => said(who, /мы расторгаем договор/), (count) => count === 1);
    const cancelled = await risk.post(`/staff/customers/${kept.customer}/closing/cancel`, {reason: "Документы пришли"});
    assert.equal(cancelled.status, 200, cancelled.text);
    await days(46);
    await until(() => alive(who), (there) => !there);
    await until(() => said(who, /договор расторгнут/), (count) => count === 1);
    assert.ok(await alive(kept));
  });

  test("by law: money stands still at once, sessions end; it closes when the money is out", async () => {
    const who = await wallets.rich("70.00"), before = waits();
    await ended(who, "law");
    assert.equal(await alive(who), false, "signed out");
    await until(() => said(who, /операции остановлены/), (count) => count === 1);
    const again = await server.post("/signin", {phone: who.phone, password: who.password});
    assert.equal(again.status, 200, again.text);
    const sent = await wallets.send({...who, token: again.body.token}, (await server.customer()).phone, "70.00");
    assert.notEqual(sent.status, 200);
    await days(2);
    assert.equal(waits(), before + 1, "70 roubles are his");
  });

  test("a death, a warrant: nobody is told, not on the page nor in what is kept of him; empty, it closes", async () => {
    const dead = await server.customer(), wanted = await wallets.rich("10.00"), before = waits();
    await ended(wanted, "wanted");
    await pause(300);
    const {body} = await server.post("/signin", {phone: wanted.phone, password: wanted.password});
    assert.equal((await page({token: body.token})).waiting, undefined);
    assert.doesNotMatch((await server.get("/settings/export.json", {token: body.token})).text, /розыск|wanted/);
    await ended(dead, "death");
    await days(0);
    await until(() => server.rows("SELECT COUNT(*) FROM closing_wait")[0][0], (count) => count === before + 1);
    assert.equal(await said(wanted, /договор|операции/), 0);
    await days(40);
    assert.equal(await said(wanted, /не закончено|договор/), 0);
  });
});
