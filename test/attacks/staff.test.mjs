// staff.test.mjs: every address of staff's against every role, with a customer's task, with a stated reason, with neither;
// and whether each call has left its row in the audit trail by the time it is answered (BO-1). The addresses come from
// `kabinet routes`: one that the table does not name fails here.

import assert from "node:assert/strict";
import {after, before, describe, test} from "node:test";

import {fill, routesOf} from "../support/attacks.mjs";
import {Server, newKey, problem} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";

// + may call it; s only about a customer whom one may see: by a task of one's own or a stated reason; t only with the task
// that it is about; - may not.
const roles = ["support", "identification", "risk", "finance", "catalogue", "admin"];
const table = `
                                                 sup ide ris fin cat adm
  GET  /staff                                     +   +   +   +   +   +
  POST /staff/signout                             +   +   +   +   +   +
  GET  /staff/sessions                            +   +   +   +   +   +
  POST /staff/sessions/{id}/end                   +   +   +   +   +   +
  GET  /staff/tasks                               +   +   +   +   +   +
  POST /staff/tasks/next                          +   +   +   +   +   +
  GET  /staff/tasks/{id}                          +   +   +   +   +   +
  POST /staff/tasks/{id}/take                     +   +   +   +   +   +
  POST /staff/tasks/{id}/release                  +   +   +   +   +   +
  POST /staff/tasks/{id}/hand                     +   +   +   +   +   +
  POST /staff/tasks/{id}/finish                   +   +   +   +   +   +
  GET  /staff/customers                           +   +   +   +   -   -
  POST /staff/customers/find                      +   +   +   +   -   -
  GET  /staff/customers/{id}/reason               +   +   +   +   -   -
  POST /staff/customers/{id}/reason               +   +   +   +   -   -
  GET  /staff/customers/{id}                      s   s   s   s   -   -
  POST /staff/customers/{id}/personal             s   s   s   s   -   -
  POST /staff/customers/{id}/task                 s   s   s   s   -   -
  POST /staff/customers/{id}/freeze               s   -   s   -   -   -
  POST /staff/customers/{id}/thaw                 s   -   s   -   -   -
  POST /staff/customers/{id}/end-sessions         s   -   s   -   -   -
  GET  /staff/customers/{id}/limits               -   -   s   -   -   -
  POST /staff/customers/{id}/limits               -   -   s   -   -   -
  GET  /staff/customers/{id}/debt                 -   -   -   s   -   -
  POST /staff/customers/{id}/debt                 -   -   -   s   -   -
  GET  /staff/customers/{id}/cards                s   -   s   -   -   -
  POST /staff/customers/{id}/cards                s   -   s   -   -   -
  GET  /staff/card-disputes/{id}                  -   -   +   +   -   -
  POST /staff/card-disputes/{id}                  -   -   +   +   -   -
  GET  /staff/card-orders/{id}                    +   -   -   -   -   -
  POST /staff/card-orders/{id}                    +   -   -   -   -   -
  POST /staff/customers/{id}/close                -   -   -   s   -   -
  GET  /staff/customers/{id}/closing              -   -   s   s   -   -
  POST /staff/customers/{id}/closing              -   -   s   s   -   -
  POST /staff/customers/{id}/closing/cancel       -   -   s   s   -   -
  GET  /staff/personal/{id}                       -   -   +   -   -   -
  POST /staff/personal/{id}                       -   -   +   -   -   -
  GET  /staff/approvals                           +   +   +   +   +   +
  GET  /staff/approvals/{id}                      +   +   +   +   +   +
  POST /staff/approvals/{id}/confirm              +   +   +   +   +   +
  POST /staff/approvals/{id}/decline              +   +   +   +   +   +
  GET  /staff/posting                             -   -   -   +   -   -
  POST /staff/posting                             -   -   -   +   -   -
  GET  /staff/members                             -   -   -   -   -   +
  POST /staff/members                             -   -   -   -   -   +
  GET  /staff/members/{id}                        -   -   -   -   -   +
  POST /staff/members/{id}/roles                  -   -   -   -   -   +
  POST /staff/members/{id}/disable                -   -   -   -   -   +
  POST /staff/members/{id}/enable                 -   -   -   -   -   +
  POST /staff/members/{id}/reset                  -   -   -   -   -   +
  POST /staff/members/{id}/end-sessions           -   -   -   -   -   +
  GET  /staff/audit                               -   -   -   -   -   +
  GET  /staff/messages                            +   -   -   -   -   +
  GET  /staff/applications                        +   +   -   -   -   -
  GET  /staff/applications/{id}                   +   +   -   -   -   -
  POST /staff/applications/{id}                   +   +   -   -   -   -
  GET  /staff/applications/{id}/photos/{number}   +   +   -   -   -   -
  GET  /staff/levels/{id}                         -   +   -   -   -   -
  POST /staff/levels/{id}                         -   +   -   -   -   -
  GET  /staff/levels/{id}/photos/{number}         -   +   -   -   -   -
  POST /staff/levels/{id}/photos                  -   +   -   -   -   -
  GET  /staff/customers/{id}/phone                s   s   -   -   -   -
  POST /staff/customers/{id}/phone                s   s   -   -   -   -
  GET  /staff/phone-changes/{id}                  +   +   +   -   -   -
  POST /staff/phone-changes/{id}/files            +   +   -   -   -   -
  GET  /staff/phone-changes/{id}/files/{file}     +   +   +   -   -   -
  GET  /staff/cases                               +   -   +   -   -   -
  GET  /staff/cases/new                           +   -   -   -   -   -
  POST /staff/cases                               +   -   -   -   -   -
  GET  /staff/cases/{id}                          +   -   +   -   -   -
  POST /staff/cases/{id}/take                     +   -   +   -   -   -
  POST /staff/cases/{id}/hand                     +   -   +   -   -   -
  POST /staff/cases/{id}/say                      +   -   +   -   -   -
  POST /staff/cases/{id}/note                     +   -   +   -   -   -
  POST /staff/cases/{id}/close                    +   -   +   -   -   -
  POST /staff/cases/{id}/reopen                   +   -   +   -   -   -
  GET  /staff/cases/{id}/files/{file}             +   -   +   -   -   -
  POST /staff/cases/{id}/calls/{call}             +   -   +   -   -   -
  GET  /staff/calls                               +   -   -   -   -   -
  GET  /staff/events                              +   -   +   -   -   -
  POST /staff/duty                                +   -   +   -   -   -
  GET  /staff/phrases                             +   -   -   -   +   -
  POST /staff/phrases                             -   -   -   -   +   -
  POST /staff/phrases/{id}                        -   -   -   -   +   -
  POST /staff/phrases/{id}/remove                 -   -   -   -   +   -
  POST /staff/customers/{id}/identify             +   +   +   +   -   -
  GET  /staff/contracts                           +   -   -   -   -   -
  POST /staff/contracts                           +   -   -   -   -   -
  GET  /staff/help                                -   -   -   -   +   -
  POST /staff/help                                -   -   -   -   +   -
  GET  /staff/help/{slug}                         -   -   -   -   +   -
  POST /staff/help/{slug}                         -   -   -   -   +   -
  GET  /staff/ratings                             +   -   -   -   +   +
  GET  /staff/maintenance                         -   -   -   -   -   +
  POST /staff/maintenance                         -   -   -   -   -   +
  GET  /staff/shops                               -   -   -   -   +   +
  POST /staff/shops                               -   -   -   -   +   +
  GET  /staff/shops/{id}                          -   -   -   -   +   +
  GET  /staff/shops/{id}/edit                     -   -   -   -   +   +
  POST /staff/shops/{id}                          -   -   -   -   +   +
  POST /staff/shops/{id}/switch                   -   -   -   -   +   +
  GET  /staff/shops/{id}/keys                     -   -   -   -   +   +
  POST /staff/shops/{id}/keys                     -   -   -   -   +   +
  GET  /staff/shops/{id}/keys/{key}/end           -   -   -   -   +   +
  POST /staff/shops/{id}/keys/{key}/end           -   -   -   -   +   +
  GET  /staff/shops/{id}/people                   -   -   -   -   +   +
  POST /staff/shops/{id}/people                   -   -   -   -   +   +
  GET  /staff/shops/{id}/people/{login}           -   -   -   -   +   +
  POST /staff/shops/{id}/people/{login}/roles     -   -   -   -   +   +
  POST /staff/shops/{id}/people/{login}/password  -   -   -   -   +   +
  POST /staff/shops/{id}/people/{login}/switch    -   -   -   -   +   +
  GET  /staff/shops/{id}/callbacks                -   -   -   -   +   +
  GET  /staff/shops/{id}/callbacks/{callback}     -   -   -   -   +   +
  POST /staff/shops/{id}/callbacks/{callback}/replay -   -   -   -   +   +
  GET  /staff/showcase                            -   -   -   -   +   +
  GET  /staff/showcase/{id}                       -   -   -   -   +   +
  POST /staff/showcase/{id}                       -   -   -   -   +   +
  GET  /staff/showcase/{id}/edit                  -   -   -   -   +   +
  POST /staff/showcase/{id}/edit                  -   -   -   -   +   +
  GET  /staff/showcase/{id}/places                -   -   -   -   +   +
  POST /staff/showcase/{id}/places                -   -   -   -   +   +
  GET  /staff/sales/{id}                          -   -   -   -   +   +
  POST /staff/sales/{id}                          -   -   -   -   +   +
  POST /staff/showcase/{id}/places/{place}/remove -   -   -   -   +   +
  GET  /staff/agents                              -   -   -   +   -   -
  POST /staff/agents                              -   -   -   +   -   -
  GET  /staff/agents/{id}                         -   -   -   +   -   -
  POST /staff/agents/{id}                         -   -   -   +   -   -
  POST /staff/agents/{id}/password                -   -   -   +   -   -
  POST /staff/agents/{id}/switch                  -   -   -   +   -   -
  GET  /staff/merchants                           -   -   -   +   -   -
  POST /staff/merchants                           -   -   -   +   -   -
  GET  /staff/merchants/{id}                      -   -   -   +   -   -
  POST /staff/merchants/{id}                      -   -   -   +   -   -
  POST /staff/merchants/{id}/keys                 -   -   -   +   -   -
  POST /staff/merchants/{id}/keys/{key}/end       -   -   -   +   -   -
  POST /staff/merchants/{id}/switch               -   -   -   +   -   -
  POST /staff/merchants/{id}/callbacks/{callback}/replay -   -   -   +   -   -
  GET  /staff/campaigns                           -   -   -   -   +   -
  POST /staff/campaigns                           -   -   -   -   +   -
  POST /staff/campaigns/{id}/start                -   -   -   -   +   -
  POST /staff/campaigns/{id}/stop                 -   -   -   -   +   -
  GET  /staff/deposits                            -   -   -   +   +   -
  POST /staff/deposits                            -   -   -   -   +   -
  GET  /staff/deposits/product                    -   -   -   +   +   -
  GET  /staff/deposits/books                      -   -   -   +   +   -
  GET  /staff/loans/books                         -   -   -   +   +   -
  GET  /staff/instalments/books                   -   -   -   +   -   -
  GET  /staff/instalments/shops/{id}              -   -   -   +   +   -
  POST /staff/instalments/shops/{id}              -   -   -   +   +   -
  GET  /staff/instalments/policy                  -   -   +   +   +   -
  POST /staff/instalments/policy                  -   -   +   -   +   -
  GET  /staff/customers/{id}/instalments          s   -   s   s   -   -
  GET  /staff/loans/products                      -   -   -   +   +   -
  POST /staff/loans/products                      -   -   -   -   +   -
  GET  /staff/loans/product                       -   -   -   +   +   -
  GET  /staff/loans/policy                        -   -   +   +   +   -
  POST /staff/loans/policy                        -   -   +   -   +   -
  GET  /staff/loans/policy/new                    -   -   +   -   +   -
  GET  /staff/loans/policy/{id}                   -   -   +   +   +   -
  POST /staff/loans/policy/{id}/trial             -   -   +   -   +   -
  POST /staff/loans/policy/{id}/switch            -   -   +   -   +   -
  GET  /staff/loan-applications/{id}              +   -   +   +   -   -
  POST /staff/loan-applications/{id}              -   -   +   -   -   -
  POST /staff/loan-applications/{id}/facts        -   -   +   -   -   -
  GET  /staff/loans/portfolio                     -   -   +   +   -   -
  GET  /staff/loans/portfolio/export              -   -   +   +   -   -
  GET  /staff/loans/portfolio/loans               -   -   +   +   -   -
  GET  /staff/loans/decisions                     -   -   +   +   -   -
  GET  /staff/loans/decisions/export              -   -   +   +   -   -
  GET  /staff/customers/{id}/contacts             s   -   s   -   -   -
  POST /staff/customers/{id}/contacts             s   -   s   -   -   -
  POST /staff/customers/{id}/contacts/{contact}   s   -   s   -   -   -
  POST /staff/customers/{id}/contact-wishes       s   -   s   -   -   -
  GET  /staff/customers/{id}/loans/{loan}         s   -   s   s   -   -
  POST /staff/customers/{id}/loans/{loan}/restructure s - s   s   -   -
  POST /staff/customers/{id}/loans/{loan}/waive   s   -   s   s   -   -
  POST /staff/customers/{id}/loans/{loan}/write-off -   -   s   s   -   -
  GET  /staff/terminals                           -   -   -   -   +   -
  POST /staff/terminals                           -   -   -   -   +   -
  GET  /staff/terminals/export                    -   -   -   -   +   -
  GET  /staff/lenders                             -   -   -   +   -   -
  GET  /staff/lender-loans/{id}                   +   -   -   +   -   -
  POST /staff/lender-loans/{id}/end               +   -   -   +   -   -
  GET  /staff/payments/{id}                       +   -   -   +   -   -
  POST /staff/payments/{id}/settle                -   -   -   +   -   -
  POST /staff/payments/{id}/refund                -   -   -   +   -   -
  GET  /staff/registers                           -   -   -   +   -   -
  POST /staff/registers                           -   -   -   +   -   -
  GET  /staff/differences/{id}                    -   -   -   +   -   -
  POST /staff/differences/{id}                    -   -   -   +   -   -
  GET  /staff/unplaced/{id}                       -   -   -   +   -   -
  POST /staff/unplaced/{id}                       -   -   -   +   -   -
  GET  /staff/cashback                            -   -   -   +   +   -
  POST /staff/cashback                            -   -   -   -   +   -
  GET  /staff/providers                           -   -   -   -   +   -
  POST /staff/providers                           -   -   -   -   +   -
  GET  /staff/providers/new                       -   -   -   -   +   -
  GET  /staff/providers/{id}                      -   -   -   -   +   -
  POST /staff/providers/{id}                      -   -   -   -   +   -
  POST /staff/providers/{id}/switch               -   -   -   -   +   -
  POST /staff/providers/{id}/password             -   -   -   -   +   -
  POST /staff/providers/{id}/logo                 -   -   -   -   +   -
  GET  /staff/providers/{id}/versions             -   -   -   -   +   -
  POST /staff/providers/{id}/versions/{version}   -   -   -   -   +   -
  GET  /staff/categories                          -   -   -   -   +   -
  POST /staff/categories                          -   -   -   -   +   -
  POST /staff/categories/{code}                   -   -   -   -   +   -
  GET  /staff/autopay                             -   -   -   +   -   +
  GET  /staff/erasures                            +   -   -   -   -   +
  GET  /staff/erasures/{id}                       +   -   -   -   -   +
`;
const expected = new Map(table.trim().split("\n").slice(1).map((line) => {
  const [method, path, ...cells] = line.trim().split(/\s+/);
  return [`${method} ${path}`, Object.fromEntries(roles.map((role, i) => [role, cells[i]]))];
}));

