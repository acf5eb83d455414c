// identity.test.mjs: sign-up, sign-in, sessions and codes over HTTP (ID-1, ID-2, ID-8, ID-10, ID-14, ID-15).

import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {solveChallenge} from "altcha-lib/v1";
import {Server, newPhone, solve} from "../support/server.mjs";

let server;
before(async () => (server = await Server.start()));
after(() => server.stop());

// For the tests that are about a limit: a server of their own.
async function withServer(settings, run) {
  const own = await Server.start(settings);
  try {
    await run(own);
  } finally {
    await own.stop();
  }
}

const problem = (answer) => answer.body.type?.replace("/problems/", "");
const wrongCode = (code) => String((Number(code) + 1) % 1000000).padStart(6, "0");
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

// ---- numbers ----

test("ID-1: a number is one however it is typed", async () => {
  const {phone, password, customer} = await server.customer();
  const ten = phone.slice(2);
  const ways = [ten, `8${ten}`, `+7${ten}`, `8 (${ten.slice(0, 3)}) ${ten.slice(3, 6)}-${ten.slice(6, 8)}-${ten.slice(8)}`,
                `+7 ${ten.slice(0, 3)} ${ten.slice(3)}`];
  for (const way of ways) {
    const answer = await server.post("/signin", {phone: way, password, token: true});
    assert.equal(answer.status, 200, way);
    assert.equal(answer.body.customer, customer);
  }
});

test("ID-1: what is no mobile number is refused beside its field", async () => {
  for (const phone of ["", "12", "+7916", "+4915112345678", "8 495 123-45-67", "+77012345678", "abc", "9161234567890"]) {
    const answer = await server.post("/signup", {phone, altcha: "x"});
    assert.equal(answer.status, 422, phone);
    assert.equal(answer.body.errors[0].field, "phone");
  }
});

// ---- signing up ----

test("ID-2: the cabinet opens by pages alone, without scripts", async () => {
  const phone = newPhone();
  const browser = server.browser();
  await browser.go("/signup");
  assert.equal(browser.status, 200);
  const words = ["один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять"];
  const [, left, right] = /Сколько будет (\S+) плюс (\S+)\?/.exec(browser.html);
  const answer = String(words.indexOf(left) + words.indexOf(right) + 2);
  await browser.send("/signup", {phone: `8${phone.slice(2)}`, answer});
  assert.equal(browser.path, "/signup/code");

  await browser.send("/signup/code", {code: ""});
  assert.equal(browser.status, 422);
  assert.match(browser.html, /<title>Ошибка: /);
  const code = await server.code(phone);
  await browser.send("/signup/code", {code: `${code.slice(0, 3)} ${code.slice(3)}`});
  assert.equal(browser.path, "/signup/password");

  await browser.send("/signup/password", {password: "abc123"});
  assert.equal(browser.status, 422);
  for (const missing of ["не короче 7 знаков", "заглавная латинская буква", "знак, например"])
    assert.ok(browser.html.includes(missing), missing);
  assert.ok(!browser.html.includes("строчная латинская буква (a–z)"), "only what is missing is named");
  assert.ok(!browser.html.includes("abc123"), "a password is never echoed");

  await browser.send("/signup/password", {password: "Кошка-Abc1!"});
  assert.equal(browser.status, 200);
  assert.equal(browser.path, "/");
  assert.ok(browser.cookies.has("session"));
  assert.ok(!browser.cookies.has("draft"));
  await browser.go("/signin");
  assert.equal(browser.path, "/", "who is signed in is sent home");
});

test("ID-2: a sign-up is gone on with after a pause, and its number corrected", async () => {
  const browser = server.browser();
  const phone = newPhone();
  await browser.go("/signup");
  await browser.send("/signup", {phone, altcha: await server.proof()});
  await browser.go("/signup/code"); // closed and opened again
  assert.equal(browser.status, 200);
  await browser.go("/signup");
  assert.ok(browser.html.includes(`value="+7 916`), "the number comes back to be corrected");
  const first = browser.cookies.get("draft");
  const other = newPhone();
  await browser.send("/signup", {phone: other, altcha: await server.proof()});
  assert.notEqual(browser.cookies.get("draft"), first);
  assert.equal((await server.post("/signup/code", {draft: first, code: await server.code(phone)})).status, 409);
  await browser.send("/signup/code", {code: await server.code(other)});
  assert.equal(browser.path, "/signup/password");
  await browser.go("/signup/code");
  assert.equal(browser.path, "/signup/password", "the code's page leads on");
});

