// signing_up.test.mjs: the five ways to a cabinet, each by its profile's own file, walked from end to end in a real browser in
// both languages, with what is refused on the way; levels and the till (ID-2 to ID-7, ID-16).

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {Browsers, inspect} from "../support/browser.mjs";
import {jpeg} from "../support/pictures.mjs";
import {Server, newPhone} from "../support/server.mjs";
import {openShop} from "../support/shops.mjs";
import {staff} from "../support/staff.mjs";

let browsers;
before(async () => (browsers = await Browsers.start()));
after(() => browsers?.stop());

const looks = [{locale: "ru-RU"}, {locale: "en-GB", dark: true}];
const person = {surname: "Иванова", name: "Анна", birth: "12.04.1990", passport: "45 10 123456", passport_date: "20.05.2011"};
const photo = {name: "page.jpg", mimeType: "image/jpeg", buffer: jpeg(640, 480, 6)};

// A profile's server for a test of each language; boss: a member of all roles.
function flow(title, profile, walk) {
  test(title, async (t) => {
    const server = await Server.ofProfile(profile);
    try {
      const {boss} = await staff(server, {boss: "support,identification,risk,finance,catalogue,admin"});
      for (const look of looks)
        await t.test(look.locale, async () => walk({server, boss, look, ru: look.locale === "ru-RU", page: await browsers.page(look)}));
    } finally {
      await server.stop();
    }
  });
}

async function fill(page, fields) {
  for (const [name, value] of Object.entries(fields)) await page.fill(`#f-${name}`, value);
}

async function refused(page, name) {
  await page.waitForSelector(".summary");
  await inspect(page, name, {html: false});
}

async function number(page, server, phone = newPhone()) {
  await page.goto(`${server.url}/signup`);
  await page.fill("#f-phone", phone);
  await page.press("#f-phone", "Enter");
  await page.waitForURL("**/signup/code");
  return phone;
}

async function code(page, server, phone, address, messages = 0) {
  await page.fill("#f-code", await server.code(phone, messages));
  await page.press("#f-code", "Enter");
  await page.waitForURL(address);
}

async function staffPage(server, boss, look) {
  const page = await browsers.page(look);
  await page.context().addCookies([{name: "staff", value: boss.cookie, url: server.url}]);
  return page;
}

// ---- wallet ----

flow("ID-2: wallet: number, code and password on two screens, three fields; raising one's status is offered, and done", "wallet",
     async ({server, page, look}) => {
  const screens = [], fields = [];
  const count = async () => {
    screens.push(new URL(page.url()).pathname);
    fields.push(...await page.$$eval("main input:not([type=hidden]):not(.unseen)",
                                     (all) => all.filter((each) => each.checkVisibility()).map(({name}) => name)));
  };
  const phone = newPhone();
  await page.goto(`${server.url}/signup`);
  await count();
  await page.fill("#f-phone", phone);
  await page.press("#f-phone", "Enter");
  await page.waitForURL("**/signup/code");
  await count();
  await inspect(page, "code and password");
  await page.fill("#f-code", await server.code(phone));
  await page.fill("#f-password", "weak");
  await page.press("#f-password", "Enter");
  await refused(page, "a weak password leaves the code good");
  await page.fill("#f-code", await server.code(phone));
  await page.fill("#f-password", "Qwerty7!");
  await page.press("#f-password", "Enter");
  await page.waitForURL(`${server.url}/`);
  assert.deepEqual([screens, fields], [["/signup", "/signup/code"], ["phone", "code", "password"]], "the gate of signing up");

  await page.click("a[href='/settings/level']");
  await page.waitForURL("**/settings/level");
  await inspect(page, "level");
  await page.click("a[href='/settings/level/passport']");
  await page.waitForURL("**/settings/level/passport");
  await inspect(page, "passport");
  const digits = String(Date.now()).slice(-6);
  await fill(page, {...person, passport: `45 10 ${digits}`, passport_office: "770-001", snils: "112-233-445 96"});
  await page.press("#f-snils", "Enter");
  await refused(page, "a wrong SNILS");
  await page.fill("#f-snils", "112-233-445 95");
  await page.press("#f-snils", "Enter");
  await page.waitForURL("**/settings/level");
  assert.match(await page.innerText("h1 + p"), look.locale === "ru-RU" ? /Упрощённый/ : /Simplified/);
  await page.click("a[href='/settings/level/documents']");
  await page.waitForURL("**/settings/level/documents");
  await inspect(page, "documents");
  await page.setInputFiles("#f-photo", {name: "x.svg", mimeType: "image/svg+xml", buffer: Buffer.from("<svg/>")});
  await page.click("main form[enctype] button.button");
  await refused(page, "no photo");
  for (let place = 1; place <= 2; place++) {
    await page.setInputFiles("#f-photo", photo);
    await page.click("main form[enctype] button.button");
    await page.waitForFunction((wanted) => document.querySelectorAll("a[href*='number=']").length === wanted, place);
  }
  await inspect(page, "documents, both there");
  await page.click("form[action$='/send'] button");
  await page.waitForURL("**/settings/level");
  await inspect(page, "documents wait");
});

