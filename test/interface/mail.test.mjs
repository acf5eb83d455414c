// Letters to the help address (SU-2): a real mail server hands each to `kabinet mail-in`, answers go out by SMTP and
// come back into their thread; forged, repeated, automatic, hostile and oversized ones; the server gone meanwhile.

import assert from "node:assert/strict";
import {spawn, spawnSync} from "node:child_process";
import {writeFileSync} from "node:fs";
import {join, resolve} from "node:path";
import {after, before, describe, test} from "node:test";
import {SMTPServer} from "smtp-server";

import {freePort} from "../support/sandbox.mjs";
import {Server, newKey, pause} from "../support/server.mjs";
import {staff} from "../support/staff.mjs";

const program = join(resolve(process.env.KABINET_BUILD ?? "build/release"), "kabinet");
const help = "help@kabinet.example";
let server, agent, outgoing, incoming, letters = [], count = 0;

// Who is killed in the middle of a letter breaks the connection off: the next one tells what became of it.
const listen = (smtp, port) => new Promise((done) => smtp.on("error", () => {}).listen(port, "127.0.0.1", done));

// As Postfix's pipe does it: the envelope as arguments, the letter on standard input; anything but 0 is an error of the
// sender's (65 …), or of ours for now (75).
function mailIn(letter, sender = "ivan@example.ru", recipient = help, configuration = server.configuration) {
  const done = spawnSync(program, ["mail-in", configuration, sender, recipient], {input: letter});
  return {status: done.status, errors: `${done.stderr}`};
}

// Speaks SMTP to the real server, as the world's mail servers do: the last reply's code.
async function smtp(port, sender, recipient, letter) {
  const {createConnection} = await import("node:net");
  const socket = createConnection(port, "127.0.0.1");
  let said = "", wake = () => {};
  socket.on("data", (data) => ((said += data), wake()));
  const reply = async () => {
    for (;;) {
      const found = /^(\d{3}) .*\r\n/m.exec(said);
      if (found) {
        said = said.slice(found.index + found[0].length);
        return Number(found[1]);
      }
      await new Promise((done) => (wake = done));
    }
  };
  await reply();
  for (const line of ["EHLO world", `MAIL FROM:<${sender}>`, `RCPT TO:<${recipient}>`, "DATA"]) {
    socket.write(`${line}\r\n`);
    await reply();
  }
  socket.write(`${letter.replace(/\r?\n/g, "\r\n").replace(/^\./gm, "..")}\r\n.\r\n`);
  const code = await reply();
  socket.end();
  return code;
}

before(async () => {
  const [out, door] = [await freePort(), await freePort()];
  outgoing = new SMTPServer({
    authOptional: true, disabledCommands: ["STARTTLS"], logger: false,
    onData: (stream, session, answer) => {
      let text = "";
      stream.on("data", (data) => (text += data));
      stream.on("end", () => {
        const [head, ...body] = text.split("\r\n\r\n");
        letters.push({head, text: Buffer.from(body.join(""), "base64").toString(), to: session.envelope.rcptTo[0].address});
        answer();
      });
    },
  });
  await listen(outgoing, out);
  incoming = new SMTPServer({ // the mail server: takes what `kabinet mail-in` has taken
    authOptional: true, disabledCommands: ["STARTTLS"], logger: false,
    onData: (stream, session, answer) => {
      const child = spawn(program, ["mail-in", server.configuration, session.envelope.mailFrom.address || "",
                                    session.envelope.rcptTo[0].address], {stdio: ["pipe", "ignore", "pipe"]});
      child.stdin.on("error", () => {}); // it may have read enough
      stream.pipe(child.stdin);
      child.on("exit", (status) => {
        if (status === 0) return answer();
        const error = new Error(status === 75 ? "come again" : "no");
        error.responseCode = status === 75 ? 451 : 554;
        answer(error);
      });
    },
  });
  incoming.door = door;
  await listen(incoming, door);
  const listenAt = await freePort();
  server = await Server.start({
    listen: `127.0.0.1:${listenAt}`,
    messaging: {mail: {url: `smtp://127.0.0.1:${out}`, plain: "true", from: "no-reply@kabinet.example"}},
  });
  const secret = join(server.folder, "mail.secret");
  writeFileSync(secret, "a secret of the mail door\n");
  await server.end();
  server.settings = {...server.settings, support: {mail: {address: help, secret_file: secret, authority: "mx.kabinet.example"}}};
  const {readFileSync} = await import("node:fs");
  writeFileSync(server.configuration, `${readFileSync(server.configuration)}support:
  mail:
    address: ${help}
    secret_file: ${secret}
    authority: mx.kabinet.example
  hours:
    weekdays: 00:00-24:00
    weekends: 00:00-24:00
`);
  ({agent} = await staff(server, {agent: "support"}));
});
after(async () => {
  await server?.stop();
  await Promise.all([outgoing, incoming].map((each) => each && new Promise((done) => each.close(done))));
});

