// factors.test.mjs: PINs bound to their device, the second factor, recovery codes, confirming before what is dangerous, the
// last way in (ID-8, ID-10, ID-13, ID-15).

import assert from "node:assert/strict";
import {createHmac} from "node:crypto";
import {after, before, test} from "node:test";
import {Server, pause, problem, steady, withServer} from "../support/server.mjs";

let server;
before(async () => (server = await Server.start()));
after(() => server.stop());

const PIN = "4071";

// A person and a browser that he has signed in from and given a PIN.
async function withPin(at = server, person) {
  person ??= await at.customer();
  const browser = at.browser();
  await browser.signIn(person);
  await browser.go("/settings/security/pin");
  await browser.send("/settings/security/pin", {pin: PIN});
  assert.equal(browser.path, "/settings/security", browser.html);
  await browser.send("/signout").catch(() => {});
  browser.cookies.delete("session");
  return {person, browser};
}

const base32 = (text) => {
  const bits = [...text.replace(/ /g, "")].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  return Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
};
const totp = (secret, step = Math.floor(Date.now() / 30000)) => {
  const message = Buffer.alloc(8);
  message.writeBigUInt64BE(BigInt(step));
  const hash = createHmac("sha1", base32(secret)).update(message).digest();
  const number = hash.readUInt32BE(hash.at(-1) & 15) & 0x7fffffff;
  return String(number % 1000000).padStart(6, "0");
};

// A person whose second factor is the app: {secret, codes}.
async function withApp(at = server) {
  const person = await at.customer();
  const {secret} = (await at.post("/settings/security/app/begin", {}, person)).body;
  const answer = await at.post("/settings/security/app", {code: totp(secret, Math.floor(Date.now() / 30000) - 1)}, person);
  assert.equal(answer.status, 200, answer.text);
  return {...person, secret, codes: answer.body.codes};
}

// ---- PIN ----

test("ID-8: on the next visit the device's PIN alone lets in, «Войти иначе» asks number and password", async () => {
  const {person, browser} = await withPin();
  await browser.go("/sessions");
  assert.equal(browser.path, "/signin");
  assert.match(browser.html, /action="\/signin\/pin"/);
  assert.doesNotMatch(browser.html, /name="phone"/);
  await browser.send("/signin/pin", {pin: PIN});
  assert.equal(browser.path, "/sessions");
  await browser.send("/signout");
  await browser.go("/signin?other=1");
  await browser.send("/signin", {phone: person.phone, password: person.password});
  assert.equal(browser.path, "/");
});

test("ID-8: a PIN works on its own device only", async () => {
  const {person, browser} = await withPin();
  const stranger = server.browser();
  await stranger.go("/signin");
  assert.doesNotMatch(stranger.html, /signin\/pin/);
  assert.equal((await server.post("/signin/pin", {pin: PIN})).status, 409);
  // another device of the same person, and another person's device with another PIN
  const second = server.browser();
  await second.signIn(person);
  await second.send("/signout").catch(() => {});
  second.cookies.delete("session");
  await second.go("/signin");
  assert.doesNotMatch(second.html, /signin\/pin/);
  const answer = await server.post("/signin/pin", {pin: PIN}, {headers: {Cookie: `device=${second.cookies.get("device")}`}});
  assert.equal(problem(answer), "no-pin");
  const right = await server.post("/signin/pin", {pin: PIN, token: true}, {headers: {Cookie: `device=${browser.cookies.get("device")}`}});
  assert.equal(right.status, 200);
  assert.equal(right.body.customer, person.customer);
});

test("ID-8: easy and malformed PINs are refused", async () => {
  const person = await server.customer();
  const browser = server.browser();
  await browser.signIn(person);
  await browser.go("/settings/security/pin");
  for (const pin of ["0000", "1234", "9999", "4321", "1212", "1990", "12", "12345", "abcd"]) {
    await browser.send("/settings/security/pin", {pin});
    assert.equal(browser.status, 422, pin);
    assert.ok(!browser.html.includes(`value="${pin}"`), "never shown again");
  }
});

