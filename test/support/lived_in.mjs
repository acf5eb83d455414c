// lived_in.mjs: two servers on which people have been living for a while, for tests that look at pages: a wallet with its
// customers, staff and their papers, and one whose sign-up asks for everything that there is. addresses says where each
// route with something in its path is to be seen, and where those that open only halfway through something.

import assert from "node:assert/strict";

import {providerCount} from "./catalogue.mjs";
import {makeAgent} from "./agents.mjs";
import {BankCards} from "./bank_cards.mjs";
import {person, picture} from "./applicants.mjs";
import {makeMerchant} from "./merchants.mjs";
import {Cards} from "./cards.mjs";
import {jpeg, upload} from "./pictures.mjs";
import {Deposits} from "./deposits.mjs";
import {Lenders, lenders} from "./lenders.mjs";
import {Loans, loansSettings} from "./loans.mjs";
import {cards, startBoth} from "./sandbox.mjs";
import {Server, newKey, newPhone} from "./server.mjs";
import {Member, staff} from "./staff.mjs";
import {Wallets, limits, until} from "./wallet.mjs";

const passport = {surname: "Преображенская-Крестовоздвиженская", name: "Александра", patronymic: "Константиновна",
                  birth: "1990-04-12", passport: "45 10 123456", passport_date: "2011-05-20", passport_office: "770-001",
                  snils: "112-233-445 95"};
const tomorrow = new Date(Date.now() + 86400000 + 3 * 3600000).toISOString().slice(0, 10);

async function good(answering) {
  const answer = await answering;
  assert.ok(answer.status < 300, `${answer.status} ${answer.text}`);
  return answer.body;
}

class Life {
  constructor(both) {
    Object.assign(this, both);
    this.wallets = new Wallets(both);
    this.addresses = {};
  }

  at(route, ...paths) {
    this.addresses[route] = paths;
  }

  post(who, path, body) {
    return good(this.server.post(path, body, {token: who.token, key: newKey()}));
  }

  asStaff(path, body, member = this.boss) {
    return good(member.post(path, body, {key: newKey()}));
  }

  async named(name, sum) {
    const who = sum ? await this.wallets.rich(sum) : await this.server.customer();
    await this.post(who, "/settings/profile", {name});
    return who;
  }

  async letter(address) {
    const all = async () => (await this.server.get(`/sandbox/phone?address=${address}`)).body.messages;
    return (await until(all, (messages) => messages.length > 0))[0].text;
  }

  async mail(who) {
    const address = `alexandra.konstantinovna.${who.phone.slice(2)}@example.ru`;
    await this.post(who, "/settings/email", {address});
    await this.post(who, "/settings/email/confirm", {code: /(\d{6})/.exec(await this.letter(address))[1]});
    return address;
  }

  see(who) {
    return this.asStaff(`/staff/customers/${who.customer}/reason`, {reason: "Обращение по горячей линии"});
  }

  async task(queue, customer) {
    const {tasks} = await good(this.boss.get(`/staff/tasks?queue=${queue}`));
    const task = tasks.find((each) => !customer || each.customer === customer);
    await this.asStaff(`/staff/tasks/${task.id}/take`);
    return good(this.boss.get(`/staff/tasks/${task.id}`));
  }
}

// ---- a customer's money and messages ----

async function money(life) {
  const {who, friend, wallets} = life;
  await life.post(who, "/wallets", {name: "На ремонт и переезд в другой город"});
  const sent = await wallets.send(who, friend.phone, "1234.56", {note: "За подарок Марье Ивановне и за торт, спасибо большое"});
  await wallets.send(friend, who.phone, "75.00", {note: "Сдача"});
  const waits = await wallets.send(who, newPhone(), "300.00");
  assert.equal(await wallets.topup(who, "200.00", cards.declines), "declined");
  const order = await wallets.order(who, "1500.00");
  for (const [name, to] of [["Мама", friend.phone], ["Аренда на улице Академика Королёва", newPhone()]])
    await life.post(who, "/favourites", {name, phone: to});
  await life.post(friend, "/friends/findable", {on: true});
  await life.post(who, "/friends", {label: "Александра Константиновна, с той работы", phone: friend.phone});
  const {id: kept} = await life.post(who, "/friends", {phone: newPhone()});
  const bill = {operation: sent.body.id, note: "За подарок Марье Ивановне и за торт", to_1: kept, to_2: newPhone()};
  life.at("/friends/{id}", `/friends/${kept}`);
  life.at("/splits/new", `/splits/new?operation=${sent.body.id}`);
  life.at("/splits/{id}", `/splits/${(await life.post(who, "/splits", bill)).id}`);
  life.at("/operations/{id}", `/operations/${sent.body.id}`, `/operations/${waits.body.id}`);
  await life.post(who, `/operations/${sent.body.id}/tags`, {tags: "#подарки #день_рождения #родственники_и_друзья"});
  await life.post(who, `/operations/${sent.body.id}/category`, {category: "household"});
  for (const [category, sum] of [["", "1000.00"], ["household", "1400.00"], ["transfers", "50000.00"]])
    await life.post(who, "/spending/budgets", {category, sum, tells: true});
  life.at("/spending", "/spending", "/spending?months=24", "/spending?month=2021-02");
  life.at("/spending/sort", "/spending/sort?from=transfers", "/spending/sort");
  life.at("/topups/{id}", `/topups/${order.id}`);
  life.at("/topups/{id}/pay", `/topups/${order.id}/pay`);
  const own = new BankCards(life), bound = await own.bound(who, "0000", {holder: "ALEXANDRA PREOBRAZHENSKAYA"});
  const open = (await own.begin(who)).id, asked = await own.checked(who);
  life.at("/bank-cards/{id}", ...[bound.id, asked, open].map((id) => `/bank-cards/${id}`));
  life.sent = sent.body.id;
}

