// browser.mjs: chromium for tests, and one look at a page that finds what machines can find: accessibility (axe), wrong
// HTML, sideways scrolling, small targets, things that moved while the page appeared, anything the console complains of
// (a broken policy, a script's error).

import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {createRequire} from "node:module";
import {HtmlValidate} from "html-validate";
import {chromium} from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const validator = new HtmlValidate({
  extends: ["html-validate:recommended"],
  rules: {
    "void-style": ["error", {style: "omit"}],
    "no-trailing-whitespace": "off",
    "long-title": "off",
    "no-inline-style": "error",
    "attribute-boolean-style": "off",
    "prefer-native-element": "off",
    "meta-refresh": "off", // a page that waits for a bank asks again by itself where scripts do not run
  },
});

export class Browsers {
  static async start() {
    const browsers = new Browsers();
    browsers.chromium = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: process.getuid() === 0 ? ["--no-sandbox"] : [],
    });
    return browsers;
  }

  // A page in a browser of its own; what it complains of is kept in page.complaints. worker: with the service worker, of
  // which app.test.mjs is; a debugged browser may wait for one that starts without end.
  async page({width = 320, locale = "ru-RU", dark = false, scripts = true, worker = false, ...others} = {}) {
    assert.deepEqual(others, {}, "a look that is none would be looked at as another");
    const context = await this.chromium.newContext({
      viewport: {width, height: 640}, locale, colorScheme: dark ? "dark" : "light", javaScriptEnabled: scripts,
      serviceWorkers: worker ? "allow" : "block",
    });
    context.setDefaultTimeout(90000); // a machine may be slow
    await context.addInitScript(() => { // 0.00 as Lighthouse prints it: a busy browser paints a page in pieces
      window.moved = [];
      const tell = ({node}) => node?.outerHTML?.slice(0, 80) ?? String(node?.textContent);
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries())
          if (!entry.hadRecentInput && entry.value >= 0.005) window.moved.push({by: entry.value, what: entry.sources.map(tell)});
      }).observe({type: "layout-shift", buffered: true});
    });
    const page = await context.newPage();
    page.complaints = [];
    page.scripts = scripts;
    page.on("console", (message) => {
      // A refused form is an answer, not a fault.
      if (message.type() === "error" && !/status of 4(22|29)/.test(message.text())) page.complaints.push(message.text());
    });
    page.on("pageerror", (error) => page.complaints.push(String(error)));
    page.on("response", (response) => { // what was shown, refused forms too, as it came
      if (response.request().isNavigationRequest() && response.status() !== 303) page.shown = response;
    });
    return page;
  }

  // A page of who has signed in.
  async signedIn(server, person, look) {
    return signIn(await this.page(look), server.url, person);
  }

  stop() {
    return this.chromium.close();
  }
}

export async function signIn(page, origin, {phone, password}) {
  await page.goto(`${origin}/signin`);
  await page.fill("#f-phone", phone);
  await page.fill("#f-password", password);
  await page.press("#f-password", "Enter");
  await page.waitForURL(`${origin}/`);
  return page;
}

// How a story is looked at: phone's width, both languages, light and dark, with scripts and without.
export const looks = [
  {name: "ru, light", width: 320, locale: "ru-RU"},
  {name: "en, dark", width: 360, locale: "en-GB", dark: true},
  {name: "ru, dark, without scripts", width: 320, locale: "ru-RU", dark: true, scripts: false},
];

// (what) => inspects the page as it is now; with KABINET_SHOTS, a folder, it leaves a picture there.
export const watched = (page, name) => async (what) => {
  const shots = process.env.KABINET_SHOTS, file = `${shots}/${name}-${what}.png`.replaceAll(", ", "-").replaceAll(" ", "_");
  if (shots) await page.screenshot({path: file, fullPage: true});
  await inspect(page, `${name}: ${what}`);
};

