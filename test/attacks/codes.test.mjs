// codes.test.mjs: attacks on one-time codes and on passwords, over every channel at once (ID-10, ID-15).

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {Server, newPhone, pause, problem, steady, withServer} from "../support/server.mjs";

let server;
before(async () => (server = await Server.start()));
after(() => server?.stop());

const wrongCode = (right, i) => String((Number(right) + 1 + i) % 1000000).padStart(6, "0");

// A page's browser and a program that hold the same sign-up.
async function bothChannels(at, phone) {
  const {draft} = await at.begin(phone);
  const browser = at.browser();
  await browser.go("/signup");
  browser.cookies.set("draft", draft);
  await browser.go("/signup/code");
  return {draft, browser};
}

// ---- guessing ----

test("ID-15: 100 wrong codes by pages and 100 by programs at once: five are compared in all, the right one is spent", async () => {
  const phone = newPhone(), {draft, browser} = await bothChannels(server, phone);
  const code = await server.code(phone), fields = browser.form("/signup/code");
  const cookies = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  const byPage = async (i) => {
    const answer = await fetch(`${server.url}/signup/code`, {
      method: "POST", redirect: "manual", body: new URLSearchParams({...fields, code: wrongCode(code, i)}),
      headers: {Accept: "application/json", Cookie: cookies, "Content-Type": "application/x-www-form-urlencoded"},
    });
    return (await answer.json()).type;
  };
  const byProgram = async (i) => (await server.post("/signup/code", {draft, code: wrongCode(code, i)})).body.type;
  const said = await Promise.all(Array.from({length: 200}, (_, i) => (i % 2 ? byPage : byProgram)(i)));
  assert.equal(said.filter((type) => type === "/problems/code-wrong").length, 5);
  assert.equal(said.filter((type) => type === "/problems/code-spent").length, 195);
  assert.equal(problem(await server.post("/signup/code", {draft, code})), "code-spent");
});

test("ID-15: many sign-ups of one number at once give no more codes than its cap, so no more guesses", async () => {
  await withServer({identity: {code: {number: 5}}}, async (strict) => {
    const phone = newPhone();
    const proofs = await Promise.all(Array.from({length: 30}, () => strict.proof()));
    const answers = await Promise.all(proofs.map((altcha) => strict.post("/signup", {phone, altcha})));
    assert.equal(answers.filter(({status}) => status === 200).length, 5);
    assert.equal(answers.filter(({status}) => status === 429).length, 25);
    await strict.messages(phone, 4);
    await pause(300);
    assert.equal((await strict.messages(phone)).length, 5);
  });
});

test("ID-15: an old code is worth nothing after a new one, a code is worth nothing to another sign-up or number", async () => {
  const phone = newPhone(), {draft} = await server.begin(phone);
  const old = await server.code(phone);
  assert.equal((await server.post("/signup/resend", {draft})).status, 200);
  const fresh = await server.code(phone, 1);
  if (old !== fresh) assert.equal(problem(await server.post("/signup/code", {draft, code: old})), "code-wrong");
  const other = await server.begin(phone), third = await server.code(phone, 2);
  if (fresh !== third) assert.equal(problem(await server.post("/signup/code", {draft: other.draft, code: fresh})), "code-wrong");
  const stranger = newPhone(), strange = await server.begin(stranger), strangers = await server.code(stranger);
  if (strangers !== third)
    assert.equal(problem(await server.post("/signup/code", {draft: other.draft, code: strangers})), "code-wrong");
  assert.equal((await server.post("/signup/code", {draft: other.draft, code: third})).status, 200);
  assert.notEqual((await server.post("/signup/code", {draft: strange.draft, code: third})).status, 200);
});

test("ID-15: a code of signing up confirms nothing in another's or one's own cabinet", async () => {
  const person = await server.customer();
  assert.ok((await server.post("/confirm/code", {}, person)).status < 500);
  const phone = newPhone();
  await server.begin(phone);
  const code = await server.code(phone);
  const answer = await server.post("/confirm", {code}, person);
  assert.ok(answer.status >= 400, answer.text);
});

// ---- locks ----

