// instalments_pay.test.mjs: a customer's purchases (IN-1, IN-4): what his home shows, each purchase and why it owes, paying one
// or all of them by any card, a bound one, his wallet; banks that refuse, repeat, come late; goods that come back.

import assert from "node:assert/strict";
import {after, before, describe, test} from "node:test";

import {InstalmentLife, dateOf, today} from "../support/instalment_life.mjs";
import {kopecks} from "../support/deposits.mjs";
import {sign} from "../support/instalments.mjs";
import {cards} from "../support/sandbox.mjs";
import {newKey} from "../support/server.mjs";
import {problem, until} from "../support/wallet.mjs";

const patient = {timeout: 300000};
let life, server, sandbox;
before(async () => {
  life = await InstalmentLife.start();
  ({server, sandbox} = life);
});
after(() => life?.stop());

const sum = (rows) => rows.reduce((all, row) => all + kopecks(row.sum), 0n);

describe("IN-1: home", () => {
  test("IN-1: nothing bought yet; then what is held, what is next, each purchase with its payments", patient, async () => {
    const who = await life.buyer(), none = await life.home(who);
    assert.deepEqual([none.next, none.running, none.past, none.limit.free.amount], [null, [], [], "15000.00"]);
    const order = await life.shop.ordered("1000.00");
    assert.equal((await sign(server, who, order)).status, 200);
    const held = await life.home(who);
    assert.deepEqual([held.limit.held.amount, held.limit.free.amount, held.next], ["1000.00", "14000.00", null]);
    const sofa = await life.bought(who, "6000.01");
    const lamp = await life.bought(who, "4000.00", {plan: "fortnights-4-now", shop: life.other});
    const home = await life.home(who);
    assert.deepEqual(home.next, {day: dateOf(today()), late: false, sum: home.next.sum});
    assert.deepEqual([home.next.sum.amount, home.owed.amount, home.limit.free.amount, home.limit.percent],
                     ["1000.00", "10000.01", "3999.99", 26]);
    assert.deepEqual(home.running.map(({id, title}) => [id, title]), [[lamp.id, "Свет"], [sofa.id, "Мебель"]]);
    for (const row of home.running) assert.equal(sum(row.schedule), kopecks(row.owed));
    assert.equal(home.running[1].schedule.length, 3);
    const operations = (await life.cards.operations(who)).filter(({kind}) => kind === "instalment_bought");
    assert.deepEqual(operations.map(({counterparty}) => counterparty).sort(), ["Мебель", "Свет"]);
    assert.equal((await server.get(`/instalments/${sofa.id}`, {token: (await life.buyer()).token})).status, 404);
  });

  test("IN-1: overdue: what is late is next; the penalty by its days, whose sums are the debt, and whose law it is", patient, async () => {
    const who = await life.buyer(), {id} = await life.bought(who, "6000.00", {plan: "fortnights-4-now"});
    await life.days(5);
    const home = await life.home(who), page = await life.page(who, id);
    assert.deepEqual([home.next.late, home.next.day, page.state, page.days_overdue], [true, null, "late", 5]);
    assert.equal(page.overdue.amount, "1500.00");
    assert.ok(["4.11", "4.10"].includes(page.penalty.amount), "20 % a year of 1500.00, five days: " + page.penalty.amount);
    const {debts} = await life.get(who, `/instalments/${id}/why`);
    assert.equal(debts.length, 3);
    for (const {sum: whole, lines} of debts) assert.equal(sum(lines), kopecks(whole), JSON.stringify(lines));
    assert.match(debts[0].lines[0].source, /283-FZ/);
    await life.proved();
  });
});

