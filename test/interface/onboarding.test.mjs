// onboarding.test.mjs: sign-ups as profiles list them, over HTTP (ID-3, ID-5, ID-7).

import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {heavyPng, jpeg, jpegSize, png} from "../support/pictures.mjs";
import {Server, newPhone, problem, withServer} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";

const person = {surname: "Иванова", name: "Анна", birth: "1990-04-12", passport: "45 10 123456", passport_date: "2011-05-20",
                mail: "anna@example.ru"};
const instalments = {
  onboarding: {steps: "number, code, short, pin, decision, open, email", decision: {limit: "15 000.00"}}};
const microloans = {onboarding: {steps: "calculator, number, code, contact, consents, password, open"}};

// A number proved by its code: {phone, draft, next}.
async function prove(server, phone = newPhone(), messages = 0) {
  const {draft} = await server.begin(phone);
  const answer = await server.post("/signup/code", {draft, code: await server.code(phone, messages)});
  assert.equal(answer.status, 200, answer.text);
  return {phone, draft, next: answer.body.next};
}

const state = async (server, draft) => (await server.get(`/application?draft=${draft}`)).body;

let server;
before(async () => (server = await Server.start(instalments)));
after(() => server.stop());

// ---- instalments ----

test("ID-3: number, code, short form, PIN, decision: approved with a limit, then the address is confirmed", async () => {
  const {phone, draft, next} = await prove(server);
  assert.equal(next, "/application");
  assert.deepEqual([(await state(server, draft)).state, (await state(server, draft)).step], ["filling", "short"]);
  const short = await server.post("/application/short", {draft, ...person});
  assert.equal(short.status, 200, short.text);
  assert.equal(short.body.step, "pin");
  assert.equal((await server.post("/signin", {phone, password: "7395"})).status, 422, "no cabinet yet");
  const opened = await server.post("/application/pin", {draft, pin: "7395", token: true});
  assert.equal(opened.status, 200, opened.text);
  assert.equal(opened.body.state, "opened");
  assert.deepEqual(opened.body.limit, {amount: "15000.00", currency: "RUB"});
  assert.equal(opened.body.step, "email");
  const {token} = opened.body;
  assert.equal((await server.get("/application", {token})).body.limit.amount, "15000.00");
  assert.equal((await server.post("/signin", {phone, password: "7395"})).status, 200, "number and PIN sign in");

  const code = /(\d{6})/.exec((await server.messages(person.mail))[0])[1];
  const wrong = String((Number(code) + 1) % 1000000).padStart(6, "0");
  assert.equal(problem(await server.post("/application/email", {code: wrong}, {token})), "code-wrong");
  const confirmed = await server.post("/application/email", {code}, {token});
  assert.equal(confirmed.status, 200, confirmed.text);
  assert.equal(confirmed.body.step, undefined);
  assert.equal(problem(await server.post("/application/email", {code}, {token})), "code-spent", "once");
});

test("ID-3: where the secret is a PIN, signing in calls it that", async () => {
  const browser = server.browser();
  await browser.go("/signin");
  assert.match(browser.html, /PIN-код или пароль/);
  await browser.send("/signin", {phone: "", password: ""});
  assert.match(browser.html, /Введите номер телефона/);
  assert.match(browser.html, /Введите PIN-код или пароль/);
  await browser.send("/signin", {phone: newPhone(), password: "7395"});
  assert.match(browser.html, /Номер, PIN-код или пароль не подходят/);
});

test("ID-3: refused: no cabinet, the reason told, kept for its time only", async () => {
  await withServer({onboarding: {...instalments.onboarding, keep: {refused: "1h"}}}, async (own) => {
    const {phone, draft} = await prove(own);
    await own.post("/application/short", {draft, ...person, birth: "2010-04-12", passport_date: "2024-05-20"});
    const answer = await own.post("/application/pin", {draft, pin: "7395", token: true});
    assert.equal(answer.status, 200);
    assert.equal(answer.body.state, "refused");
    assert.equal(answer.body.reason, "too-young");
    assert.ok(answer.body.why.length > 20);
    assert.equal(answer.body.token, undefined);
    assert.equal((await own.post("/signin", {phone, password: "7395"})).status, 422, "there is no cabinet");
    assert.equal(problem(await own.post("/application/short", {draft, ...person})), "step-not-yet");
    assert.equal((await own.post("/signup/password", {draft, password: "Qwerty7!"})).status, 409, "no other way in");
    assert.equal((await state(own, draft)).state, "refused");
    await own.passed("UPDATE application SET expires = expires - 3600000000");
    assert.equal(problem(await own.get(`/application?draft=${draft}`)), "sign-up-expired");
    const again = await prove(own, phone, 1);
    assert.equal((await state(own, again.draft)).state, "filling", "one may apply anew");
  });
});

