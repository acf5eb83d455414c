// till.test.mjs: sign-ups begun by a partner shop at its till, by its program and by its cashier: the customer's own code is
// what consents (ID-4).

import assert from "node:assert/strict";
import {createHmac} from "node:crypto";
import {after, before, describe, test} from "node:test";

import {addPerson, openShop} from "../support/shops.mjs";
import {Server, newKey, newPhone, pause, problem, withServer} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";

const person = {surname: "Иванова", name: "Анна", birth: "1990-04-12", passport: "45 10 123456", passport_date: "2011-05-20",
                mail: "anna@example.ru"};
const settings = (more = {}) => ({
  company: "Рассрочка",
  onboarding: {steps: "number, code, short, pin, decision, open, email", decision: {limit: "15 000.00"}}, ...more});

let server, boss, shop, other;
before(async () => {
  server = await Server.start(settings());
  ({boss} = await staff(server, {boss: "catalogue"}));
  [shop, other] = [await openShop(boss), await openShop(boss, "Другой")];
});
after(() => server?.stop());

// What a shop's program sends; twist changes what is sent after it was signed.
async function ask(who, method, path, body, {own = server, now = Date.now(), twist = {}} = {}) {
  const text = body === undefined ? "" : JSON.stringify(body), seconds = Math.floor(now / 1000);
  const mac = createHmac("sha256", who.key).update(`${method} ${path}\n${seconds}\n${text}`).digest("hex");
  const answer = await fetch(own.url + (twist.path ?? path), {
    method: twist.method ?? method, body: method === "POST" ? twist.body ?? text : undefined,
    headers: {Accept: "application/json", ...(method === "POST" ? {"Content-Type": "application/json"} : {}),
              Authorization: twist.authorization ?? `Shop ${twist.shop ?? who.id} ${seconds}:${mac}`},
  });
  const told = await answer.text();
  return {status: answer.status, text: told, body: JSON.parse(told), headers: answer.headers};
}

let nextNumber = 1;
const begin = (who, fields = {}, options = {}) =>
  ask(who, "POST", "/partner/applications", {number: `order-${nextNumber++}`, phone: newPhone(), ...person, ...fields}, options);
const told = (text) => /[Кк]од (\d{6})/.exec(text)?.[1];

async function begun(who = shop, fields = {}, own = server) {
  const phone = fields.phone ?? newPhone();
  const answer = await begin(who, {...fields, phone}, {own});
  assert.equal(answer.status, 201, answer.text);
  return {phone, id: answer.body.id, code: told((await own.messages(phone))[0])};
}

const prove = (who, {id}, code, own = server) => ask(who, "POST", `/partner/applications/${id}/code`, {code}, {own});
const see = async (who, {id}) => (await ask(who, "GET", `/partner/applications/${id}`)).body.state;

// Goes on on his own phone, from the number: the session's token.
async function finish(phone, messages, own = server) {
  const {draft} = await own.begin(phone);
  const proven = await own.post("/signup/code", {draft, code: await own.code(phone, messages)});
  assert.equal(proven.status, 200, proven.text);
  const state = (await own.get(`/application?draft=${draft}`)).body;
  return {draft, state};
}

// ---- the shop's program ----

