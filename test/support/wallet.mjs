// wallet.mjs: what tests of the wallet do again and again, for one server and its sandbox.

import assert from "node:assert/strict";

import {cards} from "./sandbox.mjs";
import {newKey} from "./server.mjs";

export const rub = (amount) => ({amount, currency: "RUB"});
export const problem = (answer) => answer.body.type?.split("/").at(-1);

// Asks again until the answer is wanted. ms: when it is given up; patience costs nothing where all is well, and less than the
// minute of an outbox's lease proves that nothing waited for that.
export async function until(what, wanted, ms = 50000) {
  const end = Date.now() + ms;
  for (;;) {
    const found = await what();
    if (wanted(found)) return found;
    if (Date.now() > end) assert.fail(`still ${JSON.stringify(found)}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

// The levels of the demo: what a new customer may.
export const limits = {
  minimal: {balance: "15000.00", operation: "15000.00", day_out: "15000.00", month_out: "40000.00", month_in: "40000.00"},
};

export class Wallets {
  constructor({server, sandbox}) {
    this.server = server;
    this.sandbox = sandbox;
  }

  async home(who) {
    return (await this.server.get("/", {token: who.token})).body;
  }

  async balance(who) {
    return (await this.home(who)).wallet.balance.amount;
  }

  async operations(who, query = "") {
    const {body} = await this.server.get(`/operations${query}`, {token: who.token});
    return body.days.flatMap((day) => day.operations);
  }

  send(who, to, sum, more = {}, options = {}) {
    return this.server.post("/transfers", {to, sum, ...more}, {token: who.token, key: newKey(), ...options});
  }

  async order(who, sum) {
    const answer = await this.server.post("/topups", {sum}, {token: who.token, key: newKey()});
    assert.equal(answer.status, 201, answer.text);
    return answer.body;
  }

  async topupState(who, id) {
    return (await this.server.get(`/topups/${id}`, {token: who.token})).body.state;
  }

  // Ordered, paid with that card, and settled: its state.
  async topup(who, sum, card = cards.pays) {
    const {id, payment_url} = await this.order(who, sum);
    const paid = await this.sandbox.pay(payment_url, card);
    assert.equal(paid.status, 303, paid.text);
    return until(() => this.topupState(who, id), (state) => state !== "created" && state !== "refunding");
  }

  // A customer with so much on his wallet.
  async rich(sum) {
    const who = await this.server.customer();
    assert.equal(await this.topup(who, sum), "paid");
    return who;
  }
}
