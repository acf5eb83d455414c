// messaging.test.mjs: what one is told, one's e-mail address and the feed in a real browser: both languages, light and dark, on
// the narrowest phone, without scripts (MS-3).

import {after, before, test} from "node:test";
import {Browsers, inspect} from "../support/browser.mjs";
import {Server} from "../support/server.mjs";

let server, browsers;
before(async () => {
  server = await Server.start();
  browsers = await Browsers.start();
});
after(async () => {
  await browsers?.stop();
  await server.stop();
});

for (const look of [{locale: "ru-RU"}, {locale: "en-GB", width: 1280, dark: true}, {locale: "ru-RU", scripts: false}]) {
  test(`settings, e-mail, feed (${JSON.stringify(look)})`, async () => {
    const who = await server.customer(), page = await browsers.page(look);
    await server.post("/settings/email", {address: "ivan@example.ru"}, {token: who.token});
    await server.post("/settings/messages/consent", {topic: "news"}, {token: who.token});
    await server.post("/sandbox/tell", {customer: who.customer, topic: "news"}, {token: who.token});
    await page.goto(`${server.url}/signin`);
    await page.fill("[name=phone]", who.phone);
    await page.fill("[name=password]", who.password);
    await page.press("[name=password]", "Enter");
    await page.waitForURL(`${server.url}/`);
    for (const path of ["/settings/messages", "/settings/email", "/feed"]) {
      await page.goto(server.url + path);
      if (look.scripts !== false) await inspect(page, path);
    }
  });
}
