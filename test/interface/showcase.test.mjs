// showcase.test.mjs: partner shops as customers find them (IN-5): a card written by the shop's owner and shown when staff
// have agreed; a catalogue by words, categories, online and near; promotions, told to those who consented (MS-3).

import assert from "node:assert/strict";
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, before, describe, test} from "node:test";

import {tariff} from "../support/instalments.mjs";
import {addPerson, newInn, openShop} from "../support/shops.mjs";
import {Server, problem} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";

let server, boss, people, shop, owner, other, stranger;
before(async () => {
  server = await Server.start({company: "Рассрочка"});
  people = await staff(server, {boss: "catalogue", clerk: "support", admin: "admin"});
  boss = people.boss;
  [shop, other] = [await openShop(boss, "Мебель на Садовой"), await openShop(boss, "Обувь Шаг")];
  owner = await (await addPerson(server, boss, shop.id, "owner.one", "owner")).signIn();
  stranger = await (await addPerson(server, boss, other.id, "owner.two", "owner")).signIn();
});
after(() => server?.stop());

const words = {category: "home", site: "https://sofa.example", words_ru: "Диваны и кресла из дуба.",
               words_en: "Sofas and armchairs of oak."};
const tverskaya = {address: "Москва, Тверская, 1", hours: "10–22", place: "55.757131, 37.611245"};
const card = async (who = owner) => (await who.get("/shop/showcase")).body;
const list = async (query = {}) => (await server.get(`/instalments/shops?${new URLSearchParams(query)}`)).body.shops;
const titles = async (query) => (await list(query)).map(({title}) => title);
const page = (id) => server.get(`/instalments/shops/${id}`);
const ok = async (answer) => {
  const known = await answer;
  assert.ok(known.status === 200 || known.status === 201, known.text);
  return known;
};
async function agreed(id, more = {}) {
  const {version} = (await boss.get(`/staff/showcase/${id}`)).body;
  return boss.post(`/staff/showcase/${id}`, {verdict: "agree", version, ...more});
}
const takenOut = (id) => ok(boss.post(`/staff/showcase/${id}`, {verdict: "hide", version: "1"}));
async function staffWrote(id, body = {}) {
  await ok(people.admin.post(`/staff/showcase/${id}/edit`, {...words, ...body}));
  await ok(agreed(id));
}
async function published(who, id, body = {}, ...places) {
  await ok(who.post("/shop/showcase/edit", {...words, ...body}));
  for (const place of places) await ok(who.post("/shop/showcase/places", place));
  await ok(who.post("/shop/showcase/send"));
  await ok(agreed(id));
}

