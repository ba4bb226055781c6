/** Typing is never far behind, at any pace of the stream, and never repeats itself. */
import { describe, expect, test } from "vitest";

import { Arrivals, advance } from "./pacing";

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

describe("arrivals", () => {
  test("a stream of words is steady, whatever its pace", () => {
    for (const [size, every] of [
      [4, 12],
      [40, 12],
      [4, 90],
    ] as const) {
      const arrivals = new Arrivals();
      for (let now = 0; now < 2_000; now += every) arrivals.note(size, now);
      const rate = (size * 1_000) / every;
      expect(arrivals.steady(2_000)).toBeGreaterThan(rate * 0.8);
      expect(arrivals.steady(2_000)).toBeLessThan(rate * 1.3);
    }
  });

  test("a burst is not steady, nor are two, nor is what has ended", () => {
    const arrivals = new Arrivals();
    arrivals.note(6_000, 1_000);
    arrivals.note(6_000, 1_210);
    for (let now = 1_000; now < 1_600; now += 10) expect(arrivals.steady(now)).toBe(0);
    for (let now = 2_000; now < 3_000; now += 20) arrivals.note(5, now);
    expect(arrivals.steady(3_000)).toBeGreaterThan(0);
    expect(arrivals.steady(3_700)).toBe(0);
  });
});

describe.each([250, 320, 1_000, 5_000])("words that come at %i characters a second", (rate) => {
  test("are shown in the frame in which they come, once they come steadily", () => {
    const dt = 1_000 / 60;
    const arrivals = new Arrivals();
    const came: number[] = [];
    let shown = 0;
    let total = 0;
    let worst = 0;
    for (let now = 0; now < 5_000; now += dt) {
      for (; total < (rate * now) / 1_000; total += 4) {
        arrivals.note(4, now);
        for (let each = 0; each < 4; each++) came.push(now);
      }
      shown = advance(shown, total, dt / 1_000, arrivals.steady(now));
      const late = shown < total ? now - (came[Math.floor(shown)] ?? now) : 0;
      if (now > 2_000) worst = Math.max(worst, late);
    }
    expect(worst).toBe(0);
  });
});

test("what was held up of a steady stream is shown at once, and a burst behind it is not", () => {
  expect(advance(0, 50, 1 / 60, 320)).toBe(50);
  expect(advance(0, 400, 1 / 60, 320)).toBeLessThan(30);
  expect(advance(0, 50, 1 / 60, 0)).toBeLessThan(4);
});
