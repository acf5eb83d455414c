// answers.mjs: what operations answer, learnt from answers themselves. src/openapi/answers.json keeps it, the program
// puts it into its OpenAPI document, test/interface/openapi.test.mjs holds answers against it.
//
// To learn what is new (it only widens what is there; begin with {} to learn anew):
//   KABINET_ANSWERS=/tmp/answers node --test test/interface/openapi.test.mjs …      writes down what was answered
//   node test/support/answers.mjs CONFIG /tmp/answers                               puts it into answers.json

import {appendFileSync, readFileSync, writeFileSync} from "node:fs";
import {fileURLToPath} from "node:url";

import {routesOf} from "./attacks.mjs";

export const file = fileURLToPath(new URL("../../src/openapi/answers.json", import.meta.url));

// Called for every JSON program's request of a test when KABINET_ANSWERS names a file.
export function record(method, path, answer) {
  const type = answer.headers.get("Content-Type")?.split(";")[0] ?? null;
  const line = {method, path: path.split("?")[0], status: answer.status, type};
  if (answer.status < 400 && type === "application/json") line.body = answer.body;
  appendFileSync(process.env.KABINET_ANSWERS, `${JSON.stringify(line)}\n`);
}

// ---- schemas ----

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/, DATE = /^\d{4}-\d\d-\d\d$/;

export function learn(value) {
  if (value === null) return {type: ["null"]};
  if (Array.isArray(value)) {
    const items = value.map(learn).reduce((all, each) => (all ? merge(all, each) : each), undefined);
    return {type: ["array"], ...(items ? {items} : {})};
  }
  if (typeof value === "object") {
    const names = Object.keys(value).sort();
    return {type: ["object"], properties: Object.fromEntries(names.map((name) => [name, learn(value[name])])), required: names};
  }
  if (typeof value === "string") {
    const format = MOMENT.test(value) ? "date-time" : DATE.test(value) ? "date" : undefined;
    return {type: ["string"], ...(format ? {format} : {})};
  }
  return {type: [Number.isInteger(value) ? "integer" : typeof value]};
}

// What both describe. A format only while every text seen had it.
export function merge(one, other) {
  const merged = {type: [...new Set([...one.type, ...other.type])].sort()};
  const texts = [one, other].filter(({type}) => type.includes("string"));
  if (texts.length > 0 && texts.every(({format}) => format && format === texts[0].format)) merged.format = texts[0].format;
  if (one.items || other.items) merged.items = one.items && other.items ? merge(one.items, other.items) : one.items ?? other.items;
  const objects = [one, other].filter(({type}) => type.includes("object"));
  if (objects.length === 0) return merged;
  const names = [...new Set(objects.flatMap(({properties}) => Object.keys(properties)))].sort();
  merged.properties = Object.fromEntries(names.map((name) => {
    const seen = objects.map(({properties}) => properties[name]).filter(Boolean);
    return [name, seen.length === 2 ? merge(...seen) : seen[0]];
  }));
  merged.required = names.filter((name) => objects.every(({required}) => required.includes(name)));
  return merged;
}

// As it is written down: one type alone needs no list. And back.
const plain = (schema) => ({
  type: schema.type.length === 1 ? schema.type[0] : schema.type,
  ...(schema.format ? {format: schema.format} : {}),
  ...(schema.type.includes("array") ? {items: schema.items ? plain(schema.items) : {}} : {}), // {}: no list had one
  ...(schema.properties
    ? {properties: Object.fromEntries(Object.entries(schema.properties).map(([name, each]) => [name, plain(each)]))} : {}),
  ...(schema.required?.length ? {required: schema.required} : {}),
});
const wide = (schema) => ({
  ...schema, type: [schema.type].flat(),
  ...(schema.items ? {items: schema.items.type ? wide(schema.items) : undefined} : {}),
  ...(schema.properties
    ? {properties: Object.fromEntries(Object.entries(schema.properties).map(([name, each]) => [name, wide(each)])),
       required: schema.required ?? []} : {}),
});

// Members of an answer that its schema does not name.
export function undescribed(schema, value, path = "") {
  if (Array.isArray(value)) return value.flatMap((each) => undescribed(schema?.items ?? {}, each, `${path}[]`));
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const known = schema?.properties?.[name];
    return known ? undescribed(known, inner, `${path}.${name}`) : [`${path}.${name}`];
  });
}

// ---- which operation a path is of ----

// Literal parts before parameters, as the router does.
export function finder(routes) {
  const found = routes.map(({method, path}) => ({
    method, path, literal: path.split("/").map((part) => (part.startsWith("{") ? 1 : 0)).join(""),
    pattern: new RegExp(`^${path.replace(/[.]/g, "\\.").replace(/\{\w+\}/g, "[^/]+")}$`),
  })).sort((a, b) => (a.literal < b.literal ? -1 : 1));
  return (method, path) => found.find((each) => each.method === method && each.pattern.test(path));
}

function learnFrom(lines, routes, known) {
  const find = finder(routes);
  for (const {method, path, status, type, body} of lines) {
    const route = find(method, path);
    if (!route || status === 500) continue;
    const operation = (known[`${route.method} ${route.path}`] ??= {});
    const before = operation[status];
    if (before && before.schema && body === undefined) continue;
    operation[status] = {...(type ? {type} : {})};
    if (body === undefined || route.path === "/openapi.json") continue;
    const seen = learn(body);
    operation[status].schema = plain(before?.schema ? merge(wide(before.schema), seen) : seen);
  }
  return known;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , configuration, ...records] = process.argv;
  const known = JSON.parse(readFileSync(file, "utf8"));
  for (const each of records)
    learnFrom(readFileSync(each, "utf8").trim().split("\n").map((line) => JSON.parse(line)), routesOf({configuration}), known);
  // An answer a line, so that a change is seen.
  const lines = (answers) => Object.entries(answers).map(([status, each]) => `  "${status}": ${JSON.stringify(each)}`).join(",\n");
  const operations = Object.entries(known).sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, answers]) => ` ${JSON.stringify(name)}: {\n${lines(answers)}\n }`);
  writeFileSync(file, `{\n${operations.join(",\n")}\n}\n`);
}
