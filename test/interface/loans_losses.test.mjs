// What two people change of a running loan, when it goes wrong between them (LO-6, BO-2): confirmed twice, confirmed of a
// loan that was paid or closed meanwhile, asked for twice, the server killed. Each happens once or not at all, and the
// books say what the loans' rows say after each.

import assert from "node:assert/strict";
import {after, afterEach, before, describe, test} from "node:test";

import {good, kopecks} from "../support/deposits.mjs";
import {LoanLife} from "../support/loan_life.mjs";
import {newKey} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";
import {problem} from "../support/wallet.mjs";

let life, server, people, who;

before(async () => {
  life = await LoanLife.start();
  ({server} = life);
  people = await staff(server, {risk: "risk", finance: "finance", other: "finance"});
  who = await life.person();
});
after(() => life?.stop());
afterEach(async () => people && life.proved());

const post = (by, path, body = {}) => by.post(path, body, {key: newKey()});
const confirm = (approval, {by = people.finance, seen} = {}) => post(by, `/staff/approvals/${approval}/confirm`, seen ? {seen} : {});
const plan = {kind: "annuity", unit: "days", length: 10, count: 6, rate: "30", reason: "Клиент просит рассрочку"};
const because = {waived: {waive_reason: "Болезнь клиента"}, off: {off_reason: "Взыскать не удалось"}};

// A loan of so many days, paid back by one payment after twenty: forty leave it twenty days overdue.
async function lent(days = 40) {
  const loan = await life.payday(who);
  await life.days(days);
  for (const by of Object.values(people)) await good(post(by, `/staff/customers/${who.customer}/reason`, {reason: "Просроченный заём"}));
  const path = `/staff/customers/${who.customer}/loans/${loan}`;
  return {loan, path, see: () => good(people.risk.get(path))};
}
const asked = async (path, way, body, by = people.risk) => (await good(post(by, `${path}/${way}`, body))).approval;
const waive = ({path}, waived) => asked(path, "waive", {waived, ...because.waived});
const restructure = ({path}) => asked(path, "restructure", plan);
const writeOff = ({path}, by) => asked(path, "write-off", because.off, by);
const pay = async (loan, sum, wish = "pay") => good(life.repay(who, loan, {wish, sum, from: await life.purse(who, sum)}));
const events = (loan, kind) => Number(server.rows(`SELECT COUNT(*) FROM loan_event WHERE loan = ${loan} AND kind = ${kind}`)[0][0]);
// Of lending/loan_rules.h: enum loan_event_kind.
const kinds = {restructure: 7, waive: 8, off: 10};
const overdue = ({debts}) => debts.days_overdue;

const ways = [["a penalty waived", (one) => waive(one, "10.00"), "waive"], ["another plan", restructure, "restructure"],
              ["a write-off", (one) => writeOff(one), "off"]];

// An ended loan is paid, so that the customer may have the next one.
const ended = async (one) => {
  const {runs, debts} = await one.see();
  if (runs) await pay(one.loan, debts.total.amount, "all");
};

describe("LO-6, BO-2: confirmed twice, or by two at once: once", () => {
  for (const [name, ask, kind] of ways)
    test(`LO-6, BO-2: ${name}`, {timeout: 360000}, async () => {
      const one = await lent(), was = await one.see(), approval = await ask(one);
      assert.ok(overdue(was) > 0 && kopecks(was.debts.penalty) >= 1000n, JSON.stringify(was.debts));
      const both = await Promise.all([people.finance, people.other].map((by) => confirm(approval, {by})));
      assert.deepEqual(both.map(({status}) => status).sort(), [200, 409], both.map(({text}) => text).join());
      assert.equal(problem(both.find(({status}) => status === 409)), "approval-over");
      assert.equal(problem(await confirm(approval)), "approval-over");
      assert.equal(events(one.loan, kinds[kind]), 1);
      const now = await one.see();
      if (kind === "waive") assert.equal(kopecks(was.debts.penalty) - kopecks(now.debts.penalty), 1000n);
      if (kind === "restructure") assert.deepEqual([now.plan.count, overdue(now)], [6, 0]);
      if (kind === "off") assert.equal(now.state, "written_off");
      await ended(one);
    });
});

