// Deposits (BK-7): opened by a contract that a code signs, earning by the day to the kopeck, topped up, closed by the
// contract's rule; days are made up for after a downtime, once each; the books are the sum of the rows.

import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import {after, before, describe, test} from "node:test";

import {Deposits, amount, between, good, interest, kopecks, monthOf, plus, slow, today} from "../support/deposits.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {Server, database, newKey} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";
import {Wallets, problem, rub, until} from "../support/wallet.mjs";

let both, server, wallets, people, deposits, who, plain;

const limits = {minimal: {balance: "9000000.00", operation: "9000000.00", day_out: "9000000.00", month_out: "9000000.00",
                          month_in: "9000000.00"}};

before(async () => {
  both = await startBoth({limits, acquiring: {most: "1000000.00"},
                          deposits: {level: "minimal", tax_free: "2026 160000.00"},
                          several_nodes: database === "postgres" ? "true" : "false", node: "1"});
  ({server} = both);
  wallets = new Wallets(both);
  people = await staff(server, {vera: "catalogue", finance: "finance", support: "support"});
  deposits = new Deposits(server, people);
  who = await wallets.rich("500000.00");
  plain = await deposits.product(who, {code: "plain"});
});
after(() => both?.stop());

const verified = () => {
  const {status, output, errors} = server.command("verify");
  assert.equal(status, 0, output + errors);
};

// The books: by product the rows' sum is the account's balance; what lies on deposits is what the ledger owes on them.
async function booksAreWhole() {
  const books = await deposits.books();
  assert.equal(books.whole, true, JSON.stringify(books));
  await server.end();
  const [[rows]] = server.rows("SELECT CAST(COALESCE(SUM(principal), 0) AS BIGINT) FROM deposit_running");
  const [[owed]] = server.rows("SELECT CAST(COALESCE(SUM(balance), 0) AS BIGINT) FROM account WHERE purpose = 80");
  assert.equal(rows, owed);
  verified();
  await server.run();
}

describe("BK-7: the catalogue", () => {
  test("BO-4: one asks, another confirms; nonsense and a change meanwhile are refused; contracts keep their version", async () => {
    const wrong = async (body, field) => {
      const answer = await deposits.ask({code: "wrong", ...body});
      assert.equal(answer.status, 422, answer.text);
      assert.ok(answer.body.errors.some((error) => error.field === field), answer.text);
    };
    await wrong({rates: "1000.00 1 15"}, "rates");
    await wrong({rates: "2000.00 0 15"}, "rates");
    await wrong({rates: "1000.00 0 101"}, "rates");
    await wrong({early: "1 0.01"}, "early");
    await wrong({term_least: 25}, "term_most");
    await wrong({unit: "demand"}, "term_most");
    await wrong({sum_most: "999.99"}, "sum_most");
    await wrong({topup_least: "0.00"}, "topup_least");
    await wrong({left_least: "999.99"}, "left_least");
    assert.equal((await deposits.ask({code: "x"}, people.finance)).status, 403);

    const body = {code: "kept", title_ru: "Сохранный"};
    const [one, other] = [await good(deposits.ask(body)), await good(deposits.ask(body))];
    assert.notEqual((await deposits.confirm(one.approval, people.vera)).status, 200, "not by who asked");
    await good(deposits.confirm(one.approval));
    assert.equal(problem(await deposits.confirm(other.approval)), "changed-meanwhile");
    assert.equal(problem(await deposits.ask(body)), "changed-meanwhile");
    const find = async () => (await deposits.get(who, "/deposits")).offers.find(({title}) => title === "Сохранный");
    const first = await find();
    const opened = await deposits.open(who, {product: first.product, sum: "1000.00", term: 12});
    await good(deposits.confirm((await good(deposits.ask({...body, version: 1, rates: "1000.00 0 1"}))).approval));
    const second = await find();
    assert.deepEqual([first.best, second.best], ["15", "1"]);
    assert.equal(opened.rate, "15");
    assert.equal((await deposits.see(who, opened.id)).rate, "15");
    assert.equal(problem(await deposits.post(who, "/deposits", {product: first.product, sum: "1000.00", term: 12})),
                 "no-such-deposit");
    await good(deposits.confirm((await good(deposits.ask({...body, version: 2, offered: false}))).approval));
    assert.equal(await find(), undefined);
    const {total} = (await deposits.get(who, `/deposits/${opened.id}/close`)).close;
    await good(deposits.post(who, `/deposits/${opened.id}/close`, {total: total.amount}));
  });
});

