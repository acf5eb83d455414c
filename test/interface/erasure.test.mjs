// erasure.test.mjs: a customer's data are taken along whole, corrected where no proof is needed, and destroyed as soon as
// the law allows: in time, resumed after a crash, without a trace in the database but the books.

import assert from "node:assert/strict";
import {readFileSync, readdirSync} from "node:fs";
import {join} from "node:path";
import {after, test} from "node:test";

import {providerCount} from "../support/catalogue.mjs";
import {Cards} from "../support/cards.mjs";
import {PushService} from "../support/pushservice.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {database, newKey, newPhone, pause, problem} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";
import {Wallets, limits, until} from "../support/wallet.mjs";

const browsers = await PushService.start();
after(() => browsers.stop());
const start = (erasure) => startBoth({
  limits, erasure, push: {services: browsers.url}, payments: {catalogue_file: "profiles/catalogue.json"},
});
const ask = (server, who, sure = true) => server.post("/settings/erase", {sure}, {token: who.token});
const page = async (server, who) => (await server.get("/settings/erase", {token: who.token})).body;

// The job looks every ten seconds: from a start on at once.
async function workNow(server) {
  await server.end();
  server.sql("UPDATE job SET next_at = 1 WHERE name = 'erasure.work'");
  await server.run();
}
// Ten roubles for a telephone, to the end.
async function pay(server, who) {
  const as = {token: who.token}, read = (path) => async () => (await server.get(path, as)).body;
  await until(read("/pay"), ({providers}) => providers?.length === providerCount);
  const {body} = await server.post("/pay/mobile", {account: "9161234567", sum: "10.00"}, {...as, key: newKey()});
  const path = `/payments/${body.id}`;
  await until(read(path), ({state}) => state === "checked");
  await server.post(`${path}/confirm`, {}, {...as, key: newKey()});
  await until(read(path), ({state}) => state === "done");
}

// A money box, filled by a rule, into which a friend paid; and a friend's, into which he did.
async function boxes(server, who, friend) {
  const post = async (one, path, body) => {
    const {status, text, body: answer} = await server.post(path, body, {token: one.token, key: newKey()});
    assert.ok(status < 300, text);
    return answer;
  };
  for (const [owner, giver] of [[who, friend], [friend, who]]) {
    const {id} = await post(owner, "/boxes", {name: "Копим на перепёлку"});
    await post(owner, `/boxes/${id}/rules`, {kind: "schedule", when: "month-5", sum: "1.00"});
    await post(owner, `/boxes/${id}/rules`, {kind: "round", step: "10"});
    const {link} = await post(owner, `/boxes/${id}/link`, {});
    await post(giver, `${new URL(link).pathname}/wallet`, {sum: "10.00", name: "Перепёлкин", note: "На перепёлку"});
    await post(owner, `/boxes/${id}/break`, {});
  }
}

// Somebody with something everywhere.
async function lived(both, wallets) {
  const {server} = both, as = (who) => ({token: who.token});
  const who = await wallets.rich("510.00"), friend = await server.customer();
  await server.post("/settings/profile", {name: "Анна П."}, as(who));
  const address = `anna${Date.now()}@example.ru`;
  await server.post("/settings/email", {address}, as(who));
  const letter = await until(async () => (await server.get(`/sandbox/phone?address=${address}`)).body.messages, (m) => m.length > 0);
  await server.post("/settings/email/confirm", {code: /(\d{6})/.exec(letter[0].text)[1]}, as(who));
  await server.post("/settings/messages/consent", {topic: "offers"}, as(who));
  await server.post("/sandbox/tell", {customer: who.customer, topic: "offers"});
  await server.post("/favourites", {name: "Подруга", phone: friend.phone}, {...as(who), key: newKey()});
  await server.post("/friends", {label: "Перепёлка моя", phone: friend.phone}, {...as(who), key: newKey()});
  assert.equal((await server.post("/friends/findable", {on: true}, as(who))).status, 200);
  const said = await server.post("/support", {text: "Секретное слово: перепёлка"}, {...as(who), key: newKey()});
  assert.ok(said.status < 300, said.text);
  await server.post("/settings/security/second", {kind: "sms"}, as(who));
  await pay(server, who);
  const template = await server.post("/pay/mobile/template", {template: "Дача", account: "9161234567"}, {...as(who), key: newKey()});
  const repeats = await server.post(`/templates/${template.body.id}/autopay`, {kind: "calendar", when: "month-5", sum: "20.00"},
                                    {...as(who), key: newKey()});
  assert.equal((await server.post(`/autopay/${repeats.body.id}/pause`, {}, as(who))).status, 200); // whichever day it is
  const tea = await wallets.send(who, friend.phone, "100.00", {note: "за чай"});
  const shared = await server.post("/splits", {operation: tea.body.id, to_1: newPhone(), sum_1: "50.00", note: "за чай"},
                                   {...as(who), key: newKey()});
  assert.equal(shared.status, 201, shared.text);
  await boxes(server, who, friend);
  const made = await server.post("/settings/tokens", {name: "Учёт на даче", balance_read: true}, as(who));
  assert.equal(made.status, 200, made.text);
  const asked = await server.post("/requests", {to: friend.phone, sum: "5.00", note: "за пирог"}, {...as(who), key: newKey()});
  const asking = await server.post("/requests", {to: who.phone, sum: "5.00"}, {...as(friend), key: newKey()});
  assert.deepEqual([asked.status, asking.status], [201, 201], asked.text + asking.text);
  assert.equal((await server.post(`/requests/${asking.body.id}/block`, {}, as(who))).status, 200);
  const cards = new Cards(both), plastic = {kind: "plastic", holder: "Anna Petrova", address: "Тула, Мира, 1"};
  const card = await cards.made(who, plastic);
  await until(() => cards.card(who, card), ({on_its_way}) => on_its_way);
  assert.equal((await cards.buy((await cards.newest()).number, "5.00", {merchant: "Лавка"})).reason, "not-activated");
  const browser = browsers.browser();
  assert.equal((await server.post("/settings/push", browser.subscription, as(who))).status, 200);
  return {...who, friend, address, browser, secret: made.body.token};
}

