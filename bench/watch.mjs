// watch.mjs: what measurements of a night share: a filled database, a server that is killed again and again meanwhile, its
// memory, looks into the database beside it.

import {execFileSync} from "node:child_process";
import {readFileSync} from "node:fs";
import {join, resolve} from "node:path";

import {pause} from "../test/support/server.mjs";

const build = resolve(process.env.KABINET_BUILD ?? "build/release");

export const say = (...words) => console.log(new Date().toISOString().slice(11, 19), ...words);

// What a program that fills the database (bench/*_fill.c) told in the end; the server is stopped meanwhile.
export const filled = (server, program, what) =>
  execFileSync(join(build, program), [server.configuration, what], {encoding: "utf8", maxBuffer: 1 << 24});

// Asked of the database itself, which is busy: again when it is locked. Without a row: two noughts.
export async function row(server, query) {
  for (;;) {
    try {
      return server.rows(query)[0]?.map(Number) ?? [0, 0];
    } catch {
      await pause(200);
    }
  }
}

// The largest that a server was when it was looked at.
export class Memory {
  #largest = 0;

  look(server) {
    try {
      const status = readFileSync(`/proc/${server.process.pid}/status`, "utf8");
      this.#largest = Math.max(this.#largest, Number(/VmRSS:\s+(\d+)/.exec(status)[1]));
    } catch {} // it has just been killed
  }

  get megabytes() {
    return Math.round(this.#largest / 1024);
  }
}

// Lets the server do `total` of something, and kills it (SIGKILL) so many times on its way. look(seconds): how many are
// `done`, and whether all is `over`; asked each `every` milliseconds. How many seconds it took, how often it was killed.
export async function night(server, {total, kills, every = 250, memory, look}) {
  const began = Date.now();
  await server.run();
  for (let killed = 0; ;) {
    await pause(every);
    memory.look(server);
    const {done, over} = await look((Date.now() - began) / 1000);
    if (over) return {took: (Date.now() - began) / 1000, killed};
    if (killed === kills || done < total * (killed + 1) / (kills + 1)) continue;
    await server.end("SIGKILL");
    killed++;
    const again = Date.now();
    await server.run();
    say(`killed at ${done}; up again in ${Date.now() - again} ms`);
  }
}
