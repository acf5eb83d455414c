// merchants.test.mjs: merchants bill customers by a program (WA-11, IF-3): what is refused, one bill under a number however
// often it is asked for, who pays it and by which rules, refunds, callbacks and their log, keys, finance's pages (BO-2).

import assert from "node:assert/strict";
import {createHmac} from "node:crypto";
import {after, before, describe, test} from "node:test";

import {Merchant, hearCallbacks, heardOf, makeMerchant, switchOn} from "../support/merchants.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {newKey, newPhone, pause, problem} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";
import {Wallets, limits, rub, until} from "../support/wallet.mjs";

let both, server, wallets, people, shop, merchant;
before(async () => {
  both = await startBoth({limits, merchants: {private_addresses: true, callback_pause: "1s", confirm_sum: "500.00"}});
  ({server} = both);
  wallets = new Wallets(both);
  shop = await hearCallbacks();
  people = await staff(server, {finance: "finance", finance2: "finance", support: "support"});
  merchant = await makeMerchant(server, people.finance, people.finance2,
                                {site: "https://shop.example", callback: `${shop.url}/paid`});
});
after(async () => {
  await shop?.stop();
  await both?.stop();
});

const code = (answer) => answer.body.errorCode;
const pay = (who, uid, fields = {}, options = {}) =>
  server.post(`/bill/${uid}/pay`, fields, {token: who.token, key: newKey(), ...options});
const owed = async (which = merchant) => (await people.finance.get(`/staff/merchants/${which.id}`)).body.balance.amount;
async function paid(who, uid, fields) {
  const answer = await pay(who, uid, fields);
  assert.deepEqual([answer.status, answer.body.state, answer.body.own], [200, "PAID", true], answer.text);
  return answer.body;
}

// ---- bills ----

