/**
 * Follows projects: their state first, then every event, over one connection for all of them.
 *
 * It reads one stream and opens it anew from the last seqs when it ends, breaks, falls silent, is
 * held back or has a gap. Beside that it asks for events now and then (`poller`), which finds out
 * a stream that is none, and stands in for one. Both ways end in the same cursors, so nothing is
 * told twice. Uses nothing that a worker lacks.
 */
import { Backoff, LAST_MS, pause } from "./backoff";
import { Cursors, type Taken } from "./cursors";
import { type Figures, noFigures } from "./figures";
import type { ReaderListener } from "./listener";
import { Poller, POLL_MS } from "./poller";
import { Trust } from "./trust";
import type { Connection, Problem, StreamData } from "./types";
import { type Failed, isFailure, type StreamEnd, Wire } from "./wire";

/** Changes of what is watched are gathered this long before the stream is opened anew. */
export const SETTLE_MS = 30;
/** The server breaks a silence after 15 s; who wakes up to a longer one does not wait on. */
export const SUSPECT_MS = 17_000;
/** A stream that is held back is tried again after this long. */
export const HELD_BACK_MS = 60_000;

export interface ReaderOptions {
  fetch?: typeof fetch;
  /** Origin and path before `/api`; empty: those of the page. */
  base?: string;
  random?: () => number;
}

export class StreamReader {
  readonly #listener: ReaderListener;
  readonly #wire: Wire;
  readonly #cursors = new Cursors();
  readonly #backoff: Backoff;
  readonly #trust = new Trust();
  readonly #poller: Poller;
  readonly #figures = noFigures();
  /** Ends the present connection and its polling. */
  #stop = new AbortController();
  #settling: ReturnType<typeof setTimeout> | null = null;
  /** Ends the wait for the next try. */
  #nap: AbortController | null = null;
  #connection: Connection = "connecting";
  #resting = false;
  /** Whether bytes came over the present connection. */
  #alive = false;
  #heldBack = false;
  #bytesAt = 0;
  #openedAt = 0;