describe("LO-6, BO-2: the loan changed meanwhile", () => {
  test("LO-6, BO-2: paid back in full: nothing of what was asked for is done any more", {timeout: 360000}, async () => {
    const one = await lent(), approvals = [await waive(one, "10.00"), await restructure(one), await writeOff(one)];
    await pay(one.loan, (await one.see()).debts.total.amount, "all");
    assert.equal((await one.see()).state, "closed");
    for (const approval of approvals) {
      assert.equal(problem(await confirm(approval)), "not-in-this-state");
      assert.equal((await people.finance.get(`/staff/approvals/${approval}`)).status, 200, "still there to be declined");
      await good(post(people.finance, `/staff/approvals/${approval}/decline`, {reason: "Погашен клиентом"}));
    }
    for (const [way, body] of [["restructure", plan], ["waive", {waived: "1.00", ...because.waived}], ["write-off", because.off]])
      assert.equal(problem(await post(people.risk, `${one.path}/${way}`, body)), "not-in-this-state", way);
    for (const kind of Object.values(kinds)) assert.equal(events(one.loan, kind), 0);
  });

  test("LO-6, BO-2: paid in part: who has seen the sums of before does not confirm others unseen", {timeout: 360000}, async () => {
    const one = await lent();
    for (const ask of [() => waive(one, "10.00"), () => restructure(one), () => writeOff(one)]) {
      const approval = await ask(), {seen} = await good(people.finance.get(`/staff/approvals/${approval}`));
      await pay(one.loan, "100.00");
      assert.equal(problem(await confirm(approval, {seen})), "approval-changed");
      await good(post(people.finance, `/staff/approvals/${approval}/decline`, {reason: "Суммы уже другие"}));
    }
    const {debts} = await one.see(), off = await writeOff(one), lost = async () => kopecks((await life.books()).loss);
    const before = await lost(), {seen} = await good(people.finance.get(`/staff/approvals/${off}`));
    await good(confirm(off, {seen}));
    assert.equal(await lost() - before, kopecks(debts.total), "what is left, no more");
    assert.equal(kopecks((await life.page(who, one.loan)).owed), 0n);
  });

  test("LO-6, BO-2: more than is left of a penalty is not waived; two asked for at once are not both done", {timeout: 360000}, async () => {
    const one = await lent(), {debts: {penalty}} = await one.see();
    const twice = [await waive(one, penalty.amount), await waive(one, penalty.amount)];
    await good(confirm(twice[0]));
    assert.equal(problem(await confirm(twice[1])), "wrong-sum");
    assert.equal((await one.see()).debts.penalty.amount, "0.00");
    const offs = [await writeOff(one), await writeOff(one, people.finance)];
    const both = await Promise.all([confirm(offs[0], {by: people.finance}), confirm(offs[1], {by: people.other})]);
    assert.deepEqual(both.map(({status}) => status).sort(), [200, 409], both.map(({text}) => text).join());
    assert.equal(problem(both.find(({status}) => status === 409)), "not-in-this-state");
    assert.equal(events(one.loan, kinds.off), 1);
  });

  test("LO-6, BO-2: a plan and a write-off asked for at once: the one confirmed first is what stands", {timeout: 360000}, async () => {
    const one = await lent(), [plans, off] = [await restructure(one), await writeOff(one)];
    await good(confirm(off));
    assert.equal(problem(await confirm(plans)), "not-in-this-state");
    assert.deepEqual([events(one.loan, kinds.restructure), events(one.loan, kinds.off)], [0, 1]);
  });
});

describe("LO-6, BO-2: the server is killed", () => {
  for (const [name, ask, kind] of ways)
    test(`LO-6, BO-2: ${name}: killed while it is confirmed and after: done once`, {timeout: 360000}, async () => {
      const one = await lent(), approval = await ask(one);
      const going = confirm(approval).catch(() => null);
      await server.end("SIGKILL");
      await going;
      await server.run();
      const again = await confirm(approval);
      assert.ok(again.status === 200 || problem(again) === "approval-over", again.text);
      await server.end("SIGKILL");
      await server.run();
      assert.equal(events(one.loan, kinds[kind]), 1);
      assert.equal(problem(await confirm(approval)), "approval-over");
      await ended(one);
    });
});
