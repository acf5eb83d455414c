// levels.test.mjs: identification levels over HTTP: raised by passport data, by documents that staff look at; what each
// allows and what is left of it; one person's cabinets (ID-16, ID-2, WA-14).

import assert from "node:assert/strict";
import {after, before, describe, test} from "node:test";

import {heavyPng, jpeg, jpegSize, png, upload} from "../support/pictures.mjs";
import {Server, database, problem, withServer} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";
import {until} from "../support/wallet.mjs";

const limits = {
  minimal: {balance: "15000.00", operation: "15000.00", month_out: "40000.00", month_in: "40000.00"},
  simplified: {balance: "60000.00", operation: "60000.00", month_out: "200000.00", month_in: "200000.00"},
  full: {balance: "600000.00"},
};

let nextPassport = 100000;
const details = (more = {}) => ({
  surname: "Иванова", name: "Анна", birth: "1990-04-12", passport: `45 10 ${nextPassport++}`, passport_date: "2011-05-20",
  passport_office: "770-001", snils: "112-233-445 95", ...more});

let server, members;
before(async () => {
  server = await Server.start({limits, wallet: {transfer_level: "simplified"}});
  members = await staff(server, {anna: "identification", boris: "identification", carl: "support"});
});
after(() => server?.stop());

const level = async (who, own = server) => (await own.get("/settings/level", who)).body;
const raise = (who, fields = details(), own = server) => own.post("/settings/level/passport", fields, who);

async function simplified(own = server) {
  const who = await own.customer();
  const answer = await raise(who, details(), own);
  assert.equal(answer.status, 200, answer.text);
  return who;
}

const send = (who, number, file, own = server) => upload(own, "/settings/level/documents", {number}, file, who);

// Both photos sent, the review asked for, its task found: {who, id, task}.
async function waiting(files = [jpeg(640, 480), jpeg(640, 480)]) {
  const who = await simplified();
  for (const [place, file] of files.entries()) {
    const answer = await send(who, place + 1, file);
    assert.equal(answer.status, 200, answer.text);
  }
  const known = new Set((await members.anna.get("/staff/tasks")).body.tasks.map(({id}) => id));
  assert.equal((await server.post("/settings/level/documents/send", {}, who)).body.review, "waiting");
  const task = (await members.anna.get("/staff/tasks")).body.tasks.find(({id}) => !known.has(id));
  return {who, task, path: `/staff/levels/${task.subject}`};
}

// ---- passport data ----

