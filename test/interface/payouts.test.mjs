// Transfers out (WA-5): to cards, to accounts in any bank, to companies and sole traders, by phone number; forms filled from
// a receipt's QR. A bank that fails in every way, money that comes back, a storm; afterwards its books and ours agree.

import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {after, before, describe, test} from "node:test";

import {providerCount} from "../support/catalogue.mjs";
import {jpeg, receiptCode, upload} from "../support/pictures.mjs";
import {BIK, Payouts, accountOf, cardOf} from "../support/payouts.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {database, newKey, pause} from "../support/server.mjs";
import {Wallets, limits, problem, until} from "../support/wallet.mjs";

let both, server, sandbox, wallets, payouts;

const settings = {
  limits, log_level: "info",
  payments: {catalogue_file: "profiles/catalogue.json", check_life: "1m", send_life: "5m", confirm_sum: "5 000.00",
             returns_every: "1s"},
};

before(async () => {
  both = await startBoth(settings, {slow: 300, late: 1500});
  ({server, sandbox} = both);
  wallets = new Wallets(both);
  payouts = new Payouts(both);
  const {token} = await server.customer();
  await until(async () => (await server.get("/pay", {token})).body.providers.length, (count) => count === providerCount);
});
after(() => both?.stop());

const rich = (sum = "9000.00") => wallets.rich(sum);

const business = (more) => ({account: accountOf("0000", "0000001", "40702810"), bik: BIK, inn: "7707083893",
                             name: "ООО «Три кита»", purpose: "Счёт 17", sum: "100.00", ...more});
const person = (more) => ({account: accountOf("0000"), bik: BIK, name: "Иванов Иван Иванович", sum: "100.00", ...more});
const values = (payment) => Object.fromEntries(payment.values.map(({name, value}) => [name, value]));