const letter = (words, {from = "Иван <ivan@example.ru>", subject = "Вопрос", headers = "", id = ++count} = {}) =>
  Buffer.from(`From: ${from}\nTo: ${help}\nSubject: ${subject}\nMessage-ID: <m${id}@example.ru>\n${headers}` +
              `Content-Type: text/plain; charset=utf-8\n\n${words}\n`).toString();
const open = async () => (await agent.get("/staff/cases")).body.cases.filter(({channel}) => channel === "mail");
async function newest(words) {
  for (const {id} of (await open()).reverse()) {
    await agent.post(`/staff/cases/${id}/take`);
    const found = (await agent.get(`/staff/cases/${id}`)).body;
    if (found.messages.some(({text}) => text.includes(words))) return found;
  }
  throw new Error(`no case says ${words}`);
}
// The next letter to that address after so many.
async function answered(to, after = 0) {
  for (let tries = 0; tries < 2000; tries++) {
    const theirs = letters.filter((each) => each.to === to);
    if (theirs.length > after) return theirs[after];
    await pause(25);
  }
  throw new Error(`no letter went out to ${to}`);
}

describe("SU-2: a letter becomes a case, answers and replies are one thread", () => {
  test("by a real mail server, both ways", async () => {
    assert.equal(await smtp(incoming.door, "ivan@example.ru", help, letter("Не приходит код.\n.Точка в начале")), 250);
    const first = await newest("Не приходит код");
    assert.match(first.messages[0].text, /^\.Точка/m);
    assert.deepEqual([first.mail.address, first.mail.subject, first.mail.verified], ["ivan@example.ru", "Вопрос", false]);
    assert.equal(first.customer, undefined, "an address proves nothing");
    const came = await answered("ivan@example.ru");
    assert.match(came.text, /Мы получили ваше письмо и ответим до/);
    assert.match(came.head, /^Auto-Submitted: auto-/m);

    assert.equal((await agent.post(`/staff/cases/${first.id}/say`, {text: "Проверьте номер"}, {key: newKey()})).status, 200);
    const answer = await answered("ivan@example.ru", 1);
    assert.equal(answer.text.trim(), "Проверьте номер");
    assert.doesNotMatch(answer.head, /Auto-Submitted/, "written by a person");
    assert.match(answer.head, new RegExp(`^In-Reply-To: <m${count}@example.ru>`, "m"));
    const [, replyTo] = /^Reply-To: <(help\+k\d+-[0-9a-f]{20}@kabinet\.example)>/m.exec(answer.head);
    const [, messageId] = /^Message-ID: (<k\S+>)/m.exec(answer.head);

    const byAddress = await smtp(incoming.door, "ivan@example.ru", replyTo, letter("Номер верный"));
    const byReference = await smtp(incoming.door, "ivan@example.ru", help,
                                   letter("И ещё одно", {subject: "Совсем другое", headers: `In-Reply-To: ${messageId}\n`}));
    assert.deepEqual([byAddress, byReference], [250, 250]);
    const thread = (await agent.get(`/staff/cases/${first.id}`)).body;
    assert.deepEqual(thread.messages.filter(({author}) => author === "customer").map(({text}) => text.split("\n")[0]),
                     ["Не приходит код.", "Номер верный", "И ещё одно"]);
    await agent.post(`/staff/cases/${first.id}/close`, {outcome: "solved"});
    assert.equal(mailIn(letter("Опять не приходит"), "ivan@example.ru", replyTo).status, 0);
    const reopened = (await open()).find(({id}) => id === first.id);
    assert.equal(reopened.state, "waiting", "a reply opens its case again");
  });

  test("a subject joins nothing; nor a token whose signature is not ours, nor another case's letter", async () => {
    mailIn(letter("Первое дело", {from: "petr@example.ru"}), "petr@example.ru");
    const {id} = await newest("Первое дело");
    const forged = `help+k${id}-${"0".repeat(20)}@kabinet.example`;
    for (const [words, subject, recipient] of [["Подмена темы", "Re: Вопрос", help], ["Подмена знака", "Re: Вопрос", forged]]) {
      assert.equal(mailIn(letter(words, {subject, headers: `References: <k${id}-${"a".repeat(20)}.1@kabinet.example>\n`}),
                          "ivan@example.ru", recipient).status, 0);
      assert.notEqual((await newest(words)).id, id);
    }
    assert.equal((await agent.get(`/staff/cases/${id}`)).body.messages.length, 1);
  });

  test("the same letter, delivered again, is one message", async () => {
    const once = letter("Доставлено дважды");
    const statuses = await Promise.all([1, 2, 3].map(() => smtp(incoming.door, "ivan@example.ru", help, once)));
    assert.deepEqual([...statuses, mailIn(once).status], [250, 250, 250, 0]);
    await newest("Доставлено дважды");
    let times = 0;
    for (const {id} of await open()) {
      const {messages} = (await agent.get(`/staff/cases/${id}`)).body;
      times += messages.filter(({text}) => text === "Доставлено дважды").length;
    }
    assert.equal(times, 1);
  });

  test("machines are not answered: auto-replies, lists, bounces, our own letters", async () => {
    const before = (await open()).length, machine = {from: "machine@example.ru"};
    for (const headers of ["Auto-Submitted: auto-replied\n", "Precedence: bulk\n", "List-Id: <x.y>\n", "X-Autoreply: yes\n"])
      assert.equal(mailIn(letter("Меня нет", {...machine, headers})).status, 0);
    assert.equal(mailIn(letter("Недоставлено", machine), "").status, 0);
    assert.equal(mailIn(letter("Эхо", {from: help})).status, 0);
    await pause(500);
    assert.deepEqual([(await open()).length, letters.filter(({to}) => to === machine.from || to === help).length], [before, 0]);
    mailIn(letter("Жду человека", machine));
    await answered(machine.from);
    const {id} = await newest("Жду человека");
    await agent.post(`/staff/cases/${id}/say`, {text: "Здесь"}, {key: newKey()});
    const answer = await answered(machine.from, 1);
    const [, replyTo] = /^Reply-To: <(\S+)>/m.exec(answer.head);
    mailIn(letter("Я в отпуске", {...machine, headers: "Auto-Submitted: auto-replied\n"}), "", replyTo);
    const thread = (await agent.get(`/staff/cases/${id}`)).body;
    assert.deepEqual([thread.state, thread.messages.at(-1).author], ["answered", "note"], "staff see it, nobody waits");
    await pause(300);
    assert.equal(letters.filter(({to}) => to === machine.from).length, 2);
  });
});

