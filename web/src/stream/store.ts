/**
 * What the page knows of its projects, outside React: `sharedStore()` is the page's one store.
 *
 *     store.subscribe(id, changed)  follows the project while anybody does; returns the undo
 *     store.view(id)                a ProjectView: the same object until something changes
 *     store.seed(snapshot)          takes what POST /api/projects answered, to show it at once
 *     store.textOf(id, path)        the file's text, undefined while it is fetched
 *     store.historyOf(id, path)     how much of that text was there before this page followed it
 *     store.resolve(id, value)      a string, or the content that a Ref stands for
 *     store.recorder, figures()     what arrived as it came, and what the reader counted
 *
 * `changed` is called at most once an animation frame (every 250 ms in a hidden tab), after all
 * events that arrived meanwhile were folded. Components use `useGenerationStream` instead.
 */
import { type BlobSource, Contents, fetchBlob } from "./content";
import { Followed, type ProjectView, UNKNOWN } from "./followed";
import { nextFrame, type Schedule } from "./frame";
import type { ReaderListener } from "./listener";
import { type Reader, type ReaderFigures, readerOfPage } from "./page-reader";
import { Recorder } from "./recorder";
import type { Connection, ForgeEvent, Problem, Ref, Snapshot } from "./types";

export { type ProjectView, UNKNOWN } from "./followed";

export interface StoreParts {
  reader?: (listener: ReaderListener) => Reader;
  blobs?: BlobSource;
  schedule?: Schedule;
}

/** A project that nobody looks at is followed no longer than this: from one page to the next. */
export const LEAVE_MS = 1_000;
/** What is known of it is kept this long, so that going back costs only what came meanwhile. */
export const LINGER_MS = 30_000;

interface Entry {
  followed: Followed;
  contents: Contents;
  listeners: Set<() => void>;
  watched: boolean;
  leaving: ReturnType<typeof setTimeout> | null;
}

export class StreamStore {
  /** What arrived, as it came. */
  readonly recorder = new Recorder();
  readonly #entries = new Map<string, Entry>();
  readonly #changed = new Set<string>();
  readonly #reader: Reader;
  readonly #blobs: BlobSource;
  readonly #schedule: Schedule;
  #link: Pick<ProjectView, "connection" | "problem"> = { connection: "connecting", problem: null };

  constructor(parts: StoreParts = {}) {
    this.#schedule = parts.schedule ?? nextFrame;
    this.#blobs = parts.blobs ?? fetchBlob;
    const listener: ReaderListener = {
      event: (event) => {
        this.#arrived(event.projectId, event);
        const { type, projectId, seq, ts } = event;
        this.recorder.add({ type, projectId, seq, ts, data: event });
      },
      snapshot: (snapshot) => {
        this.#arrived(snapshot.id, snapshot);
        const { id: projectId, seq } = snapshot;
        const data = { type: "snapshot", projectId, seq, state: snapshot };
        this.recorder.add({ type: "snapshot", projectId, seq, ts: null, data });
      },
      gone: (projectId) => {
        this.#gone(projectId);
        const data = { type: "gone", projectId };
        this.recorder.add({ type: "gone", projectId, seq: null, ts: null, data });
      },
      passing: (frame) => {
        const { type, projectId } = frame;
        const changes = frame.type === "preview" ? { preview: frame } : { viewers: frame.viewers };
        this.#entries.get(projectId)?.followed.change(changes);
        this.#change(projectId);
        this.recorder.add({ type, projectId, seq: null, ts: null, data: frame });
      },
      connection: (connection, problem) => {
        this.#linked(connection, problem);
        const data = { type: "connection", connection, problem };
        this.recorder.add({ type: "connection", projectId: null, seq: null, ts: null, data });
      },
    };
    this.#reader = (parts.reader ?? readerOfPage)(listener);
  }

  subscribe(projectId: string, changed: () => void): () => void {
    const entry = this.#entry(projectId);
    entry.listeners.add(changed);
    if (entry.leaving !== null) clearTimeout(entry.leaving);
    entry.leaving = null;
    if (!entry.watched) {
      entry.watched = true;
      entry.followed.change({ gone: false });
      this.#reader.watch(projectId, entry.followed.view.snapshot);
    }
    return () => {
      entry.listeners.delete(changed);
      this.#leave(projectId, entry);
    };
  }

