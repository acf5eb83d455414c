// merchants_clients.test.mjs: the published clients of the QIWI P2P bills interface, unchanged, against us (IF-3): npm
// `qiwi-sdk` by its option of another address, and the official `@qiwi/bill-payments-node-js-sdk`, which knows no other
// address than api.qiwi.com, through a TLS front of that name.

import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import {readFileSync} from "node:fs";
import https from "node:https";
import {createRequire} from "node:module";
import net from "node:net";
import {join} from "node:path";
import {after, before, test} from "node:test";
import tls from "node:tls";

import {hearCallbacks, heardOf, makeMerchant} from "../support/merchants.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {newKey} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";
import {Wallets, limits, until} from "../support/wallet.mjs";

const require = createRequire(import.meta.url);
const OfficialClient = require("@qiwi/bill-payments-node-js-sdk");
const {P2P} = require("qiwi-sdk");

let both, server, wallets, shop, merchant, front, createConnection;

// api.qiwi.com as far as the client can tell: its name, a certificate of that name, our server behind it.
async function standIn() {
  const [key, cert] = ["alias.key", "alias.crt"].map((file) => join(server.folder, file));
  execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                           "-keyout", key, "-out", cert, "-subj", "/CN=api.qiwi.com", "-addext", "subjectAltName=DNS:api.qiwi.com"],
               {stdio: "pipe"});
  const files = {key: readFileSync(key), cert: readFileSync(cert)};
  front = tls.createServer(files, (socket) => {
    const inside = net.connect(server.port, "127.0.0.1");
    socket.pipe(inside).pipe(socket);
    for (const end of [socket, inside]) end.on("error", () => [socket, inside].forEach((each) => each.destroy()));
  });
  await new Promise((done) => front.listen(0, "127.0.0.1", done));
  createConnection = https.Agent.prototype.createConnection;
  https.Agent.prototype.createConnection = function (options, ...more) {
    const ours = {...options, host: "127.0.0.1", port: front.address().port, servername: "api.qiwi.com", ca: files.cert};
    return createConnection.call(this, options.host === "api.qiwi.com" ? ours : options, ...more);
  };
}

before(async () => {
  both = await startBoth({limits, merchants: {private_addresses: true, callback_pause: "1s"}});
  ({server} = both);
  wallets = new Wallets(both);
  shop = await hearCallbacks();
  const people = await staff(server, {finance: "finance", finance2: "finance"});
  merchant = await makeMerchant(server, people.finance, people.finance2, {site: "https://shop.example", callback: `${shop.url}/paid`});
  await standIn();
});
after(async () => {
  https.Agent.prototype.createConnection = createConnection;
  front?.close();
  await shop?.stop();
  await both?.stop();
});

// Whoever has the link pays.
async function pay(payUrl, sum) {
  const who = await wallets.rich(sum), uid = new URL(payUrl).searchParams.get("invoice_uid");
  const paid = await server.post(`/bill/${uid}/pay`, {}, {token: who.token, key: newKey()});
  assert.equal(paid.status, 200, paid.text);
  return who;
}

const callbackOf = (number) => until(() => heardOf(shop, number)[0], (found) => found !== undefined);

function qiwiSdk(secret = merchant.secret) {
  const p2p = new P2P(secret, merchant.publicKey);
  p2p.options.http.client.options = {...p2p.options.http.client.options, baseURL: `${server.url}/partner/bill/v1/bills/`};
  return p2p;
}

test("IF-3: qiwi-sdk: create, status, payment form, callback, reject", async () => {
  const p2p = qiwiSdk(), billId = p2p.bills.generateId();
  const made = await p2p.bills.create({
    billId, amount: {value: 42.5, currency: P2P.Currency.RUB}, comment: "Чай", customer: {account: "17", email: "m@ya.ru"},
    customFields: {city: "Тула"}, successUrl: "https://shop.example/thanks?order=17"});
  assert.deepEqual([made.billId, made.siteId, made.amount, made.status.value, made.comment, made.customer, made.customFields],
                   [billId, merchant.id, {value: "42.50", currency: "RUB"}, "WAITING", "Чай", {email: "m@ya.ru", account: "17"},
                    {city: "Тула"}]);
  assert.ok(new Date(made.expirationDateTime) > new Date(made.creationDateTime));
  assert.equal(new URL(made.payUrl).searchParams.get("successUrl"), "https://shop.example/thanks?order=17");
  assert.equal((await p2p.bills.getStatus(billId)).status.value, P2P.Status.WAITING);

  await pay(made.payUrl, "50.00");
  assert.equal((await p2p.bills.getStatus(billId)).status.value, P2P.Status.PAID);
  const {signature, body} = await callbackOf(billId);
  assert.equal(p2p.bills.checkNotificationSignature(signature, body), true);
  assert.deepEqual([body.bill.amount, body.bill.status.value, body.bill.customFields],
                   [{value: "42.50", currency: "RUB"}, "PAID", {city: "Тула"}]);
  assert.equal(p2p.bills.checkNotificationSignature(signature, {...body.bill, amount: {value: "43.50", currency: "RUB"}}), false);

  const other = await p2p.bills.create({amount: {value: "10", currency: "RUB"}});
  assert.equal((await p2p.bills.reject(other.billId)).status.value, "REJECTED");
  assert.equal((await p2p.bills.getStatus(other.billId)).status.value, "REJECTED");
});

