// The catalogue of providers as staff change it (BO-4): in versions, without restart, what is about money by two people
// (BO-2); payments under way keep the terms that were shown. And operators, found by the number (WA-3).

import assert from "node:assert/strict";
import {after, before, describe, test} from "node:test";

import {providerCount} from "../support/catalogue.mjs";
import {cards, startBoth} from "../support/sandbox.mjs";
import {Server, database, newKey} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";
import {Wallets, limits, problem, until} from "../support/wallet.mjs";

const settings = {
  limits, payments: {catalogue_file: "profiles/catalogue.json", check_life: "10m"},
  ...(database === "postgres" ? {several_nodes: "true", node: "1"} : {}),
};
let both, server, sandbox, wallets, people, reader;

before(async () => {
  both = await startBoth(settings, {slow: 200, late: 1500});
  ({server, sandbox} = both);
  wallets = new Wallets(both);
  people = await staff(server, {editor: "catalogue", second: "catalogue", finance: "finance", support: "support", admin: "admin"});
  reader = await server.customer();
  await until(async () => (await list()).length, (count) => count === providerCount);
});
after(() => both?.stop());

const list = async (query = "") => (await people.editor.get(`/staff/providers?${query}`)).body.providers;
const codes = async (query) => (await list(query)).map(({code}) => code).sort();
const idOf = async (code) => (await list(`q=${code}`)).find((found) => found.code === code).id;
const read = async (id) => (await people.editor.get(`/staff/providers/${id}`)).body;
const act = (who, path, body) => who.post(path, body, {key: newKey()});
// Another version; change: what becomes of its JSON. The answer.
async function save(id, change, {who = people.editor, reason, version} = {}) {
  const now = await read(id), provider = structuredClone(now.provider);
  change(provider);
  return act(who, `/staff/providers/${id}`, {version: version ?? now.version, provider, ...(reason ? {reason} : {})});
}
const saved = async (id, change) => {
  const answer = await save(id, change);
  assert.equal(answer.status, 200, answer.text);
  return answer.body.version;
};
async function confirm(approval, who = people.second) {
  const {body} = await who.get(`/staff/approvals/${approval}`);
  return act(who, `/staff/approvals/${approval}/confirm`, body.seen ? {seen: body.seen} : {});
}
// A change that a second person confirms, done.
async function agreed(id, change, reason = "Письмо получателя") {
  const asked = await save(id, change, {reason});
  assert.equal(asked.status, 201, asked.text);
  const done = await confirm(asked.body.approval);
  assert.equal(done.status, 200, done.text);
}
const places = (answer) => {
  assert.equal(answer.status, 422, answer.text);
  return answer.body.errors.map(({field}) => field).sort();
};
const shown = (code, at = server) => at.get(`/pay/${code}`, {token: reader.token});
const order = (who, code, fields) => server.post(`/pay/${code}`, fields, {token: who.token, key: newKey()});
const payment = async (who, id) => (await server.get(`/payments/${id}`, {token: who.token})).body;
const pay = (who, id) => server.post(`/payments/${id}/confirm`, {}, {token: who.token, key: newKey()});
async function checked(who, code, fields, state = "checked") {
  const {status, body, text} = await order(who, code, fields);
  assert.equal(status, 201, text);
  return until(() => payment(who, body.id), (found) => found.state === state, 60000);
}

describe("the list (BO-4)", () => {
  test("by words, category and state; who changed last", async () => {
    assert.deepEqual(await codes("q=" + encodeURIComponent("СЧЁТЧИК")), ["power"]);
    assert.deepEqual(await codes("category=state"), ["duty", "fine"]);
    assert.deepEqual(await codes("state=off"), []);
    assert.equal((await codes("")).length, providerCount);
    const [row] = await list("q=power");
    assert.deepEqual([row.version, row.on, row.changed_by], [1, true, null]);
    assert.equal((await people.support.get("/staff/providers")).status, 403);
    assert.equal((await people.editor.get("/staff/providers/12345")).status, 404);
    assert.equal((await people.editor.get("/staff/providers/12345/versions")).status, 404);
  });

  test("every provider read and written back is the same: the form knows all there is", async () => {
    for (const {id, code} of await list()) {
      const answer = await save(id, () => {});
      assert.deepEqual([answer.status, answer.body.version], [200, 1], `${code}: ${answer.text}`);
    }
  });
});

