// Money boxes (WA-8): put in, taken out, broken; others pay in by link, by card and from wallets; filled by themselves.

import assert from "node:assert/strict";
import {after, before, describe, test} from "node:test";

import {cards, startBoth} from "../support/sandbox.mjs";
import {newKey} from "../support/server.mjs";
import {Wallets, limits, problem, rub, until} from "../support/wallet.mjs";

let both, server, sandbox, wallets;

before(async () => {
  both = await startBoth({limits: {...limits, simplified: {balance: "60000.00"}}, wallet: {confirm_sum: "4000.00"}});
  ({server, sandbox} = both);
  wallets = new Wallets(both);
});
after(() => both?.stop());

const post = (who, path, body = {}, options = {}) =>
  server.post(path, body, {token: who?.token, key: newKey(), ...options});
const get = async (who, path) => (await server.get(path, {token: who?.token})).body;

async function make(who, body = {}) {
  const answer = await post(who, "/boxes", {name: "Отпуск", goal: "1000.00", ...body});
  assert.equal(answer.status, 201, answer.text);
  return answer.body.id;
}

async function good(answering) {
  const answer = await answering;
  assert.ok(answer.status < 300, `${answer.status} ${answer.text}`);
  return answer.body;
}

const inside = async (who, id) => (await get(who, `/boxes/${id}`)).balance.amount;
const put = (who, id, sum) => good(post(who, `/boxes/${id}/put`, {sum}));

async function link(who, id, body = {}) {
  const {link: address} = await good(post(who, `/boxes/${id}/link`, body));
  return new URL(address).pathname;
}

