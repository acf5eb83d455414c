// lighthouse.test.mjs: pages that anybody sees get the full mark in all four of Lighthouse's categories, as on a slow phone.
// The sign-in page in every run; all of them with KABINET_LIGHTHOUSE=all.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";

import lighthouse from "lighthouse";
import {chromium} from "playwright-core";

import {loansSettings} from "../support/loans.mjs";
import {Server} from "../support/server.mjs";
import {until} from "../support/wallet.mjs";

const categories = ["performance", "accessibility", "best-practices", "seo"];
const pages = process.env.KABINET_LIGHTHOUSE === "all" ? ["/", "/signin", "/signup", "/loans/calculator"] : ["/signin"];

let server, browser;
const port = 20000 + (process.pid % 10000);
before(async () => {
  server = await Server.start({loans: loansSettings()});
  await until(() => server.get("/loans/calculator"), ({body}) => body.products.length === 2);
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [`--remote-debugging-port=${port}`, ...(process.getuid() === 0 ? ["--no-sandbox"] : [])],
  });
});
after(async () => {
  await browser?.close();
  await server.stop();
});

// Lighthouse slows the processor four times to play a phone on a fast machine (benchmark 1 500 or so); on a slow or busy
// one that much less: https://github.com/GoogleChrome/lighthouse/blob/main/docs/throttling.md
let slowdown = 4;

async function scores(path) {
  const throttling = {rttMs: 150, throughputKbps: 1638.4, requestLatencyMs: 562.5, downloadThroughputKbps: 1474.56,
                      uploadThroughputKbps: 675, cpuSlowdownMultiplier: slowdown};
  const {lhr} = await lighthouse(server.url + path, {port, onlyCategories: categories, logLevel: "silent", throttling});
  slowdown = Math.min(4, Math.max(1, (4 * lhr.environment.benchmarkIndex) / 1500));
  const lost = Object.values(lhr.audits).filter(
    ({score, scoreDisplayMode}) => score !== null && score < 0.9 && scoreDisplayMode !== "informative");
  return {
    marks: Object.fromEntries(categories.map((name) => [name, Math.round(100 * lhr.categories[name].score)])),
    benchmark: lhr.environment.benchmarkIndex,
    lost: lost.map(({id, displayValue}) => `${id} ${displayValue ?? ""}`),
  };
}

// Speed is measured, and this machine has other work: the best of three.
for (const path of pages)
  test(`Lighthouse: ${path} has 100 in everything`, {timeout: 720000}, async () => {
    const full = Object.fromEntries(categories.map((name) => [name, 100]));
    let found;
    for (let run = 0; run < 3; run++) {
      found = await scores(path);
      if (categories.every((name) => found.marks[name] === 100)) break;
    }
    assert.deepEqual(found.marks, full, `${found.lost.join("; ")}; benchmark ${found.benchmark}`);
  });
