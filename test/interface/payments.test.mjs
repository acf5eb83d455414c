// Paying providers (WA-3, IF-3): the catalogue, each of the ten billers through its own dialect, refusals told apart, repeats,
// a provider that fails in every way; afterwards our books and the billers' own agree to the kopeck.

import assert from "node:assert/strict";
import {after, before, describe, test} from "node:test";

import {providerCount} from "../support/catalogue.mjs";
import {cards, startBoth} from "../support/sandbox.mjs";
import {newKey} from "../support/server.mjs";
import {Wallets, limits, problem, until} from "../support/wallet.mjs";

let both, server, sandbox, wallets;

const settings = {
  limits,
  payments: {catalogue_file: "profiles/catalogue.json", check_life: "1m", send_life: "5m", confirm_sum: "5 000.00"},
};

before(async () => {
  both = await startBoth(settings, {slow: 300, late: 1500});
  ({server, sandbox} = both);
  wallets = new Wallets(both);
  await until(async () => (await server.get("/pay", await signed())).body.providers.length, (count) => count === providerCount);
});
after(() => both?.stop());

let reader;
const signed = async () => (reader ??= {token: (await server.customer()).token});

const rich = async (sum = "9000.00") => {
  const who = await server.customer();
  assert.equal(await wallets.topup(who, sum, cards.pays), "paid");
  return who;
};

const order = (who, code, fields) => server.post(`/pay/${code}`, fields, {token: who.token, key: newKey()});
const payment = async (who, id) => (await server.get(`/payments/${id}`, {token: who.token})).body;
const reached = (who, id, ...states) =>
  until(() => payment(who, id), (found) => states.includes(found.state), 120000);
const confirm = (who, id, key = newKey()) =>
  server.post(`/payments/${id}/confirm`, {}, {token: who.token, key});

// The whole way: {id, …} of the payment at its end.
async function pay(who, code, fields, ...states) {
  const ordered = await order(who, code, fields);
  assert.equal(ordered.status, 201, ordered.text);
  const checked = await reached(who, ordered.body.id, "checked", "rejected", "unchecked");
  if (checked.state !== "checked") return checked;
  const confirmed = await confirm(who, checked.id);
  assert.equal(confirmed.status, 200, confirmed.text);
  return reached(who, checked.id, ...(states.length ? states : ["done", "refused", "stuck"]));
}

const theirs = async (code, account) =>
  (await (await fetch(`${sandbox.url}/billers/${code}/accounts/${encodeURIComponent(account)}`)).json());

describe("the catalogue (WA-3)", () => {
  test("is searched by words in any language, and by category", async () => {
    const who = await signed();
    const found = async (query) =>
      (await server.get(`/pay?${query}`, who)).body.providers.map((provider) => provider.code).sort();
    assert.deepEqual(await found("q=" + encodeURIComponent("СЧЁТЧИК")), ["power"]);
    assert.deepEqual(await found("q=internet"), ["internet"]);
    assert.deepEqual(await found("category=state"), ["duty", "fine"]);
    assert.deepEqual(await found("category=state&q=" + encodeURIComponent("гаи")), ["fine"]);
    assert.deepEqual(await found("q=" + encodeURIComponent("такого нет")), []);
  });

  test("tells a provider's own fields, bounds and fee; another is not there", async () => {
    const {body} = await server.get("/pay/power", await signed());
    assert.deepEqual(body.fields.map((field) => [field.name, field.optional]), [["account", false], ["reading", true]]);
    assert.deepEqual(body.most, {amount: "100000.00", currency: "RUB"});
    assert.equal(body.free, false);
    assert.equal((await server.get("/pay/nobody", await signed())).status, 404);
    assert.equal((await server.get("/pay/power")).status, 401);
  });
});

