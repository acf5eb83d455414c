// Statements by e-mail (WA-1): the operations of a period as PDF or CSV to the customer's own confirmed address, through a
// real SMTP server, the files read back; what a letter would not carry is refused at once.

import assert from "node:assert/strict";
import {after, before, describe, test} from "node:test";

import {Letterbox, readLetter, readPdf} from "../support/letterbox.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {newPhone} from "../support/server.mjs";
import {Wallets, limits, problem, until} from "../support/wallet.mjs";

let both, server, wallets, box, count = 0;

before(async () => {
  box = await Letterbox.start();
  both = await startBoth({limits, messaging: {mail: box.settings}});
  ({server} = both);
  wallets = new Wallets(both);
});
after(async () => {
  await both?.stop();
  await box?.close();
});

const withMail = async () => box.bind(server, await wallets.rich("1000.00"), `anna${++count}@example.ru`);
const ask = (who, fields = {}, headers) => server.post("/operations/statement", fields, {token: who.token, headers});
const mailed = async (who) => (await server.get("/operations/statement", {token: who.token})).body.mailed[0];
const came = (who, many) => until(async () => box.to(who.address), (letters) => letters.length >= many);
const today = (shift = 0) => new Date(Date.now() + 3 * 3600000 + shift * 86400000).toISOString().slice(0, 10); // Moscow's
const file = (letter) => {
  const {parts} = readLetter(letter.text);
  return {...parts[1], bytes: Buffer.from(parts[1].data, "base64")};
};

