// uploads.test.mjs: hostile files through every address that takes one of a customer's or a guest's, as the program
// lists them: floods of pixels, two files in one, wrong types by right names, damaged and endless ones. Whatever is
// taken is drawn anew; the server lives.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {crc32, deflateSync} from "node:zlib";

import {picture} from "../support/applicants.mjs";
import {routesOf} from "../support/attacks.mjs";
import {Server, newKey} from "../support/server.mjs";

let server, routes, sent = 0;
before(async () => {
  server = await Server.start({behind_proxy: "true"}); // each from an address of his own: rates are not what is tried here
  routes = routesOf(server).filter((route) => route.method === "POST" && route.fields.some(({type}) => type === "file") &&
                                              ["customer", "anyone"].includes(route.who) && !route.path.includes("{"));
});
after(() => server?.stop());

const chunk = (name, data) => {
  const out = Buffer.alloc(data.length + 12);
  out.writeUInt32BE(data.length);
  out.write(name, 4, "latin1");
  data.copy(out, 8);
  out.writeUInt32BE(crc32(out.subarray(4, data.length + 8)), data.length + 8);
  return out;
};
const signature = Buffer.from("89504e470d0a1a0a", "hex");
function png(width, height, ...more) {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width);
  head.writeUInt32BE(height, 4);
  head[8] = 8;
  return Buffer.concat([signature, chunk("IHDR", head), ...more, chunk("IEND", Buffer.alloc(0))]);
}

const good = picture(40, 30), zip = Buffer.from("PK\x03\x04\x14\x00\x00\x00", "latin1");
const hostile = {
  "a flood of pixels": png(60000, 60000, chunk("IDAT", deflateSync(Buffer.alloc(1 << 20)))),
  "a bomb of packed zeros": png(30000, 30000, chunk("IDAT", deflateSync(Buffer.alloc(64 << 20)))),
  "a page called a picture": Buffer.from("<!DOCTYPE html><script>alert(1)</script>"),
  "a drawing with scripts": Buffer.from("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
  "a program": Buffer.from("MZ\x90\x00 this program", "latin1"),
  "an archive": zip,
  "a document that is an archive, too": Buffer.concat([Buffer.from("%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"), zip,
                                                       Buffer.from("PK\x05\x06" + "\x00".repeat(18), "latin1")]),
  "a picture cut in the middle": good.subarray(0, good.length >> 1),
  "a picture whose size lies": Buffer.concat([good.subarray(0, 16), Buffer.from("ffffffffffffffff", "hex"), good.subarray(24)]),
  "a JPEG of tables alone": Buffer.from("ffd8ffdb004300" + "01".repeat(64) + "ffd9", "hex"),
  "a WebP that promises gigabytes": Buffer.from("524946460000ff7f574542505650384c0000ff7f2fffffffffff", "hex"),
  "nothing but a signature": signature,
  "zeros": Buffer.alloc(4096),
};

async function send(route, who, bytes, name) {
  const form = new FormData(), field = route.fields.find(({type}) => type === "file").name;
  const choices = {sum: "1.00", text: "Смотрите", phone: "+79160000001"};
  for (const {name: other, type} of route.fields) if (type === "text" && choices[other]) form.set(other, choices[other]);
  form.set(field, new Blob([bytes], {type: "image/png"}), name);
  const answer = await fetch(server.url + route.path, {method: "POST", body: form, headers: {
    Accept: "application/json",
    Authorization: `Bearer ${who.token}`, "Idempotency-Key": newKey(), "X-Forwarded-For": `10.2.${sent >> 8}.${sent++ & 255}`}});
  return {status: answer.status, text: await answer.text()};
}

const support = () => routes.find(({path}) => path === "/support");

test("there are such addresses, and a good picture passes the support's", async () => {
  assert.ok(routes.some(({path}) => path === "/support"), routes.map(({name}) => name).join(" "));
  assert.equal((await send(support(), await server.customer(), good, "a.png")).status, 201);
});

for (const [what, bytes] of Object.entries(hostile))
  test(`${what}: refused, whatever it is called`, async () => {
    const who = await server.customer();
    for (const route of routes)
      for (const name of ["a.png", "../../etc/passwd", "a.png\u0000.html", "x".repeat(500)]) {
        const {status, text} = await send(route, who, bytes, name);
        const told = `${route.name} ${name.slice(0, 20)}: ${status} ${text.slice(0, 200)}`;
        assert.ok(status >= 400 && status < 500 && status !== 429, told);
        if (route === support()) assert.ok(status === 422 || (status === 400 && name !== "a.png"), told);
      }
    assert.equal((await server.get("/support", {token: who.token})).body.case, undefined, "nothing of it is kept");
    assert.equal((await server.get("/ready")).status, 200);
  });

test("two files in one: only what was drawn anew is given back", async () => {
  const tail = Buffer.from("<html><script>alert(1)</script></html>");
  const who = await server.customer(), answer = await send(support(), who, Buffer.concat([good, tail, zip]), "a.html");
  assert.equal(answer.status, 201, answer.text);
  const {messages} = (await server.get("/support", {token: who.token})).body.case;
  const [{id, case: holder}] = messages.at(-1).files;
  const given = await fetch(`${server.url}/support/cases/${holder}/files/${id}`, {headers: {Authorization: `Bearer ${who.token}`}});
  const back = Buffer.from(await given.arrayBuffer());
  assert.equal(given.headers.get("Content-Type"), "image/png");
  assert.match(given.headers.get("Content-Disposition"), /^attachment;.*\d+\.png/);
  assert.ok(!back.includes("<script") && !back.includes("PK"));
});

test("many at once: the server answers others meanwhile", async () => {
  const people = await Promise.all(Array.from({length: 12}, () => server.customer()));
  const flood = Promise.all(people.map((who) => send(support(), who, hostile["a bomb of packed zeros"], "a.png")));
  for (let i = 0; i < 10; i++) assert.equal((await server.get("/help")).status, 200);
  for (const {status} of await flood) assert.ok([422, 503].includes(status), `${status}`);
});
