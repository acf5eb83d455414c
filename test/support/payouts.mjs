// payouts.mjs: transfers out as tests make them: numbers that hold their own checks and end as wanted, the bank's books.

import {newKey} from "./server.mjs";
import {until} from "./wallet.mjs";

export const BIK = "044525225";

const holds = (account, bik) =>
  [...bik.slice(-3) + account].reduce((sum, digit, at) => sum + ((Number(digit) * [7, 1, 3][at % 3]) % 10), 0) % 10 === 0;
const doubled = (digit) => (digit > 4 ? 2 * digit - 9 : 2 * digit);
const luhn = (digits) =>
  [...digits].reverse().reduce((sum, digit, at) => sum + (at % 2 ? doubled(Number(digit)) : Number(digit)), 0) % 10 === 0;
const first = (numbers, good) => Array.from({length: 10}, (_, key) => numbers(key)).find(good);

export const accountOf = (end, middle = "0000001", beginning = "40817810", bik = BIK) =>
  first((key) => `${beginning}${key}${middle}${end}`, (account) => holds(account, bik));
export const cardOf = (end, middle = "000000000") => first((key) => `2200${middle.slice(2)}${key}${end}`, luhn);

export class Payouts {
  constructor({server, sandbox}) {
    this.server = server;
    this.bank = `${sandbox.url}/bank`;
  }

  order(who, code, fields, key = newKey()) {
    return this.server.post(`/pay/${code}`, fields, {token: who.token, key});
  }

  async payment(who, id) {
    return (await this.server.get(`/payments/${id}`, {token: who.token})).body;
  }

  reached(who, id, ...states) {
    return until(() => this.payment(who, id), (found) => states.includes(found.state), 120000);
  }

  confirm(who, id, key = newKey()) {
    return this.server.post(`/payments/${id}/confirm`, {}, {token: who.token, key});
  }

  // The whole way: the payment at its end, or in one of these states.
  async pay(who, code, fields, ...states) {
    const ordered = await this.order(who, code, fields);
    if (ordered.status !== 201) throw new Error(ordered.text);
    const checked = await this.reached(who, ordered.body.id, "checked", "rejected", "unchecked");
    if (checked.state !== "checked") return checked;
    const confirmed = await this.confirm(who, checked.id);
    if (confirmed.status !== 200) throw new Error(confirmed.text);
    return this.reached(who, checked.id, ...(states.length ? states : ["done", "refused", "stuck", "refunded"]));
  }

  async fault(body) {
    const answer = await fetch(`${this.bank}/faults`, {
      method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify({share: 100, seconds: 300, ...body}),
    });
    if (answer.status !== 200) throw new Error(await answer.text());
  }

  calm() {
    return fetch(`${this.bank}/faults`, {method: "DELETE"});
  }

  // Everything in the bank's books: {totals, payouts}.
  async books() {
    const payouts = [];
    for (let after = 0; after !== null;) {
      const page = await (await fetch(`${this.bank}/books?after=${after}`)).json();
      payouts.push(...page.payouts);
      after = page.next;
      if (after === null) return {totals: page.totals, payouts};
    }
  }

  async theirs(id) {
    return (await this.books()).payouts.find((payout) => payout.id === id);
  }
}
