// app.test.mjs: the installed app in chromium (OP 6, MS-1): without a connection, after signing out, on another's sign-in, and
// the notices that come to it.

import assert from "node:assert/strict";
import {after, before, describe, test} from "node:test";

import {Browsers, inspect, signIn} from "../support/browser.mjs";
import {PushService} from "../support/pushservice.mjs";
import {Server, pause} from "../support/server.mjs";

let server, browsers, service;
before(async () => {
  service = await PushService.start();
  server = await Server.start({push: {services: service.url}});
  browsers = await Browsers.start();
});
after(async () => {
  await browsers?.stop();
  await server?.stop();
  await service?.stop();
});

// Signed in, the app at work: the home is kept.
async function app(look, who) {
  const person = who ?? await server.customer(), page = await browsers.page({...look, worker: true});
  // the worker's own requests have the browser's language, not that of the page's costume
  await page.context().addCookies([{name: "language", value: (look?.locale ?? "ru").slice(0, 2), url: server.url}]);
  await signIn(page, server.url, person);
  await kept(page);
  return {person, page};
}

const keys = (page) => page.evaluate(async () => {
  const found = {};
  for (const name of await caches.keys()) found[name] = (await (await caches.open(name)).keys()).map(({url}) => new URL(url).pathname);
  return found;
});

async function kept(page) {
  const there = async () => Boolean(navigator.serviceWorker.controller && await caches.match("/", {cacheName: "last"}));
  for (let tries = 0; !(await page.evaluate(there)); tries++) await pause(50, assert.ok(tries < 1000, "the home is not kept"));
}

const offline = (page, off = true) => page.context().setOffline(off);
// What the browser itself says of a request that did not get through is not the page's complaint.
const forgive = (page) => (page.complaints = page.complaints.filter((text) => !/ERR_[A-Z_]+$/.test(text)));

describe("OP-6: it can be installed", () => {
  test("manifest, icons, scope, service worker under a strict policy", async () => {
    const {page} = await app();
    const session = await page.context().newCDPSession(page);
    const {errors, manifest} = await session.send("Page.getAppManifest");
    assert.deepEqual(errors, []);
    assert.equal(manifest.scope, `${server.url}/`);
    const {installabilityErrors} = await session.send("Page.getInstallabilityErrors");
    // browsers of tests have no profile to install into
    assert.deepEqual(installabilityErrors.map(({errorId}) => errorId).filter((id) => id !== "in-incognito"), []);
    const worker = await fetch(`${server.url}/service-worker.js`);
    assert.equal(worker.headers.get("content-security-policy"), "default-src 'none'; connect-src 'self'");
    const {scope} = await page.evaluate(async () => ({scope: (await navigator.serviceWorker.ready).scope}));
    assert.equal(scope, `${server.url}/`);
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  });

  test("guests' pages and pages without scripts do without", async () => {
    const page = await browsers.page({worker: true});
    await page.goto(`${server.url}/signin`, {waitUntil: "networkidle"});
    assert.equal(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length), 0);
    await page.context().close();
  });
});

