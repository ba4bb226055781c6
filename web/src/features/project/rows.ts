/** What the chat shows, in order: a pure reading of the snapshot. */
import { isRef } from "../../stream/types";
import { count, spending } from "../../ui/format";
import { operationCount } from "../contract/operations";
import type { ChatMessage, CheckState, Failure, Question, Ref, Snapshot, StepState, Version } from "../../events.gen";

export type RowState = "running" | "done" | "failed" | "unfinished";

export type Row =
  | { kind: "user"; key: string; text: string | Ref; place: number | null }
  | { kind: "assistant"; key: string; text: string | Ref }
  | { kind: "version"; key: string; version: Version }
  | { kind: "waiting"; key: string; ahead: number }
  | { kind: "step"; key: string; step: StepState["step"]; round: number; state: RowState; detail: string }
  | { kind: "notes"; key: string; notes: readonly string[]; notMade: readonly string[] }
  | { kind: "questions"; key: string; questions: readonly Question[] }
  | { kind: "plan"; key: string; question: Question }
  | { kind: "file"; key: string; path: string; state: RowState }
  | { kind: "check"; key: string; check: CheckState; over: boolean }
  | { kind: "success"; key: string; version: Version; checksPassed: number; spent: string; again: boolean }
  | { kind: "failure"; key: string; error: Failure; stands: boolean; spent: string }
  | { kind: "stopped"; key: string; why: string; kept: number; planned: number; unfinished: readonly string[]; spent: string };

type Status = Snapshot["status"];

const ON: ReadonlySet<Status> = new Set(["planning", "waiting", "generating", "validating", "repairing"]);

/** Whether a run is executing right now. */
export function isOn(status: string): boolean {
  return (ON as ReadonlySet<string>).has(status);
}

/** Whether a run is executing or waits for its turn. */
export function isBusy(status: string): boolean {
  return isOn(status) || status === "queued" || status === "initializing";
}

/**
 * The prompt first, then messages and earlier versions by time, the current run where it began,
 * and last what waits. A row keeps its key while it changes; a user's is the message's id. Its
 * place is the one in the queue, from 1, and null for what does not wait.
 */
export function rowsOf(snapshot: Snapshot): Row[] {
  const timed: { at: number; rows: Row[] }[] = [];
  if (snapshot.seq > 0) {
    timed.push({ at: 0, rows: [{ kind: "user", key: "prompt", text: snapshot.prompt, place: null }] });
  }
  for (const said of snapshot.messages) {
    const place = placeOf(said, snapshot);
    const at = isAboutPlan(said, snapshot) ? (snapshot.startedAt ?? said.ts) : said.ts;
    timed.push({ at: place === null ? at : LAST + place, rows: [messageRow(said, place)] });
  }
  const current = snapshot.status === "queued" ? null : snapshot.run;
  for (const version of snapshot.versions) {
    if (version.run === current) continue;
    // A message sent during the run belongs after it: it asks for the next one.
    const row: Row = { kind: "version", key: `v${version.version}`, version };
    timed.push({ at: version.ts - version.durationMs, rows: [row] });
  }
  const began = current === null ? null : snapshot.startedAt;
  timed.push({ at: began ?? LAST, rows: runRows(snapshot) });
  timed.sort((a, b) => a.at - b.at);
  return timed.flatMap((entry) => entry.rows);
}

/**
 * Whether the user said it while the run waited with questions or a plan, or was answered then:
 * it stands above the plan that it led to. The step that plans begins anew with each of these.
 */
function isAboutPlan({ role, ts }: ChatMessage, { startedAt, steps }: Snapshot): boolean {
  const planned = steps[0]?.startedAt ?? 0;
  if (startedAt === null || ts < startedAt || planned <= startedAt) return false;
  return role === "assistant" || ts <= planned;
}

/** Behind everything that has a time. */
const LAST = 1e15;

function placeOf(said: ChatMessage, { queue }: Snapshot): number | null {
  const at = queue.findIndex((run) => run.messageId === said.id);
  return at < 0 ? null : at + 1;
}

function messageRow({ role, id, text }: ChatMessage, place: number | null): Row {
  return role === "assistant" ? { kind: role, key: id, text } : { kind: role, key: id, text, place };
}