describe("IN-5: what a shop writes is shown when staff have agreed", () => {
  test("the catalogue is empty, and says so, to visitors too", async () => {
    const {status, body} = await server.get("/instalments/shops");
    assert.deepEqual([status, body.any, body.shops], [200, false, []]);
    assert.equal((await page(shop.id)).status, 404);
  });

  test("words are checked; nothing is sent without words and somewhere to buy", async () => {
    assert.equal(problem(await owner.post("/shop/showcase/send")), "card-without-words");
    for (const [field, value] of [["category", ""], ["category", "spice"], ["site", "sofa.example"], ["site", "javascript:alert(1)"],
                                  ["site", "http://sofa.example"], ["words_ru", "Мало"], ["words_en", "x".repeat(601)]]) {
      const refused = await owner.post("/shop/showcase/edit", {...words, [field]: value});
      assert.deepEqual([refused.status, refused.body.errors?.[0].field], [422, field], `${field}: ${value}: ${refused.text}`);
    }
    await ok(owner.post("/shop/showcase/edit", {...words, site: ""}));
    assert.equal(problem(await owner.post("/shop/showcase/send")), "card-nowhere");
    for (const [field, value] of [["address", "Т"], ["place", "95,37"], ["place", "где-то"]]) {
      const refused = await owner.post("/shop/showcase/places", {...tverskaya, [field]: value});
      assert.deepEqual([refused.status, refused.body.errors?.[0].field], [422, field], refused.text);
    }
    await ok(owner.post("/shop/showcase/places", tverskaya));
    assert.deepEqual((await card()).written.places.map(({address, place}) => [address, place]),
                     [["Москва, Тверская, 1", "55.757131,37.611245"]]);
    assert.deepEqual(await list(), [], "nobody has agreed");
  });

  test("sent once, declined with a note that the owner reads, sent again, agreed to as it was seen", async () => {
    await ok(owner.post("/shop/showcase/edit", words));
    await ok(owner.post("/shop/showcase/send"));
    assert.equal(problem(await owner.post("/shop/showcase/send")), "card-not-now", "a form sent twice");
    const seen = (await boss.get(`/staff/showcase/${shop.id}`)).body;
    const waits = (await boss.get("/staff/tasks?queue=showcase.card")).body.tasks.filter(({summary}) => summary === shop.title);
    assert.equal(waits.length, 1, "one task for staff");
    assert.deepEqual([seen.state, seen.shown, seen.written.words_ru], ["asked", null, words.words_ru]);
    const verdict = (body) => boss.post(`/staff/showcase/${shop.id}`, {version: seen.version, ...body});
    assert.equal(problem(await verdict({verdict: "decline"})), "note-missing");
    await ok(verdict({verdict: "decline", note: "Добавьте часы работы"}));
    assert.deepEqual([(await card()).state, (await card()).note], ["declined", "Добавьте часы работы"]);
    assert.deepEqual(await list(), []);
    await ok(owner.post("/shop/showcase/send"));
    await ok(owner.post("/shop/showcase/edit", {...words, words_en: "Something else entirely."}));
    assert.equal(problem(await verdict({verdict: "agree"})), "card-changed", "not what staff have seen");
    await ok(owner.post("/shop/showcase/send"));
    await ok(agreed(shop.id));
    assert.equal(problem(await agreed(shop.id)), "card-not-now");
    assert.deepEqual([(await card()).state, await titles()], ["agreed", ["Мебель на Садовой"]]);
  });

  test("another draft changes nothing of what is shown; staff take it away; a closed shop is not there", async () => {
    await ok(owner.post("/shop/showcase/edit", {...words, words_ru: "Новые слова, ещё не проверенные."}));
    const [{id: place}] = (await owner.get("/shop/showcase/places")).body.places;
    await ok(owner.post(`/shop/showcase/places/${place}/remove`));
    const shown = (await page(shop.id)).body;
    assert.deepEqual([shown.words, shown.places.length, shown.site], [words.words_ru, 1, words.site]);
    assert.equal((await card()).state, "draft");
    await ok(boss.post(`/staff/showcase/${shop.id}`, {verdict: "hide", version: (await card()).version}));
    assert.deepEqual([(await page(shop.id)).status, await list()], [404, []]);
    await ok(owner.post("/shop/showcase/places", tverskaya));
    await published(owner, shop.id);
    await ok(boss.post(`/staff/shops/${shop.id}/switch`, {to: "off"}));
    assert.deepEqual([(await page(shop.id)).status, await list()], [404, []]);
    await ok(boss.post(`/staff/shops/${shop.id}/switch`, {to: "on"}));
    assert.equal((await page(shop.id)).status, 200);
    owner = await owner.signIn();
  });

  test("one's own shop alone: another's place is as a missing one; no role but the owner's; staff by role", async () => {
    const [{id: place}] = (await owner.get("/shop/showcase/places")).body.places;
    assert.equal((await stranger.post(`/shop/showcase/places/${place}/remove`)).status, 404);
    assert.deepEqual((await card(stranger)).written, null);
    const seller = await (await addPerson(server, boss, shop.id, "seller", "orders", "money", "cashier")).signIn();
    for (const path of ["", "/edit", "/places"]) {
      assert.equal((await seller.get(`/shop/showcase${path}`)).status, 403, path);
      assert.equal((await server.get(`/shop/showcase${path}`)).status, 401, path);
      assert.equal((await people.clerk.get(`/staff/showcase/${shop.id}${path}`)).status, 403, path);
      assert.equal((await boss.get(`/staff/showcase/912000000000000002${path}`)).status, 404, path);
    }
    assert.equal((await seller.post("/shop/showcase/send")).status, 403);
    assert.equal((await boss.post(`/staff/showcase/${other.id}/places/${place}/remove`)).status, 404);
    assert.equal((await owner.get("/shop/showcase/places")).body.places.length, 1);
  });

  test("staff write a card themselves", async () => {
    await ok(people.admin.post(`/staff/showcase/${other.id}/edit`, {category: "shoes", words_ru: "Ботинки и туфли для всех.",
                                                                    words_en: "Boots and shoes for everybody."}));
    await ok(people.admin.post(`/staff/showcase/${other.id}/places`, {address: "Тула, Ленина, 5", place: "54.193,37.617"}));
    await ok(agreed(other.id));
    for (const [who, place, id] of [[boss, `/staff/showcase/${other.id}`, other.id], [stranger, "/shop/showcase", other.id]]) {
      const {body: {shop: its, categories, words_ru: ru}} = await who.get(`${place}/edit`);
      assert.deepEqual([its.id ?? id, categories.find(({selected}) => selected).value, ru], [id, "shoes", "Ботинки и туфли для всех."]);
      assert.deepEqual((await who.get(`${place}/places`)).body.places.map(({address}) => address), ["Тула, Ленина, 5"]);
    }
    const {body} = await boss.get("/staff/showcase");
    assert.deepEqual(body.shops.find(({id}) => id === other.id), {id: other.id, title: "Обувь Шаг", state: "agreed", shown: true});
  });
});