describe("a change at once (BO-4)", () => {
  test("is a version, effective without restart, in the trail", async () => {
    const id = await idOf("tv");
    assert.equal(await saved(id, (provider) => { provider.title.ru = "Телевидение «Зенит»"; provider.sum.max = "9000.00"; }), 2);
    await until(async () => (await shown("tv")).body, ({title, most}) => title === "Телевидение «Зенит»" && most.amount === "9000.00");
    const [row] = await list("q=tv");
    assert.deepEqual([row.version, row.changed_by], [2, "editor"]);
    const {body: {rows}} = await people.admin.get("/staff/audit?action=catalogue.provider");
    assert.ok(rows.some(({detail}) => /tv, 2: .*title\.ru: Телевидение «Эфир» → Телевидение «Зенит»/.test(detail)), JSON.stringify(rows));
  });

  test("on top of another's version it is refused, and nothing is overwritten", async () => {
    const id = await idOf("school"), old = (await read(id)).version;
    await saved(id, (provider) => { provider.search = "гимназия"; });
    const late = await save(id, (provider) => { provider.search = "лицей"; }, {version: old, who: people.second});
    assert.equal(problem(late), "version-stale");
    assert.equal((await read(id)).provider.search, "гимназия");
    const [one, other] = await Promise.all(["один", "два"].map((search) =>
      save(id, (provider) => { provider.search = search; }, {version: old + 1})));
    assert.deepEqual([one.status, other.status].sort(), [200, 409]);
    assert.equal((await read(id)).version, old + 2);
  });

  test("what is wrong is told at its place, all at once, and nothing is kept", async () => {
    const id = await idOf("power"), {version} = await read(id);
    const wrong = async (change) => places(await save(id, change, {reason: "Проверка отказа"}));
    assert.deepEqual(await wrong((p) => { delete p.title.ru; p.sum.min = "много"; p.fields[1].pattern = "("; }),
                     ["fields[1].pattern", "sum.min", "title.ru"].sort());
    assert.deepEqual(await wrong((p) => { p.category = "nothing"; }), ["category"]);
    assert.deepEqual(await wrong((p) => { p.code = "other"; }), ["code"]);
    assert.deepEqual(await wrong((p) => { p.service.url = "http://example.org/"; }), ["service.url"]);
    assert.deepEqual(await wrong((p) => { p.fee = {percent: "101.00"}; }), ["fee.percent"]);
    assert.deepEqual(await wrong((p) => { p.fields = []; }), ["fields"]);
    assert.deepEqual(await wrong((p) => { p.colour = "red"; }), ["colour"]);
    assert.deepEqual(await wrong((p) => { p.numbers = ["495"]; }), ["numbers"]);
    assert.deepEqual(await wrong((p) => { p.numbers = ["916"]; }), ["numbers"], "its field is no phone number");
    const second = (more) => (p) => { p.fields[1] = {...p.fields[1], pattern: undefined, example: undefined, ...more}; };
    assert.deepEqual(await wrong(second({check: "account"})), ["fields[1].check"], "there is no BIK");
    assert.deepEqual(await wrong(second({check: "card"})), ["fields[1].check"], "it is not the first field");
    assert.deepEqual(await wrong(second({type: "choice"})), ["fields[1].choices"]);
    assert.deepEqual(await wrong(second({type: "choice", choices: ["titleless"]})), ["fields[1].choices"]);
    assert.deepEqual(await wrong(second({choices: ["1 One"]})), ["fields[1].choices"], "it is no choice");
    assert.deepEqual(await wrong((p) => { p.rail = "bank"; delete p.service.user; }), ["service.user"]);
    assert.equal((await read(id)).version, version);
    const path = `/staff/providers/${id}`;
    assert.equal((await act(people.editor, path, {version, provider: "text"})).status, 422);
    assert.equal((await act(people.editor, path, {version})).status, 422);
    assert.equal((await act(people.editor, path, {provider: {}})).status, 422, "without the version it was made on");
  });

  test("switched off it takes nothing at once; on again it does", async () => {
    const who = await wallets.rich("100.00"), id = await idOf("game");
    const turn = (on) => people.editor.post(`/staff/providers/${id}/switch`, {on});
    assert.equal((await turn(false)).body.version, 2);
    assert.equal((await turn(false)).body.version, 2, "twice is once");
    await until(async () => (await shown("game")).body.on, (on) => !on);
    assert.equal(problem(await order(who, "game", {account: "Боец", sum: "10.00"})), "provider-unavailable");
    assert.deepEqual(await codes("state=off"), ["game"]);
    assert.equal((await turn(true)).body.version, 3);
    await until(async () => (await shown("game")).body.on, (on) => on);
    assert.equal((await order(who, "game", {account: "Боец", sum: "10.00"})).status, 201);
  });

  test("killed as soon as it is answered: it is there, and effective", async () => {
    const id = await idOf("loan");
    await saved(id, (provider) => { provider.title.ru = "Займ «Послезавтра»"; });
    await server.end("SIGKILL");
    await server.run();
    await until(async () => (await shown("loan")).body.title, (title) => title === "Займ «Послезавтра»");
    assert.equal((await read(id)).version, 2);
  });
});

