// Receipts by e-mail (WA-1, WA-3): of one operation when its owner asks, of each when he has chosen so; to his confirmed
// address alone, through a real SMTP server, the PDF read back.

import assert from "node:assert/strict";
import {after, before, describe, test} from "node:test";

import {Letterbox, readLetter, readPdf} from "../support/letterbox.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {newKey, newPhone} from "../support/server.mjs";
import {Wallets, limits, problem, until} from "../support/wallet.mjs";

let both, server, wallets, box, count = 0;

before(async () => {
  box = await Letterbox.start();
  both = await startBoth({limits, messaging: {mail: box.settings}, payments: {catalogue_file: "profiles/catalogue.json"}});
  ({server} = both);
  wallets = new Wallets(both);
});
after(async () => {
  await both?.stop();
  await box?.close();
});

const withMail = async (sum = "1000.00") =>
  box.bind(server, await wallets.rich(sum), `ivan${++count}@example.ru`);
const ask = (who, id, headers) => server.post(`/operations/${id}/receipt/mail`, {}, {token: who.token, headers});
const mailed = async (who, id) => (await server.get(`/operations/${id}`, {token: who.token})).body.mailed[0];
const came = (who, many) => until(async () => box.to(who.address), (letters) => letters.length >= many);
const sent = async (who, sum = "12.34", more = {}) => (await wallets.send(who, newPhone(), sum, more)).body.id;

describe("WA-1: the receipt of one operation", () => {
  test("not for a guest, not of another's operation, not without a confirmed address; the page says where to add one", async () => {
    const who = await wallets.rich("100.00"), other = await withMail("100.00"), id = await sent(who);
    assert.equal((await server.post(`/operations/${id}/receipt/mail`)).status, 401);
    assert.equal((await ask(other, id)).status, 404);
    assert.equal((await ask(other, "1")).status, 404);
    const refused = await ask(who, id);
    assert.deepEqual([refused.status, problem(refused)], [409, "no-address"]);
    const browser = await server.browser().signIn(who);
    await browser.go(`/operations/${id}`);
    assert.match(browser.html, /href="\/settings\/email"/);
    assert.doesNotMatch(browser.html, /receipt\/mail/);
    assert.equal(box.to(other.address).length, 0);
  });

  test("a letter of two parts, the PDF says what the operation was; the page says that it went", async () => {
    const who = await withMail(), id = await sent(who, "12.34", {note: "За обед"});
    const browser = await server.browser().signIn(who);
    await browser.go(`/operations/${id}`);
    await browser.send(`/operations/${id}/receipt/mail`);
    assert.equal(browser.path, `/operations/${id}`);
    const [letter] = await came(who, 1), read = readLetter(letter.text);
    assert.deepEqual([read.type, read.defects, read.parts.length], ["multipart/mixed", [], 2]);
    assert.equal(read.subject, `Квитанция: операция ${id}`);
    const [words, file] = read.parts;
    assert.deepEqual([words.type, words.charset], ["text/plain", "utf-8"]);
    assert.match(Buffer.from(words.data, "base64").toString(), new RegExp(`приложена квитанция операции ${id}`));
    assert.deepEqual([file.type, file.name, file.disposition], ["application/pdf", `receipt-${id}.pdf`, "attachment"]);
    const said = readPdf(Buffer.from(file.data, "base64"));
    for (const expected of [id, "12,34 ₽", "За обед", "Кошелёк"]) assert.ok(said.includes(expected), `${expected} in ${said}`);
    assert.ok(letter.text.split("\r\n").every((line) => line.length <= 78));
    await until(() => mailed(who, id), (each) => each.state === "sent");
    await browser.go(`/operations/${id}`);
    assert.match(browser.html, /Квитанция отправлена на i…@example\.ru/);
    assert.doesNotMatch(browser.html, new RegExp(who.address), "a page over a shoulder does not tell it");
  });

  test("in the language of who asked", async () => {
    const who = await withMail(), id = await sent(who);
    assert.equal((await ask(who, id, {"Accept-Language": "en"})).status, 200);
    const [letter] = await came(who, 1), {subject, parts} = readLetter(letter.text);
    assert.equal(subject, `Receipt: operation ${id}`);
    assert.match(readPdf(Buffer.from(parts[1].data, "base64")), /Date and time/);
  });

  test("an address that is refused: told so, and it may be sent again", async () => {
    const who = await withMail(), id = await sent(who);
    box.refuses = (address) => (address === who.address ? 550 : null);
    assert.equal((await ask(who, id)).status, 200);
    await until(() => mailed(who, id), (each) => each.state === "refused");
    const browser = await server.browser().signIn(who);
    await browser.go(`/operations/${id}`);
    assert.match(browser.html, /Квитанция не дошла до i…@example\.ru/);
    box.refuses = () => null;
    assert.equal((await ask(who, id)).status, 200);
    assert.equal((await came(who, 1)).length, 1);
  });

  test("pressed again on its way, killed in between: one letter; a hundred a day at most", async () => {
    const who = await withMail(), id = await sent(who);
    await box.close();
    for (let i = 0; i < 5; i++) assert.equal((await ask(who, id)).status, 200);
    assert.equal((await mailed(who, id)).state, "waiting");
    await server.end("SIGKILL");
    await box.open();
    await server.run();
    await came(who, 1);
    await until(() => mailed(who, id), (each) => each.state === "sent");
    assert.equal(new Set(box.to(who.address).map((letter) => readLetter(letter.text).id)).size, 1);
    await server.end();
    server.sql("INSERT INTO message (customer, id, channel, topic, state, changed, address, about) " +
               "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 98) " +
               "SELECT customer, id - i, channel, topic, state, changed, address, about FROM message, n " +
               `WHERE customer = ${who.customer} AND about IS NOT NULL`);
    await server.run();
    assert.equal((await ask(who, id)).status, 200, "the hundredth");
    await came(who, 2);
    await until(() => mailed(who, id), (each) => each.state === "sent");
    assert.deepEqual([problem(await ask(who, id)), box.to(who.address).length], ["too-many-letters", 2]);
  });
});

