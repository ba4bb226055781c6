/** The contract in words: what a field takes, and which operations a resource has. */
import type { Contract, Field, Resource } from "../../events.gen";

export interface Operation {
  method: "GET" | "POST" | "PATCH" | "DELETE";
  path: string;
  says: string;
}

type Action = NonNullable<Resource["actions"]>[number];

const CRUD: readonly Action[] = ["list", "create", "read", "update", "delete"];
const INTEGER = { minimum: -2_147_483_648, maximum: 2_147_483_647 };
const DECIMAL = { minimum: "-9999999999.99", maximum: "9999999999.99" };

export function operationsOf(resource: Resource): Operation[] {
  const collection = `/${resource.plural.replaceAll("_", "-")}`;
  const one = `${collection}/{id}`;
  const [name, names] = [resource.name.replaceAll("_", " "), resource.plural.replaceAll("_", " ")];
  const all: Record<Action, Operation> = {
    list: { method: "GET", path: collection, says: `List ${names}, by page, sorted as asked` },
    create: { method: "POST", path: collection, says: `Add a ${name}` },
    read: { method: "GET", path: one, says: `Read one ${name}` },
    update: { method: "PATCH", path: one, says: `Change a ${name}` },
    delete: { method: "DELETE", path: one, says: `Remove a ${name}` },
  };
  return (resource.actions ?? CRUD).map((action) => all[action]).filter(Boolean);
}

export function operationCount(contract: Contract): number {
  return contract.resources.reduce((sum, resource) => sum + (resource.actions ?? CRUD).length, 0);
}

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
    case "email":
      return "e-mail address";
    case "url":
      return "web address";
    case "choice":
      return `one of ${kind.values.join(", ")}`;
    case "text_list":
      return `list of texts, at most ${kind.max_items ?? 50}`;
    default:
      return String((kind as { type: string }).type);
  }
}

/** Whether the field must be sent, and what stands in for it: `required`, `default: 0`. */
export function needOf(field: Field): string {
  if (field.required ?? true) return "required";
  const value = field.default ?? null;
  return value === null ? "optional" : `default: ${typeof value === "string" ? value : JSON.stringify(value)}`;
}

/** Bounds that are a column's own say nothing about the field. */
function range<N extends number | string>(low: N, high: N, column: { minimum: N; maximum: N }): string {
  if (low === column.minimum && high === column.maximum) return "";
  if (high === column.maximum) return `, at least ${low}`;
  return low === column.minimum ? `, at most ${high}` : `, ${low} to ${high}`;
}
