// every_page.test.mjs: each address that draws a page, as the program itself lists them, for a visitor, a customer and
// staff: in both languages, light and dark, from 320 px up, by axe and html-validate; without scripts; by the first Tab.
// A page that is added is looked at by this without a word here; one with something in its path, or that opens only
// halfway through something, wants an address in support/life. KABINET_SHOTS: a folder for pictures of them all;
// KABINET_PAGES: a regular expression, to look at those addresses alone.

import assert from "node:assert/strict";
import {mkdirSync, readFileSync} from "node:fs";
import {after, before, test} from "node:test";

import {Browsers, inspect, signIn} from "../support/browser.mjs";
import {applied, livedIn, purchased} from "../support/lived_in.mjs";
import {Server} from "../support/server.mjs";
import {kabinet, staff} from "../support/staff.mjs";

const shots = process.env.KABINET_SHOTS, some = process.env.KABINET_PAGES && new RegExp(process.env.KABINET_PAGES);
if (shots) mkdirSync(shots, {recursive: true});
// Not pages: files, streams, what programs ask, what plays the outside, links of shops that lead on to a bill's page.
const others = new RegExp(["\\.(json|svg)$", "/(export|csv|pdf|receipt|contract|certificate|events|options|challenge|signature)$",
                           "/(photos|files|logos)/", "^/loans/.*/payments$",
                           "^/(live|ready|partner|agents|sandbox|gateway|language)", "^/(create|form)$"].join("|"));
// Pages that need an outside, a clock or a profile of their own: whose test looks at them.
const elsewhere = {
  "/contract/password": "signing_up.test.mjs", "/recover/code": "recovery.test.mjs", "/recover/sent": "recovery.test.mjs",
  "/resume/{token}": "sessions.test.mjs",
  "/signin/code": "shortest.test.mjs", "/signin/password": "shortest.test.mjs",
  "/payments/{id}/card": "friends.test.mjs", "/topups/{id}/pay": "wallet.test.mjs", // they lead on by themselves
  "/gift/{token}/pay": "boxes.test.mjs", "/bank-cards/{id}/bank": "bank_cards.test.mjs",
  "/staff/card-orders/{id}": "bank.test.mjs", // a card handed over, by the bank's profile
  "/paid/{token}/pay": "friends.test.mjs",
  "/signin/from/{provider}": "providers.test.mjs", "/signin/unknown": "providers.test.mjs",
  "/signin/with/{provider}": "providers.test.mjs",
};

const callers = { // what the list says of who may call
  visitor: ["anyone", "guest", "staff-guest"],
  customer: ["anyone", "customer"],
  staff: ["staff"],
};

// Where nothing has happened yet every list is empty; the others have been lived in.
let fresh, life, forms, bought, browsers, routes;
const drawn = new Set();
before(async () => {
  browsers = await Browsers.start();
  [fresh, life, forms, bought] = await Promise.all([nothingYet(), livedIn(), applied(), purchased()]);
  routes = kabinet("routes", life.server.configuration).split("\n").map((line) => line.split(/\s+/))
    .filter(([method, path]) => method === "GET" && !others.test(path)).map(([, path, who]) => ({path, who}));
});
after(async () => {
  await browsers?.stop();
  for (const each of [fresh?.server, life, forms?.server, bought]) await each?.stop();
});

async function nothingYet() {
  const server = await Server.start({company: "Кошелёк «Рядом»"});
  return {server, addresses: {}, ...(await staff(server, {boss: "support,identification,risk,finance,catalogue,admin"})),
          who: await server.customer()};
}

const alone = { // what anyone may call and one of them has: as whom it is looked at
  "/application": "visitor", "/application/{step}": "visitor", "/consents/{kind}": "visitor",
  "/unsubscribe/{token}": "visitor", "/till": "visitor", "/shop": "visitor", "/shop/keys": "visitor",
  "/shop/till": "visitor", "/shop/till/{uid}": "visitor", "/shop/reports": "visitor",
  "/shop/orders": "visitor", "/shop/orders/{uid}": "visitor", "/shop/settlements": "visitor", "/shop/settlements/{id}": "visitor",
  "/shop/keys/{key}/end": "visitor", "/shop/people": "visitor", "/shop/people/{login}": "visitor",
  "/shop/callbacks": "visitor", "/shop/callbacks/{callback}": "visitor", "/shop/password": "visitor",
  "/shop/showcase": "visitor", "/shop/showcase/edit": "visitor", "/shop/showcase/places": "visitor", "/shop/sales": "visitor",
  "/till/applications/{id}": "visitor", "/support/cases/{id}": "customer",
};

