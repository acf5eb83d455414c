// bank_cards.test.mjs: a customer's own card at another bank is bound (LO-3): its number stays at the bank's page, a small
// sum proves that it is his, its holder's name is compared with his; and all that a bank, or somebody else, can do wrong.

import assert from "node:assert/strict";
import {createHmac} from "node:crypto";
import {readFileSync} from "node:fs";
import {after, before, test} from "node:test";

import {BankCards, newCard, wrong} from "../support/bank_cards.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {newKey} from "../support/server.mjs";
import {limits, problem, until} from "../support/wallet.mjs";

let both, server, cards;
before(async () => {
  both = await startBoth({limits: {...limits, simplified: {balance: "60000.00"}}}, {slow: 300, late: 600});
  ({server} = both);
  cards = new BankCards(both);
});
after(() => both?.stop());

test("LO-3: bound by the sum that only the cardholder sees; what we keep of it is what may be shown", async () => {
  const who = await cards.named();
  assert.deepEqual((await cards.get(who, "/bank-cards")).cards, []);
  const begun = await cards.begin(who);
  assert.equal(begun.state, "open");
  assert.ok(begun.bank_url.startsWith(`${both.sandbox.url}/acquirer/bind?merchant=kabinet&binding=${begun.id}&`), begun.bank_url);
  const entered = await cards.enter(begun.bank_url, newCard());
  assert.equal(entered.location, `${server.settings.public_url}/bank-cards/${begun.id}`);
  const check = await cards.state(who, begun.id, "check");
  assert.deepEqual([check.mask, check.network, check.left], ["220000******0000", "mir", 3]);
  const confirmed = await cards.confirm(who, begun.id, await cards.small(begun.id));
  assert.deepEqual([confirmed.status, confirmed.body.state], [200, "checking"]);
  const live = await cards.state(who, begun.id, "live");
  assert.deepEqual([live.own, live.name, live.expires, live.expired], [true, "own", "12/30", false]);
  assert.deepEqual((await cards.get(who, "/bank-cards")).cards.map(({id, state}) => [id, state]), [[begun.id, "live"]]);
  await until(() => server.messages(who.phone, 1), (texts) => texts.some((text) => text.includes("220000******0000")));
  const [row] = server.rows(`SELECT mask, network FROM bank_card WHERE id = ${begun.id}`);
  assert.deepEqual(row, ["220000******0000", "mir"]);
});

test("LO-3: three wrong sums, and the binding is void; what is no such sum at all is not counted", async () => {
  const who = await cards.named(), id = await cards.checked(who);
  for (const sum of ["0.99", "10.00", "", "x"]) assert.equal((await cards.confirm(who, id, sum)).status, 422, sum);
  assert.equal((await cards.card(who, id)).left, 3);
  const right = await cards.small(id);
  for (const left of [2, 1]) {
    assert.equal((await cards.confirm(who, id, wrong(right))).status, 200);
    const {wrong: told, left: rest} = await cards.state(who, id, "check");
    assert.deepEqual([told, rest], [true, left]);
  }
  await cards.confirm(who, id, wrong(right));
  await cards.state(who, id, "void");
  const late = await cards.confirm(who, id, right);
  assert.deepEqual([late.status, problem(late)], [409, "not-in-this-state"]);
});

test("LO-3: somebody else's name, no name, and a name that we do not know yet are told apart", async () => {
  const who = await cards.named(), stranger = await server.customer();
  for (const [customer, digits, holder, name] of [
    [who, "2222", "IVAN IVANOV", "foreign"], [who, "8888", "", "unnamed"], [who, "9999", "PETROVA ANNA I", "own"],
    [stranger, "5555", "ANNA PETROVA", "unknown"],
  ]) {
    const live = await cards.bound(customer, digits, {holder});
    assert.deepEqual([live.own, live.name], [name === "own", name], holder);
  }
});

