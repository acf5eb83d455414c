// kill.test.mjs: kabinet is killed (SIGKILL) at random moments under load, again and again, and PostgreSQL under it too,
// and one or both of two nodes on it (LE-4, LE-5). Outside stands a journal: what was acknowledged is written there
// before it counts. After each start every acknowledged transfer must be told again as it was, every unanswered one,
// asked again under its key, must be done once in all, and every balance must be what the journal says; `kabinet verify`
// proves the books.
//
//   KABINET_KILLS=n, KABINET_KILLS_POSTGRES=n   how often (200, 20); ./run soak asks for thousands

import assert from "node:assert/strict";
import {execFile, execFileSync} from "node:child_process";
import {createHmac, randomBytes, randomInt} from "node:crypto";
import {closeSync, existsSync, mkdtempSync, openSync, readdirSync, rmSync, writeFileSync, writeSync} from "node:fs";
import {Agent, request} from "node:http";
import {tmpdir} from "node:os";
import {join, resolve} from "node:path";
import {test} from "node:test";
import {promisify} from "node:util";

import {Server} from "../support/server.mjs";

const kills = Number(process.env.KABINET_KILLS ?? 200);
const killsPostgres = Number(process.env.KABINET_KILLS_POSTGRES ?? 20);
const kabinet = join(resolve(process.env.KABINET_BUILD ?? "build/release"), "kabinet");
const people = 12, clients = 24, begin = 5_000_000; // kopecks each
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

// ---- asking ----

// {status, text}; status 0: no answer came. Kept-alive connections, since fetch is most of the load otherwise.
function ask(town, method, path, {token, key, body, authorization} = {}) {
  return new Promise((done) => {
    const headers = {Accept: "application/json"};
    if (token) headers.Authorization = `Bearer ${token}`;
    if (authorization) headers.Authorization = authorization;
    if (key) headers["Idempotency-Key"] = key;
    const text = body === undefined ? undefined : JSON.stringify(body);
    if (text !== undefined)
      Object.assign(headers, {"Content-Type": "application/json", "Content-Length": Buffer.byteLength(text)});
    const {port} = town.nodes ? town.nodes[randomInt(town.nodes.length)] : town.server;
    const asked = request({host: "127.0.0.1", port, method, path, headers, agent: town.agent, timeout: 20000});
    asked.on("error", () => done({status: 0, text: ""}));
    asked.on("timeout", () => asked.destroy());
    asked.on("response", (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => done({status: answer.complete ? answer.statusCode : 0, text: Buffer.concat(parts).toString()}));
      answer.on("error", () => done({status: 0, text: ""}));
      answer.on("aborted", () => done({status: 0, text: ""}));
    });
    asked.end(text);
  });
}

// Again until it is answered for good: 503 and silence say nothing.
async function askUntilAnswered(town, ...what) {
  for (let tries = 0; tries < 2000; tries++) {
    const answer = await ask(town, ...what);
    if (answer.status !== 0 && answer.status !== 503 && answer.status !== 409) return answer;
    await pause(tries < 20 ? 10 : 50);
  }
  throw new Error(`no answer to ${JSON.stringify(what)}`);
}

// ---- the town: a server, people with money, the journal outside ----

const secret = "0123456789abcdef0123456789abcdef";

async function topUp(town, person) {
  const order = await askUntilAnswered(town, "POST", "/topups",
                                       {token: person.token, key: randomBytes(8).toString("hex"), body: {sum: "50000.00"}});
  assert.equal(order.status, 201, order.text);
  const body = {merchant: "kill", order: JSON.parse(order.text).id, sum: "50000.00", status: "paid", reference: "r"};
  const stamp = Math.floor(Date.now() / 1000);
  const mac = createHmac("sha256", secret).update(`callback\n${stamp}\n${JSON.stringify(body)}`).digest("hex");
  const paid = await askUntilAnswered(town, "POST", "/callbacks/acquirer",
                                      {body, authorization: `HMAC-SHA256 ${stamp}:${mac}`});
  assert.equal(paid.status, 200, paid.text);
}

