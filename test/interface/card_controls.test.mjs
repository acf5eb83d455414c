// card_controls.test.mjs: what a holder does with a card that is in trouble or about to be (BK-8): frozen until a day and back
// by itself, blocked for ever with a reason and made anew, limited by kind of purchase; and a card whose month comes.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {Cards} from "../support/cards.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {newKey, pause, problem} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";
import {limits, until} from "../support/wallet.mjs";

let both, server, cards;
before(async () => {
  both = await startBoth({limits, cards: {freeze_notice: "1d"}});
  ({server} = both);
  cards = new Cards(both);
});
after(() => both?.stop());

const day = (from, days) => new Date(Date.now() + from + days * 86400000).toISOString().slice(0, 10);
const hours3 = 3 * 3600000; // Moscow's day

// What the clock would have done: rows are set back, jobs made due.
async function passed(sql, ...jobs) {
  await server.end();
  for (const each of sql) server.sql(each);
  for (const name of jobs) server.sql(`UPDATE job SET next_at = 1 WHERE name = '${name}'`);
  await server.run();
}

test("BK-8: a freeze's end is a day from tomorrow to three months, else it is refused and nothing changes", async () => {
  const who = await cards.rich("500.00"), id = await cards.virtual(who);
  const freeze = (until) => cards.post(who, `/cards/${id}/freeze`, {until});
  for (const wrong of [day(hours3, 0), day(hours3, -1), day(hours3, 95), "2099-01-01"]) {
    const answer = await freeze(wrong);
    assert.equal(answer.status, 422, wrong);
    assert.match(answer.text, /с завтрашнего по/);
  }
  assert.equal((await freeze("завтра")).status, 422);
  assert.equal((await cards.card(who, id)).state, "active");
  assert.deepEqual((({frozen_until, freeze_first}) => [frozen_until, freeze_first])(await cards.card(who, id)),
                   [null, day(hours3, 1)]);
});

test("BK-8: another's card is as a missing one, on every address of its controls", async () => {
  const who = await cards.rich("10.00"), id = await cards.virtual(who), thief = await server.customer();
  const as = {token: thief.token, key: newKey()}, missing = await server.get("/cards/912000000000000002/limits/internet", as);
  for (const path of ["limits/internet", "pin"])
    assert.equal((await server.get(`/cards/${id}/${path}`, as)).status, 404, path);
  assert.equal((await server.get(`/cards/${id}/limits/internet`, {token: who.token})).status, 200);
  assert.equal(missing.status, 404);
  for (const [path, body] of [["limits/internet", {operation: "1.00"}], ["block", {reason: "lost"}], ["freeze", {}], ["unfreeze", {}]])
    assert.equal((await server.post(`/cards/${id}/${path}`, body, {token: thief.token, key: newKey()})).status, 404, path);
  assert.equal((await cards.card(who, id)).state, "active");
});

test("BK-8: frozen until a day: told before and at the return, which a job does once; back by hand at any minute", async () => {
  const who = await cards.rich("500.00"), id = await cards.virtual(who), number = await cards.number(who, id);
  const wanted = day(hours3, 20), {body} = await cards.post(who, `/cards/${id}/freeze`, {until: wanted});
  assert.deepEqual([body.state, body.frozen_until], ["frozen", wanted]);
  assert.equal((await cards.buy(number, "1.00")).reason, "card-frozen");
  const other = await cards.post(who, `/cards/${id}/freeze`, {until: day(hours3, 30)});
  assert.equal(other.body.frozen_until, day(hours3, 30), "another day");
  assert.equal((await cards.post(who, `/cards/${id}/freeze`)).body.frozen_until, day(hours3, 30), "pressed again: it is so");
  const said = async (words) => (await server.messages(who.phone)).filter((text) => words.test(text)).length;
  await passed([`UPDATE card SET frozen_until = ${(Date.now() + 3600000) * 1000} WHERE id = ${id}`], "cards.thaw");
  await until(() => said(/карта разморозится/), (count) => count === 1);
  assert.equal((await cards.card(who, id)).state, "frozen");
  await passed([`UPDATE card SET frozen_until = ${(Date.now() - 1000) * 1000} WHERE id = ${id}`], "cards.thaw");
  await until(() => cards.card(who, id), ({state}) => state === "active");
  await until(() => said(/срок заморозки прошёл/), (count) => count === 1);
  await passed([], "cards.thaw");
  await pause(300);
  assert.deepEqual([await said(/карта разморозится/), await said(/срок заморозки прошёл/)], [1, 1], "each told once");
  await until(async () => (await cards.books()).cards.find((card) => card.number === number).state, (state) => state === "active");
  assert.equal((await cards.buy(number, "1.00")).reason, "approved");
  const plain = (await cards.post(who, `/cards/${id}/freeze`)).body;
  assert.equal(plain.frozen_until, (await cards.card(who, id)).freeze_last, "without a day: as long as may be");
  assert.equal((await cards.post(who, `/cards/${id}/unfreeze`)).body.state, "active");
});

