// Card to card (BK-2): the fee depends on the bank whose card is paid, and is shown before; a ceiling for each; also paid
// by another bank's card: pulled from it, pushed to the other, in whatever way either of them fails.

import assert from "node:assert/strict";
import {after, before, describe, test} from "node:test";

import {providerCount} from "../support/catalogue.mjs";
import {Payouts, cardOf} from "../support/payouts.mjs";
import {cards, startBoth} from "../support/sandbox.mjs";
import {newKey} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";
import {Wallets, problem, until} from "../support/wallet.mjs";

const settings = {
  limits: {minimal: {balance: "200000.00", operation: "150000.00", day_out: "600000.00"}},
  wallet: {confirm_sum: "0.00"}, acquiring: {most: "15 000.00"},
  payments: {catalogue_file: "profiles/catalogue.json", check_life: "1m", send_life: "5m", returns_every: "1s", card_most: "12 000.00"},
};
let both, server, sandbox, wallets, payouts, people;

before(async () => {
  both = await startBoth(settings, {slow: 200, late: 900});
  ({server, sandbox} = both);
  wallets = new Wallets(both);
  payouts = new Payouts(both);
  people = await staff(server, {editor: "catalogue", finance: "finance", risk: "risk"});
  const {token} = await server.customer();
  await until(async () => (await server.get("/pay", {token})).body.providers.length, (count) => count === providerCount);
});
after(() => both?.stop());

// A card of the bank whose numbers begin with 22000N.
const of = (bank, end = "0000") => cardOf(end, `00${bank}000000`.replace(/^00(\d)/, "000$1").slice(0, 9));
const form = async (who) => (await server.get("/pay/to-card", {token: who.token})).body;
const checked = async (who, fields) => {
  const {status, body, text} = await payouts.order(who, "to-card", fields);
  assert.equal(status, 201, text);
  return payouts.reached(who, body.id, "checked", "rejected");
};

describe("BK-2: the fee of the bank that has the card", () => {
  test("BK-2: is in the form, bank by bank, and at the check with the bank's name, before the yes", async () => {
    const who = await wallets.rich("9000.00");
    const {banks, fee_words} = await form(who);
    assert.deepEqual(banks.map(({title, fee_words: words}) => [title, words.replace(/[\u00a0\u202f]/g, " ")]),
                     [["Банк «Ближний»", "Без комиссии."], ["Банк «Дальний»", "Комиссия 0,5 %."],
                      ["Речной банк", "Комиссия 1 %, не меньше 20,00 ₽, и ещё 5,00 ₽."]]);
    assert.match(fee_words, /1,5/);
    const costs = async (card, sum) => {
      const {more, fee} = await checked(who, {account: card, sum});
      return [more, fee.amount];
    };
    assert.deepEqual(await costs(of(1), "1000.00"), ["Банк «Ближний»", "0.00"]);
    assert.deepEqual(await costs(of(2), "1000.00"), ["Банк «Дальний»", "5.00"]);
    assert.deepEqual(await costs(of(3), "1000.00"), ["Речной банк", "25.00"]);
    assert.deepEqual(await costs(of(3), "4000.00"), ["Речной банк", "45.00"]);
    assert.deepEqual(await costs(of(4), "4000.00"), ["Банк «Полюс»", "60.00"]); // named by the rail alone
    assert.equal(await wallets.balance(who), "9000.00");
  });

  test("BK-2: is what is paid", async () => {
    const who = await wallets.rich("3000.00");
    const done = await payouts.pay(who, "to-card", {account: of(2), sum: "1000.00"});
    assert.deepEqual([done.state, done.fee.amount, done.total.amount, done.by_card], ["done", "5.00", "1005.00", false]);
    assert.equal(await wallets.balance(who), "1995.00");
    assert.equal((await payouts.theirs(done.id)).sum, "1000.00");
  });

  test("BK-2: more than the ceiling is refused at the sum, whatever the catalogue says", async () => {
    const who = await wallets.rich("15000.00");
    assert.equal((await form(who)).most.amount, "12000.00");
    const {status, body} = await payouts.order(who, "to-card", {account: of(1), sum: "12000.01"});
    assert.deepEqual([status, body.errors[0].field], [422, "sum"]);
    assert.match(body.errors[0].text.replace(/[\u00a0\u202f]/g, " "), /12 000,00/);
    assert.equal((await checked(who, {account: of(1), sum: "12000.00"})).state, "checked");
  });
});