test("ID-15: of many PINs tried at once few are compared, then the PIN is gone and the password asked", async () => {
  const {person, browser} = await withPin();
  const Cookie = `device=${browser.cookies.get("device")}`;
  const answers = await Promise.all(Array.from({length: 40}, (_, i) =>
    server.post("/signin/pin", {pin: String(5000 + i)}, {headers: {Cookie}})));
  assert.ok(answers.every(({status}) => status === 422 || status === 409));
  assert.ok(answers.filter(({status}) => status === 422).length <= 5);
  assert.equal((await server.post("/signin/pin", {pin: PIN}, {headers: {Cookie}})).status, 409, "the right one is worth nothing now");
  assert.match((await server.messages(person.phone, 2))[0], /больше не действует/);
  await browser.go("/signin");
  await browser.send("/signin", {phone: person.phone, password: person.password});
  assert.equal(browser.path, "/");
});

test("ID-15: while a password is attacked and locked, the device's PIN lets its owner in", async () => {
  const {person, browser} = await withPin();
  const {phone, password} = person;
  for (let i = 0; i < 6; i++) await server.post("/signin", {phone, password: `Wrong-${i}`});
  assert.equal((await server.post("/signin", {phone, password})).status, 429);
  await browser.go("/signin");
  await browser.send("/signin/pin", {pin: PIN});
  assert.equal(browser.path, "/");
});

test("ID-8: a PIN is taken away from the security page, by its owner alone", async () => {
  const {person, browser} = await withPin();
  const {body} = await server.get("/settings/security", person);
  assert.equal(body.pins.length, 1);
  const stranger = await server.customer();
  assert.equal((await server.post(`/settings/security/pins/${body.pins[0].id}/remove`, {}, stranger)).status, 404);
  assert.equal((await server.post(`/settings/security/pins/${body.pins[0].id}/remove`, {}, person)).status, 200);
  await browser.go("/signin");
  assert.doesNotMatch(browser.html, /signin\/pin/);
});

test("ID-8: right after signing up a PIN can be set, and its messages come", async () => {
  const browser = server.browser();
  const person = await server.customer();
  await browser.signIn(person);
  browser.cookies.delete("device"); // as after signing up: this browser is not known yet
  await browser.go("/settings/security/pin");
  await browser.send("/settings/security/pin", {pin: PIN});
  assert.equal(browser.path, "/settings/security");
  assert.match((await server.messages(person.phone, 1))[0], /задан PIN-код/);
  browser.cookies.delete("session");
  await browser.go("/signin");
  await browser.send("/signin/pin", {pin: PIN});
  assert.equal(browser.path, "/");
});

// ---- second factor ----

test("ID-13: an authenticator app is proven by a code, then asked after the password; a code is good once", async () => {
  const person = await withApp();
  const {phone, password} = person;
  assert.equal(person.codes.length, 10);
  const first = await server.post("/signin", {phone, password, token: true});
  assert.equal(first.body.second, "app");
  assert.equal(first.body.token, undefined);
  const wrong = await server.post("/signin/second", {ticket: first.body.ticket, code: "000000"});
  assert.equal(problem(wrong), "code-wrong");
  const code = totp(person.secret);
  const right = await server.post("/signin/second", {ticket: first.body.ticket, code: `${code.slice(0, 3)} ${code.slice(3)}`});
  assert.equal(right.status, 200, right.text);
  assert.equal((await server.get("/sessions", {token: right.body.token})).status, 200);
  assert.equal((await server.post("/signin/second", {ticket: first.body.ticket, code})).status, 409, "a ticket is good once");
  const again = await server.post("/signin", {phone, password});
  assert.equal(problem(await server.post("/signin/second", {ticket: again.body.ticket, code})), "code-wrong", "so is a code");
});