test("ID-15: a lock holds on every channel and over a restart; the known device still gets in", async () => {
  await withServer({identity: {lock: {pause: "1h"}}}, async (strict) => {
    const person = await strict.customer(), home = strict.browser();
    await home.signIn(person);
    await home.send("/signout");
    const stranger = strict.browser();
    for (let i = 0; i < 5; i++) // by turns, so that neither channel alone passes the limit
      if (i % 2) await stranger.signIn({...person, password: `Wrong-${i}`});
      else await strict.post("/signin", {phone: person.phone, password: `Wrong-${i}`});
    const shut = async () => {
      assert.equal((await strict.post("/signin", {phone: person.phone, password: person.password})).status, 429);
      assert.equal((await strict.post("/signin", {phone: person.phone, password: person.password, token: true})).status, 429);
      assert.equal((await strict.post("/signin", {phone: person.phone.replace("+7", "8"), password: person.password})).status, 429);
      const page = strict.browser();
      await page.signIn(person);
      assert.equal(page.status, 429);
      const disguised = await strict.post("/signin", {phone: person.phone, password: person.password},
                                          {headers: {"X-Forwarded-For": "203.0.113.9", Forwarded: "for=203.0.113.9"}});
      assert.equal(disguised.status, 429, "nor from behind an address of one's own making");
    };
    await shut();
    await strict.end();
    await strict.run();
    await shut();
    await home.signIn(person);
    assert.equal(home.path, "/");
  });
});

test("ID-15: a device cookie of one's own gives no allowance for another's number", async () => {
  await withServer({identity: {lock: {pause: "1h"}}}, async (strict) => {
    const thief = await strict.customer(), victim = await strict.customer(), browser = strict.browser();
    await browser.signIn(thief);
    await browser.send("/signout");
    for (let i = 0; i < 6; i++) await browser.signIn({phone: victim.phone, password: `Wrong-${i}`});
    assert.equal(browser.status, 429);
    await browser.signIn(thief);
    assert.equal(browser.path, "/", "the attacker's own device is his own");
  });
});

// ---- who is a customer ----

test("ID-10: no address for guests tells known numbers from unknown ones, in any of its answers' bytes", async () => {
  const person = await server.customer();
  const bytes = {known: [], unknown: []};
  for (const [kind, phone] of [["known", person.phone], ["unknown", newPhone()]]) {
    const plain = (answer) => steady(answer.text).replace(/"question":\{[^}]*\}(.*?) *\n$/s, "QUESTION$1");
    const tell = (answer) =>
      bytes[kind].push([answer.status, plain(answer), answer.headers.get("set-cookie")?.replace(/=[^;]*/, "")]);
    tell(await server.post("/signin", {phone, password: "Wrong-1"}));
    tell(await server.post("/signin", {phone, password: "Wrong-1", token: true}));
    tell(await server.get(`/signin?phone=${encodeURIComponent(phone)}`));
    tell(await server.post("/signin/pin", {phone, pin: "4071"}));
    tell(await server.post("/signin/second", {ticket: "x", code: "123456"}));
    tell(await server.get(`/signup?phone=${encodeURIComponent(phone)}`));
    const altcha = await server.proof();
    const begun = await server.post("/signup", {phone, altcha});
    tell(begun);
    tell(await server.get(`/signup/code?draft=${begun.body.draft}`));
    tell(await server.post("/signup/code", {draft: begun.body.draft, code: "000000"}));
    tell(await server.post("/signup/resend", {draft: begun.body.draft}));
    tell(await server.post("/signup/password", {draft: begun.body.draft, password: "Qwerty7!"}));
  }
  assert.deepEqual(bytes.known, bytes.unknown);
});

// ---- pumping ----

async function pumped(code, phones) {
  let sent = 0;
  await withServer({identity: {code}}, async (strict) => {
    for (const phone of phones) {
      const answer = await strict.post("/signup", {phone, altcha: await strict.proof()});
      assert.ok([200, 429].includes(answer.status), answer.text);
      if (answer.status === 429) assert.ok(Number(answer.headers.get("retry-after")) > 0);
      sent += answer.status === 200;
    }
  });
  return sent;
}
const range = (from, count) => Array.from({length: count}, (_, i) => `+7916${String(from + i).padStart(7, "0")}`);
const spread = (count) => Array.from({length: count}, (_, i) => `+79${10 + i}0000000`);

test("ID-15: messages are capped for a number", async () => assert.equal(await pumped({number: 3}, Array(5).fill(newPhone())), 3));
test("ID-15: … for an address", async () => assert.equal(await pumped({address: 3}, spread(5)), 3));
test("ID-15: … for a network", async () => assert.equal(await pumped({network: 3}, spread(5)), 3));
test("ID-15: … for a range of numbers, another range meanwhile goes on", async () =>
  assert.equal(await pumped({prefix: 3}, [...range(1230000, 5), ...range(1240000, 5)]), 6));
test("ID-15: … for all together", async () => assert.equal(await pumped({whole: 3}, spread(5)), 3));