describe("BK-7: the calculator", () => {
  test("says what each month brings and the whole, as a slow reckoning does; bounds are named", async () => {
    const tiers = await deposits.product(who, {code: "tiers", title_ru: "Ступени",
                                               rates: "1000.00 0 10\n1000.00 3 12.5\n50000.00 0 14.1234"});
    const begun = today();
    const rate = (balance, day) => (balance >= 5000000n ? 141234n : monthOf(begun, day) < 3 ? 100000n : 125000n);
    for (const sum of ["49500.00", "50000.01"]) {
      const {forecast} = await deposits.get(who, `/deposits/new?product=${tiers}&sum=${sum}&term=12`);
      const told = slow({begun, days: between(begun, forecast.ends), sum: kopecks(sum), rate});
      assert.equal(told.paid.length, 12);
      assert.deepEqual(forecast.schedule.map(({day, interest}) => [day, kopecks(interest)]), told.paid.map(({day, sum}) => [day, sum]));
      assert.equal(kopecks(forecast.total), told.balance);
      assert.equal(kopecks(forecast.interest), told.balance - kopecks(sum));
    }
    const page = server.browser();
    await page.signIn(who);
    await page.go(`/deposits/new?product=${tiers}&sum=999&term=25`);
    assert.match(page.html, /Сумма вклада — от 1.000.₽/);
    assert.match(page.html, /Срок — от 3 до 24/);
    // without scripts: the slider counts where it was moved
    await page.go(`/deposits/new?product=${tiers}&sum=2000&term=6`);
    const form = page.form("/deposits/new");
    await page.go(`/deposits/new?${new URLSearchParams({...form, sum_slide: "6000", term_slide: "9"})}`);
    assert.match(page.html, /6.000.₽ на 9 месяцев/);
    await page.go(`/deposits/new?${new URLSearchParams({...page.form("/deposits/new"), sum: "2000.55"})}`);
    assert.match(page.html, /2.000,55.₽ на 9 месяцев/);
  });
});