let server, people, routes, streams;
const customers = {}; // with: what each role has of them

before(async () => {
  server = await Server.start({backoffice: {lock: {address: 1000000}}});
  people = await staff(server, {...Object.fromEntries(roles.map((role) => [role, role])), maker: "support"});
  routes = routesOf(server).filter(({who}) => who === "staff");
  streams = new Set(routes.filter(({marks}) => marks.includes("stream")).map(({name}) => name)); // never end
  for (const has of ["neither", "reason", "task"]) customers[has] = await server.customer();
  const reason = {reason: "Проверка прав доступа"};
  const sees = roles.slice(0, 4);
  await people.maker.post(`/staff/customers/${customers.task.customer}/reason`, reason);
  for (const role of sees) {
    await people[role].post(`/staff/customers/${customers.reason.customer}/reason`, reason);
    const made = await people.maker.post(`/staff/customers/${customers.task.customer}/task`, {queue: "followup", summary: role});
    assert.equal((await people[role].post(`/staff/tasks/${made.body.task}/take`)).status, 200);
  }
});
after(() => server?.stop());

const own = {"POST /staff/signout": "ends the caller's session: tried last", "POST /staff/members": "with a login of its own",
             "POST /staff/maintenance": "would close the cabinet to all"};
const body = (route) => {
  if (route.method === "GET") return undefined;
  const more = {queue: "followup", summary: "проверка", reason: "Проверка прав доступа", until: "2030-01-01", sum: "1.00",
                account: "912000000000000002"};
  const filled = fill(route);
  for (const {name} of route.fields) if (name in more) filled[name] = more[name];
  if (route.path.endsWith("/closing")) filled.cause = "agreement";
  if (/\/contacts|\/loans\/\{loan\}/.test(route.path)) {
    const choices = {way: "letter", outcome: "refuses", kind: "annuity", unit: "months", rate: "15",
                     waive_reason: "Проверка прав", off_reason: "Проверка прав"};
    for (const {name} of route.fields) if (name in choices) filled[name] = choices[name];
  }
  if (route.name === "POST /staff/tasks/next") filled.queue = "backoffice.none";
  return filled;
};
const call = (who, route, id) =>
  who.call(route.method, route.path.replace("{id}", id).replace(/\{\w+\}/g, "1"), body(route),
           {key: newKey(), headers: streams.has(route.name) ? {Accept: "text/event-stream"} : {}});
