// lenders.test.mjs: small loans of partner lenders inside (WA-10): what is told before anything is asked, consent, decision,
// signature, money, repayment, and all that a lender can do wrong on the way.

import assert from "node:assert/strict";
import {createHash} from "node:crypto";
import {after, before, test} from "node:test";

import {Lenders, lenders, limits} from "../support/lenders.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {problem} from "../support/server.mjs";
import {rub, until} from "../support/wallet.mjs";

let both, server, partner, anna;
before(async () => {
  both = await startBoth((sandbox) => ({limits, lenders: lenders(sandbox, {repay_life: "1s"})}));
  ({server} = both);
  partner = new Lenders(both);
  anna = await partner.known();
});
after(() => both?.stop());

const kopecks = (sum) => Math.round(Number(sum.amount) * 100);

test("WA-10: a calculator tells total, schedule and full cost before anything is asked", async () => {
  const stranger = await server.customer();
  const {body: list} = await partner.get(stranger, "/lenders");
  assert.deepEqual(list.lenders.map(({code, least, most}) => [code, least.amount, most.amount]),
                   [["quick", "1000.00", "30000.00"], ["long", "10000.00", "100000.00"]]);
  assert.ok(list.lenders[0].licence.includes("реестр"));
  const {body: quick} = await partner.get(stranger, "/lenders/quick?sum=5000&term=14");
  assert.deepEqual([quick.offer.total, quick.offer.cost, quick.offer.psk], [rub("5560.00"), rub("560.00"), "292.000"]);
  assert.deepEqual(quick.offer.schedule.map(({sum}) => sum), [rub("5560.00")]);
  assert.ok(quick.barred && quick.raise, "one sees what it costs, and that the level is too low");
  const {body: long} = await partner.get(stranger, "/lenders/long?sum=50000&term=6");
  assert.equal(long.offer.schedule.length, 6);
  assert.equal(long.offer.schedule.reduce((sum, due) => sum + kopecks(due.sum), 0), kopecks(long.offer.total));
  const off = (await partner.get(stranger, "/lenders/quick?sum=5500&term=14")).body;
  assert.ok(!off.good && off.offer === null && off.sum_error && !off.term_error, "not in steps of a thousand");
  assert.ok((await partner.get(stranger, "/lenders/quick?sum=5000&term=99")).body.term_error);
  assert.equal((await partner.get(stranger, "/lenders/nobody")).status, 404);
});

test("WA-10: sliders and fields say the same without scripts", async () => {
  const ask = async (query) => (await partner.get(anna, `/lenders/quick?${query}`)).body;
  const was = "sum_was=1000&term_was=7";
  assert.equal((await ask(`sum=1000&term=7&sum_slide=9000&term_slide=7&${was}`)).sum.amount, "9000.00", "the slider moved");
  assert.equal((await ask(`sum=4000&term=7&sum_slide=9000&term_slide=7&${was}`)).sum.amount, "4000.00", "typed wins");
  assert.equal((await ask(`sum=1000&term=7&sum_slide=1000&term_slide=20&${was}`)).term, 20);
});

test("WA-10: a lender who is silent or does not add up is not shown", async () => {
  await partner.fault("bad-psk", {call: "quote", times: 1});
  assert.deepEqual((({unsound, offer}) => [unsound, offer])((await partner.get(anna, "/lenders/quick?sum=5000&term=14")).body),
                   [true, null]);
  for (const fault of ["gateway", "twice", "empty", "other-sum"]) {
    await partner.fault(fault, {call: "quote", times: 1});
    assert.equal((await partner.get(anna, "/lenders/quick?sum=5000&term=14")).body.offer, null, fault);
  }
});

test("WA-10: who may not apply hears why", async () => {
  const stranger = await server.customer(), apply = (who, fields) =>
    partner.post(who, "/lenders/quick/apply", {sum: "5000.00", term: 14, consent: true, ...fields});
  assert.equal(problem(await apply(stranger)), "level-too-low");
  assert.equal((await apply(anna, {consent: false})).status, 422);
  assert.equal((await apply(anna, {sum: "5001.00"})).status, 422);
  assert.equal((await apply(anna, {term: 31})).status, 422);
  assert.equal((await apply(anna, {to: "1"})).status, 422);
  assert.equal((await partner.post(anna, "/lenders/nobody/apply", {sum: "5000.00", term: 14, consent: true})).status, 404);
  assert.equal((await partner.books()).loans.length, 0, "nothing was handed over");
});

