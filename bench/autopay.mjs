// autopay.mjs [RULES] [KILLS]: so many autopays are due at once (WA-7): how fast they are planned and looked at, in how
// much memory, and, since the server is killed (SIGKILL) again and again meanwhile, that each was so exactly once.
//
//   KABINET_BUILD=$PWD/build/release node bench/autopay.mjs 1000000 5
//
// A few dozen customers have them all, one of whom has money for some: the rest is told that there is not enough. With every
// one goes a message before it and another one about its failure, through the outbox to the demo's telephone.

import assert from "node:assert/strict";

import {cards, startBoth} from "../test/support/sandbox.mjs";
import {newKey} from "../test/support/server.mjs";
import {Wallets, limits, until} from "../test/support/wallet.mjs";
import {Memory, night, row, say} from "./watch.mjs";

const rules = Number(process.argv[2] ?? 1000000), kills = Number(process.argv[3] ?? 5), people = 40, money = 1000;
const day = 24 * 3600;
const both = await startBoth({
  limits, log_level: "warning", payments: {catalogue_file: "profiles/catalogue.json"},
  autopay: {notice: "1s", warning: "1s", pause: "7d"},
}, {slow: 50});
const {server, sandbox} = both, wallets = new Wallets(both), memory = new Memory();
const number = async (query) => (await row(server, query))[0];

try {
  const customers = [];
  for (let i = 0; i < people; i++) customers.push(await server.customer());
  await until(async () => (await server.get("/pay", {token: customers[0].token})).body.providers.length, (found) => found > 0);
  assert.equal(await wallets.topup(customers[0], `${money}.00`, cards.pays), "paid");
  for (const [i, who] of customers.entries()) {
    const as = () => ({token: who.token, key: newKey()});
    const {body: {id}} = await server.post("/pay/mobile/template", {template: "Много", account: `916500${1000 + i}`, sum: "1.00"}, as());
    const made = await server.post(`/templates/${id}/autopay`, {kind: "calendar", when: "month-5", sum: "1.00"}, as());
    assert.equal(made.status, 201, made.text);
  }
  await server.end();
  const columns = "template, account, kind, period, day, sum, least, state, reason, due, wake, told_bill";
  server.sql("UPDATE autopay_rule SET wake = 1, due = 1000000");
  server.sql(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rules / people - 1}) ` +
             `INSERT INTO autopay_rule (customer, id, ${columns}) SELECT customer, id + 2 * i, ${columns} FROM autopay_rule, n`);
  const total = await number("SELECT COUNT(*) FROM autopay_rule");
  say(`${total} rules are due`);

  const seen = {};
  let last = 0;
  const look = async (seconds) => {
    const [planned, looked] = [await number("SELECT SUM(done) FROM autopay_pass WHERE kind = 1"),
                               await number("SELECT SUM(done) FROM autopay_pass WHERE kind = 2")];
    assert.ok(seconds < day);
    if (planned === total) seen.planned ??= seconds;
    if (looked === total) seen.looked ??= seconds;
    if (seconds - last > 15) {
      say(`planned ${planned}, looked at ${looked}; ${memory.megabytes} MB`);
      last = seconds;
    }
    const waits = "SELECT COUNT(*) FROM (SELECT 1 FROM autopay_run WHERE state = 3 LIMIT 1) AS one";
    return {done: planned + looked, over: Boolean(seen.looked) && await number(waits) === 0};
  };
  const {took, killed} = await night(server, {total: total * 2, kills, every: 2000, memory, look});
  assert.equal(await number("SELECT COUNT(*) FROM autopay_run"), total, "one run for each rule");
  assert.equal(await number("SELECT COUNT(*) FROM autopay_run WHERE state = 10"), money);
  assert.equal(await number("SELECT COUNT(*) FROM autopay_run WHERE state = 2 AND attempt = 2"), total - money);
  assert.equal(await number("SELECT COUNT(*) FROM payment WHERE state = 10"), money);
  const books = await (await fetch(`${sandbox.url}/billers/mobile/accounts/9165001000`)).json();
  assert.equal(books.balance, `${money}.00`, "the biller's own books");
  say(`${total} planned after ${seen.planned} s, looked at after ${seen.looked} s, all ended after ${took} s: ` +
      `${Math.round(2 * total / seen.looked)} steps a second; ${money} paid, once each; ${killed} kills; ` +
      `largest resident ${memory.megabytes} MB`);
  const proving = Date.now();
  await server.end();
  const proof = server.command("verify");
  assert.equal(proof.status, 0, proof.errors);
  say(`books proved in ${(Date.now() - proving) / 1000} s`);
  await server.run();
} finally {
  await both.stop();
}
