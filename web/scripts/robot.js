/* robot.js: "I am not a robot": solves the server's proof of work (ALTCHA version 1) while the person types, and puts the
   solution into the form. SHA-256 is computed here, a slice at a time, for crypto.subtle is slower for many short messages
   and absent without TLS. */
(() => {
  "use strict";
  const form = document.querySelector("form[data-robot]");
  if (!form) return;
  const field = form.elements.altcha;
  const status = form.querySelector("[data-robot-status]");

  const K = new Int32Array(64);
  const START = new Int32Array(8);
  const fraction = (root) => (root - Math.floor(root)) * 2 ** 32 | 0;
  for (let prime = 2, count = 0; count < 64; prime++) {
    let divisor = 2;
    while (divisor * divisor <= prime && prime % divisor) divisor++;
    if (divisor * divisor <= prime) continue;
    if (count < 8) START[count] = fraction(Math.sqrt(prime));
    K[count++] = fraction(Math.cbrt(prime));
  }

  const W = new Int32Array(64);
  const state = new Int32Array(8);
  const turn = (word, bits) => (word >>> bits) | (word << (32 - bits));

  function block() {
    for (let i = 16; i < 64; i++) {
      const x = W[i - 15], y = W[i - 2];
      W[i] = (W[i - 16] + W[i - 7] + (turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)) + (turn(y, 17) ^ turn(y, 19) ^ (y >>> 10))) | 0;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i++) {
      const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
      const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
    }
    state[0] += a; state[1] += b; state[2] += c; state[3] += d;
    state[4] += e; state[5] += f; state[6] += g; state[7] += h;
  }

  /* SHA-256 of ASCII text, into `state`. */
  function digest(text) {
    state.set(START);
    const length = text.length, end = (length + 8 >> 6) + 1 << 4;
    for (let word = 0; word < end; word += 16) {
      for (let i = 0; i < 16; i++) {
        let value = 0;
        for (let j = 0; j < 4; j++) {
          const at = (word + i) * 4 + j;
          value = value << 8 | (at < length ? text.charCodeAt(at) : at === length ? 128 : 0);
        }
        W[i] = word + i === end - 1 ? length * 8 : value;
      }
      block();
    }
  }

  const pause = () => new Promise((resolve) => setTimeout(resolve));

  async function solve(challenge) {
    const wanted = challenge.challenge.match(/.{8}/g).map((hex) => parseInt(hex, 16) | 0);
    let slice = performance.now();
    for (let number = 0; number <= challenge.maxnumber; number++) {
      digest(challenge.salt + number);
      if (state[0] === wanted[0] && wanted.every((word, i) => word === state[i])) return number;
      if (number % 64 === 63 && performance.now() - slice > 12) { // however slow the phone, a finger is not kept waiting
        await pause();
        slice = performance.now();
      }
    }
    throw new Error("no solution");
  }

  let ready = null;
  let expires = 0;

  async function prove() {
    status.textContent = status.dataset.working;
    try {
      const answer = await fetch(form.dataset.robot, {headers: {Accept: "application/json"}});
      if (!answer.ok) throw new Error(answer.status);
      const {algorithm, challenge, maxnumber, salt, signature} = await answer.json();
      expires = Date.now() + 10 * 60000;
      const number = await solve({challenge, maxnumber, salt});
      field.value = btoa(JSON.stringify({algorithm, challenge, number, salt, signature}));
      status.textContent = status.dataset.done;
    } catch {
      ready = null;
      status.textContent = status.dataset.failed;
    }
  }

  const begin = () => ready ??= prove();
  begin();

  /* Sent before the proof is there, or long after it: the form waits for one. */
  addEventListener("submit", async (event) => {
    if (event.target !== form || (field.value && Date.now() < expires)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (field.value) {
      field.value = "";
      ready = null;
    }
    await begin();
    if (field.value) form.requestSubmit(event.submitter);
  }, true);

  /* Back from the next page: the proof is used up. */
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    field.value = "";
    ready = null;
    begin();
  });
})();
