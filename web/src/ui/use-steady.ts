/** Lists that keep their identity, and their items', while nothing in them has changed. */
import { useRef } from "react";

interface Keyed {
  key: string;
}

/** `next` with every item that equals the one of the same key before replaced by that one. */
export function steady<Item extends Keyed>(before: readonly Item[], next: readonly Item[]): readonly Item[] {
  const known = new Map(before.map((item) => [item.key, item]));
  const items = next.map((item) => {
    const old = known.get(item.key);
    return old && alike(old, item) ? old : item;
  });
  return items.length === before.length && items.every((item, at) => item === before[at]) ? before : items;
}

export function useSteady<Item extends Keyed>(next: readonly Item[]): readonly Item[] {
  const kept = useRef<readonly Item[]>([]);
  kept.current = steady(kept.current, next);
  return kept.current;
}

/** Same fields with the same values; lists of texts are compared by their items. */
function alike(a: object, b: object): boolean {
  const entries = Object.entries(a);
  if (entries.length !== Object.keys(b).length) return false;
  return entries.every(([name, value]) => same(value, (b as Record<string, unknown>)[name]));
}

function same(a: unknown, b: unknown): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return a === b;
  return a.length === b.length && a.every((item, at) => item === b[at]);
}
