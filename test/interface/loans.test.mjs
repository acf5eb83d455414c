// Loans of our own (LO-1, LO-2, ID-5): the calculator's figures beside an independent reckoning, the application and its
// decision, the offer, the contract that a code signs, and the catalogue with the law at its corners.

import assert from "node:assert/strict";
import {createHash} from "node:crypto";
import {after, before, describe, test} from "node:test";

import {Loans, asking, consents, loansSettings} from "../support/loans.mjs";
import {Server, newKey, newPhone} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";
import {problem, until} from "../support/wallet.mjs";

let server, loans, people, who, other;

before(async () => {
  server = await Server.start({loans: loansSettings()});
  loans = new Loans(server);
  people = await staff(server, {vera: "catalogue", finance: "finance"});
  [who, other] = [await server.customer(), await server.customer()];
  await until(() => server.get("/loans/calculator"), ({body}) => body.products.length === 2);
});
after(() => server?.stop());

const calculate = async (product, sum, term) =>
  (await server.get(`/loans/calculator?product=${product}&sum=${sum}&term=${term}`)).body;
const minor = (money) => Math.round(Number(money.amount) * 100);
const days = (from, to) => Math.round((Date.parse(to) - Date.parse(from)) / 86400000);
const today = () => new Date(Date.now() + 3 * 3600000).toISOString().slice(0, 10); // Europe/Moscow

// The law's equation, by floating point and halving: Σ payment / ((1 + e·i)(1 + i)^q) = sum; months of 30 days' rest.
function psk(sum, payments, periods) {
  const worth = (i) => payments.reduce((all, {paid, q, e}) => all + paid / ((1 + e * i) * (1 + i) ** q), -sum);
  let [low, high] = [0, 10];
  for (let tries = 0; tries < 200; tries++) {
    const middle = (low + high) / 2;
    if (worth(middle) > 0) low = middle;
    else high = middle;
  }
  return low * periods * 100;
}

describe("LO-1: the calculator", () => {
  test("LO-1: 30 000 for 30 days at 0.8 % a day: 7 200 of interest, full cost 292.000 %, before any data is asked", async () => {
    const {quote, lender} = await calculate("payday", "30000.00", 30);
    assert.equal(quote.cost.amount, "7200.00");
    assert.equal(quote.total.amount, "37200.00");
    assert.equal(quote.psk, "292.000");
    assert.equal(quote.psk_words, "292,000");
    assert.equal(quote.schedule.length, 1);
    assert.equal(days(today(), quote.schedule[0].day), 30);
    assert.match(lender, /Пример/);
  });

  test("LO-1: every payment of an annuity and its full cost are what an independent reckoning gives", async () => {
    const {quote} = await calculate("monthly", "50000.00", 6);
    assert.equal(quote.schedule.length, 6);
    let owed = 5000000, from = today();
    for (const [at, {day, payment, principal, interest, balance}] of quote.schedule.entries()) {
      let reckoned = 0; // each day by its own year
      for (let each = Date.parse(from) + 86400000; each <= Date.parse(day); each += 86400000) {
        const year = new Date(each).getUTCFullYear();
        reckoned += owed * 1.499 / (year % 4 === 0 ? 366 : 365);
      }
      assert.ok(Math.abs(minor(interest) - reckoned) <= 1, `payment ${at + 1}: ${interest.amount}, ${reckoned}`);
      assert.equal(minor(payment), minor(principal) + minor(interest));
      owed -= minor(principal);
      assert.equal(minor(balance), owed);
      from = day;
    }
    assert.equal(owed, 0);
    const total = quote.schedule.reduce((sum, {payment}) => sum + minor(payment), 0);
    assert.equal(minor(quote.total), total);
    assert.equal(minor(quote.cost), total - 5000000);
    const whole = psk(5000000, quote.schedule.map(({payment}, at) => ({paid: minor(payment), q: at + 1, e: 0})), 12);
    assert.ok(Math.abs(Number(quote.psk) - whole) < 6, `${quote.psk}, ${whole}`); // days that a month's end moves
  });

  test("LO-1: bounds are named, nothing is reckoned beyond them; another product has its own", async () => {
    const page = server.browser();
    await page.go("/loans/calculator?product=payday&sum=31000&term=31");
    assert.match(page.html, /Сумма — от 1.000.₽ до 30.000.₽, с шагом 500/);
    assert.match(page.html, /Срок — от 5 до 30/);
    assert.doesNotMatch(page.html, /292,000/);
    await page.go("/loans/calculator?product=payday&sum=1250&term=10");
    assert.match(page.html, /с шагом 500/);
    await page.go("/loans/calculator?product=payday&product_was=monthly&sum=90000&term=12");
    assert.match(page.html, /30.000,00.₽/, "drawn into the bounds of the product that was chosen");
    await page.go("/loans/calculator?product=payday&sum=2000&term=6");
    const form = {...page.form("/loans/calculator"), product: "payday", sum_slide: "6000", term_slide: "9"};
    await page.go(`/loans/calculator?${new URLSearchParams(form)}`);
    assert.match(page.html, /9 дней/);
    assert.match(page.html, /6.432,00/, "6 000 and nine days at 0.8 %, by the slider alone");
    assert.equal((await server.get("/loans/calculator?product=none")).status, 404);
  });

  test("LO-1: an empty catalogue says so", async () => {
    const own = await Server.start({features: "loans"});
    try {
      const page = own.browser();
      await page.go("/loans/calculator");
      assert.match(page.html, /Сейчас займов не выдаём/);
    } finally {
      await own.stop();
    }
  });
});

