// approval.test.mjs: a purchase on the internet answered in the cabinet (BK-8): the notice on the home page, the question with shop
// and sum, the shop's page that waits and goes on by itself (without scripts by a press), "it's not me" and the card frozen; in both
// languages, light and dark. KABINET_SHOTS: a folder for pictures.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {Browsers, looks, watched} from "../support/browser.mjs";
import {Cards} from "../support/cards.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {limits} from "../support/wallet.mjs";

let both, server, cards, browsers;
before(async () => {
  both = await startBoth({company: "Кошелёк «Рядом»", limits, cards: {internet_code: "always"}});
  ({server} = both);
  cards = new Cards(both);
  browsers = await Browsers.start();
});
after(async () => {
  await browsers?.stop();
  await both?.stop();
});

for (const {name, ...look} of looks)
  test(`BK-8: a purchase approved in the cabinet, another that is not one's own (${name})`, {timeout: 360000}, async () => {
    const who = await cards.rich("900.00"), id = await cards.virtual(who), number = await cards.number(who, id);
    const page = await browsers.signedIn(server, who, look), shop = await browsers.page(look), well = watched(page, name);
    const press = (action) => page.locator(`main form[action$="${action}"] button[type=submit]`).press("Enter");
    const asked = async (sum) => {
      const {url} = await cards.checkout(number, sum, {merchant: "Книжный «Дом на углу»"});
      await shop.goto(url);
      await page.goto(`${server.url}/`);
      await page.click('main a[href^="/card-approvals/"]');
      await page.waitForURL(/\/card-approvals\/\d+$/);
      return url;
    };

    const url = await asked("120.50");
    await watched(shop, name)("the shop's page that waits");
    assert.match(await page.locator("main").innerText(), /120[.,]50/);
    await well("is it yours");
    await press("/approve");
    await page.waitForSelector("main .badge.good");
    await well("approved");
    if (look.scripts === false) await shop.click(`main a[href="${new URL(url).pathname}"]`);
    await shop.waitForURL((now) => now.pathname !== new URL(url).pathname, {timeout: 20000});
    assert.equal((await cards.card(who, id)).state, "active");

    await asked("99.90");
    await press("/decline");
    await page.waitForSelector("main .badge.bad");
    await well("not mine");
    await press("/freeze");
    await page.waitForURL(/\/cards\/\d+$/);
    assert.equal((await cards.card(who, id)).state, "frozen");
    assert.deepEqual(page.complaints, []);
  });