describe("a change about money (BO-2, BO-4)", () => {
  test("a fee: with a reason, by another, once; then effective", async () => {
    const id = await idOf("power"), {version} = await read(id), raise = (provider) => { provider.fee = {percent: "0.70"}; };
    assert.deepEqual(places(await save(id, raise)), ["reason"]);
    const asked = await save(id, raise, {reason: "Новый договор"});
    assert.equal(asked.status, 201, asked.text);
    assert.equal((await read(id)).version, version, "not yet");
    const seen = (await people.second.get(`/staff/approvals/${asked.body.approval}`)).body;
    assert.ok(seen.facts.some(({before, after}) => before === "0.50" && after === "0.70"), JSON.stringify(seen.facts));
    assert.equal(problem(await confirm(asked.body.approval, people.editor)), "own-request");
    assert.equal((await confirm(asked.body.approval, people.support)).status, 403);
    assert.equal((await confirm(asked.body.approval, people.finance)).status, 200);
    assert.notEqual((await confirm(asked.body.approval)).status, 200, "once");
    assert.equal((await read(id)).version, version + 1);
    await until(async () => (await shown("power")).body.fee.percent, (percent) => /^0[.,]7$/.test(percent));
  });

  test("what was saved since is not overwritten by a late confirmation", async () => {
    const id = await idOf("power");
    const asked = await save(id, (provider) => { provider.fee = {percent: "5.00"}; }, {reason: "Новый договор"});
    const version = await saved(id, (provider) => { provider.search = "свет энергосбыт счётчик киловатт"; });
    assert.equal(problem(await confirm(asked.body.approval)), "version-stale");
    const now = await read(id);
    assert.deepEqual([now.version, now.provider.fee.percent], [version, "0.70"]);
  });

  test("WA-3: a payment keeps the terms that it showed: with another fee it ends unpaid, with another title it is paid", async () => {
    const who = await wallets.rich("1000.00"), id = await idOf("power");
    const dear = await checked(who, "power", {account: "1234567890", sum: "100.00"});
    await agreed(id, (provider) => { provider.fee = {percent: "0.90"}; });
    await until(async () => (await shown("power")).body.fee.percent, (percent) => /^0[.,]9$/.test(percent));
    assert.equal(problem(await pay(who, dear.id)), "terms-changed");
    const end = await payment(who, dear.id);
    assert.deepEqual([end.state, end.reason], ["rejected", "changed"]);
    assert.equal(await wallets.balance(who), "1000.00");
    const same = await checked(who, "power", {account: "1234567890", sum: "100.00"});
    await saved(id, (provider) => { provider.title.ru = "Электричество «Лампа»"; provider.sum.min = "200.00"; });
    await until(async () => (await shown("power")).body.title, (title) => title === "Электричество «Лампа»");
    assert.equal((await pay(who, same.id)).status, 200);
    assert.equal((await until(() => payment(who, same.id), ({state}) => state === "done", 60000)).fee.amount, "0.90");
    assert.equal(await wallets.balance(who), "899.10");
  });

  test("WA-3: switched off between check and confirmation it ends unpaid", async () => {
    const who = await wallets.rich("100.00"), id = await idOf("school");
    const {id: begun} = await checked(who, "school", {account: "123456789", sum: "50.00"});
    await people.editor.post(`/staff/providers/${id}/switch`, {on: false});
    await until(async () => (await shown("school")).body.on, (on) => !on);
    assert.equal(problem(await pay(who, begun)), "terms-changed");
    assert.equal((await payment(who, begun)).state, "rejected");
    assert.equal(await wallets.balance(who), "100.00");
    await people.editor.post(`/staff/providers/${id}/switch`, {on: true});
    await until(async () => (await shown("school")).body.on, (on) => on);
  });

  test("the password: by two, never shown; a wrong one is refused by the service, the right one is not", {timeout: 270000}, async () => {
    const who = await wallets.rich("100.00"), id = await idOf("internet"), fields = {account: "ivanov", sum: "20.00"};
    const set = async (password) => {
      const asked = await act(people.editor, `/staff/providers/${id}/password`, {password, reason: "Смена по договору"});
      assert.equal(asked.status, 201, asked.text);
      const seen = (await people.second.get(`/staff/approvals/${asked.body.approval}`)).text;
      assert.ok(!seen.includes(password));
      assert.equal((await confirm(asked.body.approval)).status, 200);
    };
    await set("wrong-secret-1");
    const page = await people.editor.get(`/staff/providers/${id}`);
    assert.deepEqual([page.body.password_set, page.body.version], [true, 2]);
    await until(async () => (await list("q=internet"))[0].version, (version) => version === 2);
    const asked = (await order(who, "internet", fields)).body.id;
    await server.givesUp(asked);
    await until(() => payment(who, asked), ({state}) => state === "unchecked");
    await set("kabinet-osmp");
    await until(async () => (await list("q=internet"))[0].version, (version) => version === 3);
    await checked(who, "internet", fields);
    for (const path of [`/staff/providers/${id}`, `/staff/providers/${id}/versions`])
      assert.ok(!/wrong-secret|kabinet-osmp/.test((await people.editor.get(path)).text));
    const {versions} = (await people.editor.get(`/staff/providers/${id}/versions`)).body;
    assert.deepEqual(versions.map(({version, changes, by}) => [version, changes.length, by]),
                     [[3, 0, "editor"], [2, 0, "editor"], [1, 0, null]]);
  });

  test("a new provider: by two; its code is nobody else's, even when asked for twice", async () => {
    const who = await wallets.rich("100.00"), {provider} = await read(await idOf("tv"));
    const fresh = {...provider, code: "tv-two", title: {ru: "Телевидение «Второе»"}};
    const add = (more, reason = "Подключаем") => act(people.editor, "/staff/providers", {provider: {...fresh, ...more}, reason});
    assert.deepEqual(places(await add({code: "tv"})), ["code"]);
    assert.deepEqual(places(await add({code: "Т"})), ["code"]);
    assert.deepEqual(places(await act(people.editor, "/staff/providers", {provider: fresh})), ["reason"]);
    const [one, other] = [await add(), await add()];
    assert.deepEqual([one.status, other.status], [201, 201]);
    assert.equal((await shown("tv-two")).status, 404);
    assert.equal((await confirm(one.body.approval)).status, 200);
    assert.equal(problem(await confirm(other.body.approval)), "provider-unsound");
    await until(async () => (await shown("tv-two")).status, (status) => status === 200);
    const {id} = await checked(who, "tv-two", {account: "12345678901", sum: "60.00"});
    await pay(who, id);
    await until(() => payment(who, id), ({state}) => state === "done", 60000);
    assert.equal(await wallets.balance(who), "40.00");
  });
});