describe("WA-1: a statement by e-mail", () => {
  test("not for a guest, not without a confirmed address; the page says where to add one", async () => {
    const who = await wallets.rich("100.00");
    assert.equal((await server.post("/operations/statement")).status, 401);
    const refused = await ask(who);
    assert.deepEqual([refused.status, problem(refused)], [409, "no-address"]);
    const browser = await server.browser().signIn(who);
    await browser.go("/operations");
    assert.match(browser.html, /href="\/operations\/statement"/);
    await browser.go("/operations/statement");
    assert.match(browser.html, /href="\/settings\/email"/);
    assert.doesNotMatch(browser.html, /<form[^>]*action="\/operations\/statement"/);
  });

  test("a PDF of the period: its owner's operations and nobody else's, in the bulk lane; the page says that it went", async () => {
    const who = await withMail(), other = await withMail();
    await wallets.send(who, newPhone(), "12.34", {note: "За обед"});
    await wallets.send(other, newPhone(), "77.77", {note: "Чужое"});
    const browser = await server.browser().signIn(who);
    await browser.go("/operations/statement");
    await browser.send("/operations/statement", {from: today(-1), to: today(), format: "pdf"});
    assert.equal(browser.path, "/operations/statement");
    const [letter] = await came(who, 1), read = readLetter(letter.text);
    assert.deepEqual([read.type, read.defects, read.parts.length], ["multipart/mixed", [], 2]);
    assert.match(read.subject, /^Выписка по операциям: .+ — .+/);
    const pdf = file(letter), said = readPdf(pdf.bytes);
    assert.deepEqual([pdf.type, pdf.name, pdf.disposition], ["application/pdf", `statement-${today()}.pdf`, "attachment"]);
    for (const expected of ["Выписка по операциям", "12,34 ₽", "За обед", "1 000,00 ₽"])
      assert.ok(said.includes(expected), `${expected} in ${said}`);
    assert.doesNotMatch(said, /77,77|Чужое/);
    const lanes = server.rows(`SELECT kind FROM outbox WHERE owner = ${who.customer} AND kind LIKE 'mail%'`);
    assert.ok(lanes.some(([kind]) => kind === "mail.bulk"), JSON.stringify(lanes));
    await until(() => mailed(who), (each) => each.state === "sent");
    await browser.go("/operations/statement");
    assert.match(browser.html, /Выписка отправлена на a…@example\.ru/);
    assert.doesNotMatch(browser.html, new RegExp(who.address), "a page over a shoulder does not tell it");
  });

  test("a CSV is byte for byte what the operations page gives, in the language of who asked", async () => {
    const who = await withMail();
    await wallets.send(who, newPhone(), "1.00");
    assert.equal((await ask(who, {format: "csv"}, {"Accept-Language": "en"})).status, 200);
    const [letter] = await came(who, 1), csv = file(letter);
    assert.deepEqual([csv.type, csv.name], ["text/csv", `statement-${today()}.csv`]);
    const page = await server.get("/operations/export?format=csv", {token: who.token, headers: {"Accept-Language": "en"}});
    assert.equal(csv.bytes.toString().replace("\ufeff", ""), page.text);
    assert.match(readLetter(letter.text).subject, /^Statement of operations/);
  });

  test("one at a time; an address that is refused is told so; a period without operations is nothing to send", async () => {
    const who = await withMail();
    for (const fields of [{from: today(-30), to: today(-20)}, {from: today(), to: today(-1)}])
      assert.equal(problem(await ask(who, fields)), "statement-empty");
    assert.equal((await ask(who, {from: "31.02.2026"})).status, 422);
    box.refuses = (address) => (address === who.address ? 451 : null);
    assert.equal((await ask(who)).status, 200);
    const again = await ask(who, {format: "csv"});
    assert.deepEqual([again.status, problem(again)], [409, "statement-waiting"]);
    box.refuses = (address) => (address === who.address ? 550 : null);
    await until(() => mailed(who), (each) => each.state === "refused");
    box.refuses = () => null;
    assert.equal((await ask(who)).status, 200);
    assert.equal((await came(who, 1)).length, 1);
  });

  test("more than five thousand operations: refused at once, clearly; five thousand arrive whole, across a kill", async () => {
    const who = await withMail();
    const [[have, first, account]] = server.rows(
      `SELECT COUNT(*), CAST(MIN(id) AS TEXT), CAST(MIN(account) AS TEXT) FROM entry WHERE account IN ` +
      `(SELECT id FROM account WHERE owner = ${who.customer})`);
    // An hour older, a millisecond apart, each the one before its elder's; the books are not asked here.
    const id = (i) => (i === 0 ? first : `${BigInt(first) - BigInt(3600000 + i) * 4194304n}`);
    const older = (from, to) => {
      server.sql(
        `WITH RECURSIVE n(i) AS (SELECT CAST(${from} AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < ${to}) ` +
        "INSERT INTO entry (id, account, other, amount, balance, version, previous, subject, cause, kind, counted, note) " +
        `SELECT ${id(1)} - (i - 1) * 4194304, account, other, 100, balance, -i, ` +
        `CASE WHEN i = ${to} THEN 0 ELSE ${id(1)} - i * 4194304 END, subject, cause, kind, counted, 'Строка ' || i ` +
        `FROM entry, n WHERE entry.id = ${first} AND account = ${account}`);
      server.sql(`UPDATE entry SET previous = ${id(from)} WHERE id = ${id(from - 1)} AND account = ${account}`);
    };
    older(1, 5000 - Number(have));
    assert.equal((await ask(who, {format: "csv"})).status, 200);
    await server.end("SIGKILL");
    await server.run();
    const [letter] = await came(who, 1);
    assert.equal(file(letter).bytes.toString().trimEnd().split("\r\n").length, 5001);
    await until(() => mailed(who), (each) => each.state === "sent");
    assert.equal((await ask(who, {format: "pdf"})).status, 200);
    const letters = await came(who, 2), said = readPdf(file(letters.at(-1)).bytes);
    assert.equal(said.match(/Строка \d+/g).length, 5000 - Number(have));
    older(5001 - Number(have), 5001 - Number(have));
    await until(() => mailed(who), (each) => each.state === "sent");
    const refused = await ask(who, {format: "csv"});
    assert.deepEqual([refused.status, problem(refused)], [409, "statement-too-large"]);
    assert.match(refused.body.detail ?? refused.text, /больше пяти тысяч операций/);
    assert.equal(box.to(who.address).length, 2);
  });
});