let stylesheetSeen = false; // all pages have the same one, so it is fetched and looked at (preload) once

async function axeProblems(page, rules) {
  // Once a page, for it is large; by the debugger's door, so the page's own policy stays on.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
  const options = {resultTypes: ["violations"], preload: !stylesheetSeen, ...(rules ? {runOnly: {type: "rule", values: rules}} : {})};
  stylesheetSeen = true;
  const {violations} = await page.evaluate((options) => window.axe.run(document, options), options);
  return violations.map(({id, nodes}) => `axe ${id}: ${nodes.map((node) => node.html).join(" ").slice(0, 300)}`);
}

async function htmlProblems(page) {
  // The browser lets go of what it was sent once a page has gone on: then it is asked for again.
  const again = async () => (await page.context().request.get(page.url())).text();
  const html = await page.shown.text().catch(again);
  const report = await validator.validateString(html);
  return report.results.flatMap((result) => result.messages.map((m) => `html ${m.ruleId} line ${m.line}: ${m.message}`));
}

async function layoutProblems(page) {
  return page.evaluate((targets) => {
    const found = [];
    if (document.documentElement.scrollWidth > innerWidth) found.push(`sideways: ${document.documentElement.scrollWidth} px`);
    for (const target of document.querySelectorAll(targets)) {
      const box = (target.closest("label") ?? target).getBoundingClientRect();
      if (box.width > 1 && box.height > 1 && box.height < 43.5) found.push(`low target ${box.height}: ${target.outerHTML.slice(0, 120)}`);
    }
    return found;
  }, "button, input:not([type=hidden]), select, summary, .button, a.chip, nav a, header a");
}

// A slow machine may paint a page late, and then something moves that never does again: so what came by a GET is loaded
// once more, beside the page (whose story goes on), and looked at for as long; what moves there, too, is a problem.
async function shiftProblems(page) {
  const {moved, shown} = await page.evaluate(() => ({moved: window.moved ?? [], shown: performance.now()}));
  const problems = (found) => found.map(({by, what}) => `moved by ${by}: ${what.join(" ")}`);
  if (moved.length === 0 || page.shown?.request().method() !== "GET") return problems(moved);
  const other = await page.context().newPage();
  try {
    await other.setViewportSize(page.viewportSize());
    await other.goto(page.url()).catch(() => null);
    if (other.url() !== page.url()) return problems(moved); // it is to be seen but once
    await other.waitForTimeout(Math.min(shown, 3000));
    const again = new Set((await other.evaluate(() => window.moved ?? [])).flatMap(({what}) => what));
    return problems(moved.filter(({what}) => what.some((each) => again.has(each))));
  } finally {
    await other.close();
  }
}

// Everything that a look finds wrong is told at once. everywhere: also from the narrowest phone to the desk (640 px is a
// desk's 1 280 px at 200 %), and in the other colours.
export async function inspect(page, name, {html = true, everywhere = false} = {}) {
  const problems = html ? await htmlProblems(page) : [], scripts = page.scripts !== false; // with which the others look, too
  if (scripts)
    problems.push(...(await shiftProblems(page)), ...(await layoutProblems(page)), ...(await axeProblems(page)));
  if (scripts && everywhere) {
    const {width, height} = page.viewportSize();
    for (const other of [320, 640, 1280]) {
      await page.setViewportSize({width: other, height});
      problems.push(...(await layoutProblems(page)).map((problem) => `${other} px: ${problem}`));
    }
    await page.setViewportSize({width, height});
    for (const colorScheme of ["dark", "light"]) {
      await page.emulateMedia({colorScheme, reducedMotion: "reduce"}); // no colours halfway
      if (colorScheme === "dark") problems.push(...(await axeProblems(page, ["color-contrast"])).map((each) => `dark: ${each}`));
    }
  }
  assert.deepEqual([...problems, ...page.complaints], [], `${name} (${page.url()})`);
}
