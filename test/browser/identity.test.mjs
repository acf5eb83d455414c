// identity.test.mjs: signing up and in in a real browser: both languages, light and dark, with and without scripts, on the
// narrowest phone (ID-2, ID-8, ID-10, ID-14).

import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {Browsers, inspect} from "../support/browser.mjs";
import {Server, newPhone} from "../support/server.mjs";

let server, browsers;
before(async () => {
  server = await Server.start({identity: {robot: {hardness: 60000}}});
  browsers = await Browsers.start();
});
after(async () => {
  await browsers?.stop();
  await server.stop();
});

const looks = [{locale: "ru-RU"}, {locale: "en-GB", dark: true}, {locale: "en-GB", width: 1280}, {locale: "ru-RU", dark: true}];

for (const look of looks) {
  const name = `${look.locale}${look.dark ? ", dark" : ""}${look.width ? ", wide" : ""}`;
  test(`ID-2: signing up with scripts, every page and its errors (${name})`, async () => {
    const page = await browsers.page(look);
    const phone = newPhone();
    await page.goto(`${server.url}/signup`);
    await page.waitForFunction(() => document.querySelector("[name=altcha]").value);
    await inspect(page, "signup");
    await page.fill("#f-phone", "8 (916) 12");
    await page.press("#f-phone", "Enter");
    await page.waitForSelector(".summary a[href='#f-phone']");
    await inspect(page, "signup refused", {html: false});
    await page.fill("#f-phone", phone);
    await page.press("#f-phone", "Enter"); // perhaps before the new proof is there: the form waits
    await page.waitForURL("**/signup/code");
    await page.waitForFunction(() => document.activeElement.id === "f-code"); // "autofocus" acts when the page is drawn
    await inspect(page, "code");
    const code = await server.code(phone);
    await page.fill("#f-code", code === "000000" ? "000001" : "000000");
    await page.press("#f-code", "Enter");
    await page.waitForSelector(".summary");
    await inspect(page, "code refused", {html: false});
    await page.fill("#f-code", ` ${code.slice(0, 3)} ${code.slice(3)}`);
    await page.press("#f-code", "Enter");
    await page.waitForURL("**/signup/password");
    await inspect(page, "password");
    await page.fill("#f-password", "abc");
    await page.press("#f-password", "Enter");
    await page.waitForSelector(".summary");
    await inspect(page, "password refused", {html: false});
    await page.fill("#f-password", "Qwerty7!");
    await page.click(".reveal");
    assert.equal(await page.getAttribute("#f-password", "type"), "text");
    await page.press("#f-password", "Enter");
    await page.waitForURL(`${server.url}/`);
    await page.goto(`${server.url}/sessions`);
    await inspect(page, "sessions");
    await page.context().close();
  });
}

test("ID-2, ID-8: signing up and in without scripts", async () => {
  const page = await browsers.page({scripts: false});
  const phone = newPhone();
  const words = ["один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять"];
  await page.goto(`${server.url}/signup`);
  const [, left, right] = /Сколько будет (\S+) плюс (\S+)\?/.exec(await page.textContent("main"));
  await page.fill("#f-phone", phone);
  await page.fill("#f-answer", String(words.indexOf(left) + words.indexOf(right) + 2));
  await page.click("main button.button");
  await page.waitForURL("**/signup/code");
  await page.fill("#f-code", await server.code(phone));
  await page.fill("#f-password", "Qwerty7!");
  await page.click("main form[action='/signup/code'] button.button");
  await page.waitForURL(`${server.url}/`);
  await page.click("form[action='/signout'] button");
  await page.waitForURL("**/signin");
  await page.fill("#f-phone", phone);
  await page.fill("#f-password", "Qwerty7!");
  await page.click("main button.button");
  await page.waitForURL(`${server.url}/`);
  await page.context().close();
});

test("ID-10: signing in warns of Caps Lock and the wrong layout, and the refusal reads well", async () => {
  const person = await server.customer();
  const page = await browsers.page();
  await page.goto(`${server.url}/signin`);
  await inspect(page, "signin");
  await page.fill("#f-password", "Пароль");
  assert.match(await page.textContent("[data-layout]"), /русская раскладка/);
  await page.fill("#f-password", "x");
  await page.evaluate(() =>
    document.querySelector("#f-password").dispatchEvent(new KeyboardEvent("keydown", {modifierCapsLock: true, bubbles: true})));
  assert.match(await page.textContent("[data-caps]"), /Caps Lock/);
  await page.fill("#f-phone", person.phone);
  await page.press("#f-password", "Enter");
  await page.waitForSelector(".summary");
  assert.match(await page.title(), /^Ошибка: /);
  assert.equal(await page.inputValue("#f-phone"), person.phone);
  await inspect(page, "signin refused", {html: false});
  await page.fill("#f-password", person.password);
  await page.press("#f-password", "Enter");
  await page.waitForURL(`${server.url}/`);
  await page.context().close();
});

test("some of MS 1: the demo's phone shows messages by number, newest first", async () => {
  const phone = newPhone();
  await server.begin(phone);
  await server.messages(phone);
  const page = await browsers.page();
  await page.goto(`${server.url}/sandbox/phone`);
  await inspect(page, "phone");
  await page.fill("#f-number", phone);
  await page.press("#f-number", "Enter");
  await page.waitForURL("**number=*");
  assert.equal(await page.locator(".bubble").count(), 1);
  await inspect(page, "one phone");
  await page.context().close();
});
