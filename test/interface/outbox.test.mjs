// outbox.test.mjs: the outbox's lanes (MS-2): an SMS gateway that hangs holds nobody's payment; killed in between nothing is lost.
// That a payment stands before two hundred thousand messages: test/engine/outbox_test.c.

import assert from "node:assert/strict";
import {writeFileSync} from "node:fs";
import {createServer} from "node:http";
import {join} from "node:path";
import {after, before, describe, test} from "node:test";

import {cards, startBoth} from "../support/sandbox.mjs";
import {newKey, newPhone} from "../support/server.mjs";
import {Wallets, limits, until} from "../support/wallet.mjs";

let both, server, wallets, who, gateway, behaviour, asked = [];
const hangs = () => {};
const takes = (query, answer) => answer.writeHead(202).end("0: Accepted for delivery");
const waiting = () => server.rows("SELECT CAST(id AS TEXT) FROM outbox WHERE kind = 'sms' AND state = 0").map(([id]) => String(id));

before(async () => {
  gateway = createServer((request, answer) => {
    const query = new URL(request.url, "http://gateway").searchParams;
    asked.push(query.get("binfo"));
    behaviour(query, answer);
  });
  await new Promise((done) => gateway.listen(0, "127.0.0.1", done));
  both = await startBoth({limits, log_level: "warning", payments: {catalogue_file: "profiles/catalogue.json"}});
  ({server} = both);
  wallets = new Wallets(both);
  who = await server.customer();
  assert.equal(await wallets.topup(who, "1000.00", cards.pays), "paid");
  await until(async () => (await server.get("/pay", {token: who.token})).body.providers.length, (found) => found > 0);
  await server.end();
  const password = join(server.folder, "kannel.password");
  writeFileSync(password, "secret");
  writeFileSync(server.configuration, `
messaging:
  kannel:
    url: http://127.0.0.1:${gateway.address().port}/cgi-bin/sendsms
    password_file: ${password}
`, {flag: "a"});
  await server.run();
});
after(async () => {
  gateway?.closeAllConnections();
  gateway?.close();
  await both?.stop();
});

async function pay() {
  const as = () => ({token: who.token, key: newKey()});
  const {body: {id}} = await server.post("/pay/mobile", {account: "9165551234", sum: "10.00"}, as());
  const state = async () => (await server.get(`/payments/${id}`, {token: who.token})).body.state;
  await until(state, (now) => now === "checked");
  assert.equal((await server.post(`/payments/${id}/confirm`, {}, as())).status, 200);
  await until(state, (now) => now === "done");
}

describe("MS-2: lanes", () => {
  test("MS-2: a hundred codes hang at their gateway: a payment is checked and paid meanwhile", async () => {
    const timed = async () => {
      const begun = Date.now();
      await pay();
      return Date.now() - begun;
    };
    behaviour = takes;
    const calm = await timed();
    behaviour = hangs;
    asked = [];
    for (let i = 0; i < 10; i++) await Promise.all(Array.from({length: 10}, () => server.begin(newPhone())));
    await until(() => asked.length, (count) => count >= 16);
    const took = await timed();
    assert.ok(took < 6000 + 3 * calm, `${took} ms, ${calm} ms before: not after the gateway's calls have given up`);
    assert.ok(waiting().length >= 100, "and none of them was answered");
  });

  test("MS-2: killed twice while they go out: each message is sent, under one id, and none before its time", async () => {
    await server.end("SIGKILL");
    gateway.closeAllConnections();
    asked = [];
    const ids = new Set(waiting());
    const [early] = ids;
    const hour = `${Date.now() + 3600000}000`, two = `${Date.now() + 7200000}000`;
    server.sql(`UPDATE outbox SET next_at = ${hour}, attempt = 0, deadline = ${two} WHERE id = ${early}`);
    behaviour = (query, answer) => setTimeout(() => takes(query, answer), 150);
    for (const sent of [20, 60]) {
      await server.run();
      await until(() => asked.length, (count) => count >= sent);
      await server.end("SIGKILL");
    }
    await server.run();
    await until(waiting, (left) => left.length === 1);
    const sent = new Set(asked);
    assert.ok(asked.length > sent.size, "what was on its way when it was killed is asked for again");
    assert.equal(sent.size, ids.size - 1);
    assert.deepEqual(waiting(), [early]);
  });
});
