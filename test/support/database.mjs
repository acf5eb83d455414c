// database.mjs: the tests' databases, made, dropped, looked into and changed from outside. At once, since a test reads in
// the order of things: a worker keeps one psql (for each database) or one sqlite3 open and this thread waits for it; a
// process and a session for each look would cost more than most tests.

import {randomBytes} from "node:crypto";
import {spawn} from "node:child_process";
import {existsSync, readdirSync} from "node:fs";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {MessageChannel, Worker, isMainThread, receiveMessageOnPort, workerData} from "node:worker_threads";

export const database = process.env.KABINET_DATABASE ?? "sqlite";

// ---- the worker: programs that stay open ----

const DONE = "-- that was all --";

function psqlProgram() {
  const found = existsSync("/usr/lib/postgresql") ? readdirSync("/usr/lib/postgresql").sort().at(-1) : null;
  return found ? `/usr/lib/postgresql/${found}/bin/psql` : "psql";
}

// Each takes a command and gives what it printed, what went wrong among it.
class Session {
  constructor(program, ...words) {
    this.process = spawn("sh", ["-c", 'exec "$0" "$@" 2>&1', program, ...words], {stdio: ["pipe", "pipe", "ignore"]});
    this.said = "";
    this.process.stdout.setEncoding("utf8").on("data", (data) => {
      this.said += data;
      if (this.said.endsWith(`${DONE}\n`)) this.told(this.said.slice(0, -DONE.length - 1));
    });
    this.process.on("exit", () => this.told?.(`ERROR: it ended: ${this.said}`));
    this.process.stdin.on("error", () => {}); // told by its end
  }

  run(lines) {
    this.said = "";
    return new Promise((told) => {
      this.told = told;
      this.process.stdin.write(lines);
    });
  }

  end() {
    this.told = undefined;
    this.process.stdin.end();
  }
}

function work({port, flag}) {
  const sessions = new Map();
  const session = (address) => {
    const postgres = address.startsWith("postgresql:"), name = postgres ? address : "sqlite";
    if (!sessions.has(name) || sessions.get(name).process.exitCode !== null) // its server may have gone meanwhile
      sessions.set(name, postgres ? new Session(psqlProgram(), "-qXAt", address) : new Session("sqlite3", "-batch"));
    return sessions.get(name);
  };
  port.on("message", async ({address, command, close}) => {
    let said = "";
    if (close) {
      sessions.get(address)?.end();
      sessions.delete(address);
    } else {
      // Of SQLite no connection stays: the last one to go puts the log into the file.
      said = await session(address).run(
        address.startsWith("postgresql:")
          ? `${command}\n;\n\\echo ${DONE}\n`
          : `.open '${address}'\n.timeout 5000\n${command}\n;\n.open :memory:\n.print ${DONE}\n`);
    }
    port.postMessage(said);
    Atomics.store(flag, 0, 1);
    Atomics.notify(flag, 0);
  });
}

let worker;
function ask(question) {
  if (!worker) {
    const {port1, port2} = new MessageChannel(), flag = new Int32Array(new SharedArrayBuffer(4));
    const thread = new Worker(fileURLToPath(import.meta.url), {workerData: {port: port2, flag}, transferList: [port2]});
    thread.unref();
    worker = {port: port1, flag};
  }
  Atomics.store(worker.flag, 0, 0);
  worker.port.postMessage(question);
  Atomics.wait(worker.flag, 0, 0);
  return receiveMessageOnPort(worker.port).message;
}

if (!isMainThread && workerData?.flag) work(workerData);

// ---- for tests ----

export function run(address, command) {
  const said = ask({address, command});
  if (/^(ERROR|FATAL|psql|Parse error|Runtime error|Error)\b/m.test(said)) throw new Error(`${command}: ${said}`);
  return said;
}

// "SELECT a, b FROM …": rows of values.
export function rows(address, query) {
  const array = address.startsWith("postgresql:") ? "json_build_array" : "json_array";
  const inner = query.replace(/SELECT (.*?) FROM/s, (_, columns) => `SELECT ${array}(${columns}) AS r FROM`);
  return JSON.parse(run(address, address.startsWith("postgresql:")
    ? `SELECT coalesce(json_agg(q.r), '[]') FROM (${inner}) q`
    : `SELECT json_group_array(json(q.r)) FROM (${inner}) q`));
}

// {url, drop}: a new one, for a server whose folder that is.
export function makeDatabase(folder, features) {
  if (database !== "postgres") return {url: join(folder, "kabinet.db"), drop: () => {}};
  const all = process.env.KABINET_TEST_POSTGRES, name = `test_${randomBytes(6).toString("hex")}`, url = new URL(all);
  const template = features === "all" && process.env.KABINET_TEST_TEMPLATE;
  run(all, `CREATE DATABASE ${name}${template ? ` TEMPLATE ${template} STRATEGY file_copy` : ""}`);
  url.pathname = `/${name}`;
  const drop = () => {
    ask({address: url.href, close: true});
    run(all, `DROP DATABASE ${name} WITH (FORCE)`);
  };
  return {url: url.href, drop};
}
