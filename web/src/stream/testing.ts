/** A server in the hands of a test: it sees every request, and answers when it is told to. */
import { vi } from "vitest";

import type { ForgeEvent, Snapshot, StreamData } from "../events.gen";
import { empty } from "./empty";
import { StreamReader } from "./reader";

const encoder = new TextEncoder();

/** One request that waits for its answer. */
export class Asked {
  readonly url: string;
  readonly init: RequestInit;
  /** Whether the page has broken off the request. */
  aborted = false;
  #settle!: { resolve: (response: Response) => void; reject: (reason: unknown) => void };
  #body: ReadableStreamDefaultController<Uint8Array> | null = null;
  readonly response: Promise<Response>;

  constructor(url: string, init: RequestInit) {
    this.url = url;
    this.init = init;
    this.response = new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
    init.signal?.addEventListener("abort", () => {
      this.aborted = true;
      const reason = new DOMException("aborted", "AbortError");
      this.#settle.reject(reason);
      this.#body?.error(reason);
      this.#body = null;
    });
  }

  json(body: unknown, status = 200, headers: Record<string, string> = {}): void {
    this.#settle.resolve(new Response(JSON.stringify(body), { status, headers }));
  }

  status(status: number, headers: Record<string, string> = {}): void {
    this.#settle.resolve(new Response(null, { status, headers }));
  }

  unreachable(): void {
    this.#settle.reject(new TypeError("fetch failed"));
  }

  /** Answer with a stream, whose first bytes leave at once. */
  open(first = "retry: 1000\n: hello\n\n"): void {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#body = controller;
      },
    });
    this.#settle.resolve(new Response(body, { status: 200 }));
    if (first) this.text(first);
  }

  text(text: string): void {
    this.#body?.enqueue(encoder.encode(text));
  }

  bytes(bytes: Uint8Array): void {
    this.#body?.enqueue(bytes);
  }

  data(...lines: StreamData[]): void {
    this.text(lines.map((line) => `data: ${JSON.stringify(line)}\n\n`).join(""));
  }

  end(): void {
    this.#body?.close();
    this.#body = null;
  }
}

export class FakeServer {
  readonly asked: Asked[] = [];

  readonly fetch: typeof fetch = (input, init = {}) => {
    const asked = new Asked(String(input), init);
    this.asked.push(asked);
    return asked.response;
  };

  /** All requests so far whose address contains the words. */
  all(words: string): Asked[] {
    return this.asked.filter((one) => one.url.includes(words));
  }

  /** The latest request whose address contains the words. */
  last(words: string): Asked {
    const found = this.all(words).at(-1);
    if (!found) throw new Error(`nothing was asked of ${words}: ${this.urls().join(" ")}`);
    return found;
  }

  urls(): string[] {
    return this.asked.map((one) => one.url);
  }
}

/** An event of no interest but its place. */
export function eventAt(seq: number, projectId = "p"): ForgeEvent {
  return { type: "title:changed", projectId, seq, run: null, ts: seq, title: `Title ${seq}` };
}

export function stateAt(seq: number, projectId = "p"): Snapshot {
  return { ...empty(projectId), seq, title: `Title ${seq}` };
}

export function snapshotFrame(seq: number, projectId = "p"): StreamData {
  return { type: "snapshot", projectId, seq, state: stateAt(seq, projectId) };
}

/** A reader, and all that it tells. It needs fake timers. */
export class ReaderProbe {
  readonly server = new FakeServer();
  /** `p:4` an event, `p=3` a snapshot. */
  readonly told: string[] = [];
  readonly links: string[] = [];
  readonly reader = new StreamReader(
    {
      event: ({ projectId, seq }) => this.told.push(`${projectId}:${seq}`),
      snapshot: ({ id, seq }) => this.told.push(`${id}=${seq}`),
      gone: (projectId) => this.told.push(`${projectId} gone`),
      passing: (frame) => this.told.push(frame.type === "preview" ? `${frame.projectId} ${frame.state}` : `${frame.projectId} ${frame.viewers} here`),
      connection: (connection, problem) =>
        this.links.push(problem ? `${connection} ${problem.status} ${problem.title}` : connection),
    },
    { fetch: this.server.fetch, random: () => 0.5 },
  );

  /** Follow `p` and answer up to the point where its stream is open. */
  async opened(seq = 3): Promise<Asked> {
    this.reader.watch("p");
    await pass(30);
    this.server.last("/api/projects/p").json(stateAt(seq));
    await pass(0);
    const stream = this.server.last("/api/stream");
    stream.open();
    await pass(0);
    return stream;
  }
}

/** Let fake time pass, and everything that waits for it. */
export async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}