const missing = "912000000000000002";
const about = (route) => route.path.startsWith("/staff/customers/{id}");

test("BO-1: the table names every address of staff's", () => {
  const names = routes.map(({name}) => name);
  assert.deepEqual(names.filter((name) => !expected.has(name)), [], "give them a row of the table");
});

describe("BO-1: least privilege: each address, each role, with a task, with a reason, with neither", () => {
  for (const role of roles)
    test(role, async () => {
      for (const route of routes) {
        const cell = expected.get(route.name)?.[role];
        if ((own[route.name] || streams.has(route.name)) && cell !== "-") continue;
        for (const has of about(route) ? ["neither", "reason", "task"] : ["neither"]) {
          const answer = await call(people[role], route, about(route) ? customers[has].customer : missing);
          const said = `${route.name} ${has}: ${answer.status} ${answer.text.slice(0, 200)}`;
          if (cell === "-") assert.deepEqual([answer.status, problem(answer)], [403, "not-allowed"], said);
          else if (cell === "s" && has === "neither") assert.deepEqual([answer.status, problem(answer)], [403, "reason-needed"], said);
          else assert.ok(![401, 403, 406, 500, 503].includes(answer.status), said);
          if (route.name === "POST /staff/customers/{id}/reason" && cell === "+" && has === "neither")
            await forget(role);
        }
      }
    });
});

