// phone.test.mjs: another number for the same cabinet.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {startBoth} from "../support/sandbox.mjs";
import {newPhone, problem, steady} from "../support/server.mjs";
import {Wallets, limits} from "../support/wallet.mjs";

let both, server, wallets;
before(async () => {
  both = await startBoth({limits});
  ({server} = both);
  wallets = new Wallets(both);
});
after(() => both?.stop());

const begin = (person, phone) => server.post("/settings/phone", {phone}, {token: person.token});
const type = (person, code) => server.post("/settings/phone/code", {code}, {token: person.token});
const signIn = (phone, password) => server.post("/signin", {phone, password, token: true});

async function change(person, phone, {old, fresh} = {}) {
  const before = (await server.messages(person.phone)).length;
  assert.equal((await begin(person, phone)).status, 200);
  const first = await type(person, await server.code(person.phone, old ?? before));
  assert.equal(first.status, 200, first.text);
  assert.equal(first.body.next, "new");
  return type(person, await server.code(phone, fresh ?? 0));
}

test("another number: a code to the old number, one to the new; then it is this number, everywhere at once", async () => {
  const person = await wallets.rich("5000.00");
  const friend = await wallets.rich("1000.00");
  const phone = newPhone();
  assert.equal((await wallets.send(friend, person.phone, "10.00")).body.state, "done"); // the old number is in memory
  assert.equal((await wallets.send(friend, phone, "150.00")).body.state, "waiting");
  const elsewhere = (await signIn(person.phone, person.password)).body.token;

  const done = await change(person, phone, {fresh: 1});
  assert.equal(done.status, 200, done.text);
  assert.equal(done.body.next, "done");
  assert.equal(await wallets.balance(person), "5160.00", "what waited for the new number has come");
  assert.equal((await server.get("/sessions", {token: elsewhere})).status, 401);
  assert.equal((await server.get("/sessions", {token: person.token})).status, 200);
  assert.equal(problem(await signIn(person.phone, person.password)), "sign-in-wrong");
  assert.equal((await signIn(phone, person.password)).status, 200);
  assert.match((await server.messages(person.phone))[0], /номер кабинета изменён/, "the old number is told");
  assert.match((await server.messages(phone, 2))[0], /номер кабинета изменён/, "and the new one");

  // Money to the old number finds nobody, money to the new one finds him.
  const messages = (await server.messages(person.phone)).length;
  assert.equal((await wallets.send(friend, person.phone, "20.00")).body.state, "waiting");
  await server.messages(person.phone, messages);
  assert.equal((await wallets.send(friend, phone, "30.00")).body.state, "done");

  // The old number may be somebody else's now.
  const heir = await server.customer({phone: person.phone, messages: messages + 1});
  assert.notEqual(heir.customer, person.customer);
  assert.equal(await wallets.balance(heir), "20.00");
});

test("another number: for a day only so much goes out, to people known or not, counted at once", async () => {
  const person = await wallets.rich("5000.00");
  const friend = await server.customer();
  await change(person, newPhone());
  const over = await wallets.send(person, friend.phone, "3000.01");
  assert.equal(problem(over), "cooling");
  const answers = await Promise.all(Array.from({length: 5}, (_, i) =>
    wallets.send(person, i % 2 ? newPhone() : friend.phone, "1000.00")));
  assert.equal(answers.filter((answer) => answer.status === 201).length, 3);
  assert.equal(answers.filter((answer) => problem(answer) === "cooling").length, 2);
  assert.equal(await wallets.balance(person), "2000.00");
});

test("another number: another customer's number looks like a free one until its code, which never matches", async () => {
  const owner = await server.customer();
  const told = [];
  for (const phone of [owner.phone, newPhone()]) {
    const person = await server.customer();
    const begun = await begin(person, phone);
    const first = await type(person, await server.code(person.phone, 1));
    const page = await server.get("/settings/phone/code", {token: person.token});
    const wrong = await type(person, "000000");
    told.push([begun, first, page, wrong].map(({status, text}) =>
      `${status} ${steady(text).replaceAll(phone, "PHONE").replaceAll(person.phone, "PHONE")}`));
  }
  assert.deepEqual(told[0], told[1]);
  assert.match((await server.messages(owner.phone, 1))[0], /к другому кабинету/, "its owner is told, without a code");
  assert.doesNotMatch((await server.messages(owner.phone))[0], /\d{6}/);
  assert.equal((await signIn(owner.phone, owner.password)).status, 200);
});

test("another number: a number that gets a cabinet meanwhile is not taken away", async () => {
  const person = await server.customer(), phone = newPhone();
  await begin(person, phone);
  await type(person, await server.code(person.phone, 1));
  const code = await server.code(phone);
  const owner = await server.customer({phone, messages: 1});
  assert.equal(problem(await type(person, code)), "code-wrong");
  assert.equal((await signIn(phone, owner.password)).body.customer, owner.customer);
  assert.equal((await signIn(person.phone, person.password)).status, 200);
});

test("another number: both codes are needed, in their order, each for its own number and change", async () => {
  const person = await server.customer(), phone = newPhone();
  assert.equal(problem(await type(person, "123456")), "no-phone-change");
  assert.equal(problem(await begin(person, person.phone)), "same-number");
  await begin(person, phone);
  const stale = await server.code(person.phone, 1);
  await begin(person, phone); // begun again: the earlier code is dead
  const fresh = await server.code(person.phone, 2);
  if (stale !== fresh) assert.equal(problem(await type(person, stale)), "code-wrong");
  assert.equal((await type(person, fresh)).body.next, "new");
  assert.notEqual((await type(person, fresh)).status, 200, "the old number's code does not prove the new one");
  const right = await server.code(phone);
  const wrong = Array.from({length: 20}, (_, i) => String((Number(right) + 1 + i) % 1000000).padStart(6, "0"));
  const kinds = (await Promise.all(wrong.map((code) => type(person, code)))).map(problem);
  assert.ok(kinds.filter((kind) => kind === "code-wrong").length <= 5);
  assert.equal(problem(await type(person, right)), "code-spent");
  assert.equal((await server.post("/settings/phone", {phone})).status, 401);
});

test("another number: as pages without scripts", async () => {
  const person = await server.customer(), phone = newPhone();
  const browser = server.browser();
  await browser.signIn(person);
  await browser.go("/settings/phone");
  await browser.send("/settings/phone", {phone: person.phone});
  assert.equal(browser.status, 422);
  await browser.send("/settings/phone", {phone});
  assert.equal(browser.path, "/settings/phone/code", browser.html);
  await browser.send("/settings/phone/code", {code: await server.code(person.phone, 1)});
  assert.match(browser.html, /Код с нового номера/);
  await browser.send("/settings/phone/code", {code: await server.code(phone)});
  assert.equal(browser.path, "/settings/profile", browser.html);
  assert.match(browser.html, /переводы пока ограничены/);
});
