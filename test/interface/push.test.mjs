// push.test.mjs: notices to browsers (MS-1, MS-3, some of OP 6) through a push service played by the test over the real
// protocol. What chromium shows of them: test/browser/app.test.mjs.

import assert from "node:assert/strict";
import {readdirSync, readFileSync, statSync} from "node:fs";
import {join} from "node:path";
import {after, before, describe, test} from "node:test";

import {PushService} from "../support/pushservice.mjs";
import {Server, database, pause, problem, withServer} from "../support/server.mjs";

let service, server;
before(async () => {
  service = await PushService.start();
  server = await Server.start({push: {services: `fcm.googleapis.com ${service.url}`, contact: "mailto:help@example.ru"}});
});
after(async () => {
  await server?.stop();
  await service?.stop();
});

const subscribe = (who, browser, more = {}) =>
  server.post("/settings/push", {...browser.subscription, ...more}, {token: who.token});
const tell = (who, topic) => server.post("/sandbox/tell", {customer: who.customer, topic});
const list = async (who) => (await server.get("/settings/push", {token: who.token})).body.subscriptions;
const sent = async (who) => (await server.get("/settings/messages", {token: who.token})).body.sent;

// A customer with one browser that has heard that it was subscribed.
async function listening(more) {
  const who = await server.customer(), browser = service.browser();
  const answer = await subscribe(who, browser, more);
  assert.equal(answer.status, 200, answer.text);
  await service.next(browser);
  return {who, browser};
}

async function fate(who, wanted, channel = "push") {
  for (let tries = 0; tries < 2000; tries++) {
    const found = (await sent(who)).filter((message) => message.channel === channel);
    if (found[0]?.state === wanted) return found[0];
    await pause(25);
  }
  assert.fail(`not ${wanted}: ${JSON.stringify(await sent(who))}`);
}

describe("MS-1: a notice comes to a browser that asked for it", () => {
  test("encrypted for it alone, signed for its service, with life, urgency and topic", async () => {
    const {who, browser} = await listening();
    const notice = await service.next(browser);
    assert.deepEqual([notice.method, notice.headers["content-encoding"]], ["POST", "aes128gcm"]);
    const {key, aud, sub, exp} = service.sender(notice);
    assert.deepEqual([aud, sub], [service.url, "mailto:help@example.ru"]);
    const ahead = exp - Date.now() / 1000;
    assert.ok(ahead > 0 && ahead <= 24 * 3600, `${ahead}`);
    assert.equal(key, (await server.get("/settings/push", {token: who.token})).body.key);
    assert.ok(notice.headers.ttl > 86000 && notice.headers.ttl <= 86400, notice.headers.ttl);
    assert.equal(notice.headers.urgency, "high", "of security");
    assert.match(notice.headers.topic, /^[\w-]{1,32}$/);
    const {title, text, href, id} = service.read(browser, notice);
    assert.deepEqual([title, href], ["Безопасность", "/settings/security"]);
    assert.match(text, /Изменение в безопасности/);
    assert.ok(id);
    assert.ok(notice.body.length >= 16 + 4 + 1 + 65 + 256 + 16, "its length tells little");
    assert.throws(() => service.read(service.browser(), notice), "another browser reads it");
    assert.equal((await fate(who, "sent")).state, "sent");
  });

  test("each with keys of its own; low urgency and another place for offers", async () => {
    const {who, browser} = await listening();
    await tell(who, "operations");
    const first = await service.next(browser), second = await service.next(browser, 1);
    assert.notDeepEqual(first.body.subarray(0, 86), second.body.subarray(0, 86));
    assert.deepEqual([service.read(browser, second).href, second.headers.urgency], ["/operations", "high"]);
    await server.post("/settings/messages/consent", {topic: "offers"}, {token: who.token});
    await tell(who, "offers");
    const third = await service.next(browser, 2);
    assert.deepEqual([service.read(browser, third).href, third.headers.urgency], ["/feed", "low"]);
  });

  test("no personal words on the screen unless the customer chose so", async () => {
    const {who, browser} = await listening();
    await tell(who, "operations");
    const words = service.read(browser, await service.next(browser, 1)).text;
    assert.equal(words, "Новая операция. Откройте, чтобы посмотреть.");
    assert.equal((await subscribe(who, browser, {words: true})).status, 200);
    assert.deepEqual((await list(who)).map(({words}) => words), [true], "the same browser again is no second one");
    await tell(who, "operations");
    const full = service.read(browser, await service.next(browser, 2)).text;
    assert.notEqual(full, words);
    const sms = (await server.messages(who.phone, 0))[0];
    assert.equal(full, sms, "the same words as by SMS");
  });

  test("a code never goes this way", async () => {
    const {who, browser} = await listening();
    const before = service.of(browser).length;
    const draft = await server.post("/recover", {phone: who.phone, altcha: await server.proof()});
    assert.ok(draft.status < 500, draft.text);
    await server.post("/settings/email", {address: `x${Date.now()}@example.ru`}, {token: who.token});
    await pause(800);
    assert.equal(service.of(browser).length, before);
  });
});