test("ID-3: each field is checked, and says what is wrong", async () => {
  const {draft} = await prove(server);
  const empty = await server.post("/application/short", {draft});
  assert.equal(empty.status, 422);
  assert.deepEqual(empty.body.errors.map((error) => error.field).sort(),
                   ["birth", "mail", "name", "passport", "passport_date", "surname"]);
  for (const [field, value] of [["passport", "4510 12345"], ["mail", "anna"], ["mail", "a@b"], ["birth", "2090-01-01"],
                                ["surname", "<script>"], ["passport_date", "not a day"], ["name", "7"]]) {
    const answer = await server.post("/application/short", {draft, ...person, [field]: value});
    assert.equal(answer.status, 422, `${field} ${value}`);
    assert.deepEqual(answer.body.errors.map((error) => error.field), [field]);
  }
  for (const pin of ["0000", "1234", "4321", "1212", "1990", "12a4", "123", "12345", ""]) {
    await server.post("/application/short", {draft, ...person});
    const answer = await server.post("/application/pin", {draft, pin});
    assert.equal(answer.status, 422, pin);
    assert.equal(answer.body.errors[0].field, "pin");
  }
});

test("ID-3: nothing that the step does not ask can be sent", async () => {
  const {draft} = await prove(server);
  for (const more of [{level: 3}, {limit: "1000000.00"}, {state: "opened"}, {customer: "1"}, {code_word: "x"}, {income: "5"},
                      {pin: "7395"}, {role: "admin"}]) {
    const answer = await server.post("/application/short", {draft, ...person, ...more});
    assert.equal(answer.status, 422, JSON.stringify(more));
    assert.equal(answer.body.errors[0].fault, "unknown");
  }
  assert.equal((await state(server, draft)).step, "short");
});

test("ID-3: no step is skipped, another's application is as a missing one", async () => {
  const {draft} = await prove(server);
  assert.equal(problem(await server.post("/application/pin", {draft, pin: "7395"})), "step-not-yet");
  assert.equal(problem(await server.post("/application/email", {draft, code: "123456"})), "step-not-yet");
  for (const name of ["decision", "open", "number", "code"])
    assert.equal((await server.post(`/application/${name}`, {draft})).status, 409, name);
  assert.equal((await server.post("/application/nothing", {draft})).status, 404);
  for (const other of ["x".repeat(43), "", undefined, (await server.begin(newPhone())).draft])
    assert.equal(problem(await server.post("/application/short", {draft: other, ...person})), "sign-up-expired");
  const {token} = await withPlain();
  assert.equal(problem(await server.get("/application", {token})), "sign-up-expired", "a customer without an application");
});

// A customer opened by another way than an application.
async function withPlain() {
  const {phone, draft} = await prove(server);
  await server.post("/application/short", {draft, ...person});
  const {body} = await server.post("/application/pin", {draft, pin: "8305", token: true});
  await server.end();
  server.sql(`UPDATE application SET customer = 1 WHERE customer = ${BigInt(body.customer.startsWith("0") ? 0 : 0)} AND id < 0`);
  await server.run();
  return {phone, token: "x".repeat(54)};
}

test("ID-3: a draft is gone on with on another device, and going back loses nothing", async () => {
  const {phone, draft} = await prove(server);
  await server.post("/application/short", {draft, ...person, patronymic: "Петровна"});
  const other = await prove(server, phone, 1);
  assert.notEqual(other.draft, draft);
  assert.equal((await state(server, other.draft)).step, "pin");
  const page = await server.get(`/application/short?draft=${other.draft}`);
  const values = Object.fromEntries(page.body.fields.map(({name, value}) => [name, value]));
  assert.equal(values.surname, person.surname);
  assert.equal(values.patronymic, "Петровна");
  assert.equal(values.birth, "12.04.1990");
  assert.equal((await server.post("/application/short", {draft: other.draft, ...person, surname: "Петрова"})).status, 200);
  assert.equal((await state(server, draft)).step, "pin");
});

