// storm.test.mjs: the whole outside fails in every way at once, by a seed, while customers top up by card and in cash, pay
// billers, send to banks, cards and phones, to each other and to nobody, pay with cards in shops and shops' bills, fill money
// boxes, and autopays come due; the server and the outside are killed (SIGKILL) in between. Afterwards the books are whole,
// nothing is on its way past its time, each book of the outside agrees with ours to the kopeck, and what each customer has
// is what those books say he must have (LE-5, IF-5, WA-2 … WA-11, BK-9).
//
//   KABINET_SEED=17    another storm: each customer's wishes and the kills follow from it
//   KABINET_WAVES=40   so many kills instead of 4

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {makeAgent, moscowDay} from "../support/agents.mjs";
import {Cards} from "../support/cards.mjs";
import {makeMerchant} from "../support/merchants.mjs";
import {BIK, accountOf, cardOf} from "../support/payouts.mjs";
import {cards as testCards, startBoth} from "../support/sandbox.mjs";
import {newKey, newPhone, pause} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";
import {Outside, calmed, cardsAgree, chance, follow, kopecks, persistently, proven, purchaseFaults, roubles,
        total} from "../support/storm.mjs";
import {limits, until} from "../support/wallet.mjs";

const seed = Number(process.env.KABINET_SEED ?? 4711), waves = Number(process.env.KABINET_WAVES ?? 4), PEOPLE = 6;
const faults = {shop: ["none", "deaf", "slow", "error", "garbage", "lost", "storm"],
                centre: ["none", "slow", "silent", "garbage", "refuse"]};

let both, server, sandbox, outside, customers, people, agent, merchant, open = true;

before(async () => {
  both = await startBoth({
    limits: {minimal: {...limits.minimal, month_out: "0.00", month_in: "0.00", day_out: "0.00"}}, agents: {level: "minimal"},
    payments: {catalogue_file: "profiles/catalogue.json", check_life: "20s", send_life: "10m", returns_every: "1s"},
    autopay: {notice: "1s", warning: "1s", pause: "1s"}, merchants: {private_addresses: true, callback_pause: "1s"},
  }, {slow: 200, late: 1200});
  ({server, sandbox} = both);
  outside = new Outside(sandbox);
  people = await staff(server, {finance: "finance", finance2: "finance"});
  agent = await makeAgent(server, people.finance, people.finance2);
  merchant = await makeMerchant(server, people.finance, people.finance2, {site: sandbox.url, callback: `${sandbox.url}/shop/paid`});
  await outside.ask("/terminals/agent", {login: agent.login, password: agent.password});
  await outside.ask("/shop/keys", {site: merchant.id, public_key: merchant.publicKey, secret_key: merchant.secret});
});
after(() => both?.stop());

// ---- a customer: what he wishes, one after another; what he was told is kept here, outside ----

class Customer extends Cards {
  async come(number) {
    this.who = await this.server.customer();
    this.chance = chance(seed, `customer ${number}`);
    this.orders = new Set(), this.bills = new Set(), this.sent = 0, this.got = 0, this.payments = new Set(), this.told = {};
    assert.equal(await this.topup(this.who, "5000.00", testCards.pays), "paid");
    const orders = outside.acquirer();
    this.orders.add([...orders.keys()].at(-1));
    const id = await this.virtual(this.who);
    this.number = await super.number(this.who, id);
    await super.post(this.who, `/cards/${id}/limits`, {operation: "400.00", internet: true, cash: true});
    this.box = (await super.post(this.who, "/boxes", {name: "Отпуск"})).body.id;
    await super.post(this.who, `/boxes/${this.box}/rules`, {kind: "round", step: "10"});
    await super.post(this.who, `/boxes/${this.box}/rules`, {kind: "percent", percent: "5"});
    const template = await super.post(this.who, "/pay/power/template", {template: "Свет", account: `${this.digits(6)}0000`, sum: "30.00"});
    const rule = await super.post(this.who, `/templates/${template.body.id}/autopay`, {kind: "calendar", when: "day", sum: "30.00"});
    assert.equal(rule.status, 201, rule.text);
    this.autopay = rule.body.id;
    return this;
  }

  digits(count) {
    return this.chance.digits(count);
  }

  sum(most) {
    return roubles(1000 + this.chance.below(most * 100));
  }

  // Under one key until it is answered; what comes is counted by its problem.
  async act(path, body) {
    const options = {token: this.who.token, key: newKey()};
    const answer = await persistently(() => this.server.post(path, body, options));
    const told = answer.status < 300 ? "good" : answer.body.type.split("/").at(-1);
    this.told[told] = (this.told[told] ?? 0) + 1;
    assert.ok([200, 201, 303, 409, 422, 429].includes(answer.status), `${path}: ${answer.status} ${answer.text}`);
    if (answer.status === 429) await pause(500);
    return answer.status < 300 ? answer.body : undefined;
  }

