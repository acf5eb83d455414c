// loans.mjs [LOANS] [KILLS]: a night of so many loans (LO-4, LO-6, OP-5): how long until each has earned its day and the
// books have it; the server is killed (SIGKILL) meanwhile so many times. Then the books are proved and compared with the
// rows, and the rows with what each loan's contract and events make of it (loan_replay).
//
//   KABINET_BUILD=$PWD/build/release node bench/loans.mjs 1000000 0

import assert from "node:assert/strict";

import {Server, pause} from "../test/support/server.mjs";
import {Memory, filled, night, row, say} from "./watch.mjs";

const wanted = process.argv[2] ?? "1000000", kills = Number(process.argv[3] ?? 0);
const server = await Server.start({log_level: "warning"}), memory = new Memory();
const ask = (query) => row(server, query);

try {
  while ((await ask("SELECT day, ended FROM loan_pass WHERE id = 1"))[1] === 0) await pause(100); // nothing was there
  await server.end();
  const filling = Date.now();
  const [, loans, ahead] = /loans (\d+) ahead (\d+)/.exec(filled(server, "bench_loans_fill", wanted)).map(Number);
  say(`${loans} loans made in ${(Date.now() - filling) / 1000} s; ${ahead} of them pay by what they left ahead tonight`);
  server.sql("DELETE FROM loan_pass");

  const look = async () => {
    const [running, done] = await ask("SELECT running, seen FROM loan_pass WHERE id = 1");
    return {done, over: done === loans && running === 0};
  };
  const {took, killed} = await night(server, {total: loans, kills, memory, look, every: kills > 0 ? 20 : 250});
  say(`${loans} nights in ${took} s: ${Math.round(loans / took)} a second; ${killed} kills; ` +
      `largest resident ${memory.megabytes} MB`);
  await server.end();
  const proof = server.command("verify");
  assert.equal(proof.status, 0, proof.output + proof.errors);
  const [done, days] = await ask("SELECT COUNT(*), COUNT(DISTINCT done) FROM loan_running");
  assert.deepEqual([done, days], [loans, 1]);
  const same = async (rows, purpose, sign) =>
    assert.deepEqual(await ask(`SELECT CAST(SUM(${rows}) AS BIGINT) FROM loan_running`),
                     await ask(`SELECT CAST(${sign} * SUM(balance) AS BIGINT) FROM account WHERE purpose = ${purpose}`));
  await same("interest + overdue_interest", 111, -1);
  await same("penalty", 112, -1);
  await same("provided", 118, 1);
  await same("principal + overdue_principal - advance", 110, -1);
  const [, seen, alike] = /loans (\d+) same (\d+)/.exec(filled(server, "bench_loans_fill", "prove")).map(Number);
  assert.deepEqual([seen, alike], [loans, loans]);
  say("the books are the rows' sums, and each row is what its loan's events make of it");
  await server.run();
} finally {
  await server.stop();
}