describe("who may be subscribed", () => {
  test("only services of the list, by https, with keys of the curve", async () => {
    const who = await server.customer(), good = service.browser().subscription;
    const wrong = [
      {endpoint: "https://evil.example/x"}, {endpoint: "http://fcm.googleapis.com/x"}, {endpoint: "https://127.0.0.1/x"},
      {endpoint: "https://fcm.googleapis.com:22/x"}, {endpoint: "https://fcm.googleapis.com@10.0.0.1/x"},
      {endpoint: "http://169.254.169.254/latest/meta-data"}, {endpoint: "file:///etc/passwd"}, {endpoint: `${service.url}0/x`},
      {endpoint: "http://127.0.0.1:1/x"}, {auth: "AAAA"}, {p256dh: good.p256dh.slice(0, -2) + "AA"},
      {p256dh: Buffer.alloc(65, 4).toString("base64url")}, {p256dh: "%%%"},
    ];
    for (const each of wrong) {
      const answer = await server.post("/settings/push", {...good, ...each}, {token: who.token});
      assert.equal(answer.status, 422, JSON.stringify(each));
      assert.equal(problem(answer), "push-service-not-known", JSON.stringify(each));
    }
    for (const missing of ["endpoint", "p256dh", "auth"])
      assert.equal((await server.post("/settings/push", {...good, [missing]: undefined}, {token: who.token})).status, 422);
    assert.deepEqual(await list(who), []);
    assert.equal((await server.post("/settings/push", good)).status, 401);
  });

  test("a redirect is not followed", async () => {
    const who = await server.customer(), browser = service.browser();
    service.answers.set(browser.path, 302);
    await subscribe(who, browser);
    for (let tries = 0; !service.calls.get(browser.path); tries++) await pause(25, assert.ok(tries < 2000));
    await pause(300);
    assert.equal(service.calls.get("/elsewhere"), undefined);
    assert.equal((await fate(who, "waiting")).state, "waiting");
    service.answers.delete(browser.path);
  });

  test("a name that leads into the own network is not called", async () => {
    await withServer({push: {services: "localhost.localdomain.test localhost.test kabinet.localhost"}}, async (own) => {
      const who = await own.customer(), {subscription} = service.browser();
      const endpoint = `https://kabinet.localhost/x`; // RFC 6761: resolves to 127.0.0.1 everywhere
      assert.equal((await own.post("/settings/push", {...subscription, endpoint}, {token: who.token})).status, 200);
      await pause(600);
      const [first] = (await own.get("/settings/messages", {token: who.token})).body.sent.filter(({channel}) => channel === "push");
      assert.equal(first.state, "waiting");
      assert.equal(service.calls.get("/x"), undefined);
    });
  });

  test("sealed at rest", {skip: database !== "sqlite"}, async () => {
    const {browser} = await listening();
    for (const name of readdirSync(server.folder)) {
      if (!statSync(join(server.folder, name)).isFile()) continue;
      const bytes = readFileSync(join(server.folder, name));
      for (const value of Object.values(browser.subscription)) assert.ok(!bytes.includes(value), `${name} holds ${value}`);
    }
  });

  test("ten browsers at most: the eldest goes", async () => {
    const who = await server.customer(), browsers = Array.from({length: 11}, () => service.browser());
    for (const browser of browsers) assert.equal((await subscribe(who, browser)).status, 200);
    assert.equal((await list(who)).length, 10);
    await service.next(browsers[10]);
    const before = service.of(browsers[0]).length;
    await tell(who, "operations");
    await service.next(browsers[10], 1);
    assert.equal(service.of(browsers[0]).length, before);
  });
});

