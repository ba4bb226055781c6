/** The operations of a preview's OpenAPI document, as the console offers them. */
import type { Access } from "../../events.gen";
import { type Permitted, whoMay } from "../contract/words";

export interface Schema {
  $ref?: string;
  type?: string;
  format?: string;
  pattern?: string;
  enum?: unknown[];
  default?: unknown;
  example?: unknown;
  anyOf?: Schema[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  contentMediaType?: string;
  description?: string;
  /** The collection that a reference points to. */
  "x-references"?: string;
  "x-media-types"?: string[];
  "x-rules"?: Rule[];
}

/** Rules of a resource; of most kinds only the type is of use here. */
export interface Rule {
  type: string;
  earlier?: string;
  later?: string;
  first?: string;
  second?: string;
}

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema: Schema;
}

interface Told {
  tags?: string[];
  summary?: string;
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: Schema; example?: unknown }> };
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
  "x-access"?: Access;
}

export interface OpenApi {
  paths: Record<string, Record<string, Told>>;
  components?: { schemas?: Record<string, Schema> };
}

export interface Operation {
  /** `GET /books`: tells operations apart. */
  key: string;
  method: string;
  path: string;
  says: string;
  group: string;
  who: Permitted;
  parameters: Parameter[];
  body: { kind: "json" | "form"; schema: Schema; example: unknown } | null;
  /** What holds of its resource's rows. */
  rules: Rule[];
}

const METHODS = ["get", "post", "put", "patch", "delete"];
const OTHERS = "the API itself";

/** In the order of the document. */
export function operationsIn(document: OpenApi): Operation[] {
  const found: Operation[] = [];
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const told = item[method];
      if (told) found.push(operationOf(document, path, method.toUpperCase(), told));
    }
  }
  return found;
}

export interface Group {
  name: string;
  operations: Operation[];
}

/** By resource, in the order in which resources first come; the API's own at the end. */
export function grouped(operations: readonly Operation[]): Group[] {
  const groups = new Map<string, Operation[]>();
  for (const operation of operations) {
    const known = groups.get(operation.group);
    if (known) known.push(operation);
    else groups.set(operation.group, [operation]);
  }
  const all = [...groups].map(([name, inside]) => ({ name, operations: inside }));
  return [...all.filter(({ name }) => name !== OTHERS), ...all.filter(({ name }) => name === OTHERS)];
}

/** Those that hold every word of the search, in any case. */
export function searched(operations: readonly Operation[], words: string): readonly Operation[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return operations;
  return operations.filter(({ key, says, group }) => {
    const text = `${key} ${says} ${group}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

/** The schema behind a reference to a component. */
export function resolved(document: OpenApi, schema: Schema): Schema {
  const name = schema.$ref?.split("/").at(-1);
  return (name !== undefined && document.components?.schemas?.[name]) || schema;
}

function operationOf(document: OpenApi, path: string, method: string, told: Told): Operation {
  const content = Object.entries(told.requestBody?.content ?? {})[0];
  const body = content && {
    kind: content[0] === "multipart/form-data" ? ("form" as const) : ("json" as const),
    schema: resolved(document, content[1].schema),
    example: content[1].example,
  };
  return {
    key: `${method} ${path}`,
    method,
    path,
    says: told.summary ?? "",
    group: told.tags?.[0] ?? OTHERS,
    who: whoMay(told["x-access"]),
    parameters: (told.parameters ?? []).map((one) => ({ ...one, schema: resolved(document, one.schema) })),
    body: body ?? null,
    rules: rulesOf(document, told),
  };
}

/** They stand at the schema of the row that a success answers. */
function rulesOf(document: OpenApi, { responses }: Told): Rule[] {
  const success = responses["201"] ?? responses["200"];
  const schema = Object.values(success?.content ?? {})[0]?.schema;
  return (schema && resolved(document, schema)["x-rules"]) ?? [];
}
