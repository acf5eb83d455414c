// loan_page.mjs [LOOKS]: a loan of a thousand events opened by its customer (LO-4; wanted: 20 ms): its page and why it owes
// what it owes, as JSON and as pages, one at a time, beside /live and a loan of one event in the same run.
//
//   KABINET_BUILD=$PWD/build/release node bench/loan_page.mjs 300

import assert from "node:assert/strict";

import {LoanLife, today} from "../test/support/loan_life.mjs";

const looks = Number(process.argv[2] ?? 300), events = 1000, days = 200;
const life = await LoanLife.start();
const milliseconds = (number) => number.toFixed(1).padStart(6);

async function opened(name, path, who, accept = "application/json") {
  const took = [];
  for (let i = 0; i < looks; i++) {
    const began = performance.now();
    const answer = await fetch(life.server.url + path, {headers: {Accept: accept, ...(who ? {Authorization: `Bearer ${who.token}`} : {})}});
    await answer.arrayBuffer();
    took.push(performance.now() - began);
    assert.equal(answer.status, 200, path);
  }
  took.sort((a, b) => a - b);
  const of = (part) => milliseconds(took[Math.min(looks - 1, Math.floor(looks * part))]);
  console.log(`${name.padEnd(36)} p50 ${of(0.5)}, p99 ${of(0.99)} ms`);
}

try {
  const who = await life.person(), fresh = await life.payday(who, "5000.00", 20), loan = await life.payday(who, "10000.00", 20);
  await life.days(days);
  // A rouble ten times a day or so, which overdue interest takes: the row is what the events make of it.
  const [[customer, first]] = life.server.rows("SELECT CAST(customer AS TEXT), CAST(MAX(id) AS TEXT) FROM loan_event " +
                                                   `WHERE loan = ${loan} GROUP BY customer`);
  const begun = today() - days, paid = events - 1;
  const rows = Array.from({length: paid}, (_, i) => `(${customer}, ${loan}, ${BigInt(first) + BigInt(i + 1)}, ` +
    `${begun + 25 + Math.floor(i * (days - 30) / paid)}, 2, 100, 0, 0, 0, '', 0, 100, 0, 0, 0, 0)`);
  await life.days(0, "INSERT INTO loan_event (customer, loan, id, day, kind, sum, early, later, units, plan, operation, interest, " +
                     `principal, penalty, fees, advance) VALUES ${rows.join(", ")}`,
                  `UPDATE loan_running SET overdue_interest = overdue_interest - ${paid * 100} WHERE id = ${loan}`);
  const page = await life.page(who, loan), why = await life.get(who, `/loans/${loan}/why`);
  assert.equal(why.debts.reduce((all, {sum}) => all + Number(sum.amount), 0).toFixed(2), page.owed.amount,
               "the row and the events say the same");
  console.log(`a loan of ${events} events, ${looks} looks each, one at a time`);
  await opened("/live", "/live");
  await opened("a loan of one event", `/loans/${fresh}`, who);
  for (const [name, path] of [["its page", `/loans/${loan}`], ["why", `/loans/${loan}/why`]]) {
    await opened(`${name}, JSON`, path, who);
    await opened(`${name}, HTML`, path, who, "text/html");
  }
  await opened("/live again", "/live");
} finally {
  await life.stop();
}
