// sessions.test.mjs: where one is signed in, and what ends that (ID-14).

import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {Server, pause, steady, withServer} from "../support/server.mjs";

let server;
before(async () => (server = await Server.start()));
after(() => server.stop());

test("ID-14: sessions are listed with device and place, ended one by one or all but this", async () => {
  const person = await server.customer();
  const browser = server.browser();
  await browser.signIn(person);
  const other = await server.post("/signin", {phone: person.phone, password: person.password, token: true},
                                  {headers: {"User-Agent": "okhttp/4.12.0"}});
  await browser.go("/sessions");
  for (const words of ["Firefox · Linux", "Это устройство", "Android app", "127.0.0.1"]) assert.ok(browser.html.includes(words), words);
  const {sessions} = (await server.get("/sessions", {token: person.token})).body;
  assert.equal(sessions.length, 3);
  assert.equal(sessions.filter((session) => session.current).length, 1);

  const app = sessions.find((session) => session.device === "Android app");
  await browser.send(`/sessions/${app.id}/end`);
  assert.equal(browser.path, "/sessions");
  assert.equal((await server.get("/sessions", {token: other.body.token})).status, 401);
  await browser.send("/sessions/end-others");
  assert.equal((await server.get("/sessions", {token: person.token})).status, 401);
  await browser.go("/sessions");
  assert.equal(browser.path, "/sessions", "this one stays");
});

test("ID-14: another's session is as if missing", async () => {
  const [mine, other] = [await server.customer(), await server.customer()];
  const {sessions} = (await server.get("/sessions", {token: other.token})).body;
  const theirs = await server.post(`/sessions/${sessions[0].id}/end`, {}, {token: mine.token});
  const missing = await server.post("/sessions/1000/end", {}, {token: mine.token});
  assert.equal(theirs.status, 404);
  assert.equal(steady(theirs.text), steady(missing.text));
  assert.equal((await server.get("/sessions", {token: other.token})).status, 200);
});

test("ID-14: a session cookie that was there before signing in is replaced and ended", async () => {
  const [victim, attacker] = [await server.customer(), await server.customer()];
  const planted = server.browser();
  await planted.signIn(attacker);
  const browser = server.browser();
  for (const cookie of [planted.cookies.get("session"), "A".repeat(54), "x"]) {
    browser.cookies.set("session", cookie);
    const page = await fetch(`${server.url}/signin`, {
      method: "POST", redirect: "manual",
      headers: {Accept: "application/json", "Content-Type": "application/json", Cookie: `session=${cookie}`},
      body: JSON.stringify({phone: victim.phone, password: victim.password}),
    });
    assert.equal(page.status, 200);
    const [, session] = /session=([^;]+)/.exec(page.headers.get("set-cookie"));
    assert.notEqual(session, cookie);
  }
  await planted.go("/sessions");
  assert.equal(planted.path, "/signin", "the planted session has ended");
});

test("ID-14: tokens and cookies are not each other, nor anything else", async () => {
  const person = await server.customer();
  const browser = server.browser();
  await browser.signIn(person);
  assert.equal((await server.get("/sessions", {token: browser.cookies.get("session")})).status, 401);
  const cookie = await server.get("/sessions", {headers: {Cookie: `session=${person.token}`}});
  assert.equal(cookie.status, 401);
  const wrong = person.token.slice(0, -2) + (person.token.endsWith("AA") ? "BA" : "AA");
  for (const token of [wrong, person.token + "A", person.token.slice(1), "", "x", "A".repeat(54), "-".repeat(54), "é".repeat(27)]) {
    const answer = await server.get("/sessions", {headers: {Authorization: Buffer.from(`Bearer ${token}`).toString("latin1")}});
    assert.ok([400, 401].includes(answer.status), `${token}: ${answer.status}`);
  }
});