test("ID-13: recovery codes are good once each, are shown once, and are told of", async () => {
  const person = await withApp();
  const {phone, password} = person;
  const ticket = async () => (await server.post("/signin", {phone, password})).body.ticket;
  const [code] = person.codes;
  const used = await server.post("/signin/second", {ticket: await ticket(), code: code.toLowerCase().replace("-", " ")});
  assert.equal(used.status, 200, used.text);
  assert.equal(problem(await server.post("/signin/second", {ticket: await ticket(), code})), "code-wrong");
  assert.equal((await server.get("/settings/security", person)).body.recovery_left, 9);
  const fresh = await server.post("/settings/security/recovery-codes", {}, person);
  assert.equal(fresh.body.codes.length, 10);
  assert.equal(problem(await server.post("/signin/second", {ticket: await ticket(), code: person.codes[1]})), "code-wrong");
});

test("ID-13: with a code by SMS as the second factor the pages lead in, without scripts", async () => {
  const person = await server.customer();
  assert.equal((await server.post("/settings/security/second", {kind: "sms"}, person)).status, 200);
  const had = (await server.messages(person.phone, 1)).length; // the notice too
  const browser = server.browser();
  await browser.go("/sessions");
  await browser.send("/signin", {phone: person.phone, password: person.password});
  assert.equal(browser.path, "/signin/second");
  const code = await server.code(person.phone, had);
  await browser.send("/signin/second", {code: code === "000000" ? "000001" : "000000"});
  assert.equal(browser.status, 422);
  await browser.send("/signin/second/resend");
  assert.equal(browser.path, "/signin/second");
  const again = await server.code(person.phone, had + 1);
  if (again !== code) {
    await browser.send("/signin/second", {code});
    assert.equal(browser.status, 422, "the code before it is none any more");
  }
  await browser.send("/signin/second", {code: again});
  assert.equal(browser.path, "/sessions");
});

test("ID-15: second factors tried at once are few, on every ticket together", async () => {
  const person = await withApp();
  const {phone, password} = person;
  const tickets = await Promise.all(Array.from({length: 5}, () => server.post("/signin", {phone, password})));
  const answers = await Promise.all(tickets.flatMap(({body}) =>
    Array.from({length: 8}, (_, i) => server.post("/signin/second", {ticket: body.ticket, code: `00000${i}`}))));
  assert.ok(answers.filter((answer) => problem(answer) === "code-wrong").length <= 5);
  const {body} = await server.post("/signin", {phone, password});
  assert.equal((await server.post("/signin/second", {ticket: body.ticket, code: totp(person.secret)})).status, 429);
});

test("ID-13: a change of the ways in is told by mail as well", async () => {
  const person = await server.customer(), address = `anna${Date.now()}@example.ru`;
  assert.equal((await server.post("/settings/email", {address}, person)).status, 200);
  const mailbox = async (count) => {
    for (let tries = 0; tries < 1000; tries++) {
      const {messages} = (await server.get(`/sandbox/phone?address=${encodeURIComponent(address)}`)).body;
      if (messages.length >= count) return messages.map((message) => message.text);
      await pause(25);
    }
    throw new Error(`no ${count} letters came`);
  };
  const [, code] = /(\d{6})/.exec((await mailbox(1))[0]);
  const bound = await server.post("/settings/email/confirm", {code}, person);
  assert.equal(bound.status, 200, bound.text);
  assert.equal((await server.post("/settings/security/second", {kind: "sms"}, person)).status, 200);
  const letters = await mailbox(2); // the code, and this
  assert.ok(letters.some((text) => /нужен код из SMS/.test(text)), letters.join("\n"));
});

