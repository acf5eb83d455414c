// signing_up.mjs: ways in and back in, halfway, for pages to show them; and a server whose sign-up asks for everything that
// there is, with a till. The office's first password is elsewhere.

import {person} from "../applicants.mjs";
import {jpeg, upload} from "../pictures.mjs";
import {Server, newPhone} from "../server.mjs";
import {Member, staff} from "../staff.mjs";
import {Life, good, passport} from "./life.mjs";

// Signing up, coming back, signing in: halfway.
export async function ways(life) {
  const {server, who} = life, begun = await server.begin(newPhone()), phone = newPhone(), proved = await server.begin(phone);
  await good(server.post("/signup/code", {draft: proved.draft, code: await server.code(phone)}));
  life.at("/signup/code", `/signup/code?draft=${begun.draft}`);
  life.at("/signup/password", `/signup/password?draft=${proved.draft}`);
  const back = async () => good(server.post("/recover", {phone: who.phone, altcha: await server.proof()}));
  const lost = await server.customer(), {draft} = await good(server.post("/recover", {phone: lost.phone, altcha: await server.proof()}));
  await good(server.post("/recover/code", {draft, code: await server.code(lost.phone, 1)}));
  life.at("/recover/code", `/recover/code?draft=${(await back()).draft}`);
  life.at("/recover/password", `/recover/password?draft=${draft}`);
  const careful = await server.customer();
  await life.post(careful, "/settings/security/second", {kind: "sms"});
  const asked = await good(server.post("/signin", {phone: careful.phone, password: careful.password}));
  life.at("/signin/second", `/signin/second?ticket=${asked.ticket}`);
  await life.post(who, "/confirm", {password: who.password});
  await life.post(who, "/settings/phone", {phone: newPhone()});
  await life.post(who, "/settings/security/app/begin", {});
}

// Who begins to work here.
export async function newcomer(life) {
  const {server} = life;
  const {password, approval} = await life.asStaff("/staff/members", {login: "vera", support: true});
  await life.asStaff(`/staff/approvals/${approval}/confirm`, {}, life.other);
  const vera = new Member(server, "vera", password);
  await good(vera.post("/staff/signin", {login: "vera", password}));
  life.at("/staff/enrol", {path: "/staff/enrol", cookies: {staff: vera.cookie}});
}

// ---- a sign-up that asks for everything ----

const {surname, name, birth, passport: number, passport_date, mail} = {...person, birth: passport.birth,
                                                                       passport_date: passport.passport_date};
const steps = {
  short: {surname, name, birth, passport: number, passport_date, mail},
  calculator: {sum: "10000.00", term: 20},
  contact: {surname: passport.surname, name, patronymic: passport.patronymic, mail},
  person: {surname: passport.surname, name, birth, birth_place: "г. Тула"},
  passport: {passport: number, passport_date, passport_office: "770-001", passport_by: "Отделом внутренних дел города Тулы"},
  address: {postcode: "300000", city: "Тула", street: "Улица Академика Королёва, 1"},
  work: {employer: "ООО «Вектор»", income: "90000.00"},
  consents: {consent_rules: true, consent_personal: true},
  photos: {},
  password: {password: "Qwerty7!"},
};
const pages = Object.keys(steps);

async function photo(server, draft, path) {
  const browser = server.browser();
  browser.cookies.set("draft", draft);
  const {_csrf} = (await browser.go(path)).form(path), cookie = [...browser.cookies].map((pair) => pair.join("=")).join("; ");
  await good(upload(server, path, {_csrf, number: 1}, jpeg(640, 480), {cookie}));
}

async function applicant(server, until = pages.length) {
  const phone = newPhone(), {draft} = await server.begin(phone);
  await good(server.post("/signup/code", {draft, code: await server.code(phone)}));
  for (const step of pages.slice(0, until)) {
    const path = `/application/${step}`;
    if (step === "photos") await photo(server, draft, path);
    await good(server.post(path, {draft, ...steps[step]}));
  }
  return {phone, draft};
}

export async function applied() {
  const server = await Server.start({
    company: "Банк «Рядом»",
    onboarding: {steps: `number, code, ${pages.join(", ")}, call, open, email`, photos: 1},
  });
  const life = new Life({server});
  Object.assign(life, await staff(server, {boss: "support,identification,catalogue"}));
  const half = await applicant(server, pages.length - 1);
  const waiting = await applicant(server);
  const task = await life.task("onboarding.call");
  life.at("/staff/applications/{id}", task.page);
  life.at("/staff/applications", "/staff/applications", `/staff/applications?phone=${encodeURIComponent(waiting.phone)}`,
          "/staff/applications?phone=12");
  life.at("/application/{step}", ...pages.map((step) => `/application/${step}?draft=${half.draft}`));
  life.at("/application", `/application?draft=${waiting.draft}`);
  life.at("/consents/{kind}", "/consents/personal", "/consents/marketing");
  const {id} = await life.asStaff("/staff/tills", {title: "Магазин у дома"});
  const {password} = await life.asStaff(`/staff/tills/${id}/cashiers`, {login: "kassa"});
  const till = server.browser();
  await till.go("/till");
  await till.send("/till/signin", {login: "kassa", password});
  const cookies = Object.fromEntries(till.cookies);
  life.at("/till", {path: "/till", cookies});
  await till.send("/till", {...person, phone: newPhone()});
  life.at("/till/applications/{id}", {path: till.path, cookies});
  return life;
}
