// people.mjs: what is said to people and what staff do for them, for pages to show it: messages, the support, a customer's
// card, what a second person confirms, levels, campaigns, those who leave and who have left.

import assert from "node:assert/strict";

import {picture} from "../applicants.mjs";
import {jpeg, upload} from "../pictures.mjs";
import {newPhone} from "../server.mjs";
import {until} from "../wallet.mjs";
import {good, passport, tomorrow} from "./life.mjs";

export async function letters(life) {
  const {who, server} = life, address = await life.mail(who);
  for (const topic of ["news", "offers"]) {
    await life.post(who, "/settings/messages/consent", {topic});
    await life.post(who, "/sandbox/tell", {customer: who.customer, topic});
  }
  const [, path] = /https?:\/\/[^/]+(\/unsubscribe\/[0-9a-z-]+)/.exec(
    await until(() => life.letter(address), (text) => text.includes("/unsubscribe/")));
  life.at("/unsubscribe/{token}", path);
  await life.post(who, "/settings/tokens", {name: "Домашняя бухгалтерия", balance_read: true, transfers_write: true,
                                            days: "90", day_limit: "500.00"});
  await good(server.post("/signin", {phone: who.phone, password: who.password, token: true}));
}

// What was said, and what the staff's desk has of it.
export async function support(life) {
  const {who, friend} = life;
  await life.asStaff("/staff/duty", {on: "yes"});
  for (const [language, title, text] of [["ru", "Код не приходит", "Подождите минуту и запросите код ещё раз."],
                                         ["en", "No code", "Wait for a minute and ask for another code."]])
    await life.asStaff("/staff/phrases", {language, title, text});
  const {case: free} = await life.post(friend, "/support/callback", {phone: friend.phone, part: "morning", text: "Где мои деньги?"});
  const {case: first} = await life.post(who, "/support", {
    text: "Здравствуйте!\nДеньги ушли, а подруга говорит, что ничего не получила. Что делать?", about: life.sent});
  const path = `/staff/cases/${first}`;
  await life.asStaff(`${path}/take`);
  await life.asStaff(`${path}/say`, {text: "Проверили: перевод получен вчера. Попросите её обновить страницу."});
  await life.asStaff(`${path}/note`, {note: "Подруга с тем же именем, другой кошелёк"});
  await life.asStaff(`${path}/close`, {outcome: "solved"});
  await life.post(who, `/support/cases/${first}/rate`, {score: 5});
  const {case: second} = await life.post(who, "/support", {text: "Ещё вопрос: как поменять номер?"});
  await life.asStaff(`/staff/cases/${second}/take`);
  await life.asStaff(`/staff/cases/${second}/say`, {text: "Оба телефона с вами?"});
  life.at("/support/cases/{id}", `/support/cases/${first}`);
  life.at("/staff/cases/{id}", `/staff/cases/${second}`, path, `/staff/cases/${free}`);
  life.at("/help/{slug}", "/help/fraud");
  life.at("/docs/api/{feature}", "/docs/api/wallet", "/docs/api/backoffice");
  life.at("/staff/help/{slug}", "/staff/help/fraud");
  await life.post(who, "/help/fraud/rate", {helped: "yes"});
  await life.post(who, "/help/cabinet/rate", {score: 4});
}

// A customer's card, what a second person confirms, queues.
export async function desk(life) {
  const {who, boss, other} = life, path = `/staff/customers/${who.customer}`;
  await life.see(who);
  const made = await life.asStaff(`${path}/task`, {queue: "followup", summary: "Перезвонить утром и рассказать о лимитах"});
  await life.asStaff(`/staff/tasks/${made.task}/take`);
  const done = await life.asStaff(`${path}/task`, {queue: "suspicious", summary: "Много переводов новым людям за ночь"});
  await life.asStaff(`/staff/tasks/${done.task}/take`);
  const [outcome] = (await good(boss.get(`/staff/tasks/${done.task}`))).outcomes;
  await life.asStaff(`/staff/tasks/${done.task}/finish`, {outcome: outcome.value, note: "Это её дети"});
  await boss.post(`${path}/identify`, {asked: "passport", said: "4510 123456"});
  life.at("/staff/tasks/{id}", `/staff/tasks/${made.task}`, `/staff/tasks/${done.task}`);
  life.at("/staff/customers/{id}", path);
  for (const page of ["reason", "limits", "debt", "phone"]) life.at(`/staff/customers/{id}/${page}`, `${path}/${page}`);

  const reason = "Покупка машины, договор показан";
  const change = await life.asStaff(`${path}/limits`, {operation: "300000.00", day_out: "400000.00", until: tomorrow, reason});
  const again = await life.asStaff(`${path}/limits`, {operation: "200000.00", until: tomorrow, reason});
  await life.asStaff(`/staff/approvals/${again.approval}/decline`, {reason: "Договор не приложен"}, other);
  const {members} = await good(boss.get("/staff/members"));
  const colleague = members.find(({login}) => login === "anna");
  const roles = await life.asStaff(`/staff/members/${colleague.id}/roles`, {support: true, finance: true, until: tomorrow}, other);
  life.at("/staff/approvals/{id}", `/staff/approvals/${change.approval}`, `/staff/approvals/${roles.approval}`);
  life.at("/staff/members/{id}", `/staff/members/${colleague.id}`, `/staff/members/${members.find(({login}) => login === "boss").id}`);
}

