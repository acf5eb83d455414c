// The wallet through its public interface: WA-1, WA-2, WA-4, WA-14 (first part), LE-3, LE-4.

import assert from "node:assert/strict";
import {after, before, describe, test} from "node:test";

import {newKey, newPhone} from "../support/server.mjs";
import {cards, startBoth} from "../support/sandbox.mjs";

let both, server, sandbox;

const limits = {
  minimal: {balance: "15000.00", operation: "15000.00", day_out: "15000.00", month_out: "40000.00", month_in: "40000.00"},
};

before(async () => {
  both = await startBoth({limits});
  ({server, sandbox} = both);
});
after(() => both?.stop());

const rub = (amount) => ({amount, currency: "RUB"});
const home = async (who) => (await server.get("/", {token: who.token})).body;
const balance = async (who) => (await home(who)).wallet.balance.amount;
const operations = async (who, query = "") =>
  (await server.get(`/operations${query}`, {token: who.token})).body.days.flatMap((day) => day.operations);
const send = (who, to, sum, more = {}, options = {}) =>
  server.post("/transfers", {to, sum, ...more}, {token: who.token, key: newKey(), ...options});

async function until(what, wanted, ms = 15000) {
  const end = Date.now() + ms;
  for (;;) {
    const found = await what();
    if (wanted(found)) return found;
    if (Date.now() > end) assert.fail(`still ${JSON.stringify(found)}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

async function order(who, sum, options) {
  const answer = await server.post("/topups", {sum}, {token: who.token, key: newKey(), ...options});
  assert.equal(answer.status, 201, answer.text);
  return answer.body;
}
const topupState = async (who, id) => (await server.get(`/topups/${id}`, {token: who.token})).body.state;

async function topup(who, sum, card = cards.pays) {
  const {id, payment_url} = await order(who, sum);
  const paid = await sandbox.pay(payment_url, card);
  assert.equal(paid.status, 303, paid.text);
  return until(() => topupState(who, id), (state) => state !== "created" && state !== "refunding");
}

// A customer with so much on his wallet.
async function rich(sum = "10000.00") {
  const who = await server.customer();
  assert.equal(await topup(who, sum), "paid");
  return who;
}

describe("home (WA-1, WA-14)", () => {
  test("a guest is told where to begin", async () => {
    const {status, body} = await server.get("/");
    assert.equal(status, 200);
    assert.deepEqual(body, {guest: true, sign_up: "/signup", sign_in: "/signin"});
  });

  test("a new customer has an empty wallet and sees what the level allows", async () => {
    const who = await server.customer();
    const {wallet, days} = await home(who);
    assert.deepEqual(wallet.balance, rub("0.00"));
    assert.deepEqual(wallet.limits.month, {max: rub("40000.00"), spent: rub("0.00"), rest: rub("40000.00"), period: "month", percent: 0});
    assert.deepEqual(wallet.limits.balance.max, rub("15000.00"));
    assert.deepEqual(days, []);
  });

  test("what is sent counts against the limits", async () => {
    const [who, other] = [await rich("1000.00"), await server.customer()];
    await send(who, other.phone, "250.00");
    const {wallet} = await home(who);
    assert.deepEqual(wallet.limits.month.spent, rub("250.00"));
    assert.deepEqual(wallet.limits.month.rest, rub("39750.00"));
    assert.deepEqual(wallet.limits.balance.spent, rub("750.00"));
  });
});

describe("transfers by number (WA-4)", () => {
  test("move money at once; both see it, the other side masked", async () => {
    const [who, other] = [await rich("1000.00"), await server.customer()];
    const typed = other.phone.replace(/^\+7(\d{3})(\d{3})(\d\d)(\d\d)$/, "8 ($1) $2-$3-$4");
    const {status, body} = await send(who, typed, "300.50", {note: "за обед"});
    assert.equal(status, 201, JSON.stringify(body));
    assert.equal(body.state, "done");
    assert.deepEqual(body.sum, rub("300.50"));
    assert.deepEqual(body.balance, rub("699.50"));
    assert.equal(body.version, 2);
    const [sent] = await operations(who), [got] = await operations(other);
    assert.equal(sent.id, body.id);
    assert.deepEqual([sent.direction, sent.sum.amount, sent.note], ["out", "-300.50", "за обед"]);
    assert.deepEqual([got.direction, got.sum.amount, got.note], ["in", "300.50", "за обед"]);
    assert.match(sent.counterparty, /\*/);
    assert.ok(!sent.counterparty.includes(other.phone.slice(5, 8)), "the number is masked");
    assert.equal(await balance(other), "300.50");
  });

  test("check tells the recipient, the fee and what is left, and moves nothing", async () => {
    const [who, other] = [await rich("1000.00"), await server.customer()];
    const {status, body} = await server.post("/transfers/check", {to: other.phone, sum: "100.00"}, {token: who.token});
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(body.to.registered, true);
    assert.deepEqual([body.fee, body.total, body.left], [rub("0.00"), rub("100.00"), rub("900.00")]);
    assert.equal(await balance(who), "1000.00");
  });

  test("between one's own wallets", async () => {
    const who = await rich("1000.00");
    const opened = await server.post("/wallets", {name: "Отпуск"}, {token: who.token, key: newKey()});
    assert.equal(opened.status, 201, opened.text);
    const moved = await send(who, opened.body.id, "400.00");
    assert.equal(moved.status, 201, moved.text);
    const {wallet, others} = await home(who);
    assert.deepEqual([wallet.balance.amount, others[0].balance.amount, others[0].title], ["600.00", "400.00", "Отпуск"]);
    const back = await send(who, wallet.id, "150.00", {from: opened.body.id});
    assert.equal(back.status, 201, back.text);
    assert.equal(await balance(who), "750.00");
    for (let i = 0; i < 3; i++) assert.equal((await server.post("/wallets", {}, {token: who.token, key: newKey()})).status, 201);
    const sixth = await server.post("/wallets", {}, {token: who.token, key: newKey()});
    assert.equal(sixth.status, 409);
    assert.match(sixth.body.type, /too-many-wallets$/);
  });

  test("another's wallet can be neither emptied nor addressed by its id", async () => {
    const [who, other] = [await rich("100.00"), await rich("100.00")];
    const {wallet} = await home(other);
    assert.equal((await send(who, wallet.id, "1.00")).status, 422);
    assert.equal((await send(who, newPhone(), "1.00", {from: wallet.id})).status, 422);
    assert.equal(await balance(other), "100.00");
  });
});

describe("refusals are told apart", () => {
  const type = (answer) => answer.body.type?.split("/").at(-1);
  let who, other;
  before(async () => {
    who = await rich("2000.00");
    other = await server.customer();
  });

  const cases = [
    ["more than there is", () => send(who, other.phone, "2000.01"), 422, "not-enough-money"],
    ["too small", () => send(who, other.phone, "0.99"), 422, "sum-too-small"],
    ["above the operation's limit", () => send(who, other.phone, "15000.01"), 422, "sum-too-large"],
    ["to oneself by number", () => send(who, who.phone, "1.00"), 422, "invalid-fields"],
    ["to no number", () => send(who, "12", "1.00"), 422, "invalid-fields"],
    ["to a foreign number", () => send(who, "+77011234567", "1.00"), 422, "invalid-fields"],
    ["note too long", () => send(who, other.phone, "1.00", {note: "я".repeat(141)}), 422, "invalid-fields"],
    ["an unknown field", () => send(who, other.phone, "1.00", {fee: "0"}), 422, "invalid-fields"],
    ["without a key", () => server.post("/transfers", {to: other.phone, sum: "1.00"}, {token: who.token}), 400, "idempotency-key-missing"],
    ["signed out", () => server.post("/transfers", {to: other.phone, sum: "1.00"}, {key: newKey()}), 401, "not-signed-in"],
  ];
  for (const [name, act, status, problem] of cases)
    test(name, async () => {
      const answer = await act();
      assert.equal(answer.status, status, answer.text);
      assert.equal(type(answer), problem, answer.text);
      assert.equal(await balance(who), "2000.00");
    });

  // Money that is none: nothing of it may reach the books.
  for (const sum of ["-1.00", "0", "0.00", "1.001", "1e3", "NaN", "Infinity", "9223372036854775808", "1 000.00", " 1", "1 ",
                     "+1", "1,00", ".5", "1.", "", "0x10", "１００", 100, 1.5, null, true, ["1.00"], {amount: "1.00"}])
    test(`sum ${JSON.stringify(sum)}`, async () => {
      const answer = await send(who, other.phone, sum);
      assert.ok([400, 422].includes(answer.status), answer.text);
      assert.equal(await balance(who), "2000.00");
    });

  test("the recipient's balance limit, also on the check page", async () => {
    const full = await rich("14500.00");
    assert.equal(type(await send(who, full.phone, "500.01")), "recipient-balance-limit");
    const check = await server.post("/transfers/check", {to: full.phone, sum: "500.01"}, {token: who.token});
    assert.equal(type(check), "recipient-balance-limit");
    assert.equal((await send(who, full.phone, "500.00")).status, 201);
    await send(full, who.phone, "500.00");
  });

  test("the own day limit and the recipient's month limit", async () => {
    const [payer, payee] = [await rich("15000.00"), await server.customer()];
    assert.equal((await send(payer, payee.phone, "14999.00")).status, 201);
    assert.equal(await topup(payer, "100.00"), "paid");
    assert.equal(type(await send(payer, payee.phone, "2.00")), "day-limit");
  });
});

describe("once and only once (LE-3, LE-4)", () => {
  test("a repeated key gives the same answer, and the money moves once", async () => {
    const [who, other] = [await rich("1000.00"), await server.customer()];
    const key = newKey(), body = {to: other.phone, sum: "100.00"};
    const first = await server.post("/transfers", body, {token: who.token, key});
    const again = await server.post("/transfers", body, {token: who.token, key});
    assert.equal(first.status, 201, first.text);
    assert.equal(again.status, 201, again.text);
    assert.deepEqual(again.body, first.body);
    assert.equal(await balance(who), "900.00");
    const other_body = await server.post("/transfers", {...body, sum: "100.01"}, {token: who.token, key});
    assert.equal(other_body.status, 422);
    assert.match(other_body.body.type, /idempotency-key-reused$/);
    const anothers = await rich("500.00");
    const same_key = await server.post("/transfers", body, {token: anothers.token, key});
    assert.equal(same_key.status, 201, "the key belongs to its customer");
    assert.notEqual(same_key.body.id, first.body.id);
  });

  test("the same key at the same moment: one does it, the others are told to wait or get its answer", async () => {
    const [who, other] = [await rich("1000.00"), await server.customer()];
    const key = newKey();
    const answers = await Promise.all(Array.from({length: 20}, () =>
      server.post("/transfers", {to: other.phone, sum: "10.00"}, {token: who.token, key})));
    for (const {status, text} of answers) assert.ok(status === 201 || status === 409, text);
    assert.ok(answers.some(({status}) => status === 201));
    assert.equal(await balance(who), "990.00");
  });

  test("fifty simultaneous transfers of the whole balance: exactly one passes", async () => {
    const [who, other] = [await rich("1000.00"), await server.customer()];
    const answers = await Promise.all(Array.from({length: 50}, () => send(who, other.phone, "1000.00")));
    assert.equal(answers.filter(({status}) => status === 201).length, 1);
    for (const {status, body} of answers.filter(({status}) => status !== 201)) {
      assert.equal(status, 422);
      assert.match(body.type, /not-enough-money$/);
    }
    assert.deepEqual([await balance(who), await balance(other)], ["0.00", "1000.00"]);
  });

  test("there and back at once: no deadlock, no 5xx, nothing lost", async () => {
    const [one, two] = [await rich("1000.00"), await rich("1000.00")];
    const answers = await Promise.all(Array.from({length: 400}, (_, i) =>
      i % 2 ? send(one, two.phone, "1.00") : send(two, one.phone, "1.00")));
    for (const {status, text} of answers) assert.equal(status, 201, text);
    assert.deepEqual([await balance(one), await balance(two)], ["1000.00", "1000.00"]);
  });
});

describe("to a number without a cabinet (WA-4)", () => {
  test("the money waits, an SMS tells, sign-up claims it", async () => {
    const who = await rich("1000.00"), phone = newPhone();
    const sent = await send(who, phone, "150.00", {note: "с днём рождения"});
    assert.equal(sent.status, 201, sent.text);
    assert.equal(sent.body.state, "waiting");
    assert.equal(await balance(who), "850.00");
    const [text] = await server.messages(phone);
    assert.match(text, /150,00/);
    assert.match(text, /\/signup/);
    const detail = await server.get(`/operations/${sent.body.id}`, {token: who.token});
    assert.equal(detail.body.state, "waiting");
    const newcomer = await server.customer({phone, messages: 1});
    assert.equal(await balance(newcomer), "150.00");
    const [got] = await operations(newcomer);
    assert.deepEqual([got.kind, got.note], ["claim", "с днём рождения"]);
    assert.equal((await server.get(`/operations/${sent.body.id}`, {token: who.token})).body.state, "claimed");
    const cancel = await server.post(detail.body.cancel, {}, {token: who.token, key: newKey()});
    assert.equal(cancel.status, 409, "what was claimed cannot be taken back");
    assert.equal(await balance(newcomer), "150.00");
  });

  test("the sender takes it back; nobody else can", async () => {
    const [who, stranger] = [await rich("1000.00"), await server.customer()];
    const sent = await send(who, newPhone(), "200.00");
    const {cancel} = (await server.get(`/operations/${sent.body.id}`, {token: who.token})).body;
    assert.equal((await server.post(cancel, {}, {token: stranger.token, key: newKey()})).status, 404);
    const taken = await server.post(cancel, {}, {token: who.token, key: newKey()});
    assert.equal(taken.status, 200, taken.text);
    assert.equal(await balance(who), "1000.00");
    assert.deepEqual((await home(who)).wallet.limits.month.spent, rub("0.00"), "the limit is given back");
    assert.equal((await server.post(cancel, {}, {token: who.token, key: newKey()})).status, 409);
  });

  test("what nobody claims by its term goes back, with a message", {timeout: 90000}, async () => {
    const who = await rich("1000.00");
    const sent = await send(who, newPhone(), "300.00");
    await server.end();
    server.sql("UPDATE waiting_transfer SET expires = 1 WHERE state = 1 AND sum = 30000");
    await server.run();
    await until(() => balance(who), (found) => found === "1000.00", 75000);
    assert.equal((await server.get(`/operations/${sent.body.id}`, {token: who.token})).body.state, "returned");
    assert.ok((await server.messages(who.phone, 1)).some((text) => /300,00/.test(text)));
    const [back] = await operations(who);
    assert.deepEqual([back.kind, back.sum.amount], ["return", "300.00"]);
    assert.deepEqual((await home(who)).wallet.limits.month.spent, rub("0.00"));
  });

  test("so many may wait and no more", async () => {
    const who = await rich("1000.00");
    for (let i = 0; i < 10; i++) assert.equal((await send(who, newPhone(), "1.00")).status, 201);
    const eleventh = await send(who, newPhone(), "1.00");
    assert.equal(eleventh.status, 422);
    assert.match(eleventh.body.type, /too-many-waiting$/);
    assert.equal((await server.get("/transfers/waiting", {token: who.token})).body.waiting.length, 10);
  });
});

describe("top-ups by card (WA-2)", () => {
  const paying = ["pays", "slow", "silent", "twice", "late", "garbage", "deaf", "otherSum"];
  for (const card of paying)
    test(`a card that ${card}: the money comes once`, {timeout: 60000}, async () => {
      const who = await server.customer();
      const {id, payment_url} = await order(who, "500.00");
      assert.equal(await topupState(who, id), "created");
      const paid = await sandbox.pay(payment_url, cards[card]);
      assert.equal(paid.location, `${server.settings.public_url}/topups/${id}`);
      await until(() => topupState(who, id), (state) => state === "paid", 45000);
      await new Promise((done) => setTimeout(done, 400));
      assert.equal(await balance(who), "500.00");
      assert.equal((await operations(who)).length, 1);
    });

  test("a card that contradicts itself: what was told first holds", async () => {
    const who = await server.customer();
    const {id, payment_url} = await order(who, "500.00");
    await sandbox.pay(payment_url, cards.contradicts);
    await until(() => topupState(who, id), (state) => state === "paid");
    await new Promise((done) => setTimeout(done, 500));
    assert.equal(await topupState(who, id), "paid");
    assert.equal(await balance(who), "500.00");
  });

  test("declined, cancelled", async () => {
    const who = await server.customer();
    assert.equal(await topup(who, "500.00", cards.declines), "declined");
    const {id, payment_url} = await order(who, "500.00");
    await sandbox.pay(payment_url, cards.pays, {act: "cancel"});
    await until(() => topupState(who, id), (state) => state === "cancelled");
    const late = await sandbox.pay(payment_url, cards.pays);
    assert.equal(late.status, 303);
    assert.equal(await balance(who), "0.00");
  });

  test("the wallet's limit is met when the money comes: it goes back to the card, and the customer is told", {timeout: 60000}, async () => {
    const who = await server.customer();
    const [one, two] = [await order(who, "9000.00"), await order(who, "9000.00")];
    await sandbox.pay(one.payment_url, cards.pays);
    await until(() => topupState(who, one.id), (state) => state === "paid");
    await sandbox.pay(two.payment_url, cards.pays);
    await until(() => topupState(who, two.id), (state) => state === "refunded", 45000);
    assert.equal(await balance(who), "9000.00");
    assert.ok((await server.messages(who.phone, 1)).some((text) => /9\u00a0?\s?000,00/.test(text)));
    const books = await (await fetch(sandbox.url, {headers: {Accept: "application/json"}})).json();
    assert.equal(books.orders.find((each) => each.order === two.id).refunded, true);
  });

  test("bounds are told before anything is ordered", async () => {
    const who = await server.customer();
    const type = async (sum) => (await server.post("/topups", {sum}, {token: who.token, key: newKey()})).body.type.split("/").at(-1);
    assert.equal(await type("9.99"), "sum-too-small");
    assert.equal(await type("100000.01"), "sum-too-large");
    assert.equal(await type("15000.01"), "balance-limit");
  });

  test("callbacks are believed by their signature alone", async () => {
    const who = await server.customer();
    const {id} = await order(who, "500.00");
    const body = {merchant: "kabinet", order: id, sum: "500.00", status: "paid", reference: "x"};
    const now = Math.floor(Date.now() / 1000);
    for (const authorization of [undefined, "", `HMAC-SHA256 ${now}:`, `HMAC-SHA256 ${now}:${"0".repeat(64)}`, "Bearer x"]) {
      const answer = await server.post("/callbacks/acquirer", body, {headers: authorization ? {Authorization: authorization} : {}});
      assert.equal(answer.status, 401, answer.text);
    }
    assert.equal(await topupState(who, id), "created");
  });

  test("another's top-up is as if missing", async () => {
    const [who, other] = [await server.customer(), await server.customer()];
    const {id} = await order(who, "500.00");
    assert.equal((await server.get(`/topups/${id}`, {token: other.token})).status, 404);
  });
});

describe("as pages, without scripts", () => {
  test("from the form over the check page to the operation; change keeps what was typed", async () => {
    const [who, other] = [await rich("2000.00"), await server.customer()];
    const browser = server.browser();
    await browser.signIn(who);
    await browser.go("/transfer");
    assert.equal(browser.status, 200);
    await browser.send("/transfers/check", {to: other.phone, sum: "1 500", note: "привет"});
    assert.equal(browser.status, 200, browser.html);
    assert.match(browser.html, /Перевести 1\s500,00\s₽/);
    const checked = browser.form("/transfers");
    assert.deepEqual([checked.to, checked.sum, checked.note], [other.phone, "1 500", "привет"]);
    await browser.go("/transfers/edit", {
      method: "POST", body: new URLSearchParams(checked).toString(), headers: {"Content-Type": "application/x-www-form-urlencoded"},
    });
    assert.equal(browser.status, 200, browser.html);
    assert.equal(browser.form("/transfers/check").note, "привет");
    await browser.send("/transfers/check");
    await browser.send("/transfers");
    assert.match(browser.path, /^\/operations\/\d+$/);
    assert.match(browser.html, /−1\s500,00\s₽/);
    assert.equal(await balance(who), "500.00");
  });

  test("a refusal keeps what was typed and says what to do", async () => {
    const who = await rich("100.00"), browser = server.browser();
    await browser.signIn(who);
    await browser.go("/transfer");
    await browser.send("/transfers/check", {to: "8 916 000-00-01", sum: "150"});
    assert.equal(browser.status, 422);
    assert.match(browser.html, /<title>Ошибка: /);
    assert.match(browser.html, /Не хватает 50,00\s₽/);
    assert.equal(browser.form("/transfers/check").sum, "150");
  });

  test("a top-up goes to the bank's page and its outcome is shown", async () => {
    const who = await server.customer(), browser = server.browser();
    await browser.signIn(who);
    await browser.go("/topup");
    await browser.send("/topups", {sum: "700"});
    assert.match(browser.path, /^\/topups\/\d+\/pay$/);
    const url = /http-equiv="refresh" content="0; url=([^"]+)"/.exec(browser.html)[1].replaceAll("&amp;", "&");
    const page = await (await fetch(url, {headers: {Accept: "text/html", "Accept-Language": "ru"}})).text();
    assert.match(page, /700,00/);
    const {location} = await sandbox.pay(url, cards.pays);
    await until(async () => (await browser.go(new URL(location).pathname)).html, (html) => /Готово/.test(html));
  });

  test("an order whose address was changed is not taken by the bank", async () => {
    const who = await server.customer(), {payment_url} = await order(who, "700.00");
    const cheaper = payment_url.replace("sum=700.00", "sum=1.00");
    assert.notEqual(cheaper, payment_url);
    assert.equal((await sandbox.pay(cheaper, cards.pays)).status, 400);
  });

  test("every page of these stands in both languages and answers 200", async () => {
    const who = await rich("100.00"), browser = server.browser();
    await browser.signIn(who);
    for (const language of ["ru", "en"])
      for (const path of ["/", "/transfer", "/topup", "/operations", "/operations?text=zzz", `/operations/${(await operations(who))[0].id}`]) {
        await browser.go(path, {headers: {"Accept-Language": language}});
        assert.equal(browser.status, 200, path);
        assert.match(browser.html, new RegExp(`<html lang="${language}"`));
      }
  });
});

describe("operations (WA-1)", () => {
  let who, ids;
  before(async () => {
    who = await rich("5000.00");
    ids = [];
    const anna = await server.customer(), boris = await server.customer();
    for (let i = 1; i <= 35; i++) {
      const sent = await send(who, i % 2 ? anna.phone : boris.phone, `${i}.00`, i % 5 ? {} : {note: `Обед №${i}; =1+1`});
      ids.push(sent.body.id);
    }
  });

  test("come by pages, newest first, none twice, none missing", async () => {
    const seen = [];
    for (let path = "/operations"; path;) {
      const {body} = await server.get(path, {token: who.token});
      seen.push(...body.days.flatMap((day) => day.operations).map((each) => each.id));
      path = body.next;
    }
    assert.equal(seen.length, 36);
    assert.equal(new Set(seen).size, 36);
    assert.deepEqual(seen.slice(0, 35), ids.toReversed());
  });

  const count = async (query) => (await operations(who, query)).length;
  test("are filtered by text, sum, kind, direction, date", async () => {
    assert.equal(await count("?text=%D0%BE%D0%91%D0%B5%D0%B4"), 7, "whatever the case");
    assert.equal(await count("?min=34&max=35"), 2);
    assert.equal(await count("?kind=topup"), 1);
    assert.equal(await count("?direction=in"), 1);
    assert.equal(await count("?direction=out&min=10,5&max=12"), 2);
    assert.equal(await count("?from=2000-01-01&to=2000-01-02"), 0);
    assert.equal(await count("?from=2000-01-01"), 30);
    assert.equal(await count("?text=&kind=&min=&from=&direction="), 30, "empty fields filter nothing");
    assert.equal(await count("?min=nonsense"), 30);
  });

  test("are exported with exactly the filter shown", async () => {
    const {body} = await server.get("/operations?text=%D0%BE%D0%B1%D0%B5%D0%B4&min=10", {token: who.token});
    const russian = await server.get(body.export, {token: who.token, headers: {"Accept-Language": "ru", Accept: "text/csv"}});
    assert.equal(russian.status, 200, russian.text);
    assert.match(russian.headers.get("Content-Type"), /^text\/csv/);
    assert.match(russian.headers.get("Content-Disposition"), /attachment/);
    const rows = russian.text.replace("\ufeff", "").trimEnd().split("\r\n");
    assert.equal(rows.length, 1 + 6);
    assert.match(rows[1], /;-35,00;RUB;/);
    assert.match(rows[1], /;"Обед №35; =1\+1";/);
    const english = await server.get("/operations/export?format=csv", {token: who.token, headers: {"Accept-Language": "en", Accept: "*/*"}});
    const lines = english.text.trimEnd().split("\r\n");
    assert.equal(lines.length, 1 + 36);
    assert.match(lines[1], /,-35\.00,RUB,/);
  });

  test("formulas do not run in the spreadsheet", async () => {
    const other = await server.customer();
    await send(who, other.phone, "1.00", {note: "=HYPERLINK(1)"});
    const {text} = await server.get("/operations/export?format=csv&text=HYPERLINK", {token: who.token, headers: {Accept: "*/*"}});
    assert.match(text, /"'=HYPERLINK\(1\)"/);
  });

  test("a receipt is a PDF", async () => {
    const answer = await fetch(`${server.url}/operations/${ids[0]}/receipt`, {headers: {Authorization: `Bearer ${who.token}`, Accept: "*/*"}});
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get("Content-Type"), "application/pdf");
    const bytes = Buffer.from(await answer.arrayBuffer());
    assert.equal(bytes.subarray(0, 5).toString(), "%PDF-");
  });

  test("another's operation, receipt and filter by account are as if missing", async () => {
    const other = await server.customer();
    for (const path of [`/operations/${ids[0]}`, `/operations/${ids[0]}/receipt`, "/operations/1", "/operations/x"])
      assert.equal((await server.get(path, {token: other.token})).status, 404, path);
    const {wallet} = await home(who);
    assert.deepEqual((await server.get(`/operations?account=${wallet.id}`, {token: other.token})).body.days, []);
  });
});
