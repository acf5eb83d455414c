// routes.test.mjs: every address of the program against those who have no business there (ID-14, ID-15): signed out,
// another site's form, another customer's ids, fields that no form names, other methods. The list comes from
// `kabinet routes`, so a new address is in it at once; one that takes an id must be reached by an id of its own here.

import assert from "node:assert/strict";
import {after, before, describe, test} from "node:test";

import {fill, idsOf, routesOf, withId} from "../support/attacks.mjs";
import {Loans, loansSettings} from "../support/loans.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {newKey, newPhone} from "../support/server.mjs";
import {Wallets, limits, until} from "../support/wallet.mjs";

let both, server, routes, victim, thief, thieves, ids;

// What the victim has, so that each address with an id has one to be tried with.
async function live() {
  const wallets = new Wallets(both);
  const who = await wallets.rich("500.00");
  who.browser = server.browser();
  await who.browser.signIn(who);
  const options = () => ({token: who.token, key: newKey()});
  who.made = [];
  const good = (answer) => assert.ok(answer.status < 300, answer.text) ?? who.made.push(answer.body);
  good(await wallets.send(who, newPhone(), "15.00")); // waits for a recipient
  const friend = await server.customer();
  good(await wallets.send(who, friend.phone, "10.00"));
  good(await server.post("/splits", {operation: who.made.at(-1).id, to_1: newPhone(), sum_1: "2.00"}, options()));
  good(await server.post("/settings/tokens", {name: "Учёт", operations_read: true}, options()));
  good(await server.post("/favourites", {name: "Друг", phone: friend.phone}, options()));
  good(await server.post("/friends", {label: "Друг", phone: friend.phone}, options()));
  good(await server.post("/support", {text: "Помогите"}, options()));
  good(await server.post("/requests", {to: friend.phone, sum: "10.00"}, options()));
  for (const asker of [friend, await server.customer()])
    good(await server.post("/requests", {to: who.phone, sum: "10.00"}, {token: asker.token, key: newKey()}));
  good(await server.post(`/requests/${who.made.at(-1).id}/block`, {}, options()));
  good(await server.post("/wallets", {name: "Второй"}, options()));
  good(await server.post("/topups", {sum: "100.00"}, options()));
  good(await server.post("/bank-cards", {}, options()));
  await until(async () => (await server.get("/pay/mobile", {token: who.token})).status, (status) => status === 200);
  good(await server.post("/pay/mobile", {account: "9161234567", sum: "10.00"}, options()));
  const template = await server.post("/pay/mobile/template", {template: "Сын", account: "9161234567"}, options());
  good(template);
  good(await server.post(`/templates/${template.body.id}/autopay`, {kind: "calendar", when: "month-5", sum: "20.00"}, options()));
  const box = await server.post("/boxes", {name: "Отпуск"}, options());
  good(box);
  good(await server.post(`/boxes/${box.body.id}/put`, {sum: "5.00"}, options()));
  good(await server.post(`/boxes/${box.body.id}/rules`, {kind: "round", step: "10"}, options()));
  good(await server.post("/cards", {kind: "virtual"}, options()));
  await until(() => server.get("/loans/calculator"), ({body}) => body.products.length === 2);
  const loans = new Loans(server), loan = await loans.signed(who, await loans.offered(who));
  const application = await loans.offered(who);
  await loans.drafted(who, application);
  who.made.push({loan}, {application});
  return who;
}

before(async () => {
  both = await startBoth({limits, payments: {catalogue_file: "profiles/catalogue.json"}, loans: loansSettings()});
  ({server} = both);
  routes = routesOf(server);
  [victim, thief] = [await live(), await server.customer()];
  thieves = [thief, ...(await Promise.all([1, 2, 3, 4].map(() => server.customer())))];
  ids = await idsOf(server, routes, victim, victim.made);
});
after(() => both?.stop());

const isPost = (route) => route.method !== "GET";
const ordinary = (route) => route.who === "customer" || route.who === "guest" || route.who === "anyone";
const call = (route, path, who, body) =>
  server.call(route.method, path, isPost(route) ? body ?? {} : undefined, {token: who?.token, key: newKey()});

test("the list is there", () => {
  assert.ok(routes.length > 50);
  assert.ok(ids.size >= 6, [...ids].join(" "));
});

