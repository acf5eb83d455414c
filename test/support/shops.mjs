// shops.mjs: partner shops for tests: opened by staff, with people who sign in to the shop's cabinet.

import assert from "node:assert/strict";
import {createHash, createHmac} from "node:crypto";

import {Asker} from "./asker.mjs";

export {hearCallbacks} from "./callbacks.mjs";

// A tax number that no other shop of this test has.
let inns = 770000000;
export function newInn() {
  const digits = String(inns++), weights = [2, 4, 10, 3, 5, 9, 4, 6, 8];
  return digits + (([...digits].reduce((sum, digit, i) => sum + digit * weights[i], 0) % 11) % 10);
}

// {id, title, key}
export async function openShop(member, title = "Магазин у дома", more = {}) {
  const answer = await member.post("/staff/shops", {title, legal: `ООО «${title}»`, inn: newInn(), ...more});
  assert.equal(answer.status, 200, answer.text);
  return answer.body;
}

// A person of a shop, whom staff have added: asks as a program, and as a browser without scripts.
export class Person extends Asker {
  constructor(server, login, password) {
    super(server, "shop");
    Object.assign(this, {login, password});
  }

  async signIn() {
    const answer = await this.post("/shop/signin", {login: this.login, password: this.password});
    assert.equal(answer.status, 200, answer.text);
    return this;
  }

  // Where a browser lands that signs in.
  async browser() {
    const browser = this.server.browser();
    await browser.go("/shop/signin");
    await browser.send("/shop/signin", {login: this.login, password: this.password});
    return browser;
  }
}

// roles: "owner", "orders", … by: a member of staff, or a shop's owner.
export async function addPerson(server, by, shop, login, ...roles) {
  const place = by instanceof Person ? "/shop/people" : `/staff/shops/${shop}/people`;
  const held = Object.fromEntries((roles.length ? roles : ["cashier"]).map((role) => [role, true]));
  const answer = await by.post(place, {login, name: `Сотрудник ${login}`, ...held});
  assert.equal(answer.status, 200, answer.text);
  return new Person(server, login, answer.body.password);
}

export const sha1 = (key, body) => createHash("sha1").update(key).update(body).digest("hex");
export const sha256 = (key, body) => createHmac("sha256", key).update(body).digest("hex");