describe("BK-7: opened", () => {
  test("refused: too little, too long, not enough, another's account, a wrong code, another's draft; nothing moves", async () => {
    const poor = await wallets.rich("1500.00"), other = await server.customer();
    const ask = (body) => deposits.post(poor, "/deposits", {product: plain, sum: "1000.00", term: 12, ...body});
    assert.equal((await ask({sum: "999.99"})).status, 422);
    assert.equal((await ask({term: 25})).status, 422);
    assert.equal((await ask({term: undefined})).status, 422);
    assert.equal(problem(await ask({product: "17"})), "no-such-deposit");
    assert.equal(problem(await ask({sum: "1500.01"})), "not-enough-money");
    const {wallet} = await wallets.home(other);
    assert.equal((await ask({from: wallet.id ?? wallet.account})).status, 422);
    const {id} = await good(ask());
    assert.equal((await deposits.post(other, `/deposits/drafts/${id}`, {code: "000000"})).status, 404);
    const {code, text} = await deposits.code(poor, 0);
    assert.match(text, /Надёжный.*1.000,00.*12 месяцев/);
    const wrong = await deposits.post(poor, `/deposits/drafts/${id}`, {code: code === "000000" ? "111111" : "000000"});
    assert.equal(problem(wrong), "code-wrong");
    assert.equal(await wallets.balance(poor), "1500.00");
    assert.equal(problem(await deposits.post(poor, `/deposits/drafts/${id}/again`)), undefined);
    const key = newKey(), again = await deposits.code(poor, 1);
    const answers = [];
    for (let i = 0; i < 3; i++) answers.push(await good(deposits.post(poor, `/deposits/drafts/${id}`, {code: again.code}, {key})));
    assert.equal(new Set(answers.map((answer) => answer.id)).size, 1);
    assert.equal(await wallets.balance(poor), "500.00");
    assert.equal((await deposits.post(poor, `/deposits/drafts/${id}`, {code: again.code})).status, 404);
    const deposit = answers[0].id;
    for (const path of ["", "/interest", "/close", "/contract", "/certificate"])
      assert.equal((await server.get(`/deposits/${deposit}${path}`, {token: other.token})).status, 404, path);
    for (const [path, body] of [["topup", {sum: "100.00"}], ["withdraw", {sum: "1.00"}], ["close", {total: "1.00"}],
                                ["prolong", {on: true}]])
      assert.equal((await deposits.post(other, `/deposits/${deposit}/${path}`, body)).status, 404, path);
    const [opened] = await wallets.operations(poor, "?kind=deposit_open&direction=out");
    assert.deepEqual([opened.sum, opened.counterparty], [rub("-1000.00"), "Вклад «Надёжный»"]);
    await until(() => server.messages(poor.phone), (texts) => texts.some((each) => /открыт, на нём 1.000,00/.test(each)));
  });

  test("the level wanted, ten at most, money that is frozen", async () => {
    const rich = await wallets.rich("20000.00");
    for (let i = 0; i < 10; i++) await deposits.open(rich, {product: plain, sum: "1000.00", term: 3});
    assert.equal(problem(await deposits.post(rich, "/deposits", {product: plain, sum: "1000.00", term: 3})), "too-many-deposits");
    const robbed = await wallets.rich("5000.00");
    const {id} = await deposits.open(robbed, {product: plain, sum: "1000.00", term: 3});
    await good(deposits.post(robbed, "/support/theft"));
    assert.equal(problem(await deposits.post(robbed, `/deposits/${id}/topup`, {sum: "100.00"})), "account-frozen");
    assert.equal(problem(await deposits.post(robbed, "/deposits", {product: plain, sum: "1000.00", term: 3})), "account-frozen");
  });

  test("without scripts: reckoned, checked, signed, topped up, closed", async () => {
    const rich = await wallets.rich("20000.00"), page = server.browser();
    await page.signIn(rich);
    await page.go(`/deposits/new?product=${plain}&sum=5000&term=6`);
    await page.send("/deposits/check", {prolongs: "on"});
    assert.match(page.html, /Проверьте договор/);
    assert.match(page.html, /Возврат раньше срока/);
    await page.send("/deposits");
    assert.match(page.html, /Открыть вклад на 5.000.₽/);
    await page.send(page.path, {code: "12"});
    assert.match(page.html, /Код состоит из шести цифр/);
    const {code} = await deposits.code(rich, 0);
    await page.send(page.path, {code});
    assert.equal(page.status, 200);
    assert.match(page.path, /^\/deposits\/\d+$/);
    assert.match(page.html, /Когда срок закончится, вклад продлится/);
    const path = page.path;
    await page.send(`${path}/topup`, {sum: "99"});
    assert.match(page.html, /Пополнение — не меньше 100,00.₽/);
    await page.send(`${path}/topup`, {sum: "1500,50"});
    assert.match(page.html, /6.500,50.₽/);
    await page.send(`${path}/prolong`);
    assert.match(page.html, /деньги вернутся на счёт/);
    await page.go(`${path}/close`);
    await page.send(`${path}/close`);
    assert.match(page.html, /Закрыт/);
    assert.equal(await wallets.balance(rich), "20000.00");
  });
});

// ---- days go by ----

// A deposit beside its slow reckoning: what happened on which day since it was opened.
class Watched {
  constructor(id, sum, how) {
    Object.assign(this, {id, sum: kopecks(sum), how, moves: [], age: 0});
  }
  get begun() {
    return plus(today(), -this.age);
  }
  moved(sum) {
    this.moves.push({age: this.age, sum: kopecks(sum.replace("-", "")) * (sum.startsWith("-") ? -1n : 1n)});
  }
  reckon(days = this.age) {
    const moves = this.moves.map(({age, sum}) => ({day: plus(this.begun, age), sum}));
    return slow({begun: this.begun, days, sum: this.sum, moves, ...this.how});
  }
  own() {
    return this.moves.reduce((sum, move) => sum + move.sum, this.sum);
  }
}

