/** One request to an API as it stands in the form, its address, and the curl line that repeats it. */
import type { OpenApi, Operation } from "./document";
import { collectionBefore, exampleBody, exampleOf, isFile, type Known } from "./example";

/** What the form holds. Parameters are keyed by place and name: `path book_id`. */
export interface Draft {
  key: string;
  parameters: Record<string, string>;
  /** The text that is sent as JSON; empty where the operation takes none. */
  body: string;
  /** The fields of an upload, and its files. */
  fields: Record<string, string>;
  files: Record<string, File>;
}

export const placeOf = ({ in: place, name }: { in: string; name: string }): string => `${place} ${name}`;

/** All that must be sent, filled in. */
export function draftOf(document: OpenApi, operation: Operation, known: Known): Draft {
  const parameters: Record<string, string> = {};
  for (const parameter of operation.parameters) {
    if (!parameter.required) continue;
    const row = known(collectionBefore(operation.path, parameter.name));
    const value =
      parameter.in === "path" && parameter.schema.type === "integer"
        ? (row ?? 1)
        : exampleOf(document, parameter.schema, parameter.name, known);
    parameters[placeOf(parameter)] = String(value ?? "");
  }
  const body = exampleBody(document, operation, known);
  const form = operation.body?.kind === "form";
  const fields = form ? Object.entries(body).map(([name, value]) => [name, String(value)]) : [];
  return {
    key: operation.key,
    parameters,
    body: operation.body?.kind === "json" ? JSON.stringify(body, null, 2) : "",
    fields: Object.fromEntries(fields) as Record<string, string>,
    files: {},
  };
}

/** The address below `base`, which ends in a slash. Empty values of the query are left out. */
export function addressOf(base: string, operation: Operation, draft: Draft): string {
  let path = operation.path.replace(/^\//, "");
  const query = new URLSearchParams();
  for (const parameter of operation.parameters) {
    const value = draft.parameters[placeOf(parameter)] ?? "";
    if (parameter.in === "path") path = path.replace(`{${parameter.name}}`, encodeURIComponent(value));
    else if (parameter.in === "query" && value !== "") query.append(parameter.name, value);
  }
  const asked = query.toString();
  return base + path + (asked && `?${asked}`);
}

/** What stops it from being sent, in words; null where nothing does. */
export function missingIn(operation: Operation, draft: Draft): string | null {
  for (const parameter of operation.parameters) {
    const value = draft.parameters[placeOf(parameter)] ?? "";
    if (parameter.in === "path" && value === "") return `Fill in ${parameter.name}: it is a part of the address.`;
    if (parameter.in === "path" && /^\.{1,2}$/.test(value)) return `${parameter.name} cannot be ${value}.`;
  }
  return null;
}

/** Why the text is no JSON, null where it is. */
export function faultIn(text: string): string | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : "It is no JSON.";
  }
}

/** Headers that the form itself sets; the browser adds the type of an upload. */
export function headersOf(operation: Operation, draft: Draft, token: string | null): Record<string, string> {
  const headers: Record<string, string> = {};
  if (token !== null) headers["Authorization"] = `Bearer ${token}`;
  if (operation.body?.kind === "json") headers["Content-Type"] = "application/json";
  for (const parameter of operation.parameters) {
    const value = draft.parameters[placeOf(parameter)] ?? "";
    // A header holds bytes; what is none of them would make the browser refuse the request.
    if (parameter.in === "header" && value !== "") headers[parameter.name] = value.replace(/[^\t\x20-\x7e]/g, "?");
  }
  return headers;
}

export function bodyOf(operation: Operation, draft: Draft): BodyInit | null {
  if (operation.body === null) return null;
  if (operation.body.kind === "json") return draft.body;
  const form = new FormData();
  for (const [name, schema] of Object.entries(operation.body.schema.properties ?? {})) {
    const file = draft.files[name];
    const text = draft.fields[name] ?? "";
    if (isFile(schema)) {
      if (file) form.append(name, file);
    } else if (text !== "") form.append(name, text);
  }
  return form;
}

/**
 * A line for a shell that sends the same request. Where the server wants its own token, words
 * stand in its place; files are looked for in the current folder.
 */
export function curlOf(
  url: string,
  operation: Operation,
  draft: Draft,
  { token, guarded }: { token: string | null; guarded: boolean },
): string {
  const parts = ["curl", "-sS", "-i"];
  if (operation.method !== "GET") parts.push("-X", operation.method);
  parts.push(quoted(url));
  for (const [name, value] of Object.entries(headersOf(operation, draft, token))) {
    parts.push("-H", quoted(`${name}: ${value}`));
  }
  if (guarded) parts.push("-H", quoted("X-Smart-Forge-Token: THE TOKEN OF YOUR SMART FORGE SERVER"));
  if (operation.body?.kind === "json") parts.push("--data-binary", quoted(draft.body));
  if (operation.body?.kind === "form") {
    for (const [name, schema] of Object.entries(operation.body.schema.properties ?? {})) {
      const text = draft.fields[name] ?? "";
      if (isFile(schema)) {
        const file = draft.files[name];
        const type = file?.type ? `;type=${file.type}` : "";
        parts.push("-F", quoted(`${name}=@"${escaped(file?.name ?? "your-file")}"${type}`));
      } else if (text !== "") parts.push("--form-string", quoted(`${name}=${text}`));
    }
  }
  return parts.join(" ");
}

/** For a POSIX shell: nothing within single quotes means anything. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Within the double quotes of curl's own -F. */
function escaped(name: string): string {
  return name.replaceAll("\\", "\\\\").replaceAll('"', '\\"');
}
