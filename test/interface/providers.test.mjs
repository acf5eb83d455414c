// providers.test.mjs: signing in through other identity providers (ID-9): a real one (npm's oidc-provider), and one that
// is wrong in every way that a test wants.

import assert from "node:assert/strict";
import {createHmac, generateKeyPairSync, randomBytes, sign} from "node:crypto";
import {writeFileSync} from "node:fs";
import {createServer} from "node:http";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, before, test} from "node:test";
import Oidc from "oidc-provider";
import {Provider} from "../support/provider.mjs";
import {Server, newPhone, pause, problem} from "../support/server.mjs";
import {until} from "../support/wallet.mjs";

const secret = randomBytes(24).toString("hex");
const secretFile = join(tmpdir(), `kabinet-provider-${process.pid}.secret`);

async function port() {
  const probe = createServer();
  await new Promise((done) => probe.listen(0, "127.0.0.1", done));
  const {port: found} = probe.address();
  await new Promise((done) => probe.close(done));
  return found;
}

async function startReal(address) {
  const http = createServer();
  await new Promise((done) => http.listen(0, "127.0.0.1", done));
  const issuer = `http://127.0.0.1:${http.address().port}`;
  const provider = new Oidc(issuer, {
    clients: [{
      client_id: "kabinet", client_secret: secret, redirect_uris: [`${address}/signin/from/real`],
      response_types: ["code"], grant_types: ["authorization_code"],
    }],
    claims: {openid: ["sub"], email: ["email", "email_verified"]},
    conformIdTokenClaims: false,
    pkce: {required: () => true},
    findAccount: (_, id) => ({accountId: id, claims: () => ({sub: id, email: `${id}@example.org`, email_verified: false})}),
    cookies: {keys: ["x"]},
  });
  http.on("request", provider.callback());
  return {issuer, stop: () => new Promise((done) => (http.closeAllConnections(), http.close(done)))};
}

let server, real, bad;

// Who keeps silent is waited for for a second only; else whoever answers may take his time.
async function impatient(own, run) {
  await own.changed({providers: {timeout: "1s"}});
  await run();
  await own.changed({providers: {timeout: "30s"}});
}

before(async () => {
  const listen = await port(), address = `http://127.0.0.1:${listen}`;
  writeFileSync(secretFile, `${secret}\n`, {mode: 0o600});
  real = await startReal(address);
  bad = await Provider.start();
  bad.subject = "someone";
  server = await Server.start({
    listen: `127.0.0.1:${listen}`, public_url: address,
    providers: {
      timeout: "30s", keys_pause: "0s",
      1: {name: "real", title: "Пример", issuer: real.issuer, client: "kabinet", secret_file: secretFile, scopes: "openid email"},
      2: {name: "bad", title: "Другой", issuer: bad.issuer, client: "kabinet"},
    },
  });
});
after(async () => {
  await server?.stop();
  await real?.stop();
  await bad?.stop();
});

// A browser that walks from the sign-in page to the provider, says there who he is, and comes back.
async function through(browser, login) {
  await browser.go("/signin/with/real");
  for (let page = 0; page < 3 && browser.path.startsWith("/interaction/"); page++) {
    const [, action] = /<form[^>]*action="([^"]+)"/.exec(browser.html);
    await browser.send(action, browser.html.includes('name="login"') ? {login, password: "x"} : {});
  }
}

const fresh = () => randomBytes(8).toString("hex");

// Signs up in that browser, whatever it came with.
async function signUp(browser, phone = newPhone()) {
  await browser.go("/signup");
  const [, first, second] = /(\S+) плюс (\S+)\?/.exec(browser.html);
  const numbers = ["ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять"];
  await browser.send("/signup", {phone, answer: `${numbers.indexOf(first) + numbers.indexOf(second)}`});
  await browser.send("/signup/code", {code: await server.code(phone)});
  await browser.send("/signup/password", {password: "Qwerty7!"});
  assert.equal(browser.path, "/", browser.html.slice(0, 3000));
  return {phone, password: "Qwerty7!"};
}

