// agents.test.mjs: payment agents call us by OSMP XML and top up wallets in cash (WA-2, IF-3): who may, what is refused, one
// payment however often it is asked for, what the customer sees of it, the day's register, finance's pages (BO-2).

import assert from "node:assert/strict";
import {after, before, describe, test} from "node:test";

import {Agent, makeAgent, moscowDay, switchOn} from "../support/agents.mjs";
import {Server, database, newPhone, problem, withServer} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";
import {Wallets, until} from "../support/wallet.mjs";

const limits = {
  minimal: {balance: "15000.00", operation: "15000.00", day_out: "15000.00", month_out: "40000.00", month_in: "20000.00"},
  simplified: {balance: "60000.00", operation: "60000.00", month_out: "200000.00", month_in: "200000.00"},
};
const settings = {limits, agents: {level: "minimal"}, wallet: {transfer_level: "minimal"}};

let server, people, agent, wallets;
before(async () => {
  server = await Server.start(settings);
  people = await staff(server, {finance: "finance", finance2: "finance", support: "support"});
  agent = await makeAgent(server, people.finance, people.finance2);
  wallets = new Wallets({server});
});
after(() => server?.stop());

const owed = async (who = agent) => (await people.finance.get(`/staff/agents/${who.id}`)).body.balance.amount;
const credited = async (answering) => {
  const answer = await answering;
  assert.deepEqual([answer.status, answer.result], [200, 0], answer.text);
  return answer;
};

// ---- check ----

describe("IF-3: check", () => {
  test("a number in any usual writing, with a sum or without: 0, and up to how much", async () => {
    const {phone} = await server.customer(), ten = phone.slice(2);
    const pretty = `+7 (${ten.slice(0, 3)}) ${ten.slice(3, 6)}-${ten.slice(6, 8)}-${ten.slice(8)}`;
    for (const written of [ten, `8${ten}`, `7${ten}`, phone, pretty]) {
      const answer = await agent.check(written, "100.00");
      assert.deepEqual([answer.status, answer.result, answer.max, answer.sum], [200, 0, "15000.00", "100.00"], `${written} ${answer.text}`);
    }
    const asked = await agent.check(ten, undefined, {txn_id: "00000000000000000017"});
    assert.deepEqual([asked.result, asked.txn, asked.sum, asked.prv], [0, "00000000000000000017", "", ""]);
    assert.equal(asked.headers.get("Content-Type"), "text/xml; charset=utf-8");
    assert.equal((await agent.check(ten, "0.00")).result, 0, "asks without a sum");
    assert.equal((await agent.check(ten, "10.00", {txn_date: "20261103090507", terminal: "17"})).result, 0, "other names are ignored");
    assert.equal((await wallets.balance(await server.customer())), "0.00");
  });

  test("by a form's body, whatever answer it accepts", async () => {
    const who = await server.customer();
    const answer = await agent.check(who.phone, "100.00", {}, {post: true, headers: {Accept: "text/xml"}});
    assert.deepEqual([answer.status, answer.result], [200, 0], answer.text);
    await credited(agent.pay(who.phone, "100.00", {}, {post: true}));
    assert.equal(await wallets.balance(who), "100.00");
  });

  test("each refusal by its own code, nothing kept", async () => {
    const {phone} = await server.customer();
    const rows = [
      ["not a number", {account: "Иван"}, 4], ["no account", {account: undefined}, 4], ["too long", {account: "9".repeat(300)}, 4],
      ["nobody's", {account: newPhone()}, 5], ["a landline", {account: "+7 495 123-45-67"}, 5],
      ["too small", {sum: "0.99"}, 241], ["above the agent's bound", {sum: "15000.01"}, 242],
      ["no such command", {command: "cancel"}, 300], ["no command", {command: undefined}, 300],
      ["no txn_id", {txn_id: undefined}, 300], ["21 digits", {txn_id: "1".repeat(21)}, 300], ["not digits", {txn_id: "1a"}, 300],
      ["a sum of letters", {sum: "ten"}, 300], ["three decimals", {sum: "10.001"}, 300], ["below zero", {sum: "-10"}, 300],
      ["a comma", {sum: "10,00"}, 300], ["a sum without end", {sum: "9".repeat(200)}, 300],
      ["no such day", {txn_date: "20261332000000"}, 300], ["a date without end", {txn_date: "2".repeat(100)}, 300],
    ];
    for (const command of ["check", "pay"])
      for (const [name, fields, result] of rows) {
        const asked = {command, txn_id: agent.nextTxn(), account: phone, sum: "100.00", ...fields};
        const answer = await agent.ask(asked.command, asked);
        assert.deepEqual([answer.status, answer.result, answer.prv], [200, result, ""], `${command}: ${name}: ${answer.text}`);
        assert.ok(answer.comment.length > 0, name);
      }
    assert.equal((await agent.pay(phone, undefined)).result, 300, "a payment says its sum");
    assert.equal((await agent.pay(phone, "0.00")).result, 241);
    const {rows: kept} = await agent.register(moscowDay());
    assert.equal(kept.filter(({account}) => account === phone.slice(1)).length, 0);
  });
});