test("IF-3: qiwi-sdk: what is refused is told as its errors", async () => {
  const p2p = qiwiSdk();
  await assert.rejects(p2p.bills.getStatus("нет такого"), (error) => {
    assert.deepEqual([error.name, error.response.errorCode, error.serviceName], ["P2pApiError", "api.invoice.not.found", "invoicing-api"]);
    assert.ok(!Number.isNaN(error.dateTime.getTime()) && error.message.length > 0);
    return true;
  });
  await assert.rejects(qiwiSdk("x".repeat(43)).bills.getStatus("17"), {name: "P2pAuthorizationError"});
  await assert.rejects(p2p.bills.create({amount: {value: 0, currency: "RUB"}}), ({response}) => response.errorCode === "validation.error");
});

test("IF-3: qiwi-sdk: the payment form's address leads to a bill that can be paid", async () => {
  const p2p = qiwiSdk(), billId = p2p.bills.generateId();
  // its own default mixes UTC's day with the local time
  const lifetime = new Date(Date.now() + 27 * 3600000).toISOString().slice(0, 16).replace(/:/, ""); // tomorrow in Moscow
  const form = new URL(p2p.bills.createFormUrl({billId, lifetime, amount: "7.3", comment: "Кофе", account: "18",
                                                successUrl: "https://shop.example/"}));
  const browser = await server.browser().go(`${form.pathname}${form.search}`);
  assert.equal(browser.status, 200, browser.html);
  assert.match(browser.html, /7,30/);
  const {body} = await merchant.get(billId);
  assert.deepEqual([body.amount.value, body.comment, body.customer.account], ["7.30", "Кофе", "18"]);
  await pay(body.payUrl, "10.00");
  assert.equal((await p2p.bills.getStatus(billId)).status.value, "PAID");
});

// 4.1.4 sends a refund without its sum, so it is refused: money is never guessed. What another made it reads.
test("IF-3: qiwi-sdk: a refund without a sum is refused; a refund's status is told", async () => {
  const p2p = qiwiSdk(), made = await p2p.bills.create({amount: {value: 20, currency: "RUB"}});
  await pay(made.payUrl, "20.00");
  await assert.rejects(p2p.bills.refund(made.billId, {refundId: "1", amount: {value: 5, currency: "RUB"}}),
                       ({response}) => response.errorCode === "validation.error");
  assert.equal((await merchant.refund(made.billId, "1", "5.00")).status, 200);
  const {refundId, status, amount} = await p2p.bills.getRefundStatus(made.billId, "1");
  assert.deepEqual([refundId, status, amount], ["1", "PARTIAL", {value: "5.00", currency: "RUB"}]);
});

test("IF-3: the official client: create, status, refund, refund's status, cancel, signature", async () => {
  const client = new OfficialClient(merchant.secret), billId = client.generateId();
  const made = await client.createBill(billId, {
    amount: 199.9, currency: "RUB", comment: "Самовар", expirationDateTime: client.getLifetimeByDay(1), email: "m@ya.ru",
    account: "client4563", successUrl: "https://shop.example/thanks"});
  assert.deepEqual([made.billId, made.amount, made.status.value], [billId, {value: "199.90", currency: "RUB"}, "WAITING"]);
  assert.equal(made.customFields.apiClient, "node_sdk");
  assert.equal(new URL(made.payUrl).searchParams.get("successUrl"), "https://shop.example/thanks");
  assert.equal((await client.getBillInfo(billId)).status.value, "WAITING");

  await pay(made.payUrl, "300.00");
  assert.equal((await client.getBillInfo(billId)).status.value, "PAID");
  const {signature, body} = await callbackOf(billId);
  assert.equal(client.checkNotificationSignature(signature, body, merchant.secret), true);
  assert.equal(client.checkNotificationSignature(signature, body, "another"), false);

  const part = await client.refund(billId, "r1", 99.9);
  assert.deepEqual([part.amount, part.refundId, part.status], [{value: "99.90", currency: "RUB"}, "r1", "PARTIAL"]);
  assert.equal((await client.getRefundInfo(billId, "r1")).status, "PARTIAL");
  await assert.rejects(client.refund(billId, "r2", 100.01),
                       ({statusCode, error}) => statusCode === 409 && error.errorCode === "api.refund.amount.exceeded");

  const other = await client.createBill(client.generateId(), {amount: 1, currency: "RUB", expirationDateTime: client.getLifetimeByDay(1)});
  assert.equal((await client.cancelBill(other.billId)).status.value, "REJECTED");
});

test("IF-3: the official client: its own tests' refusals", async () => {
  const client = new OfficialClient(merchant.secret);
  await assert.rejects(client.cancelBill("absent"), ({error}) => {
    assert.deepEqual([error.serviceName, error.errorCode, error.description, error.userMessage],
                     ["invoicing-api", "api.invoice.not.found", "Счёт не найден.", "Счёт не найден."]);
    return true;
  });
  await assert.rejects(new OfficialClient("wrong").getBillInfo("17"),
                       ({statusCode, error}) => statusCode === 401 && error.errorCode === "auth.unauthorized");
});

test("IF-3: the official client: the payment form's address", async () => {
  const client = new OfficialClient(merchant.secret), billId = client.generateId();
  const form = new URL(client.createPaymentForm({publicKey: merchant.publicKey, amount: 42.24, billId, email: "m@ya.ru"}));
  const browser = await server.browser().go(`${form.pathname}${form.search}`);
  assert.equal(browser.status, 200, browser.html);
  assert.match(browser.html, /42,24/);
  assert.equal((await client.getBillInfo(billId)).customFields.apiClient, "node_sdk");
});
