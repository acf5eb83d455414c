// bank.test.mjs: a card bank by its own profile, as one story: a card is ordered by signing up (ID-6), made though the processing
// centre is away, delivered step by step, works from the first sign-in by its holder's own device (ID-8), pays (BK-9), is
// frozen (BK-8); and what he pays often becomes a template (BK-5). Each state is seen by him and by staff.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {bankApplies, bankCall} from "../support/applicants.mjs";
import {Cards} from "../support/cards.mjs";
import {startProfile} from "../support/sandbox.mjs";
import {newPhone, problem} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";
import {until} from "../support/wallet.mjs";

let both, server, sandbox, cards, manager, clerk;
before(async () => {
  both = await startProfile("bank", {payments: {catalogue_file: "profiles/catalogue.json"}});
  ({server, sandbox} = both);
  cards = new Cards(both);
  ({manager, clerk} = await staff(server, {manager: "support", clerk: "support"}));
});
after(() => both?.stop());

const who = {};         // the customer of this story
let page, card, number; // his application's, his card's id and number
const read = async (path) => (await server.get(path, {token: who.token})).body;
const own = async () => (await read("/cards")).cards;
const texts = () => server.messages(who.phone);
const told = (pattern) => until(texts, (all) => all.some((text) => pattern.test(text)));
const signIn = async () => {
  const answer = await server.post("/signin", {phone: who.phone, password: who.secret, token: true});
  assert.equal(answer.status, 200, answer.text);
  Object.assign(who, {token: answer.body.token, customer: answer.body.customer});
};
const seen = async () => {
  await manager.post(`/staff/customers/${who.customer}/reason`, {reason: "Спрашивает о карте"});
  return (await manager.get(`/staff/customers/${who.customer}/cards`)).body.cards.find(({id}) => id === card);
};
const asked = async (phone) => (await manager.get(`/staff/applications?phone=${encodeURIComponent(phone)}`)).body.application;

test("ID-6: ordered page by page, gone on with on another device, photographed; then a manager is to call", async () => {
  const {phone} = await bankApplies(server, {until: "address"});
  const {browser, secret} = await bankApplies(server, {phone, from: "address", messages: 1});
  Object.assign(who, {phone, secret, browser});
  await browser.go("/application");
  assert.match(browser.html, /Заявка на рассмотрении/);
  const known = await asked(phone);
  assert.deepEqual([known.state, known.step, known.customer], ["waiting", "call", null]);
  assert.equal((await server.get("/staff/applications")).status, 401);
  assert.equal(problem(await server.post("/signin", {phone, password: secret})), "sign-in-wrong", "no cabinet yet");
});

test("ID-6: approved: a customer, his account and a card in his name, once; the processing centre is away, the order waits", async () => {
  page = await bankCall(manager);
  assert.equal((await clerk.get(page)).status, 403, "another's task");
  await sandbox.end();
  const approve = () => manager.post(page, {outcome: "approved", code_word: "Ромашка"});
  for (const answer of await Promise.all([approve(), approve(), approve()])) {
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.body.opened, true);
  }
  assert.equal(problem(await manager.post(page, {outcome: "refused"})), "already-decided");
  assert.equal(problem(await clerk.post(page, {outcome: "approved", code_word: "Роза"})), "already-decided");
  await told(/заявка одобрена/);
  await who.browser.go("/application");
  assert.equal(who.browser.path, "/signin", "who waited on its page goes on");
  const {state, login, customer} = (await manager.get(page)).body;
  assert.deepEqual([state, login], ["opened", "manager"]);
  await signIn();
  assert.equal(customer, who.customer);
  assert.equal((await asked(who.phone)).customer, who.customer);
  assert.equal((await cards.home(who)).wallet.balance.amount, "0.00");
  assert.equal((await read("/settings/profile")).level, "simplified");
  await server.end("SIGKILL");
  await server.run();
  const [ordered, ...more] = await own();
  assert.equal(more.length, 0);
  assert.deepEqual([ordered.kind, ordered.state, ordered.holder, ordered.delivery, ordered.prepaid],
                   ["plastic", "ordered", "ANNA KOROLEVA", undefined, false]);
  card = ordered.id;
  assert.equal((await seen()).state_words, "Выпускается");
  await sandbox.run();
  await until(() => cards.card(who, card), ({delivery}) => delivery === "made", 60000);
  await told(/карта изготовлена/);
  const made = (await cards.books()).cards;
  assert.equal(made.length, 1);
  ({number} = made[0]);
});