async function asBad(wrong, run) {
  bad.wrong = wrong;
  try {
    return await run();
  } finally {
    bad.wrong = {};
    bad.release();
  }
}

// RFC 6238, as authenticator apps do it.
function totp(secret, step) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret.replace(/ /g, "")].map((c) => letters.indexOf(c).toString(2).padStart(5, "0")).join("");
  const message = Buffer.alloc(8);
  message.writeBigUInt64BE(BigInt(step));
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const hash = createHmac("sha1", key).update(message).digest();
  return String((hash.readUInt32BE(hash.at(-1) & 15) & 0x7fffffff) % 1000000).padStart(6, "0");
}

// ---- a real provider ----

test("ID-9: an account elsewhere opens a new cabinet, and then signs in by itself", async () => {
  const login = fresh(), browser = server.browser();
  await browser.go("/signin");
  assert.match(browser.html, /href="\/signin\/with\/real">Войти через Пример</);
  await through(browser, login);
  assert.equal(browser.path, "/signin/unknown", browser.html.slice(0, 1500));
  assert.ok(browser.html.includes(`${login}@example.org`));
  assert.ok(!browser.cookies.has("session"));
  const {phone} = await signUp(browser);
  await browser.go("/settings/providers");
  assert.ok(browser.html.includes(`${login}@example.org`), "linked when the cabinet opened");
  assert.match((await server.messages(phone, 1))[0], /привязан вход через Пример/);

  const other = server.browser();
  await through(other, login);
  assert.equal(other.path, "/");
  assert.ok(other.cookies.has("session"));
  await other.go("/settings/providers");
  assert.ok(other.html.includes(`${login}@example.org`));
});

test("ID-9: a signed-in customer links an account and takes it off; it is nobody else's meanwhile", async () => {
  const person = await server.customer(), login = fresh(), browser = server.browser();
  await browser.signIn(person);
  await browser.go("/settings/providers");
  await browser.send("/settings/providers/real/link");
  assert.equal(browser.status, 200);
  const [, address] = /class="button" href="([^"]+)"/.exec(browser.html);
  await browser.go(address.replaceAll("&amp;", "&"));
  for (let page = 0; page < 3 && browser.path.startsWith("/interaction/"); page++) {
    const [, action] = /<form[^>]*action="([^"]+)"/.exec(browser.html);
    await browser.send(action, browser.html.includes('name="login"') ? {login, password: "x"} : {});
  }
  assert.equal(browser.path, "/settings/providers");
  assert.ok(browser.html.includes(`${login}@example.org`));

  // another customer cannot link the same account
  const thief = await server.customer(), elsewhere = server.browser();
  await elsewhere.signIn(thief);
  await elsewhere.go("/settings/providers");
  await elsewhere.send("/settings/providers/real/link");
  const [, again] = /class="button" href="([^"]+)"/.exec(elsewhere.html);
  await elsewhere.go(again.replaceAll("&amp;", "&"));
  for (let page = 0; page < 3 && elsewhere.path.startsWith("/interaction/"); page++) {
    const [, action] = /<form[^>]*action="([^"]+)"/.exec(elsewhere.html);
    await elsewhere.send(action, elsewhere.html.includes('name="login"') ? {login, password: "x"} : {});
  }
  assert.equal(elsewhere.status, 409);
  assert.match(elsewhere.html, /уже связана с другим кабинетом/);

  const {body} = await server.get("/settings/providers", {token: person.token});
  assert.equal(body.links.length, 1);
  const foreign = await server.post(`/settings/providers/${body.links[0].id}/unlink`, {}, {token: thief.token});
  assert.equal(foreign.status, 404);
  assert.equal((await server.post(`/settings/providers/${body.links[0].id}/unlink`, {}, {token: person.token})).status, 200);
  const later = server.browser();
  await through(later, login);
  assert.equal(later.path, "/signin/unknown", "unlinked: nobody's again");
});

