// The agents' side of the support: cases taken, answered, handed over, closed and reopened; who is there; calls; ready
// answers; what two agents, a closing in between and a thousand open streams do.

import assert from "node:assert/strict";
import {after, before, describe, test} from "node:test";

import {startBoth} from "../support/sandbox.mjs";
import {newKey, newPhone, pause, problem, withServer} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";
import {Wallets, limits} from "../support/wallet.mjs";

let both, server, wallets, anna, boris, risk, editor;

before(async () => {
  both = await startBoth({limits, support: {hours: {weekdays: "00:00-24:00", weekends: "00:00-24:00"}}});
  ({server} = both);
  ({anna, boris, risk, editor} = await staff(server, {anna: "support", boris: "support", risk: "risk", editor: "catalogue"}));
  wallets = new Wallets(both);
});
after(() => both?.stop());

const options = (who) => ({token: who?.token, key: newKey()});
const say = async (who, text, more = {}) => {
  const answer = await server.post("/support", {text, ...more}, options(who));
  assert.equal(answer.status, 201, answer.text);
  return answer.body.case;
};
const chat = async (who) => (await server.get("/support", {token: who.token})).body.case;
const act = (member, id, what, body = {}) => member.post(`/staff/cases/${id}/${what}`, body, {key: newKey()});
const seen = async (member, id) => (await member.get(`/staff/cases/${id}`)).body;
const listed = async (member, id, show = "all") =>
  (await member.get(`/staff/cases?show=${show}`)).body.cases.find((each) => each.id === id);

async function taken(text = "Помогите", who) {
  who ??= await server.customer();
  const id = await say(who, text);
  assert.equal((await act(anna, id, "take")).status, 200);
  return {who, id};
}

