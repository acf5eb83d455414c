// card_secure.test.mjs: purchases on the internet only with the code that was sent for them (BK-8, 3-D Secure): the shop of
// the sandbox asks, our page takes the code, the browser goes back with a signed word, and the authorisation is declined
// without a challenge that was passed for just this card and sum.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {Cards} from "../support/cards.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {problem} from "../support/server.mjs";
import {limits, until} from "../support/wallet.mjs";

let both, server, cards;
before(async () => {
  both = await startBoth({limits, cards: {internet_code: "always"}});
  ({server} = both);
  cards = new Cards(both);
});
after(() => both?.stop());

const path = (url) => new URL(url).pathname;
const wrong = (code) => (code === "000000" ? "000001" : "000000");
async function begun(sum = "120.50", more) {
  const who = await cards.rich("500.00"), id = await cards.virtual(who), number = await cards.number(who, id);
  const shop = await cards.checkout(number, sum, more);
  return {who, id, number, ...shop, token: server.rows(`SELECT token FROM card WHERE id = ${id}`)[0][0]};
}
// The newest message may still be that the card is ready.
const sent = ({phone}) => until(() => server.code(phone), (code) => code !== undefined);
const page = (url) => server.get(path(url));
const type = (url, code) => server.post(path(url), {code});

test("BK-8: bought on the internet with the code from the SMS, which names shop and sum", async () => {
  const {who, url, operation} = await begun();
  const [text] = await server.messages(who.phone), code = /#(\d{6})$/.exec(text)[1];
  assert.match(text, /120,50/);
  assert.match(text, /Книжный/);
  const {body} = await page(url);
  assert.deepEqual([body.open, body.merchant, body.sum.amount, body.back], [true, "Книжный", "120.50", null]);
  assert.ok(!JSON.stringify(body).includes(who.phone.slice(5)), "the number is masked");
  const passed = await type(url, code);
  assert.equal(passed.status, 200, passed.text);
  assert.equal(passed.body.state, "passed");
  assert.equal((await type(url, code)).body.state, "passed", "pressed twice");
  const shop = await cards.goBack(passed.body.back, operation);
  assert.deepEqual([shop.state, shop.reason], ["approved", "approved"]);
  assert.equal((await cards.home(who)).wallet.held.amount, "120.50");
  await cards.follow("claims", operation);
  assert.equal(await cards.balance(who), "379.50");
});

test("BK-8: without a passed challenge a purchase on the internet is declined, at a till it is not", async () => {
  const {who, number, token} = await begun(), reason = async (more) => (await cards.buy(number, "10.00", more)).reason;
  assert.equal(await reason({place: "internet"}), "not-confirmed");
  assert.equal(await reason({place: "till"}), "approved");
  const {challenge} = (await cards.tell({type: "challenge", id: "Q1", operation: "Q1", card: token, sum: "50.00", currency: "RUB",
                                         merchant: "Лавка", back: "https://shop.example/back"})).body;
  const ask = (id, more) => cards.tell({type: "authorisation", id, operation: id, card: token, sum: "50.00", currency: "RUB",
                                        place: "internet", challenge, ...more});
  assert.equal((await ask("W1")).body.reason, "not-confirmed", "it is still open");
  assert.equal((await ask("W2", {challenge: "17"})).body.reason, "not-confirmed");
  assert.ok((await server.messages(who.phone)).some((words) => /не подтверждена кодом/.test(words)));
});

