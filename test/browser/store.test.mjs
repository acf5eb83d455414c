// store.test.mjs: things bought at a partner shop and paid for in parts, with the shop's own program (the sandbox's) and a
// browser: cart, Kabinet's page, the code, back at the shop; goods go out in part, come back, an answer is lost (IN-3).

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {Browsers, looks, watched} from "../support/browser.mjs";
import {buyer, settings, tariff} from "../support/instalments.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {openShop} from "../support/shops.mjs";
import {staff} from "../support/staff.mjs";
import {until} from "../support/wallet.mjs";

let browsers, server, sandbox, both, boss, finance;
before(async () => {
  browsers = await Browsers.start();
  both = await startBoth(settings());
  ({server, sandbox} = both);
  ({boss, finance} = await staff(server, {boss: "catalogue", finance: "finance"}));
  const shop = await openShop(boss, "Круглый стол");
  assert.equal((await boss.post(`/staff/instalments/shops/${shop.id}`, {words: tariff})).status, 200);
  await outside("/keys", {store_id: shop.id, secret_key: shop.key});
});
after(async () => {
  await browsers?.stop();
  await both?.stop();
});

async function outside(path, body) {
  const answer = await fetch(`${sandbox.url}/store${path}`, {
    method: body ? "POST" : "GET", body: body && JSON.stringify(body), redirect: "manual",
    headers: {"Content-Type": "application/json", Accept: "application/json"}});
  const words = await answer.text();
  assert.ok(answer.status < 400, `${path}: ${answer.status} ${words}`);
  return JSON.parse(words);
}
const order = (number) => outside(`/orders/${number}`);
const reached = (number, wanted) => until(() => order(number), ({state}) => state === wanted);

for (const {name, ...look} of looks) {
  test(`IN-3: from the cart to the goods and back (${name})`, async () => {
    const who = await buyer(server), page = await browsers.page(look), seen = watched(page, `store-${name}`);
    await page.goto(`${sandbox.url}/store`);
    await seen("goods");
    await page.fill("#f-boots", "1");
    await page.fill("#f-lamp", "2");
    await page.click("button.button");
    await page.waitForURL(/\/checkout\//);
    const checkout = page.url();
    await seen("what Kabinet shows a stranger");
    await page.click("a.button[href^='/signin']");
    await page.fill("[name=phone]", who.phone);
    await page.fill("[name=password]", "7395");
    await page.press("[name=password]", "Enter");
    await page.waitForURL(checkout);
    await page.check("[value=months-3-later]");
    await seen("ways to pay");
    const before = (await server.messages(who.phone)).length;
    await page.click("main form button");
    await page.waitForURL(/\/sign$/);
    await seen("the code");
    await page.fill("[name=code]", await server.code(who.phone, before));
    await page.press("[name=code]", "Enter");
    await page.waitForSelector(".badge.good");
    await seen("held");
    await page.click("a.button.quiet");
    await page.waitForURL(/\/store\/orders\//);
    const number = page.url().split("/").pop();
    await reached(number, "hold");
    await page.reload();
    await seen("held, at the shop");
    await page.fill("[name=sum]", "9 889,00"); // one lamp is out of stock
    await page.click("[value=finish]");
    await page.waitForSelector("[value=return]");
    await page.fill("[name=sum]", "1 899,00");
    await page.click("[value=return]");
    await page.waitForSelector("[value=return]");
    await seen("went out, one came back");
    const {sent, returned, state, code} = await order(number);
    assert.deepEqual([sent, returned, state, code], ["9889.00", "1899.00", "finished", 0]);
    await page.context().close();
  });
}

test("IN-3: whatever becomes of callbacks and answers, shop and Kabinet say the same in the end", async () => {
  const faults = ["none", "deaf", "slow", "error", "lost", "hasty"];
  const sold = await Promise.all(faults.map(async (fault) => {
    const who = await buyer(server), {number, form} = await outside("/orders", {boots: 1, fault});
    const path = new URL(form).pathname, before = (await server.messages(who.phone)).length;
    assert.equal((await server.post(path, {plan: "months-3-later"}, who)).status, 201);
    assert.equal((await server.post(`${path}/sign`, {code: await server.code(who.phone, before)}, who)).status, 200);
    await reached(number, "hold");
    const finished = await outside(`/orders/${number}`, {act: "finish", sum: "7990.00"});
    assert.deepEqual([fault, finished.state, finished.sent], [fault, "finished", "7990.00"]);
    return {fault, number};
  }));
  for (const {number, fault} of sold) {
    const act = (act, sum) => outside(`/orders/${number}`, {act, sum});
    const back = await act("return", "90.00");
    assert.deepEqual([fault, back.state, back.returned], [fault, "finished", "90.00"]);
    assert.equal((await act("status")).returned, "90.00", "as Kabinet has it");
    assert.equal((await act("return", "7900.01")).code, 100, "more than was sold");
    const all = await act("return", "7900.00");
    assert.deepEqual([fault, all.state, all.returned], [fault, "refunded", "7990.00"]);
  }
  const {body} = await finance.get("/staff/instalments/books");
  assert.equal(body.whole, true, JSON.stringify(body));
  assert.equal((await outside("")).odd, 0, "no callback was wrongly signed");
});
