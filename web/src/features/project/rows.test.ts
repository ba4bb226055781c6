import { expect, test } from "vitest";
import type { CheckState, FileState, Snapshot, StepState, Version } from "../../events.gen";
import { rowsOf } from "./rows";
import { track } from "./tracker";

const EMPTY: Snapshot = {
  id: "p",
  title: "Books",
  prompt: "A book API",
  target: "fastapi",
  model: null,
  status: "planning",
  progress: 1,
  seq: 5,
  run: "r1",
  version: null,
  versions: [],
  queue: [],
  steps: [],
  files: [],
  messages: [],
  questions: [],
  contract: null,
  origins: null,
  notes: [],
  operationsNotMade: [],
  checks: [],
  usage: { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0, cost: "0" },
  error: null,
  createdAt: 1000,
  startedAt: 2000,
  endedAt: null,
  ended: null,
  stoppedBy: null,
  deleted: false,
};

const step = (name: StepState["step"], state: StepState["state"], round = 0): StepState => ({
  step: name,
  round,
  state,
  message: `about ${name}`,
  startedAt: 2000,
  durationMs: state === "complete" ? 10 : null,
});

const file = (path: string, state: FileState["state"], run = "r1"): FileState => ({
  path,
  state,
  author: "compiled",
  attempt: 1,
  size: 3,
  sha256: null,
  binary: false,
  purpose: null,
  run,
});

const check = (verdict: CheckState["verdict"], startedAt: number | null = 1): CheckState => ({
  check: "tests",
  required: true,
  round: 0,
  startedAt,
  verdict,
  summary: "",
  evidence: {},
  durationMs: null,
});

const version = (number: number, run: string, ts: number, verdict: Version["verdict"] = "passed"): Version => ({
  version: number,
  run,
  ts,
  summary: "",
  verdict,
  fileCount: 2,
  operationCount: 5,
  skippedChecks: [],
  durationMs: 500,
});

/** Each row as `kind:what:state`, for short. */
function shown(changes: Partial<Snapshot>): string[] {
  return rowsOf({ ...EMPTY, ...changes }).map((row) => {
    if (row.kind === "step") return `${row.step}:${row.state}`;
    if (row.kind === "file") return `${row.path}:${row.state}`;
    if (row.kind === "user") return `user:${row.key}${row.place === null ? "" : `:${row.place}`}`;
    return row.kind === "version" ? row.key : row.kind;
  });
}

test("a run tells its steps and files in order, planned files not yet", () => {
  expect(
    shown({
      status: "generating",
      steps: [step("planning", "complete"), step("generating", "running")],
      notes: ["Understood books."],
      files: [file("a.py", "complete"), file("b.py", "writing"), file("c.py", "planned")],
    }),
  ).toEqual(["user:prompt", "planning:done", "notes", "a.py:done", "b.py:running"]);
});

test("a step that is on says how often it was tried again", () => {
  const detail = (retries: number, state: StepState["state"] = "running") =>
    rowsOf({ ...EMPTY, status: "planning", steps: [{ ...step("planning", state), retries }] }).flatMap((row) =>
      row.kind === "step" ? [row.detail] : [],
    );
  expect(detail(0)).toEqual([""]);
  expect(detail(1)).toEqual(["Tried again once"]);
  expect(detail(2)).toEqual(["Tried again 2 times"]);
  expect(detail(2, "unfinished")).toEqual(["Did not finish"]);
});

test("a stopped run says what did not finish", () => {
  expect(
    shown({
      status: "cancelled",
      steps: [step("planning", "complete"), step("generating", "unfinished")],
      files: [file("a.py", "complete"), file("b.py", "partial")],
    }),
  ).toEqual(["user:prompt", "planning:done", "a.py:done", "b.py:unfinished", "stopped"]);
});

