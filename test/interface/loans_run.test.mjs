// A running loan as its customer has it (LO-4, LO-5, LO-6): repaid by any card, a bound one, the purse; what a check page
// shows is what comes; extended, overdue, fined up to the law's bound; automatic payments; reminders; certificates; home.

import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import {after, before, describe, test} from "node:test";

import {good, kopecks} from "../support/deposits.mjs";
import {LoanLife, asShown, dateOf, dayOf, slow, today} from "../support/loan_life.mjs";
import {cards} from "../support/sandbox.mjs";
import {database, newKey} from "../support/server.mjs";
import {problem, until} from "../support/wallet.mjs";

const patient = {timeout: 540000};
let life, server, sandbox, who;

before(async () => {
  life = await LoanLife.start();
  ({server, sandbox} = life);
  who = await life.person();
});
after(() => life?.stop());

const pays = (page) => page.history.filter(({kind}) => ["payment", "early", "all"].includes(kind));
const total = (debts) => Object.values(debts).reduce((all, money) => all + kopecks(money), 0n);

// Each debt is the sum of its lines, and all of them what is owed.
async function explained(owner, loan) {
  const {debts, owed, advance} = await life.get(owner, `/loans/${loan}/why`);
  let all = 0n;
  for (const {sum, lines, cut} of debts) {
    assert.equal(cut, false);
    assert.equal(lines.reduce((part, line) => part + kopecks(line.sum), 0n), kopecks(sum), JSON.stringify(lines));
    for (const line of lines.filter(({earned}) => earned)) assert.equal(line.days, dayOf(line.to) - dayOf(line.from) + 1);
    all += kopecks(sum);
  }
  assert.equal(all - kopecks(advance), kopecks(owed));
  return debts;
}

