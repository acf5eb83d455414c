// card_disputes.test.mjs: a purchase that its holder disputes (BK-8, BK-9): refused, looked at by staff, sent to the sandbox's
// processing centre, decided there; each outcome moves money once, whatever comes late, twice or against what was told
// before. And contradictions of other messages, which end with staff. A card's operations as a statement.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {Cards} from "../support/cards.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {newPhone, problem} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";
import {limits, until} from "../support/wallet.mjs";

let both, server, cards, boss;
before(async () => {
  both = await startBoth({limits, cards: {credit: true}});
  ({server} = both);
  cards = new Cards(both);
  ({boss} = await staff(server, {boss: "support,risk,finance,admin"}));
});
after(() => both?.stop());

const words = "Заказал сапоги, прошёл месяц, магазин молчит.";
// By its entries, which are on disk with their command: rows of accounts come later.
const system = (name) => Number(server.rows(
  `SELECT SUM(e.amount) FROM card_system s, entry e WHERE e.account = s.account AND s.name = '${name}'`)[0]?.[0] ?? 0);

// A claimed purchase of a new customer: {who, id, operation (processing's), purchase (ours)}.
async function bought(sum = "100.00") {
  const who = await cards.rich("500.00"), id = await cards.virtual(who), number = await cards.number(who, id);
  const {operation} = await cards.buy(number, sum);
  await cards.follow("claims", operation);
  const token = server.rows(`SELECT token FROM card WHERE id = ${id}`)[0][0];
  return {who, id, number, token, operation, purchase: (await cards.card(who, id)).operations[0].id};
}
const dispute = ({who, purchase}, body = {reason: "not-received", words}) => cards.post(who, `/cards/purchases/${purchase}/dispute`, body);
const look = async ({who, purchase}) => (await server.get(`/cards/purchases/${purchase}`, {token: who.token})).body;
async function decide(made, body) {
  const {id} = made.body.dispute;
  const {tasks} = (await boss.get("/staff/tasks?queue=cards.disputes")).body;
  for (const each of tasks) await boss.post(`/staff/tasks/${each.id}/take`);
  return boss.post(`/staff/card-disputes/${id}`, body);
}
async function sent(one, body) {
  const made = await dispute(one, body);
  assert.equal(made.status, 201, made.text);
  const answer = await decide(made, {decision: "send"});
  assert.equal(answer.status, 200, answer.text);
  await until(() => verdictKnown(one), (known) => known);
  return made;
}
// The centre has it: it does not know disputes that have not come.
const verdictKnown = async ({operation}) =>
  (await fetch(`${both.sandbox.url}/processing/verdicts`, {
    method: "POST", body: JSON.stringify({operation, outcome: "won", sum: "99999.00"}),
    headers: {"Content-Type": "application/json", Accept: "application/json"}})).status === 409;
const verdict = async ({operation}, outcome, more = {}) => {
  await cards.centre("/verdicts", {operation, outcome, ...more});
  await cards.quiet();
};

test("BK-8: what cannot be disputed is refused; another's is as a missing one", async () => {
  const one = await bought();
  for (const [body, status] of [[{}, 422], [{reason: "not-received", words: "мало"}, 422], [{reason: "bored", words}, 422],
                                [{reason: "twice", words, sum: "100.01"}, 422], [{reason: "twice", words, sum: "0"}, 422]])
    assert.equal((await dispute(one, body)).status, status, JSON.stringify(body));
  const thief = await server.customer();
  assert.equal((await dispute({...one, who: thief})).status, 404);
  assert.equal((await server.get(`/cards/purchases/${one.purchase}`, {token: thief.token})).status, 404);
  const held = await cards.buy(one.number, "10.00"), [{id}] = (await cards.card(one.who, one.id)).operations;
  assert.equal(held.state, "approved");
  assert.equal(problem(await dispute({...one, purchase: id})), "not-disputable", "not claimed yet");
  assert.equal((await dispute(one)).status, 201);
  assert.equal(problem(await dispute(one)), "not-disputable", "once");
  const old = await bought();
  await server.end();
  server.sql(`UPDATE card_operation SET made = 1000000 WHERE id = ${old.purchase}`);
  await server.run();
  assert.equal(problem(await dispute(old)), "too-late");
});

