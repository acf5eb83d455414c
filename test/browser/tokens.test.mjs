// tokens.test.mjs: a personal token made, copied, seen and ended in a real browser (some of IF 2), with scripts and without.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {Browsers, inspect} from "../support/browser.mjs";
import {Server} from "../support/server.mjs";

let server, browsers;
before(async () => {
  server = await Server.start({company: "Кошелёк «Рядом»"});
  browsers = await Browsers.start();
});
after(async () => {
  await browsers?.stop();
  await server?.stop();
});

for (const look of [{locale: "ru-RU", scripts: false}, {locale: "ru-RU", width: 390}, {locale: "en-GB", dark: true}])
  test(`IF-2: a token is made, shown once and ended (${JSON.stringify(look)})`, async () => {
    const page = await browsers.page(look), person = await server.customer(), shots = process.env.KABINET_SHOTS;
    const check = async (name) => {
      if (shots) await page.screenshot({path: `${shots}/tokens-${name}-${look.locale}.png`, fullPage: true});
      if (look.scripts !== false) await inspect(page, name, {everywhere: true});
    };
    await page.goto(`${server.url}/signin?next=/settings/tokens`);
    await page.fill("#f-phone", person.phone);
    await page.fill("#f-password", person.password);
    await page.press("#f-password", "Enter");
    await page.waitForURL(`${server.url}/settings/tokens`);
    await check("empty");
    await page.fill("#f-name", "Домашняя бухгалтерия");
    await page.click("form[action='/settings/tokens'] button[type=submit]");
    await page.waitForSelector(".summary[role=alert]");
    assert.equal(page.shown.status(), 422, "nothing was ticked");
    assert.equal(await page.inputValue("#f-name"), "Домашняя бухгалтерия");
    await check("nothing-ticked");
    await page.press("#f-operations_read", "Space");
    await page.press("#f-transfers_write", "Space");
    await page.fill("#f-day_limit", "1500");
    await page.selectOption("#f-days", "365");
    await page.click("form[action='/settings/tokens'] button[type=submit]");
    await page.waitForSelector("#token");
    const token = (await page.innerText("#token")).trim();
    assert.match(token, /^kab_[\w-]{54}$/);
    await check("made");
    assert.equal((await server.get("/operations", {token})).status, 200);
    await page.click("a[href='/settings/tokens'].button");
    await page.waitForURL(`${server.url}/settings/tokens`);
    await page.waitForSelector("h2:has-text('Домашняя бухгалтерия')");
    assert.ok(!(await page.content()).includes(token));
    await check("list");
    await page.click("form[action$='/end'] button");
    await page.waitForURL(`${server.url}/settings/tokens`);
    await page.waitForSelector("form[action$='/end']", {state: "detached"});
    assert.equal((await server.get("/operations", {token})).status, 401);
    await page.context().close();
  });
