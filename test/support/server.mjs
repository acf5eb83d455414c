// server.mjs: a really started Kabinet for tests: its own folder, database and port; programs to talk to it as a client
// (JSON) and as a browser without scripts (cookies, forms). Where things are comes from the environment:
//   KABINET_BUILD          the build folder (build/release)
//   KABINET_DATABASE       sqlite (default) or postgres
//   KABINET_TEST_POSTGRES  a cluster's address whose owner may make databases (for postgres)
//   KABINET_TEST_TEMPLATE  a database there that has the tables of all features, to be copied; may be missing

import {spawn, spawnSync} from "node:child_process";
import {createHash, randomBytes, randomInt} from "node:crypto";
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join, resolve} from "node:path";
import {createInterface} from "node:readline";

import {record} from "./answers.mjs";
import {makeDatabase, rows, run} from "./database.mjs";

export {database} from "./database.mjs";

const build = resolve(process.env.KABINET_BUILD ?? "build/release");

// What a test needs to be let through; each may be set back by the test that is about it.
export const easy = {
  identity: {
    code: {pause: "0s", number: 1000000, address: 1000000, network: 1000000, prefix: 1000000, whole: 1000000},
    lock: {address: 1000000, network: 1000000},
    robot: {hardness: 1000, plain_address: 1000000, plain_network: 1000000},
  },
};

function merge(base, over) {
  const merged = {...base};
  for (const [key, value] of Object.entries(over ?? {}))
    merged[key] = value !== null && typeof value === "object" ? merge(base[key] ?? {}, value) : value;
  return merged;
}

const yaml = (tree, indent = "") =>
  Object.entries(tree)
    .map(([key, value]) =>
      value !== null && typeof value === "object" ? `${indent}${key}:\n${yaml(value, indent + "  ")}`
                                                  : `${indent}${key}: ${JSON.stringify(String(value))}\n`)
    .join("");

