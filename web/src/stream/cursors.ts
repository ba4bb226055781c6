/** Where a reader stands in each project, and what to do with what arrives. No I/O. */
import type { ForgeEvent, Passing, Snapshot, StreamData } from "./types";

export type Taken =
  | { kind: "event"; event: ForgeEvent }
  | { kind: "snapshot"; snapshot: Snapshot }
  | { kind: "gone"; projectId: string }
  /** Not in the log, and not told again. */
  | { kind: "passing"; frame: Passing }
  /** Seen before, not watched, or nothing that is kept. */
  | { kind: "nothing" }
  /** Something is missing before it: read again from the cursor. */
  | { kind: "gap" };

const NOTHING: Taken = { kind: "nothing" };

/** The most projects that one stream carries. */
export const MAX_PROJECTS = 64;

export class Cursors {
  /** The last seq seen of a project; null where not even its snapshot is there. */
  readonly #seqs = new Map<string, number | null>();
  /** Projects whose log is shorter than was thought: the next snapshot counts, whatever its seq. */
  readonly #resetting = new Set<string>();

  watch(projectId: string, after: number | undefined): void {
    this.#seqs.set(projectId, after ?? null);
  }

  unwatch(projectId: string): void {
    this.#seqs.delete(projectId);
    this.#resetting.delete(projectId);
  }

  get size(): number {
    return this.#seqs.size;
  }

  /** Projects of which nothing is known yet. */
  unloaded(): string[] {
    return [...this.#seqs].filter(([, seq]) => seq === null).map(([id]) => id);
  }

  /** Projects that can be read on, with their cursors. */
  loaded(): [string, number][] {
    return [...this.#seqs].filter((entry): entry is [string, number] => entry[1] !== null);
  }

  at(projectId: string): number | null {
    return this.#seqs.get(projectId) ?? null;
  }

  /** The `at` of a stream's address: the projects watched last, as many as one stream carries. */
  query(): string {
    const last = this.loaded().slice(-MAX_PROJECTS);
    return last.map(([id, seq]) => `${encodeURIComponent(id)}:${seq}`).join(",");
  }

  /** Decide about a `data:` line, and move the cursor where it is new. */
  take(data: StreamData): Taken {
    switch (data.type) {
      case "snapshot":
        return this.takeSnapshot(data.state);
      case "reset":
        for (const [id] of this.loaded()) {
          if (!data.projectId || data.projectId === id) this.#resetting.add(id);
        }
        return NOTHING;
      case "gone":
        if (!this.#seqs.has(data.projectId)) return NOTHING;
        this.unwatch(data.projectId);
        return { kind: "gone", projectId: data.projectId };
      case "end":
        return NOTHING;
      case "preview":
      case "presence":
        return this.#seqs.has(data.projectId) ? { kind: "passing", frame: data } : NOTHING;
      default:
        return this.#takeEvent(data);
    }
  }

  takeSnapshot(snapshot: Snapshot): Taken {
    const seq = this.#seqs.get(snapshot.id);
    if (seq === undefined) return NOTHING;
    if (seq !== null && snapshot.seq < seq && !this.#resetting.has(snapshot.id)) return NOTHING;
    this.#resetting.delete(snapshot.id);
    this.#seqs.set(snapshot.id, snapshot.seq);
    return { kind: "snapshot", snapshot };
  }

  #takeEvent(event: ForgeEvent): Taken {
    const seq = this.#seqs.get(event.projectId);
    // Frames that are not in the log, of kinds unknown here, carry no seq.
    if (seq === undefined || seq === null || typeof event.seq !== "number") return NOTHING;
    if (event.seq <= seq) return NOTHING;
    if (event.seq > seq + 1) return { kind: "gap" };
    this.#seqs.set(event.projectId, event.seq);
    return { kind: "event", event };
  }
}