describe("ID-16: the simplified level by passport data", () => {
  test("raised at once: the limits are others, transfers to people begin, he is told", async () => {
    const who = await server.customer(), other = await server.customer();
    const before = await level(who);
    assert.deepEqual([before.level, before.next, before.review], ["minimal", "passport", "none"]);
    assert.deepEqual(before.left.month, {max: {amount: "40000.00", currency: "RUB"}, spent: {amount: "0.00", currency: "RUB"},
                                         rest: {amount: "40000.00", currency: "RUB"}, period: "month", percent: 0});
    assert.deepEqual(before.levels.map(({name, present, limits: {balance}}) => [name, present, balance.amount]),
                     [["minimal", true, "15000.00"], ["simplified", false, "60000.00"], ["full", false, "600000.00"]]);
    const key = "a".repeat(32);
    assert.equal(problem(await server.post("/transfers", {to: other.phone, sum: "10.00"}, {...who, key})), "level-too-low");
    const raised = await raise(who);
    assert.deepEqual([raised.status, raised.body.level], [200, "simplified"], raised.text);
    const now = await level(who);
    assert.deepEqual([now.level, now.next, now.left.month.max.amount], ["simplified", "documents", "200000.00"]);
    const poor = await server.post("/transfers", {to: other.phone, sum: "10.00"}, {...who, key: "b".repeat(32)});
    assert.equal(problem(poor), "not-enough-money", "the level is no obstacle any more");
    await until(() => server.messages(who.phone), (texts) => texts[0].includes("«Упрощённый»"));
    assert.equal((await server.get("/settings/profile", who)).body.name, "Анна И.");
    const other_view = await server.get("/settings/level", other);
    assert.equal(other_view.body.level, "minimal", "nobody else's");
  });

  test("each field is checked by its own digits, and says what is wrong", async () => {
    const who = await server.customer();
    const empty = await raise(who, {});
    assert.deepEqual(empty.body.errors.map(({field}) => field).sort(),
                     ["birth", "name", "passport", "passport_date", "passport_office", "surname"]);
    for (const [field, value] of [
      ["passport", "45 10 12345"], ["passport", "45 1O 123456"], ["passport_office", "770001x"], ["snils", "112-233-445 96"],
      ["snils", "112-233-445"], ["inn", "500100732258"], ["inn", "7707083893"], ["birth", "2090-01-01"], ["birth", "1890-01-01"],
      ["passport_date", "2090-01-01"], ["surname", "<b>"], ["name", "7"],
      ["passport_date", "2004-04-11"], // a day before his fourteenth birthday
      ["passport_date", "2010-04-11"], // before his twentieth: it ended then
    ]) {
      const answer = await raise(who, details({[field]: value}));
      assert.equal(answer.status, 422, `${field} ${value}: ${answer.text}`);
      assert.deepEqual(answer.body.errors.map((error) => error.field), [field], value);
    }
    const {snils, ...without} = details();
    const neither = await raise(who, without);
    assert.deepEqual(neither.body.errors.map(({field}) => field), ["snils"], "one of the two numbers");
    assert.equal((await level(who)).level, "minimal");
    assert.equal((await raise(who, {...without, inn: "500100732259"})).status, 200, "INN does as well");
  });

  test("nothing else can be sent; another level cannot be asked for", async () => {
    const who = await server.customer();
    for (const more of [{level: "full"}, {level: 3}, {customer: "1"}, {mail: "a@b.ru"}, {income: "1.00"}, {verified: true}])
      assert.equal((await raise(who, details(more))).status, 422, JSON.stringify(more));
    assert.equal((await level(who)).level, "minimal");
  });

  test("pressed twice, at once and later: raised once", async () => {
    const who = await server.customer(), fields = details();
    const answers = await Promise.all([1, 2, 3].map(() => raise(who, fields)));
    assert.deepEqual(answers.map(({status}) => status).sort(), [200, 409, 409]);
    assert.equal(problem(await raise(who, details())), "level-had");
    await server.end();
    assert.equal(server.rows(`SELECT customer FROM level_evidence WHERE customer = ${who.customer}`).length, 1);
    await server.run();
  });

  test("one person has at most five cabinets, whichever way the passport is written", async () => {
    const passport = "4509 654321";
    const people = [];
    for (const typed of [passport, "45 09 654321", "4509654321", "45 09 № 654321", "4509-654321"]) {
      people.push(await server.customer());
      assert.equal((await raise(people.at(-1), details({passport: typed}))).status, 200, typed);
    }
    const sixth = await server.customer();
    const answer = await raise(sixth, details({passport}));
    assert.deepEqual([answer.status, problem(answer)], [422, "too-many-cabinets"]);
    assert.equal((await level(sixth)).level, "minimal");
    const stranger = await raise(sixth, details({passport, birth: "1991-04-12"}));
    assert.equal(problem(stranger), "data-disagree", "the same passport, another birthday");
    assert.doesNotMatch(stranger.text, /Анна|1990/);
    assert.equal((await raise(sixth, details())).status, 200, "another passport");
  });

  test("two cabinets at once for the last place: one of them", async () => {
    await withServer({limits, levels: {cabinets: "1"}}, async (own) => {
      const [one, two] = [await own.customer(), await own.customer()];
      const fields = details();
      const answers = await Promise.all([raise(one, fields, own), raise(two, fields, own)]);
      assert.deepEqual(answers.map(({status}) => status).sort(), [200, 422]);
    });
  });

  test("what was typed is not in the database as it is", async () => {
    const who = await server.customer();
    await raise(who, details({surname: "Заметнова", passport: "45 10 777111"}));
    await server.end();
    const hex = database === "postgres" ? "encode(answers, 'hex')" : "hex(answers)";
    const kept = server.rows(`SELECT ${hex} FROM level_evidence`).map(([text]) => Buffer.from(text, "hex"));
    await server.run();
    assert.ok(kept.length > 0);
    for (const bytes of kept) assert.ok(!bytes.includes("Заметнова") && !bytes.includes("777111"));
  });
});

// ---- documents ----

