// loans.mjs [LOANS] [KILLS]: a night of so many loans (LO-4, LO-6, OP-5): how long until each has earned its day and the
// books have it; the server is killed (SIGKILL) meanwhile so many times. Then the books are proved and compared with the
// rows, and the rows with what each loan's contract and events make of it (loan_replay).
//
//   KABINET_BUILD=$PWD/build/release node bench/loans.mjs 1000000 0

import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import {readFileSync} from "node:fs";
import {join, resolve} from "node:path";

import {Server, pause} from "../test/support/server.mjs";

const wanted = process.argv[2] ?? "1000000", kills = Number(process.argv[3] ?? 0);
const build = resolve(process.env.KABINET_BUILD ?? "build/release");
const say = (...words) => console.log(new Date().toISOString().slice(11, 19), ...words);
const fill = (server, what) =>
  execFileSync(join(build, "bench_loans_fill"), [server.configuration, what], {encoding: "utf8", maxBuffer: 1 << 24});

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
  while ((await row("SELECT day, ended FROM loan_pass WHERE id = 1"))[1] === 0) await pause(100); // nothing was there
  await server.end();
  const filling = Date.now();
  const [, loans, ahead] = /loans (\d+) ahead (\d+)/.exec(fill(server, wanted)).map(Number);
  say(`${loans} loans made in ${(Date.now() - filling) / 1000} s; ${ahead} of them pay by what they left ahead tonight`);
  server.sql("DELETE FROM loan_pass");

  const began = Date.now();
  let killed = 0, next = loans / (kills + 1);
  await server.run();
  for (;;) {
    await pause(kills > 0 ? 20 : 250);
    memory();
    const [running, seen] = await row("SELECT running, seen FROM loan_pass WHERE id = 1");
    if (seen === loans && running === 0) break;
    if (killed < kills && seen >= next) {
      await server.end("SIGKILL");
      killed++;
      next += loans / (kills + 1);
      await server.run();
      say(`killed at ${seen}`);
    }
  }
  const took = (Date.now() - began) / 1000;
  say(`${loans} nights in ${took} s: ${Math.round(loans / took)} a second; ${killed} kills; ` +
      `largest resident ${Math.round(largest / 1024)} MB`);
  await server.end();
  const proof = server.command("verify");
  assert.equal(proof.status, 0, proof.output + proof.errors);
  const [done, days] = await row("SELECT COUNT(*), COUNT(DISTINCT done) FROM loan_running");
  assert.deepEqual([done, days], [loans, 1]);
  const same = async (rows, purpose, sign) =>
    assert.deepEqual(await row(`SELECT CAST(SUM(${rows}) AS BIGINT) FROM loan_running`),
                     await row(`SELECT CAST(${sign} * SUM(balance) AS BIGINT) FROM account WHERE purpose = ${purpose}`));
  await same("interest + overdue_interest", 111, -1);
  await same("penalty", 112, -1);
  await same("provided", 118, 1);
  await same("principal + overdue_principal - advance", 110, -1);
  const [, seen, alike] = /loans (\d+) same (\d+)/.exec(fill(server, "prove")).map(Number);
  assert.deepEqual([seen, alike], [loans, loans]);
  say("the books are the rows' sums, and each row is what its loan's events make of it");
  await server.run();
} finally {
  await server.stop();
}