test("ID-17: one's own data are exported whole, feature by feature, and nothing of others", async () => {
  const both = await start({}), wallets = new Wallets(both), {server} = both;
  try {
    const who = await lived(both, wallets), other = await lived(both, wallets);
    const file = await server.get("/settings/export.json", {token: who.token});
    assert.equal(file.status, 200, file.text);
    const {body} = file;
    assert.equal(body.phone, who.phone);
    assert.deepEqual(body.consents.map(({purpose}) => purpose), ["offers"]);
    assert.deepEqual(body.favourites.map(({name, phone}) => [name, phone]), [["Подруга", who.friend.phone]]);
    assert.deepEqual(body.friends.map(({kind, phone, label, on}) => [kind, phone ?? on, label]),
                     [["friend", who.friend.phone, "Перепёлка моя"], ["findable", true, undefined]]);
    assert.ok(body.support.some(({text}) => text === "Секретное слово: перепёлка"));
    assert.ok(body.messaging.some(({kind, address}) => kind === "message" && address === who.address));
    assert.ok(body.messaging.some(({kind}) => kind === "feed"));
    assert.ok(body.identity.some(({kind}) => kind === "session"));
    assert.deepEqual(body.tokens.map(({kind, name, scopes}) => [kind, name, scopes]), [["token", "Учёт на даче", ["balance_read"]]]);
    const [browser] = body.push;
    assert.deepEqual([body.push.length, browser.kind, browser.words, browser.service],
                     [1, "browser", false, new URL(who.browser.subscription.endpoint).host]);
    for (const secret of [who.secret, who.browser.path, who.browser.subscription.p256dh, who.browser.subscription.auth])
      assert.ok(!file.text.includes(secret), "keys are not told, not even to him");
    assert.deepEqual(body.operations.map(({kind}) => kind),
                     ["box_give", "box_break", "box_keep", "box_give", "transfer", "payment", "topup"]);
    assert.deepEqual(body.payments.map(({kind, state, values}) => [kind, state, values]),
                     [["payment", "done", [{name: "account", value: "9161234567"}]]]);
    assert.deepEqual(body.autopay.map(({kind, name, values, autopays}) => [kind, name, values[0].value, autopays.length]),
                     [["template", "Дача", "9161234567", 1]]);
    assert.deepEqual(body.boxes.map(({kind, name, note}) => [kind, name, note]),
                     [["box", "Копим на перепёлку", undefined], ["gift", "Перепёлкин", "На перепёлку"]]);
    assert.deepEqual(body.requests.map(({kind, sum, state}) => [kind, sum.amount, state]),
                     [["asked_of_you", "5.00", "declined"], ["asked_by_you", "5.00", "open"],
                      ["asked_by_you", "50.00", "open"], ["split", "100.00", undefined]]);
    assert.deepEqual(body.cards.map(({kind, holder, address, merchant}) => [kind, holder ?? merchant, address]),
                     [["card", "ANNA PETROVA", "Тула, Мира, 1"], ["purchase", "Лавка", undefined]]);
    assert.equal(body.wallet.find(({kind}) => kind === "account").balance.amount, "400.00");
    for (const foreign of [other.phone, other.address, other.friend.phone, other.customer])
      assert.ok(!file.text.includes(foreign), foreign);
    assert.equal((await server.get("/settings/export.json")).status, 401);
  } finally {
    await both.stop();
  }
});

