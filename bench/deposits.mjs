// deposits.mjs [DEPOSITS] [KILLS]: a night of so many deposits (BK-7): how long until each has earned its day and the books
// have it, one in thirty with its month's interest; the server is killed (SIGKILL) meanwhile so many times. Then the books
// are proved, and compared with the rows.
//
//   KABINET_BUILD=$PWD/build/release node bench/deposits.mjs 1000000 0
//   KABINET_DATABASE=postgres KABINET_TEST_POSTGRES=… the same on PostgreSQL

import assert from "node:assert/strict";

import {Server, pause} from "../test/support/server.mjs";
import {Memory, filled, night, row, say} from "./watch.mjs";

const wanted = process.argv[2] ?? "1000000", kills = Number(process.argv[3] ?? 0);
const server = await Server.start({log_level: "warning"}), memory = new Memory();
const ask = (query) => row(server, query);

try {
  while ((await ask("SELECT day, ended FROM deposit_pass"))[1] === 0) await pause(100); // tonight's is over: nothing was there
  await server.end();
  const filling = Date.now();
  const [, deposits, due] = /deposits (\d+) due (\d+)/.exec(filled(server, "bench_deposits_fill", wanted)).map(Number);
  say(`${deposits} deposits made in ${(Date.now() - filling) / 1000} s; ${due} of them add a month's interest tonight`);
  server.sql("DELETE FROM deposit_pass");

  const look = async () => {
    const [running, done] = await ask("SELECT running, seen FROM deposit_pass");
    return {done, over: done === deposits && running === 0};
  };
  const {took, killed} = await night(server, {total: deposits, kills, memory, look});
  say(`${deposits} accruals in ${took} s: ${Math.round(deposits / took)} a second; ${killed} kills; ` +
      `largest resident ${memory.megabytes} MB`);
  await server.end();
  const proving = Date.now(), proof = server.command("verify");
  assert.equal(proof.status, 0, proof.output + proof.errors);
  say(`books proved in ${(Date.now() - proving) / 1000} s: ${proof.output.trim()}`);
  const [done, days] = await ask("SELECT COUNT(*), COUNT(DISTINCT done) FROM deposit_running");
  const [added] = await ask("SELECT COUNT(*) FROM deposit_move WHERE kind = 4");
  assert.deepEqual([done, days, added], [deposits, 1, due]);
  assert.deepEqual(await ask("SELECT CAST(SUM(booked) AS BIGINT) FROM deposit_running"),
                   await ask("SELECT CAST(SUM(balance) AS BIGINT) FROM account WHERE purpose = 81"));
  assert.deepEqual(await ask("SELECT CAST(SUM(principal) AS BIGINT) FROM deposit_running"),
                   await ask("SELECT CAST(SUM(balance) AS BIGINT) FROM account WHERE purpose = 80"));
  say("what the rows have earned and what lies on deposits is what the books say");
  await server.run();
} finally {
  await server.stop();
}