test("a failed check makes validation failed, not unfinished, and the failure comes last", () => {
  const error = { code: "checks_failed", message: "m", hint: "h", retryable: true };
  expect(
    shown({ status: "error", error, steps: [step("validating", "unfinished")], checks: [check("failed")] }),
  ).toEqual(["user:prompt", "validating:failed", "check", "failure"]);
});

test("a failure says whether there is a version that it left as it was", () => {
  const error = { code: "prompt_unclear", message: "m", hint: "h", retryable: true };
  const stands = (version: number | null) =>
    rowsOf({ ...EMPTY, status: "error", error, version }).flatMap((row) => (row.kind === "failure" ? [row.stands] : []));
  expect(stands(2)).toEqual([true]);
  expect(stands(null)).toEqual([false]);
});

test("checks are listed once they have begun", () => {
  expect(shown({ status: "validating", steps: [step("validating", "running")], checks: [check(null, null)] })).toEqual([
    "user:prompt",
    "validating:running",
  ]);
});

test("earlier versions stand as chips before the messages that came after they were begun", () => {
  const messages = [
    { id: "m1", role: "user" as const, text: "more", ts: 1800 },
    { id: "m2", role: "user" as const, text: "even more", ts: 2500 },
  ];
  const queue = [{ messageId: "m2", position: 1, run: "r3" }];
  expect(
    shown({
      run: "r2",
      steps: [step("planning", "running")],
      versions: [version(1, "r1", 2100)],
      messages,
      queue,
    }),
  ).toEqual(["user:prompt", "v1", "user:m1", "planning:running", "user:m2:1"]);
});

test("a run that waits shows what it asks, and its answers stand above what they led to", () => {
  const questions = [{ id: "q1", text: "Who may read?", choices: [] }];
  const waiting = shown({ status: "waiting", steps: [step("planning", "running")], questions });
  expect(waiting).toEqual(["user:prompt", "planning:running", "questions"]);
  const again = { ...step("planning", "running"), startedAt: 2500 };
  const messages = [{ id: "m1", role: "user" as const, text: "Who may read? All.", ts: 2500 }];
  expect(shown({ startedAt: 2000, steps: [again], messages })).toEqual(["user:prompt", "user:m1", "planning:running"]);
});

test("a plan that waits is a card of its own, below all that was said of it", () => {
  const question = { id: "plan-2-r1", text: "Make this plan?", choices: ["Approve", "Reject"], about: "plan" as const };
  const steps = [{ ...step("planning", "complete"), startedAt: 2700 }];
  const chat = (id: string, role: "user" | "assistant", ts: number) => ({ id, role, text: id, ts });
  const messages = [
    chat("wish", "user", 2500),
    chat("done", "assistant", 2501),
    chat("again", "user", 2700),
    chat("refused", "assistant", 2701),
    chat("later", "user", 2900),
  ];
  const queue = [queued("later")];
  expect(shown({ status: "waiting", startedAt: 2000, steps, messages, questions: [question], queue })).toEqual([
    "user:prompt",
    "user:wish",
    "assistant",
    "user:again",
    "assistant",
    "planning:done",
    "plan",
    "user:later:1",
  ]);
});

test("while the next run waits, the last one is history", () => {
  const versions = [version(1, "r1", 2600)];
  const steps = [step("planning", "complete")];
  expect(shown({ status: "queued", versions, steps })).toEqual(["user:prompt", "v1", "waiting"]);
});

const said = (id: string, ts: number) => ({ id, role: "user" as const, text: id, ts });
const queued = (messageId: string | null) => ({ messageId, position: 0, run: `run of ${messageId}` });

test("what waits stands last, in the order of the queue, however long ago it was said", () => {
  expect(
    shown({
      startedAt: 2000,
      steps: [step("planning", "running")],
      messages: [said("m1", 1700), said("m2", 1800), said("m3", 1900)],
      queue: [queued("m2"), queued("m3")],
    }),
  ).toEqual(["user:prompt", "user:m1", "planning:running", "user:m2:1", "user:m3:2"]);
});

