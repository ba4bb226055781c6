/**
 * What a page and the shared worker say to each other, as structured clones.
 *
 * Both come from one build, for the worker's address holds a hash of its code: an old page and a
 * new one have a worker each. Messages arrive in the order in which they were sent.
 */
import type { ReaderFigures } from "../page-reader";
import type { Connection, ForgeEvent, Passing, Problem, Snapshot } from "../types";

/** From the page. A worker that knows nothing of the page yet is told first what it watches. */
export type Ask =
  /** Follow a project from `known`, or from its state as it is now. */
  | { kind: "watch"; projectId: string; known: Snapshot | null }
  | { kind: "unwatch"; projectId: string }
  /** The page holds this Web Lock as long as it lives. */
  | { kind: "holds"; lock: string }
  /** The network or the user is back. */
  | { kind: "wake" }
  /** Answered by `figures` with the same number. */
  | { kind: "figures"; number: number }
  /** The page goes; the port is used no more. */
  | { kind: "leave" };

/** What a reader tells (`ReaderListener`), as data. */
export type Told =
  | { event: ForgeEvent }
  | { snapshot: Snapshot }
  | { gone: string }
  | { passing: Passing }
  | { connection: Connection; problem: Problem | null };

/** From the worker. */
export type Say =
  /** It runs; `lock` is the Web Lock that it holds as long as it lives, null where there are none. */
  | { kind: "welcome"; lock: string | null }
  | { kind: "told"; told: Told[] }
  | { kind: "figures"; number: number; figures: ReaderFigures };

/** The end of a connection between the two; a MessagePort is one. */
export interface Port<Sent, Heard> {
  postMessage(message: Sent): void;
  onmessage: ((said: MessageEvent<Heard>) => unknown) | null;
  close(): void;
}