export async function papers(life) {
  const {server, boss} = life, who = await life.named("Александра П."), to = `/staff/customers/${who.customer}/phone`;
  await life.post(who, "/settings/level/passport", passport);
  for (const number of [1, 2])
    await good(upload(server, "/settings/level/documents", {number}, jpeg(640, 480), {token: who.token}));
  await life.post(who, "/settings/level/documents/send", {});
  const review = (await good(boss.get("/staff/tasks"))).tasks.find(({customer}) => customer === who.customer);
  await life.asStaff(`/staff/tasks/${review.id}/take`);
  life.at("/staff/levels/{id}", (await good(boss.get(`/staff/tasks/${review.id}`))).page);

  await life.see(who);
  const browser = server.browser();
  browser.cookies.set("staff", boss.cookie);
  const form = new FormData();
  for (const [name, value] of Object.entries({...(await browser.go(to)).form(to), phone: newPhone(), passport: "4510 123456",
                                              reason: "Потеряла телефон в поезде"}))
    if (name !== "file") form.set(name, value);
  form.set("file", new Blob([picture(200, 100)], {type: "image/png"}), "Паспорт, страницы 2 и 3.png");
  const asked = await fetch(server.url + to, {method: "POST", body: form,
                                              headers: {Accept: "application/json", Cookie: `staff=${boss.cookie}`}});
  assert.equal(asked.status, 201);
  life.at("/staff/phone-changes/{id}", `/staff/phone-changes/${(await asked.json()).id}`);
}

// Halfway through sending them.
export async function photos(life) {
  const {server} = life, who = await server.customer(), browser = await server.browser().signIn(who);
  await life.post(who, "/settings/level/passport", {...passport, passport: "45 10 123457"});
  await good(upload(server, "/settings/level/documents", {number: 1}, jpeg(640, 480), {token: who.token}));
  life.at("/settings/level/documents", {path: "/settings/level/documents", cookies: Object.fromEntries(browser.cookies)});
}

export async function campaigns(life) {
  const words = {kind: "offer", title_ru: "Скидка на кофе", text_ru: "Чашка в подарок до пятницы.", title_en: "Coffee",
                 text_en: "A cup for free until Friday."};
  await life.asStaff("/staff/campaigns", {...words, link: "/topup", level: "simplified", regular_days: 3, push: true});
  const {id} = await life.asStaff("/staff/campaigns", {...words, title_ru: "Кофе всем"});
  await life.asStaff(`/staff/campaigns/${id}/start`);
}

// One who left long ago; his act is there. The job is due at the next start, which is staff's.
export async function left(life) {
  const {server} = life, who = await life.named("Ушедший Клиент");
  await life.post(who, "/settings/erase", {sure: true});
  await server.end();
  server.sql("UPDATE job SET next_at = 1 WHERE name = 'erasure.work'");
}

export async function act(life) {
  const erasures = async () => (await good(life.boss.get("/staff/erasures"))).erasures;
  const [{id}] = await until(erasures, ([first]) => first?.state === "done");
  life.at("/staff/erasures/{id}", `/staff/erasures/${id}`);
}

// Who asked for an end, and whose contract staff are ending; each with money left.
export async function leaving(life) {
  const {server} = life, whose = [await server.customer(), await server.customer()], [asked, ended] = whose;
  const confirm = async ({approval}) => {
    const {seen} = await good(life.other.get(`/staff/approvals/${approval}`));
    await life.asStaff(`/staff/approvals/${approval}/confirm`, {seen}, life.other);
  };
  const browsers = await Promise.all(whose.map((who) => server.browser().signIn(who)));
  await life.post(asked, "/settings/closing", {reason: "fees", consent: "yes"});
  for (const who of whose) await life.see(who);
  await good(life.other.post(`/staff/customers/${ended.customer}/reason`, {reason: "Второй сотрудник"}));
  const path = `/staff/customers/${ended.customer}/closing`;
  await confirm(await life.asStaff(path, {cause: "documents", reason: "Не прислал анкету и копию паспорта"}));
  for (const who of whose) await life.wallets.send(life.who, who.phone, "15.00");
  const cookies = browsers.map((browser) => Object.fromEntries(browser.cookies));
  life.at("/settings/closing", "/settings/closing", ...cookies.map((each) => ({path: "/settings/closing", cookies: each})));
  life.at("/staff/customers/{id}/closing", path, `/staff/customers/${life.who.customer}/closing`);
}
