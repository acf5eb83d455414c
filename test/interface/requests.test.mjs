// requests.test.mjs: asking another for money by his number (WA-11): who is told, what nobody learns, how it is paid by a
// transfer with all its rules, declined, withdrawn, over; that nobody is pressed.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {startBoth} from "../support/sandbox.mjs";
import {newKey, newPhone, pause, problem, steady, withServer} from "../support/server.mjs";
import {Wallets, limits, rub, until} from "../support/wallet.mjs";

let both, server, wallets;
before(async () => {
  both = await startBoth({limits, wallet: {confirm_sum: "500.00"}, requests: {most: 4, day_most: 6}});
  ({server} = both);
  wallets = new Wallets(both);
});
after(() => both?.stop());

const ask = (who, to, sum, more = {}, at = server) => at.post("/requests", {to, sum, ...more}, {token: who.token, key: newKey()});
async function asked(who, to, sum, more) {
  const answer = await ask(who, to, sum, more);
  assert.equal(answer.status, 201, answer.text);
  return answer.body;
}
const see = (who, id) => server.get(`/requests/${id}`, {token: who.token});
const state = async (who, id) => (await see(who, id)).body.state;
const act = (who, id, what) => server.post(`/requests/${id}/${what}`, {}, {token: who.token});
const list = async (who) => (await server.get("/requests", {token: who.token})).body;
const pay = (who, to, sum, request, more) => wallets.send(who, to, sum, {request, ...more});

test("WA-11: the other is told once, sees who asks, pays by a transfer; both see that it is paid", async () => {
  const [who, payer] = [await server.customer(), await wallets.rich("100.00")];
  await server.post("/settings/profile", {name: "Анна П."}, {token: who.token});
  const before = (await server.messages(payer.phone)).length;
  const {id} = await asked(who, payer.phone, "30.00", {note: "Билеты"});
  assert.match((await server.messages(payer.phone, before))[0], /Анна П\..*30/);
  const seen = (await see(payer, id)).body;
  assert.deepEqual([seen.who, seen.sum, seen.note, seen.state, seen.mine], ["Анна П.", rub("30.00"), "Билеты", "open", false]);
  assert.equal(seen.phone.replace(/\D/g, ""), who.phone.slice(1));
  assert.match(JSON.stringify((await wallets.home(payer)).pending), new RegExp(id));
  const paid = await pay(payer, who.phone, "30.00", id);
  assert.equal(paid.status, 201, paid.text);
  assert.deepEqual([await state(payer, id), await state(who, id), (await see(payer, id)).body.operation], ["paid", "paid", paid.body.id]);
  assert.deepEqual([await wallets.balance(who), await wallets.balance(payer)], ["30.00", "70.00"]);
  assert.equal((await see(who, id)).body.operation, null);
  assert.equal(problem(await pay(payer, who.phone, "30.00", id)), "not-asked", "not twice");
  assert.equal(problem(await act(payer, id, "decline")), "request-over");
  assert.equal(problem(await act(who, id, "withdraw")), "request-over");
  assert.equal(await wallets.balance(payer), "70.00");
});

test("WA-11: a transfer that says it answers a request is just that, or nothing", async () => {
  const [who, payer, third] = [await server.customer(), await wallets.rich("100.00"), await wallets.rich("100.00")];
  const {id} = await asked(who, payer.phone, "30.00");
  assert.equal(problem(await pay(payer, who.phone, "31.00", id)), "not-asked", "another sum");
  assert.equal(problem(await pay(payer, third.phone, "30.00", id)), "not-asked", "to another");
  assert.equal(problem(await pay(payer, newPhone(), "30.00", id)), "not-asked", "to nobody");
  assert.equal(problem(await pay(third, who.phone, "30.00", id)), "not-asked", "by another");
  assert.equal(problem(await pay(payer, who.phone, "30.00", "912000000000000002")), "not-asked");
  assert.equal((await pay(payer, who.phone, "30.00")).status, 201, "a plain transfer leaves it open");
  assert.equal(await state(payer, id), "open");
  const many = await Promise.all(Array.from({length: 8}, () => pay(payer, who.phone, "30.00", id)));
  assert.equal(many.filter(({status}) => status === 201).length, 1);
  assert.equal(await wallets.balance(payer), "40.00");
});

