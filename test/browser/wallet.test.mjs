// wallet.test.mjs: the first story in a browser: people sign up on phones, top up by card, send each other money, see it in
// their operations (WA-1, WA-2, WA-4, WA-14), keep favourites; by hand, by keyboard, without scripts; every page in both
// languages, light and dark, from 320 px up, as it is and with errors (OP-6).

import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import {after, before, test} from "node:test";

import {Browsers, inspect} from "../support/browser.mjs";
import {cards, startBoth} from "../support/sandbox.mjs";
import {newPhone} from "../support/server.mjs";
import {Wallets, limits} from "../support/wallet.mjs";

let both, server, wallets, browsers;
before(async () => {
  both = await startBoth({company: "Кошелёк «Рядом»", limits});
  ({server} = both);
  wallets = new Wallets(both);
  browsers = await Browsers.start();
});
after(async () => {
  await browsers?.stop();
  await both?.stop();
});

// ---- what people do ----

const phoneLook = {width: 360, locale: "ru-RU"};
const main = (page) => page.locator("main");
const submit = (page) => page.click("main form .button:not(.quiet)");

const signIn = (person, look = phoneLook) => browsers.signedIn(server, person, look);

async function signUp(phone, {messages = 0, look = phoneLook} = {}) {
  const page = await browsers.page(look);
  await page.goto(`${server.url}/signup`);
  await page.fill("#f-phone", phone);
  await page.press("#f-phone", "Enter");
  await page.waitForURL("**/signup/code");
  await page.fill("#f-code", await server.code(phone, messages));
  await page.press("#f-code", "Enter");
  await page.waitForURL("**/signup/password");
  await page.fill("#f-password", "Qwerty7!");
  await page.press("#f-password", "Enter");
  await page.waitForURL(`${server.url}/`);
  return page;
}

// As far as the bank's page.
async function order(page, sum) {
  await page.goto(`${server.url}/topup`);
  await page.fill("#f-sum", sum);
  await submit(page);
  await page.waitForURL("**/acquirer/pay**");
}

async function pay(page, card) {
  await page.fill("#f-number", card);
  await page.fill("#f-expiry", "12/30");
  await page.fill("#f-cvv", "123");
  await page.click("button[value=pay]");
  await page.waitForURL("**/topups/**");
}

async function fillTransfer(page, to, sum, note) {
  await page.fill("#f-to", to);
  await page.fill("#f-sum", sum);
  if (note) await page.fill("#f-note", note);
  await submit(page);
  await page.waitForSelector(".facts .total");
}

const text = async (page, selector) => (await page.textContent(selector)).replaceAll("\u00a0", " ").trim();
const balance = (page) => text(page, ".balance");
const rows = (page) => page.locator("main a.row:has(.sum)").evaluateAll((all) =>
  all.map((row) => ["b", ".sum"].map((part) => row.querySelector(part).textContent.replaceAll("\u2011", "-").replaceAll("\u00a0", " "))));
const masked = (phone) => `+7 ${phone.slice(2, 5)} ***-**-${phone.slice(10)}`; // as rows() reads it
const written = (phone) => `8 (${phone.slice(2, 5)}) ${phone.slice(5, 8)}-${phone.slice(8, 10)} ${phone.slice(10)}`;

// ---- the story ----

