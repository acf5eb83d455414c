// support.test.mjs: the support in a browser (SU-4): written to by a guest and a customer, live in two windows,
// and every page in both languages, light and dark, from 320 px up.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {Browsers, inspect} from "../support/browser.mjs";
import {Server} from "../support/server.mjs";

const shots = process.env.KABINET_SHOTS; // a folder: pictures of the pages, for whoever wants to look
let server, browsers;
before(async () => {
  server = await Server.start({company: "Кошелёк «Рядом»"});
  browsers = await Browsers.start();
});
after(async () => {
  await browsers?.stop();
  await server?.stop();
});

async function look(page, name) {
  if (shots) await page.screenshot({path: `${shots}/${name}.png`, fullPage: true});
  await inspect(page, name, {everywhere: true});
}

const signIn = (person, look) => browsers.signedIn(server, person, look);

for (const locale of ["ru-RU", "en-GB"]) {
  test(`a guest finds the chat on every page, writes, looks for help (${locale})`, async () => {
    const page = await browsers.page({width: 360, locale});
    await page.goto(`${server.url}/signin`);
    await inspect(page, "sign-in with the chat's button", {everywhere: true});
    await page.click("a.chat");
    await page.waitForURL("**/support");
    await look(page, `guest-empty-${locale}`);
    await page.fill("#f-text", "Не приходит код\nждал десять минут");
    await page.click("form[action='/support'] .button");
    await page.waitForSelector(".mine");
    await look(page, `guest-${locale}`);
    await page.click(".foot nav a");
    await page.waitForURL("**/help");
    await look(page, `guest-help-${locale}`);
    await page.click("a.row");
    await look(page, `guest-article-${locale}`);
  });

  test(`a customer: live, theft, help and marks (${locale})`, async () => {
    const who = await server.customer();
    const page = await signIn(who, {width: 360, locale}), other = await signIn(who, {width: 360, locale});
    await page.goto(`${server.url}/support`);
    await page.click("summary:not(nav summary)");
    await look(page, `chat-empty-${locale}`);
    await page.fill("#f-text", "Здравствуйте");
    await page.click("form[action='/support'] .button");
    await page.waitForSelector(".mine");
    await other.goto(`${server.url}/support`);
    await other.fill("#f-text", "Второе сообщение");
    await other.click("form[action='/support'] .button");
    await page.waitForSelector(".mine:nth-child(2)"); // came by itself
    await page.evaluate(() => (window.moved = [])); // and moved what is below it, as it should
    await look(page, `chat-${locale}`);
    await page.goto(`${server.url}/help/fraud`);
    await look(page, `article-${locale}`);
    await page.click(".buttons .quiet[value=yes]");
    await page.goto(`${server.url}/help`);
    await page.click("button[value='4']");
    await page.waitForSelector("button[value='4']:not(.quiet)");
    await look(page, `help-${locale}`);
    await page.goto(`${server.url}/support/theft`);
    await look(page, `theft-${locale}`);
    await page.click(".button.danger");
    await page.waitForURL("**/support");
    await look(page, `frozen-${locale}`);
    await other.goto(`${server.url}/operations`);
    assert.equal(new URL(other.url()).pathname, "/signin");
  });
}

test("an empty message comes back in place, without scripts", async () => {
  const page = await browsers.page({width: 320, scripts: false});
  await page.goto(`${server.url}/support`);
  await page.click("form[action='/support'] .button"); // the browser itself says that it is needed
  assert.equal(new URL(page.url()).pathname, "/support");
  await page.fill("#f-text", " ");
  await page.click("form[action='/support'] .button");
  await page.waitForSelector(".error"); // axe would wait for ever: it is a script, too
});
