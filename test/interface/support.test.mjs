// The support: the conversation, reporting a theft, maintenance.

import assert from "node:assert/strict";
import {after, before, describe, test} from "node:test";

import {newKey, newPhone, problem, withServer} from "../support/server.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {Wallets, limits} from "../support/wallet.mjs";

let both, server, wallets;

before(async () => {
  both = await startBoth({limits, support: {hours: {weekdays: "00:00-24:00", weekends: "00:00-24:00"}}});
  ({server} = both);
  wallets = new Wallets(both);
});
after(() => both?.stop());

const say = (who, text, more = {}) => server.post("/support", {text, ...more}, {token: who.token, key: newKey()});
const chat = async (who) => (await server.get("/support", {token: who.token})).body;

// The names of events on a stream, as they come.
async function* news(path, headers) {
  const leave = new AbortController();
  const answer = await fetch(server.url + path, {headers: {Accept: "text/event-stream", ...headers}, signal: leave.signal});
  assert.equal(answer.status, 200);
  yield "open";
  let text = "";
  try {
    for await (const piece of answer.body) {
      text += Buffer.from(piece).toString();
      for (const [, name] of text.matchAll(/event: (\w+)/g)) yield name;
      text = text.slice(text.lastIndexOf("\n\n") + 2);
    }
  } finally {
    leave.abort();
  }
}

