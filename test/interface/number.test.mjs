// number.test.mjs: a number as people type it. The table of all ways is src/base/phone_test.c; here the same people come
// through the doors.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {Server, newPhone, problem} from "../support/server.mjs";

let server;
before(async () => (server = await Server.start()));
after(() => server?.stop());

const parts = (phone) => /^\+7(\d{3})(\d{3})(\d\d)(\d\d)$/.exec(phone).slice(1);
const ways = [
  (a, b, c, d) => `8${a}${b}${c}${d}`, (a, b, c, d) => `7${a}${b}${c}${d}`, (a, b, c, d) => `+7${a}${b}${c}${d}`,
  (a, b, c, d) => `${a}${b}${c}${d}`, (a, b, c, d) => `8 (${a}) ${b}-${c}-${d}`, (a, b, c, d) => `+7 (${a}) ${b}-${c}-${d}`,
  (a, b, c, d) => `${a} ${b} ${c} ${d}`, (a, b, c, d) => `${a}-${b}-${c}-${d}`, (a, b, c, d) => ` 8 ${a} ${b} ${c} ${d} `,
  (a, b, c, d) => `+7\u00A0${a}\u00A0${b}\u2011${c}\u2013${d}`, (a, b, c, d) => `8.${a}.${b}.${c}.${d}`,
];

test("ID-1: one customer by every way of typing his number: sign-in, recovery, a payee; kept in E.164", async () => {
  const who = await server.customer(), other = await server.customer();
  for (const way of ways) {
    const typed = way(...parts(who.phone));
    const signed = await server.post("/signin", {phone: typed, password: who.password, token: true});
    assert.equal(signed.status, 200, `${typed}: ${signed.text}`);
    const own = await server.get("/settings/profile", {token: signed.body.token});
    assert.equal(own.body.phone, who.phone);
    const page = server.browser();
    await page.signIn({phone: typed, password: who.password});
    assert.equal(page.path, "/", typed);
    const taken = await server.post("/settings/phone", {phone: way(...parts(other.phone))}, {token: other.token});
    assert.equal(taken.status, 422, `${typed}: one's own number is no other number`);
  }
});

test("ID-1: signing up by any way; the second way of the same number is the same number", async () => {
  for (const way of ways) {
    const phone = newPhone(), password = "Qwerty7!";
    const {draft} = await server.begin(way(...parts(phone)));
    await server.post("/signup/code", {draft, code: await server.code(phone)});
    const opened = await server.post("/signup/password", {draft, password, token: true});
    assert.equal(opened.status, 200, opened.text);
    assert.equal((await server.get("/settings/profile", {token: opened.body.token})).body.phone, phone);
    assert.equal((await server.post("/signin", {phone, password})).status, 200);
  }
});

test("ID-1: any operator's number works, from 900 to 999", async () => {
  for (let code = 900; code < 1000; code++) {
    const answer = await server.post("/signup", {phone: `8 ${code} ${String(code)} 10 01`, altcha: await server.proof()});
    assert.equal(answer.status, 200, `${code}: ${answer.text}`);
  }
});

test("ID-1: what is no mobile number is told so and keeps what was typed", async () => {
  for (const wrong of ["", "916", "8916123456", "891612345678", "8 495 123-45-67", "8 800 100 12 34", "+7 701 123 45 67",
                       "phone", "9161234567 доб. 5", "٩١٦١٢٣٤٥٦٧"]) {
    for (const path of ["/signin", "/signup"]) {
      const answer = await server.post(path, {phone: wrong, password: "x", altcha: "x"});
      assert.equal(answer.status, 422, `${path} ${wrong}: ${answer.text}`);
      assert.equal(problem(answer), "invalid-fields");
    }
  }
  const browser = server.browser();
  await browser.go("/signup");
  await browser.send("/signup", {phone: "8 (495) 12"});
  assert.equal(browser.status, 422);
  assert.match(browser.html, /value="8 \(495\) 12"/);
});
