/** How many frames this page drew, and how many it should have, while somebody looks. */
import { useEffect, useState } from "react";

/** Of a screen with 60 frames a second. */
const FRAME_MS = 1_000 / 60;
const TELL_MS = 1_000;
/** A longer gap is no jank: nothing is drawn in a hidden tab. */
const HIDDEN_MS = 1_000;

export interface Frames {
  drawn: number;
  dropped: number;
}

export function useFrames(): Frames {
  const [frames, setFrames] = useState<Frames>({ drawn: 0, dropped: 0 });
  useEffect(() => {
    let last = performance.now();
    let told = last;
    let drawn = 0;
    let dropped = 0;
    let next = requestAnimationFrame(function draw(now) {
      const gap = now - last;
      last = now;
      drawn += 1;
      if (gap < HIDDEN_MS) dropped += Math.max(0, Math.round(gap / FRAME_MS) - 1);
      if (now - told >= TELL_MS) {
        told = now;
        setFrames({ drawn, dropped });
      }
      next = requestAnimationFrame(draw);
    });
    return () => cancelAnimationFrame(next);
  }, []);
  return frames;
}
