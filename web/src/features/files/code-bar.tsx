/** The line above the code: which file it is, how far it is, copying and word wrap. */
import { useEffect, useState } from "react";
import type { FileState } from "../../events.gen";
import { classes } from "../../ui/classes";
import { copyText } from "../../ui/clipboard";
import controls from "../../ui/controls.module.css";
import { bytes } from "../../ui/format";
import { Check, Copy, Wrap } from "../../ui/icons";
import { STATES } from "./file-states";
import styles from "./streaming-code-viewer.module.css";

interface Props {
  file: FileState | undefined;
  wrap: boolean;
  onWrap: (wrap: boolean) => void;
  /** The whole text, undefined while it is not there. */
  textToCopy: () => string | undefined;
}

export function CodeBar({ file, wrap, onWrap, textToCopy }: Props) {
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
        <button
          type="button"
          className={controls["quiet"]}
          aria-pressed={wrap}
          title="Wrap long lines"
          onClick={() => onWrap(!wrap)}
        >
          <Wrap /> <span className={styles["word"]}>Wrap</span>
        </button>
        <CopyButton textToCopy={textToCopy} disabled={!file || file.state === "planned"} />
      </span>
    </div>
  );
}

function CopyButton({ textToCopy, disabled }: { textToCopy: () => string | undefined; disabled: boolean }) {
  const [said, setSaid] = useState<"Copied" | "Not copied" | null>(null);
  useEffect(() => {
    if (!said) return;
    const timer = setTimeout(() => setSaid(null), 2000);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = async () => {
    const text = textToCopy();
    if (text !== undefined) setSaid((await copyText(text)) ? "Copied" : "Not copied");
  };
  return (
    <button
      type="button"
      className={controls["quiet"]}
      title="Copy this file"
      disabled={disabled}
      onClick={() => void copy()}
    >
      {said === "Copied" ? <Check /> : <Copy />}{" "}
      <span className={styles["word"]} aria-live="polite">
        {said ?? "Copy"}
      </span>
    </button>
  );
}
