/** The store folds once a frame, keeps what did not change, and knows the text of every file. */
import { createHash } from "node:crypto";

import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { ForgeEvent, Snapshot } from "../events.gen";
import type { ReaderListener } from "./listener";
import { LEAVE_MS, LINGER_MS, StreamStore, UNKNOWN } from "./store";
import { eventAt, stateAt } from "./testing";

let tell: ReaderListener;
let watched: string[];
let frames: (() => void)[];
let blobs: Map<string, string>;
let fetched: string[];
let store: StreamStore;

beforeEach(() => {
  vi.useFakeTimers();
  watched = [];
  frames = [];
  blobs = new Map();
  fetched = [];
  store = new StreamStore({
    reader: (listener) => {
      tell = listener;
      return {
        watch: (id, known) => watched.push(known === null ? id : `${id}:${known.seq}`),
        unwatch: (id) => watched.push(`-${id}`),
        figures: () => Promise.resolve(null),
      };
    },
    blobs: (projectId, sha256) => {
      fetched.push(`${projectId}/${sha256.slice(0, 4)}`);
      return Promise.resolve(blobs.get(sha256) ?? null);
    },
    schedule: (work) => frames.push(work),
  });
});

afterEach(() => {
  vi.useRealTimers();
});

function frame(): void {
  for (const work of frames.splice(0)) work();
}

