/**
 * The past of a project: its events, its state after any of them, and when each is played.
 *
 * A state is folded from the nearest one that is kept, so that any of it costs at most `EVERY`
 * steps of the fold, however long the log is.
 */
import type { ForgeEvent, Snapshot } from "../../events.gen";
import { empty } from "../../stream/empty";
import { reduce } from "../../stream/reduce";

/** One state is kept for so many events. */
export const EVERY = 256;
/** A silence in which nothing was stored is played no longer than this, in milliseconds. */
export const SILENCE_MS = 1_500;

/** Told of each event when it is added, with the state before it. */
export type Note = (event: ForgeEvent, before: Snapshot) => void;

export class Past {
  readonly #events: ForgeEvent[] = [];
  /** The states after 0, EVERY, 2 * EVERY, ... events. */
  readonly #kept: Snapshot[];
  /** When each event is played, in milliseconds from the first. */
  readonly #times: number[] = [];
  readonly #note: Note;
  #tail: Snapshot;
  /** The one asked for last: a replay goes on from there. */
  #near: Snapshot;

  constructor(projectId: string, note: Note = () => undefined) {
    this.#note = note;
    this.#tail = this.#near = empty(projectId);
    this.#kept = [this.#tail];
  }

  /** The seq of the newest event, 0 where there is none. */
  get last(): number {
    return this.#events.length;
  }

  get events(): readonly ForgeEvent[] {
    return this.#events;
  }

  /** How long all of it is played, in milliseconds. */
  get length(): number {
    return this.#times.at(-1) ?? 0;
  }

  /** Add the events that follow; those that are here already change nothing. Throws RangeError for a gap. */
  extend(events: readonly ForgeEvent[]): void {
    for (const event of events) {
      if (event.seq <= this.last) continue;
      if (event.seq > this.last + 1) throw new RangeError(`event ${event.seq} does not follow ${this.last}`);
      const passed = event.ts - (this.#events.at(-1)?.ts ?? event.ts);
      this.#times.push(this.length + Math.min(SILENCE_MS, Math.max(0, passed)));
      this.#note(event, this.#tail);
      this.#tail = reduce(this.#tail, event);
      this.#events.push(event);
      if (this.last % EVERY === 0) this.#kept.push(this.#tail);
    }
  }

  /** The state after the event `seq`; 0 is before the first, and what is beyond the last is it. */
  at(seq: number): Snapshot {
    const wanted = Math.max(0, Math.min(seq, this.last));
    const kept = this.#kept[Math.floor(wanted / EVERY)] as Snapshot;
    let state = this.#near.seq <= wanted && this.#near.seq > kept.seq ? this.#near : kept;
    for (const event of this.#events.slice(state.seq, wanted)) state = reduce(state, event);
    this.#near = state;
    return state;
  }

  /** When the event `seq` was made, in Unix milliseconds; that of the nearest where there is none. */
  madeAt(seq: number): number {
    return this.#events[Math.max(1, Math.min(seq, this.last)) - 1]?.ts ?? 0;
  }

  /** When the event `seq` is played, in milliseconds from the first. */
  time(seq: number): number {
    return this.#times[Math.max(1, Math.min(seq, this.last)) - 1] ?? 0;
  }

  /** The last event that has been played at this time. */
  seqAt(time: number): number {
    let [low, high] = [0, this.last];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#times[middle] as number) <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