test("ID-3: by pages alone, in both languages", async () => {
  for (const language of ["ru", "en"]) {
    const browser = server.browser();
    const phone = newPhone();
    const headers = {"Accept-Language": language};
    const go = browser.go.bind(browser);
    browser.go = (path, options = {}, hops = 0) => go(path, {...options, headers: {...headers, ...options.headers}}, hops);
    await browser.go("/signup");
    assert.match(browser.html, language === "ru" ? /Шаг 1 из 5/ : /Step 1 of 5/);
    await browser.send("/signup", {phone, altcha: await server.proof()});
    await browser.send("/signup/code", {code: await server.code(phone)});
    assert.equal(browser.path, "/application/short");
    assert.match(browser.html, language === "ru" ? /Шаг 3 из 5/ : /Step 3 of 5/);
    await browser.send("/application/short", {...person, birth: "12.04.1990", passport: "12", passport_date: "20.05.2011"});
    assert.equal(browser.status, 422);
    assert.ok(browser.html.includes('value="Иванова"'), "what was typed comes back");
    assert.match(browser.html, language === "ru" ? /<title>Ошибка: / : /<title>Error: /);
    await browser.send("/application/short", {...person, birth: "12.04.1990", passport_date: "20.05.2011"});
    assert.equal(browser.path, "/application/pin");
    await browser.send("/application/pin", {pin: "1111"});
    assert.equal(browser.status, 422);
    assert.ok(!browser.html.includes("1111"));
    await browser.send("/application/pin", {pin: "7395"});
    assert.equal(browser.path, "/application/email");
    assert.ok(browser.cookies.has("session"));
    await browser.go("/");
    assert.equal(browser.status, 200);
  }
});

// ---- microloans ----

test("ID-5: calculator, code, contact data, consents each for itself", async () => {
  await withServer(microloans, async (own) => {
    const browser = own.browser();
    const phone = newPhone();
    await browser.go("/signup");
    assert.equal(browser.path, "/application/calculator");
    await browser.go("/application/calculator?sum=10000&term=20");
    assert.match(browser.html, /11.600,00/, "10 000 and 20 days at 0.8 %");
    await browser.go("/application/calculator?sum=1000000&term=20");
    assert.match(browser.html, /Такую сумму мы не выдаём/);
    await browser.go("/application/calculator?sum=10000&term=20");
    await browser.send("/application/calculator");
    assert.equal(browser.path, "/signup", browser.html);
    await browser.send("/signup", {phone, altcha: await own.proof()});
    await browser.send("/signup/code", {code: await own.code(phone)});
    assert.equal(browser.path, "/application/contact");
    await browser.send("/application/contact", {surname: "Иванов", name: "Пётр", mail: "p@example.ru"});
    assert.equal(browser.path, "/application/consents");
    await browser.go("/consents/personal");
    assert.match(browser.html, /Версия 1/);
    await browser.go("/application/consents");
    await browser.send("/application/consents", {consent_rules: "on"});
    assert.equal(browser.status, 422);
    await browser.send("/application/consents", {consent_rules: "on", consent_personal: "on"});
    assert.equal(browser.path, "/application/password");
    await browser.send("/application/password", {password: "abc"});
    assert.equal(browser.status, 422);
    await browser.send("/application/password", {password: "Кошка-Abc1!"});
    assert.equal(browser.path, "/");
    assert.ok(browser.cookies.has("session"));
    const consents = own.rows("SELECT purpose, version, how, given, words, holder FROM consent ORDER BY purpose");
    assert.deepEqual(consents.map(([purpose, version]) => [purpose, version]).sort(), [["personal", "1"], ["rules", "1"]]);
    assert.ok(consents.every(([, , how, at, words]) => how === "form; 127.0.0.1; ru" && at > 0 && words.length > 50));
    assert.deepEqual(new Set(consents.map((row) => row[5])), new Set([own.rows("SELECT id FROM customer")[0][0]]),
                     "they followed him into his cabinet");
  });
});

// ---- telecom ----