flow("ID-16: wallet: staff look at documents and refuse or approve them", "wallet", async ({server, boss, page, look, ru}) => {
  const who = await server.customer();
  await page.goto(`${server.url}/signin`);
  await fill(page, {phone: who.phone, password: who.password});
  await page.press("#f-password", "Enter");
  await page.waitForURL(`${server.url}/`);
  await page.goto(`${server.url}/settings/level/passport`);
  await fill(page, {...person, passport: `45 11 ${String(Date.now()).slice(-6)}`, passport_office: "770-001", snils: "112-233-445 95"});
  await page.press("#f-snils", "Enter");
  await page.waitForURL("**/settings/level");
  const member = await staffPage(server, boss, look);
  for (const outcome of ["refused", "approved"]) {
    await page.goto(`${server.url}/settings/level/documents`);
    for (let place = 1; place <= 2; place++) {
      await page.setInputFiles("#f-photo", photo);
      await page.click("main form[enctype] button.button");
      await page.waitForFunction((wanted) => document.querySelectorAll("a[href*='number=']").length === wanted, place);
    }
    await page.click("form[action$='/send'] button");
    await page.waitForURL("**/settings/level");
    const task = (await boss.get("/staff/tasks")).body.tasks.find(({queue}) => queue === "levels.review");
    await boss.post(`/staff/tasks/${task.id}/take`);
    await member.goto(`${server.url}/staff/levels/${task.subject}`);
    await inspect(member, "review");
    await member.selectOption("#f-outcome", outcome);
    if (outcome === "refused") await member.selectOption("#f-reason", "unreadable");
    await member.click("main form.card button.button");
    await member.waitForURL("**/staff/tasks");
    await page.goto(`${server.url}/settings/level`);
    const words = {refused: ru ? /не всё читается/ : /can be read/, approved: ru ? /«Полный»/ : /“Full”/};
    assert.match(await page.innerText("main"), words[outcome]);
    await inspect(page, `level, ${outcome}`);
  }
});

// ---- instalments ----

