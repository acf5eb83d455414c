// cards.test.mjs: virtual and prepaid cards by their interface, with the sandbox's processing centre and its shops on the
// other side (WA-6): what is refused comes first.

import assert from "node:assert/strict";
import {readFileSync, readdirSync} from "node:fs";
import {join} from "node:path";
import {after, before, test} from "node:test";

import {Cards} from "../support/cards.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {database, newKey, newPhone, pause, problem} from "../support/server.mjs";
import {kabinet, staff} from "../support/staff.mjs";
import {limits, until} from "../support/wallet.mjs";

let both, server, cards;
before(async () => {
  both = await startBoth({limits});
  ({server} = both);
  cards = new Cards(both);
});
after(() => both?.stop());

const free = (who, id) => cards.card(who, id).then(({available}) => available.amount);

test("WA-6: what cannot be ordered is refused and takes nothing", async () => {
  const who = await cards.rich("500.00"), order = (body) => cards.post(who, "/cards", body);
  for (const [body, status] of [[{}, 422], [{kind: "gold"}, 422], [{kind: "plastic"}, 422],
                                [{kind: "plastic", holder: "Иван", address: "Тула, Мира, 1"}, 422],
                                [{kind: "plastic", holder: "IVAN"}, 422], [{kind: "virtual", holder: "I"}, 422],
                                [{kind: "virtual", from: "12345"}, 422], [{kind: "virtual", cvv: "123"}, 422]])
    assert.equal((await order(body)).status, status, JSON.stringify(body));
  assert.equal((await server.post("/cards", {kind: "virtual"}, {token: who.token})).status, 400, "without a key");
  assert.equal((await server.post("/cards", {kind: "virtual"}, {key: newKey()})).status, 401);
  const {body} = await server.get("/cards", {token: who.token});
  assert.deepEqual([body.cards, body.past], [[], []]);
  for (let i = 0; i < 3; i++) await cards.made(who, {kind: "virtual"});
  assert.equal(problem(await order({kind: "virtual"})), "too-many-cards");
  assert.equal(await cards.balance(who), "500.00");
});

test("WA-6: a virtual card is made at once and free; ordered twice under one key it is one", async () => {
  const who = await cards.rich("500.00"), key = newKey();
  const order = () => server.post("/cards", {kind: "virtual", holder: "ivan petrov"}, {token: who.token, key});
  const [first, again] = [await order(), await order()];
  assert.equal(first.status, 201, first.text);
  assert.equal(again.body.id, first.body.id);
  const card = await until(() => cards.card(who, first.body.id), ({state}) => state === "active");
  assert.deepEqual([card.kind, card.holder, card.available.amount, card.internet, card.cash, card.prepaid],
                   ["virtual", "IVAN PETROV", "500.00", true, false, false]);
  assert.match(card.good_until, /^\d\d\/\d\d$/);
  assert.doesNotMatch(JSON.stringify(card), /2200|code/, "neither number nor code");
  assert.equal(await cards.balance(who), "500.00");
});

test("WA-6: another's card is as a missing one", async () => {
  const who = await cards.rich("500.00"), thief = await server.customer(), id = await cards.virtual(who);
  assert.equal((await server.get(`/cards/${id}`, {token: thief.token})).status, 404);
  for (const [act, body] of [["freeze"], ["unfreeze"], ["limits"], ["reissue", {reason: "lost"}], ["activate", {digits: "1234"}],
                             ["close"], ["topup", {sum: "1.00"}], ["back", {sum: "1.00"}], ["details"]])
    assert.equal((await cards.post(thief, `/cards/${id}/${act}`, body)).status, 404, act);
  assert.equal((await cards.card(who, id)).state, "active");
});

