/** Which two versions stand against each other. Apart from the rest, for the page needs it at once. */

/** Two versions, the older one usually first. */
export interface Pair {
  from: number;
  to: number;
}

/** The latest version and the one before it; null where there are fewer than two. */
export function latestPair(versions: readonly { version: number }[]): Pair | null {
  const [to, from] = versions.map(({ version }) => version).sort((a, b) => b - a);
  return to === undefined || from === undefined ? null : { from, to };
}

/** A version against the one before it; null for the first and for one that is not there. */
export function pairOf(version: number, versions: readonly { version: number }[]): Pair | null {
  const until = versions.filter((one) => one.version <= version);
  const pair = latestPair(until);
  return pair?.to === version ? pair : null;
}
