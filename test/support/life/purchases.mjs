// purchases.mjs: who buys in parts, for tests that look at pages: one purchase in time, one that is late; a payment that
// waits for its bank and one that is done.

import assert from "node:assert/strict";

import {InstalmentLife} from "../instalment_life.mjs";
import {cards} from "../sandbox.mjs";

export async function purchased() {
  const life = await InstalmentLife.start(), {server} = life, who = {...(await life.buyer()), password: "7395"}, addresses = {};
  const sofa = await life.bought(who, "6000.00"), lamp = await life.bought(who, "4000.00", {plan: "fortnights-4-now", shop: life.other});
  await life.days(20);
  const paid = await life.order(who, {wish: "any", sum: "500.00"}), waits = await life.order(who, {wish: "next"}, sofa.id);
  const {status} = await life.sandbox.pay(paid.payment_url, cards.pays);
  assert.equal(status, 303);
  await life.state(who, paid.payment, "paid");
  assert.equal(await life.other.back(lamp.order, "1000.00"), 0);
  const at = (route, ...paths) => (addresses[route] = paths);
  const each = (route, ...more) => at(route, ...[sofa, lamp].map(({id}) => route.replace("{id}", id)), ...more);
  at("/instalments", "/instalments");
  at("/instalments/limit", "/instalments/limit");
  at("/instalments/pay", "/instalments/pay", "/instalments/pay?wish=any&sum=1500.00", "/instalments/pay?wish=any&sum=0");
  each("/instalments/{id}");
  each("/instalments/{id}/why");
  each("/instalments/{id}/pay");
  each("/instalments/{id}/move", `/instalments/${sofa.id}/move?days=5`);
  at("/instalments/payments/{id}", ...[paid, waits].map(({payment}) => `/instalments/payments/${payment}`));
  return {server, who, addresses, stop: () => life.stop()};
}
