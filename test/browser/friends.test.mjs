// friends.test.mjs: money from cards to cards and to people on its pages: a transfer to a card that another bank's card
// pays (BK-2), a card topped up from its page (BK-1), a personal page from nothing to a visitor's payment (BK-4); in both
// languages, light and dark, without scripts. KABINET_SHOTS: a folder for pictures.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {Browsers, looks, watched} from "../support/browser.mjs";
import {Cards} from "../support/cards.mjs";
import {providerCount} from "../support/catalogue.mjs";
import {cardOf} from "../support/payouts.mjs";
import {cards as banks, startBoth} from "../support/sandbox.mjs";
import {limits, until} from "../support/wallet.mjs";

let both, server, cards, browsers;
before(async () => {
  both = await startBoth({company: "Банк «Рядом»", limits, payments: {catalogue_file: "profiles/catalogue.json"}, personal: {fee: "1.00"},
                          cards: {plastic_fee: "0.00"}}, {slow: 100});
  ({server} = both);
  cards = new Cards(both);
  const {token} = await server.customer();
  await until(async () => (await server.get("/pay", {token})).body.providers.length, (count) => count === providerCount);
  browsers = await Browsers.start();
});
after(async () => {
  await browsers?.stop();
  await both?.stop();
});

for (const {name, ...look} of looks) {
  const looked = (page) => watched(page, name);
  const send = (page, action) => page.locator(`main form[action$="${action}"] button[type=submit]`).first().press("Enter");
  // At the bank: the card, and back to us.
  async function atBank(page, back) {
    await page.waitForURL(/\/acquirer\//);
    await page.fill("[name=number]", banks.pays);
    await page.fill("[name=expiry]", "12/39");
    await page.fill("[name=cvv]", "123");
    await page.press("[name=cvv]", "Enter");
    await page.waitForURL(back);
  }

  test(`BK-2: to a card, paid by another bank's card (${name})`, {timeout: 360000}, async () => {
    const who = await server.customer(), page = await browsers.signedIn(server, who, look), well = looked(page);
    await page.goto(`${server.url}/pay/to-card`);
    await page.locator("main details summary").click();
    await well("card form");
    await page.fill("main [name=account]", cardOf("0000", "000200000"));
    await page.fill("main [name=sum]", "1000");
    await page.check("main [name=by_card]");
    await page.press("main [name=sum]", "Enter");
    await page.waitForURL(/\/payments\/\d+$/);
    await page.waitForSelector("main form[action$=confirm]", {timeout: 30000});
    assert.match(await page.innerText("main"), /Дальний[^]*1.010[,.]00/);
    await well("card check");
    await send(page, "/confirm");
    await atBank(page, "**/payments/**");
    await page.waitForSelector("main .badge.good", {timeout: 30000});
    await page.goto(page.url());
    await well("card done");
  });

  test(`BK-1: a card topped up from its page (${name})`, {timeout: 360000}, async () => {
    const who = await cards.rich("100.00"), id = await cards.plastic(who);
    const page = await browsers.signedIn(server, who, look), well = looked(page);
    await page.goto(`${server.url}/cards/${id}`);
    await page.click('main a[href^="/topup?to="]');
    await page.waitForURL("**/topup?to=*");
    await well("topup form");
    await page.fill("#f-sum", "300");
    await page.press("#f-sum", "Enter");
    await atBank(page, "**/topups/**");
    await page.waitForSelector("main .badge.good", {timeout: 30000});
    await page.goto(page.url()); // what came while he looked has moved the page
    await well("topup done");
    assert.equal((await cards.card(who, id)).available.amount, "300.00");
  });

  test(`BK-4: a personal page, and a visitor who pays (${name})`, {timeout: 360000}, async () => {
    const who = await server.customer(), page = await browsers.signedIn(server, who, look), well = looked(page);
    const own = `look_${look.width}${look.scripts === false ? "n" : "s"}`;
    await page.goto(`${server.url}/personal`);
    await well("page none");
    await page.fill("#f-name", "support");
    await page.fill("#f-greeting", "На кофе");
    await page.press("#f-name", "Enter");
    await page.waitForSelector('main [aria-invalid="true"]');
    assert.equal(await page.inputValue("#f-greeting"), "На кофе", "nothing typed is lost");
    await well("page mistake");
    await page.fill("#f-name", own);
    await page.fill("#f-sums", "100, 500");
    await page.check("main [name=on]");
    await page.press("#f-name", "Enter");
    await page.waitForSelector(`main a[href$="/@${own}"]`);
    await well("page on");
    const guest = await browsers.page(look), seen = looked(guest);
    await guest.goto(`${server.url}/@${own}`);
    await seen("visit");
    await guest.click("main .chip");
    await guest.waitForURL(/sum=100/);
    assert.match(await guest.inputValue("#f-sum"), /^100/);
    await guest.fill("#f-note", "<b>");
    await guest.press("#f-note", "Enter");
    await guest.waitForSelector('main [aria-invalid="true"]');
    await seen("visit mistake");
    await guest.fill("#f-note", "С днём рождения!");
    await guest.fill("#f-payer", "Дядя Фёдор");
    await guest.press("#f-note", "Enter");
    await guest.waitForURL(/\/paid\/[^/]+$/);
    assert.match(await guest.innerText("main"), /101/);
    await seen("visit check");
    const token = new URL(guest.url()).pathname.split("/").at(-1), headers = {Accept: "text/html", "Accept-Language": look.locale};
    const onTheWay = await (await fetch(`${server.url}/paid/${token}/pay`, {headers})).text();
    assert.match(onTheWay, /101/, "on the way to the bank's page it says how much");
    assert.match(onTheWay, /\/acquirer\//, "and leads on");
    await guest.click('main a[href$="/pay"]');
    await atBank(guest, /\/paid\/[^/]+$/);
    await until(async () => (await server.get(new URL(guest.url()).pathname)).body.state, (state) => state === "paid");
    await guest.goto(guest.url());
    await seen("visit paid");
    await page.goto(`${server.url}/personal`);
    await page.waitForSelector("main .rows");
    await well("page paid");
    await guest.goto(`${server.url}/@${own}/report`);
    await seen("report");
    await guest.fill("#f-words", "Просит от имени банка");
    await guest.press("#f-words", "Enter");
    await guest.waitForURL(/sent=true/);
    await seen("report sent");
  });
}