describe("LO-4: repaid", () => {
  test("LO-4: by any card, by a bound one, from the purse; twice under one key is once; each shown before", patient, async () => {
    const loan = await life.weekly(who);
    await life.days(4);
    const ways = [[undefined, "500.00"], [who.card, "300.00"], [await life.purse(who, "5000.00"), "200.00"]];
    for (const [from, sum] of ways) {
      const {check} = await life.check(who, loan, "pay", sum), key = newKey(), payment = {wish: "pay", sum, from};
      const made = await life.repay(who, loan, payment, key), again = await life.repay(who, loan, payment, key);
      assert.deepEqual([made.status, again.body], [201, made.body], made.text);
      if (from === undefined) await sandbox.pay(made.body.payment_url, cards.twice);
      if (made.body.order) await life.orderState(who, loan, made.body.order, "paid");
      asShown(check, await until(() => life.page(who, loan), (page) => pays(page).some((each) => each.sum.amount === sum)));
      await life.books();
    }
    const page = await life.page(who, loan);
    assert.equal(pays(page).length, 3);
    for (const {operation} of pays(page)) assert.equal((await life.get(who, `/operations/${operation}`)).kind, "loan_paid");
    assert.equal(page.debts.principal.amount, "9120.00", "the interest of four days, 120.00, and the next payment's principal");
    const paid = (await life.cards.operations(who)).filter(({kind}) => kind === "loan_paid");
    assert.ok(paid.length >= 3, JSON.stringify(paid));
    await explained(who, loan);
    await life.proved();
  });

  test("LO-4: early in part: a shorter term, a smaller payment; on any day, on the due one too, as the check shows", patient, async () => {
    const tries = [[3, "shorter", "6000.00"], [9, "smaller", "5000.00"], [10, "smaller", "5000.00"], [10, "shorter", "6000.00"]];
    for (const [days, wish, sum] of tries) {
      const loan = await life.weekly(who);
      await life.days(days);
      const was = await life.page(who, loan), {check} = await life.check(who, loan, wish, sum);
      await good(life.repay(who, loan, {wish, sum, from: await life.purse(who, sum)}));
      const page = await life.page(who, loan);
      asShown(check, page);
      const {before: old, after: now} = check;
      assert.ok(kopecks(now.interest) < kopecks(old.interest));
      if (wish === "smaller") {
        assert.equal(now.last, old.last, "ends on the same day");
        const rows = page.schedule.map(({payment}) => kopecks(payment));
        assert.ok(rows.every((each) => each < kopecks(was.payment)));
        assert.ok(rows.every((each) => each - rows[0] <= 200n && rows[0] - each <= 200n), `${days}: ${rows}`);
      } else {
        assert.ok(now.last < old.last);
      }
      await explained(who, loan);
      await life.books();
      await life.days(1);
      assert.equal((await life.page(who, loan)).days_overdue, 0, "what was paid on the day was paid in time");
      const {owed} = await life.page(who, loan);
      await good(life.repay(who, loan, {wish: "all", sum: owed.amount, from: await life.purse(who, "6000.00")}));
    }
    await life.proved();
  });

  test("LO-4: all: the days that were and no more; a sum of yesterday is shown anew; then nothing more is owed", patient, async () => {
    const loan = await life.payday(who);
    await life.days(3);
    const {check, all} = await life.check(who, loan, "all");
    assert.deepEqual([all.amount, check.closes, check.interest.amount], ["10240.00", true, "240.00"]);
    assert.equal(problem(await life.repay(who, loan, {wish: "all", sum: "10160.00"})), "changed-meanwhile");
    assert.equal(problem(await life.repay(who, loan, {wish: "pay", sum: "10240.01"})), "more-than-owed");
    const {order} = await life.order(who, loan, {wish: "all", sum: "10240.00", from: who.card});
    await life.orderState(who, loan, order, "paid");
    const page = await until(() => life.page(who, loan), ({state}) => state === "closed");
    assert.deepEqual([page.owed.amount, page.closed, page.left.amount], ["0.00", dateOf(today()), "0.00"]);
    assert.equal(problem(await life.repay(who, loan, {wish: "pay", sum: "10.00"})), "loan-over");
    await life.told(who, /заём закрыт, получено 10 240,00/);
    await life.proved();
  });

  test("LO-4: an order that is declined, cancelled or not paid yet changes nothing", patient, async () => {
    const loan = await life.weekly(who), was = await life.page(who, loan);
    const begin = () => life.order(who, loan, {wish: "pay", sum: "500.00"});
    const declined = await begin(), cancelled = await begin(), open = await begin();
    await sandbox.pay(declined.payment_url, cards.declines);
    await sandbox.pay(cancelled.payment_url, cards.pays, {act: "cancel"});
    await life.orderState(who, loan, declined.order, "declined");
    await life.orderState(who, loan, cancelled.order, "cancelled");
    await life.orderState(who, loan, open.order, "created");
    assert.deepEqual(await life.page(who, loan), was);
    await life.proved();
  });

  test("LO-4: paid twice, paid when the loan is over: what nobody owes goes back, to the card or to the purse", patient, async () => {
    const other = await life.person(), loan = await life.payday(other, "5000.00");
    const order = (id, wish, sum) => life.order(other, id, {wish, sum});
    const [first, second] = [await order(loan, "all", "5000.00"), await order(loan, "all", "5000.00")];
    await sandbox.pay(first.payment_url, cards.pays);
    await until(() => life.page(other, loan), ({state}) => state === "closed");
    await sandbox.pay(second.payment_url, cards.pays);
    await life.orderState(other, loan, second.order, "refunded");
    await life.told(other, /5 000,00 ₽ возвращаются на карту/);
    const next = await life.payday(other, "5000.00");
    const [most, rest] = [await order(next, "pay", "3000.00"), await order(next, "pay", "3000.00")];
    for (const made of [most, rest]) {
      await sandbox.pay(made.payment_url, cards.pays);
      await life.orderState(other, next, made.order, "paid");
    }
    await until(() => life.page(other, next), ({state}) => state === "closed");
    assert.equal(await life.cards.balance(other), "1000.00");
    await life.told(other, /вы заплатили лишнее, 1 000,00/);
    await life.proved();
  });

  test("LO-4: killed while a card pays, and right after the purse has: each sum once", patient, async () => {
    const other = await life.person(), loan = await life.weekly(other), key = newKey();
    const late = await life.order(other, loan, {wish: "pay", sum: "700.00"});
    await sandbox.pay(late.payment_url, cards.late);
    await server.end("SIGKILL");
    await server.run();
    await life.orderState(other, loan, late.order, "paid");
    const charge = life.repay(other, loan, {wish: "pay", sum: "300.00", from: other.card}, key);
    await charge;
    await server.end("SIGKILL");
    await server.run();
    const again = await life.repay(other, loan, {wish: "pay", sum: "300.00", from: other.card}, key);
    assert.equal(again.body.order, (await charge).body.order);
    await life.orderState(other, loan, again.body.order, "paid");
    const from = await life.purse(other, "1000.00"), paid = newKey();
    await good(life.repay(other, loan, {wish: "shorter", sum: "1000.00", from}, paid));
    await server.end("SIGKILL");
    await server.run();
    await good(life.repay(other, loan, {wish: "shorter", sum: "1000.00", from}, paid));
    assert.deepEqual(pays(await life.page(other, loan)).map(({sum}) => sum.amount), ["1000.00", "300.00", "700.00"]);
    await life.proved();
  });

  test("LO-4: extended for its interest; not by too few days, not for another sum, not when it is overdue", patient, async () => {
    const other = await life.person(), loan = await life.payday(other), late = await life.payday(other, "5000.00", 5);
    await life.days(4);
    const was = await life.page(other, loan), {check, extend_price} = await life.check(other, loan, "extend", undefined, 7);
    assert.deepEqual([extend_price.amount, check.sum.amount], ["320.00", "320.00"]);
    const ask = (more) => life.repay(other, loan, {wish: "extend", sum: "320.00", units: 7, ...more});
    assert.equal(problem(await ask({units: 4})), "no-extension");
    assert.equal(problem(await ask({sum: "319.99"})), "changed-meanwhile");
    const {order} = (await ask({from: other.card})).body;
    await life.orderState(other, loan, order, "paid");
    const page = await until(() => life.page(other, loan), ({next}) => next !== was.next);
    assert.equal(dayOf(page.next) - dayOf(was.next), 7);
    asShown(check, page);
    assert.equal(page.owed.amount, "10000.00");
    await life.told(other, /срок продлён, получено 320,00/);
    await life.days(2);
    assert.equal((await life.page(other, late)).days_overdue, 1);
    assert.equal((await life.check(other, late, "extend", undefined, 7)).extends, false);
    assert.equal(problem(await life.repay(other, late, {wish: "extend", sum: "240.00", units: 7})), "no-extension");
    await life.proved();
  });
});

