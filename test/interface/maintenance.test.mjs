// Maintenance (SU-6): switched without a restart by staff and by the command line, on all nodes; what is under way is
// finished, what is sent meanwhile is refused plainly with its values.

import assert from "node:assert/strict";
import {spawn} from "node:child_process";
import {join, resolve} from "node:path";
import {after, before, describe, test} from "node:test";

import {freePort, startBoth} from "../support/sandbox.mjs";
import {database, newKey, pause, problem} from "../support/server.mjs";
import {kabinet, staff} from "../support/staff.mjs";
import {Wallets, limits} from "../support/wallet.mjs";

let both, server, wallets, boss, agent;
before(async () => {
  both = await startBoth({limits});
  ({server} = both);
  wallets = new Wallets(both);
  ({boss, agent} = await staff(server, {boss: "admin", agent: "support"}));
});
after(() => both?.stop());

const begin = (minutes = 30) => boss.post("/staff/maintenance", {act: "begin", minutes});
const end = () => boss.post("/staff/maintenance", {act: "end"});

describe("SU-6: maintenance is switched without a restart", () => {
  test("by staff: pages and programs hear the expected end, health is answered, staff work on", async () => {
    assert.equal((await agent.get("/staff/maintenance")).status, 403);
    for (const minutes of [0, -5, 20000, "x", undefined]) assert.equal((await begin(minutes ?? "")).status, 422, `${minutes}`);
    assert.equal((await server.get("/signin")).status, 200);
    assert.equal((await begin(30)).status, 200);
    try {
      for (const path of ["/", "/signin", "/help", "/support"]) {
        const answer = await server.get(path);
        assert.deepEqual([answer.status, problem(answer)], [503, "maintenance"], path);
        assert.match(answer.headers.get("Content-Type"), /^application\/problem\+json/);
        const wait = Number(answer.headers.get("Retry-After"));
        assert.ok(wait > 29 * 60 - 10 && wait <= 30 * 60, `${wait}`);
      }
      const page = await server.browser().go("/signin");
      assert.equal(page.status, 503);
      assert.match(page.html, /Идут плановые работы/);
      for (const path of ["/live", "/ready"]) assert.equal((await server.get(path)).status, 200, path);
      const state = (await boss.get("/staff/maintenance")).body;
      assert.deepEqual([state.on, state.login, state.late], [true, "boss", false]);
      assert.equal((await agent.get("/staff/cases")).status, 200);
    } finally {
      assert.equal((await end()).status, 200);
    }
    assert.equal((await server.get("/signin")).status, 200);
    const {rows} = (await boss.get("/staff/audit")).body;
    for (const what of ["maintenance.on", "maintenance.off"]) assert.ok(rows.some(({action}) => action === what), what);
  });

  test("by the command line; a forged or stale word changes nothing; a restart does not end it", async () => {
    const post = (fields) => server.post("/gateway/maintenance", fields);
    assert.equal((await post({at: Date.now() * 1000, minutes: 5, sign: "0".repeat(64)})).status, 404);
    assert.match(kabinet("maintenance", server.configuration, "on", "20"), /on/);
    assert.equal((await server.get("/signin")).status, 503);
    await server.end();
    await server.run();
    assert.equal((await server.get("/signin")).status, 503, "also for the first to come after a restart");
    assert.match(kabinet("maintenance", server.configuration, "off"), /over/);
    assert.equal((await server.get("/signin")).status, 200);
    for (const words of [["on"], ["on", "0"], ["on", "x"], ["off", "1"], []])
      assert.throws(() => kabinet("maintenance", server.configuration, ...words));
  });
});

describe("SU-6: nothing is half-done", () => {
  test("what was under way is finished, all else is refused whole: the books agree with the answers", async () => {
    const [payer, friend] = [await wallets.rich("1000.00"), await server.customer()];
    const pay = () => server.post("/transfers", {to: friend.phone, sum: "1.00"}, {token: payer.token, key: newKey()});
    const sent = [];
    for (let i = 0; i < 100; i++) sent.push(pay());
    const switched = begin(5);
    for (let i = 0; i < 100; i++) sent.push(pay());
    assert.equal((await switched).status, 200);
    const later = await Promise.all(Array.from({length: 20}, pay));
    for (const answer of later) assert.equal(problem(answer), "maintenance", answer.text);
    const answers = [...(await Promise.all(sent)), ...later];
    await end();
    const done = answers.filter(({status}) => status < 300).length;
    for (const answer of answers) if (answer.status >= 300) assert.equal(problem(answer), "maintenance", answer.text);
    assert.ok(done > 0 && done <= 200, `${done}`);
    const {body} = await server.get("/", {token: friend.token});
    assert.equal(body.wallet.balance.amount, `${done}.00`);
  });

  test("a page's form comes back with its values and can be sent again; secrets are not in it", async () => {
    const browser = server.browser();
    await browser.go("/support");
    await begin(5);
    await browser.send("/support", {text: "Длинное письмо <о том>"});
    assert.equal(browser.status, 503);
    assert.match(browser.html, /name="text" value="Длинное письмо &lt;о том&gt;"/);
    await end();
    await browser.send("/support");
    assert.equal(browser.status, 200);
    assert.match(browser.html, /Длинное письмо &lt;о том&gt;/);

    const other = server.browser();
    await other.go("/signin");
    const fields = other.form("/signin");
    await begin(5);
    await other.send("/signin", {phone: "+79160000001", password: "Тайна-1-тайна"});
    assert.equal(other.status, 503);
    assert.ok(!other.html.includes("Тайна"), "a password is never sent back");
    assert.match(other.html, /name="phone" value="\+79160000001"/);
    // Another site's form is not made into one of ours.
    await other.go("/signin", {method: "POST", body: new URLSearchParams({...fields, _csrf: "x", phone: "чужое"}),
                               headers: {"Content-Type": "application/x-www-form-urlencoded"}});
    assert.ok(!other.html.includes("чужое"));
    await end();
  });
});

test("SU-6: every node hears of it, and of its end, though nobody reads there", {skip: database !== "postgres"}, async () => {
  const {writeFileSync, readFileSync} = await import("node:fs");
  const port = await freePort(), configuration = join(server.folder, "second.yaml");
  writeFileSync(configuration, `${readFileSync(server.configuration)}`.replace(/^listen: .*$/m, `listen: 127.0.0.1:${port}`) + "node: 2\n");
  const build = resolve(process.env.KABINET_BUILD ?? "build/release");
  const second = spawn(join(build, "kabinet"), ["serve", configuration], {stdio: "ignore"});
  const status = async () => (await fetch(`http://127.0.0.1:${port}/signin`, {headers: {Accept: "text/html"}}).catch(() => null))?.status;
  const until = async (wanted) => {
    for (let tries = 0; tries < 1000; tries++) {
      if ((await status()) === wanted) return;
      await pause(50);
    }
    assert.fail(`never ${wanted}`);
  };
  try {
    await until(200);
    await begin(5);
    await until(503);
    await end();
    await until(200);
  } finally {
    const gone = new Promise((done) => second.once("exit", done));
    second.kill();
    await gone;
  }
});
