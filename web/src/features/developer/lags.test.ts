/** How late events were seen, and what a filter lets through. */
import { expect, test } from "vitest";

import type { Arrival } from "../../stream/recorder";
import { BOUNDS, filtered, lagsOf, ndjson } from "./lags";

function arrival(number: number, ts: number | null, data: object = { type: "usage" }): Arrival {
  return { number, at: 10_000, type: "usage", projectId: "p", seq: number, ts, data };
}

test("each event is in the bucket of its lag; what is no event is in none", () => {
  const lags = [0, 9, 10, 49, 999, 1_000, 9_000].map((lag, at) => arrival(at, 10_000 - lag));
  const found = lagsOf([...lags, arrival(8, null)]);
  expect(found.counts).toEqual([2, 1, 1, 0, 0, 0, 1, 1, 1]);
  expect(found.counts).toHaveLength(BOUNDS.length + 1);
  expect(found).toMatchObject({ total: 7, p50: 49, p95: 9_000, most: 9_000 });
});

test("a server whose clock is ahead makes no negative lag", () => {
  expect(lagsOf([arrival(1, 10_500)])).toMatchObject({ p50: 0, most: 0 });
});

test("nothing has no lag", () => {
  expect(lagsOf([])).toMatchObject({ total: 0, p50: 0, p95: 0, most: 0 });
});

test("a filter wants all of its words, anywhere, in any case", () => {
  const all = [
    arrival(1, 0, { type: "code:chunk", path: "app/Main.py" }),
    arrival(2, 0, { type: "code:chunk", path: "app/db.py" }),
    arrival(3, 0, { type: "usage" }),
  ];
  const numbers = (words: string): number[] => filtered(all, words).map(({ number }) => number);
  expect(numbers("  ")).toEqual([1, 2, 3]);
  expect(numbers("chunk")).toEqual([1, 2]);
  expect(numbers("main CODE:")).toEqual([1]);
  expect(numbers("nothing")).toEqual([]);
});

test("each line of what is copied is the JSON of one", () => {
  const text = ndjson([arrival(1, 0, { a: "x\ny" }), arrival(2, 0, { b: 1 })]);
  expect(text).toBe('{"a":"x\\ny"}\n{"b":1}\n');
});
