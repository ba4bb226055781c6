/** A field in words: what it takes, whether it must be sent, and what else holds for it. */
import type { Contract, Field, NotMade } from "../../events.gen";
import { bytes } from "../../ui/format";
import { a, spaced } from "./words";

const INTEGER = { minimum: -2_147_483_648, maximum: 2_147_483_647 };
const DECIMAL = { minimum: "-9999999999.99", maximum: "9999999999.99" };

/** A field's kind and limits: `text, 1 to 200 characters`. An unknown kind is told by its name. */
export function kindOf({ kind }: Field): string {
  switch (kind.type) {
    case "text":
      return `text, ${kind.min_length ?? 1} to ${(kind.max_length ?? 200).toLocaleString("en")} characters`;
    case "integer":
      return `whole number${range(kind.minimum ?? INTEGER.minimum, kind.maximum ?? INTEGER.maximum, INTEGER)}`;
    case "decimal": {
      const bounds = range(kind.minimum ?? DECIMAL.minimum, kind.maximum ?? DECIMAL.maximum, DECIMAL);
      return `number with ${kind.places ?? 2} decimals${bounds}`;
    }
    case "boolean":
      return "true or false";
    case "date":
      return "date";
    case "timestamp":
      return "date and time";
    case "time":
      return "time of day";
    case "phone":
      return "phone number in E.164";
    case "uuid":
      return "UUID";
    case "email":
      return "e-mail address";
    case "url":
      return "web address";
    case "choice":
      return `one of ${kind.values.join(", ")}`;
    case "text_list":
      return `list of texts, at most ${kind.max_items ?? 50}`;
    case "reference":
      return `id of ${a(kind.resource)}`;
    case "references":
      return `ids, at most ${kind.max_items ?? 50}`;
    case "slug":
      return `words of the ${spaced(kind.source)} for an address`;
    case "code":
      return `${kind.length ?? 8} random letters and digits`;
    case "json":
      return `JSON object, at most ${bytes(kind.max_bytes ?? 65_536)}`;
    default:
      return String((kind as { type: string }).type);
  }
}

/** The resource to whose rows the field leads, if it does. */
export function leadsTo({ kind }: Field): string | null {
  return kind.type === "reference" || kind.type === "references" ? kind.resource : null;
}

/** What becomes of the row when the one that it points to is deleted; empty for other fields. */
export function fateOf({ kind }: Field): string {
  if (kind.type !== "reference") return "";
  const fates = {
    cascade: "deleted with it",
    restrict: "keeps it from being deleted",
    clear: "emptied when it is deleted",
  };
  return fates[kind.on_delete ?? "restrict"] ?? "";
}

/** Whether the field must be sent, and what stands in for it: `required`, `default: 0`. */
export function needOf(field: Field): string {
  if (isMade(field)) return "made by the server";
  const value = field.default ?? null;
  const stands = value === null ? "" : `default: ${typeof value === "string" ? value : JSON.stringify(value)}`;
  if (field.written === "never") return stands ? `set by the server, ${stands}` : "set by the server";
  if (field.required ?? true) return "required";
  return stands || "optional";
}

/** What else holds: `unique`, `only on creation`. */
export function marksOf(field: Field): string[] {
  const marks: string[] = [];
  if (field.unique || isMade(field)) marks.push("unique");
  if (field.written === "creation") marks.push("only on creation");
  if (field.written === "update") marks.push("only in updates");
  return marks;
}

/** What was asked for and is not made: from the contract with its address, then from the plan. */
export function notMadeOf(contract: Contract, planned: readonly string[]): { what: string; path: string | null }[] {
  const made: readonly NotMade[] = contract.not_made ?? [];
  const told = made.map(({ name, summary }) => ({ what: summary, path: `/not-made/${name}` }));
  const known = made.flatMap(({ name, summary }) => [summary.toLowerCase(), spaced(name), name]);
  const rest = planned.filter((words) => !known.some((one) => words.toLowerCase().includes(one)));
  return [...told, ...rest.map((what) => ({ what, path: null }))];
}

/** Whether the server alone sets it. */
export function isGiven(field: Field): boolean {
  return field.written === "never" || isMade(field);
}

function isMade({ kind }: Field): boolean {
  return kind.type === "slug" || kind.type === "code";
}

/** Bounds that are a column's own say nothing about the field. */
function range<N extends number | string>(low: N, high: N, column: { minimum: N; maximum: N }): string {
  if (low === column.minimum && high === column.maximum) return "";
  if (high === column.maximum) return `, at least ${low}`;
  return low === column.minimum ? `, at most ${high}` : `, ${low} to ${high}`;
}
