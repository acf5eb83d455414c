// What customers are told, and how: e-mail addresses bound by a code, channels by topic and consents (MS-3), letters
// through a real SMTP server with TLS and authentication (some of MS 1, MS-2).

import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import {writeFileSync} from "node:fs";
import {join} from "node:path";
import {after, before, describe, test} from "node:test";
import {setTimeout as pause} from "node:timers/promises";
import {SMTPServer} from "smtp-server";

import {freePort} from "../support/sandbox.mjs";
import {Server, newPhone, problem} from "../support/server.mjs";

let count = 0;
const newAddress = () => `ivan${Date.now()}.${++count}@example.ru`;

async function mailbox(server, address, after = 0) {
  for (let tries = 0; tries < 1000; tries++) {
    const {body} = await server.get(`/sandbox/phone?address=${encodeURIComponent(address)}`);
    if (body.messages.length > after) return body.messages.map((message) => message.text);
    await pause(25);
  }
  throw new Error(`no letter came to ${address}`);
}

const codeOf = ([letter]) => /(\d{6})/.exec(letter)[1];

describe("ID-13: an e-mail address is bound by a code", () => {
  let server;
  before(async () => (server = await Server.start()));
  after(() => server?.stop());

  const start = (who, address) => server.post("/settings/email", {address}, {token: who.token});
  const confirm = (who, code) => server.post("/settings/email/confirm", {code}, {token: who.token});
  const bound = async (who) => (await server.get("/settings/email", {token: who.token})).body.address;

  test("bound after its code alone; the phone hears of it; removed again", async () => {
    const who = await server.customer(), address = newAddress();
    assert.equal((await start(who, address)).status, 200);
    assert.equal(await bound(who), null);
    const done = await confirm(who, codeOf(await mailbox(server, address)));
    assert.equal(done.status, 200, done.text);
    assert.equal(await bound(who), address);
    assert.match((await server.messages(who.phone, 1))[0], /новый адрес почты|new e-mail address/);
    assert.equal((await server.post("/settings/email/remove", {}, {token: who.token})).status, 200);
    assert.equal(await bound(who), null);
    assert.match((await mailbox(server, address, 1))[0], /отвязан|removed/, "the address that goes is told, too");
  });

  test("what is no address, a wrong code, one used twice, an old one, another's: refused", async () => {
    const who = await server.customer(), other = await server.customer(), address = newAddress();
    for (const bad of ["", "ivan", "ivan@example", "a@b.ru\r\nBcc: c@d.ru", "a b@c.ru", "<a@b.ru>"])
      assert.equal((await start(who, bad)).status, 422, JSON.stringify(bad));
    assert.equal(problem(await confirm(who, "000000")), "code-spent");
    await start(who, address);
    const old = codeOf(await mailbox(server, address));
    await start(who, address);
    const code = codeOf(await mailbox(server, address, 1));
    if (old !== code) assert.equal(problem(await confirm(who, old)), "wrong-code");
    assert.equal(problem(await confirm(other, code)), "code-spent", "another customer's code");
    assert.equal((await confirm(who, code)).status, 200);
    assert.equal(problem(await confirm(who, code)), "code-spent");
    await start(other, address.toUpperCase());
    const taken = await confirm(other, codeOf(await mailbox(server, address.toUpperCase())));
    assert.equal(problem(taken), "address-taken");
    assert.equal(await bound(other), null);
  });

  test("five tries a code, in parallel as well; five codes an hour", async () => {
    const who = await server.customer(), address = newAddress();
    await start(who, address);
    const code = codeOf(await mailbox(server, address)), wrong = code === "111111" ? "222222" : "111111";
    const tries = await Promise.all(Array.from({length: 20}, () => confirm(who, wrong)));
    assert.equal(tries.filter((answer) => problem(answer) === "wrong-code").length, 5);
    assert.equal(problem(await confirm(who, code)), "code-spent");
    for (let i = 0; i < 4; i++) assert.equal((await start(who, address)).status, 200);
    assert.equal(problem(await start(who, address)), "too-many-codes");
  });

  test("as a page, without scripts", async () => {
    const who = await server.customer(), browser = server.browser(), address = newAddress();
    await browser.signIn(who);
    await browser.go("/settings/email");
    await browser.send("/settings/email", {address: "ivan@"});
    assert.equal(browser.status, 422);
    assert.match(browser.html, /Это не похоже на адрес почты/);
    await browser.send("/settings/email", {address});
    await browser.send("/settings/email/confirm", {code: codeOf(await mailbox(server, address))});
    assert.equal(browser.path, "/settings/messages");
    assert.ok(browser.html.includes(address));
  });
});

