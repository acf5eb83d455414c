// signing_up.mjs: ways in and back in, halfway, for pages to show them; and a server whose sign-up asks for everything that
// there is, with a till. The office's first password is elsewhere.

import {person} from "../applicants.mjs";
import {jpeg, upload} from "../pictures.mjs";
import {addPerson, openShop} from "../shops.mjs";
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
  const shop = await openShop(life.boss, "Магазин у дома", {category: "Мебель", site: "https://shop.example"});
  const owner = await addPerson(server, life.boss, shop.id, "owner", "owner", "orders", "money", "cashier");
  await addPerson(server, life.boss, shop.id, "kassa");
  await life.asStaff(`/staff/shops/${shop.id}/keys`, {ends: "week"});
  await (await owner.signIn()).post("/shop/callbacks", {url: "https://shop.invalid/paid"});
  const [{id: callback}] = (await owner.get("/shop/callbacks")).body.callbacks;
  const older = (await owner.get("/shop/keys")).body.keys.find(({ending}) => ending).id;
  const empty = await openShop(life.boss, "Пустой");
  const till = await owner.browser(), cookies = Object.fromEntries(till.cookies), place = `/staff/shops/${shop.id}`;
  life.at("/staff/shops", "/staff/shops", "/staff/shops?q=%D0%BC%D0%B0%D0%B3%D0%B0%D0%B7%D0%B8%D0%BD", "/staff/shops?q=%D0%BD%D0%B5%D1%82");
  life.at("/staff/shops/{id}", place, `/staff/shops/${empty.id}`);
  life.at("/staff/shops/{id}/edit", `${place}/edit`);
  for (const part of ["keys", "people", "callbacks"])
    life.at(`/staff/shops/{id}/${part}`, `${place}/${part}`, `/staff/shops/${empty.id}/${part}`);
  life.at("/staff/shops/{id}/keys/{key}/end", `${place}/keys/${older}/end`);
  life.at("/staff/shops/{id}/people/{login}", `${place}/people/owner`, `${place}/people/kassa`);
  life.at("/staff/shops/{id}/callbacks/{callback}", `${place}/callbacks/${callback}`);
  for (const path of ["/shop", "/shop/keys", "/shop/people", "/shop/callbacks", "/shop/password"]) life.at(path, {path, cookies});
  life.at("/shop/keys/{key}/end", {path: `/shop/keys/${older}/end`, cookies});
  life.at("/shop/people/{login}", ...["owner", "kassa"].map((login) => ({path: `/shop/people/${login}`, cookies})));
  life.at("/shop/callbacks/{callback}", {path: `/shop/callbacks/${callback}`, cookies});
  await showcase(life, owner, shop, empty, cookies);
  life.at("/till", {path: "/till", cookies});
  await till.go("/till");
  await till.send("/till", {...person, phone: newPhone()});
  life.at("/till/applications/{id}", {path: till.path, cookies});
  return life;
}

const day = (after) => new Date(Date.now() + after * 86400000).toISOString().slice(0, 10);

// A shop in the catalogue, whose owner has written another card since; another shop that has nothing yet.
async function showcase(life, owner, shop, empty, cookies) {
  const card = {category: "home", site: "https://sofa.example", words_ru: "Диваны и кресла из дуба.", words_en: "Sofas of oak."};
  const place = `/staff/showcase/${shop.id}`;
  await owner.post("/shop/showcase/edit", card);
  await owner.post("/shop/showcase/places", {address: "Москва, Тверская, 1", hours: "10–22", place: "55.757131,37.611245"});
  const {version} = (await life.boss.get(place)).body;
  await life.asStaff(place, {verdict: "agree", version});
  await owner.post("/shop/showcase/edit", {...card, site: ""});
  await owner.post("/shop/showcase/send");
  const sale = {title_ru: "Осень", title_en: "Autumn", words_ru: "Скидка на всё из дуба.", words_en: "Everything of oak.",
                discount: "−20 %", starts: day(0), ends: day(20)};
  const made = [];
  for (let i = 0; i < 2; i++) made.push((await owner.post("/shop/sales", sale)).body.id);
  await life.asStaff(`/staff/sales/${made[0]}`, {verdict: "agree"});
  life.at("/staff/sales/{id}", ...made.map((id) => `/staff/sales/${id}`));
  life.at("/shop/sales", {path: "/shop/sales", cookies});
  for (const part of ["", "/edit", "/places"]) {
    life.at(`/staff/showcase/{id}${part}`, `${place}${part}`, `/staff/showcase/${empty.id}${part}`);
    life.at(`/shop/showcase${part}`, {path: `/shop/showcase${part}`, cookies});
  }
}
