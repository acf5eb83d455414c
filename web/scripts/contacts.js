// contacts.js: finds friends among contacts without telling the server the contacts: base/blind.h has the protocol,
// products/friends/README.md what it is good for. Scalars are multiplied by the browser (X25519); what is written here is
// the map of a number to a point, and a scalar's inverse.

const P = 2n ** 255n - 19n;
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n; // of the prime subgroup
const A = 486662n;
const AT_ONCE = 50;

const ascii = (text) => new TextEncoder().encode(text);
const join = (...parts) => new Uint8Array(parts.flatMap((part) => [...part]));
const sha256 = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", join(...parts)));
const base64url = (bytes) => btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const unbase64url = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const number = (bytes) => bytes.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n); // little endian
const bytesOf = (value) => Uint8Array.from({length: 32}, (_, i) => Number((value >> BigInt(8 * i)) & 255n));
const mod = (value, by = P) => ((value % by) + by) % by;

function power(base, exponent) {
    let result = 1n;
    for (let left = exponent; left > 0n; left >>= 1n, base = (base * base) % P) if (left & 1n) result = (result * base) % P;
    return result;
}

function inverse(value, by) {
    let [a, b, x, y] = [mod(value, by), by, 1n, 0n];
    while (a > 1n) [a, b, x, y] = [b % a, a, y - (b / a) * x, x];
    return mod(x, by);
}

// Elligator 2 (RFC 9380, 6.7.1), the u-coordinate alone.
function elligator(uniform) {
    const r = number(uniform) & (2n ** 255n - 1n);
    const u = mod(-A * inverse(1n + 2n * r * r, P));
    const square = power(mod(u * u * u + A * u * u + u), (P - 1n) / 2n) === 1n;
    return bytesOf(square ? u : mod(-A - u));
}

const HEAD = unbase64url("MC4CAQAwBQYDK2VuBCIEIA"); // PKCS #8 of a raw X25519 key (RFC 8410)
async function multiply(scalar, point) {
    const key = await crypto.subtle.importKey("pkcs8", join(HEAD, scalar), "X25519", false, ["deriveBits"]);
    const other = await crypto.subtle.importKey("raw", point, "X25519", false, []);
    return new Uint8Array(await crypto.subtle.deriveBits({name: "X25519", public: other}, key, 256));
}

// A random r, and what takes it off again and the curve's cofactor on: 8·r⁻¹, of the form that X25519 takes. One of two
// has such an inverse.
function blinding() {
    for (;;) {
        const r = crypto.getRandomValues(new Uint8Array(32));
        r[0] &= 248;
        r[31] = (r[31] & 127) | 64;
        const back = inverse(number(r), ORDER);
        if (back >> 251n === 1n) return {r, back: bytesOf(8n * back)};
    }
}

async function blinded(phone) {
    const {r, back} = blinding();
    const point = elligator(await sha256(ascii("kabinet friends point"), ascii(phone)));
    return {phone, back, asked: await multiply(r, point),
            bucket: (await sha256(ascii("kabinet friends bucket"), ascii(phone))).slice(0, 2)};
}

// Its tag, when one of those marks is its own.
async function found({phone, back}, answer, marks) {
    const result = await sha256(ascii("kabinet friends tag"), ascii(phone), await multiply(back, answer));
    const own = String(result.slice(16));
    for (let at = 0; at < marks.length; at += 16)
        if (String(marks.slice(at, at + 16)) === own) return base64url(result.slice(0, 16));
    return null;
}

// ---- contacts as they come: {label, phone} by number ----

function mobile(typed) {
    const digits = typed.replace(/\D/g, "");
    const ten = /^[78]?(9\d{9})$/.exec(digits);
    return ten && !/^\s*\+(?!7)/.test(typed) ? `+7${ten[1]}` : null;
}

const quoted = (text) => new TextDecoder().decode(Uint8Array.from(
    text.replace(/=([0-9A-F]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16))), (c) => c.charCodeAt(0)));

