// Services beside a loan (LO-4; 353-FZ, article 7): chosen by nobody but the customer, no part of the loan's cost, charged
// when the money is out and not before, refused within thirty days, and then owed no more or given back.

import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import {mkdtempSync, readFileSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, afterEach, before, describe, test} from "node:test";

import {BankCards} from "../support/bank_cards.mjs";
import {good} from "../support/deposits.mjs";
import {Loans, loansSettings} from "../support/loans.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {staff} from "../support/staff.mjs";
import {limits, problem, until} from "../support/wallet.mjs";

const [payday] = JSON.parse(readFileSync("profiles/loans.json", "utf8"));
payday.extras.push({code: "lawyer", title_ru: "Юрист на год", title_en: "A lawyer for a year", price: "1500.00"});
const catalogue = join(mkdtempSync(join(tmpdir(), "kabinet-loans-")), "loans.json");
writeFileSync(catalogue, JSON.stringify([payday]));

let both, server, loans, cards, people;
before(async () => {
  both = await startBoth({limits, loans: loansSettings({catalogue_file: catalogue})}, {slow: 200, late: 400});
  ({server} = both);
  [loans, cards] = [new Loans(server), new BankCards(both)];
  people = await staff(server, {finance: "finance"});
  await until(() => server.get("/loans/calculator"), ({body}) => body.products.length === 1);
});
after(() => both?.stop());

const books = () => good(people.finance.get("/staff/loans/books"));
afterEach(async () => {
  if (people !== undefined) assert.equal((await books()).whole, true);
});

const credit = async (who, id) => (await loans.get(who, `/loans/${id}`)).body;
const refuse = (who, id, code = "reminders") => loans.post(who, `/loans/${id}/extras/${code}/refuse`);
const reached = (who, id, ...states) => until(() => credit(who, id), ({state}) => states.includes(state), 60000);

async function signed(who, extras = {extra_0: true}) {
  const id = await loans.offered(who, {sum: "5000.00"});
  const {code} = await loans.drafted(who, id, {sum: "5000.00", term: 20, ...extras});
  return {application: id, loan: (await loans.sign(who, id, code)).body.loan};
}

// Its money is out, on a card of his.
async function lent(extras) {
  const who = await cards.named(), card = (await cards.bound(who)).id, {loan} = await signed(who, extras);
  assert.equal((await loans.post(who, `/loans/${loan}/card`, {card})).status, 200);
  await reached(who, loan, "runs");
  return {who, card, loan};
}

const pay = async ({who, card, loan}, wish, sum) => {
  const answer = await loans.post(who, `/loans/${loan}/repay`, {wish, sum, from: card});
  assert.ok(answer.status < 300, answer.text);
};

