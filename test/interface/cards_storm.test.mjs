// cards_storm.test.mjs: shops and the processing centre of the outside world on a bad day, by a seed: purchases of every kind
// with every fault, claims in parts and too large, reversals, refunds, offline ones, while cards are frozen and back and both
// programs are killed. Afterwards their books and ours agree to the kopeck (WA-6, BK-9, IF-5).
//
//   KABINET_STORM=2000    so many purchases instead of 300
//   KABINET_SEED=17       another storm

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import {Cards} from "../support/cards.mjs";
import {startBoth} from "../support/sandbox.mjs";
import {cardsAgree, chance, follow, kopecks, proven, purchaseFaults, roubles} from "../support/storm.mjs";
import {limits} from "../support/wallet.mjs";

const purchases = Number(process.env.KABINET_STORM ?? 300), seed = Number(process.env.KABINET_SEED ?? 4711);

const {random, below, pick} = chance(seed);

let both, server, cards;
before(async () => {
  both = await startBoth({limits});
  ({server} = both);
  cards = new Cards(both);
});
after(() => both?.stop());

function buy(card) {
  const more = random() < 0.1 ? {offline: true} : {fault: pick(purchaseFaults), foreign: random() < 0.03};
  return cards.centre("/purchases", {card, sum: roubles(100 + below(30000)), merchant: `Магазин ${below(9)}`,
                                     place: pick(["till", "internet", "cash"]), ...more});
}

test(`WA-6, BK-9: a storm (seed ${seed}): processing's books and ours agree to the kopeck`, {timeout: 840000}, async () => {
  const crowd = [];
  for (let i = 0; i < 6; i++) {
    const who = await cards.rich(roubles(50000 + below(900000)));
    const id = await cards.virtual(who), number = await cards.number(who, id);
    const limits = {operation: "250.00", ...(i % 2 ? {day: "3000.00"} : {}), internet: true, cash: i % 3 > 0};
    await cards.post(who, `/cards/${id}/limits`, limits);
    crowd.push({...who, id, number, brought: kopecks(await cards.balance(who))});
  }
  const each = Math.ceil(purchases / 6);
  for (let wave = 0; wave < 6; wave++) {
    for (let i = 0; i < each; i += 10) await Promise.all(Array.from({length: 10}, () => buy(pick(crowd).number)));
    const one = pick(crowd);
    await cards.post(one, `/cards/${one.id}/${wave % 2 ? "unfreeze" : "freeze"}`);
    if (wave === 1 || wave === 3) { // in the middle of it
      await server.end("SIGKILL");
      await server.run();
    }
    if (wave === 2) {
      await both.sandbox.end("SIGKILL");
      await both.sandbox.run();
    }
    if (wave !== 4) await cards.quiet(120000);
    for (const purchase of (await cards.books()).operations) await follow({below}, purchase, (path, body) => cards.centre(path, body));
  }
  await cards.quiet(120000);
  const books = await cards.books();
  const {told, paid} = await proven(server, () => cardsAgree(server, books));
  let left = 0, brought = 0;
  for (const who of crowd) {
    brought += who.brought;
    left += kopecks(await cards.balance(who));
  }
  assert.equal(brought - left, paid, "nothing was made, nothing got lost");
  assert.ok(told.approved > purchases / 10 && told.declined > purchases / 20 && told.offline > 0, JSON.stringify(told));
});
