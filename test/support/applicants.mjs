// applicants.mjs: people who sign up as each profile's own file lists it, by pages without scripts; how they sign in
// afterwards. Each gives {phone, secret, browser}, signed in where the profile lets in at once.

import assert from "node:assert/strict";
import {deflateSync, crc32} from "node:zlib";

import {newPhone} from "./server.mjs";
import {staff} from "./staff.mjs";

export const person = {surname: "Королёва", name: "Анна", birth: "12.04.1990", passport: "45 10 123456",
                       passport_date: "20.05.2011", mail: "anna@example.ru"};

const crc = crc32 ?? ((data) => {
  let value = ~0;
  for (const byte of data) {
    value ^= byte;
    for (let i = 0; i < 8; i++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  }
  return ~value >>> 0;
});

// A real picture, grey, of that size.
export function picture(width = 800, height = 600) {
  const chunk = (name, data) => {
    const out = Buffer.alloc(data.length + 12);
    out.writeUInt32BE(data.length);
    out.write(name, 4, "latin1");
    data.copy(out, 8);
    out.writeUInt32BE(crc(out.subarray(4, data.length + 8)), data.length + 8);
    return out;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width);
  head.writeUInt32BE(height, 4);
  head[8] = 8;
  const rows = deflateSync(Buffer.alloc((width + 1) * height, 0x80).map((_, i) => (i % (width + 1) === 0 ? 0 : 0x80)));
  return Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), chunk("IHDR", head), chunk("IDAT", rows),
                        chunk("IEND", Buffer.alloc(0))]);
}

async function begin(server, browser, phone, messages = 0) {
  if (browser.path !== "/signup") await browser.go("/signup");
  await browser.send("/signup", {phone, altcha: await server.proof()});
  await browser.send("/signup/code", {code: await server.code(phone, messages)});
}

async function step(browser, name, fields) {
  assert.equal(browser.path, `/application/${name}`, browser.html.slice(0, 3000));
  await browser.send(`/application/${name}`, fields);
}

const only = (...names) => Object.fromEntries(names.map((name) => [name, person[name]]));

export async function wallet(server) {
  const browser = server.browser(), phone = newPhone(), secret = "Qwerty7!";
  await begin(server, browser, phone);
  await browser.send("/signup/password", {password: secret});
  return {phone, secret, browser};
}

export async function instalments(server) {
  const browser = server.browser(), phone = newPhone(), secret = "7395";
  await begin(server, browser, phone);
  await step(browser, "short", only("surname", "name", "birth", "passport", "passport_date", "mail"));
  await step(browser, "pin", {pin: secret});
  assert.ok(browser.cookies.has("session"), browser.html);
  return {phone, secret, browser};
}

export async function microloans(server, consents = {}, work = {income: "60000", payments: "0"}) {
  const browser = server.browser(), phone = newPhone(), secret = "Qwerty7!";
  await browser.go("/application/calculator?sum=10000&term=20");
  await step(browser, "calculator", {});
  await begin(server, browser, phone);
  await step(browser, "contact", only("surname", "name", "birth", "mail"));
  await step(browser, "passport", {...only("passport", "passport_date"), passport_office: "770-001"});
  await step(browser, "work", work);
  await step(browser, "consents", {consent_rules: "on", consent_personal: "on", consent_bureau: "on", ...consents});
  await step(browser, "password", {password: secret});
  assert.ok(browser.cookies.has("session"), browser.html);
  return {phone, secret, browser};
}

// Office staff open a contract; its first password is replaced at once.
export async function telecom(server, login = `user${newPhone().slice(-7)}`) {
  const browser = server.browser(), phone = newPhone(), secret = "Qwerty7!";
  await server.end();
  const {output} = server.command("contract", login, phone);
  await server.run();
  const [, first] = /^password: +(.*)$/m.exec(output);
  await browser.go("/signin");
  await browser.send("/signin", {login: phone, password: first});
  await browser.send("/contract/password", {password: secret});
  assert.ok(browser.cookies.has("session"), browser.html);
  return {phone, secret, login, browser};
}

async function photos(server, browser, count) {
  const {_csrf} = browser.form("/application/photos");
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  for (let number = 1; number <= count; number++) {
    const form = new FormData();
    form.set("_csrf", _csrf);
    form.set("number", String(number));
    form.set("photo", new Blob([picture()], {type: "image/png"}), "page.png");
    const answer = await fetch(`${server.url}/application/photos`, {
      method: "POST", body: form, redirect: "manual", headers: {Accept: "application/json", Cookie: cookie}});
    assert.ok(answer.status < 400, await answer.text());
  }
  await browser.go("/application/photos");
  await browser.send("/application/photos", {});
}

const bankPages = {
  person: {...only("surname", "name", "birth", "mail"), birth_place: "Тула"},
  passport: {...only("passport", "passport_date"), passport_office: "770-001", passport_by: "ОВД Тулы"},
  address: {postcode: "300000", city: "Тула", street: "Садовая, 1"},
  photos: {},
  consents: {consent_rules: "on", consent_personal: "on"},
  password: {password: "Qwerty7!"},
};

// Orders a bank's card as far as that page, or to its end: {phone, secret, browser}. phone: one that has begun elsewhere, at
// the page where it stopped; messages: how many it has got.
export async function bankApplies(server, {until: last, phone = newPhone(), from = "person", messages = 0} = {}) {
  const browser = server.browser(), names = Object.keys(bankPages);
  await begin(server, browser, phone, messages);
  for (const name of names.slice(names.indexOf(from))) {
    if (name === last) break;
    if (name === "photos") await photos(server, browser, 10);
    else await step(browser, name, bankPages[name]);
  }
  return {phone, secret: bankPages.password.password, browser};
}

// The task of the newest application that waits for a manager's call, taken by him: its page.
export async function bankCall(manager) {
  const [task] = (await manager.get("/staff/tasks?queue=onboarding.call")).body.tasks;
  await manager.post(`/staff/tasks/${task.id}/take`);
  return (await manager.get(`/staff/tasks/${task.id}`)).body.page;
}

// A manager calls, and a code word is agreed.
export async function bank(server, {word = "Ромашка", managers = null} = {}) {
  const {manager} = managers ?? await staff(server, {manager: "support"});
  const applicant = await bankApplies(server);
  const approved = await manager.post(await bankCall(manager), {outcome: "approved", code_word: word});
  assert.equal(approved.body.opened, true, approved.text);
  return {...applicant, word, manager};
}