test("ID-9: the real provider takes no code without PKCE's verifier, and none twice", async () => {
  const browser = server.browser();
  await browser.go("/signin/with/real", {}, 5);
  const address = new URL(browser.headers.get("Location"));
  assert.equal(address.searchParams.get("code_challenge_method"), "S256");
  assert.match(address.searchParams.get("code_challenge"), /^[\w-]{43}$/);
  assert.match(address.searchParams.get("state"), /^[\w-]{43}$/);
  assert.match(address.searchParams.get("nonce"), /^[\w-]{43}$/);
  address.searchParams.delete("code_challenge");
  address.searchParams.delete("code_challenge_method");
  await browser.go(address.href);
  assert.equal(browser.status, 403, "the provider's refusal came back and is told");
  assert.match(browser.html, /вход отменён/);
});

// ---- a hostile one ----

const pem = generateKeyPairSync("rsa", {modulusLength: 2048});
const now = () => Math.floor(Date.now() / 1000);
const flip = (text) => (text[20] === "A" ? "B" : "A");

const deep = (depth) => JSON.parse("[".repeat(depth) + "]".repeat(depth));
// Two readers could take two subjects from it.
function twice() {
  const [header, claims] = bad.token("x").split(".");
  const doubled = Buffer.from(claims, "base64url").toString().replace(/^\{/, '{"sub":"other",');
  const message = `${header}.${Buffer.from(doubled).toString("base64url")}`;
  return `${message}.${sign("sha256", Buffer.from(message), bad.keys.RS256.privateKey).toString("base64url")}`;
}

// Each would let a stranger in if it were believed.
const wrongs = {
  "another issuer": () => ({claims: {iss: "https://evil.example"}}),
  "another audience": () => ({claims: {aud: "other"}}),
  "no audience": () => ({claims: {aud: undefined}}),
  "several audiences and no party": () => ({claims: {aud: ["kabinet", "other"]}}),
  "another party": () => ({claims: {azp: "other"}}),
  "another nonce": () => ({claims: {nonce: "x".repeat(43)}}),
  "no nonce": () => ({claims: {nonce: undefined}}),
  "expired": () => ({claims: {exp: now() - 120}}),
  "no expiry": () => ({claims: {exp: undefined}}),
  "expiry as text": () => ({claims: {exp: `${now() + 300}`}}),
  "expiry beyond numbers": () => ({claims: {exp: 2 ** 62}}),
  "made in the future": () => ({claims: {iat: now() + 600}}),
  "made yesterday": () => ({claims: {iat: now() - 86400}}),
  "not yet good": () => ({claims: {nbf: now() + 600}}),
  "no subject": () => ({claims: {sub: undefined}}),
  "an empty subject": () => ({claims: {sub: ""}}),
  "a long subject": () => ({claims: {sub: "x".repeat(300)}}),
  "a subject that is a number": () => ({claims: {sub: 7}}),
  "alg none": () => ({header: {alg: "none"}, signature: () => ""}),
  "alg None": () => ({header: {alg: "None"}, signature: () => "AA"}),
  "RS to HS": () => ({header: {alg: "HS256"}, signature: (message) => bad.confused(message)}),
  "RS key, ES said": () => ({header: {alg: "ES256"}}),
  "PS256": () => ({header: {alg: "PS256"}}),
  "RS512": () => ({header: {alg: "RS512"}}),
  "another's key under the same name": () => ({key: pem.privateKey}),
  "its key in the header": () => ({key: pem.privateKey, header: {jwk: pem.publicKey.export({format: "jwk"}), kid: "own"}}),
  "its key's address in the header": () => ({key: pem.privateKey, header: {jku: "http://127.0.0.1:1/keys", kid: "own"}}),
  "critical extensions": () => ({header: {crit: ["exp"]}}),
  "no signature": () => ({signature: () => ""}),
  "a signature of zeros, ES256": () => ({algorithm: "ES256", signature: () => Buffer.alloc(64).toString("base64url")}),
  "a broken signature": () => {
    const token = bad.token("x");
    return {signature: () => flip(token) + token.split(".")[2].slice(1)};
  },
  "not a token": () => ({token: "hello"}),
  "five parts": () => ({token: "a.b.c.d.e"}),
  "a header that is an array": () => ({token: `${Buffer.from("[]").toString("base64url")}.e30.AA`}),
  "claims that are not JSON": () => ({raw: undefined, token: `${Buffer.from('{"alg":"RS256"}').toString("base64url")}.!!!.AA`}),
  "a huge token": () => ({token: "x".repeat(20000)}),
  "a token cut off": () => ({token: bad.token("x").slice(0, 200)}),
  "a foreign key id": () => ({header: {kid: "foreign"}}),
  "claims three thousand deep": () => ({claims: {deep: deep(3000)}}),
  "a header as deep": () => ({token: `${Buffer.from(JSON.stringify({alg: "RS256", deep: deep(3000)})).toString("base64url")}.e30.AA`}),
  "a name twice in the claims": () => ({token: twice()}),
};

for (const [name, wrong] of Object.entries(wrongs))
  test(`ID-9: refused: ${name}`, async () => {
    await asBad(wrong(), async () => {
      const browser = server.browser();
      await browser.go("/signin/with/bad");
      assert.equal(browser.status, 403, `${name}: ${browser.path}`);
      assert.match(browser.html, /не прошёл проверку/);
      assert.ok(!browser.cookies.has("session"));
      assert.ok(!browser.cookies.has("provider"), "the errand is over");
    });
  });

for (const algorithm of ["RS256", "ES256", "EdDSA"])
  test(`ID-9: believed: ${algorithm}, also with new keys and a list of one audience`, async () => {
    for (const change of [() => {}, () => bad.renew(algorithm)]) {
      change();
      await asBad({algorithm, claims: {aud: ["kabinet"], azp: "kabinet"}}, async () => {
        const browser = server.browser();
        await browser.go("/signin/with/bad");
        assert.equal(browser.path, "/signin/unknown", `${browser.status}`);
      });
    }
  });

test("ID-9: the verifier is shown to the provider alone, and only at the end", async () => {
  const browser = server.browser();
  await browser.go("/signin/with/bad", {}, 5);
  const address = browser.headers.get("Location");
  await browser.go(address);
  const {code_verifier: verifier} = bad.traded.form;
  assert.match(verifier, /^[\w-]{43}$/);
  assert.ok(!address.includes(verifier));
  assert.equal(bad.traded.authorization, undefined, "a public client has no secret to tell");
});

test("ID-9: wrong state, another browser's state, another provider's, none: nothing is asked of the provider", async () => {
  const begun = async () => {
    const browser = server.browser();
    await browser.go("/signin/with/bad", {}, 5);
    const query = Object.fromEntries(new URL(browser.headers.get("Location")).searchParams);
    return {browser, state: query.state};
  };
  const one = await begun(), two = await begun();
  const asked = bad.asked.token;
  const tries = [
    [one.browser, `/signin/from/bad?code=x&state=${two.state}`],
    [one.browser, "/signin/from/bad?code=x&state=x"],
    [one.browser, "/signin/from/bad?code=x"],
    [one.browser, `/signin/from/real?code=x&state=${one.state}`],
    [one.browser, `/signin/from/bad?code=x&state=${one.state}&iss=https://evil.example`],
    [server.browser(), `/signin/from/bad?code=x&state=${one.state}`],
  ];
  for (const [browser, path] of tries) {
    await browser.go(path);
    assert.equal(browser.status, 403, path);
    assert.match(browser.html, /не подходит к вашему браузеру/);
  }
  const forged = server.browser();
  forged.cookies.set("provider", one.browser.cookies.get("provider").slice(0, -4) + "AAAA");
  await forged.go(`/signin/from/bad?code=x&state=${one.state}`);
  assert.equal(forged.status, 403);
  assert.equal(bad.asked.token, asked);
});

test("ID-9: a code is good once, also for whoever kept the cookie", async () => {
  const browser = server.browser();
  await browser.go("/signin/with/bad", {}, 5);
  const cookie = browser.cookies.get("provider");
  await browser.go(browser.headers.get("Location"), {}, 5);
  const back = browser.headers.get("Location");
  await browser.go(back);
  assert.equal(browser.path, "/signin/unknown");
  const asked = bad.asked.token;
  const thief = server.browser();
  thief.cookies.set("provider", cookie);
  await thief.go(back);
  assert.equal(thief.status, 403);
  assert.equal(bad.asked.token, asked, "it was not even asked");
});

test("ID-9: an address or number that the provider names finds nobody's cabinet", async () => {
  const person = await server.customer();
  await asBad({claims: {sub: fresh(), phone_number: person.phone, phone_number_verified: true, email_verified: true}}, async () => {
    const browser = server.browser();
    await browser.go("/signin/with/bad");
    assert.equal(browser.path, "/signin/unknown");
    assert.ok(!browser.cookies.has("session"));
  });
});

test("ID-9: the same subject of another issuer is another account", async () => {
  const login = fresh(), browser = server.browser();
  await through(browser, login);
  await signUp(browser);
  await asBad({claims: {sub: login}}, async () => {
    const other = server.browser();
    await other.go("/signin/with/bad");
    assert.equal(other.path, "/signin/unknown");
  });
});

test("ID-9: who signs in where another left his account waiting is not linked to it unasked", async () => {
  const person = await server.customer(), browser = server.browser();
  await asBad({claims: {sub: fresh()}}, () => browser.go("/signin/with/bad"));
  assert.equal(browser.path, "/signin/unknown");
  await browser.signIn(person);
  await browser.go("/settings/providers");
  assert.match(browser.html, /Связать её с этим кабинетом\?/);
  assert.equal((await server.get("/settings/providers", {token: person.token})).body.links.length, 0);
  await browser.send("/settings/providers/pending");
  assert.equal((await server.get("/settings/providers", {token: person.token})).body.links.length, 1);
});

test("ID-9: who has a second factor is asked for it after another service, too", async () => {
  const person = await server.customer(), subject = fresh(), browser = server.browser();
  await asBad({claims: {sub: subject}}, () => browser.go("/signin/with/bad"));
  await browser.signIn(person);
  await browser.go("/settings/providers");
  await browser.send("/settings/providers/pending");
  const {secret: key} = (await server.post("/settings/security/app/begin", {}, person)).body;
  const step = Math.floor(Date.now() / 30000) - 1;
  assert.equal((await server.post("/settings/security/app", {code: totp(key, step)}, person)).status, 200);
  const elsewhere = server.browser();
  await asBad({claims: {sub: subject}}, () => elsewhere.go("/signin/with/bad?next=/sessions"));
  assert.equal(elsewhere.path, "/signin/second");
  assert.ok(!elsewhere.cookies.has("session"));
  await elsewhere.send("/signin/second", {code: totp(key, step + 1)});
  assert.ok(elsewhere.cookies.has("session"), elsewhere.html.slice(0, 2000));
  assert.equal(elsewhere.path, "/sessions", "where he had been going");
});

test("ID-9: ways in by other services are changed only soon after signing in or confirming", async () => {
  const provider = await Provider.start();
  const own = await Server.start({providers: {1: {name: "bad", title: "Другой", issuer: provider.issuer, client: "kabinet"}}});
  try {
    const person = await own.customer(), browser = own.browser();
    await browser.signIn(person);
    await browser.go("/settings/providers");
    await own.proofsOver(person);
    for (const path of ["bad/link", "pending", "1/unlink"])
      assert.equal(problem(await own.post(`/settings/providers/${path}`, {}, person)), "confirmation-needed", path);
    await browser.send("/settings/providers/bad/link");
    assert.equal(browser.path, "/confirm");
    await browser.send("/confirm", {password: person.password});
    assert.match(browser.path, /^\/resume\//);
    await browser.send("/settings/providers/bad/link");
    assert.equal(browser.status, 200);
    assert.match(browser.html, /class="button" href="/);
  } finally {
    await own.stop();
    await provider.stop();
  }
});

test("ID-9: linking is begun by a form of ours alone, and ends only with who began it", async () => {
  const person = await server.customer(), browser = server.browser();
  await browser.signIn(person);
  await browser.go("/settings/providers");
  await browser.send("/settings/providers/bad/link", {_csrf: "x"});
  assert.equal(browser.status, 403);
  await browser.go("/settings/providers");
  await browser.send("/settings/providers/bad/link");
  const [, address] = /class="button" href="([^"]+)"/.exec(browser.html);
  const stranger = server.browser();
  await stranger.signIn(await server.customer());
  stranger.cookies.set("provider", browser.cookies.get("provider"));
  await stranger.go(address.replaceAll("&amp;", "&"));
  assert.equal(stranger.status, 403, "another customer's errand");
  const guest = await server.get("/settings/providers");
  assert.equal(guest.status, 401);
});

test("ID-9: afterwards one goes only to a path of ours", async () => {
  const login = fresh(), first = server.browser();
  await through(first, login);
  await signUp(first);
  for (const [next, place] of [["/sessions", "/sessions"], ["https://evil.example/", "/"], ["//evil.example", "/"]]) {
    const browser = server.browser();
    await browser.go(`/signin/with/real?next=${encodeURIComponent(next)}`);
    for (let page = 0; page < 3 && browser.path.startsWith("/interaction/"); page++) {
      const [, action] = /<form[^>]*action="([^"]+)"/.exec(browser.html);
      await browser.send(action, browser.html.includes('name="login"') ? {login, password: "x"} : {});
    }
    assert.equal(browser.path, place, next);
  }
});