test("WA-6, BK-9: a purchase is held, then claimed; messages tell each", async () => {
  const who = await cards.rich("500.00"), id = await cards.virtual(who), number = await cards.number(who, id);
  const bought = await cards.buy(number, "120.50");
  assert.deepEqual([bought.state, bought.reason], ["approved", "approved"]);
  let {wallet, pending} = await cards.home(who);
  assert.deepEqual([wallet.balance.amount, wallet.available.amount, wallet.held.amount], ["500.00", "379.50", "120.50"]);
  assert.ok(pending.some(({title, sum}) => title === "Магазин" && sum.amount === "120.50"));
  const texts = await server.messages(who.phone);
  assert.ok(texts.some((text) => /покупка 120,50/.test(text) && /Доступно 379,50/.test(text)), texts.join("\n"));
  await cards.follow("claims", bought.operation);
  assert.equal(await cards.balance(who), "379.50");
  const [operation] = await cards.operations(who);
  assert.deepEqual([operation.kind, operation.counterparty, operation.sum.amount], ["purchase", "Магазин", "-120.50"]);
  const [told] = (await cards.card(who, id)).operations;
  assert.deepEqual([told.state, told.sum.amount, told.cleared.amount, told.held.amount], ["cleared", "120.50", "120.50", "0.00"]);
  await cards.follow("refunds", bought.operation, {sum: "20.50"});
  assert.equal(await cards.balance(who), "400.00");
  assert.equal((await cards.operations(who))[0].kind, "purchase_refund");
});

test("WA-6, BK-9: each refusal has its own reason, is told, and holds nothing", async () => {
  const who = await cards.rich("500.00"), id = await cards.virtual(who), number = await cards.number(who, id);
  const set = (body) => cards.post(who, `/cards/${id}/limits`, body);
  const reasons = async (sum, more) => (await cards.buy(number, sum, more)).reason;
  assert.equal(await reasons("500.01"), "not-enough-money");
  assert.equal(await reasons("15000.01"), "level-limit");
  assert.equal(await reasons("1.00", {foreign: true}), "currency");
  assert.equal(await reasons("1.00", {place: "cash"}), "cash-off");
  assert.equal((await set({operation: "100.00", day: "150.00", month: "200.00", cash: true})).status, 200);
  assert.equal(await reasons("1.00", {place: "internet"}), "internet-off");
  assert.equal(await reasons("1.00", {place: "cash"}), "approved");
  assert.equal(await reasons("100.01"), "card-operation-limit");
  assert.equal(await reasons("100.00"), "approved");
  assert.equal(await reasons("49.01"), "card-day-limit");
  assert.equal((await set({operation: "100.00", month: "150.00"})).status, 200);
  assert.equal(await reasons("49.01"), "card-month-limit");
  const {limits} = await cards.card(who, id);
  assert.deepEqual([limits.month.max.amount, limits.month.spent.amount, limits.month.rest.amount, limits.day],
                   ["150.00", "101.00", "49.00", null]);
  await cards.post(who, `/cards/${id}/freeze`);
  assert.equal(await reasons("1.00"), "card-frozen");
  await cards.post(who, `/cards/${id}/unfreeze`);
  assert.equal(await reasons("49.00"), "approved");
  assert.equal((await cards.home(who)).wallet.held.amount, "150.00");
  const texts = await server.messages(who.phone);
  for (const words of [/не хватает денег/, /интернете выключены/, /лимита карты на день/, /карта заморожена/, /только в рублях/])
    assert.ok(texts.some((text) => words.test(text)), `${words}`);
});

test("WA-6, ID-16: in theft mode, and frozen by staff, nothing is approved; what was approved is paid", async () => {
  const who = await cards.rich("500.00"), id = await cards.virtual(who), number = await cards.number(who, id);
  const before = await cards.buy(number, "100.00");
  const {boss} = await staff(server, {boss: "support,risk,finance,admin"});
  await boss.post(`/staff/customers/${who.customer}/reason`, {reason: "Звонок клиента"});
  const frozen = await boss.post(`/staff/customers/${who.customer}/freeze`, {reason: "Телефон украден"});
  assert.ok(frozen.status < 300, frozen.text);
  assert.equal((await cards.buy(number, "1.00")).reason, "frozen");
  await cards.follow("claims", before.operation);
  const offline = await cards.buy(number, "10.00", {offline: true});
  assert.equal(offline.state, "offline");
  assert.equal(server.rows(`SELECT questioned FROM card_operation WHERE reference = '${offline.operation}'`)[0][0], 1000);
  const {tasks} = (await boss.get("/staff/tasks?queue=cards.questioned")).body;
  assert.equal(tasks.length, 1, "our account has paid it, and finance looks");
  const seen = await boss.get(`/staff/customers/${who.customer}/cards`);
  assert.equal(seen.body.cards.length, 1, seen.text);
  const block = (reason) => boss.post(`/staff/customers/${who.customer}/cards`, {card: id, reason});
  assert.equal((await block("x")).status, 422);
  assert.equal((await block("Карта у вора")).status, 200);
  assert.equal((await cards.buy(number, "1.00")).reason, "card-blocked");
  assert.equal((await block("Ещё раз")).status, 409);
});

