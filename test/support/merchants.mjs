// merchants.mjs: merchants for tests: made by one of finance, switched on by another, what their programs ask, what their
// servers hear.

import assert from "node:assert/strict";

export {hearCallbacks} from "./callbacks.mjs";

let next = 1;

export class Merchant {
  constructor(server, {id, title, public_key, secret_key}) {
    Object.assign(this, {server, id, title, publicKey: public_key, secret: secret_key});
  }

  nextNumber() {
    return `order-${next++}-${String(Date.now()).slice(-6)}`;
  }

  call(method, path, body, {headers, secret = this.secret} = {}) {
    return this.server.call(method, `/partner/bill/v1/${path}`, body, {token: secret, headers});
  }

  put(number, sum, more = {}, options) {
    const {value, currency = "RUB", ...rest} = more;
    return this.call("PUT", `bills/${encodeURIComponent(number)}`, {amount: {value: value ?? sum, currency}, ...rest}, options);
  }

  get(number, options) {
    return this.call("GET", `bills/${encodeURIComponent(number)}`, undefined, options);
  }

  reject(number, options) {
    return this.call("POST", `bills/${encodeURIComponent(number)}/reject`, undefined, options);
  }

  refund(number, refund, sum, options) {
    return this.call("PUT", `bills/${encodeURIComponent(number)}/refunds/${encodeURIComponent(refund)}`,
                     {amount: {value: sum, currency: "RUB"}}, options);
  }

  refunded(number, refund, options) {
    return this.call("GET", `bills/${encodeURIComponent(number)}/refunds/${encodeURIComponent(refund)}`, undefined, options);
  }

  // A new bill: {number, uid, …}.
  async bill(sum, more = {}) {
    const number = this.nextNumber(), made = await this.put(number, sum, more);
    assert.equal(made.status, 200, made.text);
    return {...made.body, number, uid: new URL(made.body.payUrl).searchParams.get("invoice_uid")};
  }

  callbacks(number = "") {
    return this.call("GET", `callbacks?billId=${encodeURIComponent(number)}`).then(({body}) => body.callbacks);
  }
}

export async function switchOn(maker, confirmer, id) {
  const asked = await maker.post(`/staff/merchants/${id}/switch`);
  assert.equal(asked.status, 200, asked.text);
  const look = (await confirmer.get(`/staff/approvals/${asked.body.approval}`)).body;
  const confirmed = await confirmer.post(`/staff/approvals/${asked.body.approval}/confirm`, {seen: look.seen});
  assert.equal(confirmed.status, 200, confirmed.text);
}

export async function makeMerchant(server, maker, confirmer, fields = {}) {
  const made = await maker.post("/staff/merchants", {title: "Чайная лавка", ...fields});
  assert.equal(made.status, 200, made.text);
  if (confirmer) await switchOn(maker, confirmer, made.body.id);
  return new Merchant(server, made.body);
}

// What a server of theirs heard of one bill, as {signature, body}.
export const heardOf = ({heard}, number) =>
  heard.map(({headers, body}) => ({signature: headers["x-api-signature-sha256"], body: JSON.parse(body)}))
    .filter(({body}) => body.bill.billId === number);
