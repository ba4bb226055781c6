/** What differs, one line each: the contract first, then the files. */
import { type KeyboardEvent, memo, useEffect, useRef } from "react";
import { classes } from "../../ui/classes";
import { count } from "../../ui/format";
import styles from "./change-list.module.css";
import { contractChanges, type Difference, type FileChange, type FileDifference, filesSaid } from "./difference";

export const CHANGES: Record<FileChange, string> = {
  added: "Added",
  changed: "Changed",
  removed: "Removed",
  renamed: "Renamed",
};

interface Props {
  difference: Difference;
  /** A file's path; null is the contract. */
  viewed: string | null;
  onView: (path: string | null) => void;
}

export function ChangeList({ difference, viewed, onView }: Props) {
  const { files } = difference;
  const list = useRef<HTMLDivElement>(null);

  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [viewed]);

  const move = (event: KeyboardEvent) => {
    const keys = [null, ...files.map((file) => file.path)];
    const at = keys.indexOf(viewed);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: keys.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = Math.min(Math.max(to, 0), keys.length - 1);
    onView(keys[next] ?? null);
    list.current?.querySelectorAll<HTMLElement>('[role="option"]')[next]?.focus();
  };

  return (
    <div className={styles["changes"]}>
      <p className={styles["head"]}>{filesSaid(files)}</p>
      <div className={styles["list"]} role="listbox" aria-label="What differs" ref={list} onKeyDown={move}>
        <ContractOption difference={difference} viewed={viewed === null} onView={onView} />
        {files.map((file) => (
          <FileOption key={file.path} file={file} viewed={file.path === viewed} onView={onView} />
        ))}
      </div>
    </div>
  );
}

interface OptionProps {
  viewed: boolean;
  onView: (path: string | null) => void;
}

function ContractOption({ difference, viewed, onView }: OptionProps & { difference: Difference }) {
  const changes = contractChanges(difference);
  const breaking = changes.filter((change) => change.breaking).length;
  return (
    <div
      role="option"
      aria-selected={viewed}
      tabIndex={viewed ? 0 : -1}
      className={classes(styles["option"], viewed && styles["viewed"])}
      onClick={() => onView(null)}
    >
      <span className={styles["name"]}>Contract</span>
      <span className={styles["what"]}>
        {changes.length === 0 ? "No change" : count(changes.length, "change")}
        {breaking > 0 && <span className={styles["breaking"]}>{breaking} breaking</span>}
      </span>
    </div>
  );
}

const FileOption = memo(function FileOption({ file, viewed, onView }: OptionProps & { file: FileDifference }) {
  const { path, change, was } = file;
  return (
    <div
      role="option"
      aria-selected={viewed}
      tabIndex={viewed ? 0 : -1}
      className={classes(styles["option"], viewed && styles["viewed"])}
      data-path={path}
      data-change={change}
      title={path}
      onClick={() => onView(path)}
    >
      <span className={classes(styles["name"], styles["path"])}>{path}</span>
      <span className={styles["what"]}>
        <span className={styles[change]}>{CHANGES[change]}</span> <Counts file={file} />
      </span>
      {was && <span className={styles["was"]}>was {was}</span>}
    </div>
  );
});

/** How many lines were added and removed, or why nobody knows. */
export function Counts({ file: { added, removed, omitted } }: { file: FileDifference }) {
  if (added === null || removed === null) return <span>{omitted === "binary" ? "not text" : "large"}</span>;
  return (
    <span className={styles["counts"]}>
      <span className={styles["added"]} aria-hidden="true">
        +{added.toLocaleString("en")}
      </span>{" "}
      <span className={styles["removed"]} aria-hidden="true">
        −{removed.toLocaleString("en")}
      </span>
      <span className="sr-only">
        {count(added, "line")} added, {removed.toLocaleString("en")} removed
      </span>
    </span>
  );
}