describe("a payment (WA-3)", () => {
  test("the ten billers, each in its dialect", {timeout: 360000}, async () => {
    const who = await rich("14000.00");
    const meter = (await theirs("power", "1234567890")).meter;
    const due = [
      ["mobile", {account: "8 (916) 123-45-67", sum: "100.00"}, "9161234567", "100.00"],
      ["power", {account: "12345 67890", reading: String(Number(meter) + 1), sum: "200.00"}, "1234567890", "200.00"],
      ["water", {account: "12345678"}, "12345678", null], // the bill's sum
      ["internet", {account: "ivanov", sum: "300.00"}, "ivanov", "300.00"],
      ["tv", {account: "12345678901", sum: "400.50"}, "12345678901", "400.50"],
      ["game", {account: "Боец", sum: "50.00"}, "Боец", "50.00"],
      ["loan", {account: "AB1234567890", sum: "70.00"}, "AB1234567890", "70.00"],
      ["school", {account: "123456789", sum: "90.00"}, "123456789", "90.00"],
    ];
    for (const [code, fields, account, sum] of due) {
      const done = await pay(who, code, fields);
      assert.equal(done.state, "done", `${code}: ${JSON.stringify(done)}`);
      if (sum) assert.equal(done.sum.amount, sum);
      else assert.equal(done.sum.amount, done.bill.amount);
      assert.equal((await theirs(code, account)).balance, done.sum.amount);
      assert.ok(done.reference);
    }
  });

  test("its fee is shown before, and taken beside it", async () => {
    const who = await rich("3000.00");
    const {body} = await order(who, "power", {account: "2222222222", sum: "1000.00"});
    assert.deepEqual([body.state, body.fee.amount, body.total.amount], ["checking", "5.00", "1005.00"]);
    const checked = await reached(who, body.id, "checked");
    assert.equal(checked.left.amount, "1995.00");
    assert.equal(await wallets.balance(who), "3000.00");
    await confirm(who, body.id);
    await reached(who, body.id, "done");
    assert.equal(await wallets.balance(who), "1995.00");
    const kinds = (await wallets.operations(who)).map((operation) => [operation.kind, operation.sum.amount]);
    assert.deepEqual(kinds.sort(), [["payment", "-1000.00"], ["payment_fee", "-5.00"], ["topup", "3000.00"]].sort());
  });

  test("fields are checked by the catalogue: each fault by its name, nothing is kept", async () => {
    const who = await rich("100.00");
    const faults = async (code, fields) => {
      const {status, body} = await order(who, code, fields);
      assert.equal(status, 422);
      return body.errors.map((error) => error.field).sort();
    };
    assert.deepEqual(await faults("power", {sum: "10.00"}), ["account"]);
    assert.deepEqual(await faults("power", {account: "123", reading: "x", sum: "10.00"}), ["account", "reading"]);
    assert.deepEqual(await faults("power", {account: "1234567890", sum: "0.50"}), ["sum"]);
    assert.deepEqual(await faults("power", {account: "1234567890"}), ["sum"]);
    assert.deepEqual(await faults("power", {account: "1234567890", sum: "10.00", level: "3"}), ["level"]);
    assert.deepEqual(await faults("fine", {account: "18810177260000000009"}), ["account"]);
    assert.deepEqual((await server.get("/payments", {token: who.token})).body.payments, []);
  });

  test("refused early: not enough money; nobody else's payment is there", async () => {
    const who = await rich("100.00"), other = await signed();
    assert.equal(problem(await order(who, "power", {account: "1234567890", sum: "100.00"})), "not-enough-money");
    const {body} = await order(who, "power", {account: "1234567890", sum: "50.00"});
    await reached(who, body.id, "checked");
    assert.equal((await server.get(`/payments/${body.id}`, other)).status, 404);
    assert.equal((await confirm(other, body.id)).status, 404);
    assert.equal((await server.post(`/payments/${body.id}/cancel`, {}, other)).status, 404);
    assert.equal((await server.post(`/payments/${body.id}/cancel`, {}, {token: who.token})).status, 200);
    assert.equal((await confirm(who, body.id)).body.state, "cancelled");
    assert.equal(await wallets.balance(who), "100.00");
  });

  test("confirmed many times at once it is paid once", async () => {
    const who = await rich("1000.00");
    const {body} = await order(who, "mobile", {account: "9161112233", sum: "300.00"});
    await reached(who, body.id, "checked");
    const answers = await Promise.all(Array.from({length: 10}, () => confirm(who, body.id)));
    for (const answer of answers) assert.equal(answer.status, 200, answer.text);
    await reached(who, body.id, "done");
    assert.equal(await wallets.balance(who), "700.00");
    assert.equal((await theirs("mobile", "9161112233")).balance, "300.00");
  });

  test("several drafts cannot spend the same money", async () => {
    const who = await rich("1000.00");
    const ids = [];
    for (const account of ["9161110001", "9161110002", "9161110003"]) {
      const {body} = await order(who, "mobile", {account, sum: "600.00"});
      await reached(who, body.id, "checked");
      ids.push(body.id);
    }
    const answers = await Promise.all(ids.map((id) => confirm(who, id)));
    assert.deepEqual(answers.map((answer) => answer.status).sort(), [200, 422, 422]);
    await reached(who, ids[answers.findIndex((answer) => answer.status === 200)], "done");
    assert.equal(await wallets.balance(who), "400.00");
  });

  test("a large one to somebody new wants a proof of who pays; the second time it does not", {timeout: 180000}, async () => {
    const who = await rich("14000.00"), large = {account: "555555555", sum: "5000.00"};
    const checked = async () => (await reached(who, (await order(who, "school", large)).body.id, "checked")).id;
    const id = await checked(), key = newKey();
    await server.proofsOver(who); // signing up was a proof, too
    assert.equal(problem(await confirm(who, id, key)), "confirmation-needed");
    assert.equal(await wallets.balance(who), "14000.00");
    assert.equal((await server.post("/confirm", {password: who.password}, {token: who.token})).status, 200);
    assert.equal((await confirm(who, id, key)).status, 200, "the key was not used up by being asked");
    await reached(who, id, "done");
    const again = await checked();
    await server.proofsOver(who);
    assert.equal((await confirm(who, again)).status, 200);
    await reached(who, again, "done");
  });

  test("the same key orders once; with other content it is refused", async () => {
    const who = await rich("100.00"), key = newKey();
    const ask = (sum) => server.post("/pay/mobile", {account: "9161112299", sum}, {token: who.token, key});
    const answers = [...(await Promise.all([ask("10.00"), ask("10.00"), ask("10.00")])), await ask("10.00")];
    const taken = answers.filter((answer) => answer.status !== 409); // those that came while the first was at work
    assert.deepEqual([new Set(taken.map(({body}) => body.id)).size, answers[3].status], [1, 201]);
    assert.equal((await ask("11.00")).status, 422);
    const other = await server.post("/pay/mobile", {account: "9161112298", sum: "10.00"}, {token: who.token, key});
    assert.equal(problem(other), "idempotency-key-reused", "a field of the provider's own counts, too");
    assert.equal((await server.get("/payments", {token: who.token})).body.payments.length, 1);
  });

  test("killed as soon as it is confirmed: it is paid once all the same", {timeout: 180000}, async () => {
    const who = await rich("100.00"), accounts = ["9161113301", "9161113302", "9161113303"];
    const ids = [];
    for (const account of accounts) ids.push((await order(who, "mobile", {account, sum: "10.00"})).body.id);
    for (const id of ids) await reached(who, id, "checked");
    const faults = `${sandbox.url}/billers/faults`;
    await fetch(faults, {
      method: "POST", headers: {"Content-Type": "application/json"},
      body: JSON.stringify({biller: "mobile", fault: "timeout", command: "pay", share: 100, seconds: 120}),
    });
    for (const answer of await Promise.all(ids.map((id) => confirm(who, id)))) assert.equal(answer.status, 200);
    const flying = "SELECT COUNT(*) FROM outbox WHERE kind = 'payment.send' AND state = 0 AND attempt = 1";
    await until(() => Number(server.rows(flying)[0][0]), (count) => count === ids.length);
    await server.end("SIGKILL");
    await fetch(faults, {method: "DELETE"});
    await server.run();
    assert.equal((await server.get("/pay/power", {token: who.token})).status, 200, "the first to ask finds the catalogue");
    for (const id of ids) // at once, not when the lease of what died is over
      assert.equal((await until(() => payment(who, id), ({state}) => state === "done", 45000)).state, "done");
    for (const account of accounts) assert.equal((await theirs("mobile", account)).balance, "10.00");
    assert.equal(await wallets.balance(who), "70.00");
  });

  test("not confirmed in time it is over, and cannot be confirmed any more", async () => {
    const who = await rich("100.00");
    const {body} = await order(who, "mobile", {account: "9161114400", sum: "10.00"});
    await reached(who, body.id, "checked");
    await server.end();
    server.sql(`UPDATE payment SET deadline = 1 WHERE id = ${body.id}`);
    await server.run();
    const late = await confirm(who, body.id);
    assert.ok(problem(late) === "too-late" || late.body.state === "expired", late.text);
    await reached(who, body.id, "expired");
    assert.equal(await wallets.balance(who), "100.00");
  });
});