test("ID-9: keys down, huge or senseless; the token slow, huge, down or senseless: told, and nobody is let in", async () => {
  const go = () => server.browser().go("/signin/with/bad");
  const fails = (wrong) => asBad(wrong, async () => {
    const browser = await go();
    assert.equal(browser.status, 503, JSON.stringify(wrong));
    assert.ok(!browser.cookies.has("session"));
    assert.match(browser.html, /Сервис входа сейчас не отвечает/);
  });
  // A token by an unknown key, whose keys cannot be had: refused by the keys that are known.
  const refuses = (wrong) => asBad({...wrong, header: {kid: "new"}}, async () =>
    assert.equal((await go()).status, 403, JSON.stringify(wrong)));
  const well = async () => (await go()).path === "/signin/unknown";
  for (const wrong of [{huge: "token"}, {down: "token"}, {raw: {token: "{"}}, {raw: {token: "[]"}}, {raw: {token: '{"id_token":7}'}}])
    await fails(wrong);
  for (const wrong of [{down: "keys"}, {huge: "keys"}, {raw: {keys: "{"}}, {keys: []}]) await refuses(wrong);
  await impatient(server, async () => {
    await until(well, Boolean); // its keys are known again
    await refuses({slow: "keys"});
    await fails({slow: "token"});
  });
  assert.ok(await well(), "well again");
});

