/** The tree of files: fills as they appear, counts bytes while one is written, ticks when done. */
import { type KeyboardEvent, memo, useEffect, useMemo, useRef } from "react";
import type { FileState } from "../../events.gen";
import { classes } from "../../ui/classes";
import { bytes } from "../../ui/format";
import { Check, Circle, Dash, File, Folder, Spinner } from "../../ui/icons";
import { STATES } from "./file-states";
import styles from "./file-tree.module.css";
import { type Branch, rowsOf } from "./tree";

interface Props {
  files: readonly FileState[];
  viewed: string | null;
  onView: (path: string) => void;
}

const MARKS = { planned: Circle, writing: null, complete: Check, partial: Dash };

export function FileTree({ files, viewed, onView }: Props) {
  const rows = useMemo(() => rowsOf(files), [files]);
  const tree = useRef<HTMLDivElement>(null);
  const done = files.filter((file) => file.state === "complete").length;
  const tabStop = rows.some((row) => row.path === viewed) ? viewed : rows[0]?.path;

  useEffect(() => {
    if (viewed === null) return;
    tree.current?.querySelector(`[data-path="${CSS.escape(viewed)}"]`)?.scrollIntoView({ block: "nearest" });
  }, [viewed]);

  const move = (event: KeyboardEvent) => {
    const items = [...(tree.current?.querySelectorAll<HTMLElement>('[role="treeitem"]') ?? [])];
    const at = items.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    items[Math.min(Math.max(to, 0), items.length - 1)]?.focus();
  };

  return (
    <div className={styles["files"]}>
      <p className={styles["head"]}>
        Files {files.length > 0 && <span>{`${done} of ${files.length}`}</span>}
      </p>
      {rows.length > 0 && (
        <div className={styles["tree"]} role="tree" aria-label="Files" ref={tree} onKeyDown={move}>
          {rows.map((row) => (
            <TreeRow
              key={row.path}
              path={row.path}
              name={row.name}
              depth={row.depth}
              file={row.leaf}
              viewed={row.path === viewed}
              tabStop={row.path === tabStop}
              onView={onView}
            />
          ))}
        </div>
      )}
    </div>
  );
}

interface RowProps extends Omit<Branch<FileState>, "leaf"> {
  file: FileState | undefined;
  viewed: boolean;
  tabStop: boolean;
  onView: (path: string) => void;
}

const TreeRow = memo(function TreeRow({ path, name, depth, file, viewed, tabStop, onView }: RowProps) {
  const Mark = file && MARKS[file.state];
  const open = file ? () => onView(path) : undefined;
  return (
    <div
      role="treeitem"
      aria-level={depth + 1}
      aria-selected={viewed}
      tabIndex={tabStop ? 0 : -1}
      className={classes(styles["row"], file ? styles[file.state] : styles["folder"], viewed && styles["viewed"])}
      style={{ paddingInlineStart: 10 + depth * 12 }}
      title={file?.purpose ? `${path}: ${file.purpose}` : path}
      data-path={path}
      data-state={file?.state}
      onClick={open}
      onKeyDown={(event) => {
        if (!open || (event.key !== "Enter" && event.key !== " ")) return;
        event.preventDefault();
        open();
      }}
    >
      {file ? file.state === "writing" ? <Spinner /> : <File /> : <Folder />}
      <span className={styles["name"]}>{name}</span>
      {file && (
        <span className={styles["state"]}>
          {file.state === "writing" && <span className={styles["bytes"]}>{bytes(file.size)}</span>}
          <span className={classes(file.state !== "writing" && "sr-only")}>{STATES[file.state]}</span>
          {Mark && <Mark />}
        </span>
      )}
    </div>
  );
});