  view(projectId: string): ProjectView {
    return this.#entries.get(projectId)?.followed.view ?? UNKNOWN;
  }

  seed(snapshot: Snapshot): void {
    const entry = this.#entry(snapshot.id);
    if ((entry.followed.view.snapshot?.seq ?? -1) < snapshot.seq) {
      entry.followed.take(snapshot);
      entry.followed.fold();
      this.#change(snapshot.id);
    }
    this.#leave(snapshot.id, entry);
  }

  textOf(projectId: string, path: string): string | undefined {
    return this.#entries.get(projectId)?.followed.textOf(path);
  }

  historyOf(projectId: string, path: string): number {
    return this.#entries.get(projectId)?.followed.historyOf(path) ?? 0;
  }

  resolve(projectId: string, value: string | Ref): string | undefined {
    if (typeof value === "string") return value;
    return this.#entries.get(projectId)?.contents.get(value.ref);
  }

  /** What the reader counted; null while it does not answer. */
  figures(): Promise<ReaderFigures | null> {
    return this.#reader.figures();
  }

  /** The projects that are followed now, each with the seq that it stands at. */
  standings(): { projectId: string; seq: number }[] {
    const followed = [...this.#entries].filter(([, entry]) => entry.watched);
    return followed.map(([projectId, { followed: { view } }]) => ({
      projectId,
      seq: view.snapshot?.seq ?? 0,
    }));
  }

  get connection(): Connection {
    return this.#link.connection;
  }

  #entry(projectId: string): Entry {
    let entry = this.#entries.get(projectId);
    if (!entry) {
      const contents = new Contents(projectId, this.#blobs, () => this.#contentArrived(projectId));
      const followed = new Followed({ ...UNKNOWN, ...this.#link }, contents);
      entry = { followed, contents, listeners: new Set(), watched: false, leaving: null };
      this.#entries.set(projectId, entry);
    }
    return entry;
  }

  #leave(projectId: string, entry: Entry): void {
    if (entry.listeners.size > 0 || entry.leaving !== null) return;
    entry.leaving = setTimeout(() => {
      if (entry.watched) this.#reader.unwatch(projectId);
      entry.watched = false;
      entry.leaving = setTimeout(() => this.#entries.delete(projectId), LINGER_MS - LEAVE_MS);
    }, LEAVE_MS);
  }

  #arrived(projectId: string, what: ForgeEvent | Snapshot): void {
    const entry = this.#entries.get(projectId);
    if (!entry) return;
    entry.followed.take(what);
    this.#change(projectId);
  }

  #gone(projectId: string): void {
    const entry = this.#entries.get(projectId);
    if (!entry) return;
    entry.watched = false;
    entry.followed.change({ gone: true });
    this.#change(projectId);
  }

  #linked(connection: Connection, problem: Problem | null): void {
    this.#link = { connection, problem };
    for (const [projectId, entry] of this.#entries) {
      entry.followed.change(this.#link);
      this.#change(projectId);
    }
  }

  #contentArrived(projectId: string): void {
    const followed = this.#entries.get(projectId)?.followed;
    if (!followed) return;
    followed.change({ contents: followed.view.contents + 1 });
    this.#change(projectId);
  }

  #change(projectId: string): void {
    if (this.#changed.size === 0) this.#schedule(() => this.#flush());
    this.#changed.add(projectId);
  }

  #flush(): void {
    const changed = [...this.#changed];
    this.#changed.clear();
    for (const projectId of changed) {
      const entry = this.#entries.get(projectId);
      entry?.followed.fold();
      for (const listener of [...(entry?.listeners ?? [])]) listener();
    }
  }
}

let shared: StreamStore | undefined;

/** The store that all components of the page share; made when it is first asked for. */
export function sharedStore(): StreamStore {
  shared ??= new StreamStore();
  return shared;
}
