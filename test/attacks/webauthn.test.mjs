// webauthn.test.mjs: an authenticator of one's own making against the making of passkeys (ID-8): truncated, oversized,
// nested and lying CBOR, another origin, challenge, key or flags. A good one is taken, so that what is refused is refused
// for what was changed.

import assert from "node:assert/strict";
import {createHash, generateKeyPairSync, randomBytes} from "node:crypto";
import {after, before, test} from "node:test";

import {Server, problem} from "../support/server.mjs";

let server, person, offers = 0;
const people = [];
before(async () => (server = await Server.start()));
after(() => server?.stop());

// ---- CBOR, as little of it as authenticators write ----

const head = (major, n) =>
  n < 24 ? Buffer.from([major << 5 | n]) : n < 256 ? Buffer.from([major << 5 | 24, n]) : Buffer.from([major << 5 | 25, n >> 8, n & 255]);
const bytes = (b) => Buffer.concat([head(2, b.length), b]);
const text = (s) => Buffer.concat([head(3, s.length), Buffer.from(s)]);
const int = (n) => (n >= 0 ? head(0, n) : head(1, -1 - n));
const map = (pairs) => Buffer.concat([head(5, pairs.length), ...pairs.flat()]);

function parts() {
  const {x, y} = generateKeyPairSync("ec", {namedCurve: "P-256"}).publicKey.export({format: "jwk"});
  return {
    rp: createHash("sha256").update("localhost").digest(), flags: 0x45, counter: 0, id: randomBytes(32),
    key: [[int(1), int(2)], [int(3), int(-7)], [int(-1), int(1)], [int(-2), bytes(Buffer.from(x, "base64url"))],
          [int(-3), bytes(Buffer.from(y, "base64url"))]],
  };
}
function authenticator({rp, flags, counter, id, key, idLength, tail = Buffer.alloc(0)}) {
  const numbers = Buffer.alloc(5);
  numbers[0] = flags;
  numbers.writeUInt32BE(counter, 1);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(idLength ?? id.length);
  return Buffer.concat([rp, numbers, Buffer.alloc(16), length, id, Array.isArray(key) ? map(key) : key, tail]);
}
const attestation = (data, format = "none", statement = map([])) =>
  map([[text("fmt"), text(format)], [text("attStmt"), statement], [text("authData"), bytes(data)]]);

// As many as one may offer in a minute come from one customer.
async function offer(body, over = {}) {
  if (offers++ % 10 === 0) people.push(person = await server.customer());
  const {challenge} = (await server.get("/settings/security/passkeys/options", person)).body;
  const client = {type: "webauthn.create", challenge, origin: "http://localhost", crossOrigin: false, ...over};
  const fields = {client: Buffer.from(JSON.stringify(client)).toString("base64url"), attestation: body.toString("base64url")};
  return server.post("/settings/security/passkeys", fields, person);
}
const good = () => attestation(authenticator(parts()));
const count = async () => {
  let all = 0;
  for (const each of people) all += (await server.get("/settings/security", each)).body.passkeys.length;
  return all;
};

test("ID-8: a well-made passkey is taken", async () => {
  const answer = await offer(good());
  assert.ok([200, 201].includes(answer.status), answer.text);
  assert.equal(await count(), 1);
});

test("ID-8: cut off at every byte, it is refused", async () => {
  const whole = good();
  for (let size = 1; size < whole.length; size += 5) {
    const answer = await offer(whole.subarray(0, size));
    assert.equal(answer.status, 422, `${size}: ${answer.status} ${answer.text}`);
  }
  assert.equal(await count(), 1);
});