describe("IN-5: the catalogue", () => {
  test("by words of title, goods, category and address; by category; online and in places", async () => {
    const sofas = "Мебель на Садовой", shoes = "Обувь Шаг";
    for (const [query, found] of [
      [{}, [sofas, shoes]], [{q: "диваны"}, [sofas]], [{q: "sofa"}, [sofas]], [{q: "тверская"}, [sofas]], [{q: "ТУЛА"}, [shoes]],
      [{q: "обувь"}, [shoes]],
      [{q: "диван тверская"}, [sofas]], [{q: "диван тула"}, []], [{q: "furniture"}, [sofas]],
      [{q: "самолёты"}, []], [{category: "home"}, [sofas]], [{category: "auto"}, []],
      [{where: "online"}, [sofas]], [{where: "places"}, [sofas, shoes]], [{where: "online", category: "shoes"}, []],
      [{category: "", q: ""}, [sofas, shoes]],
    ]) assert.deepEqual(await titles(query), found, JSON.stringify(query));
    assert.equal((await server.get("/instalments/shops?category=spice")).status, 422);
  });

  test("letters without case, ё as е, both ways; a new title is found at once", async () => {
    const yolka = await openShop(boss, "ЁЛКИ и Ежи");
    await staffWrote(yolka.id, {site: "https://yolka.example", words_ru: "Ещё зелёные ёлочки для всех.", words_en: "Christmas trees."});
    for (const q of ["елки", "Ёлки", "ежи", "ЁЖИ", "зеленые", "ЕЩЁ зелёные"]) assert.deepEqual(await titles({q}), ["ЁЛКИ и Ежи"], q);
    await ok(boss.post(`/staff/shops/${yolka.id}`, {title: "Сосны", legal: "ООО «Сосны»", inn: newInn()}));
    assert.deepEqual([await titles({q: "ежи"}), await titles({q: "сосны"}), (await page(yolka.id)).body.title], [[], ["Сосны"], "Сосны"]);
    await takenOut(yolka.id);
  });

  test("a shop in test mode is not there, though its card was agreed to", async () => {
    const trial = await openShop(boss, "Проба", {test: true});
    await staffWrote(trial.id, {words_ru: "Пробные диваны для проверки."});
    assert.deepEqual([await titles({q: "проба"}), (await page(trial.id)).status], [[], 404]);
    await ok(boss.post(`/staff/shops/${trial.id}/switch`, {to: "off"}));
    await ok(boss.post(`/staff/shops/${trial.id}/switch`, {to: "on"}));
    assert.equal((await page(trial.id)).status, 404, "reopened");
  });

  test("near: the nearest first with its distance, what is far away not at all; a place that is none is refused", async () => {
    const near = await list({at: "55.7571,37.6112"});
    assert.deepEqual(near.map(({title}) => title), ["Мебель на Садовой"]);
    assert.ok(near[0].metres < 20, JSON.stringify(near));
    assert.deepEqual(await titles({at: "54.2,37.6"}), ["Обувь Шаг"]);
    assert.deepEqual(await titles({at: "54.2,37.6", where: "any"}), ["Мебель на Садовой", "Обувь Шаг"]);
    assert.deepEqual(await titles({where: "near"}), ["Мебель на Садовой", "Обувь Шаг"], "without a place: those that have one");
    for (const at of ["0,0", "95,37", "Тверская"])
      assert.equal((await server.get(`/instalments/shops?${new URLSearchParams({at})}`)).status, 422, at);
  });

  test("page after page: everybody once, whoever goes away in between; without scripts as well", async () => {
    const rows = Array.from({length: 120}, (_, i) =>
      `(${5000 + i}, 1, ${i}, 'Лавка ${i}', 'лавка ${String(i).padStart(3, "0")}', 10, 1, 0, 'пуговицы')`);
    await server.passed("INSERT INTO showcase_listed (shop, listed, since, title, folded, category, online, places, words) " +
                        `VALUES ${rows.join(", ")}`);
    const query = {q: "пуговицы", category: "auto", where: "online"};
    const seen = [];
    for (let more = {}; more; ) {
      const {body} = await server.get(`/instalments/shops?${new URLSearchParams({...query, ...more})}`);
      assert.equal(body.count, 120 - (seen.length ? 1 : 0));
      seen.push(...body.shops.map(({title}) => title));
      if (seen.length === 50) await server.passed(`DELETE FROM showcase_listed WHERE shop = ${body.more.after}`);
      more = body.more;
    }
    // Whose place nobody knows any more is as the first of his rank: some are seen twice, nobody is left out.
    assert.deepEqual([...new Set(seen)], Array.from({length: 120}, (_, i) => `Лавка ${i}`));
    const browser = server.browser();
    await browser.go(`/instalments/shops?${new URLSearchParams(query)}`);
    assert.ok(browser.html.includes("Лавка 0<") && !browser.html.includes("Лавка 60<"));
    const inputs = browser.html.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g);
    const hidden = [...inputs].map(([, name, value]) => [name, value]);
    await browser.go(`/instalments/shops?${new URLSearchParams(hidden)}`); // what "show more" asks for
    assert.ok(!browser.html.includes("Лавка 0<") && browser.html.includes("Лавка 60<"), "the second page keeps what was asked");
    await server.passed("DELETE FROM showcase_listed WHERE category = 10 AND shop < 6000");
  });

  test("no more are agreed to than a page may read", async () => {
    const late = await openShop(boss, "Опоздавшие");
    await server.passed("INSERT INTO showcase_listed (shop, listed, since, title, folded, category, online, places, words) " +
                        "VALUES (1, 0, 1, 'Закрытый', 'закрытый', 1, 0, 19998, '')");
    await ok(people.admin.post(`/staff/showcase/${late.id}/edit`, words));
    await ok(people.admin.post(`/staff/showcase/${late.id}/places`, tverskaya));
    assert.equal(problem(await agreed(late.id)), "catalogue-full");
    assert.equal((await page(late.id)).status, 404);
    await server.passed("DELETE FROM showcase_listed WHERE shop = 1");
    await ok(agreed(late.id));
    await takenOut(late.id);
  });

  test("a shop's page has its places and plans, in both languages; nothing else of it", async () => {
    await ok(boss.post(`/staff/instalments/shops/${shop.id}`, {words: tariff}));
    const {body} = await page(shop.id);
    assert.deepEqual([body.least.amount, body.most.amount, body.plans.length], ["1000.00", "50000.00", 3]);
    assert.match(body.plans[0].title, /3 платежа/);
    assert.equal((await server.get(`/instalments/shops/${shop.id}`, {headers: {"Accept-Language": "en"}})).body.words, words.words_en);
    assert.deepEqual((await page(other.id)).body.plans, []);
    const text = JSON.stringify(body) + JSON.stringify(await list());
    for (const secret of ["ООО", "owner", shop.key]) assert.ok(!text.includes(secret), secret);
  });

  test("pages need no scripts: a visitor finds a shop and goes to it", async () => {
    const browser = server.browser();
    await browser.go("/instalments/shops?q=диван&category=&where=any");
    assert.match(browser.html, /Мебель на Садовой/);
    await browser.go(`/instalments/shops/${shop.id}`);
    for (const part of [/geo:55\.757131,37\.611245/, /https:\/\/sofa\.example/, /Тверская/, /3 платежа/]) assert.match(browser.html, part);
    await browser.go("/instalments/shops?q=самолёты");
    assert.match(browser.html, /Ничего не нашлось/);
  });
});