test("BK-8: a challenge is good once, for its card, up to its sum; contradictions and strange addresses are refused", async () => {
  const {who, token} = await begun(), back = "https://shop.example/back?order=1";
  const challenge = (id, more) => cards.tell({type: "challenge", id, operation: id, card: token, sum: "50.00", currency: "RUB",
                                              merchant: "Лавка", back, ...more});
  const first = await challenge("C1"), again = await challenge("C1");
  assert.deepEqual(again.body, first.body, "asked again: the same page");
  assert.equal((await challenge("C1", {sum: "51.00"})).status, 409);
  for (const odd of ["javascript:alert(1)", "/shop", "https://shop.example/a b", "https://shop.example/#x", `https://x/${"y".repeat(500)}`])
    assert.equal((await challenge("C2", {back: odd})).status, 422, odd);
  const passed = await type(first.body.url, await sent(who));
  assert.equal(passed.body.state, "passed", passed.text);
  assert.match(passed.body.back, /^https:\/\/shop\.example\/back\?order=1&challenge=\d+&result=passed&time=\d+&signature=[0-9a-f]{64}$/);
  const ask = (id, more) => cards.tell({type: "authorisation", id, operation: id, card: token, sum: "50.00", currency: "RUB",
                                        place: "internet", challenge: first.body.challenge, ...more});
  assert.equal((await ask("S1", {sum: "50.01"})).body.reason, "not-confirmed", "more than was confirmed");
  const other = await begun();
  assert.equal((await ask("S2", {card: other.token})).body.reason, "not-confirmed", "another's");
  assert.equal((await ask("S3")).body.decision, "approved");
  assert.equal((await ask("S3")).body.decision, "approved", "asked again");
  assert.equal((await ask("S4")).body.reason, "not-confirmed", "for one purchase");
});

test("BK-8: wrong codes are bounded, another code is paced and bounded, then the shop hears that it failed", async () => {
  const {who, url, operation} = await begun(), code = await sent(who);
  for (const [body, status] of [[{}, 422], [{code: "12"}, 422], [{code: "abcdef"}, 422]])
    assert.equal((await server.post(path(url), body)).status, status, JSON.stringify(body));
  for (let i = 0; i < 5; i++) assert.equal(problem(await type(url, wrong(code))), "code-wrong");
  assert.equal(problem(await type(url, code)), "code-spent", "the right one comes too late");
  for (let round = 2; round <= 3; round++) {
    assert.equal((await server.post(`${path(url)}/again`)).status, 200);
    const fresh = await server.code(who.phone, round);
    for (let i = 0; i < 5; i++) {
      const answer = await type(url, wrong(fresh));
      if (round === 3 && i === 4) assert.deepEqual([answer.status, answer.body.state], [200, "failed"]);
      else assert.equal(problem(answer), "code-wrong");
    }
  }
  assert.equal(problem(await server.post(`${path(url)}/again`)), "challenge-over");
  assert.equal(problem(await type(url, code)), "challenge-over");
  const {body} = await page(url), shop = await cards.goBack(body.back, operation);
  assert.deepEqual([shop.state, shop.reason], ["declined", "failed"]);
});

test("BK-8: cancelled on our page; its time is over; a forged word does not help", async () => {
  const {who, url, operation} = await begun(), code = await sent(who);
  const {body} = await server.post(`${path(url)}/cancel`);
  assert.equal(body.state, "cancelled");
  assert.equal(problem(await type(url, code)), "challenge-over");
  const forged = body.back.replace("result=cancelled", "result=passed");
  assert.equal((await cards.goBack(forged, operation)).status, 401);
  assert.equal((await cards.goBack(body.back, operation)).reason, "cancelled");
  const late = await begun(), typed = await sent(late.who);
  await server.end();
  server.sql(`UPDATE card_challenge SET expires = 1000000 WHERE customer = ${late.who.customer}`);
  await server.run();
  assert.equal(problem(await type(late.url, typed)), "challenge-over");
  assert.equal((await page(late.url)).body.state, "failed");
});

