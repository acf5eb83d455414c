// lenders_back.test.mjs: money of a partner lender that does not come to the wallet (WA-10): it waits for room for so long as the
// setting says and goes back; a signature that hangs is ended by two of staff; the lender hears of it once, whatever goes wrong.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {Lenders, lenders, limits} from "../support/lenders.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {newKey, problem} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";
import {until} from "../support/wallet.mjs";

let both, server, partner, people;
before(async () => {
  both = await startBoth((sandbox) => ({
    limits, lenders: lenders(sandbox, {sign_life: "1s", money_life: "1s", room_life: "1h"})}));
  ({server} = both);
  partner = new Lenders(both);
  await partner.fault("cooling", {call: "sign", seconds: 3600}); // so that a wallet can be filled between signature and money
  people = await staff(server, {finance: "finance,support", other: "finance", support: "support"});
});
after(() => both?.stop());

const lent = async (id) => (await partner.books()).loans.find((loan) => loan.id === id);

// A loan of 50 000 whose money came when the wallet, of 60 000 at most, had been filled meanwhile.
async function withoutRoom(more = "15000.00") {
  const who = await partner.known(), id = await partner.apply(who, "50000.00", 6, {lender: "long"});
  await partner.state(who, id, "offered");
  assert.equal((await partner.sign(who, id)).status, 200);
  await partner.topup(who, more);
  return {who, id, waits: await partner.state(who, id, "no-room", "open")};
}

// For all that wait now.
const roomOver = () => server.passed("UPDATE lender_loan SET money_at = money_at - 3600000000 WHERE state = 5");

test("WA-10: money without room waits, comes by itself once there is room, and else goes back in time", async () => {
  const {who, id, waits} = await withoutRoom();
  assert.equal(waits.state, "no-room");
  assert.ok(Date.parse(waits.back_at) > Date.now(), "till when it waits is told");
  const other = await withoutRoom(), payee = await server.customer();
  assert.equal((await partner.send(other.who, payee.phone, "6000.00")).status, 201);
  await partner.state(other.who, other.id, "open");
  await roomOver();
  const gone = await partner.state(who, id, "returned");
  assert.equal(gone.ended, true);
  assert.equal(await partner.balance(who), "15000.00");
  assert.equal((await lent(id)).state, "cancelled", "the lender has it back");
  const told = await until(() => server.messages(who.phone), (all) => all.some((text) => text.includes("вернулись кредитору")));
  assert.ok(told.some((text) => /до .*иначе они вернутся/.test(text)), "and he was told so before");
  await partner.send(who, payee.phone, "14000.00");
  const again = await partner.apply(who, "10000.00", 3, {lender: "long"});
  await partner.state(who, again, "offered");
  assert.equal((await partner.loan(who, id)).state, "returned", "it stays so though there is room now");
});

test("WA-10: that it goes back reaches the lender whatever he answers, and nothing comes after it", async () => {
  const faults = ["timeout-after", "timeout-before", "closed-after", "twice", "html", "other-id", "contradicts"];
  for (const fault of faults) await partner.fault(fault, {call: "return", times: 1});
  const all = await Promise.all(faults.map(() => withoutRoom()));
  for (const {waits} of all) assert.equal(waits.state, "no-room");
  await roomOver();
  for (const {who, id} of all) {
    await partner.state(who, id, "returned");
    assert.equal((await lent(id)).state, "cancelled");
    assert.equal(await partner.balance(who), "15000.00");
  }
  const {rules} = await (await fetch(`${both.sandbox.url}/lender/faults`)).json();
  assert.deepEqual(rules.map(({fault}) => fault), ["cooling"], "each of them struck");
  const {finance} = people;
  const lists = await until(async () => (await finance.get("/staff/lenders")).body.lenders[1],
                            ({told_at, their_issued, our_issued, odd}) =>
                              told_at && their_issued.amount === our_issued.amount && odd.length === 0, 20000);
  assert.equal(lists.their_issued.amount, "50000.00", "only the one that found room is lent");
});

test("WA-10: staff see a signature that hangs, and two of them end it", async () => {
  const who = await partner.known(), id = await partner.apply(who, "10000.00", 3, {lender: "long"});
  const {finance, other, support} = people, page = `/staff/lender-loans/${id}`;
  await partner.state(who, id, "offered");
  await partner.mend();
  for (const call of ["sign", "status", "return"]) await partner.fault("gateway", {call, seconds: 120});
  assert.equal((await partner.sign(who, id)).status, 200);
  const [task] = await until(async () => (await finance.get("/staff/tasks?queue=lenders.late")).body.tasks,
                             ({length}) => length > 0, 20000);
  assert.equal((await finance.post(`/staff/tasks/${task.id}/take`)).status, 200);
  const seen = (await finance.get(page)).body;
  assert.deepEqual([seen.state, seen.late, seen.may_end], ["signing", true, true]);
  assert.equal((await finance.post(`${page}/end`, {}, {key: newKey()})).status, 422, "a reason is asked for");
  const asked = await finance.post(`${page}/end`, {reason: "Кредитор молчит, клиент просит"}, {key: newKey()});
  assert.equal(asked.status, 200, asked.text);
  const at = `/staff/approvals/${asked.body.approval}`;
  const look = (await other.get(at)).body;
  const own = (await finance.get(at)).body;
  assert.notEqual((await finance.post(`${at}/confirm`, {seen: own.seen})).status, 200, "not by who asked");
  assert.notEqual((await support.post(`${at}/confirm`, {seen: look.seen})).status, 200, "nor by support");
  assert.equal((await other.post(`${at}/confirm`, {seen: look.seen})).status, 200);
  assert.equal((await partner.loan(who, id)).state, "returning");
  assert.deepEqual((await finance.get("/staff/tasks?queue=lenders.late")).body.tasks, [], "nobody need look into it now");
  await finance.post(`/staff/customers/${seen.customer}/reason`, {reason: "Жалоба на кредитора"});
  assert.equal(problem(await finance.post(`${page}/end`, {reason: "Ещё раз"}, {key: newKey()})), "not-in-this-state");
  await partner.mend();
  await partner.state(who, id, "returned");
  assert.equal((await lent(id)).state, "cancelled");
  assert.equal(await partner.balance(who), "0.00");
});

test("WA-10: what is in its time, paid out or another's is not ended so", async () => {
  const who = await partner.known(), id = await partner.borrow(who, "10000.00", 3, {lender: "long"});
  const {finance} = people, {customer} = (await finance.get(`/staff/lender-loans/${id}`)).body;
  assert.equal(customer, undefined, "without a reason nothing is seen");
  assert.equal((await finance.post(`/staff/lender-loans/${id}/end`, {reason: "Просто так"}, {key: newKey()})).status, 403);
  assert.equal((await finance.post("/staff/lender-loans/1/end", {reason: "Просто так"}, {key: newKey()})).status, 404);
});