  constructor(listener: ReaderListener, options: ReaderOptions = {}) {
    this.#listener = listener;
    // Called as a method, fetch would refuse its `this`.
    const fetcher = options.fetch ?? ((input, init) => fetch(input, init));
    this.#wire = new Wire(fetcher, options.base ?? "");
    this.#backoff = new Backoff(options.random ?? Math.random);
    this.#poller = new Poller({
      cursors: this.#cursors,
      wire: this.#wire,
      mode: () => (this.#resting ? "resting" : this.#alive ? "beside" : "instead"),
      take: (event) => {
        const taken = this.#cursors.take(event);
        this.#tell(taken);
        return taken.kind === "event";
      },
      found: (projectId, last, began) => this.#polled(projectId, last, began),
      failed: (projectId, failure) => this.#pollFailed(projectId, failure),
    });
  }

  /** Follow a project: from its state as it is now, or from the event after `after`. */
  watch(projectId: string, after?: number): void {
    this.#cursors.watch(projectId, after);
    this.#reconnect(SETTLE_MS);
  }

  unwatch(projectId: string): void {
    this.#cursors.unwatch(projectId);
    this.#reconnect(SETTLE_MS);
  }

  /** Leave everything. The reader can watch again. */
  close(): void {
    for (const [id] of this.#cursors.loaded()) this.#cursors.unwatch(id);
    for (const id of this.#cursors.unloaded()) this.#cursors.unwatch(id);
    this.#halt("closed", null);
  }

  /**
   * Whether to do without a stream and ask every 10 s alone, as a page does that nobody sees: it
   * would take one of the six connections that a browser has to a server.
   */
  rest(resting: boolean): void {
    if (this.#resting === resting) return;
    this.#resting = resting;
    if (this.#cursors.size > 0) this.#reconnect(0);
  }

  /** The network or the user is back: waits end, a stream that is silent is opened anew. */
  wake(): void {
    if (this.#nap !== null) this.#nap.abort();
    const silent = this.#alive && Date.now() - this.#bytesAt > SUSPECT_MS;
    const refused = this.#connection === "closed" && this.#cursors.size > 0;
    if (silent || refused) this.#reconnect(0);
  }

  figures(): Figures {
    return { ...this.#figures, polls: this.#poller.asked };
  }

  #reconnect(delay: number): void {
    if (this.#settling !== null) return;
    this.#settling = setTimeout(() => {
      this.#settling = null;
      this.#stop.abort();
      if (this.#cursors.size === 0) return this.#halt("closed", null);
      this.#stop = new AbortController();
      if (this.#connection === "closed") this.#say("connecting");
      void this.#connect(this.#stop.signal);
      void this.#poller.run(this.#stop.signal);
    }, delay);
  }

  #halt(connection: Connection, problem: Problem | null): void {
    if (this.#settling !== null) clearTimeout(this.#settling);
    this.#settling = null;
    this.#stop.abort();
    this.#alive = false;
    this.#say(connection, problem);
  }

  /** Keep a stream open until the signal is aborted. Never rejects. */
  async #connect(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.#cursors.size > 0) {
      const failed = await this.#load(signal);
      if (failed === null && this.#resting) return this.#rested();
      const end = failed ?? (await this.#stream(signal));
      if (signal.aborted) return;
      if (end.kind === "refused") return this.#halt("closed", end.problem);
      this.#broken();
      const wait = this.#backoff.failed();
      await this.#wait(end.kind === "failed" ? (end.after ?? wait) : wait, signal);
    }
  }

  async #wait(ms: number, signal: AbortSignal): Promise<void> {
    this.#nap = new AbortController();
    await pause(ms, AbortSignal.any([signal, this.#nap.signal]));
    this.#nap = null;
  }

  /** Fetch the state of projects of which nothing is known. Null: all are there. */
  async #load(signal: AbortSignal): Promise<Failed | null> {
    for (const projectId of this.#cursors.unloaded()) {
      const answer = await this.#wire.snapshot(projectId, signal);
      if (signal.aborted) return null;
      if (!isFailure(answer)) this.#tell(this.#cursors.takeSnapshot(answer));
      else if (answer.kind === "gone") this.#tell(this.#gone(projectId));
      else return answer;
    }
    return null;
  }

  async #stream(signal: AbortSignal): Promise<StreamEnd> {
    const at = this.#cursors.query();
    if (at === "") return { kind: "ended" };
    this.#alive = false;
    this.#heldBack = false;
    this.#trust.reset();
    this.#openedAt = Date.now();
    this.#figures.opened += 1;
    this.#figures.connections += 1;
    const end = await this.#wire.stream(
      at,
      {
        bytes: (count) => this.#bytes(count),
        retry: (ms) => (this.#backoff.first = ms),
        data: (data) => this.#data(data),
      },
      signal,
    );
    this.#figures.connections -= 1;
    if (!signal.aborted) this.#figures.reconnected += 1;
    return this.#heldBack ? { kind: "failed", after: HELD_BACK_MS } : end;
  }

  #bytes(count: number): void {
    this.#bytesAt = Date.now();
    this.#figures.bytes += count;
    this.#trust.heard();
    // Only what lasts or brings something is a success, or a stream that breaks at once would be
    // opened every second without end.
    if (this.#bytesAt - this.#openedAt > LAST_MS) this.#backoff.succeeded();
    this.#alive = true;
    this.#say("live");
  }

  /** Take a line of the stream; false to leave it. */
  #data(data: StreamData): boolean {
    const taken = this.#cursors.take(data);
    if (taken.kind === "event" || taken.kind === "snapshot") this.#backoff.succeeded();
    if ("projectId" in data && "seq" in data && data.projectId && typeof data.seq === "number") {
      this.#heldBack = this.#trust.told(data.projectId, data.seq, Date.now());
      if (taken.kind === "nothing") this.#figures.repeated += 1;
    }
    return this.#tell(taken) && !this.#heldBack;
  }

  /** A short break is not worth a word; the second failure in a row is. */
  #broken(): void {
    const first = this.#alive || this.#backoff.failures === 0;
    if (this.#alive) this.#poller.within(this.#heldBack ? 0 : POLL_MS);
    this.#alive = false;
    if (this.#heldBack) this.#say("polling");
    else if (this.#connection === "live") this.#say("connecting");
    else if (!first && this.#connection !== "polling") this.#say("lost");
  }

  #rested(): void {
    this.#alive = false;
    this.#say("polling");
  }

  /** A poll was answered; `last` is the newest event that it was first to find. */
  #polled(projectId: string, last: number | null, began: number): void {
    if (!this.#alive) return this.#say("polling");
    if (last === null || began < this.#openedAt) return;
    if (!this.#trust.overtaken(projectId, last, this.#bytesAt < began, Date.now())) return;
    this.#alive = false;
    this.#figures.reconnected += 1;
    this.#say("polling");
    this.#reconnect(0);
  }

  #pollFailed(projectId: string, failure: Failed): void {
    if (failure.kind === "gone") this.#tell(this.#gone(projectId));
    else if (failure.kind === "refused") this.#halt("closed", failure.problem);
    else if (!this.#alive) this.#say("lost");
  }

  #gone(projectId: string): Taken {
    return this.#cursors.take({ type: "gone", projectId });
  }

  /** Pass on what was taken; false where the stream has to be opened anew. */
  #tell(taken: Taken): boolean {
    if (taken.kind === "event") {
      this.#figures.events += 1;
      this.#listener.event(taken.event);
    } else if (taken.kind === "snapshot") {
      this.#figures.snapshots += 1;
      this.#listener.snapshot(taken.snapshot);
    } else if (taken.kind === "gone") {
      this.#listener.gone(taken.projectId);
      if (this.#cursors.size === 0) this.#halt("closed", null);
    } else if (taken.kind === "passing") this.#listener.passing(taken.frame);
    else if (taken.kind === "gap") this.#figures.gaps += 1;
    return taken.kind !== "gap";
  }

  #say(connection: Connection, problem: Problem | null = null): void {
    if (connection === this.#connection && problem === null) return;
    this.#connection = connection;
    this.#listener.connection(connection, problem);
  }
}
