/** The four steps of the header: a pure reading of the snapshot. */
import type { Snapshot } from "../../events.gen";
import { isRef } from "../../stream/types";
import { count } from "../../ui/format";
import { operationCount } from "../contract/operations";

export type Mark = "ahead" | "running" | "waiting" | "done" | "unproven" | "failed";

export interface TrackedStep {
  name: "Planning" | "Generating" | "Validating" | "Complete";
  mark: Mark;
  /** What is going on within the step, or an empty string. */
  detail: string;
}

const ORDER = { planning: 0, generating: 1, validating: 2, repairing: 2 } as const;

/** Where the run stands. Before one has begun every step lies ahead. */
export function track(snapshot: Snapshot | null): TrackedStep[] {
  const names = ["Planning", "Generating", "Validating", "Complete"] as const;
  if (!snapshot || snapshot.status === "queued") return names.map((name) => ({ name, mark: "ahead", detail: "" }));
  const { status } = snapshot;
  const reached = snapshot.steps.reduce((at, step) => Math.max(at, ORDER[step.step]), -1);
  const last = snapshot.versions.at(-1);
  const end: Mark = last?.verdict === "skipped" ? "unproven" : "done";
  return names.map((name, at) => {
    const detail = detailOf(name, snapshot);
    if (status === "complete") return { name, mark: at < 2 ? "done" : end, detail };
    if (at < reached) return { name, mark: "done", detail };
    if (at > reached) return { name, mark: "ahead", detail: "" };
    const over = status === "error" || status === "cancelled";
    // A run that waits for its user does no work meanwhile.
    const on: Mark = status === "waiting" ? "waiting" : "running";
    return { name, mark: over ? "failed" : on, detail };
  });
}

function detailOf(name: TrackedStep["name"], snapshot: Snapshot): string {
  if (name === "Planning") return planned(snapshot);
  if (name === "Generating") {
    const mine = snapshot.files.filter((file) => file.run === snapshot.run);
    if (mine.length === 0) return "";
    return `${mine.filter((file) => file.state === "complete").length} of ${count(mine.length, "file")}`;
  }
  if (name === "Validating") {
    const { checks } = snapshot;
    const repairing = snapshot.steps.at(-1);
    if (snapshot.status === "repairing" && repairing) return `Repair ${repairing.round}`;
    if (checks.length === 0) return "";
    return `${checks.filter((check) => check.verdict !== null).length} of ${count(checks.length, "check")}`;
  }
  if (snapshot.status !== "complete") return "";
  return snapshot.versions.at(-1)?.verdict === "skipped" ? "Not proven" : `Version ${snapshot.version}`;
}

function planned({ contract }: Snapshot): string {
  return contract && !isRef(contract) ? count(operationCount(contract), "operation") : "";
}