test("ID-2: no step is skipped", async () => {
  const phone = newPhone();
  const {draft} = await server.begin(phone);
  assert.equal(problem(await server.post("/signup/password", {draft, password: "Qwerty7!"})), "code-first");
  assert.equal(problem(await server.post("/signup/password", {password: "Qwerty7!"})), "sign-up-expired");
  assert.equal(problem(await server.post("/signup/code", {draft: "x".repeat(43), code: "123456"})), "sign-up-expired");
  const browser = server.browser();
  await browser.go("/signup/password");
  assert.equal(browser.path, "/signup");
});

test("ID-2: the proof of work is ALTCHA's, checked and good once", async () => {
  const {body: challenge} = await server.get("/signup/challenge");
  const {number} = await solveChallenge(challenge.challenge, challenge.salt, challenge.algorithm, challenge.maxnumber).promise;
  const good = {...challenge, number, took: 5};
  const encode = (payload) => Buffer.from(JSON.stringify(payload)).toString("base64");
  const late = {...good, salt: good.salt.replace(/expires=\d+/, "expires=9999999999")};
  const bad = {
    "another number": {...good, number: number + 1},
    "no number": {...good, number: undefined},
    "a number as text": {...good, number: String(number)},
    "another algorithm": {...good, algorithm: "SHA-1"},
    "another signature": {...good, signature: "0".repeat(64)},
    "a later expiry": late,
    "a challenge of one's own": {...good, salt: "00?expires=9999999999&", challenge: "0".repeat(64)},
  };
  for (const [what, payload] of Object.entries(bad)) {
    const answer = await server.post("/signup", {phone: newPhone(), altcha: encode(payload)});
    assert.equal(problem(answer), "robot-check-failed", what);
  }
  for (const altcha of ["x", "bnVsbA==", "e30=", "A".repeat(2048)])
    assert.equal(problem(await server.post("/signup", {phone: newPhone(), altcha})), "robot-check-failed");
  assert.equal(problem(await server.post("/signup", {phone: newPhone()})), "robot-check-missing");
  assert.equal((await server.post("/signup", {phone: newPhone(), altcha: encode(good)})).status, 200);
  assert.equal(problem(await server.post("/signup", {phone: newPhone(), altcha: encode(good)})), "robot-check-failed");

  const again = solve((await server.get("/signup/challenge")).body);
  const twenty = await Promise.all(Array.from({length: 20}, () => server.post("/signup", {phone: newPhone(), altcha: again})));
  assert.equal(twenty.filter((answer) => answer.status === 200).length, 1, "of twenty at once, one");
});

test("ID-2: the question without scripts is good for one answer, and rarely", async () => {
  const ask = async (from) => (await from.get("/signup")).body.question;
  const values = {ноль: 0, один: 1, два: 2, три: 3, четыре: 4, пять: 5, шесть: 6, семь: 7, восемь: 8, девять: 9};
  const sum = ({text}) => {
    const [, left, right] = /будет (\S+) плюс (\S+)\?/.exec(text);
    return values[left] + values[right];
  };
  const question = await ask(server);
  const wrong = await server.post("/signup", {phone: newPhone(), question: question.token, answer: String(sum(question) + 1)});
  assert.equal(problem(wrong), "robot-check-failed");
  const late = await server.post("/signup", {phone: newPhone(), question: question.token, answer: String(sum(question))});
  assert.equal(problem(late), "robot-check-failed", "a second guess is none");
  const other = await ask(server);
  const right = await server.post("/signup", {phone: newPhone(), question: other.token, answer: String(sum(other))});
  assert.equal(right.status, 200);

  await withServer({identity: {robot: {plain_address: 2}}}, async (strict) => {
    const results = [];
    for (let i = 0; i < 3; i++) {
      const asked = await ask(strict);
      results.push((await strict.post("/signup", {phone: newPhone(), question: asked.token, answer: String(sum(asked))})).status);
    }
    assert.deepEqual(results, [200, 200, 429]);
    assert.equal((await strict.post("/signup", {phone: newPhone(), altcha: await strict.proof()})).status, 200);
  });
  await withServer({identity: {robot: {plain: "false"}}}, async (none) => {
    assert.equal(await ask(none), undefined);
    const answer = await none.post("/signup", {phone: newPhone(), question: other.token, answer: String(sum(other))});
    assert.equal(problem(answer), "robot-check-missing");
  });
});