flow("ID-3: instalments: short form, PIN, decision, the address's code; refused: why, and no cabinet", "instalments",
     async ({server, page, look, ru}) => {
  const mail = `anna${Date.now()}@example.ru`;
  const phone = await number(page, server);
  await inspect(page, "code alone");
  await code(page, server, phone, "**/application/short");
  await inspect(page, "short");
  await fill(page, {...person, passport: "12", mail});
  await page.press("#f-mail", "Enter");
  await refused(page, "short refused");
  await page.fill("#f-passport", person.passport);
  await page.press("#f-mail", "Enter");
  await page.waitForURL("**/application/pin");
  await inspect(page, "pin");
  await page.fill("#f-pin", "1234");
  await page.press("#f-pin", "Enter");
  await refused(page, "pin refused");
  assert.doesNotMatch(await page.innerText("main"), ru ? /парол/i : /password/i, "a PIN is called one");
  await page.fill("#f-pin", "7395");
  await page.press("#f-pin", "Enter");
  await page.waitForURL("**/application/email");
  await inspect(page, "email");
  const letters = (await server.get(`/sandbox/phone?address=${encodeURIComponent(mail)}`)).body.messages;
  await page.fill("#f-code", /(\d{6})/.exec(letters[0].text)[1]);
  await page.press("#f-code", "Enter");
  await page.waitForURL((url) => !url.pathname.startsWith("/application"));

  const other = await browsers.page(look);
  const young = await number(other, server);
  await code(other, server, young, "**/application/short");
  await fill(other, {...person, birth: "12.04.2011", passport_date: "20.05.2025", mail});
  await other.press("#f-mail", "Enter");
  await other.waitForURL("**/application/pin");
  await other.fill("#f-pin", "7395");
  await other.press("#f-pin", "Enter");
  await other.waitForURL("**/application");
  assert.match(await other.innerText("main"), ru ? /вам ещё нет возраста/ : /The reason: /);
  await inspect(other, "refused");
  await other.goto(`${server.url}/signin`);
  await inspect(other, "sign-in by PIN");
  await fill(other, {phone: young, password: "7395"});
  await other.press("#f-password", "Enter");
  await refused(other, "no cabinet");
});

flow("ID-4: instalments: the cashier begins, the customer's code consents, he finishes on his own phone", "instalments",
     async ({server, boss, page, look, ru}) => {
  const shop = await openShop(boss);
  const login = `kassa.${look.locale.toLowerCase().slice(0, 2)}`;
  const member = await staffPage(server, boss, look);
  await member.goto(`${server.url}/staff/shops`);
  await inspect(member, "shops");
  await member.goto(`${server.url}/staff/shops/${shop.id}`);
  await inspect(member, "a shop");
  await member.click(`a[href="/staff/shops/${shop.id}/people"]`);
  await inspect(member, "a shop's people");
  await fill(member, {login, name: "Анна"});
  await member.check("[name=cashier]");
  await member.press("#f-name", "Enter");
  await member.waitForSelector("dd.code");
  await inspect(member, "a password shown once", {html: false});
  const password = await member.innerText("div:last-child > dd.code");
  await page.goto(`${server.url}/till`);
  await page.waitForURL(/\/shop\/signin/);
  await inspect(page, "till, sign-in");
  await fill(page, {login, password: "wrong"});
  await page.press("#f-password", "Enter");
  await refused(page, "till, wrong password");
  await page.fill("#f-password", password);
  await page.press("#f-password", "Enter");
  await page.waitForURL(`${server.url}/till`);
  await inspect(page, "till");
  const phone = newPhone();
  await fill(page, {phone, ...person, passport: "12", mail: "anna@example.ru"});
  await page.press("#f-mail", "Enter");
  await refused(page, "till refused");
  await page.fill("#f-passport", person.passport);
  await page.press("#f-mail", "Enter");
  await page.waitForURL("**/till/applications/*");
  await inspect(page, "till, code");
  const told = /(\d{6})/.exec((await server.messages(phone))[0])[1];
  await page.fill("#f-code", told === "000000" ? "000001" : "000000");
  await page.press("#f-code", "Enter");
  await refused(page, "till, wrong code");
  await page.fill("#f-code", told);
  await page.press("#f-code", "Enter");
  await page.waitForSelector(".outcome");
  assert.match(await page.innerText("main"), ru ? /Одобрено/ : /Approved/);
  await inspect(page, "till, outcome");
  const own = await browsers.page(look);
  await number(own, server, phone);
  await code(own, server, phone, "**/application/pin", 2);
  await own.fill("#f-pin", "7395");
  await own.press("#f-pin", "Enter");
  await own.waitForURL("**/application/email");
});

// ---- microloans ----