describe("LO-2: the application", () => {
  test("LO-2: each consent stands alone and is kept with time, version, words and how; refused all at once", async () => {
    const one = await server.customer();
    const wrong = await loans.apply(one, {rules: false, bureau: false, sum: "30500.00"});
    assert.equal(wrong.status, 422, wrong.text);
    assert.deepEqual(wrong.body.errors.map(({field}) => field).sort(), ["bureau", "rules", "sum"]);
    assert.equal((await loans.apply(one, {term: 4})).status, 422);
    assert.equal((await loans.apply(one, {income: undefined})).status, 422);
    await loans.offered(one);
    await server.end();
    const kept = server.rows(`SELECT purpose, version, how, given, words FROM consent WHERE holder = ${one.customer}`)
      .filter(([purpose]) => purpose.startsWith("loans."));
    await server.run();
    assert.deepEqual(kept.map(([purpose]) => purpose).sort(), ["loans.bureau", "loans.personal", "loans.rules"]);
    assert.ok(kept.every(([, version, how, given, words]) =>
      version === "1" && how.includes("127.0.0.1") && given > 0 && words.length > 50));
  });

  test("LO-2: decided at once: granted, granted less, refused with its reason, left to staff; one at a time", async () => {
    const [rich, poor, big] = [await server.customer(), await server.customer(), await server.customer()];
    const id = await loans.offered(rich, {sum: "30000.00"});
    const offer = (await loans.get(rich, `/loans/applications/${id}`)).body;
    assert.deepEqual([offer.most.amount, offer.less], ["20000.00", true]);
    assert.equal(offer.quote.sum.amount, "20000.00", "what is granted, not what was asked");
    assert.equal(offer.facts.length, 17, "the sixteen lines of the law, and 8.1");
    assert.equal(problem(await loans.apply(rich)), "under-way");
    const refused = await loans.apply(poor, {income: "9999.99"});
    assert.equal(refused.body.state, "refused");
    const {reasons} = (await loans.get(poor, `/loans/applications/${refused.body.id}`)).body;
    assert.match(reasons.join(), /слишком большую часть дохода/);
    assert.equal((await loans.apply(poor)).body.state, "offered", "a refusal is no bar to asking again");
    const waits = await loans.apply(big, {product: "monthly", sum: "60000.00", term: 6});
    assert.equal(waits.body.state, "review", waits.text);
    assert.equal((await loans.post(big, `/loans/applications/${waits.body.id}/withdraw`)).body.state, "withdrawn");
    assert.equal((await loans.post(big, `/loans/applications/${waits.body.id}/withdraw`)).status, 200, "twice is once");
  });

  test("LO-2: the same form twice is one application; two tabs have one", async () => {
    const one = await server.customer(), key = newKey();
    const ask = (options) => loans.post(one, "/loans/applications", asking, options);
    const [first, second] = [await ask({key}), await ask({key})];
    assert.equal(first.body.id, second.body.id);
    const two = await server.customer();
    const tabs = await Promise.all([1, 2].map(() => loans.apply(two)));
    assert.deepEqual(tabs.map(({status}) => status).sort(), [201, 409]);
  });

  test("LO-2: another's application is not there", async () => {
    const one = await server.customer(), id = await loans.offered(one);
    await loans.drafted(one, id);
    for (const path of ["", "/sign", "/contract"])
      assert.equal((await loans.get(other, `/loans/applications/${id}${path}`)).status, 404, path);
    for (const [path, body] of [["withdraw", {}], ["contract", {sum: "1000.00", term: 5}], ["sign", {code: "000000"}], ["again", {}]])
      assert.equal((await loans.post(other, `/loans/applications/${id}/${path}`, body)).status, 404, path);
  });
});

