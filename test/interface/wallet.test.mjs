// The wallet through its public interface: home and limits (WA-1, WA-14), transfers (WA-4), refusals, LE-3, LE-4.

import assert from "node:assert/strict";
import {after, before, describe, test} from "node:test";

import {startBoth} from "../support/sandbox.mjs";
import {newKey, newPhone} from "../support/server.mjs";
import {Wallets, limits, problem, rub} from "../support/wallet.mjs";

let both, server, wallets;

before(async () => {
  both = await startBoth({limits});
  ({server} = both);
  wallets = new Wallets(both);
});
after(() => both?.stop());

describe("home (WA-1, WA-14)", () => {
  test("a guest is told where to begin", async () => {
    const {status, body} = await server.get("/");
    assert.equal(status, 200);
    assert.deepEqual(body, {guest: true, sign_up: "/signup", sign_in: "/signin"});
  });

  test("a new customer has an empty wallet and sees what the level allows", async () => {
    const who = await server.customer();
    const {wallet, days} = await wallets.home(who);
    assert.deepEqual(wallet.balance, rub("0.00"));
    assert.deepEqual(wallet.limits.month, {max: rub("40000.00"), spent: rub("0.00"), rest: rub("40000.00"), period: "month", percent: 0});
    assert.deepEqual(wallet.limits.balance.max, rub("15000.00"));
    assert.deepEqual(days, []);
  });

  test("what is sent counts against the limits", async () => {
    const [who, other] = [await wallets.rich("1000.00"), await server.customer()];
    await wallets.send(who, other.phone, "250.00");
    const {wallet} = await wallets.home(who);
    assert.deepEqual(wallet.limits.month.spent, rub("250.00"));
    assert.deepEqual(wallet.limits.month.rest, rub("39750.00"));
    assert.deepEqual(wallet.limits.balance.spent, rub("750.00"));
  });
});

describe("transfers by number (WA-4)", () => {
  test("move money at once; both see it, the other side masked", async () => {
    const [who, other] = [await wallets.rich("1000.00"), await server.customer()];
    const typed = other.phone.replace(/^\+7(\d{3})(\d{3})(\d\d)(\d\d)$/, "8 ($1) $2-$3-$4");
    const {status, body} = await wallets.send(who, typed, "300.50", {note: "за обед"});
    assert.equal(status, 201, JSON.stringify(body));
    assert.equal(body.state, "done");
    assert.deepEqual(body.sum, rub("300.50"));
    assert.deepEqual(body.balance, rub("699.50"));
    assert.equal(body.version, 2);
    const [sent] = await wallets.operations(who), [got] = await wallets.operations(other);
    assert.equal(sent.id, body.id);
    assert.deepEqual([sent.direction, sent.sum.amount, sent.note], ["out", "-300.50", "за обед"]);
    assert.deepEqual([got.direction, got.sum.amount, got.note], ["in", "300.50", "за обед"]);
    assert.match(sent.counterparty, /\*/);
    assert.ok(!sent.counterparty.includes(other.phone.slice(5, 8)), "the number is masked");
    assert.equal(await wallets.balance(other), "300.50");
  });

  test("check tells the recipient, the fee and what is left, and moves nothing", async () => {
    const [who, other] = [await wallets.rich("1000.00"), await server.customer()];
    const {status, body} = await server.post("/transfers/check", {to: other.phone, sum: "100.00"}, {token: who.token});
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(body.to.registered, true);
    assert.deepEqual([body.fee, body.total, body.left], [rub("0.00"), rub("100.00"), rub("900.00")]);
    assert.equal(await wallets.balance(who), "1000.00");
  });

  test("between one's own wallets", async () => {
    const who = await wallets.rich("1000.00");
    const opened = await server.post("/wallets", {name: "Отпуск"}, {token: who.token, key: newKey()});
    assert.equal(opened.status, 201, opened.text);
    const moved = await wallets.send(who, opened.body.id, "400.00");
    assert.equal(moved.status, 201, moved.text);
    const {wallet, others} = await wallets.home(who);
    assert.deepEqual([wallet.balance.amount, others[0].balance.amount, others[0].title], ["600.00", "400.00", "Отпуск"]);
    const back = await wallets.send(who, wallet.id, "150.00", {from: opened.body.id});
    assert.equal(back.status, 201, back.text);
    assert.equal(await wallets.balance(who), "750.00");
    for (let i = 0; i < 3; i++) assert.equal((await server.post("/wallets", {}, {token: who.token, key: newKey()})).status, 201);
    const sixth = await server.post("/wallets", {}, {token: who.token, key: newKey()});
    assert.equal(sixth.status, 409);
    assert.match(sixth.body.type, /too-many-wallets$/);
  });

  test("WA-14, LE-3: limits are the person's, however many wallets he has", async () => {
    const [who, friend] = [await wallets.rich("15000.00"), await wallets.rich("100.00")];
    const second = (await server.post("/wallets", {}, {token: who.token, key: newKey()})).body.id;
    assert.equal((await wallets.send(who, second, "15000.00")).status, 201, "one's own money is no turnover");
    assert.equal(problem(await server.post("/topups", {sum: "10.00"}, {token: who.token, key: newKey()})), "balance-limit");
    assert.equal(problem(await wallets.send(friend, who.phone, "1.00")), "recipient-balance-limit");
    const check = await server.post("/transfers/check", {to: who.phone, sum: "1.00"}, {token: friend.token});
    assert.equal(problem(check), "recipient-balance-limit");
    assert.deepEqual((await wallets.home(who)).wallet.limits.balance.rest, rub("0.00"), "what is left is told of all together");
    assert.equal((await wallets.send(who, friend.phone, "14900.00", {from: second})).status, 201);
    assert.equal(await wallets.topup(who, "200.00"), "paid");
    assert.equal(problem(await wallets.send(who, friend.phone, "100.01")), "day-limit", "whichever it went out of");
    assert.equal(problem(await wallets.send(who, friend.phone, "100.00", {from: second})), "recipient-balance-limit");
  });

  test("another's wallet can be neither emptied nor addressed by its id", async () => {
    const [who, other] = [await wallets.rich("100.00"), await wallets.rich("100.00")];
    const {wallet} = await wallets.home(other);
    assert.equal((await wallets.send(who, wallet.id, "1.00")).status, 422);
    assert.equal((await wallets.send(who, newPhone(), "1.00", {from: wallet.id})).status, 422);
    assert.equal(await wallets.balance(other), "100.00");
  });
});

