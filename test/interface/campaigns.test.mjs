// campaigns.test.mjs: the feed and what fills it: news, offers and sales written by staff, brought to those who agreed, regular
// customers first, once to each (MS-4, MS-3); whatever is stopped, withdrawn or killed in between.

import assert from "node:assert/strict";
import {after, before, describe, test} from "node:test";

import {PushService} from "../support/pushservice.mjs";
import {Server, pause} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";

let service, server, member, support;
before(async () => {
  service = await PushService.start();
  server = await Server.start({push: {services: service.url}});
  ({cat: member, sup: support} = await staff(server, {cat: "catalogue", sup: "support"}));
});
after(async () => {
  await server?.stop();
  await service?.stop();
});

const draft = {kind: "offer", title_ru: "Скидка на кофе", text_ru: "Чашка в подарок до пятницы.", title_en: "Coffee",
               text_en: "A cup for free until Friday."};
const agree = (who, topic) => server.post("/settings/messages/consent", {topic}, {token: who.token});
const stop = (who, topic) => server.post("/settings/messages/stop", {topic}, {token: who.token});
const feed = async (who, query = "") => (await server.get(`/feed${query}`, {token: who.token})).body;
const make = async (more) => {
  const made = await member.post("/staff/campaigns", {...draft, ...more});
  assert.equal(made.status, 201, made.text);
  return made.body.id;
};
const act = (id, what) => member.post(`/staff/campaigns/${id}/${what}`);
const campaign = async (id) => (await member.get("/staff/campaigns")).body.campaigns.find((each) => each.id === id);
const reaches = async (id, state) => {
  for (let tries = 0; tries < 3000; tries++) {
    const now = await campaign(id);
    if (now.state === state) return now;
    await pause(50);
  }
  assert.fail(JSON.stringify(await campaign(id)));
};
const launch = async (more) => {
  const id = await make(more);
  assert.equal((await act(id, "start")).status, 200);
  return {id, ...(await reaches(id, "done"))};
};

async function agreed(topic = "offers") {
  const who = await server.customer();
  assert.equal((await agree(who, topic)).status, 200);
  return who;
}

describe("MS-4: a campaign reaches those who agreed, once each", () => {
  test("not before it is started; nobody without a consent; in the customer's language; counted as unread", async () => {
    const yes = await agreed(), no = await server.customer(), news = await agreed("news");
    const id = await make({link: "/topup"});
    await pause(6000); // longer than the job's turn
    assert.deepEqual((await feed(yes)).items, []);
    assert.equal((await act(id, "start")).status, 200);
    const done = await reaches(id, "done");
    assert.ok(done.reached >= 1 && done.seen >= 3, JSON.stringify(done));
    const {unread, items: [item]} = await feed(yes);
    assert.deepEqual([unread, item.title, item.text, item.kind, item.link, item.unread],
                     [1, draft.title_ru, draft.text_ru, "offer", "/topup", true]);
    for (const other of [no, news]) assert.deepEqual((await feed(other)).items, []);
    assert.equal((await feed(no)).agreed, false);
    assert.deepEqual([(await act(id, "start")).status, (await act(id, "stop")).status], [409, 409], "it is done");
  });

  test("by the channels that it names and the customer wants", async () => {
    const who = await agreed(), browser = service.browser();
    await server.post("/settings/push", browser.subscription, {token: who.token});
    await service.next(browser);
    const before = (await server.messages(who.phone, 1)).length; // that there is a browser was told, too
    await launch({push: true});
    const {text, href} = service.read(browser, await service.next(browser, 1));
    assert.deepEqual([text, href], ["Есть новое предложение для вас. Откройте, чтобы прочитать.", "/feed"]);
    await pause(300);
    assert.equal((await server.messages(who.phone)).length, before, "no SMS was asked for");
    await launch({sms: true, title_ru: "Только по СМС"});
    const [sms] = await server.messages(who.phone, before);
    assert.match(sms, /^Только по СМС\. Чашка/);
    await server.post("/settings/messages", {offers_push: true}, {token: who.token});
    await launch({sms: true, title_ru: "Не хочет по СМС"});
    await pause(300);
    assert.equal((await server.messages(who.phone)).length, before + 1);
  });

  test("regular customers first, the others when their day comes; nobody twice", async () => {
    const old = await agreed(), young = await agreed();
    await server.end();
    server.sql(`UPDATE customer SET opened = 1 WHERE id = ${old.customer}`);
    await server.run();
    const id = await make({regular_days: 3, title_ru: "Сначала своим"});
    await act(id, "start");
    for (let tries = 0; (await feed(old)).items.length === 0; tries++) await pause(50, assert.ok(tries < 10000));
    await pause(500);
    assert.deepEqual((await feed(young)).items, []);
    const now = await campaign(id);
    assert.deepEqual([now.state, now.reached], ["running", 1], "it waits for the others' day");
    await server.end();
    server.sql(`UPDATE campaign SET all_from = 1 WHERE id = ${id}`);
    await server.run();
    await reaches(id, "done");
    for (const who of [old, young])
      assert.equal((await feed(who)).items.filter(({title}) => title === "Сначала своим").length, 1);
  });

  test("by level and product", async () => {
    const who = await agreed();
    await launch({level: "full", title_ru: "Только полным"});
    await launch({product: "wallet", title_ru: "У кого кошелёк"});
    assert.deepEqual((await feed(who)).items.map(({title}) => title), ["У кого кошелёк"]);
    assert.equal((await member.post("/staff/campaigns", {...draft, product: "nothing"})).status, 422);
  });

  test("withdrawn meanwhile: not even what was begun before", async () => {
    const who = await agreed();
    const id = await make({title_ru: "Уже не нужно"});
    await stop(who, "offers");
    await act(id, "start");
    await reaches(id, "done");
    assert.deepEqual((await feed(who)).items, []);
  });

  test("stopped, killed, gone on with: everybody once", async () => {
    const people = [];
    for (let i = 0; i < 110; i += 10) people.push(...await Promise.all(Array.from({length: 10}, () => agreed())));
    const id = await make({title_ru: "Ровно один раз"});
    await act(id, "start");
    for (let tries = 0; (await campaign(id)).reached === 0; tries++) await pause(5, assert.ok(tries < 10000));
    await server.end("SIGKILL");
    await server.run();
    const stopped = await act(id, "stop");
    if (stopped.status === 200) {
      const {reached} = await campaign(id);
      await pause(6000);
      assert.equal((await campaign(id)).reached, reached, "stopped is stopped");
      assert.equal((await act(id, "start")).status, 200);
    }
    await reaches(id, "done");
    for (const who of people)
      assert.equal((await feed(who)).items.filter(({title}) => title === "Ровно один раз").length, 1);
  });

  test("only who keeps the catalogue; only a page of ours; both languages", async () => {
    assert.equal((await support.get("/staff/campaigns")).status, 403);
    assert.equal((await support.post("/staff/campaigns", draft)).status, 403);
    for (const link of ["https://evil.example", "//evil.example", "/\\evil", "topup", "javascript:1"])
      assert.equal((await member.post("/staff/campaigns", {...draft, link})).status, 422, link);
    for (const missing of ["title_ru", "text_ru", "title_en", "text_en", "kind"])
      assert.equal((await member.post("/staff/campaigns", {...draft, [missing]: ""})).status, 422, missing);
    assert.equal((await act("1", "start")).status, 404);
    const page = await member.get("/staff/campaigns", {headers: {Accept: "text/html", "Accept-Language": "ru"}});
    assert.equal(page.status, 200);
    assert.match(page.text, /Новая рассылка/);
  });
});