  read(path) {
    return persistently(() => this.server.get(path, {token: this.who.token})).then(({body}) => body);
  }

  async byCard() {
    const order = await this.act("/topups", {sum: this.sum(900)});
    if (!order) return;
    this.orders.add(order.id);
    await persistently(() => sandbox.pay(order.payment_url, this.chance.pick(Object.values(testCards))));
  }

  cash() {
    const account = this.chance.below(20) === 0 ? newPhone() : this.who.phone;
    return persistently(() => outside.ask("/terminals/payments", {account, sum: this.sum(300), fault: "storm"}));
  }

  async pay(code, fields) {
    const made = await this.act(`/pay/${code}`, fields);
    if (!made) return;
    this.payments.add(made.id);
    const end = Date.now() + 25000;
    let state = "checking";
    while (state === "checking" && Date.now() < end) {
      await pause(50);
      ({state} = await this.read(`/payments/${made.id}`));
    }
    if (state === "checked") await this.act(`/payments/${made.id}/confirm`);
  }

  biller() {
    const [code, account] = this.chance.pick([["mobile", `916${this.digits(3)}0000`], ["power", `${this.digits(6)}0000`],
                                               ["tv", `${this.digits(7)}0000`], ["internet", `u${this.digits(4)}0000`],
                                               ["game", `Рыцарь ${this.digits(6)}`], ["school", `${this.digits(5)}0000`]]);
    return this.pay(code, {account, sum: this.sum(150).replace(/^10\.\d\d$/, "60.00").replace(/^([1-5]\d)\./, "6$1.").slice(-6)});
  }

  payout() {
    const middle = `1${this.digits(6)}`;
    return this.pay(...this.chance.pick([
      ["to-account", {account: accountOf("0000", middle), bik: BIK, name: "Иванов Иван Иванович", purpose: "Долг", sum: this.sum(90)}],
      ["to-business", {account: accountOf("0000", middle, "40702810"), bik: BIK, inn: "7707083893", kpp: "770801001", name: "ООО «Кит»",
                       purpose: "За воду", sum: this.sum(90)}],
      ["to-card", {account: cardOf("0000", `00${middle}`), sum: this.sum(90)}],
      ["by-phone", {account: `900${middle}`, bank: "100000000002", sum: this.sum(90)}],
    ]));
  }

  async send() {
    const other = this.chance.below(6) === 0 ? undefined : this.chance.pick(customers.filter((each) => each !== this));
    const sum = this.sum(60);
    if (!await this.act("/transfers", {to: other?.who.phone ?? newPhone(), sum})) return;
    this.sent += kopecks(sum);
    if (other) other.got += kopecks(sum);
  }

  async bill() {
    const {body} = await persistently(() => outside.ask("/shop/orders", {sum: this.sum(40), fault: this.chance.pick(faults.shop)}));
    const form = await persistently(() => fetch(body.form, {redirect: "manual", headers: {Accept: "application/json"}}));
    const uid = /\/bill\/([0-9a-f]+)/.exec(form.headers.get("Location"))?.[1];
    if (uid && await this.act(`/bill/${uid}/pay`, {})) this.bills.add(body.number);
  }

  purchase() {
    const more = this.chance.below(10) === 0 ? {offline: true} : {fault: this.chance.pick(purchaseFaults)};
    const place = this.chance.pick(["till", "internet", "cash"]), merchant = `Магазин ${this.digits(1)}`;
    return persistently(() => outside.ask("/processing/purchases", {card: this.number, sum: this.sum(60), merchant, place, ...more}));
  }

  keep() {
    return this.act(`/boxes/${this.box}/${this.chance.pick(["put", "take"])}`, {sum: this.sum(30)});
  }

  async live() {
    const wishes = ["byCard", "cash", "biller", "biller", "payout", "payout", "send", "send", "bill", "purchase", "purchase", "purchase",
                    "keep"];
    while (open) await this[this.chance.pick(wishes)]();
  }

  async has() {
    return kopecks(await this.balance(this.who)) + kopecks((await this.read(`/boxes/${this.box}`)).balance);
  }
}

// ---- the weather ----

// What each part does for the next while.
async function blow(weather) {
  const share = () => 10 + weather.below(60);
  await outside.ask("/billers/faults", undefined, "DELETE");
  await outside.ask("/bank/faults", undefined, "DELETE");
  await outside.ask("/billers/faults", {biller: "*", fault: weather.pick(["storm", "timeout", "garbage", "contradict", "pending"]),
                                        share: share(), seconds: 600});
  await outside.ask("/bank/faults", {fault: weather.pick(["storm", "timeout", "garbage", "contradict", "return"]),
                                     share: share(), seconds: 600});
  await outside.ask("/processing/faults", {fault: weather.pick(faults.centre), times: 1 + weather.below(4)});
}

