// contacts.test.mjs: friends found among contacts, sent to, and a bill split among them (BK-3), on a phone's width; the
// phone's own contacts are played. In both languages, light and dark, without scripts. KABINET_SHOTS: a folder for pictures.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {Browsers, looks, watched} from "../support/browser.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {newKey, newPhone} from "../support/server.mjs";
import {Wallets, limits} from "../support/wallet.mjs";

let both, server, wallets, browsers;
before(async () => {
  both = await startBoth({company: "Банк «Рядом»", limits});
  ({server} = both);
  wallets = new Wallets(both);
  browsers = await Browsers.start();
});
after(async () => {
  await browsers?.stop();
  await both?.stop();
});

const post = (who, path, body) => server.post(path, body, {token: who.token, key: newKey()});
const found = async (name) => {
  const who = await server.customer();
  await post(who, "/settings/profile", {name});
  assert.equal((await post(who, "/friends/findable", {on: true})).status, 200);
  return who;
};

for (const {name, ...look} of looks.filter(({scripts}) => scripts !== false)) {
  test(`BK-3: friends among the phone's contacts, of a list, of a file; one tap to a transfer (${name})`, {timeout: 360000}, async () => {
    const who = await wallets.rich("100.00"), [mum, dad] = [await found("Анна П."), await found("Пётр П.")];
    const page = await browsers.signedIn(server, who, look), well = watched(page, name), stranger = newPhone();
    const contacts = [{name: ["Мама"], tel: [mum.phone]}, {name: ["Чужой"], tel: [stranger, "+380501234567"]}, {name: [], tel: null}];
    const debug = await page.context().newCDPSession(page); // a finger, as phones have that can choose contacts
    await debug.send("Emulation.setTouchEmulationEnabled", {enabled: true});
    await page.addInitScript((list) => {
      Object.defineProperty(navigator, "contacts", {value: {select: async (wanted, {multiple} = {}) => list.slice(0, multiple ? 9 : 1)}});
    }, contacts);
    const sent = [];
    page.on("request", (request) => { if (request.method() === "POST") sent.push(request.postData() ?? ""); });
    await page.goto(`${server.url}/friends`);
    await well("friends none");
    await page.click("main [data-picker] button");
    await page.waitForSelector("main [data-found-list] .field");
    assert.equal(await page.locator("main [data-found-list] .field").count(), 1, "who has not allowed it is not found");
    assert.equal(await page.inputValue("main [data-found-list] [type=text]"), "Мама");
    await well("friends found");
    await page.fill("main [data-found-list] [type=text]", "Мамочка");
    await page.click("main form[action='/friends/keep'] button");
    await page.waitForSelector("main .rows a");
    assert.match(await page.innerText("main .rows"), /Мамочка\s+Анна П\./);
    await page.fill("#contacts-list", `Папа ${dad.phone}`);
    await page.click("main [data-look]");
    await page.waitForSelector("main [data-found-list] .field");
    await page.uncheck("main [data-found-list] [type=checkbox]");
    await page.setInputFiles("#contacts-file", {name: "contacts.vcf", mimeType: "text/vcard",
      buffer: Buffer.from(`BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Папа\r\nTEL;VALUE=uri:tel:${dad.phone}\r\nEND:VCARD\r\n`)});
    await page.waitForFunction(() => document.querySelector("main [data-found-list] [type=checkbox]")?.checked);
    await page.click("main form[action='/friends/keep'] button");
    await page.waitForFunction(() => document.querySelectorAll("main .rows a").length === 2);
    await well("friends two");
    await page.fill("#contacts-list", newPhone());
    await page.click("main [data-look]");
    const nobody = () => /не нашлось|Nobody was found/.test(document.querySelector("[data-contacts] [role=status]").textContent);
    await page.waitForFunction(nobody);
    const all = decodeURIComponent(sent.join(" "));
    for (const phone of [mum.phone, dad.phone, stranger]) assert.ok(!all.includes(phone.slice(2)), "no number was sent");
    assert.equal(sent.length, 6, "four questions, two keepings");

    await page.click("main .rows a >> nth=1");
    await page.waitForURL(/\/friends\/\d+$/);
    await well("friend");
    await page.click("main a[href^='/transfer?friend=']");
    await page.waitForURL(/\/transfer\?friend=/);
    assert.equal((await page.inputValue("#f-to")).replace(/\D/g, ""), mum.phone.slice(1));
    await well("transfer");
    await page.fill("#f-sum", "12");
    await page.press("#f-sum", "Enter");
    await page.waitForURL(/\/transfers\/check$/);
    await page.click("main form[action='/transfers'] button");
    await page.waitForURL(/\/operations\/\d+$/);
    assert.equal(await wallets.balance(mum), "12.00");
    await page.goto(`${server.url}/transfer`);
    await page.click("main [data-pick]");
    await page.waitForFunction(() => document.querySelector("#f-to").value !== "");
    assert.equal((await page.inputValue("#f-to")).replace(/\D/g, ""), mum.phone.slice(1), "picked for one transfer");
  });
}

for (const {name, ...look} of looks) {
  test(`BK-3: a bill split among friends and numbers, paid, reminded of, taken back (${name})`, {timeout: 360000}, async () => {
    const who = await wallets.rich("300.00"), friend = await wallets.rich("200.00"), shop = await server.customer();
    await post(who, "/friends", {phone: friend.phone, label: "Александра Константиновна"});
    const {body: {id}} = await wallets.send(who, shop.phone, "100.00");
    const page = await browsers.signedIn(server, who, look), well = watched(page, name);
    await page.goto(`${server.url}/operations/${id}`);
    await page.click("main a[href^='/splits/new']");
    await page.waitForURL(/\/splits\/new/);
    await well("split new");
    const [box, next] = ["main [name^=friend_]", "main form[action='/splits/check'] button[type=submit]"];
    await page.check(box);
    await page.fill("#f-numbers", "12");
    await page.click(next);
    await page.waitForSelector("main .field.wrong");
    assert.ok(await page.isChecked(box), "who was chosen stays");
    await well("split mistake");
    await page.fill("#f-numbers", newPhone());
    await page.click(next);
    await page.waitForSelector("#f-sum_2");
    assert.equal(await page.inputValue("#f-sum_1"), "33.33");
    await well("split check");
    await page.fill("#f-sum_1", "90");
    await page.press("#f-sum_1", "Enter");
    await page.waitForURL(/\/splits$/);
    await well("split too much");
    assert.equal(await page.inputValue("#f-sum_1"), "90");
    await page.fill("#f-sum_1", "40");
    await page.press("#f-sum_1", "Enter");
    await page.waitForURL(/\/splits\/\d+$/);
    await well("split");
    const [share] = (await server.get("/requests", {token: friend.token})).body.asked;
    assert.equal((await wallets.send(friend, who.phone, "40.00", {request: share.id})).status, 201);
    await page.goto(page.url());
    assert.match(await page.innerText("main"), /40/);
    await well("split paid");
    await page.click("main form[action$='/withdraw'] >> nth=-1 >> button");
    await page.waitForSelector("main form[action$='/withdraw']", {state: "detached"});
    await well("split over");
  });
}
