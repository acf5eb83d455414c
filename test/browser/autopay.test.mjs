// autopay.test.mjs: a template and an autopay on its pages (WA-7): kept by hand, with a mistake; found on the first page, paid
// from; made to repeat, skipped, paused, removed; by keyboard, without scripts, in both languages, light and dark.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {providerCount} from "../support/catalogue.mjs";
import {Browsers, inspect, looks} from "../support/browser.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {Wallets, limits, until} from "../support/wallet.mjs";

let both, server, wallets, browsers;
before(async () => {
  both = await startBoth({company: "Кошелёк «Рядом»", limits, payments: {catalogue_file: "profiles/catalogue.json"},
                          autopay: {notice: "7d"}}, {slow: 100});
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

const said = {ru: {words: /Каждый день, 500.₽ на \+7.916/, next: /следующий раз/, paused: /Приостановлен/},
              en: {words: /Every day, ₽500 to \+7.916/, next: /next time/, paused: /Paused/}};

for (const {name, ...look} of looks)
  test(`WA-7: a template by hand, paid from, repeated, skipped, paused, removed (${name})`, {timeout: 540000}, async () => {
    const who = await wallets.rich("3000.00"), words = said[look.locale.slice(0, 2)];
    const page = await signIn(who, look);
    const well = (what) => inspect(page, `${name}: ${what}`);
    const main = () => page.locator("main").innerText();
    const press = (action) => page.locator(`main form[action$="${action}"] button[type=submit]`).press("Enter");
    await page.click('nav a[href="/templates"]');
    await page.waitForURL("**/templates");
    await well("nothing yet");
    await page.goto(`${server.url}/pay/mobile`);
    await page.click('main a[href="/pay/mobile/template"]');
    await page.fill("#f-template", "Сын");
    await page.fill("#f-account", "916");
    await page.press("#f-account", "Enter");
    await page.waitForSelector('main [aria-invalid="true"]');
    assert.equal(await page.inputValue("#f-template"), "Сын", "nothing typed is lost");
    await well("with a mistake");
    await page.fill("#f-account", "8 (916) 123-45-67");
    await page.press("#f-account", "Enter");
    await page.waitForURL(/\/templates\/\d+$/);
    await well("the template");

    await page.goto(`${server.url}/`);
    await well("on the first page");
    await page.click('main a[href^="/templates/"]');
    await page.waitForURL("**/pay");
    assert.equal(await page.inputValue("#f-account"), "9161234567");
    await well("filled in");
    await page.fill("#f-sum", "100");
    await page.press("#f-sum", "Enter");
    await page.waitForURL("**/payments/*");

    await page.goto(`${server.url}/templates`);
    await page.click('main a.what[href^="/templates/"]');
    await page.click('main a[href$="/autopay"]');
    await well("when to pay");
    await page.selectOption("#f-when", "day");
    await page.fill("#f-sum", "500");
    await page.press("#f-sum", "Enter");
    await page.waitForURL("**/autopay/*");
    assert.match(await main(), words.words);
    const told = async () => (await server.get(new URL(page.url()).pathname, {token: who.token})).body.soon;
    await until(told, (soon) => soon !== null, 60000);
    await page.reload();
    await well("about to be paid");
    await press("/skip");
    await page.locator("main li.row.off").waitFor(); // others may have been told by now: it is of every day
    await press("/pause");
    await page.locator("main", {hasText: words.paused}).waitFor();
    await well("paused");
    await press("/resume");
    await page.locator('main form[action$="/pause"]').waitFor();
    await page.goto(`${server.url}/templates`);
    assert.match(await main(), words.next);
    await well("the list");
    await page.click('main a[href^="/autopay/"]');
    await press("/remove");
    await page.waitForURL("**/templates");
    assert.doesNotMatch(await main(), words.next);
  });
