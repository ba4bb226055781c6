/** A check's state and its evidence, ready to be shown. */
import type { CheckState } from "../../events.gen";

export type CheckMark = "waiting" | "running" | "passed" | "failed" | "skipped" | "unfinished";

export function stateOf(check: CheckState, over: boolean): CheckMark {
  if (check.verdict !== null) return check.verdict;
  if (over) return "unfinished";
  return check.startedAt === null ? "waiting" : "running";
}

export interface Evidence {
  name: string;
  text: string;
}

/** Each entry by its name, the command that reproduces it first; empty ones are left out. */
export function evidenceOf(evidence: unknown): Evidence[] {
  if (typeof evidence !== "object" || evidence === null) return [];
  return Object.entries(evidence)
    .filter(([, value]) => value !== null && value !== "" && !(Array.isArray(value) && value.length === 0))
    .sort(([a], [b]) => Number(b === "curl") - Number(a === "curl"))
    .map(([name, value]) => ({ name: name.replaceAll("_", " "), text: textOf(value) }));
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value) && value.every((one) => typeof one === "string")) return value.join("\n");
  return JSON.stringify(value, null, 2);
}
