/** Which file is edited by hand, and what editing it leads to. */
import { type ComponentProps, useCallback, useContext, useEffect, useRef } from "react";
import type { FileState } from "../../events.gen";
import type { GenerationStream } from "../../stream/use-generation-stream";
import { ReadOnly } from "../../ui/read-only";
import { useEdits } from "./edits";
import { EDIT_LIMIT, type FileEditing } from "./file-editing";

const REST = new Set<GenerationStream["status"]>(["complete", "error", "cancelled"]);

interface Editing {
  /** What `FileEditing` is given; null while the file in view is not edited. */
  editing: ComponentProps<typeof FileEditing> | null;
  /** Begin to edit it; null where that cannot be. */
  onEdit: (() => void) | null;
}

/** Editing of the file in view: of the latest version, while no run is on. `view` shows a file. */
export function useEditing(
  { snapshot, status, textOf, replace }: GenerationStream,
  file: FileState | undefined,
  view: (path: string) => void,
): Editing {
  const readOnly = useContext(ReadOnly);
  const [edits, setEdit] = useEdits(snapshot?.id ?? "");
  const projectId = snapshot?.id;
  const kept = useRef(edits);
  kept.current = edits;
  // After a reload, the file whose edit was not saved is the one in view.
  useEffect(() => {
    const [first] = Object.keys(kept.current);
    if (projectId !== undefined && first !== undefined) view(first);
  }, [projectId, view]);
  const path = file?.path ?? "";
  const edit = edits[path];
  const version = edit?.version ?? snapshot?.version ?? null;
  const onKeep = useCallback(
    (text: string) => version !== null && setEdit(path, { text, version }),
    [path, setEdit, version],
  );
  const onSave = useCallback(
    async (text: string) => {
      if (version === null) return;
      setEdit(path, { text, version }); // Whatever comes of it, the text is not lost.
      await replace(path, text, version);
      setEdit(path, null);
    },
    [path, replace, setEdit, version],
  );
  const onCancel = useCallback(() => setEdit(path, null), [path, setEdit]);

  if (readOnly || !file || version === null) return { editing: null, onEdit: null };
  if (edit) return { editing: { path, edit, onKeep, onSave, onCancel }, onEdit: null };
  const whole = file.state === "complete" && !file.binary && file.size <= EDIT_LIMIT;
  const text = whole && REST.has(status) ? textOf(path) : undefined;
  return { editing: null, onEdit: text === undefined ? null : () => setEdit(path, { text, version }) };
}