describe("IF-3: a bill is made under the merchant's number", () => {
  test("as asked for, with the largest term when none is given", async () => {
    const number = "Заказ № 17 / чай".replaceAll("/", "-");
    const made = await merchant.put(number, 42.5, {comment: "Чай", customer: {phone: newPhone(), account: "17"},
                                                   customFields: {a: "б", n: 7, t: true}});
    assert.equal(made.status, 200, made.text);
    const {siteId, billId, amount, status, comment, customFields, customer} = made.body;
    assert.deepEqual([siteId, billId, amount, status.value, comment, customFields, customer.account],
                     [merchant.id, number, {value: "42.50", currency: "RUB"}, "WAITING", "Чай", {a: "б", n: 7, t: true}, "17"]);
    const days = (Date.parse(made.body.expirationDateTime) - Date.parse(made.body.creationDateTime)) / 86400000;
    assert.ok(days > 44.99 && days < 45.01, made.text);
    assert.deepEqual((await merchant.get(number)).body, made.body);
  });

  test("the sum as a number or a text, rounded down; a term of its own, not beyond the largest", async () => {
    for (const [value, told] of [[100, "100.00"], ["100", "100.00"], [0.29, "0.29"], ["10.999", "10.99"], [999999.99, "999999.99"]])
      assert.equal((await merchant.bill(undefined, {value})).amount.value, told, `${value}`);
    const soon = new Date(Date.now() + 3600000).toISOString();
    const own = (await merchant.bill("1", {expirationDateTime: soon})).expirationDateTime;
    assert.equal(Date.parse(own), Date.parse(`${soon.slice(0, 19)}Z`));
    const far = (await merchant.bill("1", {expirationDateTime: "2099-01-01T00:00:00+03:00"})).expirationDateTime;
    assert.ok(Date.parse(far) < Date.now() + 46 * 86400000);
  });

  test("asked for again: the same one; with another sum or other data: refused; its term does not count", async () => {
    const number = merchant.nextNumber(), first = await merchant.put(number, "10.00", {comment: "Чай"});
    const again = await merchant.put(number, 10, {comment: "Чай", expirationDateTime: "2099-01-01T00:00:00Z"});
    assert.deepEqual(again.body, first.body);
    for (const [sum, more] of [["10.01", {comment: "Чай"}], ["10.00", {comment: "Кофе"}], ["10.00", {}],
                               ["10.00", {comment: "Чай", customFields: {a: "1"}}],
                               ["10.00", {comment: "Чай", customer: {account: "1"}}]]) {
      const other = await merchant.put(number, sum, more);
      assert.deepEqual([other.status, code(other)], [409, "api.invoice.already.exists"], other.text);
    }
    const many = await Promise.all(Array.from({length: 12}, () => merchant.put(`${number}-many`, "5.00")));
    const made = many.filter(({status}) => status === 200);
    assert.ok(made.length >= 1 && many.every(({status}) => status === 200 || status === 409), `${many.map(({status}) => status)}`);
    assert.equal(new Set(made.map(({body}) => body.payUrl)).size, 1);
  });

  test("what is wrong is refused in the interface's own words, and nothing is kept", async () => {
    const long = "х".repeat(256);
    const rows = [
      ["no sum", {value: undefined, currency: "RUB"}], ["zero", {value: 0}], ["below zero", {value: -1}], ["letters", {value: "ten"}],
      ["too much", {value: 1000000}], ["an object", {value: {}}], ["another currency", {value: 1, currency: "USD"}],
      ["no currency", {value: 1, currency: null}], ["a term that is over", {value: 1, expirationDateTime: "2020-01-01T00:00:00+03:00"}],
      ["a term of letters", {value: 1, expirationDateTime: "tomorrow"}], ["a term as a number", {value: 1, expirationDateTime: 17}],
      ["a long comment", {value: 1, comment: long}], ["a comment that is none", {value: 1, comment: {}}],
      ["a customer that is none", {value: 1, customer: "17"}], ["a long account", {value: 1, customer: {account: long}}],
      ["fields that are none", {value: 1, customFields: []}], ["a long field", {value: 1, customFields: {a: long}}],
      ["a nested field", {value: 1, customFields: {a: {}}}], ["a control character", {value: 1, comment: "a\u0001b"}],
      ["too many fields", {value: 1, customFields: Object.fromEntries(Array.from({length: 21}, (_, i) => [`f${i}`, "1"]))}],
    ];
    for (const [about, more] of rows) {
      const number = merchant.nextNumber(), answer = await merchant.put(number, undefined, more);
      assert.deepEqual([answer.status, code(answer), answer.body.serviceName], [400, "validation.error", "invoicing-api"],
                       `${about}: ${answer.text}`);
      assert.ok(answer.body.userMessage.length > 0 && answer.body.description === answer.body.userMessage && answer.body.traceId, about);
      assert.ok(Date.parse(answer.body.dateTime) > 0, about);
      assert.equal((await merchant.get(number)).status, 404, about);
    }
    assert.equal((await merchant.put("х".repeat(201), "1")).status, 400);
    for (const body of ["", "{", "[]", "null", '{"amount":{"value":1,"currency":"RUB"},"amount":1}']) {
      const answer = await fetch(`${server.url}/partner/bill/v1/bills/broken`, {
        method: "PUT", body, headers: {Authorization: `Bearer ${merchant.secret}`, "Content-Type": "application/json"}});
      assert.deepEqual([answer.status, (await answer.json()).errorCode], [400, "http.message.conversion.failed"], body);
    }
    const large = await merchant.put("large", "1.00", {comment: "x".repeat(20000)});
    assert.deepEqual([large.status, code(large)], [413, "validation.error"]);
  });

  test("who has no key, a wrong one, another's: 401 alike; another merchant's bill is as a missing one", async () => {
    const other = await makeMerchant(server, people.finance, people.finance2);
    const {number, uid} = await merchant.bill("10.00");
    const customer = await server.customer();
    for (const secret of [null, "", "x", "x".repeat(43), merchant.publicKey, customer.token]) {
      const answers = await Promise.all([merchant.put("new", "1", {}, {secret}), merchant.get(number, {secret}),
                                         merchant.reject(number, {secret}), merchant.refund(number, "1", "1", {secret}),
                                         merchant.refunded(number, "1", {secret})]);
      for (const answer of answers) assert.deepEqual([answer.status, code(answer)], [401, "auth.unauthorized"], `${secret} ${answer.text}`);
    }
    for (const answer of [await other.get(number), await other.reject(number), await other.refund(number, "1", "1"),
                          await other.refunded(number, "1")])
      assert.deepEqual([answer.status, code(answer)], [404, "api.invoice.not.found"], answer.text);
    assert.equal((await other.put(number, "77.00")).body.amount.value, "77.00", "numbers are each merchant's own");
    assert.equal((await merchant.get(number)).body.amount.value, "10.00");
    assert.equal((await merchant.get(number, {headers: {"Sec-Fetch-Site": "cross-site"}})).status, 401);
    assert.equal((await server.get(`/bill/${uid}`)).body.state, "WAITING");
  });

  test("rejected: nobody pays it any more; again: the same; paid or over: not", async () => {
    const {number, uid} = await merchant.bill("10.00"), who = await wallets.rich("20.00");
    for (let i = 0; i < 2; i++) assert.equal((await merchant.reject(number)).body.status.value, "REJECTED");
    assert.equal(problem(await pay(who, uid)), "bill-over");
    const other = await merchant.bill("10.00");
    await paid(who, other.uid);
    const late = await merchant.reject(other.number);
    assert.deepEqual([late.status, code(late)], [409, "api.invoice.not.waiting"]);
    assert.equal((await merchant.reject("absent")).status, 404);
  });

  test("its time over it is EXPIRED when looked at, and in the database by a job; nobody pays it", async () => {
    const who = await wallets.rich("20.00"), soon = new Date(Date.now() + 3600000).toISOString();
    const {number, uid} = await merchant.bill("10.00", {expirationDateTime: soon});
    assert.equal((await merchant.get(number)).body.status.value, "WAITING");
    await server.passed(`UPDATE merchant_bill SET expires = expires - 3600000000 WHERE number = '${number}'`);
    assert.equal((await merchant.get(number)).body.status.value, "EXPIRED");
    assert.equal(problem(await pay(who, uid)), "bill-over");
    assert.equal((await merchant.reject(number)).status, 409);
    await server.end();
    assert.equal(server.rows(`SELECT state FROM merchant_bill WHERE number = '${number}'`)[0][0], 1);
    server.sql("UPDATE job SET next_at = 1 WHERE name = 'merchants.expire'");
    await server.run();
    await until(() => server.rows(`SELECT state FROM merchant_bill WHERE number = '${number}'`)[0][0], (state) => state === 4);
    assert.equal(await wallets.balance(who), "20.00");
  });
});

