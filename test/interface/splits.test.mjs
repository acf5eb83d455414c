// splits.test.mjs: a bill split among friends (BK-3): sums that add up, shares that are paid by transfers, reminded of,
// taken back; what is left is split again, and nothing is asked for twice.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {startBoth} from "../support/sandbox.mjs";
import {newKey, newPhone, problem} from "../support/server.mjs";
import {Wallets, limits, rub, until} from "../support/wallet.mjs";

let both, server, wallets, shop;
before(async () => {
  both = await startBoth({limits, requests: {most: 12, day_most: 14, remind_pause: "1d"}});
  ({server} = both);
  wallets = new Wallets(both);
  shop = await server.customer();
});
after(() => both?.stop());

const post = (who, path, body = {}) => server.post(path, body, {token: who.token, key: newKey()});
const get = async (who, path) => (await server.get(path, {token: who.token})).body;
// Who has paid a bill of that sum, and its operation.
async function payer(sum, balance = sum) {
  const who = await wallets.rich(balance), sent = await wallets.send(who, shop.phone, sum, {note: "Ужин"});
  assert.equal(sent.status, 201, sent.text);
  return {...who, operation: sent.body.id};
}
const people = (...list) => Object.fromEntries(list.flatMap(([to, sum], i) =>
  [[`to_${i + 1}`, to], ...(sum ? [[`sum_${i + 1}`, sum]] : [])]));
const split = (who, ...list) => post(who, "/splits", {operation: who.operation, note: "Ужин", ...people(...list)});
async function made(who, ...list) {
  const answer = await split(who, ...list);
  assert.equal(answer.status, 201, answer.text);
  return answer.body.id;
}
const see = (who, id) => get(who, `/splits/${id}`);
const figures = ({sum, paid, open, left}) => [sum, paid, open, left].map(({amount}) => amount);
const asked = async (who) => (await get(who, "/requests")).asked;
const pay = (who, payee, {id, sum}) => wallets.send(who, payee.phone, sum.amount, {request: id});

test("BK-3: in equal shares, kopecks to who has paid; each hears of it and pays; the page tells who has", async () => {
  const who = await payer("100.00"), [one, other] = [await wallets.rich("50.00"), await wallets.rich("50.00")];
  await post(who, "/settings/profile", {name: "Анна П."});
  const before = (await server.messages(one.phone)).length;
  const id = await made(who, [one.phone], [other.phone]);
  assert.match((await server.messages(one.phone, before))[0], /Анна П\..*33,33/);
  assert.deepEqual(figures(await see(who, id)), ["100.00", "0.00", "66.66", "33.34"]);
  const [share] = await asked(one);
  assert.deepEqual([share.sum, share.note, share.who, share.split], [rub("33.33"), "Ужин", "Анна П.", null]);
  assert.equal((await pay(one, who, share)).status, 201);
  const seen = await see(who, id);
  assert.deepEqual(figures(seen), ["100.00", "33.33", "33.33", "33.34"]);
  assert.deepEqual(seen.people.map(({state}) => state), ["paid", "open"]);
  assert.equal(problem(await pay(one, who, share)), "not-asked", "not twice");
  assert.deepEqual([await wallets.balance(who), await wallets.balance(one)], ["33.33", "16.67"]);
  const [listed] = (await get(who, "/requests")).splits;
  assert.deepEqual([listed.id, ...figures(listed)], [id, "100.00", "33.33", "33.33", "33.34"]);
  const {actions} = await get(who, `/operations/${who.operation}`);
  assert.ok(actions.some(({href}) => href === `/splits/${id}`), JSON.stringify(actions));
});

