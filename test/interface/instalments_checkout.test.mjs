// instalments_checkout.test.mjs: partner shops' programs sell by instalments (IN-3): Mokka's interface with each code of its
// document, the customer's page and code, hold, finish, change, cancel, return, expiry; signed callbacks.

import assert from "node:assert/strict";
import {after, before, describe, test} from "node:test";

import {Shop, buyer, settings, sign, tariff} from "../support/instalments.mjs";
import {Server, database, newPhone, problem} from "../support/server.mjs";
import {sha1, sha256} from "../support/shops.mjs";
import {staff} from "../support/staff.mjs";
import {until} from "../support/wallet.mjs";

const auth = "/factoring/v1/precheck/auth";
let server, boss, finance, shop, other, trial;
before(async () => {
  server = await Server.start(settings());
  ({boss, finance} = await staff(server, {boss: "catalogue", finance: "finance"}));
  [shop, other] = [await Shop.open(server, boss), await Shop.open(server, boss, "Другой")];
  trial = await Shop.open(server, boss, "Проба", {test: true});
});
after(async () => {
  for (const each of [shop, other, trial]) await each?.stop();
  await server?.stop();
});

const heard = (order, status, who = shop) =>
  until(async () => who.told(order), (list) => list.some((each) => each.status === status));
// What the ledger and the rows say of it, side by side.
async function whole(own = finance) {
  const {body} = await own.get("/staff/instalments/books");
  assert.equal(body.whole, true, JSON.stringify(body));
  return body;
}
const days = (list) => list.map(({date}) => date.split(".").reverse().join("-"));

// ---- who asks ----