// ---- paying ----

describe("WA-11: whoever has its address pays it", () => {
  test("the money goes at once and without a fee; both see it; a second time nothing moves", async () => {
    const who = await wallets.rich("100.00"), before = await owed();
    const {number, uid} = await merchant.bill("30.50", {comment: "Чай и сушки"});
    const guest = await server.get(`/bill/${uid}`);
    assert.deepEqual([guest.body.merchant, guest.body.sum, guest.body.payable, guest.body.signed_in, guest.body.comment],
                     ["Чайная лавка", rub("30.50"), true, false, "Чай и сушки"]);
    const {operation} = await paid(who, uid);
    assert.equal(await wallets.balance(who), "69.50");
    assert.equal(await owed(), (Number(before) + 30.5).toFixed(2));
    assert.equal((await merchant.get(number)).body.status.value, "PAID");
    const [seen] = await wallets.operations(who);
    assert.deepEqual([seen.id, seen.kind, seen.counterparty, seen.sum.amount], [operation, "bill", "Чайная лавка", "-30.50"]);
    assert.deepEqual([(await pay(who, uid)).body.operation, await wallets.balance(who)], [operation, "69.50"], "pressed twice");
    const other = await wallets.rich("100.00");
    assert.equal(problem(await pay(other, uid)), "bill-over");
    assert.equal((await server.get(`/bill/${uid}`, {token: other.token})).body.operation, null, "another's operation is not told");
    const list = (await server.get("/bills", {token: who.token})).body;
    assert.deepEqual(list.paid.map((bill) => [bill.uid, bill.state]), [[uid, "PAID"]]);
    assert.ok((await server.messages(who.phone, 1))[0].includes("Чайная лавка"));
  });

  test("a key used again is one payment; ten at once, of two people, are one", async () => {
    const [one, two] = [await wallets.rich("100.00"), await wallets.rich("100.00")], {uid} = await merchant.bill("10.00");
    const before = await owed(), tries = Array.from({length: 10}, (_, i) => pay(i % 2 ? one : two, uid));
    const answers = await Promise.all(tries), good = answers.filter(({status}) => status === 200);
    assert.ok(good.length >= 1 && answers.every(({status}) => [200, 409].includes(status)), answers.map(({text}) => text).join("\n"));
    assert.equal((Number(await wallets.balance(one)) + Number(await wallets.balance(two))).toFixed(2), "190.00");
    assert.equal(await owed(), (Number(before) + 10).toFixed(2));
    const other = await merchant.bill("10.00"), key = newKey();
    const same = [await pay(one, other.uid, {}, {key}), await pay(one, other.uid, {}, {key})];
    assert.deepEqual(same[0].body, same[1].body);
  });

  test("not without a session, from another's wallet, without money, frozen, beyond a limit, an unknown address", async () => {
    const who = await wallets.rich("50.00"), other = await wallets.rich("50.00"), {uid} = await merchant.bill("40.00");
    assert.equal((await server.post(`/bill/${uid}/pay`, {}, {key: newKey()})).status, 401);
    assert.equal((await pay(who, "0".repeat(32))).status, 404);
    assert.equal((await pay(who, "x")).status, 404);
    const foreign = (await server.get(`/bill/${uid}`, {token: other.token})).body.purses[0].value;
    assert.equal((await pay(who, uid, {from: foreign})).status, 422);
    const second = (await server.post("/wallets", {name: "Второй"}, {token: who.token, key: newKey()})).body.id;
    assert.equal(problem(await pay(who, uid, {from: second})), "not-enough-money");
    assert.equal(problem(await pay(await server.customer(), uid)), "not-enough-money");
    const large = await merchant.bill("15000.01");
    assert.equal(problem(await pay(who, large.uid)), "sum-too-large");
    const path = `/staff/customers/${who.customer}`;
    await people.support.post(`${path}/reason`, {reason: "Звонок: украли телефон"});
    assert.equal((await people.support.post(`${path}/freeze`, {reason: "Телефон украден"})).status, 200);
    assert.equal(problem(await pay(who, uid)), "account-frozen");
    assert.equal(await wallets.balance(who), "50.00");
  });

  test("a large sum to a merchant never paid before wants a fresh proof; then it is known", async () => {
    const who = await wallets.rich("3000.00");
    await server.proofsOver(who);
    const [first, second, small] = [await merchant.bill("500.00"), await merchant.bill("600.00"), await merchant.bill("499.99")];
    await paid(who, small.uid);
    const other = await makeMerchant(server, people.finance, people.finance2), theirs = await other.bill("500.00"), key = newKey();
    assert.equal((await server.get(`/bill/${theirs.uid}`, {token: who.token})).body.confirm, true);
    assert.equal(problem(await pay(who, theirs.uid, {}, {key})), "confirmation-needed");
    assert.equal((await server.post("/confirm", {password: who.password}, who)).status, 200);
    assert.equal((await pay(who, theirs.uid, {}, {key})).status, 200, "its key was not used up");
    await server.proofsOver(who);
    for (const {uid} of [first, second]) await paid(who, uid);
  });

  test("a personal token pays by its scope and within its day's limit", async () => {
    const who = await wallets.rich("100.00"), [one, two] = [await merchant.bill("40.00"), await merchant.bill("40.00")];
    const make = async (scopes) => (await server.post("/settings/tokens", {name: "Учёт", ...scopes}, {token: who.token})).body.token;
    assert.equal(problem(await pay({token: await make({operations_read: true})}, one.uid)), "scope-missing");
    const limited = {token: await make({payments_write: true, day_limit: "50.00"})};
    assert.equal((await pay(limited, one.uid)).status, 200);
    assert.equal((await pay(limited, two.uid)).status, 403);
    assert.equal(await wallets.balance(who), "60.00");
  });

  test("after a change of secrets only what may still go out goes out", async () => {
    const who = await wallets.rich("100.00"), {uid} = await merchant.bill("90.00");
    await server.end();
    server.sql(`INSERT INTO cooling (customer, until, rest) SELECT id, ${Date.now() + 3600000}000, 5000 FROM customer ` +
               "WHERE id = (SELECT max(id) FROM customer)");
    await server.run();
    const refused = await pay(who, uid);
    assert.equal(refused.status, 422, refused.text);
    assert.equal(await wallets.balance(who), "100.00");
  });

  test("as pages without scripts: a guest signs in, comes back to the bill, pays, and goes back to the shop", async () => {
    const who = await wallets.rich("100.00"), browser = server.browser();
    const {payUrl} = await merchant.bill("25.00"), back = encodeURIComponent("https://shop.example/thanks?o=1");
    const address = new URL(`${payUrl}&successUrl=${back}`);
    await browser.go(address.pathname + address.search);
    assert.match(browser.html, /Счёт от «Чайная лавка»/);
    const [, next] = /href="(\/signin\?next=[^"]*)"/.exec(browser.html);
    await browser.go(next);
    await browser.send("/signin", {phone: who.phone, password: who.password});
    assert.match(browser.path, /^\/bill\//);
    await browser.send(`${browser.path}/pay`);
    assert.match(browser.html, /Оплачено 25,00/);
    assert.match(browser.html, /href="https:\/\/shop\.example\/thanks\?o=1"/);
    const evil = new URL(`${payUrl}&successUrl=${encodeURIComponent("https://shop.example.evil.example/")}`);
    await browser.go(evil.pathname + evil.search);
    assert.doesNotMatch(browser.html, /evil/);
  });
});

