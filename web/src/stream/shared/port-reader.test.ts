/** A page and the worker find each other, notice each other's end, and do without where they must. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { StreamReader } from "../reader";
import type { Reader } from "../page-reader";
import { eventAt, FakeServer, pass, stateAt } from "../testing";
import type { Snapshot } from "../types";
import { Hub } from "./hub";
import { PortReader, START_MS } from "./port-reader";
import type { Ask, Port, Say } from "./protocol";
import { type Locks, serve } from "./tab-port";

/** The Web Locks of a browser: `die` gives back what a page or a worker held. */
class FakeLocks {
  readonly #held = new Map<string, string>();
  readonly #queue: { name: string; owner: string; granted: () => unknown }[] = [];

  of(owner: string): Locks {
    const request = (name: string, ...rest: unknown[]): Promise<unknown> => {
      const granted = rest.at(-1) as () => unknown;
      this.#queue.push({ name, owner, granted });
      return Promise.resolve().then(() => this.#grant());
    };
    return { request } as Locks;
  }

  die(owner: string): void {
    for (const [name, holder] of this.#held) if (holder === owner) this.#held.delete(name);
    this.#grant();
  }

  #grant(): void {
    for (const one of [...this.#queue]) {
      if (this.#held.has(one.name)) continue;
      this.#queue.splice(this.#queue.indexOf(one), 1);
      this.#held.set(one.name, one.owner);
      const free = (): void => {
        this.#held.delete(one.name);
        this.#grant();
      };
      void Promise.resolve(one.granted()).then(free);
    }
  }
}

/** Two ends whose messages are cloned, as a MessageChannel's are, but on the test's clock. */
function channel<A, B>(): [Port<A, B>, Port<B, A>] {
  const end = <S, H>(): Port<S, H> & { open: boolean } => ({
    onmessage: null,
    open: true,
    postMessage: () => undefined,
    close() {
      this.open = false;
    },
  });
  const [left, right] = [end<A, B>(), end<B, A>()];
  const send =
    <T>(from: { open: boolean }, to: Port<never, T> & { open: boolean }) =>
    (message: T): void => {
      const data = structuredClone(message);
      setTimeout(() => from.open !== null && to.open && to.onmessage?.({ data } as MessageEvent<T>));
    };
  left.postMessage = send(left, right as never);
  right.postMessage = send(right, left as never);
  return [left, right];
}

let locks: FakeLocks;
let server: FakeServer;
let hubs: Hub[];
let told: string[];

beforeEach(() => {
  vi.useFakeTimers();
  locks = new FakeLocks();
  server = new FakeServer();
  hubs = [];
  told = [];
});

afterEach(() => {
  vi.useRealTimers();
});

/** A worker that runs; the next one that is started is another. */
function worker(name: string): () => { port: Port<Ask, Say>; onerror: null } {
  const hub = new Hub((listener) => new StreamReader(listener, { fetch: server.fetch, random: () => 0.5 }));
  hubs.push(hub);
  void locks.of(name).request(`lock of ${name}`, () => new Promise(() => undefined));
  return () => {
    const [page, inside] = channel<Ask, Say>();
    serve(hub, inside, locks.of(name), `lock of ${name}`);
    return { port: page, onerror: null };
  };
}

class StandIn implements Reader {
  readonly asked: string[] = [];

  watch(projectId: string, known: Snapshot | null): void {
    this.asked.push(`${projectId}:${known?.seq ?? "-"}`);
  }

  unwatch(projectId: string): void {
    this.asked.push(`-${projectId}`);
  }

  figures(): Promise<null> {
    return Promise.resolve(null);
  }
}

function page(start: () => unknown, instead = new StandIn(), owner = "page"): PortReader {
  return new PortReader(
    {
      event: ({ projectId, seq }) => told.push(`${projectId}:${seq}`),
      snapshot: ({ id, seq }) => told.push(`${id}=${seq}`),
      gone: (projectId) => told.push(`${projectId} gone`),
      passing: ({ projectId, type }) => told.push(`${projectId} ${type}`),
      connection: (connection) => told.push(connection),
    },
    { start: start as never, instead: () => instead, locks: locks.of(owner) },
  );
}

test("what a page watches is told to it, and no longer when it leaves", async () => {
  const reader = page(worker("one"));
  reader.watch("p", stateAt(3));
  await pass(40);
  const stream = server.last("/api/stream");
  stream.open();
  stream.data(eventAt(4), eventAt(5));
  await pass(10);
  expect(told).toEqual(["connecting", "live", "p:4", "p:5"]);
  const figures = reader.figures();
  await pass(10);
  expect(await figures).toMatchObject({ place: "worker", tabs: 1, projects: 1, connections: 1, events: 2 });
  reader.unwatch("p");
  await pass(40);
  expect(stream.aborted).toBe(true);
  expect(hubs[0]!.figures()).toMatchObject({ projects: 0, connections: 0 });
});

test("a page that dies without a word is noticed by its lock", async () => {
  const start = worker("one");
  page(start, new StandIn(), "dies").watch("p", stateAt(1));
  page(start, new StandIn(), "lives").watch("q", stateAt(1, "q"));
  await pass(40);
  expect(hubs[0]!.figures()).toMatchObject({ tabs: 2, projects: 2 });
  locks.die("dies");
  await pass(40);
  expect(hubs[0]!.figures()).toMatchObject({ tabs: 1, projects: 1 });
  expect(server.last("/api/stream").url).toBe("/api/stream?at=q:1");
});

test("a page that leaves says so", async () => {
  const reader = page(worker("one"));
  reader.watch("p", stateAt(1));
  await pass(40);
  reader.leave();
  await pass(40);
  expect(hubs[0]!.figures()).toMatchObject({ tabs: 0, projects: 0, connections: 0 });
  expect(await reader.figures()).toBeNull();
});

test("a page that the browser brings back from its cache joins again", async () => {
  const document = Object.assign(new EventTarget(), { hidden: false });
  const window = Object.assign(new EventTarget(), { document });
  vi.stubGlobal("window", window);
  page(worker("one")).watch("p", stateAt(1));
  await pass(40);
  window.dispatchEvent(new Event("pagehide"));
  await pass(40);
  expect(hubs[0]!.figures()).toMatchObject({ tabs: 0, connections: 0 });
  window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
  await pass(40);
  server.last("/api/projects/p").json(stateAt(9));
  await pass(10);
  expect(hubs[0]!.figures()).toMatchObject({ tabs: 1, projects: 1, connections: 1 });
  expect(told.at(-1)).toBe("p=9");
  vi.unstubAllGlobals();
});

test("a worker that dies is replaced, and all is watched again", async () => {
  const starts = [worker("one"), worker("two")];
  const reader = page(() => starts.shift()!());
  reader.watch("p", stateAt(1));
  reader.watch("q", stateAt(1, "q"));
  await pass(40);
  reader.unwatch("q");
  await pass(40);
  locks.die("one");
  await pass(40);
  server.last("/api/projects/p").json(stateAt(7));
  await pass(10);
  expect(hubs[1]!.figures()).toMatchObject({ tabs: 1, projects: 1 });
  expect(server.last("/api/stream").url).toBe("/api/stream?at=p:7");
  expect(told.at(-1)).toBe("p=7");
});

test("a worker that does not answer is given up for a reader in the page", async () => {
  const instead = new StandIn();
  const [silent] = channel<Ask, Say>();
  const reader = page(() => ({ port: silent, onerror: null }), instead);
  reader.watch("p", stateAt(4));
  reader.watch("q", null);
  reader.unwatch("q");
  await pass(START_MS - 1);
  expect(instead.asked).toEqual([]);
  await pass(1);
  reader.watch("r", null);
  reader.unwatch("p");
  expect(instead.asked).toEqual(["p:4", "r:-", "-p"]);
});

test("so is one that cannot be started, or whose code cannot be had", async () => {
  const refused = new StandIn();
  page(() => {
    throw new DOMException("not here", "SecurityError");
  }, refused).watch("p", null);
  expect(refused.asked).toEqual(["p:-"]);

  const broken = new StandIn();
  const started: { port: Port<Ask, Say>; onerror: (() => void) | null } = {
    port: channel<Ask, Say>()[0],
    onerror: null,
  };
  page(() => started, broken).watch("p", null);
  started.onerror?.();
  expect(broken.asked).toEqual(["p:-"]);
});
