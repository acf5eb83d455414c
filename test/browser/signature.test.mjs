// signature.test.mjs: an operation signed by the customer's own device in a real browser with chromium's virtual
// authenticator (ID-13): the challenge commits to payee and sum, the evidence is checked here without the server, and what
// was signed for one operation is good for no other.

import assert from "node:assert/strict";
import {createHash, createPublicKey, verify} from "node:crypto";
import {after, before, test} from "node:test";

import {Browsers, inspect} from "../support/browser.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {newPhone, problem} from "../support/server.mjs";
import {Wallets, limits, rub} from "../support/wallet.mjs";

let both, server, wallets, browsers, origin;
before(async () => {
  both = await startBoth({limits, wallet: {confirm_sum: "100.00"}}, {host: "localhost"});
  ({server} = both);
  origin = `http://localhost:${server.port}`;
  wallets = new Wallets(both);
  browsers = await Browsers.start();
});
after(async () => {
  await browsers?.stop();
  await both?.stop();
});

// A person with money and a passkey, signed in in a browser.
async function withPasskey(look = {}) {
  const page = await browsers.page(look), person = await wallets.rich("1000.00");
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  await devtools.send("WebAuthn.addVirtualAuthenticator", {options: {
    protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
    automaticPresenceSimulation: true}});
  await page.goto(`${origin}/signin?other=1`);
  await page.fill("#f-phone", person.phone);
  await page.fill("#f-password", person.password);
  await page.press("#f-password", "Enter");
  await page.waitForURL(`${origin}/`);
  await page.goto(`${origin}/settings/security/passkey`);
  await page.click("[data-passkey] button");
  await page.waitForURL(`${origin}/settings/security`);
  await server.proofsOver(person);
  return {page, person};
}

async function check(page, to, sum, note = "") {
  await page.goto(`${origin}/transfer`);
  await page.fill("[name=to]", to);
  await page.fill("[name=sum]", sum);
  if (note) await page.fill("[name=note]", note);
  await page.click("form[action='/transfers/check'] button[type=submit]");
  await page.waitForSelector("form[action='/transfers']");
}

// What the page sends once the finger was on the sensor, caught on its way.
async function caught(page, to, sum) {
  await check(page, to, sum);
  let fields;
  await page.route("**/transfers/signed", async (route) => {
    fields = Object.fromEntries(new URLSearchParams(route.request().postData()));
    await route.abort();
  });
  await page.click("[data-passkey] button");
  for (let tries = 0; tries < 500 && !fields; tries++) await page.waitForTimeout(50);
  await page.unroute("**/transfers/signed");
  assert.ok(fields?.signature, "caught");
  return fields;
}

const send = async (page, fields) => {
  const options = {form: fields, headers: {Accept: "application/json"}, maxRedirects: 0};
  const answer = await page.request.post(`${origin}/transfers/signed`, options);
  return {status: answer.status(), body: await answer.json().catch(() => ({}))};
};

// Without the server: the key's signature over what the authenticator said and what the browser said, whose challenge
// ends in the SHA-256 of the line.
function holds(evidence) {
  const bytes = (name) => Buffer.from(evidence[name], "base64url");
  const key = bytes("public_key"), client = JSON.parse(bytes("client")), authenticator = bytes("authenticator");
  assert.equal(evidence.algorithm, -7);
  const [x, y] = [key.subarray(0, 32), key.subarray(32, 64)].map((half) => half.toString("base64url"));
  const jwk = {kty: "EC", crv: "P-256", x, y};
  const signed = Buffer.concat([authenticator, createHash("sha256").update(bytes("client")).digest()]);
  const line = createHash("sha256").update(evidence.statement).digest();
  return client.type === "webauthn.get" && client.origin === evidence.origin &&
    Buffer.from(client.challenge, "base64url").subarray(-32).equals(line) &&
    authenticator.subarray(0, 32).equals(createHash("sha256").update(evidence.rp).digest()) &&
    (authenticator[32] & 5) === 5 && // present and verified
    verify("sha256", signed, createPublicKey({key: jwk, format: "jwk"}), bytes("signature"));
}

