// esia.test.mjs: signing in through the state portal (ESIA; ID-9, ID-16) against the sandbox, which plays it over its real
// protocol and believes no signature that it has not verified: with RSA and with GOST keys, right and in every wrong way.

import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import {copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, before, describe, test} from "node:test";
import {choose, portalOf, proveNumber, startPortal, through} from "../support/portal.mjs";
import {Server, newPhone, withServer} from "../support/server.mjs";

const kinds = ["rsa", "gost"];
const levelOf = async (server, who) => (await server.get("/settings/level", who)).body.level;

for (const keys of kinds)
  describe(`ID-9: the state portal, ${keys.toUpperCase()} keys`, () => {
    let both, server, sandbox;
    before(async () => {
      both = await startPortal({}, {esia: keys});
      ({server, sandbox} = both);
    });
    after(() => both?.stop());

    test("a verified account fills in the sign-up, opens a cabinet at the full level, and then signs in by itself", async () => {
      const browser = server.browser();
      await browser.go("/signin");
      assert.match(browser.html, /href="\/signin\/with\/gosuslugi">Войти через Госуслуги</);
      await through(browser, sandbox, "anna");
      assert.equal(browser.path, "/signin/unknown", browser.html.slice(0, 2000));
      assert.match(browser.html, /Анна Соколова/);
      assert.match(browser.html, /Анкету мы заполним/);
      assert.ok(!browser.cookies.has("session"));
      await browser.go("/signup");
      assert.match(browser.html, /value="\+7 916 123-45-67"/, "the number that the portal has verified");
      const phone = newPhone(); // whose number it is, its own code proves
      await proveNumber(browser, server, phone);
      await browser.send("/signup/password", {password: "Qwerty7!"});
      assert.equal(browser.path, "/", browser.html.slice(0, 2000));
      const {token} = (await server.post("/signin", {phone, password: "Qwerty7!", token: true})).body;
      assert.equal(await levelOf(server, {token}), "full");
      assert.deepEqual((await server.get("/settings/providers", {token})).body.links.map(({label}) => label), ["Анна Соколова"]);
      const evidence = server.rows("SELECT source, level FROM level_evidence");
      assert.deepEqual(evidence, [[3, 3]], "the portal said so");

      const other = server.browser();
      await through(other, sandbox, "anna", "none", "?next=/sessions");
      assert.equal(other.path, "/sessions");
      assert.ok(other.cookies.has("session"));
    });

    test("an account that is not verified lets nobody in and is told why", async () => {
      const browser = server.browser();
      await through(browser, sandbox, "maria");
      assert.equal(browser.status, 403);
      assert.match(browser.html, /запись «Госуслуги» не подтверждена/);
      assert.match(browser.html, /Подтвердите её/);
      assert.ok(!browser.cookies.has("session") && !browser.cookies.has("provider"));
    });

    // What the portal does wrong → the answer, and what it says. Each would let a stranger in were it believed.
    const faults = {
      "slow": [503, /не отвечает/], "error": [503, /не отвечает/], "denied": [403, /вход отменён/],
      "state": [403, /не подходит к вашему браузеру/], "token-state": [403, /не прошёл проверку/],
      "replay": [403, /не прошёл проверку/], "signature": [403, /не прошёл проверку/], "alg-none": [403, /не прошёл проверку/],
      "alg-hs": [403, /не прошёл проверку/], "issuer": [403, /не прошёл проверку/], "audience": [403, /не прошёл проверку/],
      "expired": [403, /не прошёл проверку/], "early": [403, /не прошёл проверку/], "subject": [403, /не прошёл проверку/],
      "nested": [403, /не прошёл проверку/], "oversized": [403, /не прошёл проверку/], "truncated": [403, /не прошёл проверку/],
      "person-down": [503, /не отвечает/], "person-odd": [503, /не отвечает/],
    };
    for (const [fault, [status, words]] of Object.entries(faults))
      test(`refused: ${fault}`, async () => {
        const browser = server.browser();
        await through(browser, sandbox, "petr", fault);
        assert.equal(browser.status, status, browser.html.slice(0, 2000));
        assert.match(browser.html, words);
        assert.ok(!browser.cookies.has("session"));
      });

    test("the portal takes our signature for this very request alone, and only now", async () => {
      const browser = server.browser();
      await browser.go("/signin/with/gosuslugi", {}, 5);
      const address = browser.headers.get("Location"), asked = new URL(address);
      assert.match(asked.searchParams.get("state"), /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
      assert.match(asked.searchParams.get("timestamp"), /^\d{4}\.\d\d\.\d\d \d\d:\d\d:\d\d \+0000$/);
      assert.ok(address.length < 8000);
      const page = async (change) => {
        const changed = new URL(address);
        change(changed.searchParams);
        return (await fetch(changed, {headers: {Accept: "text/html"}})).status;
      };
      assert.equal(await page(() => {}), 200);
      const stamp = asked.searchParams.get("timestamp"), signature = asked.searchParams.get("client_secret");
      for (const [name, value] of [
        ["state", "00000000-0000-4000-8000-000000000000"], ["scope", "openid"], ["redirect_uri", `${server.url}/signin/from/other`],
        ["timestamp", stamp.replace(/\d\d \+/, (text) => `${String((Number(text.slice(0, 2)) + 1) % 60).padStart(2, "0")} +`)],
        ["client_id", "OTHER"], ["client_secret", signature.slice(0, -8)], ["client_secret", "AAAA"],
        ["client_secret", signature.slice(0, -20) + (signature.at(-20) === "A" ? "B" : "A") + signature.slice(-19)],
      ])
        assert.ok([400, 401].includes(await page((query) => query.set(name, value))), `${name} ${value.slice(0, 40)}`);
    });

    test("a code is good once, and only for the browser that set out", async () => {
      const browser = server.browser(), thief = server.browser();
      await browser.go("/signin/with/gosuslugi");
      const cookie = browser.cookies.get("provider"), back = await choose(browser, sandbox, "petr");
      await thief.go(back);
      assert.equal(thief.status, 403);
      await browser.go(back);
      assert.equal(browser.path, "/signin/unknown");
      thief.cookies.set("provider", cookie);
      await thief.go(back);
      assert.equal(thief.status, 403);
      assert.match(thief.html, /не подходит к вашему браузеру/);
    });

    test("a signed-in customer links his account: his level rises; another's he cannot, nor one that is linked", async () => {
      const link = async (who, person) => {
        const browser = server.browser();
        await browser.signIn(who);
        await browser.go("/settings/providers");
        await browser.send("/settings/providers/gosuslugi/link");
        const [, address] = /class="button" href="([^"]+)"/.exec(browser.html);
        await browser.go(address.replaceAll("&amp;", "&"));
        await browser.go(await choose(browser, sandbox, person));
        return browser;
      };
      const petr = await server.customer(), thief = await server.customer();
      assert.equal(await levelOf(server, petr), "minimal");
      assert.equal((await link(petr, "petr")).path, "/settings/providers");
      assert.equal(await levelOf(server, petr), "full");
      const taken = await link(thief, "petr");
      assert.equal(taken.status, 409);
      assert.match(taken.html, /уже связана с другим кабинетом/);
      assert.equal(await levelOf(server, thief), "minimal");
      const stranger = await link(petr, "li"); // the cabinet is Petr's by now
      assert.equal(stranger.status, 409, stranger.html.slice(0, 800));
      assert.match(stranger.html, /другой человек/);
      assert.equal((await server.get("/settings/providers", petr)).body.links.length, 1);
      const unverified = await link(thief, "maria");
      assert.equal(unverified.status, 403);
      assert.equal(await levelOf(server, thief), "minimal");
      // his password gone, the last way in stays
      const [{id}] = (await server.get("/settings/providers", petr)).body.links;
      await server.post("/settings/security/password/remove", {}, petr);
      const last = await server.post(`/settings/providers/${id}/unlink`, {}, petr);
      const password = (await server.post("/signin", {phone: petr.phone, password: petr.password, token: true})).status === 200;
      assert.equal(last.status, password ? 200 : 409, last.text);
    });
  });