describe("LO-6: overdue", () => {
  const debts = ({interest, overdue_interest, principal, overdue_principal, penalty}) =>
    Object.fromEntries(Object.entries({interest, overdue_interest, principal, overdue_principal, penalty})
      .map(([name, money]) => [name, typeof money === "bigint" ? money : kopecks(money)]));

  // Signed on a day of that law, after which nobody paid.
  async function unpaid(other, signed, percent) {
    const loan = await life.payday(other), back = today() - dayOf(signed), most = 10000n * BigInt(percent);
    await life.days(0, `UPDATE loan_running SET signed = signed - ${back}, done = done - ${back}, anchor = anchor - ${back}, ` +
                       `due = due - ${back}, charged_most = ${most} WHERE id = ${loan}`,
                    `UPDATE loan SET signed = signed - ${back}, issued = issued - ${back} WHERE id = ${loan}`,
                    `UPDATE loan_event SET day = day - ${back} WHERE loan = ${loan}`, "UPDATE loan_pass SET day = day - 1");
    return {loan, most, back};
  }

  test("LO-6: overdue from the day after: interest and penalty to the kopeck; crediting in the law's order", patient, async () => {
    const other = await life.person(), loan = await life.payday(other);
    let days = 0;
    for (const more of [20, 1, 9, 30]) {
      await life.days(more);
      days += more;
      const page = await life.page(other, loan);
      const reckoned = slow({sum: 1000000n, term: 20, days, begun: today() - days, most: 1000000n});
      assert.deepEqual(debts(page.debts), debts(reckoned), `day ${days}`);
      assert.equal(page.days_overdue, Math.max(0, days - 20));
      assert.equal(kopecks(page.owed), total(page.debts));
      await explained(other, loan);
      await life.books();
    }
    const {check} = await life.check(other, loan, "pay", "5000.00");
    assert.deepEqual([check.interest.amount, check.principal.amount, check.penalty.amount], ["4800.00", "200.00", "0.00"],
                     "overdue interest, overdue principal; the penalty last");
    await good(life.repay(other, loan, {wish: "pay", sum: "5000.00", from: await life.purse(other, "5000.00")}));
    asShown(check, await life.page(other, loan));
    assert.equal((await life.page(other, loan)).days_overdue, 40);
    const [paid] = pays(await life.page(other, loan));
    assert.deepEqual([paid.interest.amount, paid.principal.amount, paid.penalty.amount], ["4800.00", "200.00", "0.00"]);
    await life.proved();
  });

  for (const [signed, percent] of [["2022-10-03", 150], ["2025-10-06", 130], [dateOf(today() - 200), 100]])
    test(`LO-6: the law's bound: a loan of that day (${percent} %) owes no more than so much, whatever comes`, patient, async () => {
      if (signed < "2026-04-01" && percent === 100) return;
      const other = await life.person(), {loan, most, back} = await unpaid(other, signed, percent);
      const page = await life.page(other, loan), reckoned = slow({sum: 1000000n, term: 20, days: back, begun: dayOf(signed), most});
      assert.equal(reckoned.charged, most);
      assert.deepEqual(debts(page.debts), debts(reckoned));
      assert.equal(kopecks(page.owed), 1000000n + most);
      const why = await explained(other, loan), bound = why.flatMap(({lines}) => lines).filter(({source}) => /the sum/.test(source));
      assert.ok(bound.length > 0, JSON.stringify(why.flatMap(({lines}) => lines.map(({source}) => source))));
      await life.books();
      await life.days(5);
      assert.equal((await life.page(other, loan)).owed.amount, page.owed.amount, "nothing accrues any more");
      await life.proved();
    });

  test("LO-6: another's loan is missing, whatever one asks of it", patient, async () => {
    const other = await life.person(), loan = await life.payday(other);
    const {order} = await life.order(other, loan, {wish: "pay", sum: "100.00"});
    for (const path of ["", "/why", "/repay", "/repay?wish=all", `/orders/${order}`, "/certificate", "/payments", "/contract"])
      assert.equal((await server.get(`/loans/${loan}${path}`, {token: who.token})).status, 404, path);
    for (const [path, body] of [["/repay", {wish: "pay", sum: "100.00", units: 0}], ["/autopay", {card: who.card}],
                                ["/back", {card: who.card}], ["/card", {card: who.card}], ["/cancel", {}]])
      assert.equal((await life.post(who, `/loans/${loan}${path}`, body)).status, 404, path);
    const own = await life.payday(who, "1000.00");
    assert.equal((await server.get(`/loans/${own}/orders/${order}`, {token: who.token})).status, 404,
                 "another's order under one's own loan");
    assert.equal((await life.post(who, `/loans/${own}/autopay`, {card: other.card})).status, 422, "another's card");
    assert.equal((await life.repay(who, own, {wish: "pay", sum: "100.00", from: other.card})).status, 422);
  });
});

