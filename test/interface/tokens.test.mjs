// tokens.test.mjs: personal tokens (some of IF 2): what they open and what never, how they end, what they may send out a
// day; that sessions and apps' own tokens stay whole beside them.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {routesOf, withId} from "../support/attacks.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {newKey, newPhone, pause, problem, steady, withServer} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";
import {Wallets, limits, until} from "../support/wallet.mjs";

let both, server, wallets, routes;
before(async () => {
  both = await startBoth({limits});
  ({server} = both);
  wallets = new Wallets(both);
  routes = routesOf(server);
});
after(() => both?.stop());

const everything = {balance_read: true, operations_read: true, favourites_read: true, favourites_write: true,
                    topups_write: true, transfers_write: true, payments_write: true};

async function make(who, scopes, more = {}, at = server) {
  const answer = await at.post("/settings/tokens", {name: "Учёт", ...scopes, ...more}, {token: who.token});
  assert.equal(answer.status, 200, answer.text);
  assert.match(answer.body.token, /^kab_[\w-]{54}$/);
  return answer.body;
}
const list = async (who, at = server) => (await at.get("/settings/tokens", {token: who.token})).body.tokens;
const send = (token, to, sum) => server.post("/transfers", {to, sum}, {token, key: newKey()});

test("IF-2: a token opens what its scopes name; all else is refused with the scope named", async () => {
  const who = await server.customer();
  const {token} = await make(who, {balance_read: true});
  assert.equal((await server.get("/", {token})).body.wallet.balance.amount, "0.00");
  for (const [path, scope] of [["/operations", "operations_read"], ["/favourites", "favourites_read"],
                               ["/transfer", "transfers_write"], ["/topup", "topups_write"]]) {
    const answer = await server.get(path, {token});
    assert.equal(answer.status, 403, path);
    assert.equal(problem(answer), "scope-missing");
    assert.ok(answer.body.detail.includes(scope), answer.text);
  }
  const reader = await make(who, {operations_read: true});
  assert.equal((await server.get("/operations", {token: reader.token})).status, 200);
  assert.equal(problem(await server.get("/", {token: reader.token})), "scope-missing");
  const refused = await send(reader.token, newPhone(), "10.00");
  assert.equal(refused.status, 403);
  assert.ok(refused.body.detail.includes("transfers_write"));
});

test("IF-2: with every scope there is, whatever names none is refused: secrets, tokens, sessions, all of it", async () => {
  const who = await server.customer(), {token, id} = await make(who, everything);
  const shut = routes.filter((route) => route.who === "customer" && !route.marks.some((mark) => mark in everything));
  assert.ok(shut.length > 20 && shut.some(({path}) => path === "/settings/tokens"));
  for (const route of shut) {
    if (route.marks.includes("page")) continue; // never as JSON
    const answer = await server.call(route.method, withId(route.path, id), route.method === "GET" ? undefined : {}, {token, key: newKey()});
    assert.equal(answer.status, 403, `${route.name}: ${answer.text}`);
    assert.equal(problem(answer), "not-by-token", route.name);
  }
  assert.equal(problem(await server.post("/settings/tokens", {name: "x", balance_read: true}, {token})), "not-by-token");
  assert.equal(problem(await server.post(`/settings/tokens/${id}/end`, {}, {token})), "not-by-token");
  assert.equal((await list(who)).length, 1, "no token came of a token");
});

test("IF-2: elsewhere a token is as if not shown: pages for guests stay guests'", async () => {
  const who = await server.customer(), {token} = await make(who, {operations_read: true});
  for (const {path, marks} of routes.filter((r) => r.method === "GET" && ["anyone", "guest"].includes(r.who) && !r.path.includes("{"))) {
    if (path.startsWith("/sandbox/") || marks.some((mark) => mark in everything || mark === "stream")) continue;
    const [shown, guest] = [await server.get(path, {token}), await server.get(path)];
    assert.equal(shown.status, guest.status, path);
    assert.equal(shown.headers.get("Location"), guest.headers.get("Location"), path);
  }
});

