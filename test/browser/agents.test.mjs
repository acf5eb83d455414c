// agents.test.mjs: an agent made by one of finance and confirmed by another, by keyboard and without scripts; cash put into
// the practice terminal; what the customer then sees (WA-2, BO-2). Every page in both languages, light and dark, from 320 px up.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {Browsers, inspect} from "../support/browser.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {staff} from "../support/staff.mjs";
import {Wallets, until} from "../support/wallet.mjs";

const shots = process.env.KABINET_SHOTS; // a folder: pictures of the pages, for whoever wants to look
let both, server, sandbox, browsers, people;
before(async () => {
  both = await startBoth({company: "Кошелёк «Рядом»", agents: {level: "minimal"}});
  ({server, sandbox} = both);
  browsers = await Browsers.start();
  people = await staff(server, {finance: "finance", finance2: "finance"});
});
after(async () => {
  await browsers?.stop();
  await both?.stop();
});

async function look(page, name) {
  if (shots) {
    await page.screenshot({path: `${shots}/${name}.png`, fullPage: true});
    await page.emulateMedia({colorScheme: "dark"});
    await page.screenshot({path: `${shots}/${name}-dark.png`, fullPage: true});
    await page.emulateMedia({colorScheme: "light"});
  }
  await inspect(page, name, {everywhere: true});
}

async function asStaff(member, locale, scripts) {
  const page = await browsers.page({width: 360, locale, scripts});
  await page.context().addCookies([{name: "staff", value: member.cookie, url: server.url}]);
  return page;
}

async function asCustomer(who, locale) {
  const page = await browsers.page({width: 360, locale});
  await page.goto(`${server.url}/signin`);
  await page.fill("#f-phone", who.phone);
  await page.fill("#f-password", who.password);
  await page.press("#f-password", "Enter");
  await page.waitForURL(`${server.url}/`);
  return page;
}

// Looks with scripts, since without them nothing can be asked of a page; acts without.
async function seen(member, locale, path, name) {
  const page = await asStaff(member, locale, true);
  await page.goto(server.url + path);
  await look(page, name);
  await page.context().close();
}

for (const locale of ["ru-RU", "en-GB"]) {
  test(`WA-2: an agent is made and confirmed without scripts; its terminal tops a wallet up (${locale})`, async () => {
    const lang = locale.slice(0, 2), who = await server.customer(), wallets = new Wallets(both);
    await seen(people.finance, locale, "/staff/agents", `agents-${lang}`);
    const maker = await asStaff(people.finance, locale, false), other = await asStaff(people.finance2, locale, false);
    await maker.goto(`${server.url}/staff/agents`);
    await maker.fill("#f-title", "Салон связи «Алло»");
    await maker.fill("#f-login", `allo-${lang}`);
    await maker.fill("#f-addresses", "nowhere");
    await maker.fill("#f-least", "10");
    await maker.fill("#f-most", "15 000");
    await maker.press("#f-most", "Enter");
    assert.equal(await maker.inputValue("#f-title"), "Салон связи «Алло»", "what was typed stays");
    assert.equal(await maker.getAttribute("#f-addresses", "aria-invalid"), "true");
    await maker.fill("#f-addresses", "127.0.0.0/8");
    await maker.press("#f-addresses", "Enter");
    const [login, password] = await maker.locator("dd.code").allTextContents();
    assert.equal(login, `allo-${lang}`);
    await maker.click(`a[href^="/staff/agents/"].quiet`);
    const place = new URL(maker.url()).pathname;
    await maker.click(`form[action='${place}/switch'] button`);
    assert.match(new URL(maker.url()).pathname, /^\/staff\/approvals\//);
    await other.goto(maker.url());
    await other.click("form[action$='/confirm'] button");
    const customer = await asCustomer(who, locale);
    await customer.goto(`${server.url}/topup`);
    await look(customer, `agents-topup-${lang}`);

    const terminal = await browsers.page({width: 360, locale});
    await terminal.goto(`${sandbox.url}/terminals`);
    await terminal.fill("#f-login", login);
    await terminal.fill("#f-password", password);
    await terminal.press("#f-password", "Enter");
    await terminal.fill("#f-account", who.phone);
    await terminal.fill("#f-sum", "500,50");
    await terminal.selectOption("#f-fault", "lost");
    await terminal.press("#f-sum", "Enter");
    await until(() => wallets.balance(who), (balance) => balance === "500.50");
    await terminal.goto(`${sandbox.url}/terminals`);
    await look(terminal, `agents-terminal-${lang}`);

    await customer.goto(`${server.url}/operations`);
    await look(customer, `agents-operations-${lang}`);
    assert.match(await customer.textContent("main"), lang === "ru" ? /Пополнение в терминале/ : /Top-up at a terminal/);
    await customer.click("main a.row");
    await look(customer, `agents-operation-${lang}`);
    await seen(people.finance2, locale, place, `agents-agent-${lang}`);
    await seen(people.finance2, locale, "/staff/agents", `agents-list-${lang}`);
    await other.goto(server.url + place);
    await other.click(`form[action='${place}/password'] button`);
    assert.notEqual((await other.locator("dd.code").allTextContents())[1], password);
    await other.goto(server.url + place);
    assert.match(await other.textContent("main"), lang === "ru" ? /Отключён/ : /Off/);
  });
}