// ---- who may ----

describe("IF-3: who may ask", () => {
  test("a wrong password, another's, none: 401 with a challenge, and nothing told", async () => {
    const {phone} = await server.customer();
    const other = await makeAgent(server, people.finance, people.finance2);
    const strangers = [
      new Agent(server, {...agent, password: "wrong"}), new Agent(server, {...agent, login: "nobody"}),
      new Agent(server, {...agent, password: other.password}), new Agent(server, {...agent, login: "a".repeat(2000)}),
    ];
    for (const who of strangers) {
      const answer = await who.pay(phone, "100.00");
      assert.equal(answer.status, 401, answer.text);
      assert.match(answer.headers.get("WWW-Authenticate"), /^Basic /);
      assert.equal((await who.register(moscowDay())).status, 401);
    }
    for (const Authorization of ["", "Basic", "Basic !", "Bearer x", `Basic ${Buffer.from("nocolon").toString("base64")}`])
      assert.equal((await agent.check(phone, "1.00", {}, {headers: {Authorization}})).status, 401, Authorization);
    assert.equal(await owed(other), "0.00");
  });

  test("only from the agent's own networks", async () => {
    const {phone} = await server.customer();
    const far = await makeAgent(server, people.finance, people.finance2, {addresses: "203.0.113.0/24, 2001:db8::/32"});
    const near = await makeAgent(server, people.finance, people.finance2, {addresses: "203.0.113.0/24, 127.0.0.0/8"});
    const refused = await far.pay(phone, "100.00");
    assert.deepEqual([refused.status, refused.result], [403, undefined], refused.text);
    assert.equal((await far.register(moscowDay())).status, 403);
    assert.equal((await near.check(phone, "100.00")).result, 0);
  });

  test("not by a browser that another site's page sends here with the password it remembers", async () => {
    const who = await server.customer();
    for (const site of ["cross-site", "same-site"]) {
      const forged = await agent.pay(who.phone, "100.00", {}, {headers: {"Sec-Fetch-Site": site}});
      assert.deepEqual([forged.status, forged.result], [403, undefined], forged.text);
    }
    assert.equal((await agent.check(who.phone, "100.00", {}, {headers: {"Sec-Fetch-Site": "none"}})).result, 0);
    assert.equal(await wallets.balance(who), "0.00");
  });

  test("switched off: no new payment, but what was credited is still told, and the register", async () => {
    const who = await server.customer(), own = await makeAgent(server, people.finance, people.finance2);
    const first = await credited(own.pay(who.phone, "100.00"));
    assert.equal((await people.finance2.post(`/staff/agents/${own.id}/switch`)).status, 200);
    assert.equal((await own.check(who.phone, "100.00")).result, 7);
    assert.equal((await own.pay(who.phone, "100.00")).result, 7);
    const again = await credited(own.pay(who.phone, "100.00", {txn_id: first.txn}));
    assert.equal(again.prv, first.prv);
    assert.deepEqual((await own.register(moscowDay())).rows.map(({prv_txn}) => prv_txn), [first.prv]);
    await switchOn(people.finance2, people.finance, own.id);
    await credited(own.pay(who.phone, "100.00"));
    assert.equal(await wallets.balance(who), "200.00");
  });
});