describe("versions (BO-4)", () => {
  test("who, when, what; an old one comes back as a new one, of a fee by two", async () => {
    const id = await idOf("water"), path = `/staff/providers/${id}/versions`;
    await saved(id, (provider) => { provider.title.ru = "Вода"; provider.fields[0].hint = {ru: "С квитанции"}; });
    await agreed(id, (provider) => { provider.fee.percent = "2.00"; });
    const {versions, current_version: current} = (await people.editor.get(path)).body;
    assert.equal(current, 3);
    assert.deepEqual(versions.map(({version, by}) => [version, by]), [[3, "editor"], [2, "editor"], [1, null]]);
    assert.deepEqual(versions[0].changes.map(({place, before, after}) => [place, before, after]), [["fee.percent", "1.00", "2.00"]]);
    assert.deepEqual(versions[1].changes.map(({place, after}) => [place, after]).sort(),
                     [["fields[0].hint.ru", "С квитанции"], ["title.ru", "Вода"]]);
    const back = (number, body) => act(people.editor, `${path}/${number}`, body);
    assert.equal(problem(await back(1, {version: 2})), "version-stale");
    assert.equal((await back(9, {version: 3})).status, 404);
    assert.deepEqual(places(await back(1, {version: 3})), ["reason"]);
    const asked = await back(1, {version: 3, reason: "Как было"});
    assert.equal(asked.status, 201, asked.text);
    assert.equal((await confirm(asked.body.approval)).status, 200);
    const now = await read(id);
    assert.deepEqual([now.version, now.provider.fee.percent, now.provider.title.ru],
                     [4, "1.00", "Вода и отопление «Тепловодоканал»"]);
    assert.equal(await saved(id, (provider) => { provider.search = "вода"; }), 5);
    assert.equal((await back(4, {version: 5})).body.version, 6, "of words alone at once");
  });
});