describe("topics, channels and consents (MS-3)", () => {
  let server;
  before(async () => (server = await Server.start()));
  after(() => server?.stop());

  const tell = (who, topic) => server.post("/sandbox/tell", {customer: who.customer, topic});
  const settings = async (who) => (await server.get("/settings/messages", {token: who.token})).body;
  const topic = async (who, name) => (await settings(who)).topics.find((topic) => topic.topic === name);
  // Channels on which something of this topic goes out now.
  const goesOut = async (who, name) => {
    const known = (await settings(who)).sent.length;
    assert.equal((await tell(who, name)).status, 200);
    const {sent} = await settings(who);
    return sent.slice(0, sent.length - known).map((message) => message.channel).sort();
  };
  const withMail = async () => {
    const who = await server.customer();
    who.address = newAddress();
    await server.post("/settings/email", {address: who.address}, {token: who.token});
    const code = codeOf(await mailbox(server, who.address));
    assert.equal((await server.post("/settings/email/confirm", {code}, {token: who.token})).status, 200);
    return who;
  };

  test("channels by topic; security on all of them, whatever is asked for", async () => {
    const who = await withMail();
    assert.deepEqual(await goesOut(who, "operations"), ["mail", "sms"]);
    const save = (body) => server.post("/settings/messages", body, {token: who.token});
    assert.equal((await save({operations_sms: true})).status, 200);
    assert.deepEqual(await goesOut(who, "operations"), ["sms"]);
    assert.deepEqual(await goesOut(who, "service"), []);
    assert.deepEqual(await goesOut(who, "security"), ["mail", "sms"]);
    assert.equal((await save({security_sms: false})).status, 422, "not a field there is");
  });

  test("news and offers only after a consent; stopped at once", async () => {
    const who = await withMail();
    const ask = (path, body) => server.post(`/settings/messages/${path}`, body, {token: who.token});
    assert.deepEqual(await goesOut(who, "news"), []);
    assert.deepEqual(await goesOut(who, "offers"), []);
    assert.equal((await ask("consent", {topic: "security"})).status, 422);
    assert.equal((await ask("consent", {topic: "news"})).status, 200);
    assert.ok(Math.abs(Date.parse((await topic(who, "news")).consented) - Date.now()) < 60000);
    assert.deepEqual(await goesOut(who, "news"), ["mail", "sms"]);
    assert.deepEqual(await goesOut(who, "offers"), [], "a consent is for its topic");
    assert.equal((await ask("stop", {topic: "news"})).status, 200);
    assert.deepEqual(await goesOut(who, "news"), []);
  });

  test("a letter's link stops it without signing in, by one click too; looking at it does not", async () => {
    const who = await withMail();
    await server.post("/settings/messages/consent", {topic: "offers"}, {token: who.token});
    await tell(who, "offers");
    const letters = await mailbox(server, who.address, 1);
    const [, path] = /https?:\/\/[^/]+(\/unsubscribe\/[0-9a-z-]+)/.exec(letters[0]);
    for (const forged of [path.slice(0, -1) + (path.endsWith("0") ? "1" : "0"), path.replace("-4-", "-3-"), "/unsubscribe/x"])
      assert.equal((await server.post(forged)).status, 404, forged);
    const page = await server.browser().go(path);
    assert.match(page.html, /Больше не присылать: Предложения\?/);
    assert.deepEqual(await goesOut(who, "offers"), ["mail", "sms"]);
    const click = await fetch(server.url + path, {
      method: "POST", redirect: "manual", body: "List-Unsubscribe=One-Click",
      headers: {"Content-Type": "application/x-www-form-urlencoded"},
    });
    assert.ok([200, 303].includes(click.status), `${click.status} ${await click.text()}`);
    assert.deepEqual(await goesOut(who, "offers"), []);
  });

  test("as a page, without scripts", async () => {
    const who = await server.customer(), browser = server.browser();
    await browser.signIn(who);
    await browser.go("/settings/messages");
    assert.equal(browser.form("/settings/messages").service_sms, "");
    const fields = browser.form("/settings/messages");
    delete fields.service_sms;
    await browser.go("/settings/messages", {method: "POST", body: new URLSearchParams(fields).toString(),
                                            headers: {"Content-Type": "application/x-www-form-urlencoded"}});
    assert.equal(browser.status, 200);
    assert.equal((await topic(who, "service")).mail, false, "an empty box is a no");
    await browser.send("/settings/messages/consent");
    assert.equal((await topic(who, "news")).on, true);
  });
});

