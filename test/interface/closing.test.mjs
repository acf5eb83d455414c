// closing.test.mjs (WA-13): a cabinet closed by its owner, money out first; asked for by a guest whose phone is lost, which
// proves nothing; and by itself after 366 days without an operation, with warnings. The clock is moved by moving what is
// on disk back: for the program it is the same.

import assert from "node:assert/strict";
import {after, before, describe, test} from "node:test";

import {startBoth} from "../support/sandbox.mjs";
import {Server, database, newKey, newPhone, pause, problem, steady} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";
import {Wallets, limits, until} from "../support/wallet.mjs";

const DAY_US = 86400000000n;
const settings = {limits, closing: {hour: "0"}, erasure: {delay: "14d"}, backoffice: {lock: {address: 1000000}},
                  support: {hours: {weekdays: "00:00-24:00", weekends: "00:00-24:00"}}};
let both, server, wallets, people;
before(async () => {
  both = await startBoth(settings);
  ({server} = both);
  wallets = new Wallets(both);
  people = await staff(server, {support: "support", finance: "finance", finance2: "finance"});
});
after(() => both?.stop());

const wish = {reason: "unused", consent: "yes"};
const close = (who, more = {}) => server.post("/settings/closing", {...wish, ...more}, {token: who.token});
const gone = async (who) => assert.equal((await server.get("/sessions", {token: who.token})).status, 401);
const fields = ({body}) => body.errors.map(({field}) => field).sort();
const farewells = async (phone) => (await server.messages(phone)).filter((text) => /закрыт/.test(text));

