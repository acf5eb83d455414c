// life.mjs: a place where people live: its server and what they do there, as a customer and as staff. addresses says where
// each route with something in its path is to be seen.

import assert from "node:assert/strict";

import {newKey} from "../server.mjs";
import {Wallets, until} from "../wallet.mjs";

export const passport = {surname: "Преображенская-Крестовоздвиженская", name: "Александра", patronymic: "Константиновна",
                         birth: "1990-04-12", passport: "45 10 123456", passport_date: "2011-05-20", passport_office: "770-001",
                         snils: "112-233-445 95"};
export const tomorrow = new Date(Date.now() + 86400000 + 3 * 3600000).toISOString().slice(0, 10);

export async function good(answering) {
  const answer = await answering;
  assert.ok(answer.status < 300, `${answer.status} ${answer.text}`);
  return answer.body;
}

export class Life {
  constructor(both) {
    Object.assign(this, both);
    this.wallets = new Wallets(both);
    this.addresses = {};
  }

  at(route, ...paths) {
    this.addresses[route] = paths;
  }

  post(who, path, body) {
    return good(this.server.post(path, body, {token: who.token, key: newKey()}));
  }

  asStaff(path, body, member = this.boss) {
    return good(member.post(path, body, {key: newKey()}));
  }

  async named(name, sum) {
    const who = sum ? await this.wallets.rich(sum) : await this.server.customer();
    await this.post(who, "/settings/profile", {name});
    return who;
  }

  async letter(address) {
    const all = async () => (await this.server.get(`/sandbox/phone?address=${address}`)).body.messages;
    return (await until(all, (messages) => messages.length > 0))[0].text;
  }

  async mail(who) {
    const address = `alexandra.konstantinovna.${who.phone.slice(2)}@example.ru`;
    await this.post(who, "/settings/email", {address});
    await this.post(who, "/settings/email/confirm", {code: /(\d{6})/.exec(await this.letter(address))[1]});
    return address;
  }

  see(who) {
    return this.asStaff(`/staff/customers/${who.customer}/reason`, {reason: "Обращение по горячей линии"});
  }

  async task(queue, customer) {
    const {tasks} = await good(this.boss.get(`/staff/tasks?queue=${queue}`));
    const task = tasks.find((each) => !customer || each.customer === customer);
    await this.asStaff(`/staff/tasks/${task.id}/take`);
    return good(this.boss.get(`/staff/tasks/${task.id}`));
  }
}