test("BK-3: own sums; what is left is split again, until nothing is", async () => {
  const who = await payer("100.00"), [one, two, three, four] = Array.from({length: 4}, newPhone);
  assert.ok((await get(who, `/operations/${who.operation}`)).actions.some(({href}) => href === `/splits/new?operation=${who.operation}`));
  const id = await made(who, [one, "20.00"], [two, "30.01"]);
  assert.deepEqual(figures(await see(who, id)), ["100.00", "0.00", "50.01", "49.99"]);
  assert.equal(problem(await split(who, [three, "50.00"])), "sum-too-large");
  assert.equal(await made(who, [three, "9.99"]), id, "the same bill");
  assert.equal(await made(who, [four, "40.00"]), id);
  assert.deepEqual(figures(await see(who, id)), ["100.00", "0.00", "100.00", "0.00"]);
  assert.equal(problem(await split(who, [newPhone()])), "split-already");
  const [{id: share}] = (await see(who, id)).people;
  await post(who, `/requests/${share}/withdraw`);
  assert.deepEqual(figures(await see(who, id)), ["100.00", "0.00", "80.00", "20.00"], "what is taken back is left again");
  assert.equal(await made(who, [one]), id);
  assert.deepEqual(figures(await see(who, id)), ["100.00", "0.00", "90.00", "10.00"]);
});

test("BK-3: what is refused leaves nothing: oneself, nobody, twice the same, too much, sums for some, another's operation", async () => {
  const who = await payer("100.00"), [one, two] = [newPhone(), newPhone()], stranger = await payer("50.00");
  const friend = (await post(who, "/friends", {phone: one, label: "Друг"})).body.id;
  const foreign = (await post(stranger, "/friends", {phone: two, label: "Чужой"})).body.id;
  for (const [list, status, type] of [
    [[[who.phone]], 422, "own-number"], [[], 422, "nobody-asked"], [[[one], [one]], 422, "asked-twice"],
    [[[friend], [one]], 422, "asked-twice"], [[["12"]], 422], [[[foreign]], 422], [[["912000000000000002"]], 422],
    [[["+74951234567"]], 422], [[[one, "60.00"], [two, "40.01"]], 422, "sum-too-large"], [[[one, "60.00"], [two]], 422],
    [[[one, "0.50"]], 422], [[[one, "100.01"]], 422, "sum-too-large"],
  ]) {
    const answer = await split(who, ...list);
    assert.equal(answer.status, status, `${JSON.stringify(list)} ${answer.text}`);
    if (type) assert.equal(problem(answer), type, JSON.stringify(list));
  }
  for (const operation of [stranger.operation, "912000000000000002"]) {
    assert.equal((await post(who, "/splits", {operation, ...people([one])})).status, 404);
    assert.equal((await server.get(`/splits/new?operation=${operation}`, {token: who.token})).status, 404);
  }
  const incoming = (await wallets.operations(who)).find(({kind}) => kind === "topup");
  assert.equal((await post(who, "/splits", {operation: incoming.id, ...people([one])})).status, 404, "money that came");
  assert.deepEqual((await get(who, "/requests")).asking, []);
  assert.deepEqual((await get(who, "/requests")).splits, []);
  const id = await made(who, [friend], [two]);
  assert.equal(problem(await split(who, [two, "1.00"])), "asked-already");
  for (const [method, path] of [["get", `/splits/${id}`], ["post", `/splits/${id}/withdraw`]])
    assert.equal((await (method === "get" ? server.get(path, {token: stranger.token}) : post(stranger, path))).status, 404, path);
  const small = await payer("2.99", "10.00");
  assert.equal(problem(await split(small, [one], [two])), "share-too-small");
  assert.equal((await get(who, `/splits/${id}`)).people.length, 2);
});

test("BK-3: own wallets are nobody else's: what went between them is not split", async () => {
  const who = await payer("10.00", "50.00"), {id: wallet} = (await post(who, "/wallets", {name: "Второй"})).body;
  const sent = await wallets.send(who, wallet, "20.00");
  assert.equal(sent.status, 201, sent.text);
  assert.equal((await post(who, "/splits", {operation: sent.body.id, ...people([newPhone()])})).status, 404);
  assert.deepEqual((await get(who, `/operations/${sent.body.id}`)).actions, []);
});