test("ID-6, BK-9: sent, at the office, with a courier, handed over: seen by both, told; until then it pays for nothing", async () => {
  const {body: {tasks: [task]}} = await manager.get("/staff/tasks?queue=cards.delivery");
  const order = `/staff/card-orders/${card}`, move = (state, more) => manager.post(order, {state, ...more});
  assert.equal((await manager.get(order)).status, 403, "its task is nobody's yet");
  assert.equal((await manager.post(`/staff/tasks/${task.id}/take`)).status, 200);
  assert.equal((await manager.get(`/staff/tasks/${task.id}`)).body.page, order);
  assert.equal(problem(await clerk.post(order, {state: "sent"})), "task-not-yours");
  const {body} = await manager.get(order);
  assert.deepEqual([body.holder, body.address, body.next.map(({value}) => value)],
                   ["ANNA KOROLEVA", "300000, Тула, Садовая, 1", ["sent"]]);
  for (const state of ["office", "courier", "handed"])
    assert.equal(problem(await move(state, {checked: true})), "not-in-this-state", state);
  for (const [state, words] of [["sent", /карта отправлена/], ["office", /карта в отделении/], ["courier", /карта у курьера/]]) {
    assert.equal((await move(state)).status, 200, state);
    assert.equal((await move(state)).status, 200, "pressed twice");
    await told(words);
    const theirs = await seen(), his = await read(`/cards/${card}`);
    assert.deepEqual([his.delivery, theirs.delivery], [state, state]);
    assert.equal(his.steps.at(-1).state, state);
  }
  assert.deepEqual((await cards.buy(number, "10.00")).reason, "not-activated");
  await told(/отказ, 10,00.*не активирована/);
  assert.equal((await move("handed")).status, 422, "the passport is compared");
  assert.equal((await move("handed", {checked: true})).status, 200);
  assert.equal((await move("handed", {checked: true})).status, 404, "it is done");
  await told(/карта вручена/);
  const his = await read(`/cards/${card}`);
  assert.deepEqual(his.steps.map(({state}) => state), ["made", "sent", "office", "courier", "handed"]);
  assert.deepEqual((await seen()).steps.length, 5);
  assert.equal((await read("/settings/profile")).level, "full");
  assert.equal(problem(await cards.post(who, `/cards/${card}/activate`, {digits: number.slice(-4)})), "device-first");
  assert.equal((await cards.buy(number, "10.00")).reason, "not-activated", "handed over is not yet his device");
});

test("ID-8, BK-9, BK-8: it works from the first sign-in by a device: PIN set, pays, claimed, frozen and back", async () => {
  await signIn();
  assert.equal((await cards.card(who, card)).state, "ordered", "a password is no device");
  await who.browser.signIn({phone: who.phone, password: who.secret});
  await who.browser.go(`/cards/${card}`);
  assert.match(who.browser.html, /заработает, когда вы впервые войдёте/);
  await who.browser.go("/settings/security/pin");
  await who.browser.send("/settings/security/pin", {pin: "7395"});
  await told(/карта активирована/);
  assert.equal((await cards.card(who, card)).state, "active");
  assert.equal((await seen()).state, "active");

  assert.equal(await cards.topup(who, "5000.00"), "paid");
  const bought = await cards.buy(number, "1200.00", {merchant: "Пекарня"});
  assert.equal(bought.reason, "approved");
  await told(/покупка 1.200,00.*Пекарня/);
  assert.deepEqual([(await cards.home(who)).wallet.held.amount, await cards.balance(who)], ["1200.00", "5000.00"]);
  await cards.follow("claims", bought.operation);
  assert.equal(await cards.balance(who), "3800.00");
  await cards.follow("refunds", bought.operation, {sum: "200.00"});
  assert.equal(await cards.balance(who), "4000.00");
  assert.equal((await cards.post(who, `/cards/${card}/freeze`)).status, 200);
  assert.equal((await cards.buy(number, "10.00")).reason, "card-frozen");
  assert.equal((await cards.post(who, `/cards/${card}/unfreeze`)).status, 200);
  const cancelled = await cards.buy(number, "10.00");
  assert.equal(cancelled.reason, "approved");
  await cards.follow("reversals", cancelled.operation);
  assert.equal((await cards.home(who)).wallet.held, undefined, "nothing");
});

test("ID-8: another card, once handed over, waits for a sign-in by the PIN of the device; one lost on its way ends its task", async () => {
  const words = {kind: "plastic", holder: "Anna Koroleva", address: "Тула, Садовая, 1"};
  const order = async () => {
    const id = await cards.made(who, words);
    await until(() => cards.card(who, id), ({delivery}) => delivery === "made", 60000);
    const {body: {tasks}} = await manager.get("/staff/tasks?queue=cards.delivery");
    await manager.post(`/staff/tasks/${tasks[0].id}/take`);
    return id;
  };
  const second = await order();
  assert.equal(problem(await cards.post(who, "/cards", words)), "too-many-cards");
  for (const [state, checked] of [["sent"], ["courier"], ["handed", true]])
    assert.equal((await manager.post(`/staff/card-orders/${second}`, {state, checked})).status, 200, state);
  const headers = {Cookie: `device=${who.browser.cookies.get("device")}`};
  assert.equal((await cards.card(who, second)).state, "ordered");
  assert.equal((await server.post("/signin/pin", {pin: "7396", token: true}, {headers})).status, 422);
  assert.equal((await cards.card(who, second)).state, "ordered", "a wrong PIN is nobody's device");
  assert.ok((await server.post("/signin/pin", {pin: "7395", token: true}, {headers})).body.token);
  assert.equal((await cards.card(who, second)).state, "active");
  assert.equal((await cards.post(who, `/cards/${second}/close`)).status, 200);

  const lost = await order();
  assert.equal((await manager.post(`/staff/card-orders/${lost}`, {state: "sent"})).status, 200);
  assert.equal((await cards.post(who, `/cards/${lost}/block`, {reason: "lost"})).status, 200);
  assert.equal((await manager.get(`/staff/card-orders/${lost}`)).status, 404);
  assert.equal((await manager.get("/staff/tasks?queue=cards.delivery")).body.tasks.length, 0);
});