test("a follow-up that waits while nothing is on says so itself", () => {
  const messages = [said("m1", 3000)];
  expect(shown({ status: "queued", messages, queue: [queued("m1")] })).toEqual(["user:prompt", "user:m1:1"]);
  expect(shown({ status: "queued", messages, queue: [queued(null), queued("m1")] })).toEqual([
    "user:prompt",
    "waiting",
    "user:m1:2",
  ]);
});

test("between two runs the next follow-up still waits", () => {
  const versions = [version(1, "r1", 2600)];
  const rows = shown({ status: "complete", versions, messages: [said("m1", 2500)], queue: [queued("m1")] });
  expect(rows).toEqual(["user:prompt", "success", "user:m1:1"]);
});

test("a version that was checked again says so", () => {
  const versions = [version(1, "r2", 3000)];
  const ended = { ...EMPTY, status: "complete" as const, run: "r2", versions };
  const validated = rowsOf({ ...ended, steps: [step("validating", "complete")] });
  expect(validated.at(-1)).toMatchObject({ kind: "success", again: true });
  const made = rowsOf({ ...ended, steps: [step("planning", "complete"), step("validating", "complete")] });
  expect(made.at(-1)).toMatchObject({ kind: "success", again: false });
});

test("a complete run ends with its success", () => {
  const rows = rowsOf({ ...EMPTY, status: "complete", versions: [version(1, "r1", 3000)], checks: [check("passed")] });
  expect(rows.at(-1)).toMatchObject({ kind: "success", checksPassed: 1 });
});

test("nothing is told of a project without events", () => {
  expect(shown({ seq: 0, status: "queued" })).toEqual(["waiting"]);
});

const marks = (changes: Partial<Snapshot>) => track({ ...EMPTY, ...changes }).map(({ mark }) => mark);

test("the tracker shows repairing as part of validating", () => {
  const steps = [step("planning", "complete"), step("generating", "complete"), step("repairing", "running", 1)];
  expect(marks({ status: "repairing", steps })).toEqual(["done", "done", "running", "ahead"]);
  expect(track({ ...EMPTY, status: "repairing", steps })[2]?.detail).toBe("Repair 1");
});

test("the tracker marks where a run ended early", () => {
  const steps = [step("planning", "complete"), step("generating", "unfinished")];
  expect(marks({ status: "cancelled", steps })).toEqual(["done", "failed", "ahead", "ahead"]);
});

test("the tracker says what was not proven", () => {
  const steps = [step("planning", "complete"), step("generating", "complete"), step("validating", "complete")];
  const versions = [version(1, "r1", 3000, "skipped")];
  expect(marks({ status: "complete", steps, versions })).toEqual(["done", "done", "unproven", "unproven"]);
});

test("before anything is known every step lies ahead", () => {
  expect(track(null).map(({ mark }) => mark)).toEqual(["ahead", "ahead", "ahead", "ahead"]);
});

test("what became of a follow-up that was refused stays below it when the next run begins", () => {
  const said = (id: string, ts: number, role: "user" | "assistant" = "user") => ({ id, role, text: id, ts });
  const rows = rowsOf({
    ...EMPTY,
    messages: [said("remove flurbs", 1000), said("ended-r1", 1500, "assistant"), said("add a price", 1900)],
    steps: [step("planning", "running")],
  });
  const talk = rows.filter((row) => row.kind === "user" || row.kind === "assistant").map((row) => row.key);
  expect(talk).toEqual(["prompt", "remove flurbs", "ended-r1", "add a price"]);
  expect(rows.at(-1)?.kind).toBe("step");
});

test("a step whose run waits for its user is marked so, not as one that works", () => {
  const steps = [step("planning", "running")];
  const marks = (status: Snapshot["status"]) => track({ ...EMPTY, status, steps }).map(({ mark }) => mark);
  expect(marks("waiting")).toEqual(["waiting", "ahead", "ahead", "ahead"]);
  expect(marks("planning")).toEqual(["running", "ahead", "ahead", "ahead"]);
});
