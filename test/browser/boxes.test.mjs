// boxes.test.mjs: a money box on its pages (WA-8), from nothing to broken: made with a mistake, filled, a rule set, its link
// opened by a guest who pays by card; and cashback (WA-9) before paying and in the month; in both languages, light and
// dark, without scripts. KABINET_SHOTS: a folder for pictures.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {Browsers, looks, watched} from "../support/browser.mjs";
import {cards, startBoth} from "../support/sandbox.mjs";
import {newKey} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";
import {Wallets, limits, until} from "../support/wallet.mjs";

let both, server, wallets, browsers, people;
before(async () => {
  both = await startBoth({company: "Кошелёк «Рядом»", limits, payments: {catalogue_file: "profiles/catalogue.json"}}, {slow: 100});
  ({server} = both);
  wallets = new Wallets(both);
  people = await staff(server, {vera: "catalogue", finance: "finance"});
  await until(async () => (await people.vera.get("/staff/providers")).body.providers?.length, (count) => count > 10);
  const {body} = await people.vera.post("/staff/cashback", {code: "mobile", title: "Мобильная связь", category: "mobile", percent: "2.50",
                                                            month_most: "300.00", reason: "Договор 17"}, {key: newKey()});
  await people.finance.post(`/staff/approvals/${body.approval}/confirm`, {}, {key: newKey()});
  browsers = await Browsers.start();
});
after(async () => {
  await browsers?.stop();
  await both?.stop();
});

for (const {name, ...look} of looks) {
  const looked = (page) => watched(page, name);

  test(`WA-8: a money box from nothing to broken (${name})`, {timeout: 540000}, async () => {
    const who = await wallets.rich("3000.00"), page = await browsers.signedIn(server, who, look), well = looked(page);
    const text = () => page.locator("main").innerText();
    const submit = (action) => page.locator(`main form[action$="${action}"] button[type=submit]`).first().press("Enter");
    await page.goto(`${server.url}/boxes`);
    await well("no boxes");
    await page.click('main a[href="/boxes/new"]');
    await page.waitForURL("**/boxes/new");
    await page.fill("#f-name", "Отпуск");
    await page.fill("#f-goal", "много");
    await page.press("#f-goal", "Enter");
    await page.waitForSelector('main [aria-invalid="true"]');
    assert.equal(await page.inputValue("#f-name"), "Отпуск", "nothing typed is lost");
    await well("a mistake");
    await page.fill("#f-goal", "1 000");
    await page.press("#f-goal", "Enter");
    await page.waitForURL(/\/boxes\/\d+$/);
    const address = page.url();
    await page.fill("#f-sum", "250");
    await page.press("#f-sum", "Enter");
    await page.waitForSelector('progress[value="25"]');
    assert.match(await text(), /25.?%/);
    await page.fill("#f-sum", "5000");
    await page.press("#f-sum", "Enter");
    await page.waitForSelector(".summary");
    await well("too much");
    await page.goto(`${address}/rules`);
    await well("rules");
    await submit("/rules");
    await page.waitForURL(address);
    assert.match(await text(), /50/);
    await page.goto(`${address}/rules`);
    await well("a rule is on");
    await page.goto(`${address}/edit`);
    await well("edit");
    await page.goto(address);
    await submit("/link");
    await page.waitForSelector("#box-link");
    await well("the box");
    const link = await page.innerText("#box-link");

    const guest = await browsers.page(look), seen = looked(guest);
    await guest.goto(server.url + new URL(link).pathname);
    await seen("by link");
    await guest.fill("#f-sum", "150");
    await guest.fill("#f-name", "Бабушка");
    await guest.press("#f-sum", "Enter");
    await guest.waitForURL(/acquirer/);
    const back = new URL(guest.url()).searchParams.get("return"), gift = new URL(back).pathname;
    assert.ok(gift.startsWith("/gift/"), gift);
    const headers = {Accept: "text/html", "Accept-Language": look.locale ?? "ru"};
    const onTheWay = await (await fetch(`${server.url}${gift}/pay`, {headers})).text();
    assert.match(onTheWay, /150[,.]00/);
    assert.ok(onTheWay.includes(guest.url().replaceAll("&", "&amp;")), "the bank's page");
    assert.equal((await both.sandbox.pay(guest.url(), cards.pays)).status, 303);
    await until(async () => (await server.get(gift)).body.state, (state) => state === "paid");
    await guest.goto(back);
    await seen("paid");
    await guest.context().close();

    await page.goto(address);
    assert.match(await text(), /Бабушка/);
    await well("a gift");
    await submit("/break");
    await page.waitForSelector(`main form[action$="/break"]`, {state: "detached"});
    await well("broken");
    assert.equal(await wallets.balance(who), "3150.00");
    await page.goto(`${server.url}/boxes`);
    await well("broken ones");
    await page.context().close();
  });

  test(`WA-9: cashback before paying, on the payment and in the month (${name})`, {timeout: 360000}, async () => {
    const who = await wallets.rich("1000.00"), page = await browsers.signedIn(server, who, look), well = looked(page);
    await page.goto(`${server.url}/cashback`);
    await well("no cashback yet");
    const {body: {id}} = await server.post("/pay/mobile", {account: "9161234567", sum: "500.00"}, {token: who.token, key: newKey()});
    const state = async () => (await server.get(`/payments/${id}`, {token: who.token})).body.state;
    await until(state, (found) => found === "checked");
    await page.goto(`${server.url}/payments/${id}`);
    assert.match(await page.locator("main").innerText(), /12[.,]50/);
    await well("promised");
    await page.locator(`main form[action$="/confirm"] button`).press("Enter");
    await until(state, (found) => found === "done");
    await page.goto(`${server.url}/payments/${id}`);
    assert.match(await page.locator("main").innerText(), /12[.,]50/);
    await page.goto(`${server.url}/cashback`);
    assert.match(await page.locator("main .balance").innerText(), /12[.,]50/);
    await well("the month");
    await page.context().close();
  });

  test(`WA-9: the rules, as staff see them (${name})`, {timeout: 180000}, async () => {
    const page = await browsers.page(look);
    await page.context().addCookies([{name: "staff", value: people.vera.cookie, url: server.url}]);
    await page.goto(`${server.url}/staff/cashback`);
    assert.match(await page.locator("main").innerText(), /Мобильная связь/);
    await looked(page)("staff");
    await page.context().close();
  });
}
