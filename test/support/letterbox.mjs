// letterbox.mjs: a real SMTP server on this machine, without TLS, that keeps the letters it takes; and a letter read as
// Python's e-mail library reads it, which is nobody's of ours.

import {execFileSync} from "node:child_process";

import {SMTPServer} from "smtp-server";

import {freePort} from "./sandbox.mjs";

export class Letterbox {
  static async start() {
    const box = new Letterbox();
    box.port = await freePort();
    box.letters = []; // {text, to}
    box.refuses = () => null; // told an address: a reply's code (451, 550), or null
    await box.open();
    return box;
  }

  // What a server's configuration says to send through it.
  get settings() {
    return {url: `smtp://127.0.0.1:${this.port}`, plain: "true", from: "no-reply@kabinet.example"};
  }

  open() {
    this.smtp = new SMTPServer({
      authOptional: true, disabledCommands: ["STARTTLS"], logger: false,
      onRcptTo: ({address}, session, answer) => {
        const code = this.refuses(address);
        answer(code ? Object.assign(new Error("told so by the test"), {responseCode: code}) : null);
      },
      onData: (stream, session, answer) => {
        let text = "";
        stream.on("data", (data) => (text += data));
        stream.on("end", () => {
          this.letters.push({text, to: session.envelope.rcptTo[0].address});
          answer();
        });
      },
    });
    this.smtp.on("error", () => {});
    return new Promise((done) => this.smtp.listen(this.port, "127.0.0.1", done));
  }

  close() {
    return new Promise((done) => this.smtp.close(done));
  }

  to(address) {
    return this.letters.filter((letter) => letter.to === address);
  }

  // The address of a customer of that server, bound by the code that came here.
  async bind(server, who, address) {
    await server.post("/settings/email", {address}, {token: who.token});
    for (let tries = 0; tries < 2000 && this.to(address).length === 0; tries++) await new Promise((done) => setTimeout(done, 25));
    const {parts} = readLetter(this.to(address)[0].text);
    const code = /\d{6}/.exec(Buffer.from(parts[0].data, "base64").toString())[0];
    const bound = await server.post("/settings/email/confirm", {code}, {token: who.token});
    if (bound.status !== 200) throw new Error(`/settings/email/confirm: ${bound.status} ${bound.text}`);
    this.letters = this.letters.filter((letter) => letter.to !== address);
    who.address = address;
    return who;
  }
}

// {subject, id, defects, parts: [{type, charset, name, disposition, data (base64)}]}
export function readLetter(text) {
  const script = `
import base64, email, email.policy, json, sys
letter = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
parts = [part for part in letter.walk() if not part.is_multipart()]
print(json.dumps({
  "subject": letter["Subject"], "id": letter["Message-ID"], "type": letter.get_content_type(),
  "defects": [str(defect) for part in letter.walk() for defect in part.defects],
  "parts": [{"type": part.get_content_type(), "charset": part.get_content_charset(), "name": part.get_filename(),
             "disposition": part.get_content_disposition(),
             "data": base64.b64encode(part.get_payload(decode=True)).decode()} for part in parts]}))`;
  return JSON.parse(execFileSync("python3", ["-c", script], {input: text, encoding: "utf8", maxBuffer: 2 ** 26}));
}

// What a PDF says, its blanks plain ones.
export function readPdf(bytes) {
  return execFileSync("pdftotext", ["-layout", "-", "-"], {input: bytes, encoding: "utf8"}).replaceAll("\u00a0", " ");
}