describe("WA-8: a money box of one's own", () => {
  test("made, filled, emptied; progress is told", async () => {
    const who = await wallets.rich("900.00"), id = await make(who, {icon: "gift", due: "2099-12-31"});
    assert.equal((await put(who, id, "333.33")).percent, 33);
    assert.equal(await wallets.balance(who), "566.67");
    const taken = await good(post(who, `/boxes/${id}/take`, {sum: "33.33"}));
    assert.deepEqual(taken.balance, rub("300.00"));
    assert.equal(taken.due, "2099-12-31");
    const box = await get(who, `/boxes/${id}`);
    assert.deepEqual(box.history.map((each) => each.sum.amount), ["-33.33", "333.33"]);
    assert.deepEqual(box.left, rub("700.00"));
    const [took, gave] = await wallets.operations(who);
    assert.deepEqual([took.kind, gave.kind, gave.counterparty], ["box_take", "box_put", "Отпуск"]);
    const edited = await good(post(who, `/boxes/${id}`, {name: "Море", goal: "300.00"}));
    assert.deepEqual([edited.name, edited.percent, edited.reached, edited.due], ["Море", 100, true, null]);
    assert.equal((await get(who, "/boxes")).total.amount, "300.00");
  });

  test("refused: too much either way, nothing, a day gone by, another's", async () => {
    const who = await wallets.rich("100.00"), other = await server.customer(), id = await make(who);
    assert.equal(problem(await post(who, `/boxes/${id}/put`, {sum: "100.01"})), "not-enough-money");
    assert.equal(problem(await post(who, `/boxes/${id}/take`, {sum: "0.01"})), "not-enough-in-box");
    assert.equal((await post(who, `/boxes/${id}/put`, {})).status, 422);
    assert.equal((await post(who, "/boxes", {name: "x", due: "2020-01-01"})).status, 422);
    assert.equal((await post(who, "/boxes", {name: " "})).status, 422);
    for (const path of ["put", "take", "break", "rules", "link", "unlink"]) {
      const body = path === "rules" ? {kind: "round", step: "10"} : ["put", "take"].includes(path) ? {sum: "1.00"} : {};
      assert.equal((await post(other, `/boxes/${id}/${path}`, body)).status, 404, path);
    }
    for (const path of ["", "/edit", "/rules"])
      assert.equal((await server.get(`/boxes/${id}${path}`, {token: other.token})).status, 404);
    assert.equal((await get(other, "/boxes")).boxes.length, 0);
  });

  test("the same key moves money once; at the same time neither more than there is", async () => {
    const who = await wallets.rich("100.00"), id = await make(who), key = newKey();
    for (let i = 0; i < 3; i++) await good(post(who, `/boxes/${id}/put`, {sum: "10.00"}, {key}));
    assert.equal(await inside(who, id), "10.00");
    const all = await Promise.all(Array.from({length: 10}, () => post(who, `/boxes/${id}/put`, {sum: "30.00"})));
    assert.equal(all.filter((each) => each.status === 200).length, 3);
    const out = await Promise.all(Array.from({length: 10}, () => post(who, `/boxes/${id}/take`, {sum: "30.00"})));
    assert.equal(out.filter((each) => each.status === 200).length, 3);
    assert.equal(await inside(who, id), "10.00");
    assert.equal(await wallets.balance(who), "90.00");
  });

  test("what is in boxes counts to the level's balance limit", async () => {
    const who = await wallets.rich("15000.00"), friend = await wallets.rich("100.00"), id = await make(who, {goal: "20000.00"});
    await put(who, id, "14950.00");
    assert.equal((await wallets.home(who)).wallet.limits.balance.rest.amount, "0.00");
    assert.equal(problem(await post(who, "/topups", {sum: "10.00"})), "balance-limit");
    assert.equal(problem(await wallets.send(friend, who.phone, "1.00")), "recipient-balance-limit");
    await good(wallets.send(who, friend.phone, "20.00"));
    assert.equal(problem(await wallets.send(friend, who.phone, "20.01")), "recipient-balance-limit");
    await good(wallets.send(friend, who.phone, "20.00"));
    await good(post(who, `/boxes/${id}/take`, {sum: "14950.00"}));
    assert.equal(await wallets.balance(who), "15000.00");
    assert.equal((await wallets.home(who)).wallet.limits.balance.rest.amount, "0.00");
  });

  test("moving one's own counts neither to the day nor to the month", async () => {
    const who = await wallets.rich("9000.00"), id = await make(who);
    for (let i = 0; i < 3; i++) {
      await put(who, id, "9000.00");
      await good(post(who, `/boxes/${id}/take`, {sum: "9000.00"}));
    }
    assert.equal((await wallets.home(who)).wallet.limits.day.spent.amount, "0.00");
  });

  test("broken: all of it comes back, it takes nothing more, its history stays; pressed twice it is broken once", async () => {
    const who = await wallets.rich("500.00"), id = await make(who);
    await put(who, id, "400.00");
    await good(post(who, `/boxes/${id}/rules`, {kind: "round", step: "100"}));
    const path = await link(who, id);
    for (let i = 0; i < 2; i++) assert.equal((await good(post(who, `/boxes/${id}/break`))).open, false);
    assert.equal(await wallets.balance(who), "500.00");
    assert.equal(problem(await post(who, `/boxes/${id}/put`, {sum: "1.00"})), "box-broken");
    assert.equal(problem(await post(who, `/boxes/${id}/rules`, {kind: "round", step: "100"})), "box-broken");
    assert.equal((await server.get(path)).status, 404);
    const box = await get(who, `/boxes/${id}`);
    assert.deepEqual([box.history.length, box.rules.length, box.balance.amount], [2, 0, "0.00"]);
    assert.equal((await get(who, "/boxes")).broken.length, 1);
  });

  test("twenty at most", async () => {
    const who = await server.customer();
    for (let i = 0; i < 20; i++) await make(who);
    assert.equal(problem(await post(who, "/boxes", {name: "x"})), "boxes-full");
  });
});

