// recovery_ways.test.mjs: each profile's own way back into a cabinet (ID-11), walked end to end by that profile's file.

import assert from "node:assert/strict";
import {mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {test} from "node:test";

import * as applicants from "../support/applicants.mjs";
import {Server, newPhone, pause, problem, steady} from "../support/server.mjs";
import {sameTime, timed} from "../support/timing.mjs";

async function withProfile(name, run, more) {
  const server = await Server.ofProfile(name, more);
  try {
    await run(server);
  } finally {
    await server.stop();
  }
}

const start = async (server, phone, more = {}) => server.post("/recover", {phone, altcha: await server.proof(), ...more});
const signIn = (server, phone, password) => server.post("/signin", {phone, password, token: true});
const count = async (server, phone) =>
  (await server.get(`/sandbox/phone?number=${encodeURIComponent(phone)}`)).body.messages.length;

async function prove(server, phone) {
  const had = await count(server, phone);
  const begun = await start(server, phone);
  assert.equal(begun.status, 200, begun.text);
  const {draft} = begun.body, code = await server.code(phone, had);
  assert.equal((await server.post("/recover/code", {draft, code})).status, 200);
  return {draft, code};
}

const differs = (code) => String((Number(code) + 1) % 1000000).padStart(6, "0");

// ---- wallet ----

test("ID-11: wallet: number and captcha, a code, a password that repeats none; all sessions end", async () => {
  await withProfile("wallet", async (server) => {
    const {phone, secret, browser} = await applicants.wallet(server);
    assert.equal(problem(await server.post("/recover", {phone})), "robot-check-missing");
    const {draft, code} = await prove(server, phone);
    assert.equal(problem(await server.post("/recover/code", {draft, code})), "code-spent", "a code is good once");
    for (const [password, kind] of [[secret, "password-repeated"], ["short", "password-weak"], [undefined, "secret-missing"]])
      assert.equal(problem(await server.post("/recover/password", {draft, password})), kind);
    assert.equal(problem(await server.post("/recover/password", {draft, pin: "4071"})), "secret-missing", "no PIN here");
    const done = await server.post("/recover/password", {draft, password: "Another-1", end_sessions: true, token: true});
    assert.equal(done.status, 200, done.text);
    await browser.go("/sessions");
    assert.equal(browser.path, "/signin", "ended");
    assert.equal(problem(await signIn(server, phone, secret)), "sign-in-wrong");
    assert.ok((await signIn(server, phone, "Another-1")).body.token);
  });
});

// ---- instalments ----

test("ID-11: instalments: a code by SMS lets in once, for a new PIN and nothing else", async () => {
  await withProfile("instalments", async (server) => {
    const {phone, secret, browser} = await applicants.instalments(server);
    const guest = server.browser();
    await guest.go("/recover");
    assert.match(guest.html, /впустит один раз/);
    const begun = (await start(server, phone)).body, code = await server.code(phone, 1);
    assert.match((await server.messages(phone))[0], /задать новый PIN-код/);
    assert.equal(problem(await server.post("/recover/code", {draft: begun.draft, code: differs(code)})), "code-wrong");
    assert.equal(problem(await server.post("/recover/password", {draft: begun.draft, pin: "4071"})), "code-first");
    assert.equal((await server.post("/recover/code", {draft: begun.draft, code})).status, 200);
    assert.equal(problem(await server.post("/recover/code", {draft: begun.draft, code})), "code-spent", "once");

    // What it opened is no session.
    for (const path of ["/sessions", "/settings/profile", "/operations", "/settings/security"]) {
      assert.equal((await server.get(path, {token: begun.draft})).status, 401, path);
      assert.equal((await server.get(path, {headers: {Cookie: `recovery=${begun.draft}; session=${begun.draft}`}})).status, 401, path);
    }
    const {draft} = begun;
    for (const [pin, kind] of [["1234", "pin-easy"], ["1990", "pin-easy"], ["407", "pin-malformed"], ["40711", "pin-malformed"],
                               ["abcd", "pin-malformed"], [secret, "pin-repeated"], [undefined, "secret-missing"]])
      assert.equal(problem(await server.post("/recover/password", {draft, pin})), kind, pin);
    assert.equal(problem(await server.post("/recover/password", {draft, password: "Another-1"})), "secret-missing", "no password here");
    assert.equal((await signIn(server, phone, secret)).status, 200, "until then the old one is good");
    const done = await server.post("/recover/password", {draft, pin: "4071", end_sessions: true, token: true});
    assert.equal(done.status, 200, done.text);
    assert.equal(problem(await server.post("/recover/password", {draft, pin: "5182"})), "recovery-expired", "once");
    await browser.go("/sessions");
    assert.equal(browser.path, "/signin", "the sessions before have ended");
    assert.equal(problem(await signIn(server, phone, secret)), "sign-in-wrong");
    const {token} = (await signIn(server, phone, "4071")).body;
    assert.match((await server.messages(phone, 2))[0], /PIN-код изменён/);
    assert.ok((await server.get("/settings/profile", {token})).body.limited_until, "outgoing money is limited");

    // In the cabinet: the old PIN, a new one.
    const change = (old, pin) => server.post("/settings/password", {old, pin}, {token});
    assert.equal(problem(await change("9999", "5182")), "password-wrong");
    assert.equal(problem(await change("4071", secret)), "pin-repeated", "earlier ones neither");
    assert.equal((await change("4071", "5182")).status, 200);
    assert.ok((await signIn(server, phone, "5182")).body.token);
  });
});

test("ID-11: instalments, as pages without scripts, in both languages", async () => {
  await withProfile("instalments", async (server) => {
    for (const language of ["ru", "en"]) {
      const {phone} = await applicants.instalments(server);
      const guest = server.browser();
      const go = guest.go.bind(guest);
      guest.go = (path, options = {}, hops = 0) =>
        go(path, {...options, headers: {"Accept-Language": language, ...options.headers}}, hops);
      await guest.go("/signin");
      await guest.go("/recover");
      assert.match(guest.html, language === "ru" ? /новый PIN-код/ : /a new PIN/);
      await guest.send("/recover", {phone, altcha: await server.proof()});
      await guest.send("/recover/code", {code: await server.code(phone, 1)});
      assert.equal(guest.path, "/recover/password");
      await guest.send("/recover/password", {pin: "1111"});
      assert.equal(guest.status, 422);
      assert.match(guest.html, language === "ru" ? /легко угадать/ : /easy to guess/);
      assert.ok(!guest.html.includes("1111"), "never shown again");
      await guest.send("/recover/password", {pin: "4071"});
      assert.ok(guest.cookies.has("session"), guest.html);
      assert.equal(guest.path, "/");
    }
  });
});

// ---- microloans ----

const temporary = (text) => /(?:временный пароль|temporary password) (\S+),/.exec(text)[1];

test("ID-11: microloans: number and surname bring a temporary password that must be replaced", async () => {
  await withProfile("microloans", async (server) => {
    const {phone, secret} = await applicants.microloans(server);
    assert.equal(problem(await start(server, phone)), "surname-missing");
    const asked = await start(server, phone, {surname: "КОРОЛЕВА "}); // as people type it
    assert.equal(asked.status, 200, asked.text);
    assert.deepEqual(asked.body, {next: "/signin"});
    const password = temporary((await server.messages(phone, 1))[0]);
    const opened = await signIn(server, phone, password);
    assert.equal(opened.body.next, "/recover/password", opened.text);
    assert.equal(opened.body.token, undefined, "no session");
    const {draft} = opened.body;
    assert.equal((await server.get("/sessions", {token: draft})).status, 401);
    assert.equal(problem(await signIn(server, phone, secret)), "sign-in-wrong", "used first, it ended the own one");
    for (const taken of [password, secret])
      assert.equal(problem(await server.post("/recover/password", {draft, password: taken})), "password-repeated");
    assert.equal((await signIn(server, phone, password)).body.next, "/recover/password", "still to be replaced");
    const again = (await signIn(server, phone, password)).body.draft;
    const done = await server.post("/recover/password", {draft: again, password: "Another-1", token: true});
    assert.equal(done.status, 200, done.text);
    assert.equal(problem(await signIn(server, phone, password)), "sign-in-wrong");
    assert.ok((await signIn(server, phone, "Another-1")).body.token);
    assert.equal(problem(await server.post("/recover/code", {draft: again, code: "123456"})), "recovery-expired");
  });
});

test("ID-11: microloans: used first, one's own password ends the temporary one", async () => {
  await withProfile("microloans", async (server) => {
    const {phone, secret} = await applicants.microloans(server);
    await start(server, phone, {surname: "Королёва"});
    const password = temporary((await server.messages(phone, 1))[0]);
    assert.ok((await signIn(server, phone, secret)).body.token, "nothing was taken away");
    assert.equal(problem(await signIn(server, phone, password)), "sign-in-wrong");
    assert.ok((await signIn(server, phone, secret)).body.token);
  });
});

test("ID-10, ID-11: microloans: unknown numbers and other surnames get the same answers, bytes and time", async () => {
  await withProfile("microloans", async (server) => {
    const {phone} = await applicants.microloans(server), {phone: other} = await applicants.microloans(server);
    const told = [];
    for (const [number, surname] of [[phone, "Королёва"], [other, "Петрова"], [newPhone(), "Королёва"]]) {
      const answer = await start(server, number, {surname});
      const browser = server.browser();
      await browser.go("/recover");
      await browser.send("/recover", {phone: number, surname, altcha: await server.proof()});
      told.push([answer.status, steady(answer.text), browser.path, browser.status, steady(browser.html)].join("\n"));
    }
    assert.equal(told[1], told[0]);
    assert.equal(told[2], told[0]);
    assert.match(told[0], /Если номер и фамилия совпали/);
    await server.messages(phone, 2);
    await pause(500);
    assert.deepEqual([await count(server, phone), await count(server, other)], [3, 1], "beside the codes of signing up");
  });
});

test("ID-11, ID-15: microloans: tries are counted before anything is compared, alike for unknown numbers", async () => {
  await withProfile("microloans", async (server) => {
    const {phone} = await applicants.microloans(server);
    for (const number of [phone, newPhone()]) {
      const answers = await Promise.all(Array.from({length: 5}, () => start(server, number, {surname: "Петрова"})));
      assert.deepEqual(answers.map(({status}) => status).sort(), [200, 200, 200, 429, 429]);
      assert.equal((await start(server, number, {surname: "Королёва"})).status, 429);
    }
    await pause(500);
    assert.equal(await count(server, phone), 1, "nothing was sent but the code of signing up");
  });
});

test("ID-10: microloans: known and unknown numbers and surnames take the same time", async () => {
  const easy = {recovery: {way: "surname", incoming_most: "1000"}, onboarding: {steps: "number, code, short, password, open"}};
  const server = await Server.start(easy);
  try {
    const phone = newPhone(), {draft} = await server.begin(phone);
    await server.post("/signup/code", {draft, code: await server.code(phone)});
    const {surname} = applicants.person, days = {birth: "1990-04-12", passport_date: "2011-05-20"};
    assert.equal((await server.post("/application/short", {draft, ...applicants.person, ...days})).status, 200);
    assert.equal((await server.post("/application/password", {draft, password: "Qwerty7!", token: true})).status, 200);
    await sameTime(async (kind) => {
      const number = kind === "unknown" ? newPhone() : phone, altcha = await server.proof();
      const asked = {phone: number, surname: kind === "wrong" ? "Петрова" : surname, altcha};
      let answer;
      const ms = await timed(async () => (answer = await server.post("/recover", asked)));
      assert.equal(answer.status, 200, answer.text);
      await pause(100); // the password is made meanwhile, for nobody or for him
      return ms;
    }, ["right", "wrong", "unknown"], 18);
  } finally {
    await server.stop();
  }
});

// ---- telecom ----

const key = "incoming-secret-of-this-test";

async function withTelecom(run) {
  const folder = mkdtempSync(join(tmpdir(), "kabinet-incoming-"));
  writeFileSync(join(folder, "incoming"), key);
  let id = 0;
  try {
    await withProfile("telecom", (server) => run(server, (from, to = "1070") => server.get("/gateway/kannel/sms?" +
      new URLSearchParams({key, from: from.slice(1), to, text: `что-нибудь ${id}`, id: `m${++id}`}))),
      {messaging: {kannel: {incoming_file: join(folder, "incoming")}}});
  } finally {
    rmSync(folder, {recursive: true});
  }
}

const byLogin = (server, login, password) => server.post("/signin", {login, password, token: true});

test("ID-11: telecom: an SMS of any text to 1070 brings a password, good once, to be replaced", async () => {
  await withTelecom(async (server, came) => {
    const {phone, login, secret} = await applicants.telecom(server);
    const stranger = newPhone();
    await came(phone, "1071");
    await came(stranger);
    await came(phone);
    const password = temporary((await server.messages(phone))[0]);
    const browser = server.browser();
    await browser.go("/signin");
    await browser.send("/signin", {login, password});
    assert.equal(browser.path, "/recover/password");
    assert.ok(!browser.cookies.has("session"));
    await browser.send("/recover/password", {password});
    assert.equal(browser.status, 422, "it may not stay");
    await browser.send("/recover/password", {password: "Another-1"});
    assert.ok(browser.cookies.has("session"), browser.html);
    for (const old of [password, secret]) assert.equal(problem(await byLogin(server, login, old)), "sign-in-wrong");
    assert.ok((await byLogin(server, phone, "Another-1")).body.token);
    assert.equal(await count(server, stranger), 0);
  });
});

test("ID-11, ID-15: telecom: who forges the sender of an SMS takes nothing from his victim", async () => {
  await withTelecom(async (server, came) => {
    const {phone, login, secret, browser} = await applicants.telecom(server);
    await came(phone); // forged: the answer still goes to the victim alone
    const [text] = await server.messages(phone);
    assert.match(text, /Не запрашивали\? Ничего не делайте/);
    await browser.go("/sessions");
    assert.equal(browser.path, "/sessions", "his session goes on");
    assert.ok((await byLogin(server, login, secret)).body.token, "and his own password lets him in");
    assert.equal(problem(await byLogin(server, login, temporary(text))), "sign-in-wrong", "which ended the other");

    // However often: own password, then forged, then own …
    for (let i = 0; i < 2; i++) {
      const had = await count(server, phone);
      await came(phone);
      await server.messages(phone, had);
      assert.ok((await byLogin(server, login, secret)).body.token, `after forged SMS ${i + 2}`);
    }
    const had = await count(server, phone);
    for (let i = 0; i < 5; i++) await came(phone);
    await pause(500);
    assert.equal(await count(server, phone), had, "three a day");
  });
});

// A sanitizer's build has times of its own.
const untimed = /asan/.test(process.env.KABINET_BUILD ?? "");
test("ID-10: what looks like a temporary password takes the same time for known and unknown numbers", {skip: untimed}, async () => {
  await withTelecom(async (server, came) => {
    const {phone} = await applicants.telecom(server);
    await came(phone);
    await server.messages(phone);
    // Whatever else the machine does only adds: the quickest of each kind are compared, with more tries while they differ.
    const quickest = {known: Infinity, unknown: Infinity};
    let ratio;
    for (let i = 0; i < 4 || (i < 24 && (ratio < 0.6 || ratio > 1.6)); i++) {
      for (const kind of i % 2 ? ["known", "unknown"] : ["unknown", "known"]) {
        const number = kind === "known" ? phone : newPhone();
        const began = process.hrtime.bigint();
        const answer = await byLogin(server, number, "Abc2-Def3-Ghk4");
        quickest[kind] = Math.min(quickest[kind], Number(process.hrtime.bigint() - began) / 1e6);
        assert.match(problem(answer), /^(sign-in-wrong|too-many-tries)$/);
      }
      ratio = quickest.known / quickest.unknown;
    }
    assert.ok(ratio > 0.6 && ratio < 1.6, `${ratio}: one verification more would be twice`);
  });
});

// ---- bank ----

test("ID-11, BK-11: bank: a password changes only by the code word, in the cabinet and in recovery", async () => {
  await withProfile("bank", async (server) => {
    const {phone, secret, word} = await applicants.bank(server);
    const {token} = (await signIn(server, phone, secret)).body;
    const change = (old, password, code_word) => server.post("/settings/password", {old, password, code_word}, {token});
    assert.equal(problem(await change(secret, "Another-1")), "code-word-missing");
    const wrong = await change(secret, "Another-1", "Василёк");
    assert.equal(problem(wrong), "code-word-wrong");
    assert.ok(!wrong.text.includes(word), "never shown");
    assert.equal(problem(await change("Wrong-1!", "Another-1", word)), "password-wrong", "the word alone is not enough");
    const done = await change(secret, "Another-1", " ромашка");
    assert.equal(done.status, 200, done.text);
    assert.ok((await signIn(server, phone, "Another-1")).body.token);

    const {draft} = await prove(server, phone);
    assert.equal(problem(await server.post("/recover/password", {draft, password: "Third-one-1"})), "code-word-missing");
    assert.equal(problem(await server.post("/recover/password", {draft, password: "Third-one-1", code_word: "Мак"})), "code-word-wrong");
    const recovered = await server.post("/recover/password", {draft, password: "Third-one-1", code_word: word, token: true});
    assert.equal(recovered.status, 200, recovered.text);
    assert.ok((await signIn(server, phone, "Third-one-1")).body.token);

    // As pages, without scripts.
    const browser = server.browser();
    await browser.signIn({phone, password: "Third-one-1"});
    await browser.go("/settings/password");
    assert.match(browser.html, /Кодовое слово/);
    await browser.send("/settings/password", {old: "Third-one-1", password: "Fourth-one-1", code_word: "Мак"});
    assert.equal(browser.status, 422);
    assert.match(browser.html, /Кодовое слово не подошло/);
    assert.ok(!browser.html.includes("value=\"Мак\""));
    await browser.send("/settings/password", {old: "Third-one-1", password: "Fourth-one-1", code_word: word});
    assert.equal(browser.path, "/settings/profile", browser.html);
  });
});

test("ID-15, BK-11: bank: tries of the code word are one count over the cabinet and recovery", async () => {
  await withProfile("bank", async (server) => {
    const {phone, secret, word} = await applicants.bank(server);
    const {token} = (await signIn(server, phone, secret)).body;
    const {draft} = await prove(server, phone);
    const cabinet = (code_word) => server.post("/settings/password", {old: secret, password: "Another-1", code_word}, {token});
    const recovery = (code_word) => server.post("/recover/password", {draft, password: "Another-1", code_word});
    const kinds = (await Promise.all([0, 1, 2, 3].flatMap((i) => [cabinet(`Мак ${i}`), recovery(`Мак ${i}`)]))).map(problem);
    assert.equal(kinds.filter((kind) => kind === "code-word-wrong").length, 5, kinds.join(" "));
    assert.equal(kinds.filter((kind) => kind === "too-many-tries").length, 3, kinds.join(" "));
    for (const way of [cabinet, recovery]) assert.equal((await way(word)).status, 429, "the right one as well");
    assert.ok((await signIn(server, phone, secret)).body.token, "nothing changed");
  });
});