test("ID-17: what needs proof goes to the support as a case", async () => {
  const both = await start({}), {server} = both;
  try {
    const who = await server.customer(), as = {token: who.token};
    assert.equal((await server.post("/settings/correction", {words: "x"}, as)).status, 422);
    const made = await server.post("/settings/correction", {words: "Я сменила фамилию на Петрова"}, as);
    assert.equal(made.status, 200, made.text);
    const {body} = await server.get("/support", as);
    assert.match(JSON.stringify(body), /сменила фамилию на Петрова/);
    assert.equal((await server.post("/settings/correction", {words: "Петрова"})).status, 401);
  } finally {
    await both.stop();
  }
});

test("ID-17: what stands in the way is listed; one may think better of it; closing waits for what came in since", async () => {
  const both = await start({delay: "1h"}), wallets = new Wallets(both), {server} = both;
  try {
    const who = await wallets.rich("500.00"), friend = await server.customer();
    assert.equal((await server.post("/settings/erase", {sure: true})).status, 401);
    assert.equal((await page(server, who)).possible, false);
    assert.match((await page(server, who)).obstacles[0].text, /500/);
    assert.equal(problem(await ask(server, who)), "erasure-in-the-way");
    const waits = await wallets.send(who, newPhone(), "20.00");
    assert.equal(waits.body.state, "waiting");
    await wallets.send(who, friend.phone, "480.00");
    assert.equal((await page(server, who)).obstacles.length, 1, "a transfer waits");
    assert.equal(problem(await ask(server, who)), "erasure-in-the-way");
    const {cancel} = (await server.get(`/operations/${waits.body.id ?? waits.body.operation}`, {token: who.token})).body;
    assert.equal((await server.post(cancel, {}, {token: who.token, key: newKey()})).status, 200);
    await wallets.send(who, friend.phone, "20.00");

    assert.equal((await ask(server, who, false)).status, 422);
    assert.equal((await ask(server, who)).status, 200);
    assert.equal(problem(await ask(server, who)), "erasure-asked");
    assert.equal((await page(server, who)).asked, true);
    assert.equal((await server.post("/settings/erase/cancel", {}, {token: friend.token})).status, 409, "another's");
    assert.equal((await server.post("/settings/erase/cancel", {}, {token: who.token})).status, 200);
    assert.equal(problem(await server.post("/settings/erase/cancel", {}, {token: who.token})), "erasure-none");
    await ask(server, who);
    assert.equal((await wallets.send(friend, who.phone, "7.00")).body.state, "done");
    await server.passed("UPDATE erasure SET closes = 1, due = 1", "UPDATE job SET next_at = 1, runs = 0 WHERE name = 'erasure.work'");
    await until(() => server.rows("SELECT runs FROM job WHERE name = 'erasure.work'")[0][0], (runs) => runs > 0);
    assert.equal((await page(server, who)).asked, true, "money came: the cabinet stays");
    assert.match((await page(server, who)).obstacles[0].text, /7/);
  } finally {
    await both.stop();
  }
});

test("ID-17: an identified customer's cabinet closes; his data are kept for the law's time, then they go", async () => {
  const both = await start({delay: "0s", kept: "1h"}), {server} = both;
  try {
    const who = await server.customer();
    await server.end();
    server.sql("UPDATE customer SET level = 2");
    await server.run();
    const seen = await page(server, who);
    assert.equal(seen.identified, true);
    assert.ok(Date.parse(seen.destroys) - Date.parse(seen.closes) === 3600000);
    assert.equal((await ask(server, who)).status, 200);
    await workNow(server);
    await until(() => server.get("/sessions", {token: who.token}), ({status}) => status === 401);
    assert.match((await server.messages(who.phone, 1))[0], /обязаны хранить/);
    assert.equal(server.rows("SELECT 1 FROM erasure WHERE state = 2").length, 1);
    assert.equal(server.rows("SELECT 1 FROM customer WHERE level = 2").length, 1, "kept");
    assert.equal(problem(await server.post("/signin", {phone: who.phone, password: who.password})), "sign-in-wrong");
    await server.passed("UPDATE erasure SET destroys = 1, due = 1", "UPDATE job SET next_at = 1 WHERE name = 'erasure.work'");
    await until(() => server.rows("SELECT state, step FROM erasure")[0], ([state]) => state === 4, 120000);
  } finally {
    await both.stop();
  }
});

