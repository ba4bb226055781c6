/** One request to the server at a time: a stream, a page of events, a snapshot. */
import { createParser } from "eventsource-parser";

import { BASE } from "../base";
import { problemOf, projectUrl } from "./commands";
import { retryAfter } from "./backoff";
import { isSeen } from "./presence";
import type { ForgeEvent, Problem, Snapshot, StreamData } from "./types";

/** The server sends a comment after 15 s of silence; this long without a byte is no stream. */
export const SILENCE_MS = 20_000;
/** How long a plain request may take. */
export const ANSWER_MS = 15_000;
/** How long one that asks for events may, beyond the time for which it waits at the server. */
export const POLLED_MS = 8_000;
export const PAGE = 1_000;

/** Why a request brought nothing. */
export type Failed =
  /** Try again, not before `after` ms where the server said so. */
  | { kind: "failed"; after: number | null }
  /** There is no such project. */
  | { kind: "gone" }
  /** Trying again is of no use until the user does something. */
  | { kind: "refused"; problem: Problem };

export type StreamEnd = Failed | { kind: "ended" };

export interface StreamReceiver {
  /** So many bytes have come; comments count. */
  bytes(count: number): void;
  retry(ms: number): void;
  /** Returns false to leave the stream. */
  data(data: StreamData): boolean;
}

/** What `events` answers. `done`: no run is active or queued, and these were the last events. */
export interface EventsPage {
  events: ForgeEvent[];
  last: number;
  done: boolean;
}

export class Wire {
  readonly #fetch: typeof fetch;
  readonly #base: string;

  constructor(fetcher: typeof fetch, base: string) {
    this.#fetch = fetcher;
    this.#base = base;
  }

  /** Read a stream until it ends or fails, or the signal is aborted. Never rejects. */
  async stream(at: string, receiver: StreamReceiver, signal: AbortSignal): Promise<StreamEnd> {
    const watchdog = new AbortController();
    let timer = setTimeout(() => watchdog.abort(), SILENCE_MS);
    const either = AbortSignal.any([signal, watchdog.signal]);
    try {
      const response = await this.#fetch(`${this.#base}${BASE}/api/stream?at=${at}${isSeen() ? "&presence=1" : ""}`, {
        headers: { Accept: "text/event-stream" },
        cache: "no-store",
        signal: either,
      });
      if (!response.ok) return await failureOf(response);
      if (response.status === 204 || !response.body) return { kind: "ended" };
      return await readBody(response.body, receiver, () => {
        clearTimeout(timer);
        timer = setTimeout(() => watchdog.abort(), SILENCE_MS);
      });
    } catch {
      return { kind: "failed", after: null };
    } finally {
      clearTimeout(timer);
      // Whatever the reason for leaving was, the socket is not kept.
      watchdog.abort();
    }
  }

  /** The state of a project. Never rejects. */
  snapshot(projectId: string, signal: AbortSignal): Promise<Snapshot | Failed> {
    return this.#get<Snapshot>(projectUrl(projectId), ANSWER_MS, signal);
  }

  /** The events after a seq, one page; up to `wait` seconds later where there is none yet. */
  events(
    projectId: string,
    after: number,
    wait: number,
    signal: AbortSignal,
  ): Promise<EventsPage | Failed> {
    const url = `${projectUrl(projectId)}/events?after=${after}&limit=${PAGE}&wait=${wait}`;
    return this.#get<EventsPage>(url, POLLED_MS + wait * 1_000, signal);
  }

  async #get<T>(url: string, patience: number, signal: AbortSignal): Promise<T | Failed> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), patience);
    try {
      const response = await this.#fetch(this.#base + url, {
        headers: { Accept: "application/json" },
        cache: "no-store",
        signal: AbortSignal.any([signal, late.signal]),
      });
      if (!response.ok) return await failureOf(response);
      return (await response.json()) as T;
    } catch {
      return { kind: "failed", after: null };
    } finally {
      clearTimeout(timer);
    }
  }
}

export function isFailure(answer: object): answer is Failed {
  return "kind" in answer;
}

async function readBody(
  body: ReadableStream<Uint8Array>,
  receiver: StreamReceiver,
  alive: () => void,
): Promise<StreamEnd> {
  let broken = false;
  const parser = createParser({
    onEvent: ({ data }) => {
      if (!broken) broken = !receiver.data(JSON.parse(data) as StreamData);
    },
    onRetry: (ms) => receiver.retry(ms),
  });
  const decoder = new TextDecoder();
  const reader = body.getReader();
  while (!broken) {
    const { done, value } = await reader.read();
    if (done) return { kind: "ended" };
    alive();
    receiver.bytes(value.byteLength);
    parser.feed(decoder.decode(value, { stream: true }));
  }
  return { kind: "failed", after: null };
}

async function failureOf(response: Response): Promise<Failed> {
  const { status } = response;
  if (status === 404 || status === 410) return { kind: "gone" };
  // 408, 425, 429 and all of 5xx pass by themselves; any other refusal stays one.
  const passing = status >= 500 || [408, 425, 429].includes(status);
  if (passing) return { kind: "failed", after: retryAfter(response) };
  return { kind: "refused", problem: await problemOf(response) };
}