describe("refusals are told apart", () => {
  let who, other;
  before(async () => {
    who = await wallets.rich("2000.00");
    other = await server.customer();
  });

  const cases = [
    ["more than there is", () => wallets.send(who, other.phone, "2000.01"), 422, "not-enough-money"],
    ["too small", () => wallets.send(who, other.phone, "0.99"), 422, "sum-too-small"],
    ["above the operation's limit", () => wallets.send(who, other.phone, "15000.01"), 422, "sum-too-large"],
    ["to oneself by number", () => wallets.send(who, who.phone, "1.00"), 422, "invalid-fields"],
    ["to no number", () => wallets.send(who, "12", "1.00"), 422, "invalid-fields"],
    ["to a foreign number", () => wallets.send(who, "+77011234567", "1.00"), 422, "invalid-fields"],
    ["note too long", () => wallets.send(who, other.phone, "1.00", {note: "я".repeat(141)}), 422, "invalid-fields"],
    ["an unknown field", () => wallets.send(who, other.phone, "1.00", {fee: "0"}), 422, "invalid-fields"],
    ["without a key", () => server.post("/transfers", {to: other.phone, sum: "1.00"}, {token: who.token}),
     400, "idempotency-key-missing"],
    ["signed out", () => server.post("/transfers", {to: other.phone, sum: "1.00"}, {key: newKey()}), 401, "not-signed-in"],
  ];
  for (const [name, act, status, told] of cases)
    test(name, async () => {
      const answer = await act();
      assert.equal(answer.status, status, answer.text);
      assert.equal(problem(answer), told, answer.text);
      assert.equal(await wallets.balance(who), "2000.00");
    });

  // Money that is none: nothing of it may reach the books.
  for (const sum of ["-1.00", "0", "0.00", "1.001", "1e3", "NaN", "Infinity", "9223372036854775808", "1 000.00", " 1", "1 ",
                     "+1", "1,00", ".5", "1.", "", "0x10", "１００", 100, 1.5, null, true, ["1.00"], {amount: "1.00"}])
    test(`sum ${JSON.stringify(sum)}`, async () => {
      const answer = await wallets.send(who, other.phone, sum);
      assert.ok([400, 422].includes(answer.status), answer.text);
      assert.equal(await wallets.balance(who), "2000.00");
    });

  test("the recipient's balance limit, also on the check page", async () => {
    const full = await wallets.rich("14500.00");
    assert.equal(problem(await wallets.send(who, full.phone, "500.01")), "recipient-balance-limit");
    const check = await server.post("/transfers/check", {to: full.phone, sum: "500.01"}, {token: who.token});
    assert.equal(problem(check), "recipient-balance-limit");
    assert.equal((await wallets.send(who, full.phone, "500.00")).status, 201);
    await wallets.send(full, who.phone, "500.00");
  });

  test("the own day limit and the recipient's month limit", async () => {
    const [payer, payee] = [await wallets.rich("15000.00"), await server.customer()];
    assert.equal((await wallets.send(payer, payee.phone, "14999.00")).status, 201);
    assert.equal(await wallets.topup(payer, "100.00"), "paid");
    assert.equal(problem(await wallets.send(payer, payee.phone, "2.00")), "day-limit");
  });
});

