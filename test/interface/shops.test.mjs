// shops.test.mjs: partner shops (IN-3): staff open them, their people sign in to a cabinet by roles, keys are changed
// without a gap, and what is one shop's is nobody else's.

import assert from "node:assert/strict";
import {createHmac} from "node:crypto";
import {after, before, describe, test} from "node:test";

import {Person, addPerson, newInn, openShop} from "../support/shops.mjs";
import {Server, database, problem} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";

let server, boss, shop, owner, other, stranger;
before(async () => {
  server = await Server.start({company: "Рассрочка"});
  ({boss} = await staff(server, {boss: "catalogue"}));
  [shop, other] = [await openShop(boss, "Мебель на Садовой", {category: "Мебель"}), await openShop(boss, "Другой")];
  owner = await (await addPerson(server, boss, shop.id, "owner.one", "owner", "orders")).signIn();
  stranger = await (await addPerson(server, boss, other.id, "owner.two", "owner")).signIn();
});
after(() => server?.stop());

// A request to the interface of tills, signed by that key.
async function signed({id}, key, own = server) {
  const path = "/partner/applications/912000000000000002", seconds = Math.floor(Date.now() / 1000);
  const mac = createHmac("sha256", key).update(`GET ${path}\n${seconds}\n`).digest("hex");
  return (await own.get(path, {headers: {Authorization: `Shop ${id} ${seconds}:${mac}`}})).status;
}
const good = 404, bad = 401; // of an application that is nobody's

// ---- staff ----

describe("IN-3: staff's pages", () => {
  test("shops are opened by staff of the right role, found by words and tax number, changed; a real one is a company", async () => {
    const {clerk} = await staff(server, {clerk: "support"});
    assert.equal((await clerk.get("/staff/shops")).status, 403);
    assert.equal((await clerk.post("/staff/shops", {title: "Чужой"})).status, 403);
    const inn = newInn(), made = await openShop(boss, "Ёлки и палки", {inn, site: "https://elki.example", category: "Лес"});
    for (const q of ["елк", "палки", "лес", inn, made.id]) {
      const {body} = await boss.get(`/staff/shops?q=${encodeURIComponent(q)}`);
      assert.deepEqual(body.shops.map(({id}) => id), [made.id], q);
    }
    assert.equal((await boss.get("/staff/shops?q=ничего")).body.shops.length, 0);
    for (const [field, body] of [["title", {}], ["legal", {legal: ""}], ["inn", {inn: "7707083890"}], ["inn", {inn: ""}],
                                 ["site", {site: "elki.example"}]]) {
      const whole = {legal: "ООО «Я»", inn: newInn(), ...(field === "title" ? {} : {title: "Ещё один"}), ...body};
      const refused = await boss.post("/staff/shops", whole);
      assert.deepEqual([refused.status, refused.body.errors?.map((error) => error.field)], [422, [field]], refused.text);
    }
    const changed = await boss.post(`/staff/shops/${made.id}`, {title: "Ёлки", legal: "ООО «Ёлки»", inn});
    assert.equal(changed.status, 200, changed.text);
    const seen = (await boss.get(`/staff/shops/${made.id}`)).body;
    assert.deepEqual([seen.title, seen.legal, seen.inn, seen.test, seen.open], ["Ёлки", "ООО «Ёлки»", inn, false, true]);
    assert.equal((await boss.get("/staff/shops/912000000000000002")).status, 404);
    const twice = await boss.post("/staff/shops", {title: "Ёлки", legal: "ООО «Ёлки»", inn});
    assert.deepEqual([twice.status, problem(twice)], [409, "shop-known"], "a form sent twice");
    const bare = await boss.post("/staff/shops", {title: "Проба", test: true});
    assert.equal(bare.status, 200, "a test shop is nobody's company");
    assert.equal((await boss.get(`/staff/shops/${bare.body.id}`)).body.test, true);
  });

  test("keys and passwords are shown once and are not in the database; another shop's person is as a missing one", async () => {
    const mine = await openShop(boss, "Секретный"), person = await addPerson(server, boss, mine.id, "kassa.secret");
    assert.equal(person.password.length, 16);
    const pages = await Promise.all(["", "/keys", "/people"].map((page) => boss.get(`/staff/shops/${mine.id}${page}`)));
    for (const secret of [mine.key, person.password]) for (const page of pages) assert.ok(!page.text.includes(secret));
    assert.deepEqual([pages[0].body.people, pages[0].body.keys], [1, 1]);
    assert.deepEqual(pages[2].body.people.map(({login, works}) => [login, works]), [["kassa.secret", true]]);
    const add = (id, body) => boss.post(`/staff/shops/${id}/people`, {name: "Анна", cashier: true, ...body});
    assert.equal(problem(await add(other.id, {login: "Kassa.Secret"})), "login-taken");
    for (const login of ["x", "с кириллицей", "a b", "<b>x</b>"]) assert.equal((await add(mine.id, {login})).status, 422, login);
    assert.equal(problem(await add(mine.id, {login: "nobody", cashier: false})), "roles-missing");
    assert.equal((await add("912000000000000002", {login: "nobody"})).status, 404);
    assert.equal((await boss.get(`/staff/shops/${mine.id}/people/kassa.secret`)).body.works, true);
    assert.equal((await boss.get(`/staff/shops/${other.id}/people/kassa.secret`)).status, 404);
    for (const act of ["switch", "password", "roles"])
      assert.equal((await boss.post(`/staff/shops/${other.id}/people/kassa.secret/${act}`)).status, 404, act);
    await server.end();
    const [[password]] = server.rows("SELECT password FROM shop_person WHERE login = 'kassa.secret'");
    const answers = server.rows("SELECT answer FROM command_log WHERE answer IS NOT NULL").join();
    await server.run();
    assert.match(password, /^\$argon2id\$/);
    for (const secret of [mine.key, person.password]) assert.ok(!answers.includes(secret));
  });
});