describe("WA-13: by its owner", () => {
  test("the form's fields: a reason, consent that is yes, an address that is one", async () => {
    const who = await server.customer();
    assert.equal((await server.post("/settings/closing", wish)).status, 401);
    assert.deepEqual(fields(await server.post("/settings/closing", {}, {token: who.token})), ["consent", "reason"]);
    assert.deepEqual(fields(await close(who, {consent: "no"})), ["consent"]);
    assert.deepEqual(fields(await close(who, {consent: "maybe", reason: "bored"})), ["consent", "reason"]);
    assert.deepEqual(fields(await close(who, {email: "nowhere"})), ["email"]);
    assert.deepEqual(fields(await close(who, {words: "я".repeat(501)})), ["words"]);
    assert.equal((await server.get("/sessions", {token: who.token})).status, 200, "nothing happened");
    assert.equal(server.rows("SELECT 1 FROM closing_wish").length, 0);
  });

  test("money, a hold and what waits come first; then it closes at once, with one SMS", async () => {
    const who = await wallets.rich("500.00"), friend = await server.customer();
    const page = async () => (await server.get("/settings/closing", {token: who.token})).body;
    assert.equal((await page()).possible, false);
    assert.match((await page()).obstacles[0].text, /500/);
    assert.equal(problem(await close(who)), "closing-in-the-way");
    const waits = await wallets.send(who, newPhone(), "20.00");
    await wallets.send(who, friend.phone, "480.00");
    assert.equal(problem(await close(who)), "closing-in-the-way", "a transfer waits");
    const {cancel} = (await server.get(`/operations/${waits.body.id}`, {token: who.token})).body;
    assert.equal((await server.post(cancel, {}, {token: who.token, key: newKey()})).status, 200);
    assert.equal(problem(await close(who)), "closing-in-the-way", "it came back");
    await wallets.send(who, friend.phone, "20.00");
    assert.deepEqual([(await page()).possible, (await page()).obstacles], [true, []]);

    const before = (await server.messages(who.phone)).length;
    const done = await close(who, {reason: "other", words: "Уезжаю на перепелиную ферму", email: "ivan@example.ru"});
    assert.equal(done.status, 200, done.text);
    assert.equal(done.body.closed, true);
    await gone(who);
    const said = await server.messages(who.phone, before);
    assert.match(said[0], /закрыт по вашей просьбе/);
    await pause(300);
    assert.deepEqual([(await server.messages(who.phone)).length, (await farewells(who.phone)).length], [before + 1, 1]);
    assert.equal(problem(await server.post("/signin", {phone: who.phone, password: who.password})), "sign-in-wrong");
    const [act] = (await people.support.get("/staff/erasures")).body.erasures;
    assert.deepEqual([act.state, "done" in act, "asked" in act], ["closed", false, false]);
    const [farewell] = (await server.get("/sandbox/messages")).body.messages;
    assert.equal(farewell.address ?? "", "", "whereto it went is forgotten");
    const bytes = database === "postgres" ? "encode(words, 'hex')" : "hex(words)";
    const [[words]] = server.rows(`SELECT ${bytes} FROM closing_wish WHERE way = 1`);
    assert.ok(words.length > 20 && !Buffer.from(words, "hex").includes("ферму"), "sealed");
    const again = await server.customer({phone: who.phone, messages: before + 1});
    assert.notEqual(again.customer, who.customer, "the number is free");
  });

  test("a fresh proof is asked for; what was asked for before (ID-17) is settled by it; pages without scripts", async () => {
    const own = await startBoth(settings);
    try {
      const who = await own.server.customer(), browser = own.server.browser();
      await browser.signIn(who);
      await own.server.proofsOver(who);
      const as = {token: who.token};
      assert.equal(problem(await own.server.post("/settings/closing", wish, as)), "confirmation-needed");
      await browser.go("/help");
      assert.match(browser.html, /href="\/settings\/closing"/);
      await browser.go("/settings/profile");
      assert.match(browser.html, /href="\/settings\/closing"/);
      await browser.go("/settings/closing");
      assert.doesNotMatch(browser.html, / checked/);
      await browser.send("/settings/closing", {reason: "fees", consent: "no", words: "Дорого"});
      assert.equal(browser.status, 422);
      assert.match(browser.html, /Без согласия/);
      assert.match(browser.html, /Дорого<\/textarea>/);
      assert.match(browser.html, /value="no" required checked/);
      assert.match(browser.html, /value="fees" selected/);
      await browser.send("/settings/closing", {reason: "fees", consent: "yes", words: "Дорого"});
      assert.equal(browser.path, "/confirm");
      await browser.send("/confirm", {password: who.password});
      for (let hops = 0; hops < 3 && browser.path !== "/help/closing/closed"; hops++)
        await browser.send("/settings/closing", {reason: "fees", consent: "yes", words: "Дорого"});
      assert.equal(browser.path, "/help/closing/closed", browser.html.slice(0, 3000));
      assert.match(browser.html, /Кабинет закрыт/);
      await browser.go("/settings/profile");
      assert.match(browser.path, /signin/);
      const [[asked, state]] = own.server.rows("SELECT asked, state FROM erasure");
      assert.deepEqual([asked, state], [0, 2], "his data go when the law's time is over");
    } finally {
      await own.stop();
    }
  });

  test("pressed twice at once: closed once, told once", async () => {
    const who = await server.customer();
    const answers = await Promise.all(Array.from({length: 8}, () => close(who)));
    assert.equal(answers.filter(({status}) => status === 200).length, 1, answers.map(({text}) => text).join("\n"));
    await until(() => farewells(who.phone), ({length}) => length > 0);
    await pause(300);
    assert.equal((await farewells(who.phone)).length, 1);
  });
});