// ---- to a number ----

test("WA-11: a bill made out to a number is told and listed, and can be declined by that person alone", async () => {
  const [who, stranger] = [await wallets.rich("100.00"), await server.customer()];
  const before = (await server.messages(who.phone)).length;
  const {uid, number} = await merchant.bill("20.00", {customer: {phone: who.phone.slice(1)}});
  assert.match((await server.messages(who.phone, before))[0], /Чайная лавка.*20/);
  assert.deepEqual((await server.get("/bills", {token: who.token})).body.waiting.map((bill) => bill.uid), [uid]);
  assert.deepEqual((await server.get("/bills", {token: stranger.token})).body, {waiting: [], paid: []});
  assert.match(JSON.stringify((await wallets.home(who)).pending), new RegExp(uid));
  assert.equal((await server.get(`/bill/${uid}`, {token: who.token})).body.declinable, true);
  assert.equal((await server.get(`/bill/${uid}`, {token: stranger.token})).body.declinable, false);
  assert.equal(problem(await server.post(`/bill/${uid}/decline`, {}, {token: stranger.token})), "bill-not-yours");
  assert.equal((await server.post(`/bill/${uid}/decline`, {}, {token: who.token})).body.state, "REJECTED");
  assert.equal((await merchant.get(number)).body.status.value, "REJECTED");
  // to nobody of ours: the merchant is told nothing else
  const known = await merchant.bill("20.00", {customer: {phone: who.phone}});
  const unknown = await merchant.bill("20.00", {customer: {phone: newPhone()}});
  const bare = ({billId, payUrl, customer, creationDateTime, expirationDateTime, status, number: n, uid: u, ...rest}) => rest;
  assert.deepEqual(bare(known), bare(unknown));
  // bills that pile up are not told one by one
  for (let i = 0; i < 5; i++) await merchant.bill("1.00", {customer: {phone: who.phone}});
  await until(async () => (await server.messages(who.phone)).length, (count) => count === before + 4);
  await pause(500);
  assert.equal((await server.messages(who.phone)).length, before + 4);
});