test("ID-7: a contract is opened at the desk; any of its names signs in, the first password is replaced at once", async () => {
  await withServer({onboarding: {steps: "none"}}, async (own) => {
    assert.equal(problem(await own.post("/signup", {phone: newPhone(), altcha: await own.proof()})), "no-self-sign-up");
    const visitor = own.browser();
    await visitor.go("/signup");
    assert.match(visitor.html, /вместе с договором/);

    await own.end();
    const phones = [newPhone(), newPhone()];
    const print = own.command("contract", "anna.ivanova", ...phones);
    assert.equal(print.status, 0, print.errors);
    const of = (name) => new RegExp(`^${name}: +(.*)$`, "m").exec(print.output)[1];
    const account = of("account"), password = of("password");
    assert.match(account, /^1\d{8}$/);
    for (const [login, ...numbers] of [["anna.ivanova", newPhone()], ["other", phones[0]], ["other", newPhone(), phones[1]],
                                       ["1234567", newPhone()], ["other", "12"], ["UPPER", newPhone()]])
      assert.equal(own.command("contract", login, ...numbers).status, 1, `${login} ${numbers}`);
    await own.run();

    const names = [account, "anna.ivanova", "Anna.Ivanova", ...phones.flatMap((phone) => [phone, `8${phone.slice(2)}`, phone.slice(2)])];
    for (const login of names) {
      const answer = await own.post("/signin", {login, password});
      assert.equal(answer.status, 200, `${login}: ${answer.text}`);
      assert.equal(answer.body.next, "/contract/password", login);
      assert.equal(answer.body.token, undefined, "no session yet");
    }
    const {draft} = (await own.post("/signin", {login: account, password})).body;
    assert.equal(problem(await own.post("/contract/password", {draft, password})), "password-same");
    assert.equal((await own.post("/contract/password", {draft, password: "short"})).status, 422);
    assert.equal(problem(await own.post("/contract/password", {draft: "x".repeat(43), password: "Qwerty7!"})), "first-password-expired");
    const opened = await own.post("/contract/password", {draft, password: "Qwerty7!", token: true});
    assert.equal(opened.status, 200, opened.text);
    assert.equal((await own.get("/sessions", {token: opened.body.token})).status, 200);
    assert.equal(problem(await own.post("/contract/password", {draft, password: "Qwerty8!"})), "first-password-expired", "once");
    for (const login of names)
      assert.ok((await own.post("/signin", {login, password: "Qwerty7!", token: true})).body.token, login);
    assert.equal(problem(await own.post("/signin", {login: account, password})), "sign-in-wrong");
    assert.equal(problem(await own.post("/signin", {password})), "invalid-fields");

    const browser = own.browser();
    await browser.go("/signin");
    await browser.send("/signin", {login: "anna.ivanova", password: "Qwerty7!"});
    assert.equal(browser.path, "/");
  });
});

test("ID-7: tries are counted for the person, whichever name is typed; unknown names look the same", async () => {
  await withServer({onboarding: {steps: "none"}}, async (own) => {
    await own.end();
    const phone = newPhone();
    const print = own.command("contract", "petr", phone).output;
    const account = /account: +(\d+)/.exec(print)[1];
    await own.run();
    for (const login of ["petr", account, phone, "petr", account])
      assert.equal(problem(await own.post("/signin", {login, password: "Wrong-1"})), "sign-in-wrong");
    for (const login of ["petr", account, phone])
      assert.equal((await own.post("/signin", {login, password: "Wrong-1"})).status, 429, login);
    for (let i = 0; i < 5; i++)
      assert.equal(problem(await own.post("/signin", {login: "nobody", password: "Wrong-1"})), "sign-in-wrong");
    assert.equal((await own.post("/signin", {login: "Nobody", password: "Wrong-1"})).status, 429);
  });
});

// ---- bank ----

const bank = {
  onboarding: {steps: "number, code, person, passport, address, photos, password, call, review, open", photos: 2}};

async function apply(own) {
  const {phone, draft} = await prove(own);
  const {surname, name, birth, passport, passport_date} = person;
  const pages = {
    person: {surname, name, birth, birth_place: "Тула"},
    passport: {passport, passport_date, passport_office: "770-001", passport_by: "ОВД Тулы"},
    address: {postcode: "300000", city: "Тула", street: "Садовая, 1"},
  };
  for (const [page, fields] of Object.entries(pages)) {
    const answer = await own.post(`/application/${page}`, {draft, ...fields});
    assert.equal(answer.status, 200, answer.text);
  }
  return {phone, draft};
}