describe("SU-2: who wrote it", () => {
  test("the bound address of a customer is his only where our mail server vouches for it", async () => {
    const who = await server.customer(), address = "anna@bound.example";
    await server.post("/settings/email", {address}, {token: who.token});
    const code = /(\d{6})/.exec((await answered(address)).text)[1];
    assert.equal((await server.post("/settings/email/confirm", {code}, {token: who.token})).status, 200);
    const pass = (authority, domain = "bound.example") =>
      `Authentication-Results: ${authority}; spf=pass; dmarc=pass (p=reject) header.from=${domain}\n`;
    const tried = [["Без печати", "", false], ["Чужая печать", pass("mx.evil.example"), false],
                   ["Другой домен", pass("mx.kabinet.example", "evil.example"), false],
                   ["Чужая сверху", pass("mx.evil.example") + pass("mx.kabinet.example"), false],
                   ["С печатью", pass("mx.kabinet.example"), true]];
    for (const [words, headers, good] of tried) {
      assert.equal(mailIn(letter(words, {from: address, headers}), address).status, 0);
      const found = await newest(words);
      assert.deepEqual([found.customer, found.mail.verified], [good ? who.customer : undefined, good], words);
    }
    const chat = (await server.get("/support", {token: who.token})).body.case;
    assert.equal(chat.messages[0].text, "С печатью", "his own conversation, in the cabinet too");
  });

  test("a reply from another address is taken and told of; the answer goes to the first", async () => {
    mailIn(letter("С работы", {from: "work@example.ru"}), "work@example.ru");
    const [, replyTo] = /^Reply-To: <(\S+)>/m.exec((await answered("work@example.ru")).head);
    mailIn(letter("Из дома", {from: "home@example.ru"}), "home@example.ru", replyTo);
    const found = await newest("Из дома");
    assert.match(found.messages.at(-1).text, /с другого адреса/);
    await agent.post(`/staff/cases/${found.id}/say`, {text: "Ответ"}, {key: newKey()});
    assert.equal((await answered("work@example.ru", 1)).text.trim(), "Ответ");
  });

  test("without the door's secret nothing is taken", async () => {
    const form = new FormData();
    for (const [name, value] of Object.entries({key: "wrong", from: "a@b.ru", text: "x"})) form.set(name, value);
    const answer = await fetch(`${server.url}/gateway/mail`, {method: "POST", body: form, headers: {Accept: "application/json"}});
    assert.equal(answer.status, 404);
  });
});

