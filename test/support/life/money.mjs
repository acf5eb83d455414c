// money.mjs: what people do with money, for pages to show it: the wallet, payments and autopays, boxes, personal pages,
// requests, deposits, cards; with what staff have of it.

import assert from "node:assert/strict";

import {makeAgent} from "../agents.mjs";
import {BankCards} from "../bank_cards.mjs";
import {Cards} from "../cards.mjs";
import {providerCount} from "../catalogue.mjs";
import {Deposits} from "../deposits.mjs";
import {Shop} from "../instalments.mjs";
import {makeMerchant} from "../merchants.mjs";
import {cards} from "../sandbox.mjs";
import {newKey, newPhone} from "../server.mjs";
import {addPerson} from "../shops.mjs";
import {until} from "../wallet.mjs";
import {good} from "./life.mjs";

// Wallets, transfers, friends, what was spent, top-ups, bound cards.
export async function money(life) {
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

// Rules of cashback: one in force, with bounds; one that is over.
export async function cashback(life) {
  await until(async () => (await good(life.boss.get("/staff/providers"))).providers.length, (count) => count > 10, 60000);
  for (const body of [{code: "home-autumn", title: "Коммунальные услуги и капитальный ремонт", category: "home", percent: "2.50",
                       month_most: "300.00", operation_most: "100.00", least: "10.00", until: "2099-12-31"},
                      {code: "games", title: "Игры", category: "games", percent: "5.00", since: "2026-01-01", until: "2026-01-31"}]) {
    const {approval} = await life.asStaff("/staff/cashback", {...body, reason: "Решение о программе лояльности"});
    await life.asStaff(`/staff/approvals/${approval}/confirm`, {}, life.other);
  }
}

// A payment to confirm, one that is done, one that was refused.
export async function payments(life) {
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

// A provider that was changed, one that is off, one as it was.
export async function catalogue(life) {
  const {providers} = await good(life.boss.get("/staff/providers"));
  const path = (code) => `/staff/providers/${providers.find((found) => found.code === code).id}`;
  const {version, provider} = await good(life.boss.get(path("power")));
  await life.asStaff(path("power"), {version, provider: {...provider, search: "свет", title: {ru: "Электричество «Свет и Ко»"}}});
  await life.asStaff(`${path("game")}/switch`, {on: false});
  life.at("/staff/providers/{id}", path("power"), path("game"), path("mts"));
  life.at("/staff/providers/{id}/versions", `${path("power")}/versions`, `${path("mts")}/versions`);
}

// Terminals that have topped a wallet up, and an agent that waits to be switched on.
export async function cash(life) {
  const {server, who, boss, other} = life, title = "Салоны связи «Алло, это дом на набережной»";
  const busy = await makeAgent(server, boss, other, {title, addresses: "127.0.0.0/8, 2001:db8::/32"});
  for (const sum of ["100.00", "1234.56"]) assert.equal((await busy.pay(who.phone, sum)).result, 0);
  const idle = await makeAgent(server, boss, undefined, {title: "Новый"});
  life.at("/staff/agents/{id}", `/staff/agents/${busy.id}`, `/staff/agents/${idle.id}`);
}

// A box on its way to a far goal, with rules, gifts and a link; one without a goal; one that was broken.
export async function boxes(life) {
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
export async function personal(life) {
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
export async function waits(life) {
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

// Money asked of one another: open, paid, declined; somebody who is heard no more.
export async function requests(life) {
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
export async function deposits(life) {
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
export async function shops(life) {
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

// Sales that a cashier began: a way of paying to be named, a code to be told, no cabinet, signed, sold, over, declined.
async function atTheTill(life, shop) {
  const {server, boss, who} = life, cashier = await (await addPerson(server, boss, shop.id, "cashier", "cashier")).signIn(), all = [];
  const post = (path, body) => good(cashier.post(`/shop/till${path}`, body, {headers: {"Idempotency-Key": newKey()}}));
  for (const [stage, state] of [[1, 1], [2, 1], [3, 1], [2, 2], [2, 3], [2, 4], [2, 5], [2, 6]]) {
    const sale = await post("", {phone: who.phone, sum: "12345.67"});
    if (stage > 1) await post(`/${sale.uid}/plan`, {plan: "months-3-later"});
    all.push({...sale, stage, state});
  }
  await server.passed(...all.flatMap(({uid, stage, state}) => [
    `UPDATE instalment_checkout SET state = ${state} WHERE uid = '${uid}'`,
    `UPDATE instalment_sale SET stage = ${stage} WHERE checkout = (SELECT id FROM instalment_checkout WHERE uid = '${uid}')`]));
  return {all, on: (path) => ({path, cookies: {shop: cashier.cookie}})};
}

// Orders of a shop that sells in parts: waiting, to be signed, sold, over; its cabinet; a settlement as its act shows it.
export async function instalments(life) {
  const {server, who, boss} = life, cart_items = [{name: "Шкаф-купе трёхдверный с зеркалом «Преображенский»", quantity: 1}];
  const shop = await Shop.open(server, boss, "Мебельный дом «На Большой Преображенской»");
  const trial = await Shop.open(server, boss, "Проба", {test: true});
  const owner = await (await addPerson(server, boss, shop.id, "furniture", "owner", "orders", "money")).signIn();
  const [waiting, chosen, sold, over, asked] = [
    await shop.ordered("49999.00", {cart_items}, {prepayment_amount: "1000.00"}), await shop.ordered("30000.00", {cart_items}),
    await shop.ordered("2500.00"), await shop.ordered("1500.00"), await trial.ordered("9000.00", {cart_items})];
  await shop.cancel(over);
  const sales = await atTheTill(life, shop);
  const limit = await shop.ask("/factoring/v1/limit/auth", {...shop.order("1.00"), current_order: {order_id: "limit"}});
  const today = Math.floor(Date.now() / 86400000), run = String(shop.id).replace(/.$/, "7");
  await server.passed(
    `UPDATE instalment_checkout SET customer = ${who.customer}, unit = 1, parts = 3, fee = 45000 WHERE uid = '${chosen.uid}'`,
    `UPDATE instalment_checkout SET state = 3, finished = sum, unit = 1, parts = 3 WHERE uid = '${sold.uid}'`,
    `INSERT INTO instalment_settlement (shop, day, id, sold, returned, fee, sum, made)
      VALUES (${shop.id}, ${today}, ${run}, 250000, 50000, 9000, 191000, 1)`,
    `INSERT INTO instalment_order_event (shop, id, checkout, number, act, state, sum, fee, due, by, at, settlement)
      VALUES (${shop.id}, ${run}, ${run}, 'R3', 4, 3, 250000, 9000, 241000, 'furniture', 1700000000000000, ${run})`);
  const cookies = {shop: owner.cookie};
  life.at("/shop/till", sales.on("/shop/till"));
  life.at("/shop/till/{uid}", ...sales.all.map(({uid}) => sales.on(`/shop/till/${uid}`)));
  life.at("/shop/reports", {path: "/shop/reports", cookies}, {path: "/shop/reports?from=2025-12-31&to=2025-01-01", cookies},
          {path: "/shop/reports?from=2023-11-01&to=2023-11-30", cookies});
  life.at("/checkout/{uid}", ...[waiting, chosen, sold, over, asked].map(({uid}) => `/checkout/${uid}`));
  life.at("/checkout/{uid}/sign", `/checkout/${chosen.uid}/sign`);
  life.at("/limit/{uid}", new URL(limit.iframe_url).pathname);
  life.at("/shop/orders", {path: "/shop/orders", cookies}, {path: "/shop/orders?q=nothing", cookies});
  life.at("/shop/orders/{uid}", ...[waiting, sold, over].map(({uid}) => ({path: `/shop/orders/${uid}`, cookies})));
  life.at("/shop/settlements", {path: "/shop/settlements", cookies});
  life.at("/shop/settlements/{id}", {path: `/shop/settlements/${run}`, cookies});
  life.at("/staff/instalments/shops/{id}", `/staff/instalments/shops/${shop.id}`);
  await life.asStaff(`/staff/customers/${who.customer}/reason`, {reason: "Звонок клиента"});
  life.at("/staff/customers/{id}/instalments", `/staff/customers/${who.customer}/instalments`);
  await Promise.all([shop.stop(), trial.stop()]);
}

// A virtual card with purchases of every kind, one that is frozen, plastic on its way, plastic in use.
export async function plastics(life) {
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
