// Money sent to numbers without a cabinet (WA-4): it waits, is claimed, taken back, returned.

import assert from "node:assert/strict";
import {after, before, describe, test} from "node:test";

import {startBoth} from "../support/sandbox.mjs";
import {newKey, newPhone} from "../support/server.mjs";
import {Wallets, limits, rub, until} from "../support/wallet.mjs";

let both, server, wallets;

before(async () => {
  both = await startBoth({limits});
  ({server} = both);
  wallets = new Wallets(both);
});
after(() => both?.stop());

describe("to a number without a cabinet (WA-4)", () => {
  test("the money waits, an SMS tells, sign-up claims it", async () => {
    const who = await wallets.rich("1000.00"), phone = newPhone();
    const sent = await wallets.send(who, phone, "150.00", {note: "с днём рождения"});
    assert.equal(sent.status, 201, sent.text);
    assert.equal(sent.body.state, "waiting");
    assert.equal(await wallets.balance(who), "850.00");
    const [text] = await server.messages(phone);
    assert.match(text, /150,00/);
    assert.match(text, /\/claim\//);
    const detail = await server.get(`/operations/${sent.body.id}`, {token: who.token});
    assert.equal(detail.body.state, "waiting");
    const newcomer = await server.customer({phone, messages: 1});
    assert.equal(await wallets.balance(newcomer), "150.00");
    const [got] = await wallets.operations(newcomer);
    assert.deepEqual([got.kind, got.note], ["claim", "с днём рождения"]);
    assert.equal((await server.get(`/operations/${sent.body.id}`, {token: who.token})).body.state, "claimed");
    const cancel = await server.post(detail.body.cancel, {}, {token: who.token, key: newKey()});
    assert.equal(cancel.status, 409, "what was claimed cannot be taken back");
    assert.equal(await wallets.balance(newcomer), "150.00");
  });

  test("the sender takes it back; nobody else can", async () => {
    const [who, stranger] = [await wallets.rich("1000.00"), await server.customer()];
    const sent = await wallets.send(who, newPhone(), "200.00");
    const {cancel} = (await server.get(`/operations/${sent.body.id}`, {token: who.token})).body;
    assert.equal((await server.post(cancel, {}, {token: stranger.token, key: newKey()})).status, 404);
    const taken = await server.post(cancel, {}, {token: who.token, key: newKey()});
    assert.equal(taken.status, 200, taken.text);
    assert.equal(await wallets.balance(who), "1000.00");
    assert.deepEqual((await wallets.home(who)).wallet.limits.month.spent, rub("0.00"), "the limit is given back");
    assert.equal((await server.post(cancel, {}, {token: who.token, key: newKey()})).status, 409);
  });

  test("what nobody claims by its term goes back, with a message", {timeout: 270000}, async () => {
    const who = await wallets.rich("1000.00");
    const sent = await wallets.send(who, newPhone(), "300.00");
    await server.end();
    server.sql("UPDATE waiting_transfer SET expires = 1 WHERE state = 1 AND sum = 30000");
    await server.run();
    await until(() => wallets.balance(who), (found) => found === "1000.00", 75000);
    assert.equal((await server.get(`/operations/${sent.body.id}`, {token: who.token})).body.state, "returned");
    assert.ok((await server.messages(who.phone, 1)).some((text) => /300,00/.test(text)));
    const [back] = await wallets.operations(who);
    assert.deepEqual([back.kind, back.sum.amount], ["return", "300.00"]);
    assert.deepEqual((await wallets.home(who)).wallet.limits.month.spent, rub("0.00"));
  });

  test("so many may wait and no more", async () => {
    const who = await wallets.rich("1000.00");
    for (let i = 0; i < 10; i++) assert.equal((await wallets.send(who, newPhone(), "1.00")).status, 201);
    const eleventh = await wallets.send(who, newPhone(), "1.00");
    assert.equal(eleventh.status, 422);
    assert.match(eleventh.body.type, /too-many-waiting$/);
    assert.equal((await server.get("/transfers/waiting", {token: who.token})).body.waiting.length, 10);
  });
});