describe("IN-4: paid", () => {
  test("IN-4: next by any card, any sum by a bound one, all from the wallet; each shown before, and once", patient, async () => {
    const who = await life.buyer(), {id} = await life.bought(who, "6000.00");
    const card = (await life.cards.bound(who)).id, pay = `/instalments/${id}/pay`;
    const check = await life.get(who, `${pay}?wish=next`), key = newKey();
    assert.deepEqual([check.check.sum.amount, check.check.after.owed.amount], ["2000.00", "4000.00"]);
    const next = () => life.post(who, pay, {wish: "next", sum: "2000.00"}, key), made = await next(), again = await next();
    assert.deepEqual([made.status, again.body], [201, made.body], made.text);
    await sandbox.pay(made.body.payment_url, cards.twice);
    await life.state(who, made.body.payment, "paid");
    const page = await life.page(who, id);
    assert.deepEqual([page.owed.amount, page.paid.amount, page.next.sum.amount], ["4000.00", "2000.00", "2000.00"]);
    assert.ok((await life.get(who, `/operations/${page.history[0].operation}`)).kind, "its operation opens");
    const charged = await life.post(who, pay, {wish: "any", sum: "500.00", from: card});
    assert.equal(charged.body.payment_url, null);
    await life.state(who, charged.body.payment, "paid");
    assert.equal((await life.page(who, id)).next.sum.amount, "1500.00");
    assert.equal(await life.cards.topup(who, "4000.00"), "paid");
    const {from} = await life.get(who, `${pay}?wish=all`), purse = from.find(({value}) => value !== "" && value !== card).value;
    assert.equal((await life.post(who, pay, {wish: "all", sum: "3500.00", from: purse})).status, 201);
    const over = await life.page(who, id);
    assert.deepEqual([over.state, over.owed.amount, (await life.home(who)).limit.free.amount], ["closed", "0.00", "15000.00"]);
    assert.equal(problem(await life.post(who, pay, {wish: "all"})), "nothing-owed");
    await life.told(who, /всё оплачено/i);
    await life.proved();
  });

  test("IN-4: all purchases at once, the earliest day first; what each got is told", patient, async () => {
    const who = await life.buyer(), sofa = await life.bought(who, "3000.00");
    const lamp = await life.bought(who, "2000.00", {plan: "fortnights-4-now", shop: life.other});
    const first = await life.order(who, {wish: "any", sum: "1100.00"});
    await sandbox.pay(first.payment_url, cards.pays);
    await life.state(who, first.payment, "paid");
    const {shares} = await life.get(who, `/instalments/payments/${first.payment}`);
    assert.deepEqual(shares.map(({id, sum: part}) => [id, part.amount]), [[lamp.id, "1100.00"]]);
    const all = await life.order(who, {wish: "all", sum: "3900.00"});
    await sandbox.pay(all.payment_url, cards.pays);
    await life.state(who, all.payment, "paid");
    const home = await life.home(who);
    assert.deepEqual([home.running, home.past.map(({id}) => id).sort()], [[], [sofa.id, lamp.id].sort()]);
    await life.proved();
  });

  test("IN-4: declined, cancelled, not paid yet: nothing changes; killed while a card pays: once", patient, async () => {
    const who = await life.buyer(), {id} = await life.bought(who, "3000.00"), was = await life.page(who, id);
    const begin = () => life.order(who, {wish: "next"}, id);
    const [declined, cancelled, late] = [await begin(), await begin(), await begin()];
    await sandbox.pay(declined.payment_url, cards.declines);
    await sandbox.pay(cancelled.payment_url, cards.pays, {act: "cancel"});
    await life.state(who, declined.payment, "declined");
    await life.state(who, cancelled.payment, "cancelled");
    assert.deepEqual(await life.page(who, id), was);
    await sandbox.pay(late.payment_url, cards.late);
    await server.end("SIGKILL");
    await server.run();
    await life.state(who, late.payment, "paid");
    assert.equal((await life.page(who, id)).paid.amount, "1000.00");
    assert.equal(problem(await life.post(who, `/instalments/${id}/pay`, {wish: "next", sum: "999.00"})), "changed-meanwhile");
    assert.equal(problem(await life.post(who, `/instalments/${id}/pay`, {wish: "any", sum: "2000.01"})), "more-than-owed");
    assert.equal(problem(await life.post(who, `/instalments/${id}/pay`, {wish: "any", sum: "1.00"})), "sum-too-small");
    await life.proved();
  });

  test("IN-4: paid twice, the second time when nothing is owed: it goes to the wallet", patient, async () => {
    const who = await life.buyer(), {id} = await life.bought(who, "3000.00");
    const [first, second] = [await life.order(who, {wish: "all"}, id), await life.order(who, {wish: "all"})];
    for (const each of [first, second]) {
      await sandbox.pay(each.payment_url, cards.pays);
      await life.state(who, each.payment, "paid");
    }
    assert.equal(await life.cards.balance(who), "3000.00");
    assert.equal((await life.page(who, id)).left.amount, "0.00");
    await life.told(who, /вы заплатили лишнее, 3 000/);
    await life.proved();
  });

  test("IN-4: a bank takes a payment back: each purchase owes it again, late from today; its card is off", patient, async () => {
    const who = await life.buyer(), sofa = await life.bought(who, "3000.00");
    const lamp = await life.bought(who, "2000.00", {plan: "fortnights-4-now", shop: life.other});
    const card = (await life.cards.bound(who)).id;
    assert.equal((await life.post(who, "/instalments/autopay", {card})).status, 200);
    const all = await life.post(who, "/instalments/pay", {wish: "all", sum: "5000.00", from: card});
    await life.state(who, all.body.payment, "paid");
    assert.deepEqual((await life.home(who)).running, []);
    await life.proved();
    const [[order]] = server.rows("SELECT CAST(card_order AS TEXT) FROM instalment_payment WHERE card_order > 0 AND " +
                                  `customer = ${who.customer}`);
    assert.equal(await sandbox.dispute(order), 303);
    await life.state(who, all.body.payment, "undone");
    const home = await life.home(who);
    assert.deepEqual([home.owed.amount, home.next.late, home.next.sum.amount], ["5000.00", true, "5000.00"]);
    assert.equal(home.autopay.on, false);
    for (const {id, sum: price} of [{...sofa, sum: "3000.00"}, {...lamp, sum: "2000.00"}]) {
      const page = await life.page(who, id);
      assert.deepEqual([page.state, page.overdue.amount, page.owed.amount], ["late", price, price]);
      const {debts} = await life.get(who, `/instalments/${id}/why`);
      for (const {sum: whole, lines} of debts) assert.equal(sum(lines), kopecks(whole), JSON.stringify(lines));
    }
    await life.told(who, /банк плательщика забрал платёж 5 000/);
    await life.proved();
    const again = await life.order(who, {wish: "all"});
    await sandbox.pay(again.payment_url, cards.pays);
    await life.state(who, again.payment, "paid");
    assert.deepEqual((await life.home(who)).running, []);
    await life.proved();
  });

  test("IN-4: goods come back: part lessens the payments, all gives back what was paid for them", patient, async () => {
    const who = await life.buyer(), {id, order} = await life.bought(who, "3000.00");
    const paid = await life.order(who, {wish: "next"}, id);
    await sandbox.pay(paid.payment_url, cards.pays);
    await life.state(who, paid.payment, "paid");
    assert.equal(await life.shop.back(order, "500.00"), 0);
    const part = await life.page(who, id);
    assert.deepEqual([part.returned.amount, part.owed.amount, part.history[0].kind], ["500.00", "1500.00", "returned"]);
    assert.equal(await life.shop.back(order, "2500.00"), 0);
    const whole = await life.page(who, id);
    assert.deepEqual([whole.state, whole.returned.amount, whole.left.amount], ["returned", "3000.00", "0.00"]);
    assert.equal(await life.cards.balance(who), "1000.00");
    await life.told(who, /возврат товара на 2 500/);
    const kinds = (await life.cards.operations(who)).map(({kind}) => kind);
    for (const kind of ["bought", "paid", "returned", "left"]) assert.ok(kinds.includes(`instalment_${kind}`), kind);
    await life.proved();
  });
});

