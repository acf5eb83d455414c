// passkey.test.mjs: passkeys in a real browser with chromium's virtual authenticator, and the pages of secrets and devices
// (ID-8, ID-13): made, signed in by in two taps, confirmed by, taken away; copied and foreign ones refused.

import assert from "node:assert/strict";
import {createServer} from "node:net";
import {after, before, test} from "node:test";
import {Browsers, inspect} from "../support/browser.mjs";
import {Server, problem} from "../support/server.mjs";

const freePort = () => new Promise((done) => {
  const listener = createServer().listen(0, "127.0.0.1", () => {
    const {port} = listener.address();
    listener.close(() => done(port));
  });
});

let server, browsers, origin;
before(async () => {
  const port = await freePort(); // passkeys belong to an origin, so it is known before the server runs
  origin = `http://localhost:${port}`;
  server = await Server.start({listen: `127.0.0.1:${port}`, public_url: origin});
  browsers = await Browsers.start();
});
after(async () => {
  await browsers?.stop();
  await server.stop();
});

async function authenticator(page, options = {}) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  const {authenticatorId} = await devtools.send("WebAuthn.addVirtualAuthenticator", {options: {
    protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
    automaticPresenceSimulation: true, ...options,
  }});
  return {devtools, authenticatorId};
}

async function signIn(page, person) {
  await page.goto(`${origin}/signin?other=1`);
  await page.fill("#f-phone", person.phone);
  await page.fill("#f-password", person.password);
  await page.press("#f-password", "Enter");
  await page.waitForURL(`${origin}/`);
}

async function make(page) {
  await page.goto(`${origin}/settings/security/passkey`);
  await page.click("[data-passkey] button");
  await page.waitForURL(`${origin}/settings/security`);
}

const leave = (page) => page.context().clearCookies({name: "session"});

// What the page would send, caught on its way: the fields of a signed assertion.
async function caught(page) {
  let fields;
  await page.route("**/signin/passkey", async (route) => {
    fields = Object.fromEntries(new URLSearchParams(route.request().postData()));
    await route.abort();
  });
  await page.goto(`${origin}/signin`);
  await page.click("[data-passkey] button");
  await page.waitForTimeout(1000);
  await page.unroute("**/signin/passkey");
  return fields;
}

const sent = ({credential, client, authenticator, signature, user}) => ({credential, client, authenticator, signature, user, token: true});

for (const look of [{locale: "ru-RU"}, {locale: "en-GB", dark: true}]) {
  test(`ID-8: a passkey is made, signs in by two taps, confirms and is taken away (${look.locale})`, async () => {
    const page = await browsers.page(look);
    await authenticator(page);
    const person = await server.customer();
    await signIn(page, person);
    await page.goto(`${origin}/settings/security/passkey`);
    await inspect(page, "passkey", {everywhere: true});
    await make(page);
    await inspect(page, "security", {everywhere: true});
    assert.equal((await server.get("/settings/security", person)).body.passkeys.length, 1);

    await leave(page);
    await page.goto(`${origin}/signin`);
    await inspect(page, "signin");
    await page.click("[data-passkey] button"); // the first tap; the second is the finger
    await page.waitForURL(`${origin}/`);

    // now the password may go, and then the passkey may not
    assert.equal((await server.post("/settings/security/password/remove", {}, person)).status, 200);
    const [{id}] = (await server.get("/settings/security", person)).body.passkeys;
    const stranger = await server.customer();
    assert.equal((await server.post(`/settings/security/passkeys/${id}/remove`, {}, stranger)).status, 404);
    assert.equal(problem(await server.post(`/settings/security/passkeys/${id}/remove`, {}, person)), "last-way-in");
    await page.goto(`${origin}/settings/security/passkey`); // the same authenticator makes no second one
    await page.click("[data-passkey] button");
    await page.waitForSelector("[data-passkey] [role=status]:not(:empty)");
    await leave(page);
    await page.goto(`${origin}/signin`);
    await page.click("[data-passkey] button");
    await page.waitForURL(`${origin}/`);
    await page.context().close();
  });
}