describe("categories (BO-4)", () => {
  test("added, renamed, put in order; one on top of another's change is refused", async () => {
    const all = async () => (await people.editor.get("/staff/categories")).body.categories;
    const fields = {title_ru: "Транспорт", title_en: "Transport", icon: "card", order: 5};
    const added = await people.editor.post("/staff/categories", {code: "transport", ...fields});
    assert.equal(added.status, 201, added.text);
    assert.deepEqual(places(await people.editor.post("/staff/categories", {code: "transport", ...fields})), ["code"]);
    assert.deepEqual(places(await people.editor.post("/staff/categories", {code: "Т", ...fields})), ["code"]);
    assert.deepEqual((await all()).map(({code}) => code).slice(0, 3), ["mobile", "transport", "transfers"]);
    const change = (body) => people.editor.post("/staff/categories/transport", {...fields, ...body});
    assert.equal((await change({version: 1, title_ru: "Проезд", order: 15})).body.version, 2);
    assert.equal(problem(await change({version: 1, title_ru: "Поезд"})), "version-stale");
    assert.equal((await people.editor.post("/staff/categories/nothing", {...fields, version: 1})).status, 404);
    const [, , , mine] = await all();
    assert.deepEqual([mine.code, mine.title_ru, mine.version, mine.changed_by], ["transport", "Проезд", 2, "editor"]);
    await until(async () => (await server.get("/pay", {token: reader.token})).body.categories.map(({title}) => title),
                (titles) => titles.includes("Проезд"));
  });
});