test("WA-10: from the application to the closed loan", async () => {
  const who = await partner.known(), id = await partner.apply(who, "5000.00", 14);
  assert.equal(problem(await partner.post(who, "/lenders/quick/apply", {sum: "5000.00", term: 14, consent: true})), "under-way");
  const {body: profile} = await partner.get(who, "/settings/profile");
  const consent = profile.consents.find(({purpose}) => purpose === "lender.quick");
  assert.ok(consent.holds && consent.words.includes("До зарплаты") && consent.words.includes("ООО МКК"), "kept with its text");
  const offered = await partner.state(who, id, "offered");
  assert.deepEqual([offered.offer.psk, offered.offer.total], ["292.000", rub("5560.00")]);
  assert.ok(offered.offer.contract.includes("292.000") && offered.room);
  assert.equal(offered.offer.digest, createHash("sha256").update(offered.offer.contract).digest("hex"));
  assert.equal(problem(await partner.post(who, `/lender-loans/${id}/sign`, {code: "000000"})), "code-spent");
  const code = await partner.asked(who, id);
  const wrong = code === "111111" ? "222222" : "111111";
  assert.equal(problem(await partner.post(who, `/lender-loans/${id}/sign`, {code: wrong})), "code-wrong");
  for (const path of ["", "/code", "/sign", "/cancel", "/pay"]) {
    const body = path === "/sign" ? {code} : path === "/pay" ? {sum: "1.00"} : {};
    const answer = path ? await partner.post(anna, `/lender-loans/${id}${path}`, body) : await partner.get(anna, `/lender-loans/${id}`);
    assert.equal(answer.status, 404, `another's loan is as a missing one ${path}`);
  }
  assert.equal((await partner.post(who, `/lender-loans/${id}/sign`, {code})).status, 200);
  assert.equal((await partner.post(who, `/lender-loans/${id}/sign`, {code})).status, 200, "pressed twice");
  const open = await until(() => partner.loan(who, id), ({state, figures}) => state === "open" && figures);
  assert.ok(open.signed && open.operation);
  assert.equal(await partner.balance(who), "5000.00");
  const [operation] = await partner.operations(who);
  assert.deepEqual([operation.kind, operation.counterparty], ["lender_loan", "До зарплаты"]);
  assert.deepEqual([open.figures.owed, open.figures.next.sum], [rub("5000.00"), rub("5000.00")]);
  assert.equal(problem(await partner.post(who, `/lender-loans/${id}/cancel`)), "not-in-this-state");

  await partner.pass(3); // three days of 0.8 %
  assert.equal((await partner.loan(who, id)).figures.owed.amount, "5120.00");
  assert.equal(problem(await partner.post(who, `/lender-loans/${id}/pay`, {sum: "6000.00"})), "not-enough-money");
  const part = await partner.pay(who, id, "1120.00");
  assert.equal(part.state, "taken");
  assert.equal(await partner.balance(who), "3880.00");
  assert.equal((await partner.loan(who, id)).figures.owed.amount, "4000.00");
  const much = await partner.pay(who, id, "3880.00", {full: true});
  assert.deepEqual([much.state, much.reason], ["declined", "changed"], "not what closes it");
  assert.equal(await partner.balance(who), "3880.00", "and the money is back");
  await partner.topup(who, "200.00");
  const over = await partner.pay(who, id, "4000.01");
  assert.deepEqual([over.state, over.reason], ["declined", "too-much"]);
  assert.equal((await partner.pay(who, id, "4000.00", {full: true})).state, "taken");
  const closed = await partner.state(who, id, "closed");
  assert.match(closed.certificate, /^С-\d+$/);
  assert.equal((await partner.get(who, "/lenders")).body.loans[0].state, "closed");
  assert.equal(problem(await partner.post(who, `/lender-loans/${id}/pay`, {sum: "1.00"})), "not-in-this-state");
});

const everyway = ["timeout-after", "timeout-before", "closed-after", "twice", "html", "broken", "empty", "gateway", "huge", "other-id",
                  "other-sum", "contradicts"];

test("WA-10: the same on pages, without scripts", async () => {
  const who = await partner.known(), browser = await server.browser().signIn(who);
  await browser.go("/lenders/quick?sum=3000&term=10");
  assert.match(browser.html, /292,000 % годовых/);
  const [, path] = /href="(\/lenders\/quick\/apply[^"]*)"/.exec(browser.html);
  await browser.go(path.replaceAll("&amp;", "&"));
  assert.ok(!("consent" in browser.form("/lenders/quick/apply")), "not ticked beforehand");
  await browser.send("/lenders/quick/apply");
  assert.equal(browser.status, 422);
  assert.match(browser.html, /Без согласия/);
  await browser.send("/lenders/quick/apply", {consent: "on"});
  const loan = browser.path, id = loan.split("/").at(-1);
  await partner.state(who, id, "offered");
  await browser.go(loan);
  const code = await partner.code(who, () => browser.send(`${loan}/code`));
  await browser.send(`${loan}/sign`, {code});
  await partner.state(who, id, "open");
  await until(() => partner.loan(who, id), ({figures}) => figures);
  await browser.go(loan);
  await browser.send(`${loan}/pay`); // the first form: the next payment
  assert.equal(browser.status, 200);
  await partner.state(who, id, "closed");
  assert.match((await browser.go(loan)).html, /Заём закрыт/);
});