test("ID-9: a provider that hangs leaves workers for everybody else", async () => {
  const person = await server.customer();
  await asBad({slow: "token"}, async () => {
    const waiting = Array.from({length: 6}, () => server.browser().go("/signin/with/bad"));
    let hanging = waiting.length;
    for (const each of waiting) each.finally(() => hanging--);
    await until(() => bad.silent.length, (count) => count > 0);
    await pause(150);
    assert.equal((await server.post("/signin", {phone: person.phone, password: person.password, token: true})).status, 200);
    assert.ok(hanging >= bad.silent.length, "it was answered while they hung"); // the others were sent away at once
    bad.wrong = {down: "token"}; // whose turn comes yet hears so at once
    bad.release();
    for (const browser of await Promise.all(waiting)) assert.equal(browser.status, 503);
  });
});

test("ID-9: discovery that is down or another's is told at once for a while; an unknown provider is not there", async () => {
  const dead = await Provider.start();
  const own = await Server.start({providers: {timeout: "1s", 1: {name: "dead", title: "Х", issuer: dead.issuer, client: "kabinet"}}});
  try {
    dead.wrong = {issuer: "https://evil.example"};
    for (let i = 0; i < 3; i++) assert.equal((await own.get("/signin/with/dead")).status, 503);
    assert.equal(dead.asked.discovery, 1);
    assert.equal((await own.get("/signin/with/nobody")).status, 404);
    assert.equal(problem(await own.get("/signin/from/dead?code=x&state=y")), "provider-return-unknown");
  } finally {
    await own.stop();
    await dead.stop();
  }
});