test("WA-1, WA-2, WA-4: two people sign up, one tops up and sends the other money, both see it", async () => {
  const [annPhone, bobPhone] = [newPhone(), newPhone()];
  const ann = await signUp(annPhone), bob = await signUp(bobPhone);
  assert.equal(await balance(ann), "0,00 ₽");
  await ann.click(".empty .button");
  await ann.fill("#f-sum", "5 000");
  await submit(ann);
  await ann.waitForURL("**/acquirer/pay**");
  await inspect(ann, "the bank's page");
  await pay(ann, cards.pays);
  await ann.waitForSelector(".badge.good");
  assert.equal(await text(ann, "h1"), "Готово: 5 000,00 ₽ на кошельке");
  await ann.click(".buttons a[href='/transfer']");

  await fillTransfer(ann, written(bobPhone), "1500", "За обед");
  assert.equal(await text(ann, "form .button:not(.quiet)"), "Перевести 1 500,00 ₽");
  assert.match(await text(ann, ".facts"), /За обед.*Без комиссии.*1 500,00 ₽.*3 500,00 ₽/s);
  await ann.click("[formaction='/transfers/edit']"); // second thoughts: nothing typed is lost
  await ann.waitForSelector("#f-to");
  assert.deepEqual(await Promise.all(["#f-to", "#f-sum", "#f-note"].map((field) => ann.inputValue(field))),
                   [written(bobPhone), "1500", "За обед"]);
  await submit(ann);
  await ann.click("form .button:not(.quiet)");
  await ann.waitForURL("**/operations/*");
  assert.equal(await balance(ann), "−1 500,00 ₽");
  await ann.goto(`${server.url}/operations`);
  assert.deepEqual(await rows(ann), [[masked(bobPhone), "−1 500,00 ₽"], ["Банковская карта", "+5 000,00 ₽"]]);

  await bob.goto(`${server.url}/`);
  assert.equal(await balance(bob), "1 500,00 ₽");
  assert.deepEqual(await rows(bob), [[masked(annPhone), "+1 500,00 ₽"]]);
  assert.match(await text(bob, ".rows small"), /За обед/);
  await ann.context().close();
  await bob.context().close();
});

test("WA-2: a declined card, a bank that never calls back: the outcome page tells, and waits by itself", async () => {
  const page = await signIn(await server.customer());
  await order(page, "100");
  await pay(page, cards.declines);
  await page.waitForSelector(".badge.bad");
  assert.match(await text(page, "main"), /Деньги не списаны/);
  await page.click(".button[href='/topup']");
  await order(page, "200");
  await pay(page, cards.silent);
  await page.waitForSelector(".badge.good"); // nobody presses anything: we asked the bank
  await page.goto(`${server.url}/`);
  assert.equal(await balance(page), "200,00 ₽");
  await page.context().close();
});

test("WA-1: filters stay in the address, the export is exactly what is filtered, the receipt is a PDF", async () => {
  const who = await wallets.rich("9000.00"), friend = await server.customer();
  for (const [sum, note] of [["100.00", "Кофе"], ["250.50", "Кофе и торт"], ["900.00", "Такси"]])
    await wallets.send(who, friend.phone, sum, {note});
  const page = await signIn(who);
  await page.goto(`${server.url}/operations`);
  await page.click("summary:has-text('Поиск')");
  await page.fill("#f-text", "кофе");
  await page.fill("#f-min", "150");
  await page.selectOption("#f-direction", "out");
  await submit(page);
  await page.waitForURL("**/operations?**");
  const query = new URL(page.url()).searchParams;
  assert.deepEqual([query.get("text"), query.get("min"), query.get("direction")], ["кофе", "150", "out"]);
  assert.deepEqual(await rows(page), [[masked(friend.phone), "−250,50 ₽"]]);
  assert.match(await text(page, ".chips"), /«кофе».*Сумма от: 150 ₽.*Только списания/s);
  await page.reload();
  assert.equal(await page.inputValue("#f-text"), "кофе");
  await inspect(page, "filtered", {everywhere: true});

  const [file] = await Promise.all([page.waitForEvent("download"), page.click("a[href*='/operations/export']")]);
  assert.match(file.suggestedFilename(), /\.csv$/);
  const csv = execFileSync("cat", [await file.path()]).toString().replace("\ufeff", "").trimEnd().split("\r\n");
  assert.equal(csv.length, 2);
  assert.match(csv[1], /-250,50;RUB;.*Кофе и торт/);

  await page.click("main a.row");
  const [receipt] = await Promise.all([page.waitForEvent("download"), page.click("a[href$='/receipt']")]);
  const said = execFileSync("pdftotext", ["-layout", await receipt.path(), "-"]).toString().replaceAll("\u00a0", " ");
  assert.match(said, /250,50 ₽/);
  assert.match(said, /Кофе и торт/);
  await page.goto(`${server.url}/operations?text=zzz`);
  await page.click(".empty .button");
  await page.waitForURL(`${server.url}/operations`);
  assert.equal((await rows(page)).length, 4);
  await page.context().close();
});