/** Content is taken up by promises, and Node's cryptography answers from another thread. */
async function settled(until: () => boolean): Promise<void> {
  await vi.waitUntil(until, { interval: 1, timeout: 2_000 });
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** A file that is written in the events from `seq` on: begun, one chunk, whole. */
function written(seq: number, path: string, text: string, hash = sha256(text)): ForgeEvent[] {
  const common = { projectId: "p", run: "r1", ts: 0, path, attempt: 1 };
  const size = new TextEncoder().encode(text).length;
  return [
    { ...common, type: "file:generating", seq, author: "compiled" },
    { ...common, type: "code:chunk", seq: seq + 1, at: 0, text },
    { ...common, type: "file:complete", seq: seq + 2, size, sha256: hash, binary: false },
  ];
}

function stored(path: string, text: string): Snapshot["files"][number] {
  blobs.set(sha256(text), text);
  return {
    path,
    state: "complete",
    author: "compiled",
    attempt: 1,
    size: text.length,
    sha256: sha256(text),
    binary: false,
    purpose: null,
    run: "r0",
  };
}

test("knows nothing of a project that nobody asked for", () => {
  expect(store.view("p")).toBe(UNKNOWN);
});

test("folds all that came within a frame at once, and tells it once", () => {
  const changed = vi.fn();
  store.subscribe("p", changed);
  tell.snapshot(stateAt(1));
  tell.event(eventAt(2));
  tell.event(eventAt(3));
  expect(store.view("p").snapshot).toBeNull();
  expect(changed).not.toHaveBeenCalled();
  frame();
  expect(changed).toHaveBeenCalledTimes(1);
  expect(store.view("p").snapshot).toMatchObject({ seq: 3, title: "Title 3" });
  expect(frames).toHaveLength(0);
});

test("gives out the same view until something changes", () => {
  store.subscribe("p", () => undefined);
  tell.snapshot(stateAt(1));
  frame();
  const before = store.view("p");
  tell.event(eventAt(2));
  expect(store.view("p")).toBe(before);
  frame();
  expect(store.view("p")).not.toBe(before);
});

test("follows a project once, however many ask, and for a moment after all have left", () => {
  const leave = [store.subscribe("p", () => undefined), store.subscribe("p", () => undefined)];
  expect(watched).toEqual(["p"]);
  tell.snapshot(stateAt(5));
  frame();
  for (const one of leave) one();
  vi.advanceTimersByTime(LEAVE_MS - 1);
  store.subscribe("p", () => undefined)();
  vi.advanceTimersByTime(LEAVE_MS - 1);
  expect(watched).toEqual(["p"]);
  vi.advanceTimersByTime(1);
  expect(watched).toEqual(["p", "-p"]);
});

test("keeps what it knows of a project for a while, and goes on from there", () => {
  const leave = store.subscribe("p", () => undefined);
  tell.snapshot(stateAt(5));
  frame();
  leave();
  vi.advanceTimersByTime(LINGER_MS - 1);
  expect(store.view("p").snapshot?.seq).toBe(5);
  store.subscribe("p", () => undefined)();
  expect(watched).toEqual(["p", "-p", "p:5"]);
  vi.advanceTimersByTime(LINGER_MS);
  expect(watched).toEqual(["p", "-p", "p:5", "-p"]);
  expect(store.view("p")).toBe(UNKNOWN);
});

test("shows a new project at once and follows it from there", () => {
  store.seed(stateAt(2));
  expect(store.view("p").snapshot?.seq).toBe(2);
  store.subscribe("p", () => undefined);
  expect(watched).toEqual(["p:2"]);
  store.seed(stateAt(1));
  expect(store.view("p").snapshot?.seq).toBe(2);
});

test("keeps the text of a file that it saw being written", async () => {
  store.subscribe("p", () => undefined);
  tell.snapshot(stateAt(1));
  const [begun, chunk, complete] = written(2, "a.py", "é = '😀'\n");
  tell.event(begun!);
  tell.event(chunk!);
  frame();
  expect(store.textOf("p", "a.py")).toBe("é = '😀'\n");
  tell.event(complete!);
  frame();
  expect(store.view("p").snapshot?.files[0]?.text).toBeUndefined();
  expect(store.textOf("p", "a.py")).toBe("é = '😀'\n");
  await vi.advanceTimersByTimeAsync(0);
  expect(fetched).toEqual([]);
});

test("fetches the text of a file that it did not see, once", async () => {
  const changed = vi.fn();
  store.subscribe("p", changed);
  tell.snapshot({ ...stateAt(1), files: [stored("a.py", "a = 1\n")] });
  frame();
  expect(store.textOf("p", "a.py")).toBeUndefined();
  expect(store.textOf("p", "a.py")).toBeUndefined();
  await settled(() => frames.length > 0);
  const before = store.view("p").contents;
  frame();
  expect(store.textOf("p", "a.py")).toBe("a = 1\n");
  expect(changed).toHaveBeenCalledTimes(2);
  expect(store.view("p").contents).toBe(before);
  expect(fetched).toHaveLength(1);
});

test("has no text of planned, binary and unknown files", () => {
  const file = stored("a.png", "x");
  store.subscribe("p", () => undefined);
  tell.snapshot({
    ...stateAt(1),
    files: [
      { ...file, binary: true },
      { ...file, path: "b.py", state: "planned", sha256: null },
    ],
  });
  frame();
  expect(["a.png", "b.py", "c.py"].map((path) => store.textOf("p", path))).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(fetched).toEqual([]);
});

test("tells history from what is live", () => {
  const file = stored("old.py", "old");
  const half = { ...file, path: "half.py", state: "writing" as const, sha256: null, text: "ab" };
  store.subscribe("p", () => undefined);
  tell.snapshot({ ...stateAt(1), files: [file, half] });
  for (const event of written(2, "new.py", "new")) tell.event(event);
  frame();
  expect(["old.py", "half.py", "new.py"].map((path) => store.historyOf("p", path))).toEqual([
    Infinity,
    2,
    0,
  ]);
  tell.event(written(5, "old.py", "again")[0]!);
  frame();
  expect(store.historyOf("p", "old.py")).toBe(0);
});

test("gives content that a Ref stands for, and strings as they are", async () => {
  blobs.set("ff", "a long prompt");
  store.subscribe("p", () => undefined);
  tell.snapshot({ ...stateAt(1), prompt: { ref: "ff", size: 13 } });
  frame();
  expect(store.resolve("p", "short")).toBe("short");
  expect(store.resolve("p", { ref: "ff", size: 13 })).toBeUndefined();
  await settled(() => frames.length > 0);
  expect(store.resolve("p", { ref: "ff", size: 13 })).toBe("a long prompt");
});

test("says how the connection is, to projects asked for later too", () => {
  store.subscribe("p", () => undefined);
  tell.connection("live", null);
  frame();
  expect(store.view("p").connection).toBe("live");
  store.subscribe("q", () => undefined);
  expect(store.view("q").connection).toBe("live");
});

test("says who answers at a preview, to those who look at its project", () => {
  store.subscribe("p", () => undefined);
  store.subscribe("q", () => undefined);
  expect(store.view("p").preview).toBeNull();
  tell.passing({ type: "preview", projectId: "p", state: "live", version: 1 });
  frame();
  expect(store.view("p").preview).toMatchObject({ state: "live", version: 1 });
  expect(store.view("q").preview).toBeNull();
});

test("says that a project is gone, and asks for it again when somebody does", () => {
  const leave = store.subscribe("p", () => undefined);
  tell.gone("p");
  frame();
  expect(store.view("p").gone).toBe(true);
  leave();
  store.subscribe("p", () => undefined);
  expect(watched).toEqual(["p", "p"]);
  expect(store.view("p").gone).toBe(false);
});

test("says that a project is gone when its log says so", () => {
  store.subscribe("p", () => undefined);
  tell.snapshot(stateAt(1));
  tell.event({ type: "project:deleted", projectId: "p", seq: 2, run: null, ts: 0 });
  frame();
  expect(store.view("p").gone).toBe(true);
});