test("ID-2: the modern password policy", async () => {
  await withServer({identity: {password: {policy: "modern", least: 10}}}, async (modern) => {
    const phone = newPhone();
    const {draft} = await modern.begin(phone);
    await modern.post("/signup/code", {draft, code: await modern.code(phone)});
    for (const password of ["short", "qwerty12345", "1234567890", "aaaaaaaaaaaa", phone]) {
      const answer = await modern.post("/signup/password", {draft, password});
      assert.equal(problem(answer), "password-weak", password);
      assert.equal(answer.body.errors[0].field, "password");
    }
    assert.equal((await modern.post("/signup/password", {draft, password: "кошка любит рыбу"})).status, 200);
  });
});

test("ID-2: sent twice at once, one cabinet opens", async () => {
  const phone = newPhone();
  const {draft} = await server.begin(phone);
  await server.post("/signup/code", {draft, code: await server.code(phone)});
  const answers = await Promise.all(
    Array.from({length: 8}, () => server.post("/signup/password", {draft, password: "Qwerty7!", token: true})));
  assert.equal(answers.filter((answer) => answer.status === 200).length, 1);
  assert.equal(answers.filter((answer) => answer.status === 409).length, 7);
});

test("ID-2: two sign-ups of one number at once open one cabinet", async () => {
  const phone = newPhone();
  const drafts = [await server.begin(phone)];
  const first = await server.code(phone);
  drafts.push(await server.begin(phone));
  const second = await server.code(phone, 1);
  assert.equal((await server.post("/signup/code", {draft: drafts[0].draft, code: first})).status, 200);
  assert.equal((await server.post("/signup/code", {draft: drafts[1].draft, code: second})).status, 200);
  const opened = await Promise.all(drafts.map(({draft}) => server.post("/signup/password", {draft, password: "Qwerty7!"})));
  assert.deepEqual(opened.map((answer) => answer.status).sort(), [200, 409]);
});

// ---- signing in ----

test("ID-8: number and password open a session, a token or a cookie, and signing out ends it", async () => {
  const person = await server.customer();
  assert.equal((await server.get("/sessions", {token: person.token})).status, 200);
  assert.equal((await server.post("/signout", {}, {token: person.token})).status, 200);
  assert.equal((await server.get("/sessions", {token: person.token})).status, 401);

  const browser = server.browser();
  await browser.go("/sessions");
  assert.equal(browser.path, "/signin");
  await browser.send("/signin", {phone: person.phone, password: "Wrong-1"});
  assert.equal(browser.status, 422);
  assert.match(browser.html, /Номер или пароль не подходят/);
  assert.ok(browser.html.includes(`value="${person.phone}"`), "the number typed is kept");
  await browser.send("/signin", {phone: person.phone, password: person.password});
  assert.equal(browser.path, "/sessions", "back to where he was going");
  const cookie = browser.cookies.get("session");
  await browser.send("/signout");
  assert.equal(browser.path, "/signin");
  assert.ok(!browser.cookies.has("session"));
  browser.cookies.set("session", cookie);
  await browser.go("/sessions");
  assert.equal(browser.path, "/signin", "the old cookie is nobody's");
});