describe("IN-3: what a shop's program is told before anything else", () => {
  test("codes 50, 51, 60, 61, 10 in this order; a key that was changed is good to its end; another shop's is not", async () => {
    const body = shop.order("5000.00"), text = JSON.stringify(body);
    const code = async (twist, bytes = text) => (await shop.ask(auth, bytes, twist)).status;
    assert.equal(await code({query: `signature=${sha1(shop.key, text)}`}), 50);
    for (const id of ["912000000000000002", "x", "-1"])
      assert.equal(await code({query: `store_id=${id}&signature=${sha1(shop.key, text)}`}), 51, id);
    assert.equal(await code({query: `store_id=${shop.id}`}), 60);
    assert.equal(await code({key: other.key}), 61);
    assert.equal(await code({body: text.replace("5000.00", "5001.00")}), 61, "changed on its way");
    assert.equal(await code({query: `store_id=${shop.id}&signature=${sha1(shop.key, text).toUpperCase()}`}), 0);
    for (const bytes of ["{", "", "[1", '{"a":1,"a":2}']) assert.equal(await code({}, bytes), 10, bytes);
    const spaced = JSON.stringify(body, null, 3);
    assert.equal(await code({}, spaced), 0, "the bytes are signed, whatever they look like");
  });

  test("each field of an order by its code", async () => {
    const order = shop.order("5000.00");
    const code = (change, current = {}) => shop.code(auth, {...order, ...change, current_order: {...order.current_order, ...current}});
    const cases = [[{}, {order_id: undefined}, 20], [{}, {order_id: ""}, 20], [{}, {order_id: 7}, 21],
                   [{}, {order_id: "x".repeat(256)}, 21], [{}, {amount: undefined}, 30], [{}, {amount: "5000"}, 30],
                   [{}, {amount: 5000.5}, 30], [{}, {amount: "-1.00"}, 30], [{}, {prepayment_amount: "1"}, 31],
                   [{}, {prepayment_amount: "5000.00"}, 35], [{}, {amount: "999.99"}, 33], [{}, {amount: "50000.01"}, 33],
                   [{}, {term: 5}, 34], [{}, {term: "3"}, 34], [{callback_url: undefined}, {}, 40],
                   [{callback_url: "ftp://x.example"}, {}, 40], [{redirect_url: undefined}, {}, 41],
                   [{redirect_url: "javascript:alert(1)"}, {}, 41], [{primary_phone: "12"}, {}, 70],
                   [{}, {valid_till: "2018-07-21"}, 110], [{}, {valid_till: "21.07.2018 12:08:01+03:00"}, 110]];
    for (const [change, current, expected] of cases)
      assert.equal(await code(change, current), expected, JSON.stringify([change, current]));
    assert.equal(await shop.code(auth, {...order, current_order: null}), 20);
    const bare = await Shop.open(server, boss, "Без тарифа", {words: null});
    assert.equal(await bare.code(auth, bare.order("5000.00")), 33);
    assert.deepEqual((await bare.ask("/factoring/v1/schedule", {amount: "5000.00"})).payment_schedule, []);
    await bare.stop();
    for (const [path, body] of [["status", {}], ["precheck/cancel", {}], ["precheck/finish", {amount: "1.00"}]]) {
      assert.equal(await shop.code(`/factoring/v1/${path}`, {order_id: "nobody", ...body}), 24, path);
      assert.equal(await shop.code(`/factoring/v1/${path}`, body), 20, path);
    }
    assert.equal((await shop.change({number: "nobody"}, "5000.00")).status, 24);
    assert.equal((await shop.change({number: "nobody"}, "5000.00", {cart_items: []})).status, 90);
  });

  // Of the three signatures that the document prints, this is the one that is of the body printed with it.
  test("the document's own bodies, byte for byte", async () => {
    const registration = '{"callback_url":"https://shop.ru/revo/decision","redirect_url":"https://shop.ru/revo/redirect",' +
      '"primary_phone":"9268180621","primary_email":"ivan@gmail.com","current_order":{"order_id":"R001233"}}';
    assert.equal(sha1("9fff8c602b08b00323567be0001480f6", registration), "347e8cff27d30b5200c8b32def4365ebbf4270d0");
    const told = await shop.ask("/factoring/v1/limit/auth", registration);
    assert.deepEqual([told.status, told.message], [0, "Payload valid"]);
    assert.match(told.iframe_url, /^http:\/\/localhost\/limit\/[0-9a-f]{40}$/);
    assert.equal((await shop.ask("/factoring/v1/limit/auth", registration)).iframe_url, told.iframe_url, "the same again");
    const java = '{"callback_url":"https://shop.ru/revo/decision","redirect_url":"https://shop.ru/revo/redirect",' +
      '"current_order":{"amount":"7500.00","order_id":"R001233"},"primary_phone":"9268180621"}';
    assert.match((await shop.ask(auth, java)).iframe_url, /\/checkout\/[0-9a-f]{40}$/);
    const finish = '{"order_id":"FACTPRECHR00005384","amount":"4999.00","check_number":"sdfhk"}';
    assert.equal((await shop.ask("/factoring/v1/precheck/finish", finish)).status, 24);
    const vector = '{"order_id": "FACTPRECHR152632", "amount": "8300.00"}';
    assert.deepEqual(await shop.ask("/factoring/v1/return", vector),
                     {status: 24, message: "Order with specified id not found"});
  });
});

// ---- what it may ask ----

