/** Which rows an answer shows to be there, so that the next request can name them. */
import type { Answer } from "./answer";
import type { Operation } from "./document";

/** Pairs of a collection and the id of a row in it: the one that was answered, or the first listed. */
export function rowsIn({ path, method }: Operation, { status, body }: Answer): [string, number][] {
  if (status < 200 || status > 299 || body.kind !== "text" || !body.json || method === "DELETE") return [];
  const collection = path.split("/").filter((part) => part && !part.startsWith("{")).at(-1);
  if (collection === undefined || path.startsWith("/auth/")) return [];
  const told: unknown = JSON.parse(body.text);
  const list = Array.isArray(told) ? told : isObject(told) && Array.isArray(told["items"]) ? told["items"] : [told];
  const row: unknown = list[0];
  const id = isObject(row) ? row["id"] : undefined;
  return typeof id === "number" ? [[collection, id]] : [];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