describe("SU-2: what letters are made of", () => {
  const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
  const part = (type, body, more = "") => `--x\nContent-Type: ${type}\n${more}\n${body}\n`;
  const mixed = (...parts) => letter("", {headers: ""}).replace("text/plain; charset=utf-8\n\n\n",
                                                                `multipart/mixed; boundary=x\n\n${parts.join("")}--x--\n`);

  test("koi8-r and windows-1251, in words and headers", async () => {
    const koi = Buffer.concat([Buffer.from("From: =?koi8-r?B?6dfBzg==?= <ivan@example.ru>\nSubject: =?koi8-r?B?8MnT2M3P?=\n" +
                                           "Message-ID: <koi@x>\nContent-Type: text/plain; charset=koi8-r\n\n"),
                               Buffer.from([0xf0, 0xd2, 0xc9, 0xd7, 0xc5, 0xd4])]);
    assert.equal(mailIn(koi).status, 0);
    assert.equal((await newest("Привет")).mail.subject, "Письмо");
    const windows = Buffer.concat([Buffer.from("From: ivan@example.ru\nSubject: x\nMessage-ID: <win@x>\n" +
                                               "Content-Type: text/plain; charset=windows-1251\n\n"),
                                   Buffer.from([0xcf, 0xee, 0xea, 0xe0])]);
    assert.equal(mailIn(windows).status, 0);
    await newest("Пока");
  });

  test("plain text before HTML; HTML alone as words, its scripts and styles left out", async () => {
    const both = letter("").replace("text/plain; charset=utf-8\n\n\n",
      "multipart/alternative; boundary=x\n\n" + part("text/html; charset=utf-8", "<p>Из HTML</p>") +
      part("text/plain; charset=utf-8", "Из текста") + "--x--\n");
    mailIn(both);
    assert.equal((await newest("Из текста")).messages[0].text, "Из текста");
    const html = letter("<html><head><title>t</title><style>p{}</style></head><body><p>Раз &amp; два</p><script>x()</script>" +
                        "<div>три<br>четыре</div></body></html>").replace("text/plain", "text/html");
    mailIn(html);
    assert.equal((await newest("Раз & два")).messages[0].text, "Раз & два\nтри\nчетыре");
  });

  test("attachments pass the cage: a picture is drawn anew, hostile ones are left out and told of", async () => {
    const behind = Buffer.concat([Buffer.from(png, "base64"), Buffer.from("<script>alert(1)</script>")]).toString("base64");
    const coded = "Content-Transfer-Encoding: base64\nContent-Disposition: attachment; filename=\"../a.png\"\n";
    mailIn(mixed(part("text/plain", "With files"), part("image/png", behind, coded),
                 part("application/x-msdownload", Buffer.from("MZ program").toString("base64"), coded),
                 part("message/rfc822", "From: a@b.ru\n\ninner")));
    const found = await newest("With files");
    const [file, ...others] = found.messages[0].files;
    assert.deepEqual([file.name, others], ["a.png", []]);
    const given = await agent.get(`/staff/cases/${found.id}/files/${file.id}`);
    assert.equal(given.status, 200);
    assert.ok(!given.text.includes("<script"));
    assert.match(found.messages[1].text, /вложения не удалось принять/);
  });

  test("no sender, far too large, nested without end: refused or read, in bounded time", async () => {
    assert.equal(mailIn("Subject: nobody\n\nx\n").status, 65);
    assert.equal(mailIn("").status, 65);
    assert.equal(mailIn(Buffer.concat([Buffer.from(letter("big")), Buffer.alloc(25 << 20, "a\n")])).status, 65);
    let deep = `From: ivan@example.ru\nMessage-ID: <deep@x>\n`;
    for (let i = 0; i < 2000; i++) deep += `Content-Type: multipart/mixed; boundary=b${i}\n\n--b${i}\n`;
    const begun = Date.now();
    assert.ok([0, 65].includes(mailIn(`${deep}Content-Type: text/plain\n\ndeep\n`).status));
    const long = "ж".repeat(300000);
    assert.equal(mailIn(letter(`Длинное ${long}`)).status, 0);
    assert.ok((await newest("Длинное")).messages[0].text.length < 41000);
    assert.ok(Date.now() - begun < 20000);
  });
});