test("WA-6: prepaid plastic: fee, delivery, activation by its digits, its own money", async () => {
  const who = await cards.rich("500.00");
  const id = await cards.made(who, {kind: "plastic", holder: "Ivan Petrov", address: "300000, Тула, ул. Мира, 1"});
  const sent = await until(() => cards.card(who, id), ({on_its_way}) => on_its_way);
  const number = (await cards.newest()).number;
  assert.ok(!JSON.stringify(sent).includes(number.slice(-4)), "its digits are not shown before it has come");
  assert.equal((await cards.buy(number, "1.00")).reason, "not-activated");
  const wrong = number.slice(-4) === "0000" ? "0001" : "0000";
  assert.equal(problem(await cards.post(who, `/cards/${id}/activate`, {digits: wrong})), "digits-wrong");
  assert.equal((await cards.post(who, `/cards/${id}/details`)).status, 409);
  assert.equal((await cards.post(who, `/cards/${id}/activate`, {digits: number.slice(-4)})).status, 200);
  assert.equal((await cards.buy(number, "1.00")).reason, "not-enough-money");
  for (const [body, status] of [[{}, 422], [{sum: "0"}, 422], [{sum: "-5"}, 422], [{sum: "500.01"}, 422]])
    assert.equal((await cards.post(who, `/cards/${id}/topup`, body)).status, status, JSON.stringify(body));
  const key = newKey(), top = () => server.post(`/cards/${id}/topup`, {sum: "200.00"}, {token: who.token, key});
  const [once, twice] = [await top(), await top()];
  assert.equal(once.status, 201, once.text);
  assert.equal(twice.body.operation, once.body.operation);
  assert.deepEqual([await cards.balance(who), await free(who, id)], ["300.00", "200.00"]);
  assert.equal((await cards.buy(number, "150.00")).reason, "approved");
  assert.equal(problem(await cards.post(who, `/cards/${id}/back`, {sum: "60.00"})), "not-enough-money");
  assert.equal(problem(await cards.post(who, `/cards/${id}/close`)), "money-left");
  assert.equal((await cards.post(who, `/cards/${id}/back`, {sum: "50.00"})).status, 201);
  assert.deepEqual([await cards.balance(who), await free(who, id)], ["350.00", "0.00"]);
  const kinds = (await cards.operations(who)).map(({kind}) => kind);
  assert.ok(kinds.includes("card_topup") && kinds.includes("card_back"), kinds.join());
});

test("WA-6: details want a second check, come from processing each time, are kept by nobody", async () => {
  const strict = await startBoth({limits}), own = new Cards(strict);
  try {
    const who = await own.rich("500.00"), id = await own.virtual(who);
    await strict.server.proofsOver(who);
    assert.equal(problem(await own.post(who, `/cards/${id}/details`)), "confirmation-needed");
    assert.equal((await strict.server.post("/confirm", {password: who.password}, who)).status, 200);
    const answer = await own.post(who, `/cards/${id}/details`);
    assert.equal(answer.status, 200, answer.text);
    assert.match(answer.headers.get("Cache-Control"), /no-store/);
    const {number, code, expires} = answer.body, bare = number.replaceAll(" ", "");
    assert.match(bare, /^220099\d{10}$/);
    assert.match(code, /^\d{3}$/);
    assert.match(expires, /^\d\d\/\d\d$/);
    await strict.server.end();
    for (const name of database === "sqlite" ? readdirSync(strict.server.folder).filter((each) => each.startsWith("kabinet.db")) : []) {
      const bytes = readFileSync(join(strict.server.folder, name)).toString("latin1");
      for (const secret of [bare, number]) assert.ok(!bytes.includes(secret), `the number is nowhere in ${name}`);
    }
    kabinet("audit", "verify", strict.server.configuration);
    await strict.server.proofsOver(who);
    assert.equal(problem(await own.post(who, `/cards/${id}/details`)), "confirmation-needed");
    await strict.server.post("/confirm", {password: who.password}, who);
    await own.centre("/faults", {fault: "garbage"});
    assert.equal(problem(await own.post(who, `/cards/${id}/details`)), "processing-silent");
    assert.equal((await own.post(who, `/cards/${id}/limits`, {internet: true, day: "10.00"})).status, 200, "less wants no proof");
    await strict.server.proofsOver(who);
    assert.equal(problem(await own.post(who, `/cards/${id}/limits`, {internet: true, day: "20.00"})), "confirmation-needed");
  } finally {
    await strict.stop();
  }
});

