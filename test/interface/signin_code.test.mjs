// signin_code.test.mjs: cabinets without a secret: the shortest sign-up, signing in by a code to one's number, a password
// after it where one is chosen, what neither tells nor lets anybody do (ID-8, ID-10, ID-15).

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {startBoth} from "../support/sandbox.mjs";
import {newPhone, problem, steady, withServer} from "../support/server.mjs";
import {code as totp} from "../support/staff.mjs";
import {sameTime, timed} from "../support/timing.mjs";
import {Wallets, limits, until} from "../support/wallet.mjs";

const shortest = {onboarding: {steps: "number, code, open"}};
let both, server;
before(async () => {
  both = await startBoth({...shortest, limits});
  ({server} = both);
});
after(() => both?.stop());

const wrongOf = (code) => String((Number(code) + 1) % 1000000).padStart(6, "0");

// A new customer, by a program: {phone, customer, token}.
async function customer(at = server, phone = newPhone()) {
  const {draft} = await at.begin(phone);
  const opened = await at.post("/signup/code", {draft, code: await at.code(phone), token: true});
  assert.equal(opened.status, 200, opened.text);
  return {phone, customer: opened.body.customer, token: opened.body.token};
}

// The code that comes after `act`; notices may come between, in any order.
async function codeOf(phone, act, at = server) {
  const codes = async () => (await at.messages(phone)).flatMap((text) => /#(\d{6})$/.exec(text)?.[1] ?? []);
  const had = (await codes()).length;
  await act();
  return (await until(codes, (found) => found.length > had))[0];
}

// A sign-in begun by a program: {draft, code}; device: the cookie of a browser that is known.
async function begin(phone, {at = server, device} = {}) {
  let begun;
  const code = await codeOf(phone, async () => {
    begun = await at.post("/signin/number", {phone, altcha: await at.proof()},
                          device ? {headers: {Cookie: `device=${device}`}} : {});
    assert.equal(begun.status, 200, begun.text);
  }, at);
  return {draft: begun.body.draft, code};
}

async function signIn(phone, options = {}) {
  const {draft, code} = await begin(phone, options);
  return (options.at ?? server).post("/signin/code", {draft, code, token: true},
                                     options.device ? {headers: {Cookie: `device=${options.device}`}} : {});
}

test("ID-2: the shortest sign-up: number and code on two screens, then the cabinet; without scripts", async () => {
  const browser = server.browser(), phone = newPhone();
  await browser.go("/signup");
  assert.match(browser.html, /Шаг 1 из 2/);
  await browser.send("/signup", {phone, altcha: await server.proof()});
  assert.equal(browser.path, "/signup/code");
  assert.match(browser.html, /Шаг 2 из 2/);
  assert.doesNotMatch(browser.html, /type="password"/);
  const right = await server.code(phone);
  await browser.send("/signup/code", {code: wrongOf(right)});
  assert.equal(browser.status, 422);
  assert.ok(!browser.cookies.has("session"));
  await browser.send("/signup/code", {code: right});
  assert.equal(browser.path, "/");
  assert.ok(browser.cookies.has("session") && browser.cookies.has("device") && !browser.cookies.has("draft"));
  assert.match(browser.html, /href="\/settings\/security"[^>]*>Выбрать способ входа/, "a secret is offered");
});

test("ID-8: number and code sign in, where to go is kept; number and password do not", async () => {
  const {phone} = await customer(), browser = server.browser();
  await browser.go("/sessions");
  assert.equal(browser.path, "/signin");
  assert.doesNotMatch(browser.html, /type="password"/);
  assert.match(browser.html, /action="\/signin\/number"/);
  await browser.send("/signin/number", {phone: "123", altcha: await server.proof()});
  assert.equal(browser.status, 422);
  await browser.send("/signin/number", {phone});
  assert.equal(browser.status, 422, "a robot would have come so far");
  const altcha = await server.proof();
  const right = await codeOf(phone, () => browser.send("/signin/number", {phone, altcha}));
  assert.equal(browser.path, "/signin/code");
  await browser.send("/signin/code", {code: wrongOf(right)});
  assert.equal(browser.status, 422);
  await browser.send("/signin/code", {code: right});
  assert.equal(browser.path, "/sessions", browser.html);
  assert.ok(browser.cookies.has("device"));
  assert.equal(problem(await server.post("/signin", {phone, password: "Qwerty7!"})), "other-way");
  assert.equal((await server.get("/signin")).body.methods[0].name, "code");
});

test("ID-8: where a password signs in, no code does", async () => {
  await withServer({}, async (own) => {
    const {phone} = await own.customer();
    assert.equal(problem(await own.post("/signin/number", {phone, altcha: await own.proof()})), "other-way");
    const browser = own.browser();
    for (const path of ["/signin/code", "/signin/password"]) assert.equal((await browser.go(path)).path, "/signin");
  });
});

test("ID-10: known and unknown numbers are answered alike; the SMS tells its holder alone; no code of the unknown is right", async () => {
  const {phone} = await customer(), said = {known: [], unknown: []};
  for (const kind of ["known", "unknown"]) {
    const number = kind === "known" ? phone : newPhone();
    const had = kind === "known" ? (await server.messages(number)).length : 0;
    const begun = await server.post("/signin/number", {phone: number, altcha: await server.proof()});
    said[kind].push(begun.status, steady(begun.text));
    const [text] = await server.messages(number, had);
    assert.match(text, kind === "known" ? /чтобы войти/ : /кабинет не открыт\. Открыть: http/);
    const {draft} = begun.body;
    const wrong = kind === "known" ? wrongOf(/#(\d{6})$/.exec(text)[1]) : "123456";
    for (let i = 0; i < 6; i++) { // five tries, and none
      const answer = await server.post("/signin/code", {draft, code: wrong});
      said[kind].push(answer.status, problem(answer), steady(answer.text));
    }
    const browser = server.browser();
    browser.cookies.set("draft", draft);
    await browser.go("/signin/code");
    said[kind].push(browser.status, steady(browser.html.replace(/href="\/sandbox[^"]*"/, "")));
  }
  assert.deepEqual(said.known, said.unknown);
});

test("ID-10: … in the same time", async () => {
  const {phone} = await customer();
  await sameTime(async (kind) => {
    const altcha = await server.proof();
    return timed(() => server.post("/signin/number", {phone: kind === "known" ? phone : newPhone(), altcha}));
  });
});

test("ID-10: signing up with a number that has a cabinet opens nothing; its SMS says where to sign in", async () => {
  const {phone} = await customer();
  const had = (await server.messages(phone)).length;
  const {draft} = await server.begin(phone);
  assert.match((await server.messages(phone, had))[0], /кабинет уже открыт\. Войти: http\S+\/signin/);
  assert.equal(problem(await server.post("/signup/code", {draft, code: "123456", token: true})), "code-wrong");
});

test("ID-15: a code is good once, for its own flow and number, and few are tried, also at once", async () => {
  const {phone} = await customer(), other = await customer();
  const {draft, code} = await begin(phone), theirs = await begin(other.phone);
  assert.notEqual((await server.post("/signup/code", {draft, code})).status, 200, "signing up");
  assert.equal((await server.post("/signin/code", {draft: theirs.draft, code})).status, 422, "another's");
  assert.equal(problem(await server.post("/signin/password", {draft, password: "x"})), "code-first");
  assert.equal((await server.post("/signin/code", {draft, code})).status, 200);
  assert.equal((await server.post("/signin/code", {draft, code})).status, 409, "used");
  const fresh = newPhone(), begun = await server.begin(fresh);
  const up = await server.code(fresh);
  assert.equal((await server.post("/signin/code", {draft: begun.draft, code: up})).status, 409, "a sign-up's code");
  const again = await begin(phone);
  const tries = await Promise.all(Array.from({length: 20}, () =>
    server.post("/signin/code", {draft: again.draft, code: wrongOf(again.code)})));
  assert.equal(tries.filter((answer) => problem(answer) === "code-wrong").length, 5);
  assert.equal(problem(await server.post("/signin/code", {draft: again.draft, code: again.code})), "code-spent");
});

test("ID-15: who asks for codes to a number from elsewhere keeps its holder's own device not out", async () => {
  await withServer({...shortest, identity: {code: {number: 4}}}, async (own) => {
    const phone = newPhone(), browser = own.browser();
    await browser.go("/signup");
    await browser.send("/signup", {phone, altcha: await own.proof()});
    await browser.send("/signup/code", {code: await own.code(phone)});
    const ask = async (headers) => own.post("/signin/number", {phone, altcha: await own.proof()}, {headers});
    const stranger = async () => (await ask({})).status;
    assert.deepEqual([await stranger(), await stranger(), await stranger(), await stranger()], [200, 200, 200, 429]);
    const device = browser.cookies.get("device");
    assert.equal((await ask({Cookie: `device=${device.slice(0, -1)}${device.endsWith("A") ? "B" : "A"}`})).status, 429);
    const known = await signIn(phone, {at: own, device});
    assert.equal(known.status, 200, known.text);
  });
});

test("ID-8: a password chosen in the cabinet is asked for after the code; neither lets in alone", async () => {
  const who = await customer(), password = "Qwerty7!";
  assert.equal((await server.post("/settings/password", {password: "weak"}, who)).status, 422);
  const chosen = await server.post("/settings/password", {password}, who);
  assert.equal(chosen.status, 200, chosen.text);
  assert.equal(problem(await server.post("/settings/password", {password: "Other-7!"}, who)), "secret-missing", "now the old one");
  const {draft, code} = await begin(who.phone);
  assert.equal(problem(await server.post("/signin/password", {draft, password})), "code-first");
  const proven = await server.post("/signin/code", {draft, code, token: true});
  assert.equal(proven.body.next, "password");
  assert.equal(proven.body.token, undefined);
  assert.equal((await server.post("/signin/code", {draft, code, token: true})).status, 422);
  assert.equal(problem(await server.post("/signin/password", {draft, password: "Wrong-1!", token: true})), "password-wrong");
  const done = await server.post("/signin/password", {draft, password, token: true});
  assert.equal(done.status, 200, done.text);
  assert.equal((await server.get("/sessions", done.body)).status, 200);
  assert.equal((await server.post("/signin/password", {draft, password, token: true})).status, 409, "once");

  const more = await begin(who.phone);
  await server.post("/signin/code", more);
  const tries = await Promise.all(Array.from({length: 20}, () =>
    server.post("/signin/password", {draft: more.draft, password: "Wrong-1!"})));
  assert.ok(tries.filter((answer) => problem(answer) === "password-wrong").length <= 5);
  assert.equal((await server.post("/signin/password", {draft: more.draft, password})).status, 429);
});

test("ID-8: as pages: number, code, password, and on to where one was going", async () => {
  const who = await customer(), password = "Qwerty7!", browser = server.browser();
  assert.equal((await server.post("/settings/password", {password}, who)).status, 200);
  await browser.go("/sessions");
  const altcha = await server.proof();
  const code = await codeOf(who.phone, () => browser.send("/signin/number", {phone: who.phone, altcha}));
  await browser.send("/signin/code", {code});
  assert.equal(browser.path, "/signin/password");
  await browser.go("/signin/code");
  assert.equal(browser.path, "/signin/password", "the code's page leads on");
  await browser.go("/signin/password?next=/sessions");
  await browser.send("/signin/password", {password: "Wrong-1!"});
  assert.equal(browser.status, 422);
  await browser.send("/signin/password", {password});
  assert.equal(browser.path, "/sessions", browser.html);
});

test("ID-8: the code is a way in, so the password may go; an app is asked after it, another SMS is not", async () => {
  const who = await customer();
  assert.equal((await server.post("/settings/password", {password: "Qwerty7!"}, who)).status, 200);
  const page = (await server.get("/settings/security", who)).body;
  assert.deepEqual([page.code, page.password, page.password_may_go], [true, true, true]);
  assert.equal((await server.post("/settings/security/password/remove", {}, who)).status, 200);
  assert.equal(problem(await server.post("/settings/security/second", {kind: "sms"}, who)), "code-already-asked");
  const {secret} = (await server.post("/settings/security/app/begin", {}, who)).body;
  assert.equal((await server.post("/settings/security/app", {code: totp(secret, -1)}, who)).status, 200);
  const first = await signIn(who.phone);
  assert.equal(first.body.second, "app", first.text);
  assert.equal(first.body.token, undefined);
  const {body} = await server.post("/signin/second", {ticket: first.body.ticket, code: totp(secret)});
  assert.equal((await server.get("/sessions", body)).status, 200);
});

test("ID-8: by the code alone, a device that is not known sends out little for a day; a known one as ever", async () => {
  const wallets = new Wallets(both), friend = await customer(), phone = newPhone(), browser = server.browser();
  await browser.go("/signup");
  await browser.send("/signup", {phone, altcha: await server.proof()});
  await browser.send("/signup/code", {code: await server.code(phone)});
  const device = browser.cookies.get("device");
  const known = (await signIn(phone, {device})).body;
  assert.equal(await wallets.topup(known, "10000.00"), "paid");
  assert.equal((await wallets.send(known, friend.phone, "4000.00")).status, 201);
  const stranger = (await signIn(phone)).body;
  assert.equal(problem(await wallets.send(stranger, friend.phone, "3000.01")), "cooling");
  assert.equal((await wallets.send(stranger, friend.phone, "3000.00")).status, 201);
  assert.equal(problem(await wallets.send(known, friend.phone, "1.00")), "cooling", "it is the cabinet that cools");
});

test("ID-8: a cabinet closed meanwhile is nobody's", async () => {
  await withServer(shortest, async (own) => {
    const who = await customer(own);
    const {draft, code} = await begin(who.phone, {at: own});
    await own.end();
    own.sql(`UPDATE customer SET closed = 1 WHERE id = ${who.customer}`);
    await own.run();
    assert.equal(problem(await own.post("/signin/code", {draft, code, token: true})), "sign-in-expired");
  });
});

test("ID-3: a longer list without a secret: decided after its page, then one signs in by a code", async () => {
  const steps = "number, code, short, decision, open";
  await withServer({onboarding: {steps}}, async (own) => {
    const person = {surname: "Иванова", name: "Анна", birth: "1990-04-12", passport: "45 10 123456",
                    passport_date: "2011-05-20", mail: "anna@example.ru"};
    const apply = async (more) => {
      const phone = newPhone(), {draft} = await own.begin(phone);
      const proven = await own.post("/signup/code", {draft, code: await own.code(phone)});
      assert.equal(proven.body.next, "/application", proven.text);
      return {phone, answer: await own.post("/application/short", {draft, ...person, ...more, token: true})};
    };
    const good = await apply({});
    assert.equal(good.answer.body.state, "opened", good.answer.text);
    assert.equal((await signIn(good.phone, {at: own})).status, 200);
    const young = await apply({birth: "2012-04-12", passport_date: "2026-05-20"});
    assert.equal(young.answer.body.state, "refused", young.answer.text);
    const begun = await own.post("/signin/number", {phone: young.phone, altcha: await own.proof()});
    assert.equal(begun.status, 200);
    assert.match((await own.messages(young.phone, 1))[0], /кабинет не открыт/);
  });
});
