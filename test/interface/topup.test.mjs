// Top-ups by bank card (WA-2) with an acquirer that does everything an acquirer may do; the wallet as pages without scripts.

import assert from "node:assert/strict";
import {createHmac} from "node:crypto";
import {appendFileSync, readFileSync, statSync} from "node:fs";
import {join} from "node:path";
import {after, before, describe, test} from "node:test";

import {cards, startBoth} from "../support/sandbox.mjs";
import {newKey, newPhone} from "../support/server.mjs";
import {Wallets, limits, problem, until} from "../support/wallet.mjs";

let both, server, sandbox, wallets;

before(async () => {
  both = await startBoth({limits});
  ({server, sandbox} = both);
  wallets = new Wallets(both);
});
after(() => both?.stop());

describe("top-ups by card (WA-2)", () => {
  const paying = ["pays", "slow", "silent", "twice", "late", "garbage", "deaf", "otherSum"];
  for (const card of paying)
    test(`a card that ${card}: the money comes once`, {timeout: 180000}, async () => {
      const who = await server.customer();
      const {id, payment_url} = await wallets.order(who, "500.00");
      assert.equal(await wallets.topupState(who, id), "created");
      const paid = await sandbox.pay(payment_url, cards[card]);
      assert.equal(paid.location, `${server.settings.public_url}/topups/${id}`);
      await until(() => wallets.topupState(who, id), (state) => state === "paid", 45000);
      await new Promise((done) => setTimeout(done, 400));
      assert.equal(await wallets.balance(who), "500.00");
      assert.equal((await wallets.operations(who)).length, 1);
    });

  test("a card that contradicts itself: what was told first holds", async () => {
    const who = await server.customer();
    const {id, payment_url} = await wallets.order(who, "500.00");
    await sandbox.pay(payment_url, cards.contradicts);
    await until(() => wallets.topupState(who, id), (state) => state === "paid");
    await new Promise((done) => setTimeout(done, 500));
    assert.equal(await wallets.topupState(who, id), "paid");
    assert.equal(await wallets.balance(who), "500.00");
  });

  test("declined, cancelled", async () => {
    const who = await server.customer();
    assert.equal(await wallets.topup(who, "500.00", cards.declines), "declined");
    const {id, payment_url} = await wallets.order(who, "500.00");
    await sandbox.pay(payment_url, cards.pays, {act: "cancel"});
    await until(() => wallets.topupState(who, id), (state) => state === "cancelled");
    const late = await sandbox.pay(payment_url, cards.pays);
    assert.equal(late.status, 303);
    assert.equal(await wallets.balance(who), "0.00");
  });

  test("above the wallet's limit: the money goes back to the card, the customer is told", {timeout: 180000}, async () => {
    const who = await server.customer();
    const [one, two] = [await wallets.order(who, "9000.00"), await wallets.order(who, "9000.00")];
    await sandbox.pay(one.payment_url, cards.pays);
    await until(() => wallets.topupState(who, one.id), (state) => state === "paid");
    await sandbox.pay(two.payment_url, cards.pays);
    await until(() => wallets.topupState(who, two.id), (state) => state === "refunded", 45000);
    assert.equal(await wallets.balance(who), "9000.00");
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
    const {id} = await wallets.order(who, "500.00");
    const body = {merchant: "kabinet", order: id, sum: "500.00", status: "paid", reference: "x"};
    const now = Math.floor(Date.now() / 1000);
    for (const authorization of [undefined, "", `HMAC-SHA256 ${now}:`, `HMAC-SHA256 ${now}:${"0".repeat(64)}`, "Bearer x"]) {
      const answer = await server.post("/callbacks/acquirer", body, {headers: authorization ? {Authorization: authorization} : {}});
      assert.equal(answer.status, 401, answer.text);
    }
    assert.equal(await wallets.topupState(who, id), "created");
  });

  // As the bank would sign it, at that time; body: an object, or text as it is.
  const call = (body, {at = Math.floor(Date.now() / 1000), type = "application/json"} = {}) => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const secret = readFileSync(sandbox.secret, "utf8").trim();
    const signature = createHmac("sha256", secret).update(`callback\n${at}\n${text}`).digest("hex");
    return fetch(`${server.url}/callbacks/acquirer`, {
      method: "POST", body: text, headers: {"Content-Type": type, Authorization: `HMAC-SHA256 ${at}:${signature}`},
    }).then((answer) => answer.status);
  };

  test("a callback: taken, known, contradicting, stale, of no order, broken", async () => {
    const who = await server.customer(), {id} = await wallets.order(who, "500.00");
    const paid = {merchant: "kabinet", order: id, sum: "500.00", status: "paid", reference: "a1", card: {scheme: "mir"}};
    const now = Math.floor(Date.now() / 1000);
    for (const at of [now - 400, now + 400]) assert.equal(await call(paid, {at}), 401, "stale");
    assert.equal(await call({...paid, merchant: "another"}), 404);
    assert.equal(await call({...paid, order: "17"}), 404);
    assert.equal(await call({...paid, sum: "500.01"}), 409, "another sum");
    assert.equal(await call('{"merchant":'), 404, "signed, and yet of no order");
    assert.equal(await wallets.topupState(who, id), "created");
    assert.equal(await call(paid, {type: "text/plain"}), 200, "whatever they call it");
    assert.deepEqual(await Promise.all(Array.from({length: 10}, () => call(paid))), Array(10).fill(200), "known");
    for (const news of [{status: "declined"}, {reference: "a2"}, {sum: "5000.00"}, {status: "?"}])
      assert.equal(await call({...paid, ...news}), 409, JSON.stringify(news));
    assert.equal(await wallets.balance(who), "500.00");
  });

  test("another's top-up is as if missing", async () => {
    const [who, other] = [await server.customer(), await server.customer()];
    const {id} = await wallets.order(who, "500.00");
    assert.equal((await server.get(`/topups/${id}`, {token: other.token})).status, 404);
  });
});

