/** How long to wait before the next try, and waiting that can be broken off. */

export const FIRST_MS = 1_000;
export const LAST_MS = 5_000;
/** The longest that a server's own wish is followed. */
export const WISH_MS = 60_000;

/** 1 s, then double up to 5 s, each between 75 % and 125 %, so that readers do not come in step. */
export class Backoff {
  /** How many tries have failed since the last success. */
  failures = 0;
  #first = FIRST_MS;
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** What a stream's `retry:` asks for as the first wait. */
  set first(ms: number) {
    this.#first = Math.min(Math.max(ms, 100), LAST_MS);
  }

  succeeded(): void {
    this.failures = 0;
  }

  /** The wait in milliseconds after one more failure. */
  failed(): number {
    const wait = Math.min(this.#first * 2 ** this.failures, LAST_MS);
    this.failures += 1;
    return wait * (0.75 + 0.5 * this.#random());
  }
}

/** `Retry-After` (RFC 9110, 10.2.3) in milliseconds; null where there is none. */
export function retryAfter(response: Response, now = Date.now()): number | null {
  const said = response.headers.get("Retry-After");
  if (said === null) return null;
  const seconds = /^\d+$/.test(said) ? Number(said) : (Date.parse(said) - now) / 1000;
  return Number.isNaN(seconds) ? null : Math.min(Math.max(0, seconds * 1000), WISH_MS);
}

/** Fulfilled after `ms`, or at once when the signal is aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
  });
}
