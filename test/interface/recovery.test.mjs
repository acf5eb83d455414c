// recovery.test.mjs: back into a cabinet, and another password inside it (ID-10, ID-15).

import assert from "node:assert/strict";
import {mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, before, test} from "node:test";

import {Server, newPhone, pause, problem, steady, withServer} from "../support/server.mjs";

let server;
before(async () => (server = await Server.start()));
after(() => server.stop());

const start = async (on, phone) => on.post("/recover", {phone, altcha: await on.proof()});

// A code asked for and typed: the draft at whose end a password is chosen. messages: how many had come before.
async function prove(on, phone, messages) {
  const begun = await start(on, phone);
  assert.equal(begun.status, 200, begun.text);
  const {draft} = begun.body;
  const proven = await on.post("/recover/code", {draft, code: await on.code(phone, messages)});
  assert.equal(proven.status, 200, proven.text);
  return draft;
}

const signIn = (on, phone, password) => on.post("/signin", {phone, password, token: true});

// ---- by a code (wallet) ----

test("recovery: number, code, a new password that was never had; other sessions end; all is told", async () => {
  const person = await server.customer();
  const draft = await prove(server, person.phone, 1);
  const repeated = await server.post("/recover/password", {draft, password: person.password});
  assert.equal(repeated.status, 422);
  assert.equal(problem(repeated), "password-repeated");
  const weak = await server.post("/recover/password", {draft, password: "short"});
  assert.equal(problem(weak), "password-weak");
  const done = await server.post("/recover/password", {draft, password: "Another-1", end_sessions: true, token: true});
  assert.equal(done.status, 200, done.text);
  assert.equal((await server.get("/sessions", {token: person.token})).status, 401, "the old session has ended");
  assert.equal((await server.get("/sessions", {token: done.body.token})).status, 200);
  assert.equal(problem(await signIn(server, person.phone, person.password)), "sign-in-wrong");
  assert.equal((await signIn(server, person.phone, "Another-1")).status, 200);
  const [notice] = await server.messages(person.phone, 2);
  assert.match(notice, /пароль изменён/);
  const again = await server.post("/recover/password", {draft, password: "Third-one-1"});
  assert.equal(problem(again), "recovery-expired", "a draft is good once");

  // None of the earlier ones, not only the last.
  const second = await prove(server, person.phone, 3);
  for (const password of ["Qwerty7!", "Another-1"])
    assert.equal(problem(await server.post("/recover/password", {draft: second, password})), "password-repeated");
});

