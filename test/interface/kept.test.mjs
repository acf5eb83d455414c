// kept.test.mjs: what is over goes: the rows of ways in that were begun and never ended are really deleted, with all that
// belongs to them, however many there are.

import assert from "node:assert/strict";
import {test} from "node:test";

import {newPhone, pause, withServer} from "../support/server.mjs";

const tables = {
  application: "expires", application_start: "expires", contract_renewal: "expires", recovery_draft: "expires",
  phone_change: "expires", sign_in_ticket: "expires", confirmation: "made", used_challenge: "expires",
  provider_return: "expires", shop_session: "expires", till_application: "kept_until",
  level_review: "expires", one_time_code: "expires", signup_draft: "expires",
};
const belonging = ["application_photo", "consent", "level_photo"];

async function begin(own) {
  const person = await own.customer();
  await own.post("/settings/security/second", {kind: "sms"}, person);
  await own.post("/signin", {phone: person.phone, password: person.password});
  await own.post("/confirm", {password: person.password}, person);
  await own.post("/settings/phone", {phone: newPhone()}, person);
  await own.post("/recover", {phone: person.phone, altcha: await own.proof()});
  await own.begin(newPhone());
}

// Several pieces of a hundred, so that the job comes again for what is left.
function fill(own) {
  const numbers = "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 250) SELECT i FROM n) AS numbers";
  const bytes = own.settings.database.startsWith("postgres") ? "decode(lpad(i::text, 64, '0'), 'hex')"
                                                              : "CAST(printf('%032d', i) AS BLOB)";
  const rows = {
    application: `SELECT ${bytes}, i, ${bytes}, 1, 0, ${bytes}, NULL, 0, 0, 0, 1, 1, 0, 0 FROM ${numbers}`,
    application_photo: `SELECT i, 1, 1, 1, 1, ${bytes} FROM ${numbers}`,
    consent: `SELECT i, 1, 'rules', '1', NULL, 1, 'form', NULL, NULL FROM ${numbers}`,
    application_start: `SELECT ${bytes}, ${bytes}, 1 FROM ${numbers}`,
    contract_renewal: `SELECT ${bytes}, i, 1 FROM ${numbers}`,
    used_challenge: `SELECT ${bytes}, 1 FROM ${numbers}`,
    provider_return: `SELECT ${bytes}, 1 FROM ${numbers}`,
    shop_session: `SELECT ${bytes}, 'x', 1 FROM ${numbers}`,
    till_application: `SELECT 1, CAST(i AS TEXT), i, ${bytes}, ${bytes}, ${bytes}, 1, 0, 'x', 1, 1, 1 FROM ${numbers}`,
    level_review: `SELECT i, i, 1, 0, 1, 1 FROM ${numbers}`,
    level_photo: `SELECT i, 1, 1, 1, 1, 0, ${bytes} FROM ${numbers}`,
  };
  for (const [table, select] of Object.entries(rows)) own.sql(`INSERT INTO ${table} ${select}`);
}

test("rows whose time is over are deleted, with all that belongs to them; others stay", async () => {
  await withServer({}, async (own) => {
    await begin(own);
    const count = (table) => own.rows(`SELECT customer FROM ${table}`).length;
    for (const table of ["sign_in_ticket", "confirmation", "phone_change", "recovery_draft"])
      assert.equal(count(table), 1, `${table}: begun`);
    await own.end();
    for (const [table, until] of Object.entries(tables)) own.sql(`UPDATE ${table} SET ${until} = 1`);
    fill(own);
    own.sql("UPDATE job SET next_at = 1");
    const later = await (await own.run(), own.begin(newPhone()));
    assert.ok(later.draft);
    const left = () => Object.fromEntries([...Object.keys(tables), ...belonging].map((table) =>
      [table, own.rows(`SELECT 1 FROM ${table}`).length]));
    const wanted = {...Object.fromEntries(Object.keys(left()).map((table) => [table, 0])), signup_draft: 1, one_time_code: 1};
    for (let tries = 0; tries < 500 && JSON.stringify(left()) !== JSON.stringify(wanted); tries++) await pause(100);
    assert.deepEqual(left(), wanted);
  });
});