// ---- people ----

describe("IN-3: the shop's people", () => {
  test("each role opens what is its, nobody comes in without signing in", async () => {
    const pages = {"/shop": "owner orders money", "/shop/keys": "owner", "/shop/people": "owner", "/till": "cashier",
                   "/shop/till": "cashier", "/shop/reports": "owner money",
                   "/shop/callbacks": "owner orders", "/shop/password": "owner orders money cashier"};
    for (const role of ["owner", "orders", "money", "cashier"]) {
      const person = await (await addPerson(server, boss, shop.id, `only.${role}`, role)).signIn();
      for (const [page, roles] of Object.entries(pages)) {
        if (page === "/shop") continue; // told to whoever works there
        const answer = await person.get(page);
        assert.equal(answer.status, roles.split(" ").includes(role) ? 200 : 403, `${role} ${page}`);
        if (answer.status === 403) assert.equal(problem(answer), "shop-role-missing");
      }
      const browser = await person.browser();
      assert.equal(browser.path, role === "cashier" ? "/shop/till" : "/shop", role);
      assert.equal(browser.html.includes("/shop/keys"), role === "owner");
    }
    for (const page of Object.keys(pages)) {
      assert.equal((await server.get(page)).status, 401, page);
      const visitor = server.browser();
      await visitor.go(page);
      assert.equal(visitor.path, "/shop/signin", page);
    }
  });

  test("IN-6: signed in one goes on to the page that one asked for, never to another site", async () => {
    const kassa = await addPerson(server, boss, shop.id, "kassa.next");
    for (const asked of ["/till", "/shop/till?phone=%2B79161234567"]) {
      const visitor = server.browser(), [path, query] = asked.split("?");
      await visitor.go(asked);
      await visitor.send("/shop/signin", {login: kassa.login, password: kassa.password});
      assert.equal(visitor.path, path);
      if (query) assert.match(visitor.html, /value="\+79161234567"/);
    }
    for (const foreign of ["//evil.example/", "https://evil.example/", ""]) {
      const {body} = await new Person(server, kassa.login, kassa.password).post("/shop/signin",
        {login: kassa.login, password: kassa.password, next: foreign});
      assert.equal(body.next, "/shop/till", foreign);
    }
  });

  test("the owner adds people of his shop, changes what they may do, ends them at once; not himself", async () => {
    const clerk = await addPerson(server, owner, shop.id, "clerk.one", "orders");
    await clerk.signIn();
    assert.equal((await clerk.get("/shop")).status, 200);
    assert.equal((await clerk.get("/shop/people")).status, 403);
    assert.equal((await clerk.post("/shop/people", {login: "clerk.x", name: "Икс", owner: true})).status, 403);
    assert.equal((await owner.post("/shop/people/clerk.one/roles", {money: true, cashier: true})).status, 200);
    assert.equal(problem(await owner.post("/shop/people/clerk.one/roles")), "roles-missing");
    const held = (await owner.get("/shop/people/clerk.one")).body.roles.filter(({held: has}) => has).map(({name}) => name);
    assert.deepEqual(held, ["money", "cashier"]);
    assert.equal((await clerk.get("/till")).status, 200, "from the next request on");
    const fresh = (await owner.post("/shop/people/clerk.one/password")).body;
    assert.equal((await clerk.get("/shop")).status, 401, "signed out by another password");
    assert.equal(problem(await clerk.post("/shop/signin", {login: "clerk.one", password: clerk.password})), "sign-in-wrong");
    clerk.password = fresh.password;
    await clerk.signIn();
    for (let times = 0; times < 2; times++) // a form sent twice
      assert.equal((await owner.post("/shop/people/clerk.one/switch", {to: "off"})).status, 200);
    assert.equal((await clerk.get("/shop")).status, 401, "ended");
    assert.equal(problem(await clerk.post("/shop/signin", {login: "clerk.one", password: clerk.password})), "sign-in-wrong");
    for (const act of ["switch", "password", "roles"]) {
      const own = await owner.post(`/shop/people/owner.one/${act}`, act === "roles" ? {cashier: true} : {});
      assert.deepEqual([own.status, problem(own)], [403, "own-membership"], act);
      assert.equal((await stranger.post(`/shop/people/clerk.one/${act}`, act === "roles" ? {cashier: true} : {})).status, 404, act);
    }
    assert.equal((await stranger.get("/shop/people/clerk.one")).status, 404);
    assert.ok(!(await stranger.get("/shop/people")).text.includes("clerk.one"));
  });

  test("the first password was seen by who gave it: one changes it by it; other sessions end, tries are counted", async () => {
    const person = await (await addPerson(server, boss, shop.id, "kassa.fresh")).signIn();
    const elsewhere = await new Person(server, person.login, person.password).signIn();
    const change = (password, fresh) => person.post("/shop/password", {password, fresh});
    for (const weak of ["short", "kassa.fresh", "111111111111"])
      assert.equal(problem(await change(person.password, weak)), "password-weak", weak);
    assert.equal(problem(await change("wrong", "Совсем другой пароль")), "password-wrong");
    assert.equal((await change(person.password, "Совсем другой пароль")).status, 200);
    assert.equal((await person.get("/till")).status, 200, "this session stays");
    assert.equal((await elsewhere.get("/till")).status, 401);
    assert.equal(problem(await elsewhere.post("/shop/signin", {login: person.login, password: person.password})), "sign-in-wrong");
    person.password = "Совсем другой пароль";
    await person.signIn();
    for (let tries = 0; tries < 5; tries++) assert.equal((await change("wrong", "Ещё один такой пароль")).status, 422);
    assert.equal((await change(person.password, "Ещё один такой пароль")).status, 429);
  });

  test("another site cannot act in a shop's cabinet, whatever it sends", async () => {
    const cookie = {Cookie: `shop=${owner.cookie}`};
    const send = async (path, type, body, headers) =>
      (await fetch(server.url + path, {method: "POST", redirect: "manual", body, headers: {
        Accept: "application/json", "Content-Type": type, ...cookie, ...headers}})).status;
    for (const path of ["/shop/people", "/shop/keys", "/shop/callbacks", "/shop/password", "/shop/people/only.money/switch",
                        "/shop/people/only.money/roles", "/shop/people/only.money/password", "/shop/signout", "/till"]) {
      for (const headers of [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {Origin: "https://evil.example"},
                             {Origin: "null"}])
        assert.equal(await send(path, "application/json", "{}", headers), 403, `${path} ${JSON.stringify(headers)}`);
      assert.equal(await send(path, "text/plain", "{}", {}), 415, path);
      assert.equal(await send(path, "application/x-www-form-urlencoded", "", {}), 403, `${path}: a form without its token`);
    }
    assert.equal((await owner.get("/shop")).status, 200, "signed in still");
    assert.equal((await owner.get("/shop/people/only.money")).body.works, true);
    assert.equal((await owner.post("/shop/people", {login: "by.json", name: "Анна", money: true})).status, 200, "its own page may");
  });

  test("signed out, and in a shop that is closed, one is nobody", async () => {
    const mine = await openShop(boss, "Закроется"), person = await addPerson(server, boss, mine.id, "closing.one", "owner");
    const browser = await person.browser();
    assert.equal(browser.path, "/shop");
    assert.match(browser.html, /Закроется/);
    await browser.send("/shop/signout");
    await browser.go("/shop");
    assert.equal(browser.path, "/shop/signin");
    await person.signIn();
    await boss.post(`/staff/shops/${mine.id}/switch`);
    assert.equal((await person.get("/shop")).status, 401);
    assert.equal(problem(await person.post("/shop/signin", {login: person.login, password: person.password})), "sign-in-wrong");
    assert.equal(await signed(mine, mine.key), bad);
    await boss.post(`/staff/shops/${mine.id}/switch`);
    await person.signIn();
    assert.equal(await signed(mine, mine.key), good);
  });

  test("guesses at the sign-in are counted, the same for a login that is nobody's", async () => {
    await addPerson(server, boss, shop.id, "kassa.guess");
    for (const login of ["kassa.guess", "kassa.nobody"]) {
      for (let tries = 0; tries < 5; tries++)
        assert.equal(problem(await server.post("/shop/signin", {login, password: "wrong"})), "sign-in-wrong", login);
      assert.equal((await server.post("/shop/signin", {login, password: "wrong"})).status, 429, login);
    }
  });
});

