// esia.test.mjs: signing up through the state portal in a real browser, with its policy on (ID-9): from the sign-in page to
// the portal, back, a sign-up that is filled in, the level; an account that is not verified.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {Browsers, inspect} from "../support/browser.mjs";
import {people, startPortal} from "../support/portal.mjs";
import {newPhone} from "../support/server.mjs";

let both, server, browsers;
before(async () => {
  both = await startPortal({
    company: "Кошелёк «Рядом»",
    onboarding: {steps: "number, code, person, password, open", pages: {person: "surname, name, patronymic?, birth, passport, snils?"}},
  });
  ({server} = both);
  browsers = await Browsers.start();
});
after(async () => {
  await browsers?.stop();
  await both?.stop();
});

const looks = [{locale: "ru-RU", scripts: false, person: "petr"}, {locale: "ru-RU", width: 390, person: "anna"},
               {locale: "en-GB", dark: true, width: 390, person: "li"}];

for (const {person, ...look} of looks)
  test(`ID-9: through the state portal: every page (${JSON.stringify(look)})`, async () => {
    const page = await browsers.page(look), shots = process.env.KABINET_SHOTS, phone = newPhone();
    const check = async (name) => {
      const file = `esia-${name}-${look.locale}${look.scripts === false ? "-plain" : ""}.png`;
      if (shots) await page.screenshot({path: `${shots}/${file}`, fullPage: true});
      if (look.scripts !== false) await inspect(page, name, {everywhere: true});
    };
    await page.goto(`${server.url}/signin`);
    await page.click("a[href^='/signin/with/gosuslugi']");
    await page.waitForURL(/\/aas\/oauth2\/v2\/ac/);
    await check("portal");
    await page.click(`button[value='${people.maria}']`);
    await page.waitForURL(/\/signin\/from\/gosuslugi/);
    assert.equal(page.shown.status(), 403);
    page.complaints = page.complaints.filter((text) => !/status of 403/.test(text));
    await check("unverified");
    await page.click("a[href='/signin/with/gosuslugi']");
    await page.waitForURL(/\/aas\/oauth2\/v2\/ac/);
    await page.click(`button[value='${people[person]}']`);
    await page.waitForURL(`${server.url}/signin/unknown`);
    await check("unknown");
    await page.click("a[href='/signup']");
    await page.waitForURL(`${server.url}/signup`);
    assert.equal(await page.inputValue("#f-phone"), {petr: "+7 916 765-43-21", anna: "+7 916 123-45-67", li: ""}[person]);
    await check("number");
    await page.fill("#f-phone", phone);
    if (look.scripts === false) {
      const [, first, second] = /(\S+) плюс (\S+)\?/.exec(await page.content());
      const words = ["ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять"];
      await page.fill("#f-answer", `${words.indexOf(first) + words.indexOf(second)}`);
    }
    await page.press("#f-phone", "Enter");
    await page.waitForURL(`${server.url}/signup/code`);
    await page.fill("#f-code", await server.code(phone));
    await page.press("#f-code", "Enter");
    await page.waitForURL(/\/application/);
    if (!page.url().endsWith("/person")) await page.goto(`${server.url}/application/person`);
    assert.equal(await page.inputValue("#f-surname"), {petr: "Орлов", anna: "Соколова", li: "Ли"}[person]);
    await check("filled");
    if (person !== "anna") await page.fill("#f-passport", "4511 654321");
    await page.press("#f-surname", "Enter");
    await page.waitForURL(`${server.url}/application/password`);
    await page.fill("#f-password", "Qwerty7!");
    await page.press("#f-password", "Enter");
    await page.waitForURL(`${server.url}/`);
    await page.goto(`${server.url}/settings/level`);
    await check("level");
    await page.goto(`${server.url}/settings/providers`);
    await check("linked");
    await page.context().close();
  });