describe("MS-4: the feed", () => {
  test("read one by one, put away, taken back; another's is as a missing one; counted in the menu", async () => {
    const who = await server.customer(), other = await server.customer();
    for (const topic of ["news", "offers"]) await server.post("/sandbox/tell", {customer: who.customer, topic});
    const [first, second] = (await feed(who)).items;
    const page = await server.browser().signIn(who);
    const count = async () => (await page.go("/"), /<b class="count">.*?(\d+)<\/b>/.exec(page.html)?.[1]);
    assert.equal(await count(), "2");
    assert.equal(await count(), "2", "from memory");
    for (const what of ["read", "archive", "restore"])
      for (const id of [first.id, "1", "x"])
        assert.equal((await server.post(`/feed/${id}/${what}`, {}, {token: other.token})).status, 404);
    assert.equal((await server.post(`/feed/${first.id}/read`, {}, {token: who.token})).status, 200);
    assert.equal(await count(), "1", "what this process changed shows at once");
    assert.equal((await feed(who)).unread, 1);
    assert.equal((await server.post(`/feed/${second.id}/archive`, {}, {token: who.token})).status, 200);
    assert.equal(await count(), undefined);
    assert.deepEqual((await feed(who)).items.map(({id}) => id), [first.id]);
    assert.deepEqual((await feed(who, "?archived=true")).items.map(({id}) => id), [second.id]);
    assert.equal((await server.post(`/feed/${second.id}/restore`, {}, {token: who.token})).status, 200);
    assert.deepEqual((await feed(who)).items.map(({id}) => id), [first.id, second.id]);
    await page.go("/feed");
    await page.send(`/feed/${first.id}/archive`);
    await page.go("/feed?archived=on");
    await page.send(`/feed/${first.id}/restore`);
    assert.deepEqual([page.status, page.path], [200, "/feed"]);
  });

  test("an offer leads where it says, read with that", async () => {
    const who = await agreed();
    await launch({title_ru: "Пополнить", link: "/operations"});
    const page = await server.browser().signIn(who);
    await page.go("/feed");
    const [{id}] = (await feed(who)).items;
    await page.send(`/feed/${id}/read`);
    assert.equal(page.path, "/operations");
    assert.equal((await feed(who)).unread, 0);
  });
});
