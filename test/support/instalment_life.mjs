// instalment_life.mjs: purchases that run, for tests: bought at a partner shop by its program, signed by a code, paid for
// at the sandbox's bank, with days that go by.
//
// Days go by as their rows are moved back: a purchase whose days all lie n days earlier stands as if n days had passed
// since anybody looked, and the server, started again, makes these days up.

import assert from "node:assert/strict";

import {BankCards} from "./bank_cards.mjs";
import {good} from "./deposits.mjs";
import {Shop, buyer, settings, sign} from "./instalments.mjs";
import {dateOf, today, zone} from "./loan_life.mjs";
import {startBoth, startProfile} from "./sandbox.mjs";
import {newKey} from "./server.mjs";
import {staff} from "./staff.mjs";
import {until} from "./wallet.mjs";

export {dateOf, today};

export class InstalmentLife {
  // profile: by the instalments profile's own file, where nobody has an account with us; else with everything on.
  static async start({profile, ...more} = {}) {
    const life = new InstalmentLife();
    life.both = profile ? await startProfile("instalments", {...more, cards: null, time_zone: zone, shops: settings().shops})
                        : await startBoth({...settings(), time_zone: zone, ...more});
    ({server: life.server, sandbox: life.sandbox} = life.both);
    try {
      life.cards = new BankCards(life.both);
      life.people = await staff(life.server, {boss: "catalogue", money: "finance"});
      life.shop = await Shop.open(life.server, life.people.boss);
      life.other = await Shop.open(life.server, life.people.boss, "Свет");
    } catch (error) {
      await life.stop();
      throw error;
    }
    return life;
  }

  async stop() {
    for (const shop of [this.shop, this.other]) await shop?.stop();
    await this.both.stop();
  }

  buyer() {
    return buyer(this.server);
  }

  get(who, path) {
    return good(this.server.get(path, {token: who.token}));
  }

  post(who, path, body = {}, key = newKey()) {
    return this.server.post(path, body, {token: who.token, key});
  }

  home(who) {
    return this.get(who, "/instalments");
  }

  page(who, purchase) {
    return this.get(who, `/instalments/${purchase}`);
  }

  // Ordered, signed, handed over: {id, order}.
  async bought(who, sum, {plan = "months-3-later", shop = this.shop} = {}) {
    const order = await shop.ordered(sum), before = new Set((await this.home(who)).running.map(({id}) => id));
    const signed = await sign(this.server, who, order, plan);
    assert.equal(signed.status, 200, signed.text);
    assert.equal(await shop.finish(order, sum), 0);
    const {running} = await this.home(who);
    return {id: running.map(({id}) => id).find((id) => !before.has(id)), order};
  }

  // So many days go by for all purchases, and for contacts with debtors; statements: rows to be changed with them.
  async days(count, ...statements) {
    await this.server.end();
    const back = (column) => `${column} = CASE WHEN ${column} > 0 THEN ${column} - ${count} ELSE 0 END`;
    this.server.sql(`UPDATE instalment_purchase SET sold = sold - ${count}, done = done - ${count}, anchor = anchor - ${count}, ` +
                    ["due", "overdue_since", "wakes"].map(back).join(", "));
    this.server.sql(`UPDATE instalment_event SET day = day - ${count}`);
    this.server.sql(`UPDATE instalment_pass SET day = day - ${count}`);
    this.server.sql(`UPDATE debtor_contact SET at = at - ${BigInt(count) * 86400000000n}`);
    for (const statement of statements) this.server.sql(statement);
    await this.server.run();
    await this.passed();
  }

  // The night has made its days up, and whoever had to be reminded was.
  passed() {
    const rows = () => this.server.rows("SELECT day, stage FROM instalment_pass").map((row) => row.map(Number));
    return until(rows, ([row]) => row?.[0] === today() && row[1] === 7, 30000);
  }

  // Asked for by card at the bank's page: {payment, payment_url}.
  async order(who, body, purchase) {
    const made = await this.post(who, purchase ? `/instalments/${purchase}/pay` : "/instalments/pay", body);
    assert.equal(made.status, 201, made.text);
    return made.body;
  }

  state(who, payment, ...wanted) {
    return until(async () => (await this.get(who, `/instalments/payments/${payment}`)).state, (state) => wanted.includes(state), 45000);
  }

  async books() {
    const books = await good(this.people.money.get("/staff/instalments/books"));
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

  async texts(who) {
    const {messages} = (await this.server.get(`/sandbox/phone?number=${encodeURIComponent(who.phone)}`)).body;
    return messages.map(({text}) => text.replace(/\s/g, " "));
  }

  // A message that says so, within a moment.
  told(who, pattern) {
    return until(() => this.texts(who), (texts) => texts.some((text) => pattern.test(text)));
  }
}