// ---- refunds ----

describe("IF-3: refunds", () => {
  test("in parts and never more than was paid; once under a number; the payer has it back and is told", async () => {
    const who = await wallets.rich("100.00"), {number, uid} = await merchant.bill("60.00");
    assert.deepEqual([code(await merchant.refund(number, "r", "1.00")), code(await merchant.refund("absent", "r", "1"))],
                     ["api.invoice.not.paid", "api.invoice.not.found"]);
    await paid(who, uid);
    const first = await merchant.refund(number, "r1", "20.00");
    assert.deepEqual([first.status, first.body.amount, first.body.status, first.body.refundId],
                     [200, {value: "20.00", currency: "RUB"}, "PARTIAL", "r1"], first.text);
    assert.deepEqual((await merchant.refund(number, "r1", "20.00")).body, first.body);
    assert.deepEqual((await merchant.refunded(number, "r1")).body, first.body);
    assert.equal(code(await merchant.refund(number, "r1", "21.00")), "api.refund.already.exists");
    assert.equal(code(await merchant.refund(number, "r2", "40.01")), "api.refund.amount.exceeded");
    assert.equal(code(await merchant.refunded(number, "r2")), "api.refund.not.found");
    for (const sum of ["0", "-1", "x", undefined]) assert.equal(code(await merchant.refund(number, "r3", sum)), "validation.error");
    assert.equal(await wallets.balance(who), "60.00");
    assert.equal((await merchant.refund(number, "r4", "40.00")).status, 200);
    assert.equal(code(await merchant.refund(number, "r5", "0.01")), "api.refund.amount.exceeded");
    assert.equal(await wallets.balance(who), "100.00");
    assert.equal((await merchant.get(number)).body.status.value, "PAID");
    const [seen] = await wallets.operations(who);
    assert.deepEqual([seen.kind, seen.counterparty, seen.sum.amount], ["bill_refund", "Чайная лавка", "40.00"]);
    assert.deepEqual((await server.get(`/bill/${uid}`, {token: who.token})).body.refunded, rub("60.00"));
    const whole = await merchant.bill("10.00");
    await paid(who, whole.uid);
    assert.equal((await merchant.refund(whole.number, "1", "10.00")).body.status, "FULL");
  });

  test("twenty at once give back what was paid and no more", async () => {
    const who = await wallets.rich("100.00"), {number, uid} = await merchant.bill("50.00");
    await paid(who, uid);
    const answers = await Promise.all(Array.from({length: 20}, (_, i) => merchant.refund(number, `r${i % 10}`, "7.00")));
    assert.ok(answers.every(({status}) => [200, 409].includes(status)), answers.map(({text}) => text).join("\n"));
    assert.equal(await wallets.balance(who), "99.00", "seven of seven roubles");
  });

  test("not from an account on which the money is no more", async () => {
    const poor = await makeMerchant(server, people.finance, people.finance2), who = await wallets.rich("100.00");
    const {number, uid} = await poor.bill("50.00");
    await paid(who, uid);
    const accountOf = async ({id}) => (await people.finance.get(`/staff/merchants/${id}`)).body.account;
    const from = await accountOf(poor), to = await accountOf(merchant);
    const asked = await people.finance.post("/staff/posting", {from, to, sum: "30.00", reason: "Выплата магазину"}, {key: newKey()});
    assert.ok(asked.status < 300, asked.text);
    const {approval} = asked.body, look = (await people.finance2.get(`/staff/approvals/${approval}`)).body;
    assert.equal((await people.finance2.post(`/staff/approvals/${approval}/confirm`, {seen: look.seen})).status, 200);
    assert.equal(code(await poor.refund(number, "1", "50.00")), "api.refund.not.enough.money");
    assert.equal((await poor.refund(number, "2", "20.00")).status, 200);
  });
});