describe("WA-13: asked for by a guest", () => {
  const ask = async (phone, more = {}) =>
    server.post("/help/closing", {...wish, phone, altcha: await server.proof(), ...more});
  const cases = async () => (await people.support.get("/staff/cases")).body.cases;
  const taken = () => until(() => server.rows("SELECT 1 FROM closing_ask").length, (count) => count === 0);

  test("robots, faults, and no consent are refused before anything is kept", async () => {
    const phone = newPhone();
    assert.equal(problem(await server.post("/help/closing", {...wish, phone})), "robot-check-missing");
    assert.equal(problem(await ask(phone, {altcha: "e30="})), "robot-check-failed");
    assert.deepEqual(fields(await ask(phone, {consent: "no"})), ["consent"]);
    assert.deepEqual(fields(await ask("123", {reason: undefined})), ["phone", "reason"]);
    assert.equal(server.rows("SELECT 1 FROM closing_ask").length, 0);
  });

  test("known and unknown numbers are answered alike, byte for byte; a stranger hears nothing", async () => {
    const who = await server.customer(), stranger = newPhone();
    const [known, unknown] = [await ask(who.phone), await ask(stranger)];
    assert.equal(known.status, 200, known.text);
    assert.equal(steady(known.text), steady(unknown.text));
    await taken();
    assert.match((await server.messages(who.phone, 1))[0], /кто-то попросил закрыть/);
    assert.equal((await server.get(`/sandbox/phone?number=${encodeURIComponent(stranger)}`)).body.messages.length, 0);
    assert.equal((await server.get("/sessions", {token: who.token})).status, 200, "nothing is closed by it");
  });

  test("urgent: in the queue of thefts, one case however often; the stranger's words are for staff alone", async () => {
    const who = await server.customer(), words = "Позвоните срочно на мошеннический номер";
    for (let i = 0; i < 3; i++) assert.equal((await ask(who.phone, {urgent: true, words, email: "thief@example.ru"})).status, 200);
    await taken();
    assert.equal((await cases()).filter(({channel}) => channel === "theft").length, 1);
    const chat = (await server.get("/support", {token: who.token})).text;
    assert.match(chat, /попросили закрыть этот кабинет/);
    assert.doesNotMatch(chat, /мошеннический|thief@/);
    const {support} = people;
    assert.equal((await support.post(`/staff/customers/${who.customer}/reason`, {reason: "Обращение о закрытии"})).status, 200);
    const card = (await support.get(`/staff/customers/${who.customer}`)).text;
    assert.match(card, /Закрытие кабинета/);
    assert.match(card, /убедитесь, кто просит/);
    const own = (await server.get("/settings/export.json", {token: who.token})).body.closing;
    assert.deepEqual([own.length, own[0].urgent, own[0].reason], [3, true, "unused"]);
  });

  test("so many to one number, and no more", async () => {
    const own = await Server.start({identity: {code: {number: 2}}});
    try {
      const phone = newPhone(), one = async () => own.post("/help/closing", {...wish, phone, altcha: await own.proof()});
      assert.deepEqual([(await one()).status, (await one()).status], [200, 200]);
      const more = await one();
      assert.deepEqual([more.status, problem(more)], [429, "too-many-codes"]);
    } finally {
      await own.stop();
    }
  });

  test("staff close it once nothing is in the way, and he is told by one SMS", async () => {
    const who = await server.customer(), {finance, finance2} = people, path = `/staff/customers/${who.customer}`;
    const order = await wallets.order(who, "100.00"); // a top-up that may still come
    assert.equal((await finance.post(`${path}/reason`, {reason: "Просит закрыть, телефон потерян"})).status, 200);
    const asked = await finance.post(`${path}/close`, {reason: "Договор расторгнут"}, {key: newKey()});
    assert.equal(asked.status, 200, asked.text);
    const confirm = async () => {
      const {seen} = (await finance2.get(`/staff/approvals/${asked.body.approval}`)).body;
      return finance2.post(`/staff/approvals/${asked.body.approval}/confirm`, {seen});
    };
    assert.equal((await finance.get(`${path}/debt`)).body.unfinished.length, 1);
    assert.equal(problem(await confirm()), "in-the-way");
    assert.equal((await server.get("/sessions", {token: who.token})).status, 200);
    await server.end();
    server.sql(`UPDATE card_order SET state = 3 WHERE id = (SELECT max(id) FROM card_order)`); // declined meanwhile
    await server.run();
    assert.ok(order.id);
    assert.equal((await confirm()).status, 200);
    await gone(who);
    assert.match((await until(() => farewells(who.phone), ({length}) => length > 0))[0], /кабинет закрыт/);
    await pause(300);
    assert.equal((await farewells(who.phone)).length, 1);
  });
});

