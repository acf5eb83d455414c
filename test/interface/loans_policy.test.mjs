// The policy from its text to what it decided (LO-2, BO-2, BO-4): written, tried, switched on by two, deciding from then
// on alone; each application keeps by which version, of what and why. And what no program tells: a reviewer enters what
// he found, the policy decides again, and what the law forbids nobody grants (LO-2, BO-3).

import assert from "node:assert/strict";
import {mkdtempSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, before, describe, test} from "node:test";

import {good} from "../support/deposits.mjs";
import {Loans, loansSettings} from "../support/loans.mjs";
import {Server, newKey} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";
import {problem, until} from "../support/wallet.mjs";

// What only people know: costly, bans. What holds by law stands as "forbid".
const first = `input asked money
input loans number
input costly number
stop self_ban

forbid costly > 2 because too_many_costly_loans
refuse income < 10000.00 because debt_load
review asked > 20000.00 because income_to_be_proved
score 300
limit 15000.00 when costly = 2
limit 30000.00
`;

let server, loans, people;
const post = (who, path, body = {}) => who.post(path, body, {key: newKey()});
const confirm = (who, approval) => post(who, `/staff/approvals/${approval}/confirm`);
const reason = {reason: "Решение комитета"};

before(async () => {
  const file = join(mkdtempSync(join(tmpdir(), "kabinet-policy-")), "policy.txt");
  writeFileSync(file, first);
  server = await Server.start({loans: loansSettings({policy_file: file})});
  loans = new Loans(server);
  people = await staff(server, {risk: "risk", other: "risk", finance: "finance", support: "support"});
  await until(() => server.get("/loans/calculator"), ({body}) => body.products.length === 2);
  await until(() => people.risk.get("/staff/loans/policy"), ({body}) => body.decides === 1);
});
after(() => server?.stop());

const written = async (content, note) => (await good(post(people.risk, "/staff/loans/policy", {content, note}))).version;
const tried = async (version) => {
  await good(post(people.risk, `/staff/loans/policy/${version}/trial`));
  return (await good(people.risk.get(`/staff/loans/policy/${version}`))).trial;
};
async function switched(version) {
  const {approval} = await good(post(people.risk, `/staff/loans/policy/${version}/switch`, reason));
  await good(confirm(people.finance, approval));
}

// Applied for, seen, and taken by the reviewer: the page's path.
async function waiting(body = {}, reviewer = people.risk) {
  const who = await server.customer(), {body: made} = await loans.apply(who, body);
  assert.equal(made.state, "review", JSON.stringify(made));
  await good(post(reviewer, `/staff/customers/${who.customer}/reason`, {reason: "Заявка на заём"}));
  const [[task]] = server.rows(`SELECT CAST(id AS TEXT) FROM queue_task WHERE queue = 'loans.review' AND subject = ${made.id}`);
  await good(post(reviewer, `/staff/tasks/${task}/take`));
  return {who, id: made.id, path: `/staff/loan-applications/${made.id}`};
}
const facts = (path, body, by = people.risk) => post(by, `${path}/facts`, body);
const grant = (path, most = "10000.00") => post(people.risk, path, {verdict: "grant", most});

