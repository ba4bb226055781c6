/**
 * How much of each file is shown, and which file is in view while the page follows the writing.
 *
 * Text that arrives live is typed; files wait in the order in which they were begun, and the pace
 * grows with all that waits, so a fast run is through soon after its last character came. What
 * was there before this page looked appears at once.
 */
import { Arrivals, advance } from "../../stream/pacing";
import { cutLength } from "../../stream/text";

/** A file with text, as the stream has it now. */
export interface Source {
  path: string;
  /** Differs for every text that is begun anew in this path. */
  key: string;
  text: string;
  /** UTF-16 units of the text that are history. */
  history: number;
  /** More text may come. */
  writing: boolean;
}

interface Place {
  source: Source;
  shown: number;
  /** When text last arrived, in the clock of `frame`. */
  grewAt: number;
}

/** A file that gets no text for so long is left for another one that does. */
export const STALLED_MS = 2_000;

/** A frame of most screens. */
export const FRAME_MS = 1000 / 60;

export class Playhead {
  readonly #places = new Map<string, Place>();
  #begun: string[] = [];
  readonly #arrivals = new Arrivals();
  #lastFrame: number | null = null;
  #started = false;

  /**
   * Take what the stream has now; only files of which text is known need to be named. The first
   * call takes everything as history, as does `typed: false` for what is new in it.
   */
  sync(sources: readonly Source[], now: number, typed: boolean): void {
    for (const source of sources) {
      const place = this.#places.get(source.path);
      if (!place || place.source.key !== source.key) {
        const history = Math.min(source.history, source.text.length);
        const shown = this.#started && typed ? history : source.text.length;
        this.#places.set(source.path, { source, shown, grewAt: now });
        if (this.#started && typed) this.#arrivals.note(source.text.length - history, now);
        if (source.writing || (this.#started && history < source.text.length)) this.#begin(source.path);
        continue;
      }
      const grown = source.text.length - place.source.text.length;
      if (grown > 0) place.grewAt = now;
      if (grown > 0 && typed) this.#arrivals.note(grown, now);
      const shown = typed ? Math.max(place.shown, source.history) : source.text.length;
      place.shown = Math.min(shown, source.text.length);
      place.source = source;
    }
    this.#started = true;
  }

  /** Type on: the file in view first, then those begun after it. `now` in milliseconds. */
  frame(now: number, viewed: string | null): void {
    const steady = this.#arrivals.steady(now);
    // What a steady stream brings after a frame that left nothing is due since then.
    const before = this.#lastFrame ?? (steady > 0 ? now - FRAME_MS : now);
    const seconds = Math.max(0, now - before) / 1000;
    this.#lastFrame = now;
    const backlog = this.backlog;
    let due = advance(0, backlog, seconds, steady);
    for (const path of [...(viewed === null ? [] : [viewed]), ...this.#begun]) {
      const place = this.#places.get(path);
      if (!place || due <= 0) continue;
      const step = Math.min(due, place.source.text.length - place.shown);
      place.shown += step;
      due -= step;
    }
    if (this.backlog === 0) this.#lastFrame = null;
  }

  /** Whether text comes steadily, word after word. */
  isSteady(now: number): boolean {
    return this.#arrivals.steady(now) > 0;
  }

  /** UTF-16 units that have arrived and are not shown yet. */
  get backlog(): number {
    let sum = 0;
    for (const { source, shown } of this.#places.values()) sum += source.text.length - shown;
    return sum;
  }

  /** More text is going to appear somewhere. */
  get active(): boolean {
    return this.backlog > 0 || [...this.#places.values()].some(({ source }) => source.writing);
  }

  /** All that has arrived of that text, undefined where it was never named. */
  textOf(path: string, key: string): string | undefined {
    const source = this.#places.get(path)?.source;
    return source?.key === key ? source.text : undefined;
  }

  /** How much of the file to show; never half of a surrogate pair. */
  shown(path: string): number {
    const place = this.#places.get(path);
    return place ? cutLength(place.source.text, Math.floor(place.shown)) : 0;
  }

  /** Whether characters are still going to appear at the end of this file. */
  typing(path: string): boolean {
    const place = this.#places.get(path);
    return place !== undefined && (place.source.writing || place.shown < place.source.text.length);
  }

  /** Show all of this file that has arrived, at once. */
  reveal(path: string): void {
    const place = this.#places.get(path);
    if (place) place.shown = place.source.text.length;
  }

  /** Show all files at once but the one begun last, which a follower goes to now. */
  skipToLast(): string | null {
    const last = this.#begun.at(-1) ?? null;
    for (const path of this.#begun) if (path !== last) this.reveal(path);
    return last;
  }

  /** The file that a follower should see, given the one in view; null keeps it. */
  next(viewed: string | null, now: number): string | null {
    const current = viewed === null ? undefined : this.#places.get(viewed);
    if (current && current.shown < current.source.text.length) return null;
    const waiting = this.#begun.find((path) => this.#waits(path));
    if (current?.source.writing && (waiting === undefined || now - current.grewAt < STALLED_MS)) return null;
    if (waiting !== undefined) return waiting;
    const written = this.#begun.findLast((path) => this.#places.get(path)?.source.writing && path !== viewed);
    return written ?? this.#passed(viewed);
  }

  /** How many files were begun after this one. */
  ahead(path: string | null): number {
    const at = path === null ? -1 : this.#begun.indexOf(path);
    return this.#begun.length - 1 - at;
  }

  /** The file begun last, where it was typed to its end while a file begun before it was in view. */
  #passed(viewed: string | null): string | null {
    const at = viewed === null ? -1 : this.#begun.indexOf(viewed);
    return at >= 0 && at < this.#begun.length - 1 ? (this.#begun.at(-1) ?? null) : null;
  }

  #waits(path: string): boolean {
    const place = this.#places.get(path);
    return place !== undefined && place.shown < place.source.text.length;
  }

  #begin(path: string): void {
    this.#begun = this.#begun.filter((other) => other !== path);
    this.#begun.push(path);
  }
}