describe("IN-3: schedules and limits", () => {
  test("each way of paying, to the kopeck; a sum beyond the tariff has none", async () => {
    const {status, payment_schedule: list} = await shop.ask("/factoring/v1/schedule", {amount: "5000.00"});
    assert.deepEqual([status, list.map(({term, total}) => [term, total])], [0, [[3, 5000], [6, 5000], [2, 5000]]]);
    for (const {payment_dates: rows} of list) {
      const sum = rows.reduce((all, {amount}) => all + Math.round(amount * 100), 0);
      assert.equal(sum, 500000);
      assert.deepEqual(days(rows), days(rows).sort());
    }
    assert.deepEqual(list[0].payment_dates.map(({amount}) => amount), ["1666.67", "1666.67", "1666.66"]);
    assert.deepEqual((await shop.ask("/factoring/v1/schedule", {amount: "100.00"})).payment_schedule, []);
    assert.equal(await shop.code("/factoring/v1/schedule", {amount: "x"}), 30);
  });

  test("a number's limit: active, new, inactive; of a shop on trial by the number alone", async () => {
    const who = await buyer(server), limit = async (phone, of = shop) =>
      (await of.ask("/api/external/v1/client/limit", {client: {mobile_phone: phone}}));
    const digits = who.phone.slice(2);
    assert.deepEqual(await limit(digits), {meta: {status: 0, message: "Payload valid"},
                                           client: {mobile_phone: digits, limit_amount: "15000.00", status: "active"}});
    assert.deepEqual((await limit(newPhone().slice(2))).client.status, "new");
    assert.equal((await limit("12")).meta.status, 70);
    const of = async (phone) => (await limit(phone, trial)).client;
    assert.equal((await of("8881000001")).status, "active");
    assert.deepEqual((await of("8882100001")).limit_amount, "0.00");
    assert.equal((await of("8882200001")).status, "inactive");
    assert.equal((await of(digits)).status, "new", "nobody's data go to a shop on trial");
  });

  test("a customer lets the shop know his limit, and only then it is told", async () => {
    const who = await buyer(server), stranger = await buyer(server);
    const body = {callback_url: shop.hears.url, redirect_url: "https://shop.example/back", primary_phone: who.phone.slice(2),
                  current_order: {order_id: "limit-1"}};
    const {iframe_url: url} = await shop.ask("/factoring/v1/limit/auth", body), path = new URL(url).pathname;
    assert.equal((await server.get(path)).body.state, "asked");
    assert.equal((await server.get("/limit/" + "0".repeat(40))).status, 404);
    assert.equal((await server.post(path)).status, 401);
    assert.equal(problem(await server.post(path, {}, stranger)), "number-differs");
    assert.equal(shop.told({number: "limit-1"}).length, 0);
    assert.equal((await server.post(path, {}, who)).body.state, "approved");
    assert.equal(problem(await server.post(path, {}, who)), "order-over");
    const [told] = await until(async () => shop.told({number: "limit-1"}), (list) => list.length > 0);
    assert.deepEqual(told, {order_id: "limit-1", decision: "approved", amount: "15000.00", mobile_phone: who.phone.slice(2)});
  });
});

// ---- an order's life ----