for (const look of [{locale: "ru-RU"}, {locale: "en-GB", dark: true, width: 1280}]) {
  const ru = look.locale === "ru-RU";
  describe(`OP-6: without a connection (${look.locale})`, () => {
    test("the home opens as it was seen last, with its time, under its own policy", async () => {
      const {page} = await app(look);
      const balance = await page.innerText(".balance");
      assert.ok(await page.isHidden("[data-last]"));
      await offline(page);
      await page.goto(`${server.url}/`);
      assert.equal(await page.innerText(".balance"), balance);
      const now = new Date().getFullYear();
      assert.match(await page.innerText("[data-last]"), ru ? new RegExp(`^Нет связи с интернетом.* ${now} г?.*\\d\\d:\\d\\d`) :
                                                               new RegExp(`^No internet connection.* ${now} at \\d\\d:\\d\\d`));
      forgive(page);
      await inspect(page, "home without a connection", {html: false, everywhere: true});
      assert.match(page.shown.headers()["content-security-policy"], /default-src 'none'/);
      await offline(page, false);
      await page.goto(`${server.url}/`);
      assert.ok(await page.isHidden("[data-last]"));
      await page.context().close();
    });

    test("another page says so, and leads home", async () => {
      const {page} = await app(look);
      await offline(page);
      await page.goto(`${server.url}/operations`);
      assert.equal(await page.innerText("h1"), ru ? "Нет связи с интернетом" : "No internet connection");
      forgive(page);
      await inspect(page, "a page without a connection", {html: false, everywhere: true});
      await page.keyboard.press("Tab");
      await page.click("main a.button");
      await page.waitForURL(`${server.url}/`);
      assert.ok(await page.isVisible(".balance"));
      await page.context().close();
    });

    test("nothing is sent, what was typed stays, and the page says why; later it goes", async () => {
      const {page} = await app(look);
      await page.goto(`${server.url}/favourites`);
      let asked = 0;
      page.on("request", (request) => request.method() === "POST" && asked++);
      await page.fill("#f-name", "Мама");
      await page.fill("#f-phone", "8 916 123-45-67");
      await offline(page);
      await page.press("#f-phone", "Enter");
      await page.waitForSelector("[data-connection]:not([hidden])");
      assert.match(await page.innerText("[data-connection]"), ru ? /ничего не отправлено/ : /nothing was sent/);
      assert.deepEqual([await page.inputValue("#f-name"), await page.inputValue("#f-phone"), asked], ["Мама", "8 916 123-45-67", 0]);
      forgive(page);
      await inspect(page, "a form without a connection", {everywhere: true});
      await offline(page, false);
      await page.press("#f-phone", "Enter");
      await page.waitForSelector("text=Мама");
      await page.context().close();
    });
  });
}

test("OP-6: the server is gone in the middle: the page stays as typed, and says that there was no answer", async () => {
  const own = await Server.start();
  const person = await own.customer(), page = await browsers.page({worker: true});
  await page.goto(`${own.url}/signin`);
  await page.fill("#f-phone", person.phone);
  await page.fill("#f-password", person.password);
  await page.press("#f-password", "Enter");
  await page.waitForURL(`${own.url}/`);
  await kept(page);
  await page.goto(`${own.url}/favourites`);
  await page.fill("#f-name", "Мама");
  await page.fill("#f-phone", "8 916 123-45-67");
  await own.end();
  await page.press("#f-phone", "Enter");
  await page.waitForSelector("[data-connection]:not([hidden])");
  assert.match(await page.innerText("[data-connection]"), /Связь прервалась/);
  assert.deepEqual([await page.inputValue("#f-name"), await page.inputValue("#f-phone")], ["Мама", "8 916 123-45-67"]);
  assert.equal(new URL(page.url()).pathname, "/favourites");
  assert.equal(await page.getAttribute("main form .button[type=submit], main form button", "aria-busy"), null);
  await page.context().close();
  await own.run();
  await own.stop();
});

describe("OP-6: what was kept goes", () => {
  test("with signing out", async () => {
    const {page} = await app();
    assert.deepEqual((await keys(page)).last, ["/"]);
    await page.click(".sign-out button");
    await page.waitForURL(`${server.url}/signin`);
    assert.deepEqual((await keys(page)).last ?? [], []);
    await offline(page);
    await page.goto(`${server.url}/`);
    assert.equal(await page.locator(".balance").count(), 0);
    assert.match(await page.innerText("h1"), /Нет связи/);
    await page.context().close();
  });

  test("when the session is over, and with another customer's sign-in", async () => {
    const {page} = await app();
    await page.context().clearCookies();
    await page.goto(`${server.url}/operations`); // led to the sign-in page
    assert.match(page.url(), /signin/);
    assert.deepEqual((await keys(page)).last ?? [], []);
    const other = await server.customer();
    await page.goto(`${server.url}/signin?next=%2Foperations`);
    await page.fill("#f-phone", other.phone);
    await page.fill("#f-password", other.password);
    await page.press("#f-password", "Enter");
    await page.waitForURL(/operations/);
    assert.deepEqual((await keys(page)).last ?? [], [], "the other has not seen the home yet");
    await page.context().close();
  });

  test("nobody's page is kept but the home and the frame", async () => {
    const {page} = await app();
    for (const path of ["/operations", "/settings/security", "/sessions"]) await page.goto(server.url + path);
    const {last, "app-1": frame} = await keys(page);
    assert.deepEqual(last, ["/"]);
    assert.ok(frame.every((path) => path === "/offline" || path.startsWith("/assets/")), frame.join(" "));
    await page.context().close();
  });
});

// ---- notices ----