// ---- pay ----

describe("WA-2: pay", () => {
  test("the wallet has it at once, without a fee; the agent owes it; the customer is told", async () => {
    const who = await server.customer(), before = await owed();
    await credited(agent.check(who.phone, "500.50"));
    const paid = await credited(agent.pay(who.phone, "500.50", {txn_date: "20261103090507"}));
    assert.match(paid.prv, /^\d{1,20}$/);
    assert.equal(paid.sum, "500.50");
    assert.equal(await wallets.balance(who), "500.50");
    assert.equal(Number(await owed()).toFixed(2), (Number(before) - 500.5).toFixed(2));
    const [operation] = await wallets.operations(who);
    assert.deepEqual([operation.kind, operation.title, operation.counterparty, operation.sum.amount],
                     ["terminal", "Пополнение в терминале", "Терминалы «Угол»", "500.50"]);
    await until(() => server.messages(who.phone), ([text]) => /500,50.*Терминалы «Угол»/s.test(text));
  });

  test("the same again: the same prv_txn, no second credit; another sum or number: refused, nothing moves", async () => {
    const who = await server.customer(), other = await server.customer();
    const first = await credited(agent.pay(who.phone, "100.00"));
    for (const account of [who.phone, who.phone.slice(2), `8 ${who.phone.slice(2)}`]) {
      const again = await credited(agent.pay(account, "100.00", {txn_id: first.txn}));
      assert.deepEqual([again.prv, again.sum], [first.prv, "100.00"]);
    }
    for (const [account, sum] of [[who.phone, "100.01"], [other.phone, "100.00"], [newPhone(), "100.00"], ["x", "100.00"]]) {
      const refused = await agent.pay(account, sum, {txn_id: first.txn});
      assert.deepEqual([refused.status, refused.result, refused.prv], [200, 300, ""], `${account} ${sum} ${refused.text}`);
    }
    assert.deepEqual([await wallets.balance(who), await wallets.balance(other)], ["100.00", "0.00"]);
    const mine = await makeAgent(server, people.finance, people.finance2);
    const theirs = await credited(mine.pay(who.phone, "100.00", {txn_id: first.txn}));
    assert.notEqual(theirs.prv, first.prv, "numbers of two agents have nothing to do with each other");
    assert.equal(await wallets.balance(who), "200.00");
  });

  test("asked for many times at once: paid once", async () => {
    const who = await server.customer();
    const txn_id = agent.nextTxn();
    const answers = await Promise.all(Array.from({length: 40}, () => agent.pay(who.phone, "10.00", {txn_id})));
    const told = answers.filter(({status, result}) => status === 200 && result === 0);
    assert.ok(told.length > 0);
    for (const {status, result} of answers) // a database of several may say: later
      assert.ok((status === 200 && (result === 0 || result === 1)) || status === 503, `${status} ${result}`);
    assert.equal(new Set(told.map(({prv}) => prv)).size, 1);
    const again = await credited(agent.pay(who.phone, "10.00", {txn_id}));
    assert.equal(again.prv, told[0].prv);
    assert.equal(await wallets.balance(who), "10.00");
  });

  test("one number, two sums at once: one of them", async () => {
    const who = await server.customer();
    const txn_id = agent.nextTxn();
    const both = Array.from({length: 20}, (_, i) => agent.pay(who.phone, i % 2 ? "10.00" : "20.00", {txn_id}));
    const answers = await Promise.all(both);
    const sums = new Set(answers.filter(({result}) => result === 0).map(({sum}) => sum));
    assert.equal(sums.size, 1);
    assert.equal(await wallets.balance(who), [...sums][0]);
  });

  test("the wallet's limits hold in the transaction: balance, a month's turnover; nothing is kept of a refusal", async () => {
    const who = await server.customer(), other = await server.customer();
    await credited(agent.pay(who.phone, "14000.00"));
    const told = await agent.check(who.phone, "1000.01");
    assert.deepEqual([told.result, told.max], [242, "1000.00"]);
    const refused = await agent.pay(who.phone, "1000.01");
    assert.equal(refused.result, 242);
    await credited(agent.pay(who.phone, "1000.00"));
    const full = await agent.check(who.phone, undefined);
    assert.deepEqual([full.result, full.max], [242, "0.00"]);
    assert.equal((await wallets.send(who, other.phone, "15000.00")).status, 201, "there is room again, but for the month's");
    const month = await agent.check(who.phone, "5000.01");
    assert.deepEqual([month.result, month.max], [242, "5000.00"]);
    const over = await agent.pay(who.phone, "5000.01");
    assert.equal(over.result, 242);
    assert.equal((await agent.pay(who.phone, "5000.01", {txn_id: over.txn})).result, 242, "asked again");
    await credited(agent.pay(who.phone, "5000.00", {txn_id: over.txn}));
    assert.equal(await wallets.balance(who), "5000.00");
  });

  test("many at once to one wallet never pass its limit", async () => {
    const who = await server.customer();
    const answers = await Promise.all(Array.from({length: 40}, () => agent.pay(who.phone, "1000.00")));
    const results = answers.map(({result}) => result);
    assert.deepEqual([results.filter((r) => r === 0).length, results.filter((r) => r === 242).length], [15, 25], `${results}`);
    assert.equal(await wallets.balance(who), "15000.00");
  });

  test("a frozen wallet takes money in", async () => {
    const who = await server.customer();
    await people.support.post(`/staff/customers/${who.customer}/reason`, {reason: "Звонок о потере телефона"});
    const frozen = await people.support.post(`/staff/customers/${who.customer}/freeze`, {reason: "Телефон потерян"});
    assert.equal(frozen.status, 200, frozen.text);
    await credited(agent.pay(who.phone, "100.00"));
    const {rows} = await agent.register(moscowDay());
    assert.equal(rows.filter(({account}) => account === who.phone.slice(1)).length, 1);
  });

  test("161-FZ: cash goes to no wallet below the level", () =>
    withServer({limits}, async (own) => {
      const members = await staff(own, {finance: "finance", finance2: "finance"});
      const cash = await makeAgent(own, members.finance, members.finance2);
      const who = await own.customer();
      assert.deepEqual([(await cash.check(who.phone, "100.00")).result, (await cash.pay(who.phone, "100.00")).result], [7, 7]);
      const raised = await own.post("/settings/level/passport", {
        surname: "Иванова", name: "Анна", birth: "1990-04-12", passport: "45 10 123456", passport_date: "2011-05-20",
        passport_office: "770-001", snils: "112-233-445 95"}, {token: who.token});
      assert.equal(raised.body.level, "simplified", raised.text);
      await credited(cash.pay(who.phone, "100.00"));
    }));
});