describe("LO-4: automatic payment", () => {
  const orders = (loan) => server.rows(`SELECT CAST(card_order AS TEXT), done FROM loan_order WHERE loan = ${loan}`);

  test("LO-4: on the due day the card that was chosen pays, once, killed in between; told before", patient, async () => {
    const other = await life.person(), loan = await life.weekly(other);
    await good(life.post(other, `/loans/${loan}/autopay`, {card: other.card}));
    assert.equal((await life.page(other, loan)).autopay, true);
    await life.days(7);
    await life.told(other, /спишем [\d ]+,\d\d ₽ с вашей карты/);
    assert.deepEqual(orders(loan), []);
    const {payment} = await life.page(other, loan);
    await life.days(3);
    await server.end("SIGKILL");
    await server.run();
    await until(() => life.page(other, loan), (page) => pays(page).length > 0, 45000);
    await life.passed();
    assert.equal(orders(loan).length, 1);
    const page = await life.page(other, loan);
    assert.deepEqual([pays(page).length, pays(page)[0].sum.amount], [1, payment.amount]);
    assert.deepEqual([dayOf(page.next) - today(), page.schedule.map(({day}) => dayOf(day) - today())], [10, [10, 20, 30]],
                     "today's is paid: what comes is the next one");
    assert.deepEqual((await life.get(other, "/")).pending.map(({sum}) => sum.amount), [page.payment.amount]);
    await life.days(1);
    assert.deepEqual([(await life.page(other, loan)).days_overdue, orders(loan).length], [0, 1]);
    await good(life.post(other, `/loans/${loan}/autopay`));
    assert.equal((await life.page(other, loan)).autopay, false);
    await life.days(9);
    assert.equal(orders(loan).length, 1, "switched off");
    await life.proved();
  });

  test("LO-4: the card refuses: he is told, once, and pays otherwise; a removed card: told, switched off", patient, async () => {
    const other = await life.cards.named(), poor = (await life.cards.bound(other, "6651")).id;
    other.card = (await life.cards.bound(other)).id;
    const loan = await life.weekly(other), gone = await life.weekly(other, "2000.00");
    await good(life.post(other, `/loans/${loan}/autopay`, {card: poor}));
    await good(life.post(other, `/loans/${gone}/autopay`, {card: other.card}));
    await good(life.post(other, `/bank-cards/${other.card}/remove`));
    assert.equal((await life.page(other, gone)).autopay, false, "nobody counts on a card that is gone");
    await life.days(10);
    await life.told(other, /карта не дала списать/);
    assert.equal(await life.told(other, /карты для автоплатежа больше нет, он отключён/), 1);
    assert.deepEqual(server.rows(`SELECT card FROM loan_autopay WHERE loan = ${gone}`), []);
    assert.deepEqual(pays(await life.page(other, loan)), []);
    assert.equal(await life.told(other, /карта не дала списать/), 1);
    for (const each of [loan, gone]) {
      const sum = (await life.page(other, each)).due_now.amount;
      await good(life.repay(other, each, {wish: "pay", sum, from: await life.purse(other, sum)}));
    }
    await life.days(1);
    for (const each of [loan, gone]) assert.equal((await life.page(other, each)).days_overdue, 0);
    await life.proved();
  });
});