flow("ID-5: microloans: calculator, code, data, income, four consents, password", "microloans", async ({server, page, ru}) => {
  await page.goto(`${server.url}/signup`);
  await page.waitForURL("**/application/calculator");
  await inspect(page, "calculator");
  await fill(page, {sum: "1000000", term: "20"});
  await page.press("#f-term", "Enter");
  await page.waitForSelector(".field.wrong");
  await inspect(page, "calculator refused");
  await fill(page, {sum: "10000", term: "20"});
  await page.press("#f-term", "Enter");
  await page.waitForSelector(".total");
  await page.click("main form[method=post] button.button");
  await page.waitForURL("**/signup");
  const phone = newPhone();
  await page.fill("#f-phone", phone);
  await page.press("#f-phone", "Enter");
  await page.waitForURL("**/signup/code");
  await code(page, server, phone, "**/application/contact");
  await inspect(page, "contact");
  await fill(page, {surname: person.surname, name: person.name, birth: person.birth, mail: "anna@example.ru"});
  await page.press("#f-mail", "Enter");
  await page.waitForURL("**/application/passport");
  await fill(page, {passport: person.passport, passport_date: "11.04.2004", passport_office: "770-001"});
  await page.press("#f-passport_office", "Enter");
  await refused(page, "a passport issued to a child");
  await page.fill("#f-passport_date", person.passport_date);
  await page.press("#f-passport_office", "Enter");
  await page.waitForURL("**/application/work");
  await inspect(page, "income and payments");
  await fill(page, {income: "60 000", payments: "0"});
  await page.press("#f-payments", "Enter");
  await page.waitForURL("**/application/consents");
  await inspect(page, "consents");
  assert.equal(await page.locator("main input[type=checkbox]").count(), 4);
  assert.equal(await page.locator("main input[type=checkbox]:checked").count(), 0, "none is ticked for him");
  await page.check("#f-consent_rules");
  await page.check("#f-consent_bureau");
  await page.$eval("#f-consent_personal", (box) => box.removeAttribute("required"));
  await page.click("main form button.button");
  await refused(page, "consents refused");
  await page.check("#f-consent_personal");
  await page.click("main form button.button");
  await page.waitForURL("**/application/password");
  await inspect(page, "password");
  await page.fill("#f-password", "1234");
  await page.press("#f-password", "Enter");
  await refused(page, "password refused");
  await page.fill("#f-password", "Кошка-Abc1! дома");
  await page.press("#f-password", "Enter");
  await page.waitForURL((url) => !url.pathname.startsWith("/application"));
  page.complaints.length = 0; // the first page is a product's, and this profile has none yet
  await page.goto(`${server.url}/settings/profile`);
  assert.match(await page.innerText("main"), ru ? /персональн/i : /personal/i);
  await inspect(page, "consents, seen in the cabinet");
});

// ---- bank ----

async function order(page, server, look) {
  const phone = await number(page, server);
  await code(page, server, phone, "**/application/person");
  await fill(page, {surname: person.surname, name: person.name, birth: person.birth, birth_place: "Тула", mail: "anna@example.ru"});
  await inspect(page, "person");
  await page.press("#f-mail", "Enter");
  await page.waitForURL("**/application/passport");
  await fill(page, {passport: person.passport, passport_date: person.passport_date, passport_office: "770-001", passport_by: "ОВД Тулы",
                    inn: "500100732258"});
  await page.press("#f-inn", "Enter");
  await refused(page, "a wrong INN");
  await page.fill("#f-inn", "500100732259");
  await page.press("#f-inn", "Enter");
  await page.waitForURL("**/application/address");

  // gone on with on another device
  const other = await browsers.page(look);
  await number(other, server, phone);
  await code(other, server, phone, "**/application/address", 1);
  await fill(other, {postcode: "300000", city: "Тула", street: "Садовая, 1"});
  await inspect(other, "address");
  await other.press("#f-street", "Enter");
  await other.waitForURL("**/application/photos");
  await inspect(other, "photos");
  await other.setInputFiles("#f-photo", {name: "x.jpg", mimeType: "image/jpeg", buffer: Buffer.from("no photo")});
  await other.click("main form[enctype] button.button");
  await refused(other, "no photo");
  for (let place = 1; place <= 10; place++) {
    await other.setInputFiles("#f-photo", photo);
    await other.click("main form[enctype] button.button");
    await other.waitForFunction((wanted) => document.querySelectorAll("a[href*='number=']").length === wanted, place);
  }
  await inspect(other, "photos, all there");
  await other.click("main form:not([enctype]) button.button");
  await other.waitForURL("**/application/consents");
  await other.check("#f-consent_rules");
  await other.check("#f-consent_personal");
  await other.click("main form button.button");
  await other.waitForURL("**/application/password");
  await other.fill("#f-password", "Кошка-Abc1! дома");
  await other.press("#f-password", "Enter");
  await other.waitForURL("**/application");
  await inspect(other, "waits for the call");
  return {page: other, phone};
}

