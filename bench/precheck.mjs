// precheck.mjs [RATE [SECONDS]]: a shop's program asks whether it may sell by instalments (IN-3; wanted: p99 50 ms at 500 a
// second): so many new orders each second, each on its moment whether or not the ones before are answered, timed from that
// moment; beside /live at the same rate, in the same run. Each order is on the disk before it is answered.
//
//   TMPDIR=/var/tmp KABINET_BUILD=$PWD/build/release node bench/precheck.mjs 500 20

import assert from "node:assert/strict";
import {Agent, request} from "node:http";

import {Shop, settings} from "../test/support/instalments.mjs";
import {Server} from "../test/support/server.mjs";
import {sha1} from "../test/support/shops.mjs";
import {staff} from "../test/support/staff.mjs";

const rate = Number(process.argv[2] ?? 500), seconds = Number(process.argv[3] ?? 20), count = rate * seconds;
const server = await Server.start(settings());
const {boss} = await staff(server, {boss: "catalogue"}), shop = await Shop.open(server, boss);
const agent = new Agent({keepAlive: true, maxSockets: 256}), {port} = new URL(server.url);

const ask = ({method, path, body}) => new Promise((done, failed) => {
  const sent = request({agent, host: "127.0.0.1", port, method, path, headers: {
    Accept: "application/json", ...(body && {"Content-Type": "application/json", "Content-Length": Buffer.byteLength(body)})}});
  sent.on("error", failed);
  sent.on("response", (answer) => {
    let text = "";
    answer.on("data", (data) => (text += data));
    answer.on("end", () => done(text));
  });
  sent.end(body);
});

async function load(name, questions) {
  const begun = performance.now(), took = [], waits = [];
  for (let next = 0; next < questions.length;) {
    for (; next < questions.length && performance.now() - begun >= (next * 1000) / rate; next++) {
      const due = begun + (next * 1000) / rate;
      waits.push(ask(questions[next]).then((text) => {
        assert.match(text, /"status":(0,|"live")/);
        took.push(performance.now() - due);
      }));
    }
    await new Promise((done) => setTimeout(done, 1));
  }
  await Promise.all(waits);
  took.sort((a, b) => a - b);
  const of = (part) => took[Math.min(took.length - 1, Math.floor(took.length * part))].toFixed(1);
  const done = (took.length / (performance.now() - begun)) * 1000;
  console.log(`${name.padEnd(12)} ${done.toFixed(0)}/s, p50 ${of(0.5)}, p99 ${of(0.99)}, worst ${of(1)} ms`);
}

function order(number) {
  const body = JSON.stringify(shop.order(`${1000 + (number % 40000)}.00`, {}, {order_id: `B${number}`}));
  return {method: "POST", path: `/factoring/v1/precheck/auth?store_id=${shop.id}&signature=${sha1(shop.key, body)}`, body};
}

try {
  const orders = Array.from({length: count}, (_, i) => order(i)), live = orders.map(() => ({method: "GET", path: "/live"}));
  await load("/live", live.slice(0, count / 2));
  await load("pre-checks", orders);
  await load("/live again", live.slice(0, count / 2));
  const [[kept]] = server.rows("SELECT COUNT(*) FROM instalment_checkout");
  assert.equal(Number(kept), count, "each was kept");
} finally {
  await shop.stop();
  await server.stop();
}
