// exports.test.mjs: operations as files (IF-4, some of WA-1): exactly the list of the filter, read back by others' programs:
// npm's ofx-js and Debian's ofxdump, xmllint, iconv, pdftotext; every sum agrees to the kopeck with the JSON list.

import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import {writeFileSync} from "node:fs";
import {join} from "node:path";
import {after, before, describe, test} from "node:test";

import {parse} from "ofx-js";

import {startBoth} from "../support/sandbox.mjs";
import {newKey} from "../support/server.mjs";
import {Wallets, limits} from "../support/wallet.mjs";

let both, server, wallets, who, listed, filtered;
const nasty = "Обед <&> \"№7\" 😀; =1+1";

// All of a filter, page by page.
async function all(query = "") {
  const found = [];
  for (let path = `/operations${query}`; path;) {
    const {body} = await server.get(path, {token: who.token});
    found.push(...body.days.flatMap((day) => day.operations));
    path = body.next;
  }
  return found;
}

before(async () => {
  both = await startBoth({limits});
  ({server} = both);
  wallets = new Wallets(both);
  who = await wallets.rich("9000.00");
  await server.post("/settings/profile", {name: "Мария П."}, {token: who.token});
  const opened = await server.post("/wallets", {name: "Ремонт"}, {token: who.token, key: newKey()});
  assert.equal(opened.status, 201, opened.text);
  const friend = await server.customer();
  await server.post("/settings/profile", {name: "Анна К."}, {token: friend.token});
  for (let i = 1; i <= 30; i++)
    assert.equal((await wallets.send(who, friend.phone, `${i}.${String(i).padStart(2, "0")}`, i % 10 ? {} : {note: nasty})).status, 201);
  assert.equal((await wallets.send(friend, who.phone, "5.07")).status, 201);
  listed = await all();
  filtered = await all("?min=10&max=25.25&direction=out");
  assert.deepEqual([listed.length, filtered.length], [32, 16]);
});
after(() => both?.stop());

async function get(format, query = "", language = "ru") {
  const answer = await fetch(`${server.url}/operations/export?format=${format}${query}`, {
    headers: {Authorization: `Bearer ${who.token}`, Accept: "*/*", "Accept-Language": language}});
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get("Content-Disposition"), /^attachment; filename\*=UTF-8''operations-\d{4}-\d\d-\d\d\.\w+$/);
  return {bytes: Buffer.from(await answer.arrayBuffer()), type: answer.headers.get("Content-Type")};
}

const ONLY = "&min=10&max=25.25&direction=out";
const kopecks = (sum) => {
  const [, sign, whole, rest] = /^(-?)(\d+)[.,](\d\d)$/.exec(sum);
  return Number(`${sign}${whole}${rest}`);
};
const sums = (operations) => operations.map(({sum}) => kopecks(sum.amount)).sort((a, b) => a - b);
const ids = (operations) => operations.map(({id}) => id).sort();
const asFile = (name, bytes) => {
  const file = join(server.folder, name);
  writeFileSync(file, bytes);
  return file;
};
const list = (value) => (value === undefined ? [] : [value].flat());
const numbers = (texts) => texts.map(kopecks).sort((a, b) => a - b);

test("IF-4: CSV: a row for each, in the reader's own separators", async () => {
  for (const [language, separator] of [["ru", ";"], ["en", ","]]) {
    const {bytes} = await get("csv", ONLY, language), rows = bytes.toString().replace("\ufeff", "").trimEnd().split("\r\n");
    const read = rows.slice(1).map((row) => row.split(new RegExp(`${separator}(?=(?:[^"]*"[^"]*")*[^"]*$)`)));
    assert.deepEqual(numbers(read.map((row) => row[3])), sums(filtered));
    assert.deepEqual(read.map((row) => row[7].replace("№", "")).sort(), ids(filtered));
  }
});

