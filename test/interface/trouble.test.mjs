// trouble.test.mjs: an SMS gateway that is slow, takes a message without saying so, takes it twice, refuses; the program killed
// in between (MS-2): each message's fate is right, and staff see it. A gateway that is down: kannel.test.mjs.

import assert from "node:assert/strict";
import {writeFileSync} from "node:fs";
import {createServer} from "node:http";
import {join} from "node:path";
import {after, before, describe, test} from "node:test";

import {freePort} from "../support/sandbox.mjs";
import {Server, newPhone, pause} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";
import {until} from "../support/wallet.mjs";

let server, gateway, port, asked = [], behaviour, member, other;

const open = () => new Promise((done) => {
  gateway = createServer((request, answer) => {
    const query = new URL(request.url, "http://gateway").searchParams;
    asked.push(query);
    behaviour(query, answer);
  }).listen(port, "127.0.0.1", done);
});
const close = () => new Promise((done) => {
  gateway.close(done);
  gateway.closeAllConnections();
});
const takes = (query, answer) => answer.writeHead(202).end("0: Accepted for delivery");
const report = (query, state) => fetch(query.get("dlr-url").replace("%d", state));
const fates = async () => (await server.get("/sandbox/messages")).body.messages;

async function comesTo(wanted, tries = 2000) {
  for (let i = 0; i < tries; i++) {
    if ((await fates())[0].state === wanted) return;
    await pause(25);
  }
  assert.fail(`the newest message is ${JSON.stringify((await fates())[0])}, not ${wanted}`);
}

// The member's page, in Russian, says so of the newest message to that number.
async function seenByStaff(phone, words) {
  const {body} = await member.get("/staff/messages");
  const found = body.messages.find(({channel, address}) => channel === "sms" && address.endsWith(phone.slice(-2)));
  assert.ok(found, JSON.stringify(body));
  const page = await member.get("/staff/messages", {headers: {Accept: "text/html", "Accept-Language": "ru"}});
  assert.equal(page.status, 200);
  assert.ok(page.text.includes(words), `the page does not say ${words}`);
  return found.state;
}

before(async () => {
  port = await freePort();
  const own = await freePort();
  server = await Server.start({listen: `127.0.0.1:${own}`, public_url: `http://127.0.0.1:${own}`});
  ({sup: member, cat: other} = await staff(server, {sup: "support", cat: "catalogue"}));
  await server.end();
  const password = join(server.folder, "password");
  writeFileSync(password, "p&w\n");
  writeFileSync(server.configuration, `
messaging:
  kannel:
    url: http://127.0.0.1:${port}/cgi-bin/sendsms
    password_file: ${password}
`, {flag: "a"});
  await server.run();
});
after(() => server?.stop());

describe("MS-2: each message's fate, whatever the gateway does", () => {

  test("MS-2: slow: our call gives up, the message waits and is asked for again; nobody else waits for it", async () => {
    let times = 0;
    const slow = newPhone(), quick = newPhone();
    behaviour = (query, answer) => {
      if (query.get("to") !== slow || ++times > 1) return takes(query, answer);
      setTimeout(() => answer.writeHead(202).end("0: Accepted for delivery"), 12000); // later than we listen
    };
    await open();
    asked = [];
    await server.begin(slow);
    await server.begin(quick);
    await comesTo("sent"); // the newest
    assert.equal(times, 1, "while the other hangs");
    await until(fates, (all) => all.every(({state}) => state === "sent"));
    assert.equal(times, 2);
    const ids = asked.filter((query) => query.get("to") === slow).map((query) => query.get("binfo"));
    assert.deepEqual([ids.length, new Set(ids).size], [2, 1], "under the same id, by which a repeat is told");
    assert.equal(await seenByStaff(slow, "Отправлено"), "sent");
    await close();
  });

  test("MS-2: taken twice, since the first answer was lost and no report came: sent, never lost", async () => {
    let times = 0;
    behaviour = (query, answer) => (++times === 1 ? answer.socket.destroy() : takes(query, answer));
    await open();
    asked = [];
    const phone = newPhone();
    await server.begin(phone);
    await comesTo("sent");
    assert.deepEqual([asked.length, new Set(asked.map((query) => query.get("binfo"))).size], [2, 1]);
    await report(asked[0], 1);
    await report(asked[1], 1);
    assert.equal(await seenByStaff(phone, "Доставлено"), "delivered");
    await close();
  });

  test("MS-2: killed between its being taken and our knowing: asked for again after the lease, under the same id", async () => {
    let killed;
    behaviour = (query, answer) => { killed ??= server.end("SIGKILL").then(() => answer.socket.destroy()); };
    await open();
    asked = [];
    const phone = newPhone();
    await server.begin(phone).catch(() => {});
    while (!killed) await pause(10);
    await killed;
    behaviour = takes;
    server.sql("UPDATE outbox SET next_at = 1 WHERE state = 0"); // instead of waiting for the lease of a minute
    await server.run();
    await comesTo("sent");
    assert.deepEqual([asked.length, new Set(asked.map((query) => query.get("binfo"))).size], [2, 1]);
    assert.equal(await seenByStaff(phone, "Отправлено"), "sent");
    await close();
  });

  test("MS-2: staff see what did not arrive apart, with the reason; addresses masked, words never", async () => {
    behaviour = (query, answer) => answer.writeHead(400).end("Invalid receiver");
    await open();
    const phone = newPhone();
    await server.begin(phone);
    await comesTo("refused");
    const {body, text} = await member.get("/staff/messages?trouble=true");
    assert.ok(body.messages.length >= 1);
    assert.ok(body.messages.every(({state}) => ["refused", "expired", "undelivered"].includes(state)), text);
    assert.match(body.messages[0].reason, /Invalid receiver/);
    assert.ok(!text.includes(phone.slice(2)) && !/#\d{6}/.test(text), "neither number nor code");
    assert.equal((await other.get("/staff/messages")).status, 403, "not for every role");
    await close();
  });
});
