// loans.mjs: loans for tests: a policy that knows all it asks, applications, contracts signed by their code.

import assert from "node:assert/strict";
import {mkdtempSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";

import {newKey} from "./server.mjs";
import {until} from "./wallet.mjs";

// Everything it asks is known to the house: so it decides by itself. Whoever asks for more than 20 000 waits for staff.
const policy = `input asked money
input loans number
input level number

refuse income < 10000.00 because debt_load
refuse loans >= 5 because too_many_loans
review asked > 50000.00 because income_to_be_proved
score 300
limit 20000.00 when asked > 20000.00
limit 30000.00
`;

export function loansSettings(more = {}) {
  const folder = mkdtempSync(join(tmpdir(), "kabinet-loans-"));
  writeFileSync(join(folder, "policy.txt"), policy);
  return {catalogue_file: "profiles/loans.json", policy_file: join(folder, "policy.txt"), level: "minimal",
          lender: "ООО МКК «Пример», ИНН 7700000000", licence: "Реестр, № 1", ...more};
}

export const consents = {rules: true, personal: true, bureau: true};
export const asking = {product: "payday", sum: "10000.00", term: 20, income: "60000.00", payments: "0.00", ...consents};

export class Loans {
  constructor(server) {
    this.server = server;
  }

  get(who, path) {
    return this.server.get(path, {token: who.token});
  }

  post(who, path, body = {}, {key = newKey()} = {}) {
    return this.server.post(path, body, {token: who.token, key});
  }

  apply(who, body = {}) {
    return this.post(who, "/loans/applications", {...asking, ...body});
  }

  async offered(who, body = {}) {
    const answer = await this.apply(who, body);
    assert.equal(answer.status, 201, answer.text);
    assert.equal(answer.body.state, "offered", answer.text);
    return answer.body.id;
  }

  // The contract of an offer, and the code that came for it.
  async drafted(who, id, body = {sum: "10000.00", term: 20}) {
    const before = (await this.server.messages(who.phone)).length;
    const answer = await this.post(who, `/loans/applications/${id}/contract`, body);
    assert.equal(answer.status, 201, answer.text);
    return {...answer.body, code: await this.server.code(who.phone, before)};
  }

  sign(who, id, code, options) {
    return this.post(who, `/loans/applications/${id}/sign`, {code}, options);
  }

  // An offer taken and signed: the loan's id.
  async signed(who, id, body) {
    const {code} = await this.drafted(who, id, body), answer = await this.sign(who, id, code);
    assert.equal(answer.body.state, "signed", answer.text);
    return answer.body.loan;
  }

  // Signed, sent to that card and there.
  async running(who, card, body) {
    const loan = await this.signed(who, await this.offered(who), body);
    assert.equal((await this.post(who, `/loans/${loan}/card`, {card})).status, 200);
    await until(async () => (await this.get(who, `/loans/${loan}`)).body.state, (state) => state === "runs", 60000);
    return loan;
  }
}
