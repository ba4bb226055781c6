/** The newest arrivals are kept, in order. */
import { expect, test } from "vitest";

import { KEPT, Recorder } from "./recorder";

function filled(count: number): Recorder {
  const recorder = new Recorder();
  for (let seq = 1; seq <= count; seq += 1) {
    recorder.add({ type: "usage", projectId: "p", seq, ts: seq, data: { seq } });
  }
  return recorder;
}

test.each([0, 1, KEPT - 1, KEPT, KEPT + 1, 2 * KEPT + 7])("of %i", (count) => {
  const kept = filled(count).list();
  const first = Math.max(1, count - KEPT + 1);
  expect(kept.map(({ number }) => number)).toEqual(
    Array.from({ length: Math.min(count, KEPT) }, (_, at) => first + at),
  );
  expect(kept.every(({ number, seq }) => number === seq)).toBe(true);
});