describe("IF-4: OFX", () => {
  const statements = (ofx) => list(ofx.OFX.BANKMSGSRSV1.STMTTRNRS).map(({STMTRS}) => STMTRS);
  test("ofx-js reads a statement for each account, with its balance", async () => {
    const {bytes, type} = await get("ofx"), found = statements(await parse(bytes.toString()));
    assert.equal(type, "application/x-ofx");
    assert.equal(found.length, 2);
    const entries = found.flatMap(({BANKTRANLIST}) => list(BANKTRANLIST.STMTTRN));
    assert.deepEqual(entries.map(({FITID}) => FITID).sort(), ids(listed));
    assert.deepEqual(numbers(entries.map(({TRNAMT}) => TRNAMT)), sums(listed));
    const main = found.find(({BANKACCTFROM}) => BANKACCTFROM.ACCTID === listed[0].account);
    assert.equal(main.LEDGERBAL.BALAMT, listed[0].balance.amount);
    assert.equal(main.CURDEF, "RUB");
    for (const {TRNTYPE, TRNAMT} of entries) assert.equal(TRNTYPE, TRNAMT.startsWith("-") ? "DEBIT" : "CREDIT");
    assert.ok(entries.some(({NAME}) => NAME === "Анна К."));
  });

  test("of the filter alone", async () => {
    const found = statements(await parse((await get("ofx", ONLY)).bytes.toString()));
    const entries = found.flatMap(({BANKTRANLIST}) => list(BANKTRANLIST.STMTTRN));
    assert.deepEqual(entries.map(({FITID}) => FITID).sort(), ids(filtered));
  });

  test("libofx reads the same sums and ids", async () => {
    const file = asFile("statement.ofx", (await get("ofx")).bytes);
    const told = execFileSync("ofxdump", [file], {encoding: "utf8", stdio: ["ignore", "pipe", "ignore"]});
    const field = (name) => [...told.matchAll(new RegExp(`${name}: *(.*)`, "g"))].map(([, value]) => value.trim());
    assert.deepEqual(field("Financial institution's ID for this transaction").sort(), ids(listed));
    assert.deepEqual(numbers(field("Total money amount")), sums(listed));
  });
});

