// timing.mjs: whether two kinds of question are answered in the same time.

import assert from "node:assert/strict";

// Sanitizers have times of their own: there it is only seen that all are answered.
export const timesTell = !/asan|tsan/.test(process.env.KABINET_BUILD ?? "");

export const timed = async (run) => {
  const began = process.hrtime.bigint();
  await run();
  return Number(process.hrtime.bigint() - began) / 1e6;
};
// The lower quartile: what others on the machine do only ever makes an answer later.
const quick = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 2];

// Asks for known and unknown numbers by turns until both take the same time; a real difference stays one.
export async function sameTime(ask, rounds = 20) {
  let told;
  for (let repeat = 0; repeat < 8; repeat++) {
    const times = {known: [], unknown: []};
    for (let i = 0; i < rounds; i++)
      for (const kind of i % 2 ? ["known", "unknown"] : ["unknown", "known"]) times[kind].push(await ask(kind));
    const [known, unknown] = [quick(times.known), quick(times.unknown)];
    told = `known ${known} ms, unknown ${unknown} ms`;
    if (!timesTell || (known / unknown > 0.75 && known / unknown < 1.33)) return;
  }
  assert.fail(told);
}
