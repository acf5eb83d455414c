// loan_life.mjs: loans that run, for tests: paid out onto a bound card by the sandbox's bank, with days that go by.
//
// Days go by as their rows are moved back: a loan whose days all lie n days earlier stands as if n days had passed since
// anybody looked, and the server, started again, makes these days up. So products here count by days, all alike.

import assert from "node:assert/strict";
import {mkdtempSync, readFileSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";

import {BankCards} from "./bank_cards.mjs";
import {good, kopecks} from "./deposits.mjs";
import {Loans, loansSettings} from "./loans.mjs";
import {startBoth} from "./sandbox.mjs";
import {newKey} from "./server.mjs";
import {staff} from "./staff.mjs";
import {until} from "./wallet.mjs";

// A zone in which it is noon now: reminders go out at an hour, and no test should end on another day than it began.
const ahead = 12 - new Date().getUTCHours();
export const zone = ahead === 0 ? "Etc/GMT" : `Etc/GMT${ahead > 0 ? "-" : "+"}${Math.abs(ahead)}`;
export const today = () => Math.floor((Date.now() + ahead * 3600000) / 86400000);
export const dateOf = (day) => new Date(day * 86400000).toISOString().slice(0, 10);
export const dayOf = (date) => Date.parse(date) / 86400000;

// Four payments, ten days apart, and each day earns alike whatever the year.
const weekly = {code: "weekly", title_ru: "По частям", title_en: "By parts", offered: true, kind: "annuity", unit: "days", length: 10,
                term_least: 2, term_most: 8, sum_least: "1000.00", sum_most: "30000.00", sum_step: "500.00", rate: "0.3", day_rate: true,
                late_interest: true, penalty: "0.05", penalty_a_day: true, extend_least: 0, extend_most: 0, extend_times: 0, extras: []};

export class LoanLife {
  static async start(more = {}) {
    const life = new LoanLife(), {loans, ...rest} = more;
    life.folder = mkdtempSync(join(tmpdir(), "kabinet-life-"));
    const catalogue = join(life.folder, "loans.json");
    writeFileSync(catalogue, JSON.stringify([...JSON.parse(readFileSync("profiles/loans.json", "utf8")), weekly]));
    life.lawFile = join(life.folder, "law.txt");
    writeFileSync(life.lawFile, "");
    life.both = await startBoth({time_zone: zone, ...rest,
                                 loans: loansSettings({catalogue_file: catalogue, law_file: life.lawFile, ...loans})});
    try {
      await life.begin();
    } catch (error) {
      await life.stop(); // else it would keep the test running for ever
      throw error;
    }
    return life;
  }

  async begin() {
    ({server: this.server, sandbox: this.sandbox} = this.both);
    this.loans = new Loans(this.server);
    this.cards = new BankCards(this.both);
    this.people = await staff(this.server, {money: "finance"});
    await until(() => this.server.get("/loans/calculator"), ({body}) => body.products?.length === 3);
  }

  stop() {
    return this.both.stop();
  }

  get(who, path) {
    return good(this.server.get(path, {token: who.token}));
  }

  post(who, path, body = {}, key = newKey()) {
    return this.server.post(path, body, {token: who.token, key});
  }

  page(who, loan) {
    return this.get(who, `/loans/${loan}`);
  }

  // Somebody with a card in his own name: {…, card}.
  async person() {
    const who = await this.cards.named();
    return {...who, card: (await this.cards.bound(who)).id};
  }

  // Asked for, signed, paid out: the loan's id.
  async loan(who, product, sum, term) {
    const id = await this.loans.offered(who, {product, sum, term});
    const texts = async () => (await this.server.get(`/sandbox/phone?number=${encodeURIComponent(who.phone)}`)).body.messages;
    const before = (await texts()).length;
    await good(this.post(who, "/confirm", {password: who.password})); // his last proof may be minutes old
    await good(this.post(who, `/loans/applications/${id}/contract`, {sum, term}));
    // Of an earlier loan other messages may come meanwhile, and stand before it.
    const sent = async () => (await texts()).slice(0, -before || undefined).map(({text}) => /#(\d{6})$/.exec(text)?.[1]).find(Boolean);
    const {loan} = await good(this.loans.sign(who, id, await until(sent, Boolean)));
    await good(this.post(who, `/loans/${loan}/card`, {card: who.card}));
    await until(() => this.page(who, loan), ({state}) => state === "runs", 30000);
    return loan;
  }

  payday(who, sum = "10000.00", term = 20) {
    return this.loan(who, "payday", sum, term);
  }

  weekly(who, sum = "10000.00", term = 4) {
    return this.loan(who, "weekly", sum, term);
  }

  // So many days go by for all loans; statements: rows to be changed with them.
  async days(count, ...statements) {
    await this.server.end();
    const back = BigInt(count) * 86400000000n;
    for (const statement of [
      `UPDATE loan SET signed = signed - ${count}, signed_at = signed_at - ${back}, ready_at = ready_at - ${back}, ` +
        `issued = CASE WHEN issued > 0 THEN issued - ${count} ELSE 0 END, closed = CASE WHEN closed > 0 THEN closed - ${count} ELSE 0 END`,
      `UPDATE loan_running SET signed = signed - ${count}, done = done - ${count}, anchor = anchor - ${count}, ` +
        `due = CASE WHEN due > 0 THEN due - ${count} ELSE 0 END, ` +
        `overdue_since = CASE WHEN overdue_since > 0 THEN overdue_since - ${count} ELSE 0 END`,
      `UPDATE loan_event SET day = day - ${count}`,
      `UPDATE loan_pass SET day = day - ${count}`,
      `UPDATE debtor_contact SET at = at - ${back}`,
      ...statements]) this.server.sql(statement);
    await this.server.run();
    await this.passed();
  }

  // The night has made its days up, and whoever had to be reminded was.
  passed() {
    const passes = () => this.server.rows("SELECT id, day, running FROM loan_pass").map((row) => row.map(Number));
    return until(passes, (rows) => rows.length === 2 && rows.every(([, day, running]) => day === today() && running === 0), 30000);
  }

  async law(text) {
    writeFileSync(this.lawFile, text);
    await this.server.end();
    await this.server.run();
  }

  // The ledger says what the loans' rows say.
  async books() {
    const books = await good(this.people.money.get("/staff/loans/books"));
    assert.equal(books.whole, true, JSON.stringify(books));
    return books;
  }

  async proved() {
    await this.books();
    await this.server.end();
    const proof = this.server.command("verify");
    assert.equal(proof.status, 0, proof.errors + proof.output);
    await this.server.run();
  }

  // What a payment would change.
  check(who, loan, wish, sum, units) {
    const query = new URLSearchParams({wish, ...(sum ? {sum} : {}), ...(units ? {units} : {})});
    return this.get(who, `/loans/${loan}/repay?${query}`);
  }

  repay(who, loan, {wish, sum, units = 0, from}, key) {
    return this.post(who, `/loans/${loan}/repay`, {wish, sum, units, ...(from ? {from} : {})}, key);
  }

  async order(who, loan, payment) {
    const made = await this.repay(who, loan, payment);
    assert.equal(made.status, 201, made.text);
    return made.body;
  }

  orderState(who, loan, order, ...wanted) {
    return until(async () => (await this.get(who, `/loans/${loan}/orders/${order}`)).order_state, (state) => wanted.includes(state), 45000);
  }

  // His purse, with so much more on it: the first account that he had.
  async purse(who, sum) {
    assert.equal(await this.cards.topup(who, sum), "paid");
    const [[account]] = this.server.rows(`SELECT CAST(id AS TEXT) FROM account WHERE owner = ${who.customer} ORDER BY id`);
    return account;
  }

  // A message that says so, within a moment; how many of them there are.
  async told(who, pattern) {
    const all = async () => (await this.server.get(`/sandbox/phone?number=${encodeURIComponent(who.phone)}`)).body.messages
      .filter(({text}) => pattern.test(text.replace(/\s/g, " "))).length;
    return until(all, (count) => count > 0);
  }

  async untold(who, pattern) {
    const {messages} = (await this.server.get(`/sandbox/phone?number=${encodeURIComponent(who.phone)}`)).body;
    assert.deepEqual(messages.filter(({text}) => pattern.test(text.replace(/\s/g, " "))), []);
  }
}

// A loan of one payment as it stands so many days after it began: 0.8 % a day to the end, then as much upon what is
// overdue and 20 % a year beside, all within the law's bound. Kopecks; shares nothing with the product.
export function slow({sum, term, days, begun, most}) {
  const debts = {interest: 0n, overdue: 0n, late: 0n, penalty: 0n};
  let charged = 0n, fine = 0n, fined = 0n;
  const add = (debt, more) => {
    const left = most - charged, added = more > left ? left : more;
    debts[debt] += added;
    charged += added;
    return added;
  };
  for (let day = 1; day <= days; day++) {
    if (day <= term) {
      add("interest", sum * 8n / 1000n);
      continue;
    }
    add("late", sum * 8n / 1000n);
    const year = new Date((begun + day) * 86400000).getUTCFullYear(), leap = year % 4 === 0;
    fine += sum * 20n * (leap ? 365n : 366n); // of 100 · 365 · 366
    const whole = (2n * fine + 13359000n) / 26718000n;
    fined += add("penalty", whole - fined);
  }
  if (days > term) debts.late += debts.interest;
  return {principal: days > term ? 0n : sum, overdue_principal: days > term ? sum : 0n, interest: days > term ? 0n : debts.interest,
          overdue_interest: days > term ? debts.late : 0n, penalty: debts.penalty, charged};
}

// What a check page showed, and what came.
export function asShown({after, closes}, page) {
  if (closes) return assert.equal(page.state, "closed");
  const interest = page.schedule.reduce((all, row) => all + kopecks(row.interest), 0n);
  assert.deepEqual(
    {count: page.schedule.length, interest, payment: kopecks(page.payment), next: page.next, last: page.schedule.at(-1)?.day ?? null},
    {...after, interest: kopecks(after.interest), payment: kopecks(after.payment)});
}