describe("IF-4: camt.053", () => {
  const xpath = (file, expression) =>
    execFileSync("xmllint", ["--nonet", "--xpath", expression, file], {encoding: "utf8"}).trim();
  const name = (path) => path.split("/").map((part) => (part && !/[().]/.test(part) ? `*[local-name()='${part}']` : part)).join("/");
  const texts = (file, path) => {
    const count = Number(xpath(file, `count(${name(path)})`));
    return count === 0 ? [] : xpath(file, `${name(path)}/text()`).split("\n").filter(Boolean);
  };

  test("is well-formed XML with a Stmt for each account, balances that its entries lead to, and the list's sums", async () => {
    const {bytes, type} = await get("camt053"), file = asFile("statement.xml", bytes);
    assert.equal(type, "application/xml");
    assert.equal(xpath(file, "namespace-uri(/*)"), "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08");
    assert.equal(xpath(file, `count(${name("//Stmt")})`), "2");
    assert.deepEqual(texts(file, "//Ntry/NtryRef").sort(), ids(listed));
    const amounts = texts(file, "//Ntry/Amt"), signs = texts(file, "//Ntry/CdtDbtInd");
    assert.deepEqual(amounts.map((sum, i) => kopecks(sum) * (signs[i] === "DBIT" ? -1 : 1)).sort((a, b) => a - b), sums(listed));
    const own = `//Stmt[*[local-name()='Id'][.='${listed[0].account}']]`.replace("//Stmt", "//*[local-name()='Stmt']");
    const balances = xpath(file, `${own}/*[local-name()='Bal']/*[local-name()='Amt']/text()`).split("\n");
    assert.deepEqual(balances, ["0.00", listed[0].balance.amount]);
    const mine = sums(listed.filter(({account}) => account === listed[0].account));
    assert.equal(mine.reduce((sum, each) => sum + each, 0), kopecks(balances[1]));
    assert.equal(texts(file, "//AddtlStmtInf").length, 0);
    assert.ok(texts(file, "//RmtInf/Ustrd").includes("Обед &lt;&amp;&gt; \"№7\" 😀; =1+1"));
  });

  test("of the filter alone, and says that it is not all", async () => {
    const file = asFile("part.xml", (await get("camt053", ONLY)).bytes);
    assert.deepEqual(texts(file, "//Ntry/NtryRef").sort(), ids(filtered));
    assert.equal(texts(file, "//AddtlStmtInf").length, 2);
  });

  // The order that the schema's sequences want: xmllint would need the schema itself.
  test("elements stand in the order of the message's definition", async () => {
    const {bytes} = await get("camt053"), text = bytes.toString();
    const order = {Stmt: ["Id", "CreDtTm", "FrToDt", "Acct", "Bal", "Ntry", "AddtlStmtInf"],
                   Ntry: ["NtryRef", "Amt", "CdtDbtInd", "Sts", "BookgDt", "ValDt", "AcctSvcrRef", "BkTxCd", "NtryDtls", "AddtlNtryInf"],
                   TxDtls: ["Refs", "Amt", "CdtDbtInd", "RltdPties", "RmtInf"], Bal: ["Tp", "Amt", "CdtDbtInd", "Dt"]};
    let checked = 0;
    for (const [parent, wanted] of Object.entries(order))
      for (const [, inside] of text.matchAll(new RegExp(`<${parent}>(.*?)</${parent}>`, "gs"))) {
        let depth = 0;
        const children = [];
        for (const [, close, tag] of inside.matchAll(/<(\/?)(\w+)[^>]*>/g)) {
          if (!close && depth++ === 0) children.push(wanted.indexOf(tag));
          else if (close) depth--;
        }
        assert.deepEqual(children, children.toSorted((a, b) => a - b), parent);
        assert.ok(children.length > 2 && !children.includes(-1), parent);
        checked++;
      }
    assert.ok(checked > 60);
  });
});

describe("IF-4: 1C client-bank exchange", () => {
  // Lines of a file that iconv has read: [{section, name: value}] and the head.
  const read = (bytes) => {
    const text = execFileSync("iconv", ["-f", "CP1251", "-t", "UTF-8"], {input: bytes}).toString();
    assert.ok(text.startsWith("1CClientBankExchange\r\n") && text.endsWith("КонецФайла\r\n"));
    assert.ok(!/[^\r]\n/.test(text));
    const documents = [], accounts = [];
    let place = {};
    const head = place;
    for (const line of text.split("\r\n").slice(1, -2)) {
      const [name, ...value] = line.split("=");
      if (name === "СекцияДокумент") documents.push((place = {}));
      else if (name === "СекцияРасчСчет") accounts.push((place = {}));
      else if (!name.startsWith("Конец")) place[name] = value.join("=");
    }
    return {head, accounts, documents};
  };

  test("has a section for each account, an order for each operation, the list's sums", async () => {
    const {bytes, type} = await get("1c"), {head, accounts, documents} = read(bytes);
    assert.equal(type, "text/plain; charset=windows-1251");
    assert.deepEqual([head["ВерсияФормата"], head["Кодировка"]], ["1.03", "Windows"]);
    assert.equal(accounts.length, 2);
    const main = accounts.find((each) => each["РасчСчет"] === listed[0].account);
    assert.deepEqual([main["НачальныйОстаток"], main["КонечныйОстаток"]], ["0.00", listed[0].balance.amount]);
    assert.deepEqual(documents.map((each) => each["Номер"]).sort(), ids(listed));
    const signed = documents.map((each) => kopecks(each["Сумма"]) * (each["ДатаСписано"] ? -1 : 1)).sort((a, b) => a - b);
    assert.deepEqual(signed, sums(listed));
    assert.equal(documents.filter((each) => each["Получатель"] === "Анна К." && each["Плательщик"] === "Мария П.").length, 30);
    assert.ok(documents.some((each) => each["НазначениеПлатежа"].endsWith("Обед <&> \"№7\" ?; =1+1")));
  });

  test("of the filter alone", async () => {
    assert.deepEqual(read((await get("1c", ONLY)).bytes).documents.map((each) => each["Номер"]).sort(), ids(filtered));
  });
});