const pay = (who, code, fields) => server.post(`/pay/${code}`, fields, {token: who.token, key: newKey()});
const reached = (who, id, state) =>
  until(async () => (await server.get(`/payments/${id}`, {token: who.token})).body, (found) => found.state === state);

// Beside the letters that say what was paid.
async function receipt(who) {
  const files = async () => box.to(who.address).map((letter) => readLetter(letter.text).parts[1]).filter(Boolean);
  return readPdf(Buffer.from((await until(files, (found) => found.length > 0))[0].data, "base64"));
}

describe("WA-3: a payment's number is shown as numbers are", () => {
  test("in the check, the list, the operation and its receipt; programs get what was typed", async () => {
    const who = await withMail(), shown = "+7 916 123\u201145\u201167", browser = await server.browser().signIn(who);
    await until(async () => (await server.get("/pay/mobile", {token: who.token})).status, (status) => status === 200);
    const {body: {id}} = await pay(who, "mobile", {account: "8 (916) 123-45-67", sum: "100.00"});
    const {values: [number]} = await reached(who, id, "checked");
    assert.deepEqual([number.value, number.shown], ["9161234567", shown]);
    assert.ok((await browser.go(`/payments/${id}`)).html.includes(shown));
    await server.post(`/payments/${id}/confirm`, {}, {token: who.token, key: newKey()});
    const {operation} = await reached(who, id, "done");
    for (const path of ["/pay", `/operations/${operation}`]) assert.ok((await browser.go(path)).html.includes(shown), path);
    assert.ok(!browser.html.includes("9161234567"));
    await ask(who, operation);
    const said = await receipt(who);
    assert.ok(said.includes(shown), said);
  });

  test("the receipt says the fee that was taken", async () => {
    const who = await withMail();
    const {body: {id}} = await pay(who, "power", {account: "1234567890", sum: "200.00"});
    await reached(who, id, "checked");
    await server.post(`/payments/${id}/confirm`, {}, {token: who.token, key: newKey()});
    const {operation} = await reached(who, id, "done"), browser = await server.browser().signIn(who);
    assert.match((await browser.go(`/operations/${operation}`)).html.replaceAll("\u00a0", " "), /<dd>1,00 ₽<\/dd>/);
    await ask(who, operation);
    const said = await receipt(who);
    for (const expected of [/Комиссия +1,00 ₽/, /Сумма +200,00 ₽/, /1234567890/]) assert.match(said, expected);
  });
});

describe("WA-3: the receipt of each payment and transfer", () => {
  const choose = (who, each) => server.post("/settings/receipts", {each}, {token: who.token});
  const chosen = async (who) => (await server.get("/settings/receipts", {token: who.token})).body.each;

  test("chosen on a page, which wants an address first", async () => {
    const who = await server.customer();
    assert.equal(problem(await choose(who, true)), "no-address");
    assert.equal(await chosen(who), false);
    const other = await withMail("100.00"), browser = await server.browser().signIn(other);
    await browser.go("/settings/receipts");
    await browser.send("/settings/receipts", {each: "on"});
    assert.equal(browser.status, 200);
    assert.equal(await chosen(other), true);
    assert.equal(await chosen(who), false);
  });

  test("comes by itself, also after another start, and no more once it is not wanted", async () => {
    const who = await withMail(), friend = await withMail("10.00");
    assert.equal((await choose(who, true)).status, 200);
    const first = await sent(who, "1.00");
    await came(who, 1);
    await server.end();
    await server.run();
    const second = await sent(who, "2.00");
    const letters = await came(who, 2);
    assert.deepEqual(letters.map((letter) => readLetter(letter.text).subject),
                     [first, second].map((id) => `Квитанция: операция ${id}`));
    assert.equal((await choose(who, false)).status, 200);
    await wallets.send(who, friend.phone, "3.00");
    assert.equal((await mailed(who, (await wallets.operations(who))[0].id)), undefined);
    assert.equal(box.to(friend.address).length, 0, "who gets money is not who paid");
  });
});