describe("LO-2: the contract", () => {
  test("LO-2: a wrong code and another draft's sign nothing; the right one signs once, and what was signed is kept", async () => {
    const one = await server.customer(), id = await loans.offered(one);
    assert.equal((await loans.sign(one, id, "000000")).status, 409, "there is no contract yet");
    const first = await loans.drafted(one, id, {sum: "5000.00", term: 10});
    const second = await loans.drafted(one, id, {sum: "8000.00", term: 20, extra_0: true});
    assert.notEqual(first.digest, second.digest);
    if (first.code !== second.code) assert.equal(problem(await loans.sign(one, id, first.code)), "code-wrong");
    const key = newKey();
    const signed = await loans.sign(one, id, second.code, {key});
    assert.equal(signed.status, 200, signed.text);
    assert.equal(signed.body.state, "signed");
    assert.deepEqual((await loans.sign(one, id, second.code, {key})).body, signed.body);
    assert.equal((await loans.sign(one, id, second.code)).body.loan, signed.body.loan, "pressed again it tells what came of it");
    assert.equal(problem(await loans.post(one, `/loans/applications/${id}/withdraw`)), "not-in-this-state");
    const page = (await loans.get(one, `/loans/applications/${id}`)).body;
    assert.ok(page.waits && page.no_card && page.ready, JSON.stringify(page));

    for (const path of [`/loans/applications/${id}/contract`, `/loans/${signed.body.loan}/contract`]) {
      const pdf = await fetch(server.url + path, {headers: {Authorization: `Bearer ${one.token}`}});
      assert.equal(pdf.status, 200, path);
      assert.equal(Buffer.from(await pdf.arrayBuffer()).subarray(0, 5).toString(), "%PDF-");
    }
    assert.equal((await loans.get(other, `/loans/${signed.body.loan}/contract`)).status, 404);
    await server.end();
    const [[sum, term, state]] = server.rows(`SELECT sum, term, state FROM loan WHERE id = ${signed.body.loan}`);
    const [[digest, how, sent, made]] = server.rows(`SELECT digest, how, sent, made FROM loan_contract WHERE loan = ${signed.body.loan}`);
    const extras = server.rows(`SELECT code, price FROM loan_extra WHERE loan = ${signed.body.loan}`);
    await server.run();
    assert.deepEqual([sum, term, state].map(Number), [800000, 20, 1]);
    assert.equal(digest, second.digest);
    assert.ok(how.includes("127.0.0.1") && Number(sent) > 0 && Number(made) >= Number(sent));
    assert.deepEqual(extras.map(([code, price]) => [code, Number(price)]), [["reminders", 9900]]);
  });

  test("LO-2: more than was granted is refused; less may be taken; no one signs while his money is frozen", async () => {
    const one = await server.customer(), id = await loans.offered(one, {sum: "30000.00"});
    assert.equal((await loans.post(one, `/loans/applications/${id}/contract`, {sum: "20500.00", term: 20})).status, 422);
    assert.equal((await loans.post(one, `/loans/applications/${id}/contract`, {sum: "1250.00", term: 20})).status, 422);
    await loans.drafted(one, id, {sum: "1000.00", term: 5});
    assert.equal((await loans.post(one, "/support/theft")).status, 200);
    assert.equal(problem(await loans.post(one, `/loans/applications/${id}/contract`, {sum: "1000.00", term: 5})), "account-frozen");
  });

  test("LO-2: an offer that has expired is signed by nobody, and ends by itself; a contract waits no longer than its time", async () => {
    const own = await Server.start({loans: loansSettings({offer_life: "1m"})}), there = new Loans(own);
    try {
      await until(() => own.get("/loans/calculator"), ({body}) => body.products.length === 2);
      const one = await own.customer(), id = await there.offered(one), {code} = await there.drafted(one, id);
      await own.end();
      own.sql("UPDATE loan_application SET expires = 1");
      await own.run();
      assert.match(problem(await there.sign(one, id, code)), /too-late|not-in-this-state/);
      assert.equal((await there.get(one, `/loans/applications/${id}`)).body.state, "expired");
      await until(async () => (await there.apply(one)).status, (status) => status === 201, 90000);
    } finally {
      await own.stop();
    }
  });
});

