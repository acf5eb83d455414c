// catalogue.test.mjs: staff change a provider on its page (BO-4), with scripts and without: a mistake is told at its
// field and loses nothing, a page saved as it is changes nothing, a change on top of another's is told. And a customer
// pays a number whose operator is found, or chosen (WA-3).

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {providerCount} from "../support/catalogue.mjs";
import {Browsers, inspect} from "../support/browser.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {png} from "../support/pictures.mjs";
import {newKey} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";
import {Wallets, limits, until} from "../support/wallet.mjs";

let both, server, wallets, browsers, boss;
before(async () => {
  both = await startBoth({company: "Кошелёк «Рядом»", limits, payments: {catalogue_file: "profiles/catalogue.json"}}, {slow: 500});
  ({server} = both);
  wallets = new Wallets(both);
  browsers = await Browsers.start();
  ({boss} = await staff(server, {boss: "catalogue"}));
  await until(async () => (await boss.get("/staff/providers")).body.count, (count) => count === providerCount);
});
after(async () => {
  await browsers?.stop();
  await both?.stop();
});

const looks = [
  {name: "ru, light", width: 360, locale: "ru-RU"},
  {name: "en, dark", width: 320, locale: "en-GB", dark: true},
  {name: "en, without scripts", width: 320, locale: "en-GB", scripts: false},
];
const looking = (page, name) => (what) => inspect(page, `${name}: ${what}`);
const staffPage = async (look) => {
  const page = await browsers.page(look);
  await page.context().addCookies([{name: "staff", value: boss.cookie, url: server.url}]);
  return page;
};
const provider = async (code) => {
  const {providers} = (await boss.get(`/staff/providers?q=${code}`)).body;
  return (await boss.get(`/staff/providers/${providers.find((found) => found.code === code).id}`)).body;
};
const save = (page) => page.click('main form:has([name="version"]) button[type="submit"]');