test("WA-6: freezing is at once and back, and processing is told", async () => {
  const who = await cards.rich("500.00"), id = await cards.virtual(who), number = await cards.number(who, id);
  const there = async () => (await cards.books()).cards.find((card) => card.number === number).state;
  assert.equal((await cards.post(who, `/cards/${id}/freeze`)).body.state, "frozen");
  assert.equal((await cards.post(who, `/cards/${id}/freeze`)).body.state, "frozen", "twice");
  await until(there, (state) => state === "frozen");
  for (const act of ["unfreeze", "freeze", "unfreeze", "freeze", "unfreeze"]) await cards.post(who, `/cards/${id}/${act}`);
  await until(there, (state) => state === "active");
  await pause(300);
  assert.equal(await there(), "active", "the last state holds, in whichever order it was told");
  assert.equal((await cards.post(who, `/cards/${id}/close`)).body.state, "closed");
  await until(there, (state) => state === "closed");
  assert.equal(problem(await cards.post(who, `/cards/${id}/unfreeze`)), "not-in-this-state");
  assert.equal((await cards.buy(number, "1.00")).reason, "card-closed");
  assert.equal((await server.get("/cards", {token: who.token})).body.past[0].id, id);
});

test("WA-6: reissue: lost is blocked at once, damaged works until the new one does", async () => {
  const who = await cards.rich("500.00"), lost = await cards.virtual(who), number = await cards.number(who, lost);
  await cards.post(who, `/cards/${lost}/limits`, {operation: "99.00", internet: true});
  assert.equal((await cards.post(who, `/cards/${lost}/reissue`, {reason: "bored"})).status, 422);
  const again = await cards.post(who, `/cards/${lost}/reissue`, {reason: "lost"});
  assert.equal(again.status, 201, again.text);
  assert.equal((await cards.card(who, lost)).state, "blocked");
  assert.equal((await cards.buy(number, "1.00")).reason, "card-blocked");
  const fresh = await until(() => cards.card(who, again.body.id), ({state}) => state === "active");
  assert.equal(fresh.limits.operation.amount, "99.00", "limits go along");
  assert.notEqual(await cards.number(who, again.body.id), number);
  assert.equal(problem(await cards.post(who, `/cards/${lost}/reissue`, {reason: "lost"})), "not-replaceable");

  const old = await cards.plastic(who), first = (await cards.newest()).number;
  await cards.post(who, `/cards/${old}/topup`, {sum: "100.00"});
  const {body} = await cards.post(who, `/cards/${old}/reissue`, {reason: "damaged"});
  await until(() => cards.card(who, body.id), ({on_its_way}) => on_its_way);
  assert.equal(problem(await cards.post(who, `/cards/${old}/reissue`, {reason: "damaged"})), "not-replaceable");
  assert.equal((await cards.buy(first, "10.00")).reason, "approved");
  const second = (await cards.newest()).number;
  assert.equal((await cards.post(who, `/cards/${body.id}/activate`, {digits: second.slice(-4)})).status, 200);
  assert.equal((await cards.card(who, old)).state, "closed");
  assert.equal((await cards.buy(first, "10.00")).reason, "card-closed");
  assert.equal((await cards.buy(second, "90.00")).reason, "approved", "the same money");
});

