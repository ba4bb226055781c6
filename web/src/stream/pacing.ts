/**
 * How fast live text is typed: 10 characters every 50 ms at rest, faster the further behind.
 *
 * With a steady stream the lag settles at a third of a second at most; a burst of B characters
 * is through after about ln(B / 67) / 3 + 0.3 s. It follows the time that has passed, and not
 * the number of calls, so dropped frames and hidden tabs change nothing.
 */
import { cutLength } from "./text";

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

/** What a typist has to know of a text. */
export interface Typed {
  path: string;
  /** Differs for every text that is begun anew in this path: run and attempt, for example. */
  version: string;
  text: string;
  /** Still being written. A text met only when it is complete is shown at once. */
  live: boolean;
  /** UTF-16 units that are history: `historyOf(path)`. */
  history: number;
}

interface Place {
  version: string;
  shown: number;
  at: number;
}

/**
 * Types the files of one project. It remembers how far each is, so that the viewer may go to
 * another file and come back, and a file that was completed meanwhile is typed to its end.
 */
export class Typist {
  readonly #places = new Map<string, Place>();

  /** How many UTF-16 units of the text to show at `now` (ms); never half a surrogate pair. */
  shown(typed: Typed, now: number): number {
    const { path, version, text, live, history } = typed;
    let place = this.#places.get(path);
    if (!place || place.version !== version) {
      const start = live ? Math.min(history, text.length) : text.length;
      place = { version, shown: start, at: now };
      this.#places.set(path, place);
    }
    const seconds = Math.max(0, now - place.at) / 1000;
    // History can grow under a reader that was away: what it missed came as a snapshot.
    place.shown = Math.max(place.shown, Math.min(history, text.length));
    place.shown = advance(place.shown, text.length, seconds);
    place.at = now;
    return cutLength(text, Math.floor(place.shown));
  }

  /** Show all that there is now at once: for reduced motion, and when the user will not wait. */
  skip(path: string): void {
    const place = this.#places.get(path);
    if (place) place.shown = Infinity;
  }
}
