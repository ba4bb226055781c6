/**
 * How fast live text is typed: 10 characters every 50 ms at rest, faster the further behind.
 *
 * With a steady stream the lag settles at a third of a second at most; a burst of B characters
 * is through after about ln(B / 67) / 3 + 0.3 s. It follows the time that has passed, and not
 * the number of calls, so dropped frames and hidden tabs change nothing.
 */

/** Characters a second at rest. */
export const RATE = 200;
/** The share of the backlog that is typed in a second. */
export const CATCH_UP = 3;

/** Characters shown, not rounded, `seconds` after `shown` were; never beyond `total`. */
export function advance(shown: number, total: number, seconds: number): number {
  if (shown >= total) return total;
  const more = Math.max(RATE * seconds, (total - shown) * CATCH_UP * seconds);
  return Math.min(total, shown + more);
}
