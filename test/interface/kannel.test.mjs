// SMS through Kannel (some of MS 1, MS-2): once through the whole chain (Kabinet, Debian's Kannel, an SMPP centre, and back), then
// against a gateway of our own that is down, refuses, is slow, or takes a message without saying so.

import assert from "node:assert/strict";
import {writeFileSync} from "node:fs";
import {createServer} from "node:http";
import {join} from "node:path";
import {after, before, describe, test} from "node:test";
import {setTimeout as pause} from "node:timers/promises";

import {Centre, Kannel, incomingSecret} from "../support/kannel.mjs";
import {freePort} from "../support/sandbox.mjs";
import {Server, newPhone, problem} from "../support/server.mjs";

// What became of the newest message.
async function fate(server) {
  const [{state, reason}] = (await server.get("/sandbox/messages")).body.messages;
  return {fate: state, reason};
}

async function comesTo(server, wanted, tries = 2000) {
  for (let i = 0; i < tries; i++) {
    const now = await fate(server);
    if (now.fate === wanted) return now;
    await pause(25);
  }
  assert.fail(`the message is ${JSON.stringify(await fate(server))}, not ${wanted}`);
}

describe("SMS through a real Kannel and an SMPP centre (some of MS 1)", () => {
  let centre, kannel, server, say = "DELIVRD";

  before(async () => {
    const port = await freePort(), url = `http://127.0.0.1:${port}`;
    centre = await Centre.start(() => say);
    kannel = await Kannel.start(centre, url);
    server = await Server.start({listen: `127.0.0.1:${port}`, public_url: url, log_level: "info",
                                 messaging: kannel.settings(), recovery: {way: "incoming"}});
  });
  after(async () => {
    await server?.stop();
    await kannel?.stop();
    await centre?.stop();
  });

  test("a Russian text of several parts arrives whole, from our name; its report is kept", async () => {
    const phone = newPhone();
    await server.begin(phone);
    const [sms] = await centre.to(phone);
    assert.match(sms.text, /^Кошелёк: код \d{6} — чтобы открыть кабинет\./);
    assert.match(sms.text, /#\d{6}$/);
    assert.deepEqual([sms.coding, sms.parts > 1, sms.from], [8, true, "Kabinet"]);
    const life = sms.validity - Date.now();
    assert.ok(life > 7 * 60000 && life <= 11 * 60000, `the centre keeps it no longer than the code lives: ${life}`);
    await comesTo(server, "delivered");
  });

  test("what the centre could not deliver is told so", async () => {
    say = "UNDELIV";
    const phone = newPhone();
    await server.begin(phone);
    await centre.to(phone);
    assert.equal((await comesTo(server, "undelivered")).reason, "not delivered");
    say = "REJECT";
    await server.begin(newPhone());
    assert.equal((await comesTo(server, "undelivered")).reason, "rejected by the centre");
    say = "DELIVRD";
  });

  test("an SMS to a short number is handed over: UCS-2, blanks inside letters' bytes too", async () => {
    const phone = newPhone();
    await server.begin(phone);
    await centre.to(phone); // so the centre knows us
    centre.send(phone, "1070", "Забыл пароль Р"); // Р is 04 20
    for (let i = 0; i < 500 && !/messaging.incoming/.test(server.log); i++) await pause(50);
    const told = JSON.parse(server.log.split("\n").find((line) => /messaging.incoming/.test(line)));
    assert.deepEqual([told.to, told.length, told.from.slice(-2)], ["1070", 14, phone.slice(-2)]);
    await pause(300);
    assert.equal((await centre.to(phone)).length, 1, "nothing is answered by itself");
  });

  test("an SMS to 1070 resets a password, there and back through the centre", async () => {
    const phone = newPhone(), {draft} = await server.begin(phone);
    const code = /#(\d{6})$/.exec((await centre.to(phone))[0].text)[1];
    assert.equal((await server.post("/signup/code", {draft, code})).status, 200);
    assert.equal((await server.post("/signup/password", {draft, password: "Qwerty7!", token: true})).status, 200);
    centre.send(phone, "1070", "Пароль");
    const text = (await centre.to(phone, 1)).at(-1).text;
    const [, password] = /временный пароль ([A-Za-z0-9-]+),/.exec(text);
    const signIn = (secret) => server.post("/signin", {phone, password: secret, token: true});
    const entered = await signIn(password);
    assert.notEqual(problem(entered), "sign-in-wrong", entered.text);
    assert.ok(entered.status < 400, entered.text);
    assert.equal(problem(await signIn("Qwerty7!")), "sign-in-wrong", "the old one is good no more, once this was used");
  });
});

describe("a gateway in trouble (MS-2)", () => {
  let server, gateway, port, asked = [], behaviour;

  // What Kannel would be: behaviour(query, answer) answers, or not.
  const open = () => new Promise((done) => {
    gateway = createServer((request, answer) => {
      const query = new URL(request.url, "http://gateway").searchParams;
      asked.push(query);
      behaviour(query, answer);
    }).listen(port, "127.0.0.1", done);
  });
  const close = () => new Promise((done) => {
    gateway.close(done);
    gateway.closeAllConnections();
  });
  const takes = (query, answer) => answer.writeHead(202).end("0: Accepted for delivery");
  const report = (query, state) => fetch(query.get("dlr-url").replace("%d", state));

  before(async () => {
    port = await freePort();
    const own = await freePort();
    server = await Server.start({listen: `127.0.0.1:${own}`, public_url: `http://127.0.0.1:${own}`});
    await server.end();
    const [password, incoming] = ["password", "incoming"].map((name) => join(server.folder, name));
    writeFileSync(password, "p&w\n");
    writeFileSync(incoming, incomingSecret);
    writeFileSync(server.configuration, `
messaging:
  kannel:
    url: http://127.0.0.1:${port}/cgi-bin/sendsms
    password_file: ${password}
    incoming_file: ${incoming}
`, {flag: "a"});
    await server.run();
  });
  after(() => server?.stop());

  test("refused for good: told with its reason, asked once", async () => {
    behaviour = (query, answer) => answer.writeHead(400).end("Invalid receiver");
    await open();
    asked = [];
    await server.begin(newPhone());
    assert.equal((await comesTo(server, "refused")).reason, "Invalid receiver");
    await pause(1500);
    assert.equal(asked.length, 1);
    assert.equal(asked[0].get("password"), "p&w");
  });

  test("not now: asked again, with the same id, until it is taken", async () => {
    let times = 0;
    behaviour = (query, answer) => (++times < 3 ? answer.writeHead(503).end("Temporal failure") : takes(query, answer));
    asked = [];
    const begun = Date.now();
    await server.begin(newPhone());
    await comesTo(server, "sent");
    assert.equal(asked.length, 3);
    assert.equal(new Set(asked.map((query) => query.get("binfo"))).size, 1);
    assert.ok(Date.now() - begun >= 3000, "1 s, then 2 s between");
    await report(asked[2], 1);
    await comesTo(server, "delivered");
    await report(asked[2], 2);
    assert.equal((await fate(server)).fate, "delivered", "a late contradiction changes nothing");
  });

  test("taken, though we had no answer: the report ends it, it is not sent twice", async () => {
    behaviour = (query) => report(query, 8); // and never answers
    asked = [];
    await server.begin(newPhone());
    await comesTo(server, "sent");
    await pause(10500); // our call gives up after 8 s, and would ask again a second later
    assert.equal(asked.length, 1);
    assert.equal((await fate(server)).fate, "sent");
  });

  test("down for longer than a code lives: it is never sent", async () => {
    await close();
    await server.begin(newPhone());
    await pause(300);
    assert.equal((await fate(server)).fate, "waiting");
    await server.end("SIGKILL");
    server.sql("UPDATE outbox SET deadline = 1, next_at = 1 WHERE state = 0");
    behaviour = takes;
    asked = [];
    await open();
    await server.run();
    await comesTo(server, "expired");
    assert.equal(asked.length, 0);
  });

  test("down for a while: what waited is sent, over a crash too", async () => {
    await close();
    await server.begin(newPhone());
    await pause(300);
    await server.end("SIGKILL");
    asked = [];
    await open();
    server.sql("UPDATE outbox SET next_at = 1 WHERE state = 0"); // instead of waiting for its lease
    await server.run();
    await comesTo(server, "sent");
    assert.equal(asked.length, 1);
    await close();
  });

  test("forged reports and messages are as addresses that are not there", async () => {
    const base = server.url + "/gateway/kannel";
    for (const path of [
      "/report?to=0&id=1&sign=00000000000000000000000000000000&state=1", "/sms?from=79160000000&to=1070&text=x",
      "/sms?key=wrong&from=79160000000&to=1070&text=x", `/sms?key=${incomingSecret}x&from=79160000000&to=1070&text=x`,
    ])
      assert.equal((await fetch(base + path)).status, 404, path);
    const good = await fetch(`${base}/sms?key=${incomingSecret}&from=79160000000&to=1070&text=x&id=1`);
    assert.deepEqual([good.status, await good.text()], [200, ""]);
  });
});