test("ID-13: a cabinet closed between the password and the second factor stays closed", async () => {
  await withServer({}, async (own) => {
    const {phone, password, customer, secret} = await withApp(own);
    const {ticket} = (await own.post("/signin", {phone, password, token: true})).body;
    await own.end();
    own.sql(`UPDATE customer SET closed = 1 WHERE id = ${customer}`);
    await own.run();
    const answer = await own.post("/signin/second", {ticket, code: totp(secret)});
    assert.equal(problem(answer), "sign-in-expired", answer.text);
  });
});

test("ID-10: a wrong password says the same with a second factor as without", async () => {
  const plain = await server.customer(), guarded = await withApp();
  const said = [];
  for (const {phone} of [plain, guarded]) said.push(steady((await server.post("/signin", {phone, password: "Wrong-1"})).text));
  assert.equal(said[0], said[1]);
});

test("ID-13: tickets of nobody, and anything else as one, are refused alike", async () => {
  for (const ticket of ["", "x", "A".repeat(43), "'; --", undefined]) {
    const answer = await server.post("/signin/second", {...(ticket === undefined ? {} : {ticket}), code: "123456"});
    assert.equal(answer.status, 409, String(ticket));
  }
});

test("ID-13: the picture to scan is an SVG of its own, only while an app is being connected", async () => {
  const person = await server.customer();
  assert.equal((await server.get("/settings/security/app.svg", person)).status, 404);
  const {secret} = (await server.post("/settings/security/app/begin", {}, person)).body;
  const picture = await server.get("/settings/security/app.svg", person);
  assert.equal(picture.headers.get("content-type"), "image/svg+xml");
  assert.match(picture.text, /^<svg /);
  assert.equal(picture.headers.get("cache-control"), "no-store");
  assert.equal(base32(secret).length, 20);
  const foreign = await server.customer();
  assert.equal((await server.get("/settings/security/app.svg", foreign)).status, 404);
});

// ---- confirming ----

test("ID-8: secrets are changed only soon after signing in or confirming; the form sent goes on after it", async () => {
  await withServer({}, async (strict) => {
    const person = await strict.customer();
    const browser = strict.browser();
    await browser.signIn(person);
    await browser.go("/settings/security");
    await strict.proofsOver(person);
    assert.equal(problem(await strict.post("/settings/security/second", {kind: "sms"}, person)), "confirmation-needed");
    await browser.send("/settings/security/second", {kind: "sms"});
    assert.equal(browser.path, "/confirm");
    await browser.send("/confirm", {password: "Wrong-1"});
    assert.equal(browser.status, 422);
    await browser.send("/confirm", {password: person.password});
    assert.match(browser.path, /^\/resume\//);
    await browser.send("/settings/security/second");
    assert.equal(browser.path, "/settings/security");
    assert.match(browser.html, /Код из SMS/);
    await strict.proofsOver(person);
    await browser.go("/settings/security/pin");
    assert.equal(browser.path, "/confirm");
    // by a code sent to the number, without scripts
    const had = (await strict.messages(person.phone, 1)).length;
    await browser.send("/confirm/code");
    await browser.send("/confirm", {code: await strict.code(person.phone, had)});
    assert.equal(browser.path, "/settings/security/pin");
    assert.equal((await strict.post("/confirm", {password: person.password}, person)).status, 200, "by a token too");
    assert.equal((await strict.post("/settings/security/second", {kind: "none"}, person)).status, 200);
  });
});

test("ID-15: wrong confirmations are counted before they are compared", async () => {
  const person = await server.customer();
  const answers = await Promise.all(Array.from({length: 20}, () => server.post("/confirm", {password: "Wrong-1"}, person)));
  assert.ok(answers.filter(({status}) => status === 422).length <= 5);
  assert.equal((await server.post("/confirm", {password: person.password}, person)).status, 429);
});

test("ID-8: the last way in cannot be removed", async () => {
  const person = await server.customer();
  const answer = await server.post("/settings/security/password/remove", {}, person);
  assert.equal(problem(answer), "last-way-in");
  assert.equal((await server.post("/signin", {phone: person.phone, password: person.password})).status, 200);
});