test("BK-8: a purchase after the freeze's end is approved though the job has not come by", async () => {
  const who = await cards.rich("500.00"), id = await cards.virtual(who);
  await cards.post(who, `/cards/${id}/freeze`);
  await server.end();
  server.sql(`UPDATE card SET frozen_until = ${(Date.now() - 1000) * 1000} WHERE id = ${id}`);
  server.sql("UPDATE job SET next_at = 9000000000000000 WHERE name = 'cards.thaw'");
  await server.run();
  const card = server.rows(`SELECT token FROM card WHERE id = ${id}`)[0][0];
  const asked = await cards.tell({type: "authorisation", id: `T${id}`, operation: `T${id}`, card, sum: "1.00", currency: "RUB"});
  assert.equal(asked.body.decision, "approved");
  assert.equal((await cards.card(who, id)).state, "frozen", "the row waits for the job");
});

test("BK-8: blocked with a reason for ever; another is made in its place, once", async () => {
  const who = await cards.rich("500.00"), id = await cards.virtual(who), number = await cards.number(who, id);
  const post = (act, body) => cards.post(who, `/cards/${id}/${act}`, body);
  assert.equal((await post("block")).status, 422, "without a reason");
  assert.equal((await post("block", {reason: "bored"})).status, 422);
  await post("limits/internet", {day: "300.00"});
  const {body} = await post("block", {reason: "suspected"});
  assert.deepEqual([body.state, body.blocked_for], ["blocked", "suspected"]);
  assert.equal((await post("block", {reason: "lost"})).body.blocked_for, "suspected", "again: it is so");
  assert.equal((await cards.buy(number, "1.00")).reason, "card-blocked");
  for (const act of ["freeze", "unfreeze", "close"]) assert.equal(problem(await post(act)), "not-in-this-state", act);
  assert.equal((await cards.card(who, id)).replaceable, true);
  const made = await post("reissue", {});
  assert.equal(made.status, 201, made.text);
  assert.equal(problem(await post("reissue", {})), "not-replaceable");
  const fresh = await until(() => cards.card(who, made.body.id), ({state}) => state === "active");
  assert.equal(problem(await post("reissue", {})), "not-replaceable", "it has its successor");
  assert.equal(fresh.kinds.find(({kind}) => kind === "internet").day.max.amount, "300.00", "limits go along");
  assert.equal(fresh.blocked_for, null);
});

test("BK-8: staff block with a cause and a reason that the trail keeps", async () => {
  const who = await cards.rich("500.00"), id = await cards.virtual(who);
  const {boss} = await staff(server, {boss: "support,risk,admin"});
  const block = () => boss.post(`/staff/customers/${who.customer}/cards`, {card: id, cause: "stolen", reason: "Звонок о краже сумки"});
  assert.equal((await block()).status, 403, "without a reason to look");
  await boss.post(`/staff/customers/${who.customer}/reason`, {reason: "Звонок клиента"});
  assert.equal((await block()).status, 200);
  assert.deepEqual((({state, blocked_for}) => [state, blocked_for])(await cards.card(who, id)), ["blocked", "stolen"]);
  const {text} = await boss.get("/staff/audit?what=cards.blocked");
  assert.match(text, /cards\.blocked/);
});