// ---- keys ----

describe("IN-3: keys", () => {
  const ends = async (id) => (await boss.get(`/staff/shops/${id}/keys`)).body.keys;

  test("a new one stands beside the older, which ends when its maker says; never more than two are good", async () => {
    const mine = await openShop(boss, "Ключи");
    const make = (when) => boss.post(`/staff/shops/${mine.id}/keys`, {ends: when});
    const second = (await make("week")).body.key;
    assert.deepEqual([await signed(mine, mine.key), await signed(mine, second)], [good, good]);
    const third = await make("day");
    assert.deepEqual([third.status, problem(third)], [409, "keys-many"]);
    const [newest, oldest] = await ends(mine.id);
    assert.deepEqual([newest.good, newest.ends, oldest.good], [true, null, true]);
    const left = new Date(oldest.ends) - Date.now();
    assert.ok(left > 6.9 * 86400000 && left < 7.1 * 86400000, "in a week");
    assert.equal((await boss.post(`/staff/shops/${mine.id}/keys/${newest.id}/end`)).status, 404, "the newest has no end");
    assert.equal((await boss.post(`/staff/shops/${other.id}/keys/${oldest.id}/end`)).status, 404, "another shop's");
    assert.equal((await boss.post(`/staff/shops/${mine.id}/keys/${oldest.id}/end`)).status, 200);
    assert.deepEqual([await signed(mine, mine.key), await signed(mine, second)], [bad, good]);
    const day = (await make("day")).body.key, last = (await make("now")).body.key;
    assert.deepEqual([await signed(mine, second), await signed(mine, day), await signed(mine, last)], [bad, bad, good]);
    assert.deepEqual((await ends(mine.id)).map((key) => key.good), [true, false, false, false]);
    assert.equal((await make("tomorrow")).status, 422);
  });

  test("the owner changes them with his password, which is counted; another shop's key is as a missing one", async () => {
    const keys = (body) => owner.post("/shop/keys", body);
    assert.equal((await keys({ends: "day"})).status, 422);
    assert.equal(problem(await keys({ends: "day", password: "wrong"})), "password-wrong");
    const made = await keys({ends: "day", password: owner.password});
    assert.equal(made.status, 200, made.text);
    assert.deepEqual([await signed(shop, shop.key), await signed(shop, made.body.key)], [good, good]);
    const listed = await owner.get("/shop/keys");
    assert.ok(!listed.text.includes(made.body.key) && !listed.text.includes(shop.key));
    const older = listed.body.keys.find(({ending}) => ending).id;
    const end = (who, body) => who.post(`/shop/keys/${older}/end`, body);
    assert.equal((await end(stranger, {password: stranger.password})).status, 404);
    assert.equal((await stranger.get(`/shop/keys/${older}/end`)).status, 404);
    assert.equal((await owner.get(`/shop/keys/${older}/end`)).status, 200);
    assert.equal(problem(await end(owner, {password: "wrong"})), "password-wrong");
    assert.equal((await end(owner, {password: owner.password})).status, 200);
    assert.deepEqual([await signed(shop, shop.key), await signed(shop, made.body.key)], [bad, good]);
    for (let times = 0; times < 6; times++)
      assert.equal((await keys({ends: "now", password: owner.password})).status, 200, "a right password is no guess");
    const guesser = await (await addPerson(server, boss, shop.id, "owner.guess", "owner")).signIn();
    for (let tries = 0; tries < 5; tries++)
      assert.equal((await guesser.post("/shop/keys", {ends: "now", password: "wrong"})).status, 422);
    assert.equal((await guesser.post("/shop/keys", {ends: "now", password: guesser.password})).status, 429);
  });

  test("by pages, without scripts: a wrong password keeps the form, the key is shown once", async () => {
    const person = await addPerson(server, boss, other.id, "owner.pages", "owner"), browser = await person.browser();
    await browser.go("/shop/keys");
    await browser.send("/shop/keys", {ends: "week", password: "wrong"});
    assert.equal(browser.status, 422);
    assert.match(browser.html, /Пароль не подходит/);
    await browser.send("/shop/keys", {ends: "week", password: person.password});
    assert.match(browser.html, /Показываем один раз/);
    const [, key] = /<dd class="code">([\w-]{43})<\/dd>/.exec(browser.html);
    assert.equal(await signed(other, key), good);
    await browser.go("/shop");
    assert.match(browser.html, /Прежний ключ перестанет действовать/);
    await browser.go("/shop/keys");
    await browser.send("/shop/keys", {ends: "week", password: person.password});
    assert.equal(browser.status, 409);
    assert.match(browser.html, /<a href="#f-ends">Два ключа уже действуют/, "beside the field, the form kept");
    assert.match(browser.html, /<option value="week" selected>/);
    await browser.go("/shop/people");
    await browser.send("/shop/people", {login: "kassa.roles", name: "Анна"});
    assert.equal(browser.status, 422);
    assert.match(browser.html, /<a href="#f-owner">Отметьте/);
    assert.match(browser.html, /value="kassa.roles"/, "nothing typed is lost");
  });
});