function fromCards(text) {
    const lines = text.replace(/=\r?\n/g, "").replace(/\r?\n[ \t]/g, "").split(/\r?\n/), people = [];
    let label = "", numbers = [];
    for (const line of lines) {
        const [, head, value] = /^([^:]+):(.*)$/.exec(line) ?? [], name = head?.split(";")[0].split(".").at(-1).toUpperCase();
        if (name === "BEGIN") [label, numbers] = ["", []];
        if (name === "FN") label = /QUOTED-PRINTABLE/i.test(head) ? quoted(value) : value.replace(/\\(.)/g, "$1");
        if (name === "TEL") numbers.push(value.replace(/^tel:/i, ""));
        if (name === "END") people.push(...numbers.map((each) => ({label, number: each})));
    }
    return people;
}

const fromLines = (text) => text.split("\n").map((line) => {
    const [typed = ""] = /\+?\d[\d\s().-]{8,}\d/.exec(line) ?? [];
    return {label: line.replace(typed, "").replace(/[\s,;:]+/g, " ").trim(), number: typed};
});

function clean(people) {
    const known = new Map();
    for (const {label, number: typed} of people) {
        const phone = mobile(typed);
        if (phone && !known.has(phone)) known.set(phone, {phone, label: label.replace(/\s+/g, " ").trim().slice(0, 40)});
    }
    return [...known.values()];
}

// ---- the page ----

function begin(box) {
    const status = box.querySelector("[role=status]"), form = box.querySelector("form"), list = box.querySelector("[data-found-list]");
    const row = box.querySelector("template"), say = (what) => (status.textContent = status.dataset[what]);

    async function ask(people) {
        const asked = await Promise.all(people.map(({phone}) => blinded(phone)));
        const body = new URLSearchParams({
            _csrf: form.elements._csrf.value, points: base64url(join(...asked.map((each) => each.asked))),
            buckets: base64url(join(...asked.map(({bucket}) => bucket))),
        });
        const answer = await fetch("/friends/match", {method: "POST", body, headers: {Accept: "application/json"}});
        const told = await answer.json();
        if (!answer.ok) throw Object.assign(new Error(), {enough: told.type?.endsWith("/too-many-numbers-today")});
        const answers = unbase64url(told.answers);
        const tags = await Promise.all(asked.map((each, i) =>
            found(each, answers.slice(32 * i, 32 * i + 32), unbase64url(told.marks[i]))));
        return people.map((person, i) => ({...person, tag: tags[i]})).filter(({tag}) => tag);
    }

    function show({phone, label, tag}) {
        const item = row.content.cloneNode(true), [ticked, name] = item.querySelectorAll("input");
        ticked.value = tag;
        name.value = label;
        item.querySelector("span").textContent = `+7 ${phone.slice(2, 5)} ${phone.slice(5, 8)}-${phone.slice(8, 10)}-${phone.slice(10)}`;
        list.append(item);
    }

    async function look(people) {
        const contacts = clean(people);
        list.replaceChildren();
        form.hidden = true;
        if (contacts.length === 0) return say("empty");
        say("looking");
        try {
            for (let at = 0; at < contacts.length; at += AT_ONCE) (await ask(contacts.slice(at, at + AT_ONCE))).forEach(show);
            say(list.children.length > 0 ? "found" : "nobody");
        } catch (error) {
            say(error.enough ? "enough" : error.name === "NotSupportedError" ? "unable" : "failed");
        }
        form.hidden = list.children.length === 0;
    }

    form.addEventListener("submit", () => {
        const chosen = [...list.children].map((item) => item.querySelectorAll("input")).filter(([ticked]) => ticked.checked);
        form.elements.people.value = chosen.map(([{value}, name]) => `${value} ${name.value.trim()}`).join("\n");
    });
    const picker = box.querySelector("[data-picker]");
    picker.hidden = !("contacts" in navigator);
    picker.querySelector("button").addEventListener("click", async () => {
        const chosen = await navigator.contacts.select(["name", "tel"], {multiple: true}).catch(() => []);
        if (chosen.length > 0)
            look(chosen.flatMap(({name, tel}) => (tel ?? []).map((each) => ({label: name?.[0] ?? "", number: each}))));
    });
    box.querySelector("[type=file]").addEventListener("change", async ({target}) => look(fromCards(await target.files[0].text())));
    box.querySelector("[data-look]").addEventListener("click", () => look(fromLines(box.querySelector("textarea").value)));
    box.hidden = !globalThis.crypto?.subtle;
}

for (const box of globalThis.document?.querySelectorAll("[data-contacts]") ?? []) begin(box);
