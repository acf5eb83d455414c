// providers.test.mjs: signing in through another service in a real browser, with its policy on (ID-9): every page looked at.

import assert from "node:assert/strict";
import {createServer} from "node:net";
import {after, before, test} from "node:test";
import {Browsers, inspect} from "../support/browser.mjs";
import {Provider} from "../support/provider.mjs";
import {Server} from "../support/server.mjs";

let server, provider, browsers, origin;
before(async () => {
  const listen = await new Promise((done) => {
    const probe = createServer();
    probe.listen(0, "127.0.0.1", () => {
      const {port} = probe.address();
      probe.close(() => done(port));
    });
  });
  origin = `http://127.0.0.1:${listen}`;
  provider = await Provider.start();
  server = await Server.start({
    listen: `127.0.0.1:${listen}`, public_url: origin,
    providers: {1: {name: "near", title: "Пример ID", issuer: provider.issuer, client: "kabinet"}},
  });
  browsers = await Browsers.start();
});
after(async () => {
  await browsers?.stop();
  await server?.stop();
  await provider?.stop();
});

for (const look of [{locale: "ru-RU", scripts: false}, {locale: "ru-RU"}, {locale: "en-GB", dark: true}])
  test(`ID-9: link in the settings, sign in by one tap, every page (${JSON.stringify(look)})`, async () => {
    const page = await browsers.page(look), person = await server.customer();
    const shots = process.env.KABINET_SHOTS;
    const check = async (name) => {
      if (shots) await page.screenshot({path: `${shots}/${name}-${look.locale}.png`, fullPage: true});
      if (look.scripts !== false) await inspect(page, name, {everywhere: true});
    };
    provider.subject = `someone ${Math.random()}`;
    await page.goto(`${origin}/signin`);
    await check("signin");
    await page.click("a[href^='/signin/with/near']");
    await page.waitForURL(`${origin}/signin/unknown`);
    await check("unknown");
    await page.click("a[href^='/signin?next']");
    await page.fill("#f-phone", person.phone);
    await page.fill("#f-password", person.password);
    await page.press("#f-password", "Enter");
    await page.waitForURL(`${origin}/settings/providers`);
    await check("pending");
    await page.context().clearCookies({name: "provider"});
    await page.goto(`${origin}/settings/providers`);
    await page.click("form[action$='/near/link'] button");
    await page.waitForURL(/\/link$/);
    await check("go");
    await page.click(`a[href^='${provider.issuer}']`);
    await page.waitForURL(`${origin}/settings/providers`);
    await check("linked");
    await page.context().clearCookies();
    await page.goto(`${origin}/signin?next=/sessions`);
    await page.click("a[href^='/signin/with/near']");
    await page.waitForURL(`${origin}/sessions`);
    await page.context().clearCookies();
    provider.wrong = {claims: {aud: "other"}};
    await page.goto(`${origin}/signin/with/near`);
    provider.wrong = {};
    assert.equal(page.shown.status(), 403);
    assert.ok(page.url().startsWith(`${origin}/signin/from/near`), page.url());
    page.complaints = page.complaints.filter((text) => !/status of 403/.test(text));
    await check("failed");
    await page.context().close();
  });
