// Spending (BK-6): tags, categories, their corrections, the report, budgets; the list's filter by tag (WA-1) and its exports;
// long histories, which are read from digests.

import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {after, before, describe, test} from "node:test";

import {Cards} from "../support/cards.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {database, newKey} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";
import {problem, until} from "../support/wallet.mjs";

let both, server, cards;

before(async () => {
  both = await startBoth({payments: {catalogue_file: "profiles/catalogue.json"}, operations: {digest_after: "0s"}});
  ({server} = both);
  cards = new Cards(both);
  const people = await staff(server, {vera: "catalogue"});
  await until(async () => (await people.vera.get("/staff/providers")).body.providers?.length, (count) => count > 10);
});
after(() => both?.stop());

const good = async (answering) => {
  const answer = await answering;
  assert.ok(answer.status < 300, `${answer.status} ${answer.text}`);
  return answer.body;
};
const post = (who, path, body = {}) => server.post(path, body, {token: who.token, key: newKey()});
const get = async (who, path) => good(server.get(path, {token: who.token}));
const list = async (who, query) => (await get(who, `/operations${query}`)).days.flatMap((day) => day.operations);
const ids = async (who, query) => (await list(who, query)).map(({id}) => id);
const send = async (who, to, sum, note) => (await good(cards.send(who, to.phone, sum, note ? {note} : {}))).id;
const report = (who, query = "") => get(who, `/spending${query}`);
const sums = (lines) => Object.fromEntries(lines.map(({code, sum}) => [code, sum.amount]));
const tag = (who, id, tags) => post(who, `/operations/${id}/tags`, {tags});
const count = (who, id, category, more = {}) => post(who, `/operations/${id}/category`, {category, ...more});

async function pay(who, sum, code = "mobile", account = "9161234567") {
  const {id} = await good(post(who, `/pay/${code}`, {account, sum})), path = `/payments/${id}`;
  await until(() => get(who, path), ({state}) => state === "checked");
  await good(post(who, `${path}/confirm`));
  return (await until(() => get(who, path), ({state}) => state === "done")).operation;
}

async function allOf(who, query) {
  const found = [];
  for (let path = `/operations${query}`, pages = 0; path; pages++) {
    assert.ok(pages < 100, "it comes to an end");
    const {days, next} = await get(who, path);
    found.push(...days.flatMap((day) => day.operations));
    path = next;
  }
  return found;
}

const rows = async (who, query) => {
  const {text} = await server.get(`/operations/export?format=csv${query}`, {
    token: who.token, headers: {Accept: "*/*", "Accept-Language": "en"}});
  return text.trimEnd().split("\r\n").length - 1;
};

