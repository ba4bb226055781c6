/** Work waits for the next frame, and is done once even where no frames are drawn. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { HIDDEN_MS, nextFrame } from "./frame";

const frames: FrameRequestCallback[] = [];
const cancelled = vi.fn();

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("requestAnimationFrame", (work: FrameRequestCallback) => frames.push(work));
  vi.stubGlobal("cancelAnimationFrame", cancelled);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  frames.length = 0;
});

test("is done in the next frame, once", () => {
  const work = vi.fn();
  nextFrame(work);
  expect(work).not.toHaveBeenCalled();
  frames[0]?.(0);
  vi.advanceTimersByTime(HIDDEN_MS);
  expect(work).toHaveBeenCalledTimes(1);
});

test("is done after a while in a hidden tab, once", () => {
  const work = vi.fn();
  nextFrame(work);
  vi.advanceTimersByTime(HIDDEN_MS);
  expect(work).toHaveBeenCalledTimes(1);
  expect(cancelled).toHaveBeenCalledWith(1);
});