// ---- callbacks ----

const signed = (secret, {amount, billId, siteId, status}) =>
  createHmac("sha256", secret).update([amount.currency, amount.value, billId, siteId, status.value].join("|")).digest("hex");

describe("IF-3: callbacks", () => {
  test("signed, sent again until 200, each attempt on record, replayed by the merchant and by staff", async () => {
    const who = await wallets.rich("100.00"), {number, uid} = await merchant.bill("10.00", {comment: "Чай"});
    shop.answers.push({status: 500}, {status: 302});
    await paid(who, uid);
    await until(() => heardOf(shop, number).length, (count) => count === 3);
    for (const {signature, body} of heardOf(shop, number)) {
      assert.equal(signature, signed(merchant.secret, body.bill));
      assert.deepEqual([body.version, body.bill.status.value, body.bill.comment], ["1", "PAID", "Чай"]);
    }
    const [told] = await until(() => merchant.callbacks(number), ([first]) => first.state === "delivered");
    assert.deepEqual(told.log.map(({number, status, outcome}) => [number, status, outcome]),
                     [[3, 200, "delivered"], [2, 302, "refused"], [1, 500, "refused"]]);
    assert.equal((await merchant.call("POST", `callbacks/${told.id}/replay`)).status, 200);
    await until(() => heardOf(shop, number).length, (count) => count === 4);
    await until(() => merchant.callbacks(number), ([first]) => first.attempts === 4);
    const other = await makeMerchant(server, people.finance, people.finance2);
    assert.equal(code(await other.call("POST", `callbacks/${told.id}/replay`)), "api.callback.not.found");
    assert.deepEqual(await other.callbacks(), []);
    const page = await people.finance.get(`/staff/merchants/${merchant.id}`);
    assert.ok(page.body.callbacks.some(({id, state}) => id === told.id && state === "delivered"));
    assert.equal((await people.finance.post(`/staff/merchants/${merchant.id}/callbacks/${told.id}/replay`)).status, 200);
    await until(() => heardOf(shop, number).length, (count) => count === 5);
    assert.equal((await people.finance.post(`/staff/merchants/${other.id}/callbacks/${told.id}/replay`)).status, 404);
  });

  test("a key is changed without a callback that cannot be verified: by that which made the bill while it is good", async () => {
    const own = await makeMerchant(server, people.finance, people.finance2, {callback: `${shop.url}/own`});
    const who = await wallets.rich("100.00"), old = await own.bill("10.00");
    const made = await people.finance.post(`/staff/merchants/${own.id}/keys`);
    assert.equal(made.status, 200, made.text);
    const fresh = new Merchant(server, {...made.body}), young = await fresh.bill("10.00"), left = await own.bill("10.00");
    assert.equal(problem(await people.finance.post(`/staff/merchants/${own.id}/keys`)), "keys-many");
    await paid(who, old.uid);
    await paid(who, young.uid);
    const secretOf = async ({number}, secret) => {
      const [{signature, body}] = await until(() => heardOf(shop, number), ([first]) => first !== undefined);
      assert.equal(signature, signed(secret, body.bill));
    };
    await secretOf(old, own.secret);
    await secretOf(young, fresh.secret);
    const {keys} = (await people.finance.get(`/staff/merchants/${own.id}`)).body;
    assert.deepEqual(keys.map(({ended}) => ended), [null, null]);
    assert.ok(!JSON.stringify(keys).includes(own.secret));
    assert.equal((await people.finance.post(`/staff/merchants/${own.id}/keys/${keys[0].id}/end`)).status, 200);
    assert.equal((await people.finance.post(`/staff/merchants/${own.id}/keys/${keys[0].id}/end`)).status, 404);
    assert.equal((await own.get(old.number)).status, 401);
    await paid(who, left.uid);
    await secretOf(left, fresh.secret);
  });

  test("never to this machine or a private network, unless a setting says so", async () => {
    const guarded = await startBoth({limits, merchants: {callback_pause: "1s"}}), own = new Wallets(guarded);
    try {
      const {one, two} = await staff(guarded.server, {one: "finance", two: "finance"});
      const refused = await one.post("/staff/merchants", {title: "Лавка", callback: `${shop.url}/in`});
      assert.equal(refused.status, 422, "plain http is not taken");
      for (const host of ["127.0.0.1", "localhost", "[::1]", "169.254.169.254", "10.0.0.1"]) {
        const inside = await makeMerchant(guarded.server, one, two, {callback: `https://${host}:${new URL(shop.url).port}/in`});
        const who = await own.rich("20.00"), {number, uid} = await inside.bill("10.00"), heard = shop.heard.length;
        const answer = await guarded.server.post(`/bill/${uid}/pay`, {}, {token: who.token, key: newKey()});
        assert.equal(answer.status, 200, answer.text);
        const [told] = await until(() => inside.callbacks(number), ([first]) => first?.log.length > 0);
        assert.deepEqual([told.log.at(-1).status, told.log.at(-1).outcome], [null, "barred"], host);
        assert.equal(shop.heard.length, heard);
      }
    } finally {
      await guarded.stop();
    }
  });
});

