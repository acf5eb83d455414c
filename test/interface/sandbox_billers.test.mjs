// sandbox_billers.test.mjs: the billers of the outside world by their own protocol, without Kabinet: each dialect, each
// fault, books that outlive a kill. What tests payments (WA-3) must itself be known to do what it says.

import assert from "node:assert/strict";
import {appendFileSync, statSync} from "node:fs";
import {Agent, request} from "node:http";
import {join} from "node:path";
import {after, before, beforeEach, describe, test} from "node:test";
import {Sandbox} from "../support/sandbox.mjs";

const slow = 700, late = 1200;
let sandbox;
before(async () => {
  sandbox = await Sandbox.start("http://127.0.0.1:1", {slow, late, esia: "rsa"});
});
after(() => sandbox?.stop());
beforeEach(() => fetch(`${sandbox.url}/billers/faults`, {method: "DELETE"}));

let lastTxn = 1000;
const newTxn = () => String(++lastTxn);
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

const element = (xml, name) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];

// What a careful reader makes of an answer: {result, prv, txn, sum, comment, fields}.
function read(xml) {
  const found = [...xml.matchAll(/<field\d+ name="(\w+)">([^<]*)<\/field\d+>/g)];
  const fields = Object.fromEntries(found.map(([, name, value]) => [name, value]));
  return {result: Number(element(xml, "result") ?? element(xml, "result_code")), txn: element(xml, "osmp_txn_id"),
          prv: element(xml, "prv_txn") ?? element(xml, "prv_txn_id"), sum: element(xml, "sum"),
          comment: element(xml, "comment"), fields};
}

