/** The keys of a replay, wherever nothing is being typed or picked. */
import { useEffect } from "react";

export const KEYS = "Space plays, arrow keys step, [ and ] go to marks, Esc returns to now";

/** What a key does; whoever takes one is called with it. */
export function useKeys(actions: Readonly<Record<string, () => void>>): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const action = actions[event.key];
      const target = event.target instanceof Element ? event.target : null;
      if (!action || (event.key !== "Escape" && target && isTaken(target, event.key))) return;
      event.preventDefault();
      action();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  });
}

/** Whether the key means something else where the focus is. */
function isTaken(target: Element, key: string): boolean {
  if (target.closest("[data-scrubber]")) return false;
  if (target.closest("input, textarea, select, [contenteditable='true']")) return true;
  if (key === " ") return target.closest("button, a, summary") !== null;
  // Lists, tabs and text move by these.
  return /^(Arrow|Home|End)/.test(key) && target.closest("[role=tab], [role=tree], [role=treeitem], [role=option], [tabindex], .cm-editor") !== null;
}
