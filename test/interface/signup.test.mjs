// signup.test.mjs: numbers, signing up and one-time codes over HTTP (ID-1, ID-2, ID-15).

import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {solveChallenge} from "altcha-lib/v1";
import {Server, newPhone, problem, solve, withServer} from "../support/server.mjs";

let server;
before(async () => (server = await Server.start()));
after(() => server.stop());

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
    Array.from({length: 200}, (_, i) => {
      const wrong = String((Number(code) + 1 + i) % 1000000).padStart(6, "0");
      return server.post("/signup/code", {draft, code: wrong});
    }));
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
  const newer = await server.code(mine, 1);
  if (newer !== code) assert.equal(problem(await server.post("/signup/code", {draft: second.draft, code})), "code-wrong");
});

test("ID-15: resending waits longer each time", async () => {
  await withServer({identity: {code: {pause: "5m"}}}, async (slow) => {
    const phone = newPhone();
    const {draft, again_at: again} = await slow.begin(phone);
    assert.ok(Date.parse(again) > Date.now());
    const early = await slow.post("/signup/resend", {draft});
    assert.equal(problem(early), "code-sent-recently");
    const left = Number(early.headers.get("retry-after"));
    assert.ok(left > 150 && left <= 300, `${left} s`);
    await slow.passed("UPDATE one_time_code SET made = made - 300000000");
    const second = await slow.post("/signup/resend", {draft});
    assert.equal(second.status, 200);
    const wait = Date.parse(second.body.again_at) - Date.now();
    assert.ok(wait > 360000 && wait <= 600000, `${wait} ms`);
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