describe("ID-16: the full level by staff's review of documents", () => {
  test("passport data come first", async () => {
    const who = await server.customer();
    assert.equal(problem(await server.get("/settings/level/documents", who)), "passport-first");
    assert.equal(problem(await send(who, 1, jpeg(640, 480))), "passport-first");
    assert.equal(problem(await server.post("/settings/level/documents/send", {}, who)), "passport-first");
  });

  test("photos: what is none is refused; up to 8 MB is taken, a byte more is not; a place can be filled again", async () => {
    const who = await simplified();
    for (const [name, file] of Object.entries({svg: Buffer.from("<svg/>"), small: png(150, 600), empty: Buffer.alloc(0),
                                               cut: jpeg(640, 480).subarray(0, 300), pdf: Buffer.from("%PDF-1.4\nstartxref\n0\n%%EOF")}))
      assert.equal((await send(who, 1, file)).status, 422, name);
    const heavy = heavyPng(8 << 20);
    assert.equal(heavy.length, 8 << 20);
    const taken = await send(who, 1, heavy);
    assert.equal(taken.status, 200, taken.text);
    assert.equal(taken.body.have, 1);
    const more = await send(who, 2, heavyPng((8 << 20) + 1));
    assert.ok([413, 422].includes(more.status), more.text);
    assert.equal((await send(who, 3, jpeg(640, 480))).status, 422, "not asked for");
    assert.equal((await send(who, 9, jpeg(640, 480))).status, 422);
    assert.equal((await send(who, 1, jpeg(640, 480))).body.have, 1, "again in its place");
    assert.equal(problem(await server.post("/settings/level/documents/send", {}, who)), "photos-missing");
    const noise = await send(who, 2, png(2600, 2600, true));
    assert.deepEqual([noise.status, noise.body.have], [200, 2], `6.8 million dots of noise: ${noise.text}`);
    const page = (await server.get("/settings/level/documents", who)).body;
    assert.deepEqual([page.enough, page.asks, page.photos.map(({there}) => there)], [true, false, [true, true]]);
  });

  test("a photo that was taken lying stands upright, and nothing of the camera's is left", async () => {
    const {path, task} = await waiting([jpeg(800, 480, 6), jpeg(800, 480)]);
    await members.anna.post(`/staff/tasks/${task.id}/take`);
    const photo = async (number) => {
      const headers = {Cookie: `staff=${members.anna.cookie}`, Accept: "*/*"};
      const answer = await fetch(`${server.url}${path}/photos/${number}`, {headers});
      assert.equal(answer.headers.get("content-type"), "image/jpeg");
      return Buffer.from(await answer.arrayBuffer());
    };
    const turned = await photo(1);
    assert.deepEqual(jpegSize(turned), {width: 480, height: 800});
    assert.ok(!turned.includes("Exif"));
    assert.deepEqual(jpegSize(await photo(2)), {width: 800, height: 480});
    await members.anna.post(path, {outcome: "refused", reason: "other"});
  });

  test("approved: by who took the task and nobody else; told; once", async () => {
    const {who, task, path} = await waiting();
    assert.equal((await level(who)).next, "wait");
    assert.equal(problem(await send(who, 1, jpeg(640, 480))), "review-waits", "nothing is changed while staff look");
    assert.equal(problem(await server.post("/settings/level/documents/send", {}, who)), "review-waits");
    assert.ok(task.due > new Date().toISOString());
    assert.equal((await members.anna.get(path)).status, 403, "not taken yet");
    assert.equal((await members.anna.post(`/staff/tasks/${task.id}/take`)).status, 200);
    const seen = (await members.anna.get(path)).body;
    assert.equal(seen.facts.find(({name}) => name === "surname").value, "Иванова");
    assert.deepEqual(seen.photos.map(({there}) => there), [true, true]);
    assert.equal((await members.boris.get(path)).status, 403, "another's task");
    assert.equal((await members.carl.get(path)).status, 403, "another role");
    for (const one of ["1", "2"]) assert.equal((await members.boris.get(`${path}/photos/${one}`)).status, 403);
    assert.equal((await server.get(path, who)).status, 401);
    assert.equal((await members.anna.get("/staff/levels/912000000000000002")).status, 404);
    assert.equal((await members.boris.post(path, {outcome: "approved"})).status, 403);
    assert.equal((await level(who)).level, "simplified");
    const approved = await members.anna.post(path, {outcome: "approved"});
    assert.equal(approved.status, 200, approved.text);
    assert.equal((await members.anna.post(path, {outcome: "approved"})).status, 404, "once");
    const now = await level(who);
    assert.deepEqual([now.level, now.next, now.left.balance.max.amount], ["full", "nothing", "600000.00"]);
    await until(() => server.messages(who.phone), (texts) => texts[0].includes("«Полный»"));
    assert.equal(problem(await server.post("/settings/level/documents/send", {}, who)), "review-waits");
    const home = (await server.get("/", who)).body;
    assert.equal(home.wallet.raise, undefined, "nothing more is offered");
  });

  test("refused with a reason that the customer is told; then sent again from the beginning", async () => {
    const {who, task, path} = await waiting();
    await members.boris.post(`/staff/tasks/${task.id}/take`);
    assert.equal((await members.boris.post(path, {outcome: "refused"})).status, 422, "without a reason");
    assert.equal((await members.boris.post(path, {outcome: "refused", reason: "because"})).status, 422);
    assert.equal((await members.boris.post(path, {outcome: "refused", reason: "unreadable"})).status, 200);
    const now = await level(who);
    assert.deepEqual([now.level, now.review, now.reason, now.next], ["simplified", "refused", "unreadable", "documents"]);
    assert.match(now.why, /не всё читается/);
    await until(() => server.messages(who.phone), (texts) => texts[0].includes("На фото не всё читается"));
    assert.equal((await server.get("/settings/level/documents", who)).body.have, 0, "the refused photos are done with");
    assert.equal((await send(who, 1, jpeg(640, 480))).body.have, 1);
    assert.equal((await level(who)).review, "filling");
  });

  test("who added a photo himself does not decide", async () => {
    const {who, task, path} = await waiting();
    await members.anna.post(`/staff/tasks/${task.id}/take`);
    const page = await fetch(server.url + path, {headers: {Cookie: `staff=${members.anna.cookie}`, Accept: "text/html"}});
    const csrf = /name="_csrf" value="([^"]*)"/.exec(await page.text())[1];
    const add = (member, number) =>
      upload(server, `${path}/photos`, {number, _csrf: csrf}, jpeg(700, 500), {cookie: `staff=${member.cookie}`});
    assert.equal((await add(members.boris, 2)).status, 403);
    const added = await add(members.anna, 2);
    assert.equal(added.status, 200, added.text);
    assert.equal(problem(await members.anna.post(path, {outcome: "approved"})), "filed-by-you");
    assert.equal(problem(await members.anna.post(path, {outcome: "refused", reason: "other"})), "filed-by-you");
    assert.equal((await members.anna.post(`/staff/tasks/${task.id}/hand`, {login: "boris"})).status, 200);
    assert.equal((await members.boris.post(path, {outcome: "approved"})).status, 200);
    assert.equal((await level(who)).level, "full");
  });

  test("photos that are never sent, and refused ones, go away after their time", async () => {
    await withServer({limits, levels: {keep: {draft: "1h"}}}, async (own) => {
      const who = await simplified(own);
      assert.equal((await send(who, 1, jpeg(640, 480), own)).status, 200);
      await own.passed("UPDATE level_review SET expires = expires - 3600000000");
      assert.equal((await level(who, own)).review, "none");
      assert.equal((await own.get("/settings/level/documents", who)).body.have, 0);
      await own.due("levels.sweep");
      for (const table of ["level_photo", "level_review"])
        await until(() => own.rows(`SELECT customer FROM ${table}`), (rows) => rows.length === 0);
    });
  });
});