describe("the feed inside the cabinet", () => {
  let server;
  before(async () => (server = await Server.start()));
  after(() => server?.stop());

  test("one's own items, the newest first, counted until read", async () => {
    const who = await server.customer(), other = await server.customer();
    const feed = async (whose) => (await server.get("/feed", {token: whose.token})).body;
    assert.deepEqual(await feed(who), {unread: 0, archived: false, agreed: false, items: []});
    for (const topic of ["news", "offers"]) await server.post("/sandbox/tell", {customer: who.customer, topic});
    const {unread, items} = await feed(who);
    assert.deepEqual([unread, items.map((item) => [item.kind, item.unread])], [2, [["offer", true], ["news", true]]]);
    assert.deepEqual((await feed(other)).items, [], "another's feed");
    await server.post("/feed/read", {}, {token: other.token});
    assert.equal((await feed(who)).unread, 2);
    assert.equal((await server.post("/feed/read", {}, {token: who.token})).status, 200);
    assert.deepEqual([(await feed(who)).unread, (await feed(who)).items.length], [0, 2]);
    await server.post("/sandbox/tell", {customer: who.customer, topic: "news"});
    const browser = await server.browser().signIn(who);
    await browser.go("/feed");
    assert.match(browser.html, /1 непрочитанное/);
    await browser.send("/feed/read");
    assert.doesNotMatch(browser.html, /непрочитанн/);
  });

  test("what became of messages is for staff alone", async () => {
    const who = await server.customer();
    for (const token of [who.token, undefined])
      assert.equal((await server.get("/staff/messages", {token})).status, 401);
  });
});

