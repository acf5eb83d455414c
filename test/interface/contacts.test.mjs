// contacts.test.mjs: friends found among contacts (BK-3), by the very script that a browser runs: who is found, what
// nobody learns, how much may be asked about; friends kept, called otherwise, taken off, sent to.

import assert from "node:assert/strict";
import {createHash, webcrypto} from "node:crypto";
import {readFileSync} from "node:fs";
import {after, before, test} from "node:test";
import vm from "node:vm";

import {startBoth} from "../support/sandbox.mjs";
import {Server, database, newKey, newPhone, problem} from "../support/server.mjs";
import {Wallets, limits} from "../support/wallet.mjs";

let both, server, wallets;
before(async () => {
  both = await startBoth({limits, wallet: {confirm_sum: "0.00"}, friends: {most: 6, day_most: 60}});
  ({server} = both);
  wallets = new Wallets(both);
});
after(() => both?.stop());

// The browser's side.
const names = {crypto: webcrypto, TextEncoder, TextDecoder, btoa, atob};
const browser = vm.createContext(names);
vm.runInContext(readFileSync("web/scripts/contacts.js", "utf8"), browser);
const {blinded, found, base64url, unbase64url, join, clean, fromLines, fromCards} = vm.runInContext(
  "({blinded, found, base64url, unbase64url, join, clean, fromLines, fromCards})", browser);

const post = (who, path, body, at = server) => at.post(path, body, {token: who.token, key: newKey()});
const allow = (who, on = true) => post(who, "/friends/findable", {on});
const friends = async (who) => (await server.get("/friends", {token: who.token})).body.friends;

async function question(phones) {
  const asked = await Promise.all(phones.map((phone) => blinded(phone)));
  return {asked, points: base64url(join(...asked.map((each) => each.asked))),
          buckets: base64url(join(...asked.map(({bucket}) => bucket)))};
}
// The tags of those that were found, null of the others.
async function look(who, phones, at = server) {
  const {asked, points, buckets} = await question(phones);
  const answer = await post(who, "/friends/match", {points, buckets}, at);
  assert.equal(answer.status, 200, answer.text);
  const answers = unbase64url(answer.body.answers);
  return Promise.all(asked.map((each, i) => found(each, answers.slice(32 * i, 32 * i + 32), unbase64url(answer.body.marks[i]))));
}
const keep = (who, people) => post(who, "/friends/keep", {people: people.map(([tag, label = ""]) => `${tag} ${label}`).join("\n")});

test("BK-3: contacts that let themselves be found are, the others are not; kept with a masked name and an own label", async () => {
  const [who, open, shy] = [await server.customer(), await server.customer(), await server.customer()];
  await post(open, "/settings/profile", {name: "Анна П."});
  await allow(open);
  const [tag, none, nobody] = await look(who, [open.phone, shy.phone, newPhone()]);
  assert.deepEqual([tag.length, none, nobody], [22, null, null]);
  const kept = await keep(who, [[tag, "Аня с работы"]]);
  assert.deepEqual([kept.status, kept.body.kept], [200, 1], kept.text);
  const [friend, ...more] = await friends(who);
  assert.deepEqual([friend.title, friend.label, friend.customer, more.length], ["Аня с работы", "Аня с работы", true, 0]);
  assert.match(friend.text, /^Анна П\., \+7/);
  assert.equal((await keep(who, [[tag]])).body.kept, 1, "kept again it keeps its label");
  assert.deepEqual((await friends(who)).map(({id, label}) => [id, label]), [[friend.id, "Аня с работы"]]);
  assert.deepEqual(await friends(open), [], "who was found hears nothing of it");
});

test("BK-3: nobody is found before he has allowed it, nor after he has taken it back, nor under his former number", async () => {
  const [who, other] = [await server.customer(), await server.customer()];
  assert.equal((await server.get("/friends", {token: other.token})).body.findable, false, "off by itself");
  assert.deepEqual(await look(who, [other.phone]), [null]);
  assert.equal((await allow(other)).body.findable, true);
  const [tag] = await look(who, [other.phone]);
  assert.ok(tag);
  await keep(who, [[tag]]);
  await allow(other, false);
  assert.deepEqual(await look(who, [other.phone]), [null]);
  assert.equal((await keep(who, [[tag]])).body.kept, 0, "an old tag finds nobody");
  const [{customer, title}] = await friends(who);
  assert.equal(customer, false, "nor is it told of who is a friend already");
  assert.equal(title.replace(/\D/g, ""), other.phone.slice(1));
});

