// instalments.mjs: partner shops that sell by instalments, for tests: their programs by Mokka's interface, and people
// with a limit who sign their orders.

import assert from "node:assert/strict";

import {newPhone} from "./server.mjs";
import {hearCallbacks, openShop, sha1} from "./shops.mjs";

export const settings = (more = {}) => ({
  company: "Рассрочка",
  onboarding: {steps: "number, code, short, pin, decision, open, email", decision: {limit: "15 000.00"}},
  shops: {private_addresses: true, callback_pause: "1s"}, ...more});

export const tariff = "sum 1000.00 50000.00\nmonths 3 later 4.5\nmonths 6 later 6\nfortnights 4 now 5";

const person = {surname: "Иванова", name: "Анна", birth: "1990-04-12", passport: "45 10 123456", passport_date: "2011-05-20",
                mail: "anna@example.ru"};

// {phone, customer, token}: signed up at this profile, with its limit. seen: how many texts that number has got already.
export async function buyer(server, phone = newPhone(), seen = 0) {
  const {draft} = await server.begin(phone);
  await server.post("/signup/code", {draft, code: await server.code(phone, seen)});
  await server.post("/application/short", {draft, ...person});
  const opened = await server.post("/application/pin", {draft, pin: "7395", token: true});
  assert.equal(opened.body.state, "opened", opened.text);
  return {phone, customer: opened.body.customer, token: opened.body.token};
}

export class Shop {
  // boss: staff who may open shops and write tariffs. more: of the shop; words: its tariff.
  static async open(server, boss, title = "Мебель", {words = tariff, ...more} = {}) {
    const shop = new Shop();
    Object.assign(shop, {server, boss, ...(await openShop(boss, title, more)), hears: await hearCallbacks(), next: 1});
    if (words) await shop.tariff(words);
    return shop;
  }

  stop() {
    return this.hears.stop();
  }

  async tariff(words) {
    const answer = await this.boss.post(`/staff/instalments/shops/${this.id}`, {words});
    assert.equal(answer.status, 200, answer.text);
    return answer.body;
  }

  // What its program sends: `body` an object or the very bytes; twist changes what goes out after it was signed.
  async ask(path, body, twist = {}) {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const query = twist.query ?? `store_id=${this.id}&signature=${sha1(twist.key ?? this.key, text)}`;
    const answer = await fetch(`${this.server.url}${path}?${query}`, {
      method: "POST", body: twist.body ?? text,
      headers: {Accept: "application/json", "Content-Type": twist.type ?? "application/json"}});
    const told = await answer.text();
    assert.equal(answer.status, 200, `${path}: ${answer.status} ${told}`);
    return JSON.parse(told);
  }

  order(amount, more = {}, current = {}) {
    const number = current.order_id ?? `R${this.next++}`;
    return {callback_url: this.hears.url, redirect_url: "https://shop.example/back", ...more,
            current_order: {order_id: number, amount, ...current}};
  }

  // {number, uid}: an order that waits for its customer.
  async ordered(amount, more, current) {
    const body = this.order(amount, more, current), answer = await this.ask("/factoring/v1/precheck/auth", body);
    assert.equal(answer.status, 0, JSON.stringify(answer));
    return {number: body.current_order.order_id, uid: answer.iframe_url.split("/").pop()};
  }

  async status({number}) {
    return (await this.ask("/factoring/v1/status", {order_id: number})).current_order;
  }

  async code(path, body) {
    return (await this.ask(path, body)).status;
  }

  finish({number}, amount) {
    return this.code("/factoring/v1/precheck/finish", {order_id: number, amount, check_number: "1"});
  }

  cancel({number}) {
    return this.code("/factoring/v1/precheck/cancel", {order_id: number});
  }

  back({number}, amount) {
    return this.code("/factoring/v1/return", {order_id: number, amount});
  }

  change({number}, amount, more = {}) {
    return this.ask("/factoring/v1/precheck/change",
                    {order_id: number, amount, cart_items: [{name: "Стол", price: 1, quantity: 1}], ...more});
  }

  // Callbacks about that order, as they came.
  told({number}) {
    return this.hears.heard.map(({body}) => JSON.parse(body)).filter(({order_id}) => order_id === number);
  }
}

// He chooses and signs: the answer to the code.
export async function sign(server, who, {uid}, plan = "months-3-later") {
  const seen = (await server.messages(who.phone)).length;
  const chosen = await server.post(`/checkout/${uid}`, {plan}, who);
  assert.equal(chosen.status, 201, chosen.text);
  return server.post(`/checkout/${uid}/sign`, {code: await server.code(who.phone, seen)}, who);
}

// The code that came last after so many texts, of a purchase at a till: told to the cashier, so no browser takes it.
export async function tillCode(server, phone, after) {
  return /(?:код|code) (\d{6})/.exec((await server.messages(phone, after))[0])[1];
}

// The texts that have come to that number by now.
export async function texts(server, phone) {
  return (await server.get(`/sandbox/phone?number=${encodeURIComponent(phone)}`)).body.messages.map(({text}) => text);
}