describe("ID-9: what the portal tells fills in the questionnaire", () => {
  let both, server, sandbox;
  before(async () => {
    both = await startPortal({
      onboarding: {
        steps: "number, code, person, passport, password, open",
        pages: {person: "surname, name, patronymic?, birth, birth_place, mail",
                passport: "passport, passport_date, passport_office, passport_by, inn?, snils?"},
      },
    });
    ({server, sandbox} = both);
  });
  after(() => both?.stop());

  test("name, birth, passport, numbers: each can be corrected, none is asked twice", async () => {
    const browser = server.browser(), phone = newPhone();
    await through(browser, sandbox, "anna");
    await proveNumber(browser, server, phone);
    await browser.go("/application/person");
    const person = browser.form("/application/person");
    assert.deepEqual([person.surname, person.name, person.patronymic, person.birth, person.birth_place, person.mail],
                     ["Соколова", "Анна", "Ильинична", "12.04.1990", "гор. Тверь", "anna@example.org"]);
    await browser.send("/application/person");
    assert.equal(browser.path, "/application/passport", browser.html.slice(0, 3000));
    const passport = browser.form("/application/passport");
    assert.deepEqual(["", "_date", "_office", "_by"].map((part) => passport[`passport${part}`]).concat(passport.inn, passport.snils),
                     ["4510 123456", "20.05.2010", "770-001", "ОВД района Арбат города Москвы", "500100732259", "112-233-445 95"]);
    await browser.send("/application/passport");
    await browser.send("/application/password", {password: "Qwerty7!"});
    assert.equal(browser.path, "/", browser.html.slice(0, 2000));
    const {token} = (await server.post("/signin", {phone, password: "Qwerty7!", token: true})).body;
    assert.equal(await levelOf(server, {token}), "full");
  });

  test("a passport that the portal has not verified is left to be typed; nobody else's browser is filled in", async () => {
    const browser = server.browser();
    await through(browser, sandbox, "petr");
    await proveNumber(browser, server, newPhone());
    await browser.send("/application/person", {birth_place: "гор. Псков"});
    assert.equal(browser.path, "/application/passport", browser.html.slice(0, 3000));
    assert.equal(browser.form("/application/passport").passport, "");
    const other = server.browser();
    await proveNumber(other, server, newPhone());
    await other.go("/application/person");
    assert.equal(other.form("/application/person").surname, "");
  });
});