test("BK-8: staff open a dispute by its task alone, refuse it with a reason that its holder reads", async () => {
  const one = await bought(), made = await dispute(one, {reason: "unknown", words, sum: "40.00"}), {id} = made.body.dispute;
  const address = `/staff/card-disputes/${id}`;
  assert.equal((await boss.get(address)).status, 403, "nobody's task");
  assert.equal((await decide(made, {decision: "refuse"})).status, 422, "without a reason");
  const seen = (await boss.get(address)).body;
  assert.deepEqual([seen.words, seen.wanted.amount, seen.purchase.cleared.amount], [words, "40.00", "100.00"]);
  assert.equal((await boss.post(address, {decision: "refuse", note: "Покупка с вашим ПИН-кодом"})).status, 200);
  assert.equal((await boss.post(address, {decision: "send"})).status, 404, "decided");
  assert.equal((await look(one)).dispute.state, "refused");
  await until(() => server.messages(one.who.phone), (texts) => texts.some((text) => /не передан.*ПИН-кодом/s.test(text)));
  assert.equal(await cards.balance(one.who), "400.00");
});

test("BK-8: sent, lent meanwhile, won: what was lent is repaid by the shop, once", async () => {
  const one = await bought(), before = system("disputed");
  await sent(one);
  const {body} = await server.get(`/cards/purchases/${one.purchase}`, {token: one.who.token});
  assert.deepEqual([body.dispute.state, body.dispute.lent.amount], ["sent", "100.00"]);
  assert.deepEqual([await cards.balance(one.who), system("disputed") - before], ["500.00", -10000]);
  await verdict(one, "won");
  assert.deepEqual([await cards.balance(one.who), system("disputed") - before], ["500.00", 0]);
  assert.equal((await look(one)).dispute.state, "won");
  const kinds = (await cards.operations(one.who)).map(({kind}) => kind);
  assert.ok(kinds.includes("card_credit"), kinds.join());
  const {operation, token: card} = one;
  const again = {type: "chargeback", id: `again${operation}`, operation, card, sum: "100.00", currency: "RUB"};
  for (const outcome of ["lost", "lost"]) // contradicts; told twice
    assert.equal((await cards.tell({...again, outcome})).status, 200);
  assert.equal((await cards.tell({...again, outcome: "maybe"})).status, 422);
  assert.equal(await cards.balance(one.who), "500.00", "nothing moves");
  const {tasks} = (await boss.get("/staff/tasks?queue=cards.questioned")).body;
  assert.ok(tasks.length > 0, "staff look at what contradicts");
});

test("BK-8: lost: what was lent is taken back; when it is spent, finance has a task", async () => {
  const one = await bought();
  await sent(one);
  await verdict(one, "lost");
  assert.equal(await cards.balance(one.who), "400.00");
  assert.equal((await look(one)).dispute.lent.amount, "0.00");
  const poor = await bought(), before = system("disputed");
  await sent(poor);
  const friend = await server.customer();
  const paid = await server.post("/transfers", {to: friend.phone, sum: "450.00"}, cards.as(poor.who));
  assert.equal(paid.status, 201, paid.text);
  await verdict(poor, "lost");
  assert.deepEqual([await cards.balance(poor.who), system("disputed") - before], ["50.00", -10000]);
  const told = await look(poor);
  assert.deepEqual([told.dispute.state, told.dispute.lent.amount], ["lost", "100.00"]);
});

