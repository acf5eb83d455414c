// purchases.mjs: who buys in parts, for tests that look at pages: one purchase in time, one that is late; a payment that
// waits for its bank and one that is done.

import assert from "node:assert/strict";

import {InstalmentLife} from "../instalment_life.mjs";
import {cards} from "../sandbox.mjs";
import {addPerson} from "../shops.mjs";
import {good} from "./life.mjs";

const day = (after) => new Date(Date.now() + after * 86400000).toISOString().slice(0, 10);

// Both shops in the catalogue, one with a promotion.
async function showcase({server, people: {boss}, shop, other}) {
  const card = {category: "home", words_ru: "Диваны и кресла из дуба.", words_en: "Sofas and armchairs of oak."};
  for (const {id} of [shop, other]) {
    const place = `/staff/showcase/${id}`;
    await good(boss.post(`${place}/edit`, {...card, site: id === shop.id ? "https://sofa.example" : ""}));
    await good(boss.post(`${place}/places`, {address: "Москва, Тверская, 1", hours: "10–22", place: "55.757131,37.611245"}));
    await good(boss.post(place, {verdict: "agree", version: (await good(boss.get(place))).version}));
  }
  const owner = await (await addPerson(server, boss, shop.id, "showcase", "owner")).signIn();
  const {id} = await good(owner.post("/shop/sales", {title_ru: "Осень", title_en: "Autumn", words_ru: "Скидка на всё из дуба.",
                                                     words_en: "Everything of oak.", discount: "−20 %", starts: day(0), ends: day(20)}));
  await good(boss.post(`/staff/sales/${id}`, {verdict: "agree"}));
}

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
  await showcase(life);
  at("/instalments/shops", "/instalments/shops", "/instalments/shops?q=%D0%BD%D0%B5%D1%82", "/instalments/shops?at=55.7,37.6");
  at("/instalments/shops/{id}", ...[life.shop, life.other].map(({id}) => `/instalments/shops/${id}`));
  at("/instalments/sales", "/instalments/sales");
  return {server, who, addresses, stop: () => life.stop()};
}