async function calm() {
  for (const part of ["billers", "bank"]) await outside.ask(`/${part}/faults`, undefined, "DELETE");
  await outside.ask("/processing/faults", {fault: "none"});
}

// One of the two is killed, sometimes both; while the server is down the database's owner makes the autopays due.
async function kill(weather, wave) {
  const which = weather.below(3);
  if (which > 0) {
    await sandbox.end("SIGKILL");
    await sandbox.run();
  }
  if (which === 1) return;
  await server.end("SIGKILL");
  server.sql(`UPDATE autopay_rule SET wake = 1, due = ${1000000 * (wave + 1)}`);
  await server.run();
}

async function followPurchases(weather) {
  const {operations} = await outside.processing();
  for (const purchase of operations) await follow(weather, purchase, (path, body) => outside.ask(`/processing${path}`, body));
}

const number = (query) => Number(server.rows(query)[0][0]);

// What is under way yet, here and there; a word for each kind.
async function underWay() {
  const bank = await outside.bank(), shop = (await outside.shop()).orders;
  const {waiting} = (await outside.ask("/processing/books?limit=1")).body;
  const {totals} = (await outside.ask("/terminals/books?limit=1")).body;
  const credited = new Set(server.rows("SELECT CAST(id AS TEXT) FROM card_order WHERE state IN (2, 7)").map(([id]) => String(id)));
  return Object.entries({ // what leads to another stands before it
    autopays: number(`SELECT COUNT(*) FROM autopay_rule WHERE state = 1 AND wake < ${Date.now()}000`) +
      number("SELECT COUNT(*) FROM autopay_run WHERE state IN (1, 2, 3)"),
    payments: number("SELECT COUNT(*) FROM payment WHERE state IN (1, 3, 4)"),
    refunds: number("SELECT COUNT(*) FROM card_order WHERE state = 6"),
    boxes: number("SELECT COUNT(*) FROM box_fill WHERE state = 1"),
    outbox: number("SELECT COUNT(*) FROM outbox WHERE state = 0 AND kind NOT IN ('acquirer.status', 'payment.returns')"),
    topups: [...outside.acquirer()].filter(([id, {paid}]) => paid && !credited.has(id)).length,
    returns: bank.filter(({state}) => state === "returned").length - number("SELECT COUNT(*) FROM payment WHERE state = 16"),
    bills: shop.filter(({number: order, paid}) => !paid && customers.some(({bills}) => bills.has(order))).length,
    cash: totals.open.count,
    purchases: waiting,
  }).filter(([, count]) => count !== 0).map(([name, count]) => `${name} ${count}`).join(", ");
}

// A biller's technical refusal after an attempt that nobody answered is not believed (src/payments/rail_osmp.c): it is asked
// again until the payment's time is over, then staff look into it. Here finance do as the biller's books say.
async function settleDoubtful() {
  const refused = (await outside.billers()).filter(({state, result}) => state === "refused" && result === 8);
  const open = new Set(server.rows("SELECT CAST(id AS TEXT) FROM payment WHERE state = 3").map(([id]) => String(id)));
  const doubtful = refused.map(({txn_id}) => txn_id).filter((id) => open.has(id));
  if (doubtful.length === 0) return;
  await server.passed(`UPDATE outbox SET deadline = 1, next_at = 1 WHERE subject IN (${doubtful}) AND state = 0`);
  const task = async (id) => (await people.finance.get("/staff/tasks?queue=payments.stuck")).body.tasks.find(({subject}) => subject === id);
  for (const id of doubtful) {
    const found = await until(() => task(id), Boolean);
    assert.equal((await people.finance.post(`/staff/tasks/${found.id}/take`)).status, 200);
    const asked = await people.finance.post(`/staff/payments/${id}/settle`, {outcome: "refused", reason: "Отказ по книгам получателя"},
                                            {key: newKey()});
    assert.equal(asked.status, 201, asked.text);
    const at = `/staff/approvals/${asked.body.id}`, {seen} = (await people.finance2.get(at)).body;
    assert.equal((await people.finance2.post(`${at}/confirm`, {seen}, {key: newKey()})).status, 200);
  }
  console.log(`${doubtful.length} payments ended by staff`);
}

// ---- afterwards ----

const PAYMENT = {done: 10, refused: 11, refunded: 16};