test("ID-8: lies about lengths, depths without end, floods: refused at once, the server goes on", async () => {
  const own = parts(), data = authenticator(own);
  const begun = [text("fmt"), text("none"), text("attStmt"), map([]), text("authData")];
  const lying = (length) => Buffer.concat([head(5, 3), ...begun, length, data]);
  const rows = {
    "nested arrays": Buffer.alloc(2000, 0x81), "nested maps": Buffer.alloc(2000, 0xa1), "nested tags": Buffer.alloc(2000, 0xc1),
    "arrays in the statement": attestation(data, "none", Buffer.concat([Buffer.alloc(500, 0x81), Buffer.from([0])])),
    "a key nested without end": attestation(authenticator({...own, key: Buffer.alloc(800, 0x81)})),
    "a length of 2^64 - 1": lying(Buffer.from("5bffffffffffffffff", "hex")), "of 2^63": lying(Buffer.from("5b8000000000000000", "hex")),
    "of 4 GB": lying(Buffer.from("5affffffff", "hex")), "one more than there is": lying(head(2, data.length + 1)),
    "an array of 2^32 things": Buffer.from("9affffffff00", "hex"), "a map of 2^64": Buffer.from("bbffffffffffffffff0000", "hex"),
    "without an end": Buffer.concat([Buffer.from([0xbf]), text("fmt"), text("none")]), "reserved": Buffer.from("1c1d1e1f", "hex"),
    "the same name twice": Buffer.concat([head(5, 4), ...begun, bytes(data), text("authData"), bytes(authenticator(parts()))]),
    "more after the end": Buffer.concat([attestation(data), Buffer.from([0])]), "a number for a name": map([[int(1), text("none")]]),
    "nothing": Buffer.from([0xf6]), "another type for authData": Buffer.concat([head(5, 3), ...begun, text("x")]),
  };
  const timed = async (body) => {
    const began = Date.now(), answer = await offer(body);
    return [answer, Date.now() - began];
  };
  const [, usual] = await timed(Buffer.from([0xf6])); // what this machine takes for next to nothing
  for (const [name, body] of Object.entries(rows)) {
    const [answer, took] = await timed(body);
    assert.equal(answer.status, 422, `${name}: ${answer.status} ${answer.text}`);
    assert.ok(took < Math.max(2000, 50 * usual), `${name}: ${took} ms, ${usual} ms for nothing`);
  }
  const flood = await offer(Buffer.alloc(1 << 20, 0x81));
  assert.ok([413, 422].includes(flood.status), `${flood.status}`);
  assert.equal(await count(), 1);
  assert.equal((await server.get("/sessions", person)).status, 200);
});

test("ID-8: another party, nobody present, another origin or challenge, a key off its curve: refused", async () => {
  const x = Buffer.alloc(32, 1);
  const off = [[int(1), int(2)], [int(3), int(-7)], [int(-1), int(1)], [int(-2), bytes(x)], [int(-3), bytes(x)]];
  const data = {
    "another party": {rp: randomBytes(32)}, "nobody present": {flags: 0x44}, "no key in it": {flags: 0x05},
    "an empty id": {id: Buffer.alloc(0)}, "an id longer than it is": {idLength: 5000},
    "a point off the curve": {key: off}, "no key type": {key: off.slice(1)},
    "an algorithm that we do not know": {key: [[int(1), int(2)], [int(3), int(-65535)], ...off.slice(2)]},
    "a short coordinate": {key: [...off.slice(0, 3), [int(-2), bytes(x.subarray(1))], off[4]]}, "an empty key": {key: []},
    "bytes behind it": {tail: Buffer.from("00", "hex")},
  };
  for (const [name, change] of Object.entries(data)) {
    const answer = await offer(attestation(authenticator({...parts(), ...change})));
    assert.equal(answer.status, 422, `${name}: ${answer.status} ${answer.text}`);
  }
  const other = await server.customer();
  const {challenge} = (await server.get("/settings/security/passkeys/options", other)).body;
  for (const over of [{origin: "https://evil.example"}, {origin: "http://localhost.evil.example"}, {type: "webauthn.get"},
                      {challenge}, {challenge: "AAAA"}, {challenge: undefined}, {crossOrigin: true}, {challenge: {}}])
    assert.match(problem(await offer(good(), over)), /^passkey-(wrong|unusable)$/, JSON.stringify(over));
  assert.equal(await count(), 1);
});
