// From a signed contract to money on the customer's own card (LO-3): after the law's time and not before; a bank that
// refuses, is late or silent, a server that is killed, somebody who thinks better of it. The books are right in each.

import assert from "node:assert/strict";
import {mkdtempSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, afterEach, before, describe, test} from "node:test";

import {BankCards} from "../support/bank_cards.mjs";
import {good} from "../support/deposits.mjs";
import {Loans, loansSettings} from "../support/loans.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {staff} from "../support/staff.mjs";
import {limits, problem, until} from "../support/wallet.mjs";

// Above 12 000 the money waits four hours.
const law = join(mkdtempSync(join(tmpdir(), "kabinet-law-")), "law.txt");
writeFileSync(law, "2026-01-01 cooling-from 1200000 test\n");

let both, server, sandbox, loans, cards, people;
before(async () => {
  both = await startBoth({limits, loans: loansSettings({law_file: law, payout_life: "5d"})}, {slow: 300, late: 600});
  ({server, sandbox} = both);
  loans = new Loans(server);
  cards = new BankCards(both);
  people = await staff(server, {finance: "finance", risk: "risk", other: "risk"});
  await until(() => server.get("/loans/calculator"), ({body}) => body.products.length === 2);
});
after(() => both?.stop());

// Whatever happened, each loan and the books are as one.
afterEach(async () => {
  if (people === undefined) return;
  const {whole, products} = await good(people.finance.get("/staff/loans/books"));
  assert.equal(whole, true, JSON.stringify(products));
});

const credit = async (who, id) => (await loans.get(who, `/loans/${id}`)).body;
const choose = (who, id, card) => loans.post(who, `/loans/${id}/card`, {card});
const cancel = (who, id) => loans.post(who, `/loans/${id}/cancel`);
const reached = (who, id, ...states) => until(() => credit(who, id), ({state}) => states.includes(state), 60000);
const asksAnother = (who, id) =>
  until(() => credit(who, id), ({state, card_chosen: chosen}) => state === "waits" && !chosen, 60000);
const told = (who, words) => until(() => server.messages(who.phone), (texts) => texts.some((text) => words.test(text)));
const moves = async () => (await (await fetch(`${sandbox.url}/acquirer/books?limit=1000`)).json()).moves;
const sent = async (sum) =>
  (await moves()).filter((move) => move.kind === "payout" && move.sum === sum && move.state === "paid");

// Sums differ, so that the bank's books say whose a payout was.
let made = 0, waiting = 0;
const atOnce = () => `${1000 + 500 * made++}.00`, later = () => `${12500 + 500 * waiting++}.00`;

async function signed(who, sum = atOnce()) {
  const id = await loans.offered(who, {sum}), {code} = await loans.drafted(who, id, {sum, term: 20});
  const answer = await loans.sign(who, id, code);
  assert.equal(answer.status, 200, answer.text);
  return {loan: answer.body.loan, application: id, sum};
}

async function write(...statements) {
  await server.end();
  for (const statement of statements) server.sql(statement);
  await server.run();
}