describe("letters by SMTP (some of MS 1, MS-2)", () => {
  let server, smtp, port, letters = [], behaviour = () => null, keys;

  const open = (options = {}) => new Promise((done) => {
    smtp = new SMTPServer({
      ...keys, authMethods: ["PLAIN", "LOGIN"], logger: false,
      onAuth: (auth, session, answer) =>
        auth.username === "kabinet" && auth.password === "mail-password" && session.secure
          ? answer(null, {user: "kabinet"}) : answer(new Error("Invalid username or password")),
      onRcptTo: (address, session, answer) => answer(behaviour(address.address)),
      onData: (stream, session, answer) => {
        let text = "";
        stream.on("data", (data) => (text += data));
        stream.on("end", () => {
          letters.push({text, to: session.envelope.rcptTo[0].address, from: session.envelope.mailFrom.address});
          answer();
        });
      },
      ...options,
    });
    smtp.on("error", () => {});
    smtp.listen(port, "127.0.0.1", done);
  });
  const close = () => new Promise((done) => smtp.close(done));
  const fate = async (who, wanted) => {
    for (let tries = 0; tries < 2000; tries++) {
      const {sent} = (await server.get("/settings/messages", {token: who.token})).body;
      const letter = sent.find((message) => message.channel === "mail");
      if (letter?.state === wanted) return letter;
      await pause(25);
    }
    assert.fail(`the letter is not ${wanted}`);
  };
  const ask = async () => {
    const who = await server.customer();
    who.address = newAddress();
    assert.equal((await server.post("/settings/email", {address: who.address}, {token: who.token})).status, 200);
    return who;
  };
  const refusal = (code) => Object.assign(new Error("told so by the test"), {responseCode: code});

  before(async () => {
    port = await freePort();
    server = await Server.start();
    await server.end();
    const [key, certificate, password] = ["mail.key", "mail.pem", "mail.password"].map((name) => join(server.folder, name));
    execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                             "-keyout", key, "-out", certificate, "-subj", "/CN=mail", "-addext", "subjectAltName=IP:127.0.0.1"],
                 {stdio: "pipe"});
    keys = {key: `${execFileSync("cat", [key])}`, cert: `${execFileSync("cat", [certificate])}`};
    writeFileSync(password, "mail-password\n");
    writeFileSync(server.configuration, `
messaging:
  mail:
    url: smtp://127.0.0.1:${port}
    user: kabinet
    password_file: ${password}
    from: no-reply@example.ru
    ca_file: ${certificate}
`, {flag: "a"});
    await server.run();
    await open();
  });
  after(async () => {
    await server?.stop();
    await close();
  });

  test("STARTTLS, authentication, and a letter that is right", async () => {
    letters = [];
    const who = await ask();
    await fate(who, "sent");
    const [{text, to, from}] = letters;
    assert.deepEqual([to, from], [who.address, "no-reply@example.ru"]);
    const [head, body] = text.split("\r\n\r\n");
    const headers = Object.fromEntries(head.replace(/\r\n /g, " ").split("\r\n").map((line) => line.split(/: (.*)/s)));
    const decode = (value) => value.replace(/=\?UTF-8\?B\?(.*?)\?=( (?==\?))?/g, (all, word) => Buffer.from(word, "base64"));
    assert.equal(decode(headers.From), "Кошелёк <no-reply@example.ru>");
    assert.match(decode(headers.Subject), /^(Код для почты|Code for your e-mail): \d{6}$/);
    assert.match(headers["Message-ID"], /^<\d+\.kabinet@example\.ru>$/);
    assert.ok(Math.abs(Date.parse(headers.Date) - Date.now()) < 60000);
    assert.equal(headers["Content-Transfer-Encoding"], "base64");
    assert.match(`${Buffer.from(body, "base64")}`, /\d{6}/);
    assert.ok(head.split("\r\n").every((line) => line.length <= 78), head);
  });

  test("an address that does not exist: refused, asked once; not now: asked again", async () => {
    let times = 0;
    behaviour = () => (++times, refusal(550));
    const who = await ask();
    assert.match((await fate(who, "refused")).reason, /550/);
    await pause(1500);
    assert.equal(times, 1);
    times = 0;
    behaviour = () => (++times < 3 ? refusal(451) : null);
    await fate(await ask(), "sent");
    assert.equal(times, 3);
    behaviour = () => null;
  });

  test("down, without TLS, or of another's certificate: waits, nothing is said in the clear", async () => {
    await close();
    const who = await ask();
    await pause(500);
    await fate(who, "waiting");
    letters = [];
    await open({hideSTARTTLS: true, disabledCommands: ["STARTTLS"], allowInsecureAuth: true});
    await pause(2500);
    assert.equal(letters.length, 0);
    await close();
    await open({key: undefined, cert: undefined}); // its own certificate, which nobody trusts
    await pause(2500);
    assert.equal(letters.length, 0);
    await close();
    await open();
    await fate(who, "sent");
    assert.equal(letters.length, 1);
  });
});
