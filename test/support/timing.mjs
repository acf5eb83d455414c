// timing.mjs: whether two kinds of question are answered in the same time.

import assert from "node:assert/strict";

// Sanitizers have times of their own: there it is only seen that all are answered.
const timesTell = !/asan|tsan/.test(process.env.KABINET_BUILD ?? "");

export const timed = async (run) => {
  const began = process.hrtime.bigint();
  await run();
  return Number(process.hrtime.bigint() - began) / 1e6;
};
// What others on the machine do only ever makes an answer later: of many, the quick ones tell.
const quick = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 3];

// Every order of the kinds: what one leaves behind to be done falls on the next.
const orders = (kinds) => kinds.length < 2 ? [kinds]
  : kinds.flatMap((kind) => orders(kinds.filter((each) => each !== kind)).map((rest) => [kind, ...rest]));

// Asks for each kind by turns until all take the same time as the first; the longer it has to, the more answers it has
// seen, so a real difference stays one. ask(kind) → milliseconds.
export async function sameTime(ask, kinds = ["known", "unknown"], rounds = 20) {
  const times = Object.fromEntries(kinds.map((kind) => [kind, []])), turns = orders(kinds);
  let told;
  for (let repeat = 0; repeat < 8; repeat++) {
    for (let i = 0; i < rounds; i++)
      for (const kind of turns[i % turns.length]) times[kind].push(await ask(kind));
    const [first, ...others] = kinds.map((kind) => quick(times[kind]));
    told = kinds.map((kind) => `${kind} ${quick(times[kind])} ms`).join(", ");
    if (!timesTell || others.every((other) => first / other > 0.75 && first / other < 1.33)) return;
  }
  assert.fail(told);
}