describe("the conversation (some of SU 1)", () => {
  test("a customer writes twice: one conversation, a promise of an answer, nobody else sees it", async () => {
    const who = await server.customer(), stranger = await server.customer();
    const first = await say(who, "Не приходит код\nвторой день");
    assert.equal(first.status, 201, first.text);
    const second = await say(who, "И SMS тоже");
    assert.equal(second.body.case, first.body.case);
    const page = await chat(who);
    assert.equal(page.duty.now, true);
    assert.deepEqual(page.case.messages.map((m) => [m.author, m.text]),
                     [["customer", "Не приходит код\nвторой день"], ["customer", "И SMS тоже"]]);
    const wait = Date.parse(page.case.answer_by) - Date.now();
    assert.ok(wait > 0 && wait <= 15 * 60e3, `${wait}`);
    assert.equal((await chat(stranger)).case, undefined);
    const theirs = await server.get(`/support/cases/${first.body.case}`, {token: stranger.token});
    const missing = await server.get("/support/cases/4242", {token: stranger.token});
    assert.deepEqual([theirs.status, problem(theirs)], [404, problem(missing)]);
    assert.equal((await server.get(`/support/cases/${first.body.case}`)).status, 404, "nor does a guest");
    assert.equal((await server.get(`/support/cases/${first.body.case}`, {token: who.token})).status, 200);
  });

  test("nothing, too much, without a key: refused, and no conversation begins", async () => {
    const who = await server.customer();
    for (const text of ["", "   ", "ж".repeat(2001)]) assert.equal((await say(who, text)).status, 422);
    assert.equal((await server.post("/support", {text: "x"}, {token: who.token})).status, 400);
    assert.equal((await chat(who)).case, undefined);
  });

  test("about an operation: one's own alone", async () => {
    const who = await server.customer(), stranger = await server.customer();
    assert.equal(await wallets.topup(who, "100.00"), "paid");
    const {body: list} = await server.get("/operations", {token: who.token});
    const id = list.days[0].operations[0].id;
    assert.equal((await server.get(`/support?about=${id}`, {token: who.token})).body.about.sum.amount, "100.00");
    assert.equal((await server.get(`/support?about=${id}`, {token: stranger.token})).body.about, undefined);
    assert.equal((await say(stranger, "Чужое", {about: id})).status, 404);
    assert.equal((await say(who, "Где это?", {about: id})).status, 201);
    assert.equal((await chat(who)).case.messages[0].about, id);
    const browser = await server.browser().signIn(who);
    await browser.go(`/operations/${id}`);
    assert.match(browser.html, new RegExp(`href="/support\\?about=${id}"`));
  });

  test("a guest writes by the plain form, is known by a cookie, and goes on after signing in", async () => {
    const guest = server.browser(), other = server.browser();
    await guest.go("/signin");
    assert.match(guest.html, /class="button chat" href="\/support"/, "every page leads there");
    await guest.go("/support");
    await guest.send("/support", {text: "Не могу войти <b>"});
    assert.equal(guest.status, 200);
    assert.match(guest.html, /Не могу войти &lt;b&gt;/);
    assert.ok(guest.cookies.has("support"));
    await other.go("/support");
    assert.doesNotMatch(other.html, /Не могу войти/);
    await guest.go("/support");
    assert.match(guest.html, /Не могу войти/);
    const who = await server.customer();
    await guest.signIn(who);
    await guest.go("/support");
    await guest.send("/support", {text: "Теперь вошёл"});
    assert.ok(!guest.cookies.has("support"));
    assert.deepEqual((await chat(who)).case.messages.map((m) => m.text), ["Не могу войти <b>", "Теперь вошёл"]);
  });

  test("an empty form comes back with its error and the other form beside it", async () => {
    const guest = server.browser();
    await guest.go("/support");
    await guest.send("/support", {text: " "});
    assert.equal(guest.status, 422);
    assert.match(guest.html, /Ошибка:/);
    await guest.send("/support/callback", {phone: "12", part: "day"});
    assert.equal(guest.status, 422);
  });

  test("live: whoever looks is told, others are not", async () => {
    const who = await server.customer();
    await say(who, "Есть кто?");
    const stream = news("/support/events", {Authorization: `Bearer ${who.token}`});
    assert.equal((await stream.next()).value, "open");
    const heard = stream.next();
    await say(await server.customer(), "Чужое");
    await say(who, "Ау");
    assert.equal((await heard).value, "support");
    await stream.return();
    assert.equal((await fetch(server.url + "/support/events", {headers: {Accept: "text/event-stream"}})).status, 404);
  });

  test("a call back: the number and the time of day are kept in the conversation", async () => {
    const who = await server.customer();
    const asked = await server.post("/support/callback", {phone: "8 916 123-45-67", part: "evening"},
                                    {token: who.token, key: newKey()});
    assert.equal(asked.status, 201, asked.text);
    const [note] = (await chat(who)).case.messages;
    assert.equal(note.author, "system");
    assert.match(note.text, /\+7 916 123-45-67.*(Вечером|evening)/);
    for (const bad of [{phone: "12", part: "day"}, {phone: newPhone(), part: "night"}, {phone: newPhone()}])
      assert.equal((await server.post("/support/callback", bad, {token: who.token, key: newKey()})).status, 422);
  });

  test("nobody on duty: hours and a promise, and the message is kept", async () => {
    await withServer({support: {hours: {weekdays: "", weekends: ""}}}, async (own) => {
      const who = await own.customer();
      const sent = await own.post("/support", {text: "Ночью"}, {token: who.token, key: newKey()});
      assert.equal(sent.status, 201);
      assert.equal(sent.body.duty.now, false);
      assert.equal((await own.get("/support", {token: who.token})).body.case.messages[0].text, "Ночью");
    });
    // A span that is over at this hour, or yet to come, whatever the hour of the test: the minute just gone by.
    const hour = new Date().getUTCHours(), clock = (h) => `${String(h).padStart(2, "0")}:00`;
    const span = hour === 0 ? "22:00-23:00" : `${clock(hour - 1)}-${clock(hour)}`;
    await withServer({time_zone: "UTC", support: {hours: {weekdays: span, weekends: span}}}, async (own) => {
      const {duty} = (await own.get("/support")).body;
      assert.equal(duty.now, false);
      assert.equal(duty.weekdays, span);
      const wait = Date.parse(duty.answer_by) - Date.now();
      assert.ok(wait > 0 && wait < 25 * 3600e3, duty.answer_by);
      const browser = await own.browser().go("/support");
      const [from, to] = span.replace(/\b0(?=\d:)/g, "").split("-"); // "0:00": as it is said
      assert.ok(browser.html.includes(`с ${from} до ${to}`), browser.html);
    });
  });
});