// {customer → kopecks gone to billers and banks, with fees}, by their books and our fees.
async function paymentsAgree() {
  const ours = new Map(server.rows("SELECT CAST(id AS TEXT), CAST(customer AS TEXT), state, sum, fee FROM payment")
    .map(([id, customer, ...rest]) => {
      const [state, sum, fee] = rest.map(Number);
      return [String(id), {customer: String(customer), state, sum, fee}];
    }));
  const gone = new Map(), arrived = new Set();
  const take = ({customer, sum, fee}) => gone.set(customer, (gone.get(customer) ?? 0) + sum + fee);
  for (const theirs of await outside.billers()) {
    const own = ours.get(theirs.txn_id), mark = JSON.stringify([theirs, own]);
    assert.ok(own, mark);
    if (theirs.state === "paid") arrived.add(theirs.txn_id);
    assert.deepEqual([own.state, own.sum], [theirs.state === "paid" ? PAYMENT.done : PAYMENT.refused, kopecks(theirs.sum)], mark);
    if (theirs.state === "paid") take(own);
  }
  const wanted = {paid: PAYMENT.done, declined: PAYMENT.refused, returned: PAYMENT.refunded};
  for (const theirs of await outside.bank()) {
    const own = ours.get(theirs.id), mark = JSON.stringify([theirs, own]);
    arrived.add(theirs.id);
    assert.deepEqual([own.state, own.sum], [wanted[theirs.state], kopecks(theirs.sum)], mark);
    if (theirs.state === "paid") take(own);
  }
  for (const [id, {state}] of ours) if (state === PAYMENT.done) assert.ok(arrived.has(id), `${id} is nowhere in their books`);
  for (const {payments} of customers) for (const id of payments) assert.ok(ours.has(id), `${id} was told, and is not there`);
  return gone;
}

async function agentAgrees() {
  const {payments, odd} = await outside.terminals(), day = await agent.register(moscowDay());
  assert.equal(odd, 0, JSON.stringify(payments.filter((each) => each.odd)));
  const paid = payments.filter(({state}) => state === "paid"), bare = ({txn_id, prv_txn, sum}) => `${txn_id} ${prv_txn} ${sum}`;
  assert.deepEqual(day.rows.map(bare).sort(), paid.map(bare).sort());
  return paid;
}

async function shopAgrees() {
  const {orders} = await outside.shop(), paid = orders.filter(({paid}) => paid);
  const owed = (await people.finance.get(`/staff/merchants/${merchant.id}`)).body.balance;
  assert.equal(kopecks(owed), total(paid.map(({sum}) => kopecks(sum))), "what we owe the merchant is what it knows to be paid");
  return new Map(paid.map(({number: order, sum}) => [order, kopecks(sum)]));
}

test(`LE-5, IF-5: every part of the outside fails at once (seed ${seed}, ${waves} waves)`, {timeout: 3600000}, async () => {
  const weather = chance(seed, "weather"), begun = Date.now();
  customers = [];
  for (let i = 0; i < PEOPLE; i++) customers.push(await new Customer(both).come(i));
  const lives = Promise.all(customers.map((each) => each.live()));
  lives.catch(() => (open = false));
  for (let wave = 0; wave < waves && open; wave++) {
    await blow(weather);
    await pause(1500 + weather.below(1500));
    await kill(weather, wave);
    await followPurchases(weather);
  }
  open = false;
  await lives;
  await calm();
  const stilled = Date.now();
  await calmed(server, underWay, (left) => left === "", settleDoubtful);
  console.log(`waves ${stilled - begun} ms, then ${Date.now() - stilled} ms until all was settled`);

  const orders = outside.acquirer(), brought = await agentAgrees(), sold = await shopAgrees(), books = await outside.processing();
  const gone = await paymentsAgree();
  const spent = await proven(server, () => {
    assert.equal(number(`SELECT COUNT(*) FROM outbox WHERE state = 0 AND deadline < ${Date.now()}000`), 0, "nothing is past its time");
    assert.equal(number("SELECT COUNT(*) FROM hold h WHERE NOT EXISTS (SELECT 1 FROM card_operation o WHERE o.hold = h.id)"), 0);
    return cardsAgree(server, books);
  });
  for (const each of customers) {
    const {who} = each, mine = [...each.orders].filter((id) => orders.get(id)?.paid && !orders.get(id).refunded);
    const byCard = [...spent.ours.values()].filter(({customer}) => customer === who.customer);
    const paid = total(byCard.map(({cleared, refunded}) => cleared - refunded));
    const must = total(mine.map((id) => orders.get(id).sum)) + each.got - each.sent - paid - (gone.get(who.customer) ?? 0) +
      total(brought.filter(({account}) => account === who.phone).map(({sum}) => kopecks(sum))) -
      total([...each.bills].map((order) => sold.get(order)));
    assert.equal(await each.has(), must, `${who.phone} has what the books of others say`);
  }
  console.log(JSON.stringify(customers.reduce((all, {told}) => {
    for (const [name, count] of Object.entries(told)) all[name] = (all[name] ?? 0) + count;
    return all;
  }, {})));
});