// ---- two nodes ----

test("WA-2: the same payment at two nodes at once: paid once, and told alike", {skip: database !== "postgres"}, async () => {
  const first = await Server.start({...settings, several_nodes: true, node: 1});
  let second;
  try {
    const members = await staff(first, {finance: "finance", finance2: "finance"});
    second = await Server.beside(first, {node: 2});
    const cash = await makeAgent(first, members.finance, members.finance2), there = new Agent(second, cash);
    const who = await first.customer(), told = new Map();
    for (let i = 0; i < 30; i++) {
      const txn_id = cash.nextTxn();
      const ask = async (at) => {
        for (;;) { // later, or a group that met the other's
          const answer = await at.pay(who.phone, "1.00", {txn_id});
          if (answer.status === 200 && answer.result !== 1) return answer;
          assert.ok(answer.status === 200 || answer.status === 503, answer.text);
        }
      };
      const answers = await Promise.all([ask(cash), ask(there), ask(cash), ask(there)]);
      assert.deepEqual([...new Set(answers.map(({result, prv}) => `${result} ${prv}`))], [`0 ${answers[0].prv}`]);
      told.set(txn_id, answers[0].prv);
    }
    assert.equal(new Set(told.values()).size, 30);
    assert.equal(await new Wallets({server: first}).balance(who), "30.00");
    assert.equal((await there.register(moscowDay())).rows.length, 30);
  } finally {
    await second?.stop();
    await first.stop();
  }
});