test("BK-3: the number is not in what is sent, and the same number looks like another each time", async () => {
  const phone = newPhone(), [first, second] = [await question([phone]), await question([phone])];
  assert.notEqual(first.points, second.points);
  assert.equal(first.buckets, second.buckets);
  assert.equal(first.buckets.length, 3, "16 bits");
  for (const text of [JSON.stringify(first.points), first.buckets])
    for (const hash of ["sha256", "sha1", "md5"]) {
      const digest = createHash(hash).update(phone).digest();
      for (const form of ["hex", "base64url"]) assert.ok(!text.includes(digest.toString(form).slice(0, 12)), hash);
    }
});

test("BK-3: what a bucket tells of others opens nothing: a mark is no tag, a tag cannot be guessed", async () => {
  const [who, other] = [await server.customer(), await server.customer()];
  await allow(other);
  const {points, buckets} = await question([other.phone]);
  const {body} = await post(who, "/friends/match", {points, buckets});
  for (const made of [body.marks[0].slice(0, 22), base64url(webcrypto.getRandomValues(new Uint8Array(16)))])
    assert.equal((await keep(who, [[made]])).body.kept, 0);
  assert.deepEqual(await friends(who), []);
});

test("BK-3: malformed questions are refused and cost nothing", async () => {
  const who = await server.customer(), {points, buckets} = await question([newPhone()]);
  const zero = base64url(new Uint8Array(32));
  const many = await question(Array.from({length: 51}, newPhone));
  for (const body of [{}, {points}, {buckets}, {points: "x", buckets}, {points, buckets: "AAAAAA"}, {points: zero, buckets},
                      {points: many.points, buckets: many.buckets}, {points: points + points, buckets}])
    assert.equal((await post(who, "/friends/match", body)).status, 422, JSON.stringify(body).slice(0, 80));
  for (const people of ["x", "", `${"A".repeat(22)} ${"х".repeat(41)}`, "A".repeat(43)])
    assert.equal((await post(who, "/friends/keep", {people})).status, 422, people);
  const {left} = (await server.get("/friends", {token: who.token})).body;
  assert.ok(left >= 59, `${left}: only a well-formed point of small order is counted`);
});

test("BK-3: so many numbers a day and no more, asked about or typed, at once too", async () => {
  const who = await server.customer();
  await look(who, Array.from({length: 50}, newPhone));
  const left = async () => (await server.get("/friends", {token: who.token})).body.left;
  assert.equal(await left(), 10);
  const {points, buckets} = await question(Array.from({length: 6}, newPhone));
  const two = await Promise.all([1, 2].map(() => post(who, "/friends/match", {points, buckets})));
  assert.deepEqual(two.map(({status}) => status).sort(), [200, 422]);
  assert.equal(problem(two.find(({status}) => status === 422)), "too-many-numbers-today");
  assert.equal(await left(), 4);
  for (let i = 0; i < 4; i++) assert.equal((await post(who, "/friends", {phone: newPhone(), label: `Друг ${i}`})).status, 201);
  assert.equal(problem(await post(who, "/friends", {phone: newPhone()})), "too-many-numbers-today");
  assert.equal((await friends(who)).length, 4, "nothing is kept of what was refused");
  assert.equal((await look(await server.customer(), [newPhone()])).length, 1, "another has his own");
});

test("BK-3: by number: own number, no number, too many; the list of one is nobody else's", async () => {
  const [who, stranger] = [await server.customer(), await server.customer()], phone = newPhone();
  for (const [number, label] of [[who.phone, "Я"], ["12", "Друг"], [undefined, "Друг"], [newPhone(), "х".repeat(41)], ["+74951234567"]])
    assert.equal((await post(who, "/friends", {phone: number, label})).status, 422, `${number}`);
  const {status, body} = await post(who, "/friends", {phone, label: "Мама"});
  assert.deepEqual([status, body.title, body.customer], [201, "Мама", false]);
  assert.equal((await post(who, "/friends", {phone, label: "Мамочка"})).body.id, body.id, "known already: called otherwise");
  const at = `/friends/${body.id}`;
  assert.equal((await server.get(at, {token: who.token})).body.title, "Мамочка");
  for (const path of [`${at}/label`, `${at}/remove`])
    assert.equal((await post(stranger, path, {})).status, 404, path);
  assert.equal((await server.get(at, {token: stranger.token})).status, 404);
  assert.equal((await server.get(`/transfer?friend=${body.id}`, {token: stranger.token})).status, 404);
  assert.deepEqual(await friends(stranger), []);
  for (let i = 0; i < 5; i++) assert.equal((await post(who, "/friends", {phone: newPhone()})).status, 201);
  assert.equal(problem(await post(who, "/friends", {phone: newPhone()})), "friends-full");
  assert.equal((await post(who, `${at}/label`, {label: ""})).body.title.replace(/\D/g, ""), phone.slice(1));
  assert.equal((await post(who, `${at}/remove`, {})).status, 200);
  assert.equal((await post(who, `${at}/remove`, {})).status, 404);
  assert.equal((await friends(who)).length, 5);
});