// A day so many days from today, as the server counts it: its time zone is Moscow's.
const day = (after) => new Date(Date.now() + 3 * 3600000 + after * 86400000).toISOString().slice(0, 10);
const sale = {title_ru: "Осенние скидки", title_en: "Autumn sale", words_ru: "Скидка на всё из дуба.",
              words_en: "A discount upon all of oak.", discount: "−20 %", starts: day(0), ends: day(20)};
const write = async (more = {}, who = owner) => (await ok(who.post("/shop/sales", {...sale, ...more}))).body.id;
const verdict = (id, body) => boss.post(`/staff/sales/${id}`, {verdict: "agree", ...body});
const feed = async () => (await server.get("/instalments/sales")).body.sales.map(({id}) => id);
const state = async (id) => (await owner.get("/shop/sales")).body.sales.find((each) => each.id === id).state;

describe("IN-5: promotions", () => {
  test("days and words are checked", async () => {
    for (const [field, body] of [["ends", {ends: day(-1)}], ["ends", {starts: day(5), ends: day(4)}], ["ends", {ends: day(92)}],
                                 ["starts", {starts: day(93), ends: day(94)}], ["title_ru", {title_ru: "А"}],
                                 ["words_en", {words_en: "short"}], ["starts", {starts: "завтра"}],
                                 ["discount", {discount: "x".repeat(25)}]]) {
      const refused = await owner.post("/shop/sales", {...sale, ...body});
      assert.deepEqual([refused.status, refused.body.errors?.[0].field], [422, field], `${JSON.stringify(body)}: ${refused.text}`);
    }
  });

  test("seen when staff have agreed, from its first day to its last, at the shop and in the feed", async () => {
    const [now, ahead, refused] = [await write(), await write({starts: day(3)}), await write()];
    assert.deepEqual(await feed(), []);
    const seenBy = (await boss.get(`/staff/sales/${refused}`)).body;
    assert.deepEqual([seenBy.state, seenBy.shop, seenBy.words_en, seenBy.tell], ["asked", shop.id, sale.words_en, false]);
    assert.equal(problem(await verdict(refused, {verdict: "decline"})), "note-missing");
    await ok(verdict(refused, {verdict: "decline", note: "Так нельзя"}));
    await ok(verdict(now));
    await ok(verdict(ahead));
    assert.equal(problem(await verdict(now)), "sale-not-now");
    assert.deepEqual(await feed(), [now]);
    const {sales: [seen]} = (await page(shop.id)).body;
    assert.deepEqual([seen.title, seen.words, seen.discount, seen.ends], [sale.title_ru, sale.words_ru, sale.discount, sale.ends]);
    assert.deepEqual(await Promise.all([now, ahead, refused].map(state)), ["runs", "agreed", "declined"]);
    await server.passed(`UPDATE showcase_sale SET starts = starts - 30, ends = ends - 30 WHERE id = ${now}`,
                        `UPDATE showcase_sale SET starts = starts - 3 WHERE id = ${ahead}`);
    assert.deepEqual([await feed(), await state(now)], [[ahead], "ended"]);
    await ok(owner.post(`/shop/sales/${ahead}/end`));
    assert.equal(problem(await owner.post(`/shop/sales/${ahead}/end`)), "sale-not-now");
    assert.deepEqual([await feed(), (await page(shop.id)).body.sales], [[], []]);
  });

  test("another shop's is as a missing one; owners and staff of the role alone; a shop out of the catalogue has none", async () => {
    const id = await write();
    assert.equal((await stranger.post(`/shop/sales/${id}/end`)).status, 404);
    assert.ok(!(await stranger.get("/shop/sales")).body.sales.some((each) => each.id === id));
    const till = await (await addPerson(server, boss, shop.id, "till", "cashier")).signIn();
    assert.deepEqual([(await till.get("/shop/sales")).status, (await till.post("/shop/sales", sale)).status], [403, 403]);
    assert.deepEqual([(await server.get("/shop/sales")).status, (await people.clerk.get(`/staff/sales/${id}`)).status], [401, 403]);
    assert.equal((await boss.get("/staff/sales/912000000000000002")).status, 404);
    await ok(verdict(id));
    await ok(boss.post(`/staff/shops/${shop.id}/switch`, {to: "off"}));
    assert.deepEqual(await feed(), []);
    await ok(boss.post(`/staff/shops/${shop.id}/switch`, {to: "on"}));
    owner = await owner.signIn();
    assert.deepEqual(await feed(), [id]);
    await ok(verdict(id, {verdict: "end"}));
    assert.deepEqual(await feed(), []);
  });
});

