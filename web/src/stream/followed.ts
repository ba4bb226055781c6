/** One project as a page knows it: its events folded, and what of its text is history. */
import type { Contents } from "./content";
import { reduce } from "./reduce";
import type { Connection, FileState, ForgeEvent, PreviewFrame, Problem, Snapshot } from "./types";

export interface ProjectView {
  snapshot: Snapshot | null;
  connection: Connection;
  /** Date.now() when the last event or snapshot came; null before the first. */
  lastEventAt: number | null;
  /** There is no such project, or it was deleted. */
  gone: boolean;
  /** Why the server refuses this reader. */
  problem: Problem | null;
  /** What was told last of who answers at its preview; null where nothing was yet. */
  preview: PreviewFrame | null;
  /** How many look at it through the same server, this browser included; 0 where nobody says. */
  viewers: number;
  /** Grows when fetched content has arrived, so that `textOf` is asked again. */
  contents: number;
}

export const UNKNOWN: ProjectView = {
  snapshot: null,
  connection: "connecting",
  lastEventAt: null,
  gone: false,
  problem: null,
  preview: null,
  viewers: 0,
  contents: 0,
};

export class Followed {
  /** Replaced, never changed. */
  view: ProjectView;
  readonly #contents: Contents;
  /** UTF-16 units of a path's text that are history; Infinity where all of it is. */
  readonly #history = new Map<string, number>();
  #pending: (ForgeEvent | Snapshot)[] = [];

  constructor(view: ProjectView, contents: Contents) {
    this.view = view;
    this.#contents = contents;
  }

  /** Keep what arrived until the next `fold`. */
  take(what: ForgeEvent | Snapshot): void {
    this.#pending.push(what);
  }

  change(changes: Partial<ProjectView>): void {
    this.view = { ...this.view, ...changes };
  }

  /** Fold all that arrived since the last time. */
  fold(): void {
    if (this.#pending.length === 0) return;
    const arrived = this.#pending;
    this.#pending = [];
    let snapshot = this.view.snapshot;
    for (const what of arrived) {
      if (!("type" in what)) {
        snapshot = what;
        this.#remember(what);
      } else if (snapshot !== null) {
        this.#note(what, snapshot);
        snapshot = reduce(snapshot, what);
      }
    }
    const gone = this.view.gone || (snapshot?.deleted ?? false);
    this.change({ snapshot, lastEventAt: Date.now(), gone });
  }

  historyOf(path: string): number {
    return this.#history.get(path) ?? 0;
  }

  textOf(path: string): string | undefined {
    const file = fileAt(this.view.snapshot, path);
    if (file?.text !== undefined) return file.text;
    if (!file || file.binary || file.sha256 === null) return undefined;
    return this.#contents.get(file.sha256);
  }

  #remember(snapshot: Snapshot): void {
    this.#history.clear();
    for (const file of snapshot.files) {
      this.#history.set(file.path, file.state === "complete" ? Infinity : (file.text?.length ?? 0));
    }
  }

  #note(event: ForgeEvent, before: Snapshot): void {
    if (event.type === "file:generating") this.#history.delete(event.path);
    if (event.type !== "file:complete" || event.binary) return;
    const text = fileAt(before, event.path)?.text;
    if (text !== undefined) this.#contents.offer(event.sha256, event.size, text);
  }
}

function fileAt(snapshot: Snapshot | null, path: string): FileState | undefined {
  return snapshot?.files.find((file) => file.path === path);
}