test("WA-11: all that a transfer asks for: money, limits, a fresh proof for a large sum", async () => {
  const [who, payer] = [await server.customer(), await wallets.rich("1000.00")];
  const {id} = await asked(who, payer.phone, "600.00");
  await server.proofsOver(payer);
  const key = newKey();
  assert.equal(problem(await wallets.send(payer, who.phone, "600.00", {request: id}, {key})), "confirmation-needed");
  assert.equal(await state(payer, id), "open");
  await server.post("/confirm", {password: payer.password}, payer);
  assert.equal((await wallets.send(payer, who.phone, "600.00", {request: id}, {key})).status, 201);
  const other = await asked(await server.customer(), payer.phone, "500.00");
  assert.equal(other.state, "open");
  const poor = await asked(who, payer.phone, "400.01");
  assert.equal(problem(await pay(payer, who.phone, "400.01", poor.id)), "not-enough-money");
  assert.equal(await state(payer, poor.id), "open");
});

test("WA-11: nobody learns whether a number has a cabinet, nor that he was blocked", async () => {
  const [who, known, blocker] = [await server.customer(), await server.customer(), await server.customer()];
  const first = await asked(who, blocker.phone, "1.00");
  assert.equal((await act(blocker, first.id, "block")).body.blocked, true);
  assert.equal(await state(who, first.id), "declined");
  const before = (await server.messages(blocker.phone, 1)).length; // the code of signing up, and the request
  const answers = [await ask(who, known.phone, "5.00"), await ask(who, newPhone(), "5.00"), await ask(who, blocker.phone, "5.00")];
  const bare = ({text}) => steady(text.replace(/"id":"\d+"/g, "ID")).replace(/\+7[\d  -]+/g, "PHONE");
  assert.deepEqual(answers.map(({status}) => status), [201, 201, 201]);
  assert.deepEqual([bare(answers[1]), bare(answers[2])], [bare(answers[0]), bare(answers[0])]);
  await pause(300);
  assert.equal((await server.messages(blocker.phone)).length, before, "not a word");
  assert.equal((await list(blocker)).asked.length, 1);
  assert.equal((await see(blocker, answers[2].body.id)).status, 404);
  const [{id}] = (await list(blocker)).blocked;
  assert.equal((await server.post(`/requests/blocked/${id}/unblock`, {}, {token: known.token})).status, 404, "another's");
  assert.equal((await server.post(`/requests/blocked/${id}/unblock`, {}, {token: blocker.token})).status, 200);
  await act(who, answers[2].body.id, "withdraw");
  const again = await asked(who, blocker.phone, "6.00");
  assert.equal(await state(blocker, again.id), "open");
});

test("WA-11: what is refused: own number, no number, a sum that is none, one more to the same, too many", async () => {
  const who = await server.customer(), friend = await server.customer();
  for (const [to, sum] of [[who.phone, "5.00"], ["x", "5.00"], [undefined, "5.00"], ["+74951234567", "5.00"], [friend.phone, "0.99"],
                           [friend.phone, "x"], [friend.phone, undefined], [friend.phone, "100000.01"]])
    assert.equal((await ask(who, to, sum)).status, 422, `${to} ${sum}`);
  assert.equal((await ask(who, friend.phone, "5.00", {note: "х".repeat(141)})).status, 422);
  const first = await asked(who, friend.phone, "5.00");
  assert.equal(problem(await ask(who, friend.phone, "7.00")), "asked-already");
  const nobody = newPhone();
  await asked(who, nobody, "5.00");
  assert.equal(problem(await ask(who, nobody, "7.00")), "asked-already", "alike");
  for (let i = 0; i < 2; i++) await asked(who, newPhone(), "5.00");
  assert.equal(problem(await ask(who, newPhone(), "5.00")), "too-many-requests-open");
  for (let i = 0; i < 2; i++) assert.equal((await act(who, first.id, "withdraw")).body.state, "withdrawn");
  await asked(who, newPhone(), "5.00");
  const [{id}] = (await list(who)).asking;
  await act(who, id, "withdraw");
  const last = await asked(who, newPhone(), "5.00");
  await act(who, last.id, "withdraw");
  assert.equal(problem(await ask(who, newPhone(), "5.00")), "too-many-requests-today");
});

