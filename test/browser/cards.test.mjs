// cards.test.mjs: a card on its pages (WA-6): made, bought with, its number shown after a second check and gone, limited with
// a mistake, frozen and back, replaced; prepaid plastic activated, topped up, emptied; by keyboard, without scripts, in both
// languages, light and dark.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {Browsers, inspect, looks} from "../support/browser.mjs";
import {Cards} from "../support/cards.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {limits, until} from "../support/wallet.mjs";

let both, server, cards, browsers;
before(async () => {
  both = await startBoth({company: "Кошелёк «Рядом»", limits}, {slow: 100});
  ({server} = both);
  cards = new Cards(both);
  browsers = await Browsers.start();
});
after(async () => {
  await browsers?.stop();
  await both?.stop();
});

const said = {ru: {works: /Работает/, frozen: /заморожена/, off: /интернете выключены/, rest: /Осталось 879,50/},
              en: {works: /Works/, frozen: /frozen/, off: /internet are switched off/, rest: /₽879.50 left/}};

for (const {name, ...look} of looks)
  test(`WA-6: a card made, used, shown, limited, frozen, replaced; plastic activated and filled (${name})`, {timeout: 720000}, async () => {
    const who = await cards.rich("3000.00"), words = said[look.locale.slice(0, 2)];
    const page = await browsers.signedIn(server, who, look);
    const well = (what) => inspect(page, `${name}: ${what}`);
    const main = () => page.locator("main").innerText();
    const press = (action) => page.locator(`main form[action$="${action}"] button[type=submit]`).press("Enter");
    const open = (summary) => page.locator("main summary", {hasText: summary}).press("Enter");
    await page.goto(`${server.url}/cards`);
    await well("no cards");
    await page.click('main a[href="/cards/new?kind=virtual"]');
    await page.fill("#f-holder", "Иван");
    await page.press("#f-holder", "Enter");
    await page.waitForSelector('main [aria-invalid="true"]');
    await well("a name that cannot be embossed");
    await page.fill("#f-holder", "Ivan Petrov");
    await page.press("#f-holder", "Enter");
    await page.waitForURL(/\/cards\/\d+$/);
    const address = page.url(), id = address.split("/").at(-1);
    await until(() => cards.card(who, id), ({state}) => state === "active");
    await page.goto(address);
    assert.match(await main(), words.works);
    await well("a card that works");

    await server.proofsOver(who);
    await press("/details");
    await page.waitForURL(/\/confirm/);
    await well("the second check");
    await page.fill("#f-password", who.password);
    await page.press("#f-password", "Enter");
    await page.waitForURL(/\/resume\//);
    await press("/details");
    const number = (await page.locator("#number").innerText()).replaceAll(/\s/g, "");
    assert.match(number, /^220099\d{10}$/);
    await well("number and code");
    await page.goto(address);
    assert.ok(!(await page.content()).includes(number.slice(4, 12)));

    assert.equal((await cards.buy(number, "120.50", {place: "internet", merchant: "Книжный"})).reason, "approved");
    await page.reload();
    assert.match(await main(), /Книжный/);
    await page.fill("#f-day", "сто");
    await page.press("#f-day", "Enter");
    await page.waitForSelector('main [aria-invalid="true"]');
    await well("a limit with a mistake");
    await page.goto(address);
    await page.fill("#f-day", "1000");
    await page.uncheck("input[name=internet]");
    await press("/limits");
    await page.waitForSelector("main dl.limits");
    assert.match(await main(), words.rest);
    await well("limited");
    assert.equal((await cards.buy(number, "1.00", {place: "internet", merchant: "Книжный"})).reason, "internet-off");
    await page.reload();
    assert.match(await main(), words.off);

    await press("/freeze");
    await page.waitForSelector('main form[action$="/unfreeze"]');
    assert.match(await main(), words.frozen);
    await well("frozen");
    await press("/unfreeze");
    await page.waitForSelector('main form[action$="/freeze"]');
    await open(/Перевыпустить|Replace/);
    await page.selectOption("#f-reason", "stolen");
    await press("/reissue");
    await page.waitForURL((url) => /\/cards\/\d+$/.test(url) && url.href !== address);
    assert.equal((await cards.card(who, id)).state, "blocked");

    await page.goto(`${server.url}/cards/new?kind=plastic`);
    await page.fill("#f-holder", "Ivan Petrov");
    await page.fill("#f-address", "300000, Тула, Мира, 1");
    await page.press("#f-address", "Enter");
    await page.waitForURL(/\/cards\/\d+$/);
    const plastic = page.url().split("/").at(-1);
    await until(() => cards.card(who, plastic), ({on_its_way}) => on_its_way);
    await page.reload();
    await well("on its way");
    await page.fill("#f-digits", (await cards.newest()).number.slice(-4));
    await page.press("#f-digits", "Enter");
    await page.waitForURL((url) => /\/(pin|confirm)$/.test(url.pathname)); // a PIN is offered, after a second check
    await page.goto(`${server.url}/cards/${plastic}`);
    await page.waitForSelector('main form[action$="/topup"]');
    await page.fill("#f-sum", "250,50");
    await page.press("#f-sum", "Enter");
    await page.waitForSelector('main form[action$="/back"]', {state: "attached"});
    assert.equal((await cards.card(who, plastic)).available.amount, "250.50");
    await well("with money on it");
    await open(/Вернуть|Move money/);
    await press("/back");
    await page.waitForSelector('main form[action$="/back"]', {state: "detached"});
    assert.equal((await cards.card(who, plastic)).available.amount, "0.00");
    await page.goto(`${server.url}/cards`);
    await well("the list");
  });