test("IF-2: made after a fresh confirmation alone; the owner is told; shown once and kept as a keyed hash", async () => {
  await withServer({}, async (own) => {
    const who = await own.customer();
    const {token} = await make(who, {balance_read: true}, {}, own);
    assert.match((await own.messages(who.phone, 1))[0], /создан токен для программ «Учёт»/);
    await own.proofsOver(who);
    const late = await own.post("/settings/tokens", {name: "x", balance_read: true}, {token: who.token});
    assert.equal(problem(late), "confirmation-needed");
    assert.equal((await own.post("/confirm", {password: who.password}, {token: who.token})).status, 200);
    await make(who, {balance_read: true}, {}, own);
    assert.ok(!JSON.stringify((await own.get("/settings/tokens", {token: who.token})).body).includes(token));
    await own.end();
    for (const table of ["session", "command_log"])
      for (const columns of {session: ["agent, address"], command_log: ["request, answer", "location, action"]}[table])
        assert.ok(!JSON.stringify(own.rows(`SELECT ${columns} FROM ${table}`)).includes(token.slice(4)));
    const kept = own.rows("SELECT id FROM session WHERE by_token = 2");
    assert.equal(kept.length, 2);
    await own.run();
    assert.equal((await own.get("/", {token})).status, 200, "good after a restart, from the database");
  });
});

test("IF-2: never from an address, a cookie or another scheme; half of one, one with a letter changed: nobody's", async () => {
  const who = await server.customer(), {token} = await make(who, everything);
  for (const path of [`/operations?token=${token}`, `/operations?access_token=${token}`])
    assert.equal((await server.get(path)).status, 401, path);
  const other = token[30] === "A" ? "B" : "A";
  for (const Authorization of [`Basic ${token}`, `Bearer ${token.slice(4)}`, `Bearer ${token.slice(0, -1)}`, `Bearer ${token}x`,
                               `Bearer kab_${token}`, `Bearer ${token.slice(0, 30)}${other}${token.slice(31)}`, "Bearer kab_"])
    assert.equal((await server.get("/operations", {headers: {Authorization}})).status, 401, Authorization);
  for (const name of ["session", "__Host-session", "staff"])
    assert.equal((await server.get("/operations", {headers: {Cookie: `${name}=${token}`}})).status, 401, name);
  const staff = await server.get("/staff", {token});
  assert.equal(staff.status, 401);
});

test("IF-2: ended by its owner it is over at once; another's is as if missing", async () => {
  const [who, other] = [await server.customer(), await server.customer()];
  const [first, second] = [await make(who, {operations_read: true}), await make(who, {operations_read: true}, {name: "Другой"})];
  const theirs = await server.post(`/settings/tokens/${first.id}/end`, {}, {token: other.token});
  const missing = await server.post("/settings/tokens/1000/end", {}, {token: other.token});
  assert.equal(theirs.status, 404);
  assert.equal(steady(theirs.text), steady(missing.text));
  assert.equal((await server.get("/operations", {token: first.token})).status, 200);
  assert.equal((await server.post(`/settings/tokens/${first.id}/end`, {}, {token: who.token})).status, 200);
  assert.equal((await server.get("/operations", {token: first.token})).status, 401);
  assert.equal((await server.post(`/settings/tokens/${first.id}/end`, {}, {token: who.token})).status, 404);
  assert.equal((await server.get("/operations", {token: second.token})).status, 200);
  assert.deepEqual((await list(who)).map(({name}) => name), ["Другой"]);
  // a session's id is none of a token's, and the other way round
  const {sessions} = (await server.get("/sessions", {token: who.token})).body;
  assert.ok(sessions.every(({id}) => id !== second.id), "not among the sessions");
  assert.equal((await server.post(`/settings/tokens/${sessions[0].id}/end`, {}, {token: who.token})).status, 404);
  assert.equal((await server.post(`/sessions/${second.id}/end`, {}, {token: who.token})).status, 404);
});