test("BK-3: sent to by one tap: to a customer at once, to anybody else by a link", async () => {
  const [who, other] = [await wallets.rich("100.00"), await server.customer()], nobody = newPhone();
  const [first, second] = [await post(who, "/friends", {phone: other.phone, label: "Подруга"}),
                           await post(who, "/friends", {phone: nobody, label: "Дядя"})];
  const form = async (query = "") => (await server.get(`/transfer${query}`, {token: who.token})).body;
  assert.deepEqual((await form()).friends.map(({title}) => title), ["Дядя", "Подруга"]);
  for (const [friend, phone, state] of [[first, other.phone, "done"], [second, nobody, "waiting"]]) {
    const {friend: title, friend_phone: to} = await form(`?friend=${friend.body.id}`);
    assert.deepEqual([title, to.replace(/\D/g, "")], [friend.body.title, phone.slice(1)]);
    const sent = await wallets.send(who, to, "10.00");
    assert.deepEqual([sent.status, sent.body.state], [201, state], sent.text);
  }
  assert.equal(await wallets.balance(other), "10.00");
  assert.match((await server.messages(nobody))[0], /\/claim\//);
});

test("BK-3: a list or a file of contacts is read as it comes", () => {
  const list = ["Мама +7 916 123-45-67", "8(916)1234568, Папа", "9161234569", "+380501234567 Киев", "12", "Мама ещё раз 89161234567"];
  const read = (people) => JSON.parse(JSON.stringify(clean(people)));
  assert.deepEqual(read(fromLines(list.join("\n"))), [
    {phone: "+79161234567", label: "Мама"}, {phone: "+79161234568", label: "Папа"}, {phone: "+79161234569", label: ""}]);
  const cards = ["BEGIN:VCARD", "VERSION:2.1", "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=D0=9C=D0=B0=", "=D0=BC=D0=B0",
                 "TEL;CELL:+79161234567", "TEL;HOME:84951234567", "END:VCARD", "BEGIN:VCARD", "VERSION:4.0", "FN:Пап",
                 " а\\, дача", "item1.TEL;VALUE=uri:tel:+7-916-123-45-68", "END:VCARD"];
  assert.deepEqual(read(fromCards(cards.join("\r\n"))), [
    {phone: "+79161234567", label: "Мама"}, {phone: "+79161234568", label: "Папа, дача"}]);
});

test("BK-3: what is kept of friends is sealed, and is one's own data", async () => {
  const own = await Server.start({limits});
  try {
    const [who, other] = [await own.customer(), await own.customer()];
    for (const person of [who, other]) await post(person, "/friends/findable", {on: true}, own);
    const [tag] = await look(who, [other.phone], own);
    assert.equal((await post(who, "/friends/keep", {people: `${tag} Перепёлкин`}, own)).body.kept, 1);
    const {body} = await own.get("/settings/export.json", {token: who.token});
    assert.deepEqual(body.friends.map(({kind, phone, label, on}) => [kind, phone ?? on, label]),
                     [["friend", other.phone, "Перепёлкин"], ["findable", true, undefined]]);
    await own.end();
    const hex = (text) => Buffer.from(text).toString("hex");
    const column = (name) => (database === "postgres" ? `encode(${name}, 'hex')` : `lower(hex(${name}))`);
    const rows = JSON.stringify(own.rows(`SELECT ${["phone", "label", "phone_hash"].map(column)} FROM friend`)) +
      JSON.stringify(own.rows(`SELECT ${["bucket", "tag", "mark"].map(column)} FROM friend_findable`));
    assert.ok(rows.length > 200, rows);
    const bucket = createHash("sha256").update(`kabinet friends bucket${other.phone}`).digest().subarray(0, 2).toString("hex");
    for (const clear of [hex(other.phone), hex("Перепёлкин"), `"${bucket}"`]) assert.ok(!rows.includes(clear), clear);
  } finally {
    await own.stop();
  }
});
