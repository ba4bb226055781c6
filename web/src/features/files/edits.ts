/** Edits of files that are not saved yet, kept through a reload of this tab. */
import { useCallback, useState } from "react";
import { read, write } from "../../ui/use-draft";

/** A file's text as a user wants it, and the version whose file that was. */
export interface Edit {
  text: string;
  version: number;
}

export type Edits = Readonly<Record<string, Edit>>;

/** What is stored, or nothing where that cannot be read any more. */
export function editsOf(stored: string): Edits {
  try {
    const found: unknown = stored ? JSON.parse(stored) : {};
    if (typeof found !== "object" || found === null) return {};
    const sound = Object.entries(found).filter(
      ([, one]) => typeof one?.text === "string" && typeof one?.version === "number",
    );
    return Object.fromEntries(sound) as Edits;
  } catch {
    return {};
  }
}

/** The edits with this one; without any of that path where it is null. */
export function withEdit(edits: Edits, path: string, edit: Edit | null): Edits {
  const others = Object.fromEntries(Object.entries(edits).filter(([one]) => one !== path));
  return edit === null ? others : { ...others, [path]: edit };
}

/** The edits of a project, by path, and a function that sets one or takes it away. */
export function useEdits(projectId: string): [Edits, (path: string, edit: Edit | null) => void] {
  const key = `smartforge:edits:${projectId}`;
  const [kept, setKept] = useState(() => ({ key, edits: editsOf(read(key)) }));
  const { edits } = kept;
  if (kept.key !== key) setKept({ key, edits: editsOf(read(key)) });
  const set = useCallback(
    (path: string, edit: Edit | null) => {
      const next = withEdit(edits, path, edit);
      setKept({ key, edits: next });
      write(key, Object.keys(next).length === 0 ? "" : JSON.stringify(next));
    },
    [edits, key],
  );
  return [edits, set];
}
