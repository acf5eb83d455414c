// instalments_till.test.mjs: a cashier sells by instalments from the number to the goods (IN-3, ID-4): by keyboard alone, on a
// phone and on a till's tablet, light and dark, with and without scripts; a number without a cabinet. KABINET_SHOTS: a folder
// for pictures.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {Browsers, looks, watched} from "../support/browser.mjs";
import {Shop, buyer, settings, texts, tillCode} from "../support/instalments.mjs";
import {Server, newPhone} from "../support/server.mjs";
import {addPerson} from "../support/shops.mjs";
import {staff} from "../support/staff.mjs";

let browsers, server, boss, shop, owner;
before(async () => {
  browsers = await Browsers.start();
  server = await Server.start(settings());
  ({boss} = await staff(server, {boss: "catalogue"}));
  shop = await Shop.open(server, boss, "Мебель на Преображенской");
  owner = await (await addPerson(server, boss, shop.id, "owner", "owner")).signIn();
});
after(async () => {
  await browsers?.stop();
  await shop?.stop();
  await server?.stop();
});

async function reach(page, selector) {
  for (let pressed = 0; pressed < 80; pressed++) {
    if (await page.locator(selector).and(page.locator(":focus")).count()) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`Tab does not come to ${selector} on ${page.url()}`);
}

async function press(page, selector) {
  await reach(page, selector);
  await page.keyboard.press("Enter");
}

// The page after it: other words.
const comes = (page, selector) => page.locator(selector).first().waitFor({state: "visible"});
const form = (page, what) => `form[action="${new URL(page.url()).pathname}/${what}"] button`;

async function begins(page, phone, sum) {
  await page.goto(`${server.url}/shop/till`);
  for (const [field, value] of [["#f-phone", phone], ["#f-sum", sum]]) {
    await reach(page, field);
    await page.keyboard.type(value);
  }
  await press(page, 'form[action="/shop/till"] button');
  await page.waitForURL(/\/shop\/till\/[0-9a-f]{40}$/);
}

// The way of paying is named by the arrow keys; the code goes out.
async function chooses(page, phone) {
  const seen = (await texts(server, phone)).length;
  await reach(page, "input[name=plan]");
  await page.keyboard.press("Space");
  await press(page, form(page, "plan"));
  await comes(page, "#f-code");
  return tillCode(server, phone, seen);
}

let next = 1;
for (const {name, ...look} of [...looks, {name: "ru, light, tablet", width: 768, locale: "ru-RU"},
                               {name: "en, dark, tablet", width: 768, locale: "en-GB", dark: true}])
  test(`IN-3, ID-4: sold at the till, by keyboard (${name})`, {timeout: 200000}, async () => {
    const who = await buyer(server), login = `kassa-${next++}`, page = await browsers.page(look), well = watched(page, name);
    const cashier = await addPerson(server, boss, shop.id, login, "cashier");
    await page.goto(`${server.url}/shop/signin`);
    await page.fill("#f-login", login);
    await page.fill("#f-password", cashier.password);
    await page.press("#f-password", "Enter");
    await page.waitForURL("**/shop/till");
    await well("till");
    await page.fill("#f-phone", "12");
    await page.fill("#f-sum", "3000");
    await press(page, 'form[action="/shop/till"] button');
    await comes(page, ".field.wrong");
    await well("till wrong");
    await begins(page, who.phone, "3000");
    await well("ways");
    await page.locator("details summary").first().click();
    await well("ways opened");
    const code = await chooses(page, who.phone);
    await well("code");
    await page.locator("#f-code").fill(String((Number(code) + 1) % 1000000).padStart(6, "0"));
    await press(page, form(page, "code"));
    await comes(page, ".field.wrong");
    await well("code wrong");
    await page.goto(page.url().replace(/\/code$/, ""));
    await page.locator("#f-code").fill(code);
    await press(page, form(page, "code"));
    await comes(page, ".badge.good");
    await well("held");
    await press(page, form(page, "finish"));
    await page.locator('form[action$="/finish"]').waitFor({state: "detached"});
    await well("sold");

    const nobody = newPhone();
    await begins(page, nobody, "5000");
    await page.locator("#f-code").or(page.locator("input[name=plan]")).first().waitFor();
    const told = await chooses(page, nobody);
    await page.locator("#f-code").fill(told);
    await press(page, form(page, "code"));
    await comes(page, 'a[href^="/till?phone="]');
    await well("nobody");
    await press(page, 'a[href^="/till?phone="]');
    await page.waitForURL("**/till?phone=**");
    assert.equal((await page.inputValue("#f-phone")).replace(/\D/g, ""), nobody.slice(1));
    await page.goto(`${server.url}/shop/till`);
    await well("till later");
    await page.context().addCookies([{name: "shop", value: owner.cookie, url: server.url}]);
    await page.goto(`${server.url}/shop/reports`);
    await well("reports");
    await page.context().close();
  });
