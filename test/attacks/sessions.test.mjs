// sessions.test.mjs: sessions planted, guessed and altered; what came by SMS and was not sent by whom it says (ID-14, ID-15).

import assert from "node:assert/strict";
import {writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, before, test} from "node:test";

import {Server, newPhone, withServer} from "../support/server.mjs";

let server;
before(async () => (server = await Server.start()));
after(() => server?.stop());

const raw = (path, cookie) => fetch(server.url + path, {headers: {Accept: "application/json", Cookie: cookie}, redirect: "manual"});

test("ID-14: a session planted before signing in is never adopted", async () => {
  const thief = await server.customer(), victim = await server.customer();
  const own = server.browser();
  await own.signIn(thief);
  const planted = own.cookies.get("session");
  for (const value of [planted, "A".repeat(planted.length), "x", planted.slice(0, -2) + "AA"]) {
    const browser = server.browser();
    await browser.go("/signin");
    if (!browser.html.includes('action="/signin"')) continue;
    browser.cookies.set("session", value);
    const fields = {phone: victim.phone, password: victim.password};
    const answer = await server.post("/signin", fields, {headers: {Cookie: `session=${value}`}});
    assert.equal(answer.status, 200, answer.text);
    const set = answer.headers.getSetCookie().find((line) => line.startsWith("session="));
    const fresh = /session=([^;]*)/.exec(set)[1];
    assert.notEqual(fresh, value);
    assert.match(set, /HttpOnly; SameSite=Lax/);
    assert.notEqual((await raw("/sessions", `session=${value}`)).status, 200, "what was planted is nobody's now");
    assert.equal((await raw("/sessions", `session=${fresh}`)).status, 200);
  }
});

test("ID-14: a token with another customer's number in it is nobody's", async () => {
  const one = await server.customer(), two = await server.customer();
  const bytes = Buffer.from(one.token, "base64url"), other = Buffer.from(two.token, "base64url");
  const mixed = Buffer.concat([other.subarray(0, 8), bytes.subarray(8)]).toString("base64url");
  for (const token of [mixed, one.token + "A", one.token.slice(0, -1), `${one.token}.`, "", "null", one.token.toUpperCase()])
    assert.equal((await server.get("/sessions", {token})).status, 401, token);
  for (let bit = 0; bit < bytes.length * 8; bit += 7) {
    const changed = Buffer.from(bytes);
    changed[bit >> 3] ^= 1 << (bit & 7);
    assert.equal((await server.get("/sessions", {token: changed.toString("base64url")})).status, 401);
  }
});

test("ID-14: a cookie sent twice counts as none; a token in the address counts for nothing", async () => {
  const person = await server.customer(), browser = server.browser();
  await browser.signIn(person);
  const session = browser.cookies.get("session");
  assert.equal((await raw("/sessions", `session=${session}`)).status, 200);
  assert.equal((await raw("/sessions", `session=x; session=${session}`)).status, 401);
  assert.equal((await raw("/sessions", `session=${session}; session=${session}`)).status, 401);
  assert.equal((await raw(`/sessions?session=${session}&token=${person.token}`, "")).status, 401);
});

test("ID-14: signing out ends the session everywhere at once, also while it is used", async () => {
  const person = await server.customer();
  const asks = Array.from({length: 40}, () => server.get("/sessions", person));
  const out = server.post("/signout", {}, person);
  await Promise.all(asks);
  assert.equal((await out).status, 200);
  const afterwards = await Promise.all(Array.from({length: 20}, () => server.get("/sessions", person)));
  assert.ok(afterwards.every(({status}) => status === 401));
});

test("ID-14: another's kept form is not there", async () => {
  const thief = await server.customer();
  for (const token of ["x", "A".repeat(43), "..%2f..%2f", "%00"]) {
    const browser = server.browser();
    await browser.signIn(thief);
    await browser.go(`/resume/${token}`);
    assert.ok([400, 404].includes(browser.status), `${token}: ${browser.status}`);
  }
});

// ---- SMS that came ----

const sms = (at, fields, headers) => at.get(`/gateway/kannel/sms?${new URLSearchParams(fields)}`, {headers});

test("ID-15: an incoming SMS without the gateway's secret is not there, and tells nothing", async () => {
  const file = join(tmpdir(), `kabinet-incoming-${process.pid}`), key = "k".repeat(40);
  writeFileSync(file, key, {mode: 0o600});
  const message = {from: newPhone(), to: "1070", text: "PASSWORD", id: "1"};
  assert.equal((await sms(server, {...message, key: ""})).status, 404, "no secret is configured: no address is there");
  await withServer({messaging: {kannel: {incoming_file: file}}}, async (strict) => {
    for (const wrong of [undefined, "", key.slice(1), key + "k", key.toUpperCase(), "x".repeat(40)]) {
      const answer = await sms(strict, {...message, ...(wrong === undefined ? {} : {key: wrong})});
      assert.equal(answer.status, 404, `${wrong}`);
      assert.equal(answer.body.detail, (await sms(strict, message)).body.detail);
    }
    assert.equal((await sms(strict, {...message, key})).status, 200);
  });
  await withServer({messaging: {kannel: {incoming_file: file, addresses: "203.0.113.7"}}}, async (strict) => {
    assert.equal((await sms(strict, {...message, key})).status, 404, "from elsewhere than the gateway");
    assert.equal((await sms(strict, {...message, key}, {"X-Forwarded-For": "203.0.113.7"})).status, 404);
  });
});

test("ID-15: a delivery report of one's own making is not there", async () => {
  for (const sign of [undefined, "", "x", "A".repeat(43)]) {
    const query = new URLSearchParams({to: "1", id: "2", state: "1", ...(sign === undefined ? {} : {sign})});
    assert.ok([404, 422].includes((await server.get(`/gateway/kannel/report?${query}`)).status), `${sign}`);
  }
});
