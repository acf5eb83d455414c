// Money sent to a friend's number (BK-3): the SMS has a link, by which he says without signing in where it goes: a bank
// card, his phone's balance, a wallet. Refused, another way may be chosen; nobody, and it goes back.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {providerCount} from "../support/catalogue.mjs";
import {Payouts, cardOf} from "../support/payouts.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {newKey, newPhone} from "../support/server.mjs";
import {Wallets, limits, problem, until} from "../support/wallet.mjs";

let both, server, wallets, payouts;
before(async () => {
  both = await startBoth({limits, behind_proxy: "true", wallet: {confirm_sum: "0.00"},
                          payments: {catalogue_file: "profiles/catalogue.json", check_life: "1m", send_life: "5m", returns_every: "1s"}},
                         {slow: 200, late: 900});
  ({server} = both);
  wallets = new Wallets(both);
  payouts = new Payouts(both);
  const {token} = await server.customer();
  await until(async () => (await server.get("/pay", {token})).body.providers.length, (count) => count === providerCount);
});
after(() => both?.stop());

let count = 0;
const headers = () => ({"X-Forwarded-For": `10.1.${++count >> 8}.${count & 255}`}); // how many of one address is told elsewhere
// Sent to a number without a cabinet: {who, phone, operation, token of the SMS's link}.
async function sent(sum = "500.00", phone = newPhone()) {
  const who = await wallets.rich("1000.00"), {status, body, text} = await wallets.send(who, phone, sum, {note: "За билеты"});
  assert.equal(status, 201, text);
  const [message] = await server.messages(phone);
  return {who, phone, operation: body.id, token: message.match(/\/claim\/([\w-]{22})/)[1]};
}
const look = async (token) => (await server.get(`/claim/${token}`, {headers: headers()})).body;
const choose = (token, way, fields = {}, options = {}) =>
  server.post(`/claim/${token}/${way}`, fields, {key: newKey(), headers: headers(), ...options});
const reached = (token, ...states) => until(() => look(token), ({state}) => states.includes(state), 60000);
const card = (end = "0000") => cardOf(end, "000100000");

test("BK-3: the link shows what was sent and the ways; a token of nobody is as a missing one", async () => {
  const {who, phone, token} = await sent();
  const {state, sum, note, from, card: to_card, phone: to_phone, wallet, number} = await look(token);
  assert.deepEqual([state, sum.amount, note, to_card, wallet, number], ["open", "500.00", "За билеты", true, false, null]);
  assert.ok(!from.includes(who.phone.slice(-7)) && !to_phone.includes(phone.slice(5, 10)));
  assert.equal((await server.get("/claim/AAAAAAAAAAAAAAAAAAAAAA", {headers: headers()})).status, 404);
  assert.equal((await choose("AAAAAAAAAAAAAAAAAAAAAA", "phone")).status, 404);
  assert.equal((await server.post(`/claim/${token}/wallet`, {}, {key: newKey(), headers: headers()})).status, 401);
});

test("BK-3: onto a bank card: the whole sum, once, the sender told", async () => {
  const {who, token, operation} = await sent(), account = card();
  const answers = await Promise.all([1, 2, 3].map(() => choose(token, "card", {account})));
  assert.deepEqual(answers.map(({status}) => status).sort(), [200, 409, 409]);
  assert.equal((await reached(token, "done", "open")).state, "done");
  const paid = (await payouts.books()).payouts.filter(({to}) => to === `${account.slice(0, 6)}******0000`);
  assert.deepEqual(paid.map(({sum, state}) => [sum, state]), [["500.00", "paid"]]);
  assert.equal(await wallets.balance(who), "500.00");
  assert.equal((await server.get(`/operations/${operation}`, {token: who.token})).body.state, "claimed");
  assert.equal(problem(await choose(token, "phone")), "transfer-over");
  assert.ok((await server.messages(who.phone)).some((text) => text.includes("получен")));
  assert.deepEqual((await server.get("/payments", {token: who.token})).body.payments, []);
});

test("BK-3: onto the balance of the phone that it was sent to", async () => {
  const {token, who} = await sent("300.00", `+7916${String(5550000 + Math.floor(Math.random() * 9999))}`);
  assert.equal((await choose(token, "phone")).status, 200);
  assert.equal((await reached(token, "done", "open")).state, "done");
  assert.equal(await wallets.balance(who), "700.00");
});

test("BK-3: refused by the bank, at the check or after, he may choose again; five times", async () => {
  const {token, who} = await sent();
  for (const account of ["2200000000000001", undefined]) assert.equal((await choose(token, "card", {account})).status, 422);
  for (const end of ["6605", "6697", "6633", "6608"]) {
    assert.equal((await choose(token, "card", {account: card(end)})).status, 200);
    const found = await reached(token, "open", "done");
    assert.deepEqual([found.state, found.failed], ["open", true], end);
  }
  assert.equal((await choose(token, "card", {account: card("6607")})).status, 200);
  const last = await reached(token, "open", "done");
  assert.deepEqual([last.tried_out, last.card, last.phone], [true, false, null]);
  assert.equal(problem(await choose(token, "card", {account: card()})), "too-many-tries");
  assert.equal(await wallets.balance(who), "500.00");
  const friend = await server.customer();
  assert.equal((await choose(token, "wallet", {}, {token: friend.token})).status, 200);
  assert.equal(await wallets.balance(friend), "500.00");
});

test("BK-3: sent back by the bank after all it waits anew", {timeout: 180000}, async () => {
  const {token} = await sent();
  assert.equal((await choose(token, "card", {account: card("6650")})).status, 200);
  await until(() => look(token), ({state, failed}) => state === "open" && failed, 60000);
  assert.equal((await choose(token, "card", {account: card()})).status, 200);
  assert.equal((await reached(token, "done")).state, "done");
});

test("BK-3: who signs up with that number has it at once, and the link is over; who is signed in takes it by the link", async () => {
  const {token, phone} = await sent();
  const friend = await server.customer({phone, messages: 1});
  assert.equal(await wallets.balance(friend), "500.00");
  assert.equal((await look(token)).state, "done");
  const other = await sent("900.00");
  assert.equal((await choose(other.token, "wallet", {}, {token: friend.token})).status, 200);
  assert.equal(await wallets.balance(friend), "1400.00");
});

test("BK-3: while it is being paid the sender cannot take it back; at its term it goes back", {timeout: 270000}, async () => {
  const {token, who} = await sent(), other = await sent();
  await payouts.fault({fault: "timeout", call: "payout"});
  assert.equal((await choose(token, "card", {account: card()})).status, 200);
  const waiting = async (one) => (await server.get("/transfers/waiting", {token: one.token})).body.waiting;
  const [{id}] = await waiting(who);
  const cancel = (one, which) => server.post(`/transfers/waiting/${which}/cancel`, {}, {token: one.token, key: newKey()});
  assert.equal((await cancel(who, id)).status, 409);
  await server.end("SIGKILL");
  server.sql("UPDATE waiting_transfer SET expires = 1 WHERE state = 1");
  await payouts.calm();
  await server.run();
  assert.equal((await reached(token, "done")).state, "done"); // it was under way
  assert.equal(await wallets.balance(who), "500.00");
  assert.equal((await look(other.token)).state, "over");
  assert.equal(problem(await choose(other.token, "card", {account: card()})), "transfer-over");
});

test("BK-3: the books are whole", async () => {
  await server.end();
  const verdict = server.command("verify");
  assert.equal(verdict.status, 0, verdict.output + verdict.errors);
});