test("WA-4: money to a number without a cabinet waits, is taken back, is claimed", async () => {
  const page = await signIn(await wallets.rich("1000.00")), phone = newPhone();
  for (const sum of ["300", "400"]) {
    await page.goto(`${server.url}/transfer`);
    await fillTransfer(page, phone, sum);
    assert.match(await text(page, "main form .notice"), /ещё нет кошелька/);
    await submit(page);
    await page.waitForURL("**/operations/*");
    assert.match(await text(page, ".state"), /Ждёт получателя/);
  }
  await page.goto(`${server.url}/`);
  assert.equal(await balance(page), "300,00 ₽");
  await page.locator("li.row", {hasText: "300,00"}).getByRole("button").click();
  await page.waitForLoadState();
  await page.goto(`${server.url}/`);
  assert.equal(await balance(page), "600,00 ₽");
  const newcomer = await signUp(phone, {messages: (await server.messages(phone)).length});
  assert.equal(await balance(newcomer), "400,00 ₽");
  await page.reload();
  assert.ok(!(await main(page).textContent()).includes("Ждут получателя"));
  await page.context().close();
  await newcomer.context().close();
});

test("from nothing to the first transfer: six screens, within a minute", async () => {
  const phone = newPhone(), friend = await server.customer();
  await wallets.send(await wallets.rich("500.00"), phone, "200.00"); // it waits: a newcomer with something to send
  const begun = Date.now();
  const page = await signUp(phone, {messages: 1}); // number, code, password
  const screens = ["signup", "code", "password"];
  page.on("domcontentloaded", () => screens.push(new URL(page.url()).pathname));
  screens.push("home");
  await page.click(".actions a[href='/transfer']");
  await page.waitForURL("**/transfer");
  await fillTransfer(page, friend.phone, "200");
  assert.equal(screens.length, 6, screens.join());
  await submit(page);
  await page.waitForURL("**/operations/*");
  assert.ok(Date.now() - begun < 60000);
  assert.equal(await wallets.balance(friend), "200.00");
  await page.context().close();
});

test("favourites: kept, renamed, paid from, taken off; what was typed stays when refused", async () => {
  const who = await wallets.rich("100.00"), friend = await server.customer();
  const page = await signIn(who);
  await page.goto(`${server.url}/favourites`);
  assert.match(await text(page, ".empty"), /пока никого нет/);
  await page.fill("#f-name", "Я");
  await page.fill("#f-phone", who.phone);
  await submit(page);
  await page.waitForSelector(".summary a[href='#f-phone']");
  assert.equal(await page.inputValue("#f-name"), "Я");
  for (const name of ["Мама", "Мама и папа"]) {
    await page.fill("#f-name", name);
    await page.fill("#f-phone", written(friend.phone));
    await submit(page);
    await page.waitForSelector(`td:has-text("${name}")`);
  }
  assert.equal(await page.locator("tbody tr").count(), 1);
  await page.click("tbody .button:not(.quiet)");
  await page.waitForURL("**/transfer?**");
  await page.fill("#f-sum", "10");
  await submit(page);
  await page.waitForSelector(".facts .total");
  assert.ok((await text(page, ".facts")).replace(/\D/g, "").includes(friend.phone.slice(2)));
  await page.goto(`${server.url}/favourites`);
  await page.click("tbody .button.quiet");
  await page.waitForSelector(".empty");
  await page.context().close();
});