describe("MS-2: what becomes of a notice", () => {
  for (const status of [404, 410]) {
    test(`${status}: the browser has left, so it is forgotten and asked once`, async () => {
      const {who, browser} = await listening();
      service.answers.set(browser.path, status);
      const calls = service.calls.get(browser.path);
      await tell(who, "operations");
      assert.match((await fate(who, "refused")).reason, /unsubscribed/);
      assert.deepEqual(await list(who), []);
      await tell(who, "operations");
      await pause(300);
      assert.equal(service.calls.get(browser.path), calls + 1);
    });
  }

  test("busy, out of order, the answer lost: sent again under the same topic, which shows it once", async () => {
    const {who, browser} = await listening(), statuses = [503, 429, 0];
    const topics = [];
    service.answers.set(browser.path, () => statuses.shift() ?? 201);
    await tell(who, "operations");
    await service.next(browser, 1);
    for (const notice of service.notices.filter(({path}) => path === browser.path).slice(1)) topics.push(notice.headers.topic);
    assert.equal(new Set(topics).size, 1, topics.join(" "));
    assert.equal((await fate(who, "sent")).state, "sent");
  });

  test("what it cannot take is refused and not asked again", async () => {
    const {who, browser} = await listening();
    service.answers.set(browser.path, 413);
    const calls = service.calls.get(browser.path);
    await tell(who, "operations");
    assert.match((await fate(who, "refused")).reason, /413/);
    assert.equal((await list(who)).length, 1, "it is still subscribed");
    assert.equal(service.calls.get(browser.path), calls + 1);
  });
});