describe("ID-4: by the shop's program", () => {
  test("begun, consented by the customer's code, approved; he chooses a PIN on his own phone; consents are kept", async () => {
    const {phone, id, code} = await begun();
    assert.equal(await see(shop, {id}), "code");
    const [sms] = await server.messages(phone);
    assert.match(sms, /^Рассрочка: код \d{6}\. .*кассиру «Магазин у дома», если согласны подать заявку и/);
    assert.doesNotMatch(sms, /#\d{6}$/, "no browser may take it from the SMS by itself");
    const approved = await prove(shop, {id}, code);
    assert.deepEqual([approved.status, approved.body.state], [200, "approved"], approved.text);
    assert.doesNotMatch(approved.text, /limit|15000|customer/, "no more than allowed");
    assert.equal((await server.post("/signin", {phone, password: "7395"})).status, 422, "no cabinet yet");
    assert.match((await server.messages(phone, 1))[0], /одобрено! Осталось придумать PIN-код: http:\/\/localhost\/signup/);
    const {draft, state} = await finish(phone, 2);
    assert.deepEqual([state.state, state.step], ["filling", "pin"], "nothing is asked again");
    const opened = await server.post("/application/pin", {draft, pin: "7395", token: true});
    assert.deepEqual([opened.body.state, opened.body.limit.amount], ["opened", "15000.00"], opened.text);
    const {consents} = (await server.get("/settings/profile", opened.body)).body;
    assert.deepEqual(consents.map(({purpose, version}) => [purpose, version]).sort(), [["personal", "1"], ["rules", "1"]]);
    for (const {how, given} of consents) {
      assert.match(how, /^at the till by code; Магазин у дома; program; 127.0.0.1; ru$/);
      assert.ok(Date.now() - new Date(given) < 60000);
    }
  });

  test("refused: the shop hears no reason, the customer does; no cabinet", async () => {
    const {phone, id, code} = await begun(shop, {birth: "2010-04-12", passport_date: "2024-05-20"});
    const refused = await prove(shop, {id}, code);
    assert.equal(refused.body.state, "refused");
    assert.deepEqual(Object.keys(refused.body).sort(), ["id", "number", "state"]);
    assert.match((await server.messages(phone, 1))[0], /отказано/);
    const {state} = await finish(phone, 2);
    assert.deepEqual([state.state, state.reason], ["refused", "too-young"]);
    assert.equal((await server.post("/signin", {phone, password: "7395"})).status, 422);
    const count = (await server.messages(phone)).length;
    const again = await begin(other, {phone});
    const fresh = told((await server.messages(phone, count))[0]);
    assert.equal((await prove(other, again.body, fresh)).body.state, "refused", "while it is kept, elsewhere, too");
  });

  test("a customer that exists already looks like any other until his code; nothing in his cabinet changes", async () => {
    const first = await begun();
    await prove(shop, first, first.code);
    const {draft} = await finish(first.phone, 2);
    const {body: who} = await server.post("/application/pin", {draft, pin: "7395", token: true});
    await server.messages(first.phone, 2);
    const count = (await server.messages(first.phone)).length;
    const answer = await begin(other, {phone: first.phone, surname: "Подменова"});
    const stranger = await begin(other);
    const bare = ({body: {id, number, expires, ...rest}}) => rest;
    assert.deepEqual([answer.status, bare(answer)], [stranger.status, bare(stranger)]);
    const code = told((await server.messages(first.phone, count))[0]);
    assert.equal((await prove(other, answer.body, code)).body.state, "customer");
    assert.match((await server.messages(first.phone, count + 1))[0], /у вас уже есть кабинет/);
    assert.equal((await server.get("/settings/profile", who)).body.name, "Анна И.");
    assert.equal((await server.post("/signin", {phone: first.phone, password: "7395"})).status, 200);
  });

  test("told again: the same request begins nothing twice, a right code counts once, another body is refused", async () => {
    const phone = newPhone(), number = `again-${newKey()}`;
    const body = {number, phone, ...person};
    const [first, ...more] = await Promise.all([1, 2, 3].map(() => ask(shop, "POST", "/partner/applications", body)));
    for (const each of more) assert.deepEqual([each.status, each.body.id], [201, first.body.id], each.text);
    await pause(300);
    assert.equal((await server.messages(phone)).length, 1, "one SMS");
    const differs = await ask(shop, "POST", "/partner/applications", {...body, surname: "Другая"});
    assert.deepEqual([differs.status, problem(differs)], [409, "number-reused"]);
    const elsewhere = await ask(other, "POST", "/partner/applications", {...body, phone: newPhone()});
    assert.equal(elsewhere.status, 201, "another shop counts its own");
    const code = told((await server.messages(phone))[0]);
    assert.equal((await prove(shop, first.body, code)).body.state, "approved");
    assert.equal((await prove(shop, first.body, code)).body.state, "approved", "heard again");
    await server.messages(phone, 1);
    await pause(300);
    assert.equal((await server.messages(phone)).length, 2, "told once");
  });

  test("wrong signatures: nothing is told, not even of a field", async () => {
    const path = "/partner/applications", body = {number: "x", phone: newPhone(), ...person};
    for (const [name, twist, now] of [
      ["another body", {body: JSON.stringify({...body, phone: newPhone()})}], ["nobody's shop", {shop: "912000000000000002"}],
      ["another shop", {shop: other.id}], ["none", {authorization: ""}], ["half", {authorization: `Shop ${shop.id}`}],
      ["other hex", {authorization: `Shop ${shop.id} ${Math.floor(Date.now() / 1000)}:${"0".repeat(64)}`}],
      ["late", {}, Date.now() - 6 * 60000], ["early", {}, Date.now() + 6 * 60000],
      ["fields wrong, too", {body: "{\"phone\":7,\"x\":1}"}],
    ]) {
      const answer = await ask(shop, "POST", path, body, {twist, now});
      const said = [answer.status, problem(answer), answer.body.errors];
      assert.deepEqual(said, [401, "signature-wrong", undefined], `${name}: ${answer.text}`);
    }
    const {id} = await begun();
    const moved = await ask(shop, "POST", `${path}/${id}/resend`, {}, {twist: {path: `${path}/${id}/code`}});
    assert.equal(moved.status, 401, "signed for another address");
    assert.equal((await ask({...shop, key: other.key}, "POST", path, body)).status, 401, "another's key");
  });

  test("each field is checked, and nothing else can be sent", async () => {
    const empty = await ask(shop, "POST", "/partner/applications", {});
    assert.equal(empty.status, 422);
    assert.deepEqual(empty.body.errors.map(({field}) => field).sort(),
                     ["birth", "mail", "name", "number", "passport", "passport_date", "phone", "surname"]);
    for (const [field, value] of [
      ["passport", "12"], ["phone", "12"], ["mail", "anna"], ["birth", "2090-01-01"], ["passport_date", "2003-01-01"],
      ["income", "5.00"], ["limit", "1.00"], ["state", "approved"], ["pin", "7395"], ["language", "de"]]) {
      const answer = await begin(shop, {[field]: value});
      assert.equal(answer.status, 422, `${field}: ${answer.text}`);
      assert.deepEqual(answer.body.errors.map((error) => error.field), [field]);
    }
  });

  test("another shop's application is as a missing one", async () => {
    const mine = await begun();
    const missing = await ask(other, "GET", "/partner/applications/912000000000000002");
    for (const answer of [await ask(other, "GET", `/partner/applications/${mine.id}`), await prove(other, mine, mine.code),
                          await ask(other, "POST", `/partner/applications/${mine.id}/resend`, {})])
      assert.deepEqual([answer.status, answer.body.title], [404, missing.body.title], answer.text);
    assert.equal(await see(shop, mine), "code");
  });

  test("wrong codes are counted; an expired one is no good; a new one is sent after a pause", async () => {
    const mine = await begun();
    const wrong = String((Number(mine.code) + 1) % 1000000).padStart(6, "0");
    for (let tries = 0; tries < 5; tries++) assert.equal(problem(await prove(shop, mine, wrong)), "code-wrong");
    assert.equal(problem(await prove(shop, mine, mine.code)), "code-spent", "its tries are over");
    assert.equal((await ask(shop, "POST", `/partner/applications/${mine.id}/resend`, {})).status, 200);
    const fresh = told((await server.messages(mine.phone, 1))[0]);
    assert.equal((await prove(shop, mine, fresh)).body.state, "approved");
    await withServer(settings({till: {code_life: "10m"}, identity: {code: {pause: "1h"}}}), async (own) => {
      const {boss: member} = await staff(own, {boss: "admin"});
      const mine = await openShop(member);
      const late = await begun(mine, {}, own);
      const early = await ask(mine, "POST", `/partner/applications/${late.id}/resend`, {}, {own});
      assert.deepEqual([early.status, problem(early)], [429, "code-sent-recently"]);
      await own.passed("UPDATE till_application SET expires = expires - 600000000");
      assert.equal(problem(await prove(mine, late, late.code, own)), "code-spent");
      const now = await ask(mine, "GET", `/partner/applications/${late.id}`, undefined, {own});
      assert.equal(now.body.state, "expired");
    });
  });

  test("a shop cannot pump messages: its codes are counted for it and for the number", async () => {
    await withServer(settings({till: {codes: "3"}}), async (own) => {
      const {boss: member} = await staff(own, {boss: "admin"});
      const mine = await openShop(member);
      for (let sent = 0; sent < 3; sent++) assert.equal((await begin(mine, {}, {own})).status, 201);
      const many = await begin(mine, {}, {own});
      assert.deepEqual([many.status, problem(many)], [429, "too-many-codes"]);
      assert.ok(Number(many.headers.get("Retry-After")) > 0);
      const second = await openShop(member, "Второй");
      assert.equal((await begin(second, {}, {own})).status, 201);
    });
  });

  test("his own application under way takes what the till says once he consents, not before", async () => {
    const phone = newPhone();
    const {draft} = await server.begin(phone);
    await server.post("/signup/code", {draft, code: await server.code(phone)});
    await server.post("/application/short", {draft, ...person, surname: "Прежняя"});
    const surname = async () =>
      (await server.get(`/application/short?draft=${draft}`)).body.fields.find(({name}) => name === "surname").value;
    const answer = await begin(shop, {phone, surname: "Новая"});
    assert.equal(await surname(), "Прежняя");
    const code = told((await server.messages(phone, 1))[0]);
    assert.equal((await prove(shop, answer.body, code)).body.state, "approved");
    assert.equal(await surname(), "Новая");
  });

  test("a closed shop, and an old key, open nothing", async () => {
    const mine = await openShop(boss, "Закроется");
    assert.equal((await begin(mine)).status, 201);
    const fresh = (await boss.post(`/staff/shops/${mine.id}/keys`, {ends: "now"})).body;
    assert.notEqual(fresh.key, mine.key);
    assert.equal((await begin(mine)).status, 401, "the old key");
    assert.equal((await begin({...mine, key: fresh.key})).status, 201);
    await boss.post(`/staff/shops/${mine.id}/switch`);
    assert.equal((await begin({...mine, key: fresh.key})).status, 401, "closed");
    await boss.post(`/staff/shops/${mine.id}/switch`);
    assert.equal((await begin({...mine, key: fresh.key})).status, 201, "open again");
  });
});

test("ID-4: where a profile's sign-up cannot begin at a till, it says so", async () => {
  await withServer({onboarding: {steps: "calculator, number, code, contact, consents, password, open"}}, async (own) => {
    const {boss: member} = await staff(own, {boss: "admin"});
    const refused = await begin(await openShop(member), {}, {own});
    assert.deepEqual([refused.status, problem(refused)], [409, "till-off"]);
  });
});

// ---- the cashier ----

async function cashierOf(shopId, login) {
  const person = await addPerson(server, boss, shopId, login);
  const browser = server.browser();
  await browser.go("/till");
  assert.equal(browser.path, "/shop/signin");
  await browser.send("/shop/signin", {login, password: person.password});
  assert.equal(browser.path, "/till", browser.html.slice(0, 3000));
  return {browser, login, password: person.password};
}

const typed = {...person, birth: "12.04.1990", passport_date: "20.05.2011"};

test("ID-4: by the cashier's pages, without scripts: data, the customer's code, the outcome; consents name him", async () => {
  const {browser} = await cashierOf(shop.id, "kassa.1");
  assert.match(browser.html, /Магазин у дома · Сотрудник kassa.1/);
  assert.doesNotMatch(browser.html, /autocomplete="family-name"/, "the browser remembers no customers");
  const phone = newPhone();
  await browser.send("/till", {...typed, phone, passport: "12"});
  assert.equal(browser.status, 422);
  assert.ok(browser.html.includes('value="Иванова"'));
  await browser.send("/till", {...typed, phone});
  assert.match(browser.path, /^\/till\/applications\/\d+$/);
  const place = browser.path;
  const code = told((await server.messages(phone))[0]);
  await browser.send(place, {code: String((Number(code) + 1) % 1000000).padStart(6, "0")});
  assert.equal(browser.status, 422);
  assert.match(browser.html, /Код не подошёл/);
  await browser.send(place, {code});
  assert.equal(browser.path, place);
  assert.match(browser.html, /Одобрено/);
  assert.doesNotMatch(browser.html, /15.000/);
  const {draft} = await finish(phone, 2);
  const {body: who} = await server.post("/application/pin", {draft, pin: "7395", token: true});
  const {consents} = (await server.get("/settings/profile", who)).body;
  assert.match(consents[0].how, /^at the till by code; Магазин у дома; kassa.1; /);

  const {browser: stranger} = await cashierOf(other.id, "kassa.other");
  await stranger.go(place);
  assert.equal(stranger.status, 404, "another shop's");
  const visitor = server.browser();
  await visitor.go(place);
  assert.equal(visitor.path, "/shop/signin");
  assert.equal((await server.get(place)).status, 401);
});

test("ID-4: pressed twice it is one; signed out, stopped and closed it is nobody's", async () => {
  const {browser, login, password} = await cashierOf(shop.id, "kassa.2");
  const phone = newPhone(), form = {...browser.form("/till"), ...typed, phone};
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  const post = () => fetch(`${server.url}/till`, {
    method: "POST", redirect: "manual", body: new URLSearchParams(form), headers: {Accept: "text/html", Cookie: cookie}});
  const places = (await Promise.all([post(), post()])).concat(await post()).filter(({status}) => status === 303)
    .map((answer) => answer.headers.get("Location"));
  assert.equal(new Set(places).size, 1, places.join(" "));
  assert.equal((await server.messages(phone)).length, 1);
  await browser.go("/till");
  await boss.post(`/staff/shops/${shop.id}/people/${login}/switch`);
  await browser.go("/till");
  assert.equal(browser.path, "/shop/signin", "stopped by staff");
  await browser.send("/shop/signin", {login, password});
  assert.equal(browser.status, 422);
  await boss.post(`/staff/shops/${shop.id}/people/${login}/switch`);
  await browser.go("/shop/signin");
  await browser.send("/shop/signin", {login, password});
  assert.equal(browser.path, "/shop/till");
  await browser.send("/shop/signout");
  await browser.go("/till");
  assert.equal(browser.path, "/shop/signin");
});
