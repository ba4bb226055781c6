/** Typing is never far behind, at any pace of the stream, and never repeats itself. */
import { describe, expect, test } from "vitest";

import { advance } from "./pacing";

test("types ten characters in 50 ms at rest", () => {
  expect(advance(0, 10, 0.05)).toBe(10);
  expect(advance(0, 66, 0.05)).toBe(10);
});

test("never shows more than there is, and nothing while no time passes", () => {
  expect(advance(5, 7, 10)).toBe(7);
  expect(advance(9, 7, 1)).toBe(7);
  expect(advance(3, 7, 0)).toBe(3);
});

describe.each([50, 200, 1_000, 5_000, 20_000])("a stream of %i characters a second", (rate) => {
  test("is followed within a third of a second and a frame", () => {
    const dt = 1 / 60;
    let shown = 0;
    let worst = 0;
    for (let total = 0; total < rate * 10; total += rate * dt) {
      shown = advance(shown, total, dt);
      worst = Math.max(worst, (total - shown) / rate);
    }
    expect(worst).toBeLessThan(1 / 3 + dt);
  });
});

test.each([100, 6_000, 94_000])("a burst of %i characters is through within 3 s", (size) => {
  let shown = 0;
  let seconds = 0;
  for (; shown < size; seconds += 1 / 60) shown = advance(shown, size, 1 / 60);
  expect(seconds).toBeLessThan(3);
});