// ---- a database of the version in which shops were the till's ----

function asBefore() {
  const bytes = database === "postgres" ? "BYTEA" : "BLOB";
  for (const command of [
    `CREATE TABLE till_shop (id BIGINT NOT NULL PRIMARY KEY, title TEXT NOT NULL, sealed_key ${bytes} NOT NULL, ` +
      "open BIGINT NOT NULL, made BIGINT NOT NULL)",
    "CREATE TABLE till_cashier (login TEXT NOT NULL PRIMARY KEY, shop BIGINT NOT NULL, password TEXT NOT NULL, " +
      "open BIGINT NOT NULL, made BIGINT NOT NULL)",
    `CREATE TABLE till_session (hash ${bytes} NOT NULL PRIMARY KEY, login TEXT NOT NULL, expires BIGINT NOT NULL)`,
    "INSERT INTO till_shop SELECT shop.id, title, sealed, open, shop.made FROM shop JOIN shop_key ON shop_key.shop = shop.id",
    "INSERT INTO till_cashier SELECT login, shop, password, open, made FROM shop_person",
    ...["shop", "shop_key", "shop_person", "shop_session", "shop_callback", "shop_callback_attempt"].map((table) => `DROP TABLE ${table}`),
    "DELETE FROM store_migration WHERE feature = 'shops'",
    "DELETE FROM store_migration WHERE feature = 'till' AND number >= 2",
  ]) older.sql(command);
}

