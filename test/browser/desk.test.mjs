// desk.test.mjs: an agent and a customer in two browsers (SU-1): a case taken and answered live, a ready answer put in,
// a note, closed and rated; every page of the desk in both languages, light and dark, from 320 px up.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {Browsers, inspect} from "../support/browser.mjs";
import {Server, newKey, problem} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";

const shots = process.env.KABINET_SHOTS; // a folder: pictures of the pages, for whoever wants to look
let server, browsers, anna, boss;
before(async () => {
  server = await Server.start({company: "Кошелёк «Рядом»"});
  browsers = await Browsers.start();
  ({anna, boss} = await staff(server, {anna: "support,catalogue", boss: "admin"}));
  for (const [language, title, text] of [["ru", "Код не приходит", "Подождите минуту и запросите код ещё раз."],
                                         ["en", "No code", "Wait for a minute and ask for another code."]])
    await anna.post("/staff/phrases", {language, title, text});
});
after(async () => {
  await browsers?.stop();
  await server?.stop();
});

async function look(page, name) {
  await page.evaluate(() => (window.moved = [])); // what was typed and pressed may move what is below it
  if (shots) {
    await page.screenshot({path: `${shots}/${name}.png`, fullPage: true});
    await page.emulateMedia({colorScheme: "dark"});
    await page.screenshot({path: `${shots}/${name}-dark.png`, fullPage: true});
    await page.emulateMedia({colorScheme: "light"});
  }
  await inspect(page, name, {everywhere: true});
}

async function asCustomer(who, locale) {
  const page = await browsers.page({width: 390, locale});
  await page.goto(`${server.url}/signin`);
  await page.fill("#f-phone", who.phone);
  await page.fill("#f-password", who.password);
  await page.press("#f-password", "Enter");
  await page.waitForURL(`${server.url}/`);
  return page;
}

async function asAgent(locale, options = {}) {
  const page = await browsers.page({width: 390, locale, ...options});
  await page.context().addCookies([{name: "staff", value: anna.cookie, url: server.url}]);
  return page;
}

for (const locale of ["ru-RU", "en-GB"]) {
  test(`SU-1: a case from both sides, live (${locale})`, async () => {
    const who = await server.customer(), lang = locale.slice(0, 2);
    const customer = await asCustomer(who, locale), agent = await asAgent(locale);
    await agent.goto(`${server.url}/staff/cases`);
    await look(agent, `desk-empty-${lang}`);
    await agent.click("button[name=on][value=yes]");
    await agent.waitForSelector("button[name=on][value=no]");
    await customer.goto(`${server.url}/support`);
    await customer.fill("#f-text", "Не приходит код\nжду десять минут");
    await customer.click("form[action='/support'] .button");
    await customer.waitForSelector(".mine");
    await agent.waitForSelector("#cases a.row"); // came by itself
    await look(agent, `desk-${lang}`);
    await agent.click("#cases a.row");
    await agent.waitForSelector("form[action$='/take']");
    await look(agent, `case-free-${lang}`);
    await agent.click("form[action$='/take'] button");
    await agent.waitForSelector("#said li");
    const address = new URL(agent.url()).pathname;
    await agent.click("details:has(.chips) summary");
    await agent.click("details .chip");
    await agent.waitForURL(/phrase=/);
    assert.match(await agent.inputValue("#f-text"), /минуту|minute/);
    await agent.click("form[action$='/say'] .button");
    await customer.waitForSelector("#said li:nth-child(2)"); // came by itself
    await customer.fill("#f-text", "Спасибо, пришёл");
    await customer.click("form[action='/support'] .button");
    await agent.waitForSelector("#said li:nth-child(3)");
    await agent.click("details:has(#f-note) summary");
    await agent.fill("#f-note", "Старый телефон");
    await agent.click("form[action$='/note'] button");
    await agent.waitForSelector("#said li:nth-child(4)");
    await look(agent, `case-${lang}`);
    await customer.reload();
    await look(customer, `chat-answered-${lang}`);
    assert.equal((await customer.innerText("#said")).includes("Старый телефон"), false);
    await agent.click("form[action$='/close'] button[value=solved]");
    await agent.waitForSelector("form[action$='/reopen']");
    assert.equal(new URL(agent.url()).pathname, address);
    await look(agent, `case-closed-${lang}`);
    await customer.goto(`${server.url}/support`);
    await customer.waitForSelector("form[action$='/rate']");
    await look(customer, `chat-closed-${lang}`);
    await customer.click("form[action$='/rate'] button[value='5']");
    await customer.waitForSelector("form[action$='/rate'] button[value='5']:not(.quiet)");
    for (const name of ["calls", "phrases"]) {
      await agent.goto(`${server.url}/staff/${name}`);
      await look(agent, `${name}-${lang}`);
    }
    await agent.goto(`${server.url}/staff/cases`);
    await agent.click("button[name=on][value=no]");
  });
}