describe("IN-3: an order from its first word to its end", () => {
  test("asked, chosen, signed by a code, held, finished in part, returned in part and whole; the books agree", async () => {
    const who = await buyer(server), order = await shop.ordered("9000.00", {primary_phone: who.phone.slice(2)});
    const fresh = {order_id: order.number, expired: false, status: "pending", decision: null, amount: "9000.00", term: null};
    assert.deepEqual(await shop.status(order), fresh);
    const page = (await server.get(`/checkout/${order.uid}`)).body;
    assert.deepEqual([page.shop, page.sum.amount, page.options.length, page.signed_in], ["Мебель", "9000.00", 3, false]);
    assert.deepEqual(page.options[0].rows.map(({sum}) => sum.amount), ["3000.00", "3000.00", "3000.00"]);
    assert.equal(await shop.finish(order, "9000.00"), 100, "not signed yet");
    assert.equal(await shop.back(order, "1.00"), 100);
    assert.equal((await sign(server, who, order)).body.state, "hold");
    assert.deepEqual(await shop.status(order), {...fresh, status: "hold", decision: "approved", term: 3});
    const free = async () =>
      (await shop.ask("/api/external/v1/client/limit", {client: {mobile_phone: who.phone.slice(2)}})).client.limit_amount;
    assert.equal(await free(), "6000.00", "held");
    const [told] = await heard(order, "hold");
    assert.deepEqual([told.decision, told.amount, told.term, told.client.primary_phone, told.client.first_name],
                     ["approved", "9000.00", 3, who.phone.slice(2), "Анна"]);
    assert.deepEqual(told.schedule.map(({amount}) => amount), ["3000.00", "3000.00", "3000.00"]);
    const {headers, body} = shop.hears.heard.find(({body: bytes}) => JSON.parse(bytes).order_id === order.number);
    assert.equal(headers["x-signature"], sha1(shop.key, body));
    assert.equal(headers["x-signature-sha256"], sha256(shop.key, body));
    assert.equal(await shop.code(auth, shop.order("9000.00", {}, {order_id: order.number})), 22);
    assert.equal(await shop.finish(order, "9000.01"), 32);
    assert.equal(await shop.finish(order, "6000.00"), 0);
    assert.equal(await shop.finish(order, "6000.00"), 80, "once");
    assert.equal(await shop.cancel(order), 81);
    assert.equal((await shop.change(order, "5000.00")).status, 82);
    assert.equal(await free(), "9000.00", "what was not sold is free again");
    assert.deepEqual(await shop.status(order), {...fresh, status: "finished", decision: "approved", term: 3, amount: "6000.00",
                                                 finished_amount: "6000.00", returned_amount: "0.00"});
    let [line] = (await whole()).shops.filter(({shop: id}) => id === shop.id);
    assert.deepEqual([line.sold.amount, line.fee.amount, line.due.ledger.amount], ["6000.00", "270.00", "5730.00"]);
    assert.equal(await shop.back(order, "6000.01"), 100);
    assert.equal(await shop.back(order, "2000.00"), 0);
    assert.equal((await shop.status(order)).status, "finished");
    assert.equal(await free(), "11000.00");
    assert.equal(await shop.back(order, "4000.00"), 0);
    assert.equal((await shop.status(order)).status, "refunded");
    assert.equal(await shop.back(order, "1.00"), 100);
    assert.equal(await free(), "15000.00");
    [line] = (await whole()).shops.filter(({shop: id}) => id === shop.id);
    assert.deepEqual([line.returned.amount, line.fee.amount, line.due.ledger.amount], ["6000.00", "0.00", "0.00"]);
    const states = (await heard(order, "refunded")).map(({status}) => status);
    assert.deepEqual(new Set(states), new Set(["hold", "finished", "refunded"]));
  });

  test("asked again: the same page; another sum while nobody has signed makes the code void; another's address is nobody's", async () => {
    const who = await buyer(server), order = await shop.ordered("3000.00");
    const again = (amount) => shop.ordered(amount, {}, {order_id: order.number});
    assert.deepEqual(await again("3000.00"), order);
    const seen = (await server.messages(who.phone)).length;
    await server.post(`/checkout/${order.uid}`, {plan: "months-3-later"}, who);
    const code = await server.code(who.phone, seen);
    assert.match((await server.messages(who.phone))[0], /«Мебель» на 3\s000,00\s₽, 3 платежа раз в месяц/);
    assert.deepEqual(await again("4000.00"), order);
    assert.equal(problem(await server.post(`/checkout/${order.uid}/sign`, {code}, who)), "code-spent");
    const stranger = await buyer(server);
    assert.equal((await server.post(`/checkout/${order.uid}/sign`, {code}, stranger)).status, 404);
    assert.equal((await server.get(`/checkout/${order.uid}/sign`, stranger)).status, 404);
    assert.equal((await server.get("/checkout/" + "0".repeat(40))).status, 404);
    const paper = (await server.get(`/checkout/${order.uid}/sign`, who)).body.paper;
    for (const word of ["Мебель", "ООО «Мебель»", order.number, "4 000,00", "20 %"])
      assert.ok(paper.replaceAll("\u00a0", " ").includes(word), `${word}: ${paper}`);
    assert.equal((await sign(server, who, order)).body.state, "hold");
    assert.equal((await server.post(`/checkout/${order.uid}/sign`, {code: "000000"}, who)).body.state, "hold", "told again");
    assert.equal(await other.cancel(order), 24, "another shop's number");
    assert.equal(await shop.cancel(order), 0);
    assert.equal(await shop.cancel(order), 0, "the same again is the same");
    assert.equal((await shop.status(order)).status, "canceled");
    assert.equal((await heard(order, "canceled")).filter(({status}) => status === "canceled").length, 1);
    await whole();
  });

  test("changed: lower and up again to what was signed, never beyond; the schedule and the hold go with it", async () => {
    const who = await buyer(server), order = await shop.ordered("6000.00");
    await sign(server, who, order);
    const {status, schedule} = await shop.change(order, "3000.00");
    assert.deepEqual([status, schedule.map(({amount}) => amount)], [0, ["1000.00", "1000.00", "1000.00"]]);
    assert.equal((await shop.change(order, "6000.00")).status, 0);
    assert.equal((await shop.change(order, "6000.01")).status, 71, "he has not signed so much");
    assert.equal((await shop.change(order, "999.00")).status, 33);
    assert.equal((await shop.change(order, "x")).status, 30);
    assert.equal((await shop.change(order, "4500.00", {valid_till: "01.01.2020 00:00:00+03:00"})).status, 110);
    assert.equal((await shop.change(order, "4500.00", {valid_till: "01.01.2099 00:00:00+03:00"})).status, 0);
    assert.equal(await shop.finish(order, "4500.00"), 0);
    assert.equal((await shop.status(order)).amount, "4500.00");
    await whole();
  });

  test("finish as multipart/form-data with the fiscal document beside; only `body` is signed", async () => {
    const who = await buyer(server), order = await shop.ordered("2000.00");
    await sign(server, who, order);
    const json = JSON.stringify({order_id: order.number, amount: "2000.00", check_number: "ZDDS3123F"}), line = "\r\n";
    const body = ["--xyz", 'Content-Disposition: form-data; name="check"; filename="a.pdf"', "", "%PDF-1.4",
                  "--xyz", 'Content-Disposition: form-data; name="body"', "", json, "--xyz--", ""].join(line);
    assert.equal((await shop.ask("/factoring/v1/precheck/finish", json, {type: "multipart/form-data; boundary=xyz", body})).status, 0);
    assert.equal((await shop.status(order)).status, "finished");
  });

  test("a sum with what was prepaid, goods of the cart, a term that the shop names", async () => {
    const who = await buyer(server), cart = [{name: "Шкаф <b>", price: 1, quantity: 2}, {name: "Доставка", price: 1}];
    const order = await shop.ordered("9000.00", {cart_items: cart}, {prepayment_amount: "3000.00", term: 6});
    const {body} = await server.get(`/checkout/${order.uid}`);
    assert.deepEqual([body.sum.amount, body.prepaid.amount, body.options.map(({value}) => value)],
                     ["6000.00", "3000.00", ["months-6-later"]]);
    assert.deepEqual(body.cart, [{name: "Шкаф <b>", quantity: "2"}, {name: "Доставка", quantity: null}]);
    assert.equal((await server.post(`/checkout/${order.uid}`, {plan: "months-3-later"}, who)).status, 422);
    await sign(server, who, order, "months-6-later");
    const [told] = await heard(order, "hold");
    assert.deepEqual([told.amount, told.prepayment_amount, told.total_amount, told.term], ["6000.00", "3000.00", "9000.00", 6]);
  });

  test("beyond the limit: refused on the page, and the order waits; no limit at all: declined; for another number: refused", async () => {
    const who = await buyer(server), order = await shop.ordered("15000.01");
    const choose = (of, whom) => server.post(`/checkout/${of.uid}`, {plan: "months-3-later"}, whom);
    assert.equal(problem(await choose(order, who)), "not-enough-limit");
    assert.equal((await shop.status(order)).status, "pending");
    assert.equal((await server.post(`/checkout/${order.uid}/refuse`, {}, who)).body.state, "declined");
    assert.deepEqual([(await shop.status(order)).status, (await shop.status(order)).decision], ["declined", "approved"]);
    const second = await shop.ordered("2000.00", {primary_phone: newPhone().slice(2)});
    assert.equal(problem(await choose(second, who)), "number-differs");
    const third = await shop.ordered("8000.00"), fourth = await shop.ordered("8000.00");
    const seen = (await server.messages(who.phone)).length;
    await choose(third, who);
    const code = await server.code(who.phone, seen);
    await sign(server, who, fourth);
    assert.equal(problem(await server.post(`/checkout/${third.uid}/sign`, {code}, who)), "not-enough-limit", "spent meanwhile");
    const poor = await buyer(server), fifth = await shop.ordered("2000.00");
    await server.passed(`UPDATE instalment_limit SET sum = 0 WHERE customer = ${poor.customer}`);
    assert.equal((await choose(fifth, poor)).body.state, "declined");
    assert.deepEqual([(await shop.status(fifth)).status, (await shop.status(fifth)).decision], ["declined", "declined"]);
    const [told] = await heard(fifth, "declined");
    assert.deepEqual([told.amount, told.schedule], ["0.00", []]);
  });

  test("its time is over: what was held is free again once, the shop hears of it, and everything is too late", async () => {
    const who = await buyer(server), held = await shop.ordered("5000.00"), waiting = await shop.ordered("5000.00");
    const late = await shop.ordered("5000.00");
    await sign(server, who, held);
    await sign(server, who, late);
    await server.passed("UPDATE job SET next_at = 9000000000000000 WHERE name = 'instalments.orders'",
                        `UPDATE instalment_checkout SET valid_till = 1 WHERE uid IN ('${held.uid}', '${waiting.uid}', '${late.uid}')`);
    assert.deepEqual([(await shop.status(late)).status, (await shop.status(late)).expired], ["expired", true], "told before the job");
    assert.equal(await shop.finish(late, "5000.00"), 23);
    assert.equal(problem(await server.post(`/checkout/${waiting.uid}`, {plan: "months-3-later"}, who)), "order-over");
    await server.due("instalments.orders");
    for (const order of [held, waiting, late]) {
      const told = await heard(order, "expired");
      assert.equal(told.filter(({status}) => status === "expired").length, 1);
      for (const code of [await shop.cancel(order), await shop.finish(order, "5000.00"), await shop.back(order, "1.00")])
        assert.equal(code, 23);
      assert.equal(await shop.code(auth, shop.order("5000.00", {}, {order_id: order.number})), 23);
    }
    const limit = await shop.ask("/api/external/v1/client/limit", {client: {mobile_phone: who.phone.slice(2)}});
    assert.equal(limit.client.limit_amount, "15000.00");
    await whole();
  });

  test("a shop on trial: numbers and one code say what comes of it; no money moves; nobody's cabinet is touched", async () => {
    const who = await buyer(server), before = await whole();
    const run = async (phone, code = "1111") => {
      const order = await trial.ordered("5000.00", {primary_phone: phone});
      const answer = await server.post(`/checkout/${order.uid}/trial`, {plan: "months-3-later", code});
      return [answer, order, await trial.status(order)];
    };
    const [approved, order, held] = await run("8881000001");
    assert.deepEqual([approved.status, held.status, held.decision], [200, "hold", "approved"]);
    assert.equal((await run("8881000001", "1112"))[0].status, 422);
    const [, , refused] = await run("8882100001"), [, , loans] = await run("8882200001");
    assert.deepEqual([refused.status, refused.decision, loans.status, loans.decision], ["declined", "declined", "declined", "approved"]);
    assert.equal((await run(who.phone.slice(2)))[0].status, 422, "a real number does nothing there");
    const real = await trial.ordered("5000.00"), own = await shop.ordered("5000.00");
    assert.equal(problem(await server.post(`/checkout/${real.uid}`, {plan: "months-3-later"}, who)), "shop-on-trial");
    assert.equal(problem(await server.post(`/checkout/${own.uid}/trial`, {plan: "months-3-later", phone: "8881000001", code: "1111"})),
                 "shop-not-on-trial");
    assert.equal(await trial.finish(order, "5000.00"), 0);
    assert.equal(await trial.back(order, "5000.00"), 0);
    assert.equal((await heard(order, "refunded", trial)).length, 3);
    assert.deepEqual(await whole(), before, "no money");
    const asked = await trial.ask("/factoring/v1/limit/auth", {...trial.order("1.00"), current_order: {order_id: "t-1"}});
    const path = new URL(asked.iframe_url).pathname;
    assert.equal((await server.post(`${path}/trial`, {phone: "8882100001", code: "1111"})).body.state, "declined");
  });
});