let older;
test("IN-3: an older database keeps its shops, cashiers and keys", async () => {
  older = await Server.start({company: "Рассрочка"});
  try {
    const {boss: member} = await staff(older, {boss: "catalogue"});
    const mine = await openShop(member, "Прежний"), person = await addPerson(older, member, mine.id, "kassa.old");
    const gone = await addPerson(older, member, mine.id, "kassa.gone");
    await member.post(`/staff/shops/${mine.id}/people/kassa.gone/switch`);
    await older.end();
    asBefore();
    await older.run();
    assert.throws(() => older.rows("SELECT id FROM till_shop"));
    const seen = (await member.get(`/staff/shops/${mine.id}`)).body;
    const {people} = (await member.get(`/staff/shops/${mine.id}/people`)).body;
    const {keys} = (await member.get(`/staff/shops/${mine.id}/keys`)).body;
    assert.deepEqual([seen.title, seen.legal, seen.open, seen.test], ["Прежний", "", true, false]);
    assert.deepEqual(people.map(({login, works, roles_text: roles}) => [login, works, roles]),
                     [["kassa.gone", false, "Кассир"], ["kassa.old", true, "Кассир"]]);
    assert.deepEqual(keys.map(({id, good: works}) => [id, works]), [[mine.id, true]]);
    const browser = await person.browser();
    assert.equal(browser.path, "/shop/till");
    assert.equal(await signed(mine, mine.key, older), good);
    assert.equal(problem(await gone.post("/shop/signin", {login: gone.login, password: gone.password})), "sign-in-wrong");
  } finally {
    await older.stop();
  }
});
