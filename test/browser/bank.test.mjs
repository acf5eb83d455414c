// bank.test.mjs: a bank's first card on its pages (ID-6), by the bank's own profile: ordered, on its way as its holder and staff
// see it (/staff/card-orders/), handed over with a mistake, working from the first sign-in by the device (ID-8); refused with a
// reason. On a phone's width, in both languages, light and dark, with scripts and without. The pages of signing up itself are
// looked at in signing_up.test.mjs.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {bankApplies, bankCall} from "../support/applicants.mjs";
import {Browsers, looks, watched} from "../support/browser.mjs";
import {Cards} from "../support/cards.mjs";
import {startProfile} from "../support/sandbox.mjs";
import {newPhone} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";
import {until} from "../support/wallet.mjs";

let both, server, cards, manager, browsers;
before(async () => {
  both = await startProfile("bank");
  ({server} = both);
  cards = new Cards(both);
  ({manager} = await staff(server, {manager: "support"}));
  browsers = await Browsers.start();
});
after(async () => {
  await browsers?.stop();
  await both?.stop();
});

const said = {
  ru: {making: /выпускается/, sent: /Отправлена/, courier: /У курьера/, device: /войдёте со своего устройства/, works: /Работает/,
       unchecked: /только после сверки паспорта/, opened: /кабинет открыт/, refused: /по фото документов/, none: /заявки нет/},
  en: {making: /is being made/, sent: /Sent/, courier: /With a courier/, device: /sign in by a device/, works: /Works/,
       unchecked: /only after the passport/, opened: /cabinet is open/, refused: /by the photos/, none: /no application/},
};

async function staffPage(look) {
  const page = await browsers.page(look);
  await page.context().addCookies([{name: "staff", value: manager.cookie, url: server.url}]);
  return page;
}

for (const {name, ...look} of looks)
  test(`ID-6, ID-8: the card is made, sent, handed over, works; another applicant is refused (${name})`, {timeout: 720000}, async () => {
    const words = said[look.locale.slice(0, 2)], member = await staffPage(look), behind = watched(member, `staff ${name}`);
    const main = (page) => page.locator("main").innerText();
    await both.sandbox.end();
    const {phone, secret} = await bankApplies(server);
    const application = await bankCall(manager);
    await member.goto(server.url + application);
    await member.selectOption("#f-outcome", "approved");
    await member.fill("#f-code_word", "Ромашка");
    await member.press("#f-code_word", "Enter");
    await member.waitForURL("**/staff/tasks");
    await member.goto(server.url + application);
    assert.match(await main(member), words.opened);
    await behind("approved");

    const page = await browsers.signedIn(server, {phone, password: secret}, look), well = watched(page, name);
    await page.goto(`${server.url}/cards`);
    await page.locator("main a.row").first().click();
    await page.waitForURL(/\/cards\/\d+$/);
    assert.match(await main(page), words.making);
    await well("being made");
    const card = page.url().split("/").at(-1);
    await both.sandbox.run();
    const made = async () => server.rows(`SELECT delivery FROM card WHERE id = ${card}`)[0][0];
    await until(made, (delivery) => delivery === 1, 60000);

    const {body: {tasks: [task]}} = await manager.get("/staff/tasks?queue=cards.delivery");
    await manager.post(`/staff/tasks/${task.id}/take`);
    await member.goto(`${server.url}/staff/card-orders/${card}`);
    await behind("made");
    const move = async (state) => {
      await member.check(`input[name=state][value=${state}]`);
      await member.locator("main form button[type=submit]").press("Enter");
    };
    for (const state of ["sent", "courier"]) {
      await move(state);
      await until(() => main(member), (text) => words[state].test(text));
      await page.goto(`${server.url}/cards/${card}`);
      assert.match(await main(page), words[state]);
      await well(state);
    }
    await behind("courier");
    await move("handed");
    await until(() => main(member), (text) => words.unchecked.test(text));
    await behind("passport not compared");
    await member.check("#f-checked");
    await move("handed");
    await member.waitForURL("**/staff/tasks");

    await page.goto(`${server.url}/cards/${card}`);
    assert.match(await main(page), words.device);
    await well("handed over");
    await page.locator('main a[href="/settings/security"]').press("Enter");
    await page.waitForURL("**/settings/security");
    await page.goto(`${server.url}/settings/security/pin`);
    await page.fill("#f-pin", "7395");
    await page.press("#f-pin", "Enter");
    await page.waitForURL("**/settings/security");
    await page.goto(`${server.url}/cards/${card}`);
    assert.match(await main(page), words.works);
    await well("works");

    await member.goto(`${server.url}/staff/applications`);
    await member.fill("#f-phone", phone);
    await member.press("#f-phone", "Enter");
    await until(() => main(member), (text) => words.opened.test(text));
    await behind("found by its number");
    assert.equal(await member.locator(`main a[href^="/staff/customers/"]`).count(), 1);
    await member.goto(`${server.url}/staff/applications?phone=${encodeURIComponent(newPhone())}`);
    assert.match(await main(member), words.none);
    await behind("no application");

    const refused = await bankApplies(server), path = await bankCall(manager);
    await member.goto(server.url + path);
    await behind("the application");
    await member.selectOption("#f-outcome", "refused");
    await member.selectOption("#f-reason", "documents");
    await member.locator("main form button[type=submit]").press("Enter");
    await member.waitForURL("**/staff/tasks");
    await member.goto(server.url + path);
    assert.match(await main(member), words.refused);
    await behind("refused");
    const theirs = await browsers.page(look);
    await theirs.context().addCookies([{name: "draft", value: refused.browser.cookies.get("draft"), url: server.url}]);
    await theirs.goto(`${server.url}/application`);
    assert.match(await main(theirs), words.refused);
    await watched(theirs, name)("refused");
  });