test("LO-3: a card that another customer has bound is not bound again, and it is on record", async () => {
  const [first, second] = [await cards.named(), await cards.named()], number = newCard();
  assert.equal((await cards.bound(first, "0000", {number})).state, "live");
  const taken = await cards.bound(second, "0000", {number});
  assert.equal(taken.state, "taken");
  assert.deepEqual((await cards.get(second, "/bank-cards")).cards, []);
  assert.equal(server.rows("SELECT COUNT(*) FROM audit WHERE action = 'acquiring.card_of_another'")[0][0], 1);
  const again = await cards.bound(first, "0000", {number});
  assert.deepEqual((await cards.get(first, "/bank-cards")).cards.map(({id}) => id), [again.id], "his own: the newer holds");
  assert.equal((await cards.post(first, `/bank-cards/${again.id}/remove`)).status, 200);
  assert.equal((await cards.bound(second, "0000", {number})).state, "live", "removed, it is free");
});

test("LO-3: another's card is as if missing", async () => {
  const [who, other] = [await cards.named(), await cards.named()], id = await cards.checked(who);
  assert.equal((await server.get(`/bank-cards/${id}`, {token: other.token})).status, 404);
  for (const act of ["confirm", "remove"])
    assert.equal((await cards.post(other, `/bank-cards/${id}/${act}`, act === "confirm" ? {sum: "5.00"} : {})).status, 404);
});

test("LO-3: removed: the bank forgets it, the customer is told, nothing secret is left", async () => {
  const who = await cards.named(), {id} = await cards.bound(who, "4444");
  assert.equal((await cards.post(who, `/bank-cards/${id}/remove`)).status, 200);
  assert.equal((await cards.post(who, `/bank-cards/${id}/remove`)).status, 200, "pressed twice");
  assert.equal((await cards.card(who, id)).state, "removed");
  assert.deepEqual(server.rows(`SELECT length(token), length(printed), length(fingerprint) FROM bank_card WHERE id = ${id}`),
                   [[0, 0, 0]]);
  const app = async () => (await (await fetch(`${both.sandbox.url}/acquirer/app`, {headers: {Accept: "application/json"}})).json()).cards;
  await until(async () => (await app()).find(({binding}) => binding === id)?.state, (state) => state === "unbound");
});

for (const [digits, what] of [["3333", "says nothing by itself"], ["4444", "says everything twice"],
                              ["7777", "sends a wrong signature and a broken message"]])
  test(`LO-3: a bank that ${what}: the card is bound all the same`, {timeout: 180000}, async () => {
    const who = await cards.named();
    assert.equal((await cards.bound(who, digits)).state, "live");
  });

for (const [digits, what] of [["6611", "does it and never answers"], ["6615", "answers twice in one body"], ["6620", "answers by a page"]])
  test(`LO-3: the sum is told to a bank that ${what}: a try counts once`, {timeout: 180000}, async () => {
    const who = await cards.named(), id = await cards.checked(who, digits), right = await cards.small(id);
    await cards.confirm(who, id, wrong(right));
    assert.equal((await cards.state(who, id, "check")).left, 2);
    await cards.confirm(who, id, right);
    await cards.state(who, id, "live");
  });

for (const digits of ["1111", "3103"])
  test(`LO-3: a card that its bank does not let be bound (${digits}) is declined`, async () => {
    const who = await cards.named(), begun = await cards.begin(who);
    await cards.enter(begun.bank_url, newCard(digits));
    await cards.state(who, begun.id, "declined");
    assert.deepEqual((await cards.get(who, "/bank-cards")).cards, []);
  });

test("LO-3: cancelled at the bank's page; an address that was changed is not opened", async () => {
  const who = await cards.named(), begun = await cards.begin(who);
  const forged = begun.bank_url.replace(/return=[^&]*/, "return=http%3A%2F%2Fevil.example%2F");
  assert.equal((await cards.enter(forged, newCard())).status, 400);
  await cards.enter(begun.bank_url, "", {act: "cancel"});
  await cards.state(who, begun.id, "cancelled");
});

