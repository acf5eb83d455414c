// lenders.mjs: loans of partner lenders for tests: a customer's by Kabinet, and the lender of the outside world: what goes
// wrong there, how its days pass, its books.

import assert from "node:assert/strict";

import {staff} from "./staff.mjs";
import {newKey} from "./server.mjs";
import {Wallets, until} from "./wallet.mjs";

const both = {legal: "ООО МКК «Партнёр», ИНН 7700000000, Москва.", licence: "Запись в реестре МФО № 2103045000000."};

// Settings of a server with two lenders, one for days and one for months.
export const lenders = (sandbox, more = {}) => ({
  level: "simplified", refresh_every: "5s", statement_every: "1s", statement_lag: "0s", timeout: "2s", ...more,
  1: {...both, code: "quick", title: "До зарплаты", key_file: sandbox.lender, sum_max: "30000.00", ...more[1]},
  2: {...both, code: "long", title: "На годик", key_file: sandbox.lender, months: "true", sum_min: "10000.00", sum_max: "100000.00",
      sum_step: "5000.00", term_min: "3", term_max: "12", ...more[2]},
});

// The demo's levels, that have room for loans.
export const limits = {
  minimal: {balance: "15000.00", operation: "15000.00", month_in: "40000.00"},
  simplified: {balance: "60000.00", operation: "60000.00", month_out: "200000.00", month_in: "200000.00"},
};

let passports = 100000;

export class Lenders extends Wallets {
  post(who, path, body = {}, key = newKey()) {
    return this.server.post(path, body, {token: who.token, key});
  }

  get(who, path) {
    return this.server.get(path, {token: who.token});
  }

  // A customer whose passport is known, as lenders want it.
  async known(who) {
    const known = who ?? (await this.server.customer());
    const answer = await this.post(known, "/settings/level/passport", {
      surname: "Петрова", name: "Анна", patronymic: "Игоревна", birth: "1990-04-12", passport: `45 10 ${passports++}`,
      passport_date: "2011-05-20", passport_office: "770-001", snils: "112-233-445 95"});
    assert.equal(answer.status, 200, answer.text);
    return known;
  }

  async apply(who, sum = "5000.00", term = 14, more = {}) {
    const answer = await this.post(who, `/lenders/${more.lender ?? "quick"}/apply`, {sum, term, consent: true, ...more.fields});
    assert.equal(answer.status, 201, answer.text);
    return answer.body.id;
  }

  async loan(who, id) {
    return (await this.get(who, `/lender-loans/${id}`)).body;
  }

  state(who, id, ...wanted) {
    return until(() => this.loan(who, id), ({state}) => wanted.includes(state), 30000);
  }

  // The codes that were sent to him, newest first; other messages may come between.
  async codes(who) {
    const {body} = await this.server.get(`/sandbox/phone?number=${encodeURIComponent(who.phone)}`);
    return body.messages.map(({text}) => /#(\d{6})$/.exec(text)?.[1]).filter(Boolean);
  }

  // The one that `ask` sends.
  async code(who, ask) {
    const before = (await this.codes(who)).length;
    await ask();
    return (await until(() => this.codes(who), (all) => all.length > before))[0];
  }

  asked(who, id) {
    return this.code(who, async () => {
      const answer = await this.post(who, `/lender-loans/${id}/code`);
      assert.equal(answer.status, 200, answer.text);
    });
  }

  async sign(who, id) {
    const code = await this.asked(who, id);
    return this.post(who, `/lender-loans/${id}/sign`, {code});
  }

  // A loan whose money has come.
  async borrow(who, sum, term, more) {
    const id = await this.apply(who, sum, term, more);
    await this.state(who, id, "offered");
    const answer = await this.sign(who, id);
    assert.equal(answer.status, 200, answer.text);
    await this.state(who, id, "open");
    return id;
  }

  async pay(who, id, sum, more = {}) {
    const answer = await this.post(who, `/lender-loans/${id}/pay`, {sum, ...more});
    assert.equal(answer.status, 200, answer.text);
    return (await until(() => this.loan(who, id), ({sending}) => !sending, 30000)).repayments[0];
  }

  // ---- the lender ----

  async outside(path, body) {
    const answer = await fetch(`${this.sandbox.url}/lender${path}`, {
      method: "POST", body: JSON.stringify(body), redirect: "manual",
      headers: {"Content-Type": "application/json", Accept: "application/json"}});
    assert.ok(answer.status < 400, `${path}: ${answer.status} ${await answer.text()}`);
  }

  fault(fault, more = {times: 1}) {
    return this.outside("/faults", {fault, ...more});
  }

  // … for one call, which is waited for.
  async struck(fault, call, act) {
    await this.fault(fault, {call, times: 1});
    const done = await act();
    await until(async () => (await (await fetch(`${this.sandbox.url}/lender/faults`)).json()).rules, ({length}) => length === 0);
    return done;
  }

  mend() {
    return this.outside("/clear", {});
  }

  pass(days) {
    return this.outside("/days", {days});
  }

  async books() {
    const all = [];
    for (let after = 0; ;) {
      const page = await (await fetch(`${this.sandbox.url}/lender/books?after=${after}`)).json();
      all.push(...page.loans);
      if (page.next === null) return {...page.totals, loans: all};
      after = page.next;
    }
  }

  async finance() {
    this.boss ??= (await staff(this.server, {finance: "finance,support"})).finance;
    return this.boss;
  }
}