describe("attachments (some of SU 1)", () => {
  // A drawing of one pixel, a comment in it, and a page behind it.
  const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==", "base64");
  const pdf = Buffer.from("%PDF-1.4\n1 0 obj\n<<>>\nendobj\nstartxref\n0\n%%EOF\n");
  async function attach(who, bytes, {name = "снимок.png", text = "Вот"} = {}) {
    const form = new FormData();
    if (text) form.set("text", text);
    form.set("file", new Blob([bytes], {type: "image/png"}), name);
    const answer = await fetch(server.url + "/support", {
      method: "POST", body: form,
      headers: {Accept: "application/json", Authorization: `Bearer ${who.token}`, "Idempotency-Key": newKey()},
    });
    return {status: answer.status, body: await answer.json()};
  }

  test("a picture is encoded anew and given back to its owner alone, for saving", async () => {
    const who = await server.customer(), stranger = await server.customer();
    const sent = await attach(who, Buffer.concat([png, Buffer.from("<html><script>alert(1)</script>")]), {name: "../x/снимок.png"});
    assert.equal(sent.status, 201, JSON.stringify(sent.body));
    const [message] = (await chat(who)).case.messages;
    assert.equal(message.files[0].name, "снимок.png");
    const path = `/support/cases/${message.files[0].case}/files/${message.files[0].id}`;
    const given = await fetch(server.url + path, {headers: {Authorization: `Bearer ${who.token}`}});
    const bytes = Buffer.from(await given.arrayBuffer());
    assert.equal(given.status, 200);
    assert.equal(given.headers.get("Content-Type"), "image/png");
    assert.equal(given.headers.get("X-Content-Type-Options"), "nosniff");
    assert.match(given.headers.get("Content-Disposition"), /^attachment/);
    assert.equal(bytes.subarray(1, 4).toString(), "PNG");
    assert.ok(!bytes.includes("<html"));
    for (const token of [stranger.token, undefined]) assert.equal((await server.get(path, {token})).status, 404);
    const own = await attach(stranger, png);
    assert.equal((await server.get(`/support/cases/${own.body.case}/files/${message.files[0].id}`, {token: stranger.token})).status, 404);
  });

  test("a document passes; without words, too", async () => {
    const who = await server.customer();
    assert.equal((await attach(who, pdf, {name: "чек.pdf", text: ""})).status, 201);
    const [{files: [file]}] = (await chat(who)).case.messages;
    const address = `${server.url}/support/cases/${file.case}/files/${file.id}`;
    const given = await fetch(address, {headers: {Authorization: `Bearer ${who.token}`}});
    assert.equal(given.headers.get("Content-Type"), "application/pdf");
    assert.match(given.headers.get("Content-Disposition"), /^attachment/);
    assert.ok(Buffer.from(await given.arrayBuffer()).equals(pdf));
  });

  test("wrong types, floods, two files in one, too much: refused, nothing said", async () => {
    const who = await server.customer();
    const flood = Buffer.from(png);
    flood.writeUInt32BE(60000, 16);
    flood.writeUInt32BE(60000, 20);
    const bad = [Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>"), Buffer.from("GIF89a...."), flood, png.subarray(0, 40),
                 Buffer.concat([pdf, Buffer.from("PK\x05\x06")]), Buffer.alloc(100)];
    for (const bytes of bad) {
      const answer = await attach(who, bytes);
      assert.equal(answer.status, 422, JSON.stringify(answer.body));
      assert.equal(answer.body.errors[0].field, "file");
    }
    assert.ok([413, 422].includes((await attach(who, Buffer.alloc(8.02 * 1024 * 1024))).status));
    assert.equal((await chat(who)).case, undefined);
  });
});

describe("theft (SU-4)", () => {
  test("one step: money out is refused, other sessions are over, all is told, a case is open", async () => {
    const who = await server.customer(), friend = await server.customer();
    assert.equal(await wallets.topup(who, "500.00"), "paid");
    const thief = await server.browser().signIn(who);
    assert.equal((await thief.go("/")).status, 200);
    const pay = () => server.post("/transfers", {to: friend.phone, sum: "10"}, {token: who.token, key: newKey()});
    assert.ok((await pay()).status < 300, "before");
    const told = (await server.messages(who.phone)).length;

    const owner = await server.browser().signIn(who);
    await owner.go("/support");
    assert.match(owner.html, /href="\/support\/theft"/);
    await owner.go("/support/theft");
    await owner.send("/support/theft");
    assert.equal(owner.path, "/support");
    assert.equal(owner.status, 200);
    assert.match(owner.html, /заморожен/);

    assert.equal((await server.get("/operations", {token: who.token})).status, 401, "other sessions are over");
    await thief.go("/sessions");
    assert.equal(thief.path, "/signin");
    await thief.signIn(who);
    await thief.go("/transfer");
    await thief.send("/transfers/check", {to: friend.phone, sum: "10"});
    assert.equal(thief.status, 422);
    assert.match(thief.html, /заблокирован|заморож|приостановлен/i);
    const [text] = await server.messages(who.phone, told);
    assert.match(text, /заморож/);

    // Money still comes in; a new wallet is no way out; a second press changes nothing.
    const {token} = (await server.post("/signin", {...who, customer: undefined, token: true})).body;
    assert.ok((await server.post("/transfers", {to: who.phone, sum: "1"}, {token: friend.token, key: newKey()})).status < 300);
    assert.equal(problem(await server.post("/transfers", {to: friend.phone, sum: "1"}, {token, key: newKey()})), "account-frozen");
    const wallet = await server.post("/wallets", {name: "Новый"}, {token, key: newKey()});
    assert.equal(await wallets.topup({...who, token}, "50.00"), "paid");
    assert.equal(problem(await server.post("/transfers", {to: friend.phone, sum: "1", from: wallet.body.id}, {token, key: newKey()})),
                 "account-frozen");
    const again = await server.post("/support/theft", {}, {token, key: newKey()});
    assert.equal(again.status, 200);
    const {case: open} = (await server.get("/support", {token})).body;
    assert.equal(open.messages.length, 1);
    assert.equal(open.messages[0].author, "system");
  });

  test("asked by nobody, or without the form's token: nothing", async () => {
    assert.equal((await server.post("/support/theft", {}, {key: newKey()})).status, 401);
  });
});