test("recovery: as a page without scripts, \"end all sessions\" ticked; unticked, others stay", async () => {
  const person = await server.customer();
  const browser = server.browser();
  await browser.go("/signin");
  assert.ok(browser.html.includes('href="/recover"'));
  await browser.go("/recover");
  const [first, second] = /(\S+) плюс ([^?]+)\?/.exec(browser.html).slice(1);
  const digits = ["", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять"];
  await browser.send("/recover", {phone: person.phone, answer: `${digits.indexOf(first) + digits.indexOf(second)}`});
  assert.equal(browser.path, "/recover/code", browser.html);
  await browser.send("/recover/code", {code: "000000"});
  assert.equal(browser.status, 422);
  await browser.send("/recover/code", {code: await server.code(person.phone, 1)});
  assert.equal(browser.path, "/recover/password");
  assert.equal(browser.form("/recover/password").end_sessions, "true", "ticked");
  const fields = browser.form("/recover/password");
  delete fields.end_sessions;
  const body = new URLSearchParams({...fields, password: "Another-1"}).toString();
  await browser.go("/recover/password", {method: "POST", body,
                                         headers: {"Content-Type": "application/x-www-form-urlencoded"}});
  assert.equal(browser.path, "/");
  assert.ok(browser.cookies.has("session"));
  assert.equal((await server.get("/sessions", {token: person.token})).status, 200, "unticked: the other one stays");
});

test("recovery: after recovery outgoing money is limited, and the profile says so", async () => {
  const person = await server.customer();
  const draft = await prove(server, person.phone, 1);
  const {body} = await server.post("/recover/password", {draft, password: "Another-1", token: true});
  const profile = await server.get("/settings/profile", {token: body.token});
  assert.equal(profile.body.limited_to.amount, "3000.00");
  assert.ok(new Date(profile.body.limited_until) - Date.now() > 23 * 3600e3);
});

// ---- attacks ----

test("ID-10: known and unknown numbers get the same bytes at every step", async () => {
  const known = (await server.customer()).phone, unknown = newPhone();
  const told = {};
  for (const [kind, phone] of Object.entries({known, unknown})) {
    const begun = await start(server, phone);
    const {draft} = begun.body;
    const browser = server.browser();
    browser.cookies.set("recovery", draft);
    await browser.go("/recover/code");
    const wrong = await server.post("/recover/code", {draft, code: "000000"});
    const early = await server.post("/recover/password", {draft, password: "Another-1"});
    told[kind] = [begun.status, steady(begun.text), steady(browser.html), wrong.status, steady(wrong.text),
                  early.status, steady(early.text)]
      .map((text) => `${text}`.replaceAll(encodeURIComponent(phone), "PHONE").replaceAll(phone, "PHONE"));
  }
  assert.deepEqual(told.known, told.unknown);
  assert.match((await server.messages(unknown))[0], /не открыт/, "its owner learns how to sign up");
});

test("ID-10: known and unknown numbers take the same time", async () => {
  const known = (await server.customer()).phone;
  const quick = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 2];
  let told;
  for (let repeat = 0; repeat < 4; repeat++) {
    const times = {known: [], unknown: []};
    for (let i = 0; i < 24; i++)
      for (const kind of i % 2 ? ["known", "unknown"] : ["unknown", "known"]) {
        const phone = kind === "known" ? known : newPhone(), altcha = await server.proof();
        const began = process.hrtime.bigint();
        assert.equal((await server.post("/recover", {phone, altcha})).status, 200);
        times[kind].push(Number(process.hrtime.bigint() - began) / 1e6);
      }
    const [one, other] = [quick(times.known), quick(times.unknown)];
    told = `known ${one} ms, unknown ${other} ms`;
    if (one / other > 0.75 && one / other < 1.33) return;
  }
  assert.fail(told);
});

test("ID-15: codes tried at once are five tries in all, and then even the right one is dead", async () => {
  const person = await server.customer();
  const {draft} = (await start(server, person.phone)).body;
  const right = await server.code(person.phone, 1);
  const wrong = Array.from({length: 40}, (_, i) => String((Number(right) + 1 + i) % 1000000).padStart(6, "0"));
  const answers = await Promise.all(wrong.map((code) => server.post("/recover/code", {draft, code})));
  const kinds = answers.map(problem);
  assert.equal(kinds.filter((kind) => kind === "code-wrong").length, 5);
  assert.equal(kinds.filter((kind) => kind === "code-spent").length, 35);
  assert.equal(problem(await server.post("/recover/code", {draft, code: right})), "code-spent");
});

test("ID-15: an old code after a new one, a code of another flow and another draft's are wrong", async () => {
  const person = await server.customer();
  const {draft} = (await start(server, person.phone)).body;
  const first = await server.code(person.phone, 1);
  assert.equal((await server.post("/recover/resend", {draft})).status, 200);
  const second = await server.code(person.phone, 2);
  if (first !== second) assert.equal(problem(await server.post("/recover/code", {draft, code: first})), "code-wrong");

  const other = (await start(server, person.phone)).body.draft;
  assert.equal(problem(await server.post("/recover/code", {draft: other, code: second})), "code-wrong");

  const phone = newPhone(); // signing up: its code is good for its own draft alone
  const signup = await server.begin(phone);
  const code = await server.code(phone);
  const recovery = (await start(server, phone)).body.draft;
  assert.equal(problem(await server.post("/recover/code", {draft: recovery, code})), "code-wrong");
  assert.equal(problem(await server.post("/recover/code", {draft: signup.draft, code})), "recovery-expired");
});

