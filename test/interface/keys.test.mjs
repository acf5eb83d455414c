// keys.test.mjs: the key file is rotated beside a running server (personal data encrypted at rest): everything sealed and
// every look-up moves, pages say the same before, in the middle and afterwards, and the older key opens nothing then.

import assert from "node:assert/strict";
import {copyFileSync, readFileSync, rmSync, statSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {after, before, describe, test} from "node:test";

import * as applicants from "../support/applicants.mjs";
import {jpeg, upload} from "../support/pictures.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {Server, database, newKey, newPhone, pause, problem, steady, withServer} from "../support/server.mjs";
import {Member, kabinet, staff} from "../support/staff.mjs";
import {Wallets, limits, until} from "../support/wallet.mjs";

const postgres = database === "postgres";
const log = {log_level: "info"};

// {status, output}: `kabinet keys` as an operator types it.
function keys(...words) {
  try {
    return {status: 0, output: kabinet("keys", ...words)};
  } catch (error) {
    return {status: error.status, output: error.stdout + error.stderr};
  }
}

const rotate = (server, after = "0s") => {
  const done = keys("rotate", server.configuration, "--after", after);
  assert.equal(done.status, 0, done.output);
};

// {"customer.phone": {1: rows, 2: rows}}, as status counts them.
function census(server) {
  const counts = {};
  const {output} = keys("status", server.configuration);
  for (const [, where, generation, rows] of output.matchAll(/^ {2}(\S+) +generation +(\d+) +(\d+) rows$/gm))
    (counts[where] ??= {})[generation] = Number(rows);
  return counts;
}

const sum = (counts, generation) => Object.values(counts).reduce((all, column) => all + (column[generation] ?? 0), 0);
const columnsOf = (counts) => Object.keys(counts).sort();

// Counted by another program than ours: rows of those columns whose first byte is that generation's.
function raw(server, columns, generation) {
  let rows = 0;
  for (const where of columns) {
    const [table, column] = where.split(".");
    const first = postgres ? `get_byte(${column}, 0)` : `hex(substr(${column}, 1, 1))`;
    const value = postgres ? generation : `'${generation.toString(16).toUpperCase().padStart(2, "0")}'`;
    rows += Number(server.rows(`SELECT COUNT(*) FROM ${table} WHERE length(${column}) > 0 AND ${first} = ${value}`)[0][0]);
  }
  return rows;
}

const finished = (server) =>
  until(() => keys("status", server.configuration).output, (said) => said.includes("kabinet keys drop"), 90000);

function drop(server) {
  const done = keys("drop", server.configuration);
  assert.equal(done.status, 0, done.output);
}

// An import of plain customers, so that moving takes a while.
async function populate(server, count) {
  const path = join(server.folder, `people-${count}.csv`), first = 9030000000;
  writeFileSync(path, ["kind,phone,date,sum,note,reference,name,level,language,balance",
                       ...Array.from({length: count}, (_, i) => `customer,+7${first + i},2024-03-01,,,,Гость ${i},minimal,ru,`),
                       ""].join("\n"));
  if (!postgres) await server.end();
  const done = server.command("import", path);
  assert.equal(done.status, 0, done.errors);
  if (!postgres) await server.run();
  return {first: `+7${first}`, last: `+7${first + count - 1}`};
}

describe("a rotation beside a running server", () => {
  let both, server, wallets, members, person, guests, pages;
  const login = `user${newPhone().slice(-7)}`, extra = newPhone();

  before(async () => {
    both = await startBoth({limits, ...log, wallet: {confirm_sum: "100.00"}});
    ({server} = both);
    wallets = new Wallets(both);
    guests = await populate(server, 20000);
    members = await staff(server, {anna: "identification,support"});
    await server.end();
    const opened = server.command("contract", login, newPhone(), extra);
    assert.equal(opened.status, 0, opened.errors);
    person = {login, first: /^password: +(.*)$/m.exec(opened.output)[1]};
    await server.run();
    Object.assign(person, await lived());
    pages = await look();
  });
  after(() => both?.stop());

  // Somebody with something sealed in nearly every table.
  async function lived() {
    const who = await wallets.rich("5000.00"), friend = await server.customer(), as = {token: who.token};
    const good = async (answer) => assert.ok((await answer).status < 300, (await answer).text);
    await good(server.post("/settings/level/passport", {
      surname: "Иванова", name: "Анна", birth: "1990-04-12", passport: "45 10 100001", passport_date: "2011-05-20",
      passport_office: "770-001", snils: "112-233-445 95"}, as));
    for (const number of [1, 2]) await good(upload(server, "/settings/level/documents", {number}, jpeg(640, 480), as));
    await good(server.post("/settings/level/documents/send", {}, as));
    const address = `anna${Date.now()}@example.ru`;
    await good(server.post("/settings/email", {address}, as));
    const letter = await until(async () => (await server.get(`/sandbox/phone?address=${address}`)).body.messages, (m) => m.length > 0);
    await good(server.post("/settings/email/confirm", {code: /(\d{6})/.exec(letter[0].text)[1]}, as));
    await good(server.post("/settings/messages/consent", {topic: "offers"}, as));
    await good(server.post("/sandbox/tell", {customer: who.customer, topic: "offers"}));
    await good(server.post("/favourites", {name: "Подруга", phone: friend.phone}, {...as, key: newKey()}));
    await good(server.post("/friends", {label: "Подруга", phone: friend.phone}, {...as, key: newKey()}));
    await good(server.post("/support", {text: "Секретное слово: перепёлка"}, {...as, key: newKey()}));
    await good(server.post("/settings/tokens", {name: "Учёт", balance_read: true}, as));
    await good(server.post("/confirm", {password: who.password}, as));
    await good(wallets.send(who, friend.phone, "3000.00")); // a payee who is known from now on
    const waiting = newPhone();
    await good(wallets.send(who, waiting, "20.00"));
    await good(server.post("/recover", {phone: friend.phone, altcha: await server.proof()}));
    await good(members.anna.post(`/staff/customers/${who.customer}/reason`, {reason: "Клиент звонит"}));
    await good(server.begin(newPhone()).then((body) => ({status: body.draft ? 200 : 500})));
    return {...who, friend, address, waiting};
  }

  // Whatever shows personal data to him, without what differs from answer to answer.
  async function look() {
    const seen = {}, as = {token: person.token};
    for (const path of ["/", "/operations", "/favourites", "/friends", "/settings/profile", "/settings/email", "/settings/level",
                        "/settings/tokens", "/support", "/transfers/waiting", "/sessions", "/settings/messages"]) {
      const answer = await server.get(path, as);
      assert.equal(answer.status, 200, `${path} ${answer.text}`);
      seen[path] = steady(answer.text);
    }
    const own = (await server.get("/settings/export.json", as)).body;
    for (const kind of ["phone", "name", "favourites", "friends", "support", "wallet", "levels"]) seen[kind] = own[kind];
    seen.feed = own.messaging?.filter(({kind}) => kind === "feed");
    assert.equal(seen.phone, person.phone);
    seen.friend = (await server.post("/transfers/options", {}, as)).status;
    return seen;
  }

  // In by each name that is looked up, and to people by their numbers, wherever those rows are now.
  async function works() {
    const own = await server.post("/signin", {phone: person.phone, password: person.password, token: true});
    assert.equal(own.status, 200, `by his number: ${own.text}`);
    assert.equal(problem(await server.post("/signin", {phone: person.phone, password: "Wrong-1x", token: true})), "sign-in-wrong");
    for (const to of [person.friend.phone, guests.first, guests.last]) {
      const sent = await wallets.send(person, to, "1.00");
      assert.equal(sent.body.state, "done", `${to}: ${sent.text}`);
    }
    const check = await server.post("/transfers/check", {to: person.friend.phone, sum: "200.00"}, {token: person.token});
    assert.equal(check.body.confirm, false, "a known payee");
    const again = await server.post("/favourites", {name: "Подруга", phone: person.friend.phone}, {token: person.token, key: newKey()});
    assert.equal(again.status, 201, again.text);
    assert.equal((await server.get("/favourites", {token: person.token})).body.people.length, 1, "the same one");
    const taken = await server.post("/settings/email", {address: person.address.toUpperCase()}, {token: person.friend.token});
    assert.ok([200, 429].includes(taken.status), taken.text); // letters to one address are counted
  }

  // A sign-up with a number that exists is answered as any other, and its owner is told instead of getting a code.
  async function exists(phone) {
    const had = (await server.get(`/sandbox/phone?number=${encodeURIComponent(phone)}`)).body.messages.length;
    await server.begin(phone);
    const [text] = await server.messages(phone, had);
    assert.doesNotMatch(text, /#\d{6}$/, text);
  }

  const same = async (when) => {
    const now = await look();
    const moves = ["/", "/operations", "/sessions", "/settings/tokens", "wallet"]; // by what works() does
    for (const [path, before] of Object.entries(pages))
      if (!moves.includes(path)) assert.deepEqual(now[path], before, `${path} ${when}`);
  };

  test("everything moves: pages, sign-ins, transfers and sign-ups go on, through a kill in the middle", async () => {
    const old = readFileSync(server.settings.key_file, "utf8");
    const before = census(server), columns = columnsOf(before);
    for (const wanted of [
      "audit.detail", "contract.account", "contract_name.name", "contract_name.name_hash", "customer.name", "customer.phone",
      "favourite.name", "favourite.phone", "favourite.phone_hash", "feed_item.content", "level_evidence.answers",
      "level_holder.passport", "level_person.passport_hash", "level_photo.sealed", "mail_address.address", "mail_code.address",
      "mail_owner.address_hash", "message.address", "phone.phone_hash", "queue_task.summary", "recovery_draft.phone",
      "session.label", "signup_draft.phone", "staff.secret", "support_message.words", "waiting_transfer.phone",
      "waiting_transfer.phone_hash", "wallet_payee.payee", "wallet_payee.phone"])
      assert.ok(columns.includes(wanted), `${wanted}: nothing to be moved in ${columns}`);
    assert.equal(sum(before, 2), 0);
    await works();

    assert.equal(keys("drop", server.configuration).output.includes("nothing to drop"), true);
    rotate(server, "2s");
    assert.match(keys("rotate", server.configuration).output, /former rotation is not finished/);
    assert.match(keys("drop", server.configuration).output, /not used yet|still sealed/);
    assert.equal(statSync(server.settings.key_file).mode & 0o777, 0o600);
    await works();

    // Killed while half of it is moved.
    await until(() => raw(server, ["phone.phone_hash"], 2), (rows) => rows > 600, 60000);
    await server.end("SIGKILL");
    const half = census(server);
    assert.ok(sum(half, 1) > 1000 && sum(half, 2) > 600, `${sum(half, 1)} ${sum(half, 2)}`);
    assert.match(keys("drop", server.configuration).output, /still sealed by an older generation/);
    await server.run();
    await same("in the middle");
    await works();
    await exists(guests.last);
    await exists(person.phone);

    const going = traffic();
    await finished(server);
    const {failed, done} = await going();
    assert.deepEqual(failed, []);
    assert.ok(done > 0);
    const moved = census(server);
    assert.deepEqual([sum(moved, 1), raw(server, columns, 1)], [0, 0]);
    assert.ok(raw(server, ["phone.phone_hash"], 2) >= 20000);
    await same("afterwards");
    await works();
    await exists(guests.first);
    await exists(person.phone);

    drop(server);
    assert.doesNotMatch(readFileSync(server.settings.key_file, "utf8"), /^generation 1 /m);
    await until(() => server.log, (said) => said.includes('"oldest":2'));
    await pause(2500);
    await same("when the older key is gone");
    await works();
    await server.end();
    assert.equal(server.command("contract", login, newPhone()).status, 1, "a contract of that name is there");
    await server.run();
    await same("after a restart without the older key");
    await works();
    assert.match(kabinet("audit", "verify", server.configuration), / 0 faults/);

    // The older key with the new database: nothing opens, and nothing pretends to.
    const other = new Server();
    const oldKey = join(server.folder, "old-key"), configuration = readFileSync(server.configuration, "utf8");
    Object.assign(other, {folder: server.folder, settings: server.settings, configuration: join(server.folder, "old.yaml")});
    writeFileSync(oldKey, old, {mode: 0o600});
    writeFileSync(other.configuration, configuration.replace(server.settings.key_file, oldKey));
    assert.match(keys("status", other.configuration).output, /the key file lacks generation 2/);
    assert.notEqual(keys("rotate", other.configuration).status, 0);
    await server.end();
    await assert.rejects(other.run(), /the key file lacks generation 2/);
    await server.run();
    await works();
  });

  // Sign-ins and transfers until it is called: what failed of them.
  function traffic() {
    let stop = false, done = 0;
    const failed = [];
    const one = async (what, act) => {
      while (!stop) {
        const answer = await act();
        if (answer.status >= 300) failed.push(`${what}: ${answer.status} ${answer.text}`);
        done++;
      }
    };
    const all = Promise.all([
      one("a sign-in", () => server.post("/signin", {phone: person.friend.phone, password: person.friend.password, token: true})),
      one("a transfer", () => wallets.send(person, person.friend.phone, "1.00")),
      one("a transfer back", () => wallets.send(person.friend, person.phone, "1.00")),
      one("a customer", () => server.customer().then(() => ({status: 200}), ({message}) => ({status: 500, text: message}))),
    ]);
    return async () => {
      stop = true;
      await all;
      return {failed, done};
    };
  }
});

test("a bank's customer with his application, its photos and what staff know of it", async () => {
  const server = await Server.ofProfile("bank");
  try {
    const {browser, phone, secret, manager} = await applicants.bank(server);
    const before = census(server), columns = columnsOf(before);
    for (const wanted of ["application.answers", "application.phone", "application.phone_hash", "application_photo.sealed"])
      assert.ok(columns.includes(wanted), `${wanted}: nothing to be moved in ${columns}`);
    assert.equal(before["application_photo.sealed"][1], 10);
    const customer = (await manager.get(`/staff/customers?phone=${encodeURIComponent(phone)}`)).text;
    rotate(server);
    await finished(server);
    assert.equal(raw(server, columns, 1), 0);
    drop(server);
    await server.end();
    await server.run();
    await browser.go("/settings/profile");
    assert.equal(browser.status, 200);
    assert.equal((await manager.get(`/staff/customers?phone=${encodeURIComponent(phone)}`)).text, customer);
    const again = server.browser();
    await again.signIn({phone, password: secret});
    assert.ok(again.cookies.has("session"), again.html.slice(0, 2000));
    assert.match(kabinet("audit", "verify", server.configuration), / 0 faults/);
  } finally {
    await server.stop();
  }
});

test("a second rotation follows the first; what is refused says why", async () => {
  await withServer(log, async (server) => {
    const who = await server.customer();
    for (const wrong of [["status"], ["turn", server.configuration], ["rotate", server.configuration, "--after"],
                         ["rotate", server.configuration, "--after", "soon"], ["drop", server.configuration, "--force"]])
      assert.equal(keys(...wrong).status, 2, wrong.join(" "));
    assert.equal(keys("status", "nowhere.yaml").status, 1);
    for (const generation of [2, 3]) {
      rotate(server);
      await finished(server);
      drop(server);
      assert.equal((await server.post("/signin", {phone: who.phone, password: who.password, token: true})).status, 200, `${generation}`);
      assert.match(keys("status", server.configuration).output, new RegExp(`everything is sealed by generation ${generation}`));
    }
  });
});

test("a generation that this node's file lacks is its failure: 503, never that the password is wrong", async () => {
  await withServer({}, async (server) => {
    const [who, other] = [await server.customer(), await server.customer()];
    const signIn = ({phone, password}) => server.post("/signin", {phone, password, token: true});
    await server.end();
    const changed = postgres ? "set_byte(phone, 0, 77)" : "CAST(x'4D' || substr(phone, 2) AS BLOB)";
    server.sql(`UPDATE customer SET phone = ${changed} WHERE id = (SELECT MIN(id) FROM customer)`);
    await server.run();
    assert.equal((await server.get("/settings/profile", {token: who.token})).status, 503);
    assert.equal((await signIn(other)).status, 200, "who is not concerned goes on");
    assert.equal((await server.get("/settings/profile", {token: other.token})).status, 200);
  });
});

test("the key file of another database, an older form, a wrong mode: the start is refused, and says why", async () => {
  await withServer({}, async (server) => {
    await server.end();
    const good = readFileSync(server.settings.key_file, "utf8");
    const check = () => server.command("check");
    const refused = async (content, why) => {
      writeFileSync(server.settings.key_file, content);
      const checked = check();
      assert.deepEqual([checked.status, why.test(checked.errors)], [1, true], checked.errors);
      await assert.rejects(server.run(), why);
    };
    assert.equal(check().status, 0, "file and database fit");
    await refused(`${"0".repeat(64)}\n`, /64 hex digits alone/);
    await refused(good.replace(/^(generation 1 \S+ )..../m, "$1abcd"), /another database's file/);
    await refused(good.replace("generation 1 ", "generation 2 "), /lacks generation 1/);
    await refused(good.slice(0, 100), /key file/);
    rmSync(server.settings.key_file);
    if (!postgres) assert.match(check().errors, /bring it back from its backup/);
    writeFileSync(server.settings.key_file, good, {mode: 0o600});
    assert.equal(check().status, 0);
    await server.run();
  });
});

describe("two nodes on PostgreSQL", {skip: !postgres}, () => {
  async function second(server) {
    const node = new Server();
    Object.assign(node, {folder: server.folder, settings: {...server.settings, key_file: join(server.folder, "key-2")}});
    node.configuration = join(server.folder, "second.yaml");
    copyFileSync(server.settings.key_file, node.settings.key_file);
    const text = readFileSync(server.configuration, "utf8").replace(server.settings.key_file, node.settings.key_file);
    writeFileSync(node.configuration, `${text}node: "2"\n`);
    await node.run();
    return node;
  }

  test("the new generation is used only when each node's file has it; then both go on, whichever moves", async () => {
    await withServer({...log, several_nodes: "true"}, async (server) => {
      const node = await second(server), who = await server.customer();
      try {
        const signIn = (at) => at.post("/signin", {phone: who.phone, password: who.password, token: true});
        await until(() => keys("status", server.configuration).output, (said) => /^node 2: .* 1/m.test(said));
        rotate(server);
        await until(() => keys("status", server.configuration).output, (said) => /^node 2: .*copy the key file there/m.test(said));
        await pause(4000);
        assert.equal(sum(census(server), 2), 0, "a node that could not read it is waited for");
        assert.match(keys("status", server.configuration).output, /copy the key file to the nodes that lack/);
        assert.equal((await signIn(node)).status, 200);
        const before = await server.customer();

        copyFileSync(server.settings.key_file, node.settings.key_file);
        await finished(server);
        assert.equal(sum(census(server), 1), 0);
        for (const at of [server, node]) {
          assert.equal((await signIn(at)).status, 200);
          assert.equal((await at.get("/settings/profile", {token: before.token})).status, 200);
        }
        const later = await node.customer();
        assert.equal((await server.get("/settings/profile", {token: later.token})).status, 200);
        drop(server);
        assert.equal((await signIn(node)).status, 200, "its file may still have the older one");
        copyFileSync(server.settings.key_file, node.settings.key_file);
        await node.end();
        await node.run();
        assert.equal((await signIn(node)).status, 200);
      } finally {
        await node.end();
      }
    });
  });

  test("a node whose file is behind the database answers 503 until it has the file, and does not start without", async () => {
    await withServer({...log, several_nodes: "true"}, async (server) => {
      const node = await second(server), who = await server.customer();
      try {
        const stale = readFileSync(node.settings.key_file);
        const profile = () => node.get("/settings/profile", {token: who.token}).then(({status}) => status);
        node.process.kill("SIGSTOP");
        server.sql("DELETE FROM key_node"); // as if it had been silent for longer than it is waited for
        rotate(server);
        await until(() => sum(census(server), 2), (rows) => rows > 0, 60000);
        node.process.kill("SIGCONT");
        await until(() => node.get("/ready"), ({status}) => status === 503);
        assert.equal(await profile(), 503);
        assert.equal((await node.get("/live")).status, 200);
        assert.match(node.log, /lacks generation 2/);
        copyFileSync(server.settings.key_file, node.settings.key_file);
        await until(profile, (status) => status === 200);
        await finished(server);
        await node.end();
        writeFileSync(node.settings.key_file, stale);
        await assert.rejects(node.run(), /the key file lacks generation 2/);
      } finally {
        await node.end();
      }
    });
  });
});