test("ID-8: after signing in one goes only to a path of ours", async () => {
  const person = await server.customer();
  for (const next of ["https://evil.example/", "//evil.example/", "/\\evil.example", "/\tx", "javascript:alert(1)", "x"]) {
    const browser = server.browser();
    await browser.go("/signin");
    await browser.send("/signin", {phone: person.phone, password: person.password, next});
    assert.equal(browser.path, "/", next);
  }
});

test("ID-8: a form from another site or without its token is refused", async () => {
  const person = await server.customer();
  const browser = server.browser();
  await browser.go("/signin");
  await browser.send("/signin", {...person, _csrf: "x"});
  assert.equal(browser.status, 403);
  await browser.go("/signin");
  await browser.send("/signin", person, {headers: {Origin: "https://evil.example"}});
  assert.equal(browser.status, 403);
  assert.ok(!browser.cookies.has("session"));
});

// ---- known and unknown ----

const timed = async (run) => {
  const began = process.hrtime.bigint();
  await run();
  return Number(process.hrtime.bigint() - began) / 1e6;
};
// The lower quartile: what others on the machine do only ever makes an answer later.
const quick = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 2];

// Asks for known and unknown numbers by turns until both take the same time; a real difference stays one.
async function sameTime(ask, rounds = 20) {
  let told;
  for (let repeat = 0; repeat < 4; repeat++) {
    const times = {known: [], unknown: []};
    for (let i = 0; i < rounds; i++)
      for (const kind of i % 2 ? ["known", "unknown"] : ["unknown", "known"]) times[kind].push(await ask(kind));
    const [known, unknown] = [quick(times.known), quick(times.unknown)];
    told = `known ${known} ms, unknown ${unknown} ms`;
    if (known / unknown > 0.75 && known / unknown < 1.33) return;
  }
  assert.fail(told);
}

// What differs from answer to answer whoever asks: ids, tokens, moments.
const steady = (text) =>
  text.replace(/0[0-9A-Z]{12}/g, "ID").replace(/"(draft|_csrf|_key|csrf)":"[^"]*"/g, "$1")
    .replace(/name="(_csrf|_key)" value="[^"]*"/g, "$1").replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "MOMENT")
    .replace(/\d\d:\d\d/g, "TIME").replace(/\+7916\d{7}|\+7 916 \d{3}-\d\d-\d\d/g, "PHONE").replace(/[?&]expires=\d+/g, "");

test("ID-10: a wrong sign-in says the same for known and unknown numbers, in the same time", async () => {
  const said = {known: new Set(), unknown: new Set()};
  await withServer({identity: {lock: {tries: 100}}}, async (patient) => {
    const owner = await patient.customer();
    await sameTime(async (kind) => {
      let answer;
      const phone = kind === "known" ? owner.phone : newPhone();
      const ms = await timed(async () => (answer = await patient.post("/signin", {phone, password: "Wrong-1"})));
      assert.equal(answer.status, 422);
      said[kind].add(steady(answer.text) + answer.headers.get("content-length"));
      return ms;
    });
  });
  assert.deepEqual(said.known, said.unknown);
  assert.equal(said.known.size, 1);

  const person = await server.customer();
  const pages = [];
  for (const phone of [person.phone, newPhone()]) {
    const browser = server.browser();
    await browser.go("/signin");
    await browser.send("/signin", {phone, password: "Wrong-1"});
    pages.push(steady(browser.html).replaceAll(phone, "PHONE"));
  }
  assert.equal(pages[0], pages[1]);
});

test("ID-10: locked known and unknown numbers are locked alike", async () => {
  const person = await server.customer();
  const said = [];
  for (const phone of [person.phone, newPhone()]) {
    for (let i = 0; i < 5; i++) await server.post("/signin", {phone, password: `Wrong-${i}`});
    const answer = await server.post("/signin", {phone, password: "Wrong-6"});
    assert.equal(answer.status, 429);
    said.push(steady(answer.text));
  }
  assert.equal(said[0], said[1]);
});

