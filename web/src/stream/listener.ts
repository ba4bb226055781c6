/** What a reader tells. All of it is plain data, so that a reader may live in a worker. */
import type { Connection, ForgeEvent, Passing, Problem, Snapshot } from "./types";

export interface ReaderListener {
  /** The next event of its project: in order, without a gap, never twice. */
  event(event: ForgeEvent): void;
  /** A project's whole state; the events that follow go on from its `seq`. */
  snapshot(snapshot: Snapshot): void;
  /** The project is unknown or deleted, and is no longer followed. */
  gone(projectId: string): void;
  /** Who answers at the project's preview has changed, or how many look on. Some may be missed. */
  passing(frame: Passing): void;
  connection(connection: Connection, problem: Problem | null): void;
}
