// A contract that waits for its code (LO-2) is good on its own day alone, for its dates are counted from it; offers and
// contracts that nobody signed go by themselves; by which device it was signed is kept as text, whatever a program says.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {Loans, loansSettings} from "../support/loans.mjs";
import {Server, newKey} from "../support/server.mjs";
import {problem, until} from "../support/wallet.mjs";

let server, loans;
before(async () => {
  server = await Server.start({loans: loansSettings()});
  loans = new Loans(server);
  await until(() => server.get("/loans/calculator"), ({body}) => body.products.length === 2);
});
after(() => server?.stop());

async function write(...statements) {
  await server.end();
  for (const statement of statements) server.sql(statement);
  await server.run();
}

const drafts = (id) => server.rows(`SELECT 1 FROM loan_draft WHERE application = ${id}`).length;
const page = async (who, id) => (await loans.get(who, `/loans/applications/${id}`)).body;

test("LO-2: a contract of yesterday is signed by nobody; another of today is", {timeout: 180000}, async () => {
  const who = await server.customer(), id = await loans.offered(who), {code} = await loans.drafted(who, id);
  assert.equal((await page(who, id)).waits_code, true);
  await write(`UPDATE loan_draft SET day = day - 1 WHERE application = ${id}`);
  assert.equal(problem(await loans.sign(who, id, code)), "draft-over");
  assert.equal((await page(who, id)).waits_code, false);
  assert.equal((await loans.get(who, `/loans/applications/${id}/sign`)).status, 404);
  assert.equal((await loans.post(who, `/loans/applications/${id}/again`)).status, 404, "no code for it any more");
  assert.equal(server.rows(`SELECT 1 FROM loan WHERE customer = ${who.customer}`).length, 0);
  const browser = server.browser();
  await browser.signIn(who);
  await browser.go(`/loans/applications/${id}`);
  assert.doesNotMatch(browser.html, /ждёт кода/);
  const again = await loans.drafted(who, id);
  assert.equal((await loans.sign(who, id, again.code)).body.state, "signed");
});

test("LO-2: a contract that waits for nothing any more is not kept", {timeout: 180000}, async () => {
  const who = await server.customer(), id = await loans.offered(who), {code} = await loans.drafted(who, id);
  const other = await server.customer(), lives = await loans.offered(other);
  await loans.drafted(other, lives);
  await write(`UPDATE loan_draft SET expires = 1 WHERE application = ${id}`, "UPDATE job SET next_at = 1 WHERE name = 'loans.drafts'");
  await until(() => drafts(id), (count) => count === 0);
  assert.equal(drafts(lives), 1);
  assert.equal(problem(await loans.sign(who, id, code)), "draft-over");
  assert.equal((await page(who, id)).state, "offered", "the offer itself stands");
});

test("LO-2: an offer's end takes its contract along, and is told once", {timeout: 180000}, async () => {
  const who = await server.customer(), id = await loans.offered(who);
  await loans.drafted(who, id);
  await write(`UPDATE loan_application SET expires = 1 WHERE id = ${id}`, "UPDATE job SET next_at = 1 WHERE name = 'loans.offers'");
  await until(() => server.rows(`SELECT state FROM loan_application WHERE id = ${id}`)[0], ([state]) => Number(state) === 5);
  assert.equal(drafts(id), 0);
  const told = () => server.messages(who.phone);
  const over = (texts) => texts.filter((text) => /Предложение займа истекло/.test(text)).length;
  await until(told, (texts) => over(texts) === 1);
  await write("UPDATE job SET next_at = 1 WHERE name = 'loans.offers'");
  const runs = () => Number(server.rows("SELECT runs FROM job WHERE name = 'loans.offers'")[0][0]), already = runs();
  await until(runs, (count) => count >= already);
  assert.equal(over(await told()), 1);
});

test("LO-2: a device's name of bytes that are no text, or of too many, signs all the same", {timeout: 180000}, async () => {
  for (const [agent, kept] of [["Odd \xff\xfe\xc3", ""], [Buffer.from("я".repeat(150)).toString("latin1"), "я".repeat(100)],
                               [`x${Buffer.from("я".repeat(150)).toString("latin1")}`, ""], ["Mozilla/5.0", "Mozilla/5.0"]]) {
    const who = await server.customer(), id = await loans.offered(who), {code} = await loans.drafted(who, id);
    const signed = await server.post(`/loans/applications/${id}/sign`, {code},
                                     {token: who.token, key: newKey(), headers: {"User-Agent": agent}});
    assert.equal(signed.status, 200, signed.text);
    const [[device]] = server.rows(`SELECT device FROM loan_contract WHERE application = ${id}`);
    assert.equal(device, kept);
    assert.equal((await server.get("/settings/export.json", {token: who.token})).status, 200);
  }
});
