// spending.test.mjs: what one says of an operation on its page, the report it leads to, budgets and corrections of many at
// once (BK-6); in both languages, light and dark, by keyboard and without scripts. KABINET_SHOTS: a folder for pictures.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {Browsers, looks, watched} from "../support/browser.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {Wallets, limits} from "../support/wallet.mjs";

let both, server, wallets, browsers;
before(async () => {
  both = await startBoth({company: "Кошелёк «Рядом»", limits});
  ({server} = both);
  wallets = new Wallets(both);
  browsers = await Browsers.start();
});
after(async () => {
  await browsers?.stop();
  await both?.stop();
});

for (const {name, ...look} of looks) {
  const looked = (page) => watched(page, name);

  test(`BK-6: tags, a category, the report, a budget (${name})`, {timeout: 540000}, async () => {
    const who = await wallets.rich("3000.00"), friend = await server.customer();
    const sent = (await wallets.send(who, friend.phone, "1234.56", {note: "Билеты"})).body.id;
    await wallets.send(who, friend.phone, "300.00", {note: "#кафе"});
    const page = await browsers.signedIn(server, who, look), well = looked(page);
    const text = () => page.locator("main").innerText();
    const submit = (action) => page.locator(`main form[method=post][action$="${action}"] button[type=submit]`).first().press("Enter");
    await page.goto(`${server.url}/spending`);
    await well("report");
    await page.goto(`${server.url}/operations/${sent}`);
    await page.fill("#f-tags", "#от.пуск");
    await page.press("#f-tags", "Enter");
    await page.waitForSelector('main [aria-invalid="true"]');
    assert.equal(await page.inputValue("#f-tags"), "#от.пуск", "nothing typed is lost");
    await well("a mistake");
    await page.fill("#f-tags", "#отпуск #Сочи");
    await page.press("#f-tags", "Enter");
    await page.waitForURL(`**/operations/${sent}`);
    await page.waitForSelector('main a[href*="tag="]');
    const offered = await page.locator("#tags-known option").evaluateAll((all) => all.map(({value}) => value));
    assert.deepEqual(offered, ["#кафе", "#отпуск", "#сочи"]);
    await page.locator("main details summary").last().press("Enter");
    await page.selectOption("#f-category", "travel");
    await submit("/category");
    await page.waitForURL(`**/operations/${sent}`);
    await well("an operation");
    await page.locator('main a[href*="tag="]').first().press("Enter");
    await page.waitForURL(/tag=/);
    assert.match(await text(), /1.?234[.,]56/);
    await well("the list of a tag");
    await page.goto(`${server.url}/spending?months=3`);
    await well("the report of three months");
    await page.locator('main td a[href*="category=travel"]').press("Enter");
    await page.waitForURL(/category=travel/);
    await page.goto(`${server.url}/spending/sort?from=transfers`);
    await submit("/spending/sort");
    await page.waitForSelector('main [aria-invalid="true"], main .error');
    await well("nothing chosen");
    await page.locator('main input[name^="op-"]').first().press("Space");
    await page.selectOption("#f-category", "cafes");
    await submit("/spending/sort");
    await page.waitForURL(/\/spending\/sort/);
    await well("nothing left to sort");
    await page.goto(`${server.url}/spending/budgets`);
    await well("no budgets");
    for (const [category, sum] of [["cafes", "350"], ["travel", "1000"], ["", "много"]]) {
      await page.selectOption("#f-category", category);
      await page.fill("#f-sum", sum);
      await page.press("#f-sum", "Enter");
      await page.waitForLoadState();
    }
    await page.waitForSelector('main [aria-invalid="true"]');
    await well("budgets and a mistake");
  });
}