test("BK-8: limits by kind and period: counted apart, abroad beside the place; less at once, more after a fresh proof", async () => {
  const who = await cards.rich("5000.00"), id = await cards.plastic(who), {number} = await cards.newest();
  await cards.post(who, `/cards/${id}/topup`, {sum: "4000.00"});
  const set = (kind, body) => cards.post(who, `/cards/${id}/limits/${kind}`, body);
  const reason = async (sum, more) => (await cards.buy(number, sum, more)).reason;
  assert.equal((await set("moon", {day: "1.00"})).status, 404);
  assert.equal((await set("till", {day: "0"})).status, 422);
  assert.equal((await set("cash", {operation: "100.00", day: "150.00"})).status, 200);
  assert.equal((await set("till", {month: "300.00"})).status, 200);
  assert.equal((await set("abroad", {day: "50.00"})).status, 200);
  assert.equal(await reason("100.01", {place: "cash"}), "card-kind-operation-limit");
  assert.equal(await reason("100.00", {place: "cash"}), "approved");
  assert.equal(await reason("50.01", {place: "cash"}), "card-kind-day-limit");
  assert.equal(await reason("250.00"), "approved", "a shop counts apart from cash");
  assert.equal(await reason("50.01"), "card-kind-month-limit");
  assert.equal(await reason("40.00", {country: "BY"}), "approved");
  assert.equal(await reason("10.01", {place: "cash", country: "BY"}), "card-kind-day-limit", "abroad, whichever the place");
  assert.equal(await reason("10.01", {place: "cash", country: "RU"}), "approved");
  const told = Object.fromEntries((await cards.card(who, id)).kinds.map((each) => [each.kind, each]));
  const rest = (limit) => [limit.max.amount, limit.spent.amount, limit.rest.amount];
  assert.deepEqual(rest(told.cash.day), ["150.00", "110.01", "39.99"]);
  assert.deepEqual(rest(told.till.month), ["300.00", "290.00", "10.00"]);
  assert.deepEqual(rest(told.abroad.day), ["50.00", "40.00", "10.00"]);
  assert.equal(told.internet.day, null);
  const one = (await server.get(`/cards/${id}/limits/cash`, {token: who.token})).body;
  assert.deepEqual([one.kind, one.operation.amount, one.day.rest.amount], ["cash", "100.00", "39.99"]);
  assert.equal((await cards.post(who, `/cards/${id}/limits`, {internet: true, cash: true})).status, 200);
  assert.equal(await reason("1.00", {country: "BY"}), "abroad-off");
  await server.proofsOver(who);
  assert.equal((await set("cash", {operation: "50.00", day: "150.00"})).status, 200, "less wants no proof");
  assert.equal(problem(await set("cash", {operation: "50.00", day: "151.00"})), "confirmation-needed");
  assert.equal(problem(await set("till", {})), "confirmation-needed", "none at all is more");
  assert.equal(problem(await cards.post(who, `/cards/${id}/limits`, {internet: true, cash: true, abroad: true})), "confirmation-needed");
  const thief = await server.customer();
  assert.equal((await server.get(`/cards/${id}/limits/cash`, {token: thief.token})).status, 404);
  assert.equal((await cards.post(thief, `/cards/${id}/limits/cash`, {day: "1.00"})).status, 404);
});

