// nodes.test.mjs: several processes on one PostgreSQL: what happens at one reaches who waits at another, and what is
// counted is counted over all of them. SQLite has one process, so it has no part here.

import assert from "node:assert/strict";
import {after, before, describe, test} from "node:test";

import {startBoth} from "../support/sandbox.mjs";
import {Server, database, newKey, pause} from "../support/server.mjs";
import {Wallets, limits, until} from "../support/wallet.mjs";

let both, first, second, wallets;

describe("several nodes", {skip: database === "postgres" ? false : "SQLite has one process"}, () => {
  before(async () => {
    both = await startBoth({several_nodes: "true", node: "1", limits,
                            support: {hours: {weekdays: "00:00-24:00", weekends: "00:00-24:00"}},
                            backoffice: {suspicious: {payees: "3"}}});
    first = both.server;
    second = await Server.beside(first, {node: "2"});
    wallets = new Wallets(both);
  });
  after(async () => {
    await second?.stop();
    await both?.stop();
  });

  // The names of events on a stream, as they come, into a list.
  async function listen(server, path, token) {
    const leave = new AbortController(), heard = [];
    const answer = await fetch(server.url + path,
                               {headers: {Accept: "text/event-stream", Authorization: `Bearer ${token}`}, signal: leave.signal});
    assert.equal(answer.status, 200);
    (async () => {
      let text = "";
      for await (const piece of answer.body) {
        text += Buffer.from(piece).toString();
        for (const [, name] of text.matchAll(/event: (\w+)/g)) heard.push(name);
        text = text.slice(text.lastIndexOf("\n\n") + 2);
      }
    })().catch(() => {});
    return {heard, leave: () => leave.abort()};
  }
  const say = (server, who, text) => server.post("/support", {text}, {token: who.token, key: newKey()});

  test("SU-1: what is said at one node reaches the customer who looks at another, and nobody else", async () => {
    const who = await first.customer(), other = await first.customer();
    assert.equal((await say(first, who, "Есть кто?")).status, 201);
    const his = await listen(first, "/support/events", who.token), theirs = await listen(second, "/support/events", other.token);
    assert.equal((await say(second, who, "Это я с телефона")).status, 201);
    await until(() => his.heard.length, (count) => count === 1);
    assert.deepEqual(his.heard, ["support"]);
    assert.equal((await say(first, who, "И ещё")).status, 201);
    await until(() => his.heard.length, (count) => count === 2);
    await pause(1200);
    assert.deepEqual([his.heard.length, theirs.heard], [2, []], "each once, and not another's");
    his.leave();
    theirs.leave();
  });

  test("WA-2: a page that waits for a top-up at another node hears of it", async () => {
    const who = await first.customer();
    const page = await listen(second, "/events", who.token);
    assert.equal(await wallets.topup(who, "100.00"), "paid");
    await until(() => page.heard.includes("topup"), (there) => there);
    page.leave();
  });

  test("SU-1: every connection to the database lost: news come again by themselves", async () => {
    const who = await first.customer();
    assert.equal((await say(first, who, "Есть кто?")).status, 201);
    const his = await listen(first, "/support/events", who.token);
    first.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'kabinet' " +
              "AND datname = current_database()");
    await until(async () => (await say(second, who, "Ау")).status, (status) => status === 201);
    await until(async () => {
      await say(second, who, "Ау");
      return his.heard.length;
    }, (count) => count > 0);
    his.leave();
  });

  test("BO-3: new payees are counted over all nodes, and found once", async () => {
    const person = await wallets.rich("1000.00"), friends = [];
    for (let i = 0; i < 4; i++) friends.push(await first.customer());
    const send = async (server, to) =>
      assert.equal((await server.post("/transfers", {to: to.phone, sum: "1.00"}, {token: person.token, key: newKey()})).status, 201);
    const found = async () => {
      for (const server of [first, second]) await server.get("/", {token: person.token}); // each looks while it reads
      return first.rows("SELECT rule FROM suspicion").length;
    };
    await send(first, friends[0]);
    await send(second, friends[1]);
    await pause(600);
    assert.equal(await found(), 0);
    await send(first, friends[2]);
    await until(found, (count) => count === 1);
    await send(second, friends[3]);
    await pause(600);
    await found();
    await pause(600);
    assert.equal(await found(), 1, "once an hour");
  });
});
