/**
 * The state of a project: a pure fold of its events, the twin of `smartforge.snapshot`.
 *
 * Parts that an event does not touch keep their identity. The golden logs in tests/golden keep
 * both folds equal.
 */
import type {
  Complete,
  ForgeEvent,
  MessageRemoved,
  RunCancelled,
  RunFailed,
  RunQueued,
  RunStarted,
  Snapshot,
  StepState,
} from "../events.gen";
import { NO_USAGE } from "./empty";
import { begun, deleted, done, finished, grown, planned, stopped } from "./files";
import {
  announced,
  answered,
  checkCompleted,
  checkStarted,
  stepCompleted,
  stepRetried,
  stepsEnded,
  stepStarted,
  usageAdded,
  versionOf,
  without,
} from "./parts";
import type { Status } from "./types";

/** The statuses that a run leaves behind. */
export const ENDED: ReadonlySet<Status> = new Set<Status>(["complete", "error", "cancelled"]);

// How far a run is when a step begins, and when it is done. Repairs repeat what was counted.
const BEGUN: Record<StepState["step"], number> = {
  planning: 1,
  generating: 10,
  validating: 70,
  repairing: 0,
};
const DONE: typeof BEGUN = { planning: 10, generating: 70, validating: 99, repairing: 0 };
const PLANNED = 8;

type Changes = Partial<Snapshot>;

/**
 * The state after one more event. An event that the state already holds changes nothing; one of
 * an unknown type, as a newer server may send, only its seq.
 */
export function reduce(now: Snapshot, event: ForgeEvent): Snapshot {
  if (event.seq <= now.seq) return now;
  return { ...now, ...changes(now, event), seq: event.seq };
}

function changes(now: Snapshot, event: ForgeEvent): Changes {
  switch (event.type) {
    case "code:chunk":
      return { files: grown(now.files, event) };
    case "file:generating":
      return { files: begun(now.files, event) };
    case "file:complete": {
      const files = finished(now.files, event);
      return { files, ...going(now, null, 10 + done(files, 60, event.run)) };
    }
    case "file:deleted":
      return { files: deleted(now.files, event.path) };
    case "project:created": {
      const { title, prompt, target, model, ts } = event;
      return { title, prompt, target, model, createdAt: ts };
    }
    case "title:changed":
      return { title: event.title };
    case "project:deleted":
      return { deleted: true };
    case "project:undeleted":
      return { deleted: false };
    case "message": {
      const { id, role, text, ts } = event;
      return { messages: [...now.messages, { id, role, text, ts }] };
    }
    case "message:updated": {
      const { id, text } = event;
      return { messages: now.messages.map((one) => (one.id === id ? { ...one, text } : one)) };
    }
    case "message:removed":
      return takenBack(now, event);
    case "questions": {
      const questions = event.questions.map(({ id, text, choices, about = "words" }) => ({ id, text, choices, about }));
      return { questions, ...going(now, "waiting") };
    }
    case "run:queued":
      return queued(now, event);
    case "run:started":
      return started(now, event);
    case "run:resumed":
    case "validation:complete":
      return {};
    case "repair:start":
      return going(now, "repairing");
    case "step:start":
      return {
        questions: [],
        steps: stepStarted(now.steps, event),
        ...going(now, event.step, BEGUN[event.step]),
      };
    case "step:complete":
      return {
        steps: stepCompleted(now.steps, event),
        ...going(now, null, DONE[event.step]),
      };
    case "step:retry":
      return { steps: stepRetried(now.steps, event) };
    case "plan:ready": {
      const { contract, notes, operationsNotMade, origins = null } = event;
      const files = planned(now.files, event);
      return { contract, origins, notes, operationsNotMade, files, ...going(now, null, PLANNED) };
    }
    case "validation:start":
      return {
        checks: event.checks.map((check) => announced(check, event.round)),
        ...going(now, "validating", BEGUN.validating),
      };
    case "check:start":
      return checked(now, checkStarted(now.checks, event));
    case "check:complete":
      return checked(now, checkCompleted(now.checks, event));
    case "usage":
      // What a stopped run has spent may come when the next one is on.
      return event.run === now.run ? { usage: usageAdded(now.usage, event) } : {};
    case "run:cancelled":
    case "complete":
    case "error":
      return ended(now, event);
    default:
      return unknown(event);
  }
}

/** Reached at run time alone, by what this page is too old to know; the compiler proves it. */
function unknown(_event: never): Changes {
  return {};
}

/** A change of status, and progress that never falls, unless the run has ended. */
function going(now: Snapshot, status: Status | null, progress = 0): Changes {
  if (ENDED.has(now.status)) return {};
  return { status: status ?? now.status, progress: Math.max(now.progress, progress) };
}

function takenBack(now: Snapshot, event: MessageRemoved): Changes {
  const messages = now.messages.filter((one) => one.id !== event.id);
  const queue = without(now.queue, null, event.id);
  // What was to be done next was taken back, and nothing else is to be done.
  const idle = queue !== now.queue && now.status === "queued" && queue.length === 0;
  return { messages, queue, status: idle ? (now.ended ?? "cancelled") : now.status };
}

function queued(now: Snapshot, event: RunQueued): Changes {
  const { position, run } = event;
  const queue = [...now.queue, { messageId: event.messageId ?? null, position, run }];
  return { queue, status: ENDED.has(now.status) ? "queued" : now.status };
}

function started(now: Snapshot, event: RunStarted): Changes {
  return {
    messages: [...now.messages, ...answered(now)],
    queue: without(now.queue, event.run, event.messageId),
    run: event.run,
    status: "planning",
    progress: 0,
    steps: [],
    checks: [],
    questions: [],
    files: stopped(now.files),
    usage: NO_USAGE,
    error: null,
    startedAt: event.ts,
    endedAt: null,
    stoppedBy: null,
  };
}

function checked(now: Snapshot, checks: Snapshot["checks"]): Changes {
  const verdicts = checks.filter((check) => check.verdict !== null).length;
  return { checks, ...going(now, null, 70 + Math.floor((29 * verdicts) / checks.length)) };
}

function ended(now: Snapshot, event: Complete | RunFailed | RunCancelled): Changes {
  const queue = without(now.queue, event.run, null);
  const another = event.run !== null && event.run !== now.run;
  // A run that never began, while another one has the stage.
  if (another && (now.status !== "queued" || queue.length > 0)) return { queue };
  const common: Changes = {
    queue,
    run: event.run ?? now.run,
    files: stopped(now.files),
    steps: stepsEnded(now.steps, event.ts, event.type === "complete"),
    questions: [],
    endedAt: event.ts,
    stoppedBy: event.type === "run:cancelled" ? event.reason : null,
    error: null,
  };
  switch (event.type) {
    case "complete": {
      const { version } = event;
      const others = now.versions.filter((one) => one.version !== version);
      const versions = [...others, versionOf(event)];
      return { ...common, ...endedAs("complete"), progress: 100, version, versions };
    }
    case "error": {
      const { code, message, hint, retryable } = event;
      return { ...common, ...endedAs("error"), error: { code, message, hint, retryable } };
    }
    case "run:cancelled":
      return { ...common, ...endedAs("cancelled") };
  }
}

function endedAs(end: NonNullable<Snapshot["ended"]>): Changes {
  return { status: end, ended: end };
}
