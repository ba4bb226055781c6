/** Text that a person is typing, kept through a reload of this tab until it is sent. */
import { useCallback, useState } from "react";

export function useDraft(place: string): [string, (text: string) => void] {
  const key = `smartforge:draft:${place}`;
  const [text, setText] = useState(() => read(key));
  const set = useCallback(
    (next: string) => {
      setText(next);
      write(key, next);
    },
    [key],
  );
  return [text, set];
}

/** What was kept under this key; empty where nothing was. */
export function read(key: string): string {
  try {
    return sessionStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

/** Keep it under this key; nothing where it is empty. */
export function write(key: string, text: string): void {
  try {
    if (text) sessionStorage.setItem(key, text);
    else sessionStorage.removeItem(key);
  } catch {
    // Storage is full or forbidden: the text still stands in the box.
  }
}
