/** The reader of a page: the browser's shared one, or one of its own where that cannot be. */
import { BASE } from "../base";
import type { Figures } from "./figures";
import type { ReaderListener } from "./listener";
import { workerName } from "./presence";
import { PortReader } from "./shared/port-reader";
import type { Snapshot } from "./types";

/** What the store needs of a reader. `known` is the state to go on from, null for none. */
export interface Reader {
  watch(projectId: string, known: Snapshot | null): void;
  unwatch(projectId: string): void;
  /** What the reader counted, and how many tabs it serves; null while it does not answer. */
  figures(): Promise<ReaderFigures | null>;
}

export interface ReaderFigures extends Figures {
  /** Where the stream is read. */
  place: "worker" | "page";
  tabs: number;
  projects: number;
}

/**
 * One stream for all tabs, in a SharedWorker. Without one (Chrome for Android before 2026), where
 * it does not start, and with `?worker=0` in the page's address, a stream of this page's own.
 */
export function readerOfPage(listener: ReaderListener): Reader {
  // The worker reads for all tabs, but not for who may see one project alone.
  const wanted = !BASE && new URLSearchParams(location.search).get("worker") !== "0";
  if (!wanted || typeof SharedWorker === "undefined") return new LateReader(listener);
  return new PortReader(listener, {
    start: () =>
      new SharedWorker(new URL("./shared/worker.ts", import.meta.url), {
        type: "module",
        name: workerName(),
      }),
    instead: () => new LateReader(listener),
    locks: navigator.locks,
  });
}

const AGAIN_MS = 5_000;

/** A reader in this page, which is fetched when it is needed: mostly it is not. */
export class LateReader implements Reader {
  readonly #listener: ReaderListener;
  #reader: Promise<Reader>;

  constructor(listener: ReaderListener) {
    this.#listener = listener;
    this.#reader = this.#fetch();
  }

  watch(projectId: string, known: Snapshot | null): void {
    void this.#reader.then((reader) => reader.watch(projectId, known));
  }

  unwatch(projectId: string): void {
    void this.#reader.then((reader) => reader.unwatch(projectId));
  }

  figures(): Promise<ReaderFigures | null> {
    return this.#reader.then((reader) => reader.figures());
  }

  /** Never rejects: a server that cannot be reached is tried again. */
  async #fetch(): Promise<Reader> {
    for (;;) {
      try {
        const { OwnReader } = await import("./own-reader");
        return new OwnReader(this.#listener);
      } catch {
        this.#listener.connection("lost", null);
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    }
  }
}
