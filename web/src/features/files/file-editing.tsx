/** In place of a file's code: the same, to be edited, saved as a new version, or left as it was. */
import { useCallback, useEffect, useRef, useState } from "react";
import { CommandFailed } from "../../stream/commands";
import { classes } from "../../ui/classes";
import controls from "../../ui/controls.module.css";
import { Spinner } from "../../ui/icons";
import type { Edit } from "./edits";
import styles from "./file-editing.module.css";

/** As many bytes as the server takes. */
export const EDIT_LIMIT = 512 * 1024;
/** A pause in typing after which what stands there is kept for a reload. */
const KEEP_MS = 250;

interface Props {
  path: string;
  edit: Edit;
  /** Keep what stands there. */
  onKeep: (text: string) => void;
  onSave: (text: string) => Promise<void>;
  onCancel: () => void;
}

export function FileEditing({ path, edit, onKeep, onSave, onCancel }: Props) {
  const [saving, setSaving] = useState(false);
  const [problem, setProblem] = useState("");
  const text = useRef(edit.text);
  const save = useCallback(async () => {
    setSaving(true);
    setProblem("");
    try {
      await onSave(text.current);
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error;
      setProblem(error.message);
      setSaving(false);
    }
  }, [onSave]);
  const { host, failed } = useTextEditor(path, text, onKeep, save);

  return (
    <section className={styles["editing"]} aria-label={`Editing ${path}`}>
      <div className={styles["bar"]}>
        <p>
          <b>Editing</b> <span className={styles["hint"]}>Saving makes a new version once the checks pass.</span>
        </p>
        <button type="button" className={controls["button"]} disabled={saving} onClick={onCancel}>
          Cancel
        </button>
        <button
          type="button"
          className={classes(controls["button"], controls["primary"])}
          disabled={saving}
          onClick={() => void save()}
        >
          {saving && <Spinner />} Save
        </button>
      </div>
      <div role="alert" className={styles["problem"]}>
        {failed ? "The editor could not be loaded. Reload the page to try again." : problem}
      </div>
      <div className={styles["host"]} ref={host} />
    </section>
  );
}

function useTextEditor(
  path: string,
  text: React.RefObject<string>,
  onKeep: (text: string) => void,
  onSave: () => Promise<void>,
) {
  const host = useRef<HTMLDivElement>(null);
  const [failed, setFailed] = useState(false);
  const latest = useRef({ onKeep, onSave });
  latest.current = { onKeep, onSave };

  useEffect(() => {
    const parent = host.current;
    if (!parent) return;
    let wanted = true;
    let remove: (() => void) | undefined;
    let pause: ReturnType<typeof setTimeout> | undefined;
    const keep = () => latest.current.onKeep(text.current);
    const onChange = (now: string) => {
      text.current = now;
      clearTimeout(pause);
      pause = setTimeout(keep, KEEP_MS);
    };
    import("./text-editor")
      .then(({ editText }) => {
        const save = () => void latest.current.onSave();
        if (wanted) remove = editText({ parent, path, text: text.current, onChange, onSave: save });
      })
      .catch(() => wanted && setFailed(true));
    addEventListener("pagehide", keep);
    return () => {
      wanted = false;
      clearTimeout(pause);
      removeEventListener("pagehide", keep);
      remove?.();
    };
  }, [path, text]);
  return { host, failed };
}