describe("once and only once (LE-3, LE-4)", () => {
  test("a repeated key gives the same answer, and the money moves once", async () => {
    const [who, other] = [await wallets.rich("1000.00"), await server.customer()];
    const key = newKey(), body = {to: other.phone, sum: "100.00"};
    const first = await server.post("/transfers", body, {token: who.token, key});
    const again = await server.post("/transfers", body, {token: who.token, key});
    assert.equal(first.status, 201, first.text);
    assert.equal(again.status, 201, again.text);
    assert.deepEqual(again.body, first.body);
    assert.equal(await wallets.balance(who), "900.00");
    const other_body = await server.post("/transfers", {...body, sum: "100.01"}, {token: who.token, key});
    assert.equal(other_body.status, 422);
    assert.match(other_body.body.type, /idempotency-key-reused$/);
    const anothers = await wallets.rich("500.00");
    const same_key = await server.post("/transfers", body, {token: anothers.token, key});
    assert.equal(same_key.status, 201, "the key belongs to its customer");
    assert.notEqual(same_key.body.id, first.body.id);
  });

  test("the same key at the same moment: one does it, the others are told to wait or get its answer", async () => {
    const [who, other] = [await wallets.rich("1000.00"), await server.customer()];
    const key = newKey();
    const answers = await Promise.all(Array.from({length: 20}, () =>
      server.post("/transfers", {to: other.phone, sum: "10.00"}, {token: who.token, key})));
    for (const {status, text} of answers) assert.ok(status === 201 || status === 409, text);
    assert.ok(answers.some(({status}) => status === 201));
    assert.equal(await wallets.balance(who), "990.00");
  });

  test("fifty simultaneous transfers of the whole balance: exactly one passes", async () => {
    const [who, other] = [await wallets.rich("1000.00"), await server.customer()];
    const answers = await Promise.all(Array.from({length: 50}, () => wallets.send(who, other.phone, "1000.00")));
    assert.equal(answers.filter(({status}) => status === 201).length, 1);
    for (const {status, body} of answers.filter(({status}) => status !== 201)) {
      assert.equal(status, 422);
      assert.match(body.type, /not-enough-money$/);
    }
    assert.deepEqual([await wallets.balance(who), await wallets.balance(other)], ["0.00", "1000.00"]);
  });

  test("there and back at once: no deadlock, no 5xx, nothing lost", async () => {
    const [one, two] = [await wallets.rich("1000.00"), await wallets.rich("1000.00")];
    const answers = await Promise.all(Array.from({length: 400}, (_, i) =>
      i % 2 ? wallets.send(one, two.phone, "1.00") : wallets.send(two, one.phone, "1.00")));
    for (const {status, text} of answers) assert.equal(status, 201, text);
    assert.deepEqual([await wallets.balance(one), await wallets.balance(two)], ["1000.00", "1000.00"]);
  });
});
