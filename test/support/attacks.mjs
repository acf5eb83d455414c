// attacks.mjs: what tests of attacks need: the list of all routes (`kabinet routes`), the ids that somebody has.

import {execFileSync} from "node:child_process";
import {join, resolve} from "node:path";

const build = resolve(process.env.KABINET_BUILD ?? "build/release");

// [{method, path, who, marks, fields: [{name, type}]}]
export function routesOf(server) {
  const told = execFileSync(join(build, "kabinet"), ["routes", server.configuration], {encoding: "utf8"});
  return told.trim().split("\n").map((line) => {
    const [method, path, who, marks, fields] = line.split("\t");
    const list = (text) => (text === "-" ? [] : text.split(","));
    return {method, path, who, marks: list(marks), name: `${method} ${path}`,
            fields: list(fields).map((field) => ({name: field.split(":")[0], type: field.split(":")[1]}))};
  });
}

export const withId = (path, id) => path.replace(/\{\w+\}/, id);

const ID = /^\d{16,19}$/;

// Every id in what he made and can read: the routes without parameters, then those with one, by the ids found.
export async function idsOf(server, routes, who, made = []) {
  const ids = new Set(), seen = new Set();
  const collect = (value) => {
    if (typeof value === "string" && ID.test(value)) ids.add(value);
    else if (value && typeof value === "object") Object.values(value).forEach(collect);
  };
  collect(made);
  const readable = routes.filter((r) => r.method === "GET" && /customer|anyone/.test(r.who) &&
                                        !r.marks.some((m) => m === "stream" || m === "writes") && !r.path.startsWith("/sandbox/"));
  for (const {path} of readable.filter((r) => !r.path.includes("{"))) collect((await server.get(path, who)).body);
  for (const {path} of readable.filter((r) => r.path.includes("{id}")))
    for (const id of [...ids]) {
      const place = withId(path, id);
      if (!seen.has(place)) collect((await server.get(place, who)).body);
      seen.add(place);
    }
  return ids;
}

// Values that a form of that type takes.
export const plausible = {
  text: "x", secret: "Qwerty7!", code: "123456", phone: "+79160000000", money: "100.00", int: 1, date: "2026-01-01", id: undefined,
  bool: true, choice: undefined, file: undefined,
};
export const fill = (route) =>
  Object.fromEntries(route.fields.map(({name, type}) => [name, plausible[type]]).filter(([, value]) => value !== undefined));