// ---- crashes ----

test("WA-2: killed between paying and answering: asked again, the same answer and one credit", {timeout: 360000}, () =>
  withServer(settings, async (own) => {
    const members = await staff(own, {finance: "finance", finance2: "finance"});
    const cash = await makeAgent(own, members.finance, members.finance2);
    const who = await own.customer(), sums = new Wallets({server: own}), told = new Map();
    let asked = 0;
    for (let kill = 0; kill < 4; kill++) {
      const wave = Array.from({length: 60}, () => cash.nextTxn());
      asked += wave.length;
      const asking = wave.map((txn_id) => cash.pay(who.phone, "1.00", {txn_id}).then((answer) => {
        if (answer.result === 0) told.set(txn_id, answer.prv);
      }, () => {}));
      await Promise.race([Promise.any(asking), new Promise((done) => setTimeout(done, 20 * kill))]);
      await own.end("SIGKILL");
      await Promise.all(asking);
      await own.run();
      for (const txn_id of wave) {
        const again = await credited(cash.pay(who.phone, "1.00", {txn_id}));
        if (told.has(txn_id)) assert.equal(again.prv, told.get(txn_id), "what was told once is told again");
        told.set(txn_id, again.prv);
      }
    }
    assert.equal(new Set(told.values()).size, asked);
    assert.equal(await sums.balance(who), `${asked}.00`);
    const day = await cash.register(moscowDay());
    assert.ok(day.whole);
    assert.equal(day.rows.length, asked);
  }));

// ---- the register ----

describe("WA-2: the day's register", () => {
  test("each of the agent's own payments of that day, and no other's; a total by which it is whole", async () => {
    const who = await server.customer(), own = await makeAgent(server, people.finance, people.finance2);
    const paid = [];
    for (let i = 0; i < 7; i++) paid.push(await credited(own.pay(who.phone, `${i + 1}.${i}1`, {txn_date: "20261103090507"})));
    const day = await own.register(moscowDay());
    assert.equal(day.status, 200, day.text);
    assert.match(day.headers.get("Content-Type"), /^text\/csv/);
    assert.ok(day.whole, day.text);
    assert.deepEqual(day.rows.map(({txn_id, prv_txn, txn_date, account, sum}) => [txn_id, prv_txn, txn_date, account, sum]),
                     paid.map(({txn, prv, sum}) => [txn, prv, "20261103090507", who.phone.slice(1), sum]));
    for (const {credited: at} of day.rows) assert.match(at, new RegExp(`^${moscowDay()} \\d\\d:\\d\\d:\\d\\d$`));
    const before = await own.register(moscowDay(Date.now() - 86400000));
    assert.deepEqual([before.rows, before.whole], [[], true]);
    for (const bad of ["", "yesterday", "2026-13-01"]) assert.equal((await own.register(bad)).status, 422, bad);
  });

  test("streams more than a piece", async () => {
    const own = await makeAgent(server, people.finance, people.finance2), payers = [];
    for (let i = 0; i < 2; i++) payers.push(await server.customer());
    const sums = new Set();
    for (let from = 0; from < 1100; from += 50)
      await Promise.all(Array.from({length: 50}, async (_, i) => sums.add((await credited(own.pay(payers[i % 2].phone, "1.00"))).txn)));
    const day = await own.register(moscowDay());
    assert.deepEqual([day.whole, day.rows.length, new Set(day.rows.map(({txn_id}) => txn_id)).size], [true, 1100, 1100]);
    assert.deepEqual(new Set(day.rows.map(({txn_id}) => txn_id)), sums);
  });
});

// ---- finance's pages ----

