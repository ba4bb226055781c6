/** The small parts of a snapshot, each as it is after one fact. */
import type {
  ChatMessage,
  CheckCompleted,
  CheckStarted,
  CheckState,
  Complete,
  QueuedRun,
  Snapshot,
  StepCompleted,
  StepRetried,
  StepStarted,
  StepState,
  Usage,
  UsageTotal,
  Version,
} from "../events.gen";
import { addCosts } from "./decimal";
import type { CheckName } from "./types";

/** The queue without that run, or that message's run; the same array where neither is in it. */
export function without(
  queue: QueuedRun[],
  run: string | null,
  messageId: string | null,
): QueuedRun[] {
  const left = queue.filter(
    (one) =>
      (run === null || one.run !== run) && (messageId === null || one.messageId !== messageId),
  );
  return left.length === queue.length ? queue : left;
}

/** What the chat keeps of a run that could not be finished, once another one begins. */
export function answered({ run, endedAt, ended, error, stoppedBy }: Snapshot): ChatMessage[] {
  if (run === null || endedAt === null || (ended !== "error" && ended !== "cancelled")) return [];
  const text = error ? `${error.message} ${error.hint}`.trimEnd() : stoppedBy || "Stopped before it was complete.";
  return [{ id: `ended-${run}`, role: "assistant", text, ts: endedAt }];
}

export function stepStarted(steps: StepState[], fact: StepStarted): StepState[] {
  return putStep(steps, {
    step: fact.step,
    round: fact.round,
    state: "running",
    message: fact.message,
    startedAt: fact.ts,
    durationMs: null,
    retries: 0,
  });
}

export function stepCompleted(steps: StepState[], fact: StepCompleted): StepState[] {
  const known = steps.find((one) => one.step === fact.step && one.round === fact.round);
  return putStep(steps, {
    step: fact.step,
    round: fact.round,
    state: "complete",
    message: fact.message,
    startedAt: known?.startedAt ?? fact.ts - fact.durationMs,
    durationMs: fact.durationMs,
    retries: known?.retries ?? 0,
  });
}

export function stepRetried(steps: StepState[], { step, round = 0 }: StepRetried): StepState[] {
  if (!steps.some((one) => one.step === step && one.round === round)) return steps;
  return steps.map((one) =>
    one.step === step && one.round === round ? { ...one, retries: (one.retries ?? 0) + 1 } : one,
  );
}

/** The steps when their run ends at `ts`. */
export function stepsEnded(steps: StepState[], ts: number, whole: boolean): StepState[] {
  if (!steps.some((step) => step.state === "running")) return steps;
  return steps.map((step) => {
    if (step.state !== "running") return step;
    const durationMs = Math.max(0, ts - step.startedAt);
    return { ...step, state: whole ? "complete" : "unfinished", durationMs };
  });
}

/** A check that is going to run. Whether it is required is told when it starts. */
export function announced(check: CheckName, round: number): CheckState {
  return {
    check,
    required: true,
    round,
    startedAt: null,
    verdict: null,
    summary: "",
    evidence: {},
    durationMs: null,
  };
}

export function checkStarted(checks: CheckState[], fact: CheckStarted): CheckState[] {
  const fresh = announced(fact.check, fact.round);
  return putCheck(checks, { ...fresh, required: fact.required, startedAt: fact.ts });
}

export function checkCompleted(checks: CheckState[], fact: CheckCompleted): CheckState[] {
  const known = checks.find((one) => one.check === fact.check);
  return putCheck(checks, {
    check: fact.check,
    required: fact.required,
    round: fact.round,
    startedAt: known?.startedAt ?? fact.ts - fact.durationMs,
    verdict: fact.verdict,
    summary: fact.summary,
    evidence: fact.evidence,
    durationMs: fact.durationMs,
  });
}

export function usageAdded(total: UsageTotal, call: Usage): UsageTotal {
  return {
    inputTokens: total.inputTokens + call.inputTokens,
    cachedInputTokens: total.cachedInputTokens + call.cachedInputTokens,
    outputTokens: total.outputTokens + call.outputTokens,
    cost: addCosts(total.cost, call.cost),
    estimated: (total.estimated ?? false) || (call.estimated ?? false),
  };
}

export function versionOf(fact: Complete): Version {
  return {
    version: fact.version,
    run: fact.run,
    ts: fact.ts,
    summary: fact.summary,
    verdict: fact.verdict,
    fileCount: fact.fileCount,
    operationCount: fact.operationCount,
    skippedChecks: fact.skippedChecks,
    durationMs: fact.durationMs,
  };
}

function putStep(steps: StepState[], step: StepState): StepState[] {
  const at = steps.findIndex((one) => one.step === step.step && one.round === step.round);
  return at < 0 ? [...steps, step] : steps.with(at, step);
}

function putCheck(checks: CheckState[], check: CheckState): CheckState[] {
  const at = checks.findIndex((one) => one.check === check.check);
  return at < 0 ? [...checks, check] : checks.with(at, check);
}
