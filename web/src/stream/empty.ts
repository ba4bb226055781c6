/** The state from which every fold sets out. */
import type { Snapshot, UsageTotal } from "../events.gen";

export const NO_USAGE: UsageTotal = {
  inputTokens: 0,
  cachedInputTokens: 0,
  outputTokens: 0,
  cost: "0",
  estimated: false,
};

/** The state before the first event. */
export function empty(projectId: string): Snapshot {
  return {
    id: projectId,
    title: "",
    prompt: "",
    target: "",
    model: null,
    status: "queued",
    progress: 0,
    seq: 0,
    run: null,
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
    usage: NO_USAGE,
    error: null,
    createdAt: null,
    startedAt: null,
    endedAt: null,
    ended: null,
    stoppedBy: null,
    deleted: false,
  };
}
