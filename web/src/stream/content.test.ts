/** Content is fetched once, and what claims to be it is believed only with the right hash. */
import { createHash } from "node:crypto";

import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { Contents } from "./content";

const TRUTH = "der Inhalt 日本\n";
const HASH = createHash("sha256").update(TRUTH).digest("hex");
const SIZE = new TextEncoder().encode(TRUTH).length;

let answers: (string | null | Error)[];
let fetched: string[];
let changes: number;
let contents: Contents;

beforeEach(() => {
  vi.useFakeTimers();
  answers = [];
  fetched = [];
  changes = 0;
  contents = new Contents(
    "p",
    (projectId, sha256) => {
      fetched.push(`${projectId}/${sha256}`);
      const answer = answers.shift() ?? null;
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
    () => (changes += 1),
  );
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("is fetched once, however often it is asked for", async () => {
  answers = [TRUTH];
  expect(contents.get(HASH)).toBeUndefined();
  expect(contents.get(HASH)).toBeUndefined();
  await vi.advanceTimersByTimeAsync(0);
  expect(contents.get(HASH)).toBe(TRUTH);
  expect(fetched).toEqual([`p/${HASH}`]);
  expect(changes).toBe(1);
});

test("that the server does not have is not asked for again", async () => {
  contents.get(HASH);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(contents.get(HASH)).toBeUndefined();
  expect(fetched).toHaveLength(1);
});

test("that cannot be had now is tried again after 1 s, then 2 s", async () => {
  answers = [new Error("503"), new Error("503"), TRUTH];
  contents.get(HASH);
  await vi.advanceTimersByTimeAsync(2_999);
  expect(fetched).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(1);
  expect(contents.get(HASH)).toBe(TRUTH);
});

test("is taken from the stream without fetching", async () => {
  contents.offer(HASH, SIZE, TRUTH);
  expect(contents.get(HASH)).toBe(TRUTH);
  vi.useRealTimers();
  await new Promise((resolve) => setImmediate(resolve));
  await crypto.subtle.digest("SHA-256", new Uint8Array(1));
  expect(fetched).toEqual([]);
});

test("of the right size and the wrong hash is put right", async () => {
  answers = [TRUTH];
  contents.offer(HASH, 4, "lies");
  vi.useRealTimers();
  await vi.waitUntil(() => changes > 0, { timeout: 2_000 });
  expect(contents.get(HASH)).toBe(TRUTH);
});

test("of the wrong size is not even shown", () => {
  contents.offer(HASH, SIZE + 1, TRUTH);
  expect(contents.get(HASH)).toBeUndefined();
});

test("is fetched to be sure where the browser cannot hash, and shown meanwhile", async () => {
  vi.stubGlobal("crypto", {});
  answers = [TRUTH];
  contents.offer(HASH, SIZE, TRUTH);
  expect(contents.get(HASH)).toBe(TRUTH);
  await vi.advanceTimersByTimeAsync(0);
  expect(fetched).toHaveLength(1);
  expect(changes).toBe(0);
});
