// contract.mjs: requests made from an OpenAPI document: right ones as the schemas say, and wrong ones of each kind.

const text = (schema) => {
  if (schema.format === "password") return "Qwerty7!Qwerty7!".slice(0, Math.min(16, schema.maxLength));
  return "x".repeat(Math.max(schema.minLength ?? 1, 1));
};

// A value that the schema takes.
export function example(schema, name = "") {
  if (schema.enum) return schema.enum[0];
  if (schema.type === "boolean") return schema.const ?? false;
  if (schema.type === "integer") return schema.minimum ?? 1;
  if (schema.format === "money") return Number(schema["x-minimum"]) > 10 ? schema["x-minimum"] : "10.00";
  if (schema.format === "date") return schema["x-minimum"] ?? "2026-01-01";
  if (schema.format === "phone") return "+79160000000";
  const digits = /^\^\[0-9\]\{(\d+),/.exec(schema.pattern ?? "");
  if (digits) return "1".repeat(Math.max(Number(digits[1]), 1));
  if (schema.pattern) return "1"; // an id
  return name === "q" ? "x" : text(schema);
}

// What is not of the type: in JSON, and in a query, where everything is a text.
const otherType = (schema) => (schema.type === "string" ? {not: "a text"} : "not a number");
const inQuery = (schema) => (schema.type === "string" && !schema.format && !schema.pattern && !schema.enum ? undefined : "?!");

// A text that is too long or no choice, a number that is too large. undefined: no bound is told.
function beyond(schema) {
  if (schema.enum) return `${schema.enum[0]}?`;
  if (schema.type === "integer") return schema.maximum === undefined ? undefined : schema.maximum + 1;
  if (schema.format === "money") return "1".repeat(17);
  if (schema.maxLength !== undefined) return "x".repeat(schema.maxLength + 1);
  return schema.type === "string" ? "?!" : undefined;
}

export const bodySchema = ({requestBody}) => requestBody?.content["application/json"]?.schema;
const query = ({parameters = []}) => parameters.filter((each) => each.in === "query");

export const right = (operation) => ({
  body: bodySchema(operation) &&
    Object.fromEntries(Object.entries(bodySchema(operation).properties)
      .filter(([name]) => bodySchema(operation).required?.includes(name)).map(([name, each]) => [name, example(each, name)])),
  query: Object.fromEntries(query(operation).filter((each) => each.required).map(({name, schema}) => [name, example(schema, name)])),
});

// [{about, body, query}]
export function wrong(operation) {
  const good = right(operation), schema = bodySchema(operation), made = [];
  const add = (about, body) => made.push({about, body, query: {}});
  for (const [name, each] of Object.entries(schema?.properties ?? {})) {
    if (schema.required?.includes(name)) add(`without ${name}`, {...good.body, [name]: undefined});
    add(`${name} of another type`, {...good.body, [name]: otherType(each)});
    if (beyond(each) !== undefined) add(`${name} beyond its bounds`, {...good.body, [name]: beyond(each)});
  }
  if (schema && schema.additionalProperties === false) add("an unknown name", {...good.body, balance: "1000000.00"});
  if (operation["x-lenient"]) return made;
  for (const {name, schema: each} of query(operation))
    for (const value of [inQuery(each), beyond(each)].filter((value) => value !== undefined))
      made.push({about: `?${name}=${`${value}`.slice(0, 20)}`, query: {...good.query, [name]: value}});
  return made;
}