// ---- who ----

describe("signed out, nothing of a customer's or of staff's is answered", () => {
  test("JSON", async () => {
    for (const route of routes.filter(({who}) => who === "customer" || who === "staff")) {
      const answer = await call(route, withId(route.path, [...ids][0]), undefined, fill(route));
      const only = route.marks.includes("page") || route.marks.includes("stream"); // never as JSON
      assert.equal(answer.status, only ? 406 : 401, `${route.name}: ${answer.status} ${answer.text.slice(0, 300)}`);
    }
  });

  test("pages", async () => {
    for (const route of routes.filter(({who, method}) => (who === "customer" || who === "staff") && method === "GET")) {
      const browser = server.browser();
      await browser.go(withId(route.path, [...ids][0]), {}, 5);
      assert.ok([303, 401, 406].includes(browser.status), `${route.name}: ${browser.status}`);
      if (browser.status === 303) assert.match(browser.headers.get("Location"), /\/signin/, route.name);
    }
  });

  test("a customer is no member of staff", async () => {
    for (const route of routes.filter(({who}) => who === "staff")) {
      const answer = await call(route, withId(route.path, [...ids][0]), victim, fill(route));
      const only = route.marks.includes("stream") ? 406 : 401; // never as JSON
      assert.ok([only, 403].includes(answer.status), `${route.name}: ${answer.status}`);
    }
  });

  test("partners' addresses want their signature", async () => {
    for (const route of routes.filter(({who}) => who === "partner")) {
      for (const who of [undefined, victim]) {
        const answer = await call(route, route.path, who, {});
        if (/^\/(factoring|api\/external)\//.test(route.path)) { // Mokka's interface refuses by a code: no store named
          assert.deepEqual([answer.status, (answer.body.meta ?? answer.body).status], [200, 50], route.name);
          continue;
        }
        assert.ok([400, 401, 403, 404, 422].includes(answer.status), `${route.name}: ${answer.status} ${answer.text}`);
      }
    }
  });
});

// ---- forged forms ----

