// consents.test.mjs: what one agreed to is in one place, whoever asked for it: seen with its words, withdrawn, and what it
// allowed stops at once.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {Server, newPhone, problem, withServer} from "../support/server.mjs";

let server;
before(async () => (server = await Server.start()));
after(() => server?.stop());

const profile = async (who) => (await server.get("/settings/profile", {token: who.token})).body;
const holding = async (who) => (await profile(who)).consents.filter(({holds}) => holds).map(({purpose}) => purpose).sort();
const withdraw = (who, purpose) => server.post("/settings/consents/withdraw", {purpose}, {token: who.token});
const agree = (who, topic) => server.post("/settings/messages/consent", {topic}, {token: who.token});
const sent = async (who) => (await server.get("/settings/messages", {token: who.token})).body.sent.length;
const goesOut = async (who, topic) => {
  const known = await sent(who);
  assert.equal((await server.post("/sandbox/tell", {customer: who.customer, topic})).status, 200);
  return (await sent(who)) - known;
};

test("MS-3: advertising without a consent never goes out; one withdrawn on one's own page stops it at once", async () => {
  const who = await server.customer(), other = await server.customer();
  for (const topic of ["news", "offers"]) assert.equal(await goesOut(who, topic), 0);
  assert.equal(problem(await withdraw(who, "offers")), "no-consent");
  await agree(who, "offers");
  await agree(who, "offers"); // pressed twice: still one
  await agree(other, "offers");
  assert.deepEqual(await holding(who), ["offers"]);
  assert.equal(await goesOut(who, "offers"), 1);
  assert.equal(await goesOut(who, "news"), 0);
  assert.equal((await withdraw(who, "offers")).status, 200);
  assert.equal(await goesOut(who, "offers"), 0);
  assert.equal(problem(await withdraw(who, "offers")), "no-consent");
  assert.deepEqual(await holding(other), ["offers"], "another's is another's");
  assert.equal(await goesOut(who, "security"), 1, "and security is not advertising");
});

test("ID-17: each consent is told with its words, version, when and how it was given and ended; given anew it is another", async () => {
  const who = await server.customer();
  await agree(who, "news");
  await withdraw(who, "news");
  await agree(who, "news");
  const {consents} = await profile(who);
  assert.deepEqual(consents.map(({purpose, holds}) => [purpose, holds]), [["news", true], ["news", false]]);
  for (const consent of consents) {
    assert.match(consent.words, /получать новости компании|receive news/);
    assert.equal(consent.version, "1");
    assert.match(consent.how, /^program; 127\.0\.0\.1; (ru|en)$/);
    assert.ok(Math.abs(Date.parse(consent.given) - Date.now()) < 60000);
  }
  assert.match(consents[1].ended_how, /^program; 127\.0\.0\.1/);
  assert.ok(Date.parse(consents[1].ended) >= Date.parse(consents[1].given));
});

test("ID-17: seen and withdrawn as a page, without scripts", async () => {
  const who = await server.customer(), browser = server.browser();
  await agree(who, "offers");
  await browser.signIn(who);
  await browser.go("/settings/profile");
  assert.match(browser.html, /Предложения и скидки/);
  await browser.send("/settings/consents/withdraw");
  assert.equal(browser.path, "/settings/profile");
  assert.match(browser.html, /Отозвано/);
  assert.equal(await goesOut(who, "offers"), 0);
});

test("MS-3: a consent to advertising from the sign-up counts, and ends with either way of stopping", async () => {
  await withServer({onboarding: {steps: "number, code, contact, consents, password, open"}}, async (own) => {
    const stops = [
      (token) => own.post("/settings/consents/withdraw", {purpose: "marketing"}, {token}),
      (token) => own.post("/settings/messages/stop", {topic: "news"}, {token}),
    ];
    for (const stop of stops) {
      const phone = newPhone(), {draft} = await own.begin(phone);
      await own.post("/signup/code", {draft, code: await own.code(phone)});
      const step = (name, body) => own.post(`/application/${name}`, {draft, ...body});
      await step("contact", {surname: "Иванов", name: "Пётр", mail: `p${phone.slice(1)}@example.ru`});
      const all = {consent_rules: true, consent_personal: true};
      await step("consents", {...all, consent_marketing: true});
      await step("consents", all); // thinks better of it, and better again
      await step("consents", {...all, consent_marketing: true});
      const opened = await step("password", {password: "Кошка-Abc1!", token: true});
      const {token} = opened.body;
      assert.ok(token, opened.text);
      const {consents} = (await own.get("/settings/profile", {token})).body;
      assert.deepEqual(consents.filter(({holds}) => holds).map(({purpose}) => purpose).sort(),
                       ["marketing", "personal", "rules"]);
      assert.equal(consents.filter(({purpose, holds}) => purpose === "marketing" && !holds).length, 1);
      const on = async () => (await own.get("/settings/messages", {token})).body.topics
        .filter(({asks_consent, on}) => asks_consent && on).map(({topic}) => topic);
      assert.deepEqual(await on(), ["news", "offers"]);
      assert.equal((await stop(token)).status, 200);
      assert.deepEqual(await on(), []);
    }
  });
});

