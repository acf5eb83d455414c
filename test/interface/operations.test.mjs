// Operations (WA-1): list, filter, pages, export, receipt; another's are as if missing.

import assert from "node:assert/strict";
import {after, before, describe, test} from "node:test";

import {startBoth} from "../support/sandbox.mjs";
import {Wallets, limits} from "../support/wallet.mjs";

let both, server, wallets;

before(async () => {
  both = await startBoth({limits});
  ({server} = both);
  wallets = new Wallets(both);
});
after(() => both?.stop());

describe("operations (WA-1)", () => {
  let who, ids;
  before(async () => {
    who = await wallets.rich("5000.00");
    ids = [];
    const anna = await server.customer(), boris = await server.customer();
    for (let i = 1; i <= 35; i++) {
      const sent = await wallets.send(who, i % 2 ? anna.phone : boris.phone, `${i}.00`, i % 5 ? {} : {note: `Обед №${i}; =1+1`});
      assert.equal(sent.status, 201, sent.text);
      ids.push(sent.body.id);
    }
  });

  test("come by pages, newest first, none twice, none missing", async () => {
    const seen = [];
    for (let path = "/operations"; path;) {
      const {body} = await server.get(path, {token: who.token});
      seen.push(...body.days.flatMap((day) => day.operations).map((each) => each.id));
      path = body.next;
    }
    assert.equal(seen.length, 36);
    assert.equal(new Set(seen).size, 36);
    assert.deepEqual(seen.slice(0, 35), ids.toReversed());
  });

  const count = async (query) => (await wallets.operations(who, query)).length;
  test("are filtered by text, sum, kind, direction, date", async () => {
    assert.equal(await count("?text=%D0%BE%D0%91%D0%B5%D0%B4"), 7, "whatever the case");
    assert.equal(await count("?min=34&max=35"), 2);
    assert.equal(await count("?kind=topup"), 1);
    assert.equal(await count("?direction=in"), 1);
    assert.equal(await count("?direction=out&min=10,5&max=12"), 2);
    assert.equal(await count("?from=2000-01-01&to=2000-01-02"), 0);
    assert.equal(await count("?from=2000-01-01"), 30);
    assert.equal(await count("?text=&kind=&min=&from=&direction="), 30, "empty fields filter nothing");
    assert.equal(await count("?min=nonsense"), 30);
  });

  test("are exported with exactly the filter shown", async () => {
    const {body} = await server.get("/operations?text=%D0%BE%D0%B1%D0%B5%D0%B4&min=10", {token: who.token});
    const russian = await server.get(body.export, {
      token: who.token, headers: {"Accept-Language": "ru", Accept: "text/csv"},
    });
    assert.equal(russian.status, 200, russian.text);
    assert.match(russian.headers.get("Content-Type"), /^text\/csv/);
    assert.match(russian.headers.get("Content-Disposition"), /attachment/);
    const rows = russian.text.replace("\ufeff", "").trimEnd().split("\r\n");
    assert.equal(rows.length, 1 + 6);
    assert.match(rows[1], /;-35,00;RUB;/);
    assert.match(rows[1], /;"Обед №35; =1\+1";/);
    const english = await server.get("/operations/export?format=csv", {
      token: who.token, headers: {"Accept-Language": "en", Accept: "*/*"},
    });
    const lines = english.text.trimEnd().split("\r\n");
    assert.equal(lines.length, 1 + 36);
    assert.match(lines[1], /,-35\.00,RUB,/);
  });

  test("are exported whole, however many", {timeout: 360000}, async () => {
    const other = await server.customer(), payer = await wallets.rich("1000.00");
    for (let done = 0; done < 450; done += 50)
      await Promise.all(Array.from({length: 50}, () => wallets.send(payer, other.phone, "1.00")));
    const {text} = await server.get("/operations/export?format=csv", {
      token: payer.token, headers: {Accept: "*/*", "Accept-Language": "en"},
    });
    const balances = text.trimEnd().split("\r\n").slice(1).map((line) => line.split(",")[5]);
    assert.deepEqual(balances, Array.from({length: 451}, (_, i) => `${550 + i}.00`));
  });

  test("formulas do not run in the spreadsheet", async () => {
    const other = await server.customer();
    const sent = await wallets.send(who, other.phone, "1.00", {note: "=HYPERLINK(1)"});
    assert.equal(sent.status, 201, sent.text);
    const {text} = await server.get("/operations/export?format=csv&text=HYPERLINK", {
      token: who.token, headers: {Accept: "*/*"},
    });
    assert.match(text, /"'=HYPERLINK\(1\)"/);
  });

  test("a receipt is a PDF", async () => {
    const answer = await fetch(`${server.url}/operations/${ids[0]}/receipt`, {
      headers: {Authorization: `Bearer ${who.token}`, Accept: "*/*"},
    });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get("Content-Type"), "application/pdf");
    const bytes = Buffer.from(await answer.arrayBuffer());
    assert.equal(bytes.subarray(0, 5).toString(), "%PDF-");
  });

  test("another's operation, receipt and filter by account are as if missing", async () => {
    const other = await server.customer();
    for (const path of [`/operations/${ids[0]}`, `/operations/${ids[0]}/receipt`, "/operations/1", "/operations/x"])
      assert.equal((await server.get(path, {token: other.token})).status, 404, path);
    const {wallet} = await wallets.home(who);
    assert.deepEqual((await server.get(`/operations?account=${wallet.id}`, {token: other.token})).body.days, []);
  });
});
