/** The words that the page uses for a stream; the shapes of the log itself are generated. */
import type { CheckState, FileState, PresenceFrame, PreviewFrame, Ref, Snapshot, StepState } from "../events.gen";

export type {
  ChatMessage,
  CheckState,
  Contract,
  Failure,
  FileState,
  ForgeEvent,
  PresenceFrame,
  PreviewFrame,
  Ref,
  Snapshot,
  StepState,
  StreamData,
  StreamFrame,
  UsageTotal,
  Version,
} from "../events.gen";

/** What is not in the log, and not told again. */
export type Passing = PreviewFrame | PresenceFrame;

export type Status = Snapshot["status"];
/** `idle`: there is no project; `initializing`: nothing is known of it yet. */
export type StreamStatus = Status | "idle" | "initializing";
export type StepName = StepState["step"];
export type CheckName = CheckState["check"];
export type Outcome = NonNullable<CheckState["verdict"]>;
export type Author = NonNullable<FileState["author"]>;

/**
 * `connecting`: at the start, and for a moment after a break. `live`: events arrive as they
 * happen. `polling`: the stream does not get through, events are asked for every 5 s. `lost`:
 * the server cannot be reached; it is tried again without end. `closed`: the server refuses this
 * reader (see `problem`), or nothing is watched.
 */
export type Connection = "connecting" | "live" | "polling" | "lost" | "closed";

/** What went wrong, in the server's words (RFC 9457); `status` is 0 where no answer came. */
export interface Problem {
  status: number;
  title: string;
  detail: string;
}

/** Whether a value stands for content that is fetched by its hash. */
export function isRef(value: unknown): value is Ref {
  if (typeof value !== "object" || value === null) return false;
  const { ref, size, ...rest } = value as Record<string, unknown>;
  return typeof ref === "string" && typeof size === "number" && Object.keys(rest).length === 0;
}