async function settle(settings) {
  const folder = mkdtempSync(join(tmpdir(), "kabinet-kill-"));
  writeFileSync(join(folder, "acquirer.key"), secret);
  const server = await Server.start({
    wallet: {transfer_level: "minimal"},
    acquiring: {url: "http://127.0.0.1:1/bank", merchant: "kill", secret_file: join(folder, "acquirer.key")},
    ...settings,
  });
  const town = {
    server, folder, agent: new Agent({keepAlive: true, maxSockets: clients + 8}), people: [], acknowledged: [], unanswered: [],
    journal: openSync(join(folder, "journal"), "a"), done: 0, resolved: 0, refused: 0,
  };
  for (let i = 0; i < people; i++) town.people.push({...(await server.customer()), balance: begin});
  for (const person of town.people) await topUp(town, person);
  return town;
}

async function leave(town) {
  town.agent.destroy();
  for (const node of town.nodes?.slice(1) ?? []) await node.stop();
  closeSync(town.journal);
  await town.server.stop();
  rmSync(town.folder, {recursive: true, force: true});
}

// ---- load ----

function wish() {
  const from = randomInt(people), to = (from + 1 + randomInt(people - 1)) % people;
  // Now and then more than there is: a refusal is an answer, too.
  const kopecks = randomInt(50) === 0 ? 900_000_000 : 100 + randomInt(400);
  return {from, to, kopecks, key: randomBytes(12).toString("hex")};
}

const sent = (town, {from, to, kopecks, key}) => ["POST", "/transfers", {
  token: town.people[from].token, key, body: {to: town.people[to].phone, sum: (kopecks / 100).toFixed(2)},
}];

function count(town, order, answer) {
  assert.ok(answer.status === 201 || answer.status === 422, `${answer.status} ${answer.text}`);
  if (answer.status !== 201) {
    town.refused++;
    return;
  }
  town.people[order.from].balance -= order.kopecks;
  town.people[order.to].balance += order.kopecks;
  town.done++;
}

async function client(town) {
  while (town.open) {
    const order = wish();
    const answer = await ask(town, ...sent(town, order));
    if (answer.status === 0 || answer.status === 503) {
      town.unanswered.push(order);
      if (town.open) await pause(5);
      continue;
    }
    writeSync(town.journal, `${order.key} ${answer.status}\n`); // outside, before it counts
    town.acknowledged.push({order, answer});
    count(town, order, answer);
  }
}

// ---- what must be true after it ----

async function inParallel(list, width, work) {
  const rest = [...list];
  await Promise.all(Array.from({length: width}, async () => {
    while (rest.length > 0) await work(rest.pop());
  }));
}

async function judge(town, verify) {
  const {acknowledged, unanswered} = town;
  town.acknowledged = [];
  town.unanswered = [];
  await inParallel(acknowledged, 16, async ({order, answer}) => {
    const again = await askUntilAnswered(town, ...sent(town, order));
    assert.equal(again.status, answer.status, `acknowledged, and gone: ${order.key}: ${again.text}`);
    assert.equal(again.text, answer.text);
  });
  await inParallel(acknowledged.filter(({answer}) => answer.status === 201).slice(-20), 8, async ({order, answer}) => {
    const {id} = JSON.parse(answer.text);
    const seen = await askUntilAnswered(town, "GET", `/operations/${id}`, {token: town.people[order.from].token});
    assert.equal(seen.status, 200, `acknowledged operation ${id} is not there`);
  });
  await inParallel(unanswered, 16, async (order) => {
    const first = await askUntilAnswered(town, ...sent(town, order));
    count(town, order, first);
    town.resolved++;
    const second = await askUntilAnswered(town, ...sent(town, order));
    assert.deepEqual(second, first);
  });
  await inParallel(town.people, 8, async (person) => {
    const home = await askUntilAnswered(town, "GET", "/", {token: person.token});
    const {amount} = JSON.parse(home.text).wallet.balance;
    assert.equal(Math.round(Number(amount) * 100), person.balance, `the balance of ${person.phone}`);
  });
  if (!verify) return;
  const {stdout} = await promisify(execFile)(kabinet, ["verify", town.server.configuration]);
  assert.match(stdout, / 0 faults/);
}

// One round: load, a blow at a random moment, a start, the judgement.
async function round(town, blow, verify) {
  town.open = true;
  const loads = Array.from({length: clients}, () => client(town));
  await pause(20 + randomInt(180));
  try {
    await blow(town);
  } finally {
    town.open = false;
  }
  await Promise.all(loads);
  await judge(town, verify);
}