test("SU-1: an agent answers a call's case without scripts; nothing said comes back in place", async () => {
  const who = await server.customer();
  const {body} = await server.post("/support/callback", {phone: who.phone, part: "day"}, {token: who.token, key: newKey()});
  const agent = await asAgent("ru-RU", {scripts: false, width: 320});
  await agent.goto(`${server.url}/staff/cases/${body.case}`);
  await agent.click("form[action$='/take'] button");
  await agent.fill("#f-text", " ");
  await agent.click("form[action$='/say'] .button");
  await agent.waitForSelector(".error");
  await agent.fill("#f-text", "Позвоним вечером");
  await agent.click("form[action$='/say'] .button");
  await agent.waitForSelector("li.mine");
  await agent.click("button[name=outcome][value=missed]");
  await agent.waitForSelector("li.mine:nth-child(3)");
});

for (const locale of ["ru-RU", "en-GB"]) {
  test(`SU-5: a help page is looked at and published (${locale})`, async () => {
    const lang = locale.slice(0, 2), editor = await asAgent(locale);
    await editor.goto(`${server.url}/staff/help`);
    await editor.click("a.row[href='/staff/help/fraud']");
    await editor.waitForSelector("#f-words_ru");
    await look(editor, `edit-${lang}`);
    await editor.fill("#f-words_ru", "Положите трубку.\n\n- Не называйте **коды**\n- [Заморозьте деньги](/help/theft)");
    await editor.click("button[name=act][value=look]");
    await editor.waitForSelector(".words li b");
    await look(editor, `edit-looked-${lang}`);
    assert.match(await editor.inputValue("#f-words_ru"), /Положите трубку/);
    await editor.click("button[name=act][value=publish]");
    await editor.waitForURL(`${server.url}/staff/help`);
    await editor.goto(`${server.url}/staff/help/fraud`);
    await look(editor, `edit-history-${lang}`);
    const reader = await browsers.page({width: 390});
    await reader.goto(`${server.url}/help/fraud`);
    await look(reader, `words-${lang}`);
    assert.equal(await reader.innerText(".words li b"), "коды");
  });

  test(`SU-6: a form sent during maintenance stays on the page and goes on afterwards (${locale})`, async () => {
    const lang = locale.slice(0, 2), page = await browsers.page({width: 390, locale});
    await page.goto(`${server.url}/support`);
    await page.fill("#f-text", "Пропала карта");
    assert.equal(problem(await boss.post("/staff/maintenance", {act: "begin", minutes: 15})), undefined);
    await page.click("form[action='/support'] .button");
    await page.waitForSelector("input[name=text][value='Пропала карта']", {state: "attached"});
    page.complaints.length = 0; // the browser's own word on 503
    await look(page, `maintenance-${lang}`);
    await boss.post("/staff/maintenance", {act: "end"});
    await page.click("form[action='/support'] .button");
    await page.waitForSelector(".mine");
    assert.match(await page.innerText(".mine"), /Пропала карта/);
  });
}
