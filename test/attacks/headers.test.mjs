// headers.test.mjs: what a request says of itself and what it wants written into an answer: host names, line ends, cookies
// tossed from a neighbouring site (ID-14, ID-15).

import assert from "node:assert/strict";
import {connect} from "node:net";
import {after, before, test} from "node:test";

import {Server, newPhone, withServer} from "../support/server.mjs";

let server, person;
before(async () => {
  server = await Server.start();
  person = await server.customer();
});
after(() => server?.stop());

// Bytes as they are: fetch would refuse to send most of them.
const raw = (port, lines, body = "") =>
  new Promise((done, failed) => {
    const socket = connect(port, "127.0.0.1");
    let said = "";
    socket.on("data", (data) => (said += data.toString("latin1")));
    socket.on("close", () => done({said, status: Number(/^HTTP\/1\.1 (\d+)/.exec(said)?.[1]), head: said.split("\r\n\r\n")[0]}));
    socket.on("error", failed);
    socket.setTimeout(5000, () => socket.destroy());
    socket.write([...lines, "Connection: close", "", body].join("\r\n"));
  });

test("ID-15: a host of another's making is in no link, no message, no address", async () => {
  const phone = newPhone(), evil = "evil.example";
  for (const headers of [{Host: evil}, {"X-Forwarded-Host": evil}, {Forwarded: `host=${evil}`}, {"X-Original-URL": `//${evil}/`}]) {
    const page = await fetch(`${server.url}/signin`, {headers: {Accept: "text/html", ...headers}});
    assert.doesNotMatch(await page.text(), /evil\.example/, JSON.stringify(headers));
  }
  const altcha = await server.proof();
  const fields = JSON.stringify({phone, altcha});
  const lines = ["POST /signup HTTP/1.1", `Host: ${evil}`, "Accept: application/json", "Content-Type: application/json"];
  const answer = await raw(server.port, [...lines, `Content-Length: ${Buffer.byteLength(fields)}`], fields);
  assert.ok([200, 403].includes(answer.status), answer.said);
  if (answer.status === 200) {
    const [text] = await server.messages(phone);
    assert.doesNotMatch(text, /evil/, "the code is bound to our own name");
    assert.match(text, /@localhost #\d{6}$/);
  }
  const refused = await raw(server.port, ["GET /transfer HTTP/1.1", `Host: ${evil}`, "Accept: text/html"]);
  assert.match(refused.head, /\r\nLocation: \/signin/i, "where to go on is a path of ours");
  for (const host of ["a b", "a\tb", "", "a/../b", "x".repeat(5000), "[::1", "user@host"]) {
    const odd = await raw(server.port, ["GET /signin HTTP/1.1", `Host: ${host}`, "Accept: text/html"]);
    assert.ok(odd.status >= 200 && odd.status < 500, `${host.slice(0, 20)}: ${odd.said.slice(0, 200)}`);
  }
  const twice = await raw(server.port, ["GET /signin HTTP/1.1", "Host: localhost", `Host: ${evil}`]);
  assert.equal(twice.status, 400);
});

test("ID-15: no line of an answer is written by who asks", async () => {
  const ends = ["%0d%0aX-Evil:%20yes", "%0aX-Evil:%20yes", "%0dX-Evil:%20yes", "%E5%98%8A%E5%98%8DX-Evil:%20yes",
                "\\r\\nX-Evil: yes", "%00%0d%0aX-Evil:yes"];
  const places = (end) => [`/signin?next=/${end}`, `/language/ru?next=/${end}`, `/language/${end}`, `/resume/${end}`,
                           `/operations/${end}`, `/${end}`, `/transfer?to=${end}`,
                           `/sandbox/phone?number=${end}`, `/staff/signin?next=/staff${end}`];
  for (const end of ends)
    for (const path of places(end)) {
      const first = `GET ${path.replaceAll(" ", "%20")} HTTP/1.1`;
      const {head, status} = await raw(server.port, [first, "Host: localhost", "Accept: text/html"]);
      assert.doesNotMatch(head, /^X-Evil/im, path);
      assert.ok(status >= 200 && status < 500, `${path}: ${status}`);
    }
  for (const line of ["X-A: b\rX-Evil: yes", "X-A: b\0c", "X A: b", ": b", "Accept : text/html", "Accept-Language: ru\x7f"]) {
    const {status} = await raw(server.port, ["GET /signin HTTP/1.1", "Host: localhost", line]);
    assert.equal(status, 400, JSON.stringify(line));
  }
});

test("ID-14: after signing in one goes on to a path of ours alone", async () => {
  const {phone, password} = person;
  for (const next of ["//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example", "/%09/evil.example",
                      "javascript:alert(1)", " /x", "/\t/evil.example", "/x\r\nSet-Cookie: a=b", "evil.example", "@evil.example",
                      "///evil.example", "/..//evil.example"]) {
    const browser = server.browser();
    await browser.go("/signin");
    const answer = await fetch(`${server.url}/signin`, {
      method: "POST", redirect: "manual", body: new URLSearchParams({...browser.form("/signin"), phone, password, next}),
      headers: {Accept: "text/html", Cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ")},
    });
    const place = answer.headers.get("location");
    if (answer.status !== 303) continue; // refused as a field
    assert.equal(new URL(place, server.url).origin, server.url, `${JSON.stringify(next)} → ${place}`);
    assert.doesNotMatch(place, /^[/\\]{2}|[\r\n\t]/, JSON.stringify(next));
  }
});

test("ID-14: a cookie tossed from a neighbouring site: over TLS only those bound to this very host count", async () => {
  await withServer({behind_proxy: true}, async (strict) => {
    const who = await strict.customer(), tls = {"X-Forwarded-Proto": "https"};
    const signed = await strict.post("/signin", {phone: who.phone, password: who.password}, {headers: tls});
    const lines = signed.headers.getSetCookie();
    assert.ok(lines.length > 0);
    for (const line of lines) assert.match(line, /^__Host-\w+=[^;]+; Path=\/; HttpOnly; SameSite=Lax; Secure/);
    const session = /^__Host-session=([^;]+)/.exec(lines.find((line) => line.startsWith("__Host-session=")))[1];
    const ask = (cookie) => strict.get("/sessions", {headers: {...tls, Cookie: cookie}});
    assert.equal((await ask(`__Host-session=${session}`)).status, 200);
    assert.equal((await ask(`session=${session}`)).status, 401, "one that any neighbour could have set");
    assert.equal((await ask(`session=planted; __Host-session=${session}`)).status, 200, "nor does it push ours out");
    assert.equal((await ask(`__Secure-session=${session}`)).status, 401);
    assert.equal((await ask(`__Host-session=${session}; __Host-session=planted`)).status, 401);
    assert.equal((await ask(`__host-session=${session}`)).status, 401);
  });
});

test("ID-14: a tossed visit cookie with its own token forges nothing, as the browser says where the form came from", async () => {
  const attacker = server.browser();
  await attacker.go("/signin"); // a visit of the attacker's and the token that belongs to it
  const {_csrf} = attacker.form("/signin"), cookie = `visit=${attacker.cookies.get("visit")}`;
  const forge = (headers, cookies = cookie) => fetch(`${server.url}/signin`, {
    method: "POST", redirect: "manual", body: new URLSearchParams({_csrf, phone: person.phone, password: person.password}),
    headers: {Accept: "application/json", Cookie: cookies, "Content-Type": "application/x-www-form-urlencoded", ...headers},
  });
  assert.equal((await forge({})).status, 200, "so it would be from a page of ours");
  for (const headers of [{Origin: "https://neighbour.localhost"}, {"Sec-Fetch-Site": "same-site"},
                         {"Sec-Fetch-Site": "cross-site"}, {Origin: "null"}])
    assert.equal((await forge(headers)).status, 403, JSON.stringify(headers));
  assert.equal((await forge({}, `${cookie}; visit=own`)).status, 403, "two of them are none");
});
