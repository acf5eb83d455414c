// provider.mjs: an identity provider that does as it is told: right by default, and each wrong that a test wants.

import {createHash, createHmac, generateKeyPairSync, randomBytes, sign} from "node:crypto";
import {createServer} from "node:http";

const part = (value) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

const makeKey = {
  RS256: () => generateKeyPairSync("rsa", {modulusLength: 2048}),
  ES256: () => generateKeyPairSync("ec", {namedCurve: "P-256"}),
  EdDSA: () => generateKeyPairSync("ed25519"),
};

export class Provider {
  static async start() {
    const provider = new Provider();
    provider.keys = {};
    for (const algorithm of Object.keys(makeKey)) provider.renew(algorithm);
    provider.codes = new Map(); // code → {nonce, challenge, redirect}
    provider.asked = {discovery: 0, keys: 0, token: 0, info: 0};
    provider.wrong = {};
    provider.silent = [];
    provider.http = createServer((request, response) => provider.answer(request, response));
    await new Promise((done) => provider.http.listen(0, "127.0.0.1", done));
    provider.issuer = `http://127.0.0.1:${provider.http.address().port}`;
    return provider;
  }

  async stop() {
    this.http.closeAllConnections();
    await new Promise((done) => this.http.close(done));
  }

  // Who was kept waiting is told that it is down.
  release() {
    for (const response of this.silent.splice(0)) this.say(response, 503, {});
  }

  renew(algorithm) {
    this.keys[algorithm] = {...makeKey[algorithm](), kid: randomBytes(6).toString("hex")};
  }

  get jwks() {
    return Object.entries(this.keys).map(([alg, {publicKey, kid}]) => ({...publicKey.export({format: "jwk"}), kid, alg, use: "sig"}));
  }

  // What `wrong` may hold: claims, header (over the right ones), key (signs instead), signature (instead), token (whole
  // token), down/huge/slow: "discovery" | "keys" | "token", issuer (in discovery).
  token(nonce) {
    const {wrong} = this, algorithm = wrong.algorithm ?? "RS256", now = Math.floor(Date.now() / 1000);
    const header = {alg: algorithm, kid: this.keys[algorithm]?.kid, typ: "JWT", ...wrong.header};
    const claims = {iss: this.issuer, aud: "kabinet", sub: this.subject, iat: now, exp: now + 300, nonce, email: "a@b.example",
                    email_verified: false, ...wrong.claims};
    const message = `${part(header)}.${part(claims)}`;
    if (wrong.signature !== undefined) return `${message}.${wrong.signature(message)}`;
    const key = wrong.key ?? this.keys[algorithm].privateKey;
    const digest = algorithm === "EdDSA" ? null : "sha256";
    return `${message}.${sign(digest, Buffer.from(message), {key, dsaEncoding: "ieee-p1363"}).toString("base64url")}`;
  }

  // RS → HS: the public key, which everybody knows, taken for a shared secret.
  confused(message) {
    const pem = this.keys.RS256.publicKey.export({format: "pem", type: "spki"});
    return createHmac("sha256", pem).update(message).digest("base64url");
  }

  say(response, status, body) {
    response.writeHead(status, {"Content-Type": "application/json"});
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  }

  answer(request, response) {
    const url = new URL(request.url, this.issuer);
    const what = {"/.well-known/openid-configuration": "discovery", "/keys": "keys", "/token": "token",
                  "/info": "info"}[url.pathname];
    if (what) this.asked[what]++;
    if (url.pathname === "/authorize") return this.authorize(url, response);
    if (!what) return this.say(response, 404, {});
    if (this.wrong.down === what) return this.say(response, 503, {});
    if (this.wrong.slow === what) return this.silent.push(response); // nothing before release()
    if (this.wrong.huge === what) return this.say(response, 200, JSON.stringify({pad: "x".repeat(2 ** 20)}));
    if (this.wrong.raw?.[what] !== undefined) return this.say(response, 200, this.wrong.raw[what]);
    if (what === "info") return this.inform(request, response);
    if (what === "keys") return this.say(response, 200, {keys: this.wrong.keys ?? this.jwks});
    if (what === "discovery")
      return this.say(response, 200, {
        issuer: this.wrong.issuer ?? this.issuer, authorization_endpoint: `${this.issuer}/authorize`,
        token_endpoint: `${this.issuer}/token`, jwks_uri: `${this.issuer}/keys`,
      });
    return this.trade(request, response);
  }

  // Who somebody is, as Yandex ID tells it by a header, and VK ID by a form. `wrong.info` is told instead.
  async inform(request, response) {
    let body = "";
    for await (const piece of request) body += piece;
    this.informed = {authorization: request.headers.authorization, form: Object.fromEntries(new URLSearchParams(body))};
    const user = request.method === "POST" ? {user: {user_id: this.subject, email: "a@vk.example"}}
                                           : {id: this.subject, client_id: "kabinet", login: "a", default_email: "a@ya.example"};
    return this.say(response, 200, this.wrong.info ?? user);
  }

  // Consents at once. `wrong.back` changes what it sends the browser back with.
  authorize(url, response) {
    const query = Object.fromEntries(url.searchParams);
    this.last = query;
    const code = randomBytes(16).toString("hex");
    this.codes.set(code, {nonce: query.nonce, challenge: query.code_challenge, redirect: query.redirect_uri});
    const back = new URL(query.redirect_uri);
    for (const [name, value] of Object.entries({code, state: query.state, iss: this.issuer, ...this.wrong.back}))
      if (value !== undefined) back.searchParams.set(name, value);
    this.code = code;
    response.writeHead(303, {Location: back.href}).end();
  }

  async trade(request, response) {
    let body = "";
    for await (const piece of request) body += piece;
    const form = new URLSearchParams(body), code = this.codes.get(form.get("code"));
    this.traded = {form: Object.fromEntries(form), authorization: request.headers.authorization};
    this.codes.delete(form.get("code"));
    const verifier = createHash("sha256").update(form.get("code_verifier") ?? "").digest("base64url");
    if (!code || verifier !== code.challenge || code.redirect !== form.get("redirect_uri"))
      return this.say(response, 400, {error: "invalid_grant"});
    return this.say(response, 200, {access_token: "x", token_type: "Bearer", id_token: this.wrong.token ?? this.token(code.nonce)});
  }
}
