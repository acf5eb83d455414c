// sessions.test.mjs (browser): a session left alone (ID-14): the warning comes while one can still act, on every tab; a
// form sent too late is there after signing in, with scripts and without; news that a page fetches keeps nobody in. The
// browser's clock is moved by playwright, the server's by moving what it wrote down.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {Browsers, inspect} from "../support/browser.mjs";
import {freePort} from "../support/sandbox.mjs";
import {Server} from "../support/server.mjs";

const minute = 60000;
let server, browsers;
before(async () => {
  const port = await freePort(); // the same after a restart
  server = await Server.start({listen: `127.0.0.1:${port}`, public_url: `http://127.0.0.1:${port}`, wallet: {transfer_level: "minimal"},
                               identity: {session: {idle: "15m"}}});
  browsers = await Browsers.start();
});
after(async () => {
  await browsers?.stop();
  await server?.stop();
});

async function signIn(page, person) {
  await page.fill("#f-phone", person.phone);
  await page.fill("#f-password", person.password);
  await page.press("#f-password", "Enter");
}
async function signedIn(person, options = {}) {
  const page = await browsers.page(options);
  if (options.scripts !== false) await page.clock.install();
  await page.goto(`${server.url}/signin`);
  await signIn(page, person);
  await page.waitForURL(`${server.url}/`);
  return page;
}
// So much later for the server: it is stopped, and all that it knows of last use is that much older.
async function later(minutes) {
  await server.end();
  server.sql(`UPDATE session SET used = used - ${minutes * 60000000}`);
  await server.run();
}
const warning = "[data-session-ends]";

for (const locale of ["ru-RU", "en-GB"])
  test(`ID-14: two minutes before fifteen idle ones are over the page says so; a form sent after loses nothing (${locale})`, async () => {
    const person = await server.customer(), page = await signedIn(person, {locale});
    await page.goto(`${server.url}/transfer`);
    await page.fill("#f-to", "8 916 000-00-07");
    await page.fill("#f-sum", "150");
    await page.fill("#f-note", "за <обед> & чай");
    await page.clock.fastForward(12 * minute);
    assert.equal(await page.isVisible(warning), false);
    await page.clock.fastForward(minute + 5000);
    assert.equal(await page.isVisible(warning), true);
    assert.match(await page.textContent(warning), locale === "ru-RU" ? /Скоро мы закроем кабинет/ : /We are about to close/);
    assert.equal(await page.getAttribute(warning, "role"), "alert");
    await inspect(page, "the warning", {html: false});
    assert.equal(await page.inputValue("#f-note"), "за <обед> & чай", "what was typed stays");
    await page.clock.fastForward(3 * minute);
    await later(16);
    await page.press("#f-note", "Enter");
    await page.waitForURL("**/signin?kept=1");
    assert.match(await page.textContent("main"), locale === "ru-RU" ? /ничего не потерялось/ : /nothing is lost/i);
    await inspect(page, "sign in again", {html: false});
    await signIn(page, person);
    await page.waitForURL("**/resume/*");
    assert.match(await page.textContent("main"), /за <обед> & чай/);
    await inspect(page, "the form kept");
    await page.click("main form button[type=submit]");
    await page.waitForURL("**/transfers/check"); // there is no money: the form again, with what was sent
    assert.equal(await page.inputValue("#f-note"), "за <обед> & чай");
    assert.equal(await page.inputValue("#f-to"), "8 916 000-00-07");
    await page.context().close();
  });

test("ID-14: the same without scripts", async () => {
  const person = await server.customer(), page = await signedIn(person, {scripts: false});
  await page.goto(`${server.url}/transfer`);
  await page.fill("#f-to", "8 916 000-00-07");
  await page.fill("#f-sum", "150");
  await page.fill("#f-note", "за чай");
  await later(16);
  await page.click("main form button[type=submit]");
  await page.waitForURL("**/signin?kept=1");
  await signIn(page, person);
  await page.waitForURL("**/resume/*");
  assert.match(await page.textContent("main"), /за чай/);
  await page.click("main form button[type=submit]");
  await page.waitForURL("**/transfers/check");
  assert.equal(await page.inputValue("#f-note"), "за чай");
  await page.context().close();
});

test("ID-14: two tabs: while one is used the other warns of nothing, then both warn at once", async () => {
  const person = await server.customer(), one = await signedIn(person);
  await one.goto(`${server.url}/transfer`);
  const two = await one.context().newPage();
  await two.clock.install();
  await one.clock.fastForward(10 * minute);
  await two.goto(`${server.url}/transfer`);
  await one.waitForTimeout(200); // the word goes from tab to tab by itself
  await one.clock.fastForward(4 * minute);
  await two.clock.fastForward(4 * minute);
  assert.equal(await one.isVisible(warning), false, "the other was used four minutes ago");
  await one.clock.fastForward(10 * minute);
  await two.clock.fastForward(10 * minute);
  assert.equal(await one.isVisible(warning), true);
  assert.equal(await two.isVisible(warning), true);
  await one.context().close();
});