describe("BO-2: agents are finance's", () => {
  const fields = {title: "Новый агент", login: "new-agent", least: "10.00", most: "100.00"};

  test("what cannot be made", async () => {
    const rows = [[{title: ""}, 422], [{login: "Я"}, 422], [{login: "ab"}, 422], [{login: ""}, 422], [{least: "0"}, 422],
                  [{least: "100.01"}, 422], [{most: ""}, 422], [{addresses: "example.ru"}, 422], [{addresses: "1.2.3.4/33"}, 422],
                  [{login: agent.login}, 409], [{login: agent.login.toUpperCase()}, 409]];
    for (const [over, status] of rows)
      assert.equal((await people.finance.post("/staff/agents", {...fields, ...over})).status, status, JSON.stringify(over));
    assert.equal((await people.support.post("/staff/agents", fields)).status, 403);
    for (const path of ["/staff/agents/1", "/staff/agents/x"]) assert.equal((await people.finance.get(path)).status, 404, path);
  });

  test("one alone switches none on, not even by asking himself; a change or a new password switches it off", async () => {
    const who = await server.customer(), {finance, finance2} = people;
    const own = await makeAgent(server, finance, undefined, {most: "100.00"});
    assert.equal((await own.pay(who.phone, "50.00")).result, 7, "off at first");
    const {approval} = (await finance.post(`/staff/agents/${own.id}/switch`)).body;
    const {seen} = (await finance.get(`/staff/approvals/${approval}`)).body;
    assert.equal(problem(await finance.post(`/staff/approvals/${approval}/confirm`, {seen})), "own-request");
    assert.equal((await own.pay(who.phone, "50.00")).result, 7);
    const look = (await finance2.get(`/staff/approvals/${approval}`)).body;
    assert.match(JSON.stringify(look.facts), /с любого адреса|from anywhere/);
    const change = {title: "Иначе", least: "1.00", most: "15000.00", addresses: "127.0.0.1"};
    assert.equal((await finance.post(`/staff/agents/${own.id}`, change)).status, 200);
    const stale = await finance2.post(`/staff/approvals/${approval}/confirm`, {seen: look.seen});
    assert.notEqual(stale.status, 200, "it has changed meanwhile");
    const now = (await finance2.get(`/staff/approvals/${approval}`)).body;
    assert.equal((await finance2.post(`/staff/approvals/${approval}/confirm`, {seen: now.seen})).status, 200);
    await credited(own.pay(who.phone, "150.00"));
    const fresh = (await finance.post(`/staff/agents/${own.id}/password`)).body;
    assert.equal((await own.pay(who.phone, "50.00")).status, 401, "the old password is good no more");
    own.password = fresh.password;
    assert.equal((await own.pay(who.phone, "50.00")).result, 7);
    assert.doesNotMatch((await finance.get(`/staff/agents/${own.id}`)).text, new RegExp(fresh.password), "shown once");
  });

  test("the last payments, numbers masked; what is owed", async () => {
    const who = await server.customer(), own = await makeAgent(server, people.finance, people.finance2);
    const paid = await credited(own.pay(who.phone, "33.00"));
    const {body, text} = await people.finance.get(`/staff/agents/${own.id}`);
    assert.deepEqual(body.payments.map(({txn, id, sum}) => [txn, id, sum.amount]), [[paid.txn, paid.prv, "33.00"]]);
    assert.equal(body.balance.amount, "-33.00");
    assert.ok(!text.includes(who.phone));
    const {agents} = (await people.finance.get("/staff/agents")).body;
    assert.deepEqual(agents.filter(({id}) => id === own.id).map(({open, balance}) => [open, balance.amount]), [[true, "-33.00"]]);
  });
});

// ---- what the customer has of it ----

test("WA-2: the top-up page says that there are terminals, where there are any", async () => {
  const who = await server.customer();
  assert.equal((await server.get("/topup", {token: who.token})).body.cash, true);
  await withServer({}, async (own) => {
    const lonely = await own.customer();
    assert.equal((await own.get("/topup", {token: lonely.token})).status >= 400, true, "neither cards nor terminals");
  });
});

test("ID-17: a person's own data has his top-ups at terminals", async () => {
  const who = await server.customer();
  const paid = await credited(agent.pay(who.phone, "77.00"));
  const {text} = await server.get("/settings/export.json", {token: who.token});
  assert.ok(text.includes("agent_payment") && text.includes(paid.prv), text.slice(0, 400));
});