// The bytes as they came; rejects when the connection breaks. {status, type, body, ms}
function raw(code, fields, {post = code === "tv", headers = {}} = {}) {
  const query = new URLSearchParams(fields).toString(), began = Date.now();
  return new Promise((done, failed) => {
    const path = `/billers/${code}${post ? "" : `?${query}`}`;
    const sent = request(sandbox.url + path, {
      method: post ? "POST" : "GET", agent: false,
      headers: {...(post ? {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": Buffer.byteLength(query)} : {}),
                ...(code === "internet" ? {Authorization: `Basic ${btoa("kabinet:kabinet-osmp")}`} : {}), ...headers},
    }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("error", failed);
      answer.on("end", () => done({status: answer.statusCode, type: answer.headers["content-type"], body: Buffer.concat(parts),
                                   ms: Date.now() - began}));
    });
    sent.on("error", failed);
    sent.end(post ? query : undefined);
  });
}

async function ask(code, command, fields) {
  const all = {command, txn_id: newTxn(), txn_date: "20261128101112", sum: "100.00", ...fields};
  const {status, body, ms} = await raw(code, all);
  assert.equal(status, 200);
  return {...read(new TextDecoder(code === "game" ? "windows-1251" : "utf-8", {fatal: true}).decode(body)), ms};
}
const check = (code, fields) => ask(code, "check", fields);
const pay = (code, fields) => ask(code, "pay", fields);
const cancel = (code, fields) => ask(code, "cancel", fields);

const json = async (path, options) => (await fetch(sandbox.url + path, options)).json();
const balance = async (code, account) => (await json(`/billers/${code}/accounts/${encodeURIComponent(account)}`)).balance;
const setFault = async (rule) => {
  const answer = await fetch(`${sandbox.url}/billers/faults`, {
    method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify({share: 100, seconds: 60, ...rule}),
  });
  return {status: answer.status, body: await answer.json()};
};

async function books() {
  const payments = [];
  let page = {next: 0}, totals;
  while (page.next !== null) {
    page = await json(`/billers/books?after=${page.next}&limit=50`);
    payments.push(...page.payments);
    totals = page.totals;
  }
  return {payments, totals};
}
const inBooks = async (code, txn) => (await books()).payments.filter((p) => p.biller === code && p.txn_id === txn);

const kopecks = (sum) => BigInt(sum.replace(".", ""));

// Totals are the payments' own sums, and balances are what was paid: to the kopeck.
async function reconcile() {
  const {payments, totals} = await books();
  const sums = {};
  for (const {biller, state, sum} of payments) {
    const place = (sums[`${biller} ${state}`] ??= {count: 0, sum: 0n});
    place.count++;
    place.sum += kopecks(sum);
  }
  for (const [biller, states] of Object.entries(totals))
    for (const [state, {count, sum}] of Object.entries(states)) {
      const wanted = sums[`${biller} ${state}`] ?? {count: 0, sum: 0n};
      assert.deepEqual({count, sum: kopecks(sum)}, wanted, `${biller} ${state}`);
    }
  return payments;
}

const accounts = {
  power: "4010240000", water: "77260000", mobile: "9161230000", internet: "sokolova", tv: "30010240000", game: "Рыцарь & К°",
  loan: "KZ0010240000", fine: "18810177260000050000", duty: "0310491026000000000080000", school: "702600000",
};
const sumFor = async (code, account = accounts[code]) =>
  code === "fine" ? (await check(code, {account, sum: "0"})).fields.bill : "100.00";

describe("the ten", () => {
  for (const [code, account] of Object.entries(accounts))
    test(`${code}: check credits nothing, pay credits once, repeats answer the same`, async () => {
      const sum = await sumFor(code), txn_id = newTxn(), more = code === "duty" ? {name: "Анна Соколова"} : {};
      const before = kopecks(await balance(code, account));
      const first = await check(code, {account, sum, ...more});
      assert.equal(first.result, 0);
      assert.equal(first.prv, "");
      assert.equal(kopecks(await balance(code, account)), before);
      const paid = await pay(code, {account, sum, txn_id, ...more});
      assert.equal(paid.result, 0);
      assert.equal(paid.txn, txn_id);
      assert.equal(paid.sum, sum);
      assert.match(paid.prv, /^\d{1,20}$/);
      assert.equal(paid.comment, "Выполнено");
      for (let i = 0; i < 3; i++) assert.deepEqual({...(await pay(code, {account, sum, txn_id, ...more})), ms: 0}, {...paid, ms: 0});
      const other = await pay(code, {account, sum: "101.00", txn_id, ...more});
      assert.equal(other.result, 300);
      assert.equal(other.prv, "");
      assert.equal((await pay(code, {account: `${account.slice(0, -1)}9`, sum, txn_id, ...more})).result, 300);
      assert.equal(kopecks(await balance(code, account)), before + kopecks(sum));
      const [kept] = await inBooks(code, txn_id);
      assert.deepEqual([kept.account, kept.sum, kept.state, kept.prv_txn], [account, sum, "paid", paid.prv]);
      assert.equal((await pay(code, {account: "?", txn_id: newTxn()})).result, 4);
    });

  test("what a check tells: names masked, bills, periods, readings", async () => {
    const fieldsOf = async (code, sum = "0") => (await check(code, {account: accounts[code], sum})).fields;
    assert.match((await fieldsOf("power")).name, /^[А-Я][а-яё]+ [А-Я]\.$/u);
    assert.match((await fieldsOf("power")).meter, /^\d+$/);
    assert.match((await fieldsOf("water")).period, /^(0[1-9]|1[0-2])\.20\d\d$/);
    assert.match((await fieldsOf("loan")).bill, /^\d+\.\d\d$/);
    assert.match((await fieldsOf("mobile")).balance, /^\d+\.\d\d$/);
    const tooMuch = await check("water", {account: "77269999", sum: "999999.00"});
    assert.equal(tooMuch.result, 242);
    assert.match(tooMuch.fields.bill, /^\d+\.\d\d$/, "whoever asked with a wrong sum still learns the bill");
  });

  test("a bill shrinks by what is paid", async () => {
    const account = "77261234", {bill} = (await check("water", {account, sum: "0"})).fields;
    await pay("water", {account, sum: "10.45"});
    assert.equal(kopecks((await check("water", {account, sum: "0"})).fields.bill), kopecks(bill) - 1045n);
  });

  test("a fine: the exact sum, once", async () => {
    const account = "18810177260000051234", {bill} = (await check("fine", {account, sum: "0"})).fields;
    assert.equal((await pay("fine", {account, sum: (Number(bill) - 1).toFixed(2)})).result, 241);
    assert.equal((await pay("fine", {account, sum: (Number(bill) + 1).toFixed(2)})).result, 242);
    assert.equal((await pay("fine", {account, sum: bill})).result, 0);
    assert.equal((await pay("fine", {account, sum: bill})).result, 7, "paid already");
    assert.equal(await balance("fine", account), bill);
  });

  test("a meter goes forward", async () => {
    const account = "4010241234", last = Number((await check("power", {account, sum: "0"})).fields.meter);
    assert.equal((await pay("power", {account, reading: `${last - 1}`})).result, 300);
    assert.equal((await pay("power", {account, reading: "12a"})).result, 300);
    assert.equal((await pay("power", {account, reading: `${last + 7}`})).result, 0);
    assert.equal(Number((await check("power", {account, sum: "0"})).fields.meter), last + 7);
    assert.equal((await pay("power", {account})).result, 0, "a reading may be left out");
  });

  test("a duty wants to know who pays", async () => {
    assert.equal((await pay("duty", {account: accounts.duty})).result, 300);
    assert.equal((await pay("duty", {account: accounts.duty, name: " "})).result, 300);
  });

  test("what cannot be read is refused and not kept", async () => {
    const account = accounts.mobile, count = (await books()).payments.length;
    for (const wrong of [{txn_id: ""}, {txn_id: "12a"}, {txn_id: "123456789012345678901"}, {sum: "1,5"}, {sum: "-1"}, {sum: "1.234"},
                         {sum: ""}, {command: "steal"}, {txn_date: "2026-11-28"}])
      assert.equal((await pay("mobile", {account, ...wrong})).result, 300, JSON.stringify(wrong));
    assert.equal((await raw("mobile", {}, {})).status, 200);
    assert.equal((await fetch(`${sandbox.url}/billers/mobile?command=%FF`)).status, 200);
    assert.equal((await raw("gas", {command: "check"})).status, 404);
    assert.equal((await books()).payments.length, count);
    assert.equal((await pay("mobile", {account, txn_id: "12345678901234567890"})).result, 0);
  });

  test("sums have bounds, and refusals stay", async () => {
    const account = "9161239999", txn_id = newTxn();
    assert.equal((await pay("mobile", {account, sum: "0.99", txn_id})).result, 241);
    assert.equal((await pay("mobile", {account, sum: "0.99", txn_id})).result, 241);
    assert.equal((await pay("mobile", {account, sum: "15000.01"})).result, 242);
    assert.deepEqual((await inBooks("mobile", txn_id)).map(({state, result}) => [state, result]), [["refused", 241]]);
    assert.equal(await balance("mobile", account), "0.00");
  });

  test("cancel: once, repeated the same; unknown 5; some refuse", async () => {
    const txn_id = newTxn(), account = "9161238888";
    assert.equal((await cancel("mobile", {account, txn_id})).result, 5);
    const {prv} = await pay("mobile", {account, txn_id});
    for (let i = 0; i < 2; i++) {
      const back = await cancel("mobile", {account, txn_id});
      assert.deepEqual([back.result, back.prv], [0, prv]);
      assert.equal(await balance("mobile", account), "0.00");
    }
    assert.equal((await pay("mobile", {account, txn_id})).result, 300, "what was taken back is not paid again");
    assert.equal((await inBooks("mobile", txn_id))[0].state, "cancelled");
    for (const code of ["game", "fine", "duty"]) {
      const given = {account: accounts[code].replace("50000", "54321"), name: "Анна", txn_id: newTxn()};
      await pay(code, {...given, sum: await sumFor(code, given.account)});
      assert.equal((await cancel(code, given)).result, 7, code);
      assert.equal((await inBooks(code, given.txn_id))[0].state, "paid");
    }
  });
});

describe("dialects", () => {
  const fields = (code) => ({command: "check", txn_id: newTxn(), account: accounts[code], sum: "100.00", txn_date: "20261128101112"});

  test("classic: GET, text/xml in UTF-8, <result> and <prv_txn>", async () => {
    const {type, body} = await raw("mobile", fields("mobile"));
    assert.equal(type, "text/xml; charset=utf-8");
    assert.match(body.toString(), /^<\?xml version="1.0" encoding="UTF-8"\?>\n<response><osmp_txn_id>\d+<\/osmp_txn_id><prv_txn>/);
    assert.match(body.toString(), new RegExp("<prv_txn></prv_txn><sum>100.00</sum><result>0</result>" +
                                             "<comment>[^<]+</comment>(<fields>.+</fields>)?</response>\n$"));
    assert.equal((await raw("mobile", fields("mobile"), {post: true})).status, 405);
  });

  test("tv: POST of a form, <result_code> and <prv_txn_id>", async () => {
    const text = (await raw("tv", {...fields("tv"), command: "pay"})).body.toString();
    assert.match(text, /<prv_txn_id>\d+<\/prv_txn_id>.*<result_code>0<\/result_code>/);
    assert.doesNotMatch(text, /<result>|<prv_txn>/);
    assert.equal((await raw("tv", fields("tv"), {post: false})).status, 405);
  });

  test("game: windows-1251, and what it has no letter for as a reference", async () => {
    const {type, body} = await raw("game", {...fields("game"), account: "Ёж < 😀 & К°"});
    assert.equal(type, "text/xml; charset=windows-1251");
    const text = new TextDecoder("windows-1251").decode(body);
    assert.match(text, /^<\?xml version="1.0" encoding="windows-1251"\?>/);
    assert.match(text, /name="name">Ёж &lt; &#128512; &amp; К°</);
    assert.match(text, /<comment>Выполнено</);
  });

  test("internet: HTTP Basic, and txn_date is a must", async () => {
    const login = (words) => ({headers: {Authorization: `Basic ${btoa(words)}`}});
    assert.equal((await raw("internet", fields("internet"), login("kabinet:wrong"))).status, 401);
    assert.equal((await raw("internet", fields("internet"), {headers: {Authorization: ""}})).status, 401);
    assert.equal((await check("internet", {account: "sokolova"})).result, 0);
    assert.equal((await check("internet", {account: "102400"})).result, 0);
    assert.equal((await check("internet", {account: "sokolova", txn_date: ""})).result, 300);
  });
});

describe("faults by account", () => {
  const number = (digits) => `916${String(++lastTxn).slice(-3)}${digits}`;
  // Whatever the answer was, the money came once, and whoever asks again learns it.
  async function paidAndLearnt(account, txn_id) {
    assert.equal(await balance("mobile", account), "100.00");
    const again = await pay("mobile", {account, txn_id});
    assert.equal(again.result, 0);
    assert.equal((await inBooks("mobile", txn_id))[0].prv_txn, again.prv);
    assert.equal(await balance("mobile", account), "100.00");
  }

  test("declines: 5, 7, 79, 8, 300, at check and at pay, kept as refused", async () => {
    for (const [digits, result] of [["6605", 5], ["6607", 7], ["6679", 79], ["6608", 8], ["6603", 300]]) {
      const account = number(digits), txn_id = newTxn();
      assert.equal((await check("mobile", {account})).result, result);
      for (let i = 0; i < 2; i++) assert.equal((await pay("mobile", {account, txn_id})).result, result);
      assert.equal((await inBooks("mobile", txn_id))[0].state, "refused");
    }
    const tricky = number("6633"), blind = number("6643");
    assert.equal((await check("mobile", {account: tricky})).result, 0);
    assert.equal((await pay("mobile", {account: tricky})).result, 5);
    assert.equal((await check("mobile", {account: blind})).result, 243);
    assert.equal((await pay("mobile", {account: blind})).result, 0);
    assert.equal((await pay("game", {account: "Рыцарь-6605"})).result, 5);
    assert.equal((await pay("game", {account: "Рыцарь6605"})).result, 0, "a number in a nickname is no fault");
  });

  test("try later: 1 twice, then 0", async () => {
    const account = number("6601"), txn_id = newTxn(), results = [];
    assert.equal((await check("mobile", {account})).result, 0);
    for (let i = 0; i < 4; i++) results.push((await pay("mobile", {account, txn_id})).result);
    assert.deepEqual(results, [1, 1, 0, 0]);
    await paidAndLearnt(account, txn_id);
  });

  for (const [digits, end, state] of [["6690", 0, "paid"], ["6697", 7, "refused"]])
    test(`pending: 90, then ${end}, whether anybody asks or not`, async () => {
      const account = number(digits), [asked, unasked] = [newTxn(), newTxn()];
      for (const txn_id of [asked, unasked]) assert.equal((await pay("mobile", {account, txn_id})).result, 90);
      assert.equal((await inBooks("mobile", asked))[0].state, "pending");
      assert.equal(await balance("mobile", account), "0.00");
      let result = 90;
      for (let tries = 0; tries < 1200 && result === 90; tries++, await pause(50))
        ({result} = await pay("mobile", {account, txn_id: asked}));
      assert.equal(result, end);
      const states = async () => (await books()).payments.filter((p) => p.account === account).map((p) => p.state);
      for (let tries = 0; tries < 100 && (await states()).includes("pending"); tries++) await pause(50); // it began a moment later
      assert.deepEqual(await states(), [state, state]);
      assert.equal(await balance("mobile", account), end === 0 ? "200.00" : "0.00");
    });

  test("slow: late, and nobody else waits", async () => {
    const account = number("6610"), txn_id = newTxn();
    let first = null;
    const waiting = pay("mobile", {account, txn_id}).finally(() => (first ??= "slow"));
    await Promise.all(Array.from({length: 20}, () => check("mobile", {account: accounts.mobile}).finally(() => (first ??= "quick"))));
    const {result, ms} = await waiting;
    assert.equal(first, "quick", "others are answered meanwhile");
    assert.equal(result, 0);
    assert.ok(ms >= slow - 5, `${ms} ms`);
    await paidAndLearnt(account, txn_id);
  });

  test("time-outs after and before doing it: silence, then the end of the connection", async () => {
    for (const [digits, done] of [["6611", "100.00"], ["6612", "0.00"]]) {
      const account = number(digits), txn_id = newTxn(), began = Date.now();
      const silence = assert.rejects(pay("mobile", {account, txn_id}), {code: "ECONNRESET"});
      await pause(100);
      for (let tries = 0; tries < 100 && (await balance("mobile", account)) !== done; tries++) await pause(50);
      assert.equal(await balance("mobile", account), done);
      await silence;
      assert.ok(Date.now() - began >= late - 5);
      if (done === "0.00") assert.equal((await pay("mobile", {account, txn_id})).result, 0);
      await paidAndLearnt(account, txn_id);
    }
  });

  test("hanging up after doing it", async () => {
    let account, txn_id, took = late;
    for (let tries = 0; tries < 5 && took >= late; tries++) { // once at least it is seen that nothing is waited for
      const began = Date.now();
      [account, txn_id] = [number("6613"), newTxn()];
      await assert.rejects(pay("mobile", {account, txn_id}), {code: "ECONNRESET"});
      took = Date.now() - began;
    }
    assert.ok(took < late, `${took} ms`);
    await paidAndLearnt(account, txn_id);
  });

  const spoiled = {
    "6615": ({body}) => assert.equal(body.toString().split("<response>").length, 3),
    "6620": ({type, body}) => (assert.match(type, /^text\/html/), assert.match(body.toString(), /<!DOCTYPE html>/)),
    "6621": ({body}) => (assert.match(body.toString(), /<response>/), assert.doesNotMatch(body.toString(), /<\/response>/)),
    "6622": ({status, body}) => assert.deepEqual([status, body.length], [200, 0]),
    "6623": ({status, type}) => (assert.equal(status, 502), assert.match(type, /^text\/html/)),
    "6624": ({body}) => (assert.ok(body.length >= 10 * 1024 * 1024), assert.equal(read(body.toString()).result, 0)),
    "6625": ({body}) => (assert.match(body.toString(), /<!ENTITY e9 "(&e8;){10}">/), assert.match(body.toString(), /&e9;/)),
    "6626": ({body}) => {
      assert.throws(() => new TextDecoder("utf-8", {fatal: true}).decode(body));
      assert.match(new TextDecoder("koi8-r").decode(body), /encoding="UTF-8".*Выполнено/s);
    },
  };
  for (const [digits, judge] of Object.entries(spoiled))
    test(`spoiled answers: …${digits}`, async () => {
      const account = number(digits), txn_id = newTxn();
      judge(await raw("mobile", {command: "pay", account, txn_id, sum: "100.00"}));
      await paidAndLearnt(account, txn_id);
    });

  test("spoiled answers in windows-1251", async () => {
    const paid = (account) => raw("game", {command: "pay", txn_id: newTxn(), account, sum: "100.00"});
    assert.match(new TextDecoder("koi8-r").decode((await paid("Рыцарь-6626")).body), /encoding="windows-1251".*Выполнено/s);
    assert.match(new TextDecoder("windows-1251").decode((await paid("Рыцарь-6624")).body), /Выполнено.*<\/response>\n$/s);
  });

  test("contradictions: another prv_txn, another sum, another txn_id", async () => {
    const one = {account: number("6630"), txn_id: newTxn()}, two = {account: number("6631"), txn_id: newTxn()};
    const three = {account: number("6632"), txn_id: newTxn()};
    const {prv} = await pay("mobile", one), again = await pay("mobile", one);
    assert.equal(again.result, 0);
    assert.notEqual(again.prv, prv);
    assert.equal((await pay("mobile", two)).sum, "101.00");
    assert.equal((await pay("mobile", two)).sum, "100.00");
    assert.notEqual((await pay("mobile", three)).txn, three.txn_id);
    assert.equal((await pay("mobile", three)).txn, three.txn_id);
    for (const {account} of [one, two, three]) assert.equal(await balance("mobile", account), "100.00");
  });
});

describe("faults by rule", () => {
  test("by biller, command and share, until they end or are cleared", async () => {
    assert.equal((await setFault({biller: "tv", fault: "empty", command: "pay"})).status, 200);
    assert.equal((await raw("tv", {command: "pay", txn_id: newTxn(), account: accounts.tv, sum: "100.00"})).body.length, 0);
    assert.equal((await check("tv", {account: accounts.tv})).result, 0);
    assert.equal((await pay("mobile", {account: accounts.mobile})).result, 0);
    await setFault({biller: "*", fault: "inactive", share: 50});
    const {faults} = await json("/billers/faults");
    assert.deepEqual(faults.map(({biller, fault, share}) => [biller, fault, share]), [["tv", "empty", 100], ["*", "inactive", 50]]);
    const results = await Promise.all(Array.from({length: 200}, async () => (await pay("school", {account: accounts.school})).result));
    const hit = results.filter((result) => result === 79).length;
    assert.ok(hit > 60 && hit < 140 && results.every((result) => result === 79 || result === 0), `${hit} of 200`);
    assert.deepEqual(await json("/billers/faults", {method: "DELETE"}), {faults: []});
    assert.equal((await pay("tv", {account: accounts.tv})).result, 0);
    await setFault({biller: "tv", fault: "technical", seconds: 2});
    assert.equal((await check("tv", {account: accounts.tv})).result, 8);
    await pause(2050);
    assert.equal((await check("tv", {account: accounts.tv})).result, 0);
  });

  test("what is done stays done, whatever a rule says later", async () => {
    const account = "9161237777", txn_id = newTxn(), {prv} = await pay("mobile", {account, txn_id});
    await setFault({biller: "mobile", fault: "decline"});
    const again = await pay("mobile", {account, txn_id});
    assert.deepEqual([again.result, again.prv], [0, prv]);
    assert.equal((await cancel("mobile", {account, txn_id})).result, 0);
  });

  test("nonsense is refused", async () => {
    for (const wrong of [{fault: "thunder"}, {biller: "gas"}, {share: 101}, {share: -1}, {seconds: 0}, {command: "steal"}])
      assert.equal((await setFault({biller: "*", fault: "slow", ...wrong})).status, 422, JSON.stringify(wrong));
    assert.deepEqual(await json("/billers/faults"), {faults: []});
  });

  // A client that only repeats until it hears a final result for its own txn_id, as any careful one does.
  async function finish(code, fields) {
    for (let tries = 0; tries < 200; tries++) {
      try {
        const {status, body} = await raw(code, {command: "pay", txn_date: "20261128101112", ...fields});
        const documents = body.length < 65536 ? new TextDecoder(code === "game" ? "windows-1251" : "utf-8").decode(body) : "";
        const answer = read(documents), whole = /<\/response>\n$/.test(documents) && documents.split("<response>").length === 2;
        if (status === 200 && whole && answer.txn === fields.txn_id && answer.sum === fields.sum &&
            Number.isFinite(answer.result) && ![1, 90].includes(answer.result)) return answer;
      } catch {}
      await pause(20);
    }
    throw new Error(`no end of ${code} ${fields.txn_id}`);
  }

  test("a storm of everything at once: each payment ends, and the books agree to the kopeck", async () => {
    const codes = ["power", "water", "mobile", "internet", "tv", "game", "loan", "school"], wanted = new Map();
    await setFault({biller: "*", fault: "storm", share: 60});
    const one = async (i) => {
      const code = codes[i % codes.length], txn_id = newTxn(), sum = `${100 + i}.${String(i % 100).padStart(2, "0")}`;
      const {result} = await finish(code, {account: accounts[code], txn_id, sum});
      wanted.set(`${code} ${txn_id}`, [result === 0 ? "paid" : "refused", sum]);
    };
    await Promise.all(Array.from({length: 160}, (_, i) => one(i)));
    await fetch(`${sandbox.url}/billers/faults`, {method: "DELETE"});
    const kept = new Map((await reconcile()).map((p) => [`${p.biller} ${p.txn_id}`, [p.state, p.sum]]));
    for (const [key, end] of wanted) assert.deepEqual(kept.get(key), end, key);
  });
});

describe("by thousands", () => {
  test("three thousand slow ones at once take as long as one", async () => {
    await setFault({biller: "school", fault: "slow"});
    const began = Date.now();
    const agent = new Agent({maxSockets: Infinity});
    const answers = await Promise.all(Array.from({length: 3000}, () => new Promise((done, failed) => {
      request(`${sandbox.url}/billers/school?command=check&txn_id=1&account=${accounts.school}&sum=100.00`, {agent}, (answer) => {
        answer.resume();
        answer.on("end", () => done(answer.statusCode));
      }).on("error", failed).end();
    })));
    agent.destroy();
    assert.deepEqual([...new Set(answers)], [200]);
    assert.ok(Date.now() - began < 60000, `${Date.now() - began} ms`); // one after the other it would be 35 minutes
  });
});

describe("the books", () => {
  test("outlive a restart, a kill in the midst of payments, and a torn line", async () => {
    const account = "9161230042", paid = [];
    const journal = join(sandbox.folder, "journal.billers");
    for (const signal of ["SIGTERM", "SIGKILL", "SIGKILL"]) {
      let ended = false;
      const paying = Promise.all(Array.from({length: 8}, async () => {
        while (!ended) {
          const txn_id = newTxn();
          try {
            const {result, prv} = await pay("mobile", {account, txn_id, sum: "1.01"});
            if (result === 0) paid.push([txn_id, prv]);
          } catch {
            return; // it is gone, and this one may have been paid or not
          }
        }
      }));
      for (let tries = 0, wanted = paid.length + 40; paid.length < wanted && tries < 4000; tries++) await pause(5);
      await sandbox.end(signal);
      ended = true;
      await paying;
      const whole = statSync(journal).size;
      if (signal === "SIGKILL") appendFileSync(journal, "pay mobile 99999999 101 0 17958");
      await sandbox.run();
      assert.equal(statSync(journal).size, whole, "half a line is cut away");
      assert.deepEqual(await inBooks("mobile", "99999999"), []);
    }
    const kept = new Map((await reconcile()).filter((p) => p.account === account).map((p) => [p.txn_id, p]));
    assert.ok(paid.length > 100, `${paid.length} payments`);
    for (const [txn_id, prv] of paid)
      assert.deepEqual([kept.get(txn_id)?.state, kept.get(txn_id)?.prv_txn], ["paid", prv]);
    assert.equal(kopecks(await balance("mobile", account)), 101n * BigInt(kept.size));
    const [txn_id, prv] = paid[0];
    assert.deepEqual((({result, prv}) => [result, prv])(await pay("mobile", {account, txn_id, sum: "1.01"})), [0, prv]);
  });

  test("pages are bounded, and the end is told", async () => {
    const first = await json("/billers/books?limit=2");
    assert.equal(first.payments.length, 2);
    assert.equal(first.next, 2);
    assert.deepEqual((await json("/billers/books?after=100000000")).payments, []);
    assert.equal((await json("/billers/books?after=100000000")).next, null);
    for (const wrong of ["limit=0", "limit=2001", "after=-1", "after=x"])
      assert.equal((await fetch(`${sandbox.url}/billers/books?${wrong}`)).status, 422, wrong);
    assert.equal((await fetch(`${sandbox.url}/billers/mobile/accounts/12`)).status, 404);
    assert.equal((await fetch(`${sandbox.url}/billers/gas/accounts/12`)).status, 404);
  });
});

describe("the page", () => {
  test("tells accounts and faults in both languages; as JSON to programs", async () => {
    const page = async (path, language) =>
      (await fetch(sandbox.url + path, {headers: {Accept: "text/html", "Accept-Language": language}})).text();
    const [russian, english, front] = [await page("/billers", "ru"), await page("/billers", "en"), await page("/", "en")];
    assert.match(russian, /Получатели платежей/);
    assert.match(english, /Billers/);
    assert.match(front, /href="\/billers"/);
    const {billers, faults} = await json("/billers");
    assert.deepEqual(Object.fromEntries(billers.map(({code, account}) => [code, account])), accounts);
    assert.equal(new Set(faults.map(({digits}) => digits)).size, 30);
    for (const {digits} of faults) assert.ok(russian.includes(`>${digits}<`) && english.includes(`>${digits}<`), digits);
  });
});