describe("BK-6, WA-1: tags", () => {
  test("nonsense, one too many, another's operation are refused", async () => {
    const who = await cards.rich("500.00"), friend = await server.customer(), id = await send(who, friend, "10.00");
    for (const tags of ["", "#", "#a.b", "#<b>", "#абвгдежзийклмнопрстуфхцчшщъыьэюя", "1 2 3 4 5 6 7 8 9 10 11"]) {
      const answer = await tag(who, id, tags);
      assert.deepEqual([answer.status, answer.body.errors?.[0]?.field ?? "tags"], [422, "tags"], tags);
    }
    await good(tag(who, id, "1 2 3 4 5 6 7 8 9"));
    assert.equal((await tag(who, id, "#а #б")).status, 422, "together more than ten");
    assert.equal((await get(who, `/operations/${id}`)).tags.length, 9, "and none of them was put");
    const other = await server.customer();
    for (const [path, body] of [["tags", {tags: "#а"}], ["tags/remove", {tag: "1"}], ["category", {category: "food"}]])
      assert.equal((await post(other, `/operations/${id}/${path}`, body)).status, 404, path);
    assert.equal((await post(who, `/operations/${id}/tags/remove`, {tag: "нет"})).status, 404);
    assert.equal((await tag(friend, id, "#а")).status, 404, "the payee has an entry of his own");
  });

  test("put, folded, completed, found in the list and in every export, taken off; sealed on disk", async () => {
    const who = await cards.rich("500.00"), friend = await server.customer();
    const first = await send(who, friend, "10.00"), second = await send(who, friend, "20.00"), third = await send(who, friend, "30.00");
    await good(tag(who, first, "#Отпуск #кафе"));
    await good(tag(who, second, "отпуск"));
    await good(tag(who, second, "#ОТПУСК"));
    assert.deepEqual((await get(who, `/operations/${second}`)).tags, ["отпуск"]);
    assert.deepEqual(await ids(who, `?tag=${encodeURIComponent("#отпуск")}`), [second, first]);
    assert.deepEqual(await ids(who, `?tag=${encodeURIComponent("ОТПУСК")}&max=15`), [first]);
    assert.deepEqual(await ids(who, `?text=${encodeURIComponent("#кафе")}`), [first], "typed where words are");
    assert.deepEqual(await ids(who, `?tag=${encodeURIComponent("нет")}`), []);
    assert.deepEqual((await get(who, "/operations")).tags, ["отпуск", "кафе"]);
    assert.equal(await rows(who, `&tag=${encodeURIComponent("отпуск")}`), 2);
    for (const format of ["ofx", "camt053", "1c"]) {
      const {text} = await server.get(`/operations/export?format=${format}&tag=${encodeURIComponent("отпуск")}`, {
        token: who.token, headers: {Accept: "*/*"}});
      assert.ok(text.includes(first) && text.includes(second) && !text.includes(third), format);
    }
    assert.deepEqual(await ids(friend, `?tag=${encodeURIComponent("отпуск")}`), [], "another's are not seen");
    await good(post(who, `/operations/${second}/tags/remove`, {tag: "#Отпуск"}));
    assert.deepEqual(await ids(who, `?tag=${encodeURIComponent("отпуск")}`), [first]);
    await good(post(who, `/operations/${first}/tags/remove`, {tag: "отпуск"}));
    assert.deepEqual((await get(who, "/operations")).tags, ["кафе"], "what nothing has is forgotten");
    await good(tag(who, first, "#приметноеслово"));
    if (database === "sqlite")
      for (const end of ["", "-wal"])
        assert.equal(readFileSync(`${server.settings.database}${end}`).includes("приметноеслово"), false);
  });

  test("IF-4: a table has category and tags behind all that it had, as the list has them", async () => {
    const who = await cards.rich("500.00"), friend = await server.customer();
    const one = await send(who, friend, "10.00"), two = await send(who, friend, "20.00");
    await good(tag(who, one, "#отпуск #кафе"));
    await good(count(who, one, "food"));
    for (const [language, separator, titles] of [["ru", ";", "Категория;Метки"], ["en", ",", "Category,Tags"]]) {
      const {text} = await server.get("/operations/export?format=csv", {
        token: who.token, headers: {Accept: "*/*", "Accept-Language": language}});
      const [head, ...lines] = text.replace("\ufeff", "").trimEnd().split("\r\n");
      assert.ok(head.endsWith(`${separator}${titles}`), head);
      const cells = lines.map((line) => line.split(new RegExp(`${separator}(?=(?:[^"]*"[^"]*")*[^"]*$)`)));
      const {body} = await server.get("/operations", {token: who.token, headers: {"Accept-Language": language}});
      const told = new Map(body.days.flatMap((day) => day.operations).map((each) => [`№${each.id}`, each]));
      assert.equal(cells.length, told.size);
      for (const row of cells) {
        assert.equal(row.length, 10, "as many cells as titles");
        const {category, tags} = told.get(row[7]);
        assert.deepEqual([row[8].replaceAll('"', ""), row[9].replaceAll('"', "")], [category?.title ?? "", tags.join(", ")]);
      }
      const first = cells.find((row) => row[7] === `№${one}`), second = cells.find((row) => row[7] === `№${two}`);
      assert.deepEqual([first[9], second[9]], ['"отпуск, кафе"', ""]);
      assert.notEqual(first[8], second[8]);
    }
  });

  test("in a transfer's message they are put by themselves, on the sender's operation", async () => {
    const who = await cards.rich("500.00"), friend = await server.customer();
    const id = await send(who, friend, "10.00", "за обед #Кафе, дом#5 #---");
    assert.deepEqual((await get(who, `/operations/${id}`)).tags, ["кафе"]);
    assert.deepEqual((await list(friend, "")).map(({tags}) => tags), [[]]);
  });
});