test("ID-14: sessions: this one is marked, all others end by one press", async () => {
  const who = await server.customer();
  const [page, other] = [await signIn(who), await signIn(who)];
  await page.goto(`${server.url}/sessions`);
  assert.equal(await page.locator(".state.good").count(), 1);
  await page.click("form[action='/sessions/end-others'] button");
  await page.waitForFunction(() => !document.querySelector("form[action='/sessions/end-others']"));
  await other.goto(`${server.url}/operations`);
  assert.equal(new URL(other.url()).pathname, "/signin");
  await page.context().close();
  await other.context().close();
});

// ---- by keyboard, without scripts ----

// Presses Tab until the focus is on what is wanted.
async function tabTo(page, selector) {
  for (let presses = 0; presses < 40; presses++) {
    await page.keyboard.press("Tab");
    const [here, seen] = await page.evaluate((selector) => [
      document.activeElement.matches(selector), document.activeElement.matches(":focus-visible"),
    ], selector);
    assert.ok(seen, "the focus is seen");
    if (here) return;
  }
  assert.fail(`Tab does not lead to ${selector} on ${page.url()}`);
}

test("by keyboard alone: a top-up and a transfer", async () => {
  const who = await server.customer(), friend = await server.customer();
  const page = await signIn(who, {...phoneLook, width: 1280});
  const type = async (selector, value) => {
    await tabTo(page, selector);
    await page.keyboard.type(value);
  };
  const press = async (selector, address) => {
    await tabTo(page, selector);
    await Promise.all([page.waitForURL(address), page.keyboard.press("Enter")]);
  };
  await press("nav a[href='/topup']", "**/topup");
  await type("#f-sum", "700");
  await press("main form .button", "**/acquirer/pay**");
  await type("#f-number", cards.pays);
  await type("#f-expiry", "12/30");
  await type("#f-cvv", "123");
  await press("button[value=pay]", "**/topups/**");
  await page.waitForSelector(".badge.good");
  await press("main a[href='/transfer']", "**/transfer");
  await type("#f-to", friend.phone);
  await type("#f-sum", "abc");
  await Promise.all([page.waitForSelector(".summary"), page.keyboard.press("Enter")]);
  assert.ok(await page.evaluate(() => document.activeElement.matches(".summary")), "what is wrong has the focus");
  await tabTo(page, ".summary a");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "f-sum");
  await page.keyboard.press("Control+A");
  await page.keyboard.type("650");
  await Promise.all([page.waitForSelector(".facts .total"), page.keyboard.press("Enter")]);
  await press("main form .button", "**/operations/*");
  assert.equal(await wallets.balance(friend), "650.00");
  await page.context().close();
});

test("without scripts: top-up, transfer, filters, favourites, the menu's rest, sessions", async () => {
  const who = await server.customer(), friend = await server.customer();
  const page = await signIn(who, {width: 320, scripts: false});
  await order(page, "800");
  await pay(page, cards.silent);
  await page.waitForSelector(".badge.good"); // the page asks again by itself
  await page.click("main a[href='/transfer']");
  await fillTransfer(page, friend.phone, "50,50");
  await submit(page);
  await page.waitForURL("**/operations/*");
  await page.goto(`${server.url}/operations`);
  await page.click("summary:has-text('Поиск')");
  await page.fill("#f-max", "60");
  await submit(page);
  assert.deepEqual(await rows(page), [[masked(friend.phone), "−50,50 ₽"]]);
  assert.ok(!(await page.isVisible("nav a[href='/sessions']")));
  await page.click("nav summary");
  await page.click("nav a[href='/favourites']");
  await page.fill("#f-name", "Друг");
  await page.fill("#f-phone", friend.phone);
  await submit(page);
  await page.waitForSelector("tbody");
  await page.click("tbody .button.quiet");
  await page.waitForSelector(".empty");
  await page.click(".language");
  assert.match(await page.textContent("h1"), /Favourites/);
  assert.equal(new URL(page.url()).pathname, "/favourites");
  await page.goto(`${server.url}/sessions`);
  assert.equal(await page.locator(".state.good").count(), 1);
  await page.context().close();
});

