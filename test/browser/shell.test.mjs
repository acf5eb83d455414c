// shell.test.mjs: the frame around all pages: its weight, its policy, keyboard, the small scripts, error pages.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {Browsers, inspect} from "../support/browser.mjs";
import {Server, pause} from "../support/server.mjs";

let server, browsers, person;
before(async () => {
  server = await Server.start();
  browsers = await Browsers.start();
  person = await server.customer();
});
after(async () => {
  await browsers?.stop();
  await server.stop();
});

async function signedIn(look) {
  const page = await browsers.page(look);
  await page.goto(`${server.url}/signin`);
  await page.fill("#f-phone", person.phone);
  await page.fill("#f-password", person.password);
  await page.press("#f-password", "Enter");
  await page.waitForURL(`${server.url}/`);
  return page;
}

// What a visit brings over the wire: [{path, type, bytes}].
async function weigh(page, path) {
  const seen = [];
  const note = (request) => seen.push(request.sizes().then(async (sizes) => ({
    path: new URL(request.url()).pathname,
    type: (await request.response())?.headers()["content-type"] ?? "",
    bytes: sizes.responseBodySize,
  })));
  page.on("requestfinished", note);
  await page.goto(server.url + path, {waitUntil: "networkidle"});
  page.off("requestfinished", note);
  return Promise.all(seen);
}

const sum = (files, type) => files.filter((file) => file.type.includes(type)).reduce((all, file) => all + file.bytes, 0);

// Counted as the gates of the project count: everything, compressed as it is sent.
for (const [name, path, most, open] of [["sign-in", "/signin", 32, false], ["home", "/", 45, true]]) {
  test(`a first visit of ${name} stays within its weight`, async () => {
    let page = open ? await signedIn() : await browsers.page();
    if (open) { // the same session in a browser that has seen nothing yet
      const state = await page.context().storageState();
      const fresh = await browsers.page();
      await fresh.context().addCookies(state.cookies);
      await page.context().close();
      page = fresh;
    }
    const first = await weigh(page, path);
    const kilobyte = 1024;
    assert.ok(sum(first, "") <= most * kilobyte, JSON.stringify(first));
    assert.ok(sum(first, "html") <= 14 * kilobyte, JSON.stringify(first));
    assert.ok(sum(first, "css") <= 10 * kilobyte, JSON.stringify(first));
    assert.ok(sum(first, "javascript") <= 18 * kilobyte, JSON.stringify(first));
    assert.ok(first.length <= 6, JSON.stringify(first));
    const second = await weigh(page, path);
    const asked = second.filter((file) => file.bytes > 0 && !file.path.startsWith("/assets/"));
    assert.ok(asked.length <= 2, JSON.stringify(asked)); // the page; the manifest is asked for again by some versions
    await page.context().close();
  });
}

test("nothing moves while a page appears", async () => {
  const page = await signedIn({width: 360});
  await page.goto(`${server.url}/`);
  const shift = await page.evaluate(() => new Promise((done) => {
    let sum = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) sum += entry.value;
    }).observe({type: "layout-shift", buffered: true});
    setTimeout(() => done(sum), 500);
  }));
  assert.equal(shift, 0);
  await page.context().close();
});

test("the first Tab leads past the frame", async () => {
  const page = await signedIn();
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  await page.context().close();
});

test("a second press of a form's button is not a second request", async () => {
  const page = await browsers.page();
  let posts = 0;
  await page.route("**/signin", async (route) => {
    if (route.request().method() === "POST") {
      posts++;
      await pause(600);
    }
    await route.continue();
  });
  await page.goto(`${server.url}/signin`);
  await page.fill("#f-phone", person.phone);
  await page.fill("#f-password", person.password);
  const busy = await page.evaluate(() => { // as fast as a nervous finger, and not through a disabled button
    const button = document.querySelector("main .button");
    button.click();
    button.click();
    setTimeout(() => button.click(), 100);
    return button.getAttribute("aria-busy");
  });
  assert.equal(busy, "true");
  await page.waitForURL(`${server.url}/`);
  assert.equal(posts, 1);
  await page.context().close();
});

test("ID-10: a password is shown on demand; Caps Lock, a Cyrillic layout and refused cookies are told", async () => {
  const page = await browsers.page({locale: "en-GB"});
  await page.addInitScript(() => Object.defineProperty(navigator, "cookieEnabled", {value: false}));
  await page.goto(`${server.url}/signin`);
  assert.ok(await page.isVisible("[data-cookies-off]"));
  await page.fill("#f-password", "Пароль");
  assert.match(await page.textContent("[data-caps]"), /Russian/);
  await page.fill("#f-password", "P");
  assert.equal(await page.textContent("[data-caps]"), "");
  await page.evaluate(() => document.querySelector("#f-password").dispatchEvent(
    new KeyboardEvent("keydown", {key: "A", modifierCapsLock: true, bubbles: true})));
  assert.match(await page.textContent("[data-caps]"), /Caps Lock/);
  const button = page.getByRole("button", {name: "Show what is typed"});
  await button.click();
  assert.equal(await page.getAttribute("#f-password", "type"), "text");
  assert.equal(await page.getByRole("button", {name: "Hide what is typed"}).getAttribute("aria-pressed"), "true");
  await page.context().close();
});

for (const look of [{locale: "ru-RU"}, {locale: "en-GB", dark: true}]) {
  test(`an address that leads nowhere: what happened, what to do, the number (${look.locale})`, async () => {
    for (const page of [await browsers.page(look), await signedIn(look)]) {
      const answer = await page.goto(`${server.url}/nothing/here`);
      assert.equal(answer.status(), 404);
      assert.match(await page.textContent("h1"), look.locale === "ru-RU" ? /Такой страницы нет/ : /no such page/);
      assert.equal(await page.textContent(".problem .code"), answer.headers()["x-request-id"]);
      page.complaints = page.complaints.filter((text) => !/status of 404/.test(text));
      await inspect(page, "404", {html: false});
      await page.context().close();
    }
  });
}

test("the language is switched where one is, and stays", async () => {
  const page = await browsers.page();
  await page.goto(`${server.url}/signin`);
  assert.equal(await page.getAttribute("html", "lang"), "ru");
  await page.click(".language");
  await page.waitForURL("**/signin");
  assert.equal(await page.getAttribute("html", "lang"), "en");
  await page.goto(`${server.url}/signup`);
  assert.equal(await page.getAttribute("html", "lang"), "en");
  await page.context().close();
});

test("the manifest and its icons are there", async () => {
  const {body, headers} = await server.get("/manifest.webmanifest", {headers: {Accept: "*/*"}});
  assert.match(headers.get("content-type"), /manifest/);
  for (const {src} of body.icons) assert.equal((await fetch(server.url + src)).status, 200, src);
});
