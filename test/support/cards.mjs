// cards.mjs: cards for tests: a customer's own by Kabinet, and what shops do with them by the sandbox's processing centre.

import assert from "node:assert/strict";
import {createHmac, randomBytes} from "node:crypto";
import {readFileSync} from "node:fs";

import {newKey} from "./server.mjs";
import {Wallets, until} from "./wallet.mjs";

export class Cards extends Wallets {
  as(who) {
    return {token: who.token, key: newKey()};
  }

  post(who, path, body = {}) {
    return this.server.post(path, body, this.as(who));
  }

  async card(who, id) {
    return (await this.server.get(`/cards/${id}`, {token: who.token})).body;
  }

  async made(who, body) {
    const answer = await this.post(who, "/cards", body);
    assert.equal(answer.status, 201, answer.text);
    return answer.body.id;
  }

  // A virtual card that works.
  async virtual(who, more = {}) {
    const id = await this.made(who, {kind: "virtual", ...more});
    await until(() => this.card(who, id), ({state}) => state === "active");
    return id;
  }

  // Plastic that has come: its number is read off it, as its holder would.
  async plastic(who, more = {}) {
    const id = await this.made(who, {kind: "plastic", holder: "Ivan Petrov", address: "300000, Тула, ул. Мира, 1", ...more});
    await until(() => this.card(who, id), ({on_its_way}) => on_its_way);
    const activated = await this.post(who, `/cards/${id}/activate`, {digits: (await this.newest()).number.slice(-4)});
    assert.equal(activated.status, 200, activated.text);
    return id;
  }

  async details(who, id) {
    const answer = await this.post(who, `/cards/${id}/details`);
    assert.equal(answer.status, 200, answer.text);
    return answer.body;
  }

  async number(who, id) {
    return (await this.details(who, id)).number.replaceAll(" ", "");
  }

  // ---- the processing centre ----

  async centre(path, body) {
    const answer = await fetch(`${this.sandbox.url}/processing${path}`, {
      method: "POST", body: JSON.stringify(body), redirect: "manual",
      headers: {"Content-Type": "application/json", Accept: "application/json"}});
    const text = await answer.text();
    assert.ok(answer.status < 300, `${path}: ${answer.status} ${text}`);
    return JSON.parse(text);
  }

  async books() {
    const all = [];
    for (let after = 0; ;) {
      const page = await (await fetch(`${this.sandbox.url}/processing/books?after=${after}&limit=500`)).json();
      all.push(...page.operations);
      if (page.next === null) return {...page, operations: all};
      after = page.next;
    }
  }

  async newest() {
    return (await this.books()).cards[0];
  }

  // Until all that shops have said was heard.
  quiet(ms = 60000) {
    const waiting = async () => (await (await fetch(`${this.sandbox.url}/processing/books?limit=1`)).json()).waiting;
    return until(waiting, (count) => count === 0, ms);
  }

  // A purchase to its decision: {operation, state, reason}.
  async buy(card, sum, more = {}) {
    const {operation} = await this.centre("/purchases", {card, sum, merchant: "Магазин", category: "5411", place: "till", ...more});
    await this.quiet();
    return (await this.books()).operations.find((each) => each.operation === operation);
  }

  // A shop on the internet, whose buyer is sent to our page: {operation, url}; a shop that was refused has no url.
  async checkout(card, sum, more = {}) {
    const {operation} = await this.centre("/checkout", {card, sum, merchant: "Книжный", category: "5942", ...more});
    await this.quiet();
    return {operation, ...(await this.shopSees(operation))};
  }

  async shopSees(operation) {
    return (await fetch(`${this.sandbox.url}/processing/checkout/${operation}`, {headers: {Accept: "application/json"}})).json();
  }

  // What the buyer's browser does once our page has said where to: what the shop sees then.
  async goBack(back, operation) {
    const answer = await fetch(back, {redirect: "manual", headers: {Accept: "application/json"}});
    await this.quiet();
    return {status: answer.status, ...(await this.shopSees(operation))};
  }

  async follow(what, operation, body = {}) {
    await this.centre(`/${what}`, {operation, ...body});
    await this.quiet();
  }

  // A message of one's own making, signed as processing would.
  tell(body, {secret, time = Math.floor(Date.now() / 1000), nonce = randomBytes(8).toString("hex"), raw} = {}) {
    const text = raw ?? JSON.stringify({institution: "kabinet", ...body});
    const key = secret ?? readFileSync(this.sandbox.processing, "utf8").trim();
    const mac = createHmac("sha256", key).update(`callback\n${time}\n${nonce}\n${text}`).digest("hex");
    return this.server.fetch(`${this.server.url}/callbacks/processing`, {
      method: "POST", body: text,
      headers: {"Content-Type": "application/json", Accept: "application/json", Authorization: `HMAC-SHA256 ${time}:${nonce}:${mac}`},
    }).then(async (answer) => ({status: answer.status, body: await answer.json().catch(() => null)}));
  }
}
