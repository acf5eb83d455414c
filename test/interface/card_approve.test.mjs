// card_approve.test.mjs: a purchase on the internet answered in the cabinet in place of the code from the SMS (BK-8, ID-13): once, by
// its holder alone, after a fresh proof; "it's not me" declines it, and the shop's page goes on by itself.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {Cards} from "../support/cards.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {problem} from "../support/server.mjs";
import {limits} from "../support/wallet.mjs";

let both, server, cards;
before(async () => {
  both = await startBoth({limits, cards: {internet_code: "always"}});
  ({server} = both);
  cards = new Cards(both);
});
after(() => both?.stop());

const get = (who, path) => server.get(path, {token: who.token});
const fresh = async (who) => assert.equal((await server.post("/confirm", {password: who.password}, who)).status, 200);
async function begun(sum = "120.50") {
  const who = await cards.rich("500.00"), id = await cards.virtual(who), number = await cards.number(who, id);
  const shop = await cards.checkout(number, sum), {body: home} = await get(who, "/");
  const row = home.pending.find(({href}) => href.startsWith("/card-approvals/"));
  assert.deepEqual([row.title, row.sum.amount], ["Книжный", sum], "it is on the home page");
  return {who, id, number, at: row.href, page: new URL(shop.url).pathname, ...shop};
}
const answer = (who, at, how) => cards.post(who, `${at}/${how}`);

test("BK-8: approved in the cabinet after a fresh proof: once, and the shop goes on", async () => {
  const {who, at, page, operation} = await begun();
  const {body} = await get(who, at);
  assert.deepEqual([body.open, body.merchant, body.sum.amount], [true, "Книжный", "120.50"]);
  await server.proofsOver(who);
  assert.equal(problem(await answer(who, at, "approve")), "confirmation-needed");
  assert.equal((await server.get(page)).body.open, true);
  await fresh(who);
  const answers = await Promise.all([1, 2, 3].map(() => answer(who, at, "approve")));
  assert.deepEqual(answers.map(({status, body: {state}}) => [status, state]), Array(3).fill([200, "passed"]));
  const {body: shown} = await server.get(page);
  assert.deepEqual([shown.open, shown.state], [false, "passed"]);
  const shop = await cards.goBack(shown.back, operation);
  assert.deepEqual([shop.state, shop.reason], ["approved", "approved"]);
  assert.equal((await get(who, "/")).body.wallet.held.amount, "120.50");
  assert.equal(problem(await answer(who, at, "decline")), "challenge-over", "too late to say no");
  const {pending} = (await get(who, "/")).body;
  assert.ok(!pending.some(({href}) => href === at));
});

test("BK-8: \"it's not me\" needs no proof, declines, and offers to freeze the card; the code is worth nothing then", async () => {
  const {who, id, at, page, operation, number} = await begun(), [text] = await server.messages(who.phone);
  await server.proofsOver(who);
  const {body} = await answer(who, at, "decline");
  assert.deepEqual([body.state, body.frozen, body.card_id], ["cancelled", false, id]);
  assert.equal((await answer(who, at, "decline")).body.state, "cancelled", "pressed twice");
  await fresh(who);
  assert.equal(problem(await answer(who, at, "approve")), "challenge-over");
  assert.equal(problem(await server.post(page, {code: /#(\d{6})$/.exec(text)[1]})), "challenge-over");
  const shop = await cards.goBack((await server.get(page)).body.back, operation);
  assert.deepEqual([shop.state, shop.reason], ["declined", "cancelled"]);
  assert.equal((await cards.post(who, `/cards/${id}/freeze`)).status, 200);
  assert.equal((await get(who, at)).body.frozen, true);
  assert.equal((await cards.checkout(number, "10.00")).reason, "card-frozen");
});

test("BK-8: another's is as a missing one; what is over or answered by the code is not answered again", async () => {
  const {who, at, page} = await begun(), stranger = await server.customer(), [text] = await server.messages(who.phone);
  assert.equal((await get(stranger, at)).status, 404);
  for (const how of ["approve", "decline"]) {
    assert.equal((await answer(stranger, at, how)).status, 404, how);
    assert.equal((await server.post(`${at}/${how}`)).status, 401, how);
    assert.equal((await answer(who, "/card-approvals/17", how)).status, 404, how);
  }
  assert.equal((await server.post(page, {code: /#(\d{6})$/.exec(text)[1]})).body.state, "passed");
  assert.equal((await answer(who, at, "approve")).body.state, "passed", "it is so");
  assert.equal(problem(await answer(who, at, "decline")), "challenge-over");
  const late = await begun();
  await server.end();
  server.sql(`UPDATE card_challenge SET expires = 1000000 WHERE customer = ${late.who.customer}`);
  await server.run();
  await fresh(late.who);
  for (const how of ["approve", "decline"]) assert.equal(problem(await answer(late.who, late.at, how)), "challenge-over", how);
  assert.equal((await get(late.who, late.at)).body.state, "failed");
  assert.ok(!(await get(late.who, "/")).body.pending.some(({href}) => href === late.at));
});

test("BK-8: the same without scripts: the step-up goes on with what was pressed", async () => {
  const {who, at, page} = await begun(), browser = await server.browser().signIn(who);
  await browser.go(at);
  assert.match(browser.html, /Это ваша покупка/);
  await browser.send(`${at}/approve`);
  assert.match(browser.html, /Покупка подтверждена/);
  assert.equal((await server.get(page)).body.state, "passed");
});