test("ID-15: the password cannot be set without the code, nor for another by naming him", async () => {
  const person = await server.customer();
  const {draft} = (await start(server, person.phone)).body;
  assert.equal(problem(await server.post("/recover/password", {draft, password: "Another-1"})), "code-first");
  assert.equal(problem(await server.post("/recover/password", {password: "Another-1"})), "recovery-expired");
  const named = await server.post("/recover/password", {draft, password: "Another-1", customer: person.customer});
  assert.equal(named.status, 422, "no such field");
});

test("ID-15: what is sent to a number is counted over every flow", async () => {
  await withServer({identity: {code: {number: 3}}}, async (own) => {
    const person = await own.customer(); // one
    assert.equal((await start(own, person.phone)).status, 200);
    assert.equal((await start(own, person.phone)).status, 200);
    const over = await start(own, person.phone);
    assert.equal(over.status, 429);
    assert.equal((await own.post("/signup", {phone: person.phone, altcha: await own.proof()})).status, 429);
  });
});

test("ID-15: without the proof of not being a robot nothing is sent", async () => {
  const person = await server.customer();
  assert.equal(problem(await server.post("/recover", {phone: person.phone})), "robot-check-missing");
  await pause(100);
  assert.equal((await server.messages(person.phone)).length, 1);
});

// ---- inside the cabinet ----

test("recovery: in the cabinet: the old password, a new one never had; others end, this one stays", async () => {
  const person = await server.customer();
  const other = (await signIn(server, person.phone, person.password)).body.token;
  const change = (old, password) => server.post("/settings/password", {old, password}, {token: person.token});
  assert.equal(problem(await change("Wrong-1!", "Another-1")), "password-wrong");
  assert.equal(problem(await change(person.password, person.password)), "password-repeated");
  assert.equal(problem(await change(person.password, "weak")), "password-weak");
  const done = await change(person.password, "Another-1");
  assert.equal(done.status, 200, done.text);
  assert.equal((await server.get("/sessions", {token: other})).status, 401);
  assert.equal((await server.get("/sessions", {token: person.token})).status, 200);
  assert.equal((await signIn(server, person.phone, "Another-1")).status, 200);
  assert.match((await server.messages(person.phone, 1))[0], /пароль изменён/);
  assert.equal(problem(await change("Another-1", "Qwerty7!")), "password-repeated");
});

test("ID-15: the old password cannot be guessed from a stolen session", async () => {
  const person = await server.customer();
  const answers = await Promise.all(Array.from({length: 20}, (_, i) =>
    server.post("/settings/password", {old: `Wrong-${i}!`, password: "Another-1"}, {token: person.token})));
  assert.equal(answers.filter((answer) => problem(answer) === "password-wrong").length, 5);
  assert.equal(answers.filter((answer) => answer.status === 429).length, 15);
  const right = await server.post("/settings/password", {old: person.password, password: "Another-1"}, {token: person.token});
  assert.equal(right.status, 429);
});

test("recovery: who has a second factor is asked for it after the new password", async () => {
  const person = await server.customer();
  assert.equal((await server.post("/settings/security/second", {kind: "sms"}, person)).status, 200);
  await server.messages(person.phone, 1); // the notice
  const draft = await prove(server, person.phone, 2);
  const chosen = await server.post("/recover/password", {draft, password: "Another-1", token: true});
  assert.equal(chosen.body.second, "sms", chosen.text);
  assert.equal(chosen.body.token, undefined, "no session yet");
});