test("ID-14: another's purchase and payment are as missing ones", patient, async () => {
  const who = await life.buyer(), {id} = await life.bought(who, "3000.00"), thief = await life.buyer();
  const {payment} = await life.order(who, {wish: "next"}, id), card = (await life.cards.bound(thief)).id;
  for (const path of ["", "/why", "/pay", "/pay?wish=all", "/move", "/move?days=1"])
    assert.equal((await server.get(`/instalments/${id}${path}`, {token: thief.token})).status, 404, path);
  assert.equal((await server.get(`/instalments/payments/${payment}`, {token: thief.token})).status, 404);
  for (const [path, body] of [["/pay", {wish: "all"}], ["/move", {days: 1}], ["/back", {card}]])
    assert.equal((await life.post(thief, `/instalments/${id}${path}`, body)).status, 404, path);
  assert.equal((await life.page(who, id)).owed.amount, "3000.00");
});

describe("IN-4: where nobody has an account with us", () => {
  let bare;
  before(async () => {
    bare = await InstalmentLife.start({profile: true});
  });
  after(() => bare?.stop());

  test("IN-4: what was paid too much goes back to the bound card that paid; else it waits for one to be named", patient, async () => {
    const who = await bare.buyer(), {id} = await bare.bought(who, "3000.00");
    const [first, second] = [await bare.order(who, {wish: "all"}, id), await bare.order(who, {wish: "all"}, id)];
    for (const each of [first, second]) {
      await bare.sandbox.pay(each.payment_url, cards.pays);
      await bare.state(who, each.payment, "paid");
    }
    await bare.told(who, /Выберите в кабинете карту/);
    const home = await bare.home(who);
    assert.deepEqual([home.left_sum.amount, home.left.map((row) => row.id)], ["3000.00", [id]]);
    const foreign = (await bare.cards.bound(who, "0000", {holder: "OLEG SIDOROV"})).id;
    assert.equal(problem(await bare.post(who, `/instalments/${id}/back`, {card: foreign})), "no-card");
    const own = (await bare.cards.bound(who, "0000", {holder: "ANNA IVANOVA"})).id;
    assert.deepEqual((await bare.page(who, id)).cards.map((card) => card.id), [own]);
    assert.equal((await bare.post(who, `/instalments/${id}/back`, {card: own})).status, 200);
    const page = await bare.page(who, id);
    assert.deepEqual([page.left.amount, page.history[0].kind], ["0.00", "given"]);
    assert.equal(problem(await bare.post(who, `/instalments/${id}/back`, {card: own})), "nothing-left");
    await bare.proved();
  });

  test("IN-4: a card that refuses what goes back: it is left again, and another card takes it", patient, async () => {
    const who = await bare.buyer(), {id, order} = await bare.bought(who, "3000.00");
    const refuses = (await bare.cards.bound(who, "6607", {holder: "ANNA IVANOVA"})).id;
    const paid = await bare.post(who, `/instalments/${id}/pay`, {wish: "next", from: refuses});
    await bare.state(who, paid.body.payment, "paid");
    assert.equal(await bare.shop.back(order, "3000.00"), 0);
    await bare.told(who, /карта не приняла 1 000/);
    const page = await until(() => bare.page(who, id), ({left, left_sent: sent}) => left.amount === "1000.00" && !sent, 45000);
    assert.equal(page.state, "returned");
    const takes = (await bare.cards.bound(who, "0000", {holder: "ANNA IVANOVA"})).id;
    assert.equal((await bare.post(who, `/instalments/${id}/back`, {card: takes})).status, 200);
    assert.equal((await bare.page(who, id)).left.amount, "0.00");
    await bare.proved();
  });
});