test("WA-6: processing is slow, silent, talks nonsense or refuses: the card is made once, or its fee comes back", async () => {
  const dear = await startBoth({limits, cards: {plastic_fee: "150.00"}}), own = new Cards(dear);
  try {
    for (const fault of ["slow", "silent", "garbage"]) {
      const who = await own.rich("500.00"), count = (await own.books()).cards.length;
      await own.centre("/faults", {fault, times: 2});
      await own.virtual(who);
      assert.equal((await own.books()).cards.length, count + 1, fault);
    }
    const who = await own.rich("500.00"), poor = await dear.server.customer();
    const plastic = {kind: "plastic", holder: "IVAN PETROV", address: "Тула, Мира, 1"};
    assert.equal(problem(await own.post(poor, "/cards", plastic)), "not-enough-money");
    assert.equal((await dear.server.get("/cards", {token: poor.token})).body.cards.length, 0);
    await own.centre("/faults", {fault: "refuse"});
    const id = await own.made(who, plastic);
    await until(() => own.card(who, id), ({state}) => state === "closed");
    assert.deepEqual((await own.operations(who)).map(({kind}) => kind).slice(0, 2), ["card_fee_back", "card_fee"]);
    assert.equal(await own.balance(who), "500.00");
  } finally {
    await dear.stop();
  }
});

test("BK-9: repeats, strange orders and contradictions of processing's messages", async () => {
  const who = await cards.rich("1000.00"), id = await cards.virtual(who), number = await cards.number(who, id);
  const token = server.rows(`SELECT token FROM card WHERE id = ${id}`)[0][0];
  const say = (type, tag, operation, sum, more) =>
    cards.tell({type, id: tag, operation, card: token, ...(sum ? {sum, currency: "RUB"} : {}), merchant: "Кафе", ...more});
  const state = async () => {
    const {wallet} = await cards.home(who);
    return [wallet.balance.amount, wallet.held?.amount ?? "0.00"];
  };
  const n = newPhone();
  assert.equal((await say("authorisation", `${n}a`, `${n}a`, "100.00")).body.decision, "approved");
  assert.equal((await say("authorisation", `${n}a`, `${n}a`, "100.00")).body.decision, "approved");
  assert.deepEqual(await state(), ["1000.00", "100.00"]);
  assert.equal((await say("authorisation", `${n}a`, `${n}a`, "200.00")).status, 409);
  // a part, the rest, each twice
  for (const status of ["accepted", "known"])
    assert.equal((await say("clearing", `${n}b`, `${n}a`, "40.00", {last: false})).body.status, status);
  assert.deepEqual(await state(), ["960.00", "60.00"]);
  assert.equal((await say("clearing", `${n}b`, `${n}a`, "41.00", {last: false})).status, 409);
  await say("clearing", `${n}c`, `${n}a`, "75.00"); // 15 more than approved
  assert.deepEqual(await state(), ["885.00", "0.00"]);
  await say("clearing", `${n}d`, `${n}a`, "1.00"); // and no more
  assert.deepEqual(await state(), ["885.00", "0.00"]);
  // taken back: a part, then all; then the claim of what is not there
  await say("authorisation", `${n}e`, `${n}e`, "50.00");
  await say("reversal", `${n}f`, `${n}e`, "20.00");
  assert.deepEqual(await state(), ["885.00", "30.00"]);
  for (let i = 0; i < 2; i++) await say("reversal", `${n}g`, `${n}e`);
  assert.deepEqual(await state(), ["885.00", "0.00"]);
  await say("clearing", `${n}h`, `${n}e`, "50.00");
  assert.deepEqual(await state(), ["885.00", "0.00"]);
  // taken back before it was asked
  await say("reversal", `${n}i`, `${n}j`);
  assert.deepEqual((await say("authorisation", `${n}j`, `${n}j`, "10.00")).body, {decision: "declined", reason: "reversed"});
  // claimed before it was asked; and never asked
  await say("clearing", `${n}k`, `${n}l`, "25.00");
  assert.deepEqual(await state(), ["860.00", "0.00"]);
  assert.equal((await say("authorisation", `${n}l`, `${n}l`, "25.00")).body.decision, "approved");
  assert.deepEqual(await state(), ["860.00", "0.00"]);
  await say("clearing", `${n}m`, `${n}m`, "60.00");
  assert.deepEqual(await state(), ["800.00", "0.00"]);
  // given back what was paid, and a gift
  for (let i = 0; i < 2; i++) await say("refund", `${n}n`, `${n}m`, "60.00");
  await say("refund", `${n}o`, `${n}o`, "5.00");
  assert.deepEqual(await state(), ["865.00", "0.00"]);
  await server.end();
  const proof = server.command("verify");
  assert.equal(proof.status, 0, proof.output + proof.errors);
  await server.run();
  assert.equal(await cards.number(who, id), number);
});