describe("SU-1: a case on the agents' side", () => {
  test("waits in the queue with its promise; opens to whoever takes it; both sides see what is new", async () => {
    const who = await server.customer();
    const id = await say(who, "Не приходит код");
    const row = await listed(anna, id);
    assert.deepEqual([row.channel, row.free, row.unread, row.customer], ["chat", true, true, true]);
    assert.ok(Date.parse(row.due) - Date.now() <= 15 * 60e3);
    const task = (await anna.get("/staff/tasks?queue=support.case")).body.tasks.find((each) => each.subject === id);
    assert.equal(task.customer, who.customer);
    const before = await seen(anna, id);
    assert.deepEqual([before.reads, before.messages], [false, []], "not read before it is taken");
    assert.equal((await act(anna, id, "say", {text: "Тороплюсь"})).status, 409);

    assert.equal((await act(anna, id, "take")).status, 200);
    const opened = await seen(anna, id);
    assert.deepEqual(opened.messages.map((m) => [m.text, m.unread]), [["Не приходит код", true]], "new when it is first seen");
    assert.equal((await seen(anna, id)).messages[0].unread, false);
    assert.equal((await listed(anna, id)).unread, false, "read");
    assert.equal((await anna.get(`/staff/customers/${who.customer}`)).status, 200, "the card opens within the case");

    assert.equal((await act(anna, id, "say", {text: "Сейчас посмотрю"})).status, 200);
    assert.equal((await act(anna, id, "note", {note: "Похоже, старый номер"})).status, 200);
    const theirs = await server.get(`/support/cases/${id}`, {token: who.token});
    assert.deepEqual(theirs.body.case.messages.map((m) => [m.author, m.text]),
                     [["customer", "Не приходит код"], ["support", "Сейчас посмотрю"]], "no note");
    assert.ok(!theirs.text.includes("старый номер") && !theirs.text.includes("anna"));
    assert.equal(theirs.body.case.state, "answered");
    assert.deepEqual((await seen(anna, id)).messages.map((m) => m.author), ["customer", "support", "note"]);
    await say(who, "Спасибо");
    assert.equal((await listed(anna, id)).unread, true);
    assert.equal((await chat(who)).state, "waiting");
  });

  test("two agents: one has it, the other neither reads nor answers until it is handed over", async () => {
    const {id} = await taken();
    const theirs = await act(boris, id, "take");
    assert.deepEqual([theirs.status, problem(theirs)], [409, "case-taken"]);
    assert.deepEqual((await seen(boris, id)).messages, []);
    const acts = {say: {text: "Я тоже"}, note: {note: "x"}, close: {outcome: "solved"}, hand: {login: "boris"}};
    for (const [what, body] of Object.entries(acts))
      assert.equal(problem(await act(boris, id, what, body)), "case-not-yours", what);
    assert.equal((await act(anna, id, "hand", {login: "nobody"})).status, 422);
    assert.equal((await act(anna, id, "hand", {login: "editor"})).status, 422, "not his role");
    assert.equal((await act(anna, id, "hand", {login: "boris"})).status, 200);
    assert.equal((await seen(boris, id)).messages.length, 1);
    assert.equal(problem(await act(anna, id, "say", {text: "Опоздала"})), "case-not-yours");
    assert.equal((await act(boris, id, "hand")).status, 200, "back to all");
    const both = await Promise.all([act(anna, id, "take"), act(boris, id, "take")]);
    assert.deepEqual(both.map(({status}) => status).sort(), [200, 409]);
  });

  test("closed with an outcome, rated, reopened; who writes to a closed one begins another, and none is lost", async () => {
    const {who, id} = await taken();
    assert.equal((await server.post(`/support/cases/${id}/rate`, {score: 5}, options(who))).status, 409, "not yet");
    await act(anna, id, "say", {text: "Готово"});
    assert.equal((await act(anna, id, "close", {outcome: "nonsense"})).status, 422);
    assert.equal((await act(anna, id, "close", {outcome: "solved"})).status, 200);
    assert.equal(await listed(anna, id), undefined);
    assert.equal((await listed(anna, id, "closed")).state, "closed");
    assert.equal(problem(await act(anna, id, "say", {text: "Ещё"})), "case-closed");
    const ended = await chat(who);
    assert.deepEqual([ended.id, ended.state, ended.messages.at(-1).text], [id, "closed", "Готово"]);
    const stranger = await server.customer();
    assert.equal((await server.post(`/support/cases/${id}/rate`, {score: 5}, options(stranger))).status, 404);
    for (const score of [0, 6]) assert.equal((await server.post(`/support/cases/${id}/rate`, {score}, options(who))).status, 422);
    assert.equal((await server.post(`/support/cases/${id}/rate`, {score: 4}, options(who))).status, 200);
    assert.equal((await seen(anna, id)).score, 4);

    const other = await say(who, "Опять");
    assert.notEqual(other, id);
    assert.equal((await listed(anna, other)).free, true);
    assert.equal((await act(boris, id, "reopen")).status, 200);
    assert.equal((await seen(boris, id)).mine, true);
    assert.equal((await act(boris, id, "reopen")).status, 409);
  });

  test("closed while the customer writes: the message is in an open case, whichever came first", async () => {
    for (let round = 0; round < 10; round++) {
      const {who, id} = await taken();
      const [closing, sent] = await Promise.all([act(anna, id, "close", {outcome: "solved"}),
                                                 server.post("/support", {text: `Стойте ${round}`}, options(who))]);
      assert.deepEqual([closing.status, sent.status], [200, 201]);
      const found = (await server.get(`/support/cases/${sent.body.case}`, {token: who.token})).body.case;
      assert.equal(found.messages.at(-1).text, `Стойте ${round}`);
      if (found.state === "closed") { // it was said before the closing, and stands in it for whoever reopens
        assert.equal(sent.body.case, id);
        assert.equal((await act(anna, id, "reopen")).status, 200);
        assert.equal((await seen(anna, id)).messages.at(-1).text, `Стойте ${round}`);
      } else {
        assert.ok(await listed(anna, sent.body.case), "it waits in the queue");
      }
    }
  });

  test("about an operation: its sum and time stand beside the message, another's do not", async () => {
    const who = await server.customer();
    assert.equal(await wallets.topup(who, "100.00"), "paid");
    const {body: list} = await server.get("/operations", {token: who.token});
    const id = await say(who, "Где деньги?", {about: list.days[0].operations[0].id});
    await act(anna, id, "take");
    const [{operation}] = (await seen(anna, id)).messages;
    assert.equal(operation.sum.amount, "100.00");
  });

  test("a file goes both ways, cleaned; others get none of it", async () => {
    const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==", "base64");
    const {who, id} = await taken();
    const page = await fetch(`${server.url}/staff/cases/${id}`, {headers: {Accept: "text/html", Cookie: `staff=${anna.cookie}`}});
    const csrf = /name="_csrf" value="([^"]*)"/.exec(await page.text())[1];
    const send = async (bytes) => {
      const form = new FormData();
      form.set("_csrf", csrf);
      form.set("text", "Вот");
      form.set("file", new Blob([bytes], {type: "image/png"}), "карта.png");
      return fetch(`${server.url}/staff/cases/${id}/say`, {method: "POST", body: form, redirect: "manual", headers: {
        Accept: "application/json", Cookie: `staff=${anna.cookie}`, "Idempotency-Key": newKey()}});
    };
    assert.equal((await send(Buffer.from("<svg/>"))).status, 422);
    assert.equal((await send(Buffer.concat([png, Buffer.from("<script>")]))).status, 200);
    const [file] = (await chat(who)).messages.at(-1).files;
    assert.equal(file.name, "карта.png");
    const given = await fetch(`${server.url}/support/cases/${id}/files/${file.id}`, {headers: {Authorization: `Bearer ${who.token}`}});
    assert.equal(given.status, 200);
    assert.ok(!Buffer.from(await given.arrayBuffer()).includes("<script"));
    assert.equal((await anna.get(`/staff/cases/${id}/files/${file.id}`)).status, 200);
    assert.equal((await boris.get(`/staff/cases/${id}/files/${file.id}`)).status, 404);
  });

  test("a guest's conversation is the customer's from the moment he signs in", async () => {
    const guest = server.browser(), who = await server.customer();
    await guest.go("/support");
    await guest.send("/support", {text: "Не могу войти"});
    const id = (await anna.get("/staff/cases")).body.cases.find((each) => !each.customer).id;
    await act(anna, id, "take");
    assert.equal((await seen(anna, id)).customer, undefined);
    await guest.signIn(who);
    assert.equal((await seen(anna, id)).customer, who.customer);
    assert.equal((await chat(who)).id, id);
    assert.equal((await anna.get(`/staff/customers/${who.customer}`)).status, 200);
  });

  test("roles: a theft is risk's too, a chat is not; the catalogue's editor sees neither", async () => {
    const who = await server.customer(), id = await say(who, "Обычное");
    const robbed = await server.customer();
    const {body} = await server.post("/support/theft", {}, options(robbed));
    assert.ok(await listed(risk, body.case));
    assert.equal(await listed(risk, id), undefined);
    assert.equal((await risk.get(`/staff/cases/${id}`)).status, 404);
    assert.equal((await act(risk, id, "take")).status, 404);
    assert.equal((await act(risk, body.case, "take")).status, 200);
    assert.equal((await editor.get("/staff/cases")).status, 403);
  });
});

