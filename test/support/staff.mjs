// staff.mjs: people behind the counter for tests: added by the command line, their authenticator app played here.

import {execFileSync} from "node:child_process";
import {createHmac} from "node:crypto";
import {join, resolve} from "node:path";

import {Asker} from "./asker.mjs";

const build = resolve(process.env.KABINET_BUILD ?? "build/release");

export const kabinet = (...words) => execFileSync(join(build, "kabinet"), words, {encoding: "utf8", stdio: "pipe"});

// RFC 6238; steps: so many half minutes from now.
export function code(secret, steps = 0) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  let bits = "";
  for (const letter of secret) bits += letters.indexOf(letter).toString(2).padStart(5, "0");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000) + steps));
  const hash = createHmac("sha1", key).update(counter).digest();
  const at = hash[19] & 15;
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1000000).padStart(6, "0");
}

export class Member extends Asker {
  constructor(server, login, first) {
    super(server, "staff");
    Object.assign(this, {login, first, password: `Довольно длинный ${login}`});
  }

  // The first sign-in: the app is bound with the code of the step before now, so that two more are left.
  async enrol() {
    const begun = await this.post("/staff/signin", {login: this.login, password: this.first});
    if (begun.status !== 200 || !begun.body.enrol) throw new Error(`/staff/signin: ${begun.status} ${begun.text}`);
    this.secret = (await this.get("/staff/enrol")).body.secret;
    const bind = () => this.post("/staff/enrol", {code: code(this.secret, -1), password: this.password});
    let done = await bind();
    if (done.body.type?.endsWith("/code-wrong")) done = await bind(); // half a minute ended on its way
    if (done.status !== 200) throw new Error(`/staff/enrol: ${done.status} ${done.text}`);
    return this;
  }
}

// {login: "support,risk", …} → {login: Member}, signed in. The server is stopped meanwhile: one process writes.
export async function staff(server, roles) {
  await server.end();
  const members = {};
  const added = kabinet("staff", "add", server.configuration, ...Object.entries(roles).flat());
  for (const line of added.trim().split("\n")) {
    const [login, first] = line.split(" ");
    members[login] = new Member(server, login, first);
  }
  await server.run();
  for (const member of Object.values(members)) await member.enrol();
  return members;
}