async function agrees(person, watched) {
  const told = watched.reckon(), seen = await deposits.see(person, watched.id);
  assert.equal(kopecks(seen.balance), told.balance, watched.id);
  assert.equal(kopecks(seen.accrued), told.earned);
  assert.equal(kopecks(seen.why.sum), told.earned);
  const paid = seen.moves.filter(({kind}) => kind === "added" || kind === "paid").reverse();
  assert.deepEqual(paid.map(({day, sum}) => [day, kopecks(sum)]), told.paid.map(({day, sum}) => [day, sum]));
  const {periods} = await deposits.get(person, `/deposits/${watched.id}/interest`);
  const months = periods.filter((period) => period.paid).reverse();
  assert.deepEqual(months.map(({sum}) => kopecks(sum)), told.paid.map(({sum}) => sum));
  return seen;
}

const pdfText = (bytes) => execFileSync("pdftotext", ["-layout", "-", "-"], {input: Buffer.from(bytes), encoding: "utf8"})
  .replace(/\u00a0/g, " ");
async function paper(person, path) {
  const answer = await fetch(server.url + path, {headers: {Authorization: `Bearer ${person.token}`}});
  assert.equal(answer.headers.get("content-type"), "application/pdf");
  return pdfText(await answer.arrayBuffer());
}

