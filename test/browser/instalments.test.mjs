// instalments.test.mjs: purchases in instalments as whoever pays for them sees them (IN-1, IN-4), in a cabinet whose first
// page they are: nothing bought, what is next, a purchase, why it owes, a payment moved, paid at the bank's page, overdue,
// returned. On a phone's width, light and dark, by keyboard alone, with and without scripts. KABINET_SHOTS: a folder for
// pictures.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import * as applicants from "../support/applicants.mjs";
import {Browsers, looks, watched} from "../support/browser.mjs";
import {InstalmentLife} from "../support/instalment_life.mjs";
import {cards} from "../support/sandbox.mjs";

let browsers, life, server;
before(async () => {
  browsers = await Browsers.start();
  life = await InstalmentLife.start({profile: true});
  ({server} = life);
});
after(async () => {
  await browsers?.stop();
  await life?.stop();
});

// Ordered at the shop, signed in that browser, handed over.
async function buy(who, sum, plan, shop) {
  const order = await shop.ordered(sum), {browser} = who, seen = (await server.messages(who.phone)).length;
  await browser.go(`/checkout/${order.uid}`);
  await browser.send(`/checkout/${order.uid}`, {plan});
  await browser.send(`/checkout/${order.uid}/sign`, {code: await server.code(who.phone, seen)});
  assert.equal(await shop.finish(order, sum), 0);
  return order;
}

async function reach(page, selector) {
  for (let pressed = 0; pressed < 150; pressed++) {
    if (await page.locator(selector).and(page.locator(":focus")).count()) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`Tab does not come to ${selector} on ${page.url()}`);
}

async function press(page, selector) {
  await reach(page, selector);
  await page.keyboard.press("Enter");
}

for (const {name, ...look} of looks)
  test(`IN-1, IN-4: bought, looked at, moved, paid, late, returned (${name})`, {timeout: 300000}, async () => {
    const who = await applicants.instalments(server), page = await browsers.page(look), well = watched(page, name);
    await page.context().addCookies([...who.browser.cookies].map(([name, value]) => ({name, value, url: server.url})));
    await page.goto(`${server.url}/`);
    await well("nothing");
    const sofa = await buy(who, "6000.00", "months-3-later", life.shop);
    await buy(who, "4000.00", "fortnights-4-now", life.other);
    await page.goto(`${server.url}/`);
    await well("home");
    for (const summary of await page.locator("main section details summary").all()) await summary.click();
    await well("home opened");
    await page.locator("main section a.row").last().click(); // the older of both
    await page.waitForURL(/\/instalments\/\d+$/);
    const path = new URL(page.url()).pathname;
    await well("purchase");
    await page.goto(`${server.url}${path}/why`);
    await well("why");

    await page.goto(`${server.url}${path}`);
    await press(page, `a[href="${path}/move"]`);
    await page.waitForURL("**/move");
    await well("move");
    await page.fill("#f-days", "5");
    await press(page, `form[action="${path}/move"] button`);
    await page.waitForURL("**/move?days=5");
    await well("move check");
    await press(page, `form[action="${path}/move"] button`);
    await page.waitForURL(`${server.url}${path}`);
    await page.goto(`${server.url}${path}/move`);
    await well("moved already");

    await page.goto(`${server.url}/instalments/pay`);
    await well("pay");
    await page.fill("#f-sum", "1500");
    await press(page, 'form[method=get][action="/instalments/pay"] button');
    await page.waitForURL(/wish=any/);
    await well("pay check");
    await press(page, 'form[method=post][action="/instalments/pay"] button');
    await page.waitForURL("**/acquirer/pay**");
    const bank = page.url(), {location} = await life.sandbox.pay(bank, cards.pays);
    await page.goto(location);
    await page.waitForSelector(".badge.good", {timeout: 30000});
    await well("paid");
    await page.goto(`${server.url}/operations`);
    await well("operations");

    await life.days(45);
    assert.equal(await life.shop.back(sofa, "1000.00"), 0);
    await page.goto(`${server.url}/`);
    await well("late home");
    await page.goto(`${server.url}${path}`);
    await well("late purchase");
    await page.goto(`${server.url}${path}/why`);
    await well("late why");
    assert.equal(await life.shop.back(sofa, "5000.00"), 0);
    await page.goto(`${server.url}${path}`);
    await well("returned");
    await page.goto(`${server.url}/`);
    await well("home at last");
    await page.context().close();
  });