// What stating a reason there has opened is closed again, so that "neither" stays neither.
async function forget(role) {
  const [[id]] = server.rows(`SELECT CAST(id AS TEXT), login FROM staff WHERE login = '${role}'`);
  await server.end();
  server.sql(`DELETE FROM staff_sight WHERE staff = ${id} AND customer = ${customers.neither.customer}`);
  await server.run();
}

test("BO-1: every call, answered or refused, has its row in the trail by the time it is answered", async () => {
  const calls = [];
  for (const route of routes) {
    const may = roles.find((role) => expected.get(route.name)[role] !== "-");
    const mayNot = roles.find((role) => expected.get(route.name)[role] === "-");
    for (const role of [may, mayNot].filter(Boolean)) {
      if (route.name === "POST /staff/signout" || streams.has(route.name)) continue;
      if (route.name === "POST /staff/maintenance" && role === may) continue;
      const answer = await call(people[role], route, about(route) ? customers.reason.customer : missing);
      calls.push({name: `${route.name} as ${role}`, role, status: answer.status, request: answer.headers.get("x-request-id")});
    }
  }
  const out = await people.maker.post("/staff/signout");
  calls.push({name: "POST /staff/signout", role: "maker", status: out.status, request: out.headers.get("x-request-id")});
  await server.end("SIGKILL"); // what is on disk at this moment
  const ids = new Map(server.rows("SELECT login, CAST(id AS TEXT) FROM staff"));
  const rows = new Map();
  for (const [request, who, status, action] of server.rows("SELECT request, CAST(staff AS TEXT), status, action FROM audit"))
    rows.set(request, [...(rows.get(request) ?? []), {who: String(who), status: Number(status), action}]);
  for (const {name, role, status, request} of calls) {
    const found = rows.get(request) ?? [];
    assert.ok(found.length > 0, `${name}: ${status} left no row`);
    assert.ok(found.every((row) => row.who === ids.get(role) && row.status === status), `${name}: ${JSON.stringify(found)}`);
    assert.ok(found.every(({action}) => /^[a-z]+[a-z._-]+$/.test(action)), JSON.stringify(found));
  }
  await server.run();
});