describe("SU-1: who is there", () => {
  test("the switch decides once it is used; off for all: hours and a promise, and the message is kept", async () => {
    const duty = async () => (await server.get("/support")).body.duty;
    assert.equal((await duty()).now, true, "by the hours");
    assert.equal((await anna.post("/staff/duty", {on: "yes"})).status, 200);
    assert.equal((await anna.get("/staff/cases")).body.on_duty, true);
    assert.equal((await boris.get("/staff/cases")).body.on_duty, false);
    assert.equal((await duty()).now, true);
    await anna.post("/staff/duty", {on: "no"});
    const off = await duty();
    assert.equal(off.now, false);
    assert.equal(off.weekdays, "00:00-24:00");
    assert.equal(off.zone, "Europe/Moscow");
    assert.ok(off.answer_by);
    const who = await server.customer();
    await say(who, "Никого?");
    assert.equal((await chat(who)).messages[0].text, "Никого?");
    await boris.post("/staff/duty", {on: "yes"});
    assert.equal((await duty()).now, true);
    await boris.post("/staff/duty", {on: "no"});
  });
});

describe("SU-1: calls", () => {
  test("listed; the number for who has the case; who was not reached is told so", async () => {
    const who = await server.customer(), phone = newPhone();
    const {body} = await server.post("/support/callback", {phone, part: "evening"}, options(who));
    const listedCall = async () => (await anna.get("/staff/calls")).body.calls.find((each) => each.case === body.case);
    const call = await listedCall();
    assert.ok(call);
    assert.ok(!JSON.stringify(call).includes(phone.slice(-7)), "no number on the list");
    assert.deepEqual((await seen(anna, body.case)).calls, []);
    await act(anna, body.case, "take");
    const [shown] = (await seen(anna, body.case)).calls;
    assert.equal(shown.phone.replace(/\D/g, ""), phone.slice(1));
    assert.equal((await boris.post(`/staff/cases/${body.case}/calls/${call.id}`, {outcome: "reached"})).status, 409);
    assert.equal((await anna.post(`/staff/cases/${body.case}/calls/${call.id}`, {outcome: "missed"})).status, 200);
    assert.equal((await anna.post(`/staff/cases/${body.case}/calls/${call.id}`, {outcome: "missed"})).status, 404, "once");
    assert.equal(await listedCall(), undefined);
    assert.match((await chat(who)).messages.at(-1).text, /не дозвонились|could not reach/);
  });
});