test("BK-3: taken back, declined, paid after that: money stays where it is", async () => {
  const who = await payer("90.00");
  const [first, second, third] = [await wallets.rich("50.00"), await wallets.rich("50.00"), await wallets.rich("50.00")];
  const id = await made(who, [first.phone, "20.00"], [second.phone, "20.00"], [third.phone, "20.00"]);
  const [[a], [b], [c]] = [await asked(first), await asked(second), await asked(third)];
  assert.equal((await pay(first, who, a)).status, 201);
  assert.equal((await post(second, `/requests/${b.id}/decline`)).body.state, "declined");
  for (let i = 0; i < 2; i++)
    assert.deepEqual(figures((await post(who, `/splits/${id}/withdraw`)).body), ["90.00", "20.00", "0.00", "70.00"]);
  assert.deepEqual((await see(who, id)).people.map(({state}) => state), ["paid", "declined", "withdrawn"]);
  for (const [person, share] of [[second, b], [third, c]]) assert.equal(problem(await pay(person, who, share)), "not-asked");
  assert.deepEqual([await wallets.balance(third), await wallets.balance(who)], ["50.00", "20.00"]);
});

test("BK-3: who asked closes his cabinet: his requests are taken back, nobody pays him any more", async () => {
  const who = await payer("90.00"), one = await wallets.rich("50.00");
  await made(who, [one.phone, "20.00"]);
  const [share] = await asked(one);
  const closed = await post(who, "/settings/closing", {reason: "other", words: "Уезжаю", consent: "yes"});
  assert.equal(closed.status, 200, closed.text);
  assert.equal((await get(one, `/requests/${share.id}`)).state, "withdrawn");
  assert.equal(problem(await pay(one, who, share)), "not-asked");
  assert.equal(await wallets.balance(one), "50.00");
});

test("BK-3: two pay at once, one of them twice; two splits of the same rest at once: nothing is paid or asked for twice", async () => {
  const who = await payer("90.00"), [one, two] = [await wallets.rich("100.00"), await wallets.rich("100.00")];
  const both = await Promise.all([split(who, [one.phone, "60.00"]), split(who, [two.phone, "60.00"])]);
  assert.deepEqual(both.map(({status}) => status).sort(), [201, 422]);
  assert.equal(problem(both.find(({status}) => status === 422)), "sum-too-large");
  const {id} = both.find(({status}) => status === 201).body, late = both[0].status === 201 ? two : one;
  await made(who, [late.phone, "30.00"]);
  const [[a], [b]] = [await asked(one), await asked(two)];
  const paid = await Promise.all([pay(one, who, a), pay(two, who, b), pay(one, who, a), pay(two, who, b)]);
  assert.equal(paid.filter(({status}) => status === 201).length, 2);
  assert.deepEqual(figures(await see(who, id)), ["90.00", "90.00", "0.00", "0.00"]);
  assert.equal(await wallets.balance(who), "90.00");
  const key = newKey(), other = await payer("30.00"), body = {operation: other.operation, ...people([newPhone(), "5.00"])};
  const again = [];
  for (let i = 0; i < 2; i++) again.push(await server.post("/splits", body, {token: other.token, key}));
  assert.deepEqual(again.map(({status, body: {id: same}}) => [status, same]), Array(2).fill([201, again[0].body.id]));
  assert.equal((await get(other, "/requests")).asking.length, 1, "the same key is the same act");
});

test("BK-3: reminded after a pause, once; who hears nothing of the asker hears nothing of it", async () => {
  const who = await payer("90.00"), [one, shy] = [await server.customer(), await server.customer()];
  const first = (await post(who, "/requests", {to: shy.phone, sum: "1.00"})).body;
  await post(shy, `/requests/${first.id}/block`);
  const id = await made(who, [one.phone], [shy.phone]), {people: shares} = await see(who, id);
  const before = (await server.messages(shy.phone, 1)).length; // the code of signing up, and the plain request
  assert.equal(problem(await post(who, `/requests/${shares[0].id}/remind`)), "reminded-already");
  assert.equal((await post(one, `/requests/${shares[0].id}/remind`)).status, 404, "not by who is asked");
  const may = async () => (await see(who, id)).people.map(({may_remind}) => may_remind);
  assert.deepEqual(await may(), [false, false]);
  await server.changed({requests: {remind_pause: "1s"}});
  await until(may, ([first, second]) => first && second);
  const answers = [await post(who, `/requests/${shares[0].id}/remind`), await post(who, `/requests/${shares[1].id}/remind`)];
  assert.deepEqual(answers.map(({status}) => status), [200, 200]);
  await server.changed({requests: {remind_pause: "1d"}});
  assert.deepEqual(await may(), [false, false]);
  await until(() => server.messages(one.phone), (messages) => messages.some((text) => /напоминает/.test(text)));
  assert.equal(problem(await post(who, `/requests/${shares[0].id}/remind`)), "reminded-already");
  assert.equal((await server.messages(shy.phone)).length, before, "not a word");
  await post(who, `/splits/${id}/withdraw`);
  assert.equal(problem(await post(who, `/requests/${shares[0].id}/remind`)), "request-over");
});

