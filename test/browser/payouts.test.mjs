// payouts.test.mjs: transfers out on their pages (WA-5): by phone number, from the bank's choice to the outcome; a company's
// form filled from a receipt's code and mended; on a phone's width, with scripts and without.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {Browsers, inspect, looks} from "../support/browser.mjs";
import {providerCount} from "../support/catalogue.mjs";
import {receiptCode} from "../support/pictures.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {Wallets, limits, until} from "../support/wallet.mjs";

let both, server, wallets, browsers;
before(async () => {
  both = await startBoth({company: "Кошелёк «Рядом»", limits, payments: {catalogue_file: "profiles/catalogue.json"}}, {slow: 500});
  ({server} = both);
  wallets = new Wallets(both);
  browsers = await Browsers.start();
  const {token} = await server.customer();
  await until(async () => (await server.get("/pay", {token})).body.providers, (list) => list.length === providerCount);
});
after(async () => {
  await browsers?.stop();
  await both?.stop();
});

const russian = looks.filter(({locale}) => locale === "ru-RU");
const go = "main form.card .button:not(.quiet)";

for (const {name, ...look} of russian)
  test(`WA-5: by phone number: number, bank, masked name, yes, outcome (${name})`, {timeout: 180000}, async () => {
    const who = await wallets.rich("3000.00");
    const page = await browsers.signedIn(server, who, look);
    await page.click('nav a[href="/pay"]');
    await page.click('main a[href="/pay?category=transfers"]');
    await page.click('main a[href="/pay/by-phone"]');
    await page.fill("#f-account", "8 900 123-45-67");
    await page.fill("#f-sum", "1000");
    await page.click(go);
    await page.waitForSelector('main select[aria-invalid="true"]');
    await inspect(page, `${name}: no bank chosen`);
    await page.selectOption("#f-bank", {label: "Речной банк"});
    await page.click(go);
    await page.waitForURL("**/payments/*");
    const confirm = page.locator('main form[action$="/confirm"] .button');
    await confirm.waitFor();
    assert.match(await page.locator("main").innerText(), /Речной банк[^]*[А-Я][а-я]+ [А-Я]\./);
    await inspect(page, `${name}: to confirm`);
    await confirm.click();
    await page.locator("main", {hasText: /Оплачено/}).waitFor();
    await inspect(page, `${name}: done`);
    assert.equal(await wallets.balance(who), "2000.00");
  });

for (const {name, ...look} of russian)
  test(`WA-5: a receipt's code fills a company's form, which can still be mended (${name})`, {timeout: 180000}, async () => {
    const who = await wallets.rich("3000.00");
    const page = await browsers.signedIn(server, who, look);
    await page.goto(`${server.url}/pay`);
    await page.click('main a[href="/pay/qr"]');
    await page.fill("#f-text", "не код");
    await page.click(go);
    await page.waitForSelector('main textarea[aria-invalid="true"]');
    await inspect(page, `${name}: no code`);
    await page.fill("#f-text", "");
    await page.setInputFiles("#f-picture", {name: "code.png", mimeType: "image/png", buffer: receiptCode()});
    await page.click(go);
    await page.waitForURL("**/pay/to-business?*");
    assert.deepEqual([await page.inputValue("#f-name"), await page.inputValue("#f-sum")], ["ООО «Кит»", "1250.50"]);
    await inspect(page, `${name}: filled`);
    await page.fill("#f-bik", "044525974");
    await page.click(go);
    await page.waitForSelector('main #f-account[aria-invalid="true"]');
    assert.match(await page.locator("main").innerText(), /Номер счёта не подходит к БИК/);
    await inspect(page, `${name}: another bank`);
    await page.fill("#f-bik", "044525225");
    await page.click(go);
    await page.locator('main form[action$="/confirm"] .button').click();
    await page.locator("main", {hasText: /Оплачено/}).waitFor();
    assert.equal(await wallets.balance(who), "1729.50");
  });