describe("MS-3: whose browser, and for what", () => {
  const signIn = async (browser, who) => (await browser.signIn(who), assert.equal(browser.path, "/"), browser);
  const subscribePage = async (page, browser) => {
    await page.go("/settings/push");
    const fields = {...page.form("/settings/push"), ...browser.subscription};
    await page.go("/settings/push", {method: "POST", body: new URLSearchParams(fields).toString(),
                                     headers: {"Content-Type": "application/x-www-form-urlencoded"}});
    assert.deepEqual([page.status, page.path], [200, "/settings/push"]);
  };
  const out = async (page) => {
    await page.go("/");
    await page.send("/signout");
  };

  test("by topic; security always", async () => {
    const {who, browser} = await listening();
    const save = (body) => server.post("/settings/messages", body, {token: who.token});
    assert.equal((await save({operations_sms: true})).status, 200);
    await tell(who, "operations");
    await fate(who, "sent", "sms");
    assert.equal(service.of(browser).length, 1);
    await tell(who, "security");
    await service.next(browser, 1);
    assert.equal((await save({security_push: false})).status, 422);
    assert.equal((await save({service_push: true})).status, 200);
    await tell(who, "service");
    await service.next(browser, 2);
  });

  test("advertising that was on its way when the customer said stop is not sent", async () => {
    const {who, browser} = await listening();
    await server.post("/settings/messages/consent", {topic: "offers"}, {token: who.token});
    let stopped = false;
    service.answers.set(browser.path, (call) => (call > 1 && !stopped ? 503 : 201));
    await tell(who, "offers");
    for (let tries = 0; service.calls.get(browser.path) < 2; tries++) await pause(10, assert.ok(tries < 2000));
    assert.equal((await server.post("/settings/messages/stop", {topic: "offers"}, {token: who.token})).status, 200);
    stopped = true;
    assert.match((await fate(who, "refused")).reason, /stopped/);
    assert.equal(service.of(browser).length, 1);
  });

  test("another's subscription is as a missing one; one browser is one customer's", async () => {
    const {who, browser} = await listening(), other = await server.customer();
    const [{id}] = await list(who);
    for (const which of [id, "1", "x"])
      assert.equal((await server.post(`/settings/push/${which}/remove`, {}, {token: other.token})).status, 404);
    assert.equal((await list(who)).length, 1);
    assert.equal((await subscribe(other, browser)).status, 200);
    assert.deepEqual([(await list(who)).length, (await list(other)).length], [0, 1], "it moved");
    const [mine] = await list(other);
    assert.equal((await server.post(`/settings/push/${mine.id}/remove`, {}, {token: other.token})).status, 200);
    assert.equal((await server.post(`/settings/push/${mine.id}/remove`, {}, {token: other.token})).status, 404);
    assert.deepEqual(await list(other), []);
  });

  test("who signs out there hears nothing there; who signs in anew does", async () => {
    const who = await server.customer(), page = server.browser(), browser = service.browser();
    await signIn(page, who);
    await subscribePage(page, browser);
    await service.next(browser);
    await signIn(server.browser(), who); // elsewhere
    page.cookies.delete("session"); // the session was idle too long: nobody ended it
    await signIn(page, who);
    await tell(who, "operations");
    await service.next(browser, 1);
    await out(page);
    assert.deepEqual(await list(who), [], "it went with the session it was moved to");
    await tell(who, "operations");
    await pause(300);
    assert.equal(service.of(browser).length, 2);
  });

  test("ended from elsewhere: nothing more", async () => {
    const who = await server.customer(), page = server.browser(), browser = service.browser();
    await signIn(page, who);
    await subscribePage(page, browser);
    assert.equal((await list(who)).length, 1);
    assert.equal((await server.post("/sessions/end-others", {}, {token: who.token})).status, 200);
    assert.deepEqual(await list(who), []);
  });

  test("another customer signs in there, after the first one's session was idle too long: nothing more", async () => {
    await withServer({push: {services: service.url}}, async (own) => {
      const who = await own.customer(), other = await own.customer(), page = own.browser();
      const subscriptions = async () => (await own.get("/settings/push", {token: who.token})).body.subscriptions.length;
      await signIn(page, who);
      await subscribePage(page, service.browser());
      await own.passed("UPDATE session SET used = used - 86400000000 WHERE by_token = 0");
      assert.equal((await page.go("/settings/push")).path, "/signin");
      assert.equal(await subscriptions(), 1, "idle is no wish to hear nothing");
      await signIn(page, other);
      assert.equal(await subscriptions(), 0);
    });
  });

  test("as a page, without scripts: what is on is seen and ended", async () => {
    const {who} = await listening(), page = server.browser();
    await signIn(page, who);
    await page.go("/settings/push");
    assert.match(page.html, /нужен современный браузер/);
    const [{id}] = await list(who);
    await page.send(`/settings/push/${id}/remove`);
    assert.deepEqual([page.status, page.path], [200, "/settings/push"]);
    assert.match(page.html, /Пока не включены/);
  });
});

test("a server with a service of a wrong name, or without whom to ask, does not start", async () => {
  for (const wrong of [{services: "com"}, {services: "http://10.0.0.1:80"}, {contact: "help@example.ru"}])
    await assert.rejects(Server.start({push: wrong}), /is not/);
});
