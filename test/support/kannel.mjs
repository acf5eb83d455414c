// kannel.mjs: a really started Kannel (Debian's bearerbox and smsbox) between Kabinet and an SMPP centre of ours (npm's
// smpp), on ports of its own. The centre keeps what phones get, tells delivery reports, and sends as a phone would.

import {spawn} from "node:child_process";
import {mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {setTimeout as pause} from "node:timers/promises";
import smpp from "smpp";

import {freePort} from "./sandbox.mjs";

// An SMPP centre. behaviour(message) says what becomes of a message: "DELIVRD" (default), "UNDELIV", "REJECT" (at once).
export class Centre {
  static async start(behaviour = () => "DELIVRD") {
    const centre = new Centre();
    Object.assign(centre, {behaviour, messages: [], parts: new Map(), sessions: new Set(), count: 0});
    centre.port = await freePort();
    centre.server = smpp.createServer((session) => centre.serve(session));
    await new Promise((done) => centre.server.listen(centre.port, "127.0.0.1", done));
    return centre;
  }

  serve(session) {
    this.sessions.add(session);
    session.on("error", () => {});
    session.on("close", () => this.sessions.delete(session));
    session.on("bind_transceiver", (pdu) => {
      this.bound = session;
      session.send(pdu.response());
    });
    session.on("enquire_link", (pdu) => session.send(pdu.response()));
    session.on("unbind", (pdu) => session.send(pdu.response()));
    session.on("submit_sm", (pdu) => this.take(session, pdu));
  }

  take(session, pdu) {
    const id = `m${++this.count}`, {udh, message} = pdu.short_message;
    const text = typeof message === "string" ? message : `${message}`;
    const sms = {id, to: pdu.destination_addr, from: pdu.source_addr, coding: pdu.data_coding, text,
                 validity: pdu.validity_period, parts: 1};
    const fate = this.behaviour(sms);
    if (fate === "REJECT") return session.send(pdu.response({command_status: smpp.ESME_RSUBMITFAIL}));
    session.send(pdu.response({message_id: id}));
    this.join(sms, udh);
    if (pdu.registered_delivery !== 0) setTimeout(() => this.report(session, sms, fate), 20);
  }

  // A long message comes in parts, told by its user data header (concatenation, 8 bit reference).
  join(sms, udh) {
    const header = udh?.find?.((part) => part.length >= 5 && part[0] === 0) ?? (Buffer.isBuffer(udh) ? udh.subarray(1) : null);
    if (!header || header.length < 5) return this.messages.push(sms);
    const key = `${sms.to} ${header[2]}`, parts = this.parts.get(key) ?? [];
    parts[header[4] - 1] = sms.text;
    this.parts.set(key, parts);
    if (parts.filter((part) => part !== undefined).length === header[3])
      this.messages.push({...sms, text: parts.join(""), parts: header[3]});
  }

  report(session, sms, fate) {
    if (!this.sessions.has(session)) return;
    session.deliver_sm({
      esm_class: 4, source_addr: sms.to, destination_addr: sms.from, source_addr_ton: 1, source_addr_npi: 1,
      short_message: `id:${sms.id} sub:001 dlvrd:001 submit date:2611030000 done date:2611030000 stat:${fate} err:000 text:`,
    });
  }

  // As a phone: text to a (short) number.
  send(from, to, text) {
    this.bound.deliver_sm({source_addr: from.replace("+", ""), source_addr_ton: 1, source_addr_npi: 1,
                           destination_addr: to, data_coding: 8, short_message: text});
  }

  // What came to a number, oldest first; waits until there are more than `after`.
  async to(phone, after = 0) {
    for (let tries = 0; tries < 10000; tries++) {
      const found = this.messages.filter((sms) => sms.to.replace("+", "") === phone.replace("+", ""));
      if (found.length > after) return found;
      await pause(25);
    }
    throw new Error(`no SMS came to ${phone}`);
  }

  async stop() {
    for (const session of this.sessions) session.destroy();
    await new Promise((done) => this.server.close(done));
  }
}

export const incomingSecret = "incoming-secret-of-the-test";
const password = "kannel-test-password";

export class Kannel {
  // kabinet: where delivery reports and incoming messages go.
  static async start(centre, kabinet) {
    const kannel = new Kannel();
    kannel.folder = mkdtempSync(join(tmpdir(), "kabinet-kannel-"));
    kannel.port = await freePort();
    const [admin, boxes] = [await freePort(), await freePort()];
    kannel.configuration = join(kannel.folder, "kannel.conf");
    kannel.password = join(kannel.folder, "password");
    kannel.incoming = join(kannel.folder, "incoming");
    writeFileSync(kannel.password, password);
    writeFileSync(kannel.incoming, incomingSecret);
    writeFileSync(kannel.configuration, `
group = core
admin-port = ${admin}
admin-password = ${password}
smsbox-port = ${boxes}
admin-interface = 127.0.0.1
smsbox-interface = 127.0.0.1
box-allow-ip = 127.0.0.1
dlr-storage = internal
log-level = 0
log-file = ${kannel.folder}/bearerbox.log

group = smsc
smsc = smpp
smsc-id = centre
host = 127.0.0.1
port = ${centre.port}
smsc-username = kabinet
smsc-password = centre
system-type = ""
transceiver-mode = true
enquire-link-interval = 2
reconnect-delay = 1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = ${kannel.port}
sendsms-interface = 127.0.0.1
mo-recode = true
http-request-retry = 10
http-queue-delay = 1
log-level = 0
log-file = ${kannel.folder}/smsbox.log

group = sendsms-user
username = kabinet
password = ${password}
max-messages = 10
concatenation = true

group = sms-service
keyword = default
catch-all = true
max-messages = 0
get-url = "${kabinet}/gateway/kannel/sms?key=${incomingSecret}&from=%p&to=%P&text=%b&id=%I"
`);
    await kannel.run();
    return kannel;
  }

  settings() {
    return {kannel: {url: `http://127.0.0.1:${this.port}/cgi-bin/sendsms`, password_file: this.password,
                     incoming_file: this.incoming, sender: "Kabinet"}};
  }

  async run() {
    this.processes = [];
    for (const box of ["bearerbox", "smsbox"]) {
      const process = spawn(`/usr/sbin/${box}`, ["-v", "4", this.configuration], {stdio: "ignore"});
      this.processes.push(process);
      await pause(500); // the smsbox looks for the bearerbox once
    }
    for (let tries = 0; tries < 1000; tries++) {
      const answer = await fetch(`http://127.0.0.1:${this.port}/cgi-bin/sendsms`).catch(() => null);
      if (answer) return;
      await pause(50);
    }
    throw new Error("Kannel does not listen");
  }

  // Ends it as a power cut would: nothing of its queue is kept.
  async end() {
    for (const process of this.processes.reverse()) {
      if (process.exitCode !== null || process.signalCode !== null) continue;
      const gone = new Promise((done) => process.once("exit", done));
      process.kill("SIGKILL");
      await gone;
    }
    this.processes = [];
  }

  async stop() {
    await this.end();
    rmSync(this.folder, {recursive: true, force: true});
  }
}
