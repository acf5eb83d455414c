// agents.mjs: payment agents for tests: made by one of finance, switched on by another, and what their programs send.

import assert from "node:assert/strict";

const element = (text, name) => new RegExp(`<${name}>(.*?)</${name}>`, "s").exec(text)?.[1];

export class Agent {
  constructor(server, {id, login, password}) {
    Object.assign(this, {server, id, login, password, txn: Number(String(Date.now()).slice(-9)) * 1000});
  }

  get authorization() {
    return `Basic ${Buffer.from(`${this.login}:${this.password}`).toString("base64")}`;
  }

  nextTxn() {
    return String(++this.txn);
  }

  // {status, result, prv, txn, sum, comment, max, text, headers}; post: as a form's body.
  async ask(command, fields, {post = false, headers = {}} = {}) {
    const query = new URLSearchParams(JSON.parse(JSON.stringify({command, ...fields}))).toString();
    const answer = await fetch(`${this.server.url}/agents/osmp${post ? "" : `?${query}`}`, {
      method: post ? "POST" : "GET", body: post ? query : undefined, redirect: "manual",
      headers: {Authorization: this.authorization, ...(post ? {"Content-Type": "application/x-www-form-urlencoded"} : {}), ...headers}});
    const text = await answer.text(), result = element(text, "result");
    return {status: answer.status, headers: answer.headers, text, result: result && Number(result), prv: element(text, "prv_txn"),
            txn: element(text, "osmp_txn_id"), sum: element(text, "sum"), comment: element(text, "comment"),
            max: /<field1 name="max">([\d.]+)</.exec(text)?.[1]};
  }

  check(account, sum, more = {}, options) {
    return this.ask("check", {txn_id: this.nextTxn(), account, sum, ...more}, options);
  }

  pay(account, sum, more = {}, options) {
    return this.ask("pay", {txn_id: this.nextTxn(), account, sum, ...more}, options);
  }

  // The lines between the heading and the total, as objects; whole: the total was there and right.
  async register(day, options = {}) {
    const answer = await fetch(`${this.server.url}/agents/register?day=${day}`, {
      headers: {Authorization: this.authorization, ...options.headers}});
    const text = await answer.text();
    if (answer.status !== 200) return {status: answer.status, text};
    const [heading, ...lines] = text.trimEnd().split("\r\n").map((line) => line.split(","));
    const last = lines.at(-1)?.[0] === "total" ? lines.pop() : undefined;
    const rows = lines.map((line) => Object.fromEntries(heading.map((name, i) => [name, line[i]])));
    const kopecks = rows.reduce((sum, row) => sum + Number(row.sum.replace(".", "")), 0);
    const whole = last !== undefined && Number(last[1]) === rows.length && Number(last[5].replace(".", "")) === kopecks;
    return {status: 200, headers: answer.headers, text, rows, whole, kopecks};
  }
}

// The day as the register counts it (the tests' zone is Moscow's).
export const moscowDay = (at = Date.now()) => new Date(at + 3 * 3600000).toISOString().slice(0, 10);

export async function switchOn(maker, confirmer, id) {
  const asked = await maker.post(`/staff/agents/${id}/switch`);
  assert.equal(asked.status, 200, asked.text);
  const look = (await confirmer.get(`/staff/approvals/${asked.body.approval}`)).body;
  const confirmed = await confirmer.post(`/staff/approvals/${asked.body.approval}/confirm`, {seen: look.seen});
  assert.equal(confirmed.status, 200, confirmed.text);
}

let next = 1;
export async function makeAgent(server, maker, confirmer, fields = {}) {
  const made = await maker.post("/staff/agents", {
    title: "Терминалы «Угол»", login: `agent-${next++}`, least: "1.00", most: "15000.00", ...fields});
  assert.equal(made.status, 200, made.text);
  if (confirmer) await switchOn(maker, confirmer, made.body.id);
  return new Agent(server, made.body);
}