// ---- the public form, the report ----

test("IF-3: the public form makes a bill, once under a number; it cannot be made into another's", async () => {
  const create = (fields) => fetch(`${server.url}/create?${new URLSearchParams({publicKey: merchant.publicKey, ...fields})}`,
                                   {redirect: "manual", headers: {Accept: "application/json"}});
  const number = merchant.nextNumber(), fields = {amount: "12.30", billId: number, comment: "Кофе", "customFields[a]": "б"};
  const made = await create({...fields, successUrl: "https://shop.example/"});
  assert.equal(made.status, 303, await made.text());
  const place = made.headers.get("Location");
  assert.equal((await create(fields)).headers.get("Location"), place.split("?")[0]);
  assert.deepEqual((await merchant.get(number)).body.customFields, {a: "б"});
  assert.equal((await create({...fields, amount: "12.31"})).status, 409);
  assert.equal((await create({amount: "1", publicKey: "absent"})).status, 422);
  assert.equal((await create({amount: "1", publicKey: merchant.secret})).status, 422);
  assert.equal((await create({})).status, 422);
  for (const wrong of [{amount: "0"}, {amount: "x"}, {amount: "1", lifetime: "2020-01-01T0000"},
                       {amount: "1", "customFields[a]": "x".repeat(256)}])
    assert.equal((await create(wrong)).status, 400, JSON.stringify(wrong));
  assert.equal((await merchant.put(number, "12.30", {comment: "Кофе", customFields: {a: "б"}})).body.billId, number);
  const without = [await create({amount: "1.00"}), await create({amount: "1.00"})].map((answer) => answer.headers.get("Location"));
  assert.notEqual(without[0], without[1]);
});