// Chromium for tests has no push service of its own: what it would ask one for is answered by ours, over the real
// protocol from there on.
async function subscribed(page, {words = false} = {}) {
  const browser = service.browser();
  await page.context().grantPermissions(["notifications"], {origin: server.url});
  await page.addInitScript(({endpoint, p256dh, auth}) => {
    PushManager.prototype.subscribe = async function (options) {
      window.askedFor = [...new Uint8Array(options.applicationServerKey)];
      return {toJSON: () => ({endpoint, expirationTime: null, keys: {p256dh, auth}})};
    };
  }, browser.subscription);
  await page.goto(`${server.url}/settings/push`);
  if (words) await page.check("[name=words]");
  await page.click("[data-push] button");
  await page.waitForSelector("main .rows");
  return browser;
}

// What the service has taken, brought to chromium as its push service would.
async function deliver(page, clear) {
  const session = await page.context().newCDPSession(page);
  const registrations = [];
  session.on("ServiceWorker.workerRegistrationUpdated", (event) => registrations.push(...event.registrations));
  await session.send("ServiceWorker.enable");
  for (let tries = 0; !registrations.length; tries++) await pause(25, assert.ok(tries < 1000));
  await session.send("ServiceWorker.deliverPushMessage",
                     {origin: server.url, registrationId: registrations.at(-1).registrationId, data: JSON.stringify(clear)});
  await session.detach();
}

const shown = (page) => page.evaluate(async () =>
  (await (await navigator.serviceWorker.ready).getNotifications()).map(({title, body, tag, data}) => ({title, body, tag, data})));

async function seen(page, count) {
  for (let tries = 0; tries < 1000; tries++) {
    const found = await shown(page);
    if (found.length >= count) return found;
    await pause(25);
  }
  assert.fail(`${JSON.stringify(await shown(page))} shown`);
}

for (const look of [{locale: "ru-RU"}, {locale: "en-GB", dark: true}]) {
  test(`MS-1: a notice: asked for on its page, brought to chromium, shown, opens the right page (${look.locale})`, async () => {
    const {person, page} = await app(look);
    await page.goto(`${server.url}/settings/push`);
    await inspect(page, "notifications, none yet", {everywhere: true});
    const browser = await subscribed(page);
    await inspect(page, "notifications, one browser", {everywhere: true});
    const first = service.read(browser, await service.next(browser));
    await server.post("/sandbox/tell", {customer: person.customer, topic: "operations"});
    const clear = service.read(browser, await service.next(browser, 1));
    await deliver(page, clear);
    const [notice] = await seen(page, 1);
    // in the language of the customer, who signed up in Russian
    assert.deepEqual(notice, {title: "Операции", tag: clear.id, data: "/operations",
                              body: "Новая операция. Откройте, чтобы посмотреть."});
    await deliver(page, clear); // at least once
    await deliver(page, first);
    await pause(300);
    assert.equal((await seen(page, 2)).length, 2, "the same one again is shown once");
    const [worker] = page.context().serviceWorkers();
    await worker.evaluate(async (tag) => {
      WindowClient.prototype.focus = async function () { return this; }; // a press of a finger is what lets it
      const [notification] = (await registration.getNotifications()).filter((each) => each.tag === tag);
      dispatchEvent(new NotificationEvent("notificationclick", {notification}));
    }, clear.id);
    await page.waitForURL(`${server.url}/operations`);
    assert.equal((await seen(page, 1)).length, 1, "it is gone once pressed");
    await page.goto(`${server.url}/settings/push`);
    await page.click("main .rows button");
    await page.waitForSelector("main .rows", {state: "detached"});
    await page.context().close();
  });
}

test("MS-3: the text itself only where the customer chose so; what the browser refuses is told", async () => {
  const {person, page} = await app();
  const browser = await subscribed(page, {words: true});
  const {body} = await server.get("/settings/push", {token: person.token});
  assert.deepEqual(body.subscriptions.map(({words}) => words), [true]);
  await server.post("/sandbox/tell", {customer: person.customer, topic: "operations"});
  const {text} = service.read(browser, await service.next(browser, 1));
  assert.equal(text, (await server.messages(person.phone))[0]);
  await page.context().clearPermissions();
  await page.addInitScript(() => (Notification.requestPermission = async () => "denied"));
  await page.goto(`${server.url}/settings/push`);
  await page.click("[data-push] button");
  await page.waitForFunction(() => /не разрешил/.test(document.querySelector("[data-push] [role=status]").textContent));
  await page.context().close();
});
