// portal.mjs: Kabinet with the sandbox's state portal (ESIA) configured, and a browser's way through it.

import {startBoth} from "./sandbox.mjs";

export const people = {anna: "1000299353", petr: "1000299354", maria: "1000299355", li: "1000299356"};

// The provider as the profile `demo` has it.
export const portalOf = (sandbox) => ({
  name: "gosuslugi", title: "Госуслуги", dialect: "esia", issuer: "http://esia.gosuslugi.ru/",
  authorize: `${sandbox.url}/aas/oauth2/v2/ac`, token: `${sandbox.url}/aas/oauth2/v3/te`, person: `${sandbox.url}/rs/prns`,
  client: "KABINET", scopes: "openid fullname birthdate id_doc snils inn mobile email",
  certificate_file: `${sandbox.esia}/client.crt`, key_file: `${sandbox.esia}/client.key`,
  their_certificate_file: `${sandbox.esia}/portal.crt`,
});

export const startPortal = (settings = {}, options = {}) =>
  startBoth((sandbox) => ({...settings, providers: {timeout: "1s", ...settings.providers, 1: portalOf(sandbox)}}),
            {slow: 1600, ...options});

// Where the portal sends the browser back to, once that person was chosen there; it is not followed.
export async function choose(browser, sandbox, person, fault = "none") {
  const action = "/aas/oauth2/v2/ac", body = new URLSearchParams({...browser.form(action), person: people[person], fault}).toString();
  const answer = await fetch(sandbox.url + action, {
    method: "POST", body, redirect: "manual", headers: {Accept: "text/html", "Content-Type": "application/x-www-form-urlencoded"},
  });
  if (answer.status !== 303) throw new Error(`the portal: ${answer.status} ${await answer.text()}`);
  return answer.headers.get("Location");
}

// From the sign-in page there and back.
export async function through(browser, sandbox, person, fault, query = "") {
  await browser.go(`/signin/with/gosuslugi${query}`);
  if (browser.status !== 200) throw new Error(`${browser.path}: ${browser.status} ${browser.html.slice(0, 600)}`);
  return browser.go(await choose(browser, sandbox, person, fault));
}

const words = ["ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять"];

// Types a number, answers the plain question and the code; leaves the browser at the step after.
export async function proveNumber(browser, server, phone) {
  await browser.go("/signup");
  const [, first, second] = /(\S+) плюс (\S+)\?/.exec(browser.html);
  await browser.send("/signup", {phone, answer: `${words.indexOf(first) + words.indexOf(second)}`});
  return browser.send("/signup/code", {code: await server.code(phone)});
}
