/**
 * Whether this browser counts among those who look at a project, and is told how many they are.
 *
 * A page keeps the choice. A worker cannot read it and goes by its own name, so that pages find the
 * one that does as they wish. A choice holds for pages that are opened from then on.
 */

const KEY = "smartforge:presence";
const SEEN = "smartforge-stream";
const UNSEEN = "smartforge-stream-unseen";

export function isSeen(): boolean {
  if (typeof document === "undefined") return (globalThis as { name?: string }).name === SEEN;
  try {
    return localStorage.getItem(KEY) !== "off";
  } catch {
    return true; // Storage is forbidden: nothing was chosen.
  }
}

/** False where the browser does not keep it. */
export function setSeen(seen: boolean): boolean {
  try {
    if (seen) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, "off");
    return true;
  } catch {
    return false;
  }
}

/** What the worker is called that does as this page wishes. */
export function workerName(): string {
  return isSeen() ? SEEN : UNSEEN;
}
