/**
 * Asks for events beside the stream.
 *
 * While a stream is alive it asks every 10 s, which finds out one that is not what it seems. While
 * there is none it asks every 5 s, and waits at the server for what the newest watched project
 * tells next: so that project is nearly live where streaming does not get through. Only one
 * request waits, for a browser has six connections to a server.
 */
import { pause } from "./backoff";
import type { Cursors } from "./cursors";
import type { ForgeEvent } from "./types";
import { type Failed, isFailure, PAGE, type Wire } from "./wire";

export const POLL_LIVE_MS = 10_000;
export const POLL_MS = 5_000;
/** How long a request waits at the server for the next event. */
export const WAIT_S = 5;
/** Between two requests that wait: what happens meanwhile comes in one answer. */
export const GATHER_MS = 500;

/** Whom the poller asks for. */
export interface Polling {
  readonly cursors: Cursors;
  readonly wire: Wire;
  /** How often to ask, and whether to wait at the server: only `instead` does. */
  mode(): "beside" | "instead" | "resting";
  /** Take an event; whether it was new. */
  take(event: ForgeEvent): boolean;
  /** The server answered a request that began at `began`, `last` being the newest event found. */
  found(projectId: string, last: number | null, began: number): void;
  failed(projectId: string, failure: Failed): void;
}

export class Poller {
  readonly #host: Polling;
  #nap = new AbortController();
  #wanted = POLL_MS;
  #othersAt = 0;
  asked = 0;

  constructor(host: Polling) {
    this.#host = host;
  }

  /** Ask now and then until the signal is aborted. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    let wait = POLL_MS;
    for (;;) {
      await this.#rest(wait, signal);
      if (signal.aborted) return;
      wait = await this.#round(signal);
    }
  }

  /** Begin the present pause anew, with another length. */
  within(ms: number): void {
    this.#wanted = ms;
    this.#nap.abort();
  }

  async #rest(ms: number, signal: AbortSignal): Promise<void> {
    let left: number | null = ms;
    while (left !== null && !signal.aborted) {
      this.#nap = new AbortController();
      await pause(left, AbortSignal.any([signal, this.#nap.signal]));
      left = this.#nap.signal.aborted ? this.#wanted : null;
    }
  }

  /** Ask for each project once; returns how long to wait for the next round. */
  async #round(signal: AbortSignal): Promise<number> {
    const { cursors } = this.#host;
    const focus = this.#host.mode() === "instead" ? (cursors.loaded().at(-1)?.[0] ?? null) : null;
    if (focus === null || Date.now() - this.#othersAt >= POLL_MS) {
      this.#othersAt = Date.now();
      for (const [projectId] of cursors.loaded()) {
        if (signal.aborted) return 0;
        if (projectId !== focus) await this.#catchUp(projectId, 0, signal);
      }
    }
    if (focus === null) return this.#host.mode() === "instead" ? POLL_MS : POLL_LIVE_MS;
    const began = Date.now();
    const brought = await this.#catchUp(focus, WAIT_S, signal);
    // An answer without an event that did not wait, or none at all, is no reason to hurry.
    return brought > 0 || (brought === 0 && Date.now() - began > GATHER_MS) ? GATHER_MS : POLL_MS;
  }

  /** Take what a project's log holds beyond its cursor; how much that was, -1 for no answer. */
  async #catchUp(projectId: string, wait: number, signal: AbortSignal): Promise<number> {
    let brought = 0;
    for (;;) {
      const after = this.#host.cursors.at(projectId);
      if (after === null || signal.aborted) return brought;
      const began = Date.now();
      this.asked += 1;
      const answer = await this.#host.wire.events(projectId, after, brought > 0 ? 0 : wait, signal);
      if (signal.aborted) return brought;
      if (isFailure(answer)) {
        this.#host.failed(projectId, answer);
        return -1;
      }
      const fresh = answer.events.filter((event) => this.#host.take(event));
      brought += fresh.length;
      this.#host.found(projectId, fresh.at(-1)?.seq ?? null, began);
      if (answer.events.length < PAGE) return brought;
    }
  }
}
