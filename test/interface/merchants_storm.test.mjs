// merchants_storm.test.mjs: the sandbox's shop and Kabinet in a storm (WA-11, IF-5): people pay its orders at once, its
// server is deaf, slow, answers 500, garbage, or nothing; Kabinet is killed meanwhile, and so is the shop. In the end both
// books say the same: each order that was paid is known as paid, once, and no other.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {Merchant, makeMerchant} from "../support/merchants.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {newKey, pause} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";
import {calmed, persistently, proven} from "../support/storm.mjs";
import {Wallets, limits, until} from "../support/wallet.mjs";

const ORDERS = 48, PEOPLE = 4;
const faults = ["none", "deaf", "slow", "error", "garbage", "lost", "storm"];

let both, server, sandbox, merchant, people;
before(async () => {
  both = await startBoth({limits, merchants: {private_addresses: true, callback_pause: "1s"}});
  ({server, sandbox} = both);
  people = await staff(server, {finance: "finance", finance2: "finance"});
  merchant = await makeMerchant(server, people.finance, people.finance2, {site: sandbox.url, callback: `${sandbox.url}/shop/paid`});
  await shop("/shop/keys", {site: merchant.id, public_key: merchant.publicKey, secret_key: merchant.secret});
});
after(() => both?.stop());

async function shop(path, body) {
  const answer = await fetch(sandbox.url + path, {
    method: body ? "POST" : "GET", body: body && JSON.stringify(body), redirect: "manual",
    headers: {Accept: "application/json", ...(body ? {"Content-Type": "application/json"} : {})}});
  assert.ok(answer.status < 300, `${path}: ${answer.status}`);
  return answer.json();
}
const books = () => shop("/shop/books");

// Order, go to the form, pay; again and again while somebody is down.
async function buy(who, sum, fault) {
  const {number, form} = await shop("/shop/orders", {sum, fault}), key = newKey();
  const made = await persistently(() => fetch(form, {redirect: "manual", headers: {Accept: "application/json"}}));
  const uid = /\/bill\/([0-9a-f]+)/.exec(made.headers.get("Location"))[1];
  const paid = await persistently(() => server.post(`/bill/${uid}/pay`, {}, {token: who.token, key}));
  assert.equal(paid.status, 200, paid.text);
  return number;
}

test("WA-11: a purchase at the shop, and what the shop refuses to hear", async () => {
  const who = await new Wallets(both).rich("100.00"), number = await buy(who, "10.00", "none");
  const known = async () => (await books()).orders.find((order) => order.number === number);
  await until(known, ({paid}) => paid);
  const {body} = await merchant.get(number);
  for (const signature of [undefined, "", "0".repeat(64)]) {
    const forged = await fetch(`${sandbox.url}/shop/paid`, {
      method: "POST", body: JSON.stringify({bill: body, version: "1"}),
      headers: {"Content-Type": "application/json", ...(signature === undefined ? {} : {"X-Api-Signature-SHA256": signature})}});
    assert.equal(forged.status, 401);
  }
  assert.equal((await books()).odd, 3);
});

test("WA-11: after a storm of payments, faults and kills both books say the same", {timeout: 720000}, async () => {
  const wallets = new Wallets(both), odd = (await books()).odd, buyers = [];
  for (let i = 0; i < PEOPLE; i++) buyers.push(await wallets.rich("2000.00"));
  let left = Array.from({length: ORDERS}, (_, i) => [`${(i % 9) + 1}.0${i % 10}`, faults[i % faults.length]]);
  const numbers = [];
  const work = Promise.all(buyers.map(async (who) => {
    while (left.length > 0) numbers.push(await buy(who, ...left.pop()));
  }));
  for (let kills = 0; kills < 3; kills++) {
    await pause(400);
    await server.end("SIGKILL");
    await server.run();
  }
  await work;
  await sandbox.end("SIGKILL");
  await sandbox.run();
  const settled = await calmed(server, books, ({paid, all}) => paid === all);
  assert.equal(settled.odd, 0, "odd is counted anew since the shop was killed");
  assert.ok(odd >= 0 && numbers.length === ORDERS);

  const day = (at) => new Date(at + 3 * 3600000).toISOString().slice(0, 10);
  const report = await fetch(`${server.url}/partner/bill/v1/report?from=${day(Date.now() - 3600000)}&to=${day(Date.now())}`,
                             {headers: {Authorization: `Bearer ${merchant.secret}`}});
  const lines = (await report.text()).trimEnd().split("\r\n").slice(1).map((line) => line.split(","));
  const total = lines.pop();
  assert.deepEqual(total.slice(0, 2), ["total", String(settled.all)]);
  assert.equal(total[4], settled.sum);
  const ours = new Map(lines.map(([number, , state, , sum]) => [number, `${state} ${sum}`]));
  for (const {number, sum} of settled.orders) assert.equal(ours.get(number), `PAID ${sum}`);
  const balance = (await people.finance.get(`/staff/merchants/${merchant.id}`)).body.balance.amount;
  assert.equal(balance, settled.sum, "what we owe the merchant is what it knows to be paid");
  const spent = await Promise.all(buyers.map(async (who) => 2000 - Number(await wallets.balance(who))));
  assert.equal(spent.reduce((sum, each) => sum + each, 10).toFixed(2), settled.sum, "and what people have paid");
  await proven(server);
  assert.ok(merchant instanceof Merchant);
});