describe("IN-5, IN-1: promotions page after page; the first page of the instalments", () => {
  test("the feed tells fifty at a time, the last begun first; one that is none is a missing page", async () => {
    const rows = Array.from({length: 60}, (_, i) =>
      `(${shop.id}, ${100 + i}, 2, 'Акция ${i}', 'Sale ${i}', '', '', '', begun - ${i % 7}, begun + 5, '', 0, 0)`);
    await server.passed(...rows.map((row) => "INSERT INTO showcase_sale (shop, id, state, title_ru, title_en, words_ru, words_en, " +
      `discount, starts, ends, note, told, reader) VALUES ${row.replaceAll("begun", Math.floor(Date.parse(day(0)) / 86400000))}`));
    const [first, second] = [(await server.get("/instalments/sales")).body, []];
    second.push(...(await server.get(`/instalments/sales?before=${first.older}`)).body.sales);
    const ids = [...first.sales, ...second].map(({id}) => Number(id)).filter((id) => id < 200);
    const order = Array.from({length: 60}, (_, i) => i).sort((one, other) => one % 7 - other % 7 || other - one);
    assert.deepEqual([first.sales.length, ids], [50, order.map((i) => 100 + i)]);
    assert.equal((await server.get("/instalments/sales?before=912000000000000002")).status, 404);
    const own = (await owner.get("/shop/sales")).body;
    const older = (await owner.get(`/shop/sales?before=${own.older}`)).body;
    assert.equal(own.sales.length, 50);
    assert.ok(older.sales.length >= 10 && older.older === null);
    await server.passed("DELETE FROM showcase_sale WHERE id < 200");
  });

  test("it shows three shops, those that came last first, and leads to all of them", async () => {
    const who = await server.customer();
    const {shops} = (await server.get("/instalments", {token: who.token})).body;
    const newest = server.rows("SELECT CAST(shop AS TEXT) FROM showcase_listed WHERE listed = 1 ORDER BY since DESC LIMIT 3").flat();
    assert.ok(newest.length > 0);
    assert.deepEqual(shops.map(({id}) => id), newest);
  });
});