test("a bank's customer reads of an account, in either language, in pages and in programs", async () => {
  for (const [language, account, wallet] of [["ru", /На счёте|Пополнение счёта/, /кошел/i], ["en", /account/, /wallet/i]])
    for (const path of ["/", "/topup", "/transfer", "/cards", "/cards/new?kind=virtual"]) {
      const told = await who.browser.go(path, {headers: {"Accept-Language": language}}), main = told.html.replace(/^.*<main/s, "");
      const seen = main.replace(/<[^>]*>/g, " ");
      assert.equal(told.status, 200, path);
      assert.doesNotMatch(seen, wallet, `${language} ${path}`);
      if (path === "/") assert.match(seen, account, language);
    }
  const {purses} = await read(`/cards/${card}`);
  assert.match(purses[0].title, /^Счёт: /);
});

test("ID-6: refused with a reason: the applicant reads it, staff read it, there is no customer and no card", async () => {
  const before = server.rows("SELECT COUNT(*) FROM card")[0][0];
  const {phone, secret, browser} = await bankApplies(server);
  const path = await bankCall(clerk);
  assert.equal((await clerk.post(path, {outcome: "refused", reason: "none"})).status, 422);
  assert.equal((await clerk.post(path, {outcome: "refused", reason: "documents"})).status, 200);
  const [message] = await server.messages(phone, 1);
  assert.match(message, /отказано.*фото документов/);
  await browser.go("/application");
  assert.match(browser.html, /по фото документов нельзя проверить данные/);
  const {body} = await manager.get(path);
  assert.deepEqual([body.state, body.reason, body.login, body.facts.length, body.photos.length], ["refused", "documents", "clerk", 0, 0]);
  assert.ok(!JSON.stringify(body).includes(phone.slice(5)), "his number is masked");
  assert.deepEqual([(await asked(phone)).state, (await asked(phone)).reason], ["refused", "documents"]);
  assert.equal((await manager.get(`/staff/applications?phone=${encodeURIComponent(newPhone())}`)).body.found, false);
  assert.equal(problem(await server.post("/signin", {phone, password: secret})), "sign-in-wrong");
  assert.equal(server.rows("SELECT COUNT(*) FROM card")[0][0], before);
});

test("BK-5: pays a provider, keeps a template of it, is offered one for whom he pays often, pays from it", {timeout: 360000}, async () => {
  const post = async (path, body = {}) => {
    const answer = await cards.post(who, path, body);
    assert.ok(answer.status < 300, `${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  };
  const pay = async (path, body) => {
    const {id} = await post(path, body);
    await until(() => read(`/payments/${id}`), ({state}) => state === "checked", 60000);
    await post(`/payments/${id}/confirm`);
    await until(() => read(`/payments/${id}`), ({state}) => state === "done", 60000);
    return id;
  };
  await until(() => read("/pay"), ({providers}) => providers.length > 0);
  const had = Number(await cards.balance(who));
  const first = await pay("/pay/mobile", {account: "9161234567", sum: "50.00"});
  const template = await post(`/payments/${first}/template`, {name: "Сын"});
  assert.deepEqual([template.values[0].value, template.sum.amount], ["9161234567", "50.00"]);

  for (const sum of ["30.00", "40.00"]) await pay("/pay/mobile", {account: "9161112233", sum});
  assert.deepEqual((await read("/templates")).habits, [], "twice is no habit");
  await pay("/pay/mobile", {account: "9161112233", sum: "30.00"});
  const [offer] = (await read("/templates")).habits;
  assert.ok((await read("/")).shortcuts.some(({href}) => href === offer.href), "on the first page");
  const kept = await post(offer.href, {name: "Мамин телефон"});
  assert.deepEqual((await read("/templates")).habits, []);

  const form = await read(`/templates/${kept.id}/pay`);
  assert.deepEqual([form.fields[0].value, form.sum.amount], ["9161112233", "30.00"]);
  const again = await pay(`/pay/${form.code}`, {account: form.fields[0].value, sum: form.sum.amount});
  assert.equal((await read(`/payments/${again}`)).state, "done");
  assert.equal(await cards.balance(who), (had - 180).toFixed(2));
  const titles = (await read("/")).shortcuts.map(({title}) => title);
  assert.ok(titles.includes("Сын") && titles.includes("Мамин телефон"), titles.join());
});
