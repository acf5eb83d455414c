// look.test.mjs: the look at pages (support/browser.mjs) itself: what it makes of things that move.

import assert from "node:assert/strict";
import {createServer} from "node:http";
import {after, before, test} from "node:test";

import {Browsers, inspect} from "../support/browser.mjs";

// A page whose second line goes down a while after it was painted: each time, the first time, or as an answer to a form.
const page = (moves) => `<!DOCTYPE html><html lang="en"><head><title>Look</title></head><body><main><h1>Look</h1>
<form method="post"><button type="submit" style="height: 48px">Send</button></form><p id="line">A line.</p></main><script>
if (${moves}) setTimeout(() => document.querySelector("h1").style.marginBottom = "200px", 600);
</script></body></html>`;

let server, browsers, loads;
before(async () => {
  browsers = await Browsers.start();
  server = createServer(({method, url}, response) => {
    loads += url !== "/favicon.ico";
    const moves = method === "POST" || url === "/always" || (url === "/once" && loads === 1);
    response.setHeader("Content-Type", "text/html").end(page(moves));
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
});
after(async () => {
  await browsers?.stop();
  server?.close();
});

async function looked(path, act = async () => {}) {
  const shown = await browsers.page({locale: "en-GB"});
  loads = 0;
  await shown.goto(`http://127.0.0.1:${server.address().port}${path}`);
  await act(shown);
  await shown.waitForTimeout(1200); // what comes within half a second of a press is its effect
  return {shown, look: inspect(shown, path, {html: false})};
}

test("a page at rest is looked at once", async () => {
  await (await looked("/")).look;
  assert.equal(loads, 1);
});

test("what moved once is loaded again, and is no problem if it rests then; the page stays as it was", async () => {
  const {shown, look} = await looked("/once", (page) => page.evaluate(() => { document.querySelector("#line").title = "typed"; }));
  await look;
  assert.equal(loads, 2);
  assert.equal(await shown.getAttribute("#line", "title"), "typed");
  assert.equal(shown.context().pages().length, 1);
});

test("what moves again is a problem", async () => {
  await assert.rejects((await looked("/always")).look, /moved by 0\.\d+: <form/);
  assert.equal(loads, 2);
});

test("the answer to a form is not asked for again", async () => {
  const {look} = await looked("/", async (page) => {
    await page.click("button");
    await page.waitForLoadState();
  });
  await assert.rejects(look, /moved by 0\.\d+: <form/);
  assert.equal(loads, 2);
});