test("BK-8: what would be declined anyway is declined before a code is sent; addresses cannot be guessed", async () => {
  const {who, id, number, url} = await begun();
  await cards.post(who, `/cards/${id}/freeze`);
  assert.equal((await cards.checkout(number, "10.00")).reason, "card-frozen");
  await cards.post(who, `/cards/${id}/unfreeze`);
  await cards.post(who, `/cards/${id}/limits`, {internet: false, abroad: true});
  assert.equal((await cards.checkout(number, "10.00")).reason, "internet-off");
  assert.equal((await server.messages(who.phone)).filter((text) => /Книжный.*#\d{6}$/s.test(text)).length, 1);
  const address = path(url), last = address.endsWith("A") ? "B" : "A";
  for (const odd of [`${address.slice(0, -1)}${last}`, "/secure/x", `/secure/${"A".repeat(43)}`, `/secure/${"A".repeat(300)}`])
    assert.equal((await server.get(odd)).status, 404, odd);
  assert.equal((await server.post(`/secure/${"A".repeat(43)}`, {code: "123456"})).status, 404);
});

test("BK-8: where the company lets each card say, its holder switches the code off after a fresh proof", async () => {
  const free = await startBoth({limits, cards: {internet_code: "chosen"}}), own = new Cards(free);
  try {
    const who = await own.rich("500.00"), id = await own.virtual(who), number = await own.number(who, id);
    assert.deepEqual((({secure, secure_chosen}) => [secure, secure_chosen])(await own.card(who, id)), [true, true]);
    assert.equal((await own.buy(number, "10.00", {place: "internet"})).reason, "not-confirmed");
    assert.equal((await own.post(who, `/cards/${id}/limits`, {internet: true, abroad: true, secure: false})).status, 200);
    assert.equal((await own.buy(number, "10.00", {place: "internet"})).reason, "approved");
  } finally {
    await free.stop();
  }
});

test("BK-8: a PIN is set and changed after a fresh proof, reaches processing enciphered, is kept by nobody", async () => {
  const strict = await startBoth({limits}), own = new Cards(strict);
  try {
    const who = await own.rich("500.00"), id = await own.plastic(who), {number} = await own.newest(), virtual = await own.virtual(who);
    await own.post(who, `/cards/${id}/topup`, {sum: "200.00"});
    await strict.server.proofsOver(who);
    const set = (pin, card = id) => own.post(who, `/cards/${card}/pin`, pin === undefined ? {} : {pin});
    const withPin = async (pin) => (await own.buy(number, "1.00", {pin})).reason;
    const fresh = async () => assert.equal((await strict.server.post("/confirm", {password: who.password}, who)).status, 200);
    assert.equal(problem(await set("7391")), "confirmation-needed");
    assert.equal(await withPin("7391"), "no-pin");
    await fresh();
    for (const bad of [undefined, "", "739", "73911", "abcd", "1234", "0000", number.slice(-4)])
      assert.equal((await set(bad)).status, 422, bad);
    assert.equal(problem(await set("7391", virtual)), "not-in-this-state");
    assert.equal((await own.post(await own.rich("10.00"), `/cards/${id}/pin`, {pin: "7391"})).status, 404);
    await fresh();
    for (const [fault, status] of [["garbage", 503], ["refuse", 409]]) {
      await own.centre("/faults", {fault});
      assert.equal((await set("7391")).status, status, fault);
      await fresh();
    }
    assert.equal((await own.card(who, id)).pin_set, null);
    const done = await set("7391");
    assert.equal(done.status, 200, done.text);
    assert.ok(!done.text.includes("7391"));
    assert.deepEqual([await withPin("7391"), await withPin("7392")], ["approved", "wrong-pin"]);
    await fresh();
    assert.equal((await set("8206")).status, 200);
    assert.deepEqual([await withPin("7391"), await withPin("8206")], ["wrong-pin", "approved"]);
    for (let i = 0; i < 3; i++) assert.equal(await withPin("0007"), "wrong-pin");
    assert.equal(await withPin("8206"), "pin-blocked", "processing counts");
    const texts = await strict.server.messages(who.phone);
    for (const words of [/ПИН-код задан/, /ПИН-код сменён/]) assert.ok(texts.some((text) => words.test(text)), `${words}`);
    assert.ok(!texts.some((text) => /7391|8206/.test(text)));
    await strict.server.end();
    assert.ok(!strict.server.log.includes("8206"));
    await strict.server.run();
  } finally {
    await strict.stop();
  }
});