// As a database of the version before: three tables, filled; this version takes them over.
test("ID-17: consents of an older database are all there", async () => {
  await withServer({}, async (own) => {
    const who = await own.customer();
    const customer = "(SELECT id FROM customer)"; // too long for a number here
    await own.end();
    const bytes = own.settings.database.startsWith("postgres") ? "'\\x00'::bytea" : "x'00'";
    const [blob, end] = own.settings.database.startsWith("postgres") ? ["BYTEA", ""] : ["BLOB", " WITHOUT ROWID"];
    const table = (name, columns, key) => `CREATE TABLE ${name} (${columns}, PRIMARY KEY (${key}))${end}`;
    for (const command of [
      "DELETE FROM store_migration WHERE feature = 'identity' AND number >= 3",
      "DELETE FROM store_migration WHERE feature = 'onboarding' AND number >= 3",
      // what the later ones brought
      "ALTER TABLE session DROP COLUMN scopes", "ALTER TABLE session DROP COLUMN day_limit",
      "ALTER TABLE session DROP COLUMN label", "ALTER TABLE customer DROP COLUMN frozen_at",
      "ALTER TABLE application DROP COLUMN staff", "ALTER TABLE application DROP COLUMN decided",
      "DROP TABLE token_day", "DROP INDEX contract_name_customer",
      "DROP TABLE consent",
      table("consent", "customer BIGINT, id BIGINT, purpose TEXT NOT NULL, version BIGINT NOT NULL, given BIGINT NOT NULL, " +
            "ended BIGINT, how TEXT NOT NULL", "customer, id"),
      table("message_consent", "customer BIGINT, id BIGINT, topic BIGINT NOT NULL, given BIGINT NOT NULL, " +
            "given_how TEXT NOT NULL, words TEXT NOT NULL, ended BIGINT, ended_how TEXT", "customer, id"),
      table("application_consent", "application BIGINT, kind BIGINT, given_at BIGINT, given BIGINT NOT NULL, " +
            "version TEXT NOT NULL, how TEXT NOT NULL", "application, kind, given_at"),
      `INSERT INTO consent VALUES (${customer}, 1, 'rules', 2, 1000, NULL, 'sign-up')`,
      `INSERT INTO message_consent VALUES (${customer}, 2, 3, 2000, 'page 1.2.3.4', 'v1 ru: новости', 3000, 'api 1.2.3.4')`,
      `INSERT INTO message_consent VALUES (${customer}, 3, 4, 4000, 'page 1.2.3.4', 'v1 ru: скидки', NULL, NULL)`,
      `INSERT INTO application VALUES (${bytes}, 77, ${bytes}, 4, 0, ${bytes}, NULL, ${customer}, 0, 0, 1, 9000000000000000000)`,
      `INSERT INTO application VALUES (${bytes}, 78, ${bytes}, 1, 0, ${bytes}, NULL, 0, 0, 0, 1, 9000000000000000000)`,
      "INSERT INTO application_consent VALUES (77, 0, 900, 1, '2026-09', 'form')",
      "INSERT INTO application_consent VALUES (77, 1, 900, 1, '2026-09', 'form'), (77, 2, 900, 0, '1', 'form')",
      "INSERT INTO application_consent VALUES (78, 2, 5000, 1, '1', 'form'), (78, 2, 6000, 0, '1', 'form'), (78, 1, 5000, 1, '1', 'form')",
    ]) own.sql(command);
    await own.run();
    const rows = own.rows("SELECT holder, purpose, version, given, ended, ended_how FROM consent")
      .map(([holder, ...rest]) => [holder > 100 ? "customer" : holder, ...rest]);
    assert.deepEqual(rows.map(String).sort(), [
      ["customer", "news", "1", 2000, 3000, "api 1.2.3.4"], ["customer", "offers", "1", 4000, null, null],
      ["customer", "personal", "2026-09", 900, null, null], ["customer", "rules", "2", 1000, null, null],
      [78, "marketing", "1", 5000, 6000, "answered anew"], [78, "personal", "1", 5000, null, null],
    ].map(String).sort());
    const as = {token: who.token};
    assert.equal((await own.get("/settings/messages", as)).body.topics.find(({topic}) => topic === "offers").on, true);
  });
});