test("WA-11: a merchant's report tells its own bills of those days, whole", async () => {
  const own = await makeMerchant(server, people.finance, people.finance2), who = await wallets.rich("100.00");
  const [one, two] = [await own.bill("10.00", {comment: "=1+1"}), await own.bill("20.00")];
  await paid(who, two.uid);
  await own.refund(two.number, "1", "5.00");
  const day = new Date(Date.now() + 3 * 3600000).toISOString().slice(0, 10);
  const ask = (query, secret = own.secret) =>
    fetch(`${server.url}/partner/bill/v1/report?${query}`, {headers: {Authorization: `Bearer ${secret}`}});
  const answer = await ask(`from=${day}&to=${day}`);
  const lines = (await answer.text()).trimEnd().split("\r\n").map((line) => line.split(","));
  assert.match(answer.headers.get("Content-Type"), /^text\/csv/);
  assert.deepEqual(lines.map(([number, , state, , sum, refunded]) => [number, state, sum, refunded]),
                   [["billId", "status", "sum", "refunded"], [one.number, "WAITING", "10.00", "0.00"],
                    [two.number, "PAID", "20.00", "5.00"], ["total", "", "20.00", "5.00"]]);
  assert.doesNotMatch(lines[1][6], /^=/, "no formula");
  assert.equal((await ask(`from=${day}&to=${day}`, "x")).status, 401);
  for (const wrong of ["", `from=${day}`, `from=${day}&to=2020-01-01`, "from=x&to=y", "from=2020-01-01&to=2026-01-01"])
    assert.equal((await ask(wrong)).status, 422, wrong);
});

// ---- staff ----

test("BO-2: a merchant works once a second person has confirmed it; a change switches it off; others see nothing", async () => {
  assert.equal((await people.support.get("/staff/merchants")).status, 403);
  for (const wrong of [{title: ""}, {title: "x"}, {title: "Лавка", site: "shop.example"},
                       {title: "Лавка", site: "https://shop.example/path"}, {title: "Лавка", callback: "javascript:alert(1)"},
                       {title: "Лавка", callback: "https://u:p@shop.example/"}])
    assert.equal((await people.finance.post("/staff/merchants", wrong)).status, 422, JSON.stringify(wrong));
  const own = await makeMerchant(server, people.finance);
  assert.deepEqual([code(await own.put("1", "1.00"))], ["auth.forbidden"]);
  const asked = await people.finance.post(`/staff/merchants/${own.id}/switch`);
  assert.ok((await people.finance.post(`/staff/approvals/${asked.body.approval}/confirm`, {})).status >= 400, "not by who asked");
  const look = (await people.finance2.get(`/staff/approvals/${asked.body.approval}`)).body;
  assert.equal((await people.finance2.post(`/staff/approvals/${asked.body.approval}/confirm`, {seen: look.seen})).status, 200);
  const who = await wallets.rich("50.00"), [one, two] = [await own.bill("10.00"), await own.bill("10.00")];
  await paid(who, one.uid);
  assert.equal((await people.finance.post(`/staff/merchants/${own.id}`, {title: "Другая лавка"})).status, 200);
  assert.equal(problem(await pay(who, two.uid)), "merchant-off");
  assert.equal((await server.get(`/bill/${two.uid}`)).body.payable, false);
  assert.deepEqual([code(await own.put("3", "1.00")), (await own.get(one.number)).status,
                    (await own.refund(one.number, "1", "10.00")).status], ["auth.forbidden", 200, 200],
                   "what was is told, and refunds go on");
  await switchOn(people.finance2, people.finance, own.id);
  await paid(who, two.uid);
  assert.equal((await people.finance.post(`/staff/merchants/${own.id}/switch`)).status, 200, "off by one alone");
  assert.equal((await server.get(`/bill/${one.uid}`)).body.merchant, "Другая лавка");
});

test("ID-17: what is kept of a customer is told to him, and goes with him", async () => {
  const who = await wallets.rich("10.00");
  const {uid, number} = await merchant.bill("10.00", {comment: "Тайна", customer: {account: "секрет"}});
  await paid(who, uid);
  const file = (await server.get("/settings/export.json", {token: who.token})).body;
  assert.deepEqual(file.merchants.map(({kind, merchant, number, state, sum}) => [kind, merchant, number, state, sum]),
                   [["bill", "Чайная лавка", number, "PAID", rub("10.00")]]);
});

test("LE-8: the books are whole after all of it", async () => {
  await server.end();
  const verified = server.command("verify");
  assert.equal(verified.status, 0, verified.output + verified.errors);
  await server.run();
});