test("WA-10: decisions: refused with reasons, less, slow, withdrawn, implausible, said and unsaid", async () => {
  const fresh = async (fault) => {
    const who = await partner.known();
    return {who, fault, id: await partner.struck(fault, "apply", () => partner.apply(who, "6000.00", 14))};
  };
  const refused = await fresh("refuse"), less = await fresh("less"), slow = await fresh("slow-decision");
  assert.equal((await partner.loan(slow.who, slow.id)).state, "deciding");
  const later = await fresh("refuse-later"), odd = await fresh("bad-psk"), all = [];
  for (const fault of everyway) {
    if (fault === "other-sum") // or another, asked again, would be implausible
      await Promise.all(all.map(({who, id}) => partner.state(who, id, "offered")));
    all.push(await fresh(fault));
  }
  assert.equal((await partner.state(refused.who, refused.id, "refused")).reasons.length, 2);
  assert.equal((await partner.state(less.who, less.id, "offered")).sum.amount, "3000.00");
  await partner.state(slow.who, slow.id, "offered");
  await partner.state(later.who, later.id, "refused");
  await partner.state(odd.who, odd.id, "implausible");
  for (const {who, id, fault} of all) await partner.state(who, id, fault === "other-sum" ? "implausible" : "offered");
  const given = all.at(-1);
  assert.equal((await partner.post(given.who, `/lender-loans/${given.id}/cancel`)).body.state, "cancelled");
  const theirs = async () => (await partner.books()).loans.filter(({id}) => id === given.id || id === odd.id);
  await until(theirs, (loans) => loans.every(({state}) => state === "cancelled"));
});

test("WA-10: a signature reaches the lender once, whatever happens; the money may come later", async () => {
  const signed = async (fault) => {
    const who = await partner.known(), id = await partner.apply(who, "2000.00", 10);
    await partner.state(who, id, "offered");
    const answer = await partner.struck(fault, "sign", () => partner.sign(who, id));
    assert.equal(answer.status, 200, answer.text);
    return {who, id, fault};
  };
  const cooling = await signed("cooling");
  assert.ok((await partner.loan(cooling.who, cooling.id)).state !== "open", "it waits");
  const refused = await signed("sign-refuse"), all = [];
  for (const fault of everyway) all.push(await signed(fault));
  await partner.state(cooling.who, cooling.id, "open");
  await partner.state(refused.who, refused.id, "refused");
  assert.equal(await partner.balance(refused.who), "0.00");
  for (const {who, id, fault} of all) {
    await partner.state(who, id, "open");
    assert.equal(await partner.balance(who), "2000.00", fault);
  }
});

test("WA-10: a repayment is taken once, and let go only when the lender says so twice", async () => {
  const crowd = await Promise.all([...everyway, "repay-pending", "repay-refuse"].map(async (fault) => {
    const who = await partner.known();
    return {who, fault, id: await partner.borrow(who, "2000.00", 14)};
  }));
  const settled = ({who, id}) => until(() => partner.loan(who, id), ({sending}) => !sending);
  for (const {who, id, fault} of crowd) {
    if (fault === "repay-refuse") await Promise.all(crowd.map(settled)); // or another, asked again, would be refused
    await partner.struck(fault, "repay", () => partner.post(who, `/lender-loans/${id}/pay`, {sum: "100.00"}));
  }
  for (const {who, id, fault} of crowd) {
    const {repayments: [repayment]} = await settled({who, id});
    const refused = fault === "repay-refuse", left = refused ? "2000.00" : "1900.00";
    assert.deepEqual([repayment.state, repayment.reason], refused ? ["declined", "refused"] : ["taken", null], fault);
    assert.equal((await partner.loan(who, id)).figures.owed.amount, left, fault);
    assert.equal(await partner.balance(who), left, fault);
  }
  const [{who, id}] = crowd, key = "one-and-the-same-key-0001", pay = (sum) => partner.post(who, `/lender-loans/${id}/pay`, {sum}, key);
  const one = await pay("50.00"), two = await pay("50.00");
  assert.equal(one.text, two.text, "the same key is the same repayment");
  assert.equal((await pay("60.00")).status, 422, "and none of another sum");
});