test("BO-1: personal data is masked until opened; the trail says what was opened, and only then is it shown", async () => {
  const {support} = people, person = await server.customer(), path = `/staff/customers/${person.customer}`;
  const digits = person.phone.slice(-10);
  await support.post(`${path}/reason`, {reason: "Звонит клиент"});
  for (let i = 0; i < 2; i++) assert.equal((await support.get(path)).text.includes(digits), false);
  assert.equal((await support.get(path)).text.includes("127.0.0.1"), false);
  assert.equal((await support.post(`${path}/personal`)).status, 200);
  assert.ok((await support.get(path)).text.includes(digits));
  const {rows} = (await people.admin.get(`/staff/audit?customer=${person.customer}&kind=visits`)).body;
  const opened = rows.find(({action}) => action === "customer.personal");
  assert.match(opened.detail, /phone, name, addresses/);
  assert.equal(rows.filter(({action}) => action === "customer.seen").length, 3);
  assert.equal(rows.filter(({action}) => action === "customer.seen.personal").length, 1);
});

test("BO-1: an administrator finds reasons and visits: by customer, by colleague, by words; and is in the trail himself", async () => {
  const {support, risk, admin} = people, person = await server.customer();
  await support.post(`/staff/customers/${person.customer}/reason`, {reason: "Спорный перевод на Ёлочную улицу"});
  await risk.post(`/staff/customers/${person.customer}/reason`, {reason: "Проверка по жалобе"});
  const rows = async (query) => (await admin.get(`/staff/audit?${query}`)).body.rows;
  const reasons = await rows(`kind=reasons&customer=${person.customer}`);
  assert.deepEqual(reasons.map(({staff, detail}) => [staff, detail]),
                   [["risk", "Проверка по жалобе"], ["support", "Спорный перевод на Ёлочную улицу"]]);
  for (const words of ["спорный ПЕРЕВОД", "ёлочную", "Ёлоч"]) {
    const found = await rows(`kind=reasons&words=${encodeURIComponent(words)}`);
    assert.deepEqual(found.map(({customer}) => customer), [person.customer], words);
  }
  assert.deepEqual(await rows(`kind=reasons&staff=risk&words=${encodeURIComponent("спорный")}`), []);
  assert.equal((await rows("staff=risk")).every(({staff}) => staff === "risk"), true);
  assert.deepEqual(await rows("staff=nobody-here"), []);
  assert.ok((await rows("staff=admin")).some(({action, detail}) => action === "audit.searched" && detail.includes("risk")));
});
