// thaw.test.mjs: who froze his money himself lets it go again by strong proof, not by a session alone (SU-4); what staff
// froze only they let go.

import assert from "node:assert/strict";
import {after, before, describe, test} from "node:test";

import {startBoth} from "../support/sandbox.mjs";
import {newKey, newPhone, problem, withServer} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";
import {Wallets, limits, until} from "../support/wallet.mjs";

let both, server, wallets, people, friend;
before(async () => {
  both = await startBoth({limits});
  ({server} = both);
  wallets = new Wallets(both);
  people = await staff(server, {risk: "risk", risk2: "risk"});
  friend = await server.customer();
});
after(() => both?.stop());

const hears = (phone, words) => until(() => server.messages(phone), (texts) => texts.some((text) => words.test(text)));
const thaw = (who, fields) => server.post("/settings/thaw", fields, who);
const pay = (who, sum = "10.00") => wallets.send(who, friend.phone, sum);

async function frozen(sum = "5000.00") {
  const who = await wallets.rich(sum);
  assert.equal((await server.post("/support/theft", {}, {token: who.token, key: newKey()})).status, 200);
  await hears(who.phone, /Деньги заморожены/);
  return who;
}

// The code that comes after `act`; messages come in any order.
async function codeOf(phone, act) {
  const codes = async () => (await server.messages(phone)).flatMap((text) => /#(\d{6})$/.exec(text)?.[1] ?? []);
  const had = (await codes()).length;
  await act();
  return (await until(codes, (found) => found.length > had))[0];
}

const code = (who) => codeOf(who.phone, async () => {
  const sent = await server.post("/settings/thaw/code", {}, who);
  assert.equal(sent.status, 200, sent.text);
});

const other = (code) => String((Number(code) + 1) % 1000000).padStart(6, "0");

test("SU-4: password and a code together let it go; each alone does not; all is told, and for a day money is limited", async () => {
  const who = await frozen(), {password} = who;
  assert.equal(problem(await pay(who)), "account-frozen");
  assert.equal((await server.get("/settings/thaw", who)).body.own, true);
  assert.equal((await thaw(who, {})).status, 422);
  assert.equal((await thaw(who, {password})).status, 422, "the password alone");
  assert.equal(problem(await thaw(who, {password, code: "123456"})), "code-spent", "none was sent");
  const right = await code(who);
  assert.equal((await thaw(who, {code: right})).status, 422, "the code alone");
  assert.equal(problem(await thaw(who, {password: "Wrong-1!", code: right})), "password-wrong");
  assert.equal(problem(await thaw(who, {password, code: other(right)})), "code-wrong");
  assert.equal(problem(await pay(who)), "account-frozen", "still");
  const done = await thaw(who, {password, code: right});
  assert.equal(done.status, 200, done.text);
  assert.equal((await pay(who)).status, 201);
  assert.equal(problem(await pay(who, "2990.01")), "cooling");
  await hears(who.phone, /деньги разморожены/);
  assert.equal(problem(await thaw(who, {password, code: right})), "not-frozen");
  const {case: open} = (await server.get("/support", who)).body;
  assert.ok(open.messages.some(({text}) => /сам разморозил/.test(text)), "staff see it in the case");
});

test("SU-4: a code of another flow, or of another session, is none; tries at once are few", async () => {
  const who = await frozen(), {phone, password} = who;
  const confirming = await codeOf(phone, () => server.post("/confirm/code", {}, who));
  assert.equal(problem(await thaw(who, {password, code: confirming})), "code-spent");
  const {token} = (await server.post("/signin", {phone, password, token: true})).body;
  const theirs = await code({...who, token});
  assert.notEqual((await thaw(who, {password, code: theirs})).status, 200, "sent to another session");
  const right = await code(who);
  const answers = await Promise.all(Array.from({length: 20}, () => thaw(who, {password: "Wrong-1!", code: right})));
  assert.ok(answers.filter((answer) => problem(answer) === "password-wrong").length <= 5);
  assert.equal((await thaw(who, {password, code: right})).status, 429);
  assert.equal(problem(await pay(who)), "account-frozen");
});

test("SU-4: what staff froze the customer cannot let go, even if he froze it first", async () => {
  const who = await wallets.rich("100.00"), both = await frozen("100.00");
  for (const one of [who, both]) {
    await people.risk.post(`/staff/customers/${one.customer}/reason`, {reason: "Проверка операций"});
    const froze = await people.risk.post(`/staff/customers/${one.customer}/freeze`, {reason: "Подозрение"});
    assert.equal(froze.status, 200, froze.text);
    assert.equal((await server.get("/settings/thaw", one)).body.own, false);
    assert.equal(problem(await server.post("/settings/thaw/code", {}, one)), "frozen-by-staff");
    assert.equal(problem(await thaw(one, {password: one.password, code: "123456"})), "frozen-by-staff");
    assert.equal(problem(await pay(one)), "account-frozen");
    await server.post("/support/theft", {}, {token: one.token, key: newKey()}); // nor by reporting a theft
    assert.equal(problem(await server.post("/settings/thaw/code", {}, one)), "frozen-by-staff");
    assert.equal(problem(await pay(one)), "account-frozen");
  }
});

test("SU-4: what he froze himself staff let go by two, who he is made sure of", async () => {
  const who = await frozen("100.00"), {risk, risk2} = people, path = `/staff/customers/${who.customer}`;
  await risk.post(`${path}/reason`, {reason: "Звонит, телефон нашёлся"});
  assert.equal(problem(await risk.post(`${path}/thaw`, {reason: "Телефон нашёлся"})), "identify-first");
  const made = await risk.post(`${path}/task`, {queue: "suspicious", summary: "Разморозить"});
  assert.equal((await risk.post(`/staff/tasks/${made.body.task}/take`)).status, 200);
  for (const asked of ["passport", "code_word", "document"]) await risk.post(`${path}/identify`, {asked, said: "4510 123456"});
  const asked = await risk.post(`${path}/thaw`, {reason: "Телефон нашёлся"});
  assert.equal(asked.status, 200, asked.text);
  assert.equal(problem(await pay(who)), "account-frozen", "asked for is not done");
  const confirm = (member) => member.post(`/staff/approvals/${asked.body.approval}/confirm`);
  assert.equal(problem(await confirm(risk)), "own-request");
  assert.equal((await confirm(risk2)).status, 200);
  assert.equal((await pay(who)).status, 201);
  assert.equal(problem(await server.post("/settings/thaw/code", {}, who)), "not-frozen");
});

test("SU-4: this device's PIN and a code let it go, too; a PIN set since the freeze does not", async () => {
  // Other sessions end with it, so a program signs in anew.
  const freeze = async (browser, who) => {
    await browser.go("/support/theft");
    await browser.send("/support/theft");
    who.token = (await server.post("/signin", {phone: who.phone, password: who.password, token: true})).body.token;
  };
  const setPin = async (browser) => {
    await browser.go("/settings/security/pin");
    await browser.send("/settings/security/pin", {pin: "4071"});
    assert.equal(browser.path, "/settings/security", browser.html);
  };
  const confirmAndTry = async (browser, who) => {
    await browser.go("/confirm?next=/settings/thaw");
    await browser.send("/confirm", {pin: "4071"});
    assert.equal(browser.path, "/settings/thaw", browser.html);
    const right = await codeOf(who.phone, () => browser.send("/settings/thaw/code"));
    return browser.send("/settings/thaw", {code: right});
  };
  const early = await wallets.rich("100.00"), late = await wallets.rich("100.00");
  const one = await server.browser().signIn(early), two = await server.browser().signIn(late);
  await setPin(one);
  await freeze(one, early);
  const alone = await codeOf(early.phone, () => server.post("/settings/thaw/code", {}, early));
  assert.equal(problem(await thaw(early, {code: alone})), "secret-missing", "another session confirmed nothing");
  await one.go("/settings/thaw");
  assert.match(one.html, /href="\/confirm\?next=\/settings\/thaw"/);
  const again = await codeOf(early.phone, () => one.send("/settings/thaw/code"));
  await one.send("/settings/thaw", {code: again, password: ""});
  assert.equal(one.status, 422, "the code alone");
  await confirmAndTry(one, early);
  assert.match(one.html, /не заморожены/);
  assert.equal((await pay(early)).status, 201);

  await freeze(two, late);
  await setPin(two);
  await confirmAndTry(two, late);
  assert.equal(two.status, 422, "whoever holds the telephone could have set it");
  assert.equal(problem(await pay(late)), "account-frozen");
});

test("SU-4: a password chosen since the freeze proves nothing: it could be the thief's, by the telephone", async () => {
  const who = await frozen("100.00"), password = "Another-7";
  const {draft} = (await server.post("/recover", {phone: who.phone, altcha: await server.proof()})).body;
  const sent = (texts) => texts.find((text) => /парол.*#\d{6}$/s.test(text) && !/разморозить/.test(text));
  const recovery = /#(\d{6})$/.exec(sent(await until(() => server.messages(who.phone), sent)))[1];
  assert.equal((await server.post("/recover/code", {draft, code: recovery})).status, 200);
  const thief = (await server.post("/recover/password", {draft, password, token: true, end_sessions: true})).body;
  const right = await code({...who, token: thief.token});
  assert.equal(problem(await thaw({token: thief.token}, {password, code: right})), "secret-too-young");
  assert.equal(problem(await pay(thief)), "account-frozen");
});

describe("SU-4: who has his number alone", () => {
  const settings = {limits, onboarding: {steps: "number, code, open"}, recovery: {thaw_wait: "1h"}};
  let own, away;
  before(async () => {
    own = await startBoth(settings);
    away = (await open()).phone;
  });
  after(() => own?.stop());

  async function open() {
    const at = own.server, phone = newPhone(), {draft} = await at.begin(phone);
    const {body} = await at.post("/signup/code", {draft, code: await at.code(phone), token: true});
    return {phone, token: body.token, customer: body.customer};
  }
  async function asked() {
    const at = own.server, who = await open();
    assert.equal(await new Wallets(own).topup(who, "100.00"), "paid");
    assert.equal((await at.post("/support/theft", {}, {token: who.token, key: newKey()})).status, 200);
    const codes = async () => (await at.messages(who.phone)).flatMap((text) => /разморозить.*#(\d{6})$/s.exec(text)?.[1] ?? []);
    assert.equal((await at.post("/settings/thaw/code", {}, who)).status, 200);
    const [right] = await until(codes, (found) => found.length > 0);
    assert.equal(problem(await at.post("/settings/thaw", {code: other(right)}, who)), "code-wrong");
    const answer = await at.post("/settings/thaw", {code: right}, who);
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.body.frozen, true);
    assert.ok(Date.parse(answer.body.due) > Date.now() + 3500000);
    return who;
  }
  const payment = (who) => new Wallets(own).send(who, away, "10.00");
  async function later() { // the wait is over, and the job's turn has come
    await own.server.end();
    own.server.sql("UPDATE thaw_wait SET due = 1");
    own.server.sql("UPDATE job SET next_at = 1 WHERE name = 'recovery.thaw'");
    await own.server.run();
  }

  test("a code begins a wait, told everywhere; then it is let go and limited", async () => {
    const who = await asked();
    assert.equal(problem(await payment(who)), "account-frozen");
    await until(() => own.server.messages(who.phone), (texts) => texts.some((text) => /разморозятся/.test(text)));
    const page = (await own.server.get("/settings/thaw", who)).body;
    assert.ok(page.due && page.code_alone);
    await later();
    assert.equal((await until(() => payment(who), ({status}) => status === 201)).status, 201);
    await until(() => own.server.messages(who.phone), (texts) => texts.some((text) => /деньги разморожены/.test(text)));
  });

  test("it is stopped from any session, by another password, and by staff's own freeze", async () => {
    const [stopped, changed, seized] = [await asked(), await asked(), await asked()];
    const at = own.server;
    assert.equal((await at.post("/settings/thaw/stop", {}, stopped)).status, 200);
    assert.equal(problem(await at.post("/settings/thaw/stop", {}, stopped)), "nothing-waits");
    assert.equal((await at.post("/settings/password", {password: "Qwerty7!"}, changed)).status, 200);
    const {risk} = await staff(at, {risk: "risk"});
    await risk.post(`/staff/customers/${seized.customer}/reason`, {reason: "Проверка операций"});
    assert.equal((await risk.post(`/staff/customers/${seized.customer}/freeze`, {reason: "Украли телефон"})).status, 200);
    assert.equal(at.rows("SELECT COUNT(*) FROM thaw_wait")[0][0], 0);
    await later();
    await until(() => at.rows("SELECT runs FROM job WHERE name = 'recovery.thaw'")[0][0], (runs) => Number(runs) > 0);
    for (const who of [stopped, changed, seized]) assert.equal(problem(await payment(who)), "account-frozen");
  });
});

test("SU-4: as pages without scripts: one step to freeze, the way back from the same page", async () => {
  const who = await wallets.rich("100.00"), browser = server.browser();
  await browser.signIn(who);
  await browser.go("/settings/thaw");
  assert.match(browser.html, /не заморожены/);
  await browser.go("/support/theft");
  await browser.send("/support/theft");
  await browser.go("/support/theft");
  assert.match(browser.html, /href="\/settings\/thaw"/);
  await browser.go("/settings/thaw");
  const right = await codeOf(who.phone, () => browser.send("/settings/thaw/code"));
  assert.equal(browser.path, "/settings/thaw");
  await browser.send("/settings/thaw", {code: other(right), password: who.password});
  assert.equal(browser.status, 422);
  assert.match(browser.html, /Код не подошёл/);
  await browser.send("/settings/thaw", {code: right, password: who.password});
  assert.equal(browser.path, "/settings/thaw");
  assert.match(browser.html, /не заморожены/);
});

test("ID-9: the security page leads to linked services where there are any", async () => {
  assert.match((await (await server.browser().signIn(friend)).go("/settings/security")).html, /href="\/settings\/providers"/);
  await withServer({features: "wallet, factors, inbox"}, async (own) => {
    const who = await own.customer();
    assert.doesNotMatch((await (await own.browser().signIn(who)).go("/settings/security")).html, /settings\/providers/);
  });
});
