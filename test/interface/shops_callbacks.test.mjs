// shops_callbacks.test.mjs: a shop's server is told by signed callbacks (IN-3): it is down, slow, answers 500, then 200;
// we are killed in between; each attempt is told to the shop and to staff, who send it once more.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {addPerson, hearCallbacks, openShop, sha1, sha256} from "../support/shops.mjs";
import {Server, database, problem, withServer} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";
import {until} from "../support/wallet.mjs";

let server, boss, admin, shop, owner, clerk, stranger;
before(async () => {
  server = await Server.start({company: "Рассрочка", shops: {private_addresses: true, callback_pause: "1s"}});
  ({boss, admin} = await staff(server, {boss: "catalogue", admin: "admin"}));
  shop = await openShop(boss);
  owner = await (await addPerson(server, boss, shop.id, "owner.one", "owner")).signIn();
  clerk = await (await addPerson(server, boss, shop.id, "clerk.one", "orders")).signIn();
  stranger = await (await addPerson(server, boss, (await openShop(boss, "Другой")).id, "owner.two", "owner")).signIn();
});
after(() => server?.stop());

// The latest callback as its shop sees it.
const latest = async (who = clerk) => (await who.get("/shop/callbacks")).body.callbacks[0];
const delivered = (who) => until(() => latest(who), ({state}) => state === "delivered", 30000);
async function attempt(url, who = clerk) {
  const answer = await who.post("/shop/callbacks", {url});
  assert.equal(answer.status, 200, answer.text);
  return latest(who);
}
const outcomes = ({log}) => log.map(({status, outcome}) => `${status} ${outcome}`).reverse();

test("IN-3: signed over the raw bytes, by the oldest good key; its log is the shop's own", async () => {
  const hears = await hearCallbacks();
  try {
    await attempt(hears.url);
    const told = await delivered(), [{headers, body}] = hears.heard;
    assert.equal(headers["x-signature"], sha1(shop.key, body));
    assert.equal(headers["x-signature-sha256"], sha256(shop.key, body));
    assert.equal(headers["content-type"], "application/json");
    assert.deepEqual([JSON.parse(body).test, JSON.parse(body).shop], [true, shop.id]);
    assert.match(body.toString(), /Магазин у дома/, "UTF-8 as it is");
    assert.deepEqual([told.order, told.url, outcomes(told)], ["test", hears.url, ["200 delivered"]]);

    const {key} = (await owner.post("/shop/keys", {ends: "week", password: owner.password})).body;
    await attempt(hears.url);
    await delivered();
    assert.equal(hears.heard[1].headers["x-signature"], sha1(shop.key, hears.heard[1].body), "which its program knows");
    const older = (await owner.get("/shop/keys")).body.keys.find(({ending}) => ending).id;
    await owner.post(`/shop/keys/${older}/end`, {password: owner.password});
    await attempt(hears.url);
    await delivered();
    assert.equal(hears.heard[2].headers["x-signature"], sha1(key, hears.heard[2].body));
    shop.key = key;

    const again = `/shop/callbacks/${told.id}/replay`;
    assert.equal((await clerk.post(again)).status, 200);
    await until(() => hears.heard.length, (count) => count === 4);
    assert.ok(hears.heard[3].body.equals(body), "the same bytes");
    assert.equal((await boss.post(`/staff/shops/${shop.id}/callbacks/${told.id}/replay`)).status, 200);
    await until(() => hears.heard.length, (count) => count === 5);
    assert.equal((await boss.get(`/staff/shops/${shop.id}/callbacks`)).body.callbacks.length, 3);
    const seen = (await clerk.get(`/shop/callbacks/${told.id}`)).body;
    assert.deepEqual([seen.body, seen.url, seen.order], [body.toString(), hears.url, "test"], "what was told");
    assert.equal((await boss.get(`/staff/shops/${shop.id}/callbacks/${told.id}`)).body.body, body.toString());
    const {rows} = (await admin.get("/staff/audit?what=shops.callback.seen")).body;
    assert.match(rows[0].detail, /^Магазин у дома: test$/, "that staff saw it is on record");
    assert.deepEqual((await clerk.get("/shop/callbacks?order=another")).body.callbacks, []);

    assert.equal((await stranger.post(again)).status, 404, "another shop's is as a missing one");
    assert.equal((await stranger.get(`/shop/callbacks/${told.id}`)).status, 404);
    assert.deepEqual((await stranger.get("/shop/callbacks")).body.callbacks, []);
    const other = (await stranger.get("/shop")).body.shop.id;
    assert.equal((await boss.post(`/staff/shops/${other}/callbacks/${told.id}/replay`)).status, 404);
    assert.equal((await boss.get(`/staff/shops/${other}/callbacks/${told.id}`)).status, 404);
    const cashier = await (await addPerson(server, boss, shop.id, "kassa.one", "cashier", "money")).signIn();
    assert.equal((await cashier.get("/shop/callbacks")).status, 403);
    assert.equal((await cashier.post(again)).status, 403);
    assert.equal((await cashier.get(`/shop/callbacks/${told.id}`)).status, 403);
  } finally {
    await hears.stop();
  }
});