test("ID-10: sign-up tells nobody which numbers have a cabinet", async () => {
  const person = await server.customer();
  const said = {known: new Set(), unknown: new Set()};
  await sameTime(async (kind) => {
    let answer;
    const phone = kind === "known" ? person.phone : newPhone();
    const altcha = await server.proof();
    const ms = await timed(async () => (answer = await server.post("/signup", {phone, altcha})));
    assert.equal(answer.status, 200);
    said[kind].add(steady(answer.text));
    return ms;
  });
  for (const [kind, phone] of [["known", person.phone], ["unknown", newPhone()]]) {
    const {draft} = await server.begin(phone);
    for (let guess = 0; guess < 6; guess++)
      said[kind].add(steady((await server.post("/signup/code", {draft, code: "000000"})).text));
  }
  assert.deepEqual(said.known, said.unknown);
  assert.equal(said.known.size, 3, "sent, wrong, spent");
  const [text] = await server.messages(person.phone, 1);
  assert.match(text, /кабинет уже открыт/);
  assert.doesNotMatch(text, /\d{6}/, "the owner is told, and gets no code");
});

// ---- codes ----

test("ID-15: the code's message names what it is for and ends with the address it is for", async () => {
  const phone = newPhone();
  await server.begin(phone);
  const [text] = await server.messages(phone);
  assert.match(text, /^Кошелёк: код \d{6} — чтобы открыть кабинет\..*\n\n@localhost #\d{6}$/s);
});

test("ID-15: of 200 wrong codes at once, five are compared", async () => {
  const phone = newPhone();
  const {draft} = await server.begin(phone);
  const code = await server.code(phone);
  const answers = await Promise.all(
    Array.from({length: 200}, (_, i) => server.post("/signup/code", {draft, code: String((Number(code) + 1 + i) % 1000000).padStart(6, "0")})));
  assert.equal(answers.filter((answer) => problem(answer) === "code-wrong").length, 5);
  assert.equal(answers.filter((answer) => problem(answer) === "code-spent").length, 195);
  assert.equal(problem(await server.post("/signup/code", {draft, code})), "code-spent", "nor is the right one now");
});

test("ID-15: a code is used once, and only the newest counts", async () => {
  const phone = newPhone();
  const {draft} = await server.begin(phone);
  const old = await server.code(phone);
  assert.equal((await server.post("/signup/resend", {draft})).status, 200);
  const code = await server.code(phone, 1);
  if (old !== code) assert.equal(problem(await server.post("/signup/code", {draft, code: old})), "code-wrong");
  assert.equal((await server.post("/signup/code", {draft, code})).status, 200);
  assert.equal(problem(await server.post("/signup/code", {draft, code})), "code-spent");
});

test("ID-15: a code is good for its own sign-up and number alone", async () => {
  const [mine, other] = [newPhone(), newPhone()];
  const {draft} = await server.begin(mine);
  const foreign = await server.begin(other);
  const code = await server.code(mine);
  if (code !== (await server.code(other)))
    assert.equal(problem(await server.post("/signup/code", {draft: foreign.draft, code})), "code-wrong");
  const second = await server.begin(mine); // the same number, another draft
  assert.equal(problem(await server.post("/signup/code", {draft: second.draft, code: wrongCode(await server.code(mine, 1))})), "code-wrong");
});

test("ID-15: resending waits longer each time", async () => {
  await withServer({identity: {code: {pause: "1s"}}}, async (slow) => {
    const phone = newPhone();
    const {draft, again_at: again} = await slow.begin(phone);
    assert.ok(Date.parse(again) > Date.now());
    const early = await slow.post("/signup/resend", {draft});
    assert.equal(problem(early), "code-sent-recently");
    assert.equal(early.headers.get("retry-after"), "1");
    await pause(1050);
    const second = await slow.post("/signup/resend", {draft});
    assert.equal(second.status, 200);
    const wait = Date.parse(second.body.again_at) - Date.now();
    assert.ok(wait > 1200 && wait <= 2000, `${wait} ms`);
  });
});

test("ID-15: codes are capped for a number, an address and a network", async () => {
  for (const [name, same] of [["number", true], ["address", false], ["network", false]]) {
    await withServer({identity: {code: {[name]: 3}}}, async (strict) => {
      const phone = newPhone();
      const results = [];
      for (let i = 0; i < 4; i++)
        results.push((await strict.post("/signup", {phone: same ? phone : newPhone(), altcha: await strict.proof()})).status);
      assert.deepEqual(results, [200, 200, 200, 429], name);
    });
  }
});

// ---- attacks on a password ----

test("ID-15: of 200 wrong passwords at once, five are compared; a known device still gets in", async () => {
  const person = await server.customer();
  const browser = server.browser();
  await browser.signIn(person);
  assert.equal(browser.path, "/");
  await browser.send("/signout");

  const answers = await Promise.all(
    Array.from({length: 200}, (_, i) => server.post("/signin", {phone: person.phone, password: `Wrong-${i}`})));
  assert.equal(answers.filter((answer) => problem(answer) === "sign-in-wrong").length, 5);
  assert.equal(answers.filter((answer) => problem(answer) === "too-many-tries").length, 195);
  const locked = await server.post("/signin", {phone: person.phone, password: person.password});
  assert.equal(locked.status, 429, "from elsewhere not even the right one, for a while");
  assert.ok(Number(locked.headers.get("retry-after")) <= 60);

  await browser.signIn(person);
  assert.equal(browser.path, "/", "his own device has its own allowance");
  await browser.send("/signout");
  for (let i = 0; i < 5; i++) await browser.signIn({...person, password: "Wrong-1"});
  await browser.signIn(person);
  assert.equal(browser.status, 429, "which is small");
});

test("ID-15: an address has its limit over many numbers; a good sign-in is no try", async () => {
  await withServer({identity: {lock: {address: 4}}}, async (strict) => {
    const person = await strict.customer();
    for (let i = 0; i < 6; i++)
      assert.equal((await strict.post("/signin", {phone: person.phone, password: person.password, token: true})).status, 200);
    const results = [];
    for (let i = 0; i < 5; i++) results.push((await strict.post("/signin", {phone: newPhone(), password: "Wrong-1"})).status);
    assert.deepEqual(results, [422, 422, 422, 422, 429]);
  });
});

// ---- sessions ----

test("ID-14: sessions are listed with device and place, ended one by one or all but this", async () => {
  const person = await server.customer();
  const browser = server.browser();
  await browser.signIn(person);
  const other = await server.post("/signin", {phone: person.phone, password: person.password, token: true},
                                  {headers: {"User-Agent": "okhttp/4.12.0"}});
  await browser.go("/sessions");
  for (const words of ["Firefox · Linux", "Это устройство", "Android app", "127.0.0.1"]) assert.ok(browser.html.includes(words), words);
  const {sessions} = (await server.get("/sessions", {token: person.token})).body;
  assert.equal(sessions.length, 3);
  assert.equal(sessions.filter((session) => session.current).length, 1);

  const app = sessions.find((session) => session.device === "Android app");
  await browser.send(`/sessions/${app.id}/end`);
  assert.equal(browser.path, "/sessions");
  assert.equal((await server.get("/sessions", {token: other.body.token})).status, 401);
  await browser.send("/sessions/end-others");
  assert.equal((await server.get("/sessions", {token: person.token})).status, 401);
  await browser.go("/sessions");
  assert.equal(browser.path, "/sessions", "this one stays");
});

test("ID-14: another's session is as if missing", async () => {
  const [mine, other] = [await server.customer(), await server.customer()];
  const {sessions} = (await server.get("/sessions", {token: other.token})).body;
  const theirs = await server.post(`/sessions/${sessions[0].id}/end`, {}, {token: mine.token});
  const missing = await server.post("/sessions/1000/end", {}, {token: mine.token});
  assert.equal(theirs.status, 404);
  assert.equal(steady(theirs.text), steady(missing.text));
  assert.equal((await server.get("/sessions", {token: other.token})).status, 200);
});

test("ID-14: a session cookie that was there before signing in is replaced and ended", async () => {
  const [victim, attacker] = [await server.customer(), await server.customer()];
  const planted = server.browser();
  await planted.signIn(attacker);
  const browser = server.browser();
  for (const cookie of [planted.cookies.get("session"), "A".repeat(54), "x"]) {
    browser.cookies.set("session", cookie);
    const page = await fetch(`${server.url}/signin`, {
      method: "POST", redirect: "manual",
      headers: {Accept: "application/json", "Content-Type": "application/json", Cookie: `session=${cookie}`},
      body: JSON.stringify({phone: victim.phone, password: victim.password}),
    });
    assert.equal(page.status, 200);
    const [, session] = /session=([^;]+)/.exec(page.headers.get("set-cookie"));
    assert.notEqual(session, cookie);
  }
  await planted.go("/sessions");
  assert.equal(planted.path, "/signin", "the planted session has ended");
});

test("ID-14: tokens and cookies are not each other, nor anything else", async () => {
  const person = await server.customer();
  const browser = server.browser();
  await browser.signIn(person);
  assert.equal((await server.get("/sessions", {token: browser.cookies.get("session")})).status, 401);
  const cookie = await server.get("/sessions", {headers: {Cookie: `session=${person.token}`}});
  assert.equal(cookie.status, 401);
  const wrong = person.token.slice(0, -2) + (person.token.endsWith("AA") ? "BA" : "AA");
  for (const token of [wrong, person.token + "A", person.token.slice(1), "", "x", "A".repeat(54), "-".repeat(54), "é".repeat(27)]) {
    const answer = await server.get("/sessions", {headers: {Authorization: Buffer.from(`Bearer ${token}`).toString("latin1")}});
    assert.ok([400, 401].includes(answer.status), `${token}: ${answer.status}`);
  }
});

test("ID-14: sessions outlive a restart and a crash", async () => {
  await withServer({}, async (own) => {
    const person = await own.customer();
    await own.end("SIGKILL");
    await own.run();
    assert.equal((await own.get("/sessions", {token: person.token})).status, 200);
    assert.equal(await own.end(), 0);
    await own.run();
    assert.equal((await own.get("/sessions", {token: person.token})).status, 200);
  });
});

test("ID-14: an idle session ends, and a form sent after it is kept until one has signed in", async () => {
  await withServer({identity: {session: {idle: "2s"}}}, async (brief) => {
    const person = await brief.customer();
    const browser = brief.browser();
    await browser.signIn(person);
    await browser.go("/transfer");
    assert.match(browser.html, /data-session-ends="\d{4}-/, "the page knows when");
    const action = /<form[^>]*action="(\/transfer[^"]*)"/.exec(browser.html)[1];
    for (let i = 0; i < 4; i++) {
      await pause(700);
      await browser.go("/sessions");
      assert.equal(browser.path, "/sessions", "in use it goes on");
    }
    await browser.go("/transfer");
    await pause(2100);
    const typed = {to: "8 916 000-00-07", sum: "150", note: "за <обед> & чай"};
    await browser.send(action, typed);
    assert.equal(browser.path, "/signin");
    assert.match(browser.html, /ничего не потерялось/);
    const kept = new Map(browser.cookies);

    const stranger = await brief.customer();
    browser.cookies.set("kept", kept.get("kept"));
    await browser.send("/signin", {phone: stranger.phone, password: stranger.password});
    assert.equal(browser.path, "/", "nobody else is shown it");
    await browser.go(`/resume/${kept.get("kept")}`);
    assert.equal(browser.status, 404);

    browser.cookies = kept;
    await browser.go("/signin?kept=1");
    await browser.send("/signin", {phone: person.phone, password: person.password});
    assert.match(browser.path, /^\/resume\//);
    assert.ok(browser.html.includes("за &lt;обед&gt; &amp; чай"));
    assert.equal(browser.form(action).to, typed.to);
    await browser.send(action);
    assert.ok([200, 422].includes(browser.status), `${browser.status}`);
    assert.ok(browser.html.includes("за &lt;обед&gt; &amp; чай"), "the same form, with what was typed");
  });
});
