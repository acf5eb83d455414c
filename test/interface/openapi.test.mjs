// openapi.test.mjs: the interface as it describes itself (IF-1): the document is made of the routes and passes others'
// linters; each operation answers what it declares; whatever is wrong in a request is refused and leaves nothing behind.

import assert from "node:assert/strict";
import {execFile} from "node:child_process";
import {writeFileSync} from "node:fs";
import {join} from "node:path";
import {after, before, test} from "node:test";
import {promisify} from "node:util";

import addFormats from "ajv-formats";
import Ajv from "ajv/dist/2020.js";

import {finder, undescribed} from "../support/answers.mjs";
import {routesOf} from "../support/attacks.mjs";
import {bodySchema, right, wrong} from "../support/contract.mjs";
import {livedIn} from "../support/lived_in.mjs";
import {newKey} from "../support/server.mjs";

let life, server, document, operations, ajv;
before(async () => {
  life = await livedIn();
  ({server} = life);
  document = (await server.get("/openapi.json")).body;
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({...operation, method: method.toUpperCase(), path,
                                                            name: `${method.toUpperCase()} ${path}`})));
  ajv = new Ajv({strict: false, allErrors: true});
  addFormats(ajv);
  for (const format of ["money", "phone", "password"]) ajv.addFormat(format, true);
  ajv.addSchema({...document, $id: "kabinet"});
});
after(() => life?.stop());

const resolve = (node) => (node?.$ref ? resolve(node.$ref.slice(2).split("/").reduce((at, part) => at[part], document)) : node);
const declared = (operation, status) => resolve(operation.responses[status] ?? operation.responses[`${Math.trunc(status / 100)}XX`]);

// ---- the document ----

test("IF-1: the document that the server gives is the one that the program prints", () => {
  const told = JSON.parse(server.command("openapi").output), byName = (one, other) => (one.name < other.name ? -1 : 1);
  for (const each of [told, document]) each.tags.sort(byName);
  assert.deepEqual(told, document);
});

test("IF-1: it is kept by its tag, and asked for again by it", async () => {
  const first = await server.get("/openapi.json"), tag = first.headers.get("ETag");
  assert.match(tag, /^"[0-9a-f]{16}"$/);
  assert.equal(first.headers.get("Cache-Control"), "no-cache");
  const ask = (known) => server.get("/openapi.json", {headers: {"If-None-Match": known}});
  const again = await ask(`"other", ${tag}`);
  assert.deepEqual([again.status, again.text], [304, ""]);
  assert.equal((await ask('"other"')).status, 200);
});

test("IF-1: every route is in it, as `kabinet routes` lists them: fields, key, scope, caller", () => {
  const routes = routesOf(server);
  assert.ok(routes.length > 250);
  assert.deepEqual(operations.map(({name}) => name).sort(), routes.map(({name}) => name).sort());
  for (const route of routes) {
    const operation = operations.find(({name}) => name === route.name), fields = route.fields.map(({name}) => name);
    const body = Object.values(operation.requestBody?.content ?? {})[0]?.schema?.properties ?? {};
    const parameters = (operation.parameters ?? []).map(resolve), query = parameters.filter((each) => each.in === "query");
    assert.deepEqual([...Object.keys(body), ...query.map(({name}) => name)], fields, route.name);
    assert.equal(parameters.some(({name}) => name === "Idempotency-Key"), route.marks.includes("key"), route.name);
    assert.deepEqual(parameters.filter((each) => each.in === "path").map(({name}) => `{${name}}`), route.path.match(/\{\w+\}/g) ?? []);
    const scopes = operation.security.flatMap(({token = []}) => token);
    assert.deepEqual(scopes, route.marks.filter((mark) => /_(read|write)$/.test(mark)), route.name);
    assert.equal(operation["x-caller"], route.who);
  }
});