describe("BK-6: categories", () => {
  test("by the provider's, by the shop's code, by the kind; one's own money is left out", async () => {
    const who = await cards.rich("3000.00"), friend = await server.customer();
    await pay(who, "100.00");
    await send(who, friend, "50.00");
    const card = await cards.virtual(who);
    await good(cards.post(who, `/cards/${card}/limits`, {internet: true}));
    const number = await cards.number(who, card);
    const bought = {};
    for (const [category, sum] of [["5411", "300.00"], ["5812", "70.00"]]) {
      bought[category] = (await cards.buy(number, sum, {category})).operation;
      await cards.follow("claims", bought[category]);
    }
    const shop = (await list(who, "?category=food"))[0];
    assert.deepEqual([shop.kind, shop.sum.amount, shop.category.title], ["purchase", "-300.00", "Продукты"]);
    const {id: box} = await good(post(who, "/boxes", {name: "Копилка"}));
    await good(post(who, `/boxes/${box}/put`, {sum: "500.00"}));
    const told = await report(who);
    assert.deepEqual(sums(told.categories), {food: "300.00", mobile: "100.00", cafes: "70.00", transfers: "50.00"});
    assert.deepEqual(sums(told.income), {topups: "3000.00"});
    assert.deepEqual([told.spent.amount, told.earned.amount], ["520.00", "3000.00"]);
    assert.deepEqual(sums((await report(friend)).income), {received: "50.00"});
    // what comes back is no income, it is taken off what was spent
    await cards.follow("refunds", bought["5411"], {sum: "100.00"});
    assert.equal(sums((await report(who)).categories).food, "200.00");
  });

  test("one is corrected; remembered for the payee, for earlier and later ones; nonsense is refused", async () => {
    const who = await cards.rich("1000.00"), shop = await server.customer(), friend = await server.customer();
    const first = await send(who, shop, "10.00"), second = await send(who, shop, "20.00"), third = await send(who, friend, "40.00");
    for (const category of ["nothing", "received", ""]) assert.equal((await count(who, first, category)).status, 422, category);
    await good(count(who, first, "food"));
    assert.deepEqual(await ids(who, "?category=food"), [first]);
    assert.deepEqual(await ids(who, "?category=transfers"), [third, second]);
    await good(count(who, second, "cafes", {remember: true}));
    assert.deepEqual(await ids(who, "?category=cafes"), [second]);
    assert.deepEqual(await ids(who, "?category=food"), [first], "what was said of it alone stays");
    const fourth = await send(who, shop, "80.00");
    assert.deepEqual(await ids(who, "?category=cafes"), [fourth, second]);
    assert.deepEqual(sums((await report(who)).categories), {cafes: "100.00", transfers: "40.00", food: "10.00"});
    assert.deepEqual(sums((await report(shop)).income), {received: "110.00"}, "the payee counts for himself");
    await good(count(who, fourth, "own"));
    assert.equal((await report(who)).spent.amount, "70.00", "not counted at all");
    assert.equal(await rows(who, "&category=cafes"), 1);
  });

  test("several at once: all or none", async () => {
    const who = await cards.rich("1000.00"), friend = await server.customer();
    const sent = [];
    for (let i = 1; i <= 3; i++) sent.push(await send(who, friend, `${i}.00`));
    const [topup] = await ids(who, "?kind=topup");
    assert.equal((await post(who, "/spending/sort", {operations: "", category: "food"})).status, 422);
    assert.equal((await post(who, "/spending/sort", {operations: [sent[0], topup].join(), category: "food"})).status, 422);
    assert.equal((await post(who, "/spending/sort", {operations: `${sent[0]},17`, category: "food"})).status, 404);
    assert.deepEqual(await ids(who, "?category=food"), [], "nothing of it");
    const shown = await get(who, "/spending/sort?from=transfers");
    assert.equal(shown.days.flatMap(({operations}) => operations).length, 3);
    await good(post(who, "/spending/sort", {operations: sent.slice(0, 2).join(), category: "food"}));
    assert.deepEqual(await ids(who, "?category=food"), [sent[1], sent[0]]);
  });
});