describe("WA-8: others pay in by link", () => {
  async function shared(sum = "100.00", body = {}) {
    const who = await wallets.rich(sum);
    await good(post(who, "/settings/profile", {name: "Анна П."}));
    const id = await make(who), path = await link(who, id, body);
    return {who, id, path};
  }

  async function card(path, body, number = cards.pays) {
    const order = await good(post(null, `${path}/card`, body));
    await sandbox.pay(order.payment_url, number);
    const {state} = await until(() => get(null, `/gift/${order.gift}`), (each) => !["created", "refunding"].includes(each.state), 45000);
    return {...order, state};
  }

  test("the page tells what for and whose, masked, and how much only if the owner wants it", async () => {
    const {who, id, path} = await shared();
    await put(who, id, "50.00");
    const shown = await get(null, path);
    assert.deepEqual([shown.box.name, shown.box.goal, shown.owner, shown.box.balance], ["Отпуск", rub("1000.00"), "Анна П.", undefined]);
    assert.ok(!JSON.stringify(shown).includes(who.phone.slice(2)));
    await good(post(who, `/boxes/${id}/link`, {shown: true, keep: true}));
    assert.equal((await get(null, path)).box.balance.amount, "50.00");
    const other = await link(who, id);
    assert.notEqual(other, path);
    assert.equal((await server.get(path)).status, 404, "renewed");
    await good(post(who, `/boxes/${id}/unlink`));
    for (const gone of [path, other, "/box/AAAAAAAAAAAAAAAAAAAAAA", "/box/x"]) assert.equal((await server.get(gone)).status, 404);
    assert.equal((await post(null, `${other}/card`, {sum: "10.00"})).status, 404);
  });

  test("by anybody's card: into the box, with name and note; once, though told twice", {timeout: 180000}, async () => {
    const {who, id, path} = await shared();
    assert.equal((await card(path, {sum: "250.00", name: "Бабушка", note: "На море!"}, cards.twice)).state, "paid");
    assert.equal((await card(path, {sum: "50.00"}, cards.silent)).state, "paid");
    assert.equal(await inside(who, id), "300.00");
    assert.equal(await wallets.balance(who), "100.00");
    const box = await get(who, `/boxes/${id}`);
    assert.deepEqual(box.gifts.map((each) => [each.name, each.note, each.sum.amount]),
                     [["Без имени", null, "50.00"], ["Бабушка", "На море!", "250.00"]]);
    const kinds = (await wallets.operations(who)).map((each) => `${each.kind} ${each.counterparty}`);
    assert.ok(kinds.includes("box_card Бабушка") && kinds.includes("box_keep Отпуск"), kinds.join());
    assert.ok((await server.messages(who.phone, 1)).some((text) => /Бабушка/.test(text)));
  });

  test("declined, cancelled: nothing comes; bounds are told before", async () => {
    const {who, id, path} = await shared();
    assert.equal((await card(path, {sum: "50.00"}, cards.declines)).state, "declined");
    assert.equal(problem(await post(null, `${path}/card`, {sum: "9.99"})), "sum-too-small");
    assert.equal(problem(await post(null, `${path}/card`, {sum: "100000.01"})), "sum-too-large");
    assert.equal(await inside(who, id), "0.00");
  });

  test("what the owner's level cannot take is refused, and given back to the card when it came too late", {timeout: 180000}, async () => {
    const {who, id, path} = await shared("9000.00");
    const refused = await post(null, `${path}/card`, {sum: "6000.01"});
    assert.equal(problem(refused), "box-limit");
    assert.ok(!/6 ?000|15 ?000/.test(refused.text), "what he has is nobody's to learn");
    const order = await good(post(null, `${path}/card`, {sum: "6000.00"}));
    await wallets.topup(who, "100.00");
    await sandbox.pay(order.payment_url, cards.pays);
    await until(() => get(null, `/gift/${order.gift}`), (each) => each.state === "refunded", 45000);
    assert.equal(await inside(who, id), "0.00");
  });

  test("paid after the box was broken: the money is in the owner's wallet", {timeout: 180000}, async () => {
    const {who, id, path} = await shared();
    const order = await good(post(null, `${path}/card`, {sum: "70.00"}));
    await good(post(who, `/boxes/${id}/break`));
    await sandbox.pay(order.payment_url, cards.pays);
    await until(() => get(null, `/gift/${order.gift}`), (each) => each.state === "paid");
    assert.equal(await wallets.balance(who), "170.00");
  });

  test("from a wallet, by the rules of transfers", async () => {
    const {who, id, path} = await shared(), giver = await wallets.rich("6000.00"), key = newKey();
    await good(post(giver, "/settings/profile", {name: "Пётр И."}));
    for (let i = 0; i < 2; i++) await good(post(giver, `${path}/wallet`, {sum: "500.00", note: "Держи"}, {key}));
    assert.equal(await inside(who, id), "500.00");
    assert.equal(await wallets.balance(giver), "5500.00");
    assert.equal(await wallets.balance(who), "100.00");
    assert.deepEqual((await wallets.operations(giver)).map((each) => [each.kind, each.counterparty])[0], ["box_give", "Отпуск"]);
    const [gift] = (await get(who, `/boxes/${id}`)).gifts;
    assert.deepEqual([gift.name, gift.note], ["Пётр И.", "Держи"]);
    assert.equal(problem(await post(giver, `${path}/wallet`, {sum: "5500.01"})), "not-enough-money");
    assert.equal(problem(await post(giver, `${path}/wallet`, {sum: "0.50"})), "sum-too-small");
    assert.equal(problem(await post(who, `${path}/wallet`, {sum: "5.00"})), "own-box");
    assert.equal((await post(null, `${path}/wallet`, {sum: "5.00"})).status, 401);
    assert.equal((await wallets.home(giver)).wallet.limits.day.spent.amount, "500.00");
  });

  test("gone too far: the owner's limit, the giver's frozen wallet", async () => {
    const {who, id, path} = await shared("14900.00"), giver = await wallets.rich("1000.00");
    assert.equal(problem(await post(giver, `${path}/wallet`, {sum: "100.01"})), "recipient-balance-limit");
    await good(post(giver, "/support/theft"));
    assert.equal(problem(await post(giver, `${path}/wallet`, {sum: "10.00"})), "account-frozen");
    assert.equal(await inside(who, id), "0.00");
  });

  test("another's gift is not to be found by trying; orders are counted", async () => {
    const {path} = await shared();
    assert.equal((await server.get("/gift/AAAAAAAAAAAAAAAAAAAAAA")).status, 404);
    const answers = [];
    for (let i = 0; i < 25; i++) answers.push((await post(null, `${path}/card`, {sum: "10.00"})).status);
    assert.ok(answers.includes(429), answers.join());
  });
});