describe("MS-3: of a promotion hear those who consented, once a day", () => {
  const told = async (who) => (await server.get("/feed", {token: who.token})).body.items.map(({title}) => title);
  const consent = (who, act, topic = "offers") => ok(server.post(`/settings/messages/${act}`, {topic}, {token: who.token}));
  async function announced(title, tell = true) {
    const id = await write({title_ru: title});
    await ok(verdict(id, tell ? {tell} : {}));
    if (tell) await everybody(id);
  }
  async function everybody(id) {
    await server.due("showcase.tell");
    for (let tries = 0; tries < 3000; tries++) {
      if (server.rows(`SELECT told FROM showcase_sale WHERE id = ${id}`)[0][0] == 2) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.fail("nobody was told");
  }

  test("nobody without a consent to offers; not the second on a day; again on another; not who has said stop", async () => {
    const [yes, news, no] = [await server.customer(), await server.customer(), await server.customer()];
    await consent(yes, "consent");
    await consent(news, "consent", "news");
    await announced("Тихо", false);
    await announced("Первая");
    await announced("Вторая");
    assert.deepEqual(await told(yes), ["Мебель на Садовой: Первая"]);
    for (const other of [news, no]) assert.deepEqual(await told(other), []);
    const [{link}] = (await server.get("/feed", {token: yes.token})).body.items;
    assert.equal(link, `/instalments/shops/${shop.id}`);
    await server.passed("UPDATE showcase_told SET day = day - 1");
    await announced("Третья");
    assert.deepEqual(await told(yes), ["Мебель на Садовой: Третья", "Мебель на Садовой: Первая"]);
    await server.passed("UPDATE showcase_told SET day = day - 1");
    await consent(yes, "stop");
    await announced("Четвёртая");
    assert.equal((await told(yes)).length, 2);
  });

  test("while its shop is not in the catalogue nobody hears of it, nor is it used up; the others' go on", async () => {
    const who = await server.customer();
    await consent(who, "consent");
    await server.passed("UPDATE showcase_told SET day = day - 1");
    const hidden = await write({title_ru: "Скрытая"});
    await takenOut(shop.id);
    await ok(verdict(hidden, {tell: true}));
    const others = (await ok(stranger.post("/shop/sales", {...sale, title_ru: "Соседняя"}))).body.id;
    await ok(verdict(others, {tell: true}));
    await everybody(others);
    assert.deepEqual([await told(who), (await feed()).includes(hidden)], [["Обувь Шаг: Соседняя"], false]);
    assert.equal(server.rows(`SELECT told FROM showcase_sale WHERE id = ${hidden}`)[0][0], 1, "it waits");
    await server.passed("UPDATE showcase_told SET day = day - 1");
    await ok(agreed(shop.id));
    await everybody(hidden);
    assert.deepEqual(await told(who), ["Мебель на Садовой: Скрытая", "Обувь Шаг: Соседняя"]);
  });

  test("one that was ended is told no more", async () => {
    const who = await server.customer();
    await consent(who, "consent");
    const early = await write({title_ru: "Отменённая", starts: day(1), ends: day(5)});
    await ok(verdict(early, {tell: true}));
    await ok(owner.post(`/shop/sales/${early}/end`));
    await server.passed(`UPDATE showcase_sale SET starts = starts - 1 WHERE id = ${early}`);
    await announced("Настоящая");
    assert.deepEqual(await told(who), ["Мебель на Садовой: Настоящая"]);
  });
});

describe("IN-5: an empty catalogue begins with a file", () => {
  const folder = mkdtempSync(join(tmpdir(), "kabinet-shops-"));
  let fresh;
  after(() => {
    rmSync(folder, {recursive: true});
    return fresh?.stop();
  });

  test("the demo's shops are found by all that the file says of them, and only once; what is wrong in it is left out", async () => {
    const file = join(folder, "shops.json"), list = JSON.parse(readFileSync("profiles/shops.json", "utf8"));
    writeFileSync(file, JSON.stringify([...list, {...list[0], title: "Нигде", category: "spice"}]));
    fresh = await Server.start({company: "Рассрочка", showcase: {catalogue_file: file}});
    const all = async (query = {}) => (await fresh.get(`/instalments/shops?${new URLSearchParams(query)}`)).body.shops;
    const begun = () => fresh.rows("SELECT COUNT(*) FROM showcase_listed")[0][0] > 0;
    for (const end = Date.now() + 60000; !begun() && Date.now() < end; )
      await new Promise((resolve) => setTimeout(resolve, 50));
    assert.deepEqual((await all()).map(({title}) => title).sort(), list.map(({title}) => title).sort());
    assert.match(fresh.log, /showcase\.shop_unreadable/);
    fresh.log = ""; // it was meant
    assert.deepEqual((await all({at: "54.19,37.61"})).map(({title}) => title), ["Шаг"]);
    const {body} = await fresh.get(`/instalments/shops/${(await all({q: "диван"}))[0].id}`);
    assert.deepEqual([body.places.length, body.plans.length, body.sales.length], [3, 2, 1]);
    assert.equal((await fresh.get("/instalments/sales")).body.sales.length, 2);
    await fresh.due("showcase.seed");
    assert.equal((await all()).length, list.length);
  });
});