test("BK-3: no more requests at a time or a day than one by one", async () => {
  const who = await payer("100.00");
  await made(who, ...Array.from({length: 10}, () => [newPhone(), "1.00"]));
  assert.equal(problem(await split(who, ...Array.from({length: 3}, () => [newPhone(), "1.00"]))), "too-many-requests-open");
  assert.equal((await get(who, "/requests")).asking.length, 10, "all or none");
  const {id} = (await get(who, "/requests")).splits[0];
  await post(who, `/splits/${id}/withdraw`);
  assert.equal(problem(await split(who, ...Array.from({length: 5}, () => [newPhone(), "1.00"]))), "too-many-requests-today");
});

test("BK-3: a share that lapses is left again, and is not paid", async () => {
  const own = await startBoth({limits, requests: {life: "1h"}}), money = new Wallets(own);
  try {
    const [who, one] = [await money.rich("50.00"), await money.rich("50.00")], at = own.server;
    const {body: {id: operation}} = await money.send(who, newPhone(), "50.00");
    const {status, body} = await at.post("/splits", {operation, to_1: one.phone, sum_1: "20.00"}, {token: who.token, key: newKey()});
    assert.equal(status, 201);
    const look = async () => (await at.get(`/splits/${body.id}`, {token: who.token})).body;
    assert.deepEqual(figures(await look()), ["50.00", "0.00", "20.00", "30.00"]);
    const [{id: share}] = (await look()).people;
    await at.passed("UPDATE money_request SET expires = expires - 3600000000");
    assert.deepEqual(figures(await look()), ["50.00", "0.00", "0.00", "50.00"]);
    assert.equal(problem(await money.send(one, who.phone, "20.00", {request: share})), "not-asked");
  } finally {
    await own.stop();
  }
});

test("BK-3: as pages without scripts: from the operation, friends and numbers chosen, a mistake, shares changed, paid", async () => {
  const who = await payer("100.00"), one = await wallets.rich("50.00"), nobody = newPhone();
  const friend = (await post(who, "/friends", {phone: one.phone, label: "Кум"})).body.id;
  const browser = await server.browser().signIn(who);
  await browser.go(`/operations/${who.operation}`);
  assert.match(browser.html, /Разделить счёт/);
  await browser.go(`/splits/new?operation=${who.operation}`);
  await browser.send("/splits/check", {[`friend_${friend}`]: "on", numbers: "12"});
  assert.deepEqual([browser.status, /Это не номер мобильного: 12/.test(browser.html)], [422, true]);
  assert.match(browser.html, new RegExp(`name="friend_${friend}" checked`), "who was chosen stays");
  await browser.send("/splits/check", {[`friend_${friend}`]: "on", numbers: `${nobody}\n`});
  assert.match(browser.html, /Кум/);
  const form = browser.form("/splits");
  assert.deepEqual([form.to_1, form.sum_1, form.sum_2, form.to_3], [friend, "33.33", "33.33", undefined]);
  await browser.send("/splits", {sum_1: "90", sum_2: "20"});
  assert.deepEqual([browser.status, browser.form("/splits").sum_1], [422, "90"], "what was typed stays");
  await browser.send("/splits", {sum_1: "40,00", sum_2: "10"});
  assert.match(browser.path, /^\/splits\/\d+$/);
  const [share] = await asked(one);
  const other = await server.browser().signIn(one);
  await other.go(`/requests/${share.id}`);
  await other.send("/transfers/check");
  await other.send("/transfers");
  assert.match(other.path, /^\/operations\//);
  await browser.go(browser.path);
  assert.match(browser.html, /Оплачен/);
  await browser.send(`${browser.path}/withdraw`);
  assert.match(browser.html, /Отозван/);
});