describe("WA-8: filled by itself", () => {
  const rule = (who, id, body) => good(post(who, `/boxes/${id}/rules`, body));
  const fills = (who, id, wanted) => until(() => inside(who, id), (sum) => sum === wanted);

  test("rounding payments up, once for each", async () => {
    const who = await wallets.rich("1000.00"), friend = await server.customer(), id = await make(who);
    await rule(who, id, {kind: "round", step: "100"});
    const key = newKey();
    for (let i = 0; i < 2; i++) await good(wallets.send(who, friend.phone, "130.50", {}, {key}));
    await fills(who, id, "69.50");
    await good(wallets.send(who, friend.phone, "200.00"));
    await good(wallets.send(who, friend.phone, "99.99"));
    await fills(who, id, "69.51");
    assert.equal(await wallets.balance(who), "500.00");
  });

  test("a share of what comes in, whatever brings it; of gifts into the box none", async () => {
    const who = await wallets.rich("100.00"), friend = await wallets.rich("500.00"), id = await make(who);
    await rule(who, id, {kind: "percent", percent: 10});
    await good(wallets.send(friend, who.phone, "100.05"));
    await fills(who, id, "10.00");
    assert.equal(await wallets.topup(who, "200.00"), "paid");
    await fills(who, id, "30.00");
    const path = await link(who, id);
    await good(post(friend, `${path}/wallet`, {sum: "50.00"}));
    await fills(who, id, "80.00");
    await new Promise((done) => setTimeout(done, 2500));
    assert.equal(await inside(who, id), "80.00");
  });

  test("without money it is skipped and told once; the payment itself goes through", async () => {
    const who = await wallets.rich("100.00"), friend = await server.customer(), id = await make(who);
    await rule(who, id, {kind: "round", step: "100"});
    await good(wallets.send(who, friend.phone, "10.00"));
    await new Promise((done) => setTimeout(done, 2500));
    await fills(who, id, "90.00");
    await good(post(who, `/boxes/${id}/take`, {sum: "60.00"}));
    await good(wallets.send(who, friend.phone, "30.00"));
    await good(wallets.send(who, friend.phone, "30.00"));
    const told = () => server.messages(who.phone, 1).then((all) => all.filter((text) => /не пополнилась/.test(text)));
    await until(told, (all) => all.length > 0);
    await new Promise((done) => setTimeout(done, 2500));
    assert.equal((await told()).length, 1);
    assert.equal(await inside(who, id), "30.00");
    assert.equal(await wallets.balance(who), "0.00");
  });

  test("by itself it does not pass its goal, and tells when it is reached", async () => {
    const who = await wallets.rich("1000.00"), friend = await server.customer(), id = await make(who, {goal: "50.00"});
    await rule(who, id, {kind: "round", step: "100"});
    await good(wallets.send(who, friend.phone, "10.00"));
    await fills(who, id, "50.00");
    await until(() => server.messages(who.phone, 1), (all) => all.some((text) => /достигнута/.test(text)));
    await good(wallets.send(who, friend.phone, "10.00"));
    await new Promise((done) => setTimeout(done, 2500));
    assert.equal(await inside(who, id), "50.00");
  });

  test("a rule that was removed does nothing more; what is no rule is refused", async () => {
    const who = await wallets.rich("100.00"), friend = await server.customer(), id = await make(who);
    const {rules: [{id: made}]} = await rule(who, id, {kind: "round", step: "50"});
    await good(post(who, `/boxes/${id}/rules/${made}/remove`));
    assert.equal((await post(who, `/boxes/${id}/rules/${made}/remove`)).status, 404);
    const {rules: [{id: kept}]} = await rule(who, id, {kind: "percent", percent: 5}), second = await make(who);
    for (const [one, box] of [[friend, id], [who, second], [friend, await make(friend)]])
      assert.equal((await post(one, `/boxes/${box}/rules/${kept}/remove`)).status, 404, "another's, or another box's");
    await good(wallets.send(who, friend.phone, "10.00"));
    for (const wrong of [{kind: "round"}, {kind: "round", step: "7"}, {kind: "percent", percent: 101}, {kind: "percent"},
                         {kind: "schedule", sum: "5.00"}, {kind: "schedule", when: "month-32", sum: "5.00"}, {kind: "x"}])
      assert.equal((await post(who, `/boxes/${id}/rules`, wrong)).status, 422, JSON.stringify(wrong));
    await new Promise((done) => setTimeout(done, 2500));
    assert.equal(await inside(who, id), "0.00");
  });

  test("by the calendar: when its day comes, once though it was down, also killed in between", {timeout: 180000}, async () => {
    const who = await wallets.rich("500.00"), id = await make(who);
    const {rules: [{next}]} = await rule(who, id, {kind: "schedule", when: "day", sum: "40.00"});
    assert.ok(new Date(next) > new Date());
    await server.end("SIGKILL");
    server.sql(`UPDATE box_rule SET due = due - 7 * 86400000000 WHERE customer = ${who.customer}`);
    await server.run();
    await fills(who, id, "40.00");
    await server.end("SIGKILL");
    await server.run();
    await new Promise((done) => setTimeout(done, 3000));
    assert.equal(await inside(who, id), "40.00");
    const {rules: [again]} = await get(who, `/boxes/${id}`);
    assert.ok(new Date(again.next) > new Date());
  });

  test("killed while purchases are rounded up: each once, and the books are whole", {timeout: 180000}, async () => {
    const who = await wallets.rich("5000.00"), friend = await server.customer(), id = await make(who, {goal: ""});
    await rule(who, id, {kind: "round", step: "10"});
    for (let round = 0; round < 3; round++) {
      await Promise.all(Array.from({length: 5}, () => wallets.send(who, friend.phone, "9.00")));
      await server.end("SIGKILL");
      await server.run();
    }
    await fills(who, id, "15.00");
    await new Promise((done) => setTimeout(done, 2500));
    assert.equal(await inside(who, id), "15.00");
    assert.equal(await wallets.balance(who), "4850.00");
    await server.end();
    const [[aside]] = server.rows(`SELECT SUM(aside) FROM account`);
    const [[boxes]] = server.rows(`SELECT SUM(balance) FROM account WHERE purpose = 70`);
    assert.equal(Number(aside), Number(boxes), "what wallets have set aside is what lies in boxes");
    await server.run();
  });
});

describe("WA-8: leaving", () => {
  test("money in a box stands in the way of closing; all of it is told to its owner", async () => {
    const who = await wallets.rich("100.00"), id = await make(who);
    await put(who, id, "100.00");
    const browser = server.browser();
    await browser.signIn(who);
    await browser.go("/settings/erase");
    assert.match(browser.html, /Отпуск/);
  });
});
