// profile.test.mjs: what a customer sees, corrects and takes along of himself.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {startBoth} from "../support/sandbox.mjs";
import {newPhone} from "../support/server.mjs";
import {Wallets, limits} from "../support/wallet.mjs";

let both, server, wallets;
before(async () => {
  both = await startBoth({limits});
  ({server} = both);
  wallets = new Wallets(both);
});
after(() => both?.stop());

test("the name and the language are corrected; level, number and others' fields cannot be set", async () => {
  const person = await server.customer();
  const as = {token: person.token};
  const saved = await server.post("/settings/profile", {name: "Анна П.", language: "en"}, as);
  assert.equal(saved.status, 200, saved.text);
  const {body} = await server.get("/settings/profile", as);
  assert.deepEqual([body.name, body.language, body.phone, body.level], ["Анна П.", "en", person.phone, "minimal"]);
  for (const field of ["level", "phone", "customer", "mail", "frozen", "balance"])
    assert.equal((await server.post("/settings/profile", {name: "x", [field]: "3"}, as)).status, 422, field);
  assert.equal((await server.get("/settings/profile")).status, 401);
});

test("all of one's data is one JSON file: profile, consents, every operation, none of another's", async () => {
  const person = await wallets.rich("500.00"), other = await wallets.rich("500.00");
  for (let i = 0; i < 5; i++) await wallets.send(person, newPhone(), "10.00", {note: `note ${i}`});
  await wallets.send(other, newPhone(), "11.00", {note: "another's"});
  const file = await server.get("/settings/export.json", {token: person.token});
  assert.equal(file.status, 200, file.text);
  assert.match(file.headers.get("Content-Disposition"), /my-data\.json/);
  assert.equal(file.body.phone, person.phone);
  assert.ok(Array.isArray(file.body.consents));
  assert.deepEqual(file.body.operations.map(({note}) => note).filter(Boolean).sort(),
                   [0, 1, 2, 3, 4].map((i) => `note ${i}`));
  assert.equal(file.body.operations.length, (await wallets.operations(person)).length);
  assert.equal((await server.get("/settings/export.json")).status, 401);
});

test("as a page without scripts", async () => {
  const person = await server.customer();
  const browser = server.browser();
  await browser.signIn(person);
  await browser.go("/settings/profile");
  assert.equal(browser.status, 200, browser.html);
  await browser.send("/settings/profile", {name: "Пётр И.", language: "ru"});
  assert.match(browser.html, /value="Пётр И\."/);
  await browser.go("/settings/password");
  await browser.send("/settings/password", {old: person.password, password: "Another-1"});
  assert.equal(browser.path, "/settings/profile", browser.html);
});

test("a name that was proved by a document is not changed here; the language still is", async () => {
  const person = await server.customer(), as = {token: person.token};
  await server.post("/settings/profile", {name: "Анна П."}, as);
  await server.end();
  server.sql("UPDATE customer SET level = 2");
  await server.run();
  const refused = await server.post("/settings/profile", {name: "Банк", language: "en"}, as);
  assert.equal(refused.status, 422, refused.text);
  assert.equal((await server.post("/settings/profile", {name: "Анна П.", language: "en"}, as)).status, 200);
  const {body} = await server.get("/settings/profile", as);
  assert.deepEqual([body.name, body.language], ["Анна П.", "en"]);
});
