// bank_cards.test.mjs: a card of another bank is bound on its pages (LO-3): from an empty list over the bank and its small
// sum, told wrongly once, to a card in one's own name, a top-up from it (WA-2), and away again; in both languages, light and dark, without
// scripts. KABINET_SHOTS: a folder for pictures.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {BankCards, newCard, wrong} from "../support/bank_cards.mjs";
import {Browsers, looks, watched} from "../support/browser.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {until} from "../support/wallet.mjs";

let both, server, cards, browsers;
before(async () => {
  both = await startBoth({company: "Кошелёк «Рядом»"}, {slow: 100});
  ({server} = both);
  cards = new BankCards(both);
  browsers = await Browsers.start();
});
after(async () => {
  await browsers?.stop();
  await both?.stop();
});

for (const {name, ...look} of looks)
  test(`LO-3, WA-2: a card is bound, checked, charged and removed (${name})`, {timeout: 540000}, async () => {
    const who = await cards.named(), page = await browsers.signedIn(server, who, look), well = watched(page, name);
    const submit = (action) => page.locator(`main form[action$="${action}"] button[type=submit]`).first().press("Enter");
    await page.goto(`${server.url}/bank-cards`);
    await well("no cards");
    await submit("/bank-cards");
    await page.waitForURL(/acquirer\/bind/);
    const id = new URL(page.url()).searchParams.get("binding");
    await well("the bank's page");
    await page.fill("#f-number", newCard());
    await page.fill("#f-holder", "ANNA PETROVA");
    await page.fill("#f-expiry", "1230");
    await page.fill("#f-cvv", "123");
    await page.press("#f-cvv", "Enter");
    await page.waitForSelector("main .notice.bad");
    await well("a mistake at the bank");
    await page.fill("#f-expiry", "12/30");
    await page.fill("#f-cvv", "123");
    await page.press("#f-cvv", "Enter");
    await page.waitForURL(`**/bank-cards/${id}`);
    await cards.state(who, id, "check");
    await page.goto(`${server.url}/bank-cards/${id}`);
    await page.waitForSelector("#f-sum");
    await well("the sum is asked");
    const right = await cards.small(id);
    await page.fill("#f-sum", "много");
    await page.press("#f-sum", "Enter");
    await page.waitForSelector('main [aria-invalid="true"]');
    await well("no sum");
    await page.fill("#f-sum", wrong(right).replace(".", ","));
    await page.press("#f-sum", "Enter");
    await until(() => cards.card(who, id), ({state, left}) => state === "check" && left === 2);
    await page.goto(`${server.url}/bank-cards/${id}`);
    await page.waitForSelector("#bank-card .notice.bad");
    await well("a wrong sum");
    await page.fill("#f-sum", right);
    await page.press("#f-sum", "Enter");
    await cards.state(who, id, "live");
    await page.goto(`${server.url}/bank-cards/${id}`);
    await well("bound");
    await page.goto(`${server.url}/bank-cards`);
    await well("the list");
    await page.goto(`${server.url}/topup`);
    await page.fill("#f-sum", "1500");
    await page.selectOption("#f-card", id);
    await well("top-up from a card");
    await page.press("#f-sum", "Enter");
    await page.waitForSelector('main form[action="/topups"] input[name=sure]', {state: "attached"});
    await well("checked before it is taken");
    await submit("/topups");
    await page.waitForURL(/topups\/\d+$/);
    await until(() => cards.balance(who), (balance) => balance === "1500.00");
    await page.goto(page.url());
    await well("topped up");
    await page.goto(`${both.sandbox.url}/acquirer/app`);
    await well("the bank's app");
    await page.goto(`${server.url}/bank-cards/${id}`);
    await submit("/remove");
    await page.waitForURL("**/bank-cards");
    assert.deepEqual((await cards.get(who, "/bank-cards")).cards, []);
    await page.goto(`${server.url}/bank-cards/${id}`);
    await well("removed");
  });

test("LO-3: a card of somebody else's name, and one that another has, are told in words", {timeout: 360000}, async () => {
  const [who, other] = [await cards.named(), await cards.named()], number = newCard();
  const {id} = await cards.bound(who, "0000", {number, holder: "IVAN IVANOV"}), taken = await cards.bound(other, "0000", {number});
  const {name, ...look} = looks[0];
  for (const [person, card] of [[who, id], [other, taken.id]]) {
    const page = await browsers.signedIn(server, person, look);
    await page.goto(`${server.url}/bank-cards/${card}`);
    await watched(page, name)(card === id ? "a foreign name" : "another's card");
  }
});
