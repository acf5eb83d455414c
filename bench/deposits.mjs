// deposits.mjs [DEPOSITS] [KILLS]: a night of so many deposits (BK-7): how long until each has earned its day and the books
// have it, one in thirty with its month's interest; the server is killed (SIGKILL) meanwhile so many times. Then the books
// are proved, and compared with the rows.
//
//   KABINET_BUILD=$PWD/build/release node bench/deposits.mjs 1000000 0
//   KABINET_DATABASE=postgres KABINET_TEST_POSTGRES=… the same on PostgreSQL

import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import {readFileSync} from "node:fs";
import {join, resolve} from "node:path";

import {Server, pause} from "../test/support/server.mjs";

const wanted = process.argv[2] ?? "1000000", kills = Number(process.argv[3] ?? 0);
const build = resolve(process.env.KABINET_BUILD ?? "build/release");
const say = (...words) => console.log(new Date().toISOString().slice(11, 19), ...words);

const server = await Server.start({log_level: "warning"});
let largest = 0;
function memory() {
  try {
    const status = readFileSync(`/proc/${server.process.pid}/status`, "utf8");
    largest = Math.max(largest, Number(/VmRSS:\s+(\d+)/.exec(status)[1]));
  } catch {}
}
// Asked of the database itself, which is busy: again when it is locked.
async function row(query) {
  for (;;) {
    try {
      return server.rows(query)[0]?.map(Number) ?? [0, 0];
    } catch {
      await pause(200);
    }
  }
}

try {
  while ((await row("SELECT day, ended FROM deposit_pass"))[1] === 0) await pause(100); // tonight's is over: nothing was there
  await server.end();
  const filling = Date.now();
  const told = execFileSync(join(build, "bench_deposits_fill"), [server.configuration, wanted], {encoding: "utf8"});
  const [, deposits, due] = /deposits (\d+) due (\d+)/.exec(told).map(Number);
  say(`${deposits} deposits made in ${(Date.now() - filling) / 1000} s; ${due} of them add a month's interest tonight`);
  server.sql("DELETE FROM deposit_pass");

  let began = Date.now(), killed = 0, next = deposits / (kills + 1);
  await server.run();
  for (;;) {
    await pause(250);
    memory();
    const [running, seen] = await row("SELECT running, seen FROM deposit_pass");
    if (seen === deposits && running === 0) break;
    if (killed < kills && seen >= next) {
      await server.end("SIGKILL");
      killed++;
      next += deposits / (kills + 1);
      await server.run();
      say(`killed at ${seen}`);
    }
  }
  const took = (Date.now() - began) / 1000;
  say(`${deposits} accruals in ${took} s: ${Math.round(deposits / took)} a second; ${killed} kills; ` +
      `largest resident ${Math.round(largest / 1024)} MB`);
  await server.end();
  const proving = Date.now(), proof = server.command("verify");
  assert.equal(proof.status, 0, proof.output + proof.errors);
  say(`books proved in ${(Date.now() - proving) / 1000} s: ${proof.output.trim()}`);
  const [done, days] = await row("SELECT COUNT(*), COUNT(DISTINCT done) FROM deposit_running");
  const [added] = await row("SELECT COUNT(*) FROM deposit_move WHERE kind = 4");
  assert.deepEqual([done, days, added], [deposits, 1, due]);
  assert.deepEqual(await row("SELECT CAST(SUM(booked) AS BIGINT) FROM deposit_running"),
                   await row("SELECT CAST(SUM(balance) AS BIGINT) FROM account WHERE purpose = 81"));
  assert.deepEqual(await row("SELECT CAST(SUM(principal) AS BIGINT) FROM deposit_running"),
                   await row("SELECT CAST(SUM(balance) AS BIGINT) FROM account WHERE purpose = 80"));
  say("what the rows have earned and what lies on deposits is what the books say");
  await server.run();
} finally {
  await server.stop();
}