describe("BK-2: by another bank's card", () => {
  const begun = async (who, fields) => checked(who, {sum: "1000.00", by_card: true, ...fields});
  // To the acquirer's page, paid there with that card.
  async function paid(who, payment, card = cards.pays) {
    const {status, body, text} = await payouts.confirm(who, payment.id);
    assert.equal(status, 200, text);
    assert.equal(body.state, "checked");
    await sandbox.pay(body.payment_url, card);
    return body;
  }

  test("BK-2: sum and fee are taken from that card, the other gets the sum, the account is as it was", async () => {
    const who = await wallets.rich("10.00");
    const payment = await begun(who, {account: of(2)});
    assert.deepEqual([payment.fee.amount, payment.total.amount, payment.by_card], ["10.00", "1010.00", true]);
    await paid(who, payment);
    const done = await payouts.reached(who, payment.id, "done", "cancelled");
    assert.equal(done.state, "done");
    assert.equal(await wallets.balance(who), "10.00");
    assert.equal((await payouts.theirs(payment.id)).sum, "1000.00");
    const kinds = (await wallets.operations(who)).map(({kind, sum}) => [kind, sum.amount]).sort();
    assert.deepEqual(kinds, [["payment", "-1000.00"], ["payment_card", "1010.00"], ["payment_fee", "-10.00"], ["topup", "10.00"]]);
  });

  test("BK-2: bounds of the acquirer are told; from another's id nothing is paid", async () => {
    const who = await server.customer(), other = await server.customer();
    const small = await payouts.order(who, "to-card", {account: of(1), sum: "10.00", by_card: false});
    assert.equal(problem(small), "not-enough-money");
    const payment = await begun(who, {account: of(1)});
    assert.equal((await payouts.confirm(other, payment.id)).status, 404);
    assert.equal((await server.get(`/payments/${payment.id}/card`, {token: other.token})).status, 404);
    const phone = await payouts.order(who, "by-phone", {account: "9001234567", bank: "100000000001", sum: "50.00", by_card: true});
    assert.equal(problem(phone), "cards-unavailable");
  });

  test("BK-2: declined by that bank nothing is paid, and he is told why", async () => {
    const who = await server.customer();
    const payment = await begun(who, {account: of(1)});
    await paid(who, payment, cards.declines);
    const end = await payouts.reached(who, payment.id, "cancelled", "done");
    assert.deepEqual([end.state, end.reason], ["cancelled", "card-unpaid"]);
    assert.equal(await wallets.balance(who), "0.00");
    assert.equal(await payouts.theirs(payment.id), undefined);
  });

  test("BK-2: dropped before the bank has paid, or barred after: the money is his, on his account, and he is told", async () => {
    const who = await server.customer();
    const dropped = await begun(who, {account: of(1)});
    const {body} = await payouts.confirm(who, dropped.id);
    assert.equal((await server.post(`/payments/${dropped.id}/cancel`, {}, {token: who.token})).body.state, "cancelled");
    await sandbox.pay(body.payment_url, cards.pays);
    await until(() => wallets.balance(who), (balance) => balance === "1005.00");
    assert.equal(await payouts.theirs(dropped.id), undefined);
    const barred = await begun(who, {account: of(1)});
    const order = await payouts.confirm(who, barred.id);
    await people.risk.post(`/staff/customers/${who.customer}/reason`, {reason: "Проверка операций"});
    const frozen = await people.risk.post(`/staff/customers/${who.customer}/freeze`, {reason: "Подозрение"});
    assert.ok(frozen.status < 300, frozen.text);
    await sandbox.pay(order.body.payment_url, cards.pays);
    assert.deepEqual((await payouts.reached(who, barred.id, "cancelled", "done")).reason, "kept");
    assert.equal(await wallets.balance(who), "2010.00");
  });

  test("BK-2: refused by the other bank after all, it stays on the account", async () => {
    const who = await server.customer();
    const payment = await begun(who, {account: of(1, "6697")});
    await paid(who, payment);
    const end = await payouts.reached(who, payment.id, "refused", "done");
    assert.deepEqual([end.state, end.reason], ["refused", "refused"]);
    assert.equal(await wallets.balance(who), "1005.00");
  });

  test("BK-2: pressed five times and killed in between it is pulled once and pushed once", {timeout: 270000}, async () => {
    const who = await server.customer();
    const payment = await begun(who, {account: of(1)});
    const answers = await Promise.all(Array.from({length: 5}, () => payouts.confirm(who, payment.id)));
    assert.equal(new Set(answers.map(({body}) => body.payment_url.match(/order=(\d+)/)?.[1] ?? body.payment_url.split("?")[0])).size, 1);
    await payouts.fault({fault: "timeout", call: "payout"});
    await sandbox.pay(answers[0].body.payment_url, cards.twice);
    await payouts.reached(who, payment.id, "sending");
    await server.end("SIGKILL");
    await payouts.calm();
    await server.run();
    await payouts.reached(who, payment.id, "done");
    assert.equal(await wallets.balance(who), "0.00");
    assert.equal((await payouts.books()).payouts.filter(({id}) => id === payment.id).length, 1);
  });

  test("BK-2: staff change it, a second of them agrees; what was shown before is not paid at another price", async () => {
    const who = await wallets.rich("3000.00");
    const shown = await checked(who, {account: of(2), sum: "1000.00"});
    const act = (one, path, body) => one.post(path, body, {key: newKey()});
    const [{id}] = (await people.editor.get("/staff/providers?q=to-card")).body.providers;
    const {version, provider} = (await people.editor.get(`/staff/providers/${id}`)).body;
    for (const banks of [["22 0.50 Банк"], ["220001 Банк"], ["220001 101.00 Банк"], []]) {
      const wrong = await act(people.editor, `/staff/providers/${id}`, {version, provider: {...provider, banks}, reason: "Новый тариф"});
      assert.deepEqual([wrong.status, wrong.body.errors[0].field], [422, "banks"], JSON.stringify(banks));
    }
    const banks = ["220002 0.70 Банк «Дальний»"];
    const asked = await act(people.editor, `/staff/providers/${id}`, {version, provider: {...provider, banks}, reason: "Новый тариф"});
    assert.equal(asked.status, 201, asked.text);
    assert.equal((await form(who)).banks.length, 3);
    const {body} = await people.finance.get(`/staff/approvals/${asked.body.approval}`);
    const agreed = await act(people.finance, `/staff/approvals/${asked.body.approval}/confirm`, body.seen ? {seen: body.seen} : {});
    assert.equal(agreed.status, 200, agreed.text);
    await until(async () => (await form(who)).banks.length, (count) => count === 1);
    assert.equal(problem(await payouts.confirm(who, shown.id)), "terms-changed");
    assert.equal((await checked(who, {account: of(2), sum: "1000.00"})).fee.amount, "7.00");
  });

  test("BK-2: the books are whole", async () => {
    await server.end();
    const verdict = server.command("verify");
    assert.equal(verdict.status, 0, verdict.output + verdict.errors);
  });
});
