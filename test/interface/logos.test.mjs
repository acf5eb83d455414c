// Providers' logos (BO-4, WA-3): uploaded by staff, drawn anew in the cage, in versions with the rest of the catalogue;
// kept for ever at an address that has their hash. The demo's own come with the catalogue's file.

import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {after, before, test} from "node:test";

import {jpeg, png, upload} from "../support/pictures.mjs";
import {Server, newKey} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";
import {problem, until} from "../support/wallet.mjs";

let server, people, reader;
before(async () => {
  server = await Server.start({payments: {catalogue_file: "profiles/catalogue.json"}, sandbox_url: "http://127.0.0.1:9"});
  people = await staff(server, {editor: "catalogue", support: "support", admin: "admin"});
  reader = await server.customer();
  await until(async () => (await server.get("/pay", {token: reader.token})).body.providers.length, (count) => count > 0);
});
after(() => server?.stop());

const shown = async (code) => (await server.get(`/pay/${code}`, {token: reader.token})).body;
const idOf = async (code) =>
  (await people.editor.get(`/staff/providers?q=${code}`)).body.providers.find((found) => found.code === code).id;
const read = async (id) => (await people.editor.get(`/staff/providers/${id}`)).body;
const csrfOf = async (who) => {
  const page = await fetch(`${server.url}/staff`, {headers: {Cookie: `staff=${who.cookie}`, Accept: "text/html"}});
  return /name="_csrf" value="([^"]*)"/.exec(await page.text())[1];
};
const send = async (id, file, {who = people.editor, version} = {}) =>
  upload(server, `/staff/providers/${id}/logo`, {version: version ?? (await read(id)).version, _csrf: await csrfOf(who)}, file,
         {cookie: `staff=${who.cookie}`, name: "picture", type: "image/png"});
const bytesOf = async (path, headers = {}) => {
  const answer = await fetch(server.url + path, {headers});
  return {status: answer.status, headers: answer.headers, bytes: Buffer.from(await answer.arrayBuffer())};
};

test("WA-3: the demo's billers have theirs from the first start, as their files are; others a letter", async () => {
  const {providers} = (await server.get("/pay", {token: reader.token})).body;
  assert.equal(providers.filter(({logo}) => logo).length, 10);
  const power = providers.find(({code}) => code === "power"), mts = providers.find(({code}) => code === "mts");
  assert.deepEqual([mts.logo, mts.letter], [null, "М"]);
  const {status, headers, bytes} = await bytesOf(power.logo);
  assert.equal(status, 200);
  assert.deepEqual(bytes, readFileSync("profiles/logos/power.webp"));
  assert.equal(headers.get("Content-Type"), "image/webp");
  assert.equal(headers.get("Cache-Control"), "public, max-age=31536000, immutable");
  assert.deepEqual(headers.getSetCookie(), [], "what everybody may keep has nothing of anybody");
  assert.equal((await bytesOf(power.logo, {"If-None-Match": headers.get("ETag")})).status, 304);
  assert.equal((await bytesOf(`/logos/${"0".repeat(32)}`)).status, 404);
  assert.equal((await shown("power")).logo, power.logo);
});

test("BO-4: what is no picture, by whom it is not, on top of another's version: refused, and nothing is kept", async () => {
  const id = await idOf("tv"), before = await read(id);
  assert.equal((await send(id, png(40, 30), {who: people.support})).status, 403);
  for (const [name, file] of Object.entries({
    drawing: Buffer.from("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"), page: Buffer.from("<!DOCTYPE html>"),
    half: png(40, 30).subarray(0, 60), document: Buffer.from("%PDF-1.4\nstartxref\n%%EOF\n"), nothing: undefined,
  })) {
    const {status, body} = await send(id, file);
    assert.deepEqual([status, body.errors?.map(({field}) => field)], [422, ["picture"]], name);
  }
  assert.equal(problem(await send(id, png(40, 30), {version: before.version + 1})), "version-stale");
  const provider = {...before.provider, logo: "f".repeat(32)};
  const forged = await people.editor.post(`/staff/providers/${id}`, {version: before.version, provider}, {key: newKey()});
  assert.deepEqual([forged.status, forged.body.errors.map(({field}) => field)], [422, ["logo"]], "a hash that nothing has");
  assert.equal((await read(id)).version, before.version);
});

test("BO-4: another logo is a version, in force at once and after kill -9; the old one comes back with its version", async () => {
  const id = await idOf("school"), before = await read(id), old = before.logo;
  const done = await send(id, jpeg(640, 480));
  assert.equal(done.status, 200, done.text);
  await server.end("SIGKILL");
  await server.run();
  const now = await read(id);
  assert.equal(now.version, before.version + 1);
  assert.notEqual(now.logo, old);
  await until(() => shown("school"), ({logo}) => logo === now.logo);
  const {bytes} = await bytesOf(now.logo);
  assert.deepEqual([bytes.toString("latin1", 0, 4), bytes.toString("latin1", 8, 12)], ["RIFF", "WEBP"]);
  assert.ok(bytes.length < 6000);
  assert.equal((await bytesOf(old)).status, 200, "who has an old page still sees it whole");
  const {body: {rows}} = await people.admin.get("/staff/audit?action=catalogue.provider");
  assert.ok(rows.some(({detail}) => /school, \d+: logo: /.test(detail)), JSON.stringify(rows));

  const twice = await send(id, jpeg(640, 480));
  assert.deepEqual([twice.status, twice.body.version], [200, now.version], "the same picture changes nothing");
  const {body: {versions}} = await people.editor.get(`/staff/providers/${id}/versions`);
  assert.deepEqual(versions[0].changes.map(({place}) => place), ["logo"]);
  const back = await people.editor.post(`/staff/providers/${id}/versions/${before.version}`, {version: now.version}, {key: newKey()});
  assert.equal(back.status, 200, back.text);
  assert.equal((await read(id)).logo, old);
});

test("BO-4: taken away, a letter stands for it; every other trait stays", async () => {
  const id = await idOf("water"), before = await read(id);
  const gone = await people.editor.post(`/staff/providers/${id}/logo`, {version: before.version, remove: true});
  assert.equal(gone.status, 200, gone.text);
  const {logo, ...provider} = before.provider;
  assert.deepEqual([(await read(id)).provider, (await read(id)).logo], [provider, null]);
  await until(() => shown("water"), (found) => found.logo === null && found.letter === "В");
});