const run = promisify(execFile);
const lint = (name, ...words) =>
  run(`node_modules/.bin/${name}`, ["lint", ...words, join(server.folder, "openapi.json")],
      {maxBuffer: 1 << 26, env: {...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true"}})
    .catch((error) => assert.fail(`${name}: ${error.stdout}${error.stderr}`));

test("IF-1: redocly's and spectral's linters find no error", async () => {
  const rules = join(server.folder, "spectral.yaml");
  writeFileSync(join(server.folder, "openapi.json"), JSON.stringify(document, null, 1));
  writeFileSync(rules, 'extends: ["spectral:oas"]\n');
  const [redocly, spectral] = await Promise.all([lint("redocly", "--extends", "recommended"),
                                                 lint("spectral", "--ruleset", rules, "--fail-severity", "error")]);
  assert.match(redocly.stderr + redocly.stdout, /is valid/);
  assert.match(spectral.stdout, /\(0 errors|No results/);
});

// ---- each operation ----

const addressOf = ({path}) => {
  const [known] = life.addresses[path] ?? [];
  return (known?.path ?? known ?? path).replace(/\{\w+\}/g, "1");
};

// Some operations end the session, the secrets or the person that asked.
let customer;
async function asCustomer() {
  if (!customer || (await server.get("/sessions", {token: customer.token})).status !== 200)
    customer = await server.customer();
  return {token: customer.token};
}

async function ask(operation, {body, query}, who) {
  const words = new URLSearchParams(query).toString(), path = addressOf(operation).split("?")[0];
  const headers = {...(operation["x-page-only"] ? {Accept: "text/html"} : {})};
  const options = {key: newKey(), headers};
  if (operation["x-caller"] === "staff") return life.boss.call(operation.method, words ? `${path}?${words}` : path, body, options);
  return server.call(operation.method, words ? `${path}?${words}` : path, body, {...options, ...who});
}

const callable = () => operations.filter(({responses, requestBody}) =>
  !Object.values(responses).some((each) => resolve(each).content?.["text/event-stream"]) &&
  !requestBody?.content["multipart/form-data"] && !requestBody?.content["*/*"]);

// Why an answer is not what was declared, or nothing.
function fault(operation, answer) {
  const response = declared(operation, answer.status), type = answer.headers.get("Content-Type")?.split(";")[0];
  if (!response) return `${answer.status} is not declared: ${answer.text.slice(0, 300)}`;
  if (answer.status >= 400 && type !== "application/problem+json" && !operation["x-page-only"]) return `${type}, no problem`;
  if (!response.content || operation["x-page-only"]) return undefined;
  const media = response.content[type];
  if (!media) return `${type} is not declared with ${answer.status}`;
  if (!media.schema) return undefined;
  const check = ajv.getSchema(`kabinet${media.schema.$ref}`);
  if (!check(answer.body)) return `${answer.status}: ${ajv.errorsText(check.errors)}: ${answer.text.slice(0, 300)}`;
  return answer.status < 300 && undescribed(resolve(media.schema), answer.body).length > 0
    ? `not described (see test/support/answers.mjs): ${undescribed(resolve(media.schema), answer.body).slice(0, 5)}` : undefined;
}

test("IF-1: a right request is answered as declared, by every operation", {timeout: 900000}, async () => {
  const faults = [];
  let asked = 0, good = 0;
  for (const operation of callable()) {
    const request = right(operation), schema = bodySchema(operation);
    if (schema) assert.ok(ajv.validate(schema, request.body), `${operation.name}: ${ajv.errorsText()}`);
    const who = operation["x-caller"] === "customer" ? await asCustomer() : {};
    const answer = await ask(operation, request, who);
    asked++;
    if (answer.status < 400) good++;
    const found = fault(operation, answer);
    if (found) faults.push(`${operation.name}: ${found}`);
  }
  assert.deepEqual(faults, []);
  assert.ok(asked > 230, `${asked} operations`);
  assert.ok(good > 100, `only ${good} of ${asked} were granted`);
});

test("IF-1: what those who have lived here see is described to its last member", {timeout: 900000}, async () => {
  const find = finder(operations), faults = [];
  let seen = 0;
  for (const operation of operations.filter(({method, path}) => method === "GET" && !/events$/.test(path))) {
    const caller = operation["x-caller"];
    if (caller !== "customer" && caller !== "staff") continue;
    const known = life.addresses[operation.path] ?? (operation.path.includes("{") ? [] : [operation.path]);
    for (const address of known.filter((each) => typeof each === "string")) {
      assert.equal(find("GET", address.split("?")[0]).path, operation.path);
      const answer = caller === "staff" ? await life.boss.get(address) : await server.get(address, {token: life.who.token});
      const found = operation["x-page-only"] ? undefined : fault(operation, answer);
      if (found) faults.push(`${operation.name}: ${found}`);
      if (answer.status === 200 && answer.headers.get("Content-Type") === "application/json") seen++;
    }
  }
  assert.deepEqual(faults, []);
  assert.ok(seen > 70, `${seen} answers`);
});

test("IF-1: a customer's operations and staff's know nobody without a session", async () => {
  for (const operation of callable().filter((each) => /^(customer|staff)$/.test(each["x-caller"]) && !each["x-page-only"])) {
    const {body, query} = right(operation), words = new URLSearchParams(query).toString();
    const answer = await server.call(operation.method, `${addressOf(operation).split("?")[0]}?${words}`, body, {key: newKey()});
    assert.equal(answer.status, 401, `${operation.name}: ${answer.text}`);
    assert.equal(fault(operation, answer), undefined);
  }
});

// What is written whatever is asked: who asked (log, audit trail), sessions' last use, counters of attempts, the clock's work.
// … and what is tried again by itself.
const ofTheAsking = /^(command_|audit|job|outbox|merchant_attempt|shop_callback_attempt|spending_due|key_|node|sqlite_)/;
function rowsOfAll() {
  const tables = server.rows(process.env.KABINET_DATABASE === "postgres"
    ? "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
    : "SELECT name FROM sqlite_master WHERE type = 'table'").map(([name]) => name).filter((name) => !ofTheAsking.test(name));
  assert.ok(tables.length > 50);
  const counts = tables.map((name) => `SELECT '${name}' AS name, COUNT(*) AS many FROM ${name}`).join(" UNION ALL ");
  return Object.fromEntries(server.rows(`SELECT name, many FROM (${counts}) AS counted`).sort());
}

test("IF-1: a wrong request is refused with its field named, and leaves nothing behind", {timeout: 900000}, async () => {
  await server.end(); // autopays act by themselves
  for (const table of ["autopay_run", "autopay_rule"]) server.sql(`DELETE FROM ${table}`);
  await server.run();
  customer = undefined;
  const who = await asCustomer(), before = rowsOfAll(), faults = [];
  let asked = 0;
  for (const operation of callable().filter((each) => !(each.method === "POST" && each["x-lenient"]))) {
    for (const request of wrong(operation)) {
      const answer = await ask(operation, request, operation["x-caller"] === "customer" ? who : {});
      const nameless = answer.status === 422 && !answer.body.errors && "no field is named";
      const found = fault(operation, answer) ?? (answer.status < 400 ? `granted: ${answer.status}` : nameless);
      if (found) faults.push(`${operation.name}, ${request.about}: ${found}`);
      asked++;
    }
  }
  assert.deepEqual(faults, []);
  assert.ok(asked > 500, `${asked} requests`);
  assert.deepEqual(rowsOfAll(), before);
});
