// closing_pass.test.mjs (WA-13): the daily pass over all cabinets tells each once, whatever is killed and however many nodes
// there are.

import assert from "node:assert/strict";
import {test} from "node:test";

import {Server, database, pause} from "../support/server.mjs";
import {until} from "../support/wallet.mjs";

const PEOPLE = 120; // a command looks into fifty
const settings = {closing: {hour: "0"}, several_nodes: database === "postgres" ? "true" : "false", node: "1"};

async function crowd(server) {
  for (let made = 0; made < PEOPLE; made += 10) await Promise.all(Array.from({length: 10}, () => server.customer()));
}
// 340 days go by, and the pass of the day is due.
function later(server) {
  server.sql(`UPDATE customer SET opened = opened - ${340n * 86400000000n}`);
  server.sql("UPDATE closing_pass SET day = 0");
  server.sql("UPDATE job SET next_at = 1 WHERE name = 'closing.idle'");
}
const passes = (server) => server.rows("SELECT day, running FROM closing_pass")[0] ?? [0, 0];
const toldOnce = (server) => {
  const feed = server.rows("SELECT customer, count(*) FROM feed_item GROUP BY customer").map(([, told]) => told);
  const sent = server.rows("SELECT customer, count(*) FROM message WHERE customer <> 0 GROUP BY customer").map(([, told]) => told);
  assert.deepEqual([feed.length, sent.length], [PEOPLE, PEOPLE]);
  assert.ok([...feed, ...sent].every((count) => count === 1), `${feed} | ${sent}`);
  assert.equal(server.rows("SELECT 1 FROM closing_idle WHERE stage = 1").length, PEOPLE);
};

test("WA-13: killed in the middle of a pass, again and again: each is told once", async (t) => {
  const server = await Server.start(settings);
  try {
    await crowd(server);
    await server.end();
    later(server);
    const states = [];
    for (let kills = 0; kills < 12; kills++) {
      await server.run();
      await pause(5 * kills);
      await server.end("SIGKILL");
      const [day, running] = passes(server);
      states.push(running);
      if (day > 0 && running === 0) break;
    }
    t.diagnostic(`running when killed: ${states}`);
    await server.run();
    await until(() => passes(server), ([day, running]) => day > 0 && running === 0);
    toldOnce(server);
    const verified = await server.end().then(() => server.command("verify"));
    assert.equal(verified.status, 0, verified.output + verified.errors);
    await server.run();
  } finally {
    await server.stop();
  }
});

test("WA-13: several nodes: each is told once", {skip: database === "postgres" ? false : "SQLite has one process"}, async () => {
  const first = await Server.start(settings), second = await Server.beside(first, {node: "2"});
  try {
    await crowd(first);
    await Promise.all([first.end(), second.end()]);
    later(first);
    await Promise.all([first.run(), second.run()]);
    await until(() => passes(first), ([day, running]) => day > 0 && running === 0);
    await pause(500);
    toldOnce(first);
  } finally {
    await second.stop();
    await first.stop();
  }
});
