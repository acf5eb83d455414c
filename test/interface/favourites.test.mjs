// Favourites (WA-1, WA-7): people one often pays.

import assert from "node:assert/strict";
import {after, before, describe, test} from "node:test";

import {Server, newKey, newPhone, problem} from "../support/server.mjs";

let server;

before(async () => (server = await Server.start()));
after(() => server?.stop());

const add = (who, name, phone) => server.post("/favourites", {name, phone}, {token: who.token, key: newKey()});
const people = async (who) => (await server.get("/favourites", {token: who.token})).body.people;

describe("favourites (WA-7)", () => {
  test("added, listed, renamed by number, removed", async () => {
    const who = await server.customer(), phone = newPhone();
    const added = await add(who, "Мама", phone);
    assert.equal(added.status, 201, added.text);
    assert.equal((await add(who, "Мама дорогая", phone)).body.id, added.body.id, "the same number is renamed");
    const [person, ...more] = await people(who);
    assert.equal(more.length, 0);
    assert.equal(person.name, "Мама дорогая");
    const gone = await server.post(`/favourites/${person.id}/remove`, {}, {token: who.token});
    assert.equal(gone.status, 200, gone.text);
    assert.deepEqual(await people(who), []);
  });

  test("one's own number, no name, a bad number, one too many: refused, nothing kept", async () => {
    const who = await server.customer();
    for (const [name, phone] of [["Я", who.phone], ["", newPhone()], ["Друг", "12"], ["x".repeat(41), newPhone()]])
      assert.equal((await add(who, name, phone)).status, 422, `${name} ${phone}`);
    assert.deepEqual(await people(who), []);
    for (let i = 0; i < 50; i++) assert.equal((await add(who, `Друг ${i}`, newPhone())).status, 201);
    assert.equal(problem(await add(who, "Лишний", newPhone())), "favourites-full");
    assert.equal((await people(who)).length, 50);
  });

  test("another's favourite is as a missing one", async () => {
    const who = await server.customer(), stranger = await server.customer();
    const {id} = (await add(who, "Сестра", newPhone())).body;
    const taken = await server.post(`/favourites/${id}/remove`, {}, {token: stranger.token});
    const missing = await server.post("/favourites/4242/remove", {}, {token: stranger.token});
    assert.deepEqual([taken.status, problem(taken)], [missing.status, problem(missing)]);
    assert.equal((await people(who)).length, 1);
    assert.deepEqual(await people(stranger), []);
  });
});
