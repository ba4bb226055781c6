/** The four steps of the header: a pure reading of the snapshot. */
import type { Snapshot } from "../../events.gen";
import { count } from "../../ui/format";

export type Mark = "ahead" | "running" | "done" | "unproven" | "failed";

export interface TrackedStep {
  name: "Planning" | "Generating" | "Validating" | "Complete";
  mark: Mark;
  /** What is going on within the step, or an empty string. */
  detail: string;
}

const ORDER = { planning: 0, generating: 1, validating: 2, repairing: 2 } as const;

/** Where the run stands; `idle` and `initializing` are a run whose every step lies ahead. */
export function track(snapshot: Snapshot | null): TrackedStep[] {
  const names = ["Planning", "Generating", "Validating", "Complete"] as const;
  if (!snapshot) return names.map((name) => ({ name, mark: "ahead", detail: "" }));
  const { status } = snapshot;
  const reached = snapshot.steps.reduce((at, step) => Math.max(at, ORDER[step.step]), -1);
  const last = snapshot.versions.at(-1);
  const end: Mark = last?.verdict === "skipped" ? "unproven" : "done";
  return names.map((name, at) => {
    const detail = detailOf(name, snapshot);
    if (status === "complete") return { name, mark: at < 2 ? "done" : end, detail };
    if (at < reached) return { name, mark: "done", detail };
    if (at > reached || status === "queued") return { name, mark: "ahead", detail: "" };
    const over = status === "error" || status === "cancelled";
    return { name, mark: over ? "failed" : "running", detail };
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
  if (!contract || !("resources" in contract)) return "";
  const operations = contract.resources.reduce((sum, one) => sum + (one.actions?.length ?? 5), 0);
  return count(operations, "operation");
}