test("ID-6: bank: pages, photos, a manager's call with a code word, the review: then the cabinet opens", async () => {
  await withServer(bank, async (own) => {
    const {manager, checker} = await staff(own, {manager: "support", checker: "identification"});
    const {phone, draft} = await apply(own);
    const browser = own.browser();
    await browser.go("/signup");
    await browser.send("/signup", {phone, altcha: await own.proof()});
    await browser.send("/signup/code", {code: await own.code(phone, 1)});
    assert.equal(browser.path, "/application/photos", "gone on with on another device");
    const csrf = browser.form("/application/photos")._csrf;
    const post = async (number, bytes) => {
      const form = new FormData();
      form.set("_csrf", csrf);
      form.set("number", String(number));
      form.set("photo", new Blob([bytes], {type: "image/png"}), "page.png");
      const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      const answer = await fetch(`${own.url}/application/photos`, {
        method: "POST", body: form, redirect: "manual", headers: {Accept: "application/json", Cookie: cookie}});
      return {status: answer.status, body: await answer.json()};
    };
    for (const bytes of [Buffer.from("<svg/>"), png(20, 20), jpeg(640, 480).subarray(0, 200), Buffer.from("%PDF-1.4 startxref %%EOF")])
      assert.equal((await post(1, bytes)).status, 422);
    assert.equal((await post(3, png(800, 600))).status, 422, "not asked for");
    assert.equal((await post(1, heavyPng(8 << 20))).body.have, 1, "8 MB");
    assert.ok([413, 422].includes((await post(2, heavyPng((8 << 20) + 1))).status), "a byte more");
    assert.equal((await own.post("/application/photos", {draft})).status, 422, "one is missing");
    assert.equal((await post(2, jpeg(800, 480, 8))).body.have, 2);
    assert.equal((await own.post("/application/photos", {draft})).body.step, "password");
    const waits = await own.post("/application/password", {draft, password: "Qwerty7!"});
    assert.equal(waits.body.state, "waiting");
    assert.equal(problem(await own.post("/application/address", {draft, postcode: "1"})), "step-not-yet", "closed now");
    assert.equal((await own.post("/signin", {phone, password: "Qwerty7!"})).status, 422, "no cabinet yet");

    const task = (await manager.get("/staff/tasks")).body.tasks[0];
    const path = (await manager.get(`/staff/tasks/${task.id}`)).body.page;
    assert.match(path, /^\/staff\/applications\//);
    assert.equal((await manager.get(path)).status, 403, "not taken yet");
    assert.equal((await manager.post(`/staff/tasks/${task.id}/take`)).status, 200);
    const seen = (await manager.get(path)).body;
    assert.equal(seen.facts.find((fact) => fact.name === "surname").value, person.surname);
    assert.equal(seen.photos.length, 2);
    assert.equal((await manager.get(`${path}/photos/1`)).status, 200);
    const lying = await fetch(`${own.url}${path}/photos/2`, {headers: {Cookie: `staff=${manager.cookie}`, Accept: "*/*"}});
    assert.deepEqual(jpegSize(Buffer.from(await lying.arrayBuffer())), {width: 480, height: 800}, "upright");
    assert.equal((await checker.get(path)).status, 403, "another's task");
    assert.equal((await own.get(path)).status, 401);
    assert.equal((await manager.post(path, {outcome: "approved"})).status, 422, "without a code word");
    const called = await manager.post(path, {outcome: "approved", code_word: "Ромашка"});
    assert.equal(called.status, 200, called.text);
    assert.equal(called.body.opened, false);

    const review = (await checker.get("/staff/tasks")).body.tasks[0];
    assert.equal((await checker.post(`/staff/tasks/${review.id}/take`)).status, 200);
    const opened = await checker.post(path, {outcome: "approved"});
    assert.equal(opened.body.opened, true, opened.text);
    assert.ok((await own.messages(phone, 2))[0].includes("кабинет открыт"));
    assert.equal((await own.post("/signin", {phone, password: "Qwerty7!"})).status, 200);
    const done = (await checker.get(path)).body;
    assert.deepEqual([done.state, done.login, done.facts.length, done.photos.length], ["opened", "checker", 0, 0], "done");
  });
});

test("ID-6: bank: refused in the call: no cabinet", async () => {
  await withServer({onboarding: {steps: "number, code, person, password, call, open"}}, async (own) => {
    const {manager} = await staff(own, {manager: "support"});
    const {phone, draft} = await prove(own);
    await own.post("/application/person", {draft, surname: "Иванов", name: "Пётр", birth: "1990-04-12", birth_place: "Тула"});
    await own.post("/application/password", {draft, password: "Qwerty7!"});
    const task = (await manager.get("/staff/tasks")).body.tasks[0];
    await manager.post(`/staff/tasks/${task.id}/take`);
    const path = (await manager.get(`/staff/tasks/${task.id}`)).body.page;
    assert.equal((await manager.post(path, {outcome: "refused"})).status, 200);
    const now = await state(own, draft);
    assert.deepEqual([now.state, now.reason], ["refused", "staff"]);
    assert.match((await own.messages(phone, 1))[0], /отказано/, "he is told");
    assert.equal((await own.post("/signin", {phone, password: "Qwerty7!"})).status, 422);
  });
});