describe("BK-7: days go by", () => {
  let rich, all;
  const tier = (balance) => (balance >= 1000000n ? 80000n : 60000n);
  const later = async (days) => {
    await deposits.later(days);
    for (const each of Object.values(all)) each.age += days;
  };
  const move = async (watched, path, sum) => {
    await good(deposits.post(rich, `/deposits/${watched.id}/${path}`, {sum: sum.replace("-", "")}));
    watched.moved(sum);
  };

  before(async () => {
    rich = await wallets.rich("900000.00");
    const out = await deposits.product(rich, {code: "out", title_ru: "Доход", unit: "days", term_least: 91, term_most: 731,
                                              rates: "5000.00 0 13.218", where: "account", left_least: "0.00", topup_days: 0,
                                              sum_least: "5000.00", prolongs: false});
    const handy = await deposits.product(rich, {code: "handy", title_ru: "Удобный", unit: "demand", term_least: 0, term_most: 0,
                                                rates: "1.00 0 6\n10000.00 0 8", early: "0 6", left_least: "100.00", prolongs: false});
    const open = async (product, sum, term, how, more) =>
      new Watched((await deposits.open(rich, {product, sum, ...(term ? {term} : {}), ...more})).id, sum, how);
    all = {plain: await open(plain, "123456.78", 12, {rate: 150000n}),
           out: await open(out, "100000.00", 91, {rate: 132180n, added: false}),
           handy: await open(handy, "9990.00", 0, {rate: tier}),
           goes: await open(plain, "50000.00", 3, {rate: 150000n}, {prolongs: true})};
  });

  test("nothing on the day it came; then each day at its own year, added or paid each month; the books are whole", async () => {
    for (const each of Object.values(all)) assert.equal((await deposits.see(rich, each.id)).accrued.amount, "0.00");
    await later(1);
    assert.equal((await deposits.see(rich, all.plain.id)).accrued.amount, amount(all.plain.reckon().earned));
    await later(11);
    for (const each of Object.values(all)) await agrees(rich, each);
    await move(all.plain, "topup", "10000.01");
    await move(all.handy, "withdraw", "-500.00");
    await agrees(rich, all.plain); // the day of the move has earned on what lay there in the morning
    await later(6);
    for (const each of Object.values(all)) await agrees(rich, each);
    await booksAreWhole();
  });

  test("refused: a top-up too small or too late, a part too large; at once from many sides no more than there is", async () => {
    const refused = async (path, sum, why, {id} = all.plain) =>
      assert.equal(problem(await deposits.post(rich, `/deposits/${id}/${path}`, {sum})), why);
    await refused("topup", "99.99", "topup-too-small");
    await refused("topup", "999999.99", "deposit-too-large");
    await refused("topup", "100.00", "no-topups", all.out);
    await refused("withdraw", "1.00", "no-withdrawals", all.out);
    await refused("withdraw", "140000.00", "left-too-small");
    const before = all.handy.reckon().balance, room = before - 10000n, third = amount(room / 3n);
    const take = () => deposits.post(rich, `/deposits/${all.handy.id}/withdraw`, {sum: third});
    const answers = await Promise.all(Array.from({length: 8}, take));
    assert.equal(answers.filter(({status}) => status < 300).length, 3);
    for (let i = 0; i < 3; i++) all.handy.moved(`-${third}`);
    const key = newKey();
    for (let i = 0; i < 3; i++) await good(deposits.post(rich, `/deposits/${all.handy.id}/topup`, {sum: "200.00"}, {key}));
    all.handy.moved("200.00");
    await agrees(rich, all.handy);
  });

  test("its term ends: the money is on the account, or goes on for another term", async () => {
    const before = kopecks(await wallets.balance(rich)), paid = all.out.reckon().paid.reduce((sum, each) => sum + each.sum, 0n);
    await later(87); // 105 days; months are counted from when it began, so this is one step
    const done = all.out.reckon(91), ended = await deposits.see(rich, all.out.id);
    assert.equal(ended.open, false);
    assert.equal(ended.closed, plus(all.out.begun, 91));
    const interest = done.paid.reduce((sum, each) => sum + each.sum, 0n) + done.earned;
    assert.equal(kopecks(await wallets.balance(rich)) - before, all.out.sum + interest - paid);
    const goes = await deposits.see(rich, all.goes.id);
    const term = between(all.goes.begun, goes.moves.find(({kind}) => kind === "prolonged").day);
    const first = all.goes.reckon(term), carried = first.balance + first.earned; // the last month may end with the term
    const second = slow({begun: plus(all.goes.begun, term), days: all.goes.age - term, sum: carried, rate: 150000n});
    assert.equal(kopecks(goes.balance), second.balance);
    assert.equal(kopecks(goes.accrued), second.earned);
    await until(() => server.messages(rich.phone), (texts) => texts.some((text) => /продлён до/.test(text)));
    await agrees(rich, all.plain);
    await agrees(rich, all.handy);
    await booksAreWhole();
  });

  test("certificate and contract: balance of a day, interest, the year's income and its base", async () => {
    const told = all.plain.reckon(), text = await paper(rich, `/deposits/${all.plain.id}/certificate`);
    const people = (minor) => new RegExp(amount(minor).replace(".", ",").replace(/\B(?=(\d{3})+,)/g, "."));
    assert.match(text, /Вклад +Надёжный/);
    assert.match(text, people(told.balance));
    assert.match(text, people(told.earned));
    assert.match(text, people(told.paid.reduce((sum, each) => sum + each.sum, 0n)));
    const day = plus(today(), -50), then = all.plain.reckon(all.plain.age - 50);
    const past = await paper(rich, `/deposits/${all.plain.id}/certificate?day=${day}`);
    assert.match(past, people(then.balance));
    assert.match(past, people(then.earned));
    for (const wrong of [plus(today(), 1), plus(all.plain.begun, -1)])
      assert.equal((await server.get(`/deposits/${all.plain.id}/certificate?day=${wrong}`, {token: rich.token})).status, 422);
    const contract = await paper(rich, `/deposits/${all.plain.id}/contract`);
    assert.match(contract, /123.456,78/);
    assert.match(contract, /15 % годовых/);
    assert.match(contract, /0,01 %/);
    assert.match(contract, /Подписан вкладчиком/);
  });

  test("closed early: by the contract's rate of return for all of the term, what is lost is said before, once", async () => {
    const {close} = await deposits.get(rich, `/deposits/${all.plain.id}/close`), told = all.plain.reckon();
    const days = Array.from({length: all.plain.age}, (_, i) => plus(all.plain.begun, i + 1));
    const moves = all.plain.moves.map(({age, sum}) => ({day: plus(all.plain.begun, age), sum}));
    const own = (day) => moves.filter((each) => each.day < day).reduce((sum, each) => sum + each.sum, all.plain.sum);
    const due = interest(days.map((day) => ({day, balance: own(day), rate: 100n})));
    const paid = told.paid.reduce((sum, each) => sum + each.sum, 0n);
    assert.equal(kopecks(close.interest), due);
    assert.equal(kopecks(close.take), paid - due);
    assert.equal(kopecks(close.lost), paid + told.earned - due);
    assert.equal(kopecks(close.total), all.plain.own() + due);
    const path = `/deposits/${all.plain.id}/close`, before = kopecks(await wallets.balance(rich));
    assert.equal(problem(await deposits.post(rich, path, {total: amount(kopecks(close.total) + 1n)})), "changed-meanwhile");
    await Promise.all(Array.from({length: 5}, () => deposits.post(rich, path, {total: close.total.amount})));
    assert.equal(kopecks(await wallets.balance(rich)) - before, all.plain.own() + due);
    const seen = await deposits.see(rich, all.plain.id);
    assert.equal(seen.open, false);
    assert.equal(problem(await deposits.post(rich, `/deposits/${all.plain.id}/topup`, {sum: "100.00"})), "deposit-closed");
    const kinds = (await wallets.operations(rich, "?text=Надёжный")).map(({kind}) => kind);
    for (const kind of ["deposit_return", "deposit_taken_back", "deposit_topup", "deposit_interest", "deposit_open"])
      assert.ok(kinds.includes(kind), `${kind} of ${kinds}`);
    const blocked = await deposits.get(rich, "/settings/closing");
    assert.ok(blocked.obstacles.some(({text}) => /Закройте вклад «Надёжный»/.test(text)), JSON.stringify(blocked.obstacles));
    await booksAreWhole();
  });

  test("killed in the middle of the night, again and again: each day once", async () => {
    const crowd = await wallets.rich("100000.00"), ids = [];
    for (let i = 0; i < 8; i++) ids.push((await deposits.open(crowd, {product: plain, sum: `${2000 + i}.37`, term: 12})).id);
    const begun = today();
    await deposits.later(70, {run: false});
    for (let kills = 0; kills < 5; kills++) {
      await server.run();
      await new Promise((done) => setTimeout(done, 20 * kills));
      await server.end("SIGKILL");
    }
    await server.run();
    await deposits.night();
    for (const [i, id] of ids.entries()) {
      const told = slow({begun: plus(begun, -70), days: 70, sum: BigInt(200037 + 100 * i), rate: 150000n});
      const seen = await deposits.see(crowd, id);
      assert.deepEqual([kopecks(seen.balance), kopecks(seen.accrued)], [told.balance, told.earned]);
    }
    await booksAreWhole();
  });

  test("several nodes at once: each day once", {skip: database === "postgres" ? false : "SQLite has one process"}, async () => {
    const crowd = await wallets.rich("100000.00"), ids = [];
    for (let i = 0; i < 8; i++) ids.push((await deposits.open(crowd, {product: plain, sum: `${3000 + i}.91`, term: 12})).id);
    await deposits.later(45, {run: false});
    await server.run();
    const second = await Server.beside(server, {node: "2"});
    try {
      await deposits.night();
      for (const [i, id] of ids.entries()) {
        const told = slow({begun: plus(today(), -45), days: 45, sum: BigInt(300091 + 100 * i), rate: 150000n});
        const seen = await deposits.see(crowd, id);
        assert.deepEqual([kopecks(seen.balance), kopecks(seen.accrued)], [told.balance, told.earned]);
      }
      assert.equal((await deposits.books()).whole, true);
    } finally {
      await second.stop();
    }
    await booksAreWhole();
  });
});