describe("BO-4: the catalogue", () => {
  const product = {code: "short", title_ru: "Короткий", title_en: "Short", offered: true, kind: "bullet", unit: "days", length: 0,
                   term_least: 5, term_most: 30, sum_least: "1000.00", sum_most: "9000.00", sum_step: "500.00", rate: "0.8",
                   day_rate: true, penalty: "20", late_interest: true, extend_least: 0, extend_most: 0, extend_times: 0,
                   reason: "Решение правления"};
  const ask = (body, by = people.vera) => by.post("/staff/loans/products", {...product, ...body}, {key: newKey()});
  const confirm = ({body}, by = people.finance) => by.post(`/staff/approvals/${body.approval}/confirm`, {}, {key: newKey()});

  test("BO-4: what the law forbids at a corner is refused with the law named", async () => {
    const wrong = async (body, field, law) => {
      const answer = await ask({code: "wrong", ...body});
      assert.equal(answer.status, 422, answer.text);
      const error = answer.body.errors.find((each) => each.field === field);
      assert.match(error?.message ?? JSON.stringify(answer.body), law);
    };
    await wrong({rate: "0.9"}, "rate", /353-ФЗ/);
    await wrong({penalty: "21"}, "penalty", /353-ФЗ/);
    await wrong({term_most: 200}, "term_most", /переплата.*353-ФЗ/);
    await wrong({term_most: 4}, "term_most", /не сходятся/);
    await wrong({extras: "x | только по-русски"}, "extras", /Каждая строка/);
    assert.equal((await ask({}, people.finance)).status, 403);
  });

  test("BO-4: a second person confirms; an offer made meanwhile keeps the terms it was made with", async () => {
    const one = await ask({});
    assert.notEqual((await confirm(one, people.vera)).status, 200, "not by who asked");
    assert.equal((await confirm(one)).status, 200);
    assert.equal((await calculate("short", "9000.00", 30)).quote.cost.amount, "2160.00");
    const id = await loans.offered(who, {product: "short", sum: "9000.00", term: 30});
    const cheaper = await ask({version: 1, rate: "0.1"});
    assert.equal((await confirm(cheaper)).status, 200, cheaper.text);
    assert.equal(problem(await ask({version: 1})), "changed-meanwhile");
    assert.equal((await calculate("short", "9000.00", 30)).quote.cost.amount, "270.00");
    assert.equal((await loans.get(who, `/loans/applications/${id}`)).body.quote.cost.amount, "2160.00");
    const gone = await ask({version: 2, offered: false});
    assert.equal((await confirm(gone)).status, 200);
    assert.equal(problem(await loans.apply(other, {product: "short", sum: "9000.00", term: 30})), "no-such-loan");
    const {code} = await loans.drafted(who, id, {sum: "9000.00", term: 30});
    assert.equal((await loans.sign(who, id, code)).body.state, "signed");
  });
});

test("ID-5: signing up is applying: the same figures in its calculator, and the application is there when the cabinet opens", async () => {
  const own = await Server.start({onboarding: {steps: "calculator, number, code, contact, consents, password, open"},
                                  loans: loansSettings()});
  try {
    await until(() => own.get("/loans/calculator"), ({body}) => body.products.length === 2);
    const browser = own.browser(), phone = newPhone();
    await browser.go("/signup");
    await browser.go("/application/calculator?sum=10000&term=20");
    assert.match(browser.html, /11.600,00/);
    assert.match(browser.html, /292,000/);
    await browser.go("/application/calculator?sum=10250&term=20");
    assert.match(browser.html, /Такую сумму мы не выдаём/, "the product's step, not the settings'");
    await browser.go("/application/calculator?sum=10000&term=20");
    await browser.send("/application/calculator");
    await browser.send("/signup", {phone, altcha: await own.proof()});
    await browser.send("/signup/code", {code: await own.code(phone)});
    await browser.send("/application/contact", {surname: "Иванов", name: "Пётр", mail: "p@example.ru"});
    await browser.send("/application/consents", {consent_rules: "on", consent_personal: "on"});
    await browser.send("/application/password", {password: "Кошка-Abc1!"});
    assert.equal(browser.path, "/");
    const [, id] = /href="\/loans\/applications\/(\d+)"/.exec(browser.html);
    await browser.go(`/loans/applications/${id}`);
    assert.match(browser.html, /10.000/);
    assert.match(browser.html, /Проверяем заявку/, "nobody asked for his income yet: staff look");
  } finally {
    await own.stop();
  }
});
