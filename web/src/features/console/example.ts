/** A filled-in request for an operation: valid by its schemas, with rows that are known to be there. */
import { type OpenApi, type Operation, resolved, type Schema } from "./document";

/** The id of the row that was seen last in a collection (`books`), if any was. */
export type Known = (collection: string) => number | undefined;

export const PASSWORD = "Quiet-river-1-stone";
const DAY_MS = 86_400_000;
const MOMENT = Date.UTC(2031, 0, 6, 9);
const DEEPEST = 5;

/** What the body holds: what must be sent, and what may be where `all` is asked for. */
export function exampleBody(document: OpenApi, operation: Operation, known: Known): Record<string, unknown> {
  const { body } = operation;
  if (body === null) return {};
  if (isObject(body.example)) return body.example;
  const { properties = {}, required = [] } = body.schema;
  // An update needs nothing: the first property that can be written shows how it goes.
  const names = required.length > 0 ? required : Object.keys(properties).slice(0, 1);
  const made: Record<string, unknown> = {};
  for (const [at, name] of names.entries()) {
    const schema = properties[name];
    if (schema && !isFile(schema)) made[name] = exampleOf(document, schema, name, known, at);
  }
  return keptTo(operation, made, properties);
}

/** A value that the schema allows. */
export function exampleOf(
  document: OpenApi,
  given: Schema,
  name: string,
  known: Known,
  at = 0,
  depth = 0,
): unknown {
  const schema = resolved(document, given);
  if (schema.example !== undefined) return schema.example;
  if (schema.default !== undefined && schema.default !== null) return schema.default;
  if (schema.enum) return schema.enum[0] ?? null;
  if (schema.anyOf) return exampleOf(document, schema.anyOf[0] ?? {}, name, known, at, depth + 1);
  switch (schema.type) {
    case "string":
      return textOf(schema, name, at);
    case "integer":
    case "number": {
      const collection = schema["x-references"];
      return (collection && known(collection)) ?? within(schema, collection ? 1 : 10);
    }
    case "boolean":
      return true;
    case "array": {
      const collection = schema["x-references"];
      const row = collection ? known(collection) : undefined;
      if (collection) return row === undefined ? [] : [row];
      return schema.items ? [exampleOf(document, schema.items, name, known, at, depth + 1)] : [];
    }
    case "object": {
      const made: Record<string, unknown> = {};
      const required = new Set(schema.required ?? []);
      const inner = Object.entries(schema.properties ?? {}).filter(([one]) => required.has(one));
      if (depth < DEEPEST) {
        for (const [nth, [one, part]] of inner.entries()) {
          made[one] = exampleOf(document, part, one, known, nth, depth + 1);
        }
      }
      return made;
    }
    default:
      return null;
  }
}

/** The collection whose rows a part of a path names: `books` for `/books/{book_id}`. */
export function collectionBefore(path: string, parameter: string): string {
  const parts = path.split("/").filter(Boolean);
  const at = parts.indexOf(`{${parameter}}`);
  return at > 0 ? parts[at - 1]! : "";
}

export function isFile(schema: Schema): boolean {
  return schema.contentMediaType !== undefined;
}

function textOf(schema: Schema, name: string, at: number): string {
  const day = new Date(MOMENT + at * DAY_MS).toISOString();
  switch (schema.format) {
    case "date":
      return day.slice(0, 10);
    case "date-time":
      return `${day.slice(0, 19)}Z`;
    case "email":
      return "ada@example.com";
    case "uri":
      return "https://example.com/";
    case "time-local":
      return `${String(9 + (at % 12)).padStart(2, "0")}:00:00`;
    case "uuid":
      return "01890a5d-ac96-774b-bcce-000000000001";
  }
  if (schema.pattern !== undefined) {
    const matches = new RegExp(schema.pattern);
    const found = ["+4930123456", "000001", "x1", "a"].find((text) => matches.test(text));
    if (found !== undefined) return found;
  }
  const words = name.includes("password") ? PASSWORD : `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  return fitted(words.replaceAll("_", " "), schema);
}

function fitted(words: string, { minLength = 0, maxLength = Infinity }: Schema): string {
  return words.padEnd(minLength, "x").slice(0, maxLength);
}

function within({ minimum = -Infinity, maximum = Infinity }: Schema, wished: number): number {
  return Math.min(Math.max(wished, minimum), maximum);
}

/** Rules between values that no schema can say. */
function keptTo(
  { rules }: Operation,
  made: Record<string, unknown>,
  properties: Record<string, Schema>,
): Record<string, unknown> {
  for (const { type, earlier = "", later = "", first = "", second = "" } of rules) {
    if (type === "ordered" && earlier in made && later in made) {
      made[later] = after(made[earlier], properties[later] ?? {});
    }
    const [one, other] = [made[first], made[second]];
    if (type === "different" && typeof one === "number" && one === other) {
      made[second] = one === 1 ? 2 : one - 1;
    }
  }
  return made;
}

/** A value of the same kind, some way on. */
function after(value: unknown, { format }: Schema): unknown {
  if (typeof value === "number") return value + 1;
  if (typeof value !== "string") return value;
  if (format === "time-local") return "22:00:00";
  const next = new Date(Date.parse(value) + 3 * DAY_MS).toISOString();
  return format === "date" ? next.slice(0, 10) : `${next.slice(0, 19)}Z`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
