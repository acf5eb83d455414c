// bank_cards.mjs: what tests of customers' own cards at other banks do again and again, for one server and its sandbox.

import assert from "node:assert/strict";

import {newKey} from "./server.mjs";
import {Wallets, until} from "./wallet.mjs";

let passports = 500000;

let numbers = 0;

// Another practice card of the bank's page (sandbox/acquirer_cards.c); what it does is up to its last four digits.
export function newCard(digits = "0000") {
  const middle = String(numbers++).padStart(7, "0");
  for (let key = 0; key < 10; key++) {
    const number = `2200${middle}${key}${digits}`;
    const sum = [...number].reverse().reduce((all, digit, i) => {
      const twice = i % 2 ? Number(digit) * 2 : Number(digit);
      return all + (twice > 9 ? twice - 9 : twice);
    }, 0);
    if (sum % 10 === 0) return number;
  }
}

export class BankCards extends Wallets {
  post(who, path, body = {}, key = newKey()) {
    return this.server.post(path, body, {token: who.token, key});
  }

  async get(who, path) {
    return (await this.server.get(path, {token: who.token})).body;
  }

  // A customer whose name is known: Анна Игоревна Петрова, unless another is told.
  async named(more = {}) {
    const who = await this.server.customer();
    const answer = await this.post(who, "/settings/level/passport", {
      surname: "Петрова", name: "Анна", patronymic: "Игоревна", birth: "1990-04-12", passport: `45 10 ${passports++}`,
      passport_date: "2011-05-20", passport_office: "770-001", snils: "112-233-445 95", ...more});
    assert.equal(answer.status, 200, answer.text);
    return who;
  }

  async begin(who) {
    const answer = await this.post(who, "/bank-cards");
    assert.equal(answer.status, 201, answer.text);
    return answer.body;
  }

  // What a person does on the bank's page.
  async enter(url, number, fields = {}) {
    const body = new URLSearchParams({...Object.fromEntries(new URL(url).searchParams), number, holder: "ANNA PETROVA", expiry: "12/30",
                                      cvv: "123", act: "bind", ...fields});
    const answer = await fetch(`${this.sandbox.url}/acquirer/bind`, {
      method: "POST", body, redirect: "manual", headers: {Accept: "text/html", "Content-Type": "application/x-www-form-urlencoded"}});
    return {status: answer.status, location: answer.headers.get("Location"), text: await answer.text()};
  }

  // The sum that the cardholder sees in his bank's app.
  async small(binding) {
    const app = await (await fetch(`${this.sandbox.url}/acquirer/app`, {headers: {Accept: "application/json"}})).json();
    return app.cards.find((card) => card.binding === binding)?.small;
  }

  card(who, id) {
    return this.get(who, `/bank-cards/${id}`);
  }

  state(who, id, ...wanted) {
    return until(() => this.card(who, id), ({state}) => wanted.includes(state), 45000);
  }

  confirm(who, id, sum) {
    return this.post(who, `/bank-cards/${id}/confirm`, {sum});
  }

  // Begun, entered, and the bank has said so: {id}, waiting for the sum.
  async checked(who, digits = "0000", fields = {}) {
    const begun = await this.begin(who);
    const entered = await this.enter(begun.bank_url, newCard(digits), fields);
    assert.equal(entered.status, 303, entered.text);
    await this.state(who, begun.id, "check");
    return begun.id;
  }

  // Bound, as the bank sees it: the card as the customer sees it.
  async bound(who, digits = "0000", fields = {}) {
    const id = await this.checked(who, digits, fields);
    assert.equal((await this.confirm(who, id, await this.small(id))).status, 200);
    return this.state(who, id, "live", "taken");
  }
}

export const wrong = (sum) => (sum === "9.99" ? "1.00" : "9.99");
