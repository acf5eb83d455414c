// support_phone.test.mjs: another number without the old one in hand (ID-12): asked for by a member of staff with passport
// and document, confirmed by another; and each way in which it must not happen.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {person, picture} from "../support/applicants.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {newPhone, problem} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";
import {Wallets, limits, until} from "../support/wallet.mjs";

let both, server, wallets, people;
before(async () => {
  both = await startBoth({limits, onboarding: {steps: "number, code, short, password, open"}});
  ({server} = both);
  wallets = new Wallets(both);
  people = await staff(server, {support: "support", support2: "support", checker: "identification", risk: "risk",
                                finance: "finance", boss: "support,identification,risk,admin"});
});
after(() => both?.stop());

// A customer whose passport is on record.
async function known() {
  const phone = newPhone(), password = "Qwerty7!", {draft} = await server.begin(phone);
  await server.post("/signup/code", {draft, code: await server.code(phone)});
  const short = await server.post("/application/short", {draft, ...person, birth: "1990-04-12", passport_date: "2011-05-20"});
  assert.equal(short.status, 200, short.text);
  const opened = await server.post("/application/password", {draft, password, token: true});
  const {body} = await server.post("/signin", {phone, password, token: true});
  assert.ok(opened.body.token, opened.text);
  return {phone, password, token: opened.body.token, customer: body.customer};
}

const sees = (member, who) => member.post(`/staff/customers/${who.customer}/reason`, {reason: "Обращение 123"});

// A form with a file, as the page of staff sends it.
async function upload(member, page, action, fields, bytes) {
  const browser = server.browser();
  browser.cookies.set("staff", member.cookie);
  await browser.go(page);
  const form = new FormData();
  for (const [name, value] of Object.entries({...browser.form(action), ...fields})) if (name !== "file") form.set(name, value);
  if (bytes) form.set("file", new Blob([bytes], {type: "image/png"}), "passport.png");
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  const answer = await fetch(server.url + action, {method: "POST", body: form, headers: {Accept: "application/json", Cookie: cookie}});
  const text = await answer.text();
  return {status: answer.status, body: JSON.parse(text), text};
}

async function ask(member, who, phone, more = {}, bytes = picture(200, 100)) {
  const path = `/staff/customers/${who.customer}/phone`;
  return upload(member, path, path, {phone, passport: "4510 123456", reason: "Потерял телефон", ...more}, bytes);
}

async function asked(member, who, phone) {
  await sees(member, who);
  const answer = await ask(member, who, phone);
  assert.equal(answer.status, 201, answer.text);
  return answer.body;
}

const confirm = (member, {approval}) => member.post(`/staff/approvals/${approval}/confirm`);
const decline = (member, {approval}) => member.post(`/staff/approvals/${approval}/decline`, {reason: "Не похож на фото"});
const signIn = (phone, password) => server.post("/signin", {phone, password, token: true});
// Messages come in any order.
const hears = (phone, words) => until(() => server.messages(phone), (texts) => texts.some((text) => words.test(text)));
const count = async (phone) => (await server.get(`/sandbox/phone?number=${encodeURIComponent(phone)}`)).body.messages.length;

async function takeTask(member, who) {
  const task = (await member.get("/staff/tasks?queue=recovery.phone")).body.tasks.find((one) => one.customer === who.customer);
  assert.ok(task, "the second member finds it in his queue");
  assert.equal((await member.post(`/staff/tasks/${task.id}/take`)).status, 200);
  return (await member.get(`/staff/tasks/${task.id}`)).body.page;
}

async function unchanged(who, phone) {
  assert.equal((await signIn(who.phone, who.password)).body.customer, who.customer, "he signs in by his own number");
  assert.equal(problem(await signIn(phone, who.password)), "sign-in-wrong");
}

async function behind(...commands) {
  await server.end();
  for (const command of commands) server.sql(command);
  await server.run();
}

