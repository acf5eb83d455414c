// pushservice.mjs: a browser's push service for tests: takes what RFC 8030 says, checks the sender's signature (RFC 8292) by
// node's own cryptography and decrypts (RFC 8291) by http_ece, a library of others.

import assert from "node:assert/strict";
import {createECDH, createPublicKey, randomBytes, verify} from "node:crypto";
import {createServer} from "node:http";
import ece from "http_ece";

export class PushService {
  static async start() {
    const service = new PushService();
    service.notices = [];
    service.answers = new Map(); // path → status, or a function of the number of the call
    service.calls = new Map();
    service.http = createServer((request, response) => {
      const pieces = [];
      request.on("data", (piece) => pieces.push(piece));
      request.on("end", () => service.take(request, response, Buffer.concat(pieces)));
    });
    await new Promise((done) => service.http.listen(0, "127.0.0.1", done));
    service.url = `http://127.0.0.1:${service.http.address().port}`;
    return service;
  }

  stop() {
    this.http.closeAllConnections();
    return new Promise((done) => this.http.close(done));
  }

  // What a browser has after subscribing.
  browser() {
    const keys = createECDH("prime256v1");
    keys.generateKeys();
    const secret = randomBytes(16), path = `/push/${randomBytes(12).toString("base64url")}`;
    const subscription = {endpoint: this.url + path, p256dh: keys.getPublicKey("base64url"), auth: secret.toString("base64url")};
    return {keys, secret, path, subscription};
  }

  take(request, response, body) {
    const call = (this.calls.get(request.url) ?? 0) + 1;
    this.calls.set(request.url, call);
    const answer = this.answers.get(request.url), status = typeof answer === "function" ? answer(call) : answer ?? 201;
    if (status === 0) return request.socket.destroy(); // taken, and the answer lost
    if (status === 302) response.setHeader("Location", this.url + "/elsewhere");
    this.notices.push({path: request.url, headers: request.headers, method: request.method, body, status});
    response.writeHead(status).end();
  }

  of({path}) {
    return this.notices.filter((notice) => notice.path === path && notice.status === 201);
  }

  async next(browser, after = 0) {
    for (let tries = 0; tries < 2000; tries++) {
      const found = this.of(browser);
      if (found.length > after) return found[after];
      await new Promise((done) => setTimeout(done, 25));
    }
    throw new Error(`no notice came to ${browser.path}`);
  }

  // As the browser reads it.
  read(browser, notice) {
    const authSecret = browser.secret.toString("base64url");
    const clear = ece.decrypt(notice.body, {version: "aes128gcm", privateKey: browser.keys, authSecret});
    return JSON.parse(clear.toString("utf8"));
  }

  // Who sent it, by the key in the header; its claims.
  sender(notice) {
    const [, token, key] = /^vapid t=([\w.-]+), k=([\w-]+)$/.exec(notice.headers.authorization);
    const point = Buffer.from(key, "base64url"), [head, claims, mark] = token.split(".");
    assert.deepEqual([point.length, point[0]], [65, 4]);
    const jwk = {kty: "EC", crv: "P-256", x: point.subarray(1, 33).toString("base64url"), y: point.subarray(33).toString("base64url")};
    const signer = {key: createPublicKey({key: jwk, format: "jwk"}), dsaEncoding: "ieee-p1363"};
    const good = verify("sha256", Buffer.from(`${head}.${claims}`), signer, Buffer.from(mark, "base64url"));
    assert.ok(good, "the signature is not the key's");
    assert.deepEqual(JSON.parse(Buffer.from(head, "base64url")), {typ: "JWT", alg: "ES256"});
    return {key, ...JSON.parse(Buffer.from(claims, "base64url"))};
  }
}