test("BK-9: what is not signed by processing is not believed, and what it cannot mean is refused", async () => {
  const who = await cards.rich("100.00"), id = await cards.virtual(who);
  const card = server.rows(`SELECT token FROM card WHERE id = ${id}`)[0][0];
  const at = (shift) => ({time: Math.floor(Date.now() / 1000) + shift});
  const good = {type: "authorisation", id: "x1", operation: "x1", card, sum: "10.00", currency: "RUB"};
  const wrong = [() => ({secret: "another key that nobody has agreed upon at all"}), () => at(-301), () => at(330),
                     () => ({nonce: "short"})];
  for (const how of wrong) assert.equal((await cards.tell(good, how())).status, 401, JSON.stringify(how()));
  for (const [more, status] of [[{card: "C1"}, 404], [{type: "theft"}, 422], [{sum: "0"}, 422], [{sum: 10}, 422], [{id: "x2"}, 422],
                                [{institution: "another"}, 422], [{type: "clearing", currency: "USD"}, 422]])
    assert.equal((await cards.tell({...good, ...more})).status, status, JSON.stringify(more));
  for (const raw of ["", "[]", "{", "null", "x".repeat(10000)]) assert.equal((await cards.tell({}, {raw})).status, 422, raw.slice(0, 9));
  assert.equal((await server.post("/callbacks/processing", good)).status, 401);
  assert.equal((await cards.home(who)).wallet.available.amount, "100.00");
});

test("WA-6: a hold that nobody claims lapses; who claims later is paid; a card past its month pays no more", async () => {
  const brief = await startBoth({limits, cards: {hold_life: "1s"}}), own = new Cards(brief), {server} = brief;
  const work = async (...names) => {
    await server.end();
    for (const name of names) server.sql(`UPDATE job SET next_at = 1 WHERE name = '${name}'`);
    await server.run();
  };
  try {
    const who = await own.rich("500.00"), id = await own.virtual(who), number = await own.number(who, id);
    const late = await own.buy(number, "100.00"), never = await own.buy(number, "50.00");
    await pause(1100);
    await work("cards.lapse");
    await until(async () => (await own.home(who)).wallet.available.amount, (left) => left === "500.00");
    assert.deepEqual((await own.card(who, id)).operations.map(({state}) => state), ["lapsed", "lapsed"]);
    await own.follow("claims", late.operation);
    assert.equal(await own.balance(who), "400.00");
    await own.follow("reversals", never.operation);
    assert.equal(await own.balance(who), "400.00");
    await server.end();
    server.sql(`UPDATE card SET expires = 1000000 WHERE id = ${id}`);
    await server.run();
    assert.equal((await own.buy(number, "1.00")).reason, "card-expired");
    await work("cards.expire");
    await until(() => own.card(who, id), ({state}) => state === "expired");
    const {status} = await own.post(who, `/cards/${id}/reissue`, {reason: "damaged"});
    assert.equal(status, 201);
  } finally {
    await brief.stop();
  }
});

test("WA-6: where there is no processing, there are no cards, and it is said", async () => {
  const {Server} = await import("../support/server.mjs");
  const alone = await Server.start({});
  try {
    const who = await alone.customer();
    assert.equal((await alone.get("/cards", {token: who.token})).body.on, false);
    assert.equal(problem(await alone.post("/cards", {kind: "virtual"}, {token: who.token, key: newKey()})), "cards-unavailable");
    assert.equal((await alone.post("/callbacks/processing", {})).status, 404);
  } finally {
    await alone.stop();
  }
});