for (const look of [{locale: "ru-RU"}, {locale: "en-GB", dark: true}]) {
  test(`ID-13: a transfer signed by a passkey over payee and sum; the signature stands alone (${look.locale})`, async () => {
    const {page, person} = await withPasskey(look), friend = await server.customer();
    await check(page, friend.phone, "250", "За билеты");
    await inspect(page, "the check page", {everywhere: true});
    await page.click("[data-passkey] button");
    await page.waitForURL(/\/operations\/\d+$/);
    await inspect(page, "the operation", {everywhere: true});
    assert.equal(await wallets.balance(friend), "250.00");
    const id = page.url().split("/").at(-1);
    const answer = await server.get(`/operations/${id}/signature`, person);
    assert.equal(answer.status, 200, answer.text);
    assert.match(answer.headers.get("content-disposition"), /^attachment/);
    const evidence = answer.body;
    assert.equal(evidence.operation, id);
    assert.equal(evidence.statement, `transfer|${friend.phone}|250.00|RUB`);
    assert.equal(holds(evidence), true);
    for (const other of [`transfer|${friend.phone}|2500.00|RUB`, `transfer|${newPhone()}|250.00|RUB`])
      assert.equal(holds({...evidence, statement: other}), false, other);
    const broken = Buffer.from(evidence.signature, "base64url");
    broken[broken.length - 1] ^= 1;
    assert.equal(holds({...evidence, signature: broken.toString("base64url")}), false);

    // It is its owner's alone; other operations have none.
    assert.equal((await server.get(`/operations/${id}/signature`, friend)).status, 404);
    assert.equal((await server.get(`/operations/${id}/signature`)).status, 401);
    const plain = await wallets.send(person, friend.phone, "10.00");
    assert.equal((await server.get(`/operations/${plain.body.id}/signature`, person)).status, 404);
    assert.equal((await wallets.send(person, friend.phone, "150.00")).status, 201, "and the payee is known from now on");
    await page.context().close();
  });
}

test("ID-13: signed for one payee and sum, it moves no other money; it is good once, for its owner", async () => {
  const {page, person} = await withPasskey(), friend = await server.customer(), thief = newPhone();
  const fields = await caught(page, friend.phone, "200");
  const wrong = async (change, name) => {
    const answer = await send(page, {...fields, _key: `k${Math.random()}`, ...change});
    assert.equal(problem(answer), "signature-wrong", `${name}: ${answer.status} ${JSON.stringify(answer.body)}`);
  };
  const flip = (text, at) => {
    const bytes = Buffer.from(text, "base64url");
    bytes.writeUInt8(bytes.at(at) ^ 1, at < 0 ? bytes.length + at : at);
    return bytes.toString("base64url");
  };
  const client = JSON.parse(Buffer.from(fields.client, "base64url"));
  const changed = (over) => Buffer.from(JSON.stringify({...client, ...over})).toString("base64url");
  await wrong({sum: "2000"}, "another sum");
  await wrong({sum: "199.99"}, "a smaller one");
  await wrong({to: thief}, "another payee");
  await wrong({to: thief, client: changed({challenge: client.challenge})}, "… and the client's data written anew");
  await wrong({signature: flip(fields.signature, -1)}, "another signature");
  await wrong({authenticator: flip(fields.authenticator, 36)}, "another counter");
  await wrong({client: changed({origin: "https://evil.example"})}, "another origin");
  await wrong({credential: flip(fields.credential, 0)}, "another key");
  for (const name of ["signature", "client", "authenticator", "credential"]) await wrong({[name]: ""}, `no ${name}`);
  const stranger = await wallets.rich("500.00");
  const {credential, authenticator, signature} = fields;
  const theirs = {to: friend.phone, sum: "200.00", credential, client: fields.client, authenticator, signature};
  assert.equal(problem(await server.post("/transfers/signed", theirs, {token: stranger.token, key: "k1"})), "signature-wrong");
  const elsewhere = await server.post("/transfers/signed", theirs, {token: person.token, key: "k2"});
  assert.equal(problem(elsewhere), "signature-wrong", "another session");
  const confirmed = await server.post("/confirm/passkey", {credential, client: fields.client, authenticator, signature}, person);
  assert.equal(problem(confirmed), "passkey-wrong", "nor does it confirm anything else");
  assert.equal(await wallets.balance(person), "1000.00", "nothing moved");

  const answers = await Promise.all([1, 2, 3, 4].map((i) => send(page, {...fields, _key: `once-${i}`})));
  assert.equal(answers.filter(({status}) => status === 201).length, 1, JSON.stringify(answers));
  assert.equal(await wallets.balance(person), "800.00", "of the same at once one passes");
  await wrong({}, "sent again");
  const id = answers.find(({status}) => status === 201).body.id;
  assert.equal(holds((await server.get(`/operations/${id}/signature`, person)).body), true);
  await page.context().close();
});

test("ID-13: refused money leaves the signature unspent and no evidence", async () => {
  const {page, person} = await withPasskey(), friend = await server.customer();
  const fields = await caught(page, friend.phone, "600");
  assert.equal((await server.post("/confirm", {password: person.password}, person)).status, 200);
  const gone = await wallets.send(person, newPhone(), "500.00");
  assert.equal(gone.status, 201, gone.text);
  await server.proofsOver(person);
  assert.equal(problem(await send(page, {...fields, _key: "first"})), "not-enough-money");
  assert.equal(await wallets.topup(person, "300.00"), "paid");
  assert.equal((await send(page, {...fields, _key: "second"})).status, 201, "the money is there now");
  assert.deepEqual(await wallets.home(person).then(({wallet}) => wallet.balance), rub("200.00"));
  await page.context().close();
});