test("ID-9: keys that are made later are found; a key of another certificate keeps the server from starting", async () => {
  const both = await startPortal({}, {esia: "gost"});
  const folder = mkdtempSync(join(tmpdir(), "kabinet-esia-"));
  try {
    const {sandbox} = both;
    const later = {...portalOf(sandbox), certificate_file: join(folder, "c"), key_file: join(folder, "k"),
                   their_certificate_file: join(folder, "p")};
    await withServer({providers: {1: later}}, async (own) => {
      assert.equal((await own.get("/signin/with/gosuslugi")).status, 503);
      copyFileSync(join(sandbox.esia, "client.crt"), later.certificate_file);
      copyFileSync(join(sandbox.esia, "client.key"), later.key_file);
      copyFileSync(join(sandbox.esia, "portal.crt"), later.their_certificate_file);
      assert.equal((await own.get("/signin/with/gosuslugi")).status, 303);
    });
    for (const wrong of [{key_file: join(sandbox.esia, "portal.key")}, {certificate_file: join(sandbox.esia, "portal.crt")},
                         {key_file: join(sandbox.esia, "client.crt")}, {their_certificate_file: join(sandbox.esia, "client.key")},
                         {authorize: "http://esia.example/ac"}, {person: ""}])
      await assert.rejects(Server.start({providers: {1: {...portalOf(sandbox), ...wrong}}}), /providers\.1/, JSON.stringify(wrong));
  } finally {
    rmSync(folder, {recursive: true});
    await both.stop();
  }
});

test("ID-9: the signature is what OpenSSL's own tool verifies, over exactly the documented parts", async () => {
  for (const keys of kinds) {
    const {server, sandbox, stop} = await startPortal({}, {esia: keys});
    const folder = mkdtempSync(join(tmpdir(), "kabinet-esia-"));
    try {
      const browser = server.browser();
      await browser.go("/signin/with/gosuslugi", {}, 5);
      const {searchParams: query} = new URL(browser.headers.get("Location"));
      const parts = ["client_id", "scope", "timestamp", "state", "redirect_uri"].map((name) => query.get(name)).join("");
      writeFileSync(join(folder, "message"), parts);
      writeFileSync(join(folder, "cms"), Buffer.from(query.get("client_secret"), "base64url"));
      const verify = (message) => execFileSync("openssl", [
        "cms", "-verify", "-engine", "gost", "-inform", "DER", "-binary", "-noverify", "-in", join(folder, "cms"), "-content", message,
        "-certfile", join(sandbox.esia, "client.crt"), "-out", join(folder, "out")], {stdio: "pipe"});
      verify(join(folder, "message"));
      assert.equal(readFileSync(join(folder, "out"), "utf8"), parts);
      writeFileSync(join(folder, "other"), `${parts}x`);
      assert.throws(() => verify(join(folder, "other")));
    } finally {
      rmSync(folder, {recursive: true});
      await stop();
    }
  }
});