describe("a biller that fails (WA-3)", () => {
  const outcomes = [
    ["6605", "rejected", "not-found"], ["6607", "rejected", "refused"], ["6679", "rejected", "inactive"],
    ["6608", "rejected", "technical"], ["6633", "refused", "not-found"],
    ["6601", "done"], ["6690", "done"], ["6697", "refused", "refused"], ["6610", "done"], ["6611", "done"], ["6612", "done"],
    ["6613", "done"], ["6615", "done"], ["6620", "done"], ["6621", "done"], ["6622", "done"], ["6623", "done"],
    ["6624", "done"], ["6625", "done"], ["6626", "done"], ["6630", "done"], ["6631", "done"], ["6632", "done"],
  ];
  test("each way: the right end, the money where it belongs", {timeout: 900000}, async () => {
    const who = await rich("9000.00");
    const ends = await Promise.all(outcomes.map(async ([digits, state, reason]) => {
      const account = `916777${digits}`, end = await pay(who, "mobile", {account, sum: "10.00"});
      return [[digits, end.state, ...(reason ? [end.reason] : [])], [digits, state, ...(reason ? [reason] : [])], account];
    }));
    assert.deepEqual(ends.map(([got]) => got), ends.map(([, wanted]) => wanted));
    for (const [[digits, state], , account] of ends)
      assert.equal((await theirs("mobile", account)).balance, state === "done" ? "10.00" : "0.00", digits);
    const done = ends.filter(([[, state]]) => state === "done").length;
    assert.equal(await wallets.balance(who), `${9000 - 10 * done}.00`);
  });
});

test("WA-3: after all that the billers' books and ours agree to the kopeck", {timeout: 180000}, async () => {
  await until(() => server.rows("SELECT COUNT(*) FROM payment WHERE state IN (1, 3)"), ([[open]]) => Number(open) === 0, 40000);
  const {totals} = await (await fetch(`${sandbox.url}/billers/books?limit=1`)).json();
  await server.end();
  const ours = {}; // one biller serves several operators
  for (const [content, sum] of server.rows(
    "SELECT p.content, SUM(y.sum) FROM pay_provider p, payment y WHERE y.provider = p.id AND y.state = 10 GROUP BY p.content",
  )) {
    const code = JSON.parse(content).service.url.split("/").at(-1);
    ours[code] = (ours[code] ?? 0) + Number(sum);
  }
  for (const [code, total] of Object.entries(totals))
    assert.equal(ours[code] ?? 0, Math.round(Number(total.paid?.sum ?? 0) * 100), code);
  const verdict = server.command("verify");
  assert.equal(verdict.status, 0, verdict.output + verdict.errors);
  await server.run();
});