async function letters(life) {
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

// ---- the support: what was said, and what the staff's desk has of it ----

async function support(life) {
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

// ---- staff: a customer's card, what a second person confirms, queues ----

async function desk(life) {
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

async function papers(life) {
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
async function photos(life) {
  const {server} = life, who = await server.customer(), browser = await server.browser().signIn(who);
  await life.post(who, "/settings/level/passport", {...passport, passport: "45 10 123457"});
  await good(upload(server, "/settings/level/documents", {number: 1}, jpeg(640, 480), {token: who.token}));
  life.at("/settings/level/documents", {path: "/settings/level/documents", cookies: Object.fromEntries(browser.cookies)});
}

async function campaigns(life) {
  const words = {kind: "offer", title_ru: "Скидка на кофе", text_ru: "Чашка в подарок до пятницы.", title_en: "Coffee",
                 text_en: "A cup for free until Friday."};
  await life.asStaff("/staff/campaigns", {...words, link: "/topup", level: "simplified", regular_days: 3, push: true});
  const {id} = await life.asStaff("/staff/campaigns", {...words, title_ru: "Кофе всем"});
  await life.asStaff(`/staff/campaigns/${id}/start`);
}

// One who left long ago; his act is there. The job is due at the next start, which is staff's.
async function left(life) {
  const {server} = life, who = await life.named("Ушедший Клиент");
  await life.post(who, "/settings/erase", {sure: true});
  await server.end();
  server.sql("UPDATE job SET next_at = 1 WHERE name = 'erasure.work'");
}

async function act(life) {
  const erasures = async () => (await good(life.boss.get("/staff/erasures"))).erasures;
  const [{id}] = await until(erasures, ([first]) => first?.state === "done");
  life.at("/staff/erasures/{id}", `/staff/erasures/${id}`);
}

// ---- halfway through something ----

async function ways(life) {
  const {server, who} = life, begun = await server.begin(newPhone()), phone = newPhone(), proved = await server.begin(phone);
  await good(server.post("/signup/code", {draft: proved.draft, code: await server.code(phone)}));
  life.at("/signup/code", `/signup/code?draft=${begun.draft}`);
  life.at("/signup/password", `/signup/password?draft=${proved.draft}`);
  const back = async () => good(server.post("/recover", {phone: who.phone, altcha: await server.proof()}));
  const lost = await server.customer(), {draft} = await good(server.post("/recover", {phone: lost.phone, altcha: await server.proof()}));
  await good(server.post("/recover/code", {draft, code: await server.code(lost.phone, 1)}));
  life.at("/recover/code", `/recover/code?draft=${(await back()).draft}`);
  life.at("/recover/password", `/recover/password?draft=${draft}`);
  const careful = await server.customer();
  await life.post(careful, "/settings/security/second", {kind: "sms"});
  const asked = await good(server.post("/signin", {phone: careful.phone, password: careful.password}));
  life.at("/signin/second", `/signin/second?ticket=${asked.ticket}`);
  await life.post(who, "/confirm", {password: who.password});
  await life.post(who, "/settings/phone", {phone: newPhone()});
  await life.post(who, "/settings/security/app/begin", {});
}

// Who begins to work here.
async function newcomer(life) {
  const {server} = life;
  const {password, approval} = await life.asStaff("/staff/members", {login: "vera", support: true});
  await life.asStaff(`/staff/approvals/${approval}/confirm`, {}, life.other);
  const vera = new Member(server, "vera", password);
  await good(vera.post("/staff/signin", {login: "vera", password}));
  life.at("/staff/enrol", {path: "/staff/enrol", cookies: {staff: vera.cookie}});
}

// Templates of a payment and by hand; an autopay of each kind, one of them told of, one paused.
async function autopays(life, payment) {
  const {who, server} = life, ids = [];
  const {id} = await life.post(who, `${payment}/template`, {name: "Электричество на даче у бабушки, Тула"});
  const {id: phone} = await life.post(who, "/pay/mobile/template", {template: "Сын", account: "9161234567"});
  const {id: water} = await life.post(who, "/pay/water/template", {template: "Вода", account: "12345678"});
  for (const [template, rule] of [[id, {kind: "calendar", when: "month-31", sum: "150.00"}],
                                  [phone, {kind: "balance", least: "100.00", sum: "300.00"}],
                                  [water, {kind: "bill", sum: "4000.00"}]])
    ids.push((await life.post(who, `/templates/${template}/autopay`, rule)).id);
  await life.post(who, `/autopay/${ids[1]}/pause`);
  life.at("/templates/{id}", `/templates/${id}`, `/templates/${phone}`);
  life.at("/templates/{id}/pay", `/templates/${id}/pay`);
  life.at("/templates/{id}/autopay", ...["calendar", "balance"].map((kind) => `/templates/${phone}/autopay?kind=${kind}`),
          `/templates/${water}/autopay?kind=bill`);
  life.at("/payments/{id}/template", `${payment}/template`);
  life.at("/pay/{code}/template", "/pay/power/template", "/pay/duty/template");
  const {id: soon} = await life.post(who, `/templates/${phone}/autopay`, {kind: "calendar", when: "day", sum: "20.00"});
  life.at("/autopay/{id}", ...[...ids, soon].map((rule) => `/autopay/${rule}`));
  const told = async () => (await good(server.get(`/autopay/${soon}`, {token: who.token}))).soon;
  await until(told, (found) => found !== null, 60000);
}

// Rules of cashback: one in force, with bounds; one that is over.
async function cashback(life) {
  await until(async () => (await good(life.boss.get("/staff/providers"))).providers.length, (count) => count > 10, 60000);
  for (const body of [{code: "home-autumn", title: "Коммунальные услуги и капитальный ремонт", category: "home", percent: "2.50",
                       month_most: "300.00", operation_most: "100.00", least: "10.00", until: "2099-12-31"},
                      {code: "games", title: "Игры", category: "games", percent: "5.00", since: "2026-01-01", until: "2026-01-31"}]) {
    const {approval} = await life.asStaff("/staff/cashback", {...body, reason: "Решение о программе лояльности"});
    await life.asStaff(`/staff/approvals/${approval}/confirm`, {}, life.other);
  }
}

// A payment to confirm, one that is done, one that was refused.
async function payments(life) {
  const {server, who} = life, options = {token: who.token};
  const ask = (path) => async () => (await good(server.get(path, options)));
  const begin = async (code, fields) => {
    const {id} = await life.post(who, `/pay/${code}`, fields), path = `/payments/${id}`;
    const {state} = await until(ask(path), ({state}) => state !== "checking", 60000);
    return {path, state};
  };
  const end = async ({path}) => {
    await life.post(who, `${path}/confirm`, {});
    await until(ask(path), ({state}) => ["done", "refused"].includes(state), 60000);
    return path;
  };
  await until(ask("/pay"), ({providers}) => providers.length === providerCount);
  const done = await end(await begin("power", {account: "1234567890", sum: "150.00"}));
  const refused = await end(await begin("mobile", {account: "9167776697", sum: "10.00"}));
  const unknown = await begin("mobile", {account: "9167776605", sum: "10.00"});
  const waiting = await begin("internet", {account: "ivanov", sum: "300.00"});
  const card = await end(await begin("to-card", {account: "2200000000040000", sum: "10.00"}));
  const phoned = await begin("by-phone", {account: "9001234567", bank: "100000000003", sum: "10.00"});
  const pulled = await begin("to-card", {account: "2200000000040000", sum: "100.00", by_card: true});
  await life.post(who, `${pulled.path}/confirm`, {});
  assert.deepEqual([unknown.state, waiting.state, phoned.state], ["rejected", "checked", "checked"]);
  life.at("/pay/{code}", "/pay/power", "/pay/water", "/pay/duty", "/pay/mobile?choose=true", "/pay/by-phone",
          "/pay/to-card", "/pay/to-account", "/pay/to-business");
  life.at("/payments/{id}", waiting.path, done, refused, unknown.path, card, phoned.path, pulled.path);
  await autopays(life, done);
  await life.see(who);
  life.at("/staff/payments/{id}", `/staff${done}`, `/staff${refused}`);
  await end(await begin("power", {account: "1234566644", sum: "20.00"}));
  await registers(life, card);
}

// What a provider has otherwise than we do, and what a bank sent back that fits nothing.
async function registers(life, card) {
  const {boss, sandbox} = life;
  await fetch(`${sandbox.url}/bank/payouts/${card.split("/").at(-1)}/return`, {
    method: "POST", headers: {"Content-Type": "application/json", Accept: "application/json"}, body: JSON.stringify({sum: "5.00"})});
  const {providers, today} = await good(boss.get("/staff/registers"));
  for (const {value} of providers) await life.asStaff("/staff/registers", {provider: value, day: today});
  const first = (queue) => until(async () => (await good(boss.get(`/staff/tasks?queue=payments.${queue}`))).tasks[0], Boolean, 60000);
  life.at("/staff/differences/{id}", `/staff/differences/${(await first("difference")).subject}`);
  life.at("/staff/unplaced/{id}", `/staff/unplaced/${(await first("unplaced")).subject}`);
}

// A box on its way to a far goal, with rules, gifts and a link; one without a goal; one that was broken.
async function boxes(life) {
  const {who, friend, server, sandbox} = life;
  const {id} = await life.post(who, "/boxes", {name: "Отпуск на Камчатке всей семьёй", goal: "250000.00", due: "2099-08-01", icon: "star"});
  const {id: plain} = await life.post(who, "/boxes", {name: "Чёрный день"});
  const {id: broken} = await life.post(who, "/boxes", {name: "Велосипед", goal: "100.00", icon: "gift"});
  for (const box of [id, broken]) await life.post(who, `/boxes/${box}/put`, {sum: "100.00"});
  await life.post(who, `/boxes/${broken}/break`);
  for (const rule of [{kind: "round", step: "100"}, {kind: "percent", percent: 10}, {kind: "schedule", when: "month-31", sum: "150.00"}])
    await life.post(who, `/boxes/${id}/rules`, rule);
  const path = new URL((await life.post(who, `/boxes/${id}/link`, {shown: true})).link).pathname;
  const {id: other} = await life.post(friend, "/boxes", {name: "Ремонт", goal: "5000.00"});
  const hidden = new URL((await life.post(friend, `/boxes/${other}/link`)).link).pathname;
  await life.post(friend, `${path}/wallet`, {sum: "50.00", note: "Привезите нам икры и фотографий, пожалуйста"});
  const gifts = [];
  for (const [name, card] of [["Бабушка", cards.pays], [undefined, cards.declines], ["Дядя", undefined]]) {
    const order = await good(server.post(`${path}/card`, {sum: "150.00", name}, {key: newKey()}));
    if (card) await sandbox.pay(order.payment_url, card);
    const state = async () => (await good(server.get(`/gift/${order.gift}`))).state;
    if (card) await until(state, (found) => found !== "created", 60000);
    gifts.push(order.gift);
  }
  life.at("/boxes/{id}", `/boxes/${id}`, `/boxes/${plain}`, `/boxes/${broken}`);
  life.at("/boxes/{id}/edit", `/boxes/${id}/edit`);
  life.at("/boxes/{id}/rules", `/boxes/${id}/rules`);
  life.at("/box/{token}", path, hidden);
  life.at("/gift/{token}", ...gifts.map((gift) => `/gift/${gift}`));
}

// A personal page with who has paid by it, one that was reported and switched off.
async function personal(life) {
  const {who, friend, server, sandbox} = life;
  const greeting = "Рисую открытки к праздникам";
  await life.post(who, "/personal", {name: "maria_tula", on: true, named: true, greeting, sums: "100, 500, 1000"});
  await life.post(friend, "/personal", {name: "anna_p", on: true});
  const paid = [];
  for (const [payer, note, card] of [["Дядя Фёдор", "За открытку с котом: привет из Простоквашино", cards.pays], []]) {
    const order = await good(server.post("/@maria_tula", {sum: "150.00", payer, note}, {key: newKey()}));
    if (card) await sandbox.pay(order.payment_url, card);
    const state = async () => (await good(server.get(`/paid/${order.gift}`))).state;
    if (card) await until(state, (found) => found === "paid", 60000);
    paid.push(`/paid/${order.gift}`);
  }
  await good(server.post("/@anna_p/report", {kind: "words", words: "Предлагает вклады под сто процентов"}));
  life.at("/@{name}", "/@maria_tula", "/@anna_p");
  life.at("/@{name}/report", "/@maria_tula/report", "/@maria_tula/report?sent=true");
  life.at("/paid/{token}", ...paid);
  await life.see(who);
  await life.see(friend);
  life.at("/staff/personal/{id}", `/staff/personal/${who.customer}`, `/staff/personal/${friend.customer}`);
}

// Money sent to numbers without a cabinet: what waits for a choice, what was chosen.
async function waits(life) {
  const {who, server} = life, links = [];
  for (const note of ["За билеты на концерт симфонического оркестра", undefined]) {
    const phone = newPhone();
    await life.post(who, "/transfers", {to: phone, sum: "35.00", note});
    links.push((await server.messages(phone))[0].match(/\/claim\/[\w-]{22}/)[0]);
  }
  await good(server.post(`${links[1]}/card`, {account: "2200000000040000"}, {key: newKey()}));
  await until(async () => (await good(server.get(links[1]))).state, (state) => state === "done", 60000);
  life.at("/claim/{token}", ...links);
}

// Terminals that have topped a wallet up, and an agent that waits to be switched on.
async function cash(life) {
  const {server, who, boss, other} = life, title = "Салоны связи «Алло, это дом на набережной»";
  const busy = await makeAgent(server, boss, other, {title, addresses: "127.0.0.0/8, 2001:db8::/32"});
  for (const sum of ["100.00", "1234.56"]) assert.equal((await busy.pay(who.phone, sum)).result, 0);
  const idle = await makeAgent(server, boss, undefined, {title: "Новый"});
  life.at("/staff/agents/{id}", `/staff/agents/${busy.id}`, `/staff/agents/${idle.id}`);
}

// Money asked of one another: open, paid, declined; somebody who is heard no more.
async function requests(life) {
  const {who, friend} = life, nosy = await life.named("Настойчивый Незнакомец");
  const ask = (from, to, sum, note) => life.post(from, "/requests", {to: to.phone, sum, note});
  const [paid, declined] = [await ask(friend, who, "35.00", "Билеты в Тулу"), await ask(nosy, who, "5000.00")];
  await life.post(who, "/transfers", {to: friend.phone, sum: "35.00", request: paid.id});
  await life.post(who, `/requests/${declined.id}/block`);
  const open = await ask(friend, who, "1234.50", "Подарок бабушке к юбилею, от всех нас");
  const own = await ask(who, nosy, "99.00");
  life.at("/requests/{id}", ...[paid, declined, open, own].map(({id}) => `/requests/${id}`));
}

// Two deposits, one that was closed, a contract that waits for its code.
async function deposits(life) {
  const {who, server} = life, own = new Deposits(server, {});
  const {offers} = await until(() => own.get(who, "/deposits"), ({offers}) => offers.length > 2);
  const [handy, , reliable] = offers.map(({product}) => product); // by code, as profiles/deposits.json has them
  const {id} = await own.open(who, {product: reliable, sum: "1000.00", term: 12, prolongs: true});
  const {id: demand} = await own.open(who, {product: handy, sum: "300.50"});
  const {id: closed} = await own.open(who, {product: handy, sum: "100.00"});
  await life.post(who, `/deposits/${closed}/close`, {total: "100.00"});
  await life.post(who, `/deposits/${demand}/topup`, {sum: "17.25"});
  const draft = await life.post(who, "/deposits", {product: reliable, sum: "1000.01", term: 3});
  life.at("/deposits/new", `/deposits/new?product=${reliable}&sum=150000&term=9`, `/deposits/new?product=${handy}`);
  life.at("/deposits/drafts/{id}", `/deposits/drafts/${draft.id}`);
  life.at("/deposits/{id}", ...[id, demand, closed].map((each) => `/deposits/${each}`));
  life.at("/deposits/{id}/interest", `/deposits/${id}/interest`);
  life.at("/deposits/{id}/close", `/deposits/${id}/close`, `/deposits/${demand}/close`);
  life.at("/staff/deposits/product", "/staff/deposits/product", "/staff/deposits/product?code=reliable");
}

// Bills paid, waiting, over; one made out to a number; callbacks that do not arrive; a merchant that is off.
async function shops(life) {
  const {server, who, boss, other} = life, title = "Чайная лавка «У самовара на Большой Преображенской»";
  const open = await makeMerchant(server, boss, other, {title, site: "https://shop.example", callback: "https://127.0.0.1:9/paid"});
  const idle = await makeMerchant(server, boss, undefined, {title: "Новая лавка"});
  const made = await open.bill("120.50", {comment: "Чай чёрный байховый, сушки, варенье из крыжовника"});
  const [paid, waiting, gone] = [made, await open.bill("99999.00"), await open.bill("30.00")];
  await open.bill("450.00", {comment: "Самовар", customer: {phone: who.phone}});
  await life.post(who, `/bill/${paid.uid}/pay`, {});
  await open.refund(paid.number, "1", "20.50");
  await open.reject(gone.number);
  life.at("/bill/{uid}", ...[paid, waiting, gone].map(({uid}) => `/bill/${uid}?back=${encodeURIComponent("https://shop.example/")}`));
  life.at("/form", `/form?invoice_uid=${waiting.uid}`);
  life.at("/create", `/create?publicKey=${open.publicKey}&amount=10.00&billId=${waiting.number}-form`);
  life.at("/staff/merchants/{id}", `/staff/merchants/${open.id}`, `/staff/merchants/${idle.id}`);
}

// A provider that was changed, one that is off, one as it was.
async function catalogue(life) {
  const {providers} = await good(life.boss.get("/staff/providers"));
  const path = (code) => `/staff/providers/${providers.find((found) => found.code === code).id}`;
  const {version, provider} = await good(life.boss.get(path("power")));
  await life.asStaff(path("power"), {version, provider: {...provider, search: "свет", title: {ru: "Электричество «Свет и Ко»"}}});
  await life.asStaff(`${path("game")}/switch`, {on: false});
  life.at("/staff/providers/{id}", path("power"), path("game"), path("mts"));
  life.at("/staff/providers/{id}/versions", `${path("power")}/versions`, `${path("mts")}/versions`);
}

// A virtual card with purchases of every kind, one that is frozen, plastic on its way, plastic in use.
async function plastics(life) {
  const {who} = life, cards = new Cards(life);
  const plastic = await cards.plastic(who);
  await life.post(who, `/cards/${plastic}/topup`, {sum: "250.00"});
  await cards.buy((await cards.newest()).number, "99.90", {merchant: "Пекарня «Тёплый хлеб на углу Садовой и Вознесенского»"});
  const busy = await cards.virtual(who, {holder: "Maria Preobrazhenskaya"}), number = await cards.number(who, busy);
  await life.post(who, `/cards/${busy}/limits`, {operation: "500.00", day: "600.00", month: "9000.00", internet: true});
  const claimed = await cards.buy(number, "120.00", {place: "internet", merchant: "Книжный магазин"});
  await cards.follow("claims", claimed.operation);
  await cards.follow("refunds", claimed.operation, {sum: "20.00"});
  await cards.buy(number, "45.50", {merchant: "Кофейня"});
  await cards.buy(number, "1000.00", {place: "cash", merchant: "Банкомат 60012"});
  const cancelled = await cards.buy(number, "30.00", {merchant: "Такси"});
  await cards.follow("reversals", cancelled.operation);
  const frozen = await cards.virtual(who);
  await life.post(who, `/cards/${frozen}/freeze`);
  const lost = await cards.virtual(who);
  await life.post(who, `/cards/${lost}/block`, {reason: "lost"});
  const sent = await cards.made(who, {kind: "plastic", holder: "Maria P", address: "Тула, Мира, 1"});
  await until(() => cards.card(who, sent), ({on_its_way}) => on_its_way);
  const [, , , bought] = (await good(life.server.get(`/cards/${busy}`, {token: who.token}))).operations;
  const words = "Обещали доставить книги за два дня, прошло три недели, телефон магазина не отвечает.";
  const {dispute} = await life.post(who, `/cards/purchases/${bought.id}/dispute`, {reason: "not-received", words});
  const other = await cards.buy(number, "15.00", {merchant: "Цветы"});
  await cards.follow("claims", other.operation);
  const [open] = (await good(life.server.get(`/cards/${busy}`, {token: who.token}))).operations;
  life.at("/cards/purchases/{id}", `/cards/purchases/${bought.id}`, `/cards/purchases/${open.id}`);
  await life.post(who, `/cards/${busy}/limits/internet`, {operation: "300.00", day: "500.00", month: "5000.00"});
  await life.post(who, `/cards/${busy}/shops/gambling`, {off: true});
  await life.post(who, `/cards/${busy}/shops/cafes`, {month: "3000.00"});
  life.at("/cards/{id}/shops/{group}", `/cards/${busy}/shops/gambling`, `/cards/${busy}/shops/cafes`);
  life.at("/cards/{id}/limits/{kind}", `/cards/${busy}/limits/internet`, `/cards/${busy}/limits/abroad`);
  life.at("/cards/{id}/pin", `/cards/${plastic}/pin`);
  life.at("/cards/{id}", ...[busy, plastic, frozen, sent, lost].map((id) => `/cards/${id}`));
  life.at("/topup", "/topup", (await cards.card(who, plastic)).topup);
  life.at("/secure/{token}", new URL((await cards.checkout(number, "99.90", {merchant: "Книжный «Дом на углу»"})).url).pathname);
  const {pending} = await good(life.server.get("/", {token: who.token}));
  life.at("/card-approvals/{id}", pending.find(({href}) => href.startsWith("/card-approvals/")).href);
  const task = await life.task("cards.disputes");
  life.at("/staff/card-disputes/{id}", task?.page ?? `/staff/card-disputes/${dispute.id}`);
  life.at("/cards/new", "/cards/new?kind=virtual", "/cards/new?kind=plastic");
  await life.see(who);
  life.at("/staff/customers/{id}/cards", `/staff/customers/${who.customer}/cards`);
}

// Who asked for an end, and whose contract staff are ending; each with money left.
async function leaving(life) {
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

// Loans of partners as two others have them: open with a payment, offered with the code sent, refused, closed.
async function borrowed(life) {
  const partner = new Lenders(life), [who, other] = [await partner.known(), await partner.known()], cookies = {};
  for (const each of [who, other]) {
    const browser = life.server.browser();
    await browser.signIn(each);
    cookies[each.phone] = Object.fromEntries(browser.cookies);
  }
  const seen = (each, id) => ({path: id ? `/lender-loans/${id}` : "/lenders", cookies: cookies[each.phone]});
  const open = await partner.borrow(who, "5000.00", 14);
  await partner.pay(who, open, "1000.00");
  const offered = await partner.apply(who, "30000.00", 6, {lender: "long"});
  await partner.state(who, offered, "offered");
  await partner.asked(who, offered);
  await partner.fault("refuse");
  const refused = await partner.apply(other, "5000.00", 14);
  await partner.state(other, refused, "refused");
  const closed = await partner.borrow(other, "2000.00", 14);
  await partner.pay(other, closed, "2000.00", {full: true});
  await partner.state(other, closed, "closed");
  life.at("/lenders", "/lenders", seen(who), seen(other));
  life.at("/lenders/{code}", "/lenders/quick?sum=5000&term=14", {path: "/lenders/long?sum=50000&term=6", cookies: cookies[other.phone]},
          "/lenders/quick?sum=1&term=99");
  life.at("/lenders/{code}/consent", "/lenders/quick/consent");
  life.at("/lenders/{code}/apply", "/lenders/quick/apply?sum=5000&term=14");
  life.at("/lender-loans/{id}", seen(who, open), seen(who, offered), seen(other, refused), seen(other, closed));
  await life.see(who);
  life.at("/staff/lender-loans/{id}", `/staff/lender-loans/${open}`);
}

// Loans of our own: asked for, offered, refused, waiting for a code, for a card, going on, paid, overdue; what staff have
// of them. Whose loan has grown old is a matter of days, so these are rows.
async function lent(life) {
  const {server} = life, own = new BankCards(life), loans = new Loans(server), seen = {};
  const person = async () => {
    const who = await own.named(), browser = server.browser();
    await browser.signIn(who);
    seen[who.phone] = Object.fromEntries(browser.cookies);
    return who;
  };
  const as = (who, path) => ({path, cookies: seen[who.phone]});
  await until(() => server.get("/loans/calculator"), ({body}) => body.products.length === 2);
  const [asks, refused, offered, signs, waits, runs, late] =
    await Promise.all([1, 2, 3, 4, 5, 6, 7].map(person));
  const ask = async (who, body) => (await good(loans.apply(who, body))).id;
  const review = await ask(asks, {product: "monthly", sum: "60000.00", term: 6});
  const no = await ask(refused, {income: "9000.00"});
  const yes = await ask(offered, {sum: "30000.00"}), draft = await ask(signs);
  await loans.drafted(signs, draft);
  const done = await ask(waits), loan = await loans.signed(waits, done);
  const card = (await own.bound(runs)).id, going = await loans.running(runs, card);
  const pay = (who, id, body) => good(loans.post(who, `/loans/${id}/repay`, body));
  const {order} = await pay(runs, going, {wish: "pay", sum: "500.00"});
  const paid = await loans.running(runs, card, {sum: "1000.00", term: 5});
  await pay(runs, paid, {wish: "all", sum: "1000.00", from: card});
  await until(async () => (await loans.get(runs, `/loans/${paid}`)).body.state, (state) => state === "closed", 60000);
  const owes = await loans.running(late, (await own.bound(late)).id);
  life.at("/loans", "/loans", ...[asks, waits, runs].map((who) => as(who, "/loans")));
  life.at("/", "/", as(runs, "/"));
  life.at("/loans/calculator", "/loans/calculator", "/loans/calculator?product=monthly&sum=50000&term=6");
  life.at("/loans/new", "/loans/new?product=payday&sum=30000&term=30", as(offered, "/loans/new"));
  life.at("/loans/applications/{id}", as(asks, `/loans/applications/${review}`), as(refused, `/loans/applications/${no}`),
          as(offered, `/loans/applications/${yes}`), as(signs, `/loans/applications/${draft}`),
          as(waits, `/loans/applications/${done}`));
  life.at("/loans/applications/{id}/sign", as(signs, `/loans/applications/${draft}/sign`));
  life.at("/loans/{id}", as(waits, `/loans/${loan}`), as(runs, `/loans/${going}`), as(runs, `/loans/${paid}`),
          as(late, `/loans/${owes}`));
  life.at("/loans/{id}/why", as(runs, `/loans/${going}/why`), as(runs, `/loans/${paid}/why`), as(late, `/loans/${owes}/why`));
  life.at("/loans/{id}/repay", ...["", "?wish=pay", "?wish=shorter&sum=3000", "?wish=all", "?wish=extend&units=10",
                                   "?wish=pay&sum=99999"].map((query) => as(runs, `/loans/${going}/repay${query}`)),
          as(late, `/loans/${owes}/repay`));
  life.at("/loans/{id}/orders/{order}", as(runs, `/loans/${going}/orders/${order}`));
  await lentStaff(life, {review, asks, late, owes});
}

async function lentStaff(life, {review, asks, late, owes}) {
  const {server, boss} = life, path = `/staff/customers/${late.customer}`;
  await server.end();
  server.sql(`UPDATE loan_running SET overdue_since = done - 40, overdue_principal = principal, principal = 0, penalty = 7000 ` +
             `WHERE customer = ${late.customer} AND id = ${owes}`);
  await server.run();
  for (const who of [asks, late]) await life.see(who);
  const {task} = {task: (await good(boss.get("/staff/tasks?queue=loans.review"))).tasks.find(({customer}) => customer === asks.customer)};
  await life.asStaff(`/staff/tasks/${task.id}/take`);
  await boss.post(`${path}/contacts`, {way: "letter"}, {key: newKey()});
  const {content} = {content: (await good(boss.get("/staff/loans/policy/1"))).lines.map(({text}) => text).join("\n")};
  const {version} = await life.asStaff("/staff/loans/policy", {content: content.replace("300", "310"), note: "Баллов больше"});
  await life.asStaff(`/staff/loans/policy/${version}/trial`, {});
  life.at("/staff/loan-applications/{id}", `/staff/loan-applications/${review}`);
  life.at("/staff/loans/policy/{id}", "/staff/loans/policy/1", `/staff/loans/policy/${version}`);
  life.at("/staff/loans/policy/new", "/staff/loans/policy/new");
  life.at("/staff/loans/portfolio/loans", ...[0, 2, 5].map((bucket) => `/staff/loans/portfolio/loans?bucket=${bucket}`));
  life.at("/staff/loans/product", "/staff/loans/product", "/staff/loans/product?code=payday");
  life.at("/staff/customers/{id}", ...life.addresses["/staff/customers/{id}"], path);
  life.at("/staff/customers/{id}/contacts", `${path}/contacts`);
  life.at("/staff/customers/{id}/loans/{loan}", `${path}/loans/${owes}`,
          `${path}/loans/${owes}?kind=annuity&unit=months&length=1&count=18&rate=30`);
}

const lived = (sandbox) => ({
  company: "Кошелёк «Рядом»", limits,
  erasure: {delay: "0s"},
  closing: {notice: "45d"},
  agents: {level: "minimal"},
  autopay: {notice: "7d"},
  terminals: {file: "profiles/terminals.csv"},
  payments: {catalogue_file: "profiles/catalogue.json", returns_every: "5s"},
  deposits: {level: "minimal", catalogue_file: "profiles/deposits.json"},
  lenders: lenders(sandbox),
  loans: loansSettings(),
});

export async function livedIn() {
  const both = await startBoth(lived);
  const life = new Life(both), all = "support,identification,risk,finance,catalogue,admin";
  await left(life);
  Object.assign(life, await staff(life.server, {boss: all, other: all, anna: "support"}));
  [life.who, life.friend] = [await life.named("Мария Преображенская-Крестовоздвиженская", "9000.00"),
                             await life.named("Анна П.", "300.00")];
  for (const part of [money, cashback, payments, catalogue, letters, support, desk, papers, photos, cash, boxes, personal, waits, deposits,
                      shops, requests, plastics, borrowed, lent, campaigns, act, leaving, ways, newcomer])
    await part(life);
  life.at("/terminals", "/terminals", "/terminals?at=55.757131,37.611245", "/terminals?q=Москва", "/terminals?q=Урюпинск");
  return life;
}

// ---- a sign-up that asks for everything; a till; the office's first password is elsewhere ----

const {surname, name, birth, passport: number, passport_date, mail} = {...person, birth: passport.birth,
                                                                       passport_date: passport.passport_date};
const steps = {
  short: {surname, name, birth, passport: number, passport_date, mail},
  calculator: {sum: "10000.00", term: 20},
  contact: {surname: passport.surname, name, patronymic: passport.patronymic, mail},
  person: {surname: passport.surname, name, birth, birth_place: "г. Тула"},
  passport: {passport: number, passport_date, passport_office: "770-001", passport_by: "Отделом внутренних дел города Тулы"},
  address: {postcode: "300000", city: "Тула", street: "Улица Академика Королёва, 1"},
  work: {employer: "ООО «Вектор»", income: "90000.00"},
  consents: {consent_rules: true, consent_personal: true},
  photos: {},
  password: {password: "Qwerty7!"},
};
const pages = Object.keys(steps);

async function photo(server, draft, path) {
  const browser = server.browser();
  browser.cookies.set("draft", draft);
  const {_csrf} = (await browser.go(path)).form(path), cookie = [...browser.cookies].map((pair) => pair.join("=")).join("; ");
  await good(upload(server, path, {_csrf, number: 1}, jpeg(640, 480), {cookie}));
}

async function applicant(server, until = pages.length) {
  const phone = newPhone(), {draft} = await server.begin(phone);
  await good(server.post("/signup/code", {draft, code: await server.code(phone)}));
  for (const step of pages.slice(0, until)) {
    const path = `/application/${step}`;
    if (step === "photos") await photo(server, draft, path);
    await good(server.post(path, {draft, ...steps[step]}));
  }
  return {phone, draft};
}

export async function applied() {
  const server = await Server.start({
    company: "Банк «Рядом»",
    onboarding: {steps: `number, code, ${pages.join(", ")}, call, open, email`, photos: 1},
  });
  const life = new Life({server});
  Object.assign(life, await staff(server, {boss: "support,identification,catalogue"}));
  const half = await applicant(server, pages.length - 1);
  const waiting = await applicant(server);
  const task = await life.task("onboarding.call");
  life.at("/staff/applications/{id}", task.page);
  life.at("/staff/applications", "/staff/applications", `/staff/applications?phone=${encodeURIComponent(waiting.phone)}`,
          "/staff/applications?phone=12");
  life.at("/application/{step}", ...pages.map((step) => `/application/${step}?draft=${half.draft}`));
  life.at("/application", `/application?draft=${waiting.draft}`);
  life.at("/consents/{kind}", "/consents/personal", "/consents/marketing");
  const {id} = await life.asStaff("/staff/tills", {title: "Магазин у дома"});
  const {password} = await life.asStaff(`/staff/tills/${id}/cashiers`, {login: "kassa"});
  const till = server.browser();
  await till.go("/till");
  await till.send("/till/signin", {login: "kassa", password});
  const cookies = Object.fromEntries(till.cookies);
  life.at("/till", {path: "/till", cookies});
  await till.send("/till", {...person, phone: newPhone()});
  life.at("/till/applications/{id}", {path: till.path, cookies});
  return life;
}