// A profile's own text with one of its keys set, where it has it or where it would stand.
function put(lines, [key, ...rest], value, from = 0, to = lines.length, indent = "") {
  let at = from;
  while (at < to && !new RegExp(`^${indent}${key}:( |$)`).test(lines[at])) at++;
  if (at === to) {
    const tree = rest.reduceRight((inner, name) => ({[name]: inner}), value);
    lines.splice(from, 0, ...yaml({[key]: tree}, indent).trimEnd().split("\n"));
  } else if (rest.length === 0) {
    lines[at] = `${indent}${key}: ${JSON.stringify(String(value))}`;
  } else {
    let end = at + 1;
    while (end < to && (lines[end].startsWith(`${indent}  `) || /^ *(#.*)?$/.test(lines[end]))) end++;
    put(lines, rest, value, at + 1, end, `${indent}  `);
  }
}

const leaves = (tree, path = []) =>
  Object.entries(tree).flatMap(([key, value]) =>
    value !== null && typeof value === "object" ? leaves(value, [...path, key]) : [[[...path, key], value]]);

// Resolves with the port that the program prints once it listens; rejects with what it said when it ends before.
function listening(process, pattern) {
  let said = "";
  process.stderr.on("data", (data) => (said += data));
  return new Promise((done, failed) => {
    createInterface({input: process.stdout}).on("line", (line) => {
      const found = pattern.exec(line);
      if (found) done(Number(found[1]));
    });
    process.once("exit", (code, signal) => failed(new Error(`the server ended (${code ?? signal}):\n${said}`)));
    process.once("error", failed);
  });
}

export class Server {
  // settings: over the configuration file's keys; features: the list, all by default.
  static async start(settings = {}) {
    const server = new Server();
    server.folder = mkdtempSync(join(tmpdir(), "kabinet-test-"));
    server.database = makeDatabase(server.folder, settings.features ?? "all");
    server.configuration = join(server.folder, "kabinet.yaml");
    server.settings = merge(
      {
        profile: "wallet", company: "Кошелёк", database: server.database.url, key_file: join(server.folder, "key"),
        listen: "127.0.0.1:0", public_url: "http://localhost", log_level: "error", features: "all", ...easy,
      },
      settings,
    );
    writeFileSync(server.configuration, yaml(server.settings));
    await server.run();
    return server;
  }

  // The same, with these settings over the former ones.
  async changed(settings) {
    await this.end();
    this.settings = merge(this.settings, settings);
    writeFileSync(this.configuration, yaml(this.settings));
    await this.run();
  }

  // Another process on the same database (PostgreSQL alone has several), with the same keys.
  static async beside(first, settings) {
    const server = new Server();
    server.folder = mkdtempSync(join(tmpdir(), "kabinet-test-"));
    server.database = {drop: () => {}};
    server.configuration = join(server.folder, "kabinet.yaml");
    server.settings = merge(first.settings, {listen: "127.0.0.1:0", ...settings});
    writeFileSync(server.configuration, yaml(server.settings));
    await server.run();
    return server;
  }

  // By a profile's own file: only what belongs to a machine is another, and the demo's phone shows what was sent. more:
  // over the file's keys.
  static async ofProfile(name, more = {}) {
    const server = new Server();
    server.folder = mkdtempSync(join(tmpdir(), "kabinet-test-"));
    server.database = makeDatabase(server.folder);
    server.configuration = join(server.folder, "kabinet.yaml");
    server.settings = {database: server.database.url, key_file: join(server.folder, "key"), listen: "127.0.0.1:0",
                       public_url: "http://localhost", log_level: "error", behind_proxy: "false", ...more};
    const lines = readFileSync(`profiles/${name}.yaml`, "utf8").replace(/^features: .*$/m, "$&, inbox")
      .replace("/etc/kabinet/loans.json", "profiles/loans.json")
      .replace("/etc/kabinet/policy.txt", "profiles/policy_microloans.txt")
      .replace("/etc/kabinet/limits.txt", "profiles/policy_instalments.txt").split("\n");
    for (const [path, value] of leaves(server.settings)) put(lines, path, value);
    writeFileSync(server.configuration, lines.join("\n"));
    await server.run();
    return server;
  }

  async run() {
    this.process = spawn(join(build, "kabinet"), ["serve", this.configuration], {stdio: ["ignore", "pipe", "pipe"]});
    this.log = "";
    this.process.stderr.on("data", (data) => (this.log += data));
    this.port = await listening(this.process, /listening on port (\d+)/);
    this.url = `http://127.0.0.1:${this.port}`;
  }

  // Ends the process and waits for it; run() starts it again on the same database.
  async end(signal = "SIGTERM") {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const gone = new Promise((done) => this.process.once("exit", done));
      this.process.kill(signal);
      await gone;
    }
    return this.process.exitCode;
  }

  // Changes the database behind the server's back: stop it first (end), then run it again.
  sql(command) {
    run(this.settings.database, command);
  }

  // Time passes without being waited for, on however slow a machine: what the database holds is set back.
  async passed(...commands) {
    await this.end();
    this.sql(commands.join(";\n"));
    await this.run();
  }

  // As if these jobs had not been done for long: their turn comes as soon as it runs again.
  due(...jobs) {
    return this.passed(...jobs.map((name) => `UPDATE job SET next_at = 1 WHERE name = '${name}'`));
  }

  // As if he had signed in, and confirmed himself, an hour ago: no proof of who he is holds so long.
  proofsOver({customer}) {
    return this.passed(...["session", "confirmation"].map((table) =>
      `UPDATE ${table} SET made = made - 3600000000 WHERE customer = ${customer}`));
  }

  // What it asks the outside for on behalf of this row, tried once at least, is given up: as if its time were over.
  async givesUp(...subjects) {
    const tried = () => this.rows(`SELECT subject FROM outbox WHERE subject IN (${subjects}) AND state = 0 AND attempt > 0`);
    for (const end = Date.now() + 60000; tried().length < subjects.length && Date.now() < end;) await pause(50);
    await this.passed(`UPDATE outbox SET deadline = 1, next_at = 1 WHERE subject IN (${subjects}) AND state = 0`);
  }

  // Another of the program's commands on the same configuration: {status, output, errors}.
  command(name, ...words) {
    const done = spawnSync(join(build, "kabinet"), [name, this.configuration, ...words], {encoding: "utf8", maxBuffer: 1 << 26});
    return {status: done.status, output: done.stdout, errors: done.stderr};
  }

  // Looks into the database behind the server's back: rows of values.
  rows(query) {
    return rows(this.settings.database, query);
  }

  // A crash while the test ran, or a leak told by a sanitizer, fails it here.
  async stop() {
    const code = await this.end();
    this.database.drop();
    rmSync(this.folder, {recursive: true, force: true});
    if (code !== 0) throw new Error(`the server ended with ${code ?? this.process.signalCode}:\n${this.log}`);
  }

  // A test that was busy for long has not noticed that the server closed an idle connection: what only asks asks again.
  fetch(address, options) {
    return fetch(address, options).catch((error) => {
      if (options.method !== "GET" || error.cause?.code !== "UND_ERR_SOCKET") throw error;
      return fetch(address, options);
    });
  }

  // A program's request: JSON both ways. {status, body, headers}
  async call(method, path, body, {token, key, headers} = {}) {
    const answer = await this.fetch(this.url + path, {
      method,
      redirect: "manual",
      headers: {
        Accept: "application/json",
        ...(body === undefined ? {} : {"Content-Type": "application/json"}),
        ...(token ? {Authorization: `Bearer ${token}`} : {}),
        ...(key ? {"Idempotency-Key": key} : {}),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    let parsed = text;
    try {
      parsed = JSON.parse(text);
    } catch {}
    const told = {status: answer.status, body: parsed, headers: answer.headers, text};
    if (process.env.KABINET_ANSWERS) record(method, path, told);
    return told;
  }

  get(path, options) {
    return this.call("GET", path, undefined, options);
  }

  post(path, body = {}, options) {
    return this.call("POST", path, body, options);
  }

  // The texts sent to a number, newest first; waits until there are more than `after`.
  async messages(phone, after = 0) {
    for (const end = Date.now() + 50000; Date.now() < end;) {
      const {body} = await this.get(`/sandbox/phone?number=${encodeURIComponent(phone)}`);
      if (body.messages.length > after) return body.messages.map((message) => message.text);
      await new Promise((done) => setTimeout(done, 25));
    }
    throw new Error(`no message came to ${phone}`);
  }

  // The code in the newest text, if it is one; after so many, in one of those that came since: another may be on its way.
  async code(phone, after = 0) {
    for (let texts = await this.messages(phone, after);; texts = await this.messages(phone, texts.length)) {
      const codes = texts.slice(0, after === 0 ? 1 : texts.length - after).map((text) => /#(\d{6})$/.exec(text)?.[1]);
      if (after === 0 || codes.some(Boolean)) return codes.find(Boolean);
    }
  }

  async proof() {
    return solve((await this.get("/signup/challenge")).body);
  }

  // {draft, …}: a number given and proven not to be a robot's.
  async begin(phone) {
    const answer = await this.post("/signup", {phone, altcha: await this.proof()});
    if (answer.status !== 200) throw new Error(`/signup: ${answer.status} ${answer.text}`);
    return answer.body;
  }

  // A new customer of a new number: {phone, password, customer, token}. messages: how many that number has got already.
  async customer({phone = newPhone(), password = "Qwerty7!", messages = 0} = {}) {
    const {draft} = await this.begin(phone);
    const proven = await this.post("/signup/code", {draft, code: await this.code(phone, messages)});
    if (proven.status !== 200) throw new Error(`/signup/code: ${proven.status} ${proven.text}`);
    const opened = await this.post("/signup/password", {draft, password, token: true});
    if (opened.status !== 200) throw new Error(`/signup/password: ${opened.status} ${opened.text}`);
    return {phone, password, customer: opened.body.customer, token: opened.body.token};
  }

  browser() {
    return new Browser(this);
  }
}

// A browser without scripts: keeps cookies, follows redirects, posts the forms that pages hold.
export class Browser {
  constructor(server) {
    this.server = server;
    this.cookies = new Map();
    this.path = "/";
    this.agent = "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0";
  }

  async go(path, options = {}, hops = 0) {
    const answer = await fetch(new URL(path, this.server.url), {
      redirect: "manual",
      ...options,
      headers: {
        Accept: "text/html",
        "Accept-Language": "ru",
        "User-Agent": this.agent,
        Cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; "),
        ...options.headers,
      },
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      if (/Max-Age=0/.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    this.status = answer.status;
    this.headers = answer.headers;
    this.html = await answer.text();
    if (answer.status === 303 && hops < 5) {
      const next = new URL(answer.headers.get("Location"), new URL(path, this.server.url));
      return this.go(next.href, {}, hops + 1);
    }
    this.path = new URL(path, this.server.url).pathname;
    return this;
  }

  // The page's form for that action, one that writes rather than one that asks: its hidden and shown fields as they stand.
  form(action) {
    const writes = ([, tag]) => attribute(tag, "method") === "post";
    const forms = [...this.html.matchAll(/<form([^>]*)>(.*?)<\/form>/gs)];
    for (const [, tag, inside] of [...forms.filter(writes), ...forms.filter((form) => !writes(form))]) {
      if (attribute(tag, "action") !== action) continue;
      const fields = {};
      for (const [, input] of inside.matchAll(/<(?:input|button|select|textarea)([^>]*)>/g)) {
        const name = attribute(input, "name");
        if (name && !(attribute(input, "type") === "checkbox" && !/ checked/.test(input)))
          fields[name] = attribute(input, "value") ?? "";
      }
      return fields;
    }
    throw new Error(`no form for ${action} on ${this.path} (${this.status}):\n${this.html.slice(0, 2000)}`);
  }

  send(action, fields = {}, options = {}) {
    const body = new URLSearchParams({...this.form(action), ...fields}).toString();
    return this.go(action, {
      method: "POST", body, ...options,
      headers: {"Content-Type": "application/x-www-form-urlencoded", ...options.headers},
    });
  }

  async signIn({phone, password}) {
    await this.go("/signin");
    return this.send("/signin", {phone, password});
  }
}

const entities = {amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'"};
const unescape = (text) => text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name) => entities[name]);
const attribute = (tag, name) => {
  const found = new RegExp(`\\s${name}="([^"]*)"`).exec(tag);
  return found ? unescape(found[1]) : undefined;
};

let nextPhone = randomInt(10000000);
export function newPhone() {
  nextPhone = (nextPhone + 1) % 10000000;
  return `+7916${String(nextPhone).padStart(7, "0")}`;
}

export const newKey = () => randomBytes(16).toString("hex");

// ALTCHA's proof of work, done plainly.
export function solve({algorithm, challenge, maxnumber, salt, signature}) {
  for (let number = 0; number <= maxnumber; number++) {
    if (createHash("sha256").update(salt + number).digest("hex") !== challenge) continue;
    return Buffer.from(JSON.stringify({algorithm, challenge, number, salt, signature})).toString("base64");
  }
  throw new Error("the challenge has no solution");
}

// For the tests that are about a limit: a server of their own.
export async function withServer(settings, run) {
  const own = await Server.start(settings);
  try {
    await run(own);
  } finally {
    await own.stop();
  }
}

// "not-enough-money" of a refusal's /problems/not-enough-money.
export const problem = (answer) => answer.body.type?.replace("/problems/", "");

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

// An answer without what differs from answer to answer whoever asks: ids, tokens, moments, the number itself.
export const steady = (text) =>
  text.replace(/0[0-9A-Z]{12}/g, "ID").replace(/"(draft|_csrf|_key|csrf)":"[^"]*"/g, "$1")
    .replace(/name="(_csrf|_key)" value="[^"]*"/g, "$1").replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "MOMENT")
    .replace(/\d\d:\d\d/g, "TIME").replace(/\+7916\d{7}|\+7 916 \d{3}-\d\d-\d\d/g, "PHONE");
