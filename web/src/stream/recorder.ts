/** What arrived at this page lately, as it came, for whoever wants to look at it. */

export interface Arrival {
  /** 1 for the first thing that arrived, and so on. */
  number: number;
  /** Date.now() when it arrived. */
  at: number;
  /** The type of an event, or `snapshot`, `gone`, `connection`. */
  type: string;
  projectId: string | null;
  seq: number | null;
  /** Unix milliseconds, by the server's clock, of an event; null for all else. */
  ts: number | null;
  /** Plain data: the event itself, and for all else an object of its type. */
  data: object;
}

/** So many are kept; older ones are forgotten. */
export const KEPT = 5_000;

export class Recorder {
  readonly #kept: Arrival[] = [];
  /** How many have arrived. */
  total = 0;

  add(arrived: Omit<Arrival, "number" | "at">): void {
    this.#kept[this.total % KEPT] = { ...arrived, number: this.total + 1, at: Date.now() };
    this.total += 1;
  }

  /** All that are kept, the oldest first. */
  list(): Arrival[] {
    const oldest = this.total % KEPT;
    return this.total <= KEPT ? [...this.#kept] : [...this.#kept.slice(oldest), ...this.#kept.slice(0, oldest)];
  }
}