test("IF-4: a PDF statement has every sum of the filter and the balance, over pages", async () => {
  for (const [query, operations, pages] of [["", listed, 2], [ONLY, filtered, 1]]) {
    const {bytes, type} = await get("pdf", query), file = asFile("statement.pdf", bytes);
    assert.equal(type, "application/pdf");
    const text = execFileSync("pdftotext", ["-layout", file, "-"], {encoding: "utf8"});
    const found = [...text.matchAll(/([-−]?)(\d[\d\s]*),(\d\d)\s₽/g)].map(([, sign, whole, rest]) =>
      Number(`${sign ? "-" : ""}${whole.replace(/\s/g, "")}${rest}`));
    const wanted = operations.flatMap(({sum, balance}) => [kopecks(sum.amount), kopecks(balance.amount)]);
    assert.deepEqual(found.sort((a, b) => a - b), wanted.sort((a, b) => a - b));
    assert.match(text, /Выписка по операциям/);
    assert.match(text, /Анна К\./);
    assert.match(execFileSync("pdfinfo", [file], {encoding: "utf8"}), new RegExp(`Pages: +${pages}\\b`));
  }
});

test("IF-4: another's account gives nothing of his; an unknown format is refused; nobody is asked to sign in", async () => {
  const other = await server.customer();
  for (const format of ["csv", "ofx", "camt053", "1c", "pdf"]) {
    const {text} = await server.get(`/operations/export?format=${format}&account=${listed[0].account}`, {token: other.token});
    for (const {id} of listed) assert.ok(!text.includes(id), format);
    assert.ok(!text.includes(listed[0].balance.amount) && !text.includes("Мария"), format);
    assert.equal((await server.get(`/operations/export?format=${format}`)).status, 401);
  }
  assert.equal((await server.get("/operations/export?format=qif", {token: who.token})).status, 422);
});

test("IF-4: a name or a note cannot break out of its place", async () => {
  const friend = await server.customer();
  const note = "</MEMO></STMTTRN>";
  assert.equal((await wallets.send(who, friend.phone, "1.00", {note})).status, 201);
  const parsed = await parse((await get("ofx", "&text=STMTTRN")).bytes.toString());
  const [entry] = list(parsed.OFX.BANKMSGSRSV1.STMTTRNRS).flatMap(({STMTRS}) => list(STMTRS.BANKTRANLIST.STMTTRN));
  assert.ok(JSON.stringify(entry).includes("MEMO"));
  const file = asFile("hostile.xml", (await get("camt053", "&text=STMTTRN")).bytes);
  const told = execFileSync("xmllint", ["--nonet", "--xpath", "string(//*[local-name()='Ustrd'])", file], {encoding: "utf8"});
  assert.equal(told.trim(), note);
});

test("WA-1: the list's page leads to all of them, with its filter", async () => {
  const {body} = await server.get("/operations?min=10&max=25.25&direction=out", {token: who.token});
  assert.deepEqual(body.exports.map(({href}) => new URL(href, server.url).searchParams.get("format")), ["pdf", "1c", "ofx", "camt053"]);
  for (const {href, title} of body.exports) {
    assert.ok(title.length > 0 && href.includes("min=10&max=25.25&direction=out"));
    assert.equal((await server.get(href, {token: who.token, headers: {Accept: "*/*"}})).status, 200);
  }
});
