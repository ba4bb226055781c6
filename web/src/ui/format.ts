/** Numbers as a person reads them. */

/** `1 file`, `9 files`, `1,204 operations`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString("en")} ${n === 1 ? one : many}`;
}

const ORDINAL = new Intl.PluralRules("en", { type: "ordinal" });
const SUFFIX: Partial<Record<Intl.LDMLPluralRule, string>> = { one: "st", two: "nd", few: "rd" };

/** A place in a queue, from 1: `next`, `2nd in line`, `13th in line`. */
export function placeInLine(place: number): string {
  return place === 1 ? "next" : `${place}${SUFFIX[ORDINAL.select(place)] ?? "th"} in line`;
}

/** Bytes: `840 B`, `2.4 kB`, `1.2 MB`. */
export function bytes(n: number): string {
  if (n < 1000) return `${n} B`;
  if (n < 1_000_000) return `${(n / 1000).toFixed(1)} kB`;
  return `${(n / 1_000_000).toFixed(1)} MB`;
}

/** A measured duration: `2.8 s`, `41 s`, `3 min 05 s`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 59.5) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}

/** A running clock that changes once a second: `0:07`, `12:40`. */
export function clock(ms: number): string {
  const seconds = Math.floor(Math.max(0, ms) / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** Tokens: `840`, `14.2k`, `1.3M`. */
export function tokens(n: number): string {
  if (n < 1000) return String(n);
  return n < 1_000_000 ? `${(n / 1000).toFixed(1)}k` : `${(n / 1_000_000).toFixed(1)}M`;
}

/** USD: cents matter above a cent, less than that only below it: `$1.20`, `$0.003`. */
export function dollars(cost: string): string {
  const usd = Number(cost);
  return `$${usd >= 0.01 || usd === 0 ? usd.toFixed(2) : usd.toPrecision(1)}`;
}

/** What models took: `14.2k tokens, $0.03`; empty where none was asked. */
export function spending({ inputTokens, outputTokens, cost }: { inputTokens: number; outputTokens: number; cost: string | null }): string {
  const used = inputTokens + outputTokens;
  if (used === 0) return "";
  return `${tokens(used)} tokens, ${cost === null ? "price unknown" : dollars(cost)}`;
}

/** When something happened, seen from `now`: `just now`, `5 min ago`, `3 h ago`, else the date. */
export function ago(then: number, now: number): string {
  const minutes = Math.floor((now - then) / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ago`;
  return new Date(then).toLocaleDateString("en", { year: "numeric", month: "short", day: "numeric" });
}