describe("maintenance (some of SU 6)", () => {
  test("configured: every page and every program hears 503 and the expected end; /live answers", async () => {
    const until = new Date(Date.now() + 2 * 3600e3).toISOString();
    await withServer({support: {maintenance_until: until}}, async (own) => {
      for (const path of ["/", "/signin", "/support", "/operations", "/sandbox/phone"]) {
        const answer = await own.get(path);
        assert.equal(answer.status, 503, path);
        assert.equal(problem(answer), "maintenance");
        const wait = Number(answer.headers.get("Retry-After"));
        assert.ok(wait > 7000 && wait <= 7200, `${wait}`);
      }
      const browser = await own.browser().go("/signin");
      assert.equal(browser.status, 503);
      assert.match(browser.html, /Идут плановые работы/);
      const write = await own.post("/signup", {phone: newPhone(), altcha: ""});
      assert.equal(problem(write), "maintenance");
      assert.equal((await own.get("/live")).status, 200);
      assert.equal((await own.get("/ready")).status, 200);
    });
  });
});

describe("help pages", () => {
  const ask = async (q, language = "ru") =>
    (await server.get(`/help?q=${encodeURIComponent(q)}`, {headers: {"Accept-Language": language}})).body.articles.map((a) => a.slug);

  test("found by words in any case and ending, in both languages", async () => {
    for (const [words, slug] of [["КОД", "code"], ["не пришЁл код", "code"], ["Переводы", "transfer"], ["укради телефон", "theft"],
                                 ["безопасность", "security"]])
      assert.ok((await ask(words)).includes(slug), `${words}: ${await ask(words)}`);
    assert.ok((await ask("FORGOT", "en")).includes("password"));
    assert.deepEqual(await ask("зюзюка"), []);
    assert.ok((await ask("!!!")).length > 5, "nothing asked: all");
    const browser = await server.browser().go("/help?q=%D0%B7%D1%8E%D0%B7%D1%8E");
    assert.match(browser.html, /Ничего не нашлось/);
    assert.equal((await browser.go("/help/code")).status, 200);
    assert.equal((await browser.go("/help/nothing")).status, 404);
    assert.equal((await browser.go(`/help?q=${"x".repeat(101)}`)).status, 200);
  });

  test("each customer has one rating of an answer and of the cabinet, and may change it; guests have none", async () => {
    const who = await server.customer();
    const rate = (path, body, by = who) => server.post(path, body, {token: by.token});
    assert.equal((await rate("/help/code/rate", {helped: "no"})).status, 200);
    assert.equal((await server.get("/help/code", {token: who.token})).body.helped, false);
    assert.equal((await rate("/help/code/rate", {helped: "yes"})).status, 200);
    assert.equal((await server.get("/help/code", {token: who.token})).body.helped, true);
    assert.equal((await rate("/help/cabinet/rate", {score: 5})).status, 200);
    assert.equal((await rate("/help/cabinet/rate", {score: 2})).status, 200);
    assert.equal((await server.get("/help", {token: who.token})).body.rated, 2);
    for (const score of [0, 6, "x"]) assert.equal((await rate("/help/cabinet/rate", {score})).status, 422);
    assert.equal((await rate("/help/nothing/rate", {helped: "yes"})).status, 404);
    assert.equal((await rate("/help/code/rate", {helped: "yes"}, {})).status, 401);
    const browser = await server.browser().signIn(who);
    await browser.go("/help/code");
    await browser.send("/help/code/rate", {helped: "no"});
    assert.equal(browser.path, "/help/code");
    assert.match(browser.html, /не помогло/);
  });
});