// ---- every page, every look ----

// A person who has seen everything: [name, what leads there].
async function populated() {
  const who = await wallets.rich("9000.00"), friend = await server.customer();
  await wallets.send(who, friend.phone, "1500.00", {note: "За обед в кафе на Тверской улице, как договаривались"});
  await wallets.send(friend, who.phone, "20.50");
  const waits = (await wallets.send(who, newPhone(), "300.00")).body.id;
  const done = (await wallets.operations(who)).find(({state, direction}) => state !== "waiting" && direction === "out").id;
  const token = {token: who.token, key: `${waits}`};
  await server.post("/favourites", {name: "Константин Константинопольский", phone: friend.phone}, token);
  await server.post("/wallets", {name: "На отпуск"}, {token: who.token, key: `${done}`});
  return {who, friend, waits, done};
}

const refused = async (page, path, fields, wait = ".summary") => {
  await page.goto(server.url + path);
  for (const [name, value] of Object.entries(fields)) await page.fill(`#f-${name}`, value);
  await submit(page);
  await page.waitForSelector(wait);
  for (const [name, value] of Object.entries(fields))
    if (await page.locator(`#f-${name}:not([type=password])`).count()) assert.equal(await page.inputValue(`#f-${name}`), value);
};

for (const locale of ["ru-RU", "en-GB"])
  test(`OP-6, WA-14: every page is well at 320 px to 1280 px, light and dark, as it is and with errors (${locale})`, async () => {
    const look = {width: 360, locale};
    const {who, friend, waits, done} = await populated();
    const see = (page, name) => inspect(page, name, {everywhere: true});
    const guest = await browsers.page(look);
    for (const path of ["/", "/signin", "/signup", "/sandbox/phone"]) {
      await guest.goto(server.url + path, {waitUntil: "load"});
      await see(guest, path);
    }
    await refused(guest, "/signin", {phone: "123", password: "x"});
    await see(guest, "sign-in refused");
    await guest.context().close();

    const page = await signIn(who, look);
    await see(page, "home");
    assert.match(await text(page, ".limits"), locale === "ru-RU" ? /Осталось 8 200,00 ₽ из 15 000,00 ₽|Осталось/ : /left/i);
    for (const path of ["/operations", "/operations?min=100&direction=out&from=2026-01-02", "/operations?text=zzz", `/operations/${done}`,
                        `/operations/${waits}`, "/topup", "/transfer", "/favourites", "/sessions"]) {
      await page.goto(server.url + path);
      await see(page, path);
    }
    await refused(page, "/topup", {sum: "1e3"});
    await see(page, "top-up refused");
    await refused(page, "/transfer", {to: "12", sum: "0,001", note: "Спасибо"});
    await see(page, "transfer refused by its fields");
    await refused(page, "/transfer", {to: friend.phone, sum: "14000", note: "Спасибо"});
    await see(page, "transfer refused by its balance");
    await page.goto(`${server.url}/transfer`);
    await fillTransfer(page, friend.phone, "10", "Спасибо");
    await see(page, "check");
    await refused(page, "/favourites", {name: "Я", phone: who.phone});
    await see(page, "favourites refused");
    await order(page, "100");
    await pay(page, cards.declines);
    await page.waitForSelector(".badge.bad");
    await page.reload(); // what comes by an event moves what is below it
    await see(page, "declined");
    await order(page, "100");
    await pay(page, cards.slow);
    await see(page, "the bank thinks");
    await page.waitForSelector(".badge.good");
    await page.reload();
    await see(page, "paid");
    await page.context().close();

    const fresh = await signIn(await server.customer(), look);
    await see(fresh, "home, empty");
    for (const path of ["/operations", "/favourites"]) {
      await fresh.goto(server.url + path);
      await see(fresh, `${path}, empty`);
    }
    await fresh.context().close();
  });