describe("WA-5: a transfer", () => {
  test("WA-5: by phone number: the bank is chosen, the masked name is seen before the yes", async () => {
    const who = await rich("500.00");
    const form = (await server.get("/pay/by-phone", {token: who.token})).body;
    assert.deepEqual(form.fields.map(({name}) => name), ["account", "bank"]);
    const bank = form.fields[1].options.find(({title}) => title === "Речной банк").code;
    const {body} = await payouts.order(who, "by-phone", {account: "8 900 123-45-67", bank, sum: "120.00"});
    const checked = await payouts.reached(who, body.id, "checked");
    assert.match(checked.name, /^[А-Я][а-я]+ [А-Я]\.$/);
    assert.deepEqual([values(checked).bank, checked.fee.amount], ["Речной банк", "0.00"]);
    assert.equal(await wallets.balance(who), "500.00");
    assert.equal((await payouts.confirm(who, body.id)).status, 200);
    const done = await payouts.reached(who, body.id, "done");
    assert.ok(done.reference);
    assert.equal(await wallets.balance(who), "380.00");
    assert.deepEqual((({kind, to, sum, state}) => ({kind, to, sum, state}))(await payouts.theirs(body.id)),
                     {kind: "phone", to: "9001234567", sum: "120.00", state: "paid"});
  });

  test("WA-5: to a person's account, to a company and to a sole trader, each with its fee", async () => {
    const who = await rich("2000.00");
    const done = await payouts.pay(who, "to-account", person());
    assert.deepEqual([done.state, done.fee.amount, done.more], ["done", "15.00", "Банк «Ближний»"]);
    const company = await payouts.pay(who, "to-business", business({kpp: "770801001", corr: "30101810400000000225"}));
    assert.deepEqual([company.state, company.fee.amount], ["done", "20.00"]);
    const trader = await payouts.pay(who, "to-business", business({
      account: accountOf("0001", "0000001", "40802810"), inn: "500100732259", name: "ИП Петров", sum: "1000.00"}));
    assert.deepEqual([trader.state, trader.fee.amount], ["done", "20.00"]);
    assert.equal(await wallets.balance(who), "745.00");
  });

  test("WA-5: each mistake is told at its field", async () => {
    const who = await rich("300.00");
    const faults = async (code, fields) => {
      const {status, body} = await payouts.order(who, code, fields);
      assert.equal(status, 422);
      return body.errors.map(({field, text}) => [field, text]);
    };
    const wrong = accountOf("0000").replace(/.$/, "1");
    assert.deepEqual(await faults("to-account", person({account: wrong})),
                     [["account", "Номер счёта не подходит к БИК: проверьте оба."]]);
    assert.deepEqual(await faults("to-account", person({bik: "044525974"})),
                     [["account", "Номер счёта не подходит к БИК: проверьте оба."]]);
    assert.deepEqual(await faults("to-business", business({inn: "7707083894"})),
                     [["inn", "В ИНН ошибка: его контрольные цифры не сходятся."]]);
    assert.deepEqual(await faults("to-business", business({corr: "30101810400000000226"})),
                     [["corr", "Корреспондентский счёт не подходит к БИК: проверьте оба."]]);
    assert.deepEqual((await faults("to-business", business({kpp: "7708-1001", bik: "123"}))).map(([field]) => field).sort(),
                     ["bik", "kpp"]);
    assert.deepEqual((await faults("to-account", person({account: "123"}))).map(([field]) => field), ["account"]);
    assert.deepEqual(await faults("to-card", {account: "2200000000000001", sum: "10.00"}),
                     [["account", "В номере карты ошибка: проверьте цифры."]]);
    assert.deepEqual(await faults("by-phone", {account: "9001234567", bank: "100000000009", sum: "10.00"}),
                     [["bank", "Выберите один из вариантов списка."]]);
    assert.deepEqual((await server.get("/payments", {token: who.token})).body.payments, []);
  });

  test("WA-5: what the bank refuses is told in its words; nobody else's transfer is there", async () => {
    const who = await rich("300.00"), other = await server.customer();
    const refused = async (code, fields) => {
      const end = await payouts.pay(who, code, {sum: "10.00", ...fields});
      return [end.state, end.reason];
    };
    assert.deepEqual(await refused("by-phone", {account: "9001236605", bank: "100000000001"}), ["rejected", "not-linked"]);
    assert.deepEqual(await refused("to-card", {account: cardOf("6605")}), ["rejected", "card"]);
    assert.deepEqual(await refused("to-account", person({account: accountOf("6679")})), ["rejected", "inactive"]);
    const nowhere = "040000000";
    assert.deepEqual(await refused("to-account", person({account: accountOf("0000", "0000001", "40817810", nowhere), bik: nowhere})),
                     ["rejected", "bank"]);
    const {body} = await payouts.order(who, "to-account", person());
    await payouts.reached(who, body.id, "checked");
    assert.equal((await server.get(`/payments/${body.id}`, {token: other.token})).status, 404);
    assert.equal((await payouts.confirm(other, body.id)).status, 404);
    assert.equal(await wallets.balance(who), "300.00");
  });

  test("WA-5: confirmed many times at once, and killed in between, it is paid once", {timeout: 270000}, async () => {
    const who = await rich("1000.00");
    const {body} = await payouts.order(who, "to-account", person());
    await payouts.reached(who, body.id, "checked");
    await payouts.fault({fault: "timeout", call: "payout"});
    for (const answer of await Promise.all(Array.from({length: 5}, () => payouts.confirm(who, body.id))))
      assert.equal(answer.status, 200, answer.text);
    await until(() => Number(server.rows("SELECT COUNT(*) FROM outbox WHERE kind = 'payment.send' AND state = 0 AND attempt >= 1")[0][0]),
                (count) => count === 1);
    await server.end("SIGKILL");
    await payouts.calm();
    await server.run();
    await payouts.reached(who, body.id, "done");
    assert.equal(await wallets.balance(who), "885.00");
    assert.equal((await payouts.books()).payouts.filter(({id}) => id === body.id).length, 1);
  });
});