test("ID-12, BO-2: passport compared, document attached, another member confirms; both numbers are told, money is limited", async () => {
  const who = await known(), phone = newPhone(), friend = await known();
  assert.equal(await wallets.topup(who, "5000.00"), "paid");
  await sees(people.support, who);
  const links = (await people.support.get(`/staff/customers/${who.customer}`)).body.sections.flatMap(({facts}) => facts);
  assert.ok(links.some(({href}) => href === `/staff/customers/${who.customer}/phone`), "the card leads there");
  const {id, approval} = await asked(people.support, who, phone);
  await hears(who.phone, /просят сменить номер/); // asked for, he is told at once
  await unchanged(who, phone);

  // Who confirms sees the documents, and the customer by his task.
  const path = `/staff/phone-changes/${id}`;
  assert.equal(problem(await people.checker.get(path)), "reason-needed");
  assert.equal(await takeTask(people.checker, who), path);
  const seen = (await people.checker.get(path)).body;
  assert.equal(seen.state, "waits");
  assert.equal(seen.asked_by, "support");
  assert.ok(!JSON.stringify(seen).includes("123456"), "the passport is shown to nobody");
  assert.equal(seen.documents.length, 1);
  const headers = {Cookie: `staff=${people.checker.cookie}`};
  const file = await fetch(`${server.url}${path}/files/${seen.documents[0].id}`, {headers});
  assert.equal(file.status, 200);
  assert.equal(file.headers.get("content-type"), "image/png");
  assert.match(file.headers.get("content-disposition"), /^attachment/);

  const done = await confirm(people.checker, {approval});
  assert.equal(done.status, 200, done.text);
  assert.equal((await server.get("/sessions", who)).status, 401, "every session has ended");
  assert.equal(problem(await signIn(who.phone, who.password)), "sign-in-wrong");
  const {token, customer} = (await signIn(phone, who.password)).body;
  assert.equal(customer, who.customer);
  for (const number of [who.phone, phone]) await hears(number, /номер кабинета изменён/);
  const profile = (await server.get("/settings/profile", {token})).body;
  assert.equal(profile.limited_to.amount, "3000.00");
  assert.ok(new Date(profile.limited_until) - Date.now() > 23.9 * 3600e3, "for a day");
  assert.equal(problem(await wallets.send({token}, friend.phone, "3000.01")), "cooling");
  assert.equal((await wallets.send({token}, friend.phone, "3000.00")).status, 201);

  assert.equal(problem(await confirm(people.risk, {approval})), "approval-over", "once");
  const {tasks} = (await people.checker.get("/staff/tasks?queue=recovery.phone")).body;
  assert.equal(tasks.some((one) => one.customer === who.customer), false, "nothing is left to do");
  const trail = (await people.boss.get(`/staff/audit?customer=${who.customer}`)).body.rows.map(({action}) => action);
  for (const action of ["approval.asked", "approval.confirmed", "recovery.phone.document.seen"])
    assert.ok(trail.includes(action), `${action}: ${trail}`);
});

test("ID-12: bound e-mail is told as well", async () => {
  const who = await known(), phone = newPhone(), address = `anna${Date.now()}@example.ru`;
  await server.post("/settings/email", {address}, who);
  async function letters(least) {
    const path = `/sandbox/phone?address=${encodeURIComponent(address)}`;
    const {messages} = await until(async () => (await server.get(path)).body, (body) => body.messages.length >= least);
    return messages.map(({text}) => text);
  }
  const code = /(\d{6})/.exec((await letters(1))[0])[1];
  assert.equal((await server.post("/settings/email/confirm", {code}, who)).status, 200);
  const {approval} = await asked(people.support, who, phone);
  assert.equal((await confirm(people.risk, {approval})).status, 200);
  const texts = await letters(3);
  assert.ok(texts.some((text) => /просят сменить номер/.test(text)), texts.join("\n"));
  assert.ok(texts.some((text) => /номер кабинета изменён/.test(text)), texts.join("\n"));
});

test("ID-12: another passport changes nothing, is counted over all members, and is on record", async () => {
  const who = await known(), phone = newPhone();
  await sees(people.support, who);
  await sees(people.support2, who);
  for (const [i, passport] of ["4510 123457", "4511 123456", "12", "4510 123450", "4510 123451"].entries()) {
    const answer = await ask(i % 2 ? people.support2 : people.support, who, phone, {passport});
    assert.equal(problem(answer), "passport-mismatch", passport);
    assert.ok(!answer.text.includes("123456"));
  }
  assert.equal((await ask(people.support, who, phone)).status, 429, "then even the right one must wait");
  assert.equal((await people.checker.get("/staff/approvals")).body.approvals.some((one) => one.customer === who.customer), false);
  assert.equal(await count(who.phone), 1, "nothing was asked for, so nothing is told");
  await unchanged(who, phone);
  const trail = (await people.boss.get(`/staff/audit?customer=${who.customer}`)).body.rows;
  assert.equal(trail.filter(({action}) => action === "recovery.phone.passport-wrong").length, 5);
});

