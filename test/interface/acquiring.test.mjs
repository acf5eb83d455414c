// Orders by any bank's card (WA-2, BK-2) as a feature of its own: without the wallet, without anybody, and those of a
// database of the version in which they were the wallet's.

import assert from "node:assert/strict";
import {mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {describe, test} from "node:test";

import {cards, startBoth} from "../support/sandbox.mjs";
import {Server, database, newKey} from "../support/server.mjs";
import {Wallets, limits, until} from "../support/wallet.mjs";

async function withServer(settings, body) {
  const server = await Server.start(settings);
  try {
    await body(server);
  } finally {
    await server.stop();
  }
}

describe("WA-2: who takes cards", () => {
  const call = async (server) => (await server.post("/callbacks/acquirer", {status: "paid"})).status;

  test("a company without a wallet hears the acquirer, one without acquiring does not", async () => {
    const folder = mkdtempSync(join(tmpdir(), "kabinet-acquiring-"));
    await withServer({features: "acquiring, payments", sandbox_url: "http://127.0.0.1:1",
                      acquiring: {secret_file: join(folder, "acquirer.key")}}, async (server) =>
      assert.equal(await call(server), 401, "heard, and not believed without a signature"));
    rmSync(folder, {recursive: true});
    await withServer({features: "acquiring, payments"}, async (server) =>
      assert.equal(await call(server), 404, "enabled, but there is no contract with a bank"));
    await withServer({features: "payments"}, async (server) => assert.equal(await call(server), 404));
  });

  test("settings of the wallet that are acquiring's now are named", async () => {
    for (const [wallet, key] of [[{topup_max: "1.00"}, "wallet.topup_max"], [{acquirer: {url: ""}}, "wallet.acquirer"]])
      await assert.rejects(withServer({wallet}, () => {}), new RegExp(`${key}: no such setting`));
  });
});

// As the version before had them: a top-up was a row of the wallet's, another feature's order one with its kind.
function asBefore(server) {
  const postgres = database === "postgres", id = postgres ? "BIGINT NOT NULL" : "INTEGER PRIMARY KEY";
  const table = (name, columns) =>
    `CREATE TABLE ${name} (id ${id}, customer BIGINT NOT NULL, ${columns}${postgres ? ", PRIMARY KEY (customer, id)" : ""})`;
  for (const command of [
    table("topup", "account BIGINT NOT NULL, sum BIGINT NOT NULL, state BIGINT NOT NULL, expires BIGINT NOT NULL, " +
                   "reference TEXT, operation BIGINT, refusal BIGINT, language BIGINT NOT NULL, " +
                   "kind BIGINT NOT NULL DEFAULT 0, subject BIGINT NOT NULL DEFAULT 0"),
    table("topup_news", "topup BIGINT NOT NULL, source TEXT NOT NULL, status TEXT NOT NULL, sum BIGINT NOT NULL, " +
                        "reference TEXT, step BIGINT NOT NULL"),
    "CREATE INDEX topup_news_topup ON topup_news (customer, topup)",
    "INSERT INTO topup SELECT id, customer, account, sum, state, expires, reference, operation, refusal, 0, " +
      "CASE WHEN kind = 105 THEN 0 ELSE kind END, subject FROM card_order",
    "INSERT INTO topup_news SELECT id, customer, card_order, source, status, sum, reference, step FROM card_order_news",
    "INSERT INTO wallet_system (name, account) SELECT name, account FROM acquiring_system",
    "DROP TABLE card_order", "DROP TABLE card_order_news", "DROP TABLE acquiring_system",
    ...["bank_card", "bank_card_claim", "card_payout", "card_reversal"].map((table) => `DROP TABLE ${table}`),
    "DELETE FROM store_migration WHERE feature = 'acquiring'",
    "DELETE FROM store_migration WHERE feature = 'wallet' AND number >= 5",
  ]) server.sql(command);
}

test("WA-2: an older database keeps its open, paid and returned orders", {timeout: 360000}, async () => {
  const both = await startBoth({limits}), {server, sandbox} = both, wallets = new Wallets(both);
  try {
    const who = await server.customer(), as = {token: who.token}, post = (path, body) => server.post(path, body, {...as, key: newKey()});
    const order = async (sum, card) => {
      const made = await wallets.order(who, sum);
      if (card) await sandbox.pay(made.payment_url, card);
      return made;
    };
    const paid = await order("300.00", cards.pays), declined = await order("20.00", cards.declines);
    await until(() => wallets.topupState(who, paid.id), (state) => state === "paid");
    await until(() => wallets.topupState(who, declined.id), (state) => state === "declined");
    const returned = await order("14000.00");
    assert.equal(await wallets.topup(who, "1000.00"), "paid"); // now that one does not fit any more
    await sandbox.pay(returned.payment_url, cards.pays);
    await until(() => wallets.topupState(who, returned.id), (state) => state === "refunded", 45000);
    const open = await order("500.00");
    const {id: box} = (await post("/boxes", {name: "Отпуск", goal: "1000.00"})).body;
    const {pathname} = new URL((await post(`/boxes/${box}/link`, {})).body.link);
    const gift = (await server.post(`${pathname}/card`, {sum: "70.00", name: "Анна"}, {key: newKey()})).body;
    const orders = [paid, declined, returned, open];
    const tell = async () => Promise.all(orders.map(async ({id}) => {
      const {body} = await server.get(`/topups/${id}`, as);
      return body;
    }));
    const look = (query) => server.rows(query.replaceAll("ID", "CAST(id AS TEXT)"));
    const news = "SELECT ID, CAST(card_order AS TEXT), source, status, sum, reference, step FROM card_order_news ORDER BY id";
    const account = "SELECT name, CAST(account AS TEXT) FROM acquiring_system";
    const before = [await tell(), await wallets.operations(who), look(news), look(account)];
    assert.equal(before[3].length, 1);

    await server.end();
    asBefore(server);
    await server.run();

    assert.deepEqual([await tell(), await wallets.operations(who), look(news), look(account)], before);
    assert.throws(() => look("SELECT ID FROM topup"));
    assert.equal(look("SELECT name FROM wallet_system WHERE name = 'acquirer'").length, 0);
    await sandbox.pay(open.payment_url, cards.twice);
    await until(() => wallets.topupState(who, open.id), (state) => state === "paid");
    await sandbox.pay(gift.payment_url, cards.silent); // nobody calls: it is asked for
    await until(async () => (await server.get(`/gift/${gift.gift}`)).body.state, (state) => state === "paid", 45000);
    assert.equal((await server.get(`/boxes/${box}`, as)).body.balance.amount, "70.00");
    assert.equal(await wallets.balance(who), "1800.00");
    assert.deepEqual(look(account), before[3], "the same account owes us");
    await server.end();
    const proof = server.command("verify");
    assert.equal(proof.status, 0, proof.errors);
    await server.run();
  } finally {
    await both.stop();
  }
});