function runRows(snapshot: Snapshot): Row[] {
  if (snapshot.status === "queued") return waitingRows(snapshot);
  const rows: Row[] = [];
  const over = !isOn(snapshot.status);
  for (const step of snapshot.steps) {
    if (step.step === "generating") {
      rows.push(...fileRows(snapshot, over));
      continue;
    }
    rows.push(stepRow(step, snapshot));
    if (step.step === "planning") rows.push(...notesRows(snapshot), ...questionRows(snapshot));
    if (step.step === "validating" && step === lastOf(snapshot.steps, "validating")) {
      for (const check of snapshot.checks) {
        if (check.startedAt === null && check.verdict === null) continue;
        rows.push({ kind: "check", key: `check:${check.check}`, check, over });
      }
    }
  }
  rows.push(...endRows(snapshot));
  return rows;
}

/** What waits first, unless that is a follow-up: its own row says so. */
function waitingRows({ queue: [first] }: Snapshot): Row[] {
  if (first && first.messageId !== null) return [];
  return [{ kind: "waiting", key: "waiting", ahead: first?.position ?? 0 }];
}

function stepRow(step: StepState, snapshot: Snapshot): Row {
  const failed = step.step === "validating" && snapshot.checks.some((check) => check.verdict === "failed");
  const ended = failed ? "failed" : "unfinished";
  const state = { complete: "done", running: "running", unfinished: ended }[step.state] as RowState;
  const detail = step.step === "repairing" ? step.message : detailOf(step, snapshot);
  return {
    kind: "step",
    key: `step:${step.step}:${step.round}`,
    step: step.step,
    round: step.round,
    state,
    detail: state === "running" && step.step !== "repairing" ? triedAgain(step) : state === "unfinished" ? "Did not finish" : detail,
  };
}

function triedAgain({ retries = 0 }: StepState): string {
  if (retries === 0) return "";
  return retries === 1 ? "Tried again once" : `Tried again ${retries} times`;
}

function detailOf(step: StepState, { contract, checks }: Snapshot): string {
  if (step.step === "planning" && contract && !isRef(contract)) {
    return count(operationCount(contract), "operation");
  }
  if (step.step !== "validating" || checks.length === 0) return "";
  return `${checks.filter((check) => check.verdict === "passed").length} of ${checks.length} passed`;
}

function notesRows({ notes, operationsNotMade }: Snapshot): Row[] {
  if (notes.length + operationsNotMade.length === 0) return [];
  return [{ kind: "notes", key: "notes", notes, notMade: operationsNotMade }];
}

function questionRows({ status, questions }: Snapshot): Row[] {
  if (status !== "waiting") return [];
  const plan = questions.find((question) => question.about === "plan");
  // A plan that was changed waits anew, with nothing typed yet.
  if (plan) return [{ kind: "plan", key: plan.id, question: plan }];
  return [{ kind: "questions", key: "questions", questions }];
}

function fileRows(snapshot: Snapshot, over: boolean): Row[] {
  const rows: Row[] = [];
  for (const file of snapshot.files) {
    if (file.run !== snapshot.run || file.state === "planned") continue;
    const written = file.state === "complete";
    const state = written ? "done" : file.state === "partial" || over ? "unfinished" : "running";
    rows.push({ kind: "file", key: `file:${file.path}`, path: file.path, state });
  }
  return rows;
}

function endRows(snapshot: Snapshot): Row[] {
  const spent = spending(snapshot.usage);
  if (snapshot.status === "complete") {
    const version = snapshot.versions.at(-1);
    if (!version) return [];
    const checksPassed = snapshot.checks.filter((check) => check.verdict === "passed").length;
    // Where nothing was planned, it was there before: it was checked again.
    const again = snapshot.steps.length > 0 && !snapshot.steps.some(({ step }) => step === "planning");
    return [{ kind: "success", key: `v${version.version}`, version, checksPassed, spent, again }];
  }
  if (snapshot.status === "error" && snapshot.error) {
    return [{ kind: "failure", key: "failure", error: snapshot.error, stands: snapshot.version !== null, spent }];
  }
  if (snapshot.status !== "cancelled") return [];
  const mine = snapshot.files.filter((file) => file.run === snapshot.run);
  return [
    {
      kind: "stopped",
      key: "stopped",
      why: snapshot.stoppedBy || "Stopped",
      kept: mine.filter((file) => file.state === "complete").length,
      planned: mine.length,
      unfinished: mine.filter((file) => file.state === "partial").map((file) => file.path),
      spent,
    },
  ];
}

function lastOf(steps: readonly StepState[], name: StepState["step"]): StepState | undefined {
  return steps.filter((step) => step.step === name).at(-1);
}
