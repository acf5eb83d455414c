// Help pages as the operator edits them, and what customers think of them, of the cabinet and of the support (SU-5).

import assert from "node:assert/strict";
import {after, before, describe, test} from "node:test";

import {Server, newKey, problem} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";

let server, editor, other, agent;
before(async () => {
  server = await Server.start();
  ({editor, other, agent} = await staff(server, {editor: "catalogue", other: "catalogue", agent: "support"}));
});
after(() => server?.stop());

const page = {title_ru: "Как закрыть карту", words_ru: "Напишите нам.", title_en: "How to close a card", words_en: "Write to us.",
              section: "question", position: 5, shown: true, version: 0, act: "publish"};
const save = (member, slug, fields) => member.post(`/staff/help/${slug}`, {...page, ...fields});
const slugs = async (language = "ru") =>
  (await server.get("/help", {headers: {"Accept-Language": language}})).body.articles.map(({slug}) => slug);
const read = async (slug, language = "ru") => (await server.get(`/help/${slug}`, {headers: {"Accept-Language": language}})).body;

describe("SU-5: help pages are the operator's", () => {
  test("a new one is looked at, then published in both languages at once, in its place, without a restart", async () => {
    assert.equal((await agent.get("/staff/help")).status, 403);
    assert.equal((await save(agent, "close-card", {})).status, 403);
    for (const slug of ["x", "Ы", "cabinet", "a_b", "-a"]) assert.equal((await editor.post("/staff/help", {slug})).status, 422, slug);
    assert.equal((await editor.post("/staff/help", {slug: "close-card"})).status, 200);
    assert.equal((await editor.get("/staff/help/close-card")).body.version, 0);
    const looked = await save(editor, "close-card", {act: "look", words_ru: "**Жирно**"});
    assert.equal(looked.status, 200, looked.text);
    assert.deepEqual(looked.body.preview[0].blocks[0].spans, [{text: "Жирно", bold: true}]);
    assert.equal((await server.get("/help/close-card")).status, 404, "not published by looking");
    assert.equal((await save(editor, "close-card", {})).status, 200);
    assert.equal((await slugs())[0], "close-card", "its place");
    assert.equal((await read("close-card")).title, "Как закрыть карту");
    assert.equal((await read("close-card", "en")).title, "How to close a card");
    for (const missing of ["title_ru", "words_ru", "title_en", "words_en", "section", "position"])
      assert.equal((await save(editor, "close-card", {version: 1, [missing]: ""})).status, 422, missing);
    const found = (await server.get(`/help?q=${encodeURIComponent("закрыть")}`)).body.articles;
    assert.ok(found.some(({slug}) => slug === "close-card"), "searched at once");
  });

  test("one that came with the program is changed, moved, hidden, and an earlier version brought back", async () => {
    const before = (await editor.get("/staff/help/code")).body;
    assert.equal(before.version, 0);
    assert.ok(before.title_ru && before.title_en);
    assert.equal((await save(editor, "code", {title_ru: "Нет кода", position: 1})).status, 200);
    assert.deepEqual([(await slugs())[0], (await read("code")).title], ["code", "Нет кода"]);
    assert.equal((await save(editor, "code", {version: 1, shown: false})).status, 200);
    assert.equal((await server.get("/help/code")).status, 404);
    assert.ok(!(await slugs()).includes("code"));
    const kept = (await editor.get("/staff/help/code")).body;
    assert.deepEqual(kept.history.map(({version, login}) => [version, login]), [[2, "editor"], [1, "editor"]]);
    const first = (await editor.get("/staff/help/code?version=1")).body;
    assert.equal(first.title_ru, "Нет кода");
    assert.equal((await save(editor, "code", {title_ru: first.title_ru, version: 2, section: "security"})).status, 200);
    const back = (await server.get("/help")).body.articles.find(({slug}) => slug === "code");
    assert.deepEqual([back.title, back.security], ["Нет кода", true]);
  });

  test("two editors: who began from an older version is told, and loses nothing of what he typed", async () => {
    const {version} = (await editor.get("/staff/help/limits")).body;
    const [one, two] = await Promise.all([save(editor, "limits", {version}), save(other, "limits", {version, title_ru: "Вторая"})]);
    assert.deepEqual([one.status, two.status].sort(), [200, 409]);
    const browser = server.browser();
    browser.cookies.set("staff", other.cookie);
    await browser.go("/staff/help/limits");
    await browser.send("/staff/help/limits", {...page, version: 0, words_ru: "Мои слова", shown: "on"});
    assert.equal(browser.status, 409);
    assert.match(browser.html, /Мои слова/);
    assert.match(browser.html, /уже опубликовал/);
  });

  test("what is written is words, lists, bold and links of ours: nothing else becomes markup", async () => {
    const words = "Одно\n\n## Часть\n- раз\n- **два**\n\n[сюда](/help/theft) и [туда](https://evil.example) <script>alert(1)</script>";
    const {version} = (await editor.get("/staff/help/fraud")).body;
    assert.equal((await save(editor, "fraud", {version, words_ru: words})).status, 200);
    const browser = await server.browser().go("/help/fraud");
    assert.match(browser.html, /<h2>Часть<\/h2>/);
    assert.match(browser.html, /<li>раз<\/li>\s*<li><b>два<\/b><\/li>/);
    assert.match(browser.html, /<a href="\/help\/theft">сюда<\/a>/);
    assert.match(browser.html, /\[туда\]\(https:\/\/evil\.example\) &lt;script&gt;/);
    assert.ok(!browser.html.includes("<script>alert"));
  });
});

describe("SU-5: marks", () => {
  test("of answers, of the cabinet, of the help given: seen by staff, by week, nobody's name among them", async () => {
    const people = await Promise.all([1, 2, 3].map(() => server.customer()));
    for (const [i, who] of people.entries()) {
      await server.post("/help/topup/rate", {helped: i > 0 ? "yes" : "no"}, {token: who.token});
      await server.post("/help/cabinet/rate", {score: 3 + i}, {token: who.token});
    }
    await server.post("/help/cabinet/rate", {score: 1}, {token: people[2].token}); // thought better of it
    const {body: sent} = await server.post("/support", {text: "?"}, {token: people[0].token, key: newKey()});
    await agent.post(`/staff/cases/${sent.case}/take`);
    await agent.post(`/staff/cases/${sent.case}/close`, {outcome: "solved"});
    await server.post(`/support/cases/${sent.case}/rate`, {score: 5}, {token: people[0].token});
    const seen = await agent.get("/staff/ratings", {headers: {"Accept-Language": "ru"}});
    assert.deepEqual(seen.body.articles.find(({slug}) => slug === "topup"), {slug: "topup", title: "Как пополнить", yes: 2, no: 1});
    assert.deepEqual(seen.body.cabinet.map(({count, mean}) => [count, mean]), [[3, "2,7"]]);
    assert.deepEqual(seen.body.cases.map(({count, mean}) => [count, mean]), [[1, "5,0"]]);
    const week = new Date(seen.body.cabinet[0].week);
    assert.equal(week.getUTCDay(), 1, "a Monday");
    for (const who of people) assert.ok(!seen.text.includes(who.customer));
    assert.equal(problem(await server.get("/staff/ratings", {token: people[0].token})), "not-signed-in");
  });
});
