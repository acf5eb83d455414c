// loans.test.mjs: a loan in a real browser, as whoever takes it sees it: the calculator whose figures follow, signing up
// with a loan in mind, the application, the offer and its contract, the code, a card, the money, the plan of payments,
// paying in part, putting it off, paying all, papers, what is kept (LO-1 … LO-5, ID-5). On a phone's width, light and dark, by
// keyboard alone, with and without scripts. KABINET_SHOTS: a folder for pictures and the contract.

import assert from "node:assert/strict";
import {writeFileSync} from "node:fs";
import {after, before, test} from "node:test";

import {BankCards} from "../support/bank_cards.mjs";
import {Browsers, signIn, watched} from "../support/browser.mjs";
import {Loans, loansSettings} from "../support/loans.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {Server, newPhone} from "../support/server.mjs";
import {until} from "../support/wallet.mjs";

const looks = [
  {name: "ru, light", width: 360, locale: "ru-RU"},
  {name: "en, dark", width: 390, locale: "en-GB", dark: true},
  {name: "ru, dark, without scripts", width: 360, locale: "ru-RU", dark: true, scripts: false},
];

let browsers, both, server, cards, loans;
before(async () => {
  browsers = await Browsers.start();
  both = await startBoth({company: "Займы «Рядом»", loans: loansSettings()}, {slow: 100});
  ({server} = both);
  [cards, loans] = [new BankCards(both), new Loans(server)];
  await until(() => server.get("/loans/calculator"), ({body}) => body.products.length === 2);
});
after(async () => {
  await browsers?.stop();
  await both?.stop();
});

// By Tab alone, as who has no mouse comes there.
async function reach(page, selector) {
  for (let pressed = 0; pressed < 150; pressed++) {
    if (await page.locator(selector).and(page.locator(":focus")).count()) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`Tab does not come to ${selector} on ${page.url()}`);
}

async function press(page, selector, key = "Enter") {
  await reach(page, selector);
  await page.keyboard.press(key);
}

async function type(page, selector, text) {
  await reach(page, selector);
  await page.keyboard.press("Control+A");
  await page.keyboard.type(text);
}

// A page that asks again by itself may do so just now.
const open = (page, address) => until(() => page.goto(address).catch(() => null), Boolean);

const spaced = (text) => text.replace(/[\s,.]/g, " ");
const says = (page, words) => page.waitForFunction(
  ({words, figures}) => document.querySelector(figures)?.textContent.replace(/[\s,.]/g, " ").includes(words),
  {words, figures: ".figures"});
const button = (action) => `main form[action="${action}"] button[type=submit]`;

async function paper(page, path, name) {
  const [cookie] = (await page.context().cookies()).filter((each) => each.name.endsWith("session"));
  const answer = await fetch(server.url + path, {headers: {Cookie: `${cookie.name}=${cookie.value}`}});
  const pdf = Buffer.from(await answer.arrayBuffer());
  assert.equal(pdf.subarray(0, 5).toString(), "%PDF-", `${path}: ${answer.status}`);
  if (process.env.KABINET_SHOTS) writeFileSync(`${process.env.KABINET_SHOTS}/${name}.pdf`, pdf);
}

// ---- the calculator ----

async function calculate(page, well, scripts) {
  await page.goto(`${server.url}/loans/calculator?product=payday&sum=10000&term=20`);
  assert.match(spaced(await page.innerText(".figures")), /11 600 00/);
  await well("calculator");
  await reach(page, "input[name=sum_slide], #f-sum ~ .slider, .slider");
  await page.keyboard.press("ArrowRight");
  if (!scripts) {
    await press(page, "main form .button.quiet");
    await page.waitForURL(/sum_slide=10500/);
  }
  if (scripts) await says(page, "12 180 00");
  assert.match(spaced(await page.innerText(".figures")), /12 180 00/, "a step of the slider: 500 more");
  await type(page, "#f-sum", "31000");
  if (!scripts) await page.keyboard.press("Enter");
  await page.waitForSelector(".field.wrong .error");
  assert.equal(await page.locator(".figures .psk").count(), 0, "nothing is reckoned beyond the bounds");
  await well("calculator, too much");
  await type(page, "#f-sum", "30000");
  if (!scripts) await page.keyboard.press("Enter");
  await page.waitForSelector(".figures .psk");
  assert.equal(await page.locator(".field.wrong").count(), 0);
  await reach(page, "#f-product");
  await page.keyboard.press("ArrowUp");
  if (scripts) await page.waitForFunction(() => document.querySelector(".figures").querySelectorAll("tbody tr").length >= 3);
  else {
    await press(page, "main form .button.quiet");
    await page.waitForURL(/[?&]product=monthly/);
  }
  assert.ok((await page.locator(".figures tbody tr").count()) >= 3, "another product has its own bounds and plan");
  if (scripts) assert.equal(await page.locator("#f-product").and(page.locator(":focus")).count(), 1, "the choice keeps the focus");
  await well("calculator, months");
}