test("LO-3: callbacks are believed by their signature, and do not bind what no sum was told for", async () => {
  const who = await cards.named(), {id} = await cards.begin(who);
  const call = async (body, secret = readFileSync(both.sandbox.secret, "utf8").trim()) => {
    const text = JSON.stringify(body), at = Math.floor(Date.now() / 1000);
    const signature = createHmac("sha256", secret).update(`callback\n${at}\n${text}`).digest("hex");
    return (await server.post("/callbacks/acquirer/binding", body, {headers: {Authorization: `HMAC-SHA256 ${at}:${signature}`}})).status;
  };
  const check = {merchant: "kabinet", binding: id, status: "check", attempt: "0", left: "3", mask: "220000******0000", network: "mir"};
  const bound = {...check, status: "bound", token: "t", holder: "ANNA PETROVA", fingerprint: "f", expiry: "2030-12"};
  assert.equal(await call(check, "x".repeat(40)), 401);
  assert.equal(await call({...check, binding: "17"}), 404);
  assert.equal(await call({...check, merchant: "another"}), 404);
  assert.equal(await call({...check, left: "0"}), 404, "makes no sense");
  assert.equal(await call(bound), 409, "a contradiction is kept, and not obeyed");
  assert.equal((await cards.card(who, id)).state, "open");
  assert.equal(await call(check), 200);
  assert.equal(await call(check), 200, "known");
  assert.equal(await call(bound), 409);
  assert.equal((await cards.card(who, id)).state, "check");
});

test("LO-3: killed between: what was told is asked on, once", {timeout: 180000}, async () => {
  const who = await cards.named(), id = await cards.checked(who, "6611", {holder: "PETROVA ANNA"});
  await cards.confirm(who, id, await cards.small(id));
  await server.end("SIGKILL");
  await server.run();
  assert.equal((await cards.state(who, id, "live")).own, true);
});

test("LO-3: not more than ten bindings are begun a day", async () => {
  const who = await cards.named();
  for (let i = 0; i < 10; i++) await cards.begin(who);
  const more = await cards.post(who, "/bank-cards");
  assert.deepEqual([more.status, problem(more)], [429, "too-many-bindings"]);
  const key = newKey(), other = await cards.named();
  const [one, again] = [await cards.post(other, "/bank-cards", {}, key), await cards.post(other, "/bank-cards", {}, key)];
  assert.equal(one.body.id, again.body.id, "asked twice under one key, begun once");
});

test("WA-2: topped up from a bound card, without the bank's page", {timeout: 180000}, async () => {
  const who = await cards.named(), [good, poor] = [await cards.bound(who), await cards.bound(who, "6651")];
  const charge = (card, more = {}, key = newKey()) =>
    server.post("/topups", {sum: "500.00", card, ...more}, {token: who.token, key});
  const key = newKey(), asked = await charge(good.id, {}, key), again = await charge(good.id, {}, key);
  assert.deepEqual([asked.status, asked.body.payment_url ?? null, again.body.id], [201, null, asked.body.id]);
  await until(() => cards.topupState(who, asked.body.id), (state) => state === "paid");
  assert.equal(await cards.balance(who), "500.00");
  const declined = await charge(poor.id);
  await until(() => cards.topupState(who, declined.body.id), (state) => state === "declined");
  assert.equal(await cards.balance(who), "500.00");
  const stranger = await cards.named(), foreign = await charge((await cards.bound(stranger)).id);
  assert.deepEqual([foreign.status, foreign.body.errors[0].field], [422, "card"], "another's card is none of his");
  assert.equal(problem(await charge(good.id, {sum: "59500.01"})), "balance-limit");
  const {body: program} = await cards.post(who, "/settings/tokens", {name: "Учёт", topups_write: true});
  const byKey = await server.post("/topups", {sum: "10.00", card: good.id}, {token: program.token, key: newKey()});
  assert.deepEqual([byKey.status, problem(byKey)], [403, "card-by-token"]);
});

test("WA-2: the same as pages: which card, a check page that names it, and the outcome", {timeout: 180000}, async () => {
  const who = await cards.named(), {id} = await cards.bound(who), browser = server.browser();
  await browser.signIn(who);
  await browser.go("/topup");
  assert.match(browser.html, /•• 0000/);
  await browser.send("/topups", {sum: "1 500", card: id});
  assert.equal(browser.status, 200, browser.html);
  assert.match(browser.html, /Списать 1\s500\s₽ с карты/);
  assert.equal(await cards.balance(who), "0.00", "nothing is taken before he says so");
  await browser.send("/topups");
  assert.match(browser.path, /^\/topups\/\d+$/);
  await until(() => cards.balance(who), (balance) => balance === "1500.00");
});