async function killServer(town) {
  await town.server.end("SIGKILL");
  town.open = false;
  town.agent.destroy();
  town.agent = new Agent({keepAlive: true, maxSockets: clients + 8});
  if (randomInt(8) === 0) { // killed again while it starts
    const starting = town.server.run().catch(() => {});
    await pause(randomInt(60));
    await town.server.end("SIGKILL");
    await starting;
  }
  await town.server.run();
}

function tell(t, town, rounds, started) {
  t.diagnostic(`${rounds} rounds in ${((Date.now() - started) / 1000).toFixed(0)} s: ${town.done} transfers, ` +
               `${town.resolved} first unanswered, ${town.refused} refused`);
}

test(`SQLite: killed ${kills} times under load`, {skip: kills === 0}, async (t) => {
  const started = Date.now(), town = await settle({});
  try {
    for (let i = 0; i < kills; i++) await round(town, killServer, i % 10 === 9 || i === kills - 1);
    assert.ok(town.done > kills, "there was load");
    tell(t, town, kills, started);
  } finally {
    await leave(town);
  }
});

// ---- PostgreSQL ----

const asOwner = (...command) =>
  process.getuid() === 0 ? execFileSync("runuser", ["-u", "postgres", "--", ...command], {stdio: "pipe", cwd: "/"})
                         : execFileSync(command[0], command.slice(1), {stdio: "pipe", cwd: "/"});

function cluster() {
  const started = execFileSync("tools/run/postgres", ["start", "durable"], {encoding: "utf8"}).trim().split("\n").at(-1);
  const [url, folder] = started.split(" ");
  const version = readdirSync("/usr/lib/postgresql").sort().at(-1), control = `/usr/lib/postgresql/${version}/bin/pg_ctl`;
  return {
    url, folder,
    kill: () => asOwner(control, "-D", join(folder, "data"), "-m", "immediate", "-w", "stop"),
    start: () => asOwner(control, "-D", join(folder, "data"), "-l", join(folder, "server.log"), "-w", "start"),
    remove: () => execFileSync("tools/run/postgres", ["stop", folder]),
  };
}

// One of the nodes, now and then all of them. The first to come back is alone; the next asks it to give way.
async function killNodes(town) {
  const killed = randomInt(4) === 0 ? town.nodes : [town.nodes[randomInt(town.nodes.length)]];
  await Promise.all(killed.map((node) => node.end("SIGKILL")));
  if (killed === town.nodes) town.open = false;
  else await pause(randomInt(400)); // the load goes on at the other
  town.agent.destroy();
  town.agent = new Agent({keepAlive: true, maxSockets: clients + 8});
  await Promise.all(killed.map((node) => node.run()));
}

async function killDatabase(town) {
  town.cluster.kill();
  await pause(randomInt(200));
  town.cluster.start();
  await pause(50 + randomInt(100)); // the load goes on over its return
}

const noPostgres = !existsSync("/usr/lib/postgresql");
const name = `PostgreSQL: killed ${killsPostgres} times under load, the database itself too`;
test(name, {skip: killsPostgres === 0 || noPostgres}, async (t) => {
  const started = Date.now(), database = cluster();
  try {
    const town = await settle({database: database.url});
    town.cluster = database;
    try {
      for (let i = 0; i < killsPostgres; i++)
        await round(town, i % 4 === 3 ? killDatabase : killServer, i % 5 === 4 || i === killsPostgres - 1);
      assert.ok(town.done > killsPostgres, "there was load");
      tell(t, town, killsPostgres, started);
    } finally {
      await leave(town);
    }
  } finally {
    database.remove();
  }
});

const killsNodes = Math.ceil(killsPostgres / 2);
const twoNodes = `PostgreSQL: two nodes, one of them or both killed ${killsNodes} times under load`;
test(twoNodes, {skip: killsNodes === 0 || noPostgres}, async (t) => {
  const started = Date.now(), database = cluster();
  try {
    const town = await settle({database: database.url});
    try {
      const {key_file, wallet} = town.server.settings;
      town.nodes = [town.server, await Server.start({database: database.url, key_file, wallet, node: 1})];
      for (let i = 0; i < killsNodes; i++) await round(town, killNodes, i % 5 === 4 || i === killsNodes - 1);
      assert.ok(town.done > killsNodes, "there was load");
      tell(t, town, killsNodes, started);
    } finally {
      await leave(town);
    }
  } finally {
    database.remove();
  }
});