test("BK-8: shops of a kind are switched off or limited by the month; a shop that tells no kind is in none", async () => {
  const who = await cards.rich("5000.00"), id = await cards.virtual(who), number = await cards.number(who, id);
  const set = (shops, body, card = id) => cards.post(who, `/cards/${card}/shops/${shops}`, body);
  const reason = async (sum, category) => (await cards.buy(number, sum, {category})).reason;
  for (const odd of ["moon", "other"]) assert.equal((await set(odd, {off: true})).status, 404, odd);
  assert.equal((await set("cafes", {month: "0"})).status, 422);
  assert.equal(await reason("10.00", "7995"), "approved");
  assert.equal((await set("gambling", {off: true})).status, 200);
  assert.equal(await reason("10.00", "7995"), "shops-off");
  assert.equal(await reason("10.00", "7994"), "approved", "an arcade is none");
  assert.equal((await set("cafes", {month: "300.00"})).status, 200);
  assert.equal(await reason("200.00", "5812"), "approved");
  assert.equal(await reason("100.01", "5814"), "card-shops-month-limit", "of the whole kind, not of one code");
  const race = await Promise.all([1, 2, 3].map(() => reason("60.00", "5812")));
  assert.deepEqual(race.sort(), ["approved", "card-shops-month-limit", "card-shops-month-limit"]);
  assert.equal(await reason("100.01", "5411"), "approved");
  const told = Object.fromEntries((await cards.card(who, id)).shops.map((each) => [each.shops, each]));
  assert.deepEqual([told.gambling.off, told.cafes.rest.amount, told.travel.month_max], [true, "40.00", null]);
  const {body} = await server.get(`/cards/${id}/shops/cafes`, {token: who.token});
  assert.deepEqual([body.month_max.amount, body.rest.amount, body.off], ["300.00", "40.00", false]);
  assert.ok((await server.messages(who.phone)).some((text) => /запрещены/.test(text)), "and why is told");
  await server.proofsOver(who);
  assert.equal((await set("cafes", {month: "250.00"})).status, 200, "less wants no proof");
  for (const [shops, more] of [["cafes", {month: "251.00"}], ["cafes", {}], ["gambling", {off: false}]])
    assert.equal(problem(await set(shops, more)), "confirmation-needed", shops);
  const thief = await server.customer();
  assert.equal((await server.get(`/cards/${id}/shops/cafes`, {token: thief.token})).status, 404);
  assert.equal((await cards.post(thief, `/cards/${id}/shops/cafes`, {off: true})).status, 404);
  assert.equal((await server.post("/confirm", {password: who.password}, who)).status, 200);
  const lost = await cards.post(who, `/cards/${id}/block`, {reason: "lost"});
  assert.equal(lost.status, 200, lost.text);
  const made = await cards.post(who, `/cards/${id}/reissue`, {});
  assert.equal(made.status, 201, made.text);
  const fresh = await cards.card(who, made.body.id);
  assert.equal(fresh.shops.find(({shops}) => shops === "gambling").off, true, "it goes along to the next card");
});

test("BK-8: before a card's month comes another is made, which works beside it until then; by rule, once", async () => {
  const who = await cards.rich("500.00"), id = await cards.virtual(who), number = await cards.number(who, id);
  const plastic = await cards.plastic(who);
  await passed([`UPDATE card SET expires = ${(Date.now() + 20 * 86400000) * 1000} WHERE customer = ${who.customer}`], "cards.renew");
  const list = async () => (await server.get("/cards", {token: who.token})).body.cards;
  const all = await until(list, (found) => found.length === 4 && found.filter(({active}) => active).length === 3);
  assert.deepEqual(all.map(({kind}) => kind).sort(), ["plastic", "plastic", "virtual", "virtual"]);
  const fresh = all.find((card) => card.kind === "virtual" && card.id !== id);
  assert.equal((await cards.buy(number, "10.00")).reason, "approved", "the old one goes on");
  assert.equal((await server.post("/confirm", {password: who.password}, who)).status, 200); // its making may have taken a while
  assert.equal((await cards.buy(await cards.number(who, fresh.id), "10.00")).reason, "approved");
  assert.ok((await server.messages(who.phone)).some((text) => /выпускаем новую карту ей на смену/.test(text)));
  await passed([`UPDATE card SET expires = 1000000 WHERE id = ${id}`], "cards.renew", "cards.expire");
  await until(() => cards.card(who, id), ({state}) => state === "expired");
  assert.equal((await cards.buy(number, "10.00")).reason, "card-expired");
  assert.equal((await list()).length, 3, "no third one");
  assert.equal((await cards.card(who, plastic)).state, "active", "until its successor is activated");
});

test("BK-9: what is decided after processing has given up is declined, and stays so when asked again", async () => {
  const late = await startBoth({limits, cards: {decision_within: "0s"}}), own = new Cards(late);
  try {
    const who = await own.rich("500.00"), id = await own.virtual(who);
    const card = late.server.rows(`SELECT token FROM card WHERE id = ${id}`)[0][0];
    const ask = () => own.tell({type: "authorisation", id: "L1", operation: "L1", card, sum: "10.00", currency: "RUB"});
    for (let i = 0; i < 2; i++) assert.deepEqual((await ask()).body, {decision: "declined", reason: "too-late"});
    assert.equal((await own.home(who)).wallet.available.amount, "500.00");
  } finally {
    await late.stop();
  }
});