// ---- pages ----

describe("IN-3: pages", () => {
  test("without scripts: from the shop's address through sign-in to the signature; what the shop wrote is no markup", async () => {
    const who = await buyer(server), browser = server.browser();
    const order = await shop.ordered("3000.00", {cart_items: [{name: "<script>x</script>", price: 1, quantity: 1}]});
    await browser.go(`/checkout/${order.uid}`);
    assert.equal(browser.status, 200);
    assert.ok(!browser.html.includes("<script>x"), "escaped");
    assert.match(browser.html, /href="\/signin\?next=\/checkout\/[0-9a-f]{40}"|href="\/signin\?next=%2Fcheckout/);
    await browser.signIn({phone: who.phone, password: "7395"});
    await browser.go(`/checkout/${order.uid}`);
    const seen = (await server.messages(who.phone)).length;
    await browser.send(`/checkout/${order.uid}`, {plan: "fortnights-4-now"});
    assert.equal(browser.path, `/checkout/${order.uid}/sign`, browser.html.slice(0, 3000));
    await browser.send(`/checkout/${order.uid}/sign`, {code: "12"});
    assert.equal(browser.status, 422);
    await browser.send(`/checkout/${order.uid}/sign`, {code: await server.code(who.phone, seen)});
    assert.equal(browser.path, `/checkout/${order.uid}`);
    assert.match(browser.html, /Подписано/);
    assert.match(browser.html, /href="https:\/\/shop\.example\/back"/);
  });

  test("staff write the tariff: wrong lines are named, versions stay, orders keep theirs; only of the right role", async () => {
    const own = await Shop.open(server, boss, "С тарифом"), path = `/staff/instalments/shops/${own.id}`;
    const {clerk} = await staff(server, {clerk: "support"});
    assert.equal((await clerk.get(path)).status, 403);
    assert.equal((await clerk.post(path, {words: tariff})).status, 403);
    assert.equal((await boss.get("/staff/instalments/shops/912000000000000002")).status, 404);
    for (const words of ["", "sum 1 2", "sum 1000.00 50000.00", `${tariff}\nweeks 3 later 1`, `${tariff}\nmonths 3 later 7`]) {
      const refused = await boss.post(path, {words});
      assert.deepEqual([refused.status, refused.body.errors?.map(({field}) => field)], [422, ["words"]], words);
    }
    assert.equal((await own.tariff(tariff)).version, 1, "the same again is no other");
    const who = await buyer(server), order = await own.ordered("3000.00");
    await sign(server, who, order);
    assert.equal((await own.tariff("sum 500.00 9000.00\nmonths 2 later 1")).version, 2);
    assert.deepEqual((await finance.get(path)).body.versions.map(({version, holds}) => [version, holds]), [[2, true], [1, false]]);
    assert.equal((await own.ask("/factoring/v1/schedule", {amount: "600.00"})).payment_schedule.length, 1);
    assert.equal(await own.finish(order, "3000.00"), 0);
    const [line] = (await whole()).shops.filter(({shop: id}) => id === own.id);
    assert.equal(line.fee.amount, "135.00", "by the tariff of its day");
    await own.stop();
  });

  test("what the customer signed is kept word for word, sealed; the shop's word on him is not in the database as it is", async () => {
    const who = await buyer(server), order = await shop.ordered("3000.00", {primary_phone: who.phone.slice(2)});
    await sign(server, who, order);
    await server.end();
    const hex = database === "sqlite" ? (name) => `hex(${name})` : (name) => `encode(${name}, 'hex')`;
    const rows = server.rows(`SELECT digest, how, ${hex("paper")}, sent, made FROM instalment_signed WHERE customer = ${who.customer}`);
    const payloads = server.rows(`SELECT ${hex("payload")} FROM instalment_checkout WHERE uid = '${order.uid}'`);
    await server.run();
    assert.match(rows[0][0], /^[0-9a-f]{64}$/);
    assert.match(rows[0][1], /127\.0\.0\.1/);
    assert.ok(Number(rows[0][4]) >= Number(rows[0][3]));
    for (const bytes of [rows[0][2], payloads[0][0]])
      assert.ok(!Buffer.from(bytes, "hex").includes(who.phone.slice(2)) && !Buffer.from(bytes, "hex").includes("shop.example"));
  });
});
