// signin.test.mjs: signing in, telling nobody who has a cabinet, attacks on a password (ID-8, ID-10, ID-15).

import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {Server, newPhone, problem, steady, withServer} from "../support/server.mjs";
import {sameTime, timed} from "../support/timing.mjs";

let server;
before(async () => (server = await Server.start()));
after(() => server.stop());

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

test("ID-8: an empty number and an empty password are both told, on the page and to programs", async () => {
  const browser = server.browser();
  await browser.go("/signin");
  await browser.send("/signin", {phone: "", password: ""});
  assert.equal(browser.status, 422);
  assert.match(browser.html, /Введите номер телефона/);
  assert.match(browser.html, /Введите пароль/);
  const answer = await server.post("/signin", {});
  assert.equal(problem(answer), "invalid-fields");
  assert.deepEqual(answer.body.errors.map((error) => error.field).sort(), ["password", "phone"], answer.text);
  assert.equal((await server.post("/signin", {phone: newPhone(), password: "x", level: "full"})).status, 422, "not a field there is");
  assert.equal((await server.post("/signin", {phone: "12", password: "x"})).status, 422);
});

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