describe("LO-6: reminders", () => {
  const contacts = (other) => Number(server.rows(`SELECT COUNT(*) FROM debtor_contact WHERE customer = ${other.customer}`)[0][0]);

  test("LO-6: before the day and on it: no contacts with a debtor; a day late: one, counted; used up: none", patient, async () => {
    const one = await life.person(), other = await life.person();
    for (const each of [one, other]) await life.weekly(each);
    await life.days(7);
    await life.told(one, /По частям: \d.* платёж/);
    await life.days(3);
    await life.told(one, /сегодня платёж/);
    assert.equal(contacts(one), 0);
    const empty = database === "postgres" ? "''::bytea" : "x''";
    const used = (id) => "INSERT INTO debtor_contact (id, customer, product, subject, way, at, staff, outcome, promised, waits, note) " +
      `VALUES (${id}, ${other.customer}, '', 0, 2, ${BigInt(Date.now()) * 1000n}, 0, 1, 0, 0, ${empty})`;
    await life.days(1, used(71), used(72));
    await life.told(one, /платёж не получен, просрочено/);
    assert.equal(contacts(one), 1);
    assert.equal(contacts(other), 2, "two a day by law: not a third one");
    await life.untold(other, /платёж не получен/);
  });

  test("LO-6: outside of the law's hours nobody is reminded, a debtor or not; a card pays all the same", patient, async () => {
    const [soon, late, auto] = [await life.person(), await life.person(), await life.person()];
    const [, , paying] = [await life.weekly(soon), await life.weekly(late), await life.weekly(auto)];
    await good(life.post(auto, `/loans/${paying}/autopay`, {card: auto.card}));
    await life.days(10);
    await until(() => life.page(auto, paying), (page) => pays(page).length === 1, 45000);
    await life.law(["contact", "contact-off"].map((name) => `2017-01-03 ${name}-from 20 test\n2017-01-03 ${name}-to 24 test\n`).join(""));
    const again = await life.weekly(soon), charged = await life.weekly(auto);
    await good(life.post(auto, `/loans/${charged}/autopay`, {card: auto.card}));
    await life.days(1);
    await life.untold(late, /платёж не получен/);
    assert.equal(contacts(late), 0);
    await life.days(6);
    assert.ok(again);
    await life.days(3);
    await until(() => life.page(auto, charged), (page) => pays(page).length === 1, 45000);
    assert.equal(contacts(soon), 0);
    await life.untold(auto, /спишем/);
    await life.law("");
  });
});

