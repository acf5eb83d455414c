// Who asks for a loan before it is known who he is (ID-5, LO-2): his application waits for that, and is decided by itself.
// The whole way of the profile `microloans`: the calculator, a code, data, consents each for itself, identification,
// the decision, the contract signed.

import assert from "node:assert/strict";
import {mkdtempSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, before, describe, test} from "node:test";

import {microloans} from "../support/applicants.mjs";
import {good} from "../support/deposits.mjs";
import {Loans, loansSettings} from "../support/loans.mjs";
import {Server, easy, newKey} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";
import {problem, until} from "../support/wallet.mjs";

// Nobody below the simplified level; the rest is known of who signs up by the profile.
const policy = join(mkdtempSync(join(tmpdir(), "kabinet-policy-")), "policy.txt");
writeFileSync(policy, `input level number
input age number

refuse level < 2 because not_identified
refuse age < 18 because too_young
refuse debt_load > 80 because debt_load
review debt_load > 50 because income_to_be_proved
score 300
limit 15000.00
`);

let passports = 700000;
const details = (more = {}) => ({
  surname: "Петрова", name: "Анна", birth: "1990-04-12", passport: `45 10 ${passports++}`, passport_date: "2011-05-20",
  passport_office: "770-001", snils: "112-233-445 95", ...more});

test("ID-5: signing up by the profile is applying: consents kept, identified, decided by itself, signed", {timeout: 360000}, async () => {
  const own = await Server.ofProfile("microloans", {
    ...easy, loans: {...loansSettings({level: "simplified"}), policy_file: policy, calendar_file: ""}});
  try {
    await until(() => own.get("/loans/calculator"), ({body}) => body.products.length === 2);
    const {phone, browser} = await microloans(own, {consent_marketing: "on"});
    const [[customer]] = own.rows("SELECT CAST(id AS TEXT) FROM customer");
    const kept = own.rows(`SELECT purpose, version, how, given, words FROM consent WHERE holder = ${customer} ORDER BY purpose`);
    assert.deepEqual(kept.map(([purpose, version]) => [purpose, version]),
                     [["loans.bureau", "1"], ["marketing", "1"], ["personal", "1"], ["rules", "1"]]);
    assert.ok(kept.every(([, , how, given, words]) => how.includes("127.0.0.1") && Number(given) > 0 && words.length > 50));

    await browser.go("/");
    const [, id] = /href="\/loans\/applications\/(\d+)"/.exec(browser.html);
    await browser.go(`/loans/applications/${id}`);
    assert.match(browser.html, /Подтвердите личность/);
    assert.match(browser.html, /10.000/);
    await browser.go("/loans");
    assert.ok(browser.html.includes(`/loans/applications/${id}`), "seen among his loans, too");
    await browser.go(`/loans/applications/${id}`);
    assert.match(browser.html, /href="\/settings\/level"/);
    assert.equal(own.rows("SELECT COUNT(*) FROM queue_task WHERE queue = 'loans.review'")[0][0], 0, "nobody need look yet");

    await browser.go("/settings/level/passport");
    await browser.send("/settings/level/passport", details());
    assert.ok(browser.status < 400, browser.html);
    await browser.go(`/loans/applications/${id}`);
    assert.match(browser.html, /Одобрено до 15.000/);
    const texts = await until(() => own.messages(phone), (all) => all.some((text) => /одобрена/.test(text)));
    await browser.send(`/loans/applications/${id}/contract`);
    assert.equal(browser.path, `/loans/applications/${id}/sign`, browser.html);
    await browser.send(`/loans/applications/${id}/sign`, {code: await own.code(phone, texts.length)});
    assert.match(browser.html, /Договор подписан/);
    const [[state, sum, term]] = own.rows("SELECT state, sum, term FROM loan");
    assert.deepEqual([state, sum, term].map(Number), [1, 1000000, 20]);
  } finally {
    await own.stop();
  }
});

test("ID-5: nobody signs up for a loan without the consent to ask the credit bureaus; with no income told staff look",
     {timeout: 360000}, async () => {
  const own = await Server.ofProfile("microloans", {
    ...easy, loans: {...loansSettings({level: "simplified"}), policy_file: policy, calendar_file: ""}});
  try {
    await until(() => own.get("/loans/calculator"), ({body}) => body.products.length === 2);
    await assert.rejects(microloans(own, {consent_bureau: undefined}));
    const {browser} = await microloans(own, {}, {income: "", payments: ""});
    const [[customer]] = own.rows("SELECT CAST(id AS TEXT) FROM customer");
    await browser.go("/settings/level/passport");
    await browser.send("/settings/level/passport", details());
    const [[id, state]] = own.rows(`SELECT CAST(id AS TEXT), state FROM loan_application WHERE customer = ${customer}`);
    assert.equal(Number(state), 1);
    await browser.go(`/loans/applications/${id}`);
    assert.match(browser.html, /Проверяем заявку/);
  } finally {
    await own.stop();
  }
});