describe("WA-5: a card's number", () => {
  const number = cardOf("4242", "009753186"), masked = `${number.slice(0, 6)}******4242`;

  test("WA-5: is seen as its mask from the first answer on, and kept nowhere in the clear", {timeout: 180000}, async () => {
    const who = await rich("1000.00"), key = newKey();
    const ordered = await payouts.order(who, "to-card", {account: number.replace(/(.{4})/g, "$1 "), sum: "100.00"}, key);
    assert.equal(values(ordered.body).account, masked);
    const checked = await payouts.reached(who, ordered.body.id, "checked");
    assert.deepEqual([values(checked).account, checked.more, checked.fee.amount], [masked, "Карта «Мир»", "30.00"]);
    await payouts.confirm(who, checked.id);
    const done = await payouts.reached(who, checked.id, "done");
    assert.equal((await payouts.theirs(checked.id)).to, masked);
    const operation = (await server.get(`/operations/${done.operation}`, {token: who.token})).body;
    assert.equal(operation.payee_account, masked);
    const seen = [ordered, await server.get(`/payments/${done.id}`, {token: who.token}),
                  await server.get(`/operations/${done.operation}`, {token: who.token}), await server.get("/pay", {token: who.token}),
                  await server.get(`/pay/to-card?repeat=${done.id}`, {token: who.token})];
    for (const answer of seen) assert.ok(!answer.text.includes(number.slice(6, 12)), answer.text);
    assert.equal(seen.at(-1).body.fields[0].value, null);
    for (const path of [`/payments/${done.id}/template`, "/pay/to-card/template"])
      assert.equal((await server.get(path, {token: who.token})).status, 404);
    assert.equal((await server.post("/pay/to-card/template", {template: "Карта", account: number, sum: "1.00"},
                                    {token: who.token, key: newKey()})).status, 404);
    await server.end();
    assert.ok(!server.log.includes(number), "the log");
    if (database === "sqlite") assert.ok(!readFileSync(server.settings.database).includes(number), "the database");
    assert.ok(!readFileSync(`${sandbox.folder}/journal.bank`, "utf8").includes(number));
    await server.run();
  });

  test("WA-5: a large transfer to a new card wants a proof, to the same card again none, to another of the same mask again",
       {timeout: 180000}, async () => {
    const who = await rich("14000.00");
    const checked = async (account, sum) =>
      (await payouts.reached(who, (await payouts.order(who, "to-card", {account, sum})).body.id, "checked")).id;
    const one = await checked(number, "10.00");
    await payouts.confirm(who, one);
    await payouts.reached(who, one, "done");
    const twin = cardOf("4242", "009753187");
    assert.deepEqual([twin === number, twin.slice(0, 6)], [false, number.slice(0, 6)]);
    const again = await checked(number, "5000.00"), other = await checked(twin, "5000.00");
    await server.proofsOver(who); // signing up was a proof, too
    assert.equal(problem(await payouts.confirm(who, other)), "confirmation-needed");
    assert.equal((await payouts.confirm(who, again)).status, 200);
    await payouts.reached(who, again, "done");
  });
});

