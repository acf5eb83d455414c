// step_up.test.mjs: a new payee above a sum wants a fresh proof (ID-8, ID-13); after it the act goes on with its data,
// once. The signature of a device instead of a code: test/browser/signature.test.mjs.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {startBoth} from "../support/sandbox.mjs";
import {newKey, newPhone, problem} from "../support/server.mjs";
import {Wallets, limits} from "../support/wallet.mjs";

let both, server, wallets;
before(async () => {
  both = await startBoth({limits, wallet: {confirm_sum: "100.00"}});
  ({server} = both);
  wallets = new Wallets(both);
});
after(() => both?.stop());

// Whose last proof is over.
async function stale(sum = "1000.00") {
  const who = await wallets.rich(sum);
  await server.proofsOver(who);
  return who;
}

const confirm = (who) => server.post("/confirm", {password: who.password}, who);

test("ID-13: a large transfer to a new payee wants a fresh proof; then the same request, with its key, is done", async () => {
  const who = await stale(), friend = await server.customer();
  for (const to of [friend.phone, newPhone()]) { // with a cabinet and without one yet
    const key = newKey(), before = await wallets.balance(who);
    const send = () => server.post("/transfers", {to, sum: "100.00"}, {token: who.token, key});
    assert.equal(problem(await send()), "confirmation-needed");
    assert.equal(problem(await send()), "confirmation-needed");
    assert.equal(await wallets.balance(who), before, "nothing moved");
    assert.equal((await confirm(who)).status, 200);
    const done = await send();
    assert.equal(done.status, 201, done.text);
    assert.equal((await send()).body.id, done.body.id, "its key still means one transfer");
    await server.proofsOver(who);
    assert.equal((await wallets.send(who, to, "150.00")).status, 201, "known now");
  }
});

test("ID-13: small sums, own wallets and known payees want none; small transfers make nobody known", async () => {
  const who = await stale(), friend = await server.customer();
  for (let i = 0; i < 3; i++) assert.equal((await wallets.send(who, friend.phone, "99.99")).status, 201);
  assert.equal(problem(await wallets.send(who, friend.phone, "100.00")), "confirmation-needed");
  const {id} = (await server.post("/wallets", {name: "Второй"}, {token: who.token, key: newKey()})).body;
  assert.equal((await wallets.send(who, id, "200.00")).status, 201, "to himself");
  const other = await stale();
  assert.equal(problem(await wallets.send(other, friend.phone, "100.00")), "confirmation-needed", "known to another is not known to him");
});

test("ID-13: checking what a transfer would cost asks for nothing, and says that it will be asked", async () => {
  const who = await stale(), friend = await server.customer();
  const check = (sum) => server.post("/transfers/check", {to: friend.phone, sum}, who);
  assert.equal((await check("100.00")).body.confirm, true);
  assert.equal((await check("99.99")).body.confirm, false);
  await confirm(who);
  assert.equal((await check("100.00")).body.confirm, false);
});

test("ID-13: as pages: what was typed goes on after the confirmation, and moves money once", async () => {
  const who = await wallets.rich("1000.00"), friend = await server.customer(), browser = server.browser();
  await browser.signIn(who);
  await server.proofsOver(who);
  await browser.go("/transfer");
  await browser.send("/transfers/check", {to: friend.phone, sum: "250", note: "За билеты"});
  assert.match(browser.html, /сначала попросим подтвердить/);
  await browser.send("/transfers");
  assert.equal(browser.path, "/confirm");
  assert.equal(await wallets.balance(who), "1000.00");
  await browser.send("/confirm", {password: "Wrong-1!"});
  assert.equal(browser.status, 422);
  await browser.send("/confirm", {password: who.password});
  assert.match(browser.path, /^\/resume\//);
  assert.match(browser.html, /За билеты/, "nothing typed is lost");
  const resumed = {html: browser.html, path: browser.path};
  await browser.send("/transfers");
  assert.match(browser.path, /^\/operations\/\d+/, browser.html);
  assert.match(browser.html, /За билеты/);
  assert.equal(await wallets.balance(who), "750.00");
  Object.assign(browser, resumed); // the button pressed twice
  await browser.send("/transfers");
  assert.equal(await wallets.balance(who), "750.00");
});

test("ID-12, ID-13: what was not confirmed takes nothing from what may go out while it is limited", async () => {
  const who = await wallets.rich("5000.00"), friend = await server.customer(), phone = newPhone();
  await confirm(who);
  await server.post("/settings/phone", {phone}, who);
  await server.post("/settings/phone/code", {code: await server.code(who.phone, 1)}, who);
  assert.equal((await server.post("/settings/phone/code", {code: await server.code(phone)}, who)).body.next, "done");
  const browser = server.browser();
  await browser.signIn({...who, phone});
  await server.proofsOver(who);
  for (let i = 0; i < 3; i++) {
    await browser.go("/transfer");
    await browser.send("/transfers/check", {to: friend.phone, sum: "2000"});
    await browser.send("/transfers");
    assert.equal(browser.path, "/confirm");
  }
  assert.equal((await server.get("/settings/profile", who)).body.limited_to.amount, "3000.00");
});
