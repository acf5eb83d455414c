// lived_in.mjs: servers on which people have been living for a while, for tests that look at pages: a wallet with its
// customers, staff and their papers, one whose sign-up asks for everything that there is, one where things are bought in
// parts. What they have done is in life/, by subject. addresses says where each route with something in its path is to be
// seen, and where those that open only halfway through something.

import {lenders} from "./lenders.mjs";
import {Life} from "./life/life.mjs";
import {borrowed, lent} from "./life/loans.mjs";
import {boxes, cash, cashback, catalogue, deposits, instalments, money, payments, personal, plastics, requests, shops,
        waits} from "./life/money.mjs";
import {act, campaigns, desk, leaving, left, letters, papers, photos, support} from "./life/people.mjs";
import {newcomer, ways} from "./life/signing_up.mjs";
import {loansSettings} from "./loans.mjs";
import {startBoth} from "./sandbox.mjs";
import {staff} from "./staff.mjs";
import {limits} from "./wallet.mjs";

export {applied} from "./life/signing_up.mjs";
export {purchased} from "./life/purchases.mjs";

const lived = (sandbox) => ({
  backoffice: {session: {idle: "12h"}}, // its customers' pages may take longer than staff may rest
  company: "Кошелёк «Рядом»", limits,
  erasure: {delay: "0s"},
  closing: {notice: "45d"},
  agents: {level: "minimal"},
  autopay: {notice: "7d"},
  terminals: {file: "profiles/terminals.csv"},
  payments: {catalogue_file: "profiles/catalogue.json", returns_every: "5s"},
  deposits: {level: "minimal", catalogue_file: "profiles/deposits.json"},
  lenders: lenders(sandbox),
  loans: loansSettings(),
  shops: {private_addresses: true},
  instalments: {policy_file: "profiles/policy_instalments.txt"},
});

export async function livedIn() {
  const both = await startBoth(lived);
  const life = new Life(both), all = "support,identification,risk,finance,catalogue,admin";
  await left(life);
  Object.assign(life, await staff(life.server, {boss: all, other: all, anna: "support"}));
  [life.who, life.friend] = [await life.named("Мария Преображенская-Крестовоздвиженская", "9000.00"),
                             await life.named("Анна П.", "300.00")];
  for (const part of [money, cashback, payments, catalogue, letters, support, desk, papers, photos, cash, boxes, personal, waits,
                      deposits, shops, instalments, requests, plastics, borrowed, lent, campaigns, act, leaving, ways, newcomer])
    await part(life);
  life.at("/terminals", "/terminals", "/terminals?at=55.757131,37.611245", "/terminals?q=Москва", "/terminals?q=Урюпинск");
  return life;
}