test("IF-2: sessions end without the tokens; a theft reported ends them all", async () => {
  const who = await server.customer(), {token} = await make(who, {balance_read: true});
  const app = (await server.post("/signin", {phone: who.phone, password: who.password, token: true})).body.token;
  assert.equal((await server.post("/sessions/end-others", {}, {token: who.token})).status, 200);
  assert.equal((await server.get("/operations", {token: app})).status, 401);
  assert.equal((await server.get("/", {token})).body.wallet !== undefined, true, "a token is no session");
  assert.equal((await server.get("/operations", {token: who.token})).status, 200, "an app's own token is asked for no scope");
  const stolen = routes.find(({path, method}) => method === "POST" && /theft/.test(path));
  assert.equal((await server.post(stolen.path, {}, {token: who.token, key: newKey()})).status, 200);
  assert.equal((await server.get("/", {token})).body.wallet, undefined);
});

test("IF-2: a token that a thief may have made ends with whatever ends him", async () => {
  const people = await staff(server, {risk: "risk"});
  const open = async (token) => (await server.get("/", {token})).body.wallet !== undefined;
  const codes = async (phone) => (await server.messages(phone)).flatMap((text) => /#(\d{6})$/.exec(text)?.[1] ?? []);
  const codeOf = async (phone, act) => {
    const had = await codes(phone).catch(() => []);
    await act();
    return (await until(() => codes(phone).catch(() => []), (found) => found.length > had.length))[0];
  };
  const ends = {
    recovery: async (who, password = "Another-7") => { // although he left his sessions as they are
      let draft;
      const code = await codeOf(who.phone, async () => {
        ({draft} = (await server.post("/recover", {phone: who.phone, altcha: await server.proof()})).body);
      });
      assert.equal((await server.post("/recover/code", {draft, code})).status, 200);
      const done = await server.post("/recover/password", {draft, password, end_sessions: false});
      assert.equal(done.status, 200, done.text);
      assert.equal((await server.get("/sessions", {token: who.token})).status, 200, "the session stays");
    },
    number: async (who) => {
      const phone = newPhone();
      const old = await codeOf(who.phone, () => server.post("/settings/phone", {phone}, {token: who.token}));
      const fresh = await codeOf(phone, () => server.post("/settings/phone/code", {code: old}, {token: who.token}));
      assert.equal((await server.post("/settings/phone/code", {code: fresh}, {token: who.token})).body.next, "done");
    },
    password: async (who) => {
      const changed = await server.post("/settings/password", {old: who.password, password: "Another-7"}, {token: who.token});
      assert.equal(changed.status, 200, changed.text);
    },
    freeze: async (who) => {
      await people.risk.post(`/staff/customers/${who.customer}/reason`, {reason: "Проверка операций"});
      const froze = await people.risk.post(`/staff/customers/${who.customer}/freeze`, {reason: "Подозрение"});
      assert.equal(froze.status, 200, froze.text);
      assert.equal((await server.get("/sessions", {token: who.token})).status, 200, "the session stays");
    },
  };
  for (const [what, act] of Object.entries(ends)) {
    const who = await server.customer(), {token} = await make(who, everything);
    assert.ok(await open(token), what);
    await act(who);
    assert.ok(!(await open(token)), what);
    assert.equal((await list(who)).length, 0, what);
  }
});

test("IF-2: past its day it is over", async () => {
  await withServer({}, async (own) => {
    const who = await own.customer(), {token, ends} = await make(who, {operations_read: true}, {days: "30"}, own);
    assert.ok(Math.abs(Date.parse(ends) - Date.now() - 30 * 86400e3) < 60e3);
    assert.equal((await own.get("/operations", {token})).status, 200);
    let over = 0, early;
    for (let life = 1500; !early || (early.status === 401 && Date.now() > over && life < 100000); life *= 4) { // a start may be slow
      await own.end();
      over = Date.now() + life;
      own.sql(`UPDATE session SET expires = ${over * 1000} WHERE by_token = 2`);
      await own.run();
      early = await own.get("/operations", {token});
    }
    assert.equal(early.status, 200);
    await pause(over - Date.now() + 100);
    assert.equal((await own.get("/operations", {token})).status, 401);
    assert.deepEqual(await list(who, own), []);
  });
});

test("IF-2: what it sends out a day is counted, however many ask at once; refusals and one's own wallets cost nothing", async () => {
  const who = await wallets.rich("500.00"), friend = await server.customer();
  const limited = await make(who, {transfers_write: true, balance_read: true}, {day_limit: "100.00"});
  const free = await make(who, {transfers_write: true});
  assert.equal(problem(await send(limited.token, friend.phone, "100.01")), "token-day-limit");
  assert.equal((await send(limited.token, friend.phone, "499.99")).status, 403);
  const answers = await Promise.all(Array.from({length: 24}, () => send(limited.token, friend.phone, "10.00")));
  assert.equal(answers.filter(({status}) => status === 201).length, 10);
  for (const answer of answers.filter(({status}) => status !== 201)) assert.equal(problem(answer), "token-day-limit");
  assert.match(answers.find(({status}) => status === 403).body.detail, /100,00/);
  assert.equal(await wallets.balance(who), "400.00");
  assert.equal((await send(limited.token, newPhone(), "1.00")).status, 403, "neither to who has no wallet yet");
  // what does not come about is not counted
  const poor = await server.customer(), second = await make(poor, {transfers_write: true}, {day_limit: "100.00"});
  assert.equal(problem(await send(second.token, friend.phone, "60.00")), "not-enough-money");
  await wallets.topup(poor, "100.00");
  assert.equal((await send(second.token, friend.phone, "100.00")).status, 201);
  assert.equal(problem(await send(limited.token, friend.phone, "1.00")), "token-day-limit");
  assert.equal((await send(free.token, friend.phone, "1.00")).status, 201, "another token has its own");
  const owned = await server.post("/wallets", {name: "Второй"}, {token: who.token, key: newKey()});
  assert.equal(owned.status, 201, owned.text);
});

test("IF-2: the owner sees what each may do, until when, and when and from where it was last used", async () => {
  const who = await server.customer();
  const {token} = await make(who, {operations_read: true, transfers_write: true}, {day_limit: "1500.00", days: "365"});
  const [before] = await list(who);
  assert.deepEqual(before.scopes.map(({name}) => name), ["operations_read", "transfers_write"]);
  assert.equal(before.day_limit.amount, "1500.00");
  assert.equal(before.used, undefined);
  await server.get("/operations", {token});
  const [after] = await list(who);
  assert.ok(Date.now() - Date.parse(after.used) < 60e3);
  assert.equal(after.network, "127.0.0.0/24");
});

test("IF-2: no name, no scope, another's field, too many: refused", async () => {
  const who = await server.customer(), token = who.token;
  assert.equal((await server.post("/settings/tokens", {balance_read: true}, {token})).status, 422);
  assert.equal(problem(await server.post("/settings/tokens", {name: "x"}, {token})), "no-scope");
  assert.equal(problem(await server.post("/settings/tokens", {name: "x", balance_read: false}, {token})), "no-scope");
  for (const more of [{days: "3650"}, {day_limit: "-1.00"}, {day_limit: "0"}, {scopes: 63}, {customer: "1"}])
    assert.equal((await server.post("/settings/tokens", {name: "x", balance_read: true, ...more}, {token})).status, 422,
                 JSON.stringify(more));
  const answers = [];
  for (let i = 0; i < 21; i++) {
    const answer = await server.post("/settings/tokens", {name: "x", balance_read: true}, {token});
    if (answer.status === 429) break;
    answers.push(answer.status);
  }
  assert.ok((await list(who)).length <= 20);
  assert.equal((await server.get("/settings/tokens")).status, 401);
});
