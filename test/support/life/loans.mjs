// loans.mjs: loans at each of their steps, of partners and our own, for pages to show them.

import {BankCards} from "../bank_cards.mjs";
import {Lenders} from "../lenders.mjs";
import {Loans} from "../loans.mjs";
import {newKey} from "../server.mjs";
import {until} from "../wallet.mjs";
import {good} from "./life.mjs";

// Loans of partners as two others have them: open with a payment, offered with the code sent, refused, closed.
export async function borrowed(life) {
  const partner = new Lenders(life), [who, other] = [await partner.known(), await partner.known()], cookies = {};
  for (const each of [who, other]) {
    const browser = life.server.browser();
    await browser.signIn(each);
    cookies[each.phone] = Object.fromEntries(browser.cookies);
  }
  const seen = (each, id) => ({path: id ? `/lender-loans/${id}` : "/lenders", cookies: cookies[each.phone]});
  const open = await partner.borrow(who, "5000.00", 14);
  await partner.pay(who, open, "1000.00");
  const offered = await partner.apply(who, "30000.00", 6, {lender: "long"});
  await partner.state(who, offered, "offered");
  await partner.asked(who, offered);
  await partner.fault("refuse");
  const refused = await partner.apply(other, "5000.00", 14);
  await partner.state(other, refused, "refused");
  const closed = await partner.borrow(other, "2000.00", 14);
  await partner.pay(other, closed, "2000.00", {full: true});
  await partner.state(other, closed, "closed");
  life.at("/lenders", "/lenders", seen(who), seen(other));
  life.at("/lenders/{code}", "/lenders/quick?sum=5000&term=14", {path: "/lenders/long?sum=50000&term=6", cookies: cookies[other.phone]},
          "/lenders/quick?sum=1&term=99");
  life.at("/lenders/{code}/consent", "/lenders/quick/consent");
  life.at("/lenders/{code}/apply", "/lenders/quick/apply?sum=5000&term=14");
  life.at("/lender-loans/{id}", seen(who, open), seen(who, offered), seen(other, refused), seen(other, closed));
  await life.see(who);
  life.at("/staff/lender-loans/{id}", `/staff/lender-loans/${open}`);
}

// Loans of our own: asked for, offered, refused, waiting for a code, for a card, going on, paid, overdue; what staff have
// of them. Whose loan has grown old is a matter of days, so these are rows.
export async function lent(life) {
  const {server} = life, own = new BankCards(life), loans = new Loans(server), seen = {};
  const person = async () => {
    const who = await own.named(), browser = server.browser();
    await browser.signIn(who);
    seen[who.phone] = Object.fromEntries(browser.cookies);
    return who;
  };
  const as = (who, path) => ({path, cookies: seen[who.phone]});
  await until(() => server.get("/loans/calculator"), ({body}) => body.products.length === 2);
  const [asks, refused, offered, signs, waits, runs, late] =
    await Promise.all([1, 2, 3, 4, 5, 6, 7].map(person));
  const ask = async (who, body) => (await good(loans.apply(who, body))).id;
  const review = await ask(asks, {product: "monthly", sum: "60000.00", term: 6});
  const no = await ask(refused, {income: "9000.00"});
  const yes = await ask(offered, {sum: "30000.00"}), draft = await ask(signs);
  await loans.drafted(signs, draft);
  const done = await ask(waits), loan = await loans.signed(waits, done);
  const card = (await own.bound(runs)).id, going = await loans.running(runs, card);
  const pay = (who, id, body) => good(loans.post(who, `/loans/${id}/repay`, body));
  const {order} = await pay(runs, going, {wish: "pay", sum: "500.00"});
  const paid = await loans.running(runs, card, {sum: "1000.00", term: 5});
  await pay(runs, paid, {wish: "all", sum: "1000.00", from: card});
  await until(async () => (await loans.get(runs, `/loans/${paid}`)).body.state, (state) => state === "closed", 60000);
  const owes = await loans.running(late, (await own.bound(late)).id);
  life.at("/loans", "/loans", ...[asks, waits, runs].map((who) => as(who, "/loans")));
  life.at("/", "/", as(runs, "/"));
  life.at("/loans/calculator", "/loans/calculator", "/loans/calculator?product=monthly&sum=50000&term=6");
  life.at("/loans/new", "/loans/new?product=payday&sum=30000&term=30", as(offered, "/loans/new"));
  life.at("/loans/applications/{id}", as(asks, `/loans/applications/${review}`), as(refused, `/loans/applications/${no}`),
          as(offered, `/loans/applications/${yes}`), as(signs, `/loans/applications/${draft}`),
          as(waits, `/loans/applications/${done}`));
  life.at("/loans/applications/{id}/sign", as(signs, `/loans/applications/${draft}/sign`));
  life.at("/loans/{id}", as(waits, `/loans/${loan}`), as(runs, `/loans/${going}`), as(runs, `/loans/${paid}`),
          as(late, `/loans/${owes}`));
  life.at("/loans/{id}/why", as(runs, `/loans/${going}/why`), as(runs, `/loans/${paid}/why`), as(late, `/loans/${owes}/why`));
  life.at("/loans/{id}/repay", ...["", "?wish=pay", "?wish=shorter&sum=3000", "?wish=all", "?wish=extend&units=10",
                                   "?wish=pay&sum=99999"].map((query) => as(runs, `/loans/${going}/repay${query}`)),
          as(late, `/loans/${owes}/repay`));
  life.at("/loans/{id}/orders/{order}", as(runs, `/loans/${going}/orders/${order}`));
  await lentStaff(life, {review, asks, late, owes});
}

async function lentStaff(life, {review, asks, late, owes}) {
  const {server, boss} = life, path = `/staff/customers/${late.customer}`;
  await server.end();
  server.sql(`UPDATE loan_running SET overdue_since = done - 40, overdue_principal = principal, principal = 0, penalty = 7000 ` +
             `WHERE customer = ${late.customer} AND id = ${owes}`);
  await server.run();
  for (const who of [asks, late]) await life.see(who);
  const {task} = {task: (await good(boss.get("/staff/tasks?queue=loans.review"))).tasks.find(({customer}) => customer === asks.customer)};
  await life.asStaff(`/staff/tasks/${task.id}/take`);
  await boss.post(`${path}/contacts`, {way: "letter"}, {key: newKey()});
  const {content} = {content: (await good(boss.get("/staff/loans/policy/1"))).lines.map(({text}) => text).join("\n")};
  const {version} = await life.asStaff("/staff/loans/policy", {content: content.replace("300", "310"), note: "Баллов больше"});
  await life.asStaff(`/staff/loans/policy/${version}/trial`, {});
  life.at("/staff/loan-applications/{id}", `/staff/loan-applications/${review}`);
  life.at("/staff/loans/policy/{id}", "/staff/loans/policy/1", `/staff/loans/policy/${version}`);
  life.at("/staff/loans/policy/new", "/staff/loans/policy/new");
  life.at("/staff/loans/portfolio/loans", ...[0, 2, 5].map((bucket) => `/staff/loans/portfolio/loans?bucket=${bucket}`));
  life.at("/staff/loans/product", "/staff/loans/product", "/staff/loans/product?code=payday");
  life.at("/staff/customers/{id}", ...life.addresses["/staff/customers/{id}"], path);
  life.at("/staff/customers/{id}/contacts", `${path}/contacts`);
  life.at("/staff/customers/{id}/loans/{loan}", `${path}/loans/${owes}`,
          `${path}/loans/${owes}?kind=annuity&unit=months&length=1&count=18&rate=30`);
}
