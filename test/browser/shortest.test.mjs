// shortest.test.mjs: the shortest sign-up (number, code, open) walked in a real browser in both languages: two screens, two
// fields, the cabinet; then signing in by a code, and by the password after it once one is chosen (ID-2, ID-8). KABINET_SHOTS:
// a folder for pictures.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {Browsers, inspect} from "../support/browser.mjs";
import {Server, newPhone} from "../support/server.mjs";
import {until} from "../support/wallet.mjs";

const shots = process.env.KABINET_SHOTS;
let server, browsers;
before(async () => {
  server = await Server.start({features: "wallet, onboarding, recovery, factors, inbox", onboarding: {steps: "number, code, open"}});
  browsers = await Browsers.start();
});
after(async () => {
  await browsers?.stop();
  await server?.stop();
});

for (const look of [{locale: "ru-RU"}, {locale: "en-GB", dark: true}]) {
  const ru = look.locale === "ru-RU";
  test(`ID-2: number and code: two screens, two fields, and the first page (${look.locale})`, async () => {
    const page = await browsers.page(look), phone = newPhone(), screens = [], fields = [];
    const seen = async (name) => {
      if (shots) await page.screenshot({path: `${shots}/shortest-${name}-${look.locale}.png`, fullPage: true});
      await inspect(page, name, {everywhere: true});
    };
    const screen = async (name) => {
      screens.push(new URL(page.url()).pathname);
      fields.push(...await page.$$eval("main input:not([type=hidden]):not(.unseen)",
                                       (all) => all.filter((each) => each.checkVisibility()).map(({name}) => name)));
      await seen(name);
    };
    // Notices come between codes, in any order.
    const codes = async () => (await server.messages(phone)).flatMap((text) => /#(\d{6})$/.exec(text)?.[1] ?? []);
    const sendCode = async (had, address) => {
      await page.fill("#f-code", (await until(codes, (found) => found.length > had))[0]);
      await page.press("#f-code", "Enter");
      await page.waitForURL(address);
    };
    const signIn = async (address) => {
      const had = (await codes()).length;
      await page.fill("#f-phone", phone);
      await page.press("#f-phone", "Enter");
      await page.waitForURL("**/signin/code**");
      await seen("sign-in-code");
      await sendCode(had, address);
    };

    await page.goto(`${server.url}/signup`);
    await screen("number");
    await page.fill("#f-phone", phone);
    await page.press("#f-phone", "Enter");
    await page.waitForURL("**/signup/code");
    await screen("code");
    await page.fill("#f-code", "000000");
    await page.press("#f-code", "Enter");
    await page.waitForSelector(".summary");
    await inspect(page, "a wrong code", {html: false});
    await sendCode(0, `${server.url}/`);
    assert.deepEqual([screens, fields], [["/signup", "/signup/code"], ["phone", "code"]], "the gate of signing up");
    await seen("home");

    await page.click("main a[href='/settings/security']");
    await page.waitForURL("**/settings/security");
    await seen("security");
    await page.click("main a[href='/settings/password']");
    await page.waitForURL("**/settings/password");
    await seen("first-password");
    await page.click("form.sign-out button");
    await page.waitForURL("**/signin");
    await seen("sign-in");
    await signIn(`${server.url}/`);

    await page.goto(`${server.url}/settings/password`);
    await page.fill("#f-password", "Qwerty7!");
    await page.press("#f-password", "Enter");
    await page.waitForURL("**/settings/profile");
    await page.click("form.sign-out button");
    await page.waitForURL("**/signin");
    await signIn("**/signin/password**");
    await seen("sign-in-password");
    await page.fill("#f-password", "Wrong-7!");
    await page.press("#f-password", "Enter");
    await page.waitForSelector(".summary");
    await inspect(page, "a wrong password", {html: false});
    await page.fill("#f-password", "Qwerty7!");
    await page.press("#f-password", "Enter");
    await page.waitForURL(`${server.url}/`);
    assert.doesNotMatch(await page.innerText("main"), ru ? /Защитите вход/ : /Protect your sign-in/, "he has chosen");
    await page.goto(`${server.url}/settings/security`);
    await seen("security-with-password");
  });
}