// ---- the application ----

async function apply(page, well, who) {
  await page.goto(`${server.url}/loans`);
  await well("no loans");
  await press(page, 'main a[href="/loans/new"]');
  await page.waitForURL("**/loans/new");
  await page.goto(`${server.url}/loans/new?product=payday&sum=30000&term=30`);
  assert.match(await page.innerText("main"), /292[,.]000/);
  await press(page, button("/loans/applications"));
  await page.fill("#f-income", "-");
  await page.fill("#f-payments", "0");
  for (const consent of ["rules", "personal", "bureau"]) await press(page, `#f-${consent}`, "Space");
  await press(page, button("/loans/applications"));
  await page.waitForSelector("main .error");
  await well("a mistake in the application");
  await type(page, "#f-income", "60 000");
  await press(page, button("/loans/applications"));
  await page.waitForURL("**/loans/applications/*");
  return new URL(page.url()).pathname;
}

async function sign(page, well, who, path, scripts) {
  await well("offered less");
  assert.equal(await page.isChecked("input[name=extra_0]"), false, "a service is never ticked before");
  await type(page, "#f-sum", "25000");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".summary");
  await well("more than was granted");
  await page.goto(`${server.url}${path}?sum=10000&term=15`);
  await press(page, "input[name=extra_0]", "Space");
  await type(page, "#f-sum", "8000");
  if (scripts) await says(page, "8 960 00");
  else await page.keyboard.press("Enter");
  await page.waitForSelector(`${button(`${path}/contract`)}`);
  if (scripts) assert.equal(await page.isChecked("input[name=extra_0]"), true, "what was ticked stays");
  await paper(page, `${path}/contract?sum=8000.00&term=15`, "draft");
  const before = (await server.messages(who.phone)).length;
  await press(page, button(`${path}/contract`));
  await page.waitForURL("**/sign");
  await well("the code is asked");
  await page.fill("#f-code", "000000");
  await page.press("#f-code", "Enter");
  await page.waitForSelector(".summary");
  await well("a wrong code");
  await page.fill("#f-code", await server.code(who.phone, before));
  await page.press("#f-code", "Enter");
  await page.waitForURL(`**${path}`);
  await well("signed");
  await paper(page, `${path}/contract`, "contract");
}

// ---- the money, and paying it back ----

async function receive(page, well, who) {
  await press(page, 'main a[href^="/loans/"].button:not([href*="contract"])');
  await page.waitForURL(/loans\/\d+$/);
  const path = new URL(page.url()).pathname;
  await well("waits for a card");
  await page.goto(`${server.url}/loans`);
  await well("waits, in the list");
  const card = await cards.bound(who);
  await page.goto(server.url + path);
  await well("a card to choose");
  await press(page, `main form[action="${path}/card"] input[type=radio]`, "Space");
  await press(page, button(`${path}/card`));
  await until(async () => (await loans.get(who, path)).body.state, (state) => state === "runs", 60000);
  await open(page, server.url + path);
  await well("runs");
  await page.goto(`${server.url}/`);
  assert.ok(await page.locator(`main a[href="${path}"]`).count(), "home tells what is to be paid next");
  await well("home");
  return {path, card};
}