test("WA-10: what the wallet cannot take is told before signing", async () => {
  const who = await partner.known(), id = await partner.apply(who, "50000.00", 6, {lender: "long"});
  await partner.state(who, id, "offered");
  await partner.topup(who, "14000.00");
  assert.equal((await partner.loan(who, id)).room, false);
  assert.equal(problem(await partner.post(who, `/lender-loans/${id}/code`)), "balance-limit");
  const payee = await server.customer();
  assert.equal((await partner.send(who, payee.phone, "5000.00")).status, 201);
  const code = await partner.asked(who, id);
  await partner.topup(who, "5000.00"); // … and meanwhile it is full again
  assert.equal(problem(await partner.post(who, `/lender-loans/${id}/sign`, {code})), "balance-limit");
});

test("WA-10: overdue is shown as the lender says", async () => {
  const who = await partner.known(), id = await partner.borrow(who, "3000.00", 7);
  await partner.pass(10);
  const late = await until(() => partner.loan(who, id), ({figures}) => figures?.overdue_since);
  assert.ok(kopecks(late.figures.penalty) > 0 && kopecks(late.figures.overdue) > 0);
  const told = await until(async () => (await server.messages(who.phone)).some((text) => text.includes("просрочен")), Boolean);
  assert.ok(told);
  const {body: home} = await partner.get(who, "/");
  assert.ok(home.pending.some(({href}) => href === `/lender-loans/${id}`), "what is due is on the home page");
});

test("WA-10: an open loan stands in the way of leaving, and is among one's own data", async () => {
  const who = await partner.known();
  const id = await partner.borrow(who, "1000.00", 7);
  await partner.pay(who, id, "10.00");
  const {body} = await partner.get(who, "/settings/closing");
  assert.ok(body.obstacles.some(({href}) => href === "/lenders"), JSON.stringify(body.obstacles));
  const own = (await partner.get(who, "/settings/export.json")).body.lenders;
  assert.deepEqual(own.map(({kind}) => kind), ["lender_loan", "lender_signature", "lender_repayment"]);
  assert.ok(own[0].contract.includes("1000.00"));
  assert.equal(own[1].phone, who.phone);
});

test("WA-10: nobody borrows while his money is frozen, or just after a change of secrets", async () => {
  const who = await partner.known(), id = await partner.apply(who, "2000.00", 7);
  await partner.state(who, id, "offered");
  assert.equal((await partner.post(who, "/support/theft")).status, 200);
  assert.equal(problem(await partner.post(who, `/lender-loans/${id}/code`)), "account-frozen");
  assert.equal(problem(await partner.post(who, "/lenders/long/apply", {sum: "10000.00", term: 3, consent: true})), "account-frozen");
});

test("WA-10: a repayment that hangs past its deadline is a task of staff, which ends when the lender answers", async () => {
  const who = await partner.known(), id = await partner.borrow(who, "2000.00", 7), boss = await partner.finance();
  const tasks = async () => (await boss.get("/staff/tasks?queue=lenders.late")).body.tasks;
  await partner.fault("gateway", {call: "repay", seconds: 60});
  await partner.fault("gateway", {call: "repayment", seconds: 60});
  assert.equal((await partner.post(who, `/lender-loans/${id}/pay`, {sum: "100.00"})).status, 200);
  await until(tasks, ({length}) => length === 1);
  assert.equal((await partner.home(who)).wallet.available.amount, "1900.00", "held, and nobody's");
  assert.equal((await boss.get(`/staff/lender-loans/${id}`)).status, 403, "within the task, or with a reason");
  await partner.mend();
  await until(() => partner.loan(who, id), ({sending}) => !sending);
  assert.deepEqual(await tasks(), []);
  assert.equal(await partner.balance(who), "1900.00");
});

test("WA-10: finance compares the lender's list with ours", async () => {
  const boss = await partner.finance();
  const told = await until(async () => (await boss.get("/staff/lenders")).body.lenders,
                           ([one]) => one.told_at && one.odd.length === 0 && one.their_issued.amount === one.our_issued.amount, 30000);
  const [quick, long] = told;
  assert.deepEqual([quick.their_repaid, quick.odd], [quick.our_repaid, []]);
  assert.deepEqual([long.their_issued, long.their_repaid, long.odd], [long.our_issued, long.our_repaid, []], "a lender of its own");
  assert.equal(kopecks(quick.settlement), kopecks(quick.our_repaid) - kopecks(quick.our_issued));
});