describe("operators (WA-3)", () => {
  test("the number says whose it is; an unknown one asks; a ported one is chosen by hand", async () => {
    const who = await wallets.rich("1000.00");
    const mine = await checked(who, "mobile", {account: "8 (916) 123-45-67", sum: "10.00"});
    assert.deepEqual([mine.code, mine.provider, mine.finder], ["mts", "МТС", "mobile"]);
    assert.equal((await checked(who, "mobile", {account: "9201112233", sum: "10.00"})).code, "megafon");
    assert.equal((await checked(who, "mobile", {account: "+7 903 111-22-33", sum: "10.00"})).code, "beeline");
    assert.deepEqual(places(await order(who, "mobile", {account: "9971", sum: "10.00"})), ["account"]);
    assert.deepEqual(places(await order(who, "mobile", {sum: "10.00"})), ["account"]);
    assert.deepEqual(places(await order(who, "mobile", {account: "9541112233", sum: "10.00"})), ["operator"]);
    for (const operator of ["nobody", "power", "mobile"])
      assert.deepEqual(places(await order(who, "mobile", {account: "9541112233", sum: "10.00", operator})), ["operator"], operator);
    const ported = await checked(who, "mobile", {account: "9161234567", sum: "10.00", operator: "beeline"});
    assert.equal(ported.code, "beeline");
    assert.equal((await pay(who, ported.id)).status, 200);
    await until(() => payment(who, ported.id), ({state}) => state === "done", 60000);
    assert.equal(await wallets.balance(who), "990.00");
    const form = (await server.get(`/pay/mobile?repeat=${ported.id}&choose=true`, {token: who.token})).body;
    assert.deepEqual([form.choose, form.operator, form.fields[0].value], [true, "beeline", "9161234567"]);
    assert.equal(form.operators.length, 4);
  });

  test("numbers are changed by staff: the narrower range wins, without restart", async () => {
    const who = await wallets.rich("100.00"), id = await idOf("t2");
    await saved(id, (provider) => { provider.numbers.push("9160000000-9160009999"); });
    const found = async (account) => (await server.get(`/pay/mobile?account=${account}`, {token: who.token})).body.operator;
    await until(() => found("9160000001"), (code) => code === "t2");
    assert.equal(await found("9160010000"), "mts");
    assert.equal((await checked(who, "mobile", {account: "9160000001", sum: "10.00"})).code, "t2");
    const common = await idOf("mobile");
    assert.deepEqual(places(await save(common, (provider) => { provider.numbers = ["916"]; })), ["numbers"]);
    await people.editor.post(`/staff/providers/${id}/switch`, {on: false});
    await until(async () => (await shown("t2")).body.on, (on) => !on);
    assert.equal(problem(await order(who, "mobile", {account: "9160000001", sum: "10.00"})), "provider-unavailable");
  });
});

describe("two nodes (BO-4)", {skip: database === "postgres" ? false : "SQLite has one process"}, () => {
  let other;
  before(async () => (other = await Server.beside(server, {node: "2"})));
  after(() => other?.stop());

  test("what is changed at one is in force at the other, which was not restarted", async () => {
    const id = await idOf("duty");
    await until(async () => (await shown("duty", other)).status, (status) => status === 200);
    await saved(id, (provider) => { provider.title.ru = "Пошлины и сборы"; });
    await until(async () => (await shown("duty", other)).body.title, (title) => title === "Пошлины и сборы");
    await people.editor.post(`/staff/providers/${id}/switch`, {on: false});
    await until(async () => (await shown("duty", other)).body.on, (on) => !on);
    const who = await wallets.rich("100.00"), fields = {account: "0310491026000000000080000", sum: "10.00"};
    const refused = await other.post("/pay/duty", fields, {token: who.token, key: newKey()});
    assert.ok(["provider-unavailable"].includes(problem(refused)), refused.text);
  });
});