test("another site's form changes nothing: by origin, by where it came from, by its token", async () => {
  const browser = server.browser();
  await browser.signIn(thief);
  const cookies = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  const disguises = [
    {Origin: "https://evil.example"}, {Origin: "null"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {},
  ];
  for (const route of routes.filter((r) => isPost(r) && ordinary(r) && !r.marks.includes("no_csrf"))) {
    for (const headers of disguises) {
      const answer = await fetch(server.url + withId(route.path, [...ids][0]), {
        method: route.method, redirect: "manual", body: new URLSearchParams({...fill(route), _key: newKey()}),
        headers: {Accept: "application/json", Cookie: cookies, "Content-Type": "application/x-www-form-urlencoded", ...headers},
      });
      assert.equal(answer.status, route.marks.includes("page") ? 406 : 403, `${route.name} ${JSON.stringify(headers)}: ${answer.status}`);
    }
    // what a form can send as it likes, were it taken for JSON
    const plain = await fetch(server.url + withId(route.path, [...ids][0]), {
      method: route.method, redirect: "manual", body: "{}",
      headers: {Accept: "application/json", Cookie: cookies, "Content-Type": "text/plain"},
    });
    assert.ok([403, 406, 415].includes(plain.status), `${route.name}: ${plain.status}`);
  }
  assert.equal((await server.get("/sessions", thief)).status, 200, "nobody was signed out meanwhile");
});

// ---- another's ids ----

// Addresses with a parameter that is not an id of somebody's.
const open = {
  "GET /language/{tag}": "a language", "GET /signin/with/{provider}": "a provider's name",
  "GET /signin/from/{provider}": "a provider's name", "POST /settings/providers/{provider}/link": "a provider's name",
  "GET /box/{token}": "a secret of 16 bytes, shared by its owner", "GET /gift/{token}": "a secret of 16 bytes",
  "POST /box/{token}/card": "a secret of 16 bytes, shared by its owner", "GET /gift/{token}/pay": "a secret of 16 bytes",
  "POST /box/{token}/wallet": "a secret of 16 bytes, shared by its owner",
  "GET /bill/{uid}": "a bill's address: whoever has it may see it (merchants.test.mjs)",
  "POST /bill/{uid}/pay": "the same: whoever has it may pay it", "POST /bill/{uid}/decline": "the same; only its addressee may",
  "GET /checkout/{uid}": "an order's address: whoever has it may see it (instalments_checkout.test.mjs)",
  "POST /checkout/{uid}": "the same: whoever has it may sign it, by a code to his own number",
  "POST /checkout/{uid}/refuse": "the same", "POST /checkout/{uid}/trial": "the same, of a shop on trial",
  "GET /checkout/{uid}/sign": "the same; his alone who chose (instalments_checkout.test.mjs)",
  "POST /checkout/{uid}/sign": "the same", "POST /checkout/{uid}/again": "the same",
  "GET /limit/{uid}": "a shop's question: whoever has its address may answer for himself",
  "POST /limit/{uid}": "the same", "POST /limit/{uid}/trial": "the same, of a shop on trial",
  "POST /claim/{token}/card": "a secret in an SMS, good once (claim.test.mjs)", "POST /claim/{token}/phone": "the same",
  "POST /claim/{token}/wallet": "the same", "GET /card-approvals/{id}": "card_approve.test.mjs",
  "POST /card-approvals/{id}/approve": "card_approve.test.mjs", "POST /card-approvals/{id}/decline": "card_approve.test.mjs",
  "GET /secure/{token}": "a secret that the shop's browser was led to (card_secure.test.mjs)",
  "POST /secure/{token}": "the same", "POST /secure/{token}/again": "the same", "POST /secure/{token}/cancel": "the same",
  "GET /@{name}": "a page that its owner shows everybody", "POST /@{name}": "the same", "GET /@{name}/report": "the same",
  "POST /@{name}/report": "the same", "GET /logos/{hash}": "a provider's picture",
  "GET /instalments/shops/{id}": "a shop's page, for everybody",
  "GET /resume/{token}": "a secret of 32 bytes, bound to the customer besides (sessions.test.mjs)",
};
// Those whose ids no customer of this test has; where they are tried instead.
const elsewhere = {
  "POST /settings/providers/{id}/unlink": "providers.test.mjs",
  "POST /settings/security/pins/{id}/remove": "factors.test.mjs",
  "POST /settings/security/passkeys/{id}/remove": "passkey.test.mjs",
  "GET /operations/{id}/signature": "signature.test.mjs",
  "GET /support/cases/{id}/files/{file}": "support.test.mjs",
  "POST /settings/push/{id}/remove": "push.test.mjs",
  "GET /till/applications/{id}": "till.test.mjs", "POST /till/applications/{id}": "till.test.mjs",
  "POST /till/applications/{id}/resend": "till.test.mjs",
  "GET /shop/orders/{uid}": "instalments_shop.test.mjs", "POST /shop/orders/{uid}/finish": "instalments_shop.test.mjs",
  "POST /shop/orders/{uid}/cancel": "instalments_shop.test.mjs",
  "POST /shop/orders/{uid}/return": "instalments_shop.test.mjs",
  "GET /shop/till/{uid}": "instalments_till.test.mjs", "POST /shop/till/{uid}/plan": "instalments_till.test.mjs",
  "POST /shop/till/{uid}/again": "instalments_till.test.mjs", "POST /shop/till/{uid}/code": "instalments_till.test.mjs",
  "POST /shop/till/{uid}/finish": "instalments_till.test.mjs", "POST /shop/till/{uid}/cancel": "instalments_till.test.mjs",
  "GET /shop/settlements/{id}": "instalments_shop.test.mjs", "GET /shop/settlements/{id}/csv": "instalments_shop.test.mjs",
  "GET /shop/settlements/{id}/pdf": "instalments_shop.test.mjs",
  "GET /shop/keys/{key}/end": "shops.test.mjs", "POST /shop/keys/{key}/end": "shops.test.mjs",
  "POST /shop/people/{login}/roles": "shops.test.mjs", "POST /shop/people/{login}/password": "shops.test.mjs",
  "POST /shop/people/{login}/switch": "shops.test.mjs", "GET /shop/people/{login}": "shops.test.mjs",
  "GET /shop/callbacks/{callback}": "shops_callbacks.test.mjs",
  "POST /shop/showcase/places/{place}/remove": "showcase.test.mjs", "POST /shop/sales/{sale}/end": "showcase.test.mjs",
  "POST /shop/callbacks/{callback}/replay": "shops_callbacks.test.mjs",
  "POST /boxes/{id}/rules/{rule}/remove": "boxes.test.mjs",
  "GET /cards/{id}/shops/{group}": "card_controls.test.mjs", "POST /cards/{id}/shops/{group}": "card_controls.test.mjs",
  "GET /cards/{id}/limits/{kind}": "card_controls.test.mjs", "POST /cards/{id}/limits/{kind}": "card_controls.test.mjs",
  "GET /cards/purchases/{id}": "card_disputes.test.mjs", "POST /cards/purchases/{id}/dispute": "card_disputes.test.mjs",
  "GET /loans/{id}/orders/{order}": "test/loans", "GET /loans/{id}/certificate": "test/loans",
  "GET /loans/{id}/payments": "test/loans",
  "POST /loans/{id}/extras/{code}/refuse": "loans_extras.test.mjs", "POST /loans/applications/{id}/again": "loans.test.mjs",
  "GET /deposits/drafts/{id}": "deposits.test.mjs",
  "POST /deposits/drafts/{id}": "deposits.test.mjs",
  "POST /deposits/drafts/{id}/again": "deposits.test.mjs",
  "GET /instalments/{id}": "instalments_pay.test.mjs", "GET /instalments/{id}/why": "instalments_pay.test.mjs",
  "GET /instalments/{id}/pay": "instalments_pay.test.mjs", "POST /instalments/{id}/pay": "instalments_pay.test.mjs",
  "GET /instalments/{id}/move": "instalments_pay.test.mjs", "POST /instalments/{id}/move": "instalments_pay.test.mjs",
  "POST /instalments/{id}/back": "instalments_pay.test.mjs", "GET /instalments/payments/{id}": "instalments_pay.test.mjs",
  "GET /deposits/{id}": "deposits.test.mjs",
  "GET /deposits/{id}/interest": "deposits.test.mjs",
  "POST /deposits/{id}/topup": "deposits.test.mjs",
  "POST /deposits/{id}/withdraw": "deposits.test.mjs",
  "POST /deposits/{id}/prolong": "deposits.test.mjs",
  "GET /deposits/{id}/close": "deposits.test.mjs",
  "POST /deposits/{id}/close": "deposits.test.mjs",
  "GET /deposits/{id}/contract": "deposits.test.mjs",
  "GET /deposits/{id}/certificate": "deposits.test.mjs",
  "GET /lender-loans/{id}": "lenders.test.mjs",
  "POST /lender-loans/{id}/code": "lenders.test.mjs",
  "POST /lender-loans/{id}/sign": "lenders.test.mjs",
  "POST /lender-loans/{id}/cancel": "lenders.test.mjs",
  "POST /lender-loans/{id}/pay": "lenders.test.mjs",
  "POST /personal/gifts/{id}/hide": "personal.test.mjs",
  "POST /spending/budgets/{id}/remove": "spending.test.mjs",
  "POST /templates/habits/{id}/off": "spending.test.mjs",
  "POST /feed/{id}/read": "campaigns.test.mjs",
  "POST /feed/{id}/archive": "campaigns.test.mjs",
  "POST /feed/{id}/restore": "campaigns.test.mjs",
};

test("a customer's ids are as missing ones to another, on every address and with every one", async () => {
  const before = await victimsView();
  for (const route of routes.filter(({path, who}) => path.includes("{") && (who === "customer" || who === "anyone"))) {
    if (open[route.name]) continue;
    let asked = 0;
    for (const id of ids) {
      const thief = thieves[asked++ % thieves.length]; // none of them is stopped for asking too often
      const theirs = await call(route, withId(route.path, id), thief, fill(route));
      const missing = await call(route, withId(route.path, "912000000000000002"), thief, fill(route));
      assert.ok(theirs.status >= 400, `${route.name} ${id}: ${theirs.status} ${theirs.text.slice(0, 300)}`);
      const bare = (answer) => answer.text.replace(/"instance":"[^"]*"/, "").replaceAll(id, "ID").replaceAll("912000000000000002", "ID");
      assert.deepEqual([theirs.status, bare(theirs)], [missing.status, bare(missing)], `${route.name} ${id}`);
    }
  }
  assert.deepEqual(await victimsView(), before);
});

const victimsView = async () => {
  const view = {};
  for (const path of ["/favourites", "/transfers/waiting", "/settings/security"])
    view[path] = (await server.get(path, victim)).text;
  const {body} = await server.get("/sessions", victim);
  view.sessions = body.sessions.map(({id}) => id).sort(); // they stand by their last use
  view.home = (await server.get("/", victim)).body.wallet?.balance;
  return view;
};

test("an id in a body or query is refused like a missing one, too", async () => {
  for (const route of routes.filter((r) => ordinary(r) && r.who === "customer" && r.fields.some(({type}) => type === "id")))
    for (const {name} of route.fields.filter(({type}) => type === "id"))
      for (const id of ids) {
        const query = isPost(route) ? "" : `?${name}=${id}`;
        const answer = await call(route, route.path + query, thief, {...fill(route), [name]: id});
        if (answer.status >= 400) continue;
        for (const other of ids)
          assert.ok(other === id || !answer.text.includes(other), `${route.name} ${name}=${id} tells ${other}`);
        assert.ok(!answer.text.includes(victim.phone.slice(1)), `${route.name} ${name}=${id}`);
      }
});

test("each address with an id was tried with one that is good for its owner", async () => {
  const reached = [];
  // By convention a parameter that is an id is called so; words (a language, a step's name) are not.
  const withParameter = routes.filter(({path, who}) => /\{(\w+_)?id\}/.test(path) && who !== "staff" && who !== "partner");
  for (const route of withParameter.sort((a, b) => isPost(a) - isPost(b))) {
    if (open[route.name] || elsewhere[route.name]) continue;
    let found = false;
    for (const id of ids) {
      const answer = await call(route, withId(route.path, id), victim, fill(route));
      found = answer.status !== 404;
      if (found) break;
    }
    if (found) reached.push(route.name);
    assert.ok(found, `${route.name} is not covered: let live() make something of the victim's that it is about, ` +
                     "or name in `elsewhere` the test that tries it with another's id");
  }
  assert.ok(reached.length >= 5, reached.join("\n"));
});

// ---- what no form names ----

test("no body sets a role, level, balance, owner or anything else that its form does not name", async () => {
  const smuggled = {role: "admin", level: 3, balance: "1000000.00", customer: "912000000000000002", is_admin: true, staff: 1,
                    frozen: false, closed: false, verified: true, nested: {level: 3}};
  for (const route of routes.filter((r) => isPost(r) && ordinary(r) && !r.marks.includes("raw"))) {
    const person = route.who === "customer" ? thief : undefined;
    for (const [name, value] of Object.entries(smuggled)) {
      if (route.fields.some((field) => field.name === name)) continue;
      const answer = await call(route, withId(route.path, [...ids][0]), person, {...fill(route), [name]: value});
      assert.ok(answer.status >= 400, `${route.name} with ${name}: ${answer.status} ${answer.text.slice(0, 200)}`);
    }
  }
  assert.equal((await server.get("/sessions", thief)).status, 200);
});

// ---- other methods ----

test("a method that the list does not name is not there, nor by an overriding header or field", async () => {
  const allowed = new Map();
  for (const {method, path} of routes) allowed.set(path, [...(allowed.get(path) ?? []), method]);
  for (const [path, methods] of allowed) {
    if (path === "/events" || path.endsWith("/events")) continue; // streams never end
    for (const method of ["PUT", "PATCH", "DELETE", "POST"]) {
      if (methods.includes(method)) continue;
      const like = (each) => new RegExp(`^${each.path.replace(/\{\w+\}/g, "[^/]+")}$`).test(path);
      if (routes.some((each) => each.method === method && like(each))) continue; // "new" is an id to another
      const answer = await server.call(method, withId(path, [...ids][0]), {}, {token: thief.token, key: newKey()});
      assert.ok([404, 405].includes(answer.status), `${method} ${path}: ${answer.status}`);
    }
  }
  const [session] = (await server.get("/sessions", victim)).body.sessions;
  for (const headers of [{"X-HTTP-Method-Override": "POST"}, {"X-Method-Override": "POST"}]) {
    const answer = await server.get(`/sessions/${session.id}/end?_method=POST`, {token: victim.token, headers});
    assert.equal(answer.status, 405);
  }
});