test("WA-11: another's request is as a missing one; who asks cannot decline, who is asked cannot withdraw", async () => {
  const [who, payer, third] = [await server.customer(), await server.customer(), await server.customer()];
  const {id} = await asked(who, payer.phone, "5.00");
  for (const what of ["withdraw", "decline", "block"]) assert.equal((await act(third, id, what)).status, 404, what);
  assert.equal((await see(third, id)).status, 404);
  for (const [person, what] of [[who, "decline"], [who, "block"], [payer, "withdraw"]])
    assert.equal((await act(person, id, what)).status, 404, what);
  assert.equal((await act(payer, id, "decline")).body.state, "declined");
  assert.equal((await act(payer, id, "decline")).body.state, "declined", "again");
  assert.deepEqual((await list(third)), {asked: [], asking: [], splits: [], blocked: [], days: 7});
});

test("WA-11: it lapses when its time is over, for who looks and in the database", () =>
  withServer({limits, wallet: {transfer_level: "minimal"}, requests: {life: "1h"}}, async (own) => {
    const [who, payer] = [await own.customer(), await own.customer()];
    const {body} = await ask(who, payer.phone, "5.00", {}, own);
    assert.equal((await own.get(`/requests/${body.id}`, {token: payer.token})).body.state, "open");
    await own.passed("UPDATE money_request SET expires = expires - 3600000000");
    assert.equal((await own.get(`/requests/${body.id}`, {token: payer.token})).body.state, "lapsed");
    const late = await own.post("/transfers", {to: who.phone, sum: "5.00", request: body.id}, {token: payer.token, key: newKey()});
    assert.equal(problem(late), "not-asked");
    assert.equal((await own.post(`/requests/${body.id}/withdraw`, {}, {token: who.token})).status, 409);
    await own.due("requests.lapse");
    await until(() => own.rows(`SELECT state FROM money_request WHERE id = ${body.id}`)[0][0], (now) => now === 5);
  }));

test("WA-11: as pages without scripts: asked for, seen, checked, paid", async () => {
  const [who, payer] = [await server.customer(), await wallets.rich("100.00")];
  const [asker, other] = [server.browser(), server.browser()];
  await asker.signIn(who);
  await other.signIn(payer);
  await asker.go("/requests");
  await asker.send("/requests", {to: payer.phone, sum: "0"});
  assert.deepEqual([asker.status, asker.form("/requests").to.replace(/\D/g, "")], [422, payer.phone.slice(1)], "what was typed stays");
  await asker.send("/requests", {to: payer.phone, sum: "12,50", note: "Обед"});
  const {path} = asker;
  assert.match(path, /^\/requests\/\d+$/);
  await other.go("/requests");
  assert.match(other.html, new RegExp(`href="${path}"`));
  await other.go(path);
  await other.send("/transfers/check");
  assert.match(other.html, /Перевести 12,50/);
  await other.send("/transfers");
  assert.match(other.path, /^\/operations\//);
  await asker.go(path);
  assert.match(asker.html, /Оплачен/);
  const verified = await wallets.balance(who);
  assert.equal(verified, "12.50");
});