// Money that was stopped for a theft is let go: by whose it is, with his password and a code; by two of staff.
const thaws = {
  "his password and a code": async (who) => {
    const codes = async () => (await server.messages(who.phone)).flatMap((text) => /#(\d{6})$/.exec(text)?.[1] ?? []);
    const had = (await codes()).length;
    await good(loans.post(who, "/settings/thaw/code"));
    const [code] = await until(codes, (found) => found.length > had);
    await good(loans.post(who, "/settings/thaw", {password: who.password, code}));
  },
  "two of staff": async (who, passport) => {
    const {risk, other} = people, path = `/staff/customers/${who.customer}`, reason = "Телефон нашёлся";
    await good(risk.post(`${path}/reason`, {reason}));
    const {task} = await good(risk.post(`${path}/task`, {queue: "suspicious", summary: "Разморозить"}));
    await good(risk.post(`/staff/tasks/${task}/take`));
    for (const [asked, said] of [["passport", passport], ["code_word", "никакого"]])
      await good(risk.post(`${path}/identify`, {asked, said}));
    const {approval} = await good(risk.post(`${path}/thaw`, {reason}));
    await good(other.post(`/staff/approvals/${approval}/confirm`));
  },
};

describe("LO-3: the money goes out", () => {
  test("LO-3: to his own card, at once where the law has no time of waiting; told, owed, paid once", {timeout: 270000}, async () => {
    const who = await cards.named(), card = await cards.bound(who), {loan, application, sum} = await signed(who);
    const before = await credit(who, loan);
    assert.deepEqual([before.state, before.card_chosen, before.cards.map(({id}) => id)], ["waits", false, [card.id]]);
    const chosen = await choose(who, loan, card.id);
    assert.equal(chosen.status, 200, chosen.text);
    const runs = await reached(who, loan, "runs");
    assert.deepEqual([runs.owed.amount, runs.debts.principal.amount, runs.schedule.length, runs.history[0].kind], [sum, sum, 1, "issue"]);
    await told(who, /отправлен/);
    assert.equal((await sent(sum)).length, 1);
    assert.equal((await loans.get(who, `/loans/applications/${application}`)).body.waits, false);
    assert.equal((await choose(who, loan, card.id)).status, 409, "it is out");
    const [row] = server.rows(`SELECT kind, sum FROM loan_event WHERE loan = ${loan}`);
    assert.deepEqual(row.map(Number), [1, Number(sum) * 100]);
  });

  test("LO-3: the law's time is waited out, meanwhile he may think better of it", {timeout: 270000}, async () => {
    const who = await cards.named(), card = await cards.bound(who), sum = later(), {loan} = await signed(who, sum);
    await choose(who, loan, card.id);
    const waits = await credit(who, loan);
    const hours = (Date.parse(waits.ready) - Date.now()) / 3600000;
    assert.ok(waits.state === "waits" && hours > 3.9 && hours <= 4, `${waits.state}, ${hours}`);
    await write("UPDATE job SET next_at = 1 WHERE name = 'loans.payouts'");
    const runs = () => Number(server.rows("SELECT runs FROM job WHERE name = 'loans.payouts'")[0][0]), already = runs();
    await until(runs, (count) => count > already + 1);
    assert.equal((await credit(who, loan)).state, "waits", "the job came by, the time is not over");
    assert.equal((await sent(sum)).length, 0);
    await write(`UPDATE loan SET ready_at = 1 + ready_at - ${4n * 3600000000n} WHERE id = ${loan}`);
    const owes = await reached(who, loan, "runs");
    assert.equal(owes.owed.amount, sum, "no interest for the time of waiting");

    const other = await cards.named(), second = await signed(other, later());
    const off = await cancel(other, second.loan);
    assert.deepEqual([off.status, off.body.state], [200, "void"], off.text);
    assert.equal((await cancel(other, second.loan)).body.state, "void", "pressed twice");
    assert.equal((await choose(other, second.loan, "1")).status, 409);
    assert.equal((await credit(other, second.loan)).owed.amount, "0.00");
    assert.equal((await loans.apply(other, {sum: "1000.00"})).body.state, "offered", "he may ask again");
  });

  for (const [digits, what] of [["6611", "does it and never answers"], ["6615", "answers twice in one body"],
                                ["6620", "answers by a page"], ["6690", "says it later"], ["6634", "says no first and then yes"]])
    test(`LO-3: a bank that ${what}: out once`, {timeout: 270000}, async () => {
      const who = await cards.named(), card = await cards.bound(who, digits), {loan, sum} = await signed(who);
      await choose(who, loan, card.id);
      await reached(who, loan, "runs");
      assert.equal((await sent(sum)).length, 1);
      assert.equal(server.rows(`SELECT 1 FROM loan_event WHERE loan = ${loan} AND kind = 1`).length, 1);
    });

  for (const [digits, what] of [["6607", "refuses"], ["6697", "refuses later"]])
    test(`LO-3: a bank that ${what}: he is told, owes nothing, chooses another card and has the money`, {timeout: 360000}, async () => {
      const who = await cards.named(), [bad, well] = [await cards.bound(who, digits), await cards.bound(who)];
      const {loan, sum} = await signed(who);
      await choose(who, loan, bad.id);
      const again = await asksAnother(who, loan);
      assert.equal(again.owed.amount, "0.00");
      await told(who, /[Вв]ыберите другую/);
      assert.equal((await sent(sum)).length, 0);
      assert.ok((await loans.post(who, `/loans/${loan}/repay`, {wish: "all"})).status >= 400, "there is nothing to repay");
      await choose(who, loan, well.id);
      await reached(who, loan, "runs");
      assert.equal((await sent(sum)).length, 1);
    });

  test("LO-3: killed while the bank keeps silent: asked on after the start, out once", {timeout: 360000}, async () => {
    const who = await cards.named(), card = await cards.bound(who, "6690"), {loan, sum} = await signed(who);
    await choose(who, loan, card.id);
    await until(() => server.rows(`SELECT state FROM loan WHERE id = ${loan}`)[0], ([state]) => Number(state) >= 2);
    await server.end("SIGKILL");
    await server.run();
    await reached(who, loan, "runs");
    assert.equal((await sent(sum)).length, 1);
    assert.equal(server.rows(`SELECT 1 FROM card_payout WHERE subject = ${loan}`).length, 1);
  });

  test("LO-3: killed while the bank is gone: what was ordered waits, is sent when the bank is back, once", {timeout: 450000}, async () => {
    const who = await cards.named(), card = await cards.bound(who), {loan, sum} = await signed(who);
    await sandbox.end();
    await choose(who, loan, card.id);
    await reached(who, loan, "sending");
    const late = await cancel(who, loan);
    assert.deepEqual([late.status, problem(late)], [409, "loan-sent"]);
    assert.equal(problem(await choose(who, loan, card.id)), "loan-sent");
    await server.end("SIGKILL");
    await server.run();
    assert.equal((await credit(who, loan)).state, "sending");
    await sandbox.run();
    await reached(who, loan, "runs");
    assert.equal((await sent(sum)).length, 1);
  });
});

describe("LO-3, SU-4: it goes out after a theft", () => {
  for (const [how, thaw] of Object.entries(thaws))
    test(`LO-3, SU-4: who has his cabinet back by ${how} chooses the card and has the money, once`, {timeout: 120000}, async () => {
      const passport = `45 11 70000${waiting}`, who = await cards.named({passport}), card = await cards.bound(who);
      const {loan, sum} = await signed(who, later());
      await choose(who, loan, card.id);
      await good(loans.post(who, "/support/theft"));
      await write(`UPDATE loan SET ready_at = 1 + ready_at - ${4n * 3600000000n} WHERE id = ${loan}`);
      await asksAnother(who, loan);
      assert.equal(problem(await choose(who, loan, card.id)), "account-frozen");
      await thaw(who, passport);
      const waits = await credit(who, loan);
      assert.deepEqual([waits.state, waits.card_chosen, waits.cards.map(({id}) => id)], ["waits", false, [card.id]],
                       "he chooses; what a thief chose is not sent");
      assert.equal((await sent(sum)).length, 0);
      const chosen = await Promise.all([choose(who, loan, card.id), choose(who, loan, card.id)]);
      assert.ok(chosen.some(({status}) => status === 200), chosen.map(({text}) => text).join());
      const runs = await reached(who, loan, "runs");
      assert.deepEqual([runs.owed.amount, runs.history.map(({kind}) => kind)], [sum, ["issue"]]);
      assert.equal(problem(await choose(who, loan, card.id)), "loan-sent");
      await write("UPDATE job SET next_at = 1 WHERE name = 'loans.payouts'");
      assert.equal((await credit(who, loan)).owed.amount, sum);
      assert.equal((await sent(sum)).length, 1);
      assert.equal(server.rows(`SELECT 1 FROM card_payout WHERE subject = ${loan}`).length, 1);
    });
});

describe("LO-3: it does not go out", () => {
  test("LO-3: to another's name, to another customer's card, to none at all; another's loan is not there", {timeout: 270000}, async () => {
    const who = await cards.named(), other = await cards.named();
    const foreign = await cards.bound(who, "0000", {holder: "IVAN IVANOV"}), others = await cards.bound(other);
    const {loan} = await signed(who);
    assert.deepEqual((await credit(who, loan)).cards, [], "a card of another's name is not offered");
    for (const card of [foreign.id, others.id, "1"]) {
      const answer = await choose(who, loan, card);
      assert.deepEqual([answer.status, problem(answer)], [422, "no-card"], card);
    }
    assert.equal((await loans.get(other, `/loans/${loan}`)).status, 404);
    assert.equal((await choose(other, loan, others.id)).status, 404);
    assert.equal((await cancel(other, loan)).status, 404);
    assert.equal((await credit(who, loan)).state, "waits");
  });

  test("LO-3: a card that is removed before the time is over: he chooses another", {timeout: 270000}, async () => {
    const who = await cards.named(), [gone, stays] = [await cards.bound(who), await cards.bound(who, "4444")];
    const {loan, sum} = await signed(who, later());
    await choose(who, loan, gone.id);
    assert.equal((await cards.post(who, `/bank-cards/${gone.id}/remove`)).status, 200);
    await write(`UPDATE loan SET ready_at = 1 + ready_at - ${4n * 3600000000n} WHERE id = ${loan}`);
    await asksAnother(who, loan);
    await told(who, /[Вв]ыберите другую/);
    await choose(who, loan, stays.id);
    await reached(who, loan, "runs");
    assert.equal((await sent(sum)).length, 1);
  });

  test("LO-3: no card in time: there is no loan, and he is told", {timeout: 180000}, async () => {
    const who = await server.customer(), {loan} = await signed(who);
    await write(`UPDATE loan SET ready_at = ready_at - ${6n * 86400000000n} WHERE id = ${loan}`);
    const ended = await reached(who, loan, "void");
    assert.equal(ended.owed.amount, "0.00");
    await told(who, /не получены вовремя/);
    const [[closed]] = server.rows(`SELECT CAST(account AS TEXT) FROM loan WHERE id = ${loan}`);
    assert.equal(server.rows(`SELECT balance FROM account WHERE id = ${closed}`)[0][0], 0);
    assert.equal((await loans.apply(who, {sum: "1000.00"})).body.state, "offered");
  });

  test("LO-3: whose money is stopped gets none out, whoever chose the card; he may still call it off", {timeout: 270000}, async () => {
    const who = await cards.named(), card = await cards.bound(who), {loan, sum} = await signed(who, later());
    await choose(who, loan, card.id);
    assert.equal((await loans.post(who, "/support/theft")).status, 200);
    await write(`UPDATE loan SET ready_at = 1 + ready_at - ${4n * 3600000000n} WHERE id = ${loan}`);
    await asksAnother(who, loan);
    assert.equal((await sent(sum)).length, 0);
    assert.equal(problem(await choose(who, loan, card.id)), "account-frozen");
    assert.equal((await cancel(who, loan)).body.state, "void", "to call it off is always his");
  });
});

test("LO-3: afterwards everything agrees: the ledger is proved, the bank has paid what is out", {timeout: 180000}, async () => {
  const {principal} = await good(people.finance.get("/staff/loans/books"));
  const paid = (await moves()).filter(({kind, state}) => kind === "payout" && state === "paid");
  assert.equal(paid.reduce((all, {sum}) => all + Number(sum), 0).toFixed(2), principal.amount);
  await server.end();
  const proof = server.command("verify");
  await server.run();
  assert.equal(proof.status, 0, proof.output + proof.errors);
});
