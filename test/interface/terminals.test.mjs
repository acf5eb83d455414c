// Terminals near me (WA-12): the list that staff upload, what is near a place, what an address holds; a map.

import assert from "node:assert/strict";
import {after, before, describe, test} from "node:test";

import {Server} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";

let server, people;

before(async () => {
  server = await Server.start();
  people = await staff(server, {editor: "catalogue", support: "support"});
});
after(() => server?.stop());

const head = "title,address,latitude,longitude,hours,note\n";
const row = (title, address, latitude, longitude, rest = ",") => `${title},"${address}",${latitude},${longitude},${rest}\n`;

async function upload(member, text) {
  const browser = server.browser(), form = new FormData();
  browser.cookies.set("staff", member.cookie);
  await browser.go("/staff/terminals");
  const hidden = browser.status === 200 ? browser.form("/staff/terminals") : {};
  for (const [name, value] of Object.entries(hidden)) if (name !== "file") form.set(name, value);
  if (text !== undefined) form.set("file", new Blob([text], {type: "text/csv"}), "terminals.csv");
  const answer = await fetch(`${server.url}/staff/terminals`, {
    method: "POST", body: form, headers: {Accept: "application/json", Cookie: `staff=${member.cookie}`}});
  const body = await answer.json();
  return {status: answer.status, body, text: JSON.stringify(body)};
}

const near = async (query) => (await server.get(`/terminals?${new URLSearchParams(query)}`)).body;

describe("terminals near me (WA-12)", () => {
  test("WA-12: without a list the page says so", async () => {
    const {any, terminals} = await near({at: "55.757,37.611"});
    assert.equal(any, false);
    assert.deepEqual(terminals, []);
  });

  test("WA-12: a list with a fault is refused by its line, and nothing changes", async () => {
    const good = row("Рядом", "Москва, Тверская, 1", 55.757131, 37.611245);
    for (const [text, word] of [
      ["", /ни одного/], [head, /ни одного/], ["title,address\n", /столбцы/],
      [head + good + row("", "Арбат, 1", 55, 37), /Строка 3: название/],
      [head + row("Рядом", "Арбат, 1", 95, 37), /Строка 2: широта/], [head + good + "Рядом,Арбат\n", /Строка 3: ячеек/],
      [Buffer.concat([Buffer.from(head + good), Buffer.from([0xd0, 0x22, 0x0a])]), /UTF-8/],
    ]) {
      const answer = await upload(people.editor, text);
      assert.equal(answer.status, 422, answer.text);
      assert.match(answer.text, word);
    }
    assert.equal((await upload(people.editor, undefined)).status, 422);
    assert.equal((await upload(people.support, head + good)).status, 403);
    assert.deepEqual((await people.editor.get("/staff/terminals")).body.versions, []);
  });

  test("WA-12: the nearest come first, with their distance; another list replaces the first", async () => {
    const rows = Array.from({length: 30}, (_, i) => row(`Магазин ${i}`, `Москва, Тверская, ${i}`, 55.75 + ((i * 7) % 30) / 1000, 37.6));
    const first = await upload(people.editor, head + rows.join("") + row("Рынок", "Казань, Баумана, 44", 55.788, 49.119, "9–21,у входа"));
    assert.equal(first.body.count, 31, first.text);
    const {terminals, map} = await near({at: "55.75,37.6"});
    assert.equal(terminals.length, 20);
    assert.deepEqual(terminals.map(({metres}) => metres), terminals.map(({metres}) => metres).toSorted((a, b) => a - b));
    assert.ok(Math.abs(terminals[1].metres - 111) <= 1, `${terminals[1].metres}`);
    assert.deepEqual([map.here.x, map.here.y], [240, 150], "where one stands is in the middle");
    for (const {x, y} of map.marks) assert.ok(x >= 0 && x <= 480 && y >= 0 && y <= 300);
    assert.equal(map.marks.length, 20);
    assert.ok(map.rings.length === 3 && !map.tiles);
    const [far] = (await near({at: "55.79,49.12"})).terminals;
    assert.equal((await near({at: "55.79,49.12"})).terminals.length, 1, "Moscow is not near Kazan");
    assert.deepEqual([far.title, far.hours, far.note], ["Рынок", "9–21", "у входа"]);

    assert.equal((await upload(people.editor, head + row("Один", "Тула, Ленина, 1", 54.19, 37.61))).body.version, 2);
    assert.deepEqual((await near({at: "55.75,37.6"})).terminals.map(({title}) => title), ["Один"]);
    const file = await people.editor.get("/staff/terminals/export");
    assert.equal(file.text, head + row("Один", "Тула, Ленина, 1", 54.19, 37.61));
  });

  test("WA-12: by words of the address, ё as е and without regard to case; each leads on to what is near it", async () => {
    const sent = await upload(people.editor, head + row("Ёлка", "Москва, Королёва, 12", 55.82, 37.61) +
                                             row("Дуб", "Москва, Арбат, 1", 55.752, 37.6));
    assert.equal(sent.status, 200, sent.text);
    const {terminals, map} = await near({q: "королева"});
    assert.deepEqual(terminals.map(({title, place}) => [title, place]), [["Ёлка", "55.820000,37.610000"]]);
    assert.equal(map.marks.length, 1);
    assert.equal((await near({at: terminals[0].place})).terminals[0].metres, 0);
    assert.equal((await near({q: "москва"})).terminals.length, 2);
    const none = await near({q: "Урюпинск"});
    assert.ok(none.asked && none.any && none.terminals.length === 0);
  });

  test("WA-12: what is no place is refused; the page comes without scripts, for visitors and customers", async () => {
    for (const at of ["1", "55,37,1", "91,0", "0,0", "a,b", "55.7,37.6; DROP"])
      assert.equal((await server.get(`/terminals?at=${encodeURIComponent(at)}`)).status, 422, at);
    const browser = server.browser();
    await browser.go("/terminals?q=москва");
    assert.match(browser.html, /<svg viewBox="0 0 480 300"/);
    assert.match(browser.html, /Арбат, 1/);
    await browser.go("/terminals?at=oops");
    assert.equal(browser.status, 422);
    assert.match(browser.html, /координат/);
    const who = await server.customer();
    await browser.signIn(who);
    await browser.go("/terminals?at=55.75,37.6");
    assert.match(browser.html, /Ближайшие/);
  });

  test("WA-12: tiles come from the operator's server, which the page's policy names; an empty database begins with a file", async () => {
    const own = await Server.start({map_tiles: "https://tiles.example/{z}/{x}/{y}.png", map_credit: "© картографы",
                                    terminals: {file: "profiles/terminals.csv"}});
    try {
      let found = {terminals: []};
      for (let i = 0; i < 50 && found.terminals.length === 0; i++) {
        found = (await own.get("/terminals?at=55.757131,37.611245")).body;
        await new Promise((go) => setTimeout(go, 100));
      }
      assert.ok(found.terminals.length > 0);
      const {tiles, credit} = found.map;
      assert.equal(credit, "© картографы");
      assert.ok(tiles.length >= 4 && tiles.length <= 9);
      for (const {href} of tiles) assert.match(href, /^https:\/\/tiles\.example\/\d+\/\d+\/\d+\.png$/);
      const page = await fetch(`${own.url}/terminals?at=55.757131,37.611245`, {headers: {Accept: "text/html"}});
      assert.match(page.headers.get("content-security-policy"), /img-src 'self' data: https:\/\/tiles\.example;/);
      assert.match(page.headers.get("permissions-policy"), /geolocation=\(self\)/);
    } finally {
      await own.stop();
    }
  });
});
