/**
 * A page's end of the shared worker.
 *
 * The page holds a Web Lock by which the worker notices that it has died, and waits for one of
 * the worker's, so that it notices the same of the worker: then it starts another one and watches
 * again. A worker that does not answer is given up for a reader in the page. A page that is left
 * says so, and joins again when the browser brings it back from its cache.
 */
import type { ReaderListener } from "../listener";
import type { Reader, ReaderFigures } from "../page-reader";
import type { Snapshot } from "../types";
import type { Ask, Port, Say, Told } from "./protocol";
import type { Locks } from "./tab-port";

/** A worker that has not answered after this long does not run. */
export const START_MS = 10_000;

/** What is needed of a SharedWorker. */
export interface Started {
  readonly port: Port<Ask, Say>;
  onerror: ((failed: ErrorEvent) => unknown) | null;
}

export interface PortReaderParts {
  start: () => Started;
  /** Makes the reader that stands in where no worker answers. */
  instead: () => Reader;
  locks: Locks | undefined;
}

export class PortReader implements Reader {
  readonly #listener: ReaderListener;
  readonly #parts: PortReaderParts;
  readonly #watched = new Set<string>();
  readonly #asked = new Map<number, (figures: ReaderFigures | null) => void>();
  #number = 0;
  #port: Port<Ask, Say> | null = null;
  #instead: Reader | null = null;
  /** What was watched before the worker answered, to be told to a reader that stands in. */
  #early: Map<string, Snapshot | null> | null = new Map();
  /** Ends this page's part in the present worker: its lock, and the wait for the worker's. */
  #over = new AbortController();

  constructor(listener: ReaderListener, parts: PortReaderParts) {
    this.#listener = listener;
    this.#parts = parts;
    this.#join();
    if (typeof window !== "undefined") this.#heed(window);
  }

  watch(projectId: string, known: Snapshot | null): void {
    if (this.#instead !== null) return this.#instead.watch(projectId, known);
    this.#watched.add(projectId);
    this.#early?.set(projectId, known);
    this.#port?.postMessage({ kind: "watch", projectId, known });
  }

  unwatch(projectId: string): void {
    if (this.#instead !== null) return this.#instead.unwatch(projectId);
    this.#watched.delete(projectId);
    this.#early?.delete(projectId);
    this.#port?.postMessage({ kind: "unwatch", projectId });
  }

  figures(): Promise<ReaderFigures | null> {
    if (this.#instead !== null) return this.#instead.figures();
    if (this.#port === null) return Promise.resolve(null);
    const number = (this.#number += 1);
    this.#port.postMessage({ kind: "figures", number });
    return new Promise((resolve) => this.#asked.set(number, resolve));
  }

  /** Leave the worker, as a page does that goes. */
  leave(): void {
    this.#port?.postMessage({ kind: "leave" });
    this.#drop();
  }

  /** Join the worker (again), and watch all that was watched. */
  #join(): void {
    this.#over = new AbortController();
    this.#early = new Map([...this.#watched].map((projectId) => [projectId, null]));
    let started: Started;
    try {
      started = this.#parts.start();
    } catch {
      return this.#giveUp();
    }
    const { port } = started;
    this.#port = port;
    const late = setTimeout(() => this.#giveUp(), START_MS);
    this.#over.signal.addEventListener("abort", () => clearTimeout(late));
    started.onerror = () => {
      if (this.#port === port && this.#early !== null) this.#giveUp();
    };
    port.onmessage = ({ data: said }) => {
      switch (said.kind) {
        case "welcome":
          clearTimeout(late);
          this.#early = null;
          if (said.lock !== null) this.#outlive(said.lock);
          return;
        case "told":
          for (const told of said.told) this.#tell(told);
          return;
        case "figures":
          this.#asked.get(said.number)?.(said.figures);
          this.#asked.delete(said.number);
      }
    };
    this.#hold(port);
    for (const projectId of this.#watched) port.postMessage({ kind: "watch", projectId, known: null });
  }

  /** Hold a lock as long as this page takes part, and tell its name to the worker. */
  #hold(port: Port<Ask, Say>): void {
    const { locks } = this.#parts;
    if (locks === undefined) return;
    const lock = `smartforge-tab-${crypto.randomUUID()}`;
    const over = this.#over.signal;
    void locks
      .request(lock, () => {
        if (over.aborted) return undefined;
        port.postMessage({ kind: "holds", lock });
        return new Promise<void>((resolve) => over.addEventListener("abort", () => resolve()));
      })
      .catch(() => undefined);
  }

  /** Start another worker when the one that holds this lock has ended. */
  #outlive(lock: string): void {
    const over = this.#over;
    void this.#parts.locks
      ?.request(lock, { mode: "shared", signal: over.signal }, () => {
        if (over.signal.aborted) return;
        this.#drop();
        this.#listener.connection("connecting", null);
        this.#join();
      })
      .catch(() => undefined); // It is aborted when this page leaves.
  }

  #drop(): void {
    this.#over.abort();
    if (this.#port !== null) this.#port.onmessage = null;
    this.#port?.close();
    this.#port = null;
    for (const answer of this.#asked.values()) answer(null);
    this.#asked.clear();
  }

  #giveUp(): void {
    const early = this.#early ?? new Map<string, Snapshot | null>();
    this.leave();
    this.#instead = this.#parts.instead();
    for (const [projectId, known] of early) this.#instead.watch(projectId, known);
  }

  #tell(told: Told): void {
    if ("event" in told) this.#listener.event(told.event);
    else if ("snapshot" in told) this.#listener.snapshot(told.snapshot);
    else if ("gone" in told) {
      this.#watched.delete(told.gone);
      this.#listener.gone(told.gone);
    } else if ("passing" in told) this.#listener.passing(told.passing);
    else this.#listener.connection(told.connection, told.problem);
  }

  #heed(page: Window): void {
    page.addEventListener("pagehide", () => this.leave());
    page.addEventListener("pageshow", ({ persisted }) => {
      if (persisted && this.#instead === null) this.#join();
    });
    page.document.addEventListener("visibilitychange", () => {
      if (!page.document.hidden) this.#port?.postMessage({ kind: "wake" });
    });
  }
}
