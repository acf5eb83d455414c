// closing.test.mjs: closing in a browser (WA-13): what is in the way, the form with its refusals, the end, a guest's request.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {Browsers, inspect} from "../support/browser.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {Wallets, limits} from "../support/wallet.mjs";

const shots = process.env.KABINET_SHOTS; // a folder: pictures of the pages, for whoever wants to look
let both, server, browsers;
before(async () => {
  both = await startBoth({company: "Кошелёк «Рядом»", limits});
  ({server} = both);
  browsers = await Browsers.start();
});
after(async () => {
  await browsers?.stop();
  await both?.stop();
});

async function look(page, name) {
  for (const colorScheme of shots ? ["dark", "light"] : []) {
    await page.emulateMedia({colorScheme});
    await page.screenshot({path: `${shots}/closing-${name}-${colorScheme}.png`, fullPage: true});
  }
  await inspect(page, name, {everywhere: true});
}

test("WA-13: money first; then refused without consent, then closed", async () => {
  const wallets = new Wallets(both), who = await wallets.rich("250.00"), friend = await server.customer();
  const page = await browsers.signedIn(server, who, {width: 320});
  await page.goto(`${server.url}/help`);
  await look(page, "help");
  await page.click("a[href='/settings/closing']");
  await look(page, "in-the-way");
  assert.equal(await page.locator("form[action='/settings/closing']").count(), 0);
  await wallets.send(who, friend.phone, "250.00");
  await page.goto(`${server.url}/settings/closing`);
  await look(page, "form");
  await page.selectOption("#f-reason", "fees");
  await page.fill("#f-words", "Дорого");
  await page.check("input[name=consent][value=no]");
  await page.click("form[action='/settings/closing'] .button");
  await page.waitForSelector("fieldset.wrong");
  page.complaints.length = 0; // the browser's own word on the 422
  await look(page, "no-consent");
  assert.equal(await page.inputValue("#f-words"), "Дорого");
  await page.check("input[name=consent][value=yes]");
  await page.click("form[action='/settings/closing'] .button");
  await page.waitForURL("**/help/closing/closed");
  await look(page, "closed");
  await page.goto(`${server.url}/settings/profile`);
  assert.match(page.url(), /signin/);
});

test("WA-13: a guest asks, urgently", async () => {
  const who = await server.customer(), page = await browsers.page({width: 320, locale: "ru-RU"});
  await page.goto(`${server.url}/help`);
  await page.click("a[href='/help/closing']");
  await look(page, "ask");
  await page.fill("#f-phone", who.phone);
  await page.check("input[name=urgent]");
  await page.selectOption("#f-reason", "lost");
  await page.check("input[name=consent][value=yes]");
  await page.click("form[action='/help/closing'] .button");
  await page.waitForURL("**/help/closing/sent**");
  await look(page, "sent");
  assert.match(await page.innerText("main, body"), /заблокируйте SIM/);
  assert.match((await server.messages(who.phone, 1))[0], /кто-то попросил закрыть/);
});