test("IN-3: a server that is down, answers 500, is slow: each attempt is told, at growing pauses, until it says 200", async () => {
  const first = await hearCallbacks(), {port, url} = first;
  await first.stop();
  await attempt(url);
  await until(latest, ({attempts}) => attempts >= 1, 15000);
  const hears = await hearCallbacks(port);
  try {
    hears.answers.push({status: 500}, {status: 302}, {status: 201});
    const told = await delivered(), seen = outcomes(told);
    assert.deepEqual(seen.slice(-3), ["500 refused", "302 refused", "201 delivered"], "any 2xx; nobody is followed elsewhere");
    assert.ok(seen.slice(0, -3).length >= 1 && seen.slice(0, -3).every((each) => each === "null unreachable"), seen.join());
    const times = told.log.map(({at}) => new Date(at).getTime()).reverse();
    const pauses = times.slice(1).map((at, i) => at - times[i]);
    for (let i = 1; i < pauses.length; i++) assert.ok(pauses[i] > pauses[i - 1] * 1.4, pauses.join());
    hears.answers.push({page: "<p>".repeat(5000)});
    await attempt(url);
    assert.deepEqual(outcomes(await delivered()), ["200 delivered"], "however long the page is that it answers by");
    hears.answers.push({after: 9000}, {});
    await attempt(url);
    const late = await delivered();
    assert.deepEqual(outcomes(late), ["null silent", "200 delivered"], "silence is not an answer");
    for (const {body, headers} of hears.heard) assert.equal(headers["x-signature-sha256"], sha256(shop.key, body));
  } finally {
    await hears.stop();
  }
});

test("IN-3: a deaf shop holds up nobody", async () => {
  const deaf = await hearCallbacks(), hears = await hearCallbacks();
  try {
    for (let i = 0; i < 12; i++) {
      deaf.answers.push({after: 20000});
      await attempt(deaf.url);
    }
    const begun = Date.now();
    await attempt(hears.url, stranger);
    await delivered(stranger);
    assert.ok(Date.now() - begun < 5000, `${Date.now() - begun} ms`);
  } finally {
    await Promise.all([deaf.stop(), hears.stop()]);
  }
});

test("IN-3: killed while callbacks wait and fly, nothing is lost", {timeout: 120000}, async () => {
  const first = await hearCallbacks(), {port, url} = first;
  await first.stop();
  const {id} = await attempt(url);
  await server.end("SIGKILL");
  await server.run();
  const hears = await hearCallbacks(port);
  try {
    hears.answers.push({after: 3000});
    const here = async () => (await clerk.get("/shop/callbacks")).body.callbacks.find((each) => each.id === id);
    await until(() => hears.heard.length, (count) => count > 0, 30000);
    await server.end("SIGKILL"); // it is on its way, and its answer will not be heard
    await server.run();
    await until(here, ({state}) => state === "delivered", 90000);
    assert.ok(hears.heard.length >= 2, "told again, rather than not at all");
    assert.ok(hears.heard.every(({body}) => body.equals(hears.heard[0].body)));
  } finally {
    await hears.stop();
  }
});

test("IN-3: a private network is barred unless the settings say otherwise; an address must be one", async () => {
  for (const url of ["", "ftp://shop.example/", "shop.example", "https://", "https://user:word@shop.example/"])
    assert.equal((await clerk.post("/shop/callbacks", {url})).status, 422, url);
  const hears = await hearCallbacks();
  try {
    await withServer({shops: {callback_pause: "1s", callback_watch: "2s"}}, async (own) => {
      const {boss: member} = await staff(own, {boss: "catalogue"});
      const mine = await openShop(member), person = await (await addPerson(own, member, mine.id, "owner.own", "owner")).signIn();
      assert.equal(problem(await person.post("/shop/callbacks", {url: hears.url})), "url-bad", "plain http");
      for (const url of [hears.url.replace("http:", "https:"), "https://10.0.0.1/", "https://[::1]/", "https://localhost/"]) {
        await attempt(url, person);
        const told = await until(() => latest(person), ({state}) => state === "given-up", 20000);
        assert.ok(told.log.length >= 1 && told.log.every(({outcome}) => outcome === "barred"), `${url} ${outcomes(told)}`);
      }
      assert.equal(hears.heard.length, 0);
    });
  } finally {
    await hears.stop();
  }
});

test("IN-3: what a callback says is not in the database as it is, and goes away with its log", async () => {
  await withServer({shops: {callback_kept: "1m"}}, async (own) => {
    const {boss: member} = await staff(own, {boss: "catalogue"});
    const mine = await openShop(member, "Тайный"), person = await (await addPerson(own, member, mine.id, "owner.own", "owner")).signIn();
    await attempt("https://shop.invalid/very-secret", person);
    await until(() => latest(person), ({attempts}) => attempts > 0, 20000);
    await own.end();
    const hex = database === "postgres" ? "encode(payload, 'hex')" : "hex(payload)";
    const [[payload]] = own.rows(`SELECT ${hex} FROM shop_callback`);
    assert.ok(!Buffer.from(payload, "hex").includes("very-secret"));
    own.sql(`UPDATE shop_callback SET state = 3, until = 1`);
    own.sql(`UPDATE shop_callback_attempt SET at = 1`);
    own.sql("UPDATE job SET next_at = 0 WHERE name = 'shops.sweep'");
    await own.run();
    await until(async () => (await person.get("/shop/callbacks")).body.callbacks.length, (count) => count === 0, 20000);
  });
});