describe("LO-2: what only people know", () => {
  test("LO-2, BO-3: what a reviewer found is kept with his name and time; the policy decides again and says why", async () => {
    const {path, who, id} = await waiting({sum: "20000.00"});
    const was = await good(people.risk.get(path));
    assert.deepEqual(was.facts.map(({name, kind}) => [name, kind]), [["costly", "number"], ["self_ban", "flag"]]);
    assert.deepEqual([was.decision, was.unchecked, was.forbidden, was.limit.amount], ["review", true, false, "30000.00"]);
    assert.equal(problem(await grant(path)), "facts-missing", "nobody grants what a law may yet forbid");
    await good(facts(path, {costly: "2", self_ban: "no"}));
    const seen = await good(people.risk.get(path));
    assert.deepEqual([seen.decision, seen.unchecked, seen.forbidden, seen.limit.amount, seen.state, seen.policy],
                     ["granted", false, false, "15000.00", "review", 1]);
    const costly = seen.inputs.find(({name}) => name === "costly");
    assert.deepEqual([costly.known, costly.by, costly.value], [true, "risk", "•••"]);
    assert.ok(Math.abs(Date.parse(costly.at) - Date.now()) < 60000, costly.at);
    await good(post(people.risk, `/staff/customers/${who.customer}/personal`));
    assert.equal((await good(people.risk.get(path))).inputs.find(({name}) => name === "costly").value, "2");
    assert.equal((await good(grant(path, "15000.00"))).state, "offered");
    assert.equal((await loans.get(who, `/loans/applications/${id}`)).body.most.amount, "15000.00");
    assert.equal(problem(await facts(path, {costly: "1"})), "not-in-this-state");
    const [[inputs]] = server.rows(`SELECT length(inputs) FROM loan_application WHERE id = ${id}`);
    assert.ok(Number(inputs) > 100, "sealed on disk, with who found what");
  });

  test("LO-2: a ban by law is nobody's to lift, however much he asks; a mistake is mended, and both stay written", async () => {
    const {path} = await waiting();
    await good(facts(path, {costly: "0", self_ban: "yes"}));
    const seen = await good(people.risk.get(path));
    assert.deepEqual([seen.decision, seen.forbidden, seen.state], ["refused", true, "review"]);
    assert.ok(seen.reasons.some(({reason: name}) => name === "self_ban"), JSON.stringify(seen.reasons));
    assert.ok(seen.rules.some(({act, text}) => act === "forbid" && text === "stop self_ban"), JSON.stringify(seen.rules));
    for (const most of ["1000.00", "30000.00"]) assert.equal(problem(await grant(path, most)), "forbidden-by-law");
    await good(facts(path, {self_ban: "no"}));
    assert.equal((await good(people.risk.get(path))).decision, "granted");
    await good(facts(path, {costly: "3"}));
    assert.equal(problem(await grant(path)), "forbidden-by-law");
    assert.equal((await good(post(people.risk, path, {verdict: "refuse", reason: "debt_load"}))).state, "refused");
  });

  test("LO-2: only what nobody knew, by its kind, in sight, by whose task it is; nothing entered changes nothing", async () => {
    const {path} = await waiting();
    const wrong = async (body, field, words) => {
      const answer = await facts(path, body);
      assert.equal(answer.status, 422, answer.text);
      assert.match(answer.body.errors.find((each) => each.field === field)?.message ?? answer.text, words);
    };
    await wrong({costly: "много"}, "costly", /целое число/);
    await wrong({self_ban: "maybe", costly: "1"}, "self_ban", /«да» или «нет»/);
    await wrong({loans: "0"}, "loans", /известно и без вас/);
    await wrong({income: "900000.00"}, "income", /известно и без вас/);
    await wrong({shoe_size: "43"}, "shoe_size", /не спрашивают/);
    assert.equal(problem(await facts(path, {})), "nothing-entered");
    assert.equal((await facts(path, {costly: "1"}, people.support)).status, 403);
    assert.equal(problem(await facts(path, {costly: "1"}, people.other)), "reason-needed");
    const seen = await good(people.risk.get(path));
    assert.deepEqual([seen.unchecked, seen.facts.length], [true, 2]);
    const {path: free} = await waiting();
    const [[task]] = server.rows(`SELECT CAST(id AS TEXT) FROM queue_task WHERE subject = ${free.split("/").pop()}`);
    await good(post(people.risk, `/staff/tasks/${task}/release`));
    assert.equal(problem(await facts(free, {costly: "1"})), "task-not-yours");
  });

  test("LO-2: by the page: fields for what is not known, a fault beside its field, no grant where the law says no", async () => {
    const {path} = await waiting();
    const page = server.browser();
    page.cookies.set("staff", people.risk.cookie);
    await page.go(path);
    assert.match(page.html, /Что нашли в бюро и списках/);
    assert.doesNotMatch(page.html, /name="verdict" value="grant"/, "not before the lists were looked at");
    await page.send(`${path}/facts`, {costly: "?", self_ban: "no"});
    assert.match(page.html, /Введите целое число/);
    await page.send(`${path}/facts`, {costly: "1", self_ban: "no"});
    assert.match(page.html, /внёс сотрудник risk/);
    assert.match(page.html, /name="verdict" value="grant"/);
    await page.send(`${path}/facts`, {costly: "", self_ban: "yes"});
    assert.match(page.html, /запрещён законом/);
    assert.doesNotMatch(page.html, /name="verdict" value="grant"/);
    assert.match(page.html, /name="verdict" value="refuse"/);
  });
});