describe("BK-6: the report", () => {
  test("each line leads to the operations it was counted from; by tag; as CSV", async () => {
    const who = await cards.rich("1000.00"), friend = await server.customer();
    const first = await send(who, friend, "10.50"), second = await send(who, friend, "20.00");
    await good(count(who, second, "food"));
    await good(tag(who, first, "#отпуск"));
    await good(tag(who, second, "#отпуск #море"));
    const told = await report(who, "?months=3");
    assert.deepEqual(told.tags.map(({title, sum, operations}) => [title, sum.amount, operations]),
                     [["#отпуск", "30.50", 2], ["#море", "20.00", 1]]);
    assert.equal(told.months.length, 3);
    assert.deepEqual([told.months[2].spent.amount, told.months[0].spent.amount], ["30.50", "0.00"]);
    for (const line of [...told.categories, ...told.tags, ...told.income]) {
      const found = await list(who, line.href.replace("/operations", ""));
      assert.equal(found.length, line.operations, line.href);
      assert.equal(found.reduce((sum, each) => sum + Math.abs(Number(each.sum.amount)), 0), Number(line.sum.amount));
    }
    assert.deepEqual((await list(who, told.months[2].href.replace("/operations", ""))).length, 3);
    const english = await server.get(told.export, {token: who.token, headers: {Accept: "*/*", "Accept-Language": "en"}});
    assert.match(english.headers.get("Content-Type"), /^text\/csv/);
    const lines = english.text.replace("\ufeff", "").trimEnd().split("\r\n");
    assert.equal(lines.length, 1 + 2 + 1 + 2);
    assert.match(english.text, /,Spending,Groceries,20\.00,RUB/);
    assert.match(english.text, /,Spending by tag,#отпуск,30\.50,RUB/);
    assert.deepEqual((await report(who, "?month=2020-01")).categories, []);
    assert.equal((await report(who, "?month=9999-99&months=17")).months.length, 6, "nonsense is the usual");
    assert.deepEqual((await report(await server.customer())).categories, []);
    assert.equal((await server.get("/spending")).status, 401);
  });
});

describe("BK-6: budgets", () => {
  const told = async (who) => (await server.get(`/sandbox/phone?number=${encodeURIComponent(who.phone)}`)).body.messages
    .map(({text}) => text).filter((text) => text.includes("Бюджет"));

  test("nonsense is refused; told at 80 and at 100 percent, once each; switched off; taken away", async () => {
    const who = await cards.rich("1000.00"), friend = await server.customer();
    const set = (body) => post(who, "/spending/budgets", {category: "transfers", sum: "100.00", tells: true, ...body});
    for (const body of [{sum: "0.50"}, {sum: "x"}, {category: "received"}, {category: "own"}, {category: "nothing"}])
      assert.equal((await set(body)).status, 422, JSON.stringify(body));
    const {id} = await good(set({}));
    await good(set({category: "", sum: "50.00", tells: false}));
    await send(who, friend, "79.00");
    const state = async () => (await get(who, "/spending/budgets")).budgets.map((each) => [each.category, each.spent.amount, each.state]);
    assert.deepEqual(await state(), [["transfers", "79.00", "well"], ["", "79.00", "over"]]);
    await send(who, friend, "1.00");
    await until(() => told(who), ({length}) => length === 1);
    assert.match((await told(who))[0], /Переводы людям.*80,00/s);
    await send(who, friend, "5.00");
    await send(who, friend, "20.00");
    await until(() => told(who), ({length}) => length === 2);
    await send(who, friend, "5.00");
    await set({category: "food"}); // looks at all of them once more
    await until(() => get(who, "/spending/budgets"), ({budgets}) => budgets.length === 3);
    await until(() => server.rows("SELECT COUNT(*) FROM spending_due")[0][0], (due) => due === 0);
    assert.equal((await told(who)).length, 2, "once each, and nothing of the silent one");
    const other = await server.customer();
    assert.equal((await post(other, `/spending/budgets/${id}/remove`)).status, 404);
    await good(post(who, `/spending/budgets/${id}/remove`));
    assert.equal((await state()).length, 2);
  });
});

describe("BK-6: templates by habit", () => {
  test("the third payment to one payee is offered as a template, until there is one or it is not wanted", async () => {
    const who = await cards.rich("1000.00"), other = await server.customer();
    const offers = async () => (await get(who, "/templates")).habits, home = async () => (await cards.home(who)).shortcuts ?? [];
    for (let i = 0; i < 2; i++) await pay(who, "10.00", "mobile", "9161112233");
    await pay(who, "10.00", "mobile", "9161112244");
    assert.deepEqual(await offers(), []);
    await pay(who, "30.00", "mobile", "9161112233");
    const [offer] = await offers();
    assert.match(offer.account, /916.*111/);
    assert.ok((await home()).some(({href}) => href === offer.href), "on the first page, too");
    assert.equal((await post(other, `/templates/habits/${offer.id}/off`)).status, 404);
    await good(post(who, offer.href, {name: "Мамин телефон"}));
    assert.deepEqual(await offers(), [], "there is a template now");
    await pay(who, "10.00", "mobile", "9161112233");
    assert.deepEqual(await offers(), []);
    for (let i = 0; i < 2; i++) await pay(who, "10.00", "mobile", "9161112244");
    const [second] = await offers();
    await good(post(who, `/templates/habits/${second.id}/off`));
    await pay(who, "10.00", "mobile", "9161112244");
    assert.deepEqual(await offers(), [], "not wanted");
  });
});

describe("BK-6: long histories", {timeout: 720000}, () => {
  test("a digested history is found, counted and paged as one that is not", async () => {
    const who = await cards.rich("9000.00"), anna = await server.customer(), boris = await server.customer();
    await good(post(anna, "/settings/profile", {name: "Анна Каренина"}));
    for (let done = 0; done < 600; done += 50)
      await Promise.all(Array.from({length: 50}, (_, i) => cards.send(who, i % 10 ? boris.phone : anna.phone, `${1 + done / 50}.00`,
                                                                       done + i === 77 ? {note: "Редкостное слово"} : {})));
    await good(tag(who, (await list(who, ""))[0].id, "#последняя"));
    const before = {};
    const text = (words) => `?text=${encodeURIComponent(words)}`;
    const asked = [text("редкостное"), text("анна"), "?min=3&max=4", "?kind=topup", "?direction=in", "?category=transfers",
                   `${text("перевод")}&min=12`, text("нетничего"), `?tag=${encodeURIComponent("последняя")}`, text("кн"), text("э")];
    for (const query of asked) before[query] = (await allOf(who, query)).map(({id}) => id);
    const counted = await report(who);
    assert.deepEqual([before[asked[0]].length, before[asked[1]].length, before[asked[2]].length, before[asked[3]].length], [1, 60, 100, 1]);
    assert.equal(counted.spent.amount, "3900.00");
    await until(() => digests(who), (found) => found >= 2, 60000);
    for (const query of asked) assert.deepEqual((await allOf(who, query)).map(({id}) => id), before[query], query);
    assert.deepEqual(await report(who), counted);
    await good(count(who, before[asked[2]][0], "food"));
    assert.deepEqual(await ids(who, "?category=food"), [before[asked[2]][0]], "what is said of a digested one is known");
    await good(count(who, before[asked[1]][59], "cafes", {remember: true}));
    assert.equal((await allOf(who, "?category=cafes")).length, 60);
    assert.equal(sums((await report(who)).categories).cafes, "390.00");
    await good(count(who, before[asked[1]][59], "transfers", {remember: true}));
    assert.equal(sums((await report(who)).categories).cafes, undefined);
  });

  const digests = async (who) => {
    const account = (await cards.home(who)).wallet.id;
    return server.rows(`SELECT COUNT(*) FROM operation_digest WHERE account = ${account}`)[0][0];
  };
});