describe("SU-1: ready answers", () => {
  test("the catalogue's editor keeps them, agents get those of the customer's language", async () => {
    const add = (member, language, title, text) => member.post("/staff/phrases", {language, title, text});
    assert.equal((await add(anna, "ru", "Код", "Подождите минуту.")).status, 403);
    assert.equal((await add(editor, "ru", "", "x")).status, 422);
    const {body: added} = await add(editor, "ru", "Код", "Подождите минуту.");
    await add(editor, "en", "Code", "Please wait a minute.");
    const who = await server.customer();
    const {body} = await server.post("/support", {text: "Code?"}, {...options(who), headers: {"Accept-Language": "en"}});
    await act(anna, body.case, "take");
    const english = await seen(anna, body.case);
    assert.deepEqual(english.phrases.map((each) => each.title), ["Code"]);
    const chosen = (await anna.get(`/staff/cases/${body.case}?phrase=${english.phrases[0].id}`)).body;
    assert.equal(chosen.phrase, "Please wait a minute.");
    assert.equal((await editor.post(`/staff/phrases/${added.id}`, {language: "ru", title: "Код", text: "Минуту."})).status, 200);
    assert.equal((await editor.post(`/staff/phrases/${added.id}/remove`)).status, 200);
    assert.equal((await editor.post(`/staff/phrases/${added.id}/remove`)).status, 404);
  });
});

describe("SU-1: live", () => {
  test("an agent and a customer hear of each other at once; the trail knows who read what", async () => {
    const {who, id} = await taken();
    const hear = async (path, headers) => {
      const leave = new AbortController();
      const answer = await fetch(server.url + path, {headers: {Accept: "text/event-stream", ...headers}, signal: leave.signal});
      assert.equal(answer.status, 200);
      const reader = answer.body.getReader();
      return async () => {
        let text = "";
        while (!text.includes("event: support")) text += Buffer.from((await reader.read()).value).toString();
        leave.abort();
      };
    };
    const agent = await hear("/staff/events", {Cookie: `staff=${anna.cookie}`});
    await say(who, "Ау");
    await agent();
    const customer = await hear("/support/events", {Authorization: `Bearer ${who.token}`});
    await act(anna, id, "say", {text: "Здесь"});
    await customer();
  });

  test("a thousand open streams: bounded, and pages stay quick", async (t) => {
    await withServer({behind_proxy: "true"}, async (own) => {
      const time = async () => {
        const times = [];
        for (let i = 0; i < 80; i++) {
          const begin = performance.now();
          assert.equal((await own.get("/help")).status, 200);
          times.push(performance.now() - begin);
        }
        return times.sort((a, b) => a - b)[60];
      };
      const calm = await time(), leave = new AbortController(), statuses = {};
      for (let lot = 0; lot < 24; lot++)
        await Promise.all(Array.from({length: 50}, async (_, i) => { // each a guest of his own, from an address of his own
          const headers = {Accept: "text/event-stream", Cookie: `support=guest${lot}x${i}`, "X-Forwarded-For": `10.1.${lot}.${i}`};
          const {status} = await fetch(`${own.url}/support/events`, {headers, signal: leave.signal});
          statuses[status] = (statuses[status] ?? 0) + 1;
        }));
      const busy = await time();
      assert.deepEqual(statuses, {200: 1024, 503: 176});
      t.diagnostic(`a page: ${calm.toFixed(1)} ms before, ${busy.toFixed(1)} ms with a thousand streams`);
      assert.ok(busy < Math.max(50, 10 * calm), `${calm} ms before, ${busy} ms with a thousand streams`);
      leave.abort();
      await pause(200);
      assert.equal((await own.get("/support")).status, 200);
    });
  });
});
