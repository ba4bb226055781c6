/**
 * Whether what calls itself a live stream is one, judged by what polls find before it.
 *
 * A stream can be open and dead, or in the hands of a proxy that holds its bytes back. Polls that
 * find an event before the stream tells it may be chance, since the event may be in flight; so
 * one such find never counts alone. No I/O.
 */

/** An event that comes this much later than a poll found it was held back on its way. */
export const LATE_MS = 1_000;
const TIMES = 2;

export class Trust {
  /** Polls in a row that found something while not one byte came. */
  #silent = 0;
  /** Events in a row that came late. */
  #late = 0;
  /** For each project the event that a poll found first, and when. */
  readonly #found = new Map<string, { seq: number; at: number }>();

  /** A new stream begins: nothing is held against it. */
  reset(): void {
    this.#silent = 0;
    this.#late = 0;
    this.#found.clear();
  }

  /** Bytes have come. */
  heard(): void {
    this.#silent = 0;
  }

  /** A poll was first to find an event; `silent`: no byte came while it asked. True: it is dead. */
  overtaken(projectId: string, seq: number, silent: boolean, now: number): boolean {
    this.#found.set(projectId, { seq, at: now });
    this.#silent = silent ? this.#silent + 1 : 0;
    return this.#silent >= TIMES;
  }

  /** The stream told an event. True: what it tells is held back on its way. */
  told(projectId: string, seq: number, now: number): boolean {
    const found = this.#found.get(projectId);
    if (found === undefined || seq < found.seq) return false;
    this.#found.delete(projectId);
    this.#late = now - found.at > LATE_MS ? this.#late + 1 : 0;
    return this.#late >= TIMES;
  }
}