test("ID-14: sessions outlive a restart and a crash", async () => {
  await withServer({}, async (own) => {
    const person = await own.customer();
    await own.end("SIGKILL");
    await own.run();
    assert.equal((await own.get("/sessions", {token: person.token})).status, 200);
    assert.equal(await own.end(), 0);
    await own.run();
    assert.equal((await own.get("/sessions", {token: person.token})).status, 200);
  });
});

// About an idle time so short that it is waited for: where this machine took longer than it from one use to the next, once
// more with a longer one. run(server, idle in ms, use), where use(browser, path) is in time unless told so.
async function idling(run) {
  for (let idle = 2000; ; idle *= 4) {
    let last = Date.now(), worst = 0;
    const use = async (browser, path) => {
      const sent = Date.now();
      await browser.go(path);
      worst = Math.max(worst, Date.now() - last);
      last = sent;
    };
    const begin = () => (last = Date.now());
    try {
      return await withServer({identity: {session: {idle: `${idle / 1000}s`}}}, (own) => run(own, idle, {use, begin}));
    } catch (error) {
      if (worst < idle || idle > 100000) throw error;
    }
  }
}

test("ID-14: an idle session ends, and a form sent after it is kept until one has signed in", async () => {
  await idling(async (brief, idle, {use, begin}) => {
    const person = await brief.customer();
    const browser = brief.browser();
    begin();
    await browser.signIn(person);
    await use(browser, "/transfer");
    assert.match(browser.html, /data-session-ends="\d{4}-/, "the page knows when");
    const action = /<form[^>]*action="(\/transfer[^"]*)"/.exec(browser.html)[1];
    for (let i = 0; i < 4; i++) {
      await pause(idle * 0.35);
      await use(browser, "/sessions");
      assert.equal(browser.path, "/sessions", "in use it goes on");
    }
    await use(browser, "/transfer");
    await pause(idle * 1.05);
    const typed = {to: "8 916 000-00-07", sum: "150", note: "за <обед> & чай"};
    await browser.send(action, typed);
    assert.equal(browser.path, "/signin");
    assert.match(browser.html, /ничего не потерялось/);
    const kept = new Map(browser.cookies);

    const stranger = await brief.customer();
    browser.cookies.set("kept", kept.get("kept"));
    await browser.send("/signin", {phone: stranger.phone, password: stranger.password});
    assert.equal(browser.path, "/", "nobody else is shown it");
    await browser.go(`/resume/${kept.get("kept")}`);
    assert.equal(browser.status, 404);

    browser.cookies = kept;
    await browser.go("/signin?kept=1");
    await browser.send("/signin", {phone: person.phone, password: person.password});
    assert.match(browser.path, /^\/resume\//);
    assert.ok(browser.html.includes("за &lt;обед&gt; &amp; чай"));
    assert.equal(browser.form(action).to, typed.to);
    await browser.send(action);
    assert.ok([200, 422].includes(browser.status), `${browser.status}`);
    assert.ok(browser.html.includes("за &lt;обед&gt; &amp; чай"), "the same form, with what was typed");
  });
});

test("ID-14: a page that is told of news and fetches itself keeps no idle session alive; a person does", async () => {
  await idling(async (brief, idle, {use, begin}) => {
    const person = await brief.customer(), browser = brief.browser();
    begin();
    await browser.signIn(person);
    const looks = () => fetch(`${brief.url}/`, {redirect: "manual", headers: {
      Accept: "text/html", "X-Looking": "1", Cookie: `session=${browser.cookies.get("session")}`}});
    for (let i = 0; i < 4; i++) { // in use it goes on, whatever is looked at meanwhile
      await pause(idle * 0.35);
      await use(browser, "/sessions");
      assert.equal(browser.path, "/sessions");
      assert.match(await (await looks()).text(), /data-session-ends/);
    }
    for (let i = 0; i < 8; i++) {
      await pause(idle * 0.175);
      await looks();
    }
    await browser.go("/sessions");
    assert.equal(browser.path, "/signin", "looked at all the time, used by nobody");
  });
});