for (const look of [{locale: "ru-RU"}, {locale: "en-GB", dark: true}]) {
  test(`SU-4: a passkey older than the freeze and a code let one's money go; a newer passkey does not (${look.locale})`, async () => {
    for (const older of [true, false]) {
      const page = await browsers.page(look), person = await server.customer();
      await authenticator(page);
      await signIn(page, person);
      if (older) {
        await make(page);
        assert.equal((await server.post("/settings/security/password/remove", {}, person)).status, 200);
      }
      await page.goto(`${origin}/support/theft`);
      await page.click("form[action='/support/theft'] button");
      await page.waitForURL("**/support");
      if (!older) await make(page);
      const had = (await server.messages(person.phone)).length;
      if (older) {
        await page.goto(`${origin}/settings/thaw`);
        await inspect(page, "thaw, not confirmed", {everywhere: true});
        await page.click("main a[href='/confirm?next=/settings/thaw']");
      } else {
        await page.goto(`${origin}/confirm?next=/settings/thaw`); // his page would not send him there
      }
      await page.click("[data-passkey] button");
      await page.waitForURL("**/settings/thaw");
      await page.click("form[action='/settings/thaw/code'] button");
      await page.waitForSelector("#f-code");
      await inspect(page, "thaw, sent", {everywhere: true});
      const texts = await server.messages(person.phone, had);
      await page.fill("#f-code", /#(\d{6})$/.exec(texts.findLast((text) => /#\d{6}$/.test(text)))[1]);
      if (!older) { // whoever holds the telephone could have made it: the password is asked for all the same
        assert.equal(await page.locator("#f-password").getAttribute("required"), "");
      } else {
        await page.press("#f-code", "Enter");
        await page.waitForSelector("main .notice.good");
        await inspect(page, "thawed", {everywhere: true});
      }
      await page.context().close();
    }
  });
}

test("ID-8: an assertion is good once, for its challenge, its purpose and its owner", async () => {
  const page = await browsers.page();
  await authenticator(page);
  const person = await server.customer(), other = await server.customer();
  await signIn(page, person);
  await make(page);
  await leave(page);
  const fields = await caught(page);
  assert.ok(fields.signature, "caught");
  const wrong = async (change, name) => {
    const answer = await server.post("/signin/passkey", {...sent(fields), ...change});
    assert.equal(problem(answer), "passkey-wrong", name);
  };
  const flip = (text, at) => {
    const bytes = Buffer.from(text, "base64url");
    bytes[at < 0 ? bytes.length + at : at] ^= 1;
    return bytes.toString("base64url");
  };
  const client = JSON.parse(Buffer.from(fields.client, "base64url"));
  const changed = (over) => Buffer.from(JSON.stringify({...client, ...over})).toString("base64url");
  await wrong({signature: flip(fields.signature, -1)}, "another signature");
  await wrong({authenticator: flip(fields.authenticator, 0)}, "another relying party");
  await wrong({authenticator: flip(fields.authenticator, 32)}, "nobody present");
  await wrong({authenticator: flip(fields.authenticator, 36)}, "another counter");
  await wrong({client: changed({origin: "https://evil.example"})}, "another origin");
  await wrong({client: changed({type: "webauthn.create"})}, "another ceremony");
  await wrong({client: changed({challenge: flip(client.challenge, 20)})}, "another challenge");
  await wrong({client: changed({crossOrigin: true})}, "inside another site");
  await wrong({credential: flip(fields.credential, 0)}, "another credential");
  await wrong({user: flip(fields.user, 0)}, "another user");
  for (const [name, value] of [["signature", ""], ["client", "!"], ["authenticator", "AAAA"], ["signature", "A".repeat(1400)],
                               ["client", Buffer.from("[".repeat(1500)).toString("base64url").slice(0, 2000)]])
    await wrong({[name]: value}, `${name} ${value.slice(0, 8)}`);
  const confirmed = await server.post("/confirm/passkey", sent(fields), other);
  assert.equal(problem(confirmed), "passkey-wrong", "a sign-in's challenge confirms nothing");

  const answers = await Promise.all([1, 2, 3, 4].map(() => server.post("/signin/passkey", sent(fields))));
  assert.equal(answers.filter(({status}) => status === 200).length, 1, "of the same at once one passes");
  assert.equal(answers.find(({status}) => status === 200).body.customer, person.customer);
  await wrong({}, "sent again");
  await page.context().close();
});

test("ID-8: another implementation (@simplewebauthn/server) thinks the same of what we take and refuse", async (t) => {
  const other = await import("@simplewebauthn/server").catch(() => null); // wants Node 20
  if (!other || !globalThis.crypto) return t.skip("no @simplewebauthn/server here");
  const page = await browsers.page();
  await authenticator(page);
  const person = await server.customer();
  await signIn(page, person);
  let made;
  page.on("request", (request) => {
    if (request.method() === "POST" && request.url().endsWith("/settings/security/passkeys"))
      made = Object.fromEntries(new URLSearchParams(request.postData()));
  });
  await make(page);
  await leave(page);
  const fields = await caught(page);
  const expected = {expectedOrigin: origin, expectedRPID: "localhost", requireUserVerification: true, expectedChallenge: () => true};
  const type = "public-key", id = fields.credential;
  const registration = await other.verifyRegistrationResponse({...expected, response: {
    id, rawId: id, type, clientExtensionResults: {},
    response: {clientDataJSON: made.client, attestationObject: made.attestation},
  }});
  assert.equal(registration.verified, true);
  const {credential} = registration.registrationInfo;
  assert.equal(credential.id, fields.credential);

  const theirs = async ({client, authenticator, signature}) => (await other.verifyAuthenticationResponse({
    ...expected, credential: {...credential, counter: 0},
    response: {id, rawId: id, type, clientExtensionResults: {},
               response: {clientDataJSON: client, authenticatorData: authenticator, signature}},
  }).catch(() => ({verified: false}))).verified;
  for (const name of ["client", "authenticator", "signature"]) {
    const bytes = Buffer.from(fields[name], "base64url");
    for (let at = 0; at < bytes.length; at += 7) {
      const changed = Buffer.from(bytes);
      changed[at] ^= 1;
      const altered = {...fields, [name]: changed.toString("base64url")};
      const ours = await server.post("/signin/passkey", sent(altered));
      assert.deepEqual([await theirs(altered), ours.status], [false, 422], `${name}, byte ${at}`);
    }
  }
  assert.equal(await theirs(fields), true);
  assert.equal((await server.post("/signin/passkey", sent(fields))).status, 200);
  await page.context().close();
});

test("ID-8: a passkey without the user verified is not made", async () => {
  const page = await browsers.page();
  await authenticator(page, {isUserVerified: false});
  const person = await server.customer();
  await signIn(page, person);
  await page.goto(`${origin}/settings/security/passkey`);
  await page.click("[data-passkey] button");
  await page.waitForFunction(() => document.querySelector("[data-passkey] [role=status]").textContent);
  assert.equal((await server.get("/settings/security", person)).body.passkeys.length, 0);
  await page.context().close();
});

test("ID-15: while a password is attacked and locked, its owner's passkey lets him in", async () => {
  const page = await browsers.page();
  await authenticator(page);
  const person = await server.customer();
  await signIn(page, person);
  await make(page);
  await leave(page);
  const {phone, password} = person;
  for (let i = 0; i < 6; i++) await server.post("/signin", {phone, password: `Wrong-${i}`});
  assert.equal((await server.post("/signin", {phone, password})).status, 429);
  await page.goto(`${origin}/signin`);
  await page.click("[data-passkey] button");
  await page.waitForURL(`${origin}/`);
  await page.context().close();
});

for (const look of [{locale: "ru-RU", scripts: false}, {locale: "en-GB", dark: true, scripts: true}]) {
  test(`ID-8, ID-13: PIN, app, second step and confirming, every page (${look.locale}, scripts ${look.scripts})`, async () => {
    const page = await browsers.page(look);
    const person = await server.customer();
    const check = (name, options = {}) => look.scripts ? inspect(page, name, {everywhere: true, ...options}) : undefined;
    await signIn(page, person);
    await page.goto(`${origin}/settings/security`);
    await check("security");
    await page.goto(`${origin}/settings/security/pin`);
    await check("pin");
    await page.fill("#f-pin", "1234");
    await page.click("form[action$=pin] button");
    await page.waitForSelector(".summary");
    await check("pin refused", {html: false});
    await page.fill("#f-pin", "4071");
    await page.click("form[action$=pin] button");
    await page.waitForURL(`${origin}/settings/security`);
    await page.click("form[action$='app/begin'] button");
    await page.waitForURL(`${origin}/settings/security/app`);
    await page.waitForFunction?.(() => document.images[0]?.complete).catch(() => {});
    await check("app");
    await page.goto(`${origin}/confirm`);
    await check("confirm");
    await page.goto(`${origin}/settings/security`);
    await page.click("form:has([value=sms]) button");
    await page.waitForURL(`${origin}/settings/security`);
    await leave(page);
    await page.goto(`${origin}/signin`);
    await check("signin by PIN");
    await page.fill("#f-pin", "9999");
    await page.press("#f-pin", "Enter");
    await page.waitForSelector(".summary");
    await check("PIN refused", {html: false});
    await page.fill("#f-pin", "4071");
    await page.press("#f-pin", "Enter");
    await page.waitForURL(`${origin}/`);
    await leave(page);
    await page.goto(`${origin}/signin?other=1`);
    await page.fill("#f-phone", person.phone);
    await page.fill("#f-password", person.password);
    await page.press("#f-password", "Enter");
    await page.waitForURL("**/signin/second?**");
    await check("second step");
    await page.context().close();
  });
}
