// imports.test.mjs: customers and their history taken over from another system (ID-18): a file is proved whole before
// anything is written, is written once however often it is given and wherever it was killed, and who stands in it gets in
// by the number he has.

import assert from "node:assert/strict";
import {spawn} from "node:child_process";
import {writeFileSync} from "node:fs";
import {join, resolve} from "node:path";
import {after, before, test} from "node:test";

import {Server, database, newPhone} from "../support/server.mjs";

let server;
before(async () => (server = await Server.start({})));
after(() => server.stop());

const kabinet = join(resolve(process.env.KABINET_BUILD ?? "build/release"), "kabinet");
const head = "kind,phone,date,sum,note,reference,name,level,language,balance";
let files = 0;

function file(...lines) {
  const path = join(server.folder, `import-${files++}.csv`);
  writeFileSync(path, [head, ...lines, ""].join("\n"));
  return path;
}

// With SQLite one process writes; on PostgreSQL the server goes on beside it.
async function importing(path, ...words) {
  if (database === "sqlite") await server.end();
  const done = server.command("import", path, ...words);
  if (database === "sqlite") await server.run();
  return done;
}

async function back(phone, messages = 0) {
  const {body: {draft}} = await server.post("/recover", {phone, altcha: await server.proof()});
  assert.equal((await server.post("/recover/code", {draft, code: await server.code(phone, messages)})).status, 200);
  const done = await server.post("/recover/password", {draft, password: "Qwerty7!", token: true});
  assert.equal(done.status, 200, done.text);
  return done.body.token;
}

const history = (phone) => [
  `customer,${phone.replace("+7", "8")},2021-05-06,,,,Анна П.,simplified,ru,900.50`,
  `opening,${phone},2021-05-07,1000.00,,,,,,`,
  `in,${phone},2023-02-03T10:20:30+03:00,400.50,"Зарплата, февраль",A-1,,,,`,
  `out,${phone},2024-12-31,500.00,Подарок,A-2,,,,`,
];

test("ID-18: tried without writing, then written: signs in by the same number, sees level, balance and dated history", async () => {
  const phone = newPhone(), path = file(...history(phone));
  const dry = await importing(path, "--dry-run");
  assert.equal(dry.status, 0, dry.errors);
  assert.match(dry.output, /1 customers and 3 operations would be imported/);
  const done = await importing(path);
  assert.equal(done.status, 0, done.errors);
  assert.match(done.output, /1 customers and 3 operations imported, 0 rows were there before/);
  const closed = await server.post("/signin", {phone, password: "Qwerty7!"});
  assert.equal(closed.status, 422, "no password of his is known yet");
  const token = await back(phone);
  const home = (await server.get("/", {token})).body;
  assert.equal(home.wallet.balance.amount, "900.50");
  assert.equal(home.wallet.level, 2);
  const list = (await server.get("/operations", {token})).body;
  const seen = JSON.stringify(list);
  for (const word of ["Подарок", "Зарплата, февраль", "2024-12-3", "2023-02-03", "2021-05-0"]) assert.ok(seen.includes(word), word);
  assert.match(server.command("verify").output, / 0 faults/);
  assert.equal((await server.post("/signin", {phone, password: "Qwerty7!"})).status, 200);
});

test("ID-18: the same file again, and a longer one, write only what is not there", async () => {
  const phone = newPhone(), lines = history(phone);
  assert.equal((await importing(file(...lines))).status, 0);
  const again = await importing(file(...lines));
  assert.match(again.output, /0 customers and 0 operations imported, 4 rows were there before/);
  const longer = await importing(file(...lines.with(0, lines[0].replace("900.50", "1000.50")), `in,${phone},2025-01-02,100.00,,A-3,,,,`));
  assert.equal(longer.status, 0, longer.errors);
  assert.match(longer.output, /0 customers and 1 operations imported, 4 rows/);
  const token = await back(phone);
  assert.equal((await server.get("/", {token})).body.wallet.balance.amount, "1000.50");
  const older = await importing(file(`in,${phone},2022-01-02,1.00,,late,,,,`));
  assert.equal(older.status, 1);
  assert.match(older.errors, /:2: date: older than an operation that is there already/);
});

test("ID-18: whatever is wrong is named by line, and nothing of the file is written", async () => {
  const good = newPhone(), {phone: own} = await server.customer();
  const wrong = await importing(file(
    ...history(good),
    "customer,12345,2021-05-06,,,,,,,",
    `client,${newPhone()},2021-05-06,,,,,,,`,
    `customer,${newPhone()},06.13.2021,,,,,,,`,
    `customer,${newPhone()},2021-05-06,,,,,royal,,`,
    `in,${newPhone()},2023-02-03,1.00,,,,,,`,
    `customer,${own},2021-05-06,,,,,,,`,
    `out,${good},2025-02-03,1e3,,,,,,`,
    `out,${good},2025-02-03,1000.00,,,,,,`,
    `in,${good},2999-02-03,1.00,,,,,,`,
    `"in,${good},2025-02-03,1.00,,,,,,`,
  ));
  assert.equal(wrong.status, 1);
  for (const told of [/:6: phone: not a mobile number/, /:7: kind: /, /:8: date: /, /:9: level: /, /:12: sum: /,
                      /:14: date: lies ahead/, /:15: a quote/])
    assert.match(wrong.errors, told);
  assert.match(wrong.errors, /nothing is written/);
  const money = await importing(file(...history(good), `out,${good},2025-02-03,1000.00,,,,,,`,
                                     `in,${newPhone()},2023-02-03,1.00,,,,,,`, `customer,${own},2021-05-06,,,,,,,`));
  assert.equal(money.status, 1);
  for (const told of [/:6: sum: the balance would be below nothing/, /:7: phone: has no row of the kind customer/,
                      /:8: phone: has a cabinet already/])
    assert.match(money.errors, told);
  const total = await importing(file(...history(good).with(0, `customer,${good},2021-05-06,,,,,,,5.00`)));
  assert.match(total.errors, /:2: balance: opening and operations come to another/);
  const dry = await importing(file(...history(good)), "--dry-run");
  assert.match(dry.output, /1 customers and 3 operations would be imported, 0 rows were there before/, "nothing was written");
});

test("ID-18: killed in the middle and started anew, every row is there once and the books are whole", {timeout: 360000}, async () => {
  const phones = Array.from({length: 3000}, () => newPhone());
  const path = file(...phones.flatMap((phone) => history(phone)));
  if (database === "sqlite") await server.end();
  for (const pause of [150, 400]) {
    const running = spawn(kabinet, ["import", server.configuration, path], {stdio: "ignore"});
    const gone = new Promise((done) => running.once("exit", (code, signal) => done(signal)));
    await new Promise((done) => setTimeout(done, pause));
    running.kill("SIGKILL");
    await gone;
  }
  const done = server.command("import", path);
  assert.equal(done.status, 0, done.errors);
  const [, customers, operations, before] = /(\d+) customers and (\d+) operations imported, (\d+) rows/.exec(done.output).map(Number);
  assert.equal(customers + operations + before, phones.length * 4);
  if (database === "sqlite") await server.run();
  assert.match(server.command("verify").output, / 0 faults/);
  for (const phone of [phones[0], phones.at(-1)]) {
    const token = await back(phone);
    assert.equal((await server.get("/", {token})).body.wallet.balance.amount, "900.50");
    assert.equal((await server.get("/operations", {token})).body.operations?.length ?? 3, 3);
  }
});
