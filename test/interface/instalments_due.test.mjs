// instalments_due.test.mjs: the days of payments (IN-4): reminders before and on the day, a card that pays by itself and is
// tried again, overdue notices, the next payment moved by the operator's rule.

import assert from "node:assert/strict";
import {after, before, describe, test} from "node:test";

import {InstalmentLife, today} from "../support/instalment_life.mjs";
import {dayOf} from "../support/loan_life.mjs";
import {problem, until} from "../support/wallet.mjs";

const patient = {timeout: 300000};
let life, server;
before(async () => {
  life = await InstalmentLife.start({instalments: {remind_hour: 9}});
  ({server} = life);
});
after(() => life?.stop());

const dueIn = async (who, id) => dayOf((await life.page(who, id)).next.day) - today();

describe("IN-4: reminders", () => {
  test("IN-4: three days before, on the day and when it is late; once each, of several purchases together", patient, async () => {
    const who = await life.buyer(), sofa = await life.bought(who, "3000.00");
    const lamp = await life.bought(who, "1500.00", {shop: life.other});
    assert.equal(await dueIn(who, sofa.id), await dueIn(who, lamp.id));
    const count = async (pattern) => (await life.texts(who)).filter((text) => pattern.test(text)).length;
    await life.days((await dueIn(who, sofa.id)) - 3);
    await life.told(who, /Покупки частями: .* платёж 1 500 ₽/);
    await life.days(3);
    await life.told(who, /сегодня платёж 1 500 ₽/);
    await server.due("instalments.remind");
    await life.passed();
    assert.deepEqual([await count(/ платёж 1 500 ₽\. Оплатить/), await count(/просрочено/)], [2, 0]);
    await life.days(1);
    await life.told(who, /просрочено 1 500,82 ₽/);
    await life.proved();
  });

  test("IN-4: who has paid before the day hears nothing on it", patient, async () => {
    const who = await life.buyer(), {id} = await life.bought(who, "3000.00");
    const paid = await life.order(who, {wish: "next"}, id);
    await life.sandbox.pay(paid.payment_url, "2200000000040000");
    await life.state(who, paid.payment, "paid");
    await life.told(who, /получено 1 000/);
    const texts = (await life.texts(who)).length;
    await life.days(31);
    assert.equal((await life.texts(who)).length, texts);
    assert.equal((await life.page(who, id)).state, "runs");
  });
});

describe("IN-4: a card that pays by itself", () => {
  const payments = ({customer}) => server.rows("SELECT sum, state FROM instalment_payment WHERE automatic = 1 AND " +
    `customer = ${customer} ORDER BY id`).map((row) => row.map(Number));

  test("IN-4: on the day, for all purchases; told before; switched off no more", patient, async () => {
    const who = await life.buyer(), sofa = await life.bought(who, "3000.00");
    await life.bought(who, "1500.00", {shop: life.other});
    const card = (await life.cards.bound(who)).id, stranger = (await life.cards.bound(await life.buyer())).id;
    assert.equal(problem(await life.post(who, "/instalments/autopay", {card: stranger})), "no-card");
    assert.equal((await life.post(who, "/instalments/autopay", {card})).body.autopay.on, true);
    await life.days((await dueIn(who, sofa.id)) - 3);
    await life.told(who, /спишем 1 500 ₽ с вашей карты/);
    await life.days(3);
    await until(async () => (await life.page(who, sofa.id)).paid.amount, (paid) => paid === "1000.00", 30000);
    assert.deepEqual(await payments(who), [[150000, 2]]);
    await life.told(who, /получено 1 500/);
    assert.equal((await life.post(who, "/instalments/autopay", {})).body.autopay.on, false);
    await life.days((await dueIn(who, sofa.id)));
    await life.told(who, /сегодня платёж 1 500 ₽/);
    assert.equal((await payments(who)).length, 1);
    await life.proved();
  });

  test("IN-4: refused by its bank: told, tried after one day and after three, no more; removed: told before the day", patient, async () => {
    const who = await life.buyer(), {id} = await life.bought(who, "3000.00");
    const card = (await life.cards.bound(who, "6651")).id;
    assert.equal((await life.post(who, "/instalments/autopay", {card})).status, 200);
    await life.days(await dueIn(who, id));
    await life.told(who, /автоплатёж 1 000 ₽ не прошёл/);
    for (const [days, tries] of [[1, 2], [2, 3], [4, 3]]) {
      await life.days(days);
      await until(() => payments(who), (rows) => rows.length === tries && rows.every(([, state]) => state === 3), 30000);
    }
    assert.equal((await life.page(who, id)).days_overdue, 7);
    const other = await life.buyer(), bought = await life.bought(other, "3000.00"), gone = (await life.cards.bound(other)).id;
    await life.post(other, "/instalments/autopay", {card: gone});
    assert.equal((await life.post(other, `/bank-cards/${gone}/remove`)).status, 200);
    await life.days((await dueIn(other, bought.id)) - 3);
    await life.told(other, /карты для автоплатежа больше нет/);
    assert.equal((await life.home(other)).autopay.on, false);
    await life.proved();
  });
});

describe("IN-4: the next payment moved", () => {
  const move = (who, id, days) => life.post(who, `/instalments/${id}/move`, {days});

  test("IN-4: what changes is shown before, and is what comes; once; not too far, not while it is late", patient, async () => {
    const who = await life.buyer(), {id} = await life.bought(who, "3000.00");
    const page = await life.get(who, `/instalments/${id}/move?days=7`), was = await life.page(who, id);
    assert.deepEqual([page.days_most, page.times_left, page.check.before.next], [7, 1, was.next.day]);
    assert.equal((await life.get(who, `/instalments/${id}/move?days=8`)).check, null);
    assert.equal(problem(await move(who, id, 8)), "too-far");
    assert.equal((await move(await life.buyer(), id, 1)).status, 404);
    const moved = await move(who, id, 7);
    assert.deepEqual([moved.status, moved.body.next.day, moved.body.owed.amount], [200, page.check.after.next, "3000.00"]);
    assert.equal(moved.body.schedule.at(-1).day, was.schedule.at(-1).day, "the others stay");
    assert.equal(problem(await move(who, id, 1)), "moved-already");
    const again = await life.get(who, `/instalments/${id}/move`);
    assert.deepEqual([again.days_most, again.times_left], [0, 0]);
    assert.match(again.why, /столько раз, сколько можно/);
    const late = await life.bought(who, "3000.00");
    await life.days((await dueIn(who, late.id)) + 1);
    assert.equal(problem(await move(who, late.id, 1)), "payment-overdue");
    assert.equal((await life.page(who, id)).state, "runs", "it came later");
    await life.proved();
  });
});
