// Who the customer is, before anything is changed for him (SU-3); freezing by staff and letting go again (SU-4).

import assert from "node:assert/strict";
import {after, before, describe, test} from "node:test";

import {bank, person} from "../support/applicants.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {newKey, problem} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";
import {limits} from "../support/wallet.mjs";

let both, server, manager, other, risk, risk2, boss;
before(async () => {
  const pages = {person: "surname, name, birth, birth_place, mail", passport: "passport, passport_date, passport_office, passport_by",
                 address: "postcode, city, street"};
  const steps = "number, code, person, passport, address, photos, consents, password, call, open";
  both = await startBoth({limits, onboarding: {steps, pages}});
  ({server} = both);
  ({manager, other, risk, risk2, boss} = await staff(server, {manager: "support", other: "support", risk: "risk", risk2: "risk",
                                                            boss: "admin"}));
});
after(() => both?.stop());

// A customer with a passport and a code word on record, who has written to the support; his case is the manager's.
async function known(take = true) {
  const made = await bank(server, {managers: {manager}});
  const {body} = await server.post("/signin", {phone: made.phone, password: made.secret, token: true});
  const who = {...made, token: body.token, customer: body.customer};
  const said = await server.post("/support", {text: "Помогите"}, {token: who.token, key: newKey()});
  who.case = said.body.case;
  if (take) assert.equal((await manager.post(`/staff/cases/${who.case}/take`)).status, 200);
  return who;
}
const ask = (member, who, asked, said) => member.post(`/staff/customers/${who.customer}/identify`, {asked, said});
const thaw = (member, who, reason = "Нашёл телефон") => member.post(`/staff/customers/${who.customer}/thaw`, {reason});
const freeze = (member, who) => member.post(`/staff/customers/${who.customer}/freeze`, {reason: "Звонит, украли телефон"});

describe("SU-3: staff identify the customer before any change", () => {
  test("what he says is compared and never shown; the case keeps what was asked, by whom, with what outcome", async () => {
    const who = await known();
    const first = await ask(manager, who, "passport", "4510 999999");
    assert.deepEqual([first.status, first.body.result, first.body.identified], [200, "wrong", false]);
    const right = await ask(manager, who, "passport", "45 10 123 456");
    assert.deepEqual([right.body.result, right.body.identified], ["right", false], "the code word is on record, too");
    const word = await ask(manager, who, "code_word", "рОМАШКА");
    assert.deepEqual([word.body.result, word.body.identified], ["right", true]);
    const page = await manager.get(`/staff/cases/${who.case}`);
    assert.deepEqual(page.body.checks.map(({asked, result, login}) => [asked, result, login]),
                     [["code_word", "right", "manager"], ["passport", "right", "manager"], ["passport", "wrong", "manager"]]);
    assert.equal(page.body.identified, true);
    for (const secret of ["123456", "123 456", "Ромашка", "РОМАШКА", "999999", person.surname])
      assert.ok(!page.text.includes(secret) && !right.text.includes(secret), secret);
    const {rows} = (await boss.get(`/staff/audit?customer=${who.customer}`)).body;
    assert.equal(rows.filter(({action}) => action === "customer.asked").length, 3);
  });

  test("only within a task of one's own, of a customer that one may see", async () => {
    const who = await known(false);
    assert.equal((await ask(manager, who, "passport", "4510 123456")).status, 404, "not seen");
    await other.post(`/staff/customers/${who.customer}/reason`, {reason: "Смотрю из любопытства"});
    assert.equal(problem(await ask(other, who, "passport", "4510 123456")), "task-needed");
    await manager.post(`/staff/cases/${who.case}/take`);
    assert.equal((await ask(manager, who, "passport", "4510 123456")).status, 200);
    assert.equal((await ask(manager, who, "birth", "1990")).status, 422);
    assert.equal((await ask(manager, who, "passport", "")).status, 422);
  });

  test("wrong answers are counted and stop: nothing more is compared, nor does a right one pass then", async () => {
    const who = await known();
    let last;
    for (let i = 0; i < 12 && last?.status !== 429; i++) last = await ask(manager, who, "code_word", `слово ${i}`);
    assert.deepEqual([last.status, problem(last)], [429, "too-many-tries"]);
    assert.equal((await ask(manager, who, "code_word", who.word)).status, 429);
    const {checks, identified} = (await manager.get(`/staff/cases/${who.case}`)).body;
    assert.deepEqual([checks[0].result, identified], ["locked", false]);
  });

  test("a document looked at counts only where nothing is on record", async () => {
    const who = await known();
    assert.equal((await ask(manager, who, "document", "Паспорт на снимке")).body.identified, false);
    await ask(manager, who, "code_word", "не то");
    assert.equal((await ask(manager, who, "document", "Паспорт на снимке")).body.identified, false);
  });
});

describe("SU-4: staff freeze in one step, and let go by two", () => {
  test("frozen at once and told; thawed only for who was identified, asked by one and confirmed by another of risk", async () => {
    const who = await known();
    const told = (await server.messages(who.phone)).length;
    assert.equal((await freeze(manager, who)).status, 200);
    assert.match((await server.messages(who.phone, told))[0], /заморозила/);
    const pay = await server.post("/transfers", {to: "+79160000001", sum: "1"}, {token: who.token, key: newKey()});
    assert.ok(["account-frozen", "not-signed-in"].includes(problem(pay)), pay.text);
    assert.equal(problem(await freeze(manager, who)), "already-so");

    assert.equal(problem(await thaw(manager, who)), "identify-first");
    await ask(manager, who, "passport", person.passport);
    await ask(manager, who, "code_word", who.word);
    assert.equal((await thaw(manager, who, "нет")).status, 422, "a reason in words");
    const asked = await thaw(manager, who);
    assert.equal(asked.status, 200, asked.text);
    const frozen = async () => server.rows(`SELECT frozen FROM customer WHERE id = ${who.customer}`)[0][0];
    assert.equal(Number(await frozen()), 1, "not by asking");
    const confirm = (member) => member.post(`/staff/approvals/${asked.body.approval}/confirm`);
    assert.equal((await confirm(manager)).status, 403, "not by who asked");
    assert.equal((await confirm(other)).status, 403, "not by another of the support");
    const before = (await server.messages(who.phone)).length;
    assert.equal((await confirm(risk)).status, 200);
    assert.equal(Number(await frozen()), 0);
    assert.match((await server.messages(who.phone, before))[0], /разморожены/);
    assert.equal((await confirm(risk2)).status, 409);
  });

  test("risk asking cannot confirm by himself", async () => {
    const who = await known();
    await freeze(manager, who);
    await ask(manager, who, "passport", person.passport);
    await ask(manager, who, "code_word", who.word);
    await risk.post(`/staff/customers/${who.customer}/reason`, {reason: "Разбираю кражу"});
    const asked = await thaw(risk, who);
    assert.equal((await risk.post(`/staff/approvals/${asked.body.approval}/confirm`)).status, 403);
    assert.equal((await risk2.post(`/staff/approvals/${asked.body.approval}/confirm`)).status, 200);
  });
});