test("recovery: password and number are changed only soon after signing in or confirming", async () => {
  await withServer({}, async (strict) => {
    const person = await strict.customer(), browser = strict.browser();
    const posts = () => Promise.all([strict.post("/settings/password", {old: person.password, password: "Another-1"}, person),
                                     strict.post("/settings/phone", {phone: newPhone()}, person)]);
    await browser.signIn(person);
    await strict.proofsOver(person);
    for (const answer of await posts()) assert.equal(problem(answer), "confirmation-needed", answer.text);
    for (const path of ["/settings/password", "/settings/phone"]) {
      await browser.go(path);
      assert.equal(browser.path, "/confirm", path);
    }
    await browser.send("/confirm", {password: person.password});
    assert.equal(browser.path, "/settings/phone");
    assert.equal((await strict.post("/confirm", {password: person.password}, person)).status, 200);
    for (const answer of await posts()) assert.equal(answer.status, 200, answer.text);
  });
});

// ---- by an SMS from one's phone (telecom) ----

test("recovery: an SMS of any text to the short number brings a password that must be replaced", async () => {
  const folder = mkdtempSync(join(tmpdir(), "kabinet-incoming-"));
  const key = "incoming-secret-of-this-test";
  writeFileSync(join(folder, "incoming"), key);
  await withServer({recovery: {way: "incoming", incoming_most: "2"},
                    messaging: {kannel: {incoming_file: join(folder, "incoming")}}}, async (own) => {
    let id = 0;
    const came = (from, to = "1070", secret = key) => own.get("/gateway/kannel/sms?" + new URLSearchParams(
      {key: secret, from: from.slice(1), to, text: `Ку-ку ${id}`, id: `m${++id}`}));
    const person = await own.customer(), stranger = newPhone();

    assert.equal((await came(person.phone, "1070", "forged")).status, 404);
    await came(person.phone, "1071"); // not that number
    await came(stranger); // nobody's: no answer
    assert.equal((await came(person.phone)).status, 200);
    const [text] = await own.messages(person.phone, 1);
    const [, password] = /временный пароль (\S+),/.exec(text);

    // It opens nothing but the choice of another.
    const answer = await signIn(own, person.phone, password);
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.body.token, undefined);
    assert.equal(problem(await signIn(own, person.phone, person.password)), "sign-in-wrong", "used, it ended the own one");
    assert.equal((await own.get("/sessions", {token: answer.body.draft})).status, 401);
    const browser = own.browser();
    await browser.signIn({phone: person.phone, password});
    assert.equal(browser.path, "/recover/password");
    assert.ok(!browser.cookies.has("session"));
    await browser.send("/recover/password", {password});
    assert.equal(browser.status, 422, "nor may it stay");
    await browser.send("/recover/password", {password: "Another-1"});
    assert.equal(browser.path, "/");
    assert.equal((await own.get("/sessions", {token: person.token})).status, 401, "ended with the others");
    assert.ok((await signIn(own, person.phone, "Another-1")).body.token);

    // Nor does a second factor lead around the choice: it is asked for after it.
    const careful = await own.customer();
    assert.equal((await own.post("/settings/security/second", {kind: "sms"}, careful)).status, 200);
    await own.messages(careful.phone, 1); // the notice
    await came(careful.phone);
    const [, temporary] = /временный пароль (\S+),/.exec((await own.messages(careful.phone, 2))[0]);
    const renewing = await signIn(own, careful.phone, temporary);
    assert.equal(renewing.body.second, undefined, renewing.text);
    const {draft} = renewing.body;
    const chosen = await own.post("/recover/password", {draft, password: "Another-1", token: true});
    assert.equal(chosen.body.second, "sms", chosen.text);
    assert.equal(chosen.body.token, undefined);

    // The sender of an SMS can be forged: only so many, and never to another number.
    const before = (await own.messages(person.phone)).length;
    for (let i = 0; i < 5; i++) await came(person.phone);
    await own.messages(person.phone, before);
    await pause(500);
    assert.equal((await own.messages(person.phone)).length, before + 1, "two in all");
    assert.equal((await own.get(`/sandbox/phone?number=${encodeURIComponent(stranger)}`)).body.messages.length, 0);
    assert.equal(problem(await start(own, person.phone)), "other-way");
  });
  rmSync(folder, {recursive: true});
});