flow("ID-6: bank: pages, photos of each spread, on another device; a manager's call: refused; approved with a code word", "bank",
     async ({server, boss, page, look, ru}) => {
  const member = await staffPage(server, boss, look);
  for (const outcome of ["refused", "approved"]) {
    const applicant = await order(outcome === "refused" ? page : await browsers.page(look), server, look);
    assert.match(await applicant.page.innerText("main"), ru ? /на рассмотрении/ : /looking at your application/);
    const task = (await boss.get("/staff/tasks")).body.tasks.find(({queue}) => queue === "onboarding.call");
    await boss.post(`/staff/tasks/${task.id}/take`);
    await member.goto(`${server.url}/staff/applications/${task.subject}`);
    await inspect(member, "application");
    assert.equal(await member.locator("a[href*='/photos/']").count(), 10);
    await member.selectOption("#f-outcome", outcome);
    if (outcome === "approved") {
      await member.click("main form.card button.button");
      await refused(member, "no code word");
      await member.selectOption("#f-outcome", outcome);
      await member.fill("#f-code_word", "Ромашка");
    }
    await member.click("main form.card button.button");
    await member.waitForURL("**/staff/tasks");
    await server.messages(applicant.phone, 2);
    await applicant.page.goto(`${server.url}/application`);
    if (outcome === "refused") {
      await inspect(applicant.page, "refused");
      continue;
    }
    await applicant.page.goto(`${server.url}/signin`);
    await fill(applicant.page, {phone: applicant.phone, password: "Кошка-Abc1! дома"});
    await applicant.page.press("#f-password", "Enter");
    await applicant.page.waitForURL((url) => !url.pathname.startsWith("/signin"));
    await applicant.page.goto(`${server.url}/settings/profile`);
    assert.match(await applicant.page.innerText("main"), /•|\+7|8 /);
  }
});

// ---- telecom ----

flow("ID-7: telecom: staff open a contract; any of its names signs in; the first password is replaced", "telecom",
     async ({server, boss, page, look}) => {
  const visitor = await browsers.page(look);
  await visitor.goto(`${server.url}/signup`);
  await inspect(visitor, "nobody signs up by himself");
  const member = await staffPage(server, boss, look);
  await member.goto(`${server.url}/staff/contracts`);
  await inspect(member, "desk");
  const login = `anna.${look.locale.toLowerCase()}`, phone = newPhone(), second = newPhone();
  await fill(member, {login: "12", phone});
  await member.press("#f-login", "Enter");
  await refused(member, "a login without letters");
  await fill(member, {login, phone, phone2: second});
  await member.press("#f-login", "Enter");
  await member.waitForSelector("dd.code");
  await inspect(member, "printed", {html: false});
  const [account, , first] = await member.locator("dd.code").allInnerTexts();
  await page.goto(`${server.url}/signin`);
  await inspect(page, "sign-in by any name");
  await fill(page, {login: "nobody", password: first});
  await page.press("#f-password", "Enter");
  await refused(page, "wrong name");
  for (const name of [account, login, second.replace("+7", "8"), phone.slice(2)]) {
    await page.goto(`${server.url}/signin`);
    await fill(page, {login: name, password: first});
    await page.press("#f-password", "Enter");
    await page.waitForURL("**/contract/password");
  }
  await inspect(page, "first password");
  await page.fill("#f-password", first);
  await page.press("#f-password", "Enter");
  await refused(page, "the same password");
  await page.fill("#f-password", "Кошка-Abc1! дома");
  await page.press("#f-password", "Enter");
  await page.waitForURL((url) => !url.pathname.startsWith("/contract"));
  page.complaints.length = 0; // the first page is a product's, and this profile has none yet
  await page.goto(`${server.url}/sessions`);
  await inspect(page, "in");
});
