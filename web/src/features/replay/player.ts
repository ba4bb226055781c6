/** Plays the past: which event it has come to, and how fast it goes on. */
import { useCallback, useEffect, useRef, useState } from "react";
import type { Past } from "./past";

export const SPEEDS = [1, 4, 16, Infinity] as const;
/** How many times faster than it was; Infinity is at once. */
export type Speed = (typeof SPEEDS)[number];

/** A page that was hidden for longer goes on where it was. */
const LONGEST_FRAME_MS = 250;

export interface Player {
  seq: number;
  playing: boolean;
  speed: Speed;
  /** Go to the state after this event. Playing goes on from there. */
  goTo(seq: number): void;
  /** Play or pause; at the end it begins anew. */
  toggle(): void;
  setSpeed(speed: Speed): void;
}

/** Begins at the event `first`. */
export function usePlayer(past: Past, first: number): Player {
  const [seq, setSeq] = useState(first);
  const [playing, setPlaying] = useState(false);
  const [speed, setSpeed] = useState<Speed>(1);
  const [jumps, setJumps] = useState(0);
  const at = useRef(first);

  const move = useCallback((next: number) => {
    if (next === at.current) return;
    at.current = next;
    setSeq(next);
  }, []);
  const goTo = useCallback(
    (wanted: number) => {
      move(Math.max(1, Math.min(wanted, past.last)));
      setJumps((times) => times + 1);
    },
    [past, move],
  );
  const toggle = useCallback(() => {
    if (!playing && at.current >= past.last) move(1);
    setPlaying(!playing);
  }, [past, playing, move]);

  useEffect(() => {
    if (!playing) return;
    let time = past.time(at.current);
    let before = performance.now();
    let frame = 0;
    const step = (now: number): void => {
      time = speed === Infinity ? past.length : time + Math.min(Math.max(0, now - before), LONGEST_FRAME_MS) * speed;
      before = now;
      move(Math.max(at.current, past.seqAt(time)));
      if (at.current >= past.last) setPlaying(false);
      else frame = requestAnimationFrame(step);
    };
    frame = requestAnimationFrame(step);
    return () => cancelAnimationFrame(frame);
    // A jump begins the count of time anew.
  }, [past, playing, speed, jumps, move]);
  return { seq, playing, speed, goTo, toggle, setSpeed };
}