test("BK-8: won in part; and the shop gives back by itself while it is disputed", async () => {
  const part = await bought();
  await sent(part);
  await verdict(part, "won", {sum: "30.00"});
  assert.equal(await cards.balance(part.who), "430.00", "the rest of what was lent goes back");
  const early = await bought();
  const made = await dispute(early);
  await cards.follow("refunds", early.operation);
  assert.equal((await look(early)).dispute.state, "returned");
  assert.equal((await decide(made, {decision: "send"})).status, 404, "nothing is left to decide");
  assert.equal(await cards.balance(early.who), "500.00");
  const late = await bought(), before = system("disputed");
  await sent(late);
  await cards.follow("refunds", late.operation, {sum: "60.00"});
  assert.deepEqual([await cards.balance(late.who), system("disputed") - before], ["500.00", -4000], "it repays what was lent");
  await verdict(late, "won", {sum: "40.00"});
  assert.deepEqual([await cards.balance(late.who), system("disputed") - before], ["500.00", 0]);
  const books = await cards.books();
  assert.equal(system("processing"), Math.round((Number(books.claimed.amount) - Number(books.refunded.amount)) * 100));
});

test("BK-9: refunds above what was paid, reversals after the claim, claims above the hold: each ends, some with a task", async () => {
  const one = await bought(), n = newPhone();
  const say = (type, id, sum, more) => cards.tell({type, id: `${n}${id}`, operation: one.operation, card: one.token,
                                                   ...(sum ? {sum, currency: "RUB"} : {}), ...more});
  const tasks = async () => (await boss.get("/staff/tasks?queue=cards.questioned")).body.tasks.length;
  const before = await tasks(), kept = system("questioned");
  assert.equal((await say("refund", "a", "130.00")).body.status, "accepted");
  assert.equal((await say("refund", "a", "130.00")).body.status, "known");
  assert.deepEqual([await cards.balance(one.who), system("questioned") - kept], ["500.00", 3000], "100 are his, 30 wait for staff");
  assert.equal(await tasks(), before + 1);
  const two = await bought(), state = async () => (await look(two)).state;
  await cards.tell({type: "reversal", id: `${n}b`, operation: two.operation, card: two.token});
  assert.deepEqual([await cards.balance(two.who), await state()], ["500.00", "cleared"], "the money is back");
  assert.equal((await look(two)).refunded.amount, "100.00");
  const three = await bought(), more = (id) => cards.tell({type: "clearing", id: `${n}${id}`, operation: three.operation,
                                                           card: three.token, sum: "50.00", currency: "RUB"});
  const ours = system("questioned");
  await more("c");
  assert.deepEqual([await cards.balance(three.who), system("questioned") - ours], ["400.00", -5000], "ours until staff have looked");
  await server.end();
  const proof = server.command("verify");
  assert.equal(proof.status, 0, proof.output + proof.errors);
  await server.run();
});

test("BK-9: a card's own statement: its operations of a period, as a list, CSV and PDF", async () => {
  const one = await bought(), other = await cards.virtual(one.who), number = await cards.number(one.who, other);
  const {operation} = await cards.buy(number, "33.00", {merchant: "Пекарня"});
  await cards.follow("claims", operation);
  const get = (query) => server.get(`/operations?card=${query}`, {token: one.who.token});
  const list = ({body}) => body.days.flatMap(({operations}) => operations);
  assert.deepEqual(list(await get(one.id)).map(({counterparty, card_id}) => [counterparty, card_id]), [["Магазин", one.id]]);
  assert.deepEqual(list(await get(other)).map(({counterparty}) => counterparty), ["Пекарня"]);
  assert.deepEqual(list(await get(`${one.id}&from=2020-01-01&to=2020-12-31`)), []);
  const thief = await server.customer();
  assert.deepEqual(list(await server.get(`/operations?card=${one.id}`, {token: thief.token})), []);
  const file = (format) => server.fetch(`${server.url}/operations/export?card=${one.id}&from=2026-01-01&format=${format}`,
                                        {method: "GET", headers: {Authorization: `Bearer ${one.who.token}`, Accept: "*/*"}});
  const csv = await (await file("csv")).text();
  assert.match(csv, /Магазин/);
  assert.doesNotMatch(csv, /Пекарня|Пополнение/);
  const pdf = Buffer.from(await (await file("pdf")).arrayBuffer());
  assert.equal(pdf.subarray(0, 5).toString(), "%PDF-");
});
