// deposits.mjs: deposits for tests: products made by two of staff, contracts signed by their code, days that go by, and a
// slow reckoning of interest in whole numbers that shares nothing with the product's.

import assert from "node:assert/strict";

import {newKey} from "./server.mjs";
import {until} from "./wallet.mjs";

export const good = async (answering) => {
  const answer = await answering;
  assert.ok(answer.status < 300, `${answer.status} ${answer.text}`);
  return answer.body;
};

export const kopecks = (money) => BigInt((money.amount ?? money).replace(".", ""));
export const amount = (minor) => `${minor / 100n}.${String(minor % 100n).padStart(2, "0")}`;

// ---- days, as texts ----

const ms = 86400000;
export const plus = (day, days) => new Date(Date.parse(day) + days * ms).toISOString().slice(0, 10);
export const between = (from, to) => Math.round((Date.parse(to) - Date.parse(from)) / ms);
export const today = () => new Date(Date.now() + 3 * 3600000).toISOString().slice(0, 10); // Europe/Moscow
const yearDays = (day) => (new Date(`${day.slice(0, 4)}-02-29`).getUTCDate() === 29 ? 366n : 365n);

// Whether a month of the term ends on that day: on the day of its beginning, or the month's last.
export function monthEnds(begun, day) {
  const wanted = Number(begun.slice(8)), at = Number(day.slice(8));
  return day > begun && (at === wanted || (plus(day, 1).endsWith("-01") && at < wanted));
}

// Which month of the term it is: 0 is the first.
export function monthOf(begun, day) {
  let months = 0;
  for (let each = plus(begun, 1); each < day; each = plus(each, 1)) months += monthEnds(begun, each);
  return months;
}

// Interest of days with [{balance, rate}] (kopecks; millionths), each at its own year, rounded once, half up.
export function interest(days) {
  const parts = 365n * 366n * 1000000n;
  let sum = 0n;
  for (const {day, balance, rate} of days) sum += balance * rate * (yearDays(day) === 366n ? 365n : 366n);
  return (2n * sum + parts) / (2n * parts);
}

// A deposit that goes on from `begun` for so many days: moves [{day, sum}] (kopecks, signed); added: monthly, else only
// reckoned. {paid: [{day, sum}], balance, earned}: what each month brought, what lies there, what is not yet paid.
export function slow({begun, days, sum, rate, moves = [], added = true, monthly = true}) {
  let balance = sum, period = [];
  const paid = [];
  for (let i = 1; i <= days; i++) {
    const day = plus(begun, i);
    period.push({day, balance, rate: typeof rate === "function" ? rate(balance, day) : rate});
    if (monthly && monthEnds(begun, day)) {
      paid.push({day, sum: interest(period)});
      if (added) balance += paid.at(-1).sum;
      period = [];
    }
    for (const move of moves) if (move.day === day) balance += move.sum;
  }
  return {paid, balance, earned: interest(period)};
}

// ---- the product ----

const usual = {
  title_ru: "Надёжный", title_en: "Reliable", offered: true, unit: "months", term_least: 3, term_most: 24,
  rates: "1000.00 0 15", early: "0 0.01", sum_least: "1000.00", sum_most: "1000000.00", topup_least: "100.00",
  topup_days: 3660, left_least: "1000.00", every: "month", where: "deposit", prolongs: true, reason: "Решение правления",
};

export class Deposits {
  constructor(server, people) {
    Object.assign(this, {server, people});
  }

  post(who, path, body = {}, options = {}) {
    return this.server.post(path, body, {token: who.token, key: newKey(), ...options});
  }

  get(who, path) {
    return good(this.server.get(path, {token: who.token}));
  }

  ask(body, who = this.people.vera) {
    return who.post("/staff/deposits", {...usual, ...body}, {key: newKey()});
  }

  confirm(approval, who = this.people.finance) {
    return who.post(`/staff/approvals/${approval}/confirm`, {}, {key: newKey()});
  }

  // Its newest version's id.
  async product(who, body) {
    const {approval} = await good(this.ask(body));
    await good(this.confirm(approval));
    const {offers} = await this.get(who, "/deposits");
    return offers.find(({title}) => title === (body.title_ru ?? usual.title_ru)).product;
  }

  // The texts by which contracts are signed, the newest first.
  async codes(who) {
    const {body} = await this.server.get(`/sandbox/phone?number=${encodeURIComponent(who.phone)}`);
    return body.messages.map(({text}) => text).filter((text) => /#\d{6}$/.test(text) && /договор/.test(text));
  }

  // The one that comes after so many.
  async code(who, before) {
    const [text] = await until(() => this.codes(who), (texts) => texts.length > before);
    return {text, code: /#(\d{6})$/.exec(text)[1]};
  }

  // Opened and signed: the deposit.
  async open(who, body) {
    const before = (await this.codes(who)).length, {id} = await good(this.post(who, "/deposits", body));
    const {code} = await this.code(who, before);
    return good(this.post(who, `/deposits/drafts/${id}`, {code}));
  }

  see(who, id) {
    return this.get(who, `/deposits/${id}`);
  }

  books() {
    return good(this.people.finance.get("/staff/deposits/books"));
  }

  // So many days go by while nothing runs, and then the night makes up for them.
  async later(days, {signal = "SIGTERM", run = true} = {}) {
    const {server} = this;
    await server.end(signal);
    server.sql(`UPDATE deposit SET begun = begun - ${days}, opened = opened - ${days}, ` +
               `ends = CASE WHEN ends > 0 THEN ends - ${days} ELSE 0 END, ` +
               `closed = CASE WHEN closed > 0 THEN closed - ${days} ELSE 0 END`);
    server.sql(`UPDATE deposit_running SET begun = begun - ${days}, done = done - ${days}, ` +
               `ends = CASE WHEN ends > 0 THEN ends - ${days} ELSE 0 END`);
    server.sql(`UPDATE deposit_move SET day = day - ${days}`);
    server.sql(`UPDATE deposit_pass SET day = day - ${days}`);
    server.sql("UPDATE job SET next_at = 1 WHERE name = 'deposits.accrue'");
    if (!run) return;
    await server.run();
    await this.night();
  }

  // Until the pass of today has ended.
  night() {
    return until(() => this.books(), ({pass}) => pass.day === today() && !pass.running);
  }
}
