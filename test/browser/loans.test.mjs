// loans.test.mjs: from the calculator to a signed contract in a real browser, with and without scripts, narrow, in both
// languages and both themes (LO-1, LO-2, ID-5); every page on the way is looked at.

import assert from "node:assert/strict";
import {writeFileSync} from "node:fs";
import {after, before, test} from "node:test";

import {Browsers, inspect} from "../support/browser.mjs";
import {loansSettings} from "../support/loans.mjs";
import {Server, newPhone} from "../support/server.mjs";
import {until} from "../support/wallet.mjs";

let browsers, server;
before(async () => {
  browsers = await Browsers.start();
  server = await Server.start({onboarding: {steps: "calculator, number, code, contact, consents, password, open"},
                               loans: loansSettings()});
  await until(() => server.get("/loans/calculator"), ({body}) => body.products.length === 2);
});
after(async () => {
  await browsers?.stop();
  await server?.stop();
});

const shots = process.env.KABINET_SHOTS; // a folder: what was seen, for whoever wants to look himself
const look = async (page, name) => {
  if (shots) await page.screenshot({path: `${shots}/${name}.png`, fullPage: true});
  await inspect(page, name);
};
const press = (page, form) => page.click(`form[action="${form}"] button[type=submit]`);

async function signUp(page, phone) {
  await page.goto(`${server.url}/application/calculator?sum=10000&term=20`);
  assert.match(await page.textContent("main"), /11.600|11,600/);
  await look(page, "signup-calculator");
  await page.click('form[method=post] button[type=submit]');
  await page.waitForURL("**/signup");
  await page.fill("#f-phone", phone);
  await page.press("#f-phone", "Enter");
  await page.waitForURL("**/signup/code");
  await page.fill("#f-code", await server.code(phone));
  await page.press("#f-code", "Enter");
  await page.waitForURL("**/application/contact");
  for (const [name, value] of Object.entries({surname: "Иванов", name: "Пётр", mail: `p${phone.slice(-6)}@example.ru`}))
    await page.fill(`#f-${name}`, value);
  await page.press("#f-mail", "Enter");
  await page.waitForURL("**/application/consents");
  for (const name of ["consent_rules", "consent_personal"]) await page.check(`#f-${name}`);
  await page.click("main form button[type=submit]");
  await page.waitForURL("**/application/password");
  await page.fill("#f-password", "Кошка-Abc1!");
  await page.press("#f-password", "Enter");
  await page.waitForURL(`${server.url}/`);
}

// The rest of the story, signed in.
async function borrow(page, server, phone, name) {
  await page.goto(`${server.url}/loans/new?product=payday&sum=30000&term=30`);
  assert.match(await page.textContent("main"), /292[,.]000/);
  await look(page, `${name}-new`);
  await page.fill("#f-income", "60000");
  await page.fill("#f-payments", "0");
  for (const consent of ["rules", "personal", "bureau"]) await page.check(`#f-${consent}`);
  await press(page, "/loans/applications");
  await page.waitForURL("**/loans/applications/*");
  const path = new URL(page.url()).pathname;
  await look(page, `${name}-offer`);
  assert.equal(await page.isChecked("input[name=extra_0]").catch(() => false), false, "a service is never ticked before");
  await page.fill("#f-sum", "25000");
  await page.press("#f-sum", "Enter");
  await page.waitForSelector(".summary");
  await look(page, `${name}-too-much`);
  await page.fill("#f-sum", "8000");
  await page.fill("#f-term", "15");
  await page.press("#f-term", "Enter");
  await page.waitForURL("**term=15**");
  const before = (await server.messages(phone)).length;
  await press(page, `${path}/contract`);
  await page.waitForURL("**/sign");
  await look(page, `${name}-sign`);
  await page.fill("#f-code", "000000");
  await page.press("#f-code", "Enter");
  await page.waitForSelector(".summary");
  await page.fill("#f-code", await server.code(phone, before));
  await page.press("#f-code", "Enter");
  await page.waitForURL(`**${path}`);
  await look(page, `${name}-signed`);
  return path;
}

test("ID-5, LO-1, LO-2: signed up with a loan in mind; another sum inside, signed by its code (with scripts)", async () => {
  const page = await browsers.page({width: 320}), phone = newPhone();
  await signUp(page, phone);
  await page.click('a[href^="/loans/applications/"]');
  await page.waitForURL("**/loans/applications/*");
  await look(page, "review");
  await page.click('form[action$="/withdraw"] button');
  await page.waitForSelector('.outcome a[href="/loans/new"]');
  await look(page, "withdrawn");
  const path = await borrow(page, server, phone, "ru");
  if (shots) {
    const [cookie] = (await page.context().cookies()).filter(({name}) => name.endsWith("session"));
    const pdf = await fetch(`${server.url}${path}/contract`, {headers: {Cookie: `${cookie.name}=${cookie.value}`}});
    writeFileSync(`${shots}/contract.pdf`, Buffer.from(await pdf.arrayBuffer()));
  }
});

test("LO-1, LO-2: the same without scripts, in English and dark", async () => {
  const own = await Server.start({loans: loansSettings()});
  try {
    await until(() => own.get("/loans/calculator"), ({body}) => body.products.length === 2);
    const who = await own.customer(), page = await browsers.page({width: 360, locale: "en-GB", dark: true, scripts: false});
    await page.goto(`${own.url}/loans/calculator?product=monthly&sum=50000&term=6`);
    await look(page, "en-calculator");
    await page.goto(`${own.url}/loans/calculator?product=payday&sum=31000&term=31`);
    await look(page, "en-bounds");
    await page.goto(`${own.url}/signin`);
    await page.fill("#f-phone, #f-login", who.phone);
    await page.fill("#f-password", who.password);
    await page.press("#f-password", "Enter");
    await page.waitForURL(`${own.url}/`);
    await borrow(page, own, who.phone, "en");
  } finally {
    await own.stop();
  }
});
