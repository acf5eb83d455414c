// Terminals near me (WA-12): by the browser's word on where one is, and where it may not say.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {Browsers, inspect} from "../support/browser.mjs";
import {Server} from "../support/server.mjs";

let server, browsers;
before(async () => {
  [browsers, server] = await Promise.all([Browsers.start(), Server.start({terminals: {file: "profiles/terminals.csv"}})]);
});
after(async () => {
  await browsers?.stop();
  await server?.stop();
});

test("WA-12: one tap shows those near me; refused, a street still finds them, by keyboard alone", async () => {
  const page = await browsers.page(), context = page.context();
  for (let i = 0; i < 50 && !(await page.goto(`${server.url}/terminals`).then(() => page.isVisible("[data-near] button"))); i++)
    await page.waitForTimeout(100);
  await page.click("[data-near] button");
  await page.waitForFunction(() => document.querySelector("[data-near] [role=status]").textContent.includes("не разрешил"));

  await page.focus("#f-q");
  await page.keyboard.type("невский");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".terminals li");
  assert.match(await page.innerText(".terminals"), /Невский проспект, 28/);
  await inspect(page, "found");

  await context.grantPermissions(["geolocation"], {origin: server.url});
  await context.setGeolocation({latitude: 55.757131, longitude: 37.611245});
  await page.click("[data-near] button");
  await page.waitForURL(/at=55\.7571,37\.6112/);
  assert.match(await page.innerText(".terminals li"), /Тверская улица, 6[\s\S]*340 м/);
  await inspect(page, "near", {everywhere: true});
  await context.close();
});
