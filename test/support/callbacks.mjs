// callbacks.mjs: a partner's server that hears our callbacks.

import {createServer} from "node:http";

// What came, as {headers, body (the raw bytes), path, at}; `answers` gives {status, after, page} for the next ones (after:
// milliseconds of silence before it). On a port of its own, or on the one where another has been.
export async function hearCallbacks(port = 0) {
  const heard = [], answers = [];
  const server = createServer((request, response) => {
    const pieces = [];
    request.on("data", (data) => pieces.push(data));
    request.on("end", () => {
      const {status = 200, after = 0, page = "{}"} = answers.shift() ?? {};
      heard.push({headers: request.headers, body: Buffer.concat(pieces), path: request.url, at: Date.now()});
      setTimeout(() => response.writeHead(status, {"Content-Type": "application/json"}).end(page), after);
    });
  });
  await new Promise((done) => server.listen(port, "127.0.0.1", done));
  return {heard, answers, port: server.address().port, url: `http://127.0.0.1:${server.address().port}`,
          stop: () => new Promise((done) => server.close(done) && server.closeAllConnections())};
}