async function repay(page, well, who, {path, card}) {
  const owed = async () => (await loans.get(who, path)).body.owed.amount;
  await page.goto(server.url + path);
  await press(page, `main a[href="${path}/repay"]`);
  await page.waitForURL("**/repay");
  await well("what may be paid");
  await page.goto(`${server.url}${path}/repay?wish=pay&sum=99999`);
  await well("more than is owed");
  await page.goto(`${server.url}${path}/repay`);
  await type(page, "#f-sum", "3000");
  await press(page, 'main form[method=get] input[value="pay"]', "ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForSelector(button(`${path}/repay`));
  await well("what a part changes");
  await page.selectOption("#f-from", card.id);
  await press(page, button(`${path}/repay`));
  await page.waitForURL(/orders\/\d+$/);
  await until(owed, (sum) => Number(sum) < 8000, 60000);
  await open(page, page.url());
  await well("a part is paid");
  await page.goto(`${server.url}${path}/repay?wish=extend&units=10`);
  await well("what putting it off changes");
  await press(page, button(`${path}/repay`));
  await page.waitForURL(`**${path}`);
  await well("put off");
  await page.goto(`${server.url}${path}/why`);
  await well("why so much");
  await page.goto(`${server.url}${path}/repay?wish=all`);
  await well("what paying all changes");
  await page.selectOption("#f-from", card.id);
  await press(page, button(`${path}/repay`));
  await page.waitForURL(/orders\/\d+$/);
  await until(async () => (await loans.get(who, path)).body.state, (state) => state === "closed", 60000);
  await open(page, page.url());
  await well("all is paid");
  await page.goto(server.url + path);
  await well("closed, with its history");
  await paper(page, `${path}/certificate?day=${(await loans.get(who, path)).body.today}`, "certificate");
  await paper(page, `${path}/payments`, "payments");
  await paper(page, `${path}/contract`, "contract-of-loan");
  await page.goto(`${server.url}/loans`);
  await press(page, "main details summary");
  await well("past loans");
}

for (const {name, ...look} of looks)
  test(`LO-1, LO-2, LO-3, LO-4, LO-5: from the calculator to a closed loan (${name})`, {timeout: 900000}, async () => {
    const who = await cards.named(), page = await browsers.page(look), well = watched(page, name), scripts = look.scripts !== false;
    await calculate(page, well, scripts);
    await signIn(page, server.url, who);
    const path = await apply(page, well, who);
    await sign(page, well, who, path, scripts);
    await repay(page, well, who, await receive(page, well, who));
  });

test("LO-2: refused, withdrawn, called off: each says so and what may be done", {timeout: 540000}, async () => {
  const {name, ...look} = looks[0], who = await cards.named();
  const page = await browsers.signedIn(server, who, look), well = watched(page, name);
  const see = async (body, what) => {
    const {id} = (await loans.apply(who, body)).body;
    await page.goto(`${server.url}/loans/applications/${id}`);
    await well(what);
    return `/loans/applications/${id}`;
  };
  await see({income: "9000.00"}, "refused");
  const path = await see({product: "monthly", sum: "60000.00", term: 6}, "under review");
  await page.goto(`${server.url}/loans/new`);
  await well("one at a time");
  await page.goto(server.url + path);
  await press(page, "main details summary");
  await press(page, button(`${path}/withdraw`));
  await page.waitForSelector('.outcome a[href="/loans/new"]');
  await well("withdrawn");
  const loan = `/loans/${await loans.signed(who, await loans.offered(who))}`;
  await page.goto(server.url + loan);
  await press(page, "main details summary");
  await well("to be called off");
  await press(page, button(`${loan}/cancel`));
  await page.waitForSelector(`main:not(:has(form[action="${loan}/cancel"]))`);
  await well("called off");
});

// ---- ID-5: signing up is applying ----

test("ID-5, LO-1, LO-2: signed up with a loan in mind; the application is there (with scripts)", {timeout: 540000}, async () => {
  const own = await Server.start({onboarding: {steps: "calculator, number, code, contact, consents, password, open"},
                                  loans: loansSettings()});
  try {
    await until(() => own.get("/loans/calculator"), ({body}) => body.products.length === 2);
    const page = await browsers.page({width: 320}), phone = newPhone(), well = watched(page, "sign-up");
    await page.goto(`${own.url}/application/calculator?sum=10000&term=20`);
    assert.match(spaced(await page.innerText("main")), /11 600/);
    await well("calculator");
    await type(page, "#f-sum", "10500");
    await says(page, "12 180 00");
    await press(page, "main form[method=post] button[type=submit]");
    await page.waitForURL("**/signup");
    await page.fill("#f-phone", phone);
    await page.press("#f-phone", "Enter");
    await page.waitForURL("**/signup/code");
    await page.fill("#f-code", await own.code(phone));
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
    await page.waitForURL(`${own.url}/`);
    await page.click('a[href^="/loans/applications/"]');
    await page.waitForURL("**/loans/applications/*");
    assert.match(spaced(await page.innerText("main")), /10 500/);
    await well("under review");
  } finally {
    await own.stop();
  }
});
