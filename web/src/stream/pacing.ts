/**
 * How fast live text is typed: 10 characters every 50 ms at rest, faster the further behind, and
 * never slower than a steady stream brings it.
 *
 * A model that streams word after word is shown as it speaks: what a steady stream brings in a quarter
 * of a second stands there at the next frame, and more is typed half as fast again as it comes, so no
 * lag builds up. What comes at once is a burst, and is typed evenly: B characters are through after about ln(B / 67) / 3 + 0.3 s. All follows the time
 * that has passed, and not the number of calls, so dropped frames and hidden tabs change nothing.
 */

/** Characters a second at rest. */
export const RATE = 200;
/** The share of the backlog that is typed in a second. */
export const CATCH_UP = 3;
/** How much faster than a steady stream its text is typed. */
export const AHEAD = 1.5;
/** Seconds of a steady stream that are shown at once: what a network or a disk held up is no burst. */
export const AT_ONCE = 0.25;
/** Milliseconds of one tenth, and how many of them tell whether a stream is steady. */
export const TENTH_MS = 100;
export const TENTHS = 5;

/**
 * Characters shown, not rounded, `seconds` after `shown` were; never beyond `total`. `steady` is how
 * many characters a second come steadily.
 */
export function advance(shown: number, total: number, seconds: number, steady = 0): number {
  if (shown >= total || total - shown <= steady * AT_ONCE) return total;
  const rate = Math.max(RATE, (total - shown) * CATCH_UP, steady * AHEAD);
  return Math.min(total, shown + rate * seconds);
}

/** What has come in the last tenths of a second, which tells a steady stream from a burst. */
export class Arrivals {
  #tenths: number[] = new Array<number>(TENTHS + 1).fill(0);
  #at = 0;

  /** So many characters have come, at this time in milliseconds. */
  note(characters: number, now: number): void {
    this.#pass(now);
    this.#tenths[0] = (this.#tenths[0] ?? 0) + characters;
  }

  /** Characters a second that come steadily: the median tenth, so that one burst is none. */
  steady(now: number): number {
    this.#pass(now);
    const whole = this.#tenths.slice(1).sort((one, other) => one - other);
    return ((whole[Math.floor(TENTHS / 2)] ?? 0) * 1_000) / TENTH_MS;
  }

  /** Begin new tenths up to this time. */
  #pass(now: number): void {
    const at = Math.floor(now / TENTH_MS);
    const passed = Math.min(Math.max(0, at - this.#at), TENTHS + 1);
    if (passed === 0) return;
    const begun = new Array<number>(passed).fill(0);
    this.#tenths = [...begun, ...this.#tenths].slice(0, TENTHS + 1);
    this.#at = at;
  }
}
