// sandbox.mjs: Kabinet with the outside world beside it, each knowing the other's address: what tests of top-ups need.

import {spawn} from "node:child_process";
import {mkdtempSync, rmSync} from "node:fs";
import {createServer} from "node:net";
import {tmpdir} from "node:os";
import {join, resolve} from "node:path";
import {createInterface} from "node:readline";

import {Server, easy} from "./server.mjs";

const build = resolve(process.env.KABINET_BUILD ?? "build/release");

// A port that was free a moment ago: the two programs must know each other's before both run.
export function freePort() {
  return new Promise((done, failed) => {
    const probe = createServer();
    probe.once("error", failed);
    probe.listen(0, "127.0.0.1", () => {
      const {port} = probe.address();
      probe.close(() => done(port));
    });
  });
}

export class Sandbox {
  static async start(kabinet, options = {}) {
    const sandbox = new Sandbox();
    sandbox.folder = mkdtempSync(join(tmpdir(), "kabinet-sandbox-"));
    sandbox.secret = join(sandbox.folder, "acquirer.key");
    sandbox.processing = join(sandbox.folder, "processing.key");
    sandbox.lender = join(sandbox.folder, "lender.key");
    sandbox.esia = join(sandbox.folder, "esia"); // the state portal's keys and its client's
    sandbox.kabinet = kabinet;
    sandbox.options = {slow: 400, late: 900, esia: "gost", ...options};
    sandbox.port = await freePort();
    sandbox.url = `http://127.0.0.1:${sandbox.port}`;
    await sandbox.run();
    return sandbox;
  }

  async run() {
    this.process = spawn(join(build, "kabinet-sandbox"), [
      "--listen", `127.0.0.1:${this.port}`, "--kabinet", this.kabinet, "--secret-file", this.secret,
      "--journal", join(this.folder, "journal"), "--slow-ms", `${this.options.slow}`, "--late-ms", `${this.options.late}`,
      "--esia-folder", this.esia, "--esia-keys", this.options.esia, "--processing-key", this.processing,
      "--lender-key", this.lender,
    ], {stdio: ["ignore", "pipe", "pipe"]});
    this.log = "";
    this.process.stderr.on("data", (data) => (this.log += data));
    await new Promise((done, failed) => {
      createInterface({input: this.process.stdout}).once("line", done);
      this.process.once("exit", (code) => failed(new Error(`the sandbox ended (${code}): ${this.log}`)));
    });
  }

  async end(signal = "SIGTERM") {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const gone = new Promise((done) => this.process.once("exit", done));
    this.process.kill(signal);
    await gone;
  }

  async stop() {
    await this.end();
    rmSync(this.folder, {recursive: true, force: true});
  }

  // What a person does on the bank's page: where the browser is sent afterwards.
  async pay(url, card, fields = {}) {
    const query = new URL(url).searchParams;
    const body = new URLSearchParams({...Object.fromEntries(query), number: card, expiry: "12/30", cvv: "123", act: "pay",
                                      ...fields});
    const answer = await fetch(`${this.url}/acquirer/pay`, {
      method: "POST", body, redirect: "manual", headers: {Accept: "text/html", "Content-Type": "application/x-www-form-urlencoded"},
    });
    return {status: answer.status, location: answer.headers.get("Location"), text: await answer.text()};
  }

  // The cardholder's bank takes back what paid that order.
  async dispute(order) {
    const body = new URLSearchParams({merchant: "kabinet", order});
    return (await fetch(`${this.url}/acquirer/dispute`, {
      method: "POST", body, redirect: "manual", headers: {"Content-Type": "application/x-www-form-urlencoded"},
    })).status;
  }
}

export const cards = {
  pays: "2200000000040000", declines: "2200000000081111", slow: "2200000000022222", silent: "2200000000063333",
  twice: "2200000000004444", late: "2200000000025555", contradicts: "2200000000066666", garbage: "2200000000007777",
  deaf: "2200000000048888", otherSum: "2200000000089999",
};

// {server, sandbox, stop}. settings: may be a function of the sandbox.
export async function startBoth(settings = {}, options = {}) {
  const port = await freePort();
  const sandbox = await Sandbox.start(`http://127.0.0.1:${port}`, options);
  const {wallet, acquiring, cards, ...rest} = typeof settings === "function" ? settings(sandbox) : settings;
  const server = await Server.start({
    listen: `127.0.0.1:${port}`, public_url: `http://${options.host ?? "127.0.0.1"}:${port}`, sandbox_url: sandbox.url, ...rest,
    wallet: {transfer_level: "minimal", ...wallet},
    acquiring: {ask: "1s", secret_file: sandbox.secret, ...acquiring},
    cards: {plastic_level: "minimal", internet_code: "never", // whose test is about it says so
            ...cards, processing: {secret_file: sandbox.processing, ...cards?.processing}},
  }).catch(async (error) => {
    await sandbox.stop(); // else it would keep the test running for ever
    throw error;
  });
  return {
    server,
    sandbox,
    async stop() {
      await sandbox.stop();
      await server.stop();
    },
  };
}

// The same by a profile's own file, its contracts with the outside being the sandbox's. cards null: it has none of ours.
export async function startProfile(name, more = {}, options = {}) {
  const port = await freePort();
  const sandbox = await Sandbox.start(`http://127.0.0.1:${port}`, options);
  const {acquiring, cards, ...rest} = more;
  const server = await Server.ofProfile(name, {
    listen: `127.0.0.1:${port}`, public_url: `http://127.0.0.1:${port}`, sandbox_url: sandbox.url, ...easy, ...rest,
    acquiring: {ask: "1s", secret_file: sandbox.secret, ...acquiring},
    ...(cards === null ? {} : {cards: {...cards, processing: {secret_file: sandbox.processing}}}),
  }).catch(async (error) => {
    await sandbox.stop();
    throw error;
  });
  return {server, sandbox, stop: async () => {
    await sandbox.stop();
    await server.stop();
  }};
}