test("ID-12: without a document, with his own number or another's, without a record, it is not even asked for", async () => {
  const who = await known(), other = await known(), phone = newPhone();
  await sees(people.support, who);
  assert.equal(problem(await ask(people.support, who, phone, {}, null)), "document-missing");
  for (const bytes of [Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>"), Buffer.from("MZ\x90"), picture().subarray(0, 60)])
    assert.equal((await ask(people.support, who, phone, {}, bytes)).status, 422);
  assert.equal(problem(await ask(people.support, who, who.phone)), "same-number");
  assert.equal(problem(await ask(people.support, who, other.phone)), "number-taken");
  assert.equal((await ask(people.support, who, "12")).status, 422);
  assert.equal((await ask(people.support, who, phone, {reason: ""})).status, 422);
  await behind(`DELETE FROM application WHERE customer = ${who.customer}`);
  assert.equal(problem(await ask(people.support, who, phone)), "no-passport-on-record");
  await unchanged(who, phone);
});

test("ID-12, BO-1: who may not see the customer asks for nothing; nor do other roles, nor customers", async () => {
  const who = await known(), phone = newPhone(), path = `/staff/customers/${who.customer}/phone`;
  assert.equal(problem(await people.support.get(path)), "reason-needed");
  assert.equal(problem(await people.finance.get(path)), "not-allowed");
  assert.equal(problem(await people.risk.get(path)), "not-allowed");
  assert.equal((await server.get(path, who)).status, 401);
  const {id, approval} = await asked(people.support, who, phone);
  const request = `/staff/phone-changes/${id}`;
  assert.equal(problem(await people.support2.get(request)), "reason-needed");
  const [{id: file}] = (await people.support.get(request)).body.documents;
  assert.equal(problem(await people.support2.get(`${request}/files/${file}`)), "reason-needed");
  assert.equal((await server.get(`${request}/files/${file}`, who)).status, 401);
  assert.equal((await people.support.get(`${request}/files/1234`)).status, 404);
  assert.equal((await people.support.get("/staff/phone-changes/1234")).status, 404);
  const other = await known(), theirs = await asked(people.support, other, newPhone());
  assert.equal((await people.support.get(`/staff/phone-changes/${theirs.id}/files/${file}`)).status, 404, "another request's");
  assert.equal(problem(await confirm(people.support2, {approval})), "not-allowed", "whose role may not");
  assert.equal(problem(await confirm(people.finance, {approval})), "not-allowed");
  await unchanged(who, phone);
});

test("ID-12, BO-2: nobody confirms his own; refused or taken back, the number stays and the customer hears of it", async () => {
  for (const [who, phone, end] of [[await known(), newPhone(), (one) => decline(people.checker, one)],
                                   [await known(), newPhone(), (one) => decline(people.boss, one)]]) {
    const one = await asked(people.boss, who, phone);
    assert.equal(problem(await confirm(people.boss, one)), "own-request");
    const ended = await end(one);
    assert.equal(ended.status, 200, ended.text);
    await hears(who.phone, /останется прежним/);
    assert.equal(problem(await confirm(people.checker, one)), "approval-over");
    assert.equal((await people.boss.get(`/staff/phone-changes/${one.id}`)).body.state, "dropped");
    await unchanged(who, phone);
    assert.equal((await ask(people.boss, who, phone)).status, 201, "it may be asked for anew");
  }
});

test("ID-12: one request at a time; many confirm at once, it is done once", async () => {
  const who = await known(), phone = newPhone();
  await sees(people.support, who);
  const answers = await Promise.all(Array.from({length: 4}, () => ask(people.support, who, phone)));
  assert.deepEqual(answers.map(({status}) => status).sort(), [201, 409, 409, 409], answers.map(({text}) => text).join("\n"));
  const one = answers.find(({status}) => status === 201).body;
  const results = await Promise.all([people.checker, people.risk, people.checker, people.risk].map((member) => confirm(member, one)));
  assert.deepEqual(results.map(({status}) => status).sort(), [200, 409, 409, 409]);
  await server.messages(who.phone, 2);
  assert.equal(await count(who.phone), 3, "its code, asked, changed");
});

test("ID-12: taken, closed, frozen or changed in between: refused, and nothing is half-done", async () => {
  const taken = newPhone();
  const [one, two, three, four] = [await known(), await known(), await known(), await known()];
  const asks = [await asked(people.support, one, taken), await asked(people.support, two, newPhone()),
                await asked(people.support, three, newPhone()), await asked(people.support, four, newPhone())];

  const {draft} = await server.begin(taken); // somebody signs up with the number
  await server.post("/signup/code", {draft, code: await server.code(taken)});
  await server.post("/application/short", {draft, ...person, birth: "1990-04-12", passport_date: "2011-05-20"});
  assert.ok((await server.post("/application/password", {draft, password: "Qwerty7!", token: true})).body.token);
  assert.equal(problem(await confirm(people.checker, asks[0])), "number-taken");
  await unchanged(one, newPhone());

  await sees(people.risk, two);
  assert.equal((await people.risk.post(`/staff/customers/${two.customer}/freeze`, {reason: "Подозрение на взлом"})).status, 200);
  assert.equal(problem(await confirm(people.checker, asks[1])), "frozen-meanwhile");

  await behind(`UPDATE customer SET closed = 1 WHERE id = ${three.customer}`);
  assert.equal(problem(await confirm(people.checker, asks[2])), "customer-closed");

  const own = newPhone(), had = await count(four.phone); // with both numbers in hand, meanwhile
  await server.post("/settings/phone", {phone: own}, four);
  await server.post("/settings/phone/code", {code: await server.code(four.phone, had)}, four);
  assert.equal((await server.post("/settings/phone/code", {code: await server.code(own)}, four)).body.next, "done");
  assert.equal(problem(await confirm(people.checker, asks[3])), "number-changed-meanwhile");
  assert.equal((await signIn(own, four.password)).body.customer, four.customer);

  for (const {id, approval} of asks) { // refused, each still waits for being declined
    assert.ok((await people.checker.get("/staff/approvals")).body.approvals.some((each) => each.id === approval));
    assert.equal((await decline(people.checker, {approval})).status, 200);
    assert.equal(server.rows(`SELECT state FROM phone_request WHERE id = ${id}`)[0][0], 3);
  }
});

test("ID-12, SU-4: whose phone was stolen and money frozen before it was asked, gets his number all the same", async () => {
  const who = await known(), phone = newPhone();
  await sees(people.risk, who);
  await people.risk.post(`/staff/customers/${who.customer}/freeze`, {reason: "Телефон украли"});
  const one = await asked(people.support, who, phone);
  assert.equal((await confirm(people.risk, one)).status, 200);
  const {token} = (await signIn(phone, who.password)).body;
  assert.equal((await server.get("/support", {token})).body.frozen, true, "frozen it stays");
});

test("ID-12: what the thief with the old phone had begun in the cabinet ends with it", async () => {
  const who = await known(), phone = newPhone(), theirs = newPhone();
  await server.post("/settings/phone", {phone: theirs}, who);
  const code = await server.code(who.phone, 1);
  const one = await asked(people.support, who, phone);
  assert.equal((await confirm(people.risk, one)).status, 200);
  const {token} = (await signIn(phone, who.password)).body;
  assert.equal(problem(await server.post("/settings/phone/code", {code}, {token})), "no-phone-change");
});

test("ID-12: documents go when their time is over, bytes and all, never while it waits; and with a cabinet that closes", async () => {
  const [old, waits, gone] = [await known(), await known(), await known()];
  const done = await asked(people.support, old, newPhone()), waiting = await asked(people.support, waits, newPhone());
  const closed = await asked(people.support, gone, newPhone());
  await takeTask(people.checker, old);
  assert.equal((await confirm(people.checker, done)).status, 200);
  const files = (id) => server.rows(`SELECT id FROM support_file WHERE case_id = ${id}`).length;
  const sweep = async () => {
    const runs = () => Number(server.rows("SELECT runs FROM job WHERE name = 'recovery.documents'")[0]?.[0] ?? 0);
    const had = runs();
    await behind("UPDATE job SET next_at = 1 WHERE name = 'recovery.documents'");
    await until(runs, (now) => now > had);
  };
  await sweep();
  assert.deepEqual([files(done.id), files(waiting.id)], [1, 1], "not yet");
  const month = 31 * 86400 * 1000000;
  await behind(`UPDATE phone_request SET made = made - ${month}`);
  await sweep();
  assert.deepEqual([files(done.id), files(waiting.id)], [0, 1]);
  assert.equal(server.rows(`SELECT id FROM phone_document WHERE request = ${done.id}`).length, 0);
  await sees(people.checker, old);
  const seen = (await people.checker.get(`/staff/phone-changes/${done.id}`)).body;
  assert.deepEqual([seen.state, seen.asked_by, seen.documents.length], ["done", "support", 0], "that there was one stays");

  assert.equal((await server.post("/settings/erase", {sure: true}, gone)).status, 200);
  await behind("UPDATE erasure SET due = 1, closes = 1", "UPDATE job SET next_at = 1 WHERE name = 'erasure.work'");
  await until(() => server.get("/sessions", gone), ({status}) => status === 401);
  assert.equal(files(closed.id), 0, "with the cabinet");
});