describe("LO-5: papers", () => {
  const paper = async (path, owner = who) => {
    const answer = await fetch(server.url + path, {headers: {Authorization: `Bearer ${owner.token}`, "Accept-Language": "ru"}});
    assert.equal(answer.status, 200, path);
    const input = Buffer.from(await answer.arrayBuffer());
    return execFileSync("pdftotext", ["-layout", "-", "-"], {input, encoding: "utf8"}).replace(/\s+/g, " ");
  };
  const words = (money) => `${money.amount.replace(".", ",").replace(/\B(?=(\d{3})+,)/g, " ")} ₽`;

  test("LO-5: what is owed on a day, part by part; that nothing is; all payments; history", patient, async () => {
    const other = await life.person(), loan = await life.payday(other);
    await life.days(25);
    const page = await life.page(other, loan), debt = await paper(`/loans/${loan}/certificate`, other);
    assert.match(debt, /Справка о задолженности/);
    for (const money of [page.owed, page.debts.overdue_principal, page.debts.overdue_interest, page.debts.penalty, page.sum])
      assert.ok(debt.includes(words(money)), `${words(money)}\n${debt}`);
    const before = await paper(`/loans/${loan}/certificate?day=${dateOf(today() - 15)}`, other);
    assert.ok(before.includes("10 800,00 ₽"), before);
    for (const day of [dateOf(today() + 1), dateOf(today() - 26)])
      assert.equal((await server.get(`/loans/${loan}/certificate?day=${day}`, {token: other.token})).status, 422);
    await good(life.repay(other, loan, {wish: "pay", sum: "2000.00", from: await life.purse(other, "2000.00")}));
    const {owed} = await life.page(other, loan);
    await good(life.repay(other, loan, {wish: "all", sum: owed.amount, from: await life.purse(other, owed.amount)}));
    const none = await paper(`/loans/${loan}/certificate`, other);
    assert.match(none, /Справка об отсутствии задолженности/);
    assert.match(none, /требований к заёмщику нет/);
    assert.ok(none.includes("0,00 ₽") && !none.includes("Неустойка"), none);
    const all = await paper(`/loans/${loan}/payments`, other);
    for (const {sum} of (await life.page(other, loan)).history) assert.ok(all.includes(words(sum)), `${words(sum)}\n${all}`);
    const {past} = await life.get(other, "/loans");
    assert.deepEqual([past.length, past[0].id, past[0].state], [1, loan, "closed"]);
  });
});

describe("LO-4, WA-1: home", () => {
  test("LO-4, WA-1: what is due next, by day; what is overdue first", patient, async () => {
    const other = await life.person(), long = await life.payday(other), short = await life.payday(other, "5000.00", 5);
    const home = async () => (await life.get(other, "/")).pending
      .map(({href, sum, text}) => [href, sum.amount, text.replaceAll("\u00a0", " ")]);
    const [first, second] = await home();
    assert.deepEqual([first.slice(0, 2), second.slice(0, 2)], [[`/loans/${short}`, "5200.00"], [`/loans/${long}`, "11600.00"]]);
    assert.match(first[2], /^платёж до \d/);
    await life.days(6);
    const page = await life.page(other, short), [late] = await home();
    assert.deepEqual(late.slice(0, 2), [`/loans/${short}`, page.due_now.amount]);
    assert.equal(late[2], "просрочено 1 день");
    const browser = server.browser();
    await browser.signIn(other);
    await browser.go("/");
    assert.match(browser.html, /просрочено 1.день/);
    await browser.go(`/loans/${long}/repay`);
    assert.doesNotMatch(browser.html, /— договор/, "no more is said of early payment than holds");
  });
});