describe("LO-2, BO-4: a version's way", () => {
  // The last reviewed ones stay decided by what people found: so trials have something to change.
  test("BO-4: a bad line is named by its number; a trial says how many would change and which; two switch it on", async () => {
    const bad = await post(people.risk, "/staff/loans/policy", {content: first.replace("costly > 2", "costly >> 2"), note: "С ошибкой"});
    assert.equal(bad.status, 422);
    assert.match(bad.text, /Строка 6: после имени идёт/);
    const rich = await waiting({sum: "15000.00"}), poor = await waiting({sum: "15000.00", income: "30000.00"});
    for (const {path} of [rich, poor]) {
      await good(facts(path, {costly: "0", self_ban: "no"}));
      await good(grant(path));
    }
    const version = await written(first.replace("income < 10000.00", "income < 40000.00"), "Доход от 40 тысяч");
    await tried(version);
    const {trial, tried: was, state, lines} = await good(people.risk.get(`/staff/loans/policy/${version}`));
    assert.deepEqual([was, state, trial.changed, trial.by], [true, "draft", 1, "risk"]);
    const [change] = trial.changes;
    assert.deepEqual([change.application, change.was, change.now], [poor.id, "granted", "refused"]);
    assert.deepEqual(change.lines.map(({line, text}) => [line, text]).slice(0, 1), [[7, "refuse income < 40000.00 because debt_load"]]);
    assert.deepEqual(lines.filter(({change: mark}) => mark !== "").length, 2);
    const {approval} = await good(post(people.risk, `/staff/loans/policy/${version}/switch`, reason));
    assert.notEqual((await confirm(people.risk, approval)).status, 200, "not by who asked");
    const early = await loans.apply(await server.customer(), {income: "30000.00"});
    assert.equal(early.body.state, "review", "asked for, it decides nothing yet");
    await good(confirm(people.finance, approval));
    const late = await server.customer(), {body: refused} = await loans.apply(late, {income: "30000.00"});
    assert.equal(refused.state, "refused", "from then on");
    const kept = server.rows("SELECT CAST(policy AS TEXT), state, outcome FROM loan_application " +
                             `WHERE id IN (${early.body.id}, ${refused.id}) ORDER BY id`);
    assert.deepEqual(kept.map(([policy, its]) => [Number(policy), Number(its)]), [[1, 1], [version, 3]], "what was decided before stays");
    const outcome = JSON.parse(kept[1][2]);
    assert.deepEqual([outcome.decision, outcome.reasons, outcome.missing], ["refused", ["debt_load"], ["costly", "self_ban"]]);
    assert.deepEqual(outcome.rules.find(({act}) => act === "refuse"),
                     {line: 7, act: "refuse", text: "refuse income < 40000.00 because debt_load"});
    await good(post(people.risk, `/staff/customers/${late.customer}/reason`, {reason: "Проверка решения"}));
    await good(post(people.risk, `/staff/customers/${late.customer}/personal`));
    const page = await good(people.risk.get(`/staff/loan-applications/${refused.id}`));
    assert.deepEqual([page.policy, page.decision], [version, "refused"]);
    assert.match(page.inputs.find(({name}) => name === "income").value, /30.000/);
    assert.deepEqual(page.facts.length > 0 && page.may_decide, false, "decided: nothing is entered any more");
    assert.equal(problem(await facts(`/staff/loan-applications/${refused.id}`, {costly: "0"})), "not-in-this-state");

    // Back: the old text, saved anew; the version that it came from decides no more.
    const {content} = await good(people.risk.get("/staff/loans/policy/1")), back = await written(content, "Вернули прежние правила");
    assert.equal(back, version + 1);
    assert.equal(problem(await post(people.risk, "/staff/loans/policy/1/switch", reason)), "policy-decides-already");
    assert.equal((await tried(back)).changed >= 1, true, "the one that was refused by income would be looked at");
    await switched(back);
    const {decides, versions} = await good(people.finance.get("/staff/loans/policy"));
    assert.equal(decides, back);
    assert.deepEqual(versions.map(({version: each, state: its}) => [each, its]), [[back, "decides"], [version, "decided"], [1, "decided"]]);
    assert.equal((await loans.apply(late, {income: "30000.00"})).body.state, "review");
  });

  test("BO-4: an application that waits is completed by the version that left it to people; the report keeps who looked", async () => {
    const {path} = await waiting(), was = (await good(people.risk.get(path))).policy;
    const report = async () => (await good(people.finance.get("/staff/loans/decisions"))).whole;
    const before = await report();
    const version = await written(first.replace("limit 30000.00\n", "limit 2000.00\n"), "Меньше лимит");
    await tried(version);
    await switched(version);
    await good(facts(path, {costly: "0", self_ban: "no"}));
    const seen = await good(people.risk.get(path));
    assert.deepEqual([seen.policy, seen.limit.amount, seen.decision], [was, "30000.00", "granted"]);
    const after = await report();
    assert.deepEqual([after.reviewed, after.asked], [before.reviewed, before.asked], "people still look at it");
    await good(grant(path));
    const last = await report();
    assert.deepEqual([last.reviewed, last.by_staff, last.granted], [before.reviewed, before.by_staff + 1, before.granted + 1]);
  });

  test("BO-2, LO-2: two versions switched on at once: each decides once confirmed; confirmed twice is once; killed, it holds", async () => {
    const one = await written(first.replace("score 300", "score 310"), "Первая из двух"), two = await written(first, "Вторая из двух");
    for (const version of [one, two]) await tried(version);
    const ask = async (version) => (await good(post(people.risk, `/staff/loans/policy/${version}/switch`, reason))).approval;
    const asked = [await ask(one), await ask(two)];
    const both = await Promise.all([confirm(people.finance, asked[0]), confirm(people.other, asked[0])]);
    assert.equal(both.filter(({status}) => status === 200).length, 1, both.map(({text}) => text).join());
    await good(confirm(people.finance, asked[1]));
    await server.end("SIGKILL");
    await server.run();
    const {decides, versions} = await good(people.risk.get("/staff/loans/policy"));
    assert.equal(decides, two);
    assert.deepEqual(versions.slice(0, 2).map(({state}) => state), ["decides", "decided"]);
  });
});