describe("WA-5: a bank that fails", () => {
  const outcomes = [
    ["6605", "rejected", "not-found"], ["6607", "rejected", "refused"], ["6679", "rejected", "inactive"],
    ["6608", "rejected", "technical"], ["6633", "refused", "not-found"], ["6697", "refused", "refused"],
    ...["6601", "6690", "6610", "6611", "6612", "6613", "6615", "6620", "6621", "6622", "6623", "6624", "6631", "6632", "6634"]
      .map((digits) => [digits, "done"]),
    ["6650", "refunded"], ["6651", "refunded"],
  ];
  test("WA-5: each way: the right end, the money where it belongs", {timeout: 900000}, async () => {
    const who = await rich("9000.00");
    const ends = await Promise.all(outcomes.map(async ([digits, state, reason]) => {
      const end = await payouts.pay(who, "to-account", person({account: accountOf(digits), sum: "10.00"}), state, "refused", "stuck");
      return [[digits, end.state, ...(reason ? [end.reason] : [])], [digits, state, ...(reason ? [reason] : [])], end.id];
    }));
    assert.deepEqual(ends.map(([got]) => got), ends.map(([, wanted]) => wanted));
    const done = ends.filter(([[, state]]) => state === "done");
    assert.equal(await wallets.balance(who), `${9000 - 25 * done.length}.00`);
    const books = new Map((await payouts.books()).payouts.map((payout) => [payout.id, payout.state]));
    for (const [[digits, state], , id] of ends)
      assert.equal(books.get(id), {done: "paid", refunded: "returned", refused: "declined"}[state], digits);
  });

  test("WA-5: what comes back is an operation of its own, with the fee, told once however often the bank is asked", async () => {
    const who = await rich("300.00");
    const end = await payouts.pay(who, "to-card", {account: cardOf("6650"), sum: "100.00"}, "refunded");
    await pause(2500); // the bank was asked again
    assert.equal(await wallets.balance(who), "300.00");
    const kinds = (await wallets.operations(who)).map(({kind, sum}) => [kind, sum.amount]).sort();
    assert.deepEqual(kinds, [["payment", "-100.00"], ["payment_fee", "-30.00"], ["payment_fee_refund", "30.00"],
                             ["payment_refund", "100.00"], ["topup", "300.00"]].sort());
    assert.equal(end.state, "refunded");
    assert.equal((await payouts.confirm(who, end.id)).body.state, "refunded");
  });

  test("WA-5: a yes that never comes ends with staff; when the bank sends the money back, by itself", {timeout: 180000}, async () => {
    const who = await rich("300.00");
    await payouts.fault({fault: "closed-after", call: "payout"});
    const {body} = await payouts.order(who, "to-account", person());
    await payouts.reached(who, body.id, "checked");
    await payouts.confirm(who, body.id);
    await until(() => payouts.theirs(body.id), (found) => found?.state === "paid");
    await server.end();
    server.sql(`UPDATE outbox SET deadline = 1, next_at = 1 WHERE subject = ${body.id} AND state = 0`);
    await server.run();
    await payouts.reached(who, body.id, "stuck");
    assert.equal((await wallets.home(who)).wallet.available?.amount ?? "185.00", "185.00");
    await payouts.calm();
    assert.ok((await fetch(`${payouts.bank}/payouts/${body.id}/return`, {method: "POST", headers: {Accept: "application/json"}})).ok);
    await payouts.reached(who, body.id, "refunded");
    assert.equal(await wallets.balance(who), "300.00");
  });

  test("WA-5: a call that is not signed, or by another key, is none", async () => {
    for (const Authorization of [undefined, "HMAC-SHA256 kabinet:1:00", "HMAC-SHA256 other:1700000000:" + "0".repeat(64)]) {
      const answer = await fetch(`${payouts.bank}/status`, {
        method: "POST", body: JSON.stringify({id: "1"}),
        headers: {"Content-Type": "application/json", Accept: "application/json", ...(Authorization ? {Authorization} : {})},
      });
      assert.equal(answer.status, 401);
    }
  });
});