describe("LO-4: chosen apart", () => {
  test("LO-4: nothing is ticked, the full cost is the same; the contract names what was chosen, beneath its terms", async () => {
    const who = await server.customer(), id = await loans.offered(who, {sum: "5000.00"}), page = server.browser();
    await page.signIn(who);
    await page.go(`/loans/applications/${id}`);
    const boxes = page.html.match(/<input type="checkbox"[^>]*name="extra_[^>]*>/g);
    assert.equal(boxes.length, 2, page.html);
    assert.ok(boxes.every((box) => !box.includes("checked")), boxes.join());
    const text = async () => {
      const answer = await fetch(`${server.url}/loans/applications/${id}/contract`, {headers: {Authorization: `Bearer ${who.token}`}});
      return execFileSync("pdftotext", ["-layout", "-", "-"], {input: Buffer.from(await answer.arrayBuffer()), encoding: "utf8"});
    };
    await loans.drafted(who, id, {sum: "5000.00", term: 20});
    const without = await text();
    await loans.drafted(who, id, {sum: "5000.00", term: 20, extra_0: true});
    const chosen = await text();
    assert.doesNotMatch(without, /Звонок-напоминание/);
    assert.match(chosen, /Звонок-напоминание/);
    assert.doesNotMatch(chosen, /Юрист/);
    for (const paper of [without, chosen]) {
      assert.match(paper, /292,000 %/);
      assert.match(paper, /15\. Услуги за\s+нет\s+отдельную плату, без/);
    }
    assert.match(chosen, /отказаться\s+в\s+течение\s+30\s+дней/);
  });

  test("LO-4: services that the law's bound has no room for are not sold", async () => {
    const who = await server.customer(), id = await loans.offered(who, {sum: "5000.00"});
    const ask = (body) => loans.post(who, `/loans/applications/${id}/contract`, {term: 20, ...body});
    assert.equal(problem(await ask({sum: "1000.00", extra_1: true})), "extras-above-law");
    assert.equal((await ask({sum: "1000.00", extra_0: true})).status, 201);
    assert.equal((await ask({sum: "2000.00", extra_0: true, extra_1: true})).status, 201);
  });
});

describe("LO-4: charged and refused", () => {
  test("LO-4: charged when the money is out; refused, it is owed no more; pressed twice it counts once", {timeout: 180000}, async () => {
    const one = await lent({extra_0: true, extra_1: true}), before = await credit(one.who, one.loan);
    assert.deepEqual([before.debts.fees.amount, before.owed.amount], ["1599.00", "6599.00"]);
    assert.deepEqual(before.extras.map(({code, price, refused, refusable}) => [code, price.amount, refused, refusable]),
                     [["lawyer", "1500.00", false, true], ["reminders", "99.00", false, true]]);
    assert.deepEqual(before.history.map(({kind, sum}) => [kind, sum.amount]),
                     [["fee", "99.00"], ["fee", "1500.00"], ["issue", "5000.00"]]);
    const already = Number((await books()).services.amount);
    const tabs = await Promise.all([1, 2, 3].map(() => refuse(one.who, one.loan, "lawyer")));
    assert.deepEqual(tabs.map(({status}) => status), [200, 200, 200], tabs.map(({text}) => text).join());
    const now = await credit(one.who, one.loan);
    assert.deepEqual([now.debts.fees.amount, now.owed.amount], ["99.00", "5099.00"]);
    assert.equal(now.extras.find(({code}) => code === "lawyer").refused, true);
    assert.equal(now.history[0].kind, "fee_back");
    assert.equal(Number((await books()).services.amount), already - 1500);
    const why = (await loans.get(one.who, `/loans/${one.loan}/why`)).text;
    assert.match(why, /Услуга, от которой вы отказались/);
    await until(() => server.messages(one.who.phone), (texts) => texts.some((text) => /отказались от услуги/.test(text)));
    const page = server.browser();
    await page.signIn(one.who);
    await page.go(`/loans/${one.loan}`);
    await page.send(`/loans/${one.loan}/extras/reminders/refuse`);
    assert.equal(page.path, `/loans/${one.loan}`);
    assert.equal((await credit(one.who, one.loan)).owed.amount, "5000.00");
  });

  test("LO-4: refused before the money is out, it is never charged", {timeout: 180000}, async () => {
    const who = await cards.named(), card = (await cards.bound(who)).id, {loan} = await signed(who);
    assert.equal((await credit(who, loan)).owed.amount, "0.00");
    assert.equal((await refuse(who, loan)).status, 200);
    await loans.post(who, `/loans/${loan}/card`, {card});
    const runs = await reached(who, loan, "runs");
    assert.deepEqual([runs.owed.amount, runs.history.length], ["5000.00", 1]);
  });

  test("LO-4: what is paid already counts towards the next payment", {timeout: 180000}, async () => {
    const one = await lent({extra_0: true});
    await pay(one, "shorter", "500.00");
    const paid = await until(() => credit(one.who, one.loan), ({owed}) => owed.amount === "4599.00");
    assert.deepEqual([paid.debts.fees.amount, paid.debts.principal.amount], ["0.00", "4599.00"]);
    await refuse(one.who, one.loan);
    const now = await credit(one.who, one.loan);
    assert.deepEqual([now.advance.amount, now.owed.amount, now.debts.principal.amount], ["99.00", "4500.00", "4599.00"]);
    await pay(one, "all", "4500.00");
    await reached(one.who, one.loan, "closed");
  });

  test("LO-4: of a loan that is closed already its price goes back to his account", {timeout: 180000}, async () => {
    const one = await lent({extra_0: true}), already = Number((await books()).services.amount);
    await pay(one, "all", "5099.00");
    await reached(one.who, one.loan, "closed");
    assert.equal((await refuse(one.who, one.loan)).status, 200);
    await until(() => cards.balance(one.who), (balance) => balance === "99.00");
    assert.equal((await refuse(one.who, one.loan)).status, 200);
    assert.equal(await cards.balance(one.who), "99.00", "pressed again it is not given again");
    assert.equal(Number((await books()).services.amount), already - 99);
    assert.equal((await credit(one.who, one.loan)).left.amount, "0.00");
  });

  test("LO-4: after thirty days it is too late; of a loan that is void there is nothing; another's is not there", async () => {
    const [who, other] = [await server.customer(), await server.customer()], {loan} = await signed(who), over = await signed(other);
    assert.equal((await refuse(other, loan)).status, 404);
    assert.equal((await refuse(who, loan, "lawyer")).status, 404, "he did not choose it");
    assert.equal((await refuse(who, loan, "%2e%2e")).status, 404);
    await loans.post(other, `/loans/${over.loan}/cancel`);
    assert.equal(problem(await refuse(other, over.loan)), "not-in-this-state");
    const back = async (days) => {
      await server.end();
      server.sql(`UPDATE loan SET signed = signed - ${days} WHERE id = ${loan}`);
      await server.run();
    };
    await back(31);
    assert.equal(problem(await refuse(who, loan)), "too-late");
    assert.equal((await credit(who, loan)).extras[0].refusable, false);
    await back(-1);
    assert.equal((await refuse(who, loan)).status, 200, "the thirtieth day is one of them");
  });
});

test("LO-4: afterwards the ledger is proved", {timeout: 180000}, async () => {
  await server.end();
  const proof = server.command("verify");
  await server.run();
  assert.equal(proof.status, 0, proof.output + proof.errors);
});
