/** How late events were seen, and which of them a filter lets through. */
import type { Arrival } from "../../stream/recorder";

/** Upper ends in milliseconds; the last bucket has none. */
export const BOUNDS = [10, 25, 50, 100, 250, 500, 1_000, 5_000] as const;

export interface Lags {
  /** One more than bounds: how many events arrived below each, and the rest. */
  counts: number[];
  total: number;
  p50: number;
  p95: number;
  most: number;
}

/** From the moment an event was made until it arrived, in milliseconds; null for all else. */
export function lagOf({ at, ts }: Arrival): number | null {
  // Clocks differ: an event is never seen before it was made.
  return ts === null ? null : Math.max(0, at - ts);
}

export function lagsOf(arrivals: readonly Arrival[]): Lags {
  const lags = arrivals.map(lagOf).filter((lag) => lag !== null);
  lags.sort((a, b) => a - b);
  const counts = Array.from({ length: BOUNDS.length + 1 }, () => 0);
  for (const lag of lags) {
    const at = BOUNDS.findIndex((bound) => lag < bound);
    const bucket = at < 0 ? BOUNDS.length : at;
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  const nth = (part: number): number => lags[Math.max(0, Math.ceil(part * lags.length) - 1)] ?? 0;
  return { counts, total: lags.length, p50: nth(0.5), p95: nth(0.95), most: lags.at(-1) ?? 0 };
}

const texts = new WeakMap<Arrival, string>();

/** What arrived, as one line of JSON. */
export function lineOf(arrival: Arrival): string {
  let text = texts.get(arrival);
  if (text === undefined) {
    text = JSON.stringify(arrival.data);
    texts.set(arrival, text);
  }
  return text;
}

/** Those whose JSON has every one of the words in it, upper and lower case alike. */
export function filtered(arrivals: readonly Arrival[], words: string): readonly Arrival[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return arrivals;
  return arrivals.filter((arrival) => {
    const line = lineOf(arrival).toLowerCase();
    return wanted.every((word) => line.includes(word));
  });
}

/** One JSON text a line, with a line end after each. */
export function ndjson(arrivals: readonly Arrival[]): string {
  return arrivals.map((arrival) => `${lineOf(arrival)}\n`).join("");
}