describe("LO-2: below the level from which contracts are signed", () => {
  let server, loans, people;
  before(async () => {
    server = await Server.start({loans: {...loansSettings({level: "simplified"}), policy_file: policy}});
    loans = new Loans(server);
    people = await staff(server, {risk: "risk"});
    await until(() => server.get("/loans/calculator"), ({body}) => body.products.length === 2);
  });
  after(() => server?.stop());

  const told = async (who, id) => (await loans.get(who, `/loans/applications/${id}`)).body;
  const raise = async (who, more) => {
    const answer = await server.post("/settings/level/passport", details(more), {token: who.token});
    assert.equal(answer.status, 200, answer.text);
  };
  const tasks = () => server.rows("SELECT CAST(subject AS TEXT) FROM queue_task WHERE queue = 'loans.review' AND done = 0")
    .map(([subject]) => subject);
  const asked = async (body) => {
    const who = await server.customer(), answer = await loans.apply(who, body);
    assert.deepEqual([answer.status, answer.body.state], [201, "identify"], answer.text);
    return {who, id: answer.body.id};
  };

  test("LO-2: it waits, one at a time, signs nothing, may be withdrawn; nobody of the staff is asked", async () => {
    const {who, id} = await asked(), other = await server.customer();
    const page = await told(who, id);
    assert.deepEqual([page.state, page.identify, page.over], ["identify", "/settings/level", false]);
    assert.ok(Date.parse(page.expires) > Date.now());
    assert.equal(problem(await loans.apply(who)), "under-way");
    assert.equal(problem(await loans.post(who, `/loans/applications/${id}/contract`, {sum: "10000.00", term: 20})), "not-in-this-state");
    assert.equal((await loans.get(other, `/loans/applications/${id}`)).status, 404);
    assert.deepEqual(tasks(), []);
    assert.equal((await loans.post(who, `/loans/applications/${id}/withdraw`)).body.state, "withdrawn");
    await raise(who);
    assert.equal((await told(who, id)).state, "withdrawn", "what was withdrawn is not decided");
    assert.equal((await loans.apply(who)).body.state, "offered");
  });

  test("LO-2: known who he is, it is decided at once by what he said then: granted, refused, left to staff", async () => {
    for (const [body, state, words, birth] of [
      [{}, "offered", /одобрена/], [{income: "10000.00", payments: "9000.00"}, "refused", /не можем|отказ|решени/],
      [{income: "20000.00", payments: "0.00"}, "review", null], [{}, "refused", /не можем|отказ|решени/, "2011-01-01"],
    ]) {
      const {who, id} = await asked(body), before = (await server.messages(who.phone)).length;
      if (birth === undefined) await raise(who);
      else await raise(who, {birth, passport_date: "2025-02-01"});
      const page = await told(who, id);
      assert.equal(page.state, state, JSON.stringify(page));
      assert.equal(tasks().includes(id), state === "review");
      if (words !== null)
        await until(() => server.messages(who.phone), (texts) => texts.slice(before).some((text) => words.test(text)));
      if (state === "offered") {
        const {code} = await loans.drafted(who, id);
        assert.equal((await loans.sign(who, id, code)).body.state, "signed");
      }
    }
  });

  test("LO-2: staff look at what waits, and read its state; they decide nothing before", async () => {
    const {who, id} = await asked();
    await people.risk.post(`/staff/customers/${who.customer}/reason`, {reason: "Проверка по обращению"}, {key: newKey()});
    const seen = await good(people.risk.get(`/staff/loan-applications/${id}`));
    assert.deepEqual([seen.state, seen.may_decide], ["identify", false]);
    const early = await people.risk.post(`/staff/loan-applications/${id}`, {verdict: "grant", most: "10000.00"}, {key: newKey()});
    assert.equal(problem(early), "not-in-this-state");
  });

  test("LO-2: nobody was identified in time: it ends, he is told and may ask again", {timeout: 180000}, async () => {
    const {who, id} = await asked();
    await server.end();
    server.sql(`UPDATE loan_application SET expires = 1 WHERE id = ${id}`);
    server.sql("UPDATE job SET next_at = 1 WHERE name = 'loans.offers'");
    await server.run();
    await until(() => told(who, id), ({state}) => state === "expired", 60000);
    await until(() => server.messages(who.phone), (texts) => texts.some((text) => /не подтверждена вовремя/.test(text)));
    await raise(who);
    assert.equal((await told(who, id)).state, "expired");
    assert.equal((await loans.apply(who)).body.state, "offered");
  });
});