// {route, path, on, cookies} of all that a caller can see: what has addresses there, the others on `on`.
function visits(caller, on) {
  const found = [];
  for (const {path: route, who} of routes) {
    if (some && !some.test(route)) continue;
    if (!callers[caller].includes(who) || (alone[route] ?? caller) !== caller || elsewhere[route]) continue;
    const known = [life, forms, bought].flatMap((place) =>
      (place.addresses[route] ?? []).map((at) => ({on: place, ...(at.path ? at : {path: at})})));
    if (known.length > 0) found.push(...known.map((each) => ({route, ...each})));
    else if (!route.includes("{")) found.push({route, path: route, on});
  }
  return found;
}

// A page for each place, for they share their host's cookies; another for who comes with cookies of his own.
class Pages {
  constructor(caller, options) {
    Object.assign(this, {caller, options, open: new Map()});
  }

  async of({on, cookies}) {
    const key = cookies ?? on;
    if (!this.open.has(key)) this.open.set(key, await this.begin(on, cookies));
    const page = this.open.get(key);
    page.complaints.length = 0;
    return page;
  }

  async begin(on, cookies) {
    const page = await browsers.page(this.options), member = this.caller === "staff" && {staff: on.boss.cookie};
    for (const [name, value] of Object.entries(cookies ?? member ?? {}))
      await page.context().addCookies([{name, value, url: on.server.url}]);
    if (this.caller === "customer" && !cookies) await signIn(page, on.server.url, on.who);
    return page;
  }

  // One that hangs would make all after it wait, too.
  async leave(page) {
    for (const [key, each] of this.open) if (each === page) this.open.delete(key);
    await page.context().close();
  }

  async close() {
    for (const page of this.open.values()) await page.context().close();
  }
}

// Null when the address led elsewhere, or is for programs alone; else the page.
async function visit(pages, place) {
  const {route, path, on} = place, page = await pages.of(place);
  const answer = await page.goto(on.server.url + path).catch(async (hung) => { throw (await pages.leave(page), hung); });
  const html = answer.headers()["content-type"].startsWith("text/html");
  if (!html) drawn.add(route);
  if (!html || new URL(page.url()).pathname !== path.replace(/\?.*/, "")) return null;
  const status = on === fresh && route === "/topup" ? 409 : 200; // there is no acquirer: the page says so
  assert.equal(answer.status(), status, page.url());
  if (status !== 200) page.complaints.length = 0; // the browser's own word on it
  drawn.add(route);
  return page;
}

async function picture(page, name) {
  const {height} = page.viewportSize();
  await page.screenshot({path: `${shots}/${name}.png`, fullPage: true});
  await page.emulateMedia({colorScheme: "dark"});
  await page.screenshot({path: `${shots}/${name}-dark.png`, fullPage: true});
  await page.emulateMedia({colorScheme: "light"});
  await page.setViewportSize({width: 1280, height});
  await page.screenshot({path: `${shots}/${name}-wide.png`, fullPage: true});
  await page.setViewportSize({width: 320, height});
}

for (const caller of Object.keys(callers)) {
  for (const locale of ["ru-RU", "en-GB"]) {
    test(`every page of a ${caller} (${locale})`, async (t) => {
      const pages = new Pages(caller, {locale});
      for (const [number, place] of visits(caller, locale === "ru-RU" ? life : fresh).entries()) {
        await t.test(place.path.replace(/\?.*/, ""), async () => {
          const page = await visit(pages, place);
          if (!page) return;
          if (shots) await picture(page, `${caller}${place.route.replace(/[/{}]+/g, "-")}-${number}-${locale.slice(0, 2)}`);
          await inspect(page, place.path, {everywhere: true});
          const heading = await page.innerText("h1");
          if (locale === "ru-RU") assert.match(heading, /[А-Яа-яЁё+]|^(anna|boss)$/, "the heading's language");
          else if (place.on === fresh) assert.doesNotMatch(heading, /[А-Яа-яЁё]/, "the heading's language");
          await page.evaluate(() => { document.activeElement?.blur(); scrollTo(0, 0); });
          await page.keyboard.press("Tab");
          assert.notEqual(await page.evaluate(() => document.activeElement.tagName), "BODY", "Tab leads nowhere");
        });
      }
      await pages.close();
    });
  }

  test(`every page of a ${caller} without scripts`, async (t) => {
    const pages = new Pages(caller, {scripts: false});
    for (const place of visits(caller, life)) {
      await t.test(place.path.replace(/\?.*/, ""), async () => {
        const page = await visit(pages, place);
        if (!page) return;
        assert.ok((await page.innerText("h1")).trim().length > 0);
        assert.deepEqual(page.complaints, []);
      });
    }
    await pages.close();
  });
}

test("no page is left out", {skip: some && "some were asked for alone"}, () => {
  const missed = routes.map(({path}) => path).filter((path) => !drawn.has(path));
  assert.deepEqual(missed.sort(), Object.keys(elsewhere).sort());
  for (const [path, file] of Object.entries(elsewhere)) {
    const words = readFileSync(new URL(file, import.meta.url), "utf8");
    assert.ok(words.includes(path.replace(/\{.*/, "")), `${file} does not go to ${path}`);
  }
});
