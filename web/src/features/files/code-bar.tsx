/** The line above the code: which file it is, how far it is, copying and word wrap. */
import type { FileState } from "../../events.gen";
import { classes } from "../../ui/classes";
import controls from "../../ui/controls.module.css";
import { CopyButton } from "../../ui/copy-button";
import { bytes } from "../../ui/format";
import { Pencil, Wrap } from "../../ui/icons";
import { STATES } from "./file-states";
import styles from "./streaming-code-viewer.module.css";

interface Props {
  file: FileState | undefined;
  wrap: boolean;
  onWrap: (wrap: boolean) => void;
  /** The whole text, undefined while it is not there. */
  textToCopy: () => string | undefined;
  /** Begin to edit the file; null where that cannot be. */
  onEdit: (() => void) | null;
}

export function CodeBar({ file, wrap, onWrap, textToCopy, onEdit }: Props) {
  return (
    <div className={styles["bar"]}>
      <span className={styles["name"]} data-testid="viewed-path">
        {file?.path}
      </span>
      {file && (
        <span className={classes(styles["state"], styles[file.state])} data-testid="viewed-state">
          {STATES[file.state]}
          {file.state !== "planned" && <span className={styles["size"]}> {bytes(file.size)}</span>}
        </span>
      )}
      <span className={styles["tools"]}>
        {onEdit && (
          <button type="button" className={controls["quiet"]} title="Edit this file by hand" onClick={onEdit}>
            <Pencil /> <span className={styles["word"]}>Edit</span>
          </button>
        )}
        <button
          type="button"
          className={controls["quiet"]}
          aria-pressed={wrap}
          title="Wrap long lines"
          onClick={() => onWrap(!wrap)}
        >
          <Wrap /> <span className={styles["word"]}>Wrap</span>
        </button>
        <CopyButton
          text={textToCopy}
          title="Copy this file"
          wordClassName={styles["word"]}
          disabled={!file || file.state === "planned"}
        />
      </span>
    </div>
  );
}
