// merchants.test.mjs: a merchant made by one of finance and confirmed by another; its bill paid by a guest who signs in on
// the way, without scripts; a bill made out to a number declined; the callback's failure seen and sent again (WA-11, BO-2).
// Every page in both languages, light and dark, from 320 px up.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {Browsers, inspect} from "../support/browser.mjs";
import {Merchant, hearCallbacks, makeMerchant} from "../support/merchants.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {staff} from "../support/staff.mjs";
import {Wallets, limits, until} from "../support/wallet.mjs";

const shots = process.env.KABINET_SHOTS; // a folder: pictures of the pages, for whoever wants to look
let both, server, browsers, people, shop, wallets;
before(async () => {
  both = await startBoth({company: "Кошелёк «Рядом»", limits, merchants: {private_addresses: true, callback_pause: "1s"}});
  ({server} = both);
  wallets = new Wallets(both);
  browsers = await Browsers.start();
  shop = await hearCallbacks();
  people = await staff(server, {finance: "finance", finance2: "finance"});
});
after(async () => {
  await browsers?.stop();
  await shop?.stop();
  await both?.stop();
});

async function look(page, name) {
  if (shots) {
    await page.screenshot({path: `${shots}/${name}.png`, fullPage: true});
    await page.emulateMedia({colorScheme: "dark"});
    await page.screenshot({path: `${shots}/${name}-dark.png`, fullPage: true});
    await page.emulateMedia({colorScheme: "light"});
  }
  await inspect(page, name, {everywhere: true});
}

async function asStaff(member, locale, scripts = true) {
  const page = await browsers.page({locale, scripts});
  await page.context().addCookies([{name: "staff", value: member.cookie, url: server.url}]);
  return page;
}

for (const locale of ["ru-RU", "en-GB"]) {
  const lang = locale.slice(0, 2);

  test(`BO-2: a merchant is made by one and confirmed by another, without scripts (${locale})`, async () => {
    const maker = await asStaff(people.finance, locale, false), other = await asStaff(people.finance2, locale, false);
    await maker.goto(`${server.url}/staff/merchants`);
    await maker.fill("#f-title", "Чайная лавка");
    await maker.fill("#f-site", "shop.example");
    await maker.press("#f-site", "Enter");
    assert.equal(await maker.inputValue("#f-title"), "Чайная лавка", "what was typed stays");
    assert.equal(await maker.getAttribute("#f-site", "aria-invalid"), "true");
    await maker.fill("#f-site", "https://shop.example");
    await maker.fill("#f-callback", `${shop.url}/paid`);
    await maker.press("#f-callback", "Enter");
    const [id, publicKey, secret] = await maker.locator("dd.code").allTextContents();
    const merchant = new Merchant(server, {id, public_key: publicKey, secret_key: secret});
    assert.equal((await merchant.put("1", "1.00")).status, 403, "not before it was confirmed");
    await maker.goto(`${server.url}/staff/merchants/${id}`);
    await maker.click(`form[action$="/switch"] button`);
    await other.goto(maker.url());
    await other.click(`form[action$="/confirm"] button`);
    shop.answers.push({status: 500});
    const {number, uid} = await merchant.bill("10.00"), who = await wallets.rich("20.00");
    assert.equal((await server.post(`/bill/${uid}/pay`, {}, {token: who.token, key: `${lang}-1`})).status, 200);
    await until(() => merchant.callbacks(number), ([first]) => first?.state === "delivered");
    const page = await asStaff(people.finance, locale);
    for (const [path, name] of [["/staff/merchants", "list"], [`/staff/merchants/${id}`, "merchant"]]) {
      await page.goto(server.url + path);
      await look(page, `merchants-${name}-${lang}`);
    }
    await page.click('form[action$="/replay"] button');
    await until(() => merchant.callbacks(number), ([first]) => first.attempts === 3);
    for (const each of [maker, other, page]) await each.context().close();
  });

  test(`WA-11: a guest comes by the shop's link, signs in, pays and goes back, without scripts (${locale})`, async () => {
    const merchant = await makeMerchant(server, people.finance, people.finance2, {site: "https://shop.example"});
    const who = await wallets.rich("200.00"), {payUrl} = await merchant.bill("150.50", {comment: "Чай чёрный байховый"});
    const address = `${payUrl}&successUrl=${encodeURIComponent("https://shop.example/thanks")}`;
    const guest = await browsers.page({locale});
    await guest.goto(address);
    await look(guest, `bill-guest-${lang}`);
    const page = await browsers.page({locale, scripts: false});
    await page.goto(address);
    await page.click('a[href^="/signin"]');
    await page.fill("#f-phone", who.phone);
    await page.fill("#f-password", who.password);
    await page.press("#f-password", "Enter");
    await page.waitForURL(/\/bill\//);
    const seen = await browsers.signedIn(server, who, {locale});
    await seen.goto(page.url());
    await look(seen, `bill-${lang}`);
    await page.click('form[action$="/pay"] button');
    assert.equal(await page.getAttribute("section .button", "href"), "https://shop.example/thanks");
    assert.equal(await wallets.balance(who), "49.50");
    await seen.goto(page.url());
    await look(seen, `bill-paid-${lang}`);

    await merchant.bill("75.00", {comment: "Самовар", customer: {phone: who.phone}});
    await seen.goto(`${server.url}/bills`);
    await look(seen, `bills-${lang}`);
    await seen.click("ul.rows a");
    await look(seen, `bill-addressed-${lang}`);
    await seen.click('form[action$="/decline"] button');
    await look(seen, `bill-declined-${lang}`);
    for (const each of [guest, page, seen]) await each.context().close();
  });
}