// ---- dialects: OAuth 2.0 without a signed token ----

const dialect = (name, provider) => ({
  name, title: name, dialect: name, issuer: provider.issuer, client: "kabinet", scopes: "login:info",
  authorize: `${provider.issuer}/authorize`, token: `${provider.issuer}/token`, person: `${provider.issuer}/info`,
});

async function withDialects(run) {
  const provider = await Provider.start(), listen = `127.0.0.1:${await port()}`;
  const own = await Server.start({listen, public_url: `http://${listen}`,
                                  providers: {timeout: "30s", 1: dialect("yandex", provider), 2: dialect("vk", provider)}});
  const go = async (name, wrong = {}) => {
    provider.wrong = wrong;
    const browser = own.browser();
    await browser.go(`/signin/with/${name}`);
    return browser;
  };
  try {
    await run({provider, own, go});
  } finally {
    await own.stop();
    await provider.stop();
  }
}

test("ID-9: Yandex ID tells who somebody is by an access token of ours alone", () => withDialects(async ({provider, own, go}) => {
  provider.subject = "1130000012345678";
  const browser = await go("yandex");
  assert.equal(browser.path, "/signin/unknown", browser.html.slice(0, 1500));
  assert.ok(browser.html.includes("a@ya.example"));
  assert.equal(provider.informed.authorization, "OAuth x");
  assert.match(provider.traded.form.code_verifier, /^[\w-]{43}$/, "PKCE, too");
  for (const info of [{id: "1", client_id: "other"}, {id: "1"}, {client_id: "kabinet"}, {id: "", client_id: "kabinet"},
                      {id: {}, client_id: "kabinet"}, {id: "x".repeat(65), client_id: "kabinet"}, [], "7", "{"])
    assert.equal((await go("yandex", {info})).status, 403, JSON.stringify(info));
  for (const wrong of [{down: "info"}, {huge: "info"}, {down: "token"}, {raw: {token: '{"access_token":7}'}},
                       {raw: {token: '{"access_token":"a\\r\\nX: y"}'}}])
    assert.equal((await go("yandex", wrong)).status, 503, JSON.stringify(wrong));
  await impatient(own, async () => assert.equal((await go("yandex", {slow: "info"})).status, 503));
  // the same account again is the same; its address is nobody's way in
  const person = await own.customer(), linking = await go("yandex");
  await linking.signIn(person);
  await linking.go("/settings/providers");
  await linking.send("/settings/providers/pending");
  assert.equal((await go("yandex")).path, "/");
  provider.subject = "1130000012345679";
  assert.equal((await go("yandex")).path, "/signin/unknown");
}));

test("ID-9: VK ID gets back the device that it named, and its person is inside", () => withDialects(async ({provider, go}) => {
  provider.subject = 123456;
  const browser = await go("vk", {back: {device_id: "device-1"}});
  assert.equal(browser.path, "/signin/unknown", browser.html.slice(0, 1500));
  assert.ok(browser.html.includes("a@vk.example"));
  assert.equal(provider.traded.form.device_id, "device-1");
  assert.match(provider.traded.form.state, /^[\w-]{43}$/);
  assert.match(provider.traded.form.code_verifier, /^[\w-]{43}$/);
  assert.deepEqual(provider.informed.form, {client_id: "kabinet", access_token: "x"});
  for (const info of [{}, {user: {}}, {user: {user_id: 0}}, {user: {user_id: -1}}, {user: []}, {user_id: 123456}])
    assert.equal((await go("vk", {info})).status, 403, JSON.stringify(info));
}));

test("ID-9: a dialect without its addresses does not start", async () => {
  for (const missing of ["authorize", "token", "person"])
    await assert.rejects(Server.start({providers: {1: {...dialect("vk", {issuer: "https://vk.example"}), [missing]: ""}}}),
                         /providers\.1/);
});