// Every table that says whose a row is, whichever feature made it: one that is added is in this list of itself.
function rowsOf(server, key) {
  const columns = database === "postgres"
    ? server.rows("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'")
    : server.rows("SELECT m.name, p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table'");
  const counts = columns.filter(([, column]) => ["customer", "holder", "owner"].includes(column))
    .map(([table, column]) => `SELECT '${table}' AS which, count(*) AS many FROM ${table} WHERE ${column} = ${key}`);
  return Object.fromEntries(server.rows(`SELECT which, many FROM (${counts.join(" UNION ALL ")}) AS counts WHERE many > 0`));
}

test("ID-17: destroyed: no row, no file, no message is left but the books; an act tells of it; the number is free", async () => {
  const both = await start({delay: "0s"}), wallets = new Wallets(both), {server} = both;
  try {
    const who = await lived(both, wallets), other = await lived(both, wallets);
    const keyOf = (which) => server.rows("SELECT CAST(customer AS TEXT) FROM favourite " +
                                         `WHERE id = (SELECT ${which}(id) FROM favourite)`)[0][0];
    const key = keyOf("min"), otherKey = keyOf("max");
    await wallets.send(who, who.friend.phone, "400.00");
    const hex = database === "postgres" ? (c) => `encode(${c}, 'hex')` : (c) => `hex(${c})`;
    const sealed = [["customer", "phone", "id"], ["customer", "name", "id"], ["favourite", "phone", "customer"],
                    ["mail_address", "address", "customer"], ["feed_item", "content", "customer"], ["payment", "payload", "customer"],
                    ["pay_template", "content", "customer"], ["card", "number", "customer"], ["card", "embossed", "customer"],
                    ["card", "address", "customer"]]
      .map(([table, column, whose]) => server.rows(`SELECT ${hex(column)} FROM ${table} WHERE ${whose} = ${key}`)[0][0]);
    const said = "support_message m JOIN support_case c ON c.id = m.case_id";
    sealed.push(server.rows(`SELECT ${hex("m.words")} FROM ${said} WHERE c.customer = ${key}`)[0][0]);
    const others = rowsOf(server, otherKey);
    const bare = server.rows("SELECT 1 FROM message WHERE customer = 0 AND address_hash IS NOT NULL").length;

    assert.equal((await ask(server, who)).status, 200);
    await server.end();
    server.sql("UPDATE job SET next_at = 1 WHERE name = 'erasure.work'");
    server.sql("INSERT INTO message (customer, id, channel, topic, state, changed, address) " +
               `SELECT ${key}, i, 0, 0, 1, 1, '' FROM (WITH RECURSIVE n(i) AS ` +
               "(SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) SELECT i FROM n) AS numbers");
    // Killed at work, again and again: each start goes on.
    const states = [];
    const stateNow = () => server.rows(`SELECT state FROM erasure WHERE customer = ${key}`)[0][0];
    for (let kills = 0; kills < 6 || (kills < 40 && !states.includes(3)); kills++) { // a slow machine wants more of them
      await server.run();
      await pause(20 * kills + 2 * kills ** 2); // until it has begun, wherever that is
      await server.end("SIGKILL");
      states.push(stateNow());
      server.sql("UPDATE job SET next_at = 1 WHERE name = 'erasure.work'");
    }
    await server.run();
    assert.ok(states.includes(3), `none of the kills fell between two pieces: ${states}`);
    await until(() => server.rows(`SELECT state, step FROM erasure WHERE customer = ${key}`)[0],
                ([state]) => state === 4, 120000);

    const left = rowsOf(server, key);
    const may = new Set(["account", "card", "card_account", "card_message", "card_operation", "wallet",
                         "card_order", "card_order_news", "waiting_transfer", "consent", "audit", "command_log",
                         "command_key", "outbox", "payment", "queue_task", "approval", "suspicion", "erasure", "erasure_part"]);
    assert.deepEqual(Object.keys(left).filter((table) => !may.has(table)), [], JSON.stringify(left));
    assert.ok(left.account > 0 && left.command_log > 0, "the books and that something was done stay");
    assert.deepEqual(rowsOf(server, otherKey), others, "another's are all there");
    const [[phone, name, closed]] = server.rows(`SELECT length(phone), name, closed FROM customer WHERE id = ${key}`);
    assert.deepEqual([phone, name, closed], [0, null, 1]);
    assert.equal(server.rows(`SELECT 1 FROM card WHERE customer = ${key} AND (length(number) > 0 OR length(number_hash) > 0 ` +
                             "OR length(embossed) > 0 OR length(address) > 0 OR last4 IS NOT NULL)").length, 0);
    assert.equal(server.rows(`SELECT 1 FROM card_operation WHERE customer = ${key} AND merchant IS NOT NULL`).length, 0);
    assert.equal(server.rows(`SELECT 1 FROM command_log WHERE owner = ${key} AND (address <> '' OR answer IS NOT NULL)`).length, 0);
    assert.equal(server.rows(`SELECT 1 FROM consent WHERE holder = ${key} AND (how <> '' OR words IS NOT NULL)`).length, 0);
    assert.equal(server.rows(`SELECT 1 FROM outbox WHERE owner = ${key} AND length(payload) > 0`).length, 0);

    assert.equal(server.rows("SELECT 1 FROM message WHERE customer = 0 AND address_hash IS NOT NULL").length, bare - 1,
                 "where his code and the farewell went is forgotten; another's stay");

    assert.equal(server.rows(`SELECT 1 FROM queue_task WHERE customer = ${key} AND (done = 0 OR length(summary) > 0)`).length, 0);

    // Nobody gets in, the friend still sees his money, without a name; the number may begin anew.
    assert.equal((await server.get("/sessions", {token: who.token})).status, 401);
    assert.equal(problem(await server.post("/signin", {phone: who.phone, password: who.password})), "sign-in-wrong");
    await pause(100);
    const [received] = await wallets.operations(who.friend);
    assert.equal(received.sum.amount, "400.00");
    const again = await server.customer({phone: who.phone, messages: (await server.messages(who.phone)).length});
    assert.notEqual(again.customer, who.customer);
    assert.equal(await wallets.balance(again), "0.00");
    assert.deepEqual(await wallets.operations(again), []);

    // The act, and the extract of the log.
    const {admin, risk} = await staff(server, {admin: "admin", risk: "risk"});
    assert.equal((await risk.get("/staff/erasures")).status, 403);
    const [{id}] = (await admin.get("/staff/erasures")).body.erasures;
    const act = (await admin.get(`/staff/erasures/${id}`)).body;
    assert.equal(act.state, "done");
    for (const what of ["customer", "support_message", "favourite", "mail_address", "session", "password"])
      if (what !== "session") assert.ok(act.parts.find((part) => part.what === what)?.count > 0, what);
    for (const secret of [who.phone, who.address, "Анна", "перепёлка"]) assert.ok(!JSON.stringify(act).includes(secret));
    assert.equal((await admin.get(`/staff/erasures/${act.customer}`)).status, 404);
    const log = (await admin.get(`/staff/audit?customer=${act.customer}`)).body.rows.map(({action, detail}) => `${action} ${detail}`);
    assert.ok(log.some((line) => /^erasure\.destroyed support_message: \d+$/.test(line)), log.join("\n"));
    assert.ok(log.some((line) => line.startsWith("erasure.done")));

    // The very bytes that were sealed are in no file of the database any more.
    await server.end();
    if (database !== "postgres") {
      for (const file of readdirSync(server.folder).filter((file) => file.startsWith("kabinet.db"))) {
        const bytes = readFileSync(join(server.folder, file));
        for (const each of sealed) assert.equal(bytes.indexOf(Buffer.from(each, "hex")), -1, `${file} still holds it`);
      }
    }
    const verified = server.command("verify");
    assert.equal(verified.status, 0, verified.output + verified.errors);
    await server.run();
  } finally {
    await both.stop();
  }
});

test("ID-17: as pages without scripts", async () => {
  const both = await start({delay: "1d"}), {server} = both;
  try {
    const who = await server.customer(), browser = server.browser();
    await browser.signIn(who);
    await browser.go("/settings/profile");
    assert.match(browser.html, /href="\/settings\/erase"/);
    await browser.go("/settings/erase");
    await browser.send("/settings/erase", {});
    assert.equal(browser.status, 422);
    await browser.send("/settings/erase", {sure: "on"});
    assert.equal(browser.path, "/settings/erase", browser.html);
    assert.match(browser.html, /Вы попросили закрыть кабинет/);
    await browser.send("/settings/erase/cancel");
    assert.doesNotMatch(browser.html, /Вы попросили закрыть кабинет/);
  } finally {
    await both.stop();
  }
});