describe("SU-2: nothing is lost", () => {
  test("the server gone, in maintenance, the configuration unreadable: the mail server is asked to come again", async () => {
    assert.equal(mailIn(letter("x"), "a@b.ru", help, "/nowhere.yaml").status, 75);
    await server.end("SIGKILL");
    const waiting = letter("Сквозь перезапуск");
    assert.equal(await smtp(incoming.door, "ivan@example.ru", help, waiting), 451);
    await server.run();
    spawnSync(program, ["maintenance", server.configuration, "on", "5"]);
    assert.equal(await smtp(incoming.door, "ivan@example.ru", help, waiting), 451);
    spawnSync(program, ["maintenance", server.configuration, "off"]);
    assert.equal(await smtp(incoming.door, "ivan@example.ru", help, waiting), 250);
    await newest("Сквозь перезапуск");
  });

  test("killed right after it has taken a letter: the letter is there", async () => {
    assert.equal(mailIn(letter("На диске")).status, 0);
    await server.end("SIGKILL");
    await server.run();
    await newest("На диске");
  });

  test("a flood from one address waits at the mail server, others do not", async () => {
    let last;
    for (let i = 0; i < 21; i++) last = mailIn(letter(`Поток ${i}`, {from: "flood@example.ru"}), "flood@example.ru");
    assert.equal(last.status, 75);
    assert.equal(mailIn(letter("Не поток", {from: "calm@example.ru"}), "calm@example.ru").status, 0);
  });
});