describe("as pages, without scripts", () => {
  test("from the form over the check page to the operation; change keeps what was typed", async () => {
    const [who, other] = [await wallets.rich("2000.00"), await server.customer()];
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
    assert.equal(await wallets.balance(who), "500.00");
  });

  test("a refusal keeps what was typed and says what to do", async () => {
    const who = await wallets.rich("100.00"), browser = server.browser();
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
    const who = await server.customer(), {payment_url} = await wallets.order(who, "700.00");
    const cheaper = payment_url.replace("sum=700.00", "sum=1.00");
    assert.notEqual(cheaper, payment_url);
    assert.equal((await sandbox.pay(cheaper, cards.pays)).status, 400);
  });

  test("every page of these stands in both languages and answers 200", async () => {
    const who = await wallets.rich("100.00"), browser = server.browser();
    await browser.signIn(who);
    const [{id}] = await wallets.operations(who);
    for (const language of ["ru", "en"])
      for (const path of ["/", "/transfer", "/topup", "/operations", "/operations?text=zzz", `/operations/${id}`]) {
        await browser.go(path, {headers: {"Accept-Language": language}});
        assert.equal(browser.status, 200, path);
        assert.match(browser.html, new RegExp(`<html lang="${language}"`));
      }
  });
});

describe("with other settings", () => {
  let other;
  before(async () => {
    other = await startBoth({limits, wallet: {transfer_level: "simplified"}});
  });
  after(() => other?.stop());

  test("an order that nobody pays ends by itself (WA-2)", {timeout: 180000}, async () => {
    const there = new Wallets(other), who = await other.server.customer();
    await other.server.changed({acquiring: {life: "2s"}});
    const {id, payment_url} = await there.order(who, "500.00");
    await other.server.changed({acquiring: {life: "30m"}}); // others pay in time, however slowly
    await fetch(payment_url, {headers: {Accept: "text/html"}});
    await until(() => there.topupState(who, id), (state) => state === "expired", 50000);
    assert.equal((await other.sandbox.pay(payment_url, cards.pays)).status, 303, "and the bank takes nothing any more");
    assert.equal(await there.balance(who), "0.00");
  });

  test("the bank is down when the card is paid and comes back: the money comes", {timeout: 270000}, async () => {
    const who = await server.customer();
    const {id, payment_url} = await wallets.order(who, "500.00");
    await sandbox.pay(payment_url, cards.silent);
    await sandbox.end("SIGKILL");
    const journal = join(sandbox.folder, "journal"), whole = statSync(journal).size;
    appendFileSync(journal, "1 2 500.00 3"); // what was being written
    await new Promise((done) => setTimeout(done, 2500));
    assert.equal(await wallets.topupState(who, id), "created");
    await sandbox.run();
    assert.equal(statSync(journal).size, whole, "half a line is cut away");
    await until(() => wallets.topupState(who, id), (state) => state === "paid", 80000);
    assert.equal(await wallets.balance(who), "500.00");
  });

  test("a level that may not send to people is told so; between own wallets it may (WA-14)", async () => {
    const there = new Wallets(other), who = await other.server.customer(), friend = await other.server.customer();
    assert.equal(await there.topup(who, "500.00"), "paid");
    for (const to of [friend.phone, newPhone()]) {
      assert.equal(problem(await there.send(who, to, "1.00")), "level-too-low");
      const check = await other.server.post("/transfers/check", {to, sum: "1.00"}, {token: who.token});
      assert.equal(problem(check), "level-too-low");
    }
    const opened = await other.server.post("/wallets", {}, {token: who.token, key: newKey()});
    assert.equal((await there.send(who, opened.body.id, "1.00")).status, 201);
    assert.equal(await there.balance(who), "499.00");
  });
});
