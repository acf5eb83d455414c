// A borrower's own data (ID-17): a loan that runs keeps his cabinet open; all that is kept of his loans is told to him and
// nothing of others; a contract has it kept for the law's years after the end, and then it is destroyed.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {BankCards} from "../support/bank_cards.mjs";
import {Loans, loansSettings} from "../support/loans.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {limits, problem, until} from "../support/wallet.mjs";

let both, server, loans, cards;
before(async () => {
  both = await startBoth({limits, erasure: {delay: "0s", kept: "1h"}, loans: loansSettings()}, {slow: 200, late: 400});
  ({server} = both);
  [loans, cards] = [new Loans(server), new BankCards(both)];
  await until(() => server.get("/loans/calculator"), ({body}) => body.products.length === 2);
});
after(() => both?.stop());

const tables = ["loan_application", "loan_contract", "loan_draft", "loan_extra", "loan_event", "loan_order", "loan_running",
                "loan_autopay", "loan_back", "debtor_contact", "debtor_wish", "loan"];
const count = (table, who) => Number(server.rows(`SELECT COUNT(*) FROM ${table} WHERE customer = ${who.customer}`)[0][0]);
const erasePage = async (who) => (await server.get("/settings/erase", {token: who.token})).body;
const ask = (who) => server.post("/settings/erase", {sure: true}, {token: who.token});
const told = async (who) => (await server.get("/settings/export.json", {token: who.token})).body.loans;

// The job looks every ten seconds: from a start on at once.
async function workNow() {
  await server.end();
  server.sql("UPDATE job SET next_at = 1 WHERE name = 'erasure.work'");
  await server.run();
}

// The law's time is over for his data.
const later = (who) => server.passed(`UPDATE erasure SET destroys = 1, due = 1 WHERE customer = ${who.customer}`,
                                     "UPDATE job SET next_at = 1 WHERE name = 'erasure.work'");

async function signed(who, body = {sum: "5000.00", term: 20, extra_0: true}) {
  const id = await loans.offered(who, {sum: "5000.00"}), {code} = await loans.drafted(who, id, body);
  return {application: id, loan: (await loans.sign(who, id, code)).body.loan};
}
const reached = (who, id, ...states) =>
  until(async () => (await loans.get(who, `/loans/${id}`)).body, ({state}) => states.includes(state), 60000);

const destroyed = (who) =>
  until(() => server.rows(`SELECT state FROM erasure WHERE customer = ${who.customer}`)[0], ([state]) => Number(state) === 4, 120000);

async function gone(who) {
  await destroyed(who);
  for (const table of tables) assert.equal(count(table, who), 0, table);
  const parts = server.rows(`SELECT what, count FROM erasure_part WHERE customer = ${who.customer}`).map(([what]) => what);
  for (const table of ["loan_application", "loan_contract", "loan_extra", "loan"]) assert.ok(parts.includes(table), parts.join());
}

test("ID-17: a loan that runs is in the way; what is kept is told; repaid, the cabinet closes and it goes", {timeout: 720000}, async () => {
  const who = await cards.named(), other = await server.customer(), card = (await cards.bound(who)).id;
  await signed(other);
  const {application, loan} = await signed(who);
  assert.match(JSON.stringify((await erasePage(who)).obstacles), /До зарплаты/, "it waits to be paid out");
  await loans.post(who, `/loans/${loan}/card`, {card});
  await reached(who, loan, "runs");
  assert.equal(problem(await ask(who)), "erasure-in-the-way");

  const mine = await told(who), kinds = mine.map(({kind}) => kind);
  assert.deepEqual([...new Set(kinds)].sort(), ["loan", "loan_application", "loan_contract"]);
  const [asked] = mine.filter(({kind}) => kind === "loan_application"), [credit] = mine.filter(({kind}) => kind === "loan");
  const [contract] = mine.filter(({kind}) => kind === "loan_contract");
  assert.deepEqual([asked.id, asked.state, asked.sum.amount, asked.term, asked.income.amount],
                   [application, "signed", "5000.00", 20, "60000.00"]);
  assert.deepEqual([credit.id, credit.state, credit.events.map(({kind}) => kind), credit.extras.map(({code}) => code)],
                   [loan, "runs", ["issue", "fee"], ["reminders"]]);
  assert.deepEqual([contract.loan, contract.phone, contract.terms.length], [loan, who.phone, 17]);
  assert.match(contract.digest, /^[0-9a-f]{64}$/);
  assert.ok(!JSON.stringify(mine).includes(other.phone));

  await loans.post(who, `/loans/${loan}/repay`, {wish: "all", sum: "5099.00", from: card});
  await reached(who, loan, "closed");
  const seen = await until(() => erasePage(who), ({possible}) => possible);
  assert.equal(Date.parse(seen.destroys) - Date.parse(seen.closes), 3600000);
  assert.equal((await ask(who)).status, 200);
  await workNow();
  await until(() => server.get("/sessions", {token: who.token}), ({status}) => status === 401);
  assert.equal(count("loan_contract", who), 1, "kept for the law's time");
  await later(who);
  await gone(who);
  assert.equal(count("loan", other), 1, "nobody else's");
  await server.end();
  const proof = server.command("verify");
  await server.run();
  assert.equal(proof.status, 0, proof.output + proof.errors);
});

test("ID-17: whoever signed a contract has his data kept, identified or not; who only asked has not", {timeout: 720000}, async () => {
  const [who, only] = [await server.customer(), await server.customer()], {loan} = await signed(who);
  await loans.offered(only);
  assert.equal((await loans.post(who, `/loans/${loan}/cancel`)).body.state, "void");
  const [kept, at_once] = [await erasePage(who), await erasePage(only)];
  assert.deepEqual([kept.identified, kept.possible, at_once.identified, at_once.possible], [true, true, false, true]);
  assert.equal((await ask(only)).status, 200);
  assert.equal((await ask(who)).status, 200);
  await workNow();
  await destroyed(only);
  assert.equal(count("loan_application", only), 0);
  assert.equal(count("loan_contract", who), 1);
  await later(who);
  await gone(who);
});