for (const {name, ...look} of looks) {
  test(`BO-4: every provider's page saved as it stands changes nothing (${name})`, {timeout: 360000}, async () => {
    const page = await staffPage(look);
    for (const {id, code, version} of (await boss.get("/staff/providers")).body.providers) {
      await page.goto(`${server.url}/staff/providers/${id}`);
      await save(page);
      await page.waitForURL(`**/staff/providers/${id}`);
      assert.equal(await page.locator('[aria-invalid="true"]').count(), 0, code);
      assert.equal((await boss.get(`/staff/providers/${id}`)).body.version, version, code);
    }
  });

  test(`BO-4: a provider is found, mistyped, mended, saved; another's change is told (${name})`, {timeout: 360000}, async () => {
    const page = await staffPage(look), well = looking(page, name);
    await page.goto(`${server.url}/staff/providers`);
    await page.fill('main input[type="search"]', "school");
    await page.press('main input[type="search"]', "Enter");
    await page.click("main table a");
    const {id, version} = await provider("school");
    await page.fill("#f-search", "школа лицей");
    await page.selectOption("#f-category", "state");
    await page.selectOption("#f-level", "full");
    await page.fill("#f-sum_max", "не знаю");
    await page.locator("summary", {has: page.locator("b")}).first().click();
    await page.fill("#f-fields_0_pattern", "[0-9");
    await save(page);
    await page.waitForSelector("main #f-sum_max[aria-invalid=\"true\"]");
    assert.equal(await page.inputValue("#f-search"), "школа лицей", "nothing typed is lost");
    assert.equal(await page.inputValue("#f-sum_max"), "не знаю");
    assert.equal(await page.inputValue("#f-fields_0_pattern"), "[0-9");
    assert.equal(await page.getAttribute("#f-fields_0_pattern", "aria-invalid"), "true");
    await well("with mistakes");
    await page.fill("#f-sum_max", "4 000,00");
    await page.fill("#f-fields_0_pattern", "");
    const now = (await provider("school")).provider;
    await boss.post(`/staff/providers/${id}`, {version, provider: {...now, title: {ru: `Школа ${name}`}}}, {key: newKey()});
    await save(page);
    await page.locator("body", {hasText: /Пока вы меняли|Somebody saved/}).waitFor();
    assert.equal((await provider("school")).version, version + 1, "not overwritten");
    assert.equal(await page.inputValue("#f-search"), "школа лицей");
    assert.match(page.complaints.splice(0).join(), /^[^,]*409 \(Conflict\)$/);
    await well("on top of another's");
    await save(page);
    await until(async () => (await provider("school")).version, (number) => number === version + 2);
    const saved = (await provider("school")).provider;
    assert.deepEqual([saved.search, saved.sum.max, saved.category, saved.level], ["школа лицей", "4000.00", "state", "full"]);
    const before = {version: version + 2, provider: {...saved, category: "school", level: "minimal"}};
    await boss.post(`/staff/providers/${id}`, before, {key: newKey()});
    await page.goto(`${server.url}/staff/providers/${id}/versions`);
    await well("versions");
  });

  test(`WA-3: a number's operator is shown, and changed by hand; an unknown one is chosen (${name})`, {timeout: 180000}, async () => {
    const who = await wallets.rich("100.00"), page = await browsers.signedIn(server, who, look), well = looking(page, name);
    await page.goto(`${server.url}/pay/mobile`);
    assert.equal(await page.locator("#f-operator").count(), 0, "the number alone is asked for");
    await page.fill("#f-account", "8 954 123-45-67");
    await page.fill("#f-sum", "10");
    await page.click("main form .button:not(.quiet)");
    await page.waitForSelector("#f-operator");
    assert.equal(await page.inputValue("#f-sum"), "10");
    assert.equal(await page.inputValue("#f-operator"), "", "nobody is chosen by not looking");
    await well("unknown");
    await page.selectOption("#f-operator", "t2");
    await page.click("main form .button:not(.quiet)");
    const confirm = page.locator('main form[action$="/confirm"] .button');
    await confirm.waitFor();
    assert.match(await page.locator("main dl").innerText(), /T2|Т2/);
    await well("to confirm");
    await page.click('main dl a[href*="choose=true"]');
    assert.equal(await page.inputValue("#f-operator"), "t2");
    assert.equal(await page.inputValue("#f-account"), "9541234567");
    await page.selectOption("#f-operator", "mts");
    await page.click("main form .button:not(.quiet)");
    await confirm.waitFor();
    assert.match(await page.locator("main dl").innerText(), /МТС|MTS/);
  });

  test(`BO-4: a logo is uploaded, what is none told at its field; the list has logos or letters (${name})`, {timeout: 180000}, async () => {
    const page = await staffPage(look), well = looking(page, name), {id} = await provider("internet");
    const send = async (bytes) => {
      await page.setInputFiles("#f-picture", {name: "logo.png", mimeType: "image/png", buffer: bytes});
      await page.click('main form[action$="/logo"]:has([type="file"]) button');
    };
    await page.goto(`${server.url}/staff/providers/${id}`);
    await send(Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>"));
    await page.waitForSelector('#f-picture[aria-invalid="true"]');
    await well("no picture");
    await send(png(300, 200));
    await page.waitForURL(`**/staff/providers/${id}`);
    await page.waitForSelector('main img[src^="/logos/"]');
    await well("with a logo");
    await page.click('main form[action$="/logo"]:has([name="remove"]) button');
    await page.waitForSelector('main img[src^="/logos/"]', {state: "detached"});
    const who = await server.customer(), customer = await browsers.signedIn(server, who, look);
    await until(async () => (await server.get("/pay/internet", {token: who.token})).body.logo, (logo) => logo === null);
    await customer.goto(`${server.url}/pay`);
    const shown = customer.locator('main img[src^="/logos/"]'), letter = customer.locator('a[href="/pay/internet"] .letter');
    await shown.last().scrollIntoViewIfNeeded();
    const whole = (all) => all.filter((each) => each.naturalWidth === 96 && each.offsetWidth === each.offsetHeight).length;
    await until(() => shown.evaluateAll(whole), (count) => count >= 1);
    assert.match(await letter.innerText(), /^[ИV]$/);
    await looking(customer, name)("the list");
  });
}