describe("WA-5: a receipt's QR", () => {
  const paper = "ST00012|Name=ООО «Три кита»|PersonalAcc=" + accountOf("0000", "0000001", "40702810") + "|BankName=Банк «Ближний»|" +
    `BIC=${BIK}|CorrespAcc=30101810400000000225|Sum=125050|Purpose=За воду|PayeeINN=7707083893|KPP=770801001`;
  const scan = (who, text) => server.post("/pay/qr", {text}, {token: who.token});

  test("WA-5: as text fills the form, and sends nothing", async () => {
    const who = await rich("2000.00");
    const answer = await scan(who, paper);
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual([answer.body.code, answer.body.sum.amount], ["to-business", "1250.50"]);
    const form = (await server.get(answer.body.href, {token: who.token})).body;
    const filled = Object.fromEntries(form.fields.map(({name, value}) => [name, value]));
    assert.deepEqual(filled, {account: accountOf("0000", "0000001", "40702810"), bik: BIK, inn: "7707083893", kpp: "770801001",
                              name: "ООО «Три кита»", purpose: "За воду", corr: "30101810400000000225"});
    assert.deepEqual((await server.get("/payments", {token: who.token})).body.payments, []);
    const done = await payouts.pay(who, answer.body.code, {...filled, sum: answer.body.sum.amount});
    assert.deepEqual([done.state, done.total.amount], ["done", "1270.50"]);
    assert.equal((await scan(who, paper.replace("40702810", "40817810"))).body.code, "to-account");
  });

  test("WA-5: as a picture, in an old code page, too; a picture without one is told so", async () => {
    const who = await rich("100.00");
    const seen = await upload(server, "/pay/qr", {}, receiptCode(), {token: who.token, name: "picture"});
    assert.equal(seen.status, 200, seen.text);
    assert.deepEqual([seen.body.code, seen.body.sum.amount], ["to-business", "1250.50"]);
    assert.deepEqual(values(seen.body), {account: accountOf("0000", "0000001", "40702810"), bik: BIK, inn: "7707083893",
                                         name: "ООО «Кит»", purpose: "За воду"});
    for (const [file, told] of [[jpeg(640, 480), /Кода на снимке не видно/], [Buffer.from("GIF89a"), /Это не снимок/]]) {
      const answer = await upload(server, "/pay/qr", {}, file, {token: who.token, name: "picture"});
      assert.deepEqual([answer.status, answer.body.errors[0].field], [422, "picture"]);
      assert.match(answer.body.errors[0].text, told);
    }
  });

  test("WA-5: what is no such code is told so", async () => {
    const who = await server.customer();
    for (const [text, told] of [["", /Приложите снимок/], ["привет", /начинается с ST0001/],
                                [paper.replace("BIC=0", "BIC=x"), /испорчен/], [paper.replace(/Name=[^|]*\|/, ""), /не хватает/]]) {
      const answer = await scan(who, text);
      assert.equal(answer.status, 422, answer.text);
      assert.match(answer.body.errors[0].text, told);
    }
    assert.equal((await server.post("/pay/qr", {text: paper})).status, 401);
  });
});

test("WA-5: after a storm the bank's books and ours agree to the kopeck", {timeout: 720000}, async () => {
  const people = await Promise.all(Array.from({length: 4}, () => rich("9000.00")));
  await payouts.fault({fault: "storm", share: 60, seconds: 600});
  const ways = [
    (at) => ["to-account", person({account: accountOf("0000", String(1000000 + at)), sum: "10.00"})],
    (at) => ["to-business", business({account: accountOf("0000", String(1000000 + at), "40702810"), sum: "11.00"})],
    (at) => ["to-card", {account: cardOf("0000", `00${1000000 + at}`), sum: "12.00"}],
    (at) => ["by-phone", {account: `900${1000000 + at}`, bank: "100000000002", sum: "13.00"}],
  ];
  const ids = [];
  await Promise.all(people.map(async (who, one) => {
    for (let at = 0; at < 12; at++) {
      const {status, body} = await payouts.order(who, ...ways[(one + at) % 4](one * 100 + at));
      if (status !== 201) continue;
      const checked = await payouts.reached(who, body.id, "checked", "rejected", "unchecked");
      if (checked.state !== "checked") continue;
      assert.equal((await payouts.confirm(who, body.id)).status, 200);
      ids.push([who, body.id]);
    }
  }));
  await pause(3000);
  await payouts.calm();
  for (const [who, id] of ids) await payouts.reached(who, id, "done", "refused", "refunded");
  await pause(3000); // what was sent back is heard of
  await until(async () => (await payouts.books()).totals.returned.count -
                Number(server.rows("SELECT COUNT(*) FROM payment WHERE state = 16")[0][0]), (left) => left === 0, 20000);
  const {payouts: theirs} = await payouts.books();
  const ours = new Map(server.rows("SELECT CAST(id AS TEXT), state, sum FROM payment WHERE state IN (3, 4, 10, 11, 16)")
    .map(([id, state, sum]) => [id, [Number(state), Number(sum)]]));
  const wanted = {paid: 10, declined: 11, returned: 16};
  for (const payout of theirs) {
    const [state, sum] = ours.get(payout.id);
    assert.deepEqual([state, sum], [wanted[payout.state], Math.round(Number(payout.sum) * 100)], payout.id);
  }
  const done = [...ours.values()].filter(([state]) => state === 10);
  assert.equal(done.length, theirs.filter(({state}) => state === "paid").length);
  await server.end();
  const verdict = server.command("verify");
  assert.equal(verdict.status, 0, verdict.output + verdict.errors);
  await server.run();
});