// ---- pages ----

test("ID-2, ID-16: by pages alone, without scripts: the first page offers it; an error keeps what was typed; raised", async () => {
  const who = await server.customer();
  const browser = server.browser();
  await browser.signIn(who);
  assert.match(browser.html, /href="\/settings\/level"[^>]*>Повысить уровень/);
  await browser.go("/settings/level");
  assert.match(browser.html, /Сейчас у вас уровень «Начальный»/);
  assert.match(browser.html, /Осталось 40.000,00.₽ из 40.000,00.₽/);
  await browser.go("/settings/level/passport");
  const fields = details({birth: "12.04.1990", passport_date: "20.05.2011", patronymic: "", inn: ""});
  await browser.send("/settings/level/passport", {...fields, snils: "112-233-445 96"});
  assert.equal(browser.status, 422);
  assert.match(browser.html, /<title>Ошибка: /);
  assert.match(browser.html, /Такого СНИЛС не бывает/);
  assert.ok(browser.html.includes('value="Иванова"'));
  await browser.send("/settings/level/passport", fields);
  assert.equal(browser.path, "/settings/level");
  assert.match(browser.html, /«Упрощённый»/);
  await browser.go("/settings/level/passport");
  assert.equal(browser.path, "/settings/level", "had already");
  await browser.go("/settings/level/documents");
  assert.match(browser.html, /Разворот паспорта с фотографией/);
});
