/** Work gathered for the next animation frame. */

/** Calls `work` once, soon. */
export type Schedule = (work: () => void) => void;

/** How long work waits where no frames are drawn, as in a hidden tab. */
export const HIDDEN_MS = 250;

/** Calls `work` in the next animation frame, or after 250 ms where none comes. */
export function nextFrame(work: () => void): void {
  let frame = 0;
  const timer = setTimeout(() => {
    cancelAnimationFrame(frame);
    work();
  }, HIDDEN_MS);
  frame = requestAnimationFrame(() => {
    clearTimeout(timer);
    work();
  });
}