describe("WA-13: by itself", () => {
  // So many days go by for that customer: his opening, his operations and what he was told lie so much further back; and
  // the pass of that day runs.
  async function days(count, ...keys) {
    const us = BigInt(count) * DAY_US, ids = (us / 1000n) << 22n, who = keys.join();
    await server.end();
    for (const change of [
      `UPDATE customer SET opened = opened - ${us} WHERE id IN (${who})`,
      `UPDATE closing_idle SET last = last - ${us}, due = due - ${us}, told = CASE told WHEN 0 THEN 0 ELSE told - ${us} END ` +
        `WHERE customer IN (${who})`,
      `UPDATE account SET last_entry = CASE last_entry WHEN 0 THEN 0 ELSE last_entry - ${ids} END WHERE owner IN (${who})`,
    ]) server.sql(change);
    await pass();
  }
  async function pass(signal = "SIGTERM") {
    await server.end(signal);
    server.sql("UPDATE closing_pass SET day = 0");
    server.sql("UPDATE job SET next_at = 1 WHERE name = 'closing.idle'");
    await server.run();
    await over();
  }
  const today = Math.floor((Date.now() + 3 * 3600e3) / 86400e3);
  const over = () => until(() => server.rows("SELECT day, running FROM closing_pass")[0], (row) => row && row[0] >= today && row[1] === 0);
  const told = async (phone) => (await server.messages(phone)).filter((text) => /давно нет операций|больше года/.test(text));
  const feed = async (who) => (await server.get("/feed", {token: who.token})).body.items
    .filter(({title}) => title === "Кабинетом давно не пользовались");

  async function somebody(sum) {
    const who = sum ? await wallets.rich(sum) : await server.customer();
    const [[owner]] = server.rows("SELECT CAST(owner AS TEXT) FROM account WHERE id = (SELECT max(id) FROM account WHERE owner > 0)");
    return {...who, key: owner};
  }

  test("empty: warned at 336 and 359 days, not before; closed at 366, with one SMS", async () => {
    const who = await somebody();
    await days(335, who.key);
    assert.deepEqual(await told(who.phone), []);
    await days(1, who.key);
    const [first] = await until(() => told(who.phone), ({length}) => length === 1);
    assert.match(first, /закроется сам/);
    assert.equal((await feed(who)).length, 1);
    await pass();
    await days(22, who.key);
    assert.equal((await told(who.phone)).length, 1, "not before 359");
    await days(1, who.key);
    await until(() => told(who.phone), ({length}) => length === 2);
    await days(6, who.key);
    assert.equal((await server.get("/sessions", {token: who.token})).status, 200, "365 days");
    await days(1, who.key);
    await gone(who);
    await until(() => farewells(who.phone), ({length}) => length === 1);
    await pass();
    await pause(300);
    assert.equal((await told(who.phone)).length, 3, "two warnings and the farewell");
    assert.equal(server.rows(`SELECT 1 FROM closing_idle WHERE customer = ${who.key}`).length, 0);
    assert.equal(server.rows(`SELECT 1 FROM audit WHERE customer = ${who.key} AND action = 'closing.idle'`).length, 1);
  });

  test("an operation in between: the count begins anew", async () => {
    const who = await somebody(), friend = await wallets.rich("20.00");
    await days(336, who.key);
    await until(() => told(who.phone), ({length}) => length === 1);
    assert.equal((await wallets.send(friend, who.phone, "10.00")).body.state, "done");
    await days(23, who.key);
    await days(7, who.key);
    assert.equal((await told(who.phone)).length, 1);
    assert.equal((await wallets.send(who, friend.phone, "10.00")).body.state, "done");
    await days(335, who.key);
    assert.equal((await told(who.phone)).length, 1, "335 days after the last one");
    await days(1, who.key);
    await until(() => told(who.phone), ({length}) => length === 2);
    assert.equal((await server.get("/sessions", {token: who.token})).status, 200);
  });

  test("with money it stays, whole, and he is told so each 30 days; taking it out is an operation", async () => {
    const who = await somebody("70.00"), friend = await server.customer();
    await days(336, who.key);
    await days(23, who.key);
    await days(7, who.key);
    const all = await until(() => told(who.phone), ({length}) => length === 3);
    assert.match(all[0], /Деньги ваши/);
    assert.equal(await wallets.balance(who), "70.00");
    await days(29, who.key);
    assert.equal((await told(who.phone)).length, 3);
    await days(1, who.key);
    await until(() => told(who.phone), ({length}) => length === 4);
    assert.equal(await wallets.balance(who), "70.00");
    assert.equal((await wallets.send(who, friend.phone, "70.00")).body.state, "done");
    await days(30, who.key);
    assert.equal((await server.get("/sessions", {token: who.token})).status, 200, "that was an operation: anew");
  });

  test("late, since no pass ran for years: still warned twice, 30 days before the end", async () => {
    const who = await somebody();
    await days(1500, who.key);
    await until(() => told(who.phone), ({length}) => length === 1);
    await days(22, who.key);
    assert.equal((await told(who.phone)).length, 1);
    await days(1, who.key);
    await until(() => told(who.phone), ({length}) => length === 2);
    await days(6, who.key);
    assert.equal((await server.get("/sessions", {token: who.token})).status, 200);
    await days(1, who.key);
    await gone(who);
  });
});
