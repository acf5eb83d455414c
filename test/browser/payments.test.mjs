// payments.test.mjs: paying a provider on its pages (WA-3): found, filled in, checked, confirmed; the outcome comes to the
// page by itself; with scripts and without, in both languages, light and dark, with mistakes.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {providerCount} from "../support/catalogue.mjs";
import {Browsers, inspect, looks} from "../support/browser.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {Wallets, limits, until} from "../support/wallet.mjs";

let both, server, wallets, browsers;
before(async () => {
  both = await startBoth({company: "Кошелёк «Рядом»", limits, payments: {catalogue_file: "profiles/catalogue.json"}}, {slow: 500});
  ({server} = both);
  wallets = new Wallets(both);
  browsers = await Browsers.start();
  const who = await server.customer();
  await until(async () => (await server.get("/pay", {token: who.token})).body.providers, (list) => list.length === providerCount);
});
after(async () => {
  await browsers?.stop();
  await both?.stop();
});

const signIn = (person, look) => browsers.signedIn(server, person, look);

const found = {ru: "счётчик", en: "electricity"};
const said = {ru: {done: /Оплачено/, wrong: /цифр/}, en: {done: /Paid/, wrong: /digits/}};

for (const {name, ...look} of looks)
  test(`WA-3: electricity is found, mistyped, mended, confirmed and paid (${name})`, {timeout: 180000}, async () => {
    const who = await wallets.rich("3000.00"), language = look.locale.slice(0, 2);
    const page = await signIn(who, look);
    const well = (what) => inspect(page, `${name}: ${what}`);
    await page.click('nav a[href="/pay"]');
    await page.waitForURL("**/pay");
    await well("the list");
    await page.fill('main input[type="search"]', found[language]);
    await page.press('main input[type="search"]', "Enter");
    await page.waitForURL("**/pay?*");
    await page.click('main a[href^="/pay/power"]');
    await page.fill("#f-account", "123");
    await page.fill("#f-sum", "1000");
    await page.click("main form .button:not(.quiet)");
    await page.waitForSelector('main [aria-invalid="true"]');
    assert.equal(await page.inputValue("#f-sum"), "1000", "nothing typed is lost");
    await well("with a mistake");
    await page.fill("#f-account", "12345 67890");
    await page.click("main form .button:not(.quiet)");
    await page.waitForURL("**/payments/*");
    const confirm = page.locator('main form[action$="/confirm"] .button');
    await confirm.waitFor(); // without scripts the page is asked for again by itself
    assert.match(await page.locator("main").innerText(), language === "ru" ? /1\s005,00|1\s005/ : /1,005/, "the fee is in it");
    await well("to confirm");
    await confirm.click();
    const done = page.locator("main", {hasText: said[language].done});
    await done.waitFor();
    await well("paid");
    assert.equal(await wallets.balance(who), "1995.00");
  });
