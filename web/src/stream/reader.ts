/**
 * Follows projects: their state first, then every event, over one connection for all of them.
 *
 * It reads one stream and opens it anew from the last seqs when it ends, breaks, falls silent or
 * has a gap. Beside that it asks for events now and then: every 5 s while there is no stream, and
 * every 10 s while one is thought alive, which finds out a stream that is open and dead. Both
 * ways end in the same cursors, so nothing is told twice. Uses nothing that a worker lacks.
 */
import { Backoff, LAST_MS, pause } from "./backoff";
import { Cursors, type Taken } from "./cursors";
import type { ReaderListener } from "./listener";
import type { Connection, Problem } from "./types";
import { type Failed, isFailure, type StreamEnd, Wire } from "./wire";

export const POLL_LIVE_MS = 10_000;
export const POLL_MS = 5_000;
/** Changes of what is watched are gathered this long before the stream is opened anew. */
export const SETTLE_MS = 30;

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
  /** Ends the present connection and its polling. */
  #stop = new AbortController();
  #settling: ReturnType<typeof setTimeout> | null = null;
  #connection: Connection = "connecting";
  /** Whether bytes came over the present connection. */
  #alive = false;
  #bytesAt = 0;
  #openedAt = 0;
  /** Polls in a row that found what a living stream should have told. */
  #overtaken = 0;

  constructor(listener: ReaderListener, options: ReaderOptions = {}) {
    this.#listener = listener;
    // Called as a method, fetch would refuse its `this`.
    const fetcher = options.fetch ?? ((input, init) => fetch(input, init));
    this.#wire = new Wire(fetcher, options.base ?? "");
    this.#backoff = new Backoff(options.random ?? Math.random);
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

  #reconnect(delay: number): void {
    if (this.#settling !== null) return;
    this.#settling = setTimeout(() => {
      this.#settling = null;
      this.#stop.abort();
      if (this.#cursors.size === 0) return this.#halt("closed", null);
      this.#stop = new AbortController();
      if (this.#connection === "closed") this.#say("connecting");
      void this.#connect(this.#stop.signal);
      void this.#poll(this.#stop.signal);
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
      const end = (await this.#load(signal)) ?? (await this.#stream(signal));
      if (signal.aborted) return;
      if (end.kind === "refused") return this.#halt("closed", end.problem);
      this.#broken();
      const wait = this.#backoff.failed();
      await pause(end.kind === "failed" ? (end.after ?? wait) : wait, signal);
    }
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
    this.#openedAt = performance.now();
    return this.#wire.stream(
      at,
      {
        bytes: () => this.#bytes(),
        retry: (ms) => (this.#backoff.first = ms),
        data: (data) => {
          const taken = this.#cursors.take(data);
          if (taken.kind === "event" || taken.kind === "snapshot") this.#backoff.succeeded();
          return this.#tell(taken);
        },
      },
      signal,
    );
  }

  #bytes(): void {
    this.#bytesAt = performance.now();
    this.#overtaken = 0;
    // Only what lasts or brings something is a success, or a stream that breaks at once would be
    // opened every second without end.
    if (this.#bytesAt - this.#openedAt > LAST_MS) this.#backoff.succeeded();
    this.#alive = true;
    this.#say("live");
  }

  /** A short break is not worth a word; the second failure in a row is. */
  #broken(): void {
    const first = this.#alive || this.#backoff.failures === 0;
    this.#alive = false;
    if (this.#connection === "live") this.#say("connecting");
    else if (!first && this.#connection !== "polling") this.#say("lost");
  }

  /** Ask for events now and then until the signal is aborted. Never rejects. */
  async #poll(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(this.#alive ? POLL_LIVE_MS : POLL_MS, signal);
      for (const [projectId] of this.#cursors.loaded()) {
        if (signal.aborted) return;
        await this.#catchUp(projectId, signal);
      }
    }
  }

  /** Take what a project's log holds beyond its cursor. */
  async #catchUp(projectId: string, signal: AbortSignal): Promise<void> {
    const began = performance.now();
    for (;;) {
      const after = this.#cursors.at(projectId);
      if (after === null) return;
      const answer = await this.#wire.events(projectId, after, signal);
      if (signal.aborted) return;
      if (isFailure(answer)) return this.#pollFailed(projectId, answer);
      if (!this.#alive) this.#say("polling");
      const found = answer.events.filter((event) => {
        const taken = this.#cursors.take(event);
        this.#tell(taken);
        return taken.kind === "event";
      });
      if (found.length === 0) return;
      if (this.#alive && this.#bytesAt < began) return this.#overtook();
    }
  }

  #pollFailed(projectId: string, failure: Failed): void {
    if (failure.kind === "gone") this.#tell(this.#gone(projectId));
    else if (failure.kind === "refused") this.#halt("closed", failure.problem);
    else if (!this.#alive) this.#say("lost");
  }

  /** Once may be chance: the event was in flight. Twice without a byte between is a dead stream. */
  #overtook(): void {
    this.#overtaken += 1;
    if (this.#overtaken < 2) return;
    this.#overtaken = 0;
    this.#alive = false;
    this.#say("polling");
    this.#reconnect(0);
  }

  #gone(projectId: string): Taken {
    return this.#cursors.take({ type: "gone", projectId });
  }

  /** Pass on what was taken; false where the stream has to be opened anew. */
  #tell(taken: Taken): boolean {
    if (taken.kind === "event") this.#listener.event(taken.event);
    else if (taken.kind === "snapshot") this.#listener.snapshot(taken.snapshot);
    else if (taken.kind === "gone") {
      this.#listener.gone(taken.projectId);
      if (this.#cursors.size === 0) this.#halt("closed", null);
    }
    return taken.kind !== "gap";
  }

  #say(connection: Connection, problem: Problem | null = null): void {
    if (connection === this.#connection && problem === null) return;
    this.#connection = connection;
    this.#listener.connection(connection, problem);
  }
}
